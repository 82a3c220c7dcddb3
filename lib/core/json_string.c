/* The characters of a JSON string, which is valid. An escape without a partner becomes bytes that
 * are not UTF-8: whoever takes texts checks them anyway. */
#include "core/core.h"

#include <stdlib.h>

static uint32_t read_hex4(const char *at)
{
    char digits[5] = {at[0], at[1], at[2], at[3], '\0'};
    return (uint32_t)strtoul(digits, NULL, 16);
}

static void add_code_point(tenon__buf *out, uint32_t code)
{
    if (code < 0x80) {
        tenon__buf_char(out, (char)code);
        return;
    }
    int more = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
    static const uint32_t leads[] = {0, 0xC0, 0xE0, 0xF0};
    tenon__buf_char(out, (char)(leads[more] | code >> (6 * more)));
    while (more-- > 0)
        tenon__buf_char(out, (char)(0x80 | (code >> (6 * more) & 0x3F)));
}

/* \uXXXX, two of them for a character beyond the first plane; behind it. */
static const char *add_unicode(tenon__buf *out, const char *at)
{
    uint32_t code = read_hex4(at + 2);
    at += 6;
    bool is_high = code >= 0xD800 && code < 0xDC00;
    if (is_high && at[0] == '\\' && at[1] == 'u') {
        uint32_t low = read_hex4(at + 2);
        if (low >= 0xDC00 && low < 0xE000) {
            code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
            at += 6;
        }
    }
    add_code_point(out, code);
    return at;
}

static char escaped(char c)
{
    switch (c) {
    case 'b':
        return '\b';
    case 'f':
        return '\f';
    case 'n':
        return '\n';
    case 'r':
        return '\r';
    case 't':
        return '\t';
    default:
        return c;
    }
}

void tenon__json_unescape(tenon_json string, tenon__buf *out)
{
    const char *at = string.text + 1, *end = string.text + string.len - 1;
    while (at < end) {
        const char *plain = memchr(at, '\\', (size_t)(end - at));
        if (!plain)
            plain = end;
        tenon__buf_add(out, at, (size_t)(plain - at));
        at = plain;
        if (at == end)
            break;
        if (at[1] == 'u') {
            at = add_unicode(out, at);
        } else {
            tenon__buf_char(out, escaped(at[1]));
            at += 2;
        }
    }
}
