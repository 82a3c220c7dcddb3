/* Packed arrays as texts, and back to bytes: for `tenon unpack`. */
#ifndef TENON_COMMANDS_UNPACK_TEXT_H
#define TENON_COMMANDS_UNPACK_TEXT_H

#include "core/core.h"

#include <tenon/codec.h>

/* [1,2,null], without an end of line. Times, UUIDs and bytes (hexadecimal digits) are strings, and
 * so are "NaN", "Infinity" and "-Infinity". */
void unpack_add_json(tenon__buf *out, const tenon_array *array);
/* 1,2, */
void unpack_add_csv(tenon__buf *out, const tenon_array *array);
/* "544e4101…", also with "\x" in front as PostgreSQL prints it. */
bool unpack_read_hexadecimal(const char *text, size_t length, tenon__buf *out);

#endif
