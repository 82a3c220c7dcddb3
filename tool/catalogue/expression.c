/* Whether two expressions mean the same: both are brought into one form, and the forms compared.
 * See expression_postgresql.c for what PostgreSQL rewrites; SQLite keeps an expression as it was
 * written, so there only its words are compared. */
#include "catalogue/expression.h"
#include "catalogue/catalogue.h"
#include "catalogue/token.h"

#include <ctype.h>

/* ---- constants ------------------------------------------------------------------------------- */

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; name && i < count; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

static void add_number(const char *text, size_t length, tenon__buf *out)
{
    bool is_plain = memchr(text, '.', length) && !memchr(text, 'e', length);
    while (is_plain && length && text[length - 1] == '0')
        length--;
    if (is_plain && length && text[length - 1] == '.')
        length--;
    tenon__buf_add(out, text, length);
}

static void add_json(const char *text, size_t length, tenon__buf *out)
{
    bool is_string = false;
    for (size_t i = 0; i < length; i++) {
        if (is_string && text[i] == '\\' && i + 1 < length)
            tenon__buf_char(out, text[i++]);
        else if (text[i] == '"')
            is_string = !is_string;
        else if (!is_string && isspace((unsigned char)text[i]))
            continue;
        tenon__buf_char(out, text[i]);
    }
}

/* 2024-01-02T03:04:05.000Z is 2024-01-02 03:04:05. */
static void add_time(const char *text, size_t length, tenon__buf *out)
{
    static const char *const utc[] = {"Z", "+00:00", "+00"};
    for (size_t i = 0; i < TENON__COUNT(utc); i++) {
        size_t n = strlen(utc[i]);
        if (length > n && !memcmp(text + length - n, utc[i], n))
            length -= n;
    }
    if (memchr(text, '.', length)) {
        while (length && text[length - 1] == '0')
            length--;
        if (length && text[length - 1] == '.')
            length--;
    }
    for (size_t i = 0; i < length; i++)
        tenon__buf_char(out, text[i] == 'T' && i == strlen("2024-01-02") ? ' ' : text[i]);
}

void catalogue_form_constant(const char *text, size_t length, const char *type, tenon__buf *out)
{
    static const char *const numbers[] = {"int2", "int4", "int8", "numeric", "float4", "float8"};
    static const char *const times[] = {"timestamp", "timestamptz", "date", "time", "timetz"};
    static const char *const documents[] = {"json", "jsonb"};
    tenon__buf_char(out, '\'');
    if (is_one_of(type, numbers, TENON__COUNT(numbers)))
        add_number(text, length, out);
    else if (is_one_of(type, times, TENON__COUNT(times)))
        add_time(text, length, out);
    else if (is_one_of(type, documents, TENON__COUNT(documents)))
        add_json(text, length, out);
    else if (type && !strcmp(type, "bool") && length == 1)
        tenon__buf_text(out, *text == 't' || *text == '1' ? "true" : "false");
    else
        tenon__buf_add(out, text, length);
    tenon__buf_char(out, '\'');
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

static void add_lower(const char *text, size_t length, tenon__buf *out)
{
    for (size_t i = 0; i < length; i++)
        tenon__buf_char(out, (char)tolower((unsigned char)text[i]));
}

static void add_word(const catalogue_token *t, tenon__buf *out)
{
    if (catalogue_token_is(t, "true"))
        tenon__buf_char(out, '1');
    else if (catalogue_token_is(t, "false"))
        tenon__buf_char(out, '0');
    else
        add_lower(t->start, t->length, out);
}

static void add_token(const catalogue_token *t, tenon__buf *out)
{
    tenon__buf_char(out, ' ');
    if (t->kind == CATALOGUE_QUOTED && t->length >= 2)
        add_lower(t->start + 1, t->length - 2, out);
    else if (t->kind == CATALOGUE_WORD)
        add_word(t, out);
    else if (t->kind == CATALOGUE_NUMBER)
        add_number(t->start, t->length, out);
    else if (catalogue_token_is(t, "=="))
        tenon__buf_char(out, '=');
    else if (catalogue_token_is(t, "!="))
        tenon__buf_text(out, "<>");
    else
        tenon__buf_add(out, t->start, t->length);
}

/* Whether the parenthesis that the text begins with is closed by its last character. */
static bool is_wrapped(const char *text, size_t length)
{
    size_t depth = 0;
    const char *at = text;
    catalogue_token t = catalogue_next_token(&at);
    if (!catalogue_token_is(&t, "("))
        return false;
    for (; t.kind != CATALOGUE_END && t.start < text + length; t = catalogue_next_token(&at)) {
        depth += catalogue_token_is(&t, "(");
        depth -= catalogue_token_is(&t, ")");
        if (!depth)
            return at == text + length;
    }
    return false;
}

static void trim(const char **text, size_t *length)
{
    while (*length && isspace((unsigned char)**text)) {
        ++*text;
        --*length;
    }
    while (*length && isspace((unsigned char)(*text)[*length - 1]))
        --*length;
}

bool catalogue_form_sqlite(const char *sql, const char *type, tenon__buf *out)
{
    size_t length = strlen(sql);
    (void)type;
    trim(&sql, &length);
    while (is_wrapped(sql, length)) {
        sql++;
        length -= 2;
        trim(&sql, &length);
    }
    const char *at = sql;
    for (;;) {
        catalogue_token t = catalogue_next_token(&at);
        if (t.kind == CATALOGUE_END || t.start >= sql + length)
            return !out->failed;
        add_token(&t, out);
    }
}

/* ---- comparing ------------------------------------------------------------------------------- */

bool catalogue_same_expression(tenon_dialect dialect, const char *a, const char *b,
                               const char *type)
{
    static bool (*const forms[])(const char *, const char *, tenon__buf *) = {
        [TENON_POSTGRESQL] = catalogue_form_postgresql,
        [TENON_SQLITE] = catalogue_form_sqlite,
    };
    TENON__CLEANUP(tenon__buf_release) tenon__buf left = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf right = {0};
    if (!a || !b)
        return a == b;
    if (!strcmp(a, b))
        return true;
    return forms[dialect](a, type, &left) && forms[dialect](b, type, &right) &&
           !strcmp(tenon__buf_string(&left), tenon__buf_string(&right));
}
