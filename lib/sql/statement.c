/* Calls of statements of SQL files.
 *
 * A generated function passes its descriptor and its parameters; what happens here is to find the
 * variant and the values and to hand both to lib/db, as lib/model does with what it has walked. */
#include "sql/statement.h"

#include <stdio.h>

enum { STACK_VALUES = 32 };

/* ---- what every call begins with ------------------------------------------------------------- */

static bool is_made_for_us(const tenon_statement *statement)
{
    return statement->abi == TENON_ABI && statement->size == sizeof *statement &&
           statement->part_count <= TENON_MOST_PARTS &&
           (uint64_t)statement->order_count << statement->part_count <= TENON_MOST_VARIANTS;
}

bool tenon__statement_check(tenon_session *s, const tenon_statement *statement)
{
    tenon_error *err = tenon__session_error(s);
    if (tenon__session_is_failed(s))
        return false;
    if (TENON__UNLIKELY(!is_made_for_us(statement)))
        return tenon__fail(err, TENON_MISUSE,
                           "the statements were generated for another version of tenon");
    if (TENON__LIKELY(tenon__statement_texts(statement, tenon__session_dialect(s)) != NULL))
        return true;
    tenon__fail(err, TENON_UNSUPPORTED, "%s has no text for %s", statement->name,
                tenon__session_driver(s)->name);
    tenon__hint(err, "%s: write one for this database", statement->origin);
    return false;
}

bool tenon__statement_name_error(tenon_session *s, const tenon_statement *statement)
{
    tenon_error *err = tenon__session_error(s);
    char message[sizeof err->message], prefix[sizeof err->message];
    bool is_about_it = err->status >= TENON_MISUSE && err->status <= TENON_SCHEMA;
    if ((!is_about_it && err->status != TENON_RANGE) || err->model[0])
        return false;
    memcpy(message, err->message, sizeof message);
    snprintf(prefix, sizeof prefix, "%s (%s): ", statement->name, statement->origin);
    size_t length = strlen(prefix);
    tenon__error_copy(err->message, sizeof err->message, prefix);
    tenon__error_copy(err->message + length, sizeof err->message - length, message);
    return false;
}

typedef struct execution {
    tenon__ready ready;
    const void *stack[STACK_VALUES];
} execution;

static bool reserve_values(tenon_session *s, const tenon_statement *statement, execution *e)
{
    e->ready.values = e->stack;
    if (TENON__UNLIKELY(statement->parameter_count > STACK_VALUES))
        e->ready.values = tenon__arena_array(tenon__session_scratch(s), statement->parameter_count,
                                             sizeof *e->ready.values);
    return e->ready.values || tenon__fail_no_memory(tenon__session_error(s));
}

/* False when there is nothing to run; then the session has failed. */
static bool begin(tenon_session *s, const tenon_statement *statement, const void *params,
                  execution *e)
{
    if (!tenon__statement_check(s, statement))
        return false;
    if (reserve_values(s, statement, e) && tenon__statement_read(s, statement, params, &e->ready))
        return true;
    tenon__arena_clear(tenon__session_scratch(s));
    return false;
}

tenon__call tenon__statement_call(const tenon__ready *ready, tenon__rows *rows, int64_t *affected)
{
    return (tenon__call){.key = (const uint8_t *)&ready->key,
                         .key_length = sizeof ready->key,
                         .make = tenon__statement_make,
                         .writes = ready->key.statement->writes,
                         .needs_primary = ready->key.statement->may_write,
                         .values = ready->values,
                         .value_count = ready->value_count,
                         .rows = rows,
                         .affected = affected};
}

static bool run(tenon_session *s, const tenon_statement *statement, const void *params,
                tenon__rows *rows, int64_t *affected)
{
    execution e;
    if (!begin(s, statement, params, &e))
        return false;
    tenon__call call = tenon__statement_call(&e.ready, rows, affected);
    return TENON__LIKELY(tenon__run(s, &call)) || tenon__statement_name_error(s, statement);
}

/* ---- one execution --------------------------------------------------------------------------- */

static void *fail_count(tenon_session *s, const tenon_statement *statement, size_t count)
{
    tenon_error *err = tenon__session_error(s);
    if (count == 0) {
        tenon__fail(err, TENON_CONFLICT, "%s gave no row, and there has to be one",
                    statement->name);
        tenon__hint(err, "a query that may find none is :maybe");
    } else {
        tenon__fail(err, TENON_CONFLICT, "%s gave %zu rows instead of one", statement->name, count);
        tenon__hint(err, "LIMIT 1 takes the first, :many takes all");
    }
    return NULL;
}

static tenon__rows rows_for(tenon_session *s)
{
    return (tenon__rows){.arena = s ? tenon__session_arena(s) : NULL};
}

void *tenon_statement_one(tenon_session *s, const tenon_statement *statement, const void *params)
{
    tenon__rows rows = rows_for(s);
    rows.expected = 1;
    rows.asks_second = !statement->is_single;
    if (!run(s, statement, params, &rows, NULL))
        return NULL;
    if (TENON__LIKELY(rows.count == 1))
        return rows.items;
    bool may_be_none = statement->kind == TENON_STATEMENT_MAYBE && rows.count == 0;
    return may_be_none ? NULL : fail_count(s, statement, rows.count);
}

tenon_list tenon_statement_many(tenon_session *s, const tenon_statement *statement,
                                const void *params)
{
    tenon__rows rows = rows_for(s);
    if (!run(s, statement, params, &rows, NULL))
        return (tenon_list){0};
    return (tenon_list){.items = rows.items, .count = rows.count};
}

bool tenon_statement_exec(tenon_session *s, const tenon_statement *statement, const void *params)
{
    return run(s, statement, params, NULL, NULL);
}

int64_t tenon_statement_rows(tenon_session *s, const tenon_statement *statement, const void *params)
{
    int64_t affected = 0;
    return run(s, statement, params, NULL, &affected) ? affected : 0;
}

bool tenon__statement_explain(tenon_session *s, const tenon_statement *statement,
                              const void *params, tenon__rows *rows, const char **sql)
{
    execution e;
    if (!begin(s, statement, params, &e))
        return false;
    e.ready.key.use = TENON__USE_EXPLAIN;
    rows->arena = tenon__session_arena(s);
    *sql = tenon__statement_texts(statement, tenon__session_dialect(s))[e.ready.key.variant].sql;
    tenon__call call = tenon__statement_call(&e.ready, rows, NULL);
    call.writes = call.needs_primary = false;
    return tenon__run(s, &call) || tenon__statement_name_error(s, statement);
}

tenon_stream *tenon_statement_stream(tenon_session *s, const tenon_statement *statement,
                                     const void *params)
{
    execution e;
    if (!begin(s, statement, params, &e))
        return NULL;
    tenon__call call = tenon__statement_call(&e.ready, NULL, NULL);
    tenon_stream *stream = tenon__stream_open(s, &call, NULL, (tenon__arrival){0});
    if (!stream)
        tenon__statement_name_error(s, statement);
    return stream;
}
