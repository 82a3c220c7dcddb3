/* How the rows of a call come.
 *
 * PostgreSQL has two ways. The result of the prepared statement costs the server no planning and
 * the client least, but libpq and the wire keep the whole answer beside the arrays. COPY gives up
 * each row as it comes; it takes no values, is planned each time, and costs a block of memory for
 * each row. So what is small comes as a result and what is large by COPY: by the bytes that the
 * same statement gave the last time, which are its rows times their width. Of what never ran
 * nothing is known, and it might be large.
 *
 * What came is kept in the plan of the statement as COPY runs it. That is another statement to the
 * caches: its key is that of the call with a trailer behind it. */
#include "columns/columns.h"

#include <stdio.h>
#include <stdlib.h>

/* What a connection keeps as a buffer for answers anyway. */
enum { MOST_BYTES_OF_RESULT = 1 << 20 };

/* ---- the statement that is copied ------------------------------------------------------------ */

typedef bool make_function(tenon_dialect dialect, const uint8_t *key, size_t length,
                           tenon__cached *out, tenon_error *err);

typedef struct trailer {
    make_function *make;
    size_t inner_length;
} trailer;

typedef struct copied {
    tenon__statement statement; /* first */
    tenon__cached inner;
    atomic_size_t rows, bytes; /* of the last time; bytes 0: there was none */
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

static bool acquire(tenon__way *way, tenon_session *s, const tenon__call *inner)
{
    trailer end = {.make = inner->make, .inner_length = inner->key_length};
    size_t length = inner->key_length + sizeof end;
    uint8_t *key = tenon__arena_alloc(tenon__session_scratch(s), length);
    if (!key)
        return tenon__fail_no_memory(tenon__session_error(s));
    memcpy(key, inner->key, inner->key_length);
    memcpy(key + inner->key_length, &end, sizeof end);
    way->call = *inner;
    way->call.key = key;
    way->call.key_length = length;
    way->call.make = make_copied;
    way->plan = tenon__plan_acquire(s, &way->call);
    return way->plan;
}

static copied *copied_of(const tenon__way *way)
{
    return (copied *)(uintptr_t)tenon__plan_statement(way->plan);
}

/* ---- the choice ------------------------------------------------------------------------------ */

static bool decide(tenon__way *way, bool is_copied, const char *why)
{
    way->is_copied = is_copied;
    way->why = why;
    return true;
}

static bool is_sql_of_copy(const tenon__statement *statement)
{
    return !memchr(statement->sql, ';', statement->sql_length);
}

/* Why it cannot be copied; or NULL. */
static const char *obstacle(const tenon_session *s, const tenon__call *call,
                            const tenon__statement *statement)
{
    if (tenon__session_dialect(s) != TENON_POSTGRESQL)
        return "result: SQLite steps through the statement";
    if (call->value_count)
        return "result: the statement has values, and COPY takes none";
    return is_sql_of_copy(statement) ? NULL : "result: COPY takes no semicolon";
}

/* By what came the last time. */
static bool decide_by_size(tenon__way *way)
{
    copied *c = copied_of(way);
    way->rows = atomic_load_explicit(&c->rows, memory_order_relaxed);
    way->bytes = atomic_load_explicit(&c->bytes, memory_order_relaxed);
    if (!way->bytes)
        return decide(way, true, "COPY: it is not known how many rows come");
    return way->bytes > MOST_BYTES_OF_RESULT
               ? decide(way, true, "COPY: it was much the last time")
               : decide(way, false, "result: it was little the last time");
}

bool tenon__way_choose(tenon__way *way, tenon_session *s, const tenon__call *call,
                       const tenon__statement *statement)
{
    const char *reason = obstacle(s, call, statement);
    if (reason && way->wanted == TENON_COLUMNS_COPY)
        return tenon__fail(tenon__session_error(s), TENON_UNSUPPORTED,
                           "COPY takes PostgreSQL, and a statement without values");
    if (reason)
        return decide(way, false, reason);
    if (!acquire(way, s, call))
        return false;
    if (way->wanted == TENON_COLUMNS_AUTO)
        return decide_by_size(way);
    bool is_copied = way->wanted == TENON_COLUMNS_COPY;
    return decide(way, is_copied, is_copied ? "COPY: asked for" : "result: asked for");
}

void tenon__way_wrap(const tenon__way *way, tenon__call *call)
{
    call->key = way->call.key;
    call->key_length = way->call.key_length;
    call->make = way->call.make;
}

/* ---- afterwards ------------------------------------------------------------------------------ */

void tenon__way_tell(const tenon__way *way, tenon_columns *columns)
{
    columns->transport = way->is_copied ? TENON_COLUMNS_COPY : TENON_COLUMNS_RESULT;
    if (!way->bytes)
        snprintf(columns->reason, sizeof columns->reason, "%s", way->why);
    else
        snprintf(columns->reason, sizeof columns->reason, "%s (%zu rows of %zu bytes)", way->why,
                 way->rows, way->rows ? way->bytes / way->rows : 0);
}

void tenon__way_note(const tenon__way *way, const tenon_columns *columns)
{
    if (!way->plan)
        return;
    copied *c = copied_of(way);
    atomic_store_explicit(&c->rows, columns->row_count, memory_order_relaxed);
    atomic_store_explicit(&c->bytes, columns->bytes + 1, memory_order_relaxed);
}

void tenon__way_release(tenon__way *way)
{
    tenon__plan_release(way->plan);
    way->plan = NULL;
}
