/* `tenon migrate …` as a person meets it, on both databases. */
#include "in_folder.h"

#include "testdb.h"

#include <unistd.h>

#include <tenon/tenon.h>

static const char *url;
static bool is_sqlite;
static char root[4096]; /* of the tree, where tests are run */

static int open_postgresql(void **state)
{
    is_sqlite = false;
    url = testdb_create("migrate");
    return setenv("url", url, 1) || setenv("root", getcwd(root, sizeof root), 1) ||
           make_folder(state);
}

static int open_sqlite(void **state)
{
    is_sqlite = true;
    url = testdb_sqlite_url();
    return setenv("url", url, 1) || setenv("root", getcwd(root, sizeof root), 1) ||
           make_folder(state);
}

#define ON_POSTGRESQL(test) cmocka_unit_test_setup_teardown(test, open_postgresql, remove_folder)
#define ON_SQLITE(test) cmocka_unit_test_setup_teardown(test, open_sqlite, remove_folder)
#define ON_EACH(test) ON_POSTGRESQL(test), ON_SQLITE(test)

#define USER "model User {\n  id Int @id\n  email String @unique\n%s}\n"

/* A schema with further lines in its model, and further models. */
static void write_schema(const char *fields, const char *models)
{
    char text[2048];
    snprintf(text, sizeof text,
             "datasource db {\n  provider = \"%s\"\n  url      = env(\"url\")\n}\n" USER "%s",
             is_sqlite ? "sqlite" : "postgresql", fields, models);
    write_file("schema.prisma", text);
}

static void do_well(const char *line)
{
    if (run(line) != 0)
        fail_msg("%s: %s", line, output);
}

static void do_badly(const char *line, const char *said)
{
    if (run(line) != 1)
        fail_msg("%s: %s", line, output);
    check_said(said);
}

/* A migration by hand. */
static void write_migration(const char *name, const char *file, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "mkdir -p 'migrations/%s'", name);
    do_well(path);
    snprintf(path, sizeof path, "migrations/%s/%s", name, file);
    write_file(path, text);
}

static const char *ask(const char *sql)
{
    const char *value = testdb_value(url, sql);
    return value ? value : "";
}

/* ---- dev ------------------------------------------------------------------------------------- */

static void a_changed_schema_becomes_a_migration_that_runs(void **state)
{
    write_schema("", "");
    do_well("$tenon migrate dev --name init");
    check_said("_init is applied");
    do_well("$tenon migrate dev");
    check_said("nothing to do");
    write_schema("  age Int?\n  @@index([age])\n", "");
    do_well("$tenon migrate dev --name 'Add the age'");
    check_said("_add_the_age is applied");
    testdb_run(url, "INSERT INTO \"User\" (id, email, age) VALUES (1, 'a', 2)");
    do_well("$tenon migrate status");
    check_said("is up to date");
    do_well("url= $tenon migrate diff --from-migrations migrations --to-schema schema.prisma "
            "--exit-code");
    write_schema("  age Int?\n  name String?\n  @@index([age])\n", "");
    assert_int_equal(run("url= $tenon migrate diff --from-migrations migrations --to-schema "
                         "schema.prisma --exit-code"),
                     2);
    check_said("+ column \"User\".\"name\"");
    do_well("cat migrations/migration_lock.toml");
    check_said(is_sqlite ? "provider = \"sqlite\"" : "provider = \"postgresql\"");
}

/* On PostgreSQL the index is dropped CONCURRENTLY, in a migration before that of the column. */
static void what_is_lost_behind_a_concurrent_statement_is_asked_for(void **state)
{
    write_schema("  age Int?\n  name String?\n  @@index([age])\n", "");
    do_well("$tenon migrate dev --name init");
    testdb_run(url, "INSERT INTO \"User\" (id, email, age, name) VALUES (1, 'a', 2, 'n')");
    write_schema("  age Int?\n", "");
    do_badly("$tenon migrate dev --name less", "give --accept-data-loss to lose this");
    check_said("\"name\" would be dropped with its values (rows: 1)");
    assert_string_equal(ask("SELECT name FROM \"User\""), "n");
    do_well("$tenon migrate dev --name less --accept-data-loss");
}

static void a_concurrent_statement_gets_a_migration_of_its_own(void **state)
{
    write_schema("  age Int?\n", "");
    do_well("$tenon migrate dev --name init");
    write_schema("  age Int?\n  name String?\n  @@index([age])\n", "");
    do_well("$tenon migrate dev --name index");
    do_well("cat migrations/*_index_2/migration.sql");
    assert_string_equal(output, "-- CreateIndex\nCREATE INDEX CONCURRENTLY \"User_age_idx\" ON "
                                "\"User\"(\"age\");\n");
    do_well("cat migrations/*_index_2/tenon.toml");
    check_said("_index\"");
}

static void what_is_created_only_is_not_run(void **state)
{
    write_schema("", "");
    do_well("$tenon migrate dev --create-only --name init");
    do_badly("$tenon migrate status", "_init is not applied yet");
    do_well("$tenon migrate deploy --dry-run");
    check_said("CREATE TABLE \"User\"");
    do_well("$tenon migrate deploy");
    do_well("$tenon migrate deploy");
    check_said("nothing to do: all 1 migrations are applied");
}

static void up_and_down_and_up_again(void **state)
{
    write_schema("", "");
    do_well("$tenon migrate dev --name init");
    write_schema("  age Int @default(3)\n", "model Post {\n  id Int @id\n  text String?\n}\n");
    do_well("$tenon migrate dev --name more");
    do_badly("$tenon migrate rollback --count 9 </dev/null", "needs --accept-data-loss");
    check_said("DROP TABLE \"Post\"");
    do_well("$tenon migrate rollback --accept-data-loss");
    check_said("_more is undone");
    write_schema("", "");
    do_well("$tenon migrate diff --from-url \"$url\" --to-schema schema.prisma --exit-code");
    do_well("$tenon migrate deploy");
    write_schema("  age Int @default(3)\n", "model Post {\n  id Int @id\n  text String?\n}\n");
    do_well("$tenon migrate diff --from-url \"$url\" --to-schema schema.prisma --exit-code");
    do_well("$tenon migrate rollback --count 9 --accept-data-loss");
    assert_string_equal(ask(is_sqlite ? "SELECT count(*) FROM sqlite_schema WHERE name = 'User'"
                                      : "SELECT count(*) FROM pg_class WHERE relname = 'User'"),
                        "0");
}

static void what_would_be_lost_is_not_lost_unasked(void **state)
{
    write_schema("  age Int?\n", "");
    do_well("$tenon migrate dev --name init");
    testdb_run(url, "INSERT INTO \"User\" (id, email, age) VALUES (1, 'a', 2)");
    write_schema("", "");
    do_badly("$tenon migrate dev --name drop </dev/null", "--accept-data-loss");
    assert_string_equal(ask("SELECT age FROM \"User\""), "2");
    do_well("ls migrations");
    assert_null(strstr(output, "drop"));
    do_well("$tenon migrate dev --name drop --accept-data-loss </dev/null");
    do_well("cat migrations/*_drop/down.sql");
    check_said("not brought back");
}

static void a_change_by_hand_is_told_and_stops(void **state)
{
    write_schema("", "");
    do_well("$tenon migrate dev --name init");
    testdb_run(url, "CREATE TABLE strange (id INTEGER PRIMARY KEY)");
    do_badly("$tenon migrate status", "changed without a migration");
    check_said("table \"strange\"");
    write_schema("  age Int?\n", "");
    do_badly("$tenon migrate status", "the schema asks for what no migration does");
    check_said("column \"User\".\"age\"");
    do_badly("$tenon migrate dev", "table \"strange\"");
    check_said("without a migration");
    do_badly("$tenon migrate reset </dev/null", "needs --accept-data-loss");
    do_well("$tenon migrate reset --accept-data-loss");
    do_well("$tenon migrate dev");
}

/* Of migrations without a schema beside them only a replay tells what they lead to. */
static void migrations_of_others_are_gone_on_with(void **state)
{
    write_migration(
        "20200101000000_init", "migration.sql",
        "CREATE TABLE \"User\" (\"id\" INTEGER NOT NULL PRIMARY KEY, \"email\" TEXT NOT "
        "NULL);\nCREATE UNIQUE INDEX \"User_email_key\" ON \"User\"(\"email\");\n");
    write_schema("  age Int?\n", "");
    do_well("$tenon migrate dev --name age");
    check_said("20200101000000_init is applied");
    check_said("_age is applied");
    do_well("cat migrations/*_age/migration.sql");
    check_said("ADD COLUMN");
}

/* ---- deploy, status, resolve ----------------------------------------------------------------- */

static void a_failure_is_told_and_resolved(void **state)
{
    write_schema("", "");
    write_migration("1_a", "migration.sql", "CREATE TABLE a (n INTEGER);");
    write_migration("2_b", "migration.sql",
                    "INSERT INTO a VALUES (1);\nCOMMIT;\nINSERT INTO nowhere VALUES (1);\n");
    do_badly("$tenon migrate deploy", "2_b, line 3");
    check_said("2 of its statements are done and stay");
    do_badly("$tenon migrate deploy", "the migration '2_b' failed");
    do_badly("$tenon migrate status", "2_b failed");
    check_said("(2 of 3 statements are done)");
    do_badly("$tenon migrate resolve --applied 3_c", "there is no migration '3_c'");
    write_migration("2_b", "migration.sql",
                    "INSERT INTO a VALUES (1);\nCOMMIT;\nINSERT INTO a VALUES (2);\n");
    do_well("$tenon migrate resolve --resume 2_b");
    do_well("$tenon migrate deploy");
    assert_string_equal(ask("SELECT count(*) FROM a"), "2");
    assert_int_equal(run("$tenon migrate resolve --applied 2_b --resume 2_b"), 2);
}

static void a_schema_without_a_migration_is_told_how_to_begin(void **state)
{
    testdb_run(url, "CREATE TABLE a (n INTEGER); DROP TABLE a");
    do_well("$tenon migrate status --url \"$url\" --migrations migrations");
    check_said("migrations has no migrations");
    write_schema("", "");
    do_badly("$tenon migrate status",
             "the schema has no migration yet: there is none in migrations\n"
             "  `tenon migrate dev --name init` writes the first\n");
    do_well("$tenon migrate dev --name init");
    do_well("$tenon migrate status");
    do_well("rm -r migrations");
    do_badly("$tenon migrate status", "is applied, but not in the folder");
}

/* What status says then is what helps. */
static void a_database_that_was_there_begins_its_history(void **state)
{
    write_schema("", "");
    do_well("$tenon db push");
    do_badly("$tenon migrate status", "the database has tables");
    do_well("$tenon migrate status | sed -n 's/^  \\(mkdir\\|tenon\\)/\\1/p' | sed "
            "'s|^tenon|\"$tenon\"|'"
            " > begin.sh; export tenon; sh -e begin.sh");
    do_well("$tenon migrate status");
    check_said("is up to date");
}

static void a_database_from_before_is_taken_over(void **state)
{
    write_schema("", "");
    testdb_run(url, "CREATE TABLE a (n INTEGER)");
    do_badly("$tenon migrate status", "the schema has no migration yet");
    check_said("tenon migrate resolve --applied 0_init");
    write_migration("1_a", "migration.sql", "CREATE TABLE a (n INTEGER);");
    do_badly("$tenon migrate deploy", "it is not empty: it has 'a'");
    do_well("$tenon migrate resolve --applied 1_a");
    do_well("$tenon migrate deploy");
    do_badly("$tenon migrate deploy --migrations elsewhere", "there is no folder 'elsewhere'");
}

static void no_schema_is_needed_when_everything_is_said(void **state)
{
    write_migration("1_a", "migration.sql", "CREATE TABLE a (n INTEGER);");
    do_well("mv migrations m; $tenon migrate deploy --url \"$url\" --migrations m --verbose");
    check_said("1/1 line 1: CREATE TABLE a");
    do_badly("$tenon migrate deploy", "no schema.prisma");
}

static void migrations_of_another_kind_of_database_are_refused(void **state)
{
    write_schema("", "");
    do_well("mkdir migrations");
    write_file("migrations/migration_lock.toml",
               is_sqlite ? "provider = \"postgresql\"\n" : "provider = \"sqlite\"\n");
    do_badly("$tenon migrate deploy", "and the database is");
}

static void a_folder_without_its_file_is_told(void **state)
{
    write_schema("", "");
    do_well("mkdir -p migrations/1_empty");
    do_badly("$tenon migrate status", "migrations/1_empty has no migration.sql");
}

static void statements_that_block_can_be_run_in_other_forms(void **state)
{
    write_schema("", "");
    write_migration("1_a", "migration.sql",
                    "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER);\n"
                    "CREATE TABLE b (a INTEGER, m INTEGER);\nCREATE INDEX a_i ON a (n);\n");
    write_migration("2_b", "migration.sql",
                    "CREATE INDEX a_n ON a (n, id); -- why not\nDROP INDEX a_i;\n"
                    "ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a) REFERENCES a (id);\n"
                    "ALTER TABLE b ALTER COLUMN m SET NOT NULL;\n"
                    "ALTER TABLE b ADD CONSTRAINT b_m UNIQUE (m);\n"
                    "INSERT INTO a VALUES (1, 1); INSERT INTO b VALUES (1, 1);");
    do_well("$tenon migrate deploy --safe --dry-run");
    check_said("CREATE INDEX CONCURRENTLY a_n");
    check_said("CREATE INDEX a_i ON a (n);");
    check_said("DROP INDEX CONCURRENTLY a_i");
    check_said("FOREIGN KEY (a) REFERENCES a (id) NOT VALID;\nCOMMIT;\nALTER TABLE");
    do_well("$tenon migrate deploy --safe");
    do_well("$tenon migrate status");
    assert_string_equal(ask("SELECT string_agg(conname, ' ' ORDER BY conname) FROM pg_constraint "
                            "WHERE conrelid IN ('a'::regclass, 'b'::regclass) AND convalidated"
                            " AND contype <> 'n'"),
                        "a_pkey b_a b_m");
    assert_string_equal(ask("SELECT attnotnull FROM pg_attribute WHERE attrelid = 'b'::regclass "
                            "AND attname = 'm'"),
                        "t");
    assert_string_equal(ask("SELECT string_agg(indexrelid::regclass::text, ' ' ORDER BY "
                            "indexrelid::regclass::text) FROM "
                            "pg_index WHERE indrelid = 'a'::regclass AND indisvalid"),
                        "a_n a_pkey");
}

/* ---- branches, squash, embed ----------------------------------------------------------------- */

static void two_branches_are_noticed_and_merged(void **state)
{
    write_schema("", "");
    do_well("$tenon migrate dev --name init");
    do_well("cp -r migrations base");
    write_schema("  age Int?\n", "");
    do_well("$tenon migrate dev --name ours && mv migrations ours");
    do_well("$tenon migrate rollback --migrations ours --accept-data-loss");
    do_well("mv base migrations");
    write_schema("  name String?\n", "");
    do_well("sleep 2; $tenon migrate dev --name theirs && cp -r ours/*_ours migrations/");
    do_badly("$tenon migrate status", "nobody has tried them together");
    write_schema("  age Int?\n  name String?\n", "");
    do_badly("$tenon migrate dev", "`tenon migrate merge`");
    do_well("$tenon migrate merge");
    check_said("stand in a row now");
    check_said("they lead to the schema");
    assert_null(strstr(output, "both branches"));
    do_well("$tenon migrate merge");
    check_said("nothing to do");
    do_well("$tenon migrate deploy");
    do_well("$tenon migrate dev");
    check_said("nothing to do");
}

/* Two branches of one base, with `ours` put beside `theirs`. */
static void make_branches(const char *ours, const char *theirs)
{
    write_schema("  age Int?\n", "");
    do_well("$tenon migrate dev --name init");
    do_well("cp -r migrations base");
    write_schema(ours, "");
    do_well("$tenon migrate dev --accept-data-loss --name ours && mv migrations ours");
    do_well("$tenon migrate rollback --migrations ours --accept-data-loss");
    do_well("mv base migrations");
    write_schema(theirs, "");
    do_well("sleep 2; $tenon migrate dev --accept-data-loss --name theirs && "
            "cp -r ours/*_ours migrations/");
}

static void what_both_branches_touch_is_named(void **state)
{
    (void)state;
    make_branches("  age Float?\n", "  age Int? @default(7)\n");
    write_schema("  age Float? @default(7)\n", "");
    /* SQLite: each branch writes the table anew, and the later one knows nothing of the other. */
    if (is_sqlite)
        do_badly("$tenon migrate merge", "nothing was written");
    else
        do_well("$tenon migrate merge");
    check_said("both branches touch the same:");
    check_said("one branch changes column \"User\".\"age\"");
    check_said(is_sqlite ? "together they do not lead to the schema" : "they lead to the schema");
}

static void branches_that_do_not_lead_to_the_schema_are_refused(void **state)
{
    (void)state;
    make_branches("  age Int?\n  name String?\n", "  age Int?\n  nick String?\n");
    write_schema("  age Int?\n  name String?\n", "");
    do_badly("$tenon migrate merge", "nothing was written");
    check_said("- column \"User\".\"nick\"");
    do_badly("$tenon migrate status", "nobody has tried them together");
    do_well("$tenon migrate merge --unfinished");
    check_said("`tenon migrate dev` writes the rest");
}

static void branches_that_do_not_run_together_are_refused(void **state)
{
    (void)state;
    make_branches("  age Int?\n  name String?\n", "  age Int?\n  name Int?\n");
    do_badly("$tenon migrate merge", "both branches touch the same:");
    check_said(", the other adds column \"User\".\"name\"");
    check_said("_theirs, line ");
}

static void many_become_one_and_nothing_runs_twice(void **state)
{
    write_schema("", "");
    write_migration("1_a", "migration.sql", "CREATE TABLE a (n INTEGER)\n-- the end");
    write_migration("2_b", "migration.sql", "INSERT INTO a VALUES (1);");
    do_well("$tenon migrate deploy");
    do_well("$tenon migrate squash --yes --name first");
    do_well("ls migrations");
    check_said("2_first\n");
    assert_null(strstr(output, "1_a"));
    do_well("$tenon migrate deploy");
    check_said("2_first counts as applied");
    assert_string_equal(ask("SELECT count(*) FROM a"), "1");
    do_well("$tenon migrate status");
    do_well("$tenon migrate reset --accept-data-loss");
    assert_string_equal(ask("SELECT count(*) FROM a"), "1");
}

static void a_part_of_what_was_put_together_is_refused(void **state)
{
    write_schema("", "");
    write_migration("1_a", "migration.sql", "CREATE TABLE a (n INTEGER)");
    do_well("$tenon migrate deploy");
    write_migration("2_b", "migration.sql", "INSERT INTO a VALUES (1);");
    do_well("$tenon migrate squash --yes");
    do_badly("$tenon migrate deploy", "the database has only 1 of them");
}

static void a_program_carries_its_migrations(void **state)
{
    write_schema("", "");
    write_migration("1_a", "migration.sql",
                    "CREATE TABLE a (t TEXT);\nINSERT INTO a VALUES ('\"\\?\?/\t\xc3\xa9');\n");
    write_migration("1_a", "down.sql", "DROP TABLE a;\n");
    do_well("$tenon migrate embed --symbol shop -o shop.c");
    do_well("$tenon migrate embed --symbol shop -o shop.c --check");
    write_migration("2_b", "migration.sql", "");
    do_badly("$tenon migrate embed --symbol shop -o shop.c --check", "out of date");
    do_well("cc -std=c99 -pedantic -Wall -Wextra -Werror "
            "-I \"$root/include\" -c shop.c");
    assert_int_equal(run("$tenon migrate embed --symbol 1shop"), 2);
}

static void generated_code_says_what_it_was_made_for(void **state)
{
    (void)state;
    write_schema("", "");
    do_well("$tenon generate --name shop && ! grep last_migration shop.h");
    write_migration("1_a", "migration.sql", "SELECT 1");
    write_migration("2_b", "migration.sql", "SELECT 1;\n");
    do_badly("$tenon generate --name shop --check", "out of date");
    do_well("$tenon generate --name shop --prefix shop");
    do_well("grep 'extern const tenon_last_migration shop_last_migration;' shop.h");
    do_well("grep -A1 'tenon_last_migration shop_last_migration = {' shop.c");
    check_said(".name = \"2_b\"");
    do_well("grep $(printf 'SELECT 1;\\n' | sha256sum | cut -c1-64) shop.c");
    do_well("grep $(printf 'SELECT 1;\\r\\n' | sha256sum | cut -c1-64) shop.c");
    do_well("cc -std=c99 -pedantic -Wall -Wextra -Werror -I \"$root/include\" -c shop.c");
    do_well("$tenon generate --name shop --prefix shop --split && "
            "grep last_migration shop_shared.h shop_shared.c");
}

static void copies_of_a_database_are_kept_but_not_for_ever(void **state)
{
    char line[512];
    write_schema("", "");
    for (int i = 1; i <= 4; i++) {
        char name[8];
        snprintf(name, sizeof name, "%d", i);
        write_migration(name, "migration.sql", i == 1 ? "CREATE TABLE a (n INTEGER)" : "SELECT 1");
        do_well("$tenon migrate deploy --keep-backups 2");
    }
    check_said("the last 2 copies are kept");
    snprintf(line, sizeof line, "ls '%s'.*.bak | wc -l", url + strlen("sqlite:"));
    do_well(line);
    assert_string_equal(output, "2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(a_changed_schema_becomes_a_migration_that_runs),
        ON_EACH(what_is_lost_behind_a_concurrent_statement_is_asked_for),
        ON_POSTGRESQL(a_concurrent_statement_gets_a_migration_of_its_own),
        ON_EACH(what_is_created_only_is_not_run),
        ON_EACH(up_and_down_and_up_again),
        ON_EACH(what_would_be_lost_is_not_lost_unasked),
        ON_EACH(a_change_by_hand_is_told_and_stops),
        ON_EACH(migrations_of_others_are_gone_on_with),
        ON_EACH(a_failure_is_told_and_resolved),
        ON_EACH(a_database_from_before_is_taken_over),
        ON_EACH(a_schema_without_a_migration_is_told_how_to_begin),
        ON_EACH(a_database_that_was_there_begins_its_history),
        ON_EACH(no_schema_is_needed_when_everything_is_said),
        ON_EACH(migrations_of_another_kind_of_database_are_refused),
        ON_EACH(a_folder_without_its_file_is_told),
        ON_POSTGRESQL(statements_that_block_can_be_run_in_other_forms),
        ON_EACH(two_branches_are_noticed_and_merged),
        ON_EACH(what_both_branches_touch_is_named),
        ON_EACH(branches_that_do_not_lead_to_the_schema_are_refused),
        ON_EACH(branches_that_do_not_run_together_are_refused),
        ON_EACH(many_become_one_and_nothing_runs_twice),
        ON_EACH(a_part_of_what_was_put_together_is_refused),
        ON_EACH(a_program_carries_its_migrations),
        ON_EACH(generated_code_says_what_it_was_made_for),
        ON_SQLITE(copies_of_a_database_are_kept_but_not_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
