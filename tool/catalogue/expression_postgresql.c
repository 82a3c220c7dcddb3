/* One form for PostgreSQL's expressions that mean the same.
 *
 * The server keeps an expression as a tree and prints it with everything that it has found out:
 * `status IN ('a', 'b')` on a varchar comes back as `((status)::text = ANY ((ARRAY['a'::character
 * varying, …])::text[]))`. What a person wrote and what comes back are parsed by the server's own
 * parser, and the same rules are applied to both:
 *
 * - casts of constants, and of arrays written out, are left away: they say what the context does;
 * - so is a cast to an unlimited text, and, in comparisons and beside a fraction, one to a wider
 *   number or time: those the server adds. Elsewhere a cast of a column stands;
 * - IN is = ANY, BETWEEN two comparisons, LIKE an operator, now() is CURRENT_TIMESTAMP;
 * - AND of AND, OR of OR are one; columns and functions lose their qualifications.
 *
 * What is not known here is printed by the parser and compared as such. */
#include "catalogue/expression.h"
#include "pgparse/pgparse.h"

#include <stdlib.h>
#include <strings.h>

typedef enum form_place { PLACE_ANY, PLACE_COMPARED, PLACE_FRACTION } form_place;

static void put(tenon__buf *out, PgQuery__Node *node);
static void put_array(tenon__buf *out, const PgQuery__AArrayExpr *array,
                      const PgQuery__TypeName *type);

static void put_all(tenon__buf *out, PgQuery__Node *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tenon__buf_char(out, ' ');
        put(out, nodes[i]);
    }
}

/* ---- types and casts ------------------------------------------------------------------------- */

static const char *type_name(const PgQuery__TypeName *type)
{
    const char *name = pgparse_last_name(type->names, type->n_names);
    return name ? name : "";
}

static bool is_named(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(name, names[i]))
            return true;
    return false;
}

static bool is_text(const PgQuery__TypeName *type)
{
    static const char *const names[] = {"text", "varchar", "bpchar", "name"};
    return !type->n_typmods && is_named(type_name(type), names, TENON__COUNT(names));
}

static bool is_wide(const PgQuery__TypeName *type, form_place place)
{
    static const char *const names[] = {"numeric", "float8",    "int8",
                                        "date",    "timestamp", "timestamptz"};
    size_t count = place == PLACE_ANY ? 0 : place == PLACE_FRACTION ? 2 : TENON__COUNT(names);
    return !type->n_typmods && !type->n_array_bounds && is_named(type_name(type), names, count);
}

static bool is_minus(const PgQuery__Node *node)
{
    const char *name = node->node_case == PG_QUERY__NODE__NODE_A_EXPR && !node->a_expr->lexpr
                           ? pgparse_last_name(node->a_expr->name, node->a_expr->n_name)
                           : NULL;
    return name && !strcmp(name, "-");
}

static const PgQuery__Node *without_casts(const PgQuery__Node *node)
{
    while (node && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST)
        node = node->type_cast->arg;
    return node;
}

static bool is_constant(const PgQuery__Node *node)
{
    node = without_casts(node);
    if (node && is_minus(node))
        node = without_casts(node->a_expr->rexpr);
    return node && (node->node_case == PG_QUERY__NODE__NODE_A_CONST ||
                    node->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR);
}

static bool is_fraction(const PgQuery__Node *node)
{
    node = without_casts(node);
    return node && node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
           node->a_const->val_case == PG_QUERY__A__CONST__VAL_FVAL;
}

static void put_type(tenon__buf *out, const PgQuery__TypeName *type)
{
    tenon__buf_text(out, type_name(type));
    put_all(out, type->typmods, type->n_typmods);
    for (size_t i = 0; i < type->n_array_bounds; i++)
        tenon__buf_text(out, "[]");
}

/* ---- constants ------------------------------------------------------------------------------- */

static void put_constant(tenon__buf *out, const PgQuery__AConst *constant, const char *type,
                         const char *sign)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon__buf_text(&text, sign);
    if (constant->isnull) {
        tenon__buf_text(out, "null");
        return;
    }
    switch ((int)constant->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        tenon__buf_int(&text, constant->ival->ival);
        break;
    case PG_QUERY__A__CONST__VAL_FVAL:
        tenon__buf_text(&text, constant->fval->fval);
        type = "numeric";
        break;
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        tenon__buf_text(&text, constant->boolval->boolval ? "true" : "false");
        break;
    case PG_QUERY__A__CONST__VAL_SVAL:
        tenon__buf_text(&text, constant->sval->sval);
        break;
    case PG_QUERY__A__CONST__VAL_BSVAL:
        tenon__buf_text(&text, constant->bsval->bsval + 1);
        break;
    }
    out->failed |= text.failed;
    catalogue_form_constant(tenon__buf_string(&text), text.length, type, out);
}

/* An element of {a,"b c"} as a constant; *at then stands at the comma or brace behind it. */
static void put_element(tenon__buf *out, const char **at, const char *type)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    bool is_quoted = **at == '"';
    const char *c = *at + is_quoted;
    for (; *c && (is_quoted ? *c != '"' : !strchr(",{}", *c)); c++) {
        if (*c == '\\' && c[1])
            c++;
        tenon__buf_char(&text, *c);
    }
    *at = c + (is_quoted && *c == '"');
    out->failed |= text.failed;
    tenon__buf_char(out, ' ');
    if (!is_quoted && !strcasecmp(tenon__buf_string(&text), "null"))
        tenon__buf_text(out, "null");
    else
        catalogue_form_constant(tenon__buf_string(&text), text.length, type, out);
}

/* '{a,b}' of an array type is what ARRAY['a', 'b'] is. */
static void put_array_text(tenon__buf *out, const char *text, const char *type)
{
    tenon__buf_text(out, "(array");
    for (const char *at = text + 1; *at && *at != '}'; at += *at == ',') {
        if (*at == '{')
            break;
        put_element(out, &at, type);
    }
    tenon__buf_char(out, ')');
}

static const char *array_text(const PgQuery__Node *node)
{
    bool is_string = node->node_case == PG_QUERY__NODE__NODE_A_CONST && !node->a_const->isnull &&
                     node->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL;
    const char *text = is_string ? node->a_const->sval->sval : "";
    return *text == '{' && !strchr(text + 1, '{') ? text : NULL;
}

/* A constant below its casts, of which the outermost tells the type. */
static void put_cast_constant(tenon__buf *out, PgQuery__Node *node, const PgQuery__TypeName *type)
{
    const char *sign = "";
    while (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST || is_minus(node)) {
        if (node->node_case == PG_QUERY__NODE__NODE_A_EXPR) {
            sign = *sign ? "" : "-";
            node = node->a_expr->rexpr;
            continue;
        }
        type = type ? type : node->type_cast->type_name;
        node = node->type_cast->arg;
    }
    bool is_array = type && type->n_array_bounds;
    if (is_array && array_text(node))
        put_array_text(out, array_text(node), type_name(type));
    else if (node->node_case == PG_QUERY__NODE__NODE_A_CONST)
        put_constant(out, node->a_const, type && !is_array ? type_name(type) : NULL, sign);
    else if (is_array && node->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR)
        put_array(out, node->a_array_expr, type);
    else
        put(out, node);
}

/* The elements have the type of the array. */
static void put_array(tenon__buf *out, const PgQuery__AArrayExpr *array,
                      const PgQuery__TypeName *type)
{
    PgQuery__TypeName element = *type;
    element.n_array_bounds = 0;
    tenon__buf_text(out, "(array");
    for (size_t i = 0; i < array->n_elements; i++) {
        tenon__buf_char(out, ' ');
        if (is_constant(array->elements[i]))
            put_cast_constant(out, array->elements[i], &element);
        else
            put(out, array->elements[i]);
    }
    tenon__buf_char(out, ')');
}

/* ---- operators ------------------------------------------------------------------------------- */

static void put_in(tenon__buf *out, PgQuery__Node *node, form_place place)
{
    while (node && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST && !is_constant(node) &&
           (is_text(node->type_cast->type_name) || is_wide(node->type_cast->type_name, place)))
        node = node->type_cast->arg;
    put(out, node);
}

static bool is_comparison(const char *name)
{
    static const char *const names[] = {"=", "<>", "<", ">", "<=", ">="};
    return is_named(name, names, TENON__COUNT(names));
}

static void put_pair(tenon__buf *out, const char *name, PgQuery__Node *left, PgQuery__Node *right)
{
    form_place place = PLACE_ANY;
    if (is_comparison(name))
        place = PLACE_COMPARED;
    else if (is_fraction(left) || is_fraction(right))
        place = PLACE_FRACTION;
    tenon__buf_format(out, "(%s ", name);
    if (left)
        put_in(out, left, place);
    tenon__buf_char(out, ' ');
    put_in(out, right, place);
    tenon__buf_char(out, ')');
}

/* x = ANY (ARRAY[…]), and x IN (…); with a single element it is x = element. */
static void put_any(tenon__buf *out, const PgQuery__AExpr *e, const char *name, const char *how,
                    PgQuery__Node *const *items, size_t count)
{
    if (count == 1) {
        put_pair(out, name, e->lexpr, items[0]);
        return;
    }
    tenon__buf_format(out, "(%s %s ", name, how);
    put_in(out, e->lexpr, PLACE_COMPARED);
    tenon__buf_text(out, " [");
    put_all(out, items, count);
    tenon__buf_text(out, "])");
}

static void put_array_operator(tenon__buf *out, const PgQuery__AExpr *e, const char *name,
                               const char *how)
{
    PgQuery__Node *array = e->rexpr;
    while (array->node_case == PG_QUERY__NODE__NODE_TYPE_CAST && is_constant(array))
        array = array->type_cast->arg;
    if (array->node_case == PG_QUERY__NODE__NODE_A_ARRAY_EXPR) {
        put_any(out, e, name, how, array->a_array_expr->elements, array->a_array_expr->n_elements);
        return;
    }
    tenon__buf_format(out, "(%s %s ", name, how);
    put_in(out, e->lexpr, PLACE_COMPARED);
    tenon__buf_char(out, ' ');
    put(out, array);
    tenon__buf_char(out, ')');
}

static void put_in_list(tenon__buf *out, const PgQuery__AExpr *e, const char *name)
{
    const PgQuery__List *list = e->rexpr->list;
    put_any(out, e, name, strcmp(name, "=") ? "all" : "any", list->items, list->n_items);
}

static void put_between(tenon__buf *out, const PgQuery__AExpr *e, bool is_not)
{
    PgQuery__Node *const *bounds = e->rexpr->list->items;
    tenon__buf_text(out, is_not ? "(or " : "(and ");
    put_pair(out, is_not ? "<" : ">=", e->lexpr, bounds[0]);
    tenon__buf_char(out, ' ');
    put_pair(out, is_not ? ">" : "<=", e->lexpr, bounds[1]);
    tenon__buf_char(out, ')');
}

static void put_printed(tenon__buf *out, PgQuery__Node *node)
{
    out->failed |= !pgparse_print_expression(node, out, NULL);
}

static void put_operator(tenon__buf *out, PgQuery__Node *node)
{
    const PgQuery__AExpr *e = node->a_expr;
    const char *name = pgparse_last_name(e->name, e->n_name);
    name = name ? name : "";
    switch ((int)e->kind) {
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP:
    case PG_QUERY__A__EXPR__KIND__AEXPR_LIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_ILIKE:
    case PG_QUERY__A__EXPR__KIND__AEXPR_SIMILAR:
        put_pair(out, name, e->lexpr, e->rexpr);
        return;
    case PG_QUERY__A__EXPR__KIND__AEXPR_DISTINCT:
        put_pair(out, "distinct", e->lexpr, e->rexpr);
        return;
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_DISTINCT:
        put_pair(out, "not distinct", e->lexpr, e->rexpr);
        return;
    case PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF:
        put_pair(out, "nullif", e->lexpr, e->rexpr);
        return;
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY:
        put_array_operator(out, e, name, "any");
        return;
    case PG_QUERY__A__EXPR__KIND__AEXPR_OP_ALL:
        put_array_operator(out, e, name, "all");
        return;
    case PG_QUERY__A__EXPR__KIND__AEXPR_IN:
        put_in_list(out, e, name);
        return;
    case PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN:
        put_between(out, e, false);
        return;
    case PG_QUERY__A__EXPR__KIND__AEXPR_NOT_BETWEEN:
        put_between(out, e, true);
        return;
    default:
        put_printed(out, node);
    }
}

static bool is_same_word(const PgQuery__Node *node, PgQuery__BoolExprType word)
{
    return node->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR && node->bool_expr->boolop == word;
}

static void put_terms(tenon__buf *out, const PgQuery__BoolExpr *e)
{
    for (size_t i = 0; i < e->n_args; i++)
        if (e->boolop != PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR && is_same_word(e->args[i], e->boolop))
            put_terms(out, e->args[i]->bool_expr);
        else if (e->args[i]->node_case == PG_QUERY__NODE__NODE_A_EXPR &&
                 e->args[i]->a_expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN &&
                 e->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR) {
            const PgQuery__AExpr *between = e->args[i]->a_expr;
            tenon__buf_char(out, ' ');
            put_pair(out, ">=", between->lexpr, between->rexpr->list->items[0]);
            tenon__buf_char(out, ' ');
            put_pair(out, "<=", between->lexpr, between->rexpr->list->items[1]);
        } else {
            tenon__buf_char(out, ' ');
            put(out, e->args[i]);
        }
}

static void put_logic(tenon__buf *out, const PgQuery__BoolExpr *e)
{
    static const char *const words[] = {[PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR] = "(and",
                                        [PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR] = "(or",
                                        [PG_QUERY__BOOL_EXPR_TYPE__NOT_EXPR] = "(not"};
    tenon__buf_text(out, words[e->boolop]);
    put_terms(out, e);
    tenon__buf_char(out, ')');
}

/* ---- the rest -------------------------------------------------------------------------------- */

static void put_name(tenon__buf *out, PgQuery__Node *const *names, size_t count)
{
    const char *name = pgparse_last_name(names, count);
    tenon__buf_format(out, "\"%s\"", name ? name : "*");
}

static void put_call(tenon__buf *out, PgQuery__Node *node)
{
    const PgQuery__FuncCall *call = node->func_call;
    const char *name = pgparse_last_name(call->funcname, call->n_funcname);
    bool is_now =
        name && !call->n_args && (!strcmp(name, "now") || !strcmp(name, "transaction_timestamp"));
    if (is_now) {
        tenon__buf_text(out, "current_timestamp");
    } else if (call->over || call->agg_filter || call->n_agg_order || call->agg_star) {
        put_printed(out, node);
    } else {
        tenon__buf_text(out, call->func_variadic ? "(variadic " : "(");
        put_name(out, call->funcname, call->n_funcname);
        for (size_t i = 0; i < call->n_args; i++) {
            tenon__buf_char(out, ' ');
            put_in(out, call->args[i], PLACE_ANY);
        }
        tenon__buf_char(out, ')');
    }
}

static void put_case(tenon__buf *out, const PgQuery__CaseExpr *e)
{
    tenon__buf_text(out, "(case ");
    put(out, e->arg);
    for (size_t i = 0; i < e->n_args; i++) {
        tenon__buf_text(out, " when ");
        put(out, e->args[i]->case_when->expr);
        tenon__buf_text(out, " then ");
        put(out, e->args[i]->case_when->result);
    }
    const PgQuery__Node *otherwise = without_casts(e->defresult);
    bool is_null = otherwise && otherwise->node_case == PG_QUERY__NODE__NODE_A_CONST &&
                   otherwise->a_const->isnull;
    if (otherwise && !is_null) {
        tenon__buf_text(out, " else ");
        put(out, e->defresult);
    }
    tenon__buf_char(out, ')');
}

static void put_moment(tenon__buf *out, const PgQuery__SQLValueFunction *f)
{
    if (f->op == PG_QUERY__SQLVALUE_FUNCTION_OP__SVFOP_CURRENT_TIMESTAMP)
        tenon__buf_text(out, "current_timestamp");
    else
        tenon__buf_format(out, "(value %d %d)", (int)f->op, (int)f->typmod);
}

static void put_cast(tenon__buf *out, PgQuery__Node *node)
{
    if (is_constant(node)) {
        put_cast_constant(out, node, NULL);
    } else if (is_text(node->type_cast->type_name) && !node->type_cast->type_name->n_array_bounds) {
        put(out, node->type_cast->arg);
    } else {
        tenon__buf_text(out, "(cast ");
        put(out, node->type_cast->arg);
        tenon__buf_char(out, ' ');
        put_type(out, node->type_cast->type_name);
        tenon__buf_char(out, ')');
    }
}

static void put_group(tenon__buf *out, const char *word, PgQuery__Node *const *nodes, size_t count)
{
    tenon__buf_format(out, "(%s", word);
    put_all(out, nodes, count);
    tenon__buf_char(out, ')');
}

static void put_test(tenon__buf *out, const char *word, int kind, PgQuery__Node *node)
{
    tenon__buf_format(out, "(%s %d ", word, kind);
    put(out, node);
    tenon__buf_char(out, ')');
}

static void put(tenon__buf *out, PgQuery__Node *node)
{
    switch (node ? (int)node->node_case : 0) {
    case 0:
        return;
    case PG_QUERY__NODE__NODE_A_CONST:
        put_constant(out, node->a_const, NULL, "");
        return;
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        put_cast(out, node);
        return;
    case PG_QUERY__NODE__NODE_A_EXPR:
        if (is_minus(node) && is_constant(node))
            put_cast_constant(out, node, NULL);
        else
            put_operator(out, node);
        return;
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
        put_logic(out, node->bool_expr);
        return;
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        put_name(out, node->column_ref->fields, node->column_ref->n_fields);
        return;
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        put_call(out, node);
        return;
    case PG_QUERY__NODE__NODE_SQLVALUE_FUNCTION:
        put_moment(out, node->sqlvalue_function);
        return;
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        put_case(out, node->case_expr);
        return;
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        put_group(out, "coalesce", node->coalesce_expr->args, node->coalesce_expr->n_args);
        return;
    case PG_QUERY__NODE__NODE_A_ARRAY_EXPR:
        put_group(out, "array", node->a_array_expr->elements, node->a_array_expr->n_elements);
        return;
    case PG_QUERY__NODE__NODE_NULL_TEST:
        put_test(out, "null", (int)node->null_test->nulltesttype, node->null_test->arg);
        return;
    case PG_QUERY__NODE__NODE_BOOLEAN_TEST:
        put_test(out, "truth", (int)node->boolean_test->booltesttype, node->boolean_test->arg);
        return;
    case PG_QUERY__NODE__NODE_COLLATE_CLAUSE:
        tenon__buf_text(out, "(collate ");
        put(out, node->collate_clause->arg);
        put_name(out, node->collate_clause->collname, node->collate_clause->n_collname);
        tenon__buf_char(out, ')');
        return;
    default:
        put_printed(out, node);
    }
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool is_same_type(const PgQuery__TypeName *a, const PgQuery__TypeName *b)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf left = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf right = {0};
    put_type(&left, a);
    put_type(&right, b);
    return !strcmp(tenon__buf_string(&left), tenon__buf_string(&right));
}

/* The type of a column as the parser has it; the tree owns it. */
static pgparse_tree *read_type(const char *type, const PgQuery__TypeName **out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    PgQuery__Node *node;
    tenon__buf_format(&text, "NULL::%s", type ? type : "text");
    pgparse_tree *tree = pgparse_read_expression(tenon__buf_string(&text), &node, NULL);
    *out = type && tree && node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST
               ? node->type_cast->type_name
               : NULL;
    return tree;
}

static void put_default(tenon__buf *out, PgQuery__Node *node, const PgQuery__TypeName *type)
{
    if (is_constant(node)) {
        put_cast_constant(out, node, type);
        return;
    }
    if (node->node_case == PG_QUERY__NODE__NODE_TYPE_CAST &&
        is_same_type(node->type_cast->type_name, type))
        node = node->type_cast->arg;
    put(out, node);
}

bool catalogue_form_postgresql(const char *sql, const char *type, tenon__buf *out)
{
    const PgQuery__TypeName *column_type;
    PgQuery__Node *node;
    pgparse_tree *tree = pgparse_read_expression(sql, &node, NULL);
    pgparse_tree *type_tree = read_type(type, &column_type);
    if (tree && column_type)
        put_default(out, node, column_type);
    else if (tree)
        put_in(out, node, PLACE_ANY);
    bool is_read = tree != NULL;
    pgparse_free(tree);
    pgparse_free(type_tree);
    return is_read && !out->failed;
}
