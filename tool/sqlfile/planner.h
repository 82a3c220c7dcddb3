/* Private to tool/sqlfile: a throwaway database that says how it would run statements.
 *
 * It has no rows, so what it plans by itself says nothing. PostgreSQL takes such tables for some
 * hundred rows, and is told that nothing costs but reading rows; then it chooses between reading a
 * table and searching an index as it does for large ones. SQLite searches wherever it can. An
 * index that is only asked about is made for good in a transaction that is rolled back. */
#ifndef TENON_SQLFILE_PLANNER_H
#define TENON_SQLFILE_PLANNER_H

#include "core/core.h"

#include <tenon/db.h>

typedef struct sql_planner sql_planner;

typedef struct sql_planner_kind {
    /* NULL with *err. */
    sql_planner *(*open)(const char *url, tenon_error *err);
    void (*close)(sql_planner *planner); /* NULL is accepted */
    /* How it would run the statement, in its own words, if it had this index besides (a statement;
     * NULL: none); in the arena. NULL when it cannot tell. */
    const char *(*explain)(sql_planner *planner, const char *sql, const char *index,
                           tenon__arena *arena);
} sql_planner_kind;

extern const sql_planner_kind sql_postgresql_planner, sql_sqlite_planner;

#endif
