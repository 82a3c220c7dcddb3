/* Tasks: what a session does on a thread of its own it does here, many at a time on one thread. */
#include "unit/model/both.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <tenon/epoll.h>
#include <tenon/libevent.h>
#include <tenon/libuv.h>
#include <tenon/stream.h>

enum { MANY = 200 };

typedef struct tally {
    both *b;
    tenon_async *async;
    int begun, done, failed, most_at_once, at_once;
    tenon_status last;
} tally;

typedef struct job {
    tally *tally;
    int id;
    int64_t age;
    pthread_t thread;
} job;

static void open_loop(const both *b, tenon_epoll *loop)
{
    tenon_error err = {0};
    if (!tenon_epoll_open(loop, b->db, NULL, &err))
        fail_msg("%s", err.message);
}

static void start(tenon_async *async, tenon_async_function *work, tenon_async_function *done,
                  void *arg)
{
    tenon_error err = {0};
    if (!tenon_async_start(async, work, done, arg, &err))
        fail_msg("%s", err.message);
}

/* ---- many ------------------------------------------------------------------------------------ */

static void create_and_find(tenon_session *s, void *arg)
{
    job *j = arg;
    char email[32];
    snprintf(email, sizeof email, "u%d@example.com", j->id);
    user_create(s, .id = SET(j->id), .email = SET(email), .age = SET(j->id % 100));
    const User *user = user_find(s, j->id);
    j->age = user ? user->age.value : -1;
    j->thread = pthread_self();
}

static void count_done(tenon_session *s, void *arg)
{
    job *j = arg;
    j->tally->done++;
    if (tenon_failed(s)) {
        j->tally->failed++;
        j->tally->last = tenon_session_error(s)->status;
    }
}

static void many_tasks_run_on_one_loop(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    static job jobs[MANY];
    tenon_epoll loop;
    open_loop(b, &loop);
    for (int i = 0; i < MANY; i++) {
        jobs[i] = (job){.tally = &all, .id = i + 1};
        start(loop.async, create_and_find, count_done, &jobs[i]);
    }
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_int_equal(all.done, MANY);
    assert_int_equal(all.failed, 0);
    for (int i = 0; i < MANY; i++) {
        assert_int_equal(jobs[i].age, (i + 1) % 100);
        if (!b->is_sqlite)
            assert_true(pthread_equal(jobs[i].thread, pthread_self()));
    }
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"User\""), "200");
}

/* ---- at once --------------------------------------------------------------------------------- */

static void sleep_a_while(tenon_session *s, void *arg)
{
    job *j = arg;
    j->tally->at_once++;
    if (j->tally->at_once > j->tally->most_at_once)
        j->tally->most_at_once = j->tally->at_once;
    tenon_execute(s, "SELECT pg_sleep(0.05)");
    j->tally->at_once--;
}

static void while_one_waits_others_go_on(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    job jobs[8];
    tenon_epoll loop;
    open_loop(b, &loop);
    for (int i = 0; i < 8; i++) {
        jobs[i] = (job){.tally = &all};
        start(loop.async, sleep_a_while, count_done, &jobs[i]);
    }
    assert_int_equal(tenon_async_count(loop.async), 8);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_int_equal(all.most_at_once, 8);
    assert_int_equal(all.done, 8);
    assert_int_equal(all.failed, 0);
}

/* ---- errors, results ------------------------------------------------------------------------- */

static void create_the_same(tenon_session *s, void *arg)
{
    user_create(s, .id = SET(1), .email = SET("same@example.com"));
}

static void an_error_is_that_of_its_task(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    job jobs[5];
    tenon_epoll loop;
    open_loop(b, &loop);
    for (int i = 0; i < 5; i++) {
        jobs[i] = (job){.tally = &all};
        start(loop.async, create_the_same, count_done, &jobs[i]);
    }
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_int_equal(all.done, 5);
    assert_int_equal(all.failed, 4);
    assert_int_equal(all.last, TENON_UNIQUE);
}

typedef struct listing {
    UserList users;
    size_t seen;
} listing;

static void list_users(tenon_session *s, void *arg)
{
    listing *l = arg;
    l->users = user_find_many(s, .order_by = {ASC(USER_ID)}, .include = {.posts = &(PostQuery){0}});
}

static void look_at_them(tenon_session *s, void *arg)
{
    listing *l = arg;
    assert_sound(s);
    for (size_t i = 0; i < l->users.count; i++)
        l->seen += l->users.items[i].posts.count;
}

static void rows_are_there_when_it_is_done(void **state)
{
    both *b = *state;
    listing l = {0};
    tenon_epoll loop;
    for (int i = 1; i <= 3; i++) {
        char email[32];
        snprintf(email, sizeof email, "u%d@example.com", i);
        user_create(b->session, .id = SET(i), .email = SET(email));
        post_create(b->session, .title = SET("one"), .authorId = SET(i));
        post_create(b->session, .title = SET("two"), .authorId = SET(i));
    }
    assert_sound(b->session);
    open_loop(b, &loop);
    start(loop.async, list_users, look_at_them, &l);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_int_equal(l.seen, 6);
}

/* ---- transactions, streams ------------------------------------------------------------------- */

static void leave_all_open(tenon_session *s, void *arg)
{
    tenon_begin(s);
    user_create(s, .id = SET(77), .email = SET("gone@example.com"));
    UserStream stream = user_stream_open(s, .limit = 1000);
    user_stream_next(stream);
}

static void what_is_left_open_is_rolled_back(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    job j = {.tally = &all};
    tenon_epoll loop;
    open_loop(b, &loop);
    start(loop.async, leave_all_open, count_done, &j);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_int_equal(all.done, 1);
    assert_int_equal(all.failed, 0);
    assert_string_equal(both_value(b, "SELECT count(*) FROM \"User\""), "0");
}

/* ---- the queue of the pool ------------------------------------------------------------------- */

static tenon_db *open_narrow(const both *b)
{
    char url[512];
    tenon_error err = {0};
    snprintf(url, sizeof url, "%s%cpool_max=1", b->url, strchr(b->url, '?') ? '&' : '?');
    tenon_db *db = tenon_open(url, NULL, &err);
    if (!db)
        fail_msg("%s", err.message);
    return db;
}

static void *give_back_later(void *arg)
{
    const struct timespec a_while = {.tv_nsec = 50000000};
    nanosleep(&a_while, NULL);
    tenon_commit(arg);
    return NULL;
}

/* The only connection belongs to a session of another thread, which gives it back. */
static void another_thread_gives_a_connection_back(void **state)
{
    both wide = *(both *)*state, narrow = wide;
    narrow.db = open_narrow(&wide);
    tally all = {.b = &narrow};
    job jobs[3];
    tenon_epoll loop;
    pthread_t thread;
    tenon_session *holder = tenon_session_open(narrow.db, NULL);
    assert_true(tenon_begin(holder));
    user_count(holder);
    open_loop(&narrow, &loop);
    for (int i = 0; i < 3; i++) {
        jobs[i] = (job){.tally = &all, .id = i + 1};
        start(loop.async, create_and_find, count_done, &jobs[i]);
    }
    assert_int_equal(all.done, 0);
    assert_int_equal(pthread_create(&thread, NULL, give_back_later, holder), 0);
    tenon_epoll_run(&loop);
    pthread_join(thread, NULL);
    tenon_epoll_close(&loop);
    assert_int_equal(all.done, 3);
    assert_int_equal(all.failed, 0);
    tenon_session_close(holder);
    tenon_close(narrow.db);
}

/* ---- deadlines and cancelling ---------------------------------------------------------------- */

static void sleep_long(tenon_session *s, void *arg)
{
    tenon_execute(s, "SELECT pg_sleep(20)");
}

static void a_task_that_takes_too_long_is_stopped(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    job j = {.tally = &all};
    tenon_epoll loop;
    tenon_error err = {0};
    const tenon_session_options hasty = {.deadline_us = 100000};
    const tenon_async_options options = {.session = &hasty};
    assert_true(tenon_epoll_open(&loop, b->db, &options, &err));
    start(loop.async, sleep_long, count_done, &j);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_int_equal(all.failed, 1);
    assert_int_equal(all.last, TENON_TIMEOUT);
}

static void a_task_can_be_cancelled(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    job j = {.tally = &all};
    tenon_epoll loop;
    open_loop(b, &loop);
    start(loop.async, sleep_long, count_done, &j);
    for (int i = 0; i < 10; i++)
        tenon_epoll_step(&loop, 10);
    assert_int_equal(all.done, 0);
    tenon_async_cancel(loop.async, &all);
    tenon_async_cancel(loop.async, &j);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_int_equal(all.failed, 1);
    assert_int_equal(all.last, TENON_CANCELLED);
}

static void closing_ends_what_is_under_way(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    job jobs[30];
    tenon_epoll loop;
    open_loop(b, &loop);
    for (int i = 0; i < 30; i++) {
        jobs[i] = (job){.tally = &all};
        start(loop.async, sleep_long, count_done, &jobs[i]);
    }
    tenon_epoll_close(&loop);
    assert_int_equal(all.done, 30);
    assert_int_equal(all.failed, 30);
}

/* ---- tasks that start tasks ------------------------------------------------------------------ */

static void start_two_more(tenon_session *s, void *arg)
{
    job *j = arg;
    user_count(s);
    if (++j->tally->begun < 50)
        start(j->tally->async, start_two_more, count_done, arg);
    if (++j->tally->begun < 50)
        start(j->tally->async, start_two_more, count_done, arg);
}

/* On SQLite a task is on another thread, from which nothing may be started. */
static void tasks_start_tasks(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    job j = {.tally = &all};
    tenon_epoll loop;
    open_loop(b, &loop);
    all.async = loop.async;
    start(loop.async, start_two_more, count_done, &j);
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_true(all.done >= 25);
    assert_int_equal(all.failed, 0);
}

/* ---- the other loops ------------------------------------------------------------------------- */

static void on_libuv(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    static job jobs[MANY];
    tenon_error err = {0};
    tenon_libuv tenon;
    uv_loop_t loop;
    assert_int_equal(uv_loop_init(&loop), 0);
    assert_true(tenon_libuv_open(&tenon, &loop, b->db, NULL, &err));
    for (int i = 0; i < MANY; i++) {
        jobs[i] = (job){.tally = &all, .id = i + 1};
        start(tenon.async, create_and_find, count_done, &jobs[i]);
    }
    uv_run(&loop, UV_RUN_DEFAULT);
    tenon_libuv_close(&tenon);
    uv_run(&loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&loop), 0);
    assert_int_equal(all.done, MANY);
    assert_int_equal(all.failed, 0);
}

static void on_libevent(void **state)
{
    both *b = *state;
    tally all = {.b = b};
    static job jobs[MANY];
    tenon_error err = {0};
    tenon_libevent tenon;
    struct event_base *base = event_base_new();
    assert_true(tenon_libevent_open(&tenon, base, b->db, NULL, &err));
    for (int i = 0; i < MANY; i++) {
        jobs[i] = (job){.tally = &all, .id = i + 1};
        start(tenon.async, create_and_find, count_done, &jobs[i]);
    }
    event_base_dispatch(base);
    tenon_libevent_close(&tenon);
    event_base_free(base);
    assert_int_equal(all.done, MANY);
    assert_int_equal(all.failed, 0);
}

/* ---- misuse ---------------------------------------------------------------------------------- */

static void what_is_missing_is_said(void **state)
{
    both *b = *state;
    tenon_error err = {0};
    tenon_epoll loop;
    assert_null(tenon_async_open(b->db, &(tenon_async_options){0}, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_error_reset(&err);
    assert_false(tenon_epoll_open(&loop, NULL, NULL, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_error_reset(&err);
    const tenon_async_options tiny = {.stack_bytes = 100};
    assert_false(tenon_epoll_open(&loop, b->db, &tiny, &err));
    assert_non_null(strstr(err.message, "too small"));
    tenon_error_reset(&err);
    open_loop(b, &loop);
    assert_false(tenon_async_start(loop.async, NULL, NULL, NULL, &err));
    tenon_epoll_close(&loop);
    assert_int_equal(err.status, TENON_MISUSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(many_tasks_run_on_one_loop),
        ON(postgresql, while_one_waits_others_go_on),
        ON_BOTH(an_error_is_that_of_its_task),
        ON_BOTH(rows_are_there_when_it_is_done),
        ON_BOTH(what_is_left_open_is_rolled_back),
        ON_BOTH(another_thread_gives_a_connection_back),
        ON(postgresql, a_task_that_takes_too_long_is_stopped),
        ON(postgresql, a_task_can_be_cancelled),
        ON(postgresql, closing_ends_what_is_under_way),
        ON(postgresql, tasks_start_tasks),
        ON_BOTH(on_libuv),
        ON_BOTH(on_libevent),
        ON_BOTH(what_is_missing_is_said),
    };
    return both_run(tests);
}
