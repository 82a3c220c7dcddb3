/* The quoters: what a database reads is what was given, or it was refused. */
#include "render/render.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "testdb.h"

#define BYTES_63 "123456789012345678901234567890123456789012345678901234567890123"

static const char *postgresql, *sqlite;

static const char *const texts[] = {
    "plain",
    "two words",
    "it's",
    "''",
    "\"",
    "\"\"",
    "a\"; DROP TABLE \"b",
    "'; DROP TABLE b; --",
    "select",
    "\\",
    "\\'",
    "$1",
    "?1",
    "%s",
    "--",
    "/*",
    "*/",
    "a\nb",
    "\t",
    "\xc3\xa4\xe2\x82\xac",
    "\xf0\x9f\xa6\x80",
    BYTES_63,
};

/* What the database says when it is asked for the literal, or for the name of a column. */
static void check_text(const char *url, tenon_dialect dialect, const char *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon_error err = {0};
    tenon__buf_text(&sql, "SELECT ");
    assert_true(tenon__quote_literal(&sql, dialect, text, strlen(text), &err));
    assert_string_equal(testdb_value(url, tenon__buf_string(&sql)), text);
    tenon__buf_clear(&sql);
    tenon__buf_text(&sql, "CREATE TABLE ");
    assert_true(tenon__quote_table(&sql, dialect, NULL, text, &err));
    tenon__buf_text(&sql, " (");
    assert_true(tenon__quote_identifier(&sql, dialect, text, &err));
    tenon__buf_text(&sql, " integer)");
    testdb_run(url, tenon__buf_string(&sql));
}

static void check_names(const char *url, const char *tables, const char *columns, const char *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    const char *const queries[] = {tables, columns};
    for (size_t i = 0; i < 2; i++) {
        tenon__buf_clear(&sql);
        tenon__buf_text(&sql, queries[i]);
        assert_true(tenon__quote_literal(&sql, TENON_SQLITE, text, strlen(text), NULL));
        assert_string_equal(testdb_value(url, tenon__buf_string(&sql)), text);
    }
}

static void postgresql_reads_what_was_quoted(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(texts); i++) {
        check_text(postgresql, TENON_POSTGRESQL, texts[i]);
        check_names(postgresql, "SELECT relname FROM pg_class WHERE relkind = 'r' AND relname = ",
                    "SELECT attname FROM pg_attribute WHERE attnum = 1 AND attname = ", texts[i]);
    }
}

static void sqlite_reads_what_was_quoted(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(texts); i++) {
        check_text(sqlite, TENON_SQLITE, texts[i]);
        check_names(sqlite, "SELECT name FROM sqlite_schema WHERE name = ",
                    "SELECT c.name FROM sqlite_schema AS s, pragma_table_info(s.name) AS c "
                    "WHERE s.name = c.name AND c.name = ",
                    texts[i]);
    }
}

static void check_refused(tenon_dialect dialect, const char *name, const char *why)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon_error err = {0};
    assert_false(tenon__quote_identifier(&sql, dialect, name, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_non_null(strstr(err.message, why));
    assert_true(sql.failed);
}

static void names_that_would_come_back_changed_are_refused(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    check_refused(TENON_POSTGRESQL, "", "empty");
    check_refused(TENON_SQLITE, "", "empty");
    check_refused(TENON_POSTGRESQL, NULL, "empty");
    check_refused(TENON_POSTGRESQL, "\xff", "UTF-8");
    check_refused(TENON_SQLITE, "\xc3", "UTF-8");
    check_refused(TENON_POSTGRESQL, BYTES_63 "4", "63 bytes");
    assert_true(tenon__quote_identifier(&sql, TENON_SQLITE, BYTES_63 "4", NULL));
}

static void texts_that_sql_cannot_hold_are_refused(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon_error err = {0};
    assert_false(tenon__quote_literal(&sql, TENON_POSTGRESQL, "a\0b", 3, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_true(sql.failed);
}

static void a_table_may_have_a_schema(void **state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    assert_true(tenon__quote_table(&sql, TENON_POSTGRESQL, "a.b", "c\"d", NULL));
    assert_string_equal(tenon__buf_string(&sql), "\"a.b\".\"c\"\"d\"");
    tenon_error err = {0};
    assert_false(tenon__quote_table(&sql, TENON_POSTGRESQL, "", "c", &err));
}

static int open_both(void **state)
{
    postgresql = testdb_create("quote");
    sqlite = testdb_sqlite_url();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(postgresql_reads_what_was_quoted),
        cmocka_unit_test(sqlite_reads_what_was_quoted),
        cmocka_unit_test(names_that_would_come_back_changed_are_refused),
        cmocka_unit_test(texts_that_sql_cannot_hold_are_refused),
        cmocka_unit_test(a_table_may_have_a_schema),
    };
    return cmocka_run_group_tests(tests, open_both, NULL);
}
