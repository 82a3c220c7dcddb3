/* A chained hash table of fixed size and a list by last use. See statement_cache.h. */
#include "db/statement_cache.h"

#include <stdlib.h>

enum { MOST_BUCKETS = 1 << 16 };

static bool make_buckets(tenon__statement_cache *cache)
{
    size_t bucket_count = 8;
    while (bucket_count < cache->most_count && bucket_count < MOST_BUCKETS)
        bucket_count *= 2;
    cache->bucket_mask = bucket_count - 1;
    cache->buckets = calloc(bucket_count, sizeof(tenon__kept *));
    return cache->buckets != NULL;
}

static void unlink_use(tenon__statement_cache *cache, tenon__kept *kept)
{
    *(kept->newer ? &kept->newer->older : &cache->newest) = kept->older;
    *(kept->older ? &kept->older->newer : &cache->oldest) = kept->newer;
}

static void link_newest(tenon__statement_cache *cache, tenon__kept *kept)
{
    kept->newer = NULL;
    kept->older = cache->newest;
    *(kept->older ? &kept->older->newer : &cache->oldest) = kept;
    cache->newest = kept;
}

tenon__kept *tenon__statement_cache_find(tenon__statement_cache *cache, const uint8_t *key,
                                         size_t length)
{
    uint64_t hash = tenon__hash(key, length);
    tenon__kept *kept = cache->buckets ? cache->buckets[hash & cache->bucket_mask] : NULL;
    while (kept && !tenon__shared_plan_is(kept->plan, hash, key, length))
        kept = kept->next;
    if (kept) {
        unlink_use(cache, kept);
        link_newest(cache, kept);
    }
    return kept;
}

static tenon__kept **bucket_of(tenon__statement_cache *cache, const tenon__kept *kept)
{
    return &cache->buckets[kept->plan->hash & cache->bucket_mask];
}

static void free_kept(tenon__kept *kept, const tenon__driver *driver, tenon__connection *connection)
{
    if (kept->prepared && driver)
        driver->forget(connection, kept->prepared);
    tenon__shared_plan_release(kept->plan);
    free(kept);
}

void tenon__statement_cache_drop(tenon__statement_cache *cache, tenon__kept *kept,
                                 const tenon__driver *driver, tenon__connection *connection)
{
    tenon__kept **at = bucket_of(cache, kept);
    while (*at != kept)
        at = &(*at)->next;
    *at = kept->next;
    unlink_use(cache, kept);
    cache->count--;
    free_kept(kept, driver, connection);
}

/* The least recently used one that may go, as long as there are more than `most`. */
static void make_room(tenon__statement_cache *cache, size_t most, const tenon__driver *driver,
                      tenon__connection *connection)
{
    tenon__kept *kept = cache->oldest;
    while (kept && cache->count > most) {
        tenon__kept *newer = kept->newer;
        if (!kept->is_held)
            tenon__statement_cache_drop(cache, kept, driver, connection);
        kept = newer;
    }
}

void tenon__statement_cache_let_go(tenon__statement_cache *cache, const tenon__driver *driver,
                                   tenon__connection *connection)
{
    for (tenon__kept *kept = cache->oldest; kept; kept = kept->newer)
        kept->is_held = false;
    make_room(cache, cache->most_count, driver, connection);
}

tenon__kept *tenon__statement_cache_take(tenon__statement_cache *cache, tenon__shared_plan *plan,
                                         const tenon__driver *driver, tenon__connection *connection)
{
    tenon__kept *kept = cache->buckets || make_buckets(cache) ? malloc(sizeof *kept) : NULL;
    if (!kept) {
        tenon__shared_plan_release(plan);
        return NULL;
    }
    *kept = (tenon__kept){.plan = plan, .is_foreign = !plan->cached.statement->about.model};
    if (cache->count > 0 && cache->count >= cache->most_count)
        make_room(cache, cache->most_count ? cache->most_count - 1 : 0, driver, connection);
    tenon__kept **bucket = bucket_of(cache, kept);
    kept->next = *bucket;
    *bucket = kept;
    link_newest(cache, kept);
    cache->count++;
    return kept;
}

void tenon__statement_cache_release(tenon__statement_cache *cache, const tenon__driver *driver,
                                    tenon__connection *connection)
{
    while (cache->oldest) {
        tenon__kept *kept = cache->oldest;
        cache->oldest = kept->newer;
        free_kept(kept, driver, connection);
    }
    free(cache->buckets);
    *cache = (tenon__statement_cache){.most_count = cache->most_count};
}
