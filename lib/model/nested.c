/* Nested writes: the calls, and one row with all that hangs on it.
 *
 * The order is that of foreign keys: rows whose key this row holds, then the row, then those that
 * hold its key. Each step is a call that a program could make itself; what they have in common is
 * the transaction. Rows that come back below the first are of no use afterwards: their memory is
 * given back when the row that they belong to is done. */
#include "model/nested.h"

static bool enter(tenon__nest *n, const tenon_model *model)
{
    if (tenon__nest_is_failed(n))
        return false;
    if (++n->depth <= TENON__NEST_DEPTH)
        return true;
    return tenon__fail(n->err, TENON_LIMIT, "%s: relations are written more than %d deep",
                       model->name, TENON__NEST_DEPTH);
}

/* ---- relations of a row ---------------------------------------------------------------------- */

bool tenon__nest_has_children(const tenon_model *model, const void *set)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        if (!model->relations[i].holds_key && tenon__nested_at(&model->relations[i], set))
            return true;
    }
    return false;
}

bool tenon__nest_parents(tenon__nest *n, const tenon_model *model, const void *set, void *given,
                         const void *row, bool is_new)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        const void *write = tenon__nested_at(relation, set);
        if (!write || !relation->holds_key)
            continue;
        tenon__nest_place place = {.model = model, .relation = relation, .is_new = is_new};
        if (row)
            place.key = tenon__nest_key_of(n, model, row, relation->fields, relation->field_count);
        if ((row && !place.key) || !tenon__nest_parent(n, &place, write, set, given))
            return false;
    }
    return true;
}

static bool delete_parents(tenon__nest *n, const tenon_model *model, const void *set,
                           const void *former)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        const tenon_write *write = tenon__nested_at(relation, set);
        if (!write || !relation->holds_key || !write->delete_)
            continue;
        tenon__nest_place place = {.model = model, .relation = relation};
        place.key = tenon__nest_key_of(n, model, former, relation->fields, relation->field_count);
        if (!place.key || !tenon__nest_delete_parent(n, &place))
            return false;
    }
    return true;
}

static bool write_child(tenon__nest *n, tenon__nest_place *place, const void *write,
                        const void *row)
{
    const tenon_relation *relation = place->relation;
    place->key = tenon__nest_key_of(n, place->model, row, relation->fields, relation->field_count);
    if (!place->key)
        return false;
    if (!tenon__nest_has_key(place->key, relation->field_count))
        return tenon__nest_fail(n, place, TENON_MISUSE,
                                "the row's own key is NULL, so nothing can be connected with it");
    return relation->is_list ? tenon__nest_list(n, place, write)
                             : tenon__nest_child(n, place, write);
}

bool tenon__nest_children(tenon__nest *n, const tenon_model *model, const void *set,
                          const void *row, bool is_new)
{
    tenon__arena *arena = tenon__session_arena(n->session);
    tenon__arena_mark mark = tenon__arena_mark_here(arena);
    bool is_good = true;
    for (uint32_t i = 0; i < model->relation_count && is_good; i++) {
        const tenon_relation *relation = &model->relations[i];
        const void *write = tenon__nested_at(relation, set);
        tenon__nest_place place = {.model = model, .relation = relation, .is_new = is_new};
        if (write && !relation->holds_key)
            is_good = write_child(n, &place, write, row);
    }
    tenon__arena_rewind(arena, mark);
    return is_good;
}

/* ---- one row --------------------------------------------------------------------------------- */

static void use_session(tenon__nest *n, void *set)
{
    memcpy(set, &n->session, sizeof n->session);
}

void *tenon__nest_store(tenon__nest *n, const tenon_model *model, const void *set, void *given)
{
    use_session(n, given);
    void *row = tenon_create(model, given);
    return row && tenon__nest_children(n, model, set, row, true) ? row : NULL;
}

static void *create_of(tenon__nest *n, const tenon_model *model, const void *set, void *given)
{
    void *row = NULL;
    if (given && enter(n, model) && tenon__nest_parents(n, model, set, given, NULL, true))
        row = tenon__nest_store(n, model, set, given);
    n->depth--;
    return row;
}

void *tenon__nest_create(tenon__nest *n, const tenon_model *model, const void *set)
{
    return create_of(n, model, set, tenon__nest_plain(n, model, set));
}

static bool needs_row(const tenon_model *model, const void *set)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_write *write = tenon__nested_at(&model->relations[i], set);
        if (write && model->relations[i].holds_key && tenon__nest_needs_row(write))
            return true;
    }
    return false;
}

/* A row by its key, as it is changed. */
typedef struct target {
    const tenon_model *model;
    uint32_t unique;
    const void *const *key;
    const void *former; /* the row as it was; NULL when nothing asks for it */
} target;

static void *update_inside(tenon__nest *n, const target *t, const void *set, void *given)
{
    if (!tenon__nest_parents(n, t->model, set, given, t->former, false))
        return NULL;
    use_session(n, given);
    void *row = tenon_update(t->model, t->unique, t->key, given);
    if (!row || (t->former && !delete_parents(n, t->model, set, t->former)))
        return NULL;
    return tenon__nest_children(n, t->model, set, row, false) ? row : NULL;
}

/* NULL without an error: there is no such row. */
static void *update(tenon__nest *n, target t, const void *set, void *given)
{
    void *row = NULL;
    bool is_wanted = given && enter(n, t.model);
    if (is_wanted && !t.former && needs_row(t.model, set)) {
        t.former = tenon_find_by(n->session, t.model, t.unique, t.key);
        is_wanted = t.former != NULL;
    }
    if (is_wanted)
        row = update_inside(n, &t, set, given);
    n->depth--;
    return row;
}

bool tenon__nest_update_row(tenon__nest *n, const tenon_model *model, const void *row,
                            const void *set)
{
    const tenon_unique *identity = tenon__nest_identity(model);
    if (!identity)
        return tenon__fail(n->err, TENON_MISUSE, "%s has no key to update its rows by",
                           model->name);
    target t = {.model = model, .unique = (uint32_t)(identity - model->uniques), .former = row};
    t.key = tenon__nest_key_of(n, model, row, identity->fields, identity->field_count);
    if (!t.key)
        return false;
    if (update(n, t, set, tenon__nest_plain(n, model, set)))
        return true;
    return tenon__fail(n->err, TENON_CONFLICT, "%s: the row was deleted meanwhile", model->name);
}

/* ---- the calls ------------------------------------------------------------------------------- */

static bool begin(tenon__nest *n, tenon_session *session, const tenon_model *model,
                  tenon_table table)
{
    *n = (tenon__nest){.session = session, .err = tenon__session_error(session)};
    if (!table.name)
        return tenon_begin(session);
    return tenon__fail(n->err, TENON_MISUSE,
                       "%s: relations are those of the model's own table, not of one chosen at "
                       "run time",
                       model->name);
}

/* Ends the call: all of it, or nothing. */
static void *end(tenon__nest *n, void *row)
{
    bool is_void = !row && !tenon__nest_is_failed(n);
    if (is_void)
        tenon_rollback(n->session);
    else if (!tenon_commit(n->session))
        row = NULL;
    tenon__arena_release(&n->arena);
    return row;
}

/* A plain set made of that of the call, which has a session. */
static void *outer_plain(tenon__nest *n, const tenon_model *model, const void *set)
{
    char *inner = tenon__nest_alloc(n, model->set_size);
    if (!inner)
        return NULL;
    enum { HEAD = sizeof(tenon_set_head) };
    memcpy(inner + HEAD, (const char *)set + HEAD, model->set_size - HEAD);
    return tenon__nest_strip(n, model, inner, inner) ? inner : NULL;
}

static tenon_set_head head_of(const void *set)
{
    tenon_set_head head;
    memcpy(&head, set, sizeof head);
    return head;
}

void *tenon__create_nested(const tenon_model *model, const void *set)
{
    tenon_set_head head = head_of(set);
    tenon__nest n;
    if (!begin(&n, head.session, model, head.table))
        return NULL;
    return end(&n, create_of(&n, model, set, outer_plain(&n, model, set)));
}

void *tenon__update_nested(const tenon_model *model, uint32_t unique, const void *const *key,
                           const void *set)
{
    tenon_set_head head = head_of(set);
    tenon__nest n;
    if (!begin(&n, head.session, model, head.table))
        return NULL;
    target t = {.model = model, .unique = unique, .key = key};
    return end(&n, update(&n, t, set, outer_plain(&n, model, set)));
}

/* The values by which an upsert looks for its row. */
static const void *const *key_of_set(tenon__nest *n, const tenon_model *model,
                                     const tenon_unique *unique, const void *set)
{
    const void **key = tenon__nest_alloc(n, unique->field_count * sizeof *key);
    for (uint16_t i = 0; key && i < unique->field_count; i++) {
        const tenon_field *field = &model->fields[unique->fields[i]];
        key[i] = tenon__set_value(field, set);
        if (key[i])
            continue;
        tenon__fail_field(n->err, TENON_MISUSE, model, field,
                          "must have a value, because the row is looked for by it");
        return NULL;
    }
    return key;
}

/* An upsert as it goes on. */
typedef struct upsert_work {
    target target;
    const void *create, *change;
    void *row;
} upsert_work;

static bool update_former(tenon__nest *n, void *context)
{
    upsert_work *u = context;
    const tenon_model *model = u->target.model;
    u->target.former = tenon_find_by(n->session, model, u->target.unique, u->target.key);
    if (u->target.former)
        u->row = update(n, u->target, u->change, tenon__nest_plain(n, model, u->change));
    return u->row != NULL;
}

static bool create_new(tenon__nest *n, void *context)
{
    upsert_work *u = context;
    u->row = tenon__nest_create(n, u->target.model, u->create);
    return u->row != NULL;
}

void *tenon__upsert_nested(const tenon_model *model, uint32_t unique, const void *upsert)
{
    upsert_work u = {.target = {.model = model, .unique = unique},
                     .create = (const char *)upsert + model->upsert_create,
                     .change = (const char *)upsert + model->upsert_update};
    tenon_upsert_head head;
    memcpy(&head, upsert, sizeof head);
    tenon__nest n;
    if (!begin(&n, head.session, model, head.table))
        return NULL;
    u.target.key = key_of_set(&n, model, &model->uniques[unique], u.create);
    if (u.target.key && !update_former(&n, &u) && !tenon__nest_is_failed(&n))
        tenon__nest_create_anew(&n, create_new, update_former, &u);
    return end(&n, u.row);
}
