/* A session: one unit of work. It owns the rows it returned, at most one transaction, and the first
 * error.
 *
 * Errors are sticky: after the first, every call on the session does nothing and returns NULL, 0 or
 * an empty list until tenon_error_clear (or tenon_rollback, which also clears). So a program may
 * make several calls and ask once. "No such row" is not an error. A NULL session behaves as failed.
 * One thread at a time; different sessions of one database may be used by different threads. */
#ifndef TENON_SESSION_H
#define TENON_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/db.h>
#include <tenon/error.h>
#include <tenon/export.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_session tenon_session;

/* Where in the program the session's present call stands, "file.c:12": what every session begins
 * with. Generated macros tell it, for hooks and for the detector of repeated queries; without
 * TENON_NO_SITES. */
typedef struct tenon_session_head {
    const char *site;
} tenon_session_head;
#define TENON_SITE_TEXT_(line) #line
#define TENON_SITE_TEXT(line) TENON_SITE_TEXT_(line)
#ifdef TENON_NO_SITES
#define TENON_SITE NULL
#else
#define TENON_SITE __FILE__ ":" TENON_SITE_TEXT(__LINE__)
#endif

static inline tenon_session *tenon_at(tenon_session *s, const char *site)
{
    if (s)
        ((tenon_session_head *)(void *)s)->site = site;
    return s;
}
/* The same for the struct of a call, whose first member is the session. */
static inline const void *tenon_call_at(const void *call, const char *site)
{
    tenon_at(*(tenon_session *const *)call, site);
    return call;
}
#define TENON_HERE(call) tenon_call_at(call, TENON_SITE)

/* Where reads go that stand by themselves, outside of a transaction that writes: see replica.h. */
typedef enum tenon_read {
    TENON_READ_DEFAULT = 0, /* as the replicas were added; without any, the primary */
    TENON_READ_PRIMARY,     /* the server that is also written to */
    TENON_READ_REPLICA,     /* a replica that is recent enough; when there is none, the primary */
    TENON_READ_NEAREST      /* whichever of them all answers soonest, and is recent enough */
} tenon_read;

/* All-zero is the default. */
typedef struct tenon_session_options {
    /* Monotonic budget for each call; default: the database's statement_timeout. At the deadline
     * PostgreSQL is asked to stop, and has a second to answer: so the connection is kept, and it is
     * known whether the statement took place. A server that does not answer even then costs that
     * second, the connection, and for a write the knowledge. */
    int64_t deadline_us;
    size_t memory_limit_bytes; /* most memory the results may take; 0: the database's limit */
    const char *actor;         /* who acts: see tenon_session_set_actor; copied */
    /* Most rows of one tree of includes, its root's among them, and most levels below the root; 0:
     * 10,000,000 and 16. A tree that would be larger fails with LIMIT. */
    int64_t tree_rows_most;
    uint64_t tree_depth_most;
    /* How often the session may run the same reading query, with whatever values, before the
     * moment TENON_REPEATED of hooks tells it: a loop that asks row by row for what one `.include`
     * or IN would bring. 0: nobody counts. */
    uint32_t repeats_most;
    bool repeats_fail; /* … and the query fails with LIMIT: for tests */
    tenon_read read;   /* as tenon_read_from, and until that says otherwise */
    uint64_t reserved[5];
} tenon_session_options;

/* Cheap: leases no connection. NULL only when memory is exhausted or db is NULL. */
TENON_API tenon_session *tenon_session_open(tenon_db *db, const tenon_session_options *options);
/* Rolls back an open transaction and frees every row the session returned. NULL is accepted. */
TENON_API void tenon_session_close(tenon_session *s);
/* As close and open: rolls back, frees the rows, clears the error, keeps the memory for reuse. */
TENON_API void tenon_session_reset(tenon_session *s);
/* Who acts from now on, for @tenon.createdBy, updatedBy and audit; copied. NULL: nobody. For
 * sessions that serve one request after another: the next tenon_session_reset brings back the actor
 * of the opening, so that nobody writes in the name of the last. In a transaction it holds for what
 * is written behind it. False when the session has failed, or fails here: NO_MEMORY, VALIDATION for
 * what is no UTF-8. */
TENON_API bool tenon_session_set_actor(tenon_session *s, const char *actor);
/* Which database it asks, for the few things that differ (row locks, full text). 0 for NULL. */
TENON_API tenon_dialect tenon_session_dialect(const tenon_session *s);

/* Where the session's reads go from now on; what it was before. TENON_READ_REPLICA and _NEAREST
 * also send there what only seems to read (tenon_sqlf): the program says that it does. Queries of
 * the client say it for one call, `.read`. A transaction reads where it was begun.
 *
 *     tenon_read before = tenon_read_from(s, TENON_READ_PRIMARY);
 *     TopAuthorsList authors = top_authors(s, 10);
 *     tenon_read_from(s, before); */
TENON_API tenon_read tenon_read_from(tenon_session *s, tenon_read from);

/* Whether a call has failed since the session was opened, reset or its error cleared; if so, every
 * call gives its empty result and does nothing. */
TENON_API bool tenon_failed(const tenon_session *s);
/* The first error's message with model and field in front, "" when none. Lives until cleared. */
TENON_API const char *tenon_message(const tenon_session *s);
/* Never NULL. */
TENON_API const tenon_error *tenon_session_error(const tenon_session *s);
TENON_API void tenon_error_clear(tenon_session *s);

/* Asks a session to stop what it is doing, from any thread: the call under way fails with CANCELLED
 * as soon as the database heeds it, and so does every call that begins later, until
 * tenon_error_clear, tenon_rollback or tenon_session_reset. A transaction stays open, to be rolled
 * back. A commit under way is not stopped. The session must not be closed meanwhile. NULL is
 * accepted. */
TENON_API void tenon_cancel(tenon_session *s);

/* Rows returned after the mark are freed by rewind: for loops with a long-lived session. */
typedef struct tenon_mark {
    void *opaque[3];
} tenon_mark;
TENON_API tenon_mark tenon_session_mark(const tenon_session *s);
TENON_API void tenon_session_rewind(tenon_session *s, tenon_mark mark);

/* Moves everything the session returned so far out of it in O(1): the rows then live until
 * tenon_results_free, on any thread. NULL only when memory is exhausted. */
typedef struct tenon_results tenon_results;
TENON_API tenon_results *tenon_session_take(tenon_session *s);
TENON_API void tenon_results_free(tenon_results *results);

/* Memory of the session's arena, for results and helpers that live as long as they do. */
TENON_API void *tenon_session_alloc(tenon_session *s, size_t size);

/* ---- transactions ---------------------------------------------------------------------------- */

/* Begins a transaction; its connection stays with the session until commit or rollback. Nested
 * begins are savepoints. False when the session has failed or fails here. On SQLite this is BEGIN
 * IMMEDIATE. */
TENON_API bool tenon_begin(tenon_session *s);
/* Commits (or releases the savepoint), then calls what tenon_after_commit has noted. On a failed
 * session it rolls back and returns false; the error stays. OUTCOME_UNKNOWN when the connection was
 * lost while the commit was under way. */
TENON_API bool tenon_commit(tenon_session *s);
/* Rolls back to the matching begin and clears the session's error. Harmless without a transaction.
 * To the outermost begin it always succeeds. To an inner one it may not (the connection is lost):
 * then the session stays failed, UNAVAILABLE, until the outermost begin is rolled back too. */
TENON_API void tenon_rollback(tenon_session *s);
TENON_API bool tenon_in_transaction(const tenon_session *s);

/* How much a transaction sees of others that run beside it. A transaction that cannot go on as if
 * it were alone fails with SERIALIZATION: run it again. On SQLite every transaction is
 * serializable, whatever is asked for. */
typedef enum tenon_isolation {
    TENON_ISOLATION_DEFAULT = 0, /* the database's, mostly read committed */
    TENON_READ_COMMITTED,
    TENON_REPEATABLE_READ,
    TENON_SERIALIZABLE
} tenon_isolation;

/* A setting of PostgreSQL for the time of one transaction. What has a dot in its name is the
 * program's own ("app.tenant"), for policies and triggers: current_setting('app.tenant'). Neither
 * may be NULL. search_path is refused: it is the URL's. */
typedef struct tenon_setting {
    const char *name, *value;
} tenon_setting;

/* All-zero is the default. What a database cannot do is refused with UNSUPPORTED, what makes no
 * sense with MISUSE; nothing is ignored. Times: 0 is what the database does by itself, -1 no limit;
 * PostgreSQL counts in milliseconds, so they are rounded up to these. */
typedef struct tenon_transaction_options {
    tenon_isolation isolation;
    /* A write fails with MISUSE. On SQLite it sees the database as it was at its first read, and
     * neither waits for the writer nor makes it wait. */
    bool read_only;
    /* PostgreSQL, serializable and read only: waits at its begin until it can run without any risk
     * of SERIALIZATION, and without making others fail. */
    bool deferrable;
    /* Longest time of one statement: TIMEOUT. On SQLite, of one call. */
    int64_t statement_timeout_us;
    /* Longest wait for a lock. PostgreSQL: LOCKED. SQLite, where only the begin waits: BUSY when
     * another process writes, POOL_EXHAUSTED when another session of this program does. */
    int64_t lock_timeout_us;
    /* PostgreSQL: longest time that the program may leave the transaction alone, between two calls;
     * then the server ends it, and the next call fails with TIMEOUT. */
    int64_t idle_timeout_us;
    const tenon_setting *settings; /* PostgreSQL */
    size_t setting_count;
    /* Of tenon_transaction only. */
    unsigned tries_most; /* most runs of the function; default 5; 1: it is not run again */
    int64_t
        pause_first_us; /* before the second run, doubled before each further one; default 10 ms */
    int64_t pause_longest_us; /* default 1 s */
    uint64_t reserved[8];
} tenon_transaction_options;

/* As tenon_begin, with options (NULL: none), which are borrowed for the call. A nested begin cannot
 * have any: MISUSE. Settings travel with the BEGIN, in one round trip. */
TENON_API bool tenon_begin_with(tenon_session *s, const tenon_transaction_options *options);

/* Runs `function` in a transaction: commits when it returns true and the session has not failed,
 * rolls back otherwise. True when it was committed. The session's error stays; false without an
 * error is the function's own decision.
 *
 * When the error is one that tenon_error_is_retryable (SERIALIZATION, DEADLOCK, BUSY, …) all of it
 * is done again after a pause, up to `tries_most` times: so the function must do nothing but what
 * can be rolled back, or note it with tenon_after_commit. Each pause is a random part, half at
 * least, of one that doubles from `pause_first_us` to `pause_longest_us`. Before a new run the rows
 * of the last are freed and the error is cleared. Nothing is run again once the session's deadline,
 * counted from this call, would be over, nor when it is unknown whether the transaction took place.
 *
 * Inside of a transaction it is a savepoint, without options but those for runs: it is run once,
 * and the outermost tenon_transaction does the running again.
 *
 * The function must not end the transaction itself (tenon_commit and tenon_rollback of it are
 * MISUSE) and not reset or close the session; what it begins inside, it may leave to be rolled
 * back. */
typedef bool tenon_transaction_function(tenon_session *s, void *ctx);
TENON_API bool tenon_transaction(tenon_session *s, tenon_transaction_function *function, void *ctx,
                                 const tenon_transaction_options *options);
/* How many runs the session's last tenon_transaction took, a nested one not counted; inside the
 * function, which run it is: 1, 2, … */
TENON_API unsigned tenon_transaction_tries(const tenon_session *s);

/* Calls `hook` once after the outermost commit has succeeded, hooks in the order in which they were
 * noted: for what cannot be rolled back, such as mails. Outside of a transaction at once. A
 * rollback to a begin drops the hooks noted since; so do closing, resetting and an unknown outcome.
 * The hook may use the session, also for new transactions, but not close it; the commit stays done
 * whatever it does. `ctx` must live until then. False when the session has failed, memory is
 * exhausted, or a transaction has 10,000 hooks: LIMIT. */
typedef void tenon_commit_hook(tenon_session *s, void *ctx);
TENON_API bool tenon_after_commit(tenon_session *s, tenon_commit_hook *hook, void *ctx);

/* For tests of programs: begins a transaction that the program under test cannot see or end. Its
 * own outermost begins are savepoints, and everything is rolled back when the session is closed or
 * reset. A statement that fails outside of the program's transactions undoes only itself, as ever;
 * its commits call its hooks. What differs: `isolation` and `deferrable` have no effect, timeouts
 * and settings of a committed transaction last until the end of the test, tenon_transaction runs
 * once, and on SQLite `read_only` does not see what tenon_execute writes. MISUSE inside of a
 * transaction. */
TENON_API bool tenon_begin_test(tenon_session *s);

/* Runs SQL text that returns no rows: DDL, settings, maintenance; several statements separated by
 * ';' are allowed. Values never belong in it: they travel as binds through the other calls. */
TENON_API bool tenon_execute(tenon_session *s, const char *sql);

/* Who holds a connection is told by where its transaction began (tenon_pool_leases). */
#ifndef TENON_NO_SITES
#define tenon_begin(s) tenon_begin(tenon_at((s), TENON_SITE))
#define tenon_begin_with(s, ...) tenon_begin_with(tenon_at((s), TENON_SITE), __VA_ARGS__)
#endif

#ifdef __cplusplus
}
#endif
#endif
