/* With an SQLite database at hand the linter asks its rows: what they prove is an error with their
 * keys, what they disprove is not told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "../../support/testdb.h"
#include "linted.h"

#include <tenon/tenon.h>

static const char *url;
static tenon_db *db;
static tenon_session *session;

static const char tables[] =
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT, boss INTEGER);"
    "INSERT INTO people VALUES (1, 'ann', '1', NULL), (2, 'bob', 'x', 1), (3, 'ann', NULL, 7),"
    " (4, 'Bob', '4', NULL);"
    "CREATE TABLE \"it's\" (a TEXT, b TEXT, v TEXT, PRIMARY KEY (a, b)) WITHOUT ROWID;"
    "INSERT INTO \"it's\" VALUES ('1', '2', 'x'), ('3', '4', NULL);"
    "CREATE TABLE empty (a TEXT);";

static int connect_all(void **state)
{
    (void)state;
    tenon_error err = {0};
    url = testdb_sqlite_url();
    db = tenon_open(url, NULL, &err);
    session = tenon_session_open(db, NULL);
    return session && tenon_execute(session, tables) ? 0 : -1;
}

static int disconnect_all(void **state)
{
    (void)state;
    tenon_session_close(session);
    tenon_close(db);
    return 0;
}

static lint *asked(const char *text)
{
    tenon_error err = {0};
    lint_options options = {.dialect = TENON_SQLITE, .is_dialect_given = true, .session = session};
    lint *l = lint_new(&options, &err);
    if (!l || !lint_add(l, "it.sql", text, &err) || !lint_finish(l, &err))
        fail_msg("%s", err.message);
    assert_false(tenon_failed(session));
    return l;
}

typedef struct proof {
    unsigned number;
    const char *text;
    const char *evidence; /* NULL: the finding is taken back */
} proof;

#define REBUILT                                                                                    \
    "CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT, email TEXT, boss INTEGER);"           \
    "PRAGMA foreign_keys=OFF;"
#define COPIED                                                                                     \
    "INSERT INTO new_people (id, name) SELECT id, name FROM people; DROP TABLE people;"            \
    "ALTER TABLE new_people RENAME TO people; PRAGMA foreign_key_check"

static const proof proofs[] = {
    {2, "DROP TABLE empty;", NULL},
    {2, "DROP TABLE people;", "4 rows: 1; 2; 3; 4"},
    {2, "DROP TABLE \"it's\";", "2 rows: 1, 2; 3, 4"},
    {3, "ALTER TABLE empty DROP COLUMN a;", NULL},
    {3, "ALTER TABLE people DROP COLUMN boss;", "2 rows: 2; 3"},
    {3, "ALTER TABLE \"it's\" DROP v;", "1 row: 1, 2"},
    {8, "DELETE FROM empty;", NULL},
    {8, "DELETE FROM people;", "4 rows: 1; 2; 3; 4"},
    {14, "CREATE UNIQUE INDEX u ON people (name);", "1 row: ann (2 times)"},
    {14, "CREATE UNIQUE INDEX u ON people (name COLLATE NOCASE DESC);",
     "2 rows: ann (2 times); bob (2 times)"},
    {14, "CREATE UNIQUE INDEX u ON people (name) WHERE id > 2;", NULL},
    {14, "CREATE UNIQUE INDEX u ON people (name, boss);", NULL},
    {14, "CREATE UNIQUE INDEX u ON people (\"boss\" ASC);", NULL},
};

static void rows_prove_findings_or_take_them_back(void **state)
{
    (void)state;
    for (size_t i = 0; i < TENON__COUNT(proofs); i++) {
        lint *l = asked(proofs[i].text);
        size_t count = linted_count(l, proofs[i].number);
        if (count != (proofs[i].evidence != NULL))
            fail_msg("check %u finds %zu in: %s", proofs[i].number, count, proofs[i].text);
        if (count) {
            const lint_finding *finding = linted_finding(l, proofs[i].number);
            assert_string_equal(finding->evidence, proofs[i].evidence);
            assert_int_equal(finding->severity, LINT_ERROR);
        }
        lint_free(l);
    }
}

static lint *rebuilt(const char *table)
{
    char before[512], text[1024];
    tenon_error err = {0};
    lint_options options = {.dialect = TENON_SQLITE, .is_dialect_given = true, .session = session};
    lint *l = lint_new(&options, &err);
    snprintf(before, sizeof before, "%s", REBUILT);
    snprintf(text, sizeof text, "PRAGMA foreign_keys=OFF; %s;" COPIED, table);
    if (!l || !lint_add(l, "1.sql", before, &err) || !lint_add(l, "it.sql", text, &err) ||
        !lint_finish(l, &err))
        fail_msg("%s", err.message);
    return l;
}

static void a_rebuild_is_proved_too(void **state)
{
    (void)state;
    lint *l = rebuilt("CREATE TABLE new_people (id INTEGER PRIMARY KEY, name TEXT NOT NULL, "
                      "email TEXT NOT NULL)");
    assert_int_equal(linted_count(l, 16), 1);
    assert_string_equal(linted_finding(l, 16)->evidence, "1 row: 3");
    assert_int_equal(linted_count(l, 3), 1);
    assert_string_equal(linted_finding(l, 3)->evidence, "2 rows: 2; 3");
    lint_free(l);
}

static void what_cannot_be_asked_stays_as_the_text_shows_it(void **state)
{
    (void)state;
    lint *l = asked("DROP TABLE nobody; ALTER TABLE people DROP COLUMN nothing;"
                    "CREATE UNIQUE INDEX u ON people (lower(name));"
                    "CREATE UNIQUE INDEX w ON people (nothing);");
    assert_int_equal(linted_count(l, 2), 1);
    assert_int_equal(linted_count(l, 3), 1);
    assert_int_equal(linted_count(l, 14), 2);
    assert_null(linted_finding(l, 2)->evidence);
    assert_null(linted_finding(l, 3)->evidence);
    assert_null(linted_finding(l, 14)->evidence);
    lint_free(l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_prove_findings_or_take_them_back),
        cmocka_unit_test(a_rebuild_is_proved_too),
        cmocka_unit_test(what_cannot_be_asked_stays_as_the_text_shows_it),
    };
    return cmocka_run_group_tests(tests, connect_all, disconnect_all);
}
