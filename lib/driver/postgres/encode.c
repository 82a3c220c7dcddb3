/* From C values to PostgreSQL's binary formats: single values.
 *
 * What is written is checked first (tenon__check_wide), so that a value the column cannot hold
 * never leaves the program. Values come in wide or in row form; both are brought to the same
 * writers. Everything is appended to the connection's buffer, which keeps its room, so that a
 * statement run again allocates nothing. */
#include "driver/postgres/pg.h"

#include <stdlib.h>

/* The integers of both forms. */
static int64_t load_integer(const tenon__pg_param *param, const void *value)
{
    if (param->is_wide)
        return *(const int64_t *)value;
    switch (param->field->kind) {
    case TENON_KIND_INT16:
        return *(const int16_t *)value;
    case TENON_KIND_INT32:
        return *(const int32_t *)value;
    default:
        return *(const int64_t *)value;
    }
}

static bool load_bool(const tenon__pg_param *param, const void *value)
{
    return param->is_wide ? *(const int *)value != 0 : *(const bool *)value;
}

static void add_float4(tenon__buf *out, const tenon__pg_param *param, const void *value)
{
    float number = param->is_wide ? (float)*(const double *)value : *(const float *)value;
    uint32_t bits;
    memcpy(&bits, &number, sizeof bits);
    tenon__pg_add32(out, bits);
}

static void add_float8(tenon__buf *out, const void *value)
{
    uint64_t bits;
    memcpy(&bits, value, sizeof bits);
    tenon__pg_add64(out, bits);
}

static bool add_numeric(tenon__buf *out, const tenon__pg_param *param, const tenon_decimal *value,
                        tenon_error *err)
{
    size_t length = value->len ? value->len : strlen(value->text);
    return tenon__pg_encode_numeric(out, value->text, length) ||
           tenon__fail_field(err, TENON_RANGE, param->model, param->field,
                             "the number has more digits than numeric holds");
}

static void add_json(tenon__buf *out, const tenon_json *value)
{
    tenon__buf_add(out, value->text, value->len ? value->len : strlen(value->text));
}

static void add_jsonb(tenon__buf *out, const tenon_json *value)
{
    tenon__buf_char(out, TENON__PG_JSONB_VERSION);
    add_json(out, value);
}

static void add_uuid(tenon__buf *out, const tenon_uuid *value)
{
    tenon__pg_add64(out, value->hi);
    tenon__pg_add64(out, value->lo);
}

static bool add_timestamp(tenon__buf *out, const tenon__pg_param *param, int64_t us,
                          tenon_error *err)
{
    bool is_infinite = us == INT64_MAX || us == INT64_MIN;
    if (!is_infinite && __builtin_sub_overflow(us, TENON__PG_EPOCH_US, &us))
        return tenon__fail_field(err, TENON_RANGE, param->model, param->field,
                                 "the time is before the year 4713 BC");
    tenon__pg_add64(out, (uint64_t)us);
    return true;
}

static bool add_date(tenon__buf *out, const tenon__pg_param *param, int32_t days, tenon_error *err)
{
    bool is_infinite = days == INT32_MAX || days == INT32_MIN;
    if (!is_infinite && __builtin_sub_overflow(days, TENON__PG_EPOCH_DAYS, &days))
        return tenon__fail_field(err, TENON_RANGE, param->model, param->field,
                                 "the date is before the year 4713 BC");
    tenon__pg_add32(out, (uint32_t)days);
    return true;
}

/* The server counts the offset westwards. */
static void add_clock_tz(tenon__buf *out, const tenon_clock_tz *value)
{
    tenon__pg_add64(out, (uint64_t)value->us);
    tenon__pg_add32(out, (uint32_t)-value->offset_seconds);
}

static void add_interval(tenon__buf *out, const tenon_interval *value)
{
    tenon__pg_add64(out, (uint64_t)value->us);
    tenon__pg_add32(out, (uint32_t)value->days);
    tenon__pg_add32(out, (uint32_t)value->months);
}

/* The count, an unused number, the floats. */
static void add_vector(tenon__buf *out, const tenon_vector *value)
{
    tenon__pg_add16(out, (uint16_t)value->count);
    tenon__pg_add16(out, 0);
    for (size_t i = 0; i < value->count; i++) {
        uint32_t bits;
        memcpy(&bits, &value->items[i], sizeof bits);
        tenon__pg_add32(out, bits);
    }
}

static bool add_packed(tenon__buf *out, const tenon__pg_param *param, const tenon__list *array,
                       tenon_error *err)
{
    tenon_packed packed;
    if (!tenon__pack_value(param->model, param->field, array, &packed, err))
        return false;
    tenon__buf_add(out, packed.data, packed.length);
    free(packed.data);
    return true;
}

static bool add_text(tenon__buf *out, const char *text)
{
    tenon__buf_add(out, text, strlen(text));
    return true;
}

/* One checked value. */
static bool add_value(tenon__buf *out, const tenon__pg_param *param, const void *value,
                      tenon_error *err)
{
    switch (param->codec) {
    case TENON__PG_CODEC_BOOL:
        tenon__buf_char(out, load_bool(param, value));
        return true;
    case TENON__PG_CODEC_INT2:
        tenon__pg_add16(out, (uint16_t)load_integer(param, value));
        return true;
    case TENON__PG_CODEC_INT4:
    case TENON__PG_CODEC_OID:
        tenon__pg_add32(out, (uint32_t)load_integer(param, value));
        return true;
    case TENON__PG_CODEC_INT8:
        tenon__pg_add64(out, (uint64_t)load_integer(param, value));
        return true;
    case TENON__PG_CODEC_FLOAT4:
        add_float4(out, param, value);
        return true;
    case TENON__PG_CODEC_FLOAT8:
        add_float8(out, value);
        return true;
    case TENON__PG_CODEC_NUMERIC:
        return add_numeric(out, param, value, err);
    case TENON__PG_CODEC_TEXT:
        return add_text(out, *(const char *const *)value);
    case TENON__PG_CODEC_ENUM:
        return add_text(out, param->field->enumeration->values[*(const int *)value - 1]);
    case TENON__PG_CODEC_JSON:
        add_json(out, value);
        return true;
    case TENON__PG_CODEC_JSONB:
        add_jsonb(out, value);
        return true;
    case TENON__PG_CODEC_BYTEA:
        tenon__buf_add(out, ((const tenon_bytes *)value)->data, ((const tenon_bytes *)value)->len);
        return true;
    case TENON__PG_CODEC_UUID:
        add_uuid(out, value);
        return true;
    case TENON__PG_CODEC_TIMESTAMP:
        return add_timestamp(out, param, ((const tenon_time *)value)->us, err);
    case TENON__PG_CODEC_DATE:
        return add_date(out, param, ((const tenon_date *)value)->days, err);
    case TENON__PG_CODEC_TIME:
        tenon__pg_add64(out, (uint64_t)((const tenon_clock *)value)->us);
        return true;
    case TENON__PG_CODEC_TIMETZ:
        add_clock_tz(out, value);
        return true;
    case TENON__PG_CODEC_INTERVAL:
        add_interval(out, value);
        return true;
    case TENON__PG_CODEC_VECTOR:
        add_vector(out, value);
        return true;
    case TENON__PG_CODEC_PACKED:
        return add_packed(out, param, value, err);
    case TENON__PG_CODEC_ARRAY:
    case TENON__PG_CODEC_NESTED:
    case TENON__PG_CODEC_NONE:
        break;
    }
    return tenon__fail(err, TENON_MISUSE, "a parameter without a codec");
}

bool tenon__pg_check(const tenon__pg_param *param, const void *value, tenon_error *err)
{
    tenon__wide room;
    if (!param->field)
        return true;
    const void *wide = param->is_wide ? value : tenon__widen(param->field->kind, value, &room);
    return param->is_compared ? tenon__check_compared(param->model, param->field, wide, err)
                              : tenon__check_wide(param->model, param->field, wide, err);
}

bool tenon__pg_add_checked(tenon__buf *out, const tenon__pg_param *param, const void *value,
                           tenon_error *err)
{
    return tenon__pg_check(param, value, err) && add_value(out, param, value, err);
}
