/* Packed arrays in queries of files: what was generated of tests/golden/generate/packed, run on
 * both databases. They go in and come out as those of the client do, and as bytes where the file
 * says so. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../golden/generate/packed/models.h"
#include "../../support/testdb.h"
#include "ddl/ddl.h"

#include <tenon/codec.h>
#include <tenon/tenon.h>

typedef struct database {
    tenon_db *db;
    tenon_session *s;
} database;

static database open_database(tenon_dialect dialect)
{
    tenon_error err = {0};
    ddl_script script;
    database d;
    const char *url = dialect == TENON_POSTGRESQL ? testdb_create("packed") : testdb_sqlite_url();
    schema *read = schema_read_path("tests/golden/generate/packed/schema.prisma", &err);
    assert_non_null(read);
    d.db = tenon_open(url, NULL, &err);
    assert_non_null(d.db);
    d.s = tenon_session_open(d.db, NULL);
    assert_true(ddl_create(read, dialect, &script, &err));
    assert_true(ddl_apply(d.s, &script));
    ddl_script_release(&script);
    schema_free(read);
    return d;
}

static void assert_sound(const database *d)
{
    if (tenon_failed(d->s))
        fail_msg("%s", tenon_message(d->s));
}

static void close_database(database *d)
{
    assert_sound(d);
    tenon_session_close(d->s);
    tenon_close(d->db);
}

static const tenon_time times[] = {{0}, {1700000000123456}, {-1}};
static const double numbers[] = {20.25, -3.5, 1e9};
static const char *const notes[] = {"", "grüße"};

static void add_three(const database *d)
{
    add_series(d->s, .name = "full", .times = {times, 3}, .numbers = {numbers, 3},
               .notes = {notes, 2});
    const LoadSeriesParams rows[] = {
        {.name = "loaded", .times = {times, 2}, .numbers = {numbers, 1}, .notes = {notes, 1}},
        {.name = "empty"},
    };
    assert_int_equal(load_series(d->s, rows, 2), 2);
    assert_sound(d);
}

static void assert_numbers(tenon_double_array found, size_t count)
{
    assert_int_equal(found.count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(fabs(found.items[i] - numbers[i]) <= 0.005);
}

static void look_at_rows(const database *d)
{
    SeriesList all = all_series(d->s);
    assert_int_equal(all.count, 3);
    assert_memory_equal(all.items[0].times.items, times, sizeof times);
    assert_numbers(all.items[0].numbers, 3);
    assert_string_equal(all.items[0].notes.items[1], "grüße");
    assert_int_equal(all.items[1].times.count, 2);
    assert_int_equal(all.items[2].times.count, 0);
    const SeriesValuesRow *one = series_values(d->s, .name = "full");
    assert_non_null(one);
    assert_numbers(one->numbers, 3);
    assert_int_equal(one->words.count, 2);
    SeriesBesideList beside = series_beside(d->s);
    assert_numbers(beside.items[0].numbers, 1);
    assert_int_equal(beside.items[2].numbers.count, 0);
    assert_sound(d);
}

static void change(const database *d)
{
    const ChangeValuesParams changes[] = {{.name = "full", .numbers = {numbers, 2}},
                                          {.name = "empty", .numbers = {numbers, 3}}};
    assert_int_equal(change_values(d->s, changes, 2), 2);
    assert_int_equal(change_some(d->s, .name = "loaded", .numbers = {numbers, 3}), 1);
    SeriesList all = all_series(d->s);
    assert_numbers(all.items[0].numbers, 2);
    assert_numbers(all.items[1].numbers, 3);
    assert_int_equal(all.items[1].notes.count, 0);
    assert_numbers(all.items[2].numbers, 3);
}

static void look_at_stream(const database *d)
{
    EverySeriesStream rows = every_series(d->s);
    size_t count = 0;
    for (EverySeriesRow *row; (row = every_series_next(rows));)
        count += row->times.count;
    every_series_close(rows);
    assert_int_equal(count, 5);
}

/* What has been stated as Bytes is what the codec unpacks. */
static void look_at_bytes(const database *d)
{
    StoredList stored_rows = stored(d->s);
    tenon_unpacked back;
    const tenon_bytes *bytes = &stored_rows.items[0].numbers;
    assert_true(tenon_unpack(bytes->data, bytes->len, NULL, &back, NULL));
    assert_int_equal(back.array.count, 2);
    tenon_unpacked_free(&back);
}

static void check_both(const database *d)
{
    add_three(d);
    look_at_rows(d);
    change(d);
    look_at_stream(d);
    look_at_bytes(d);
}

static void packed_arrays_pass_through_queries_on_sqlite(void **state)
{
    (void)state;
    database d = open_database(TENON_SQLITE);
    check_both(&d);
    close_database(&d);
}

static void packed_arrays_pass_through_queries_on_postgres(void **state)
{
    (void)state;
    database d = open_database(TENON_POSTGRESQL);
    check_both(&d);
    close_database(&d);
}

static void packed_arrays_are_unpacked_within_objects_and_rows(void **state)
{
    (void)state;
    database d = open_database(TENON_POSTGRESQL);
    add_three(&d);
    SeriesObjectsList objects = series_objects(d.s);
    assert_sound(&d);
    assert_numbers(objects.items[0].object->numbers, 3);
    assert_string_equal(objects.items[0].object->notes.items[1], "grüße");
    assert_int_equal(objects.items[2].object->numbers.count, 0);
    SeriesRowsList rows = series_rows(d.s);
    assert_sound(&d);
    assert_memory_equal(rows.items[0].whole->times.items, times, sizeof times);
    assert_numbers(rows.items[1].whole->numbers, 1);
    close_database(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packed_arrays_pass_through_queries_on_sqlite),
        cmocka_unit_test(packed_arrays_pass_through_queries_on_postgres),
        cmocka_unit_test(packed_arrays_are_unpacked_within_objects_and_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
