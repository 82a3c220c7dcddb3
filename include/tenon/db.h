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
    uint64_t reserved[7];
} tenon_options;

/* Opens a database: `postgresql://…`, `sqlite:path`, `file:path` (relative to the working
 * directory) or `sqlite::memory:` (one database shared by the pool). Connects once, so that a wrong
 * password or a missing database is told here. NULL options are the defaults.
 *
 * URL parameters, of both: pool_min, pool_max (Prisma: connection_limit), acquire_timeout
 * (pool_timeout), connect_timeout, statement_timeout (socket_timeout), statement_cache, plan_cache,
 * application_name, schema_check (on, off). Times are seconds or have a unit (500ms, 5s, 2min); 0
 * is none. PostgreSQL: schema, put first in the search path, and everything that libpq knows.
 * SQLite: datetime (iso, unixms), synchronous (off, normal, full, extra), mode (ro, rw, rwc).
 * Unknown ones are refused. statement_cache=0 leaves nothing prepared on the server: for poolers
 * that hand one connection to several programs. `%`, `?` and `&` in names and values, also in the
 * path of a file, are written %25, %3F and %26.
 *
 * A database is not for both sides of a fork: in the child every call fails with MISUSE. NULL on
 * failure, with *err filled (AUTH, UNAVAILABLE, SCHEMA: no such database, MISUSE, IO, …). */
TENON_API tenon_db *tenon_open(const char *url, const tenon_options *options, tenon_error *err);

/* Closes every connection. Every session must have been closed before. NULL is accepted. */
TENON_API void tenon_close(tenon_db *db);

typedef enum tenon_dialect { TENON_POSTGRESQL = 1, TENON_SQLITE } tenon_dialect;
TENON_API tenon_dialect tenon_db_dialect(const tenon_db *db);

/* A picture of the pool; counts may be out of date by the time they are read. */
typedef struct tenon_pool_metrics {
    unsigned size, idle, leased, waiting;
    uint64_t opened_total, acquired_total, acquire_timeouts_total;
    int64_t wait_us_total;
    uint64_t reserved[8];
} tenon_pool_metrics;
TENON_API tenon_pool_metrics tenon_db_metrics(tenon_db *db);

/* The version of the library, "0.1.0". */
TENON_API const char *tenon_version(void);

#ifdef __cplusplus
}
#endif
#endif
