/* Cursors: a place in an order as a text that may leave the program and come back.
 *
 *     text    := the bytes in base 64 for URLs
 *     bytes   := VERSION flags digest value* mac
 *     flags   := a byte, 1: the row itself belongs to the page
 *     digest  := 16 bytes of the SHA-256 of the query
 *     value   := NULL_VALUE | A_VALUE (integer | integer integer | integer text)
 *     integer := eight bytes, lowest first
 *     mac     := 16 bytes of the HMAC-SHA256 of all before
 *
 * Values are written by kind: an enum by its name in the database, which outlives a change of their
 * order, texts behind their length. The query is told by its SQL with the names of order and table
 * in it, and by the values of its conditions, all of them written as those of cursors are. */
#include "model/row.h"
#include "model/walk.h"

enum {
    VERSION = 1,
    INCLUSIVE = 1,
    NULL_VALUE = 0,
    A_VALUE = 1,
    BY_RELATION = 64, /* beside a direction */
    MAC_BYTES = 16,
    MOST_BYTES = 65536
};
enum { HEAD_BYTES = 2 + TENON__QUERY_DIGEST_BYTES };

/* ---- values as bytes ------------------------------------------------------------------------- */

static void put_integer(tenon__buf *out, uint64_t value)
{
    uint8_t bytes[8];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(value >> 8 * i);
    tenon__buf_add(out, bytes, sizeof bytes);
}

/* Length 0: the text is measured. */
static void put_text(tenon__buf *out, const void *text, size_t length)
{
    if (text && !length)
        length = strlen(text);
    put_integer(out, length);
    if (length)
        tenon__buf_add(out, text, length);
}

static void put_bytes(tenon__buf *out, tenon_bytes bytes)
{
    put_integer(out, bytes.len);
    if (bytes.len)
        tenon__buf_add(out, bytes.data, bytes.len);
}

static void put_double(tenon__buf *out, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    put_integer(out, bits);
}

static void put_enum(tenon__buf *out, const tenon_enum *enumeration, int value)
{
    bool is_value = value >= 1 && (uint32_t)value <= enumeration->count;
    put_text(out, is_value ? enumeration->values[value - 1] : NULL, 0);
}

static void put_clock_tz(tenon__buf *out, const tenon_clock_tz *clock)
{
    put_integer(out, (uint64_t)clock->us);
    put_integer(out, (uint64_t)clock->offset_seconds);
}

static void put_interval(tenon__buf *out, const tenon_interval *interval)
{
    put_integer(out, (uint64_t)interval->months);
    put_integer(out, (uint64_t)interval->days);
    put_integer(out, (uint64_t)interval->us);
}

static void put_vector(tenon__buf *out, tenon_vector vector)
{
    put_bytes(out, (tenon_bytes){vector.count * sizeof *vector.items, vector.items});
}

static void put_uuid(tenon__buf *out, const tenon_uuid *uuid)
{
    put_integer(out, uuid->hi);
    put_integer(out, uuid->lo);
}

/* A wide value. */
static void put_value(tenon__buf *out, const tenon_field *field, const void *value)
{
    switch (field->kind) {
    case TENON_KIND_BOOL:
        put_integer(out, (uint64_t)tenon__read_int(value));
        return;
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        put_integer(out, (uint64_t) * (const int64_t *)value);
        return;
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        put_double(out, *(const double *)value);
        return;
    case TENON_KIND_DECIMAL:
        put_text(out, ((const tenon_decimal *)value)->text, ((const tenon_decimal *)value)->len);
        return;
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        put_text(out, *(const char *const *)value, 0);
        return;
    case TENON_KIND_JSON:
        put_text(out, ((const tenon_json *)value)->text, ((const tenon_json *)value)->len);
        return;
    case TENON_KIND_BYTES:
        put_bytes(out, *(const tenon_bytes *)value);
        return;
    case TENON_KIND_UUID:
        put_uuid(out, value);
        return;
    case TENON_KIND_TIME:
        put_integer(out, (uint64_t)((const tenon_time *)value)->us);
        return;
    case TENON_KIND_DATE:
        put_integer(out, (uint64_t)((const tenon_date *)value)->days);
        return;
    case TENON_KIND_CLOCK:
        put_integer(out, (uint64_t)((const tenon_clock *)value)->us);
        return;
    case TENON_KIND_CLOCK_TZ:
        put_clock_tz(out, value);
        return;
    case TENON_KIND_INTERVAL:
        put_interval(out, value);
        return;
    case TENON_KIND_PACKED: /* no order goes by it */
        return;
    case TENON_KIND_VECTOR:
        put_vector(out, *(const tenon_vector *)value);
        return;
    case TENON_KIND_ENUM:
        put_enum(out, field->enumeration, tenon__read_int(value));
        return;
    }
}

static void put_optional(tenon__buf *out, const tenon_field *field, const void *value)
{
    tenon__buf_char(out, value ? A_VALUE : NULL_VALUE);
    if (value)
        put_value(out, field, value);
}

/* ---- bytes as values ------------------------------------------------------------------------- */

typedef struct reader {
    tenon__walk *walk;
    const uint8_t *at, *end;
    bool failed;
} reader;

static const uint8_t *take(reader *r, size_t length)
{
    if (r->failed || length > (size_t)(r->end - r->at)) {
        r->failed = true;
        return NULL;
    }
    r->at += length;
    return r->at - length;
}

static uint64_t take_integer(reader *r)
{
    const uint8_t *bytes = take(r, 8);
    uint64_t value = 0;
    for (size_t i = 8; bytes && i-- > 0;)
        value = value << 8 | bytes[i];
    return value;
}

/* With a NUL behind it, in scratch memory. */
static const char *take_text(reader *r, size_t *length)
{
    *length = take_integer(r);
    const uint8_t *bytes = take(r, *length);
    if (!bytes)
        return NULL;
    char *text = tenon__walk_alloc(r->walk, *length + 1);
    if (!text) {
        r->failed = true;
        return NULL;
    }
    memcpy(text, bytes, *length);
    text[*length] = '\0';
    return text;
}

/* Any wide value. */
typedef union any_value {
    int truth;
    int64_t integer;
    double real;
    tenon_decimal decimal;
    const char *text;
    tenon_json json;
    tenon_bytes bytes;
    tenon_uuid uuid;
    tenon_time time;
    tenon_date date;
    tenon_clock clock;
    tenon_clock_tz clock_tz;
    tenon_interval interval;
} any_value;

static void take_text_value(reader *r, const tenon_field *field, any_value *out)
{
    size_t length;
    const char *text = take_text(r, &length);
    if (!text)
        return;
    switch ((int)field->kind) {
    case TENON_KIND_DECIMAL:
        out->decimal = (tenon_decimal){length, text};
        return;
    case TENON_KIND_BYTES:
        out->bytes = (tenon_bytes){length, text};
        return;
    case TENON_KIND_ENUM:
        out->truth = tenon__enum_from_text(field->enumeration, text, length);
        r->failed |= out->truth == 0;
        return;
    default:
        out->text = text;
    }
}

static void take_value(reader *r, const tenon_field *field, any_value *out)
{
    uint64_t bits;
    switch ((int)field->kind) {
    case TENON_KIND_BOOL:
        out->truth = take_integer(r) != 0;
        return;
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        bits = take_integer(r);
        memcpy(&out->real, &bits, sizeof bits);
        return;
    case TENON_KIND_UUID:
        out->uuid.hi = take_integer(r);
        out->uuid.lo = take_integer(r);
        return;
    case TENON_KIND_DATE:
        out->date.days = (int32_t)take_integer(r);
        return;
    case TENON_KIND_CLOCK_TZ:
        out->clock_tz.us = (int64_t)take_integer(r);
        out->clock_tz.offset_seconds = (int32_t)take_integer(r);
        return;
    case TENON_KIND_INTERVAL:
        out->interval.months = (int32_t)take_integer(r);
        out->interval.days = (int32_t)take_integer(r);
        out->interval.us = (int64_t)take_integer(r);
        return;
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
    case TENON_KIND_TIME:
    case TENON_KIND_CLOCK:
        out->integer = (int64_t)take_integer(r);
        return;
    default:
        take_text_value(r, field, out);
    }
}

static const void *take_optional(reader *r, const tenon_field *field)
{
    const uint8_t *mark = take(r, 1);
    bool is_null = mark && *mark == NULL_VALUE && (field->flags & TENON_FIELD_NULLABLE);
    if (!mark || is_null)
        return NULL;
    any_value *value = tenon__walk_alloc(r->walk, sizeof *value);
    if (*mark != A_VALUE || !value)
        r->failed = true;
    else
        take_value(r, field, value);
    return value;
}

/* ---- the query ------------------------------------------------------------------------------- */

static void put_elements(tenon__buf *out, const tenon__slot *slot, const tenon__list *list)
{
    tenon_kind kind = slot->field->kind;
    bool is_wide = slot->form == TENON__FORM_WIDE_LIST;
    size_t size = is_wide ? tenon__wide_size(kind) : tenon__element_size(kind);
    put_integer(out, list->count);
    for (size_t i = 0; i < list->count; i++) {
        tenon__wide room;
        const char *item = (const char *)list->items + i * size;
        put_value(out, slot->field, is_wide ? item : tenon__widen(kind, item, &room));
    }
}

/* A value of a condition as its slot takes it. */
static void put_bound(tenon__buf *out, const tenon__slot *slot, const void *value)
{
    tenon__wide room;
    tenon__buf_char(out, value ? A_VALUE : NULL_VALUE);
    if (!value)
        return;
    if (!slot->field)
        put_integer(out, (uint64_t) * (const int64_t *)value);
    else if (slot->as_text)
        put_text(out, *(const char *const *)value, 0);
    else if (slot->form == TENON__FORM_WIDE)
        put_value(out, slot->field, value);
    else if (slot->form == TENON__FORM_ELEMENT)
        put_value(out, slot->field, tenon__widen(slot->field->kind, value, &room));
    else
        put_elements(out, slot, value);
}

/* The conditions by themselves, as the statement of a call that asks whether any row has them; that
 * rows marked as deleted are asked for is one. */
static tenon__shared_plan *plan_of_where(tenon__walk *walk, tenon_table table, size_t where_at)
{
    tenon__shape shape;
    tenon__shape_begin(&shape, walk->scratch, TENON__EXISTS, walk->model);
    uint16_t flags = tenon__shape_head_of(&walk->shape)->flags;
    tenon__shape_head_of(&shape)->flags |=
        flags & (TENON__SHAPE_WITH_DELETED | TENON__SHAPE_ONLY_DELETED);
    if (table.name)
        tenon__shape_table(&shape, table);
    tenon__shape_bytes(&shape, walk->shape.data + where_at, walk->shape.length - where_at);
    if (shape.failed) {
        tenon__fail_no_memory(walk->err);
        return NULL;
    }
    return tenon__walk_plan_of(walk, &shape);
}

static void put_query(tenon__buf *out, const tenon__walk *walk, const tenon__places *places,
                      const tenon__statement *where, size_t first_value)
{
    assert(where->slot_count == walk->value_count - first_value);
    put_text(out, walk->model->name, 0);
    for (size_t i = 0; i < places->count; i++) {
        const tenon__term *term = &places->terms[i];
        put_text(out, term->path ? term->path : walk->model->fields[term->field].column, 0);
        tenon__buf_char(out, (char)(term->path ? BY_RELATION | term->direction : term->direction));
        if (term->collate)
            put_text(out, term->collate, 0);
    }
    put_text(out, where->sql, where->sql_length);
    for (size_t i = 0; i < where->slot_count; i++)
        put_bound(out, &where->slots[i], walk->values[first_value + i]);
}

bool tenon__query_digest(tenon__walk *walk, tenon_table table, const tenon__places *places,
                         size_t where_at, size_t first_value,
                         uint8_t digest[TENON__QUERY_DIGEST_BYTES])
{
    if (walk->failed || walk->shape.failed)
        return false;
    tenon__shared_plan *plan = plan_of_where(walk, table, where_at);
    if (!plan) {
        walk->failed = true;
        return false;
    }
    TENON__CLEANUP(tenon__buf_release) tenon__buf query = {0};
    uint8_t whole[TENON__SHA256_BYTES];
    put_query(&query, walk, places, tenon__plan_statement(plan), first_value);
    tenon__plan_release(plan);
    walk->failed |= query.failed;
    if (query.failed)
        return tenon__fail_no_memory(walk->err);
    tenon__sha256(query.data, query.length, whole);
    memcpy(digest, whole, TENON__QUERY_DIGEST_BYTES);
    return true;
}

/* ---- cursors --------------------------------------------------------------------------------- */

static void sign(const tenon__walk *walk, const tenon__buf *bytes, size_t length,
                 uint8_t mac[TENON__SHA256_BYTES])
{
    tenon__hmac_sha256(tenon__session_cursor_key(walk->session), TENON__SHA256_BYTES, bytes->data,
                       length, mac);
}

/* Signs the bytes; their text in the arena. */
static const char *finish(tenon__walk *walk, tenon__arena *arena, tenon__buf *bytes)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    uint8_t mac[TENON__SHA256_BYTES] = {0};
    if (!bytes->failed)
        sign(walk, bytes, bytes->length, mac);
    tenon__buf_add(bytes, mac, MAC_BYTES);
    if (!bytes->failed)
        tenon__base64url_encode(&text, bytes->data, bytes->length);
    bool is_whole = !bytes->failed && !text.failed;
    tenon__arena_align(arena);
    char *copy = is_whole ? tenon__arena_copy(arena, text.data, text.length) : NULL;
    if (!copy)
        tenon__fail_no_memory(walk->err);
    return copy;
}

const char *tenon__cursor_write(tenon__walk *walk, tenon__arena *arena, const tenon__places *places,
                                const uint8_t *digest, const tenon__cursor *cursor)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf bytes = {0};
    tenon__buf_char(&bytes, VERSION);
    tenon__buf_char(&bytes, cursor->is_inclusive ? INCLUSIVE : 0);
    tenon__buf_add(&bytes, digest, TENON__QUERY_DIGEST_BYTES);
    for (size_t i = 0; i < places->count; i++)
        put_optional(&bytes, tenon__term_field(walk->model, &places->terms[i]), cursor->values[i]);
    return finish(walk, arena, &bytes);
}

const char *tenon__cursor_include(tenon__walk *walk, tenon__arena *arena, const char *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf bytes = {0};
    if (tenon__base64url_decode(text, strlen(text), &bytes) && !bytes.failed) {
        bytes.data[1] |= INCLUSIVE;
        bytes.length -= MAC_BYTES;
    }
    return finish(walk, arena, &bytes);
}

static bool refuse_cursor(tenon__walk *walk, const char *why)
{
    walk->failed = true;
    tenon__fail(walk->err, TENON_VALIDATION, "%s: the cursor %s", walk->model->name, why);
    tenon__hint(walk->err, "begin again with the first page");
    return false;
}

/* Takes as long wherever the two differ. */
static bool is_equal(const uint8_t *a, const uint8_t *b, size_t length)
{
    uint8_t difference = 0;
    for (size_t i = 0; i < length; i++)
        difference |= a[i] ^ b[i];
    return difference == 0;
}

static bool is_signed(const tenon__walk *walk, const tenon__buf *bytes)
{
    uint8_t mac[TENON__SHA256_BYTES];
    if (bytes->length < HEAD_BYTES + MAC_BYTES)
        return false;
    size_t length = bytes->length - MAC_BYTES;
    sign(walk, bytes, length, mac);
    return is_equal(mac, (const uint8_t *)bytes->data + length, MAC_BYTES);
}

static bool read_values(tenon__walk *walk, const tenon__places *places, const tenon__buf *bytes,
                        tenon__cursor *out)
{
    const uint8_t *data = (const uint8_t *)bytes->data;
    reader r = {.walk = walk, .at = data + HEAD_BYTES, .end = data + bytes->length - MAC_BYTES};
    out->is_inclusive = data[1] & INCLUSIVE;
    for (size_t i = 0; i < places->count; i++)
        out->values[i] = take_optional(&r, tenon__term_field(walk->model, &places->terms[i]));
    return !r.failed && r.at == r.end;
}

bool tenon__cursor_read(tenon__walk *walk, const tenon__places *places, const uint8_t *digest,
                        const char *text, tenon__cursor *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf bytes = {0};
    size_t length = strnlen(text, MOST_BYTES);
    bool is_text = length < MOST_BYTES && tenon__base64url_decode(text, length, &bytes);
    if (bytes.failed) {
        walk->failed = true;
        return tenon__fail_no_memory(walk->err);
    }
    if (!is_text || !is_signed(walk, &bytes))
        return refuse_cursor(walk, "was changed, or made with another cursor_key");
    if (bytes.data[0] != VERSION)
        return refuse_cursor(walk, "was made by another version of tenon");
    if (!is_equal((const uint8_t *)bytes.data + 2, digest, TENON__QUERY_DIGEST_BYTES))
        return refuse_cursor(walk, "belongs to another query: another where, order or table");
    return read_values(walk, places, &bytes, out) ||
           refuse_cursor(walk, "was made for columns of another type");
}

/* ---- rows ------------------------------------------------------------------------------------ */

void tenon__cursor_of_row(const tenon_model *model, const tenon__places *places, const char *row,
                          tenon__wide *room, tenon__cursor *out)
{
    out->is_inclusive = false;
    for (size_t i = 0; i < places->count; i++)
        out->values[i] =
            tenon__row_wide(tenon__term_field(model, &places->terms[i]), row, &room[i]);
}
