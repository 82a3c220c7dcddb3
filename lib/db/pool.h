/* The pool: connections that sessions lease for one call, or from begin to commit.
 *
 * A pool is one *lane*, or two where one connection writes and others read (SQLite): lane 0 then
 * holds the writer alone and lane 1 the readers. A lane is bounded; who finds every connection
 * leased stands in a queue. Invariants, under the lane's lock:
 *
 *   - first come, first served, within a millisecond: a returned connection is handed to the head
 *     of the queue, unless that was done with it less than a millisecond ago. Then it becomes idle,
 *     and the head is called; who happens to run may be quicker. (A mutex does the same, and for
 *     the same reason: handing on at every return makes each call as slow as waking a thread. The
 *     bound is that of Go's sync.Mutex, whose waiters are starving after a millisecond.)
 *   - while something is idle, the head of the queue has been called;
 *   - size counts the connections that are open or being opened, and size <= most;
 *   - idle connections are reused last in, first out: the warm ones stay warm.
 *
 * The connection that was given back last is not in the list of idle ones but in `spare`, a place
 * of one that needs no lock: a program that makes one call after the other takes it out and puts it
 * back with one atomic operation each, 160 instructions less than by way of the lock. Whatever
 * wants to see connections pass by raises `detours`: everybody in the queue, and the lane itself
 * while some connection is to be closed at its return, the pool is drained, or all of it is
 * watched. Who queues up raises it and then looks into `spare`; who gives back fills `spare` and
 * then looks at `detours`. So one of them sees the other, and nobody waits for a connection that
 * lies there. Who finds a detour does not touch `spare` but takes the lock, and there stands behind
 * the queue.
 *
 * A connection that is *over* is not used again: too old, surplus, of an earlier generation. It is
 * closed when it is found idle, and otherwise at its return. The generation rises when the program
 * says so (tenon_pool_recycle), and when two connections were found dead within some seconds: then
 * it is not they that are ill but the server, and what was made before is not worth asking.
 *
 * Nothing here connects or blocks but tenon__lane_wait (through wait.c): run.c drives connecting,
 * so that an asynchronous caller can too. */
#ifndef TENON_DB_POOL_H
#define TENON_DB_POOL_H

#include "db/statement_cache.h"
#include "db/wait.h"

#include <tenon/pool.h>

typedef struct tenon__lane tenon__lane;
typedef struct tenon__member tenon__member;

/* A connection and what belongs to it. What every call looks at stands together in front. */
struct tenon__member {
    tenon__connection *connection;
    const tenon__driver *driver;
    tenon__lane *lane;
    const atomic_bool *stop;   /* the flag that the driver has been told of */
    bool has_deadline;         /* the driver has been told one */
    bool has_socket;           /* and so may die while it is idle */
    unsigned exchange_count;   /* operations on a connection with a socket */
    unsigned epoch;            /* of the lane, when it was last known to live */
    int64_t taken_us;          /* last, where there is a socket */
    int64_t turn_us;           /* when it was last handed to somebody in the queue */
    _Atomic uint64_t acquired; /* how often; written by who has it */
    tenon__statement_cache statements;
    struct tenon_stream *streams; /* that read from it */
    tenon__member *next;          /* idle: the one behind; to be closed: another one */
    tenon__member *next_member;   /* of the lane, leased ones too */
    /* Of its life; as they are from when it was opened. */
    uint64_t number; /* 0: it was never connected */
    unsigned generation;
    int64_t born_us, retire_us;
    /* Of who tends the pool, under the lane's lock: how often it had been acquired when that was
     * looked at, and since when it has been so. */
    uint64_t seen_acquired;
    int64_t seen_us;
    /* Who holds it, where that is noted; any thread looks. */
    _Atomic(const char *) site;
    _Atomic int64_t held_since_us; /* 0: nobody, or it is not noted */
    int64_t told_us;               /* the held_since_us that has been told of */
};

/* Somebody in the queue, or asking. */
typedef struct tenon__waiter tenon__waiter;
struct tenon__waiter {
    tenon__member *member; /* what was given */
    bool may_open;         /* a place was given instead: open a connection in it */
    bool is_called;        /* first in the queue, and something is idle */
    bool is_woken;         /* it is to leave the queue */
    bool is_refused;       /* it has left: the pool is drained */
    const void *owner;     /* who waits: for tenon__lane_wake */
    tenon__host *host;     /* who stands still; NULL: the thread, on `signal` */
    int64_t since_us;
    int64_t waited_us;
    tenon__waiter *next;
    pthread_cond_t signal;
};

/* What a lane is to be like. */
typedef struct tenon__lane_settings {
    unsigned least, most;
    size_t statement_count; /* bound of each member's statement cache */
    bool is_reader, is_fifo;
    bool is_watched;              /* nobody takes the short way */
    int64_t lifetime_us, slow_us; /* TENON__NEVER: none */
} tenon__lane_settings;

/* So far. Under the lane's lock. */
typedef struct tenon__lane_totals {
    uint64_t opened, acquired_before; /* before: by members that are gone */
    uint64_t waits, timeouts, slow;
    uint64_t closed, idle, recycled, lost;
    int64_t wait_us;
    uint64_t wait_counts[TENON_POOL_WAITS];
} tenon__lane_totals;

struct tenon__lane {
    _Atomic(tenon__member *) spare; /* idle too; NULL: none */
    atomic_uint detours;            /* written under the lock */
    atomic_uint epoch; /* rises whenever a connection was found dead: the others are suspect then */
    pthread_mutex_t lock;
    tenon__member *idle, **idle_last;
    tenon__member *members; /* all that are connected */
    tenon__waiter *first, **last;
    const tenon__driver *driver;
    tenon_db *db;
    tenon__lane_settings settings;
    unsigned size, idle_count, waiting;
    unsigned leaving; /* of size: they are being closed */
    unsigned generation;
    uint64_t last_number;
    int64_t last_death_us;
    bool is_draining, is_detoured; /* the latter: one of the detours is the lane's own */
    tenon__lane_totals totals;
};

typedef enum tenon__turn {
    TENON__TURN_GIVEN,  /* waiter->member is yours */
    TENON__TURN_OPEN,   /* the place is yours: tenon__member_new in it, or tenon__lane_give_place */
    TENON__TURN_QUEUED, /* in the queue; tenon__lane_wait or tenon__lane_leave */
    TENON__TURN_REFUSED /* the pool is drained */
} tenon__turn;

bool tenon__lane_init(tenon__lane *lane, tenon_db *db, const tenon__driver *driver,
                      const tenon__lane_settings *settings);
/* Closes idle connections; none may be leased. Safe on an all-zero lane. */
void tenon__lane_release(tenon__lane *lane);

/* Asks for a connection without waiting. `waiter` must stay where it is while it is queued. False
 * only when the queue cannot be joined for want of memory; then nothing is held. */
bool tenon__lane_acquire(tenon__lane *lane, tenon__waiter *waiter, tenon__turn *turn);
/* Waits in the queue. TENON__TURN_QUEUED: the deadline came; the waiter has left the queue. */
tenon__turn tenon__lane_wait(tenon__lane *lane, tenon__waiter *waiter, int64_t deadline_us);
/* Sends those away that this owner has in the queue: for them the deadline has come. From any
 * thread. */
void tenon__lane_wake(tenon__lane *lane, const void *owner);
/* Gives a place back that no connection fills: the next in the queue may try. */
void tenon__lane_give_place(tenon__lane *lane);

/* ---- for who tends the pool (pool_tend.c), all under the lane's lock ------------------------- */

/* Closes what is over, and what was idle since before `idle_since_us` and is more than the least:
 * such members go into the list *doomed, to be closed behind the lock with tenon__lane_close. */
void tenon__lane_sweep(tenon__lane *lane, int64_t idle_us, tenon__member **doomed);
/* To those in the queue, as many places as there are. */
void tenon__lane_offer(tenon__lane *lane);
/* Refuses everybody in the queue. */
void tenon__lane_refuse(tenon__lane *lane);
/* Not under the lock. */
void tenon__lane_close(tenon__lane *lane, tenon__member *doomed);
/* What was made so far is over. Not under the lock. */
void tenon__lane_renew(tenon__lane *lane);

/* ---- members --------------------------------------------------------------------------------- */

/* Wraps a connection that is being made, in a place of the caller's. NULL when memory is exhausted;
 * the connection is closed then, the place still the caller's. */
tenon__member *tenon__member_new(tenon__lane *lane, tenon__connection *connection);
/* It is connected: counts it. */
void tenon__member_opened(tenon__member *member);
/* Not in the list of the lane any more, under its lock; nothing when it was never connected. */
void tenon__member_forget(const tenon__member *member);
/* Closes it, not under the lock. The place remains. */
void tenon__member_free(tenon__member *member);
/* Back to the pool; the connection must be IDLE and outside a transaction. */
void tenon__member_release(tenon__member *member);
/* Closes it and gives its place back. `is_dead`: it was found so; then the idle ones are suspect
 * too. */
void tenon__member_drop(tenon__member *member, bool is_dead);
/* Of one just taken, whether it may be dead: it is to be asked before it is used. It is suspect
 * until it has answered. */
bool tenon__member_looks_dead(tenon__member *member);
static inline bool tenon__member_is_suspect(tenon__member *member)
{
    return member->has_socket && tenon__member_looks_dead(member);
}
/* It has answered: it is not suspect any more. */
void tenon__member_trust(tenon__member *member);

/* Notes who has it, and from when on. NULL: it is held no longer. */
static inline void tenon__member_hold(tenon__member *member, const char *site, int64_t now_us)
{
    atomic_store_explicit(&member->site, site, memory_order_relaxed);
    atomic_store_explicit(&member->held_since_us, now_us, memory_order_relaxed);
}

/* Nobody else writes the number. */
static inline void tenon__member_count(tenon__member *member)
{
    uint64_t before = atomic_load_explicit(&member->acquired, memory_order_relaxed);
    atomic_store_explicit(&member->acquired, before + 1, memory_order_relaxed);
}

/* The connection that was given back last, without a lock and without a queue. NULL: there is none,
 * or there is a detour. */
static inline tenon__member *tenon__lane_take_spare(tenon__lane *lane)
{
    if (atomic_load_explicit(&lane->detours, memory_order_relaxed))
        return NULL;
    tenon__member *member = atomic_exchange(&lane->spare, NULL);
    if (TENON__LIKELY(member != NULL))
        tenon__member_count(member);
    return member;
}

#endif
