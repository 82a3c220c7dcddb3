/* Private to tool/catalogue: an expression in a form that is equal for what means the same. */
#ifndef TENON_CATALOGUE_EXPRESSION_H
#define TENON_CATALOGUE_EXPRESSION_H

#include "core/core.h"

/* Appends the form; it is for comparing, no SQL. `type` is that of the column for a default, else
 * NULL. False when the text is no expression, or memory is exhausted. */
bool catalogue_form_postgresql(const char *sql, const char *type, tenon__buf *out);
bool catalogue_form_sqlite(const char *sql, const char *type, tenon__buf *out);

/* A constant of a type, by its meaning: 1.50 as 1.5, JSON without blanks, times without a T and
 * needless zeros. `type` is a name without modifiers, or NULL: as it stands. */
void catalogue_form_constant(const char *text, size_t length, const char *type, tenon__buf *out);

#endif
