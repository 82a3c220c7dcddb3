/* The order of a plan on SQLite.
 *
 * SQLite's ALTER TABLE renames, adds a plain column and drops one that nothing refers to; every
 * other change builds the table anew (sqlite_rebuild.c). Tables are dropped and built with foreign
 * keys off, else the rows of children would go with the rows of their parent. */
#include "diff/sqlite.h"

#include <ctype.h>
#include <strings.h>

/* ---- what ALTER TABLE can do ----------------------------------------------------------------- */

static bool is_in_key(const catalogue_table *table, const char *column)
{
    for (size_t i = 0; i < table->index_count; i++)
        for (size_t k = 0; k < table->indexes[i].key_count; k++)
            if (!table->indexes[i].keys[k].column ||
                !strcmp(table->indexes[i].keys[k].column, column))
                return true;
    for (size_t i = 0; i < table->foreign_key_count; i++)
        for (size_t k = 0; k < table->foreign_keys[i].column_count; k++)
            if (!strcmp(table->foreign_keys[i].columns[k], column))
                return true;
    return false;
}

/* Its name may stand in any of them. */
static bool has_expressions(const diff_maker *m, const catalogue_table *table)
{
    for (size_t i = 0; i < table->index_count; i++)
        if (table->indexes[i].predicate)
            return true;
    for (size_t i = 0; i < table->column_count; i++)
        if (table->columns[i].generated)
            return true;
    return table->check_count || m->from->other_count;
}

static bool has_views(const catalogue *c)
{
    for (size_t i = 0; i < c->table_count; i++)
        if (c->tables[i].kind == CATALOGUE_VIEW)
            return true;
    return false;
}

static bool can_drop(const diff_maker *m, const catalogue_table *from,
                     const catalogue_column *column)
{
    return !is_in_key(from, column->name) && !has_expressions(m, from) && !has_views(m->from);
}

static bool is_constant(const char *expression)
{
    return *expression != '(' && strncasecmp(expression, "current_", strlen("current_")) != 0;
}

static bool is_of_primary_key(const catalogue_table *table, const char *column)
{
    const catalogue_index *key = catalogue_primary_key(table);
    for (size_t i = 0; key && i < key->key_count; i++)
        if (!strcmp(key->keys[i].column, column))
            return true;
    return false;
}

static bool can_add(const catalogue_table *to, const catalogue_column *column)
{
    bool has_value = column->default_sql && *column->default_sql;
    return !column->generated && !is_of_primary_key(to, column->name) &&
           (has_value ? is_constant(column->default_sql) : !column->is_required);
}

static bool has_same_primary_key(const catalogue_table *from, const catalogue_table *to)
{
    const catalogue_index *a = catalogue_primary_key(from), *b = catalogue_primary_key(to);
    return a && b ? diff_same_keys(a, b) : a == b;
}

static bool has_all_foreign_keys(const diff_maker *m, const catalogue_table *of,
                                 const catalogue_table *in, bool is_of_database)
{
    for (size_t i = 0; i < of->foreign_key_count; i++)
        if (!diff_match_foreign_key(m, &of->foreign_keys[i], of, in) &&
            !(is_of_database && diff_is_kept_foreign_key(m, of, &of->foreign_keys[i])))
            return false;
    return true;
}

static bool has_all_checks(const diff_maker *m, const catalogue_table *of,
                           const catalogue_table *in, bool is_of_database)
{
    for (size_t i = 0; i < of->check_count; i++)
        if (!diff_match_check(m, &of->checks[i], in) &&
            !(is_of_database && diff_is_kept_check(m, of, &of->checks[i])))
            return false;
    return true;
}

/* UNIQUE within a table cannot be dropped by DROP INDEX. */
static bool keeps_uniques(const diff_maker *m, const catalogue_table *from,
                          const catalogue_table *to)
{
    for (size_t i = 0; i < from->index_count; i++)
        if (from->indexes[i].is_constraint && !from->indexes[i].is_primary &&
            !diff_match_index(m, &from->indexes[i], from, to))
            return false;
    return true;
}

static bool has_same_constraints(const diff_maker *m, const catalogue_table *from,
                                 const catalogue_table *to)
{
    return has_same_primary_key(from, to) && has_all_foreign_keys(m, from, to, true) &&
           has_all_foreign_keys(m, to, from, false) && has_all_checks(m, to, from, false) &&
           has_all_checks(m, from, to, true) && keeps_uniques(m, from, to);
}

bool diff_is_rebuilt_table(const diff_maker *m, const catalogue_table *from,
                           const catalogue_table *to)
{
    for (size_t i = 0; i < from->column_count; i++) {
        const catalogue_column *a = &from->columns[i];
        const catalogue_column *b = catalogue_find_column(to, a->name);
        if (b ? !diff_same_column(m, a, b) : !can_drop(m, from, a))
            return true;
    }
    for (size_t i = 0; i < to->column_count; i++)
        if (!catalogue_find_column(from, to->columns[i].name) && !can_add(to, &to->columns[i]))
            return true;
    return !has_same_constraints(m, from, to) || diff_keeps_old_value(m, from);
}

/* ---- columns --------------------------------------------------------------------------------- */

static void write_column(diff_maker *m, const diff_change *change)
{
    const catalogue_column *from = change->from, *to = change->to;
    if (!to) {
        diff_write(m, "ALTER TABLE %T DROP COLUMN %I", change->from_table, from->name);
        return;
    }
    diff_write(m, "ALTER TABLE %T ADD COLUMN ", change->to_table);
    diff_write_sqlite_column(m, to, false);
}

static void plan_columns(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < from->column_count; i++) {
        const catalogue_column *a = &from->columns[i];
        if (catalogue_find_column(to, a->name))
            continue;
        diff_step *step =
            diff_add_step(m, "AlterTable", write_column, (diff_change){from, to, a, NULL});
        diff_add_loss(m, step,
                      diff_say(m, "column %T.%I would be dropped with its values", from, a->name),
                      diff_probe_values(m, from, a->name, false));
        step->not_restored = diff_say(m, "the values of %T.%I", from, a->name);
    }
    for (size_t i = 0; i < to->column_count; i++)
        if (!catalogue_find_column(from, to->columns[i].name))
            diff_add_step(m, "AlterTable", write_column,
                          (diff_change){from, to, NULL, &to->columns[i]});
}

static void plan_parts(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    diff_plan_stored_values(m, from, to);
    plan_columns(m, from, to);
}

/* ---- tables ---------------------------------------------------------------------------------- */

static void write_table(diff_maker *m, const diff_change *change)
{
    if (change->to)
        diff_write_sqlite_table(m, change->to, ((const catalogue_table *)change->to)->name);
    else
        diff_write(m, "DROP TABLE %T", (const catalogue_table *)change->from);
    if (change->to && m->is_reverse)
        diff_write_sqlite_indexes(m, change->to);
}

static void plan_table_drops(diff_maker *m)
{
    for (size_t i = 0; i < m->from->table_count && !m->failed; i++) {
        const catalogue_table *table = &m->from->tables[i];
        if (!diff_is_table(table) || diff_to_table(m, table))
            continue;
        diff_step *step = diff_add_step(m, "DropTable", write_table, (diff_change){.from = table});
        diff_add_loss(m, step, diff_say(m, "table %T would be dropped with its rows", table),
                      diff_probe_rows(m, table));
        step->not_restored = diff_say(m, "the rows of table %T", table);
        m->plan->needs_foreign_keys_off = true;
    }
}

static void plan_table_makes(diff_maker *m)
{
    for (size_t i = 0; i < m->to->table_count && !m->failed; i++) {
        const catalogue_table *table = &m->to->tables[i];
        if (diff_is_table(table) && !diff_from_table(m, table))
            diff_add_step(m, "CreateTable", write_table, (diff_change){.to = table});
    }
}

static void plan_table_changes(diff_maker *m)
{
    for (size_t i = 0; i < m->to->table_count && !m->failed; i++) {
        const catalogue_table *to = &m->to->tables[i];
        const catalogue_table *from = diff_is_table(to) ? diff_from_table(m, to) : NULL;
        if (from && diff_is_rebuilt_table(m, from, to))
            diff_plan_rebuild(m, from, to);
        else if (from)
            plan_parts(m, from, to);
    }
}

/* ---- indexes --------------------------------------------------------------------------------- */

static void write_index(diff_maker *m, const diff_change *change)
{
    const catalogue_index *from = change->from, *to = change->to;
    if (to)
        diff_write_index(m, change->to_table, to, "");
    else
        diff_write(m, "DROP INDEX %I", from->name);
}

/* Nothing renames an index: one of another name is another index, but for those of constraints. */
static bool is_there(const diff_maker *m, const catalogue_index *index, const catalogue_table *of,
                     const catalogue_table *in)
{
    const catalogue_index *found = diff_match_index(m, index, of, in);
    return found &&
           (index->is_constraint || found->is_constraint || !strcmp(found->name, index->name));
}

static void plan_index_drops(diff_maker *m)
{
    for (size_t t = 0; t < m->to->table_count && !m->failed; t++) {
        const catalogue_table *to = &m->to->tables[t];
        const catalogue_table *from = diff_is_table(to) ? diff_from_table(m, to) : NULL;
        if (!from || diff_is_rebuilt_table(m, from, to))
            continue;
        for (size_t i = 0; i < from->index_count; i++) {
            const catalogue_index *index = &from->indexes[i];
            if (!index->is_primary && !index->is_constraint && !is_there(m, index, from, to) &&
                !diff_is_kept_index(m, from, index))
                diff_add_step(m, "DropIndex", write_index, (diff_change){from, to, index, NULL});
        }
    }
}

static void plan_indexes_of(diff_maker *m, const catalogue_table *from, const catalogue_table *to)
{
    for (size_t i = 0; i < to->index_count; i++) {
        const catalogue_index *index = &to->indexes[i];
        if (index->is_primary || index->is_constraint ||
            (from && (is_there(m, index, to, from) || diff_has_kept_namesake(m, from, to, index))))
            continue;
        diff_step *step =
            diff_add_step(m, "CreateIndex", write_index, (diff_change){from, to, NULL, index});
        if (from)
            diff_add_index_risk(m, step, to, index);
    }
}

static void plan_index_makes(diff_maker *m)
{
    for (size_t t = 0; t < m->to->table_count && !m->failed; t++) {
        const catalogue_table *to = &m->to->tables[t];
        const catalogue_table *from = diff_is_table(to) ? diff_from_table(m, to) : NULL;
        if (diff_is_table(to) && !(from && diff_is_rebuilt_table(m, from, to)))
            plan_indexes_of(m, from, to);
    }
}

void diff_plan_sqlite(diff_maker *m)
{
    plan_index_drops(m);
    plan_table_drops(m);
    plan_table_makes(m);
    plan_table_changes(m);
    plan_index_makes(m);
}
