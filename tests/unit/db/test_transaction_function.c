/* A function in a transaction: committed or not, and run again when others were in the way. The
 * failures are the databases' own: another session provokes them. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <pthread.h>
#include <time.h>

#include "testdb.h"

enum { MS = 1000 };

static const tenon_transaction_options quick = {.pause_first_us = 1 * MS,
                                                .pause_longest_us = 20 * MS};

/* What a function needs, and what it has seen. */
typedef struct work {
    fixture f;
    tenon_session *other;
    unsigned runs;
    unsigned failing_runs; /* so many of them are made to fail */
    void *memory;
} work;

static bool insert_one(tenon_session *s, void *ctx)
{
    work *w = ctx;
    w->runs++;
    return note_insert(s, 1, "one");
}

static bool insert_and_decline(tenon_session *s, void *ctx)
{
    insert_one(s, ctx);
    return false;
}

static bool insert_twice(tenon_session *s, void *ctx)
{
    insert_one(s, ctx);
    note_insert(s, 1, "again");
    return true;
}

/* ---- one run --------------------------------------------------------------------------------- */

static void what_returns_true_is_committed(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        work w = {.f = set_up(which)};
        assert_int_equal(tenon_transaction_tries(w.f.s), 0);
        assert_true(tenon_transaction(w.f.s, insert_one, &w, NULL));
        assert_int_equal(tenon_transaction_tries(w.f.s), 1);
        assert_false(tenon_in_transaction(w.f.s));
        assert_notes(w.f, "1");
        tear_down(w.f);
    }
}

static void what_returns_false_is_rolled_back_without_an_error(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        work w = {.f = set_up(which)};
        assert_false(tenon_transaction(w.f.s, insert_and_decline, &w, &quick));
        assert_false(tenon_failed(w.f.s) || tenon_in_transaction(w.f.s));
        assert_int_equal(w.runs, 1);
        assert_notes(w.f, "0");
        tear_down(w.f);
    }
}

static void an_error_of_the_data_rolls_back_once_and_stays(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        work w = {.f = set_up(which)};
        assert_false(tenon_transaction(w.f.s, insert_twice, &w, &quick));
        assert_status(w.f, TENON_UNIQUE);
        assert_false(tenon_transaction(w.f.s, insert_one, &w, &quick)); /* the session has failed */
        assert_int_equal(w.runs, 1);
        tenon_error_clear(w.f.s);
        assert_notes(w.f, "0");
        assert_true(tenon_transaction(w.f.s, insert_one, &w, &quick));
        tear_down(w.f);
    }
}

static void its_options_are_those_of_the_begin(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        work w = {.f = set_up(which)};
        tenon_transaction_options options = {.read_only = true, .tries_most = 3};
        assert_false(tenon_transaction(w.f.s, insert_one, &w, &options));
        assert_failed_with(w.f.s, TENON_MISUSE);
        options.deferrable = true;
        assert_false(tenon_transaction(w.f.s, insert_one, &w, &options));
        assert_failed_with(w.f.s, TENON_MISUSE);
        assert_int_equal(w.runs, 1);
        tear_down(w.f);
    }
}

static void without_function_or_session_nothing_happens(void **state)
{
    work w = {.f = set_up(ON_SQLITE)};
    assert_false(tenon_transaction(w.f.s, NULL, NULL, NULL));
    assert_failed_with(w.f.s, TENON_MISUSE);
    assert_false(tenon_transaction(w.f.s, insert_one, &w,
                                   &(tenon_transaction_options){.pause_first_us = -1}));
    assert_failed_with(w.f.s, TENON_MISUSE);
    assert_false(tenon_transaction(NULL, insert_one, &w, NULL));
    assert_int_equal(tenon_transaction_tries(NULL), 0);
    assert_int_equal(w.runs, 0);
    tear_down(w.f);
}

/* ---- what the function must not do ----------------------------------------------------------- */

static bool commit_inside(tenon_session *s, void *ctx)
{
    insert_one(s, ctx);
    return !tenon_commit(s);
}

static bool roll_back_inside(tenon_session *s, void *ctx)
{
    insert_one(s, ctx);
    tenon_rollback(s);
    return true;
}

static bool reset_inside(tenon_session *s, void *ctx)
{
    insert_one(s, ctx);
    tenon_session_reset(s);
    return true;
}

static bool reset_and_begin_inside(tenon_session *s, void *ctx)
{
    return reset_inside(s, ctx) && tenon_begin(s) && note_insert(s, 2, "two");
}

static bool leave_open(tenon_session *s, void *ctx)
{
    return insert_one(s, ctx) && tenon_begin(s);
}

static void a_function_cannot_end_its_transaction(void **state)
{
    static tenon_transaction_function *const functions[] = {
        commit_inside, roll_back_inside, reset_inside, reset_and_begin_inside, leave_open};
    for (int which = 0; which < DATABASES; which++) {
        for (size_t i = 0; i < sizeof functions / sizeof *functions; i++) {
            work w = {.f = set_up(which)};
            assert_false(tenon_transaction(w.f.s, functions[i], &w, NULL));
            assert_failed_with(w.f.s, TENON_MISUSE);
            assert_false(tenon_in_transaction(w.f.s));
            assert_notes(w.f, "0");
            assert_true(tenon_transaction(w.f.s, insert_one, &w, NULL));
            tear_down(w.f);
        }
    }
}

static bool leave_open_and_decline(tenon_session *s, void *ctx)
{
    assert_true(leave_open(s, ctx) && note_insert(s, 2, "two"));
    return false;
}

static bool roll_back_after_a_failure(tenon_session *s, void *ctx)
{
    insert_twice(s, ctx);
    tenon_rollback(s); /* does not hide what went wrong */
    return false;
}

static void what_a_failing_function_leaves_is_rolled_back(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        work w = {.f = set_up(which)};
        assert_false(tenon_transaction(w.f.s, leave_open_and_decline, &w, NULL));
        assert_false(tenon_failed(w.f.s));
        assert_false(tenon_transaction(w.f.s, roll_back_after_a_failure, &w, NULL));
        assert_failed_with(w.f.s, TENON_UNIQUE);
        assert_notes(w.f, "0");
        tear_down(w.f);
    }
}

/* ---- again ----------------------------------------------------------------------------------- */

/* Reads a row, which the other session then changes and commits, and changes it too: PostgreSQL
 * lets nobody change what has changed since the snapshot. */
static bool change_what_others_change(tenon_session *s, void *ctx)
{
    work *w = ctx;
    note *seen = note_find(s, 1);
    if (w->runs++ == 0)
        w->memory = seen;
    assert_ptr_equal(seen, w->memory); /* the rows of the last run are gone */
    assert_int_equal(tenon_transaction_tries(s), w->runs);
    if (w->runs <= w->failing_runs)
        assert_true(tenon_execute(w->other, "UPDATE note SET text = text || '.'"));
    return tenon_execute(s, "UPDATE note SET text = text || '!'");
}

static work set_up_conflict(unsigned failing_runs)
{
    work w = {.f = set_up(ON_POSTGRESQL), .failing_runs = failing_runs};
    w.other = tenon_session_open(w.f.db, NULL);
    assert_true(note_insert(w.f.s, 1, "one"));
    return w;
}

static void tear_down_conflict(work w)
{
    tenon_session_close(w.other);
    tear_down(w.f);
}

static tenon_transaction_options at_level(tenon_isolation isolation)
{
    tenon_transaction_options options = quick;
    options.isolation = isolation;
    return options;
}

static void a_serialization_failure_is_run_again(void **state)
{
    const tenon_transaction_options options = at_level(TENON_REPEATABLE_READ);
    work w = set_up_conflict(2);
    assert_true(tenon_transaction(w.f.s, change_what_others_change, &w, &options));
    assert_int_equal(w.runs, 3);
    assert_int_equal(tenon_transaction_tries(w.f.s), 3);
    assert_string_equal(testdb_value(w.f.url, "SELECT text FROM note"), "one..!");
    tear_down_conflict(w);
}

static void there_is_a_limit_and_then_the_error_stays(void **state)
{
    tenon_transaction_options options = at_level(TENON_REPEATABLE_READ);
    work w = set_up_conflict(100);
    assert_false(tenon_transaction(w.f.s, change_what_others_change, &w, &options));
    assert_int_equal(w.runs, 5);
    assert_failed_with(w.f.s, TENON_SERIALIZATION);
    w.runs = 0;
    options.tries_most = 1;
    assert_false(tenon_transaction(w.f.s, change_what_others_change, &w, &options));
    assert_int_equal(w.runs, 1);
    assert_failed_with(w.f.s, TENON_SERIALIZATION);
    tear_down_conflict(w);
}

static void nothing_is_run_again_beyond_the_deadline(void **state)
{
    tenon_transaction_options options = at_level(TENON_REPEATABLE_READ);
    work w = set_up_conflict(100);
    tenon_session_close(w.f.s);
    w.f.s = tenon_session_open(w.f.db, &(tenon_session_options){.deadline_us = 10000 * MS});
    options.pause_first_us = options.pause_longest_us = 60000 * MS;
    assert_false(tenon_transaction(w.f.s, change_what_others_change, &w, &options));
    assert_int_equal(w.runs, 1); /* and without that pause */
    assert_failed_with(w.f.s, TENON_SERIALIZATION);
    tear_down_conflict(w);
}

/* Each of two counts the rows and adds one: not as if one had run after the other. */
static bool count_and_insert(tenon_session *s, void *ctx)
{
    work *w = ctx;
    int64_t count = note_count(s);
    if (w->runs++ == 0) {
        tenon_transaction_options options = at_level(TENON_SERIALIZABLE);
        work others = {.runs = 1};
        assert_true(tenon_transaction(w->other, count_and_insert, &others, &options));
    }
    return note_insert(s, 10 * count + w->runs, "counted");
}

static void a_serialization_failure_of_the_commit_is_run_again(void **state)
{
    const tenon_transaction_options options = at_level(TENON_SERIALIZABLE);
    work w = set_up_conflict(0);
    assert_true(tenon_transaction(w.f.s, count_and_insert, &w, &options));
    assert_int_equal(w.runs, 2);
    assert_string_equal(testdb_value(w.f.url, "SELECT max(id) FROM note"), "22");
    tear_down_conflict(w);
}

static bool change_in_a_savepoint(tenon_session *s, void *ctx)
{
    work *w = ctx;
    unsigned runs_before = w->runs;
    bool is_done = tenon_transaction(s, change_what_others_change, ctx, &quick);
    assert_int_equal(w->runs, runs_before + 1);
    assert_int_equal(tenon_transaction_tries(s), w->runs);
    return is_done;
}

static void a_nested_one_runs_once_and_the_outer_one_again(void **state)
{
    const tenon_transaction_options options = at_level(TENON_REPEATABLE_READ);
    work w = set_up_conflict(1);
    assert_true(tenon_transaction(w.f.s, change_in_a_savepoint, &w, &options));
    assert_int_equal(w.runs, 2);
    tear_down_conflict(w);
}

static bool try_inside(tenon_session *s, void *ctx)
{
    assert_false(tenon_transaction(s, insert_twice, ctx, NULL));
    tenon_error_clear(s);
    assert_false(tenon_transaction(s, insert_and_decline, ctx, NULL));
    return note_insert(s, 3, "three");
}

static void a_nested_one_is_undone_alone(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        work w = {.f = set_up(which)};
        assert_true(tenon_transaction(w.f.s, try_inside, &w, NULL));
        assert_string_equal(testdb_value(w.f.url, "SELECT sum(id) FROM note"), "3");
        assert_true(tenon_begin(w.f.s) && tenon_execute(w.f.s, "DELETE FROM note"));
        assert_true(tenon_transaction(w.f.s, try_inside, &w, NULL));
        assert_true(tenon_in_transaction(w.f.s) && tenon_commit(w.f.s));
        assert_string_equal(testdb_value(w.f.url, "SELECT sum(id) FROM note"), "3");
        tear_down(w.f);
    }
}

/* ---- connections lost ------------------------------------------------------------------------ */

static bool lose_the_first_connection(tenon_session *s, void *ctx)
{
    work *w = ctx;
    if (w->runs == 0)
        kill_backend(w->f);
    return insert_one(s, ctx);
}

static bool lose_the_connection_before_commit(tenon_session *s, void *ctx)
{
    bool is_done = insert_one(s, ctx);
    kill_backend(((work *)ctx)->f);
    return is_done;
}

static void a_connection_lost_before_the_commit_is_no_matter(void **state)
{
    work w = {.f = set_up(ON_POSTGRESQL)};
    assert_true(tenon_transaction(w.f.s, lose_the_first_connection, &w, &quick));
    assert_int_equal(w.runs, 2);
    assert_notes(w.f, "1");
    tear_down(w.f);
}

static void an_unknown_outcome_is_never_run_again(void **state)
{
    work w = {.f = set_up(ON_POSTGRESQL)};
    assert_false(tenon_transaction(w.f.s, lose_the_connection_before_commit, &w, &quick));
    assert_int_equal(w.runs, 1);
    assert_failed_with(w.f.s, TENON_OUTCOME_UNKNOWN);
    tear_down(w.f);
}

/* ---- two threads ----------------------------------------------------------------------------- */

/* Two who want two rows each, in opposite order, and wait for one another once. */
typedef struct rival {
    tenon_session *s;
    const char *first, *second;
    pthread_barrier_t *both_have_one;
    unsigned runs;
    bool is_done;
} rival;

static bool take_two_rows(tenon_session *s, void *ctx)
{
    rival *r = ctx;
    bool has_one = tenon_execute(s, r->first);
    if (r->runs++ == 0)
        pthread_barrier_wait(r->both_have_one);
    return has_one && tenon_execute(s, r->second);
}

static void *compete(void *ctx)
{
    static const tenon_setting soon[] = {{"deadlock_timeout", "20ms"}};
    tenon_transaction_options options = quick;
    options.settings = soon;
    options.setting_count = 1;
    options.tries_most = 1000; /* on a busy machine they meet again and again */
    rival *r = ctx;
    r->is_done = tenon_transaction(r->s, take_two_rows, r, &options);
    return NULL;
}

static void a_deadlock_is_run_again(void **state)
{
    static const char one[] = "UPDATE note SET text = text || 'x' WHERE id = 1";
    static const char two[] = "UPDATE note SET text = text || 'x' WHERE id = 2";
    work w = set_up_conflict(0);
    pthread_barrier_t both_have_one;
    pthread_t thread;
    assert_true(note_insert(w.f.s, 2, "two"));
    pthread_barrier_init(&both_have_one, NULL, 2);
    rival a = {w.f.s, one, two, &both_have_one, 0, false};
    rival b = {w.other, two, one, &both_have_one, 0, false};
    assert_int_equal(pthread_create(&thread, NULL, compete, &b), 0);
    compete(&a);
    pthread_join(thread, NULL);
    pthread_barrier_destroy(&both_have_one);
    assert_true(a.is_done && b.is_done);
    /* The one that was stopped may begin again before the other has got its lock. */
    assert_true(a.runs + b.runs >= 3);
    assert_string_equal(testdb_value(w.f.url, "SELECT text FROM note WHERE id = 1"), "onexx");
    tear_down_conflict(w);
}

static void *commit_soon(void *ctx)
{
    nanosleep(&(struct timespec){.tv_nsec = 50 * 1000 * MS}, NULL);
    return tenon_commit(ctx) ? ctx : NULL;
}

static void a_busy_sqlite_file_is_tried_again(void **state)
{
    tenon_transaction_options options = quick;
    options.lock_timeout_us = 1 * MS;
    work w = {.f = set_up(ON_SQLITE)};
    tenon_db *another = open_db(w.f.url, NULL); /* to SQLite as good as another process */
    tenon_session *other = tenon_session_open(another, NULL);
    pthread_t thread;
    void *result;
    assert_true(tenon_begin(other));
    assert_false(tenon_transaction(w.f.s, insert_one, &w, &options));
    assert_int_equal(tenon_transaction_tries(w.f.s), 5);
    assert_int_equal(w.runs, 0);
    assert_failed_with(w.f.s, TENON_BUSY);
    assert_int_equal(pthread_create(&thread, NULL, commit_soon, other), 0);
    options.tries_most = 100000;
    assert_true(tenon_transaction(w.f.s, insert_one, &w, &options));
    pthread_join(thread, &result);
    assert_non_null(result);
    assert_int_equal(w.runs, 1);
    tenon_session_close(other);
    tenon_close(another);
    tear_down(w.f);
}

/* Another session changes the table under the statement that this one has prepared. */
static bool find_in_a_table_that_changes(tenon_session *s, void *ctx)
{
    work *w = ctx;
    if (w->runs++ == 0)
        testdb_run(w->f.url, "ALTER TABLE note ALTER text TYPE varchar(99)");
    return note_find(s, 1) != NULL;
}

static void a_table_that_changes_under_a_statement_is_a_reason_too(void **state)
{
    work w = {.f = set_up(ON_POSTGRESQL)};
    note_insert(w.f.s, 1, "one");
    note_find(w.f.s, 1);
    assert_true(tenon_transaction(w.f.s, find_in_a_table_that_changes, &w, &quick));
    assert_int_equal(w.runs, 2);
    tear_down(w.f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_returns_true_is_committed),
        cmocka_unit_test(what_returns_false_is_rolled_back_without_an_error),
        cmocka_unit_test(an_error_of_the_data_rolls_back_once_and_stays),
        cmocka_unit_test(its_options_are_those_of_the_begin),
        cmocka_unit_test(without_function_or_session_nothing_happens),
        cmocka_unit_test(a_function_cannot_end_its_transaction),
        cmocka_unit_test(what_a_failing_function_leaves_is_rolled_back),
        cmocka_unit_test(a_serialization_failure_is_run_again),
        cmocka_unit_test(there_is_a_limit_and_then_the_error_stays),
        cmocka_unit_test(nothing_is_run_again_beyond_the_deadline),
        cmocka_unit_test(a_serialization_failure_of_the_commit_is_run_again),
        cmocka_unit_test(a_nested_one_runs_once_and_the_outer_one_again),
        cmocka_unit_test(a_nested_one_is_undone_alone),
        cmocka_unit_test(a_connection_lost_before_the_commit_is_no_matter),
        cmocka_unit_test(an_unknown_outcome_is_never_run_again),
        cmocka_unit_test(a_deadlock_is_run_again),
        cmocka_unit_test(a_busy_sqlite_file_is_tried_again),
        cmocka_unit_test(a_table_that_changes_under_a_statement_is_a_reason_too),
    };
    return cmocka_run_group_tests_name("transaction function", tests, NULL, NULL);
}
