/* Parts of Prometheus' text exposition format: what prometheus.c and prometheus_pool.c share. */
#ifndef TENON_TRACE_EXPOSITION_H
#define TENON_TRACE_EXPOSITION_H

#include "trace/tracer.h"

void tenon__exposition_head(tenon__buf *out, const char *name, const char *type, const char *help);
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

#endif
