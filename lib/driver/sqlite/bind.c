/* Execution begins: the values of a call are bound from the program's memory.
 *
 * SQLite reads parameters while it runs, so texts are bound without a copy and must stay until
 * fetch is done (the contract in driver.h says so). What most columns hold is bound at once, by
 * kinds that were told apart when the statement was prepared; a value with anything unusual about
 * it becomes a cell first, and is refused there with its reason. */
#include "driver/sqlite/sqlite.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

/* ---- the usual values ------------------------------------------------------------------------ */

/* Of a text whose length tells whether it fits. */
static parameter_binder text_binder_of(const tenon_field *field)
{
    bool is_bits = field->pg_type == TENON_PG_BIT || field->pg_type == TENON_PG_VARBIT;
    return is_bits ? BIND_ANY : BIND_TEXT;
}

/* Of a time as fine as a microsecond or a millisecond. */
static parameter_binder time_binder_of(const tenon__slot *slot, time_form times)
{
    int precision = slot->field->precision;
    bool is_usual = slot->is_compared || precision < 0 || precision >= 6 || precision == 3;
    return times == TIME_FORM_ISO && is_usual ? BIND_ISO : BIND_ANY;
}

static parameter_binder binder_of(const tenon__slot *slot, time_form times)
{
    if (!slot->field || slot->form != TENON__FORM_WIDE || slot->as_text)
        return BIND_ANY;
    switch ((int)slot->field->kind) {
    case TENON_KIND_BOOL:
        return BIND_BOOL;
    case TENON_KIND_INT32:
        return BIND_INT32;
    case TENON_KIND_INT64:
        return slot->field->pg_type == TENON_PG_INT8 ? BIND_INT64 : BIND_ANY;
    case TENON_KIND_DOUBLE:
        return BIND_DOUBLE;
    case TENON_KIND_TEXT:
        return text_binder_of(slot->field);
    case TENON_KIND_JSON:
        return BIND_JSON;
    case TENON_KIND_TIME:
        return time_binder_of(slot, times);
    default:
        return BIND_ANY;
    }
}

/* What binding needs of the field, so that a call does not look at its descriptor. */
void tenon__sqlite_plan_bindings(const tenon__statement *statement, time_form times,
                                 binding *bindings)
{
    for (size_t i = 0; i < statement->slot_count; i++) {
        const tenon__slot *slot = &statement->slots[i];
        int precision = slot->field ? slot->field->precision : -1;
        bindings[i] = (binding){.binder = binder_of(slot, times),
                                .is_whole_ms = precision == 3 && !slot->is_compared,
                                .most_bytes = precision > 0 ? (size_t)precision : SIZE_MAX};
    }
}

parameter_binder tenon__sqlite_key_binder(const tenon__statement *statement,
                                          const binding *bindings)
{
    bool has_one = statement->slot_count == 1 && !(statement->flags & TENON__ROWS_GIVEN);
    bool is_integer =
        has_one && (bindings[0].binder == BIND_INT32 || bindings[0].binder == BIND_INT64);
    return is_integer ? bindings[0].binder : BIND_ANY;
}

TENON__HOT static int bind_text(sqlite3_stmt *sqlite, int index, const char *text, size_t length)
{
    return sqlite3_bind_text64(sqlite, index, text, length, SQLITE_STATIC, SQLITE_UTF8);
}

TENON__HOT static bool bind_integer(sqlite3_stmt *sqlite, int index, int64_t value, int64_t least,
                                    int64_t most, int *code)
{
    *code = sqlite3_bind_int64(sqlite, index, value);
    return value >= least && value <= most;
}

/* False when it is for bind_value to say what the value is. */
TENON__HOT static bool bind_usual(tenon__prepared *prepared, size_t i, const void *value, int *code)
{
    const binding *how = &prepared->bindings[i];
    sqlite3_stmt *sqlite = prepared->sqlite;
    char *room = prepared->parameters[i].room;
    int index = (int)i + 1;
    size_t length;
    switch (how->binder) {
    case BIND_BOOL:
        return bind_integer(sqlite, index, *(const int *)value, 0, 1, code);
    case BIND_INT32:
        return bind_integer(sqlite, index, *(const int64_t *)value, INT32_MIN, INT32_MAX, code);
    case BIND_INT64:
        return bind_integer(sqlite, index, *(const int64_t *)value, INT64_MIN, INT64_MAX, code);
    case BIND_DOUBLE:
        *code = sqlite3_bind_double(sqlite, index, *(const double *)value);
        return !isnan(*(const double *)value);
    case BIND_TEXT:
        if (!tenon__sqlite_is_usual_text(how, *(const char *const *)value, &length))
            return false;
        *code = bind_text(sqlite, index, *(const char *const *)value, length);
        return true;
    case BIND_JSON:
        if (!tenon__sqlite_is_usual_json(*(const tenon_json *)value, &length))
            return false;
        *code = bind_text(sqlite, index, ((const tenon_json *)value)->text, length);
        return true;
    case BIND_ISO:
        length = tenon__sqlite_usual_time(how, *(const tenon_time *)value, room);
        *code = length ? bind_text(sqlite, index, room, length) : SQLITE_OK;
        return length > 0;
    case BIND_ANY:
        break;
    }
    return false;
}

/* ---- all others ------------------------------------------------------------------------------ */

static int bind_cell(sqlite3_stmt *statement, int index, const cell *value)
{
    sqlite3_destructor_type release = value->is_owned ? free : SQLITE_STATIC;
    switch (value->type) {
    case CELL_INTEGER:
        return sqlite3_bind_int64(statement, index, value->as.integer);
    case CELL_REAL:
        return sqlite3_bind_double(statement, index, value->as.real);
    case CELL_TEXT:
        return sqlite3_bind_text64(statement, index, value->as.bytes.data, value->as.bytes.length,
                                   release, SQLITE_UTF8);
    case CELL_BLOB:
        return sqlite3_bind_blob64(statement, index, value->as.bytes.data, value->as.bytes.length,
                                   release);
    }
    return SQLITE_MISUSE;
}

static bool text_cell(const tenon__slot *slot, const char *text, cell *out, tenon_error *err)
{
    assert(text);
    size_t length = strlen(text);
    *out = (cell){.type = CELL_TEXT, .as.bytes = {text, length}};
    if (tenon__utf8_is_valid(text, length))
        return true;
    static const tenon_field unnamed = {.name = "a text"};
    return tenon__fail_field(err, TENON_TYPE, slot->model, slot->field ? slot->field : &unnamed,
                             "the text is not valid UTF-8");
}

/* Tries every item, so that what the column cannot hold is told with its field's name before the
 * statement runs. */
static bool check_list(const target *to, const key_list *keys, tenon_error *err)
{
    for (size_t i = 0; i < keys->list->count; i++) {
        cell tried = {0};
        if (!tenon__sqlite_encode_key(to, keys, i, &tried, err))
            return false;
        tenon__sqlite_drop_cell(&tried);
    }
    return true;
}

static bool bind_list(const tenon__connection *connection, tenon__prepared *prepared, size_t i,
                      const tenon__list *list, int *code, tenon_error *err)
{
    const tenon__slot *slot = &prepared->statement->slots[i];
    char room[CELL_ROOM] = "";
    const target to = {slot->model, slot->field, connection->times, room, slot->is_compared};
    key_list *keys = &prepared->parameters[i].keys;
    *keys = (key_list){.slot = slot, .list = list, .times = connection->times};
    if (!check_list(&to, keys, err))
        return false;
    *code = sqlite3_bind_pointer(prepared->sqlite, (int)i + 1, keys, KEY_LIST_TYPE, NULL);
    return true;
}

/* The cell of a slot that is one value. */
static bool make_cell(const target *to, const tenon__slot *slot, const void *value, cell *out,
                      tenon_error *err)
{
    if (slot->as_text)
        return text_cell(slot, *(const char *const *)value, out, err);
    if (slot->form == TENON__FORM_ARRAY)
        return tenon__sqlite_encode_array(to, value, out, err);
    if (slot->form == TENON__FORM_ELEMENT)
        return tenon__sqlite_encode_element(to, value, out, err);
    return tenon__sqlite_encode(to, value, out, err);
}

/* False with *err; *code is what SQLite said. */
__attribute__((noinline)) static bool bind_value(const tenon__connection *connection,
                                                 tenon__prepared *prepared, size_t i,
                                                 const void *value, int *code, tenon_error *err)
{
    const tenon__slot *slot = &prepared->statement->slots[i];
    sqlite3_stmt *sqlite = prepared->sqlite;
    int index = (int)i + 1;
    if (!value) {
        *code = sqlite3_bind_null(sqlite, index);
        return true;
    }
    if (!slot->field && !slot->as_text) {
        *code = sqlite3_bind_int64(sqlite, index, *(const int64_t *)value);
        return true;
    }
    if (slot->form == TENON__FORM_WIDE_LIST || slot->form == TENON__FORM_NARROW_LIST ||
        slot->form == TENON__FORM_COLUMN)
        return bind_list(connection, prepared, i, value, code, err);
    const target to = {slot->model, slot->field, connection->times, prepared->parameters[i].room,
                       slot->is_compared};
    cell made = {0};
    if (!make_cell(&to, slot, value, &made, err))
        return false;
    *code = bind_cell(sqlite, index, &made);
    return true;
}

static bool fail_bind(tenon__connection *connection, const tenon__prepared *prepared, int code,
                      tenon_error *err)
{
    tenon__sqlite_fail(connection, code, prepared->statement, err);
    return false;
}

/* Its values are not looked at before they are asked for. */
static bool bind_rows(tenon__connection *connection, tenon__prepared *prepared,
                      const tenon__row_source *rows, tenon_error *err)
{
    prepared->feed = (row_feed){.rows = rows,
                                .statement = prepared->statement,
                                .bindings = prepared->bindings,
                                .rooms = &prepared->parameters[0].room,
                                .times = connection->times};
    int code = sqlite3_bind_pointer(prepared->sqlite, 1, &prepared->feed, ROW_FEED_TYPE, NULL);
    return code == SQLITE_OK || fail_bind(connection, prepared, code, err);
}

TENON__HOT bool tenon__sqlite_bind(tenon__connection *connection, tenon__prepared *prepared,
                                   const void *const *values, tenon_error *err)
{
    const tenon__statement *statement = prepared->statement;
    int code = SQLITE_OK;
    if (TENON__UNLIKELY(statement->flags & TENON__ROWS_GIVEN))
        return bind_rows(connection, prepared, values[0], err);
    for (size_t i = 0; i < statement->slot_count && code == SQLITE_OK; i++) {
        bool is_bound = values[i] && bind_usual(prepared, i, values[i], &code);
        if (!is_bound && !bind_value(connection, prepared, i, values[i], &code, err))
            return false;
    }
    return TENON__LIKELY(code == SQLITE_OK) || fail_bind(connection, prepared, code, err);
}

TENON__HOT tenon__progress tenon__sqlite_execute(tenon__connection *connection,
                                                 tenon__prepared *prepared,
                                                 const void *const *values, tenon_error *err)
{
    tenon__sqlite_begin_work(connection);
    if (!tenon__sqlite_bind(connection, prepared, values, err))
        return TENON__FAILED;
    connection->running = prepared;
    connection->rows_most = 0;
    connection->state = TENON__ROWS_READY;
    return TENON__ROWS;
}
