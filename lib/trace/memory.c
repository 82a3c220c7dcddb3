/* What is held in memory now: by a session, the cache of plans, the trace itself. */
#include "trace/tracer.h"

static size_t shape_bytes(tenon__shapes *shapes)
{
    size_t bytes = 0;
    for (size_t i = 0; i < TENON__SHAPE_SHARDS; i++) {
        tenon__shape_shard *shard = &shapes->shards[i];
        pthread_mutex_lock(&shard->lock);
        bytes += shard->bytes;
        pthread_mutex_unlock(&shard->lock);
    }
    return bytes;
}

tenon_memory tenon_trace_memory(tenon_trace *trace, tenon_session *s)
{
    tenon_memory memory = {0};
    if (s) {
        memory.result_bytes = tenon__session_arena(s)->total_bytes;
        memory.scratch_bytes = tenon__session_scratch(s)->total_bytes;
    }
    if (!trace)
        return memory;
    tenon__plan_memory plans = tenon__db_plan_memory(trace->db);
    memory.plan_count = plans.count;
    memory.plan_bytes = plans.bytes;
    memory.trace_bytes = sizeof *trace + shape_bytes(&trace->shapes);
    if (trace->spans.items)
        memory.trace_bytes += trace->spans.most * sizeof *trace->spans.items;
    return memory;
}
