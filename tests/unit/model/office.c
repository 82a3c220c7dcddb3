/* See office.h. */
#include "office.h"

#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return testdb_create("office");
}

static const char empty_all[] =
    "DELETE FROM \"Order\"; DELETE FROM \"Client\"; DELETE FROM \"Note\";";

both office_postgresql = {.make_url = make_postgresql_url, .empty = empty_all};
both office_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_all, .is_sqlite = true};

int office_open(void **state)
{
    both_open_file(&office_postgresql, "tests/golden/office/postgresql.sql");
    both_open_file(&office_sqlite, "tests/golden/office/sqlite.sql");
    return 0;
}

int office_close(void **state)
{
    tenon_close(office_postgresql.db);
    tenon_close(office_sqlite.db);
    return 0;
}
