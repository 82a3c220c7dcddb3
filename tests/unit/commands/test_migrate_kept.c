/* What a migration loses on PostgreSQL is copied first, and can be brought back. */
#include "in_folder.h"

#include "testdb.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tenon/session.h>

static const char *url;
static char root[4096]; /* of the tree, where tests are run */

static int open_database(void **state)
{
    url = testdb_create("kept");
    return setenv("url", url, 1) || setenv("root", getcwd(root, sizeof root), 1) ||
           make_folder(state);
}

static void do_well(const char *line)
{
    if (run(line) != 0)
        fail_msg("%s: %s", line, output);
}

static void do_badly(const char *line, const char *said)
{
    if (run(line) == 0)
        fail_msg("%s: %s", line, output);
    check_said(said);
}

static void write_migration(const char *name, const char *sql, const char *down)
{
    char path[256];
    snprintf(path, sizeof path, "mkdir -p 'migrations/%s'", name);
    do_well(path);
    snprintf(path, sizeof path, "migrations/%s/migration.sql", name);
    write_file(path, sql);
    snprintf(path, sizeof path, "migrations/%s/down.sql", name);
    if (down)
        write_file(path, down);
}

static const char *ask(const char *sql)
{
    const char *value = testdb_value(url, sql);
    return value ? value : "";
}

#define ON_DATABASE " --url \"$url\" --migrations migrations"
#define DEPLOY "$tenon migrate deploy" ON_DATABASE
#define KEPT "$tenon migrate kept" ON_DATABASE

/* Runs what `kept --sql` prints. */
static void restore(const char *number)
{
    char line[128];
    snprintf(line, sizeof line, KEPT " --sql %s", number);
    do_well(line);
    testdb_run(url, output);
}

static const char people[] =
    "CREATE TYPE mood AS ENUM ('good', 'bad');\n"
    "CREATE TABLE people (id bigint PRIMARY KEY, nick text, moods mood[], age integer);\n"
    "INSERT INTO people VALUES (1, 'ann', '{good,bad}', 7), (2, NULL, NULL, 8), (3, 'cy', '{}', "
    "9);\n";

static void a_dropped_column_comes_back(void **state)
{
    (void)state;
    write_migration("1_people", people, NULL);
    do_well(DEPLOY);
    write_migration("2_drop",
                    "ALTER TABLE people DROP COLUMN nick, DROP COLUMN moods;\nDROP TYPE mood;\n",
                    "CREATE TYPE mood AS ENUM ('good', 'bad');\n"
                    "ALTER TABLE people ADD COLUMN nick text, ADD COLUMN moods mood[];\n");
    do_well(DEPLOY);
    check_said("copied first, and kept for 30 days");
    do_well("$tenon migrate status" ON_DATABASE);
    check_said("kept: 1: 2 rows of public.people (nick, moods), lost by 2_drop");
    do_well("$tenon migrate rollback --accept-data-loss" ON_DATABASE);
    assert_string_equal(ask("SELECT count(nick) FROM people"), "0");
    restore("1");
    assert_string_equal(ask("SELECT string_agg(id || coalesce(nick, '-') || coalesce(moods::text, "
                            "'-') || age, ' ' ORDER BY id) FROM people"),
                        "1ann{good,bad}7 2--8 3cy{}9");
}

static void a_dropped_table_comes_back(void **state)
{
    (void)state;
    write_migration("1_people", people, NULL);
    do_well(DEPLOY);
    write_migration("2_drop", "DROP TABLE IF EXISTS nobody, public.people CASCADE;\n", NULL);
    do_well(DEPLOY " --keep-lost 7");
    check_said("kept for 7 days");
    do_well(KEPT);
    check_said("1: 3 rows of public.people, lost by 2_drop");
    restore("1");
    assert_string_equal(ask("SELECT string_agg(id || coalesce(nick, '-') || coalesce(moods::text, "
                            "'-') || age, ' ' ORDER BY id) FROM people"),
                        "1ann{good,bad}7 2--8 3cy{}9");
}

static void whatever_empties_or_narrows_is_kept(void **state)
{
    (void)state;
    write_migration("1_people",
                    "CREATE SCHEMA away;\nCREATE TABLE away.\"It's\" (n integer);\n"
                    "INSERT INTO away.\"It's\" VALUES (1);\n"
                    "CREATE TABLE a (n integer);\nINSERT INTO a VALUES (1), (2);\n"
                    "CREATE TABLE b (id integer PRIMARY KEY, t varchar(20), w integer);\n"
                    "INSERT INTO b VALUES (1, 'long enough', 1);\n",
                    NULL);
    do_well(DEPLOY);
    write_migration("2_loss",
                    "TRUNCATE a;\nDELETE FROM b WHERE id > 7;\n"
                    "ALTER TABLE b ALTER COLUMN t TYPE varchar(4) USING left(t, 4);\n"
                    "ALTER TABLE b ALTER COLUMN w TYPE bigint;\n"
                    "DELETE FROM b;\nDROP SCHEMA away CASCADE;\n",
                    NULL);
    do_well(DEPLOY);
    assert_string_equal(ask("SELECT string_agg(format('%s %s %s', kind, origin, row_count), ', ' "
                            "ORDER BY id) FROM _tenon_kept.list"),
                        "table public.a 2, columns public.b 1, table public.b 1, "
                        "table away.\"It's\" 1");
    assert_string_equal(ask("SELECT t FROM _tenon_kept.kept_2"), "long enough");
}

static void rows_without_a_key_are_kept_whole(void **state)
{
    (void)state;
    write_migration("1_a", "CREATE TABLE a (n integer, m integer); INSERT INTO a VALUES (1, 2)",
                    NULL);
    do_well(DEPLOY);
    write_migration("2_b", "ALTER TABLE a DROP COLUMN m", NULL);
    do_well(DEPLOY);
    assert_string_equal(ask("SELECT n || ' ' || m FROM _tenon_kept.kept_1"), "1 2");
    do_well(KEPT " --sql 1");
    check_said("had no key");
}

static void what_is_empty_or_not_asked_for_is_not_kept(void **state)
{
    (void)state;
    write_migration("1_a",
                    "CREATE TABLE a (n integer, m integer); CREATE TABLE b (n integer);"
                    "INSERT INTO b VALUES (1)",
                    NULL);
    do_well(DEPLOY);
    assert_string_equal(ask("SELECT to_regnamespace('_tenon_kept')"), "");
    write_migration("2_b", "ALTER TABLE a DROP COLUMN IF EXISTS m; DROP TABLE a", NULL);
    do_well(DEPLOY);
    assert_string_equal(ask("SELECT count(*) FROM _tenon_kept.list"), "0");
    write_migration("3_c", "DROP TABLE b", NULL);
    do_well(DEPLOY " --keep-lost 0");
    do_well(KEPT);
    check_said("nothing is kept");
}

static void a_migration_that_fails_keeps_nothing(void **state)
{
    (void)state;
    write_migration("1_people", people, NULL);
    do_well(DEPLOY);
    write_migration("2_drop", "ALTER TABLE people DROP COLUMN nick;\nSELECT 1 / 0;\n", NULL);
    assert_int_equal(run(DEPLOY), 1);
    check_said("2_drop, line 2");
    check_said("nothing of it was applied");
    assert_string_equal(ask("SELECT count(*) FROM _tenon_kept.list"), "0");
    assert_string_equal(ask("SELECT count(nick) FROM people"), "2");
}

static void a_copy_goes_only_when_somebody_says_so(void **state)
{
    (void)state;
    write_migration("1_people", people, NULL);
    do_well(DEPLOY);
    write_migration("2_drop", "ALTER TABLE people DROP COLUMN nick;\n", NULL);
    write_migration("3_drop", "ALTER TABLE people DROP COLUMN age;\n", NULL);
    do_well(DEPLOY);
    do_well(KEPT " --drop-expired");
    check_said("nothing is past its time");
    testdb_run(url, "UPDATE _tenon_kept.list SET keep_until = now() - interval '1 day' "
                    "WHERE id = 1");
    do_well(DEPLOY);
    do_well("$tenon migrate status" ON_DATABASE);
    check_said("may go since");
    assert_int_equal(run(KEPT " --drop-expired </dev/null"), 1);
    check_said("needs --yes");
    do_well(KEPT " --drop-expired --yes");
    check_said("1: 2 rows of public.people (nick)");
    assert_string_equal(ask("SELECT to_regclass('_tenon_kept.kept_1')"), "");
    assert_string_equal(ask("SELECT count(*) FROM _tenon_kept.kept_2"), "3");
    do_well(KEPT " --drop 2 --yes");
    assert_int_equal(run(KEPT " --drop 2 --yes"), 1);
    check_said("nothing is kept under the number '2'");
}

/* ---- tables that are not small --------------------------------------------------------------- */

/* More than a megabyte; "twin" is what "nick" was when that is gone. */
static const char crowd[] =
    "CREATE TABLE people (id bigint PRIMARY KEY, nick text, twin text);\n"
    "INSERT INTO people SELECT i, 'n' || i, 'n' || i FROM generate_series(1, 30000) i;\n";

/* Neither triggers nor logs nor functions of copies. */
static void check_nothing_is_left(void)
{
    assert_string_equal(ask("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal"), "0");
    assert_string_equal(ask("SELECT count(*) FROM pg_class WHERE relname LIKE 'log\\_%'"
                            " OR relname LIKE 'kept\\_%\\_row'"),
                        "0");
    assert_string_equal(ask("SELECT count(*) FROM pg_proc WHERE proname LIKE 'capture\\_%'"), "0");
    assert_string_equal(ask("SELECT count(*) FROM _tenon_kept.under_way"), "0");
}

static void check_copy_of_nicks(void)
{
    assert_string_equal(ask("SELECT count(*) FROM people p FULL JOIN _tenon_kept.kept_1 k"
                            " USING (id) WHERE p.twin IS DISTINCT FROM k.nick"),
                        "0");
    assert_string_equal(ask("SELECT (row_count = (SELECT count(*) FROM _tenon_kept.kept_1))::text"
                            " FROM _tenon_kept.list"),
                        "true");
}

/* Until the column is gone. */
static pid_t begin_writing(void)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    tenon_db *db = tenon_open(url, NULL, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    while (tenon_execute(
        s,
        "UPDATE people SET nick = nick || 'x', twin = twin || 'x'"
        " WHERE id IN (1 + (random() * 29999)::int, 30000 + (random() * 200)::int);"
        "INSERT INTO people (id, nick, twin) VALUES (30000 + (random() * 200)::int, 'new', 'new')"
        " ON CONFLICT (id) DO UPDATE SET id = 40000 + (random() * 1000000)::int;"
        "DELETE FROM people WHERE nick IS NOT NULL AND id = 1 + (random() * 30200)::int"))
        ;
    _exit(0);
}

static void a_copy_is_made_while_the_table_is_written(void **state)
{
    (void)state;
    int status;
    write_migration("1_people", crowd, NULL);
    do_well(DEPLOY);
    write_migration("2_drop", "ALTER TABLE people DROP COLUMN nick;\n", NULL);
    pid_t writer = begin_writing();
    int result = run(DEPLOY);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    if (result != 0)
        fail_msg("%s", output);
    check_copy_of_nicks();
    assert_string_equal(ask("SELECT (count(DISTINCT xmin::text) > 2)::text FROM"
                            " _tenon_kept.kept_1"),
                        "true");
    check_nothing_is_left();
}

/* All that can become of rows between the copy and the lock, one after the other. */
static void what_is_written_after_the_copy_is_renewed(void **state)
{
    (void)state;
    write_migration("1_people",
                    "CREATE TYPE mood AS ENUM ('good', 'bad');\n"
                    "CREATE TABLE people (a mood, id bigint, nick text, twin text,"
                    " PRIMARY KEY (id, a));\n"
                    "INSERT INTO people SELECT 'good', i, 'n' || i, 'n' || i"
                    " FROM generate_series(1, 30000) i;\n"
                    "CREATE TABLE small (n integer); INSERT INTO small VALUES (1);\n",
                    NULL);
    write_migration("2_small", "TRUNCATE small;\n", NULL);
    do_well(DEPLOY);
    testdb_run(url, "CALL _tenon_kept.ahead('m', 'people', ARRAY['nick'])");
    assert_string_equal(ask("SELECT count(*) FROM _tenon_kept.kept_2"), "30000");
    testdb_run(url, "UPDATE people SET nick = 'later', twin = 'later' WHERE id < 10;"
                    "UPDATE people SET a = 'bad' WHERE id BETWEEN 10 AND 20;"
                    "UPDATE people SET nick = NULL, twin = NULL WHERE id = 25;"
                    "DELETE FROM people WHERE id BETWEEN 30 AND 40;"
                    "INSERT INTO people VALUES ('bad', 35, 'new', 'new'), ('bad', 99999, 'x', 'x');"
                    "BEGIN; SELECT _tenon_kept.keep('m', 'people', ARRAY['nick']);"
                    "ALTER TABLE people DROP COLUMN nick; COMMIT;"
                    "UPDATE people SET twin = twin");
    testdb_run(url, "CALL _tenon_kept.forget('m', true)");
    assert_string_equal(ask("SELECT count(*) FROM people p FULL JOIN _tenon_kept.kept_2 k"
                            " ON k.id = p.id AND k.a = p.a::text"
                            " WHERE p.twin IS DISTINCT FROM k.nick"),
                        "0");
    assert_string_equal(ask("SELECT row_count - (SELECT count(*) FROM _tenon_kept.kept_2)"
                            " FROM _tenon_kept.list WHERE id = 2"),
                        "0");
    check_nothing_is_left();
}

static void a_table_emptied_after_the_copy_is_kept_as_it_is_then(void **state)
{
    (void)state;
    write_migration("1_people", crowd, NULL);
    write_migration("2_small",
                    "CREATE TABLE small (n integer); INSERT INTO small VALUES (1);"
                    "TRUNCATE small;\n",
                    NULL);
    do_well(DEPLOY);
    testdb_run(url, "CALL _tenon_kept.ahead('m', 'people', NULL)");
    testdb_run(url, "TRUNCATE people; INSERT INTO people VALUES (7, 'only', 'only');"
                    "SELECT _tenon_kept.keep('m', 'people', NULL); DELETE FROM people");
    testdb_run(url, "CALL _tenon_kept.forget('m', true)");
    assert_string_equal(ask("SELECT string_agg(id || nick, ' ') FROM _tenon_kept.kept_3"), "7only");
    assert_string_equal(ask("SELECT row_count FROM _tenon_kept.list WHERE id = 3"), "1");
    check_nothing_is_left();
}

static void whatever_empties_a_large_table_is_kept(void **state)
{
    (void)state;
    write_migration("1_tables",
                    "CREATE SCHEMA away;\n"
                    "CREATE TABLE away.a AS SELECT i AS id, 'n' || i AS n"
                    " FROM generate_series(1, 40000) i;\nALTER TABLE away.a ADD PRIMARY KEY (id);\n"
                    "CREATE TABLE b AS SELECT * FROM away.a;\n"
                    "ALTER TABLE b ALTER id SET NOT NULL, ADD UNIQUE (id);\n"
                    "CREATE TABLE c AS SELECT * FROM b;\nALTER TABLE c ADD PRIMARY KEY (id);\n"
                    "CREATE TABLE d AS SELECT * FROM b;\n",
                    NULL);
    do_well(DEPLOY);
    write_migration("2_loss",
                    "DROP SCHEMA away CASCADE;\nDELETE FROM b;\nTRUNCATE c;\nDROP TABLE d;\n"
                    "DROP TABLE c;\n",
                    NULL);
    do_well(DEPLOY);
    assert_string_equal(ask("SELECT string_agg(format('%s %s', origin, row_count), ', ' ORDER BY "
                            "origin) FROM _tenon_kept.list"),
                        "away.a 40000, public.b 40000, public.c 40000, public.d 40000");
    assert_string_equal(ask("SELECT count(*) FROM b"), "0");
    check_nothing_is_left();
}

static void what_fails_leaves_no_copy_of_a_large_table(void **state)
{
    (void)state;
    write_migration("1_people", crowd, NULL);
    do_well(DEPLOY);
    write_migration("2_drop", "ALTER TABLE people DROP COLUMN nick;\nSELECT 1 / 0;\n", NULL);
    assert_int_equal(run(DEPLOY), 1);
    check_said("2_drop, line 2");
    check_said("nothing of it was applied");
    check_nothing_is_left();
    assert_string_equal(ask("SELECT count(*) FROM _tenon_kept.list"), "0");
    assert_string_equal(ask("SELECT to_regclass('_tenon_kept.kept_1')"), "");
    assert_string_equal(ask("SELECT count(nick) FROM people"), "30000");
}

/* In forms that do not block others, too; the history has the file's checksum. */
#define SOURCE "datasource db {\n  provider = \"postgresql\"\n  url = env(\"url\")\n}\n"

static void a_development_database_keeps_too(void **state)
{
    (void)state;
    write_file("schema.prisma", SOURCE "model T {\n  id Int @id\n  nick String?\n}\n");
    do_well("$tenon migrate dev --name init");
    testdb_run(url, "INSERT INTO \"T\" VALUES (1, 'kept')");
    write_file("schema.prisma", SOURCE "model T {\n  id Int @id\n}\n");
    do_well("$tenon migrate dev --name less --accept-data-loss");
    do_well(KEPT);
    check_said("1 rows of public.\"T\" (nick)");
    do_well("$tenon migrate status");
}

/* What embed writes is what runs in a program: here by psql's way, statement by statement. */
static void a_program_keeps_what_its_migrations_lose(void **state)
{
    (void)state;
    write_migration("1_a", "CREATE TABLE t (id int PRIMARY KEY, nick text);", NULL);
    write_migration("2_b", "ALTER TABLE t DROP COLUMN nick;",
                    "ALTER TABLE t ADD COLUMN nick text;");
    write_file("migrations/migration_lock.toml", "provider = \"postgresql\"\n");
    do_well("$tenon migrate embed" ON_DATABASE " -o shop.c");
    do_well("grep -c 'SELECT _tenon_kept.keep(' shop.c");
    assert_int_equal(atoi(output), 1);
    do_well("$tenon migrate embed" ON_DATABASE " --keep-lost 0 -o plain.c");
    do_badly("grep _tenon_kept plain.c", "");
    write_file("main.c", "#include <stdio.h>\n#include <stdlib.h>\n#include <tenon/tenon.h>\n"
                         "#include <tenon/migrate.h>\nextern const tenon_migrations migrations;\n"
                         "int main(void)\n{\n    tenon_error err;\n"
                         "    tenon_db *db = tenon_open(getenv(\"url\"), NULL, &err);\n"
                         "    tenon_migrate_options one = {.count_most = 1};\n"
                         "    bool is_done = tenon_migrate(db, &migrations, &one, &err);\n"
                         "    tenon_session *s = tenon_session_open(db, NULL);\n"
                         "    tenon_execute(s, \"INSERT INTO t SELECT i, 'name ' || i"
                         " FROM generate_series(1, 40000) i\");\n"
                         "    tenon_session_close(s);\n"
                         "    is_done = is_done && tenon_migrate(db, &migrations, NULL, &err);\n"
                         "    if (!is_done)\n        fputs(err.message, stderr);\n"
                         "    tenon_close(db);\n    return is_done ? 0 : 1;\n}\n");
    do_well("build=$(dirname \"$tenon\"); "
            "$TENON_CC -std=c99 -I \"$root/include\" main.c shop.c -o shop"
            " $(ls $build/libtenon-migrate.so $build/libtenon.so 2>/dev/null)"
            " -Wl,-rpath,$build && ./shop");
    do_well(KEPT);
    check_said("40000 rows of public.t (nick), lost by 2_b");
    check_nothing_is_left();
    do_well("$tenon migrate status" ON_DATABASE);
}

static void safe_forms_keep_as_well(void **state)
{
    (void)state;
    write_migration("1_people", people, NULL);
    do_well(DEPLOY);
    write_migration("2_drop",
                    "CREATE INDEX people_age ON people (age);\n"
                    "ALTER TABLE people DROP COLUMN nick;\n",
                    NULL);
    do_well(DEPLOY " --safe");
    assert_string_equal(ask("SELECT count(*) FROM _tenon_kept.kept_1"), "2");
    do_well("$tenon migrate status" ON_DATABASE);
    check_said("is up to date");
}

/* ---- killed ---------------------------------------------------------------------------------- */

/* The tool, and after so many milliseconds no more. */
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

static void killed_anywhere_it_keeps_once(void **state)
{
    (void)state;
    for (unsigned ms = 2; ms < 60; ms += 3) {
        testdb_run(
            url,
            "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
            "DROP SCHEMA IF EXISTS _tenon_kept CASCADE");
        do_well("rm -rf migrations");
        write_migration("1_people", people, NULL);
        do_well(DEPLOY);
        write_migration("2_drop",
                        "ALTER TABLE people DROP COLUMN nick;\nCOMMIT;\n"
                        "ALTER TABLE people DROP COLUMN age;\n",
                        NULL);
        deploy_and_die(ms);
        do_well(DEPLOY);
        assert_string_equal(ask("SELECT string_agg(columns[1] || row_count, ' ' ORDER BY id) "
                                "FROM _tenon_kept.list"),
                            "nick2 age3");
    }
}

static void killed_anywhere_a_large_table_is_copied_once(void **state)
{
    (void)state;
    for (unsigned ms = 5; ms < 160; ms += 22) {
        testdb_run(
            url,
            "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
            "DROP SCHEMA IF EXISTS _tenon_kept CASCADE");
        do_well("rm -rf migrations");
        write_migration("1_people", crowd, NULL);
        do_well(DEPLOY);
        write_migration("2_drop", "ALTER TABLE people DROP COLUMN nick;\n", NULL);
        deploy_and_die(ms);
        testdb_run(url, "UPDATE people SET twin = twin WHERE id < 100");
        do_well(DEPLOY);
        assert_string_equal(ask("SELECT string_agg(columns[1] || row_count, ' ' ORDER BY id) "
                                "FROM _tenon_kept.list"),
                            "nick30000");
        write_migration("3_drop", "ALTER TABLE people DROP COLUMN twin;\n", NULL);
        do_well(DEPLOY);
        check_nothing_is_left();
    }
}

#define ON_POSTGRESQL(test) cmocka_unit_test_setup_teardown(test, open_database, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRESQL(a_dropped_column_comes_back),
        ON_POSTGRESQL(a_dropped_table_comes_back),
        ON_POSTGRESQL(whatever_empties_or_narrows_is_kept),
        ON_POSTGRESQL(rows_without_a_key_are_kept_whole),
        ON_POSTGRESQL(what_is_empty_or_not_asked_for_is_not_kept),
        ON_POSTGRESQL(a_migration_that_fails_keeps_nothing),
        ON_POSTGRESQL(a_copy_goes_only_when_somebody_says_so),
        ON_POSTGRESQL(a_development_database_keeps_too),
        ON_POSTGRESQL(a_program_keeps_what_its_migrations_lose),
        ON_POSTGRESQL(safe_forms_keep_as_well),
        ON_POSTGRESQL(killed_anywhere_it_keeps_once),
        ON_POSTGRESQL(a_copy_is_made_while_the_table_is_written),
        ON_POSTGRESQL(what_is_written_after_the_copy_is_renewed),
        ON_POSTGRESQL(a_table_emptied_after_the_copy_is_kept_as_it_is_then),
        ON_POSTGRESQL(whatever_empties_a_large_table_is_kept),
        ON_POSTGRESQL(what_fails_leaves_no_copy_of_a_large_table),
        ON_POSTGRESQL(killed_anywhere_a_large_table_is_copied_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
