/* The rows at the end of a list, with the key there or with a link.
 *
 * New rows without relations of their own are one create_many. Those that have some are a
 * statement each, because each of their keys is needed, and these are sent together; the order of
 * the list is kept. */
#include "model/nested.h"
#include "model/pile.h"

static const tenon_model *target_of(const tenon__nest_place *place)
{
    return place->relation->target;
}

/* ---- new rows -------------------------------------------------------------------------------- */

/* The sets of one create, made plain. */
typedef struct batch {
    tenon_write_items sets;
    char *plain; /* as many of set_size */
    bool skip_duplicates;
} batch;

static bool refuse_inverse(tenon__nest *n, const tenon__nest_place *place, const void *set)
{
    const tenon_relation *relation = place->relation;
    const tenon_model *target = target_of(place);
    if (relation->link || relation->inverse == TENON_NO_INVERSE ||
        !tenon__nested_at(&target->relations[relation->inverse], set))
        return true;
    return tenon__nest_fail(n, place, TENON_MISUSE, "%s.%s is this relation: leave it out",
                            target->name, target->relations[relation->inverse].name);
}

static bool prepare(tenon__nest *n, const tenon__nest_place *place, const void *set, void *plain)
{
    const tenon_model *target = target_of(place);
    if (!refuse_inverse(n, place, set) || !tenon__nest_strip(n, target, set, plain))
        return false;
    if (!place->relation->link && !tenon__nest_give_key(n, place, target, set, plain,
                                                        place->relation->target_fields, place->key))
        return false;
    return tenon__nest_parents(n, target, set, plain, NULL, true);
}

static bool prepare_all(tenon__nest *n, const tenon__nest_place *place, batch *b)
{
    size_t size = target_of(place)->set_size;
    b->plain = tenon__nest_alloc(n, b->sets.count * size);
    for (size_t i = 0; b->plain && i < b->sets.count; i++) {
        if (!prepare(n, place, tenon__nest_item(b->sets, i, size), b->plain + i * size))
            return false;
    }
    return b->plain != NULL;
}

static bool has_children(const tenon__nest_place *place, const batch *b, size_t i)
{
    const tenon_model *target = target_of(place);
    return tenon__nest_has_children(target, tenon__nest_item(b->sets, i, target->set_size));
}

static tenon_create_many_head call_of(tenon__nest *n, const tenon__nest_place *place,
                                      const batch *b, size_t first, size_t count)
{
    return (tenon_create_many_head){.session = n->session,
                                    .items = b->plain + first * target_of(place)->set_size,
                                    .count = count,
                                    .skip_duplicates = b->skip_duplicates};
}

/* The rows of the pile; what they are put into is the owner of each. */
static bool run_pile(tenon__pile *pile)
{
    bool is_done = tenon__pile_run(pile);
    for (size_t i = 0; i < pile->count && is_done; i++)
        *(const void **)pile->items[i]->owner = pile->items[i]->rows.items;
    tenon__pile_clear(pile);
    return is_done;
}

static bool pile_row(tenon__nest *n, const tenon__nest_place *place, const batch *b, size_t i,
                     tenon__pile *pile, const void **row)
{
    char *set = b->plain + i * target_of(place)->set_size;
    memcpy(set, &n->session, sizeof n->session);
    if (pile->count == TENON__MOST_PILED && !run_pile(pile))
        return false;
    tenon__piled *piled = tenon__pile_add(pile, true, row);
    return piled && tenon__walk_create_row(&piled->walk, target_of(place), set);
}

/* The rows first, together, then what hangs on each. */
static bool store_all(tenon__nest *n, const tenon__nest_place *place, const batch *b, size_t first,
                      size_t count, const void **rows)
{
    const tenon_model *target = target_of(place);
    tenon__pile pile = {.session = n->session};
    bool is_good = true;
    for (size_t i = 0; i < count && is_good; i++)
        is_good = pile_row(n, place, b, first + i, &pile, &rows[i]);
    is_good = is_good && run_pile(&pile);
    tenon__pile_release(&pile);
    for (size_t i = 0; i < count && is_good; i++)
        is_good = tenon__nest_children(
            n, target, tenon__nest_item(b->sets, first + i, target->set_size), rows[i], true);
    return is_good;
}

/* Runs of rows that nothing hangs on are one statement each. */
static bool create_children(tenon__nest *n, const tenon__nest_place *place, const batch *b)
{
    const void **rows = tenon__nest_alloc(n, b->sets.count * sizeof *rows);
    for (size_t i = 0, end; rows && i < b->sets.count; i = end) {
        bool is_parent = has_children(place, b, i);
        end = i + 1;
        while (end < b->sets.count && has_children(place, b, end) == is_parent)
            end++;
        if (is_parent) {
            if (!store_all(n, place, b, i, end - i, rows))
                return false;
            continue;
        }
        tenon_create_many_head call = call_of(n, place, b, i, end - i);
        tenon_create_many(target_of(place), &call);
        if (tenon__nest_is_failed(n))
            return false;
    }
    return rows != NULL;
}

static bool has_any_children(const tenon__nest_place *place, const batch *b)
{
    for (size_t i = 0; i < b->sets.count; i++) {
        if (has_children(place, b, i))
            return true;
    }
    return false;
}

static bool create_linked(tenon__nest *n, const tenon__nest_place *place, const batch *b)
{
    const tenon_model *target = target_of(place);
    tenon_create_many_head call = call_of(n, place, b, 0, b->sets.count);
    bool is_one_by_one = has_any_children(place, b);
    tenon_list made = {0};
    if (!is_one_by_one)
        made = tenon_create_many_returning(target, &call);
    size_t count = is_one_by_one ? b->sets.count : made.count;
    tenon__nest_rows rows = {.items = tenon__nest_alloc(n, (count + 1) * sizeof *rows.items),
                             .count = count};
    if (rows.items && is_one_by_one && !store_all(n, place, b, 0, count, rows.items))
        return false;
    for (size_t i = 0; rows.items && i < count && !is_one_by_one; i++)
        rows.items[i] = (const char *)made.items + i * target->row_size;
    return rows.items && tenon__nest_attach(n, place, rows);
}

bool tenon__nest_create_all(tenon__nest *n, const tenon__nest_place *place, tenon_write_items sets,
                            bool skip_duplicates)
{
    batch b = {.sets = sets, .skip_duplicates = skip_duplicates};
    if (sets.count == 0 || tenon__nest_is_failed(n))
        return !tenon__nest_is_failed(n);
    if (skip_duplicates && has_any_children(place, &b))
        return tenon__nest_fail(n, place, TENON_MISUSE,
                                "skip_duplicates does not go with rows that bring their own");
    if (++n->depth > TENON__NEST_DEPTH)
        return tenon__fail(n->err, TENON_LIMIT, "%s: relations are written more than %d deep",
                           target_of(place)->name, TENON__NEST_DEPTH);
    bool is_good =
        prepare_all(n, place, &b) &&
        (tenon__nest_is_link(place) ? create_linked(n, place, &b) : create_children(n, place, &b));
    n->depth--;
    return is_good;
}

/* ---- rows that are there --------------------------------------------------------------------- */

static bool connect(tenon__nest *n, const tenon__nest_place *place, tenon_write_items wheres)
{
    tenon__nest_rows rows;
    return wheres.count == 0 || (tenon__nest_resolve(n, place, wheres, "connect", &rows) &&
                                 tenon__nest_attach(n, place, rows));
}

static bool create_choice(tenon__nest *n, void *context)
{
    const tenon__nest_choice *c = context;
    tenon_write_items set = {.items = c->item + target_of(c->place)->nested_set, .count = 1};
    return tenon__nest_create_all(n, c->place, set, false);
}

static bool connect_choice(tenon__nest *n, void *context)
{
    const tenon__nest_choice *c = context;
    const void *row = tenon__nest_find(n, c->place, c->item, "connect");
    tenon__nest_rows rows = {.items = &row, .count = 1};
    return row && tenon__nest_attach(n, c->place, rows);
}

static bool update_choice(tenon__nest *n, void *context)
{
    const tenon__nest_choice *c = context;
    const tenon_model *target = target_of(c->place);
    const void *row = tenon__nest_find_connected(n, c->place, c->item, "upsert");
    return row && tenon__nest_update_row(n, target, row, c->item + target->nested_update);
}

/* Uses the row that an item names, or else creates it. */
static bool use_or_create(tenon__nest *n, const tenon__nest_place *place, tenon_write_items items,
                          size_t size, tenon__nest_step *use)
{
    for (size_t i = 0; i < items.count; i++) {
        tenon__nest_choice c = {.place = place, .item = tenon__nest_item(items, i, size)};
        if (!use(n, &c) &&
            (tenon__nest_is_failed(n) || !tenon__nest_create_anew(n, create_choice, use, &c)))
            return false;
    }
    return !tenon__nest_is_failed(n);
}

static bool connect_or_create(tenon__nest *n, const tenon__nest_place *place,
                              tenon_write_items items)
{
    return use_or_create(n, place, items, target_of(place)->nested_size, connect_choice);
}

static bool upsert(tenon__nest *n, const tenon__nest_place *place, tenon_write_items items)
{
    return use_or_create(n, place, items, target_of(place)->nested_upsert_size, update_choice);
}

/* `set` to these rows, or to none. */
static bool replace(tenon__nest *n, const tenon__nest_place *place, tenon_write_items wheres)
{
    tenon__nest_rows rows = {0};
    if (!tenon__nest_can_detach(place))
        return tenon__nest_fail(n, place, TENON_MISUSE,
                                "every %s must have its %s, so set cannot take it away",
                                target_of(place)->name, place->model->name);
    if (wheres.count && !tenon__nest_resolve(n, place, wheres, "connect", &rows))
        return false;
    return tenon__nest_detach_others(n, place, rows) && tenon__nest_attach(n, place, rows);
}

static bool disconnect(tenon__nest *n, const tenon__nest_place *place, tenon_write_items wheres)
{
    const tenon_model *target = target_of(place);
    tenon__nest_name name;
    for (size_t i = 0; i < wheres.count; i++) {
        const void *where = tenon__nest_item(wheres, i, target->where_size);
        if (!tenon__nest_name_row(n, place, where, "disconnect", &name))
            return false;
    }
    void *reach = wheres.count ? tenon__nest_reach(n, place) : NULL;
    if (reach)
        tenon__nest_any(reach, wheres.items, wheres.count);
    return wheres.count == 0 || tenon__nest_detach(n, place, reach);
}

static bool delete_named(tenon__nest *n, const tenon__nest_place *place, tenon_write_items wheres)
{
    const tenon_model *target = target_of(place);
    const tenon_unique *identity = tenon__nest_identity(target);
    for (size_t i = 0; i < wheres.count; i++) {
        const void *where = tenon__nest_item(wheres, i, target->where_size);
        const void *row = tenon__nest_find_connected(n, place, where, "delete");
        if (!row || !identity)
            return tenon__nest_fail_missing(n, place, where, "delete");
        const void *const *key =
            tenon__nest_key_of(n, target, row, identity->fields, identity->field_count);
        if (!key || !tenon_delete(n->session, target, (uint32_t)(identity - target->uniques), key))
            return tenon__nest_fail_missing(n, place, where, "delete");
    }
    return true;
}

static bool delete_many(tenon__nest *n, const tenon__nest_place *place, tenon_write_items wheres)
{
    void *reach = wheres.count ? tenon__nest_reach(n, place) : NULL;
    if (reach) {
        tenon__nest_any(reach, wheres.items, wheres.count);
        tenon__nest_delete_many(n, target_of(place), reach);
    }
    return !tenon__nest_is_failed(n);
}

static bool update_named(tenon__nest *n, const tenon__nest_place *place, tenon_write_items changes)
{
    const tenon_model *target = target_of(place);
    for (size_t i = 0; i < changes.count; i++) {
        const char *change = tenon__nest_item(changes, i, target->nested_size);
        const void *row = tenon__nest_find_connected(n, place, change, "update");
        if (!row)
            return tenon__nest_fail_missing(n, place, change, "update");
        if (!tenon__nest_update_row(n, target, row, change + target->nested_set))
            return false;
    }
    return true;
}

static bool update_many(tenon__nest *n, const tenon__nest_place *place, tenon_write_items changes)
{
    const tenon_model *target = target_of(place);
    for (size_t i = 0; i < changes.count && !tenon__nest_is_failed(n); i++) {
        const char *change = tenon__nest_item(changes, i, target->nested_size);
        void *reach = tenon__nest_reach(n, place);
        if (!reach)
            return false;
        tenon__nest_all(reach, change, 1);
        tenon__nest_update_many(n, target, reach, change + target->nested_set);
    }
    return !tenon__nest_is_failed(n);
}

/* ---- the list -------------------------------------------------------------------------------- */

static bool has_items(tenon_write_items list)
{
    return list.items || list.count;
}

static bool check(tenon__nest *n, const tenon__nest_place *place, const tenon_list_write *w)
{
    const tenon_write_items lists[] = {
        w->set,         w->disconnect, w->delete_, w->delete_many,       w->update,
        w->update_many, w->upsert,     w->connect, w->connect_or_create, w->create};
    enum { CHANGES = 7 };
    for (size_t i = 0; i < TENON__COUNT(lists); i++) {
        if (lists[i].count && !lists[i].items)
            return tenon__nest_fail(n, place, TENON_MISUSE, "a list has a count but no items");
        if (i < CHANGES && place->is_new && has_items(lists[i]))
            return tenon__nest_fail(n, place, TENON_MISUSE,
                                    "a new row can only create, connect or connect_or_create");
    }
    if (w->clear && (place->is_new || has_items(w->set)))
        return tenon__nest_fail(n, place, TENON_MISUSE,
                                "clear is set to nothing, of a row that is there");
    if (w->skip_duplicates && !has_items(w->create))
        return tenon__nest_fail(n, place, TENON_MISUSE, "skip_duplicates belongs to create");
    return true;
}

bool tenon__nest_list(tenon__nest *n, const tenon__nest_place *place, const tenon_list_write *w)
{
    return check(n, place, w) && ((!w->clear && !has_items(w->set)) || replace(n, place, w->set)) &&
           disconnect(n, place, w->disconnect) && delete_named(n, place, w->delete_) &&
           delete_many(n, place, w->delete_many) && update_named(n, place, w->update) &&
           update_many(n, place, w->update_many) && upsert(n, place, w->upsert) &&
           connect(n, place, w->connect) && connect_or_create(n, place, w->connect_or_create) &&
           tenon__nest_create_all(n, place, w->create, w->skip_duplicates);
}
