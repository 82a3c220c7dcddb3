/* How many statements a session sends, and the test that allows no more. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <tenon/test.h>

static void every_statement_of_the_program_counts(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        assert_int_equal(tenon_statement_count(f.s), 0);
        assert_true(note_insert(f.s, 1, "one") && note_find(f.s, 1));
        assert_true(tenon_execute(f.s, "DELETE FROM note"));
        assert_int_equal(tenon_statement_count(f.s), 3);
        assert_false(tenon_execute(f.s, "DELETE FROM nowhere"));
        assert_int_equal(tenon_statement_count(f.s), 4);
        assert_null(note_find(f.s, 1)); /* the session has failed: nothing is sent */
        assert_int_equal(tenon_statement_count(f.s), 4);
        tenon_session_reset(f.s);
        assert_int_equal(tenon_statement_count(f.s), 0);
        tear_down(f);
    }
}

static void what_begins_and_ends_transactions_does_not_count(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin_test(f.s) && tenon_begin(f.s) && tenon_begin(f.s));
        assert_true(note_insert(f.s, 1, "one"));
        tenon_rollback(f.s);
        assert_true(tenon_commit(f.s));
        assert_int_equal(tenon_statement_count(f.s), 1);
        tear_down(f);
    }
}

static void one_statement_more_than_allowed_is_not_sent(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        assert_true(note_insert(f.s, 1, "one"));
        tenon_statement_limit(f.s, 2);
        assert_true(note_insert(f.s, 2, "two") && note_insert(f.s, 3, "three"));
        assert_false(note_insert(f.s, 4, "four"));
        assert_failed_with(f.s, TENON_LIMIT);
        assert_false(tenon_execute(f.s, "DELETE FROM note"));
        assert_failed_with(f.s, TENON_LIMIT);
        assert_int_equal(tenon_statement_count(f.s), 3);
        assert_notes(f, "3");
        tenon_statement_limit(f.s, 0);
        assert_int_equal(note_count(f.s), -1);
        assert_failed_with(f.s, TENON_LIMIT);
        tear_down(f);
    }
}

static void a_limit_ends_with_another_one_or_with_a_reset(void **state)
{
    fixture f = set_up(ON_SQLITE);
    tenon_statement_limit(f.s, 0);
    tenon_statement_limit(f.s, -1);
    assert_int_equal(note_count(f.s), 0);
    tenon_statement_limit(f.s, 0);
    tenon_session_reset(f.s);
    assert_int_equal(note_count(f.s), 0);
    tenon_statement_limit(NULL, 0);
    assert_int_equal(tenon_statement_count(NULL), 0);
    tear_down(f);
}

static void a_log_has_the_sql_of_each_statement(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        char text[200];
        tenon_statement_log log = {.text = text, .size = sizeof text};
        assert_true(note_insert(f.s, 1, "not in the log"));
        assert_true(tenon_statement_log_start(f.s, &log));
        assert_string_equal(text, "");
        assert_true(tenon_begin(f.s) && note_insert(f.s, 2, "two") && note_find(f.s, 2));
        assert_true(tenon_execute(f.s, "DELETE FROM note") && tenon_commit(f.s));
        assert_string_equal(text, "INSERT INTO note (id, text) VALUES ($1, $2)\n"
                                  "SELECT id, text FROM note WHERE id = $1\nDELETE FROM note\n");
        assert_int_equal(log.length, strlen(text));
        tenon_statement_log_stop(f.s, &log);
        assert_int_equal(note_count(f.s), 0);
        assert_int_equal(log.length, strlen(text));
        tear_down(f);
    }
}

static void a_log_that_is_full_goes_on_counting(void **state)
{
    fixture f = set_up(ON_SQLITE);
    char text[10];
    tenon_statement_log log = {.text = text, .size = sizeof text}, none = {0};
    assert_true(tenon_statement_log_start(f.s, &log) && tenon_statement_log_start(f.s, &none));
    assert_true(tenon_execute(f.s, "DELETE FROM note"));
    assert_string_equal(text, "DELETE FR");
    assert_int_equal(log.length, sizeof "DELETE FROM note\n" - 1);
    assert_int_equal(none.length, log.length);
    tenon_session_reset(f.s);
    assert_true(tenon_execute(f.s, "DELETE FROM note"));
    assert_int_equal(none.length, log.length);
    tenon_statement_log_stop(f.s, &log);
    tenon_statement_log_stop(NULL, NULL);
    assert_false(tenon_statement_log_start(NULL, &log));
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_of_the_program_counts),
        cmocka_unit_test(what_begins_and_ends_transactions_does_not_count),
        cmocka_unit_test(one_statement_more_than_allowed_is_not_sent),
        cmocka_unit_test(a_log_has_the_sql_of_each_statement),
        cmocka_unit_test(a_log_that_is_full_goes_on_counting),
        cmocka_unit_test(a_limit_ends_with_another_one_or_with_a_reset),
    };
    return cmocka_run_group_tests_name("statement count", tests, NULL, NULL);
}
