/* Transactions on both databases: what is committed stays, what is rolled back does not, and the
 * session is usable afterwards whatever happened. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "testdb.h"

static void what_is_committed_stays(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s));
        assert_true(tenon_in_transaction(f.s));
        assert_int_equal(tenon_db_metrics(f.db).leased, 1);
        assert_true(note_insert(f.s, 1, "one"));
        assert_int_equal(note_count(f.s), 1);
        assert_notes(f, "0");
        assert_true(tenon_commit(f.s));
        assert_false(tenon_in_transaction(f.s));
        assert_notes(f, "1");
        tear_down(f);
    }
}

static void what_is_rolled_back_is_gone(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s));
        assert_true(note_insert(f.s, 1, "one"));
        tenon_rollback(f.s);
        assert_notes(f, "0");
        assert_true(note_insert(f.s, 2, "two"));
        assert_notes(f, "1");
        tear_down(f);
    }
}

static void closing_a_session_rolls_back(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s) && tenon_begin(f.s) && note_insert(f.s, 1, "one"));
        tenon_session_close(f.s);
        assert_notes(f, "0");
        f.s = tenon_session_open(f.db, NULL);
        assert_true(note_insert(f.s, 1, "one"));
        tear_down(f);
    }
}

static void a_nested_transaction_is_undone_alone(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "outer"));
        assert_true(tenon_begin(f.s) && note_insert(f.s, 2, "undone"));
        tenon_rollback(f.s);
        assert_true(tenon_in_transaction(f.s));
        assert_true(tenon_begin(f.s) && note_insert(f.s, 3, "kept"));
        assert_true(tenon_begin(f.s) && note_insert(f.s, 4, "kept, deeper"));
        assert_true(tenon_commit(f.s) && tenon_commit(f.s) && tenon_commit(f.s));
        assert_notes(f, "3");
        assert_string_equal(testdb_value(f.url, "SELECT max(id) FROM note WHERE text = 'kept'"),
                            "3");
        tear_down(f);
    }
}

static void an_error_in_a_nested_transaction_leaves_the_outer_one_usable(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "outer"));
        assert_true(tenon_begin(f.s));
        assert_false(note_insert(f.s, 1, "again"));
        assert_status(f, TENON_UNIQUE);
        tenon_rollback(f.s);
        assert_false(tenon_failed(f.s));
        assert_true(note_insert(f.s, 2, "outer"));
        assert_true(tenon_commit(f.s));
        assert_notes(f, "2");
        tear_down(f);
    }
}

static void committing_a_failed_session_rolls_back_and_keeps_the_error(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one"));
        assert_false(note_insert(f.s, 1, "again"));
        assert_false(tenon_commit(f.s));
        assert_status(f, TENON_UNIQUE);
        assert_false(tenon_in_transaction(f.s));
        assert_notes(f, "0");
        tenon_error_clear(f.s);
        assert_true(note_insert(f.s, 1, "one"));
        tear_down(f);
    }
}

static void a_failed_transaction_of_postgresql_can_only_be_rolled_back(void **state)
{
    fixture f = set_up(0);
    assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one"));
    assert_false(note_insert(f.s, 1, "again"));
    tenon_error_clear(f.s);
    assert_false(note_insert(f.s, 2, "two"));
    assert_status(f, TENON_MISUSE);
    assert_non_null(strstr(tenon_message(f.s), "can only be rolled back"));
    tenon_error_clear(f.s);
    assert_false(tenon_commit(f.s));
    assert_status(f, TENON_MISUSE);
    tenon_error_clear(f.s);
    assert_notes(f, "0");
    assert_true(note_insert(f.s, 2, "two"));
    tear_down(f);
}

static void a_deferred_constraint_fails_the_commit(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_true(tenon_execute(f.s, "CREATE TABLE child (note bigint REFERENCES note(id) "
                                       "DEFERRABLE INITIALLY DEFERRED)"));
        assert_true(tenon_begin(f.s));
        assert_true(tenon_execute(f.s, "INSERT INTO child VALUES (99)"));
        assert_true(note_insert(f.s, 1, "one"));
        assert_false(tenon_commit(f.s));
        assert_status(f, TENON_FOREIGN_KEY);
        assert_int_equal(tenon_session_error(f.s)->applied, TENON_APPLIED_NO);
        assert_false(tenon_in_transaction(f.s));
        tenon_rollback(f.s);
        assert_notes(f, "0");
        assert_true(note_insert(f.s, 2, "two"));
        tear_down(f);
    }
}

static void a_commit_without_begin_is_misuse(void **state)
{
    fixture f = set_up(1);
    assert_false(tenon_commit(f.s));
    assert_status(f, TENON_MISUSE);
    tenon_rollback(f.s);
    assert_false(tenon_failed(f.s));
    tear_down(f);
}

static void sql_text_cannot_leave_a_transaction_behind(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_false(tenon_execute(f.s, "BEGIN; INSERT INTO note VALUES (1, 'one')"));
        assert_status(f, TENON_MISUSE);
        tenon_error_clear(f.s);
        assert_false(tenon_execute(f.s, "BEGIN; SELECT wrong"));
        tenon_error_clear(f.s);
        assert_notes(f, "0");
        assert_true(tenon_execute(f.s, "BEGIN; INSERT INTO note VALUES (1, 'one'); COMMIT"));
        assert_notes(f, "1");
        tear_down(f);
    }
}

static void sql_text_that_ends_the_transaction_is_noticed(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one"));
        assert_true(tenon_execute(f.s, "ROLLBACK"));
        assert_false(note_insert(f.s, 2, "two"));
        assert_status(f, TENON_MISUSE);
        assert_false(tenon_commit(f.s));
        assert_false(tenon_in_transaction(f.s));
        tenon_rollback(f.s);
        assert_notes(f, "0");
        tear_down(f);
    }
}

static void a_connection_lost_in_a_transaction_ends_it(void **state)
{
    fixture f = set_up(0);
    assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one"));
    kill_backend(f);
    assert_false(note_insert(f.s, 2, "two"));
    assert_status(f, TENON_UNAVAILABLE);
    tenon_error_clear(f.s);
    assert_false(note_insert(f.s, 3, "three"));
    assert_status(f, TENON_UNAVAILABLE);
    assert_non_null(strstr(tenon_message(f.s), "the transaction was lost"));
    tenon_error_clear(f.s);
    assert_false(tenon_begin(f.s));
    tenon_rollback(f.s);
    assert_false(tenon_in_transaction(f.s));
    assert_true(tenon_begin(f.s) && note_insert(f.s, 4, "four") && tenon_commit(f.s));
    assert_notes(f, "1");
    tear_down(f);
}

static void a_lost_nested_transaction_takes_the_outer_one_with_it(void **state)
{
    fixture f = set_up(0);
    assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one") && tenon_begin(f.s));
    kill_backend(f);
    assert_false(note_insert(f.s, 2, "two"));
    tenon_rollback(f.s);
    assert_true(tenon_in_transaction(f.s));
    assert_status(f, TENON_UNAVAILABLE);
    tenon_error_clear(f.s);
    assert_false(note_insert(f.s, 3, "three"));
    assert_false(tenon_commit(f.s));
    assert_false(tenon_in_transaction(f.s));
    tenon_error_clear(f.s);
    assert_notes(f, "0");
    tear_down(f);
}

static void a_connection_lost_during_commit_leaves_the_outcome_unknown(void **state)
{
    fixture f = set_up(0);
    assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one"));
    kill_backend(f);
    assert_false(tenon_commit(f.s));
    assert_status(f, TENON_OUTCOME_UNKNOWN);
    assert_int_equal(tenon_session_error(f.s)->applied, TENON_APPLIED_UNKNOWN);
    assert_false(tenon_in_transaction(f.s));
    tenon_error_clear(f.s);
    assert_true(note_insert(f.s, 1, "one"));
    tear_down(f);
}

static void a_rollback_on_a_lost_connection_is_well(void **state)
{
    fixture f = set_up(0);
    assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one"));
    kill_backend(f);
    tenon_rollback(f.s);
    assert_false(tenon_failed(f.s));
    assert_true(note_insert(f.s, 1, "one"));
    tear_down(f);
}

static void an_sqlite_transaction_takes_the_write_lock_at_once(void **state)
{
    fixture f = set_up(1);
    assert_true(tenon_begin(f.s));
    tenon_session *other = tenon_session_open(f.db, &(tenon_session_options){.deadline_us = 20000});
    assert_int_equal(note_count(other), 0); /* readers do not mind */
    assert_false(note_insert(other, 1, "one"));
    assert_int_equal(tenon_session_error(other)->status, TENON_TIMEOUT);
    tenon_session_close(other);
    assert_true(tenon_commit(f.s));
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_committed_stays),
        cmocka_unit_test(what_is_rolled_back_is_gone),
        cmocka_unit_test(closing_a_session_rolls_back),
        cmocka_unit_test(a_nested_transaction_is_undone_alone),
        cmocka_unit_test(an_error_in_a_nested_transaction_leaves_the_outer_one_usable),
        cmocka_unit_test(committing_a_failed_session_rolls_back_and_keeps_the_error),
        cmocka_unit_test(a_failed_transaction_of_postgresql_can_only_be_rolled_back),
        cmocka_unit_test(a_deferred_constraint_fails_the_commit),
        cmocka_unit_test(a_commit_without_begin_is_misuse),
        cmocka_unit_test(sql_text_cannot_leave_a_transaction_behind),
        cmocka_unit_test(sql_text_that_ends_the_transaction_is_noticed),
        cmocka_unit_test(a_connection_lost_in_a_transaction_ends_it),
        cmocka_unit_test(a_lost_nested_transaction_takes_the_outer_one_with_it),
        cmocka_unit_test(a_connection_lost_during_commit_leaves_the_outcome_unknown),
        cmocka_unit_test(a_rollback_on_a_lost_connection_is_well),
        cmocka_unit_test(an_sqlite_transaction_takes_the_write_lock_at_once),
    };
    return cmocka_run_group_tests_name("transaction", tests, NULL, NULL);
}
