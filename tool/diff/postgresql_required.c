/* PostgreSQL: NOT NULL without blocking a server that is in use.
 *
 * SET NOT NULL reads the whole table under a lock that lets nobody in, unless a validated check
 * says already that there are no NULLs. So: the check is added without looking at the rows,
 * validated in a part of its own under a lock that readers and writers do not notice, and then it
 * is NOT NULL's proof and goes: by a statement of its own, because of all that one ALTER TABLE says
 * PostgreSQL drops first, and would have no proof. */
#include "diff/sql.h"

static const char *check_name(diff_maker *m, const catalogue_table *table,
                              const catalogue_column *column)
{
    static const char ending[] = "_not_null";
    const char *name = diff_say(m, "%s_%s", table->name, column->name);
    size_t length = tenon__utf8_cut(name, strlen(name), 63 - (sizeof ending - 1));
    const char *cut = tenon__arena_format(m->arena, "%.*s%s", (int)length, name, ending);
    m->failed |= !cut;
    return cut ? cut : "";
}

static void write_check(diff_maker *m, const diff_change *change)
{
    const catalogue_table *table = change->to_table;
    const catalogue_column *column = change->to;
    const char *name = check_name(m, table, column);
    if (m->is_reverse)
        diff_write(m, "ALTER TABLE %T DROP CONSTRAINT IF EXISTS %I", table, name);
    else
        diff_write(m, "ALTER TABLE %T ADD CONSTRAINT %I CHECK (%I IS NOT NULL) NOT VALID", table,
                   name, column->name);
}

static void write_validation(diff_maker *m, const diff_change *change)
{
    if (!m->is_reverse)
        diff_write(m, "ALTER TABLE %T VALIDATE CONSTRAINT %I", change->to_table,
                   check_name(m, change->to_table, change->to));
}

static void write_required(diff_maker *m, const diff_change *change)
{
    const catalogue_table *table = change->to_table;
    const catalogue_column *column = change->to;
    diff_write(m, "ALTER TABLE %T ALTER COLUMN %I %s NOT NULL", table, column->name,
               column->is_required ? "SET" : "DROP");
}

static void write_end_of_check(diff_maker *m, const diff_change *change)
{
    if (!m->is_reverse)
        diff_write(m, "ALTER TABLE %T DROP CONSTRAINT %I", change->to_table,
                   check_name(m, change->to_table, change->to));
}

typedef void column_planner(diff_maker *m, const diff_change *change);

static void plan_check(diff_maker *m, const diff_change *change)
{
    const catalogue_column *to = change->to;
    if (to->is_required)
        diff_add_step(m, "AlterTable", write_check, *change);
}

static void plan_validation(diff_maker *m, const diff_change *change)
{
    const catalogue_column *to = change->to;
    if (!to->is_required)
        return;
    diff_step *step = diff_add_step(m, "ValidateConstraint", write_validation, *change);
    step->lock = NULL;
    diff_add_failure(m, step,
                     diff_say(m, "rows have no value in column %T.%I", change->to_table, to->name),
                     "fill them in first", diff_probe_values(m, change->to_table, to->name, true));
}

static void plan_required(diff_maker *m, const diff_change *change)
{
    const catalogue_column *to = change->to;
    diff_add_step(m, "AlterTable", write_required, *change);
    if (to->is_required)
        diff_add_step(m, "AlterTable", write_end_of_check, *change);
}

/* Each column that is there before and after and differs in NOT NULL. */
static void for_each_change(diff_maker *m, column_planner *plan)
{
    if (!m->options->has_safe_forms)
        return;
    for (size_t t = 0; t < m->to->table_count && !m->failed; t++) {
        const catalogue_table *to = &m->to->tables[t];
        const catalogue_table *from = diff_is_table(to) ? diff_from_table(m, to) : NULL;
        for (size_t i = 0; from && i < to->column_count; i++) {
            const catalogue_column *b = &to->columns[i];
            const catalogue_column *a = catalogue_find_column(from, b->name);
            if (a && !diff_same_required(a, b) && !diff_is_replaced(m, from, to, b->name))
                plan(m, &(diff_change){from, to, a, b});
        }
    }
}

void diff_plan_required_checks(diff_maker *m)
{
    for_each_change(m, plan_check);
}

void diff_plan_required_validations(diff_maker *m)
{
    for_each_change(m, plan_validation);
}

void diff_plan_required(diff_maker *m)
{
    for_each_change(m, plan_required);
}
