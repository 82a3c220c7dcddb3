/* Calls whose SQL test_sql.c notes. */
#ifndef SQL_CASES_H
#define SQL_CASES_H

#include <tenon/tenon.h>

typedef struct sql_case {
    const char *name;
    void (*call)(tenon_session *s);
} sql_case;

#define CASE(name, ...)                                                                            \
    static void name(tenon_session *s)                                                             \
    {                                                                                              \
        __VA_ARGS__;                                                                               \
    }

extern const sql_case sql_of_writing[];
extern const size_t sql_of_writing_count;

#endif
