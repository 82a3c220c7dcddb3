/* `tenon validate` and `tenon format` as a user meets them, in a folder of their own. */
#include "in_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#define DATASOURCE "datasource db {\n  provider = \"sqlite\"\n  url      = \"file:a.db\"\n}\n\n"
#define TIDY DATASOURCE "model A {\n  id Int    @id\n  b  String\n}\n"
#define UNTIDY DATASOURCE "model A {\n id Int @id\n b   String\n}\n"

static void a_schema_is_looked_for_in_the_usual_places(void **state)
{
    assert_int_equal(run("$tenon validate"), 1);
    assert_non_null(strstr(output, "there is no schema.prisma"));
    assert_int_equal(run("mkdir -p prisma/schema"), 0);
    write_file("prisma/schema/a.prisma", TIDY);
    assert_int_equal(run("$tenon validate"), 0);
    assert_non_null(strstr(output, "prisma/schema/a.prisma is valid"));
    write_file("prisma/schema.prisma", TIDY);
    assert_int_equal(run("$tenon validate"), 0);
    assert_non_null(strstr(output, "prisma/schema.prisma is valid"));
    write_file("schema.prisma", TIDY);
    assert_int_equal(run("$tenon validate"), 0);
    assert_memory_equal(output, "schema.prisma is valid", 22);
}

static void errors_are_shown_with_their_line_and_counted(void **state)
{
    write_file("schema.prisma", TIDY "what\n");
    assert_int_equal(run("$tenon validate"), 1);
    assert_non_null(strstr(output, "tenon: schema.prisma:10:1: this line does not start"));
    assert_non_null(strstr(output, "\ntenon: 1 error\n"));
}

static void json_goes_to_standard_output(void **state)
{
    assert_int_equal(run("echo what | $tenon validate --json - 2>/dev/null"), 1);
    assert_memory_equal(output, "[{\"file\": \"<stdin>\", \"line\": 1, ", 32);
}

static void formatting_replaces_the_file_and_keeps_its_mode(void **state)
{
    struct stat status;
    write_file("schema.prisma", UNTIDY);
    assert_int_equal(chmod(path_of("schema.prisma"), 0640), 0);
    assert_int_equal(run("$tenon format"), 0);
    assert_string_equal(output, "schema.prisma: formatted\n");
    check_file("schema.prisma", TIDY);
    assert_int_equal(stat(path_of("schema.prisma"), &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_int_equal(run("$tenon format"), 0);
    assert_string_equal(output, "");
    assert_int_equal(run("ls -A"), 0);
    assert_string_equal(output, "schema.prisma\n");
}

static void a_symbolic_link_stays_one(void **state)
{
    write_file("real.prisma", UNTIDY);
    assert_int_equal(symlink("real.prisma", path_of("schema.prisma")), 0);
    assert_int_equal(run("$tenon format && test -L schema.prisma"), 0);
    check_file("real.prisma", TIDY);
}

static void checking_changes_nothing(void **state)
{
    write_file("schema.prisma", UNTIDY);
    assert_int_equal(run("$tenon format --check"), 1);
    assert_string_equal(output, "schema.prisma: not formatted\n");
    check_file("schema.prisma", UNTIDY);
    write_file("schema.prisma", TIDY);
    assert_int_equal(run("$tenon format --check"), 0);
}

static void standard_input_is_formatted_to_standard_output(void **state)
{
    write_file("in", UNTIDY);
    assert_int_equal(run("$tenon format - < in"), 0);
    assert_string_equal(output, TIDY);
}

static void a_schema_with_errors_is_left_alone(void **state)
{
    write_file("schema.prisma", UNTIDY "what\n");
    assert_int_equal(run("$tenon format"), 1);
    assert_non_null(strstr(output, "nothing was formatted"));
    check_file("schema.prisma", UNTIDY "what\n");
}

static void wrong_arguments_are_told(void **state)
{
    assert_int_equal(run("$tenon validate --what"), 2);
    assert_int_equal(run("$tenon format a b"), 2);
    assert_int_equal(run("$tenon format missing.prisma"), 1);
    assert_non_null(strstr(output, "cannot read missing.prisma: No such file"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST_IN_FOLDER(a_schema_is_looked_for_in_the_usual_places),
        TEST_IN_FOLDER(errors_are_shown_with_their_line_and_counted),
        TEST_IN_FOLDER(json_goes_to_standard_output),
        TEST_IN_FOLDER(formatting_replaces_the_file_and_keeps_its_mode),
        TEST_IN_FOLDER(a_symbolic_link_stays_one),
        TEST_IN_FOLDER(checking_changes_nothing),
        TEST_IN_FOLDER(standard_input_is_formatted_to_standard_output),
        TEST_IN_FOLDER(a_schema_with_errors_is_left_alone),
        TEST_IN_FOLDER(wrong_arguments_are_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
