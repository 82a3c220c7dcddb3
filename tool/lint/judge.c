/* The linter from outside: files in, findings out. */
#include "lint/lint_inside.h"

#include <ctype.h>
#include <stdlib.h>

enum { LINT_PARSER_VERSION = 15 };

/* ---- checks by name ---- */

const lint_check *lint_find_check(const char *text, size_t length)
{
    unsigned number = 0;
    size_t digits = 0;
    while (digits < length && digits < 3 && isdigit((unsigned char)text[digits]))
        number = number * 10 + (unsigned)(text[digits++] - '0');
    if (length && digits == length)
        return number >= 1 && number <= LINT_CHECKS ? &lint_checks[number - 1] : NULL;
    for (size_t i = 0; i < LINT_CHECKS; i++)
        if (strlen(lint_checks[i].name) == length && !memcmp(lint_checks[i].name, text, length))
            return &lint_checks[i];
    return NULL;
}

const char *lint_severity_name(lint_severity severity)
{
    static const char *const names[] = {"hint", "warning", "error"};
    return names[severity];
}

const char *lint_group_name(lint_group group)
{
    static const char *const names[] = {"data loss", "data present", "locks", "settings",
                                        "clients",   "history",      "style"};
    return names[group];
}

/* ---- running rules ---- */

static const lint_rule *const all_rules[] = {
    lint_rules_loss,  lint_rules_present,  lint_rules_index_locks, lint_rules_rewrites,
    lint_rules_order, lint_rules_settings, lint_rules_clients,     lint_rules_style,
};

static void run_commands(lint *l, const lint_rule *rule)
{
    const PgQuery__AlterTableStmt *alter = l->step->node->alter_table_stmt;
    for (size_t i = 0; i < alter->n_cmds; i++)
        rule->command(l, alter->cmds[i]->alter_table_cmd);
}

static void run_rules(lint *l, const lint_rule *rule)
{
    for (; rule->number; rule++) {
        l->number = rule->number;
        if (rule->statement)
            rule->statement(l);
        if (rule->command && lint_is_alter_table(l->step->node))
            run_commands(l, rule);
    }
}

static void run_file_rules(lint *l, const lint_rule *rule)
{
    for (; rule->number; rule++) {
        l->number = rule->number;
        if (rule->file)
            rule->file(l);
    }
}

static void report_unparsed(lint *l)
{
    const pgparse_statement *s = l->step->statement;
    l->number = 54;
    lint_finding *finding =
        lint_report(l, -1, "cannot be parsed, so nothing is known of it: %s", s->message);
    if (!finding)
        return;
    pgparse_position at = pgparse_locate(l->file->text, s->error_at);
    finding->line = at.line;
    finding->column = at.column;
}

static void judge_step(lint *l)
{
    if (!l->step->node) {
        report_unparsed(l);
        return;
    }
    l->step->table = lint_table_of(l, l->step->node); /* of an index made since it was planned */
    l->step->is_new = lint_is_new_table(l, l->step->table);
    for (size_t i = 0; i < TENON__COUNT(all_rules); i++)
        run_rules(l, all_rules[i]);
    lint_learn(l);
}

static void judge_steps(lint *l)
{
    lint_unfold_blocks(l);
    lint_plan_steps(l);
    for (size_t i = 0; i < l->file->step_count && !l->failed; i++) {
        l->step_index = i;
        l->step = &l->file->steps[i];
        judge_step(l);
    }
    for (size_t i = 0; i < TENON__COUNT(all_rules); i++)
        run_file_rules(l, all_rules[i]);
}

/* ---- files ---- */

/* The first digits of "150004". */
static unsigned ask_version(lint *l)
{
    static const rows_query query = {"SELECT current_setting('server_version_num')", 1, NULL, 0};
    rows found = {0};
    if (!l->options.session || l->options.dialect == TENON_SQLITE ||
        !rows_read(l->options.session, &query, &l->arena, &found) || !rows_first(&found))
        return LINT_PARSER_VERSION;
    return (unsigned)strtoul(rows_first(&found), NULL, 10) / 10000;
}

lint *lint_new(const lint_options *options, tenon_error *err)
{
    lint *l = calloc(1, sizeof *l);
    if (!l) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    l->options = *options;
    if (!l->options.server_version)
        l->options.server_version = ask_version(l);
    return l;
}

void lint_free(lint *l)
{
    if (!l)
        return;
    for (size_t i = 0; i < l->file_count; i++)
        pgparse_free(l->files[i].tree);
    for (const lint_inner *inner = l->inner; inner; inner = inner->next)
        pgparse_free(inner->tree);
    tenon__arena_release(&l->arena);
    free(l);
}

static bool make_room(lint *l)
{
    if (l->file_count < l->file_capacity)
        return true;
    size_t capacity = l->file_capacity ? l->file_capacity * 2 : 16;
    void *list = tenon__arena_resize(&l->arena, l->files, capacity * sizeof *l->files);
    if (!list)
        return false;
    l->files = list;
    l->file_capacity = capacity;
    return true;
}

/* A text that is no text at all is one finding. */
static void report_unreadable(lint *l, const tenon_error *err)
{
    static const pgparse_statement nowhere = {.start = 0};
    l->unread.statement = &nowhere;
    l->step = &l->unread;
    l->number = 54;
    lint_report(l, -1, "cannot be read: %s", err->message);
}

static void judge_file(lint *l)
{
    tenon_error err = {0};
    l->file->original = l->file->text;
    if (l->file->has_nul)
        tenon__fail(&err, TENON_VALIDATION, "it has NUL bytes, so it is not UTF-8");
    else
        l->file->tree = pgparse_read(l->file->text, &err);
    if (!l->file->tree) {
        report_unreadable(l, &err);
        return;
    }
    l->file->text = l->file->tree->text;
    lint_check_comments(l);
    if (l->options.dialect == TENON_SQLITE)
        lint_judge_sqlite(l);
    else
        judge_steps(l);
    l->statement_count += l->file->step_count;
}

bool lint_add_file(lint *l, const lint_file *file, tenon_error *err)
{
    if (l->failed || !make_room(l))
        return tenon__fail_no_memory(err);
    l->file_index = l->file_count++;
    l->file = &l->files[l->file_index];
    *l->file = *file;
    judge_file(l);
    return !l->failed || tenon__fail_no_memory(err);
}

bool lint_add(lint *l, const char *path, const char *text, tenon_error *err)
{
    lint_file file = {
        .path = lint_format_text(l, "%s", path),
        .text = lint_format_text(l, "%s", text),
    };
    return lint_add_file(l, &file, err);
}

static int compare_findings(const void *left, const void *right)
{
    const lint_finding *a = *(const lint_finding *const *)left;
    const lint_finding *b = *(const lint_finding *const *)right;
    if (a->order != b->order)
        return a->order < b->order ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    unsigned one = a->check ? a->check->number : 0, two = b->check ? b->check->number : 0;
    if (one != two)
        return one < two ? -1 : 1;
    return (a->column > b->column) - (a->column < b->column);
}

bool lint_finish(lint *l, tenon_error *err)
{
    if (l->failed)
        return tenon__fail_no_memory(err);
    if (l->finding_count)
        qsort(l->findings, l->finding_count, sizeof *l->findings, compare_findings);
    return true;
}

/* ---- asking ---- */

const lint_finding *const *lint_findings(const lint *l, size_t *count)
{
    *count = l->finding_count;
    return (const lint_finding *const *)l->findings;
}

size_t lint_file_count(const lint *l)
{
    return l->file_count;
}

size_t lint_statement_count(const lint *l)
{
    return l->statement_count;
}

size_t lint_count(const lint *l, lint_severity at_least)
{
    size_t count = 0;
    for (size_t i = 0; i < l->finding_count; i++)
        count += l->findings[i]->severity >= at_least;
    return count;
}
