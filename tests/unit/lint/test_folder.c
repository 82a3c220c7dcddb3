/* Folders of migrations: which files are read in which order, and what a folder and a database say
 * of its history. */
#include "../commands/in_folder.h"

#include "../../support/testdb.h"

#include <tenon/tenon.h>

static void make_migration(const char *name, const char *sql)
{
    char line[256], path[256];
    snprintf(line, sizeof line, "mkdir -p m/%s", name);
    assert_int_equal(run(line), 0);
    snprintf(path, sizeof path, "m/%s/migration.sql", name);
    write_file(path, sql);
}

/* Lints with the command; the status is expected, the output is kept. */
static void check_status(const char *arguments, int expected)
{
    char line[1024];
    snprintf(line, sizeof line, "$tenon migrate lint %s", arguments);
    int status = run(line);
    if (status != expected)
        fail_msg("status %d: %s", status, output);
}

static void folders_of_prisma_are_read_in_order(void **state)
{
    (void)state;
    make_migration("2_b", "ALTER TABLE t ALTER a TYPE varchar(5);");
    make_migration("1_a", "CREATE TABLE t (a varchar(10));");
    write_file("m/1_a/down.sql", "DROP TABLE t;");
    check_status("m", 1);
    check_said("m/2_b/migration.sql:1:1: error 6 narrowing-type: changes a of t from varchar(10)");
    check_said("2 files, 2 statements");
    check_said("hint 67 no-way-back");
    check_status("m/1_a", 0);
    check_said("1 file, 1 statement: 0 errors");
    check_status("--latest 1 --fail-on never m/", 0);
    check_said("error 6");
}

static void files_of_flyway_are_read_by_version(void **state)
{
    (void)state;
    assert_int_equal(run("mkdir f"), 0);
    write_file("f/V10__c.sql", "ALTER TABLE t DROP COLUMN b;");
    write_file("f/V9__b.sql", "ALTER TABLE t ADD COLUMN b int;");
    write_file("f/V1__a.sql", "CREATE TABLE t (a int);");
    write_file("f/U10__c.sql", "no SQL at all");
    write_file("f/R__view.sql", "CREATE VIEW v AS SELECT a FROM t;");
    write_file("f/notes.txt", "no SQL at all");
    check_status("--only 3,54,74 --format json f", 1);
    check_said("\"files\": 4,");
    check_said("\"path\": \"f/V10__c.sql\"");
}

static void other_files_are_read_by_name_without_those_that_undo(void **state)
{
    (void)state;
    assert_int_equal(run("mkdir n"), 0);
    write_file("n/001_a.up.sql", "CREATE TABLE t (a int);");
    write_file("n/001_a.down.sql", "DROP TABLE t;");
    write_file("n/002_b.sql", "DROP TABLE t;");
    check_status("--only 2 n", 1);
    check_said("2 files");
    check_said("n/002_b.sql:1:1: error 2 drop-table");
}

static void the_lock_file_says_which_database(void **state)
{
    (void)state;
    make_migration("1_a", "CREATE TABLE `t` (a);");
    write_file("m/migration_lock.toml", "provider = \"sqlite\"\n");
    check_status("m", 0);
    check_status("m/1_a/migration.sql", 0);
    check_status("--dialect postgresql m", 1);
    check_said("54 not-understood");
}

static void what_is_not_there_is_told(void **state)
{
    (void)state;
    check_status("nowhere", 1);
    check_said("cannot read nowhere");
    assert_int_equal(run("mkdir e"), 0);
    check_status("e", 1);
    check_said("there are no migrations in e");
    check_status("--only 75 e", 2);
    check_status("--format xml e", 2);
    check_status("", 2);
    check_said("neither prisma/migrations nor migrations");
}

static void texts_that_are_none_are_findings(void **state)
{
    (void)state;
    assert_int_equal(run("mkdir u; printf 'S\\0E\\0' > u/1.sql; printf '\\377' > u/2.sql"), 0);
    check_status("u", 1);
    check_said("u/1.sql:1:1: error 54 not-understood: cannot be read: it has NUL bytes");
    check_said("u/2.sql:1:1: error 54");
}

static void parents_tell_forks_and_edits(void **state)
{
    (void)state;
    make_migration("1_a", "CREATE TABLE t (a int);");
    make_migration("2_b", "CREATE TABLE u (a int);");
    make_migration("3_c", "CREATE TABLE v (a int);");
    write_file("m/2_b/tenon.toml", "parent = \"1_a\"\nparent_checksum = \"00\"\n");
    write_file("m/3_c/tenon.toml", "parent = \"1_a\"\n");
    write_file("m/3_c/after.schema", "");
    check_status("--only 63,64,65,66,67 m", 1);
    check_said("m/1_a/migration.sql:1:1: error 64 changed-after-applied: is not the text that 2_b");
    check_said(
        "m/3_c/migration.sql:1:1: error 65 two-children: was made on top of 1_a, and so was 2_b");
    check_said("m/3_c/migration.sql:1:1: error 66 schema-overwritten");
    write_file("m/3_c/tenon.toml", "parent = \"2_b\"\n");
    write_file("m/2_b/tenon.toml", "parent = \"1_a\"\n");
    check_status("--only 63,64,65,66,67 m", 0);
    check_said("0 errors");
}

/* Checksums are those of Prisma: sha256sum of the file. */
static void a_database_tells_what_it_has_run(void **state)
{
    (void)state;
    char arguments[512], sql[1024];
    const char *url = testdb_create("lint_history");
    make_migration("1_a", "CREATE TABLE t (a int);\n");
    make_migration("2_b", "DROP TABLE t;\n");
    make_migration("3_c", "CREATE TABLE u (a int);\n");
    assert_int_equal(run("sha256sum < m/1_a/migration.sql | cut -c 1-64 | tr -d '\\n'"), 0);
    snprintf(sql, sizeof sql,
             "CREATE TABLE _prisma_migrations (migration_name text, checksum text, finished_at "
             "timestamptz, rolled_back_at timestamptz); INSERT INTO _prisma_migrations VALUES "
             "('1_a', '%.64s', now(), NULL), ('3_c', 'another', now(), NULL)",
             output);
    testdb_run(url, sql);
    snprintf(arguments, sizeof arguments, "--url '%s' m", url);
    check_status(arguments, 1);
    check_said("m/2_b/migration.sql:1:1: error 63 not-linear: sorts before 3_c");
    check_said("m/3_c/migration.sql:1:1: error 64 changed-after-applied");
    assert_null(strstr(output, "m/1_a"));
    run("sed -i 's/$/\\r/' m/1_a/migration.sql"); /* only the ends of lines */
    check_status(arguments, 1);
    assert_null(strstr(output, "m/1_a"));
}

static void comments_and_formats_work_from_the_command_line(void **state)
{
    (void)state;
    write_file("a.sql", "-- tenon:ignore 2 it is empty\nDROP TABLE t;");
    check_status("--only 2 a.sql", 0);
    write_file("b.sql", "DROP TABLE t;");
    check_status("--only drop-table --format github b.sql", 1);
    check_said("::error file=b.sql,line=1,col=1,endLine=1,title=2 drop-table::");
    check_status("--only 2 --format sarif b.sql", 1);
    check_said("\"ruleId\": \"2\"");
    check_status("--only 10 --fail-on warning b.sql", 0);
    check_status("--only 10 --fail-on hint b.sql", 1);
    check_status("--skip 2,10,45,46,54 --style --autocommit --pg-version 12 a.sql b.sql", 0);
}

static void programs_that_run_are_known_by_their_schema(void **state)
{
    (void)state;
    write_file("s.prisma", "datasource db {\n provider = \"postgresql\"\n url = \"\"\n}\n"
                           "model t {\n id Int @id\n old String?\n}\n");
    write_file("a.sql", "ALTER TABLE t DROP COLUMN old;");
    check_status("--only 56 --client s.prisma a.sql", 1);
    check_said("error 56 drop-known-to-client: drops old of t, which programs that run know");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(folders_of_prisma_are_read_in_order),
        TEST_IN_FOLDER(files_of_flyway_are_read_by_version),
        TEST_IN_FOLDER(other_files_are_read_by_name_without_those_that_undo),
        TEST_IN_FOLDER(the_lock_file_says_which_database),
        TEST_IN_FOLDER(what_is_not_there_is_told),
        TEST_IN_FOLDER(texts_that_are_none_are_findings),
        TEST_IN_FOLDER(parents_tell_forks_and_edits),
        TEST_IN_FOLDER(a_database_tells_what_it_has_run),
        TEST_IN_FOLDER(comments_and_formats_work_from_the_command_line),
        TEST_IN_FOLDER(programs_that_run_are_known_by_their_schema),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
