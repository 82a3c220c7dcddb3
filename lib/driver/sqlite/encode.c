/* Values on their way in: a wide value of a field becomes a cell.
 *
 * Texts and bytes are borrowed from the program, what has to be written down first (times, UUIDs)
 * goes into the target's room, and only exact decimals and arrays cost an allocation. */
#include "driver/sqlite/sqlite.h"

#include <math.h>
#include <stdlib.h>

#define REFUSE(to, err, status, ...)                                                               \
    tenon__fail_field(err, status, (to)->model, (to)->field, __VA_ARGS__)

static bool put_integer(cell *out, int64_t value)
{
    out->type = CELL_INTEGER;
    out->as.integer = value;
    return true;
}

static bool put_text(cell *out, const char *text, size_t length)
{
    out->type = CELL_TEXT;
    out->as.bytes.data = text;
    out->as.bytes.length = length;
    return true;
}

static bool put_real(const target *to, double value, cell *out, tenon_error *err)
{
    if (isnan(value))
        return REFUSE(to, err, TENON_RANGE, "SQLite cannot store NaN: it would become NULL");
    out->type = CELL_REAL;
    out->as.real = to->field->kind == TENON_KIND_FLOAT ? (double)(float)value : value;
    return true;
}

static bool put_sortable(const target *to, tenon_decimal value, cell *out, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf plain = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__sqlite_plain_decimal(value, &plain);
    bool is_made = !plain.failed && tenon__decimal_to_sortable(plain.data, plain.length, &text);
    if (plain.failed || text.failed)
        return tenon__fail_no_memory(err);
    if (!is_made)
        return REFUSE(to, err, TENON_RANGE, "has too many digits");
    put_text(out, NULL, text.length);
    out->as.bytes.data = tenon__buf_take(&text);
    out->is_owned = true;
    return out->as.bytes.data || tenon__fail_no_memory(err);
}

static bool put_decimal(const target *to, tenon_decimal value, cell *out, tenon_error *err)
{
    if (to->field->flags & TENON_FIELD_EXACT)
        return put_sortable(to, value, out, err);
    if (tenon__sqlite_number_cell(value, out))
        return true;
    bool is_secret = to->field->flags & TENON_FIELD_SENSITIVE;
    REFUSE(to, err, TENON_RANGE, "SQLite would not give %.60s back exactly",
           is_secret ? "the value" : value.text);
    tenon__hint(err, "/// @tenon.exact on the field keeps it as text that sorts like a number");
    return false;
}

/* True when SQLite may turn the text into a number and back without changing it: it does so where
 * the column's declared type is none of its own, as Prisma's JSONB. */
static bool is_kept_number(const char *text, size_t length)
{
    enum { MOST_DIGITS = 15, MOST_FRACTION_DIGITS = 22 };
    tenon__decimal_form form;
    return tenon__decimal_scan(text, length, &form) && !form.is_special &&
           form.whole_digits + form.significant_fraction_digits <= MOST_DIGITS &&
           form.fraction_digits <= MOST_FRACTION_DIGITS;
}

static bool put_json(const target *to, tenon_json json, cell *out, tenon_error *err)
{
    size_t length = json.len ? json.len : strlen(json.text);
    const char *text = json.text;
    while (length > 0 && strchr(" \t\r\n", *text))
        text++, length--;
    while (length > 0 && strchr(" \t\r\n", text[length - 1]))
        length--;
    bool is_number = length > 0 && strchr("-0123456789", *text);
    tenon_decimal number = {length, text};
    int64_t integer;
    if (is_number && tenon_decimal_to_int64(number, &integer, NULL))
        return put_integer(out, integer);
    if (is_number && !is_kept_number(text, length))
        return REFUSE(to, err, TENON_RANGE,
                      "a JSON that is only a number needs at most 15 digits and no exponent");
    return put_text(out, json.text, json.len ? json.len : strlen(json.text));
}

static bool put_time(const target *to, tenon_time time, cell *out, tenon_error *err)
{
    if (time.us == INT64_MAX || time.us == INT64_MIN)
        return REFUSE(to, err, TENON_RANGE, "SQLite has no infinite times");
    if (to->times == TIME_FORM_UNIXMS) {
        if (time.us % 1000 == 0)
            return put_integer(out, time.us / 1000);
        if (to->is_compared) {
            *out = (cell){.type = CELL_REAL, .as.real = (double)time.us / 1000};
            return true;
        }
        REFUSE(to, err, TENON_RANGE, "is finer than the milliseconds this database stores");
        tenon__hint(err,
                    "?datetime=iso stores microseconds, in a database whose times are ISO text");
        return false;
    }
    size_t length = to->times == TIME_FORM_SQL ? tenon__sqlite_time_to_sql(time, to->room)
                                               : tenon__time_to_iso(time, to->room);
    if (length == 0)
        return REFUSE(to, err, TENON_RANGE, "is outside of the years 1 … 9999");
    return put_text(out, to->room, length);
}

static bool put_date(const target *to, tenon_date date, cell *out, tenon_error *err)
{
    enum { YEAR_1_DAY = -719162, YEAR_10000_DAY = 2932897 };
    if (date.days < YEAR_1_DAY || date.days >= YEAR_10000_DAY)
        return REFUSE(to, err, TENON_RANGE, "is outside of the years 1 … 9999");
    return put_text(out, to->room, tenon_date_format(date, to->room, CELL_ROOM));
}

/* All are texts, but one without an end has no place among those that are compared. */
static bool put_interval(const target *to, tenon_interval interval, cell *out, tenon_error *err)
{
    if (tenon__interval_is_infinite(interval))
        return REFUSE(to, err, TENON_RANGE, "SQLite has no infinite intervals");
    return put_text(out, to->room, tenon_interval_format(interval, to->room, CELL_ROOM));
}

static bool put_enum(const target *to, int value, cell *out)
{
    const char *text = to->field->enumeration->values[value - 1];
    return put_text(out, text, strlen(text));
}

static bool put_bytes(tenon_bytes bytes, cell *out)
{
    put_text(out, bytes.data, bytes.len);
    out->type = CELL_BLOB;
    return true;
}

static bool put_packed(const target *to, const tenon__list *array, cell *out, tenon_error *err)
{
    tenon_packed packed;
    if (!tenon__pack_value(to->model, to->field, array, &packed, err))
        return false;
    put_bytes((tenon_bytes){packed.length, packed.data}, out);
    out->is_owned = true;
    return true;
}

bool tenon__sqlite_encode(const target *to, const void *wide, cell *out, tenon_error *err)
{
    bool is_sound = to->is_compared ? tenon__check_compared(to->model, to->field, wide, err)
                                    : tenon__check_wide(to->model, to->field, wide, err);
    if (!is_sound)
        return false;
    out->is_owned = false;
    switch (to->field->kind) {
    case TENON_KIND_BOOL:
        return put_integer(out, *(const int *)wide);
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        return put_integer(out, *(const int64_t *)wide);
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return put_real(to, *(const double *)wide, out, err);
    case TENON_KIND_DECIMAL:
        return put_decimal(to, *(const tenon_decimal *)wide, out, err);
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return put_text(out, *(const char *const *)wide, strlen(*(const char *const *)wide));
    case TENON_KIND_JSON:
        return put_json(to, *(const tenon_json *)wide, out, err);
    case TENON_KIND_BYTES:
        return put_bytes(*(const tenon_bytes *)wide, out);
    case TENON_KIND_UUID:
        return put_text(out, to->room,
                        tenon_uuid_format(*(const tenon_uuid *)wide, to->room, CELL_ROOM));
    case TENON_KIND_TIME:
        return put_time(to, *(const tenon_time *)wide, out, err);
    case TENON_KIND_DATE:
        return put_date(to, *(const tenon_date *)wide, out, err);
    case TENON_KIND_CLOCK:
        return put_text(out, to->room,
                        tenon_clock_format(*(const tenon_clock *)wide, to->room, CELL_ROOM));
    case TENON_KIND_CLOCK_TZ:
        return put_text(out, to->room,
                        tenon_clock_tz_format(*(const tenon_clock_tz *)wide, to->room, CELL_ROOM));
    case TENON_KIND_INTERVAL:
        return put_interval(to, *(const tenon_interval *)wide, out, err);
    case TENON_KIND_VECTOR:
        return tenon__sqlite_encode_vector(*(const tenon_vector *)wide, out, err);
    case TENON_KIND_PACKED:
        return put_packed(to, wide, out, err);
    case TENON_KIND_ENUM:
        return put_enum(to, *(const int *)wide, out);
    }
    return false;
}

void tenon__sqlite_drop_cell(cell *value)
{
    if (value->is_owned)
        free((void *)(uintptr_t)value->as.bytes.data);
}
