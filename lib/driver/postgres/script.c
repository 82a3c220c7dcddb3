/* SQL text without parameters or rows: BEGIN, COMMIT, what a session sets. */
#include "driver/postgres/pg.h"

#include <strings.h>

void tenon__pg_begin(tenon__connection *c, tenon__pg_task task, const char *sql)
{
    tenon__pg_wire_leave(c);
    c->task = task;
    c->running = NULL;
    c->is_sent = c->is_commit = c->has_retried = false;
    c->may_write = true;
    tenon__error_copy(c->sql, sizeof c->sql, sql);
}

static bool is_word(const char *sql, const char *word)
{
    return strncasecmp(sql, word, strlen(word)) == 0;
}

tenon__progress tenon__pg_script(tenon__connection *c, const char *sql, tenon_error *err)
{
    tenon__pg_begin(c, TENON__PG_SCRIPT, sql);
    c->is_commit = is_word(sql, "COMMIT") || is_word(sql, "END");
    c->may_write = !is_word(sql, "BEGIN") && !is_word(sql, "ROLLBACK") && !is_word(sql, "SET");
    if (!PQsendQuery(c->pg, sql))
        return tenon__pg_fail_send(c, err);
    c->is_sent = true;
    c->state = TENON__BUSY;
    return tenon__pg_flush(c, err);
}

/* The server answers the COMMIT of a transaction that has failed with ROLLBACK, as if all were
 * well. */
static bool check_commit(const tenon__connection *c, tenon_error *err)
{
    if (!c->is_commit || !c->result || strcmp(PQcmdStatus(c->result), "ROLLBACK") != 0)
        return true;
    tenon__fail(err, TENON_MISUSE,
                "the transaction had failed and was rolled back instead of committed");
    tenon__hint(err, "roll back at the first error of a transaction");
    return false;
}

tenon__progress tenon__pg_finish_script(tenon__connection *c, tenon_error *err)
{
    bool is_done = check_commit(c, err);
    c->in_transaction = PQtransactionStatus(c->pg) != PQTRANS_IDLE;
    return tenon__pg_finish_idle(c, is_done);
}
