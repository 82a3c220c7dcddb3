/* `tenon db push`: a whole schema into an empty database, or nothing. */
#include "in_folder.h"

#include "testdb.h"

#define URL_OF(provider, url)                                                                      \
    "datasource db {\n  provider = \"" provider "\"\n  url      = " url "\n}\n\n"
#define MODEL "model A {\n  id Int @id @default(autoincrement())\n  b String @unique\n}\n"
#define COUNT_TABLES                                                                               \
    "SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"                \
    " WHERE nspname NOT LIKE 'pg~_%' ESCAPE '~' AND nspname <> 'information_schema'"

/* Runs the line with $url in place of the URL. */
static int run_with(const char *url, const char *line)
{
    assert_int_equal(setenv("url", url, 1), 0);
    return run(line);
}

static void a_dry_run_from_empty_prints_either_dialect_and_connects_to_nothing(void **state)
{
    write_file("schema.prisma", URL_OF("postgresql", "env(\"NOT_SET_ANYWHERE\")") MODEL);
    assert_int_equal(run("$tenon db push --dry-run --from-empty"), 0);
    assert_string_equal(output,
                        "-- CreateTable\nCREATE TABLE \"A\" (\n"
                        "    \"id\" SERIAL NOT NULL,\n    \"b\" TEXT NOT NULL,\n\n"
                        "    CONSTRAINT \"A_pkey\" PRIMARY KEY (\"id\")\n);\n\n"
                        "-- CreateIndex\nCREATE UNIQUE INDEX \"A_b_key\" ON \"A\"(\"b\");\n");
    assert_int_equal(run("$tenon db push --dry-run --from-empty --url sqlite:x.db"), 0);
    check_said("\"id\" INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT");
    assert_int_equal(run("NOT_SET_ANYWHERE=file:x.db $tenon db push --dry-run --from-empty"), 0);
    check_said("AUTOINCREMENT");
    assert_int_equal(run("ls"), 0);
    assert_string_equal(output, "schema.prisma\n");
    write_file("schema.prisma", URL_OF("sqlite", "\"file:x.db\"") MODEL);
    assert_int_equal(run("$tenon db push --dry-run --from-empty --url postgresql://nowhere/x"), 0);
    check_said("SERIAL");
}

static void an_empty_database_gets_everything(void **state)
{
    const char *urls[] = {testdb_create("push"), testdb_sqlite_url()};
    write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(run_with(urls[i], "$tenon db push --url \"$url\""), 0);
        assert_string_equal(output, "created 1 table and 1 index\n");
        testdb_run(urls[i], "INSERT INTO \"A\" (\"b\") VALUES ('x')");
        assert_string_equal(testdb_value(urls[i], "SELECT \"id\" FROM \"A\""), "1");
    }
}

static void what_the_schema_has_no_word_for_stays(void **state)
{
    const char *url = testdb_create("push");
    write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL);
    testdb_run(url, "CREATE VIEW zebra AS SELECT 1 AS one; CREATE SEQUENCE quagga");
    assert_int_equal(run_with(url, "$tenon db push --url \"$url\""), 0);
    check_said("not in the schema, and kept: view \"zebra\"");
    assert_string_equal(testdb_value(url, "SELECT one FROM zebra"), "1");
    assert_string_equal(testdb_value(url, "SELECT nextval('quagga')"), "1");
}

static void a_table_with_rows_is_dropped_only_when_it_is_said(void **state)
{
    const char *urls[] = {testdb_create("push"), testdb_sqlite_url()};
    write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL);
    for (size_t i = 0; i < 2; i++) {
        testdb_run(urls[i], "CREATE TABLE zebra (id int); CREATE TABLE quagga (id int);"
                            "INSERT INTO zebra VALUES (1), (2)");
        assert_int_equal(run_with(urls[i], "$tenon db push --url \"$url\""), 1);
        check_said("table \"zebra\" would be dropped with its rows (rows: 2)\n"
                   "tenon: give --accept-data-loss to lose this; nothing was changed\n");
        assert_string_equal(testdb_value(urls[i], "SELECT count(*) FROM quagga"), "0");
        assert_int_equal(run_with(urls[i], "$tenon db push --accept-data-loss --url \"$url\""), 0);
        check_said("- table \"quagga\"\n- table \"zebra\"\n+ table \"A\"\nchanged in ");
        assert_int_equal(run_with(urls[i], "$tenon db push --url \"$url\""), 0);
        assert_string_equal(output, "the database is as the schema says\n");
    }
}

static void a_probable_rename_is_refused_with_the_words_to_add(void **state)
{
    const char *urls[] = {testdb_create("push"), testdb_sqlite_url()};
    for (size_t i = 0; i < 2; i++) {
        write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL);
        assert_int_equal(run_with(urls[i], "$tenon db push --url \"$url\""), 0);
        testdb_run(urls[i], "INSERT INTO \"A\" (\"b\") VALUES ('x')");
        write_file(
            "schema.prisma",
            URL_OF("postgresql", "\"x\"") "model A {\n  id Int @id @default(autoincrement())\n  c "
                                          "String @unique\n}\n");
        assert_int_equal(run_with(urls[i], "$tenon db push --url \"$url\""), 1);
        check_said("was column \"A\".\"b\" renamed to \"c\"? "
                   "`/// @tenon.renamedFrom(\"b\")` on the field says so\n");
        write_file("schema.prisma",
                   URL_OF("postgresql",
                          "\"x\"") "model A {\n  id Int @id @default(autoincrement())\n"
                                   "  /// @tenon.renamedFrom(\"b\")\n  c String @unique\n}\n");
        assert_int_equal(run_with(urls[i], "$tenon db push --url \"$url\""), 0);
        assert_string_equal(testdb_value(urls[i], "SELECT \"c\" FROM \"A\""), "x");
        assert_int_equal(run_with(urls[i], "$tenon db push --url \"$url\""), 0);
        assert_string_equal(output, "the database is as the schema says\n");
    }
}

static void a_dry_run_prints_the_change_and_a_reset_begins_anew(void **state)
{
    const char *urls[] = {testdb_create("push"), testdb_sqlite_url()};
    write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL);
    for (size_t i = 0; i < 2; i++) {
        testdb_run(urls[i], "CREATE TABLE zebra (id int); INSERT INTO zebra VALUES (1);"
                            "CREATE VIEW quagga AS SELECT * FROM zebra");
        assert_int_equal(run_with(urls[i], "$tenon db push --dry-run --url \"$url\""), 0);
        check_said("DROP TABLE \"zebra\";");
        assert_string_equal(testdb_value(urls[i], "SELECT count(*) FROM quagga"), "1");
        assert_int_equal(run_with(urls[i], "$tenon db push --json --dry-run --url \"$url\""), 0);
        check_said("\"sign\": \"removed\", \"name\": \"table \\\"zebra\\\"\"");
        assert_int_equal(run_with(urls[i], "$tenon db push --force-reset --url \"$url\""), 0);
        assert_string_equal(output, "created 1 table and 1 index\n");
    }
}

static void tables_of_other_schemas_are_not_touched_unless_they_are_wanted(void **state)
{
    const char *url = testdb_create("push");
    testdb_run(url, "CREATE SCHEMA other; CREATE TABLE other.zebra (name text);"
                    "INSERT INTO other.zebra VALUES ('x')");
    write_file("schema.prisma",
               URL_OF("postgresql", "\"x\"\n  schemas = [\"other\"]") "model A {\n  id Int @id\n  "
                                                                      "@@schema(\"other\")\n}\n");
    assert_int_equal(run_with(url, "$tenon db push --url \"$url\""), 1);
    check_said("table \"other\".\"zebra\" would be dropped");
    write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL);
    assert_int_equal(run_with(url, "$tenon db push --url \"$url\""), 0);
    assert_string_equal(testdb_value(url, "SELECT count(*) FROM other.zebra"), "1");
}

static void the_schema_of_the_url_is_made_when_it_is_missing(void **state)
{
    const char *url = testdb_create("push");
    write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL);
    assert_int_equal(run_with(url, "$tenon db push --url \"$url&schema=own\""), 0);
    assert_string_equal(testdb_value(url, "SELECT to_regclass('own.\"A\"') IS NOT NULL"), "t");
    assert_string_equal(testdb_value(url, "SELECT to_regclass('public.\"A\"') IS NULL"), "t");
    assert_int_equal(run_with(url, "$tenon db push --url \"$url&schema=own\""), 0);
    check_said("the database is as the schema says");
}

static void an_error_in_the_middle_leaves_nothing(void **state)
{
    const char *url = testdb_create("push");
    write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL
               "model B {\n  id Int @id\n  c Int @default(dbgenerated(\"no_such()\"))\n}\n");
    assert_int_equal(run_with(url, "$tenon db push --url \"$url\""), 1);
    check_said("no_such() does not exist");
    assert_string_equal(testdb_value(url, COUNT_TABLES), "0");
    write_file("schema.prisma", URL_OF("sqlite", "\"file:a.db\"") MODEL
               "model B {\n  id Int @id\n  c Int @default(dbgenerated(\"1 +\"))\n}\n");
    assert_int_equal(run("$tenon db push"), 1);
    check_said("syntax error");
    write_file("schema.prisma", URL_OF("sqlite", "\"file:a.db\"") MODEL);
    assert_int_equal(run("$tenon db push"), 0);
    assert_string_equal(output, "created 1 table and 1 index\n");
}

/* One URL for the program and for those who set its database up. */
static void replicas_of_the_url_are_left_alone(void **state)
{
    char there[400];
    const char *url = testdb_create("push");
    snprintf(there, sizeof there, "%s%creplica=nowhere&replica_lag_limit=2s", url,
             strchr(url, '?') ? '&' : '?');
    write_file("schema.prisma", URL_OF("postgresql", "env(\"url\")") MODEL);
    assert_int_equal(run_with(there, "$tenon db push"), 0);
    assert_int_equal(run_with(there, "$tenon db pull --print --url \"$url\""), 0);
    assert_string_equal(testdb_value(url, "SELECT count(*) FROM \"A\""), "0");
    assert_int_equal(run_with("postgresql://a/x?replica=b,c", "$tenon db push"), 1);
    check_said("several are a parameter each");
}

static void the_url_is_looked_for_in_the_environment_and_in_env_files(void **state)
{
    write_file("schema.prisma", URL_OF("sqlite", "env(\"SHOP_URL\")") MODEL);
    assert_int_equal(run("$tenon db push"), 1);
    check_said("tenon: the environment variable SHOP_URL of the schema's url is not set; set it, "
               "write it into .env, or give --url\n");
    assert_int_equal(run("mkdir sub && mv schema.prisma sub"), 0);
    write_file(".env",
               "# urls\nOTHER=1\nSHOP_URL_2=no\nexport SHOP_URL = 'sqlite:work.db' # mine\n");
    assert_int_equal(run("$tenon db push sub/schema.prisma && ls work.db"), 0);
    write_file("sub/.env", "SHOP_URL=sqlite:beside.db  \r\n");
    assert_int_equal(run("$tenon db push sub/schema.prisma && ls beside.db"), 0);
    assert_int_equal(run("SHOP_URL=sqlite:set.db $tenon db push sub/schema.prisma && ls set.db"),
                     0);
}

static void a_file_of_the_schema_is_relative_to_it(void **state)
{
    assert_int_equal(run("mkdir -p sub/data"), 0);
    write_file("sub/schema.prisma", URL_OF("sqlite", "\"file:./data/a.db\"") MODEL);
    assert_int_equal(run("$tenon db push sub/schema.prisma && ls sub/data/a.db"), 0);
    assert_int_equal(run("cd sub && $tenon db push --url file:b.db && ls b.db"), 0);
}

static void wrong_urls_are_told(void **state)
{
    write_file("schema.prisma", URL_OF("postgresql", "\"x\"") MODEL);
    assert_int_equal(run("$tenon db push"), 1);
    check_said("tenon: the database URL has no known scheme");
    assert_int_equal(run("$tenon db push --url mysql://x/y"), 1);
    check_said("tenon: the database URL has no known scheme");
    assert_int_equal(run("$tenon db push --dry-run --from-empty --url mysql://x/y"), 1);
    assert_int_equal(run("$tenon db push --url postgresql:///x?host=/nowhere"), 1);
    check_said("/nowhere");
    assert_int_equal(run("$tenon db push --url sqlite:no/such/folder/a.db"), 1);
    check_said("no/such/folder/a.db");
    assert_int_equal(run("$tenon db push --url"), 2);
    assert_int_equal(run("$tenon db push --what"), 2);
}

static void a_dry_run_makes_no_file(void **state)
{
    write_file("schema.prisma", URL_OF("sqlite", "\"file:new.db\"") MODEL);
    assert_int_equal(run("$tenon db push --dry-run"), 0);
    check_said("CREATE TABLE \"A\"");
    assert_int_equal(run("ls"), 0);
    assert_string_equal(output, "schema.prisma\n");
}

static void schemas_of_none_and_of_one_model_are_pushed(void **state)
{
    write_file("schema.prisma", URL_OF("sqlite", "\"file:none.db\""));
    assert_int_equal(run("$tenon db push"), 0);
    assert_string_equal(output, "the database is as the schema says\n");
    assert_int_equal(run("$tenon db push --dry-run"), 0);
    assert_string_equal(output, "");
    write_file("schema.prisma", URL_OF("sqlite", "\"file:one.db\"") "model A {\n  id Int @id\n}\n");
    assert_int_equal(run("$tenon db push"), 0);
    assert_string_equal(output, "created 1 table and 0 indexes\n");
}

static void a_default_that_its_column_would_change_is_refused(void **state)
{
    write_file("schema.prisma",
               URL_OF("postgresql", "\"x\"") "model A {\n  id Int @id\n"
                                             "  c Decimal @default(1.25) @db.Decimal(3, 1)\n}\n");
    assert_int_equal(run("$tenon db push --dry-run"), 1);
    check_said("tenon: A.c: 1.25 has more than 2 digits before or 1 behind");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(a_dry_run_from_empty_prints_either_dialect_and_connects_to_nothing),
        TEST_IN_FOLDER(an_empty_database_gets_everything),
        TEST_IN_FOLDER(what_the_schema_has_no_word_for_stays),
        TEST_IN_FOLDER(a_table_with_rows_is_dropped_only_when_it_is_said),
        TEST_IN_FOLDER(a_probable_rename_is_refused_with_the_words_to_add),
        TEST_IN_FOLDER(a_dry_run_prints_the_change_and_a_reset_begins_anew),
        TEST_IN_FOLDER(tables_of_other_schemas_are_not_touched_unless_they_are_wanted),
        TEST_IN_FOLDER(the_schema_of_the_url_is_made_when_it_is_missing),
        TEST_IN_FOLDER(an_error_in_the_middle_leaves_nothing),
        TEST_IN_FOLDER(the_url_is_looked_for_in_the_environment_and_in_env_files),
        TEST_IN_FOLDER(replicas_of_the_url_are_left_alone),
        TEST_IN_FOLDER(a_file_of_the_schema_is_relative_to_it),
        TEST_IN_FOLDER(wrong_urls_are_told),
        TEST_IN_FOLDER(a_dry_run_makes_no_file),
        TEST_IN_FOLDER(schemas_of_none_and_of_one_model_are_pushed),
        TEST_IN_FOLDER(a_default_that_its_column_would_change_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
