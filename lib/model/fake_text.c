/* Made-up texts, decimals and JSON.
 *
 * Characters come from all planes of Unicode: letters of many scripts, marks that combine, both
 * directions, emoji, ideographs beyond the first plane, private use, and the last code point there
 * is. What no database takes (NUL) and what is no character (surrogates) is left out. */
#include "model/fake.h"

#include <stdio.h>

enum { MOST_BYTES_A_CHARACTER = 4, SQLITE_DIGITS = 15, PLAIN_DIGITS = 30 };

/* ---- characters ------------------------------------------------------------------------------ */

static const struct {
    uint32_t first, last;
} ranges[] = {
    {'a', 'z'},         {'A', 'Z'},           {'0', '9'},
    {' ', '/'},         {'[', '`'},           {1, 31},
    {0x7F, 0xFF},       {0x300, 0x36F},       {0x400, 0x4FF},
    {0x5D0, 0x5EA},     {0x627, 0x64A},       {0x900, 0x97F},
    {0x200B, 0x200F},   {0x3041, 0x30FF},     {0x4E00, 0x9FFF},
    {0xAC00, 0xD7A3},   {0xE000, 0xF8FF},     {0xFEFF, 0xFEFF},
    {0xFFF0, 0xFFFF},   {0x10000, 0x100FA},   {0x1F600, 0x1F64F},
    {0x20000, 0x2A6DF}, {0x30000, 0x3134A},   {0xE0100, 0xE01EF},
    {0xF0000, 0xFFFFD}, {0x100000, 0x10FFFD}, {0x10FFFE, 0x10FFFF},
};

static char *add_character(char *at, uint32_t code)
{
    static const uint8_t marks[] = {0, 0, 0xC0, 0xE0, 0xF0};
    size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    for (size_t i = size; i-- > 1; code >>= 6)
        at[i] = (char)(0x80 | (code & 0x3F));
    at[0] = (char)(size == 1 ? code : marks[size] | code);
    return at + size;
}

/* Half of them are letters, so that people can still read the texts. */
static uint32_t make_character(tenon__fake *f)
{
    size_t most = tenon__fake_next(f) & 1 ? 2 : TENON__COUNT(ranges) - 1;
    size_t range = (size_t)tenon__fake_below(f, most);
    uint32_t span = ranges[range].last - ranges[range].first;
    return ranges[range].first + (uint32_t)tenon__fake_below(f, span);
}

/* ---- texts ----------------------------------------------------------------------------------- */

/* How many characters the column takes, within the options. */
static size_t longest(const tenon__fake *f, const tenon_field *field)
{
    bool has_limit = field->pg_type == TENON_PG_VARCHAR || field->pg_type == TENON_PG_BPCHAR;
    const tenon_validation *bounds = field->validation;
    size_t most = f->options.text_most;
    if (has_limit && field->precision > 0 && (size_t)field->precision < most)
        most = (size_t)field->precision;
    if (bounds && bounds->has_max_length && bounds->max_length < most)
        most = bounds->max_length;
    return most;
}

static size_t shortest(const tenon__fake *f, const tenon_field *field)
{
    const tenon_validation *bounds = field->validation;
    (void)f;
    return bounds && bounds->has_min_length ? bounds->min_length : 0;
}

/* The row's number at the end keeps unique ones apart; it also ends a character(n), whose trailing
 * blanks the database forgets. */
static char *add_tail(const tenon__fake *f, const tenon_field *field, char *at, size_t *left)
{
    char digits[24] = "";
    if (f->is_unique)
        snprintf(digits, sizeof digits, "#%llu", (unsigned long long)f->number);
    else if (field->pg_type == TENON_PG_BPCHAR)
        memcpy(digits, ".", sizeof ".");
    size_t length = strlen(digits);
    length = length < *left ? length : *left;
    *left -= length;
    for (size_t i = 0; i < length; i++)
        *at++ = digits[i];
    return at;
}

static const char *make_text(tenon__fake *f, const tenon_field *field, size_t least, size_t most)
{
    size_t count = (size_t)tenon__fake_between(f, (int64_t)least, (int64_t)most);
    enum { TAIL = 24 };
    char *text = tenon__fake_room(f, count * MOST_BYTES_A_CHARACTER + TAIL + 1), tail[TAIL];
    if (!text)
        return NULL;
    size_t left = most;
    size_t tail_length = (size_t)(add_tail(f, field, tail, &left) - tail);
    char *at = text;
    for (size_t i = 0; i < (count < left ? count : left); i++)
        at = add_character(at, make_character(f));
    memcpy(at, tail, tail_length);
    at[tail_length] = '\0';
    return text;
}

static const char *make_bits(tenon__fake *f, const tenon_field *field)
{
    size_t count = field->precision > 0 ? (size_t)field->precision : 8;
    char *text = tenon__fake_room(f, count + 1);
    for (size_t i = 0; text && i < count; i++)
        text[i] = tenon__fake_next(f) & 1 ? '1' : '0';
    if (text)
        text[count] = '\0';
    return text;
}

static const char *keep(tenon__fake *f, const char *text)
{
    f->failed |= !text;
    return text;
}

const char *tenon__fake_text(tenon__fake *f, const tenon_field *field)
{
    unsigned number = (unsigned)tenon__fake_below(f, 255);
    switch ((int)field->pg_type) {
    case TENON_PG_BIT:
    case TENON_PG_VARBIT:
        return make_bits(f, field);
    case TENON_PG_INET:
        return keep(f, tenon__arena_format(f->arena, "10.0.%u.%u", number, 255 - number));
    case TENON_PG_XML:
        return keep(f, tenon__arena_format(f->arena, "<a b=\"%u\">%u</a>", number, 255 - number));
    default:
        return make_text(f, field, shortest(f, field), longest(f, field));
    }
}

/* ---- decimals -------------------------------------------------------------------------------- */

static char *add_digits(tenon__fake *f, char *at, size_t count)
{
    for (size_t i = 0; i < count; i++)
        *at++ = f->is_end ? '9' : (char)('0' + tenon__fake_below(f, 9));
    return at;
}

/* What SQLite stores without @tenon.exact is a double. */
static void limit_digits(const tenon__fake *f, const tenon_field *field, size_t *whole,
                         size_t *fraction)
{
    bool is_exact = !f->is_sqlite || field->flags & TENON_FIELD_EXACT;
    size_t most = is_exact ? *whole + *fraction : SQLITE_DIGITS;
    *fraction = *fraction < most / 2 ? *fraction : most / 2;
    *whole = *whole < most - *fraction ? *whole : most - *fraction;
}

tenon_decimal tenon__fake_decimal(tenon__fake *f, const tenon_field *field)
{
    bool has_limit = field->precision > 0 && field->pg_type != TENON_PG_MONEY;
    size_t whole = has_limit ? (size_t)(field->precision - field->scale) : PLAIN_DIGITS;
    size_t fraction = has_limit ? (size_t)field->scale : PLAIN_DIGITS;
    if (field->pg_type == TENON_PG_MONEY)
        whole = SQLITE_DIGITS - 2, fraction = 2;
    limit_digits(f, field, &whole, &fraction);
    char *text = tenon__fake_room(f, whole + fraction + 4), *at = text;
    if (!text)
        return (tenon_decimal){0};
    if (tenon__fake_next(f) & 1)
        *at++ = '-';
    size_t count = whole ? (size_t)tenon__fake_between(f, 1, (int64_t)whole) : 0;
    at = count ? add_digits(f, at, count) : at;
    if (!count)
        *at++ = '0';
    if (fraction) {
        *at++ = '.';
        at = add_digits(f, at, fraction);
    }
    *at = '\0';
    return (tenon_decimal){.len = (size_t)(at - text), .text = text};
}

/* ---- JSON ------------------------------------------------------------------------------------ */

tenon_json tenon__fake_json(tenon__fake *f)
{
    static const char *const documents[] = {
        "null",
        "[]",
        "{}",
        "\"\"",
        "-0.5",
        "[[[[]]]]",
        "{\"a\": {\"b\": [1, true, null, \"\\u00fc\\ud83d\\ude00\"]}}",
    };
    size_t which = (size_t)tenon__fake_below(f, TENON__COUNT(documents));
    if (which < TENON__COUNT(documents))
        return (tenon_json){.text = documents[which]};
    unsigned number = (unsigned)tenon__fake_below(f, 999);
    return (tenon_json){.text = keep(f, tenon__arena_format(f->arena, "{\"number\": %u}", number))};
}
