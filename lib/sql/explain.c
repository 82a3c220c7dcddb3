/* How the database would go about a statement: its own words, through the way of all calls. */
#include "sql/dynamic.h"

static tenon_explanation *begin(tenon_session *s, const char *sql)
{
    tenon_explanation *out = tenon__arena_zalloc(tenon__session_arena(s), sizeof *out);
    if (!out) {
        tenon__fail_no_memory(tenon__session_error(s));
        return NULL;
    }
    out->sql = sql;
    out->round_trip_us = tenon__session_round_trip_us(s);
    return out;
}

static const tenon_explanation *finish(tenon_session *s, tenon_explanation *out,
                                       const tenon__rows *rows)
{
    const tenon__plan_step *steps = (const tenon__plan_step *)(const void *)rows->items;
    out->plan = tenon__plan_steps_text(tenon__session_arena(s), steps, rows->count);
    if (out->plan)
        return out;
    tenon__fail_no_memory(tenon__session_error(s));
    return NULL;
}

const tenon_explanation *tenon_sql_explain(tenon_sql *q)
{
    if (!tenon__text_can_run(q))
        return NULL;
    tenon__rows rows = {.arena = q->arena};
    tenon_explanation *out = begin(q->session, tenon_sql_text(q));
    bool is_done = out && tenon__text_run(q, NULL, TENON__TEXT_EXPLAINS, &rows, NULL);
    return is_done ? finish(q->session, out, &rows) : NULL;
}

const tenon_explanation *tenon_statement_explain(tenon_session *s, const tenon_statement *statement,
                                                 const void *params)
{
    tenon__rows rows = {0};
    const char *sql;
    if (!tenon__statement_explain(s, statement, params, &rows, &sql))
        return NULL;
    tenon_explanation *out = begin(s, sql);
    return out ? finish(s, out, &rows) : NULL;
}
