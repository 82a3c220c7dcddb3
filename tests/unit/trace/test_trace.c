/* A migration that is traced tells the locks that PostgreSQL took and the tables it wrote anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/testdb.h"
#include "trace/trace.h"

static const tenon_migration before = {
    .name = "1_before",
    .sql = "CREATE TABLE users (id int PRIMARY KEY, name varchar(20), age int);"
           "CREATE TABLE orders (id int PRIMARY KEY, user_id int);",
};

static trace *trace_there_and_back(const char *sql, const char *down)
{
    tenon_error err = {0};
    trace_input input = {
        .url = testdb_create("trace"),
        .before = {&before, 1},
        .path = "it.sql",
        .sql = sql,
        .down_sql = down,
    };
    trace *t = trace_run(&input, &err);
    if (!t)
        fail_msg("%s", err.message);
    return t;
}

static trace *trace_text(const char *sql)
{
    return trace_there_and_back(sql, NULL);
}

static const char *mode_of(const trace *t, size_t statement, const char *relation)
{
    const trace_statement *s = &t->statements[statement];
    assert_true(statement < t->statement_count);
    for (size_t i = 0; i < s->lock_count; i++)
        if (strcmp(s->locks[i].relation, relation) == 0)
            return s->locks[i].mode;
    return "none";
}

static void the_locks_of_each_statement_are_told(void **state)
{
    (void)state;
    trace *t = trace_text("CREATE INDEX i ON users (age);\n"
                          "ALTER TABLE orders ADD CONSTRAINT f FOREIGN KEY (user_id)"
                          " REFERENCES users (id);\n"
                          "ALTER TABLE users ADD COLUMN x int;\n"
                          "UPDATE users SET age = 1;");
    assert_null(t->failure);
    assert_int_equal(t->statement_count, 4);
    assert_string_equal(mode_of(t, 0, "users"), "SHARE");
    assert_string_equal(mode_of(t, 1, "orders"), "SHARE ROW EXCLUSIVE");
    assert_string_equal(mode_of(t, 1, "users"), "SHARE ROW EXCLUSIVE");
    assert_string_equal(mode_of(t, 2, "users"), "ACCESS EXCLUSIVE");
    assert_string_equal(mode_of(t, 3, "users"), "none"); /* held in a stronger mode */
    assert_int_equal(trace_rewrite_count(t), 0);
    assert_int_equal(t->statements[3].line, 4);
    trace_free(t);
}

static void a_rewrite_is_seen_where_there_is_one(void **state)
{
    (void)state;
    trace *t = trace_text("ALTER TABLE users ALTER COLUMN name TYPE varchar(40);\n"
                          "ALTER TABLE users ALTER COLUMN age TYPE bigint;\n"
                          "ALTER TABLE users ADD COLUMN a uuid DEFAULT gen_random_uuid();\n"
                          "ALTER TABLE users ADD COLUMN b timestamptz DEFAULT now();");
    assert_null(t->failure);
    assert_false(t->statements[0].is_rewrite);
    assert_true(t->statements[1].is_rewrite);
    assert_int_equal(t->statements[1].rewritten_count, 2); /* and its key */
    assert_true(t->statements[2].is_rewrite);
    assert_false(t->statements[3].is_rewrite);
    trace_free(t);
}

static void what_the_migration_makes_itself_is_nobodys_concern(void **state)
{
    (void)state;
    trace *t = trace_text("CREATE TABLE made (id int); CREATE INDEX m ON made (id);\n"
                          "ALTER TABLE made ALTER COLUMN id TYPE bigint");
    for (size_t i = 0; i < t->statement_count; i++) {
        assert_int_equal(t->statements[i].lock_count, 0);
        assert_int_equal(t->statements[i].rewritten_count, 0);
    }
    trace_free(t);
}

static void statements_that_cannot_run_in_a_transaction_run_outside(void **state)
{
    (void)state;
    trace *t = trace_text("ALTER TABLE users ADD COLUMN x int;\n"
                          "CREATE INDEX CONCURRENTLY i ON users (x);\n"
                          "BEGIN; ALTER TABLE users ADD y int; COMMIT; VACUUM FULL users");
    assert_null(t->failure);
    assert_int_equal(t->statements[0].transaction, 1);
    assert_int_equal(t->statements[1].transaction, 0);
    assert_int_equal(t->statements[3].transaction, 2);
    assert_true(t->statements[5].rewritten_count > 0);
    trace_free(t);
}

static void a_statement_that_fails_is_named_with_its_line(void **state)
{
    (void)state;
    trace *t = trace_text("ALTER TABLE users ADD COLUMN x int;\n\nALTER TABLE nobody ADD y int;");
    assert_int_equal(t->statement_count, 1);
    assert_non_null(strstr(t->failure, "nobody"));
    assert_int_equal(t->failure_line, 3);
    trace_free(t);
}

static void a_way_back_that_leaves_something_is_told(void **state)
{
    (void)state;
    trace *t = trace_there_and_back("ALTER TABLE users ADD COLUMN x int, ADD COLUMN y int;",
                                    "ALTER TABLE users DROP COLUMN x, DROP COLUMN name;");
    assert_true(t->has_down);
    assert_int_equal(t->difference_count, 2);
    assert_non_null(strstr(t->differences[0], "name"));
    assert_int_equal(t->differences[0][0], '-');
    assert_non_null(strstr(t->differences[1], "y"));
    assert_int_equal(t->differences[1][0], '+');
    trace_free(t);
    t = trace_there_and_back("ALTER TABLE users ADD COLUMN x int;",
                             "ALTER TABLE users DROP COLUMN x;");
    assert_true(t->has_down);
    assert_int_equal(t->difference_count, 0);
    trace_free(t);
    t = trace_there_and_back("SELECT 1", "DROP TABLE nobody");
    assert_non_null(strstr(t->down_failure, "nobody"));
    trace_free(t);
}

static void texts_and_json_say_the_same(void **state)
{
    (void)state;
    tenon__buf text = {0}, json = {0};
    trace *t = trace_text("ALTER TABLE users ALTER COLUMN age TYPE bigint;\nSELECT 1 FROM no;");
    trace_write_text(t, &text);
    trace_write_json(t, &json);
    assert_non_null(strstr(tenon__buf_string(&text),
                           "lock    users: ACCESS EXCLUSIVE, readers and writers wait"));
    assert_non_null(strstr(tenon__buf_string(&text), "37 rewrite-seen"));
    assert_non_null(strstr(tenon__buf_string(&text), "it.sql:2: failed: "));
    assert_true(tenon__json_is_valid(json.data, json.length));
    assert_non_null(strstr(json.data, "\"rewriteWhileLocked\": true"));
    tenon__buf_release(&text);
    tenon__buf_release(&json);
    trace_free(t);
}

static void sqlite_has_nothing_to_trace(void **state)
{
    (void)state;
    tenon_error err = {0};
    trace_input input = {.url = testdb_sqlite_url(), .path = "it.sql", .sql = "SELECT 1"};
    assert_null(trace_run(&input, &err));
    assert_int_equal(err.status, TENON_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_locks_of_each_statement_are_told),
        cmocka_unit_test(a_rewrite_is_seen_where_there_is_one),
        cmocka_unit_test(what_the_migration_makes_itself_is_nobodys_concern),
        cmocka_unit_test(statements_that_cannot_run_in_a_transaction_run_outside),
        cmocka_unit_test(a_statement_that_fails_is_named_with_its_line),
        cmocka_unit_test(a_way_back_that_leaves_something_is_told),
        cmocka_unit_test(texts_and_json_say_the_same),
        cmocka_unit_test(sqlite_has_nothing_to_trace),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
