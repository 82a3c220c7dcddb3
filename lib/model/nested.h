/* Private to lib/model: what the files about nested writes share.
 *
 * A nest is one call that writes relations. It makes plain sets (without relations) and filters,
 * and gives them to the calls that programs use themselves; so defaults, checks and batches are
 * theirs. What it makes lives in its arena until the call ends. It is as sticky as the session:
 * after the first failure nothing is done, and the transaction of the call is rolled back.
 *
 *     nested.c         the calls; one row with all that hangs on it
 *     nested_parts.c   sets, keys, filters and errors
 *     nested_parent.c  relations whose key the row holds
 *     nested_child.c   one row at the end of a relation that holds the key there
 *     nested_list.c    many rows, also by a link
 *     nested_reach.c   which rows are connected; connecting and disconnecting them
 *     nested_race.c    rows that are created because there are none */
#ifndef TENON_MODEL_NESTED_H
#define TENON_MODEL_NESTED_H

#include "model/row.h"
#include "model/walk.h"

#include <tenon/nested.h>

enum { TENON__NEST_DEPTH = 32 };

typedef struct tenon__nest {
    tenon_session *session;
    tenon_error *err;
    tenon__arena arena;
    unsigned depth;
} tenon__nest;

/* One relation of one row: `key` are the row's values of relation->fields, in wide form. */
typedef struct tenon__nest_place {
    const tenon_model *model;
    const tenon_relation *relation;
    const void *const *key;
    bool is_new; /* the row */
} tenon__nest_place;

/* A row named by a unique. */
typedef struct tenon__nest_name {
    uint32_t unique;
    const void *const *key;
    bool has_more; /* the where says more than the unique */
} tenon__nest_name;

/* ---- nested.c -------------------------------------------------------------------------------- */

/* Creates the row with its relations. NULL when it fails. */
void *tenon__nest_create(tenon__nest *n, const tenon_model *model, const void *set);
/* The same when `given`, a plain set made of `set`, has the keys that the row holds already. */
void *tenon__nest_store(tenon__nest *n, const tenon_model *model, const void *set, void *given);
/* What of `set` hangs on a row that is stored. */
bool tenon__nest_children(tenon__nest *n, const tenon_model *model, const void *set,
                          const void *row, bool is_new);
/* Changes a row in hand, with its relations. False when it fails. */
bool tenon__nest_update_row(tenon__nest *n, const tenon_model *model, const void *row,
                            const void *set);
/* Relations whose key the row holds; the keys go to `given`. `row` is what is there: NULL when it
 * is new, or when what is written does not need it. */
bool tenon__nest_parents(tenon__nest *n, const tenon_model *model, const void *set, void *given,
                         const void *row, bool is_new);
/* Whether anything is written that holds the key of this row, or is linked with it. */
bool tenon__nest_has_children(const tenon_model *model, const void *set);

/* ---- nested_parts.c -------------------------------------------------------------------------- */

bool tenon__nest_is_failed(const tenon__nest *n);
/* Zeroed; NULL when it fails. */
void *tenon__nest_alloc(tenon__nest *n, size_t size);
/* "Author.articles: …". Returns false. */
bool tenon__nest_fail(tenon__nest *n, const tenon__nest_place *place, tenon_status status,
                      const char *format, ...) TENON_PRINTF(4, 5);
/* "there is no Article with id = 7 to connect". */
bool tenon__nest_fail_missing(tenon__nest *n, const tenon__nest_place *place, const void *where,
                              const char *verb);

/* A plain set into `into`: the changes of `set` without its relations. */
bool tenon__nest_strip(tenon__nest *n, const tenon_model *model, const void *set, void *into);
void *tenon__nest_plain(tenon__nest *n, const tenon_model *model, const void *set);
/* Sets fields to values; NULL values are SQL NULL. */
void tenon__nest_give(const tenon_model *model, void *set, const uint16_t *fields, uint16_t count,
                      const void *const *values);
/* Gives the key of the relation, on the side that `model` is; MISUSE when `set` has it too. */
bool tenon__nest_give_key(tenon__nest *n, const tenon__nest_place *place, const tenon_model *model,
                          const void *set, void *given, const uint16_t *fields,
                          const void *const *values);

/* The row's values of these fields in wide form; NULL for SQL NULL. */
const void *const *tenon__nest_key_of(tenon__nest *n, const tenon_model *model, const void *row,
                                      const uint16_t *fields, uint16_t count);
bool tenon__nest_has_key(const void *const *key, uint16_t count);

/* A where without conditions, and conditions for it. */
void *tenon__nest_where(tenon__nest *n, const tenon_model *model);
void tenon__nest_equal(const tenon_model *model, void *where, const uint16_t *fields,
                       uint16_t count, const void *const *values);
void tenon__nest_in(const tenon_model *model, void *where, uint16_t field, tenon_operator operation,
                    tenon__list values);
void tenon__nest_all(void *where, const void *items, size_t count);
void tenon__nest_any(void *where, const void *items, size_t count);
static inline const void *tenon__nest_item(tenon_write_items list, size_t i, size_t size)
{
    return (const char *)list.items + i * size;
}

/* The unique that the where names; MISUSE when it names none. */
bool tenon__nest_name_row(tenon__nest *n, const tenon__nest_place *place, const void *where,
                          const char *verb, tenon__nest_name *out);
/* The unique that is used for rows in hand. */
const tenon_unique *tenon__nest_identity(const tenon_model *model);

/* The calls of programs, with what was made here. */
void *tenon__nest_find_first(tenon__nest *n, const tenon_model *model, const void *where);
tenon_list tenon__nest_find_many(tenon__nest *n, const tenon_model *model, const void *where);
/* A …UpdateMany, a …DeleteMany; NULL when memory is exhausted. */
const void *tenon__nest_update_call(tenon__nest *n, const tenon_model *model, const void *where,
                                    const void *set);
const void *tenon__nest_delete_call(tenon__nest *n, const tenon_model *model, const void *where);
int64_t tenon__nest_update_many(tenon__nest *n, const tenon_model *model, const void *where,
                                const void *set);
int64_t tenon__nest_delete_many(tenon__nest *n, const tenon_model *model, const void *where);
/* One named row. */
void *tenon__nest_find(tenon__nest *n, const tenon__nest_place *place, const void *where,
                       const char *verb);
/* The same, which must be there. */
void *tenon__nest_need(tenon__nest *n, const tenon__nest_place *place, const void *where,
                       const char *verb);

/* ---- nested_parent.c ------------------------------------------------------------------------- */

/* The row at the end of a relation whose key this row holds. place->key: NULL without a row. */
bool tenon__nest_parent(tenon__nest *n, const tenon__nest_place *place, const tenon_write *write,
                        const void *set, void *given);
/* Deleting it, which can be done only when the key is no longer there. */
bool tenon__nest_delete_parent(tenon__nest *n, const tenon__nest_place *place);
/* Whether the write has to see the row that it belongs to. */
bool tenon__nest_needs_row(const tenon_write *write);
/* One action at a time, and one that has a meaning here. */
bool tenon__nest_check(tenon__nest *n, const tenon__nest_place *place, const tenon_write *write);

/* ---- nested_child.c, nested_list.c ----------------------------------------------------------- */

bool tenon__nest_child(tenon__nest *n, const tenon__nest_place *place, const tenon_write *write);
bool tenon__nest_list(tenon__nest *n, const tenon__nest_place *place,
                      const tenon_list_write *write);
/* Creates rows at the end of the relation, of …Sets. */
bool tenon__nest_create_all(tenon__nest *n, const tenon__nest_place *place, tenon_write_items sets,
                            bool skip_duplicates);

/* ---- nested_reach.c -------------------------------------------------------------------------- */

/* Rows of the target; items are pointers to rows. */
typedef struct tenon__nest_rows {
    const void **items;
    size_t count;
} tenon__nest_rows;

/* The named rows, all of which must be there. */
bool tenon__nest_resolve(tenon__nest *n, const tenon__nest_place *place, tenon_write_items wheres,
                         const char *verb, tenon__nest_rows *out);
/* A where that holds for the connected rows; NULL when it fails. */
void *tenon__nest_reach(tenon__nest *n, const tenon__nest_place *place);
/* The connected row with this name; NULL when there is none. */
void *tenon__nest_find_connected(tenon__nest *n, const tenon__nest_place *place, const void *where,
                                 const char *verb);
bool tenon__nest_attach(tenon__nest *n, const tenon__nest_place *place, tenon__nest_rows rows);
/* Whether the target's rows can be without the relation. */
bool tenon__nest_can_detach(const tenon__nest_place *place);
/* Disconnects the rows for which `where` holds, which tenon__nest_reach has made. */
bool tenon__nest_detach(tenon__nest *n, const tenon__nest_place *place, const void *where);
/* Disconnects all but these. */
bool tenon__nest_detach_others(tenon__nest *n, const tenon__nest_place *place,
                               tenon__nest_rows rows);
/* ---- nested_race.c --------------------------------------------------------------------------- */

/* False without an error: it was not there. */
typedef bool tenon__nest_step(tenon__nest *n, void *context);
/* Creates what was looked for and not found. When others were quicker, `use` looks again. False
 * when it fails. */
bool tenon__nest_create_anew(tenon__nest *n, tenon__nest_step *create, tenon__nest_step *use,
                             void *context);
/* One item of a relation, for these steps. */
typedef struct tenon__nest_choice {
    const tenon__nest_place *place;
    const char *item;
    void *row;
} tenon__nest_choice;

static inline bool tenon__nest_is_link(const tenon__nest_place *place)
{
    return place->relation->link != NULL;
}

#endif
