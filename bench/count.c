/* Counts what a side allocates, when preloaded: the number of blocks asked for and the bytes in
 * use. Sides have one thread. */
#include <dlfcn.h>
#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void bench_counts(uint64_t *allocations, int64_t *bytes);

static uint64_t allocation_count;
static int64_t live_bytes;

/* Into the function pointer at `function`: C has no conversion from what dlsym returns. */
static void find_next(const char *name, void *function)
{
    void *symbol = dlsym(RTLD_NEXT, name);
    memcpy(function, &symbol, sizeof symbol);
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
        find_next("malloc", &next_malloc);
    return note(next_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    static void *(*next_calloc)(size_t, size_t);
    if (!next_calloc)
        find_next("calloc", &next_calloc);
    return note(next_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    static void *(*next_realloc)(void *, size_t);
    if (!next_realloc)
        find_next("realloc", &next_realloc);
    live_bytes -= (int64_t)malloc_usable_size(block);
    return note(next_realloc(block, size));
}

void free(void *block)
{
    static void (*next_free)(void *);
    if (!next_free)
        find_next("free", &next_free);
    live_bytes -= (int64_t)malloc_usable_size(block);
    next_free(block);
}

void bench_counts(uint64_t *allocations, int64_t *bytes)
{
    *allocations = allocation_count;
    *bytes = live_bytes;
}
