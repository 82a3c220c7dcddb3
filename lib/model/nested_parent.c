/* The row at the end of a to-one relation whose key the written row holds.
 *
 * It is there before the row is written, and its key goes into the row's own columns. Only deleting
 * it must wait until the row has let go. */
#include "model/nested.h"

bool tenon__nest_needs_row(const tenon_write *write)
{
    return write->update || write->upsert || write->delete_ ||
           (write->disconnect && write->only_if);
}

bool tenon__nest_check(tenon__nest *n, const tenon__nest_place *place, const tenon_write *write)
{
    bool is_change = write->update || write->upsert || write->disconnect || write->delete_;
    int actions = (write->create != NULL) + (write->connect != NULL) +
                  (write->connect_or_create != NULL) + (write->update != NULL) +
                  (write->upsert != NULL) + write->disconnect + write->delete_;
    if (actions > 1)
        return tenon__nest_fail(n, place, TENON_MISUSE, "takes one action at a time");
    if (is_change && place->is_new)
        return tenon__nest_fail(n, place, TENON_MISUSE,
                                "a new row can only create, connect or connect_or_create");
    if (write->only_if && !write->update && !write->disconnect && !write->delete_)
        return tenon__nest_fail(n, place, TENON_MISUSE,
                                "only_if belongs to update, disconnect and delete_");
    return true;
}

/* Fields of the key that can be NULL; 0 when the relation is required. */
static uint16_t nullable_fields(const tenon__nest_place *place, uint16_t *fields)
{
    const tenon_relation *relation = place->relation;
    uint16_t count = 0;
    for (uint16_t i = 0; i < relation->field_count; i++) {
        if (place->model->fields[relation->fields[i]].flags & TENON_FIELD_NULLABLE)
            fields[count++] = relation->fields[i];
    }
    return relation->is_required ? 0 : count;
}

static bool give_row(tenon__nest *n, const tenon__nest_place *place, const void *set, void *given,
                     const void *row)
{
    const tenon_relation *relation = place->relation;
    if (!row)
        return false;
    const void *const *key = tenon__nest_key_of(n, relation->target, row, relation->target_fields,
                                                relation->field_count);
    return key && tenon__nest_give_key(n, place, place->model, set, given, relation->fields, key);
}

static bool give_null(tenon__nest *n, const tenon__nest_place *place, void *given)
{
    static const void *const nothing[TENON_MAX_KEY];
    uint16_t fields[TENON_MAX_KEY], count = nullable_fields(place, fields);
    if (count == 0)
        return tenon__nest_fail(n, place, TENON_MISUSE, "is required and cannot be disconnected");
    tenon__nest_give(place->model, given, fields, count, nothing);
    return true;
}

/* A where that holds for the present row; NULL when there is none, or when it fails. */
static void *reach(tenon__nest *n, const tenon__nest_place *place)
{
    const tenon_relation *relation = place->relation;
    if (!place->key || !tenon__nest_has_key(place->key, relation->field_count))
        return NULL;
    void *where = tenon__nest_where(n, relation->target);
    if (where)
        tenon__nest_equal(relation->target, where, relation->target_fields, relation->field_count,
                          place->key);
    return where;
}

/* The present row, if the condition (NULL: none) holds. */
static void *present(tenon__nest *n, const tenon__nest_place *place, const void *condition)
{
    void *where = reach(n, place);
    if (!where)
        return NULL;
    if (condition)
        tenon__nest_all(where, condition, 1);
    return tenon__nest_find_first(n, place->relation->target, where);
}

static void *need_present(tenon__nest *n, const tenon__nest_place *place, const void *condition,
                          const char *verb)
{
    void *row = present(n, place, condition);
    if (!row && !tenon__nest_is_failed(n))
        tenon__nest_fail(n, place, TENON_FOREIGN_KEY, "there is no %s to %s",
                         place->relation->target->name, verb);
    return row;
}

static bool find_choice(tenon__nest *n, void *context)
{
    tenon__nest_choice *c = context;
    c->row = tenon__nest_find(n, c->place, c->item, "connect");
    return c->row != NULL;
}

static bool create_choice(tenon__nest *n, void *context)
{
    tenon__nest_choice *c = context;
    const tenon_model *target = c->place->relation->target;
    c->row = tenon__nest_create(n, target, c->item + target->nested_set);
    return c->row != NULL;
}

static void *find_or_create(tenon__nest *n, const tenon__nest_place *place, const char *item)
{
    tenon__nest_choice c = {.place = place, .item = item};
    bool is_there =
        find_choice(n, &c) || tenon__nest_create_anew(n, create_choice, find_choice, &c);
    return is_there ? c.row : NULL;
}

static bool upsert(tenon__nest *n, const tenon__nest_place *place, const char *item,
                   const void *set, void *given)
{
    const tenon_model *target = place->relation->target;
    void *row = present(n, place, item);
    if (row)
        return tenon__nest_update_row(n, target, row, item + target->nested_update);
    return give_row(n, place, set, given, tenon__nest_create(n, target, item + target->nested_set));
}

bool tenon__nest_parent(tenon__nest *n, const tenon__nest_place *place, const tenon_write *write,
                        const void *set, void *given)
{
    const tenon_model *target = place->relation->target;
    if (!tenon__nest_check(n, place, write))
        return false;
    if (write->create)
        return give_row(n, place, set, given, tenon__nest_create(n, target, write->create));
    if (write->connect)
        return give_row(n, place, set, given,
                        tenon__nest_need(n, place, write->connect, "connect"));
    if (write->connect_or_create)
        return give_row(n, place, set, given, find_or_create(n, place, write->connect_or_create));
    if (write->upsert)
        return upsert(n, place, write->upsert, set, given);
    if (write->update) {
        void *row = need_present(n, place, write->only_if, "update");
        return row && tenon__nest_update_row(n, target, row, write->update);
    }
    if (write->delete_)
        return need_present(n, place, write->only_if, "delete") && give_null(n, place, given);
    if (write->disconnect && (!write->only_if || present(n, place, write->only_if)))
        return give_null(n, place, given);
    return !tenon__nest_is_failed(n);
}

bool tenon__nest_delete_parent(tenon__nest *n, const tenon__nest_place *place)
{
    void *where = reach(n, place);
    if (where)
        tenon__nest_delete_many(n, place->relation->target, where);
    return where && !tenon__nest_is_failed(n);
}
