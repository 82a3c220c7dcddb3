/* Private to tool/sqlfile: the pieces of a query put together for one database. */
#ifndef TENON_SQLFILE_ASSEMBLE_H
#define TENON_SQLFILE_ASSEMBLE_H

#include "sqlfile/sqlfile.h"

/* Where the bytes of a text came from: each mark says that what is sent from `out` on stands in the
 * file from `in` on. */
typedef struct sql_mark {
    size_t out, in;
} sql_mark;

typedef struct sql_map {
    sql_mark *marks;
    size_t count, capacity;
} sql_map;

/* One variant: its parts are the low bits, its order stands above them. False when memory is
 * exhausted. */
bool sql_assemble(sqlfile_set *set, const sqlfile_query *query, unsigned dialect, size_t variant,
                  sqlfile_text *out, sql_map *map);
/* The same in words that tool/nullability knows: without SQLite's table of keys. `map` may be NULL.
 * NULL when memory is exhausted. */
const char *sql_assemble_analysed(sqlfile_set *set, const sqlfile_query *query, unsigned dialect,
                                  size_t variant, sql_map *map);
size_t sql_variant_count(const sqlfile_query *query);
/* The byte of the file that a byte of the text came from. */
size_t sql_map_back(const sql_map *map, size_t out);

#endif
