/* Calls that run dynamic SQL. */
#include "sql/dynamic.h"

/* ---- the text -------------------------------------------------------------------------------- */

const tenon__own_dialect *tenon__own_dialect_of(tenon_dialect dialect)
{
    switch (dialect) {
    case TENON_POSTGRESQL:
        return &tenon__own_postgresql;
    case TENON_SQLITE:
        return &tenon__own_sqlite;
    }
    return NULL;
}

tenon_sql *tenon_sql_new(tenon_session *s)
{
    if (tenon__session_is_failed(s))
        return NULL;
    tenon__arena *arena = tenon__session_arena(s);
    tenon_sql *q = tenon__arena_zalloc(arena, sizeof *q);
    if (!q) {
        tenon__fail_no_memory(tenon__session_error(s));
        return NULL;
    }
    q->session = s;
    q->arena = arena;
    q->dialect = tenon__own_dialect_of(tenon__session_dialect(s));
    return q;
}

tenon_sql *tenon_sql_plan(tenon_sql *q, tenon_plan_mode plan)
{
    if (q)
        q->plan = plan;
    return q;
}

/* ---- running --------------------------------------------------------------------------------- */

bool tenon__text_can_run(const tenon_sql *q)
{
    if (!q || tenon__session_is_failed(q->session))
        return false;
    return q->first_word[0] || tenon__fail(tenon__session_error(q->session), TENON_MISUSE,
                                           "dynamic SQL: there is no statement in the text");
}

static bool check_result(const tenon_sql *q, const tenon_result *result)
{
    bool is_good = result && (result->model ? result->model->abi == TENON_ABI &&
                                                  result->model->size == sizeof(tenon_model)
                                            : result->columns && result->row_size);
    return is_good || tenon__fail(tenon__session_error(q->session), TENON_MISUSE,
                                  "dynamic SQL: rows need SQL_MODEL(&…_model) or a tenon_result");
}

static bool fail_run(tenon_sql *q)
{
    tenon__arena_clear(tenon__session_scratch(q->session));
    return false;
}

bool tenon__text_run(tenon_sql *q, const tenon_result *result, unsigned flags, tenon__rows *rows,
                     int64_t *affected)
{
    tenon__call call;
    if (!tenon__text_call(q, result, flags, rows, &call))
        return fail_run(q);
    call.affected = affected;
    return tenon__run(q->session, &call);
}

void *tenon_sql_one(tenon_sql *q, const tenon_result *result)
{
    if (!tenon__text_can_run(q) || !check_result(q, result))
        return NULL;
    tenon__rows rows = {.arena = q->arena, .expected = 1, .asks_second = true};
    if (!tenon__text_run(q, result, 0, &rows, NULL) || rows.count == 0)
        return NULL;
    if (rows.count == 1)
        return rows.items;
    tenon__fail(tenon__session_error(q->session), TENON_CONFLICT,
                "dynamic SQL: %zu rows instead of one", rows.count);
    return NULL;
}

tenon_list tenon_sql_many(tenon_sql *q, const tenon_result *result)
{
    if (!tenon__text_can_run(q) || !check_result(q, result))
        return (tenon_list){0};
    tenon__rows rows = {.arena = q->arena};
    if (!tenon__text_run(q, result, 0, &rows, NULL))
        return (tenon_list){0};
    return (tenon_list){.items = rows.items, .count = rows.count};
}

tenon_stream *tenon_sql_stream(tenon_sql *q, const tenon_result *result)
{
    tenon__call call;
    if (!tenon__text_can_run(q) || !check_result(q, result))
        return NULL;
    if (tenon__text_writes(q))
        tenon__fail(tenon__session_error(q->session), TENON_MISUSE,
                    "dynamic SQL: a stream only reads");
    else if (tenon__text_call(q, result, 0, NULL, &call))
        return tenon__stream_open(q->session, &call, NULL, (tenon__arrival){0});
    fail_run(q);
    return NULL;
}

int64_t tenon_sql_exec(tenon_sql *q)
{
    int64_t affected = 0;
    return tenon__text_can_run(q) && tenon__text_run(q, NULL, 0, NULL, &affected) ? affected : 0;
}
