/* What a trace is made of: the face of lib/trace. trace.c opens it and is told of every statement,
 * statistics.c copies what was counted, slow.c tells slow statements, comment.c writes comments,
 * spans.c keeps spans; the exports are made of copies. */
#ifndef TENON_TRACE_TRACER_H
#define TENON_TRACE_TRACER_H

#include "trace/shapes.h"

typedef struct tenon__slow {
    int64_t from_ns; /* INT64_MAX: nothing is slow */
    tenon_slow_function *function;
    void *ctx;
    int64_t plan_interval_us; /* negative: no plans */
    bool hides_parameters;
    atomic_uint_fast64_t count;
    atomic_bool is_asking; /* somebody has what follows; who cannot have it goes without a plan */
    tenon_db *beside;      /* for EXPLAIN; opened when it is first wanted */
} tenon__slow;

/* A statement as a span of somebody's trace. */
typedef struct tenon__span {
    uint8_t trace_id[16], span_id[8], parent_id[8];
    bool has_parent;
    int64_t begin_ns, end_ns; /* since 1970-01-01 UTC */
    uint64_t row_count;
    char name[96], model[64], operation[32], site[96], error[128], sql[512];
} tenon__span;

typedef struct tenon__spans {
    pthread_mutex_t lock;
    tenon__span *items; /* a ring; NULL: none are wanted */
    size_t most, first, count;
    unsigned every;
    atomic_uint calls;
    atomic_uint_fast64_t dropped, last_id;
} tenon__spans;

/* Who is being profiled. */
typedef struct tenon__profiling {
    _Atomic(tenon_session *) session; /* or NULL; the others are its thread's business */
    tenon_profile_function *function;
    void *ctx;
} tenon__profiling;

typedef struct tenon__listener {
    char *path;      /* NULL: nobody listens */
    int fd, wake[2]; /* -1: not open; closing the second end of the pipe stops the thread */
    bool is_bound, is_running;
    pthread_t thread;
} tenon__listener;

struct tenon_trace {
    tenon_db *db;
    tenon__meter meter;
    tenon__shapes shapes;
    tenon__slow slow;
    tenon__spans spans;
    tenon__profiling profiling;
    tenon__listener listener;
    _Atomic int64_t since_us;
    char *application_name;
    unsigned comments; /* tenon_comment values */
};

/* On the heap. */
char *tenon__text_copy(const char *text);
/* The last character so far; NUL of nothing. */
static inline char tenon__buf_last(const tenon__buf *buf)
{
    return buf->length ? buf->data[buf->length - 1] : '\0';
}

/* What asks for a plan; of tasks it lets the event loop go on while it waits. To be freed. */
typedef char *tenon__ask_function(tenon_db *beside, const tenon__measured *measured);
/* Calls `ask` with the connection beside, opened when it is first wanted; NULL when somebody else
 * asks at this moment, or it cannot be had. */
char *tenon__trace_ask_beside(tenon_trace *trace, const tenon__measured *measured,
                              tenon__ask_function *ask);

/* ---- slow.c ---------------------------------------------------------------------------------- */

/* A statement took at least slow.from_ns. */
void tenon__slow_tell(tenon_trace *trace, const tenon__measured *measured,
                      const tenon__identity *identity);
void tenon__slow_release(tenon__slow *slow);

/* ---- spans.c --------------------------------------------------------------------------------- */

/* `every` 0: none are kept. False without memory. */
bool tenon__spans_init(tenon__spans *spans, unsigned every, size_t most);
void tenon__spans_release(tenon__spans *spans);
/* Keeps the statement as a span, if it is its turn or its session's trace is sampled. */
void tenon__spans_add(tenon_trace *trace, const tenon__measured *measured,
                      const tenon__identity *identity);
/* The oldest, which is kept no longer. False: there is none. */
bool tenon__spans_take(tenon__spans *spans, tenon__span *out);

/* ---- prometheus.c, otlp.c, json.c ------------------------------------------------------------ */

void tenon__prometheus_write(tenon__buf *out, tenon_trace *trace, const tenon_statistics *it);
void tenon__otlp_write_metrics(tenon__buf *out, tenon_trace *trace, const tenon_statistics *it);
void tenon__otlp_write_spans(tenon__buf *out, tenon_trace *trace);
void tenon__json_write(tenon__buf *out, tenon_trace *trace, const tenon_statistics *it);
/* Nanoseconds as seconds: 0.000012345. */
void tenon__add_seconds(tenon__buf *out, int64_t ns);
/* "postgresql", "sqlite". */
const char *tenon__dialect_name(tenon_dialect dialect);
/* As a JSON string; NULL as "". */
void tenon__add_string(tenon__buf *out, const char *text);

/* ---- listen.c -------------------------------------------------------------------------------- */

void tenon__listener_init(tenon__listener *listener);
void tenon__listener_close(tenon__listener *listener);

/* ---- profile.c ------------------------------------------------------------------------------- */

/* A call of the session that is being profiled. */
void tenon__profile_tell(tenon_trace *trace, const tenon__measured *measured);

/* ---- comment.c ------------------------------------------------------------------------------- */

/* A call with its comment: as tenon__meter wants it. */
const tenon__call *tenon__comment_dress(void *ctx, tenon_session *s, const tenon__call *call,
                                        const char *site);

/* ---- sample.c -------------------------------------------------------------------------------- */

/* The plan of a call, asked of `beside` with the values at hand; not run. NULL: it could not be had
 * within a second. */
char *tenon__plan_sample(tenon_db *beside, const tenon__measured *measured);
/* The same of a statement that is run for it, once more; NULL: a write, SQLite, or it failed, or
 * took longer than a minute. */
char *tenon__plan_analyze(tenon_db *beside, const tenon__measured *measured);
/* Puts ? in the place of values in its conditions: PostgreSQL shows those it has planned for. */
void tenon__plan_hide_values(char *plan);

#endif
