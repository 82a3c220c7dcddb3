/* The models of tests/golden/desk on both databases, as both.h has it for the sample. Use
 * ON_DESK(test) and desk_run(tests). */
#ifndef DESK_H
#define DESK_H

#include "both.h"

#include "golden/desk/desk.h"

extern both desk_postgresql, desk_sqlite;

/* Rows of the view Number: 1 … 100000, each with its label. */
enum { DESK_NUMBERS = 100000 };

int desk_open(void **state);
int desk_close(void **state);

#define ON_DESK_OF(target, test)                                                                   \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &desk_##target               \
    }
#define ON_DESK(test) ON_DESK_OF(postgresql, test), ON_DESK_OF(sqlite, test)
#define desk_run(tests) cmocka_run_group_tests(tests, desk_open, desk_close)

#endif
