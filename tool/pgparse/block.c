/* The SQL inside of a block of PL/pgSQL (DO), by PostgreSQL's own parser of that language.
 *
 * The parser gives its tree as JSON. Of it only the places matter where a statement stands:
 *
 *     "PLpgSQL_stmt_execsql":    {… "sqlstmt": {"PLpgSQL_expr": {"query": "DROP TABLE a"}}}
 *     "PLpgSQL_stmt_dynexecute": {… "query":   {"PLpgSQL_expr": {"query": "'DROP TABLE a'"}}}
 *     "PLpgSQL_stmt_perform":    {… "expr":    {"PLpgSQL_expr": {"query": "SELECT f()"}}}
 *     "PLpgSQL_stmt_call":       {… "expr":    {"PLpgSQL_expr": {"query": "CALL p()"}}}
 *
 * and whether a loop is around it. The text is walked once, with the names of the objects around.
 */
#include "pgparse/pgparse_inside.h"

#include <pg_query.h>

enum { DEEPEST = 512 };

typedef struct block_reader {
    tenon__arena *arena;
    const char *at;
    tenon_json key;            /* the last string, in its quotes */
    tenon_json names[DEEPEST]; /* of the objects that are open */
    size_t depth, loops;       /* how many of them are loops */
    pgparse_block *out;
    size_t capacity;
    bool failed;
} block_reader;

static bool is_name(tenon_json name, const char *word)
{
    size_t length = strlen(word);
    return name.len == length + 2 && !memcmp(name.text + 1, word, length);
}

static bool is_loop(tenon_json name)
{
    static const char *const loops[] = {
        "PLpgSQL_stmt_loop",    "PLpgSQL_stmt_while",     "PLpgSQL_stmt_fori", "PLpgSQL_stmt_fors",
        "PLpgSQL_stmt_dynfors", "PLpgSQL_stmt_foreach_a", "PLpgSQL_stmt_forc",
    };
    for (size_t i = 0; i < TENON__COUNT(loops); i++)
        if (is_name(name, loops[i]))
            return true;
    return false;
}

static tenon_json read_string(block_reader *r)
{
    const char *start = r->at++;
    while (*r->at && *r->at != '"')
        r->at += *r->at == '\\' && r->at[1] ? 2 : 1;
    r->at += *r->at == '"';
    return (tenon_json){.len = (size_t)(r->at - start), .text = start};
}

/* ---- statements ------------------------------------------------------------------------------ */

static pgparse_block_statement *add(block_reader *r)
{
    pgparse_block *out = r->out;
    if (out->count == r->capacity) {
        size_t capacity = r->capacity ? r->capacity * 2 : 8;
        void *list = tenon__arena_resize(r->arena, out->items, capacity * sizeof *out->items);
        r->failed |= !list;
        if (!list)
            return NULL;
        out->items = list;
        r->capacity = capacity;
    }
    return &out->items[out->count++];
}

/* 'DROP TABLE a', without anything that would have to be put together. */
static bool is_literal(const char *expression, size_t length)
{
    return length > 2 && expression[0] == '\'' && expression[length - 1] == '\'' &&
           !memchr(expression + 1, '\'', length - 2);
}

static void take(block_reader *r, tenon_json text, bool is_executed, const char *before)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__buf_text(&sql, before);
    tenon__json_unescape(text, &sql);
    const char *start = tenon__buf_string(&sql);
    size_t length = sql.length;
    if (is_executed && !is_literal(start, length)) {
        r->out->has_unknown = true;
        return;
    }
    pgparse_block_statement *item = add(r);
    if (!item)
        return;
    size_t quote = is_executed;
    item->sql = tenon__arena_copy(r->arena, start + quote, length - 2 * quote);
    item->is_in_loop = r->loops > 0;
    r->failed |= sql.failed || !item->sql;
}

/* A string behind "query", in an expression that is a statement or makes one. */
static void see_string(block_reader *r, tenon_json text)
{
    bool is_query = is_name(r->key, "query") && r->depth >= 3 &&
                    is_name(r->names[r->depth - 1], "PLpgSQL_expr");
    if (!is_query)
        return;
    const tenon_json member = r->names[r->depth - 2], statement = r->names[r->depth - 3];
    bool is_call = is_name(member, "expr") && is_name(statement, "PLpgSQL_stmt_call");
    if (is_name(member, "sqlstmt") || is_call)
        take(r, text, false, "");
    else if (is_name(member, "query") && is_name(statement, "PLpgSQL_stmt_dynexecute"))
        take(r, text, true, "");
    else if (is_name(member, "expr") && is_name(statement, "PLpgSQL_stmt_perform"))
        take(r, text, false, " ");
}

static void open_object(block_reader *r)
{
    if (r->depth == DEEPEST) {
        r->failed = true;
        return;
    }
    r->loops += is_loop(r->key);
    r->names[r->depth++] = r->key;
    r->key = (tenon_json){0};
}

static void close_object(block_reader *r)
{
    if (r->depth)
        r->loops -= is_loop(r->names[--r->depth]);
}

static void walk(block_reader *r)
{
    while (*r->at && !r->failed) {
        if (*r->at == '"') {
            tenon_json text = read_string(r);
            if (*r->at == ':')
                r->key = text;
            else
                see_string(r, text);
            continue;
        }
        if (*r->at == '{')
            open_object(r);
        if (*r->at == '}')
            close_object(r);
        r->at++;
    }
}

bool pgparse_read_block(const char *sql, tenon__arena *arena, pgparse_block *out, tenon_error *err)
{
    PgQueryPlpgsqlParseResult result = pg_query_parse_plpgsql(sql);
    const char *tree = result.error ? NULL : result.plpgsql_funcs;
    *out = (pgparse_block){.has_unknown = !tree};
    block_reader *r = tenon__arena_array(arena, 1, sizeof *r);
    if (r && tree) {
        *r = (block_reader){.arena = arena, .at = tree, .out = out};
        walk(r);
    }
    bool is_done = r && !r->failed;
    pg_query_free_plpgsql_parse_result(result);
    return is_done || tenon__fail_no_memory(err);
}
