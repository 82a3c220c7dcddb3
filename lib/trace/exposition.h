/* Parts of Prometheus' text exposition format: what the files prometheus*.c
 * share. */
#ifndef TENON_TRACE_EXPOSITION_H
#define TENON_TRACE_EXPOSITION_H

#include "trace/tracer.h"

void tenon__exposition_head(tenon__buf *out, const char *name, const char *type, const char *help);
/* name="value", of a value that says anything. */
void tenon__exposition_label(tenon__buf *out, const char *name, const char *value, size_t length);
/* A metric of the whole database, and one of these by itself. */
void tenon__exposition_number(tenon__buf *out, const char *name, const char *dialect,
                              uint64_t value);
void tenon__exposition_counter(tenon__buf *out, const char *name, const char *help,
                               const char *dialect, uint64_t value);

typedef struct tenon__exposition_histogram {
    const char *name, *help, *dialect;
    size_t edge_count;
    int64_t (*edge_ns)(size_t edge);
    const uint64_t *counts; /* edge_count + 1, each by itself */
    int64_t sum_ns;
} tenon__exposition_histogram;
void tenon__exposition_add_histogram(tenon__buf *out, const tenon__exposition_histogram *it);

void tenon__exposition_pool(tenon__buf *out, tenon_db *db, const char *dialect);
/* Nothing where there are none. */
void tenon__exposition_replicas(tenon__buf *out, const tenon_db *db);

#endif
