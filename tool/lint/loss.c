/* Checks 1 to 13 but for SQLite's: statements that lose data. */
#include "lint/lint_inside.h"

#include <ctype.h>

static const PgQuery__DropStmt *drop_of(const lint *l, PgQuery__ObjectType type)
{
    const PgQuery__Node *node = l->step->node;
    bool is_drop = node->node_case == NODE(DROP_STMT) && node->drop_stmt->remove_type == type;
    return is_drop ? node->drop_stmt : NULL;
}

static void drop_schema(lint *l)
{
    const PgQuery__DropStmt *drop = drop_of(l, OBJECT(SCHEMA));
    if (drop)
        lint_report(l, -1, "drops the schema %s", lint_object_name(l, drop->objects[0]));
    if (l->step->node->node_case == NODE(DROPDB_STMT))
        lint_report(l, -1, "drops the database %s", l->step->node->dropdb_stmt->dbname);
}

static void drop_table(lint *l)
{
    const PgQuery__DropStmt *drop = drop_of(l, OBJECT(TABLE));
    for (size_t i = 0; drop && i < drop->n_objects; i++) {
        const char *name = lint_object_name(l, drop->objects[i]);
        if (lint_is_new_table(l, name))
            continue;
        lint_finding *finding = lint_report(l, -1, "drops the table %s with its rows", name);
        lint_prove_rows(l, &finding, name, "true");
    }
}

/* Of a change in two halves: its values are in the column that takes its place, or it is only a
 * mark. */
static bool has_second_form(lint *l, const char *column)
{
    static const char ours[] = "_tenon_";
    const char *second = lint_format_text(l, "_tenon_new_%s", column);
    return !strncmp(column, ours, sizeof ours - 1) || lint_find_column(l, l->step->table, second);
}

static void drop_column(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(DropColumn) || l->step->is_new ||
        has_second_form(l, command->name))
        return;
    const lint_column *column = lint_find_column(l, l->step->table, command->name);
    if (column && column->is_generated)
        return;
    lint_finding *finding = lint_report(l, -1, "drops the column %s of %s with its values",
                                        command->name, l->step->table);
    lint_prove_rows(l, &finding, l->step->table,
                    lint_format_text(l, "%s IS NOT NULL", lint_quote(l, command->name)));
}

static void truncate(lint *l)
{
    if (l->step->node->node_case != NODE(TRUNCATE_STMT))
        return;
    const PgQuery__TruncateStmt *statement = l->step->node->truncate_stmt;
    for (size_t i = 0; i < statement->n_relations; i++) {
        const char *name = lint_table_name(l, statement->relations[i]->range_var);
        if (lint_is_new_table(l, name))
            continue;
        lint_finding *finding = lint_report(
            l, -1, "removes all rows of %s%s", name,
            IS_CASCADE(statement->behavior) ? " and of every table that refers to it" : "");
        lint_prove_rows(l, &finding, name, "true");
    }
}

/* ---- 5: what is dropped here and made there is a rename ---- */

static bool is_same_but_for_layout(const char *a, const char *b)
{
    while (*a && *b) {
        a += *a == '_';
        b += *b == '_';
        if (tolower((unsigned char)*a) != tolower((unsigned char)*b))
            return false;
        a += *a != '\0';
        b += *b != '\0';
    }
    return !*a && !*b;
}

/* What the file adds to the table of the type of the one that is dropped. */
typedef struct candidates {
    const char *dropped, *found;
    lint_type type;
    size_t count;
    bool is_named_alike;
} candidates;

static void consider(lint *l, candidates *c, const PgQuery__ColumnDef *added)
{
    lint_type type = lint_type_of(l, added->type_name);
    bool is_alike = is_same_but_for_layout(added->colname, c->dropped);
    if (c->is_named_alike || strcmp(added->colname, c->dropped) == 0 ||
        (c->type.name && lint_compare_types(&c->type, &type, false) != LINT_SAME_TYPE))
        return;
    c->found = added->colname;
    c->is_named_alike = is_alike;
    c->count++;
}

static void consider_step(lint *l, candidates *c, const lint_step *step)
{
    if (!step->node || !lint_is_alter_table(step->node) || strcmp(step->table, l->step->table) != 0)
        return;
    const PgQuery__AlterTableStmt *alter = step->node->alter_table_stmt;
    for (size_t i = 0; i < alter->n_cmds; i++) {
        const PgQuery__ColumnDef *added = lint_added_column(alter->cmds[i]->alter_table_cmd);
        if (added)
            consider(l, c, added);
    }
}

static void rename_by_drop(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(DropColumn) || l->step->is_new)
        return;
    candidates c = {.dropped = command->name,
                    .type = lint_known_type(l, l->step->table, command->name)};
    for (size_t i = 0; i < l->file->step_count; i++)
        consider_step(l, &c, &l->file->steps[i]);
    if (c.count != 1 && !c.is_named_alike)
        return;
    lint_finding *finding =
        lint_report(l, -1, "drops %s of %s and adds %s of %s type: is it a rename?", command->name,
                    l->step->table, c.found, c.type.name ? "the same" : "perhaps the same");
    lint_set_rewrite(l, finding, "ALTER TABLE %s RENAME COLUMN %s TO %s;",
                     lint_quote_table(l, l->step->table), lint_quote(l, command->name),
                     lint_quote(l, c.found));
}

static bool has_columns_of(const lint_table *table, const PgQuery__CreateStmt *create)
{
    size_t count = 0, same = 0;
    for (const lint_column *c = table->columns; c; c = c->next) {
        count += !c->is_dropped;
        for (size_t i = 0; i < create->n_table_elts && !c->is_dropped; i++) {
            const PgQuery__Node *element = create->table_elts[i];
            same += element->node_case == NODE(COLUMN_DEF) &&
                    strcmp(element->column_def->colname, c->name) == 0;
        }
    }
    return count && same == count;
}

static void table_rename_by_drop(lint *l)
{
    const PgQuery__DropStmt *drop = drop_of(l, OBJECT(TABLE));
    const lint_table *table =
        drop ? lint_find_table(l, lint_object_name(l, drop->objects[0])) : NULL;
    if (!table || !table->is_known || table->file == l->file_index)
        return;
    for (size_t i = 0; i < l->file->step_count; i++) {
        const lint_step *other = &l->file->steps[i];
        if (!other->node || other->node->node_case != NODE(CREATE_STMT) ||
            !has_columns_of(table, other->node->create_stmt))
            continue;
        lint_finding *finding =
            lint_report(l, -1, "drops %s and creates %s with the same columns: is it a rename?",
                        table->name, other->table);
        lint_set_rewrite(l, finding, "ALTER TABLE %s RENAME TO %s;",
                         lint_quote_table(l, table->name),
                         lint_quote(l, other->node->create_stmt->relation->relname));
        return;
    }
}

/* ---- 6, 7 ---- */

/* Values that are not the same when they are cast there and back. */
static const char *lossy_rows(lint *l, const char *column, const lint_type *from,
                              const PgQuery__TypeName *to_name)
{
    lint_type to = lint_type_of(l, to_name);
    const char *quoted = lint_quote(l, column);
    const char *limit = NULL;
    if (strcmp(to.name, "int2") == 0)
        limit = "32767";
    if (strcmp(to.name, "int4") == 0)
        limit = "2147483647";
    if (limit)
        return lint_format_text(l, "%s NOT BETWEEN -%s - 1 AND %s", quoted, limit, limit);
    bool is_text = strcmp(to.name, "varchar") == 0 || strcmp(to.name, "bpchar") == 0;
    if (is_text && to.argument_count)
        return lint_format_text(l, "length(%s::text) > %d", quoted, to.arguments[0]);
    if (!from->name)
        return NULL;
    return lint_format_text(l, "%s::%s::%s IS DISTINCT FROM %s", quoted, lint_type_text(l, &to),
                            lint_type_text(l, from), quoted);
}

static void narrow_type(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(AlterColumnType) || l->step->is_new)
        return;
    const PgQuery__ColumnDef *definition = command->def->column_def;
    lint_type from = lint_known_type(l, l->step->table, command->name);
    lint_type to = lint_type_of(l, definition->type_name);
    if (!lint_is_narrowing(&from, &to))
        return;
    lint_finding *finding =
        lint_report(l, -1, "changes %s of %s from %s to %s, which holds less", command->name,
                    l->step->table, lint_type_text(l, &from), lint_type_text(l, &to));
    const char *lossy = lossy_rows(l, command->name, &from, definition->type_name);
    if (lossy && !to.is_array)
        lint_prove_rows(l, &finding, l->step->table, lossy);
}

/* "X_new" takes the name of X, which was renamed before: what did X have that it has not? */
static void replace_enum(lint *l, const PgQuery__RenameStmt *rename)
{
    const lint_enum *made = lint_find_enum(l, lint_object_name(l, rename->object));
    const lint_enum *old = l->enums;
    while (old && !(old->old_name && strcmp(old->old_name, rename->newname) == 0))
        old = old->next;
    if (!made || !old)
        return;
    if (!old->is_known)
        lint_report(l, -1, "replaces the enum %s; values that are no longer there cannot be seen",
                    rename->newname);
    for (size_t i = 0; i < old->value_count; i++)
        if (!lint_enum_has(made, old->values[i]))
            lint_report(l, -1, "removes the value '%s' of the enum %s", old->values[i],
                        rename->newname);
}

static void remove_value(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case == NODE(ALTER_ENUM_STMT) && node->alter_enum_stmt->old_val[0])
        lint_report(l, -1,
                    "renames the value '%s' to '%s': programs that run know it by its old name",
                    node->alter_enum_stmt->old_val, node->alter_enum_stmt->new_val);
    if (node->node_case == NODE(RENAME_STMT) && node->rename_stmt->rename_type == OBJECT(TYPE))
        replace_enum(l, node->rename_stmt);
}

/* ---- 8, 9 ---- */

static void change_all_rows(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (l->step->is_new)
        return;
    if (node->node_case == NODE(DELETE_STMT) && !node->delete_stmt->where_clause &&
        !node->delete_stmt->n_using_clause) {
        lint_finding *finding = lint_report(l, -1, "deletes every row of %s", l->step->table);
        lint_prove_rows(l, &finding, l->step->table, "true");
    }
    if (node->node_case == NODE(UPDATE_STMT) && !node->update_stmt->where_clause &&
        !node->update_stmt->n_from_clause)
        lint_set_severity(lint_report(l, -1, "updates every row of %s", l->step->table),
                          LINT_WARNING);
}

static void cascade(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case == NODE(DROP_STMT) && IS_CASCADE(node->drop_stmt->behavior))
        lint_report(l, -1, "drops %s and whatever depends on it, unnamed",
                    lint_object_name(l, node->drop_stmt->objects[0]));
    if (node->node_case == NODE(DROP_OWNED_STMT) && IS_CASCADE(node->drop_owned_stmt->behavior))
        lint_report(l, -1, "drops all that a role owns, and whatever depends on it");
}

static void cascade_of_part(lint *l, PgQuery__AlterTableCmd *command)
{
    bool is_drop =
        command->subtype == COMMAND(DropColumn) || command->subtype == COMMAND(DropConstraint);
    if (is_drop && IS_CASCADE(command->behavior))
        lint_report(l, -1, "drops %s of %s and whatever depends on it, unnamed", command->name,
                    l->step->table);
}

/* ---- 10: a statement before it that stops when there is something to lose ---- */

static bool is_guard(const lint *l, const lint_step *step, const char *word)
{
    const pgparse_statement *s = step->statement;
    bool can_stop = step->node && (step->node->node_case == NODE(DO_STMT) ||
                                   step->node->node_case == NODE(SELECT_STMT));
    size_t end = s->end < l->step->statement->start ? s->end : l->step->statement->start;
    return can_stop && s->start < end && /* not so for a call of what was made above it */
           memmem(l->file->text + s->start, end - s->start, word, strlen(word));
}

static bool is_guarded(const lint *l, const char *table)
{
    const char *dot = strrchr(table, '.');
    for (size_t i = 0; i < l->step_index; i++)
        if (is_guard(l, &l->file->steps[i], dot ? dot + 1 : table))
            return true;
    return false;
}

static const char *guard(lint *l, const char *table, const char *condition)
{
    return lint_format_text(l,
                            "DO $$ BEGIN\n"
                            "    IF EXISTS (SELECT FROM %s%s%s) THEN\n"
                            "        RAISE EXCEPTION '%% still has something to lose', '%s';\n"
                            "    END IF;\n"
                            "END $$;",
                            lint_quote_table(l, table), condition[0] ? " WHERE " : "", condition,
                            table);
}

static void drop_unguarded(lint *l)
{
    const PgQuery__DropStmt *drop = drop_of(l, OBJECT(TABLE));
    for (size_t i = 0; drop && i < drop->n_objects; i++) {
        const char *name = lint_object_name(l, drop->objects[i]);
        if (lint_is_new_table(l, name) || is_guarded(l, name))
            continue;
        lint_set_rewrite(l, lint_report(l, -1, "nothing checks that %s is empty", name), "%s\n%s",
                         guard(l, name, ""), lint_text_of(l, l->step));
    }
}

static void drop_column_unguarded(lint *l, PgQuery__AlterTableCmd *command)
{
    if (command->subtype != COMMAND(DropColumn) || l->step->is_new ||
        is_guarded(l, l->step->table) || has_second_form(l, command->name))
        return;
    const char *condition = lint_format_text(l, "%s IS NOT NULL", lint_quote(l, command->name));
    lint_set_rewrite(
        l,
        lint_report(l, -1, "nothing checks that %s of %s is empty", command->name, l->step->table),
        "%s\n%s", guard(l, l->step->table, condition), lint_text_of(l, l->step));
}

/* ---- 13 ---- */

static const char *dependants_sql =
    "SELECT string_agg(DISTINCT pg_describe_object(d.classid, d.objid, 0), ', ') "
    "FROM pg_depend d WHERE d.refclassid = 'pg_class'::regclass "
    "AND d.refobjid = to_regclass($1) AND d.classid IN ('pg_rewrite'::regclass, "
    "'pg_proc'::regclass, 'pg_policy'::regclass)";

static void drop_used(lint *l)
{
    const PgQuery__DropStmt *drop = drop_of(l, OBJECT(TABLE));
    for (size_t i = 0; drop && i < drop->n_objects; i++) {
        const char *view, *name = lint_object_name(l, drop->objects[i]);
        if (lint_is_viewed(l, name, NULL, &view)) {
            lint_report(l, -1, "drops %s, which the view %s reads", name, view);
            continue;
        }
        const char *used = lint_ask(l, dependants_sql, lint_quote_table(l, name));
        lint_finding *finding =
            used ? lint_report(l, -1, "drops %s, which others use", name) : NULL;
        if (finding)
            finding->evidence = used;
    }
}

static void drop_used_column(lint *l, PgQuery__AlterTableCmd *command)
{
    const char *view;
    if (command->subtype == COMMAND(DropColumn) &&
        lint_is_viewed(l, l->step->table, command->name, &view))
        lint_report(l, -1, "drops %s of %s, which the view %s reads", command->name, l->step->table,
                    view);
}

const lint_rule lint_rules_loss[] = {
    {1, drop_schema, NULL, NULL},
    {2, drop_table, NULL, NULL},
    {3, NULL, drop_column, NULL},
    {4, truncate, NULL, NULL},
    {5, table_rename_by_drop, rename_by_drop, NULL},
    {6, NULL, narrow_type, NULL},
    {7, remove_value, NULL, NULL},
    {8, change_all_rows, NULL, NULL},
    {9, cascade, cascade_of_part, NULL},
    {10, drop_unguarded, drop_column_unguarded, NULL},
    {13, drop_used, drop_used_column, NULL},
    {0},
};
