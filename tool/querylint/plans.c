/* The rules that plans decide.
 *
 *     missing_index          a table is read from end to end to find a few rows
 *     unindexed_join         … for every row of another one
 *     sort_without_index     … to sort it, for its first rows
 *     implicit_cast          the database converts the column, and so cannot use its index
 *     expression_on_column   the query does
 *     or_across_tables       no index can find the rows of either side
 *
 * Where the plan reads a table from end to end, the indexes that the conditions suggest (suggest.c)
 * are tried. One is a finding when the plan with it searches it, and saves at least half of what
 * reading the table has cost. Where no single one helps they are tried together, because a table
 * may be found only by way of another one: then those that are searched are findings. Whether a
 * table has ten rows or ten million nobody knows here; that is what `-- tenon:ignore` is for. */
#include "querylint/querylint_inside.h"

static bool scans(const query_linter *l, const query_table *from)
{
    return from && from->table && l->reader->scans(l->plan, from);
}

/* ---- indexes that are not there -------------------------------------------------------------- */

/* The plan with these indexes; NULL when there can be none. */
static const char *plan_with(query_linter *l, const query_suggestion *const *list, size_t count)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    for (size_t i = 0; i < count; i++) {
        const char *each = query_suggestion_sql(l, list[i]);
        if (!each)
            return NULL;
        tenon__buf_format(&sql, "%s;", each);
    }
    return sql.failed
               ? NULL
               : l->input->explain(l->input->context, tenon__buf_string(&sql), &l->found->arena);
}

/* Whether half of what it costs to read a table is saved. */
static bool is_better(const query_linter *l, const query_table *from, const char *plan)
{
    double before = l->reader->cost(l->plan), scan = l->reader->scan_cost(l->plan, from);
    return before - l->reader->cost(plan) >= (scan < before ? scan : before) / 2;
}

static void find_suggestion(query_linter *l, const query_suggestion *s)
{
    query_find(l, s->rule, s->location, query_suggestion_remedy(l, s),
               "every row of %s is %s, because no index has %s%s", s->from->table->name, s->problem,
               s->is_foreign_key ? "the foreign key " : "", query_suggestion_columns(l, s));
}

static bool try_alone(query_linter *l, const query_suggestion *s)
{
    const char *plan = plan_with(l, &s, 1);
    if (!plan || !l->reader->searches(plan, s->name) || !is_better(l, s->from, plan))
        return false;
    find_suggestion(l, s);
    return true;
}

static void try_together(query_linter *l, const query_block *block,
                         const query_suggestion *const *list, size_t count)
{
    const char *plan = plan_with(l, list, count);
    bool is_good = false;
    for (size_t i = 0; plan && i < block->table_count; i++)
        is_good |= scans(l, &block->tables[i]) && is_better(l, &block->tables[i], plan);
    for (size_t i = 0; is_good && i < count; i++)
        if (l->reader->searches(plan, list[i]->name))
            find_suggestion(l, list[i]);
}

static void try_order(query_linter *l, const query_block *block, const query_table *from)
{
    query_suggestion order = {0};
    if (!query_suggest_order(l, block, from, &order) || !l->reader->sorts(l->plan))
        return;
    const query_suggestion *list[] = {&order};
    const char *plan = plan_with(l, list, 1);
    bool is_good = plan && l->reader->uses(plan, order.name) && !l->reader->sorts(plan);
    if (is_good && is_better(l, from, plan))
        find_suggestion(l, &order);
}

static void judge_table(query_linter *l, const query_block *block, const query_table *from,
                        const query_suggestions *made)
{
    for (size_t i = 0; i < made->count; i++)
        if (made->list[i]->from == from && try_alone(l, made->list[i]))
            return;
    try_order(l, block, from);
}

static void judge_missing(query_linter *l, const query_block *block, const bool *is_judged)
{
    query_suggestions made = {0};
    size_t before = l->found->count;
    bool is_scanned = false;
    for (size_t i = 0; i < block->table_count; i++)
        query_suggest(l, block, &block->tables[i], &made);
    for (size_t i = 0; i < block->table_count; i++) {
        if (is_judged[i] || !scans(l, &block->tables[i]))
            continue;
        is_scanned = true;
        judge_table(l, block, &block->tables[i], &made);
    }
    if (is_scanned && l->found->count == before && made.count > 1)
        try_together(l, block, made.list, made.count);
}

/* ---- indexes that are there ------------------------------------------------------------------ */

static bool judge_term(query_linter *l, const query_term *term)
{
    char type[64];
    const char *name = term->column.column->name;
    if (!query_is_leading(&term->column))
        return false;
    if (term->is_wrapped) {
        query_find(l, "expression_on_column", term->location,
                   "compare the column itself, or make an index of the expression",
                   "every row of %s is read: the index on %s has the column, not the expression",
                   term->column.from->table->name, name);
        return true;
    }
    if (!query_converts(l, term, type, sizeof type))
        return false;
    query_find(l, "implicit_cast", term->location, "give both sides the column's type",
               "every row of %s is read: %s is compared as %s, which its index has not",
               term->column.from->table->name, name, type);
    return true;
}

static bool judge_terms(query_linter *l, const query_block *block, const query_table *from)
{
    for (size_t i = 0; i < block->term_count; i++)
        if (block->terms[i].column.from == from && judge_term(l, &block->terms[i]))
            return true;
    return false;
}

/* ---- the block ------------------------------------------------------------------------------- */

static void judge_choices(query_linter *l, const query_block *block)
{
    for (size_t i = 0; i < block->choice_count; i++) {
        const query_choice *choice = &block->choices[i];
        if (scans(l, choice->tables[0]) || scans(l, choice->tables[1]))
            query_find(l, "or_across_tables", choice->location, "make it a UNION of two SELECTs",
                       "no index finds the rows of an OR between columns of %s and %s",
                       choice->tables[0]->table->name, choice->tables[1]->table->name);
    }
}

void query_judge_block(query_linter *l, const query_block *block)
{
    bool is_judged[QUERY_TABLES_MOST] = {false};
    for (size_t i = 0; i < block->table_count; i++)
        is_judged[i] = scans(l, &block->tables[i]) && judge_terms(l, block, &block->tables[i]);
    judge_missing(l, block, is_judged);
    judge_choices(l, block);
}
