/* `tenon migrate dev --expand`: a program of the old and one of the new version use a database at
 * the same time, until the contract; on PostgreSQL. */
#include "in_folder.h"

#include "testdb.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <tenon/tenon.h>

static const char *old_url;
static char new_url[1024];

static int open_database(void **state)
{
    old_url = testdb_create("expand");
    snprintf(new_url, sizeof new_url, "%s%coptions=-csearch_path%%3Dv2%%2Cpublic", old_url,
             strchr(old_url, '?') ? '&' : '?');
    return setenv("url", old_url, 1) || make_folder(state);
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

static void check_old(const char *sql, const char *expected)
{
    const char *value = testdb_value(old_url, sql);
    assert_string_equal(value ? value : "(null)", expected);
}

static void check_new(const char *sql, const char *expected)
{
    const char *value = testdb_value(new_url, sql);
    assert_string_equal(value ? value : "(null)", expected);
}

#define SOURCE "datasource db {\n  provider = \"postgresql\"\n  url = env(\"url\")\n}\n"

static const char first[] =
    SOURCE "enum Status {\n  OPEN\n  DONE\n}\n"
           "model User {\n  id Int @id @default(autoincrement())\n  name String\n  nick String?\n"
           "  age String\n  status Status @default(OPEN)\n  posts Post[]\n  @@index([age])\n}\n"
           "model Post {\n  id Int @id @default(autoincrement())\n  userId Int\n"
           "  user User @relation(fields: [userId], references: [id])\n  title String?\n}\n";

/* Renamed: the table, a column, a value; of another type; split in two; required. */
static const char second[] =
    SOURCE "enum Status {\n  OPEN\n  /// @tenon.renamedFrom(\"DONE\")\n  FINISHED\n}\n"
           "/// @tenon.renamedFrom(\"User\")\n"
           "model Person {\n  id Int @id @default(autoincrement())\n  first String\n"
           "  last String\n  /// @tenon.renamedFrom(\"nick\")\n  alias String? @unique\n"
           "  age Int\n  status Status @default(FINISHED)\n  posts Post[]\n  @@index([age])\n}\n"
           "model Post {\n  id Int @id @default(autoincrement())\n  userId Int\n"
           "  user Person @relation(fields: [userId], references: [id])\n  title String\n}\n";

#define EXPAND                                                                                     \
    "$tenon migrate dev --name v2 --expand --create-only"                                          \
    " --value \"Person.first=split_part(name, ' ', 1)\""                                           \
    " --value \"Person.last=split_part(name, ' ', 2)\""                                            \
    " --old-value \"User.name=first || ' ' || last\""                                              \
    " --value \"Post.title=coalesce(title, '')\" --old-value Post.title=title"

#define FILL                                                                                       \
    "INSERT INTO \"User\" (name, nick, age, status) SELECT 'ann b' || i, nullif('k' || i, 'k1'), " \
    "i, CASE WHEN i % 2 = 0 THEN 'DONE' ELSE 'OPEN' END::\"Status\" FROM generate_series(1, "      \
    "2000) i; INSERT INTO \"Post\" (\"userId\", title) SELECT i, nullif('t' || i, 't1') FROM "     \
    "generate_series(1, 2000) i"

static void begin(void)
{
    write_file("schema.prisma", first);
    do_well("$tenon migrate dev --name init");
    testdb_run(old_url, FILL);
    write_file("schema.prisma", second);
    do_well(EXPAND);
}

/* ---- both versions --------------------------------------------------------------------------- */

static void check_rows_that_were_there(void)
{
    check_new("SELECT concat_ws(',', first, last, alias, age, status) FROM \"Person\" WHERE id = 2",
              "ann,b2,k2,2,FINISHED");
    check_new("SELECT sum(age) FROM \"Person\"", "2001000");
    check_new("SELECT count(*) FROM \"Post\" WHERE title = ''", "1");
}

static void check_what_the_old_version_writes(void)
{
    testdb_run(old_url, "INSERT INTO \"User\" (id, name, age) VALUES (-1, 'x y', '7')");
    check_new("SELECT concat_ws(',', first, last, age, status) FROM \"Person\" WHERE id = -1",
              "x,y,7,OPEN");
    testdb_run(old_url, "UPDATE \"User\" SET name = 'p q', status = 'DONE' WHERE id = -1");
    check_new("SELECT concat_ws(',', first, last, status) FROM \"Person\" WHERE id = -1",
              "p,q,FINISHED");
}

static void check_what_the_new_version_writes(void)
{
    testdb_run(new_url, "INSERT INTO \"Person\" (id, first, last, age) VALUES (-2, 'c', 'd', 8)");
    check_old("SELECT concat_ws(',', name, age, status) FROM \"User\" WHERE id = -2", "c d,8,DONE");
    testdb_run(new_url, "INSERT INTO \"Person\" (id, first, last, age) VALUES (-2, 'e', 'f', 9)"
                        " ON CONFLICT (id) DO UPDATE SET first = excluded.first, age = 10");
    check_old("SELECT concat_ws(',', name, age) FROM \"User\" WHERE id = -2", "e d,10");
    testdb_run(new_url, "DELETE FROM \"Person\" WHERE id = 3000 OR id = 1999");
    check_old("SELECT count(*) FROM \"User\" WHERE id = 1999", "0");
}

/* What the old version cannot say exactly is not overwritten when it changes something else. */
static void check_that_nothing_is_overwritten(void)
{
    testdb_run(new_url, "UPDATE \"Person\" SET first = 'a b' WHERE id = -2");
    testdb_run(old_url, "UPDATE \"User\" SET age = '11' WHERE id = -2");
    check_new("SELECT concat_ws(',', first, last, age) FROM \"Person\" WHERE id = -2", "a b,d,11");
}

static void both_versions_are_served_until_the_contract(void **state)
{
    (void)state;
    begin();
    testdb_run(old_url, "DELETE FROM \"Post\" WHERE \"userId\" = 1999");
    do_well("$tenon migrate deploy");
    check_said("is a contract: it waits until the version before is gone");
    do_well("$tenon migrate status");
    check_said("is a contract: it waits for `deploy --contract`");
    check_rows_that_were_there();
    check_what_the_old_version_writes();
    check_what_the_new_version_writes();
    check_that_nothing_is_overwritten();
    do_well("$tenon migrate deploy --contract");
    do_well("$tenon migrate status");
    do_well("$tenon migrate diff --from-url \"$url\" --to-schema schema.prisma --exit-code");
    check_new("SELECT concat_ws(',', first, last, age) FROM \"Person\" WHERE id = -2", "a b,d,11");
    check_old("SELECT count(*) FROM pg_namespace WHERE nspname = 'v2'", "0");
    check_old("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal", "0");
}

/* A program that sees the views needs nobody to tell it that they are gone. */
static void a_session_of_the_new_version_lives_through_the_contract(void **state)
{
    (void)state;
    begin();
    do_well("$tenon migrate deploy");
    tenon_error err;
    const tenon_options options = {.pool_max = 1};
    tenon_db *db = tenon_open(new_url, &options, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    static const char write[] = "UPDATE \"Person\" SET age = age + 1, status = 'OPEN' WHERE id = 5";
    assert_true(tenon_execute(s, write));
    do_well("$tenon migrate deploy --contract");
    assert_true(tenon_execute(s, write));
    check_new("SELECT age FROM \"Person\" WHERE id = 5", "7");
    tenon_session_close(s);
    tenon_close(db);
}

/* ---- back ------------------------------------------------------------------------------------ */

static const char all_users[] = "SELECT md5(string_agg(concat_ws(',', id, name, nick, age, status),"
                                " ';' ORDER BY id)) FROM \"User\"";

static void the_way_back_brings_the_old_version_with_its_rows(void **state)
{
    char before[64], line[256];
    (void)state;
    begin();
    snprintf(before, sizeof before, "%s", testdb_value(old_url, all_users));
    do_well("$tenon migrate deploy --contract");
    do_well("ls -d migrations/*_contract* | wc -l");
    snprintf(line, sizeof line, "$tenon migrate rollback --accept-data-loss --count %d",
             atoi(output));
    do_well(line);
    check_old(all_users, before);
    check_new("SELECT concat_ws(',', first, last, age) FROM \"Person\" WHERE id = 2", "ann,b2,2");
    testdb_run(new_url, "UPDATE \"Person\" SET age = 3 WHERE id = 2");
    check_old("SELECT age FROM \"User\" WHERE id = 2", "3");
    do_well("$tenon migrate rollback --accept-data-loss --count"
            " $(ls -d migrations/*_v2* | grep -vc contract)");
    write_file("before.prisma", first);
    do_well("$tenon migrate diff --from-url \"$url\" --to-schema before.prisma --exit-code");
    check_old("SELECT count(*) FROM \"User\"", "2000");
}

/* ---- order ----------------------------------------------------------------------------------- */

static void what_comes_behind_a_contract_waits_for_it(void **state)
{
    (void)state;
    begin();
    do_well("$tenon migrate deploy");
    do_well("mkdir migrations/20990101000000_more");
    write_file("migrations/20990101000000_more/migration.sql", "CREATE TABLE more (id integer);\n");
    do_badly("$tenon migrate deploy", "waits behind the contract");
    do_well("$tenon migrate deploy --contract");
    check_old("SELECT count(*) FROM more", "0");
}

static void filling_in_that_was_killed_goes_on(void **state)
{
    (void)state;
    begin();
    testdb_run(old_url, "INSERT INTO \"User\" (name, age) SELECT 'm n', '1' FROM "
                        "generate_series(1, 60000)");
    do_well("$tenon migrate deploy --count 2");
    pid_t child = fork();
    if (child == 0) {
        setpgid(0, 0);
        _exit(run("exec $tenon migrate deploy"));
    }
    for (int i = 0; i < 2000; i++) {
        const char *done = testdb_value(
            old_url, "SELECT count(*) FROM \"User\" WHERE to_jsonb(\"User\") ->> '_tenon_in_step'"
                     " = 'true'");
        if (done && atoi(done) > 100)
            break;
        nanosleep(&(const struct timespec){.tv_nsec = 2000000}, NULL);
    }
    kill(-child, SIGKILL);
    waitpid(child, NULL, 0);
    do_well("$tenon migrate deploy");
    check_old("SELECT count(*) FROM \"User\" WHERE _tenon_in_step IS NOT TRUE", "0");
    do_well("$tenon migrate deploy --contract");
    check_new("SELECT count(*) FROM \"Person\" WHERE last = 'n'", "60000");
}

/* ---- words ----------------------------------------------------------------------------------- */

static void what_is_missing_is_asked_for_by_its_option(void **state)
{
    (void)state;
    write_file("schema.prisma", first);
    do_well("$tenon migrate dev --name init");
    write_file("schema.prisma", second);
    do_badly("$tenon migrate dev --expand", "--expand needs --name");
    do_badly("$tenon migrate dev --name v2 --expand --plain", "exclude each other");
    do_badly("$tenon migrate dev --name v2 --value a.b=c", "belong to --expand");
    do_badly("$tenon migrate dev --name v2 --expand --value a.b", "is no TABLE.COLUMN=EXPRESSION");
    do_badly("$tenon migrate dev --name v2 --expand --accept-data-loss",
             "--value Post.title=EXPRESSION");
    do_well("ls migrations | wc -l");
    assert_int_equal(atoi(output), 2);
}

static void a_development_database_goes_through_both_halves(void **state)
{
    (void)state;
    begin();
    do_well("$tenon migrate dev --name nothing --accept-data-loss");
    check_said("nothing to do");
    do_well("$tenon migrate status");
    check_said("up to date");
}

/* Put together, both halves run one after the other, and come out where they did. */
static void halves_that_are_put_together_lead_to_the_same(void **state)
{
    (void)state;
    begin();
    do_well("$tenon migrate deploy --contract");
    do_well("$tenon migrate squash --yes --name all");
    do_well("ls migrations | grep -c _");
    check_said("2\n"); /* with migration_lock.toml */
    do_well("$tenon migrate deploy");
    do_well("$tenon migrate status");
    setenv("url", testdb_create("squashed"), 1);
    do_well("$tenon migrate deploy");
    do_well("$tenon migrate diff --from-url \"$url\" --to-schema schema.prisma --exit-code");
    do_well("$tenon migrate status");
}

#define IN_DATABASE(test) cmocka_unit_test_setup_teardown(test, open_database, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_DATABASE(both_versions_are_served_until_the_contract),
        IN_DATABASE(a_session_of_the_new_version_lives_through_the_contract),
        IN_DATABASE(the_way_back_brings_the_old_version_with_its_rows),
        IN_DATABASE(what_comes_behind_a_contract_waits_for_it),
        IN_DATABASE(filling_in_that_was_killed_goes_on),
        IN_DATABASE(what_is_missing_is_asked_for_by_its_option),
        IN_DATABASE(halves_that_are_put_together_lead_to_the_same),
        IN_DATABASE(a_development_database_goes_through_both_halves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
