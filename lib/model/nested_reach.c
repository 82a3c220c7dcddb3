/* Which rows are at the end of a relation, and how they get there and away again.
 *
 * Where the rows there hold the key, it is compared, set, or set to NULL; many rows take one
 * statement. With a link, pairs are inserted and deleted, many in one statement as well; what is
 * connected is then known by the keys that the link has. */
#include "model/nested.h"

/* ---- lists of keys --------------------------------------------------------------------------- */

/* Room for values of a field beside each other, as IN wants them. */
static char *make_list(tenon__nest *n, const tenon_field *field, size_t count, tenon__list *list)
{
    char *items = tenon__nest_alloc(n, (count ? count : 1) * tenon__wide_size(field->kind));
    *list = (tenon__list){.items = items, .count = count};
    return items;
}

static bool list_rows(tenon__nest *n, const tenon_model *model, uint16_t index,
                      tenon__nest_rows rows, tenon__list *list)
{
    const tenon_field *field = &model->fields[index];
    size_t size = tenon__wide_size(field->kind);
    char *items = make_list(n, field, rows.count, list);
    for (size_t i = 0; items && i < rows.count; i++) {
        tenon__wide room;
        memcpy(items + i * size, tenon__row_wide(field, rows.items[i], &room), size);
    }
    return items != NULL;
}

static bool point_at(tenon__nest *n, const tenon_model *model, tenon_list list,
                     tenon__nest_rows *out)
{
    out->items = tenon__nest_alloc(n, (list.count + 1) * sizeof *out->items);
    out->count = list.count;
    for (size_t i = 0; out->items && i < list.count; i++)
        out->items[i] = (const char *)list.items + i * model->row_size;
    return out->items != NULL;
}

/* ---- links ----------------------------------------------------------------------------------- */

static bool begin_link(tenon__nest *n, const tenon__nest_place *place, tenon__operation operation,
                       tenon__walk *walk)
{
    if (!tenon__walk_begin(walk, n->session, place->model, operation))
        return false;
    tenon__shape_head_of(&walk->shape)->number =
        (uint32_t)(place->relation - place->model->relations);
    return true;
}

/* `which`: IN or NOT_IN the keys, or 0 for all. */
static bool run_link(tenon__nest *n, const tenon__nest_place *place, tenon__operation operation,
                     int which, const tenon__list *keys, tenon__rows *rows)
{
    tenon__walk walk;
    if (!begin_link(n, place, operation, &walk))
        return false;
    tenon__shape_word(&walk.shape, (uint8_t)which);
    tenon__walk_value(&walk, place->key[0]);
    if (keys)
        tenon__walk_value(&walk, keys);
    if (rows)
        rows->arena = tenon__session_arena(n->session);
    return tenon__walk_run(&walk, rows, NULL);
}

static bool is_linked(tenon__nest *n, const tenon__nest_place *place, const void *row)
{
    tenon__list key;
    tenon__rows rows = {0};
    tenon__nest_rows one = {.items = &row, .count = 1};
    return list_rows(n, place->relation->target, place->relation->target_fields[0], one, &key) &&
           run_link(n, place, TENON__LINKED, TENON_IN, &key, &rows) && rows.count > 0;
}

static bool list_linked(tenon__nest *n, const tenon__nest_place *place, tenon__list *keys)
{
    const tenon_relation *relation = place->relation;
    tenon__rows rows = {0};
    tenon__nest_rows found;
    return run_link(n, place, TENON__LINKED, 0, NULL, &rows) &&
           point_at(n, relation->target, (tenon_list){.items = rows.items, .count = rows.count},
                    &found) &&
           list_rows(n, relation->target, relation->target_fields[0], found, keys);
}

/* ---- connected rows -------------------------------------------------------------------------- */

void *tenon__nest_reach(tenon__nest *n, const tenon__nest_place *place)
{
    const tenon_relation *relation = place->relation;
    void *where = tenon__nest_where(n, relation->target);
    tenon__list keys;
    if (!where)
        return NULL;
    if (!tenon__nest_is_link(place)) {
        tenon__nest_equal(relation->target, where, relation->target_fields, relation->field_count,
                          place->key);
        return where;
    }
    if (!list_linked(n, place, &keys))
        return NULL;
    tenon__nest_in(relation->target, where, relation->target_fields[0], TENON_IN, keys);
    return where;
}

void *tenon__nest_find_connected(tenon__nest *n, const tenon__nest_place *place, const void *where,
                                 const char *verb)
{
    tenon__nest_name name;
    if (tenon__nest_is_link(place)) {
        void *row = tenon__nest_find(n, place, where, verb);
        return row && is_linked(n, place, row) ? row : NULL;
    }
    void *reach = tenon__nest_reach(n, place);
    if (!reach || !tenon__nest_name_row(n, place, where, verb, &name))
        return NULL;
    tenon__nest_all(reach, where, 1);
    return tenon__nest_find_first(n, place->relation->target, reach);
}

/* The field of a unique of one field that all wheres name, and nothing else; -1 without one. */
static int common_field(tenon__nest *n, const tenon__nest_place *place, tenon_write_items wheres,
                        const char *verb)
{
    const tenon_model *target = place->relation->target;
    uint32_t first = 0;
    for (size_t i = 0; i < wheres.count; i++) {
        tenon__nest_name name;
        const void *where = tenon__nest_item(wheres, i, target->where_size);
        if (!tenon__nest_name_row(n, place, where, verb, &name))
            return -1;
        first = i ? first : name.unique;
        if (name.has_more || name.unique != first || target->uniques[first].field_count > 1)
            return -1;
    }
    return target->uniques[first].fields[0];
}

static bool resolve_together(tenon__nest *n, const tenon__nest_place *place,
                             tenon_write_items wheres, uint16_t index, tenon__nest_rows *out)
{
    const tenon_model *target = place->relation->target;
    const tenon_field *field = &target->fields[index];
    size_t size = tenon__wide_size(field->kind);
    tenon__list list;
    char *items = make_list(n, field, wheres.count, &list);
    void *where = items ? tenon__nest_where(n, target) : NULL;
    if (!where)
        return false;
    for (size_t i = 0; i < wheres.count; i++)
        memcpy(items + i * size,
               (const char *)tenon__nest_item(wheres, i, target->where_size) + field->where_offset +
                   TENON__FILTER_AS,
               size);
    tenon__nest_in(target, where, index, TENON_IN, list);
    return point_at(n, target, tenon__nest_find_many(n, target, where), out);
}

bool tenon__nest_resolve(tenon__nest *n, const tenon__nest_place *place, tenon_write_items wheres,
                         const char *verb, tenon__nest_rows *out)
{
    int field = wheres.count > 1 ? common_field(n, place, wheres, verb) : -1;
    if (tenon__nest_is_failed(n))
        return false;
    if (field >= 0 && !resolve_together(n, place, wheres, (uint16_t)field, out))
        return false;
    if (field >= 0 && out->count == wheres.count)
        return !tenon__nest_is_failed(n);
    /* One by one: to say which is missing, if it is not just named twice. */
    out->items = tenon__nest_alloc(n, (wheres.count + 1) * sizeof *out->items);
    out->count = out->items ? wheres.count : 0;
    for (size_t i = 0; i < out->count; i++) {
        const void *where = tenon__nest_item(wheres, i, place->relation->target->where_size);
        out->items[i] = tenon__nest_need(n, place, where, verb);
        if (!out->items[i])
            return false;
    }
    return out->items != NULL;
}

/* ---- connecting ------------------------------------------------------------------------------ */

/* The pairs as two columns of pointers to keys. */
static bool link_rows(tenon__nest *n, const tenon__nest_place *place, tenon__nest_rows rows)
{
    const tenon_relation *relation = place->relation;
    const tenon_field *field = &relation->target->fields[relation->target_fields[0]];
    const void **keys = tenon__nest_alloc(n, 2 * rows.count * sizeof *keys);
    tenon__wide *rooms = keys ? tenon__nest_alloc(n, rows.count * sizeof *rooms) : NULL;
    tenon__walk walk;
    if (!rooms || !begin_link(n, place, TENON__LINK, &walk))
        return false;
    for (size_t i = 0; i < rows.count; i++) {
        keys[i] = place->key[0];
        keys[rows.count + i] = tenon__row_wide(field, rows.items[i], &rooms[i]);
    }
    tenon__list columns[] = {{.items = keys, .count = rows.count},
                             {.items = keys + rows.count, .count = rows.count}};
    tenon__walk_value(&walk, &columns[0]);
    tenon__walk_value(&walk, &columns[1]);
    return tenon__walk_run(&walk, NULL, NULL);
}

/* A set that gives the target's rows the key, or takes it. */
static void *key_set(tenon__nest *n, const tenon__nest_place *place, bool is_null)
{
    static const void *const nothing[1];
    const tenon_relation *relation = place->relation;
    void *set = tenon__nest_alloc(n, relation->target->set_size);
    for (uint16_t i = 0; set && i < relation->field_count; i++) {
        uint16_t field = relation->target_fields[i];
        bool is_nullable = relation->target->fields[field].flags & TENON_FIELD_NULLABLE;
        if (!is_null || is_nullable)
            tenon__nest_give(relation->target, set, &field, 1, is_null ? nothing : &place->key[i]);
    }
    return set;
}

static bool attach_each(tenon__nest *n, const tenon_model *target, const tenon_unique *identity,
                        void *set, tenon__nest_rows rows)
{
    memcpy(set, &n->session, sizeof n->session);
    for (size_t i = 0; i < rows.count; i++) {
        const void *const *key =
            tenon__nest_key_of(n, target, rows.items[i], identity->fields, identity->field_count);
        if (!key || !tenon_update(target, (uint32_t)(identity - target->uniques), key, set))
            return tenon__fail(n->err, TENON_CONFLICT, "%s: the row was deleted meanwhile",
                               target->name);
    }
    return true;
}

/* All rows in one statement, by their keys. */
static bool attach_together(tenon__nest *n, const tenon_model *target, uint16_t field,
                            const void *set, tenon__nest_rows rows)
{
    tenon__list keys;
    void *where = tenon__nest_where(n, target);
    if (!where || !list_rows(n, target, field, rows, &keys))
        return false;
    tenon__nest_in(target, where, field, TENON_IN, keys);
    tenon__nest_update_many(n, target, where, set);
    return !tenon__nest_is_failed(n);
}

bool tenon__nest_attach(tenon__nest *n, const tenon__nest_place *place, tenon__nest_rows rows)
{
    const tenon_model *target = place->relation->target;
    if (rows.count == 0 || tenon__nest_is_failed(n))
        return !tenon__nest_is_failed(n);
    if (tenon__nest_is_link(place))
        return link_rows(n, place, rows);
    const tenon_unique *identity = tenon__nest_identity(target);
    void *set = key_set(n, place, false);
    if (!identity || !set)
        return tenon__nest_fail(n, place, TENON_MISUSE, "%s has no key to update its rows by",
                                target->name);
    if (rows.count > 1 && identity->field_count == 1)
        return attach_together(n, target, identity->fields[0], set, rows);
    return attach_each(n, target, identity, set, rows);
}

/* ---- disconnecting --------------------------------------------------------------------------- */

bool tenon__nest_can_detach(const tenon__nest_place *place)
{
    const tenon_relation *relation = place->relation;
    if (relation->link)
        return true;
    if (relation->inverse != TENON_NO_INVERSE &&
        relation->target->relations[relation->inverse].is_required)
        return false;
    for (uint16_t i = 0; i < relation->field_count; i++) {
        if (relation->target->fields[relation->target_fields[i]].flags & TENON_FIELD_NULLABLE)
            return true;
    }
    return false;
}

static bool unlink_rows(tenon__nest *n, const tenon__nest_place *place, tenon_operator which,
                        tenon__nest_rows rows)
{
    const tenon_relation *relation = place->relation;
    tenon__list keys;
    return list_rows(n, relation->target, relation->target_fields[0], rows, &keys) &&
           run_link(n, place, TENON__UNLINK, (int)which, &keys, NULL);
}

static bool take_key(tenon__nest *n, const tenon__nest_place *place, const void *where)
{
    const void *set = key_set(n, place, true);
    if (!tenon__nest_can_detach(place))
        return tenon__nest_fail(n, place, TENON_MISUSE,
                                "every %s must have its %s, so it cannot be disconnected",
                                place->relation->target->name, place->model->name);
    if (set)
        tenon__nest_update_many(n, place->relation->target, where, set);
    return set && !tenon__nest_is_failed(n);
}

bool tenon__nest_detach(tenon__nest *n, const tenon__nest_place *place, const void *where)
{
    const tenon_model *target = place->relation->target;
    tenon__nest_rows rows;
    if (!where)
        return false;
    if (!tenon__nest_is_link(place))
        return take_key(n, place, where);
    return point_at(n, target, tenon__nest_find_many(n, target, where), &rows) &&
           (rows.count == 0 || unlink_rows(n, place, TENON_IN, rows));
}

/* Wheres of which one holds for each of these rows and for no other. */
static tenon_where_list these(tenon__nest *n, const tenon_model *target, tenon__nest_rows rows)
{
    const tenon_unique *identity = tenon__nest_identity(target);
    size_t count = identity && identity->field_count > 1 ? rows.count : 1;
    char *wheres = identity ? tenon__nest_alloc(n, count * target->where_size) : NULL;
    tenon__list keys;
    if (!wheres)
        return (tenon_where_list){0};
    if (identity->field_count == 1) {
        if (!list_rows(n, target, identity->fields[0], rows, &keys))
            return (tenon_where_list){0};
        tenon__nest_in(target, wheres, identity->fields[0], TENON_IN, keys);
        return (tenon_where_list){.items = wheres, .count = 1};
    }
    for (size_t i = 0; i < count; i++) {
        const void *const *key =
            tenon__nest_key_of(n, target, rows.items[i], identity->fields, identity->field_count);
        if (!key)
            return (tenon_where_list){0};
        tenon__nest_equal(target, wheres + i * target->where_size, identity->fields,
                          identity->field_count, key);
    }
    return (tenon_where_list){.items = wheres, .count = count};
}

bool tenon__nest_detach_others(tenon__nest *n, const tenon__nest_place *place,
                               tenon__nest_rows rows)
{
    const tenon_model *target = place->relation->target;
    if (tenon__nest_is_link(place))
        return rows.count ? unlink_rows(n, place, TENON_NOT_IN, rows)
                          : run_link(n, place, TENON__UNLINK, 0, NULL, NULL);
    tenon_where_head *where = tenon__nest_reach(n, place);
    if (where && rows.count)
        where->none = these(n, target, rows);
    return where && (rows.count == 0 || where->none.items) && take_key(n, place, where);
}
