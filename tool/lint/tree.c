/* What the rules ask of trees: names, constraints, locks, transactions. */
#include "lint/lint_inside.h"

#include <ctype.h>

/* ---- names ---- */

/* "public" is where names without a schema go: both ways to say it are one name. */
static const char *join_names(lint *l, const char *namespace, const char *name)
{
    if (!namespace || !namespace[0] || strcmp(namespace, "public") == 0)
        return name ? name : "";
    return lint_format_text(l, "%s.%s", namespace, name);
}

const char *lint_table_name(lint *l, const PgQuery__RangeVar *relation)
{
    return relation ? join_names(l, relation->schemaname, relation->relname) : NULL;
}

const char *lint_list_name(lint *l, PgQuery__Node *const *names, size_t count)
{
    return join_names(l, pgparse_first_name(names, count), pgparse_last_name(names, count));
}

const char *lint_object_name(lint *l, const PgQuery__Node *object)
{
    if (object->node_case == NODE(LIST))
        return lint_list_name(l, object->list->items, object->list->n_items);
    if (object->node_case == NODE(TYPE_NAME))
        return lint_list_name(l, object->type_name->names, object->type_name->n_names);
    return pgparse_string(object) ? pgparse_string(object) : "";
}

const char *lint_quote(lint *l, const char *name)
{
    tenon__buf quoted = {0};
    tenon__buf_char(&quoted, '"');
    for (const char *c = name; *c; c++) {
        if (*c == '"')
            tenon__buf_char(&quoted, '"');
        tenon__buf_char(&quoted, *c);
    }
    tenon__buf_char(&quoted, '"');
    const char *kept = lint_format_text(l, "%s", tenon__buf_string(&quoted));
    tenon__buf_release(&quoted);
    return kept;
}

const char *lint_quote_table(lint *l, const char *name)
{
    const char *dot = strchr(name, '.');
    if (!dot)
        return lint_quote(l, name);
    const char *namespace = lint_format_text(l, "%.*s", (int)(dot - name), name);
    return lint_format_text(l, "%s.%s", lint_quote(l, namespace), lint_quote(l, dot + 1));
}

/* ---- parts of ALTER TABLE ---- */

bool lint_is_alter_table(const PgQuery__Node *node)
{
    return node->node_case == NODE(ALTER_TABLE_STMT) &&
           (node->alter_table_stmt->objtype == OBJECT(TABLE) ||
            node->alter_table_stmt->objtype == OBJECT(FOREIGN_TABLE));
}

PgQuery__Constraint *lint_column_constraint(const PgQuery__ColumnDef *column,
                                            PgQuery__ConstrType type)
{
    for (size_t i = 0; i < column->n_constraints; i++)
        if (column->constraints[i]->constraint->contype == type)
            return column->constraints[i]->constraint;
    return NULL;
}

PgQuery__Constraint *lint_added_constraint(const PgQuery__AlterTableCmd *command,
                                           PgQuery__ConstrType type)
{
    if (command->subtype != COMMAND(AddConstraint) || command->def->constraint->contype != type)
        return NULL;
    return command->def->constraint;
}

PgQuery__ColumnDef *lint_added_column(const PgQuery__AlterTableCmd *command)
{
    return command->subtype == COMMAND(AddColumn) ? command->def->column_def : NULL;
}

bool lint_has_option(PgQuery__Node *const *options, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(options[i]->def_elem->defname, name) == 0)
            return true;
    return false;
}

static bool is_detached_concurrently(const PgQuery__AlterTableStmt *statement)
{
    const PgQuery__AlterTableCmd *first = statement->cmds[0]->alter_table_cmd;
    return first->subtype == COMMAND(DetachPartition) && first->def->partition_cmd->concurrent;
}

bool lint_is_concurrent(const PgQuery__Node *node)
{
    switch ((int)node->node_case) {
    case NODE(INDEX_STMT):
        return node->index_stmt->concurrent;
    case NODE(DROP_STMT):
        return node->drop_stmt->concurrent;
    case NODE(REINDEX_STMT):
        return lint_has_option(node->reindex_stmt->params, node->reindex_stmt->n_params,
                               "concurrently");
    case NODE(REFRESH_MAT_VIEW_STMT):
        return node->refresh_mat_view_stmt->concurrent;
    case NODE(ALTER_TABLE_STMT):
        return is_detached_concurrently(node->alter_table_stmt);
    default:
        return false;
    }
}

/* ---- functions that are called ---- */

typedef struct search {
    const char *const *functions;
    bool is_found;
} search;

static bool look_for_call(ProtobufCMessage *message, void *context)
{
    search *s = context;
    if (!PGPARSE_IS(message, func_call))
        return !s->is_found;
    const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)message;
    const char *name = pgparse_last_name(call->funcname, call->n_funcname);
    for (const char *const *f = s->functions; *f; f++)
        s->is_found |= name && strcmp(*f, name) == 0;
    return !s->is_found;
}

bool lint_calls(const PgQuery__Node *node, const char *const *functions)
{
    search s = {functions, false};
    pgparse_walk(pgparse_inner(node), look_for_call, &s);
    return s.is_found;
}

/* ---- locks ---- */

static lint_lock lock_of_command(const PgQuery__AlterTableCmd *command)
{
    switch ((int)command->subtype) {
    case COMMAND(ValidateConstraint):
    case COMMAND(SetStatistics):
    case COMMAND(AttachPartition):
    case COMMAND(ClusterOn):
    case COMMAND(DropCluster):
    case COMMAND(SetRelOptions):
    case COMMAND(ResetRelOptions):
    case COMMAND(DetachPartitionFinalize):
        return LINT_UPDATE_LOCK;
    case COMMAND(DetachPartition):
        return command->def->partition_cmd->concurrent ? LINT_UPDATE_LOCK : LINT_ACCESS_LOCK;
    case COMMAND(EnableTrig):
    case COMMAND(EnableTrigAll):
    case COMMAND(EnableTrigUser):
    case COMMAND(DisableTrig):
    case COMMAND(DisableTrigAll):
    case COMMAND(DisableTrigUser):
        return LINT_EXCLUSIVE_LOCK;
    case COMMAND(AddConstraint):
        return command->def->constraint->contype == CONSTRAINT(FOREIGN) ? LINT_EXCLUSIVE_LOCK
                                                                        : LINT_ACCESS_LOCK;
    default:
        return LINT_ACCESS_LOCK;
    }
}

static lint_lock lock_of_commands(const PgQuery__AlterTableStmt *statement)
{
    lint_lock strongest = LINT_NO_LOCK;
    for (size_t i = 0; i < statement->n_cmds; i++) {
        lint_lock lock = lock_of_command(statement->cmds[i]->alter_table_cmd);
        if (lock > strongest)
            strongest = lock;
    }
    return strongest;
}

static bool is_vacuum_full(const PgQuery__VacuumStmt *statement)
{
    return statement->is_vacuumcmd &&
           lint_has_option(statement->options, statement->n_options, "full");
}

static lint_lock lock_of(const PgQuery__Node *node)
{
    switch ((int)node->node_case) {
    case NODE(ALTER_TABLE_STMT):
        return lock_of_commands(node->alter_table_stmt);
    case NODE(INDEX_STMT):
        return node->index_stmt->concurrent ? LINT_UPDATE_LOCK : LINT_SHARE_LOCK;
    case NODE(REINDEX_STMT):
    case NODE(DROP_STMT):
        return lint_is_concurrent(node) ? LINT_UPDATE_LOCK : LINT_ACCESS_LOCK;
    case NODE(RENAME_STMT):
        return node->rename_stmt->rename_type == OBJECT(INDEX) ? LINT_UPDATE_LOCK
                                                               : LINT_ACCESS_LOCK;
    case NODE(TRUNCATE_STMT):
    case NODE(CLUSTER_STMT):
        return LINT_ACCESS_LOCK;
    case NODE(VACUUM_STMT):
        return is_vacuum_full(node->vacuum_stmt) ? LINT_ACCESS_LOCK : LINT_UPDATE_LOCK;
    case NODE(CREATE_TRIG_STMT):
        return LINT_EXCLUSIVE_LOCK;
    case NODE(LOCK_STMT):
        return node->lock_stmt->mode >= 8 ? LINT_ACCESS_LOCK : LINT_SHARE_LOCK;
    case NODE(INSERT_STMT):
    case NODE(UPDATE_STMT):
    case NODE(DELETE_STMT):
        return LINT_ROW_LOCK;
    default:
        return LINT_NO_LOCK;
    }
}

const char *lint_lock_name(lint_lock lock)
{
    static const char *const names[] = {
        [LINT_NO_LOCK] = "no lock",
        [LINT_ROW_LOCK] = "ROW EXCLUSIVE",
        [LINT_UPDATE_LOCK] = "SHARE UPDATE EXCLUSIVE",
        [LINT_SHARE_LOCK] = "SHARE",
        [LINT_EXCLUSIVE_LOCK] = "SHARE ROW EXCLUSIVE",
        [LINT_ACCESS_LOCK] = "ACCESS EXCLUSIVE",
    };
    return names[lock];
}

bool lint_is_dangerous(const lint_step *step)
{
    return step->lock >= LINT_SHARE_LOCK && step->table && !step->is_new;
}

/* ---- the table that a statement changes ---- */

static const char *table_of_drop(lint *l, const PgQuery__DropStmt *drop)
{
    const char *name = lint_object_name(l, drop->objects[0]);
    if (drop->remove_type == OBJECT(TABLE) || drop->remove_type == OBJECT(MATVIEW))
        return name;
    if (drop->remove_type != OBJECT(INDEX))
        return NULL;
    const lint_table *table = lint_table_of_index(l, name, NULL);
    return table ? table->name : NULL;
}

static const char *table_of_rename(lint *l, const PgQuery__RenameStmt *rename)
{
    bool is_of_table =
        rename->rename_type == OBJECT(TABLE) || rename->rename_type == OBJECT(TABCONSTRAINT) ||
        (rename->rename_type == OBJECT(COLUMN) && rename->relation_type == OBJECT(TABLE));
    return is_of_table ? lint_table_name(l, rename->relation) : NULL;
}

const char *lint_table_of(lint *l, const PgQuery__Node *node)
{
    switch ((int)node->node_case) {
    case NODE(ALTER_TABLE_STMT):
        return lint_is_alter_table(node) ? lint_table_name(l, node->alter_table_stmt->relation)
                                         : NULL;
    case NODE(INDEX_STMT):
        return lint_table_name(l, node->index_stmt->relation);
    case NODE(CREATE_STMT):
        return lint_table_name(l, node->create_stmt->relation);
    case NODE(DROP_STMT):
        return table_of_drop(l, node->drop_stmt);
    case NODE(RENAME_STMT):
        return table_of_rename(l, node->rename_stmt);
    case NODE(REINDEX_STMT):
        return node->reindex_stmt->kind == PG_QUERY__REINDEX_OBJECT_TYPE__REINDEX_OBJECT_TABLE
                   ? lint_table_name(l, node->reindex_stmt->relation)
                   : NULL;
    case NODE(TRUNCATE_STMT):
        return lint_table_name(l, node->truncate_stmt->relations[0]->range_var);
    case NODE(LOCK_STMT):
        return lint_table_name(l, node->lock_stmt->relations[0]->range_var);
    case NODE(CLUSTER_STMT):
        return lint_table_name(l, node->cluster_stmt->relation);
    case NODE(CREATE_TRIG_STMT):
        return lint_table_name(l, node->create_trig_stmt->relation);
    case NODE(INSERT_STMT):
        return lint_table_name(l, node->insert_stmt->relation);
    case NODE(UPDATE_STMT):
        return lint_table_name(l, node->update_stmt->relation);
    case NODE(DELETE_STMT):
        return lint_table_name(l, node->delete_stmt->relation);
    case NODE(VACUUM_STMT):
        return node->vacuum_stmt->n_rels
                   ? lint_table_name(l, node->vacuum_stmt->rels[0]->vacuum_relation->relation)
                   : NULL;
    default:
        return NULL;
    }
}

/* ---- transactions ---- */

bool lint_is_data_change(const PgQuery__Node *node)
{
    return node->node_case == NODE(INSERT_STMT) || node->node_case == NODE(UPDATE_STMT) ||
           node->node_case == NODE(DELETE_STMT);
}

static bool is_ddl(const PgQuery__Node *node)
{
    switch ((int)node->node_case) {
    case NODE(SELECT_STMT):
    case NODE(INSERT_STMT):
    case NODE(UPDATE_STMT):
    case NODE(DELETE_STMT):
    case NODE(MERGE_STMT):
    case NODE(TRANSACTION_STMT):
    case NODE(VARIABLE_SET_STMT):
    case NODE(DO_STMT):
    case NODE(VACUUM_STMT):
        return false;
    default:
        return true;
    }
}

static bool begins(const PgQuery__Node *node)
{
    return node && node->node_case == NODE(TRANSACTION_STMT) &&
           (node->transaction_stmt->kind == TRANSACTION(BEGIN) ||
            node->transaction_stmt->kind == TRANSACTION(START));
}

static bool ends(const PgQuery__Node *node)
{
    return node && node->node_case == NODE(TRANSACTION_STMT) &&
           (node->transaction_stmt->kind == TRANSACTION(COMMIT) ||
            node->transaction_stmt->kind == TRANSACTION(ROLLBACK));
}

static bool is_in_block(const lint_step *step)
{
    return step->place == LINT_IN_BLOCK || step->place == LINT_IN_LOOP;
}

static size_t count_outside(const lint_file *file)
{
    size_t count = 0;
    for (size_t i = 0; i < file->step_count; i++)
        count += !is_in_block(&file->steps[i]);
    return count;
}

/* A block is one transaction where none is around it. */
static void number_block(lint *l, size_t i)
{
    lint_file *file = l->file;
    size_t first = i - 1;
    bool is_first = !is_in_block(&file->steps[first]);
    if (is_first && !file->steps[first].transaction)
        file->steps[first].transaction = ++l->transactions;
    file->steps[i].transaction = file->steps[first].transaction;
}

static bool has_begin(const lint_file *file)
{
    for (size_t i = 0; i < file->step_count; i++)
        if (begins(file->steps[i].node))
            return true;
    return false;
}

/* A file of several statements is sent as one and so is one transaction, unless it says BEGIN. A
 * statement that cannot be in one cuts it: so tenon runs such a file, and others refuse it (25). */
static void number_transactions(lint *l)
{
    lint_file *file = l->file;
    file->is_implicit = !l->options.is_autocommit && count_outside(file) > 1 && !has_begin(file);
    unsigned current = file->is_implicit ? ++l->transactions : 0;
    for (size_t i = 0; i < file->step_count; i++) {
        lint_step *step = &file->steps[i];
        if (is_in_block(step)) {
            number_block(l, i);
            continue;
        }
        bool is_cut = file->is_implicit && step->node && pgparse_is_outside(step->node);
        if (is_cut || (begins(step->node) && !current))
            current = ++l->transactions;
        step->transaction = current;
        if (is_cut)
            current = ++l->transactions;
        if (ends(step->node))
            current = 0;
    }
}

void lint_plan_steps(lint *l)
{
    lint_file *file = l->file;
    file->step_count = l->failed ? 0 : file->tree->statement_count;
    file->steps = tenon__arena_array(&l->arena, file->step_count, sizeof *file->steps);
    if (!file->steps) {
        l->failed = true;
        file->step_count = 0;
        return;
    }
    for (size_t i = 0; i < file->step_count; i++) {
        lint_step *step = &file->steps[i];
        step->statement = &file->tree->statements[i];
        step->place = file->places ? file->places[i] : LINT_OUTSIDE;
        step->node = step->statement->node;
        if (!step->node)
            continue;
        step->table = lint_table_of(l, step->node);
        step->lock = lock_of(step->node);
        step->is_ddl = is_ddl(step->node);
    }
    number_transactions(l);
}
