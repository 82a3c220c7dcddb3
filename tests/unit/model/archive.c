/* See archive.h. */
#include "archive.h"

#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return testdb_create("archive");
}

static const char empty_all[] =
    "DELETE FROM \"Reading\"; DELETE FROM \"Station\"; DELETE FROM \"_tenon_audit\";";

both archive_postgresql = {.make_url = make_postgresql_url, .empty = empty_all};
both archive_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_all, .is_sqlite = true};

int archive_open(void **state)
{
    both_open_file(&archive_postgresql, "tests/golden/archive/postgresql.sql");
    both_open_file(&archive_sqlite, "tests/golden/archive/sqlite.sql");
    return 0;
}

int archive_close(void **state)
{
    tenon_close(archive_postgresql.db);
    tenon_close(archive_sqlite.db);
    return 0;
}
