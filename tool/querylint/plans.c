/* The rules that plans decide.
 *
 *     missing_index          a table is read from end to end to find a few rows
 *     unindexed_join         … for every row of another one
 *     sort_without_index     … to sort it, for its first rows
 *     implicit_cast          the database converts the column, and so cannot use its index
 *     expression_on_column   the query does
 *     or_across_tables       no index can find the rows of either side
 *
 * Each table that the plan reads from end to end is taken in turn. An index that the conditions of
 * the query suggest is a finding when the plan with it searches it, and reads less than half of
 * what it read before. Whether a table has ten rows or ten million nobody knows here; that is what
 * `-- tenon:ignore` is for. */
#include "querylint/querylint_inside.h"

/* ---- candidates ------------------------------------------------------------------------------ */

static bool is_usable(const query_linter *l, const query_term *term, const query_table *from,
                      query_comparison comparison)
{
    return term->column.from == from && term->comparison == comparison && !term->is_wrapped &&
           query_is_selective(l, &term->column);
}

static const query_term *first_term(const query_linter *l, const query_block *block,
                                    const query_table *from, query_comparison comparison)
{
    for (size_t i = 0; i < block->term_count; i++)
        if (is_usable(l, &block->terms[i], from, comparison))
            return &block->terms[i];
    return NULL;
}

static void add_equal(const query_linter *l, const query_block *block, query_candidate *candidate)
{
    for (size_t i = 0; i < block->term_count; i++)
        if (is_usable(l, &block->terms[i], candidate->from, QUERY_EQUAL))
            query_candidate_add(candidate, block->terms[i].column.column, false);
}

/* An index is read in both directions, so only an order that mixes them needs to be said. */
static void add_orders(const query_block *block, query_candidate *candidate)
{
    bool is_mixed = false;
    if (block->order_count && block->orders[0].column.from != candidate->from)
        return;
    for (size_t i = 1; i < block->order_count; i++)
        is_mixed |= block->orders[i].is_descending != block->orders[0].is_descending;
    for (size_t i = 0; i < block->order_count; i++)
        query_candidate_add(candidate, block->orders[i].column.column,
                            is_mixed && block->orders[i].is_descending);
}

/* The column of which both ends are given. */
static const query_term *find_range(const query_linter *l, const query_block *block,
                                    const query_table *from)
{
    const query_term *above = first_term(l, block, from, QUERY_ABOVE);
    const query_term *below = first_term(l, block, from, QUERY_BELOW);
    return above && below && above->column.column == below->column.column ? above : NULL;
}

/* ---- trying them ----------------------------------------------------------------------------- */

/* The plan with the index, when it uses it and reads half as much. */
static const char *plan_with(query_linter *l, const query_candidate *candidate)
{
    const querylint_input *input = l->input;
    const char *sql = candidate->count ? query_candidate_sql(l, candidate) : NULL;
    const char *plan = sql ? input->explain(input->context, sql, &l->found->arena) : NULL;
    bool is_better = plan && l->reader->uses(plan, QUERY_CANDIDATE_NAME) &&
                     l->reader->cost(plan) <= l->reader->cost(l->plan) / 2;
    return is_better ? plan : NULL;
}

static bool searches_with(query_linter *l, const query_candidate *candidate)
{
    const char *plan = plan_with(l, candidate);
    return plan && l->reader->searches(plan, QUERY_CANDIDATE_NAME);
}

static bool try_equal(query_linter *l, const query_block *block, const query_table *from)
{
    const query_term *range = find_range(l, block, from);
    const query_term *first = first_term(l, block, from, QUERY_EQUAL);
    query_candidate candidate = {.from = from};
    add_equal(l, block, &candidate);
    if (range)
        query_candidate_add(&candidate, range->column.column, false);
    else if (first)
        add_orders(block, &candidate);
    if (!searches_with(l, &candidate))
        return false;
    query_find(l, "missing_index", first ? first->location : range->location,
               query_candidate_remedy(l, &candidate),
               "every row of %s is read, because no index has %s", from->table->name,
               query_candidate_columns(l, &candidate));
    return true;
}

static bool is_foreign_key(const query_term *term)
{
    const catalogue_table *table = term->column.from->table;
    for (size_t i = 0; i < table->foreign_key_count; i++)
        for (size_t k = 0; k < table->foreign_keys[i].column_count; k++)
            if (!strcmp(table->foreign_keys[i].columns[k], term->column.column->name))
                return true;
    return false;
}

static bool try_join(query_linter *l, const query_block *block, const query_table *from)
{
    const query_term *first = first_term(l, block, from, QUERY_JOINED);
    query_candidate candidate = {.from = from};
    for (size_t i = 0; first && i < block->term_count; i++)
        if (is_usable(l, &block->terms[i], from, QUERY_JOINED) &&
            block->terms[i].other.from == first->other.from)
            query_candidate_add(&candidate, block->terms[i].column.column, false);
    if (!searches_with(l, &candidate))
        return false;
    query_find(l, "unindexed_join", first->location, query_candidate_remedy(l, &candidate),
               "every row of %s is read for this join, because no index has %s%s",
               from->table->name, is_foreign_key(first) ? "the foreign key " : "",
               query_candidate_columns(l, &candidate));
    return true;
}

static bool try_order(query_linter *l, const query_block *block, const query_table *from)
{
    query_candidate candidate = {.from = from};
    add_equal(l, block, &candidate);
    size_t equal = candidate.count;
    add_orders(block, &candidate);
    if (candidate.count == equal || !l->reader->sorts(l->plan))
        return false;
    const char *plan = plan_with(l, &candidate);
    if (!plan || l->reader->sorts(plan))
        return false;
    query_find(l, "sort_without_index", block->orders[0].location,
               query_candidate_remedy(l, &candidate),
               "every row of %s is sorted for the first few, because no index has %s",
               from->table->name, query_candidate_columns(l, &candidate));
    return true;
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

static bool scans(const query_linter *l, const query_table *from)
{
    return from && from->table && l->reader->scans(l->plan, from);
}

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
    for (size_t i = 0; i < block->table_count; i++) {
        const query_table *from = &block->tables[i];
        if (!scans(l, from) || judge_terms(l, block, from) || try_equal(l, block, from) ||
            try_join(l, block, from))
            continue;
        try_order(l, block, from);
    }
    judge_choices(l, block);
}
