/* COPY … FROM STDIN (FORMAT binary): rows in blocks of about 64 KB.
 *
 * A row is a 16-bit count of values and each value with a 32-bit length in front, -1 for NULL: the
 * same bytes as a parameter's. A full block goes to libpq, which must send it before the next one
 * is taken, so that memory stays bounded however slow the server is. COPY takes no casts: types
 * that travel as text as parameters are only possible where their binary form is the text (enum,
 * citext, xml).
 *
 * Outside of a transaction the server is left to find out that a JSON is none, which it looks at in
 * any case: nothing is lost then but its rows. In which row and field it stands is for the caller
 * to find. */
#include "driver/postgres/pg.h"

#include <stdlib.h>

enum { BLOCK_BYTES = 64 * 1024 };

static const char signature[] =
    "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0"; /* with its last NUL: flags, no extension */
_Static_assert(sizeof signature == 19,
               "11 bytes, two 32-bit numbers of which the last ends the literal");

static bool has_binary_form(const tenon__pg_param *param)
{
    if (!param->is_text)
        return param->field->pg_type != TENON_PG_MONEY;
    tenon_pg_type type = param->field->pg_type;
    bool is_text_inside = type == TENON_PG_ENUM || type == TENON_PG_CITEXT || type == TENON_PG_XML;
    return is_text_inside && param->shape == TENON__PG_VALUE;
}

static bool check_params(const tenon__prepared *p, tenon_error *err)
{
    for (int i = 0; i < p->param_count; i++) {
        const tenon__pg_param *param = &p->params[i];
        if (param->field && !has_binary_form(param))
            return tenon__fail_field(err, TENON_UNSUPPORTED, param->model, param->field,
                                     "COPY cannot load its type; use INSERT … UNNEST");
    }
    return true;
}

static tenon__prepared *make_copy(const tenon__connection *c, const tenon__statement *statement,
                                  tenon_error *err)
{
    tenon__prepared *p = tenon__pg_prepared_new(statement, err);
    if (!p || !check_params(p, err)) {
        free(p);
        return NULL;
    }
    for (int i = 0; i < p->param_count; i++)
        p->params[i].leaves_json = tenon__pg_transaction_status(c) == PQTRANS_IDLE;
    return p;
}

tenon__progress tenon__pg_copy_begin(tenon__connection *c, const tenon__statement *statement,
                                     tenon_error *err)
{
    tenon__prepared *p = make_copy(c, statement, err);
    if (!p)
        return TENON__FAILED;
    free(c->copy);
    c->copy = p;
    tenon__pg_begin(c, TENON__PG_COPY_BEGIN, statement->sql);
    c->is_copy_broken = false;
    tenon__buf_clear(&c->out);
    tenon__buf_add(&c->out, signature, sizeof signature);
    if (!PQsendQuery(c->pg, statement->sql))
        return tenon__pg_fail_send(c, err);
    c->is_sent = true;
    c->state = TENON__BUSY;
    return tenon__pg_flush(c, err);
}

/* Hands the block to libpq and gets it on its way. It is refused when the server has given up
 * already, which is told at the end. */
static tenon__progress send_block(tenon__connection *c, tenon_error *err)
{
    if (PQputCopyData(c->pg, c->out.data, (int)c->out.length) != 1)
        c->is_copy_broken = true;
    tenon__buf_clear(&c->out);
    tenon__progress progress = tenon__pg_flush(c, err);
    return progress == TENON__WANT_READ ? TENON__DONE : progress;
}

tenon__progress tenon__pg_copy_row(tenon__connection *c, const tenon__statement *statement,
                                   const void *const *values, tenon_error *err)
{
    (void)statement;
    if (!tenon__pg_add_row(&c->out, c->copy, values, err))
        return TENON__FAILED;
    return c->out.length < BLOCK_BYTES ? TENON__DONE : send_block(c, err);
}

static bool send_rest(tenon__connection *c, tenon_error *err)
{
    tenon__pg_add16(&c->out, UINT16_MAX);
    if (c->out.failed)
        return tenon__fail_no_memory(err);
    return send_block(c, err) != TENON__FAILED;
}

tenon__progress tenon__pg_copy_end(tenon__connection *c, const char *abort_message,
                                   int64_t *affected, tenon_error *err)
{
    if (affected)
        *affected = 0;
    if (!abort_message && !send_rest(c, err))
        return TENON__FAILED;
    c->task = abort_message ? TENON__PG_COPY_ABORT : TENON__PG_COPY_END;
    c->state = TENON__BUSY;
    if (c->is_copy_broken && !abort_message)
        abort_message = "out of memory";
    PQputCopyEnd(c->pg, abort_message);
    tenon__progress progress = tenon__pg_flush(c, err);
    /* A server that gave up may have said so long ago: libpq reads while it cannot write, and
     * refuses to end a copy that is over. So what has come is looked at before anything is waited
     * for. */
    return progress == TENON__WANT_READ ? tenon__pg_step(c, err) : progress;
}
