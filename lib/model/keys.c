/* The different keys of many rows, each with a number.
 *
 * Equal means equal bytes here: where the database finds more keys equal than we do (a collation
 * that ignores case), two of ours find the same rows, which is right. The table is open addressing
 * over row indexes; keys stay where they are, in the rows. */
#include "model/include.h"
#include "model/row.h"

typedef struct key_table {
    const tenon_relation *relation;
    tenon__parents parents;
    uint32_t *slots; /* number of a key, 0: free */
    size_t mask;
    size_t *first_rows; /* of each number: a row that has the key */
} key_table;

static const tenon_field *field_of(const key_table *t, uint16_t i)
{
    return &t->parents.model->fields[t->relation->fields[i]];
}

static const void *value_of(const key_table *t, size_t row, uint16_t i)
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

static uint64_t hash_of(const key_table *t, size_t row)
{
    uint64_t hash = 0;
    for (uint16_t i = 0; i < t->relation->field_count; i++) {
        size_t length;
        const void *bytes = bytes_of(field_of(t, i)->kind, value_of(t, row, i), &length);
        hash = hash * 31 + tenon__hash(bytes, length);
    }
    return hash;
}

static bool is_same(const key_table *t, size_t a, size_t b)
{
    for (uint16_t i = 0; i < t->relation->field_count; i++) {
        tenon_kind kind = field_of(t, i)->kind;
        size_t length_a, length_b;
        const void *bytes_a = bytes_of(kind, value_of(t, a, i), &length_a);
        const void *bytes_b = bytes_of(kind, value_of(t, b, i), &length_b);
        if (length_a != length_b || (length_a && memcmp(bytes_a, bytes_b, length_a) != 0))
            return false;
    }
    return true;
}

static bool has_null(const key_table *t, size_t row)
{
    for (uint16_t i = 0; i < t->relation->field_count; i++)
        if (!value_of(t, row, i))
            return true;
    return false;
}

/* The number of the row's key, which is a new one when *count grows. */
static uint32_t number_of(key_table *t, size_t row, size_t *count)
{
    size_t at = hash_of(t, row) & t->mask;
    for (; t->slots[at]; at = (at + 1) & t->mask)
        if (is_same(t, t->first_rows[t->slots[at] - 1], row))
            return t->slots[at];
    t->first_rows[(*count)++] = row;
    return t->slots[at] = (uint32_t)*count;
}

static size_t capacity_for(size_t count)
{
    size_t capacity = 16;
    while (capacity < count * 2)
        capacity *= 2;
    return capacity;
}

static bool list_column(tenon__arena *memory, const key_table *t, uint16_t i, tenon__keys *out)
{
    const void **values = tenon__arena_array(memory, out->count, sizeof *values);
    tenon__wide *rooms = tenon__arena_array(memory, out->count, sizeof *rooms);
    if (!values || !rooms)
        return false;
    tenon_kind kind = field_of(t, i)->kind;
    for (size_t k = 0; k < out->count; k++)
        values[k] = tenon__widen(kind, value_of(t, t->first_rows[k], i), &rooms[k]);
    out->columns[i] = (tenon__list){.items = values, .count = out->count};
    return true;
}

bool tenon__keys_of(tenon__arena *memory, const tenon_relation *relation, tenon__parents parents,
                    tenon__keys *out)
{
    size_t capacity = capacity_for(parents.count);
    key_table t = {.relation = relation, .parents = parents, .mask = capacity - 1};
    *out = (tenon__keys){.numbers = tenon__arena_array(memory, parents.count, sizeof(uint32_t))};
    t.slots = tenon__arena_array(memory, capacity, sizeof *t.slots);
    t.first_rows = tenon__arena_array(memory, parents.count, sizeof *t.first_rows);
    if (!out->numbers || !t.slots || !t.first_rows || parents.count >= UINT32_MAX)
        return false;
    for (size_t row = 0; row < parents.count; row++)
        if (!has_null(&t, row))
            out->numbers[row] = number_of(&t, row, &out->count);
    for (uint16_t i = 0; i < relation->field_count; i++)
        if (!list_column(memory, &t, i, out))
            return false;
    return true;
}
