/* PostgreSQL's plans; see planner.h. The plan is the generic one, which is the same for all values:
 * the values that are given to EXECUTE are not looked at. */
#include "sqlfile/planner.h"

#include <libpq-fe.h>
#include <stdlib.h>

struct sql_planner {
    PGconn *connection;
};

static void clear_result(PGresult **result)
{
    PQclear(*result);
}

static bool run(sql_planner *planner, const char *sql)
{
    TENON__CLEANUP(clear_result) PGresult *result = PQexec(planner->connection, sql);
    return PQresultStatus(result) == PGRES_COMMAND_OK;
}

static void ignore_notice(void *context, const char *message)
{
    (void)context;
    (void)message;
}

static void close_planner(sql_planner *planner)
{
    if (!planner)
        return;
    PQfinish(planner->connection);
    free(planner);
}

static sql_planner *open_planner(const char *url, tenon_error *err)
{
    sql_planner *planner = calloc(1, sizeof *planner);
    if (!planner) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    planner->connection = PQconnectdb(url);
    PQsetNoticeProcessor(planner->connection, ignore_notice, NULL);
    bool is_ready = PQstatus(planner->connection) == CONNECTION_OK &&
                    run(planner, "SET plan_cache_mode = force_generic_plan;"
                                 "SET seq_page_cost = 0; SET random_page_cost = 0;"
                                 "SET cpu_tuple_cost = 1; SET cpu_index_tuple_cost = 0.1;"
                                 "SET cpu_operator_cost = 0.001; SET jit = off;"
                                 "SET max_parallel_workers_per_gather = 0");
    if (is_ready)
        return planner;
    tenon__fail(err, TENON_UNAVAILABLE, "%s", PQerrorMessage(planner->connection));
    close_planner(planner);
    return NULL;
}

/* How many parameters the statement has that was prepared; -1: there is none. */
static int count_parameters(sql_planner *planner)
{
    TENON__CLEANUP(clear_result)
    PGresult *result = PQdescribePrepared(planner->connection, "tenon_plan");
    return PQresultStatus(result) == PGRES_COMMAND_OK ? PQnparams(result) : -1;
}

static const char *copy_lines(const PGresult *result, tenon__arena *arena)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    for (int i = 0; i < PQntuples(result); i++)
        tenon__buf_format(&text, "%s\n", PQgetvalue(result, i, 0));
    return text.failed ? NULL : tenon__arena_text(arena, tenon__buf_string(&text));
}

static const char *explain_prepared(sql_planner *planner, tenon__arena *arena)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    int count = count_parameters(planner);
    tenon__buf_text(&sql, "EXPLAIN EXECUTE tenon_plan");
    for (int i = 0; i < count; i++)
        tenon__buf_text(&sql, i ? ", NULL" : " (NULL");
    tenon__buf_text(&sql, count > 0 ? ")" : "");
    if (count < 0 || sql.failed)
        return NULL;
    TENON__CLEANUP(clear_result)
    PGresult *result = PQexec(planner->connection, tenon__buf_string(&sql));
    return PQresultStatus(result) == PGRES_TUPLES_OK ? copy_lines(result, arena) : NULL;
}

/* A statement that is prepared outlives its transaction. */
static const char *explain(sql_planner *planner, const char *sql, const char *index,
                           tenon__arena *arena)
{
    const char *plan = NULL;
    bool is_begun = run(planner, "BEGIN") && (!index || run(planner, index));
    TENON__CLEANUP(clear_result)
    PGresult *prepared =
        is_begun ? PQprepare(planner->connection, "tenon_plan", sql, 0, NULL) : NULL;
    bool is_prepared = PQresultStatus(prepared) == PGRES_COMMAND_OK;
    if (is_prepared)
        plan = explain_prepared(planner, arena);
    run(planner, "ROLLBACK");
    if (is_prepared)
        run(planner, "DEALLOCATE tenon_plan");
    return plan;
}

const sql_planner_kind sql_postgresql_planner = {
    .open = open_planner, .close = close_planner, .explain = explain};
