/* Calls of every_call.c that count, time and export what a database does. What is lost for want of
 * memory may be a count or a plan, never a call of the program. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "rare_calls.h"

#include "sample.h"

#include <tenon/trace.h>

static void note_slow(const tenon_slow_query *query, void *ctx)
{
    *(uint64_t *)ctx += query->fingerprint;
}

static bool export_all(tenon_trace *trace, tenon_error *err)
{
    bool is_done = true;
    for (int format = TENON_TRACE_PROMETHEUS; format <= TENON_TRACE_JSON; format++) {
        char *text = tenon_trace_text(trace, (tenon_trace_format)format, err);
        is_done = text && is_done;
        free(text);
    }
    return is_done;
}

static void note_profile(const tenon_profile *it, void *ctx)
{
    *(uint64_t *)ctx += it->step_count;
}

static bool profile(tenon_trace *trace, tenon_session *s)
{
    uint64_t sum = 0;
    bool is_done = tenon_trace_profile(trace, s, note_profile, &sum) && user_count(s) == 1;
    tenon_trace_profile(trace, s, NULL, NULL);
    return is_done;
}

/* A call that fails here is counted too. */
static bool work(tenon_db *db, tenon_trace *trace, tenon_error *err)
{
    tenon_session *s = tenon_session_open(db, NULL);
    bool is_done = s && tenon_trace_parent(s, NULL) && user_find(s, ANN_ID) &&
                   tenon_execute(s, "SELECT 1") && profile(trace, s);
    tenon_server_statements_read(s, 1);
    is_done = tenon_trace_memory(trace, s).trace_bytes && !tenon_failed(s) && is_done;
    tenon_session_close(s);
    tenon_statistics *statistics = tenon_trace_statistics(trace, err);
    is_done = statistics && tenon_duration_edge_ns(0) && is_done;
    tenon_statistics_free(statistics);
    is_done = export_all(trace, err) && is_done;
    tenon_trace_reset(trace);
    char path[64];
    snprintf(path, sizeof path, "/tmp/tenon-calls-%d.sock", (int)getpid());
    return tenon_trace_listen(trace, path, err) && is_done;
}

bool trace_calls(tenon_session *s)
{
    uint64_t sum = 0;
    const tenon_trace_options options = {.slow_us = 1,
                                         .slow = note_slow,
                                         .slow_ctx = &sum,
                                         .spans_every = 1,
                                         .spans_most = 4,
                                         .comments = TENON_COMMENT_ACTION};
    tenon_error err;
    (void)s;
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_trace *trace = db ? tenon_trace_open(db, &options, &err) : NULL;
    bool is_done = trace && work(db, trace, &err);
    tenon_trace_close(trace);
    tenon_close(db);
    return is_done;
}
