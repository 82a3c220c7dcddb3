/* Checks 45 to 54: timeouts, transactions, and what is left behind when a statement fails. */
#include "lint/lint_inside.h"

/* ---- settings ---- */

static const char *setting_of(const lint_step *step)
{
    if (!step->node || step->node->node_case != NODE(VARIABLE_SET_STMT))
        return NULL;
    return step->node->variable_set_stmt->name;
}

static bool is_set_before(const lint *l, const char *name)
{
    for (size_t i = 0; i < l->step_index; i++) {
        const char *set = setting_of(&l->file->steps[i]);
        if (set && strcmp(set, name) == 0)
            return true;
    }
    return false;
}

static bool is_first_dangerous(const lint *l)
{
    for (size_t i = 0; i < l->step_index; i++)
        if (lint_is_dangerous(&l->file->steps[i]))
            return false;
    return lint_is_dangerous(l->step);
}

static void no_lock_timeout(lint *l)
{
    if (!is_first_dangerous(l) || is_set_before(l, "lock_timeout"))
        return;
    lint_finding *finding = lint_report(
        l, -1, "waits for %s as long as it takes, and everybody behind it", l->step->table);
    lint_set_rewrite(l, finding, "SET LOCAL lock_timeout = '2s';");
}

static void no_statement_timeout(lint *l)
{
    if (!is_first_dangerous(l) || is_set_before(l, "statement_timeout"))
        return;
    lint_set_rewrite(l, lint_report(l, -1, "may hold %s as long as it takes", l->step->table),
                     "SET LOCAL statement_timeout = '1min';");
}

static bool is_reset_later(const lint *l, const char *name)
{
    for (size_t i = l->step_index + 1; i < l->file->step_count; i++) {
        const PgQuery__Node *node = l->file->steps[i].node;
        if (!node || node->node_case != NODE(VARIABLE_SET_STMT))
            continue;
        const PgQuery__VariableSetStmt *set = node->variable_set_stmt;
        if (set->kind == PG_QUERY__VARIABLE_SET_KIND__VAR_RESET_ALL ||
            (strcmp(set->name, name) == 0 &&
             set->kind != PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE))
            return true;
    }
    return false;
}

static void leaking_setting(lint *l)
{
    static const char *const names[] = {"lock_timeout", "statement_timeout",
                                        "idle_in_transaction_session_timeout", NULL};
    const char *set = setting_of(l->step);
    if (!set || l->step->node->variable_set_stmt->is_local ||
        l->step->node->variable_set_stmt->kind != PG_QUERY__VARIABLE_SET_KIND__VAR_SET_VALUE)
        return;
    for (const char *const *n = names; *n; n++) {
        if (strcmp(*n, set) != 0 || is_reset_later(l, set))
            continue;
        const char *local = lint_text_with(l, PG_QUERY__TOKEN__SET, "LOCAL");
        lint_finding *finding =
            lint_report(l, -1, "%s stays set for whoever gets this connection next", set);
        lint_set_rewrite(l, finding, "%s",
                         l->step->transaction ? local : lint_format_text(l, "RESET %s;", set));
    }
}

/* ---- transactions ---- */

static int transaction_kind(const lint_step *step)
{
    if (!step->node || step->node->node_case != NODE(TRANSACTION_STMT))
        return 0;
    return (int)step->node->transaction_stmt->kind;
}

static bool is_open_before(const lint *l, size_t end)
{
    bool is_open = false;
    for (size_t i = 0; i < end; i++) {
        int kind = transaction_kind(&l->file->steps[i]);
        if (kind == TRANSACTION(BEGIN) || kind == TRANSACTION(START))
            is_open = true;
        if (kind == TRANSACTION(COMMIT) || kind == TRANSACTION(ROLLBACK))
            is_open = false;
    }
    return is_open;
}

static void nested_transaction(lint *l)
{
    int kind = transaction_kind(l->step);
    bool is_begin = kind == TRANSACTION(BEGIN) || kind == TRANSACTION(START);
    bool is_end = kind == TRANSACTION(COMMIT) || kind == TRANSACTION(ROLLBACK);
    bool is_open = is_open_before(l, l->step_index);
    if (is_begin && is_open)
        lint_report(l, -1, "begins a transaction within a transaction: the first COMMIT ends both");
    if (is_end && !is_open)
        lint_report(l, -1, "ends a transaction that this file did not begin: the migrator's own");
}

static void open_transaction(lint *l)
{
    if (l->file->step_count && is_open_before(l, l->file->step_count))
        lint_report_step(l, &l->file->steps[l->file->step_count - 1],
                         "the file ends and its transaction does not: nothing of it stays");
}

/* ---- 50, 51 ---- */

static bool can_be_repeated_command(const PgQuery__AlterTableStmt *alter)
{
    for (size_t i = 0; i < alter->n_cmds; i++) {
        const PgQuery__AlterTableCmd *command = alter->cmds[i]->alter_table_cmd;
        bool is_sensitive = command->subtype == COMMAND(AddColumn) ||
                            command->subtype == COMMAND(DropColumn) ||
                            command->subtype == COMMAND(DropConstraint);
        if ((is_sensitive && !command->missing_ok) || command->subtype == COMMAND(AddConstraint))
            return false;
    }
    return true;
}

static bool can_be_repeated(const PgQuery__Node *node)
{
    switch ((int)node->node_case) {
    case NODE(CREATE_STMT):
        return node->create_stmt->if_not_exists;
    case NODE(INDEX_STMT):
        return node->index_stmt->if_not_exists || node->index_stmt->concurrent;
    case NODE(DROP_STMT):
        return node->drop_stmt->missing_ok;
    case NODE(ALTER_TABLE_STMT):
        return can_be_repeated_command(node->alter_table_stmt);
    case NODE(RENAME_STMT):
    case NODE(CREATE_ENUM_STMT):
        return false;
    default:
        return true;
    }
}

static void not_repeatable(lint *l)
{
    if (l->step->transaction || l->file->step_count < 2 || can_be_repeated(l->step->node))
        return;
    lint_report(l, -1, "runs outside of a transaction and fails when the file is run again");
}

static const char invalid_sql[] =
    "SELECT indexrelid::regclass::text FROM pg_index WHERE indexrelid = to_regclass($1) "
    "AND NOT indisvalid";

static bool is_dropped_before(lint *l, const char *index)
{
    for (size_t i = 0; i < l->step_index; i++) {
        const PgQuery__Node *node = l->file->steps[i].node;
        if (node && node->node_case == NODE(DROP_STMT) &&
            node->drop_stmt->remove_type == OBJECT(INDEX) &&
            strcmp(lint_object_name(l, node->drop_stmt->objects[0]), index) == 0)
            return true;
    }
    return false;
}

static void invalid_index(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(INDEX_STMT) || !node->index_stmt->concurrent ||
        is_dropped_before(l, node->index_stmt->idxname))
        return;
    const PgQuery__IndexStmt *index = node->index_stmt;
    const char *name = lint_quote(l, index->idxname);
    lint_finding *finding = lint_report(
        l, -1,
        index->if_not_exists ? "IF NOT EXISTS takes an invalid %s, left by a failure, for done"
                             : "leaves an invalid %s when it fails",
        index->idxname);
    lint_set_rewrite(l, finding, "DROP INDEX CONCURRENTLY IF EXISTS %s;\n%s", name,
                     lint_text_of(l, l->step));
    if (index->if_not_exists)
        lint_set_severity(finding, LINT_WARNING);
    const char *invalid = finding ? lint_ask(l, invalid_sql, name) : NULL;
    if (!invalid)
        return;
    lint_set_severity(finding, LINT_ERROR);
    finding->evidence = lint_format_text(l, "%s is there, and invalid", invalid);
}

/* ---- 52, 53 ---- */

static void lock_and_concurrent(lint *l)
{
    static const char *const functions[] = {"pg_advisory_lock", "pg_advisory_xact_lock",
                                            "pg_advisory_lock_shared",
                                            "pg_advisory_xact_lock_shared", NULL};
    if (!lint_calls(l->step->node, functions))
        return;
    for (size_t i = 0; i < l->file->step_count; i++) {
        const PgQuery__Node *node = l->file->steps[i].node;
        if (!node || !lint_is_concurrent(node))
            continue;
        lint_report(l, -1,
                    "whoever waits for this lock holds a snapshot, for which the concurrent "
                    "statement waits in turn");
        return;
    }
}

static bool is_analyzed_after(lint *l, size_t index, const char *table)
{
    for (size_t i = index + 1; i < l->file->step_count; i++) {
        const PgQuery__Node *node = l->file->steps[i].node;
        if (!node || node->node_case != NODE(VACUUM_STMT))
            continue;
        const PgQuery__VacuumStmt *s = node->vacuum_stmt;
        bool is_analyze = !s->is_vacuumcmd || lint_has_option(s->options, s->n_options, "analyze");
        if (is_analyze && (!s->n_rels || strcmp(l->file->steps[i].table, table) == 0))
            return true;
    }
    return false;
}

static bool has_expression(const PgQuery__IndexStmt *index)
{
    for (size_t i = 0; i < index->n_index_params; i++)
        if (index->index_params[i]->index_elem->expr)
            return true;
    return false;
}

/* What leaves the planner without statistics, or with those of rows that are gone. */
static const char *needs_analyze(const PgQuery__Node *node)
{
    if (node->node_case == NODE(INDEX_STMT) && has_expression(node->index_stmt))
        return "nothing is known of the values of the index's expression";
    if (node->node_case == NODE(UPDATE_STMT))
        return "its statistics are those of the rows before";
    if (node->node_case != NODE(ALTER_TABLE_STMT))
        return NULL;
    for (size_t i = 0; i < node->alter_table_stmt->n_cmds; i++)
        if (node->alter_table_stmt->cmds[i]->alter_table_cmd->subtype == COMMAND(AlterColumnType))
            return "the statistics of the column are gone";
    return NULL;
}

static void not_analyzed(lint *l)
{
    const char *why = l->step->table && !l->step->is_new ? needs_analyze(l->step->node) : NULL;
    if (!why || is_analyzed_after(l, l->step_index, l->step->table))
        return;
    lint_set_rewrite(l,
                     lint_report(l, -1, "%s is not analyzed behind this: %s", l->step->table, why),
                     "ANALYZE %s;", lint_quote_table(l, l->step->table));
}

/* ---- 54; what cannot be parsed is told by judge.c ---- */

static bool makes_function(const PgQuery__Node *node, const char *name)
{
    if (!node || node->node_case != NODE(CREATE_FUNCTION_STMT))
        return false;
    const PgQuery__CreateFunctionStmt *made = node->create_function_stmt;
    const char *last = pgparse_last_name(made->funcname, made->n_funcname);
    return last && strcmp(last, name) == 0;
}

static bool is_made_in(const lint *l, size_t file, const char *name)
{
    for (size_t i = 0; i < l->files[file].step_count; i++)
        if (makes_function(l->files[file].steps[i].node, name))
            return true;
    return false;
}

/* Whether one of the files has made it: then nobody knows it but they. */
static bool is_own_function(const lint *l, const char *name)
{
    for (size_t f = 0; f <= l->file_index; f++)
        if (is_made_in(l, f, name))
            return true;
    return false;
}

/* Within a block or a body block.c has gone into the functions of the same file, or has left what
 * is around unknown. */
static bool is_followed(const lint *l, const char *name)
{
    bool is_inside = l->step->place == LINT_IN_BLOCK || l->step->place == LINT_IN_LOOP;
    return is_inside && is_made_in(l, l->file_index, name);
}

typedef struct called {
    const lint *lint;
    const char *own; /* the first function called that the files have made */
} called;

static bool see_call(ProtobufCMessage *message, void *context)
{
    called *c = context;
    if (!c->own && PGPARSE_IS(message, func_call)) {
        const PgQuery__FuncCall *call = (const PgQuery__FuncCall *)(const void *)message;
        const char *name = pgparse_last_name(call->funcname, call->n_funcname);
        bool is_unseen = name && is_own_function(c->lint, name) && !is_followed(c->lint, name);
        c->own = is_unseen ? name : NULL;
    }
    return !c->own;
}

static bool can_call(const PgQuery__Node *node)
{
    return node->node_case == NODE(SELECT_STMT) || node->node_case == NODE(CALL_STMT) ||
           node->node_case == NODE(INSERT_STMT) || node->node_case == NODE(UPDATE_STMT) ||
           node->node_case == NODE(DELETE_STMT);
}

/* A procedure may be of any file, and none. */
static const char *find_unseen_procedure(const lint *l, const PgQuery__Node *node)
{
    const PgQuery__FuncCall *call =
        node->node_case == NODE(CALL_STMT) ? node->call_stmt->funccall : NULL;
    const char *name = call ? pgparse_last_name(call->funcname, call->n_funcname) : NULL;
    return name && !is_followed(l, name) ? name : NULL;
}

/* The body of a function runs where it is called, not where it is made; block.c has put there those
 * that it knows. */
static void unseen(lint *l)
{
    PgQuery__Node *node = l->step->node;
    called c = {.lint = l};
    if (l->step->place == LINT_UNKNOWN_BLOCK)
        lint_set_severity(lint_report(l, -1,
                                      "not all that the block does is looked at: it puts "
                                      "statements together, or calls what does"),
                          LINT_HINT);
    if (node->node_case == NODE(DO_STMT) || l->step->place == LINT_KNOWN_CALL)
        return;
    if (can_call(node))
        pgparse_walk(node, see_call, &c);
    if (!c.own)
        c.own = find_unseen_procedure(l, node);
    if (c.own)
        lint_set_severity(lint_report(l, -1, "what %s does is not looked at", c.own), LINT_HINT);
}

const lint_rule lint_rules_settings[] = {
    {45, no_lock_timeout, NULL, NULL},
    {46, no_statement_timeout, NULL, NULL},
    {47, leaking_setting, NULL, NULL},
    {48, nested_transaction, NULL, NULL},
    {49, NULL, NULL, open_transaction},
    {50, not_repeatable, NULL, NULL},
    {51, invalid_index, NULL, NULL},
    {52, lock_and_concurrent, NULL, NULL},
    {53, not_analyzed, NULL, NULL},
    {54, unseen, NULL, NULL},
    {0},
};
