/* UTF-8 by the table of well-formed sequences.
 *
 * Every text that crosses the border of the library is checked here, so the common case, plain
 * ASCII, is taken eight bytes at a time. NUL is refused: texts are NUL-terminated in C, and
 * PostgreSQL has no NUL in text either. */
#include "core/core.h"

static bool is_continuation(unsigned char c)
{
    return (c & 0xC0) == 0x80;
}

/* The second byte's range is what excludes overlong forms, surrogates and values above U+10FFFF. */
static bool is_second(unsigned char lead, unsigned char c)
{
    switch (lead) {
    case 0xE0:
        return c >= 0xA0 && c <= 0xBF;
    case 0xED:
        return c >= 0x80 && c <= 0x9F;
    case 0xF0:
        return c >= 0x90 && c <= 0xBF;
    case 0xF4:
        return c >= 0x80 && c <= 0x8F;
    default:
        return is_continuation(c);
    }
}

static size_t expected_length(unsigned char lead)
{
    if (lead >= 0xC2 && lead <= 0xDF)
        return 2;
    if (lead >= 0xE0 && lead <= 0xEF)
        return 3;
    if (lead >= 0xF0 && lead <= 0xF4)
        return 4;
    return lead >= 0x01 && lead <= 0x7F ? 1 : 0;
}

size_t tenon__utf8_sequence(const char *text, size_t length)
{
    const unsigned char *c = (const unsigned char *)text;
    size_t expected = length ? expected_length(c[0]) : 0;
    if (expected > length)
        return 0;
    if (expected >= 2 && !is_second(c[0], c[1]))
        return 0;
    for (size_t i = 2; i < expected; i++) {
        if (!is_continuation(c[i]))
            return 0;
    }
    return expected;
}

/* True when all eight bytes are ASCII and none is NUL. */
static bool is_plain_word(const char *text)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return (((word - ones) | word) & highs) == 0;
}

static bool is_plain(unsigned char c)
{
    return c >= 0x01 && c <= 0x7F;
}

/* How many bytes from the beginning are plain. What is left behind the last whole word is looked at
 * together with the end of that word. */
static size_t skip_plain(const char *text, size_t length)
{
    size_t at = 0;
    while (length - at >= 8 && is_plain_word(text + at))
        at += 8;
    if (length >= 8 && length - at < 8 && is_plain_word(text + length - 8))
        return length;
    while (at < length && is_plain((unsigned char)text[at]))
        at++;
    return at;
}

bool tenon__utf8_is_valid(const char *text, size_t length)
{
    size_t at = skip_plain(text, length);
    while (at < length) {
        size_t step = tenon__utf8_sequence(text + at, length - at);
        if (step == 0)
            return false;
        at += step;
        at += skip_plain(text + at, length - at);
    }
    return true;
}

size_t tenon__utf8_length(const char *text, size_t length)
{
    size_t count = 0;
    for (size_t i = 0; i < length; i++)
        count += !is_continuation((unsigned char)text[i]);
    return count;
}

size_t tenon__utf8_cut(const char *text, size_t length, size_t most)
{
    if (most >= length)
        return length;
    while (most > 0 && is_continuation((unsigned char)text[most]))
        most--;
    return most;
}
