/* Numbers that look random and are the same on every run: a test that fails, fails again. */
#ifndef TEST_GENERATOR_H
#define TEST_GENERATOR_H

#include <stdint.h>

typedef struct generator {
    uint64_t state; /* any seed */
} generator;

/* A Weyl sequence whose steps are mixed by two multiplications. */
static inline uint64_t generator_next(generator *g)
{
    uint64_t x = g->state += UINT64_C(0x9E3779B97F4A7C15);
    x = (x ^ x >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    x = (x ^ x >> 27) * UINT64_C(0x94D049BB133111EB);
    return x ^ x >> 31;
}

/* 0 … bound - 1; the bias does not matter to tests. */
static inline uint64_t generator_below(generator *g, uint64_t bound)
{
    return generator_next(g) % bound;
}

/* least … most, both included. */
static inline int64_t generator_between(generator *g, int64_t least, int64_t most)
{
    uint64_t span = (uint64_t)most - (uint64_t)least + 1;
    uint64_t step = span ? generator_next(g) % span : generator_next(g);
    return (int64_t)((uint64_t)least + step);
}

#endif
