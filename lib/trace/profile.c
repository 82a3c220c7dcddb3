/* Profiles: after a call of the session that is being profiled, its plan, with what was expected
 * and what there was. */
#include "trace/plan.h"

#include <stdlib.h>

static char *ask(tenon_trace *trace, const tenon__measured *measured)
{
    char *plan = tenon__trace_ask_beside(trace, measured, tenon__plan_analyze);
    return plan ? plan : tenon__trace_ask_beside(trace, measured, tenon__plan_sample);
}

static void tell(tenon_trace *trace, const tenon__measured *measured, const char *plan)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    tenon__rendered rendered;
    if (!tenon__rendered_make(&rendered, trace->shapes.dialect, measured))
        return;
    tenon_profile profile = {.sql = rendered.statement->sql,
                             .site = measured->site,
                             .time_us = measured->time_ns / 1000};
    if (tenon__plan_read(trace->shapes.dialect, plan, &arena, &profile))
        trace->profiling.function(&profile, trace->profiling.ctx);
    tenon__rendered_release(&rendered);
}

void tenon__profile_tell(tenon_trace *trace, const tenon__measured *measured)
{
    if (!measured->call || measured->error)
        return;
    char *plan = ask(trace, measured);
    if (plan)
        tell(trace, measured, plan);
    free(plan);
}

bool tenon_trace_profile(tenon_trace *trace, tenon_session *s, tenon_profile_function *function,
                         void *ctx)
{
    if (!trace || tenon__session_is_failed(s))
        return false;
    tenon__profiling *profiling = &trace->profiling;
    tenon_session *now = atomic_load_explicit(&profiling->session, memory_order_relaxed);
    if (!function && now != s)
        return true;
    tenon_session *none = NULL;
    if (now != s && !atomic_compare_exchange_strong(&profiling->session, &none, s))
        return tenon__fail(tenon__session_error(s), TENON_MISUSE,
                           "another session of this trace is being profiled");
    profiling->function = function;
    profiling->ctx = ctx;
    if (!function)
        atomic_store(&profiling->session, NULL);
    return true;
}
