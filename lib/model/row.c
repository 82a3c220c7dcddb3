/* See row.h. */
#include "model/row.h"

/* Where decimals, JSON and bytes have their pointer: behind the length. */
_Static_assert(offsetof(tenon_decimal, text) == offsetof(tenon_bytes, data) &&
                   offsetof(tenon_json, text) == offsetof(tenon_bytes, data),
               "one offset serves all three");

/* Kinds that say themselves that they are NULL: the pointer inside is. */
static bool is_null_inside(tenon_kind kind, const char *value)
{
    const void *pointer;
    bool is_first =
        kind == TENON_KIND_TEXT || kind == TENON_KIND_OTHER || kind == TENON_KIND_PACKED;
    size_t at = is_first ? 0 : offsetof(tenon_bytes, data);
    memcpy(&pointer, value + at, sizeof pointer);
    return !pointer;
}

const void *tenon__row_value(const tenon_field *field, const void *row)
{
    const char *at = (const char *)row + field->row_offset;
    if (!(field->flags & TENON_FIELD_NULLABLE) || field->flags & TENON_FIELD_LIST)
        return at;
    size_t offset = tenon__optional_offset(field->kind);
    if (offset == 0)
        return is_null_inside(field->kind, at) ? NULL : at;
    bool has;
    memcpy(&has, at, sizeof has);
    return has ? at + offset : NULL;
}

void tenon__close_up(tenon__rows *rows, size_t row_size, size_t stride)
{
    for (size_t i = 1; i < rows->count; i++)
        memmove(rows->items + i * row_size, rows->items + i * stride, row_size);
    tenon__shrink(rows, row_size);
}

/* Shrinking does not fail; should it, the longer block is as good. A row that was found alone is no
 * block that could shrink. */
void tenon__shrink(tenon__rows *rows, size_t row_size)
{
    if (!rows->count || rows->expected == 1)
        return;
    char *items = tenon__arena_resize(rows->arena, rows->items, rows->count * row_size);
    if (items)
        rows->items = items;
}

const void *tenon__row_wide(const tenon_field *field, const void *row, tenon__wide *room)
{
    const void *value = tenon__row_value(field, row);
    bool is_array = field->flags & TENON_FIELD_LIST;
    return value && !is_array ? tenon__widen(field->kind, value, room) : value;
}

size_t tenon__row_field_size(const tenon_field *field)
{
    if (field->flags & TENON_FIELD_LIST)
        return sizeof(tenon__list);
    size_t size = tenon__element_size(field->kind);
    if (!(field->flags & TENON_FIELD_NULLABLE))
        return size;
    return tenon__optional_offset(field->kind) + size;
}
