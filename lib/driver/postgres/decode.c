/* From PostgreSQL's binary formats to C values.
 *
 * One flat switch on the column's codec, made once per statement; every case checks the length that
 * the server sent before it loads, because the bytes are not ours. Texts are copied into the arena
 * one right behind the other. What C cannot hold is refused: an unknown enum label is a TYPE error,
 * an instant beyond int64_t microseconds is RANGE, and so is an array with a NULL inside or of two
 * dimensions. */
#include "driver/postgres/pg.h"

enum {
    ARRAY_HEAD_BYTES = 12,    /* dimensions, flags, element OID */
    ARRAY_DIMENSION_BYTES = 8 /* length, lower bound */
};

/* The name that messages call a column by. */
static const char *name_of(const tenon_field *field)
{
    return field ? field->name : "a computed column";
}

bool tenon__pg_fail_bytes(const tenon__pg_column *column, int length, tenon_error *err)
{
    if (!column->field)
        return tenon__fail(err, TENON_TYPE, "%s came in %d unexpected bytes",
                           name_of(column->field), length);
    return tenon__fail_field(err, TENON_TYPE, column->model, column->field,
                             "the server sent %d bytes that are no value of its type", length);
}

static bool decode_oid(const tenon__pg_column *column, const char *data, void *out,
                       tenon_error *err)
{
    uint32_t oid = tenon__pg_load32(data);
    if (!column->field || column->field->kind == TENON_KIND_INT64) {
        *(int64_t *)out = oid;
        return true;
    }
    if (oid > INT32_MAX)
        return tenon__fail_field(err, TENON_RANGE, column->model, column->field,
                                 "%u is more than an Int holds", oid);
    *(int32_t *)out = (int32_t)oid;
    return true;
}

static bool decode_bool(const tenon__pg_column *column, const char *data, void *out,
                        tenon_error *err)
{
    if (data[0] != 0 && data[0] != 1)
        return tenon__pg_fail_bytes(column, 1, err);
    *(bool *)out = data[0];
    return true;
}

static bool decode_numeric(const tenon__pg_column *column, const char *data, int length,
                           tenon_decimal *out, tenon__arena *arena, tenon_error *err)
{
    size_t room = tenon__pg_numeric_room(data, length);
    if (!room)
        return tenon__pg_fail_bytes(column, length, err);
    tenon__arena_align(arena);
    char *text = tenon__arena_alloc(arena, room);
    if (!text)
        return tenon__fail_no_memory(err);
    out->text = text;
    out->len = tenon__pg_decode_numeric(data, text);
    return true;
}

static bool decode_text(const char *data, int length, const char **out, tenon__arena *arena,
                        tenon_error *err)
{
    *out = tenon__arena_pack(arena, data, (size_t)length);
    return *out || tenon__fail_no_memory(err);
}

static bool decode_json(const tenon__pg_column *column, const char *data, int length,
                        tenon_json *out, tenon__arena *arena, tenon_error *err)
{
    if (length < 1)
        return tenon__pg_fail_bytes(column, length, err);
    out->len = (size_t)length;
    return decode_text(data, length, &out->text, arena, err);
}

static bool decode_jsonb(const tenon__pg_column *column, const char *data, int length,
                         tenon_json *out, tenon__arena *arena, tenon_error *err)
{
    if (length < 2 || data[0] != TENON__PG_JSONB_VERSION)
        return tenon__pg_fail_bytes(column, length, err);
    return decode_json(column, data + 1, length - 1, out, arena, err);
}

/* Bytes may hold anything, so they are aligned for it. */
static bool decode_bytea(const char *data, int length, tenon_bytes *out, tenon__arena *arena,
                         tenon_error *err)
{
    tenon__arena_align(arena);
    void *copy = tenon__arena_alloc(arena, (size_t)length);
    if (!copy)
        return tenon__fail_no_memory(err);
    memcpy(copy, data, (size_t)length);
    *out = (tenon_bytes){.len = (size_t)length, .data = copy};
    return true;
}

/* INT64_MIN and INT64_MAX are the infinities on both sides. */
static bool decode_timestamp(const tenon__pg_column *column, const char *data, int64_t *out,
                             tenon_error *err)
{
    int64_t us = (int64_t)tenon__pg_load64(data);
    if (us == INT64_MAX || us == INT64_MIN) {
        *out = us;
        return true;
    }
    if (__builtin_add_overflow(us, TENON__PG_EPOCH_US, out) || *out == INT64_MAX)
        return tenon__fail_field(err, TENON_RANGE, column->model, column->field,
                                 "a time after the year 294246 does not fit into a tenon_time");
    return true;
}

static bool decode_date(const tenon__pg_column *column, const char *data, int32_t *out,
                        tenon_error *err)
{
    int32_t days = (int32_t)tenon__pg_load32(data);
    if (days == INT32_MAX || days == INT32_MIN)
        *out = days;
    else if (__builtin_add_overflow(days, TENON__PG_EPOCH_DAYS, out) || *out == INT32_MAX)
        return tenon__pg_fail_bytes(column, 4, err);
    return true;
}

static bool decode_clock(const tenon__pg_column *column, const char *data, int64_t *out,
                         tenon_error *err)
{
    int64_t us = (int64_t)tenon__pg_load64(data);
    if (us < 0 || us > INT64_C(86400000000))
        return tenon__pg_fail_bytes(column, 8, err);
    *out = us;
    return true;
}

/* The server counts the offset westwards. */
static bool decode_clock_tz(const tenon__pg_column *column, const char *data, tenon_clock_tz *out,
                            tenon_error *err)
{
    int32_t west = (int32_t)tenon__pg_load32(data + 8);
    if (west <= -86400 || west >= 86400)
        return tenon__pg_fail_bytes(column, 12, err);
    out->offset_seconds = -west;
    return decode_clock(column, data, &out->us, err);
}

static void decode_interval(const char *data, tenon_interval *out)
{
    out->us = (int64_t)tenon__pg_load64(data);
    out->days = (int32_t)tenon__pg_load32(data + 8);
    out->months = (int32_t)tenon__pg_load32(data + 12);
}

static bool decode_vector(const tenon__pg_column *column, const char *data, int length,
                          tenon_vector *out, tenon__arena *arena, tenon_error *err)
{
    enum { HEAD_BYTES = 4, FLOAT_BYTES = 4 };
    size_t count = length < HEAD_BYTES ? 0 : tenon__pg_load16(data);
    if (count == 0 || (size_t)length != HEAD_BYTES + count * FLOAT_BYTES)
        return tenon__pg_fail_bytes(column, length, err);
    tenon__arena_align(arena);
    float *items = tenon__arena_array(arena, count, sizeof *items);
    if (!items)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < count; i++) {
        uint32_t bits = tenon__pg_load32(data + HEAD_BYTES + i * FLOAT_BYTES);
        memcpy(&items[i], &bits, sizeof bits);
    }
    *out = (tenon_vector){count, items};
    return true;
}

static bool is_label(const char *label, const char *data, size_t length)
{
    return strncmp(label, data, length) == 0 && label[length] == '\0';
}

/* Rows often repeat the label of the row before. */
static bool decode_enum(tenon__pg_column *column, const char *data, int length, int *out,
                        tenon_error *err)
{
    const tenon_enum *e = column->field->enumeration;
    size_t size = (size_t)length;
    if (memchr(data, '\0', size))
        return tenon__pg_fail_bytes(column, length, err);
    if (!column->last_enum || !is_label(e->values[column->last_enum - 1], data, size))
        column->last_enum = tenon__enum_from_text(e, data, size);
    *out = column->last_enum;
    return *out || tenon__fail_field(err, TENON_TYPE, column->model, column->field,
                                     "the database has '%.*s', which is no value of enum %s",
                                     length, data, e->name);
}

static bool decode_array(tenon__pg_column *column, const char *data, int length, void *out,
                         tenon__arena *arena, tenon_error *err);

/* The fixed lengths of the binary formats; 0 where they vary. */
static const uint8_t fixed_lengths[] = {
    [TENON__PG_CODEC_BOOL] = 1,      [TENON__PG_CODEC_INT2] = 2,   [TENON__PG_CODEC_INT4] = 4,
    [TENON__PG_CODEC_INT8] = 8,      [TENON__PG_CODEC_OID] = 4,    [TENON__PG_CODEC_FLOAT4] = 4,
    [TENON__PG_CODEC_FLOAT8] = 8,    [TENON__PG_CODEC_UUID] = 16,  [TENON__PG_CODEC_TIMESTAMP] = 8,
    [TENON__PG_CODEC_DATE] = 4,      [TENON__PG_CODEC_TIME] = 8,   [TENON__PG_CODEC_TIMETZ] = 12,
    [TENON__PG_CODEC_INTERVAL] = 16, [TENON__PG_CODEC_NESTED] = 0,
};

static bool decode_as(tenon__pg_column *column, tenon__pg_codec codec, const char *data, int length,
                      void *out, tenon__arena *arena, tenon_error *err)
{
    if (length < 0 || (fixed_lengths[codec] && length != fixed_lengths[codec]))
        return tenon__pg_fail_bytes(column, length, err);
    switch (codec) {
    case TENON__PG_CODEC_BOOL:
        return decode_bool(column, data, out, err);
    case TENON__PG_CODEC_INT2:
        *(int16_t *)out = (int16_t)tenon__pg_load16(data);
        return true;
    case TENON__PG_CODEC_INT4:
        *(int32_t *)out = (int32_t)tenon__pg_load32(data);
        return true;
    case TENON__PG_CODEC_INT8:
        *(int64_t *)out = (int64_t)tenon__pg_load64(data);
        return true;
    case TENON__PG_CODEC_OID:
        return decode_oid(column, data, out, err);
    case TENON__PG_CODEC_FLOAT4: {
        uint32_t bits = tenon__pg_load32(data);
        memcpy(out, &bits, sizeof bits);
        return true;
    }
    case TENON__PG_CODEC_FLOAT8: {
        uint64_t bits = tenon__pg_load64(data);
        memcpy(out, &bits, sizeof bits);
        return true;
    }
    case TENON__PG_CODEC_NUMERIC:
        return decode_numeric(column, data, length, out, arena, err);
    case TENON__PG_CODEC_TEXT:
        return decode_text(data, length, out, arena, err);
    case TENON__PG_CODEC_JSON:
        return decode_json(column, data, length, out, arena, err);
    case TENON__PG_CODEC_JSONB:
        return decode_jsonb(column, data, length, out, arena, err);
    case TENON__PG_CODEC_BYTEA:
        return decode_bytea(data, length, out, arena, err);
    case TENON__PG_CODEC_UUID:
        *(tenon_uuid *)out =
            (tenon_uuid){.hi = tenon__pg_load64(data), .lo = tenon__pg_load64(data + 8)};
        return true;
    case TENON__PG_CODEC_TIMESTAMP:
        return decode_timestamp(column, data, out, err);
    case TENON__PG_CODEC_DATE:
        return decode_date(column, data, out, err);
    case TENON__PG_CODEC_TIME:
        return decode_clock(column, data, out, err);
    case TENON__PG_CODEC_TIMETZ:
        return decode_clock_tz(column, data, out, err);
    case TENON__PG_CODEC_INTERVAL:
        decode_interval(data, out);
        return true;
    case TENON__PG_CODEC_VECTOR:
        return decode_vector(column, data, length, out, arena, err);
    case TENON__PG_CODEC_PACKED:
        return tenon__unpack_value(column->model, column->field, data, (size_t)length, arena, out,
                                   err);
    case TENON__PG_CODEC_ENUM:
        return decode_enum(column, data, length, out, err);
    case TENON__PG_CODEC_ARRAY:
        return decode_array(column, data, length, out, arena, err);
    case TENON__PG_CODEC_NESTED:
        return tenon__pg_decode_nested(column, data, length, out, arena, err);
    case TENON__PG_CODEC_NONE:
        break;
    }
    return tenon__pg_fail_bytes(column, length, err);
}

/* All array types have this shape; only what items points at differs. */
typedef struct any_array {
    const void *items;
    size_t count;
} any_array;

_Static_assert(sizeof(any_array) == sizeof(tenon_text_array), "arrays are alike");

int64_t tenon__pg_array_head(const tenon__pg_column *column, const char **data, int *length,
                             tenon_error *err)
{
    if (*length < ARRAY_HEAD_BYTES)
        return tenon__pg_fail_bytes(column, *length, err) - 1;
    uint32_t dimensions = tenon__pg_load32(*data);
    if (dimensions == 0)
        return 0;
    if (dimensions > 1)
        return tenon__fail_field(err, TENON_TYPE, column->model, column->field,
                                 "the database has an array of %u dimensions", dimensions) -
               1;
    if (*length < ARRAY_HEAD_BYTES + ARRAY_DIMENSION_BYTES)
        return tenon__pg_fail_bytes(column, *length, err) - 1;
    uint32_t count = tenon__pg_load32(*data + ARRAY_HEAD_BYTES);
    *data += ARRAY_HEAD_BYTES + ARRAY_DIMENSION_BYTES;
    *length -= ARRAY_HEAD_BYTES + ARRAY_DIMENSION_BYTES;
    /* Each element has at least its length. */
    if (count > (uint32_t)*length / 4)
        return tenon__pg_fail_bytes(column, *length, err) - 1;
    return count;
}

static bool decode_elements(tenon__pg_column *column, const char *data, int length, char *items,
                            size_t count, tenon__arena *arena, tenon_error *err)
{
    size_t stride = tenon__element_size(column->field->kind);
    for (size_t i = 0; i < count; i++) {
        if (length < 4)
            return tenon__pg_fail_bytes(column, length, err);
        int size = (int32_t)tenon__pg_load32(data);
        data += 4;
        length -= 4;
        if (size == -1)
            return tenon__fail_field(err, TENON_TYPE, column->model, column->field,
                                     "element %zu of the array in the database is NULL", i + 1);
        if (size < 0 || size > length)
            return tenon__pg_fail_bytes(column, length, err);
        if (!decode_as(column, column->element_codec, data, size, items + i * stride, arena, err))
            return false;
        data += size;
        length -= size;
    }
    return true;
}

static bool decode_array(tenon__pg_column *column, const char *data, int length, void *out,
                         tenon__arena *arena, tenon_error *err)
{
    int64_t count = tenon__pg_array_head(column, &data, &length, err);
    if (count < 0)
        return false;
    tenon__arena_align(arena);
    void *items =
        tenon__arena_array(arena, (size_t)count, tenon__element_size(column->field->kind));
    if (!items)
        return tenon__fail_no_memory(err);
    *(any_array *)out = (any_array){.items = items, .count = (size_t)count};
    return decode_elements(column, data, length, items, (size_t)count, arena, err);
}

bool tenon__pg_decode(tenon__pg_column *column, const char *data, int length, void *out,
                      tenon__arena *arena, tenon_error *err)
{
    return decode_as(column, column->codec, data, length, out, arena, err);
}

bool tenon__pg_column_init(tenon__pg_column *column, const tenon__out *out,
                           const tenon_model *model, tenon_error *err)
{
    const tenon_field *field = out->kind == TENON__OUT_FIELD ? out->field : NULL;
    *column = (tenon__pg_column){
        .field = field, .model = model, .offset = out->offset, .skip = out->skip};
    if (!field) {
        column->codec = out->kind == TENON__OUT_BOOL ? TENON__PG_CODEC_BOOL : TENON__PG_CODEC_INT8;
        return true;
    }
    tenon__pg_codec codec = tenon__pg_codec_of(field);
    if (codec == TENON__PG_CODEC_NONE)
        return tenon__fail_field(err, TENON_MISUSE, model, field,
                                 "the descriptor's kind and type do not go together");
    bool is_list = field->flags & TENON_FIELD_LIST;
    column->codec = is_list ? TENON__PG_CODEC_ARRAY : codec;
    if (out->nested) {
        column->codec = TENON__PG_CODEC_NESTED;
        column->nested = out->nested;
    }
    column->element_codec = codec;
    /* A list that is NULL in the database is an empty one. */
    column->is_nullable = is_list || field->flags & TENON_FIELD_NULLABLE;
    if (!is_list && field->flags & TENON_FIELD_NULLABLE && tenon__optional_offset(field->kind)) {
        column->is_optional = true;
        column->has_offset = out->offset;
        column->offset += (uint32_t)tenon__optional_offset(field->kind);
    }
    return true;
}
