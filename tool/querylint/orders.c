/* The order of a SELECT that gives the first rows of it only: where an index has that order, no
 * more rows are read than are given. Orders of groups, of distinct rows and of expressions are left
 * out, and so is one that mixes tables. */
#include "querylint/querylint_inside.h"

/* A name without a table may be that of a column of the result: then what stands behind it. */
static PgQuery__Node *behind_name(const PgQuery__SelectStmt *select, PgQuery__Node *node)
{
    if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_REF || node->column_ref->n_fields != 1)
        return node;
    const char *name = pgparse_string(node->column_ref->fields[0]);
    for (size_t i = 0; name && i < select->n_target_list; i++) {
        const PgQuery__ResTarget *target = select->target_list[i]->res_target;
        if (target->name && !strcmp(target->name, name))
            return target->val;
    }
    return node;
}

static bool read_order(const query_linter *l, const query_block *block,
                       const PgQuery__SelectStmt *select, const PgQuery__SortBy *by,
                       query_order *out)
{
    PgQuery__Node *node = behind_name(select, by->node);
    if (node->node_case != PG_QUERY__NODE__NODE_COLUMN_REF)
        return false;
    out->column = query_resolve(l, block, node->column_ref);
    out->is_descending = by->sortby_dir == PG_QUERY__SORT_BY_DIR__SORTBY_DESC;
    out->location = by->node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF
                        ? by->node->column_ref->location
                        : node->column_ref->location;
    return query_is_own(block, out->column.from) && out->column.column &&
           !query_is_packed(l, &out->column);
}

void query_add_orders(const query_linter *l, query_block *block, const PgQuery__SelectStmt *select)
{
    if (!select->limit_count || select->n_group_clause || select->n_distinct_clause ||
        select->n_sort_clause > QUERY_KEYS_MOST)
        return;
    for (size_t i = 0; i < select->n_sort_clause; i++) {
        query_order *order = &block->orders[i];
        if (!read_order(l, block, select, select->sort_clause[i]->sort_by, order) ||
            order->column.from != block->orders[0].column.from)
            return;
    }
    block->order_count = select->n_sort_clause;
}
