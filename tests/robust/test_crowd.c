/* More threads than connections: they are served in turn, whoever has to give up is told who holds
 * the connections, and nothing stays behind. And programs that open and close again and again, ten
 * thousand times with TENON_FAULTS=all: neither memory nor descriptors grow. */
#include <dirent.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "../unit/model/both.h"
#include "db/wait.h"
#include "fault.h"

enum {
    THREADS = 24,
    TURNS = THREADS * 30,
    TURN_US = 1000,
    PATIENCE_US = 60000000,
    LATE_US = 30000
};

static tenon_db *open_small(const both *b, unsigned pool_max, int64_t acquire_timeout_us)
{
    tenon_error err;
    tenon_db *db = tenon_open(
        b->url, &(tenon_options){.pool_max = pool_max, .acquire_timeout_us = acquire_timeout_us},
        &err);
    if (!db)
        fail_msg("%s", err.message);
    return db;
}

static void assert_at_rest(tenon_db *db)
{
    tenon_pool_metrics metrics = tenon_db_metrics(db);
    assert_int_equal(metrics.leased, 0);
    assert_int_equal(metrics.waiting, 0);
}

/* ---- in turn --------------------------------------------------------------------------------- */

typedef struct crowd {
    tenon_db *db;
    atomic_int turns, failed;
    int of_thread[THREADS];
    atomic_int next;
    pthread_barrier_t start;
} crowd;

static void *take_turns(void *context)
{
    crowd *c = context;
    int number = atomic_fetch_add(&c->next, 1);
    tenon_session *s = tenon_session_open(c->db, NULL);
    pthread_barrier_wait(&c->start);
    while (atomic_fetch_add(&c->turns, 1) < TURNS) {
        bool is_done = tenon_begin(s) && user_count(s) == 1;
        tenon__wait_pause(TURN_US, TENON__NEVER);
        is_done = tenon_commit(s) && is_done;
        c->of_thread[number]++;
        if (!is_done)
            atomic_fetch_add(&c->failed, 1);
        tenon_session_reset(s);
    }
    tenon_session_close(s);
    return NULL;
}

/* Nobody gets many turns more than others, as who comes back stands behind all who wait. */
static void a_crowd_is_served_in_turn(void **state)
{
    both *b = *state;
    pthread_t threads[THREADS];
    user_create(b->session, .email = SET("ann@example.com"));
    crowd c = {.db = open_small(b, 2, PATIENCE_US)};
    pthread_barrier_init(&c.start, NULL, THREADS);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_turns, &c), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.failed, 0);
    for (int i = 0; i < THREADS; i++)
        if (c.of_thread[i] < TURNS / THREADS / 4)
            fail_msg("thread %d had %d of %d turns", i, c.of_thread[i], TURNS);
    assert_at_rest(c.db);
    tenon_close(c.db);
    pthread_barrier_destroy(&c.start);
}

/* ---- in vain --------------------------------------------------------------------------------- */

static void assert_names_holder(const both *b, tenon_session *late, tenon_status status)
{
    const tenon_error *err = tenon_session_error(late);
    const char *advice = b->is_sqlite ? "one transaction writes at a time" : "raise pool_max";
    assert_null(user_create(late, .email = SET("late@example.com")));
    if (err->status != status || !strstr(err->hint, "held by holder.c:7 for ") ||
        !strstr(err->hint, advice))
        fail_msg("%s: %s [%s]", tenon_status_name(err->status), err->message, err->hint);
    assert_int_equal(err->applied, TENON_APPLIED_NO);
    assert_true(tenon_error_is_retryable(err));
    tenon_error_clear(late);
}

static void who_gives_up_is_told_who_holds_the_connections(void **state)
{
    both *b = *state;
    tenon_db *db = open_small(b, 1, LATE_US);
    tenon_session *holder = tenon_session_open(db, NULL), *late = tenon_session_open(db, NULL);
    tenon_session *hurried =
        tenon_session_open(db, &(tenon_session_options){.deadline_us = LATE_US / 3});
    assert_true((tenon_begin)(tenon_at(holder, "holder.c:7")));
    assert_names_holder(b, late, TENON_POOL_EXHAUSTED);
    assert_names_holder(b, hurried, TENON_TIMEOUT);
    tenon_rollback(holder);
    assert_non_null(user_create(late, .email = SET("late@example.com")));
    tenon_session_close(hurried);
    tenon_session_close(late);
    tenon_session_close(holder);
    assert_at_rest(db);
    tenon_close(db);
}

static void *come_in_vain(void *context)
{
    crowd *c = context;
    tenon_session *s = tenon_session_open(c->db, NULL);
    if (!tenon_begin(s) && tenon_session_error(s)->status == TENON_POOL_EXHAUSTED)
        atomic_fetch_add(&c->failed, 1);
    tenon_session_close(s);
    return NULL;
}

static void who_gives_up_leaves_no_place_behind(void **state)
{
    both *b = *state;
    pthread_t threads[THREADS];
    crowd c = {.db = open_small(b, 1, LATE_US)};
    tenon_session *holder = tenon_session_open(c.db, NULL);
    assert_true(tenon_begin(holder));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_in_vain, &c), 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(c.failed, THREADS);
    assert_int_equal(tenon_db_metrics(c.db).acquire_timeouts_total, THREADS);
    assert_int_equal(tenon_db_metrics(c.db).waiting, 0);
    assert_true(tenon_commit(holder));
    assert_true(tenon_begin(holder) && tenon_commit(holder));
    tenon_session_close(holder);
    assert_at_rest(c.db);
    tenon_close(c.db);
}

/* ---- again and again ------------------------------------------------------------------------- */

static size_t count_files(void)
{
    size_t count = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

static void open_use_close(const both *b)
{
    tenon_db *db = open_small(b, 2, PATIENCE_US);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_true(tenon_begin(s));
    assert_int_equal(user_count(s), 0);
    assert_true(tenon_commit(s));
    tenon_session_close(s);
    tenon_close(db);
}

static int times(int every_day)
{
    const char *word = getenv("TENON_FAULTS");
    return word && strcmp(word, "all") == 0 ? 10000 : every_day;
}

static void databases_are_opened_and_closed_without_end(void **state)
{
    both *b = *state;
    open_use_close(b);
    size_t files = count_files(), blocks = fault_live_count();
    for (int i = times(b->is_sqlite ? 500 : 100); i > 0; i--)
        open_use_close(b);
    assert_int_equal(count_files(), files);
    assert_int_equal(fault_live_count(), blocks);
}

static void sessions_are_opened_and_closed_without_end(void **state)
{
    both *b = *state;
    tenon_db *db = open_small(b, 2, PATIENCE_US);
    size_t files = 0, blocks = 0;
    int count = times(2000), warm = count - 500; /* till then some is made on first need */
    for (int i = count; i >= 0; i--) {
        tenon_session *s = tenon_session_open(db, NULL);
        assert_null(user_find(s, i));
        assert_false(tenon_failed(s));
        tenon_session_close(s);
        if (i == warm)
            files = count_files(), blocks = fault_live_count();
    }
    assert_int_equal(count_files(), files);
    assert_int_equal(fault_live_count(), blocks);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_crowd_is_served_in_turn),
        ON_BOTH(who_gives_up_is_told_who_holds_the_connections),
        ON_BOTH(who_gives_up_leaves_no_place_behind),
        ON_BOTH(databases_are_opened_and_closed_without_end),
        ON_BOTH(sessions_are_opened_and_closed_without_end),
    };
    return both_run(tests);
}
