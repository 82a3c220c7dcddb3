/* See ledger.h. */
#include "ledger.h"

#include "testdb.h"

static const char *make_postgresql_url(void)
{
    return testdb_create("ledger");
}

static const char empty_all[] = "DELETE FROM \"Voucher\";";

both ledger_postgresql = {.make_url = make_postgresql_url, .empty = empty_all};
both ledger_sqlite = {.make_url = testdb_sqlite_url, .empty = empty_all, .is_sqlite = true};

int ledger_open(void **state)
{
    both_open_file(&ledger_postgresql, "tests/golden/ledger/postgresql.sql");
    both_open_file(&ledger_sqlite, "tests/golden/ledger/sqlite.sql");
    return 0;
}

int ledger_close(void **state)
{
    tenon_close(ledger_postgresql.db);
    tenon_close(ledger_sqlite.db);
    return 0;
}
