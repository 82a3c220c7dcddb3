/* Changes of types that `migrate dev` writes as rewrites, and `migrate deploy` makes so. */
#include "in_folder.h"

#include "testdb.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tenon/session.h>

static const char *url;

static int open_database(void **state)
{
    url = testdb_create("online");
    return setenv("url", url, 1) || make_folder(state);
}

static void do_well(const char *line)
{
    if (run(line) != 0)
        fail_msg("%s: %s", line, output);
}

static const char *ask(const char *sql)
{
    const char *value = testdb_value(url, sql);
    return value ? value : "";
}

static void write_schema(const char *fields)
{
    char text[1024];
    snprintf(text, sizeof text,
             "datasource db {\n  provider = \"postgresql\"\n  url = env(\"url\")\n}\n"
             "model Event {\n  id Int @id\n%s}\n",
             fields);
    write_file("schema.prisma", text);
}

static void write_migration(const char *name, const char *sql)
{
    char path[256];
    snprintf(path, sizeof path, "mkdir -p 'migrations/%s'", name);
    do_well(path);
    snprintf(path, sizeof path, "migrations/%s/migration.sql", name);
    write_file(path, sql);
}

#define DEPLOY "$tenon migrate deploy --url \"$url\" --migrations migrations"
#define FILL "INSERT INTO \"Event\" SELECT i, i FROM generate_series(1, 40000) i; ANALYZE \"Event\""

static const char type_sql[] = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE "
                               "attrelid = '\"Event\"'::regclass AND attname = 'amount'";

static void a_wider_type_is_a_migration_of_its_own(void **state)
{
    (void)state;
    write_schema("  amount Int?\n  kind Int?\n");
    do_well("$tenon migrate dev --name init");
    write_schema("  amount BigInt?\n  kind Int?\n}\nmodel Other {\n  id Int @id\n");
    do_well("$tenon migrate dev --name wider");
    do_well("grep -l tenon:rewrite migrations/*/migration.sql");
    check_said("_wider");
    do_well("cat migrations/*_wider*/migration.sql | grep -c CREATE");
    do_well("ls -d migrations/*_wider*");
    check_said("_wider_2");
    assert_string_equal(ask(type_sql), "bigint");
    write_schema("  amount BigInt?\n  kind BigInt?\n}\nmodel Other {\n  id Int @id\n");
    do_well("$tenon migrate dev --name kind");
    do_well("cat migrations/*_kind/migration.sql");
    assert_string_equal(output,
                        "-- tenon:rewrite\n-- AlterTable\nALTER TABLE \"Event\" ALTER COLUMN "
                        "\"kind\" SET DATA TYPE BIGINT USING \"kind\"::BIGINT;\n");
    do_well("$tenon migrate lint migrations/*_kind");
    do_well("$tenon migrate status");
}

static const char table[] = "CREATE TABLE \"Event\" (id integer PRIMARY KEY, amount integer);\n";
static const char wider[] =
    "-- tenon:rewrite\nALTER TABLE \"Event\" ALTER COLUMN amount TYPE bigint;\n";

static void a_large_table_is_rewritten_while_it_is_in_use(void **state)
{
    (void)state;
    write_migration("1_table", table);
    do_well(DEPLOY);
    testdb_run(url, FILL);
    const char *before = ask("SELECT '\"Event\"'::regclass::oid");
    char oid[32];
    snprintf(oid, sizeof oid, "%s", before);
    write_migration("2_wider", wider);
    write_migration("3_more", "ALTER TABLE \"Event\" ADD COLUMN more integer");
    do_well(DEPLOY " --rewrite-from 1");
    check_said("rewrote Event: 40000 rows copied");
    check_said("2_wider is applied");
    check_said("3_more is applied");
    assert_string_equal(ask(type_sql), "bigint");
    assert_string_not_equal(ask("SELECT '\"Event\"'::regclass::oid"), oid);
    assert_string_equal(ask("SELECT sum(amount) FROM \"Event\""), "800020000");
    do_well("$tenon migrate status --url \"$url\" --migrations migrations");
}

static void a_small_table_and_a_foreign_file_are_altered(void **state)
{
    (void)state;
    write_migration("1_table", table);
    write_migration("2_wider", wider);
    do_well(DEPLOY);
    assert_null(strstr(output, "rewrote"));
    assert_string_equal(ask(type_sql), "bigint");
    testdb_run(url, FILL);
    write_migration("3_back", "ALTER TABLE \"Event\" ALTER amount TYPE integer");
    do_well(DEPLOY " --rewrite-from 1");
    assert_null(strstr(output, "rewrote"));
    write_migration("4_wider", "ALTER TABLE \"Event\" ALTER amount TYPE bigint");
    do_well(DEPLOY " --rewrite-from 1 --safe");
    check_said("rewrote Event: 40000 rows copied");
    assert_string_equal(ask(type_sql), "bigint");
}

static void what_cannot_be_rewritten_is_said_before_anything_is_done(void **state)
{
    (void)state;
    write_migration("1_table", table);
    do_well(DEPLOY);
    testdb_run(url, FILL "; CREATE TABLE part (LIKE \"Event\");"
                         "ALTER TABLE part INHERIT \"Event\"");
    write_migration("2_wider", wider);
    assert_int_equal(run(DEPLOY " --rewrite-from 1"), 1);
    check_said("--rewrite-from 0");
    assert_string_equal(ask(type_sql), "integer");
    do_well(DEPLOY " --rewrite-from 0");
    assert_string_equal(ask(type_sql), "bigint");
}

/* ---- killed ---------------------------------------------------------------------------------- */

static void deploy_and_die(unsigned ms)
{
    pid_t child = fork();
    if (child == 0) {
        if (chdir(path_of(".")) == 0 && freopen("/dev/null", "w", stdout) &&
            freopen("/dev/null", "w", stderr))
            execl(getenv("TENON_COMMAND"), "tenon", "migrate", "deploy", "--url", url,
                  "--migrations", "migrations", "--rewrite-from", "1", (char *)NULL);
        _exit(1);
    }
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000L}, NULL);
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
}

static void killed_anywhere_it_goes_on(void **state)
{
    (void)state;
    write_migration("1_table", table);
    do_well(DEPLOY);
    testdb_run(url, FILL);
    write_migration("2_wider", wider);
    for (unsigned ms = 5; ms < 600; ms += 45)
        deploy_and_die(ms);
    do_well(DEPLOY " --rewrite-from 1");
    assert_string_equal(ask(type_sql), "bigint");
    assert_string_equal(ask("SELECT sum(amount) FROM \"Event\""), "800020000");
    assert_string_equal(ask("SELECT count(*) FROM _prisma_migrations WHERE rolled_back_at IS NULL "
                            "AND finished_at IS NOT NULL"),
                        "2");
    assert_string_equal(ask("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relnamespace = "
                            "'public'::regnamespace"),
                        "3");
}

/* ---- enums ----------------------------------------------------------------------------------- */

static void write_moods(const char *values, const char *models)
{
    char text[1024];
    snprintf(text, sizeof text,
             "datasource db {\n  provider = \"postgresql\"\n  url = env(\"url\")\n}\n"
             "/// @tenon.ordered\nenum Mood {\n%s}\n"
             "model Event {\n  id Int @id\n  mood Mood @default(GOOD)\n  moods Mood[]\n"
             "  @@index([mood])\n}\n%s",
             values, models);
    write_file("schema.prisma", text);
}

#define DISORDERED "  GOOD\n  BAD\n  UGLY\n"
#define ORDERED "  BAD\n  UGLY\n  GOOD\n"
#define FILL_MOODS                                                                                 \
    "INSERT INTO \"Event\" SELECT i, (ARRAY['GOOD','BAD','UGLY'])[1 + i % 3]::\"Mood\","           \
    " ARRAY['UGLY','GOOD']::\"Mood\"[] FROM generate_series(1, 40000) i; ANALYZE \"Event\""

static void begin_with_moods(const char *models, const char *fill)
{
    write_moods(DISORDERED, models);
    do_well("$tenon migrate dev --name init");
    testdb_run(url, FILL_MOODS);
    if (*fill)
        testdb_run(url, fill);
    write_moods(ORDERED, models);
    do_well("$tenon migrate dev --create-only --name sorted");
}

static void check_moods(void)
{
    assert_string_equal(ask("SELECT string_agg(mood || ' ' || n, ', ' ORDER BY mood) FROM (SELECT"
                            " mood, count(*) AS n FROM \"Event\" WHERE id <= 40000 GROUP BY 1) m"),
                        "BAD 13334, UGLY 13333, GOOD 13333");
    assert_string_equal(ask("SELECT DISTINCT moods FROM \"Event\" WHERE id <= 40000"),
                        "{UGLY,GOOD}");
    assert_string_equal(ask("SELECT string_agg(typname, ' ') FROM pg_type WHERE typtype = 'e'"),
                        "Mood");
    do_well("$tenon migrate status");
    do_well("$tenon migrate diff --from-url \"$url\" --to-schema schema.prisma --exit-code");
}

/* The statement names the type, and is right before, while and after it changes places. */
static pid_t begin_using_moods(const char *sql, int *stop)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    *stop = ends[1];
    if (child != 0) {
        close(ends[0]);
        return child;
    }
    close(ends[1]);
    tenon_db *db = tenon_open(url, NULL, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    struct pollfd over = {.fd = ends[0], .events = POLLIN};
    bool is_well = true;
    while (is_well && poll(&over, 1, 1) == 0)
        is_well = tenon_execute(s, sql);
    if (!is_well)
        fprintf(stderr, "%s\n", tenon_message(s));
    _exit(is_well ? 0 : 1);
}

static void deploy_in_use(const char *sql)
{
    int stop, status;
    pid_t writer = begin_using_moods(sql, &stop);
    int result = run("$tenon migrate deploy --rewrite-from 1");
    close(stop);
    assert_int_equal(waitpid(writer, &status, 0), writer);
    if (result != 0)
        fail_msg("%s", output);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void an_enum_is_sorted_while_its_table_is_in_use(void **state)
{
    (void)state;
    begin_with_moods("", "");
    do_well("head -1 migrations/*_sorted/migration.sql");
    assert_string_equal(output, "-- tenon:rewrite\n");
    deploy_in_use("UPDATE \"Event\" SET mood = mood WHERE mood = 'BAD'::\"Mood\""
                  " AND id = 1 + (random() * 39999)::int;"
                  "INSERT INTO \"Event\" SELECT max(id) + 1, 'UGLY'::\"Mood\","
                  " ARRAY['BAD'::\"Mood\"] FROM \"Event\"");
    check_said("rewrote Event: ");
    check_moods();
    do_well("$tenon migrate rollback --accept-data-loss && $tenon migrate deploy --rewrite-from 0");
    check_moods();
}

/* Each of the two has a foreign key to the other. */
static const char others[] =
    "model Other {\n  id Int @id\n  mood Mood @default(UGLY)\n  third Int?\n"
    "  best Third? @relation(\"best\", fields: [third], references: [id])\n"
    "  thirds Third[] @relation(\"of\")\n}\n"
    "model Third {\n  id Int @id\n  moods Mood[]\n  other Int?\n"
    "  of Other? @relation(\"of\", fields: [other], references: [id])\n"
    "  bests Other[] @relation(\"best\")\n}\n";
static const char fill_others[] =
    "INSERT INTO \"Other\" SELECT i, (ARRAY['GOOD','BAD','UGLY'])[1 + i % 3]::\"Mood\""
    " FROM generate_series(1, 300) i;"
    "INSERT INTO \"Third\" SELECT i, '{BAD,GOOD}', i FROM generate_series(1, 300) i;"
    "UPDATE \"Other\" SET third = id";

static void check_others(void)
{
    assert_string_equal(ask("SELECT string_agg(mood || ' ' || n, ', ' ORDER BY mood) FROM (SELECT"
                            " mood, count(*) AS n FROM \"Other\" WHERE third = id GROUP BY 1) m"),
                        "BAD 100, UGLY 100, GOOD 100");
    assert_string_equal(ask("SELECT DISTINCT moods FROM \"Third\" WHERE other = id"), "{BAD,GOOD}");
    assert_string_equal(ask("SELECT count(*) FROM pg_constraint WHERE contype = 'f'"
                            " AND convalidated"),
                        "2");
}

/* Values of two tables can be compared at every moment: they change places at once. */
static void an_enum_of_several_tables_is_sorted_while_they_are_in_use(void **state)
{
    (void)state;
    begin_with_moods(others, fill_others);
    deploy_in_use("UPDATE \"Event\" e SET mood = o.mood FROM \"Other\" o"
                  " WHERE o.mood = e.mood AND e.mood = 'BAD'::\"Mood\" AND o.id = 1"
                  " AND e.id = 1 + (random() * 39999)::int;"
                  "UPDATE \"Third\" SET moods = ARRAY['BAD', 'GOOD']::\"Mood\"[] WHERE id = 7");
    check_said("rewrote Event: ");
    check_said("rewrote Other: ");
    check_said("rewrote Third: ");
    check_moods();
    check_others();
    do_well("$tenon migrate rollback --accept-data-loss && $tenon migrate deploy --rewrite-from 0");
    check_moods();
    check_others();
}

static void killed_anywhere_an_enum_is_sorted_once(void **state)
{
    (void)state;
    for (unsigned ms = 20; ms < 900; ms += 110) {
        testdb_run(url, "SET client_min_messages = error; DROP SCHEMA public CASCADE;"
                        " CREATE SCHEMA public");
        do_well("rm -rf migrations");
        begin_with_moods(others, fill_others);
        deploy_and_die(ms);
        do_well(DEPLOY " --rewrite-from 1");
        check_moods();
        check_others();
        assert_string_equal(ask("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_tenon\\_%'"
                                " AND relname <> '_tenon_steps' AND relkind = 'r'"),
                            "0");
    }
}

#define ON_POSTGRESQL(test) cmocka_unit_test_setup_teardown(test, open_database, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRESQL(a_wider_type_is_a_migration_of_its_own),
        ON_POSTGRESQL(a_large_table_is_rewritten_while_it_is_in_use),
        ON_POSTGRESQL(a_small_table_and_a_foreign_file_are_altered),
        ON_POSTGRESQL(what_cannot_be_rewritten_is_said_before_anything_is_done),
        ON_POSTGRESQL(killed_anywhere_it_goes_on),
        ON_POSTGRESQL(an_enum_is_sorted_while_its_table_is_in_use),
        ON_POSTGRESQL(an_enum_of_several_tables_is_sorted_while_they_are_in_use),
        ON_POSTGRESQL(killed_anywhere_an_enum_is_sorted_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
