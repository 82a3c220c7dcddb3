/* What a migration loses of tables that have no key, are partitioned or have children: copied while
 * they are in use like any other, and right whatever becomes of them meanwhile. */
#include "in_folder.h"

#include "testdb.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tenon/session.h>

static const char *url;

static int open_database(void **state)
{
    url = testdb_create("parts");
    return setenv("url", url, 1) || make_folder(state);
}

static void do_well(const char *line)
{
    if (run(line) != 0)
        fail_msg("%s: %s", line, output);
}

static void write_migration(const char *name, const char *sql)
{
    char path[256];
    snprintf(path, sizeof path, "mkdir -p 'migrations/%s'", name);
    do_well(path);
    snprintf(path, sizeof path, "migrations/%s/migration.sql", name);
    write_file(path, sql);
}

static void check_value(const char *sql, const char *expected)
{
    const char *value = testdb_value(url, sql);
    assert_string_equal(value ? value : "", expected);
}

#define DEPLOY "$tenon migrate deploy --url \"$url\" --migrations migrations"

/* ---- tables ---------------------------------------------------------------------------------- */

#define COLUMNS "(id bigint, nick text, twin text)"
#define FILL                                                                                       \
    "CREATE INDEX ON people (id);"                                                                 \
    "INSERT INTO people (id, nick, twin) SELECT i, 'n' || i, 'n' || i"                             \
    " FROM generate_series(1, 30000) i;"

/* "twin" is what "nick" was when that is gone. The second part has its columns in another order. */
static const char without_key[] = "CREATE TABLE people " COLUMNS ";" FILL;
static const char in_parts[] =
    "CREATE TABLE people " COLUMNS " PARTITION BY RANGE (id);"
    "CREATE TABLE few PARTITION OF people FOR VALUES FROM (0) TO (20000);"
    "CREATE TABLE more (twin text, gone text, nick text, id bigint);"
    "ALTER TABLE more DROP COLUMN gone;"
    "ALTER TABLE people ATTACH PARTITION more FOR VALUES FROM (20000) TO (30000);"
    "CREATE TABLE rest PARTITION OF people DEFAULT PARTITION BY LIST (id);"
    "CREATE TABLE \"The rest\" PARTITION OF rest DEFAULT;" FILL;
static const char with_children[] =
    "CREATE TABLE people " COLUMNS ";"
    "CREATE TABLE child (age integer) INHERITS (people); CREATE INDEX ON child (id);" FILL
    "INSERT INTO child SELECT i, 'c' || i, 'c' || i, 7 FROM generate_series(1, 30000) i;";
static const char in_parts_with_key[] =
    "CREATE TABLE people (id bigint PRIMARY KEY, nick text, twin text) PARTITION BY HASH (id);"
    "CREATE TABLE even PARTITION OF people FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
    "CREATE TABLE odd PARTITION OF people FOR VALUES WITH (MODULUS 2, REMAINDER 1);" FILL;

static const char *const shapes[] = {without_key, in_parts, with_children, in_parts_with_key};

/* With the schema of the copies, which a migration has made that loses something. */
static void begin_with(const char *tables)
{
    testdb_run(url, "SET client_min_messages = error; DROP SCHEMA public CASCADE;"
                    "CREATE SCHEMA public; DROP SCHEMA IF EXISTS _tenon_kept CASCADE");
    do_well("rm -rf migrations");
    write_migration("1_people", tables);
    write_migration("2_small", "CREATE TABLE small (n integer); INSERT INTO small VALUES (1);"
                               "TRUNCATE small;\n");
    do_well(DEPLOY);
}

static void check_nothing_is_left(void)
{
    check_value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal", "0");
    check_value("SELECT count(*) FROM pg_class WHERE relname LIKE 'log\\_%'"
                " OR relname LIKE 'kept\\_%\\_row'",
                "0");
    check_value("SELECT count(*) FROM pg_proc WHERE proname LIKE 'capture\\_%'", "0");
    check_value("SELECT count(*) FROM _tenon_kept.under_way", "0");
}

/* The one of this migration, row for row, however many are equal. */
static void check_copy(const char *migration)
{
    char sql[1024];
    snprintf(sql, sizeof sql,
             "DO $do$ BEGIN EXECUTE (SELECT format('CREATE VIEW kept AS SELECT id, nick"
             " FROM _tenon_kept.kept_%%s', id) FROM _tenon_kept.list WHERE migration = '%s');"
             " END $do$",
             migration);
    testdb_run(url, sql);
    check_value("SELECT count(*) FROM ((TABLE was EXCEPT ALL TABLE kept)"
                " UNION ALL (TABLE kept EXCEPT ALL TABLE was)) d",
                "0");
    snprintf(sql, sizeof sql,
             "SELECT (row_count = (SELECT count(*) FROM kept))::text FROM _tenon_kept.list"
             " WHERE migration = '%s'",
             migration);
    check_value(sql, "true");
}

/* As the migration does it. Of a table with a key NULLs are not kept. */
static void lose_nicks(void)
{
    testdb_run(url, "BEGIN; SELECT _tenon_kept.keep('m', 'people', ARRAY['nick']);"
                    "CREATE TABLE was AS SELECT id, nick FROM people WHERE nick IS NOT NULL"
                    " OR EXISTS (SELECT FROM _tenon_kept.list WHERE kind = 'rows'); COMMIT;"
                    "UPDATE people SET twin = 'afterwards'");
}

/* ---- what happens to rows -------------------------------------------------------------------- */

static void what_is_written_after_the_copy_is_renewed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        begin_with(shapes[i]);
        testdb_run(url, "CALL _tenon_kept.ahead('m', 'people', ARRAY['nick'])");
        check_value("SELECT (row_count >= 30000)::text FROM _tenon_kept.under_way", "true");
        testdb_run(url, "UPDATE people SET nick = 'later' WHERE id < 10;"
                        "UPDATE people SET nick = NULL WHERE id = 25;"
                        "DELETE FROM people WHERE id BETWEEN 30 AND 40;"
                        "UPDATE people SET id = id + 40000 WHERE id BETWEEN 10 AND 20");
        testdb_run(url, "BEGIN; DELETE FROM people WHERE id > 100; ROLLBACK");
        testdb_run(url, "VACUUM people");
        testdb_run(url, "INSERT INTO people VALUES (35, 'new', 'new'), (99999, 'x', 'x')");
        if (shapes[i] != in_parts_with_key)
            testdb_run(url, "INSERT INTO people SELECT * FROM people WHERE id < 50;"
                            "INSERT INTO people SELECT * FROM people WHERE id < 50");
        lose_nicks();
        check_value("SELECT is_used::text FROM _tenon_kept.under_way", "true");
        check_copy("m");
        testdb_run(url, "CALL _tenon_kept.forget('m', true)");
        check_nothing_is_left();
    }
}

static void a_copy_that_is_no_longer_true_is_not_used(void **state)
{
    (void)state;
    static const char attached[] =
        "CREATE TABLE late " COLUMNS "; INSERT INTO late VALUES (-1, 'late', 'late');"
        "ALTER TABLE people ATTACH PARTITION late FOR VALUES FROM (-10) TO (0)";
    static const char *const events[] = {"VACUUM FULL people", "TRUNCATE more",
                                         "ALTER TABLE people DETACH PARTITION more",
                                         "DROP TABLE few", attached};
    for (size_t i = 0; i < sizeof events / sizeof *events; i++) {
        begin_with(in_parts);
        testdb_run(url, "CALL _tenon_kept.ahead('m', 'people', ARRAY['nick'])");
        testdb_run(url, events[i]);
        testdb_run(url, "UPDATE people SET nick = 'later' WHERE id % 1000 = 7");
        lose_nicks();
        check_value("SELECT is_used::text FROM _tenon_kept.under_way", "false");
        check_copy("m");
        testdb_run(url, "CALL _tenon_kept.forget('m', true)");
        check_nothing_is_left();
        check_value("SELECT count(*) - (SELECT count(*) FROM _tenon_kept.list) FROM pg_class"
                    " WHERE relname LIKE 'kept\\_%' AND relkind = 'r'",
                    "0");
    }
}

/* A migrator that was killed, and a table that has another file since. */
static void a_copy_that_is_no_longer_true_is_begun_again(void **state)
{
    (void)state;
    begin_with(in_parts);
    testdb_run(url, "CALL _tenon_kept.ahead('m', 'people', ARRAY['nick'])");
    testdb_run(url, "VACUUM FULL more");
    testdb_run(url, "CALL _tenon_kept.ahead('m', 'people', ARRAY['nick'])");
    lose_nicks();
    check_value("SELECT is_used::text FROM _tenon_kept.under_way", "true");
    check_copy("m");
    testdb_run(url, "CALL _tenon_kept.forget('m', true)");
    check_nothing_is_left();
}

/* ---- in use ---------------------------------------------------------------------------------- */

/* Until the column is gone. Rows are changed, moved to other parts, removed and added. */
static pid_t begin_writing(void)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    tenon_db *db = tenon_open(url, NULL, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    while (tenon_execute(s, "UPDATE people SET nick = nick || 'x', twin = twin || 'x'"
                            " WHERE id = 1 + (random() * 29999)::int;"
                            "UPDATE people SET id = 30000 + (random() * 1000000)::int"
                            " WHERE id = 1 + (random() * 29999)::int;"
                            "DELETE FROM people WHERE nick IS NOT NULL"
                            " AND id = 1 + (random() * 29999)::int;"
                            "INSERT INTO people (id, nick, twin)"
                            " SELECT 1 + (random() * 29999)::int, 'new', 'new'"))
        ;
    _exit(0);
}

/* Rows of the copy came in more than one transaction. */
static void check_deployed(void)
{
    testdb_run(url, "CREATE TABLE was AS SELECT id, twin AS nick FROM people");
    check_copy("3_drop");
    testdb_run(url, "DO $do$ BEGIN EXECUTE (SELECT format('CREATE TABLE steps AS SELECT DISTINCT"
                    " xmin::text AS step FROM _tenon_kept.kept_%s', id) FROM _tenon_kept.list"
                    " WHERE migration = '3_drop'); END $do$");
    check_value("SELECT (count(*) > 2)::text FROM steps", "true");
    check_nothing_is_left();
}

static void a_copy_is_made_while_the_parts_are_written(void **state)
{
    (void)state;
    static const char *const tables[] = {without_key, in_parts, with_children};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        int status;
        begin_with(tables[i]);
        write_migration("3_drop", "ALTER TABLE people DROP COLUMN nick;\n");
        pid_t writer = begin_writing();
        int result = run(DEPLOY);
        if (result != 0)
            kill(writer, SIGKILL);
        assert_int_equal(waitpid(writer, &status, 0), writer);
        if (result != 0)
            fail_msg("%s", output);
        check_deployed();
    }
}

/* ---- killed ---------------------------------------------------------------------------------- */

static void deploy_and_die(unsigned ms)
{
    pid_t child = fork();
    if (child == 0) {
        if (chdir(path_of(".")) == 0 && freopen("/dev/null", "w", stdout))
            execl(getenv("TENON_COMMAND"), "tenon", "migrate", "deploy", "--url", url,
                  "--migrations", "migrations", (char *)NULL);
        _exit(1);
    }
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void killed_anywhere_parts_are_copied_once(void **state)
{
    (void)state;
    for (unsigned ms = 5; ms < 200; ms += 26) {
        begin_with(in_parts);
        write_migration("3_drop", "ALTER TABLE people DROP COLUMN nick;\n");
        deploy_and_die(ms);
        testdb_run(url, "UPDATE people SET twin = twin, id = id + 40000 WHERE id < 100");
        do_well(DEPLOY);
        check_value("SELECT string_agg(origin || ' ' || row_count, ' ') FROM _tenon_kept.list"
                    " WHERE migration = '3_drop'",
                    "public.people 30000");
        write_migration("4_drop", "ALTER TABLE people DROP COLUMN twin;\n");
        do_well(DEPLOY);
        check_nothing_is_left();
    }
}

#define ON_POSTGRESQL(test) cmocka_unit_test_setup_teardown(test, open_database, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRESQL(what_is_written_after_the_copy_is_renewed),
        ON_POSTGRESQL(a_copy_that_is_no_longer_true_is_not_used),
        ON_POSTGRESQL(a_copy_that_is_no_longer_true_is_begun_again),
        ON_POSTGRESQL(a_copy_is_made_while_the_parts_are_written),
        ON_POSTGRESQL(killed_anywhere_parts_are_copied_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
