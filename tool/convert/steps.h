/* Private to tool/convert: pieces of a conversion, and its statements. */
#ifndef TENON_CONVERT_STEPS_H
#define TENON_CONVERT_STEPS_H

#include "convert/convert.h"

/* The template with {table}, {old} and {new} (columns), {form} (the type of the new one),
 * {function}; the columns' own names are quoted. False with the session's error. */
bool convert_expand(tenon_session *s, const convert_column *column, const char *template,
                    tenon__buf *out);
bool convert_execute(tenon_session *s, const convert_column *column, const char *template);

/* In front of all rows. */
void convert_begin(tenon_session *s, tenon__buf *after);
/* The next rows behind `after`, which is then the last one of them; *count is 0 when there is none.
 * In the session's transaction. */
bool convert_piece(tenon_session *s, const convert_column *column, tenon__buf *after,
                   int64_t *count);

#endif
