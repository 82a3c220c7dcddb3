/* What a unit of work tracks, and how it tells what has changed.
 *
 * Of each row there is a copy as it was read; texts are shared, because a program replaces them and
 * does not write into them. Rows are known by their model and key: the bytes of the key's values
 * are the key of a map; and by where they stand, for the pointers of relations. */
#include "model/unit_of_work.h"

#include <stdlib.h>

tenon_unit *tenon_unit_open(tenon_session *s)
{
    if (tenon__session_is_failed(s))
        return NULL;
    tenon_unit *unit = calloc(1, sizeof *unit);
    if (!unit) {
        tenon__fail_no_memory(tenon__session_error(s));
        return NULL;
    }
    unit->session = s;
    return unit;
}

void tenon_unit_close(tenon_unit *unit)
{
    if (!unit)
        return;
    tenon__map_release(&unit->by_key);
    tenon__map_release(&unit->by_row);
    tenon__arena_release(&unit->arena);
    free(unit->items);
    free(unit);
}

/* ---- keys ------------------------------------------------------------------------------------ */

static void add_key_value(tenon__buf *key, const tenon_field *field, const void *row)
{
    const char *value = tenon__row_value(field, row);
    tenon__buf_char(key, value ? 1 : 0);
    if (!value)
        return;
    tenon_clock_tz clock = {0};
    switch ((int)field->kind) {
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        tenon__buf_add(key, *(const char *const *)(const void *)value,
                       strlen(*(const char *const *)(const void *)value) + 1);
        return;
    case TENON_KIND_DECIMAL:
        tenon__buf_text(key, ((const tenon_decimal *)(const void *)value)->text);
        tenon__buf_char(key, '\0');
        return;
    case TENON_KIND_BYTES: {
        const tenon_bytes *bytes = (const void *)value;
        tenon__buf_add(key, &bytes->len, sizeof bytes->len);
        tenon__buf_add(key, bytes->data, bytes->len);
        return;
    }
    case TENON_KIND_CLOCK_TZ: /* which has padding */
        memcpy(&clock, value, sizeof clock);
        tenon__buf_add(key, &clock.us, sizeof clock.us);
        tenon__buf_add(key, &clock.offset_seconds, sizeof clock.offset_seconds);
        return;
    default:
        tenon__buf_add(key, value, tenon__element_size(field->kind));
    }
}

/* False when memory is exhausted. */
static bool write_key(tenon__buf *key, const tenon_model *model, const void *row)
{
    const tenon_unique *identity = tenon__nest_identity(model);
    tenon__buf_add(key, &model, sizeof model);
    for (uint16_t i = 0; i < identity->field_count; i++)
        add_key_value(key, &model->fields[identity->fields[i]], row);
    return !key->failed;
}

/* The place of an item, counted from 1, in the form of a pointer: items move when they grow. */
static size_t place_of(const tenon_unit *unit, const tenon__buf *key)
{
    return (size_t)(uintptr_t)tenon__map_get(&unit->by_key, key->data, key->length);
}

static bool remember_key(tenon_unit *unit, const tenon_model *model, const void *row, size_t place)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
    if (!write_key(&key, model, row))
        return false;
    const char *copy = tenon__arena_copy(&unit->arena, key.data, key.length);
    return copy && tenon__map_put(&unit->by_key, copy, key.length, (void *)(uintptr_t)place);
}

/* ---- relations ------------------------------------------------------------------------------- */

/* The row's own value of what a target's field is referred to by; NULL: nothing refers to it. */
static const tenon_field *referring_field(const tenon_model *model, const tenon_relation *relation,
                                          uint16_t target_field)
{
    for (uint16_t i = 0; i < relation->field_count; i++) {
        const tenon_field *field = &model->fields[relation->fields[i]];
        if (relation->target_fields[i] == target_field)
            return field->kind == relation->target->fields[target_field].kind ? field : NULL;
    }
    return NULL;
}

tenon__tracked *tenon__unit_referred(const tenon_unit *unit, const tenon__tracked *item,
                                     const tenon_relation *relation)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
    const tenon_unique *identity = tenon__nest_identity(relation->target);
    if (!relation->holds_key || !identity)
        return NULL;
    tenon__buf_add(&key, &relation->target, sizeof relation->target);
    for (uint16_t i = 0; i < identity->field_count; i++) {
        const tenon_field *field = referring_field(item->model, relation, identity->fields[i]);
        if (!field)
            return NULL;
        add_key_value(&key, field, item->former);
    }
    size_t place = key.failed ? 0 : place_of(unit, &key);
    return place ? &unit->items[place - 1] : NULL;
}

static bool has_key_of(const tenon__tracked *item, const tenon_relation *relation,
                       const void *target)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf own = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf other = {0};
    for (uint16_t i = 0; i < relation->field_count; i++) {
        add_key_value(&own, &item->model->fields[relation->fields[i]], item->row);
        add_key_value(&other, &relation->target->fields[relation->target_fields[i]], target);
    }
    bool is_known = !own.failed && !other.failed && own.data && other.data;
    return is_known && own.length == other.length && memcmp(own.data, other.data, own.length) == 0;
}

const void *tenon__unit_new_target(const tenon__tracked *item, const tenon_relation *relation)
{
    const void *now, *before;
    if (!relation->holds_key)
        return NULL;
    memcpy(&now, item->row + relation->row_offset, sizeof now);
    memcpy(&before, item->former + relation->row_offset, sizeof before);
    if (!now || now == before)
        return NULL;
    for (uint16_t i = 0; i < relation->field_count; i++)
        if (!tenon__row_is_equal(&item->model->fields[relation->fields[i]], item->former,
                                 item->row))
            return NULL;
    return has_key_of(item, relation, now) ? NULL : now;
}

/* ---- items ----------------------------------------------------------------------------------- */

tenon__tracked *tenon__unit_find(const tenon_unit *unit, const void *row)
{
    size_t place = (size_t)(uintptr_t)tenon__map_get(&unit->by_row, (const char *)&row, sizeof row);
    tenon__tracked *item = place ? &unit->items[place - 1] : NULL;
    return item && item->fate != TENON__FORGOTTEN ? item : NULL;
}

static bool fail_memory(tenon_unit *unit)
{
    return tenon__fail_no_memory(tenon__unit_error(unit));
}

static bool has_room(tenon_unit *unit)
{
    if (unit->count < unit->capacity)
        return true;
    size_t capacity = unit->capacity ? unit->capacity * 2 : 16;
    tenon__tracked *items = realloc(unit->items, capacity * sizeof *items);
    if (!items)
        return false;
    unit->items = items;
    unit->capacity = capacity;
    return true;
}

static tenon__tracked *add_item(tenon_unit *unit, const tenon_model *model, void *row,
                                tenon__fate fate)
{
    const char *key = tenon__arena_copy(&unit->arena, (const char *)&row, sizeof row);
    if (!key || !has_room(unit) ||
        !tenon__map_put(&unit->by_row, key, sizeof row, (void *)(uintptr_t)(unit->count + 1))) {
        fail_memory(unit);
        return NULL;
    }
    unit->items[unit->count] = (tenon__tracked){.model = model, .row = row, .fate = fate};
    return &unit->items[unit->count++];
}

bool tenon__unit_prepare(tenon_unit *unit, tenon__tracked *item, const void *row)
{
    if (!item->room)
        item->room = tenon__arena_alloc(&unit->arena, item->model->row_size);
    return (item->room && remember_key(unit, item->model, row, (size_t)(item - unit->items) + 1)) ||
           fail_memory(unit);
}

void tenon__unit_note_former(tenon__tracked *item)
{
    item->former = item->room;
    memcpy(item->former, item->row, item->model->row_size);
    item->fate = TENON__KEPT;
}

static bool check_model(tenon_unit *unit, const tenon_model *model)
{
    if (tenon__session_is_failed(unit->session) ||
        !tenon__check_model(model, tenon__unit_error(unit)))
        return false;
    return tenon__nest_identity(model) && !model->is_view
               ? true
               : tenon__fail(tenon__unit_error(unit), TENON_MISUSE,
                             "%s has no key to track its rows by", model->name);
}

static bool is_whole(const tenon_model *model, const void *row)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        if (!tenon__row_is_loaded(model, row, i))
            return false;
    }
    return true;
}

void *tenon_unit_track(tenon_unit *unit, const tenon_model *model, void *row)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
    if (!unit || !row || !check_model(unit, model))
        return NULL;
    if (!is_whole(model, row)) {
        tenon__fail(tenon__unit_error(unit), TENON_MISUSE,
                    "%s: a row with columns that were not selected cannot be tracked", model->name);
        return NULL;
    }
    if (!write_key(&key, model, row)) {
        fail_memory(unit);
        return NULL;
    }
    size_t place = place_of(unit, &key);
    if (place && unit->items[place - 1].former && unit->items[place - 1].fate != TENON__FORGOTTEN)
        return unit->items[place - 1].row;
    tenon__tracked *item = add_item(unit, model, row, TENON__FORGOTTEN);
    if (!item || !tenon__unit_prepare(unit, item, row))
        return NULL;
    tenon__unit_note_former(item);
    return row;
}

bool tenon_unit_add(tenon_unit *unit, const tenon_model *model, void *row)
{
    if (!unit || !check_model(unit, model))
        return false;
    if (!row || tenon__unit_find(unit, row))
        return tenon__fail(tenon__unit_error(unit), TENON_MISUSE,
                           "%s: the row is NULL, or in the unit already", model->name);
    return add_item(unit, model, row, TENON__NEW) != NULL;
}

bool tenon_unit_remove(tenon_unit *unit, const tenon_model *model, void *row)
{
    if (!unit || !check_model(unit, model))
        return false;
    tenon__tracked *item = tenon__unit_find(unit, row);
    if (!item)
        return tenon__fail(tenon__unit_error(unit), TENON_MISUSE, "%s: the row is not tracked",
                           model->name);
    item->fate = item->former ? TENON__REMOVED : TENON__FORGOTTEN;
    return true;
}

/* Differences as they are found. */
typedef struct found_differences {
    tenon_difference *out;
    size_t most, count;
} found_differences;

static void add_difference(found_differences *found, const tenon_field *field, const void *former,
                           const void *new_value)
{
    if (found->count < found->most)
        found->out[found->count] = (tenon_difference){
            .field = field, .old_value = tenon__row_value(field, former), .new_value = new_value};
    found->count++;
}

/* The columns of a relation whose pointer was set; a new row has no key yet. */
static void add_key_differences(const tenon_unit *unit, const tenon__tracked *item,
                                const tenon_relation *relation, found_differences *found)
{
    const void *target = tenon__unit_new_target(item, relation);
    const tenon__tracked *known = target ? tenon__unit_find(unit, target) : NULL;
    bool has_key = target && !(known && known->fate == TENON__NEW);
    for (uint16_t i = 0; target && i < relation->field_count; i++) {
        const tenon_field *own = &item->model->fields[relation->fields[i]];
        const tenon_field *other = &relation->target->fields[relation->target_fields[i]];
        add_difference(found, own, item->former, has_key ? tenon__row_value(other, target) : NULL);
    }
}

size_t tenon_changes(const tenon_unit *unit, const tenon_model *model, const void *row,
                     tenon_difference *out, size_t most)
{
    const tenon__tracked *item = unit ? tenon__unit_find(unit, row) : NULL;
    found_differences found = {.out = out, .most = most};
    if (!item || !item->former || item->model != model)
        return 0;
    for (uint32_t i = 0; i < model->field_count; i++) {
        const tenon_field *field = &model->fields[i];
        if (!tenon__row_is_equal(field, item->former, item->row))
            add_difference(&found, field, item->former, tenon__row_value(field, item->row));
    }
    for (uint32_t i = 0; i < model->relation_count; i++)
        add_key_differences(unit, item, &model->relations[i], &found);
    return found.count;
}
