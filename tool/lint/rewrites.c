/* Checks 32 to 35 and 42: statements for which PostgreSQL writes a table anew while everybody
 * waits, and a type that does not compare. */
#include "lint/lint_inside.h"

/* Since the file said so, times without a zone are taken for UTC. */
static bool is_session_utc(const lint *l)
{
    for (size_t i = 0; i < l->step_index; i++) {
        const PgQuery__Node *node = l->file->steps[i].node;
        if (!node || node->node_case != NODE(VARIABLE_SET_STMT))
            continue;
        const PgQuery__VariableSetStmt *set = node->variable_set_stmt;
        if (strcmp(set->name, "timezone") == 0 && set->n_args == 1 &&
            set->args[0]->node_case == NODE(A_CONST) &&
            set->args[0]->a_const->val_case == PG_QUERY__A__CONST__VAL_SVAL)
            return strcasecmp(set->args[0]->a_const->sval->sval, "utc") == 0;
    }
    return false;
}

/* Whether it belongs to a file that makes an enum anew for the columns of `table`, the first one
 * that is altered. */
static bool is_of_one_enum(const PgQuery__Node *node, const char **table)
{
    if (!node)
        return false;
    if (node->node_case == NODE(CREATE_ENUM_STMT))
        return !*table;
    if (node->node_case == NODE(RENAME_STMT))
        return node->rename_stmt->rename_type == OBJECT(TYPE);
    if (node->node_case == NODE(DROP_STMT))
        return node->drop_stmt->remove_type == OBJECT(TYPE);
    if (!lint_is_alter_table(node))
        return false;
    const char *altered = node->alter_table_stmt->relation->relname;
    *table = *table ? *table : altered;
    return !strcmp(*table, altered);
}

/* The file says `tenon:rewrite`, and nothing but one statement, or those with which an enum is made
 * anew: `deploy` makes the change while the table is in use. */
bool lint_is_made_online(const lint *l)
{
    static const char word[] = "tenon:rewrite";
    const pgparse_tree *tree = l->file->tree;
    const char *table = NULL;
    bool is_enum = true;
    for (size_t i = 0; i < tree->statement_count; i++)
        is_enum = is_enum && is_of_one_enum(tree->statements[i].node, &table);
    for (size_t i = 0; (l->file->step_count == 1 || is_enum) && i < tree->comment_count; i++) {
        const char *text = tree->text + tree->comments[i].start + 2;
        if (!strncmp(text + strspn(text, " \t"), word, sizeof word - 1))
            return true;
    }
    return false;
}

static void change_type(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(AlterColumnType) || l->step->is_new || lint_is_made_online(l))
        return;
    lint_type from = lint_known_type(l, l->step->table, command->name);
    lint_type to = lint_type_of(l, command->def->column_def->type_name);
    lint_change change =
        lint_compare_types(&from, &to, l->options.server_version >= 12 && is_session_utc(l));
    if (change == LINT_SAME_TYPE || change == LINT_CHEAP_CHANGE)
        return;
    lint_finding *finding =
        lint_report(l, -1, "%s %s anew to change %s from %s to %s, and everybody waits",
                    change == LINT_REWRITE ? "writes" : "may write", l->step->table, command->name,
                    lint_type_text(l, &from), lint_type_text(l, &to));
    lint_set_rewrite(
        l, finding,
        "ALTER TABLE %s ADD COLUMN %s %s;\n"
        "-- keep both equal by a trigger, fill the new one in batches, then swap their names",
        lint_quote_table(l, l->step->table),
        lint_quote(l, lint_format_text(l, "%s_new", command->name)), lint_type_text(l, &to));
    lint_scale(l, finding, l->step->table);
}

/* ---- 33 ---- */

/* What gives one value a statement, though it is a call. */
static bool is_stable(const char *name)
{
    static const char *const names[] = {"now",
                                        "transaction_timestamp",
                                        "statement_timestamp",
                                        "current_user",
                                        "session_user",
                                        "current_setting",
                                        "timezone",
                                        "date_trunc",
                                        "to_jsonb",
                                        "jsonb_build_object",
                                        "json_build_object",
                                        "jsonb_build_array",
                                        "array_fill",
                                        "make_interval",
                                        "lower",
                                        "upper",
                                        "concat",
                                        "current_database",
                                        "current_schema",
                                        "make_date",
                                        "txid_current",
                                        "md5",
                                        "date_part",
                                        "to_timestamp",
                                        "make_timestamp",
                                        "int4range",
                                        "daterange",
                                        "tstzrange",
                                        "coalesce",
                                        "encode",
                                        "decode",
                                        "to_tsvector",
                                        "extract",
                                        "age",
                                        "replace",
                                        "length",
                                        "inet_client_addr",
                                        "json_build_array",
                                        NULL};
    for (const char *const *n = names; *n; n++)
        if (strcmp(*n, name) == 0)
            return true;
    return false;
}

static bool look_for_volatile(ProtobufCMessage *message, void *context)
{
    const char **found = context;
    if (!PGPARSE_IS(message, func_call))
        return true;
    const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
    const char *name = pgparse_last_name(call->funcname, call->n_funcname);
    if (name && !is_stable(name))
        *found = name;
    return true;
}

static const char volatility_sql[] =
    "SELECT 1::text FROM pg_proc WHERE proname = $1 HAVING bool_and(provolatile <> 'v')";

static void volatile_default(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__ColumnDef *column = lint_added_column(command);
    const PgQuery__Constraint *given =
        column ? lint_column_constraint(column, CONSTRAINT(DEFAULT)) : NULL;
    const char *function = NULL;
    if (!given || l->step->is_new)
        return;
    pgparse_walk(given->raw_expr, look_for_volatile, &function);
    if (function && lint_ask(l, volatility_sql, function))
        function = NULL;
    if (!function && l->options.server_version >= 11)
        return;
    const char *table = lint_quote_table(l, l->step->table);
    const char *name = lint_quote(l, column->colname);
    lint_type type = lint_type_of(l, column->type_name);
    lint_finding *finding = lint_report(
        l, given->location, "writes %s anew, because %s gives each row a value of its own",
        l->step->table, function ? function : "the default");
    lint_set_rewrite(l, finding,
                     "ALTER TABLE %s ADD COLUMN %s %s;\n"
                     "ALTER TABLE %s ALTER COLUMN %s SET DEFAULT %s;\n"
                     "-- then fill the rows that are there, in batches",
                     table, name, lint_type_text(l, &type), table, name,
                     lint_print_expression(l, given->raw_expr));
    lint_scale(l, finding, l->step->table);
}

/* ---- 34, 35, 42 ---- */

static void computed_column(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__ColumnDef *column = lint_added_column(command);
    if (!column || l->step->is_new)
        return;
    lint_type type = lint_type_of(l, column->type_name);
    const char *what = NULL;
    if (lint_is_serial(&type))
        what = type.name;
    else if (lint_column_constraint(column, CONSTRAINT(GENERATED)))
        what = "a generated column that is stored";
    else if (lint_column_constraint(column, CONSTRAINT(IDENTITY)))
        what = "an identity column";
    if (what)
        lint_scale(l,
                   lint_report(l, column->location,
                               "writes %s anew, because %s is filled in each row", l->step->table,
                               what),
                   l->step->table);
}

static void rewrite_table(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    const char *table = l->step->table ? l->step->table : "every table";
    bool is_full =
        node->node_case == NODE(VACUUM_STMT) &&
        lint_has_option(node->vacuum_stmt->options, node->vacuum_stmt->n_options, "full");
    if (is_full || node->node_case == NODE(CLUSTER_STMT))
        lint_scale(l, lint_report(l, -1, "writes %s anew, and everybody who uses it waits", table),
                   table);
}

static void report_json(lint *l, const PgQuery__ColumnDef *column)
{
    lint_type type = lint_type_of(l, column->type_name);
    if (type.name && strcmp(type.name, "json") == 0)
        lint_report(l, column->location,
                    "the column %s is json, which has no equality: DISTINCT and GROUP BY fail",
                    column->colname);
}

static void json_column(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__ColumnDef *column = lint_added_column(command);
    if (column)
        report_json(l, column);
}

static void json_columns(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(CREATE_STMT))
        return;
    for (size_t i = 0; i < node->create_stmt->n_table_elts; i++)
        if (node->create_stmt->table_elts[i]->node_case == NODE(COLUMN_DEF))
            report_json(l, node->create_stmt->table_elts[i]->column_def);
}

const lint_rule lint_rules_rewrites[] = {
    {32, NULL, change_type, NULL},         {33, NULL, volatile_default, NULL},
    {34, NULL, computed_column, NULL},     {35, rewrite_table, NULL, NULL},
    {42, json_columns, json_column, NULL}, {0},
};
