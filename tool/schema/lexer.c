/* The words of schema.prisma. See lexer.h; the rules are those of the language's published
 * grammar. */
#include "schema/lexer.h"

#include "core/core.h"
#include "schema/letters.h"

static unsigned byte_at(const lexer *in, size_t at)
{
    return at < in->length ? (unsigned char)in->text[at] : 0;
}

static bool is_digit(unsigned c)
{
    return c >= '0' && c <= '9';
}

static bool is_alphanumeric(unsigned c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_line_break(unsigned c)
{
    return c == '\n' || c == '\r';
}

/* Space separators beyond ASCII: U+00A0, U+1680, U+2000 … U+200A, U+202F, U+205F, U+3000. */
static size_t wide_space(const lexer *in, size_t at)
{
    unsigned a = byte_at(in, at), b = byte_at(in, at + 1), c = byte_at(in, at + 2);

    if (a == 0xC2 && b == 0xA0)
        return at + 2;
    if (a == 0xE1 && b == 0x9A && c == 0x80)
        return at + 3;
    if (a == 0xE2 && b == 0x80 && ((c >= 0x80 && c <= 0x8A) || c == 0xAF))
        return at + 3;
    if ((a == 0xE2 && b == 0x81 && c == 0x9F) || (a == 0xE3 && b == 0x80 && c == 0x80))
        return at + 3;
    return at;
}

size_t lexer_spaces(const lexer *in, size_t at)
{
    for (;;) {
        unsigned c = byte_at(in, at);
        size_t next = c == ' ' || c == '\t' ? at + 1 : c >= 0x80 ? wide_space(in, at) : at;
        if (next == at)
            return at;
        at = next;
    }
}

size_t lexer_newline(const lexer *in, size_t at)
{
    if (byte_at(in, at) == '\n')
        return at + 1;
    if (byte_at(in, at) == '\r')
        return at + (byte_at(in, at + 1) == '\n' ? 2 : 1);
    return at;
}

size_t lexer_rest_of_line(const lexer *in, size_t at)
{
    while (at < in->length && !is_line_break(byte_at(in, at)))
        at++;
    return at;
}

size_t lexer_literal(const lexer *in, size_t at, const char *word)
{
    size_t end = at;

    for (; *word; word++, end++) {
        if (end >= in->length || in->text[end] != *word)
            return at;
    }
    return end;
}

/* The code point of the well-formed UTF-8 sequence of `length` bytes, 2 to 4. */
static uint32_t code_point(const lexer *in, size_t at, size_t length)
{
    uint32_t c = byte_at(in, at) & (0xFFu >> (length + 1));

    for (size_t i = 1; i < length; i++)
        c = c << 6 | (byte_at(in, at + i) & 0x3F);
    return c;
}

/* The end of the letter or digit at `at`, or `at`. */
static size_t letter(const lexer *in, size_t at)
{
    if (byte_at(in, at) < 0x80)
        return is_alphanumeric(byte_at(in, at)) ? at + 1 : at;
    size_t length = tenon__utf8_sequence(in->text + at, in->length - at);
    return length && letters_has(code_point(in, at, length)) ? at + length : at;
}

size_t lexer_identifier(const lexer *in, size_t at)
{
    size_t end = letter(in, at);

    if (end == at)
        return at;
    for (size_t next;; end = next) {
        bool is_joint = byte_at(in, end) == '_' || byte_at(in, end) == '-';
        next = is_joint ? end + 1 : letter(in, end);
        if (next == end)
            return end;
    }
}

size_t lexer_path(const lexer *in, size_t at)
{
    size_t end = lexer_identifier(in, at);

    while (end > at && byte_at(in, end) == '.')
        end = lexer_identifier(in, end + 1);
    return end;
}

static size_t digits(const lexer *in, size_t at)
{
    while (is_digit(byte_at(in, at)))
        at++;
    return at;
}

size_t lexer_number(const lexer *in, size_t at)
{
    size_t first = byte_at(in, at) == '-' ? at + 1 : at;
    size_t end = digits(in, first);

    if (end == first)
        return at;
    if (byte_at(in, end) == '.' && is_digit(byte_at(in, end + 1)))
        return digits(in, end + 1);
    return end;
}

size_t lexer_string(const lexer *in, size_t at)
{
    if (byte_at(in, at) != '"')
        return at;
    for (size_t end = at + 1; end < in->length; end++) {
        unsigned c = byte_at(in, end);
        if (c == '"')
            return end + 1;
        if (c == '\\')
            end++;
        else if (c < 0x20)
            return at;
    }
    return at;
}

size_t lexer_doc_comment(const lexer *in, size_t at)
{
    return lexer_literal(in, at, "///") > at ? lexer_rest_of_line(in, at) : at;
}

size_t lexer_line_comment(const lexer *in, size_t at)
{
    if (lexer_literal(in, at, "//") == at || byte_at(in, at + 2) == '/')
        return at;
    return lexer_rest_of_line(in, at);
}

size_t lexer_block_comment(const lexer *in, size_t at)
{
    if (lexer_literal(in, at, "/*") == at)
        return at;
    for (size_t end = at + 2; end + 1 < in->length; end++) {
        if (in->text[end] == '*' && in->text[end + 1] == '/')
            return end + 2;
    }
    return at;
}
