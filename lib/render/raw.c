/* A condition in the program's own SQL: a text with `?` for values and `{field}` for columns.
 *
 * The text is a literal of the program, so its author is trusted; what is checked is that it is one
 * condition and stays one inside of the parentheses that are put around it: quotes and parentheses
 * end in it, and nothing outside of quotes ends a statement, starts a comment or numbers a
 * parameter. A quote right behind a letter would start another kind of text (E'…', X'…'), whose end
 * both databases find differently, so that is refused as well. */
#include "render/sql.h"

enum { MOST_RAW_VALUES = 64 };

typedef struct raw {
    tenon__sql *w;
    const char *at, *end;
    uint8_t kinds[MOST_RAW_VALUES];
    size_t kind_count, used;
    int depth; /* of parentheses */
} raw;

static void refuse(raw *r, const char *format, ...) TENON_PRINTF(2, 3);
static void refuse(raw *r, const char *format, ...)
{
    if (r->w->failed)
        return;
    TENON__CLEANUP(tenon__buf_release) tenon__buf message = {0};
    va_list args;
    va_start(args, format);
    tenon__buf_formatv(&message, format, args);
    va_end(args);
    r->w->failed = true;
    tenon__error_copy(r->w->err->model, sizeof r->w->err->model, r->w->model->name);
    tenon__fail(r->w->err, TENON_MISUSE, "%s: the text of .raw %s", r->w->model->name,
                tenon__buf_string(&message));
}

static void add(raw *r, const char *text, size_t length)
{
    tenon__buf_add(&r->w->text, text, length);
}

/* ---- values ---------------------------------------------------------------------------------- */

#define VALUE(raw_kind, kind_, type)                                                               \
    [TENON_RAW_##raw_kind] = {.name = "raw",                                                       \
                              .column = "raw",                                                     \
                              .kind = TENON_KIND_##kind_,                                          \
                              .pg_type = TENON_PG_##type,                                          \
                              .precision = -1}
static const tenon_field value_fields[] = {
    VALUE(BOOL, BOOL, BOOL),          VALUE(INT, INT64, INT8),    VALUE(FLOAT, DOUBLE, FLOAT8),
    VALUE(DECIMAL, DECIMAL, NUMERIC), VALUE(TEXT, TEXT, TEXT),    VALUE(TIME, TIME, TIMESTAMP),
    VALUE(UUID, UUID, UUID),          VALUE(BYTES, BYTES, BYTEA),
};
#undef VALUE

/* kind* END */
static void read_kinds(raw *r)
{
    for (uint8_t kind; (kind = tenon__shape_next(&r->w->shape)) != TENON__SHAPE_END;) {
        if (r->kind_count < MOST_RAW_VALUES)
            r->kinds[r->kind_count++] = kind;
        else
            refuse(r, "has more than %d values", MOST_RAW_VALUES);
    }
}

static void write_value(raw *r)
{
    if (r->at < r->end && *r->at == '?') {
        add(r, r->at++, 1);
        return;
    }
    if (r->at < r->end && *r->at >= '0' && *r->at <= '9')
        refuse(r, "numbers a parameter; a plain ? takes the next value");
    if (r->used == r->kind_count) {
        refuse(r, "has more ? than values: there are %zu", r->kind_count);
        return;
    }
    uint8_t kind = r->kinds[r->used++];
    tenon__sql_any_slot(r->w, (tenon__slot){.field = &value_fields[kind],
                                            .as_text = kind == TENON_RAW_TEXT,
                                            .is_inferred = kind == TENON_RAW_TIME});
}

/* ---- columns --------------------------------------------------------------------------------- */

static const tenon_field *find_field(const tenon_model *model, const char *name, size_t length)
{
    for (uint32_t i = 0; i < model->field_count; i++) {
        const char *own = model->fields[i].name;
        if (strlen(own) == length && memcmp(own, name, length) == 0)
            return &model->fields[i];
    }
    return NULL;
}

/* "{" name "}" */
static void write_column(raw *r)
{
    const char *stop = memchr(r->at, '}', (size_t)(r->end - r->at));
    size_t length = stop ? (size_t)(stop - r->at) : 0;
    const tenon_field *field = find_field(r->w->model, r->at, length);
    if (!stop)
        refuse(r, "does not end its {");
    else if (!field)
        refuse(r, "names the field '%.*s', which there is not", (int)length, r->at);
    else
        tenon__sql_column(r->w, field);
    r->at = stop ? stop + 1 : r->end;
}

/* ---- the text -------------------------------------------------------------------------------- */

static bool is_in_word(unsigned char c)
{
    return c == '_' || c == '&' || c >= 0x80 || (c >= '0' && c <= '9') ||
           ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* Up to the quote that ends what `mark` has begun; a doubled one begins the next, which is the
 * same. */
static void write_quoted(raw *r, const char *start, bool is_in_word_before)
{
    const char *stop = memchr(r->at, *start, (size_t)(r->end - r->at));
    if (is_in_word_before)
        refuse(r, "has a quote right behind a letter");
    if (!stop)
        refuse(r, "does not end its quotes");
    r->at = stop ? stop + 1 : r->end;
    add(r, start, (size_t)(r->at - start));
}

static void write_parenthesis(raw *r, char c)
{
    r->depth += c == '(' ? 1 : -1;
    if (r->depth < 0)
        refuse(r, "ends a parenthesis that it has not begun");
    add(r, &c, 1);
}

static bool starts_comment(const raw *r, char c)
{
    return r->at < r->end && ((c == '-' && *r->at == '-') || (c == '/' && *r->at == '*'));
}

static void write_plain(raw *r, char c)
{
    if (starts_comment(r, c))
        refuse(r, "starts a comment");
    add(r, &c, 1);
}

static void write_next(raw *r, const char *start)
{
    char c = *r->at++;
    switch (c) {
    case '?':
        write_value(r);
        return;
    case '{':
        write_column(r);
        return;
    case '\'':
    case '"':
        write_quoted(r, r->at - 1, r->at - 1 > start && is_in_word((unsigned char)r->at[-2]));
        return;
    case '(':
    case ')':
        write_parenthesis(r, c);
        return;
    case ';':
    case '$':
    case '`':
    case '}':
    case '\\':
        refuse(r, "holds %c outside of quotes", c);
        return;
    default:
        write_plain(r, c);
    }
}

static bool is_blank(const char *text, size_t length)
{
    while (length && strchr(" \t\n", text[length - 1]))
        length--;
    return length == 0;
}

void tenon__sql_raw(tenon__sql *w)
{
    raw r = {.w = w};
    size_t length;
    const char *start = tenon__shape_next_text(&w->shape, &length);
    r.at = start;
    r.end = start + length;
    read_kinds(&r);
    if (is_blank(start, length) || !tenon__utf8_is_valid(start, length))
        refuse(&r, "is empty or not UTF-8");
    tenon__sql_add(w, "(");
    while (r.at < r.end && !w->failed)
        write_next(&r, start);
    if (r.depth > 0)
        refuse(&r, "does not end its parentheses");
    if (r.used < r.kind_count)
        refuse(&r, "has fewer ? than values: there are %zu", r.kind_count);
    tenon__sql_add(w, ")");
}
