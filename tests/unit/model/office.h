/* The models of tests/golden/office on both databases, as both.h has it for the sample. Use
 * ON_OFFICE(test) and office_run(tests). */
#ifndef OFFICE_H
#define OFFICE_H

#include "both.h"

#include "golden/office/office.h"

extern both office_postgresql, office_sqlite;

int office_open(void **state);
int office_close(void **state);

#define ON_OFFICE_OF(target, test)                                                                 \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &office_##target             \
    }
#define ON_OFFICE(test) ON_OFFICE_OF(postgresql, test), ON_OFFICE_OF(sqlite, test)
#define office_run(tests) cmocka_run_group_tests(tests, office_open, office_close)

#endif
