/* What is called after the commit: once, in order, and only when there was one. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static char called[64];

static void call(tenon_session *s, void *ctx)
{
    assert_false(tenon_failed(s) || tenon_in_transaction(s));
    strncat(called, ctx, sizeof called - strlen(called) - 1);
}

static bool notify(tenon_session *s, const char *name)
{
    static char names[][2] = {"a", "b", "c", "d"};
    return tenon_after_commit(s, call, names[name[0] - 'a']);
}

static void hooks_are_called_in_order_after_the_outermost_commit(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        called[0] = '\0';
        assert_true(tenon_begin(f.s) && notify(f.s, "a"));
        assert_true(tenon_begin(f.s) && notify(f.s, "b") && tenon_commit(f.s));
        assert_true(notify(f.s, "c"));
        assert_string_equal(called, "");
        assert_true(tenon_commit(f.s));
        assert_string_equal(called, "abc");
        assert_true(tenon_begin(f.s) && tenon_commit(f.s));
        assert_string_equal(called, "abc");
        assert_true(notify(f.s, "d")); /* no transaction: there is nothing to wait for */
        assert_string_equal(called, "abcd");
        tear_down(f);
    }
}

static void a_rollback_drops_the_hooks_noted_since(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        called[0] = '\0';
        assert_true(tenon_begin(f.s) && notify(f.s, "a"));
        assert_true(tenon_begin(f.s) && notify(f.s, "b"));
        assert_true(tenon_begin(f.s) && notify(f.s, "b") && tenon_commit(f.s));
        tenon_rollback(f.s);
        assert_true(notify(f.s, "c") && tenon_commit(f.s));
        assert_string_equal(called, "ac");
        assert_true(tenon_begin(f.s) && notify(f.s, "d"));
        tenon_rollback(f.s);
        assert_true(tenon_begin(f.s) && notify(f.s, "d"));
        tenon_session_reset(f.s);
        assert_true(tenon_begin(f.s) && tenon_begin(f.s) && notify(f.s, "d"));
        assert_false(note_insert(f.s, 1, "one") && note_insert(f.s, 1, "again"));
        assert_false(tenon_commit(f.s));
        tenon_rollback(f.s);
        assert_true(tenon_begin(f.s) && tenon_commit(f.s));
        assert_string_equal(called, "ac");
        assert_true(tenon_begin(f.s) && notify(f.s, "d")); /* closed with the session */
        tear_down(f);
        assert_string_equal(called, "ac");
    }
}

/* Another session changes, after the first has looked, what that is going to change. */
typedef struct conflict {
    tenon_session *other;
    unsigned runs;
} conflict;

static bool note_and_change(tenon_session *s, void *ctx)
{
    conflict *c = ctx;
    assert_true(notify(s, "a") && note_count(s) == 1);
    if (c->runs++ < 2)
        assert_true(tenon_execute(c->other, "UPDATE note SET text = 'other'"));
    return tenon_execute(s, "UPDATE note SET text = 'own'");
}

static void a_hook_is_called_once_however_many_runs_it_took(void **state)
{
    const tenon_transaction_options options = {.isolation = TENON_REPEATABLE_READ,
                                               .pause_first_us = 1000};
    fixture f = set_up(ON_POSTGRESQL);
    conflict c = {.other = tenon_session_open(f.db, NULL)};
    called[0] = '\0';
    assert_true(note_insert(f.s, 1, "one"));
    assert_true(tenon_transaction(f.s, note_and_change, &c, &options));
    assert_int_equal(c.runs, 3);
    assert_string_equal(called, "a");
    tenon_session_close(c.other);
    tear_down(f);
}

static bool note_and_lose(tenon_session *s, void *ctx)
{
    bool is_done = notify(s, "a") && note_insert(s, 1, "one");
    kill_backend(*(fixture *)ctx);
    return is_done;
}

static void an_unknown_outcome_calls_no_hook(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    called[0] = '\0';
    assert_false(tenon_transaction(f.s, note_and_lose, &f, NULL));
    assert_failed_with(f.s, TENON_OUTCOME_UNKNOWN);
    assert_true(tenon_begin(f.s) && tenon_commit(f.s));
    assert_string_equal(called, "");
    tear_down(f);
}

static bool insert_one(tenon_session *s, void *ctx)
{
    (void)ctx;
    return note_insert(s, 1, "one");
}

static void begin_more(tenon_session *s, void *ctx)
{
    assert_true(tenon_transaction(s, insert_one, ctx, NULL) && tenon_begin(s) && notify(s, "b"));
    assert_true(tenon_commit(s));
    assert_false(note_insert(s, 1, "again"));
}

static bool note_more(tenon_session *s, void *ctx)
{
    return notify(s, "a") && tenon_after_commit(s, begin_more, ctx);
}

static void a_hook_may_work_and_fail_and_the_commit_stays(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        called[0] = '\0';
        assert_true(tenon_transaction(f.s, note_more, NULL, NULL));
        assert_string_equal(called, "ab");
        assert_failed_with(f.s, TENON_UNIQUE);
        assert_notes(f, "1");
        tear_down(f);
    }
}

static void hooks_have_a_limit(void **state)
{
    fixture f = set_up(ON_SQLITE);
    assert_true(tenon_begin(f.s));
    for (int i = 0; i < 10000; i++)
        assert_true(notify(f.s, "a"));
    assert_false(notify(f.s, "a"));
    assert_failed_with(f.s, TENON_LIMIT);
    assert_false(tenon_after_commit(f.s, NULL, NULL));
    assert_status(f, TENON_MISUSE);
    assert_false(notify(f.s, "a"));
    assert_false(tenon_after_commit(NULL, call, NULL));
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hooks_are_called_in_order_after_the_outermost_commit),
        cmocka_unit_test(a_rollback_drops_the_hooks_noted_since),
        cmocka_unit_test(a_hook_is_called_once_however_many_runs_it_took),
        cmocka_unit_test(an_unknown_outcome_calls_no_hook),
        cmocka_unit_test(a_hook_may_work_and_fail_and_the_commit_stays),
        cmocka_unit_test(hooks_have_a_limit),
    };
    return cmocka_run_group_tests_name("after commit", tests, NULL, NULL);
}
