/* RFC 4648, sections 4 and 5. */
#include "core/core.h"

static const char standard[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char for_urls[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int sextet(const char *alphabet, char c)
{
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

/* Without padding. */
static bool decode(const char *alphabet, const char *text, size_t length, tenon__buf *out)
{
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < length; i++) {
        int six = sextet(alphabet, text[i]);
        if (six < 0)
            return false;
        held = (held << 6 | (unsigned)six) & 0xffffu;
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            tenon__buf_char(out, (char)(held >> bits & 0xffu));
        }
    }
    bool has_left_over = held & ((1u << bits) - 1); /* bits that belong to no byte */
    return length % 4 != 1 && !has_left_over;
}

bool tenon__base64_decode(const char *text, size_t length, tenon__buf *out)
{
    while (length && text[length - 1] == '=')
        length--;
    return decode(standard, text, length, out);
}

bool tenon__base64url_decode(const char *text, size_t length, tenon__buf *out)
{
    return decode(for_urls, text, length, out);
}

void tenon__base64url_encode(tenon__buf *out, const void *data, size_t length)
{
    const uint8_t *bytes = data;
    unsigned bits = 0, held = 0;
    for (size_t i = 0; i < length; i++) {
        held = (held << 8 | bytes[i]) & 0xffffu;
        for (bits += 8; bits >= 6; bits -= 6)
            tenon__buf_char(out, for_urls[held >> (bits - 6) & 0x3fu]);
    }
    if (bits)
        tenon__buf_char(out, for_urls[held << (6 - bits) & 0x3fu]);
}
