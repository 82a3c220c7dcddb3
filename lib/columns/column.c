/* One column: from the row form of a field to the end of an array.
 *
 * Room is made for all columns of a table at once, so that adding a value of a fixed width is a
 * store; a driver makes it by itself, in the column's track, and what comes here is what it leaves.
 * New memory of the bitmap is all ones, and there is none before the first NULL: a value that is
 * there costs it nothing. Texts and the elements of lists have a block of their own, which grows by
 * itself. */
#include "columns/columns.h"

#include <stdlib.h>

/* ---- what a field becomes -------------------------------------------------------------------- */

typedef struct shape {
    tenon_column_form form;
    uint8_t width; /* 0: bits, or none of a fixed width */
} shape;

static const shape shapes[] = {
    [TENON_KIND_BOOL] = {TENON_COLUMN_BOOL, 0},
    [TENON_KIND_INT16] = {TENON_COLUMN_INT16, sizeof(int16_t)},
    [TENON_KIND_INT32] = {TENON_COLUMN_INT32, sizeof(int32_t)},
    [TENON_KIND_INT64] = {TENON_COLUMN_INT64, sizeof(int64_t)},
    [TENON_KIND_FLOAT] = {TENON_COLUMN_FLOAT, sizeof(float)},
    [TENON_KIND_DOUBLE] = {TENON_COLUMN_DOUBLE, sizeof(double)},
    [TENON_KIND_DECIMAL] = {TENON_COLUMN_TEXT, 0},
    [TENON_KIND_TEXT] = {TENON_COLUMN_TEXT, 0},
    [TENON_KIND_JSON] = {TENON_COLUMN_TEXT, 0},
    [TENON_KIND_BYTES] = {TENON_COLUMN_BYTES, 0},
    [TENON_KIND_UUID] = {TENON_COLUMN_UUID, 16},
    [TENON_KIND_TIME] = {TENON_COLUMN_TIME, sizeof(tenon_time)},
    [TENON_KIND_DATE] = {TENON_COLUMN_DATE, sizeof(tenon_date)},
    [TENON_KIND_CLOCK] = {TENON_COLUMN_CLOCK, sizeof(tenon_clock)},
    [TENON_KIND_CLOCK_TZ] = {TENON_COLUMN_CLOCK_TZ, sizeof(tenon_clock_tz)},
    [TENON_KIND_INTERVAL] = {TENON_COLUMN_INTERVAL, sizeof(tenon_interval)},
    [TENON_KIND_VECTOR] = {TENON_COLUMN_LIST, 0},
    [TENON_KIND_PACKED] = {TENON_COLUMN_LIST, 0},
    [TENON_KIND_ENUM] = {TENON_COLUMN_ENUM, sizeof(int16_t)},
    [TENON_KIND_OTHER] = {TENON_COLUMN_TEXT, 0},
};

static bool has_offsets(const tenon__growing *column)
{
    tenon_column_form form = column->shown.form;
    return form == TENON_COLUMN_TEXT || form == TENON_COLUMN_BYTES || form == TENON_COLUMN_LIST;
}

static bool is_whole_in_128_bits(const tenon_field *field)
{
    return field->kind == TENON_KIND_DECIMAL && field->precision > 0 &&
           field->precision <= TENON__INT128_DIGITS && field->scale >= 0 &&
           field->scale <= field->precision;
}

/* Of a value, or of an element. */
static void init_values(tenon__growing *column, const tenon_field *field, tenon_kind kind)
{
    column->kind = kind;
    column->width = shapes[kind].width;
    column->shown = (tenon_column){.name = field->name, .field = field, .form = shapes[kind].form};
    if (kind == TENON_KIND_ENUM)
        column->shown.enumeration = field->enumeration;
    if (kind != TENON_KIND_DECIMAL || !is_whole_in_128_bits(field))
        return;
    column->shown.form = TENON_COLUMN_DECIMAL;
    column->shown.precision = field->precision;
    column->shown.scale = field->scale;
    column->width = sizeof(tenon_int128);
}

static tenon_kind kind_of_elements(const tenon_field *field)
{
    if (field->kind == TENON_KIND_VECTOR)
        return TENON_KIND_FLOAT;
    return field->kind == TENON_KIND_PACKED ? field->packing->element : field->kind;
}

static bool init_list(tenon__growing *column, const tenon_field *field, tenon_error *err)
{
    column->shown = (tenon_column){.name = field->name, .field = field, .form = TENON_COLUMN_LIST};
    column->items = calloc(1, sizeof *column->items);
    if (!column->items)
        return tenon__fail_no_memory(err);
    init_values(column->items, field, kind_of_elements(field));
    column->items->model = column->model;
    column->shown.items = &column->items->shown;
    return true;
}

bool tenon__growing_init(tenon__growing *column, const tenon__out *out, const tenon_model *model,
                         tenon_error *err)
{
    const tenon_field *field = out->field;
    column->model = model;
    column->offset = out->offset;
    if (out->nested)
        return tenon__fail_field(err, TENON_UNSUPPORTED, model, field,
                                 "a value that consists of several is no column");
    if (field->kind == TENON_KIND_ENUM && field->enumeration->count > INT16_MAX)
        return tenon__fail_field(err, TENON_UNSUPPORTED, model, field,
                                 "an enum of so many values is no column");
    bool is_list = (field->flags & TENON_FIELD_LIST) != 0;
    column->is_nullable = !is_list && field->flags & TENON_FIELD_NULLABLE;
    if (is_list || shapes[field->kind].form == TENON_COLUMN_LIST)
        return init_list(column, field, err);
    init_values(column, field, field->kind);
    column->track->kind = field->kind;
    column->track->width = (uint8_t)column->width;
    uint32_t behind = (uint32_t)tenon__optional_offset(field->kind);
    column->is_optional = column->is_nullable && behind;
    column->has_offset = out->offset;
    column->offset += column->is_optional ? behind : 0;
    return true;
}

enum { FIRST_BYTES = 4096 }; /* of texts */

/* ---- memory ---------------------------------------------------------------------------------- */

static bool resize(tenon__block *block, size_t size, tenon__table *table, tenon_error *err)
{
    size_t before = block->size;
    return tenon__table_count(table, before, size, err) &&
           (tenon__block_resize(block, size) || tenon__fail_no_memory(err));
}

/* The blocks have moved. */
static void lead(tenon__growing *column)
{
    column->track->values = column->values.data;
    column->track->ends = (int32_t *)(void *)column->offsets.data;
    column->track->size = column->values.size;
    column->track->validity = (uint8_t *)column->validity.data;
}

static size_t bitmap_bytes(size_t count)
{
    return count / 8 + (count % 8 != 0);
}

static bool resize_bitmap(tenon__block *block, size_t count, int fill, tenon__table *table,
                          tenon_error *err)
{
    size_t before = block->size, after = bitmap_bytes(count);
    if (!resize(block, after, table, err))
        return false;
    if (after > before)
        memset(block->data + before, fill, after - before);
    return true;
}

static bool resize_values(tenon__growing *column, size_t count, tenon__table *table,
                          tenon_error *err)
{
    if (column->shown.form == TENON_COLUMN_BOOL)
        return resize_bitmap(&column->values, count, 0, table, err);
    if (!has_offsets(column))
        return resize(&column->values, count * column->width, table, err);
    bool is_first = !column->offsets.memory;
    if (!resize(&column->offsets, (count + 1) * sizeof(int32_t), table, err))
        return false;
    if (!is_first)
        return true;
    *(int32_t *)(void *)column->offsets.data = 0;
    return column->items || resize(&column->values, FIRST_BYTES, table, err);
}

bool tenon__growing_reserve(tenon__growing *column, size_t more, tenon__table *table,
                            tenon_error *err)
{
    enum { FIRST = 64, FEW = 16384, MOST = 1 << 30 };
    bool is_known = more > FIRST;
    size_t wanted = column->shown.count + more;
    size_t capacity = column->capacity ? column->capacity : FIRST;
    if (wanted <= column->capacity)
        return true;
    if (more > MOST || wanted > (size_t)MOST * 4)
        return tenon__fail(err, TENON_LIMIT, "there are more rows than columns hold");
    while (capacity < wanted)
        capacity *= capacity < FEW ? 4 : 2;
    if (is_known)
        capacity = wanted;
    bool has_bitmap = column->validity.memory != NULL;
    if (!resize_values(column, capacity, table, err) ||
        (has_bitmap && !resize_bitmap(&column->validity, capacity, 0xff, table, err)))
        return false;
    column->capacity = capacity;
    lead(column);
    return true;
}

void tenon__growing_clear(tenon__growing *column)
{
    column->shown.count = column->track->null_count = column->track->used = 0;
    column->is_beyond_arrow = false;
    tenon__block_release(&column->validity);
    lead(column);
    if (column->shown.form == TENON_COLUMN_BOOL && column->values.memory)
        memset(column->values.data, 0, column->values.size);
    if (column->items)
        tenon__growing_clear(column->items);
}

void tenon__growing_release(tenon__growing *column)
{
    tenon__block_release(&column->values);
    tenon__block_release(&column->validity);
    tenon__block_release(&column->offsets);
    if (column->items)
        tenon__growing_release(column->items);
    free(column->items);
}

/* ---- adding ---------------------------------------------------------------------------------- */

static bool fail_value(const tenon__growing *column, tenon_status status, const char *problem,
                       tenon_error *err)
{
    return tenon__fail_field(err, status, column->model, column->shown.field, "%s", problem);
}

static void set_bit(tenon__block *bits, size_t i, bool is_set)
{
    uint8_t *byte = (uint8_t *)bits->data + i / 8;
    uint8_t mask = (uint8_t)(1u << (i % 8));
    *byte = is_set ? *byte | mask : *byte & (uint8_t)~mask;
}

static int32_t *end_of(const tenon__growing *column, size_t i)
{
    return (int32_t *)(void *)column->offsets.data + i + 1;
}

bool tenon__growing_widen(tenon__growing *column, size_t bytes, tenon__table *table,
                          tenon_error *err)
{
    size_t size = column->values.size, wanted = column->track->used + bytes;
    if (wanted > INT32_MAX)
        return fail_value(column, TENON_LIMIT,
                          "a column holds at most 2 GB of text: read it in chunks", err);
    while (size < wanted)
        size *= 2;
    if (!resize(&column->values, size, table, err))
        return false;
    lead(column);
    return true;
}

static bool add_bytes(tenon__growing *column, const void *data, size_t length, tenon__table *table,
                      tenon_error *err)
{
    tenon__track *track = column->track;
    if (TENON__UNLIKELY(length > track->size - track->used) &&
        !tenon__growing_widen(column, length, table, err))
        return false;
    if (length)
        memcpy(track->values + track->used, data, length);
    track->used += length;
    track->ends[column->shown.count + 1] = (int32_t)track->used;
    return true;
}

static bool add_decimal(tenon__growing *column, const void *value, tenon_error *err)
{
    tenon_int128 *at = (tenon_int128 *)(void *)column->values.data + column->shown.count;
    tenon_decimal decimal = *(const tenon_decimal *)value;
    return tenon__int128_from_decimal(decimal, column->shown.scale, at) ||
           tenon__fail_field(err, TENON_RANGE, column->model, column->shown.field,
                             "%s is no number of %d digits, %d of them behind the point",
                             decimal.text, column->shown.precision, column->shown.scale);
}

static void add_uuid(tenon__growing *column, const void *value)
{
    const tenon_uuid *uuid = value;
    uint64_t both[] = {htobe64(uuid->hi), htobe64(uuid->lo)};
    memcpy(column->values.data + column->shown.count * sizeof both, both, sizeof both);
}

static bool add_texts(tenon__growing *column, const void *value, tenon__table *table,
                      tenon_error *err)
{
    if (column->kind == TENON_KIND_JSON || column->kind == TENON_KIND_DECIMAL) {
        const tenon_json *text = value; /* which is laid out as a tenon_decimal */
        return add_bytes(column, text->text, text->len, table, err);
    }
    const char *text = *(const char *const *)value;
    return add_bytes(column, text, strlen(text), table, err);
}

/* Whether Arrow has no such time. */
static bool is_beyond_arrow(tenon_column_form form, const void *value)
{
    enum { US_OF_SECOND = 1000000 };
    const int64_t day_us = INT64_C(86400) * US_OF_SECOND;
    if (form == TENON_COLUMN_DATE) {
        int32_t days = ((const tenon_date *)value)->days;
        return days == INT32_MAX || days == INT32_MIN;
    }
    int64_t us = *(const int64_t *)value;
    return form == TENON_COLUMN_TIME ? us == INT64_MAX || us == INT64_MIN : us >= day_us;
}

static void add_plain(tenon__growing *column, const void *value)
{
    char *at = column->values.data + column->shown.count * column->width;
    switch (column->width) {
    case 2:
        memcpy(at, value, 2);
        return;
    case 4:
        memcpy(at, value, 4);
        return;
    case 8:
        memcpy(at, value, 8);
        return;
    default:
        memcpy(at, value, column->width);
    }
}

static bool add_value(tenon__growing *column, const void *value, tenon__table *table,
                      tenon_error *err);

/* All lists are laid out alike, but for vectors, which have the count first. */
static tenon__list list_of(const tenon__growing *column, const void *value)
{
    if (column->shown.field->kind != TENON_KIND_VECTOR)
        return *(const tenon__list *)value;
    const tenon_vector *vector = value;
    return (tenon__list){vector->items, vector->count};
}

static bool add_list(tenon__growing *column, const void *value, tenon__table *table,
                     tenon_error *err)
{
    tenon__growing *items = column->items;
    tenon__list list = list_of(column, value);
    size_t stride = tenon__element_size(items->kind);
    if (items->shown.count + list.count > INT32_MAX)
        return fail_value(column, TENON_LIMIT,
                          "a column holds at most 2^31 elements: read it in chunks", err);
    if (!tenon__growing_reserve(items, list.count, table, err))
        return false;
    for (size_t i = 0; i < list.count; i++, items->shown.count++)
        if (!add_value(items, (const char *)list.items + i * stride, table, err))
            return false;
    *end_of(column, column->shown.count) = (int32_t)items->shown.count;
    return true;
}

static bool add_value(tenon__growing *column, const void *value, tenon__table *table,
                      tenon_error *err)
{
    switch (column->shown.form) {
    case TENON_COLUMN_BOOL:
        set_bit(&column->values, column->shown.count, *(const bool *)value);
        return true;
    case TENON_COLUMN_TIME:
    case TENON_COLUMN_DATE:
    case TENON_COLUMN_CLOCK:
        column->is_beyond_arrow |= is_beyond_arrow(column->shown.form, value);
        add_plain(column, value);
        return true;
    case TENON_COLUMN_INT16:
    case TENON_COLUMN_INT32:
    case TENON_COLUMN_INT64:
    case TENON_COLUMN_FLOAT:
    case TENON_COLUMN_DOUBLE:
    case TENON_COLUMN_CLOCK_TZ:
    case TENON_COLUMN_INTERVAL:
        add_plain(column, value);
        return true;
    case TENON_COLUMN_DECIMAL:
        return add_decimal(column, value, err);
    case TENON_COLUMN_TEXT:
        return add_texts(column, value, table, err);
    case TENON_COLUMN_BYTES:
        return add_bytes(column, ((const tenon_bytes *)value)->data,
                         ((const tenon_bytes *)value)->len, table, err);
    case TENON_COLUMN_UUID:
        add_uuid(column, value);
        return true;
    case TENON_COLUMN_ENUM:
        ((int16_t *)(void *)column->values.data)[column->shown.count] =
            (int16_t)(*(const int *)value - 1);
        return true;
    case TENON_COLUMN_LIST:
        return add_list(column, value, table, err);
    }
    return true;
}

static bool add_null(tenon__growing *column, tenon__table *table, tenon_error *err)
{
    size_t i = column->shown.count;
    if (!column->validity.memory &&
        !resize_bitmap(&column->validity, column->capacity, 0xff, table, err))
        return false;
    set_bit(&column->validity, i, false);
    lead(column);
    column->track->null_count++;
    if (has_offsets(column))
        *end_of(column, i) = *(end_of(column, i) - 1);
    else if (column->width)
        memset(column->values.data + i * column->width, 0, column->width);
    return true;
}

/* Values that are NULL by themselves have a pointer inside. */
static bool is_there(const tenon__growing *column, const char *row)
{
    if (column->is_optional)
        return *(const bool *)(row + column->has_offset);
    const char *value = row + column->offset;
    switch ((int)column->shown.field->kind) {
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return *(const char *const *)(const void *)value != NULL;
    case TENON_KIND_PACKED:
        return ((const tenon__list *)(const void *)value)->items != NULL;
    default: /* the length first */
        return ((const tenon_bytes *)(const void *)value)->data != NULL;
    }
}

bool tenon__growing_add(tenon__growing *column, const char *row, tenon__table *table,
                        tenon_error *err)
{
    bool is_added = !column->is_nullable || is_there(column, row)
                        ? add_value(column, row + column->offset, table, err)
                        : add_null(column, table, err);
    column->shown.count += is_added;
    return is_added;
}

/* ---- the end --------------------------------------------------------------------------------- */

/* Shrinking in place does not fail; should it, the longer block is as good. What is behind the end
 * of a bitmap is zero. */
static void trim(tenon__block *block, size_t bytes)
{
    if (block->memory && bytes < block->size)
        tenon__block_resize(block, bytes);
}

static void trim_bits(tenon__block *block, size_t count)
{
    trim(block, bitmap_bytes(count));
    if (block->memory && count % 8)
        block->data[count / 8] &= (char)((1 << (count % 8)) - 1);
}

void tenon__growing_finish(tenon__growing *column)
{
    tenon_column *shown = &column->shown;
    shown->null_count = column->track->null_count;
    trim_bits(&column->validity, shown->count);
    trim(&column->offsets, (shown->count + 1) * sizeof(int32_t));
    if (shown->form == TENON_COLUMN_BOOL)
        trim_bits(&column->values, shown->count);
    else
        trim(&column->values,
             has_offsets(column) ? column->track->used : shown->count * column->width);
    shown->validity = (const uint8_t *)column->validity.data;
    shown->as.any = column->values.data;
    shown->offsets = (const int32_t *)(const void *)column->offsets.data;
    if (column->items)
        tenon__growing_finish(column->items);
}
