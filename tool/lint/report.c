/* Findings: where they are, who does not want to hear of them, and how severe they are.
 *
 * Whether a finding is wanted is decided in one place, before its text is made: a rule speaks up
 * and need not know of options and comments. */
#include "lint/lint_inside.h"

#include <ctype.h>
#include <stdlib.h>

static const char ignore_word[] = "tenon:ignore";
static const char ignore_file_word[] = "tenon:ignore-file";

/* ---- texts ---- */

const char *lint_format_text(lint *l, const char *format, ...)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    va_list args;
    va_start(args, format);
    tenon__buf_formatv(&text, format, args);
    va_end(args);
    const char *kept = text.failed ? NULL : tenon__arena_text(&l->arena, tenon__buf_string(&text));
    l->failed |= !kept;
    return kept ? kept : "";
}

const char *lint_print_expression(lint *l, PgQuery__Node *expression)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (!expression || !pgparse_print_expression(expression, &text, NULL))
        return "";
    return lint_format_text(l, "%s", tenon__buf_string(&text));
}

/* ---- comments to the linter ---- */

typedef struct wish {
    const char *list, *reason; /* "21,22", "the table is empty" */
    size_t list_length;
    bool has_reason, is_for_file;
} wish;

static const char *skip_spaces(const char *at, const char *end)
{
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    return at;
}

/* What a comment asks for; false when it is no comment to us. */
static bool read_wish(const char *text, const pgparse_comment *comment, wish *out)
{
    const char *end = text + comment->end, *at = text + comment->start + 2;
    if (text[comment->start] == '/')
        end -= 2;
    at = skip_spaces(at, end);
    size_t left = (size_t)(end - at);
    out->is_for_file = left > sizeof ignore_file_word - 1 &&
                       !strncmp(at, ignore_file_word, sizeof ignore_file_word - 1);
    size_t word = (out->is_for_file ? sizeof ignore_file_word : sizeof ignore_word) - 1;
    if (left < word || strncmp(at, ignore_word, sizeof ignore_word - 1) != 0 ||
        (left > word && !isspace((unsigned char)at[word])))
        return false;
    at = skip_spaces(at + word, end);
    out->list = at;
    while (at < end && !isspace((unsigned char)*at))
        at++;
    out->list_length = (size_t)(at - out->list);
    while (at < end && isspace((unsigned char)*at))
        at++;
    out->reason = at;
    out->has_reason = at < end;
    return true;
}

static bool names_check(const wish *w, const lint_check *check)
{
    const char *at = w->list, *end = w->list + w->list_length;
    while (at < end) {
        size_t length = strcspn(at, ", \t\r\n*");
        if (at + length > end)
            length = (size_t)(end - at);
        if (lint_find_check(at, length) == check)
            return true;
        at += length + 1;
    }
    return false;
}

static bool has_newline(const char *text, size_t from, size_t to)
{
    return from < to && memchr(text + from, '\n', to - from);
}

/* Between the statements, but not behind the one before on its line; or behind this one on its. */
static bool belongs_to(const lint_file *file, const pgparse_statement *s,
                       const pgparse_comment *comment)
{
    const char *text = file->text;
    bool is_first = s->before == 0;
    if (comment->start < s->end)
        return comment->start >= s->before && (is_first || comment->start >= s->start ||
                                               has_newline(text, s->before, comment->start));
    const pgparse_statement *next = s + 1,
                            *end = file->tree->statements + file->tree->statement_count;
    while (next < end && next->start < s->end) /* in a block */
        next++;
    bool is_last = next == end;
    return !has_newline(text, s->end, comment->start) && (is_last || comment->start < next->start);
}

static bool is_ignored(const lint *l, const lint_check *check, const pgparse_statement *statement)
{
    const pgparse_tree *tree = l->file->tree;
    for (size_t i = 0; tree && i < tree->comment_count; i++) {
        const pgparse_comment *comment = &tree->comments[i];
        wish w;
        if (read_wish(l->file->text, comment, &w) && w.has_reason && names_check(&w, check) &&
            (w.is_for_file || (statement && belongs_to(l->file, statement, comment))))
            return true;
    }
    return false;
}

/* ---- adding ---- */

static bool is_wanted(const lint *l, const lint_check *check)
{
    bool has_only = false;
    for (unsigned i = 1; i <= LINT_CHECKS; i++)
        has_only |= l->options.only[i];
    unsigned database = l->options.dialect == TENON_SQLITE ? LINT_ON_SQLITE : LINT_ON_POSTGRESQL;
    static const char contract[] = "-- tenon:contract";
    bool is_contract = !strncmp(l->file->text, contract, sizeof contract - 1);
    if (is_contract && check->group == LINT_CLIENTS)
        return false; /* it runs when those programs are gone */
    bool is_quiet = l->file->is_quiet || (l->file->is_applied && check->group != LINT_HISTORY);
    if (is_quiet || !(check->databases & database) || l->options.skip[check->number])
        return false;
    if (has_only)
        return l->options.only[check->number];
    return check->group != LINT_STYLE || l->options.has_style;
}

static lint_finding *add_finding(lint *l)
{
    if (l->finding_count == l->finding_capacity) {
        size_t capacity = l->finding_capacity ? l->finding_capacity * 2 : 64;
        void *list = tenon__arena_resize(&l->arena, l->findings, capacity * sizeof *l->findings);
        if (!list) {
            l->failed = true;
            return NULL;
        }
        l->findings = list;
        l->finding_capacity = capacity;
    }
    lint_finding *finding = tenon__arena_zalloc(&l->arena, sizeof *finding);
    l->failed |= !finding;
    if (finding)
        l->findings[l->finding_count++] = finding;
    return finding;
}

static void place_finding(const lint *l, lint_finding *finding, size_t offset, size_t end)
{
    pgparse_position at = pgparse_locate(l->file->text, offset);
    finding->path = l->file->path;
    finding->order = l->file_index;
    finding->line = at.line;
    finding->column = at.column;
    finding->end_line = end > offset ? pgparse_locate(l->file->text, end).line : at.line;
}

static lint_finding *add_wanted(lint *l, const lint_check *check, size_t offset, size_t end,
                                const char *format, va_list args) TENON_PRINTF(5, 0);

static lint_finding *add_wanted(lint *l, const lint_check *check, size_t offset, size_t end,
                                const char *format, va_list args)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    lint_finding *finding = add_finding(l);
    if (!finding)
        return NULL;
    tenon__buf_formatv(&text, format, args);
    finding->check = check;
    finding->severity = check ? check->severity : LINT_ERROR;
    finding->message = lint_format_text(l, "%s", tenon__buf_string(&text));
    place_finding(l, finding, offset, end);
    return finding;
}

static lint_finding *report(lint *l, const pgparse_statement *statement, size_t offset, size_t end,
                            const char *format, va_list args) TENON_PRINTF(5, 0);

static lint_finding *report(lint *l, const pgparse_statement *statement, size_t offset, size_t end,
                            const char *format, va_list args)
{
    const lint_check *check = &lint_checks[l->number - 1];
    if (!is_wanted(l, check) || is_ignored(l, check, statement))
        return NULL;
    return add_wanted(l, check, offset, end, format, args);
}

lint_finding *lint_report(lint *l, int location, const char *format, ...)
{
    const pgparse_statement *statement = l->step->statement;
    va_list args;
    va_start(args, format);
    lint_finding *finding =
        report(l, statement, pgparse_offset(statement, location), statement->end, format, args);
    va_end(args);
    return finding;
}

lint_finding *lint_report_step(lint *l, const lint_step *step, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    lint_finding *finding =
        report(l, step->statement, step->statement->start, step->statement->end, format, args);
    va_end(args);
    return finding;
}

lint_finding *lint_report_at(lint *l, size_t offset, size_t end, const char *format, va_list args)
{
    return report(l, NULL, offset, end, format, args);
}

void lint_set_rewrite(lint *l, lint_finding *finding, const char *format, ...)
{
    bool is_in_block = l->step->place == LINT_IN_BLOCK || l->step->place == LINT_IN_LOOP;
    if (!finding || is_in_block) /* where it could not stand */
        return;
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    va_list args;
    va_start(args, format);
    tenon__buf_formatv(&text, format, args);
    va_end(args);
    finding->rewrite = lint_format_text(l, "%s", tenon__buf_string(&text));
}

void lint_set_severity(lint_finding *finding, lint_severity severity)
{
    if (finding)
        finding->severity = severity;
}

/* ---- comments that are wrong ---- */

static void complain(lint *l, const pgparse_comment *comment, const char *format, ...)
    TENON_PRINTF(3, 4);

static void complain(lint *l, const pgparse_comment *comment, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add_wanted(l, NULL, comment->start, comment->end, format, args);
    va_end(args);
}

static void check_names(lint *l, const pgparse_comment *comment, const wish *w)
{
    const char *at = w->list, *end = w->list + w->list_length;
    while (at < end) {
        size_t length = strcspn(at, ", \t\r\n*");
        if (at + length > end)
            length = (size_t)(end - at);
        if (!lint_find_check(at, length))
            complain(l, comment, "there is no check '%.*s' to ignore", (int)length, at);
        at += length + 1;
    }
}

void lint_check_comments(lint *l)
{
    const pgparse_tree *tree = l->file->tree;
    for (size_t i = 0; i < tree->comment_count && !l->file->is_quiet; i++) {
        wish w;
        if (!read_wish(l->file->text, &tree->comments[i], &w))
            continue;
        check_names(l, &tree->comments[i], &w);
        if (!w.list_length)
            complain(l, &tree->comments[i],
                     "say which checks to ignore, and why: %s 21 the table is empty",
                     w.is_for_file ? ignore_file_word : ignore_word);
        else if (!w.has_reason)
            complain(l, &tree->comments[i],
                     "say why: %s %.*s <reason>; without it nothing is ignored",
                     w.is_for_file ? ignore_file_word : ignore_word, (int)w.list_length, w.list);
    }
}
