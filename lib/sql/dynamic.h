/* Private to lib/sql: dynamic SQL on its way to lib/db. */
#ifndef TENON_SQL_DYNAMIC_H
#define TENON_SQL_DYNAMIC_H

#include "sql/statement.h"
#include "sql/text.h"

typedef enum tenon__text_flag {
    TENON__TEXT_WRITES = 1 << 0,
    TENON__TEXT_CUSTOM_PLAN = 1 << 1,
    TENON__TEXT_EXPLAINS = 1 << 2,
    TENON__TEXT_CELLS = 1 << 3,
    TENON__TEXT_OF_MODEL = 1 << 4 /* rows are a model's; else, unless NULL, a tenon_result's */
} tenon__text_flag;

/* The key of a text: this, a slot code a value, the address of the enum of each that is one, the
 * SQL. 16 bytes without padding. */
typedef struct tenon__text_key {
    uint16_t mark, flags;
    uint32_t slot_count;
    const void *rows;
} tenon__text_key;

_Static_assert(sizeof(tenon__text_key) == 8 + sizeof(void *),
               "padding would make equal keys differ");

extern const tenon__layout tenon__cells_layout;

/* Whether it can be run; otherwise the session has failed. */
bool tenon__text_can_run(const tenon_sql *q);
/* Runs it. `result` and `affected` may be NULL. False with the session's error. */
bool tenon__text_run(tenon_sql *q, const tenon_result *result, unsigned flags, tenon__rows *rows,
                     int64_t *affected);
/* Makes the call of it, in scratch memory; false with the session's error. `result` may be NULL. */
bool tenon__text_call(tenon_sql *q, const tenon_result *result, unsigned flags, tenon__rows *rows,
                      tenon__call *out);

#endif
