/* Statements: prepared once, executed (bind.c), stepped in fetch.
 *
 * A statement is always reset before control goes back, that of a cursor aside: one that is not
 * would keep its read transaction, and with it the log, for ever.
 *
 * The driver's table is at the end of this file. */
#include "driver/sqlite/sqlite.h"

#include <stdlib.h>

static tenon__progress fail_prepared(tenon__connection *connection, const tenon__prepared *prepared,
                                     int code, tenon_error *err)
{
    return tenon__sqlite_fail(connection, code, prepared->statement, err);
}

/* ---- prepare --------------------------------------------------------------------------------- */

static bool has_times(const tenon__statement *statement)
{
    for (size_t i = 0; i < statement->slot_count; i++) {
        const tenon_field *field = statement->slots[i].field;
        if (field && field->kind == TENON_KIND_TIME)
            return true;
    }
    for (size_t i = 0; statement->layout && i < statement->layout->out_count; i++) {
        const tenon_field *field = statement->layout->outs[i].field;
        if (field && field->kind == TENON_KIND_TIME)
            return true;
    }
    return false;
}

static const tenon_model *model_of(const tenon__statement *statement)
{
    if (statement->layout && statement->layout->model)
        return statement->layout->model;
    for (size_t i = 0; i < statement->slot_count; i++) {
        if (statement->slots[i].model)
            return statement->slots[i].model;
    }
    return NULL;
}

static bool check_counts(const tenon__prepared *prepared, tenon_error *err)
{
    const tenon__statement *statement = prepared->statement;
    size_t parameters = (size_t)sqlite3_bind_parameter_count(prepared->sqlite);
    size_t columns = (size_t)sqlite3_column_count(prepared->sqlite);
    size_t given = statement->flags & TENON__ROWS_GIVEN ? 1 : statement->slot_count;
    if (parameters != given)
        return tenon__fail(err, TENON_MISUSE, "the statement has %zu parameters, %zu are given",
                           parameters, given);
    if (statement->layout && !statement->layout->is_open && columns != statement->layout->out_count)
        return tenon__fail(err, TENON_SCHEMA, "the statement gives %zu columns instead of %zu",
                           columns, statement->layout->out_count);
    return true;
}

static int prepare_once(const tenon__connection *connection, tenon__prepared *prepared)
{
    const tenon__statement *statement = prepared->statement;
    unsigned flags = statement->flags & TENON__ONCE ? 0 : SQLITE_PREPARE_PERSISTENT;
    return sqlite3_prepare_v3(connection->db, statement->sql, (int)statement->sql_length, flags,
                              &prepared->sqlite, NULL);
}

/* A name that SQLite does not know it looks up in the file again, but while another connection
 * holds the lock it believes its memory instead and says "no such table" of one made since. So that
 * is believed only inside of a read transaction, which this query keeps open; and if the lock is
 * held, it says so. */
static bool prepare_again(tenon__connection *connection, tenon__prepared *prepared,
                          tenon_error *err)
{
    sqlite3_stmt *look = NULL;
    int code =
        sqlite3_prepare_v2(connection->db, "SELECT count(*) FROM sqlite_schema", -1, &look, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(look);
    if (code == SQLITE_ROW)
        code = prepare_once(connection, prepared);
    if (code != SQLITE_OK)
        fail_prepared(connection, prepared, code, err);
    sqlite3_finalize(look);
    return code == SQLITE_OK;
}

static bool prepare_text(tenon__connection *connection, tenon__prepared *prepared, tenon_error *err)
{
    int code = prepare_once(connection, prepared);
    if (code == SQLITE_ERROR)
        return prepare_again(connection, prepared, err);
    if (code != SQLITE_OK)
        fail_prepared(connection, prepared, code, err);
    return code == SQLITE_OK;
}

/* The text, and whether the database is as it assumes. */
static bool prepare_and_check(tenon__connection *connection, tenon__prepared *prepared,
                              tenon_error *err)
{
    const tenon__statement *statement = prepared->statement;
    if (!prepare_text(connection, prepared, err))
        return false;
    prepared->is_readonly = sqlite3_stmt_readonly(prepared->sqlite);
    if (!check_counts(prepared, err))
        return false;
    if (connection->times == TIME_FORM_UNKNOWN && has_times(statement) &&
        !tenon__sqlite_detect_times(connection, model_of(statement), err))
        return false;
    return connection->skip_schema_check ||
           tenon__sqlite_check_schema(connection, prepared->sqlite, statement, err);
}

void tenon__sqlite_forget(tenon__connection *connection, tenon__prepared *prepared)
{
    (void)connection;
    if (!prepared)
        return;
    sqlite3_finalize(prepared->sqlite);
    free(prepared);
}

/* In one block: itself, its parameters, its bindings, its columns. */
static tenon__prepared *allocate(const tenon__statement *statement)
{
    size_t column_count = statement->layout ? statement->layout->out_count : 0;
    size_t bindings_at = sizeof(tenon__prepared) + statement->slot_count * sizeof(parameter);
    size_t columns_at = bindings_at + statement->slot_count * sizeof(binding);
    tenon__prepared *prepared = calloc(1, columns_at + column_count * sizeof(result_column));
    if (!prepared)
        return NULL;
    prepared->statement = statement;
    prepared->bindings = (binding *)(void *)((char *)prepared + bindings_at);
    prepared->columns = (result_column *)(void *)((char *)prepared + columns_at);
    return prepared;
}

tenon__progress tenon__sqlite_prepare(tenon__connection *connection,
                                      const tenon__statement *statement, tenon__prepared **out,
                                      tenon_error *err)
{
    tenon__prepared *prepared = allocate(statement);
    if (!prepared) {
        tenon__fail_no_memory(err);
        return TENON__FAILED;
    }
    tenon__sqlite_begin_work(connection);
    if (!prepare_and_check(connection, prepared, err)) {
        tenon__sqlite_forget(connection, prepared);
        return TENON__FAILED;
    }
    prepared->has_rows = statement->layout && !statement->layout->is_open;
    prepared->from = (source){.statement = prepared->sqlite,
                              .layout = statement->layout,
                              .columns = prepared->columns,
                              .times = connection->times};
    if (statement->layout)
        tenon__sqlite_plan_columns(statement->layout, connection->times, prepared->columns);
    tenon__sqlite_plan_bindings(statement, connection->times, prepared->bindings);
    prepared->key = tenon__sqlite_key_binder(statement, prepared->bindings);
    *out = prepared;
    return TENON__DONE;
}

/* ---- fetch ----------------------------------------------------------------------------------- */

/* The next row into the list. */
TENON__HOT static bool take_row(const source *from, tenon__rows *rows)
{
    char *row = tenon__rows_reserve(rows, 1, from->layout->row_size);
    if (!row)
        return tenon__fail_no_memory(from->err);
    bool is_read = TENON__UNLIKELY(from->layout->is_open) ? tenon__sqlite_read_texts(from, row)
                                                          : tenon__sqlite_decode_row(from, row);
    if (!is_read)
        return false;
    rows->count++;
    return true;
}

/* SQLITE_DONE, a failing code, SQLITE_ROW when a row could not be decoded, or SQLITE_OK when there
 * are as many as a cursor asked for and perhaps more. */
TENON__HOT __attribute__((noinline)) static int
take_rows(tenon__prepared *prepared, const source *from, tenon__rows *rows, size_t most)
{
    bool is_one = rows->expected == 1 && !rows->asks_second && prepared->is_readonly;
    int code;
    while ((code = sqlite3_step(prepared->sqlite)) == SQLITE_ROW) {
        if (!take_row(from, rows))
            return SQLITE_ROW;
        if (is_one)
            return SQLITE_DONE;
        if (rows->count == most)
            return SQLITE_OK;
    }
    return code;
}

/* Each row to the sink, as take_rows. */
static int take_for_sink(tenon__prepared *prepared, const source *from, tenon__rows *rows)
{
    source given = *from;
    if (!tenon__sink_begin(rows, from->layout, from->err))
        return SQLITE_ROW;
    int code;
    while ((code = sqlite3_step(prepared->sqlite)) == SQLITE_ROW) {
        if (!rows->sink->take(rows->sink, &given, from->err))
            return SQLITE_ROW;
        rows->count++;
    }
    return code;
}

static int pass_rows(tenon__prepared *prepared)
{
    int code = SQLITE_ROW;
    while (code == SQLITE_ROW)
        code = sqlite3_step(prepared->sqlite);
    return code;
}

/* A write whose row could not be decoded has been made. */
static tenon__progress fail_row(const tenon__prepared *prepared, tenon_error *err)
{
    if (err && !prepared->is_readonly)
        err->applied = TENON_APPLIED_YES;
    return TENON__FAILED;
}

/* The statement has come to `code`. Why it failed is asked before it is reset. */
static inline tenon__progress finish(tenon__connection *connection, tenon__prepared *prepared,
                                     int code, tenon_error *err)
{
    if (TENON__UNLIKELY(code != SQLITE_DONE && code != SQLITE_ROW))
        fail_prepared(connection, prepared, code, err);
    int at_end = sqlite3_reset(prepared->sqlite);
    if (TENON__UNLIKELY(prepared->feed.rows != NULL))
        prepared->feed = (row_feed){0};
    if (TENON__UNLIKELY(code != SQLITE_DONE))
        return code == SQLITE_ROW ? fail_row(prepared, err) : TENON__FAILED;
    return at_end == SQLITE_OK ? TENON__DONE : fail_prepared(connection, prepared, at_end, err);
}

static tenon__progress pass_rows_on(tenon__connection *connection, tenon__prepared *prepared,
                                    const source *from, tenon__rows *rows, int64_t *affected)
{
    size_t before = rows->count;
    int code = take_for_sink(prepared, from, rows);
    tenon__progress progress = finish(connection, prepared, code, from->err);
    if (progress == TENON__DONE && affected)
        *affected = (int64_t)(rows->count - before);
    return progress;
}

static inline const source *source_of(tenon__prepared *prepared, const tenon__rows *rows,
                                      tenon_error *err)
{
    prepared->from.arena = rows->arena;
    prepared->from.err = err;
    return &prepared->from;
}

TENON__HOT static tenon__progress fetch_rows(tenon__connection *connection,
                                             tenon__prepared *prepared, tenon__rows *rows,
                                             int64_t *affected, tenon_error *err)
{
    const tenon__layout *layout = prepared->statement->layout;
    const source *from = source_of(prepared, rows, err);
    size_t before = rows->count;
    if (TENON__UNLIKELY(rows->sink != NULL))
        return pass_rows_on(connection, prepared, from, rows, affected);
    if (TENON__UNLIKELY(rows->names != NULL) && !tenon__sqlite_read_names(from, rows->names)) {
        sqlite3_reset(prepared->sqlite);
        return TENON__FAILED;
    }
    size_t most = connection->rows_most ? before + connection->rows_most : SIZE_MAX;
    int code = take_rows(prepared, from, rows, most);
    tenon__arena_align(rows->arena);
    if (code == SQLITE_OK)
        return TENON__DONE;
    tenon__progress progress = finish(connection, prepared, code, err);
    if (TENON__UNLIKELY(progress != TENON__DONE))
        return progress;
    if (TENON__UNLIKELY(rows->count != rows->capacity))
        tenon__rows_finish(rows, layout->row_size);
    if (affected)
        *affected = (int64_t)(rows->count - before);
    return TENON__DONE;
}

static tenon__progress fetch_count(tenon__connection *connection, tenon__prepared *prepared,
                                   int64_t *affected, tenon_error *err)
{
    int64_t before = sqlite3_total_changes64(connection->db);
    tenon__progress progress = finish(connection, prepared, pass_rows(prepared), err);
    if (progress != TENON__DONE || !affected)
        return progress;
    bool has_changed = sqlite3_total_changes64(connection->db) != before;
    *affected = has_changed ? sqlite3_changes64(connection->db) : 0;
    return TENON__DONE;
}

/* Not in place: two call it. */
TENON__HOT __attribute__((noinline)) static tenon__progress
fetch_any(tenon__connection *connection, tenon__prepared *prepared, tenon__rows *rows,
          int64_t *affected, tenon_error *err)
{
    if (TENON__UNLIKELY(prepared->feed.rows != NULL))
        prepared->feed.err = err;
    if (rows && prepared->statement->layout)
        return fetch_rows(connection, prepared, rows, affected, err);
    return fetch_count(connection, prepared, affected, err);
}

TENON__HOT static tenon__progress fetch(tenon__connection *connection, tenon__rows *rows,
                                        int64_t *affected, tenon_error *err)
{
    tenon__prepared *prepared = connection->running;
    connection->running = NULL;
    connection->state = TENON__IDLE;
    return fetch_any(connection, prepared, rows, affected, err);
}

/* ---- both at once ---------------------------------------------------------------------------- */

/* The only row, or the first one of a statement that writes. As take_rows. */
static inline int take_only(tenon__prepared *prepared, const source *from, tenon__rows *rows)
{
    int code = sqlite3_step(prepared->sqlite);
    if (code != SQLITE_ROW)
        return code;
    char *row = rows->items = (char *)tenon__arena_alloc(from->arena, from->layout->row_size);
    rows->capacity = row != NULL;
    if (TENON__UNLIKELY(!row))
        tenon__fail_no_memory(from->err);
    if (TENON__UNLIKELY(!row) || !tenon__sqlite_decode_row(from, row))
        return SQLITE_ROW;
    rows->count = 1;
    return prepared->is_readonly ? SQLITE_DONE : take_rows(prepared, from, rows, SIZE_MAX);
}

static inline tenon__progress fetch_only(tenon__connection *connection, tenon__prepared *prepared,
                                         tenon__rows *rows, int64_t *affected, tenon_error *err)
{
    int code = take_only(prepared, source_of(prepared, rows, err), rows);
    tenon__arena_align(rows->arena);
    tenon__progress progress = finish(connection, prepared, code, err);
    if (affected && progress == TENON__DONE)
        *affected = (int64_t)rows->count;
    return progress;
}

/* The values, if they are one integer and nothing is wrong with it. */
static inline bool bind_key(const tenon__prepared *prepared, const void *const *values)
{
    if (prepared->key == BIND_ANY || !values[0])
        return false;
    int64_t key = *(const int64_t *)values[0];
    bool is_in_range = prepared->key == BIND_INT64 || key == (int32_t)key;
    return is_in_range && sqlite3_bind_int64(prepared->sqlite, 1, key) == SQLITE_OK;
}

/* What is asked for by a key, or written, is one row mostly: by a shorter way the same. */
TENON__HOT static tenon__progress run(tenon__connection *connection, tenon__prepared *prepared,
                                      const void *const *values, tenon__rows *rows,
                                      int64_t *affected, tenon_error *err)
{
    tenon__sqlite_begin_work(connection);
    connection->rows_most = 0;
    if (!bind_key(prepared, values) && !tenon__sqlite_bind(connection, prepared, values, err))
        return TENON__FAILED;
    if (rows && rows->expected == 1 && !rows->asks_second && !rows->capacity && prepared->has_rows)
        return fetch_only(connection, prepared, rows, affected, err);
    return fetch_any(connection, prepared, rows, affected, err);
}

/* ---- scripts --------------------------------------------------------------------------------- */

static const char *const fixed_texts[FIXED_COUNT] = {"BEGIN", "BEGIN IMMEDIATE", "COMMIT",
                                                     "ROLLBACK"};

static sqlite3_stmt **find_fixed(tenon__connection *connection, const char *sql)
{
    for (size_t i = 0; i < FIXED_COUNT; i++) {
        if (strcmp(sql, fixed_texts[i]) == 0)
            return &connection->fixed[i];
    }
    return NULL;
}

/* Those that every transaction needs are prepared once. */
static int run_fixed(sqlite3 *db, sqlite3_stmt **fixed, const char *sql)
{
    int code = SQLITE_OK;
    if (!*fixed)
        code = sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, fixed, NULL);
    if (code != SQLITE_OK)
        return code;
    sqlite3_step(*fixed);
    return sqlite3_reset(*fixed);
}

static tenon__progress script(tenon__connection *connection, const char *sql, tenon_error *err)
{
    tenon__sqlite_begin_work(connection);
    sqlite3_stmt **fixed = find_fixed(connection, sql);
    int code = fixed ? run_fixed(connection->db, fixed, sql)
                     : sqlite3_exec(connection->db, sql, NULL, NULL, NULL);
    if (code == SQLITE_OK)
        return TENON__DONE;
    const tenon__statement named = {.sql = sql, .flags = TENON__WRITES};
    return tenon__sqlite_fail(connection, code, &named, err);
}

/* ---- the rest of the table ------------------------------------------------------------------- */

static tenon__state state(const tenon__connection *connection)
{
    return connection->state;
}

static int no_socket(const tenon__connection *connection)
{
    (void)connection;
    return -1;
}

/* Nothing is ever left under way. */
static tenon__progress step(tenon__connection *connection, tenon_error *err)
{
    (void)err;
    return connection->state == TENON__ROWS_READY ? TENON__ROWS : TENON__DONE;
}

static void cancel(tenon__connection *connection)
{
    atomic_store(&connection->is_cancelled, true);
    sqlite3_interrupt(connection->db);
}

static void set_deadline(tenon__connection *connection, int64_t deadline_us)
{
    connection->deadline_us = deadline_us;
}

static void set_stop(tenon__connection *connection, const atomic_bool *stop)
{
    connection->stop = stop;
}

TENON__HOT static bool in_transaction(const tenon__connection *connection, bool *is_failed)
{
    if (is_failed)
        *is_failed = false;
    return !sqlite3_get_autocommit(connection->db);
}

static tenon__progress copy_begin(tenon__connection *connection, const tenon__statement *statement,
                                  tenon_error *err)
{
    (void)connection, (void)statement;
    tenon__fail(err, TENON_UNSUPPORTED, "SQLite has no COPY");
    return TENON__FAILED;
}

static tenon__progress copy_row(tenon__connection *connection, const tenon__statement *statement,
                                const void *const *values, tenon_error *err)
{
    (void)values;
    return copy_begin(connection, statement, err);
}

static tenon__progress copy_end(tenon__connection *connection, const char *abort_message,
                                int64_t *affected, tenon_error *err)
{
    (void)abort_message, (void)affected;
    return copy_begin(connection, NULL, err);
}

/* 250000 in Debian's build, 32766 in a plain one. */
enum { PARAMETER_LIMIT = 32766 };

const tenon__driver tenon__sqlite_driver = {
    .name = "sqlite",
    .dialect = TENON_SQLITE,
    .has_single_writer = true,
    .can_copy = false,
    .parameter_limit = PARAMETER_LIMIT,
    .connect = tenon__sqlite_connect,
    .close = tenon__sqlite_close,
    .state = state,
    .socket = no_socket,
    .step = step,
    .cancel = cancel,
    .set_deadline = set_deadline,
    .set_stop = set_stop,
    .prepare = tenon__sqlite_prepare,
    .forget = tenon__sqlite_forget,
    .execute = tenon__sqlite_execute,
    .fetch = fetch,
    .run = run,
    .script = script,
    .write_begin = tenon__sqlite_write_begin,
    .in_transaction = in_transaction,
    .type_name = tenon__sqlite_slot_type,
    .cursor_open = tenon__sqlite_cursor_open,
    .cursor_fetch = tenon__sqlite_cursor_fetch,
    .cursor_close = tenon__sqlite_cursor_close,
    .cursor_forget = tenon__sqlite_cursor_forget,
    .cursor_settings = "",
    .copy_begin = copy_begin,
    .copy_row = copy_row,
    .copy_end = copy_end,
};
