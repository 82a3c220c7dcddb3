/* Which indexes the conditions of a block suggest for one of its tables.
 *
 * Equal columns first, because all of them can be searched at once; then one range, or the order in
 * which the first rows are wanted. Where a column is the first one of an index that is there, none
 * is suggested: that the table is read all the same is the planner's choice, or another block's. */
#include "querylint/querylint_inside.h"

#include <stdio.h>

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

bool query_is_leading(const query_column *column)
{
    const catalogue_table *table = column->from->table;
    if (column->column->identity >= CATALOGUE_ROWID)
        return true;
    for (size_t i = 0; i < table->index_count; i++) {
        const char *first = table->indexes[i].key_count ? table->indexes[i].keys[0].column : NULL;
        if (first && !strcmp(first, column->column->name))
            return true;
    }
    return false;
}

static bool has_index(const query_linter *l, const query_block *block, const query_table *from,
                      query_comparison comparison)
{
    for (size_t i = 0; i < block->term_count; i++)
        if (is_usable(l, &block->terms[i], from, comparison) &&
            query_is_leading(&block->terms[i].column))
            return true;
    return false;
}

/* ---- columns --------------------------------------------------------------------------------- */

/* Not twice, and not above the limit. */
static void add_column(query_suggestion *s, const catalogue_column *column, bool is_descending)
{
    for (size_t i = 0; i < s->count; i++)
        if (s->columns[i] == column)
            return;
    if (s->count == QUERY_KEYS_MOST)
        return;
    s->is_descending[s->count] = is_descending;
    s->columns[s->count++] = column;
}

static void add_equal(const query_linter *l, const query_block *block, query_suggestion *s)
{
    for (size_t i = 0; i < block->term_count; i++)
        if (is_usable(l, &block->terms[i], s->from, QUERY_EQUAL))
            add_column(s, block->terms[i].column.column, false);
}

/* An index is read in both directions, so only an order that mixes them needs to be said. */
static void add_orders(const query_block *block, query_suggestion *s)
{
    bool is_mixed = false;
    if (block->order_count && block->orders[0].column.from != s->from)
        return;
    for (size_t i = 1; i < block->order_count; i++)
        is_mixed |= block->orders[i].is_descending != block->orders[0].is_descending;
    for (size_t i = 0; i < block->order_count; i++)
        add_column(s, block->orders[i].column.column, is_mixed && block->orders[i].is_descending);
}

/* The column of which both ends are given. */
static const query_term *find_range(const query_linter *l, const query_block *block,
                                    const query_table *from)
{
    const query_term *above = first_term(l, block, from, QUERY_ABOVE);
    const query_term *below = first_term(l, block, from, QUERY_BELOW);
    return above && below && above->column.column == below->column.column ? above : NULL;
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

/* ---- suggestions ----------------------------------------------------------------------------- */

static void suggest_equal(const query_linter *l, const query_block *block, query_suggestion *s)
{
    const query_term *range = find_range(l, block, s->from);
    const query_term *equal = first_term(l, block, s->from, QUERY_EQUAL);
    const query_term *first = equal ? equal : range;
    if (!first || has_index(l, block, s->from, QUERY_EQUAL) ||
        (range && query_is_leading(&range->column)))
        return;
    s->rule = "missing_index";
    s->problem = "read";
    s->location = first->location;
    add_equal(l, block, s);
    if (range)
        add_column(s, range->column.column, false);
    else
        add_orders(block, s);
}

static void suggest_join(const query_linter *l, const query_block *block, query_suggestion *s)
{
    const query_term *first = first_term(l, block, s->from, QUERY_JOINED);
    if (!first || has_index(l, block, s->from, QUERY_JOINED))
        return;
    s->rule = "unindexed_join";
    s->problem = "read for this join";
    s->is_foreign_key = is_foreign_key(first);
    s->location = first->location;
    for (size_t i = 0; i < block->term_count; i++)
        if (is_usable(l, &block->terms[i], s->from, QUERY_JOINED) &&
            block->terms[i].other.from == first->other.from)
            add_column(s, block->terms[i].column.column, false);
}

bool query_suggest_order(const query_linter *l, const query_block *block, const query_table *from,
                         query_suggestion *s)
{
    *s = (query_suggestion){
        .from = from,
        .name = "tenon_suggested",
        .rule = "sort_without_index",
        .problem = "sorted for the first few",
    };
    add_equal(l, block, s);
    size_t equal = s->count;
    add_orders(block, s);
    if (s->count == equal || query_is_leading(&block->orders[0].column))
        return false;
    s->location = block->orders[0].location;
    return true;
}

typedef void suggest(const query_linter *l, const query_block *block, query_suggestion *s);

void query_suggest(const query_linter *l, const query_block *block, const query_table *from,
                   query_suggestions *out)
{
    suggest *const kinds[] = {suggest_equal, suggest_join};
    for (size_t i = 0; i < TENON__COUNT(kinds) && from->table; i++) {
        if (out->count == QUERY_SUGGESTIONS_MOST)
            return;
        query_suggestion *s = &out->made[out->count];
        *s = (query_suggestion){.from = from};
        kinds[i](l, block, s);
        if (!s->count)
            continue;
        snprintf(s->name, sizeof s->name, "tenon_suggested_%zu", out->count);
        out->list[out->count++] = s;
    }
}
