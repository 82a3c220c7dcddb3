/* Floating point numbers, as their bits, without the loss of one.
 *
 *     decimal    integers with a decimal point: what was once a decimal text (prices, measurements)
 *     xor        each with the one before: what changes slowly
 *     quantised  multiples of a step, where an error bound is given
 *     general    zstd over the bytes, plane by plane
 *     plain      as they are
 *
 * The decimal form is the idea of ALP (Afroozeh, Kuffó, Boncz: ALP: Adaptive Lossless
 * floating-Point Compression, SIGMOD 2023): find the exponent with which numbers are integers, and
 * keep those which do not come back bit by bit as exceptions. Here a number comes back by dividing
 * by a power of ten that is exact, which is rounded as reading the decimal text is, so that no
 * second exponent is needed. XOR is that of Gorilla (Pelkonen et al., VLDB 2015), with one shift a
 * block.
 *
 * NaN, infinities and -0.0 are exceptions of the first and numbers like others of the rest. */
#include "codec/block.h"

#include <math.h>

typedef enum form_kind { PLAIN, DECIMAL, XOR, QUANTISED, GENERAL, KINDS } form_kind;

enum {
    MOST_DECIMALS = 16,
    SAMPLES = 32,           /* numbers that choose the exponent */
    FEWEST = 4,             /* at most every fourth number may be an exception */
    EXCEPTION_BYTES = 2 + 8 /* what one takes at most */
};

#define LARGEST_INTEGER 9007199254740992.0 /* 2^53: above it doubles have gaps */

/* Exact up to 10^22. */
static const double powers[MOST_DECIMALS + 1] = {1e0, 1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7, 1e8,
                                                 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16};

/* ---- bits and numbers ------------------------------------------------------------------------ */

static double number_of(uint64_t bits, unsigned width)
{
    if (width == sizeof(double)) {
        double number;
        memcpy(&number, &bits, sizeof number);
        return number;
    }
    uint32_t narrow = (uint32_t)bits;
    float number;
    memcpy(&number, &narrow, sizeof number);
    return (double)number;
}

static uint64_t bits_of(double number, unsigned width)
{
    uint64_t bits = 0;
    if (width == sizeof(double)) {
        memcpy(&bits, &number, sizeof bits);
        return bits;
    }
    float narrow = (float)number;
    uint32_t narrow_bits;
    memcpy(&narrow_bits, &narrow, sizeof narrow_bits);
    return narrow_bits;
}

/* ---- integers with exceptions ---------------------------------------------------------------- */

/* A block as integers times or by a factor. Exceptions have the integer before them, which costs
 * least, and stand apart with their bits. */
typedef struct scaled {
    uint64_t integers[BLOCK];
    uint16_t exceptions[BLOCK]; /* their places */
    size_t exception_count;
} scaled;

static bool is_integer(double number)
{
    return fabs(number) <= LARGEST_INTEGER; /* false for NaN */
}

/* False when the number does not come back. */
static bool to_decimal(uint64_t bits, unsigned width, unsigned decimals, int64_t *integer)
{
    double large = number_of(bits, width) * powers[decimals];
    if (!is_integer(large))
        return false;
    *integer = llrint(large);
    return bits_of((double)*integer / powers[decimals], width) == bits;
}

/* False when it comes back further away than the bound. */
static bool to_multiple(uint64_t bits, unsigned width, double max_error, int64_t *integer)
{
    double number = number_of(bits, width), step = 2 * max_error;
    if (!is_integer(number / step))
        return false;
    *integer = llrint(number / step);
    double back = number_of(bits_of((double)*integer * step, width), width);
    return fabs(back - number) <= max_error;
}

static void scale(scaled *s, const uint64_t *bits, size_t count, unsigned width, unsigned decimals,
                  double max_error)
{
    int64_t integer = 0, before = 0;
    s->exception_count = 0;
    for (size_t i = 0; i < count; i++) {
        bool is_exact = max_error > 0 ? to_multiple(bits[i], width, max_error, &integer)
                                      : to_decimal(bits[i], width, decimals, &integer);
        if (is_exact)
            before = integer;
        else
            s->exceptions[s->exception_count++] = (uint16_t)i;
        s->integers[i] = (uint64_t)before;
    }
}

static void add_exceptions(tenon__buf *out, const scaled *s, const uint64_t *bits, unsigned width)
{
    size_t before = 0;
    tenon__add_varint(out, s->exception_count);
    for (size_t i = 0; i < s->exception_count; i++) {
        tenon__add_varint(out, s->exceptions[i] - before);
        tenon__plain_add(out, &bits[s->exceptions[i]], 1, width);
        before = s->exceptions[i];
    }
}

static bool read_exceptions(tenon__reader *in, uint64_t *bits, size_t count, unsigned width)
{
    uint64_t exceptions, distance;
    size_t at = 0;
    if (!tenon__read_varint(in, &exceptions) || exceptions > count)
        return false;
    for (; exceptions; exceptions--) {
        if (!tenon__read_varint(in, &distance) || distance >= count - at)
            return false;
        at += (size_t)distance;
        if (!tenon__plain_read(in, &bits[at], 1, width))
            return false;
    }
    return true;
}

/* The number of decimals with which most of some numbers come back, the fewest of those. */
static unsigned choose_decimals(const uint64_t *bits, size_t count, unsigned width)
{
    size_t step = count / SAMPLES + 1, most = 0;
    unsigned best = 0;
    for (unsigned decimals = 0; decimals <= MOST_DECIMALS; decimals++) {
        size_t exact = 0;
        int64_t integer;
        for (size_t i = 0; i < count; i += step)
            exact += to_decimal(bits[i], width, decimals, &integer);
        if (exact > most) {
            most = exact;
            best = decimals;
        }
    }
    return best;
}

/* Appends the block; false, with nothing changed, when it has too many exceptions. */
static bool add_scaled(tenon__buf *out, const uint64_t *bits, size_t count, unsigned width,
                       const tenon__block_options *options)
{
    scaled s;
    const tenon__block_options inner = {.has_general = options->has_general};
    bool is_quantised = options->max_error > 0;
    unsigned decimals = is_quantised ? 0 : choose_decimals(bits, count, width);
    scale(&s, bits, count, width, decimals, options->max_error);
    if (s.exception_count > count / FEWEST)
        return false;
    tenon__buf_char(out, is_quantised ? QUANTISED : DECIMAL);
    if (is_quantised)
        tenon__add_uint64(out, bits_of(2 * options->max_error, sizeof(double)));
    else
        tenon__buf_char(out, (char)decimals);
    tenon__ints_add(out, s.integers, count, sizeof(int64_t), true, &inner);
    add_exceptions(out, &s, bits, width);
    return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

/* The first number and, of each other, what differs from the one before it, without the zeros below
 * that all have in common. */
static void add_xor(tenon__buf *out, const uint64_t *bits, size_t count, unsigned width)
{
    uint64_t left[BLOCK], all = 0;
    for (size_t i = 1; i < count; i++) {
        left[i - 1] = bits[i] ^ bits[i - 1];
        all |= left[i - 1];
    }
    unsigned shift = all ? (unsigned)__builtin_ctzll(all) : 0;
    for (size_t i = 1; i < count; i++)
        left[i - 1] >>= shift;
    tenon__residuals plan = tenon__residuals_plan(left, count - 1);
    tenon__buf_char(out, XOR);
    tenon__plain_add(out, bits, 1, width);
    tenon__buf_char(out, (char)shift);
    tenon__residuals_add(out, &plan, left, count - 1);
}

/* Keeps of two ways to write the same, one behind the other, the shorter one: what stands from
 * `first` on, or what stands from `second` on. */
static void keep_shorter(tenon__buf *out, size_t first, size_t second)
{
    size_t length = out->length - second;
    if (!out->failed && length < second - first) {
        memmove(out->data + first, out->data + second, length);
        second = first + length;
    }
    if (!out->failed)
        out->length = second;
}

void tenon__floats_add(tenon__buf *out, const uint64_t *bits, size_t count, unsigned width,
                       const tenon__block_options *options)
{
    size_t start = out->length;
    if (add_scaled(out, bits, count, width, options) && options->max_error > 0)
        return;
    size_t second = out->length;
    add_xor(out, bits, count, width);
    if (second > start)
        keep_shorter(out, start, second);
    size_t least = out->length - start, plain = count * width;
    if (least <= plain / 2 || out->failed)
        return;
    second = out->length;
    tenon__buf_char(out, GENERAL);
    if (options->has_general && tenon__general_add_numbers(out, bits, count, width, least)) {
        keep_shorter(out, start, second);
    } else if (plain < least) {
        out->length = start;
        tenon__buf_char(out, PLAIN);
        tenon__plain_add(out, bits, count, width);
    } else {
        out->length = second;
    }
}

/* ---- reading --------------------------------------------------------------------------------- */

static bool read_integers(tenon__reader *in, uint64_t *bits, size_t count, tenon_error *err)
{
    return tenon__ints_read(in, bits, count, sizeof(int64_t), true, err);
}

static bool read_decimal(tenon__reader *in, uint64_t *bits, size_t count, unsigned width,
                         tenon_error *err)
{
    const uint8_t *decimals = tenon__reader_take(in, 1);
    if (!decimals || *decimals > MOST_DECIMALS || !read_integers(in, bits, count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        bits[i] = bits_of((double)(int64_t)bits[i] / powers[*decimals], width);
    return read_exceptions(in, bits, count, width);
}

static bool read_quantised(tenon__reader *in, uint64_t *bits, size_t count, unsigned width,
                           tenon_error *err)
{
    uint64_t step;
    if (!tenon__read_uint64(in, &step) || !read_integers(in, bits, count, err))
        return false;
    for (size_t i = 0; i < count; i++)
        bits[i] = bits_of((double)(int64_t)bits[i] * number_of(step, sizeof(double)), width);
    return read_exceptions(in, bits, count, width);
}

static bool read_xor(tenon__reader *in, uint64_t *bits, size_t count, unsigned width)
{
    if (!tenon__plain_read(in, bits, 1, width))
        return false;
    const uint8_t *shift = tenon__reader_take(in, 1);
    if (!shift || *shift >= width * 8 || !tenon__residuals_read(in, bits + 1, count - 1))
        return false;
    for (size_t i = 1; i < count; i++)
        bits[i] = bits[i] << *shift ^ bits[i - 1];
    return true;
}

bool tenon__floats_read(tenon__reader *in, uint64_t *bits, size_t count, unsigned width,
                        tenon_error *err)
{
    const uint8_t *kind = tenon__reader_take(in, 1);
    switch (kind ? *kind : KINDS) {
    case PLAIN:
        return tenon__plain_read(in, bits, count, width);
    case DECIMAL:
        return read_decimal(in, bits, count, width, err);
    case XOR:
        return read_xor(in, bits, count, width);
    case QUANTISED:
        return read_quantised(in, bits, count, width, err);
    case GENERAL:
        return tenon__general_read_numbers(in, bits, count, width, err);
    default:
        return false;
    }
}
