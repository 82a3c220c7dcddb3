/* The face of lib/db: pool, session, transaction, waiting, plan and statement caches.
 *
 * A call of lib/model or lib/sql is one *operation*: it leases a connection (or uses the one its
 * transaction holds), finds the plan for its shape, runs it, decodes the rows into the session's
 * arena and gives the connection back. `tenon__run` does all of it; only wait.c blocks.
 *
 * Look-up of a plan goes first to the connection's own table (leased, so without a lock), then to
 * the database's table (sharded locks), then to the renderer. A plan is reference-counted: the
 * connection's prepared statements hold it. Keys are shapes, compared whole. */
#ifndef TENON_DB_INTERNAL_H
#define TENON_DB_INTERNAL_H

#include "core/core.h"
#include "driver/driver.h"

#include <tenon/hooks.h>
#include <tenon/pool.h>
#include <tenon/session.h>
#include <tenon/stream.h>

/* A plan as lib/db sees it: a statement and a way to free it. lib/model makes it through `make`. */
typedef struct tenon__cached {
    const tenon__statement *statement;
    size_t bytes;
    void *owner; /* given to free_owner when the last reference goes */
    void (*free_owner)(void *owner);
} tenon__cached;

typedef struct tenon__call {
    const uint8_t *key; /* shape */
    size_t key_length;
    /* Renders on a miss. False with *err. */
    bool (*make)(tenon_dialect dialect, const uint8_t *key, size_t length, tenon__cached *out,
                 tenon_error *err);
    bool writes;
    bool may_write;     /* it reads, as far as anybody knows: not for replicas unless asked for */
    bool needs_primary; /* it reads, and more (a sequence, a lock): never for replicas */
    const void *const *values;
    size_t value_count;
    tenon__rows *rows; /* NULL: no rows wanted */
    int64_t *affected; /* may be NULL */
    /* What the program gave to the call: …Set, …UpdateMany, …Query. Hooks of the model are called
     * for it; NULL when the caller has done that (create_many). */
    const void *subject;
} tenon__call;

/* Runs one call. False when the session had failed already (nothing is done) or fails now; then the
 * error stands on the session, and *rows is as it was before. */
TENON__SHARED bool tenon__run(tenon_session *s, const tenon__call *call);

/* Runs several calls, sent together where the driver can: one round trip. All of them happen or
 * none does, and none may need what another one gives; with `at_one_moment`, for calls that only
 * read outside of a transaction, all see the database as it was at one moment. *failed (may be
 * NULL) gets the call that the session's error is about. Scratch memory holds what all of them are
 * made of. */
TENON__SHARED bool tenon__run_together(tenon_session *s, const tenon__call *calls, size_t count,
                                       bool at_one_moment, size_t *failed);
/* Whether calls that are run so see the same rows: inside of a transaction that is a matter of its
 * isolation. */
bool tenon__session_sees_one_moment(const tenon_session *s);

/* How long a round trip to the server takes, as measured so far; -1: not known, or there is
 * none. */
int64_t tenon__session_round_trip_us(const tenon_session *s);
/* Whether the way is worth saving. */
bool tenon__session_is_far(const tenon_session *s);

/* COPY of `count` rows: next(ctx, i) gives the values of row i, in order from 0, and anew from 0
 * when it has to begin again; they stay until the next call of it. NULL: it has put an error on the
 * session, and nothing is loaded. Only where the driver can. In the session's transaction, or in
 * one of its own. */
bool tenon__run_copy(tenon_session *s, const tenon__statement *statement, size_t count,
                     const void *const *(*next)(void *ctx, size_t i), void *ctx, int64_t *affected);

/* What is done to rows of a stream that have come, before the program gets them. They may become
 * smaller by it, and what belongs to them goes to their arena. */
typedef struct tenon__arrival {
    /* False: it has put an error on the session, and the stream is over. NULL: nothing is done. */
    bool (*function)(tenon_stream *stream, void *ctx, tenon__rows *rows);
    void *ctx;       /* taken: freed with the stream, and when there is none */
    size_t row_size; /* of a row then */
} tenon__arrival;

/* Opens a stream for a call that only reads; its rows and affected are of no concern. NULL when the
 * session has failed or fails now. `options` are those of the transaction that it has for itself
 * outside of one of the session's, and may be NULL. */
tenon_stream *tenon__stream_open(tenon_session *s, const tenon__call *call,
                                 const tenon_transaction_options *options, tenon__arrival arrival);
/* Runs a call that only reads, from the function of an arrival: on the stream's connection, so that
 * it sees what the stream sees. As tenon__run. */
bool tenon__stream_run(tenon_stream *stream, const tenon__call *call);

/* What its rows look like; NULL: not as the database gave them, but with what belongs to them. */
TENON__SHARED const tenon__layout *tenon__stream_layout(const tenon_stream *stream);
TENON__SHARED tenon_session *tenon__stream_session(const tenon_stream *stream);

/* Calls the hooks that want this moment of what takes several statements: `session`, `moment`,
 * `model` and what belongs to the moment are filled in. False when one of them made the session
 * fail. */
bool tenon__call_hooks(tenon_event *event);
/* Whether there may be any. */
bool tenon__session_is_watched(const tenon_session *s);

/* ---- meters ----------------------------------------------------------------------------------
 * A meter sees every statement that a database has run, as hooks do, at a tenth of the price: it is
 * told when all is over, and nothing is looked up for it. */

typedef struct tenon__measured {
    tenon_session *session;
    const tenon__call *call;           /* as it was made; NULL: COPY, SQL text */
    const tenon__statement *statement; /* of what has no call */
    const char *site;                  /* "file.c:12", or NULL */
    int64_t time_ns;                   /* of statements sent together: of all of them */
    uint64_t row_count;                /* read or written */
    uint64_t bytes;                    /* of the session's memory, that its rows take */
    const tenon_error *error;          /* NULL: it is done */
} tenon__measured;

typedef struct tenon__meter {
    void *ctx;
    /* By the thread of the session, and by several at a time. It may use other databases only. */
    void (*tell)(void *ctx, const tenon__measured *measured);
    /* What is run in the place of a call: the same, but for comments in its SQL. In scratch memory;
     * NULL: there is none. May be NULL itself. */
    const tenon__call *(*dress)(void *ctx, tenon_session *s, const tenon__call *call,
                                const char *site);
} tenon__meter;

/* A database has one meter at most: false when there is one. NULL takes it away, while no call is
 * under way. */
TENON__SHARED bool tenon__db_set_meter(tenon_db *db, const tenon__meter *meter);

/* What the cache of plans holds. */
typedef struct tenon__plan_memory {
    size_t count, bytes;
} tenon__plan_memory;
TENON__SHARED tenon__plan_memory tenon__db_plan_memory(tenon_db *db);

/* Whose work a session does, as W3C's trace context has it. All-zero: nobody said. */
typedef struct tenon__trace_parent {
    uint8_t trace_id[16], span_id[8];
    bool is_sampled;
} tenon__trace_parent;
/* The session's own, to be read and written; forgotten when it is reset. */
TENON__SHARED tenon__trace_parent *tenon__session_trace_parent(tenon_session *s);

/* The plan of a call, found in the cache or made, with a reference that keeps it until it is
 * released (NULL is accepted). NULL with the session's error. */
typedef struct tenon__shared_plan tenon__shared_plan;
TENON__SHARED tenon__shared_plan *tenon__plan_acquire(tenon_session *s, const tenon__call *call);
TENON__SHARED const tenon__statement *tenon__plan_statement(const tenon__shared_plan *plan);
TENON__SHARED void tenon__plan_release(tenon__shared_plan *plan);

/* Another handle of the same database, with a pool of one connection (and a reader, where drivers
 * have them) and without a time limit: for what takes locks or changes settings that outlive a
 * call. A memory database is the same one. To be closed before `db`. NULL with *err. */
TENON__SHARED tenon_db *tenon__db_beside(const tenon_db *db, tenon_error *err);

/* Where the database is, without tenon's own parameters: "sqlite:/path", percent-decoded. It may
 * hold a password. */
const char *tenon__db_url(const tenon_db *db);

/* A time as URLs have it: "5" (seconds), "500ms". INT64_MAX for 0, which is no limit. False: it is
 * none. */
TENON__SHARED bool tenon__duration_read(const char *text, int64_t *us);

/* Whether the program wants no comparison of the database with what it was made for. */
TENON__SHARED bool tenon__db_trusts_schema(const tenon_db *db);

/* Stands still. */
TENON__SHARED void tenon__pause(int64_t us);

/* ---- hosts -----------------------------------------------------------------------------------
 * Whoever lets a session stand still in another way than with its thread (lib/async). Times are of
 * tenon__monotonic_us; INT64_MAX is never. */

typedef struct tenon__host tenon__host;
struct tenon__host {
    /* Until the socket is ready as in wait.h; without one (-1) until the time has come. False when
     * that was first. */
    bool (*wait_socket)(tenon__host *host, int socket, bool for_write, int64_t until_us);
    /* Until `wake`, which may have come before. The same. NULL: the thread stands still. */
    bool (*wait_turn)(tenon__host *host, int64_t until_us);
    void (*wake)(tenon__host *host); /* from any thread, under a lock: it must not wait */
    /* Runs a call in the session's place. NULL: the session does. */
    bool (*run)(tenon__host *host, tenon_session *s, const tenon__call *call);
};

/* NULL: the thread stands still. While no call is under way. */
TENON__SHARED void tenon__session_set_host(tenon_session *s, tenon__host *host);
/* It stands still as the other session does, whose thread it is on; but runs its calls itself. */
TENON__SHARED void tenon__session_stand_as(tenon_session *s, const tenon_session *other);
TENON__SHARED tenon__host *tenon__session_host(const tenon_session *s);
/* As wait_socket, with the session's host or the thread (NULL: the thread). */
TENON__SHARED bool tenon__stand(const tenon_session *s, int socket, bool for_write,
                                int64_t until_us);
TENON__SHARED tenon_db *tenon__session_db(const tenon_session *s);
/* Closes its streams and rolls its transaction back, as closing it does. */
TENON__SHARED void tenon__session_settle(tenon_session *s);
/* Whether the driver's calls do the work themselves (SQLite), so that there is nothing to wait
 * for. */
TENON__SHARED bool tenon__db_works_in_calls(const tenon_db *db);

/* ---- routers ---------------------------------------------------------------------------------
 * Who sends reads elsewhere than to the primary (lib/replica). Another host is a database of its
 * own, with its pool; what is read there by itself and fails is read once more on the primary. */

/* What a session's reads have to see. */
typedef struct tenon__reading {
    tenon_read from;
    int64_t wrote_us;   /* when its last write was over; INT64_MAX: it may still go on; 0: none */
    uint64_t after;     /* a position of the primary's log */
    const tenon_db *at; /* where it has read last; or NULL */
} tenon__reading;
TENON__SHARED tenon__reading *tenon__session_reading(tenon_session *s);

/* Around a call that may say itself where it reads (`from`); `before` is what begin has given. */
static inline tenon_read tenon__read_begin(tenon_session *s, tenon_read from)
{
    return TENON__UNLIKELY(from) ? tenon_read_from(s, from) : TENON_READ_DEFAULT;
}
static inline void tenon__read_end(tenon_session *s, tenon_read from, tenon_read before)
{
    if (TENON__UNLIKELY(from))
        tenon_read_from(s, before);
}

struct tenon_replica_metrics;
struct tenon_replica_misses;
typedef struct tenon__router tenon__router;
struct tenon__router {
    tenon_db *const *hosts; /* all but the primary */
    size_t host_count;
    /* Where the session is to read now: a host or the primary. */
    tenon_db *(*choose)(tenon__router *router, tenon_session *s);
    /* A host could not do it, or not even be reached. */
    void (*note_failure)(tenon__router *router, const tenon_db *host, tenon_status status);
    /* As tenon_replicas_metrics and tenon_replicas_misses. */
    size_t (*measure)(const tenon__router *router, struct tenon_replica_metrics *out, size_t most,
                      struct tenon_replica_misses *misses);
    void (*close)(tenon__router *router); /* before the database is closed */
};

/* False when there is one. Before the database has sessions. */
TENON__SHARED bool tenon__db_set_router(tenon_db *db, tenon__router *router);
TENON__SHARED tenon__router *tenon__db_router(const tenon_db *db); /* or NULL */
/* As tenon_open, but connects when a call needs a connection; MISUSE when the URL names several
 * hosts. */
TENON__SHARED tenon_db *tenon__db_open_later(const char *url, const tenon_options *options,
                                             tenon_error *err);

/* ---- what other folders see of a session ----------------------------------------------------- */

TENON__SHARED tenon__arena *tenon__session_arena(tenon_session *s);
/* Where a failing call puts its error: NULL session gives NULL. The first error stays. */
TENON__SHARED tenon_error *tenon__session_error(tenon_session *s);
/* True when calls must do nothing: NULL or failed. */
TENON__SHARED bool tenon__session_is_failed(const tenon_session *s);
/* What nearly every call needs of its session, at once. False, and nothing, when the session is
 * NULL or has failed. */
typedef struct tenon__session_parts {
    tenon_error *err;
    tenon__arena *results, *scratch;
} tenon__session_parts;
bool tenon__session_parts_of(tenon_session *s, tenon__session_parts *out);
/* Points at NULL when there is none; stays as long as the session. */
const char *const *tenon__session_actor(const tenon_session *s);
/* What the log of changes is told of a write: actor, reason, context (JSON), each or NULL. */
const char *const *tenon__session_note(const tenon_session *s);
bool tenon__session_has_note(const tenon_session *s);
TENON__SHARED tenon_dialect tenon__session_dialect(const tenon_session *s);
/* Makes the schema that the URL names, where there is none (search_path.c). */
TENON__SHARED bool tenon__session_make_schema(tenon_session *s);
const tenon__driver *tenon__session_driver(const tenon_session *s);
/* How large a tree of includes may be. */
typedef struct tenon__tree_limits {
    int64_t rows;
    unsigned depth; /* levels below the root */
} tenon__tree_limits;
tenon__tree_limits tenon__session_tree_limits(const tenon_session *s);
/* What cursors are signed with: TENON__SHA256_BYTES bytes. */
const uint8_t *tenon__session_cursor_key(const tenon_session *s);
/* Scratch memory of the call being prepared, values and shape: it stays as it is through tenon__run
 * and tenon__run_copy, which empty it when they return. */
TENON__SHARED tenon__arena *tenon__session_scratch(tenon_session *s);
/* For ids. In a forked child they are drawn as in the parent, but no call takes them anywhere. */
TENON__SHARED tenon__entropy *tenon__session_entropy(tenon_session *s);

#endif
