/* How a database stores its times: ISO text, milliseconds, or text as SQLite's own functions write
 * it. Existing values say which; a new database has ISO text.
 *
 * CURRENT_TIMESTAMP is also what a column with the default now() gets from an INSERT that leaves it
 * out. So in a database of ISO texts it gives one, for all rows of a statement the same, or such
 * rows would neither sort among the others nor be read. In a database of milliseconds it stays as
 * SQLite has it: date(CURRENT_TIMESTAMP) would understand no number. */
#include "driver/sqlite/sqlite.h"

#include <stdio.h>

enum {
    SQL_DATE_LENGTH = sizeof "2024-02-29" - 1,
    SQL_TIME_LENGTH = sizeof "2024-02-29 12:34:56" - 1,
    SQL_FINEST_LENGTH = sizeof "2024-02-29 12:34:56.123456" - 1,
    SECOND_US = 1000000
};
#define ZONE "+00:00"
#define NO_FRACTION ".000"

/* ---- as SQLite's functions write it ---------------------------------------------------------- */

/* ISO but for a space between, no zone, and no fraction that says nothing. */
size_t tenon__sqlite_time_to_sql(tenon_time time, char *room)
{
    size_t length = tenon__time_to_iso(time, room);
    if (length == 0)
        return 0;
    room[SQL_DATE_LENGTH] = ' ';
    return time.us % SECOND_US == 0 ? SQL_TIME_LENGTH : length - strlen(ZONE);
}

bool tenon__sqlite_time_from_sql(const char *text, size_t length, tenon_time *out)
{
    char iso[SQL_FINEST_LENGTH + sizeof ZONE];
    tenon_time time;
    const char *end = length == SQL_TIME_LENGTH ? NO_FRACTION ZONE : ZONE;
    if (length < SQL_TIME_LENGTH || length > SQL_FINEST_LENGTH || text[SQL_DATE_LENGTH] != ' ')
        return false;
    memcpy(iso, text, length);
    iso[SQL_DATE_LENGTH] = 'T';
    memcpy(iso + length, end, strlen(end) + 1);
    if (!tenon__time_from_iso(iso, length + strlen(end), &time) ||
        (length > SQL_TIME_LENGTH && time.us % SECOND_US == 0))
        return false;
    *out = time;
    return true;
}

/* ---- which form it is ------------------------------------------------------------------------ */

/* Only the first rows are looked at: a column of a large table may be NULL throughout. Of several
 * forms in one column it is not SQLite's, which a default may have written. */
static const char look[] = "SELECT min(CASE WHEN typeof(value) = 'integer' THEN %d"
                           " WHEN value LIKE '____-__-__ %%' THEN %d ELSE %d END)"
                           " FROM (SELECT \"%w\" AS value FROM \"%w\" LIMIT 100)"
                           " WHERE typeof(value) IN ('integer', 'text')";

/* A code of SQLite; *form stays unknown when there is nothing that tells. */
static int look_at_column(sqlite3 *db, const char *table, const char *column, time_form *form)
{
    sqlite3_stmt *statement = NULL;
    char *sql =
        sqlite3_mprintf(look, TIME_FORM_UNIXMS, TIME_FORM_SQL, TIME_FORM_ISO, column, table);
    int code = sql ? sqlite3_prepare_v2(db, sql, -1, &statement, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    if (code != SQLITE_OK)
        return code;
    code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *form = (time_form)sqlite3_column_int(statement, 0); /* 0 for NULL: no rows */
    sqlite3_finalize(statement);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

/* A column of the model that the database does not have is told by the statement that uses it. */
static int look_at_model(sqlite3 *db, const tenon_model *model, time_form *form)
{
    int code = SQLITE_OK;
    for (uint32_t i = 0; model && i < model->field_count && *form == TIME_FORM_UNKNOWN; i++) {
        const tenon_field *field = &model->fields[i];
        if (field->kind != TENON_KIND_TIME || (field->flags & TENON_FIELD_LIST))
            continue;
        code = look_at_column(db, model->table, field->column, form);
        if (code != SQLITE_OK && code != SQLITE_ERROR)
            return code;
    }
    return SQLITE_OK;
}

/* Those of histories and logs come last: _prisma_migrations, _tenon_log. */
static const char all_time_columns[] =
    "SELECT t.name, c.name FROM sqlite_schema AS t, pragma_table_info(t.name) AS c "
    "WHERE t.type = 'table' AND (c.type LIKE '%DATETIME%' OR c.type LIKE '%TIMESTAMP%') "
    "ORDER BY t.name GLOB '_*'";

/* *has_own: there are such columns in tables of the user's own. */
static int look_at_all(sqlite3 *db, time_form *form, bool *has_own)
{
    sqlite3_stmt *columns = NULL;
    int code = sqlite3_prepare_v2(db, all_time_columns, -1, &columns, NULL);
    if (code != SQLITE_OK)
        return code;
    while (*form == TIME_FORM_UNKNOWN && (code = sqlite3_step(columns)) == SQLITE_ROW) {
        const char *table = (const char *)sqlite3_column_text(columns, 0);
        *has_own |= table && table[0] != '_';
        code = look_at_column(db, table, (const char *)sqlite3_column_text(columns, 1), form);
        if (code != SQLITE_OK)
            break;
    }
    sqlite3_finalize(columns);
    return code == SQLITE_ROW || code == SQLITE_DONE ? SQLITE_OK : code;
}

bool tenon__sqlite_detect_times(tenon__connection *connection, const tenon_model *model,
                                tenon_error *err)
{
    time_form form = TIME_FORM_UNKNOWN;
    bool has_own = false;
    int code = look_at_model(connection->db, model, &form);
    if (code == SQLITE_OK && form == TIME_FORM_UNKNOWN)
        code = look_at_all(connection->db, &form, &has_own);
    if (code != SQLITE_OK) {
        tenon__sqlite_fail(connection, code, NULL, err);
        return false;
    }
    connection->times = form == TIME_FORM_UNKNOWN ? TIME_FORM_ISO : form;
    return true;
}

/* ---- other forms ----------------------------------------------------------------------------- */

void tenon__sqlite_hint_time(const source *from, const char *table, const char *column,
                             bool is_integer)
{
    bool is_sql = from->times == TIME_FORM_SQL;
    const char *texts = is_sql ? "GLOB '*[TZ+]*'" : "NOT GLOB '*T*.*+00:00'";
    char *hint = from->err->hint;
    if (from->times == TIME_FORM_UNIXMS)
        tenon__hint(from->err,
                    "UPDATE \"%s\" SET \"%s\" = CAST(round((julianday(\"%s\") - 2440587.5) * "
                    "86400000) AS INTEGER) WHERE typeof(\"%s\") = 'text'",
                    table, column, column, column);
    else
        tenon__hint(from->err,
                    "UPDATE \"%s\" SET \"%s\" = replace(strftime('%%Y-%%m-%%d%s%%H:%%M:%%f%s', "
                    "\"%s\"%s), '%s', '') WHERE \"%s\" %s",
                    table, column, is_sql ? " " : "T", is_sql ? "" : "+00:00", column,
                    is_integer ? " / 1000.0, 'unixepoch'" : "", is_sql ? ".000" : "", column,
                    is_integer ? "NOT GLOB '*-*-*'" : texts);
    if (is_sql && !is_integer)
        snprintf(hint + strlen(hint), sizeof from->err->hint - strlen(hint),
                 " OR \"%s\" GLOB '*.000'", column);
}

/* ---- CURRENT_TIMESTAMP ----------------------------------------------------------------------- */

/* Whether the database has columns of times, and they hold ISO text. A database without one may
 * have columns of text with that default, and other programs that know its form. */
static int find_iso(tenon__connection *connection, bool *is_iso)
{
    bool has_own = connection->times != TIME_FORM_UNKNOWN;
    time_form form = connection->times;
    int code = has_own ? SQLITE_OK : look_at_all(connection->db, &form, &has_own);
    if (code == SQLITE_OK && has_own)
        connection->times = form == TIME_FORM_UNKNOWN ? TIME_FORM_ISO : form;
    *is_iso = connection->times == TIME_FORM_ISO;
    return code;
}

static void current_timestamp(sqlite3_context *context, int count, sqlite3_value **values)
{
    (void)count, (void)values;
    tenon__connection *connection = sqlite3_user_data(context);
    char text[CELL_ROOM];
    bool is_iso;
    int code = find_iso(connection, &is_iso);
    if (code != SQLITE_OK) {
        sqlite3_result_error_code(context, code);
        return;
    }
    if (!connection->moment.us)
        connection->moment = tenon_time_now();
    int64_t unit = is_iso ? SECOND_US / 1000 : SECOND_US;
    tenon_time time = {connection->moment.us - connection->moment.us % unit};
    size_t length = is_iso ? tenon__time_to_iso(time, text) : tenon__sqlite_time_to_sql(time, text);
    sqlite3_result_text(context, text, (int)length, SQLITE_TRANSIENT);
}

int tenon__sqlite_register_time(tenon__connection *connection)
{
    return sqlite3_create_function_v2(connection->db, "current_timestamp", 0,
                                      SQLITE_UTF8 | SQLITE_INNOCUOUS, connection, current_timestamp,
                                      NULL, NULL, NULL);
}
