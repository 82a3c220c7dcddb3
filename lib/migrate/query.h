/* SQL text with parameters, read as text: private to lib/migrate. */
#ifndef TENON_MIGRATE_QUERY_H
#define TENON_MIGRATE_QUERY_H

#include "db/db.h"

/* Row by row: cell i of row r is items[r * columns + i], NULL for NULL. */
typedef struct tenon__texts {
    const char **items;
    size_t count, columns;
} tenon__texts;

/* Every column must be of type text. At most 16 columns and 16 values, which are texts whose type
 * the database finds out; NULL is NULL. The rows live in the session. False with the session's
 * error. */
bool tenon__query(tenon_session *s, const char *sql, size_t columns, const char *const *values,
                  size_t value_count, tenon__texts *out);
/* The same without rows; *affected may be NULL. */
bool tenon__change(tenon_session *s, const char *sql, const char *const *values, size_t value_count,
                   int64_t *affected);
/* The only cell of the only row; NULL when there is none, or it is NULL. */
bool tenon__query_one(tenon_session *s, const char *sql, const char *const *values,
                      size_t value_count, const char **out);

#endif
