/* What follows changes of rows shall not follow conversions: an array in another form is the array
 * that it was.
 *
 * SQLite: the table's triggers are taken away in the transaction that converts, and come back with
 * the text that they had. PostgreSQL: others use the table meanwhile, and their changes are theirs;
 * so triggers stay, and what the log of changes (@tenon.audit) noted of this transaction is taken
 * out of it again. */
#include "convert/steps.h"

#include "db/db.h"
#include "render/render.h"
#include "rows/rows.h"

#include <stdlib.h>

/* ---- SQLite ---------------------------------------------------------------------------------- */

static bool drop_trigger(tenon_session *s, const char *name)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__buf_text(&sql, "DROP TRIGGER ");
    tenon__quote_identifier(&sql, TENON_SQLITE, name, tenon__session_error(s));
    return sql.failed ? tenon__fail_no_memory(tenon__session_error(s)) : tenon_execute(s, sql.data);
}

bool convert_drop_triggers(tenon_session *s, const convert_column *column, tenon__arena *arena,
                           rows *out)
{
    const rows_query query = {.sql = "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'"
                                     " AND tbl_name = ?1 COLLATE NOCASE ORDER BY rowid",
                              .columns = 2,
                              .values = &column->table,
                              .value_count = 1};
    bool is_done = rows_read(s, &query, arena, out);
    for (size_t i = 0; is_done && i < out->count; i++)
        is_done = drop_trigger(s, rows_cell(out, i, 0));
    return is_done;
}

bool convert_make_triggers(tenon_session *s, const rows *triggers)
{
    bool is_done = true;
    for (size_t i = 0; is_done && i < triggers->count; i++)
        is_done = tenon_execute(s, rows_cell(triggers, i, 1));
    return is_done;
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

bool convert_read_log(tenon_session *s, tenon__arena *arena, const char **last)
{
    const rows_query has_log = {.sql = "SELECT to_regclass('\"_tenon_audit\"')::text",
                                .columns = 1};
    const rows_query read = {.sql = "SELECT coalesce(max(id), 0)::text FROM \"_tenon_audit\"",
                             .columns = 1};
    rows found;
    *last = NULL;
    if (!rows_read(s, &has_log, arena, &found))
        return false;
    if (!rows_first(&found))
        return true;
    if (!rows_read(s, &read, arena, &found))
        return false;
    *last = rows_first(&found);
    return true;
}

/* Its numbers come from a sequence, so that ours are behind all that were there. */
bool convert_clear_log(tenon_session *s, tenon__arena *arena, const char *last)
{
    const rows_query query = {.sql = "WITH gone AS (DELETE FROM \"_tenon_audit\" WHERE id >"
                                     " $1::bigint AND xmin = pg_current_xact_id()::xid"
                                     " RETURNING 1) SELECT count(*)::text FROM gone",
                              .columns = 1,
                              .values = &last,
                              .value_count = 1};
    rows found;
    return !last || rows_read(s, &query, arena, &found);
}
