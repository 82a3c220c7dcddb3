/* `tenon sql check` and `tenon generate` with queries, as a user meets them. */
#include "../commands/in_folder.h"

static const char schema_start[] = "generator tenon {\n  provider = \"tenon\"\n}\n";
static const char models[] = "model Post {\n  id Int @id\n  title String\n  views BigInt?\n}\n";

static void check_status(const char *line, int expected)
{
    int status = run(line);
    if (status != expected)
        fail_msg("%s: status %d: %s", line, status, output);
}

static void write_schema(const char *provider)
{
    char text[1024];
    snprintf(text, sizeof text, "%sdatasource db {\n  provider = \"%s\"\n  url = \"x\"\n}\n%s",
             schema_start, provider, models);
    write_file("schema.prisma", text);
}

static void write_query(const char *sql)
{
    char text[1024];
    assert_int_equal(run("mkdir -p queries"), 0);
    snprintf(text, sizeof text, "-- name: posts_of :many\n%s\n", sql);
    write_file("queries/posts.sql", text);
}

static void what_is_wrong_is_shown_with_its_line(void **state)
{
    (void)state;
    write_schema("sqlite");
    write_query("SELECT id,\n       viewz\nFROM \"Post\"");
    check_status("$tenon sql check", 1);
    check_said("tenon: queries/posts.sql:3:8: no such column: viewz; did you mean \"views\"?\n"
               "    3 |        viewz\n"
               "      |        ^~~~~\n");
    check_status("$tenon generate", 1);
    check_status("$tenon sql check --json", 1);
    check_said("\"line\": 3, \"column\": 8,");
    write_query("SELECT id, views FROM \"Post\"");
    check_status("$tenon sql check", 0);
    check_said("1 query is right");
}

static void warnings_fail_when_they_are_to(void **state)
{
    (void)state;
    write_schema("sqlite");
    write_query("SELECT * FROM \"Post\"");
    check_status("$tenon sql check", 0);
    check_said("warning: * has other columns");
    check_status("$tenon sql check --strict", 1);
}

static void check_missing_index(const char *provider)
{
    write_schema(provider);
    write_query("SELECT id FROM \"Post\" WHERE title = :title");
    check_status("$tenon sql check --server \"$TENON_TEST_PG\"", 0);
    check_said("queries/posts.sql:2:29: warning: every row of Post is read, because no index has "
               "title; add @@index([title]) to model Post");
    check_said("\n    2 | SELECT id FROM \"Post\" WHERE title = :title\n"
               "      |                             ^~~~~\n");
    check_status("$tenon sql check --strict --server \"$TENON_TEST_PG\"", 1);
    check_status("$tenon sql check --json --server \"$TENON_TEST_PG\"", 0);
    check_said("\"rule\": \"missing_index\"");
    write_query("-- tenon:ignore missing_index\nSELECT id FROM \"Post\" WHERE title = :title");
    check_status("$tenon sql check --server \"$TENON_TEST_PG\"", 1);
    write_query("-- tenon:ignore missing_index a dozen rows\n"
                "SELECT id FROM \"Post\" WHERE title = :title");
    check_status("$tenon sql check --strict --server \"$TENON_TEST_PG\"", 0);
}

static void a_missing_index_fails_where_it_is_to(void **state)
{
    (void)state;
    check_missing_index("sqlite");
    check_missing_index("postgresql");
}

static void a_database_that_is_there_is_not_planned_in(void **state)
{
    (void)state;
    write_schema("sqlite");
    write_query("SELECT id FROM \"Post\" WHERE title = :title");
    check_status("$tenon db push --url sqlite:there.db", 0);
    check_status("$tenon sql check --strict --url sqlite:there.db", 0);
}

static void files_are_up_to_date_until_a_query_changes(void **state)
{
    (void)state;
    write_schema("sqlite");
    write_query("SELECT id, views FROM \"Post\" WHERE id = :id");
    check_status("$tenon generate", 0);
    check_status("grep -q 'PostsOfList posts_of_q' models.h", 0);
    check_status("$tenon generate --check", 0);
    write_query("SELECT id FROM \"Post\" WHERE id = :id");
    check_status("$tenon generate --check", 1);
    check_status("rm -r queries && $tenon generate && grep -c posts_of models.h", 1);
}

static void nothing_is_asked_about_what_is_known(void **state)
{
    (void)state;
    write_schema("postgresql");
    write_query("SELECT id, views, id + 1 AS next FROM \"Post\" WHERE views = :views");
    check_status("$tenon generate --server \"$TENON_TEST_PG\" && cp models.c first.c", 0);
    check_status("rm models.c && $tenon generate --server postgresql:///x?host=/nowhere", 0);
    check_status("cmp models.c first.c", 0);
    write_query("SELECT id FROM \"Post\"");
    check_status("$tenon generate --server postgresql:///x?host=/nowhere", 1);
    check_said("queries have changed since they were checked, and a database is needed");
    write_query("SELECT id, views, id + 1 AS next FROM \"Post\" WHERE views = :views");
    check_status("sed -i 's/title String/title String?/' schema.prisma", 0);
    check_status("$tenon generate --server postgresql:///x?host=/nowhere", 1);
}

/* As what another version of the analysis has said would be. */
static void what_another_version_has_said_is_asked_anew(void **state)
{
    (void)state;
    write_schema("postgresql");
    write_query("SELECT id, views FROM \"Post\" WHERE id = :id");
    check_status("$tenon generate --server \"$TENON_TEST_PG\"", 0);
    check_status("sed -i 's/^schema ./schema x/' queries/tenon.checked", 0);
    check_status("$tenon generate --server postgresql:///x?host=/nowhere", 1);
}

/* Beside it lies a table of the same name with other columns. */
static void the_schema_of_the_url_is_the_one_that_is_asked(void **state)
{
    (void)state;
    write_schema("postgresql");
    write_query("SELECT id, title, views FROM \"Post\" WHERE id = :id");
    check_status("psql -q \"$TENON_TEST_PG\" -c 'DROP DATABASE IF EXISTS sqlfile_own' -c 'CREATE "
                 "DATABASE sqlfile_own'",
                 0);
    check_status("echo \"$TENON_TEST_PG\" | sed 's,/postgres?,/sqlfile_own?,' > url && psql -q "
                 "\"$(cat url)\" -c 'CREATE TABLE \"Post\" (id text)'",
                 0);
    check_status("$tenon db push --url \"$(cat url)&schema=own\"", 0);
    check_status("$tenon sql check --url \"$(cat url)\"", 1);
    check_said("column \"title\" does not exist");
    check_status("$tenon sql check --json --url \"$(cat url)&schema=own\"", 0);
    check_said("{\"name\": \"id\", \"type\": \"Int\", \"list\": false, \"nullable\": false}");
    check_status("psql -q \"$TENON_TEST_PG\" -c 'DROP DATABASE sqlfile_own'", 0);
}

static void migrations_make_what_the_schema_cannot_say(void **state)
{
    (void)state;
    write_schema("postgresql");
    assert_int_equal(run("mkdir -p migrations/1_a"), 0);
    write_file("migrations/1_a/migration.sql",
               "CREATE TABLE \"Post\" (id int PRIMARY KEY);\n"
               "CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql AS 'SELECT 2 * $1';\n");
    write_query("SELECT twice(id) AS twice, views FROM \"Post\"");
    check_status("$tenon sql check --server \"$TENON_TEST_PG\"", 0);
}

static void a_project_without_queries_is_right(void **state)
{
    (void)state;
    write_schema("sqlite");
    check_status("$tenon sql check --strict", 0);
    check_said("there are no queries: no file *.sql in the folder queries");
    check_status("$tenon sql check --json | grep -c '\"queries\": \\[\\]'", 0);
    assert_int_equal(run("mkdir -p queries"), 0);
    check_status("$tenon sql check", 0);
    check_said("there are no queries");
    write_file("queries/a.sql", "-- nothing yet\n");
    check_status("$tenon sql check", 0);
    check_said("there are no queries");
    check_status("$tenon generate && $tenon generate --check", 0);
}

static void what_is_misused_is_told(void **state)
{
    (void)state;
    write_schema("sqlite");
    check_status("$tenon sql check --nothing", 2);
    check_status("$tenon sql check --queries nowhere", 1);
    check_said("cannot read nowhere");
    check_status("$tenon sql check --url mysql://x --queries .", 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(what_is_wrong_is_shown_with_its_line),
        TEST_IN_FOLDER(warnings_fail_when_they_are_to),
        TEST_IN_FOLDER(a_missing_index_fails_where_it_is_to),
        TEST_IN_FOLDER(a_database_that_is_there_is_not_planned_in),
        TEST_IN_FOLDER(files_are_up_to_date_until_a_query_changes),
        TEST_IN_FOLDER(nothing_is_asked_about_what_is_known),
        TEST_IN_FOLDER(what_another_version_has_said_is_asked_anew),
        TEST_IN_FOLDER(the_schema_of_the_url_is_the_one_that_is_asked),
        TEST_IN_FOLDER(migrations_make_what_the_schema_cannot_say),
        TEST_IN_FOLDER(a_project_without_queries_is_right),
        TEST_IN_FOLDER(what_is_misused_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
