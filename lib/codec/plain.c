/* Numbers as they are, and as planes of bytes; texts and bytes. */
#include "codec/block.h"

#include <endian.h>

void tenon__plain_add(tenon__buf *out, const uint64_t *values, size_t count, unsigned width)
{
    for (size_t i = 0; i < count; i++) {
        uint64_t little = htole64(values[i]);
        tenon__buf_add(out, &little, width);
    }
}

/* What is narrower than its type is read without a sign: who knows the type extends it. */
bool tenon__plain_read(tenon__reader *in, uint64_t *values, size_t count, unsigned width)
{
    const uint8_t *bytes = tenon__reader_take(in, count * width);
    for (size_t i = 0; bytes && i < count; i++) {
        values[i] = 0;
        memcpy(&values[i], bytes + i * width, width);
        values[i] = le64toh(values[i]);
    }
    return bytes != NULL;
}

bool tenon__general_add_numbers(tenon__buf *out, const uint64_t *values, size_t count,
                                unsigned width, size_t below)
{
    uint8_t planes[BLOCK * sizeof(uint64_t)];
    for (size_t i = 0; i < count; i++) {
        for (unsigned byte = 0; byte < width; byte++)
            planes[byte * count + i] = (uint8_t)(values[i] >> (byte * 8));
    }
    return tenon__general_add(out, planes, count * width, below);
}

bool tenon__general_read_numbers(tenon__reader *in, uint64_t *values, size_t count, unsigned width,
                                 tenon_error *err)
{
    uint8_t planes[BLOCK * sizeof(uint64_t)];
    if (!tenon__general_read(in, planes, count * width, err))
        return false;
    for (size_t i = 0; i < count; i++) {
        values[i] = 0;
        for (unsigned byte = 0; byte < width; byte++)
            values[i] |= (uint64_t)planes[byte * count + i] << (byte * 8);
    }
    return true;
}

/* ---- texts and bytes ------------------------------------------------------------------------- */

typedef enum form_kind { PLAIN, GENERAL } form_kind;

static bool add_general(tenon__buf *out, const tenon_bytes *pieces, size_t count, size_t length)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf joined = {0};
    for (size_t i = 0; i < count; i++)
        tenon__buf_add(&joined, pieces[i].data, pieces[i].len);
    if (joined.failed)
        return false;
    size_t start = out->length;
    tenon__buf_char(out, GENERAL);
    if (tenon__general_add(out, joined.data, length, length))
        return true;
    out->length = start;
    return false;
}

void tenon__pieces_add(tenon__buf *out, const tenon_bytes *pieces, size_t count,
                       const tenon__block_options *options)
{
    uint64_t lengths[BLOCK];
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        lengths[i] = pieces[i].len;
        length += pieces[i].len;
    }
    tenon__ints_add(out, lengths, count, sizeof(uint64_t), false, &(tenon__block_options){0});
    if (length && options->has_general && add_general(out, pieces, count, length))
        return;
    tenon__buf_char(out, PLAIN);
    for (size_t i = 0; i < count; i++)
        tenon__buf_add(out, pieces[i].data, pieces[i].len);
}

static bool add_up_to(const uint64_t *lengths, size_t count, size_t length)
{
    for (size_t i = 0; i < count; i++) {
        if (lengths[i] > length)
            return false;
        length -= (size_t)lengths[i];
    }
    return length == 0;
}

/* Moves pieces that stand one behind the other at the end of their room apart, from the front: a
 * piece never moves onto one that has yet to move, as all NULs behind them find room before it. */
static void set_ends(tenon_bytes *pieces, const uint64_t *lengths, size_t count, char *to,
                     const char *from, bool has_ends)
{
    for (size_t i = 0; i < count; i++) {
        pieces[i] = (tenon_bytes){.len = (size_t)lengths[i], .data = to};
        memmove(to, from, pieces[i].len);
        from += pieces[i].len;
        to += pieces[i].len;
        if (has_ends)
            *to++ = '\0';
    }
}

bool tenon__pieces_read(tenon__reader *in, tenon_bytes *pieces, size_t count, char *room,
                        size_t length, bool has_ends, tenon_error *err)
{
    uint64_t lengths[BLOCK];
    if (!tenon__ints_read(in, lengths, count, sizeof(uint64_t), false, err) ||
        !add_up_to(lengths, count, length))
        return false;
    char *joined = has_ends ? room + count : room;
    const uint8_t *kind = tenon__reader_take(in, 1), *plain;
    if (kind && *kind == PLAIN && (plain = tenon__reader_take(in, length)))
        memcpy(joined, plain, length);
    else if (!kind || *kind != GENERAL || !tenon__general_read(in, joined, length, err))
        return false;
    set_ends(pieces, lengths, count, room, joined, has_ends);
    return true;
}
