/* A flush: what a unit of work has noted, written in the order of foreign keys.
 *
 * The rank of a row is one above the highest of the models in the unit that its own refers to.
 * Where models refer to each other in a circle, or one to itself, a new row that points at another
 * new row waits for that. What comes back is kept beside the rows until the transaction is
 * committed: when it fails, the program's rows are untouched. */
#include "model/unit_of_work.h"

/* ---- order ----------------------------------------------------------------------------------- */

/* Raises the ranks of all rows above those that their models refer to; true when one was. */
static bool raise_above(tenon_unit *unit, const tenon_model *target, unsigned rank)
{
    bool is_raised = false;
    for (size_t i = 0; i < unit->count; i++) {
        tenon__tracked *item = &unit->items[i];
        for (uint32_t r = 0; r < item->model->relation_count && item->rank <= rank; r++) {
            const tenon_relation *relation = &item->model->relations[r];
            if (!relation->holds_key || relation->target != target || target == item->model)
                continue;
            item->rank = rank + 1;
            is_raised = true;
        }
    }
    return is_raised;
}

/* The first row of each model, for which the others need not be looked at. */
static bool is_first(const tenon_unit *unit, size_t at)
{
    for (size_t i = 0; i < at; i++) {
        if (unit->items[i].model == unit->items[at].model)
            return false;
    }
    return true;
}

/* The highest rank. Circles would raise without end: no chain is longer than there are models. */
static unsigned rank_all(tenon_unit *unit)
{
    unsigned models = 0, most = 0;
    bool is_raised = true;
    for (size_t i = 0; i < unit->count; i++) {
        unit->items[i].rank = 0;
        models += is_first(unit, i);
    }
    for (unsigned pass = 0; pass < models && is_raised; pass++) {
        is_raised = false;
        for (size_t i = 0; i < unit->count; i++) {
            if (is_first(unit, i))
                is_raised |= raise_above(unit, unit->items[i].model, unit->items[i].rank);
        }
    }
    for (size_t i = 0; i < unit->count; i++)
        most = unit->items[i].rank > most ? unit->items[i].rank : most;
    return most;
}

/* ---- new rows -------------------------------------------------------------------------------- */

static bool is_zero(const void *at, size_t size)
{
    const char *bytes = at;
    for (size_t i = 0; i < size; i++) {
        if (bytes[i])
            return false;
    }
    return true;
}

/* Zero in a column that is filled in when it is left out. */
static bool is_unset(const tenon_field *field, const char *row)
{
    bool is_filled =
        field->flags & (TENON_FIELD_GENERATED | TENON_FIELD_UPDATED_AT | TENON_FIELD_VERSION) ||
        field->default_kind != TENON_DEFAULT_NONE;
    size_t size =
        field->flags & TENON_FIELD_LIST ? sizeof(tenon__list) : tenon__element_size(field->kind);
    if (field->flags & TENON_FIELD_NULLABLE && !tenon__row_value(field, row))
        return true;
    return is_filled && is_zero(row + field->row_offset, size);
}

static bool set_field(tenon__nest *n, const tenon_field *field, const void *row, void *set)
{
    tenon__wide *room = tenon__nest_alloc(n, sizeof *room);
    if (room)
        tenon__set_write(field, set, tenon__row_wide(field, row, room));
    return room != NULL;
}

static bool insert(tenon__nest *n, tenon_unit *unit, tenon__tracked *item);

/* The row that a relation's pointer shows at, as it is stored by now; NULL without one. */
static bool find_referred(tenon__nest *n, tenon_unit *unit, const tenon_relation *relation,
                          const char *row, const void **out)
{
    memcpy(out, row + relation->row_offset, sizeof *out);
    for (size_t i = 0; *out && i < unit->count; i++) {
        tenon__tracked *item = &unit->items[i];
        if (item->row != *out || item->fate == TENON__FORGOTTEN)
            continue;
        if (item->fate == TENON__NEW && !insert(n, unit, item))
            return false;
        *out = item->stored ? item->stored : item->row;
        return true;
    }
    return true;
}

static bool give_keys(tenon__nest *n, tenon_unit *unit, const tenon__tracked *item, void *set)
{
    for (uint32_t i = 0; i < item->model->relation_count; i++) {
        const tenon_relation *relation = &item->model->relations[i];
        const void *target = NULL;
        if (relation->holds_key && !find_referred(n, unit, relation, item->row, &target))
            return false;
        if (!target)
            continue;
        const void *const *key = tenon__nest_key_of(n, relation->target, target,
                                                    relation->target_fields, relation->field_count);
        if (!key)
            return false;
        tenon__nest_give(item->model, set, relation->fields, relation->field_count, key);
    }
    return true;
}

static bool insert(tenon__nest *n, tenon_unit *unit, tenon__tracked *item)
{
    const tenon_model *model = item->model;
    if (item->stored)
        return true;
    if (item->is_begun)
        return tenon__fail(n->err, TENON_MISUSE, "%s: new rows point at each other in a circle",
                           model->name);
    item->is_begun = true;
    char *set = tenon__nest_alloc(n, model->set_size);
    for (uint32_t i = 0; set && i < model->field_count; i++) {
        const tenon_field *field = &model->fields[i];
        if (!is_unset(field, item->row) && !set_field(n, field, item->row, set))
            return false;
    }
    if (!set || !give_keys(n, unit, item, set))
        return false;
    memcpy(set, &n->session, sizeof n->session);
    item->stored = tenon_create(model, set);
    return item->stored != NULL;
}

/* ---- changed rows ---------------------------------------------------------------------------- */

static bool fail_conflict(tenon__nest *n, const tenon__tracked *item)
{
    tenon__error_copy(n->err->model, sizeof n->err->model, item->model->name);
    return tenon__fail(n->err, TENON_CONFLICT, "%s: the row was changed or deleted meanwhile",
                       item->model->name);
}

/* A where for the row as it was, by its key. */
static void *former_where(tenon__nest *n, const tenon__tracked *item)
{
    const tenon_unique *identity = tenon__nest_identity(item->model);
    const void *const *key =
        tenon__nest_key_of(n, item->model, item->former, identity->fields, identity->field_count);
    void *where = key ? tenon__nest_where(n, item->model) : NULL;
    if (where)
        tenon__nest_equal(item->model, where, identity->fields, identity->field_count, key);
    return where;
}

/* The former value becomes a condition, if its type can be compared. */
static bool expect_former(tenon__nest *n, const tenon__tracked *item, uint16_t index, void *where)
{
    const tenon_field *field = &item->model->fields[index];
    if (field->flags & TENON_FIELD_LIST || field->kind == TENON_KIND_JSON ||
        field->kind == TENON_KIND_OTHER)
        return true;
    const void *const *value = tenon__nest_key_of(n, item->model, item->former, &index, 1);
    tenon_operator is_null = TENON_IS_NULL;
    if (!value)
        return false;
    if (value[0])
        tenon__nest_equal(item->model, where, &index, 1, value);
    else
        memcpy((char *)where + field->where_offset, &is_null, sizeof is_null);
    return true;
}

static void expect_version(const tenon_field *field, const void *former, char *set)
{
    tenon_change still = TENON_STILL;
    tenon__wide room;
    tenon__set_write(field, set, tenon__row_wide(field, former, &room));
    memcpy(set + field->set_offset, &still, sizeof still);
}

/* How a change is made sure of: by the version when there is one. */
static const tenon_field *version_of(const tenon_model *model)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        if (model->fields[i].flags & TENON_FIELD_VERSION)
            return &model->fields[i];
    }
    return NULL;
}

static bool update_by_version(tenon__nest *n, tenon__tracked *item, char *set,
                              const tenon_field *version)
{
    const tenon_unique *identity = tenon__nest_identity(item->model);
    const void *const *key =
        tenon__nest_key_of(n, item->model, item->former, identity->fields, identity->field_count);
    if (!key)
        return false;
    expect_version(version, item->former, set);
    memcpy(set, &n->session, sizeof n->session);
    item->stored = tenon_update(item->model, (uint32_t)(identity - item->model->uniques), key, set);
    return item->stored || fail_conflict(n, item);
}

static bool update_by_values(tenon__nest *n, tenon__tracked *item, const char *set, void *where)
{
    const tenon_unique *identity = tenon__nest_identity(item->model);
    if (tenon__nest_update_many(n, item->model, where, set) != 1)
        return fail_conflict(n, item);
    const void *const *key =
        tenon__nest_key_of(n, item->model, item->row, identity->fields, identity->field_count);
    if (key)
        item->stored = tenon_find_by(n->session, item->model,
                                     (uint32_t)(identity - item->model->uniques), key);
    return item->stored || fail_conflict(n, item);
}

static bool update(tenon__nest *n, tenon__tracked *item)
{
    const tenon_model *model = item->model;
    const tenon_field *version = version_of(model);
    char *set = tenon__nest_alloc(n, model->set_size);
    void *where = set ? former_where(n, item) : NULL;
    bool is_changed = false;
    for (uint32_t i = 0; where && i < model->field_count; i++) {
        const tenon_field *field = &model->fields[i];
        if (field == version || tenon__row_is_equal(field, item->former, item->row))
            continue;
        is_changed = true;
        if (!set_field(n, field, item->row, set) || !expect_former(n, item, (uint16_t)i, where))
            return false;
    }
    if (!where || !is_changed)
        return where != NULL;
    return version ? update_by_version(n, item, set, version)
                   : update_by_values(n, item, set, where);
}

static bool delete_(tenon__nest *n, const tenon__tracked *item)
{
    void *where = former_where(n, item);
    const tenon_field *version = version_of(item->model);
    if (where && version &&
        !expect_former(n, item, (uint16_t)(version - item->model->fields), where))
        return false;
    return where && (tenon__nest_delete_many(n, item->model, where) == 1 || fail_conflict(n, item));
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool write_rank(tenon__nest *n, tenon_unit *unit, tenon__fate fate, unsigned rank)
{
    for (size_t i = 0; i < unit->count; i++) {
        tenon__tracked *item = &unit->items[i];
        if (item->fate != fate || item->rank != rank)
            continue;
        bool is_good = fate == TENON__NEW    ? insert(n, unit, item)
                       : fate == TENON__KEPT ? update(n, item)
                                             : delete_(n, item);
        if (!is_good || tenon__nest_is_failed(n))
            return false;
    }
    return true;
}

static bool write_all(tenon__nest *n, tenon_unit *unit)
{
    unsigned most = rank_all(unit);
    for (size_t i = 0; i < unit->count; i++) {
        unit->items[i].stored = NULL;
        unit->items[i].is_begun = false;
    }
    for (unsigned rank = 0; rank <= most; rank++) {
        if (!write_rank(n, unit, TENON__NEW, rank))
            return false;
    }
    for (unsigned rank = 0; rank <= most; rank++) {
        if (!write_rank(n, unit, TENON__KEPT, rank))
            return false;
    }
    for (unsigned rank = most + 1; rank-- > 0;) {
        if (!write_rank(n, unit, TENON__REMOVED, rank))
            return false;
    }
    return true;
}

/* What is needed after the commit, when nothing may fail any more. */
static bool prepare(tenon_unit *unit)
{
    for (size_t i = 0; i < unit->count; i++) {
        tenon__tracked *item = &unit->items[i];
        if (item->stored && !tenon__unit_prepare(unit, item, item->stored))
            return false;
    }
    return true;
}

/* The columns of what was stored; relations in memory stay. */
static void take_over(tenon__tracked *item)
{
    const tenon_model *model = item->model;
    if (item->fate == TENON__REMOVED)
        item->fate = TENON__FORGOTTEN;
    for (uint32_t i = 0; item->stored && i < model->field_count; i++) {
        const tenon_field *field = &model->fields[i];
        memcpy(item->row + field->row_offset, item->stored + field->row_offset,
               tenon__row_field_size(field));
        tenon__row_set_loaded(model, item->row, i);
    }
    if (item->stored)
        tenon__unit_note_former(item);
    item->stored = NULL;
}

bool tenon_unit_flush(tenon_unit *unit)
{
    if (!unit || tenon__session_is_failed(unit->session))
        return false;
    tenon__nest n = {.session = unit->session, .err = tenon__unit_error(unit)};
    bool is_done = tenon_begin(unit->session);
    if (is_done) {
        if (write_all(&n, unit))
            prepare(unit);
        is_done = tenon_commit(unit->session);
    }
    tenon__arena_release(&n.arena);
    for (size_t i = 0; is_done && i < unit->count; i++)
        take_over(&unit->items[i]);
    return is_done;
}
