/* Several statements in one round trip.
 *
 * Where all of them have run before they go without libpq, as one does by itself (wire.c).
 * Otherwise they go through libpq's pipeline mode, each behind its preparation where the server
 * does not know it yet. There is one sync point at the end: to the server they are one transaction,
 * if there is none already. It skips what follows a failure, which therefore is the only one.
 *
 * All values are looked at before the first byte is sent, so that one which the column cannot hold
 * stops the whole while nothing has happened. For libpq, which copies values as it is given them,
 * they are encoded twice; what is sent without it stands ready as a whole then. Nor can two buffers
 * that are full on both sides wait for each other: whoever sends reads as well.
 *
 * Results are kept until the last has come. A failure then leaves no half of a result decoded, and
 * fetch finds the wire idle, as it does behind a single statement.
 *
 * Who wants one moment for all gets BEGIN and COMMIT around them, in the same round trip. After a
 * failure that transaction is open still, and whoever runs operations rolls it back as one that
 * nobody wanted. */
#include "driver/postgres/pg.h"

#include <assert.h>
#include <stdlib.h>

#define ONE_MOMENT "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY"

/* ---- which they are -------------------------------------------------------------------------- */

static bool reserve(tenon__pg_pieces *pieces, size_t count, tenon_error *err)
{
    if (count <= pieces->capacity)
        return true;
    tenon__pg_piece *items =
        realloc(pieces->items, count * (sizeof *items + sizeof *pieces->answers));
    if (!items)
        return tenon__fail_no_memory(err);
    pieces->items = items;
    pieces->answers = (tenon__pg_answer *)(items + count);
    pieces->capacity = count;
    return true;
}

static void list_pieces(tenon__pg_pieces *pieces, const tenon__execution *given, size_t count,
                        bool at_one_moment)
{
    pieces->given = given;
    pieces->count = count + (at_one_moment ? 2 : 0);
    pieces->has_frame = at_one_moment;
    memset(pieces->items, 0, pieces->count * sizeof *pieces->items);
    for (size_t i = 0; i < count; i++)
        pieces->may_write |= (given[i].prepared->statement->flags & TENON__WRITES) != 0;
}

static size_t own_count(const tenon__pg_pieces *pieces)
{
    return pieces->count - (pieces->has_frame ? 2 : 0);
}

/* An error from now on is about this one. What frames the others belongs to the one beside it. */
static void look_at(tenon__connection *c, size_t at)
{
    tenon__pg_pieces *pieces = &c->pieces;
    size_t frame = pieces->has_frame, last = own_count(pieces) - 1;
    size_t own = at < frame ? 0 : at - frame;
    *pieces->failed = own < last ? own : last;
    c->running = pieces->given[*pieces->failed].prepared;
}

static bool bind(tenon__connection *c, size_t i, tenon_error *err)
{
    const tenon__execution *given = &c->pieces.given[i];
    *c->pieces.failed = i;
    return tenon__pg_bind(c, given->prepared, given->values, err);
}

/* ---- sending without libpq ------------------------------------------------------------------- */

/* What frames the others: Parse, Bind and Execute of SQL text, and a Flush, behind which its answer
 * comes at once, or the Sync that ends them all. */
#define BIND_AND_EXECUTE "B\0\0\0\f\0\0\0\0\0\0\0\0E\0\0\0\t\0\0\0\0\0"
#define SYNC "S\0\0\0\4"
static const char begin_frame[] = "P\0\0\0\x38\0" ONE_MOMENT "\0\0\0" BIND_AND_EXECUTE "H\0\0\0\4";
static const char end_frame[] = "P\0\0\0\x0e\0COMMIT\0\0\0" BIND_AND_EXECUTE SYNC;
static const char end[] = SYNC;

static bool add_all(tenon__connection *c, tenon_error *err)
{
    tenon__buf *out = &c->wire.out;
    bool has_frame = c->pieces.has_frame;
    if (has_frame)
        tenon__buf_add(out, begin_frame, sizeof begin_frame - 1);
    for (size_t i = 0, count = own_count(&c->pieces); i < count; i++) {
        if (!bind(c, i, err))
            return false;
        if (!tenon__pg_wire_add(c, c->pieces.given[i].prepared))
            return tenon__fail_no_memory(err);
    }
    tenon__buf_add(out, has_frame ? end_frame : end,
                   (has_frame ? sizeof end_frame : sizeof end) - 1);
    return !out->failed || tenon__fail_no_memory(err);
}

static tenon__progress send_by_wire(tenon__connection *c, tenon_error *err)
{
    tenon__pg_pieces *pieces = &c->pieces;
    if (!tenon__pg_wire_begin(c, err) || !add_all(c, err))
        return TENON__FAILED;
    if (pieces->has_frame)
        c->in_transaction = false;
    memset(pieces->answers, 0, pieces->count * sizeof *pieces->answers);
    return tenon__pg_wire_send_all(c, pieces->answers, pieces->count);
}

/* ---- sending by libpq ------------------------------------------------------------------------ */

static bool check_values(tenon__connection *c, tenon_error *err)
{
    for (size_t i = 0, count = own_count(&c->pieces); i < count; i++)
        if (!bind(c, i, err))
            return false;
    return true;
}

/* What has a sync point of its own, and therefore goes first. */
static bool send_asides(tenon__connection *c, bool has_failed)
{
    if (!tenon__pg_start_pipeline(c))
        return false;
    if (has_failed && !tenon__pg_send_aside(c, "ROLLBACK"))
        return false;
    if (c->pieces.has_frame)
        c->in_transaction = false;
    if (!tenon__pg_send_forgotten(c))
        return false;
    for (size_t i = 0, count = own_count(&c->pieces); i < count; i++) {
        tenon__prepared *p = c->pieces.given[i].prepared;
        if (!tenon__pg_send_stale(c, p))
            return false;
        p->is_being_prepared = false;
        if (p->preparation == TENON__PG_STALE)
            p->preparation = TENON__PG_NEW;
    }
    return true;
}

static bool send_text(tenon__connection *c, const char *sql)
{
    return PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1);
}

static bool send_piece(tenon__connection *c, size_t i)
{
    tenon__prepared *p = c->pieces.given[i].prepared;
    if (!bind(c, i, NULL))
        return false;
    if (p->preparation == TENON__PG_UNNAMED)
        return tenon__pg_send_unnamed(c, p);
    if (p->preparation == TENON__PG_NEW && !p->is_being_prepared) {
        if (!tenon__pg_send_preparation(c, p))
            return false;
        c->pieces.items[c->pieces.has_frame + i].is_prepared_here = p->is_being_prepared = true;
    }
    return tenon__pg_send_prepared(c, p);
}

/* The answer to the beginning of a frame comes at once and not with those of the others: what was
 * waited until then is the way to the server and back (db/round_trip.c). */
static bool send_all(tenon__connection *c, bool has_failed)
{
    bool has_frame = c->pieces.has_frame;
    if (!send_asides(c, has_failed))
        return false;
    if (has_frame && !(send_text(c, ONE_MOMENT) && PQsendFlushRequest(c->pg)))
        return false;
    for (size_t i = 0, count = own_count(&c->pieces); i < count; i++)
        if (!send_piece(c, i))
            return false;
    return (!has_frame || send_text(c, "COMMIT")) && PQpipelineSync(c->pg);
}

/* ---- sending --------------------------------------------------------------------------------- */

static void drop_results(tenon__pg_pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        PQclear(pieces->items[i].result);
        pieces->items[i] = (tenon__pg_piece){0};
    }
}

/* The server has lost one of them, and may have lost the others too. */
static void suspect_all(tenon__connection *c)
{
    for (size_t i = 0, count = own_count(&c->pieces); i < count; i++) {
        tenon__prepared *p = c->pieces.given[i].prepared;
        if (p->preparation != TENON__PG_PREPARED)
            continue;
        p->preparation = TENON__PG_STALE;
        p->is_checked = c->skips_check;
    }
}

/* A transaction that has failed is rolled back in front of them. */
static bool goes_by_wire(const tenon__connection *c, bool has_failed)
{
    for (size_t i = 0, count = own_count(&c->pieces); i < count; i++)
        if (!tenon__pg_wire_takes(c, c->pieces.given[i].prepared))
            return false;
    return !has_failed;
}

static tenon__progress send_by_libpq(tenon__connection *c, bool has_failed, tenon_error *err)
{
    tenon__pg_wire_leave(c);
    drop_results(&c->pieces);
    if (!check_values(c, err))
        return TENON__FAILED;
    return tenon__pg_end_sending(c, send_all(c, has_failed), err);
}

tenon__progress tenon__pg_send_pieces(tenon__connection *c, tenon_error *err)
{
    PGTransactionStatusType status = tenon__pg_transaction_status(c);
    bool has_failed = status == PQTRANS_INERROR;
    c->pieces.leaves_json = status == PQTRANS_IDLE;
    c->pieces.at = c->pieces.fetched = 0;
    if (c->has_retried)
        suspect_all(c);
    tenon__progress progress =
        goes_by_wire(c, has_failed) ? send_by_wire(c, err) : send_by_libpq(c, has_failed, err);
    if (progress == TENON__FAILED && c->state == TENON__IDLE)
        tenon__pg_end_pieces(c);
    else
        look_at(c, 0);
    return progress;
}

/* ---- receiving ------------------------------------------------------------------------------- */

void tenon__pg_take_piece(tenon__connection *c, PGresult *result)
{
    tenon__pg_pieces *pieces = &c->pieces;
    assert(pieces->at < pieces->count || tenon__pg_is_failure(result));
    if (tenon__pg_is_failure(result)) {
        if (c->result)
            PQclear(result);
        else
            c->result = result;
        return;
    }
    tenon__pg_piece *piece = &pieces->items[pieces->at];
    if (piece->is_prepared_here) {
        piece->is_prepared_here = false;
        pieces->given[pieces->at - pieces->has_frame].prepared->preparation = TENON__PG_PREPARED;
        PQclear(result);
        return;
    }
    piece->result = result;
    pieces->at++;
}

static bool offer_failure(tenon__connection *c)
{
    const tenon__pg_pieces *pieces = &c->pieces;
    bool is_wire = c->wire.is_used;
    look_at(c, is_wire ? (size_t)(c->wire.answer - pieces->answers) : pieces->at);
    return is_wire || c->result;
}

bool tenon__pg_offer_piece(tenon__connection *c)
{
    tenon__pg_pieces *pieces = &c->pieces;
    if (c->wire.is_used ? c->wire.refusal != 0 : c->result || pieces->at < pieces->count)
        return offer_failure(c);
    if (pieces->fetched == own_count(pieces))
        return false;
    size_t next = pieces->has_frame + pieces->fetched++;
    look_at(c, next);
    c->wire.answer = &pieces->answers[next];
    c->result = pieces->items[next].result;
    pieces->items[next].result = NULL;
    return true;
}

void tenon__pg_end_pieces(tenon__connection *c)
{
    drop_results(&c->pieces);
    c->pieces.count = 0;
    c->pieces.has_frame = c->pieces.may_write = false;
}

/* ---- the driver's call ----------------------------------------------------------------------- */

tenon__progress tenon__pg_execute_together(tenon__connection *c, const tenon__execution *given,
                                           size_t count, bool at_one_moment, size_t *failed,
                                           tenon_error *err)
{
    assert(count > 0 && !c->pieces.count);
    *failed = 0;
    if (!reserve(&c->pieces, count + 2, err))
        return TENON__FAILED;
    c->task = TENON__PG_EXECUTE;
    c->is_sent = c->is_commit = c->has_retried = false;
    c->pieces.failed = failed;
    list_pieces(&c->pieces, given, count, at_one_moment);
    return tenon__pg_send_pieces(c, err);
}
