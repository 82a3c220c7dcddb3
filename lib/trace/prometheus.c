/* Prometheus' text exposition format, version 0.0.4. Times are seconds, what only rises ends in
 * _total. Labels of a shape are kept short: its SQL stands once, in tenon_shape_info, and is joined
 * by the fingerprint. */
#include "trace/exposition.h"

#include <inttypes.h>

enum { MOST_SHAPES = 50, MOST_SQL = 200 };

void tenon__exposition_head(tenon__buf *out, const char *name, const char *type, const char *help)
{
    tenon__buf_format(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

void tenon__exposition_label(tenon__buf *out, const char *name, const char *value, size_t length)
{
    tenon__buf_format(out, "%s=\"", name);
    for (size_t i = 0; i < length; i++) {
        if (value[i] == '\n')
            tenon__buf_text(out, "\\n");
        else if (value[i] == '"' || value[i] == '\\')
            tenon__buf_format(out, "\\%c", value[i]);
        else
            tenon__buf_char(out, value[i]);
    }
    tenon__buf_char(out, '"');
}

void tenon__exposition_number(tenon__buf *out, const char *name, const char *dialect,
                              uint64_t value)
{
    tenon__buf_format(out, "%s{dialect=\"%s\"} %" PRIu64 "\n", name, dialect, value);
}

void tenon__exposition_counter(tenon__buf *out, const char *name, const char *help,
                               const char *dialect, uint64_t value)
{
    tenon__exposition_head(out, name, "counter", help);
    tenon__exposition_number(out, name, dialect, value);
}

/* ---- all statements -------------------------------------------------------------------------- */

void tenon__exposition_add_histogram(tenon__buf *out, const tenon__exposition_histogram *it)
{
    uint64_t below = 0;
    tenon__exposition_head(out, it->name, "histogram", it->help);
    for (size_t i = 0; i < it->edge_count; i++) {
        below += it->counts[i];
        tenon__buf_format(out, "%s_bucket{dialect=\"%s\",le=\"", it->name, it->dialect);
        tenon__add_seconds(out, it->edge_ns(i));
        tenon__buf_format(out, "\"} %" PRIu64 "\n", below);
    }
    below += it->counts[it->edge_count];
    tenon__buf_format(out, "%s_bucket{dialect=\"%s\",le=\"+Inf\"} %" PRIu64 "\n", it->name,
                      it->dialect, below);
    tenon__buf_format(out, "%s_sum{dialect=\"%s\"} ", it->name, it->dialect);
    tenon__add_seconds(out, it->sum_ns);
    tenon__buf_format(out, "\n%s_count{dialect=\"%s\"} %" PRIu64 "\n", it->name, it->dialect,
                      below);
}

static void add_durations(tenon__buf *out, const tenon_shape_statistics *total, const char *dialect)
{
    const tenon__exposition_histogram durations = {
        .name = "tenon_statement_duration_seconds",
        .help = "Time of statements, as the program saw it.",
        .dialect = dialect,
        .edge_count = TENON_DURATION_EDGES,
        .edge_ns = tenon_duration_edge_ns,
        .counts = total->duration_counts,
        .sum_ns = total->total_ns,
    };
    tenon__exposition_add_histogram(out, &durations);
}

static void add_totals(tenon__buf *out, const tenon_statistics *it, const char *dialect)
{
    add_durations(out, &it->total, dialect);
    tenon__exposition_counter(out, "tenon_statement_errors_total", "Statements that failed.",
                              dialect, it->total.errors);
    tenon__exposition_counter(out, "tenon_statement_rows_total", "Rows read or written.", dialect,
                              it->total.rows);
    tenon__exposition_counter(out, "tenon_statement_result_bytes_total",
                              "Memory that rows read took.", dialect, it->total.bytes);
    tenon__exposition_counter(out, "tenon_slow_statements_total",
                              "Statements at or above the slow threshold.", dialect,
                              it->slow_count);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void add_memory(tenon__buf *out, tenon_trace *trace, const char *dialect)
{
    const char *name = "tenon_memory_bytes";
    tenon_memory memory = tenon_trace_memory(trace, NULL);
    tenon__exposition_head(out, name, "gauge", "Memory of caches.");
    tenon__buf_format(out, "%s{dialect=\"%s\",part=\"plans\"} %zu\n", name, dialect,
                      memory.plan_bytes);
    tenon__buf_format(out, "%s{dialect=\"%s\",part=\"trace\"} %zu\n", name, dialect,
                      memory.trace_bytes);
}

/* ---- shapes ---------------------------------------------------------------------------------- */

static void add_shape(tenon__buf *out, const tenon_shape_statistics *shape)
{
    const char *model = shape->model ? shape->model : "";
    tenon__buf_format(out, "fingerprint=\"%016" PRIx64 "\",", shape->fingerprint);
    tenon__exposition_label(out, "model", model, strlen(model));
    tenon__buf_char(out, ',');
    tenon__exposition_label(out, "operation", shape->operation, strlen(shape->operation));
}

static void add_quantile(tenon__buf *out, const tenon_shape_statistics *shape, const char *quantile,
                         int64_t ns)
{
    tenon__buf_text(out, "tenon_shape_duration_seconds{");
    add_shape(out, shape);
    tenon__buf_format(out, ",quantile=\"%s\"} ", quantile);
    tenon__add_seconds(out, ns);
    tenon__buf_char(out, '\n');
}

static void add_summary(tenon__buf *out, const tenon_shape_statistics *shape)
{
    add_quantile(out, shape, "0.5", shape->p50_ns);
    add_quantile(out, shape, "0.95", shape->p95_ns);
    add_quantile(out, shape, "0.99", shape->p99_ns);
    tenon__buf_text(out, "tenon_shape_duration_seconds_sum{");
    add_shape(out, shape);
    tenon__buf_text(out, "} ");
    tenon__add_seconds(out, shape->total_ns);
    tenon__buf_text(out, "\ntenon_shape_duration_seconds_count{");
    add_shape(out, shape);
    tenon__buf_format(out, "} %" PRIu64 "\n", shape->calls);
}

static void add_info(tenon__buf *out, const tenon_shape_statistics *shape)
{
    size_t length = strlen(shape->sql);
    if (length > MOST_SQL)
        length = tenon__utf8_cut(shape->sql, length, MOST_SQL);
    tenon__buf_text(out, "tenon_shape_info{");
    add_shape(out, shape);
    tenon__buf_char(out, ',');
    tenon__exposition_label(out, "sql", shape->sql, length);
    tenon__buf_text(out, "} 1\n");
}

static void add_shape_counter(tenon__buf *out, const char *name, const char *help,
                              const tenon_statistics *it, size_t count, size_t member)
{
    tenon__exposition_head(out, name, "counter", help);
    for (size_t i = 0; i < count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)&it->items[i] + member, sizeof value);
        tenon__buf_format(out, "%s{", name);
        add_shape(out, &it->items[i]);
        tenon__buf_format(out, "} %" PRIu64 "\n", value);
    }
}

static void add_shapes(tenon__buf *out, const tenon_statistics *it)
{
    size_t count = it->count < MOST_SHAPES ? it->count : MOST_SHAPES;
    tenon__exposition_head(out, "tenon_shape_duration_seconds", "summary",
                           "Time of the statements of a shape.");
    for (size_t i = 0; i < count; i++)
        add_summary(out, &it->items[i]);
    add_shape_counter(out, "tenon_shape_rows_total", "Rows read or written.", it, count,
                      offsetof(tenon_shape_statistics, rows));
    add_shape_counter(out, "tenon_shape_errors_total", "Statements that failed.", it, count,
                      offsetof(tenon_shape_statistics, errors));
    add_shape_counter(out, "tenon_shape_result_bytes_total", "Memory that rows read took.", it,
                      count, offsetof(tenon_shape_statistics, bytes));
    tenon__exposition_head(out, "tenon_shape_info", "gauge", "What a fingerprint stands for.");
    for (size_t i = 0; i < count; i++)
        add_info(out, &it->items[i]);
}

void tenon__prometheus_write(tenon__buf *out, tenon_trace *trace, const tenon_statistics *it)
{
    const char *dialect = tenon__dialect_name(it->dialect);
    add_totals(out, it, dialect);
    tenon__exposition_pool(out, trace->db, dialect);
    tenon__exposition_replicas(out, trace->db);
    add_memory(out, trace, dialect);
    add_shapes(out, it);
}
