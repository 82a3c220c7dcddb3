/* A C file as tokens: enough of the language to know literals and comments apart. */
#include "codelint/codelint_inside.h"

#include <ctype.h>

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

/* Behind a literal that begins here with its quote; it ends at the end of a line at the latest. */
static size_t end_of_literal(const char *text, size_t length, size_t at)
{
    char quote = text[at++];
    while (at < length && text[at] != quote && text[at] != '\n')
        at += text[at] == '\\' && at + 1 < length ? 2 : 1;
    return at < length ? at + (text[at] == quote) : length;
}

static size_t end_of_comment(const char *text, size_t length, size_t at)
{
    const char *end = text[at + 1] == '/' ? memchr(text + at, '\n', length - at)
                                          : memmem(text + at + 2, length - at - 2, "*/", 2);
    return end ? (size_t)(end - text) + (*end == '*' ? 2 : 0) : length;
}

/* Behind what is no token. */
static size_t skip_blanks(const char *text, size_t length, size_t at)
{
    while (at < length) {
        bool is_comment = text[at] == '/' && at + 1 < length && strchr("/*", text[at + 1]);
        if (is_comment && text[at + 1])
            at = end_of_comment(text, length, at);
        else if (isspace((unsigned char)text[at]) || text[at] == '\\')
            at++;
        else
            break;
    }
    return at;
}

static code_token next_token(const char *text, size_t length, size_t at)
{
    size_t end = at + 1;
    code_kind kind = CODE_OTHER;
    if (is_word(text[at])) {
        kind = CODE_WORD;
        while (end < length && is_word(text[end]))
            end++;
    } else if (text[at] == '"' || text[at] == '\'') {
        kind = text[at] == '"' ? CODE_STRING : CODE_OTHER;
        end = end_of_literal(text, length, at);
    }
    return (code_token){kind, (uint32_t)at, (uint32_t)end};
}

static bool add_token(tenon__arena *arena, code_tokens *out, code_token token)
{
    if (out->count == out->capacity) {
        size_t capacity = out->capacity ? out->capacity * 2 : 1024;
        void *items = tenon__arena_resize(arena, out->items, capacity * sizeof *out->items);
        if (!items)
            return false;
        out->items = items;
        out->capacity = capacity;
    }
    out->items[out->count++] = token;
    return true;
}

bool code_read_tokens(tenon__arena *arena, const schema_source *source, code_tokens *out)
{
    size_t at = 0;
    *out = (code_tokens){.text = source->text};
    while ((at = skip_blanks(source->text, source->length, at)) < source->length) {
        code_token token = next_token(source->text, source->length, at);
        if (!add_token(arena, out, token))
            return false;
        at = token.end;
    }
    return true;
}

bool code_is(const code_tokens *tokens, size_t at, const char *word)
{
    if (at >= tokens->count)
        return false;
    const code_token *token = &tokens->items[at];
    size_t length = strlen(word);
    return token->end - token->start == length &&
           !memcmp(tokens->text + token->start, word, length);
}
