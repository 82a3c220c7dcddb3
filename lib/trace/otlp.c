/* OTLP/HTTP in JSON: ExportMetricsServiceRequest and ExportTraceServiceRequest, as the mapping of
 * protobuf to JSON and the OTLP specification have them: names in lowerCamelCase, integers of 64
 * bits as strings, enumerations as numbers, ids in hexadecimal. Names of metrics and attributes are
 * OpenTelemetry's for database clients where there is one. Sums are cumulative. */
#include "trace/replicas.h"
#include "trace/tracer.h"

#include <inttypes.h>
#include <stdio.h>

enum { MOST_SHAPES = 50, KIND_CLIENT = 3, STATUS_ERROR = 2, CUMULATIVE = 2 };

static void add_attribute(tenon__buf *out, const char *key, const char *value)
{
    if (!value || !*value)
        return;
    if (tenon__buf_last(out) == '}')
        tenon__buf_char(out, ',');
    tenon__buf_format(out, "{\"key\":\"%s\",\"value\":{\"stringValue\":", key);
    tenon__add_string(out, value);
    tenon__buf_text(out, "}}");
}

static void begin_resource(tenon__buf *out, const char *list, const char *scope,
                           const tenon_trace *trace)
{
    tenon__buf_format(out, "{\"%s\":[{\"resource\":{\"attributes\":[", list);
    add_attribute(out, "service.name", trace->application_name);
    tenon__buf_format(out, "]},\"%s\":[{\"scope\":{\"name\":\"tenon\",\"version\":\"%s\"},", scope,
                      tenon_version());
}

/* ---- metrics --------------------------------------------------------------------------------- */

static void add_times(tenon__buf *out, const tenon_statistics *it)
{
    tenon__buf_format(
        out, "\"startTimeUnixNano\":\"%" PRId64 "000\",\"timeUnixNano\":\"%" PRId64 "000\"",
        it->since_us, it->until_us);
}

static void add_point_attributes(tenon__buf *out, const tenon_statistics *it,
                                 const tenon_shape_statistics *shape)
{
    char fingerprint[17];
    snprintf(fingerprint, sizeof fingerprint, "%016" PRIx64, shape->fingerprint);
    tenon__buf_text(out, "{\"attributes\":[");
    add_attribute(out, "db.system.name", tenon__dialect_name(it->dialect));
    add_attribute(out, "db.collection.name", shape->model);
    add_attribute(out, "db.operation.name", shape->operation);
    add_attribute(out, "tenon.fingerprint", shape->sql ? fingerprint : "other");
    tenon__buf_text(out, "],");
    add_times(out, it);
}

static void add_duration(tenon__buf *out, const tenon_statistics *it,
                         const tenon_shape_statistics *shape)
{
    add_point_attributes(out, it, shape);
    tenon__buf_format(out, ",\"count\":\"%" PRIu64 "\",\"sum\":", shape->calls);
    tenon__add_seconds(out, shape->total_ns);
    tenon__buf_text(out, ",\"min\":");
    tenon__add_seconds(out, shape->min_ns);
    tenon__buf_text(out, ",\"max\":");
    tenon__add_seconds(out, shape->max_ns);
    tenon__buf_text(out, ",\"bucketCounts\":[");
    for (size_t i = 0; i <= TENON_DURATION_EDGES; i++)
        tenon__buf_format(out, "%s\"%" PRIu64 "\"", i ? "," : "", shape->duration_counts[i]);
    tenon__buf_text(out, "],\"explicitBounds\":[");
    for (size_t i = 0; i < TENON_DURATION_EDGES; i++) {
        tenon__buf_text(out, i ? "," : "");
        tenon__add_seconds(out, tenon_duration_edge_ns(i));
    }
    tenon__buf_text(out, "]}");
}

/* The shapes that are told, and what is left of them in sum. */
typedef struct points {
    const tenon_statistics *it;
    size_t count;
} points;

static const tenon_shape_statistics *point_at(const points *p, size_t i)
{
    return i < p->count ? &p->it->items[i] : &p->it->other;
}

static void add_durations(tenon__buf *out, const points *p)
{
    tenon__buf_format(out,
                      "{\"name\":\"db.client.operation.duration\",\"description\":\"Time of "
                      "statements\",\"unit\":\"s\",\"histogram\":{\"aggregationTemporality\":%d,"
                      "\"dataPoints\":[",
                      CUMULATIVE);
    for (size_t i = 0; i <= p->count; i++) {
        tenon__buf_text(out, i ? "," : "");
        add_duration(out, p->it, point_at(p, i));
    }
    tenon__buf_text(out, "]}}");
}

static void add_sum(tenon__buf *out, const points *p, const char *name, const char *unit,
                    size_t member)
{
    tenon__buf_format(out,
                      ",{\"name\":\"%s\",\"unit\":\"%s\",\"sum\":{\"aggregationTemporality\":%d,"
                      "\"isMonotonic\":true,\"dataPoints\":[",
                      name, unit, CUMULATIVE);
    for (size_t i = 0; i <= p->count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)point_at(p, i) + member, sizeof value);
        tenon__buf_text(out, i ? "," : "");
        add_point_attributes(out, p->it, point_at(p, i));
        tenon__buf_format(out, ",\"asInt\":\"%" PRIu64 "\"}", value);
    }
    tenon__buf_text(out, "]}}");
}

static void add_state(tenon__buf *out, const tenon_statistics *it, const char *state,
                      unsigned value)
{
    tenon__buf_text(out, "{\"attributes\":[");
    add_attribute(out, "db.client.connection.state", state);
    tenon__buf_text(out, "],");
    add_times(out, it);
    tenon__buf_format(out, ",\"asInt\":\"%u\"}", value);
}

static void add_pool(tenon__buf *out, const tenon_statistics *it, tenon_db *db)
{
    tenon_pool_metrics pool = tenon_db_metrics(db);
    tenon__buf_format(out,
                      ",{\"name\":\"db.client.connection.count\",\"unit\":\"{connection}\",\"sum\":"
                      "{\"aggregationTemporality\":%d,\"dataPoints\":[",
                      CUMULATIVE);
    add_state(out, it, "idle", pool.idle);
    tenon__buf_char(out, ',');
    add_state(out, it, "used", pool.leased);
    tenon__buf_text(out, "]}},{\"name\":\"db.client.connection.pending_requests\",\"unit\":"
                         "\"{request}\",\"gauge\":{\"dataPoints\":[{");
    add_times(out, it);
    tenon__buf_format(out, ",\"asInt\":\"%u\"}]}}", pool.waiting);
}

/* ---- replicas -------------------------------------------------------------------------------- */

static void begin_metric(tenon__buf *out, const char *name, const char *unit, bool is_sum)
{
    tenon__buf_format(out, ",{\"name\":\"%s\",\"unit\":\"%s\",", name, unit);
    if (is_sum)
        tenon__buf_format(out, "\"sum\":{\"aggregationTemporality\":%d,\"isMonotonic\":true,",
                          CUMULATIVE);
    else
        tenon__buf_text(out, "\"gauge\":{");
    tenon__buf_text(out, "\"dataPoints\":[");
}

/* Up to its value. Its place tells one from another on the same host. */
static void begin_replica(tenon__buf *out, const tenon_statistics *it,
                          const tenon__replica_list *list, size_t i)
{
    char place[16];
    snprintf(place, sizeof place, "%zu", i + 1);
    tenon__buf_text(out, tenon__buf_last(out) == '}' ? ",{\"attributes\":[" : "{\"attributes\":[");
    add_attribute(out, "server.address", list->items[i].host);
    add_attribute(out, "tenon.replica", place);
    tenon__buf_text(out, "],");
    add_times(out, it);
}

/* What is not known is no number. */
static void add_lag(tenon__buf *out, const tenon_statistics *it, const tenon__replica_list *list)
{
    begin_metric(out, "tenon.replica.lag", "s", false);
    for (size_t i = 0; i < list->count; i++) {
        if (list->items[i].lag_us < 0)
            continue;
        begin_replica(out, it, list, i);
        tenon__buf_text(out, ",\"asDouble\":");
        tenon__add_seconds(out, list->items[i].lag_us * 1000);
        tenon__buf_char(out, '}');
    }
    tenon__buf_text(out, "]}}");
}

static void add_replica_figures(tenon__buf *out, const tenon_statistics *it,
                                const tenon__replica_list *list)
{
    static const struct {
        const char *name, *unit;
        bool is_sum;
        tenon__replica_figure *of;
    } figures[] = {{"tenon.replica.following", "1", false, tenon__replica_is_following},
                   {"tenon.replica.reads", "{read}", true, tenon__replica_reads},
                   {"tenon.replica.failures", "{failure}", true, tenon__replica_failures}};
    for (size_t f = 0; f < TENON__COUNT(figures); f++) {
        begin_metric(out, figures[f].name, figures[f].unit, figures[f].is_sum);
        for (size_t i = 0; i < list->count; i++) {
            begin_replica(out, it, list, i);
            tenon__buf_format(out, ",\"asInt\":\"%" PRIu64 "\"}", figures[f].of(&list->items[i]));
        }
        tenon__buf_text(out, "]}}");
    }
}

static void add_misses(tenon__buf *out, const tenon_statistics *it,
                       const tenon_replica_misses *misses)
{
    const struct {
        const char *reason;
        uint64_t count;
    } each[] = {{"own_writes", misses->own_writes_total},
                {"lag", misses->lag_total},
                {"unreachable", misses->unreachable_total}};
    begin_metric(out, "tenon.replica.misses", "{read}", true);
    for (size_t i = 0; i < TENON__COUNT(each); i++) {
        tenon__buf_text(out, i ? ",{\"attributes\":[" : "{\"attributes\":[");
        add_attribute(out, "tenon.reason", each[i].reason);
        tenon__buf_text(out, "],");
        add_times(out, it);
        tenon__buf_format(out, ",\"asInt\":\"%" PRIu64 "\"}", each[i].count);
    }
    tenon__buf_text(out, "]}}");
}

static void add_replicas(tenon__buf *out, const tenon_statistics *it, const tenon_db *db)
{
    tenon__replica_list list;
    if (!tenon__replica_list_read(db, &list))
        return;
    add_lag(out, it, &list);
    add_replica_figures(out, it, &list);
    add_misses(out, it, &list.misses);
}

/* ---- all of them ----------------------------------------------------------------------------- */

void tenon__otlp_write_metrics(tenon__buf *out, tenon_trace *trace, const tenon_statistics *it)
{
    const points p = {.it = it, .count = it->count < MOST_SHAPES ? it->count : MOST_SHAPES};
    begin_resource(out, "resourceMetrics", "scopeMetrics", trace);
    tenon__buf_text(out, "\"metrics\":[");
    add_durations(out, &p);
    add_sum(out, &p, "tenon.client.rows", "{row}", offsetof(tenon_shape_statistics, rows));
    add_sum(out, &p, "tenon.client.errors", "{error}", offsetof(tenon_shape_statistics, errors));
    add_sum(out, &p, "tenon.client.result.size", "By", offsetof(tenon_shape_statistics, bytes));
    add_pool(out, it, trace->db);
    add_replicas(out, it, trace->db);
    tenon__buf_text(out, "]}]}]}");
}

/* ---- spans ----------------------------------------------------------------------------------- */

static void add_id(tenon__buf *out, const char *key, const uint8_t *id, size_t length)
{
    tenon__buf_format(out, "\"%s\":\"", key);
    for (size_t i = 0; i < length; i++)
        tenon__buf_format(out, "%02x", id[i]);
    tenon__buf_text(out, "\",");
}

static void add_span(tenon__buf *out, const tenon__span *span, const char *dialect)
{
    tenon__buf_char(out, '{');
    add_id(out, "traceId", span->trace_id, sizeof span->trace_id);
    add_id(out, "spanId", span->span_id, sizeof span->span_id);
    if (span->has_parent)
        add_id(out, "parentSpanId", span->parent_id, sizeof span->parent_id);
    tenon__buf_text(out, "\"name\":");
    tenon__add_string(out, span->name);
    tenon__buf_format(out,
                      ",\"kind\":%d,\"startTimeUnixNano\":\"%" PRId64
                      "\",\"endTimeUnixNano\":\"%" PRId64 "\",\"attributes\":[",
                      KIND_CLIENT, span->begin_ns, span->end_ns);
    add_attribute(out, "db.system.name", dialect);
    add_attribute(out, "db.collection.name", span->model);
    add_attribute(out, "db.operation.name", span->operation);
    add_attribute(out, "db.query.text", span->sql);
    add_attribute(out, "code.file.path", span->site);
    tenon__buf_format(out,
                      ",{\"key\":\"db.response.returned_rows\",\"value\":{\"intValue\":\"%" PRIu64
                      "\"}}],\"status\":{",
                      span->row_count);
    if (span->error[0]) {
        tenon__buf_format(out, "\"code\":%d,\"message\":", STATUS_ERROR);
        tenon__add_string(out, span->error);
    }
    tenon__buf_text(out, "}}");
}

void tenon__otlp_write_spans(tenon__buf *out, tenon_trace *trace)
{
    const char *dialect = tenon__dialect_name(trace->shapes.dialect);
    tenon__span span;
    size_t count = 0;
    begin_resource(out, "resourceSpans", "scopeSpans", trace);
    tenon__buf_text(out, "\"spans\":[");
    while (count < trace->spans.most && tenon__spans_take(&trace->spans, &span)) {
        tenon__buf_text(out, count++ ? "," : "");
        add_span(out, &span, dialect);
    }
    tenon__buf_text(out, "]}]}]}");
}
