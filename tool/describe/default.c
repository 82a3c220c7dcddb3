/* The default of a field as the wide value that the client sends when the field is left out.
 *
 * The checker has found every literal to be one of its type; here it must also fit its column
 * without loss, as every value must that a program sends: the same checks decide. Lists become a
 * tenon_…_array of row-form elements. */
#include <stdlib.h>

#include "describe/field.h"

#include "driver/driver.h"

static bool fail_default(tenon_error *err, const schema_field *source, const char *text)
{
    return tenon__fail(err, TENON_RANGE, "%s.%s: the default '%s' does not fit the field's type",
                       source->model->name, source->name, text ? text : "");
}

static bool decode_base64(tenon__arena *arena, const schema_value *value, tenon_bytes *out,
                          tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf bytes = {0};
    bool is_base64 = tenon__base64_decode(value->text, value->length, &bytes);
    char *copy = tenon__arena_copy(arena, tenon__buf_string(&bytes), bytes.length);
    if (bytes.failed || !copy)
        return tenon__fail_no_memory(err);
    *out = (tenon_bytes){bytes.length, copy};
    return is_base64;
}

static bool parse_int64(const char *text, int64_t *out)
{
    tenon_decimal decimal;
    return tenon_decimal_parse(text, &decimal, NULL) && tenon_decimal_to_int64(decimal, out, NULL);
}

/* The language writes all of these as a whole DateTime; a date or a time of day is what its column
 * would keep of it. Offsets count, so all are of UTC. */
static bool convert_time(tenon_kind kind, const char *text, void *out)
{
    const int64_t day_us = INT64_C(86400) * 1000000;
    tenon_time time;
    if (!tenon_time_parse(text, &time, NULL))
        return false;
    int64_t days = time.us / day_us - (time.us % day_us < 0);
    int64_t clock_us = time.us - days * day_us;
    if (kind == TENON_KIND_DATE)
        *(tenon_date *)out = (tenon_date){(int32_t)days};
    else if (kind == TENON_KIND_CLOCK)
        *(tenon_clock *)out = (tenon_clock){clock_us};
    else
        *(tenon_clock_tz *)out = (tenon_clock_tz){clock_us, 0};
    return true;
}

/* One literal into `out`, which has room for the wide value of the field's kind. */
static bool convert(tenon__arena *arena, const tenon_field *field, const schema_value *value,
                    void *out, tenon_error *err)
{
    switch (field->kind) {
    case TENON_KIND_BOOL:
        *(int *)out = value->boolean;
        return true;
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        return parse_int64(value->text, out);
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        *(double *)out = tenon_decimal_approximate((tenon_decimal){value->length, value->text});
        return true;
    case TENON_KIND_DECIMAL:
        return tenon_decimal_parse(value->text, out, NULL);
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        *(const char **)out = value->text;
        return true;
    case TENON_KIND_JSON:
        *(tenon_json *)out = (tenon_json){value->length, value->text};
        return true;
    case TENON_KIND_BYTES:
        return decode_base64(arena, value, out, err);
    case TENON_KIND_UUID:
        return tenon_uuid_parse(value->text, out, NULL);
    case TENON_KIND_TIME:
        return tenon_time_parse(value->text, out, NULL);
    case TENON_KIND_DATE:
    case TENON_KIND_CLOCK:
    case TENON_KIND_CLOCK_TZ:
        return convert_time(field->kind, value->text, out);
    case TENON_KIND_INTERVAL:
        return tenon_interval_parse(value->text, out, NULL);
    case TENON_KIND_VECTOR: /* the language has no literal of it */
    case TENON_KIND_PACKED: /* and the checker lets none stand */
        return false;
    case TENON_KIND_ENUM:
        *(int *)out = (int)value->enum_value + 1;
        return true;
    }
    return false;
}

/* The wide value, which fits, as the row form. */
static void narrow(tenon_kind kind, const void *wide, void *out, size_t size)
{
    switch (kind) {
    case TENON_KIND_BOOL:
        *(bool *)out = *(const int *)wide != 0;
        return;
    case TENON_KIND_INT16:
        *(int16_t *)out = (int16_t) * (const int64_t *)wide;
        return;
    case TENON_KIND_INT32:
        *(int32_t *)out = (int32_t) * (const int64_t *)wide;
        return;
    case TENON_KIND_FLOAT:
        *(float *)out = (float)*(const double *)wide;
        return;
    default: /* the others have one representation */
        memcpy(out, wide, size);
    }
}

typedef struct any_array {
    const void *items;
    size_t count;
} any_array;

static bool describe_list(tenon__arena *arena, const tenon_model *model, const schema_field *source,
                          tenon_field *out, tenon_error *err)
{
    const schema_default *given = &source->default_value;
    size_t size = tenon__element_size(out->kind);
    char *items = tenon__arena_array(arena, given->item_count + 1, size);
    any_array *array = tenon__arena_zalloc(arena, sizeof *array);
    if (!items || !array)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < given->item_count; i++) {
        max_align_t wide[2];
        if (!convert(arena, out, &given->items[i], wide, err))
            return fail_default(err, source, given->items[i].text);
        if (!tenon__check_wide(model, out, wide, err))
            return false;
        narrow(out->kind, wide, items + i * size, size);
    }
    *array = (any_array){items, given->item_count};
    out->default_value = array;
    return true;
}

static bool describe_value(tenon__arena *arena, const tenon_model *model,
                           const schema_field *source, tenon_field *out, tenon_error *err)
{
    out->default_kind = TENON_DEFAULT_VALUE;
    if (source->default_value.is_list)
        return describe_list(arena, model, source, out, err);
    void *wide = tenon__arena_zalloc(arena, 2 * sizeof(max_align_t));
    if (!wide)
        return tenon__fail_no_memory(err);
    if (!convert(arena, out, &source->default_value.value, wide, err))
        return fail_default(err, source, source->default_value.value.text);
    out->default_value = wide;
    return tenon__check_wide(model, out, wide, err);
}

bool describe_default(tenon__arena *arena, const tenon_model *model, const schema_field *source,
                      tenon_field *out, tenon_error *err)
{
    const schema_default *given = &source->default_value;
    switch (given->kind) {
    case SCHEMA_NO_DEFAULT:
    case SCHEMA_DEFAULT_AUTOINCREMENT:
    case SCHEMA_DEFAULT_DBGENERATED:
        return true;
    case SCHEMA_DEFAULT_VALUE:
        return describe_value(arena, model, source, out, err);
    case SCHEMA_DEFAULT_NOW:
        out->default_kind = TENON_DEFAULT_NOW;
        return true;
    case SCHEMA_DEFAULT_UUID:
        out->default_kind = given->version == 7 ? TENON_DEFAULT_UUID7 : TENON_DEFAULT_UUID4;
        return true;
    case SCHEMA_DEFAULT_CUID:
        out->default_kind = given->version == 2 ? TENON_DEFAULT_CUID2 : TENON_DEFAULT_CUID;
        return true;
    case SCHEMA_DEFAULT_ULID:
        out->default_kind = TENON_DEFAULT_ULID;
        return true;
    case SCHEMA_DEFAULT_NANOID:
        out->default_kind = TENON_DEFAULT_NANOID;
        out->default_length = given->length > 0 ? (uint32_t)given->length : 21;
        return true;
    }
    return true;
}
