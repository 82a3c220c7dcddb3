/* Tasks by deadline: a binary heap in which each task knows its place. */
#include "async/async.h"

#include <stdlib.h>

bool tenon__heap_reserve(tenon_async *async, size_t count)
{
    if (count <= async->heap_size)
        return true;
    size_t size = async->heap_size ? async->heap_size * 2 : 16;
    tenon__task **heap = realloc(async->heap, size * sizeof(tenon__task *));
    if (!heap)
        return false;
    async->heap = heap;
    async->heap_size = size;
    return true;
}

static void put(tenon_async *async, size_t at, tenon__task *task)
{
    async->heap[at] = task;
    task->heap_at = at + 1;
}

static void rise(tenon_async *async, size_t at, tenon__task *task)
{
    for (; at > 0; at = (at - 1) / 2) {
        tenon__task *above = async->heap[(at - 1) / 2];
        if (above->until_us <= task->until_us)
            break;
        put(async, at, above);
    }
    put(async, at, task);
}

static void sink(tenon_async *async, size_t at, tenon__task *task)
{
    for (size_t child; (child = 2 * at + 1) < async->heap_count; at = child) {
        if (child + 1 < async->heap_count &&
            async->heap[child + 1]->until_us < async->heap[child]->until_us)
            child++;
        if (task->until_us <= async->heap[child]->until_us)
            break;
        put(async, at, async->heap[child]);
    }
    put(async, at, task);
}

void tenon__heap_add(tenon_async *async, tenon__task *task)
{
    rise(async, async->heap_count++, task);
}

void tenon__heap_remove(tenon_async *async, tenon__task *task)
{
    if (!task->heap_at)
        return;
    size_t at = task->heap_at - 1;
    task->heap_at = 0;
    tenon__task *last = async->heap[--async->heap_count];
    if (last == task)
        return;
    if (at > 0 && last->until_us < async->heap[(at - 1) / 2]->until_us)
        rise(async, at, last);
    else
        sink(async, at, last);
}
