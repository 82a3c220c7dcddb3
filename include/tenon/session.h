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

/* All-zero is the default. */
typedef struct tenon_session_options {
    int64_t
        deadline_us; /* monotonic budget for each call; default: the database's statement_timeout */
    size_t memory_limit_bytes; /* most memory the results may take; 0: the database's limit */
    const char *actor;         /* who acts, for audit columns; copied */
    uint64_t reserved[8];
} tenon_session_options;

/* Cheap: leases no connection. NULL only when memory is exhausted or db is NULL. */
TENON_API tenon_session *tenon_session_open(tenon_db *db, const tenon_session_options *options);
/* Rolls back an open transaction and frees every row the session returned. NULL is accepted. */
TENON_API void tenon_session_close(tenon_session *s);
/* As close and open: rolls back, frees the rows, clears the error, keeps the memory for reuse. */
TENON_API void tenon_session_reset(tenon_session *s);

TENON_API bool tenon_failed(const tenon_session *s);
/* The first error's message with model and field in front, "" when none. Lives until cleared. */
TENON_API const char *tenon_message(const tenon_session *s);
/* Never NULL. */
TENON_API const tenon_error *tenon_session_error(const tenon_session *s);
TENON_API void tenon_error_clear(tenon_session *s);

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
/* Commits (or releases the savepoint). On a failed session it rolls back and returns false; the
 * error stays. OUTCOME_UNKNOWN when the connection was lost while the commit was under way. */
TENON_API bool tenon_commit(tenon_session *s);
/* Rolls back to the matching begin and clears the session's error. Harmless without a transaction.
 * To the outermost begin it always succeeds. To an inner one it may not (the connection is lost):
 * then the session stays failed, UNAVAILABLE, until the outermost begin is rolled back too. */
TENON_API void tenon_rollback(tenon_session *s);
TENON_API bool tenon_in_transaction(const tenon_session *s);

/* Runs SQL text that returns no rows: DDL, settings, maintenance; several statements separated by
 * ';' are allowed. Values never belong in it: they travel as binds through the other calls. */
TENON_API bool tenon_execute(tenon_session *s, const char *sql);

#ifdef __cplusplus
}
#endif
#endif
