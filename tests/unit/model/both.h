/* One test, both databases: each case runs on PostgreSQL and on SQLite, so that a difference is a
 * line in the test and not an accident.
 *
 *     static void a_row_is_found(void **state)
 *     {
 *         both *b = *state;
 *         … b->session …
 *     }
 *
 *     const struct CMUnitTest tests[] = {ON_BOTH(a_row_is_found)};
 *     return both_run(tests);
 *
 * The tables of the sample models exist and are empty when a case starts. */
#ifndef BOTH_H
#define BOTH_H

#include "sample.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

typedef struct both {
    const char *url;
    tenon_db *db;
    tenon_session *session; /* open for the case */
    bool is_sqlite;         /* for the differences that are meant */
    const char *(*make_url)(void);
    const char *schema; /* SQL that makes the tables, and empties them for a case */
    const char *empty;
} both;

extern both both_postgresql, both_sqlite;

int both_start_case(void **state);
int both_end_case(void **state);
int both_open(void **state);
int both_close(void **state);
/* For other models than the sample's: see blog.h. */
void both_open_one(both *b);
/* The same with the schema in a file. */
void both_open_file(both *b, const char *path);

#define ON(target, test)                                                                           \
    {                                                                                              \
#test " (" #target ")", test, both_start_case, both_end_case, &both_##target               \
    }
#define ON_BOTH(test) ON(postgresql, test), ON(sqlite, test)
#define both_run(tests) cmocka_run_group_tests(tests, both_open, both_close)

/* The session has not failed; says why when it has. */
#define assert_sound(s) both_assert_sound(s, __FILE__, __LINE__)
void both_assert_sound(const tenon_session *s, const char *file, int line);
/* It has failed like this; clears the error. `text`, unless NULL, is a part of the message. */
#define assert_failed(s, status, text) both_assert_failed(s, status, text, __FILE__, __LINE__)
void both_assert_failed(tenon_session *s, tenon_status status, const char *text, const char *file,
                        int line);

/* Runs SQL on the case's database, and asks it, without the code under test. */
void both_sql(both *b, const char *sql);
const char *both_value(both *b, const char *sql);

#endif
