/* Columns whose value consists of several: composites, and JSON of a known shape.
 *
 * A composite comes as the number of its fields, then the type, the length and the bytes of each,
 * without their names; so its fields are those of the descriptor in their order, and their types
 * are compared each time. */
#include "driver/postgres/pg.h"

#include <tenon/statement.h>

enum { FIELD_HEAD_BYTES = 8 }; /* type, length */

typedef struct bytes {
    const char *data;
    int length;
} bytes;

bool tenon__pg_nested_matches(const tenon__pg_column *column, uint32_t oid)
{
    if (column->field->kind == TENON_KIND_JSON)
        return oid == tenon__pg_type_of(column->field->pg_type)->oid;
    return oid >= TENON__PG_FIRST_USER_OID;
}

static bool refuse_null(const tenon__pg_column *column, const tenon_field *field, tenon_error *err)
{
    return tenon__fail_field(
        err, TENON_SCHEMA, column->model, field,
        "the composite in column \"%s\" has NULL where the program has a value",
        column->field->name);
}

/* The type differs from what the program was generated for. */
static bool refuse_type(const tenon__pg_column *member, uint32_t found, tenon_error *err)
{
    char text[64];
    tenon__fail_field(err, TENON_SCHEMA, member->model, member->field,
                      "it is %s in the program but %s in the composite of the database",
                      tenon__pg_field_type(member->field),
                      tenon__pg_type_name(found, text, sizeof text));
    tenon__hint(err, "generate again");
    return false;
}

/* ---- one composite --------------------------------------------------------------------------- */

static bool read_value(tenon__pg_column *member, uint32_t type, bytes value, char *row,
                       tenon__arena *arena, tenon_error *err)
{
    bool is_same = member->nested ? tenon__pg_nested_matches(member, type)
                                  : tenon__pg_type_matches(member->field, type);
    if (!is_same)
        return refuse_type(member, type, err);
    if (member->is_optional)
        *(bool *)(row + member->has_offset) = true;
    return tenon__pg_decode(member, value.data, value.length, row + member->offset, arena, err);
}

/* Takes the next field off the bytes. */
static bool read_field(const tenon__pg_column *column, uint32_t at, bytes *rest, char *row,
                       tenon__arena *arena, tenon_error *err)
{
    const tenon_result *shape = column->nested;
    const tenon_field *field = &shape->columns[at];
    const tenon__out out = {.kind = TENON__OUT_FIELD,
                            .field = field,
                            .offset = field->row_offset,
                            .nested = shape->nested ? shape->nested[at] : NULL};
    tenon__pg_column member;
    if (rest->length < FIELD_HEAD_BYTES)
        return tenon__pg_fail_bytes(column, rest->length, err);
    uint32_t type = tenon__pg_load32(rest->data);
    bytes value = {rest->data + FIELD_HEAD_BYTES, (int32_t)tenon__pg_load32(rest->data + 4)};
    *rest = (bytes){value.data, rest->length - FIELD_HEAD_BYTES};
    if (!tenon__pg_column_init(&member, &out, column->model, err))
        return false;
    if (value.length == -1)
        return member.is_nullable || refuse_null(column, field, err);
    if (value.length < 0 || value.length > rest->length)
        return tenon__pg_fail_bytes(column, rest->length, err);
    *rest = (bytes){rest->data + value.length, rest->length - value.length};
    return read_value(&member, type, value, row, arena, err);
}

static bool read_record(const tenon__pg_column *column, bytes record, char *row,
                        tenon__arena *arena, tenon_error *err)
{
    uint32_t count = record.length < 4 ? UINT32_MAX : tenon__pg_load32(record.data);
    if (count != column->nested->column_count)
        return tenon__fail_field(err, TENON_SCHEMA, column->model, column->field,
                                 "the composite has not the %u fields that it has in the program",
                                 column->nested->column_count);
    bytes rest = {record.data + 4, record.length - 4};
    for (uint32_t i = 0; i < count; i++)
        if (!read_field(column, i, &rest, row, arena, err))
            return false;
    return rest.length == 0 || tenon__pg_fail_bytes(column, rest.length, err);
}

static char *new_rows(const tenon__pg_column *column, size_t count, tenon__arena *arena,
                      tenon_error *err)
{
    tenon__arena_align(arena);
    char *rows = tenon__arena_array(arena, count, column->nested->row_size);
    if (!rows)
        tenon__fail_no_memory(err);
    return rows;
}

/* ---- several --------------------------------------------------------------------------------- */

static bool read_elements(const tenon__pg_column *column, bytes rest, char *rows, size_t count,
                          tenon__arena *arena, tenon_error *err)
{
    for (size_t i = 0; i < count; i++, rows += column->nested->row_size) {
        bytes element = {rest.data + 4, -1};
        if (rest.length >= 4)
            element.length = (int32_t)tenon__pg_load32(rest.data);
        if (rest.length >= 4 && element.length == -1)
            return tenon__fail_field(err, TENON_TYPE, column->model, column->field,
                                     "element %zu of the array in the database is NULL", i + 1);
        if (element.length < 0 || element.length > rest.length - 4)
            return tenon__pg_fail_bytes(column, rest.length, err);
        if (!read_record(column, element, rows, arena, err))
            return false;
        rest = (bytes){element.data + element.length, rest.length - 4 - element.length};
    }
    return true;
}

static bool read_array(const tenon__pg_column *column, bytes array, char *out, tenon__arena *arena,
                       tenon_error *err)
{
    int64_t count = tenon__pg_array_head(column, &array.data, &array.length, err);
    if (count < 0)
        return false;
    char *rows = new_rows(column, (size_t)count, arena, err);
    tenon__list list = {rows, (size_t)count};
    memcpy(out, &list, sizeof list);
    return rows && read_elements(column, array, rows, (size_t)count, arena, err);
}

static bool read_json(const tenon__pg_column *column, bytes json, char *out, tenon__arena *arena,
                      tenon_error *err)
{
    int version = column->field->pg_type == TENON_PG_JSONB;
    if (json.length <= version || (version && *json.data != TENON__PG_JSONB_VERSION))
        return tenon__pg_fail_bytes(column, json.length, err);
    tenon_json text = {.len = (size_t)(json.length - version), .text = json.data + version};
    return tenon__nested_from_json(column->nested, column->field, text, out, arena, err);
}

bool tenon__pg_decode_nested(const tenon__pg_column *column, const char *data, int length,
                             char *out, tenon__arena *arena, tenon_error *err)
{
    const bytes value = {data, length};
    if (column->field->kind == TENON_KIND_JSON)
        return read_json(column, value, out, arena, err);
    if (column->field->flags & TENON_FIELD_LIST)
        return read_array(column, value, out, arena, err);
    char *row = new_rows(column, 1, arena, err);
    memcpy(out, &row, sizeof row);
    return row && read_record(column, value, row, arena, err);
}
