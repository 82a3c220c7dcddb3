/* The pool of a database: what happens in it, what it looks like, and what can be done to it while
 * the program runs. How large it is and how long connections live is said in the URL or in
 * tenon_options (docs/pool.md has the table).
 *
 * A call takes a connection when it begins and returns it when it ends; a transaction and an open
 * stream hold theirs to the end. Who finds all of them taken stands in a queue: first come, first
 * served; for a millisecond after a connection was handed on, who is running may be quicker. All
 * functions may be called by any thread. In a forked child they do nothing. */
#ifndef TENON_POOL_H
#define TENON_POOL_H

#include <tenon/db.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what happens ---------------------------------------------------------------------------- */

typedef enum tenon_pool_moment {
    TENON_POOL_CREATED = 1 << 0,  /* a connection was made: time_us is how long that took */
    TENON_POOL_TAKEN = 1 << 1,    /* … and is given to a call: time_us is how long it waited */
    TENON_POOL_RETURNED = 1 << 2, /* … comes back clean, outside of a transaction */
    TENON_POOL_CLOSED = 1 << 3,   /* … is about to be closed: time_us is how long it lived */
    TENON_POOL_SLOW = 1 << 4,     /* a call waited for one longer than slow_acquire_us */
    TENON_POOL_HELD = 1 << 5 /* a connection is held for longer than leak_after_us, told once */
} tenon_pool_moment;

/* What a watcher is told. Everything lives until it returns. */
typedef struct tenon_pool_event {
    tenon_pool_moment moment;
    tenon_db *db;
    uint64_t connection; /* its number in this pool, from 1 on; 0: none (SLOW) */
    const char *site;    /* "file.c:12" of the call that has it, or waited; or NULL */
    int64_t time_us;
    /* CREATED, TAKEN: set it to SQL text, which is run on the connection before its first use, or
     * before this one. It must live until the call is over. A failure closes the connection, and is
     * the call's. Not behind a pooler of transactions, which gives the next statement to another
     * connection. */
    const char *sql;
    uint64_t reserved[4];
} tenon_pool_event;

/* Sees the moments that it asks for. False at TAKEN: the connection is closed, and another one is
 * taken (the call fails with VETO when a new one is not liked either); at CREATED: closed, and the
 * call fails with VETO; at RETURNED: closed. Elsewhere the answer does not matter.
 *
 * It is called by the threads that make the calls, several at a time, without a lock; it must not
 * use the pool that it watches, nor a session of the call. Calls of a pool that is watched do not
 * take the short way by which a connection changes hands without a lock: some 1,000 instructions
 * more. */
typedef bool tenon_pool_function(tenon_pool_event *event, void *ctx);
typedef struct tenon_pool_watcher {
    unsigned moments; /* joined by | */
    tenon_pool_function *function;
    void *ctx; /* must live until tenon_close */
} tenon_pool_watcher;

/* ---- what it looks like ---------------------------------------------------------------------- */

/* Whether connecting is tried at all: see breaker_failures of tenon_options. */
typedef enum tenon_breaker_state {
    TENON_BREAKER_CLOSED,   /* it is */
    TENON_BREAKER_OPEN,     /* no: calls that need a new connection fail at once */
    TENON_BREAKER_HALF_OPEN /* one call tries, the others fail at once */
} tenon_breaker_state;

/* Waits in the queue are counted by their length: wait_counts[i] are those shorter than
 * tenon_pool_wait_bound_us(i) and not than the bound before. The last bound is INT64_MAX. */
enum { TENON_POOL_WAITS = 11 };
TENON_API int64_t tenon_pool_wait_bound_us(size_t i);

/* A picture of the pool; counts may be out of date by the time they are read. On SQLite the writer
 * and the readers are counted together. */
typedef struct tenon_pool_metrics {
    unsigned size, idle, leased, waiting;
    uint64_t opened_total, acquired_total, acquire_timeouts_total;
    int64_t wait_us_total;
    unsigned most, least;         /* as they are now: pool_max and pool_min */
    uint64_t waits_total;         /* how often a call had to queue up */
    uint64_t slow_acquires_total; /* … and for longer than slow_acquire_us */
    uint64_t closed_total;        /* connections, whatever for; among them: */
    uint64_t closed_idle_total;   /*   idle for too long */
    uint64_t recycled_total;      /*   too old, surplus, or made before a failure */
    uint64_t lost_total;          /*   found dead, or broken by a call */
    uint64_t connect_failures_total;
    uint64_t wait_counts[TENON_POOL_WAITS];
    tenon_breaker_state breaker;
    uint64_t breaker_opened_total;  /* how often it has opened */
    uint64_t breaker_refused_total; /* calls that failed at once */
    uint64_t reserved[8];
} tenon_pool_metrics;
TENON_API tenon_pool_metrics tenon_db_metrics(tenon_db *db);

/* Who holds a connection, and since when. */
typedef struct tenon_pool_lease {
    uint64_t connection;
    int64_t held_us;
    const char *site; /* where the transaction began or the stream was opened; NULL: not known */
} tenon_pool_lease;

/* The connections that are held for at least so long, the longest first; at most `most` of them are
 * written to `leases`. How many there are. Transactions and streams are known in every pool; calls
 * by themselves only where leak_after_us is set, or a watcher asks for TAKEN. */
TENON_API size_t tenon_pool_leases(tenon_db *db, int64_t held_us, tenon_pool_lease *leases,
                                   size_t most);

/* ---- what can be done to it ------------------------------------------------------------------ */

/* Changes its size, as pool_min and pool_max (of SQLite: of the readers). Who waits gets what there
 * is now; surplus connections are closed as soon as they are idle. False with *err: MISUSE. */
TENON_API bool tenon_pool_resize(tenon_db *db, unsigned pool_min, unsigned pool_max,
                                 tenon_error *err);

/* Closes every connection that is open now: the idle ones at once, the others when they come back.
 * After a change of roles, settings or addresses. */
TENON_API void tenon_pool_recycle(tenon_db *db);

/* No call gets a connection any more, which fails with UNAVAILABLE; transactions and streams go on
 * to their end. Waits until all connections have come back and are closed, at most so long
 * (negative: for ever). False with *err (TIMEOUT): some are still held; nobody gets one all the
 * same. tenon_pool_resume opens it again. */
TENON_API bool tenon_pool_drain(tenon_db *db, int64_t wait_us, tenon_error *err);
TENON_API void tenon_pool_resume(tenon_db *db);

/* What the pool's own thread does from time to time, where idle_timeout_us, lifetime_us or
 * leak_after_us are set: closes what is idle for too long or too old, opens what is missing to
 * pool_min, tells who holds a connection for too long. For programs that would rather call it than
 * have a thread (pool_thread=off), and for tests. It may wait for a server, for connect_timeout. */
TENON_API void tenon_pool_tend(tenon_db *db);

#ifdef __cplusplus
}
#endif
#endif
