/* Cuts a statement into blocks: the SELECT, UPDATE or DELETE itself, and every SELECT in it. */
#include "querylint/querylint_inside.h"

static void judge_select(query_linter *l, const query_block *outer, PgQuery__SelectStmt *select);

/* ---- what stands within expressions ---------------------------------------------------------- */

typedef struct nested {
    query_linter *linter;
    const query_block *outer;
} nested;

static bool judge_nested(ProtobufCMessage *message, void *context)
{
    const nested *n = context;
    if (!PGPARSE_IS(message, select_stmt))
        return true;
    judge_select(n->linter, n->outer, (PgQuery__SelectStmt *)message);
    return false;
}

static void judge_within(query_linter *l, const query_block *outer, PgQuery__Node *node)
{
    pgparse_walk(node, judge_nested, &(nested){l, outer});
}

static void judge_list(query_linter *l, const query_block *outer, PgQuery__Node *const *list,
                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        judge_within(l, outer, list[i]);
}

static void judge_with(query_linter *l, const PgQuery__WithClause *with);

/* ---- tables ---------------------------------------------------------------------------------- */

static void add_table(query_block *block, const char *alias, const catalogue_table *table)
{
    if (block->table_count < QUERY_TABLES_MOST)
        block->tables[block->table_count++] = (query_table){alias, table};
}

static void add_named_table(const query_linter *l, query_block *block,
                            const PgQuery__RangeVar *named)
{
    const char *alias = named->alias ? named->alias->aliasname : named->relname;
    add_table(block, alias, query_find_table(l, named));
}

static const PgQuery__Alias *alias_of(const PgQuery__Node *from)
{
    if (from->node_case == PG_QUERY__NODE__NODE_RANGE_SUBSELECT)
        return from->range_subselect->alias;
    return from->node_case == PG_QUERY__NODE__NODE_RANGE_FUNCTION ? from->range_function->alias
                                                                  : NULL;
}

static void add_from(const query_linter *l, query_block *block, const PgQuery__Node *from)
{
    if (from->node_case == PG_QUERY__NODE__NODE_JOIN_EXPR) {
        add_from(l, block, from->join_expr->larg);
        add_from(l, block, from->join_expr->rarg);
    } else if (from->node_case == PG_QUERY__NODE__NODE_RANGE_VAR) {
        add_named_table(l, block, from->range_var);
    } else {
        const PgQuery__Alias *alias = alias_of(from);
        add_table(block, alias ? alias->aliasname : "", NULL);
    }
}

static void add_joins(const query_linter *l, query_block *block, const PgQuery__Node *from)
{
    if (from->node_case != PG_QUERY__NODE__NODE_JOIN_EXPR)
        return;
    const PgQuery__JoinExpr *join = from->join_expr;
    add_joins(l, block, join->larg);
    add_joins(l, block, join->rarg);
    query_add_condition(l, block, join->quals);
    for (size_t i = 0; i < join->n_using_clause; i++)
        query_add_using(l, block, pgparse_string(join->using_clause[i]), -1);
}

static void add_lists(const query_linter *l, query_block *block, PgQuery__Node *const *from,
                      size_t count, PgQuery__Node *where)
{
    for (size_t i = 0; i < count; i++)
        add_from(l, block, from[i]);
    for (size_t i = 0; i < count; i++)
        add_joins(l, block, from[i]);
    query_add_condition(l, block, where);
}

/* ---- statements ------------------------------------------------------------------------------ */

/* Not on the stack, because statements may be nested deep. */
static query_block *new_block(query_linter *l, const query_block *outer)
{
    query_block *block = tenon__arena_zalloc(&l->found->arena, sizeof *block);
    if (block)
        block->outer = outer;
    return block;
}

static void judge_simple_select(query_linter *l, const query_block *outer,
                                PgQuery__SelectStmt *select)
{
    query_block *block = new_block(l, outer);
    if (!block)
        return;
    add_lists(l, block, select->from_clause, select->n_from_clause, select->where_clause);
    query_add_orders(l, block, select);
    query_judge_block(l, block);
    judge_list(l, block, select->from_clause, select->n_from_clause);
    judge_list(l, block, select->target_list, select->n_target_list);
    judge_list(l, block, select->values_lists, select->n_values_lists);
    judge_within(l, block, select->where_clause);
    judge_within(l, block, select->having_clause);
}

static void judge_select(query_linter *l, const query_block *outer, PgQuery__SelectStmt *select)
{
    judge_with(l, select->with_clause);
    if (select->larg && select->rarg) {
        judge_select(l, outer, select->larg);
        judge_select(l, outer, select->rarg);
    } else {
        judge_simple_select(l, outer, select);
    }
}

static void judge_update(query_linter *l, const PgQuery__UpdateStmt *update)
{
    query_block *block = new_block(l, NULL);
    judge_with(l, update->with_clause);
    if (!block)
        return;
    add_named_table(l, block, update->relation);
    add_lists(l, block, update->from_clause, update->n_from_clause, update->where_clause);
    query_judge_block(l, block);
    judge_list(l, block, update->from_clause, update->n_from_clause);
    judge_list(l, block, update->target_list, update->n_target_list);
    judge_within(l, block, update->where_clause);
}

static void judge_delete(query_linter *l, const PgQuery__DeleteStmt *delete)
{
    query_block *block = new_block(l, NULL);
    judge_with(l, delete->with_clause);
    if (!block)
        return;
    add_named_table(l, block, delete->relation);
    add_lists(l, block, delete->using_clause, delete->n_using_clause, delete->where_clause);
    query_judge_block(l, block);
    judge_list(l, block, delete->using_clause, delete->n_using_clause);
    judge_within(l, block, delete->where_clause);
}

void query_judge_blocks(query_linter *l, PgQuery__Node *statement)
{
    if (statement->node_case == PG_QUERY__NODE__NODE_SELECT_STMT) {
        judge_select(l, NULL, statement->select_stmt);
    } else if (statement->node_case == PG_QUERY__NODE__NODE_UPDATE_STMT) {
        judge_update(l, statement->update_stmt);
    } else if (statement->node_case == PG_QUERY__NODE__NODE_DELETE_STMT) {
        judge_delete(l, statement->delete_stmt);
    } else if (statement->node_case == PG_QUERY__NODE__NODE_INSERT_STMT) {
        judge_with(l, statement->insert_stmt->with_clause);
        judge_within(l, NULL, statement->insert_stmt->select_stmt);
    }
}

static void judge_with(query_linter *l, const PgQuery__WithClause *with)
{
    for (size_t i = 0; with && i < with->n_ctes; i++)
        query_judge_blocks(l, with->ctes[i]->common_table_expr->ctequery);
}
