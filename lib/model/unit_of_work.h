/* Private to lib/model: what a unit of work notes. See <tenon/unit.h>. */
#ifndef TENON_MODEL_UNIT_OF_WORK_H
#define TENON_MODEL_UNIT_OF_WORK_H

#include "model/nested.h"

#include <tenon/unit.h>

typedef enum tenon__fate { TENON__KEPT, TENON__NEW, TENON__REMOVED, TENON__FORGOTTEN } tenon__fate;

typedef struct tenon__tracked {
    const tenon_model *model;
    char *row;
    char *former; /* a copy of the row as the database has it; NULL of a new one */
    char *room;   /* for that copy */
    tenon__fate fate;
    unsigned rank;      /* rows of a lower rank are referred to by those of a higher one */
    char *stored;       /* what the flush under way has made of it; NULL: nothing */
    bool is_begun;      /* a new row that the flush under way is at */
    bool is_queued;     /* … that is piled up, and not stored yet; a removed one: that is gone */
    unsigned referring; /* removed rows that refer to this one, and go first */
} tenon__tracked;

struct tenon_unit {
    tenon_session *session;
    tenon__arena arena; /* copies of rows, keys */
    tenon__tracked *items;
    size_t count, capacity;
    tenon__map by_key, by_row; /* to places, counted from 1 */
};

/* The item of a row; NULL: it is not in the unit. */
tenon__tracked *tenon__unit_find(const tenon_unit *unit, const void *row);
/* The item that a noted row refers to by the columns of a relation; NULL: none of the unit, or not
 * by the key that rows are known by. */
tenon__tracked *tenon__unit_referred(const tenon_unit *unit, const tenon__tracked *item,
                                     const tenon_relation *relation);
/* The row that the pointer of a to-one relation was set to since the row was noted: its key is to
 * become that of the relation. NULL: none, or the columns say it themselves. */
const void *tenon__unit_new_target(const tenon__tracked *item, const tenon_relation *relation);

/* Makes room for what the database has, `row`, and notes its key. False when memory is
 * exhausted. */
bool tenon__unit_prepare(tenon_unit *unit, tenon__tracked *item, const void *row);
/* Then, without need of memory: the row as it is now is what the database has. */
void tenon__unit_note_former(tenon__tracked *item);

static inline tenon_error *tenon__unit_error(const tenon_unit *unit)
{
    return tenon__session_error(unit->session);
}

#endif
