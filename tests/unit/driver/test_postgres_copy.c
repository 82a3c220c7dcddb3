/* Bulk load by COPY in binary form: blocks, NULLs, rows that do not fit, and a server that gives
 * up. */
#include "pgtest.h"

#include <stdio.h>
#include <string.h>

static const char *const colours[] = {"red", "green"};
static const tenon_enum colour = {
    .name = "Colour", .type = "colour", .names = colours, .values = colours, .count = 2};
static const tenon_field fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT32, .pg_type = TENON_PG_INT4},
    {.name = "name", .column = "name", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT},
    {.name = "colour",
     .column = "colour",
     .kind = TENON_KIND_ENUM,
     .pg_type = TENON_PG_ENUM,
     .enumeration = &colour},
    {.name = "tags",
     .column = "tags",
     .kind = TENON_KIND_TEXT,
     .pg_type = TENON_PG_TEXT,
     .flags = TENON_FIELD_LIST},
    {.name = "address", .column = "address", .kind = TENON_KIND_OTHER, .pg_type = TENON_PG_INET},
};
static const tenon_model model = {.name = "Thing", .table = "thing"};
static const tenon__slot slots[] = {
    {.field = &fields[0], .model = &model},
    {.field = &fields[1], .model = &model},
    {.field = &fields[2], .model = &model},
    {.field = &fields[3], .model = &model, .form = TENON__FORM_ARRAY},
    {.field = &fields[4], .model = &model},
};
static const tenon__statement load = {
    .sql = "COPY thing (id, name, colour, tags) FROM STDIN (FORMAT binary)",
    .flags = TENON__WRITES,
    .slots = slots,
    .slot_count = 4};

static int open_things(void **state)
{
    static pgtest t;
    pgtest_open(&t, testdb_create("copy"));
    assert_true(pgtest_script(
        &t, "CREATE TYPE colour AS ENUM ('red', 'green'); CREATE TABLE thing (id int PRIMARY KEY, "
            "name text, colour colour, tags text[] NOT NULL, address inet)"));
    *state = &t;
    return 0;
}

static int close_things(void **state)
{
    pgtest_close(*state);
    return 0;
}

static bool begin_copy(pgtest *t)
{
    tenon_error_reset(&t->err);
    tenon__progress progress = driver->copy_begin(t->connection, &load, &t->err);
    return pgtest_wait(t->connection, progress, &t->err) == TENON__DONE;
}

static bool copy_thing(pgtest *t, int64_t id, const char *name)
{
    int green = 2;
    const char *const tags[] = {"a", "b \"c\""};
    const tenon_text_array array = {.items = tags, .count = id % 2 ? 2 : 0};
    const void *const values[] = {&id, name ? (const void *)&name : NULL, id % 3 ? &green : NULL,
                                  &array};
    tenon__progress progress = driver->copy_row(t->connection, &load, values, &t->err);
    return pgtest_wait(t->connection, progress, &t->err) == TENON__DONE;
}

static bool end_copy(pgtest *t, const char *abort_message, int64_t *affected)
{
    tenon__connection *c = t->connection;
    tenon__progress progress = driver->copy_end(c, abort_message, affected, &t->err);
    progress = pgtest_wait(c, progress, &t->err);
    if (progress == TENON__ROWS)
        progress = pgtest_wait(c, driver->fetch(c, NULL, affected, &t->err), &t->err);
    return progress == TENON__DONE;
}

static void rows_of_many_blocks_arrive(void **state)
{
    pgtest *t = *state;
    int64_t affected = 0;
    assert_true(begin_copy(t));
    assert_int_equal(driver->state(t->connection), TENON__COPYING);
    for (int64_t id = 1; id <= 20000; id++)
        assert_true(copy_thing(t, id, id % 5 ? "a name of no great length" : NULL));
    assert_true(end_copy(t, NULL, &affected));
    assert_int_equal(affected, 20000);
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
    assert_string_equal(testdb_value(t->url, "SELECT count(*) FROM thing WHERE name IS NULL"),
                        "4000");
    assert_string_equal(testdb_value(t->url, "SELECT tags || ARRAY[colour::text] FROM thing "
                                             "WHERE id = 7"),
                        "{a,\"b \\\"c\\\"\",green}");
}

static void a_copy_of_nothing_is_one(void **state)
{
    pgtest *t = *state;
    int64_t affected = -1;
    assert_true(begin_copy(t));
    assert_true(end_copy(t, NULL, &affected));
    assert_int_equal(affected, 0);
}

static void a_row_that_does_not_fit_leaves_the_copy_to_be_given_up(void **state)
{
    pgtest *t = *state;
    assert_true(begin_copy(t));
    assert_true(copy_thing(t, 1, "x"));
    assert_false(copy_thing(t, INT64_MAX, "x"));
    assert_int_equal(t->err.status, TENON_RANGE);
    assert_int_equal(driver->state(t->connection), TENON__COPYING);
    assert_true(end_copy(t, "a row did not fit", NULL));
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
    assert_string_equal(testdb_value(t->url, "SELECT count(*) FROM thing"), "0");
}

static void a_broken_rule_is_told_at_the_end(void **state)
{
    pgtest *t = *state;
    assert_true(begin_copy(t));
    for (int i = 0; i < 50000; i++)
        assert_true(copy_thing(t, 1, "the same key again and again"));
    assert_false(end_copy(t, NULL, NULL));
    assert_int_equal(t->err.status, TENON_UNIQUE);
    assert_string_equal(t->err.constraint, "thing_pkey");
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
    assert_true(pgtest_script(t, "SELECT 1"));
}

static void a_type_without_a_known_form_is_refused_before_anything_is_sent(void **state)
{
    pgtest *t = *state;
    tenon__statement statement = load;
    statement.slot_count = 5;
    tenon_error_reset(&t->err);
    assert_int_equal(driver->copy_begin(t->connection, &statement, &t->err), TENON__FAILED);
    assert_int_equal(t->err.status, TENON_UNSUPPORTED);
    assert_string_equal(t->err.field, "address");
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
}

static void what_is_no_copy_is_refused(void **state)
{
    pgtest *t = *state;
    tenon__statement statement = {.sql = "SELECT 1"};
    tenon_error_reset(&t->err);
    tenon__progress progress = driver->copy_begin(t->connection, &statement, &t->err);
    assert_int_equal(pgtest_wait(t->connection, progress, &t->err), TENON__FAILED);
    assert_int_equal(t->err.status, TENON_MISUSE);
    assert_int_equal(driver->state(t->connection), TENON__IDLE);
}

#define THINGS(test) cmocka_unit_test_setup_teardown(test, open_things, close_things)

int main(void)
{
    const struct CMUnitTest tests[] = {
        THINGS(rows_of_many_blocks_arrive),
        THINGS(a_copy_of_nothing_is_one),
        THINGS(a_row_that_does_not_fit_leaves_the_copy_to_be_given_up),
        THINGS(a_broken_rule_is_told_at_the_end),
        THINGS(a_type_without_a_known_form_is_refused_before_anything_is_sent),
        THINGS(what_is_no_copy_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
