/* Several calls in one round trip, or one after the other where the driver knows no better.
 *
 * Either way all of them happen or none does: outside of a transaction the server takes what is
 * sent together for one; where it is not, there is a BEGIN around them. Hooks see each call: those
 * that come before when none has been sent, those that come after when all are through.
 *
 * The statements of all calls are held in the cache of the connection until the operation is over,
 * so that finding the last one does not push out the first. */
#include "db/transaction.h"

/* ---- the operation's part -------------------------------------------------------------------- */

void tenon__together_look_at(tenon__operation *op, size_t at)
{
    op->together->at = at;
    op->call = &op->together->calls[at];
    op->kept = op->together->kept[at];
}

/* A driver that can send several prepares them along with that: at once. */
static bool find_statement(tenon__operation *op, size_t at)
{
    tenon__together *together = op->together;
    tenon__kept *kept = tenon__operation_statement(op);
    together->kept[at] = op->kept = kept;
    if (!kept)
        return false;
    tenon__statement_cache_hold(kept);
    if (!kept->prepared &&
        op->db->driver->prepare(op->member->connection, kept->plan->cached.statement,
                                &kept->prepared, op->err) != TENON__DONE)
        return false;
    together->pieces[at] = (tenon__execution){kept->prepared, op->call->values};
    return true;
}

tenon__progress tenon__together_start(tenon__operation *op)
{
    tenon__together *together = op->together;
    memset(together->kept, 0, together->count * sizeof(tenon__kept *));
    for (size_t i = 0; i < together->count; i++) {
        tenon__together_look_at(op, i);
        together->failed = i;
        if (!find_statement(op, i))
            return TENON__FAILED;
    }
    tenon__together_look_at(op, 0);
    return op->db->driver->execute_together(op->member->connection, together->pieces,
                                            together->count, together->at_one_moment,
                                            &together->failed, op->err);
}

void tenon__together_let_go(tenon__operation *op)
{
    tenon__statement_cache_let_go(&op->member->statements, op->db->driver, op->member->connection);
}

void tenon__together_finish(tenon__operation *op)
{
    tenon__together *together = op->together;
    for (size_t i = 0; i < together->count; i++) {
        tenon__kept *kept = together->kept[i];
        if (!kept->is_held)
            continue;
        kept->is_proven = true;
        kept->is_held = false;
        if (kept->plan->cached.statement->flags & TENON__ONCE)
            tenon__statement_cache_drop(&op->member->statements, kept, op->db->driver,
                                        op->member->connection);
    }
    op->kept = NULL;
    tenon__together_let_go(op);
}

void tenon__together_drop_rows(tenon__operation *op)
{
    const tenon__together *together = op->together;
    for (size_t i = together->count; i-- > 0;)
        tenon__rows_go_back(together->calls[i].rows, &together->before[i]);
}

/* ---- one round trip -------------------------------------------------------------------------- */

static bool does_write(const tenon__call *calls, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (calls[i].writes)
            return true;
    return false;
}

/* Of a driver with connections that only read, what writes must not get one of these. */
static bool is_fixed(const tenon_session *s, const tenon__together *together)
{
    bool is_fixed = together->writes;
    for (size_t i = 0; i < together->count && s->db->router; i++)
        is_fixed |= tenon__needs_primary(s, &together->calls[i]);
    return is_fixed;
}

static bool reserve(tenon__together *together, tenon__arena *scratch)
{
    together->pieces = tenon__arena_array(scratch, together->count, sizeof *together->pieces);
    together->kept = tenon__arena_array(scratch, together->count, sizeof(tenon__kept *));
    together->before = tenon__arena_array(scratch, together->count, sizeof *together->before);
    return together->pieces && together->kept && together->before;
}

static bool count_statements(tenon_session *s, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!tenon__count_statement(s))
            return false;
    return true;
}

static bool send_together(tenon_session *s, tenon__together *together, size_t *failed)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, is_fixed(s, together)))
        return false;
    if (together->writes && s->limits.is_read_only)
        return tenon__transaction_refuse_write(s);
    if (!count_statements(s, together->count))
        return false;
    if (!reserve(together, &s->scratch))
        return tenon__fail_no_memory(&s->error);
    for (size_t i = 0; i < together->count; i++)
        tenon__rows_note(together->calls[i].rows, &together->before[i]);
    op.together = together;
    op.call = &together->calls[0];
    bool is_done = tenon__operation_run(&op);
    *failed = together->at;
    return is_done;
}

/* ---- one after the other --------------------------------------------------------------------- */

static bool run_each(tenon_session *s, const tenon__together *together, size_t *failed)
{
    for (size_t i = 0; i < together->count; i++) {
        *failed = i;
        if (!tenon__run_call(s, &together->calls[i]))
            return false;
    }
    return true;
}

/* Commits what went well; what is rolled back with a failure leaves no rows either. */
static bool run_in_transaction(tenon_session *s, tenon__together *together, size_t *failed)
{
    const tenon_transaction_options reading = {.read_only = true};
    if (!reserve(together, &s->scratch))
        return tenon__fail_no_memory(&s->error);
    for (size_t i = 0; i < together->count; i++)
        tenon__rows_note(together->calls[i].rows, &together->before[i]);
    if (!tenon__transaction_begin(s, together->writes ? NULL : &reading))
        return false;
    bool is_done = run_each(s, together, failed);
    if (!is_done)
        tenon__transaction_undo(s, s->depth);
    else
        is_done = tenon__transaction_commit(s);
    for (size_t i = is_done ? 0 : together->count; i-- > 0;)
        tenon__rows_go_back(together->calls[i].rows, &together->before[i]);
    return is_done;
}

/* ---- the call -------------------------------------------------------------------------------- */

static bool run_all(tenon_session *s, tenon__together *together, size_t *failed)
{
    bool is_open = s->depth > s->base;
    if (s->db->driver->execute_together)
        return send_together(s, together, failed);
    if (is_open || (!together->writes && !together->at_one_moment))
        return run_each(s, together, failed);
    return run_in_transaction(s, together, failed);
}

static bool run_statement(tenon_session *s, tenon__together *together, size_t *failed)
{
    bool is_done = tenon__statement_begin(s) && run_all(s, together, failed);
    return tenon__statement_end(s, is_done);
}

/* All that were begun are told how it ended, whatever the others say. */
static bool end_watches(tenon__watch *watches, const tenon__together *together, size_t count,
                        bool is_done)
{
    for (size_t i = 0; i < count; i++)
        is_done &= tenon__watch_end(&watches[i], is_done, together->calls[i].affected);
    return is_done;
}

/* The calls are those that the watches say. */
static bool wear(tenon_session *s, tenon__together *together, const tenon__watch *watches)
{
    tenon__call *calls = tenon__arena_array(&s->scratch, together->count, sizeof *calls);
    if (!calls)
        return tenon__fail_no_memory(&s->error);
    for (size_t i = 0; i < together->count; i++)
        calls[i] = *watches[i].call;
    together->calls = calls;
    return true;
}

static bool run_watched(tenon_session *s, tenon__together *together, size_t *failed)
{
    tenon__watch *watches = tenon__arena_array(&s->scratch, together->count, sizeof *watches);
    if (!watches)
        return tenon__fail_no_memory(&s->error);
    size_t begun = 0;
    while (begun < together->count &&
           tenon__watch_begin(&watches[begun], s, &together->calls[begun], NULL))
        begun++;
    *failed = begun;
    bool is_done = begun == together->count && wear(s, together, watches) &&
                   run_statement(s, together, failed);
    return end_watches(watches, together, begun, is_done);
}

bool tenon__run_together(tenon_session *s, const tenon__call *calls, size_t count,
                         bool at_one_moment, size_t *failed)
{
    size_t unheeded = 0;
    failed = failed ? failed : &unheeded;
    *failed = 0;
    if (tenon__session_is_failed(s))
        return false;
    assert(count > 0);
    tenon__together together = {.calls = calls,
                                .count = count,
                                .writes = does_write(calls, count),
                                .at_one_moment = at_one_moment && s->depth == 0};
    bool is_done = tenon__is_watched(s) ? run_watched(s, &together, failed)
                                        : run_statement(s, &together, failed);
    tenon__arena_clear(&s->scratch);
    return is_done;
}

bool tenon__session_sees_one_moment(const tenon_session *s)
{
    return s->depth == 0 || s->limits.sees_one_moment;
}
