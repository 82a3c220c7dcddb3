/* The pool and its circuit breaker for Prometheus. */
#include "trace/exposition.h"

/* The pool's last bound is endless, as Prometheus' is by itself. */
static int64_t wait_edge_ns(size_t edge)
{
    return tenon_pool_wait_bound_us(edge) * 1000;
}

static void add_connections(tenon__buf *out, const tenon_pool_metrics *pool, const char *dialect)
{
    const char *name = "tenon_pool_connections";
    tenon__exposition_head(out, name, "gauge", "Connections of the pool.");
    tenon__buf_format(out, "%s{dialect=\"%s\",state=\"idle\"} %u\n", name, dialect, pool->idle);
    tenon__buf_format(out, "%s{dialect=\"%s\",state=\"leased\"} %u\n", name, dialect, pool->leased);
    tenon__exposition_head(out, "tenon_pool_connections_most", "gauge", "What pool_max allows.");
    tenon__exposition_number(out, "tenon_pool_connections_most", dialect, pool->most);
    tenon__exposition_head(out, "tenon_pool_waiting", "gauge", "Calls that wait for a connection.");
    tenon__exposition_number(out, "tenon_pool_waiting", dialect, pool->waiting);
}

static void add_waits(tenon__buf *out, const tenon_pool_metrics *pool, const char *dialect)
{
    const tenon__exposition_histogram waits = {
        .name = "tenon_pool_wait_seconds",
        .help = "Time of calls in the queue for a connection.",
        .dialect = dialect,
        .edge_count = TENON_POOL_WAITS - 1,
        .edge_ns = wait_edge_ns,
        .counts = pool->wait_counts,
        .sum_ns = pool->wait_us_total * 1000,
    };
    tenon__exposition_add_histogram(out, &waits);
}

static void add_counters(tenon__buf *out, const tenon_pool_metrics *pool, const char *dialect)
{
    const struct {
        const char *name, *help;
        uint64_t value;
    } counters[] = {
        {"tenon_pool_opened_total", "Connections opened.", pool->opened_total},
        {"tenon_pool_closed_total", "Connections closed.", pool->closed_total},
        {"tenon_pool_lost_total", "Connections found dead, or broken.", pool->lost_total},
        {"tenon_pool_acquired_total", "Connections leased.", pool->acquired_total},
        {"tenon_pool_acquire_timeouts_total", "Calls that got no connection in time.",
         pool->acquire_timeouts_total},
        {"tenon_pool_connect_failures_total", "Connections that could not be opened.",
         pool->connect_failures_total},
        {"tenon_breaker_opened_total", "How often the circuit breaker has opened.",
         pool->breaker_opened_total},
        {"tenon_breaker_refused_total", "Calls that it has refused.", pool->breaker_refused_total},
    };
    for (size_t i = 0; i < TENON__COUNT(counters); i++)
        tenon__exposition_counter(out, counters[i].name, counters[i].help, dialect,
                                  counters[i].value);
}

void tenon__exposition_pool(tenon__buf *out, tenon_db *db, const char *dialect)
{
    tenon_pool_metrics pool = tenon_db_metrics(db);
    add_connections(out, &pool, dialect);
    add_waits(out, &pool, dialect);
    add_counters(out, &pool, dialect);
    tenon__exposition_head(out, "tenon_breaker_open", "gauge", "1 while calls are refused.");
    tenon__exposition_number(out, "tenon_breaker_open", dialect,
                             pool.breaker != TENON_BREAKER_CLOSED);
}
