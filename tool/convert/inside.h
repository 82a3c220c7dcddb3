/* Private to tool/convert: the two statements that move arrays from one form to the other. */
#ifndef TENON_CONVERT_INSIDE_H
#define TENON_CONVERT_INSIDE_H

#include "convert/convert.h"
#include "driver/driver.h"

#include <tenon/model.h>

typedef struct convert_element {
    const char *name;
    tenon_kind kind;
    tenon_pg_type pg_type;
    tenon_array_type type;
} convert_element;

/* By the name without its arguments; NULL when there is none. */
const convert_element *convert_find_element(const char *elements);

typedef struct convert_row {
    const char *id; /* ctid or rowid */
    tenon__list array;
} convert_row;

/* $2 rows behind $1, by SQL that selects (id, array). False with the session's error. */
bool convert_read_rows(tenon_session *s, const convert_column *column, const char *sql,
                       const char *after, const char *most, tenon__arena *arena, tenon__rows *out);
/* Gives the arrays their other form by SQL that updates (array, id) and returns the array, all in
 * one round trip, and looks whether they are what they were. */
bool convert_write_rows(tenon_session *s, const convert_column *column, const char *sql,
                        const convert_row *list, size_t count, tenon__arena *arena);

#endif
