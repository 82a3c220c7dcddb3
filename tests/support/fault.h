/* Memory that runs out when a test says so.
 *
 * In the programs of fault_tests (tests/meson.build) malloc, calloc, realloc and free of libtenon
 * and of the test itself come through here. The loop of every fault test is
 *
 *     size_t n = 0;
 *     do {
 *         fault_arm(++n, FAULT_ONCE);
 *         … one call of the function under test …
 *         … when it failed: NO_MEMORY, nothing leaked, all still usable …
 *     } while (fault_disarm());
 *
 * which makes the first allocation fail, then the second, and ends when the call needs no more
 * than n - 1. Only the thread that armed it is concerned. libpq's own memory is not reached;
 * SQLite's is, after fault_include_sqlite. */
#ifndef FAULT_H
#define FAULT_H

#include <stdbool.h>
#include <stddef.h>

typedef enum fault_mode {
    FAULT_ONCE,   /* one allocation fails, the next ones work again */
    FAULT_FOREVER /* from the n-th on all fail, until disarmed */
} fault_mode;

/* The n-th allocation from now on fails, n >= 1. */
void fault_arm(size_t n, fault_mode mode);

/* Everything works again. True when an allocation has failed since fault_arm. */
bool fault_disarm(void);

/* Allocations of this thread since the last fault_arm or fault_count_from_here: for budgets. */
void fault_count_from_here(void);
size_t fault_count(void);

/* Blocks of all threads that came through here and were not freed yet: the same before and after
 * a call that leaks nothing. Blocks that only one of both ends sees, as those of strdup, count
 * wrong. */
size_t fault_live_count(void);

/* SQLite's allocations count and fail too. Before the first use of SQLite in the program. */
void fault_include_sqlite(void);

/* Of SQLite's allocations that follow one another, with none of ours between, only the first, the
 * second, the fourth, the eighth … may be the n-th: it parses a schema with hundreds of the same
 * kind. All of them count and, with FAULT_FOREVER, fail behind the n-th. */
void fault_sample_sqlite(bool is_sampled);

#endif
