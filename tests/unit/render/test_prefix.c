/* STARTS_WITH finds its rows by an index, on both databases. */
#include "render/render.h"

#include <libpq-fe.h>
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>

#include <cmocka.h>

#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

static tenon__plan *render_prefix(tenon_dialect dialect)
{
    tenon__arena arena = {0};
    tenon__shape shape;
    tenon_error err = {0};
    tenon__shape_begin(&shape, &arena, TENON__EXISTS, &user_model);
    tenon__shape_field(&shape, TENON_STARTS_WITH, USER_EMAIL - 1);
    tenon__shape_word(&shape, TENON__SHAPE_END);
    tenon__plan *plan = tenon__render(dialect, shape.data, shape.length, &err);
    assert_non_null(plan);
    return plan;
}

/* All of what EXPLAIN says, in one text. */
static void explain_sqlite(const char *path, const char *sql, tenon__buf *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf explain = {0};
    sqlite3 *db;
    sqlite3_stmt *statement;
    tenon__buf_format(&explain, "EXPLAIN QUERY PLAN %s", sql);
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, tenon__buf_string(&explain), -1, &statement, NULL),
                     SQLITE_OK);
    while (sqlite3_step(statement) == SQLITE_ROW)
        tenon__buf_text(out, (const char *)sqlite3_column_text(statement, 3));
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

static void sqlite_searches_the_index(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf said = {0};
    const char *path = testdb_sqlite_path();
    tenon__plan *plan = render_prefix(TENON_SQLITE);
    sqlite3 *db;
    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, sample_schema_sqlite, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    explain_sqlite(path, plan->statement.sql, &said);
    assert_non_null(strstr(tenon__buf_string(&said), "(email>? AND email<?)"));
    tenon__plan_free(plan);
}

static void explain_postgresql(PGconn *connection, const char *sql, tenon__buf *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf explain = {0};
    const char *const values[] = {"ann%"};
    tenon__buf_format(&explain, "EXPLAIN %s", sql);
    PGresult *result =
        PQexecParams(connection, tenon__buf_string(&explain), 1, NULL, values, NULL, NULL, 0);
    for (int i = 0; i < PQntuples(result); i++)
        tenon__buf_text(out, PQgetvalue(result, i, 0));
    PQclear(result);
}

static void postgresql_searches_the_index(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf said = {0};
    const char *url = testdb_create("prefix");
    tenon__plan *plan = render_prefix(TENON_POSTGRESQL);
    testdb_run(url, sample_schema_postgresql);
    testdb_run(url, "CREATE INDEX ON \"User\" (\"email\" text_pattern_ops)");
    PGconn *connection = PQconnectdb(url);
    PQclear(PQexec(connection, "SET enable_seqscan = off"));
    explain_postgresql(connection, plan->statement.sql, &said);
    assert_non_null(strstr(tenon__buf_string(&said), "~>=~ 'ann'"));
    PQfinish(connection);
    tenon__plan_free(plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sqlite_searches_the_index),
        cmocka_unit_test(postgresql_searches_the_index),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
