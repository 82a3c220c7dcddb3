/* Checks 14 to 20: statements that the rows which are there may refuse.
 *
 * Each can be decided by a query, which is what a finding hands out to copy. With a connection the
 * query is run: then the finding is proved, with the keys of the rows that are in the way, or it is
 * taken back. */
#include "lint/lint_inside.h"

/* A column that this file adds is not yet there to be asked about. */
static bool is_added_here(lint *l, const char *column)
{
    const lint_column *found = lint_find_column(l, l->step->table, column);
    return found && found->file == l->file_index;
}

/* ---- 14: equal values ---- */

static const char *key_text(lint *l, const PgQuery__Node *key)
{
    if (key->node_case != NODE(INDEX_ELEM))
        return lint_quote(l, pgparse_string(key) ? pgparse_string(key) : "");
    if (key->index_elem->name[0])
        return lint_quote(l, key->index_elem->name);
    return lint_format_text(l, "(%s)", lint_print_expression(l, key->index_elem->expr));
}

static const char *duplicates_query(lint *l, const char *table, PgQuery__Node *const *keys,
                                    size_t count, PgQuery__Node *predicate)
{
    const char *list = "", *conditions = "true";
    for (size_t i = 0; i < count; i++) {
        const char *key = key_text(l, keys[i]);
        list = lint_format_text(l, "%s%s%s", list, i ? ", " : "", key);
        conditions = lint_format_text(l, "%s AND %s IS NOT NULL", conditions, key);
    }
    if (predicate)
        conditions =
            lint_format_text(l, "%s AND (%s)", conditions, lint_print_expression(l, predicate));
    return lint_format_text(l,
                            "SELECT count(*)::text, left(string_agg(k, '; '), 200) FROM "
                            "(SELECT concat_ws(', ', %s) || ' (' || count(*) || ' times)' AS k "
                            "FROM %s WHERE %s GROUP BY %s HAVING count(*) > 1) AS duplicates",
                            list, lint_quote_table(l, table), conditions, list);
}

static void expect_unique(lint *l, PgQuery__Node *const *keys, size_t count,
                          PgQuery__Node *predicate, const char *what)
{
    if (l->step->is_new || !count)
        return;
    for (size_t i = 0; i < count; i++)
        if (pgparse_string(keys[i]) && is_added_here(l, pgparse_string(keys[i])))
            return;
    const char *query = duplicates_query(l, l->step->table, keys, count, predicate);
    lint_finding *finding =
        lint_report(l, -1, "%s of %s fails where rows have equal values", what, l->step->table);
    lint_set_rewrite(l, finding, "-- has to find nothing:\n%s;", query);
    lint_prove_query(l, &finding, l->step->table, query);
}

static void unique_index(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case == NODE(INDEX_STMT) && node->index_stmt->unique)
        expect_unique(l, node->index_stmt->index_params, node->index_stmt->n_index_params,
                      node->index_stmt->where_clause, "the unique index");
}

static void unique_constraint(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__Constraint *unique = lint_added_constraint(command, CONSTRAINT(UNIQUE));
    const PgQuery__Constraint *primary = lint_added_constraint(command, CONSTRAINT(PRIMARY));
    if (unique)
        expect_unique(l, unique->keys, unique->n_keys, NULL, "the unique constraint");
    if (primary)
        expect_unique(l, primary->keys, primary->n_keys, NULL, "the primary key");
}

/* ---- 15, 16: NOT NULL ---- */

static bool has_value(const PgQuery__ColumnDef *column, const lint_type *type)
{
    return lint_is_serial(type) || lint_column_constraint(column, CONSTRAINT(DEFAULT)) ||
           lint_column_constraint(column, CONSTRAINT(IDENTITY)) ||
           lint_column_constraint(column, CONSTRAINT(GENERATED));
}

static void required_column(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__ColumnDef *column = lint_added_column(command);
    if (!column || l->step->is_new)
        return;
    lint_type type = lint_type_of(l, column->type_name);
    bool is_required = lint_column_constraint(column, CONSTRAINT(NOTNULL)) ||
                       lint_column_constraint(column, CONSTRAINT(PRIMARY));
    if (!is_required || has_value(column, &type))
        return;
    const char *table = lint_quote_table(l, l->step->table), *name = lint_quote(l, column->colname);
    lint_finding *finding = lint_report(
        l, -1, "adds %s to %s as NOT NULL without a default: fails unless the table is empty",
        column->colname, l->step->table);
    lint_set_rewrite(l, finding,
                     "ALTER TABLE %s ADD COLUMN %s %s;\n"
                     "-- fill it, in batches; then, in a later migration:\n"
                     "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID;",
                     table, name, lint_type_text(l, &type), table,
                     lint_quote(l, lint_format_text(l, "%s_not_null", column->colname)), name);
    lint_prove_rows(l, &finding, l->step->table, "true");
}

static void set_not_null(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(SetNotNull) || l->step->is_new ||
        lint_is_checked_not_null(l, l->step->table, command->name))
        return;
    const char *condition = lint_format_text(l, "%s IS NULL", lint_quote(l, command->name));
    lint_finding *finding =
        lint_report(l, -1, "%s of %s becomes NOT NULL: fails where a row has NULL", command->name,
                    l->step->table);
    lint_set_rewrite(l, finding, "-- has to find nothing:\nSELECT * FROM %s WHERE %s;",
                     lint_quote_table(l, l->step->table), condition);
    if (!is_added_here(l, command->name))
        lint_prove_rows(l, &finding, l->step->table, condition);
}

/* ---- 17: checks and foreign keys ---- */

static const char *broken_check(lint *l, const PgQuery__Constraint *check)
{
    return lint_format_text(l, "NOT (%s)", lint_print_expression(l, check->raw_expr));
}

static const char *target_column(lint *l, const PgQuery__Constraint *key, size_t i)
{
    if (i < key->n_pk_attrs)
        return lint_quote(l, pgparse_string(key->pk_attrs[i]));
    return NULL; /* its primary key, whatever that is */
}

static const char *broken_reference(lint *l, const PgQuery__Constraint *key)
{
    const char *own = lint_quote_table(l, l->step->table), *condition = "";
    const char *is_set = "";
    for (size_t i = 0; i < key->n_fk_attrs; i++) {
        const char *column = lint_quote(l, pgparse_string(key->fk_attrs[i]));
        const char *target = target_column(l, key, i);
        if (!target)
            return NULL;
        const char *and = i ? " AND " : "";
        is_set = lint_format_text(l, "%s%s%s.%s IS NOT NULL", is_set, and, own, column);
        condition =
            lint_format_text(l, "%s%starget.%s = %s.%s", condition, and, target, own, column);
    }
    return lint_format_text(l, "%s AND NOT EXISTS (SELECT FROM %s AS target WHERE %s)", is_set,
                            lint_quote_table(l, lint_table_name(l, key->pktable)), condition);
}

static void new_rule(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__Constraint *check = lint_added_constraint(command, CONSTRAINT(CHECK));
    const PgQuery__Constraint *key = lint_added_constraint(command, CONSTRAINT(FOREIGN));
    const PgQuery__Constraint *rule = check ? check : key;
    if (!rule || rule->skip_validation || l->step->is_new)
        return;
    for (size_t i = 0; key && i < key->n_fk_attrs; i++)
        if (is_added_here(l, pgparse_string(key->fk_attrs[i])))
            return;
    const char *condition = check ? broken_check(l, check) : broken_reference(l, key);
    lint_finding *finding =
        lint_report(l, -1, "the %s %s of %s fails where a row breaks it",
                    check ? "check" : "foreign key", rule->conname, l->step->table);
    if (!condition)
        return;
    lint_set_rewrite(l, finding, "-- has to find nothing:\nSELECT * FROM %s WHERE %s;",
                     lint_quote_table(l, l->step->table), condition);
    lint_prove_rows(l, &finding, l->step->table, condition);
}

/* ---- 18, 19: primary keys ---- */

static void nullable_key(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__Constraint *primary = lint_added_constraint(command, CONSTRAINT(PRIMARY));
    for (size_t i = 0; primary && i < primary->n_keys && !l->step->is_new; i++) {
        const char *name = pgparse_string(primary->keys[i]);
        const lint_column *column = lint_find_column(l, l->step->table, name);
        if (column && column->is_required)
            continue;
        const char *condition = lint_format_text(l, "%s IS NULL", lint_quote(l, name));
        lint_finding *finding =
            lint_report(l, -1, "the primary key of %s takes %s, which %s NULL", l->step->table,
                        name, column ? "may be" : "is not known not to be");
        if (!column || column->file != l->file_index)
            lint_prove_rows(l, &finding, l->step->table, condition);
    }
}

static bool is_small(const lint_type *type)
{
    static const char *const names[] = {"int2",    "int4",        "serial", "serial4",
                                        "serial2", "smallserial", NULL};
    for (const char *const *n = names; *n; n++)
        if (type->name && strcmp(type->name, *n) == 0)
            return true;
    return false;
}

static bool is_in_primary_key(const PgQuery__CreateStmt *create, const PgQuery__ColumnDef *column)
{
    for (size_t i = 0; i < create->n_table_elts; i++) {
        const PgQuery__Node *element = create->table_elts[i];
        const PgQuery__Constraint *c =
            element->node_case == NODE(CONSTRAINT) ? element->constraint : NULL;
        if (c && c->contype == CONSTRAINT(PRIMARY) && c->n_keys == 1 &&
            strcmp(pgparse_string(c->keys[0]), column->colname) == 0)
            return true;
    }
    return lint_column_constraint(column, CONSTRAINT(PRIMARY)) != NULL;
}

static bool counts_up(const PgQuery__ColumnDef *column, const lint_type *type)
{
    return lint_is_serial(type) || lint_column_constraint(column, CONSTRAINT(IDENTITY)) ||
           lint_column_constraint(column, CONSTRAINT(DEFAULT));
}

static void small_key(lint *l, const PgQuery__CreateStmt *create)
{
    for (size_t i = 0; i < create->n_table_elts; i++) {
        if (create->table_elts[i]->node_case != NODE(COLUMN_DEF))
            continue;
        const PgQuery__ColumnDef *column = create->table_elts[i]->column_def;
        lint_type type = lint_type_of(l, column->type_name);
        if (is_small(&type) && counts_up(column, &type) && is_in_primary_key(create, column))
            lint_report(l, column->location, "the key %s of %s counts in %s", column->colname,
                        l->step->table, lint_type_text(l, &type));
    }
}

static const char used_up_sql[] =
    "SELECT a.attname || ' has used ' || s.last_value || ' of 2147483647' "
    "FROM pg_class c JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary "
    "JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = ANY (i.indkey) AND a.atttypid = 23 "
    "JOIN pg_depend d ON d.refobjid = c.oid AND d.refobjsubid = a.attnum "
    "AND d.classid = 'pg_class'::regclass AND d.deptype IN ('a', 'i') "
    "JOIN pg_class q ON q.oid = d.objid AND q.relkind = 'S' "
    "JOIN pg_namespace n ON n.oid = q.relnamespace "
    "JOIN pg_sequences s ON s.schemaname = n.nspname AND s.sequencename = q.relname "
    "WHERE c.oid = to_regclass($1) AND s.last_value > 1073741823";

static void overflow(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case == NODE(CREATE_STMT))
        small_key(l, node->create_stmt);
    if (!lint_is_alter_table(node) || l->step->is_new)
        return;
    const char *used = lint_ask(l, used_up_sql, lint_quote_table(l, l->step->table));
    if (!used)
        return;
    lint_finding *finding = lint_report(l, -1, "the key of %s runs out of numbers", l->step->table);
    lint_set_severity(finding, LINT_ERROR);
    if (finding)
        finding->evidence = used;
}

/* ---- 20: a cast that can raise ---- */

static bool look_for_cast(ProtobufCMessage *message, void *context)
{
    *(bool *)context |= PGPARSE_IS(message, type_cast) || PGPARSE_IS(message, func_call);
    return true;
}

/* Rows that the expression raises for are found by a function that catches it, made and forgotten
 * within the query's transaction: see lint_prove_cast. */
static void raising_cast(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(AlterColumnType) || l->step->is_new)
        return;
    const PgQuery__ColumnDef *definition = command->def->column_def;
    lint_type from = lint_known_type(l, l->step->table, command->name);
    lint_type to = lint_type_of(l, definition->type_name);
    bool can_raise = false;
    if (strcmp(to.name, "text") == 0 && !to.is_array)
        return;
    if (definition->raw_default)
        pgparse_walk(definition->raw_default, look_for_cast, &can_raise);
    bool is_sure = lint_is_widening(&from, &to) || lint_has_all_values(l, from.name, to.name) ||
                   lint_compare_types(&from, &to, false) == LINT_CHEAP_CHANGE;
    if (!can_raise || is_sure)
        return;
    lint_finding *finding = lint_report(
        l, -1, "casts %s of %s to %s: one value that cannot be cast stops the migration",
        command->name, l->step->table, lint_type_text(l, &to));
    lint_prove_cast(l, &finding, l->step->table,
                    lint_format_text(l, "(%s)::%s",
                                     lint_print_expression(l, definition->raw_default),
                                     lint_type_text(l, &to)));
}

const lint_rule lint_rules_present[] = {
    {14, unique_index, unique_constraint, NULL},
    {15, NULL, required_column, NULL},
    {16, NULL, set_not_null, NULL},
    {17, NULL, new_rule, NULL},
    {18, NULL, nullable_key, NULL},
    {19, overflow, NULL, NULL},
    {20, NULL, raising_cast, NULL},
    {0},
};
