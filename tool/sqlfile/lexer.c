/* Cuts SQL of either database into tokens.
 *
 * PostgreSQL's own scanner does not serve here: it knows neither :name nor SQLite's words, and what
 * is found must be found before the text is valid SQL. Only what hides other characters has to be
 * understood: strings of all kinds, quoted names, dollar quotes, comments. The rest is passed over
 * a character or a word at a time; the databases judge it. */
#include "sqlfile/lexer.h"

#include <ctype.h>

typedef struct scanner {
    const char *text;
    size_t length;
    bool is_sqlite;
} scanner;

static char char_at(const scanner *s, size_t at)
{
    return at < s->length ? s->text[at] : '\0';
}

static bool starts_word(char c)
{
    return isalpha((unsigned char)c) || c == '_' || (unsigned char)c >= 0x80;
}

static bool continues_word(char c)
{
    return starts_word(c) || isdigit((unsigned char)c) || c == '$';
}

static size_t end_of_word(const scanner *s, size_t at)
{
    while (at < s->length && continues_word(s->text[at]))
        at++;
    return at;
}

static size_t end_of_digits(const scanner *s, size_t at)
{
    while (isdigit((unsigned char)char_at(s, at)))
        at++;
    return at;
}

/* From behind the opening quote; a doubled quote stands for one. */
static size_t end_of_quoted(const scanner *s, size_t at, char quote, bool has_escapes)
{
    for (; at < s->length; at++) {
        bool is_escape = has_escapes && s->text[at] == '\\';
        if (is_escape || (s->text[at] == quote && char_at(s, at + 1) == quote))
            at++;
        else if (s->text[at] == quote)
            return at + 1;
    }
    return s->length;
}

static size_t end_of_line(const scanner *s, size_t at)
{
    while (at < s->length && s->text[at] != '\n')
        at++;
    return at;
}

/* Comments nest on PostgreSQL, and do not on SQLite. */
static size_t end_of_block(const scanner *s, size_t at)
{
    size_t depth = 1;
    for (at += 2; at < s->length && depth; at++) {
        if (s->text[at] == '*' && char_at(s, at + 1) == '/') {
            depth--;
            at++;
        } else if (!s->is_sqlite && s->text[at] == '/' && char_at(s, at + 1) == '*') {
            depth++;
            at++;
        }
    }
    return at < s->length ? at : s->length;
}

/* $tag$ … $tag$; `at` itself when it is no such quote. */
static size_t end_of_dollar(const scanner *s, size_t at)
{
    size_t tag = at + 1;
    while (tag < s->length && continues_word(s->text[tag]) && s->text[tag] != '$')
        tag++;
    if (char_at(s, tag) != '$' || isdigit((unsigned char)s->text[at + 1]))
        return at;
    size_t size = tag + 1 - at;
    for (size_t end = tag + 1; end + size <= s->length; end++)
        if (!memcmp(s->text + end, s->text + at, size))
            return end + size;
    return s->length;
}

static bool is_operator(char c)
{
    return c && strchr("+-*/<>=~!@#%^&|`", c) != NULL;
}

/* Whether an @ behind this much of an operator begins a parameter: `views>=@least`, but not the
 * operator of `tags <@wanted`. */
static bool may_end_before_at(const char *operator, size_t length)
{
    static const char *const whole[] = {"=", "<>", "!=", ">=", "<=", ">", "+",
                                        "-", "*",  "/",  "%",  "||", "~", "~*"};
    for (size_t i = 0; i < TENON__COUNT(whole); i++)
        if (strlen(whole[i]) == length && !memcmp(whole[i], operator, length))
            return true;
    return false;
}

static bool starts_comment(const scanner *s, size_t at)
{
    char c = char_at(s, at), next = char_at(s, at + 1);
    return (c == '-' && next == '-') || (c == '/' && next == '*');
}

static size_t end_of_operator(const scanner *s, size_t start)
{
    size_t at = start + 1;
    for (; is_operator(char_at(s, at)) && !starts_comment(s, at); at++)
        if (s->text[at] == '@' && starts_word(char_at(s, at + 1)) &&
            may_end_before_at(s->text + start, at - start))
            break;
    return at;
}

/* The end of a parameter that begins here, or `at` when none does. */
static size_t end_of_parameter(const scanner *s, size_t at)
{
    char c = s->text[at], next = char_at(s, at + 1);
    if ((c == ':' || c == '@') && starts_word(next))
        return end_of_word(s, at + 1);
    if (c == '$' && isdigit((unsigned char)next))
        return end_of_digits(s, at + 1);
    if (c == '?' && s->is_sqlite)
        return end_of_digits(s, at + 1);
    return at;
}

static size_t end_of_space(const scanner *s, size_t at)
{
    while (at < s->length && isspace((unsigned char)s->text[at]))
        at++;
    return at;
}

static bool is_escape_string(const scanner *s, size_t at)
{
    return (s->text[at] == 'e' || s->text[at] == 'E') && char_at(s, at + 1) == '\'' &&
           !s->is_sqlite;
}

static sql_token quoted(const scanner *s, size_t at)
{
    char c = s->text[at];
    if (is_escape_string(s, at))
        return (sql_token){SQL_OTHER, at, end_of_quoted(s, at + 2, '\'', true)};
    if (c == '\'' || c == '"' || (s->is_sqlite && c == '`'))
        return (sql_token){SQL_OTHER, at, end_of_quoted(s, at + 1, c, false)};
    if (s->is_sqlite && c == '[')
        return (sql_token){SQL_OTHER, at, end_of_quoted(s, at + 1, ']', false)};
    size_t end = c == '$' && !s->is_sqlite ? end_of_dollar(s, at) : at;
    return (sql_token){SQL_OTHER, at, end};
}

static sql_token plain(const scanner *s, size_t at)
{
    char c = s->text[at];
    if (starts_word(c))
        return (sql_token){SQL_WORD, at, end_of_word(s, at)};
    if (isdigit((unsigned char)c))
        return (sql_token){SQL_OTHER, at, end_of_word(s, at)};
    if (c == ';')
        return (sql_token){SQL_SEMICOLON, at, at + 1};
    if (c == ':' && (char_at(s, at + 1) == ':' || char_at(s, at + 1) == '='))
        return (sql_token){SQL_OTHER, at, at + 2};
    if (is_operator(c))
        return (sql_token){SQL_OTHER, at, end_of_operator(s, at)};
    return (sql_token){SQL_OTHER, at, at + 1};
}

sql_token sql_next_token(const char *text, size_t length, size_t at, bool is_sqlite)
{
    scanner s = {text, length, is_sqlite};
    if (at >= length)
        return (sql_token){SQL_END, length, length};
    if (isspace((unsigned char)text[at]))
        return (sql_token){SQL_SPACE, at, end_of_space(&s, at)};
    if (starts_comment(&s, at) && text[at] == '-')
        return (sql_token){SQL_COMMENT, at, end_of_line(&s, at)};
    if (starts_comment(&s, at))
        return (sql_token){SQL_BLOCK, at, end_of_block(&s, at)};
    size_t end = end_of_parameter(&s, at);
    if (end > at)
        return (sql_token){SQL_PARAMETER, at, end};
    sql_token token = quoted(&s, at);
    return token.end > at ? token : plain(&s, at);
}
