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
    PgQuery__Node **columns; /* what its columns are called instead, or NULL */
    size_t column_count;
    const PgQuery__SelectStmt *select; /* its first branch */
    bool is_open;                      /* being looked into, so that recursion ends */
} named_query;

typedef struct inference {
    sql_check *check;
    const char *tables[MOST_NAMES]; /* that stand in the statement, wherever */
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

/* The type that all of them have whose type is known. */
static tenon_field common(inference *in, PgQuery__Node *const *nodes, size_t count)
{
    tenon_field found = unknown();
    for (size_t i = 0; i < count; i++) {
        tenon_field each = infer(in, nodes[i]);
        if (!each.kind)
            continue;
        if (found.kind && !is_same(&found, &each))
            return unknown();
        found = each;
    }
    return found;
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

static tenon_field infer_column(inference *in, const PgQuery__ColumnRef *ref)
{
    const char *column = pgparse_last_name(ref->fields, ref->n_fields);
    tenon_field found = unknown();
    for (size_t i = 0; column && i < in->table_count; i++) {
        tenon_field each = type_of_column(in, in->tables[i], column);
        if (!each.kind)
            continue;
        if (found.kind && !is_same(&found, &each))
            return unknown();
        found = each;
    }
    return column && infer_named(in, column, &found) ? found : unknown();
}

static void add_query(inference *in, const PgQuery__Node *query, PgQuery__Node **columns,
                      size_t column_count)
{
    const PgQuery__SelectStmt *select = NULL;
    if (query && query->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        select = query->select_stmt;
    while (select && select->larg)
        select = select->larg;
    if (select && in->query_count < MOST_NAMES)
        in->queries[in->query_count++] =
            (named_query){.columns = columns, .column_count = column_count, .select = select};
}

static bool add_name(ProtobufCMessage *message, void *context)
{
    inference *in = context;
    if (PGPARSE_IS(message, range_var) && in->table_count < MOST_NAMES)
        in->tables[in->table_count++] = ((const PgQuery__RangeVar *)message)->relname;
    if (PGPARSE_IS(message, common_table_expr)) {
        const PgQuery__CommonTableExpr *cte = (const PgQuery__CommonTableExpr *)message;
        add_query(in, cte->ctequery, cte->aliascolnames, cte->n_aliascolnames);
    }
    if (PGPARSE_IS(message, range_subselect)) {
        const PgQuery__RangeSubselect *from = (const PgQuery__RangeSubselect *)message;
        add_query(in, from->subquery, from->alias ? from->alias->colnames : NULL,
                  from->alias ? from->alias->n_colnames : 0);
    }
    return true;
}

/* ---- functions ------------------------------------------------------------------------------- */

static const struct {
    const char *name, *word;
} functions[] = {
    {"count", "BigInt"},
    {"length", "BigInt"},
    {"instr", "BigInt"},
    {"unicode", "BigInt"},
    {"changes", "BigInt"},
    {"total_changes", "BigInt"},
    {"random", "BigInt"},
    {"last_insert_rowid", "BigInt"},
    {"sign", "BigInt"},
    {"row_number", "BigInt"},
    {"rank", "BigInt"},
    {"dense_rank", "BigInt"},
    {"ntile", "BigInt"},
    {"json_array_length", "BigInt"},
    {"unixepoch", "BigInt"},
    {"avg", "Float"},
    {"total", "Float"},
    {"round", "Float"},
    {"julianday", "Float"},
    {"percent_rank", "Float"},
    {"cume_dist", "Float"},
    {"acos", "Float"},
    {"acosh", "Float"},
    {"asin", "Float"},
    {"asinh", "Float"},
    {"atan", "Float"},
    {"atan2", "Float"},
    {"atanh", "Float"},
    {"cos", "Float"},
    {"cosh", "Float"},
    {"degrees", "Float"},
    {"exp", "Float"},
    {"ln", "Float"},
    {"log", "Float"},
    {"log10", "Float"},
    {"log2", "Float"},
    {"mod", "Float"},
    {"pi", "Float"},
    {"pow", "Float"},
    {"power", "Float"},
    {"radians", "Float"},
    {"sin", "Float"},
    {"sinh", "Float"},
    {"sqrt", "Float"},
    {"tan", "Float"},
    {"tanh", "Float"},
    {"bm25", "Float"},
    {"lower", "String"},
    {"upper", "String"},
    {"trim", "String"},
    {"ltrim", "String"},
    {"rtrim", "String"},
    {"btrim", "String"},
    {"replace", "String"},
    {"substr", "String"},
    {"substring", "String"},
    {"printf", "String"},
    {"format", "String"},
    {"hex", "String"},
    {"quote", "String"},
    {"char", "String"},
    {"typeof", "String"},
    {"soundex", "String"},
    {"group_concat", "String"},
    {"strftime", "String"},
    {"sqlite_version", "String"},
    {"sqlite_source_id", "String"},
    {"highlight", "String"},
    {"snippet", "String"},
    {"date", "String"},
    {"time", "String"},
    {"datetime", "String"},
    {"json", "Json"},
    {"json_object", "Json"},
    {"json_array", "Json"},
    {"json_group_array", "Json"},
    {"json_group_object", "Json"},
    {"json_type", "String"},
    {"like_escape", "String"},
    {"randomblob", "Bytes"},
    {"zeroblob", "Bytes"},
    {"glob", "Boolean"},
    {"like", "Boolean"},
    {"json_valid", "Boolean"},
    {"sqlite_compileoption_used", "Boolean"},
    {"sqlite_compileoption_get", "String"},
};

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

static tenon_field infer_function(inference *in, const PgQuery__FuncCall *call)
{
    const char *name = pgparse_last_name(call->funcname, call->n_funcname);
    if (!name)
        return unknown();
    if (!strcasecmp(name, "sum"))
        return infer_sum(in, call);
    if (!strcasecmp(name, "iif") && call->n_args == 3)
        return common(in, call->args + 1, 2);
    for (size_t i = 0; i < TENON__COUNT(alike); i++)
        if (!strcasecmp(name, alike[i]))
            return common(in, call->args, call->n_args);
    for (size_t i = 0; call->n_args && i < TENON__COUNT(alike_first); i++)
        if (!strcasecmp(name, alike_first[i]))
            return infer(in, call->args[0]);
    for (size_t i = 0; i < TENON__COUNT(functions); i++)
        if (!strcasecmp(name, functions[i].name))
            return sql_type_of_word(functions[i].word);
    return unknown();
}

/* ---- expressions ----------------------------------------------------------------------------- */

static tenon_field infer_constant(const PgQuery__AConst *constant)
{
    switch (constant->val_case) {
    case PG_QUERY__A__CONST__VAL_IVAL:
        return sql_type_of_word("BigInt");
    case PG_QUERY__A__CONST__VAL_FVAL:
        return sql_type_of_word("Float");
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
    bool is_left = left.kind >= TENON_KIND_INT16 && left.kind <= TENON_KIND_DOUBLE;
    bool is_right = right.kind >= TENON_KIND_INT16 && right.kind <= TENON_KIND_DOUBLE;
    if (!is_left || !is_right)
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
    tenon_field found = expr->defresult ? infer(in, expr->defresult) : unknown();
    for (size_t i = 0; i < expr->n_args; i++) {
        tenon_field each = infer(in, expr->args[i]->case_when->result);
        if (found.kind && each.kind && !is_same(&found, &each))
            return unknown();
        found = each.kind ? each : found;
    }
    return found;
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

static bool type_parameters(ProtobufCMessage *message, void *context)
{
    inference *in = context;
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

static PgQuery__Node **targets_of(const PgQuery__Node *statement, size_t *count)
{
    const PgQuery__SelectStmt *select = NULL;
    *count = 0;
    if (statement->node_case == PG_QUERY__NODE__NODE_SELECT_STMT)
        select = statement->select_stmt;
    while (select && select->larg)
        select = select->larg;
    if (select)
        *count = select->n_target_list;
    return select ? select->target_list : NULL;
}

void sql_infer_types(sql_check *c, const char *analysed)
{
    inference in = {.check = c};
    size_t count;
    const char *sql = sql_as_postgresql(c->set, analysed);
    pgparse_tree *tree = sql_read_tree(c->set, sql);
    PgQuery__Node *statement = tree && tree->statement_count == 1 ? tree->statements[0].node : NULL;
    if (statement) {
        pgparse_walk(statement, add_name, &in);
        pgparse_walk(statement, type_parameters, &in);
        PgQuery__Node **targets = targets_of(statement, &count);
        for (size_t i = 0; count == c->query->column_count && i < count; i++) {
            sqlfile_value *value = &c->query->columns[i];
            if (value->field.kind)
                continue;
            uint32_t flags = value->field.flags;
            value->field = infer(&in, targets[i]->res_target->val);
            value->field.flags |= flags;
        }
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
        pgparse_walk(call.statement->node, add_name, &in);
        pgparse_walk(call.statement->node, look_for_call, &call);
        for (size_t i = 0; call.found && call.found->n_args == step * count && i < count; i++)
            out[i].field = infer(&in, call.found->args[step * i + step - 1]);
    }
    pgparse_free(tree);
}
