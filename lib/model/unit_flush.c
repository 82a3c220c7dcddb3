/* A flush: what a unit of work has noted, written in the order of foreign keys.
 *
 * All statements are piled up and sent together. The pile has to be run in between only where a new
 * row points at another new one, whose key the database makes.
 *
 * The rank of a row is one above the highest of the models in the unit that its own refers to.
 * Where models refer to each other in a circle, or one to itself, a new row that points at another
 * new row waits for that, and a removed row for those that refer to it. What comes back is kept
 * beside the rows until the transaction is committed: when it fails, the program's rows are
 * untouched. */
#include "model/pile.h"
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

/* ---- the pile -------------------------------------------------------------------------------- */

typedef struct flush {
    tenon__nest *n;
    tenon_unit *unit;
    tenon__pile pile;
} flush;

static bool fail_conflict(tenon__nest *n, const tenon__tracked *item)
{
    tenon__error_copy(n->err->model, sizeof n->err->model, item->model->name);
    return tenon__fail(n->err, TENON_CONFLICT, "%s: the row was changed or deleted meanwhile",
                       item->model->name);
}

/* Every statement is about one row, which must have been there. */
static bool take_result(flush *f, const tenon__piled *piled)
{
    tenon__tracked *item = piled->owner;
    if (piled->gives_row ? !piled->rows.count : piled->affected != 1)
        return fail_conflict(f->n, item);
    if (piled->gives_row)
        item->stored = piled->rows.items;
    return true;
}

static bool run_pile(flush *f)
{
    bool is_good = tenon__pile_run(&f->pile);
    for (size_t i = 0; i < f->pile.count && is_good; i++)
        is_good = take_result(f, f->pile.items[i]);
    tenon__pile_clear(&f->pile);
    return is_good;
}

static tenon__piled *add(flush *f, bool gives_row, tenon__tracked *item)
{
    bool has_room = f->pile.count < TENON__MOST_PILED || run_pile(f);
    return has_room ? tenon__pile_add(&f->pile, gives_row, item) : NULL;
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

/* The row of the unit that a relation's pointer shows at; NULL: none does. */
static tenon__tracked *find_referred(tenon_unit *unit, const tenon_relation *relation,
                                     const char *row)
{
    const void *target;
    memcpy(&target, row + relation->row_offset, sizeof target);
    return target ? tenon__unit_find(unit, target) : NULL;
}

/* That row as it is stored by now; NULL without one. */
static const void *referred_row(tenon_unit *unit, const tenon_relation *relation, const char *row)
{
    const void *target;
    const tenon__tracked *item = find_referred(unit, relation, row);
    memcpy(&target, row + relation->row_offset, sizeof target);
    return item && item->stored ? item->stored : target;
}

static bool give_keys(tenon__nest *n, tenon_unit *unit, const tenon__tracked *item, void *set)
{
    for (uint32_t i = 0; i < item->model->relation_count; i++) {
        const tenon_relation *relation = &item->model->relations[i];
        const void *target = relation->holds_key ? referred_row(unit, relation, item->row) : NULL;
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

/* Makes a set of the row and piles it up. */
static bool pile_new(flush *f, tenon__tracked *item)
{
    const tenon_model *model = item->model;
    char *set = tenon__nest_alloc(f->n, model->set_size);
    for (uint32_t i = 0; set && i < model->field_count; i++) {
        const tenon_field *field = &model->fields[i];
        if (!is_unset(field, item->row) && !set_field(f->n, field, item->row, set))
            return false;
    }
    if (!set || !give_keys(f->n, f->unit, item, set))
        return false;
    memcpy(set, &f->n->session, sizeof f->n->session);
    tenon__piled *piled = add(f, true, item);
    item->is_queued = true;
    return piled && tenon__walk_create_row(&piled->walk, model, set);
}

/* Piles it up unless it points at new rows that are not stored yet; these then come first. */
static bool queue_new(flush *f, tenon__tracked *item)
{
    bool is_ready = true;
    if (item->stored || item->is_queued)
        return true;
    if (item->is_begun)
        return tenon__fail(f->n->err, TENON_MISUSE, "%s: new rows point at each other in a circle",
                           item->model->name);
    item->is_begun = true;
    for (uint32_t i = 0; i < item->model->relation_count; i++) {
        const tenon_relation *relation = &item->model->relations[i];
        tenon__tracked *target =
            relation->holds_key ? find_referred(f->unit, relation, item->row) : NULL;
        if (!target || target->fate != TENON__NEW || target->stored)
            continue;
        is_ready = false;
        if (!queue_new(f, target))
            return false;
    }
    item->is_begun = false;
    return !is_ready || pile_new(f, item);
}

/* ---- changed rows ---------------------------------------------------------------------------- */

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
        field->kind == TENON_KIND_PACKED || field->kind == TENON_KIND_OTHER)
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

static bool update_by_version(flush *f, tenon__tracked *item, char *set, const tenon_field *version)
{
    const tenon_unique *identity = tenon__nest_identity(item->model);
    const void *const *key = tenon__nest_key_of(f->n, item->model, item->former, identity->fields,
                                                identity->field_count);
    if (!key)
        return false;
    expect_version(version, item->former, set);
    memcpy(set, &f->n->session, sizeof f->n->session);
    tenon__piled *piled = add(f, true, item);
    return piled && tenon__walk_update_row(&piled->walk, item->model,
                                           (uint32_t)(identity - item->model->uniques), key, set);
}

/* The row as it is then is read behind the update. */
static bool update_by_values(flush *f, tenon__tracked *item, const char *set, const void *where)
{
    const tenon_model *model = item->model;
    const tenon_unique *identity = tenon__nest_identity(model);
    const void *call = tenon__nest_update_call(f->n, model, where, set);
    const void *const *key =
        tenon__nest_key_of(f->n, model, item->row, identity->fields, identity->field_count);
    tenon__piled *changed = call && key ? add(f, false, item) : NULL;
    if (!changed || !tenon__walk_update_many(&changed->walk, model, call))
        return false;
    tenon__piled *found = add(f, true, item);
    if (!found || !tenon__walk_begin(&found->walk, f->n->session, model, TENON__FIND_BY))
        return false;
    tenon__walk_key(&found->walk, (uint32_t)(identity - model->uniques), key);
    return !found->walk.failed;
}

/* Others refer to what changes, without a foreign key: a call of its own sees to them. */
static bool update_key(flush *f, tenon__tracked *item, char *set, void *where,
                       const tenon_field *version)
{
    const tenon_model *model = item->model;
    if (version && !expect_former(f->n, item, (uint16_t)(version - model->fields), where))
        return false;
    const void *call = tenon__nest_update_call(f->n, model, where, set);
    if (!call || !run_pile(f))
        return false;
    tenon_list rows = tenon_update_many_returning(model, call);
    if (rows.count != 1)
        return fail_conflict(f->n, item);
    item->stored = rows.items;
    return true;
}

/* The row that the relation points at now, once it is stored. */
static const void *stored_target(flush *f, const tenon__tracked *item,
                                 const tenon_relation *relation)
{
    const tenon__tracked *target = find_referred(f->unit, relation, item->row);
    bool is_waiting = target && target->is_queued && !target->stored;
    return is_waiting && !run_pile(f) ? NULL : referred_row(f->unit, relation, item->row);
}

/* Rows that were pointed at others get the keys of these. */
static bool set_new_keys(flush *f, const tenon__tracked *item, char *set, void *where,
                         bool *is_changed)
{
    for (uint32_t i = 0; i < item->model->relation_count; i++) {
        const tenon_relation *relation = &item->model->relations[i];
        if (!tenon__unit_new_target(item, relation))
            continue;
        const void *target = stored_target(f, item, relation);
        const void *const *key =
            target ? tenon__nest_key_of(f->n, relation->target, target, relation->target_fields,
                                        relation->field_count)
                   : NULL;
        if (!key)
            return false;
        tenon__nest_give(item->model, set, relation->fields, relation->field_count, key);
        *is_changed = true;
        for (uint16_t k = 0; k < relation->field_count; k++)
            if (!expect_former(f->n, item, relation->fields[k], where))
                return false;
    }
    return true;
}

static bool update(flush *f, tenon__tracked *item)
{
    tenon__nest *n = f->n;
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
    if (!where || !set_new_keys(f, item, set, where, &is_changed))
        return false;
    if (!is_changed)
        return true;
    if (model->has_emulated && tenon__changes_keys(model, set))
        return update_key(f, item, set, where, version);
    return version ? update_by_version(f, item, set, version)
                   : update_by_values(f, item, set, where);
}

static bool delete_(flush *f, tenon__tracked *item)
{
    tenon__nest *n = f->n;
    void *where = former_where(n, item);
    const tenon_field *version = version_of(item->model);
    if (where && version &&
        !expect_former(n, item, (uint16_t)(version - item->model->fields), where))
        return false;
    if (where && (item->model->deleted_column || item->model->has_emulated))
        return run_pile(f) &&
               (tenon__nest_delete_many(n, item->model, where) == 1 || fail_conflict(n, item));
    const void *call = where ? tenon__nest_delete_call(n, item->model, where) : NULL;
    tenon__piled *piled = call ? add(f, false, item) : NULL;
    return piled && tenon__walk_delete_many(&piled->walk, item->model, call);
}

/* ---- removed rows ---------------------------------------------------------------------------- */

/* Counts which removed rows refer to each, or takes one off that is gone. */
static void count_referred(flush *f, const tenon__tracked *item, int step)
{
    for (uint32_t i = 0; i < item->model->relation_count; i++) {
        tenon__tracked *target = tenon__unit_referred(f->unit, item, &item->model->relations[i]);
        if (target && target != item && target->fate == TENON__REMOVED)
            target->referring += (unsigned)step;
    }
}

/* Of a rank those that no removed row refers to, until there are no more; of a circle any. */
static bool delete_rank(flush *f, unsigned rank, bool is_circle)
{
    bool is_one_gone;
    do {
        is_one_gone = false;
        for (size_t i = 0; i < f->unit->count; i++) {
            tenon__tracked *item = &f->unit->items[i];
            if (item->fate != TENON__REMOVED || item->rank != rank || item->is_queued ||
                (item->referring && !is_circle))
                continue;
            if (!delete_(f, item))
                return false;
            item->is_queued = is_one_gone = true;
            count_referred(f, item, -1);
        }
    } while (is_one_gone);
    return true;
}

static bool delete_all(flush *f, unsigned most)
{
    for (size_t i = 0; i < f->unit->count; i++)
        if (f->unit->items[i].fate == TENON__REMOVED)
            count_referred(f, &f->unit->items[i], 1);
    for (unsigned rank = most + 1; rank-- > 0;)
        if (!delete_rank(f, rank, false))
            return false;
    for (unsigned rank = most + 1; rank-- > 0;)
        if (!delete_rank(f, rank, true))
            return false;
    return true;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool is_due(const tenon__tracked *item, tenon__fate fate, unsigned rank)
{
    return item->fate == fate && item->rank == rank;
}

/* The new rows of a rank, as often as some have to wait for the keys of others. */
static bool write_new(flush *f, unsigned rank)
{
    bool is_waiting;
    do {
        is_waiting = false;
        for (size_t i = 0; i < f->unit->count; i++) {
            tenon__tracked *item = &f->unit->items[i];
            if (!is_due(item, TENON__NEW, rank))
                continue;
            if (!queue_new(f, item))
                return false;
            is_waiting |= !item->stored && !item->is_queued;
        }
        if (is_waiting && !run_pile(f))
            return false;
    } while (is_waiting);
    return true;
}

static bool write_changed(flush *f, unsigned rank)
{
    for (size_t i = 0; i < f->unit->count; i++) {
        tenon__tracked *item = &f->unit->items[i];
        if (is_due(item, TENON__KEPT, rank) && !update(f, item))
            return false;
    }
    return true;
}

static bool write_all(flush *f)
{
    unsigned most = rank_all(f->unit);
    for (size_t i = 0; i < f->unit->count; i++) {
        f->unit->items[i].stored = NULL;
        f->unit->items[i].referring = 0;
        f->unit->items[i].is_begun = f->unit->items[i].is_queued = false;
    }
    for (unsigned rank = 0; rank <= most; rank++) {
        if (!write_new(f, rank))
            return false;
    }
    for (unsigned rank = 0; rank <= most; rank++) {
        if (!write_changed(f, rank))
            return false;
    }
    return delete_all(f, most) && run_pile(f);
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
    flush f = {.n = &n, .unit = unit, .pile.session = unit->session};
    bool is_done = tenon_begin(unit->session);
    if (is_done) {
        if (write_all(&f))
            prepare(unit);
        is_done = tenon_commit(unit->session);
    }
    tenon__pile_release(&f.pile);
    tenon__arena_release(&n.arena);
    for (size_t i = 0; is_done && i < unit->count; i++)
        take_over(&unit->items[i]);
    return is_done;
}
