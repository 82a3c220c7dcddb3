/* Checks 36 to 44 but for 42: how the statements of a file go together, and what new tables and
 * indexes look like. */
#include "lint/lint_inside.h"

#include <stdlib.h>

/* ---- 36, 38 ---- */

static bool is_setting(const PgQuery__Node *node)
{
    return node->node_case == NODE(TRANSACTION_STMT) || node->node_case == NODE(VARIABLE_SET_STMT);
}

/* The one before this one that holds a table of others, when this is the first to keep it
 * waiting. */
static const lint_step *holder(const lint *l)
{
    const lint_step *found = NULL;
    for (size_t i = 0; i < l->step_index; i++) {
        const lint_step *step = &l->file->steps[i];
        if (step->transaction != l->step->transaction || !step->node || is_setting(step->node))
            continue;
        if (found)
            return NULL; /* told already, at that one */
        if (step->lock == LINT_ACCESS_LOCK && lint_is_dangerous(step))
            found = step;
    }
    return found;
}

static void go_on_holding(lint *l)
{
    if (!l->step->transaction || is_setting(l->step->node) || lint_is_made_online(l))
        return;
    const lint_step *held = holder(l);
    if (held)
        lint_report(l, -1, "runs while %s is held in %s mode: nobody can read it until all is done",
                    held->table, lint_lock_name(held->lock));
}

static bool has_command(const PgQuery__Node *node, PgQuery__AlterTableType type)
{
    for (size_t i = 0; i < node->alter_table_stmt->n_cmds; i++)
        if (node->alter_table_stmt->cmds[i]->alter_table_cmd->subtype == type)
            return true;
    return false;
}

/* NOT NULL, and then the check that proves it goes: in one statement that would go first. */
static bool is_order_needed(const lint_step *before, const lint_step *step)
{
    return has_command(before->node, COMMAND(SetNotNull)) &&
           has_command(step->node, COMMAND(DropConstraint));
}

static void alter_again(lint *l)
{
    if (!lint_is_alter_table(l->step->node) || l->step_index == 0 || l->step->is_new)
        return;
    const lint_step *before = l->step - 1;
    if (!before->node || !lint_is_alter_table(before->node) ||
        before->transaction != l->step->transaction || strcmp(before->table, l->step->table) != 0 ||
        is_order_needed(before, l->step))
        return;
    lint_finding *finding =
        lint_report(l, -1, "alters %s again: one statement takes its lock once", l->step->table);
    const pgparse_statement *first = before->statement, *second = l->step->statement;
    size_t start = lint_commands_start(l, l->step);
    lint_set_rewrite(l, finding, "%.*s, %.*s;", (int)(first->end - first->start),
                     l->file->text + first->start, (int)(second->end - start),
                     l->file->text + start);
}

/* ---- 39 ---- */

static bool has_foreign_keys(const lint_table *table)
{
    for (const lint_key *k = table->keys; k; k = k->next)
        if (k->kind == LINT_FOREIGN && !k->is_dropped)
            return true;
    return false;
}

static bool is_target(const lint *l, const char *table)
{
    for (const lint_table *t = l->tables; t; t = t->next)
        for (const lint_key *k = t->is_dropped ? NULL : t->keys; k; k = k->next)
            if (k->kind == LINT_FOREIGN && !k->is_dropped && k->target &&
                strcmp(k->target, table) == 0)
                return true;
    return false;
}

static const char foreign_sql[] =
    "SELECT string_agg(conrelid::regclass || '.' || conname, ', ') FROM pg_constraint "
    "WHERE contype = 'f' AND to_regclass($1) IN (conrelid, confrelid)";

static void drop_with_keys(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case != NODE(DROP_STMT) || node->drop_stmt->remove_type != OBJECT(TABLE))
        return;
    for (size_t i = 0; i < node->drop_stmt->n_objects; i++) {
        const char *name = lint_object_name(l, node->drop_stmt->objects[i]);
        const lint_table *table = lint_find_table(l, name);
        bool has_keys = (table && has_foreign_keys(table)) || is_target(l, name);
        const char *asked = has_keys ? NULL : lint_ask(l, foreign_sql, lint_quote_table(l, name));
        if ((!has_keys && !asked) || lint_is_new_table(l, name))
            continue;
        lint_finding *finding = lint_report(
            l, -1, "drops %s with its foreign keys: both tables of each are held at once", name);
        if (finding)
            finding->evidence = asked;
    }
}

/* ---- 40 ---- */

/* Whether the columns stand, in any order, at the head of the key. */
static bool is_covered_by(const lint_key *key, const lint_key *foreign)
{
    if (key->kind == LINT_FOREIGN || key->kind == LINT_CHECKED || key->is_dropped ||
        key->column_count < foreign->column_count)
        return false;
    for (size_t i = 0; i < foreign->column_count; i++) {
        bool is_found = false;
        for (size_t k = 0; k < foreign->column_count; k++)
            is_found |= strcmp(key->columns[k], foreign->columns[i]) == 0;
        if (!is_found)
            return false;
    }
    return true;
}

static const char covered_sql[] =
    "SELECT 1::text FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid "
    "AND a.attnum = i.indkey[0] WHERE i.indrelid = to_regclass($1) AND i.indpred IS NULL "
    "AND a.attname = $2";

static bool is_indexed(lint *l, const lint_table *table, const lint_key *foreign)
{
    for (const lint_key *k = table->keys; k; k = k->next)
        if (is_covered_by(k, foreign))
            return true;
    return lint_ask_pair(l, covered_sql, lint_quote_table(l, table->name), foreign->columns[0]);
}

static void report_unindexed(lint *l, const lint_table *table, const lint_key *key)
{
    const char *list = "", *name = table->name;
    for (size_t i = 0; i < key->column_count; i++) {
        list = lint_format_text(l, "%s%s%s", list, i ? ", " : "", lint_quote(l, key->columns[i]));
        name = lint_format_text(l, "%s_%s", name, key->columns[i]);
    }
    lint_finding *finding = lint_report_step(
        l, &l->file->steps[key->step],
        "the foreign key of %s (%s) has no index: deleting from %s scans all of it", table->name,
        list, key->target ? key->target : "its target");
    lint_set_rewrite(l, finding, "CREATE INDEX CONCURRENTLY %s ON %s (%s);",
                     lint_quote(l, lint_format_text(l, "%s_idx", name)),
                     lint_quote_table(l, table->name), list);
}

static void unindexed_keys(lint *l)
{
    for (const lint_table *t = l->tables; t; t = t->next)
        for (const lint_key *k = t->is_dropped ? NULL : t->keys; k; k = k->next)
            if (k->kind == LINT_FOREIGN && k->file == l->file_index && !k->is_dropped &&
                k->column_count && !is_indexed(l, t, k))
                report_unindexed(l, t, k);
}

/* ---- 41 ---- */

static bool has_ddl(const lint *l, unsigned transaction)
{
    for (size_t i = 0; i < l->file->step_count && transaction; i++)
        if (l->file->steps[i].transaction == transaction && l->file->steps[i].is_ddl)
            return true;
    return false;
}

static bool look_for_limit(ProtobufCMessage *message, void *context)
{
    if (PGPARSE_IS(message, select_stmt))
        *(bool *)context |= ((const PgQuery__SelectStmt *)message)->limit_count != NULL;
    return true;
}

static bool is_backfill(const PgQuery__Node *node)
{
    if (node->node_case != NODE(INSERT_STMT))
        return lint_is_data_change(node);
    const PgQuery__Node *source = node->insert_stmt->select_stmt;
    return source && source->node_case == NODE(SELECT_STMT) &&
           source->select_stmt->n_from_clause > 0;
}

static void backfill(lint *l)
{
    bool is_batch = l->step->place == LINT_IN_LOOP;
    if (!is_backfill(l->step->node) || l->step->is_new)
        return;
    pgparse_walk(l->step->node, look_for_limit, &is_batch);
    bool is_with_ddl = has_ddl(l, l->step->transaction);
    if (!is_with_ddl && (is_batch || l->step->node->node_case == NODE(INSERT_STMT)))
        return;
    lint_finding *finding =
        lint_report(l, -1,
                    is_with_ddl ? "changes rows of %s in a transaction that also changes tables"
                                : "changes rows of %s in one statement",
                    l->step->table);
    lint_scale(l, finding, l->step->table);
}

/* ---- 43 ---- */

static void wide_index(lint *l)
{
    const PgQuery__Node *node = l->step->node;
    if (node->node_case == NODE(INDEX_STMT) && !node->index_stmt->unique &&
        node->index_stmt->n_index_params > 3)
        lint_report(l, -1, "the index %s has %zu columns: few queries use those behind the third",
                    node->index_stmt->idxname, node->index_stmt->n_index_params);
}

/* ---- 44 ---- */

typedef struct sized {
    const char *name;
    unsigned size, alignment; /* 0: of variable length */
} sized;

static void measure(lint *l, const PgQuery__ColumnDef *column, sized *out)
{
    static const sized types[] = {
        {"int8", 8, 8},        {"float8", 8, 8}, {"timestamp", 8, 8}, {"timestamptz", 8, 8},
        {"bigserial", 8, 8},   {"time", 8, 8},   {"money", 8, 8},     {"int4", 4, 4},
        {"serial", 4, 4},      {"date", 4, 4},   {"float4", 4, 4},    {"int2", 2, 2},
        {"smallserial", 2, 2}, {"bool", 1, 1},   {"uuid", 16, 1},
    };
    lint_type type = lint_type_of(l, column->type_name);
    *out = (sized){.name = column->colname};
    for (size_t i = 0; i < TENON__COUNT(types) && !type.is_array; i++) {
        if (strcmp(types[i].name, type.name) == 0) {
            out->size = types[i].size;
            out->alignment = types[i].alignment;
        }
    }
    if (lint_find_enum(l, type.name) && !type.is_array)
        out->size = out->alignment = 4;
}

static unsigned sum_sizes(const sized *columns, size_t count)
{
    unsigned at = 0;
    for (size_t i = 0; i < count; i++) {
        unsigned alignment = columns[i].alignment;
        at = (at + alignment - 1) / alignment * alignment + columns[i].size;
    }
    return (at + 7) / 8 * 8;
}

static int compare_alignment(const void *a, const void *b)
{
    const sized *left = a, *right = b;
    return (left->alignment < right->alignment) - (left->alignment > right->alignment);
}

static size_t measure_all(lint *l, const PgQuery__CreateStmt *create, sized *columns)
{
    size_t count = 0;
    for (size_t i = 0; i < create->n_table_elts; i++) {
        if (create->table_elts[i]->node_case != NODE(COLUMN_DEF))
            continue;
        measure(l, create->table_elts[i]->column_def, &columns[count]);
        count += columns[count].size > 0;
    }
    return count;
}

static void padding(lint *l)
{
    if (l->step->node->node_case != NODE(CREATE_STMT))
        return;
    const PgQuery__CreateStmt *create = l->step->node->create_stmt;
    sized *columns = tenon__arena_array(&l->arena, create->n_table_elts + 1, sizeof *columns);
    if (!columns)
        return;
    size_t count = measure_all(l, create, columns);
    unsigned written = sum_sizes(columns, count);
    qsort(columns, count, sizeof *columns, compare_alignment);
    unsigned best = sum_sizes(columns, count);
    if (written < best + 8)
        return;
    const char *order = "";
    for (size_t i = 0; i < count; i++)
        order = lint_format_text(l, "%s%s%s", order, i ? ", " : "", columns[i].name);
    lint_report(l, -1, "%u bytes of each row of %s are padding; without them in this order: %s",
                written - best, l->step->table, order);
}

const lint_rule lint_rules_order[] = {
    {36, go_on_holding, NULL, NULL},  {38, alter_again, NULL, NULL},
    {39, drop_with_keys, NULL, NULL}, {40, NULL, NULL, unindexed_keys},
    {41, backfill, NULL, NULL},       {43, wide_index, NULL, NULL},
    {44, padding, NULL, NULL},        {0},
};
