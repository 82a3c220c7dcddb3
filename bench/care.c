#include "care.h"

#include <string.h>

/* ---- UTF-8 ----------------------------------------------------------------------------------- */

/* Eight bytes of ASCII without NUL. */
static bool is_plain(const char *at)
{
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    return (((eight - 0x0101010101010101u) | eight) & 0x8080808080808080u) == 0;
}

static size_t sequence(const unsigned char *c, size_t left)
{
    if (c[0] >= 0x01 && c[0] < 0x80)
        return 1;
    size_t size = c[0] >= 0xF0 ? 4 : c[0] >= 0xE0 ? 3 : 2;
    if (c[0] < 0xC2 || c[0] > 0xF4 || left < size)
        return 0;
    for (size_t i = 1; i < size; i++) {
        if ((c[i] & 0xC0) != 0x80)
            return 0;
    }
    bool is_wrong = (c[0] == 0xE0 && c[1] < 0xA0) || (c[0] == 0xED && c[1] > 0x9F) ||
                    (c[0] == 0xF0 && c[1] < 0x90) || (c[0] == 0xF4 && c[1] > 0x8F);
    return is_wrong ? 0 : size;
}

static bool is_mixture(const char *text, size_t length)
{
    for (size_t at = 0, step; at < length; at += step) {
        step = length - at >= 8 && is_plain(text + at)
                   ? 8
                   : sequence((const unsigned char *)text + at, length - at);
        if (step == 0)
            return false;
    }
    return true;
}

bool care_utf8(const char *text, size_t length)
{
    if (length < 8)
        return is_mixture(text, length);
    size_t last = length - 8, at = 0;
    while (at < last && is_plain(text + at))
        at += 8;
    return (at >= last && is_plain(text + last)) || is_mixture(text + at, length - at);
}

bool care_copy(char *to, const char *from, size_t length)
{
    size_t at = 0;
    to[length] = '\0';
    for (; at + 8 < length && is_plain(from + at); at += 8)
        memcpy(to + at, from + at, 8);
    if (length >= 8 && at + 8 >= length && is_plain(from + length - 8)) {
        memcpy(to + length - 8, from + length - 8, 8);
        return true;
    }
    memcpy(to + at, from + at, length - at);
    return is_mixture(from + at, length - at);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

/* Every function gives where its piece ends, or NULL where it is none. */
typedef const char *piece;

static piece space(piece at, piece end)
{
    while (at < end && (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t'))
        at++;
    return at;
}

/* Where eight bytes hold the first that means something in a string; 8: nowhere. */
static unsigned first_mark(const char *at)
{
    const uint64_t ones = 0x0101010101010101u;
    uint64_t eight;
    memcpy(&eight, at, sizeof eight);
    uint64_t marks = ((eight ^ ones * '"') - ones) | ((eight ^ ones * '\\') - ones) |
                     (eight - ones * ' ') | eight;
    marks &= 0x8080808080808080u;
    return marks ? (unsigned)__builtin_ctzll(marks) / 8 : 8;
}

static piece escape(piece at, piece end)
{
    if (at == end || !*at || !strchr("\"\\/bfnrtu", *at))
        return NULL;
    if (*at++ != 'u')
        return at;
    for (int i = 0; i < 4; i++, at++) {
        if (at == end || !*at || !strchr("0123456789abcdefABCDEF", *at))
            return NULL;
    }
    return at;
}

static piece string(piece at, piece end)
{
    while (at < end) {
        if (end - at >= 8) {
            unsigned mark = first_mark(at);
            at += mark;
            if (mark == 8)
                continue;
        }
        unsigned char c = (unsigned char)*at;
        if (c == '"')
            return at + 1;
        if (c == '\\') {
            at = escape(at + 1, end);
            if (!at)
                return NULL;
            continue;
        }
        size_t size = c < ' ' ? 0 : sequence((const unsigned char *)at, (size_t)(end - at));
        if (size == 0)
            return NULL;
        at += size;
    }
    return NULL;
}

static piece digits(piece at, piece end)
{
    piece start = at;
    while (at < end && *at >= '0' && *at <= '9')
        at++;
    return at > start ? at : NULL;
}

static piece number(piece at, piece end)
{
    at += *at == '-';
    at = at < end && *at == '0' ? at + 1 : digits(at, end);
    if (at && at < end && *at == '.')
        at = digits(at + 1, end);
    if (!at || at == end || (*at != 'e' && *at != 'E'))
        return at;
    at++;
    at += at < end && (*at == '+' || *at == '-');
    return digits(at, end);
}

static piece word(piece at, piece end, const char *expected)
{
    size_t length = strlen(expected);
    return (size_t)(end - at) >= length && memcmp(at, expected, length) == 0 ? at + length : NULL;
}

static piece value(piece at, piece end, int depth);

static piece key(piece at, piece end)
{
    at = space(at, end);
    at = at < end && *at == '"' ? string(at + 1, end) : NULL;
    if (at)
        at = space(at, end);
    return at && at < end && *at == ':' ? at + 1 : NULL;
}

static piece items(piece at, piece end, char closing, int depth)
{
    at = space(at, end);
    if (depth > 512)
        return NULL;
    if (at < end && *at == closing)
        return at + 1;
    for (;;) {
        if (closing == '}')
            at = key(at, end);
        if (at)
            at = value(at, end, depth);
        if (at)
            at = space(at, end);
        if (!at || at == end)
            return NULL;
        if (*at != ',')
            return *at == closing ? at + 1 : NULL;
        at++;
    }
}

static piece value(piece at, piece end, int depth)
{
    at = space(at, end);
    switch (at < end ? *at : '\0') {
    case '\0':
        return NULL;
    case '{':
        return items(at + 1, end, '}', depth + 1);
    case '[':
        return items(at + 1, end, ']', depth + 1);
    case '"':
        return string(at + 1, end);
    case 't':
        return word(at, end, "true");
    case 'f':
        return word(at, end, "false");
    case 'n':
        return word(at, end, "null");
    default:
        return number(at, end);
    }
}

bool care_json(const char *text, size_t length)
{
    piece end = text + length, at = value(text, end, 0);
    return at && space(at, end) == end;
}
