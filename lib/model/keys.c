/* The different keys of many rows, each with a number.
 *
 * Equal means equal bytes here: where the database finds more keys equal than we do (a collation
 * that ignores case), two of ours find the same rows, which is right. The table is open addressing
 * over row indexes; keys stay where they are, in the rows. */
#include "model/include.h"
#include "model/row.h"

static const tenon_field *field_of(const tenon__keys *t, uint16_t i)
{
    return &t->parents.model->fields[t->relation->fields[i]];
}

static const void *value_of(const tenon__keys *t, size_t row, uint16_t i)
{
    return tenon__row_value(field_of(t, i), t->parents.items + row * t->parents.model->row_size);
}

/* The bytes that make the value what it is. */
static const void *bytes_of(tenon_kind kind, const void *value, size_t *length)
{
    tenon_bytes bytes;
    const char *text;
    switch ((int)kind) {
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        memcpy(&text, value, sizeof text);
        *length = strlen(text);
        return text;
    case TENON_KIND_BYTES:
    case TENON_KIND_DECIMAL: /* with its length, as every value that was read */
        memcpy(&bytes, value, sizeof bytes);
        *length = bytes.len;
        return bytes.data;
    default:
        *length = tenon__element_size(kind);
        return value;
    }
}

static uint64_t hash_value(uint64_t hash, tenon_kind kind, const void *value)
{
    size_t length;
    const void *bytes = bytes_of(kind, value, &length);
    return hash * 31 + tenon__hash(bytes, length);
}

static uint64_t hash_of(const tenon__keys *t, size_t row)
{
    uint64_t hash = 0;
    for (uint16_t i = 0; i < t->relation->field_count; i++)
        hash = hash_value(hash, field_of(t, i)->kind, value_of(t, row, i));
    return hash;
}

static bool is_same_value(tenon_kind kind, const void *a, const void *b)
{
    size_t length_a, length_b;
    const void *bytes_a = bytes_of(kind, a, &length_a);
    const void *bytes_b = bytes_of(kind, b, &length_b);
    return length_a == length_b && (!length_a || memcmp(bytes_a, bytes_b, length_a) == 0);
}

static bool is_same(const tenon__keys *t, size_t a, size_t b)
{
    for (uint16_t i = 0; i < t->relation->field_count; i++)
        if (!is_same_value(field_of(t, i)->kind, value_of(t, a, i), value_of(t, b, i)))
            return false;
    return true;
}

static bool has_null(const tenon__keys *t, size_t row)
{
    for (uint16_t i = 0; i < t->relation->field_count; i++)
        if (!value_of(t, row, i))
            return true;
    return false;
}

/* The number of the row's key, which may be a new one. */
static uint32_t number_of(tenon__keys *t, size_t row)
{
    size_t at = hash_of(t, row) & t->mask;
    for (; t->slots[at]; at = (at + 1) & t->mask)
        if (is_same(t, t->first_rows[t->slots[at] - 1], row))
            return t->slots[at];
    t->first_rows[t->count++] = row;
    return t->slots[at] = (uint32_t)t->count;
}

/* ---- integers -------------------------------------------------------------------------------- */

tenon__integer_at tenon__integer_of(const tenon_field *field)
{
    bool is_integer = field->kind == TENON_KIND_INT16 || field->kind == TENON_KIND_INT32 ||
                      field->kind == TENON_KIND_INT64;
    if (!is_integer || field->flags & TENON_FIELD_LIST)
        return (tenon__integer_at){0};
    bool is_nullable = field->flags & TENON_FIELD_NULLABLE;
    uint32_t offset = is_nullable ? (uint32_t)tenon__optional_offset(field->kind) : 0;
    return (tenon__integer_at){.kind = field->kind,
                               .is_nullable = is_nullable,
                               .has_at = field->row_offset,
                               .value_at = field->row_offset + offset};
}

static void number_integers(tenon__keys *t)
{
    const char *row = t->parents.items;
    for (size_t i = 0; i < t->parents.count; i++, row += t->parents.model->row_size) {
        int64_t value;
        if (!tenon__read_integer(&t->integer, row, &value))
            continue;
        size_t at = tenon__keys_slot(t, value);
        if (!t->slots[at]) {
            t->integers[t->count++] = value;
            t->slots[at] = (uint32_t)t->count;
        }
        t->numbers[i] = t->slots[at];
    }
}

/* ---- in order -------------------------------------------------------------------------------- */

static bool is_ascending(const int64_t *values, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (values[i] < values[i - 1])
            return false;
    return true;
}

/* Two sorted runs, of which the first is not empty, into one. Which is taken next cannot be
 * foreseen, so nothing jumps by it. */
static void merge(const int64_t *a, const int64_t *a_end, const int64_t *b, const int64_t *b_end,
                  int64_t *out)
{
    bool is_in_order = b == b_end || a_end[-1] <= *b;
    while (!is_in_order && a < a_end && b < b_end) {
        bool is_b = *b < *a;
        *out++ = is_b ? *b : *a;
        a += !is_b;
        b += is_b;
    }
    memcpy(out, a, (size_t)(a_end - a) * sizeof *a);
    memcpy(out + (a_end - a), b, (size_t)(b_end - b) * sizeof *b);
}

/* Merges runs of 1, 2, 4, … from one half of the room to the other; the half where all are one. */
static int64_t *sort_integers(int64_t *values, int64_t *other, size_t count)
{
    for (size_t run = 1; run < count; run *= 2) {
        for (size_t at = 0; at < count; at += 2 * run) {
            size_t middle = at + run < count ? at + run : count;
            size_t end = middle + run < count ? middle + run : count;
            merge(values + at, values + middle, values + middle, values + end, other + at);
        }
        int64_t *merged = other;
        other = values;
        values = merged;
    }
    return values;
}

/* The integers themselves keep the order of their numbers. */
static tenon__list *list_in_order(const tenon__keys *keys, tenon__arena *memory)
{
    int64_t *values = tenon__arena_array(memory, keys->count, 2 * sizeof *values);
    const void **pointers = tenon__arena_array(memory, keys->count, sizeof *pointers);
    tenon__list *list = tenon__arena_alloc(memory, sizeof *list);
    if (!values || !pointers || !list)
        return NULL;
    memcpy(values, keys->integers, keys->count * sizeof *values);
    values = sort_integers(values, values + keys->count, keys->count);
    for (size_t i = 0; i < keys->count; i++)
        pointers[i] = &values[i];
    *list = (tenon__list){.items = pointers, .count = keys->count};
    return list;
}

const tenon__list *tenon__keys_in_order(const tenon__keys *keys, tenon__arena *memory)
{
    const tenon__list *as_numbered = &keys->columns[0], *sorted = NULL;
    if (keys->integer.kind && !is_ascending(keys->integers, keys->count))
        sorted = list_in_order(keys, memory);
    return sorted ? sorted : as_numbered;
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void number_keys(tenon__keys *t)
{
    for (size_t row = 0; row < t->parents.count; row++)
        if (!has_null(t, row))
            t->numbers[row] = number_of(t, row);
}

static size_t capacity_for(size_t count)
{
    size_t capacity = 16;
    while (capacity < count * 2)
        capacity *= 2;
    return capacity;
}

static bool list_column(tenon__arena *memory, tenon__keys *t, uint16_t i)
{
    bool is_integer = t->integer.kind != 0;
    const void **values = tenon__arena_array(memory, t->count, sizeof *values);
    tenon__wide *rooms = is_integer ? NULL : tenon__arena_array(memory, t->count, sizeof *rooms);
    if (!values || (!rooms && !is_integer))
        return false;
    for (size_t k = 0; k < t->count; k++)
        values[k] = is_integer ? &t->integers[k]
                               : tenon__widen(field_of(t, i)->kind,
                                              value_of(t, t->first_rows[k], i), &rooms[k]);
    t->columns[i] = (tenon__list){.items = values, .count = t->count};
    return true;
}

/* What the numbering needs, of which an integer needs less. */
static bool make_room(tenon__keys *t, tenon__arena *memory)
{
    size_t count = t->parents.count;
    t->numbers = tenon__arena_array(memory, count, sizeof *t->numbers);
    t->slots = tenon__arena_array(memory, t->mask + 1, sizeof *t->slots);
    if (t->integer.kind)
        t->integers = tenon__arena_array(memory, count, sizeof *t->integers);
    else
        t->first_rows = tenon__arena_array(memory, count, sizeof *t->first_rows);
    return t->numbers && t->slots && (t->integers || t->first_rows) && count < UINT32_MAX;
}

bool tenon__keys_of(tenon__arena *memory, const tenon_relation *relation, tenon__parents parents,
                    tenon__keys *out)
{
    *out = (tenon__keys){
        .relation = relation, .parents = parents, .mask = capacity_for(parents.count) - 1};
    if (relation->field_count == 1)
        out->integer = tenon__integer_of(field_of(out, 0));
    if (!make_room(out, memory))
        return false;
    if (out->integer.kind)
        number_integers(out);
    else
        number_keys(out);
    for (uint16_t i = 0; i < relation->field_count; i++)
        if (!list_column(memory, out, i))
            return false;
    return true;
}

static bool has_values(const tenon__keys *t, size_t row, const void *const *values)
{
    for (uint16_t i = 0; i < t->relation->field_count; i++)
        if (!is_same_value(field_of(t, i)->kind, value_of(t, row, i), values[i]))
            return false;
    return true;
}

uint32_t tenon__keys_find(const tenon__keys *keys, const void *const *values)
{
    uint64_t hash = 0;
    for (uint16_t i = 0; i < keys->relation->field_count; i++)
        hash = hash_value(hash, field_of(keys, i)->kind, values[i]);
    size_t at = hash & keys->mask;
    for (; keys->slots[at]; at = (at + 1) & keys->mask)
        if (has_values(keys, keys->first_rows[keys->slots[at] - 1], values))
            break;
    return keys->slots[at];
}
