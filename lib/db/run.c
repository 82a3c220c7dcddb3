/* Operations to their end, with the caller standing still: the synchronous API.
 *
 * This is the loop that an event-driven caller would have of its own. All of it that waits is in
 * wait.c. */
#include "db/cancel.h"
#include "db/transaction.h"

static int64_t earlier_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* The session's time starts now, and that of its transaction's statements. Where a server runs them
 * it keeps that time itself. */
static void set_times(tenon__operation *op, const tenon_session *s)
{
    int64_t limit_us = s->limits.statement_us > 0 ? s->limits.statement_us : -1;
    op->deadline_us = op->limit_us = TENON__NEVER;
    op->patience_us = s->db->config.acquire_timeout_us;
    if (TENON__UNLIKELY(s->budget_us != TENON__NEVER))
        op->deadline_us = tenon__deadline_after(s->budget_us);
    if (TENON__LIKELY(limit_us < 0 && !s->limits.lock_us))
        return;
    if (s->db->driver->set_deadline)
        op->deadline_us = earlier_of(op->deadline_us, tenon__deadline_after(limit_us));
    else
        op->limit_us = tenon__deadline_after(limit_us);
    if (s->limits.lock_us && s->db->driver->has_single_writer)
        op->patience_us = s->limits.lock_us;
}

static bool fail_forked(tenon_error *err)
{
    tenon__fail(err, TENON_MISUSE, "this database was opened before a fork");
    tenon__hint(err, "open it in the child: connections cannot be shared between processes");
    return false;
}

static void clear(tenon__operation *op)
{
    memset(op, 0, offsetof(tenon__operation, db));
}

bool tenon__operation_init(tenon__operation *op, tenon_session *s, bool writes)
{
    if (tenon__session_is_failed(s))
        return false;
    if (TENON__UNLIKELY(tenon__is_forked(&s->db->process)))
        return fail_forked(&s->error);
    if (s->depth && !tenon__transaction_is_sound(s))
        return false;
    if (TENON__UNLIKELY(atomic_load_explicit(&s->is_cancelled, memory_order_relaxed)))
        return tenon__fail_cancelled(&s->error);
    clear(op);
    op->db = s->db;
    op->session = s;
    op->err = &s->error;
    op->lane = tenon__lane_for(s->db, writes);
    op->member = s->pinned;
    op->phase = s->pinned ? TENON__START : TENON__LEASE;
    set_times(op, s);
    return true;
}

void tenon__operation_init_lease(tenon__operation *op, tenon_db *db, tenon__lane *lane,
                                 tenon_error *err)
{
    clear(op);
    op->db = db;
    op->session = NULL;
    op->err = err;
    op->lane = lane;
    op->member = NULL;
    op->phase = TENON__LEASE;
    op->keeps_member = true;
    op->deadline_us = op->limit_us = TENON__NEVER;
    op->patience_us = db->config.acquire_timeout_us;
}

/* The first wait tells, and only of what could be sent at once. */
static void note_round_trip(tenon__operation *op, bool for_write)
{
    if (!for_write)
        tenon__round_trip_note(&op->db->round_trips, tenon__monotonic_us() - op->sent_us);
    op->sent_us = 0;
}

/* A connection that is being made, or asked whether it lives, is not worth stopping. */
static bool wait_for_server(tenon__operation *op, bool for_write)
{
    int socket = op->db->driver->socket(op->member->connection);
    bool is_working = op->phase != TENON__CONNECT && op->phase != TENON__CHECK;
    if (is_working)
        tenon__wait_begin(op);
    bool is_ready = tenon__wait_socket(socket, for_write, op->until_us);
    if (TENON__UNLIKELY(is_working && op->sent_us))
        note_round_trip(op, for_write);
    if (is_working)
        tenon__wait_end(op);
    return is_ready;
}

/* False when the time came first. */
static bool wait_for(tenon__operation *op, tenon__need need)
{
    switch (need) {
    case TENON__NEED_READ:
    case TENON__NEED_WRITE:
        return wait_for_server(op, need == TENON__NEED_WRITE);
    case TENON__NEED_TURN:
        /* Who cancels from here on finds the waiter in the queue. */
        op->turn =
            tenon__lane_wait(op->lane, &op->waiter, tenon__is_cancelled(op) ? 0 : op->until_us);
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

bool tenon__run_call(tenon_session *s, const tenon__call *call)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, call->writes))
        return false;
    if (TENON__UNLIKELY(call->writes && s->limits.is_read_only))
        return tenon__transaction_refuse_write(s);
    if (!tenon__count_statement(s))
        return false;
    op.call = call;
    tenon__rows_note(call->rows, &op.before);
    return tenon__operation_run(&op);
}

static bool run_statement(tenon_session *s, const tenon__call *call)
{
    bool is_done = tenon__statement_begin(s) && tenon__run_call(s, call);
    return tenon__statement_end(s, is_done);
}

/* Out of line: the watch is big, and seldom needed. */
__attribute__((noinline, cold)) static bool run_watched(tenon_session *s, const tenon__call *call)
{
    tenon__watch watch;
    return tenon__watch_begin(&watch, s, call, NULL) &&
           tenon__watch_end(&watch, run_statement(s, call), call->affected);
}

bool tenon__run(tenon_session *s, const tenon__call *call)
{
    if (!s)
        return false;
    bool is_watched = TENON__UNLIKELY(tenon__is_watched(s));
    bool is_done = is_watched ? run_watched(s, call) : run_statement(s, call);
    if (s->scratch.total_bytes)
        tenon__arena_clear(&s->scratch);
    return is_done;
}
