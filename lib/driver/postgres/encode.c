/* From C values to PostgreSQL's binary formats.
 *
 * What is written is checked first (tenon__check_wide, tenon__check_element), so that a value the
 * column cannot hold never leaves the program. A slot holds one value or a list of them, in wide or in
 * row form; both are brought to the same writers. Everything is appended to the connection's buffer, which
 * keeps its room, so that a statement run again allocates nothing.
 *
 * Lists go as binary arrays of one dimension. Where the element type has no OID that is known here they
 * go as array literals, {"a","b\"c"}, and the server takes the type from the context. */
#include "driver/postgres/pg.h"

enum { ARRAY_HEAD_BYTES = 12, ARRAY_DIMENSION_BYTES = 8, JSONB_VERSION = 1 };

/* ---- single values ----------------------------------------------------------------------------- */

static void add16(tenon__buf *out, uint16_t value)
{
    char bytes[2];
    tenon__pg_store16(bytes, value);
    tenon__buf_add(out, bytes, sizeof bytes);
}

static void add32(tenon__buf *out, uint32_t value)
{
    char bytes[4];
    tenon__pg_store32(bytes, value);
    tenon__buf_add(out, bytes, sizeof bytes);
}

static void add64(tenon__buf *out, uint64_t value)
{
    char bytes[8];
    tenon__pg_store64(bytes, value);
    tenon__buf_add(out, bytes, sizeof bytes);
}

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
    add32(out, bits);
}

static void add_float8(tenon__buf *out, const void *value)
{
    uint64_t bits;
    memcpy(&bits, value, sizeof bits);
    add64(out, bits);
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
    tenon__buf_char(out, JSONB_VERSION);
    add_json(out, value);
}

static void add_uuid(tenon__buf *out, const tenon_uuid *value)
{
    add64(out, value->hi);
    add64(out, value->lo);
}

static bool add_timestamp(tenon__buf *out, const tenon__pg_param *param, int64_t us,
                          tenon_error *err)
{
    bool is_infinite = us == INT64_MAX || us == INT64_MIN;
    if (!is_infinite && __builtin_sub_overflow(us, TENON__PG_EPOCH_US, &us))
        return tenon__fail_field(err, TENON_RANGE, param->model, param->field,
                                 "the time is before the year 4713 BC");
    add64(out, (uint64_t)us);
    return true;
}

static bool add_date(tenon__buf *out, const tenon__pg_param *param, int32_t days, tenon_error *err)
{
    bool is_infinite = days == INT32_MAX || days == INT32_MIN;
    if (!is_infinite && __builtin_sub_overflow(days, TENON__PG_EPOCH_DAYS, &days))
        return tenon__fail_field(err, TENON_RANGE, param->model, param->field,
                                 "the date is before the year 4713 BC");
    add32(out, (uint32_t)days);
    return true;
}

/* The server counts the offset westwards. */
static void add_clock_tz(tenon__buf *out, const tenon_clock_tz *value)
{
    add64(out, (uint64_t)value->us);
    add32(out, (uint32_t)-value->offset_seconds);
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
        add16(out, (uint16_t)load_integer(param, value));
        return true;
    case TENON__PG_CODEC_INT4:
    case TENON__PG_CODEC_OID:
        add32(out, (uint32_t)load_integer(param, value));
        return true;
    case TENON__PG_CODEC_INT8:
        add64(out, (uint64_t)load_integer(param, value));
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
        add64(out, (uint64_t)((const tenon_clock *)value)->us);
        return true;
    case TENON__PG_CODEC_TIMETZ:
        add_clock_tz(out, value);
        return true;
    case TENON__PG_CODEC_ARRAY:
    case TENON__PG_CODEC_NONE:
        break;
    }
    return tenon__fail(err, TENON_MISUSE, "a parameter without a codec");
}

static bool is_fit(const tenon__pg_param *param, const void *value, tenon_error *err)
{
    if (!param->field)
        return true;
    return param->is_wide ? tenon__check_wide(param->model, param->field, value, err)
                          : tenon__check_element(param->model, param->field, value, err);
}

static bool add_checked(tenon__buf *out, const tenon__pg_param *param, const void *value,
                        tenon_error *err)
{
    return is_fit(param, value, err) && add_value(out, param, value, err);
}

/* A pattern or path: any UTF-8, whatever the field's own limits are. */
static bool add_untyped(tenon__buf *out, const tenon__pg_param *param, const char *text,
                        tenon_error *err)
{
    if (tenon__utf8_is_valid(text, strlen(text)))
        return add_text(out, text);
    if (param->field)
        return tenon__fail_field(err, TENON_TYPE, param->model, param->field,
                                 "the text is not valid UTF-8");
    return tenon__fail(err, TENON_TYPE, "the text is not valid UTF-8");
}

/* ---- lists ------------------------------------------------------------------------------------- */

/* Fills in the length in front of the bytes that were appended since `start`. */
static void close_length(tenon__buf *out, size_t start)
{
    if (!out->failed)
        tenon__pg_store32(out->data + start - 4, (uint32_t)(out->length - start));
}

static bool add_array(tenon__buf *out, const tenon__pg_param *param, const tenon__list *list,
                      tenon_error *err)
{
    add32(out, list->count ? 1 : 0);
    add32(out, 0);
    add32(out, param->element_oid);
    if (list->count) {
        add32(out, (uint32_t)list->count);
        add32(out, 1);
    }
    const char *item = list->items;
    for (size_t i = 0; i < list->count; i++, item += param->stride) {
        add32(out, 0);
        size_t start = out->length;
        if (!add_checked(out, param, item, err))
            return false;
        close_length(out, start);
    }
    return true;
}

/* Quotes what was appended since `start` as an element of an array literal. */
static void quote_element(tenon__buf *out, size_t start)
{
    size_t length = out->failed ? 0 : out->length - start, marks = 0;
    for (size_t i = 0; i < length; i++)
        marks += out->data[start + i] == '"' || out->data[start + i] == '\\';
    if (!tenon__buf_reserve(out, marks + 2))
        return;
    char *from = out->data + start + length, *to = from + marks + 1;
    *to = '"';
    while (from > out->data + start) {
        *--to = *--from;
        if (*to == '"' || *to == '\\')
            *--to = '\\';
    }
    out->data[start] = '"';
    out->length += marks + 2;
}

static bool add_array_literal(tenon__buf *out, const tenon__pg_param *param,
                              const tenon__list *list, tenon_error *err)
{
    tenon__buf_char(out, '{');
    const char *item = list->items;
    for (size_t i = 0; i < list->count; i++, item += param->stride) {
        if (i)
            tenon__buf_char(out, ',');
        size_t start = out->length;
        if (!add_checked(out, param, item, err))
            return false;
        quote_element(out, start);
    }
    tenon__buf_char(out, '}');
    return true;
}

static bool add_list(tenon__buf *out, const tenon__pg_param *param, const tenon__list *list,
                     tenon_error *err)
{
    if (list->count > INT32_MAX)
        return tenon__fail(err, TENON_LIMIT, "a list of %zu values is too long", list->count);
    return param->is_text ? add_array_literal(out, param, list, err)
                          : add_array(out, param, list, err);
}

/* ---- slots ------------------------------------------------------------------------------------- */

/* All array types are laid out like tenon__list. */
_Static_assert(sizeof(tenon__list) == sizeof(tenon_text_array), "arrays and lists are alike");

bool tenon__pg_encode(tenon__buf *out, const tenon__pg_param *param, const void *value,
                      tenon_error *err)
{
    bool is_done = param->is_untyped ? add_untyped(out, param, *(const char *const *)value, err)
                   : param->is_list  ? add_list(out, param, value, err)
                                     : add_checked(out, param, value, err);
    if (is_done && out->failed)
        return tenon__fail_no_memory(err);
    return is_done;
}

static bool is_wide_form(tenon__form form)
{
    return form == TENON__FORM_WIDE || form == TENON__FORM_WIDE_LIST;
}

static bool is_list_form(tenon__form form)
{
    return form != TENON__FORM_WIDE && form != TENON__FORM_ELEMENT;
}

static void choose_oid(tenon__pg_param *param)
{
    const tenon__pg_type *type = tenon__pg_type_of(param->field->pg_type);
    param->element_oid = type->oid;
    param->oid = param->is_list ? type->array_oid : type->oid;
    param->is_text = type->oid == 0;
}

bool tenon__pg_param_init(tenon__pg_param *param, const tenon__slot *slot, tenon_error *err)
{
    const tenon_field *field = slot->field;
    *param = (tenon__pg_param){.field = field,
                               .model = slot->model,
                               .codec = TENON__PG_CODEC_INT8,
                               .is_wide = is_wide_form(slot->form),
                               .oid = TENON__PG_OID_INT8};
    if (slot->as_text) {
        param->is_untyped = param->is_text = true;
        param->oid = 0;
        return true;
    }
    if (!field)
        return true;
    param->codec = tenon__pg_codec_of(field);
    param->is_list = is_list_form(slot->form);
    if (param->codec == TENON__PG_CODEC_NONE)
        return tenon__fail_field(err, TENON_MISUSE, slot->model, field,
                                 "the descriptor's kind and type do not go together");
    param->stride = (uint32_t)(param->is_wide ? tenon__wide_size(field->kind)
                                              : tenon__element_size(field->kind));
    choose_oid(param);
    return true;
}
