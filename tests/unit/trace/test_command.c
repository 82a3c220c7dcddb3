/* `tenon migrate trace` as a user meets it. */
#include "../commands/in_folder.h"

static void check_status(const char *arguments, int expected)
{
    char line[1024];
    snprintf(line, sizeof line, "$tenon migrate trace --url \"$TENON_TEST_PG\" %s", arguments);
    int status = run(line);
    if (status != expected)
        fail_msg("status %d: %s", status, output);
}

static void make_folder_of_migrations(void)
{
    assert_int_equal(run("mkdir -p m/1_a m/2_b m/3_c"), 0);
    write_file("m/1_a/migration.sql", "CREATE TABLE t (a int); CREATE TABLE u (a int);");
    write_file("m/2_b/migration.sql", "ALTER TABLE t ALTER a TYPE bigint;");
    write_file("m/3_c/migration.sql", "ALTER TABLE t ADD COLUMN b text;\nDROP TABLE u;");
    write_file("m/3_c/down.sql", "ALTER TABLE t DROP COLUMN b;");
}

static void the_migrations_before_it_run_first(void **state)
{
    (void)state;
    make_folder_of_migrations();
    check_status("m/2_b", 0);
    check_said("m/2_b/migration.sql:1:1: ALTER TABLE t ALTER a TYPE bigint\n"
               "    lock    t: ACCESS EXCLUSIVE, readers and writers wait\n");
    check_said("    rewrite t\n    error 37 rewrite-seen");
    check_status("--fail-on-rewrite m/2_b/migration.sql", 1);
    check_status("--alone m/2_b/", 1);
    check_said("failed: ");
}

static void a_way_back_that_is_none_fails(void **state)
{
    (void)state;
    make_folder_of_migrations();
    check_status("--format json m/3_c", 1);
    check_said("\"downDifferences\": [\"- table u\"");
    write_file("m/3_c/down.sql", "ALTER TABLE t DROP COLUMN b; CREATE TABLE u (a int);");
    check_status("m/3_c", 0);
    check_said("down.sql brings everything back");
}

static void a_plain_file_is_traced_alone(void **state)
{
    (void)state;
    write_file("a.sql", "CREATE TABLE t (a int);\nCREATE INDEX CONCURRENTLY i ON t (a);");
    check_status("a.sql", 0);
    check_said("ran outside of a transaction");
    write_file("b.sql", "SELECT 1;\nSELEC 1;");
    check_status("b.sql", 1);
    check_said("b.sql:2: failed: syntax error");
}

static void what_is_misused_is_told(void **state)
{
    (void)state;
    check_status("", 2);
    check_said("say which migration");
    check_status("a b", 2);
    check_status("--format xml a", 2);
    check_status("--pg-version x a", 2);
    check_status("nowhere.sql", 1);
    check_said("cannot read nowhere.sql");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(the_migrations_before_it_run_first),
        TEST_IN_FOLDER(a_way_back_that_is_none_fails),
        TEST_IN_FOLDER(a_plain_file_is_traced_alone),
        TEST_IN_FOLDER(what_is_misused_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
