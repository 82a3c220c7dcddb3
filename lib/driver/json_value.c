/* A value out of JSON, by what it looks like.
 *
 * JSON that the databases make has a value in one of few forms, which differ in little: bytes stand
 * behind a "\x" or, in SQLite's arrays, without; a Decimal is a number, or a text where SQLite
 * stores one, which may be the one that sorts; a time is a text or, in a database of milliseconds,
 * a number; a Boolean may be 0 or 1. So a value is read by what it looks like, not by whose it is.
 * Numbers are read from their digits: no integer and no decimal passes through a double. What
 * cannot be read exactly is refused, rather than guessed. */
#include "driver/driver.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>

static bool has_text(const tenon__json_reading *r)
{
    return r->text.length == strlen(tenon__buf_string(&r->text));
}

/* False: neither a string nor a number. */
static bool take_text(tenon__json_reading *r, tenon_json value)
{
    r->is_string = value.text[0] == '"';
    tenon__buf_clear(&r->text);
    if (r->is_string)
        tenon__json_unescape(value, &r->text);
    else
        tenon__buf_add(&r->text, value.text, value.len);
    return !r->text.failed && (r->is_string || strchr("-0123456789", value.text[0]));
}

static const void *keep(tenon__json_reading *r, const char *data, size_t length)
{
    tenon__arena_align(r->arena);
    return tenon__arena_copy(r->arena, data, length);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool read_integer(const tenon__json_reading *r, int64_t least, int64_t most, int64_t *out)
{
    const char *text = tenon__buf_string(&r->text);
    char *end;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    *out = value;
    return !r->is_string && !errno && !*end && value >= least && value <= most;
}

static bool read_small(const tenon__json_reading *r, int16_t *out)
{
    int64_t value;
    bool is_read = read_integer(r, INT16_MIN, INT16_MAX, &value);
    *out = (int16_t)value;
    return is_read;
}

static bool read_middle(const tenon__json_reading *r, int32_t *out)
{
    int64_t value;
    bool is_read = read_integer(r, INT32_MIN, INT32_MAX, &value);
    *out = (int32_t)value;
    return is_read;
}

/* Of those that are no numbers JSON has texts. */
static bool read_double(const tenon__json_reading *r, double *out)
{
    bool is_read = tenon__double_read(tenon__buf_string(&r->text), r->text.length, out);
    return is_read && !(r->is_string && isfinite(*out));
}

static bool read_float(const tenon__json_reading *r, float *out)
{
    double value;
    bool is_read = read_double(r, &value);
    *out = (float)value;
    return is_read;
}

/* Zeros that the column's scale wants behind the number, as rows have them. */
static size_t missing_zeros(const tenon_field *field, const tenon__decimal_form *form)
{
    bool is_short = field->precision > 0 && !form->is_special && !form->is_nan &&
                    form->fraction_digits < (size_t)field->scale;
    return is_short ? (size_t)field->scale - form->fraction_digits : 0;
}

static bool put_decimal(tenon__json_reading *r, const tenon__buf *text,
                        const tenon__decimal_form *form, tenon_decimal *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf whole = {0};
    size_t zeros = missing_zeros(r->field, form);
    tenon__buf_add(&whole, text->data, text->length);
    if (zeros && !memchr(text->data, '.', text->length))
        tenon__buf_char(&whole, '.');
    while (zeros-- > 0)
        tenon__buf_char(&whole, '0');
    *out = (tenon_decimal){whole.length, whole.failed ? NULL : keep(r, whole.data, whole.length)};
    return out->text != NULL;
}

static void add_zeros(tenon__buf *out, long count)
{
    while (count-- > 0)
        tenon__buf_char(out, '0');
}

/* "1.5e-06", as SQLite writes small and large numbers, without the exponent. */
static void write_plain(tenon__buf *out, const tenon__buf *number)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf digits = {0};
    const char *at = tenon__buf_string(number);
    long point = -1;
    if (*at == '-')
        tenon__buf_char(out, *at++);
    for (; *at && *at != 'e' && *at != 'E'; at++) {
        if (*at == '.')
            point = (long)digits.length;
        else
            tenon__buf_char(&digits, *at);
    }
    long place = (point < 0 ? (long)digits.length : point) + (*at ? strtol(at + 1, NULL, 10) : 0);
    while (digits.length > 1 && digits.data[digits.length - 1] == '0')
        digits.length--;
    long count = (long)digits.length, whole = place < 0 ? 0 : place < count ? place : count;
    if (digits.failed)
        out->failed = true;
    tenon__buf_text(out, place <= 0 ? "0" : "");
    tenon__buf_add(out, digits.data, (size_t)whole);
    add_zeros(out, place - count);
    tenon__buf_text(out, place < count ? "." : "");
    add_zeros(out, place < 0 ? -place : 0);
    tenon__buf_add(out, digits.data + whole, (size_t)(count - whole));
}

/* The text of a number that is none as it stands: it sorts, or it has an exponent. */
static bool make_plain(const tenon__json_reading *r, tenon__buf *out)
{
    if (r->is_string)
        return tenon__decimal_from_sortable(r->text.data, r->text.length, out);
    write_plain(out, &r->text);
    return !out->failed;
}

static bool read_decimal(tenon__json_reading *r, tenon_decimal *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf plain = {0};
    tenon__decimal_form form;
    if (tenon__decimal_scan(r->text.data, r->text.length, &form))
        return put_decimal(r, &r->text, &form, out);
    return make_plain(r, &plain) && tenon__decimal_scan(plain.data, plain.length, &form) &&
           put_decimal(r, &plain, &form, out);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool read_text(tenon__json_reading *r, const char **out)
{
    if (!r->is_string || !has_text(r) || !tenon__utf8_is_valid(r->text.data, r->text.length))
        return false;
    *out = keep(r, r->text.data, r->text.length);
    return *out != NULL;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "\x00ff", or without what stands in front */
static bool read_bytes(tenon__json_reading *r, tenon_bytes *out)
{
    const char *text = tenon__buf_string(&r->text);
    if (strncmp(text, "\\x", 2) == 0)
        text += 2;
    size_t length = strlen(text) / 2;
    tenon__arena_align(r->arena);
    char *data = tenon__arena_alloc(r->arena, length);
    for (size_t i = 0; data && i < length; i++) {
        int high = digit_of(text[2 * i]), low = digit_of(text[2 * i + 1]);
        if (high < 0 || low < 0)
            return false;
        data[i] = (char)(high << 4 | low);
    }
    *out = (tenon_bytes){length, data};
    return r->is_string && data && !text[2 * length];
}

static bool read_enum(const tenon__json_reading *r, unsigned *out)
{
    int value =
        tenon__enum_from_text(r->field->enumeration, tenon__buf_string(&r->text), r->text.length);
    *out = (unsigned)value;
    return r->is_string && value > 0;
}

static bool read_time(const tenon__json_reading *r, tenon_time *out)
{
    int64_t milliseconds;
    if (r->is_string)
        return tenon_time_parse(tenon__buf_string(&r->text), out, NULL);
    return read_integer(r, INT64_MIN, INT64_MAX, &milliseconds) &&
           !__builtin_mul_overflow(milliseconds, 1000, &out->us);
}

/* ---- by kind --------------------------------------------------------------------------------- */

static bool read_moment(const tenon__json_reading *r, void *out)
{
    const char *text = tenon__buf_string(&r->text);
    switch ((int)r->field->kind) {
    case TENON_KIND_TIME:
        return read_time(r, out);
    case TENON_KIND_DATE:
        return r->is_string && tenon_date_parse(text, out, NULL);
    case TENON_KIND_CLOCK:
        return r->is_string && tenon_clock_parse(text, out, NULL);
    case TENON_KIND_CLOCK_TZ:
        return r->is_string && tenon_clock_tz_parse(text, out, NULL);
    case TENON_KIND_INTERVAL:
        return r->is_string && tenon_interval_parse(text, out, NULL);
    default:
        return false;
    }
}

static bool read_text_or_number(tenon__json_reading *r, void *out)
{
    switch ((int)r->field->kind) {
    case TENON_KIND_INT16:
        return read_small(r, out);
    case TENON_KIND_INT32:
        return read_middle(r, out);
    case TENON_KIND_INT64:
        return read_integer(r, INT64_MIN, INT64_MAX, out);
    case TENON_KIND_FLOAT:
        return read_float(r, out);
    case TENON_KIND_DOUBLE:
        return read_double(r, out);
    case TENON_KIND_DECIMAL:
        return read_decimal(r, out);
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return read_text(r, out);
    case TENON_KIND_BYTES:
        return read_bytes(r, out);
    case TENON_KIND_UUID:
        return r->is_string && tenon_uuid_parse(tenon__buf_string(&r->text), out, NULL);
    case TENON_KIND_ENUM:
        return read_enum(r, out);
    default:
        return read_moment(r, out);
    }
}

/* SQLite has 0 and 1 for what is no JSON there. */
static bool read_bool(tenon_json value, bool *out)
{
    char first = value.text[0];
    *out = first == 't' || first == '1';
    return first == 't' || first == 'f' || (value.len == 1 && (first == '0' || first == '1'));
}

static bool read_packed(tenon__json_reading *r, tenon_json value, void *out)
{
    tenon_bytes packed;
    return take_text(r, value) && read_bytes(r, &packed) &&
           tenon__unpack_value(NULL, r->field, packed.data, packed.len, r->arena, out, NULL);
}

/* An element in its row form. */
static bool read_element(tenon__json_reading *r, tenon_json value, void *out)
{
    if (r->field->kind == TENON_KIND_JSON) {
        tenon_json copy = {.len = value.len, .text = keep(r, value.text, value.len)};
        memcpy(out, &copy, sizeof copy);
        return copy.text != NULL;
    }
    if (r->field->kind == TENON_KIND_PACKED)
        return read_packed(r, value, out);
    if (r->field->kind == TENON_KIND_BOOL)
        return read_bool(value, out);
    return take_text(r, value) && read_text_or_number(r, out);
}

static bool read_list(tenon__json_reading *r, tenon_json array, void *out)
{
    tenon_json rest = array, item;
    tenon__list list = {0};
    size_t size = tenon__element_size(r->field->kind);
    while (tenon__json_next(&rest, &item))
        list.count++;
    tenon__arena_align(r->arena);
    char *items = tenon__arena_array(r->arena, list.count, size);
    rest = array;
    for (size_t i = 0; items && tenon__json_next(&rest, &item); i++) {
        if (!read_element(r, item, items + i * size))
            return false;
    }
    list.items = items;
    memcpy(out, &list, sizeof list);
    return items && array.text[0] == '[';
}

/* ---- fields ---------------------------------------------------------------------------------- */

static bool is_null(tenon_json value)
{
    return value.len == 4 && memcmp(value.text, "null", 4) == 0;
}

bool tenon__json_read(tenon__json_reading *r, const tenon_field *field, tenon_json value, char *row)
{
    bool is_list = field->flags & TENON_FIELD_LIST;
    bool is_nullable = field->flags & TENON_FIELD_NULLABLE;
    char *at = row + field->row_offset;
    bool is_json = field->kind == TENON_KIND_JSON && !is_nullable && !is_list;
    r->field = field;
    if (is_null(value) && !is_json)
        return is_nullable || is_list;
    if (is_list)
        return read_list(r, value, at);
    size_t offset = is_nullable ? tenon__optional_offset(field->kind) : 0;
    bool is_read = read_element(r, value, at + offset);
    if (offset)
        *(bool *)at = is_read;
    return is_read;
}
