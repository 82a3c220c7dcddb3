/* Where statements end, and of what kind they are. */
#include "migrate/split.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct split_case {
    tenon_dialect dialect;
    const char *sql;
    const char *expected; /* "line:kind:text|…" */
} split_case;

#define PG TENON_POSTGRESQL
#define LITE TENON_SQLITE

static const split_case cases[] = {
    {PG, "", ""},
    {PG, ";; -- no\n ;", ""},
    {PG, "SELECT 1;SELECT 2", "1:p:SELECT 1|1:p:SELECT 2"},
    {PG, "/* a; /* b; */ c; */ SELECT 1; -- ;\nSELECT 2;", "1:p:SELECT 1|2:p:SELECT 2"},
    {PG, "SELECT ';''';\nSELECT \";\"\";\"", "1:p:SELECT ';'''|2:p:SELECT \";\"\";\""},
    {PG, "SELECT E'\\';', e';';SELECT 2", "1:p:SELECT E'\\';', e';'|1:p:SELECT 2"},
    {PG, "SELECT '\\';SELECT 2", "1:p:SELECT '\\'|1:p:SELECT 2"},
    {PG, "DO $$ BEGIN; END $$; SELECT $a$;$$;$a$, $1;",
     "1:p:DO $$ BEGIN; END $$|1:p:SELECT "
     "$a$;$$;$a$, $1"},
    {PG, "SELECT a$b$c; SELECT 1", "1:p:SELECT a$b$c|1:p:SELECT 1"},
    {PG, "CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2); SELECT 3",
     "1:p:CREATE RULE r AS ON DELETE TO t DO (SELECT 1; SELECT 2)|1:p:SELECT 3"},
    {PG,
     "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; "
     "SELECT 2; END; SELECT 3",
     "1:p:CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 "
     "END; SELECT 2; END|1:p:SELECT 3"},
    {PG, "CREATE TABLE begin_end (\"begin\" int); SELECT 1",
     "1:p:CREATE TABLE begin_end (\"begin\" int)|1:p:SELECT 1"},
    {PG, "begin; VACUUM; end; vacuum", "1:b:begin|1:p:VACUUM|1:c:end|1:o:vacuum"},
    {PG, "START TRANSACTION; ROLLBACK TO a; ABORT",
     "1:b:START TRANSACTION|1:p:ROLLBACK TO a|1:r:ABORT"},
    {PG, "CREATE UNIQUE INDEX CONCURRENTLY a ON b (c); CREATE INDEX concurrently ON b (c)",
     "1:o:CREATE UNIQUE INDEX CONCURRENTLY a ON b (c)|1:o:CREATE INDEX concurrently ON b (c)"},
    {PG, "REINDEX (VERBOSE) TABLE CONCURRENTLY a; DROP INDEX CONCURRENTLY IF EXISTS a",
     "1:o:REINDEX (VERBOSE) TABLE CONCURRENTLY a|1:o:DROP INDEX CONCURRENTLY IF EXISTS a"},
    {PG, "ALTER TABLE a DETACH PARTITION b CONCURRENTLY; ALTER TABLE a DETACH PARTITION b",
     "1:o:ALTER TABLE a DETACH PARTITION b CONCURRENTLY|1:p:ALTER TABLE a DETACH PARTITION b"},
    {PG, "SET LOCAL a = 1; SET a = 1; SELECT pg_catalog.set_config('a', 'b', false)",
     "1:p:SET LOCAL a = 1|1:P:SET a = 1|1:P:SELECT pg_catalog.set_config('a', 'b', false)"},
    {PG, "CALL p(); SELECT 1", "1:p:CALL p()|1:p:SELECT 1"},
    {PG, "CALL p();", "1:o:CALL p()"},
    {PG, "DO $$ BEGIN COMMIT; END $$", "1:o:DO $$ BEGIN COMMIT; END $$"},
    {LITE, "SELECT [;], `;`, \";\", '\\'; SELECT 2 /* open ;",
     "1:p:SELECT [;], `;`, \";\", '\\'|1:p:SELECT 2"},
    {LITE,
     "CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 1; END;\n"
     "SELECT 2",
     "1:p:CREATE TEMP TRIGGER t AFTER INSERT ON a BEGIN SELECT CASE WHEN 1 THEN 2 END; SELECT 1; "
     "END|2:p:SELECT 2"},
    {LITE, "PRAGMA foreign_keys=OFF; PRAGMA defer_foreign_keys=ON; PRAGMA foreign_key_check",
     "1:O:PRAGMA foreign_keys=OFF|1:p:PRAGMA defer_foreign_keys=ON|1:p:PRAGMA foreign_key_check"},
    {LITE, "BEGIN IMMEDIATE; PRAGMA foreign_keys=OFF; END TRANSACTION; VACUUM",
     "1:b:BEGIN IMMEDIATE|1:P:PRAGMA foreign_keys=OFF|1:c:END TRANSACTION|1:o:VACUUM"},
};

static char letter_of(const tenon__piece *piece)
{
    char letter = "pobcr"[piece->kind];
    return piece->is_setting ? (char)(letter - 'a' + 'A') : letter;
}

static void check_case(const split_case *c)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf found = {0};
    tenon__pieces pieces;
    tenon_error err = {0};
    if (!tenon__split(c->dialect, c->sql, &arena, &pieces, &err))
        fail_msg("%s: %s", c->sql, err.message);
    for (size_t i = 0; i < pieces.count; i++)
        tenon__buf_format(&found, "%s%u:%c:%s", i ? "|" : "", pieces.items[i].line,
                          letter_of(&pieces.items[i]), pieces.items[i].text);
    assert_string_equal(tenon__buf_string(&found), c->expected);
}

static void statements_end_where_the_database_ends_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < TENON__COUNT(cases); i++)
        check_case(&cases[i]);
}

static void check_refused(tenon_dialect dialect, const char *sql, const char *text)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    tenon__pieces pieces;
    tenon_error err = {0};
    assert_false(tenon__split(dialect, sql, &arena, &pieces, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_non_null(strstr(err.message, text));
}

static void what_is_never_closed_is_refused(void **state)
{
    (void)state;
    check_refused(TENON_POSTGRESQL, "SELECT 1;\nSELECT 'a;\n", "never closed");
    check_refused(TENON_POSTGRESQL, "SELECT $a$;$$", "never closed");
    check_refused(TENON_POSTGRESQL, "/* /* */", "never closed");
    check_refused(TENON_SQLITE, "SELECT [a", "never closed");
    check_refused(TENON_SQLITE, "\n\nBEGIN; SELECT 1", "line 3 begins");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statements_end_where_the_database_ends_them),
        cmocka_unit_test(what_is_never_closed_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
