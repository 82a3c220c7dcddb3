/* What the files read so far have made of the database: tables with their columns and keys, views,
 * enums. A table that no file creates is remembered too, by what is done to it, but then its
 * columns are not all known. Lists are short and looked through from the front; newest stands
 * first. */
#include "lint/lint_inside.h"

static void *make(lint *l, size_t size)
{
    void *made = tenon__arena_zalloc(&l->arena, size);
    l->failed |= !made;
    return made;
}

/* ---- finding ---- */

lint_table *lint_find_table(lint *l, const char *name)
{
    for (lint_table *t = name ? l->tables : NULL; t; t = t->next)
        if (!t->is_dropped && strcmp(t->name, name) == 0)
            return t;
    return NULL;
}

bool lint_is_new_table(lint *l, const char *name)
{
    const lint_table *table = lint_find_table(l, name);
    return table && table->is_known && table->file == l->file_index;
}

static lint_column *find_column(const lint_table *table, const char *name)
{
    for (lint_column *c = table ? table->columns : NULL; c; c = c->next)
        if (!c->is_dropped && strcmp(c->name, name) == 0)
            return c;
    return NULL;
}

lint_column *lint_find_column(lint *l, const char *table, const char *column)
{
    return find_column(lint_find_table(l, table), column);
}

lint_key *lint_find_key(lint_table *table, const char *name)
{
    for (lint_key *k = table && name ? table->keys : NULL; k; k = k->next)
        if (!k->is_dropped && k->name && strcmp(k->name, name) == 0)
            return k;
    return NULL;
}

lint_table *lint_table_of_index(lint *l, const char *index, lint_key **key)
{
    for (lint_table *t = l->tables; t; t = t->next) {
        lint_key *found = t->is_dropped ? NULL : lint_find_key(t, index);
        if (found && key)
            *key = found;
        if (found)
            return t;
    }
    return NULL;
}

lint_enum *lint_find_enum(lint *l, const char *name)
{
    for (lint_enum *e = l->enums; e; e = e->next)
        if (strcmp(e->name, name) == 0)
            return e;
    return NULL;
}

bool lint_enum_has(const lint_enum *e, const char *value)
{
    for (size_t i = 0; i < e->value_count; i++)
        if (strcmp(e->values[i], value) == 0)
            return true;
    return false;
}

bool lint_has_all_values(lint *l, const char *from, const char *to)
{
    const lint_enum *old = from ? lint_find_enum(l, from) : NULL;
    const lint_enum *made = to ? lint_find_enum(l, to) : NULL;
    if (!old || !made || !old->is_known || !made->is_known)
        return false;
    for (size_t i = 0; i < old->value_count; i++)
        if (!lint_enum_has(made, old->values[i]))
            return false;
    return true;
}

/* ---- checks (column IS NOT NULL) ---- */

static const char *column_not_null(const PgQuery__Node *expression)
{
    if (!expression || expression->node_case != NODE(NULL_TEST))
        return NULL;
    const PgQuery__NullTest *test = expression->null_test;
    bool is_not_null = test->nulltesttype == PG_QUERY__NULL_TEST_TYPE__IS_NOT_NULL;
    if (!is_not_null || !test->arg || test->arg->node_case != NODE(COLUMN_REF))
        return NULL;
    return pgparse_last_name(test->arg->column_ref->fields, test->arg->column_ref->n_fields);
}

/* Of all that one ALTER TABLE says PostgreSQL drops first. */
static bool is_dropped_by(const PgQuery__Node *node, const char *name)
{
    for (size_t i = 0; lint_is_alter_table(node) && i < node->alter_table_stmt->n_cmds; i++) {
        const PgQuery__AlterTableCmd *command = node->alter_table_stmt->cmds[i]->alter_table_cmd;
        if (command->subtype == COMMAND(DropConstraint) && strcmp(command->name, name) == 0)
            return true;
    }
    return false;
}

bool lint_is_checked_not_null(lint *l, const char *table, const char *column)
{
    const lint_table *found = lint_find_table(l, table);
    for (const lint_key *k = found ? found->keys : NULL; k; k = k->next) {
        const char *checked = k->kind == LINT_CHECKED ? column_not_null(k->expression) : NULL;
        if (checked && !k->is_dropped && k->is_valid && strcmp(checked, column) == 0 &&
            !(k->name && is_dropped_by(l->step->node, k->name)))
            return true;
    }
    return false;
}

/* ---- learning: tables ---- */

lint_table *lint_add_table(lint *l, const char *name)
{
    lint_table *table = make(l, sizeof *table);
    if (!table)
        return NULL;
    table->name = name;
    table->file = l->file_index;
    table->next = l->tables;
    l->tables = table;
    return table;
}

static lint_table *find_or_add(lint *l, const char *name)
{
    lint_table *table = lint_find_table(l, name);
    return table || !name ? table : lint_add_table(l, name);
}

lint_key *lint_add_key(lint *l, lint_table *table, lint_key_kind kind, const char *name)
{
    lint_key *key = table ? make(l, sizeof *key) : NULL;
    if (!key)
        return NULL;
    key->kind = kind;
    key->name = name && name[0] ? name : NULL;
    key->is_valid = true;
    key->file = l->file_index;
    key->step = l->step_index;
    key->transaction = l->step->transaction;
    key->next = table->keys;
    table->keys = key;
    return key;
}

static void set_columns(lint *l, lint_key *key, PgQuery__Node *const *names, size_t count)
{
    if (!key)
        return;
    key->columns = tenon__arena_array(&l->arena, count, sizeof *key->columns);
    l->failed |= !key->columns;
    for (size_t i = 0; key->columns && i < count; i++) {
        bool is_element = names[i]->node_case == NODE(INDEX_ELEM);
        const char *name = is_element ? names[i]->index_elem->name : pgparse_string(names[i]);
        key->columns[i] = name ? name : "";
    }
    key->column_count = key->columns ? count : 0;
}

static void require_columns(lint_table *table, const lint_key *key)
{
    for (size_t i = 0; i < key->column_count; i++) {
        lint_column *column = find_column(table, key->columns[i]);
        if (column)
            column->is_required = true;
    }
}

lint_column *lint_add_column(lint *l, lint_table *table, const char *name)
{
    lint_column *column = table ? make(l, sizeof *column) : NULL;
    if (!column)
        return NULL;
    column->name = name;
    column->file = l->file_index;
    column->next = table->columns;
    table->columns = column;
    return column;
}

static lint_key_kind kind_of(const PgQuery__Constraint *c)
{
    switch ((int)c->contype) {
    case CONSTRAINT(PRIMARY):
        return LINT_PRIMARY;
    case CONSTRAINT(UNIQUE):
        return LINT_UNIQUE;
    case CONSTRAINT(FOREIGN):
        return LINT_FOREIGN;
    case CONSTRAINT(EXCLUSION):
        return LINT_EXCLUSION;
    default:
        return LINT_CHECKED;
    }
}

static bool is_key(const PgQuery__Constraint *c)
{
    return c->contype == CONSTRAINT(PRIMARY) || c->contype == CONSTRAINT(UNIQUE) ||
           c->contype == CONSTRAINT(FOREIGN) || c->contype == CONSTRAINT(EXCLUSION) ||
           c->contype == CONSTRAINT(CHECK);
}

/* `column`: the one that the constraint stands at; NULL for one of the table. */
static void learn_constraint(lint *l, lint_table *table, const PgQuery__Constraint *c,
                             const char *column)
{
    if (!table || !is_key(c))
        return;
    lint_key *key = lint_add_key(l, table, kind_of(c), c->conname);
    if (!key)
        return;
    bool is_foreign = c->contype == CONSTRAINT(FOREIGN);
    set_columns(l, key, is_foreign ? c->fk_attrs : c->keys, is_foreign ? c->n_fk_attrs : c->n_keys);
    if (column && c->contype != CONSTRAINT(CHECK)) {
        key->columns = make(l, sizeof *key->columns);
        key->column_count = key->columns ? 1 : 0;
        if (key->columns)
            key->columns[0] = column;
    }
    key->target = is_foreign ? lint_table_name(l, c->pktable) : NULL;
    key->expression = c->raw_expr;
    key->is_valid = !c->skip_validation;
    if (key->kind == LINT_PRIMARY)
        require_columns(table, key);
}

static void learn_column(lint *l, lint_table *table, const PgQuery__ColumnDef *definition)
{
    lint_column *column = lint_add_column(l, table, definition->colname);
    if (!column)
        return;
    column->type = lint_type_of(l, definition->type_name);
    column->is_required = lint_column_constraint(definition, CONSTRAINT(NOTNULL)) != NULL;
    column->is_generated = lint_column_constraint(definition, CONSTRAINT(GENERATED)) != NULL;
    for (size_t i = 0; i < definition->n_constraints; i++)
        learn_constraint(l, table, definition->constraints[i]->constraint, column->name);
}

static void learn_table(lint *l, const PgQuery__CreateStmt *create)
{
    const char *name = lint_table_name(l, create->relation);
    if (create->if_not_exists && lint_find_table(l, name))
        return;
    lint_table *table = lint_add_table(l, name);
    if (!table)
        return;
    table->is_known = create->n_inh_relations == 0;
    for (size_t i = 0; i < create->n_table_elts; i++)
        if (create->table_elts[i]->node_case == NODE(COLUMN_DEF))
            learn_column(l, table, create->table_elts[i]->column_def);
    for (size_t i = 0; i < create->n_table_elts; i++)
        if (create->table_elts[i]->node_case == NODE(CONSTRAINT))
            learn_constraint(l, table, create->table_elts[i]->constraint, NULL);
}

static void learn_view(lint *l, const PgQuery__RangeVar *relation, PgQuery__Node *query)
{
    lint_table *view = lint_add_table(l, lint_table_name(l, relation));
    if (!view)
        return;
    view->is_view = true;
    view->query = query;
}

static void learn_table_as(lint *l, const PgQuery__CreateTableAsStmt *create)
{
    learn_view(l, create->into->rel, create->query);
    if (!l->failed)
        l->tables->is_view = create->objtype == OBJECT(MATVIEW);
}

static void learn_index(lint *l, const PgQuery__IndexStmt *index)
{
    lint_table *table = find_or_add(l, lint_table_name(l, index->relation));
    lint_key *key =
        lint_add_key(l, table, index->unique ? LINT_UNIQUE : LINT_INDEX, index->idxname);
    set_columns(l, key, index->index_params, index->n_index_params);
}

/* ---- learning: ALTER TABLE ---- */

static void learn_column_type(lint *l, const lint_table *table, const PgQuery__AlterTableCmd *c)
{
    lint_column *column = find_column(table, c->name);
    if (column)
        column->type = lint_type_of(l, c->def->column_def->type_name);
}

/* A column that takes its constraints and indexes along. */
static void drop_column(lint_table *table, const char *name)
{
    lint_column *column = find_column(table, name);
    if (column)
        column->is_dropped = true;
    for (lint_key *k = table->keys; k; k = k->next)
        for (size_t i = 0; i < k->column_count; i++)
            k->is_dropped |= strcmp(k->columns[i], name) == 0;
}

static void set_required(const lint_table *table, const char *name, bool is_required)
{
    lint_column *column = find_column(table, name);
    if (column)
        column->is_required = is_required;
}

static void validate(lint *l, lint_table *table, const char *name)
{
    lint_key *key = lint_find_key(table, name);
    if (!key)
        return;
    key->is_valid = true;
    key->checked_in = l->step->transaction;
}

static void learn_command(lint *l, lint_table *table, const PgQuery__AlterTableCmd *command)
{
    lint_key *key;
    switch ((int)command->subtype) {
    case COMMAND(AddColumn):
        learn_column(l, table, command->def->column_def);
        return;
    case COMMAND(DropColumn):
        drop_column(table, command->name);
        return;
    case COMMAND(AlterColumnType):
        learn_column_type(l, table, command);
        return;
    case COMMAND(SetNotNull):
    case COMMAND(DropNotNull):
        set_required(table, command->name, command->subtype == COMMAND(SetNotNull));
        return;
    case COMMAND(AddConstraint):
        learn_constraint(l, table, command->def->constraint, NULL);
        return;
    case COMMAND(ValidateConstraint):
        validate(l, table, command->name);
        return;
    case COMMAND(DropConstraint):
        key = lint_find_key(table, command->name);
        if (key)
            key->is_dropped = true;
        return;
    default:
        return;
    }
}

static void learn_commands(lint *l, const PgQuery__AlterTableStmt *alter)
{
    lint_table *table = find_or_add(l, lint_table_name(l, alter->relation));
    for (size_t i = 0; table && i < alter->n_cmds; i++)
        learn_command(l, table, alter->cmds[i]->alter_table_cmd);
}

/* ---- learning: names, drops, enums ---- */

static void learn_drop(lint *l, const PgQuery__DropStmt *drop)
{
    for (size_t i = 0; i < drop->n_objects; i++) {
        const char *name = lint_object_name(l, drop->objects[i]);
        lint_key *key = NULL;
        lint_table *table = lint_find_table(l, name);
        if (drop->remove_type == OBJECT(INDEX) && lint_table_of_index(l, name, &key))
            key->is_dropped = true;
        else if (table && drop->remove_type != OBJECT(TYPE) && drop->remove_type != OBJECT(INDEX))
            table->is_dropped = true;
    }
}

static void rename_enum(lint *l, const PgQuery__RenameStmt *rename)
{
    const char *name = lint_object_name(l, rename->object);
    lint_enum *found = lint_find_enum(l, name);
    if (!found) {
        found = make(l, sizeof *found);
        if (!found)
            return;
        found->next = l->enums;
        l->enums = found;
        found->file = l->file_index;
    }
    found->old_name = name;
    found->name = rename->newname;
}

static void learn_rename(lint *l, const PgQuery__RenameStmt *rename)
{
    lint_table *table = lint_find_table(l, lint_table_name(l, rename->relation));
    lint_key *key = NULL;
    if (rename->rename_type == OBJECT(TYPE)) {
        rename_enum(l, rename);
    } else if (rename->rename_type == OBJECT(TABLE) && table) {
        table->name = rename->newname;
    } else if (rename->rename_type == OBJECT(COLUMN) && table) {
        lint_column *column = find_column(table, rename->subname);
        if (column)
            column->name = rename->newname;
    } else if (rename->rename_type == OBJECT(TABCONSTRAINT)) {
        key = lint_find_key(table, rename->subname);
    } else if (rename->rename_type == OBJECT(INDEX)) {
        lint_table_of_index(l, lint_table_name(l, rename->relation), &key);
    }
    if (key)
        key->name = rename->newname;
}

static void set_values(lint *l, lint_enum *e, PgQuery__Node *const *values, size_t count,
                       size_t room)
{
    e->values = tenon__arena_array(&l->arena, room, sizeof *e->values);
    l->failed |= !e->values;
    for (size_t i = 0; e->values && i < count; i++)
        e->values[i] = pgparse_string(values[i]);
    e->value_count = e->values ? count : 0;
}

static void learn_enum(lint *l, const PgQuery__CreateEnumStmt *create)
{
    lint_enum *made = make(l, sizeof *made);
    if (!made)
        return;
    made->name = lint_list_name(l, create->type_name, create->n_type_name);
    made->is_known = true;
    made->file = l->file_index;
    set_values(l, made, create->vals, create->n_vals, create->n_vals);
    made->next = l->enums;
    l->enums = made;
}

static void learn_value(lint *l, const PgQuery__AlterEnumStmt *alter)
{
    lint_enum *found = lint_find_enum(l, lint_list_name(l, alter->type_name, alter->n_type_name));
    if (!found || !found->is_known)
        return;
    const char **values = tenon__arena_array(&l->arena, found->value_count + 1, sizeof *values);
    l->failed |= !values;
    if (!values)
        return;
    for (size_t i = 0; i < found->value_count; i++) {
        bool is_renamed = alter->old_val[0] && strcmp(found->values[i], alter->old_val) == 0;
        values[i] = is_renamed ? alter->new_val : found->values[i];
    }
    if (!alter->old_val[0])
        values[found->value_count++] = alter->new_val;
    found->values = values;
}

void lint_learn(lint *l)
{
    PgQuery__Node *node = l->step->node;
    switch ((int)node->node_case) {
    case NODE(CREATE_STMT):
        learn_table(l, node->create_stmt);
        return;
    case NODE(CREATE_TABLE_AS_STMT):
        learn_table_as(l, node->create_table_as_stmt);
        return;
    case NODE(VIEW_STMT):
        learn_view(l, node->view_stmt->view, node->view_stmt->query);
        return;
    case NODE(INDEX_STMT):
        learn_index(l, node->index_stmt);
        return;
    case NODE(ALTER_TABLE_STMT):
        if (lint_is_alter_table(node))
            learn_commands(l, node->alter_table_stmt);
        return;
    case NODE(DROP_STMT):
        learn_drop(l, node->drop_stmt);
        return;
    case NODE(RENAME_STMT):
        learn_rename(l, node->rename_stmt);
        return;
    case NODE(CREATE_ENUM_STMT):
        learn_enum(l, node->create_enum_stmt);
        return;
    case NODE(ALTER_ENUM_STMT):
        learn_value(l, node->alter_enum_stmt);
        return;
    default:
        return;
    }
}
