/* SQLite's plans; see planner.h. */
#include "sqlfile/planner.h"

#include "driver/driver.h"

#include <sqlite3.h>
#include <stdlib.h>

struct sql_planner {
    sqlite3 *db;
};

static void close_planner(sql_planner *planner)
{
    if (!planner)
        return;
    sqlite3_close(planner->db);
    free(planner);
}

static sql_planner *open_planner(const char *url, tenon_error *err)
{
    sql_planner *planner = calloc(1, sizeof *planner);
    if (!planner) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    const char *path = strncmp(url, "sqlite:", 7) == 0 ? url + 7 : url;
    int code = sqlite3_open_v2(path, &planner->db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = tenon__sqlite_register(planner->db);
    if (code == SQLITE_OK)
        return planner;
    tenon__fail(err, TENON_UNAVAILABLE, "%s: %s", path, sqlite3_errmsg(planner->db));
    close_planner(planner);
    return NULL;
}

static bool run(sql_planner *planner, const char *sql)
{
    return sqlite3_exec(planner->db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

/* The step is the last of four columns. */
static const char *read_steps(sqlite3_stmt *statement, tenon__arena *arena)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        tenon__buf_format(&text, "%s\n", (const char *)sqlite3_column_text(statement, 3));
    return code != SQLITE_DONE || text.failed ? NULL
                                              : tenon__arena_text(arena, tenon__buf_string(&text));
}

static const char *explain_now(sql_planner *planner, const char *sql, tenon__arena *arena)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    sqlite3_stmt *statement = NULL;
    tenon__buf_format(&text, "EXPLAIN QUERY PLAN %s", sql);
    if (text.failed || sqlite3_prepare_v2(planner->db, tenon__buf_string(&text), -1, &statement,
                                          NULL) != SQLITE_OK)
        return NULL;
    const char *plan = read_steps(statement, arena);
    sqlite3_finalize(statement);
    return plan;
}

static const char *explain(sql_planner *planner, const char *sql, const char *index,
                           tenon__arena *arena)
{
    const char *plan = NULL;
    if (!run(planner, "BEGIN"))
        return NULL;
    if (!index || run(planner, index))
        plan = explain_now(planner, sql, arena);
    run(planner, "ROLLBACK");
    return plan;
}

const sql_planner_kind sql_sqlite_planner = {
    .open = open_planner, .close = close_planner, .explain = explain};
