/* `tenon migrate diff`: schemas and databases compared, in words, SQL and JSON. */
#include "in_folder.h"

#include "testdb.h"

#define URL_OF(provider, url)                                                                      \
    "datasource db {\n  provider = \"" provider "\"\n  url      = \"" url "\"\n}\n\n"
#define OLD "model A {\n  id Int @id\n  b String\n}\n"
#define NEW "model A {\n  id Int @id\n  b String\n  c Int?\n  @@index([c])\n}\n"

static void two_schemas_are_compared_without_a_database(void **state)
{
    write_file("old.prisma", URL_OF("postgresql", "x") OLD);
    write_file("new.prisma", URL_OF("postgresql", "x") NEW);
    assert_int_equal(run("$tenon migrate diff --from-schema old.prisma --to-schema new.prisma"), 0);
    assert_string_equal(output,
                        "+ column \"A\".\"c\": integer\n+ index \"A_c_idx\" on \"A\": (\"c\")\n");
    assert_int_equal(
        run("$tenon migrate diff --from-schema old.prisma --to-schema new.prisma --script"), 0);
    assert_string_equal(output, "-- AlterTable\nALTER TABLE \"A\" ADD COLUMN \"c\" INTEGER;\n\n"
                                "-- CreateIndex\nCREATE INDEX \"A_c_idx\" ON \"A\"(\"c\");\n");
    assert_int_equal(run("$tenon migrate diff --from-schema old.prisma --to-schema new.prisma "
                         "--script --safe"),
                     0);
    check_said("CREATE INDEX CONCURRENTLY \"A_c_idx\"");
    assert_int_equal(run("$tenon migrate diff --from-schema old.prisma --to-schema new.prisma "
                         "--script --provider sqlite"),
                     0);
    check_said("ALTER TABLE \"A\" ADD COLUMN \"c\" INTEGER;");
    assert_int_equal(run("$tenon migrate diff --from-empty --to-schema old.prisma --json"), 0);
    check_said("\"title\": \"CreateTable\"");
    check_said("\"reverse\": \"DROP TABLE \\\"A\\\"\"");
}

static void a_database_is_compared_with_a_schema_both_ways(void **state)
{
    const char *urls[] = {testdb_create("diff"), testdb_sqlite_url()};
    write_file("old.prisma", URL_OF("postgresql", "x") OLD);
    write_file("new.prisma", URL_OF("postgresql", "x") NEW);
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(setenv("url", urls[i], 1), 0);
        assert_int_equal(run("$tenon db push --url \"$url\" old.prisma"), 0);
        assert_int_equal(
            run("$tenon migrate diff --from-url \"$url\" --to-schema old.prisma --exit-code"), 0);
        assert_string_equal(output, "no difference\n");
        assert_int_equal(
            run("$tenon migrate diff --from-schema new.prisma --to-url \"$url\" --exit-code"), 2);
        check_said("- column \"A\".\"c\"\n");
    }
}

/* SQLite knows no enums: the rows say whether a value has its old name. */
static void a_renamed_value_of_an_enum_is_seen_in_a_database(void **state)
{
    const char *urls[] = {testdb_create("values"), testdb_sqlite_url()};
    write_file("old.prisma",
               URL_OF("postgresql", "x") "enum E {\n  OLD\n}\nmodel A {\n  id Int @id\n  e E\n}\n");
    write_file("new.prisma",
               URL_OF("postgresql", "x") "enum E {\n  /// @tenon.renamedFrom(\"OLD\")\n  NEW\n}\n"
                                         "model A {\n  id Int @id\n  e E\n}\n");
    for (size_t i = 0; i < 2; i++) {
        assert_int_equal(setenv("url", urls[i], 1), 0);
        assert_int_equal(run("$tenon db push --url \"$url\" old.prisma"), 0);
        testdb_run(urls[i], "INSERT INTO \"A\" (id, e) VALUES (1, 'OLD')");
        assert_int_equal(
            run("$tenon migrate diff --from-url \"$url\" --to-schema new.prisma --exit-code"), 2);
        check_said("~ enum value \"E\".\"OLD\": renamed to \"NEW\"");
    }
}

static void what_is_missing_or_wrong_is_told(void **state)
{
    write_file("old.prisma", URL_OF("postgresql", "x") OLD);
    assert_int_equal(run("$tenon migrate diff --from-empty"), 2);
    check_said("one --from-… and one --to-… are needed");
    assert_int_equal(run("$tenon migrate diff --from-empty --from-empty --to-empty"), 2);
    assert_int_equal(run("$tenon migrate diff --from-empty --to-url mysql://x/y"), 1);
    assert_int_equal(run("$tenon migrate diff --from-empty --to-schema nowhere.prisma"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(two_schemas_are_compared_without_a_database),
        TEST_IN_FOLDER(a_database_is_compared_with_a_schema_both_ways),
        TEST_IN_FOLDER(a_renamed_value_of_an_enum_is_seen_in_a_database),
        TEST_IN_FOLDER(what_is_missing_or_wrong_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
