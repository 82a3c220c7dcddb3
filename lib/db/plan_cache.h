/* The plans of one database, found by their shape. Thread-safe.
 *
 * Connections look here only when their own table (statement_cache.h) has no statement for a shape,
 * so what counts is that sixteen threads which warm up sixteen connections do not wait for each
 * other, and that a shape is rendered once and not once a connection. A look-up locks one of up to
 * sixteen shards for some dozen instructions.
 *
 * Plans are immutable and reference-counted. The cache holds one reference, everybody who got a
 * plan another: evicting a plan never takes it from under a statement. */
#ifndef TENON_DB_PLAN_CACHE_H
#define TENON_DB_PLAN_CACHE_H

#include "core/core.h"
#include "db/db.h"

#include <pthread.h>
#include <stdatomic.h>

enum { TENON__PLAN_SHARDS = 16 };

struct tenon__shared_plan {
    atomic_uint references;
    uint64_t hash;
    tenon__cached cached;
    size_t bytes;                      /* of all of it */
    tenon__shared_plan *next;          /* in its bucket */
    tenon__shared_plan *newer, *older; /* by last use */
    size_t key_length;
    uint8_t key[];
};

typedef struct tenon__plan_shard {
    _Alignas(64) pthread_mutex_t lock;
    tenon__shared_plan **buckets;
    tenon__shared_plan *newest, *oldest;
    size_t bucket_mask;
    size_t count, bytes;
    size_t most_count, most_bytes;
} tenon__plan_shard;

typedef struct tenon__plan_cache {
    tenon__plan_shard shards[TENON__PLAN_SHARDS];
    unsigned shard_count; /* few plans need no sixteen shards */
} tenon__plan_cache;

/* The bounds are at least one plan and exact for up to 64 plans; above that each shard has its
 * part. False when memory is exhausted; nothing is to be released then. */
bool tenon__plan_cache_init(tenon__plan_cache *cache, size_t most_count, size_t most_bytes);
void tenon__plan_cache_release(tenon__plan_cache *cache);

/* The plan with this key, with a reference for the caller; NULL when there is none. */
tenon__shared_plan *tenon__plan_cache_get(tenon__plan_cache *cache, uint64_t hash,
                                          const uint8_t *key, size_t length);
/* Adds a plan just made and takes it: what comes back is that plan, or the equal one that another
 * thread was faster to add, with a reference for the caller. A plan too big for the cache comes
 * back without having been added. NULL when memory is exhausted; `cached` has been freed then. */
tenon__shared_plan *tenon__plan_cache_take(tenon__plan_cache *cache, uint64_t hash,
                                           const uint8_t *key, size_t length,
                                           const tenon__cached *cached);
/* Gives a reference back. NULL is accepted. */
void tenon__shared_plan_release(tenon__shared_plan *plan);

static inline bool tenon__shared_plan_has_key(const tenon__shared_plan *plan, const uint8_t *key,
                                              size_t length)
{
    enum { SHORTEST = 16 }; /* nearly every find by a key; the compiler compares it in place */
    if (plan->key_length != length)
        return false;
    return (length == SHORTEST ? memcmp(plan->key, key, SHORTEST)
                               : memcmp(plan->key, key, length)) == 0;
}

static inline bool tenon__shared_plan_is(const tenon__shared_plan *plan, uint64_t hash,
                                         const uint8_t *key, size_t length)
{
    return plan->hash == hash && tenon__shared_plan_has_key(plan, key, length);
}

#endif
