/* One statement for many params structs: sent together, or as the rows of a bulk load.
 *
 * A batch goes in chunks, one round trip each: more in one would save nothing, and hold more memory
 * on both sides. A bulk load reads its rows one by one while it runs, so it holds none. Either way
 * what takes several statements is a transaction, and goes with the first that fails. */
#include "sql/statement.h"

enum { MOST_TOGETHER = 512 };

/* ---- batch ----------------------------------------------------------------------------------- */

typedef struct batch {
    tenon_session *session;
    const tenon_statement *statement;
    const char *params;
    size_t count;
    tenon_list *lists; /* of rows, one a params struct; NULL: none are wanted */
    int64_t affected;  /* in all */
    tenon__arena memory;
} batch;

/* What one chunk is made of, an item a params struct. */
typedef struct chunk {
    tenon__ready *ready;
    tenon__call *calls;
    tenon__rows *rows;
    int64_t *affected;
    const void **values;
} chunk;

static bool reserve(batch *b, size_t count, chunk *c)
{
    size_t width = b->statement->parameter_count;
    tenon__arena_clear(&b->memory);
    c->ready = tenon__arena_array(&b->memory, count, sizeof *c->ready);
    c->calls = tenon__arena_array(&b->memory, count, sizeof *c->calls);
    c->rows = tenon__arena_array(&b->memory, count, sizeof *c->rows);
    c->affected = tenon__arena_array(&b->memory, count, sizeof *c->affected);
    c->values = tenon__arena_array(&b->memory, count * width, sizeof *c->values);
    bool is_whole = c->ready && c->calls && c->rows && c->affected && c->values;
    return is_whole || tenon__fail_no_memory(tenon__session_error(b->session));
}

static bool make_calls(batch *b, size_t first, size_t count, chunk *c)
{
    for (size_t i = 0; i < count; i++) {
        const char *params = b->params + (first + i) * b->statement->params_size;
        c->ready[i].values = c->values + i * b->statement->parameter_count;
        if (!tenon__statement_read(b->session, b->statement, params, &c->ready[i]))
            return false;
        c->rows[i] = (tenon__rows){
            .arena = tenon__session_arena(b->session), .expected = 1, .asks_second = true};
        c->calls[i] =
            tenon__statement_call(&c->ready[i], b->lists ? &c->rows[i] : NULL, &c->affected[i]);
    }
    return true;
}

static bool run_chunk(batch *b, size_t first, size_t count)
{
    chunk c;
    if (!reserve(b, count, &c) || !make_calls(b, first, count, &c) ||
        !tenon__run_together(b->session, c.calls, count, false, NULL))
        return false;
    for (size_t i = 0; i < count; i++) {
        b->affected += c.affected[i];
        if (b->lists)
            b->lists[first + i] = (tenon_list){c.rows[i].items, c.rows[i].count};
    }
    return true;
}

static bool run_chunks(batch *b)
{
    size_t count = 0;
    for (size_t done = 0; done < b->count; done += count) {
        count = b->count - done < MOST_TOGETHER ? b->count - done : MOST_TOGETHER;
        if (!run_chunk(b, done, count))
            return false;
    }
    return true;
}

static bool run_batch(batch *b)
{
    bool is_one = b->count <= MOST_TOGETHER;
    bool is_done = is_one || tenon_begin(b->session);
    if (is_done)
        is_done = run_chunks(b);
    tenon__arena_release(&b->memory);
    if (!is_one)
        is_done = tenon_commit(b->session); /* which rolls back after a failure */
    return is_done || tenon__statement_name_error(b->session, b->statement);
}

int64_t tenon_statement_batch(tenon_session *s, const tenon_statement *statement,
                              const void *params, size_t count)
{
    batch b = {.session = s, .statement = statement, .params = params, .count = count};
    return tenon__statement_check(s, statement) && run_batch(&b) ? b.affected : 0;
}

tenon_list *tenon_statement_batch_lists(tenon_session *s, const tenon_statement *statement,
                                        const void *params, size_t count)
{
    batch b = {.session = s, .statement = statement, .params = params, .count = count};
    if (!tenon__statement_check(s, statement))
        return NULL;
    b.lists = tenon__arena_array(tenon__session_arena(s), count, sizeof *b.lists);
    if (!b.lists)
        tenon__fail_no_memory(tenon__session_error(s));
    return b.lists && run_batch(&b) ? b.lists : NULL;
}

/* ---- bulk load ------------------------------------------------------------------------------- */

typedef struct load {
    tenon_session *session;
    const tenon_statement *statement;
    const char *params;
    size_t count;
    tenon__ready ready; /* the row that is loaded */
    int64_t loaded;
} load;

static const void *const *next_row(void *context, size_t i)
{
    load *l = context;
    const char *params = l->params + i * l->statement->params_size;
    bool is_read = tenon__statement_read(l->session, l->statement, params, &l->ready);
    return is_read ? l->ready.values : NULL;
}

static bool load_by_copy(load *l)
{
    tenon__call call = tenon__statement_call(&l->ready, NULL, NULL);
    tenon__shared_plan *plan = tenon__plan_acquire(l->session, &call);
    bool is_done = plan && tenon__run_copy(l->session, tenon__plan_statement(plan), l->count,
                                           next_row, l, &l->loaded);
    tenon__plan_release(plan);
    return is_done;
}

/* A value that is refused ends the statement, but does not undo the rows before it. */
static bool load_by_insert(load *l)
{
    const tenon__row_source source = {.count = l->count, .next = next_row, .context = l};
    const void *values[] = {&source};
    tenon__ready ready = {.key = l->ready.key, .values = values, .value_count = 1};
    ready.key.use = TENON__USE_ROWS_GIVEN;
    tenon__call call = tenon__statement_call(&ready, NULL, &l->loaded);
    if (!tenon_begin(l->session))
        return false;
    tenon__run(l->session, &call);
    return tenon_commit(l->session);
}

int64_t tenon_statement_copy(tenon_session *s, const tenon_statement *statement, const void *params,
                             size_t count)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena memory = {0};
    load l = {.session = s, .statement = statement, .params = params, .count = count};
    if (!tenon__statement_check(s, statement) || count == 0)
        return 0;
    l.ready.values =
        tenon__arena_array(&memory, statement->parameter_count, sizeof *l.ready.values);
    if (!l.ready.values) {
        tenon__fail_no_memory(tenon__session_error(s));
        return 0;
    }
    if (!next_row(&l, 0))
        return 0;
    bool is_done = tenon__session_driver(s)->can_copy ? load_by_copy(&l) : load_by_insert(&l);
    return is_done ? l.loaded : tenon__statement_name_error(s, statement);
}
