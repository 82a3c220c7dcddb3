/* What tenon_keys and tenon_rows have in common: eponymous virtual tables over memory of the
 * program.
 *
 * Their memory comes as a pointer through a hidden column, as the argument of a table-valued
 * function does. Such a pointer has a type's name (sqlite3_bind_pointer), which SQL text cannot
 * forge. */
#include "driver/sqlite/sqlite.h"

#include <stdlib.h>

int tenon__sqlite_table_connect(sqlite3 *db, const char *declaration, sqlite3_vtab **out)
{
    int code = sqlite3_declare_vtab(db, declaration);
    if (code != SQLITE_OK)
        return code;
    *out = sqlite3_malloc(sizeof **out);
    if (!*out)
        return SQLITE_NOMEM;
    memset(*out, 0, sizeof **out);
    return sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
}

int tenon__sqlite_table_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

int tenon__sqlite_table_open(size_t cursor_size, sqlite3_vtab_cursor **out)
{
    sqlite3_vtab_cursor *cursor = sqlite3_malloc64(cursor_size);
    if (!cursor)
        return SQLITE_NOMEM;
    memset(cursor, 0, cursor_size);
    *out = cursor;
    return SQLITE_OK;
}

int tenon__sqlite_table_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

void tenon__sqlite_table_give(sqlite3_context *context, const cell *value,
                              sqlite3_destructor_type borrowed)
{
    const void *data = value->as.bytes.data;
    sqlite3_uint64 length = value->as.bytes.length;
    sqlite3_destructor_type release = value->is_owned ? free : borrowed;
    switch (value->type) {
    case CELL_INTEGER:
        sqlite3_result_int64(context, value->as.integer);
        break;
    case CELL_REAL:
        sqlite3_result_double(context, value->as.real);
        break;
    case CELL_TEXT:
        sqlite3_result_text64(context, data, length, release, SQLITE_UTF8);
        break;
    case CELL_BLOB:
        sqlite3_result_blob64(context, data, length, release);
        break;
    }
}
