/* The face of tool/convert: columns whose arrays are packed, or no longer packed, get the values
 * that they had.
 *
 *     -- tenon:pack "public"."series"."values" float8
 *
 * No SQL can do that, so the tool does it, before the file that says so runs, which then has
 * nothing left to do. PostgreSQL: into a column beside, in small transactions, while the table is
 * in use; a trigger takes away what a program has made stale. In the last one, under a lock, the
 * rest follows, and the column takes the old one's place. SQLite: in place, in one transaction; the
 * file, which builds the table anew, asks whether it is done. Every array is read back as the
 * database has it then and compared with what it was, before its transaction ends. */
#ifndef TENON_CONVERT_CONVERT_H
#define TENON_CONVERT_CONVERT_H

#include "core/core.h"

#include <tenon/codec.h>
#include <tenon/session.h>

/* Names of the database. */
typedef struct convert_column {
    const char *namespace; /* NULL: by the search path */
    const char *table, *column;
    const char *elements; /* of the array, as PostgreSQL calls them: "float8", "varchar(20)" */
    bool is_unpacking;
    tenon_pack_options options;
} convert_column;

/* What elements of this name are packed as; 0: they cannot be. */
int convert_array_type(const char *elements);
/* A name of such elements; NULL when there is none. */
const char *convert_elements_of(int array_type);

/* ---- in files -------------------------------------------------------------------------------- */

/* The line, with its end. */
void convert_write(const convert_column *column, tenon__buf *out);
/* Those of a file, in the arena. False with *err when memory is exhausted. */
bool convert_read(const char *sql, tenon__arena *arena, convert_column **out, size_t *count,
                  tenon_error *err);
/* PostgreSQL: of the column beside, its trigger and the function of that. */
enum { CONVERT_NAME_SIZE = 24 };
void convert_name_beside(const convert_column *column, char out[CONVERT_NAME_SIZE]);

/* ---- doing it -------------------------------------------------------------------------------- */

/* All that is left, in the session's transaction, under a lock of the table; *count: rows. False
 * with the session's error. */
bool convert_all(tenon_session *s, const convert_column *column, int64_t *count);
/* The same for a table in use, outside of a transaction: PostgreSQL in as many as it takes. One
 * that was killed goes on where it was. A table or column that is not there is passed over, as is
 * one that holds what it shall hold. */
bool convert_online(tenon_session *s, const convert_column *column, int64_t *count);

#endif
