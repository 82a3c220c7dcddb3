/* Expressions of PostgreSQL's parser in the form of the analysis. */
#include "nullability/postgres.h"

const char *null_keep(form *f, const char *text)
{
    return text && *text ? tenon__arena_text(f->arena, text) : NULL;
}

expr **null_postgres_list(form *f, PgQuery__Node *const *nodes, size_t count)
{
    expr **list = tenon__arena_array(f->arena, count, sizeof *list);
    for (size_t i = 0; list && i < count; i++)
        list[i] = null_postgres_expr(f, nodes[i]);
    return list;
}

expr **null_postgres_order(form *f, PgQuery__Node *const *nodes, size_t count)
{
    expr **list = tenon__arena_array(f->arena, count, sizeof *list);
    for (size_t i = 0; list && i < count; i++) {
        bool is_sort = nodes[i]->node_case == PG_QUERY__NODE__NODE_SORT_BY;
        list[i] = null_postgres_expr(f, is_sort ? nodes[i]->sort_by->node : nodes[i]);
    }
    return list;
}

static expr *list_expr(form *f, expr_kind kind, PgQuery__Node *const *nodes, size_t count)
{
    expr **args = null_postgres_list(f, nodes, count);
    return args ? null_expr(f, (expr){.kind = kind, .args = args, .count = count}) : NULL;
}

static expr *leaf(form *f, expr_kind kind)
{
    return null_expr(f, (expr){.kind = kind});
}

/* ---- constants, columns, parameters ---- */

static expr *constant(form *f, const PgQuery__AConst *c)
{
    if (c->isnull)
        return leaf(f, EXPR_NULL);
    switch (c->val_case) {
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        return leaf(f, c->boolval->boolval ? EXPR_TRUE : EXPR_FALSE);
    case PG_QUERY__A__CONST__VAL_IVAL:
        return null_expr(f, (expr){.kind = EXPR_CONSTANT,
                                   .type = "int4",
                                   .text = tenon__arena_format(f->arena, "%d", c->ival->ival)});
    case PG_QUERY__A__CONST__VAL_FVAL:
        return null_expr(
            f,
            (expr){.kind = EXPR_CONSTANT, .type = "numeric", .text = null_keep(f, c->fval->fval)});
    case PG_QUERY__A__CONST__VAL_SVAL:
        return null_expr(f, (expr){.kind = EXPR_CONSTANT,
                                   .type = "text",
                                   .text = tenon__arena_text(f->arena, c->sval->sval)});
    default:
        return leaf(f, EXPR_CONSTANT);
    }
}

static expr *column(form *f, const PgQuery__ColumnRef *ref)
{
    size_t n = ref->n_fields;
    bool is_star = n && ref->fields[n - 1]->node_case == PG_QUERY__NODE__NODE_A_STAR;
    return null_expr(
        f, (expr){.kind = is_star ? EXPR_STAR : EXPR_COLUMN,
                  .text = is_star ? NULL : null_keep(f, pgparse_last_name(ref->fields, n)),
                  .at = f->origin + (size_t)ref->location,
                  .table = n > 1 ? null_keep(f, pgparse_string(ref->fields[n - 2])) : NULL,
                  .schema = n > 2 ? null_keep(f, pgparse_string(ref->fields[n - 3])) : NULL});
}

/* ---- operators ---- */

static expr *negate(form *f, expr *e)
{
    return null_unary(f, EXPR_NOT, e);
}

static expr *compare(form *f, const char *name, expr *x, expr *y)
{
    expr **args = null_pair(f, x, y);
    return args ? null_expr(f, (expr){.kind = EXPR_COMPARE, .text = name, .args = args, .count = 2})
                : NULL;
}

static expr *operator_call(form *f, const char *name, expr *x, expr *y)
{
    expr **args = null_pair(f, x ? x : y, x ? y : NULL);
    return args ? null_expr(f, (expr){.kind = EXPR_CALL,
                                      .text = name,
                                      .traits = null_operator_traits(f->database, name),
                                      .args = args,
                                      .count = x ? 2 : 1})
                : NULL;
}

static expr *operation(form *f, const PgQuery__AExpr *e, expr *x, expr *y)
{
    const char *name = null_keep(f, pgparse_last_name(e->name, e->n_name));
    if (!name)
        return leaf(f, EXPR_UNKNOWN);
    bool is_known = null_is_comparison(name) && null_operator_traits(f->database, "+");
    return is_known && e->lexpr ? compare(f, name, x, y)
                                : operator_call(f, name, e->lexpr ? x : NULL, y);
}

static expr *any_all(form *f, const PgQuery__AExpr *e, expr_kind kind)
{
    return null_binary(f, kind, null_postgres_expr(f, e->lexpr), null_postgres_expr(f, e->rexpr));
}

/* x BETWEEN low AND high; NOT BETWEEN and SYMMETRIC are as strict where they are true. */
static expr *between(form *f, const PgQuery__AExpr *e, bool is_plain)
{
    const PgQuery__List *bounds = e->rexpr->list;
    expr *x = null_postgres_expr(f, e->lexpr);
    expr *low = compare(f, ">=", x, null_postgres_expr(f, bounds->items[0]));
    expr *high = compare(f, "<=", x, null_postgres_expr(f, bounds->items[1]));
    return null_binary(f, is_plain ? EXPR_AND : EXPR_OR, low, high);
}

static expr *in_list(form *f, const PgQuery__AExpr *e)
{
    const PgQuery__List *list = e->rexpr->list;
    expr **args = tenon__arena_array(f->arena, list->n_items + 1, sizeof *args);
    if (!args)
        return NULL;
    args[0] = null_postgres_expr(f, e->lexpr);
    for (size_t i = 0; i < list->n_items; i++)
        args[i + 1] = null_postgres_expr(f, list->items[i]);
    expr *in = null_expr(f, (expr){.kind = EXPR_IN_LIST, .args = args, .count = list->n_items + 1});
    const char *name = pgparse_last_name(e->name, e->n_name);
    return name && !strcmp(name, "<>") ? negate(f, in) : in;
}

static expr *pattern(form *f, const PgQuery__AExpr *e)
{
    expr *x = null_postgres_expr(f, e->lexpr), *y = null_postgres_expr(f, e->rexpr);
    expr **args = null_pair(f, x, y);
    return args ? null_expr(f, (expr){.kind = EXPR_CALL,
                                      .text = "like",
                                      .traits = CALL_TOTAL | CALL_STRICT,
                                      .args = args,
                                      .count = 2})
                : NULL;
}

static expr *a_expr(form *f, const PgQuery__AExpr *e)
{
    switch (e->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
        return any_all(f, e, EXPR_ANY);
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
        return any_all(f, e, EXPR_ALL);
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
        return any_all(f, e, EXPR_IS_DISTINCT);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
        return negate(f, any_all(f, e, EXPR_IS_DISTINCT));
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
        return any_all(f, e, EXPR_NULLIF);
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
        return in_list(f, e);
    case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR:
        return pattern(f, e);
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
        return between(f, e, true);
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN_SYM:
        return between(f, e, false);
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
        return negate(f, between(f, e, true));
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN_SYM:
        return negate(f, between(f, e, false));
    default:
        return operation(f, e, null_postgres_expr(f, e->lexpr), null_postgres_expr(f, e->rexpr));
    }
}

/* ---- tests ---- */

/* Of a row in brackets the fields are asked one by one. */
static expr *row_test(form *f, const PgQuery__RowExpr *row, bool is_null)
{
    expr **all = tenon__arena_array(f->arena, row->n_args, sizeof *all);
    for (size_t i = 0; all && i < row->n_args; i++) {
        expr *one = null_unary(f, EXPR_IS_NULL, null_postgres_expr(f, row->args[i]));
        all[i] = is_null ? one : negate(f, one);
    }
    return all ? null_expr(f, (expr){.kind = EXPR_AND, .args = all, .count = row->n_args}) : NULL;
}

static expr *null_test(form *f, const PgQuery__NullTest *test)
{
    bool is_null = test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NULL;
    if (test->arg && test->arg->node_case == PG_QUERY__NODE__NODE_ROW_EXPR)
        return row_test(f, test->arg->row_expr, is_null);
    expr *e = null_unary(f, EXPR_IS_NULL, null_postgres_expr(f, test->arg));
    return is_null ? e : negate(f, e);
}

static expr *boolean_test(form *f, const PgQuery__BooleanTest *test)
{
    expr *e = null_postgres_expr(f, test->arg);
    switch (test->booltesttype) {
    case PG_QUERY__BOOL_TEST_TYPE__IS_TRUE:
        return null_unary(f, EXPR_IS_TRUE, e);
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_TRUE:
        return negate(f, null_unary(f, EXPR_IS_TRUE, e));
    case PG_QUERY__BOOL_TEST_TYPE__IS_FALSE:
        return null_unary(f, EXPR_IS_FALSE, e);
    case PG_QUERY__BOOL_TEST_TYPE__IS_NOT_FALSE:
        return negate(f, null_unary(f, EXPR_IS_FALSE, e));
    case PG_QUERY__BOOL_TEST_TYPE__IS_UNKNOWN:
        return null_unary(f, EXPR_IS_NULL, e);
    default:
        return negate(f, null_unary(f, EXPR_IS_NULL, e));
    }
}

static expr *bool_expr(form *f, const PgQuery__BoolExpr *b)
{
    if (b->boolop == PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR)
        return negate(f, null_postgres_expr(f, b->args[0]));
    bool is_and = b->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR;
    return list_expr(f, is_and ? EXPR_AND : EXPR_OR, b->args, b->n_args);
}

/* ---- CASE, casts, composites ---- */

static expr *case_expr(form *f, const PgQuery__CaseExpr *c)
{
    size_t count = c->n_args * 2 + 1;
    expr **args = tenon__arena_array(f->arena, count, sizeof *args);
    if (!args)
        return NULL;
    expr *subject = c->arg ? null_postgres_expr(f, c->arg) : NULL;
    for (size_t i = 0; i < c->n_args; i++) {
        const PgQuery__CaseWhen *when = c->args[i]->case_when;
        expr *condition = null_postgres_expr(f, when->expr);
        args[2 * i] = c->arg ? compare(f, "=", subject, condition) : condition;
        args[2 * i + 1] = null_postgres_expr(f, when->result);
    }
    args[count - 1] = c->defresult ? null_postgres_expr(f, c->defresult) : leaf(f, EXPR_NULL);
    return null_expr(f, (expr){.kind = EXPR_CASE, .args = args, .count = count});
}

/* "int4", "int4[]"; NULL for a type of the database's own, which may be anything. */
static const char *type_name(form *f, const PgQuery__TypeName *type)
{
    const char *name = pgparse_last_name(type->names, type->n_names);
    const char *space = pgparse_first_name(type->names, type->n_names);
    if (!name || !null_is_built_in_type(name) || (space && strcmp(space, "pg_catalog") != 0))
        return NULL;
    return type->n_array_bounds ? tenon__arena_format(f->arena, "%s[]", name) : null_keep(f, name);
}

static expr *cast(form *f, const PgQuery__TypeCast *c)
{
    expr **args = null_pair(f, null_postgres_expr(f, c->arg), NULL);
    const char *type = type_name(f, c->type_name);
    bool is_boolean = type && !strcmp(type, "bool") && args && args[0] &&
                      args[0]->kind == EXPR_CONSTANT && args[0]->text;
    if (is_boolean && (!strcmp(args[0]->text, "t") || !strcmp(args[0]->text, "true")))
        return leaf(f, EXPR_TRUE);
    if (is_boolean && (!strcmp(args[0]->text, "f") || !strcmp(args[0]->text, "false")))
        return leaf(f, EXPR_FALSE);
    return args ? null_expr(f, (expr){.kind = EXPR_CAST, .type = type, .args = args, .count = 1})
                : NULL;
}

/* One step into a value: a field, an element or a slice, which alone is never NULL. */
static expr *step(form *f, expr *of, const PgQuery__Node *node)
{
    if (node->node_case == PG_QUERY__NODE__NODE_STRING) {
        expr **args = null_pair(f, of, NULL);
        return null_expr(f, (expr){.kind = EXPR_FIELD,
                                   .text = null_keep(f, node->string->sval),
                                   .args = args,
                                   .count = args ? 1 : 0});
    }
    if (node->node_case != PG_QUERY__NODE__NODE_A_INDICES)
        return null_unary(f, EXPR_UNKNOWN, of);
    const PgQuery__AIndices *at = node->a_indices;
    expr *index = null_postgres_expr(f, at->uidx ? at->uidx : at->lidx);
    expr **args = null_pair(f, of, index);
    return args ? null_expr(f, (expr){.kind = EXPR_CALL,
                                      .text = "[]",
                                      .traits = CALL_STRICT,
                                      .args = args,
                                      .count = index ? 2 : 1})
                : NULL;
}

static expr *indirection(form *f, const PgQuery__AIndirection *i)
{
    expr *e = null_postgres_expr(f, i->arg);
    for (size_t k = 0; k < i->n_indirection; k++)
        e = step(f, e, i->indirection[k]);
    return e;
}

static expr *sublink(form *f, const PgQuery__SubLink *link)
{
    query *q = null_postgres_query(f, link->subselect);
    expr **args = null_pair(f, link->testexpr ? null_postgres_expr(f, link->testexpr) : NULL, NULL);
    expr e = {.kind = EXPR_UNKNOWN, .query = q, .args = args, .count = link->testexpr && args};
    switch (link->sub_link_type) {
    case PG_QUERY__SUB_LINK_TYPE__EXISTS_SUBLINK:
        e.kind = EXPR_EXISTS;
        break;
    case PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK:
        e.kind = EXPR_IN_QUERY;
        break;
    case PG_QUERY__SUB_LINK_TYPE__ALL_SUBLINK:
        e.kind = EXPR_ALL_QUERY;
        break;
    case PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK:
        e.kind = EXPR_SUBQUERY;
        break;
    case PG_QUERY__SUB_LINK_TYPE__ARRAY_SUBLINK:
        e.kind = EXPR_ARRAY_QUERY;
        break;
    default:
        break;
    }
    return null_expr(f, e);
}

static expr *value_function(form *f, const PgQuery__SQLValueFunction *v)
{
    bool may_be_null = v->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_SCHEMA;
    return null_expr(
        f, (expr){.kind = EXPR_CALL,
                  .text = "current_…",
                  .traits = may_be_null ? CALL_FRESH : CALL_NEVER | CALL_GIVES_FINITE_TIME});
}

expr *null_postgres_expr(form *f, const PgQuery__Node *node)
{
    if (!node)
        return NULL;
    switch (node->node_case) {
    case PG_QUERY__NODE__NODE_A_CONST:
        return constant(f, node->a_const);
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return column(f, node->column_ref);
    case PG_QUERY__NODE__NODE_PARAM_REF:
        return null_expr(f, (expr){.kind = EXPR_PARAMETER,
                                   .number = node->param_ref->number,
                                   .at = f->origin + (size_t)node->param_ref->location});
    case PG_QUERY__NODE__NODE_A_EXPR:
        return a_expr(f, node->a_expr);
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
        return bool_expr(f, node->bool_expr);
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return null_test(f, node->null_test);
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        return boolean_test(f, node->boolean_test);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return null_postgres_call(f, node->func_call);
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return list_expr(f, EXPR_COALESCE, node->coalesce_expr->args, node->coalesce_expr->n_args);
    case PG_QUERY__NODE__NODE_MIN_MAX_EXPR:
        return list_expr(f, EXPR_GREATEST, node->min_max_expr->args, node->min_max_expr->n_args);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return case_expr(f, node->case_expr);
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return cast(f, node->type_cast);
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        return null_postgres_expr(f, node->collate_clause->arg);
    case PG_QUERY__NODE__NODE_A_INDIRECTION:
        return indirection(f, node->a_indirection);
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        return list_expr(f, EXPR_ARRAY, node->a_array_expr->elements,
                         node->a_array_expr->n_elements);
    case PG_QUERY__NODE__NODE_ROW_EXPR:
        return list_expr(f, EXPR_ROW, node->row_expr->args, node->row_expr->n_args);
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return sublink(f, node->sub_link);
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        return value_function(f, node->sqlvalue_function);
    case PG_QUERY__NODE__NODE_GROUPING_FUNC:
        return leaf(f, EXPR_CONSTANT);
    case PG_QUERY__NODE__NODE_SET_TO_DEFAULT:
        return leaf(f, EXPR_DEFAULT);
    case PG_QUERY__NODE__NODE_NAMED_ARG_EXPR:
        return null_postgres_expr(f, node->named_arg_expr->arg);
    case PG_QUERY__NODE__NODE_XML_EXPR:
        return list_expr(f, EXPR_UNKNOWN, node->xml_expr->args, node->xml_expr->n_args);
    default:
        return leaf(f, EXPR_UNKNOWN);
    }
}

expr *null_form_of_postgres_expression(form *f, const PgQuery__Node *node)
{
    return null_postgres_expr(f, node);
}
