/* The pool: bounded, fair, and it outlives its connections. With many threads; also run under
 * TSan. */
#include "by_hand.h"

#include <assert.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "db/session.h"
#include "db/wait.h"
#include "testdb.h"

enum { THREADS = 16, NOTES_PER_THREAD = 40 };

/* ---- many threads ---------------------------------------------------------------------------- */

typedef struct worker {
    tenon_db *db;
    int number;
    int done; /* notes written and read back */
} worker;

static bool write_note(tenon_session *s, int64_t id, bool in_transaction)
{
    bool is_begun = !in_transaction || tenon_begin(s);
    return is_begun && note_insert(s, id, "text") && (!in_transaction || tenon_commit(s));
}

/* Says which error it was: a failure of threads is seldom seen twice. */
static bool write_or_tell(tenon_session *s, int64_t id, bool in_transaction)
{
    bool is_written = write_note(s, id, in_transaction);
    if (!is_written)
        print_error("note %lld: %s\n", (long long)id, tenon_message(s));
    return is_written;
}

static void *write_and_read(void *context)
{
    worker *w = context;
    tenon_session *s = tenon_session_open(w->db, NULL);
    for (int i = 0; i < NOTES_PER_THREAD; i++) {
        int64_t id = w->number * 1000 + i;
        const note *found = write_or_tell(s, id, i % 4 == 0) ? note_find(s, id) : NULL;
        w->done += found && found->id == id;
        tenon_session_reset(s);
    }
    tenon_session_close(s);
    return NULL;
}

static void hammer(const char *url, const char *what)
{
    tenon_db *db = open_db(url, &(tenon_options){.pool_max = 4, .acquire_timeout_us = 60000000});
    tenon_session *s = tenon_session_open(db, NULL);
    assert_true(tenon_execute(s, make_note_table));
    pthread_t threads[THREADS];
    worker workers[THREADS];
    for (int i = 0; i < THREADS; i++) {
        workers[i] = (worker){db, i, 0};
        assert_int_equal(pthread_create(&threads[i], NULL, write_and_read, &workers[i]), 0);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        if (workers[i].done != NOTES_PER_THREAD)
            fail_msg("%s: thread %d did %d", what, i, workers[i].done);
    }
    assert_int_equal(note_count(s), THREADS * NOTES_PER_THREAD);
    tenon_pool_metrics metrics = tenon_db_metrics(db);
    assert_int_equal(metrics.leased, 0);
    assert_int_equal(metrics.waiting, 0);
    assert_true(metrics.size <= 5);
    assert_true(metrics.acquired_total >= (uint64_t)THREADS * NOTES_PER_THREAD * 2);
    tenon_session_close(s);
    tenon_close(db);
    assert_int_equal(plans_alive, 0);
}

static void sixteen_threads_share_four_connections_of_postgresql(void **state)
{
    hammer(testdb_create("hammer"), "postgresql");
}

static void sixteen_threads_share_an_sqlite_file(void **state)
{
    hammer(testdb_sqlite_url(), "sqlite");
}

static void sixteen_threads_share_one_memory_database(void **state)
{
    hammer("sqlite::memory:", "memory");
}

/* ---- the queue ------------------------------------------------------------------------------- */

typedef struct line {
    tenon__lane *lane;
    int number;
    int *order;
    atomic_int *next;
} line;

static void *stand_in_line(void *context)
{
    line *l = context;
    tenon__waiter waiter = {0};
    tenon__turn turn;
    assert(tenon__lane_acquire(l->lane, &waiter, &turn) && turn == TENON__TURN_QUEUED);
    turn = tenon__lane_wait(l->lane, &waiter, TENON__NEVER);
    assert(turn == TENON__TURN_GIVEN);
    l->order[atomic_fetch_add(l->next, 1)] = l->number;
    tenon__member_release(waiter.member);
    return NULL;
}

static void wait_for_queue(tenon_db *db, unsigned length)
{
    while (tenon_db_metrics(db).waiting != length)
        tenon__wait_pause(1000, TENON__NEVER);
}

static void who_comes_first_is_served_first(void **state)
{
    tenon_db *db = open_db("sqlite::memory:", NULL);
    tenon__lane *lane = tenon__lane_for(db, true);
    tenon__waiter holder = {0};
    tenon__turn turn;
    assert_true(tenon__lane_acquire(lane, &holder, &turn));
    assert_int_equal(turn, TENON__TURN_GIVEN);
    pthread_t threads[THREADS];
    line lines[THREADS];
    int order[THREADS] = {0};
    atomic_int next = 0;
    for (int i = 0; i < THREADS; i++) {
        lines[i] = (line){lane, i, order, &next};
        assert_int_equal(pthread_create(&threads[i], NULL, stand_in_line, &lines[i]), 0);
        wait_for_queue(db, (unsigned)i + 1);
    }
    tenon__member_release(holder.member);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(order[i], i);
    tenon_close(db);
}

typedef struct rush {
    tenon__lane *lane;
    atomic_bool *is_over;
} rush;

/* Takes the connection and returns it, again and again, as a quick call does. */
static void *come_and_go(void *context)
{
    const rush *r = context;
    while (!atomic_load(r->is_over)) {
        tenon__waiter waiter = {0};
        tenon__turn turn;
        bool is_asked = tenon__lane_acquire(r->lane, &waiter, &turn);
        assert(is_asked);
        if (turn == TENON__TURN_QUEUED)
            turn = tenon__lane_wait(r->lane, &waiter, TENON__NEVER);
        assert(turn == TENON__TURN_GIVEN);
        tenon__member_release(waiter.member);
    }
    return NULL;
}

/* They may go past the queue, but not for long. */
static void who_is_quick_does_not_starve_who_waits(void **state)
{
    enum { QUICK = 4, TURNS = 50 };
    tenon_db *db = open_db("sqlite::memory:", NULL);
    atomic_bool is_over = false;
    rush r = {tenon__lane_for(db, true), &is_over};
    pthread_t threads[QUICK];
    for (int i = 0; i < QUICK; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &r), 0);
    for (int i = 0; i < TURNS; i++) {
        tenon__waiter waiter = {0};
        tenon__turn turn;
        assert_true(tenon__lane_acquire(r.lane, &waiter, &turn));
        if (turn == TENON__TURN_QUEUED)
            turn = tenon__lane_wait(r.lane, &waiter, TENON__NEVER);
        assert_int_equal(turn, TENON__TURN_GIVEN);
        tenon__wait_pause(1000, TENON__NEVER); /* so that the others stand in the queue */
        tenon__member_release(waiter.member);
    }
    atomic_store(&is_over, true);
    for (int i = 0; i < QUICK; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(tenon_db_metrics(db).leased, 0);
    assert_int_equal(tenon_db_metrics(db).waiting, 0);
    tenon_close(db);
}

static void who_waits_too_long_is_told_so_and_leaves_the_queue(void **state)
{
    const char *url = new_note_url(0);
    tenon_db *db = open_db(url, &(tenon_options){.pool_max = 1, .acquire_timeout_us = 20000});
    tenon_session *holder = tenon_session_open(db, NULL), *late = tenon_session_open(db, NULL);
    assert_true(tenon_begin(holder));
    int64_t start = tenon__monotonic_us();
    assert_int_equal(note_count(late), -1);
    assert_true(tenon__monotonic_us() - start >= 20000);
    assert_int_equal(tenon_session_error(late)->status, TENON_POOL_EXHAUSTED);
    assert_true(tenon_error_is_retryable(tenon_session_error(late)));
    tenon_pool_metrics metrics = tenon_db_metrics(db);
    assert_int_equal(metrics.acquire_timeouts_total, 1);
    assert_int_equal(metrics.waiting, 0);
    assert_int_equal(metrics.leased, 1);
    assert_true(metrics.wait_us_total >= 20000);
    tenon_rollback(holder);
    tenon_error_clear(late);
    assert_int_equal(note_count(late), 0);
    tenon_session_close(late);
    tenon_session_close(holder);
    tenon_close(db);
}

static void kill_all(const char *url)
{
    testdb_value(url, "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
                      "WHERE datname = current_database() AND pid <> pg_backend_pid()");
}

/* ---- the spare connection -------------------------------------------------------------------- */

static void the_connection_that_was_given_back_last_is_taken_next(void **state)
{
    tenon_db *db = open_db(new_note_url(0), &(tenon_options){.pool_min = 2, .pool_max = 2});
    tenon_session *s = tenon_session_open(db, NULL), *t = tenon_session_open(db, NULL);
    assert_true(tenon_begin(s) && tenon_begin(t));
    tenon__member *first = s->pinned, *second = t->pinned;
    uint64_t acquired = tenon_db_metrics(db).acquired_total;
    assert_true(tenon_commit(s) && tenon_commit(t));
    assert_int_equal(tenon_db_metrics(db).idle, 2);
    assert_true(tenon_begin(s) && s->pinned == second);
    assert_true(tenon_begin(t) && t->pinned == first);
    assert_int_equal(tenon_db_metrics(db).leased, 2);
    assert_int_equal(tenon_db_metrics(db).acquired_total, acquired + 2);
    tenon_session_close(s);
    tenon_session_close(t);
    tenon_close(db);
}

static void what_lost_connections_did_stays_in_the_metrics(void **state)
{
    const char *url = new_note_url(0);
    tenon_db *db = open_db(url, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    for (int i = 0; i < 10; i++)
        assert_int_equal(note_count(s), 0);
    uint64_t acquired = tenon_db_metrics(db).acquired_total;
    kill_all(url);
    assert_int_equal(note_count(s), 0);
    assert_true(tenon_db_metrics(db).acquired_total > acquired);
    tenon_session_close(s);
    tenon_close(db);
}

/* ---- connections that die -------------------------------------------------------------------- */

static void a_read_survives_a_server_that_closed_the_connection(void **state)
{
    const char *url = new_note_url(0);
    tenon_db *db = open_db(url, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(note_count(s), 0);
        kill_all(url);
    }
    assert_int_equal(note_count(s), 0);
    assert_int_equal(tenon_db_metrics(db).opened_total, 4);
    assert_int_equal(tenon_db_metrics(db).size, 1);
    tenon_session_close(s);
    tenon_close(db);
}

static void after_one_dead_connection_the_others_are_asked_first(void **state)
{
    const char *url = new_note_url(0);
    tenon_db *db = open_db(url, &(tenon_options){.pool_min = 4, .pool_max = 4});
    tenon_session *s = tenon_session_open(db, NULL);
    assert_int_equal(tenon_db_metrics(db).size, 4);
    kill_all(url);
    assert_int_equal(note_count(s), 0); /* finds out; the connection after it is new */
    assert_true(tenon_begin(s));
    for (int i = 0; i < 3; i++) {
        tenon_session *writer = tenon_session_open(db, NULL);
        assert_true(note_insert(writer, i, "not lost"));
        tenon_session_close(writer);
    }
    tenon_rollback(s);
    tenon_session_close(s);
    tenon_close(db);
}

static void an_idle_connection_that_was_closed_is_replaced_before_a_write(void **state)
{
    const char *url = new_note_url(0);
    tenon_db *db = open_db(url, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_int_equal(note_count(s), 0);
    kill_all(url);
    tenon__wait_pause(1100000, TENON__NEVER);
    assert_true(note_insert(s, 1, "one"));
    tenon_session_close(s);
    tenon_close(db);
}

/* ---- opening --------------------------------------------------------------------------------- */

static void a_database_opens_and_closes_a_thousand_times(void **state)
{
    const char *url = testdb_sqlite_url();
    for (int i = 0; i < 1000; i++) {
        tenon_db *db = open_db(i % 2 ? url : "sqlite::memory:", NULL);
        tenon_session_close(tenon_session_open(db, NULL));
        tenon_close(db);
    }
}

static void pool_min_connections_are_opened_at_once(void **state)
{
    tenon_db *db = open_db(new_note_url(0), &(tenon_options){.pool_min = 3});
    assert_int_equal(tenon_db_metrics(db).idle, 3);
    tenon_close(db);
    db = open_db(new_note_url(1), &(tenon_options){.pool_min = 3});
    assert_int_equal(tenon_db_metrics(db).idle, 4); /* and the writer */
    tenon_close(db);
}

static void two_memory_databases_are_apart(void **state)
{
    tenon_db *one = open_db("sqlite::memory:", NULL), *other = open_db("sqlite::memory:", NULL);
    tenon_session *s = tenon_session_open(one, NULL), *t = tenon_session_open(other, NULL);
    assert_true(tenon_execute(s, make_note_table) && note_insert(s, 1, "one"));
    assert_int_equal(note_count(s), 1);
    assert_int_equal(note_count(t), -1);
    tenon_session_close(s);
    tenon_session_close(t);
    tenon_close(one);
    tenon_close(other);
}

/* The reader was opened before there was a table; SQLite cannot look again while it is locked. */
static void a_locked_memory_database_is_busy_and_not_without_its_new_table(void **state)
{
    tenon_db *db = open_db("sqlite::memory:", &(tenon_options){.acquire_timeout_us = 50000});
    tenon_session *reader = tenon_session_open(db, NULL), *writer = tenon_session_open(db, NULL);
    assert_true(tenon_execute(writer, make_note_table) && tenon_begin(writer));
    assert_null(note_find(reader, 1));
    assert_int_equal(tenon_session_error(reader)->status, TENON_BUSY);
    tenon_error_clear(reader);
    assert_true(note_insert(writer, 1, "one") && tenon_commit(writer));
    assert_non_null(note_find(reader, 1));
    tenon_session_close(reader);
    tenon_session_close(writer);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sixteen_threads_share_four_connections_of_postgresql),
        cmocka_unit_test(sixteen_threads_share_an_sqlite_file),
        cmocka_unit_test(sixteen_threads_share_one_memory_database),
        cmocka_unit_test(who_comes_first_is_served_first),
        cmocka_unit_test(who_is_quick_does_not_starve_who_waits),
        cmocka_unit_test(who_waits_too_long_is_told_so_and_leaves_the_queue),
        cmocka_unit_test(the_connection_that_was_given_back_last_is_taken_next),
        cmocka_unit_test(what_lost_connections_did_stays_in_the_metrics),
        cmocka_unit_test(a_read_survives_a_server_that_closed_the_connection),
        cmocka_unit_test(after_one_dead_connection_the_others_are_asked_first),
        cmocka_unit_test(an_idle_connection_that_was_closed_is_replaced_before_a_write),
        cmocka_unit_test(a_database_opens_and_closes_a_thousand_times),
        cmocka_unit_test(pool_min_connections_are_opened_at_once),
        cmocka_unit_test(two_memory_databases_are_apart),
        cmocka_unit_test(a_locked_memory_database_is_busy_and_not_without_its_new_table),
    };
    return cmocka_run_group_tests_name("pool", tests, NULL, NULL);
}
