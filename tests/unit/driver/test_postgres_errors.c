/* What the server reports, in tenon's terms: every status provoked for real, and the table of codes
 * compared with the one in docs/errors.md. */
#include "pgtest.h"

#include "driver/postgres/pg.h"

#include <stdio.h>
#include <string.h>

typedef struct error_case {
    const char *sql;
    const char *sqlstate;
    tenon_status status;
    const char *table, *column, *constraint;
} error_case;

static const error_case cases[] = {
    {"INSERT INTO a VALUES (1, 1, 'x')", "23505", TENON_UNIQUE, "a", "", "a_pkey"},
    {"INSERT INTO a VALUES (NULL, 1, 'x')", "23502", TENON_NOT_NULL, "a", "id", ""},
    {"INSERT INTO b VALUES (77)", "23503", TENON_FOREIGN_KEY, "b", "", "b_a_fkey"},
    {"INSERT INTO a VALUES (2, -1, 'x')", "23514", TENON_CHECK, "a", "", "a_n_check"},
    {"INSERT INTO c VALUES ('[1,5)')", "23P01", TENON_EXCLUSION, "c", "", "c_r_excl"},
    {"INSERT INTO a VALUES (2, 1, 'too long for it')", "22001", TENON_RANGE, "", "", ""},
    {"SELECT 1 / 0", "22012", TENON_RANGE, "", "", ""},
    {"SELECT 'x'::int", "22P02", TENON_TYPE, "", "", ""},
    {"SELECT * FROM nowhere", "42P01", TENON_SCHEMA, "", "", ""},
    {"SELECT nothing FROM a", "42703", TENON_SCHEMA, "", "", ""},
    {"SELECT n || id FROM a", "42883", TENON_SCHEMA, "", "", ""},
    {"INSERT INTO a VALUES (true, 1, 'x')", "42804", TENON_SCHEMA, "", "", ""},
    {"SELECT 1::nothing", "42704", TENON_SCHEMA, "", "", ""},
    {"SELEC 1", "42601", TENON_MISUSE, "", "", ""},
    {"SET ROLE nobody_at_all", "22023", TENON_MISUSE, "", "", ""},
    {"BEGIN; SET LOCAL ROLE tenon_guest; SELECT * FROM a", "42501", TENON_PERMISSION, "", "", ""},
    {"BEGIN READ ONLY; DELETE FROM b", "25006", TENON_READ_ONLY, "", "", ""},
    {"SET LOCAL statement_timeout = 1; SELECT pg_sleep(5)", "57014", TENON_CANCELLED, "", "", ""},
    {"SET LOCAL lock_timeout = 1; DELETE FROM locked", "55P03", TENON_LOCKED, "", "", ""},
    {"BEGIN ISOLATION LEVEL SERIALIZABLE; DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", "40001",
     TENON_SERIALIZATION, "", "", ""},
    {"DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$", "40P01", TENON_DEADLOCK, "", "", ""},
    {"DO $$ BEGIN RAISE SQLSTATE '53100'; END $$", "53100", TENON_DISK_FULL, "", "", ""},
    {"DO $$ BEGIN RAISE SQLSTATE '53200'; END $$", "53200", TENON_NO_MEMORY, "", "", ""},
    {"DO $$ BEGIN RAISE SQLSTATE '53300'; END $$", "53300", TENON_BUSY, "", "", ""},
    {"DO $$ BEGIN RAISE SQLSTATE '58030'; END $$", "58030", TENON_IO, "", "", ""},
    {"DO $$ BEGIN RAISE SQLSTATE 'XX001'; END $$", "XX001", TENON_CORRUPT, "", "", ""},
    {"DO $$ BEGIN RAISE EXCEPTION 'no'; END $$", "P0001", TENON_CHECK, "", "", ""},
    {"DO $$ BEGIN RAISE SQLSTATE 'U0001'; END $$", "U0001", TENON_UNSUPPORTED, "", "", ""},
    {"CREATE TABLE a ()", "42P07", TENON_MISUSE, "", "", ""},
};

static int open_errors(void **state)
{
    static pgtest t;
    pgtest_open(&t, testdb_create("errors"));
    assert_true(pgtest_script(
        &t, "CREATE TABLE a (id int PRIMARY KEY, n int CHECK (n > 0), t varchar(3));"
            "CREATE TABLE b (a int REFERENCES a); INSERT INTO a VALUES (1, 1, 'x');"
            "CREATE TABLE c (r int4range, EXCLUDE USING gist (r WITH &&));"
            "INSERT INTO c VALUES ('[1,3)'); CREATE TABLE locked (); DO $$ BEGIN "
            "CREATE ROLE tenon_guest; EXCEPTION WHEN duplicate_object THEN NULL; END $$"));
    *state = &t;
    return 0;
}

static int close_errors(void **state)
{
    pgtest_close(*state);
    return 0;
}

static void every_status_is_told_by_the_server(void **state)
{
    pgtest *t = *state, locker;
    pgtest_open(&locker, t->url);
    assert_true(pgtest_script(&locker, "BEGIN; LOCK TABLE locked"));
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        const error_case *c = &cases[i];
        assert_false(pgtest_script(t, c->sql));
        tenon_error err = t->err;
        assert_string_equal(err.sqlstate, c->sqlstate);
        assert_string_equal(tenon_status_name(err.status), tenon_status_name(c->status));
        assert_string_equal(err.model, c->table);
        assert_string_equal(err.field, c->column);
        assert_string_equal(err.constraint, c->constraint);
        assert_string_equal(err.sql, c->sql);
        assert_true(err.message[0]);
        assert_int_equal(err.applied, TENON_APPLIED_NO);
        assert_true(pgtest_script(t, "ROLLBACK"));
    }
    pgtest_close(&locker);
}

static void messages_do_not_show_the_data_that_broke_a_rule(void **state)
{
    pgtest *t = *state;
    assert_true(pgtest_script(t, "CREATE TABLE people (name text UNIQUE, n int NOT NULL);"
                                 "INSERT INTO people VALUES ('s3cret', 1)"));
    static const char *const bad[] = {"INSERT INTO people VALUES ('s3cret', 1)",
                                      "INSERT INTO people (name, n) SELECT 's3cret2', NULL",
                                      "SELECT '[\"s3cret\", x]'::json"};
    for (size_t i = 0; i < TENON__COUNT(bad); i++) {
        assert_false(pgtest_script(t, bad[i]));
        assert_null(strstr(t->err.message, "s3cret"));
        assert_null(strstr(t->err.hint, "s3cret"));
    }
}

/* The part of docs/errors.md that follows from the table. */
static void write_table(char *text, size_t size)
{
    size_t at = 0;
    for (size_t i = 0; i < tenon__pg_code_count; i++)
        at += (size_t)snprintf(text + at, size - at, "| %s | %s |\n", tenon__pg_codes[i].sqlstate,
                               tenon_status_name(tenon__pg_codes[i].status));
}

static void the_manual_shows_the_table_of_codes(void **state)
{
    (void)state;
    static char page[32768], table[8192];
    FILE *file = fopen("docs/errors.md", "r");
    assert_non_null(file);
    page[fread(page, 1, sizeof page - 1, file)] = '\0';
    fclose(file);
    write_table(table, sizeof table);
    assert_non_null(strstr(page, table));
}

static void codes_stand_behind_their_class(void **state)
{
    (void)state;
    for (size_t i = 1; i < tenon__pg_code_count; i++)
        assert_true(strcmp(tenon__pg_codes[i - 1].sqlstate, tenon__pg_codes[i].sqlstate) < 0 ||
                    tenon__pg_codes[i].sqlstate[2] != '\0');
    assert_int_equal(tenon__pg_status_of("23505"), TENON_UNIQUE);
    assert_int_equal(tenon__pg_status_of("23999"), TENON_CHECK);
    assert_int_equal(tenon__pg_status_of("ZZ999"), TENON_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_status_is_told_by_the_server),
        cmocka_unit_test(messages_do_not_show_the_data_that_broke_a_rule),
        cmocka_unit_test(the_manual_shows_the_table_of_codes),
        cmocka_unit_test(codes_stand_behind_their_class),
    };
    return cmocka_run_group_tests(tests, open_errors, close_errors);
}
