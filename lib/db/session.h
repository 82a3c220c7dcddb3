/* What a database and a session are made of: private to lib/db. */
#ifndef TENON_DB_SESSION_H
#define TENON_DB_SESSION_H

#include "db/breaker.h"
#include "db/db.h"
#include "db/fork_mark.h"
#include "db/hooks.h"
#include "db/plan_cache.h"
#include "db/pool.h"
#include "db/url.h"

#include <assert.h>

/* Measurements of the way to the server and back (round_trip.c). All-zero: none yet. */
enum { TENON__ROUND_TRIP_SAMPLES = 20, TENON__ROUND_TRIP_EVERY = 16 };
typedef struct tenon__round_trips {
    atomic_uint count;
    _Atomic int64_t least, least_before;
    atomic_bool is_local; /* over a socket of the file system */
} tenon__round_trips;
/* Of a connection to the server. */
void tenon__round_trip_way(tenon__round_trips *trips, int socket);
void tenon__round_trip_note(tenon__round_trips *trips, int64_t us);
/* -1 before there are enough of them. */
int64_t tenon__round_trip_us(const tenon__round_trips *trips);

/* The thread that tends the pool, where there is one (pool_tend.c). */
typedef struct tenon__keeper {
    bool is_running;
    bool is_over; /* under the lock, like the waiting */
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t signal;
} tenon__keeper;
bool tenon__keeper_start(tenon_db *db, tenon_error *err);
void tenon__keeper_stop(tenon__keeper *keeper);

/* What every call reads, and nobody writes, stands first, in a line of the cache of its own. */
struct tenon_db {
    const tenon__driver *driver;
    tenon__router *router; /* or NULL */
    tenon__fork_mark process;
    tenon__hook_table watchers;
    uint64_t identity; /* the same for all handles of one memory database */
    tenon__config config;
    tenon__lane lanes[2]; /* [1]: readers, of drivers with a single writer */
    tenon__plan_cache plans;
    tenon__round_trips round_trips;
    tenon__breaker breaker;
    tenon__keeper keeper;
};

/* Fills the pool of a handle whose config has been read. */
bool tenon__db_start(tenon_db *db, tenon_error *err);

/* What was asked of the transaction that is open. */
typedef struct tenon__limits {
    bool is_read_only;
    bool sees_one_moment; /* all of its statements see the database as the first one did */
    int64_t statement_us; /* 0 or negative: none */
    int64_t lock_us;      /* 0: the database's own; negative: none */
} tenon__limits;

/* What waits for the commit (after_commit.c), in order. */
typedef struct tenon__hooks {
    struct tenon__hook *first, *last;
    size_t count;
} tenon__hooks;

/* What every call looks at stands first: up to the status of the error in four lines of the cache.
 */
struct tenon_session {
    tenon_session_head head;
    unsigned watched; /* moments of its own hooks; TENON_REPEATED while repeats are counted */
    atomic_bool is_cancelled; /* see cancel.c */
    tenon_db *db;
    tenon__host *host; /* or NULL */
    /* A transaction is open while depth > 0; then `pinned` holds its connection, or is NULL because
     * that was lost and only rollback is left. */
    tenon__member *pinned;
    unsigned depth;
    unsigned base; /* depth at which the program has no transaction: 1 in that of a test, else 0 */
    int64_t budget_us;                         /* of each call; TENON__NEVER: none */
    uint64_t statement_count, statement_limit; /* sent so far, and the most to be sent */
    tenon__limits limits;                      /* all-zero without a transaction */
    _Atomic(tenon__connection *) at_work;
    tenon__arena results;
    tenon__arena scratch;
    tenon_error error;

    unsigned hook_depth;
    unsigned floor;  /* depth below which commit and rollback may not go: base, or a function's */
    bool is_wrapped; /* the innermost transaction is that of one statement */
    unsigned tries;  /* of the last tenon_transaction */
    tenon__hooks hooks;
    tenon__tree_limits tree;
    struct tenon_stream *streams; /* that are not closed */
    uint16_t generation;          /* rises when marks become void */
    const char *note[3];          /* for the log of changes: the actor, the reason, the context */
    bool is_noted;                /* the database may have been told another one: note.c */
    const char *first_actor;      /* of the opening */
    char *own_note, *own_actor;   /* memory of the latter two, and of another actor; or NULL */
    tenon__hook_list *own_hooks;  /* or NULL */
    tenon__repeats repeats;
    tenon__reading reading; /* of use where there is a router */
    tenon__trace_parent trace_parent;
    char *message; /* where tenon_message composes its text */
    tenon__entropy entropy;
};

static inline tenon__lane *tenon__lane_for(tenon_db *db, bool writes)
{
    return &db->lanes[db->driver->has_single_writer && !writes];
}

/* The same for a session outside of a transaction, where there is a router (route.c): also notes
 * that the session writes. */
tenon__lane *tenon__route(tenon_session *s, bool writes);
static inline tenon__lane *tenon__lane_of(tenon_session *s, bool writes)
{
    return TENON__UNLIKELY(s->db->router != NULL) ? tenon__route(s, writes)
                                                  : tenon__lane_for(s->db, writes);
}

/* Whether a call is the primary's, whatever the router says. */
bool tenon__needs_primary(const tenon_session *s, const tenon__call *call);

/* Outside of a transaction: what the session has written is there. */
static inline void tenon__note_written(tenon_session *s)
{
    if (TENON__UNLIKELY(s->reading.wrote_us == TENON__NEVER))
        s->reading.wrote_us = tenon__monotonic_us();
}

static inline unsigned tenon__watched_moments(const tenon_session *s)
{
    return s->watched | atomic_load_explicit(&s->db->watchers.moments, memory_order_relaxed);
}

/* Whether hooks or a meter must be asked: the one thing that a call without any does for them. */
static inline bool tenon__is_watched(const tenon_session *s)
{
    return tenon__watched_moments(s) != 0;
}

/* tenon__stand for a socket that there is. */
static inline bool tenon__stand_by(const tenon_session *s, int socket, bool for_write,
                                   int64_t until_us)
{
    if (TENON__UNLIKELY(s && s->host))
        return s->host->wait_socket(s->host, socket, for_write, until_us);
    return tenon__wait_socket(socket, for_write, until_us);
}
/* Not longer than to the deadline. False when it has passed. */
bool tenon__stand_for(const tenon_session *s, int64_t us, int64_t deadline_us);

/* Forgets reason, context and whoever else was named as the actor (note.c). */
void tenon__session_note_release(tenon_session *s);
/* As tenon_error_clear, but what was cancelled stays so. */
void tenon__error_forget(tenon_session *s);

/* Before each statement of the program; false when a test does not allow another one. */
TENON__COLD bool tenon__refuse_statement(tenon_session *s);
static inline bool tenon__count_statement(tenon_session *s)
{
    assert(s);
    if (TENON__UNLIKELY(s->statement_count >= s->statement_limit))
        return tenon__refuse_statement(s);
    s->statement_count++;
    return true;
}

#endif
