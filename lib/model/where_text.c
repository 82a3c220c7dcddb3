/* What filters take as text: patterns, and the paths into JSON.
 *
 * STARTS_WITH, ENDS_WITH and CONTAINS take plain text and become patterns of LIKE here, escaped.
 * What a JSON value is, a number or a text, decides how it is compared, so that goes into the
 * shape. */
#include "model/walk.h"

/* ---- patterns -------------------------------------------------------------------------------- */

static size_t escape_pattern(char *out, const char *text)
{
    size_t length = 0;
    for (; *text; text++) {
        if (*text == '%' || *text == '_' || *text == '\\')
            out[length++] = '\\';
        out[length++] = *text;
    }
    return length;
}

/* Where in a text a part must stand. */
typedef enum position { ANYWHERE, AT_START, AT_END, NO_PART } position;

static position position_of(int operation)
{
    switch (operation) {
    case TENON_STARTS_WITH:
    case TENON_ISTARTS_WITH:
    case TENON_JSON_PATH_STARTS_WITH:
    case TENON_JSON_PATH_ISTARTS_WITH:
        return AT_START;
    case TENON_ENDS_WITH:
    case TENON_IENDS_WITH:
    case TENON_JSON_PATH_ENDS_WITH:
    case TENON_JSON_PATH_IENDS_WITH:
        return AT_END;
    case TENON_CONTAINS:
    case TENON_ICONTAINS:
    case TENON_JSON_PATH_CONTAINS:
    case TENON_JSON_PATH_ICONTAINS:
        return ANYWHERE;
    default:
        return NO_PART;
    }
}

/* The text as a pattern of LIKE that matches only itself, with % before or behind; a pointer to it.
 */
static const char **make_pattern(tenon__walk *walk, position at, const char *text)
{
    const char **pattern = tenon__walk_alloc(walk, sizeof *pattern);
    char *out = pattern ? tenon__walk_alloc(walk, strlen(text) * 2 + 3) : NULL;
    if (!out)
        return NULL;
    size_t length = 0;
    if (at != AT_START)
        out[length++] = '%';
    length += escape_pattern(out + length, text);
    if (at != AT_END)
        out[length++] = '%';
    out[length] = '\0';
    *pattern = out;
    return pattern;
}

static const char *read_text(const char *at)
{
    const char *text;
    memcpy(&text, at, sizeof text);
    return text;
}

void tenon__walk_text(tenon__walk *walk, const tenon_field *field, int operation, const char *as)
{
    const char *text = read_text(as);
    position at = position_of(operation);
    bool is_range = operation == TENON_STARTS_WITH && tenon__walk_traits(walk)->has_prefix_ranges;
    if (!text)
        tenon__refuse_null(walk, field, operation);
    else if (at == NO_PART || is_range)
        tenon__walk_value(walk, as);
    else
        tenon__walk_value(walk, make_pattern(walk, at, text));
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static bool needs_path(int operation)
{
    return operation == TENON_JSON_PATH_EQ || operation == TENON_JSON_PATH_NE;
}

/* Of the document itself EQ and NE ask without a path. */
static bool walk_keys(tenon__walk *walk, const tenon_field *field, int operation, const char *keys)
{
    if (!keys)
        return tenon__refuse_null(walk, field, operation);
    bool is_missing = !*keys && needs_path(operation);
    if (is_missing || !tenon__utf8_is_valid(keys, strlen(keys)))
        return tenon__walk_fail(walk, TENON_MISUSE, field, "the path of %s is empty or not UTF-8",
                                tenon__operator_name(operation));
    tenon__shape_text(&walk->shape, keys, strlen(keys));
    return true;
}

/* By its first character; the driver checks nothing of JSON either. */
static tenon__json_form form_of(tenon_json json)
{
    const char *end = json.text + (json.len ? json.len : strlen(json.text));
    const char *at = json.text;
    while (at < end && strchr(" \t\r\n", *at))
        at++;
    char first = at < end ? *at : '\0';
    if (first == '"')
        return TENON__JSON_TEXT;
    if (first == '-' || (first >= '0' && first <= '9'))
        return TENON__JSON_NUMBER;
    return first == '{' || first == '[' ? TENON__JSON_COMPOUND : TENON__JSON_WORD;
}

static void walk_form(tenon__walk *walk, const tenon_field *field, int operation,
                      tenon__json_form form)
{
    bool has_order = form == TENON__JSON_NUMBER || form == TENON__JSON_TEXT;
    if (operation != TENON_JSON_PATH_HAS && !has_order)
        tenon__walk_fail(walk, TENON_MISUSE, field, "%s compares with a number or a text",
                         tenon__operator_name(operation));
    tenon__shape_word(&walk->shape, (uint8_t)form);
}

void tenon__walk_path(tenon__walk *walk, const tenon_field *field, int operation, const char *as)
{
    enum { VALUE = offsetof(tenon_json_filter, as.path.value) - TENON__FILTER_AS };
    tenon_json value;
    memcpy(&value, as + VALUE, sizeof value);
    if (!walk_keys(walk, field, operation, read_text(as)))
        return;
    if (!value.text) {
        tenon__refuse_null(walk, field, operation);
        return;
    }
    if (tenon__has_json_form(operation))
        walk_form(walk, field, operation, form_of(value));
    tenon__walk_value(walk, as + VALUE);
}

void tenon__walk_match(tenon__walk *walk, const tenon_field *field, int operation, const char *as)
{
    enum { TEXT = offsetof(tenon_json_filter, as.match.text) - TENON__FILTER_AS };
    const char *text = read_text(as + TEXT);
    if (!walk_keys(walk, field, operation, read_text(as)))
        return;
    if (!text)
        tenon__refuse_null(walk, field, operation);
    else
        tenon__walk_value(walk, make_pattern(walk, position_of(operation), text));
}
