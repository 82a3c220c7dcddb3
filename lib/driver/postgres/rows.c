/* Answers become rows.
 *
 * This is the one hot loop of the driver: a list of 1,000 rows with 6 columns comes here 6,000
 * times in the time of 100 microseconds. What comes by wire.c, the messages themselves, is decoded
 * in place: codecs that most columns have here, and only the others by a call of tenon__pg_decode;
 * lengths are checked in both. Rows that libpq gives, those of a first execution and all of a
 * connection with TLS, come by result.c: its accessors cost as much as the decoding. */
#include "driver/postgres/pg.h"

/* Times that are neither infinite nor beyond what counting from 1970 can say. */
#define FIRST_PLAIN_US (INT64_MIN + 1)
#define LAST_PLAIN_US (INT64_MAX - 1 - TENON__PG_EPOCH_US)

bool tenon__pg_fail_null(const tenon__pg_column *column, tenon_error *err)
{
    if (!column->field)
        return tenon__fail(err, TENON_TYPE, "a computed column is NULL");
    const tenon_model *model = column->model;
    tenon__fail(err, TENON_SCHEMA, "%s%s%s is required in the %s but NULL in the database",
                model ? model->name : "", model ? "." : "", column->field->name,
                model ? "schema" : "program");
    tenon__hint(err, "make the field optional, or the column NOT NULL");
    return tenon__pg_name_column(column, err);
}

static inline bool decode_text(const char *data, int length, const char **out, tenon__arena *arena)
{
    *out = tenon__arena_pack(arena, data, (size_t)length);
    return *out != NULL;
}

/* Values of a right length only; the rest, failures included, is left to tenon__pg_decode. */
static inline bool decode(tenon__pg_column *column, const char *data, int length, char *out,
                          tenon__arena *arena, tenon_error *err)
{
    switch (column->codec) {
    case TENON__PG_CODEC_INT4:
        if (TENON__UNLIKELY(length != 4))
            break;
        *(int32_t *)(void *)out = (int32_t)tenon__pg_load32(data);
        return true;
    case TENON__PG_CODEC_INT8:
    case TENON__PG_CODEC_FLOAT8: {
        if (TENON__UNLIKELY(length != 8))
            break;
        uint64_t bits = tenon__pg_load64(data);
        memcpy(out, &bits, sizeof bits); /* a double is no uint64_t to the compiler */
        return true;
    }
    case TENON__PG_CODEC_TIMESTAMP: {
        int64_t us = length == 8 ? (int64_t)tenon__pg_load64(data) : INT64_MAX;
        if (TENON__UNLIKELY(us < FIRST_PLAIN_US || us > LAST_PLAIN_US))
            break;
        *(int64_t *)(void *)out = us + TENON__PG_EPOCH_US;
        return true;
    }
    case TENON__PG_CODEC_TEXT:
        if (TENON__UNLIKELY(!decode_text(data, length, (const char **)(void *)out, arena)))
            break;
        return true;
    case TENON__PG_CODEC_JSONB: {
        tenon_json *json = (tenon_json *)(void *)out;
        if (TENON__UNLIKELY(length < 2 || data[0] != TENON__PG_JSONB_VERSION))
            break;
        json->len = (size_t)length - 1;
        if (TENON__UNLIKELY(!decode_text(data + 1, length - 1, &json->text, arena)))
            break;
        return true;
    }
    default:
        break;
    }
    return tenon__pg_decode(column, data, length, out, arena, err);
}

static inline bool put_value(tenon__pg_column *column, const char *data, int length, char *row,
                             tenon__arena *arena, tenon_error *err)
{
    if (column->is_optional)
        *(bool *)(row + column->has_offset) = true;
    return decode(column, data, length, row + column->offset, arena, err);
}

/* What is left of a message. */
typedef struct reader {
    const char *at, *end;
} reader;

/* Its next value; false: the message is shorter than it says. A length of -1 is NULL. */
static inline bool next_value(reader *r, const char **data, int *length)
{
    if (TENON__UNLIKELY(r->end - r->at < TENON__PG_LENGTH_BYTES))
        return false;
    *length = (int)tenon__pg_load32(r->at);
    *data = r->at + TENON__PG_LENGTH_BYTES;
    if (TENON__UNLIKELY(*length > r->end - *data))
        return false;
    r->at = *length > 0 ? *data + *length : *data;
    return true;
}

static bool fail_row(tenon_error *err)
{
    return tenon__fail(err, TENON_IO, "the server sent a row that is none");
}

/* Behind its last column a row may have more, which nobody asked for: where the columns of results
 * are not compared. */
static bool check_rest(const tenon__prepared *p, const char *values, tenon_error *err)
{
    return tenon__pg_load16(values - sizeof(uint16_t)) > p->column_count || fail_row(err);
}

TENON__HOT static bool read_message(tenon__prepared *p, reader message, char *row,
                                    tenon__arena *arena, tenon_error *err)
{
    const char *values = message.at;
    uint32_t passed = 0; /* columns of a joined row that is not there */
    tenon__pg_column *column = p->columns;
    for (int i = 0, count = p->column_count; i < count; i++, column++) {
        const char *data;
        int length;
        if (!next_value(&message, &data, &length))
            return fail_row(err);
        if (TENON__UNLIKELY(passed)) {
            passed--;
        } else if (TENON__LIKELY(length >= 0)) {
            if (!put_value(column, data, length, row, arena, err))
                return false;
        } else {
            if (length != -1)
                return fail_row(err);
            if (!column->is_nullable && !column->skip)
                return tenon__pg_fail_null(column, err);
            passed = column->skip;
        }
    }
    return TENON__LIKELY(message.at == message.end) || check_rest(p, values, err);
}

/* The next DataRow of an answer, behind its head and the number of its values. */
static inline reader next_row(const char **at)
{
    enum { TYPE_BYTES = 1, COUNT_BYTES = 2 };
    for (;;) {
        char type = **at;
        const char *body = *at + TYPE_BYTES;
        *at = body + tenon__pg_load32(body);
        if (type == 'D')
            return (reader){body + TENON__PG_LENGTH_BYTES + COUNT_BYTES, *at};
    }
}

static bool read_wire(tenon__prepared *p, const tenon__pg_wire *wire, tenon__rows *rows,
                      tenon_error *err)
{
    const tenon__layout *layout = p->statement->layout;
    size_t count = wire->answer->row_count;
    const char *at = wire->in.data + wire->answer->start;
    if (TENON__UNLIKELY(!layout))
        return fail_row(err);
    char *row = tenon__rows_reserve(rows, count, layout->row_size);
    if (!row)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < count; i++, row += layout->row_size, rows->count++) {
        memset(row, 0, layout->row_size);
        tenon__pg_mark_loaded(layout, row);
        if (!read_message(p, next_row(&at), row, rows->arena, err))
            return false;
    }
    return true;
}

TENON__HOT bool tenon__pg_read_wire(tenon__prepared *p, const tenon__pg_wire *wire,
                                    tenon__rows *rows, tenon_error *err)
{
    bool is_read = !wire->answer->row_count || read_wire(p, wire, rows, err);
    tenon__arena_align(rows->arena);
    return is_read;
}
