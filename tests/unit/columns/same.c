/* Rows against columns, value by value, written without a look at how columns are made. */
#include "same.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- rows ------------------------------------------------------------------------------------ */

static size_t optional_offset(tenon_kind kind)
{
    switch ((int)kind) {
    case TENON_KIND_BOOL:
        return offsetof(tenon_opt_bool, value);
    case TENON_KIND_INT16:
        return offsetof(tenon_opt_int16, value);
    case TENON_KIND_INT32:
    case TENON_KIND_ENUM:
        return offsetof(tenon_opt_int32, value);
    case TENON_KIND_FLOAT:
        return offsetof(tenon_opt_float, value);
    case TENON_KIND_DATE:
        return offsetof(tenon_opt_date, value);
    case TENON_KIND_INT64:
    case TENON_KIND_DOUBLE:
    case TENON_KIND_TIME:
    case TENON_KIND_CLOCK:
        return offsetof(tenon_opt_int64, value);
    case TENON_KIND_CLOCK_TZ:
        return offsetof(tenon_opt_clock_tz, value);
    case TENON_KIND_INTERVAL:
        return offsetof(tenon_opt_interval, value);
    case TENON_KIND_UUID:
        return offsetof(tenon_opt_uuid, value);
    default:
        return 0;
    }
}

/* NULL for NULL. */
static const void *value_of(const tenon_field *field, const char *row)
{
    const char *at = row + field->row_offset;
    bool is_nullable = field->flags & TENON_FIELD_NULLABLE && !(field->flags & TENON_FIELD_LIST);
    size_t behind = is_nullable ? optional_offset(field->kind) : 0;
    if (behind)
        return *(const bool *)at ? at + behind : NULL;
    if (!is_nullable)
        return at;
    bool has_length = field->kind == TENON_KIND_DECIMAL || field->kind == TENON_KIND_JSON ||
                      field->kind == TENON_KIND_BYTES || field->kind == TENON_KIND_VECTOR;
    const void *pointer;
    memcpy(&pointer, at + (has_length ? sizeof(size_t) : 0), sizeof pointer);
    return pointer ? at : NULL;
}

static size_t element_size(tenon_kind kind)
{
    switch ((int)kind) {
    case TENON_KIND_BOOL:
        return sizeof(bool);
    case TENON_KIND_INT16:
        return sizeof(int16_t);
    case TENON_KIND_INT32:
    case TENON_KIND_FLOAT:
    case TENON_KIND_DATE:
    case TENON_KIND_ENUM:
        return sizeof(int32_t);
    case TENON_KIND_DECIMAL:
    case TENON_KIND_JSON:
    case TENON_KIND_BYTES:
    case TENON_KIND_UUID:
    case TENON_KIND_CLOCK_TZ:
    case TENON_KIND_INTERVAL:
        return 16;
    default:
        return 8;
    }
}

/* ---- values ---------------------------------------------------------------------------------- */

/* The number with its point put in, digit by digit. */
static void print_decimal(tenon_int128 value, int scale, char *out)
{
    __extension__ typedef unsigned __int128 wide;
    wide number = (wide)(uint64_t)value.high << 64 | value.low;
    bool is_negative = value.high < 0;
    char reversed[64];
    int length = 0;
    if (is_negative)
        number = -number;
    do {
        if (length == scale && scale)
            reversed[length++] = '.';
        reversed[length++] = (char)('0' + (int)(number % 10));
        number /= 10;
    } while (number || length <= scale + (scale > 0));
    if (is_negative)
        *out++ = '-';
    while (length)
        *out++ = reversed[--length];
    *out = '\0';
}

static void assert_text(const tenon_column *c, size_t i, const char *text, size_t length)
{
    size_t found;
    const char *at = tenon_column_text(c, i, &found);
    assert_int_equal(found, length);
    assert_true(!length || memcmp(at, text, length) == 0);
}

static void assert_decimal(const tenon_column *c, size_t i, tenon_decimal decimal)
{
    char text[64];
    if (c->form == TENON_COLUMN_TEXT) {
        assert_text(c, i, decimal.text, strlen(decimal.text));
        return;
    }
    assert_int_equal(c->form, TENON_COLUMN_DECIMAL);
    print_decimal(c->as.decimals[i], c->scale, text);
    if (tenon_decimal_compare((tenon_decimal){0, text}, decimal) != 0)
        fail_msg("%s: %s instead of %s", c->name, text, decimal.text);
}

static void assert_uuid(const tenon_column *c, size_t i, tenon_uuid uuid)
{
    for (int byte = 0; byte < 8; byte++) {
        assert_int_equal(c->as.uuids[i][byte], (uint8_t)(uuid.hi >> (56 - 8 * byte)));
        assert_int_equal(c->as.uuids[i][8 + byte], (uint8_t)(uuid.lo >> (56 - 8 * byte)));
    }
}

static void assert_bytes(const tenon_column *c, size_t i, tenon_bytes bytes)
{
    tenon_bytes found = tenon_column_bytes(c, i);
    assert_int_equal(found.len, bytes.len);
    assert_true(!bytes.len || memcmp(found.data, bytes.data, bytes.len) == 0);
}

/* As long as an array element is: the two have the same bits. */
static void assert_bits(const tenon_column *c, size_t i, const void *value, size_t size)
{
    assert_memory_equal((const char *)c->as.any + i * size, value, size);
}

static void assert_value(const tenon_column *c, size_t i, tenon_kind kind, const void *value)
{
    switch (kind) {
    case TENON_KIND_BOOL:
        assert_int_equal(tenon_column_bool(c, i), *(const bool *)value);
        return;
    case TENON_KIND_DECIMAL:
        assert_decimal(c, i, *(const tenon_decimal *)value);
        return;
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        assert_text(c, i, *(const char *const *)value, strlen(*(const char *const *)value));
        return;
    case TENON_KIND_JSON:
        assert_text(c, i, ((const tenon_json *)value)->text, ((const tenon_json *)value)->len);
        return;
    case TENON_KIND_BYTES:
        assert_bytes(c, i, *(const tenon_bytes *)value);
        return;
    case TENON_KIND_UUID:
        assert_uuid(c, i, *(const tenon_uuid *)value);
        return;
    case TENON_KIND_ENUM:
        assert_int_equal(c->as.int16[i] + 1, *(const int *)value);
        return;
    case TENON_KIND_CLOCK_TZ: /* which has a gap at its end */
        assert_int_equal(c->as.clocks_tz[i].us, ((const tenon_clock_tz *)value)->us);
        assert_int_equal(c->as.clocks_tz[i].offset_seconds,
                         ((const tenon_clock_tz *)value)->offset_seconds);
        return;
    case TENON_KIND_VECTOR:
    case TENON_KIND_PACKED:
        fail();
        return;
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
    case TENON_KIND_TIME:
    case TENON_KIND_DATE:
    case TENON_KIND_CLOCK:
    case TENON_KIND_INTERVAL:
        assert_bits(c, i, value, element_size(kind));
    }
}

static void assert_list(const tenon_column *c, size_t i, const tenon_field *field,
                        const void *value)
{
    const tenon_text_array *array = value; /* all of them are laid out alike */
    tenon_kind kind = field->kind == TENON_KIND_PACKED ? field->packing->element : field->kind;
    size_t first = (size_t)c->offsets[i];
    assert_int_equal(c->offsets[i + 1] - c->offsets[i], array->count);
    assert_true((size_t)c->offsets[i + 1] <= c->items->count);
    for (size_t k = 0; k < array->count; k++)
        assert_value(c->items, first + k, kind,
                     (const char *)array->items + k * element_size(kind));
}

/* ---- all of them ----------------------------------------------------------------------------- */

static void assert_cell(const tenon_column *c, size_t i, const tenon_field *field, const char *row)
{
    const void *value = value_of(field, row);
    assert_int_equal(tenon_column_is_null(c, i), !value);
    if (!value)
        return;
    if (field->flags & TENON_FIELD_LIST || field->kind == TENON_KIND_PACKED)
        assert_list(c, i, field, value);
    else
        assert_value(c, i, field->kind, value);
}

static void assert_column(const tenon_column *c, const tenon_field *field, const char *rows,
                          size_t row_size)
{
    size_t null_count = 0;
    assert_string_equal(c->name, field->name);
    for (size_t i = 0; i < c->count; i++, rows += row_size) {
        assert_cell(c, i, field, rows);
        null_count += tenon_column_is_null(c, i);
    }
    assert_int_equal(c->null_count, null_count);
    assert_true(!c->validity == !null_count);
    assert_int_equal((uintptr_t)c->as.any % 64, 0);
    assert_int_equal((uintptr_t)c->validity % 64, 0);
    assert_int_equal((uintptr_t)c->offsets % 64, 0);
}

void assert_same_from(const tenon_model *model, tenon_list rows, size_t first,
                      const tenon_columns *columns)
{
    const char *row = rows.items ? (const char *)rows.items + first * model->row_size : NULL;
    assert_non_null(columns);
    assert_int_equal(tenon_columns_width(columns), model->field_count);
    assert_true(first + tenon_columns_count(columns) <= rows.count);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const tenon_column *c = tenon_columns_at(columns, i);
        assert_int_equal(c->count, tenon_columns_count(columns));
        assert_column(c, &model->fields[i], row, model->row_size);
    }
}

void assert_same(const tenon_model *model, tenon_list rows, const tenon_columns *columns)
{
    assert_int_equal(tenon_columns_count(columns), rows.count);
    assert_same_from(model, rows, 0, columns);
}
