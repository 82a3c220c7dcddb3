/* Which characters beyond ASCII are letters; private to tool/schema. */
#ifndef TENON_SCHEMA_LETTERS_H
#define TENON_SCHEMA_LETTERS_H

#include <stdbool.h>
#include <stdint.h>

/* True for the letters of Unicode 16.0 from U+0080 on. */
bool letters_has(uint32_t c);

#endif
