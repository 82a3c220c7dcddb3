/* What the exports share, and the choice among them. Each is a function of a copy of the
 * statistics, so that nothing is locked while text is written. */
#include "trace/tracer.h"

#include <inttypes.h>

void tenon__add_seconds(tenon__buf *out, int64_t ns)
{
    tenon__buf_format(out, "%" PRId64 ".%09" PRId64, ns / 1000000000, ns % 1000000000);
}

const char *tenon__dialect_name(tenon_dialect dialect)
{
    return dialect == TENON_POSTGRESQL ? "postgresql" : "sqlite";
}

void tenon__add_string(tenon__buf *out, const char *text)
{
    tenon__buf_json_text(out, text ? text : "", text ? strlen(text) : 0);
}

static bool write(tenon__buf *out, tenon_trace *trace, tenon_trace_format format, tenon_error *err)
{
    if (format == TENON_TRACE_OTLP_SPANS) {
        tenon__otlp_write_spans(out, trace);
        return true;
    }
    tenon_statistics *it = tenon_trace_statistics(trace, err);
    if (it && format == TENON_TRACE_PROMETHEUS)
        tenon__prometheus_write(out, trace, it);
    else if (it && format == TENON_TRACE_OTLP_METRICS)
        tenon__otlp_write_metrics(out, trace, it);
    else if (it && format == TENON_TRACE_JSON)
        tenon__json_write(out, trace, it);
    else if (it)
        tenon__fail(err, TENON_MISUSE, "there is no such format of a trace");
    tenon_statistics_free(it);
    return err->status == TENON_OK;
}

char *tenon_trace_text(tenon_trace *trace, tenon_trace_format format, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    tenon_error unheeded;
    if (!err)
        err = &unheeded;
    tenon_error_reset(err);
    if (!trace)
        tenon__fail(err, TENON_MISUSE, "there is no trace");
    if (!trace || !write(&out, trace, format, err))
        return NULL;
    char *text = tenon__buf_take(&out);
    if (!text)
        tenon__fail_no_memory(err);
    return text;
}
