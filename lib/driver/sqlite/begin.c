/* How a transaction begins.
 *
 * There is one writer at a time and every transaction is serializable, so whatever isolation is
 * asked for is given. What writes takes the write lock at once (IMMEDIATE); what only reads runs on
 * a connection that cannot write, and takes its snapshot with its first read. Times are kept by who
 * waits: the operation. The rest SQLite does not have, and says so. */
#include "driver/sqlite/sqlite.h"

static bool refuse(tenon_error *err, const char *what, const char *hint)
{
    tenon__fail(err, TENON_UNSUPPORTED, "SQLite has no %s", what);
    tenon__hint(err, "%s", hint);
    return false;
}

bool tenon__sqlite_write_begin(const tenon_transaction_options *options, const char *savepoint,
                               tenon__buf *sql, tenon_error *err)
{
    if (options->deferrable)
        return refuse(err, "deferrable transactions",
                      "one that is read only waits for nobody and cannot fail to serialize");
    if (options->idle_timeout_us > 0)
        return refuse(err, "time limit for an idle transaction",
                      "there is no server that could end it: keep transactions short");
    if (options->setting_count)
        return refuse(err, "settings of a transaction", "keep them in a table");
    if (savepoint)
        tenon__buf_format(sql, "SAVEPOINT %s", savepoint);
    else
        tenon__buf_text(sql, options->read_only ? "BEGIN" : "BEGIN IMMEDIATE");
    return !sql->failed || tenon__fail_no_memory(err);
}
