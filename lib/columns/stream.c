/* Chunks as Arrow's stream of arrays. Errors are the session's; to the consumer they are an errno
 * and a text. */
#include "columns/columns.h"

#include <errno.h>
#include <stdlib.h>

static int errno_of(const tenon_error *err)
{
    switch ((int)err->status) {
    case TENON_NO_MEMORY:
        return ENOMEM;
    case TENON_CANCELLED:
        return ECANCELED;
    case TENON_TIMEOUT:
        return ETIMEDOUT;
    case TENON_RANGE:
    case TENON_TYPE:
    case TENON_MISUSE:
    case TENON_UNSUPPORTED:
        return EINVAL;
    default:
        return EIO;
    }
}

static int outcome_of(const tenon_session *s)
{
    return tenon_failed(s) ? errno_of(tenon_session_error(s)) : 0;
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    tenon_column_chunks *chunks = stream->private_data;
    tenon_error *err = tenon__session_error(chunks->session);
    if (!tenon__session_is_failed(chunks->session))
        tenon__arrow_schema(chunks->shape, out, err);
    return outcome_of(chunks->session);
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    tenon_column_chunks *chunks = stream->private_data;
    tenon_columns *columns = tenon_columns_next(chunks);
    out->release = NULL; /* the end */
    if (columns)
        tenon__arrow_array(columns, out, tenon__session_error(chunks->session));
    tenon_columns_free(columns);
    return outcome_of(chunks->session);
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    const tenon_column_chunks *chunks = stream->private_data;
    return tenon_failed(chunks->session) ? tenon_message(chunks->session) : NULL;
}

static void release(struct ArrowArrayStream *stream)
{
    tenon_columns_close(stream->private_data);
    stream->release = NULL;
}

static bool can_be_exported(const tenon_column_chunks *chunks)
{
    const tenon_columns *columns = chunks->shape;
    tenon_error *err = tenon__session_error(chunks->session);
    for (size_t i = 0; i < columns->column_count; i++)
        if (!tenon__arrow_knows(&columns->items[i], err))
            return false;
    return true;
}

bool tenon_columns_export_stream(tenon_column_chunks *chunks, struct ArrowArrayStream *out)
{
    if (!chunks)
        return false;
    if (tenon__session_is_failed(chunks->session) || !can_be_exported(chunks)) {
        tenon_columns_close(chunks);
        return false;
    }
    *out = (struct ArrowArrayStream){.get_schema = get_schema,
                                     .get_next = get_next,
                                     .get_last_error = get_last_error,
                                     .release = release,
                                     .private_data = chunks};
    return true;
}
