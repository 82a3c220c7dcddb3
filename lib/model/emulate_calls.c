/* Deleting rows, and changing their keys, where others refer to them without a foreign key. See
 * emulate.h.
 *
 * The rows that a call means are looked up and locked, then what refers to them is seen to, then
 * they go, by their keys: a row that has come to fit the conditions meanwhile stays, because nobody
 * has seen to those that refer to it. All of it is one transaction, or a savepoint of the
 * program's.
 *
 * A key must have changed before those follow that refer to it, so that what the database made of
 * the change (INCREASE) is what they get; then a row is an UPDATE of its own. */
#include "model/emulate.h"

static bool begin(tenon__nest *n, tenon_session *s)
{
    *n = (tenon__nest){.session = s, .err = tenon__session_error(s)};
    return tenon_begin(s);
}

/* All of it, or nothing. */
static bool commit(tenon__nest *n)
{
    bool is_done = tenon_commit(n->session);
    tenon__arena_release(&n->arena);
    return is_done;
}

static void *where_of_key(tenon__nest *n, const tenon_model *model, uint32_t unique,
                          const void *const *key)
{
    void *where = NULL;
    if (tenon__check_model(model, n->err) && tenon__check_unique(model, unique, n->err))
        where = tenon__nest_where(n, model);
    if (where)
        tenon__nest_equal(model, where, model->uniques[unique].fields,
                          model->uniques[unique].field_count, key);
    return where;
}

static tenon__parents no_rows(const tenon_model *model)
{
    return (tenon__parents){.model = model};
}

/* ---- deleting -------------------------------------------------------------------------------- */

static void *delete_row(tenon__nest *n, const tenon_model *model, uint32_t unique,
                        const void *const *key, uint16_t flags)
{
    tenon__walk walk;
    if (!tenon__walk_begin(&walk, n->session, model, TENON__DELETE))
        return NULL;
    walk.subject = key;
    tenon__walk_flag(&walk, (tenon__shape_flag)flags);
    tenon__walk_key(&walk, unique, key);
    return tenon__walk_run_for_row(&walk);
}

void *tenon__delete_emulated(const tenon_key_options *options, const tenon_model *model,
                             uint32_t unique, const void *const *key, uint16_t flags)
{
    tenon__nest n;
    if (!begin(&n, options->session))
        return NULL;
    tenon__parents rows = no_rows(model);
    void *where = where_of_key(&n, model, unique, key), *row = NULL;
    if (where && tenon__emulate_find(&n, model, where, flags, &rows) &&
        tenon__emulate_delete(&n, rows))
        row = delete_row(&n, model, unique, key, flags);
    return commit(&n) ? row : NULL;
}

/* The rows that were found, by their keys; the hooks are those of the program's call. */
static bool delete_found(tenon__nest *n, tenon__parents found, const void *delete_many,
                         tenon__rows *rows, int64_t *affected)
{
    const tenon_model *model = found.model;
    size_t most = tenon__emulate_most(model, found.count);
    for (size_t from = 0; from < found.count; from += most) {
        size_t end = found.count - from < most ? found.count : from + most;
        const void *where = tenon__emulate_where(n, found, from, end);
        int64_t count = 0;
        tenon__walk walk;
        if (!where || !tenon__walk_begin(&walk, n->session, model, TENON__DELETE_MANY))
            return false;
        walk.subject = delete_many;
        tenon__walk_flag(&walk, model->deleted_column ? TENON__SHAPE_WITH_DELETED : 0);
        tenon__walk_flag(&walk, rows ? TENON__SHAPE_RETURNING : 0);
        tenon__walk_where(&walk, where);
        if (!tenon__walk_run(&walk, rows, rows ? NULL : &count))
            return false;
        *affected += count;
    }
    return true;
}

static void give_list(tenon_list *list, const tenon__rows *rows)
{
    if (list)
        *list = (tenon_list){.items = rows->items, .count = rows->count};
}

int64_t tenon__delete_many_emulated(const tenon_model *model, const void *delete_many,
                                    uint16_t flags, tenon_list *list)
{
    tenon_delete_many_head head;
    memcpy(&head, delete_many, sizeof head);
    tenon__walk walk;
    tenon__nest n;
    int64_t affected = 0;
    if (!tenon__walk_delete_many(&walk, model, delete_many) || !tenon__walk_is_sound(&walk) ||
        !begin(&n, head.session))
        return 0;
    tenon__parents found = no_rows(model);
    const void *where = (const char *)delete_many + model->delete_where;
    tenon__rows rows = {.arena = tenon__session_arena(head.session)};
    if (tenon__emulate_find(&n, model, where, flags, &found) && tenon__emulate_delete(&n, found))
        delete_found(&n, found, delete_many, list ? &rows : NULL, &affected);
    if (!commit(&n))
        return 0;
    give_list(list, &rows);
    return affected;
}

/* ---- changing keys --------------------------------------------------------------------------- */

bool tenon__changes_keys(const tenon_model *model, const void *set)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        if (tenon__read_int((const char *)set + model->fields[i].set_offset) != 0 &&
            tenon__is_referred_to(model, (uint16_t)i))
            return true;
    }
    return false;
}

/* A row that has another version than the one expected. */
static void explain_nothing(tenon__walk *walk, uint32_t unique, const void *const *key)
{
    const void *row = tenon__run_by_key(walk->session, walk->model, TENON__FIND_BY, unique, key);
    if (row)
        tenon__fail_expected(walk, unique, key, row);
}

static void *update_row(const tenon_model *model, uint32_t unique, const void *const *key,
                        const void *set)
{
    tenon__walk walk;
    if (!tenon__walk_update_row(&walk, model, unique, key, set))
        return NULL;
    void *row = tenon__walk_run_for_row(&walk);
    if (!row && walk.expected.value)
        explain_nothing(&walk, unique, key);
    return row;
}

void *tenon__update_emulated(const tenon_model *model, uint32_t unique, const void *const *key,
                             const void *set)
{
    tenon_set_head head;
    memcpy(&head, set, sizeof head);
    tenon__nest n;
    if (!begin(&n, head.session))
        return NULL;
    tenon__parents former = no_rows(model);
    void *where = where_of_key(&n, model, unique, key), *row = NULL;
    if (where && tenon__emulate_find(&n, model, where, 0, &former) && former.count)
        row = update_row(model, unique, key, set);
    if (row)
        tenon__emulate_update(&n, model, former.items, row);
    return commit(&n) ? row : NULL;
}

/* One of many, by its identity; its row joins the others. */
static bool update_one(tenon__nest *n, const tenon_model *model, const char *former,
                       const void *set, tenon__rows *rows)
{
    const tenon_unique *identity = tenon__emulate_identity(n, model);
    const void *const *key =
        identity ? tenon__nest_key_of(n, model, former, identity->fields, identity->field_count)
                 : NULL;
    size_t count = rows->count;
    tenon__walk walk;
    if (!key ||
        !tenon__walk_update_row(&walk, model, (uint32_t)(identity - model->uniques), key, set) ||
        !tenon__walk_run(&walk, rows, NULL))
        return false;
    return rows->count == count ||
           tenon__emulate_update(n, model, former, rows->items + count * model->row_size);
}

/* The set of the call, with its session. */
static const void *outer_set(tenon__nest *n, const tenon_model *model, const void *update_many)
{
    char *set = tenon__nest_alloc(n, model->set_size);
    if (!set)
        return NULL;
    memcpy(set, (const char *)update_many + model->update_set, model->set_size);
    memcpy(set, &n->session, sizeof n->session);
    return set;
}

int64_t tenon__update_many_emulated(const tenon_model *model, const void *update_many,
                                    tenon_list *list)
{
    tenon_update_many_head head;
    memcpy(&head, update_many, sizeof head);
    tenon__walk walk;
    tenon__nest n;
    if (!tenon__walk_update_many(&walk, model, update_many) || !tenon__walk_is_sound(&walk) ||
        !begin(&n, head.session))
        return 0;
    tenon__rows rows = {.arena = list ? tenon__session_arena(head.session) : &n.arena};
    tenon__parents former = no_rows(model);
    const void *where = (const char *)update_many + model->update_where;
    const void *set = outer_set(&n, model, update_many);
    bool is_done = set && tenon__emulate_find(&n, model, where, 0, &former);
    for (size_t i = 0; is_done && i < former.count; i++)
        is_done = update_one(&n, model, former.items + i * model->row_size, set, &rows);
    if (!commit(&n))
        return 0;
    give_list(list, &rows);
    return (int64_t)rows.count;
}
