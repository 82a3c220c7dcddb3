/* The @tenon words of documentation comments: `/// @tenon.validate(min: 0, message: "not below
 * zero")`.
 *
 *     word     = "@tenon." name [ "(" [ argument { "," argument } ] ")" ]
 *     argument = [ name ":" ] ( string | anything up to "," or ")" )
 *
 * A word begins a line or follows a blank. In a string only \" \\ \n and \t are escapes; any other
 * backslash is itself, so that a pattern may be written as it is meant. What is left of the comment
 * is the documentation. Which words there are, and where, is in check_word_rules.c. */
#include "schema/check_words.h"
#include "schema/check.h"

#include <ctype.h>

static const char prefix[] = "@tenon.";

enum { PREFIX_LENGTH = sizeof prefix - 1, MAX_ARGUMENTS = 16 };

/* ---- where a word stands --------------------------------------------------------------------- */

/* Declarations are visited in the order of their file, and so are their comments: a word is found
 * behind everything that was visited before. */
typedef struct place {
    check *c;
    uint32_t file;
    size_t at; /* in the text of the file */
} place;

/* The span of the word that begins at `word` in a documentation text and has that length. */
static schema_span find_word(place *p, const char *word, size_t length)
{
    const schema_source *source = &p->c->s->files[p->file];
    const char *line_end = memchr(word, '\n', length);
    size_t first = line_end ? (size_t)(line_end - word) : length;
    const char *found = memmem(source->text + p->at, source->length - p->at, word, first);

    if (!found)
        return (schema_span){p->file, (uint32_t)p->at, (uint32_t)p->at};
    size_t start = (size_t)(found - source->text);
    p->at = start + first;
    return (schema_span){p->file, (uint32_t)start, (uint32_t)p->at};
}

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct reader {
    check *c;
    const char *at;
    bool is_broken;
} reader;

static void skip_blanks(reader *r)
{
    while (isspace((unsigned char)*r->at))
        r->at++;
}

static bool take(reader *r, char wanted)
{
    skip_blanks(r);
    if (*r->at != wanted)
        return false;
    r->at++;
    return true;
}

static const char *copy_text(reader *r, const char *start, size_t length)
{
    const char *text = tenon__arena_copy(&r->c->s->arena, start, length);
    return text ? text : "";
}

static const char *read_name(reader *r)
{
    const char *start = r->at;

    while (isalnum((unsigned char)*r->at) || *r->at == '_')
        r->at++;
    return copy_text(r, start, (size_t)(r->at - start));
}

static char unescape(const char *at)
{
    static const char names[] = "\"\\nt", values[] = "\"\\\n\t";
    const char *known = at[1] ? strchr(names, at[1]) : NULL;
    return *at == '\\' && known ? values[known - names] : '\0';
}

/* r->at is behind the opening quote. */
static const char *read_string(reader *r)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};

    while (*r->at && *r->at != '"') {
        char escaped = unescape(r->at);
        tenon__buf_char(&text, escaped ? escaped : *r->at);
        r->at += escaped ? 2 : 1;
    }
    r->is_broken = r->is_broken || !*r->at;
    r->at += *r->at == '"';
    return check_format(r->c, "%s", tenon__buf_string(&text));
}

static const char *read_bare(reader *r)
{
    const char *start = r->at;

    while (*r->at && !strchr(",)\"\n", *r->at))
        r->at++;
    size_t length = (size_t)(r->at - start);
    while (length && isspace((unsigned char)start[length - 1]))
        length--;
    r->is_broken = r->is_broken || !length;
    return copy_text(r, start, length);
}

static schema_word_argument read_argument(reader *r)
{
    schema_word_argument argument = {0};

    skip_blanks(r);
    const char *start = r->at, *name = read_name(r);
    if (*name && take(r, ':'))
        argument.name = name;
    else
        r->at = start;
    skip_blanks(r);
    argument.is_string = *r->at == '"';
    r->at += argument.is_string;
    argument.value = argument.is_string ? read_string(r) : read_bare(r);
    return argument;
}

/* r->at is behind the opening parenthesis. */
static void read_arguments(reader *r, schema_word *word)
{
    schema_word_argument list[MAX_ARGUMENTS];
    size_t count = 0;

    if (take(r, ')'))
        return;
    do {
        list[count++] = read_argument(r);
    } while (!r->is_broken && count < MAX_ARGUMENTS && take(r, ','));
    r->is_broken = r->is_broken || !take(r, ')');
    word->arguments = tenon__arena_array(&r->c->s->arena, count, sizeof *word->arguments);
    if (!word->arguments)
        return;
    memcpy(word->arguments, list, count * sizeof *list);
    word->argument_count = count;
}

/* Reads the word at *at and moves behind it; false after a report. */
static bool read_word(place *p, const char **at, schema_word *out)
{
    reader r = {p->c, *at + PREFIX_LENGTH, false};

    *out = (schema_word){.name = read_name(&r)};
    if (*r.at == '(') {
        r.at++;
        read_arguments(&r, out);
    }
    out->span = find_word(p, *at, (size_t)(r.at - *at));
    *at = r.at;
    if (r.is_broken)
        check_error(p->c, out->span, "write @tenon.word(name: value, …)",
                    "the arguments of @tenon.%s cannot be understood", out->name);
    return !r.is_broken;
}

/* ---- comments -------------------------------------------------------------------------------- */

/* The next word in `text`, or NULL. */
static const char *next_word(const char *start, const char *text)
{
    for (const char *found = text; (found = strstr(found, prefix)); found++) {
        if (found == start || isspace((unsigned char)found[-1]))
            return found;
    }
    return NULL;
}

static size_t count_words(const char *text)
{
    size_t count = 0;

    for (const char *at = text; (at = next_word(text, at)); at++)
        count++;
    return count;
}

/* The text without blank lines at its ends and blanks at the ends of its lines. */
static const char *tidy(check *c, tenon__buf *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    const char *line = tenon__buf_string(text), *end;
    size_t blank_lines = 0;

    for (; line; line = *end ? end + 1 : NULL) {
        end = line + strcspn(line, "\n");
        size_t length = (size_t)(end - line);
        while (length && isspace((unsigned char)line[length - 1]))
            length--;
        if (!length) {
            blank_lines++;
            continue;
        }
        for (; out.length && blank_lines; blank_lines--)
            tenon__buf_char(&out, '\n');
        tenon__buf_format(&out, "%s%.*s", out.length ? "\n" : "", (int)length, line);
        blank_lines = 0;
    }
    return out.length ? check_format(c, "%s", tenon__buf_string(&out)) : NULL;
}

static void read_words(place *p, const char *text, schema_comment *out, tenon__buf *left)
{
    const char *at = text, *word;

    while ((word = next_word(text, at))) {
        tenon__buf_add(left, at, (size_t)(word - at));
        at = word;
        out->word_count += read_word(p, &at, &out->words[out->word_count]);
    }
    tenon__buf_text(left, at);
}

static void read_comment(place *p, const char *text, schema_comment *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf left = {0};
    size_t count = text ? count_words(text) : 0;

    out->documentation = text;
    if (!count)
        return;
    out->words = tenon__arena_array(&p->c->s->arena, count, sizeof *out->words);
    if (!out->words)
        return;
    read_words(p, text, out, &left);
    out->documentation = tidy(p->c, &left);
}

/* ---- all declarations ------------------------------------------------------------------------ */

static void pass(place *p, schema_span span)
{
    if (span.end > p->at)
        p->at = span.end;
}

static void visit_fields(place *p, check_model *m)
{
    for (size_t i = 0; i < m->ast->field_count; i++) {
        check_field *f = &m->fields[i];
        check_word_target target = {.model = m, .field = f};
        read_comment(p, f->ast->documentation, &f->field->comment);
        check_word_rules(p->c, &f->field->comment, &target);
        pass(p, f->ast->span);
    }
}

static void visit_values(place *p, check_enum *e)
{
    for (size_t i = 0; i < e->ast->value_count; i++) {
        schema_comment *comment = &e->enumeration->values[i].comment;
        check_word_target target = {.is_enum_value = true};
        read_comment(p, e->ast->values[i].documentation, comment);
        check_word_rules(p->c, comment, &target);
        pass(p, e->ast->values[i].span);
    }
}

static void visit_block(place *p, check_top *top)
{
    schema_comment ignored = {0};
    schema_comment *comment = top->model         ? &top->model->model->comment
                              : top->enumeration ? &top->enumeration->enumeration->comment
                                                 : &ignored;
    check_word_target target = {.model = top->model, .enumeration = top->enumeration};

    read_comment(p, top->block->documentation, comment);
    check_word_rules(p->c, comment, &target);
    if (top->model)
        visit_fields(p, top->model);
    else if (top->enumeration)
        visit_values(p, top->enumeration);
    pass(p, top->block->span);
}

void check_words(check *c)
{
    place p = {.c = c};

    for (size_t i = 0; i < c->top_count; i++) {
        uint32_t file = c->tops[i].block->span.file;
        if (file != p.file)
            p = (place){.c = c, .file = file};
        visit_block(&p, &c->tops[i]);
    }
}
