/* Who is in the way.
 *
 * A statement that failed because a lock was not to be had cannot be asked afterwards whom it
 * waited for. So while one runs, a thread with a connection of its own looks now and then at who
 * blocks it, and keeps the last answer. The connection is made when the first statement takes long
 * enough to be looked at; when it cannot be made, nobody is named. */
#include "migrate/migrator.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { FIRST_LOOK_US = 100000 };

struct tenon__blocker_room {
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t signal;
    const tenon_db *db;
    int64_t every_us;
    char process[32]; /* whose blockers are wanted */
    char seen[TENON__BLOCKER_SIZE];
    bool is_running; /* a statement is under way */
    bool is_over;
};

static const char blocker_sql[] = "SELECT who FROM (" TENON__BLOCKER_SQL ") b";

void tenon__signal_await(pthread_cond_t *signal, pthread_mutex_t *lock, int64_t us)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    int64_t ns = until.tv_nsec + us % 1000000 * 1000;
    until.tv_sec += us / 1000000 + ns / 1000000000;
    until.tv_nsec = ns % 1000000000;
    pthread_cond_timedwait(signal, lock, &until);
}

/* Without the lock while it asks: the statement may end meanwhile. */
static void look(tenon__blocker_room *room, tenon_session *s)
{
    const char *found = NULL;
    char asked[sizeof room->process];
    const char *process = asked;
    memcpy(asked, room->process, sizeof asked);
    pthread_mutex_unlock(&room->lock);
    tenon__query_one(s, blocker_sql, &process, 1, &found);
    pthread_mutex_lock(&room->lock);
    if (found && !strcmp(asked, room->process))
        tenon__error_copy(room->seen, sizeof room->seen, found);
    tenon_session_reset(s);
}

static tenon_session *open_session(tenon__blocker_room *room, tenon_db **db)
{
    tenon_error unheeded = {0};
    pthread_mutex_unlock(&room->lock);
    *db = tenon__db_beside(room->db, &unheeded);
    tenon_session *s = tenon_session_open(*db, NULL);
    pthread_mutex_lock(&room->lock);
    return s;
}

static void *watch(void *ctx)
{
    tenon__blocker_room *room = ctx;
    tenon_db *db = NULL;
    tenon_session *s = NULL;
    pthread_mutex_lock(&room->lock);
    while (!room->is_over) {
        if (!room->is_running) {
            pthread_cond_wait(&room->signal, &room->lock);
            continue;
        }
        tenon__signal_await(&room->signal, &room->lock, room->every_us);
        if (!room->is_running || room->is_over)
            continue;
        if (!s)
            s = open_session(room, &db);
        if (s)
            look(room, s);
    }
    pthread_mutex_unlock(&room->lock);
    tenon_session_close(s);
    tenon_close(db);
    return NULL;
}

static int64_t look_every(int64_t lock_timeout_us)
{
    int64_t third = lock_timeout_us / 3;
    return third > 0 && third < FIRST_LOOK_US ? third : FIRST_LOOK_US;
}

bool tenon__blocker_open(tenon__migrator *m)
{
    if (m->dialect != TENON_POSTGRESQL)
        return true;
    tenon__blocker_room *room = calloc(1, sizeof *room);
    if (!room)
        return tenon__fail_no_memory(m->err);
    room->db = m->db;
    room->every_us = look_every(m->options.lock_timeout_us);
    pthread_mutex_init(&room->lock, NULL);
    pthread_cond_init(&room->signal, NULL);
    if (pthread_create(&room->thread, NULL, watch, room) != 0) {
        free(room);
        return tenon__fail(m->err, TENON_NO_MEMORY, "the system gives no further thread");
    }
    m->room = room;
    return true;
}

static void set_running(tenon__blocker_room *room, bool is_running, bool is_over)
{
    pthread_mutex_lock(&room->lock);
    room->is_running = is_running;
    room->is_over = is_over;
    pthread_cond_signal(&room->signal);
    pthread_mutex_unlock(&room->lock);
}

void tenon__blocker_close(tenon__migrator *m)
{
    tenon__blocker_room *room = m->room;
    if (!room)
        return;
    set_running(room, false, true);
    pthread_join(room->thread, NULL);
    pthread_cond_destroy(&room->signal);
    pthread_mutex_destroy(&room->lock);
    free(room);
    m->room = NULL;
}

void tenon__blocker_begin(tenon__migrator *m)
{
    const char *process;
    if (!m->room ||
        !tenon__query_one(m->work, "SELECT pg_backend_pid()::text", NULL, 0, &process) || !process)
        return;
    pthread_mutex_lock(&m->room->lock);
    snprintf(m->room->process, sizeof m->room->process, "%s", process);
    m->room->seen[0] = '\0';
    pthread_mutex_unlock(&m->room->lock);
    set_running(m->room, true, false);
}

void tenon__blocker_end(tenon__migrator *m)
{
    m->blocker[0] = '\0';
    if (!m->room)
        return;
    pthread_mutex_lock(&m->room->lock);
    m->room->is_running = false;
    m->room->process[0] = '\0'; /* an answer that comes late is nobody's */
    memcpy(m->blocker, m->room->seen, sizeof m->blocker);
    pthread_mutex_unlock(&m->room->lock);
}
