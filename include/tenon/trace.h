/* What a database has done: statistics of every statement, slow ones with their plans, exports for
 * Prometheus and OpenTelemetry. A library of its own, libtenon-trace: who does not open a trace
 * pays nothing for it.
 *
 *     tenon_trace *trace = tenon_trace_open(db, NULL, &err);
 *     …
 *     tenon_statistics *now = tenon_trace_statistics(trace, &err);
 *     for (size_t i = 0; now && i < now->count; i++)
 *         printf("%8llu calls %10lld ns  %s\n", (unsigned long long)now->items[i].calls,
 *                (long long)now->items[i].p95_ns, now->items[i].sql);
 *     tenon_statistics_free(now);
 *
 * Statements are counted by their *shape*: calls that differ in their values only are one. Of
 * tenon_execute that is the text with `?` in the place of numbers and strings. What is counted is
 * what hooks of queries see: every call, the statements of an include each by itself, COPY, the
 * opening of a stream; not BEGIN and COMMIT. Statements that were sent together count the time of
 * all of them each.
 *
 * Threads: all of it may be called by several threads at a time, but for opening and closing. */
#ifndef TENON_TRACE_H
#define TENON_TRACE_H

#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_trace tenon_trace;

/* ---- slow queries ---------------------------------------------------------------------------- */

/* A statement that took long. Everything lives until the function returns. */
typedef struct tenon_slow_query {
    const char *sql;        /* with parameters in place of values */
    const char *parameters; /* "$1 = 31, $2 = [sensitive]"; "" without any */
    const char *plan;       /* EXPLAIN's own words; NULL: not taken this time */
    const char *model;      /* NULL: SQL text */
    const char *operation;
    const char *site;  /* "file.c:12", or NULL */
    const char *error; /* NULL: it was done */
    uint64_t fingerprint;
    int64_t time_us;
    int64_t at_us; /* its end, since 1970-01-01 UTC */
    uint64_t row_count;
} tenon_slow_query;

/* Called by the thread of the session, before its call returns; by several at a time. It must not
 * use the session. */
typedef void tenon_slow_function(const tenon_slow_query *query, void *ctx);

/* ---- opening --------------------------------------------------------------------------------- */

/* What is written into SQL as a comment; see docs/observability.md for what that costs. */
typedef enum tenon_comment {
    TENON_COMMENT_APPLICATION = 1 << 0, /* application='shop',db_driver='tenon' */
    TENON_COMMENT_ACTION = 1 << 1,      /* action='User.find' */
    TENON_COMMENT_SITE = 1 << 2         /* file='src%2Fshop.c%3A12' */
} tenon_comment;

/* All-zero is the default. */
typedef struct tenon_trace_options {
    size_t shapes_most; /* kept apart, 8 KB each; default 500. See `other` below */
    int64_t slow_us;    /* from here on a statement is slow; default 100 ms; -1: none is */
    tenon_slow_function *slow;
    void *slow_ctx;
    /* The plan of one shape is asked for once in this time; default 1 min; -1: never. */
    int64_t plan_interval_us;
    bool hides_parameters;        /* [hidden] for all values, not for sensitive ones only */
    const char *application_name; /* in comments and exports; default "tenon" */
    unsigned comments;            /* tenon_comment values, joined by |; default none */
    /* One of so many calls becomes a span, and every call of a session whose tenon_trace_parent is
     * sampled; 0: none. */
    unsigned spans_every;
    size_t spans_most; /* kept until they are exported; default 1,000; the oldest is dropped */
    uint64_t reserved[8];
} tenon_trace_options;

/* Starts counting. NULL with *err: MISUSE when the database has a trace already, NO_MEMORY. */
TENON_API tenon_trace *tenon_trace_open(tenon_db *db, const tenon_trace_options *options,
                                        tenon_error *err);
/* Before tenon_close, and while no call of the database is under way. NULL is accepted. */
TENON_API void tenon_trace_close(tenon_trace *trace);

/* Whose work the session does from now on, as W3C's trace context says it in the header
 * `traceparent`: "00-<trace id>-<parent id>-01". NULL: nobody's. False for any other text, which
 * changes nothing; the session's error is left alone. */
TENON_API bool tenon_trace_parent(tenon_session *s, const char *traceparent);

/* ---- statistics ------------------------------------------------------------------------------ */

/* Calls are counted by how long they took: up to 16, 66, 262 microseconds, 1, 4, 17, 67, 268
 * milliseconds, 1.1, 4.3, 17.2 seconds (powers of four of a nanosecond, from 4^7), and longer. */
enum { TENON_DURATION_EDGES = 11 };
TENON_API int64_t tenon_duration_edge_ns(size_t edge);

typedef struct tenon_shape_statistics {
    uint64_t fingerprint; /* of the SQL text: the same in every process */
    const char *sql;
    const char *model; /* NULL: SQL text */
    const char *operation;
    uint64_t calls, errors, rows;
    uint64_t bytes; /* of the sessions' memory that the rows took */
    int64_t total_ns, mean_ns, min_ns, max_ns;
    /* Off by at most 1/64 of the value, and by 16 ns below a microsecond. */
    int64_t p50_ns, p95_ns, p99_ns;
    uint64_t duration_counts[TENON_DURATION_EDGES + 1]; /* each by itself, not summed up */
} tenon_shape_statistics;

typedef struct tenon_statistics {
    tenon_dialect dialect;
    int64_t since_us, until_us;          /* since 1970-01-01 UTC: opened, or last reset; now */
    const tenon_shape_statistics *items; /* the longest total time first */
    size_t count;
    /* Of shapes for which there was no room: when `shapes_most` are kept, a new one takes the place
     * of the one with the shortest total time among 1/16 of them. Nothing is ever lost from the
     * sum. */
    tenon_shape_statistics other;
    tenon_shape_statistics total; /* of everything */
    uint64_t slow_count;
    uint64_t spans_dropped;
} tenon_statistics;

/* A copy of what was counted so far, to be freed. NULL only without memory. */
TENON_API tenon_statistics *tenon_trace_statistics(tenon_trace *trace, tenon_error *err);
TENON_API void tenon_statistics_free(tenon_statistics *statistics);
/* Begins to count anew. */
TENON_API void tenon_trace_reset(tenon_trace *trace);

/* ---- profiles -------------------------------------------------------------------------------- */

/* A step of a plan, in the order of EXPLAIN; what it is made of follows it, one deeper. */
typedef struct tenon_plan_step {
    unsigned depth;
    const char *text; /* "Seq Scan on \"User\"", "SEARCH User USING INDEX …" */
    bool reads_all;   /* a whole table */
    bool sorts;       /* for want of an index that has the order */
    /* PostgreSQL. Rows of each loop. */
    double estimated_rows;
    /* Where the statement was run. */
    bool is_measured;
    double actual_rows, loops;
    double total_ms;     /* in all loops, with the steps below */
    double removed_rows; /* read in each loop, and thrown away by a filter */
    /* How far the estimate is off: 1 when it is right, 10 when there were ten times as many rows,
     * or a tenth of them. Of both at least one row is assumed. 0: not known. */
    double error;
} tenon_plan_step;

typedef struct tenon_profile {
    const char *sql;
    const char *site;
    const char *plan; /* as the database says it, line by line */
    bool is_measured; /* false: SQLite, a write, or what may only be explained */
    int64_t time_us;  /* of the program's own call */
    double planning_ms, execution_ms;
    const tenon_plan_step *steps;
    size_t step_count;
    const tenon_plan_step *worst; /* the largest error; NULL: none is known */
} tenon_profile;

/* As tenon_slow_function. */
typedef void tenon_profile_function(const tenon_profile *profile, void *ctx);

/* From now on each call of the session is analysed when it is done, on a connection beside: what
 * only reads is run once more by EXPLAIN (ANALYZE), in a transaction that may only read and is
 * rolled back; a write is explained and never run. It sees what is committed. For development and
 * single sessions: one session of a trace at a time. NULL ends it, which must come before the
 * session is closed. False: MISUSE, another session is being profiled. */
TENON_API bool tenon_trace_profile(tenon_trace *trace, tenon_session *s,
                                   tenon_profile_function *function, void *ctx);

/* ---- what the server has counted ------------------------------------------------------------- */

typedef struct tenon_server_statement {
    const char *sql;
    int64_t calls, rows;
    double total_ms, mean_ms, min_ms, max_ms;
    int64_t blocks_hit, blocks_read; /* shared buffers, and what was not in them */
} tenon_server_statement;

typedef struct tenon_server_statements {
    bool is_there; /* false: SQLite, or a server without pg_stat_statements */
    const tenon_server_statement *items;
    size_t count;
} tenon_server_statements;

/* pg_stat_statements, of the session's database, the longest total time first; at most `most`. It
 * has what other programs did too, and what this one did before its trace was opened. In the
 * session's arena; empty when the session has failed or fails here (PERMISSION, …). */
TENON_API tenon_server_statements tenon_server_statements_read(tenon_session *s, size_t most);

/* ---- memory ---------------------------------------------------------------------------------- */

typedef struct tenon_memory {
    size_t result_bytes;  /* of the session, for rows that it has given */
    size_t scratch_bytes; /* … and kept for its next call */
    size_t plan_count;    /* of the database: SQL texts and how to bind and decode */
    size_t plan_bytes;
    size_t trace_bytes; /* of the trace: shapes and spans */
} tenon_memory;

/* What is held now. `s` may be NULL; it must be the caller's own. */
TENON_API tenon_memory tenon_trace_memory(tenon_trace *trace, tenon_session *s);

/* ---- exports --------------------------------------------------------------------------------- */

typedef enum tenon_trace_format {
    TENON_TRACE_PROMETHEUS = 1, /* the text exposition format 0.0.4, for a scraper */
    TENON_TRACE_OTLP_METRICS,   /* the body of a POST to …/v1/metrics, as application/json */
    TENON_TRACE_OTLP_SPANS,     /* …/v1/traces; the spans kept so far, which are dropped then */
    TENON_TRACE_JSON            /* what `tenon top` reads */
} tenon_trace_format;

/* Of each shape by itself the 50 with the longest total time are exported. Sending it is left to
 * the program. To be freed with free; NULL with *err: NO_MEMORY, MISUSE. */
TENON_API char *tenon_trace_text(tenon_trace *trace, tenon_trace_format format, tenon_error *err);

/* Tells all of these at a unix socket, until the trace is closed: `tenon top PATH` shows them. A
 * client sends "json", "prometheus", "otlp-metrics" or "otlp-spans" and a newline, and reads to the
 * end. The file is made with mode 0600; one that a dead program left behind is replaced. A thread
 * serves it. False with *err: MISUSE (something is there), LIMIT (a path beyond 107 characters),
 * IO. */
TENON_API bool tenon_trace_listen(tenon_trace *trace, const char *path, tenon_error *err);

#ifdef __cplusplus
}
#endif
#endif
