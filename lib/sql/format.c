/* tenon_sqlf: a printf format whose conversions become parameters.
 *
 * The format is read as the database will read it, token by token, so that a conversion is known to
 * stand where a value can stand: never inside of quotes or a comment, never beside a letter, where
 * it would become a part of a name. What is copied is exactly what was read. Each text is complete
 * by itself and is set apart from the next by a space: so nothing that begins in one, a string, a
 * comment, a name, can end in another. */
#include "sql/text.h"

#include <limits.h>
#include <sys/types.h>

/* One tenon_sqlf under way. */
typedef struct format {
    tenon_sql *q;
    const char *start;
    tenon__scanner scanner;
    va_list *args;
} format;

static bool refuse(const format *f, const char *at, const char *what)
{
    return tenon__text_refuse(f->q, at, "%s", what);
}

/* NOLINTBEGIN(clang-analyzer-valist.Uninitialized): tenon_sqlf has begun the list */

/* ---- numbers --------------------------------------------------------------------------------- */

typedef enum width { WIDTH_INT, WIDTH_LONG, WIDTH_LONG_LONG, WIDTH_SIZE, WIDTH_WRONG } width;

/* "", "l", "ll", "z" */
static width read_width(tenon__scanner *s)
{
    if (*s->at == 'z')
        return s->at++, WIDTH_SIZE;
    if (*s->at != 'l')
        return WIDTH_INT;
    s->at++;
    if (*s->at != 'l')
        return WIDTH_LONG;
    return s->at++, WIDTH_LONG_LONG;
}

static int64_t next_signed(va_list *args, width of)
{
    switch (of) {
    case WIDTH_LONG:
        return va_arg(*args, long);
    case WIDTH_LONG_LONG:
        return va_arg(*args, long long);
    case WIDTH_SIZE:
        return va_arg(*args, ssize_t);
    default:
        return va_arg(*args, int);
    }
}

static uint64_t next_unsigned(va_list *args, width of)
{
    switch (of) {
    case WIDTH_LONG:
        return va_arg(*args, unsigned long);
    case WIDTH_LONG_LONG:
        return va_arg(*args, unsigned long long);
    case WIDTH_SIZE:
        return va_arg(*args, size_t);
    default:
        return va_arg(*args, unsigned);
    }
}

static bool add_integer(format *f, tenon_kind kind, int64_t value)
{
    return tenon__text_add_value(f->q, kind, &value, sizeof value);
}

static bool add_unsigned(format *f, uint64_t value)
{
    if (value > INT64_MAX)
        return tenon__fail(tenon__session_error(f->q->session), TENON_RANGE,
                           "dynamic SQL: %llu is more than an integer of 64 bits holds",
                           (unsigned long long)value);
    return add_integer(f, TENON_KIND_INT64, (int64_t)value);
}

static bool add_double(format *f)
{
    double value = va_arg(*f->args, double);
    return tenon__text_add_value(f->q, TENON_KIND_DOUBLE, &value, sizeof value);
}

static bool add_text(format *f, const char *at)
{
    const char *text = va_arg(*f->args, const char *);
    if (text)
        return tenon__text_add_text(f->q, text);
    refuse(f, at, "a text for %s is NULL");
    tenon__hint(tenon__session_error(f->q->session),
                "say %%p and SQL_VALUE(text) where NULL is meant");
    return false;
}

/* ---- conversions ----------------------------------------------------------------------------- */

static bool is_beside(char c)
{
    return c == '_' || c == '$' || c == '\'' || c == '"' || c == '`' || (c >= '0' && c <= '9') ||
           (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (unsigned char)c >= 0x80;
}

static bool fail_conversion(const format *f, const char *at)
{
    refuse(f, at, "this is none of the conversions for values");
    tenon__hint(tenon__session_error(f->q->session),
                "they are %%d, %%ld, %%lld, %%u, %%zu, %%f, %%s, %%p, without flags and widths");
    return false;
}

static bool convert(format *f, const char *at, width of, char conversion)
{
    bool is_plain = of == WIDTH_INT;
    switch (conversion) {
    case 'd':
    case 'i':
        return add_integer(f, is_plain ? TENON_KIND_INT32 : TENON_KIND_INT64,
                           next_signed(f->args, of));
    case 'u':
        return add_unsigned(f, next_unsigned(f->args, of));
    case 'f':
        return is_plain || of == WIDTH_LONG ? add_double(f) : fail_conversion(f, at);
    case 's':
        return is_plain ? add_text(f, at) : fail_conversion(f, at);
    case 'p':
        return is_plain ? tenon__text_add_item(f->q, at, va_arg(*f->args, const void *))
                        : fail_conversion(f, at);
    default:
        return fail_conversion(f, at);
    }
}

/* Behind the percent sign, which stands at `at`. */
static bool read_conversion(format *f, const char *at)
{
    tenon__scanner *s = &f->scanner;
    if (*s->at == '%')
        return s->at++, tenon__text_add(f->q, "%", 1);
    if (at > f->start && is_beside(at[-1]))
        return refuse(f, at, "a value stands right behind a letter or a quote");
    width of = read_width(s);
    char conversion = *s->at;
    if (!conversion || !strchr("diufsp", conversion))
        return fail_conversion(f, at);
    s->at++;
    if (is_beside(*s->at))
        return refuse(f, at, "a value stands right in front of a letter or a quote");
    return convert(f, at, of, conversion);
}

/* NOLINTEND(clang-analyzer-valist.Uninitialized) */

/* ---- the text -------------------------------------------------------------------------------- */

/* Text that is copied as it is, but for percent signs, which are doubled. */
static bool copy_text(format *f, const char *from, const char *to)
{
    while (from < to) {
        const char *percent = memchr(from, '%', (size_t)(to - from));
        const char *stop = percent ? percent + 1 : to;
        if (percent && (stop == to || *stop != '%'))
            return refuse(f, percent, "a value stands inside of quotes or of a comment");
        if (!tenon__text_add(f->q, from, (size_t)(stop - from)))
            return false;
        from = stop + (percent != NULL);
    }
    return true;
}

static bool read_word(format *f, const tenon__token *token)
{
    bool is_number = token->text[0] >= '0' && token->text[0] <= '9';
    if (is_number && memchr(token->text, '$', token->length))
        return refuse(f, token->text, "there is a $ in a number");
    return tenon__text_note_word(f->q, token->text, token->length) &&
           tenon__text_add(f->q, token->text, token->length);
}

/* `::` is no parameter. */
static bool is_own_parameter(const format *f, const tenon__token *token)
{
    const char *at = token->text;
    if (!strchr(f->q->dialect->own_symbols, *at))
        return false;
    return *at != ':' || !(at[1] == ':' || (at > f->start && at[-1] == ':'));
}

static bool read_symbol(format *f, const tenon__token *token)
{
    if (*token->text == '%')
        return read_conversion(f, token->text);
    if (is_own_parameter(f, token))
        return refuse(f, token->text,
                      "a parameter of the database's own; values are given by %d …");
    f->q->is_ended |= *token->text == ';';
    return tenon__text_add(f->q, token->text, 1);
}

static bool read_token(format *f, const tenon__token *token)
{
    if (f->q->is_ended)
        return refuse(f, token->text, "this is a second statement");
    switch (token->kind) {
    case TENON__TOKEN_WORD:
        return read_word(f, token);
    case TENON__TOKEN_SYMBOL:
        return read_symbol(f, token);
    case TENON__TOKEN_NAME:
    case TENON__TOKEN_TEXT:
        return copy_text(f, token->text, token->text + token->length);
    case TENON__TOKEN_END:
        break;
    }
    return true;
}

static bool read_tokens(format *f)
{
    tenon__scanner *s = &f->scanner;
    for (;;) {
        const char *before = s->at;
        tenon__token token = tenon__scan(s);
        if (s->is_open || s->is_comment)
            return refuse(f, token.text, "quotes or a comment do not end in the text");
        if (!copy_text(f, before, token.text))
            return false;
        if (token.kind == TENON__TOKEN_END)
            return true;
        if (!read_token(f, &token))
            return false;
    }
}

/* A byte that no text of SQL needs might be taken for the mark of a value. */
static bool check_bytes(const format *f)
{
    size_t length = strlen(f->start);
    if (!tenon__utf8_is_valid(f->start, length))
        return refuse(f, "", "the text is not valid UTF-8");
    for (const char *at = f->start; *at; at++)
        if ((unsigned char)*at < ' ' && !strchr("\t\n\v\f\r", *at))
            return refuse(f, at, "there is a control character in the text");
    return true;
}

static bool begin_piece(tenon_sql *q)
{
    return !q->length || q->text[q->length - 1] == '\n' || tenon__text_add(q, " ", 1);
}

tenon_sql *tenon_sqlf(tenon_sql *q, const char *text, ...)
{
    if (!q || tenon__session_is_failed(q->session))
        return q;
    va_list args;
    va_start(args, text);
    format f = {.q = q,
                .start = text,
                .scanner = {.dialect = q->dialect->id,
                            .at = text,
                            .end = text + strlen(text),
                            .is_after_escapes = q->is_after_escapes},
                .args = &args};
    if (check_bytes(&f) && begin_piece(q) && read_tokens(&f))
        q->is_after_escapes = f.scanner.is_after_escapes;
    va_end(args);
    return q;
}
