/* Which schema a command works on, and reading it; for all commands that take a schema. */
#ifndef TENON_COMMANDS_SCHEMA_INPUT_H
#define TENON_COMMANDS_SCHEMA_INPUT_H

#include "schema/schema.h"

/* What usage texts say about PATH. */
#define SCHEMA_INPUT_USAGE                                                                         \
    "PATH is a file, a folder whose *.prisma files (those of its sub-folders too) are one\n"       \
    "schema, or - for standard input. Without it: schema.prisma, prisma/schema.prisma or the\n"    \
    "folder prisma/schema, whichever is there first.\n"

/* `given`, or where the schema is when `given` is NULL; NULL when it is nowhere, said on stderr. */
const char *schema_input_path(const char *given);
/* The same where there need not be one: NULL when there is none, also at `given`; nothing is
 * said. */
const char *schema_input_find(const char *given);
bool schema_input_is_stdin(const char *path);
/* NULL when it cannot be read, said on stderr. Its diagnostics are still to be looked at. */
schema *schema_input_read(const char *path);
/* The diagnostics on stderr, coloured on a terminal unless NO_COLOR is set. */
void schema_input_show_diagnostics(const schema *s);
/* Says a failure of the library on stderr. */
void schema_input_show_error(const tenon_error *err);

#endif
