/* Diagnostics: collecting, sorting and showing them. */
#include "schema/report.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- collecting ---- */

static bool make_room(schema *s)
{
    if (s->diagnostic_count < s->diagnostic_capacity)
        return true;
    size_t capacity = s->diagnostic_capacity ? s->diagnostic_capacity * 2 : 16;
    void *list = tenon__arena_resize(&s->arena, s->diagnostics, capacity * sizeof *s->diagnostics);
    if (!list)
        return !(s->has_failed_memory = true);
    s->diagnostics = list;
    s->diagnostic_capacity = capacity;
    return true;
}

void schema_report(schema *s, schema_severity severity, schema_span span, const char *hint,
                   const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    va_list arguments;

    va_start(arguments, format);
    tenon__buf_formatv(&text, format, arguments);
    va_end(arguments);
    const char *message =
        text.failed ? NULL : tenon__arena_text(&s->arena, tenon__buf_string(&text));
    const char *kept_hint = hint ? tenon__arena_text(&s->arena, hint) : NULL;
    if (!message || (hint && !kept_hint) || !make_room(s)) {
        s->has_failed_memory = true;
        return;
    }
    s->diagnostics[s->diagnostic_count++] = (schema_diagnostic){
        .severity = severity, .span = span, .message = message, .hint = kept_hint};
}

static int compare_numbers(size_t a, size_t b)
{
    return (a > b) - (a < b);
}

static int compare_diagnostics(const void *left, const void *right)
{
    const schema_diagnostic *a = left, *b = right;
    int order = compare_numbers(a->span.file, b->span.file);

    if (!order)
        order = compare_numbers(a->span.start, b->span.start);
    if (!order)
        order = compare_numbers(a->severity, b->severity);
    return order ? order : strcmp(a->message, b->message);
}

/* Sorted, so that what was said twice stands side by side and one of it goes. */
void report_sort(schema *s)
{
    size_t kept = 0;

    if (s->diagnostic_count > 1)
        qsort(s->diagnostics, s->diagnostic_count, sizeof *s->diagnostics, compare_diagnostics);
    for (size_t i = 0; i < s->diagnostic_count; i++) {
        if (!kept || compare_diagnostics(&s->diagnostics[kept - 1], &s->diagnostics[i]) != 0)
            s->diagnostics[kept++] = s->diagnostics[i];
    }
    s->diagnostic_count = kept;
}

size_t schema_error_count(const schema *s)
{
    size_t count = 0;

    for (size_t i = 0; i < s->diagnostic_count; i++)
        count += s->diagnostics[i].severity == SCHEMA_ERROR;
    return count;
}

/* ---- the nearest name ---- */

enum { NAME_MAX_LENGTH = 64 };

static bool is_same_letter(char a, char b)
{
    return tolower((unsigned char)a) == tolower((unsigned char)b);
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

typedef struct distance_rows {
    size_t row[3][NAME_MAX_LENGTH + 1]; /* of the current letter and the two before, in turn */
} distance_rows;

static bool is_swap(const char *a, const char *b, size_t i, size_t k)
{
    return i > 1 && k > 1 && is_same_letter(a[i - 1], b[k - 2]) &&
           is_same_letter(a[i - 2], b[k - 1]);
}

/* The cost of making the first i letters of a from the first k of b. */
static size_t cell(const distance_rows *rows, const char *a, const char *b, size_t i, size_t k)
{
    const size_t *now = rows->row[i % 3], *above = rows->row[(i + 2) % 3];
    size_t change = is_same_letter(a[i - 1], b[k - 1]) ? 0 : 1;
    size_t cost = least(above[k] + 1, now[k - 1] + 1, above[k - 1] + change);

    if (is_swap(a, b, i, k) && rows->row[(i + 1) % 3][k - 2] + 1 < cost)
        return rows->row[(i + 1) % 3][k - 2] + 1;
    return cost;
}

/* Letters to insert, remove, change or swap with their neighbour, without regard to case; SIZE_MAX
 * for names too long to be worth it. */
static size_t edit_distance(const char *a, const char *b)
{
    distance_rows rows;
    size_t a_length = strlen(a), b_length = strlen(b);

    if (a_length > NAME_MAX_LENGTH || b_length > NAME_MAX_LENGTH)
        return SIZE_MAX;
    for (size_t k = 0; k <= b_length; k++)
        rows.row[0][k] = k;
    for (size_t i = 1; i <= a_length; i++) {
        rows.row[i % 3][0] = i;
        for (size_t k = 1; k <= b_length; k++)
            rows.row[i % 3][k] = cell(&rows, a, b, i, k);
    }
    return rows.row[a_length % 3][b_length];
}

const char *schema_nearest(const char *text, const char *const *candidates, size_t count)
{
    const char *best = NULL;
    size_t best_distance = strlen(text) / 3 + 1;

    for (size_t i = 0; i < count; i++) {
        size_t distance = edit_distance(text, candidates[i]);
        if (distance < best_distance) {
            best = candidates[i];
            best_distance = distance;
        }
    }
    return best;
}

/* ---- places ---- */

static bool is_line_end(const schema_source *source, size_t at)
{
    char c = source->text[at];
    return c == '\n' || (c == '\r' && source->text[at + 1] != '\n');
}

static size_t line_start(const schema_source *source, size_t offset)
{
    while (offset > 0 && !is_line_end(source, offset - 1))
        offset--;
    return offset;
}

schema_place schema_place_of(const schema_source *source, size_t offset)
{
    if (offset > source->length)
        offset = source->length;
    size_t line = 1, start = line_start(source, offset);
    for (size_t at = 0; at < start; at++)
        line += is_line_end(source, at);
    return (schema_place){line, tenon__utf8_length(source->text + start, offset - start) + 1};
}

/* ---- showing ---- */

typedef struct palette {
    const char *bold, *error, *warning, *faint, *reset;
} palette;

static const palette plain = {"", "", "", "", ""};
static const palette coloured = {"\033[1m", "\033[1;31m", "\033[1;35m", "\033[2m", "\033[0m"};

/* Blanks and tabs under the text before the span, then ^~~~ under the span as far as the line
 * goes. */
static void print_caret(const char *line, size_t before, size_t length, FILE *out)
{
    for (size_t i = 0; i < before; i++) {
        if ((line[i] & 0xC0) != 0x80)
            fputc(line[i] == '\t' ? '\t' : ' ', out);
    }
    fputc('^', out);
    for (size_t i = 1; i < length; i++) {
        if ((line[before + i] & 0xC0) != 0x80)
            fputc('~', out);
    }
}

static void print_line(const schema_source *source, schema_span span, size_t number,
                       const palette *colours, FILE *out)
{
    size_t start = line_start(source, span.start), end = start;

    while (end < source->length && source->text[end] != '\n' && source->text[end] != '\r')
        end++;
    size_t stop = span.end < end ? span.end : end;
    fprintf(out, "%s%5zu |%s %.*s\n", colours->faint, number, colours->reset, (int)(end - start),
            source->text + start);
    fprintf(out, "%s      |%s %s", colours->faint, colours->reset, colours->error);
    print_caret(source->text + start, span.start - start, stop > span.start ? stop - span.start : 1,
                out);
    fprintf(out, "%s\n", colours->reset);
}

static void print_diagnostic(const schema *s, const schema_diagnostic *d, const palette *colours,
                             FILE *out)
{
    const schema_source *source = &s->files[d->span.file];
    schema_place place = schema_place_of(source, d->span.start);
    bool is_warning = d->severity == SCHEMA_WARNING;

    fprintf(out, "tenon: %s%s:%zu:%zu:%s ", colours->bold, source->path, place.line, place.column,
            colours->reset);
    fprintf(out, "%s%s%s%s%s%s\n", is_warning ? colours->warning : colours->error,
            is_warning ? "warning: " : "", d->message, colours->reset, d->hint ? "; " : "",
            d->hint ? d->hint : "");
    print_line(source, d->span, place.line, colours, out);
}

void schema_print_diagnostics(const schema *s, FILE *out, bool with_colours)
{
    for (size_t i = 0; i < s->diagnostic_count; i++)
        print_diagnostic(s, &s->diagnostics[i], with_colours ? &coloured : &plain, out);
}

/* ---- JSON ---- */

static void write_text(tenon__buf *out, const char *key, const char *value)
{
    tenon__buf_format(out, "\"%s\": ", key);
    if (value)
        tenon__buf_json_text(out, value, strlen(value));
    else
        tenon__buf_text(out, "null");
}

static void write_diagnostic(const schema *s, const schema_diagnostic *d, tenon__buf *out)
{
    const schema_source *source = &s->files[d->span.file];
    schema_place start = schema_place_of(source, d->span.start);
    schema_place end = schema_place_of(source, d->span.end);

    tenon__buf_text(out, "{");
    write_text(out, "file", source->path);
    tenon__buf_format(out,
                      ", \"line\": %zu, \"column\": %zu, \"end_line\": %zu, \"end_column\": %zu, "
                      "\"start\": %u, \"end\": %u, ",
                      start.line, start.column, end.line, end.column, d->span.start, d->span.end);
    write_text(out, "severity", d->severity == SCHEMA_ERROR ? "error" : "warning");
    tenon__buf_text(out, ", ");
    write_text(out, "message", d->message);
    tenon__buf_text(out, ", ");
    write_text(out, "hint", d->hint);
    if (d->rule) {
        tenon__buf_text(out, ", ");
        write_text(out, "rule", d->rule);
    }
    tenon__buf_text(out, "}");
}

void schema_write_diagnostics_json(const schema *s, tenon__buf *out)
{
    tenon__buf_text(out, "[");
    for (size_t i = 0; i < s->diagnostic_count; i++) {
        tenon__buf_text(out, i ? ",\n " : "");
        write_diagnostic(s, &s->diagnostics[i], out);
    }
    tenon__buf_text(out, "]\n");
}
