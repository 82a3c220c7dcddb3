/* Questions about a statement that its parse tree answers. */
#include "sqlfile/check.h"

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

pgparse_tree *sql_read_tree(sqlfile_set *set, const char *sql)
{
    tenon_error err = {0};
    pgparse_tree *tree = sql ? pgparse_read(sql, &err) : NULL;
    set->report.arena.failed |= err.status == TENON_NO_MEMORY;
    return tree;
}

/* A question mark in a string becomes a dollar too, which changes no type and no place. */
const char *sql_as_postgresql(sqlfile_set *set, const char *sql)
{
    char *copy = sql ? tenon__arena_text(&set->report.arena, sql) : NULL;
    for (char *at = copy; at && *at; at++)
        if (*at == '?')
            *at = '$';
    return copy;
}
