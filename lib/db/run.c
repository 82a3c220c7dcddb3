/* Operations to their end, with the caller standing still: the synchronous API.
 *
 * This is the loop that an event-driven caller would have of its own. All of it that waits is in
 * wait.c.
 *
 * A call has a short way as well. Nearly every one finds a connection at once, and on it a
 * statement that has run well before; it has no deadline, and succeeds. run_call does that in one
 * piece, without an operation: 400 instructions less. Where anything is not so, it hands over to
 * the machine in the state that it has reached, so that there is one place for each failure. */
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

TENON__INLINE bool can_begin(tenon_session *s)
{
    if (TENON__UNLIKELY(s->error.status != TENON_OK))
        return false;
    if (TENON__UNLIKELY(tenon__is_forked(&s->db->process)))
        return fail_forked(&s->error);
    if (TENON__UNLIKELY(s->depth != 0) && !tenon__transaction_is_sound(s))
        return false;
    return TENON__LIKELY(!atomic_load_explicit(&s->is_cancelled, memory_order_relaxed)) ||
           tenon__fail_cancelled(&s->error);
}

/* Without a member one is leased of the lane. */
static void begin(tenon__operation *op, tenon_session *s, tenon__lane *lane, tenon__member *member)
{
    clear(op);
    op->db = lane->db;
    op->session = s;
    op->err = &s->error;
    op->lane = lane;
    op->member = member;
    op->phase = member ? TENON__START : TENON__LEASE;
    set_times(op, s);
}

bool tenon__operation_init_on(tenon__operation *op, tenon_session *s, tenon__member *member)
{
    if (!s || !can_begin(s))
        return false;
    begin(op, s, member->lane, member);
    return true;
}

bool tenon__operation_init(tenon__operation *op, tenon_session *s, bool writes)
{
    if (!s || !can_begin(s))
        return false;
    begin(op, s, s->pinned ? s->pinned->lane : tenon__lane_of(s, writes), s->pinned);
    return true;
}

void tenon__operation_init_open(tenon__operation *op, tenon_db *db, tenon__lane *lane,
                                tenon_error *err)
{
    tenon__operation_init_lease(op, db, lane, err);
    op->phase = TENON__QUEUED;
    op->turn = TENON__TURN_OPEN;
    op->waiter.waited_us = 0;
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
        tenon__round_trip_note(&tenon__measured_db(op)->round_trips,
                               tenon__monotonic_us() - op->sent_us);
    op->sent_us = 0;
}

/* A connection that is being made, or asked whether it lives, is not worth stopping: that comes
 * before START. */
static bool wait_for_server(tenon__operation *op, bool for_write)
{
    tenon__connection *connection = op->member->connection;
    bool is_working = op->phase > TENON__START;
    bool can_stop = is_working && tenon__is_cancellable(op);
    if (can_stop)
        tenon__wait_begin(op->session, connection);
    bool is_ready =
        tenon__stand_by(op->session, op->db->driver->socket(connection), for_write, op->until_us);
    if (TENON__UNLIKELY(is_working && op->sent_us))
        note_round_trip(op, for_write);
    if (can_stop)
        tenon__wait_end(op->session, connection);
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
        return tenon__stand_for(op->session, op->pause_us, op->until_us);
    case TENON__NEED_NOTHING:
        break;
    }
    return true;
}

static bool run_on(tenon__operation *op, tenon__need need)
{
    for (; need != TENON__NEED_NOTHING; need = tenon__operation_step(op))
        if (!wait_for(op, need))
            tenon__operation_expire(op);
    return op->is_done;
}

bool tenon__operation_run(tenon__operation *op)
{
    return run_on(op, tenon__operation_step(op));
}

/* ---- calls ----------------------------------------------------------------------------------- */

TENON__INLINE bool may_run(tenon_session *s, const tenon__call *call)
{
    if (!can_begin(s))
        return false;
    if (TENON__UNLIKELY(s->limits.is_read_only) && call->writes)
        return tenon__transaction_refuse_write(s);
    return tenon__count_statement(s);
}

/* What a call has come to when it leaves the short way. */
typedef struct half_way {
    tenon__lane *lane;
    tenon__member *member; /* or NULL */
    tenon__kept *kept;     /* whose execution is under way; or NULL */
    tenon__progress progress;
    tenon__rows_before before;
} half_way;

/* Where there are replicas. A write does not go the short way: its end is noted. */
TENON__COLD static tenon__member *take_routed(tenon_session *s, const tenon__call *call,
                                              half_way *from)
{
    bool is_fixed = tenon__needs_primary(s, call);
    from->lane = tenon__route(s, is_fixed);
    return is_fixed ? NULL : tenon__lane_take_spare(from->lane);
}

/* The connection at hand: that of the transaction, or the spare one. */
TENON__INLINE tenon__member *take_member(tenon_session *s, const tenon__call *call, half_way *from)
{
    if (TENON__UNLIKELY(s->pinned != NULL)) {
        from->lane = s->pinned->lane;
        return s->pinned;
    }
    if (TENON__UNLIKELY(s->db->router != NULL))
        return take_routed(s, call, from);
    from->lane = tenon__lane_for(s->db, call->writes);
    return tenon__lane_take_spare(from->lane);
}

/* The statement, if it has run well before and there is nothing to tell the driver, to ask the
 * server or to measure. */
TENON__INLINE tenon__kept *find_statement(const tenon_session *s, tenon__member *member,
                                          const tenon__call *call)
{
    bool is_limited =
        s->budget_us != TENON__NEVER || s->limits.statement_us > 0 || s->limits.lock_us;
    bool is_told = member->stop == &s->is_cancelled && !member->has_deadline;
    if (TENON__UNLIKELY(is_limited || !is_told))
        return NULL;
    if (TENON__UNLIKELY(!s->pinned && tenon__member_is_suspect(member)))
        return NULL;
    if (TENON__UNLIKELY(member->has_socket && tenon__is_measured(s->db, member)))
        return NULL;
    tenon__kept *kept =
        tenon__statement_cache_get(&member->statements, call->key, call->key_length);
    if (TENON__UNLIKELY(!kept || !kept->is_proven))
        return NULL;
    member->exchange_count++;
    return kept;
}

/* False when it cannot go back as it is. */
TENON__INLINE bool give_back(const tenon_session *s, tenon__member *member, const tenon__kept *kept)
{
    if (TENON__UNLIKELY(s->pinned != NULL))
        return true;
    bool is_failed;
    if (TENON__UNLIKELY(kept->is_foreign &&
                        member->driver->in_transaction(member->connection, &is_failed)))
        return false;
    tenon__member_release(member);
    return true;
}

__attribute__((noinline)) static bool run_machine(tenon_session *s, const tenon__call *call,
                                                  const half_way *from)
{
    tenon__operation op;
    begin(&op, s, from->lane, s->pinned);
    op.call = call;
    if (call->rows)
        op.before = from->before;
    if (from->kept) {
        op.sent_us = 0;
        op.member = from->member;
        op.kept = from->kept;
        op.phase = TENON__EXECUTE;
        op.until_us = op.deadline_us;
        return run_on(&op, tenon__operation_go_on(&op, from->progress));
    }
    if (from->member && !s->pinned) {
        op.turn = TENON__TURN_GIVEN;
        op.waiter.member = from->member;
        op.waiter.waited_us = 0;
        op.phase = TENON__QUEUED;
    }
    return tenon__operation_run(&op);
}

/* Waits for the server as long as it takes. */
TENON__INLINE tenon__progress await(tenon_session *s, const tenon__member *member,
                                    tenon__progress progress)
{
    tenon__connection *connection = member->connection;
    while (progress == TENON__WANT_READ || progress == TENON__WANT_WRITE) {
        tenon__wait_begin(s, connection);
        tenon__stand_by(s, member->driver->socket(connection), progress == TENON__WANT_WRITE,
                        TENON__NEVER);
        tenon__wait_end(s, connection);
        progress = member->driver->step(connection, &s->error);
    }
    return progress;
}

TENON__INLINE tenon__progress execute(tenon_session *s, const tenon__call *call,
                                      const tenon__member *member, const tenon__kept *kept)
{
    const tenon__driver *driver = member->driver;
    if (driver->run)
        return driver->run(member->connection, kept->prepared, call->values, call->rows,
                           call->affected, &s->error);
    tenon__progress progress =
        driver->execute(member->connection, kept->prepared, call->values, &s->error);
    if (TENON__UNLIKELY(progress == TENON__WANT_READ || progress == TENON__WANT_WRITE))
        progress = await(s, member, progress);
    if (TENON__LIKELY(progress == TENON__ROWS))
        progress = driver->fetch(member->connection, call->rows, call->affected, &s->error);
    return progress;
}

TENON__INLINE bool run_call(tenon_session *s, const tenon__call *call)
{
    if (!may_run(s, call))
        return false;
    half_way from;
    tenon__rows_note(call->rows, &from.before);
    tenon__member *member = from.member = take_member(s, call, &from);
    tenon__kept *kept = from.kept = member ? find_statement(s, member, call) : NULL;
    if (TENON__UNLIKELY(!member || !kept))
        return run_machine(s, call, &from);
    tenon__progress progress = execute(s, call, member, kept);
    if (TENON__LIKELY(progress == TENON__DONE && give_back(s, member, kept)))
        return true;
    from.progress = progress;
    return run_machine(s, call, &from);
}

TENON__HOT bool tenon__run_call(tenon_session *s, const tenon__call *call)
{
    return run_call(s, call);
}

/* Out of line: the watch is big, and seldom needed. */
__attribute__((noinline)) TENON__COLD static bool run_watched(tenon_session *s,
                                                              const tenon__call *call)
{
    tenon__watch watch;
    if (s->watched & TENON__HOSTED)
        return !tenon__session_is_failed(s) && s->host->run(s->host, s, call);
    if (!tenon__watch_begin(&watch, s, call, NULL))
        return false;
    bool is_done = tenon__statement_begin(s) && tenon__run_call(s, watch.call);
    return tenon__watch_end(&watch, tenon__statement_end(s, is_done), call->affected);
}

TENON__HOT bool tenon__run(tenon_session *s, const tenon__call *call)
{
    if (!s)
        return false;
    bool is_done;
    if (TENON__UNLIKELY(tenon__is_watched(s)))
        is_done = run_watched(s, call);
    else
        is_done = tenon__statement_end(s, tenon__statement_begin(s) && run_call(s, call));
    if (s->scratch.total_bytes)
        tenon__arena_clear(&s->scratch);
    return is_done;
}
