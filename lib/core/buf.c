/* The text buffer.
 *
 * Capacity doubles, so that n additions cost O(n). The first failure sticks and later calls do
 * nothing: code that builds a statement of twenty pieces asks once, at the end, whether it worked.
 * Every buffer has an upper limit, because every input has one. */
#include "core/core.h"

#include <stdio.h>
#include <stdlib.h>

enum { FIRST_CAPACITY = 64 };

static bool keep_failure(tenon__buf *buf)
{
    buf->failed = true;
    return false;
}

static size_t limit_of(const tenon__buf *buf)
{
    return buf->limit_bytes ? buf->limit_bytes : TENON__BUF_LIMIT;
}

static bool grow(tenon__buf *buf, size_t needed)
{
    size_t capacity = buf->capacity ? buf->capacity * 2 : FIRST_CAPACITY;
    while (capacity < needed)
        capacity *= 2;
    char *data = realloc(buf->data, capacity);
    if (!data)
        return keep_failure(buf);
    if (!buf->data)
        data[0] = '\0';
    buf->data = data;
    buf->capacity = capacity;
    return true;
}

bool tenon__buf_reserve(tenon__buf *buf, size_t more)
{
    size_t limit = limit_of(buf);
    if (buf->failed)
        return false;
    if (more > limit || buf->length > limit - more)
        return keep_failure(buf);
    size_t needed = buf->length + more + 1;
    return TENON__LIKELY(needed <= buf->capacity) || grow(buf, needed);
}

void tenon__buf_add(tenon__buf *buf, const void *data, size_t length)
{
    if (!tenon__buf_reserve(buf, length))
        return;
    if (length)
        memcpy(buf->data + buf->length, data, length);
    buf->length += length;
    buf->data[buf->length] = '\0';
}

void tenon__buf_text(tenon__buf *buf, const char *text)
{
    tenon__buf_add(buf, text, strlen(text));
}

void tenon__buf_char(tenon__buf *buf, char c)
{
    tenon__buf_add(buf, &c, 1);
}

void tenon__buf_int(tenon__buf *buf, int64_t value)
{
    char digits[TENON_DECIMAL_INT64_TEXT_SIZE];
    tenon_decimal number = tenon_decimal_from_int64(value, digits);
    tenon__buf_add(buf, number.text, number.len);
}

void tenon__buf_formatv(tenon__buf *buf, const char *format, va_list args)
{
    if (!tenon__buf_reserve(buf, 0))
        return;
    va_list again;
    va_copy(again, args);
    size_t room = buf->capacity - buf->length;
    int length = vsnprintf(buf->data + buf->length, room, format, args);
    if (length < 0) {
        keep_failure(buf);
    } else if (tenon__buf_reserve(buf, (size_t)length)) {
        if ((size_t)length >= room)
            vsnprintf(buf->data + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

void tenon__buf_format(tenon__buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    tenon__buf_formatv(buf, format, args);
    va_end(args);
}

static void add_json_escape(tenon__buf *buf, unsigned char c)
{
    static const char short_forms[] = "\"\"\\\\\bb\ff\nn\rr\tt";
    for (const char *pair = short_forms; *pair; pair += 2) {
        if ((unsigned char)pair[0] == c) {
            tenon__buf_char(buf, '\\');
            tenon__buf_char(buf, pair[1]);
            return;
        }
    }
    tenon__buf_format(buf, "\\u%04x", (unsigned)c);
}

/* How many bytes from here need no escape and are well-formed. */
static size_t plain_run(const char *text, size_t length)
{
    size_t at = 0;
    while (at < length && (unsigned char)text[at] >= 0x20 && text[at] != '"' && text[at] != '\\') {
        size_t step = tenon__utf8_sequence(text + at, length - at);
        if (step == 0)
            break;
        at += step;
    }
    return at;
}

void tenon__buf_json_text(tenon__buf *buf, const char *text, size_t length)
{
    tenon__buf_char(buf, '"');
    for (size_t at = 0; at < length;) {
        size_t run = plain_run(text + at, length - at);
        tenon__buf_add(buf, text + at, run);
        at += run;
        if (at == length)
            break;
        unsigned char c = (unsigned char)text[at++];
        if (c < 0x80)
            add_json_escape(buf, c);
        else
            tenon__buf_text(buf, "\xEF\xBF\xBD");
    }
    tenon__buf_char(buf, '"');
}

TENON__HOT void tenon__buf_clear(tenon__buf *buf)
{
    buf->length = 0;
    buf->failed = false;
    if (buf->data)
        buf->data[0] = '\0';
}

void tenon__buf_release(tenon__buf *buf)
{
    free(buf->data);
    *buf = (tenon__buf){.limit_bytes = buf->limit_bytes};
}

char *tenon__buf_take(tenon__buf *buf)
{
    if (!tenon__buf_reserve(buf, 0)) {
        tenon__buf_release(buf);
        return NULL;
    }
    char *data = buf->data;
    buf->data = NULL;
    tenon__buf_release(buf);
    return data;
}
