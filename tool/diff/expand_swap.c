/* The swap: columns of the old version go, and those of the new one take their names. Nothing but
 * the catalogue changes, so that it takes a moment whatever the size of the table; views and
 * functions go in the same transaction, and programs of the new version find the tables behind them
 * as they know them.
 *
 * The way back makes the columns of the old version again and fills them by the expressions that
 * kept them in step, with everything that stood on them: indexes, keys, checks, comments. */
#include "diff/expand.h"

static void begin_clause(diff_maker *m, const expand_table *t, bool *is_first)
{
    if (*is_first)
        diff_write(m, "ALTER TABLE %T ", t->old);
    else
        diff_write(m, ",\n    ");
    *is_first = false;
}

static void begin_statement(diff_maker *m, bool *is_first)
{
    diff_write(m, *is_first ? "" : ";\n");
    *is_first = false;
}

static bool goes(const expand_column *c)
{
    return c->old && (c->is_twofold || !c->new);
}

/* ---- forward --------------------------------------------------------------------------------- */

static void write_drops(diff_maker *m, const expand_table *t, bool *is_first)
{
    for (size_t i = 0; i < t->count; i++)
        if (goes(&t->columns[i])) {
            begin_clause(m, t, is_first);
            diff_write(m, "DROP COLUMN %I", t->columns[i].old->name);
        }
    if (t->is_in_step) {
        begin_clause(m, t, is_first);
        diff_write(m, "DROP COLUMN %I", EXPAND_MARK);
    }
}

static void write_default(diff_maker *m, const expand_table *t, const char *name,
                          const char *default_sql)
{
    if (default_sql && *default_sql)
        diff_write(m, "ALTER TABLE %T ALTER COLUMN %I SET DEFAULT %s", t->old, name, default_sql);
    else
        diff_write(m, "ALTER TABLE %T ALTER COLUMN %I DROP DEFAULT", t->old, name);
}

static bool changes_default(expand *e, const expand_column *c)
{
    if (c->up)
        return c->new->default_sql && * c->new->default_sql;
    return c->old && c->new && !diff_counts(c->new) && !c->new->generated &&
           !diff_same_default(e->m, c->renamed, c->new);
}

static void write_new_names(expand *e, const expand_table *t, bool *is_first)
{
    diff_maker *m = e->m;
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (c->is_twofold) {
            begin_statement(m, is_first);
            diff_write(m, "ALTER TABLE %T RENAME COLUMN %I TO %I", t->old, c->place, c->new->name);
        }
        if (c->new &&changes_default(e, c)) {
            begin_statement(m, is_first);
            write_default(m, t, c->is_twofold ? c->new->name : c->place, c->new->default_sql);
        }
    }
}

static void write_index_names(expand *e, const expand_table *t, bool is_back, bool *is_first)
{
    for (size_t i = 0; i < t->new->index_count; i++) {
        catalogue_index index;
        if (!expand_index(e, t, &t->new->indexes[i], &index))
            continue;
        const char *name = expand_index_name(e, t, index.name);
        if (!strcmp(name, index.name))
            continue;
        begin_statement(e->m, is_first);
        diff_write(e->m, "ALTER INDEX %N RENAME TO %I", t->old->namespace,
                   is_back ? name : index.name, is_back ? index.name : name);
    }
}

static void write_comments(expand *e, const expand_table *t, bool *is_first)
{
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (!c->is_twofold || !c->old->comment)
            continue;
        begin_statement(e->m, is_first);
        diff_write(e->m, "COMMENT ON COLUMN %T.%I IS %L", t->old, c->new->name, c->old->comment);
    }
}

static void write_forward(expand *e, const expand_table *t)
{
    bool is_first = true;
    write_drops(e->m, t, &is_first);
    write_new_names(e, t, &is_first);
    write_index_names(e, t, false, &is_first);
    write_comments(e, t, &is_first);
}

/* ---- back ------------------------------------------------------------------------------------ */

static void write_old_names(expand *e, const expand_table *t, bool *is_first)
{
    diff_maker *m = e->m;
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (!c->new)
            continue;
        if (changes_default(e, c)) {
            begin_statement(m, is_first);
            write_default(m, t, c->is_twofold ? c->new->name : c->place,
                          c->up ? NULL : c->old->default_sql);
        }
        if (!c->is_twofold)
            continue;
        begin_statement(m, is_first);
        diff_write(m, "ALTER TABLE %T RENAME COLUMN %I TO %I", t->old, c->new->name, c->place);
    }
}

static void write_old_columns(expand *e, const expand_table *t, bool *is_first)
{
    diff_maker *m = e->m;
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        catalogue_column column = c->old ? *c->old : (catalogue_column){0};
        if (!goes(c))
            continue;
        if (c->down) {
            column.is_required = false;
            column.default_sql = NULL;
        }
        begin_statement(m, is_first);
        diff_write(m, "ALTER TABLE %T ADD COLUMN ", t->old);
        diff_write_column(m, &column);
    }
    if (t->is_in_step) {
        begin_statement(m, is_first);
        diff_write(m, "ALTER TABLE %T ADD COLUMN %I boolean", t->old, EXPAND_MARK);
    }
}

/* UPDATE t SET ("age", mark) = (SELECT …, true FROM (SELECT t."x" AS "y", …) AS version) */
static void write_refill(expand *e, const expand_table *t)
{
    diff_maker *m = e->m;
    if (!t->is_in_step)
        return;
    diff_write(m, ";\nUPDATE %T AS t SET (", t->old);
    for (size_t i = 0; i < t->count; i++)
        if (goes(&t->columns[i]) && t->columns[i].down)
            diff_write(m, "%I, ", t->columns[i].old->name);
    diff_write(m, "%I) = (\n    SELECT ", EXPAND_MARK);
    for (size_t i = 0; i < t->count; i++)
        if (goes(&t->columns[i]) && t->columns[i].down)
            diff_write(m, "%s, ", t->columns[i].down);
    diff_write(m, "true FROM (SELECT ");
    expand_write_row(e, t, "t", true);
    diff_write(m, ") AS version)");
}

static void write_old_rules(expand *e, const expand_table *t)
{
    diff_maker *m = e->m;
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (!goes(c))
            continue;
        if (c->down && c->old->default_sql && *c->old->default_sql) {
            diff_write(m, ";\n");
            write_default(m, t, c->old->name, c->old->default_sql);
        }
        if (c->down && c->old->is_required)
            diff_write(m, ";\nALTER TABLE %T ALTER COLUMN %I SET NOT NULL", t->old, c->old->name);
        diff_write_comment(
            m, (diff_comment){DIFF_ON_COLUMN, t->old, NULL, c->old->name, c->old->comment});
    }
}

static void write_what_went(expand *e, const expand_table *t)
{
    diff_maker *m = e->m;
    for (size_t i = 0; i < t->old->index_count; i++)
        if (expand_index_goes(t, &t->old->indexes[i])) {
            diff_write(m, ";\n");
            diff_write_whole_index(m, t->old, &t->old->indexes[i]);
        }
    for (size_t i = 0; i < t->old->check_count; i++)
        if (expand_check_goes(t, &t->old->checks[i]))
            diff_write(m, ";\nALTER TABLE %T ADD CONSTRAINT %I CHECK (%s)", t->old,
                       t->old->checks[i].name, t->old->checks[i].expression);
    for (size_t i = 0; i < t->old->foreign_key_count; i++)
        if (expand_key_goes(t, &t->old->foreign_keys[i])) {
            diff_write(m, ";\nALTER TABLE %T ADD ", t->old);
            diff_write_foreign_key(m, &t->old->foreign_keys[i]);
        }
}

static void write_back(expand *e, const expand_table *t)
{
    bool is_first = true;
    write_index_names(e, t, true, &is_first);
    write_old_names(e, t, &is_first);
    write_old_columns(e, t, &is_first);
    write_refill(e, t);
    write_old_rules(e, t);
    write_what_went(e, t);
}

static void write_swap(diff_maker *m, const diff_change *change)
{
    const expand_part *part = expand_part_of(change);
    (void)m;
    (change->to ? write_forward : write_back)(part->e, part->table);
}

/* ---- the steps ------------------------------------------------------------------------------- */

static bool is_swapped(expand *e, const expand_table *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (goes(c) || c->is_twofold || (c->new &&changes_default(e, c)))
            return true;
    }
    return t->is_in_step;
}

static void add_losses(expand *e, diff_step *step, const expand_table *t)
{
    diff_maker *m = e->m;
    for (size_t i = 0; i < t->count; i++) {
        const expand_column *c = &t->columns[i];
        if (c->new || c->down)
            continue;
        diff_add_loss(
            m, step,
            diff_say(m, "column %T.%I would be dropped with its values", t->old, c->old->name),
            diff_probe_values(m, t->old, c->old->name, false));
        step->not_restored =
            diff_say(m, "%s%s%T.%I", step->not_restored ? step->not_restored : "the values of ",
                     step->not_restored ? ", " : "", t->old, c->old->name);
    }
}

void expand_plan_swap(expand *e)
{
    for (size_t i = 0; i < e->table_count && !e->m->failed; i++)
        if (is_swapped(e, &e->tables[i]))
            add_losses(e, expand_add_step(e, "SwapColumns", write_swap, &e->tables[i]),
                       &e->tables[i]);
}
