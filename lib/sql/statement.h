/* Private to lib/sql: a statement of a SQL file on its way to lib/db.
 *
 * Its key in the caches is the address of its descriptor and the number of the variant: nothing of
 * the text is looked at before it is prepared. Keys of lib/model begin with the number of an
 * operation, those of this folder with one of these marks, so they are never equal. */
#ifndef TENON_SQL_STATEMENT_H
#define TENON_SQL_STATEMENT_H

#include "core/core.h"
#include "db/db.h"

#include <tenon/statement.h>

#include <assert.h>

enum { TENON__KEY_STATEMENT = 0x5100, TENON__KEY_TEXT };

typedef enum tenon__statement_use {
    TENON__USE_RUN,
    TENON__USE_ROWS_GIVEN, /* a COPY of a driver without one: its text reads tenon_rows(?1) */
    TENON__USE_EXPLAIN
} tenon__statement_use;

/* 16 bytes without padding. */
typedef struct tenon__statement_key {
    uint16_t mark;
    uint16_t variant;
    uint32_t use; /* a tenon__statement_use */
    const tenon_statement *statement;
} tenon__statement_key;

_Static_assert(sizeof(tenon__statement_key) == 8 + sizeof(void *),
               "padding would make equal keys differ");

/* One execution that is made ready: the key and where the values stand. */
typedef struct tenon__ready {
    tenon__statement_key key;
    const void **values; /* one a slot of the variant's text */
    size_t value_count;
} tenon__ready;

/* The texts of this database, or NULL. */
const tenon_statement_text *tenon__statement_texts(const tenon_statement *statement,
                                                   tenon_dialect dialect);
/* Whether the session can run it: made for this library, for this database. */
bool tenon__statement_check(tenon_session *s, const tenon_statement *statement);
/* Finds variant and values; out->values has room for one a parameter. False with the session's
 * error. */
bool tenon__statement_read(tenon_session *s, const tenon_statement *statement, const void *params,
                           tenon__ready *out);
/* The call of it, which borrows both. */
tenon__call tenon__statement_call(const tenon__ready *ready, tenon__rows *rows, int64_t *affected);
/* Puts the statement's name and place in front of what its run has come to, where nothing else says
 * what the error is about. Returns false. */
TENON__COLD bool tenon__statement_name_error(tenon_session *s, const tenon_statement *statement);
/* Runs the statement that explains it; *sql is what it explains. */
bool tenon__statement_explain(tenon_session *s, const tenon_statement *statement,
                              const void *params, tenon__rows *rows, const char **sql);
/* Makes the plan of a key: see tenon__call.make. */
bool tenon__statement_make(tenon_dialect dialect, const uint8_t *key, size_t length,
                           tenon__cached *out, tenon_error *err);

/* What rows of a result look like to the drivers: in the arena, NULL when memory is exhausted. */
const tenon__layout *tenon__result_layout(tenon__arena *arena, const tenon_result *result);
/* How many bytes a row takes. */
size_t tenon__result_row_size(const tenon_result *result);

/* A plan that owns what it is made of. */
typedef struct tenon__sql_plan {
    tenon__arena arena;
    tenon__statement statement;
} tenon__sql_plan;
tenon__sql_plan *tenon__sql_plan_new(tenon_error *err);
/* Hands it over; false, and it is gone, when memory was exhausted in between. */
bool tenon__sql_plan_give(tenon__sql_plan *plan, tenon__cached *out, tenon_error *err);
void tenon__sql_plan_free(void *plan);

#endif
