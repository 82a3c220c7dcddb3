/* Calls of every_call.c that read columns and hand them to Arrow. */
#include "rare_calls.h"

#include "sample.h"

#include <tenon/arrow.h>

static bool look_at(const tenon_columns *c)
{
    const tenon_column *age = tenon_columns_named(c, "age");
    return age && tenon_columns_count(c) == 1 && tenon_columns_at(c, 0) && age->as.int32[0] == 30 &&
           tenon_columns_width(c) > 1 && tenon_columns_bytes(c) && tenon_columns_came_by(c) &&
           *tenon_columns_reason(c);
}

static bool export(const tenon_columns *c, tenon_error *err)
{
    struct ArrowSchema schema;
    struct ArrowArray array;
    if (!tenon_columns_export(c, &schema, &array, err))
        return false;
    schema.release(&schema);
    array.release(&array);
    return true;
}

/* Memory that runs out in it is no error of the session's. */
static bool of_a_call(tenon_session *s, tenon_columns_transport transport)
{
    const tenon_columns_options options = {.transport = transport};
    tenon_error err = {0};
    tenon_columns_expect(s, &options);
    user_find_many(s);
    tenon_columns *c = tenon_columns_take(s);
    bool is_done = look_at(c) && export(c, &err);
    tenon_columns_free(c);
    return is_done && !tenon_failed(s);
}

static bool of_a_stream(tenon_session *s)
{
    tenon_column_chunks *chunks = tenon_columns_open(user_stream_open(s).stream, NULL);
    tenon_columns *c = tenon_columns_next(chunks);
    bool is_done = look_at(c) && !tenon_columns_next(chunks);
    tenon_columns_free(c);
    return tenon_columns_close(chunks) && is_done;
}

static bool of_arrows_stream(tenon_session *s)
{
    struct ArrowArrayStream stream;
    struct ArrowSchema schema = {0};
    struct ArrowArray array = {0};
    tenon_column_chunks *chunks = tenon_columns_open(user_stream_open(s).stream, NULL);
    if (!tenon_columns_export_stream(chunks, &stream))
        return false;
    bool is_done = stream.get_schema(&stream, &schema) == 0;
    is_done = stream.get_next(&stream, &array) == 0 && array.release && is_done;
    if (schema.release)
        schema.release(&schema);
    if (array.release)
        array.release(&array);
    stream.release(&stream);
    return is_done;
}

bool column_calls(tenon_session *s)
{
    return of_a_call(s, TENON_COLUMNS_AUTO) && of_a_call(s, TENON_COLUMNS_RESULT) &&
           of_a_stream(s) && of_arrows_stream(s);
}
