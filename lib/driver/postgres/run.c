/* Running statements: the client's half of the protocol, without ever blocking.
 *
 * A call sends and returns; tenon__pg_step reads until the server is ready for the next statement
 * and keeps the one result that counts, so that fetch finds the wire idle and only decodes.
 *
 * A statement may turn out to be prepared no longer (26000: the server or a pooler dropped it) or
 * prepared for a table that has changed since (0A000). It has had no effect then. Outside a
 * transaction it is prepared again and run once more, with the values that still stand where they
 * did; inside one the transaction is lost, and the next attempt prepares again.
 *
 * After a lost connection nothing is sent again: whether a write took place is for the caller to
 * find out, and err->applied says what is known. */
#include "driver/postgres/pg.h"

#include <stdlib.h>

enum { KEPT_BUFFER_BYTES = 1 << 20 };

/* ---- sending --------------------------------------------------------------------------------- */

TENON__HOT tenon__progress tenon__pg_flush(tenon__connection *c, tenon_error *err)
{
    int left = PQflush(c->pg);
    if (left < 0) {
        tenon__pg_fail_lost(err, c);
        return TENON__FAILED;
    }
    c->is_flushing = left > 0;
    return c->is_flushing ? TENON__WANT_WRITE : TENON__WANT_READ;
}

/* In pipeline mode half of a conversation may be queued, from which there is no way back. */
tenon__progress tenon__pg_fail_send(tenon__connection *c, tenon_error *err)
{
    tenon__pg_fail_client(err, c);
    c->state = PQstatus(c->pg) == CONNECTION_OK && !c->awaited_syncs ? TENON__IDLE : TENON__BROKEN;
    return TENON__FAILED;
}

tenon__progress tenon__pg_end_sending(tenon__connection *c, bool is_sent, tenon_error *err)
{
    c->is_sent = is_sent || c->awaited_syncs;
    if (!is_sent)
        return tenon__pg_fail_send(c, err);
    c->state = TENON__BUSY;
    return tenon__pg_flush(c, err);
}

TENON__HOT static inline tenon__progress send_running(tenon__connection *c, tenon_error *err)
{
    if (TENON__LIKELY(tenon__pg_wire_takes(c, c->running)))
        return tenon__pg_wire_send(c, err);
    tenon__pg_wire_leave(c);
    return tenon__pg_end_sending(c, tenon__pg_send_statement(c, c->running), err);
}

/* ---- what became of it ----------------------------------------------------------------------- */

static bool has_sqlstate(const tenon__connection *c, const char *sqlstate)
{
    const char *found = tenon__pg_error_field(c, PG_DIAG_SQLSTATE);
    return found && strcmp(found, sqlstate) == 0;
}

static bool is_data_error(const tenon__connection *c)
{
    const char *found = tenon__pg_error_field(c, PG_DIAG_SQLSTATE);
    return found && strncmp(found, "22", 2) == 0;
}

/* 0A000 has many reasons. This one is told from them by who in the server says so: the message
 * is in the server's language. */
static bool is_stale(const tenon__connection *c)
{
    const char *source = tenon__pg_error_field(c, PG_DIAG_SOURCE_FUNCTION);
    return has_sqlstate(c, "0A000") && source && strcmp(source, "RevalidateCachedQuery") == 0;
}

/* Notes when the server's prepared statement is no good any more. */
static bool note_unprepared(tenon__connection *c)
{
    if (!c->running || c->running->preparation != TENON__PG_PREPARED)
        return false;
    if (has_sqlstate(c, "26000"))
        c->running->preparation = TENON__PG_NEW;
    else if (is_stale(c))
        c->running->preparation = TENON__PG_STALE;
    else
        return false;
    c->running->is_checked = c->skips_check;
    return true;
}

static tenon__progress run_again(tenon__connection *c, tenon_error *err)
{
    PQclear(c->result);
    c->result = NULL;
    c->has_retried = true;
    return c->pieces.count ? tenon__pg_send_pieces(c, err) : send_running(c, err);
}

tenon__progress tenon__pg_finish_idle(tenon__connection *c, bool is_done)
{
    if (TENON__UNLIKELY(c->pieces.count))
        tenon__pg_end_pieces(c);
    PQclear(c->result);
    c->result = NULL;
    c->state = TENON__IDLE;
    return is_done ? TENON__DONE : TENON__FAILED;
}

/* With its transaction, all of it can be run again. */
static void fail_unprepared(tenon_error *err)
{
    err->status = TENON_SERIALIZATION;
    if (!err->hint[0])
        tenon__hint(err, "a table changed under a prepared statement: roll back and run the unit "
                         "of work again");
}

TENON__COLD static tenon__progress fail_running(tenon__connection *c, tenon_error *err)
{
    bool is_unprepared = note_unprepared(c);
    c->state = TENON__IDLE;
    c->in_transaction = tenon__pg_transaction_status(c) != PQTRANS_IDLE;
    bool is_free = !c->in_transaction || c->pieces.has_frame;
    if (is_unprepared && is_free && !c->has_retried)
        return run_again(c, err);
    if (!is_data_error(c) || !tenon__pg_refuse_json(c, err))
        tenon__pg_fail_result(err, c);
    if (is_unprepared && err)
        fail_unprepared(err);
    return tenon__pg_finish_idle(c, false);
}

static void end_pipeline(tenon__connection *c)
{
    PQexitPipelineMode(c->pg);
    c->is_pipelining = false;
}

/* A COPY that was given up ends in the failure that was asked for, and a statement that is no COPY
 * in success. */
static tenon__progress finish_copy(tenon__connection *c, tenon_error *err)
{
    if (c->task == TENON__PG_COPY_BEGIN)
        tenon__fail(err, TENON_MISUSE, "the statement is no COPY FROM STDIN");
    return tenon__pg_finish_idle(c, c->task == TENON__PG_COPY_ABORT);
}

TENON__COLD static tenon__progress finish_badly(tenon__connection *c, tenon_error *err)
{
    if (PQstatus(c->pg) == CONNECTION_BAD || (!c->result && !c->wire.is_used)) {
        tenon__pg_fail_lost(err, c);
        return TENON__FAILED;
    }
    return c->task == TENON__PG_COPY_ABORT ? finish_copy(c, err) : fail_running(c, err);
}

TENON__HOT static bool has_failed(const tenon__connection *c)
{
    return c->wire.is_used ? c->wire.refusal != 0 : !c->result || tenon__pg_is_failure(c->result);
}

/* Everything has come, or the connection has gone. */
TENON__HOT static tenon__progress finish(tenon__connection *c, tenon_error *err)
{
    if (TENON__UNLIKELY(c->is_pipelining))
        end_pipeline(c);
    if (TENON__UNLIKELY(c->pieces.count))
        tenon__pg_offer_piece(c);
    if (TENON__UNLIKELY(has_failed(c)))
        return finish_badly(c, err);
    switch (c->task) {
    case TENON__PG_EXECUTE:
    case TENON__PG_COPY_END:
    case TENON__PG_COPY_OUT:
        break;
    case TENON__PG_SCRIPT:
        return tenon__pg_finish_script(c, err);
    case TENON__PG_COPY_BEGIN:
    case TENON__PG_COPY_ABORT:
        return finish_copy(c, err);
    }
    c->state = TENON__ROWS_READY;
    return TENON__ROWS;
}

/* All has come. A request to stop it that is still on its way would hit the next statement. */
TENON__HOT tenon__progress tenon__pg_end_statement(tenon__connection *c, tenon_error *err)
{
    c->awaits_request = false;
    if (TENON__UNLIKELY(atomic_load_explicit(&c->request, memory_order_relaxed) != NULL)) {
        c->awaits_request = tenon__pg_answer_request(c);
        if (c->awaits_request)
            return TENON__WANT_READ;
        tenon__pg_drop_request(c);
    }
    return finish(c, err);
}

TENON__HOT tenon__progress tenon__pg_step(tenon__connection *c, tenon_error *err)
{
    if (TENON__UNLIKELY(c->state == TENON__CONNECTING))
        return tenon__pg_step_connect(c, err);
    if (TENON__UNLIKELY(c->awaits_request))
        return tenon__pg_end_statement(c, err);
    if (TENON__LIKELY(c->wire.is_used))
        return tenon__pg_wire_step(c, err);
    if (!PQconsumeInput(c->pg)) {
        tenon__pg_collect(c); /* the reason may have come before the end */
        tenon__pg_fail_lost(err, c);
        return TENON__FAILED;
    }
    if (c->is_flushing && tenon__pg_flush(c, err) == TENON__FAILED)
        return TENON__FAILED;
    if (c->state == TENON__COPYING)
        return c->is_flushing ? TENON__WANT_WRITE : TENON__DONE;
    if (tenon__pg_collect(c)) {
        if (TENON__UNLIKELY(c->state == TENON__ROWS_READY))
            return TENON__ROWS; /* the first of COPY's, or more of them */
        return c->state == TENON__COPYING ? TENON__DONE : tenon__pg_end_statement(c, err);
    }
    return c->is_flushing ? TENON__WANT_WRITE : TENON__WANT_READ;
}

/* ---- the driver's calls ---------------------------------------------------------------------- */

TENON__HOT tenon__progress tenon__pg_execute(tenon__connection *c, tenon__prepared *p,
                                             const void *const *values, tenon_error *err)
{
    c->task = TENON__PG_EXECUTE;
    c->running = p;
    c->is_sent = c->is_commit = c->has_retried = false;
    if (TENON__UNLIKELY(p->statement->flags & TENON__COPIED_OUT))
        return tenon__pg_copy_out(c, p, err);
    if (!tenon__pg_bind(c, p, values, err))
        return TENON__FAILED;
    return send_running(c, err);
}

TENON__HOT static bool read_result(tenon__connection *c, tenon__rows *rows, tenon_error *err)
{
    if (TENON__UNLIKELY(rows && rows->sink))
        return tenon__pg_pass_rows(c, rows, err);
    if (TENON__LIKELY(c->wire.is_used))
        return !rows || tenon__pg_read_wire(c->running, &c->wire, rows, err);
    return !rows || tenon__pg_read_result(c->running, c->result, rows, err);
}

static inline void release_large(tenon__buf *buf)
{
    if (TENON__UNLIKELY(buf->capacity > KEPT_BUFFER_BYTES))
        tenon__buf_release(buf);
}

TENON__HOT tenon__progress tenon__pg_fetch(tenon__connection *c, tenon__rows *rows,
                                           int64_t *affected, tenon_error *err)
{
    if (TENON__UNLIKELY(c->task == TENON__PG_COPY_OUT))
        return tenon__pg_fetch_copied(c, rows, affected, err);
    bool is_read = read_result(c, rows, err);
    if (!is_read && err && (c->running->statement->flags & TENON__WRITES || c->pieces.may_write))
        err->applied = TENON_APPLIED_YES;
    if (is_read && affected)
        *affected = c->wire.is_used ? tenon__pg_wire_affected(c) : tenon__pg_affected(c->result);
    PQclear(c->result);
    c->result = NULL;
    if (TENON__UNLIKELY(c->pieces.count)) {
        if (is_read && tenon__pg_offer_piece(c))
            return TENON__ROWS;
        tenon__pg_end_pieces(c);
    }
    c->state = TENON__IDLE;
    release_large(&c->out);
    release_large(&c->wire.out);
    release_large(&c->wire.in);
    return is_read ? TENON__DONE : TENON__FAILED;
}
