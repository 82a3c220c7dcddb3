/* See ledger.h. */
#include "ledger.h"

#include "testdb.h"

#include <ctype.h>

static const char *make_postgresql_url(void)
{
    return testdb_create("ledger");
}

static const char empty_all[] =
    "DELETE FROM \"Voucher\"; DELETE FROM \"Account\"; DELETE FROM \"Tariff\"; "
    "DELETE FROM \"Sample\"; "
    "DELETE FROM \"_tenon_audit\";";

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

/* What the schema leaves to the program, declared by the generated header. */
bool is_voucher_code(const char *value, tenon_error *err)
{
    (void)err;
    return isupper((unsigned char)*value);
}

bool is_fair_amount(int64_t value, tenon_error *err)
{
    if (value % 5 == 0)
        return true;
    err->status = TENON_VALIDATION;
    strcpy(err->message, "five by five");
    return false;
}

bool is_rank_given_now(Rank value, tenon_error *err)
{
    (void)err;
    return value == RANK_LOW;
}

bool are_good_labels(tenon_text_array value, tenon_error *err)
{
    (void)err;
    return value.count < 3;
}
