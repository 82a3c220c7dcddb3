/* UTF-8 by the table of well-formed sequences.
 *
 * Every text that crosses the border of the library is checked here, so the common case, plain
 * ASCII, is taken sixteen bytes at a time. NUL is refused: texts are NUL-terminated in C, and
 * PostgreSQL has no NUL in text either. */
#include "core/core.h"

#include <endian.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

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

/* ---- plain bytes ----------------------------------------------------------------------------- */

/* Of eight bytes those that are not plain, which is ASCII and not NUL: 0, or something else with
 * the highest bit of the first such byte as its lowest. */
static inline uint64_t marks_of(uint64_t word)
{
    const uint64_t ones = 0x0101010101010101u, highs = 0x8080808080808080u;
    return ((word - ones) | word) & highs;
}

static inline uint64_t load_word(const char *text)
{
    uint64_t word;
    memcpy(&word, text, sizeof word);
    return word;
}

#ifdef __SSE2__
typedef __m128i sixteen;

/* As signed numbers plain bytes are above 0. */
static inline bool are_plain(sixteen bytes)
{
    return _mm_movemask_epi8(_mm_cmpgt_epi8(_mm_set1_epi8(1), bytes)) == 0;
}
#else
typedef struct sixteen {
    uint64_t words[2];
} sixteen;

static inline bool are_plain(sixteen bytes)
{
    return (marks_of(bytes.words[0]) | marks_of(bytes.words[1])) == 0;
}
#endif

static inline sixteen load_sixteen(const char *text)
{
    sixteen bytes;
    memcpy(&bytes, text, sizeof bytes);
    return bytes;
}

/* The first four bytes and the last of four to eight. */
static inline uint64_t load_short(const char *text, size_t length)
{
    uint32_t first, last;
    memcpy(&first, text, sizeof first);
    memcpy(&last, text + length - sizeof last, sizeof last);
    return (uint64_t)first << 32 | last;
}

/* What is left behind the last whole piece is looked at together with the end of that piece. */
static bool is_plain_text(const char *text, size_t length)
{
    if (length < 4)
        return false;
    if (length < 8)
        return marks_of(load_short(text, length)) == 0;
    if (length < 16)
        return (marks_of(load_word(text)) | marks_of(load_word(text + length - 8))) == 0;
    for (size_t at = 0; at + 16 < length; at += 16) {
        if (!are_plain(load_sixteen(text + at)))
            return false;
    }
    return are_plain(load_sixteen(text + length - 16));
}

/* ---- all others ------------------------------------------------------------------------------ */

TENON__HOT static bool is_valid_mixture(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length) {
        uint64_t marks = length - at >= 8 ? le64toh(marks_of(load_word(text + at))) : 1;
        if (marks == 0) {
            at += 8;
            continue;
        }
        at += (size_t)__builtin_ctzll(marks) / 8;
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

/* ---- copying --------------------------------------------------------------------------------- */

/* Of less than sixteen bytes: all of them, or none when there is one that is not plain. */
static inline size_t copy_plain_short(char *to, const char *from, size_t length)
{
    if (length < 8)
        return 0;
    uint64_t first = load_word(from), last = load_word(from + length - 8);
    if (marks_of(first) | marks_of(last))
        return 0;
    memcpy(to, &first, sizeof first);
    memcpy(to + length - 8, &last, sizeof last);
    return length;
}

/* Copies pieces as long as they are plain; how far it came. The last may overlap the one before
 * it. */
static inline size_t copy_plain(char *to, const char *from, size_t length)
{
    if (length < 16)
        return copy_plain_short(to, from, length);
    size_t at = 0, last = length - 16;
    sixteen bytes;
    for (; at < last; at += 16) {
        bytes = load_sixteen(from + at);
        if (!are_plain(bytes))
            return at;
        memcpy(to + at, &bytes, sizeof bytes);
    }
    bytes = load_sixteen(from + last);
    if (!are_plain(bytes))
        return at;
    memcpy(to + last, &bytes, sizeof bytes);
    return length;
}

TENON__HOT bool tenon__utf8_copy(char *to, const char *from, size_t length)
{
    size_t done = copy_plain(to, from, length);
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
