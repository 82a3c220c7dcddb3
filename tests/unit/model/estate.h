/* The models of tests/golden/estate on both databases, as both.h has it for the sample. Use
 * ON_ESTATE(test) and estate_run(tests). */
#ifndef ESTATE_H
#define ESTATE_H

#include "both.h"

#include "golden/estate/estate.h"

extern both estate_postgresql, estate_sqlite;

int estate_open(void **state);
int estate_close(void **state);

#define ON_ESTATE_OF(target, test)                                                                 \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &estate_##target             \
    }
#define ON_ESTATE(test) ON_ESTATE_OF(postgresql, test), ON_ESTATE_OF(sqlite, test)
#define estate_run(tests) cmocka_run_group_tests(tests, estate_open, estate_close)

#endif
