/* What kind of statement a node is. */
#include "pgparse/pgparse_inside.h"

static bool has_word(PgQuery__Node *const *options, size_t count, const char *word)
{
    for (size_t i = 0; i < count; i++)
        if (options[i]->node_case == PG_QUERY__NODE__NODE_DEF_ELEM &&
            strcmp(options[i]->def_elem->defname, word) == 0)
            return true;
    return false;
}

static bool is_detached_concurrently(const PgQuery__AlterTableStmt *alter)
{
    const PgQuery__AlterTableCmd *first = alter->cmds[0]->alter_table_cmd;
    return first->subtype == PG_QUERY__ALTER_TABLE_TYPE__AT_DetachPartition &&
           first->def->partition_cmd->concurrent;
}

static bool is_reindexed_outside(const PgQuery__ReindexStmt *reindex)
{
    return reindex->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_DATABASE ||
           reindex->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SYSTEM ||
           reindex->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_SCHEMA ||
           has_word(reindex->params, reindex->n_params, "concurrently");
}

bool pgparse_is_outside(const PgQuery__Node *node)
{
    switch ((int)node->node_case) {
    case PG_QUERY__NODE__NODE_INDEX_STMT:
        return node->index_stmt->concurrent;
    case PG_QUERY__NODE__NODE_DROP_STMT:
        return node->drop_stmt->concurrent;
    case PG_QUERY__NODE__NODE_REINDEX_STMT:
        return is_reindexed_outside(node->reindex_stmt);
    case PG_QUERY__NODE__NODE_ALTER_TABLE_STMT:
        return is_detached_concurrently(node->alter_table_stmt);
    case PG_QUERY__NODE__NODE_VACUUM_STMT:
        return node->vacuum_stmt->is_vacuumcmd;
    case PG_QUERY__NODE__NODE_CLUSTER_STMT:
        return !node->cluster_stmt->relation;
    case PG_QUERY__NODE__NODE_CREATEDB_STMT:
    case PG_QUERY__NODE__NODE_DROPDB_STMT:
    case PG_QUERY__NODE__NODE_CREATE_TABLE_SPACE_STMT:
    case PG_QUERY__NODE__NODE_DROP_TABLE_SPACE_STMT:
    case PG_QUERY__NODE__NODE_ALTER_SYSTEM_STMT:
        return true;
    default:
        return false;
    }
}
