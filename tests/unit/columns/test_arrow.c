/* What Arrow is given: as its specification has it, with the values of the columns, and alive as
 * long as somebody holds a part of it. */
#include "unit/model/both.h"

#include "unit/columns/arrow_check.h"

#include <tenon/test.h>

#include <stdio.h>

enum { ROWS = 60 };

static const tenon_fake_options wild = {
    .seed = 11, .text_most = 100, .bytes_most = 500, .list_most = 6};

/* Without what Arrow has no word for. */
#define WITHOUT_OFFSETS                                                                            \
    .select = {EVERYTHING_ID,   EVERYTHING_FLAG,  EVERYTHING_SMALL,   EVERYTHING_NUMBER,           \
               EVERYTHING_BIG,  EVERYTHING_REAL,  EVERYTHING_PRECISE, EVERYTHING_PRICE,            \
               EVERYTHING_TEXT, EVERYTHING_LABEL, EVERYTHING_DATA,    EVERYTHING_BLOB,             \
               EVERYTHING_UUID, EVERYTHING_STAMP, EVERYTHING_DAY,     EVERYTHING_CLOCK,            \
               EVERYTHING_SPAN, EVERYTHING_ROLE,  EVERYTHING_MONEY,   EVERYTHING_BITS}

static void create_everything(both *b)
{
    for (uint64_t n = 0; n < ROWS; n++)
        assert_non_null(tenon_fake_create(b->session, &everything_model, &wild, n, NULL));
    both_sql(b, "UPDATE \"Everything\" SET clock = NULL, stamp = NULL, day = NULL,"
                " span = NULL WHERE id % 3 = 0");
    both_sql(b, b->is_sqlite
                    ? "UPDATE \"Everything\" SET clock = '10:00:00.000000',"
                      " stamp = '2024-02-29T12:00:00.000+00:00', day = '2024-02-29', span = 'P1D'"
                      " WHERE id % 3 > 0"
                    : "UPDATE \"Everything\" SET clock = '10:00', stamp = '2024-02-29 12:00',"
                      " day = '2024-02-29', span = '1 day' WHERE id % 3 > 0");
}

static tenon_columns *read_everything(both *b)
{
    tenon_columns *c =
        TENON_COLUMNS(b->session, everything_find_many(b->session, .order_by = {ASC(EVERYTHING_ID)},
                                                       WITHOUT_OFFSETS));
    assert_sound(b->session);
    assert_int_equal(tenon_columns_count(c), ROWS);
    return c;
}

static int64_t index_of(const struct ArrowSchema *schema, const char *name)
{
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0)
            return i;
    fail_msg("no %s", name);
    return -1;
}

static void assert_format(const struct ArrowSchema *schema, const char *name, const char *format)
{
    assert_string_equal(schema->children[index_of(schema, name)]->format, format);
}

static void every_type_is_as_the_specification_has_it(void **state)
{
    both *b = *state;
    struct ArrowSchema schema;
    struct ArrowArray array;
    tenon_error err;
    create_everything(b);
    tenon_columns *c = read_everything(b);
    assert_true(tenon_columns_export(c, &schema, &array, &err));
    assert_arrow(&schema, &array);
    assert_format(&schema, "price", "d:12,4");
    assert_format(&schema, "stamp", "tsu:UTC");
    assert_format(&schema, "clock", "ttu");
    assert_format(&schema, "span", "tin");
    assert_format(&schema, "uuid", "w:16");
    assert_format(&schema, "money", "d:19,2");
    assert_ptr_equal(array.children[0]->buffers[1], tenon_columns_at(c, 0)->as.any);
    const struct ArrowArray *span = array.children[index_of(&schema, "span")];
    const tenon_interval *ours = tenon_columns_named(c, "span")->as.intervals;
    for (size_t i = 0; i < ROWS; i++)
        assert_int_equal(((const int64_t *)span->buffers[1])[i * 2 + 1], ours[i].us * 1000);
    array.release(&array);
    schema.release(&schema);
    assert_null(array.release);
    assert_null(schema.release);
    tenon_columns_free(c);
}

static void lists_have_an_array_inside(void **state)
{
    both *b = *state;
    struct ArrowSchema schema;
    struct ArrowArray array;
    tenon_error err;
    for (uint64_t n = 0; n < ROWS; n++)
        assert_non_null(tenon_fake_create(b->session, &arrays_model, &wild, n, NULL));
    tenon_columns *c = TENON_COLUMNS(
        b->session,
        arrays_find_many(b->session, .select = {ARRAYS_NUMBERS, ARRAYS_TEXTS, ARRAYS_FLAGS,
                                                ARRAYS_ROLES, ARRAYS_PRICES, ARRAYS_UUIDS}));
    assert_sound(b->session);
    assert_true(tenon_columns_export(c, &schema, &array, &err));
    assert_arrow(&schema, &array);
    assert_format(&schema, "numbers", "+l");
    array.release(&array);
    schema.release(&schema);
    tenon_columns_free(c);
}

/* A consumer takes one child, the rest goes. */
static void a_child_outlives_all_the_rest(void **state)
{
    both *b = *state;
    struct ArrowSchema schema;
    struct ArrowArray array;
    tenon_error err;
    create_everything(b);
    tenon_columns *c = read_everything(b);
    int64_t first = tenon_columns_at(c, 0)->as.int64[0];
    assert_true(tenon_columns_export(c, &schema, &array, &err));
    struct ArrowArray taken = *array.children[0];
    struct ArrowSchema described = *schema.children[0];
    array.children[0]->release = NULL;
    schema.children[0]->release = NULL;
    tenon_columns_free(c);
    array.release(&array);
    schema.release(&schema);
    assert_string_equal(described.name, "id");
    assert_int_equal(((const int64_t *)taken.buffers[1])[0], first);
    taken.release(&taken);
    described.release(&described);
}

static void one_of_the_two_is_enough(void **state)
{
    both *b = *state;
    struct ArrowSchema schema;
    struct ArrowArray array;
    tenon_error err;
    create_everything(b);
    tenon_columns *c = read_everything(b);
    assert_true(tenon_columns_export(c, &schema, NULL, &err));
    schema.release(&schema);
    assert_true(tenon_columns_export(c, NULL, &array, &err));
    array.release(&array);
    assert_false(tenon_columns_export(NULL, &schema, &array, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_columns_free(c);
}

static void what_arrow_cannot_say_names_its_column(void **state)
{
    both *b = *state;
    struct ArrowSchema schema;
    struct ArrowArray array;
    tenon_error err;
    everything_create(b->session, .day = SET(((tenon_date){INT32_MAX})));
    if (b->is_sqlite)
        tenon_error_clear(b->session); /* it has no infinite days */
    assert_sound(b->session);
    tenon_columns *c = TENON_COLUMNS(b->session, everything_find_many(b->session));
    assert_false(tenon_columns_export(c, &schema, &array, &err));
    assert_int_equal(err.status, TENON_UNSUPPORTED);
    assert_string_equal(err.field, "zoned");
    tenon_columns_free(c);
    c = TENON_COLUMNS(b->session, everything_find_many(b->session, .select = {EVERYTHING_DAY}));
    bool is_exported = tenon_columns_export(c, &schema, &array, &err);
    assert_int_equal(is_exported, b->is_sqlite);
    if (is_exported) {
        schema.release(&schema);
        array.release(&array);
    } else {
        assert_int_equal(err.status, TENON_RANGE);
        assert_string_equal(err.field, "day");
    }
    tenon_columns_free(c);
}

/* ---- streams --------------------------------------------------------------------------------- */

static bool open_stream(both *b, size_t chunk_rows, struct ArrowArrayStream *out)
{
    const tenon_columns_options options = {.chunk_rows = chunk_rows};
    EverythingStream rows =
        everything_stream_open(b->session, .order_by = {ASC(EVERYTHING_ID)}, WITHOUT_OFFSETS);
    return tenon_columns_export_stream(tenon_columns_open(rows.stream, &options), out);
}

static void a_stream_gives_all_rows_in_batches(void **state)
{
    both *b = *state;
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array;
    int64_t count = 0;
    create_everything(b);
    assert_true(open_stream(b, 25, &stream));
    assert_int_equal(stream.get_schema(&stream, &schema), 0);
    while (stream.get_next(&stream, &array) == 0 && array.release) {
        assert_arrow(&schema, &array);
        count += array.length;
        array.release(&array);
    }
    assert_int_equal(count, ROWS);
    assert_null(stream.get_last_error(&stream));
    schema.release(&schema);
    stream.release(&stream);
    assert_null(stream.release);
    assert_sound(b->session);
}

static void a_stream_tells_what_went_wrong(void **state)
{
    both *b = *state;
    struct ArrowArrayStream stream;
    struct ArrowArray array = {0};
    create_everything(b);
    both_sql(b, b->is_sqlite ? "UPDATE \"Everything\" SET number = 'many' WHERE id % 7 = 3"
                             : "UPDATE \"Everything\" SET price = 'NaN' WHERE id % 7 = 3");
    assert_true(open_stream(b, 1000, &stream));
    assert_int_not_equal(stream.get_next(&stream, &array), 0);
    assert_null(array.release);
    assert_non_null(strstr(stream.get_last_error(&stream), b->is_sqlite ? "number" : "price"));
    stream.release(&stream);
    tenon_error_clear(b->session);
    EverythingStream rows = everything_stream_open(b->session);
    assert_false(tenon_columns_export_stream(tenon_columns_open(rows.stream, NULL), &stream));
    assert_failed(b->session, TENON_UNSUPPORTED, "zoned");
    assert_false(tenon_columns_export_stream(NULL, &stream));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(every_type_is_as_the_specification_has_it),
        ON_BOTH(lists_have_an_array_inside),
        ON_BOTH(a_child_outlives_all_the_rest),
        ON_BOTH(one_of_the_two_is_enough),
        ON_BOTH(what_arrow_cannot_say_names_its_column),
        ON_BOTH(a_stream_gives_all_rows_in_batches),
        ON_BOTH(a_stream_tells_what_went_wrong),
    };
    return both_run(tests);
}
