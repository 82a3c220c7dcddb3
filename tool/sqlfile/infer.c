/* Types that SQLite does not tell: of expressions, and of parameters that are compared with them.
 *
 * SQLite has none, so what is found here is what its documentation says of functions and operators:
 * count is an integer, || a text, max what its argument is. The text is read by PostgreSQL's
 * parser; what it does not understand, and everything else that is not certain, stays unknown, and
 * the author of the query says it. What names mean is found in infer_names.c. */
#include "sqlfile/infer.h"

#include <strings.h>

bool sql_is_same_type(const tenon_field *a, const tenon_field *b)
{
    return a->kind == b->kind && a->enumeration == b->enumeration &&
           !((a->flags ^ b->flags) & TENON_FIELD_LIST);
}

/* ---- one type of several --------------------------------------------------------------------- */

static bool is_number(const tenon_field *field)
{
    return field->kind >= TENON_KIND_INT16 && field->kind <= TENON_KIND_DOUBLE &&
           !(field->flags & TENON_FIELD_LIST);
}

/* The wider one, and floating point if one is. */
static bool widen(tenon_field *found, const tenon_field *each)
{
    if (!found->kind)
        *found = *each;
    else if (is_number(found) && is_number(each))
        *found = found->kind >= each->kind ? *found : *each;
    else
        return sql_is_same_type(found, each);
    return true;
}

static bool is_whole_constant(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
           node->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL;
}

static void take(inference *in, sql_agreement *a, tenon_field *known, const tenon_field *type)
{
    a->is_split |= !widen(known, type);
    in->is_split |= a->is_split;
}

void sql_agree_on_type(inference *in, sql_agreement *a, const tenon_field *type)
{
    take(in, a, &a->found, type);
}

void sql_agree(inference *in, sql_agreement *a, const PgQuery__Node *node)
{
    tenon_field each = sql_infer(in, node);
    if (!each.kind)
        return;
    if (is_whole_constant(node)) {
        int32_t value = node->a_const->ival->ival;
        bool is_small = value >= INT16_MIN && value <= INT16_MAX;
        each = sql_type_of_word(is_small ? "SmallInt" : "Int");
    }
    take(in, a, is_whole_constant(node) ? &a->constant : &a->found, &each);
}

tenon_field sql_agreed(const sql_agreement *a)
{
    tenon_field found = a->found;
    bool is_plain_decimal =
        found.kind == TENON_KIND_DECIMAL && !(found.flags & (TENON_FIELD_EXACT | TENON_FIELD_LIST));
    if (a->is_split)
        return sql_unknown_type();
    if (!a->constant.kind || is_plain_decimal)
        return found;
    if (!found.kind)
        return sql_type_of_word("BigInt");
    return widen(&found, &a->constant) ? found : sql_unknown_type();
}

/* The type that all of them have whose type is known. */
static tenon_field common(inference *in, PgQuery__Node *const *nodes, size_t count)
{
    sql_agreement all = sql_no_agreement();
    for (size_t i = 0; i < count; i++)
        sql_agree(in, &all, nodes[i]);
    return sql_agreed(&all);
}

/* ---- functions ------------------------------------------------------------------------------- */

/* Functions that give what their arguments are. */
static const char *const alike[] = {
    "max", "min", "ifnull", "likely", "unlikely", "abs", "ceil", "ceiling", "floor", "trunc",
};
/* That give what their first one is. */
static const char *const alike_first[] = {
    "nullif", "likelihood", "first_value", "last_value", "nth_value", "lag", "lead",
};

/* Integers give integers, the rest floating point; decimals are REAL to SQLite, which rounds. */
static tenon_field infer_sum(inference *in, const PgQuery__FuncCall *call)
{
    tenon_field of = call->n_args ? sql_infer(in, call->args[0]) : sql_unknown_type();
    switch (of.kind) {
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        return sql_type_of_word("BigInt");
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return sql_type_of_word("Float");
    default:
        return sql_unknown_type();
    }
}

static bool is_alike(const char *name)
{
    for (size_t i = 0; i < TENON__COUNT(alike); i++)
        if (!strcasecmp(name, alike[i]))
            return true;
    return false;
}

static tenon_field infer_function(inference *in, const PgQuery__FuncCall *call)
{
    const char *name = pgparse_last_name(call->funcname, call->n_funcname);
    if (!name)
        return sql_unknown_type();
    if (!strcasecmp(name, "sum"))
        return infer_sum(in, call);
    if (!strcasecmp(name, "iif") && call->n_args == 3)
        return common(in, call->args + 1, 2);
    if (is_alike(name))
        return common(in, call->args, call->n_args);
    for (size_t i = 0; call->n_args && i < TENON__COUNT(alike_first); i++)
        if (!strcasecmp(name, alike_first[i]))
            return sql_infer(in, call->args[0]);
    const char *word = sql_function_result(name);
    return word ? sql_type_of_word(word) : sql_unknown_type();
}

/* ---- expressions ----------------------------------------------------------------------------- */

/* An integer of more than 32 bits is one of "other numbers" to the parser. */
static bool is_large_integer(const char *text)
{
    const size_t most_digits = 18;
    return strspn(text, "0123456789") == strlen(text) && strlen(text) <= most_digits;
}

static tenon_field infer_constant(const PgQuery__AConst *constant)
{
    switch (constant->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        return sql_type_of_word("BigInt");
    case PG_QUERY__A__CONST__VAL_FVAL:
        return sql_type_of_word(is_large_integer(constant->fval->fval) ? "BigInt" : "Float");
    case PG_QUERY__A__CONST__VAL_BOOLVAL:
        return sql_type_of_word("Boolean");
    case PG_QUERY__A__CONST__VAL_SVAL:
        return sql_type_of_word("String");
    default:
        return sql_unknown_type();
    }
}

/* Of numbers: the wider one. */
static tenon_field infer_arithmetic(inference *in, const PgQuery__AExpr *expr)
{
    tenon_field left = expr->lexpr ? sql_infer(in, expr->lexpr) : sql_type_of_word("BigInt");
    tenon_field right = sql_infer(in, expr->rexpr);
    if (!is_number(&left) || !is_number(&right))
        return sql_unknown_type();
    bool is_real = left.kind >= TENON_KIND_FLOAT || right.kind >= TENON_KIND_FLOAT;
    return sql_type_of_word(is_real ? "Float" : "BigInt");
}

static tenon_field infer_operator(inference *in, const PgQuery__AExpr *expr)
{
    const char *name = pgparse_last_name(expr->name, expr->n_name);
    if (expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF)
        return sql_infer(in, expr->lexpr);
    if (expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP || !name)
        return sql_type_of_word("Boolean");
    if (!strcmp(name, "||"))
        return sql_type_of_word("String");
    if (!strcmp(name, "->"))
        return sql_type_of_word("Json");
    if (!strcmp(name, "<<") || !strcmp(name, ">>") || strchr("&|~", *name))
        return sql_type_of_word("BigInt");
    if (strlen(name) == 1 && strchr("+-*/%", *name))
        return infer_arithmetic(in, expr);
    bool is_comparison = strspn(name, "<>=!") == strlen(name);
    return is_comparison ? sql_type_of_word("Boolean") : sql_unknown_type();
}

static tenon_field infer_case(inference *in, const PgQuery__CaseExpr *expr)
{
    sql_agreement all = sql_no_agreement();
    for (size_t i = 0; i < expr->n_args; i++)
        sql_agree(in, &all, expr->args[i]->case_when->result);
    if (expr->defresult)
        sql_agree(in, &all, expr->defresult);
    return sql_agreed(&all);
}

static tenon_field infer_sub_query(inference *in, const PgQuery__SubLink *link)
{
    if (link->sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
        return sql_type_of_word("Boolean");
    const PgQuery__SelectStmt *select = link->subselect->select_stmt;
    bool is_one = link->subselect->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
                  select->n_target_list == 1;
    return is_one ? sql_infer(in, select->target_list[0]->res_target->val) : sql_unknown_type();
}

tenon_field sql_infer(inference *in, const PgQuery__Node *node)
{
    switch ((int)node->node_case) {
    case PG_QUERY__NODE__NODE_A_CONST:
        return infer_constant(node->a_const);
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return sql_infer_column(in, node->column_ref);
    case PG_QUERY__NODE__NODE_FUNC_CALL:
        return infer_function(in, node->func_call);
    case PG_QUERY__NODE__NODE_A_EXPR:
        return infer_operator(in, node->a_expr);
    case PG_QUERY__NODE__NODE_BOOL_EXPR:
    case PG_QUERY__NODE__NODE_NULL_TEST:
        return sql_type_of_word("Boolean");
    case PG_QUERY__NODE__NODE_COALESCE_EXPR:
        return common(in, node->coalesce_expr->args, node->coalesce_expr->n_args);
    case PG_QUERY__NODE__NODE_CASE_EXPR:
        return infer_case(in, node->case_expr);
    case PG_QUERY__NODE__NODE_SUB_LINK:
        return infer_sub_query(in, node->sub_link);
    case PG_QUERY__NODE__NODE_TYPE_CAST:
        return sql_type_of_declaration(pgparse_last_name(node->type_cast->type_name->names,
                                                         node->type_cast->type_name->n_names));
    default:
        return sql_unknown_type();
    }
}

/* ---- parameters ------------------------------------------------------------------------------ */

static void give_type(inference *in, const PgQuery__Node *node, tenon_field type)
{
    sql_check *c = in->check;
    if (!node || node->node_case != PG_QUERY__NODE__NODE_PARAM_REF || !type.kind)
        return;
    size_t number = (size_t)node->param_ref->number;
    if (!number || number > c->text.parameter_count)
        return;
    sqlfile_value *value = &c->query->parameters[c->text.parameters[number - 1]];
    if (value->field.kind)
        return;
    type.flags |= value->field.flags;
    if (value->is_list)
        type.flags |= TENON_FIELD_LIST;
    value->field = type;
}

/* Each side of an operator has the type of the other one; of a pattern match both are texts. */
static void type_operands(inference *in, const PgQuery__AExpr *expr)
{
    const PgQuery__Node *left = expr->lexpr, *right = expr->rexpr;
    if (!left || !right)
        return;
    if (expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_LIKE) {
        give_type(in, left, sql_type_of_word("String"));
        give_type(in, right, sql_type_of_word("String"));
    }
    give_type(in, left, sql_infer(in, right));
    give_type(in, right, sql_infer(in, left));
    for (size_t i = 0; right->node_case == PG_QUERY__NODE__NODE_LIST && i < right->list->n_items;
         i++)
        give_type(in, right->list->items[i], sql_infer(in, left));
}

/* COALESCE and its like: a parameter among values has their type. */
static void type_alike(inference *in, PgQuery__Node *const *nodes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        give_type(in, nodes[i], common(in, nodes, count));
}

static void type_arguments(inference *in, const PgQuery__FuncCall *call)
{
    const char *name = pgparse_last_name(call->funcname, call->n_funcname);
    const char *word = name ? sql_function_argument(name) : NULL;
    for (size_t i = 0; word && i < call->n_args; i++)
        give_type(in, call->args[i], sql_type_of_word(word));
    if (name && is_alike(name))
        type_alike(in, call->args, call->n_args);
}

static bool type_parameters(ProtobufCMessage *message, void *context)
{
    inference *in = context;
    if (PGPARSE_IS(message, coalesce_expr)) {
        const PgQuery__CoalesceExpr *coalesce = (const PgQuery__CoalesceExpr *)message;
        type_alike(in, coalesce->args, coalesce->n_args);
    }
    if (PGPARSE_IS(message, func_call))
        type_arguments(in, (const PgQuery__FuncCall *)message);
    if (PGPARSE_IS(message, a__expr))
        type_operands(in, (const PgQuery__AExpr *)message);
    if (PGPARSE_IS(message, select_stmt)) {
        const PgQuery__SelectStmt *select = (const PgQuery__SelectStmt *)message;
        give_type(in, select->limit_count, sql_type_of_word("BigInt"));
        give_type(in, select->limit_offset, sql_type_of_word("BigInt"));
    }
    if (PGPARSE_IS(message, type_cast)) {
        const PgQuery__TypeCast *cast = (const PgQuery__TypeCast *)message;
        give_type(in, cast->arg,
                  sql_type_of_declaration(
                      pgparse_last_name(cast->type_name->names, cast->type_name->n_names)));
    }
    return true;
}

/* ---- the statement --------------------------------------------------------------------------- */

/* SQLite declares a column of a set operation as its first branch has it. */
static void infer_value(inference *in, const PgQuery__Node *statement,
                        const sql_result_column *column, sqlfile_value *value)
{
    in->is_split = false;
    tenon_field found = sql_infer_result(in, statement, column);
    bool is_wider = is_number(&found) && is_number(&value->field) && found.kind > value->field.kind;
    if (value->field.kind && !in->is_split && !is_wider)
        return;
    found.flags |= value->field.flags & ~(uint32_t)TENON_FIELD_LIST;
    value->field = found;
}

void sql_infer_types(sql_check *c, const char *analysed)
{
    inference in = {.check = c};
    sqlfile_query *query = c->query;
    pgparse_tree *tree = sql_read_tree(c->set, sql_as_postgresql(c->set, analysed));
    PgQuery__Node *statement = tree && tree->statement_count == 1 ? tree->statements[0].node : NULL;
    if (statement) {
        sql_collect_names(&in, statement);
        pgparse_walk(statement, type_parameters, &in);
    }
    for (size_t i = 0; statement && i < query->column_count; i++) {
        sqlfile_value *value = &query->columns[i];
        const sql_result_column column = {value->name, i, query->column_count};
        if (!value->is_certain)
            infer_value(&in, statement, &column, value);
    }
    pgparse_free(tree);
}

/* ---- objects --------------------------------------------------------------------------------- */

typedef struct call_at {
    const pgparse_statement *statement;
    size_t at;
    const PgQuery__FuncCall *found;
} call_at;

static bool look_for_call(ProtobufCMessage *message, void *context)
{
    call_at *wanted = context;
    if (PGPARSE_IS(message, func_call)) {
        const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
        if (pgparse_offset(wanted->statement, call->location) == wanted->at)
            wanted->found = call;
    }
    return !wanted->found;
}

void sql_infer_members(sql_check *c, const char *analysed, size_t at, size_t step,
                       sql_described *out, size_t count)
{
    inference in = {.check = c};
    const char *sql = sql_as_postgresql(c->set, analysed);
    pgparse_tree *tree = sql_read_tree(c->set, sql);
    if (tree && tree->statement_count == 1 && tree->statements[0].node) {
        call_at call = {&tree->statements[0], at, NULL};
        sql_collect_names(&in, call.statement->node);
        pgparse_walk(call.statement->node, look_for_call, &call);
        for (size_t i = 0; call.found && call.found->n_args == step * count && i < count; i++)
            out[i].field = sql_infer(&in, call.found->args[step * i + step - 1]);
    }
    pgparse_free(tree);
}
