/* Questions about a statement that its parse tree answers. */
#include "sqlfile/check.h"
#include "sqlfile/lexer.h"

#include <strings.h>

static bool look_for_writes(ProtobufCMessage *message, void *context)
{
    bool *is_writing = context;
    *is_writing |= PGPARSE_IS(message, insert_stmt) || PGPARSE_IS(message, update_stmt) ||
                   PGPARSE_IS(message, delete_stmt) || PGPARSE_IS(message, merge_stmt);
    return !*is_writing;
}

bool sql_is_writing(PgQuery__Node *statement)
{
    bool is_writing = statement->node_case != PG_QUERY__NODE__NODE_SELECT_STMT;
    pgparse_walk(statement, look_for_writes, &is_writing);
    return is_writing;
}

/* The last of its names is its own; those in front say where it is. */
static void add_function(const PgQuery__FuncCall *call, tenon__buf *names)
{
    const char *name =
        call->n_funcname ? pgparse_string(call->funcname[call->n_funcname - 1]) : NULL;
    if (!name)
        return;
    tenon__buf_text(names, names->length > 1 ? ",\"" : "\"");
    for (; *name; name++) {
        if (*name == '"' || *name == '\\')
            tenon__buf_char(names, '\\');
        tenon__buf_char(names, *name);
    }
    tenon__buf_char(names, '"');
}

typedef struct effects {
    bool is_locking;
    tenon__buf *functions;
} effects;

static bool look_for_effects(ProtobufCMessage *message, void *context)
{
    effects *e = context;
    e->is_locking |= PGPARSE_IS(message, locking_clause);
    if (PGPARSE_IS(message, func_call))
        add_function((const PgQuery__FuncCall *)(const void *)message, e->functions);
    return true;
}

bool sql_is_locking(PgQuery__Node *statement, tenon__buf *functions)
{
    effects e = {.functions = functions};
    tenon__buf_char(functions, '{');
    pgparse_walk(statement, look_for_effects, &e);
    tenon__buf_char(functions, '}');
    return e.is_locking;
}

pgparse_tree *sql_read_tree(sqlfile_set *set, const char *sql)
{
    tenon_error err = {0};
    pgparse_tree *tree = sql ? pgparse_read(sql, &err) : NULL;
    set->report.arena.failed |= err.status == TENON_NO_MEMORY;
    return tree;
}

/* Operators of SQLite become LIKE, which has their types. */
static void replace_word(char *word, size_t length, bool is_function)
{
    static const char *const matches[] = {"GLOB", "MATCH", "REGEXP"};
    for (size_t i = 0; !is_function && i < TENON__COUNT(matches); i++)
        if (strlen(matches[i]) == length && !strncasecmp(word, matches[i], length))
            for (size_t k = 0; k < length; k++)
                word[k] = k < strlen("LIKE") ? "LIKE"[k] : ' ';
}

const char *sql_as_postgresql(sqlfile_set *set, const char *sql)
{
    char *copy = sql ? tenon__arena_text(&set->report.arena, sql) : NULL;
    size_t length = copy ? strlen(copy) : 0;
    for (size_t at = 0; at < length;) {
        sql_token token = sql_next_token(copy, length, at, true);
        if (token.kind == SQL_END)
            break;
        if (token.kind == SQL_PARAMETER && copy[token.start] == '?')
            copy[token.start] = '$';
        if (token.kind == SQL_WORD)
            replace_word(copy + token.start, token.end - token.start, copy[token.end] == '(');
        at = token.end;
    }
    return copy;
}
