/* The statements prepared on one connection, found by their shape.
 *
 * A connection is leased by one thread at a time, so there is no lock, and a hit allocates nothing:
 * it costs a hash of the key, one comparison and moving the statement to the front. The least
 * recently used statement makes room for a new one. Each holds a reference to its plan. */
#ifndef TENON_DB_STATEMENT_CACHE_H
#define TENON_DB_STATEMENT_CACHE_H

#include "db/plan_cache.h"

typedef struct tenon__kept tenon__kept;
struct tenon__kept {
    tenon__shared_plan *plan;
    tenon__prepared *prepared; /* NULL until the driver has made it */
    bool is_proven;            /* has been executed well once */
    bool is_held;              /* stays, though there may be too many: see _hold */
    bool is_foreign;           /* not rendered here: it may begin a transaction */
    tenon__kept *next;         /* in its bucket */
    tenon__kept *newer, *older;
};

typedef struct tenon__statement_cache {
    tenon__kept *newest, *oldest;
    tenon__kept **buckets; /* NULL until the first statement */
    size_t bucket_mask;
    size_t count, most_count;
} tenon__statement_cache;

/* All-zero but for most_count is a valid empty cache. most_count 0 keeps one statement, the one in
 * use.
 *
 * Adds a statement for the plan, whose reference it takes also on failure, and forgets the oldest
 * one when there are too many. NULL when memory is exhausted. */
tenon__kept *tenon__statement_cache_take(tenon__statement_cache *cache, tenon__shared_plan *plan,
                                         const tenon__driver *driver,
                                         tenon__connection *connection);
/* Several statements are needed at once: those held are not forgotten to make room for others,
 * until all are let go, which makes up for it. */
static inline void tenon__statement_cache_hold(tenon__kept *kept)
{
    kept->is_held = true;
}
void tenon__statement_cache_let_go(tenon__statement_cache *cache, const tenon__driver *driver,
                                   tenon__connection *connection);
/* Takes a statement out, and forgets it at the driver. */
void tenon__statement_cache_drop(tenon__statement_cache *cache, tenon__kept *kept,
                                 const tenon__driver *driver, tenon__connection *connection);
/* Frees all, before the connection is closed. `driver` NULL: the connection is in no state to
 * forget statements one by one, closing it will. */
void tenon__statement_cache_release(tenon__statement_cache *cache, const tenon__driver *driver,
                                    tenon__connection *connection);

/* The statement of this key, which is then the most recently used one; NULL when there is none. */
tenon__kept *tenon__statement_cache_find(tenon__statement_cache *cache, const uint8_t *key,
                                         size_t length);

/* The same. A loop runs one statement again and again: it is looked at first, without a hash. */
static inline tenon__kept *tenon__statement_cache_get(tenon__statement_cache *cache,
                                                      const uint8_t *key, size_t length)
{
    tenon__kept *newest = cache->newest;
    if (TENON__LIKELY(newest && tenon__shared_plan_has_key(newest->plan, key, length)))
        return newest;
    return tenon__statement_cache_find(cache, key, length);
}

#endif
