/* What the exports say of read replicas. */
#ifndef TENON_TRACE_REPLICAS_H
#define TENON_TRACE_REPLICAS_H

#include "db/db.h"

#include <tenon/replica.h>

typedef struct tenon__replica_list {
    tenon_replica_metrics items[TENON_REPLICAS_MOST];
    tenon_replica_misses misses;
    size_t count;
} tenon__replica_list;

/* False: there are none. */
static inline bool tenon__replica_list_read(const tenon_db *db, tenon__replica_list *out)
{
    tenon__router *router = tenon__db_router(db);
    if (router)
        out->count = router->measure(router, out->items, TENON_REPLICAS_MOST, &out->misses);
    return router != NULL;
}

/* One number of each. */
typedef uint64_t tenon__replica_figure(const tenon_replica_metrics *replica);

static inline uint64_t tenon__replica_is_following(const tenon_replica_metrics *replica)
{
    return replica->state == TENON_REPLICA_FOLLOWING;
}

static inline uint64_t tenon__replica_reads(const tenon_replica_metrics *replica)
{
    return replica->pool.acquired_total;
}

static inline uint64_t tenon__replica_failures(const tenon_replica_metrics *replica)
{
    return replica->failed_total;
}

#endif
