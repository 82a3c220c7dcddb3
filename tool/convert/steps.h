/* Private to tool/convert: pieces of a conversion, and its statements. */
#ifndef TENON_CONVERT_STEPS_H
#define TENON_CONVERT_STEPS_H

#include "convert/convert.h"
#include "rows/rows.h"

/* The template with {table}, {old} and {new} (columns), {form} (the type of the new one),
 * {function}; the columns' own names are quoted. False with the session's error. */
bool convert_expand(tenon_session *s, const convert_column *column, const char *template,
                    tenon__buf *out);
bool convert_execute(tenon_session *s, const convert_column *column, const char *template);

/* A walk over the rows that are left, all-zero before the first one. */
typedef struct convert_walk {
    tenon__buf after; /* the row that it has come to */
    int64_t size;     /* of the next piece, in rows */
} convert_walk;

void convert_release_walk(convert_walk *walk);
/* In front of all rows. */
void convert_begin(tenon_session *s, convert_walk *walk);
/* The next rows; *count is 0 when there is none. In the session's transaction, whose locks nobody
 * shall have to wait for longer than a blink: a piece is as many rows as take that long. */
bool convert_piece(tenon_session *s, const convert_column *column, convert_walk *walk,
                   int64_t *count);

/* quiet.c: in the session's transaction. Takes the triggers of SQLite's table away, and brings them
 * back; says where PostgreSQL's log of changes ends (NULL: there is none), and takes out of it what
 * the transaction has added. False with the session's error. */
bool convert_drop_triggers(tenon_session *s, const convert_column *column, tenon__arena *arena,
                           rows *out);
bool convert_make_triggers(tenon_session *s, const rows *triggers);
bool convert_read_log(tenon_session *s, tenon__arena *arena, const char **last);
bool convert_clear_log(tenon_session *s, tenon__arena *arena, const char *last);

#endif
