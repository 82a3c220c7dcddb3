/* See depot.h. */
#include "depot.h"

#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return testdb_create("depot");
}

static const char empty_all[] =
    "DELETE FROM \"_DepotToLabel\"; DELETE FROM \"Part\"; DELETE FROM \"Item\";"
    "DELETE FROM \"Shelf\"; DELETE FROM \"Keeper\"; DELETE FROM \"Depot\";"
    "DELETE FROM \"Region\"; DELETE FROM \"Label\"; DELETE FROM \"_tenon_audit\";";

both depot_postgresql = {.make_url = make_postgresql_url, .empty = empty_all};
both depot_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_all, .is_sqlite = true};

int depot_open(void **state)
{
    both_open_file(&depot_postgresql, "tests/golden/depot/postgresql.sql");
    both_open_file(&depot_sqlite, "tests/golden/depot/sqlite.sql");
    return 0;
}

int depot_close(void **state)
{
    tenon_close(depot_postgresql.db);
    tenon_close(depot_sqlite.db);
    return 0;
}
