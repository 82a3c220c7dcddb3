/* See token.h. */
#include "catalogue/token.h"

#include <ctype.h>
#include <strings.h>

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static const char *skip_line(const char *at)
{
    return at + strcspn(at, "\n");
}

static const char *skip_comment(const char *at)
{
    const char *end = strstr(at + 2, "*/");
    return end ? end + 2 : at + strlen(at);
}

static const char *skip_space(const char *at)
{
    for (;;) {
        if (isspace((unsigned char)*at))
            at++;
        else if (at[0] == '-' && at[1] == '-')
            at = skip_line(at);
        else if (at[0] == '/' && at[1] == '*')
            at = skip_comment(at);
        else
            return at;
    }
}

/* Behind the closing quote, which stands for itself where it is doubled. */
static const char *skip_quoted(const char *at, char close)
{
    for (at++; *at; at++) {
        if (*at != close)
            continue;
        if (at[1] != close || close == ']')
            return at + 1;
        at++;
    }
    return at;
}

static const char *skip_number(const char *at)
{
    for (;; at++) {
        bool is_sign = (*at == '+' || *at == '-') && (at[-1] == 'e' || at[-1] == 'E');
        if (!is_word(*at) && *at != '.' && !is_sign)
            return at;
    }
}

static size_t operator_length(const char *at)
{
    static const char *const pairs[] = {
        "<=", ">=", "<>", "!=", "==", "||", "::", "->", "<<", ">>", "~~", "!~", "@>", "<@"};
    for (size_t i = 0; i < TENON__COUNT(pairs); i++)
        if (at[0] == pairs[i][0] && at[1] == pairs[i][1])
            return 2;
    return 1;
}

catalogue_token catalogue_next_token(const char **at)
{
    const char *start = skip_space(*at), *end = start;
    catalogue_token t = {.start = start};
    if (!*start) {
        t.kind = CATALOGUE_END;
    } else if (*start == '"' || *start == '`' || *start == '[') {
        t.kind = CATALOGUE_QUOTED;
        end = skip_quoted(start, *start == '[' ? ']' : *start);
    } else if (*start == '\'' || (start[1] == '\'' && strchr("xXeEbB", *start))) {
        t.kind = CATALOGUE_STRING;
        end = skip_quoted(*start == '\'' ? start : start + 1, '\'');
    } else if (isdigit((unsigned char)*start) ||
               (*start == '.' && isdigit((unsigned char)start[1]))) {
        t.kind = CATALOGUE_NUMBER;
        end = skip_number(start + 1);
    } else if (is_word(*start)) {
        t.kind = CATALOGUE_WORD;
        while (is_word(*end))
            end++;
    } else {
        t.kind = CATALOGUE_OPERATOR;
        end = start + operator_length(start);
    }
    t.length = (size_t)(end - start);
    *at = end;
    return t;
}

bool catalogue_token_is(const catalogue_token *t, const char *word)
{
    return (t->kind == CATALOGUE_WORD || t->kind == CATALOGUE_OPERATOR) &&
           t->length == strlen(word) && !strncasecmp(t->start, word, t->length);
}

const char *catalogue_token_name(tenon__arena *arena, const catalogue_token *t)
{
    bool is_quoted = t->kind == CATALOGUE_QUOTED || t->kind == CATALOGUE_STRING;
    if (!is_quoted || t->length < 2)
        return tenon__arena_copy(arena, t->start, t->length);
    char *name = tenon__arena_alloc(arena, t->length), *to = name;
    char quote = t->start[0] == '[' ? ']' : t->start[0];
    for (size_t i = 1; name && i + 1 < t->length; i++) {
        *to++ = t->start[i];
        if (t->start[i] == quote && t->start[i + 1] == quote)
            i++;
    }
    if (name)
        *to = '\0';
    return name;
}
