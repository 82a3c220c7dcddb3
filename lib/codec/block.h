/* What the files of lib/codec share: how the elements of one block are written.
 *
 * Numbers of every width go through the same code as 64 bits, signed ones with their sign extended;
 * floating point numbers as their bits. Writers append to a sticky buffer and cannot fail
 * otherwise. Readers get bytes that may be anything: each takes what it needs from the front, and
 * says false when that is not there or cannot have been written. */
#ifndef TENON_CODEC_BLOCK_H
#define TENON_CODEC_BLOCK_H

#include "codec/codec.h"

enum { BLOCK = TENON_ARRAY_BLOCK };

/* ---- bytes ----------------------------------------------------------------------------------- */

typedef struct tenon__reader {
    const uint8_t *at, *end;
} tenon__reader;

static inline size_t tenon__reader_left(const tenon__reader *in)
{
    return (size_t)(in->end - in->at);
}

/* The next bytes, which are passed; NULL when there are not that many. */
static inline const uint8_t *tenon__reader_take(tenon__reader *in, size_t length)
{
    if (length > tenon__reader_left(in))
        return NULL;
    const uint8_t *bytes = in->at;
    in->at += length;
    return bytes;
}

/* Seven bits a byte, the lowest first; the top bit says that more follow. */
void tenon__add_varint(tenon__buf *out, uint64_t value);
bool tenon__read_varint(tenon__reader *in, uint64_t *value);
void tenon__add_uint32(tenon__buf *out, uint32_t value); /* little-endian, as all here */
void tenon__add_uint64(tenon__buf *out, uint64_t value);
bool tenon__read_uint32(tenon__reader *in, uint32_t *value);
bool tenon__read_uint64(tenon__reader *in, uint64_t *value);

/* 0, -1, 1, -2 … as 0, 1, 2, 3 …: what is near zero becomes small. */
static inline uint64_t tenon__zigzag(uint64_t value)
{
    return value << 1 ^ (0 - (value >> 63));
}

static inline uint64_t tenon__unzigzag(uint64_t value)
{
    return value >> 1 ^ (0 - (value & 1));
}

/* CRC-32C (Castagnoli), as of iSCSI and ext4; `crc` is 0 or what came of the bytes before. */
uint32_t tenon__crc32c(uint32_t crc, const void *data, size_t length);

/* ---- small numbers, with exceptions ---------------------------------------------------------- */

typedef struct tenon__residuals {
    unsigned bits;     /* of each */
    size_t exceptions; /* that need more */
    size_t size;       /* in bytes, an upper bound */
} tenon__residuals;

/* How `count` (at most a block) numbers are written in the fewest bytes. */
tenon__residuals tenon__residuals_plan(const uint64_t *values, size_t count);
void tenon__residuals_add(tenon__buf *out, const tenon__residuals *plan, const uint64_t *values,
                          size_t count);
bool tenon__residuals_read(tenon__reader *in, uint64_t *values, size_t count);

/* ---- elements -------------------------------------------------------------------------------- */

/* How a block may be written. */
typedef struct tenon__block_options {
    double max_error;
    bool has_general; /* zstd is there and wanted */
} tenon__block_options;

/* Integers of `width` bytes. */
void tenon__ints_add(tenon__buf *out, const uint64_t *values, size_t count, unsigned width,
                     bool is_signed, const tenon__block_options *options);
bool tenon__ints_read(tenon__reader *in, uint64_t *values, size_t count, unsigned width,
                      bool is_signed, tenon_error *err);
/* The bits of float (width 4) or double (width 8). */
void tenon__floats_add(tenon__buf *out, const uint64_t *bits, size_t count, unsigned width,
                       const tenon__block_options *options);
bool tenon__floats_read(tenon__reader *in, uint64_t *bits, size_t count, unsigned width,
                        tenon_error *err);
/* Texts and bytes: lengths first, then what they hold in one piece. */
void tenon__pieces_add(tenon__buf *out, const tenon_bytes *pieces, size_t count,
                       const tenon__block_options *options);
/* Reads pieces of `length` bytes together. They go to `room`, which has that many; when `has_ends`,
 * a NUL goes behind each, for which there is room too. */
bool tenon__pieces_read(tenon__reader *in, tenon_bytes *pieces, size_t count, char *room,
                        size_t length, bool has_ends, tenon_error *err);

/* ---- zstd ------------------------------------------------------------------------------------ */

/* Whether it is installed; loads it the first time. */
bool tenon__general_is_there(void);
/* Appends the length and the compressed bytes when that is less than `below` bytes; false when it
 * is not, and nothing has changed. */
bool tenon__general_add(tenon__buf *out, const void *data, size_t length, size_t below);
bool tenon__general_read(tenon__reader *in, void *data, size_t length, tenon_error *err);
/* Numbers byte by byte: all first bytes, then all second ones; so alike bytes stand together. */
bool tenon__general_add_numbers(tenon__buf *out, const uint64_t *values, size_t count,
                                unsigned width, size_t below);
bool tenon__general_read_numbers(tenon__reader *in, uint64_t *values, size_t count, unsigned width,
                                 tenon_error *err);
/* `width` bytes each, as they are. */
void tenon__plain_add(tenon__buf *out, const uint64_t *values, size_t count, unsigned width);
bool tenon__plain_read(tenon__reader *in, uint64_t *values, size_t count, unsigned width);

/* ---- work in parallel ------------------------------------------------------------------------ */

typedef bool tenon__job(void *context, size_t index, tenon_error *err);

/* Does jobs 0 … count - 1, in this thread and up to threads - 1 others. False with the first error;
 * what has begun is finished. */
bool tenon__share_jobs(unsigned threads, size_t count, tenon__job *job, void *context,
                       tenon_error *err);

#endif
