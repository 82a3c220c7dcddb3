/* Is it JSON? One function a rule of RFC 8259.
 *
 * Text that goes into a JSON column of SQLite is not checked by the database, so it is checked
 * here. Each function gets where its rule begins and gives where it ends, or NULL where the text
 * breaks it. Containers are entered and left in one loop that notes how each will end: no recursion
 * for hostile text to exhaust. Strings must be well-formed UTF-8, so that what is valid here needs
 * no other check; an escape such as \ud800 alone is allowed, because the grammar allows it. */
#include "core/core.h"

#include <endian.h>

enum { MOST_DEPTH = 512 };

static bool is_space(char c)
{
    return c <= ' ' && (c == ' ' || c == '\t' || c == '\n' || c == '\r');
}

TENON__HOT static const char *skip_spaces(const char *at, const char *end)
{
    while (at < end && is_space(*at))
        at++;
    return at;
}

/* Mostly there is none, or one. */
static inline const char *skip_space(const char *at, const char *end)
{
    if (at<end && * at> ' ')
        return at;
    return end - at > 1 && at[0] == ' ' && at[1] > ' ' ? at + 1 : skip_spaces(at, end);
}

static const char *skip_word(const char *at, const char *end, const char *word)
{
    size_t length = strlen(word);
    bool is_there = (size_t)(end - at) >= length && memcmp(at, word, length) == 0;
    return is_there ? at + length : NULL;
}

/* Where the digits end; at least one must stand there. */
TENON__HOT static const char *skip_digits(const char *at, const char *end)
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
TENON__HOT static const char *skip_number(const char *at, const char *end)
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

/* ASCII that means itself: from the space on, without quote and backslash. */
static bool is_plain(unsigned char c)
{
    return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
}

/* The same of eight bytes at once: the high bit of the first that is not plain is set in the
 * result, and none before it. A subtraction sets it where there was less than was taken, and
 * borrows only from bytes behind. */
static uint64_t marks_of(const char *at)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    uint64_t word;
    memcpy(&word, at, sizeof word);
    word = le64toh(word);
    uint64_t quotes = (word ^ ones * '"') - ones, escapes = (word ^ ones * '\\') - ones;
    return (quotes | escapes | (word - ones * ' ') | word) & highs;
}

TENON__HOT static const char *skip_plain(const char *at, const char *end)
{
    for (; end - at >= 8; at += 8) {
        uint64_t marks = marks_of(at);
        if (marks)
            return at + ((unsigned)__builtin_ctzll(marks) / 8);
    }
    while (at < end && is_plain((unsigned char)*at))
        at++;
    return at;
}

static const char *skip_wide_character(const char *at, const char *end)
{
    size_t length = tenon__utf8_sequence(at, (size_t)(end - at));
    return length > 1 ? at + length : NULL;
}

__attribute__((noinline)) static const char *skip_any_string(const char *at, const char *end)
{
    while (at) {
        at = skip_plain(at, end);
        if (at == end)
            return NULL;
        if (*at == '"')
            return at + 1;
        at = *at == '\\' ? skip_escape(at + 1, end) : skip_wide_character(at, end);
    }
    return NULL;
}

/* string = quote *(unescaped | escape) quote, the first quote being taken. Mostly the other one is
 * among the next eight bytes. */
static inline const char *skip_string(const char *at, const char *end)
{
    uint64_t marks = end - at >= 8 ? marks_of(at) : 0;
    const char *mark = marks ? at + ((unsigned)__builtin_ctzll(marks) / 8) : at;
    return marks && *mark == '"' ? mark + 1 : skip_any_string(at, end);
}

/* key = string ":", with the space before and between */
TENON__HOT static const char *skip_key(const char *at, const char *end)
{
    at = skip_space(at, end);
    if (at == end || *at != '"')
        return NULL;
    at = skip_string(at + 1, end);
    if (at)
        at = skip_space(at, end);
    return at && at < end && *at == ':' ? at + 1 : NULL;
}

/* scalar = string | "true" | "false" | "null" | number */
TENON__HOT static const char *skip_scalar(const char *at, const char *end)
{
    if (at < end && *at == '"')
        return skip_string(at + 1, end);
    switch (at < end ? *at : '\0') {
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

/* The containers around a place, outermost first, each by the character that ends it. */
typedef struct nest {
    int depth;
    char ends[MOST_DEPTH];
} nest;

/* At the bracket that opens a container: where its first value begins. An empty one is left at
 * once: then the depth is as it was, and what comes is what is behind it. */
TENON__HOT static const char *enter(nest *around, const char *at, const char *end)
{
    char closing = *at == '{' ? '}' : ']';
    if (around->depth == MOST_DEPTH)
        return NULL;
    at = skip_space(at + 1, end);
    if (at < end && *at == closing)
        return at + 1;
    around->ends[around->depth++] = closing;
    return closing == '}' ? skip_key(at, end) : at;
}

/* Behind a value: leaves the containers that end here, up to where the next value begins. Without
 * one, at the end of the outermost, the depth is 0. */
TENON__HOT static const char *leave(nest *around, const char *at, const char *end)
{
    while (around->depth > 0) {
        char closing = around->ends[around->depth - 1];
        at = skip_space(at, end);
        if (at == end)
            return NULL;
        if (*at == ',')
            return closing == '}' ? skip_key(at + 1, end) : at + 1;
        if (*at++ != closing)
            return NULL;
        around->depth--;
    }
    return at;
}

/* value = scalar | "[" [value *("," value)] "]" | "{" [key value *("," key value)] "}" */
TENON__HOT static const char *skip_value(const char *at, const char *end)
{
    nest around;
    around.depth = 0;
    do {
        at = skip_space(at, end);
        char c = at < end ? *at : '\0';
        if (c == '{' || c == '[') {
            int depth = around.depth;
            at = enter(&around, at, end);
            if (around.depth > depth)
                continue;
        } else {
            at = skip_scalar(at, end);
        }
        if (at)
            at = leave(&around, at, end);
    } while (at && around.depth > 0);
    return at;
}

TENON__HOT bool tenon__json_is_valid(const char *text, size_t length)
{
    if (length == 0)
        return false;
    const char *end = text + length;
    const char *at = skip_value(text, end);
    return at && skip_space(at, end) == end;
}

/* Behind the key of a member, where it is this one its value; else what comes behind the value. */
static const char *skip_member(const char *at, const char *end, const char *name, size_t length,
                               tenon_json *value)
{
    const char *key = skip_space(at, end);
    at = skip_key(key, end);
    if (!at)
        return NULL;
    const char *start = skip_space(at, end);
    at = skip_value(start, end);
    bool is_it = at && (size_t)(at - key) > length && memcmp(key, name, length) == 0;
    if (is_it)
        *value = (tenon_json){.len = (size_t)(at - start), .text = start};
    return at && !is_it ? skip_space(at, end) : NULL;
}

tenon_json tenon__json_member(tenon_json object, const char *name, size_t length)
{
    tenon_json value = {0};
    const char *end = object.text + object.len, *at = skip_space(object.text, end);
    while (at && at < end && (*at == '{' || *at == ','))
        at = skip_member(at + 1, end, name, length, &value);
    return value;
}

bool tenon__json_next(tenon_json *rest, tenon_json *out)
{
    const char *end = rest->text + rest->len, *at = skip_space(rest->text, end);
    if (at == end || (*at != '[' && *at != ','))
        return false;
    at = skip_space(at + 1, end);
    const char *behind = at < end && *at != ']' ? skip_value(at, end) : NULL;
    if (!behind)
        return false;
    *out = (tenon_json){.len = (size_t)(behind - at), .text = at};
    *rest = (tenon_json){.len = (size_t)(end - behind), .text = behind};
    return true;
}
