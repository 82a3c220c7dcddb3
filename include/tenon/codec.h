/* Compressed arrays: what `@tenon.compress` stores in a column, and for any other use.
 *
 *     tenon_array prices = {.type = TENON_ARRAY_DOUBLE, .items = list, .count = n};
 *     tenon_packed packed;
 *     if (tenon_pack(&prices, NULL, &packed, &err))
 *         … packed.data, packed.length …
 *     tenon_packed_free(&packed);
 *
 * Nothing is lost: integers of all widths, texts and bytes come back as they were, floating point
 * numbers bit by bit (NaN with its payload, infinities, -0.0), unless an error bound is given. An
 * array is cut into blocks of 1,024 elements, each written in the form that is smallest for it,
 * with a checksum of its own, so that a part can be read without the rest; docs/compression.md has
 * the format. Data from elsewhere is safe to read: what is damaged or over a limit is an error.
 *
 * All functions may be called in any thread. Memory is malloc's, freed by the function named. */
#ifndef TENON_CODEC_H
#define TENON_CODEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/error.h>
#include <tenon/export.h>
#include <tenon/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The elements; the numbers are those of the format. */
typedef enum tenon_array_type {
    TENON_ARRAY_INT8 = 1, /* int8_t … */
    TENON_ARRAY_INT16,
    TENON_ARRAY_INT32,
    TENON_ARRAY_INT64,
    TENON_ARRAY_UINT8,
    TENON_ARRAY_UINT16,
    TENON_ARRAY_UINT32,
    TENON_ARRAY_UINT64,
    TENON_ARRAY_FLOAT,
    TENON_ARRAY_DOUBLE,
    TENON_ARRAY_BOOL,  /* bool */
    TENON_ARRAY_TIME,  /* tenon_time */
    TENON_ARRAY_DATE,  /* tenon_date */
    TENON_ARRAY_CLOCK, /* tenon_clock */
    TENON_ARRAY_UUID,  /* tenon_uuid */
    TENON_ARRAY_TEXT,  /* const char * */
    TENON_ARRAY_BYTES  /* tenon_bytes */
} tenon_array_type;

enum { TENON_ARRAY_BLOCK = 1024 /* elements of a block; the last one may have fewer */ };

typedef struct tenon_array {
    tenon_array_type type;
    const void *items;
    size_t count;
    /* Bit i % 8 of byte i / 8 says whether element i is there or NULL; NULL: all are there. What
     * stands in `items` for a NULL does not matter, and is zero in what is read. */
    const uint8_t *validity;
} tenon_array;

typedef struct tenon_pack_options {
    /* Of FLOAT and DOUBLE only: how far a number may come back from what it was; 0: not at all. */
    double max_error;
    unsigned threads;     /* that share the work; 0 and 1: the calling one does it */
    bool without_general; /* no zstd, even where it would be smaller */
} tenon_pack_options;

typedef struct tenon_packed {
    void *data;
    size_t length;
} tenon_packed;

typedef struct tenon_packed_info {
    tenon_array_type type;
    size_t count; /* elements, with NULLs */
    size_t block_count;
    size_t plain_length; /* bytes of the elements that are there, without NULs and pointers */
    bool has_nulls;
    bool is_lossy;
} tenon_packed_info;

/* What data from elsewhere may ask for; 0: the default. */
typedef struct tenon_unpack_options {
    size_t max_count;  /* elements; 2^26 */
    size_t max_length; /* bytes of memory; 2^30 */
    unsigned threads;
    /* Where the memory of the array comes from, aligned for any element; NULL: malloc. What it
     * gives is not freed here, and tenon_unpacked.memory is NULL. It may give NULL: NO_MEMORY. */
    void *(*take)(void *context, size_t size);
    void *context;
} tenon_unpack_options;

/* An array with the memory that it stands in. */
typedef struct tenon_unpacked {
    tenon_array array;
    void *memory;
} tenon_unpacked;

/* Options may be NULL. False with *err: NO_MEMORY, VALIDATION (a text that is NULL and not said to
 * be), MISUSE, LIMIT; nothing is to be freed then. */
TENON_API bool tenon_pack(const tenon_array *array, const tenon_pack_options *options,
                          tenon_packed *out, tenon_error *err);
/* `count` arrays side by side with the threads of the options; the same results as one by one. */
TENON_API bool tenon_pack_many(const tenon_array *arrays, size_t count,
                               const tenon_pack_options *options, tenon_packed *out,
                               tenon_error *err);
TENON_API void tenon_packed_free(tenon_packed *packed);

/* Reads the header only, whose checksum is compared. False with *err: CORRUPT. */
TENON_API bool tenon_packed_read_info(const void *data, size_t length, tenon_packed_info *info,
                                      tenon_error *err);
/* False with *err: CORRUPT; LIMIT; NO_MEMORY; UNSUPPORTED when it was packed with zstd, which is
 * not installed here, or by a later version. */
TENON_API bool tenon_unpack(const void *data, size_t length, const tenon_unpack_options *options,
                            tenon_unpacked *out, tenon_error *err);
/* Elements first … first + count - 1, reading only the blocks that hold them. MISUSE when there are
 * not that many. */
TENON_API bool tenon_unpack_range(const void *data, size_t length, size_t first, size_t count,
                                  const tenon_unpack_options *options, tenon_unpacked *out,
                                  tenon_error *err);
TENON_API void tenon_unpacked_free(tenon_unpacked *unpacked);

#ifdef __cplusplus
}
#endif

#endif
