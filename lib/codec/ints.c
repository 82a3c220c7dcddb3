/* Integers: of several forms the one that takes the fewest bytes, block by block.
 *
 *     frame    distances from the smallest, or from zero    ids of one range, small numbers
 *     rising   deltas, less the smallest of them            sorted ids
 *     deltas   deltas of either sign                        measurements
 *     steps    deltas of deltas                             times at a steady rate
 *     general  zstd over the bytes, plane by plane          what repeats itself
 *     plain    as they are                                  noise
 *
 * Arithmetic wraps around, so deltas between the ends of a type are as good as others. Equal
 * numbers are a frame of no bits. */
#include "codec/block.h"

typedef enum form_kind { PLAIN, FRAME, RISING, DELTAS, STEPS, GENERAL, KINDS } form_kind;

/* A block in one of the forms that leave small numbers over. */
typedef struct form {
    form_kind kind;
    uint64_t heads[2];
    unsigned head_count;
    uint64_t left[BLOCK];
    size_t left_count;
    tenon__residuals plan;
} form;

static uint64_t smallest(const uint64_t *values, size_t count, bool is_signed)
{
    uint64_t bias = is_signed ? UINT64_C(1) << 63 : 0; /* the order of signed ones, unsigned */
    uint64_t least = UINT64_MAX;
    for (size_t i = 0; i < count; i++)
        least = (values[i] ^ bias) < least ? values[i] ^ bias : least;
    return least ^ bias;
}

static void make_frame(form *f, const uint64_t *values, size_t count, uint64_t from)
{
    for (size_t i = 0; i < count; i++)
        f->left[i] = values[i] - from;
    f->heads[0] = tenon__zigzag(from);
    f->head_count = 1;
    f->left_count = count;
}

static void make_rising(form *f, const uint64_t *values, size_t count)
{
    int64_t least = INT64_MAX;
    for (size_t i = 1; i < count; i++) {
        int64_t delta = (int64_t)(values[i] - values[i - 1]);
        least = delta < least ? delta : least;
    }
    for (size_t i = 1; i < count; i++)
        f->left[i - 1] = values[i] - values[i - 1] - (uint64_t)least;
    f->heads[0] = tenon__zigzag(values[0]);
    f->heads[1] = tenon__zigzag((uint64_t)least);
    f->head_count = 2;
    f->left_count = count - 1;
}

static void make_deltas(form *f, const uint64_t *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        f->left[i - 1] = tenon__zigzag(values[i] - values[i - 1]);
    f->heads[0] = tenon__zigzag(values[0]);
    f->head_count = 1;
    f->left_count = count - 1;
}

static void make_steps(form *f, const uint64_t *values, size_t count)
{
    for (size_t i = 2; i < count; i++)
        f->left[i - 2] = tenon__zigzag(values[i] - 2 * values[i - 1] + values[i - 2]);
    f->heads[0] = tenon__zigzag(values[0]);
    f->heads[1] = tenon__zigzag(values[1] - values[0]);
    f->head_count = 2;
    f->left_count = count - 2;
}

/* The ways to a form; of a frame there are two, because a few numbers below zero would be the
 * smallest, and leave all others far away. */
typedef enum way { FROM_SMALLEST, FROM_ZERO, BY_RISING, BY_DELTAS, BY_STEPS, WAYS } way;

static void make_form(form *f, way by, const uint64_t *values, size_t count, bool is_signed)
{
    static const form_kind kinds[WAYS] = {FRAME, FRAME, RISING, DELTAS, STEPS};
    f->kind = kinds[by];
    if (f->kind == FRAME)
        make_frame(f, values, count, by == FROM_ZERO ? 0 : smallest(values, count, is_signed));
    else if (f->kind == RISING)
        make_rising(f, values, count);
    else if (f->kind == DELTAS)
        make_deltas(f, values, count);
    else
        make_steps(f, values, count);
    f->plan = tenon__residuals_plan(f->left, f->left_count);
}

/* The smallest; of few numbers a frame. */
static void find_form(form *best, const uint64_t *values, size_t count, bool is_signed)
{
    make_form(best, FROM_SMALLEST, values, count, is_signed);
    for (way next = FROM_ZERO; next < WAYS && count > 2; next++) {
        form other;
        make_form(&other, next, values, count, is_signed);
        if (other.plan.size < best->plan.size)
            *best = other;
    }
}

static void add_form(tenon__buf *out, const form *f)
{
    tenon__buf_char(out, (char)f->kind);
    for (unsigned i = 0; i < f->head_count; i++)
        tenon__add_varint(out, f->heads[i]);
    tenon__residuals_add(out, &f->plan, f->left, f->left_count);
}

/* zstd is slow beside the rest, so it is tried only where numbers have not become half as large. */
void tenon__ints_add(tenon__buf *out, const uint64_t *values, size_t count, unsigned width,
                     bool is_signed, const tenon__block_options *options)
{
    form best;
    size_t plain = count * width;
    find_form(&best, values, count, is_signed);
    size_t least = best.plan.size < plain ? best.plan.size : plain;
    size_t start = out->length;
    if (options->has_general && least > plain / 2) {
        tenon__buf_char(out, GENERAL);
        if (tenon__general_add_numbers(out, values, count, width, least))
            return;
        out->length = start;
    }
    if (best.plan.size < plain) {
        add_form(out, &best);
    } else {
        tenon__buf_char(out, PLAIN);
        tenon__plain_add(out, values, count, width);
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

static void sum_up(uint64_t *values, size_t from, size_t count)
{
    for (size_t i = from; i < count; i++)
        values[i] += values[i - 1];
}

static bool read_frame(tenon__reader *in, uint64_t *values, size_t count)
{
    uint64_t least;
    if (!tenon__read_varint(in, &least) || !tenon__residuals_read(in, values, count))
        return false;
    for (size_t i = 0; i < count; i++)
        values[i] += tenon__unzigzag(least);
    return true;
}

static bool read_rising(tenon__reader *in, uint64_t *values, size_t count)
{
    uint64_t first, least;
    if (!tenon__read_varint(in, &first) || !tenon__read_varint(in, &least) ||
        !tenon__residuals_read(in, values + 1, count - 1))
        return false;
    values[0] = tenon__unzigzag(first);
    for (size_t i = 1; i < count; i++)
        values[i] += tenon__unzigzag(least);
    sum_up(values, 1, count);
    return true;
}

static bool read_deltas(tenon__reader *in, uint64_t *values, size_t count)
{
    uint64_t first;
    if (!tenon__read_varint(in, &first) || !tenon__residuals_read(in, values + 1, count - 1))
        return false;
    values[0] = tenon__unzigzag(first);
    for (size_t i = 1; i < count; i++)
        values[i] = tenon__unzigzag(values[i]);
    sum_up(values, 1, count);
    return true;
}

static bool read_steps(tenon__reader *in, uint64_t *values, size_t count)
{
    uint64_t first, delta;
    if (count < 2 || !tenon__read_varint(in, &first) || !tenon__read_varint(in, &delta) ||
        !tenon__residuals_read(in, values + 2, count - 2))
        return false;
    values[0] = tenon__unzigzag(first);
    values[1] = tenon__unzigzag(delta);
    for (size_t i = 2; i < count; i++)
        values[i] = tenon__unzigzag(values[i]);
    sum_up(values, 2, count); /* deltas */
    sum_up(values, 1, count);
    return true;
}

/* Of numbers that were written as they are. */
static void extend_signs(uint64_t *values, size_t count, unsigned width)
{
    unsigned unused = 64 - width * 8;
    for (size_t i = 0; i < count; i++)
        values[i] = (uint64_t)((int64_t)(values[i] << unused) >> unused);
}

static bool read_as_is(tenon__reader *in, uint64_t *values, size_t count, unsigned width,
                       bool is_signed)
{
    bool is_read = tenon__plain_read(in, values, count, width);
    if (is_read && is_signed)
        extend_signs(values, count, width);
    return is_read;
}

static bool read_general(tenon__reader *in, uint64_t *values, size_t count, unsigned width,
                         bool is_signed, tenon_error *err)
{
    bool is_read = tenon__general_read_numbers(in, values, count, width, err);
    if (is_read && is_signed)
        extend_signs(values, count, width);
    return is_read;
}

bool tenon__ints_read(tenon__reader *in, uint64_t *values, size_t count, unsigned width,
                      bool is_signed, tenon_error *err)
{
    const uint8_t *kind = tenon__reader_take(in, 1);
    switch (kind ? *kind : KINDS) {
    case PLAIN:
        return read_as_is(in, values, count, width, is_signed);
    case FRAME:
        return read_frame(in, values, count);
    case RISING:
        return read_rising(in, values, count);
    case DELTAS:
        return read_deltas(in, values, count);
    case STEPS:
        return read_steps(in, values, count);
    case GENERAL:
        return read_general(in, values, count, width, is_signed, err);
    default:
        return false;
    }
}
