/* Opening a trace, and what happens at every statement: one look-up under the lock of a shard, and
 * whatever else was asked for only when the statement is slow. */
#include "trace/tracer.h"

#include <stdlib.h>

enum {
    USUAL_SHAPES = 500,
    USUAL_SPANS = 1000,
    USUAL_SLOW_US = 100000,
    USUAL_PLAN_INTERVAL_US = 60000000
};

static const unsigned all_comments =
    TENON_COMMENT_APPLICATION | TENON_COMMENT_ACTION | TENON_COMMENT_SITE;

static void tell(void *ctx, const tenon__measured *measured)
{
    tenon_trace *trace = ctx;
    tenon__identity identity;
    tenon__identity_of(&identity, trace->shapes.dialect, measured);
    tenon__shapes_add(&trace->shapes, &identity, measured);
    if (TENON__UNLIKELY(measured->time_ns >= trace->slow.from_ns))
        tenon__slow_tell(trace, measured, &identity);
    if (TENON__UNLIKELY(measured->session ==
                        atomic_load_explicit(&trace->profiling.session, memory_order_relaxed)))
        tenon__profile_tell(trace, measured);
    if (trace->spans.items)
        tenon__spans_add(trace, measured, &identity);
    tenon__identity_release(&identity);
}

char *tenon__text_copy(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

static int64_t slow_from_ns(int64_t slow_us)
{
    if (slow_us < 0 || slow_us > INT64_MAX / 1000)
        return INT64_MAX;
    return (slow_us ? slow_us : USUAL_SLOW_US) * 1000;
}

static void apply_slow(tenon__slow *slow, const tenon_trace_options *options)
{
    int64_t interval_us = options->plan_interval_us;
    slow->from_ns = slow_from_ns(options->slow_us);
    slow->function = options->slow;
    slow->ctx = options->slow_ctx;
    slow->plan_interval_us = interval_us ? interval_us : USUAL_PLAN_INTERVAL_US;
    slow->hides_parameters = options->hides_parameters;
    atomic_init(&slow->count, 0);
    atomic_init(&slow->is_asking, false);
}

static bool check_options(const tenon_db *db, const tenon_trace_options *options, tenon_error *err)
{
    if (!db)
        return tenon__fail(err, TENON_MISUSE, "a trace was opened of no database");
    if (options->comments & ~all_comments)
        return tenon__fail(err, TENON_MISUSE, "a trace was asked for comments that there are not");
    return true;
}

static void free_trace(tenon_trace *trace)
{
    tenon__shapes_release(&trace->shapes);
    tenon__slow_release(&trace->slow);
    tenon__spans_release(&trace->spans);
    free(trace->application_name);
    free(trace);
}

static tenon_trace *new_trace(tenon_db *db, const tenon_trace_options *options)
{
    tenon_trace *trace = calloc(1, sizeof *trace);
    if (!trace)
        return NULL;
    trace->db = db;
    trace->comments = options->comments;
    tenon__listener_init(&trace->listener);
    trace->meter = (tenon__meter){
        .ctx = trace, .tell = tell, .dress = trace->comments ? tenon__comment_dress : NULL};
    atomic_init(&trace->since_us, tenon__now_us());
    tenon__shapes_init(&trace->shapes, tenon_db_dialect(db),
                       options->shapes_most ? options->shapes_most : USUAL_SHAPES);
    apply_slow(&trace->slow, options);
    bool is_well = tenon__spans_init(&trace->spans, options->spans_every,
                                     options->spans_most ? options->spans_most : USUAL_SPANS);
    trace->application_name =
        tenon__text_copy(options->application_name ? options->application_name : "tenon");
    if (is_well && trace->application_name)
        return trace;
    free_trace(trace);
    return NULL;
}

tenon_trace *tenon_trace_open(tenon_db *db, const tenon_trace_options *options, tenon_error *err)
{
    tenon_error unheeded;
    if (!err)
        err = &unheeded;
    tenon_error_reset(err);
    const tenon_trace_options usual = {0};
    options = options ? options : &usual;
    if (!check_options(db, options, err))
        return NULL;
    tenon_trace *trace = new_trace(db, options);
    if (!trace) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    if (tenon__db_set_meter(db, &trace->meter))
        return trace;
    tenon__fail(err, TENON_MISUSE, "this database has a trace already");
    free_trace(trace);
    return NULL;
}

void tenon_trace_close(tenon_trace *trace)
{
    if (!trace)
        return;
    tenon__listener_close(&trace->listener);
    tenon__db_set_meter(trace->db, NULL);
    free_trace(trace);
}
