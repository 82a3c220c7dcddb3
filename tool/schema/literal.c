/* Decoding of string literals. The lexer has made sure that every backslash is followed by a
 * character and that the closing quote is there; what is left to go wrong are escapes that JSON
 * does not know. A literal never grows by decoding: the longest escape, a surrogate pair, is 12
 * bytes for 4. */
#include "schema/literal.h"

typedef struct decoder {
    schema *s;
    schema_span span; /* of the whole literal */
    const char *text; /* of the file */
    size_t at, end;   /* what is left of the content */
    char *out;
    size_t length;
} decoder;

static void put(decoder *d, char c)
{
    d->out[d->length++] = c;
}

static void put_code_point(decoder *d, uint32_t c)
{
    if (c < 0x80) {
        put(d, (char)c);
    } else if (c < 0x800) {
        put(d, (char)(0xC0 | (c >> 6)));
        put(d, (char)(0x80 | (c & 0x3F)));
    } else if (c < 0x10000) {
        put(d, (char)(0xE0 | (c >> 12)));
        put(d, (char)(0x80 | ((c >> 6) & 0x3F)));
        put(d, (char)(0x80 | (c & 0x3F)));
    } else {
        put(d, (char)(0xF0 | (c >> 18)));
        put(d, (char)(0x80 | ((c >> 12) & 0x3F)));
        put(d, (char)(0x80 | ((c >> 6) & 0x3F)));
        put(d, (char)(0x80 | (c & 0x3F)));
    }
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Reads \uXXXX at d->at, which moves behind what belongs to it. */
static bool take_code_unit(decoder *d, uint32_t *unit)
{
    if (d->end - d->at < 2 || d->text[d->at] != '\\' || d->text[d->at + 1] != 'u')
        return false;
    d->at += 2;
    *unit = 0;
    for (int i = 0; i < 4; i++, d->at++) {
        int value = d->at < d->end ? hex_value(d->text[d->at]) : -1;
        if (value < 0)
            return false;
        *unit = *unit << 4 | (uint32_t)value;
    }
    return true;
}

static bool take_code_point(decoder *d, uint32_t *c)
{
    uint32_t low;

    if (!take_code_unit(d, c))
        return false;
    if (*c < 0xD800 || *c > 0xDFFF)
        return true;
    if (*c > 0xDBFF || !take_code_unit(d, &low) || low < 0xDC00 || low > 0xDFFF)
        return false;
    *c = 0x10000 + ((*c - 0xD800) << 10) + (low - 0xDC00);
    return true;
}

static schema_span span_from(const decoder *d, size_t start)
{
    return (schema_span){d->span.file, (uint32_t)start, (uint32_t)d->at};
}

static void unicode_escape(decoder *d)
{
    size_t start = d->at;
    uint32_t c;

    if (take_code_point(d, &c))
        put_code_point(d, c);
    else
        schema_report(d->s, SCHEMA_ERROR, span_from(d, start),
                      "write \\u and four hexadecimal digits", "invalid unicode escape sequence");
}

/* One escape but \u; d->at is at its backslash. */
static void simple_escape(decoder *d)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    size_t start = d->at;
    char name = d->text[start + 1];
    const char *known = name ? strchr(names, name) : NULL;

    d->at += 1;
    d->at += tenon__utf8_sequence(d->text + d->at, d->end - d->at);
    if (known)
        put(d, values[known - names]);
    else
        schema_report(d->s, SCHEMA_ERROR, span_from(d, start), "a backslash itself is written \\\\",
                      "unknown escape sequence '%.*s'", (int)(d->at - start), d->text + start);
}

const char *literal_decode(schema *s, schema_span span, size_t *length)
{
    decoder d = {.s = s,
                 .span = span,
                 .text = s->files[span.file].text,
                 .at = span.start + 1,
                 .end = span.end - 1,
                 .out = tenon__arena_alloc(&s->arena, span.end - span.start)};

    if (!d.out)
        return NULL;
    while (d.at < d.end) {
        if (d.text[d.at] != '\\')
            put(&d, d.text[d.at++]);
        else if (d.text[d.at + 1] == 'u')
            unicode_escape(&d);
        else
            simple_escape(&d);
    }
    *length = d.length;
    put(&d, '\0');
    return d.out;
}
