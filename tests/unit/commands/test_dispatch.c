/* The command line of `tenon` as a user meets it: the built program is run, its output and exit
 * status compared. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include <tenon/db.h>

static char output[8192];

/* Runs `tenon <arguments>` in a shell, keeps what it says on both streams and returns its
 * status. */
static int run_tenon(const char *arguments)
{
    char line[1024];
    const char *program = getenv("TENON_COMMAND");
    assert_non_null(program);
    snprintf(line, sizeof line, "'%s' %s 2>&1", program, arguments);
    FILE *pipe = popen(line, "r");
    assert_non_null(pipe);
    size_t length = fread(output, 1, sizeof output - 1, pipe);
    output[length] = '\0';
    int status = pclose(pipe);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void the_version_is_printed(void **state)
{
    assert_int_equal(run_tenon("--version"), 0);
    char expected[64];
    snprintf(expected, sizeof expected, "tenon %s\n", tenon_version());
    assert_string_equal(output, expected);
}

static void help_lists_every_command(void **state)
{
    assert_int_equal(run_tenon("--help"), 0);
    assert_non_null(strstr(output, "\n  help "));
    char same[sizeof output];
    memcpy(same, output, sizeof same);
    assert_int_equal(run_tenon("help"), 0);
    assert_string_equal(output, same);
}

static void help_of_a_command_and_its_help_option_are_the_same(void **state)
{
    assert_int_equal(run_tenon("help help"), 0);
    char same[sizeof output];
    memcpy(same, output, sizeof same);
    assert_int_equal(run_tenon("help --help"), 0);
    assert_string_equal(output, same);
}

static void no_command_is_wrong_use(void **state)
{
    assert_int_equal(run_tenon(""), 2);
    assert_non_null(strstr(output, "tenon: no command given"));
}

static void an_unknown_command_is_wrong_use(void **state)
{
    assert_int_equal(run_tenon("zzzzzzzz"), 2);
    assert_string_equal(output, "tenon: unknown command 'zzzzzzzz'\nsee: tenon help\n");
}

static void a_misspelt_command_gets_a_suggestion(void **state)
{
    assert_int_equal(run_tenon("hlp"), 2);
    assert_string_equal(output, "tenon: unknown command 'hlp'; did you mean 'help'?\n"
                                "see: tenon help\n");
}

static void the_first_word_of_commands_lists_them(void **state)
{
    assert_int_equal(run_tenon("migrate --help"), 0);
    assert_non_null(strstr(output, "usage: tenon migrate <command>"));
    assert_non_null(strstr(output, "\n  migrate status "));
    assert_null(strstr(output, "\n  db push "));
    char same[sizeof output];
    memcpy(same, output, sizeof same);
    assert_int_equal(run_tenon("help migrate"), 0);
    assert_string_equal(output, same);
    assert_int_equal(run_tenon("migrate -h"), 0);
    assert_string_equal(output, same);
    assert_int_equal(run_tenon("db"), 2);
    assert_non_null(strstr(output, "\n  db push "));
    assert_int_equal(run_tenon("sql"), 2);
    assert_non_null(strstr(output, "\n  sql check "));
}

static void the_second_word_may_be_wrong_alone(void **state)
{
    assert_int_equal(run_tenon("migrate statu --help"), 2);
    assert_string_equal(output, "tenon: unknown command 'migrate statu'; did you mean "
                                "'migrate status'?\nsee: tenon help\n");
    assert_int_equal(run_tenon("help migrate statu"), 2);
}

static void output_that_does_not_arrive_is_a_failure(void **state)
{
    assert_int_equal(run_tenon("--version > /dev/full"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_is_printed),
        cmocka_unit_test(help_lists_every_command),
        cmocka_unit_test(help_of_a_command_and_its_help_option_are_the_same),
        cmocka_unit_test(no_command_is_wrong_use),
        cmocka_unit_test(an_unknown_command_is_wrong_use),
        cmocka_unit_test(a_misspelt_command_gets_a_suggestion),
        cmocka_unit_test(the_first_word_of_commands_lists_them),
        cmocka_unit_test(the_second_word_may_be_wrong_alone),
        cmocka_unit_test(output_that_does_not_arrive_is_a_failure),
    };
    return cmocka_run_group_tests_name("dispatch", tests, NULL, NULL);
}
