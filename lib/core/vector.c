/* Distances between vectors, as pgvector defines them: the inner product counts negative, so that
 * of all three the least is the nearest. Added up as doubles. */
#include "core/core.h"

#include <math.h>

static double square(double value)
{
    return value * value;
}

static double straight_distance(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += square((double)a[i] - (double)b[i]);
    return sqrt(sum);
}

static double product(const float *a, const float *b, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)a[i] * (double)b[i];
    return sum;
}

/* NaN for a vector without a direction. Rounding must not lead out of 0 … 2. */
static double cosine_distance(const float *a, const float *b, size_t count)
{
    double lengths = sqrt(product(a, a, count) * product(b, b, count));
    double cosine = product(a, b, count) / lengths;
    return lengths > 0 ? 1 - fmax(-1, fmin(1, cosine)) : (double)NAN;
}

double tenon_vector_distance(tenon_metric metric, tenon_vector a, tenon_vector b)
{
    if (a.count != b.count || !a.items || !b.items)
        return (double)NAN;
    switch (metric) {
    case TENON_L2:
        return straight_distance(a.items, b.items, a.count);
    case TENON_INNER_PRODUCT:
        return -product(a.items, b.items, a.count);
    case TENON_COSINE:
        return cosine_distance(a.items, b.items, a.count);
    }
    return (double)NAN;
}
