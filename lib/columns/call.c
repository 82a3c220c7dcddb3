/* The rows of a call, as columns.
 *
 * A session can have a host that runs its calls (db.h), which is how batches hold them back. Here
 * the host lets through the one call that comes next, changed in two ways: its rows go to a sink,
 * and by the way that transport.c finds for them. So every call that reads rows, whoever wrote it,
 * can be read so, and hooks, statistics, deadlines and transactions are those of the call. */
#include "columns/columns.h"

#include <stdlib.h>

typedef struct capture {
    tenon__host host; /* first: the session knows the capture by it */
    tenon__host *previous;
    tenon__table table;
    tenon__way way;
    bool only_explains;
    bool has_run, is_done;
} capture;

/* ---- which calls ----------------------------------------------------------------------------- */

static bool points_at(const void *subject, uint32_t offset)
{
    const void *pointer;
    memcpy(&pointer, (const char *)subject + offset, sizeof pointer);
    return pointer != NULL;
}

static bool has_relations(const tenon_model *model, const void *query)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        if (points_at(query, relation->include_offset) ||
            (relation->is_list && points_at(query, relation->count_where_offset)))
            return true;
    }
    return false;
}

/* What the client's calls make of their rows besides a list is theirs. */
static bool is_list_of_rows(const tenon__call *call, const tenon__statement *statement)
{
    const tenon__about *about = &statement->about;
    bool is_clients = about->model && strcmp(about->operation, "sql") != 0;
    return call->rows && !call->writes && call->rows->expected != 1 && statement->layout &&
           !(is_clients && about->deed != TENON__DEED_LOAD);
}

static bool check(tenon_session *s, const tenon__call *call, const tenon__statement *statement)
{
    tenon_error *err = tenon__session_error(s);
    const tenon__about *about = &statement->about;
    if (!is_list_of_rows(call, statement)) {
        tenon__fail(err, TENON_MISUSE, "columns are read by a call that gives a list of rows");
        tenon__hint(err, "find_many without relations, a :many of a SQL file, tenon_sql_many");
        return false;
    }
    return !about->model || !call->subject || !has_relations(about->model, call->subject) ||
           tenon__fail(err, TENON_MISUSE, "columns have no relations: read them by a call each");
}

/* ---- the host -------------------------------------------------------------------------------- */

static bool run_captured(tenon_session *s, capture *c, const tenon__call *call)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    tenon__rows rows = {.arena = &arena, .sink = &c->table.sink};
    tenon__call changed = *call;
    changed.rows = &rows;
    if (c->way.is_copied)
        tenon__way_wrap(&c->way, &changed);
    return tenon__run(s, &changed);
}

static bool run_checked(tenon_session *s, capture *c, const tenon__call *call,
                        const tenon__statement *statement)
{
    if (!check(s, call, statement) || !tenon__way_choose(&c->way, s, call, statement))
        return false;
    return c->only_explains
               ? tenon__table_begin(&c->table, statement->layout, tenon__session_error(s))
               : run_captured(s, c, call);
}

/* A batch would hold it back, and give its rows to whoever asks for the same. */
static tenon__host *host_for_running(const capture *c)
{
    return c->previous && c->previous->run ? NULL : c->previous;
}

static bool run(tenon__host *host, tenon_session *s, const tenon__call *call)
{
    capture *c = (capture *)(void *)host;
    tenon__session_set_host(s, host_for_running(c));
    tenon__shared_plan *plan = tenon__plan_acquire(s, call);
    const tenon__statement *statement = plan ? tenon__plan_statement(plan) : NULL;
    c->has_run = true;
    c->is_done = plan && run_checked(s, c, call, statement);
    tenon__plan_release(plan);
    c->host.run = NULL; /* of what comes now nothing is meant */
    tenon__session_set_host(s, host);
    return c->is_done;
}

static bool wait_socket(tenon__host *host, int socket, bool for_write, int64_t until_us)
{
    tenon__host *previous = ((capture *)(void *)host)->previous;
    return previous ? previous->wait_socket(previous, socket, for_write, until_us)
                    : tenon__stand(NULL, socket, for_write, until_us);
}

static bool wait_turn(tenon__host *host, int64_t until_us)
{
    tenon__host *previous = ((capture *)(void *)host)->previous;
    return previous->wait_turn(previous, until_us);
}

static void wake(tenon__host *host)
{
    tenon__host *previous = ((capture *)(void *)host)->previous;
    previous->wake(previous);
}

/* ---- the calls ------------------------------------------------------------------------------- */

/* By what only its host has. */
static capture *capture_of_session(const tenon_session *s)
{
    tenon__host *host = s ? tenon__session_host(s) : NULL;
    return host && host->wait_socket == wait_socket ? (capture *)(void *)host : NULL;
}

static void capture_free(tenon_session *s, capture *c)
{
    tenon__session_set_host(s, c->previous);
    tenon__way_release(&c->way);
    tenon__table_release(&c->table);
    free(c);
}

void tenon_columns_expect(tenon_session *s, const tenon_columns_options *options)
{
    const tenon_columns_options chosen = options ? *options : (tenon_columns_options){0};
    if (tenon__session_is_failed(s))
        return;
    if (capture_of_session(s)) {
        tenon__fail(tenon__session_error(s), TENON_MISUSE,
                    "the session expects a call for columns already");
        return;
    }
    capture *c = calloc(1, sizeof *c);
    if (!c) {
        tenon__fail_no_memory(tenon__session_error(s));
        return;
    }
    tenon__host *previous = tenon__session_host(s);
    bool has_turns = previous && previous->wait_turn;
    c->previous = previous;
    c->host =
        (tenon__host){wait_socket, has_turns ? wait_turn : NULL, has_turns ? wake : NULL, run};
    tenon__table_open(&c->table, tenon__session_dialect(s));
    c->way.wanted = chosen.transport;
    c->only_explains = chosen.only_explain;
    c->table.limit_bytes = tenon__columns_limit(s, &chosen);
    tenon__session_set_host(s, &c->host);
}

static tenon_columns *take_columns(capture *c)
{
    tenon_columns *columns = tenon__table_take(&c->table);
    tenon__way_tell(&c->way, columns);
    if (!c->only_explains)
        tenon__way_note(&c->way, columns);
    return columns;
}

tenon_columns *tenon_columns_take(tenon_session *s)
{
    capture *c = capture_of_session(s);
    tenon_columns *columns = NULL;
    if (!c)
        return NULL;
    bool is_sound = !tenon__session_is_failed(s);
    if (is_sound && !c->has_run)
        tenon__fail(tenon__session_error(s), TENON_MISUSE,
                    "columns are read by one statement of this session, and none came");
    else if (is_sound && c->is_done)
        columns = take_columns(c);
    capture_free(s, c);
    return columns;
}
