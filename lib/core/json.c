/* Is it JSON? One function a rule of RFC 8259.
 *
 * Text that goes into a JSON column of SQLite is not checked by the database, so it is checked
 * here. Values nest through recursion, which the limit on depth bounds. Strings must be well-formed
 * UTF-8; an escape such as \ud800 alone is allowed, because the grammar allows it. */
#include "core/core.h"

enum { MOST_DEPTH = 512 };

typedef struct json_scan {
    const char *at, *end;
    int depth;
} json_scan;

static bool skip_value(json_scan *scan);

static bool accept(json_scan *scan, char c)
{
    if (scan->at == scan->end || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

static void skip_space(json_scan *scan)
{
    while (scan->at < scan->end &&
           (*scan->at == ' ' || *scan->at == '\t' || *scan->at == '\n' || *scan->at == '\r'))
        scan->at++;
}

static bool skip_word(json_scan *scan, const char *word)
{
    size_t length = strlen(word);
    if ((size_t)(scan->end - scan->at) < length || memcmp(scan->at, word, length) != 0)
        return false;
    scan->at += length;
    return true;
}

static bool skip_digits(json_scan *scan)
{
    const char *start = scan->at;
    while (scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9')
        scan->at++;
    return scan->at > start;
}

/* number = ["-"] ("0" | digit1-9 *digit) ["." 1*digit] [("e" | "E") ["+" | "-"] 1*digit] */
static bool skip_number(json_scan *scan)
{
    accept(scan, '-');
    if (!accept(scan, '0') && !skip_digits(scan))
        return false;
    if (accept(scan, '.') && !skip_digits(scan))
        return false;
    if (!accept(scan, 'e') && !accept(scan, 'E'))
        return true;
    if (!accept(scan, '+'))
        accept(scan, '-');
    return skip_digits(scan);
}

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* escape = "\" (one of "\/bfnrt and the quote | "u" 4hexdigit), the backslash being taken */
static bool skip_escape(json_scan *scan)
{
    if (scan->at == scan->end)
        return false;
    char c = *scan->at++;
    if (c != 'u')
        return c != '\0' && strchr("\"\\/bfnrt", c) != NULL;
    for (int i = 0; i < 4; i++) {
        if (scan->at == scan->end || !is_hex_digit(*scan->at++))
            return false;
    }
    return true;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x20 && c <= 0x7F && c != '"' && c != '\\';
}

/* The ASCII characters that mean themselves. */
static void skip_plain(json_scan *scan)
{
    while (scan->at < scan->end && is_plain((unsigned char)*scan->at))
        scan->at++;
}

/* string = quote *(unescaped | escape) quote */
static bool skip_string(json_scan *scan)
{
    if (!accept(scan, '"'))
        return false;
    for (skip_plain(scan); !accept(scan, '"'); skip_plain(scan)) {
        if (accept(scan, '\\')) {
            if (!skip_escape(scan))
                return false;
            continue;
        }
        size_t step = tenon__utf8_sequence(scan->at, (size_t)(scan->end - scan->at));
        if (step == 0 || (unsigned char)*scan->at < 0x20)
            return false;
        scan->at += step;
    }
    return true;
}

/* member = string ":" value */
static bool skip_member(json_scan *scan)
{
    skip_space(scan);
    if (!skip_string(scan))
        return false;
    skip_space(scan);
    return accept(scan, ':') && skip_value(scan);
}

/* The items of an array or the members of an object, whose first character is taken. */
static bool skip_items(json_scan *scan, char close, bool (*skip_item)(json_scan *))
{
    skip_space(scan);
    if (accept(scan, close))
        return true;
    do {
        if (!skip_item(scan))
            return false;
    } while (accept(scan, ','));
    return accept(scan, close);
}

/* array = "[" [value *("," value)] "]" ; object = "{" [member *("," member)] "}" */
static bool skip_container(json_scan *scan)
{
    if (++scan->depth > MOST_DEPTH)
        return false;
    bool is_array = *scan->at++ == '[';
    bool is_closed =
        is_array ? skip_items(scan, ']', skip_value) : skip_items(scan, '}', skip_member);
    scan->depth--;
    return is_closed;
}

static bool skip_bare_value(json_scan *scan)
{
    switch (scan->at < scan->end ? *scan->at : '\0') {
    case '{':
    case '[':
        return skip_container(scan);
    case '"':
        return skip_string(scan);
    case 't':
        return skip_word(scan, "true");
    case 'f':
        return skip_word(scan, "false");
    case 'n':
        return skip_word(scan, "null");
    default:
        return skip_number(scan);
    }
}

/* value, with the space around it */
static bool skip_value(json_scan *scan)
{
    skip_space(scan);
    if (!skip_bare_value(scan))
        return false;
    skip_space(scan);
    return true;
}

bool tenon__json_is_valid(const char *text, size_t length)
{
    if (length == 0)
        return false;
    json_scan scan = {.at = text, .end = text + length};
    return skip_value(&scan) && scan.at == scan.end;
}
