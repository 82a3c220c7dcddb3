/* The rows of a call, as columns.
 *
 * A session can have a host that runs its calls (db.h), which is how batches hold them back. Here
 * the host lets through the one call that comes next, changed in two ways: its rows go to a sink,
 * and a statement without values is told to come by COPY. So every call that reads rows, whoever
 * wrote it, can be read so, and hooks, statistics, deadlines and transactions are those of the
 * call.
 *
 * A statement that comes by COPY is another one to the caches: its key is that of the call with
 * a trailer behind it. */
#include "columns/columns.h"

#include <stdlib.h>

typedef struct capture {
    tenon__host host; /* first: the session knows the capture by it */
    tenon__host *previous;
    tenon__sink sink; /* the driver knows the capture by that */
    tenon__table table;
    tenon_columns_transport transport;
    bool has_run, is_done;
} capture;

/* ---- a statement that is copied -------------------------------------------------------------- */

typedef bool make_function(tenon_dialect dialect, const uint8_t *key, size_t length,
                           tenon__cached *out, tenon_error *err);

typedef struct trailer {
    make_function *make;
    size_t inner_length;
} trailer;

typedef struct copied {
    tenon__statement statement;
    tenon__cached inner;
} copied;

static void free_copied(void *owner)
{
    copied *c = owner;
    if (c->inner.free_owner)
        c->inner.free_owner(c->inner.owner);
    free(c);
}

static bool make_copied(tenon_dialect dialect, const uint8_t *key, size_t length,
                        tenon__cached *out, tenon_error *err)
{
    trailer end;
    memcpy(&end, key + length - sizeof end, sizeof end);
    copied *c = calloc(1, sizeof *c);
    if (!c)
        return tenon__fail_no_memory(err);
    if (!end.make(dialect, key, end.inner_length, &c->inner, err)) {
        free(c);
        return false;
    }
    c->statement = *c->inner.statement;
    c->statement.flags |= TENON__COPIED_OUT;
    *out = (tenon__cached){.statement = &c->statement,
                           .bytes = c->inner.bytes + sizeof *c,
                           .owner = c,
                           .free_owner = free_copied};
    return true;
}

static bool wrap(tenon_session *s, const tenon__call *inner, tenon__call *out)
{
    trailer end = {.make = inner->make, .inner_length = inner->key_length};
    size_t length = inner->key_length + sizeof end;
    uint8_t *key = tenon__arena_alloc(tenon__session_scratch(s), length);
    if (!key)
        return tenon__fail_no_memory(tenon__session_error(s));
    memcpy(key, inner->key, inner->key_length);
    memcpy(key + inner->key_length, &end, sizeof end);
    out->key = key;
    out->key_length = length;
    out->make = make_copied;
    return true;
}

static bool can_be_copied(const tenon_session *s, const tenon__call *call,
                          const tenon__statement *statement)
{
    return tenon__session_dialect(s) == TENON_POSTGRESQL && !call->value_count &&
           !memchr(statement->sql, ';', statement->sql_length);
}

static bool choose(tenon_session *s, const capture *c, const tenon__call *call,
                   const tenon__statement *statement, bool *is_copied)
{
    *is_copied = c->transport != TENON_COLUMNS_RESULT && can_be_copied(s, call, statement);
    return *is_copied || c->transport != TENON_COLUMNS_COPY ||
           tenon__fail(tenon__session_error(s), TENON_UNSUPPORTED,
                       "COPY takes PostgreSQL, and a statement without values");
}

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

static bool run_captured(tenon_session *s, capture *c, const tenon__call *call, bool is_copied)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    tenon__rows rows = {.arena = &arena, .sink = &c->sink};
    tenon__call changed = *call;
    changed.rows = &rows;
    if (is_copied && !wrap(s, call, &changed))
        return false;
    return tenon__run(s, &changed);
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
    bool is_copied = false;
    c->has_run = true;
    c->is_done = plan && check(s, call, statement) && choose(s, c, call, statement, &is_copied) &&
                 run_captured(s, c, call, is_copied);
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

/* ---- the sink -------------------------------------------------------------------------------- */

static capture *capture_of(tenon__sink *sink)
{
    return (capture *)(void *)((char *)sink - offsetof(capture, sink));
}

static bool begin(tenon__sink *sink, const tenon__layout *layout, tenon_error *err)
{
    return tenon__table_begin(&capture_of(sink)->table, layout, err);
}

static bool take(tenon__sink *sink, const char *row, tenon_error *err)
{
    return tenon__table_add(&capture_of(sink)->table, row, err);
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
    c->sink = (tenon__sink){begin, take};
    c->transport = chosen.transport;
    c->table.limit_bytes = tenon__columns_limit(s, &chosen);
    tenon__session_set_host(s, &c->host);
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
        columns = tenon__table_take(&c->table);
    capture_free(s, c);
    return columns;
}
