/* The linker's --wrap turns each call of malloc into __wrap_malloc and leaves the true one as
 * __real_malloc; libraries that are already linked keep the true one. SQLite has a hook of its own.
 * The counters belong to the thread, so that a pool's other threads neither fail nor count. */
#include "fault.h"

#include <sqlite3.h>
#include <stdatomic.h>

typedef struct fault_state {
    size_t seen;    /* allocations so far */
    size_t fail_at; /* 0: not armed */
    fault_mode mode;
    bool has_failed;
} fault_state;

static _Thread_local fault_state fault;
static atomic_size_t live_count;
static sqlite3_mem_methods sqlite_memory;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *p);

static bool must_fail(void)
{
    fault.seen++;
    bool is_hit = fault.mode == FAULT_ONCE ? fault.seen == fault.fail_at
                                           : fault.fail_at > 0 && fault.seen >= fault.fail_at;
    fault.has_failed = fault.has_failed || is_hit;
    return is_hit;
}

static void *counted(void *p)
{
    live_count += p != NULL;
    return p;
}

void *__wrap_malloc(size_t size)
{
    return must_fail() ? NULL : counted(__real_malloc(size));
}

void *__wrap_calloc(size_t count, size_t size)
{
    return must_fail() ? NULL : counted(__real_calloc(count, size));
}

void *__wrap_realloc(void *old, size_t size)
{
    if (must_fail())
        return NULL;
    return old ? __real_realloc(old, size) : counted(__real_realloc(NULL, size));
}

void __wrap_free(void *p)
{
    live_count -= p != NULL;
    __real_free(p);
}

void fault_arm(size_t n, fault_mode mode)
{
    fault = (fault_state){.fail_at = n, .mode = mode};
}

bool fault_disarm(void)
{
    bool has_failed = fault.has_failed;
    fault = (fault_state){.seen = fault.seen};
    return has_failed;
}

void fault_count_from_here(void)
{
    fault.seen = 0;
}

size_t fault_count(void)
{
    return fault.seen;
}

size_t fault_live_count(void)
{
    return live_count;
}

static void *sqlite_malloc(int size)
{
    return must_fail() ? NULL : sqlite_memory.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return must_fail() ? NULL : sqlite_memory.xRealloc(old, size);
}

void fault_include_sqlite(void)
{
    if (sqlite_memory.xMalloc)
        return;
    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory);
    sqlite3_mem_methods failing = sqlite_memory;
    failing.xMalloc = sqlite_malloc;
    failing.xRealloc = sqlite_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &failing);
}
