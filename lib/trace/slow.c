/* Slow statements: who asked for them is told SQL, parameters without what is sensitive, and now
 * and then the plan.
 *
 * All of it happens in the thread of the call, whose values are at hand and not yet gone; what a
 * plan takes there is bounded by a second, by one plan a shape and interval, and by one plan at a
 * time: who finds another one asking goes without. A task asks as a task, so that its event loop
 * goes on: what the plan waits for may be the lock of another task. Therefore who asks is a flag
 * and no mutex, which would be a thread's. */
#include "trace/probe.h"
#include "trace/tracer.h"

#include <stdlib.h>

enum { MOST_PARAMETERS = 20, MOST_VALUE = 200 };

/* ---- parameters ------------------------------------------------------------------------------ */

static void add_parameter(tenon__buf *out, const tenon_event *event, size_t index, bool is_hidden)
{
    char value[MOST_VALUE];
    if (!is_hidden)
        tenon_event_parameter(event, index, value, sizeof value);
    tenon__buf_format(out, "%s$%zu = %s", index ? ", " : "", index + 1,
                      is_hidden ? "[hidden]" : value);
}

static void add_parameters(tenon__buf *out, const tenon__measured *measured,
                           const tenon__statement *statement, bool is_hidden)
{
    const tenon_event event = {.internal = {statement, measured->call}};
    size_t count = measured->call ? measured->call->value_count : 0;
    for (size_t i = 0; i < count && i < MOST_PARAMETERS; i++)
        add_parameter(out, &event, i, is_hidden);
    if (count > MOST_PARAMETERS)
        tenon__buf_format(out, " and %zu more", count - MOST_PARAMETERS);
}

/* ---- the plan -------------------------------------------------------------------------------- */

char *tenon__trace_ask_beside(tenon_trace *trace, const tenon__measured *measured,
                              tenon__ask_function *ask)
{
    tenon__slow *slow = &trace->slow;
    tenon_error unheeded;
    char *plan = NULL;
    if (atomic_exchange_explicit(&slow->is_asking, true, memory_order_acquire))
        return NULL;
    tenon_error_reset(&unheeded);
    if (!slow->beside)
        slow->beside = tenon__db_beside(trace->db, &unheeded);
    if (slow->beside)
        plan = ask(slow->beside, measured);
    atomic_store_explicit(&slow->is_asking, false, memory_order_release);
    return plan;
}

static bool is_plan_wanted(tenon_trace *trace, const tenon__measured *measured,
                           const tenon__identity *identity)
{
    int64_t interval_us = trace->slow.plan_interval_us;
    return measured->call && !measured->error && interval_us >= 0 &&
           tenon__shapes_is_plan_due(&trace->shapes, identity, interval_us);
}

static bool has_secrets(const tenon__statement *statement)
{
    for (size_t i = 0; i < statement->slot_count; i++) {
        const tenon_field *field = statement->slots[i].field;
        if (field && field->flags & TENON_FIELD_SENSITIVE)
            return true;
    }
    return false;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void tell_rendered(tenon_trace *trace, const tenon__measured *measured,
                          const tenon__identity *identity, const tenon__statement *statement)
{
    const tenon__slow *slow = &trace->slow;
    TENON__CLEANUP(tenon__buf_release) tenon__buf parameters = {0};
    bool is_text = identity->text.data != NULL;
    const char *sql = is_text ? identity->text.data : statement->sql;
    add_parameters(&parameters, measured, statement, slow->hides_parameters);
    char *plan = NULL;
    if (is_plan_wanted(trace, measured, identity))
        plan = tenon__trace_ask_beside(trace, measured, tenon__plan_sample);
    if (plan && (slow->hides_parameters || has_secrets(statement)))
        tenon__plan_hide_values(plan);
    const tenon_slow_query query = {.sql = sql,
                                    .parameters = tenon__buf_string(&parameters),
                                    .plan = plan,
                                    .model = statement->about.model ? statement->about.model->name
                                                                    : NULL,
                                    .operation = statement->about.operation,
                                    .site = measured->site,
                                    .error = measured->error ? measured->error->message : NULL,
                                    .fingerprint = tenon__fingerprint(sql),
                                    .time_us = measured->time_ns / 1000,
                                    .at_us = tenon__now_us(),
                                    .row_count = measured->row_count};
    tenon__probe_slow(query.sql, query.site, measured->time_ns);
    slow->function(&query, slow->ctx);
    free(plan);
}

void tenon__slow_tell(tenon_trace *trace, const tenon__measured *measured,
                      const tenon__identity *identity)
{
    tenon__rendered rendered;
    atomic_fetch_add_explicit(&trace->slow.count, 1, memory_order_relaxed);
    if (!trace->slow.function || !tenon__rendered_make(&rendered, trace->shapes.dialect, measured))
        return;
    tell_rendered(trace, measured, identity, rendered.statement);
    tenon__rendered_release(&rendered);
}

void tenon__slow_release(tenon__slow *slow)
{
    tenon_close(slow->beside);
}
