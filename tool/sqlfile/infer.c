/* Types that SQLite does not tell: of expressions, and of parameters that are compared with them.
 *
 * SQLite has none, so what is found here is what its documentation says of functions and operators:
 * count is an integer, || a text, max what its argument is. A column has the type that the schema
 * gives it, when all tables of the statement that have one of this name agree. The text is read by
 * PostgreSQL's parser; what it does not understand, and everything else that is not certain, stays
 * unknown, and the author of the query says it. */
#include "sqlfile/check.h"

#include <strings.h>

enum { MOST_NAMES = 16 };

/* A query that WITH or FROM gives a name. */
typedef struct named_query {
    const char *name;
    PgQuery__Node **columns; /* what its columns are called instead, or NULL */
    size_t column_count;
    const PgQuery__SelectStmt *select; /* its first branch */
    bool is_open;                      /* being looked into, so that recursion ends */
} named_query;

typedef struct named_table {
    const char *name, *alias; /* which may be the name */
} named_table;

typedef struct inference {
    sql_check *check;
    named_table tables[MOST_NAMES]; /* that stand in the statement, wherever */
    size_t table_count;
    named_query queries[MOST_NAMES];
    size_t query_count;
} inference;

static tenon_field infer(inference *in, const PgQuery__Node *node);

static tenon_field unknown(void)
{
    return (tenon_field){.precision = -1};
}

static bool is_same(const tenon_field *a, const tenon_field *b)
{
    return a->kind == b->kind && a->enumeration == b->enumeration &&
           !((a->flags ^ b->flags) & TENON_FIELD_LIST);
}

/* ---- one type of several --------------------------------------------------------------------- */

/* What the values of one column are. Whole numbers that are written out take the type of the
 * others: 0 in COALESCE(price, 0) says little. */
typedef struct agreement {
    tenon_field found, constant;
    bool is_split;
} agreement;

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
        return is_same(found, each);
    return true;
}

static bool is_whole_constant(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_A_CONST &&
           node->a_const->val_case == PG_QUERY__A__CONST__VAL_IVAL;
}

static void agree(inference *in, agreement *a, const PgQuery__Node *node)
{
    tenon_field each = infer(in, node);
    if (!each.kind)
        return;
    if (is_whole_constant(node)) {
        int32_t value = node->a_const->ival->ival;
        bool is_small = value >= INT16_MIN && value <= INT16_MAX;
        each = sql_type_of_word(is_small ? "SmallInt" : "Int");
    }
    a->is_split |= !widen(is_whole_constant(node) ? &a->constant : &a->found, &each);
}

static tenon_field agreed(const agreement *a)
{
    tenon_field found = a->found;
    bool is_plain_decimal =
        found.kind == TENON_KIND_DECIMAL && !(found.flags & (TENON_FIELD_EXACT | TENON_FIELD_LIST));
    if (a->is_split)
        return unknown();
    if (!a->constant.kind || is_plain_decimal)
        return found;
    if (!found.kind)
        return sql_type_of_word("BigInt");
    return widen(&found, &a->constant) ? found : unknown();
}

/* The type that all of them have whose type is known. */
static tenon_field common(inference *in, PgQuery__Node *const *nodes, size_t count)
{
    agreement all = {.found = unknown(), .constant = unknown()};
    for (size_t i = 0; i < count; i++)
        agree(in, &all, nodes[i]);
    return agreed(&all);
}

/* ---- columns --------------------------------------------------------------------------------- */

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

static tenon_field type_of_column(const inference *in, const char *table, const char *column)
{
    const sql_check *c = in->check;
    const tenon_field *field = sql_field_of(c->set, find_field(c->set->schema, table, column));
    if (field) {
        tenon_field copy = *field;
        copy.flags &= TENON_FIELD_LIST | TENON_FIELD_EXACT;
        copy.precision = -1;
        return copy;
    }
    const catalogue_table *found = catalogue_find_table(c->database->catalogue, NULL, table);
    const catalogue_column *in_table = found ? catalogue_find_column(found, column) : NULL;
    return in_table ? sql_type_of_declaration(in_table->type) : unknown();
}

static const char *name_of_target(const PgQuery__ResTarget *target)
{
    const PgQuery__Node *value = target->val;
    if (*target->name)
        return target->name;
    return value && value->node_case == PG_QUERY__NODE__NODE_COLUMN_REF
               ? pgparse_last_name(value->column_ref->fields, value->column_ref->n_fields)
               : NULL;
}

static const PgQuery__Node *target_at(const PgQuery__SelectStmt *select, size_t at)
{
    if (!select->n_values_lists)
        return at < select->n_target_list ? select->target_list[at]->res_target->val : NULL;
    const PgQuery__Node *row = select->values_lists[0];
    bool has_it = row->node_case == PG_QUERY__NODE__NODE_LIST && at < row->list->n_items;
    return has_it ? row->list->items[at] : NULL;
}

/* The expression that a column of this name is; NULL when there is none. */
static const PgQuery__Node *find_target(const named_query *q, const char *column)
{
    for (size_t i = 0; i < q->column_count; i++) {
        const char *name = pgparse_string(q->columns[i]);
        if (name && !strcasecmp(name, column))
            return target_at(q->select, i);
    }
    for (size_t i = q->column_count; i < q->select->n_target_list; i++) {
        const char *name = name_of_target(q->select->target_list[i]->res_target);
        if (name && !strcasecmp(name, column))
            return target_at(q->select, i);
    }
    return NULL;
}

/* False when a query has such a column, and its type is not known. */
static bool infer_named(inference *in, const char *column, tenon_field *found)
{
    for (size_t i = 0; i < in->query_count; i++) {
        named_query *q = &in->queries[i];
        const PgQuery__Node *value = q->is_open ? NULL : find_target(q, column);
        if (!value)
            continue;
        q->is_open = true;
        tenon_field each = infer(in, value);
        q->is_open = false;
        if (!each.kind || (found->kind && !is_same(found, &each)))
            return false;
        *found = each;
    }
    return true;
}

/* The type that a column of this name has in all tables, or in those that are called so. */
static bool infer_in_tables(const inference *in, const char *alias, const char *column,
                            tenon_field *found)
{
    for (size_t i = 0; i < in->table_count; i++) {
        if (alias && strcasecmp(in->tables[i].alias, alias) != 0)
            continue;
        tenon_field each = type_of_column(in, in->tables[i].name, column);
        if (!each.kind)
            continue;
        if (found->kind && !is_same(found, &each))
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

static tenon_field infer_name(inference *in, const char *alias, const char *column)
{
    tenon_field found = unknown();
    if (alias && !is_query(in, alias) && infer_in_tables(in, alias, column, &found) && found.kind)
        return found;
    found = unknown();
    bool is_one = column && infer_in_tables(in, NULL, column, &found);
    return is_one && infer_named(in, column, &found) ? found : unknown();
}

static tenon_field infer_column(inference *in, const PgQuery__ColumnRef *ref)
{
    const char *alias = ref->n_fields > 1 ? pgparse_first_name(ref->fields, ref->n_fields) : NULL;
    return infer_name(in, alias, pgparse_last_name(ref->fields, ref->n_fields));
}

static void add_query(inference *in, const char *name, const PgQuery__Node *query,
                      PgQuery__Node **columns, size_t column_count)
{
    const PgQuery__SelectStmt *select = NULL;
    if (query && query->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        select = query->select_stmt;
    while (select && select->larg)
        select = select->larg;
    if (select && in->query_count < MOST_NAMES)
        in->queries[in->query_count++] = (named_query){
            .name = name, .columns = columns, .column_count = column_count, .select = select};
}

static bool add_name(ProtobufCMessage *message, void *context)
{
    inference *in = context;
    if (PGPARSE_IS(message, range_var) && in->table_count < MOST_NAMES) {
        const PgQuery__RangeVar *named = (const PgQuery__RangeVar *)message;
        in->tables[in->table_count++] =
            (named_table){named->relname, named->alias ? named->alias->aliasname : named->relname};
    }
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
    tenon_field of = call->n_args ? infer(in, call->args[0]) : unknown();
    switch (of.kind) {
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        return sql_type_of_word("BigInt");
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return sql_type_of_word("Float");
    default:
        return unknown();
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
        return unknown();
    if (!strcasecmp(name, "sum"))
        return infer_sum(in, call);
    if (!strcasecmp(name, "iif") && call->n_args == 3)
        return common(in, call->args + 1, 2);
    if (is_alike(name))
        return common(in, call->args, call->n_args);
    for (size_t i = 0; call->n_args && i < TENON__COUNT(alike_first); i++)
        if (!strcasecmp(name, alike_first[i]))
            return infer(in, call->args[0]);
    const char *word = sql_function_result(name);
    return word ? sql_type_of_word(word) : unknown();
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
        return unknown();
    }
}

/* Of numbers: the wider one. */
static tenon_field infer_arithmetic(inference *in, const PgQuery__AExpr *expr)
{
    tenon_field left = expr->lexpr ? infer(in, expr->lexpr) : sql_type_of_word("BigInt");
    tenon_field right = infer(in, expr->rexpr);
    if (!is_number(&left) || !is_number(&right))
        return unknown();
    bool is_real = left.kind >= TENON_KIND_FLOAT || right.kind >= TENON_KIND_FLOAT;
    return sql_type_of_word(is_real ? "Float" : "BigInt");
}

static tenon_field infer_operator(inference *in, const PgQuery__AExpr *expr)
{
    const char *name = pgparse_last_name(expr->name, expr->n_name);
    if (expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_NULLIF)
        return infer(in, expr->lexpr);
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
    return is_comparison ? sql_type_of_word("Boolean") : unknown();
}

static tenon_field infer_case(inference *in, const PgQuery__CaseExpr *expr)
{
    agreement all = {.found = unknown(), .constant = unknown()};
    for (size_t i = 0; i < expr->n_args; i++)
        agree(in, &all, expr->args[i]->case_when->result);
    if (expr->defresult)
        agree(in, &all, expr->defresult);
    return agreed(&all);
}

static tenon_field infer_sub_query(inference *in, const PgQuery__SubLink *link)
{
    if (link->sub_link_type != PG_QUERY__SUB_LINK_TYPE__EXPR_SUBLINK)
        return sql_type_of_word("Boolean");
    const PgQuery__SelectStmt *select = link->subselect->select_stmt;
    bool is_one = link->subselect->node_case == PG_QUERY__NODE__NODE_SELECT_STMT &&
                  select->n_target_list == 1;
    return is_one ? infer(in, select->target_list[0]->res_target->val) : unknown();
}

static tenon_field infer(inference *in, const PgQuery__Node *node)
{
    switch ((int)node->node_case) {
    case PG_QUERY__NODE__NODE_A_CONST:
        return infer_constant(node->a_const);
    case PG_QUERY__NODE__NODE_COLUMN_REF:
        return infer_column(in, node->column_ref);
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
        return unknown();
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
    give_type(in, left, infer(in, right));
    give_type(in, right, infer(in, left));
    for (size_t i = 0; right->node_case == PG_QUERY__NODE__NODE_LIST && i < right->list->n_items;
         i++)
        give_type(in, right->list->items[i], infer(in, left));
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

static const PgQuery__SelectStmt *first_select(const PgQuery__Node *statement)
{
    const PgQuery__SelectStmt *select = NULL;
    if (statement->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        select = statement->select_stmt;
    while (select && select->larg)
        select = select->larg;
    return select;
}

/* Behind a `*` nobody knows which target a column is; its name has to do. */
static tenon_field infer_result(inference *in, const PgQuery__SelectStmt *select, size_t at)
{
    const char *name = in->check->query->columns[at].name;
    if (select->n_target_list == in->check->query->column_count)
        return infer(in, select->target_list[at]->res_target->val);
    for (size_t i = 0; i < select->n_target_list; i++) {
        const char *target = name_of_target(select->target_list[i]->res_target);
        if (target && !strcasecmp(target, name))
            return infer(in, select->target_list[i]->res_target->val);
    }
    return infer_name(in, NULL, name);
}

static void infer_results(inference *in, const PgQuery__SelectStmt *select)
{
    sqlfile_query *query = in->check->query;
    for (size_t i = 0; i < query->column_count; i++) {
        sqlfile_value *value = &query->columns[i];
        if (value->field.kind)
            continue;
        uint32_t flags = value->field.flags;
        value->field = infer_result(in, select, i);
        value->field.flags |= flags;
    }
}

void sql_infer_types(sql_check *c, const char *analysed)
{
    inference in = {.check = c};
    const char *sql = sql_as_postgresql(c->set, analysed);
    pgparse_tree *tree = sql_read_tree(c->set, sql);
    PgQuery__Node *statement = tree && tree->statement_count == 1 ? tree->statements[0].node : NULL;
    const PgQuery__SelectStmt *select = statement ? first_select(statement) : NULL;
    if (statement) {
        pgparse_walk(statement, add_name, &in);
        pgparse_walk(statement, type_parameters, &in);
    }
    if (select && !select->n_values_lists)
        infer_results(&in, select);
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
        pgparse_walk(call.statement->node, add_name, &in);
        pgparse_walk(call.statement->node, look_for_call, &call);
        for (size_t i = 0; call.found && call.found->n_args == step * count && i < count; i++)
            out[i].field = infer(&in, call.found->args[step * i + step - 1]);
    }
    pgparse_free(tree);
}
