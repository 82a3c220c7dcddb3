/* Queries and FROM of PostgreSQL's parser in the form of the analysis. */
#include "nullability/postgres.h"

const char **null_postgres_names(form *f, PgQuery__Node *const *nodes, size_t count)
{
    const char **names = tenon__arena_array(f->arena, count, sizeof *names);
    for (size_t i = 0; names && i < count; i++)
        names[i] = null_keep(f, pgparse_string(nodes[i]));
    return names;
}

/* ---- FROM ---- */

static void set_alias(form *f, source *s, const PgQuery__Alias *alias)
{
    if (!alias)
        return;
    s->alias = null_keep(f, alias->aliasname);
    s->columns = null_postgres_names(f, alias->colnames, alias->n_colnames);
    s->column_count = s->columns ? alias->n_colnames : 0;
}

static source table(form *f, const PgQuery__RangeVar *v)
{
    source s = {.kind = SOURCE_TABLE,
                .schema = null_keep(f, v->schemaname),
                .name = null_keep(f, v->relname),
                .is_partial = !v->inh};
    set_alias(f, &s, v->alias);
    return s;
}

/* AS f(a int, b text) */
static void set_definition(form *f, source *s, const PgQuery__RangeFunction *r)
{
    if (!r->n_coldeflist)
        return;
    s->has_definition = true;
    s->columns = tenon__arena_array(f->arena, r->n_coldeflist, sizeof *s->columns);
    for (size_t i = 0; s->columns && i < r->n_coldeflist; i++)
        s->columns[i] = null_keep(f, r->coldeflist[i]->column_def->colname);
    s->column_count = s->columns ? r->n_coldeflist : 0;
}

static source function(form *f, const PgQuery__RangeFunction *r)
{
    source s = {.kind = SOURCE_FUNCTION, .is_lateral = true, .has_ordinality = r->ordinality};
    set_alias(f, &s, r->alias);
    set_definition(f, &s, r);
    s.functions = tenon__arena_array(f->arena, r->n_functions, sizeof(expr *));
    s.function_count = s.functions ? r->n_functions : 0;
    for (size_t i = 0; i < s.function_count; i++) {
        const PgQuery__List *pair = r->functions[i]->list;
        s.functions[i] = pair->n_items ? null_postgres_expr(f, pair->items[0]) : NULL;
    }
    return s;
}

static source join(form *f, const PgQuery__JoinExpr *j)
{
    source s = {.kind = SOURCE_JOIN, .is_natural = j->is_natural};
    s.left = null_postgres_source(f, j->larg);
    s.right = null_postgres_source(f, j->rarg);
    s.on = j->quals ? null_postgres_expr(f, j->quals) : NULL;
    s.using = null_postgres_names(f, j->using_clause, j->n_using_clause);
    s.using_count = s.using ? j->n_using_clause : 0;
    s.join = j->jointype == PG_QUERY__JOIN_TYPE__JOIN_LEFT    ? JOIN_LEFT
             : j->jointype == PG_QUERY__JOIN_TYPE__JOIN_RIGHT ? JOIN_RIGHT
             : j->jointype == PG_QUERY__JOIN_TYPE__JOIN_FULL  ? JOIN_FULL
                                                              : JOIN_INNER;
    set_alias(f, &s, j->alias);
    return s;
}

static source subselect(form *f, const PgQuery__RangeSubselect *r)
{
    source s = {.kind = SOURCE_QUERY,
                .is_lateral = r->lateral,
                .query = null_postgres_query(f, r->subquery)};
    set_alias(f, &s, r->alias);
    return s;
}

/* XMLTABLE: its columns may be NULL all but the ordinality. */
static source table_function(form *f, const PgQuery__RangeTableFunc *r)
{
    source s = {.kind = SOURCE_UNKNOWN};
    set_alias(f, &s, r->alias);
    return s;
}

static source *sample(form *f, const PgQuery__RangeTableSample *r)
{
    source *s = null_postgres_source(f, r->relation);
    if (s)
        s->is_partial = true;
    return s;
}

source *null_postgres_source(form *f, const PgQuery__Node *node)
{
    if (!node)
        return NULL;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_RANGE_VAR:
        return null_source(f, table(f, node->range_var));
    case PG_QUERY__NODE__NODE_RANGE_SUBSELECT:
        return null_source(f, subselect(f, node->range_subselect));
    case PG_QUERY__NODE__NODE_RANGE_FUNCTION:
        return null_source(f, function(f, node->range_function));
    case PG_QUERY__NODE__NODE_JOIN_EXPR:
        return null_source(f, join(f, node->join_expr));
    case PG_QUERY__NODE__NODE_RANGE_TABLE_SAMPLE:
        return sample(f, node->range_table_sample);
    case PG_QUERY__NODE__NODE_RANGE_TABLE_FUNC:
        return null_source(f, table_function(f, node->range_table_func));
    default:
        return null_source(f, (source){.kind = SOURCE_UNKNOWN});
    }
}

source *null_postgres_from(form *f, PgQuery__Node *const *nodes, size_t count)
{
    source *all = count ? null_postgres_source(f, nodes[0]) : NULL;
    for (size_t i = 1; i < count; i++)
        all = null_source(f, (source){.kind = SOURCE_JOIN,
                                      .join = JOIN_INNER,
                                      .left = all,
                                      .right = null_postgres_source(f, nodes[i])});
    return all;
}

/* ---- names of columns ---- */

static const char *name_of_call(form *f, const PgQuery__FuncCall *call)
{
    return null_keep(f, pgparse_last_name(call->funcname, call->n_funcname));
}

static const char *name_of_indirection(form *f, const PgQuery__AIndirection *i)
{
    for (size_t k = i->n_indirection; k-- > 0;)
        if (pgparse_string(i->indirection[k]))
            return null_keep(f, pgparse_string(i->indirection[k]));
    return null_postgres_column_name(f, i->arg);
}

static const char *name_of_sublink(form *f, const PgQuery__SubLink *link)
{
    if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK)
        return "exists";
    if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK)
        return "array";
    const PgQuery__SelectStmt *s =
        link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK && link->subselect &&
                link->subselect->node_case == PG_QUERY__NODE__NODE_SELECT_STMT
            ? link->subselect->select_stmt
            : NULL;
    if (!s || !s->n_target_list)
        return NULL;
    const PgQuery__ResTarget *t = s->target_list[0]->res_target;
    return t->name && *t->name ? null_keep(f, t->name) : null_postgres_column_name(f, t->val);
}

static const char *name_of_value_function(const PgQuery__SQLValueFunction *v)
{
    static const char *const names[] = {NULL,
                                        "current_date",
                                        "current_time",
                                        "current_time",
                                        "current_timestamp",
                                        "current_timestamp",
                                        "localtime",
                                        "localtime",
                                        "localtimestamp",
                                        "localtimestamp",
                                        "current_role",
                                        "current_user",
                                        "user",
                                        "session_user",
                                        "current_catalog",
                                        "current_schema"};
    return (size_t)v->op < TENON__COUNT(names) ? names[v->op] : NULL;
}

static const char *name_of_cast(form *f, const PgQuery__TypeCast *c)
{
    const char *name = null_postgres_column_name(f, c->arg);
    return name ? name
                : null_keep(f, pgparse_last_name(c->type_name->names, c->type_name->n_names));
}

static const char *name_of_case(form *f, const PgQuery__CaseExpr *c)
{
    bool is_named = c->defresult && (c->defresult->node_case == PG_QUERY__NODE__NODE_COLUMN_REF ||
                                     c->defresult->node_case == PG_QUERY__NODE__NODE_FUNC_CALL);
    const char *name = is_named ? null_postgres_column_name(f, c->defresult) : NULL;
    return name ? name : "case";
}

const char *null_postgres_column_name(form *f, const PgQuery__Node *node)
{
    if (!node)
        return NULL;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return null_keep(f,
                         pgparse_last_name(node->column_ref->fields, node->column_ref->n_fields));
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        return name_of_indirection(f, node->a_indirection);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return name_of_call(f, node->func_call);
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return name_of_cast(f, node->type_cast);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return null_postgres_column_name(f, node->collate_clause->arg);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return name_of_case(f, node->case_expr);
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return name_of_sublink(f, node->sub_link);
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return "coalesce";
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return node->min_max_expr->op == PG_QUERY__MIN_MAX_OP__IS_GREATEST ? "greatest" : "least";
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return "array";
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return "row";
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        return name_of_value_function(node->sqlvalue_function);
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
        return "grouping";
    case PG_QUERY__NODE__NODE_A_EXPR:
        return node->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF ? "nullif" : NULL;
    default:
        return NULL;
    }
}
