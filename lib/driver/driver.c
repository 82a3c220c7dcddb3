/* What all drivers share that is not a check of values: the list that decoded rows grow in, sizes
 * of the forms of a value, names of enum values.
 *
 * Rows grow in one contiguous block, because that is what the program gets to see. A find by key
 * gives at most one row and takes it plainly from the arena: a pointer bump instead of a block. */
#include "driver/driver.h"

enum { FIRST_ROWS = 16 };

/* ---- rows ------------------------------------------------------------------------------------ */

static bool is_plain_row(const tenon__rows *rows)
{
    return rows->expected == 1 && rows->capacity == 1;
}

static size_t next_capacity(const tenon__rows *rows, size_t wanted)
{
    size_t capacity = rows->capacity ? rows->capacity * 2 : rows->expected;
    if (capacity < FIRST_ROWS && rows->expected == 0)
        capacity = FIRST_ROWS;
    return capacity < wanted ? wanted : capacity;
}

static bool grow_rows(tenon__rows *rows, size_t wanted, size_t row_size)
{
    size_t capacity = next_capacity(rows, wanted), bytes;
    if (__builtin_mul_overflow(capacity, row_size, &bytes))
        return false;
    bool was_plain = is_plain_row(rows);
    char *items = tenon__arena_resize(rows->arena, was_plain ? NULL : rows->items, bytes);
    if (!items)
        return false;
    if (was_plain)
        memcpy(items, rows->items, row_size);
    rows->items = items;
    rows->capacity = capacity;
    return true;
}

char *tenon__rows_grow(tenon__rows *rows, size_t more, size_t row_size)
{
    size_t wanted = rows->count + more;
    return grow_rows(rows, wanted, row_size) ? rows->items + rows->count * row_size : NULL;
}

/* Shrinking in place does not fail; should it, the longer block is as good. */
TENON__HOT void tenon__rows_finish(tenon__rows *rows, size_t row_size)
{
    if (rows->count == rows->capacity || rows->count == 0 || is_plain_row(rows) || rows->sink)
        return;
    char *items = tenon__arena_resize(rows->arena, rows->items, rows->count * row_size);
    if (!items)
        return;
    rows->items = items;
    rows->capacity = rows->count;
}

bool tenon__sink_begin(tenon__rows *rows, const tenon__layout *layout, tenon_error *err)
{
    rows->sink->arena = rows->arena;
    return rows->sink->begin(rows->sink, layout, err);
}

const tenon_model *tenon__layout_model(const tenon__layout *layout, const tenon_field *field)
{
    for (size_t i = 0; i < layout->out_count; i++)
        if (layout->outs[i].field == field && layout->outs[i].model)
            return layout->outs[i].model;
    return layout->model;
}

const tenon_field tenon__distance_field = {
    .name = "distance", .kind = TENON_KIND_DOUBLE, .pg_type = TENON_PG_FLOAT8, .precision = -1};

/* ---- sizes ----------------------------------------------------------------------------------- */

typedef struct value_sizes {
    uint8_t wide, element, optional_offset;
} value_sizes;

#define SIZES_OF(wide, type, optional)                                                             \
    {                                                                                              \
        sizeof(wide), sizeof(type), offsetof(optional, value)                                      \
    }
/* NULL is a value of the type itself. */
#define SIZES_OF_NULLABLE(type)                                                                    \
    {                                                                                              \
        sizeof(type), sizeof(type), 0                                                              \
    }

static const value_sizes sizes_by_kind[] = {
    [TENON_KIND_BOOL] = SIZES_OF(int, bool, tenon_opt_bool),
    [TENON_KIND_INT16] = SIZES_OF(int64_t, int16_t, tenon_opt_int16),
    [TENON_KIND_INT32] = SIZES_OF(int64_t, int32_t, tenon_opt_int32),
    [TENON_KIND_INT64] = SIZES_OF(int64_t, int64_t, tenon_opt_int64),
    [TENON_KIND_FLOAT] = SIZES_OF(double, float, tenon_opt_float),
    [TENON_KIND_DOUBLE] = SIZES_OF(double, double, tenon_opt_double),
    [TENON_KIND_DECIMAL] = SIZES_OF_NULLABLE(tenon_decimal),
    [TENON_KIND_TEXT] = SIZES_OF_NULLABLE(const char *),
    [TENON_KIND_JSON] = SIZES_OF_NULLABLE(tenon_json),
    [TENON_KIND_BYTES] = SIZES_OF_NULLABLE(tenon_bytes),
    [TENON_KIND_UUID] = SIZES_OF(tenon_uuid, tenon_uuid, tenon_opt_uuid),
    [TENON_KIND_TIME] = SIZES_OF(tenon_time, tenon_time, tenon_opt_time),
    [TENON_KIND_DATE] = SIZES_OF(tenon_date, tenon_date, tenon_opt_date),
    [TENON_KIND_CLOCK] = SIZES_OF(tenon_clock, tenon_clock, tenon_opt_clock),
    [TENON_KIND_CLOCK_TZ] = SIZES_OF(tenon_clock_tz, tenon_clock_tz, tenon_opt_clock_tz),
    [TENON_KIND_INTERVAL] = SIZES_OF(tenon_interval, tenon_interval, tenon_opt_interval),
    [TENON_KIND_VECTOR] = SIZES_OF_NULLABLE(tenon_vector),
    [TENON_KIND_PACKED] = SIZES_OF_NULLABLE(tenon__list),
    [TENON_KIND_ENUM] = SIZES_OF(int, int, tenon_opt_int32),
    [TENON_KIND_OTHER] = SIZES_OF_NULLABLE(const char *),
};

size_t tenon__wide_size(tenon_kind kind)
{
    return sizes_by_kind[kind].wide;
}

size_t tenon__element_size(tenon_kind kind)
{
    return sizes_by_kind[kind].element;
}

size_t tenon__optional_offset(tenon_kind kind)
{
    return sizes_by_kind[kind].optional_offset;
}

const void *tenon__widen(tenon_kind kind, const void *element, tenon__wide *room)
{
    switch ((int)kind) {
    case TENON_KIND_BOOL:
        room->truth = *(const bool *)element;
        return room;
    case TENON_KIND_INT16:
        room->integer = *(const int16_t *)element;
        return room;
    case TENON_KIND_INT32:
        room->integer = *(const int32_t *)element;
        return room;
    case TENON_KIND_FLOAT:
        room->real = (double)*(const float *)element;
        return room;
    default:
        return element;
    }
}

/* ---- enums ----------------------------------------------------------------------------------- */

int tenon__enum_from_text(const tenon_enum *enumeration, const char *text, size_t length)
{
    for (uint32_t i = 0; i < enumeration->count; i++) {
        const char *value = enumeration->values[i];
        if (strlen(value) == length && memcmp(value, text, length) == 0)
            return (int)i + 1;
    }
    return 0;
}
