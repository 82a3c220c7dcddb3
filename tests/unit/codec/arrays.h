/* Arrays of all types with contents of many kinds, made up from a seed. */
#ifndef CODEC_ARRAYS_H
#define CODEC_ARRAYS_H

#include <tenon/codec.h>

/* What numbers look like; texts and the rest take what they can of it. */
typedef enum made {
    MADE_EQUAL,
    MADE_NOISE,
    MADE_RISING,
    MADE_STEADY, /* equal steps, now and then another */
    MADE_SMALL,  /* with a few large ones */
    MADE_DECIMAL,
    MADE_SLOW, /* a random walk */
    MADE_ENDS, /* of the type; NaN, infinities, both zeros */
    MADE_KINDS
} made;

/* malloc's memory, one block; arrays_free. */
typedef struct made_array {
    tenon_array array;
    void *memory;
} made_array;

made_array arrays_make(tenon_array_type type, made kind, size_t count, bool has_nulls,
                       unsigned seed);
void arrays_free(made_array *array);
/* Fails the test unless they are equal, floating point numbers bit by bit; `from` is where the
 * second begins in the first. */
void arrays_assert_equal(const tenon_array *whole, size_t from, const tenon_array *part);

#endif
