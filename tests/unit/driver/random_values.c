/* See random_values.h. */
#include "random_values.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const mood_values[] = {"sad",    "so-so", "glad \"very\"", "a,b", "{x}",
                                          "bl\\ue", "Ü"};
const tenon_enum mood = {
    .name = "Mood", .type = "mood", .names = mood_values, .values = mood_values, .count = 7};

static char *make_text(generator *g, tenon__arena *arena, size_t most_characters)
{
    static const char *const characters[] = {"a", "Z", "7", " ", "\"", "\\", "'",    ",",    "{",
                                             "}", "%", "ü", "€", "😀",  "\n", "\x7f", "NULL", "0"};
    size_t count = generator_below(g, most_characters + 1);
    char *text = tenon__arena_zalloc(arena, count * 4 + 2);
    for (size_t i = 0; i < count; i++)
        strcat(text, characters[generator_below(g, TENON__COUNT(characters))]);
    strcat(text, most_characters ? "." : ""); /* character(n) forgets blanks at the end */
    return text;
}

static char *add_digits(generator *g, char *at, size_t count)
{
    static const char weighty[] = "00009999";
    for (size_t i = 0; i < count; i++)
        *at++ = generator_below(g, 3) ? (char)('0' + generator_below(g, 10))
                                      : weighty[generator_below(g, 8)];
    *at = '\0';
    return at;
}

/* As the server prints it: no leading zeros, no minus before zero. */
static tenon_decimal make_decimal(generator *g, tenon__arena *arena, size_t whole, size_t fraction)
{
    static const char *const specials[] = {"0", "NaN", "Infinity", "-Infinity"};
    if (whole > 30 && generator_below(g, 50) == 0)
        return (tenon_decimal){.text = specials[generator_below(g, 4)]};
    char *text = tenon__arena_zalloc(arena, whole + fraction + 8), *at = text;
    *at++ = '-';
    char *first = at;
    at = add_digits(g, at, generator_below(g, whole + 1));
    while (*first == '0')
        memmove(first, first + 1, strlen(first)), at--;
    if (at == first)
        *at++ = '0';
    if (fraction) {
        *at++ = '.';
        add_digits(g, at, fraction);
    }
    bool is_zero = strspn(first, "0.") == strlen(first);
    return (tenon_decimal){.text = is_zero || generator_below(g, 2) ? first : text};
}

static tenon_json make_json(generator *g, tenon__arena *arena)
{
    int64_t number = generator_between(g, -1000, 1000);
    char *text =
        tenon__arena_format(arena, "{\"a\": [%lld, true, null], \"b\": \"\\u00e9 \\\" %s\"}",
                            (long long)number, generator_below(g, 2) ? "grün" : "");
    return (tenon_json){.text = text};
}

static tenon_bytes make_bytes(generator *g, tenon__arena *arena)
{
    size_t length = generator_below(g, 40);
    unsigned char *data = tenon__arena_alloc(arena, length);
    for (size_t i = 0; i < length; i++)
        data[i] = (unsigned char)generator_next(g);
    return (tenon_bytes){.len = length, .data = data};
}

static double make_double(generator *g)
{
    uint64_t bits = generator_next(g);
    double value;
    memcpy(&value, &bits, sizeof value);
    return generator_below(g, 3) ? value : (double)generator_between(g, -1000, 1000) / 8;
}

static double make_float(generator *g)
{
    uint32_t bits = (uint32_t)generator_next(g);
    float value;
    memcpy(&value, &bits, sizeof value);
    return (double)value;
}

static int64_t make_time(generator *g)
{
    /* 4713 BC to the last year that fits; more often in our days */
    if (generator_below(g, 2))
        return generator_between(g, INT64_C(-210866803200000000), INT64_MAX - 1);
    return generator_between(g, INT64_C(-4000000000000000), INT64_C(4000000000000000));
}

static int64_t make_integer(generator *g, int bits)
{
    uint64_t value = generator_next(g) >> generator_below(g, 64);
    return (int64_t)(value << (64 - bits)) >> (64 - bits);
}

static const char *make_bits(generator *g, tenon__arena *arena, size_t length)
{
    char *text = tenon__arena_zalloc(arena, length + 1);
    for (size_t i = 0; i < length; i++)
        text[i] = (char)('0' + generator_below(g, 2));
    return text;
}

static const char *make_inet(generator *g, tenon__arena *arena)
{
    unsigned a = (unsigned)generator_below(g, 256), b = (unsigned)generator_below(g, 256);
    if (generator_below(g, 2))
        return tenon__arena_format(arena, "10.%u.%u.7/%u", a, b, 8 + a % 24);
    return tenon__arena_format(arena, "2001:db8:%x:%x::1/%u", a + 1, b + 1, 33 + a % 64);
}

static const char *make_other(generator *g, tenon__arena *arena, const tenon_field *field)
{
    switch (field->pg_type) {
    case TENON_PG_BIT:
        return make_bits(g, arena, (size_t)field->precision);
    case TENON_PG_VARBIT:
        return make_bits(g, arena, generator_below(g, (uint64_t)field->precision + 1));
    case TENON_PG_INET:
        return make_inet(g, arena);
    case TENON_PG_XML:
        return tenon__arena_format(arena, "<a b=\"%u\">\"ü\"</a>",
                                   (unsigned)generator_below(g, 99));
    default:
        return tenon__arena_format(arena, "(%d,%d)", (int)make_integer(g, 20),
                                   (int)make_integer(g, 20));
    }
}

wide make_value(generator *g, tenon__arena *arena, const tenon_field *field)
{
    int precision = field->precision, scale = field->scale;
    switch (field->kind) {
    case TENON_KIND_BOOL:
        return (wide){.truth = (int)generator_below(g, 2)};
    case TENON_KIND_INT16:
        return (wide){.integer = make_integer(g, 16)};
    case TENON_KIND_INT32:
        return (wide){.integer = make_integer(g, 32)};
    case TENON_KIND_INT64:
        return (wide){.integer = field->pg_type == TENON_PG_OID
                                     ? generator_between(g, 0, UINT32_MAX)
                                     : make_integer(g, 64)};
    case TENON_KIND_FLOAT:
        return (wide){.real = make_float(g)};
    case TENON_KIND_DOUBLE:
        return (wide){.real = make_double(g)};
    case TENON_KIND_DECIMAL:
        return (wide){.decimal =
                          precision > 0
                              ? make_decimal(g, arena, (size_t)(precision - scale), (size_t)scale)
                              : make_decimal(g, arena, 40, generator_below(g, 25))};
    case TENON_KIND_TEXT:
        return (wide){.text = make_text(g, arena, precision > 0 ? (size_t)precision / 4 - 1 : 60)};
    case TENON_KIND_JSON:
        return (wide){.json = make_json(g, arena)};
    case TENON_KIND_BYTES:
        return (wide){.bytes = make_bytes(g, arena)};
    case TENON_KIND_UUID:
        return (wide){.uuid = {.hi = generator_next(g), .lo = generator_next(g)}};
    case TENON_KIND_TIME:
        return (wide){.time = {make_time(g)}};
    case TENON_KIND_DATE:
        return (wide){.date = {(int32_t)generator_between(g, -2440588, 2145042905)}};
    case TENON_KIND_CLOCK:
        return (wide){.clock = {generator_between(g, 0, INT64_C(86400000000))}};
    case TENON_KIND_CLOCK_TZ:
        return (wide){.clock_tz = {.us = generator_between(g, 0, INT64_C(86400000000)),
                                   .offset_seconds = (int32_t)generator_between(g, -57599, 57599)}};
    case TENON_KIND_INTERVAL:
        return (wide){.interval = {.months = (int32_t)generator_next(g) >> generator_below(g, 32),
                                   .days = (int32_t)generator_next(g) >> generator_below(g, 32),
                                   .us = (int64_t)generator_next(g) >> generator_below(g, 64)}};
    case TENON_KIND_ENUM:
        return (wide){.truth = (int)generator_below(g, mood.count) + 1};
    case TENON_KIND_PACKED: /* of other columns: model/test_packed.c */
    case TENON_KIND_VECTOR: /* of an extension: test_vector.c */
    case TENON_KIND_OTHER:
        return (wide){.text = make_other(g, arena, field)};
    }
    return (wide){0};
}
