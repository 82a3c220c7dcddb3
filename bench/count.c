/* Counts what a side allocates, when preloaded: the number of blocks asked for and the bytes in
 * use. Sides have one thread. */
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

void bench_counts(uint64_t *allocations, int64_t *bytes);

static uint64_t allocation_count;
static int64_t live_bytes;

static void *next(const char *name)
{
    return dlsym(RTLD_NEXT, name);
}

static void *note(void *block)
{
    allocation_count++;
    live_bytes += (int64_t)malloc_usable_size(block);
    return block;
}

void *malloc(size_t size)
{
    static void *(*next_malloc)(size_t);
    if (!next_malloc)
        next_malloc = (void *(*)(size_t))next("malloc");
    return note(next_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    static void *(*next_calloc)(size_t, size_t);
    if (!next_calloc)
        next_calloc = (void *(*)(size_t, size_t))next("calloc");
    return note(next_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    static void *(*next_realloc)(void *, size_t);
    if (!next_realloc)
        next_realloc = (void *(*)(void *, size_t))next("realloc");
    live_bytes -= (int64_t)malloc_usable_size(block);
    return note(next_realloc(block, size));
}

void free(void *block)
{
    static void (*next_free)(void *);
    if (!next_free)
        next_free = (void (*)(void *))next("free");
    live_bytes -= (int64_t)malloc_usable_size(block);
    next_free(block);
}

void bench_counts(uint64_t *allocations, int64_t *bytes)
{
    *allocations = allocation_count;
    *bytes = live_bytes;
}
