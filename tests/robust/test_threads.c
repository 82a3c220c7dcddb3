/* Sixteen threads, one database, the generated calls: sums come out right, one row is one row, and
 * nobody waits for ever. Also run under TSan (scripts/check.py). */
#include <pthread.h>
#include <stdio.h>

#include "../unit/model/both.h"

enum { THREADS = 16, ROUNDS = 25, PATIENCE_US = 60000000 };

typedef struct worker {
    tenon_db *db;
    int number;
    int done;              /* rounds that went well */
    tenon_results *taken;  /* for another thread to free */
    const User *row;       /* in it */
    tenon_error first_err; /* why a round did not */
    pthread_t thread;
} worker;

typedef bool (*one_round)(tenon_session *s, worker *w, int round);

typedef struct job {
    worker worker;
    one_round run;
} job;

static void *work(void *context)
{
    job *j = context;
    tenon_session *s = tenon_session_open(j->worker.db, NULL);
    for (int i = 0; i < ROUNDS; i++) {
        if (j->run(s, &j->worker, i))
            j->worker.done++;
        else if (!j->worker.first_err.status)
            j->worker.first_err = *tenon_session_error(s);
        tenon_session_reset(s);
    }
    tenon_session_close(s);
    return NULL;
}

/* Four connections for all of them. */
static void run_threads(both *b, one_round run, job *jobs)
{
    tenon_error err;
    tenon_db *db = tenon_open(
        b->url, &(tenon_options){.pool_max = 4, .acquire_timeout_us = PATIENCE_US}, &err);
    assert_non_null(db);
    for (int i = 0; i < THREADS; i++) {
        jobs[i] = (job){.worker = {.db = db, .number = i}, .run = run};
        assert_int_equal(pthread_create(&jobs[i].worker.thread, NULL, work, &jobs[i]), 0);
    }
    for (int i = 0; i < THREADS; i++)
        pthread_join(jobs[i].worker.thread, NULL);
    for (int i = 0; i < THREADS; i++)
        if (jobs[i].worker.done != ROUNDS)
            fail_msg("thread %d did %d: %s", i, jobs[i].worker.done,
                     jobs[i].worker.first_err.message);
    assert_int_equal(tenon_db_metrics(db).leased, 0);
    assert_int_equal(tenon_db_metrics(db).waiting, 0);
    tenon_close(db);
}

/* ---- one row for all ------------------------------------------------------------------------- */

static bool upsert_the_same(tenon_session *s, worker *w, int round)
{
    return user_upsert(s, .on = USER_BY_EMAIL,
                       .create = {.email = SET("all@example.com"), .age = SET(1)},
                       .update = {.age = INCREASE(1)}) != NULL;
}

static void an_upsert_of_many_threads_is_one_row_and_loses_nothing(void **state)
{
    both *b = *state;
    job jobs[THREADS];
    run_threads(b, upsert_the_same, jobs);
    assert_int_equal(user_count(b->session), 1);
    const User *row = user_find_by_email(b->session, "all@example.com");
    assert_sound(b->session);
    assert_int_equal(row->age.value, THREADS * ROUNDS);
}

/* The second of two that create the same row learns it as UNIQUE, and nothing else happens. */
static bool create_the_same(tenon_session *s, worker *w, int round)
{
    char email[40];
    snprintf(email, sizeof email, "%d@example.com", round);
    bool is_first = user_create(s, .email = SET(email)) != NULL;
    const tenon_error *err = tenon_session_error(s);
    bool is_told = err->status == TENON_UNIQUE && !strcmp(err->field, "email");
    tenon_error_clear(s);
    return (is_first || is_told) && user_find_by_email(s, email);
}

static void one_of_many_threads_creates_a_row(void **state)
{
    both *b = *state;
    job jobs[THREADS];
    run_threads(b, create_the_same, jobs);
    assert_int_equal(user_count(b->session), ROUNDS);
}

/* ---- everything at once ---------------------------------------------------------------------- */

/* A row of its own is made, changed, seen and removed; every third transaction is given up. */
static bool live(tenon_session *s, worker *w, int round)
{
    char email[40];
    snprintf(email, sizeof email, "%d.%d@example.com", w->number, round);
    if (!tenon_begin(s))
        return false;
    User *made = user_create(s, .email = SET(email), .age = SET(round));
    if (!made ||
        !membership_upsert(
            s, .create = {.userId = SET(made->id), .groupName = SET("g"), .role = SET(ROLE_USER)}))
        return false;
    if (round % 3 == 0) {
        tenon_rollback(s);
        return !user_exists(s, .where = {.email = EQ(email)}) && !tenon_failed(s);
    }
    if (!tenon_commit(s) || !user_update(s, made->id, .age = INCREASE(1)))
        return false;
    const User *found = user_find_by_email(s, email);
    bool is_right = found && found->age.value == round + 1 &&
                    membership_count(s, .where = {.userId = EQ(made->id)}) == 1 &&
                    user_find_many(s, .where = {.email = EQ(email)}).count == 1;
    return is_right && user_delete(s, made->id) && !tenon_failed(s);
}

static void many_threads_live_side_by_side(void **state)
{
    both *b = *state;
    job jobs[THREADS];
    run_threads(b, live, jobs);
    assert_int_equal(user_count(b->session), 0);
    assert_int_equal(membership_count(b->session), 0);
}

/* ---- results for another thread -------------------------------------------------------------- */

static bool take_a_row(tenon_session *s, worker *w, int round)
{
    if (round > 0)
        return true;
    w->row = user_create(s, .email = SET("mine@example.com"), .id = SET(1000 + w->number),
                         .name = SET("a name"));
    if (!w->row) { /* only the first may have the address */
        tenon_error_clear(s);
        w->row = user_find_by_email(s, "mine@example.com");
    }
    w->taken = tenon_session_take(s);
    return w->row && w->taken;
}

static void rows_taken_outlive_session_thread_and_database(void **state)
{
    both *b = *state;
    job jobs[THREADS];
    run_threads(b, take_a_row, jobs);
    for (int i = 0; i < THREADS; i++) {
        assert_string_equal(jobs[i].worker.row->email, "mine@example.com");
        assert_string_equal(jobs[i].worker.row->name, "a name");
        tenon_results_free(jobs[i].worker.taken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(an_upsert_of_many_threads_is_one_row_and_loses_nothing),
        ON_BOTH(one_of_many_threads_creates_a_row),
        ON_BOTH(many_threads_live_side_by_side),
        ON_BOTH(rows_taken_outlive_session_thread_and_database),
    };
    return both_run(tests);
}
