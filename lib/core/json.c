/* Is it JSON? One function a rule of RFC 8259.
 *
 * Text that goes into a JSON column of SQLite is not checked by the database, so it is checked
 * here. Each function gets where its rule begins and gives where it ends, or NULL where the text
 * breaks it. Values nest through recursion, which the limit on depth bounds. Strings must be
 * well-formed UTF-8; an escape such as \ud800 alone is allowed, because the grammar allows it. */
#include "core/core.h"

enum { MOST_DEPTH = 512 };

static const char *skip_value(const char *at, const char *end, int depth);

static bool is_space(char c)
{
    return c <= ' ' && (c == ' ' || c == '\t' || c == '\n' || c == '\r');
}

static const char *skip_space(const char *at, const char *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

static const char *skip_word(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);
    bool is_there = (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
    return is_there ? at + length : NULL;
}

/* Where the digits end; at least one must stand there. */
static const char *skip_digits(const char *at, const char *end)
{
    const char *start = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at > start ? at : NULL;
}

/* exponent = ("e" | "E") ["+" | "-"] 1*digit, the letter being taken */
static const char *skip_exponent(const char *at, const char *end)
{
    if (at < end && (*at == '+' || *at == '-'))
        at++;
    return skip_digits(at, end);
}

/* number = ["-"] ("0" | digit1-9 *digit) ["." 1*digit] [exponent] */
static const char *skip_number(const char *at, const char *end)
{
    if (*at == '-')
        at++;
    at = at < end && *at == '0' ? at + 1 : skip_digits(at, end);
    if (at && at < end && *at == '.')
        at = skip_digits(at + 1, end);
    if (at && at < end && (*at == 'e' || *at == 'E'))
        at = skip_exponent(at + 1, end);
    return at;
}

static bool is_hex_digit(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* escape = "\" (one of "\/bfnrt and the quote | "u" 4hexdigit), the backslash being taken */
static const char *skip_escape(const char *at, const char *end)
{
    if (at == end)
        return NULL;
    if (*at != 'u')
        return *at != '\0' && strchr("\"\\/bfnrt", *at) ? at + 1 : NULL;
    if (end - at < 5)
        return NULL;
    for (int i = 1; i <= 4; i++) {
        if (!is_hex_digit(at[i]))
            return NULL;
    }
    return at + 5;
}

/* ASCII that means itself, a bit a character: from the space on, without quote and backslash. */
static bool is_plain(unsigned char c)
{
    static const uint64_t plain[4] = {
        (~UINT64_C(0) << ' ') & ~(UINT64_C(1) << '"'),
        ~(UINT64_C(1) << ('\\' - 64)),
    };
    return plain[c / 64] >> (c % 64) & 1;
}

static const char *skip_wide_character(const char *at, const char *end)
{
    size_t length = tenon__utf8_sequence(at, (size_t)(end - at));
    return length > 1 ? at + length : NULL;
}

/* string = quote *(unescaped | escape) quote, the first quote being taken */
static const char *skip_string(const char *at, const char *end)
{
    while (at) {
        while (at < end && is_plain((unsigned char)*at))
            at++;
        if (at == end)
            return NULL;
        if (*at == '"')
            return at + 1;
        at = *at == '\\' ? skip_escape(at + 1, end) : skip_wide_character(at, end);
    }
    return NULL;
}

/* member = string ":" value */
static const char *skip_member(const char *at, const char *end, int depth)
{
    at = skip_space(at, end);
    if (at == end || *at != '"')
        return NULL;
    at = skip_string(at + 1, end);
    if (at)
        at = skip_space(at, end);
    return at && at < end && *at == ':' ? skip_value(at + 1, end, depth) : NULL;
}

/* array = "[" [value *("," value)] "]" ; object = "{" [member *("," member)] "}" */
static const char *skip_container(const char *at, const char *end, int depth)
{
    if (depth == MOST_DEPTH)
        return NULL;
    bool is_array = *at == '[';
    char close = is_array ? ']' : '}';
    at = skip_space(at + 1, end);
    if (at < end && *at == close)
        return at + 1;
    do {
        at = is_array ? skip_value(at, end, depth + 1) : skip_member(at, end, depth + 1);
        if (at)
            at = skip_space(at, end);
    } while (at && at < end && *at == ',' && at++);
    return at && at < end && *at == close ? at + 1 : NULL;
}

/* value, with the space before it */
static const char *skip_value(const char *at, const char *end, int depth)
{
    at = skip_space(at, end);
    switch (at < end ? *at : '\0') {
    case '{':
    case '[':
        return skip_container(at, end, depth);
    case '"':
        return skip_string(at + 1, end);
    case 't':
        return skip_word(at, end, "true");
    case 'f':
        return skip_word(at, end, "false");
    case 'n':
        return skip_word(at, end, "null");
    default:
        return at < end ? skip_number(at, end) : NULL;
    }
}

bool tenon__json_is_valid(const char *text, size_t length)
{
    if (length == 0)
        return false;
    const char *end = text + length;
    const char *at = skip_value(text, end, 0);
    return at && skip_space(at, end) == end;
}
