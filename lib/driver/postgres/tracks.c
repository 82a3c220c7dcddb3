/* The values of a row into tracks, as they were sent.
 *
 * A part of libtenon-columns, which keeps the arrays. No row is made: what most columns have goes
 * from the message to the end of its array, in some ten instructions, which is less than a row
 * costs: an answer that has come whole is read by columns, some hundred rows of one after the
 * other, so that what a value is has to be asked once for all of them. Whatever is unusual about a
 * value, its kind, its length, an infinite time, makes it take the way of all others: it is decoded
 * into a row of memory, and added from there. */
#include "driver/postgres/pg.h"

/* Times that are neither infinite nor beyond what counting from 1970 can say. */
#define FIRST_PLAIN_US (INT64_MIN + 1)
#define LAST_PLAIN_US (INT64_MAX - 1 - TENON__PG_EPOCH_US)

/* ---- which way ------------------------------------------------------------------------------- */

/* What is in the array when a value of this codec is put there. */
static const tenon_kind kinds[] = {
    [TENON__PG_CODEC_BOOL] = TENON_KIND_BOOL,      [TENON__PG_CODEC_INT2] = TENON_KIND_INT16,
    [TENON__PG_CODEC_INT4] = TENON_KIND_INT32,     [TENON__PG_CODEC_INT8] = TENON_KIND_INT64,
    [TENON__PG_CODEC_FLOAT4] = TENON_KIND_FLOAT,   [TENON__PG_CODEC_FLOAT8] = TENON_KIND_DOUBLE,
    [TENON__PG_CODEC_JSON] = TENON_KIND_JSON,      [TENON__PG_CODEC_JSONB] = TENON_KIND_JSON,
    [TENON__PG_CODEC_BYTEA] = TENON_KIND_BYTES,    [TENON__PG_CODEC_UUID] = TENON_KIND_UUID,
    [TENON__PG_CODEC_TIMESTAMP] = TENON_KIND_TIME, [TENON__PG_CODEC_DATE] = TENON_KIND_DATE,
    [TENON__PG_CODEC_ENUM] = TENON_KIND_ENUM,
};

static bool is_text(tenon_kind kind)
{
    return kind == TENON_KIND_TEXT || kind == TENON_KIND_OTHER;
}

static uint8_t way_of(const tenon__track *track, tenon__pg_codec codec)
{
    bool is_known = codec < TENON__COUNT(kinds) && kinds[codec] == track->kind;
    bool is_one = codec == TENON__PG_CODEC_TEXT ? is_text(track->kind) : is_known;
    return track->kind && is_one ? (uint8_t)codec : TENON__PG_CODEC_NONE;
}

static void find_ways(tenon__sink *sink, const tenon__prepared *p)
{
    for (int i = 0; i < p->column_count; i++)
        sink->tracks[i].way = way_of(&sink->tracks[i], p->columns[i].codec);
}

/* ---- values ---------------------------------------------------------------------------------- */

/* Most texts are short: two overlapping words are less than a call. */
static inline void copy_text(char *to, const char *from, size_t length)
{
    enum { WORD = 16 };
    if (TENON__LIKELY(length >= WORD && length <= (size_t)2 * WORD)) {
        memcpy(to, from, WORD);
        memcpy(to + length - WORD, from + length - WORD, WORD);
        return;
    }
    memcpy(to, from, length);
}

static inline bool put_text(tenon__track *track, size_t row, const char *data, size_t length)
{
    if (TENON__UNLIKELY(track->size - track->used < length))
        return false;
    copy_text(track->values + track->used, data, length);
    track->used += length;
    track->ends[row + 1] = (int32_t)track->used;
    return true;
}

static inline bool put_bit(tenon__track *track, size_t row, const char *data, size_t length)
{
    if (TENON__UNLIKELY(length != 1 || (data[0] & ~1)))
        return false;
    track->values[row / 8] |= (char)(data[0] << row % 8); /* new bits are 0 */
    return true;
}

static inline bool put_time(tenon__track *track, size_t row, const char *data, size_t length)
{
    int64_t us = length == 8 ? (int64_t)tenon__pg_load64(data) : INT64_MAX;
    if (TENON__UNLIKELY(us < FIRST_PLAIN_US || us > LAST_PLAIN_US))
        return false;
    ((int64_t *)(void *)track->values)[row] = us + TENON__PG_EPOCH_US;
    return true;
}

static inline bool put_date(tenon__track *track, size_t row, const char *data, size_t length)
{
    enum { LAST_PLAIN_DAY = INT32_MAX - 1 - TENON__PG_EPOCH_DAYS };
    int32_t day = length == 4 ? (int32_t)tenon__pg_load32(data) : INT32_MAX;
    if (TENON__UNLIKELY(day == INT32_MIN || day > LAST_PLAIN_DAY))
        return false;
    ((int32_t *)(void *)track->values)[row] = day + TENON__PG_EPOCH_DAYS;
    return true;
}

/* Usual values where there is room for them. */
TENON__INLINE bool put(tenon__track *track, uint8_t way, size_t row, const char *data,
                       size_t length)
{
    switch (way) {
    case TENON__PG_CODEC_BOOL:
        return put_bit(track, row, data, length);
    case TENON__PG_CODEC_INT2:
        if (TENON__UNLIKELY(length != 2))
            return false;
        ((uint16_t *)(void *)track->values)[row] = tenon__pg_load16(data);
        return true;
    case TENON__PG_CODEC_INT4:
    case TENON__PG_CODEC_FLOAT4:
        if (TENON__UNLIKELY(length != 4))
            return false;
        ((uint32_t *)(void *)track->values)[row] = tenon__pg_load32(data);
        return true;
    case TENON__PG_CODEC_INT8:
    case TENON__PG_CODEC_FLOAT8:
        if (TENON__UNLIKELY(length != 8))
            return false;
        ((uint64_t *)(void *)track->values)[row] = tenon__pg_load64(data);
        return true;
    case TENON__PG_CODEC_TIMESTAMP:
        return put_time(track, row, data, length);
    case TENON__PG_CODEC_DATE:
        return put_date(track, row, data, length);
    case TENON__PG_CODEC_UUID:
        if (TENON__UNLIKELY(length != 16))
            return false;
        memcpy(track->values + row * 16, data, 16);
        return true;
    case TENON__PG_CODEC_TEXT:
    case TENON__PG_CODEC_BYTEA:
        return put_text(track, row, data, length);
    case TENON__PG_CODEC_JSON:
        return length && put_text(track, row, data, length);
    case TENON__PG_CODEC_JSONB:
        return length >= 2 && data[0] == TENON__PG_JSONB_VERSION &&
               put_text(track, row, data + 1, length - 1);
    default:
        return false;
    }
}

/* An enum's value is counted from 1 in a row, and from 0 in a column. */
static bool put_enum(tenon__sink *sink, size_t i, tenon__pg_column *column, const char *data,
                     int length, tenon_error *err)
{
    int value;
    if (!tenon__pg_decode(column, data, length, &value, sink->arena, err))
        return false;
    ((int16_t *)(void *)sink->tracks[i].values)[sink->count] = (int16_t)(value - 1);
    return true;
}

static bool put_by_row(tenon__sink *sink, size_t i, tenon__pg_column *column, const char *data,
                       int length, tenon_error *err)
{
    if (column->is_optional)
        *(bool *)(sink->row + column->has_offset) = true;
    bool is_put =
        tenon__pg_decode(column, data, length, sink->row + column->offset, sink->arena, err) &&
        sink->add(sink, i, sink->row, err);
    memset(sink->row, 0, sink->row_size);
    tenon__arena_clear(sink->arena);
    return is_put;
}

/* What put did not take: NULL, what is unusual, what there is no room for. */
static bool put_other(tenon__sink *sink, size_t i, tenon__pg_column *column, const char *data,
                      int length, tenon_error *err)
{
    tenon__track *track = &sink->tracks[i];
    if (length < 0 && column->is_nullable && tenon__track_put_null(track, sink->count))
        return true;
    if (length < 0)
        return (column->is_nullable || tenon__pg_fail_null(column, err)) &&
               sink->add(sink, i, sink->row, err); /* zeros are NULL, or an empty list */
    if (track->way == TENON__PG_CODEC_ENUM)
        return put_enum(sink, i, column, data, length, err);
    if (track->ends && track->way && track->size - track->used < (size_t)length)
        return sink->widen(sink, i, (size_t)length, err) &&
               (put(track, track->way, sink->count, data, (size_t)length) ||
                put_by_row(sink, i, column, data, length, err));
    return put_by_row(sink, i, column, data, length, err);
}

/* A length of -1 is larger than any as an unsigned number. */
static bool put_rest(tenon__sink *sink, size_t i, tenon__pg_column *column, const char **at,
                     const char *end, tenon_error *err)
{
    const char *data = *at + TENON__PG_LENGTH_BYTES;
    if (end - *at < TENON__PG_LENGTH_BYTES)
        return tenon__pg_fail_bytes(column, (int)(end - *at), err);
    uint32_t length = tenon__pg_load32(*at);
    bool is_there = length <= (size_t)(end - data);
    if (!is_there && length != UINT32_MAX)
        return tenon__pg_fail_bytes(column, (int)length, err);
    *at = is_there ? data + length : data;
    return put_other(sink, i, column, data, (int)length, err);
}

/* The usual value that begins there, and *at moves behind it; false where it is none. */
TENON__INLINE bool put_next(tenon__track *track, uint8_t way, size_t row, const char **at,
                            const char *end)
{
    const char *data = *at + TENON__PG_LENGTH_BYTES;
    if (TENON__UNLIKELY(end < data))
        return false;
    uint32_t length = tenon__pg_load32(*at);
    if (TENON__UNLIKELY(length > (size_t)(end - data) || !put(track, way, row, data, length)))
        return false;
    *at = data + length;
    return true;
}

/* ---- a row ----------------------------------------------------------------------------------- */

static bool make_ready(tenon__sink *sink, const tenon__prepared *p, tenon_error *err)
{
    if (sink->count == 0)
        find_ways(sink, p);
    return sink->count < sink->capacity || sink->reserve(sink, err);
}

static bool take_row(tenon__sink *sink, tenon__pg_sent *sent, tenon_error *err)
{
    tenon__prepared *p = sent->prepared;
    const char *at = sent->data, *end = sent->end;
    size_t row = sink->count;
    if (TENON__UNLIKELY(row == 0 || row == sink->capacity) && !make_ready(sink, p, err))
        return false;
    tenon__track *track = sink->tracks;
    for (size_t i = 0, count = (size_t)p->column_count; i < count; i++, track++)
        if (TENON__UNLIKELY(!put_next(track, track->way, row, &at, end)) &&
            !put_rest(sink, i, &p->columns[i], &at, end, err))
            return false;
    sent->data = at;
    sink->count++;
    return true;
}

/* ---- many rows, by columns ------------------------------------------------------------------- */

enum { MOST_ROWS = 256 };

typedef struct block {
    size_t first, count;                         /* rows */
    const char *at[MOST_ROWS], *ends[MOST_ROWS]; /* where the values of each go on, and end */
} block;

/* For a way that the compiler knows. */
TENON__INLINE bool put_column(tenon__sink *sink, uint8_t way, size_t i, tenon__pg_column *column,
                              block *b, tenon_error *err)
{
    tenon__track *track = &sink->tracks[i];
    for (size_t k = 0, count = b->count; k < count; k++) {
        if (TENON__LIKELY(put_next(track, way, b->first + k, &b->at[k], b->ends[k])))
            continue;
        sink->count = b->first + k;
        if (!put_rest(sink, i, column, &b->at[k], b->ends[k], err))
            return false;
    }
    return true;
}

static bool put_any(tenon__sink *sink, size_t i, tenon__pg_column *column, block *b,
                    tenon_error *err)
{
    switch (sink->tracks[i].way) {
    case TENON__PG_CODEC_BOOL:
        return put_column(sink, TENON__PG_CODEC_BOOL, i, column, b, err);
    case TENON__PG_CODEC_INT4:
    case TENON__PG_CODEC_FLOAT4:
        return put_column(sink, TENON__PG_CODEC_INT4, i, column, b, err);
    case TENON__PG_CODEC_INT8:
    case TENON__PG_CODEC_FLOAT8:
        return put_column(sink, TENON__PG_CODEC_INT8, i, column, b, err);
    case TENON__PG_CODEC_TIMESTAMP:
        return put_column(sink, TENON__PG_CODEC_TIMESTAMP, i, column, b, err);
    case TENON__PG_CODEC_TEXT:
    case TENON__PG_CODEC_BYTEA:
        return put_column(sink, TENON__PG_CODEC_TEXT, i, column, b, err);
    default:
        return put_column(sink, sink->tracks[i].way, i, column, b, err);
    }
}

/* What each message is, its length, the number of its values: the next rows among them; where the
 * rest begins. */
static const char *find_rows(block *b, size_t most, const char *at, const char *end)
{
    enum { TYPE_BYTES = 1, HEAD_BYTES = 5, COUNT_BYTES = 2 };
    size_t count = 0;
    while (at < end && count < most) {
        const char *next = at + TYPE_BYTES + tenon__pg_load32(at + TYPE_BYTES);
        b->at[count] = at + HEAD_BYTES + COUNT_BYTES;
        b->ends[count] = next;
        count += *at == 'D';
        at = next;
    }
    b->count = count;
    return at;
}

static bool take_block(tenon__sink *sink, block *b, const tenon__prepared *p, tenon_error *err)
{
    b->first = sink->count;
    for (size_t i = 0, count = (size_t)p->column_count; i < count; i++)
        if (!put_any(sink, i, &p->columns[i], b, err))
            return false;
    sink->count = b->first + b->count;
    return true;
}

static bool take_messages(tenon__sink *sink, const tenon__pg_sent *sent, tenon_error *err)
{
    block b;
    for (const char *at = sent->data; at < sent->end;) {
        if (!make_ready(sink, sent->prepared, err))
            return false;
        size_t room = sink->capacity - sink->count;
        at = find_rows(&b, room < MOST_ROWS ? room : MOST_ROWS, at, sent->end);
        if (!take_block(sink, &b, sent->prepared, err))
            return false;
    }
    return true;
}

bool tenon__pg_take(tenon__sink *sink, void *given, tenon_error *err)
{
    tenon__pg_sent *sent = given;
    return sent->are_messages ? take_messages(sink, sent, err) : take_row(sink, sent, err);
}
