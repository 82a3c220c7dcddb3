/* What becomes of rows that refer to others. See emulate.h.
 *
 * Relations are followed from the rows at hand to those that hold their keys, which come first:
 * rows that must not lose what they refer to are looked for, keys are set to NULL, and of rows that
 * go along those that refer to them go before. Each step is one statement for all rows of a
 * relation.
 * The schema language lets no such chain come back to where it began, so the depth is that of the
 * schema.
 *
 * A key that changes is followed row by row, and only where it is part of a key in turn. */
#include "model/emulate.h"

enum { MOST_WHERES = 100 }; /* keys of several columns in one statement */

/* ---- rows by keys ---------------------------------------------------------------------------- */

static bool is_referred_by(const tenon_relation *relation)
{
    return relation->is_emulated && !relation->holds_key;
}

bool tenon__is_referred_to(const tenon_model *model, uint16_t field)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        for (uint16_t f = 0; is_referred_by(relation) && f < relation->field_count; f++) {
            if (relation->fields[f] == field)
                return true;
        }
    }
    return false;
}

/* "field IN (…)" */
static void *where_in(tenon__nest *n, const tenon_model *model, uint16_t index,
                      const void *const *values, size_t count)
{
    size_t size = tenon__wide_size(model->fields[index].kind);
    char *items = tenon__nest_alloc(n, count * size);
    void *where = items ? tenon__nest_where(n, model) : NULL;
    for (size_t i = 0; where && i < count; i++)
        memcpy(items + i * size, values[i], size);
    if (where)
        tenon__nest_in(model, where, index, TENON_IN,
                       (tenon__list){.items = items, .count = count});
    return where;
}

/* "(a = … AND b = …) OR …" */
static void *where_any(tenon__nest *n, const tenon_model *model, const uint16_t *fields,
                       const tenon__keys *keys, size_t from, size_t end)
{
    char *items = tenon__nest_alloc(n, (end - from) * model->where_size);
    void *where = items ? tenon__nest_where(n, model) : NULL;
    for (size_t i = from; where && i < end; i++) {
        const void *values[TENON_MAX_KEY];
        for (uint16_t f = 0; f < keys->relation->field_count; f++)
            values[f] = ((const void *const *)keys->columns[f].items)[i];
        tenon__nest_equal(model, items + (i - from) * model->where_size, fields,
                          keys->relation->field_count, values);
    }
    if (where)
        tenon__nest_any(where, items, end - from);
    return where;
}

/* Rows of the model that have one of the keys [from, end) in these fields. */
static void *where_of(tenon__nest *n, const tenon_model *model, const uint16_t *fields,
                      const tenon__keys *keys, size_t from, size_t end)
{
    if (keys->relation->field_count == 1)
        return where_in(n, model, fields[0], (const void *const *)keys->columns[0].items + from,
                        end - from);
    return where_any(n, model, fields, keys, from, end);
}

static size_t end_of(const tenon__keys *keys, size_t from)
{
    bool is_list = keys->relation->field_count == 1;
    return is_list || keys->count - from < MOST_WHERES ? keys->count : from + MOST_WHERES;
}

const tenon_unique *tenon__emulate_identity(tenon__nest *n, const tenon_model *model)
{
    const tenon_unique *identity = tenon__nest_identity(model);
    if (!identity)
        tenon__fail(n->err, TENON_MISUSE, "%s has no key, so it is not known who refers to a row",
                    model->name);
    return identity;
}

size_t tenon__emulate_most(const tenon_model *model, size_t count)
{
    const tenon_unique *identity = tenon__nest_identity(model);
    return identity->field_count == 1 || count < MOST_WHERES ? count : MOST_WHERES;
}

void *tenon__emulate_where(tenon__nest *n, tenon__parents rows, size_t from, size_t end)
{
    const tenon_unique *identity = tenon__emulate_identity(n, rows.model);
    if (!identity)
        return NULL;
    const tenon_relation itself = {.fields = identity->fields,
                                   .field_count = identity->field_count};
    tenon__parents part = {.model = rows.model,
                           .items = rows.items + from * rows.model->row_size,
                           .count = end - from};
    tenon__keys keys;
    if (!tenon__keys_of(&n->arena, &itself, part, &keys)) {
        tenon__fail_no_memory(n->err);
        return NULL;
    }
    return where_of(n, rows.model, identity->fields, &keys, 0, keys.count);
}

/* ---- statements ------------------------------------------------------------------------------ */

static void mark_columns(uint8_t *columns, const uint16_t *fields, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++)
        columns[fields[i] / 8] |= (uint8_t)(1u << fields[i] % 8);
}

/* The identity, and what others refer to. */
static void walk_key_columns(tenon__walk *walk, const tenon_unique *identity)
{
    const tenon_model *model = walk->model;
    uint8_t *columns = tenon__walk_alloc(walk, tenon__shape_column_bytes(model));
    if (!columns)
        return;
    memset(columns, 0, tenon__shape_column_bytes(model));
    mark_columns(columns, identity->fields, identity->field_count);
    for (uint32_t i = 0; i < model->relation_count; i++) {
        if (is_referred_by(&model->relations[i]))
            mark_columns(columns, model->relations[i].fields, model->relations[i].field_count);
    }
    tenon__walk_flag(walk, TENON__SHAPE_HAS_COLUMNS);
    tenon__shape_bytes(&walk->shape, columns, tenon__shape_column_bytes(model));
}

bool tenon__emulate_find(tenon__nest *n, const tenon_model *model, const void *where,
                         uint16_t flags, tenon__parents *out)
{
    const tenon_unique *identity = tenon__emulate_identity(n, model);
    tenon__walk walk;
    tenon__rows rows = {.arena = &n->arena};
    if (!identity || !tenon__walk_begin(&walk, n->session, model, TENON__FIND))
        return false;
    tenon__walk_flag(&walk, (tenon__shape_flag)flags);
    walk_key_columns(&walk, identity);
    tenon__shape_word(&walk.shape, TENON__SHAPE_END);
    tenon__shape_word(&walk.shape, TENON__SHAPE_END);
    tenon__walk_where(&walk, where);
    if (tenon__walk_traits(&walk)->has_row_locks)
        tenon__shape_head_of(&walk.shape)->number =
            tenon__lock_number(TENON_FOR_UPDATE, TENON_WAIT);
    if (!tenon__walk_run(&walk, &rows, NULL))
        return false;
    *out = (tenon__parents){.model = model, .items = rows.items, .count = rows.count};
    return true;
}

/* A statement about rows of a target, marked as deleted or not. */
static bool begin(tenon__walk *walk, const tenon__nest *n, const tenon_model *model,
                  tenon__operation operation)
{
    if (!tenon__walk_begin(walk, n->session, model, operation))
        return false;
    if (model->deleted_column)
        tenon__walk_flag(walk, TENON__SHAPE_WITH_DELETED);
    return true;
}

static uint16_t all_rows(const tenon_model *model)
{
    return model->deleted_column ? TENON__SHAPE_WITH_DELETED : 0;
}

static bool delete_rows(tenon__nest *n, const tenon_model *target, const void *where)
{
    tenon__walk walk;
    if (!begin(&walk, n, target, TENON__DELETE_MANY))
        return false;
    tenon__walk_where(&walk, where);
    return tenon__walk_run(&walk, NULL, NULL);
}

static bool does_exist(tenon__nest *n, const tenon_model *target, const void *where, bool *out)
{
    tenon__walk walk;
    tenon__rows rows = {.arena = &n->arena, .expected = 1};
    *out = false;
    if (!begin(&walk, n, target, TENON__EXISTS))
        return false;
    tenon__walk_where(&walk, where);
    if (!tenon__walk_run(&walk, &rows, NULL))
        return false;
    memcpy(out, rows.items, sizeof *out);
    return true;
}

/* changes: values of the target's key; NULL: what of it can be NULL becomes NULL. */
static void walk_key_change(tenon__walk *walk, const tenon_relation *relation,
                            const void *const *values)
{
    for (uint16_t i = 0; i < relation->field_count; i++) {
        uint16_t index = relation->target_fields[i];
        bool is_nullable = relation->target->fields[index].flags & TENON_FIELD_NULLABLE;
        if (!values && !is_nullable)
            continue;
        tenon__shape_field(&walk->shape, TENON_SET, index);
        tenon__walk_value(walk, values ? values[i] : NULL);
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}

static bool change_rows(tenon__nest *n, const tenon_relation *relation, const void *where,
                        const void *const *values)
{
    tenon__walk walk;
    if (!begin(&walk, n, relation->target, TENON__UPDATE_MANY))
        return false;
    walk_key_change(&walk, relation, values);
    tenon__walk_where(&walk, where);
    return tenon__walk_run(&walk, NULL, NULL);
}

/* ---- links ----------------------------------------------------------------------------------- */

static bool run_link(tenon__nest *n, const tenon_model *model, const tenon_relation *relation,
                     tenon__operation operation, const void *key, tenon__rows *rows)
{
    tenon__walk walk;
    if (!tenon__walk_begin(&walk, n->session, model, operation))
        return false;
    tenon__shape_head_of(&walk.shape)->number = (uint32_t)(relation - model->relations);
    tenon__shape_word(&walk.shape, TENON__SHAPE_END);
    tenon__walk_value(&walk, key);
    return tenon__walk_run(&walk, rows, NULL);
}

static bool unlink_rows(tenon__nest *n, const tenon_model *model, const tenon_relation *relation,
                        const tenon__keys *keys)
{
    const void *const *values = keys->columns[0].items;
    for (size_t i = 0; i < keys->count; i++) {
        if (!run_link(n, model, relation, TENON__UNLINK, values[i], NULL))
            return false;
    }
    return true;
}

/* The pairs of one key become those of another. */
static bool relink_row(tenon__nest *n, const tenon_model *model, const tenon_relation *relation,
                       const void *former, const void *now)
{
    tenon__rows rows = {.arena = &n->arena};
    tenon__nest_place place = {.model = model, .relation = relation, .key = &now};
    if (!run_link(n, model, relation, TENON__LINKED, former, &rows) ||
        !run_link(n, model, relation, TENON__UNLINK, former, NULL))
        return false;
    tenon__nest_rows linked = {.items = tenon__nest_alloc(n, (rows.count + 1) * sizeof(void *)),
                               .count = rows.count};
    for (size_t i = 0; linked.items && i < rows.count; i++)
        linked.items[i] = rows.items + i * relation->target->row_size;
    return linked.items && tenon__nest_attach(n, &place, linked);
}

/* ---- deleting -------------------------------------------------------------------------------- */

static bool refuse(tenon__nest *n, const tenon_relation *relation, const tenon_model *model)
{
    tenon__error_copy(n->err->model, sizeof n->err->model, model->name);
    tenon__error_copy(n->err->field, sizeof n->err->field, relation->name);
    return tenon__fail(n->err, TENON_FOREIGN_KEY, "%s is still referred to by %s (%s)", model->name,
                       relation->target->name, relation->name);
}

static bool refuse_if_any(tenon__nest *n, const tenon_model *model, const tenon_relation *relation,
                          const void *where)
{
    bool exists;
    return does_exist(n, relation->target, where, &exists) &&
           (!exists || refuse(n, relation, model));
}

static bool cascade(tenon__nest *n, const tenon_relation *relation, const void *where)
{
    const tenon_model *target = relation->target;
    tenon__parents rows;
    if (!target->has_emulated)
        return delete_rows(n, target, where);
    return tenon__emulate_find(n, target, where, all_rows(target), &rows) &&
           tenon__emulate_delete(n, rows) && delete_rows(n, target, where);
}

static bool act_on_delete(tenon__nest *n, const tenon_model *model, const tenon_relation *relation,
                          const void *where)
{
    switch (relation->on_delete) {
    case TENON_ACTION_CASCADE:
        return cascade(n, relation, where);
    case TENON_ACTION_SET_NULL:
        return change_rows(n, relation, where, NULL);
    case TENON_ACTION_RESTRICT:
    case TENON_ACTION_NO_ACTION:
    case TENON_ACTION_SET_DEFAULT: /* the schema language has no such action here */
        return refuse_if_any(n, model, relation, where);
    case TENON_ACTION_NONE:
        break;
    }
    return true;
}

static bool leave(tenon__nest *n, tenon__parents rows, const tenon_relation *relation)
{
    tenon__keys keys;
    if (!tenon__keys_of(&n->arena, relation, rows, &keys))
        return tenon__fail_no_memory(n->err);
    if (relation->link)
        return unlink_rows(n, rows.model, relation, &keys);
    for (size_t from = 0, end; from < keys.count; from = end) {
        end = end_of(&keys, from);
        const void *where =
            where_of(n, relation->target, relation->target_fields, &keys, from, end);
        if (!where || !act_on_delete(n, rows.model, relation, where))
            return false;
    }
    return true;
}

static bool is_restricting(const tenon_relation *relation)
{
    return relation->on_delete != TENON_ACTION_CASCADE &&
           relation->on_delete != TENON_ACTION_SET_NULL;
}

static bool leave_all(tenon__nest *n, tenon__parents rows, bool is_restricting_now)
{
    const tenon_model *model = rows.model;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        if (is_referred_by(relation) && is_restricting(relation) == is_restricting_now &&
            !leave(n, rows, relation))
            return false;
    }
    return true;
}

static bool enter(tenon__nest *n, const tenon_model *model)
{
    if (++n->depth <= TENON__NEST_DEPTH)
        return true;
    return tenon__fail(n->err, TENON_LIMIT, "%s: relations are followed more than %d deep",
                       model->name, TENON__NEST_DEPTH);
}

/* What may forbid it comes first. */
bool tenon__emulate_delete(tenon__nest *n, tenon__parents rows)
{
    bool is_done = !rows.count ||
                   (enter(n, rows.model) && leave_all(n, rows, true) && leave_all(n, rows, false));
    n->depth -= rows.count != 0;
    return is_done;
}

/* ---- changing keys --------------------------------------------------------------------------- */

/* The same row with another key: who refers to it follows. */
static bool follow_row(tenon__nest *n, const tenon_relation *relation, const char *row,
                       const void *const *values)
{
    const tenon_model *target = relation->target;
    const tenon_unique *identity = tenon__emulate_identity(n, target);
    tenon__rows rows = {.arena = &n->arena, .expected = 1};
    tenon__walk walk;
    const void *const *key =
        identity ? tenon__nest_key_of(n, target, row, identity->fields, identity->field_count)
                 : NULL;
    if (!key || !begin(&walk, n, target, TENON__UPDATE))
        return false;
    walk_key_change(&walk, relation, values);
    tenon__walk_key(&walk, (uint32_t)(identity - target->uniques), key);
    return tenon__walk_run(&walk, &rows, NULL) &&
           (!rows.count || tenon__emulate_update(n, target, row, rows.items));
}

/* Whether others refer to what the relation's key is on the other side. */
static bool goes_on(const tenon_relation *relation)
{
    for (uint16_t i = 0; i < relation->field_count; i++) {
        if (tenon__is_referred_to(relation->target, relation->target_fields[i]))
            return true;
    }
    return false;
}

static bool follow(tenon__nest *n, const tenon_relation *relation, const void *where,
                   const void *const *values)
{
    const tenon_model *target = relation->target;
    tenon__parents rows;
    if (!goes_on(relation))
        return change_rows(n, relation, where, values);
    if (!tenon__emulate_find(n, target, where, all_rows(target), &rows))
        return false;
    for (size_t i = 0; i < rows.count; i++) {
        if (!follow_row(n, relation, rows.items + i * target->row_size, values))
            return false;
    }
    return true;
}

static bool act_on_update(tenon__nest *n, const tenon_model *model, const tenon_relation *relation,
                          const void *where, const void *const *values)
{
    switch (relation->on_update) {
    case TENON_ACTION_CASCADE:
        return follow(n, relation, where, values);
    case TENON_ACTION_SET_NULL:
        return follow(n, relation, where, NULL);
    case TENON_ACTION_RESTRICT:
    case TENON_ACTION_NO_ACTION:
    case TENON_ACTION_SET_DEFAULT:
        return refuse_if_any(n, model, relation, where);
    case TENON_ACTION_NONE:
        break;
    }
    return true;
}

static bool has_changed(const tenon_model *model, const tenon_relation *relation,
                        const char *former, const char *now)
{
    for (uint16_t i = 0; i < relation->field_count; i++) {
        if (!tenon__row_is_equal(&model->fields[relation->fields[i]], former, now))
            return true;
    }
    return false;
}

static bool turn(tenon__nest *n, const tenon_model *model, const tenon_relation *relation,
                 const char *former, const char *now)
{
    uint16_t count = relation->field_count;
    const void *const *old = tenon__nest_key_of(n, model, former, relation->fields, count);
    const void *const *values = tenon__nest_key_of(n, model, now, relation->fields, count);
    if (!old || !values)
        return false;
    if (!tenon__nest_has_key(old, count))
        return true;
    if (relation->link)
        return relink_row(n, model, relation, old[0], values[0]);
    void *where = tenon__nest_where(n, relation->target);
    if (!where)
        return false;
    tenon__nest_equal(relation->target, where, relation->target_fields, count, old);
    return act_on_update(n, model, relation, where, values);
}

bool tenon__emulate_update(tenon__nest *n, const tenon_model *model, const char *former,
                           const char *now)
{
    bool is_done = enter(n, model);
    for (uint32_t i = 0; is_done && i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        if (is_referred_by(relation) && has_changed(model, relation, former, now))
            is_done = turn(n, model, relation, former, now);
    }
    n->depth--;
    return is_done;
}
