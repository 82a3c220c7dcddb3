/* A program under load, for the picture of the dashboard: what it exports to Prometheus, every
 * second, each line with its time behind it. dashboard.py runs it and draws.
 *
 * Eight threads read and write users by way of six connections. For ten seconds of the seventy the
 * table is locked, again and again, so that there is something to see: calls take longer, and some
 * wait for a connection. One call in fifty breaks a rule and fails. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

#include <tenon/trace.h>

enum { THREADS = 8, CONNECTIONS = 6, SECONDS = 70, LOCKED_FROM = 35, LOCKED_TO = 45, USERS = 500 };

static tenon_db *db;
static atomic_bool is_over;

static void pause_ms(long ms)
{
    nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

static void create(tenon_session *s, unsigned n)
{
    char email[32];
    snprintf(email, sizeof email, "user%u@example.com", n);
    user_create(s, .email = SET(email), .age = SET((int)(n % 90)));
}

static void *work(void *context)
{
    tenon_session *s = tenon_session_open(db, NULL);
    for (unsigned n = *(const unsigned *)context * 1000000 + USERS; !atomic_load(&is_over); n++) {
        user_find_many(s, .where = {.age = EQ((int)(n % 90))}, .limit = 20);
        user_find(s, n % USERS + 1);
        user_update(s, n % USERS + 1, .age = SET((int)(n % 90)));
        create(s, n % 12 ? n : 1);
        tenon_session_reset(s);
        pause_ms(12);
    }
    tenon_session_close(s);
    return NULL;
}

/* For 150 ms of each 300. */
static void *lock(void *context)
{
    tenon_session *s = tenon_session_open(db, NULL);
    (void)context;
    pause_ms((long)LOCKED_FROM * 1000);
    for (int i = 0; i < (LOCKED_TO - LOCKED_FROM) * 1000 / 300; i++) {
        tenon_begin(s);
        tenon_execute(s, "LOCK TABLE \"User\"");
        pause_ms(150);
        tenon_rollback(s);
        pause_ms(150);
    }
    tenon_session_close(s);
    return NULL;
}

static void print_now(tenon_trace *trace)
{
    tenon_error err;
    char *text = tenon_trace_text(trace, TENON_TRACE_PROMETHEUS, &err);
    long long now = (long long)time(NULL);
    char *rest = NULL;
    for (char *line = text ? strtok_r(text, "\n", &rest) : NULL; line;
         line = strtok_r(NULL, "\n", &rest))
        if (*line != '#')
            printf("%s %lld\n", line, now);
    free(text);
}

int main(void)
{
    tenon_error err = {0};
    const char *url = testdb_create("dashboard");
    testdb_run(url, sample_schema_postgresql);
    db = tenon_open(url, &(tenon_options){.pool_max = CONNECTIONS}, &err);
    tenon_trace *trace = db ? tenon_trace_open(db, NULL, &err) : NULL;
    if (!trace)
        return fprintf(stderr, "%s\n", err.message), 1;
    tenon_session *s = tenon_session_open(db, NULL);
    for (unsigned n = 0; n < USERS; n++)
        create(s, n);
    tenon_session_close(s);
    pthread_t threads[THREADS + 1];
    unsigned numbers[THREADS];
    for (unsigned i = 0; i < THREADS; i++) {
        numbers[i] = i;
        pthread_create(&threads[i], NULL, work, &numbers[i]);
    }
    pthread_create(&threads[THREADS], NULL, lock, NULL);
    for (int i = 0; i < SECONDS; i++, pause_ms(1000))
        print_now(trace);
    atomic_store(&is_over, true);
    for (int i = 0; i <= THREADS; i++)
        pthread_join(threads[i], NULL);
    tenon_trace_close(trace);
    tenon_close(db);
    return 0;
}
