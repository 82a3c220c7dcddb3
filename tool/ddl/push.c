/* Creating a whole schema in an empty database, in one transaction. */
#include "ddl/ddl.h"

#include "db/db.h"

/* What a dialect needs before the script. PostgreSQL: the schema that the URL names need not be
 * there yet; then it is all of the search path, quoted. */
static const char *const before_script[] = {
    [TENON_POSTGRESQL] =
        "DO $$ BEGIN IF current_schema() IS NULL"
        " AND strpos(current_setting('search_path'), ',') = 0"
        " THEN EXECUTE 'CREATE SCHEMA ' || current_setting('search_path'); END IF; END $$",
    [TENON_SQLITE] = NULL,
};

bool ddl_make_search_path(tenon_session *s)
{
    const char *before = before_script[tenon__session_dialect(s)];
    return !before || tenon_execute(s, before);
}

bool ddl_apply(tenon_session *s, const ddl_script *script)
{
    tenon_begin(s);
    ddl_make_search_path(s);
    for (size_t i = 0; i < script->count; i++)
        tenon_execute(s, script->items[i].sql);
    return tenon_commit(s);
}
