/* A statement outside of transactions, watched while it runs.
 *
 * An index that is built concurrently takes hours on a large table, and before each of its stages
 * waits for every transaction that was there before. So the statement is sent from a thread, while
 * the calling one looks now and then, by the connection that keeps the history, and tells what it
 * sees: no program has to expect calls from threads it does not know. The looks hold no snapshot
 * beyond the moment they take; otherwise the statement would wait for them.
 *
 * SQLite has no such statements that wait for somebody: there it is simply executed. */
#include "migrate/migrator.h"

#include <stdio.h>

enum { LOOK_FIRST_US = 100000, LOOK_EVERY_US = 1000000, TELL_EVERY_US = 10000000 };

typedef struct watched {
    tenon_session *work;
    const char *sql;
    pthread_mutex_t lock;
    pthread_cond_t signal;
    bool is_over, is_done;
} watched;

typedef struct watcher {
    tenon__migrator *m;
    void (*tell)(void *ctx, const char *text);
    void *ctx;
    const char *process;
    char told[64]; /* stage and blocker that were told last */
    int64_t told_us;
} watcher;

/* What tells one look from the next, how far it is, who is in the way. */
static const char look_sql[] =
    "SELECT concat(p.phase, b.pid), p.phase || CASE"
    " WHEN p.phase LIKE 'waiting%' THEN format(', %s of %s', p.lockers_done, p.lockers_total)"
    " WHEN p.tuples_total > 0 THEN format(', %s %%', 100 * p.tuples_done / p.tuples_total)"
    " WHEN p.blocks_total > 0 THEN format(', %s %%', 100 * p.blocks_done / p.blocks_total)"
    " ELSE '' END, b.who"
    " FROM (SELECT) one LEFT JOIN pg_stat_progress_create_index p ON p.pid = $1::integer"
    " LEFT JOIN LATERAL (" TENON__BLOCKER_SQL ") b ON true";

static void tell_news(watcher *w, const tenon__texts *seen)
{
    const char *key = seen->items[0], *stage = seen->items[1], *who = seen->items[2];
    char text[TENON__BLOCKER_SIZE + 128];
    int64_t now = tenon__monotonic_us();
    if ((!stage && !who) || (!strcmp(key, w->told) && now - w->told_us < TELL_EVERY_US))
        return;
    snprintf(text, sizeof text, "%s%s%s%s", stage ? stage : "", stage && who ? "; " : "",
             who ? "in the way is " : "", who ? who : "");
    snprintf(w->told, sizeof w->told, "%s", key);
    w->told_us = now;
    w->tell(w->ctx, text);
}

/* A look that fails tells nothing. */
static void look(watcher *w)
{
    tenon_mark mark = tenon_session_mark(w->m->home);
    tenon__texts seen;
    if (tenon__query(w->m->home, look_sql, 3, &w->process, 1, &seen) && seen.count) {
        if (seen.items[2])
            tenon__error_copy(w->m->blocker, sizeof w->m->blocker, seen.items[2]);
        tell_news(w, &seen);
    }
    tenon_error_clear(w->m->home);
    tenon_session_rewind(w->m->home, mark);
}

static void *execute(void *ctx)
{
    watched *it = ctx;
    bool is_done = tenon_execute(it->work, it->sql);
    pthread_mutex_lock(&it->lock);
    it->is_done = is_done;
    it->is_over = true;
    pthread_cond_signal(&it->signal);
    pthread_mutex_unlock(&it->lock);
    return NULL;
}

static void wait_for(watched *it, int64_t us)
{
    if (!it->is_over)
        tenon__signal_await(&it->signal, &it->lock, us);
}

static void watch(watcher *w, watched *it)
{
    int64_t every_us = LOOK_FIRST_US;
    pthread_mutex_lock(&it->lock);
    wait_for(it, every_us);
    while (!it->is_over) {
        pthread_mutex_unlock(&it->lock);
        look(w);
        pthread_mutex_lock(&it->lock);
        wait_for(it, every_us);
        every_us = every_us * 2 < LOOK_EVERY_US ? every_us * 2 : LOOK_EVERY_US;
    }
    pthread_mutex_unlock(&it->lock);
}

bool tenon__watch(tenon__migrator *m, const char *sql, void (*tell)(void *ctx, const char *text),
                  void *ctx)
{
    watched it = {.work = m->work, .sql = sql};
    watcher w = {.m = m, .tell = tell, .ctx = ctx};
    pthread_t thread;
    m->blocker[0] = '\0';
    if (m->dialect != TENON_POSTGRESQL)
        return tenon_execute(m->work, sql);
    if (!tenon__query_one(m->work, "SELECT pg_backend_pid()::text", NULL, 0, &w.process))
        return false;
    pthread_mutex_init(&it.lock, NULL);
    pthread_cond_init(&it.signal, NULL);
    bool is_watched = pthread_create(&thread, NULL, execute, &it) == 0;
    if (is_watched) {
        watch(&w, &it);
        pthread_join(thread, NULL);
    } else {
        execute(&it);
    }
    pthread_cond_destroy(&it.signal);
    pthread_mutex_destroy(&it.lock);
    return it.is_done;
}
