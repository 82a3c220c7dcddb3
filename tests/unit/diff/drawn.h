/* Schemas by chance, in pairs that are alike.
 *
 * Every part of a schema (a field's type, whether there is an index, …) is drawn from a number that
 * its name and a seed give. The second schema of a pair takes seven of eight draws from the first
 * one's seed, so that tables, columns and all else stay, change, come, go, move and get other
 * names; the latter two it says by @tenon.renamedFrom. */
#ifndef DRAWN_H
#define DRAWN_H

#include "changed.h"

enum { DRAWN_MODELS = 3, DRAWN_FIELDS = 6, DRAWN_ENUMS = 2, DRAWN_VALUES = 4 };

typedef struct draw {
    uint64_t first, second; /* seeds; the same for the first schema */
    tenon_dialect dialect;
} draw;

void draw_models(const draw *d, tenon__buf *out);
/* The first schema of the pair. */
draw draw_first(const draw *d);

bool draw_has_model(const draw *d, unsigned model);
bool draw_has_field(const draw *d, unsigned model, unsigned field);
/* The type as the schema has it, and whether it is an enum. */
const char *draw_type(const draw *d, unsigned model, unsigned field);
bool draw_is_enum(const draw *d, unsigned model, unsigned field);
/* `"s1"."N0"` and `g0`, as SQL. */
void draw_table(const draw *d, unsigned model, tenon__buf *out);
const char *draw_column(const draw *d, unsigned model, unsigned field);
/* Made in safe forms where there are any. */
bool draw_is_safe(const draw *d);

#endif
