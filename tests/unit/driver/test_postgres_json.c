/* What is no JSON is refused with its field's name, whoever finds it out: the server, or, where its
 * refusal would end a transaction, the driver itself. */
#include "pgtest.h"

#include <string.h>

static const tenon_field doc_fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT32, .pg_type = TENON_PG_INT4},
    {.name = "data", .column = "data", .kind = TENON_KIND_JSON, .pg_type = TENON_PG_JSONB},
    {.name = "plain", .column = "plain", .kind = TENON_KIND_JSON, .pg_type = TENON_PG_JSON},
};
static const tenon_model doc_model = {
    .name = "Doc", .table = "doc", .fields = doc_fields, .field_count = 3};
static const tenon__slot doc_slots[] = {
    {.field = &doc_fields[0], .model = &doc_model},
    {.field = &doc_fields[1], .model = &doc_model},
    {.field = &doc_fields[2], .model = &doc_model},
};

#define INSERT(id)                                                                                 \
    {                                                                                              \
        .sql = "INSERT INTO doc VALUES (" id ", $2, $3)",                                          \
        .sql_length = sizeof "INSERT INTO doc VALUES (" id ", $2, $3)" - 1,                        \
        .flags = TENON__WRITES, .slots = doc_slots, .slot_count = 3                                \
    }
static const tenon__statement insert = INSERT("$1");
static const tenon__statement insert_inverse = INSERT("1 / $1");

#define JSON(text)                                                                                 \
    {                                                                                              \
        sizeof(text) - 1, text                                                                     \
    }
static const tenon_json empty_object = JSON("{}");

static int open_docs(void **state)
{
    static pgtest t;
    pgtest_open(&t, testdb_create("json"));
    assert_true(pgtest_script(&t, "CREATE TABLE doc (id int PRIMARY KEY, data jsonb, plain json)"));
    *state = &t;
    return 0;
}

static int close_docs(void **state)
{
    pgtest_close(*state);
    return 0;
}

static bool put(pgtest *t, const tenon__statement *statement, int64_t id, tenon_json data,
                tenon_json plain)
{
    const void *values[] = {&id, &data, &plain};
    return pgtest_once(t, statement, values, NULL);
}

static void assert_refused(pgtest *t, const char *field)
{
    assert_int_equal(t->err.status, TENON_TYPE);
    assert_int_equal(t->err.applied, TENON_APPLIED_NO);
    assert_string_equal(t->err.model, "Doc");
    assert_string_equal(t->err.field, field);
    assert_null(strstr(t->err.message, "syntax"));
}

static void refuse_all(pgtest *t)
{
    static const tenon_json wrong[] = {JSON("{"),   JSON("nul"), JSON("[1,]"),     JSON("\"\xff\""),
                                       JSON("1\0"), JSON(" "),   JSON("{\"a\":}"), JSON("x")};
    for (size_t i = 0; i < TENON__COUNT(wrong); i++) {
        assert_false(put(t, &insert, 1, wrong[i], empty_object));
        assert_refused(t, "data");
        assert_false(put(t, &insert, 1, empty_object, wrong[i]));
        assert_refused(t, "plain");
    }
}

static void outside_of_a_transaction_the_field_is_named(void **state)
{
    pgtest *t = *state;
    refuse_all(t);
    assert_string_equal(testdb_value(t->url, "SELECT count(*) FROM doc"), "0");
}

static void inside_of_a_transaction_it_goes_on(void **state)
{
    pgtest *t = *state;
    assert_true(pgtest_script(t, "BEGIN"));
    refuse_all(t);
    assert_true(put(t, &insert, 1, (tenon_json)JSON("[1]"), (tenon_json)JSON("[ 2 ]")));
    assert_true(pgtest_script(t, "COMMIT"));
    assert_string_equal(testdb_value(t->url, "SELECT data || plain::jsonb FROM doc"), "[1, 2]");
    assert_true(pgtest_script(t, "DELETE FROM doc"));
}

static void a_json_that_is_one_is_not_blamed_for_another_value(void **state)
{
    pgtest *t = *state;
    assert_false(put(t, &insert_inverse, 0, empty_object, empty_object));
    assert_int_equal(t->err.status, TENON_RANGE);
    assert_string_equal(t->err.field, "");
    assert_string_equal(t->err.sqlstate, "22012");
}

static void a_json_ends_where_its_length_says(void **state)
{
    pgtest *t = *state;
    assert_true(put(t, &insert, 2, (tenon_json){2, "[]]"}, (tenon_json){0, "[]"}));
    assert_string_equal(testdb_value(t->url, "SELECT data::text || plain FROM doc WHERE id = 2"),
                        "[][]");
}

/* Of several statements the one it stands in, whether they are new to the server or not. */
static void of_several_statements_the_right_one_is_blamed(void **state)
{
    pgtest *t = *state;
    tenon__statement create = insert;
    create.about.deed = TENON__DEED_CREATE;
    tenon__prepared *prepared = pgtest_prepare(t, &create);
    int64_t ids[] = {11, 12, 13};
    tenon_json right = JSON("{}"), wrong = JSON("{\"a\":}");
    const void *values[][3] = {
        {&ids[0], &right, &right}, {&ids[1], &right, &wrong}, {&ids[2], &right, &right}};
    const tenon__execution pieces[] = {
        {prepared, values[0]}, {prepared, values[1]}, {prepared, values[2]}};
    for (int round = 0; round < 2; round++) {
        size_t failed = 9;
        tenon_error_reset(&t->err);
        tenon__progress progress =
            driver->execute_together(t->connection, pieces, 3, false, &failed, &t->err);
        assert_int_equal(pgtest_wait(t->connection, progress, &t->err), TENON__FAILED);
        assert_int_equal(failed, 1);
        assert_refused(t, "plain");
    }
    assert_string_equal(testdb_value(t->url, "SELECT count(*) FROM doc WHERE id > 10"), "0");
    driver->forget(t->connection, prepared);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outside_of_a_transaction_the_field_is_named),
        cmocka_unit_test(inside_of_a_transaction_it_goes_on),
        cmocka_unit_test(a_json_that_is_one_is_not_blamed_for_another_value),
        cmocka_unit_test(a_json_ends_where_its_length_says),
        cmocka_unit_test(of_several_statements_the_right_one_is_blamed),
    };
    return cmocka_run_group_tests(tests, open_docs, close_docs);
}
