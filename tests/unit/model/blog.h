/* The models of tests/golden/blog, which have relations of every form, on both databases: as both.h
 * has it for the sample. Use ON_BLOG(test) and blog_run(tests). */
#ifndef BLOG_BOTH_H
#define BLOG_BOTH_H

#include "both.h"

#include "golden/blog/blog.h"

extern both blog_postgresql, blog_sqlite;

int blog_open(void **state);
int blog_close(void **state);
/* Fills the tables with a few rows that have every relation; the case's session. */
tenon_session *blog_start(void **state);

#define ON_BLOG_OF(target, test)                                                                   \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &blog_##target               \
    }
#define ON_BLOG(test) ON_BLOG_OF(postgresql, test), ON_BLOG_OF(sqlite, test)
#define blog_run(tests) cmocka_run_group_tests(tests, blog_open, blog_close)

#endif
