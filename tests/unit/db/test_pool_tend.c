/* What is done to a pool while it is used: connections grow old, are renewed, watched, counted; the
 * pool is resized, drained, left by a fork. On both databases, where both have it. */
#include "by_hand.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "db/session.h"
#include "db/wait.h"
#include "fixture.h"
#include "testdb.h"

enum { LONG_US = 20000000, MOMENT_US = 2000 };

static void wait_for_size(fixture f, unsigned size)
{
    for (int us = 0; pool_size(f) != size; us += MOMENT_US) {
        assert_true(us < LONG_US);
        tenon__wait_pause(MOMENT_US, TENON__NEVER);
    }
}

/* ---- age ------------------------------------------------------------------------------------- */

static void idle_connections_are_closed_down_to_pool_min(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(
            which, &(tenon_options){.pool_min = 1, .pool_max = 4, .idle_timeout_us = 40000});
        tenon_session *others[3];
        begin_reading(f.s);
        for (int i = 0; i < 3; i++)
            begin_reading(others[i] = tenon_session_open(f.db, NULL));
        assert_int_equal(pool_size(f), 4);
        for (int i = 0; i < 3; i++)
            tenon_session_close(others[i]);
        tenon_rollback(f.s);
        wait_for_size(f, 1);
        assert_int_equal(tenon_db_metrics(f.db).closed_idle_total, 3);
        assert_int_equal(note_count(f.s), 0);
        tear_down(f);
    }
}

static void what_is_used_is_not_idle(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(
            which, &(tenon_options){.idle_timeout_us = 200000, .pool_without_thread = true});
        uint64_t opened = tenon_db_metrics(f.db).opened_total;
        for (int i = 0; i < 10; i++) {
            assert_int_equal(note_count(f.s), 0);
            tenon_pool_tend(f.db);
            tenon__wait_pause(30000, TENON__NEVER);
        }
        assert_int_equal(tenon_db_metrics(f.db).opened_total, opened);
        tear_down(f);
    }
}

/* Also of a program that makes one call after the other and never leaves the short way. */
static void a_connection_that_is_too_old_is_replaced(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(which, &(tenon_options){.pool_max = 1, .lifetime_us = 40000});
        int64_t until_us = tenon__monotonic_us() + LONG_US;
        while (tenon_db_metrics(f.db).recycled_total < 3) {
            assert_true(tenon__monotonic_us() < until_us);
            assert_int_equal(note_count(f.s), 0);
        }
        assert_true(pool_size(f) <= 1);
        tear_down(f);
    }
}

static void one_that_is_held_grows_old_until_it_is_returned(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(which, &(tenon_options){.lifetime_us = 20000});
        begin_reading(f.s);
        tenon__wait_pause(60000, TENON__NEVER);
        assert_int_equal(note_count(f.s), 0);
        uint64_t closed = tenon_db_metrics(f.db).closed_total;
        assert_true(tenon_commit(f.s));
        assert_true(tenon_db_metrics(f.db).closed_total > closed);
        tear_down(f);
    }
}

static void pool_min_is_filled_again(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(which, &(tenon_options){.pool_min = 3, .pool_max = 5});
        tenon_pool_recycle(f.db);
        assert_int_equal(pool_size(f), 0);
        tenon_pool_tend(f.db);
        assert_int_equal(pool_size(f), 3);
        assert_int_equal(tenon_db_metrics(f.db).recycled_total, 3);
        tear_down(f);
    }
}

/* ---- order, check, reset --------------------------------------------------------------------- */

static const char *backend(fixture f)
{
    return TEXT_OF(f.s, "SELECT 1::int8, pg_backend_pid()::text");
}

static void the_order_of_use_is_the_programs_choice(void **state)
{
    char first[32];
    for (int fifo = 0; fifo < 2; fifo++) {
        fixture f = set_up_with(ON_POSTGRESQL, &(tenon_options){.pool_min = 3, .pool_fifo = fifo});
        snprintf(first, sizeof first, "%s", backend(f));
        for (int i = 1; i < 7; i++)
            assert_int_equal(strcmp(backend(f), first) == 0, !fifo || i % 3 == 0);
        tear_down(f);
    }
}

/* Without the check this write would find out by failing: it is less than a second after the last
 * call. */
static void a_connection_can_be_asked_every_time(void **state)
{
    fixture f = set_up_with(ON_POSTGRESQL, &(tenon_options){.pool_check = TENON_CHECK_ALWAYS});
    for (int i = 0; i < 3; i++) {
        kill_backend(f);
        assert_true(note_insert(f.s, i, "not lost"));
    }
    assert_int_equal(tenon_db_metrics(f.db).lost_total, 3);
    tear_down(f);
    f = set_up_with(ON_SQLITE, &(tenon_options){.pool_check = TENON_CHECK_ALWAYS});
    assert_true(note_insert(f.s, 1, "asked"));
    tear_down(f);
}

static void what_sql_text_has_set_is_reset(void **state)
{
    static const char mess[] =
        "SET work_mem = '99MB'; CREATE TEMP TABLE left_over (); SELECT pg_advisory_lock(17);"
        "LISTEN somebody";
    for (tenon_pool_reset reset = TENON_RESET_NOTHING; reset <= TENON_RESET_ALL; reset++) {
        fixture f =
            set_up_with(ON_POSTGRESQL, &(tenon_options){.pool_max = 1, .pool_reset = reset});
        bool is_clean = reset != TENON_RESET_NOTHING;
        assert_true(tenon_execute(f.s, mess));
        assert_int_equal(
            strcmp(TEXT_OF(f.s, "SELECT 1::int8, current_setting('work_mem')"), "99MB") != 0,
            is_clean);
        const char *left = TEXT_OF(
            f.s, "SELECT 1::int8, (SELECT count(*) FROM pg_class WHERE relname = 'left_over') || "
                 "'-' || (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = "
                 "pg_backend_pid()) || '-' || (SELECT count(*) FROM pg_listening_channels())");
        assert_string_equal(left, is_clean ? "0-0-0" : "1-1-1");
        assert_int_equal(tenon_db_metrics(f.db).opened_total, 1);
        tear_down(f);
    }
}

static void what_was_done_stays_done_though_the_reset_fails(void **state)
{
    fixture f = set_up_with(ON_POSTGRESQL, &(tenon_options){.pool_reset = TENON_RESET_STATE});
    assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one") && tenon_commit(f.s));
    /* Nobody is left to reset it. */
    assert_true(tenon_execute(f.s, "INSERT INTO note VALUES (2, 'two'); SET statement_timeout = 1;"
                                   "SET lock_timeout = 1; RESET ALL"));
    assert_false(tenon_execute(f.s, "SELECT 1/0"));
    assert_failed_with(f.s, TENON_RANGE);
    assert_int_equal(note_count(f.s), 2);
    tear_down(f);
}

static void a_transaction_that_sql_text_leaves_open_is_not_lent_to_the_next(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(which, &(tenon_options){.pool_max = 1});
        assert_false(tenon_execute(f.s, "BEGIN; INSERT INTO note VALUES (1, 'one')"));
        assert_failed_with(f.s, TENON_MISUSE);
        assert_int_equal(note_count(f.s), 0);
        assert_false(tenon_in_transaction(f.s));
        tear_down(f);
    }
}

static void time_limits_of_the_server_are_said_for_all_connections(void **state)
{
    fixture f =
        set_up_with(ON_POSTGRESQL, &(tenon_options){.lock_timeout_us = 7000000,
                                                    .idle_in_transaction_timeout_us = 9000000});
    assert_string_equal(TEXT_OF(f.s, "SELECT 1::int8, current_setting('lock_timeout')"), "7s");
    assert_string_equal(
        TEXT_OF(f.s, "SELECT 1::int8, current_setting('idle_in_transaction_session_timeout')"),
        "9s");
    tear_down(f);
    tenon_error err;
    assert_null(tenon_open("sqlite::memory:", &(tenon_options){.lock_timeout_us = 1}, &err));
    assert_int_equal(err.status, TENON_UNSUPPORTED);
}

/* ---- size ------------------------------------------------------------------------------------ */

static void *count_in_thread(void *context)
{
    tenon_session *s = tenon_session_open(context, NULL);
    int64_t count = note_count(s);
    tenon_session_close(s);
    return (void *)(intptr_t)count;
}

static void a_pool_that_grows_lets_in_who_waits(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f =
            set_up_with(which, &(tenon_options){.pool_max = 1, .acquire_timeout_us = LONG_US});
        pthread_t thread;
        void *count;
        begin_reading(f.s);
        assert_int_equal(pthread_create(&thread, NULL, count_in_thread, f.db), 0);
        while (tenon_db_metrics(f.db).waiting == 0)
            tenon__wait_pause(MOMENT_US, TENON__NEVER);
        assert_true(tenon_pool_resize(f.db, 0, 2, NULL));
        pthread_join(thread, &count);
        assert_int_equal((intptr_t)count, 0);
        assert_int_equal(pool_size(f), 2);
        tenon_rollback(f.s);
        tear_down(f);
    }
}

static void a_pool_that_shrinks_closes_what_is_idle_and_then_what_returns(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(which, &(tenon_options){.pool_min = 4, .pool_max = 4});
        tenon_session *other = tenon_session_open(f.db, NULL);
        begin_reading(f.s);
        begin_reading(other);
        assert_true(tenon_pool_resize(f.db, 0, 1, NULL));
        assert_int_equal(pool_size(f), 2);
        assert_int_equal(note_count(other), 0);
        tenon_rollback(f.s);
        assert_int_equal(pool_size(f), 1);
        tenon_rollback(other);
        assert_int_equal(pool_size(f), 1);
        assert_int_equal(note_count(f.s), 0);
        assert_int_equal(tenon_db_metrics(f.db).recycled_total, 3);
        tenon_error err;
        assert_false(tenon_pool_resize(f.db, 2, 1, &err));
        assert_int_equal(err.status, TENON_MISUSE);
        assert_false(tenon_pool_resize(f.db, 0, 0, &err));
        tenon_session_close(other);
        tear_down(f);
    }
}

/* ---- draining -------------------------------------------------------------------------------- */

static void a_drained_pool_lets_transactions_end_and_nothing_begin(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        tenon_session *other = tenon_session_open(f.db, NULL);
        tenon_error err;
        assert_true(tenon_begin(f.s));
        assert_false(tenon_pool_drain(f.db, 5000, &err));
        assert_int_equal(err.status, TENON_TIMEOUT);
        assert_int_equal(note_count(other), -1);
        assert_failed_with(other, TENON_UNAVAILABLE);
        assert_true(note_insert(f.s, 1, "one") && tenon_commit(f.s));
        assert_true(tenon_pool_drain(f.db, LONG_US, &err));
        assert_int_equal(tenon_db_metrics(f.db).size, 0);
        tenon_pool_resume(f.db);
        assert_int_equal(note_count(other), 1);
        tenon_session_close(other);
        tear_down(f);
    }
}

static void who_waits_is_refused_by_a_drain(void **state)
{
    fixture f =
        set_up_with(ON_POSTGRESQL, &(tenon_options){.pool_max = 1, .acquire_timeout_us = LONG_US});
    pthread_t thread;
    void *count;
    assert_true(tenon_begin(f.s));
    assert_int_equal(pthread_create(&thread, NULL, count_in_thread, f.db), 0);
    while (tenon_db_metrics(f.db).waiting == 0)
        tenon__wait_pause(MOMENT_US, TENON__NEVER);
    assert_false(tenon_pool_drain(f.db, 0, NULL));
    pthread_join(thread, &count);
    assert_int_equal((intptr_t)count, -1);
    assert_int_equal(tenon_db_metrics(f.db).acquire_timeouts_total, 0);
    tenon_rollback(f.s);
    tear_down(f);
}

/* ---- fork ------------------------------------------------------------------------------------ */

static bool is_left_alone(fixture f)
{
    tenon_error err;
    tenon_pool_lease lease;
    tenon_pool_tend(f.db);
    tenon_pool_recycle(f.db);
    tenon_pool_resume(f.db);
    bool is_refused = !tenon_pool_resize(f.db, 0, 3, &err) && err.status == TENON_MISUSE &&
                      !tenon_pool_drain(f.db, 0, &err) && err.status == TENON_MISUSE &&
                      tenon_pool_leases(f.db, 0, &lease, 1) == 0 && note_count(f.s) == -1 &&
                      tenon_session_error(f.s)->status == TENON_MISUSE;
    tenon_close(f.db);
    return is_refused;
}

static void a_child_leaves_the_pool_of_its_parent_alone(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(which, &(tenon_options){.pool_min = 2, .lifetime_us = LONG_US});
        int status = 0;
        pid_t child = fork();
        if (child == 0)
            _exit(is_left_alone(f) ? 0 : 1);
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(note_count(f.s), 0);
        assert_int_equal(tenon_db_metrics(f.db).lost_total, 0);
        tear_down(f);
    }
}

/* ---- many at once ---------------------------------------------------------------------------- */

typedef struct worker {
    tenon_db *db;
    atomic_bool *is_over;
    unsigned done;
} worker;

static void *work(void *context)
{
    worker *w = context;
    tenon_session *s = tenon_session_open(w->db, NULL);
    while (!atomic_load(w->is_over)) {
        bool is_done = w->done % 5 ? note_count(s) == 0 : tenon_begin(s) && tenon_commit(s);
        if (!is_done)
            break;
        w->done++;
        tenon_session_reset(s);
    }
    bool is_well = !tenon_failed(s);
    if (!is_well)
        print_error("%s\n", tenon_message(s));
    tenon_session_close(s);
    return (void *)(intptr_t)is_well;
}

/* For the thread sanitizer too: everything that can be done to a pool, while it is used. */
static void a_pool_under_load_is_tended_resized_and_renewed(void **state)
{
    enum { WORKERS = 6, ROUNDS = 40 };
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up_with(which, &(tenon_options){.pool_max = 4,
                                                        .acquire_timeout_us = LONG_US,
                                                        .idle_timeout_us = 20000,
                                                        .lifetime_us = 30000,
                                                        .leak_after_us = which ? 1000 : 0});
        atomic_bool is_over = false;
        pthread_t threads[WORKERS];
        worker workers[WORKERS];
        for (int i = 0; i < WORKERS; i++) {
            workers[i] = (worker){f.db, &is_over, 0};
            assert_int_equal(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
        }
        for (unsigned i = 0; i < ROUNDS; i++) {
            tenon_pool_lease lease;
            tenon_pool_leases(f.db, 0, &lease, 1);
            assert_true(tenon_pool_resize(f.db, i % 2, 1 + i % 5, NULL));
            if (i % 4 == 0)
                tenon_pool_recycle(f.db);
            tenon__wait_pause(5000, TENON__NEVER);
        }
        atomic_store(&is_over, true);
        for (int i = 0; i < WORKERS; i++) {
            void *is_well;
            pthread_join(threads[i], &is_well);
            assert_true((intptr_t)is_well && workers[i].done > 0);
        }
        assert_true(tenon_pool_drain(f.db, LONG_US, NULL));
        tenon_pool_metrics metrics = tenon_db_metrics(f.db);
        assert_int_equal(metrics.size, 0);
        assert_int_equal(metrics.opened_total, metrics.closed_total);
        assert_int_equal(metrics.lost_total, 0);
        tear_down(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(idle_connections_are_closed_down_to_pool_min),
        cmocka_unit_test(what_is_used_is_not_idle),
        cmocka_unit_test(a_connection_that_is_too_old_is_replaced),
        cmocka_unit_test(one_that_is_held_grows_old_until_it_is_returned),
        cmocka_unit_test(pool_min_is_filled_again),
        cmocka_unit_test(the_order_of_use_is_the_programs_choice),
        cmocka_unit_test(a_connection_can_be_asked_every_time),
        cmocka_unit_test(what_sql_text_has_set_is_reset),
        cmocka_unit_test(what_was_done_stays_done_though_the_reset_fails),
        cmocka_unit_test(a_transaction_that_sql_text_leaves_open_is_not_lent_to_the_next),
        cmocka_unit_test(time_limits_of_the_server_are_said_for_all_connections),
        cmocka_unit_test(a_pool_that_grows_lets_in_who_waits),
        cmocka_unit_test(a_pool_that_shrinks_closes_what_is_idle_and_then_what_returns),
        cmocka_unit_test(a_drained_pool_lets_transactions_end_and_nothing_begin),
        cmocka_unit_test(who_waits_is_refused_by_a_drain),
        cmocka_unit_test(a_child_leaves_the_pool_of_its_parent_alone),
        cmocka_unit_test(a_pool_under_load_is_tended_resized_and_renewed),
    };
    return cmocka_run_group_tests_name("tending the pool", tests, NULL, NULL);
}
