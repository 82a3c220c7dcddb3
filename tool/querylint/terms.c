/* Conditions that an index could serve: of a condition that is ANDed of parts, those parts that
 * compare one column of the block with something else.
 *
 * `(:name IS NULL OR name = :name)` and the like are no such parts: no index serves them in one
 * plan for all values. IS NULL is left out, too, because it mostly holds of many rows. */
#include "querylint/querylint_inside.h"

/* What one side of a comparison speaks of. */
typedef struct side {
    const query_linter *linter;
    const query_block *block;
    query_column column; /* the first of the block's own */
    int location;        /* its */
    size_t own_count;    /* columns of the block */
    bool is_of_one_table, has_select;
} side;

static bool look_at_side(ProtobufCMessage *message, void *context)
{
    side *s = context;
    s->has_select |= PGPARSE_IS(message, select_stmt);
    if (!PGPARSE_IS(message, column_ref))
        return !s->has_select;
    const PgQuery__ColumnRef *ref = (const PgQuery__ColumnRef *)message;
    query_column found = query_resolve(s->linter, s->block, ref);
    if (!query_is_own(s->block, found.from))
        return true;
    if (!s->own_count++) {
        s->column = found;
        s->location = ref->location;
    }
    s->is_of_one_table &= found.from == s->column.from;
    return true;
}

static side side_of(const query_linter *l, const query_block *block, PgQuery__Node *node)
{
    side s = {.linter = l, .block = block, .is_of_one_table = true};
    pgparse_walk(node, look_at_side, &s);
    return s;
}

static bool is_column(const PgQuery__Node *node)
{
    return node->node_case == PG_QUERY__NODE__NODE_COLUMN_REF;
}

/* ---- one comparison -------------------------------------------------------------------------- */

static void add_term(query_block *block, const query_term *term)
{
    if (block->term_count < QUERY_TERMS_MOST)
        block->terms[block->term_count++] = *term;
}

/* A column of the block, or an expression of one. */
static bool read_column(const query_linter *l, const query_block *block, PgQuery__Node *node,
                        query_term *term)
{
    side s = side_of(l, block, node);
    term->column = s.column;
    term->location = s.location;
    term->is_wrapped = !is_column(node);
    return s.own_count == 1 && !s.has_select && s.column.column;
}

/* What it is compared with may speak of other tables, but not of its own. */
static bool read_value(const query_linter *l, const query_block *block, PgQuery__Node *node,
                       query_term *term)
{
    side s = side_of(l, block, node);
    term->value = node;
    if (is_column(node))
        term->other = query_resolve(l, block, node->column_ref);
    if (s.own_count && s.column.from == term->column.from)
        return false;
    if (!s.own_count && !term->other.from)
        return true;
    bool is_equal = term->comparison == QUERY_EQUAL;
    term->comparison = QUERY_JOINED;
    return is_equal && s.is_of_one_table;
}

static void add_comparison(const query_linter *l, query_block *block, query_comparison comparison,
                           PgQuery__Node *column, PgQuery__Node *value)
{
    query_term term = {.comparison = comparison};
    if (column && value && read_column(l, block, column, &term) &&
        read_value(l, block, value, &term))
        add_term(block, &term);
}

static query_comparison turned(query_comparison comparison)
{
    if (comparison == QUERY_ABOVE)
        return QUERY_BELOW;
    return comparison == QUERY_BELOW ? QUERY_ABOVE : comparison;
}

static bool read_operator(const PgQuery__AExpr *expr, query_comparison *out)
{
    const char *name = pgparse_last_name(expr->name, expr->n_name);
    if (!name || !strchr("=<>", name[0]) || (name[1] && (name[1] != '=' || name[2])))
        return false;
    *out = name[0] == '=' ? QUERY_EQUAL : name[0] == '<' ? QUERY_BELOW : QUERY_ABOVE;
    return true;
}

static void add_between(const query_linter *l, query_block *block, const PgQuery__AExpr *expr)
{
    add_comparison(l, block, QUERY_ABOVE, expr->lexpr, expr->rexpr);
    add_comparison(l, block, QUERY_BELOW, expr->lexpr, expr->rexpr);
}

static void add_expression(const query_linter *l, query_block *block, const PgQuery__AExpr *expr)
{
    query_comparison comparison;
    if (expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_BETWEEN)
        add_between(l, block, expr);
    if (!read_operator(expr, &comparison))
        return;
    bool is_list = expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_IN ||
                   expr->kind == PG_QUERY__A__EXPR__KIND__AEXPR_OP_ANY;
    if (is_list && comparison == QUERY_EQUAL)
        add_comparison(l, block, comparison, expr->lexpr, expr->rexpr);
    if (expr->kind != PG_QUERY__A__EXPR__KIND__AEXPR_OP)
        return;
    add_comparison(l, block, comparison, expr->lexpr, expr->rexpr);
    add_comparison(l, block, turned(comparison), expr->rexpr, expr->lexpr);
}

/* SELECT … FROM unnest($1), and SQLite's tenon_keys(?1): a list that the caller gives. */
static bool is_given_list(const PgQuery__SubLink *link)
{
    const PgQuery__Node *node = link->subselect;
    const PgQuery__SelectStmt *select =
        node && node->node_case == PG_QUERY__NODE__NODE_SELECT_STMT ? node->select_stmt : NULL;
    return select && select->n_from_clause == 1 &&
           select->from_clause[0]->node_case == PG_QUERY__NODE__NODE_RANGE_FUNCTION;
}

/* column IN (SELECT …): a join by another name. */
static void add_sub_link(const query_linter *l, query_block *block, const PgQuery__SubLink *link)
{
    query_term term = {.comparison = is_given_list(link) ? QUERY_EQUAL : QUERY_JOINED};
    if (link->sub_link_type == PG_QUERY__SUB_LINK_TYPE__ANY_SUBLINK && !link->n_oper_name &&
        link->testexpr && read_column(l, block, link->testexpr, &term) && !term.is_wrapped)
        add_term(block, &term);
}

/* ---- OR -------------------------------------------------------------------------------------- */

/* Each side speaks of one table, and not all of the same. */
static void add_choice(const query_linter *l, query_block *block, const PgQuery__BoolExpr *expr)
{
    query_choice choice = {.location = expr->location};
    for (size_t i = 0; i < expr->n_args; i++) {
        side s = side_of(l, block, expr->args[i]);
        if (!s.own_count || !s.is_of_one_table || s.has_select || !s.column.column)
            return;
        if (!choice.tables[0])
            choice.tables[0] = s.column.from;
        else if (s.column.from != choice.tables[0])
            choice.tables[1] = s.column.from;
    }
    if (choice.tables[1] && block->choice_count < QUERY_KEYS_MOST)
        block->choices[block->choice_count++] = choice;
}

/* ---- conditions ------------------------------------------------------------------------------ */

static void add_bool(const query_linter *l, query_block *block, const PgQuery__BoolExpr *expr)
{
    if (expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__OR_EXPR)
        add_choice(l, block, expr);
    for (size_t i = 0; expr->boolop == PG_QUERY__BOOL_EXPR_TYPE__AND_EXPR && i < expr->n_args; i++)
        query_add_condition(l, block, expr->args[i]);
}

void query_add_condition(const query_linter *l, query_block *block, PgQuery__Node *condition)
{
    if (!condition)
        return;
    if (condition->node_case == PG_QUERY__NODE__NODE_BOOL_EXPR)
        add_bool(l, block, condition->bool_expr);
    else if (condition->node_case == PG_QUERY__NODE__NODE_A_EXPR)
        add_expression(l, block, condition->a_expr);
    else if (condition->node_case == PG_QUERY__NODE__NODE_SUB_LINK)
        add_sub_link(l, block, condition->sub_link);
}

/* JOIN … USING (column) */
void query_add_using(const query_linter *l, query_block *block, const char *column, int location)
{
    query_column sides[2] = {{0}};
    size_t count = 0;
    for (size_t i = block->table_count; i-- && count < 2;) {
        query_column found = query_column_in(l, &block->tables[i], column);
        if (found.column)
            sides[count++] = found;
    }
    for (size_t i = 0; count == 2 && i < 2; i++)
        add_term(block, &(query_term){.comparison = QUERY_JOINED,
                                      .column = sides[i],
                                      .other = sides[1 - i],
                                      .location = location});
}
