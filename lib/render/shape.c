/* The writer's slow path and the reader. */
#include "render/shape.h"

const tenon_field tenon__count_field = {
    .name = "count", .kind = TENON_KIND_INT64, .pg_type = TENON_PG_INT8};

static size_t next_capacity(size_t capacity, size_t needed)
{
    size_t doubled =
        capacity * 2 < TENON__SHAPE_LIMIT_BYTES ? capacity * 2 : TENON__SHAPE_LIMIT_BYTES;
    return doubled > needed ? doubled : needed;
}

uint8_t *tenon__shape_grow(tenon__shape *shape, size_t size)
{
    size_t needed = shape->length + size;
    size_t capacity = next_capacity(shape->capacity, needed);
    uint8_t *data = NULL;
    if (!shape->failed && needed <= TENON__SHAPE_LIMIT_BYTES)
        data = tenon__arena_alloc(shape->arena, capacity);
    if (!data) {
        shape->failed = true;
        return NULL;
    }
    memcpy(data, shape->data, shape->length);
    shape->data = data;
    shape->capacity = capacity;
    shape->length = needed;
    return data + needed - size;
}

void tenon__shape_bytes(tenon__shape *shape, const void *data, size_t length)
{
    uint8_t *at = tenon__shape_room(shape, length);
    if (at && length)
        memcpy(at, data, length);
}

void tenon__shape_text(tenon__shape *shape, const char *text, size_t length)
{
    if (length > UINT16_MAX) {
        shape->failed = true;
        return;
    }
    uint16_t size = (uint16_t)length;
    tenon__shape_bytes(shape, &size, sizeof size);
    tenon__shape_bytes(shape, text, length);
}

void tenon__shape_table(tenon__shape *shape, tenon_table table)
{
    tenon__shape_head_of(shape)->flags |= TENON__SHAPE_HAS_TABLE;
    tenon__shape_text(shape, table.schema, table.schema ? strlen(table.schema) : 0);
    tenon__shape_text(shape, table.name, strlen(table.name));
}

tenon__shape_head tenon__shape_open(tenon__shape_reader *reader, const uint8_t *data, size_t length)
{
    *reader = (tenon__shape_reader){.at = data, .end = data + length};
    tenon__shape_head head;
    memcpy(&head, tenon__shape_next_bytes(reader, sizeof head), sizeof head);
    return head;
}

const uint8_t *tenon__shape_next_bytes(tenon__shape_reader *reader, size_t length)
{
    assert(length <= (size_t)(reader->end - reader->at));
    const uint8_t *at = reader->at;
    reader->at += length;
    return at;
}

uint8_t tenon__shape_next(tenon__shape_reader *reader)
{
    return *tenon__shape_next_bytes(reader, 1);
}

uint16_t tenon__shape_next_field(tenon__shape_reader *reader)
{
    uint16_t field;
    memcpy(&field, tenon__shape_next_bytes(reader, sizeof field), sizeof field);
    return field;
}

const char *tenon__shape_next_text(tenon__shape_reader *reader, size_t *length)
{
    *length = tenon__shape_next_field(reader);
    return (const char *)tenon__shape_next_bytes(reader, *length);
}
