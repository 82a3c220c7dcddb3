/* The rows of a stream, as columns of some thousand rows each.
 *
 * A stream has what this needs: a cursor, a connection where the session has none, parts of bounded
 * size. Its rows are taken from it one by one as any program would, so what is held at a time is
 * one chunk and one part. */
#include "columns/columns.h"

#include <stdlib.h>

enum { CHUNK_ROWS = 65536 };

static bool begin(tenon_column_chunks *chunks, const tenon_columns_options *options)
{
    tenon_session *s = chunks->session;
    const tenon__layout *layout = tenon__stream_layout(chunks->stream);
    tenon_error *err = tenon__session_error(s);
    chunks->chunk_rows = options->chunk_rows ? options->chunk_rows : CHUNK_ROWS;
    chunks->table.limit_bytes = tenon__columns_limit(s, options);
    if (options->transport)
        return tenon__fail(err, TENON_MISUSE, "a stream reads a cursor, and chooses no transport");
    if (!layout)
        return tenon__fail(err, TENON_MISUSE,
                           "columns have no relations: the stream must bring none");
    if (!tenon__table_begin(&chunks->table, layout, err))
        return false;
    chunks->shape = tenon__table_take(&chunks->table);
    return true;
}

tenon_column_chunks *tenon_columns_open(tenon_stream *stream, const tenon_columns_options *options)
{
    const tenon_columns_options chosen = options ? *options : (tenon_columns_options){0};
    if (!stream)
        return NULL;
    tenon_column_chunks *chunks = calloc(1, sizeof *chunks);
    if (!chunks) {
        tenon__fail_no_memory(tenon__session_error(tenon__stream_session(stream)));
        tenon_stream_close(stream);
        return NULL;
    }
    chunks->stream = stream;
    chunks->session = tenon__stream_session(stream);
    if (!tenon__session_is_failed(chunks->session) && begin(chunks, &chosen))
        return chunks;
    tenon_columns_close(chunks);
    return NULL;
}

static tenon_columns *take(tenon_column_chunks *chunks)
{
    static const tenon__way by_cursor = {.why = "result: a stream reads a cursor"};
    tenon_columns *columns = tenon__table_take(&chunks->table);
    tenon__way_tell(&by_cursor, columns);
    return columns;
}

/* Up to the end of the chunk or of the stream. */
static bool fill(tenon_column_chunks *chunks)
{
    tenon_error *err = tenon__session_error(chunks->session);
    tenon__table *table = &chunks->table;
    const char *row = NULL;
    while (table->sink.count < chunks->chunk_rows && (row = tenon_stream_next(chunks->stream)))
        if (!tenon__table_add(table, row, err))
            return false;
    return !tenon__session_is_failed(chunks->session);
}

tenon_columns *tenon_columns_next(tenon_column_chunks *chunks)
{
    if (!chunks || tenon__session_is_failed(chunks->session))
        return NULL;
    tenon_error *err = tenon__session_error(chunks->session);
    const tenon__layout *layout = tenon__stream_layout(chunks->stream);
    if (!tenon__table_begin(&chunks->table, layout, err) || !fill(chunks) ||
        !chunks->table.sink.count)
        return NULL;
    return take(chunks);
}

bool tenon_columns_close(tenon_column_chunks *chunks)
{
    if (!chunks)
        return false;
    bool is_sound = tenon_stream_close(chunks->stream);
    tenon__table_release(&chunks->table);
    tenon_columns_free(chunks->shape);
    free(chunks);
    return is_sound;
}
