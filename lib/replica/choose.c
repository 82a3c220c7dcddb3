/* Which server a read goes to.
 *
 * A replica *will do* for a session when it answers, is not later than the limit, and has what the
 * session has to see. A session that has found one stays with it while it will do: so a tree of
 * several statements comes from one server, and nothing that was read goes away again. The others
 * begin in turn. */
#include "replica/replicas.h"

#include <assert.h>

static bool is_recent(const replica_set *set, const replica_host *host, int64_t now_us)
{
    int64_t fresh_us = atomic_load_explicit(&host->fresh_us, memory_order_relaxed);
    return set->lag_limit_us == INT64_MAX || (fresh_us && now_us - fresh_us <= set->lag_limit_us);
}

static bool has_seen(const replica_host *host, const tenon__reading *reading)
{
    return atomic_load_explicit(&host->fresh_us, memory_order_relaxed) >= reading->wrote_us &&
           atomic_load_explicit(&host->position, memory_order_relaxed) >= reading->after;
}

static bool is_following(const replica_host *host)
{
    return atomic_load_explicit(&host->state, memory_order_acquire) == TENON_REPLICA_FOLLOWING;
}

static bool will_do(const replica_set *set, const replica_host *host, const tenon__reading *reading,
                    int64_t now_us)
{
    return is_following(host) && is_recent(set, host, now_us) && has_seen(host, reading);
}

static void add_one(_Atomic uint64_t *counter)
{
    atomic_fetch_add_explicit(counter, 1, memory_order_relaxed);
}

/* Why none would do: the reason that is nearest to none. */
static void count_miss(replica_set *set, int64_t now_us)
{
    bool is_any_recent = false, is_any_there = false;
    for (size_t i = 1; i < set->host_count; i++) {
        const replica_host *host = &set->hosts[i];
        is_any_there |= is_following(host);
        is_any_recent |= is_following(host) && is_recent(set, host, now_us);
    }
    if (is_any_recent)
        add_one(&set->own_writes);
    else
        add_one(is_any_there ? &set->lag : &set->unreachable);
}

static int64_t way_to(const replica_host *host)
{
    int64_t us = atomic_load_explicit(&host->round_trip_us, memory_order_relaxed);
    return us < 0 ? INT64_MAX : us;
}

/* Whether a connection can be had without waiting. */
static bool has_room(const replica_host *host)
{
    tenon_pool_metrics pool = tenon_db_metrics(host->db);
    return !pool.waiting && (pool.idle || pool.size < pool.most);
}

/* A full one is better than none only. */
static bool is_better(const replica_host *host, const replica_host *best, bool is_nearest)
{
    if (!best || has_room(host) != has_room(best))
        return !best || has_room(host);
    return is_nearest && way_to(host) < way_to(best);
}

/* The next in turn of those that will do, or the nearest; NULL: none. */
static const replica_host *find(replica_set *set, const tenon__reading *reading, bool is_nearest,
                                int64_t now_us)
{
    assert(set->host_count > 1);
    size_t count = set->host_count - 1;
    size_t first = atomic_fetch_add_explicit(&set->turn, 1, memory_order_relaxed) % count;
    const replica_host *best = NULL;
    for (size_t i = 0; i < count; i++) {
        const replica_host *host = &set->hosts[1 + (first + i) % count];
        if (will_do(set, host, reading, now_us) && is_better(host, best, is_nearest))
            best = host;
    }
    return best;
}

static const replica_host *host_of(const replica_set *set, const tenon_db *db)
{
    for (size_t i = 0; i < set->host_count && db; i++)
        if (set->hosts[i].db == db)
            return &set->hosts[i];
    return NULL;
}

/* The one it has read at last, if that was no stopgap. Of several replicas one that is full is left
 * for another. */
static const replica_host *stay(const replica_set *set, const tenon__reading *reading,
                                bool is_nearest, int64_t now_us)
{
    const replica_host *host = host_of(set, reading->at);
    bool is_primary = host == &set->hosts[0];
    if (!host || (is_primary && !is_nearest))
        return NULL;
    bool is_good = is_primary || will_do(set, host, reading, now_us);
    return is_good && (is_primary || set->host_count == 2 || has_room(host)) ? host : NULL;
}

static const replica_host *choose(replica_set *set, const tenon__reading *reading, tenon_read from)
{
    const replica_host *primary = &set->hosts[0];
    bool is_nearest = from == TENON_READ_NEAREST;
    int64_t now_us = tenon__monotonic_us();
    const replica_host *host = stay(set, reading, is_nearest, now_us);
    if (host)
        return host;
    host = find(set, reading, is_nearest, now_us);
    if (!host)
        count_miss(set, now_us);
    bool is_primary_best = !host || (is_nearest && way_to(primary) <= way_to(host));
    return is_primary_best ? primary : host;
}

tenon_db *replica_choose(tenon__router *router, tenon_session *s)
{
    replica_set *set = (replica_set *)router;
    tenon__reading *reading = tenon__session_reading(s);
    tenon_read from = reading->from == TENON_READ_DEFAULT ? set->read : reading->from;
    if (from == TENON_READ_PRIMARY)
        return set->hosts[0].db;
    tenon_db *db = choose(set, reading, from)->db;
    reading->at = db;
    return db;
}
