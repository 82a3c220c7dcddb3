/* A change in two halves: see expand.h. What comes here is their order.
 *
 * The first half makes the schema of the new version and its types, adds tables and columns, keeps
 * twofold columns in step, fills in the rows that are there, builds indexes, and at last makes the
 * views: from then on programs of the new version may come. The second half is for the time when
 * those of the old version are gone. Its first transaction swaps: views, functions and old columns
 * go, and what has another name now gets it, all together, so that a program that looked through a
 * view finds its table behind it. What is left is an ordinary plan.
 *
 * A change that only adds and drops needs no views: then the two halves are all there is. */
#include "diff/expand.h"

static bool is_given(const diff_value *values, size_t count, const char *column)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(values[i].column, column))
            return true;
    return false;
}

/* A column that is said to have a value of its own is no other one under a new name. */
static void drop_answered_questions(diff_maker *m)
{
    const diff_expand *given = m->options->expand;
    diff_plan *plan = m->plan;
    size_t count = 0;
    for (size_t i = 0; i < plan->question_count; i++) {
        const diff_rename *rename = &plan->questions[i].rename;
        bool is_answered = rename->thing == DIFF_COLUMN &&
                           (is_given(given->values, given->value_count, rename->to) ||
                            is_given(given->old_values, given->old_value_count, rename->from));
        if (!is_answered)
            plan->questions[count++] = plan->questions[i];
    }
    plan->question_count = count;
}

/* The renames are wanted for what belongs together; their steps come in the second half. */
static void match_up(diff_maker *m, const catalogue *from)
{
    m->from = diff_make_renames(m, from);
    if (!m->failed)
        diff_guess_renames(m);
    drop_answered_questions(m);
    if (!m->failed)
        diff_tell(m);
    m->plan->count = 0;
}

static bool needs_schema(const expand *e)
{
    bool is_needed = e->enum_count > 0;
    for (size_t i = 0; i < e->table_count; i++)
        is_needed |= e->tables[i].has_view;
    return is_needed;
}

static void plan_between(diff_maker *m, const catalogue *from, const catalogue *to)
{
    m->from = from;
    m->to = to;
    diff_plan_postgresql(m);
}

static const catalogue *plan_first_half(expand *e)
{
    diff_maker *m = e->m;
    const catalogue *grown = expand_grown(e);
    m->from = e->from;
    m->to = e->to;
    diff_plan_namespaces(m);
    if (needs_schema(e))
        expand_plan_schema(e);
    plan_between(m, e->from, grown);
    expand_plan_functions(e);
    expand_plan_filling(e);
    const catalogue *indexed = expand_indexed(e, grown);
    plan_between(m, grown, indexed);
    expand_plan_views(e);
    return indexed;
}

static void plan_second_half(expand *e, const catalogue *indexed)
{
    diff_maker *m = e->m;
    const catalogue *swapped = expand_swapped(e, indexed);
    expand_plan_guard(e);
    diff_plan_log_drops(m);
    expand_plan_view_drops(e);
    expand_plan_function_drops(e);
    expand_plan_swap(e);
    if (needs_schema(e))
        expand_plan_schema_drop(e);
    m->from = diff_make_renames(m, swapped);
    m->to = e->to;
    diff_plan_postgresql(m);
    diff_plan_log_makes(m);
}

static void plan_halves(expand *e, const catalogue *renamed)
{
    diff_plan *plan = e->m->plan;
    size_t told = plan->difference_count;
    const catalogue *indexed = plan_first_half(e);
    size_t first = plan->count;
    e->m->from = renamed;
    e->m->to = e->to;
    if (!e->m->failed)
        plan_second_half(e, indexed);
    for (size_t i = first; i < plan->count; i++)
        plan->steps[i].is_contract = true;
    plan->difference_count = told;
}

void diff_plan_expand(diff_maker *m, const catalogue *from)
{
    expand *e = diff_array(m, 1, sizeof *e);
    if (!e)
        return;
    *e = (expand){.m = m, .given = m->options->expand, .from = from, .to = m->to};
    if (m->plan->dialect != TENON_POSTGRESQL) {
        expand_refuse(e, "SQLite cannot serve two versions of a schema at once",
                      "a change of its tables is one transaction; without --expand it is made so");
        return;
    }
    match_up(m, from);
    const catalogue *renamed = m->from;
    if (m->failed || m->plan->question_count || !m->plan->difference_count)
        return;
    expand_read(e);
    if (!m->failed)
        plan_halves(e, renamed);
}
