/* The values of the row that a statement stands on into tracks.
 *
 * A part of libtenon-columns, which keeps the arrays. What most columns hold is taken from where
 * SQLite has it to the end of its array, checked as in a row: numbers that fit, texts that are
 * UTF-8. Whatever is stored otherwise takes the way of all rows, which knows the rest and what to
 * refuse, and is added from there. */
#include "driver/sqlite/sqlite.h"

/* From INT16 on they are stored as integers, from TEXT on as texts. */
typedef enum way {
    WAY_NONE = 0,
    WAY_DOUBLE,
    WAY_BYTES,
    WAY_BOOL,
    WAY_INT16,
    WAY_INT32,
    WAY_INT64,
    WAY_UNIXMS,
    WAY_TEXT,
    WAY_ENUM,
    WAY_ISO
} way;

/* Of what is stored; of NONE there is none. */
static const int8_t types[] = {
    [WAY_NONE] = -1,
    [WAY_DOUBLE] = SQLITE_FLOAT,
    [WAY_BYTES] = SQLITE_BLOB,
    [WAY_BOOL] = SQLITE_INTEGER,
    [WAY_INT16] = SQLITE_INTEGER,
    [WAY_INT32] = SQLITE_INTEGER,
    [WAY_INT64] = SQLITE_INTEGER,
    [WAY_UNIXMS] = SQLITE_INTEGER,
    [WAY_TEXT] = SQLITE_TEXT,
    [WAY_ENUM] = SQLITE_TEXT,
    [WAY_ISO] = SQLITE_TEXT,
};

static way way_of(const tenon__track *track, time_form times)
{
    switch ((int)track->kind) {
    case TENON_KIND_DOUBLE:
        return WAY_DOUBLE;
    case TENON_KIND_BYTES:
        return WAY_BYTES;
    case TENON_KIND_BOOL:
        return WAY_BOOL;
    case TENON_KIND_INT16:
        return WAY_INT16;
    case TENON_KIND_INT32:
        return WAY_INT32;
    case TENON_KIND_INT64:
        return WAY_INT64;
    case TENON_KIND_TIME:
        return times == TIME_FORM_UNIXMS ? WAY_UNIXMS : WAY_ISO;
    case TENON_KIND_ENUM:
        return WAY_ENUM;
    case TENON_KIND_TEXT:
    case TENON_KIND_JSON:
    case TENON_KIND_OTHER:
        return WAY_TEXT;
    default:
        return WAY_NONE;
    }
}

static void find_ways(tenon__sink *sink, const source *from)
{
    for (size_t i = 0; i < from->layout->out_count; i++)
        sink->tracks[i].way = (uint8_t)way_of(&sink->tracks[i], from->times);
}

/* ---- values ---------------------------------------------------------------------------------- */

static inline bool put_bit(tenon__track *track, size_t row, int64_t value)
{
    track->values[row / 8] |= (char)((value & 1) << row % 8); /* new bits are 0 */
    return value == 0 || value == 1;
}

static inline bool put_bytes(tenon__track *track, size_t row, const void *data, size_t length)
{
    if (TENON__UNLIKELY(!data || track->size - track->used < length))
        return false;
    memcpy(track->values + track->used, data, length);
    track->used += length;
    track->ends[row + 1] = (int32_t)track->used;
    return true;
}

/* The copy has a NUL behind it, which the next one overwrites. */
static inline bool put_text(tenon__track *track, size_t row, const char *text, size_t length)
{
    if (TENON__UNLIKELY(track->size - track->used <= length ||
                        !tenon__utf8_copy(track->values + track->used, text, length)))
        return false;
    track->used += length;
    track->ends[row + 1] = (int32_t)track->used;
    return true;
}

/* An enum's value is counted from 1 in a row, and from 0 in a column. */
static bool put_enum(tenon__track *track, size_t row, const tenon_field *field, const char *text,
                     size_t length)
{
    int value = tenon__enum_from_text(field->enumeration, text, length);
    ((int16_t *)(void *)track->values)[row] = (int16_t)(value - 1);
    return value;
}

static inline bool put_stored_text(tenon__track *track, size_t row, const tenon_field *field,
                                   sqlite3_value *stored)
{
    const char *text = (const char *)sqlite3_value_text(stored);
    size_t length = (size_t)sqlite3_value_bytes(stored);
    if (TENON__UNLIKELY(!text))
        return false;
    if (TENON__LIKELY(track->way == WAY_TEXT))
        return put_text(track, row, text, length);
    if (track->way == WAY_ENUM)
        return put_enum(track, row, field, text, length);
    return tenon__time_from_iso(text, length, &((tenon_time *)(void *)track->values)[row]);
}

static inline bool put_stored_integer(tenon__track *track, size_t row, sqlite3_value *stored)
{
    int64_t value = sqlite3_value_int64(stored);
    switch ((int)track->way) {
    case WAY_INT64:
        ((int64_t *)(void *)track->values)[row] = value;
        return true;
    case WAY_INT32:
        ((int32_t *)(void *)track->values)[row] = (int32_t)value;
        return value == (int32_t)value;
    case WAY_INT16:
        ((int16_t *)(void *)track->values)[row] = (int16_t)value;
        return value == (int16_t)value;
    case WAY_BOOL:
        return put_bit(track, row, value);
    default:
        return !__builtin_mul_overflow(value, 1000, &((int64_t *)(void *)track->values)[row]);
    }
}

/* Usual values where there is room for them. */
static inline bool put(tenon__track *track, size_t row, const tenon_field *field,
                       sqlite3_value *stored)
{
    if (TENON__UNLIKELY(sqlite3_value_type(stored) != types[track->way]))
        return false;
    if (track->way >= WAY_TEXT)
        return put_stored_text(track, row, field, stored);
    if (track->way >= WAY_BOOL)
        return put_stored_integer(track, row, stored);
    if (track->way == WAY_BYTES)
        return put_bytes(track, row, sqlite3_value_blob(stored),
                         (size_t)sqlite3_value_bytes(stored));
    ((double *)(void *)track->values)[row] = sqlite3_value_double(stored);
    return true;
}

static bool put_by_row(tenon__sink *sink, const source *from, size_t i, sqlite3_value *stored)
{
    bool is_put = tenon__sqlite_decode_value(from, (int)i, stored, sink->row) &&
                  sink->add(sink, i, sink->row, from->err);
    memset(sink->row, 0, sink->row_size);
    tenon__arena_clear(sink->arena);
    return is_put;
}

static bool put_other(tenon__sink *sink, const source *from, size_t i, sqlite3_value *stored)
{
    tenon__track *track = &sink->tracks[i];
    const tenon_field *field = from->layout->outs[i].field;
    if (sqlite3_value_type(stored) == SQLITE_NULL && field->flags & TENON_FIELD_NULLABLE)
        return tenon__track_put_null(track, sink->count) ||
               sink->add(sink, i, sink->row, from->err); /* zeros are NULL, or an empty list */
    size_t length = track->ends && track->way ? (size_t)sqlite3_value_bytes(stored) + 1 : 0;
    if (length > track->size - track->used)
        return sink->widen(sink, i, length, from->err) &&
               (put(track, sink->count, field, stored) || put_by_row(sink, from, i, stored));
    return put_by_row(sink, from, i, stored);
}

/* ---- rows ------------------------------------------------------------------------------------ */

static bool make_ready(tenon__sink *sink, const source *from)
{
    if (sink->count == 0)
        find_ways(sink, from);
    return sink->count < sink->capacity || sink->reserve(sink, from->err);
}

bool tenon__sqlite_take(tenon__sink *sink, void *given, tenon_error *err)
{
    const source *from = given;
    const tenon__out *out = from->layout->outs;
    (void)err; /* which the source has */
    if (TENON__UNLIKELY(sink->count == 0 || sink->count == sink->capacity) &&
        !make_ready(sink, from))
        return false;
    size_t row = sink->count;
    tenon__track *track = sink->tracks;
    sqlite3_stmt *statement = from->statement;
    for (size_t i = 0, count = from->layout->out_count; i < count; i++, out++, track++) {
        sqlite3_value *stored = sqlite3_column_value(statement, (int)i);
        if (TENON__UNLIKELY(!put(track, row, out->field, stored)) &&
            !put_other(sink, from, i, stored))
            return false;
    }
    sink->count++;
    return true;
}
