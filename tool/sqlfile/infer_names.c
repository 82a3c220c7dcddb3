/* What names of a statement of SQLite mean, as far as types go.
 *
 * A column has the type that the schema gives it, or its declaration, when all tables of the
 * statement that have one of this name agree; of a view it has that of the expression which the
 * view's own query has for it, however many views lie upon each other. A column of a set operation
 * is what all branches agree on. */
#include "sqlfile/infer.h"

#include <strings.h>

static tenon_field infer_name(inference *in, const char *alias, const char *column);

/* ---- columns of a query ---------------------------------------------------------------------- */

static const char *name_of_target(const PgQuery__ResTarget *target)
{
    const PgQuery__Node *value = target->val;
    if (*target->name)
        return target->name;
    return value && value->node_case == PG_QUERY__NODE__NODE_COLUMN_REF
               ? pgparse_last_name(value->column_ref->fields, value->column_ref->n_fields)
               : NULL;
}

static bool is_star(const PgQuery__Node *node)
{
    const PgQuery__ColumnRef *ref =
        node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ? node->column_ref : NULL;
    return ref && ref->n_fields &&
           ref->fields[ref->n_fields - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
}

static bool has_star(PgQuery__Node *const *targets, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (targets[i]->res_target->val && is_star(targets[i]->res_target->val))
            return true;
    return false;
}

/* Behind a `*` nobody knows which target a column is; its name has to do. */
static const PgQuery__Node *find_target(PgQuery__Node *const *targets, size_t count,
                                        const sql_result_column *column)
{
    if (!has_star(targets, count))
        return column->at < count ? targets[column->at]->res_target->val : NULL;
    for (size_t i = 0; i < count; i++) {
        const char *name = name_of_target(targets[i]->res_target);
        if (name && !strcasecmp(name, column->name))
            return targets[i]->res_target->val;
    }
    return NULL;
}

static void agree_on_target(inference *in, sql_agreement *all, PgQuery__Node *const *targets,
                            size_t count, const sql_result_column *column)
{
    const PgQuery__Node *value = find_target(targets, count, column);
    tenon_field named = sql_unknown_type();
    if (value)
        sql_agree(in, all, value);
    else if (has_star(targets, count))
        named = infer_name(in, NULL, column->name);
    if (named.kind)
        sql_agree_on_type(in, all, &named);
}

static void agree_on_rows(inference *in, sql_agreement *all, const PgQuery__SelectStmt *values,
                          const sql_result_column *column)
{
    for (size_t i = 0; i < values->n_values_lists; i++) {
        const PgQuery__Node *row = values->values_lists[i];
        if (row->node_case == PG_QUERY__NODE__NODE_LIST && column->at < row->list->n_items)
            sql_agree(in, all, row->list->items[column->at]);
    }
}

static void agree_on_branches(inference *in, sql_agreement *all, const PgQuery__SelectStmt *select,
                              const sql_result_column *column)
{
    if (select->larg && select->rarg) {
        agree_on_branches(in, all, select->larg, column);
        agree_on_branches(in, all, select->rarg, column);
    } else if (select->n_values_lists) {
        agree_on_rows(in, all, select, column);
    } else {
        agree_on_target(in, all, select->target_list, select->n_target_list, column);
    }
}

tenon_field sql_infer_result(inference *in, const PgQuery__Node *statement,
                             const sql_result_column *column)
{
    sql_agreement all = sql_no_agreement();
    switch ((int)statement->node_case) {
    case PG_QUERY__NODE__NODE_SELECT_STMT:
        agree_on_branches(in, &all, statement->select_stmt, column);
        break;
    case PG_QUERY__NODE__NODE_INSERT_STMT:
        agree_on_target(in, &all, statement->insert_stmt->returning_list,
                        statement->insert_stmt->n_returning_list, column);
        break;
    case PG_QUERY__NODE__NODE_UPDATE_STMT:
        agree_on_target(in, &all, statement->update_stmt->returning_list,
                        statement->update_stmt->n_returning_list, column);
        break;
    case PG_QUERY__NODE__NODE_DELETE_STMT:
        agree_on_target(in, &all, statement->delete_stmt->returning_list,
                        statement->delete_stmt->n_returning_list, column);
        break;
    }
    return sql_agreed(&all);
}

/* ---- columns of tables and views ------------------------------------------------------------- */

/* As SQLite looks names up: by letters of any case. */
static const schema_field *find_field(const schema *s, const char *table, const char *column)
{
    for (size_t m = 0; s && m < s->model_count; m++) {
        const schema_model *model = s->models[m];
        for (size_t i = 0; !strcasecmp(model->database_name, table) && i < model->field_count; i++)
            if (model->fields[i]->kind != SCHEMA_RELATION &&
                !strcasecmp(model->fields[i]->database_name, column))
                return model->fields[i];
    }
    return NULL;
}

static const catalogue_table *find_table(const catalogue *c, const char *name)
{
    for (size_t i = 0; i < c->table_count; i++)
        if (!strcasecmp(c->tables[i].name, name))
            return &c->tables[i];
    return NULL;
}

static bool find_column(const catalogue_table *table, const char *name, size_t *at)
{
    for (*at = 0; *at < table->column_count; ++*at)
        if (!strcasecmp(table->columns[*at].name, name))
            return true;
    return false;
}

/* The view's query knows no names but its own. */
static tenon_field infer_in_view(inference *outer, const catalogue_table *view, size_t at)
{
    inference in = {.check = outer->check, .depth = outer->depth + 1};
    sqlfile_set *set = in.check->set;
    tenon_field found = sql_unknown_type();
    if (in.depth > SQL_MOST_VIEWS || !view->definition)
        return found;
    pgparse_tree *tree = sql_read_tree(set, sql_as_postgresql(set, view->definition));
    PgQuery__Node *made = tree && tree->statement_count == 1 ? tree->statements[0].node : NULL;
    if (made && made->node_case == PG_QUERY__NODE__NODE_VIEW_STMT) {
        const sql_result_column column = {view->columns[at].name, at, view->column_count};
        sql_collect_names(&in, made->view_stmt->query);
        found = sql_infer_result(&in, made->view_stmt->query, &column);
    }
    pgparse_free(tree);
    outer->is_split |= in.is_split;
    return found;
}

static tenon_field type_of_column(inference *in, const char *table, const char *column)
{
    const sql_check *c = in->check;
    size_t at;
    const tenon_field *field = sql_field_of(c->set, find_field(c->set->schema, table, column));
    if (field) {
        tenon_field copy = *field;
        copy.flags &= TENON_FIELD_LIST | TENON_FIELD_EXACT;
        copy.precision = -1;
        return copy;
    }
    const catalogue_table *found = find_table(c->database->catalogue, table);
    if (!found || !find_column(found, column, &at))
        return sql_unknown_type();
    tenon_field in_view = sql_unknown_type();
    if (found->kind == CATALOGUE_VIEW)
        in_view = infer_in_view(in, found, at);
    bool is_declared = !in_view.kind && !in->is_split;
    return is_declared ? sql_type_of_declaration(found->columns[at].type) : in_view;
}

/* ---- names ----------------------------------------------------------------------------------- */

static const PgQuery__SelectStmt *first_branch(const PgQuery__SelectStmt *select)
{
    while (select->larg)
        select = select->larg;
    return select;
}

/* Which column of a query is called so; SIZE_MAX: one of those of a `*`, perhaps. */
static bool find_place(const named_query *q, const char *column, size_t *at)
{
    const PgQuery__SelectStmt *select = first_branch(q->select);
    for (*at = 0; *at < q->column_count; ++*at) {
        const char *name = pgparse_string(q->columns[*at]);
        if (name && !strcasecmp(name, column))
            return true;
    }
    bool is_open = has_star(select->target_list, select->n_target_list);
    for (; !is_open && *at < select->n_target_list; ++*at) {
        const char *name = name_of_target(select->target_list[*at]->res_target);
        if (name && !strcasecmp(name, column))
            return true;
    }
    *at = SIZE_MAX;
    return is_open;
}

/* False when a query has such a column, and its type is not known. */
static bool infer_named(inference *in, const char *column, tenon_field *found)
{
    for (size_t i = 0; i < in->query_count; i++) {
        named_query *q = &in->queries[i];
        sql_agreement all = sql_no_agreement();
        sql_result_column wanted = {.name = column};
        if (q->is_open || !find_place(q, column, &wanted.at))
            continue;
        q->is_open = true;
        agree_on_branches(in, &all, q->select, &wanted);
        q->is_open = false;
        tenon_field each = sql_agreed(&all);
        if (!each.kind && wanted.at == SIZE_MAX)
            continue;
        if (!each.kind || (found->kind && !sql_is_same_type(found, &each)))
            return false;
        *found = each;
    }
    return true;
}

/* The type that a column of this name has in all tables, or in those that are called so. */
static bool infer_in_tables(inference *in, const char *alias, const char *column,
                            tenon_field *found)
{
    for (size_t i = 0; i < in->table_count; i++) {
        if (alias && strcasecmp(in->tables[i].alias, alias) != 0)
            continue;
        tenon_field each = type_of_column(in, in->tables[i].name, column);
        if (!each.kind)
            continue;
        if (found->kind && !sql_is_same_type(found, &each))
            return false;
        *found = each;
    }
    return true;
}

static bool is_query(const inference *in, const char *name)
{
    for (size_t i = 0; i < in->query_count; i++)
        if (!strcasecmp(in->queries[i].name, name))
            return true;
    return false;
}

static bool is_rowid(const char *column)
{
    return !strcasecmp(column, "rowid") || !strcasecmp(column, "_rowid_") ||
           !strcasecmp(column, "oid");
}

static tenon_field infer_name(inference *in, const char *alias, const char *column)
{
    tenon_field found = sql_unknown_type();
    if (!column || in->is_overfull)
        return found;
    if (alias && !is_query(in, alias) && infer_in_tables(in, alias, column, &found) && found.kind)
        return found;
    found = sql_unknown_type();
    if (!infer_in_tables(in, NULL, column, &found) || !infer_named(in, column, &found))
        return sql_unknown_type();
    return found.kind || !is_rowid(column) ? found : sql_type_of_word("BigInt");
}

tenon_field sql_infer_column(inference *in, const PgQuery__ColumnRef *ref)
{
    const char *alias = ref->n_fields > 1 ? pgparse_first_name(ref->fields, ref->n_fields) : NULL;
    return infer_name(in, alias, pgparse_last_name(ref->fields, ref->n_fields));
}

static void add_query(inference *in, const char *name, const PgQuery__Node *query,
                      PgQuery__Node **columns, size_t column_count)
{
    if (!query || query->node_case != PG_QUERY__NODE__NODE_SELECT_STMT)
        return;
    if (in->query_count < SQL_MOST_NAMES)
        in->queries[in->query_count++] = (named_query){.name = name,
                                                       .columns = columns,
                                                       .column_count = column_count,
                                                       .select = query->select_stmt};
    else
        in->is_overfull = true;
}

static void add_table(inference *in, const PgQuery__RangeVar *named)
{
    const char *alias = named->alias ? named->alias->aliasname : named->relname;
    if (in->table_count < SQL_MOST_NAMES)
        in->tables[in->table_count++] = (named_table){named->relname, alias};
    else
        in->is_overfull = true;
}

static bool add_name(ProtobufCMessage *message, void *context)
{
    inference *in = context;
    if (PGPARSE_IS(message, range_var))
        add_table(in, (const PgQuery__RangeVar *)message);
    if (PGPARSE_IS(message, common_table_expr)) {
        const PgQuery__CommonTableExpr *cte = (const PgQuery__CommonTableExpr *)message;
        add_query(in, cte->ctename, cte->ctequery, cte->aliascolnames, cte->n_aliascolnames);
    }
    if (PGPARSE_IS(message, range_subselect)) {
        const PgQuery__RangeSubselect *from = (const PgQuery__RangeSubselect *)message;
        const PgQuery__Alias *alias = from->alias;
        add_query(in, alias ? alias->aliasname : "", from->subquery, alias ? alias->colnames : NULL,
                  alias ? alias->n_colnames : 0);
    }
    return true;
}

void sql_collect_names(inference *in, PgQuery__Node *statement)
{
    pgparse_walk(statement, add_name, in);
}
