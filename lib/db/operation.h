/* One operation: a statement, SQL text, a bulk load or just a connection, from lease to release.
 *
 * It is a state machine that never blocks. `step` goes on as far as it can and says what the
 * operation needs next; `expire` tells it that the time (`until_us`) came first.
 * tenon__operation_run is the synchronous form: step, wait as wait.c can, step again. An
 * asynchronous form is the same machine with the caller's event loop around it.
 *
 *     LEASE    asks the pool                       → GREET, CHECK, CONNECT, QUEUED
 *     QUEUED   waits for its turn                  → GREET, CHECK, CONNECT; late: OVER
 *     CONNECT  a new connection is being made      → GREET; locked: PAUSE; late, failed: OVER
 *     CHECK    asks one that may be dead           → GREET; dead, late: LEASE
 *     GREET    the pool's watcher sees it          → START, SETUP; not liked: LEASE, OVER
 *     SETUP    runs what the watcher wants         → START; late, failed: OVER
 *     START    finds the statement                 → PREPARE, EXECUTE, SCRIPT, COPY_BEGIN, end
 *     PREPARE                                      → EXECUTE
 *     EXECUTE  is under way, rows are fetched      → end
 *     SCRIPT   SQL text is under way               → end
 *     COPY_BEGIN → COPY_ROWS → COPY_END            → end; a bad row: COPY_ABORT → GIVE_UP
 *     PAUSE    another process has the file        → START or LEASE again; late: GIVE_UP, OVER
 *     GIVE_UP  *err stands: undoes                 → end
 *     OVER     is_done says how
 *
 * The end is no state: the connection goes back, and it is OVER; or, when SQL text has left a
 * transaction open, START again with its ROLLBACK; or, where the pool is to be given back as it
 * was, START again with what resets it, whose failure costs the connection and nothing else.
 *
 * From PREPARE to COPY_END a failure leads to GIVE_UP, but for three that are no news to the
 * caller:
 *
 *   - BUSY on a driver with a single writer: nothing was done; PAUSE and again, up to the acquire
 *     timeout.
 *   - A connection from the pool turns out to be dead, and the call only reads: LEASE again,
 *     once. A write fails with UNAVAILABLE, because it may have been applied.
 *   - It was a replica's connection, or to be one (route.c): LEASE again, of the primary. So it is
 *     when a replica has none to give for half of the time.
 *
 * When the time is up while the server works, it is asked to stop (`cancel`) and gets a second to
 * answer, which leaves the connection usable and `applied` certain. If it finishes in that second,
 * the operation is done after all. If it stays silent the connection is dropped. COMMIT is never
 * cancelled. */
#ifndef TENON_DB_OPERATION_H
#define TENON_DB_OPERATION_H

#include "db/session.h"

typedef enum tenon__phase {
    TENON__LEASE,
    TENON__QUEUED,
    TENON__CONNECT,
    TENON__CHECK,
    TENON__GREET,
    TENON__SETUP,
    TENON__START,
    TENON__PREPARE,
    TENON__EXECUTE,
    TENON__SCRIPT,
    TENON__COPY_BEGIN,
    TENON__COPY_ROWS,
    TENON__COPY_END,
    TENON__COPY_ABORT,
    TENON__PAUSE,
    TENON__GIVE_UP,
    TENON__OVER
} tenon__phase;

typedef enum tenon__need {
    TENON__NEED_NOTHING, /* it is over: is_done says how */
    TENON__NEED_READ,    /* the connection's socket */
    TENON__NEED_WRITE,
    TENON__NEED_TURN, /* a turn in the queue of `lane` */
    TENON__NEED_PAUSE /* some time: pause_us */
} tenon__need;

/* A bulk load. */
typedef struct tenon__copy {
    const tenon__statement *statement;
    size_t count, at;
    const void *const *(*next)(void *ctx, size_t i);
    void *ctx;
    int64_t *affected;
    tenon_error ignored; /* what giving up says */
} tenon__copy;

/* How the rows of a call were before: what a failed attempt goes back to. */
typedef struct tenon__rows_before {
    size_t count;
    bool had_items;
    tenon__arena_mark mark;
} tenon__rows_before;

/* Several calls, sent together (together.c). */
typedef struct tenon__together {
    const tenon__call *calls;
    size_t count;
    bool at_one_moment;
    bool writes;
    size_t at;                /* whose result comes next, or which has failed */
    size_t failed;            /* as the driver has it */
    tenon__execution *pieces; /* one a call, as the following */
    tenon__kept **kept;
    tenon__rows_before *before;
} tenon__together;

/* What an operation does about its stream (stream.h). */
typedef enum tenon__stream_work {
    TENON__STREAM_OPEN,
    TENON__STREAM_FETCH,
    TENON__STREAM_CLOSE
} tenon__stream_work;

typedef struct tenon__operation {
    /* The work: one of these, or none. */
    const tenon__call *call;   /* … the one of `together` that its error, or result, belongs to */
    tenon__together *together; /* then call is one of them */
    const char *script;
    tenon__copy *copy;
    struct tenon_stream *stream;
    tenon__stream_work stream_work;
    tenon__kept *kept;
    int64_t pause_us;
    bool keeps_member; /* success leaves `member` with the caller */
    bool is_commit;
    bool is_done;
    bool is_new;         /* the connection was made for this operation */
    bool is_cancelled;   /* its time was up, the server has been told */
    bool is_repeated;    /* on another connection */
    bool is_undoing;     /* rolling back what SQL text had begun */
    unsigned first_host; /* those before it did not answer */
    bool is_resetting;   /* the work is over, and was_done says how */
    bool was_done;

    /* All above begins as zero. From here on what every operation has, filled in at its beginning.
     * (Zeroing the whole costs more than the look-up of its statement.) */
    tenon_db *db;
    tenon_session *session; /* NULL: only a connection is wanted, in `lane` */
    tenon_error *err;
    tenon__lane *lane;
    tenon__member *member;
    int64_t deadline_us; /* of the whole */
    int64_t patience_us; /* with the queue and with locks of others; negative: endless */
    int64_t sent_us;     /* when it was sent, if that is of interest; else 0 */
    int64_t limit_us;    /* when the server may stop a statement by itself: not before this */
    tenon__phase phase;

    /* And what is filled in where it is used. */
    tenon__phase again;        /* after PAUSE */
    tenon__turn turn;          /* after QUEUED */
    int64_t until_us;          /* of the present wait */
    int64_t busy_until_us;     /* with pause_us */
    tenon__rows_before before; /* how `call->rows` was, for starting again */
    tenon__waiter waiter;
} tenon__operation;

/* The plan of a call, from the database's cache or made now, with a reference for the caller. NULL
 * with *err. */
tenon__shared_plan *tenon__plan_of(tenon_db *db, const tenon__call *call, tenon_error *err);
/* The statement of op->call on its connection, found or added; it may have to be prepared still.
 * NULL with *err. */
tenon__kept *tenon__operation_statement(tenon__operation *op);
/* The rows that it fetches; NULL: none. */
tenon__rows *tenon__operation_rows(const tenon__operation *op);

/* Notes how rows are, NULL being none, and goes back to that. */
static inline void tenon__rows_note(const tenon__rows *rows, tenon__rows_before *out)
{
    if (!rows)
        return;
    out->count = rows->count;
    out->had_items = rows->items != NULL;
    out->mark = tenon__arena_mark_here(rows->arena);
}
void tenon__rows_go_back(tenon__rows *rows, const tenon__rows_before *before);

/* An operation of a session, in its transaction when it has one. False when it cannot start: the
 * session has failed, its transaction is lost, or this is a forked child. */
bool tenon__operation_init(tenon__operation *op, tenon_session *s, bool writes);
/* The same on a connection that is the caller's already. */
bool tenon__operation_init_on(tenon__operation *op, tenon_session *s, tenon__member *member);
/* One that only gets a connection, and keeps it. */
void tenon__operation_init_lease(tenon__operation *op, tenon_db *db, tenon__lane *lane,
                                 tenon_error *err);
/* One that opens a connection in a place that the caller has taken, and keeps it. */
void tenon__operation_init_open(tenon__operation *op, tenon_db *db, tenon__lane *lane,
                                tenon_error *err);

tenon__need tenon__operation_step(tenon__operation *op);
/* The same when a driver's call for the present phase has come to `progress`. */
tenon__need tenon__operation_go_on(tenon__operation *op, tenon__progress progress);
void tenon__operation_expire(tenon__operation *op);
/* To the end, blocking. True when it was done. */
bool tenon__operation_run(tenon__operation *op);
/* A call by itself: without hooks, and scratch memory stays. */
bool tenon__run_call(tenon_session *s, const tenon__call *call);

/* Where its round trip is noted: replicas and the primary have one way, that of their sessions. */
static inline tenon_db *tenon__measured_db(const tenon__operation *op)
{
    return op->session ? op->session->db : op->db;
}

/* Whether the next exchange on a connection with a socket is a measurement of the round trip. */
static inline bool tenon__is_measured(const tenon_db *db, const tenon__member *member)
{
    return member->exchange_count % TENON__ROUND_TRIP_EVERY == 0 ||
           atomic_load_explicit(&db->round_trips.count, memory_order_relaxed) <
               TENON__ROUND_TRIP_SAMPLES;
}

/* ---- route.c --------------------------------------------------------------------------------- */

/* Whether it is on a replica, and may as well be on the primary. */
bool tenon__operation_may_fall_back(const tenon__operation *op);
/* The end of the wait for a replica's connection: the rest of `until_us` is for the primary's. */
int64_t tenon__operation_half_time(const tenon__operation *op);
/* A read that has failed on a replica begins again on the primary. False: *err stands. */
TENON__COLD bool tenon__operation_fall_back(tenon__operation *op);
/* Its connection goes back, or is closed, and the operation goes on. */
void tenon__operation_leave_member(tenon__operation *op);

/* ---- together.c ------------------------------------------------------------------------------ */

/* Finds the statements of all calls and sends them. */
tenon__progress tenon__together_start(tenon__operation *op);
/* The next result, or the error, is that of this call. */
void tenon__together_look_at(tenon__operation *op, size_t at);
/* All is well: what is to be done for each statement. */
void tenon__together_finish(tenon__operation *op);
/* Rows of an attempt that failed are no rows. */
void tenon__together_drop_rows(tenon__operation *op);
/* Their statements may go. */
void tenon__together_let_go(tenon__operation *op);

/* ---- between operation.c and outcome.c ------------------------------------------------------- */

/* All is well. */
void tenon__operation_finish(tenon__operation *op);
/* The failure stands: *err is filled. */
void tenon__operation_give_up(tenon__operation *op);
/* Forgets what the attempt has done so far. */
void tenon__operation_start_again(tenon__operation *op, tenon__phase phase);
void tenon__operation_drop_member(tenon__operation *op, bool is_dead);
bool tenon__operation_is_idle(const tenon__operation *op);
/* Resetting has not gone well: the connection goes. */
void tenon__operation_end_reset(tenon__operation *op);

#endif
