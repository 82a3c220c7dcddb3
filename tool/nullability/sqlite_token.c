/* SQLite's tokens, and the small steps of the parser over them. Parameters are numbered here, in
 * the order of the text, as sqlite3_bind counts them. */
#include "nullability/sqlite.h"

#include <ctype.h>
#include <stdlib.h>
#include <strings.h>

/* ---- cutting ---- */

static bool is_word_character(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static const char *skip_space(const char *at)
{
    for (;;) {
        at += strspn(at, " \t\n\f\r");
        if (at[0] == '-' && at[1] == '-') {
            at += strcspn(at, "\n");
        } else if (at[0] == '/' && at[1] == '*') {
            const char *end = strstr(at + 2, "*/");
            at = end ? end + 2 : at + strlen(at);
        } else {
            return at;
        }
    }
}

static size_t word_length(const char *at)
{
    size_t length = 0;
    while (is_word_character(at[length]))
        length++;
    return length;
}

/* To the closing quote, of which two stand for one; 0 when there is none. */
static size_t quoted_length(const char *at, char close)
{
    for (size_t i = 1; at[i]; i++) {
        if (at[i] != close)
            continue;
        if (close == ']' || at[i + 1] != close)
            return i + 1;
        i++;
    }
    return 0;
}

static size_t number_length(const char *at)
{
    size_t i = 0;
    if (at[0] == '0' && (at[1] == 'x' || at[1] == 'X'))
        return 2 + strspn(at + 2, "0123456789abcdefABCDEF");
    i += strspn(at, "0123456789_");
    if (at[i] == '.')
        i += 1 + strspn(at + i + 1, "0123456789_");
    if (at[i] == 'e' || at[i] == 'E') {
        size_t sign = at[i + 1] == '+' || at[i + 1] == '-';
        if (isdigit((unsigned char)at[i + 1 + sign]))
            i += 1 + sign + strspn(at + i + 1 + sign, "0123456789_");
    }
    return i;
}

static token_kind quote_kind(char c)
{
    return c == '\'' ? TOKEN_STRING : TOKEN_QUOTED;
}

static token operator_token(const char *at)
{
    static const char *const longer[] = {"->>", "->", "||", "<<", ">>",
                                         "<=",  ">=", "<>", "!=", "=="};
    token t = {.kind = TOKEN_OPERATOR, .start = at, .length = 1};
    for (size_t i = 0; i < TENON__COUNT(longer); i++)
        if (!strncmp(at, longer[i], strlen(longer[i]))) {
            t.length = strlen(longer[i]);
            return t;
        }
    if (!strchr("()+-*/%<>=&|~,.;", *at))
        t.kind = TOKEN_BAD;
    return t;
}

static bool is_blob(const char *at)
{
    return (*at == 'x' || *at == 'X') && at[1] == '\'';
}

static token cut(const char *at)
{
    token t = {.start = at, .kind = TOKEN_BAD, .length = 1};
    if (!*at) {
        t.kind = TOKEN_END;
        t.length = 0;
    } else if (strchr("'\"`[", *at) || is_blob(at)) {
        size_t shift = is_blob(at);
        size_t length = quoted_length(at + shift, at[shift] == '[' ? ']' : at[shift]);
        if (length) {
            t.kind = shift ? TOKEN_BLOB : quote_kind(*at);
            t.length = length + shift;
        }
    } else if (isdigit((unsigned char)*at) || (*at == '.' && isdigit((unsigned char)at[1]))) {
        t.kind = TOKEN_NUMBER;
        t.length = number_length(at);
    } else if (strchr("?:@$", *at)) {
        t.kind = *at == '?' || word_length(at + 1) ? TOKEN_PARAMETER : TOKEN_BAD;
        t.length = 1 + (*at == '?' ? strspn(at + 1, "0123456789") : word_length(at + 1));
    } else if (is_word_character(*at)) {
        t.kind = TOKEN_WORD;
        t.length = word_length(at);
    } else {
        return operator_token(at);
    }
    return t;
}

/* ---- parameters ---- */

static bool is_same_text(const token *a, const token *b)
{
    return a->length == b->length && !memcmp(a->start, b->start, a->length);
}

/* ? is one more than the highest so far; a name keeps its number. */
static void number_parameter(form *f, token *list, size_t at, int *highest)
{
    token *t = &list[at];
    if (t->length > 1 && t->start[0] == '?')
        t->number = (int)strtol(t->start + 1, NULL, 10);
    else if (t->length > 1)
        t->name = tenon__arena_copy(f->arena, t->start + 1, t->length - 1);
    for (size_t i = 0; t->name && i < at; i++)
        if (list[i].kind == TOKEN_PARAMETER && is_same_text(&list[i], t)) {
            t->number = list[i].number;
            return;
        }
    if (!t->number)
        t->number = *highest + 1;
    if (t->number > *highest)
        *highest = t->number;
}

const token *null_sqlite_tokens(form *f, const char *sql)
{
    size_t count = 0, room = 0;
    token *list = NULL;
    int highest = 0;
    for (const char *at = skip_space(sql);; at = skip_space(at + list[count - 1].length)) {
        if (count == room) {
            room = room ? room * 2 : 64;
            token *more = room < SQLITE_LIMIT_TOKENS
                              ? tenon__arena_resize(f->arena, list, room * sizeof *list)
                              : NULL;
            if (!more)
                return NULL;
            list = more;
        }
        list[count] = cut(at);
        if (list[count].kind == TOKEN_PARAMETER)
            number_parameter(f, list, count, &highest);
        if (list[count++].kind == TOKEN_END)
            return list;
    }
}

/* ---- steps ---- */

const token *null_sqlite_peek(const parser *p)
{
    return &p->tokens[p->at];
}

static bool is_text(const token *t, const char *text)
{
    return (t->kind == TOKEN_WORD || t->kind == TOKEN_OPERATOR) && strlen(text) == t->length &&
           !strncasecmp(t->start, text, t->length);
}

bool null_sqlite_is_at(const parser *p, size_t ahead, const char *text)
{
    for (size_t i = 0; i < ahead; i++)
        if (p->tokens[p->at + i].kind == TOKEN_END)
            return false;
    return is_text(&p->tokens[p->at + ahead], text);
}

bool null_sqlite_is(const parser *p, const char *text)
{
    return is_text(null_sqlite_peek(p), text);
}

bool null_sqlite_accept(parser *p, const char *text)
{
    if (!null_sqlite_is(p, text))
        return false;
    p->at++;
    return true;
}

void null_sqlite_refuse(parser *p, const char *wanted)
{
    const token *t = null_sqlite_peek(p);
    if (!p->form->is_failed && !p->form->arena->failed)
        tenon__fail(p->form->err, TENON_VALIDATION, "%s is expected before '%.*s'", wanted,
                    (int)(t->length < 40 ? t->length : 40), t->start);
    p->form->is_failed = true;
    while (p->tokens[p->at].kind != TOKEN_END)
        p->at++;
}

void null_sqlite_expect(parser *p, const char *text)
{
    if (!null_sqlite_accept(p, text))
        null_sqlite_refuse(p, text);
}

/* ---- names ---- */

bool null_sqlite_is_name(const parser *p)
{
    token_kind kind = null_sqlite_peek(p)->kind;
    return kind == TOKEN_WORD || kind == TOKEN_QUOTED || kind == TOKEN_STRING;
}

/* Without its quotes, of which two within stand for one. */
static const char *unquote(form *f, const token *t)
{
    char *text = tenon__arena_copy(f->arena, t->start, t->length);
    if (!text || t->kind == TOKEN_WORD)
        return text;
    size_t to = 0;
    char close = text[0] == '[' ? ']' : text[0];
    for (size_t i = 1; i + 1 < t->length; i++) {
        text[to++] = text[i];
        if (text[i] == close && close != ']')
            i++;
    }
    text[to] = '\0';
    return text;
}

const char *null_sqlite_name(parser *p)
{
    if (!null_sqlite_is_name(p)) {
        null_sqlite_refuse(p, "a name");
        return NULL;
    }
    return unquote(p->form, &p->tokens[p->at++]);
}

const char **null_sqlite_names(parser *p, size_t *count)
{
    const char **names = NULL;
    *count = 0;
    null_sqlite_expect(p, "(");
    do {
        if ((*count & (*count - 1)) == 0) {
            size_t room = *count ? *count * 2 : 1;
            const char **more = tenon__arena_resize(p->form->arena, names, room * sizeof *names);
            if (!more)
                break;
            names = more;
        }
        names[(*count)++] = null_sqlite_name(p);
    } while (null_sqlite_accept(p, ","));
    null_sqlite_expect(p, ")");
    return names;
}
