/* How operations end: well, with an error, or late. See operation.h.
 *
 * Whatever happened, three things hold at the end: the connection is back in the pool (or closed,
 * or with the transaction that it belongs to), no row of a failed attempt is left in the arena, and
 * *err says what the caller can do. */
#include "db/cancel.h"
#include "db/pool_watch.h"
#include "db/stream.h"

/* For the server to answer a cancellation. */
enum { GRACE_US = 1000000 };

static const tenon__driver *driver_of(const tenon__operation *op)
{
    return op->db->driver;
}

static bool is_pinned(const tenon__operation *op)
{
    return op->session && op->session->pinned == op->member;
}

/* ---- the connection -------------------------------------------------------------------------- */

void tenon__operation_drop_member(tenon__operation *op, bool is_dead)
{
    if (is_pinned(op))
        op->session->pinned = NULL;
    tenon__member_drop(op->member, is_dead);
    op->member = NULL;
    op->kept = NULL;
}

bool tenon__operation_is_idle(const tenon__operation *op)
{
    return driver_of(op)->state(op->member->connection) == TENON__IDLE;
}

static bool is_in_transaction(const tenon__operation *op)
{
    bool is_failed;
    return driver_of(op)->in_transaction(op->member->connection, &is_failed);
}

/* Another script after the work. */
static void run_behind(tenon__operation *op, const char *script)
{
    op->call = NULL;
    op->together = NULL;
    op->copy = NULL;
    op->stream = NULL;
    op->script = script;
    op->phase = TENON__START;
}

/* SQL text has begun a transaction that no session knows of: it is rolled back, not lent to
 * others. */
static void undo_foreign_transaction(tenon__operation *op)
{
    if (op->err->status == TENON_OK) {
        tenon__fail(op->err, TENON_MISUSE, "SQL text began a transaction and did not end it");
        tenon__hint(op->err, "begin and commit with tenon_begin and tenon_commit");
    }
    run_behind(op, "ROLLBACK");
    op->is_undoing = true;
}

/* ---- giving it back clean -------------------------------------------------------------------- */

/* DISCARD ALL, but for what is prepared. */
static const char *const reset_scripts[] = {
    [TENON_RESET_NOTHING] = NULL,
    [TENON_RESET_STATE] = "CLOSE ALL; SET SESSION AUTHORIZATION DEFAULT; RESET ALL; UNLISTEN *;"
                          " SELECT pg_advisory_unlock_all(); DISCARD TEMP; DISCARD SEQUENCES",
    [TENON_RESET_ALL] = "DISCARD ALL",
};

static void reset(tenon__operation *op, const char *script)
{
    run_behind(op, script);
    op->is_resetting = true;
    op->was_done = op->is_done;
    op->kept = NULL;
    op->deadline_us = tenon__deadline_after(op->db->config.connect_timeout_us);
}

/* What was done stays done, and what has failed keeps its error. */
void tenon__operation_end_reset(tenon__operation *op)
{
    if (op->was_done)
        tenon_error_reset(op->err);
    tenon__operation_drop_member(op, !tenon__operation_is_idle(op));
    op->is_done = op->was_done;
    op->phase = TENON__OVER;
}

static void hand_back(tenon__operation *op)
{
    const char *script = reset_scripts[op->db->config.pool_reset];
    if (script && !op->is_resetting) {
        reset(op, script);
        return;
    }
    if (!tenon__pool_part(op->member)) {
        tenon__operation_drop_member(op, false);
        return;
    }
    tenon__member_release(op->member);
    op->member = NULL;
}

void tenon__pool_hand_back(tenon__member *member)
{
    tenon_error unheeded = {0};
    tenon_db *db = member->lane->db;
    if (!tenon__pool_is_watched(db)) {
        tenon__member_hold(member, NULL, 0);
        tenon__member_release(member);
        return;
    }
    tenon__operation op = {.db = db,
                           .err = &unheeded,
                           .lane = member->lane,
                           .member = member,
                           .phase = TENON__START,
                           .deadline_us = TENON__NEVER,
                           .limit_us = TENON__NEVER};
    tenon__operation_run(&op);
}

static void give_back(tenon__operation *op)
{
    op->phase = TENON__OVER;
    op->is_done = op->err->status == TENON_OK;
    if (op->is_done && op->keeps_member)
        return;
    if (!tenon__operation_is_idle(op)) {
        tenon__operation_drop_member(op, true);
        return;
    }
    if (op->session && !op->session->pinned)
        tenon__note_written(op->session);
    if (is_pinned(op))
        return;
    if (TENON__LIKELY(!is_in_transaction(op))) {
        hand_back(op);
        return;
    }
    if (op->is_undoing)
        tenon__operation_drop_member(op, false);
    else
        undo_foreign_transaction(op);
}

static void drop_statement(tenon__operation *op)
{
    tenon__statement_cache_drop(&op->member->statements, op->kept, driver_of(op),
                                op->member->connection);
    op->kept = NULL;
}

void tenon__operation_finish(tenon__operation *op)
{
    if (TENON__UNLIKELY(op->together)) {
        tenon__together_finish(op);
    } else if (op->kept) {
        op->kept->is_proven = true;
        bool is_once = op->kept->plan->cached.statement->flags & TENON__ONCE;
        if (TENON__UNLIKELY(is_once || op->member->statements.most_count == 0))
            drop_statement(op);
    }
    give_back(op);
}

/* ---- failing --------------------------------------------------------------------------------- */

void tenon__rows_go_back(tenon__rows *rows, const tenon__rows_before *before)
{
    if (!rows)
        return;
    rows->count = before->count;
    if (!before->had_items) {
        rows->items = NULL;
        rows->capacity = 0;
    }
    tenon__arena_rewind(rows->arena, before->mark);
}

/* Rows of an attempt that failed are no rows. */
static void drop_rows(tenon__operation *op)
{
    if (op->together)
        tenon__together_drop_rows(op);
    else if (op->call)
        tenon__rows_go_back(op->call->rows, &op->before);
}

void tenon__operation_start_again(tenon__operation *op, tenon__phase phase)
{
    tenon_error_reset(op->err);
    drop_rows(op);
    op->phase = phase;
}

static const char *sql_of(const tenon__operation *op)
{
    if (op->kept)
        return op->kept->plan->cached.statement->sql;
    if (op->stream)
        return op->stream->plan->cached.statement->sql;
    return op->copy ? op->copy->statement->sql : op->script;
}

static bool is_overdue(const tenon__operation *op)
{
    return op->deadline_us != TENON__NEVER && tenon__monotonic_us() >= op->deadline_us;
}

static bool fail_late(tenon__operation *op, const char *doing)
{
    return tenon__fail(op->err, TENON_TIMEOUT, "the call was not done before its deadline: %s",
                       doing);
}

/* Whose wish it was: the caller's deadline, the transaction's limit, or somebody else's. The server
 * tells the last two apart in its own language only; but before the limit it cannot have been. */
static void explain_stop(tenon__operation *op)
{
    if (op->is_cancelled) {
        op->err->status = TENON_OK;
        fail_late(op, "the database was still at work and was stopped");
    } else if (op->limit_us != TENON__NEVER && tenon__monotonic_us() >= op->limit_us) {
        op->err->status = TENON_OK;
        tenon__fail(op->err, TENON_TIMEOUT,
                    "the statement took longer than the %lld ms that the transaction allows",
                    (long long)(op->session->limits.statement_us / 1000));
    } else if (tenon__is_cancelled(op)) {
        op->err->status = TENON_OK;
        tenon__fail_cancelled(op->err);
    }
}

/* Either the program's own wish; or the server has become a standby, and so have all connections
 * to it. */
static void explain_read_only(tenon__operation *op)
{
    if (!op->session || !op->session->limits.is_read_only) {
        if (op->db->config.wants_primary)
            tenon__lane_renew(op->lane);
        return;
    }
    op->err->status = TENON_MISUSE;
    tenon__hint(op->err, "this transaction was begun with .read_only");
}

/* What the driver cannot know. */
static void explain(tenon__operation *op)
{
    tenon_error *err = op->err;
    if (err->status == TENON_CANCELLED)
        explain_stop(op);
    if (err->status == TENON_READ_ONLY)
        explain_read_only(op);
    const tenon__rows *rows = tenon__operation_rows(op);
    const tenon__arena *arena = rows ? rows->arena : NULL;
    if (err->status == TENON_NO_MEMORY && arena && arena->limit_bytes && arena->failed) {
        err->status = TENON_OK;
        tenon__fail(err, TENON_LIMIT, "the results need more than the session's limit of %zu bytes",
                    arena->limit_bytes);
        tenon__hint(err, "ask for fewer rows or columns, rewind the session, or raise the limit");
    }
    if (!err->sql[0] || op->stream) /* a stream's query, not how it is read */
        tenon__error_copy(err->sql, sizeof err->sql, sql_of(op));
}

static void forget_statements(tenon__operation *op)
{
    bool is_idle = tenon__operation_is_idle(op);
    if (op->kept && !op->kept->is_proven && is_idle)
        drop_statement(op);
    if (op->together && is_idle)
        tenon__together_let_go(op);
    op->kept = NULL;
}

void tenon__operation_give_up(tenon__operation *op)
{
    if (op->is_resetting) {
        tenon__operation_end_reset(op);
        return;
    }
    explain(op);
    drop_rows(op);
    forget_statements(op);
    give_back(op);
}

/* What would have to be reset is closed. */
void tenon__operation_leave_member(tenon__operation *op)
{
    bool is_idle = tenon__operation_is_idle(op);
    forget_statements(op);
    if (!is_idle || is_in_transaction(op) || op->db->config.pool_reset) {
        tenon__operation_drop_member(op, !is_idle);
        return;
    }
    tenon__pool_give_unused(op->member);
    op->member = NULL;
}

/* ---- late ------------------------------------------------------------------------------------ */

/* What is left of the wait is for the primary. */
static void queue_at_primary(tenon__operation *op)
{
    int64_t left_us = op->patience_us - op->waiter.waited_us;
    if (tenon__operation_fall_back(op) && op->patience_us > 0)
        op->patience_us = left_us > 0 ? left_us : 0;
}

static void expire_queue(tenon__operation *op)
{
    op->phase = TENON__OVER;
    if (tenon__is_cancelled(op)) {
        tenon__fail_cancelled(op->err);
        return;
    }
    if (is_overdue(op))
        fail_late(op, "no connection was free");
    else
        tenon__fail(op->err, TENON_POOL_EXHAUSTED, "no connection was free within %lld ms, of %u",
                    (long long)(op->patience_us / 1000), op->lane->settings.most);
    tenon__pool_hint_holders(op->lane, op->err);
    queue_at_primary(op);
}

/* That the caller was in a hurry says nothing about the server. */
static void expire_connect(tenon__operation *op)
{
    bool was_connecting = op->phase == TENON__CONNECT;
    if (was_connecting)
        tenon__breaker_note(&op->db->breaker, is_overdue(op) ? TENON_CANCELLED : TENON_UNAVAILABLE);
    tenon__operation_drop_member(op, false);
    op->phase = TENON__OVER;
    if (is_overdue(op))
        fail_late(op, "the database server did not answer");
    else if (was_connecting && ++op->first_host < op->db->config.host_count)
        op->phase = TENON__LEASE;
    else
        tenon__fail(op->err, TENON_UNAVAILABLE, "the database server did not answer within %lld ms",
                    (long long)(op->db->config.connect_timeout_us / 1000));
    if (op->phase == TENON__OVER)
        tenon__operation_fall_back(op);
}

static void expire_pause(tenon__operation *op)
{
    if (is_overdue(op)) {
        op->err->status = TENON_OK;
        fail_late(op, "the database file was locked by another process");
    }
    op->phase = op->member ? TENON__GIVE_UP : TENON__OVER;
}

static bool may_have_written(const tenon__operation *op)
{
    if (op->together)
        return op->together->writes;
    return op->call ? op->call->writes : !op->stream;
}

/* The first time the server is asked to stop; the second time nobody listens any more. */
static void expire_work(tenon__operation *op)
{
    if (op->is_resetting) {
        tenon__operation_end_reset(op);
        return;
    }
    if (!op->is_cancelled && !op->is_commit) {
        op->is_cancelled = true;
        op->until_us = tenon__deadline_after(GRACE_US);
        driver_of(op)->cancel(op->member->connection);
        return;
    }
    tenon_error_reset(op->err);
    fail_late(op, "the database server does not answer");
    op->err->applied = may_have_written(op) ? TENON_APPLIED_UNKNOWN : TENON_APPLIED_NO;
    if (op->is_commit) {
        op->err->status = TENON_OUTCOME_UNKNOWN;
        tenon__hint(op->err, "look whether the transaction took place before running it again");
    }
    tenon__error_copy(op->err->sql, sizeof op->err->sql, sql_of(op));
    drop_rows(op);
    tenon__operation_drop_member(op, true);
    op->phase = TENON__OVER;
}

void tenon__operation_expire(tenon__operation *op)
{
    switch (op->phase) {
    case TENON__QUEUED:
        expire_queue(op);
        break;
    case TENON__CONNECT:
    case TENON__SETUP:
        expire_connect(op);
        break;
    case TENON__CHECK:
        tenon__operation_drop_member(op, true);
        tenon__operation_start_again(op, TENON__LEASE);
        break;
    case TENON__PAUSE:
        expire_pause(op);
        break;
    case TENON__PREPARE:
    case TENON__EXECUTE:
    case TENON__SCRIPT:
    case TENON__COPY_BEGIN:
    case TENON__COPY_ROWS:
    case TENON__COPY_END:
    case TENON__COPY_ABORT:
        expire_work(op);
        break;
    case TENON__LEASE:
    case TENON__GREET:
    case TENON__START:
    case TENON__GIVE_UP:
    case TENON__OVER:
        break;
    }
}
