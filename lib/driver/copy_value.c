/* Copies of values that have to outlive the call they were given to.
 *
 * Wide values and elements are laid out alike wherever they point at something; only the sizes of
 * numbers differ. So one function copies both: the bytes, then what they point at. */
#include "driver/driver.h"

#include <assert.h>

/* A type's members `length` and pointer, in this order, are copied with a NUL behind. */
static bool copy_sized(tenon__arena *arena, size_t *length, const void **data)
{
    if (!*data)
        return true;
    *data = tenon__arena_copy(arena, *data, *length);
    return *data != NULL;
}

_Static_assert(offsetof(tenon_decimal, text) == offsetof(tenon_bytes, data) &&
                   offsetof(tenon_json, text) == offsetof(tenon_bytes, data),
               "texts with a length are laid out alike");

static bool copy_vector(tenon__arena *arena, tenon_vector *vector)
{
    size_t size = vector->count * sizeof *vector->items;
    if (!vector->items)
        return true;
    tenon__arena_align(arena);
    void *items = tenon__arena_alloc(arena, size);
    if (items)
        memcpy(items, vector->items, size);
    vector->items = items;
    return items != NULL;
}

/* What the value at `at`, which is a copy already, points at. */
static bool copy_pointed(tenon__arena *arena, tenon_kind kind, void *at)
{
    switch (kind) {
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER: {
        const char **text = at;
        *text = *text ? tenon__arena_text(arena, *text) : NULL;
        return *text != NULL;
    }
    case TENON_KIND_DECIMAL:
    case TENON_KIND_JSON:
    case TENON_KIND_BYTES: {
        tenon_bytes *bytes = at;
        return copy_sized(arena, &bytes->len, &bytes->data);
    }
    case TENON_KIND_VECTOR:
        return copy_vector(arena, at);
    default:
        return true;
    }
}

static void *copy_items(tenon__arena *arena, tenon_kind kind, size_t size, const void *items,
                        size_t count)
{
    char *copy = tenon__arena_array(arena, count, size);
    if (!copy || count == 0)
        return copy;
    memcpy(copy, items, count * size);
    for (size_t i = 0; i < count; i++) {
        if (!copy_pointed(arena, kind, copy + i * size))
            return NULL;
    }
    return copy;
}

static const void *copy_list(tenon__arena *arena, tenon_kind kind, size_t size,
                             const tenon__list *list)
{
    tenon__list *copy = tenon__arena_zalloc(arena, sizeof *copy);
    if (!copy)
        return NULL;
    copy->count = list->count;
    copy->items = copy_items(arena, kind, size, list->items, list->count);
    return copy->items ? copy : NULL;
}

static const void *copy_packed(tenon__arena *arena, tenon_kind element, const void *array)
{
    return copy_list(arena, element, tenon__element_size(element), array);
}

const void *tenon__copy_value(tenon__arena *arena, const tenon__slot *slot, const void *value)
{
    if (slot->as_text)
        return copy_items(arena, TENON_KIND_TEXT, sizeof(const char *), value, 1);
    if (!slot->field)
        return copy_items(arena, TENON_KIND_INT64, sizeof(int64_t), value, 1);
    tenon_kind kind = slot->field->kind;
    if (kind == TENON_KIND_PACKED)
        return copy_packed(arena, slot->field->packing->element, value);
    size_t wide = tenon__wide_size(kind), narrow = tenon__element_size(kind);
    switch (slot->form) {
    case TENON__FORM_WIDE:
        return copy_items(arena, kind, wide, value, 1);
    case TENON__FORM_ELEMENT:
        return copy_items(arena, kind, narrow, value, 1);
    case TENON__FORM_WIDE_LIST:
        return copy_list(arena, kind, wide, value);
    case TENON__FORM_ARRAY:
    case TENON__FORM_NARROW_LIST:
        return copy_list(arena, kind, narrow, value);
    case TENON__FORM_COLUMN:
        break;
    }
    assert(false); /* columns of values are written, not looked for */
    return NULL;
}
