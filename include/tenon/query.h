/* The calls behind generated functions. A generated wrapper names the types and passes on; programs
 * rarely call these by hand. `query` … point at the generated structs that model.h describes, whose
 * first member is the session. Arguments are borrowed for the call. Rows live in the session's
 * arena. Errors go to the session, where they stick; a call on a failed session does nothing. Every
 * call is one statement, create_many aside when it must split. */
#ifndef TENON_QUERY_H
#define TENON_QUERY_H

#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_list {
    void *items; /* count × model->row_size bytes */
    size_t count;
} tenon_list;

/* One row by a unique (index into model->uniques), or NULL when there is none. `key` points at one
 * wide value a key column (see model.h): &int64, &(const char *), &tenon_uuid … */
TENON_API void *tenon_find_by(tenon_session *s, const tenon_model *model, uint32_t unique,
                              const void *const *key);
/* The same with options. */
TENON_API void *tenon_find_by_with(const tenon_key_options *options, const tenon_model *model,
                                   uint32_t unique, const void *const *key);
/* The first row in the query's order, or NULL; `limit` is MISUSE. */
TENON_API void *tenon_find_first(const tenon_model *model, const void *query);
/* With `distinct`: one row for each combination of those columns, the first in the query's order;
 * NULLs count as equal. Enums sort as they are declared, on both databases. */
TENON_API tenon_list tenon_find_many(const tenon_model *model, const void *query);
/* Loads what the query includes and counts for rows in hand, which were found before; the columns
 * by which the relations are looked up must have been selected. What stands in the rows of these
 * relations is replaced. Of the query only `session`, `include` and `counts` may be set. */
TENON_API void tenon_load(const tenon_model *model, void *rows, size_t count, const void *query);
/* How many rows find_many would give: limit, offset and distinct apply before counting. `select`
 * and `order_by`, which could change nothing, are MISUSE. */
TENON_API int64_t tenon_count(const tenon_model *model, const void *query);
/* Only `where`, `table` and `plan` have a meaning here; the others are MISUSE. */
TENON_API bool tenon_exists(const tenon_model *model, const void *query);

/* The row as the database stored it. A field that is not set gets its default; without one a
 * nullable field is NULL, an array empty, and any other field MISUSE before anything is sent.
 * SET_DEFAULT() says the same as leaving it out. */
TENON_API void *tenon_create(const tenon_model *model, const void *set);
/* The same, but NULL without an error when a row stands in the way, by whichever unique; it stays
 * as it is. Cannot write relations. */
TENON_API void *tenon_create_or_ignore(const tenon_model *model, const void *set);
/* The row with these values of the unique, which `create` must set; when there is none it is
 * created. Whoever else does the same at the same time: one of them creates it, all get it. UNIQUE
 * when another unique stands in the way, or a row that is marked as deleted. Reads first, so a row
 * that is there costs one statement and no lock. */
TENON_API void *tenon_get_or_create(const tenon_model *model, const void *get_or_create);
/* The number of rows created. Empty list: 0. All rows or none: where it takes several statements
 * they are one transaction, or a savepoint of the session's. */
TENON_API int64_t tenon_create_many(const tenon_model *model, const void *create_many);
/* The rows created; with skip_duplicates only those. Their order is not promised. */
TENON_API tenon_list tenon_create_many_returning(const tenon_model *model, const void *create_many);
/* The row after the change, or NULL when there is none with this key. A set without a change gives
 * the row as it is; @updatedAt fields change with any other. Whether what INCREASE, DECREASE and
 * SCALE make fits the column is the database's to check (RANGE); for decimals they are UNSUPPORTED
 * on SQLite, which cannot calculate them exactly. */
TENON_API void *tenon_update(const tenon_model *model, uint32_t unique, const void *const *key,
                             const void *set);
/* The number of rows changed. MISUSE without a change, and when the filter lets every row through,
 * however it is spelt, unless .everything says that this is meant. A RAW condition always counts as
 * one: only the database can read it. */
TENON_API int64_t tenon_update_many(const tenon_model *model, const void *update_many);
/* The same; the rows as they are now. Their order is not promised. */
TENON_API tenon_list tenon_update_many_returning(const tenon_model *model, const void *update_many);
/* The row that was created, or that stood there already and was updated. Every field of the unique
 * must have a value in `create`: that is what is looked for. */
TENON_API void *tenon_upsert(const tenon_model *model, const void *upsert);
/* Many upserts in one statement: the number of rows created or updated. All items set the same
 * fields, those of the unique among them. A row that stands there takes over the columns of
 * `update`, or, when none is listed, all that the items set; an UPDATED_AT field is set and a
 * version counted in any case. MISUSE when two items have the same key, on both databases. All rows
 * or none, as in create_many. On PostgreSQL the items of a model with columns of unknown types
 * (TENON_PG_OTHER) are a statement each. */
TENON_API int64_t tenon_upsert_many(const tenon_model *model, const void *upsert_many);
/* The same; the rows as they are now. Their order is not promised. */
TENON_API tenon_list tenon_upsert_many_returning(const tenon_model *model, const void *upsert_many);
/* Changes many rows in one statement, each to values of its own: every item finds its row by the
 * fields of the unique, and sets others to values (SET, SET_NULL, SET_OR_NULL); all items set the
 * same ones. The number of rows changed: an item without a row is passed over. MISUSE when two
 * items have the same key. All changes or none. */
TENON_API int64_t tenon_update_each(const tenon_model *model, const void *update_each);
/* The row that was deleted, or NULL when there was none. */
TENON_API void *tenon_delete(tenon_session *s, const tenon_model *model, uint32_t unique,
                             const void *const *key);
TENON_API void *tenon_delete_with(const tenon_key_options *options, const tenon_model *model,
                                  uint32_t unique, const void *const *key);
/* The number of rows deleted; refuses what tenon_update_many refuses. */
TENON_API int64_t tenon_delete_many(const tenon_model *model, const void *delete_many);
/* The same; the rows as they were, with @tenon.softDelete as they are now. Their order is not
 * promised. */
TENON_API tenon_list tenon_delete_many_returning(const tenon_model *model, const void *delete_many);

/* ---- models with @tenon.softDelete -----------------------------------------------------------
 * For these, tenon_delete and tenon_delete_many mark rows as deleted: no other call sees them any
 * more, as rows of a relation neither, unless it says .with_deleted or .only_deleted. An upsert
 * that meets a marked row brings it back. A unique holds for marked rows too. */

/* Unmarks the row and gives it; NULL when there is none that is marked. */
TENON_API void *tenon_restore(tenon_session *s, const tenon_model *model, uint32_t unique,
                              const void *const *key);
TENON_API void *tenon_restore_with(const tenon_key_options *options, const tenon_model *model,
                                   uint32_t unique, const void *const *key);
/* Really deletes the row, marked or not, and gives it. */
TENON_API void *tenon_purge(tenon_session *s, const tenon_model *model, uint32_t unique,
                            const void *const *key);
TENON_API void *tenon_purge_with(const tenon_key_options *options, const tenon_model *model,
                                 uint32_t unique, const void *const *key);
/* The number of rows restored, or purged, of those that are marked and fit; both take a …DeleteMany
 * and refuse what tenon_delete_many refuses. */
TENON_API int64_t tenon_restore_many(const tenon_model *model, const void *restore_many);
TENON_API int64_t tenon_purge_many(const tenon_model *model, const void *purge_many);

#ifdef __cplusplus
}
#endif

#include <tenon/short_names.h>
#endif
