/* Warnings about a text, with the place in the file, unless the query says `-- tenon:ignore RULE
 * REASON`. What is a mistake is decided by tool/querylint; here is the database that it asks for
 * plans, and the way from the text that was sent back to the file. */
#include "sqlfile/check.h"

#include "querylint/querylint.h"

static bool is_ignored(const sqlfile_query *query, const char *rule)
{
    for (size_t i = 0; i < query->ignore_count; i++)
        if (!strcmp(query->ignores[i].rule, rule))
            return true;
    return false;
}

static const char *hint_of(sql_check *c, const querylint_finding *finding)
{
    tenon__arena *arena = &c->set->report.arena;
    if (!finding->remedy)
        return tenon__arena_format(arena, "or say -- tenon:ignore %s WHY", finding->rule);
    return tenon__arena_format(arena, "%s, or say -- tenon:ignore %s WHY", finding->remedy,
                               finding->rule);
}

static schema_span span_of(const sql_check *c, const querylint_finding *finding)
{
    const sqlfile_body *body = c->query->bodies[c->dialect];
    const schema_source *source = &c->set->report.files[body->file];
    size_t at = sql_map_back(&c->map, finding->at);
    if (at > source->length)
        at = source->length;
    size_t end = sql_next_token(source->text, source->length, at, false).end;
    return (schema_span){body->file, (uint32_t)at, (uint32_t)end};
}

/* Several variants, and both databases, may say the same of one place. */
static bool is_said(const sqlfile_set *set, schema_span span, const char *rule)
{
    for (size_t i = 0; i < set->report.diagnostic_count; i++) {
        const schema_diagnostic *d = &set->report.diagnostics[i];
        if (d->rule && d->span.file == span.file && d->span.start == span.start &&
            !strcmp(d->rule, rule))
            return true;
    }
    return false;
}

static void warn(sql_check *c, const querylint_finding *finding)
{
    schema *report = &c->set->report;
    schema_span span = span_of(c, finding);
    size_t count = report->diagnostic_count;
    if (is_ignored(c->query, finding->rule) || is_said(c->set, span, finding->rule))
        return;
    schema_report(report, SCHEMA_WARNING, span, hint_of(c, finding), "%s", finding->message);
    if (report->diagnostic_count > count)
        report->diagnostics[count].rule = finding->rule;
}

static const char *explain(void *context, const char *index, tenon__arena *arena)
{
    const sql_check *c = context;
    const sql_database *d = c->database;
    return d->planner_kind->explain(d->planner, c->text.sql, index, arena);
}

bool sql_lint(sql_check *c, tenon_error *err)
{
    bool is_sqlite = c->database->dialect == TENON_SQLITE;
    const querylint_input input = {
        .sql = is_sqlite ? sql_as_postgresql(c->set, c->text.sql) : c->text.sql,
        .database = c->database->catalogue,
        .schema = c->set->schema,
        .explain = c->database->planner ? explain : NULL,
        .context = c,
    };
    querylint *found = input.sql ? querylint_run(&input, err) : NULL;
    if (!found)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < found->count; i++)
        warn(c, &found->findings[i]);
    querylint_free(found);
    return true;
}
