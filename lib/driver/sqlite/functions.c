/* The SQL functions that make SQLite mean what PostgreSQL means; driver.h lists them.
 *
 * SQLite's own LIKE ignores the case of A-Z, and the switch for it (PRAGMA case_sensitive_like) is
 * deprecated and breaks indexes. Hence functions of our own, for which the case of other letters
 * than A-Z always counts. */
#include "driver/sqlite/json_array.h"

/* ---- LIKE ------------------------------------------------------------------------------------ */

typedef struct span {
    const char *at, *end;
} span;

static unsigned char fold(char c, bool ignores_case)
{
    return (unsigned char)(ignores_case && c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}

static void skip_character(span *text)
{
    size_t bytes = tenon__utf8_sequence(text->at, (size_t)(text->end - text->at));
    text->at += bytes ? bytes : 1;
}

/* Takes one unit of pattern (not %) and what it matches; false when it does not. */
static bool match_unit(span *pattern, span *text, bool ignores_case)
{
    if (pattern->at == pattern->end || text->at == text->end)
        return false;
    if (*pattern->at == '_') {
        pattern->at++;
        skip_character(text);
        return true;
    }
    const char *literal = pattern->at + (*pattern->at == '\\');
    if (fold(*literal, ignores_case) != fold(*text->at, ignores_case))
        return false;
    pattern->at = literal + 1;
    text->at++;
    return true;
}

/* After a mismatch only the last % may take more: those before it have found their shortest. */
static bool match(span pattern, span text, bool ignores_case)
{
    span retry_pattern = {0}, retry_text = {0};
    while (text.at < text.end || pattern.at < pattern.end) {
        if (pattern.at < pattern.end && *pattern.at == '%') {
            pattern.at++;
            retry_pattern = pattern;
            retry_text = text;
        } else if (!match_unit(&pattern, &text, ignores_case)) {
            if (!retry_pattern.at || retry_text.at == retry_text.end)
                return false;
            skip_character(&retry_text);
            pattern = retry_pattern;
            text = retry_text;
        }
    }
    return true;
}

static bool ends_in_escape(span pattern)
{
    while (pattern.at < pattern.end) {
        if (*pattern.at == '\\' && ++pattern.at == pattern.end)
            return true;
        pattern.at++;
    }
    return false;
}

/* False for NULL. A number is taken as its text. */
static bool take_text(sqlite3_value *value, span *out)
{
    const char *text = (const char *)sqlite3_value_text(value);
    if (!text)
        return false;
    *out = (span){text, text + sqlite3_value_bytes(value)};
    return true;
}

static void give_match(sqlite3_context *context, sqlite3_value **arguments, bool ignores_case)
{
    span text, pattern;
    if (!take_text(arguments[0], &text) || !take_text(arguments[1], &pattern))
        return;
    if (ends_in_escape(pattern))
        sqlite3_result_error(context, "LIKE pattern must not end with escape character", -1);
    else
        sqlite3_result_int(context, match(pattern, text, ignores_case));
}

static void like(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    give_match(context, arguments, false);
}

static void ilike(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    give_match(context, arguments, true);
}

/* ---- arrays ---------------------------------------------------------------------------------- */

/* False for NULL, and for what is no array, which is an error of the statement. */
static bool take_items(sqlite3_context *context, sqlite3_value *value, json_items *out)
{
    span text;
    if (!take_text(value, &text))
        return false;
    if (tenon__sqlite_json_items(text.at, (size_t)(text.end - text.at), out))
        return true;
    sqlite3_result_error(context, "a stored array is no JSON array", -1);
    return false;
}

static bool holds_item(json_items array, json_item wanted, bool *is_failed)
{
    json_item item;
    while (tenon__sqlite_json_next(&array, &item)) {
        if (tenon__sqlite_json_equal(item, wanted, is_failed))
            return true;
    }
    return false;
}

/* An element comes as an array of one; of a longer one all must be there. */
static void array_has(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    json_items array, wanted;
    json_item item;
    if (!take_items(context, arguments[0], &array) || !take_items(context, arguments[1], &wanted))
        return;
    bool has_all = true, is_failed = false;
    while (has_all && tenon__sqlite_json_next(&wanted, &item))
        has_all = holds_item(array, item, &is_failed);
    if (is_failed)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_int(context, has_all);
}

static void add_items(tenon__buf *out, json_items items)
{
    json_item item;
    while (tenon__sqlite_json_next(&items, &item)) {
        if (out->length > 1)
            tenon__buf_char(out, ',');
        tenon__buf_add(out, item.text, item.length);
    }
}

static void array_concat(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    json_items first, second;
    if (!take_items(context, arguments[0], &first) || !take_items(context, arguments[1], &second))
        return;
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_char(&text, '[');
    add_items(&text, first);
    add_items(&text, second);
    tenon__buf_char(&text, ']');
    if (text.failed)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_text64(context, text.data, text.length, SQLITE_TRANSIENT, SQLITE_UTF8);
}

/* ---- integers -------------------------------------------------------------------------------- */

/* SQLite's sums that overflow become REAL, and its columns take any integer. */
static void bounded_integer(sqlite3_context *context, int count, sqlite3_value **arguments)
{
    (void)count;
    if (sqlite3_value_type(arguments[0]) == SQLITE_NULL)
        return;
    sqlite3_int64 value = sqlite3_value_int64(arguments[0]);
    bool is_integer = sqlite3_value_type(arguments[0]) == SQLITE_INTEGER;
    if (is_integer && value >= sqlite3_value_int64(arguments[1]) &&
        value <= sqlite3_value_int64(arguments[2]))
        sqlite3_result_int64(context, value);
    else
        sqlite3_result_error(context, "the result does not fit in the column", -1);
}

/* ---- registering ----------------------------------------------------------------------------- */

static const struct {
    const char *name;
    int argument_count;
    void (*function)(sqlite3_context *, int, sqlite3_value **);
} functions[] = {
    {"tenon_like", 2, like},           {"tenon_ilike", 2, ilike},
    {"tenon_array_has", 2, array_has}, {"tenon_array_concat", 2, array_concat},
    {"tenon_int", 3, bounded_integer}, {"tenon_json_contains", 2, tenon__sqlite_json_contains},
};

int tenon__sqlite_register_functions(sqlite3 *db)
{
    const int flags = SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS;
    int code = SQLITE_OK;
    for (size_t i = 0; i < TENON__COUNT(functions) && code == SQLITE_OK; i++)
        code = sqlite3_create_function_v2(db, functions[i].name, functions[i].argument_count, flags,
                                          NULL, functions[i].function, NULL, NULL, NULL);
    return code;
}
