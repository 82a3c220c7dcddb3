/* PostgreSQL: when two defaults that are constants are the same value.
 *
 * The server prints a constant as it keeps it: a UUID in small letters, times without zeros at
 * their end, the cast of an array at each of its elements. So both sides are read as a list of
 * literals without their casts, and these compared as values of the column's type. What is no list
 * of literals is none of this file's concern. */
#include <ctype.h>
#include <strings.h>

#include "diff/plan.h"

#include <tenon/types.h>

enum { LITERAL_BYTES_MOST = 200 };

typedef struct literal {
    char text[LITERAL_BYTES_MOST]; /* without its quotes */
} literal;

static const char *skip_space(const char *at)
{
    while (isspace((unsigned char)*at))
        at++;
    return at;
}

/* `::timestamp(3) without time zone`, `::"E"[]`, or nothing */
static const char *skip_cast(const char *at)
{
    while (!strncmp(at, "::", 2)) {
        at += 2;
        while (isalnum((unsigned char)*at) || (*at && strchr("_ \".()[", *at)))
            at += *at == '(' ? strcspn(at, ")") : *at == '[' ? strcspn(at, "]") + 1 : 1;
    }
    return skip_space(at);
}

/* `'it''s'`, `12.5`, `true`; NULL when there is none, or none that is short enough. */
static const char *read_literal(const char *at, literal *out)
{
    size_t length = 0;
    bool is_quoted = *at == '\'';
    at += is_quoted;
    while (is_quoted ? *at && (*at != '\'' || at[1] == '\'')
                     : isalnum((unsigned char)*at) || (*at && strchr("-+.", *at))) {
        at += is_quoted && *at == '\'';
        if (length + 1 == sizeof out->text)
            return NULL;
        out->text[length++] = *at++;
    }
    out->text[length] = '\0';
    if (is_quoted ? *at != '\'' : !length)
        return NULL;
    return skip_cast(at + is_quoted);
}

/* The next element of `ARRAY[…]`, or the only literal: *at behind it. */
typedef struct reader {
    const char *at;
    bool is_array, is_wrong, is_done;
} reader;

static reader begin(const char *expression)
{
    static const char array[] = "ARRAY[";
    reader r = {.at = skip_space(expression)};
    r.is_array = !strncmp(r.at, array, sizeof array - 1);
    r.at += r.is_array ? sizeof array - 1 : 0;
    return r;
}

static bool read_next(reader *r, literal *out)
{
    const char *next = r->is_done ? NULL : read_literal(skip_space(r->at), out);
    r->is_wrong |= !r->is_done && !next;
    if (!next)
        return false;
    bool has_more = r->is_array && *next == ',';
    if (r->is_array && !has_more)
        next = *next == ']' ? skip_cast(next + 1) : "?";
    r->at = next + has_more;
    r->is_done = !has_more;
    r->is_wrong |= r->is_done && *next;
    return !r->is_wrong;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool is_time_type(const char *type)
{
    return !strncmp(type, "time", 4);
}

/* "2020-01-02T03:04:05.670000+00:00" becomes "2020-01-02 03:04:05.67". */
static void normalize_time(char *text)
{
    static const char *const zones[] = {"+00:00", "+00", "Z"};
    char *day_end = strchr(text, 'T'), *point;
    if (day_end)
        *day_end = ' ';
    for (size_t i = 0; i < TENON__COUNT(zones); i++) {
        size_t length = strlen(text), zone = strlen(zones[i]);
        if (length > zone && !strcmp(text + length - zone, zones[i]))
            text[length - zone] = '\0';
    }
    point = strchr(text, '.');
    for (char *end = text + strlen(text);
         point && end > point && (end[-1] == '0' || *point == end[-1]);)
        *--end = '\0';
}

/* The server prints a moment in the zone of its session. */
static bool is_same_moment(const literal *a, const literal *b)
{
    tenon_time one, other;
    tenon_error unheeded = {0};
    return tenon_time_parse(a->text, &one, &unheeded) &&
           tenon_time_parse(b->text, &other, &unheeded) && one.us == other.us;
}

static bool is_same_value(literal *a, literal *b, const char *type)
{
    if (!strcmp(type, "timestamptz") && is_same_moment(a, b))
        return true;
    if (!strcmp(type, "uuid"))
        return !strcasecmp(a->text, b->text);
    if (is_time_type(type)) {
        normalize_time(a->text);
        normalize_time(b->text);
    }
    return !strcmp(a->text, b->text);
}

bool diff_same_constant(const char *a, const char *b, const char *type)
{
    if (!a || !b)
        return false;
    reader left = begin(a), right = begin(b);
    literal one, other;
    bool is_same = left.is_array == right.is_array;
    while (is_same && read_next(&left, &one))
        is_same = read_next(&right, &other) && is_same_value(&one, &other, type);
    return is_same && left.is_done && right.is_done && !left.is_wrong && !right.is_wrong;
}
