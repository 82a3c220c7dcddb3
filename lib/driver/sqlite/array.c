/* Array columns: a JSON array as text, which other programs can read and SQLite's own functions can
 * query.
 *
 *     numbers, booleans      JSON numbers, true and false
 *     Decimal                strings, without trailing zeros: equal numbers are equal texts
 *     Bytes                  strings of hexadecimal digits
 *     Json                   the value itself
 *     all other              strings, as in a plain column (DateTime in milliseconds: numbers)
 *
 * The writer makes one text of one array, so SQL may compare whole arrays as texts. The reader
 * takes any valid JSON array, spaces and escapes included. An element is passed to SQL as an array
 * of one. */
#include "driver/sqlite/json_array.h"

#include <math.h>
#include <stdlib.h>

#define REFUSE(to, err, status, ...)                                                               \
    tenon__fail_field(err, status, (to)->model, (to)->field, __VA_ARGS__)

/* ---- writing --------------------------------------------------------------------------------- */

static void write_hex(tenon__buf *text, tenon_bytes bytes)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *data = bytes.data;
    tenon__buf_char(text, '"');
    for (size_t i = 0; i < bytes.len; i++) {
        tenon__buf_char(text, digits[data[i] >> 4]);
        tenon__buf_char(text, digits[data[i] & 15]);
    }
    tenon__buf_char(text, '"');
}

/* With a point always: 1e18 is no integer to those who read it. */
static bool write_real(const target *to, double value, tenon__buf *text, tenon_error *err)
{
    char digits[REAL_TEXT_SIZE];
    if (isinf(value))
        return REFUSE(to, err, TENON_RANGE, "an array on SQLite cannot hold infinities");
    size_t length = tenon__sqlite_real_text(value, digits);
    tenon__buf_add(text, digits, length);
    tenon__buf_text(text, memchr(digits, '.', length) ? "" : ".0");
    return true;
}

static bool write_cell(const target *to, const cell *value, tenon__buf *text, tenon_error *err)
{
    switch (value->type) {
    case CELL_INTEGER:
        tenon__buf_int(text, value->as.integer);
        return true;
    case CELL_REAL:
        return write_real(to, value->as.real, text, err);
    case CELL_TEXT:
        tenon__buf_json_text(text, value->as.bytes.data, value->as.bytes.length);
        return true;
    case CELL_BLOB:
        write_hex(text, (tenon_bytes){value->as.bytes.length, value->as.bytes.data});
        return true;
    }
    return false;
}

static bool write_other(const target *to, const void *wide, tenon__buf *text, tenon_error *err)
{
    cell value = {0};
    return tenon__sqlite_encode(to, wide, &value, err) && write_cell(to, &value, text, err);
}

static bool write_element(const target *to, const void *element, tenon__buf *text, tenon_error *err)
{
    tenon__wide room;
    const void *wide = tenon__widen(to->field->kind, element, &room);
    const tenon_json *json = wide;
    switch ((int)to->field->kind) {
    case TENON_KIND_BOOL:
        tenon__buf_text(text, *(const bool *)element ? "true" : "false");
        return true;
    case TENON_KIND_DECIMAL:
        if (!tenon__check_wide(to->model, to->field, wide, err))
            return false;
        tenon__buf_char(text, '"');
        tenon__sqlite_plain_decimal(*(const tenon_decimal *)wide, text);
        tenon__buf_char(text, '"');
        return true;
    case TENON_KIND_JSON:
        if (!tenon__check_wide(to->model, to->field, wide, err))
            return false;
        tenon__buf_add(text, json->text, json->len ? json->len : strlen(json->text));
        return true;
    default:
        return write_other(to, wide, text, err);
    }
}

bool tenon__sqlite_encode_array(const target *to, const tenon__list *array, cell *out,
                                tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const char *element = array->items;
    tenon__buf_char(&text, '[');
    for (size_t i = 0; i < array->count; i++) {
        if (i > 0)
            tenon__buf_char(&text, ',');
        if (!write_element(to, element, &text, err))
            return false;
        element += tenon__element_size(to->field->kind);
    }
    tenon__buf_char(&text, ']');
    size_t length = text.length;
    char *data = tenon__buf_take(&text);
    *out = (cell){.type = CELL_TEXT, .as.bytes = {data, length}, .is_owned = true};
    return data || tenon__fail_no_memory(err);
}

bool tenon__sqlite_encode_element(const target *to, const void *element, cell *out,
                                  tenon_error *err)
{
    const tenon__list one = {element, 1};
    return tenon__sqlite_encode_array(to, &one, out, err);
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct element_source {
    const source *from;
    const tenon_field *field;
    tenon__buf scratch; /* the unescaped text or number of the element being read */
} element_source;

static bool refuse_element(const element_source *s, json_item item)
{
    bool is_secret = s->field->flags & TENON_FIELD_SENSITIVE;
    int shown = item.length < 40 ? (int)item.length : 40;
    return tenon__fail_field(s->from->err, TENON_TYPE,
                             tenon__layout_model(s->from->layout, s->field), s->field,
                             "the stored array has a wrong element%s%.*s", is_secret ? "" : ", ",
                             is_secret ? 0 : shown, item.text);
}

static bool copy_scratch(element_source *s, const char *text, size_t length, const char **out)
{
    *out = tenon__arena_pack(s->from->arena, text, length);
    return *out || tenon__fail_no_memory(s->from->err);
}

static bool read_decimal(element_source *s, json_item item, tenon_decimal *out)
{
    tenon__decimal_form form;
    bool is_number = item.type == JSON_NUMBER;
    const char *text = is_number ? item.text : s->scratch.data;
    size_t length = is_number ? item.length : s->scratch.length;
    if ((!is_number && item.type != JSON_STRING) || !tenon__decimal_scan(text, length, &form))
        return refuse_element(s, item);
    return tenon__sqlite_put_decimal(s->from, s->field, text, length, out);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_hex(element_source *s, json_item item, tenon_bytes *out)
{
    size_t length = s->scratch.length;
    const char *text = tenon__buf_string(&s->scratch);
    if (item.type != JSON_STRING || length % 2 != 0)
        return refuse_element(s, item);
    tenon__arena_align(s->from->arena);
    unsigned char *data = tenon__arena_alloc(s->from->arena, length / 2);
    if (!data)
        return tenon__fail_no_memory(s->from->err);
    for (size_t i = 0; i < length; i += 2) {
        int high = hex_value(text[i]), low = hex_value(text[i + 1]);
        if (high < 0 || low < 0)
            return refuse_element(s, item);
        data[i / 2] = (unsigned char)(high << 4 | low);
    }
    *out = (tenon_bytes){length / 2, data};
    return true;
}

/* A cell as a plain column of this kind would hold it. */
static bool make_cell(element_source *s, json_item item, cell *out)
{
    bool is_bool = s->field->kind == TENON_KIND_BOOL;
    if (item.type == JSON_NUMBER)
        return tenon__sqlite_json_number(item, out) || tenon__fail_no_memory(s->from->err);
    if (item.type == JSON_STRING)
        *out = (cell){.type = CELL_TEXT,
                      .as.bytes = {tenon__buf_string(&s->scratch), s->scratch.length}};
    else if (is_bool && (item.type == JSON_TRUE || item.type == JSON_FALSE))
        *out = (cell){.type = CELL_INTEGER, .as.integer = item.type == JSON_TRUE};
    else
        return false;
    return true;
}

static bool read_element(element_source *s, json_item item, void *out)
{
    cell value = {0};
    tenon__buf_clear(&s->scratch);
    if (item.type == JSON_STRING)
        tenon__sqlite_json_unescape(item, &s->scratch);
    if (s->scratch.failed)
        return tenon__fail_no_memory(s->from->err);
    switch ((int)s->field->kind) {
    case TENON_KIND_DECIMAL:
        return read_decimal(s, item, out);
    case TENON_KIND_BYTES:
        return read_hex(s, item, out);
    case TENON_KIND_JSON:
        ((tenon_json *)out)->len = item.length;
        return copy_scratch(s, item.text, item.length, &((tenon_json *)out)->text);
    default:
        return make_cell(s, item, &value)
                   ? tenon__sqlite_decode_cell(s->from, s->field, &value, out)
                   : refuse_element(s, item);
    }
}

static bool read_elements(element_source *s, json_items items, size_t count, tenon__list *out)
{
    size_t size = tenon__element_size(s->field->kind);
    tenon__arena_align(s->from->arena);
    char *elements = tenon__arena_array(s->from->arena, count, size);
    if (!elements)
        return tenon__fail_no_memory(s->from->err);
    json_item item;
    for (size_t i = 0; tenon__sqlite_json_next(&items, &item); i++) {
        if (!read_element(s, item, elements + i * size))
            return false;
    }
    *out = (tenon__list){elements, count};
    return true;
}

bool tenon__sqlite_decode_array(const source *from, const tenon_field *field, const char *text,
                                size_t length, tenon__list *out)
{
    json_items items, counted;
    json_item item;
    size_t count = 0;
    if (!tenon__utf8_is_valid(text, length) || !tenon__sqlite_json_items(text, length, &items))
        return tenon__fail_field(from->err, TENON_TYPE, tenon__layout_model(from->layout, field),
                                 field, "the stored TEXT is no JSON array");
    counted = items;
    while (tenon__sqlite_json_next(&counted, &item))
        count++;
    element_source s = {from, field, {0}};
    bool is_done = read_elements(&s, items, count, out);
    tenon__buf_release(&s.scratch);
    return is_done;
}
