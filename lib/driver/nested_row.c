/* Rows within a column of a row: the objects of a JSON text, as structs.
 *
 * The databases write JSON objects in an order of their own, or in that of the statement; a member
 * is looked for behind the one before it first, so that an object in order is read once. What is
 * missing, or is none of its type, is an error that names the member: the statement that made the
 * text is known, so there is nothing to be lenient about. */
#include "driver/driver.h"

#include <tenon/statement.h>

typedef struct nested_reading {
    tenon__json_reading values;
    tenon__buf key;
    const tenon_field *column; /* that all of it is in */
    tenon_error *err;
} nested_reading;

static bool read_nested(nested_reading *n, const tenon_result *shape, const tenon_field *field,
                        tenon_json value, char *row);
static bool read_value(nested_reading *n, const tenon_result *shape, const tenon_field *field,
                       tenon_json value, char *row);

static bool refuse(nested_reading *n, const tenon_field *field, tenon_json found)
{
    bool is_secret = (n->column->flags | field->flags) & TENON_FIELD_SENSITIVE;
    int shown = is_secret || !found.text ? 0 : found.len < 40 ? (int)found.len : 40;
    if (n->values.arena->failed || n->values.text.failed || n->key.failed)
        return tenon__fail_no_memory(n->err);
    return tenon__fail_field(n->err, TENON_TYPE, NULL, field, "the JSON in column \"%s\" %s%.*s",
                             n->column->column,
                             found.text ? "has there what is no such value: " : "has none", shown,
                             found.text ? found.text : "");
}

static bool refuse_null(nested_reading *n, const tenon_field *field)
{
    return tenon__fail_field(n->err, TENON_SCHEMA, NULL, field,
                             "the JSON in column \"%s\" has null where the program has a value",
                             n->column->column);
}

/* ---- objects --------------------------------------------------------------------------------- */

/* The member's value; `rest` becomes what comes behind it. */
static tenon_json find_member(nested_reading *n, tenon_json object, tenon_json *rest,
                              const char *name)
{
    const char *end = object.text + object.len;
    tenon__buf_clear(&n->key);
    tenon__buf_json_text(&n->key, name, strlen(name));
    if (n->key.failed)
        return (tenon_json){0};
    tenon_json found = tenon__json_member(*rest, n->key.data, n->key.length);
    if (!found.text)
        found = tenon__json_member(object, n->key.data, n->key.length);
    if (found.text)
        *rest = (tenon_json){.text = found.text + found.len,
                             .len = (size_t)(end - found.text) - found.len};
    return found;
}

static bool read_object(nested_reading *n, const tenon_result *shape, tenon_json object, char *row)
{
    tenon_json rest = object;
    for (uint32_t i = 0; i < shape->column_count; i++) {
        const tenon_field *field = &shape->columns[i];
        tenon_json value = find_member(n, object, &rest, field->column);
        if (!value.text)
            return refuse(n, field, value);
        if (!read_value(n, shape->nested ? shape->nested[i] : NULL, field, value, row))
            return false;
    }
    return true;
}

static char *new_rows(nested_reading *n, const tenon_result *shape, size_t count)
{
    tenon__arena_align(n->values.arena);
    return tenon__arena_array(n->values.arena, count, shape->row_size);
}

static bool read_one(nested_reading *n, const tenon_result *shape, const tenon_field *field,
                     tenon_json value, char *row)
{
    char *made = *value.text == '{' ? new_rows(n, shape, 1) : NULL;
    if (!made)
        return refuse(n, field, value);
    memcpy(row + field->row_offset, &made, sizeof made);
    return read_object(n, shape, value, made);
}

static bool read_many(nested_reading *n, const tenon_result *shape, const tenon_field *field,
                      tenon_json array, char *row)
{
    tenon_json rest = array, item;
    tenon__list list = {0};
    while (tenon__json_next(&rest, &item))
        list.count++;
    char *rows = *array.text == '[' ? new_rows(n, shape, list.count) : NULL;
    if (!rows)
        return refuse(n, field, array);
    list.items = rows;
    memcpy(row + field->row_offset, &list, sizeof list);
    for (rest = array; tenon__json_next(&rest, &item); rows += shape->row_size) {
        if (*item.text != '{')
            return refuse(n, field, item);
        if (!read_object(n, shape, item, rows))
            return false;
    }
    return true;
}

/* SQLite forgets that a text is JSON where it comes out of a subquery, and quotes it within
 * another. */
static bool read_quoted(nested_reading *n, const tenon_result *shape, const tenon_field *field,
                        tenon_json quoted, char *row)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__json_unescape(quoted, &text);
    tenon_json value = {.len = text.length, .text = tenon__buf_string(&text)};
    if (text.failed)
        return tenon__fail_no_memory(n->err);
    return *value.text == '"' || !value.len ? refuse(n, field, quoted)
                                            : read_nested(n, shape, field, value, row);
}

static bool read_nested(nested_reading *n, const tenon_result *shape, const tenon_field *field,
                        tenon_json value, char *row)
{
    bool is_list = field->flags & TENON_FIELD_LIST;
    if (*value.text == '"')
        return read_quoted(n, shape, field, value, row);
    if (!shape->row_size)
        return read_value(n, NULL, &shape->columns[0], value, row);
    return is_list ? read_many(n, shape, field, value, row) : read_one(n, shape, field, value, row);
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_null(tenon_json value)
{
    return value.len == 4 && memcmp(value.text, "null", 4) == 0;
}

static bool read_value(nested_reading *n, const tenon_result *shape, const tenon_field *field,
                       tenon_json value, char *row)
{
    bool is_plain_json = !shape && field->kind == TENON_KIND_JSON;
    bool is_nullable = field->flags & (TENON_FIELD_NULLABLE | TENON_FIELD_LIST);
    if (is_null(value) && !is_plain_json)
        return is_nullable || refuse_null(n, field);
    if (shape)
        return read_nested(n, shape, field, value, row);
    return tenon__json_read(&n->values, field, value, row) || refuse(n, field, value);
}

bool tenon__nested_from_json(const tenon_result *shape, const tenon_field *field, tenon_json value,
                             char *place, tenon__arena *arena, tenon_error *err)
{
    nested_reading n = {.values = {.arena = arena}, .column = field, .err = err};
    while (value.len && strchr(" \t\r\n", *value.text)) {
        value.text++;
        value.len--;
    }
    bool is_read = value.len ? read_nested(&n, shape, field, value, place - field->row_offset)
                             : refuse(&n, field, (tenon_json){0});
    tenon__buf_release(&n.values.text);
    tenon__buf_release(&n.key);
    return is_read;
}
