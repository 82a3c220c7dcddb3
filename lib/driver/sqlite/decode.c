/* Values on their way out: a stored cell becomes the row form of a field.
 *
 * SQLite columns hold whatever was put into them, so every value is checked as if a stranger had
 * written it: a wrong storage class, an integer out of range, an unknown enum value or a text that
 * is no date is a TYPE error that names model, field and what is stored, never a default and never
 * garbage. */
#include "driver/sqlite/sqlite.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static const char *const kind_names[] = {
    [TENON_KIND_BOOL] = "a Boolean",    [TENON_KIND_INT16] = "a SmallInt",
    [TENON_KIND_INT32] = "an Int",      [TENON_KIND_INT64] = "a BigInt",
    [TENON_KIND_FLOAT] = "a Real",      [TENON_KIND_DOUBLE] = "a Float",
    [TENON_KIND_DECIMAL] = "a Decimal", [TENON_KIND_TEXT] = "a String",
    [TENON_KIND_JSON] = "a Json",       [TENON_KIND_BYTES] = "Bytes",
    [TENON_KIND_UUID] = "a Uuid",       [TENON_KIND_TIME] = "a DateTime",
    [TENON_KIND_DATE] = "a Date",       [TENON_KIND_CLOCK] = "a Time",
    [TENON_KIND_CLOCK_TZ] = "a Timetz", [TENON_KIND_INTERVAL] = "an interval",
    [TENON_KIND_VECTOR] = "a vector",   [TENON_KIND_PACKED] = "a packed array",
    [TENON_KIND_OTHER] = "a text",      [TENON_KIND_ENUM] = "a value of the enum",
};

static const char *const storage_names[] = {
    [CELL_INTEGER] = "INTEGER",
    [CELL_REAL] = "REAL",
    [CELL_TEXT] = "TEXT",
    [CELL_BLOB] = "BLOB",
};

#define REFUSE(from, field, ...)                                                                   \
    tenon__fail_field((from)->err, TENON_TYPE, tenon__layout_model((from)->layout, field), field,  \
                      __VA_ARGS__)

/* The stored value for a message, shortened; nothing of a sensitive field. */
static void describe(const tenon_field *field, const cell *value, char *text, size_t size)
{
    text[0] = '\0';
    if (field->flags & TENON_FIELD_SENSITIVE)
        return;
    if (value->type == CELL_INTEGER)
        snprintf(text, size, " %" PRId64, value->as.integer);
    else if (value->type == CELL_REAL)
        snprintf(text, size, " %.17g", value->as.real);
    else if (value->type == CELL_TEXT)
        snprintf(text, size, " '%.40s'", (const char *)value->as.bytes.data);
}

static bool refuse_stored(const source *from, const tenon_field *field, const cell *value)
{
    char shown[64];
    describe(field, value, shown, sizeof shown);
    return REFUSE(from, field, "the database holds %s%s where %s belongs",
                  storage_names[value->type], shown, kind_names[field->kind]);
}

static const char *copy_text(const source *from, const cell *value)
{
    const char *copy = tenon__arena_pack(from->arena, value->as.bytes.data, value->as.bytes.length);
    if (!copy)
        tenon__fail_no_memory(from->err);
    return copy;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool is_integer_in(const cell *value, int64_t least, int64_t most)
{
    return value->type == CELL_INTEGER && value->as.integer >= least && value->as.integer <= most;
}

/* A column of NUMERIC affinity keeps 3.0 as the integer 3. */
static bool read_real(const cell *value, double *out)
{
    const int64_t exact = INT64_C(1) << DBL_MANT_DIG;
    if (value->type == CELL_REAL)
        *out = value->as.real;
    else if (is_integer_in(value, -exact, exact))
        *out = (double)value->as.integer;
    else
        return false;
    return true;
}

static bool read_float(const cell *value, float *out)
{
    double real;
    if (!read_real(value, &real) || (!isinf(real) && fabs(real) > (double)FLT_MAX))
        return false;
    *out = (float)real;
    return (double)*out == real;
}

/* Zeros that the column's scale wants behind the text. */
static size_t missing_zeros(const tenon_field *field, const char *text, size_t length)
{
    tenon__decimal_form form;
    if (field->precision <= 0 || !tenon__decimal_scan(text, length, &form) || form.is_special ||
        form.fraction_digits >= (size_t)field->scale)
        return 0;
    return (size_t)field->scale - form.fraction_digits;
}

bool tenon__sqlite_put_decimal(const source *from, const tenon_field *field, const char *text,
                               size_t length, tenon_decimal *out)
{
    size_t zeros = missing_zeros(field, text, length);
    bool needs_point = zeros > 0 && !memchr(text, '.', length);
    size_t whole = length + needs_point + zeros;
    tenon__arena_align(from->arena);
    char *copy = tenon__arena_alloc(from->arena, whole + 1);
    if (!copy)
        return tenon__fail_no_memory(from->err);
    memcpy(copy, text, length);
    if (needs_point)
        copy[length] = '.';
    memset(copy + whole - zeros, '0', zeros);
    copy[whole] = '\0';
    *out = (tenon_decimal){whole, copy};
    return true;
}

static bool decode_sortable(const source *from, const tenon_field *field, const cell *value,
                            void *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (value->type != CELL_TEXT ||
        !tenon__decimal_from_sortable(value->as.bytes.data, value->as.bytes.length, &text))
        return text.failed ? tenon__fail_no_memory(from->err) : refuse_stored(from, field, value);
    return tenon__sqlite_put_decimal(from, field, text.data, text.length, out);
}

static bool decode_decimal(const source *from, const tenon_field *field, const cell *value,
                           void *out)
{
    char text[REAL_TEXT_SIZE];
    if (field->flags & TENON_FIELD_EXACT)
        return decode_sortable(from, field, value, out);
    if (value->type == CELL_INTEGER)
        return tenon__sqlite_put_decimal(
            from, field, text, tenon_decimal_from_int64(value->as.integer, text).len, out);
    if (value->type == CELL_REAL)
        return tenon__sqlite_put_decimal(from, field, text,
                                         tenon__sqlite_real_text(value->as.real, text), out);
    return refuse_stored(from, field, value);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool refuse_text(const source *from, const tenon_field *field)
{
    return REFUSE(from, field, "the stored TEXT is not valid UTF-8 or holds a NUL");
}

static bool decode_text(const source *from, const tenon_field *field, const cell *value, void *out)
{
    if (value->type != CELL_TEXT)
        return refuse_stored(from, field, value);
    if (!tenon__utf8_is_valid(value->as.bytes.data, value->as.bytes.length))
        return refuse_text(from, field);
    const char *copy = copy_text(from, value);
    *(const char **)out = copy;
    return copy != NULL;
}

static bool put_json(const source *from, const char *text, size_t length, void *out)
{
    cell borrowed = {.type = CELL_TEXT, .as.bytes = {text, length}};
    const char *copy = copy_text(from, &borrowed);
    *(tenon_json *)out = (tenon_json){length, copy};
    return copy != NULL;
}

/* Whether it is JSON is checked on the way in. Who reads it parses it anyway; to do so here as well
 * would cost a list a third of its time. */
static bool decode_json(const source *from, const tenon_field *field, const cell *value, void *out)
{
    char number[REAL_TEXT_SIZE];
    if (value->type == CELL_INTEGER)
        return put_json(from, number, tenon_decimal_from_int64(value->as.integer, number).len, out);
    if (value->type == CELL_REAL && isfinite(value->as.real))
        return put_json(from, number, tenon__sqlite_real_text(value->as.real, number), out);
    if (value->type != CELL_TEXT)
        return refuse_stored(from, field, value);
    const char *text = value->as.bytes.data;
    size_t length = value->as.bytes.length;
    if (!tenon__utf8_is_valid(text, length))
        return refuse_text(from, field);
    return put_json(from, text, length, out);
}

static bool decode_bytes(const source *from, const tenon_field *field, const cell *value, void *out)
{
    if (value->type != CELL_BLOB)
        return refuse_stored(from, field, value);
    const char *copy = copy_text(from, value);
    *(tenon_bytes *)out = (tenon_bytes){value->as.bytes.length, copy};
    return copy != NULL;
}

static bool decode_enum(const source *from, const tenon_field *field, const cell *value, void *out)
{
    int found = 0;
    if (value->type == CELL_TEXT)
        found =
            tenon__enum_from_text(field->enumeration, value->as.bytes.data, value->as.bytes.length);
    if (found == 0)
        return refuse_stored(from, field, value);
    *(int *)out = found;
    return true;
}

/* ---- times ----------------------------------------------------------------------------------- */

/* What to say of a DateTime in another form than the rest. */
TENON__COLD static bool refuse_time(const source *from, const tenon_field *field, const cell *value)
{
    static const char *const words[] = {
        [TIME_FORM_UNIXMS] = "milliseconds since 1970", "ISO text", "text of datetime()"};
    static const char *const names[] = {[TIME_FORM_UNIXMS] = "unixms", "iso", "sql"};
    const tenon_model *model = tenon__layout_model(from->layout, field);
    char shown[64];
    describe(field, value, shown, sizeof shown);
    REFUSE(from, field, "the database holds %s%s, but stores its times as %s (?datetime=%s)",
           storage_names[value->type], shown, words[from->times], names[from->times]);
    tenon__sqlite_hint_time(from, model ? model->table : "…", field->column,
                            value->type == CELL_INTEGER);
    return false;
}

static bool read_time(time_form form, const cell *value, tenon_time *out)
{
    if (form == TIME_FORM_UNIXMS)
        return value->type == CELL_INTEGER &&
               !__builtin_mul_overflow(value->as.integer, 1000, &out->us);
    if (value->type != CELL_TEXT)
        return false;
    const char *text = value->as.bytes.data;
    size_t length = value->as.bytes.length;
    return form == TIME_FORM_SQL ? tenon__sqlite_time_from_sql(text, length, out)
                                 : tenon__time_from_iso(text, length, out);
}

static bool decode_time(const source *from, const tenon_field *field, const cell *value, void *out)
{
    return read_time(from->times, value, out) || refuse_time(from, field, value);
}

static bool has_no_nul(const cell *value)
{
    return value->type == CELL_TEXT && strlen(value->as.bytes.data) == value->as.bytes.length;
}

/* ---- by kind --------------------------------------------------------------------------------- */

/* The kinds that fit in place: true when the value was read. */
static bool read_plain(tenon_kind kind, const cell *value, void *out)
{
    switch ((int)kind) {
    case TENON_KIND_BOOL:
        *(bool *)out = value->as.integer == 1;
        return is_integer_in(value, 0, 1);
    case TENON_KIND_INT16:
        *(int16_t *)out = (int16_t)value->as.integer;
        return is_integer_in(value, INT16_MIN, INT16_MAX);
    case TENON_KIND_INT32:
        *(int32_t *)out = (int32_t)value->as.integer;
        return is_integer_in(value, INT32_MIN, INT32_MAX);
    case TENON_KIND_INT64:
        *(int64_t *)out = value->as.integer;
        return value->type == CELL_INTEGER;
    case TENON_KIND_FLOAT:
        return read_float(value, out);
    case TENON_KIND_DOUBLE:
        return read_real(value, out);
    case TENON_KIND_UUID:
        return has_no_nul(value) && tenon_uuid_parse(value->as.bytes.data, out, NULL);
    case TENON_KIND_DATE:
        return has_no_nul(value) && tenon_date_parse(value->as.bytes.data, out, NULL);
    case TENON_KIND_CLOCK:
        return has_no_nul(value) && tenon_clock_parse(value->as.bytes.data, out, NULL);
    case TENON_KIND_CLOCK_TZ:
        return has_no_nul(value) && tenon_clock_tz_parse(value->as.bytes.data, out, NULL);
    case TENON_KIND_INTERVAL:
        return has_no_nul(value) && tenon_interval_parse(value->as.bytes.data, out, NULL);
    default:
        return false;
    }
}

static bool decode_packed(const source *from, const tenon_field *field, const cell *value,
                          void *out)
{
    if (value->type != CELL_BLOB)
        return refuse_stored(from, field, value);
    return tenon__unpack_value(tenon__layout_model(from->layout, field), field,
                               value->as.bytes.data, value->as.bytes.length, from->arena, out,
                               from->err);
}

bool tenon__sqlite_decode_cell(const source *from, const tenon_field *field, const cell *value,
                               void *out)
{
    switch ((int)field->kind) {
    case TENON_KIND_DECIMAL:
        return decode_decimal(from, field, value, out);
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return decode_text(from, field, value, out);
    case TENON_KIND_JSON:
        return decode_json(from, field, value, out);
    case TENON_KIND_BYTES:
        return decode_bytes(from, field, value, out);
    case TENON_KIND_VECTOR:
        if (!tenon__sqlite_is_vector(field, value))
            return refuse_stored(from, field, value);
        return tenon__sqlite_decode_vector(from->arena, value, out) ||
               tenon__fail_no_memory(from->err);
    case TENON_KIND_PACKED:
        return decode_packed(from, field, value, out);
    case TENON_KIND_TIME:
        return decode_time(from, field, value, out);
    case TENON_KIND_ENUM:
        return decode_enum(from, field, value, out);
    default:
        return read_plain(field->kind, value, out) || refuse_stored(from, field, value);
    }
}

/* ---- columns --------------------------------------------------------------------------------- */

/* False for NULL. An empty BLOB has no address in SQLite, but is a value. */
TENON__HOT static bool take_cell(sqlite3_value *stored, cell *value)
{
    switch (sqlite3_value_type(stored)) {
    case SQLITE_INTEGER:
        value->type = CELL_INTEGER;
        value->as.integer = sqlite3_value_int64(stored);
        return true;
    case SQLITE_FLOAT:
        value->type = CELL_REAL;
        value->as.real = sqlite3_value_double(stored);
        return true;
    case SQLITE_TEXT:
        value->type = CELL_TEXT;
        value->as.bytes.data = sqlite3_value_text(stored);
        break;
    case SQLITE_BLOB:
        value->type = CELL_BLOB;
        value->as.bytes.data = sqlite3_value_blob(stored);
        if (!value->as.bytes.data)
            value->as.bytes.data = "";
        break;
    default:
        return false;
    }
    value->as.bytes.length = (size_t)sqlite3_value_bytes(stored);
    return true;
}

TENON__HOT static bool decode_null(const source *from, const tenon_field *field)
{
    if (field->flags & (TENON_FIELD_NULLABLE | TENON_FIELD_LIST))
        return true;
    return REFUSE(from, field, "the database holds NULL in a required column");
}

static bool decode_array(const source *from, const tenon_field *field, const cell *value, void *out)
{
    if (value->type != CELL_TEXT)
        return REFUSE(from, field, "the database holds %s where a JSON array belongs",
                      storage_names[value->type]);
    return tenon__sqlite_decode_array(from, field, value->as.bytes.data, value->as.bytes.length,
                                      out);
}

TENON__HOT static bool decode_any(const source *from, const tenon_field *field,
                                  sqlite3_value *stored, char *place)
{
    cell value;
    if (!take_cell(stored, &value))
        return decode_null(from, field);
    if (value.type >= CELL_TEXT && !value.as.bytes.data)
        return tenon__fail_no_memory(from->err);
    if (field->flags & TENON_FIELD_LIST)
        return decode_array(from, field, &value, place);
    if (field->flags & TENON_FIELD_NULLABLE) {
        size_t offset = tenon__optional_offset(field->kind);
        if (offset > 0)
            *(bool *)place = true;
        place += offset;
    }
    return tenon__sqlite_decode_cell(from, field, &value, place);
}

/* A column whose value is JSON of a known shape. */
static bool decode_nested(const source *from, const tenon__out *out, sqlite3_value *stored,
                          char *place)
{
    cell value;
    if (!take_cell(stored, &value))
        return decode_null(from, out->field);
    if (value.type != CELL_TEXT)
        return refuse_stored(from, out->field, &value);
    if (!value.as.bytes.data)
        return tenon__fail_no_memory(from->err);
    tenon_json json = {.len = value.as.bytes.length, .text = value.as.bytes.data};
    return tenon__nested_from_json(out->nested, out->field, json, place, from->arena, from->err);
}

static bool decode_count(const source *from, const tenon__out *out, sqlite3_value *stored,
                         char *place)
{
    int64_t value = sqlite3_value_int64(stored);
    if (sqlite3_value_type(stored) != SQLITE_INTEGER)
        return tenon__fail(from->err, TENON_TYPE, "a column of the result is no integer");
    if (out->kind == TENON__OUT_BOOL)
        *(bool *)place = value != 0;
    else
        *(int64_t *)(void *)place = value;
    return true;
}

/* ---- the usual columns ----------------------------------------------------------------------- */

static column_reader reader_of(const tenon__out *out, time_form times)
{
    if (out->kind == TENON__OUT_INT64)
        return READ_INT64;
    if (out->kind != TENON__OUT_FIELD || out->nested || (out->field->flags & TENON_FIELD_LIST))
        return READ_ANY;
    switch ((int)out->field->kind) {
    case TENON_KIND_BOOL:
        return READ_BOOL;
    case TENON_KIND_INT32:
        return READ_INT32;
    case TENON_KIND_INT64:
        return READ_INT64;
    case TENON_KIND_DOUBLE:
        return READ_DOUBLE;
    case TENON_KIND_TEXT:
        return READ_TEXT;
    case TENON_KIND_JSON:
        return READ_JSON;
    case TENON_KIND_TIME:
        if (times == TIME_FORM_UNIXMS)
            return READ_UNIXMS;
        return times == TIME_FORM_ISO ? READ_ISO : READ_ANY;
    default:
        return READ_ANY;
    }
}

void tenon__sqlite_plan_columns(const tenon__layout *layout, time_form times,
                                result_column *columns)
{
    for (size_t i = 0; i < layout->out_count; i++) {
        const tenon__out *out = &layout->outs[i];
        bool is_nullable =
            out->kind == TENON__OUT_FIELD && (out->field->flags & TENON_FIELD_NULLABLE);
        size_t behind_has = is_nullable ? tenon__optional_offset(out->field->kind) : 0;
        columns[i] = (result_column){.reader = reader_of(out, times),
                                     .has_flag = behind_has > 0,
                                     .flag_at = out->offset,
                                     .value_at = out->offset + (uint32_t)behind_has,
                                     .skip = out->skip};
    }
}

static inline bool read_usual_text(const source *from, const result_column *at,
                                   sqlite3_value *stored, char *row)
{
    const char *text = (const char *)sqlite3_value_text(stored);
    size_t length = (size_t)sqlite3_value_bytes(stored);
    if (!text)
        return false;
    void *out = row + at->value_at;
    if (at->reader == READ_ISO)
        return tenon__time_from_iso(text, length, out);
    char *copy = tenon__arena_pack_room(from->arena, length);
    if (at->reader == READ_JSON)
        *(tenon_json *)out = (tenon_json){length, copy};
    else
        *(const char **)out = copy;
    return TENON__LIKELY(copy != NULL) && tenon__utf8_copy(copy, text, length);
}

static inline bool read_usual_integer(const result_column *at, int64_t value, char *row)
{
    void *out = row + at->value_at;
    switch ((int)at->reader) {
    case READ_INT32:
        *(int32_t *)out = (int32_t)value;
        return value == (int32_t)value;
    case READ_BOOL:
        *(bool *)out = value == 1;
        return value == 0 || value == 1;
    case READ_UNIXMS:
        return !__builtin_mul_overflow(value, 1000, (int64_t *)out);
    default:
        *(int64_t *)out = value;
        return true;
    }
}

/* True when the value is there and what it should be. Everything else is left to decode_any. */
static inline bool read_usual(const source *from, const result_column *at, sqlite3_value *stored,
                              char *row)
{
    int type = sqlite3_value_type(stored);
    if (at->reader >= READ_TEXT)
        return type == SQLITE_TEXT && read_usual_text(from, at, stored, row);
    if (at->reader >= READ_BOOL)
        return type == SQLITE_INTEGER && read_usual_integer(at, sqlite3_value_int64(stored), row);
    if (at->reader != READ_DOUBLE || type != SQLITE_FLOAT)
        return false;
    *(double *)(void *)(row + at->value_at) = sqlite3_value_double(stored);
    return true;
}

TENON__HOT __attribute__((noinline)) bool
tenon__sqlite_decode_value(const source *from, int index, sqlite3_value *stored, char *row)
{
    const tenon__out *out = &from->layout->outs[index];
    if (out->nested)
        return decode_nested(from, out, stored, row + out->offset);
    return out->kind == TENON__OUT_FIELD ? decode_any(from, out->field, stored, row + out->offset)
                                         : decode_count(from, out, stored, row + out->offset);
}

/* The value is asked for once, not by sqlite3_column_type, _text and _bytes, each of which finds it
 * anew: that is half of what decoding costs. Such a value may be read in place because the
 * connection has no mutex (SQLITE_OPEN_NOMUTEX) and one thread at a time. */
TENON__HOT bool tenon__sqlite_decode_row(const source *from, char *row)
{
    const tenon__layout *layout = from->layout;
    memset(row, 0, layout->row_size);
    uint64_t *loaded = (uint64_t *)(void *)(row + layout->loaded_offset);
    for (size_t i = layout->loaded ? layout->loaded_words : 0; i-- > 0;)
        loaded[i] = layout->loaded[i];
    const result_column *at = from->columns, *end = at + layout->out_count;
    for (int i = 0; at < end; i++, at++) {
        sqlite3_value *stored = sqlite3_column_value(from->statement, i);
        if (TENON__LIKELY(read_usual(from, at, stored, row))) {
            if (at->has_flag)
                *(bool *)(row + at->flag_at) = true;
        } else if (at->skip && sqlite3_value_type(stored) == SQLITE_NULL) {
            i += (int)at->skip;
            at += at->skip;
        } else if (!tenon__sqlite_decode_value(from, i, stored, row)) {
            return false;
        }
    }
    return true;
}
