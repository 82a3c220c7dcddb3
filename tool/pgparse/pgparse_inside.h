/* What the files of tool/pgparse share. */
#ifndef TENON_PGPARSE_INSIDE_H
#define TENON_PGPARSE_INSIDE_H

#include "pgparse/pgparse.h"

#include <pg_query.h>

/* Tokens of the scanner, in the arena of the tree; none when the text cannot be scanned. False for
 * want of memory. */
bool pgparse_scan(pgparse_tree *tree, PgQuery__ScanResult **tokens);
/* Whether nothing nests deeper than PGPARSE_LIMIT_NESTING. */
bool pgparse_is_flat(const PgQuery__ScanResult *tokens);
/* Where the character with this number, from 1, begins. */
size_t pgparse_character(const char *text, int number);
/* Checks size and encoding. */
bool pgparse_check_text(const char *text, tenon_error *err);
bool pgparse_report(tenon_error *err, const char *text, const PgQueryError *error);
/* Lets protobuf-c allocate in an arena. */
ProtobufCAllocator pgparse_allocator(tenon__arena *arena);

#endif
