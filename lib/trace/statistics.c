/* Copies of what was counted. A copy is one arena: the statistics themselves, the list, the
 * texts. Shards are copied one after the other, so calls that run meanwhile are in it or not. */
#include "trace/tracer.h"

#include <assert.h>
#include <stdlib.h>

typedef struct copy {
    tenon_statistics statistics; /* first: the handle is its address */
    tenon__arena arena;
    tenon_shape_statistics *items;
    size_t count, capacity;
    tenon__tally other, total;
    bool is_lost; /* no memory */
} copy;

static const char *keep(copy *c, const char *text)
{
    return text ? tenon__arena_text(&c->arena, text) : NULL;
}

static void add(copy *c, const tenon__counted *counted)
{
    assert(c->items && c->count < c->capacity);
    tenon_shape_statistics *item = &c->items[c->count++];
    *item = (tenon_shape_statistics){.fingerprint = tenon__fingerprint(counted->sql),
                                     .sql = keep(c, counted->sql),
                                     .model = keep(c, counted->model),
                                     .operation = keep(c, counted->operation)};
    tenon__tally_tell(&counted->tally, item);
    tenon__tally_merge(&c->total, &counted->tally);
}

static bool reserve(copy *c, size_t more)
{
    if (c->count + more <= c->capacity)
        return true;
    size_t capacity = (c->count + more) * 2;
    void *items = tenon__arena_resize(&c->arena, c->items, capacity * sizeof *c->items);
    if (!items)
        return false;
    c->items = items;
    c->capacity = capacity;
    return true;
}

static void add_shard(copy *c, tenon__shape_shard *shard)
{
    pthread_mutex_lock(&shard->lock);
    c->is_lost |= !reserve(c, shard->count);
    for (size_t i = 0; i < TENON__SHAPE_BUCKETS && !c->is_lost; i++) {
        for (const tenon__counted *at = shard->buckets[i]; at; at = at->next)
            add(c, at);
    }
    tenon__tally_merge(&c->other, &shard->other);
    pthread_mutex_unlock(&shard->lock);
}

static int by_total_time(const void *a, const void *b)
{
    int64_t left = ((const tenon_shape_statistics *)a)->total_ns;
    int64_t right = ((const tenon_shape_statistics *)b)->total_ns;
    return (left < right) - (left > right);
}

static void sum_up(copy *c, tenon_trace *trace)
{
    tenon_statistics *out = &c->statistics;
    tenon__tally_merge(&c->total, &c->other);
    tenon__tally_tell(&c->other, &out->other);
    tenon__tally_tell(&c->total, &out->total);
    if (c->count)
        qsort(c->items, c->count, sizeof *c->items, by_total_time);
    out->items = c->items;
    out->count = c->count;
    out->dialect = trace->shapes.dialect;
    out->since_us = atomic_load_explicit(&trace->since_us, memory_order_relaxed);
    out->until_us = tenon__now_us();
    out->spans_dropped = atomic_load_explicit(&trace->spans.dropped, memory_order_relaxed);
    out->slow_count = atomic_load_explicit(&trace->slow.count, memory_order_relaxed);
}

tenon_statistics *tenon_trace_statistics(tenon_trace *trace, tenon_error *err)
{
    if (err)
        tenon_error_reset(err);
    copy *c = trace ? calloc(1, sizeof *c) : NULL;
    for (size_t i = 0; c && i < TENON__SHAPE_SHARDS && !c->is_lost; i++)
        add_shard(c, &trace->shapes.shards[i]);
    if (c && !c->is_lost && !c->arena.failed) {
        sum_up(c, trace);
        return &c->statistics;
    }
    if (!trace)
        tenon__fail(err, TENON_MISUSE, "there is no trace");
    tenon__fail_no_memory(err);
    tenon_statistics_free(c ? &c->statistics : NULL);
    return NULL;
}

void tenon_statistics_free(tenon_statistics *statistics)
{
    copy *c = (copy *)statistics;
    if (!c)
        return;
    tenon__arena_release(&c->arena);
    free(c);
}

void tenon_trace_reset(tenon_trace *trace)
{
    if (!trace)
        return;
    atomic_store_explicit(&trace->since_us, tenon__now_us(), memory_order_relaxed);
    atomic_store_explicit(&trace->slow.count, 0, memory_order_relaxed);
    tenon__shapes_clear(&trace->shapes);
}
