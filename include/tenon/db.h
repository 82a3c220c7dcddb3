/* A database: where it is, and its pool of connections. Thread-safe once open. */
#ifndef TENON_DB_H
#define TENON_DB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/error.h>
#include <tenon/export.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_db tenon_db;
struct tenon_pool_watcher;

/* What is asked of an idle connection before a call gets it. */
typedef enum tenon_pool_check {
    TENON_CHECK_NEWS = 0, /* an empty statement, when its socket has news after a second of rest, or
                             another connection was found dead since */
    TENON_CHECK_ALWAYS    /* an empty statement every time: one more round trip */
} tenon_pool_check;

/* What is put back on a connection of PostgreSQL before it is given to the next. That no
 * transaction is open is always seen to. */
typedef enum tenon_pool_reset {
    TENON_RESET_NOTHING = 0,
    TENON_RESET_STATE, /* settings, role, temporary tables, cursors, LISTEN, advisory locks,
                          sequences: one more round trip; prepared statements stay */
    TENON_RESET_ALL    /* DISCARD ALL; no statement is prepared then */
} tenon_pool_reset;

/* What stands between the program and PostgreSQL. */
typedef enum tenon_pooler {
    TENON_POOLER_NONE = 0,
    TENON_POOLER_TRANSACTION /* gives every transaction to another connection, like PgBouncer with
                                pool_mode=transaction: statements get no names, and nothing is set
                                outside of a transaction */
} tenon_pooler;

/* All-zero is the default. What the URL says (`?pool_max=…`) is overridden by what stands here. */
typedef struct tenon_options {
    unsigned pool_min;            /* connections opened at once and kept; default 0, SQLite 1 */
    unsigned pool_max;            /* default 10; readers beside the one writer on SQLite */
    int64_t acquire_timeout_us;   /* wait for a free connection; default 5 s; -1 none */
    int64_t connect_timeout_us;   /* default 5 s */
    int64_t statement_timeout_us; /* default none: the session's deadline rules */
    size_t statement_cache_count; /* prepared statements a connection; default 256 */
    size_t plan_cache_count;      /* default 4096 */
    size_t plan_cache_bytes;      /* default 16 MiB */
    size_t result_limit_bytes;    /* most memory one session's results may take; default none */
    bool skip_schema_check;       /* trust the database to be as the descriptors say */
    const char *application_name; /* shown in pg_stat_activity */
    /* Signs the cursors of pages: at least 16 bytes nobody can guess, the same for all processes
     * that take each other's cursors. NULL: a random one, so cursors end with this tenon_db. */
    const char *cursor_key;
    /* The pool (docs/pool.md). Times: 0 is the default, -1 none. */
    int64_t idle_timeout_us; /* closes what was idle for so long, down to pool_min; default none */
    int64_t lifetime_us;     /* closes what is so old, less up to a tenth by chance; default none */
    int64_t slow_acquire_us; /* what is a slow acquire; default 1 s */
    int64_t leak_after_us;   /* what is held for too long; default none */
    tenon_pool_check pool_check;
    tenon_pool_reset pool_reset;
    bool pool_fifo; /* the connection that is idle the longest is used next, not the last */
    bool pool_without_thread;                      /* the program calls tenon_pool_tend */
    const struct tenon_pool_watcher *pool_watcher; /* copied; or NULL */
    /* The circuit breaker: after so many failures to connect, one after the other, nobody tries for
     * breaker_wait_us; then one call does. */
    int breaker_failures;    /* default 5; -1: there is none */
    int64_t breaker_wait_us; /* default 1 s */
    /* PostgreSQL, of all its connections. */
    int64_t lock_timeout_us, idle_in_transaction_timeout_us; /* default: the server's */
    tenon_pooler pooler;
    uint64_t reserved[8];
} tenon_options;

/* Opens a database: `postgresql://…`, `sqlite:path`, `file:path` (relative to the working
 * directory) or `sqlite::memory:` (one database shared by the pool). Connects once, so that a wrong
 * password or a missing database is told here. NULL options are the defaults.
 *
 * URL parameters, of both: pool_min, pool_max (Prisma: connection_limit), acquire_timeout
 * (pool_timeout), connect_timeout, statement_timeout (socket_timeout), statement_cache, plan_cache,
 * application_name, schema_check (on, off). Times are seconds or have a unit (500ms, 5s, 2min); 0
 * is none. The pool, the breaker, several hosts, TLS and poolers: docs/pool.md. PostgreSQL: schema,
 * put first in the search path, and everything that libpq knows. TLS is required where the host is
 * not this machine, unless sslmode says otherwise.
 * SQLite: datetime (iso, sql, unixms), synchronous (off, normal, full, extra), mode (ro, rw, rwc).
 * Unknown ones are refused. `%`, `?` and `&` in names and values, also in the
 * path of a file, are written %25, %3F and %26.
 *
 * A database is not for both sides of a fork: in the child every call fails with MISUSE. NULL on
 * failure, with *err filled (AUTH, UNAVAILABLE, SCHEMA: no such database, MISUSE, IO, …). */
TENON_API tenon_db *tenon_open(const char *url, const tenon_options *options, tenon_error *err);

/* Closes every connection. Every session must have been closed before. NULL is accepted. */
TENON_API void tenon_close(tenon_db *db);

typedef enum tenon_dialect { TENON_POSTGRESQL = 1, TENON_SQLITE } tenon_dialect;
/* Which database it is, known from its URL. */
TENON_API tenon_dialect tenon_db_dialect(const tenon_db *db);

/* The version of the library, "0.1.0". */
TENON_API const char *tenon_version(void);

#ifdef __cplusplus
}
#endif
#endif
