/* What the server knows of a statement: how it gets to know it, and how it forgets it.
 *
 * The first execution of a statement is sent together with its preparation, in libpq's pipeline
 * mode: one round trip. Statements that were forgotten are deallocated at the head of that
 * pipeline, each behind a sync point of its own, so that their fate touches nobody. The same way
 * standard_conforming_strings is switched on again when SQL text has switched it off: the texts of
 * statements rely on it when they are parsed. */
#include "driver/postgres/pg.h"

#include <stdio.h>
#include <stdlib.h>

bool tenon__pg_has_backslashes(const tenon__connection *c)
{
    const char *value = PQparameterStatus(c->pg, "standard_conforming_strings");
    return c->wire.has_backslashes || (value && strcmp(value, "off") == 0);
}

/* ---- in front of others ---------------------------------------------------------------------- */

/* A statement of no account, behind a sync point of its own. */
bool tenon__pg_send_aside(tenon__connection *c, const char *sql)
{
    if (!PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1) || !PQpipelineSync(c->pg))
        return false;
    c->awaited_syncs++;
    return true;
}

static bool send_deallocate(tenon__connection *c, const tenon__prepared *p)
{
    char sql[sizeof "DEALLOCATE " + sizeof p->name];
    snprintf(sql, sizeof sql, "DEALLOCATE %s", p->name);
    return tenon__pg_send_aside(c, sql);
}

bool tenon__pg_send_forgotten(tenon__connection *c)
{
    /* One that the server lost meanwhile would make a transaction fail. */
    if (c->in_transaction)
        return true;
    while (c->forgotten) {
        tenon__prepared *p = c->forgotten;
        if (!send_deallocate(c, p))
            return false;
        c->forgotten = p->next;
        free(p);
    }
    return true;
}

bool tenon__pg_send_stale(tenon__connection *c, const tenon__prepared *p)
{
    return p->preparation != TENON__PG_STALE || send_deallocate(c, p);
}

bool tenon__pg_start_pipeline(tenon__connection *c)
{
    if (!PQenterPipelineMode(c->pg))
        return false;
    c->is_pipelining = true;
    c->awaited_syncs = 1;
    bool is_set = tenon__pg_has_backslashes(c);
    c->wire.has_backslashes = false;
    return !is_set || tenon__pg_send_aside(c, TENON__PG_NO_BACKSLASHES);
}

bool tenon__pg_send_preparation(tenon__connection *c, tenon__prepared *p)
{
    p->preparation = TENON__PG_NEW;
    return PQsendPrepare(c->pg, p->name, p->statement->sql, p->param_count, p->oids);
}

/* ---- sending --------------------------------------------------------------------------------- */

bool tenon__pg_send_prepared(tenon__connection *c, const tenon__prepared *p)
{
    return PQsendQueryPrepared(c->pg, p->name, p->param_count, c->values, c->lengths, p->formats,
                               p->result_format);
}

bool tenon__pg_send_unnamed(tenon__connection *c, const tenon__prepared *p)
{
    return PQsendQueryParams(c->pg, p->statement->sql, p->param_count, p->oids, c->values,
                             c->lengths, p->formats, p->result_format);
}

static bool send_new(tenon__connection *c, tenon__prepared *p)
{
    return tenon__pg_start_pipeline(c) && tenon__pg_send_forgotten(c) &&
           tenon__pg_send_stale(c, p) && tenon__pg_send_preparation(c, p) &&
           tenon__pg_send_prepared(c, p) && PQpipelineSync(c->pg);
}

static bool send_unnamed(tenon__connection *c, const tenon__prepared *p)
{
    bool is_pipelined = tenon__pg_has_backslashes(c);
    if (is_pipelined && !tenon__pg_start_pipeline(c))
        return false;
    return tenon__pg_send_unnamed(c, p) && (!is_pipelined || PQpipelineSync(c->pg));
}

bool tenon__pg_send_statement(tenon__connection *c, tenon__prepared *p)
{
    switch (p->preparation) {
    case TENON__PG_PREPARED:
        return tenon__pg_send_prepared(c, p);
    case TENON__PG_UNNAMED:
        return send_unnamed(c, p);
    case TENON__PG_NEW:
    case TENON__PG_STALE:
        break;
    }
    return send_new(c, p);
}

/* ---- the driver's calls ---------------------------------------------------------------------- */

static void link_prepared(tenon__connection *c, tenon__prepared *p)
{
    p->next = c->prepared;
    if (p->next)
        p->next->previous = p;
    c->prepared = p;
}

static void unlink_prepared(tenon__connection *c, tenon__prepared *p)
{
    if (p->next)
        p->next->previous = p->previous;
    if (p->previous)
        p->previous->next = p->next;
    else
        c->prepared = p->next;
}

tenon__progress tenon__pg_prepare(tenon__connection *c, const tenon__statement *statement,
                                  tenon__prepared **out, tenon_error *err)
{
    tenon__prepared *p = tenon__pg_prepared_new(statement, err);
    if (!p)
        return TENON__FAILED;
    if (!tenon__pg_reserve_values(c, p->param_count, err)) {
        free(p);
        return TENON__FAILED;
    }
    if (c->is_nameless || statement->flags & (TENON__CUSTOM_PLAN | TENON__ONCE))
        p->preparation = TENON__PG_UNNAMED;
    else
        p->name_length = (size_t)snprintf(p->name, sizeof p->name, "t%u_%08x", ++c->last_name,
                                          (unsigned)c->nonce);
    p->is_checked = c->skips_check;
    link_prepared(c, p);
    *out = p;
    return TENON__DONE;
}

void tenon__pg_forget(tenon__connection *c, tenon__prepared *p)
{
    bool is_known = p->preparation == TENON__PG_PREPARED || p->preparation == TENON__PG_STALE;
    if (c->pieces.count) /* of a connection that broke */
        tenon__pg_end_pieces(c);
    unlink_prepared(c, p);
    if (c->running == p)
        c->running = NULL;
    if (!is_known || c->state == TENON__BROKEN) {
        free(p);
        return;
    }
    p->next = c->forgotten;
    c->forgotten = p;
}
