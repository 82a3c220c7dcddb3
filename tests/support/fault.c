/* The linker's --wrap turns each call of malloc into __wrap_malloc and leaves the true one as
 * __real_malloc; libraries that are already linked keep the true one. SQLite has a hook of its own.
 * The counters belong to the thread, so that a pool's other threads neither fail nor count. */
#include "fault.h"

#include <sqlite3.h>
#include <stdatomic.h>

typedef struct fault_state {
    size_t seen;     /* allocations so far */
    size_t in_a_row; /* of SQLite's, since the last of ours */
    size_t eligible; /* allocations so far that may be the n-th */
    size_t fail_at;  /* 0: not armed */
    fault_mode mode;
    bool has_failed;
} fault_state;

static _Thread_local fault_state fault;
static atomic_size_t live_count;
static sqlite3_mem_methods sqlite_memory;
static bool is_sqlite_sampled;

void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void __real_free(void *p);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void __wrap_free(void *p);

static bool has_come_to(bool is_eligible)
{
    fault.seen++;
    fault.eligible += is_eligible;
    bool is_hit = fault.mode == FAULT_ONCE ? is_eligible && fault.eligible == fault.fail_at
                                           : fault.fail_at > 0 && fault.eligible >= fault.fail_at;
    fault.has_failed = fault.has_failed || is_hit;
    return is_hit;
}

static bool must_fail(void)
{
    fault.in_a_row = 0;
    return has_come_to(true);
}

static bool must_sqlite_fail(void)
{
    size_t n = ++fault.in_a_row;
    bool is_power_of_two = (n & (n - 1)) == 0;
    return has_come_to(is_power_of_two || !is_sqlite_sampled);
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
    return must_sqlite_fail() ? NULL : sqlite_memory.xMalloc(size);
}

static void *sqlite_realloc(void *old, int size)
{
    return must_sqlite_fail() ? NULL : sqlite_memory.xRealloc(old, size);
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

void fault_sample_sqlite(bool is_sampled)
{
    is_sqlite_sampled = is_sampled;
}
