/* The row at the end of a to-one relation that holds the key itself.
 *
 * There can be one: what comes makes what is there let go, which it cannot when it must have its
 * key. */
#include "model/nested.h"

static const tenon_model *target_of(const tenon__nest_place *place)
{
    return place->relation->target;
}

static tenon_write_items one(const void *item)
{
    return (tenon_write_items){.items = item, .count = 1};
}

/* Whether a row is connected that is not `row`. */
static bool has_other(tenon__nest *n, const tenon__nest_place *place, const void *row)
{
    void *reach = tenon__nest_reach(n, place);
    tenon_list found = reach ? tenon__nest_find_many(n, target_of(place), reach) : (tenon_list){0};
    const tenon_unique *identity = tenon__nest_identity(target_of(place));
    if (found.count == 0 || !row || !identity)
        return found.count > 0;
    for (uint16_t i = 0; i < identity->field_count; i++) {
        const tenon_field *field = &target_of(place)->fields[identity->fields[i]];
        if (!tenon__row_is_equal(field, found.items, row))
            return true;
    }
    return false;
}

/* Makes what is connected let go, if it is not `row`. */
static bool make_room(tenon__nest *n, const tenon__nest_place *place, const void *row)
{
    const void *rows[1] = {row};
    if (place->is_new)
        return true;
    if (tenon__nest_can_detach(place))
        return tenon__nest_detach_others(n, place,
                                         (tenon__nest_rows){.items = rows, .count = row ? 1 : 0});
    if (has_other(n, place, row))
        tenon__nest_fail(n, place, TENON_FOREIGN_KEY,
                         "the %s that is there must have its %s, so it cannot be replaced",
                         target_of(place)->name, place->model->name);
    return !tenon__nest_is_failed(n);
}

static bool create(tenon__nest *n, const tenon__nest_place *place, const void *set)
{
    return make_room(n, place, NULL) && tenon__nest_create_all(n, place, one(set), false);
}

static bool connect(tenon__nest *n, const tenon__nest_place *place, const void *row)
{
    const void *rows[1] = {row};
    return row && make_room(n, place, row) &&
           tenon__nest_attach(n, place, (tenon__nest_rows){.items = rows, .count = 1});
}

static bool create_choice(tenon__nest *n, void *context)
{
    const tenon__nest_choice *c = context;
    return create(n, c->place, c->item + target_of(c->place)->nested_set);
}

static bool connect_choice(tenon__nest *n, void *context)
{
    const tenon__nest_choice *c = context;
    return connect(n, c->place, tenon__nest_find(n, c->place, c->item, "connect"));
}

static bool connect_or_create(tenon__nest *n, const tenon__nest_place *place, const char *item)
{
    tenon__nest_choice c = {.place = place, .item = item};
    return connect_choice(n, &c) || (!tenon__nest_is_failed(n) &&
                                     tenon__nest_create_anew(n, create_choice, connect_choice, &c));
}

static void *reach_if(tenon__nest *n, const tenon__nest_place *place, const void *condition)
{
    void *where = tenon__nest_reach(n, place);
    if (where && condition)
        tenon__nest_all(where, condition, 1);
    return where;
}

static bool fail_none(tenon__nest *n, const tenon__nest_place *place, const char *verb)
{
    return tenon__nest_fail(n, place, TENON_FOREIGN_KEY, "there is no %s to %s",
                            target_of(place)->name, verb);
}

static bool delete_(tenon__nest *n, const tenon__nest_place *place, const void *condition)
{
    void *where = reach_if(n, place, condition);
    return where && (tenon__nest_delete_many(n, target_of(place), where) > 0 ||
                     fail_none(n, place, "delete"));
}

static bool update(tenon__nest *n, const tenon__nest_place *place, const void *set,
                   const void *condition)
{
    void *where = reach_if(n, place, condition);
    void *row = where ? tenon__nest_find_first(n, target_of(place), where) : NULL;
    return row ? tenon__nest_update_row(n, target_of(place), row, set)
               : fail_none(n, place, "update");
}

static bool update_choice(tenon__nest *n, void *context)
{
    const tenon__nest_choice *c = context;
    const tenon_model *target = target_of(c->place);
    void *where = reach_if(n, c->place, c->item);
    void *row = where ? tenon__nest_find_first(n, target, where) : NULL;
    return row && tenon__nest_update_row(n, target, row, c->item + target->nested_update);
}

static bool upsert(tenon__nest *n, const tenon__nest_place *place, const char *item)
{
    tenon__nest_choice c = {.place = place, .item = item};
    return update_choice(n, &c) || (!tenon__nest_is_failed(n) &&
                                    tenon__nest_create_anew(n, create_choice, update_choice, &c));
}

bool tenon__nest_child(tenon__nest *n, const tenon__nest_place *place, const tenon_write *write)
{
    if (!tenon__nest_check(n, place, write))
        return false;
    if (write->create)
        return create(n, place, write->create);
    if (write->connect)
        return connect(n, place, tenon__nest_need(n, place, write->connect, "connect"));
    if (write->connect_or_create)
        return connect_or_create(n, place, write->connect_or_create);
    if (write->update)
        return update(n, place, write->update, write->only_if);
    if (write->upsert)
        return upsert(n, place, write->upsert);
    if (write->delete_)
        return delete_(n, place, write->only_if);
    return !write->disconnect || tenon__nest_detach(n, place, reach_if(n, place, write->only_if));
}
