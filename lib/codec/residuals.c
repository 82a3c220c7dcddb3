/* Small numbers in as few bits each as pays, the few large ones as exceptions.
 *
 * What a form of the integers leaves over (distances, deltas, steps) is mostly small, and one large
 * number should not widen all others: PFOR (Zukowski, Héman, Nes, Boncz: Super-Scalar RAM-CPU Cache
 * Compression, ICDE 2006). The width is found from a histogram, so it is the best there is.
 *
 *     bits (1 byte)  exceptions (varint)  the low bits of all, packed
 *     for each exception: distance from the one before (varint), the bits above (varint) */
#include "codec/block.h"

#include <endian.h>

enum {
    WIDTHS = 65,    /* 0 … 64 bits */
    POSITION = 2,   /* bytes: what a distance takes at most within a block */
    READ_AHEAD = 16 /* bytes that may be read behind the packed ones */
};

static unsigned width_of(uint64_t value)
{
    return value ? 64 - (unsigned)__builtin_clzll(value) : 0;
}

static size_t packed_bytes(size_t count, unsigned bits)
{
    return (count * bits + 7) / 8;
}

static size_t varint_bytes(unsigned width)
{
    return width ? (width + 6) / 7 : 1;
}

/* Bytes of all that is wider than `bits`, as exceptions. */
static size_t exception_bytes(const uint32_t counts[WIDTHS], unsigned bits, size_t *exceptions)
{
    size_t bytes = 0;
    *exceptions = 0;
    for (unsigned width = bits + 1; width < WIDTHS; width++) {
        *exceptions += counts[width];
        bytes += counts[width] * (POSITION + varint_bytes(width - bits));
    }
    return bytes;
}

tenon__residuals tenon__residuals_plan(const uint64_t *values, size_t count)
{
    uint32_t counts[WIDTHS] = {0};
    for (size_t i = 0; i < count; i++)
        counts[width_of(values[i])]++;
    tenon__residuals best = {.size = SIZE_MAX};
    for (unsigned bits = 0; bits < WIDTHS; bits++) {
        size_t exceptions;
        size_t size = 1 + POSITION + packed_bytes(count, bits);
        size += exception_bytes(counts, bits, &exceptions);
        if (size < best.size)
            best = (tenon__residuals){.bits = bits, .exceptions = exceptions, .size = size};
    }
    return best;
}

static uint64_t low_bits(uint64_t value, unsigned bits)
{
    return bits < 64 ? value & ((UINT64_C(1) << bits) - 1) : value;
}

static void pack_bits(uint8_t *to, const uint64_t *values, size_t count, unsigned bits)
{
    uint64_t held = 0;
    unsigned held_bits = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t value = low_bits(values[i], bits);
        held |= value << held_bits;
        held_bits += bits;
        if (held_bits >= 64) {
            uint64_t little = htole64(held);
            memcpy(to, &little, sizeof little);
            to += sizeof little;
            held_bits -= 64;
            held = held_bits ? value >> (bits - held_bits) : 0;
        }
    }
    uint64_t little = htole64(held);
    memcpy(to, &little, (held_bits + 7) / 8);
}

/* `from` may be read READ_AHEAD bytes behind its end. */
static void unpack_bits(const uint8_t *from, uint64_t *values, size_t count, unsigned bits)
{
    for (size_t i = 0; i < count; i++) {
        size_t at = i * bits;
        unsigned shift = at % 8;
        uint64_t word;
        memcpy(&word, from + at / 8, sizeof word);
        word = le64toh(word) >> shift;
        if (shift + bits > 64)
            word |= (uint64_t)from[at / 8 + 8] << (64 - shift);
        values[i] = low_bits(word, bits);
    }
}

void tenon__residuals_add(tenon__buf *out, const tenon__residuals *plan, const uint64_t *values,
                          size_t count)
{
    uint8_t packed[BLOCK * 8];
    tenon__buf_char(out, (char)plan->bits);
    tenon__add_varint(out, plan->exceptions);
    pack_bits(packed, values, count, plan->bits);
    tenon__buf_add(out, packed, packed_bytes(count, plan->bits));
    size_t before = 0;
    for (size_t i = 0; i < count && plan->exceptions; i++) {
        if (width_of(values[i]) <= plan->bits)
            continue;
        tenon__add_varint(out, i - before);
        tenon__add_varint(out, values[i] >> plan->bits);
        before = i;
    }
}

static bool read_exceptions(tenon__reader *in, uint64_t *values, size_t count, unsigned bits,
                            uint64_t exceptions)
{
    size_t at = 0;
    for (uint64_t i = 0; i < exceptions; i++) {
        uint64_t distance, high;
        if (!tenon__read_varint(in, &distance) || distance >= count - at ||
            !tenon__read_varint(in, &high) || bits + width_of(high) > 64)
            return false;
        at += (size_t)distance;
        values[at] |= high << bits;
    }
    return true;
}

bool tenon__residuals_read(tenon__reader *in, uint64_t *values, size_t count)
{
    uint8_t padded[BLOCK * 8 + READ_AHEAD];
    const uint8_t *bits = tenon__reader_take(in, 1);
    uint64_t exceptions;
    if (!bits || *bits >= WIDTHS || !tenon__read_varint(in, &exceptions) || exceptions > count ||
        (*bits == 64 && exceptions))
        return false;
    size_t size = packed_bytes(count, *bits);
    const uint8_t *packed = tenon__reader_take(in, size);
    if (!packed)
        return false;
    memcpy(padded, packed, size);
    memset(padded + size, 0, READ_AHEAD);
    unpack_bits(padded, values, count, *bits);
    return read_exceptions(in, values, count, *bits, exceptions);
}
