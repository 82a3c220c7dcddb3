/* Several statements in one round trip.
 *
 * All values are encoded before the first byte is sent, so that one which the column cannot hold
 * stops the whole while nothing has happened, and so that all of it can be sent again. Then come
 * the statements, each behind its preparation where the server does not know it yet, and one sync
 * point: to the server they are one transaction, if there is none already. It skips what follows a
 * failure, which therefore is the only one.
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

static const char one_moment[] = "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY";

/* ---- binding --------------------------------------------------------------------------------- */

static bool reserve(tenon__pg_pieces *pieces, size_t count, tenon_error *err)
{
    if (count <= pieces->capacity)
        return true;
    tenon__pg_piece *items = realloc(pieces->items, count * sizeof *items);
    if (!items)
        return tenon__fail_no_memory(err);
    pieces->items = items;
    pieces->capacity = count;
    return true;
}

/* Lists them, with the place that each has among the values; how many these are. */
static int list_pieces(tenon__pg_pieces *pieces, const tenon__execution *given, size_t count)
{
    int value_count = 0;
    size_t frame = pieces->has_frame;
    pieces->count = count + 2 * frame;
    memset(pieces->items, 0, pieces->count * sizeof *pieces->items);
    for (size_t i = 0; i < count; i++) {
        tenon__pg_piece *piece = &pieces->items[frame + i];
        piece->prepared = given[i].prepared;
        piece->first_value = value_count;
        value_count += piece->prepared->param_count;
        pieces->may_write |= (piece->prepared->statement->flags & TENON__WRITES) != 0;
    }
    if (frame) {
        pieces->items[0].sql = one_moment;
        pieces->items[count + 1].sql = "COMMIT";
    }
    return value_count;
}

static bool bind(tenon__connection *c, const tenon__execution *given, size_t count,
                 tenon_error *err)
{
    const tenon__pg_piece *own = c->pieces.items + c->pieces.has_frame;
    tenon__buf_clear(&c->out);
    for (size_t i = 0; i < count; i++) {
        *c->pieces.failed = i;
        if (!tenon__pg_encode_values(c, own[i].prepared, given[i].values,
                                     c->values + own[i].first_value,
                                     c->lengths + own[i].first_value, err))
            return false;
    }
    const char *at = tenon__buf_string(&c->out);
    for (size_t i = 0; i < count; i++)
        at = tenon__pg_place_values(own[i].prepared, c->lengths + own[i].first_value,
                                    c->values + own[i].first_value, at);
    return true;
}

/* ---- sending --------------------------------------------------------------------------------- */

/* What has a sync point of its own, and therefore goes first. */
static bool send_asides(tenon__connection *c)
{
    if (!tenon__pg_start_pipeline(c))
        return false;
    if (tenon__pg_transaction_status(c) == PQTRANS_INERROR && !tenon__pg_send_aside(c, "ROLLBACK"))
        return false;
    if (c->pieces.has_frame)
        c->in_transaction = false;
    if (!tenon__pg_send_forgotten(c))
        return false;
    for (size_t i = 0; i < c->pieces.count; i++) {
        tenon__prepared *p = c->pieces.items[i].prepared;
        if (!p)
            continue;
        if (!tenon__pg_send_stale(c, p))
            return false;
        p->is_being_prepared = false;
        if (p->preparation == TENON__PG_STALE)
            p->preparation = TENON__PG_NEW;
    }
    return true;
}

/* The answer to it comes at once and not with those of the others: what was waited until then is
 * the way to the server and back (db/round_trip.c). */
static bool send_frame(tenon__connection *c, const tenon__pg_piece *piece)
{
    return PQsendQueryParams(c->pg, piece->sql, 0, NULL, NULL, NULL, NULL, 1) &&
           (piece->sql != one_moment || PQsendFlushRequest(c->pg));
}

static bool send_piece(tenon__connection *c, tenon__pg_piece *piece)
{
    tenon__prepared *p = piece->prepared;
    if (!p)
        return send_frame(c, piece);
    const char *const *values = c->values + piece->first_value;
    const int *lengths = c->lengths + piece->first_value;
    if (p->preparation == TENON__PG_UNNAMED)
        return PQsendQueryParams(c->pg, p->statement->sql, p->param_count, p->oids, values, lengths,
                                 p->formats, p->result_format);
    if (p->preparation == TENON__PG_NEW && !p->is_being_prepared) {
        if (!tenon__pg_send_preparation(c, p))
            return false;
        piece->is_prepared_here = p->is_being_prepared = true;
    }
    return PQsendQueryPrepared(c->pg, p->name, p->param_count, values, lengths, p->formats,
                               p->result_format);
}

static void drop_results(tenon__pg_pieces *pieces)
{
    for (size_t i = 0; i < pieces->count; i++) {
        PQclear(pieces->items[i].result);
        pieces->items[i].result = NULL;
        pieces->items[i].is_prepared_here = false;
    }
    pieces->at = pieces->fetched = 0;
}

bool tenon__pg_send_pieces(tenon__connection *c)
{
    drop_results(&c->pieces);
    if (!send_asides(c))
        return false;
    for (size_t i = 0; i < c->pieces.count; i++)
        if (!send_piece(c, &c->pieces.items[i]))
            return false;
    return PQpipelineSync(c->pg);
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
        piece->prepared->preparation = TENON__PG_PREPARED;
        PQclear(result);
        return;
    }
    piece->result = result;
    pieces->at++;
}

/* An error from now on is about this one. What frames the others belongs to the one beside it. */
static void look_at(tenon__connection *c, size_t at)
{
    tenon__pg_pieces *pieces = &c->pieces;
    size_t frame = pieces->has_frame, last = pieces->count - 1 - frame;
    size_t own = at < frame ? frame : at > last ? last : at;
    c->running = pieces->items[own].prepared;
    c->first_value = pieces->items[own].first_value;
    *pieces->failed = own - frame;
}

bool tenon__pg_offer_piece(tenon__connection *c)
{
    tenon__pg_pieces *pieces = &c->pieces;
    size_t frame = pieces->has_frame;
    if (c->result || pieces->at < pieces->count) {
        look_at(c, pieces->at);
        return c->result != NULL;
    }
    if (pieces->fetched == pieces->count - 2 * frame)
        return false;
    size_t next = frame + pieces->fetched++;
    look_at(c, next);
    c->result = pieces->items[next].result;
    pieces->items[next].result = NULL;
    return true;
}

void tenon__pg_end_pieces(tenon__connection *c)
{
    drop_results(&c->pieces);
    for (size_t i = 0; i < c->pieces.count; i++)
        if (c->pieces.items[i].prepared)
            c->pieces.items[i].prepared->is_being_prepared = false;
    c->pieces.count = 0;
    c->pieces.has_frame = c->pieces.may_write = false;
}

/* ---- the driver's call ----------------------------------------------------------------------- */

tenon__progress tenon__pg_execute_together(tenon__connection *c, const tenon__execution *given,
                                           size_t count, bool at_one_moment, size_t *failed,
                                           tenon_error *err)
{
    tenon__pg_pieces *pieces = &c->pieces;
    assert(count > 0 && !pieces->count);
    *failed = 0;
    if (!reserve(pieces, count + 2, err))
        return TENON__FAILED;
    c->task = TENON__PG_EXECUTE;
    c->is_sent = c->is_commit = c->has_retried = false;
    pieces->failed = failed;
    pieces->has_frame = at_one_moment;
    int value_count = list_pieces(pieces, given, count);
    tenon__progress progress = TENON__FAILED;
    if (tenon__pg_reserve_values(c, value_count, err) && bind(c, given, count, err)) {
        look_at(c, 0);
        progress = tenon__pg_send_running(c, err);
    }
    if (progress == TENON__FAILED && c->state == TENON__IDLE)
        tenon__pg_end_pieces(c);
    return progress;
}
