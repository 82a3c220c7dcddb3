/* The rules that the text alone decides, with the tables' constraints.
 *
 *     missing_where      UPDATE or DELETE of every row
 *     select_star        the columns of a committed query change with the table
 *     offset             skips rows by reading them
 *     leading_wildcard   LIKE '%…' can use no index
 *     not_in_null        NOT IN of a list with a NULL in it is never true */
#include "querylint/querylint_inside.h"

static void judge_where(query_linter *l, const PgQuery__Node *where, const PgQuery__RangeVar *table)
{
    if (!where && table)
        query_find(l, "missing_where", table->location, NULL,
                   "every row is written: there is no WHERE");
}

static void judge_targets(query_linter *l, PgQuery__Node *const *targets, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const PgQuery__Node *value = targets[i]->node_case == PG_QUERY__NODE__NODE_RES_TARGET
                                         ? targets[i]->res_target->val
                                         : NULL;
        if (!value || value->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
            continue;
        const PgQuery__ColumnRef *ref = value->column_ref;
        if (ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR)
            query_find(l, "select_star", ref->location, "name the columns",
                       "* has other columns when the table changes, and then the program fails");
    }
}

static int location_of(const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_PARAM_REF)
        return node->param_ref->location;
    return node->node_case == PG_QUERY__NODE__NODE_A_CONST ? node->a_const->location : -1;
}

static void judge_offset(query_linter *l, const PgQuery__SelectStmt *select)
{
    if (select->limit_offset)
        query_find(l, "offset", location_of(select->limit_offset),
                   "begin behind the last key that was seen",
                   "OFFSET reads all rows that it skips");
}

static void judge_like(query_linter *l, const PgQuery__AExpr *expr)
{
    bool is_like = expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_LIKE ||
                   expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE;
    const PgQuery__Node *pattern = expr->rexpr;
    if (!is_like || !pattern || pattern->node_case != PG_QUERY__NODE__NODE_A_CONST ||
        pattern->a_const->val_case != PG_QUERY__A__CONST__VAL_SVAL)
        return;
    const char *text = pattern->a_const->sval->sval;
    if (*text == '%' || *text == '_')
        query_find(l, "leading_wildcard", pattern->a_const->location,
                   "use a full-text or trigram index",
                   "a pattern that begins with a wildcard reads every row");
}

/* The column of a table that a sub-select gives, when it is one and can be NULL. */
static bool gives_null(const query_linter *l, const PgQuery__SelectStmt *select)
{
    query_block block = {0};
    if (select->n_target_list != 1 || select->n_from_clause != 1 || select->where_clause ||
        select->from_clause[0]->node_case != PG_QUERY__NODE__NODE_RANGE_VAR)
        return false;
    const PgQuery__Node *value = select->target_list[0]->res_target->val;
    if (!value || value->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
        return false;
    const PgQuery__RangeVar *named = select->from_clause[0]->range_var;
    const char *alias = named->alias ? named->alias->aliasname : named->relname;
    block.tables[block.table_count++] = (query_table){alias, query_find_table(l, named)};
    const catalogue_column *column = query_resolve(l, &block, value->column_ref).column;
    return column && !column->is_required && column->identity == CATALOGUE_NO_IDENTITY;
}

/* NOT (x IN (SELECT …)) */
static void judge_not_in(query_linter *l, const PgQuery__BoolExpr *expr)
{
    if (expr->boolop != PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR || expr->n_args != 1 ||
        expr->args[0]->node_case != PG_QUERY__NODE__NODE_SUB_LINK)
        return;
    const PgQuery__SubLink *link = expr->args[0]->sub_link;
    bool is_in = link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK && link->subselect &&
                 link->subselect->node_case == PG_QUERY__NODE__NODE_SELECT_STMT;
    if (is_in && gives_null(l, link->subselect->select_stmt))
        query_find(l, "not_in_null", expr->location, "use NOT EXISTS",
                   "NOT IN is never true when the list has a NULL, and this column can be NULL");
}

static bool judge_message(ProtobufCMessage *message, void *context)
{
    query_linter *l = context;
    if (PGPARSE_IS(message, update_stmt)) {
        const PgQuery__UpdateStmt *update = (const PgQuery__UpdateStmt *)message;
        judge_where(l, update->where_clause, update->relation);
        judge_targets(l, update->returning_list, update->n_returning_list);
    } else if (PGPARSE_IS(message, delete_stmt)) {
        const PgQuery__DeleteStmt *delete = (const PgQuery__DeleteStmt *)message;
        judge_where(l, delete->where_clause, delete->relation);
        judge_targets(l, delete->returning_list, delete->n_returning_list);
    } else if (PGPARSE_IS(message, select_stmt)) {
        judge_offset(l, (const PgQuery__SelectStmt *)message);
    } else if (PGPARSE_IS(message, a__expr)) {
        judge_like(l, (const PgQuery__AExpr *)message);
    } else if (PGPARSE_IS(message, bool_expr)) {
        judge_not_in(l, (const PgQuery__BoolExpr *)message);
    }
    return true;
}

void query_judge_words(query_linter *l, PgQuery__Node *statement)
{
    if (statement->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        judge_targets(l, statement->select_stmt->target_list,
                      statement->select_stmt->n_target_list);
    pgparse_walk(statement, judge_message, l);
}
