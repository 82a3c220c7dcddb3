/* RFC 4648, section 4. */
#include "core/core.h"

static int sextet(char c)
{
    static const char alphabet[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c ? strchr(alphabet, c) : NULL;
    return at ? (int)(at - alphabet) : -1;
}

bool tenon__base64_decode(const char *text, size_t length, tenon__buf *out)
{
    unsigned bits = 0, held = 0;
    while (length && text[length - 1] == '=')
        length--;
    for (size_t i = 0; i < length; i++) {
        int six = sextet(text[i]);
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
