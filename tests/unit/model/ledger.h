/* The models of tests/golden/ledger on both databases, as both.h has it for the sample. Use
 * ON_LEDGER(test) and ledger_run(tests). */
#ifndef LEDGER_BOTH_H
#define LEDGER_BOTH_H

#include "both.h"

#include "golden/ledger/ledger.h"

extern both ledger_postgresql, ledger_sqlite;

int ledger_open(void **state);
int ledger_close(void **state);

#define ON_LEDGER_OF(target, test)                                                                 \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &ledger_##target             \
    }
#define ON_LEDGER(test) ON_LEDGER_OF(postgresql, test), ON_LEDGER_OF(sqlite, test)
#define ledger_run(tests) cmocka_run_group_tests(tests, ledger_open, ledger_close)

#endif
