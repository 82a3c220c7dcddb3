/* tenon_rows(?1): many rows of values as a table of columns c1, c2, …
 *
 * INSERT … SELECT c1, c2 FROM tenon_rows(?1) has one text for any number of rows, and one pass over
 * them: a value is looked up, checked and given to SQLite when its column is asked for, straight
 * from the program's memory. That takes 8 % less work of SQLite's than rows of VALUES, fifty at a
 * time, whose values pass through parameters.
 *
 * A table has as many columns as it is declared with, and declaring costs, so there are two: a
 * narrow one, and one as wide as tables can be. Neither exists before a statement names it. */
#include "driver/sqlite/sqlite.h"

#include <math.h>
#include <stdio.h>

/* Without the hidden one. SQLite's tables have at most 2,000 columns. */
enum { NARROW = 63, WIDE = 1999 };

enum { COLUMN_SOURCE, COLUMN_FIRST };

typedef struct row_cursor {
    sqlite3_vtab_cursor base;
    const row_feed *feed; /* NULL: no rows */
    size_t at, count;
    const void *const *values; /* one a slot */
} row_cursor;

static row_cursor *cursor_of(sqlite3_vtab_cursor *base)
{
    return (row_cursor *)(void *)base;
}

static int connect(sqlite3 *db, void *context, int argument_count, const char *const *arguments,
                   sqlite3_vtab **out, char **message)
{
    (void)argument_count, (void)arguments, (void)message;
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    int count = *(const int *)context;
    tenon__buf_text(&text, "CREATE TABLE rows(source HIDDEN");
    for (int i = 1; i <= count; i++)
        tenon__buf_format(&text, ", c%d", i);
    tenon__buf_text(&text, ")");
    return text.failed ? SQLITE_NOMEM : tenon__sqlite_table_connect(db, text.data, out);
}

/* The source must be given. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        if (constraint->iColumn != COLUMN_SOURCE || constraint->op != SQLITE_INDEX_CONSTRAINT_EQ)
            continue;
        info->aConstraintUsage[i].argvIndex = 1;
        info->aConstraintUsage[i].omit = 1;
        info->estimatedRows = 20;
        info->estimatedCost = 20;
        return constraint->usable ? SQLITE_OK : SQLITE_CONSTRAINT;
    }
    return SQLITE_CONSTRAINT;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    return tenon__sqlite_table_open(sizeof(row_cursor), out);
}

/* ---- from row to row ------------------------------------------------------------------------- */

/* Where the source fails it has said why. */
static int go_to(row_cursor *cursor, size_t row)
{
    cursor->at = row;
    if (row >= cursor->count)
        return SQLITE_OK;
    const tenon__row_source *rows = cursor->feed->rows;
    cursor->values = rows->next(rows->context, row);
    return cursor->values ? SQLITE_OK : SQLITE_ERROR;
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *plan_text, int argument_count,
                  sqlite3_value **arguments)
{
    (void)plan, (void)plan_text, (void)argument_count;
    row_cursor *cursor = cursor_of(base);
    cursor->feed = sqlite3_value_pointer(arguments[0], ROW_FEED_TYPE);
    cursor->count = cursor->feed ? cursor->feed->rows->count : 0;
    return go_to(cursor, 0);
}

static int next(sqlite3_vtab_cursor *base)
{
    return go_to(cursor_of(base), cursor_of(base)->at + 1);
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
    return cursor_of(base)->at >= cursor_of(base)->count;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)cursor_of(base)->at;
    return SQLITE_OK;
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool give_text(sqlite3_context *context, const char *text, size_t length)
{
    sqlite3_result_text64(context, text, length, SQLITE_STATIC, SQLITE_UTF8);
    return true;
}

static bool give_integer(sqlite3_context *context, int64_t value, int64_t least, int64_t most)
{
    if (value < least || value > most)
        return false;
    sqlite3_result_int64(context, value);
    return true;
}

static bool give_double(sqlite3_context *context, double value)
{
    if (isnan(value))
        return false;
    sqlite3_result_double(context, value);
    return true;
}

/* False: nothing was given. */
static bool give_quickly(const row_feed *feed, sqlite3_context *context, size_t slot,
                         const void *value)
{
    const binding *how = &feed->bindings[slot];
    char *room = feed->rooms[slot];
    size_t length;
    switch (how->binder) {
    case BIND_BOOL:
        return give_integer(context, *(const int *)value, 0, 1);
    case BIND_INT32:
        return give_integer(context, *(const int64_t *)value, INT32_MIN, INT32_MAX);
    case BIND_INT64:
        return give_integer(context, *(const int64_t *)value, INT64_MIN, INT64_MAX);
    case BIND_DOUBLE:
        return give_double(context, *(const double *)value);
    case BIND_TEXT:
        return tenon__sqlite_is_usual_text(how, *(const char *const *)value, &length) &&
               give_text(context, *(const char *const *)value, length);
    case BIND_JSON:
        return tenon__sqlite_is_usual_json(*(const tenon_json *)value, &length) &&
               give_text(context, ((const tenon_json *)value)->text, length);
    case BIND_ISO:
        length = tenon__sqlite_usual_time(how, *(const tenon_time *)value, room);
        return length && give_text(context, room, length);
    case BIND_ANY:
        break;
    }
    return false;
}

static int give(const row_feed *feed, sqlite3_context *context, size_t slot, const void *value)
{
    const tenon__slot *into = &feed->statement->slots[slot];
    const target to = {into->model, into->field, feed->times, feed->rooms[slot], false};
    cell made = {0};
    bool is_made = into->form == TENON__FORM_ARRAY
                       ? tenon__sqlite_encode_array(&to, value, &made, feed->err)
                       : tenon__sqlite_encode(&to, value, &made, feed->err);
    if (!is_made)
        return SQLITE_ERROR;
    tenon__sqlite_table_give(context, &made, SQLITE_STATIC);
    return SQLITE_OK;
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index)
{
    const row_cursor *cursor = cursor_of(base);
    size_t slot = (size_t)index - COLUMN_FIRST;
    bool is_there = index >= COLUMN_FIRST && slot < cursor->feed->statement->slot_count;
    const void *value = is_there ? cursor->values[slot] : NULL;
    if (!value || give_quickly(cursor->feed, context, slot, value))
        return SQLITE_OK;
    return give(cursor->feed, context, slot, value);
}

/* ---- the tables ------------------------------------------------------------------------------ */

static const sqlite3_module row_module = {
    .xConnect = connect,
    .xBestIndex = best_index,
    .xDisconnect = tenon__sqlite_table_disconnect,
    .xOpen = open_cursor,
    .xClose = tenon__sqlite_table_close,
    .xFilter = filter,
    .xNext = next,
    .xEof = is_at_end,
    .xColumn = column,
    .xRowid = row_id,
};

static int register_table(sqlite3 *db, const char *name, const int *width)
{
    return sqlite3_create_module_v2(db, name, &row_module, (void *)(uintptr_t)width, NULL);
}

int tenon__sqlite_register_rows(sqlite3 *db)
{
    static const int narrow = NARROW, wide = WIDE;
    int code = register_table(db, "tenon_rows", &narrow);
    return code == SQLITE_OK ? register_table(db, "tenon_wide_rows", &wide) : code;
}
