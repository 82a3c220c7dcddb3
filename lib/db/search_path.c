/* The schema of PostgreSQL that a URL names need not be there yet. Then it is all of the search
 * path, quoted as the driver has written it, and whoever makes tables makes it first. */
#include "db/db.h"

static const char *const make_schema[] = {
    [TENON_POSTGRESQL] =
        "DO $$ BEGIN IF current_schema() IS NULL"
        " AND strpos(current_setting('search_path'), ',') = 0"
        " THEN EXECUTE 'CREATE SCHEMA ' || current_setting('search_path'); END IF; END $$",
    [TENON_SQLITE] = NULL,
};

bool tenon__session_make_schema(tenon_session *s)
{
    const char *sql = make_schema[tenon__session_dialect(s)];
    return !sql || tenon_execute(s, sql);
}
