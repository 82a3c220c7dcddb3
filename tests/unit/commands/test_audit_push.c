/* `tenon db push` and the log of changes: its triggers come, follow their table, and go. */
#include "in_folder.h"

#include "testdb.h"

#include <stdbool.h>

#define MODEL(words, name, fields)                                                                 \
    "datasource db {\n  provider = \"postgresql\"\n  url      = \"x\"\n}\n\n" words "model " name  \
    " {\n" fields "}\n"
#define AUDIT "/// @tenon.audit\n"
#define FIRST MODEL(AUDIT, "A", "  id Int @id\n  b String\n")

/* Pushes the schema, and once more: then there is nothing to do. */
static void push(const char *url, const char *schema)
{
    write_file("schema.prisma", schema);
    assert_int_equal(setenv("url", url, 1), 0);
    if (run("$tenon db push --accept-data-loss --url \"$url\""))
        fail_msg("%s", output);
    assert_int_equal(run("$tenon db push --url \"$url\""), 0);
    assert_string_equal(output, "the database is as the schema says\n");
}

/* The statement adds one entry to the log, in which the row after it has this text. */
static const char *logged(const char *url, const char *sql, const char *text)
{
    testdb_run(url, "DELETE FROM \"_tenon_audit\"");
    testdb_run(url, sql);
    assert_string_equal(testdb_value(url, "SELECT count(*) FROM \"_tenon_audit\""), "1");
    const char *after =
        testdb_value(url, "SELECT replace(CAST(\"after\" AS TEXT), ' ', '') FROM \"_tenon_audit\"");
    if (!strstr(after, text))
        fail_msg("'%s' is not in '%s'", text, after);
    return after;
}

static void on_both(void (*test)(const char *url))
{
    test(testdb_create("audit_push"));
    test(testdb_sqlite_url());
}

static void check_first(const char *url)
{
    push(url, FIRST);
    logged(url, "INSERT INTO \"A\" VALUES (1, 'x')", "\"b\":\"x\"");
}

static void the_log_comes_with_its_table(void **state)
{
    on_both(check_first);
}

/* Everything is everything: the log of rows that are gone would be taken for that of new ones. */
static void check_reset(const char *url)
{
    push(url, FIRST);
    testdb_run(url, "INSERT INTO \"A\" VALUES (1, 'x')");
    assert_int_equal(run("$tenon db push --force-reset --accept-data-loss --url \"$url\""), 0);
    assert_string_equal(testdb_value(url, "SELECT count(*) FROM \"_tenon_audit\""), "0");
}

static void resetting_drops_the_log_too(void **state)
{
    on_both(check_reset);
}

static void check_later(const char *url)
{
    push(url, MODEL("", "A", "  id Int @id\n  b String\n"));
    testdb_run(url, "INSERT INTO \"A\" VALUES (1, 'x')");
    push(url, FIRST);
    logged(url, "UPDATE \"A\" SET \"b\" = 'y'", "\"b\":\"y\"");
}

static void a_table_that_is_there_gets_a_log(void **state)
{
    on_both(check_later);
}

static void check_columns(const char *url)
{
    push(url, FIRST);
    testdb_run(url, "INSERT INTO \"A\" VALUES (1, 'x')");
    push(url, MODEL(AUDIT, "A",
                    "  id Int @id\n  b String\n  c Int?\n  /// @tenon.sensitive\n"
                    "  d String?\n"));
    const char *after = logged(url, "UPDATE \"A\" SET \"c\" = 7, \"d\" = 'hush'", "\"c\":7");
    assert_null(strstr(after, "hush"));
    push(url, MODEL(AUDIT, "A", "  id Int @id\n  c Int?\n"));
    after = logged(url, "UPDATE \"A\" SET \"c\" = 8", "\"c\":8");
    assert_null(strstr(after, "\"b\""));
    push(url, MODEL(AUDIT, "A", "  id Int @id\n  c Int  @default(5)\n"));
    logged(url, "UPDATE \"A\" SET \"c\" = 9", "\"c\":9");
}

static void the_log_follows_the_columns_of_its_table(void **state)
{
    on_both(check_columns);
}

static void check_renamed(const char *url)
{
    push(url, FIRST);
    testdb_run(url, "INSERT INTO \"A\" VALUES (1, 'x')");
    push(url, MODEL(AUDIT "/// @tenon.renamedFrom(\"A\")\n", "Z",
                    "  id Int @id\n  /// @tenon.renamedFrom(\"b\")\n  bee String\n"));
    logged(url, "UPDATE \"Z\" SET \"bee\" = 'y'", "\"bee\":\"y\"");
    assert_string_equal(testdb_value(url, "SELECT \"table\" FROM \"_tenon_audit\""), "Z");
}

static void a_table_that_is_renamed_is_logged_once(void **state)
{
    on_both(check_renamed);
}

static void check_removed(const char *url)
{
    push(url, FIRST);
    testdb_run(url, "INSERT INTO \"A\" VALUES (1, 'x')");
    push(url, MODEL("", "A", "  id Int @id\n  b String\n"));
    testdb_run(url, "UPDATE \"A\" SET \"b\" = 'y'");
    assert_string_equal(testdb_value(url, "SELECT count(*) FROM \"_tenon_audit\""), "1");
    push(url, FIRST);
    logged(url, "UPDATE \"A\" SET \"b\" = 'z'", "\"b\":\"z\"");
}

static void a_log_that_is_given_up_stays_and_goes_on_later(void **state)
{
    on_both(check_removed);
}

#define SERIES(word)                                                                               \
    MODEL(AUDIT, "S",                                                                              \
          "  id Int @id\n  note String?\n" word "  values Float[]\n  /// @tenon.sensitive\n"       \
          "  hidden String?\n")

/* Packed and unpacked again, nobody has changed anything; what somebody changes then is logged. */
static void check_packed(const char *url)
{
    bool is_sqlite = !strncmp(url, "sqlite", 6);
    push(url, SERIES(""));
    testdb_run(url,
               is_sqlite
                   ? "INSERT INTO \"S\" VALUES (1, 'n', '[0.5,2.0]', 'h'), (2, NULL, NULL, NULL)"
                   : "INSERT INTO \"S\" VALUES (1, 'n', '{0.5,2}', 'h'), (2, NULL, NULL, NULL)");
    push(url, SERIES("  /// @tenon.compress\n"));
    assert_string_equal(testdb_value(url, "SELECT count(*) FROM \"_tenon_audit\""), "2");
    logged(url, "UPDATE \"S\" SET \"note\" = 'm' WHERE id = 1", "\"note\":\"m\"");
    push(url, SERIES(""));
    assert_string_equal(testdb_value(url, "SELECT count(*) FROM \"_tenon_audit\""), "1");
    logged(url, "UPDATE \"S\" SET \"note\" = 'o' WHERE id = 1", "0.5,2");
}

static void a_conversion_is_no_change_of_values(void **state)
{
    on_both(check_packed);
}

/* The same by files: the conversion then comes before the file that takes the triggers away. */
static void check_migrated(const char *url)
{
    assert_int_equal(setenv("url", url, 1), 0);
    assert_int_equal(run("rm -rf migrations"), 0);
    write_file("schema.prisma", SERIES(""));
    if (run("$tenon migrate dev --name init --url \"$url\""))
        fail_msg("%s", output);
    testdb_run(url,
               !strncmp(url, "sqlite", 6)
                   ? "INSERT INTO \"S\" VALUES (1, 'n', '[0.5,2.0]', 'h'), (2, NULL, NULL, NULL)"
                   : "INSERT INTO \"S\" VALUES (1, 'n', '{0.5,2}', 'h'), (2, NULL, NULL, NULL)");
    write_file("schema.prisma", SERIES("  /// @tenon.compress\n"));
    if (run("$tenon migrate dev --name pack --url \"$url\"") ||
        run("$tenon migrate rollback --accept-data-loss --url \"$url\""))
        fail_msg("%s", output);
    assert_string_equal(testdb_value(url, "SELECT count(*) FROM \"_tenon_audit\""), "2");
    logged(url, "UPDATE \"S\" SET \"note\" = 'o' WHERE id = 1", "0.5,2");
}

static void a_conversion_by_migrations_is_no_change_either(void **state)
{
    on_both(check_migrated);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(the_log_comes_with_its_table),
        TEST_IN_FOLDER(resetting_drops_the_log_too),
        TEST_IN_FOLDER(a_table_that_is_there_gets_a_log),
        TEST_IN_FOLDER(the_log_follows_the_columns_of_its_table),
        TEST_IN_FOLDER(a_table_that_is_renamed_is_logged_once),
        TEST_IN_FOLDER(a_log_that_is_given_up_stays_and_goes_on_later),
        TEST_IN_FOLDER(a_conversion_is_no_change_of_values),
        TEST_IN_FOLDER(a_conversion_by_migrations_is_no_change_either),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
