/* One text of the schema language in its canonical layout; private to tool/schema. */
#ifndef TENON_SCHEMA_LAYOUT_H
#define TENON_SCHEMA_LAYOUT_H

#include "core/core.h"

/* Writes the text laid out: aligned columns, attributes in order, one blank line where there were
 * more. It needs no correct schema: what nothing matches is written as it stands. False without
 * memory. */
bool layout_text(const char *text, size_t length, tenon__buf *out);

#endif
