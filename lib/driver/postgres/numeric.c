/* Numeric: decimal text ↔ PostgreSQL's binary format, exactly.
 *
 * The binary format is a head of four 16-bit numbers and then digits of base 10000:
 *
 *     count    of digits that follow
 *     weight   of the first one: it counts 10000^weight
 *     sign     0x0000 plus, 0x4000 minus, 0xC000 NaN, 0xD000 Infinity, 0xF000 -Infinity
 *     scale    decimal digits behind the point, trailing zeros included
 *
 * Text "0012.50" is count 2, weight 0, scale 2, digits 12 and 5000. Groups of four decimal digits
 * are aligned at the point, so both directions are copying; no arithmetic, no rounding. */
#include "driver/postgres/pg.h"

enum {
    HEAD_BYTES = 8,
    GROUP_DIGITS = 4,
    GROUP_LIMIT = 10000,
    SIGN_PLUS = 0x0000,
    SIGN_MINUS = 0x4000,
    SIGN_NAN = 0xC000,
    SIGN_INFINITY = 0xD000,
    SIGN_MINUS_INFINITY = 0xF000,
    MOST_WHOLE_DIGITS = 131072,
    MOST_SCALE = 16383
};

static void store_head(char *at, size_t count, int weight, int sign, size_t scale)
{
    tenon__pg_store16(at, (uint16_t)count);
    tenon__pg_store16(at + 2, (uint16_t)weight);
    tenon__pg_store16(at + 4, (uint16_t)sign);
    tenon__pg_store16(at + 6, (uint16_t)scale);
}

/* Up to four digits as a number, as if zeros stood behind the missing ones. */
static uint16_t read_group(const char *digits, size_t count)
{
    unsigned group = 0;
    for (size_t i = 0; i < GROUP_DIGITS; i++)
        group = group * 10 + (i < count ? (unsigned)(digits[i] - '0') : 0);
    return (uint16_t)group;
}

/* Digits before the point: the first group takes what does not fill four. */
static char *store_whole(char *at, const char *digits, size_t count)
{
    unsigned first = 0;
    size_t odd = count % GROUP_DIGITS;
    for (size_t i = 0; i < odd; i++)
        first = first * 10 + (unsigned)(digits[i] - '0');
    if (odd) {
        tenon__pg_store16(at, (uint16_t)first);
        at += 2;
    }
    for (size_t i = odd; i < count; i += GROUP_DIGITS, at += 2)
        tenon__pg_store16(at, read_group(digits + i, GROUP_DIGITS));
    return at;
}

static void store_fraction(char *at, const char *digits, size_t count)
{
    for (size_t i = 0; i < count; i += GROUP_DIGITS, at += 2)
        tenon__pg_store16(at, read_group(digits + i, count - i));
}

static size_t groups_of(size_t digits)
{
    return (digits + GROUP_DIGITS - 1) / GROUP_DIGITS;
}

static int sign_of(const tenon__decimal_form *form, const char *text)
{
    if (form->is_nan)
        return SIGN_NAN;
    if (form->is_special)
        return text[0] == '-' ? SIGN_MINUS_INFINITY : SIGN_INFINITY;
    return form->is_negative ? SIGN_MINUS : SIGN_PLUS;
}

bool tenon__pg_encode_numeric(tenon__buf *out, const char *text, size_t length)
{
    tenon__decimal_form form;
    if (!tenon__decimal_scan(text, length, &form))
        return false;
    if (form.is_special)
        form.whole_digits = form.fraction_digits = form.significant_fraction_digits = 0;
    if (form.whole_digits > MOST_WHOLE_DIGITS || form.fraction_digits > MOST_SCALE)
        return false;
    size_t whole = groups_of(form.whole_digits);
    size_t count = whole + groups_of(form.significant_fraction_digits);
    size_t size = HEAD_BYTES + count * 2;
    if (!tenon__buf_reserve(out, size))
        return true;
    char *at = out->data + out->length;
    store_head(at, count, (int)whole - 1, sign_of(&form, text), form.fraction_digits);
    at = store_whole(at + HEAD_BYTES, form.whole, form.whole_digits);
    store_fraction(at, form.fraction, form.significant_fraction_digits);
    out->length += size;
    return true;
}

/* The head of a binary numeric. */
typedef struct numeric_head {
    int count, weight, sign, scale;
} numeric_head;

static numeric_head load_head(const char *data)
{
    return (numeric_head){.count = tenon__pg_load16(data),
                          .weight = (int16_t)tenon__pg_load16(data + 2),
                          .sign = tenon__pg_load16(data + 4),
                          .scale = tenon__pg_load16(data + 6)};
}

static bool is_special_sign(int sign)
{
    return sign == SIGN_NAN || sign == SIGN_INFINITY || sign == SIGN_MINUS_INFINITY;
}

size_t tenon__pg_numeric_room(const char *data, int length)
{
    if (length < HEAD_BYTES)
        return 0;
    numeric_head head = load_head(data);
    if (is_special_sign(head.sign))
        return sizeof "-Infinity";
    if (head.sign != SIGN_PLUS && head.sign != SIGN_MINUS)
        return 0;
    if (length != HEAD_BYTES + head.count * 2 || head.scale > MOST_SCALE)
        return 0;
    for (int i = 0; i < head.count; i++) {
        if (tenon__pg_load16(data + HEAD_BYTES + i * 2) >= GROUP_LIMIT)
            return 0;
    }
    size_t whole = head.weight < 0 ? 1 : ((size_t)head.weight + 1) * GROUP_DIGITS;
    return sizeof "-." + whole + (size_t)head.scale;
}

static size_t write_special(int sign, char *text)
{
    const char *name = sign == SIGN_NAN ? "NaN" : sign == SIGN_INFINITY ? "Infinity" : "-Infinity";
    return (size_t)(stpcpy(text, name) - text);
}

/* The i-th group; those that the server left out, at either end, are zero. */
static unsigned group_at(const char *data, const numeric_head *head, int i)
{
    return i >= 0 && i < head->count ? tenon__pg_load16(data + HEAD_BYTES + i * 2) : 0;
}

static void write_group(char *text, unsigned group)
{
    for (int i = GROUP_DIGITS - 1; i >= 0; i--, group /= 10)
        text[i] = (char)('0' + group % 10);
}

static char *write_whole(char *text, const char *data, const numeric_head *head)
{
    char *at = text;
    for (int i = 0; i <= head->weight; i++, at += GROUP_DIGITS)
        write_group(at, group_at(data, head, i));
    char *first = text;
    while (first < at && *first == '0')
        first++;
    size_t digits = (size_t)(at - first);
    memmove(text, first, digits);
    if (!digits)
        text[digits++] = '0';
    return text + digits;
}

static char *write_fraction(char *text, const char *data, const numeric_head *head)
{
    char group[GROUP_DIGITS];
    for (int i = head->weight + 1, left = head->scale; left > 0; i++, left -= GROUP_DIGITS) {
        size_t digits = left < GROUP_DIGITS ? (size_t)left : GROUP_DIGITS;
        write_group(group, group_at(data, head, i));
        memcpy(text, group, digits);
        text += digits;
    }
    return text;
}

size_t tenon__pg_decode_numeric(const char *data, char *text)
{
    numeric_head head = load_head(data);
    if (is_special_sign(head.sign))
        return write_special(head.sign, text);
    char *at = text;
    if (head.sign == SIGN_MINUS)
        *at++ = '-';
    at = write_whole(at, data, &head);
    if (head.scale > 0) {
        *at++ = '.';
        at = write_fraction(at, data, &head);
    }
    *at = '\0';
    return (size_t)(at - text);
}
