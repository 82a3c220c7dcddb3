/* Tasks and batches while a trace counts: every call once, slow ones with their plans, and the
 * loop goes on meanwhile. What tasks wait for a connection stands in the pool's histogram. */
#include "../model/both.h"

#include <stdatomic.h>
#include <stdio.h>

#include "db/session.h"

#include <tenon/batch.h>
#include <tenon/epoll.h>
#include <tenon/pool.h>
#include <tenon/trace.h>

enum { TASKS = 100, HOLDERS = 4, HELD_US = 20000 };

/* By the loop's thread; on SQLite by several. */
typedef struct seen {
    atomic_int slow, plans;
} seen;

static void note(const tenon_slow_query *query, void *ctx)
{
    seen *it = ctx;
    atomic_fetch_add(&it->slow, 1);
    atomic_fetch_add(&it->plans, query->plan != NULL);
}

static tenon_trace *open_trace(tenon_db *db, seen *it)
{
    tenon_error err;
    tenon_trace_options options = {.slow_us = 1,
                                   .slow = note,
                                   .slow_ctx = it,
                                   .comments = TENON_COMMENT_APPLICATION | TENON_COMMENT_ACTION |
                                               TENON_COMMENT_SITE,
                                   .spans_every = 1,
                                   .spans_most = 4 * TASKS};
    tenon_trace *trace = tenon_trace_open(db, &options, &err);
    if (!trace)
        fail_msg("%s", err.message);
    return trace;
}

static uint64_t calls_of(const tenon_statistics *now, const char *operation)
{
    uint64_t calls = 0;
    for (size_t i = 0; i < now->count; i++)
        if (strcmp(now->items[i].operation, operation) == 0)
            calls += now->items[i].calls;
    return calls;
}

/* As many creations and finds as there were tasks, and no more. */
static void assert_counted(tenon_trace *trace, uint64_t creates, uint64_t finds)
{
    tenon_error err;
    tenon_statistics *now = tenon_trace_statistics(trace, &err);
    assert_non_null(now);
    assert_int_equal(calls_of(now, "create"), creates);
    assert_int_equal(calls_of(now, "find_by"), finds);
    assert_int_equal(now->total.calls, creates + finds);
    assert_int_equal(now->total.errors, 0);
    assert_true(now->total.min_ns > 0);
    tenon_statistics_free(now);
}

/* ---- tasks ----------------------------------------------------------------------------------- */

typedef struct job {
    int id;
    bool is_right;
} job;

static void create_and_find(tenon_session *s, void *arg)
{
    job *j = arg;
    char email[32];
    snprintf(email, sizeof email, "u%d@example.com", j->id);
    user_create(s, .id = SET(j->id), .email = SET(email));
    const User *found = user_find(s, j->id);
    j->is_right = found && strcmp(found->email, email) == 0 && !tenon_failed(s);
}

static void assert_right(const job *jobs)
{
    for (int i = 0; i < TASKS; i++)
        assert_true(jobs[i].is_right);
}

static void open_loop(tenon_epoll *loop, tenon_db *db)
{
    tenon_error err;
    if (!tenon_epoll_open(loop, db, NULL, &err))
        fail_msg("%s", err.message);
}

static void start(tenon_epoll *loop, tenon_async_function *work, void *arg)
{
    tenon_error err;
    if (!tenon_async_start(loop->async, work, NULL, arg, &err))
        fail_msg("%s", err.message);
}

static void tasks_are_counted_each_call_once(void **state)
{
    both *b = *state;
    seen it = {0};
    static job jobs[TASKS];
    tenon_epoll loop;
    tenon_trace *trace = open_trace(b->db, &it);
    open_loop(&loop, b->db);
    for (int i = 0; i < TASKS; i++) {
        jobs[i] = (job){.id = i + 1};
        start(&loop, create_and_find, &jobs[i]);
    }
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_right(jobs);
    assert_counted(trace, TASKS, TASKS);
    assert_int_equal(it.slow, 2 * TASKS);
    assert_true(it.plans >= 1);
    tenon_trace_close(trace);
}

static void read_slowly(tenon_session *s, void *arg)
{
    bool *is_done = arg;
    *is_done =
        user_find_many(s, .where = {.raw = RAW("pg_sleep(0.2) IS NOT NULL")}, .limit = 1).count;
}

/* Has the table to itself as soon as the reader has read. */
static void lock_for_a_while(tenon_session *s, void *arg)
{
    bool *is_done = arg;
    *is_done = tenon_begin(s) && tenon_execute(s, "LOCK TABLE \"User\" IN ACCESS EXCLUSIVE MODE") &&
               tenon__stand_for(s, HELD_US, INT64_MAX) && tenon_commit(s);
}

/* The reader's plan waits for the lock of the other task, which must go on for it. */
static void the_loop_goes_on_while_a_plan_is_asked_for(void **state)
{
    both *b = *state;
    bool done[2] = {false, false};
    seen it = {0};
    tenon_epoll loop;
    user_create(b->session, .email = SET("ann@example.com"));
    tenon_trace *trace = open_trace(b->db, &it);
    open_loop(&loop, b->db);
    start(&loop, read_slowly, &done[0]);
    start(&loop, lock_for_a_while, &done[1]);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    tenon_trace_close(trace);
    assert_true(done[0] && done[1]);
    assert_int_equal(it.plans, 1);
}

/* ---- batches --------------------------------------------------------------------------------- */

static void create_one(tenon_session *s, void *arg)
{
    job *j = arg;
    char email[32];
    snprintf(email, sizeof email, "b%d@example.com", j->id);
    j->is_right = user_create(s, .id = SET(j->id), .email = SET(email)) != NULL;
}

static void batches_are_counted_each_call_once(void **state)
{
    both *b = *state;
    seen it = {0};
    static job jobs[TASKS];
    tenon_trace *trace = open_trace(b->db, &it);
    tenon_batch *batch = tenon_batch_open(b->session);
    for (int i = 0; i < TASKS; i++) {
        jobs[i] = (job){.id = i + 1};
        assert_true(tenon_batch_add(batch, create_one, &jobs[i]));
    }
    assert_true(tenon_batch_run(batch));
    tenon_batch_close(batch);
    assert_right(jobs);
    assert_counted(trace, TASKS, 0);
    assert_int_equal(it.slow, TASKS);
    tenon_trace_close(trace);
    assert_int_equal(user_count(b->session), TASKS);
}

/* ---- waits ----------------------------------------------------------------------------------- */

/* Has the one connection for a while, in which the loop goes on. */
static void hold(tenon_session *s, void *arg)
{
    bool *is_done = arg;
    *is_done = tenon_begin(s) && tenon__stand_for(s, HELD_US, INT64_MAX) && tenon_commit(s);
}

static tenon_db *open_for_one(const both *b)
{
    tenon_error err;
    tenon_db *db = tenon_open(
        b->url, &(tenon_options){.pool_max = 1, .acquire_timeout_us = INT64_C(60000000)}, &err);
    if (!db)
        fail_msg("%s", err.message);
    return db;
}

/* The second has waited for one, the third for two … */
static void waits_of_tasks_stand_in_the_histogram(void **state)
{
    both *b = *state;
    bool done[HOLDERS] = {false};
    tenon_epoll loop;
    tenon_db *db = open_for_one(b);
    open_loop(&loop, db);
    for (int i = 0; i < HOLDERS; i++)
        start(&loop, hold, &done[i]);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    tenon_pool_metrics metrics = tenon_db_metrics(db);
    uint64_t counted = 0, long_ones = 0;
    for (size_t i = 0; i < TENON_POOL_WAITS; i++) {
        counted += metrics.wait_counts[i];
        if (tenon_pool_wait_bound_us(i) > HELD_US)
            long_ones += metrics.wait_counts[i];
    }
    for (int i = 0; i < HOLDERS; i++)
        assert_true(done[i]);
    assert_int_equal(counted, metrics.waits_total);
    assert_int_equal(metrics.waiting, 0);
    if (b->is_sqlite) { /* a thread of its own for each, which may come when others are done */
        assert_in_range(metrics.waits_total, 0, HOLDERS - 1);
    } else {
        assert_int_equal(metrics.waits_total, HOLDERS - 1);
        assert_int_equal(long_ones, HOLDERS - 1);
        assert_true(metrics.wait_us_total >= INT64_C(1) * HELD_US * HOLDERS * (HOLDERS - 1) / 2);
    }
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(tasks_are_counted_each_call_once),
        ON(postgresql, the_loop_goes_on_while_a_plan_is_asked_for),
        ON_BOTH(batches_are_counted_each_call_once),
        ON_BOTH(waits_of_tasks_stand_in_the_histogram),
    };
    return both_run(tests);
}
