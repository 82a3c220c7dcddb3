/* The state machine of one operation. See operation.h for its states.
 *
 * Each state has a function that does its work and either sets the next state or says what has to be
 * waited for. `follow` turns what a driver says into the next state; all driver calls end there. The way
 * of a hit on SQLite goes through LEASE, START and EXECUTE to OVER without a wait, a clock or an
 * allocation. */
#include "db/operation.h"

#include <assert.h>

enum {
    GRACE_US = 1000000, /* for the server to answer a cancellation, or that it lives */
    FIRST_PAUSE_US = 100,
    LONGEST_PAUSE_US = 20000
};

static const tenon__driver *driver_of(const tenon__operation *op)
{
    return op->db->driver;
}

static int64_t earlier_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- giving the connection back ----------------------------------------------------------------- */

static bool is_pinned(const tenon__operation *op)
{
    return op->session && op->member && op->session->pinned == op->member;
}

static void drop_member(tenon__operation *op, bool is_dead)
{
    if (is_pinned(op))
        op->session->pinned = NULL;
    tenon__member_drop(op->member, is_dead);
    op->member = NULL;
    op->kept = NULL;
}

static bool is_broken(const tenon__operation *op)
{
    return driver_of(op)->state(op->member->connection) != TENON__IDLE;
}

static bool is_in_transaction(const tenon__operation *op)
{
    bool is_failed;
    return driver_of(op)->in_transaction(op->member->connection, &is_failed);
}

/* SQL text has begun a transaction that no session knows of: it is rolled back, not lent to others. */
static tenon__progress undo_foreign_transaction(tenon__operation *op)
{
    tenon__fail(op->err, TENON_MISUSE, "SQL text began a transaction and did not end it");
    tenon__hint(op->err, "begin and commit with tenon_begin and tenon_commit");
    op->is_undoing = true;
    op->phase = TENON__SCRIPT;
    return driver_of(op)->script(op->member->connection, "ROLLBACK", op->err);
}

/* The end. True when one thing is left to do first, whose progress is in *progress. */
static bool give_back(tenon__operation *op, tenon__progress *progress)
{
    op->phase = TENON__OVER;
    op->is_done = op->err->status == TENON_OK;
    if (op->is_done && op->keeps_member)
        return false;
    if (is_broken(op)) {
        drop_member(op, true);
        return false;
    }
    if (is_pinned(op))
        return false;
    if (TENON__LIKELY(!is_in_transaction(op))) {
        tenon__member_release(op->member);
        op->member = NULL;
        return false;
    }
    if (op->is_undoing) {
        drop_member(op, false);
        return false;
    }
    *progress = undo_foreign_transaction(op);
    return true;
}

static bool finish(tenon__operation *op, tenon__progress *progress)
{
    if (op->kept) {
        op->kept->is_proven = true;
        bool is_once = op->kept->plan->cached.statement->flags & TENON__ONCE;
        if (TENON__UNLIKELY(is_once || op->member->statements.most_count == 0))
            tenon__statement_cache_drop(&op->member->statements, op->kept, driver_of(op),
                                        op->member->connection);
        op->kept = NULL;
    }
    return give_back(op, progress);
}

/* ---- failing ----------------------------------------------------------------------------------- */

/* Rows of an attempt that failed are no rows. */
static void drop_rows(tenon__operation *op)
{
    tenon__rows *rows = op->call ? op->call->rows : NULL;
    if (!rows)
        return;
    rows->count = op->rows_before;
    if (!op->had_items) {
        rows->items = NULL;
        rows->capacity = 0;
    }
    tenon__arena_rewind(rows->arena, op->mark);
}

static const char *sql_of(const tenon__operation *op)
{
    if (op->kept)
        return op->kept->plan->cached.statement->sql;
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

/* What the driver cannot know: whose wish a cancellation was, and that memory had a limit. */
static void explain(tenon__operation *op)
{
    tenon_error *err = op->err;
    if (op->is_cancelled && err->status == TENON_CANCELLED) {
        err->status = TENON_OK;
        fail_late(op, "the database was still at work and was stopped");
    }
    const tenon__arena *arena = op->call && op->call->rows ? op->call->rows->arena : NULL;
    if (err->status == TENON_NO_MEMORY && arena && arena->limit_bytes && arena->failed) {
        err->status = TENON_OK;
        tenon__fail(err, TENON_LIMIT, "the results need more than the session's limit of %zu bytes",
                    arena->limit_bytes);
        tenon__hint(err, "ask for fewer rows or columns, rewind the session, or raise the limit");
    }
    if (!err->sql[0])
        tenon__error_copy(err->sql, sizeof err->sql, sql_of(op));
}

/* The failure stands: *err is filled. */
static bool give_up(tenon__operation *op, tenon__progress *progress)
{
    explain(op);
    drop_rows(op);
    if (op->kept && !op->kept->is_proven && !is_broken(op))
        tenon__statement_cache_drop(&op->member->statements, op->kept, driver_of(op),
                                    op->member->connection);
    op->kept = NULL;
    return give_back(op, progress);
}

static void start_again(tenon__operation *op, tenon__phase phase)
{
    tenon_error_reset(op->err);
    drop_rows(op);
    op->phase = phase;
}

/* The pause doubles, so that a lock held for long costs no processor and a short one little time. */
static tenon__need pause_then(tenon__operation *op, tenon__phase again)
{
    if (!op->pause_us)
        op->busy_until_us = tenon__deadline_after(op->db->config.acquire_timeout_us);
    op->pause_us = op->pause_us ? earlier_of(op->pause_us * 2, LONGEST_PAUSE_US) : FIRST_PAUSE_US;
    op->until_us = earlier_of(op->deadline_us, op->busy_until_us);
    op->again = again;
    op->phase = TENON__PAUSE;
    return TENON__NEED_PAUSE;
}

static bool is_lock_of_another_process(const tenon__operation *op)
{
    return op->err->status == TENON_BUSY && driver_of(op)->has_single_writer;
}

static bool may_repeat(const tenon__operation *op)
{
    return op->call && !op->call->writes && !is_pinned(op) && !op->is_new && !op->is_repeated &&
           !op->is_cancelled && driver_of(op)->state(op->member->connection) == TENON__BROKEN;
}

static tenon__need fail_connect(tenon__operation *op)
{
    bool is_busy = is_lock_of_another_process(op);
    drop_member(op, false);
    if (is_busy)
        return pause_then(op, TENON__LEASE);
    op->phase = TENON__OVER;
    return TENON__NEED_NOTHING;
}

static tenon__need follow(tenon__operation *op, tenon__progress progress);

static tenon__need end_with(tenon__operation *op,
                            bool (*end)(tenon__operation *op, tenon__progress *progress))
{
    tenon__progress progress = TENON__DONE;
    return end(op, &progress) ? follow(op, progress) : TENON__NEED_NOTHING;
}

static tenon__need abort_copy(tenon__operation *op)
{
    op->phase = TENON__COPY_ABORT;
    return follow(op, driver_of(op)->copy_end(op->member->connection, "the client gave up", NULL,
                                              &op->copy->ignored));
}

static tenon__need fail(tenon__operation *op)
{
    if (op->phase == TENON__CONNECT)
        return fail_connect(op);
    if (op->phase == TENON__CHECK) {
        drop_member(op, true);
        start_again(op, TENON__LEASE);
        return TENON__NEED_NOTHING;
    }
    if (driver_of(op)->state(op->member->connection) == TENON__COPYING)
        return abort_copy(op);
    if (may_repeat(op)) {
        drop_member(op, true);
        op->is_repeated = true;
        start_again(op, TENON__LEASE);
        return TENON__NEED_NOTHING;
    }
    if (is_lock_of_another_process(op) && !is_broken(op) && !op->is_undoing)
        return pause_then(op, TENON__START);
    return end_with(op, give_up);
}

/* ---- the work ---------------------------------------------------------------------------------- */

static tenon__progress execute(tenon__operation *op)
{
    op->phase = TENON__EXECUTE;
    return driver_of(op)->execute(op->member->connection, op->kept->prepared, op->call->values,
                                  op->err);
}

static tenon__progress fetch(tenon__operation *op)
{
    tenon__rows *rows = op->call ? op->call->rows : NULL;
    int64_t *affected = op->call ? op->call->affected : NULL;
    if (op->copy)
        affected = op->copy->affected;
    return driver_of(op)->fetch(op->member->connection, rows, affected, op->err);
}

/* Gives rows to the driver until it has to wait. */
static tenon__progress copy_rows(tenon__operation *op)
{
    tenon__copy *copy = op->copy;
    tenon__connection *connection = op->member->connection;
    op->phase = TENON__COPY_ROWS;
    while (copy->at < copy->count) {
        const void *const *values = copy->next(copy->ctx, copy->at++);
        tenon__progress progress =
            driver_of(op)->copy_row(connection, copy->statement, values, op->err);
        if (progress != TENON__DONE)
            return progress;
    }
    op->phase = TENON__COPY_END;
    return driver_of(op)->copy_end(connection, NULL, copy->affected, op->err);
}

/* A driver's call is done: what comes next. False when the present state is left for good. */
static bool advance(tenon__operation *op, tenon__progress *progress)
{
    switch (op->phase) {
    case TENON__CONNECT:
        tenon__member_opened(op->member);
        op->phase = TENON__START;
        return false;
    case TENON__CHECK:
        tenon__member_trust(op->member);
        op->phase = TENON__START;
        return false;
    case TENON__PREPARE:
        *progress = execute(op);
        return true;
    case TENON__COPY_BEGIN:
    case TENON__COPY_ROWS:
        *progress = copy_rows(op);
        return true;
    case TENON__COPY_ABORT:
        return give_up(op, progress);
    case TENON__EXECUTE:
    case TENON__SCRIPT:
    case TENON__COPY_END:
        return finish(op, progress);
    case TENON__LEASE:
    case TENON__QUEUED:
    case TENON__START:
    case TENON__PAUSE:
    case TENON__OVER:
        break;
    }
    assert(false); /* no driver's call ends in these */
    return false;
}

static tenon__need follow(tenon__operation *op, tenon__progress progress)
{
    for (;;) {
        switch (progress) {
        case TENON__WANT_READ:
            return TENON__NEED_READ;
        case TENON__WANT_WRITE:
            return TENON__NEED_WRITE;
        case TENON__ROWS:
            progress = fetch(op);
            break;
        case TENON__FAILED:
            return fail(op);
        case TENON__DONE:
            if (!advance(op, &progress))
                return TENON__NEED_NOTHING;
            break;
        }
    }
}

/* ---- finding the statement ---------------------------------------------------------------------- */

static tenon__shared_plan *make_plan(tenon__operation *op, uint64_t hash)
{
    const tenon__call *call = op->call;
    tenon__cached cached = {0};
    if (!call->make(driver_of(op)->dialect, call->key, call->key_length, &cached, op->err))
        return NULL;
    return tenon__plan_cache_take(&op->db->plans, hash, call->key, call->key_length, &cached);
}

static tenon__kept *add_statement(tenon__operation *op, uint64_t hash)
{
    const tenon__call *call = op->call;
    tenon__shared_plan *plan =
        tenon__plan_cache_get(&op->db->plans, hash, call->key, call->key_length);
    if (!plan)
        plan = make_plan(op, hash);
    tenon__kept *kept = NULL;
    if (plan)
        kept = tenon__statement_cache_take(&op->member->statements, plan, driver_of(op),
                                           op->member->connection);
    if (!kept)
        tenon__fail_no_memory(op->err);
    return kept;
}

static tenon__progress start_call(tenon__operation *op)
{
    const tenon__call *call = op->call;
    tenon__connection *connection = op->member->connection;
    uint64_t hash = tenon__hash(call->key, call->key_length);
    op->kept =
        tenon__statement_cache_get(&op->member->statements, hash, call->key, call->key_length);
    if (TENON__LIKELY(op->kept && op->kept->prepared))
        return execute(op);
    op->phase = TENON__PREPARE;
    if (!op->kept)
        op->kept = add_statement(op, hash);
    if (!op->kept)
        return TENON__FAILED;
    return driver_of(op)->prepare(connection, op->kept->plan->cached.statement, &op->kept->prepared,
                                  op->err);
}

/* A driver that works inside its calls has to know the time itself. */
static void tell_deadline(tenon__operation *op)
{
    tenon__member *member = op->member;
    bool has_deadline = op->deadline_us != TENON__NEVER;
    if (!driver_of(op)->set_deadline || (!has_deadline && !member->has_deadline))
        return;
    driver_of(op)->set_deadline(member->connection, has_deadline ? op->deadline_us : 0);
    member->has_deadline = has_deadline;
}

static tenon__need start(tenon__operation *op)
{
    tenon__connection *connection = op->member->connection;
    op->until_us = op->deadline_us;
    tell_deadline(op);
    if (op->call)
        return follow(op, start_call(op));
    if (op->script) {
        op->phase = TENON__SCRIPT;
        return follow(op, driver_of(op)->script(connection, op->script, op->err));
    }
    if (op->copy) {
        op->phase = TENON__COPY_BEGIN;
        op->copy->at = 0;
        return follow(op, driver_of(op)->copy_begin(connection, op->copy->statement, op->err));
    }
    return end_with(op, finish);
}

/* ---- getting a connection ----------------------------------------------------------------------- */

static tenon__need connect(tenon__operation *op)
{
    const tenon__config *config = &op->db->config;
    tenon__connect_options options = {.url = config->url,
                                      .application_name = config->application_name,
                                      .is_reader = op->lane->is_reader,
                                      .busy_timeout_us = -1,
                                      .database_id = (uint64_t)(uintptr_t)op->db,
                                      .datetime = config->datetime,
                                      .synchronous = config->synchronous,
                                      .mode = config->mode,
                                      .skip_schema_check = config->skip_schema_check};
    tenon__progress progress = TENON__DONE;
    tenon__connection *connection = driver_of(op)->connect(&options, &progress, op->err);
    op->member = connection ? tenon__member_new(op->lane, connection) : NULL;
    if (!op->member) {
        tenon__lane_give_place(op->lane);
        tenon__fail_no_memory(op->err);
        if (is_lock_of_another_process(op))
            return pause_then(op, TENON__LEASE);
        op->phase = TENON__OVER;
        return TENON__NEED_NOTHING;
    }
    op->is_new = true;
    op->phase = TENON__CONNECT;
    op->until_us = earlier_of(op->deadline_us, tenon__deadline_after(config->connect_timeout_us));
    return follow(op, progress);
}

static tenon__need check(tenon__operation *op)
{
    op->phase = TENON__CHECK;
    op->until_us = earlier_of(op->deadline_us, tenon__deadline_after(GRACE_US));
    return follow(op, driver_of(op)->script(op->member->connection, "", op->err));
}

static tenon__need take_turn(tenon__operation *op)
{
    switch (op->turn) {
    case TENON__TURN_GIVEN:
        op->member = op->waiter.member;
        if (op->waiter.is_suspect)
            return check(op);
        op->phase = TENON__START;
        return TENON__NEED_NOTHING;
    case TENON__TURN_OPEN:
        return connect(op);
    case TENON__TURN_QUEUED:
        break;
    }
    op->phase = TENON__QUEUED;
    op->until_us =
        earlier_of(op->deadline_us, tenon__deadline_after(op->db->config.acquire_timeout_us));
    return TENON__NEED_TURN;
}

static tenon__need lease(tenon__operation *op)
{
    if (tenon__lane_acquire(op->lane, &op->waiter, &op->turn))
        return take_turn(op);
    tenon__fail_no_memory(op->err);
    op->phase = TENON__OVER;
    return TENON__NEED_NOTHING;
}

static tenon__need end_pause(tenon__operation *op)
{
    start_again(op, op->again);
    op->kept = NULL;
    return TENON__NEED_NOTHING;
}

/* ---- from outside ------------------------------------------------------------------------------- */

tenon__need tenon__operation_step(tenon__operation *op)
{
    tenon__need need = TENON__NEED_NOTHING;
    while (need == TENON__NEED_NOTHING && op->phase != TENON__OVER) {
        switch (op->phase) {
        case TENON__LEASE:
            need = lease(op);
            break;
        case TENON__QUEUED:
            need = take_turn(op);
            break;
        case TENON__START:
            need = start(op);
            break;
        case TENON__PAUSE:
            need = end_pause(op);
            break;
        case TENON__CONNECT:
        case TENON__CHECK:
        case TENON__PREPARE:
        case TENON__EXECUTE:
        case TENON__SCRIPT:
        case TENON__COPY_BEGIN:
        case TENON__COPY_ROWS:
        case TENON__COPY_END:
        case TENON__COPY_ABORT:
            need = follow(op, driver_of(op)->step(op->member->connection, op->err));
            break;
        case TENON__OVER:
            break;
        }
    }
    return need;
}

static void expire_queue(tenon__operation *op)
{
    op->phase = TENON__OVER;
    if (is_overdue(op)) {
        fail_late(op, "no connection was free");
        return;
    }
    tenon__fail(op->err, TENON_POOL_EXHAUSTED, "no connection was free within %lld ms, of %u",
                (long long)(op->db->config.acquire_timeout_us / 1000), op->lane->most);
    tenon__hint(op->err, op->lane->most == 1
                             ? "one transaction writes at a time: keep transactions short"
                             : "raise pool_max, or keep transactions short");
}

static void expire_connect(tenon__operation *op)
{
    drop_member(op, false);
    op->phase = TENON__OVER;
    if (is_overdue(op))
        fail_late(op, "the database server did not answer");
    else
        tenon__fail(op->err, TENON_UNAVAILABLE, "the database server did not answer within %lld ms",
                    (long long)(op->db->config.connect_timeout_us / 1000));
}

static void expire_pause(tenon__operation *op)
{
    if (is_overdue(op)) {
        op->err->status = TENON_OK;
        fail_late(op, "the database file was locked by another process");
    }
    if (op->member)
        end_with(op, give_up);
    op->phase = TENON__OVER;
}

static bool may_have_written(const tenon__operation *op)
{
    return !op->call || op->call->writes;
}

/* The first time the server is asked to stop; the second time nobody listens any more. */
static void expire_work(tenon__operation *op)
{
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
    drop_member(op, true);
    op->phase = TENON__OVER;
}

void tenon__operation_expire(tenon__operation *op)
{
    switch (op->phase) {
    case TENON__QUEUED:
        expire_queue(op);
        break;
    case TENON__CONNECT:
        expire_connect(op);
        break;
    case TENON__CHECK:
        drop_member(op, true);
        start_again(op, TENON__LEASE);
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
    case TENON__START:
    case TENON__OVER:
        break;
    }
}
