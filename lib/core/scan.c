/* Tokens of SQL, as far as it takes to find where statements end: words, quoted things, single
 * characters.
 *
 * PostgreSQL: strings with '' inside, E'…' with backslashes, which a string that goes on in another
 * line keeps, $tag$…$tag$, comments that nest.
 * SQLite: names in "…", `…` and […], comments that do not nest, and one of the second kind may be
 * left open at the end of the file. standard_conforming_strings is taken to be on, as it is unless
 * somebody turned it off. */
#include "core/core.h"

#include <strings.h>

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Bytes of other alphabets are letters to both databases. */
static bool begins_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (unsigned char)c >= 0x80;
}

static bool continues_word(char c)
{
    return begins_word(c) || is_digit(c) || c == '$';
}

static char peek(const tenon__scanner *s, size_t ahead)
{
    return (size_t)(s->end - s->at) > ahead ? s->at[ahead] : '\0';
}

static bool starts(const tenon__scanner *s, const char *text)
{
    return peek(s, 0) == text[0] && peek(s, 1) == text[1];
}

/* To the end of a comment; in PostgreSQL each one inside must be closed too. */
static void skip_comment(tenon__scanner *s)
{
    unsigned depth = 0;
    do {
        if (starts(s, "/*") && (depth == 0 || s->dialect == TENON_POSTGRESQL)) {
            depth++;
            s->at += 2;
        } else if (starts(s, "*/")) {
            depth--;
            s->at += 2;
        } else {
            s->at++;
        }
    } while (depth > 0 && s->at < s->end);
    s->is_comment |= depth > 0;
    if (depth > 0 && s->dialect == TENON_POSTGRESQL)
        s->is_open = true;
}

static void skip_space(tenon__scanner *s)
{
    while (s->at < s->end) {
        if (is_space(*s->at)) {
            s->at++;
        } else if (starts(s, "--")) {
            const char *end = memchr(s->at, '\n', (size_t)(s->end - s->at));
            s->at = end ? end : s->end;
            s->is_comment |= !end;
        } else if (starts(s, "/*")) {
            skip_comment(s);
        } else {
            return;
        }
    }
}

/* Behind the closing quote; a doubled one is part of the text. */
static void skip_quoted(tenon__scanner *s, char quote, bool has_backslashes)
{
    for (s->at++; s->at < s->end; s->at++) {
        if (has_backslashes && *s->at == '\\' && s->at + 1 < s->end) {
            s->at++;
        } else if (*s->at == quote) {
            s->at++;
            if (peek(s, 0) != quote || quote == ']')
                return;
        }
    }
    s->is_open = true;
}

/* The length of $tag$ here, or 0. */
static size_t tag_length(const tenon__scanner *s)
{
    size_t length = 1;
    if (s->dialect != TENON_POSTGRESQL || peek(s, 0) != '$' || is_digit(peek(s, 1)))
        return 0;
    while (begins_word(peek(s, length)) || is_digit(peek(s, length)))
        length++;
    return peek(s, length) == '$' ? length + 1 : 0;
}

static void skip_dollar_quoted(tenon__scanner *s, size_t tag)
{
    const char *body = s->at + tag;
    const char *end = memmem(body, (size_t)(s->end - body), s->at, tag);
    s->is_open |= !end;
    s->at = end ? end + tag : s->end;
}

static void skip_word(tenon__scanner *s)
{
    while (continues_word(peek(s, 0)))
        s->at++;
}

static bool opens_name(const tenon__scanner *s, char c)
{
    return c == '"' || (s->dialect == TENON_SQLITE && (c == '`' || c == '['));
}

/* Passes over the token that begins here, and says what it was. */
static tenon__token_kind pass_token(tenon__scanner *s)
{
    char c = *s->at;
    size_t tag = tag_length(s);
    bool has_backslashes = s->is_after_escapes && c == '\'';
    s->is_after_escapes = has_backslashes;
    if (tag) {
        skip_dollar_quoted(s, tag);
        return TENON__TOKEN_TEXT;
    }
    if (c == '\'') {
        skip_quoted(s, '\'', has_backslashes);
        return TENON__TOKEN_TEXT;
    }
    if ((c == 'e' || c == 'E') && peek(s, 1) == '\'' && s->dialect == TENON_POSTGRESQL) {
        s->at++;
        s->is_after_escapes = true;
        skip_quoted(s, '\'', true);
        return TENON__TOKEN_TEXT;
    }
    if (opens_name(s, c)) {
        skip_quoted(s, c == '[' ? ']' : c, false);
        return TENON__TOKEN_NAME;
    }
    if (begins_word(c) || is_digit(c)) {
        skip_word(s);
        return TENON__TOKEN_WORD;
    }
    s->at++;
    return TENON__TOKEN_SYMBOL;
}

tenon__token tenon__scan(tenon__scanner *s)
{
    skip_space(s);
    tenon__token token = {.text = s->at};
    if (s->at == s->end)
        return token;
    token.kind = pass_token(s);
    token.length = (size_t)(s->at - token.text);
    return token;
}

bool tenon__token_is(const tenon__token *token, const char *word)
{
    bool can_be = token->kind == TENON__TOKEN_WORD || token->kind == TENON__TOKEN_SYMBOL;
    return can_be && strncasecmp(token->text, word, token->length) == 0 &&
           word[token->length] == '\0';
}
