/* Findings as text, JSON, SARIF and commands of GitHub's workflows. */
#include "lint/lint_inside.h"

static const lint_check comment_check = {
    .number = 0, .name = "comment", .severity = LINT_ERROR, .group = LINT_SETTINGS};

static const lint_check *check_of(const lint_finding *finding)
{
    return finding->check ? finding->check : &comment_check;
}

/* ---- text ---- */

static void add_indented(tenon__buf *out, const char *label, const char *text)
{
    tenon__buf_format(out, "    %s: ", label);
    for (const char *c = text; *c; c++) {
        tenon__buf_char(out, *c);
        if (*c == '\n')
            tenon__buf_text(out, "          ");
    }
    tenon__buf_char(out, '\n');
}

/* An example has names of its own. */
static bool is_sql(const char *text)
{
    return text[strlen(text) - 1] == ';';
}

static void add_text_finding(tenon__buf *out, const lint_finding *f)
{
    const lint_check *check = check_of(f);
    tenon__buf_format(out, "%s:%zu:%zu: %s", f->path, f->line, f->column,
                      lint_severity_name(f->severity));
    if (check->number)
        tenon__buf_format(out, " %u %s", check->number, check->name);
    tenon__buf_format(out, ": %s\n", f->message);
    if (check->reason)
        add_indented(out, "why ", check->reason);
    if (f->evidence)
        add_indented(out, "here", f->evidence);
    if (f->rewrite)
        add_indented(out, "safe", f->rewrite);
    else if (check->safe)
        add_indented(out, is_sql(check->safe) ? "like" : "safe", check->safe);
}

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void write_text(const lint *l, tenon__buf *out)
{
    size_t errors = lint_count(l, LINT_ERROR), warnings = lint_count(l, LINT_WARNING) - errors;
    size_t hints = l->finding_count - errors - warnings;
    for (size_t i = 0; i < l->finding_count; i++)
        add_text_finding(out, l->findings[i]);
    tenon__buf_format(out, "%zu file%s, %zu statement%s: %zu error%s, %zu warning%s, %zu hint%s\n",
                      l->file_count, plural(l->file_count), l->statement_count,
                      plural(l->statement_count), errors, plural(errors), warnings,
                      plural(warnings), hints, plural(hints));
}

/* ---- JSON ---- */

static void add_member(tenon__buf *out, const char *name, const char *value)
{
    tenon__buf_format(out, ", \"%s\": ", name);
    if (value)
        tenon__buf_json_text(out, value, strlen(value));
    else
        tenon__buf_text(out, "null");
}

static void add_json_finding(tenon__buf *out, const lint_finding *f)
{
    const lint_check *check = check_of(f);
    tenon__buf_format(out, "{\"number\": %u", check->number);
    add_member(out, "name", check->name);
    add_member(out, "severity", lint_severity_name(f->severity));
    add_member(out, "group", lint_group_name(check->group));
    add_member(out, "path", f->path);
    tenon__buf_format(out, ", \"line\": %zu, \"column\": %zu, \"endLine\": %zu", f->line, f->column,
                      f->end_line);
    add_member(out, "message", f->message);
    add_member(out, "reason", check->reason);
    add_member(out, "evidence", f->evidence);
    add_member(out, "rewrite", f->rewrite);
    add_member(out, "advice", check->safe);
    tenon__buf_char(out, '}');
}

static void write_json(const lint *l, tenon__buf *out)
{
    tenon__buf_format(out, "{\"files\": %zu, \"statements\": %zu, \"findings\": [", l->file_count,
                      l->statement_count);
    for (size_t i = 0; i < l->finding_count; i++) {
        tenon__buf_text(out, i ? ",\n  " : "\n  ");
        add_json_finding(out, l->findings[i]);
    }
    tenon__buf_text(out, "\n]}\n");
}

/* ---- SARIF ---- */

static const char *sarif_level(lint_severity severity)
{
    static const char *const levels[] = {"note", "warning", "error"};
    return levels[severity];
}

static void add_sarif_rule(tenon__buf *out, const lint_check *check)
{
    tenon__buf_format(out, "{\"id\": \"%u\"", check->number);
    add_member(out, "name", check->name);
    tenon__buf_text(out, ", \"shortDescription\": {\"text\": ");
    tenon__buf_json_text(out, check->reason, strlen(check->reason));
    tenon__buf_format(out, "}, \"defaultConfiguration\": {\"level\": \"%s\"}}",
                      sarif_level(check->severity));
}

static void add_sarif_message(tenon__buf *out, const lint_finding *f)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const lint_check *check = check_of(f);
    const char *safe = f->rewrite ? f->rewrite : check->safe;
    tenon__buf_text(&text, f->message);
    if (check->reason)
        tenon__buf_format(&text, "\n%s", check->reason);
    if (f->evidence)
        tenon__buf_format(&text, "\n%s", f->evidence);
    if (safe)
        tenon__buf_format(&text, "\n%s", safe);
    tenon__buf_json_text(out, tenon__buf_string(&text), text.length);
}

static void add_sarif_result(tenon__buf *out, const lint_finding *f)
{
    tenon__buf_format(out, "{\"ruleId\": \"%u\", \"level\": \"%s\", \"message\": {\"text\": ",
                      check_of(f)->number, sarif_level(f->severity));
    add_sarif_message(out, f);
    tenon__buf_text(out, "}, \"locations\": [{\"physicalLocation\": {\"artifactLocation\": "
                         "{\"uri\": ");
    tenon__buf_json_text(out, f->path, strlen(f->path));
    tenon__buf_format(out,
                      "}, \"region\": {\"startLine\": %zu, \"startColumn\": %zu, "
                      "\"endLine\": %zu}}}]}",
                      f->line, f->column, f->end_line);
}

static void write_sarif(const lint *l, tenon__buf *out)
{
    tenon__buf_text(out, "{\"$schema\": \"https://json.schemastore.org/sarif-2.1.0.json\", "
                         "\"version\": \"2.1.0\", \"runs\": [{\"tool\": {\"driver\": "
                         "{\"name\": \"tenon\", \"rules\": [\n  ");
    for (size_t i = 0; i < LINT_CHECKS; i++) {
        add_sarif_rule(out, &lint_checks[i]);
        tenon__buf_text(out, i + 1 < LINT_CHECKS ? ",\n  " : "\n");
    }
    tenon__buf_text(out, "]}}, \"columnKind\": \"unicodeCodePoints\", \"results\": [");
    for (size_t i = 0; i < l->finding_count; i++) {
        tenon__buf_text(out, i ? ",\n  " : "\n  ");
        add_sarif_result(out, l->findings[i]);
    }
    tenon__buf_text(out, "\n]}]}\n");
}

/* ---- GitHub ---- */

/* Line ends and the signs that end a property are written as %XX. */
static void add_escaped(tenon__buf *out, const char *text, bool is_property)
{
    for (const char *c = text; *c; c++) {
        bool is_special =
            *c == '%' || *c == '\n' || *c == '\r' || (is_property && (*c == ':' || *c == ','));
        if (is_special)
            tenon__buf_format(out, "%%%02X", (unsigned)(unsigned char)*c);
        else
            tenon__buf_char(out, *c);
    }
}

static void add_command(tenon__buf *out, const lint_finding *f)
{
    static const char *const commands[] = {"notice", "warning", "error"};
    const lint_check *check = check_of(f);
    tenon__buf_format(out, "::%s file=", commands[f->severity]);
    add_escaped(out, f->path, true);
    tenon__buf_format(out, ",line=%zu,col=%zu,endLine=%zu,title=%u %s::", f->line, f->column,
                      f->end_line, check->number, check->name);
    add_escaped(out, f->message, false);
    const char *rest[] = {check->reason, f->evidence, f->rewrite ? f->rewrite : check->safe};
    for (size_t i = 0; i < TENON__COUNT(rest); i++) {
        if (rest[i]) {
            tenon__buf_text(out, "%0A");
            add_escaped(out, rest[i], false);
        }
    }
    tenon__buf_char(out, '\n');
}

static void write_github(const lint *l, tenon__buf *out)
{
    for (size_t i = 0; i < l->finding_count; i++)
        add_command(out, l->findings[i]);
}

void lint_write(const lint *l, lint_format format, tenon__buf *out)
{
    switch (format) {
    case LINT_FORMAT_TEXT:
        write_text(l, out);
        return;
    case LINT_FORMAT_JSON:
        write_json(l, out);
        return;
    case LINT_FORMAT_SARIF:
        write_sarif(l, out);
        return;
    case LINT_FORMAT_GITHUB:
        write_github(l, out);
        return;
    }
}
