/* Results that nobody knows the columns of: every value as SQLite prints it, and bytes as
 * PostgreSQL prints those: \x00ff. */
#include "driver/sqlite/sqlite.h"

bool tenon__sqlite_read_names(const source *from, tenon__names *out)
{
    size_t count = (size_t)sqlite3_column_count(from->statement);
    out->items = tenon__arena_array(from->arena, count, sizeof *out->items);
    for (size_t i = 0; out->items && i < count; i++) {
        const char *name = sqlite3_column_name(from->statement, (int)i);
        out->items[i] = name ? tenon__arena_text(from->arena, name) : NULL;
        if (!out->items[i])
            return tenon__fail_no_memory(from->err);
    }
    out->count = count;
    return out->items || tenon__fail_no_memory(from->err);
}

static const char *copy_bytes(tenon__arena *arena, const uint8_t *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char *text = tenon__arena_alloc(arena, 2 * length + sizeof "\\x");
    if (!text)
        return NULL;
    char *at = text;
    *at++ = '\\';
    *at++ = 'x';
    for (size_t i = 0; i < length; i++) {
        *at++ = digits[bytes[i] >> 4];
        *at++ = digits[bytes[i] & 15];
    }
    *at = '\0';
    return text;
}

static bool read_text(const source *from, int column, const char **out)
{
    int type = sqlite3_column_type(from->statement, column);
    if (type == SQLITE_NULL)
        return true;
    const void *bytes = type == SQLITE_BLOB
                            ? sqlite3_column_blob(from->statement, column)
                            : (const void *)sqlite3_column_text(from->statement, column);
    size_t length = (size_t)sqlite3_column_bytes(from->statement, column);
    if (!bytes && length)
        return tenon__fail_no_memory(from->err);
    if (type == SQLITE_BLOB)
        *out = copy_bytes(from->arena, bytes, length);
    else if (!tenon__utf8_is_valid(bytes, length))
        return tenon__fail(from->err, TENON_TYPE,
                           "the stored TEXT is not valid UTF-8 or holds a NUL");
    else
        *out = tenon__arena_copy(from->arena, bytes, length);
    return *out || tenon__fail_no_memory(from->err);
}

bool tenon__sqlite_read_texts(const source *from, char *row)
{
    int count = sqlite3_column_count(from->statement);
    const char **texts = tenon__arena_array(from->arena, (size_t)count, sizeof *texts);
    if (!texts)
        return tenon__fail_no_memory(from->err);
    for (int i = 0; i < count; i++)
        if (!read_text(from, i, &texts[i]))
            return false;
    memcpy(row, &texts, sizeof texts);
    return true;
}
