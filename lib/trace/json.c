/* The statistics as JSON: what `tenon top` reads. Names are those of <tenon/trace.h>. */
#include "trace/tracer.h"

#include <inttypes.h>

static void add_int(tenon__buf *out, const char *name, int64_t value)
{
    tenon__buf_format(out, ",\"%s\":%" PRId64, name, value);
}

static void add_shape(tenon__buf *out, const tenon_shape_statistics *shape)
{
    tenon__buf_format(out, "{\"fingerprint\":\"%016" PRIx64 "\",\"sql\":", shape->fingerprint);
    tenon__add_string(out, shape->sql);
    tenon__buf_text(out, ",\"model\":");
    tenon__add_string(out, shape->model);
    tenon__buf_text(out, ",\"operation\":");
    tenon__add_string(out, shape->operation);
    add_int(out, "calls", (int64_t)shape->calls);
    add_int(out, "errors", (int64_t)shape->errors);
    add_int(out, "rows", (int64_t)shape->rows);
    add_int(out, "bytes", (int64_t)shape->bytes);
    add_int(out, "total_ns", shape->total_ns);
    add_int(out, "mean_ns", shape->mean_ns);
    add_int(out, "min_ns", shape->min_ns);
    add_int(out, "max_ns", shape->max_ns);
    add_int(out, "p50_ns", shape->p50_ns);
    add_int(out, "p95_ns", shape->p95_ns);
    add_int(out, "p99_ns", shape->p99_ns);
    tenon__buf_char(out, '}');
}

static void add_pool(tenon__buf *out, tenon_db *db)
{
    tenon_pool_metrics pool = tenon_db_metrics(db);
    tenon__buf_format(out, ",\"pool\":{\"size\":%u", pool.size);
    add_int(out, "idle", pool.idle);
    add_int(out, "leased", pool.leased);
    add_int(out, "waiting", pool.waiting);
    add_int(out, "acquired_total", (int64_t)pool.acquired_total);
    add_int(out, "acquire_timeouts_total", (int64_t)pool.acquire_timeouts_total);
    add_int(out, "wait_us_total", pool.wait_us_total);
    tenon__buf_char(out, '}');
}

void tenon__json_write(tenon__buf *out, tenon_trace *trace, const tenon_statistics *it)
{
    tenon__buf_text(out, "{\"application\":");
    tenon__add_string(out, trace->application_name);
    tenon__buf_format(out, ",\"dialect\":\"%s\"", tenon__dialect_name(it->dialect));
    add_int(out, "since_us", it->since_us);
    add_int(out, "until_us", it->until_us);
    add_int(out, "slow_count", (int64_t)it->slow_count);
    add_pool(out, trace->db);
    tenon__buf_text(out, ",\"total\":");
    add_shape(out, &it->total);
    tenon__buf_text(out, ",\"other\":");
    add_shape(out, &it->other);
    tenon__buf_text(out, ",\"shapes\":[");
    for (size_t i = 0; i < it->count; i++) {
        tenon__buf_text(out, i ? "," : "");
        add_shape(out, &it->items[i]);
    }
    tenon__buf_text(out, "]}");
}
