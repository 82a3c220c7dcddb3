/* Sharded hash tables with a list by last use. See plan_cache.h.
 *
 * Each shard is a plain chained table of a fixed number of buckets (its bound is known), and a list
 * from the newest to the oldest use. Nothing is freed under a lock: what was evicted is collected
 * and released after it, because freeing a plan walks its arena. A hash only chooses shard and
 * bucket; equality is that of the whole key. */
#include "db/plan_cache.h"

#include <assert.h>
#include <stdlib.h>

enum { EXACT_COUNT = 64, MOST_BUCKETS = 1 << 20 };

void tenon__shared_plan_release(tenon__shared_plan *plan)
{
    if (!plan || atomic_fetch_sub_explicit(&plan->references, 1, memory_order_acq_rel) != 1)
        return;
    plan->cached.free_owner(plan->cached.owner);
    free(plan);
}

static tenon__shared_plan *make_plan(uint64_t hash, const uint8_t *key, size_t length,
                                     const tenon__cached *cached)
{
    tenon__shared_plan *plan = malloc(sizeof *plan + length);
    if (!plan) {
        cached->free_owner(cached->owner);
        return NULL;
    }
    *plan = (tenon__shared_plan){.hash = hash,
                                 .cached = *cached,
                                 .bytes = sizeof *plan + length + cached->bytes,
                                 .key_length = length};
    atomic_init(&plan->references, 1);
    memcpy(plan->key, key, length);
    return plan;
}

/* ---- one shard, under its lock --------------------------------------------------------------- */

static tenon__shared_plan **bucket_of(tenon__plan_shard *shard, uint64_t hash)
{
    return &shard->buckets[(hash >> 8) & shard->bucket_mask];
}

static void unlink_use(tenon__plan_shard *shard, tenon__shared_plan *plan)
{
    *(plan->newer ? &plan->newer->older : &shard->newest) = plan->older;
    *(plan->older ? &plan->older->newer : &shard->oldest) = plan->newer;
}

static void link_newest(tenon__plan_shard *shard, tenon__shared_plan *plan)
{
    plan->newer = NULL;
    plan->older = shard->newest;
    *(plan->older ? &plan->older->newer : &shard->oldest) = plan;
    shard->newest = plan;
}

static tenon__shared_plan *find(tenon__plan_shard *shard, uint64_t hash, const uint8_t *key,
                                size_t length)
{
    tenon__shared_plan *plan = *bucket_of(shard, hash);
    while (plan && !tenon__shared_plan_is(plan, hash, key, length))
        plan = plan->next;
    if (!plan)
        return NULL;
    unlink_use(shard, plan);
    link_newest(shard, plan);
    atomic_fetch_add_explicit(&plan->references, 1, memory_order_relaxed);
    return plan;
}

static void add(tenon__plan_shard *shard, tenon__shared_plan *plan)
{
    tenon__shared_plan **bucket = bucket_of(shard, plan->hash);
    plan->next = *bucket;
    *bucket = plan;
    link_newest(shard, plan);
    shard->count++;
    shard->bytes += plan->bytes;
    atomic_fetch_add_explicit(&plan->references, 1, memory_order_relaxed);
}

static tenon__shared_plan *remove_oldest(tenon__plan_shard *shard)
{
    tenon__shared_plan *plan = shard->oldest;
    tenon__shared_plan **at = bucket_of(shard, plan->hash);
    while (*at != plan)
        at = &(*at)->next;
    *at = plan->next;
    unlink_use(shard, plan);
    shard->count--;
    shard->bytes -= plan->bytes;
    return plan;
}

/* Takes out plans until `plan` fits in; they come back as a list by `next`. */
static tenon__shared_plan *make_room(tenon__plan_shard *shard, const tenon__shared_plan *plan)
{
    tenon__shared_plan *evicted = NULL;
    while (shard->count >= shard->most_count || shard->bytes > shard->most_bytes - plan->bytes) {
        tenon__shared_plan *oldest = remove_oldest(shard);
        oldest->next = evicted;
        evicted = oldest;
    }
    return evicted;
}

static void release_list(tenon__shared_plan *plan)
{
    while (plan) {
        tenon__shared_plan *next = plan->next;
        tenon__shared_plan_release(plan);
        plan = next;
    }
}

static bool init_shard(tenon__plan_shard *shard, size_t most_count, size_t most_bytes)
{
    size_t bucket_count = 8;
    while (bucket_count < most_count && bucket_count < MOST_BUCKETS)
        bucket_count *= 2;
    *shard = (tenon__plan_shard){
        .bucket_mask = bucket_count - 1, .most_count = most_count, .most_bytes = most_bytes};
    shard->buckets = calloc(bucket_count, sizeof(tenon__shared_plan *));
    if (shard->buckets && pthread_mutex_init(&shard->lock, NULL) == 0)
        return true;
    free(shard->buckets);
    shard->buckets = NULL;
    return false;
}

static void release_shard(tenon__plan_shard *shard)
{
    for (tenon__shared_plan *plan = shard->newest; plan;) {
        tenon__shared_plan *older = plan->older;
        tenon__shared_plan_release(plan);
        plan = older;
    }
    free(shard->buckets);
    shard->buckets = NULL;
    pthread_mutex_destroy(&shard->lock);
}

/* ---- the whole ------------------------------------------------------------------------------- */

bool tenon__plan_cache_init(tenon__plan_cache *cache, size_t most_count, size_t most_bytes)
{
    assert(most_count > 0 && most_bytes > 0);
    unsigned shard_count = most_count <= EXACT_COUNT ? 1 : TENON__PLAN_SHARDS;
    cache->shard_count = 0;
    for (unsigned i = 0; i < shard_count; i++) {
        if (!init_shard(&cache->shards[i], most_count / shard_count, most_bytes / shard_count)) {
            tenon__plan_cache_release(cache);
            return false;
        }
        cache->shard_count++;
    }
    return true;
}

void tenon__plan_cache_release(tenon__plan_cache *cache)
{
    for (unsigned i = 0; i < cache->shard_count; i++)
        release_shard(&cache->shards[i]);
    cache->shard_count = 0;
}

static tenon__plan_shard *shard_of(tenon__plan_cache *cache, uint64_t hash)
{
    return &cache->shards[hash & (cache->shard_count - 1)];
}

tenon__shared_plan *tenon__plan_cache_get(tenon__plan_cache *cache, uint64_t hash,
                                          const uint8_t *key, size_t length)
{
    tenon__plan_shard *shard = shard_of(cache, hash);
    pthread_mutex_lock(&shard->lock);
    tenon__shared_plan *plan = find(shard, hash, key, length);
    pthread_mutex_unlock(&shard->lock);
    return plan;
}

tenon__shared_plan *tenon__plan_cache_take(tenon__plan_cache *cache, uint64_t hash,
                                           const uint8_t *key, size_t length,
                                           const tenon__cached *cached)
{
    tenon__plan_shard *shard = shard_of(cache, hash);
    tenon__shared_plan *plan = make_plan(hash, key, length, cached);
    if (!plan || plan->bytes > shard->most_bytes)
        return plan;
    tenon__shared_plan *evicted = NULL;
    pthread_mutex_lock(&shard->lock);
    tenon__shared_plan *present = find(shard, hash, key, length);
    if (!present) {
        evicted = make_room(shard, plan);
        add(shard, plan);
    }
    pthread_mutex_unlock(&shard->lock);
    release_list(evicted);
    if (!present)
        return plan;
    tenon__shared_plan_release(plan);
    return present;
}
