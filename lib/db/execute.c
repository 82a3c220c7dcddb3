/* SQL text without parameters or rows: DDL, settings, maintenance. It counts as writing, because
 * nobody reads it here to see what it does; in a transaction that only reads the database refuses
 * what writes. */
#include "db/transaction.h"

static bool run_text(tenon_session *s, const char *sql)
{
    tenon__operation op;
    if (!tenon__operation_init(&op, s, true))
        return false;
    if (!sql)
        return tenon__fail(&s->error, TENON_MISUSE, "tenon_execute was given no SQL text");
    if (!tenon__count_statement(s))
        return false;
    op.script = sql;
    return tenon__operation_run(&op);
}

static bool run_statement(tenon_session *s, const char *sql)
{
    bool is_done = tenon__statement_begin(s) && run_text(s, sql);
    return tenon__statement_end(s, is_done);
}

static bool run_watched(tenon_session *s, const char *sql)
{
    const tenon__statement statement = {
        .sql = sql, .sql_length = strlen(sql), .about.operation = "execute"};
    tenon__watch watch;
    return tenon__watch_begin(&watch, s, NULL, &statement) &&
           tenon__watch_end(&watch, run_statement(s, sql), NULL);
}

bool tenon_execute(tenon_session *s, const char *sql)
{
    return s && sql && tenon__is_watched(s) ? run_watched(s, sql) : run_statement(s, sql);
}
