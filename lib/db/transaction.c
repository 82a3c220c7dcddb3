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
#include "db/transaction.h"

#include "db/pool_watch.h"
#include "db/stream.h"

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

bool tenon__transaction_refuse_write(tenon_session *s)
{
    tenon__fail(&s->error, TENON_MISUSE, "a write in a transaction that only reads");
    tenon__hint(&s->error, "it was begun with .read_only");
    return false;
}

/* ---- begin ----------------------------------------------------------------------------------- */

static bool run_script(tenon_session *s, const char *sql)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, false))
        return false;
    op.script = sql;
    return tenon__operation_run(&op);
}

static bool begin_outermost(tenon_session *s, const char *sql)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, !s->limits.is_read_only))
        return false;
    op.script = sql;
    op.keeps_member = true;
    if (!tenon__operation_run(&op))
        return false;
    s->pinned = op.member;
    tenon__member_hold(s->pinned, s->head.site, tenon__monotonic_us());
    s->depth = 1;
    return true;
}

static bool begin_nested(tenon_session *s, const char *sql)
{
    if (s->depth >= MOST_DEPTH)
        return tenon__fail(&s->error, TENON_LIMIT, "transactions are nested %d deep", MOST_DEPTH);
    if (!run_script(s, sql))
        return false;
    s->depth++;
    return true;
}

static bool begin_plain(tenon_session *s)
{
    char sql[SQL_SIZE];
    if (!s->depth)
        return begin_outermost(s, s->db->driver->has_single_writer ? "BEGIN IMMEDIATE" : "BEGIN");
    snprintf(sql, sizeof sql, "SAVEPOINT tenon_%u", s->depth);
    return begin_nested(s, sql);
}

/* The values of settings are nobody's business: of the text the error keeps what stands before
 * them. */
static void cut_settings(tenon_error *err)
{
    char *end = strchr(err->sql, ';');
    if (end)
        *end = '\0';
}

/* The limits hold for the begin already. A savepoint has options in a test only. */
static bool begin_with_options(tenon_session *s, const tenon_transaction_options *options)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    char savepoint[SQL_SIZE];
    snprintf(savepoint, sizeof savepoint, "tenon_%u", s->depth);
    if (!tenon__begin_write(s, options, s->depth ? savepoint : NULL, &sql))
        return false;
    s->limits = (tenon__limits){.is_read_only = options->read_only,
                                .sees_one_moment = options->isolation >= TENON_REPEATABLE_READ,
                                .statement_us = options->statement_timeout_us,
                                .lock_us = options->lock_timeout_us};
    bool is_done = s->depth ? begin_nested(s, sql.data) : begin_outermost(s, sql.data);
    if (is_done)
        return true;
    s->limits = (tenon__limits){0};
    cut_settings(&s->error);
    return false;
}

bool tenon__transaction_begin(tenon_session *s, const tenon_transaction_options *options)
{
    if (tenon__session_is_failed(s))
        return false;
    if (!options || tenon__begin_is_plain(options))
        return begin_plain(s);
    if (s->depth == s->base)
        return begin_with_options(s, options);
    tenon__fail(&s->error, TENON_MISUSE, "a nested transaction cannot have options of its own");
    tenon__hint(&s->error, "give them to the outermost begin");
    return false;
}

bool(tenon_begin)(tenon_session *s)
{
    return tenon__transaction_begin(s, NULL);
}

/* ---- rollback -------------------------------------------------------------------------------- */

bool tenon__run_aside(tenon_session *s, tenon__member *member, const char *sql,
                      struct tenon_stream *closed)
{
    tenon_error unheeded = {0};
    tenon_db *db = member->lane->db;
    int64_t budget_us = db->config.connect_timeout_us;
    tenon__operation op = {.db = db,
                           .session = s,
                           .err = &unheeded,
                           .script = sql,
                           .stream = closed,
                           .stream_work = TENON__STREAM_CLOSE,
                           .member = member,
                           .phase = TENON__START,
                           .deadline_us = tenon__deadline_after(budget_us),
                           .limit_us = TENON__NEVER,
                           .patience_us = db->config.acquire_timeout_us};
    return tenon__operation_run(&op);
}

/* Gives the connection back; what is still open on it is rolled back, if only by closing it. */
static void let_go(tenon_session *s)
{
    bool is_failed;
    if (is_begun(s, &is_failed))
        tenon__run_aside(s, s->pinned, "ROLLBACK", NULL);
    tenon__member *member = s->pinned;
    if (!member)
        return;
    bool is_idle = s->db->driver->state(member->connection) == TENON__IDLE;
    bool is_open = is_begun(s, &is_failed);
    s->pinned = NULL;
    if (is_idle && !is_open)
        tenon__pool_hand_back(member);
    else
        tenon__member_drop(member, !is_idle);
    if (is_idle)
        tenon__note_written(s);
}

/* To the savepoint of the present depth. */
static bool undo_nested(tenon_session *s)
{
    bool is_failed;
    char sql[SQL_SIZE];
    snprintf(sql, sizeof sql, "ROLLBACK TO SAVEPOINT tenon_%u; RELEASE SAVEPOINT tenon_%u",
             s->depth, s->depth);
    return is_begun(s, &is_failed) && tenon__run_aside(s, s->pinned, sql, NULL);
}

/* The innermost transaction is over: what was asked of it, too. */
static void leave(tenon_session *s)
{
    s->depth--;
    if (s->depth == s->base)
        s->limits = (tenon__limits){0};
}

/* When a nested transaction cannot be undone alone, the whole is: pinned is NULL then. */
static void roll_back(tenon_session *s)
{
    leave(s);
    tenon__streams_end(s);
    tenon__hooks_drop(s);
    bool is_undone = s->depth > 0 && undo_nested(s);
    if (!is_undone && s->pinned)
        let_go(s);
}

void tenon__transaction_undo(tenon_session *s, unsigned depth)
{
    s->depth = depth;
    roll_back(s);
    if (s->depth && s->error.status == TENON_OK)
        tenon__transaction_is_sound(s);
}

void tenon__transaction_abandon(tenon_session *s)
{
    s->base = s->floor = 0;
    if (!s->depth)
        return;
    s->depth = 1;
    if (tenon__is_forked(&s->db->process)) /* it is the parent's */
        s->pinned = NULL;
    roll_back(s);
}

/* The innermost transaction is that of tenon_transaction, not its function's. */
static bool refuse_end(tenon_session *s)
{
    if (tenon__session_is_failed(s))
        return false;
    tenon__fail(&s->error, TENON_MISUSE,
                "the function cannot end the transaction it was called in");
    tenon__hint(&s->error, "return true to commit, false to roll back");
    return false;
}

void tenon_rollback(tenon_session *s)
{
    if (!s)
        return;
    if (s->depth > s->base && s->depth == s->floor) {
        refuse_end(s);
        return;
    }
    if (s->depth > s->base)
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
    leave(s);
    let_go(s);
    return true;
}

static bool commit_nested(tenon_session *s)
{
    char sql[SQL_SIZE];
    snprintf(sql, sizeof sql, "RELEASE SAVEPOINT tenon_%u", s->depth - 1);
    if (!run_script(s, sql))
        return false;
    leave(s);
    tenon__streams_rise(s);
    return true;
}

bool tenon__transaction_commit(tenon_session *s)
{
    bool is_done = s->depth > 1 ? commit_nested(s) : commit_outermost(s);
    if (!is_done)
        roll_back(s);
    else if (s->depth == s->base)
        tenon__hooks_run(s);
    else
        tenon__hooks_rise(s);
    return is_done;
}

bool tenon_commit(tenon_session *s)
{
    if (!s)
        return false;
    if (s->depth == s->base)
        return tenon__fail(&s->error, TENON_MISUSE, "there is no transaction to commit");
    if (s->depth == s->floor)
        return refuse_end(s);
    return tenon__transaction_commit(s);
}

bool tenon_in_transaction(const tenon_session *s)
{
    return s && s->depth > s->base;
}

/* ---- in a test ------------------------------------------------------------------------------- */

bool tenon_begin_test(tenon_session *s)
{
    if (tenon__session_is_failed(s))
        return false;
    if (s->depth)
        return tenon__fail(&s->error, TENON_MISUSE,
                           "the transaction of a test cannot begin inside of another");
    if (!begin_plain(s))
        return false;
    s->base = s->floor = s->depth;
    return true;
}

bool tenon__statement_wrap(tenon_session *s)
{
    if (s->depth != s->base)
        return true;
    s->is_wrapped = tenon__transaction_begin(s, NULL);
    return s->is_wrapped;
}

/* Without hooks: no statement notes any. */
bool tenon__statement_unwrap(tenon_session *s, bool is_done)
{
    if (!s->is_wrapped)
        return is_done;
    s->is_wrapped = false;
    if (is_done)
        return tenon__transaction_commit(s);
    tenon__transaction_undo(s, s->depth);
    return false;
}
