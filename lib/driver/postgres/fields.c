/* A value with its length in front: a parameter, a value of a row of COPY, an element of a binary
 * array.
 *
 * Loading many rows is this, once a value. So the kinds that most columns have take a short way
 * when nothing is unusual about a value: it is checked and written in one go. Whatever does not
 * fit there goes the long way, and is refused there with its reason. */
#include "driver/postgres/pg.h"

/* Room for a length and so many bytes, the length being written; where the bytes go. */
static inline char *open_field(tenon__buf *out, size_t length)
{
    char *at = tenon__pg_room(out, TENON__PG_LENGTH_BYTES + length);
    if (!at)
        return NULL;
    tenon__pg_store32(at, (uint32_t)length);
    return at + TENON__PG_LENGTH_BYTES;
}

static size_t store_bool(char *at, int value)
{
    *at = (char)value;
    return value == 0 || value == 1 ? 1 : 0;
}

static size_t store_int2(char *at, int64_t value)
{
    tenon__pg_store16(at, (uint16_t)value);
    return value == (int16_t)value ? 2 : 0;
}

static inline size_t store_int4(char *at, int64_t value)
{
    tenon__pg_store32(at, (uint32_t)value);
    return value == (int32_t)value ? 4 : 0;
}

static inline size_t store_eight(char *at, uint64_t bits)
{
    tenon__pg_store64(at, bits);
    return 8;
}

/* Of times after 1970 that are as fine as the column. */
static inline size_t store_time(char *at, const tenon__pg_param *param, int64_t us)
{
    uint32_t unit_us = param->time_unit_us;
    bool is_fine = unit_us == 1000 ? us % 1000 == 0 : us % unit_us == 0; /* the usual one by hand */
    bool is_plain = us >= 0 && us != INT64_MAX && is_fine;
    return is_plain ? store_eight(at, (uint64_t)(us - TENON__PG_EPOCH_US)) : 0;
}

static size_t store_uuid(char *at, const tenon_uuid *value)
{
    tenon__pg_store64(at, value->hi);
    tenon__pg_store64(at + 8, value->lo);
    return 16;
}

static inline size_t store_fixed(char *at, const tenon__pg_param *param, const void *value)
{
    uint64_t bits;
    switch (param->codec) {
    case TENON__PG_CODEC_BOOL:
        return store_bool(at, *(const int *)value);
    case TENON__PG_CODEC_INT2:
        return store_int2(at, *(const int64_t *)value);
    case TENON__PG_CODEC_INT4:
        return store_int4(at, *(const int64_t *)value);
    case TENON__PG_CODEC_INT8:
    case TENON__PG_CODEC_FLOAT8:
        memcpy(&bits, value, sizeof bits);
        return store_eight(at, bits);
    case TENON__PG_CODEC_TIMESTAMP:
        return store_time(at, param, ((const tenon_time *)value)->us);
    case TENON__PG_CODEC_UUID:
        return store_uuid(at, value);
    default:
        return 0;
    }
}

TENON__HOT size_t tenon__pg_store_fixed(char *at, const tenon__pg_param *param, const void *value)
{
    return store_fixed(at, param, value);
}

static inline bool quick_text(tenon__buf *out, const tenon__pg_param *param, const char *text)
{
    size_t length = text ? strlen(text) : 0;
    char *at = text && length <= param->most_bytes ? open_field(out, length) : NULL;
    if (!at || tenon__utf8_copy(at, text, length))
        return at;
    out->length -= TENON__PG_LENGTH_BYTES + length;
    return false;
}

static inline bool quick_jsonb(tenon__buf *out, tenon_json json, bool is_left)
{
    size_t length = json.text && !json.len ? strlen(json.text) : json.len;
    if (!json.text || !(is_left || tenon__json_is_valid(json.text, length)))
        return false;
    char *at = open_field(out, length + 1);
    if (!at)
        return false;
    *at = TENON__PG_JSONB_VERSION;
    memcpy(at + 1, json.text, length);
    return true;
}

static inline bool quick_fixed(tenon__buf *out, const tenon__pg_param *param, const void *value)
{
    char *at = tenon__pg_room(out, TENON__PG_LENGTH_BYTES + TENON__PG_FIXED_BYTES);
    if (!at)
        return false;
    size_t size = store_fixed(at + TENON__PG_LENGTH_BYTES, param, value);
    tenon__pg_store32(at, (uint32_t)size);
    out->length -= TENON__PG_FIXED_BYTES - size + (size ? 0 : TENON__PG_LENGTH_BYTES);
    return size;
}

/* False: nothing was written. */
TENON__HOT static bool add_quickly(tenon__buf *out, const tenon__pg_param *param, const void *value)
{
    if (param->codec == TENON__PG_CODEC_TEXT)
        return quick_text(out, param, *(const char *const *)value);
    if (param->codec == TENON__PG_CODEC_JSONB)
        return quick_jsonb(out, *(const tenon_json *)value, param->leaves_json);
    return quick_fixed(out, param, value);
}

/* The shapes of columns are lists of the rows' values: this is one of them. */
static bool add_slowly(tenon__buf *out, const tenon__pg_param *param, const void *value,
                       tenon_error *err)
{
    switch (param->shape) {
    case TENON__PG_ROWS:
        return tenon__pg_add_checked(out, param, value, err);
    case TENON__PG_LITERALS:
        return tenon__pg_add_literal(out, param, value, err);
    default:
        return tenon__pg_encode(out, param, value, err);
    }
}

static inline bool add_field(tenon__buf *out, const tenon__pg_param *param, const void *value,
                             tenon_error *err)
{
    if (TENON__LIKELY(value && param->is_quick && add_quickly(out, param, value)))
        return true;
    tenon__pg_add32(out, UINT32_MAX); /* NULL */
    size_t start = out->length;
    if (!value)
        return true;
    if (!add_slowly(out, param, value, err))
        return false;
    if (!out->failed)
        tenon__pg_store32(out->data + start - TENON__PG_LENGTH_BYTES,
                          (uint32_t)(out->length - start));
    return true;
}

TENON__HOT bool tenon__pg_add_field(tenon__buf *out, const tenon__pg_param *param,
                                    const void *value, tenon_error *err)
{
    return add_field(out, param, value, err);
}

bool tenon__pg_add_fields(tenon__buf *out, const tenon__pg_param *param, const void *const *values,
                          size_t count, tenon_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (TENON__UNLIKELY(!add_field(out, param, values[i], err)))
            return false;
    return true;
}

bool tenon__pg_add_row(tenon__buf *out, const tenon__prepared *p, const void *const *values,
                       tenon_error *err)
{
    size_t start = out->length;
    tenon__pg_add16(out, (uint16_t)p->param_count);
    for (int i = 0; i < p->param_count; i++) {
        if (TENON__UNLIKELY(!add_field(out, &p->params[i], values[i], err))) {
            out->length = start;
            return false;
        }
    }
    return !out->failed || tenon__fail_no_memory(err);
}
