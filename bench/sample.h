/* The values that every side writes: row i is the same for all, about 100 bytes of text, an age in
 * nine rows of ten, times of whole milliseconds. */
#ifndef BENCH_SAMPLE_H
#define BENCH_SAMPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { BENCH_ROWS = 1000 };

typedef struct bench_sample {
    char name[32], email[48], profile[96];
    size_t name_length, email_length, profile_length;
    bool has_age;
    int32_t age;
    int64_t created_at_us; /* since 1970 */
} bench_sample;

/* BENCH_ROWS rows, made at the first call. */
const bench_sample *bench_samples(void);
/* The key of call i: walks through 1 … BENCH_ROWS in an order that is not the table's. */
static inline int32_t bench_key(size_t i)
{
    return (int32_t)(i * 617 % BENCH_ROWS) + 1;
}
/* One that is there half of the time, at first. */
static inline int32_t bench_any_key(size_t i)
{
    return (int32_t)(i * 617 % (2 * BENCH_ROWS)) + 1;
}
/* The least age of those that call i adds up. */
static inline int32_t bench_age(size_t i)
{
    return (int32_t)(18 + i % 60);
}

#ifdef __cplusplus
}
#endif
#endif
