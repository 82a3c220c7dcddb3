/* Whether one JSON contains another, as PostgreSQL's @> means it.
 *
 * An object contains another when it has its keys with values that contain the other's; an array
 * contains another when each of its elements is contained in one of ours, in any order; a single
 * value contains its equal, numbers by value. At the top, and only there, an array also contains a
 * single value that is one of its elements. Of a key that comes twice the last one counts.
 *
 * The texts are walked as they stand. Valid ones nest only so deep, which bounds the recursion. */
#include "driver/sqlite/json_array.h"

#include <stdlib.h>

static bool contains(json_item outer, json_item inner, bool *is_failed);

static bool is_container(json_item item)
{
    return item.type == JSON_ARRAY || item.type == JSON_OBJECT;
}

/* ---- single values --------------------------------------------------------------------------- */

/* A number as 0.DIGITS × 10^exponent. The digits stand in the text, with a point among them. */
typedef struct digits {
    bool is_negative;
    const char *first, *last; /* neither is a zero; first NULL: the number is 0 */
    int64_t exponent;
} digits;

static digits digits_of(json_item number)
{
    digits out = {.is_negative = number.text[0] == '-'};
    const char *at = number.text + out.is_negative, *end = number.text + number.length;
    int64_t whole = 0, skipped = 0;
    bool is_fraction = false;
    for (; at < end && *at != 'e' && *at != 'E'; at++) {
        is_fraction |= *at == '.';
        whole += !is_fraction;
        skipped += !out.first && *at == '0';
        if (*at >= '1' && *at <= '9') {
            out.first = out.first ? out.first : at;
            out.last = at;
        }
    }
    out.exponent = whole - skipped + (at < end ? strtol(at + 1, NULL, 10) : 0);
    return out;
}

static const char *next_digit(const char *at)
{
    return at[1] == '.' ? at + 2 : at + 1;
}

static bool is_same_number(json_item a, json_item b)
{
    digits left = digits_of(a), right = digits_of(b);
    if (!left.first || !right.first)
        return left.first == right.first;
    if (left.is_negative != right.is_negative || left.exponent != right.exponent)
        return false;
    const char *l = left.first, *r = right.first;
    while (*l == *r && l != left.last && r != right.last) {
        l = next_digit(l);
        r = next_digit(r);
    }
    return *l == *r && l == left.last && r == right.last;
}

static bool is_same_scalar(json_item a, json_item b, bool *is_failed)
{
    if (a.type == JSON_NUMBER && b.type == JSON_NUMBER)
        return is_same_number(a, b);
    return !is_container(a) && tenon__sqlite_json_equal(a, b, is_failed);
}

/* ---- containers ------------------------------------------------------------------------------ */

static bool holds(json_items array, json_item inner, bool *is_failed)
{
    json_item item;
    while (tenon__sqlite_json_next(&array, &item)) {
        if (contains(item, inner, is_failed))
            return true;
    }
    return false;
}

static bool contains_elements(json_items outer, json_items inner, bool *is_failed)
{
    json_item item;
    while (tenon__sqlite_json_next(&inner, &item)) {
        if (!holds(outer, item, is_failed))
            return false;
    }
    return true;
}

/* The value of the last member with this key. */
static bool find_member(json_items object, json_item key, json_item *out, bool *is_failed)
{
    json_item name, value;
    bool is_found = false;
    while (tenon__sqlite_json_next_member(&object, &name, &value)) {
        if (!tenon__sqlite_json_equal(name, key, is_failed))
            continue;
        *out = value;
        is_found = true;
    }
    return is_found;
}

static bool contains_members(json_items outer, json_items inner, bool *is_failed)
{
    json_item name, value, found, later;
    while (tenon__sqlite_json_next_member(&inner, &name, &value)) {
        if (find_member(inner, name, &later, is_failed))
            continue;
        if (!find_member(outer, name, &found, is_failed) || !contains(found, value, is_failed))
            return false;
    }
    return true;
}

static bool contains(json_item outer, json_item inner, bool *is_failed)
{
    if (!is_container(inner))
        return is_same_scalar(outer, inner, is_failed);
    if (outer.type != inner.type)
        return false;
    json_items ours = tenon__sqlite_json_inside(outer), theirs = tenon__sqlite_json_inside(inner);
    return inner.type == JSON_ARRAY ? contains_elements(ours, theirs, is_failed)
                                    : contains_members(ours, theirs, is_failed);
}

/* ---- the function ---------------------------------------------------------------------------- */

/* False for NULL, and for what is no JSON, which is an error of the statement. */
static bool take_json(sqlite3_context *context, sqlite3_value *value, json_item *out)
{
    const char *text = (const char *)sqlite3_value_text(value);
    size_t length = (size_t)sqlite3_value_bytes(value);
    if (!text)
        return false;
    if (tenon__sqlite_json_whole(text, length, out))
        return true;
    sqlite3_result_error(context, "malformed JSON", -1);
    return false;
}

void tenon__sqlite_json_contains(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    json_item outer, inner;
    bool is_failed = false;
    if (!take_json(context, arguments[0], &outer) || !take_json(context, arguments[1], &inner))
        return;
    bool is_element = outer.type == JSON_ARRAY && !is_container(inner);
    bool is_there = is_element ? holds(tenon__sqlite_json_inside(outer), inner, &is_failed)
                               : contains(outer, inner, &is_failed);
    if (is_failed)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_int(context, is_there);
}
