/* The plan of a statement, asked for on a connection of the trace's own. The values of the call are
 * sent along, because PostgreSQL plans for them. EXPLAIN runs nothing; what does (ANALYZE) is asked
 * for in a transaction that may only read and is rolled back, and never of a write. */
#include "render/render.h"
#include "trace/tracer.h"
#include "trace/wrap.h"

#include <tenon/session.h>

enum { PATIENCE_US = 1000000, LONG_PATIENCE_US = 60000000 };

static bool make_explain(tenon_dialect dialect, const uint8_t *key, size_t length,
                         tenon__cached *out, tenon_error *err)
{
    tenon__wrapped *wrapped = tenon__unwrap(dialect, key, length, err);
    if (!wrapped)
        return false;
    tenon__statement *statement = &wrapped->statement;
    statement->sql = tenon__arena_format(&wrapped->arena, "%s%s", wrapped->text, statement->sql);
    statement->sql_length += strlen(wrapped->text);
    statement->flags = (statement->flags & ~(unsigned)TENON__WRITES) | TENON__ONCE;
    statement->layout = tenon__explain_layout(dialect, &wrapped->arena);
    statement->about = (tenon__about){.operation = "explain"};
    return tenon__wrapped_finish(wrapped, out, err);
}

static char *read_plan(tenon_session *s, const tenon__call *call, const char *words)
{
    tenon__rows rows = {.arena = tenon__session_arena(s)};
    tenon__call *explain =
        tenon__wrap(tenon__session_scratch(s), call, words, strlen(words) + 1, make_explain);
    if (!explain)
        return NULL;
    explain->writes = false;
    explain->rows = &rows;
    explain->affected = NULL;
    explain->subject = NULL;
    if (!tenon__run(s, explain))
        return NULL;
    const tenon__plan_step *steps = (const tenon__plan_step *)(const void *)rows.items;
    const char *text = tenon__plan_steps_text(rows.arena, steps, rows.count);
    return text ? tenon__text_copy(text) : NULL;
}

static tenon_session *open_session(tenon_db *beside, const tenon__measured *measured, int64_t us)
{
    tenon_session *s = tenon_session_open(beside, &(tenon_session_options){.deadline_us = us});
    if (s)
        tenon__session_stand_as(s, measured->session);
    return s;
}

char *tenon__plan_sample(tenon_db *beside, const tenon__measured *measured)
{
    const char *words = tenon__explain_words(tenon_db_dialect(beside));
    tenon_session *s = open_session(beside, measured, PATIENCE_US);
    char *plan = s ? read_plan(s, measured->call, words) : NULL;
    tenon_session_close(s);
    return plan;
}

char *tenon__plan_analyze(tenon_db *beside, const tenon__measured *measured)
{
    const tenon_transaction_options only_reads = {.read_only = true};
    if (measured->call->writes || tenon_db_dialect(beside) != TENON_POSTGRESQL)
        return NULL;
    tenon_session *s = open_session(beside, measured, LONG_PATIENCE_US);
    char *plan = NULL;
    if (tenon_begin_with(s, &only_reads))
        plan = read_plan(s, measured->call, "EXPLAIN (ANALYZE) ");
    tenon_rollback(s);
    tenon_session_close(s);
    return plan;
}

/* ---- hiding values --------------------------------------------------------------------------- */

static bool is_of_name(char c)
{
    return c == '_' || c == '$' || (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

/* Behind a string or a quoted name that begins here. */
static const char *quoted_end(const char *at)
{
    char quote = *at++;
    while (*at && (*at != quote || at[1] == quote))
        at += *at == quote ? 2 : 1;
    return *at ? at + 1 : at;
}

static const char *number_end(const char *at)
{
    while (is_of_name(*at) || *at == '.')
        at++;
    return at;
}

/* What a step is called stands in front of its costs, and its conditions behind a colon. */
static bool is_condition(const char *line)
{
    const char *end = line + strcspn(line, "\n");
    const char *colon = strstr(line, ": ");
    return colon && colon < end;
}

void tenon__plan_hide_values(char *plan)
{
    char *to = plan, before = '\n';
    bool hides_numbers = false;
    for (const char *at = plan; *at;) {
        const char *end = at + 1;
        bool is_number = *at >= '0' && *at <= '9' && !is_of_name(before);
        if (before == '\n')
            hides_numbers = is_condition(at);
        if (*at == '\'' || *at == '"')
            end = quoted_end(at);
        else if (is_number)
            end = number_end(at);
        bool is_hidden = *at == '\'' || (is_number && hides_numbers);
        before = end[-1];
        if (is_hidden)
            *to++ = '?';
        else
            to = (char *)memmove(to, at, (size_t)(end - at)) + (end - at);
        at = end;
    }
    *to = '\0';
}
