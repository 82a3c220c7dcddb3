/* What the files about transactions share: transaction.c begins and ends them, begin.c knows their
 * options, unit.c runs a function in one, after_commit.c keeps what waits for the commit.
 *
 * `depth` counts the begins. Two marks divide it:
 *
 *     0 ≤ base ≤ floor ≤ depth
 *
 * Up to `base` it is a test's business, which the program does not see; up to `floor` that of
 * tenon_transaction, which its function must not end. Both are 0 mostly. */
#ifndef TENON_DB_TRANSACTION_H
#define TENON_DB_TRANSACTION_H

#include "db/operation.h"

/* ---- transaction.c --------------------------------------------------------------------------- */

/* True when the session's transaction can go on; otherwise the session fails. */
bool tenon__transaction_is_sound(tenon_session *s);
/* Begins, or nests. `options` may be NULL; those of running again are of no concern here. */
bool tenon__transaction_begin(tenon_session *s, const tenon_transaction_options *options);
/* Commits the innermost, whoever it belongs to; what does not succeed is rolled back. */
bool tenon__transaction_commit(tenon_session *s);
/* Rolls back to the begin that made it `depth` deep; the session's error stays as it is, though
 * there may be one afterwards where none was. */
void tenon__transaction_undo(tenon_session *s, unsigned depth);
/* Ends a transaction of any depth by rolling back; the session's error stays as it is. */
void tenon__transaction_abandon(tenon_session *s);

/* Runs SQL text, or closes a stream's cursor, with an error of its own: the session's stays as it
 * is. */
bool tenon__run_aside(tenon_session *s, tenon__member *member, const char *sql,
                      struct tenon_stream *closed);

/* MISUSE: a write where only reading was asked for. False. */
TENON__COLD bool tenon__transaction_refuse_write(tenon_session *s);

/* Around each statement of the program: in a test one outside of the program's transactions becomes
 * one of its own, so that its failure undoes only itself. */
bool tenon__statement_wrap(tenon_session *s);
bool tenon__statement_unwrap(tenon_session *s, bool is_done);
static inline bool tenon__statement_begin(tenon_session *s)
{
    return TENON__LIKELY(!s || !s->base) || tenon__statement_wrap(s);
}
static inline bool tenon__statement_end(tenon_session *s, bool is_done)
{
    return TENON__LIKELY(!s || !s->base) ? is_done : tenon__statement_unwrap(s, is_done);
}

/* ---- begin.c --------------------------------------------------------------------------------- */

/* Whether nothing is asked for, of running again aside. */
bool tenon__begin_is_plain(const tenon_transaction_options *options);
/* Checks the options and writes the SQL text that begins with them. */
bool tenon__begin_write(tenon_session *s, const tenon_transaction_options *options,
                        const char *savepoint, tenon__buf *sql);

/* ---- after_commit.c -------------------------------------------------------------------------- */

/* A transaction of this depth was committed into the one around it. */
void tenon__hooks_rise(tenon_session *s);
/* Forgets those of deeper transactions than the present one. */
void tenon__hooks_drop(tenon_session *s);
/* All of it is committed: calls them. */
void tenon__hooks_run(tenon_session *s);

#endif
