/* The face of tool/codelint: SQL that a C program puts together as text.
 *
 *     schema *report = codelint_read(paths, count, &err);
 *     schema_print_diagnostics(report, stderr, …);
 *     schema_free(report);
 *
 * tenon_sqlf makes a parameter of every value, so a value can only get into a text beside it:
 *
 *     built_text        snprintf, strcat, … with a literal that is SQL
 *     variable_format   tenon_sqlf whose format is no literal
 *     variable_sql      tenon_execute whose text is no literal
 *
 * It reads tokens, not types: what a function of the program's own is given, or a macro hides, it
 * does not see. What it tells is a warning that a comment takes back, in the same line or the one
 * before: tenon:ignore RULE WHY. */
#ifndef TENON_CODELINT_CODELINT_H
#define TENON_CODELINT_CODELINT_H

#include "core/core.h"
#include "schema/schema.h"

/* Files, and the C and C++ files of folders and their sub-folders in order of path, hidden ones
 * left out. The diagnostics of the result are what was found. NULL with *err when something cannot
 * be read. */
schema *codelint_read(const char *const *paths, size_t count, tenon_error *err);
/* The same of a text; NULL when memory is exhausted. */
schema *codelint_read_text(const char *path, const char *text);

#endif
