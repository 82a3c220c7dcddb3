/* Columns with @tenon.compress: arrays go in and come out as those of any other column do, and the
 * database keeps few bytes. */
#include "archive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include <tenon/audit.h>
#include <tenon/sql.h>
#include <tenon/test.h>

#include "model/row.h"

enum { MANY = 1500, FEW = 40, LONG = 3000 };

/* ---- what rows hold -------------------------------------------------------------------------- */

/* Every column of the two rows that is packed; the one with a bound on errors nearly. */
static void assert_same(const Reading *a, const Reading *b)
{
    for (uint32_t i = 0; i < reading_model.field_count; i++) {
        const tenon_field *field = &reading_model.fields[i];
        if (field->kind != TENON_KIND_PACKED || i + 1 == READING_ROUGH)
            continue;
        if (!tenon__row_is_equal(field, a, b) && (a->flags.count || b->flags.count))
            fail_msg("%s differs", field->name);
    }
    assert_int_equal(a->rough.count, b->rough.count);
}

static const double odd_numbers[] = {NAN, INFINITY, -INFINITY, -0.0, 5e-324, 0.1, 1e300};

static void every_type_comes_back(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    const bool flags[] = {true, false, true};
    const int16_t smalls[] = {INT16_MIN, 0, INT16_MAX};
    const int32_t counts[] = {INT32_MIN, 7, INT32_MAX};
    const int64_t larges[] = {INT64_MIN, -1, INT64_MAX};
    const float reals[] = {0.1f, -INFINITY, 3};
    const char *const notes[] = {"", "grüße", "日本 \xf0\x9f\x8c\x8a"};
    const tenon_uuid codes[] = {{1, 2}, {UINT64_MAX, 0}};
    const tenon_bytes blobs[] = {{0, ""}, {3, "a\0b"}};
    const tenon_time times[] = {{0}, {1700000000123456}, {-1}};
    const tenon_date days[] = {{-719162}, {20000}};
    const tenon_clock clocks[] = {{0}, {86399999999}};
    Reading *made = reading_create(
        s, .name = SET("all"), .flags = SET(((tenon_bool_array){flags, 3})),
        .smalls = SET(((tenon_int16_array){smalls, 3})),
        .counts = SET(((tenon_int32_array){counts, 3})),
        .larges = SET(((tenon_int64_array){larges, 3})),
        .reals = SET(((tenon_float_array){reals, 3})),
        .values = SET(((tenon_double_array){odd_numbers, TENON__COUNT(odd_numbers)})),
        .notes = SET(((tenon_text_array){notes, 3})), .codes = SET(((tenon_uuid_array){codes, 2})),
        .blobs = SET(((tenon_bytes_array){blobs, 2})), .times = SET(((tenon_time_array){times, 3})),
        .days = SET(((tenon_date_array){days, 2})),
        .clocks = SET(((tenon_clock_array){clocks, 2})));
    assert_sound(s);
    const Reading *found = reading_find_by_name(s, "all");
    assert_sound(s);
    assert_same(made, found);
    assert_true(found->flags.items[2] && !found->flags.items[1]);
    assert_int_equal(found->smalls.items[0], INT16_MIN);
    assert_int_equal(found->counts.items[2], INT32_MAX);
    assert_true(found->larges.items[0] == INT64_MIN);
    assert_true(found->reals.items[0] == 0.1f);
    assert_memory_equal(found->values.items, odd_numbers, sizeof odd_numbers);
    assert_string_equal(found->notes.items[2], notes[2]);
    assert_true(found->codes.items[1].hi == UINT64_MAX);
    assert_memory_equal(found->blobs.items[1].data, "a\0b", 3);
    assert_true(found->times.items[1].us == 1700000000123456);
    assert_int_equal(found->days.items[0].days, -719162);
    assert_true(found->clocks.items[1].us == 86399999999);
}

static void what_is_left_out_is_empty(void **state)
{
    both *b = *state;
    Reading *made = reading_create(b->session, .name = SET("none"));
    assert_sound(b->session);
    assert_int_equal(made->values.count, 0);
    assert_int_equal(reading_count(b->session, .where = {.values = IS_NULL()}), 1);
    made = reading_update(b->session, made->id, .values = SET(((tenon_double_array){NULL, 0})));
    assert_int_equal(made->values.count, 0);
    assert_int_equal(reading_count(b->session, .where = {.values = NOT_NULL()}), 1);
    reading_update(b->session, made->id, .values = SET_NULL());
    assert_int_equal(reading_count(b->session, .where = {.values = IS_NULL()}), 1);
    assert_sound(b->session);
}

/* ---- many rows ------------------------------------------------------------------------------- */

static ReadingSet *make_rows(tenon_session *s, size_t count)
{
    const tenon_fake_options options = {.seed = 11, .text_most = 20, .list_most = 12};
    ReadingSet *rows = calloc(count, sizeof *rows);
    for (size_t i = 0; i < count; i++) {
        tenon_fake(s, &reading_model, &options, i, &rows[i]);
        rows[i].stationId = (tenon_int_set)SET_NULL();
        rows[i].checked = (tenon_int32_array_set){0};
    }
    return rows;
}

static void check_rows(tenon_session *s, const ReadingSet *rows, size_t count)
{
    for (size_t i = 0; i < count; i += count / FEW) {
        Reading *found = reading_find_by_name(s, rows[i].name.value);
        assert_sound(s);
        assert_int_equal(found->notes.count, rows[i].notes.value.count);
        for (size_t k = 0; k < found->notes.count; k++)
            assert_string_equal(found->notes.items[k], rows[i].notes.value.items[k]);
        assert_int_equal(found->larges.count, rows[i].larges.value.count);
        if (found->larges.count)
            assert_memory_equal(found->larges.items, rows[i].larges.value.items,
                                found->larges.count * sizeof *found->larges.items);
    }
}

/* Few go by UNNEST, many by COPY, on SQLite by a table of rows. */
static void many_rows_are_made_at_once(void **state)
{
    both *b = *state;
    const size_t counts[] = {FEW, MANY};
    for (size_t i = 0; i < TENON__COUNT(counts); i++) {
        ReadingSet *rows = make_rows(b->session, counts[i]);
        assert_int_equal(reading_create_many(b->session, .items = rows, .count = counts[i]),
                         counts[i]);
        assert_sound(b->session);
        check_rows(b->session, rows, counts[i]);
        free(rows);
        both_sql(b, "DELETE FROM \"Reading\"");
        tenon_session_reset(b->session);
    }
}

static void rows_are_given_back_as_they_were_made(void **state)
{
    both *b = *state;
    ReadingSet *rows = make_rows(b->session, FEW);
    ReadingList made = reading_create_many_returning(b->session, .items = rows, .count = FEW);
    assert_sound(b->session);
    for (size_t i = 0; i < made.count; i++)
        assert_same(&made.items[i], reading_find(b->session, made.items[i].id));
    assert_int_equal(made.count, FEW);
    free(rows);
}

/* ---- changes --------------------------------------------------------------------------------- */

static const int32_t ones[] = {1, 1, 1}, twos[] = {2, 2};
#define ONES ((tenon_int32_array){ones, 3})
#define TWOS ((tenon_int32_array){twos, 2})

static void rows_are_changed(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Reading *row = reading_create(s, .name = SET("a"), .counts = SET(ONES));
    reading_create(s, .name = SET("b"), .counts = SET(ONES));
    row = reading_update(s, row->id, .counts = SET(TWOS));
    assert_sound(s);
    assert_int_equal(row->counts.count, 2);
    assert_int_equal(reading_update_many(s, .everything = true, .set = {.counts = SET(ONES)}), 2);
    row =
        reading_upsert(s, .on = READING_BY_NAME, .create = {.name = SET("a"), .counts = SET(ONES)},
                       .update = {.counts = SET(TWOS)});
    assert_sound(s);
    assert_int_equal(row->counts.items[1], 2);
    ReadingSet each[] = {{.name = SET("a"), .counts = SET(ONES)},
                         {.name = SET("c"), .counts = SET(TWOS)}};
    assert_int_equal(reading_upsert_many(s, .on = READING_BY_NAME, .items = each, .count = 2), 2);
    assert_sound(s);
    assert_int_equal(reading_find_by_name(s, "a")->counts.count, 3);
    assert_int_equal(reading_find_by_name(s, "c")->counts.count, 2);
    ReadingSet changes[] = {{.name = SET("c"), .counts = SET(ONES)}};
    assert_int_equal(reading_update_each(s, .on = READING_BY_NAME, .items = changes, .count = 1),
                     1);
    assert_int_equal(reading_find_by_name(s, "c")->counts.count, 3);
    assert_sound(s);
}

static void elements_are_validated(void **state)
{
    both *b = *state;
    const int32_t wrong[] = {3, -1};
    reading_create(b->session, .name = SET("a"), .checked = SET(((tenon_int32_array){wrong, 2})));
    assert_failed(b->session, TENON_VALIDATION, "checked");
    reading_create(b->session, .name = SET("a"), .checked = SET(((tenon_int32_array){wrong, 1})));
    assert_sound(b->session);
}

/* ---- other ways to read ---------------------------------------------------------------------- */

static void relations_streams_and_sql_give_them(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Station *station = station_create(s, .name = SET("north"));
    for (int i = 0; i < 3; i++) {
        char name[8];
        snprintf(name, sizeof name, "r%d", i);
        reading_create(s, .name = SET(name), .stationId = SET(station->id), .counts = SET(ONES));
    }
    StationList found = station_find_many(s, .include = {.readings = &(ReadingQuery){.limit = 9}});
    assert_sound(s);
    assert_int_equal(found.items[0].readings.count, 3);
    assert_int_equal(found.items[0].readings.items[2].counts.count, 3);
    ReadingStream stream = reading_stream_open(s, .order_by = {ASC(READING_ID)});
    size_t count = 0;
    for (Reading *row; (row = reading_stream_next(stream)); count++)
        assert_int_equal(row->counts.items[2], 1);
    reading_stream_close(stream);
    assert_int_equal(count, 3);
    tenon_sql *q = tenon_sql_new(s);
    tenon_sqlf(q, "SELECT %p FROM %p", SQL_COLUMNS(&reading_model, NULL),
               SQL_TABLE(&reading_model));
    tenon_list rows = tenon_sql_many(q, TENON_SQL_MODEL(&reading_model));
    assert_sound(s);
    assert_int_equal(rows.count, 3);
    assert_int_equal(((Reading *)rows.items)[1].counts.count, 3);
}

static void the_log_of_changes_has_them(void **state)
{
    both *b = *state;
    Reading *made = reading_create(b->session, .name = SET("a"), .counts = SET(ONES));
    tenon_audit_list history = reading_history(b->session, made->id);
    assert_sound(b->session);
    assert_same(reading_logged(b->session, history.items[0].after), made);
    assert_int_equal(reading_logged(b->session, history.items[0].after)->counts.count, 3);
}

/* ---- refused --------------------------------------------------------------------------------- */

static void what_cannot_be_done_is_said(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    Reading *row = reading_create(s, .name = SET("a"), .counts = SET(ONES));
    reading_update(s, row->id, .counts = PUSH(TWOS));
    assert_failed(s, TENON_MISUSE, "counts: PUSH does not go");
    reading_find_many(s, .order_by = {ASC(READING_COUNTS)});
    assert_failed(s, TENON_MISUSE, "order_by cannot compare");
    reading_find_many(s, .distinct = {READING_COUNTS});
    assert_failed(s, TENON_MISUSE, "distinct cannot compare");
    reading_find_many(s, .where = {.counts = {.op = TENON_HAS}});
    assert_failed(s, TENON_MISUSE, "counts");
    reading_create(s, .name = SET("b"), .counts = SET(((tenon_int32_array){NULL, 2})));
    assert_failed(s, TENON_MISUSE, "counts: a NULL pointer");
    const char *const broken[] = {"\xff"};
    reading_create(s, .name = SET("b"), .notes = SET(((tenon_text_array){broken, 1})));
    assert_failed(s, TENON_TYPE, "notes: the text is not valid UTF-8");
}

/* An array packed by somebody else, as SQL. */
static void store(both *b, const tenon_array *array)
{
    tenon_packed packed;
    tenon_error err = {0};
    assert_true(tenon_pack(array, NULL, &packed, &err));
    char *sql = calloc(1, 2 * packed.length + 80), *at = sql;
    at += sprintf(at, b->is_sqlite ? "UPDATE \"Reading\" SET \"counts\" = x'"
                                   : "UPDATE \"Reading\" SET \"counts\" = '\\x");
    for (size_t i = 0; i < packed.length; i++)
        at += sprintf(at, "%02x", ((const unsigned char *)packed.data)[i]);
    sprintf(at, "'");
    both_sql(b, sql);
    free(sql);
    tenon_packed_free(&packed);
}

static void what_is_stored_is_not_believed(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    const int64_t larges[] = {1, 2};
    const uint8_t validity[] = {1};
    reading_create(s, .name = SET("a"), .counts = SET(ONES));
    store(b, &(tenon_array){TENON_ARRAY_INT64, larges, 2, NULL});
    reading_find_by_name(s, "a");
    assert_failed(s, TENON_SCHEMA, "counts: the database has a packed array of another type");
    store(b, &(tenon_array){TENON_ARRAY_INT32, ones, 2, validity});
    reading_find_by_name(s, "a");
    assert_failed(s, TENON_TYPE, "counts: an element of the packed array");
    both_sql(b, b->is_sqlite ? "UPDATE \"Reading\" SET \"counts\" = x'544e4101ff'"
                             : "UPDATE \"Reading\" SET \"counts\" = '\\x544e4101ff'");
    reading_find_by_name(s, "a");
    assert_failed(s, TENON_CORRUPT, "counts");
}

/* ---- what it is for -------------------------------------------------------------------------- */

static void the_database_keeps_few_bytes(void **state)
{
    both *b = *state;
    int64_t larges[LONG];
    double values[LONG];
    for (int i = 0; i < LONG; i++) {
        larges[i] = INT64_C(1700000000) + 60 * i;
        values[i] = (double)(2000 + i % 50) / 100;
    }
    reading_create(b->session, .name = SET("long"),
                   .larges = SET(((tenon_int64_array){larges, LONG})),
                   .values = SET(((tenon_double_array){values, LONG})),
                   .rough = SET(((tenon_double_array){values, LONG})));
    assert_sound(b->session);
    const Reading *found = reading_find_by_name(b->session, "long");
    assert_memory_equal(found->larges.items, larges, sizeof larges);
    assert_memory_equal(found->values.items, values, sizeof values);
    for (int i = 0; i < LONG; i++)
        assert_true(fabs(found->rough.items[i] - values[i]) <= 0.01);
    assert_true(atoi(both_value(b, "SELECT length(\"larges\") FROM \"Reading\"")) < 8 * LONG / 100);
    assert_true(atoi(both_value(b, "SELECT length(\"values\") FROM \"Reading\"")) < 8 * LONG / 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ARCHIVE(every_type_comes_back),
        ON_ARCHIVE(what_is_left_out_is_empty),
        ON_ARCHIVE(many_rows_are_made_at_once),
        ON_ARCHIVE(rows_are_given_back_as_they_were_made),
        ON_ARCHIVE(rows_are_changed),
        ON_ARCHIVE(elements_are_validated),
        ON_ARCHIVE(relations_streams_and_sql_give_them),
        ON_ARCHIVE(the_log_of_changes_has_them),
        ON_ARCHIVE(what_cannot_be_done_is_said),
        ON_ARCHIVE(what_is_stored_is_not_believed),
        ON_ARCHIVE(the_database_keeps_few_bytes),
    };
    return archive_run(tests);
}
