/* tenon_keys(?1): the items of a list parameter as a table of one column, `value`, whose rowid
 * counts them from 1.
 *
 * It is an eponymous virtual table over memory of the program: nothing is copied or built into the
 * SQL text, so a statement with IN has one text however long its list is. The list comes as a
 * pointer of the type "tenon_keys" (sqlite3_bind_pointer), which SQL text cannot forge. */
#include "driver/sqlite/sqlite.h"

enum { COLUMN_ROWID = -1, COLUMN_VALUE, COLUMN_LIST };

/* Plans: all items, or the one with a rowid. */
enum { PLAN_ALL, PLAN_ONE };

typedef struct key_cursor {
    sqlite3_vtab_cursor base;
    const key_list *keys; /* NULL: no rows */
    size_t at, end;
    char room[CELL_ROOM];
} key_cursor;

static key_cursor *cursor_of(sqlite3_vtab_cursor *base)
{
    return (key_cursor *)(void *)base;
}

static int connect(sqlite3 *db, void *context, int argument_count, const char *const *arguments,
                   sqlite3_vtab **out, char **message)
{
    (void)context, (void)argument_count, (void)arguments, (void)message;
    return tenon__sqlite_table_connect(db, "CREATE TABLE keys(value, list HIDDEN)", out);
}

static void use(sqlite3_index_info *info, int constraint, int argument)
{
    info->aConstraintUsage[constraint].argvIndex = argument;
    info->aConstraintUsage[constraint].omit = 1;
}

/* The constraint `column = …`; -1 when there is none, *is_usable when it can be used. */
static int find_constraint(const sqlite3_index_info *info, int column, bool *is_usable)
{
    for (int i = 0; i < info->nConstraint; i++) {
        const struct sqlite3_index_constraint *constraint = &info->aConstraint[i];
        *is_usable = constraint->usable;
        if (constraint->iColumn == column && constraint->op == SQLITE_INDEX_CONSTRAINT_EQ)
            return i;
    }
    return -1;
}

/* The list must be given; how long it is is not known yet. */
static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    bool is_usable;
    int list = find_constraint(info, COLUMN_LIST, &is_usable);
    if (list < 0 || !is_usable)
        return SQLITE_CONSTRAINT;
    use(info, list, 1);
    int rowid = find_constraint(info, COLUMN_ROWID, &is_usable);
    bool is_one = rowid >= 0 && is_usable;
    if (is_one)
        use(info, rowid, 2);
    info->idxNum = is_one ? PLAN_ONE : PLAN_ALL;
    info->estimatedRows = is_one ? 1 : 20;
    info->estimatedCost = is_one ? 1 : 20;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    (void)table;
    return tenon__sqlite_table_open(sizeof(key_cursor), out);
}

static int filter(sqlite3_vtab_cursor *base, int plan, const char *plan_text, int argument_count,
                  sqlite3_value **arguments)
{
    (void)plan_text, (void)argument_count;
    key_cursor *cursor = cursor_of(base);
    cursor->keys = sqlite3_value_pointer(arguments[0], KEY_LIST_TYPE);
    cursor->at = 0;
    cursor->end = cursor->keys ? cursor->keys->list->count : 0;
    if (plan != PLAN_ONE)
        return SQLITE_OK;
    sqlite3_int64 rowid = sqlite3_value_int64(arguments[1]);
    bool is_there = rowid >= 1 && (sqlite3_uint64)rowid <= cursor->end;
    cursor->at = is_there ? (size_t)rowid - 1 : 0;
    cursor->end = is_there ? (size_t)rowid : 0;
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *base)
{
    cursor_of(base)->at++;
    return SQLITE_OK;
}

static int is_at_end(sqlite3_vtab_cursor *base)
{
    const key_cursor *cursor = cursor_of(base);
    return cursor->at >= cursor->end;
}

static const void *item_of(const key_list *keys, size_t index, size_t size)
{
    return (const char *)keys->list->items + index * size;
}

bool tenon__sqlite_encode_key(const target *to, const key_list *keys, size_t index, cell *out,
                              tenon_error *err)
{
    tenon_kind kind = keys->slot->field->kind;
    switch ((int)keys->slot->form) {
    case TENON__FORM_NARROW_LIST:
        return tenon__sqlite_encode_element(to, item_of(keys, index, tenon__element_size(kind)),
                                            out, err);
    case TENON__FORM_COLUMN:
        return tenon__sqlite_encode(to, ((const void *const *)keys->list->items)[index], out, err);
    default:
        return tenon__sqlite_encode(to, item_of(keys, index, tenon__wide_size(kind)), out, err);
    }
}

/* The items were checked when the list was bound: what can still fail is memory, or a decimal that
 * SQLite cannot hold. */
static bool make_cell(key_cursor *cursor, cell *out, tenon_error *err)
{
    const key_list *keys = cursor->keys;
    const tenon__slot *slot = keys->slot;
    const target to = {slot->model, slot->field, keys->times, cursor->room, slot->is_compared};
    return tenon__sqlite_encode_key(&to, keys, cursor->at, out, err);
}

static int column(sqlite3_vtab_cursor *base, sqlite3_context *context, int index)
{
    if (index != COLUMN_VALUE)
        return SQLITE_OK;
    cell value = {0};
    tenon_error err = {0};
    if (make_cell(cursor_of(base), &value, &err))
        tenon__sqlite_table_give(context, &value, SQLITE_TRANSIENT);
    else if (err.status == TENON_NO_MEMORY)
        sqlite3_result_error_nomem(context);
    else
        sqlite3_result_error(context, err.message, -1);
    return SQLITE_OK;
}

static int row_id(sqlite3_vtab_cursor *base, sqlite3_int64 *out)
{
    *out = (sqlite3_int64)cursor_of(base)->at + 1;
    return SQLITE_OK;
}

static const sqlite3_module key_module = {
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

int tenon__sqlite_register_keys(sqlite3 *db)
{
    return sqlite3_create_module_v2(db, "tenon_keys", &key_module, NULL, NULL);
}
