/* Sessions: the first error stays, rows live as long as promised, on both databases. */
#include "by_hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "testdb.h"

/* What every test starts with: a database of each kind, one after the other. */
typedef struct fixture {
    tenon_db *db;
    tenon_session *s;
} fixture;

static fixture set_up(int which, const tenon_session_options *options)
{
    fixture f = {.db = open_db(new_note_url(which), NULL)};
    f.s = tenon_session_open(f.db, options);
    assert_non_null(f.s);
    return f;
}

static void tear_down(fixture f)
{
    tenon_session_close(f.s);
    tenon_close(f.db);
}

static void a_row_written_is_read_back(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which, NULL);
        assert_true(note_insert(f.s, 1, "one"));
        assert_true(note_insert(f.s, 2, NULL));
        note *one = note_find(f.s, 1);
        assert_non_null(one);
        assert_string_equal(one->text, "one");
        assert_null(note_find(f.s, 2)->text);
        assert_null(note_find(f.s, 3));
        assert_false(tenon_failed(f.s));
        assert_int_equal(note_count(f.s), 2);
        assert_int_equal(note_all(f.s).count, 2);
        tear_down(f);
    }
}

static void after_the_first_error_nothing_happens(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which, NULL);
        assert_true(note_insert(f.s, 1, "one"));
        assert_false(note_insert(f.s, 1, "again"));
        assert_int_equal(tenon_session_error(f.s)->status, TENON_UNIQUE);
        assert_non_null(strstr(tenon_session_error(f.s)->sql, "INSERT INTO note"));
        assert_false(note_insert(f.s, 2, "two"));
        assert_null(note_find(f.s, 1));
        assert_false(tenon_begin(f.s));
        assert_false(tenon_execute(f.s, "DELETE FROM note"));
        assert_int_equal(tenon_session_error(f.s)->status, TENON_UNIQUE);
        tenon_error_clear(f.s);
        assert_string_equal(tenon_message(f.s), "");
        assert_int_equal(note_count(f.s), 1);
        tear_down(f);
    }
}

static void a_wrong_statement_fails_each_time_and_is_not_kept(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which, NULL);
        for (int i = 0; i < 3; i++) {
            tenon__rows rows = {.arena = tenon__session_arena(f.s)};
            assert_false(run_by_hand(f.s, &wrong_statement, NULL, &rows, NULL));
            assert_int_equal(rows.count, 0);
            tenon_error_clear(f.s);
        }
        assert_true(note_insert(f.s, 1, "one"));
        tear_down(f);
    }
}

static void no_session_behaves_as_a_failed_one(void **state)
{
    assert_true(tenon_failed(NULL));
    assert_int_equal(tenon_session_error(NULL)->status, TENON_MISUSE);
    assert_string_not_equal(tenon_message(NULL), "");
    assert_false(tenon_begin(NULL));
    assert_false(tenon_commit(NULL));
    assert_false(tenon_execute(NULL, "SELECT 1"));
    assert_false(tenon_in_transaction(NULL));
    assert_int_equal(tenon_session_dialect(NULL), 0);
    assert_null(tenon_session_alloc(NULL, 1));
    assert_null(tenon_session_take(NULL));
    assert_null(tenon_session_open(NULL, NULL));
    tenon_rollback(NULL);
    tenon_error_clear(NULL);
    tenon_session_rewind(NULL, tenon_session_mark(NULL));
    tenon_session_reset(NULL);
    tenon_session_close(NULL);
    tenon_results_free(NULL);
    tenon_close(NULL);
}

static void a_message_has_the_field_in_front_once(void **state)
{
    fixture f = set_up(1, NULL);
    tenon_error *err = tenon__session_error(f.s);
    tenon__fail(err, TENON_RANGE, "301 does not fit");
    tenon__error_copy(err->model, sizeof err->model, "User");
    assert_string_equal(tenon_message(f.s), "User: 301 does not fit");
    tenon__error_copy(err->field, sizeof err->field, "age");
    assert_string_equal(tenon_message(f.s), "User.age: 301 does not fit");
    tenon__error_copy(err->message, sizeof err->message, "User.age must be unique");
    assert_string_equal(tenon_message(f.s), "User.age must be unique");
    tear_down(f);
}

static void rewinding_frees_what_came_after_the_mark(void **state)
{
    fixture f = set_up(1, NULL);
    for (int i = 0; i < 50; i++)
        assert_true(note_insert(f.s, i, "a text of some length, to fill the arena"));
    note *kept = note_find(f.s, 7);
    tenon_mark mark = tenon_session_mark(f.s);
    assert_int_equal(note_all(f.s).count, 50);
    size_t bytes = tenon__session_arena(f.s)->total_bytes;
    for (int i = 0; i < 200; i++) {
        tenon_session_rewind(f.s, mark);
        assert_int_equal(note_all(f.s).count, 50);
    }
    assert_int_equal(tenon__session_arena(f.s)->total_bytes, bytes);
    assert_int_equal(kept->id, 7);
    tear_down(f);
}

static void results_taken_outlive_their_session(void **state)
{
    fixture f = set_up(1, NULL);
    assert_true(note_insert(f.s, 1, "one"));
    tenon_mark mark = tenon_session_mark(f.s);
    note *one = note_find(f.s, 1);
    tenon_results *results = tenon_session_take(f.s);
    tenon_session_rewind(f.s, mark); /* void by now */
    assert_int_equal(note_count(f.s), 1);
    tear_down(f);
    assert_string_equal(one->text, "one");
    tenon_results_free(results);
}

static void a_reset_session_is_as_new(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which, NULL);
        assert_true(tenon_begin(f.s));
        assert_true(note_insert(f.s, 1, "one"));
        tenon__fail(tenon__session_error(f.s), TENON_MISUSE, "on purpose");
        tenon_session_reset(f.s);
        assert_false(tenon_failed(f.s));
        assert_false(tenon_in_transaction(f.s));
        assert_int_equal(note_count(f.s), 0);
        assert_int_equal(tenon_db_metrics(f.db).leased, 0);
        tear_down(f);
    }
}

static void results_beyond_the_limit_are_an_error_that_passes(void **state)
{
    for (int which = 0; which < 2; which++) {
        fixture f = set_up(which, &(tenon_session_options){.memory_limit_bytes = 100000});
        char text[1001];
        memset(text, 'x', sizeof text - 1);
        text[sizeof text - 1] = '\0';
        for (int i = 0; i < 200; i++)
            assert_true(note_insert(f.s, i, text));
        assert_int_equal(note_all(f.s).count, 0);
        assert_int_equal(tenon_session_error(f.s)->status, TENON_LIMIT);
        assert_non_null(strstr(tenon_message(f.s), "100000 bytes"));
        tenon_error_clear(f.s);
        assert_string_equal(note_find(f.s, 1)->text, text);
        tear_down(f);
    }
}

static void memory_of_a_session_lives_as_its_rows_do(void **state)
{
    fixture f = set_up(1, NULL);
    char *text = tenon_session_alloc(f.s, 6);
    memcpy(text, "hello", 6);
    assert_int_equal(note_count(f.s), 0);
    assert_string_equal(text, "hello");
    tear_down(f);
}

static void the_scratch_memory_is_empty_after_a_call(void **state)
{
    fixture f = set_up(1, NULL);
    for (int i = 0; i < 100; i++) {
        assert_non_null(tenon__arena_alloc(tenon__session_scratch(f.s), 3000));
        assert_true(note_insert(f.s, i, "text"));
    }
    assert_true(tenon__session_scratch(f.s)->total_bytes < 10000);
    tear_down(f);
}

static void a_plan_is_made_once(void **state)
{
    fixture f = set_up(1, NULL);
    assert_true(note_insert(f.s, 1, "one"));
    int made = plans_made;
    for (int i = 0; i < 100; i++)
        assert_non_null(note_find(f.s, 1));
    assert_int_equal(plans_made, made + 1);
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_row_written_is_read_back),
        cmocka_unit_test(after_the_first_error_nothing_happens),
        cmocka_unit_test(a_wrong_statement_fails_each_time_and_is_not_kept),
        cmocka_unit_test(no_session_behaves_as_a_failed_one),
        cmocka_unit_test(a_message_has_the_field_in_front_once),
        cmocka_unit_test(rewinding_frees_what_came_after_the_mark),
        cmocka_unit_test(results_taken_outlive_their_session),
        cmocka_unit_test(a_reset_session_is_as_new),
        cmocka_unit_test(results_beyond_the_limit_are_an_error_that_passes),
        cmocka_unit_test(memory_of_a_session_lives_as_its_rows_do),
        cmocka_unit_test(the_scratch_memory_is_empty_after_a_call),
        cmocka_unit_test(a_plan_is_made_once),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
