/* What stands around the blocks of an array; the format is told in pack.c. */
#ifndef TENON_CODEC_ENVELOPE_H
#define TENON_CODEC_ENVELOPE_H

#include "codec/elements.h"

#define ENVELOPE_MAGIC "TNA\1" /* the last byte is the version */
enum { ENVELOPE_MAGIC_LENGTH = 4, ENVELOPE_CHECKSUM = 4 };
enum { FLAG_NULLS = 1, FLAG_LOSSY = 2 };

#define MOST_ERROR 1e300 /* of a bound, so that twice of it is still a number */

static inline bool tenon__has_pieces(tenon_array_type type)
{
    return type == TENON_ARRAY_TEXT || type == TENON_ARRAY_BYTES;
}

#endif
