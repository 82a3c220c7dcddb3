/* Transactions: begin, commit, rollback; nested ones are savepoints.
 *
 * From begin to its end the connection is pinned to the session. A driver with a single writer
 * begins with IMMEDIATE: the write lock is taken at once, behind the fair queue, so a transaction
 * never finds in its middle that another writer was faster.
 *
 * The session's `depth` says what the program believes, the driver what is true. They part when the
 * connection is lost, when SQLite gives a transaction up by itself (disk full), or when SQL text
 * ended it. Then every call fails until the program has rolled back to the outermost begin: running
 * the rest outside a transaction would be half a unit of work. Rolling back to the outermost begin
 * cannot fail: a connection that will not do it is closed, which rolls back too. */
#include "db/operation.h"

#include <stdio.h>

enum { MOST_DEPTH = 1000, SQL_SIZE = 80 };

static bool is_begun(tenon_session *s, bool *is_failed)
{
    *is_failed = false;
    return s->pinned && s->db->driver->in_transaction(s->pinned->connection, is_failed);
}

bool tenon__transaction_is_sound(tenon_session *s)
{
    bool is_failed;
    if (TENON__LIKELY(is_begun(s, &is_failed) && !is_failed))
        return true;
    if (is_failed)
        tenon__fail(&s->error, TENON_MISUSE,
                    "an earlier statement failed in this transaction: it can only be rolled back");
    else if (s->pinned)
        tenon__fail(&s->error, TENON_MISUSE, "the database has ended this transaction already");
    else
        tenon__fail(&s->error, TENON_UNAVAILABLE,
                    "the transaction was lost: with its connection, or because a nested one could "
                    "not be rolled back");
    tenon__hint(&s->error, "call tenon_rollback, then run the unit of work again");
    return false;
}

/* ---- begin ----------------------------------------------------------------------------------- */

static bool run_script(tenon_session *s, const char *sql)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, true))
        return false;
    op.script = sql;
    return tenon__operation_run(&op);
}

static bool begin_outermost(tenon_session *s)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, true))
        return false;
    op.script = s->db->driver->has_single_writer ? "BEGIN IMMEDIATE" : "BEGIN";
    op.keeps_member = true;
    if (!tenon__operation_run(&op))
        return false;
    s->pinned = op.member;
    s->depth = 1;
    return true;
}

static bool begin_nested(tenon_session *s)
{
    char sql[SQL_SIZE];
    if (s->depth >= MOST_DEPTH)
        return tenon__fail(&s->error, TENON_LIMIT, "transactions are nested %d deep", MOST_DEPTH);
    snprintf(sql, sizeof sql, "SAVEPOINT tenon_%u", s->depth);
    if (!run_script(s, sql))
        return false;
    s->depth++;
    return true;
}

bool tenon_begin(tenon_session *s)
{
    if (tenon__session_is_failed(s))
        return false;
    return s->depth ? begin_nested(s) : begin_outermost(s);
}

/* ---- rollback -------------------------------------------------------------------------------- */

/* With an error of its own: the session's stays as it is. */
static bool run_rollback(tenon_session *s, const char *sql)
{
    tenon_error unheeded = {0};
    int64_t budget_us = s->db->config.connect_timeout_us;
    tenon__operation op = {.db = s->db,
                           .session = s,
                           .err = &unheeded,
                           .script = sql,
                           .member = s->pinned,
                           .phase = TENON__START,
                           .deadline_us = tenon__deadline_after(budget_us)};
    return tenon__operation_run(&op);
}

/* Gives the connection back; what is still open on it is rolled back, if only by closing it. */
static void let_go(tenon_session *s)
{
    bool is_failed;
    if (is_begun(s, &is_failed))
        run_rollback(s, "ROLLBACK");
    tenon__member *member = s->pinned;
    if (!member)
        return;
    bool is_idle = s->db->driver->state(member->connection) == TENON__IDLE;
    bool is_open = is_begun(s, &is_failed);
    s->pinned = NULL;
    if (is_idle && !is_open)
        tenon__member_release(member);
    else
        tenon__member_drop(member, !is_idle);
}

/* To the savepoint of the present depth. */
static bool undo_nested(tenon_session *s)
{
    bool is_failed;
    char sql[SQL_SIZE];
    snprintf(sql, sizeof sql, "ROLLBACK TO SAVEPOINT tenon_%u; RELEASE SAVEPOINT tenon_%u",
             s->depth, s->depth);
    return is_begun(s, &is_failed) && run_rollback(s, sql);
}

/* When a nested transaction cannot be undone alone, the whole is: pinned is NULL then. */
static void roll_back(tenon_session *s)
{
    s->depth--;
    bool is_undone = s->depth > 0 && undo_nested(s);
    if (!is_undone && s->pinned)
        let_go(s);
}

void tenon__transaction_abandon(tenon_session *s)
{
    if (!s->depth)
        return;
    s->depth = 1;
    if (tenon__is_forked(&s->db->process)) /* it is the parent's */
        s->pinned = NULL;
    roll_back(s);
}

void tenon_rollback(tenon_session *s)
{
    if (!s)
        return;
    if (s->depth)
        roll_back(s);
    tenon_error_clear(s);
    if (s->depth)
        tenon__transaction_is_sound(s);
}

/* ---- commit ---------------------------------------------------------------------------------- */

static bool commit_outermost(tenon_session *s)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, true))
        return false;
    op.script = "COMMIT";
    op.is_commit = true;
    if (!tenon__operation_run(&op))
        return false;
    s->depth = 0;
    let_go(s);
    return true;
}

static bool commit_nested(tenon_session *s)
{
    char sql[SQL_SIZE];
    snprintf(sql, sizeof sql, "RELEASE SAVEPOINT tenon_%u", s->depth - 1);
    if (!run_script(s, sql))
        return false;
    s->depth--;
    return true;
}

bool tenon_commit(tenon_session *s)
{
    if (!s)
        return false;
    if (!s->depth)
        return tenon__fail(&s->error, TENON_MISUSE, "there is no transaction to commit");
    bool is_done = s->depth > 1 ? commit_nested(s) : commit_outermost(s);
    if (!is_done)
        roll_back(s);
    return is_done;
}

bool tenon_in_transaction(const tenon_session *s)
{
    return s && s->depth > 0;
}
