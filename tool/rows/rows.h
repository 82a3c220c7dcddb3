/* The face of tool/rows: SQL in, rows of texts out.
 *
 * The tool asks databases about themselves with statements that it knows beforehand and that run
 * once; what they answer is short. So every column is text (cast it: `c.oid::text`), values are
 * texts too (cast them: `$1::oid[]`), and the rows live in an arena of the caller's. */
#ifndef TENON_ROWS_ROWS_H
#define TENON_ROWS_ROWS_H

#include "core/core.h"

#include <tenon/session.h>

enum { ROWS_COLUMNS_MOST = 32, ROWS_VALUES_MOST = 8 };

typedef struct rows {
    const char *const *cells; /* row after row; NULL is SQL's NULL */
    size_t count, columns;
} rows;

typedef struct rows_query {
    const char *sql;
    size_t columns;            /* of the answer */
    const char *const *values; /* $1, ?1, …; NULL is SQL's NULL */
    size_t value_count;
} rows_query;

/* False with the session's error; *out then holds no rows. */
bool rows_read(tenon_session *s, const rows_query *query, tenon__arena *arena, rows *out);

/* The first cell of the first row, or NULL when there is no row or it is NULL. */
static inline const char *rows_first(const rows *found)
{
    return found->count ? found->cells[0] : NULL;
}

static inline const char *rows_cell(const rows *found, size_t row, size_t column)
{
    return found->cells[row * found->columns + column];
}

/* PostgreSQL prints truth as "true"; SQLite's queries print it as "1". */
static inline bool rows_truth(const rows *found, size_t row, size_t column)
{
    const char *text = rows_cell(found, row, column);
    return text && (text[0] == 't' || text[0] == '1');
}

/* How many rows from `row` on have the same text in this column: for answers that are sorted by
 * what they belong to. */
size_t rows_run(const rows *found, size_t row, size_t column);

#endif
