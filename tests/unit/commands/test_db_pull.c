/* `tenon db pull`: files made, edited and left alone; what it says and refuses. */
#include "in_folder.h"

#include "testdb.h"

#define SQLITE "datasource db {\n  provider = \"sqlite\"\n  url      = \"file:x.db\"\n}\n"
#define MODEL "\nmodel a {\n  id Int    @id @default(autoincrement())\n  b  String\n}\n"

/* Runs the line with $url in place of the URL. */
static int run_with(const char *url, const char *line)
{
    assert_int_equal(setenv("url", url, 1), 0);
    return run(line);
}

static const char *database(const char *sql)
{
    const char *url = testdb_sqlite_url();
    testdb_run(url, sql);
    return url;
}

static const char table[] = "CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT NOT NULL)";

static void a_file_is_made_where_there_is_none(void **state)
{
    (void)state;
    const char *url = database(table);
    assert_int_equal(run("$tenon db pull"), 1);
    check_said("no database is named, and there is no schema yet; give --url");
    assert_int_equal(run_with(url, "$tenon db pull --url \"$url\" new.prisma"), 0);
    assert_string_equal(output, "new.prisma: 1 model\n");
    check_file(
        "new.prisma",
        "generator tenon {\n  provider = \"tenon\"\n}\n\n"
        "datasource db {\n  provider = \"sqlite\"\n  url      = env(\"DATABASE_URL\")\n}\n" MODEL);
    assert_int_equal(run_with(url, "$tenon db pull --url \"$url\""), 0);
    assert_string_equal(output, "schema.prisma: 1 model\n");
}

static void a_schema_is_edited_and_the_rest_of_it_stays(void **state)
{
    (void)state;
    const char *url = database("CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT NOT NULL, c INT);"
                               "CREATE TABLE e (id INT PRIMARY KEY NOT NULL)");
    write_file("schema.prisma", "// mine\n" SQLITE "\n/// doc\nmodel A {\n  key Int    @id "
                                "@default(autoincrement()) @map(\"id\") // here\n\n  b   String\n\n"
                                "  @@map(\"a\")\n}\n");
    assert_int_equal(run_with(url, "$tenon db pull --url \"$url\""), 0);
    check_file("schema.prisma",
               "// mine\n" SQLITE "\n/// doc\nmodel A {\n  key Int @id @default(autoincrement())"
               " @map(\"id\") // here\n\n  b String\n  c Int?\n\n  @@map(\"a\")\n}\n\n"
               "model e {\n  id Int @id\n}\n");
}

static void printing_and_forcing_change_what_they_say(void **state)
{
    (void)state;
    const char *url = database(table);
    write_file("schema.prisma", SQLITE "\nmodel Other {\n  id Int @id\n}\n");
    assert_int_equal(run_with(url, "$tenon db pull --print --force --url \"$url\""), 0);
    assert_string_equal(output, SQLITE MODEL);
    check_file("schema.prisma", SQLITE "\nmodel Other {\n  id Int @id\n}\n");
    assert_int_equal(run_with(url, "$tenon db pull --url \"$url\" - < schema.prisma"), 0);
    check_said("model \"Other\": the database has no such table");
    check_said(SQLITE MODEL);
    write_file("schema.prisma", SQLITE "\nmodel Other {\n  id Wrong @id\n}\n");
    assert_int_equal(run_with(url, "$tenon db pull --url \"$url\""), 1);
    check_said("the schema has errors; --force keeps only its datasource and generators");
    assert_int_equal(run_with(url, "$tenon db pull --force --url \"$url\""), 0);
    check_file("schema.prisma", SQLITE MODEL);
}

static void what_is_outside_is_told_and_stands_in_the_json(void **state)
{
    (void)state;
    const char *url = database("CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT NOT NULL);"
                               "CREATE INDEX lower_b ON a (lower(b))");
    assert_int_equal(run_with(url, "$tenon db pull --print --url \"$url\" 2>&1 >/dev/null"), 0);
    assert_string_equal(output,
                        "tenon: the schema does not say all of the database; what it leaves out "
                        "stays in the database:\n"
                        "  index \"lower_b\" of \"a\": it has an expression\n");
    assert_int_equal(run_with(url, "$tenon db pull --json --print --url \"$url\" 2>/dev/null"), 0);
    check_said("{\"files\": [{\"path\": \"schema.prisma\", \"text\": \"generator tenon {\\n");
    check_said(
        "\"models\": 1, \"views\": 0, \"enums\": 0, \"outside\": [{\"kind\": \"index\", "
        "\"name\": \"\\\"lower_b\\\" of \\\"a\\\"\", \"reason\": \"it has an expression\"}]}");
}

static void a_folder_gets_new_models_in_a_file_of_their_own(void **state)
{
    (void)state;
    const char *url = database("CREATE TABLE a (id INTEGER PRIMARY KEY, b TEXT NOT NULL);"
                               "CREATE TABLE c (id INTEGER PRIMARY KEY)");
    assert_int_equal(run("mkdir folder"), 0);
    write_file("folder/one.prisma", SQLITE);
    write_file("folder/two.prisma", "model a {\n  id Int    @id @default(autoincrement())\n"
                                    "  b  String\n}\n");
    assert_int_equal(run_with(url, "$tenon db pull --url \"$url\" folder"), 0);
    check_file("folder/one.prisma", SQLITE);
    check_file("folder/introspected.prisma",
               "model c {\n  id Int @id @default(autoincrement())\n}\n");
}

static void schemas_of_postgresql_are_named(void **state)
{
    (void)state;
    const char *url = testdb_create("pull");
    testdb_run(url, "CREATE SCHEMA sales; CREATE TABLE sales.t (id int PRIMARY KEY);"
                    "CREATE TABLE t (id int PRIMARY KEY); CREATE TYPE sales.kind AS ENUM ('a')");
    assert_int_equal(run_with(url, "$tenon db pull --schemas public,sales --url \"$url\" s"), 0);
    check_file("s",
               "generator tenon {\n  provider = \"tenon\"\n}\n\n"
               "datasource db {\n  provider = \"postgresql\"\n  url      = "
               "env(\"DATABASE_URL\")\n  schemas  = [\"public\", \"sales\"]\n}\n\n"
               "model public_t {\n  id Int @id\n\n  @@map(\"t\")\n  @@schema(\"public\")\n}\n\n"
               "model sales_t {\n  id Int @id\n\n  @@map(\"t\")\n  @@schema(\"sales\")\n}\n\n"
               "enum kind {\n  a\n\n  @@schema(\"sales\")\n}\n");
    assert_int_equal(run_with(url, "cp s t && $tenon db pull --url \"$url\" s && cmp s t"), 0);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    const char *url = database("SELECT 1");
    assert_int_equal(run_with(url, "$tenon db pull --url \"$url\""), 1);
    check_said("the database is empty; nothing was written");
    write_file("schema.prisma", SQLITE);
    const char *other = testdb_create("pull");
    testdb_run(other, "CREATE TABLE a (id int PRIMARY KEY)");
    assert_int_equal(run_with(other, "$tenon db pull --url \"$url\""), 1);
    check_said("the schema's datasource is for sqlite, and the database is postgresql");
    check_file("schema.prisma", SQLITE);
    assert_int_equal(run("$tenon db pull --url postgresql:///nowhere?host=/nonexistent x"), 1);
    assert_int_equal(run("$tenon db pull --wrong"), 2);
    assert_int_equal(run("$tenon db pull one two"), 2);
}

/* Catalogues may be read by everybody; so a role without a single right can pull. */
static void a_role_without_rights_can_pull(void **state)
{
    (void)state;
    const char *url = testdb_create("rights");
    testdb_run(url, "CREATE TABLE a (id int PRIMARY KEY, b text CHECK (b <> ''));"
                    "DROP ROLE IF EXISTS tenon_nobody; CREATE ROLE tenon_nobody LOGIN;"
                    "CREATE TABLE c (id int PRIMARY KEY); REVOKE ALL ON c FROM PUBLIC");
    assert_int_equal(run_with(url, "$tenon db pull --url \"$(echo $url |"
                                   " sed 's/user=[a-z]*/user=tenon_nobody/')\" s"),
                     0);
    check_said("s: 2 models\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(a_file_is_made_where_there_is_none),
        TEST_IN_FOLDER(a_schema_is_edited_and_the_rest_of_it_stays),
        TEST_IN_FOLDER(printing_and_forcing_change_what_they_say),
        TEST_IN_FOLDER(what_is_outside_is_told_and_stands_in_the_json),
        TEST_IN_FOLDER(a_folder_gets_new_models_in_a_file_of_their_own),
        TEST_IN_FOLDER(schemas_of_postgresql_are_named),
        TEST_IN_FOLDER(what_cannot_be_is_refused),
        TEST_IN_FOLDER(a_role_without_rights_can_pull),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
