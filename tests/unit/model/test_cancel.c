/* tenon_cancel: a session is stopped from another thread, wherever it is. */
#include "desk.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include <tenon/sql.h>

enum { MS = 1000000 };

static void sleep_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * MS}, NULL);
}

static int64_t now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000 + time.tv_nsec / MS;
}

static void *cancel_soon(void *session)
{
    sleep_ms(100);
    tenon_cancel(session);
    return NULL;
}

static pthread_t cancel_in_a_moment(tenon_session *s)
{
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, s), 0);
    return thread;
}

static void make_endless_view(both *b)
{
    both_sql(b, b->is_sqlite
                    ? "CREATE VIEW IF NOT EXISTS \"Endless\" AS WITH RECURSIVE up(n) AS (SELECT 1 "
                      "UNION ALL SELECT n + 1 FROM up) SELECT count(*) AS id, 'x' AS label FROM up"
                    : "CREATE OR REPLACE VIEW \"Endless\" AS SELECT 1::bigint AS id, "
                      "pg_sleep(60) || '' AS label");
}

static const tenon_table endless = {.name = "Endless"};

static void a_call_under_way_is_stopped(void **state)
{
    both *b = *state;
    make_endless_view(b);
    int64_t before = now_ms();
    pthread_t thread = cancel_in_a_moment(b->session);
    assert_null(number_find_first(b->session, .table = endless));
    pthread_join(thread, NULL);
    assert_true(now_ms() - before < 10000);
    assert_failed(b->session, TENON_CANCELLED, "the session was cancelled");
    assert_int_equal(tenon_db_metrics(b->db).leased, 0);
    assert_int_equal(number_count(b->session, .where = {.id = LE(2)}), 2);
    assert_sound(b->session);
}

static void what_begins_later_fails_until_the_error_is_cleared(void **state)
{
    both *b = *state;
    tenon_cancel(b->session);
    assert_false(tenon_failed(b->session));
    assert_int_equal(number_count(b->session), 0);
    assert_failed(b->session, TENON_CANCELLED, "cancelled"); /* clears */
    assert_int_equal(number_count(b->session, .where = {.id = LE(2)}), 2);
    tenon_cancel(b->session);
    tenon_session_reset(b->session);
    assert_int_equal(number_count(b->session, .where = {.id = LE(2)}), 2);
    tenon_cancel(NULL);
    assert_sound(b->session);
}

static void a_transaction_stays_to_be_rolled_back(void **state)
{
    both *b = *state;
    make_endless_view(b);
    tenon_begin(b->session);
    job_create(b->session, .title = SET("paint"));
    pthread_t thread = cancel_in_a_moment(b->session);
    assert_null(number_find_first(b->session, .table = endless));
    pthread_join(thread, NULL);
    assert_true(tenon_in_transaction(b->session));
    assert_int_equal(tenon_session_error(b->session)->status, TENON_CANCELLED);
    tenon_rollback(b->session);
    assert_sound(b->session);
    assert_int_equal(job_count(b->session), 0);
}

static void a_cancelled_transaction_is_not_committed(void **state)
{
    both *b = *state;
    tenon_begin(b->session);
    job_create(b->session, .title = SET("paint"));
    tenon_cancel(b->session);
    assert_false(tenon_commit(b->session));
    assert_false(tenon_in_transaction(b->session));
    assert_failed(b->session, TENON_CANCELLED, NULL);
    assert_int_equal(job_count(b->session), 0);
}

static void who_waits_for_a_connection_is_sent_away(void **state)
{
    both *b = *state;
    tenon_error err;
    tenon_db *db = tenon_open(b->url, &(tenon_options){.pool_max = 1}, &err);
    tenon_session *holder = tenon_session_open(db, NULL), *s = tenon_session_open(db, NULL);
    assert_true(tenon_begin(holder));
    int64_t before = now_ms();
    pthread_t thread = cancel_in_a_moment(s);
    assert_false(tenon_begin(s));
    pthread_join(thread, NULL);
    assert_true(now_ms() - before < 3000);
    assert_failed(s, TENON_CANCELLED, NULL);
    tenon_rollback(holder);
    assert_true(tenon_begin(s));
    tenon_session_close(s);
    tenon_session_close(holder);
    tenon_close(db);
}

static bool stop_after_some(Number *number, void *ctx)
{
    if (number->id == 100)
        tenon_cancel(ctx);
    return true;
}

static void a_stream_is_stopped(void **state)
{
    both *b = *state;
    assert_false(number_each(b->session, stop_after_some, b->session));
    assert_failed(b->session, TENON_CANCELLED, NULL);
    assert_int_equal(tenon_db_metrics(b->db).leased, 0);
}

static bool run_forever(tenon_session *s, void *ctx)
{
    ++*(int *)ctx;
    return number_find_first(s, .table = endless) != NULL;
}

static void a_function_is_not_run_again(void **state)
{
    both *b = *state;
    make_endless_view(b);
    int runs = 0;
    pthread_t thread = cancel_in_a_moment(b->session);
    assert_false(tenon_transaction(b->session, run_forever, &runs, NULL));
    pthread_join(thread, NULL);
    assert_int_equal(runs, 1);
    assert_false(tenon_in_transaction(b->session));
    assert_failed(b->session, TENON_CANCELLED, NULL);
}

/* A server process that has not yet looked at the statement. */
typedef struct sleeper {
    tenon_session *s;
    pid_t pid;
} sleeper;

static void *cancel_and_wake(void *ctx)
{
    sleeper *it = ctx;
    cancel_soon(it->s);
    sleep_ms(300); /* the request has come, and stops nothing */
    kill(it->pid, SIGCONT);
    return NULL;
}

static void a_request_that_came_too_early_is_repeated(void **state)
{
    both *b = *state;
    make_endless_view(b);
    tenon_begin(b->session);
    tenon_sql *q = tenon_sql_new(b->session);
    tenon_sqlf(q, "SELECT pg_backend_pid()");
    const tenon_cells *cells = tenon_sql_cells(q);
    sleeper it = {b->session, (pid_t)strtol(tenon_cell(cells, 0, 0), NULL, 10)};
    int64_t before = now_ms();
    pthread_t thread;
    kill(it.pid, SIGSTOP);
    assert_int_equal(pthread_create(&thread, NULL, cancel_and_wake, &it), 0);
    assert_null(number_find_first(b->session, .table = endless));
    pthread_join(thread, NULL);
    assert_true(now_ms() - before < 30000);
    assert_int_equal(tenon_session_error(b->session)->status, TENON_CANCELLED);
    tenon_rollback(b->session);
    assert_int_equal(number_count(b->session, .where = {.id = LE(2)}), 2);
    assert_sound(b->session);
}

/* ---- at every moment ------------------------------------------------------------------------- */

typedef struct pest {
    tenon_session *s;
    atomic_bool is_over;
} pest;

static void *cancel_often(void *ctx)
{
    pest *p = ctx;
    while (!atomic_load(&p->is_over)) {
        tenon_cancel(p->s);
        sleep_ms(1);
    }
    return NULL;
}

/* The neighbour uses the same pool: it must never feel a thing. */
static void only_the_session_itself_is_hit(void **state)
{
    both *b = *state;
    pest p = {.s = b->session};
    pthread_t thread;
    tenon_session *neighbour = tenon_session_open(b->db, NULL);
    int done = 0;
    assert_int_equal(pthread_create(&thread, NULL, cancel_often, &p), 0);
    for (int i = 0; i < 100; i++) {
        done += number_count(b->session, .where = {.id = LE(2000)}) == 2000;
        if (tenon_failed(b->session))
            assert_failed(b->session, TENON_CANCELLED, NULL);
        assert_int_equal(number_count(neighbour, .where = {.id = LE(20)}), 20);
        assert_sound(neighbour);
    }
    atomic_store(&p.is_over, true);
    pthread_join(thread, NULL);
    tenon_error_clear(b->session);
    tenon_session_close(neighbour);
    assert_true(done < 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DESK(a_call_under_way_is_stopped),
        ON_DESK(what_begins_later_fails_until_the_error_is_cleared),
        ON_DESK(a_transaction_stays_to_be_rolled_back),
        ON_DESK(a_cancelled_transaction_is_not_committed),
        ON_DESK(who_waits_for_a_connection_is_sent_away),
        ON_DESK(a_stream_is_stopped),
        ON_DESK(a_function_is_not_run_again),
        ON_DESK_OF(postgresql, a_request_that_came_too_early_is_repeated),
        ON_DESK(only_the_session_itself_is_hit),
    };
    return desk_run(tests);
}
