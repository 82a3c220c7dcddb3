/* What a name means in a scope, from the inside out, and whether two expressions are the same. */
#include "nullability/analysis.h"

#include <strings.h>

bool null_is_same_name(const analysis *a, const char *x, const char *y)
{
    if (!x || !y)
        return false;
    return (a->is_sqlite ? strcasecmp(x, y) : strcmp(x, y)) == 0;
}

bool null_is_word(const char *word, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!strcasecmp(word, list[i]))
            return true;
    return false;
}

/* Columns that every row of a table has, though * does not show them; never NULL. */
static bool is_hidden_column(const analysis *a, const char *name)
{
    static const char *const of_postgres[] = {"tableoid", "ctid", "xmin", "xmax", "cmin", "cmax"};
    static const char *const of_sqlite[] = {"rowid", "oid", "_rowid_"};
    return a->is_sqlite ? null_is_word(name, of_sqlite, TENON__COUNT(of_sqlite))
                        : null_is_word(name, of_postgres, TENON__COUNT(of_postgres));
}

static const slot *find_in(const analysis *a, const slot *const *slots, size_t count,
                           const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (slots[i] && null_is_same_name(a, slots[i]->name, name))
            return slots[i];
    return NULL;
}

static const slot *find_qualified(const analysis *a, const scope *s, const expr *e, bool *is_found)
{
    for (size_t i = 0; i < s->range_count; i++) {
        const range *r = &s->ranges[i];
        if (!null_is_same_name(a, r->name, e->table) ||
            (e->schema && r->schema && !null_is_same_name(a, r->schema, e->schema)))
            continue;
        *is_found = true;
        const slot *column = find_in(a, r->slots, r->count, e->text);
        return column || !r->is_table || !is_hidden_column(a, e->text) ? column : r->row;
    }
    return NULL;
}

/* Without a table: a column, a hidden column, or on PostgreSQL a whole row. */
static const slot *find_unqualified(const analysis *a, const scope *s, const expr *e,
                                    bool *is_found)
{
    const slot *column = find_in(a, s->slots, s->slot_count, e->text);
    for (size_t i = 0; !column && i < s->range_count; i++) {
        const range *r = &s->ranges[i];
        if (r->is_open)
            *is_found = true;
        else if ((r->is_table && is_hidden_column(a, e->text)) ||
                 (!a->is_sqlite && null_is_same_name(a, r->name, e->text)))
            column = r->row;
    }
    *is_found |= column != NULL;
    return column;
}

/* The innermost scope that has the name, though perhaps in a table whose columns are not known. */
static const slot *find(const analysis *a, const scope *s, const expr *e, const scope **level)
{
    bool is_found = false;
    for (; s; s = s->outer) {
        const slot *column =
            e->table ? find_qualified(a, s, e, &is_found) : find_unqualified(a, s, e, &is_found);
        *level = s;
        if (is_found)
            return column;
    }
    *level = NULL;
    return NULL;
}

/* Behind GROUP BY a column has no value when its group is empty, or a grouping set leaves it
 * out. */
static bool is_in_every_group(analysis *a, const scope *s, const slot *column)
{
    const scope *level;
    if (s->may_be_empty)
        return false;
    for (size_t i = 0; s->query && i < s->query->key_count; i++) {
        const group_key *k = &s->query->keys[i];
        if (k->is_sometimes && k->value && k->value->kind == EXPR_COLUMN &&
            find(a, s->rows, k->value, &level) == column)
            return false;
    }
    return true;
}

const slot *null_resolve(analysis *a, const scope *s, const expr *e)
{
    const scope *level;
    if (!e || e->kind != EXPR_COLUMN || !e->text)
        return NULL;
    const slot *column = find(a, s, e, &level);
    if (column && level->rows && !is_in_every_group(a, level, column))
        return NULL;
    return column;
}

/* (row).field is the row's column. */
const slot *null_resolve_field(analysis *a, const scope *s, const expr *e)
{
    const slot *row = null_resolve(a, s, e->args[0]);
    for (; row && s; s = s->outer)
        for (size_t i = 0; i < s->range_count; i++)
            if (s->ranges[i].row == row)
                return find_in(a, s->ranges[i].slots, s->ranges[i].count, e->text);
    return NULL;
}

const scope *null_level_of(const analysis *a, const scope *s, const expr *e)
{
    const scope *level;
    find(a, s, e, &level);
    return level;
}

const expr *null_find_alias(analysis *a, const scope *s, const expr *e, const scope **in)
{
    const scope *level;
    if (e->table || !e->text || find(a, s, e, &level) || level)
        return NULL;
    for (; s; s = s->outer)
        for (size_t i = 0; i < s->alias_count; i++) {
            if (!null_is_same_name(a, s->aliases[i].name, e->text))
                continue;
            scope inner = *s;
            inner.alias_count = 0;
            *in = null_new_scope(a, inner);
            return *in ? s->aliases[i].value : NULL;
        }
    return NULL;
}

/* ---- sameness ---- */

static bool are_same_texts(const char *x, const char *y)
{
    return x == y || (x && y && !strcmp(x, y));
}

bool null_is_same(analysis *a, const scope *s, const expr *x, const scope *t, const expr *y)
{
    if (!x || !y || x->kind != y->kind || x->count != y->count || x->query || y->query ||
        ++a->steps > NULL_LIMIT_STEPS)
        return false;
    if (x->kind == EXPR_COLUMN) {
        const slot *column = null_resolve(a, s, x);
        return column && column == null_resolve(a, t, y);
    }
    if (x->filter || y->filter || x->other_count || y->other_count || x->is_window || y->is_window)
        return false;
    if (x->number != y->number || !are_same_texts(x->text, y->text) ||
        !are_same_texts(x->type, y->type))
        return false;
    for (size_t i = 0; i < x->count; i++)
        if (!null_is_same(a, s, x->args[i], t, y->args[i]))
            return false;
    return true;
}
