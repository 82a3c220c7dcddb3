/* SQLite describes statements by preparing them. It knows the declared type of a column that comes
 * straight from a table, and nothing about expressions and parameters. */
#include "sqlfile/server.h"

#include "driver/driver.h"

#include <sqlite3.h>
#include <stdlib.h>

struct sql_server {
    sqlite3 *db;
};

static void close_server(sql_server *server)
{
    if (!server)
        return;
    sqlite3_close(server->db);
    free(server);
}

static sql_server *open_server(const char *url, const describe_set *described, tenon_error *err)
{
    sql_server *server = calloc(1, sizeof *server);
    (void)described;
    if (!server) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    const char *path = strncmp(url, "sqlite:", 7) == 0 ? url + 7 : url;
    int code = sqlite3_open_v2(path, &server->db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = tenon__sqlite_register(server->db);
    if (code == SQLITE_OK)
        return server;
    tenon__fail(err, TENON_UNAVAILABLE, "%s: %s", path, sqlite3_errmsg(server->db));
    close_server(server);
    return NULL;
}

/* ---- describing ------------------------------------------------------------------------------ */

static bool complain(sqlite3 *db, sql_complaint *complaint)
{
    int at = sqlite3_error_offset(db);
    *complaint = (sql_complaint){.has_place = at >= 0, .at = at >= 0 ? (size_t)at : 0};
    tenon__error_copy(complaint->message, sizeof complaint->message, sqlite3_errmsg(db));
    return false;
}

static bool complain_about_tail(size_t at, sql_complaint *complaint)
{
    *complaint = (sql_complaint){.has_place = true, .at = at};
    tenon__error_copy(complaint->message, sizeof complaint->message, "a query has one statement");
    return false;
}

/* Of a text without a word SQLite makes nothing, and finds nothing wrong with it. */
static bool complain_about_nothing(sql_complaint *complaint)
{
    *complaint = (sql_complaint){0};
    tenon__error_copy(complaint->message, sizeof complaint->message,
                      "without its optional parts the query has no statement");
    return false;
}

static bool read_description(sqlite3_stmt *statement, tenon__arena *arena, sql_description *out)
{
    out->parameter_count = (size_t)sqlite3_bind_parameter_count(statement);
    out->column_count = (size_t)sqlite3_column_count(statement);
    out->is_writing = !sqlite3_stmt_readonly(statement);
    out->columns = tenon__arena_array(arena, out->column_count, sizeof *out->columns);
    out->parameters = tenon__arena_array(arena, out->parameter_count, sizeof *out->parameters);
    if (!out->columns || !out->parameters)
        return false;
    for (size_t i = 0; i < out->column_count; i++) {
        const char *declared = sqlite3_column_decltype(statement, (int)i);
        out->columns[i].name = tenon__arena_text(arena, sqlite3_column_name(statement, (int)i));
        out->columns[i].type = declared ? tenon__arena_text(arena, declared) : NULL;
        out->columns[i].field = sql_type_of_declaration(declared);
    }
    return !arena->failed;
}

static bool describe_statement(sql_server *server, const char *sql, tenon__arena *arena,
                               sql_description *out, sql_complaint *complaint)
{
    sqlite3_stmt *statement = NULL;
    const char *tail = NULL;
    *out = (sql_description){0};
    if (sqlite3_prepare_v2(server->db, sql, -1, &statement, &tail) != SQLITE_OK)
        return complain(server->db, complaint);
    if (!statement)
        return complain_about_nothing(complaint);
    bool is_whole = tail[strspn(tail, " \t\r\n")] == '\0';
    bool is_read = is_whole ? read_description(statement, arena, out)
                            : complain_about_tail((size_t)(tail - sql), complaint);
    sqlite3_finalize(statement);
    return is_read;
}

const sql_server_kind sql_sqlite_server = {
    .open = open_server, .close = close_server, .describe = describe_statement};
