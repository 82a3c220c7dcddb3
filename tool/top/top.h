/* What a running program has told of its statements: asking for it, and showing it.
 *
 * ask.c talks to the socket, read.c makes numbers of the JSON that comes, show.c a table of the
 * numbers, screen.c keeps a terminal. Rates are the differences between two snapshots of one
 * program; of a single one they are those since it began to count. */
#ifndef TENON_TOP_TOP_H
#define TENON_TOP_TOP_H

#include "core/core.h"

typedef struct top_row {
    uint64_t fingerprint;
    const char *sql, *model, *operation;
    int64_t calls, errors, rows, bytes;
    int64_t total_ns, mean_ns, p50_ns, p95_ns, p99_ns, max_ns;
    double calls_per_second;
} top_row;

typedef struct top_snapshot {
    tenon__arena arena; /* of the texts and rows */
    const char *application, *dialect;
    int64_t since_us, until_us, slow_count;
    int64_t pool_size, pool_leased, pool_waiting;
    top_row total, other;
    top_row *rows;
    size_t row_count;
} top_snapshot;

typedef enum top_order {
    TOP_BY_TOTAL,
    TOP_BY_CALLS,
    TOP_BY_MEAN,
    TOP_BY_P95,
    TOP_BY_ROWS,
    TOP_BY_ERRORS,
    TOP_ORDERS
} top_order;
/* "total", "calls" … */
const char *top_order_name(top_order order);
/* The one that has this name, or whose key this is; TOP_ORDERS: none has. */
top_order top_order_of_name(const char *name);
top_order top_order_of_key(char key);

/* What the program at this socket says in one of its formats. False with *err: UNAVAILABLE. */
bool top_ask(const char *path, const char *format, tenon__buf *out, tenon_error *err);

/* False with *err when the text is not what a program says. */
bool top_read(top_snapshot *out, const char *text, size_t length, tenon_error *err);
/* Safe on an all-zero one. */
void top_snapshot_release(top_snapshot *snapshot);
/* Fills in the rates; `before` NULL: since it began. */
void top_rate(top_snapshot *now, const top_snapshot *before);
void top_sort(top_snapshot *snapshot, top_order order);

typedef struct top_view {
    size_t width; /* 0: lines are not cut */
    size_t most_rows;
    top_order order;
    bool has_colours;
    bool has_keys; /* the line of keys is shown */
} top_view;
/* Lines, each ended by a newline. */
void top_show(tenon__buf *out, const top_snapshot *snapshot, const top_view *view);

/* Shows the program at `path` until q is pressed or the program is gone. The terminal is as before
 * then. False with *err. */
bool top_watch(const char *path, int64_t interval_us, top_view view, tenon_error *err);

#endif
