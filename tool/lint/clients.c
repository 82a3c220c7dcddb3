/* Checks 55 to 62: statements that running programs, which know the old shape, do not survive. */
#include "lint/lint_inside.h"

/* ---- 55, 60: names ---- */

static bool is_view_made(lint *l, const char *name)
{
    for (size_t i = l->step_index + 1; i < l->file->step_count; i++) {
        const PgQuery__Node *node = l->file->steps[i].node;
        if (node && node->node_case == NODE(VIEW_STMT) &&
            strcmp(lint_table_name(l, node->view_stmt->view), name) == 0)
            return true;
    }
    return false;
}

static bool is_column_made(const lint *l, const char *table, const char *name)
{
    for (size_t i = l->step_index + 1; i < l->file->step_count; i++) {
        const lint_step *step = &l->file->steps[i];
        if (!step->node || !lint_is_alter_table(step->node) || strcmp(step->table, table) != 0)
            continue;
        const PgQuery__AlterTableStmt *alter = step->node->alter_table_stmt;
        for (size_t k = 0; k < alter->n_cmds; k++) {
            const PgQuery__ColumnDef *column = lint_added_column(alter->cmds[k]->alter_table_cmd);
            if (column && strcmp(column->colname, name) == 0)
                return true;
        }
    }
    return false;
}

static void rename_table(lint *l, const PgQuery__RenameStmt *rename)
{
    if (is_view_made(l, l->step->table))
        return;
    lint_finding *finding = lint_report(
        l, -1, "renames the table %s: programs that run ask for the old name", l->step->table);
    const char *old = lint_quote_table(l, l->step->table);
    lint_set_rewrite(l, finding,
                     "%s\n"
                     "CREATE VIEW %s AS SELECT * FROM %s;\n"
                     "-- in a later migration, when all programs know the new name:\n"
                     "DROP VIEW %s;",
                     lint_text_of(l, l->step), old, lint_quote(l, rename->newname), old);
}

static void rename_column(lint *l, const PgQuery__RenameStmt *rename)
{
    if (is_column_made(l, l->step->table, rename->subname))
        return;
    lint_finding *finding =
        lint_report(l, -1, "renames %s of %s: programs that run ask for the old name",
                    rename->subname, l->step->table);
    const char *table = lint_quote_table(l, l->step->table);
    const char *old = lint_quote(l, rename->subname), *new = lint_quote(l, rename->newname);
    lint_type type = lint_known_type(l, l->step->table, rename->subname);
    lint_set_rewrite(
        l, finding,
        "ALTER TABLE %s ADD COLUMN %s %s;\n"
        "-- keep both equal by a trigger, fill the new one in batches; when all programs know it:\n"
        "ALTER TABLE %s DROP COLUMN %s;",
        table, new, type.name ? lint_type_text(l, &type) : "…", table, old);
}

static void rename_object(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(RENAME_STMT) || !l->step->table || l->step->is_new)
        return;
    if (node->rename_stmt->rename_type == OBJECT(TABLE))
        rename_table(l, node->rename_stmt);
    else if (node->rename_stmt->rename_type == OBJECT(COLUMN))
        rename_column(l, node->rename_stmt);
}

static void rename_schema(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case == NODE(RENAME_STMT) && node->rename_stmt->rename_type == OBJECT(SCHEMA))
        lint_report(l, -1, "renames the schema %s: programs that run ask for the old name",
                    node->rename_stmt->subname);
}

/* ---- 56 ---- */

static const schema_model *model_of(const schema *client, const char *table)
{
    const char *dot = strrchr(table, '.');
    for (size_t i = 0; client && i < client->model_count; i++)
        if (strcmp(client->models[i]->database_name, dot ? dot + 1 : table) == 0)
            return client->models[i];
    return NULL;
}

static void used_by_client(lint *l, PgQuery__AlterTableCmd *command)
{
    const schema_model *model = command->subtype == COMMAND(DropColumn)
                                    ? model_of(l->options.client, l->step->table)
                                    : NULL;
    for (size_t i = 0; model && i < model->field_count; i++) {
        const schema_field *field = model->fields[i];
        if (!field->relation && !field->is_ignored &&
            strcmp(field->database_name, command->name) == 0)
            lint_report(l, -1, "drops %s of %s, which programs that run know as %s.%s",
                        command->name, l->step->table, model->name, field->name);
    }
}

static void table_used_by_client(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(DROP_STMT) || node->drop_stmt->remove_type != OBJECT(TABLE))
        return;
    for (size_t i = 0; i < node->drop_stmt->n_objects; i++) {
        const char *name = lint_object_name(l, node->drop_stmt->objects[i]);
        const schema_model *model = model_of(l->options.client, name);
        if (model && !model->is_ignored)
            lint_report(l, -1, "drops %s, which programs that run know as %s", name, model->name);
    }
}

/* ---- 57 to 59 ---- */

static void type_seen(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(AlterColumnType) || l->step->is_new)
        return;
    lint_type from = lint_known_type(l, l->step->table, command->name);
    lint_type to = lint_type_of(l, command->def->column_def->type_name);
    bool is_other = !from.name || strcmp(from.name, to.name) != 0 || from.is_array != to.is_array;
    if (is_other)
        lint_report(l, -1, "programs that run send and expect %s for %s of %s, not %s",
                    lint_type_text(l, &from), command->name, l->step->table,
                    lint_type_text(l, &to));
}

static void drop_not_null(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype == COMMAND(DropNotNull) && !l->step->is_new)
        lint_report(l, -1, "programs that run do not expect NULL in %s of %s", command->name,
                    l->step->table);
}

/* A constraint that is dropped to be made anew. */
static bool is_made_again(const lint *l, const char *name)
{
    for (size_t i = 0; i < l->file->step_count; i++) {
        const lint_step *step = &l->file->steps[i];
        if (!step->node || !lint_is_alter_table(step->node) ||
            strcmp(step->table, l->step->table) != 0)
            continue;
        const PgQuery__AlterTableStmt *alter = step->node->alter_table_stmt;
        for (size_t k = 0; k < alter->n_cmds; k++) {
            const PgQuery__AlterTableCmd *command = alter->cmds[k]->alter_table_cmd;
            if (command->subtype == COMMAND(AddConstraint) &&
                strcmp(command->def->constraint->conname, name) == 0)
                return true;
        }
    }
    return false;
}

static const char *kind_name(const lint_key *key)
{
    static const char *const names[] = {
        [LINT_PRIMARY] = "primary key", [LINT_UNIQUE] = "unique constraint",
        [LINT_INDEX] = "index",         [LINT_FOREIGN] = "foreign key",
        [LINT_CHECKED] = "check",       [LINT_EXCLUSION] = "exclusion constraint",
        [LINT_TRIGGER] = "trigger",
    };
    return key ? names[key->kind] : "constraint";
}

static void drop_constraint(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(DropConstraint) || l->step->is_new ||
        is_made_again(l, command->name))
        return;
    const lint_key *key = lint_find_key(lint_find_table(l, l->step->table), command->name);
    /* The helper of a NOT NULL has done its work. */
    if (key && key->kind == LINT_CHECKED && key->expression &&
        key->expression->node_case == NODE(NULL_TEST))
        return;
    lint_report(l, -1, "drops the %s %s of %s: programs that run rely on it", kind_name(key),
                command->name, l->step->table);
}

/* ---- 61, 62 ---- */

typedef struct search {
    const char *value;
    bool is_found;
} search;

static bool look_for_value(ProtobufCMessage *message, void *context)
{
    search *s = context;
    if (PGPARSE_IS(message, a__const)) {
        const PgQuery__AConst *constant = (const PgQuery__AConst *)message;
        s->is_found |= constant->val_case == PG_QUERY__A__CONST__VAL_SVAL &&
                       strcmp(constant->sval->sval, s->value) == 0;
    }
    return true;
}

static const lint_step *use_of_value(const lint *l, const char *value)
{
    for (size_t i = l->step_index + 1; i < l->file->step_count; i++) {
        search s = {value, false};
        const lint_step *step = &l->file->steps[i];
        if (step->transaction != l->step->transaction)
            continue;
        if (step->node && step->node->node_case != NODE(ALTER_ENUM_STMT))
            pgparse_walk(step->node, look_for_value, &s);
        if (s.is_found)
            return step;
    }
    return NULL;
}

static void add_value(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(ALTER_ENUM_STMT) || node->alter_enum_stmt->old_val[0])
        return;
    const PgQuery__AlterEnumStmt *alter = node->alter_enum_stmt;
    const char *name = lint_list_name(l, alter->type_name, alter->n_type_name);
    const lint_enum *found = lint_find_enum(l, name);
    bool is_new = found && found->is_known && found->file == l->file_index;
    if (l->step->transaction && l->options.server_version < 12 && !is_new)
        lint_set_severity(lint_report(l, -1, "PostgreSQL %u adds no value in a transaction",
                                      l->options.server_version),
                          LINT_ERROR);
    else if (l->step->transaction && !is_new && use_of_value(l, alter->new_val))
        lint_set_severity(
            lint_report(l, -1, "the new value '%s' of %s is used in the transaction that adds it",
                        alter->new_val, name),
            LINT_ERROR);
    else if (!alter->new_val_neighbor[0] && !is_new)
        lint_report(l, -1, "the new value '%s' of %s goes behind all others", alter->new_val, name);
}

static void domain_with_rule(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case == NODE(CREATE_DOMAIN_STMT) && node->create_domain_stmt->n_constraints)
        lint_report(l, -1, "the domain %s has a constraint, which cannot be changed without a scan",
                    lint_list_name(l, node->create_domain_stmt->domainname,
                                   node->create_domain_stmt->n_domainname));
    if (node->node_case == NODE(ALTER_DOMAIN_STMT) &&
        strchr("CO", node->alter_domain_stmt->subtype[0]))
        lint_report(l, -1, "scans every table that uses the domain, and writers wait");
}

const lint_rule lint_rules_clients[] = {
    {55, rename_object, NULL, NULL},
    {56, table_used_by_client, used_by_client, NULL},
    {57, NULL, type_seen, NULL},
    {58, NULL, drop_not_null, NULL},
    {59, NULL, drop_constraint, NULL},
    {60, rename_schema, NULL, NULL},
    {61, add_value, NULL, NULL},
    {62, domain_with_rule, NULL, NULL},
    {0},
};
