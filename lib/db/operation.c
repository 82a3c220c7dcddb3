/* The state machine of one operation. See operation.h for its states, outcome.c for how it ends.
 *
 * Each state has a function that does its work and either sets the next state or says what has to
 * be waited for. `follow` turns what a driver says into the next state; all driver calls end there.
 * Calls mostly come here when their statement is under way already: run.c has begun it. */
#include "db/cancel.h"
#include "db/pool_watch.h"
#include "db/stream.h"

#include <assert.h>

enum {
    CHECK_US = 1000000, /* for a connection to answer that it lives */
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

/* The state has changed, nothing has to be waited for. */
static tenon__need go_to(tenon__operation *op, tenon__phase phase)
{
    op->phase = phase;
    return TENON__NEED_NOTHING;
}

/* ---- failures that are no news to the caller ------------------------------------------------- */

/* The pause doubles, so that a lock held for long costs no processor and a short one little
 * time. */
static tenon__need pause_then(tenon__operation *op, tenon__phase again)
{
    if (!op->pause_us)
        op->busy_until_us = tenon__deadline_after(op->patience_us);
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
    bool is_lost = driver_of(op)->state(op->member->connection) == TENON__BROKEN;
    bool is_pinned = op->session && op->session->pinned == op->member;
    bool only_reads = op->call && !op->call->writes && !(op->together && op->together->writes);
    return is_lost && only_reads && !is_pinned && !op->is_new && !op->is_repeated &&
           !op->is_cancelled;
}

static tenon__need lease_another(tenon__operation *op)
{
    tenon__operation_drop_member(op, true);
    tenon__operation_start_again(op, TENON__LEASE);
    return TENON__NEED_NOTHING;
}

static tenon__need give_up_connecting(tenon__operation *op)
{
    if (!tenon__operation_fall_back(op))
        op->phase = TENON__OVER;
    return TENON__NEED_NOTHING;
}

static tenon__need fail_connect(tenon__operation *op)
{
    tenon__breaker_note(&op->db->breaker, op->err->status);
    if (op->member)
        tenon__operation_drop_member(op, false);
    if (is_lock_of_another_process(op))
        return pause_then(op, TENON__LEASE);
    return give_up_connecting(op);
}

static tenon__need follow(tenon__operation *op, tenon__progress progress);

static tenon__need abort_copy(tenon__operation *op)
{
    op->phase = TENON__COPY_ABORT;
    return follow(op, driver_of(op)->copy_end(op->member->connection, "the client gave up", NULL,
                                              &op->copy->ignored));
}

static tenon__need fail(tenon__operation *op)
{
    if (op->together && op->phase == TENON__EXECUTE && op->together->kept[op->together->failed])
        tenon__together_look_at(op, op->together->failed);
    if (op->phase == TENON__CONNECT)
        return fail_connect(op);
    if (op->phase == TENON__CHECK)
        return lease_another(op);
    if (op->phase == TENON__SETUP) {
        tenon__operation_drop_member(op, false);
        return go_to(op, TENON__OVER);
    }
    if (driver_of(op)->state(op->member->connection) == TENON__COPYING)
        return abort_copy(op);
    if (may_repeat(op)) {
        op->is_repeated = true;
        return lease_another(op);
    }
    if (is_lock_of_another_process(op) && tenon__operation_is_idle(op) && !op->is_undoing)
        return pause_then(op, TENON__START);
    if (tenon__operation_fall_back(op))
        return TENON__NEED_NOTHING;
    return go_to(op, TENON__GIVE_UP);
}

/* ---- the work -------------------------------------------------------------------------------- */

static tenon__progress execute(tenon__operation *op)
{
    op->phase = TENON__EXECUTE;
    return driver_of(op)->execute(op->member->connection, op->kept->prepared, op->call->values,
                                  op->err);
}

tenon__rows *tenon__operation_rows(const tenon__operation *op)
{
    if (op->stream)
        return op->stream_work == TENON__STREAM_FETCH ? &op->stream->rows : NULL;
    return op->call ? op->call->rows : NULL;
}

static tenon__progress fetch(tenon__operation *op)
{
    int64_t *affected = op->call ? op->call->affected : NULL;
    if (op->copy)
        affected = op->copy->affected;
    tenon__progress progress =
        driver_of(op)->fetch(op->member->connection, tenon__operation_rows(op), affected, op->err);
    if (TENON__UNLIKELY(op->together) && progress == TENON__ROWS)
        tenon__together_look_at(op, op->together->at + 1);
    return progress;
}

/* Gives rows to the driver until it has to wait. */
static tenon__progress copy_rows(tenon__operation *op)
{
    tenon__copy *copy = op->copy;
    tenon__connection *connection = op->member->connection;
    op->phase = TENON__COPY_ROWS;
    while (copy->at < copy->count) {
        const void *const *values = copy->next(copy->ctx, copy->at++);
        if (!values) {
            tenon__fail(op->err, TENON_MISUSE, "the source of a bulk load gave no row");
            return TENON__FAILED;
        }
        tenon__progress progress =
            driver_of(op)->copy_row(connection, copy->statement, values, op->err);
        if (progress != TENON__DONE)
            return progress;
    }
    op->phase = TENON__COPY_END;
    return driver_of(op)->copy_end(connection, NULL, copy->affected, op->err);
}

/* A driver's call is done: what comes next. True when that is another call, whose progress is in
 * *progress. */
static bool advance(tenon__operation *op, tenon__progress *progress)
{
    switch (op->phase) {
    case TENON__CONNECT:
        tenon__breaker_note(&op->db->breaker, TENON_OK);
        tenon__member_opened(op->member);
        op->phase = TENON__GREET;
        return false;
    case TENON__CHECK:
        tenon__member_trust(op->member);
        op->phase = TENON__GREET;
        return false;
    case TENON__SETUP:
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
        op->phase = TENON__GIVE_UP;
        return false;
    case TENON__EXECUTE:
    case TENON__SCRIPT:
    case TENON__COPY_END:
        tenon__operation_finish(op);
        return false;
    case TENON__LEASE:
    case TENON__QUEUED:
    case TENON__GREET:
    case TENON__START:
    case TENON__PAUSE:
    case TENON__GIVE_UP:
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

/* ---- finding the statement ------------------------------------------------------------------- */

static tenon__shared_plan *make_plan(tenon_db *db, uint64_t hash, const tenon__call *call,
                                     tenon_error *err)
{
    tenon__cached cached = {0};
    if (!call->make(db->driver->dialect, call->key, call->key_length, &cached, err))
        return NULL;
    tenon__shared_plan *plan =
        tenon__plan_cache_take(&db->plans, hash, call->key, call->key_length, &cached);
    if (!plan)
        tenon__fail_no_memory(err);
    return plan;
}

tenon__shared_plan *tenon__plan_of(tenon_db *db, const tenon__call *call, tenon_error *err)
{
    uint64_t hash = tenon__hash(call->key, call->key_length);
    tenon__shared_plan *plan = tenon__plan_cache_get(&db->plans, hash, call->key, call->key_length);
    return plan ? plan : make_plan(db, hash, call, err);
}

static tenon__kept *add_statement(tenon__operation *op)
{
    tenon__shared_plan *plan = tenon__plan_of(op->db, op->call, op->err);
    tenon__kept *kept = NULL;
    if (plan)
        kept = tenon__statement_cache_take(&op->member->statements, plan, driver_of(op),
                                           op->member->connection);
    if (!kept)
        tenon__fail_no_memory(op->err);
    return kept;
}

tenon__kept *tenon__operation_statement(tenon__operation *op)
{
    const tenon__call *call = op->call;
    tenon__kept *kept =
        tenon__statement_cache_get(&op->member->statements, call->key, call->key_length);
    return TENON__LIKELY(kept != NULL) ? kept : add_statement(op);
}

static tenon__progress start_call(tenon__operation *op)
{
    tenon__connection *connection = op->member->connection;
    op->kept = tenon__operation_statement(op);
    if (TENON__LIKELY(op->kept && op->kept->prepared))
        return execute(op);
    op->phase = TENON__PREPARE;
    if (!op->kept)
        return TENON__FAILED;
    return driver_of(op)->prepare(connection, op->kept->plan->cached.statement, &op->kept->prepared,
                                  op->err);
}

/* A driver that works inside its calls has to know by itself when to stop. */
static void tell_limits(const tenon__operation *op)
{
    tenon__member *member = op->member;
    const atomic_bool *stop = tenon__is_cancellable(op) ? &op->session->is_cancelled : NULL;
    bool has_deadline = op->deadline_us != TENON__NEVER;
    if (TENON__LIKELY(stop == member->stop && !has_deadline && !member->has_deadline))
        return;
    member->stop = stop;
    member->has_deadline = has_deadline;
    if (!driver_of(op)->set_deadline)
        return;
    driver_of(op)->set_stop(member->connection, stop);
    driver_of(op)->set_deadline(member->connection, has_deadline ? op->deadline_us : 0);
}

/* Of several statements only those are measured whose beginning is answered by itself. */
static bool is_measured(const tenon__operation *op)
{
    bool is_due = op->member->has_socket && tenon__is_measured(tenon__measured_db(op), op->member);
    op->member->exchange_count++;
    return is_due && !(op->together && !op->together->at_one_moment);
}

static tenon__need start(tenon__operation *op)
{
    tenon__connection *connection = op->member->connection;
    op->until_us = op->deadline_us;
    tell_limits(op);
    op->sent_us = is_measured(op) ? tenon__monotonic_us() : 0;
    if (tenon__is_cancelled(op)) {
        tenon__fail_cancelled(op->err);
        return go_to(op, TENON__GIVE_UP);
    }
    if (TENON__UNLIKELY(op->together)) {
        op->phase = TENON__EXECUTE;
        return follow(op, tenon__together_start(op));
    }
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
    if (op->stream) {
        op->phase = TENON__EXECUTE;
        return follow(op, tenon__stream_start(op->stream, op->stream_work, op->err));
    }
    tenon__operation_finish(op);
    return TENON__NEED_NOTHING;
}

/* ---- getting a connection -------------------------------------------------------------------- */

static tenon__need connect(tenon__operation *op)
{
    const tenon__config *config = &op->db->config;
    tenon__connect_options options = {.url = config->url,
                                      .application_name = config->application_name,
                                      .is_reader = op->lane->settings.is_reader,
                                      .busy_timeout_us = -1,
                                      .database_id = op->db->identity,
                                      .datetime = config->datetime,
                                      .synchronous = config->synchronous,
                                      .mode = config->mode,
                                      .skip_schema_check = config->skip_schema_check,
                                      .has_loose_quotes = config->has_loose_quotes,
                                      .is_nameless = config->statement_cache_count == 0,
                                      .first_host = op->first_host,
                                      .shuffles_hosts = config->shuffles_hosts != 0,
                                      .allows_clear_text = config->allows_clear_text != 0};
    tenon__progress progress = TENON__DONE;
    if (!tenon__breaker_admit(&op->db->breaker, op->err)) {
        tenon__lane_give_place(op->lane);
        return give_up_connecting(op);
    }
    tenon__connection *connection = driver_of(op)->connect(&options, &progress, op->err);
    op->member = connection ? tenon__member_new(op->lane, connection) : NULL;
    if (!op->member) {
        tenon__lane_give_place(op->lane);
        tenon__fail_no_memory(op->err);
        return fail_connect(op);
    }
    op->is_new = true;
    op->phase = TENON__CONNECT;
    op->until_us = earlier_of(op->deadline_us, tenon__deadline_after(config->connect_timeout_us));
    return follow(op, progress);
}

static tenon__need check(tenon__operation *op)
{
    op->phase = TENON__CHECK;
    op->until_us = earlier_of(op->deadline_us, tenon__deadline_after(CHECK_US));
    return follow(op, driver_of(op)->script(op->member->connection, "", op->err));
}

/* The watcher sees it, where there is one. */
static tenon__need greet(tenon__operation *op)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    op->phase = TENON__START;
    if (!tenon__pool_is_watched(op->db))
        return TENON__NEED_NOTHING;
    bool is_new = op->is_new;
    if (!tenon__pool_greet(op->member, is_new, op->session, op->waiter.waited_us, &sql)) {
        tenon__operation_drop_member(op, false);
        if (is_new)
            tenon__fail(op->err, TENON_VETO, "the pool's watcher refuses a new connection");
        return go_to(op, is_new ? TENON__OVER : TENON__LEASE);
    }
    if (!sql.length)
        return TENON__NEED_NOTHING;
    op->phase = TENON__SETUP;
    op->until_us =
        earlier_of(op->deadline_us, tenon__deadline_after(op->db->config.connect_timeout_us));
    return follow(op,
                  driver_of(op)->script(op->member->connection, tenon__buf_string(&sql), op->err));
}

static tenon__need take_turn(tenon__operation *op)
{
    switch (op->turn) {
    case TENON__TURN_GIVEN:
        op->member = op->waiter.member;
        if (tenon__member_is_suspect(op->member) || op->db->config.pool_check == TENON_CHECK_ALWAYS)
            return check(op);
        return greet(op);
    case TENON__TURN_OPEN:
        return connect(op);
    case TENON__TURN_REFUSED:
        tenon__fail(op->err, TENON_UNAVAILABLE, "the pool is drained: no call may begin");
        return go_to(op, TENON__OVER);
    case TENON__TURN_QUEUED:
        break;
    }
    op->phase = TENON__QUEUED;
    op->until_us = earlier_of(op->deadline_us, tenon__deadline_after(op->patience_us));
    if (TENON__UNLIKELY(tenon__operation_may_fall_back(op)))
        op->until_us = tenon__operation_half_time(op);
    return TENON__NEED_TURN;
}

static tenon__need lease(tenon__operation *op)
{
    op->waiter.owner = op->session;
    tenon__host *host = op->session ? op->session->host : NULL;
    op->waiter.host = host && host->wait_turn ? host : NULL;
    if (tenon__lane_acquire(op->lane, &op->waiter, &op->turn))
        return take_turn(op);
    tenon__fail_no_memory(op->err);
    return go_to(op, TENON__OVER);
}

static tenon__need end_pause(tenon__operation *op)
{
    tenon__operation_start_again(op, op->again);
    return TENON__NEED_NOTHING;
}

/* ---- from outside ---------------------------------------------------------------------------- */

static tenon__need step_once(tenon__operation *op)
{
    switch (op->phase) {
    case TENON__LEASE:
        return lease(op);
    case TENON__QUEUED:
        return take_turn(op);
    case TENON__GREET:
        return greet(op);
    case TENON__START:
        return start(op);
    case TENON__PAUSE:
        return end_pause(op);
    case TENON__CONNECT:
    case TENON__CHECK:
    case TENON__SETUP:
    case TENON__PREPARE:
    case TENON__EXECUTE:
    case TENON__SCRIPT:
    case TENON__COPY_BEGIN:
    case TENON__COPY_ROWS:
    case TENON__COPY_END:
        return follow(op, driver_of(op)->step(op->member->connection, op->err));
    case TENON__COPY_ABORT:
        return follow(op, driver_of(op)->step(op->member->connection, &op->copy->ignored));
    case TENON__GIVE_UP:
        tenon__operation_give_up(op);
        return TENON__NEED_NOTHING;
    case TENON__OVER:
        break;
    }
    return TENON__NEED_NOTHING;
}

tenon__need tenon__operation_step(tenon__operation *op)
{
    tenon__need need = TENON__NEED_NOTHING;
    while (need == TENON__NEED_NOTHING && op->phase != TENON__OVER)
        need = step_once(op);
    return need;
}

tenon__need tenon__operation_go_on(tenon__operation *op, tenon__progress progress)
{
    tenon__need need = follow(op, progress);
    return need == TENON__NEED_NOTHING ? tenon__operation_step(op) : need;
}
