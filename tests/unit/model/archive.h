/* The models of tests/golden/archive on both databases, as both.h has it for the sample. Use
 * ON_ARCHIVE(test) and archive_run(tests). */
#ifndef ARCHIVE_BOTH_H
#define ARCHIVE_BOTH_H

#include "both.h"

#include "golden/archive/archive.h"

extern both archive_postgresql, archive_sqlite;

int archive_open(void **state);
int archive_close(void **state);

#define ON_ARCHIVE_OF(target, test)                                                                \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &archive_##target            \
    }
#define ON_ARCHIVE(test) ON_ARCHIVE_OF(postgresql, test), ON_ARCHIVE_OF(sqlite, test)
#define archive_run(tests) cmocka_run_group_tests(tests, archive_open, archive_close)

#endif
