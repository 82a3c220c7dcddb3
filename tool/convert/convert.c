/* All rows of a column, a piece at a time, so that memory holds but a few arrays.
 *
 * A piece is read in one statement and written in one round trip: row by row, a conversion was
 * mostly the way to the server and back, and whoever wanted to change one of the rows waited for
 * that of all others. */
#include "convert/inside.h"

#include "convert/steps.h"
#include "db/db.h"
#include "render/render.h"

enum { ROWS_FIRST = 16, ROWS_MOST = 1024, PIECE_US = 40000 };

/* Which rows are left is asked of the rows: so nothing has to be remembered between two runs. */
static const char read_postgresql[] =
    "SELECT ctid::text, {old} FROM {table} WHERE {old} IS NOT NULL AND {new} IS NULL"
    " AND ctid > $1::text::tid LIMIT $2::text::bigint FOR NO KEY UPDATE";
static const char write_postgresql[] =
    "UPDATE {table} SET {new} = $1 WHERE ctid = $2::text::tid RETURNING {new}";
static const char read_sqlite[] =
    "SELECT CAST(rowid AS TEXT), {old} FROM {table} WHERE typeof({old}) = '{type}'"
    " AND rowid > CAST(?1 AS INTEGER) ORDER BY rowid LIMIT CAST(?2 AS INTEGER)";
static const char write_sqlite[] =
    "UPDATE {table} SET {old} = ?1 WHERE rowid = CAST(?2 AS INTEGER) RETURNING {old}";

/* ---- text ------------------------------------------------------------------------------------ */

static void add_name(tenon__buf *out, tenon_session *s, const char *name)
{
    tenon__quote_identifier(out, tenon__session_dialect(s), name, tenon__session_error(s));
}

static void add_word(tenon__buf *out, tenon_session *s, const convert_column *column,
                     const char *word, size_t length)
{
    char beside[CONVERT_NAME_SIZE];
    convert_name_beside(column, beside);
    if (!strncmp(word, "table", length))
        tenon__quote_table(out, tenon__session_dialect(s), column->namespace, column->table,
                           tenon__session_error(s));
    else if (!strncmp(word, "old", length))
        add_name(out, s, column->column);
    else if (!strncmp(word, "new", length))
        add_name(out, s, beside);
    else if (!strncmp(word, "function", length))
        tenon__quote_table(out, tenon__session_dialect(s), column->namespace, beside,
                           tenon__session_error(s));
    else if (!strncmp(word, "form", length))
        tenon__buf_format(out, "%s%s", column->is_unpacking ? column->elements : "bytea",
                          column->is_unpacking ? "[]" : "");
    else
        tenon__buf_text(out, column->is_unpacking ? "blob" : "text");
}

bool convert_expand(tenon_session *s, const convert_column *column, const char *template,
                    tenon__buf *out)
{
    out->length = 0;
    for (const char *open; (open = strchr(template, '{')); template = strchr(open, '}') + 1) {
        tenon__buf_add(out, template, (size_t)(open - template));
        add_word(out, s, column, open + 1, strcspn(open + 1, "}"));
    }
    tenon__buf_text(out, template);
    return !tenon_failed(s) && (!out->failed || tenon__fail_no_memory(tenon__session_error(s)));
}

bool convert_execute(tenon_session *s, const convert_column *column, const char *template)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    return convert_expand(s, column, template, &sql) && tenon_execute(s, sql.data);
}

/* ---- rows ------------------------------------------------------------------------------------ */

void convert_release_walk(convert_walk *walk)
{
    tenon__buf_release(&walk->after);
}

void convert_begin(tenon_session *s, convert_walk *walk)
{
    bool is_sqlite = tenon__session_dialect(s) == TENON_SQLITE;
    walk->after.length = 0;
    tenon__buf_text(&walk->after, is_sqlite ? "-9223372036854775808" : "(0,0)");
    walk->size = walk->size ? walk->size : ROWS_FIRST;
}

/* Both statements are made for each piece: next to arrays that is nothing. */
static bool read_piece(tenon_session *s, const convert_column *column, const convert_walk *walk,
                       tenon__arena *arena, tenon__rows *found)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    bool is_sqlite = tenon__session_dialect(s) == TENON_SQLITE;
    const char *most = tenon__arena_format(arena, "%lld", (long long)walk->size);
    if (!most)
        return tenon__fail_no_memory(tenon__session_error(s));
    return convert_expand(s, column, is_sqlite ? read_sqlite : read_postgresql, &sql) &&
           convert_read_rows(s, column, sql.data, tenon__buf_string(&walk->after), most, arena,
                             found);
}

static bool write_piece(tenon_session *s, const convert_column *column, const tenon__rows *found,
                        tenon__arena *arena)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    bool is_sqlite = tenon__session_dialect(s) == TENON_SQLITE;
    const convert_row *list = (const convert_row *)(const void *)found->items;
    const char *last = NULL;
    return convert_expand(s, column, is_sqlite ? write_sqlite : write_postgresql, &sql) &&
           (is_sqlite || convert_read_log(s, arena, &last)) &&
           convert_write_rows(s, column, sql.data, list, found->count, arena) &&
           convert_clear_log(s, arena, last);
}

static int64_t next_size(int64_t size, int64_t took_us)
{
    int64_t next = took_us > PIECE_US ? size / 2 : took_us < PIECE_US / 2 ? size * 2 : size;
    return next < 1 ? 1 : next > ROWS_MOST ? ROWS_MOST : next;
}

bool convert_piece(tenon_session *s, const convert_column *column, convert_walk *walk,
                   int64_t *count)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    int64_t began_us = tenon__monotonic_us();
    tenon__rows found = {0};
    *count = 0;
    if (!read_piece(s, column, walk, &arena, &found))
        return false;
    if (!found.count)
        return true;
    if (!write_piece(s, column, &found, &arena))
        return false;
    const convert_row *list = (const convert_row *)(const void *)found.items;
    walk->after.length = 0;
    tenon__buf_text(&walk->after, list[found.count - 1].id);
    walk->size = next_size(walk->size, tenon__monotonic_us() - began_us);
    *count = (int64_t)found.count;
    return !walk->after.failed || tenon__fail_no_memory(tenon__session_error(s));
}

static bool convert_rest(tenon_session *s, const convert_column *column, int64_t *count)
{
    TENON__CLEANUP(convert_release_walk) convert_walk walk = {0};
    int64_t piece = 1;
    bool is_done = true;
    *count = 0;
    for (convert_begin(s, &walk); is_done && piece > 0; *count += piece)
        is_done = convert_piece(s, column, &walk, &piece);
    return is_done;
}

static bool convert_rest_quietly(tenon_session *s, const convert_column *column, int64_t *count)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    rows triggers;
    return convert_drop_triggers(s, column, &arena, &triggers) && convert_rest(s, column, count) &&
           convert_make_triggers(s, &triggers);
}

/* Each is one round trip, since everybody waits meanwhile. */
bool convert_all(tenon_session *s, const convert_column *column, int64_t *count)
{
    static const char before[] = "LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE;"
                                 "ALTER TABLE {table} ADD COLUMN IF NOT EXISTS {new} {form}";
    static const char behind[] = "DROP TRIGGER IF EXISTS {new} ON {table};"
                                 "DROP FUNCTION IF EXISTS {function}();"
                                 "ALTER TABLE {table} DROP COLUMN {old};"
                                 "ALTER TABLE {table} RENAME COLUMN {new} TO {old}";
    if (tenon__session_dialect(s) == TENON_SQLITE)
        return convert_rest_quietly(s, column, count);
    return convert_execute(s, column, before) && convert_rest(s, column, count) &&
           convert_execute(s, column, behind);
}
