/* A unit of work: rows that the program changes in memory and writes together.
 *
 *     tenon_unit *unit = tenon_unit_open(s);
 *     User *ann = tenon_unit_track(unit, &user_model, user_find(s, 1));
 *     ann->age = (tenon_opt_int32){true, 32};
 *     Post post = {.title = "New", .author = ann};
 *     tenon_unit_add(unit, &post_model, &post);
 *     if (!tenon_unit_flush(unit)) …
 *     tenon_unit_close(unit);
 *
 * It is opt-in: nothing is tracked that was not given to it, and nothing is written before the
 * flush. A flush is one transaction, or a savepoint of the session's: new rows first, those that
 * others refer to before them; then the changed columns of changed rows; then what is removed, in
 * the opposite order. A row that somebody else has changed or deleted meanwhile is a CONFLICT, and
 * nothing is written: rows with a @tenon.version are compared by it, all others by the former
 * values of the columns that changed (those that can be compared: no JSON, no arrays).
 *
 * A to-one relation of a tracked row is changed by its pointer or by its key: when the pointer
 * shows at another row than before, new or old, that row's key is written, unless the columns of
 * the key were changed themselves. NULL is no other row, only one that is not loaded: to leave a
 * row without one, set the columns to NULL. Of removed rows those that refer to others go first.
 *
 * Rows and the texts in them must live until the unit is closed: rows of the session do, unless it
 * is reset or rewound to an older mark. What a member points at is replaced, never written into. A
 * unit belongs to its session and its thread; errors go to the session. When a transaction around
 * the flush is rolled back later, the unit does not know: close it. */
#ifndef TENON_UNIT_H
#define TENON_UNIT_H

#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_unit tenon_unit;

/* NULL when the session has failed or memory is exhausted. */
TENON_API tenon_unit *tenon_unit_open(tenon_session *s);
/* Forgets all of it, written or not. NULL is accepted. Before the session is closed. */
TENON_API void tenon_unit_close(tenon_unit *unit);

/* Notes a row as it is in the database, all of whose columns were loaded. The row itself, or the
 * one that is tracked under this key already, with its changes: so two finds give one row. NULL for
 * a NULL row, and when it fails: MISUSE for a model without a key, for a row that is not whole. */
TENON_API void *tenon_unit_track(tenon_unit *unit, const tenon_model *model, void *row);
/* Notes a row to be created; the program fills in a zeroed struct. Columns that the database or
 * tenon fills in are left out while they are zero. The key of a to-one relation is taken from the
 * row that its pointer shows at, which may be a new one too. After the flush the row is as the
 * database stored it, and tracked. */
TENON_API bool tenon_unit_add(tenon_unit *unit, const tenon_model *model, void *row);
/* Notes a tracked row to be deleted; a new one is forgotten. MISUSE for one that is not tracked. */
TENON_API bool tenon_unit_remove(tenon_unit *unit, const tenon_model *model, void *row);

/* A column of a row that is not as it was read. Values are in row form (see model.h); NULL is NULL,
 * or the key of a new row, which is not known yet. */
typedef struct tenon_difference {
    const tenon_field *field;
    const void *old_value, *new_value;
} tenon_difference;

/* The differences of a tracked row: how many there are, of which at most `most` are written to
 * `out`. 0 for a row that is not tracked. */
TENON_API size_t tenon_changes(const tenon_unit *unit, const tenon_model *model, const void *row,
                               tenon_difference *out, size_t most);

/* Writes all of it; without anything to write it does nothing. False when it fails, and then the
 * rows in memory are as they were. */
TENON_API bool tenon_unit_flush(tenon_unit *unit);

#ifdef __cplusplus
}
#endif
#endif
