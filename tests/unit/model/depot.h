/* The models of tests/golden/depot on both databases, as both.h has it for the sample. Use
 * ON_DEPOT(test) and depot_run(tests). */
#ifndef DEPOT_H
#define DEPOT_H

#include "both.h"

#include "golden/depot/depot.h"

extern both depot_postgresql, depot_sqlite;

int depot_open(void **state);
int depot_close(void **state);

#define ON_DEPOT_OF(target, test)                                                                  \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &depot_##target              \
    }
#define ON_DEPOT(test) ON_DEPOT_OF(postgresql, test), ON_DEPOT_OF(sqlite, test)
#define depot_run(tests) cmocka_run_group_tests(tests, depot_open, depot_close)

#endif
