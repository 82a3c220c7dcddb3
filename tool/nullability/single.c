/* Whether a query returns one row at most: when each of its tables is bound to one row, by a unique
 * key of which every column is equal to something that is bound already, a parameter or a row of
 * the query around. That is asked again until nothing new is bound. */
#include "nullability/analysis.h"

typedef struct binding {
    analysis *a;
    const scope *scope;
    const condition *conditions;
    bool *is_bound; /* of each range */
} binding;

static bool is_bound_slot(const binding *b, const slot *column)
{
    for (size_t i = 0; i < b->scope->range_count; i++)
        for (size_t k = 0; k < b->scope->ranges[i].count; k++)
            if (b->scope->ranges[i].slots[k] == column)
                return b->is_bound[i];
    return true; /* of a query around */
}

/* Whether all columns of an expression are bound. */
static bool is_bound(const binding *b, const scope *s, const expr *e)
{
    if (!e || e->query || e->kind == EXPR_UNKNOWN || (e->traits & (CALL_SET | CALL_FRESH)))
        return false;
    if (e->kind == EXPR_COLUMN) {
        const slot *column = null_resolve(b->a, s, e);
        return column && !column->left && is_bound_slot(b, column);
    }
    for (size_t i = 0; i < e->count; i++)
        if (!is_bound(b, s, e->args[i]))
            return false;
    return true;
}

/* x = y, which of rows is so of each field. */
static bool equals(const binding *b, const scope *s, const expr *x, const expr *y,
                   const slot *column)
{
    if (!x || !y)
        return false;
    if (x->kind == EXPR_ROW && y->kind == EXPR_ROW) {
        for (size_t i = 0; i < x->count && i < y->count; i++)
            if (equals(b, s, x->args[i], y->args[i], column))
                return true;
        return false;
    }
    return (null_resolve(b->a, s, x) == column && is_bound(b, s, y)) ||
           (null_resolve(b->a, s, y) == column && is_bound(b, s, x));
}

static bool fixes(const binding *b, const scope *s, const expr *e, const slot *column)
{
    if (!e)
        return false;
    if (e->kind == EXPR_COMPARE)
        return !strcmp(e->text, "=") && equals(b, s, e->args[0], e->args[1], column);
    for (size_t i = 0; e->kind == EXPR_AND && i < e->count; i++)
        if (fixes(b, s, e->args[i], column))
            return true;
    return false;
}

static bool some_fixes(const binding *b, const condition *list, const slot *column)
{
    for (const condition *c = list; c; c = c->next)
        if (c->truth == IS_TRUE && fixes(b, c->scope, c->value, column))
            return true;
    return false;
}

/* The conditions that hold for a column's row: of the query, and of the sides it lies on. */
static bool is_fixed(const binding *b, const slot *column)
{
    if (some_fixes(b, b->conditions, column))
        return true;
    for (const join_side *side = column->side; side; side = side->outer)
        if (!side->other && (some_fixes(b, side->conditions, column) ||
                             (side->on.value && fixes(b, side->on.scope, side->on.value, column))))
            return true;
    return false;
}

static const slot *find_key_column(const binding *b, const range *r, const char *name)
{
    for (size_t i = 0; name && i < r->count; i++)
        if (null_is_same_name(b->a, r->slots[i]->column, name))
            return r->slots[i];
    return NULL;
}

static bool is_key_fixed(const binding *b, const range *r, const catalogue_index *index)
{
    if (!index->is_unique || index->predicate || !index->is_valid || !index->key_count ||
        index->is_deferrable || index->is_exclusion)
        return false;
    for (size_t i = 0; i < index->key_count; i++) {
        const slot *column = find_key_column(b, r, index->keys[i].column);
        if (!column || !is_fixed(b, column))
            return false;
    }
    return true;
}

/* INTEGER PRIMARY KEY has no index: the table is one. */
static bool is_rowid_fixed(const binding *b, const range *r)
{
    for (size_t i = 0; i < r->table->column_count; i++) {
        const catalogue_column *c = &r->table->columns[i];
        bool is_rowid = c->identity == CATALOGUE_ROWID || c->identity == CATALOGUE_ROWID_FOR_EVER;
        const slot *column = is_rowid ? find_key_column(b, r, c->name) : NULL;
        if (column && is_fixed(b, column))
            return true;
    }
    return false;
}

/* A parent's key says nothing about the rows of its children. */
static bool is_range_bound(const binding *b, const range *r)
{
    if (r->is_single)
        return true;
    if (!r->table || r->is_open)
        return false;
    for (size_t i = 0; i < b->a->database->table_count; i++)
        if (!b->a->is_sqlite && b->a->database->tables[i].parent &&
            b->a->database->tables[i].kind != CATALOGUE_PARTITION)
            return false;
    for (size_t i = 0; i < r->table->index_count; i++)
        if (is_key_fixed(b, r, &r->table->indexes[i]))
            return true;
    return is_rowid_fixed(b, r);
}

/* A FULL JOIN gives the rows of both sides that find no other. */
static bool has_full_join(const scope *s)
{
    for (size_t i = 0; i < s->range_count; i++)
        for (const join_side *side = s->ranges[i].row ? s->ranges[i].row->side : NULL; side;
             side = side->outer)
            if (side->other)
                return true;
    return false;
}

bool null_is_single(analysis *a, const scope *s, const condition *conditions)
{
    bool *bound = tenon__arena_array(a->arena, s->range_count, sizeof *bound);
    binding b = {.a = a, .scope = s, .conditions = conditions, .is_bound = bound};
    size_t count = 0;
    if (!bound || has_full_join(s))
        return false;
    for (bool has_changed = true; has_changed && count < s->range_count;) {
        has_changed = false;
        for (size_t i = 0; i < s->range_count; i++) {
            if (bound[i] || !is_range_bound(&b, &s->ranges[i]))
                continue;
            bound[i] = has_changed = true;
            count++;
        }
    }
    return count == s->range_count;
}
