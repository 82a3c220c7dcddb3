/* Operations to their end, with the caller standing still: the synchronous API.
 *
 * This is the loop that an event-driven caller would have of its own. All of it that waits is in
 * wait.c. */
#include "db/operation.h"

/* The session's time starts now. */
static int64_t deadline_of(const tenon_session *s)
{
    if (TENON__LIKELY(s->budget_us == TENON__NEVER))
        return TENON__NEVER;
    return tenon__deadline_after(s->budget_us);
}

static bool fail_forked(tenon_error *err)
{
    tenon__fail(err, TENON_MISUSE, "this database was opened before a fork");
    tenon__hint(err, "open it in the child: connections cannot be shared between processes");
    return false;
}

bool tenon__operation_init(tenon__operation *op, tenon_session *s, bool writes)
{
    if (tenon__session_is_failed(s))
        return false;
    if (TENON__UNLIKELY(tenon__is_forked(&s->db->process)))
        return fail_forked(&s->error);
    if (s->depth && !tenon__transaction_is_sound(s))
        return false;
    *op = (tenon__operation){.db = s->db,
                             .session = s,
                             .err = &s->error,
                             .lane = tenon__lane_for(s->db, writes),
                             .member = s->pinned,
                             .phase = s->pinned ? TENON__START : TENON__LEASE,
                             .deadline_us = deadline_of(s)};
    return true;
}

void tenon__operation_init_lease(tenon__operation *op, tenon_db *db, tenon__lane *lane,
                                 tenon_error *err)
{
    *op = (tenon__operation){
        .db = db, .err = err, .lane = lane, .keeps_member = true, .deadline_us = TENON__NEVER};
}

/* False when the time came first. */
static bool wait_for(tenon__operation *op, tenon__need need)
{
    switch (need) {
    case TENON__NEED_READ:
    case TENON__NEED_WRITE:
        return tenon__wait_socket(op->db->driver->socket(op->member->connection),
                                  need == TENON__NEED_WRITE, op->until_us);
    case TENON__NEED_TURN:
        op->turn = tenon__lane_wait(op->lane, &op->waiter, op->until_us);
        return op->turn != TENON__TURN_QUEUED;
    case TENON__NEED_PAUSE:
        return tenon__wait_pause(op->pause_us, op->until_us);
    case TENON__NEED_NOTHING:
        break;
    }
    return true;
}

bool tenon__operation_run(tenon__operation *op)
{
    tenon__need need;
    while ((need = tenon__operation_step(op)) != TENON__NEED_NOTHING)
        if (!wait_for(op, need))
            tenon__operation_expire(op);
    return op->is_done;
}

static bool run_call(tenon_session *s, const tenon__call *call)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, call->writes))
        return false;
    op.call = call;
    if (call->rows) {
        op.rows_before = call->rows->count;
        op.had_items = call->rows->items != NULL;
        op.mark = tenon__arena_mark_here(call->rows->arena);
    }
    return tenon__operation_run(&op);
}

bool tenon__run(tenon_session *s, const tenon__call *call)
{
    bool is_done = run_call(s, call);
    if (s)
        tenon__arena_clear(&s->scratch);
    return is_done;
}
