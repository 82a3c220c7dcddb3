/* Private to lib/model: what foreign keys would do, where the database has none
 * (relationMode = "prisma").
 *
 *     emulate.c         what becomes of rows that refer to rows which go, or whose keys change
 *     emulate_calls.c   the calls that delete and change, around that, in one transaction each
 *
 * Rows are those of the model's own table: a table chosen at run time has nobody who refers to it.
 * What is done to rows that refer is no call of the program's: hooks see the statements and nothing
 * else, and neither versions nor times of change move, as with a foreign key. Rows that are marked
 * as deleted are rows. */
#ifndef TENON_MODEL_EMULATE_H
#define TENON_MODEL_EMULATE_H

#include "model/include.h"
#include "model/nested.h"

/* ---- emulate.c ------------------------------------------------------------------------------- */

/* The unique by which rows of the model are named; NULL with the session's error. */
const tenon_unique *tenon__emulate_identity(tenon__nest *n, const tenon_model *model);
/* The rows for which the where (a …Where) holds, with their keys and no more, locked where rows can
 * be. `flags`: which of the rows marked as deleted. */
bool tenon__emulate_find(tenon__nest *n, const tenon_model *model, const void *where,
                         uint16_t flags, tenon__parents *out);
/* A where for rows [from, end) by their identity; and how many of them one where takes at most. */
void *tenon__emulate_where(tenon__nest *n, tenon__parents rows, size_t from, size_t end);
size_t tenon__emulate_most(const tenon_model *model, size_t count);
/* These rows are about to go. False when one must stay, or with any other error. */
bool tenon__emulate_delete(tenon__nest *n, tenon__parents rows);
/* The row has become another: rows that refer to it follow. */
bool tenon__emulate_update(tenon__nest *n, const tenon_model *model, const char *former,
                           const char *now);

/* ---- emulate_calls.c ------------------------------------------------------------------------- */

/* Deletes for good what a call by a key, or a …DeleteMany, names. `flags` as above. */
void *tenon__delete_emulated(const tenon_key_options *options, const tenon_model *model,
                             uint32_t unique, const void *const *key, uint16_t flags);
/* The number of rows; or, unless `list` is NULL, the rows. */
int64_t tenon__delete_many_emulated(const tenon_model *model, const void *delete_many,
                                    uint16_t flags, tenon_list *list);
/* Updates that change keys to which others refer. */
void *tenon__update_emulated(const tenon_model *model, uint32_t unique, const void *const *key,
                             const void *set);
int64_t tenon__update_many_emulated(const tenon_model *model, const void *update_many,
                                    tenon_list *list);

#endif
