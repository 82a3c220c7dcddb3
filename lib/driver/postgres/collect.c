/* Answers by way of libpq: of what runs for the first time, of scripts and COPY, and of all that is
 * said over TLS.
 *
 * All that has come is read, and the one result that counts is kept. */
#include "driver/postgres/pg.h"

bool tenon__pg_is_failure(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_FATAL_ERROR || status == PGRES_BAD_RESPONSE;
}

/* The first failure stays, otherwise the last result. */
static void keep_result(tenon__connection *c, PGresult *result)
{
    if (c->result && tenon__pg_is_failure(c->result)) {
        PQclear(result);
        return;
    }
    PQclear(c->result);
    c->result = result;
}

/* True at the last sync point. Before it come the answers to deallocations, which do not matter, to
 * the preparation, and to the execution. */
static bool take_pipelined(tenon__connection *c, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    bool is_preparing =
        c->awaited_syncs == 1 && !c->pieces.count && c->running->preparation == TENON__PG_NEW;
    if (status == PGRES_PIPELINE_SYNC) {
        PQclear(result);
        return --c->awaited_syncs == 0;
    }
    if (c->awaited_syncs > 1 || status == PGRES_PIPELINE_ABORTED) {
        PQclear(result);
    } else if (c->pieces.count) {
        tenon__pg_take_piece(c, result);
    } else if (is_preparing && !tenon__pg_is_failure(result)) {
        c->running->preparation = TENON__PG_PREPARED;
        PQclear(result);
    } else {
        keep_result(c, result);
    }
    return false;
}

/* COPY in a script has nobody to give or take its data. */
static bool take_copy(tenon__connection *c, PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    if (status == PGRES_COPY_IN && c->task == TENON__PG_COPY_BEGIN) {
        c->state = TENON__COPYING;
        return true;
    }
    if (status == PGRES_COPY_OUT && c->task == TENON__PG_COPY_OUT) {
        c->state = TENON__ROWS_READY;
        return true;
    }
    if (status == PGRES_COPY_IN)
        PQputCopyEnd(c->pg, "COPY needs a call of its own");
    return false;
}

static bool is_copy(const PGresult *result)
{
    ExecStatusType status = PQresultStatus(result);
    return status == PGRES_COPY_IN || status == PGRES_COPY_OUT || status == PGRES_COPY_BOTH;
}

/* True when nothing more is to come. */
static bool take_result(tenon__connection *c, PGresult *result)
{
    if (c->awaited_syncs)
        return take_pipelined(c, result);
    if (!is_copy(result)) {
        keep_result(c, result);
        return false;
    }
    bool is_done = take_copy(c, result);
    PQclear(result);
    return is_done;
}

/* Reads all that has come; true when the statement is through. */
bool tenon__pg_collect(tenon__connection *c)
{
    while (!PQisBusy(c->pg)) {
        PGresult *result = PQgetResult(c->pg);
        if (!result && (!c->awaited_syncs || PQstatus(c->pg) == CONNECTION_BAD))
            return true;
        if (result && take_result(c, result))
            return true;
    }
    return false;
}
