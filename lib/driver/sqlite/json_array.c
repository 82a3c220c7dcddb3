/* Walking over the elements of a JSON array. The text is validated as a whole first, so that what
 * follows only has to find where an element ends. */
#include "driver/sqlite/json_array.h"

#include <stdlib.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static const char *skip_spaces(const char *at, const char *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

/* Behind the closing quote of the string that begins here. */
static const char *skip_string(const char *at)
{
    for (at++; *at != '"'; at++)
        at += *at == '\\';
    return at + 1;
}

/* Up to the comma that ends the element, or the end. */
static const char *skip_item(const char *at, const char *end)
{
    size_t depth = 0;
    while (at < end && (depth > 0 || *at != ',')) {
        if (*at == '"') {
            at = skip_string(at);
            continue;
        }
        depth += *at == '[' || *at == '{';
        depth -= *at == ']' || *at == '}';
        at++;
    }
    return at;
}

static json_type type_of(char first)
{
    switch (first) {
    case 'n':
        return JSON_NULL;
    case 'f':
        return JSON_FALSE;
    case 't':
        return JSON_TRUE;
    case '"':
        return JSON_STRING;
    case '[':
        return JSON_ARRAY;
    case '{':
        return JSON_OBJECT;
    default:
        return JSON_NUMBER;
    }
}

bool tenon__sqlite_json_next(json_items *items, json_item *out)
{
    if (items->at >= items->end)
        return false;
    const char *start = items->at, *stop = skip_item(start, items->end);
    items->at = stop < items->end ? skip_spaces(stop + 1, items->end) : stop;
    while (is_space(stop[-1]))
        stop--;
    *out = (json_item){type_of(*start), start, (size_t)(stop - start)};
    return true;
}

bool tenon__sqlite_json_whole(const char *text, size_t length, json_item *out)
{
    const char *end = text + length, *at = skip_spaces(text, end);
    if (!tenon__json_is_valid(text, length))
        return false;
    while (is_space(end[-1]))
        end--;
    *out = (json_item){type_of(*at), at, (size_t)(end - at)};
    return true;
}

json_items tenon__sqlite_json_inside(json_item container)
{
    const char *end = container.text + container.length - 1;
    return (json_items){skip_spaces(container.text + 1, end), end};
}

bool tenon__sqlite_json_items(const char *text, size_t length, json_items *out)
{
    json_item whole;
    const char *at = skip_spaces(text, text + length);
    if (at == text + length || *at != '[' || !tenon__sqlite_json_whole(text, length, &whole))
        return false;
    *out = tenon__sqlite_json_inside(whole);
    return true;
}

bool tenon__sqlite_json_next_member(json_items *members, json_item *key, json_item *value)
{
    json_item member;
    if (!tenon__sqlite_json_next(members, &member))
        return false;
    const char *end = member.text + member.length, *behind = skip_string(member.text);
    *key = (json_item){JSON_STRING, member.text, (size_t)(behind - member.text)};
    const char *at = skip_spaces(skip_spaces(behind, end) + 1, end);
    *value = (json_item){type_of(*at), at, (size_t)(end - at)};
    return true;
}

/* ---- strings --------------------------------------------------------------------------------- */

void tenon__sqlite_json_unescape(json_item string, tenon__buf *out)
{
    tenon__json_unescape((tenon_json){.len = string.length, .text = string.text}, out);
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool read_integer(json_item number, int64_t *out)
{
    tenon_decimal decimal = {number.length, number.text};
    return !memchr(number.text, '.', number.length) && tenon_decimal_to_int64(decimal, out, NULL);
}

/* 12.5e3 as "125e2": strtod's point depends on the locale, so it gets none. */
static bool read_with_exponent(json_item number, double *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    long exponent = 0;
    bool is_fraction = false;
    for (size_t i = 0; i < number.length; i++) {
        char c = number.text[i];
        if (c == 'e' || c == 'E') {
            exponent += strtol(number.text + i + 1, NULL, 10);
            break;
        }
        if (c != '.')
            tenon__buf_char(&text, c);
        exponent -= is_fraction;
        is_fraction |= c == '.';
    }
    tenon__buf_format(&text, "e%ld", exponent);
    *out = text.failed ? 0 : strtod(text.data, NULL);
    return !text.failed;
}

static bool read_real(json_item number, double *out)
{
    if (memchr(number.text, 'e', number.length) || memchr(number.text, 'E', number.length))
        return read_with_exponent(number, out);
    double value = tenon_decimal_approximate((tenon_decimal){number.length, number.text});
    *out = value == 0 && number.text[0] == '-' ? -0.0 : value;
    return true;
}

bool tenon__sqlite_json_number(json_item number, cell *out)
{
    out->type = CELL_INTEGER;
    if (read_integer(number, &out->as.integer))
        return true;
    out->type = CELL_REAL;
    return read_real(number, &out->as.real);
}

/* ---- equality -------------------------------------------------------------------------------- */

static bool is_same_text(json_item a, json_item b)
{
    return a.length == b.length && memcmp(a.text, b.text, a.length) == 0;
}

static bool has_escape(json_item string)
{
    return memchr(string.text, '\\', string.length) != NULL;
}

static bool is_same_string(json_item a, json_item b, bool *is_failed)
{
    if (!has_escape(a) && !has_escape(b))
        return false;
    TENON__CLEANUP(tenon__buf_release) tenon__buf left = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf right = {0};
    tenon__sqlite_json_unescape(a, &left);
    tenon__sqlite_json_unescape(b, &right);
    *is_failed |= left.failed || right.failed;
    return !*is_failed && left.length == right.length &&
           memcmp(tenon__buf_string(&left), tenon__buf_string(&right), left.length) == 0;
}

static double real_of(const cell *number)
{
    return number->type == CELL_REAL ? number->as.real : (double)number->as.integer;
}

static bool is_same_number(json_item a, json_item b, bool *is_failed)
{
    cell left, right;
    if (!tenon__sqlite_json_number(a, &left) || !tenon__sqlite_json_number(b, &right)) {
        *is_failed = true;
        return false;
    }
    if (left.type == CELL_INTEGER && right.type == CELL_INTEGER)
        return left.as.integer == right.as.integer;
    return real_of(&left) == real_of(&right);
}

bool tenon__sqlite_json_equal(json_item a, json_item b, bool *is_failed)
{
    if (a.type != b.type)
        return false;
    if (is_same_text(a, b))
        return true;
    if (a.type == JSON_STRING)
        return is_same_string(a, b, is_failed);
    return a.type == JSON_NUMBER && is_same_number(a, b, is_failed);
}
