/* Commands that only look at a database make none: a mistyped path of SQLite is an error, and no
 * empty file that is taken for a database from then on. */
#include "in_folder.h"

#define SCHEMA                                                                                     \
    "datasource db {\n  provider = \"sqlite\"\n  url = \"file:./none.db\"\n}\n"                    \
    "model A {\n  id Int @id\n}\n"

static const char *const reading[] = {
    "$tenon db pull --print",
    "$tenon db pull --url sqlite:none.db --print other.prisma",
    "$tenon db pull --url 'sqlite:none.db?datetime=iso' --print",
    "$tenon migrate status",
    "$tenon migrate kept",
    "$tenon migrate kept --url sqlite:none.db",
    "$tenon migrate deploy --dry-run",
    "$tenon migrate rollback --accept-data-loss",
    "$tenon migrate resolve --applied 1_a",
    "$tenon migrate diff --from-url sqlite:none.db --to-schema schema.prisma",
    "$tenon migrate diff --from-empty --to-url sqlite:none.db",
    "$tenon migrate lint --url sqlite:none.db migrations",
};

static void write_all(void)
{
    write_file("schema.prisma", SCHEMA);
    assert_int_equal(run("mkdir -p migrations/1_a"), 0);
    write_file("migrations/1_a/migration.sql", "CREATE TABLE \"A\" (\"id\" INTEGER);\n");
}

static void commands_that_look_make_no_file(void **state)
{
    write_all();
    for (size_t i = 0; i < sizeof reading / sizeof *reading; i++) {
        if (run(reading[i]) != 1)
            fail_msg("%s: %s", reading[i], output);
        check_said("there is no database file");
        check_said("tenon migrate deploy makes it");
        assert_int_equal(run("ls none.db*"), 2);
    }
}

static void a_dry_run_takes_what_is_missing_for_empty(void **state)
{
    write_all();
    assert_int_equal(run("$tenon db push --dry-run"), 0);
    check_said("CREATE TABLE \"A\"");
    assert_int_equal(run("ls none.db*"), 2);
}

static void they_read_what_is_there(void **state)
{
    write_all();
    assert_int_equal(run("$tenon db push"), 0);
    assert_int_equal(run("$tenon migrate diff --from-url sqlite:none.db --to-schema schema.prisma"),
                     0);
    assert_string_equal(output, "no difference\n");
    assert_int_equal(run("$tenon db pull --url 'sqlite:none.db?mode=ro' --print"), 0);
    check_said("model A {");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(commands_that_look_make_no_file),
        TEST_IN_FOLDER(a_dry_run_takes_what_is_missing_for_empty),
        TEST_IN_FOLDER(they_read_what_is_there),
    };
    return cmocka_run_group_tests_name("commands/reading", tests, NULL, NULL);
}
