/* See estate.h. */
#include "estate.h"

#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return testdb_create("estate");
}

static const char empty_all[] = "DELETE FROM \"Tenant\"; DELETE FROM \"House\";"
                                "DELETE FROM \"Boat\"; DELETE FROM \"Asset\";"
                                "DELETE FROM \"Vehicle\";";

both estate_postgresql = {.make_url = make_postgresql_url, .empty = empty_all};
both estate_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_all, .is_sqlite = true};

int estate_open(void **state)
{
    both_open_file(&estate_postgresql, "tests/golden/estate/postgresql.sql");
    both_open_file(&estate_sqlite, "tests/golden/estate/sqlite.sql");
    return 0;
}

int estate_close(void **state)
{
    tenon_close(estate_postgresql.db);
    tenon_close(estate_sqlite.db);
    return 0;
}
