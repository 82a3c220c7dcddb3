/* A tally: what is counted of the calls of one shape, with a histogram of their times.
 *
 * The histogram is log-linear, as HdrHistogram's (Gil Tene, hdrhistogram.org): every power of two
 * is cut into 32 buckets of equal width, so that a value is off by half of a bucket at most, 1/64
 * of itself. Below 1,024 ns all buckets are 32 ns wide. Adding is a shift and an increase; tallies
 * are merged exactly. DDSketch has the same bound with fewer buckets, but takes a logarithm a
 * value. 2^37 ns, 137 s, is the longest time told apart; the exact maximum is kept beside. */
#ifndef TENON_TRACE_TALLY_H
#define TENON_TRACE_TALLY_H

#include "core/core.h"

#include <tenon/trace.h>

enum {
    TENON__TALLY_PARTS = 32,       /* of each power of two */
    TENON__TALLY_FIRST_POWER = 10, /* below it all parts are equal */
    TENON__TALLY_LAST_POWER = 37,
    TENON__TALLY_BUCKETS =
        (TENON__TALLY_LAST_POWER - TENON__TALLY_FIRST_POWER + 1) * TENON__TALLY_PARTS
};

typedef struct tenon__tally {
    uint64_t calls, errors, rows, bytes;
    int64_t total_ns, least_ns, most_ns;
    uint64_t buckets[TENON__TALLY_BUCKETS];
} tenon__tally;

/* All-zero is an empty tally. */
void tenon__tally_add(tenon__tally *tally, int64_t time_ns, uint64_t rows, uint64_t bytes,
                      bool is_error);
void tenon__tally_merge(tenon__tally *tally, const tenon__tally *other);
/* The time that `share` of the calls stayed below, of 0 … 1; 0 of none. */
int64_t tenon__tally_quantile(const tenon__tally *tally, double share);
/* Fills in all numbers of `out`. */
void tenon__tally_tell(const tenon__tally *tally, tenon_shape_statistics *out);

#endif
