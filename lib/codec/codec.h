/* The face of lib/codec: compressed arrays, for lib/model. What programs call is
 * <tenon/codec.h>. */
#ifndef TENON_CODEC_CODEC_H
#define TENON_CODEC_CODEC_H

#include "core/core.h"

#include <tenon/codec.h>

/* Bytes of one element in memory; 0 for what is no type. */
size_t tenon__array_item_size(tenon_array_type type);
/* As tenon_pack, appended to a buffer. */
bool tenon__pack_into(const tenon_array *array, const tenon_pack_options *options, tenon__buf *out,
                      tenon_error *err);
/* As tenon_unpack, into an arena. */
bool tenon__unpack_into(const void *data, size_t length, const tenon_unpack_options *options,
                        tenon__arena *arena, tenon_array *out, tenon_error *err);

#endif
