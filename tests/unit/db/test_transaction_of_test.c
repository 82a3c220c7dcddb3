/* The transaction of a test: the program under test works in it as if it were not there, and
 * nothing of it stays. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "testdb.h"

static fixture set_up_test(int which)
{
    fixture f = set_up(which);
    assert_true(tenon_begin_test(f.s));
    return f;
}

static void tear_down_test(fixture f)
{
    tenon_session_reset(f.s);
    assert_notes(f, "0");
    assert_true(note_insert(f.s, 1, "afterwards"));
    assert_notes(f, "1");
    tear_down(f);
}

static void nothing_that_a_program_commits_stays(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_test(which);
        assert_false(tenon_in_transaction(f.s));
        assert_true(note_insert(f.s, 1, "one"));
        assert_true(tenon_begin(f.s) && tenon_in_transaction(f.s) && note_insert(f.s, 2, "two"));
        assert_true(tenon_begin(f.s) && note_insert(f.s, 3, "three"));
        tenon_rollback(f.s);
        assert_true(tenon_commit(f.s));
        assert_false(tenon_in_transaction(f.s));
        assert_true(tenon_execute(f.s, "INSERT INTO note VALUES (4, 'four')"));
        assert_int_equal(note_count(f.s), 3);
        assert_notes(f, "0");
        tear_down_test(f);
    }
}

static void a_statement_that_fails_undoes_only_itself(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_test(which);
        assert_true(note_insert(f.s, 1, "one"));
        assert_false(note_insert(f.s, 1, "again"));
        assert_failed_with(f.s, TENON_UNIQUE);
        assert_false(tenon_execute(f.s, "INSERT INTO nowhere VALUES (1)"));
        assert_false(note_insert(f.s, 2, "the session has failed"));
        assert_failed_with(f.s, TENON_SCHEMA);
        assert_true(note_insert(f.s, 2, "two"));
        assert_int_equal(note_count(f.s), 2);
        tear_down_test(f);
    }
}

static void a_failed_transaction_is_the_programs_own(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_test(which);
        assert_true(note_insert(f.s, 1, "one") && tenon_begin(f.s) && note_insert(f.s, 2, "two"));
        assert_false(note_insert(f.s, 1, "again"));
        assert_false(tenon_commit(f.s));
        assert_failed_with(f.s, TENON_UNIQUE);
        assert_int_equal(note_count(f.s), 1);
        tear_down_test(f);
    }
}

static void a_program_cannot_end_it(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_test(which);
        assert_true(note_insert(f.s, 1, "one"));
        assert_false(tenon_commit(f.s));
        assert_status(f, TENON_MISUSE);
        tenon_rollback(f.s);
        tenon_rollback(f.s);
        assert_false(tenon_failed(f.s));
        assert_int_equal(note_count(f.s), 1);
        tear_down_test(f);
    }
}

static void count_call(tenon_session *s, void *ctx)
{
    assert_false(tenon_in_transaction(s));
    ++*(int *)ctx;
}

static bool insert_with_hook(tenon_session *s, void *ctx)
{
    return note_insert(s, 5, "five") && tenon_after_commit(s, count_call, ctx);
}

static void a_programs_outermost_commit_calls_its_hooks(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        int calls = 0;
        fixture f = set_up_test(which);
        assert_true(tenon_transaction(f.s, insert_with_hook, &calls, NULL));
        assert_int_equal(tenon_transaction_tries(f.s), 1);
        assert_int_equal(calls, 1);
        assert_true(tenon_begin(f.s) && tenon_after_commit(f.s, count_call, &calls));
        assert_int_equal(calls, 1);
        tear_down_test(f);
        assert_int_equal(calls, 1);
    }
}

static void options_of_the_programs_begins_are_checked_and_hold(void **state)
{
    static const tenon_setting settings[] = {{"app.tenant", "7"}};
    const tenon_transaction_options read_only = {.isolation = TENON_SERIALIZABLE,
                                                 .read_only = true};
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_test(which);
        assert_true(tenon_begin_with(f.s, &read_only));
        assert_false(note_insert(f.s, 1, "one"));
        assert_failed_with(f.s, TENON_MISUSE);
        assert_true(tenon_commit(f.s) && note_insert(f.s, 1, "one"));
        assert_false(tenon_begin_with(f.s, &(tenon_transaction_options){.deferrable = true}));
        assert_failed_with(f.s, TENON_MISUSE);
        tear_down_test(f);
    }
    fixture f = set_up_test(ON_POSTGRESQL);
    assert_true(tenon_begin_with(f.s, &read_only));
    assert_false(tenon_execute(f.s, "INSERT INTO note VALUES (1, 'one')"));
    tenon_rollback(f.s);
    assert_true(tenon_begin_with(
        f.s, &(tenon_transaction_options){.settings = settings, .setting_count = 1}));
    assert_string_equal(TEXT_OF(f.s, "SELECT 1::int8, current_setting('app.tenant')"), "7");
    assert_true(note_insert(f.s, 1, "one") && tenon_commit(f.s));
    tear_down_test(f);
}

static void it_begins_outside_of_transactions_only(void **state)
{
    fixture f = set_up(ON_SQLITE);
    assert_true(tenon_begin(f.s));
    assert_false(tenon_begin_test(f.s));
    assert_failed_with(f.s, TENON_MISUSE);
    tenon_rollback(f.s);
    assert_true(tenon_begin_test(f.s));
    assert_false(tenon_begin_test(f.s));
    assert_false(tenon_begin_test(f.s));
    assert_false(tenon_begin_test(NULL));
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_that_a_program_commits_stays),
        cmocka_unit_test(a_statement_that_fails_undoes_only_itself),
        cmocka_unit_test(a_failed_transaction_is_the_programs_own),
        cmocka_unit_test(a_program_cannot_end_it),
        cmocka_unit_test(a_programs_outermost_commit_calls_its_hooks),
        cmocka_unit_test(options_of_the_programs_begins_are_checked_and_hold),
        cmocka_unit_test(it_begins_outside_of_transactions_only),
    };
    return cmocka_run_group_tests_name("transaction of a test", tests, NULL, NULL);
}
