/* Values as C initializers, and the constants that hold the defaults of fields. */
#include <stdlib.h>

#include "driver/driver.h"
#include "generate/emit.h"

static void emit_bytes(emitter *e, tenon_bytes bytes)
{
    const unsigned char *data = bytes.data;
    tenon__buf_char(e->out, '"');
    for (size_t i = 0; i < bytes.len; i++)
        tenon__buf_format(e->out, "\\%03o", data[i]);
    tenon__buf_char(e->out, '"');
}

/* The shortest of 17 digits that reads back as the same double. */
static void emit_double(emitter *e, double value)
{
    char text[40];
    int digits = 15;
    do
        snprintf(text, sizeof text, "%.*e", digits++, value);
    while (digits < 18 && strtod(text, NULL) != value);
    tenon__buf_text(e->out, text);
}

static void emit_int64(emitter *e, int64_t value)
{
    if (value == INT64_MIN)
        tenon__buf_text(e->out, "INT64_MIN");
    else
        tenon__buf_format(e->out, "INT64_C(%lld)", (long long)value);
}

/* The wide value at `value` as a C initializer. */
static void emit_wide_value(emitter *e, const tenon_field *field, const void *value)
{
    switch (field->kind) {
    case TENON_KIND_BOOL:
    case TENON_KIND_ENUM:
        tenon__buf_format(e->out, "%d", *(const int *)value);
        break;
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        emit_int64(e, *(const int64_t *)value);
        break;
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        emit_double(e, *(const double *)value);
        break;
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        emit_string(e, *(const char *const *)value);
        break;
    case TENON_KIND_DECIMAL: /* these two have the same members */
        tenon__buf_format(e->out, "{ %zu, ", ((const tenon_decimal *)value)->len);
        emit_string(e, ((const tenon_decimal *)value)->text);
        tenon__buf_text(e->out, " }");
        break;
    case TENON_KIND_JSON:
        tenon__buf_format(e->out, "{ %zu, ", ((const tenon_json *)value)->len);
        emit_string(e, ((const tenon_json *)value)->text);
        tenon__buf_text(e->out, " }");
        break;
    case TENON_KIND_BYTES:
        tenon__buf_format(e->out, "{ %zu, ", ((const tenon_bytes *)value)->len);
        emit_bytes(e, *(const tenon_bytes *)value);
        tenon__buf_text(e->out, " }");
        break;
    case TENON_KIND_UUID:
        tenon__buf_format(e->out, "{ UINT64_C(0x%016llx), UINT64_C(0x%016llx) }",
                          (unsigned long long)((const tenon_uuid *)value)->hi,
                          (unsigned long long)((const tenon_uuid *)value)->lo);
        break;
    case TENON_KIND_TIME:
    case TENON_KIND_CLOCK:
        tenon__buf_text(e->out, "{ ");
        emit_int64(e, *(const int64_t *)value);
        tenon__buf_text(e->out, " }");
        break;
    case TENON_KIND_DATE:
        tenon__buf_format(e->out, "{ %d }", ((const tenon_date *)value)->days);
        break;
    case TENON_KIND_CLOCK_TZ:
        tenon__buf_text(e->out, "{ ");
        emit_int64(e, ((const tenon_clock_tz *)value)->us);
        tenon__buf_format(e->out, ", %d }", ((const tenon_clock_tz *)value)->offset_seconds);
        break;
    case TENON_KIND_VECTOR: /* never a default */
    case TENON_KIND_PACKED:
        tenon__buf_text(e->out, "{ 0, NULL }");
        break;
    case TENON_KIND_INTERVAL:
        tenon__buf_format(e->out, "{ %d, %d, ", ((const tenon_interval *)value)->months,
                          ((const tenon_interval *)value)->days);
        emit_int64(e, ((const tenon_interval *)value)->us);
        tenon__buf_text(e->out, " }");
        break;
    }
}

/* A row-form element of a list as a C initializer, by way of its wide form. */
static void emit_element(emitter *e, const tenon_field *field, const void *element)
{
    int64_t whole;
    double real;
    int small;
    switch (field->kind) {
    case TENON_KIND_BOOL:
        small = *(const bool *)element;
        emit_wide_value(e, field, &small);
        break;
    case TENON_KIND_INT16:
        whole = *(const int16_t *)element;
        emit_wide_value(e, field, &whole);
        break;
    case TENON_KIND_INT32:
        whole = *(const int32_t *)element;
        emit_wide_value(e, field, &whole);
        break;
    case TENON_KIND_FLOAT:
        real = *(const float *)element;
        emit_wide_value(e, field, &real);
        break;
    case TENON_KIND_ENUM:
        tenon__buf_text(
            e->out, emit_names_of_enum(e, field->enumeration)->values[*(const int *)element - 1]);
        break;
    default:
        emit_wide_value(e, field, element);
    }
}

typedef struct any_array {
    const char *items;
    size_t count;
} any_array;

/* `static const int64_t ` or `static const char *const `. */
static void emit_static(emitter *e, const char *type)
{
    bool is_pointer = type[strlen(type) - 1] == '*';
    tenon__buf_format(e->out, is_pointer ? "static %sconst " : "static const %s ", type);
}

static void emit_list_default(emitter *e, const tenon_field *field, const char *name)
{
    const any_array *list = field->default_value;
    tenon_field element = *field;
    element.flags &= ~(uint32_t)(TENON_FIELD_LIST | TENON_FIELD_NULLABLE);
    size_t size = tenon__element_size(field->kind);
    if (list->count) {
        emit_static(e, emit_row_type(e, &element));
        tenon__buf_format(e->out, "%s_items[] = { ", name);
        for (size_t i = 0; i < list->count; i++) {
            emit_element(e, field, list->items + i * size);
            tenon__buf_text(e->out, i + 1 < list->count ? ", " : " };\n");
        }
    }
    emit_static(e, emit_row_type(e, field));
    if (list->count)
        tenon__buf_format(e->out, "%s = { %s_items, %zu };\n", name, name, list->count);
    else
        tenon__buf_format(e->out, "%s = { NULL, 0 };\n", name);
}

bool emit_default(emitter *e, const tenon_field *field, const char *name)
{
    if (field->default_kind != TENON_DEFAULT_VALUE)
        return false;
    if (field->flags & TENON_FIELD_LIST) {
        emit_list_default(e, field, name);
        return true;
    }
    emit_static(e, field->kind == TENON_KIND_ENUM ? "int" : emit_wide_type(e, field));
    tenon__buf_format(e->out, "%s = ", name);
    emit_wide_value(e, field, field->default_value);
    tenon__buf_text(e->out, ";\n");
    return true;
}

void emit_validation(emitter *e, const tenon_field *field, const char *name, bool has_check)
{
    const tenon_validation *validation = field->validation;
    tenon__buf_format(e->out,
                      "static const tenon_validation %s = {\n"
                      "    .has_min = %d, .has_max = %d, .has_min_length = %d,"
                      " .has_max_length = %d,\n    .is_required = %d,\n    .min = ",
                      name, validation->has_min, validation->has_max, validation->has_min_length,
                      validation->has_max_length, validation->is_required);
    emit_double(e, validation->min);
    tenon__buf_text(e->out, ", .max = ");
    emit_double(e, validation->max);
    tenon__buf_format(e->out, ",\n    .min_length = %u, .max_length = %u,\n    .pattern = ",
                      validation->min_length, validation->max_length);
    emit_string(e, validation->pattern);
    tenon__buf_text(e->out, ",\n    .message = ");
    emit_string(e, validation->message);
    tenon__buf_format(e->out, ",\n    .check = %s%s,\n};\n", has_check ? name : "NULL",
                      has_check ? "_check" : "");
}

static const char *const array_names[] = {
    [TENON_ARRAY_INT16] = "INT16", [TENON_ARRAY_INT32] = "INT32",   [TENON_ARRAY_INT64] = "INT64",
    [TENON_ARRAY_FLOAT] = "FLOAT", [TENON_ARRAY_DOUBLE] = "DOUBLE", [TENON_ARRAY_BOOL] = "BOOL",
    [TENON_ARRAY_TIME] = "TIME",   [TENON_ARRAY_DATE] = "DATE",     [TENON_ARRAY_CLOCK] = "CLOCK",
    [TENON_ARRAY_UUID] = "UUID",   [TENON_ARRAY_TEXT] = "TEXT",     [TENON_ARRAY_BYTES] = "BYTES",
};

void emit_packing(emitter *e, const tenon_packing *packing, const char *name)
{
    /* Kinds and array types of what can be packed are called alike. */
    const char *type = array_names[packing->type];
    tenon__buf_format(e->out,
                      "static const tenon_packing %s = {\n"
                      "    .element = TENON_KIND_%s, .type = TENON_ARRAY_%s,\n"
                      "    .options = { .max_error = ",
                      name, type, type);
    emit_double(e, packing->options.max_error);
    tenon__buf_format(e->out,
                      ", .threads = 0, .without_general = %s },\n"
                      "    .pack = tenon_pack, .unpack = tenon_unpack,\n};\n",
                      packing->options.without_general ? "true" : "false");
}
