/* Private to tool/diff: columns that become packed, or are no longer (pack.c). */
#ifndef TENON_DIFF_PACK_H
#define TENON_DIFF_PACK_H

#include "diff/sql.h"

#include "db/db.h"
#include "render/render.h"

/* Both are packed, and their elements are not known to be of two types. */
bool diff_has_same_elements(const catalogue_column *a, const catalogue_column *b);
/* The one is a list, the other the same list packed. */
bool diff_is_packing(const diff_maker *m, const catalogue_column *a, const catalogue_column *b);

/* PostgreSQL: what is wanted but for these columns, which are as they were; m->to itself where
 * there are none. And the steps behind all others. */
const catalogue *diff_before_packing(diff_maker *m);
void diff_plan_packing(diff_maker *m);

/* SQLite: in front of a table that is built anew, and what is to be done before. */
void diff_write_packing_guards(diff_maker *m, const catalogue_table *from,
                               const catalogue_table *to);
void diff_add_conversions(diff_maker *m, diff_step *step, const catalogue_table *from,
                          const catalogue_table *to);

#endif
