/* Errors: the first one stays, texts are cut between characters, statuses say whether to retry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/core.h"

static void the_first_error_stays(void **state)
{
    tenon_error err = {0};
    assert_false(tenon__fail(&err, TENON_RANGE, "%d is too much", 7));
    assert_false(tenon__fail(&err, TENON_TYPE, "a consequence"));
    assert_int_equal(err.status, TENON_RANGE);
    assert_string_equal(err.message, "7 is too much");
}

static void an_error_without_a_place_to_go_is_accepted(void **state)
{
    assert_false(tenon__fail(NULL, TENON_RANGE, "nobody asks"));
    assert_false(tenon__fail_no_memory(NULL));
    tenon__hint(NULL, "nobody asks");
    tenon_error_reset(NULL);
    assert_false(tenon_error_is_retryable(NULL));
}

static void reset_leaves_no_error(void **state)
{
    tenon_error err = {0}, empty = {0};
    tenon__fail_no_memory(&err);
    assert_int_equal(err.status, TENON_NO_MEMORY);
    tenon__hint(&err, "buy %s", "more");
    assert_string_equal(err.hint, "buy more");
    tenon_error_reset(&err);
    assert_memory_equal(&err, &empty, sizeof err);
}

static void a_long_message_is_cut_and_ends_in_an_ellipsis(void **state)
{
    tenon_error err = {0};
    tenon__fail(&err, TENON_RANGE, "%01000d", 1);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_string_equal(err.message + sizeof err.message - 5, "0…");
}

static void a_message_that_just_fits_is_whole(void **state)
{
    tenon_error err = {0};
    tenon__fail(&err, TENON_RANGE, "%0*d", (int)sizeof err.message - 1, 1);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    assert_int_equal(err.message[sizeof err.message - 2], '1');
}

static void a_message_is_one_line(void **state)
{
    tenon_error err = {0};
    tenon__fail(&err, TENON_RANGE, "first\nsecond\r\nthird");
    assert_string_equal(err.message, "first second  third");
}

static void copies_are_cut_between_characters(void **state)
{
    char field[9];
    tenon__error_copy(field, sizeof field, "12345678");
    assert_string_equal(field, "12345678");
    tenon__error_copy(field, sizeof field, "123456789");
    assert_string_equal(field, "12345…");
    tenon__error_copy(field, sizeof field, "1234é6789");
    assert_string_equal(field, "1234…");
    tenon__error_copy(field, sizeof field, "€€€€");
    assert_string_equal(field, "€…");
    tenon__error_copy(field, sizeof field, NULL);
    assert_string_equal(field, "");
    tenon__error_copy(field, 3, "a€");
    assert_string_equal(field, "a");
    tenon__error_copy(field, 1, "abc");
    assert_string_equal(field, "");
}

static void every_status_has_a_name(void **state)
{
    assert_string_equal(tenon_status_name(TENON_OK), "OK");
    assert_string_equal(tenon_status_name(TENON_UNIQUE), "UNIQUE");
    assert_string_equal(tenon_status_name(TENON_VETO), "VETO");
    for (int status = TENON_OK; status <= TENON_VETO; status++)
        assert_string_not_equal(tenon_status_name((tenon_status)status), "UNKNOWN");
    assert_string_equal(tenon_status_name((tenon_status)(TENON_VETO + 1)), "UNKNOWN");
}

static void only_some_statuses_say_try_again(void **state)
{
    tenon_error err = {0};
    for (int status = TENON_OK; status <= TENON_VETO; status++) {
        err.status = (tenon_status)status;
        err.applied = TENON_APPLIED_NO;
        assert_int_equal(tenon_error_is_retryable(&err),
                         status >= TENON_BUSY && status <= TENON_UNAVAILABLE);
        err.applied = TENON_APPLIED_UNKNOWN;
        assert_int_equal(tenon_error_is_retryable(&err),
                         status >= TENON_BUSY && status <= TENON_POOL_EXHAUSTED);
    }
}

static bool is_in_row(const char *row, const char *name)
{
    size_t length = strlen(name);
    for (const char *at = row; (at = strstr(at, name)); at += length) {
        bool starts = at == row || at[-1] == ' ';
        if (starts && strchr(", ", at[length]))
            return true;
    }
    return false;
}

/* The table "What to do" of docs/errors.md has each in exactly one row. */
static void the_manual_says_what_to_do_about_every_status(void **state)
{
    int rows_with[TENON_VETO + 1] = {0};
    char line[512];
    FILE *page = fopen("docs/errors.md", "r");
    assert_non_null(page);
    while (fgets(line, sizeof line, page) && !strstr(line, "## PostgreSQL")) {
        if (line[0] == '|')
            *strchr(line + 1, '|') = '\0'; /* the first column */
        for (int status = TENON_BUSY; line[0] == '|' && status <= TENON_VETO; status++)
            rows_with[status] += is_in_row(line, tenon_status_name((tenon_status)status));
    }
    fclose(page);
    for (int status = TENON_BUSY; status <= TENON_VETO; status++)
        if (rows_with[status] != 1)
            fail_msg("%s stands in %d rows", tenon_status_name((tenon_status)status),
                     rows_with[status]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_error_stays),
        cmocka_unit_test(an_error_without_a_place_to_go_is_accepted),
        cmocka_unit_test(reset_leaves_no_error),
        cmocka_unit_test(a_long_message_is_cut_and_ends_in_an_ellipsis),
        cmocka_unit_test(a_message_that_just_fits_is_whole),
        cmocka_unit_test(a_message_is_one_line),
        cmocka_unit_test(copies_are_cut_between_characters),
        cmocka_unit_test(every_status_has_a_name),
        cmocka_unit_test(only_some_statuses_say_try_again),
        cmocka_unit_test(the_manual_says_what_to_do_about_every_status),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
