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

TENON__HOT size_t tenon__utf8_sequence(const char *text, size_t length)
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
static bool is_plain(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    return (((word - ones) | word) & highs) == 0;
}

static bool is_plain_word(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return is_plain(word);
}

/* The same of four to eight bytes: the first four and the last. */
static bool is_plain_short(const char *text, size_t length)
{
    uint32_t first, last;
    memcpy(&first, text, sizeof first);
    memcpy(&last, text + length - sizeof last, sizeof last);
    return is_plain((uint64_t)first << 32 | last);
}

/* What is left behind the last whole word is looked at together with the end of that word. */
static bool is_plain_text(const char *text, size_t length)
{
    if (length < 4)
        return false;
    if (length < 8)
        return is_plain_short(text, length);
    for (size_t at = 0; at + 8 < length; at += 8) {
        if (!is_plain_word(text + at))
            return false;
    }
    return is_plain_word(text + length - 8);
}

TENON__HOT static bool is_valid_mixture(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        if (length - at >= 8 && is_plain_word(text + at)) {
            at += 8;
            continue;
        }
        unsigned char c = (unsigned char)text[at];
        size_t step = c >= 0x01 && c <= 0x7F ? 1 : tenon__utf8_sequence(text + at, length - at);
        if (step == 0)
            return false;
        at += step;
    }
    return true;
}

TENON__HOT bool tenon__utf8_is_valid(const char *text, size_t length)
{
    return is_plain_text(text, length) || is_valid_mixture(text, length);
}

/* Copies whole words as long as they are plain; how far it came. The last may overlap the one
 * before it. */
static size_t copy_plain_words(char *to, const char *from, size_t length)
{
    if (length < 8)
        return 0;
    size_t at = 0, last = length - 8;
    for (; at < last; at += 8) {
        if (!is_plain_word(from + at))
            return at;
        memcpy(to + at, from + at, 8);
    }
    if (!is_plain_word(from + last))
        return at;
    memcpy(to + last, from + last, 8);
    return length;
}

TENON__HOT bool tenon__utf8_copy(char *to, const char *from, size_t length)
{
    size_t done = copy_plain_words(to, from, length);
    to[length] = '\0';
    if (TENON__LIKELY(done == length))
        return true;
    memcpy(to + done, from + done, length - done);
    return is_valid_mixture(from + done, length - done);
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
