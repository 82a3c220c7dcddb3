/* The first look at a statement, before anything is judged: which parameters it has, how each is
 * used, and which aggregates in a subquery are of the rows of a query around it.
 *
 * A parameter may be NULL where that means something. Written to a column it may be what the column
 * may be; and where one use forbids NULL, no other one can allow it. */
#include "nullability/analysis.h"

enum {
    USE_ALLOWS = 1,
    USE_FORBIDS = 2,
    USE_STATED = 4,
    USE_STATED_NULLABLE = 8,
    USE_WRITTEN = 16,
    USE_CAST = 32,
    USE_PATTERN = 64,
};

static nullability_parameter *find_parameter(const analysis *a, int number)
{
    for (size_t i = 0; i < a->parameter_count; i++)
        if (a->parameters[i].number == number)
            return &a->parameters[i];
    return NULL;
}

static nullability_parameter *add_parameter(analysis *a, int number)
{
    size_t count = a->parameter_count, at = count;
    if ((count & (count - 1)) == 0) { /* a power of two: the room is used up */
        size_t room = count ? count * 2 : 1;
        void *list = tenon__arena_resize(a->arena, a->parameters, room * sizeof *a->parameters);
        void *uses = list ? tenon__arena_resize(a->arena, a->uses, room) : NULL;
        if (list)
            a->parameters = list;
        if (!uses)
            return NULL;
        a->uses = uses;
    }
    for (; at && a->parameters[at - 1].number > number; at--) {
        a->parameters[at] = a->parameters[at - 1];
        a->uses[at] = a->uses[at - 1];
    }
    a->parameters[at] = (nullability_parameter){.number = number};
    a->uses[at] = 0;
    a->parameter_count++;
    return &a->parameters[at];
}

/* A query in WITH may be looked at for each of its names. */
static bool has_use(const nullability_parameter *p, const nullability_use *use)
{
    for (size_t i = 0; i < p->use_count; i++)
        if (p->uses[i].at == use->at && p->uses[i].table == use->table &&
            p->uses[i].column == use->column && p->uses[i].is_written == use->is_written)
            return true;
    return false;
}

static void add_use(analysis *a, nullability_parameter *p, const expr *e, unsigned use,
                    const slot *column)
{
    const nullability_use found = {.table_schema = column ? column->table_schema : NULL,
                                   .table = column ? column->table : NULL,
                                   .column = column ? column->column : NULL,
                                   .is_written = use & USE_WRITTEN,
                                   .is_cast = use & USE_CAST,
                                   .is_pattern = use & USE_PATTERN,
                                   .at = e->at};
    size_t count = p->use_count;
    if (has_use(p, &found))
        return;
    if ((count & (count - 1)) == 0) { /* a power of two: the room is used up */
        size_t room = count ? count * 2 : 1;
        nullability_use *uses = tenon__arena_resize(a->arena, p->uses, room * sizeof *uses);
        if (!uses)
            return;
        p->uses = uses;
    }
    p->uses[p->use_count++] = found;
}

static void note(analysis *a, const expr *e, unsigned use, const slot *column)
{
    nullability_parameter *p = find_parameter(a, e->number);
    if (!p)
        p = add_parameter(a, e->number);
    if (!p)
        return;
    unsigned char *uses = &a->uses[p - a->parameters];
    *uses = (unsigned char)(*uses | use);
    if (e->name)
        p->name = e->name;
    if ((column && column->column) || (use & USE_PATTERN))
        add_use(a, p, e, use, column);
}

void null_state_parameter(analysis *a, int number, bool is_nullable)
{
    expr e = {.kind = EXPR_PARAMETER, .number = number};
    if (find_parameter(a, number))
        note(a, &e, USE_STATED | (is_nullable ? USE_STATED_NULLABLE : 0), NULL);
}

bool null_parameter_is_nullable(const analysis *a, int number)
{
    const nullability_parameter *p = find_parameter(a, number);
    if (!p)
        return true;
    unsigned uses = a->uses[p - a->parameters];
    if (uses & USE_STATED)
        return uses & USE_STATED_NULLABLE;
    return (uses & USE_ALLOWS) && !(uses & USE_FORBIDS);
}

/* The parameter of an argument, through casts; else NULL. */
static const expr *parameter_of(const expr *e)
{
    while (e && e->kind == EXPR_CAST)
        e = e->args[0];
    return e && e->kind == EXPR_PARAMETER ? e : NULL;
}

static void allow(analysis *a, const expr *e)
{
    const expr *parameter = parameter_of(e);
    if (parameter)
        note(a, parameter, USE_ALLOWS, NULL);
}

/* ---- comparisons ---- */

static const slot *column_of(analysis *a, const scope *s, const expr *e)
{
    while (e && e->kind == EXPR_CAST)
        e = e->args[0];
    return null_resolve(a, s, e);
}

static bool is_cast(const expr *e)
{
    return e && e->kind == EXPR_CAST;
}

static void meet(analysis *a, const scope *s, const expr *x, const expr *y, unsigned use)
{
    if (x && y && x->kind == EXPR_ROW && y->kind == EXPR_ROW)
        for (size_t i = 0; i < x->count && i < y->count; i++)
            meet(a, s, x->args[i], y->args[i], use);
    const expr *left = parameter_of(x), *right = parameter_of(y);
    use |= is_cast(x) || is_cast(y) ? USE_CAST : 0;
    if (left)
        note(a, left, use, column_of(a, s, y));
    if (right)
        note(a, right, use, column_of(a, s, x));
}

static void look_at_comparison(analysis *a, const scope *s, const expr *e, unsigned use)
{
    for (size_t i = 1; i < e->count; i++) {
        meet(a, s, e->args[0], e->args[i], use);
        if (e->kind == EXPR_IS_DISTINCT)
            allow(a, e->args[i]);
    }
    if (e->kind == EXPR_IS_DISTINCT)
        allow(a, e->args[0]);
}

/* ---- aggregates of other queries ---- */

typedef struct levels {
    bool has_own;
    const scope *outer;
} levels;

static void find_levels(analysis *a, const scope *s, const expr *e, levels *found)
{
    if (!e)
        return;
    if (e->kind == EXPR_COLUMN) {
        const scope *level = null_level_of(a, s, e);
        if (level == s || !level)
            found->has_own = true;
        else
            found->outer = level;
    }
    for (size_t i = 0; i < e->count; i++)
        find_levels(a, s, e->args[i], found);
}

static void look_at_aggregate(analysis *a, const scope *s, const expr *e)
{
    levels found = {0};
    find_levels(a, s, e, &found);
    find_levels(a, s, e->filter, &found);
    if (found.has_own || !found.outer)
        return;
    if (s->query)
        s->query->is_of_other_rows = true;
    if (found.outer->query)
        found.outer->query->is_aggregated_within = true;
}

/* ---- any ---- */

/* Those of PostgreSQL by their operators, LIKE with or without ESCAPE. */
static bool is_pattern_match(const expr *e)
{
    static const char *const words[] = {"like", "glob", "match", "regexp"};
    if (e->kind != EXPR_CALL || !e->text || e->count < 2 || e->count > 3)
        return false;
    return null_is_word(e->text, words, TENON__COUNT(words)) ||
           (e->count == 2 && strchr("~!@", e->text[0]));
}

void null_look(analysis *a, const scope *s, const expr *e)
{
    if (!e || !a->is_first_look || a->arena->failed)
        return;
    if (e->kind == EXPR_PARAMETER)
        note(a, e, 0, NULL);
    if (e->kind == EXPR_COMPARE || e->kind == EXPR_IN_LIST || e->kind == EXPR_ANY ||
        e->kind == EXPR_ALL || e->kind == EXPR_IS_DISTINCT || is_pattern_match(e))
        look_at_comparison(a, s, e, is_pattern_match(e) ? USE_PATTERN : 0);
    if (e->kind == EXPR_IS_NULL)
        allow(a, e->args[0]);
    for (size_t i = 0; e->kind == EXPR_COALESCE && i + 1 < e->count; i++)
        allow(a, e->args[i]);
    if (null_is_aggregate(e))
        look_at_aggregate(a, s, e);
    null_look_list(a, s, e->args, e->count);
    null_look_list(a, s, e->others, e->other_count);
    null_look(a, s, e->filter);
    if (e->query)
        null_look_at_query(a, s, e);
}

void null_look_list(analysis *a, const scope *s, expr *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        null_look(a, s, list[i]);
}

/* What IN compares with is a column of the query's result. */
void null_look_at_query(analysis *a, const scope *s, const expr *e)
{
    shape found = null_shape(a, s, NULL, e->query);
    const expr *parameter = e->count ? parameter_of(e->args[0]) : NULL;
    if (parameter && found.count == 1)
        note(a, parameter, 0, &found.columns[0]);
}

static void look_through(analysis *a, const scope *s, const expr *e, const slot *column)
{
    const expr *parameter = parameter_of(e);
    if (parameter)
        note(a, parameter,
             USE_WRITTEN | (is_cast(e) ? USE_CAST : 0) |
                 (column->is_required ? USE_FORBIDS : USE_ALLOWS),
             column);
    else if (e && e->kind == EXPR_CASE)
        for (size_t i = 1; i < e->count; i += 2)
            look_through(a, s, e->args[i], column);
    if (!parameter && e && e->kind == EXPR_CASE)
        look_through(a, s, e->args[e->count - 1], column);
    if (!e || e->kind != EXPR_COALESCE)
        return;
    for (size_t i = 0; i < e->count; i++) {
        const expr *one = parameter_of(e->args[i]);
        if (one)
            note(a, one, USE_WRITTEN | (is_cast(e->args[i]) ? USE_CAST : 0), column);
    }
    look_through(a, s, e->args[e->count - 1], column);
}

void null_look_written(analysis *a, const scope *s, const expr *e, const slot *column)
{
    if (!a->is_first_look || a->arena->failed)
        return;
    if (column)
        look_through(a, s, e, column);
    null_look(a, s, e);
}
