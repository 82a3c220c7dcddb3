/* The calls that write one statement; create_many, which may need several, is in bulk.c.
 *
 * What touches many rows refuses a filter that lets all of them through, however it is spelt,
 * unless the program says that it means everything. */
#include "model/emulate.h"

TENON__HOT static bool begin(tenon__walk *walk, const tenon_model *model, tenon_session *session,
                             tenon_table table, tenon__operation operation)
{
    if (!tenon__walk_begin(walk, session, model, operation))
        return false;
    tenon__walk_table(walk, table);
    return true;
}

const void *tenon__inner_set(tenon__walk *walk, const void *outer, size_t offset)
{
    const void *set = (const char *)outer + offset;
    tenon_set_head head;
    memcpy(&head, set, sizeof head);
    if (head.session || head.table.name || head.table.schema)
        tenon__walk_misuse(walk, "session and table belong to the call, not to a set inside of it");
    return set;
}

/* ---- one row --------------------------------------------------------------------------------- */

static tenon_table table_of_set(const void *set)
{
    tenon_table table;
    memcpy(&table, (const char *)set + offsetof(tenon_set_head, table), sizeof table);
    return table;
}

/* The session is read by itself: together with what the program has zeroed around it, it would have
 * to be waited for. */
TENON__INLINE bool begin_set(tenon__walk *walk, const tenon_model *model, const void *set,
                             tenon__operation operation)
{
    tenon_session *session;
    memcpy(&session, set, sizeof session);
    if (!tenon__walk_begin(walk, session, model, operation))
        return false;
    tenon__walk_table(walk, table_of_set(set));
    walk->subject = set;
    return true;
}

TENON__INLINE bool begin_create(tenon__walk *walk, const tenon_model *model, const void *set)
{
    if (!begin_set(walk, model, set, TENON__CREATE))
        return false;
    tenon__walk_flag(walk, TENON__SHAPE_RETURNING);
    return true;
}

TENON__HOT void *tenon_create(const tenon_model *model, const void *set)
{
    tenon__walk walk;
    if (!begin_create(&walk, model, set))
        return NULL;
    if (TENON__UNLIKELY(tenon__set_has_nested(model, set)))
        return tenon__create_nested(model, set);
    tenon__walk_create(&walk, set, NULL);
    return tenon__walk_row_here(&walk);
}

bool tenon__walk_create_row(tenon__walk *walk, const tenon_model *model, const void *set)
{
    if (!begin_create(walk, model, set))
        return false;
    tenon__walk_create(walk, set, NULL);
    return !walk->failed;
}

/* No row has this key and this version: is there one with another? It leaves nothing in the
 * session. */
static void explain_nothing(tenon__walk *updated, tenon_table table, uint32_t unique,
                            const void *const *key)
{
    tenon__walk walk;
    if (!begin(&walk, updated->model, updated->session, table, TENON__FIND_BY))
        return;
    tenon__arena *arena = tenon__session_arena(walk.session);
    tenon__arena_mark mark = tenon__arena_mark_here(arena);
    tenon__walk_key(&walk, unique, key);
    const void *row = tenon__walk_run_for_row(&walk);
    if (row)
        tenon__fail_expected(updated, unique, key, row);
    tenon__arena_rewind(arena, mark);
}

bool tenon__walk_update_row(tenon__walk *walk, const tenon_model *model, uint32_t unique,
                            const void *const *key, const void *set)
{
    if (!begin_set(walk, model, set, TENON__UPDATE))
        return false;
    tenon__walk_changes(walk, set);
    tenon__walk_key(walk, unique, key);
    tenon__walk_expected(walk);
    return !walk->failed;
}

TENON__HOT void *tenon_update(const tenon_model *model, uint32_t unique, const void *const *key,
                              const void *set)
{
    bool has_changes = tenon__set_has_changes(model, set);
    tenon__walk walk;
    if (!begin_set(&walk, model, set, has_changes ? TENON__UPDATE : TENON__FIND_BY))
        return NULL;
    if (TENON__UNLIKELY(tenon__set_has_nested(model, set)))
        return tenon__update_nested(model, unique, key, set);
    if (TENON__UNLIKELY(model->has_emulated) && !table_of_set(set).name &&
        tenon__changes_keys(model, set))
        return tenon__update_emulated(model, unique, key, set);
    if (has_changes)
        tenon__walk_changes(&walk, set);
    tenon__walk_key(&walk, unique, key);
    tenon__walk_expected(&walk);
    void *row = tenon__walk_row_here(&walk);
    if (!row && walk.expected.value)
        explain_nothing(&walk, table_of_set(set), unique, key);
    return row;
}

void *tenon_delete(tenon_session *s, const tenon_model *model, uint32_t unique,
                   const void *const *key)
{
    if (model->deleted_column)
        return tenon__mark_row(&(tenon_key_options){.session = s}, model, unique, key, true);
    if (TENON__UNLIKELY(model->has_emulated))
        return tenon__delete_emulated(&(tenon_key_options){.session = s}, model, unique, key, 0);
    return tenon__run_by_key(s, model, TENON__DELETE, unique, key);
}

void *tenon_delete_with(const tenon_key_options *options, const tenon_model *model, uint32_t unique,
                        const void *const *key)
{
    if (model->deleted_column)
        return tenon__mark_row(options, model, unique, key, true);
    if (TENON__UNLIKELY(model->has_emulated) && options && !options->table.name)
        return tenon__delete_emulated(options, model, unique, key, 0);
    return tenon__run_by_key_with(options, model, TENON__DELETE, unique, key);
}

const tenon_unique *tenon__walk_unique(tenon__walk *walk, int on)
{
    const tenon_model *model = walk->model;
    if (on < 0 || (uint32_t)on > model->unique_count) {
        tenon__walk_misuse(walk, "there is no unique %d", on);
        return NULL;
    }
    uint32_t index = on ? (uint32_t)on - 1 : 0;
    if (model->unique_count == 0 || (on == 0 && !model->uniques[0].is_primary)) {
        tenon__walk_misuse(walk, "there is no primary key; say which unique is meant");
        return NULL;
    }
    if (model->uniques[index].is_partial)
        tenon__walk_misuse(walk,
                           "%s is unique for a part of the table only and no target of upsert",
                           model->uniques[index].name);
    tenon__shape_head_of(&walk->shape)->number = index;
    return &model->uniques[index];
}

void *tenon_upsert(const tenon_model *model, const void *upsert)
{
    tenon_upsert_head head;
    memcpy(&head, upsert, sizeof head);
    tenon__walk walk;
    if (!begin(&walk, model, head.session, head.table, TENON__UPSERT))
        return NULL;
    walk.subject = upsert;
    const tenon_unique *unique = tenon__walk_unique(&walk, head.on);
    if (unique) {
        const void *create = tenon__inner_set(&walk, upsert, model->upsert_create);
        const void *change = tenon__inner_set(&walk, upsert, model->upsert_update);
        bool has_keys =
            model->has_emulated && !head.table.name && tenon__changes_keys(model, change);
        if (TENON__UNLIKELY(has_keys || tenon__set_has_nested(model, create) ||
                            tenon__set_has_nested(model, change)))
            return tenon__upsert_nested(model, (uint32_t)(unique - model->uniques), upsert);
        tenon__walk_create(&walk, create, unique);
        tenon__walk_changes(&walk, change);
        tenon__refuse_expected(&walk, "upsert");
    }
    return tenon__walk_run_for_row(&walk);
}

/* ---- many rows ------------------------------------------------------------------------------- */

void tenon__walk_many(tenon__walk *walk, const void *where, bool everything, const char *verb)
{
    tenon__truth truth = tenon__walk_where(walk, where);
    if (truth != TENON__ALWAYS || everything || walk->failed)
        return;
    tenon__walk_misuse(walk, "without a condition this would %s every row", verb);
    tenon__hint(walk->err, "say .everything = true when that is meant");
}

int64_t tenon__walk_run_for_count(tenon__walk *walk)
{
    int64_t affected = 0;
    return tenon__walk_run(walk, NULL, &affected) ? affected : 0;
}

tenon_list tenon__walk_run_for_rows(tenon__walk *walk)
{
    tenon__rows rows = {.arena = tenon__session_arena(walk->session)};
    tenon__walk_flag(walk, TENON__SHAPE_RETURNING);
    if (!tenon__walk_run(walk, &rows, NULL))
        return (tenon_list){0};
    return (tenon_list){.items = rows.items, .count = rows.count};
}

bool tenon__walk_update_many(tenon__walk *walk, const tenon_model *model, const void *update_many)
{
    tenon_update_many_head head;
    memcpy(&head, update_many, sizeof head);
    if (!begin(walk, model, head.session, head.table, TENON__UPDATE_MANY))
        return false;
    walk->subject = update_many;
    const void *set = tenon__inner_set(walk, update_many, model->update_set);
    tenon__refuse_nested(walk, set, "update_many");
    if (!tenon__set_has_changes(model, set))
        tenon__walk_misuse(walk, "update_many was given no change");
    tenon__walk_changes(walk, set);
    tenon__refuse_expected(walk, "update_many");
    tenon__walk_many(walk, (const char *)update_many + model->update_where, head.everything,
                     "change");
    return true;
}

/* Whether rows of its own table lose keys that others refer to. */
static bool is_update_emulated(const tenon_model *model, const void *update_many)
{
    tenon_update_many_head head;
    memcpy(&head, update_many, sizeof head);
    return TENON__UNLIKELY(model->has_emulated) && !head.table.name &&
           tenon__changes_keys(model, (const char *)update_many + model->update_set);
}

int64_t tenon_update_many(const tenon_model *model, const void *update_many)
{
    tenon__walk walk;
    if (is_update_emulated(model, update_many))
        return tenon__update_many_emulated(model, update_many, NULL);
    return tenon__walk_update_many(&walk, model, update_many) ? tenon__walk_run_for_count(&walk)
                                                              : 0;
}

tenon_list tenon_update_many_returning(const tenon_model *model, const void *update_many)
{
    tenon__walk walk;
    tenon_list list = {0};
    if (is_update_emulated(model, update_many)) {
        tenon__update_many_emulated(model, update_many, &list);
        return list;
    }
    bool is_begun = tenon__walk_update_many(&walk, model, update_many);
    return is_begun ? tenon__walk_run_for_rows(&walk) : (tenon_list){0};
}

bool tenon__walk_delete_many(tenon__walk *walk, const tenon_model *model, const void *delete_many)
{
    tenon_delete_many_head head;
    memcpy(&head, delete_many, sizeof head);
    if (!begin(walk, model, head.session, head.table, TENON__DELETE_MANY))
        return false;
    walk->subject = delete_many;
    tenon__walk_many(walk, (const char *)delete_many + model->delete_where, head.everything,
                     "delete");
    return true;
}

static bool is_delete_emulated(const tenon_model *model, const void *delete_many)
{
    tenon_delete_many_head head;
    memcpy(&head, delete_many, sizeof head);
    return TENON__UNLIKELY(model->has_emulated) && !head.table.name;
}

int64_t tenon_delete_many(const tenon_model *model, const void *delete_many)
{
    if (model->deleted_column)
        return tenon__mark_many(model, delete_many, true);
    if (is_delete_emulated(model, delete_many))
        return tenon__delete_many_emulated(model, delete_many, 0, NULL);
    tenon__walk walk;
    return tenon__walk_delete_many(&walk, model, delete_many) ? tenon__walk_run_for_count(&walk)
                                                              : 0;
}

tenon_list tenon_delete_many_returning(const tenon_model *model, const void *delete_many)
{
    if (model->deleted_column)
        return tenon__mark_many_returning(model, delete_many);
    tenon__walk walk;
    tenon_list list = {0};
    if (is_delete_emulated(model, delete_many)) {
        tenon__delete_many_emulated(model, delete_many, 0, &list);
        return list;
    }
    bool is_begun = tenon__walk_delete_many(&walk, model, delete_many);
    return is_begun ? tenon__walk_run_for_rows(&walk) : (tenon_list){0};
}
