/* Checks 21 to 31: statements that hold readers or writers up while they scan a table, and the
 * forms of PostgreSQL that do not. */
#include "lint/lint_inside.h"

static void create_index(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(INDEX_STMT) || node->index_stmt->concurrent || l->step->is_new)
        return;
    lint_finding *finding = lint_report(l, -1, "writers of %s wait until the index %s is built",
                                        l->step->table, node->index_stmt->idxname);
    lint_set_rewrite(l, finding, "%s", lint_text_with(l, PG_QUERY__TOKEN__INDEX, "CONCURRENTLY"));
    lint_scale(l, finding, l->step->table);
}

static void drop_index(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(DROP_STMT) || node->drop_stmt->remove_type != OBJECT(INDEX) ||
        node->drop_stmt->concurrent || l->step->is_new)
        return;
    PgQuery__DropStmt *drop = node->drop_stmt;
    lint_finding *finding = lint_report(l, -1, "everybody who uses the table of %s waits",
                                        lint_object_name(l, drop->objects[0]));
    lint_set_rewrite(l, finding, "%s", lint_text_with(l, PG_QUERY__TOKEN__INDEX, "CONCURRENTLY"));
    if (l->step->table)
        lint_scale(l, finding, l->step->table);
}

static void reindex(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(REINDEX_STMT) || lint_is_concurrent(node))
        return;
    const char *kind = "INDEX", *name = node->reindex_stmt->name;
    if (node->reindex_stmt->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE)
        kind = "TABLE";
    if (node->reindex_stmt->relation)
        name = lint_quote_table(l, lint_table_name(l, node->reindex_stmt->relation));
    lint_finding *finding = lint_report(l, -1, "writers, and readers who use an index, wait");
    if (node->reindex_stmt->relation)
        lint_set_rewrite(l, finding, "REINDEX %s CONCURRENTLY %s;", kind, name);
}

static void detach_partition(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(DetachPartition) || command->def->partition_cmd->concurrent ||
        l->options.server_version < 14)
        return;
    lint_finding *finding =
        lint_report(l, -1, "everybody who uses %s waits for what runs on it", l->step->table);
    lint_set_rewrite(l, finding, "%s", lint_text_and(l, "CONCURRENTLY"));
}

static void concurrent_in_transaction(lint *l)
{
    if (!lint_is_concurrent(l->step->node) || !l->step->transaction ||
        l->step->node->node_case == NODE(REFRESH_MAT_VIEW_STMT))
        return;
    lint_finding *finding = lint_report(
        l, -1,
        l->file->is_implicit
            ? "other migrators than tenon run a file of several statements in one transaction"
            : "a concurrent statement cannot run in a transaction");
    if (l->file->is_implicit)
        lint_set_severity(finding, LINT_WARNING);
    lint_set_rewrite(l, finding, "-- in a migration of its own:\n%s", lint_text_of(l, l->step));
}

/* ---- 26, 27 ---- */

static void key_by_index(lint *l, const PgQuery__Constraint *c)
{
    const char *table = lint_quote_table(l, l->step->table);
    const char *list = "", *word = c->contype == CONSTRAINT(PRIMARY) ? "PRIMARY KEY" : "UNIQUE";
    const char *made = lint_format_text(l, "%s_%s", l->step->table,
                                        c->contype == CONSTRAINT(PRIMARY) ? "pkey" : "key");
    const char *name = lint_quote(l, c->conname[0] ? c->conname : made);
    for (size_t i = 0; i < c->n_keys; i++)
        list = lint_format_text(l, "%s%s%s", list, i ? ", " : "",
                                lint_quote(l, pgparse_string(c->keys[i])));
    lint_finding *finding =
        lint_report(l, -1, "everybody who uses %s waits until its index is built", l->step->table);
    lint_set_rewrite(l, finding,
                     "-- in a migration of its own:\n"
                     "CREATE UNIQUE INDEX CONCURRENTLY %s ON %s (%s);\n"
                     "-- then:\n"
                     "ALTER TABLE %s ADD CONSTRAINT %s %s USING INDEX %s;",
                     name, table, list, table, name, word, name);
    lint_scale(l, finding, l->step->table);
}

static void add_key(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__Constraint *primary = lint_added_constraint(command, CONSTRAINT(PRIMARY));
    const PgQuery__Constraint *key =
        primary ? primary : lint_added_constraint(command, CONSTRAINT(UNIQUE));
    if (key && !key->indexname[0] && !l->step->is_new)
        key_by_index(l, key);
}

static void add_exclusion(lint *l, PgQuery__AlterTableCmd *command)
{
    const PgQuery__Constraint *c = lint_added_constraint(command, CONSTRAINT(EXCLUSION));
    if (c && !l->step->is_new)
        lint_scale(l,
                   lint_report(l, -1, "everybody who uses %s waits until every row was compared",
                               l->step->table),
                   l->step->table);
}

/* ---- 28 to 30: NOT VALID, and validation later ---- */

static size_t index_of(const lint *l, const PgQuery__AlterTableCmd *command)
{
    const PgQuery__AlterTableStmt *alter = l->step->node->alter_table_stmt;
    size_t index = 0;
    while (alter->cmds[index]->alter_table_cmd != command)
        index++;
    return index;
}

static void validate_later(lint *l, const PgQuery__AlterTableCmd *command,
                           const PgQuery__Constraint *c, const char *who)
{
    if (!c || c->skip_validation || l->step->is_new)
        return;
    const char *table = lint_quote_table(l, l->step->table);
    lint_finding *finding =
        lint_report(l, -1, "%s %s wait until every row was checked", who, l->step->table);
    lint_set_rewrite(l, finding,
                     "ALTER TABLE %s %s NOT VALID;\n"
                     "-- in a later migration:\n"
                     "ALTER TABLE %s VALIDATE CONSTRAINT %s;",
                     table, lint_command_text(l, l->step, index_of(l, command)), table,
                     c->conname[0] ? lint_quote(l, c->conname) : "<its name>");
    lint_scale(l, finding, l->step->table);
}

static void add_check(lint *l, PgQuery__AlterTableCmd *command)
{
    validate_later(l, command, lint_added_constraint(command, CONSTRAINT(CHECK)), "all who use");
}

static void add_foreign_key(lint *l, PgQuery__AlterTableCmd *command)
{
    PgQuery__Constraint *c = lint_added_constraint(command, CONSTRAINT(FOREIGN));
    if (c && lint_is_new_table(l, lint_table_name(l, c->pktable)) && !l->step->is_new &&
        c->n_fk_attrs == 1) {
        /* A column of this file that refers to a table of this file: all its values are NULL. */
        const lint_column *column =
            lint_find_column(l, l->step->table, pgparse_string(c->fk_attrs[0]));
        if (column && column->file == l->file_index && !column->is_required)
            return;
    }
    validate_later(l, command, c, "writers of both tables of");
}

static void validate_at_once(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(ValidateConstraint) || !l->step->transaction)
        return;
    const lint_key *key = lint_find_key(lint_find_table(l, l->step->table), command->name);
    if (!key || key->is_valid || key->transaction != l->step->transaction)
        return;
    lint_finding *finding = lint_report(
        l, -1, "validates %s in the transaction that adds it: its strong lock is held meanwhile",
        command->name);
    lint_set_rewrite(l, finding,
                     "-- in a migration of its own:\nALTER TABLE %s VALIDATE CONSTRAINT %s;",
                     lint_quote_table(l, l->step->table), lint_quote(l, command->name));
    lint_scale(l, finding, l->step->table);
}

static void scan_for_null(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(SetNotNull) || l->step->is_new ||
        (l->options.server_version >= 12 &&
         lint_is_checked_not_null(l, l->step->table, command->name)))
        return;
    const char *table = lint_quote_table(l, l->step->table), *column = lint_quote(l, command->name);
    const char *name = lint_quote(l, lint_format_text(l, "%s_not_null", command->name));
    lint_finding *finding =
        lint_report(l, -1, "all who use %s wait while every row is looked at", l->step->table);
    lint_set_rewrite(l, finding,
                     "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s IS NOT NULL) NOT VALID;\n"
                     "-- in a later migration:\n"
                     "ALTER TABLE %s VALIDATE CONSTRAINT %s;\n"
                     "-- in a third one:\n"
                     "ALTER TABLE %s ALTER COLUMN %s SET NOT NULL;\n"
                     "ALTER TABLE %s DROP CONSTRAINT %s;",
                     table, name, column, table, name, table, column, table, name);
    lint_scale(l, finding, l->step->table);
}

const lint_rule lint_rules_index_locks[] = {
    {21, create_index, NULL, NULL},
    {22, drop_index, NULL, NULL},
    {23, reindex, NULL, NULL},
    {24, NULL, detach_partition, NULL},
    {25, concurrent_in_transaction, NULL, NULL},
    {26, NULL, add_key, NULL},
    {27, NULL, add_exclusion, NULL},
    {28, NULL, add_check, NULL},
    {29, NULL, add_foreign_key, NULL},
    {30, NULL, validate_at_once, NULL},
    {31, NULL, scan_for_null, NULL},
    {0},
};
