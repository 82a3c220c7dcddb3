/* Between arrays as a program has them and numbers or pieces as blocks are made of: elements.c. */
#ifndef TENON_CODEC_ELEMENTS_H
#define TENON_CODEC_ELEMENTS_H

#include "codec/block.h"

typedef enum tenon__element_class {
    TENON__ELEMENT_INT,
    TENON__ELEMENT_FLOAT,
    TENON__ELEMENT_BOOL,
    TENON__ELEMENT_UUID,
    TENON__ELEMENT_PIECE
} tenon__element_class;

typedef struct tenon__element_type {
    tenon__element_class class;
    uint8_t item_size;   /* in memory */
    uint8_t plain_width; /* bytes that count as its plain length; 0: those of its piece */
    bool is_signed;
    bool has_end; /* a text: in memory a pointer to it, with a NUL behind */
} tenon__element_type;

/* NULL for what is no type. */
const tenon__element_type *tenon__element_type_of(unsigned type);

static inline bool tenon__is_valid(const uint8_t *validity, size_t i)
{
    return !validity || (validity[i / 8] >> (i % 8) & 1);
}

/* The elements first … first + count - 1 (at most a block) of an array as a block's bytes,
 * appended. False with *err for a text that is NULL and not said to be. */
bool tenon__block_add(tenon__buf *out, const tenon_array *array, size_t first, size_t count,
                      const tenon__block_options *options, tenon_error *err);
/* Back into `items`, from `first` on, with its bits in `validity` where the array has NULLs (else
 * NULL). Pieces are `length` bytes together and go to `room`, which has a byte more for each. */
bool tenon__block_read(tenon__reader *in, tenon_array_type type, void *items, uint8_t *validity,
                       size_t first, size_t count, char *room, size_t length, tenon_error *err);

/* Bytes of the elements of a block that are there; of texts without their NULs. */
size_t tenon__block_plain_length(const tenon_array *array, size_t first, size_t count);

#endif
