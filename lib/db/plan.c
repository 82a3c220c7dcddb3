/* The plan of a call by itself, without a connection. */
#include "db/session.h"

static tenon__shared_plan *make_plan(tenon_session *s, const tenon__call *call, uint64_t hash)
{
    tenon__cached cached = {0};
    if (!call->make(s->db->driver->dialect, call->key, call->key_length, &cached, &s->error))
        return NULL;
    tenon__shared_plan *plan =
        tenon__plan_cache_take(&s->db->plans, hash, call->key, call->key_length, &cached);
    if (!plan)
        tenon__fail_no_memory(&s->error);
    return plan;
}

tenon__shared_plan *tenon__plan_acquire(tenon_session *s, const tenon__call *call)
{
    uint64_t hash = tenon__hash(call->key, call->key_length);
    tenon__shared_plan *plan =
        tenon__plan_cache_get(&s->db->plans, hash, call->key, call->key_length);
    return plan ? plan : make_plan(s, call, hash);
}

const tenon__statement *tenon__plan_statement(const tenon__shared_plan *plan)
{
    return plan->cached.statement;
}

void tenon__plan_release(tenon__shared_plan *plan)
{
    tenon__shared_plan_release(plan);
}

tenon__plan_memory tenon__db_plan_memory(tenon_db *db)
{
    tenon__plan_memory sum = {0};
    for (unsigned i = 0; i < db->plans.shard_count; i++) {
        tenon__plan_shard *shard = &db->plans.shards[i];
        pthread_mutex_lock(&shard->lock);
        sum.count += shard->count;
        sum.bytes += shard->bytes;
        pthread_mutex_unlock(&shard->lock);
    }
    return sum;
}

const uint8_t *tenon__session_cursor_key(const tenon_session *s)
{
    return s->db->config.cursor_key;
}
