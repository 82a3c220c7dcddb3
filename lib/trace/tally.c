/* Tallies. See tally.h for the histogram. */
#include "trace/tally.h"

#include <math.h>

enum { PART_BITS = 5, FIRST_EDGE_POWER = 14, EDGE_STEP = 2 };

_Static_assert(1 << PART_BITS == TENON__TALLY_PARTS, "parts are a power of two");

static unsigned power_of(uint64_t value)
{
    return 63u - (unsigned)__builtin_clzll(value);
}

static size_t bucket_of(int64_t time_ns)
{
    uint64_t value = time_ns > 0 ? (uint64_t)time_ns : 0;
    if (value >> TENON__TALLY_FIRST_POWER == 0)
        return value >> (TENON__TALLY_FIRST_POWER - PART_BITS);
    if (value >> TENON__TALLY_LAST_POWER)
        return TENON__TALLY_BUCKETS - 1;
    unsigned power = power_of(value);
    size_t part = (value >> (power - PART_BITS)) - TENON__TALLY_PARTS;
    return (size_t)(power - TENON__TALLY_FIRST_POWER + 1) * TENON__TALLY_PARTS + part;
}

/* Where a bucket begins; the one behind the last begins where that ends. */
static int64_t bucket_begin(size_t bucket)
{
    size_t octave = bucket / TENON__TALLY_PARTS, part = bucket % TENON__TALLY_PARTS;
    if (octave == 0)
        return (int64_t)part << (TENON__TALLY_FIRST_POWER - PART_BITS);
    unsigned power = TENON__TALLY_FIRST_POWER + (unsigned)octave - 1;
    return (int64_t)(TENON__TALLY_PARTS + part) << (power - PART_BITS);
}

void tenon__tally_add(tenon__tally *tally, int64_t time_ns, uint64_t rows, uint64_t bytes,
                      bool is_error)
{
    if (!tally->calls++ || time_ns < tally->least_ns)
        tally->least_ns = time_ns;
    if (time_ns > tally->most_ns)
        tally->most_ns = time_ns;
    tally->total_ns += time_ns;
    tally->rows += rows;
    tally->bytes += bytes;
    tally->errors += is_error;
    tally->buckets[bucket_of(time_ns)]++;
}

void tenon__tally_merge(tenon__tally *tally, const tenon__tally *other)
{
    if (!other->calls)
        return;
    if (!tally->calls || other->least_ns < tally->least_ns)
        tally->least_ns = other->least_ns;
    if (other->most_ns > tally->most_ns)
        tally->most_ns = other->most_ns;
    tally->calls += other->calls;
    tally->errors += other->errors;
    tally->rows += other->rows;
    tally->bytes += other->bytes;
    tally->total_ns += other->total_ns;
    for (size_t i = 0; i < TENON__TALLY_BUCKETS; i++)
        tally->buckets[i] += other->buckets[i];
}

static int64_t within(int64_t value, int64_t least, int64_t most)
{
    return value < least ? least : value > most ? most : value;
}

int64_t tenon__tally_quantile(const tenon__tally *tally, double share)
{
    if (!tally->calls)
        return 0;
    uint64_t rank = (uint64_t)ceil(share * (double)tally->calls), seen = 0;
    size_t bucket = 0;
    while (bucket + 1 < TENON__TALLY_BUCKETS && (seen += tally->buckets[bucket]) < rank)
        bucket++;
    int64_t middle = (bucket_begin(bucket) + bucket_begin(bucket + 1)) / 2;
    return within(middle, tally->least_ns, tally->most_ns);
}

/* ---- for the program ------------------------------------------------------------------------- */

int64_t tenon_duration_edge_ns(size_t edge)
{
    size_t last = TENON_DURATION_EDGES - 1;
    return (int64_t)1 << (FIRST_EDGE_POWER + EDGE_STEP * (edge < last ? edge : last));
}

/* Edges are powers of two, and so are where octaves begin: the counts are exact. */
static void tell_durations(const tenon__tally *tally, uint64_t *counts)
{
    size_t edge = 0;
    memset(counts, 0, (TENON_DURATION_EDGES + 1) * sizeof *counts);
    for (size_t i = 0; i < TENON__TALLY_BUCKETS; i++) {
        while (edge < TENON_DURATION_EDGES && bucket_begin(i) >= tenon_duration_edge_ns(edge))
            edge++;
        counts[edge] += tally->buckets[i];
    }
}

void tenon__tally_tell(const tenon__tally *tally, tenon_shape_statistics *out)
{
    out->calls = tally->calls;
    out->errors = tally->errors;
    out->rows = tally->rows;
    out->bytes = tally->bytes;
    out->total_ns = tally->total_ns;
    out->mean_ns = tally->calls ? tally->total_ns / (int64_t)tally->calls : 0;
    out->min_ns = tally->least_ns;
    out->max_ns = tally->most_ns;
    out->p50_ns = tenon__tally_quantile(tally, 0.50);
    out->p95_ns = tenon__tally_quantile(tally, 0.95);
    out->p99_ns = tenon__tally_quantile(tally, 0.99);
    tell_durations(tally, out->duration_counts);
}
