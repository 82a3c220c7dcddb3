/* One side of a comparison: a program that does the same works as the others, each in its own way.
 *
 *     bench-… URL WORK
 *
 * opens the database and then obeys its standard input, line by line, so that the sides can take
 * turns while each keeps its connection, its prepared statements and its heap:
 *
 *     warm N     N calls
 *     run N      N calls; prints "nanoseconds checksum allocations bytes"
 *
 * The checksum is over the rows that were read, so that a side that does other work is found out.
 * Allocations and the bytes that they left are counted by count.c when it is preloaded, else 0. */
#ifndef BENCH_SIDE_H
#define BENCH_SIDE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct bench_work {
    const char *name;
    void (*prepare)(void); /* may be NULL */
    /* Call number i; something about the rows that it returned. */
    uint64_t (*call)(size_t i);
    size_t width; /* for how many calls it stands, i … i + width - 1; 0: one */
} bench_work;

/* What a side is made of. A side that fails ends the program. */
extern const bench_work bench_works[]; /* ends with name NULL */
/* Of the calling thread, of which peers/peer.c has many; opened and closed one after the other. */
void bench_open(const char *url);
void bench_close(void);
/* What each thread has for itself. */
#ifdef __cplusplus
#define BENCH_OWN thread_local
#else
#define BENCH_OWN _Thread_local
#endif
/* How many of them there are. */
extern size_t bench_clients;

__attribute__((noreturn)) void bench_fail(const char *what, const char *why);
/* Never NULL. */
void *bench_alloc(size_t size);

/* What goes into the checksum of one row. */
static inline uint64_t bench_check(int32_t id, int32_t age, int64_t created_at_us, const char *name,
                                   const char *email, const char *profile)
{
    return (uint64_t)id * 31 + (uint64_t)age + (uint64_t)created_at_us + (unsigned char)name[0] +
           (unsigned char)email[4] + (unsigned char)profile[1];
}

static inline uint64_t bench_check_aggregate(uint64_t count, uint64_t sum, int32_t least,
                                             int32_t most)
{
    return count * 31 + sum * 7 + (uint64_t)least * 3 + (uint64_t)most;
}

#ifdef __cplusplus
}
#endif
#endif
