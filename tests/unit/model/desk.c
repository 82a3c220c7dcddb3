/* See desk.h. */
#include "desk.h"

#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return testdb_create("desk");
}

static const char empty_all[] = "DELETE FROM \"Job\"; DELETE FROM \"Page\";";

both desk_postgresql = {.make_url = make_postgresql_url, .empty = empty_all};
both desk_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_all, .is_sqlite = true};

static const char numbers_postgresql[] =
    "CREATE VIEW \"Number\" AS SELECT n AS id, 'number ' || n AS label "
    "FROM generate_series(1::bigint, 100000) AS n";
static const char numbers_sqlite[] = "CREATE VIEW \"Number\" AS WITH RECURSIVE up(n) AS "
                                     "(SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 100000) "
                                     "SELECT n AS id, 'number ' || n AS label FROM up";

int desk_open(void **state)
{
    both_open_file(&desk_postgresql, "tests/golden/desk/postgresql.sql");
    both_open_file(&desk_sqlite, "tests/golden/desk/sqlite.sql");
    both_sql(&desk_postgresql, numbers_postgresql);
    both_sql(&desk_sqlite, numbers_sqlite);
    return 0;
}

int desk_close(void **state)
{
    tenon_close(desk_postgresql.db);
    tenon_close(desk_sqlite.db);
    return 0;
}
