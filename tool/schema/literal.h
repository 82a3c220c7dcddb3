/* String literals of the schema language: JSON's, decoded. */
#ifndef TENON_SCHEMA_LITERAL_H
#define TENON_SCHEMA_LITERAL_H

#include "schema/schema.h"

/* Decodes the literal at `span`, quotes included, into the arena of `s`; *length counts its bytes,
 * since "\u0000" may be inside. What cannot be decoded is reported and left out. NULL without
 * memory. */
const char *literal_decode(schema *s, schema_span span, size_t *length);

#endif
