/* Joins that always find a row: by a foreign key, or of a table with itself.
 *
 * `posts LEFT JOIN users ON users.id = posts.user_id` finds a user for every post when user_id is
 * NOT NULL and a foreign key that the server enforces at once. That is so of rows that the
 * statement reads in one snapshot: not of what a statement in WITH has just written, and not where
 * rows are locked, because a locked row may be newer than the rows it is joined with. Policies hide
 * rows. */
#include "nullability/analysis.h"

enum { MOST_PAIRS = 8 };

typedef struct pair {
    const slot *from, *to; /* to: of the table that must have the row */
} pair;

typedef struct pair_list {
    pair items[MOST_PAIRS];
    size_t count;
} pair_list;

static bool is_of(const range *r, const slot *column)
{
    for (size_t i = 0; i < r->count; i++)
        if (r->slots[i] == column)
            return true;
    return false;
}

/* Whether the condition is column = column and nothing else, AND the like. */
static bool read_pairs(analysis *a, const scope *s, const range *r, const expr *e, pair_list *list)
{
    if (!e || (e->kind != EXPR_AND && (e->kind != EXPR_COMPARE || strcmp(e->text, "=") != 0)))
        return false;
    for (size_t i = 0; e->kind == EXPR_AND && i < e->count; i++)
        if (!read_pairs(a, s, r, e->args[i], list))
            return false;
    if (e->kind == EXPR_AND)
        return true;
    const slot *x = null_resolve(a, s, e->args[0]), *y = null_resolve(a, s, e->args[1]);
    if (!x || !y || is_of(r, x) == is_of(r, y) || list->count == MOST_PAIRS)
        return false;
    list->items[list->count++] = is_of(r, y) ? (pair){x, y} : (pair){y, x};
    return true;
}

static const range *find_range(const scope *s, const slot *column)
{
    for (; s; s = s->outer)
        for (size_t i = 0; i < s->range_count; i++)
            if (is_of(&s->ranges[i], column))
                return &s->ranges[i];
    return NULL;
}

/* Values that stand in one row of a table, none of them NULL. */
static bool are_of_one_row(analysis *a, const scope *s, const fact *known, const pair_list *list)
{
    const range *row = list->count ? find_range(s, list->items[0].from) : NULL;
    for (size_t i = 0; i < list->count; i++) {
        const slot *column = list->items[i].from;
        if (!row || !column->is_stored || find_range(s, column) != row ||
            strcmp(column->table, list->items[0].from->table) != 0 ||
            (null_judge_slot(a, known, column).can & CAN_BE_NULL))
            return false;
    }
    return row;
}

static bool is_same_table(const slot *column, const catalogue_table *t)
{
    const char *x = column->table_schema, *y = t->namespace;
    return !strcmp(column->table, t->name) && (x == y || (x && y && !strcmp(x, y)));
}

static bool is_same_column(const pair_list *list, const catalogue_table *t)
{
    for (size_t i = 0; i < list->count; i++)
        if (!is_same_table(list->items[i].from, t) ||
            strcmp(list->items[i].from->column, list->items[i].to->column) != 0)
            return false;
    return true;
}

static bool has_pair(const pair_list *list, const char *from, const char *to)
{
    for (size_t i = 0; i < list->count; i++)
        if (!strcmp(list->items[i].from->column, from) && !strcmp(list->items[i].to->column, to))
            return true;
    return false;
}

static bool is_followed(const pair_list *list, const catalogue_foreign_key *key,
                        const catalogue_table *t)
{
    if (!key->is_valid || key->is_deferrable || key->column_count != list->count ||
        strcmp(key->target, t->name) != 0 || !key->target_namespace || !t->namespace ||
        strcmp(key->target_namespace, t->namespace) != 0)
        return false;
    for (size_t i = 0; i < key->column_count; i++)
        if (!has_pair(list, key->columns[i], key->target_columns[i]))
            return false;
    return true;
}

/* Rows of a child are not bound by the keys of its parent. */
static bool has_children(const analysis *a)
{
    for (size_t i = 0; i < a->database->table_count; i++)
        if (a->database->tables[i].parent && a->database->tables[i].kind != CATALOGUE_PARTITION)
            return true;
    return false;
}

static bool is_foreign_key(const analysis *a, const pair_list *list, const catalogue_table *t)
{
    const slot *first = list->items[0].from;
    const catalogue_table *of =
        catalogue_find_table(a->database, first->table_schema, first->table);
    if (a->is_sqlite || !of || has_children(a)) /* SQLite enforces only where it is told to */
        return false;
    for (size_t i = 0; i < of->foreign_key_count; i++)
        if (is_followed(list, &of->foreign_keys[i], t))
            return true;
    return false;
}

bool null_always_matches(analysis *a, const scope *s, const fact *known, const range *r,
                         const expr *on)
{
    pair_list list = {0};
    const catalogue_table *t = r->table;
    if (!t || r->is_partial || t->has_row_security || a->form.has_locks ||
        (t->kind != CATALOGUE_TABLE && t->kind != CATALOGUE_PARTITIONED))
        return false;
    return read_pairs(a, s, r, on, &list) && are_of_one_row(a, s, known, &list) &&
           (is_same_column(&list, t) || is_foreign_key(a, &list, t));
}
