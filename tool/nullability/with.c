/* WITH. A query that is named once is analysed once; a recursive one until nothing more of it turns
 * out nullable: it begins with the nullability of its first term and is then its own input, so that
 * at the end each of its rows comes from rows for which the claim held. */
#include "nullability/analysis.h"

static void rename_columns(analysis *a, shape *found, const cte *c)
{
    size_t count = found->count + c->added_count;
    slot *columns = tenon__arena_array(a->arena, count, sizeof *columns);
    if (!columns || found->is_open)
        return;
    for (size_t i = 0; i < count; i++) {
        bool is_own = i < found->count;
        columns[i] = is_own ? found->columns[i] : (slot){.name = c->added[i - found->count]};
        if (is_own && i < c->column_count)
            columns[i].name = c->columns[i];
    }
    found->columns = columns;
    found->count = count;
}

static query *first_term(query *q)
{
    while (q && (q->kind == QUERY_UNION || q->kind == QUERY_INTERSECT || q->kind == QUERY_EXCEPT) &&
           q->left)
        q = q->left;
    return q;
}

static bool widen_column(slot *column, const slot *wider)
{
    bool is_nullable = wider->is_nullable && !column->is_nullable;
    bool is_computed = !wider->is_stored && column->is_stored;
    if (is_nullable) {
        column->is_nullable = true;
        column->because = wider->because;
    }
    if (is_computed)
        column->is_stored = false;
    if (!wider->table)
        column->table_schema = column->table = column->column = NULL;
    return is_nullable || is_computed;
}

/* Adds what the wider shape says; whether it says anything new. */
static bool widen(shape *known, const shape *wider)
{
    bool has_changed = known->is_open != wider->is_open || known->count != wider->count;
    if (has_changed) {
        *known = *wider;
        known->is_open = true;
        return false;
    }
    for (size_t i = 0; i < known->count; i++)
        has_changed |= widen_column(&known->columns[i], &wider->columns[i]);
    return has_changed;
}

static void find_fixed_point(analysis *a, const scope *s, const fact *known, const cte *c,
                             shape *found)
{
    shape start = null_shape(a, s, known, first_term(c->body));
    rename_columns(a, &start, c);
    for (size_t i = 0; i < start.count; i++)
        start.columns[i].nested = NULL;
    start.has_row = start.is_single = false;
    start.known = NULL;
    *found = start;
    for (bool has_changed = true; has_changed;) {
        shape next = null_shape(a, s, known, c->body);
        rename_columns(a, &next, c);
        has_changed = widen(found, &next);
        if (!has_changed) {
            found->has_row = next.has_row;
            found->is_single = next.is_single;
        }
    }
}

static const cte_shape *name_shape(analysis *a, const cte_shape *next, const char *name,
                                   shape *found)
{
    cte_shape *n = tenon__arena_alloc(a->arena, sizeof *n);
    if (!n)
        return NULL;
    *n = (cte_shape){.name = name, .shape = found, .next = next};
    return n;
}

/* In WITH RECURSIVE every query sees the names of all; a later one is not understood yet. */
static shape *name_all(analysis *a, scope *s, const query *q)
{
    shape *shapes = tenon__arena_array(a->arena, q->cte_count, sizeof *shapes);
    for (size_t i = 0; shapes && i < q->cte_count && q->is_recursive; i++) {
        shapes[i].is_open = true;
        const cte_shape *n = name_shape(a, s->ctes, q->ctes[i].name, &shapes[i]);
        if (n)
            s->ctes = n;
    }
    return shapes;
}

scope *null_open_with(analysis *a, const scope *outer, const fact *known, query *q)
{
    scope *s = null_new_scope(
        a, (scope){.outer = outer, .ctes = outer ? outer->ctes : NULL, .query = q, .known = known});
    shape *shapes = s ? name_all(a, s, q) : NULL;
    for (size_t i = 0; shapes && i < q->cte_count; i++) {
        const cte *c = &q->ctes[i];
        if (q->is_recursive && c->body && c->body->kind == QUERY_UNION && !a->is_first_look) {
            find_fixed_point(a, s, known, c, &shapes[i]);
            continue;
        }
        shape found = null_shape(a, s, known, c->body);
        found.known = NULL;
        rename_columns(a, &found, c);
        shapes[i] = found;
        const cte_shape *n = q->is_recursive ? NULL : name_shape(a, s->ctes, c->name, &shapes[i]);
        if (n)
            s->ctes = n;
    }
    return s;
}
