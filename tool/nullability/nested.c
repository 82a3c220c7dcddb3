/* Values that consist of several: a JSON object whose members the statement names, a row, and
 * arrays of either. What is said of a member is what would be said of its expression as a column.
 *
 * Known is what stands in the text of this statement: json_build_object ('id', u.id), json_agg of
 * such objects, row_to_json (u), the row u itself; through COALESCE with an empty array, casts,
 * subqueries and WITH. An array one of whose elements may be NULL is not known, because a list of
 * structs has none that is missing; nor is what a view makes, because its text is another one. */
#include "nullability/analysis.h"

#include <ctype.h>

static const char *const lists[] = {"json_agg", "jsonb_agg", "array_agg", "json_group_array"};
/* That leave what they are given as it is, but for how it is printed. */
static const char *const printers[] = {"row_to_json", "to_json", "to_jsonb", "array_to_json",
                                       "json"};
#define IS_CALLED(e, list) ((e)->text && null_is_word((e)->text, list, TENON__COUNT(list)))

/* PostgreSQL's json_object takes arrays. */
static bool makes_object(const analysis *a, const expr *e)
{
    static const char *const of_postgres[] = {"json_build_object", "jsonb_build_object"};
    static const char *const of_sqlite[] = {"json_object"};
    return a->is_sqlite ? IS_CALLED(e, of_sqlite) : IS_CALLED(e, of_postgres);
}

static nested *new_nested(analysis *a, size_t at, size_t count)
{
    nested *n = tenon__arena_alloc(a->arena, sizeof *n);
    slot *members = tenon__arena_array(a->arena, count, sizeof *members);
    if (!n || !members)
        return NULL;
    *n = (nested){.at = at, .members = members, .count = count};
    return n;
}

/* A name that a member of a struct can have. */
static bool is_name(const char *name)
{
    if (!*name || isdigit((unsigned char)*name))
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

static bool has_names(const nested *n)
{
    for (size_t i = 0; i < n->count; i++) {
        const char *name = n->members[i].name;
        if (!name || !is_name(name))
            return false;
        for (size_t k = 0; k < i; k++)
            if (n->members[k].name && !strcmp(name, n->members[k].name))
                return false;
    }
    return n->count;
}

/* ---- objects and rows ------------------------------------------------------------------------ */

/* name, value, name, value, … */
static const nested *read_object(analysis *a, const scope *s, const fact *known, const expr *e)
{
    nested *n = e->count % 2 ? NULL : new_nested(a, e->at, e->count / 2);
    for (size_t i = 0; n && i < n->count; i++) {
        const expr *name = e->args[2 * i];
        null_describe(a, s, known, e->args[2 * i + 1], &n->members[i]);
        n->members[i].name = name && name->kind == EXPR_CONSTANT ? name->text : NULL;
    }
    return n && has_names(n) ? n : NULL;
}

static const range *find_range(const scope *s, const slot *row)
{
    for (; row && s; s = s->outer)
        for (size_t i = 0; i < s->range_count; i++)
            if (s->ranges[i].row == row)
                return &s->ranges[i];
    return NULL;
}

static const nested *read_row(analysis *a, const scope *s, const fact *known, const expr *e)
{
    const slot *column = null_resolve(a, s, e);
    const range *r = find_range(s, column);
    if (!r || !column->is_composite || strcmp(column->name, e->text) != 0)
        return column ? column->nested : NULL;
    nested *n = r->is_open ? NULL : new_nested(a, e->at, r->count);
    for (size_t i = 0; n && i < n->count; i++) {
        verdict found = null_judge_slot(a, known, r->slots[i]);
        n->members[i] = *r->slots[i];
        n->members[i].is_nullable = found.can & CAN_BE_NULL;
        n->members[i].because = found.because;
    }
    if (n)
        n->row = r->name;
    return n && has_names(n) ? n : NULL;
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static const nested *make_list(analysis *a, const nested *element)
{
    nested *list = element && !element->is_list ? tenon__arena_alloc(a->arena, sizeof *list) : NULL;
    if (!list)
        return NULL;
    *list = *element;
    list->is_list = true;
    return list;
}

/* What a call is given may be a composite, or one value: only its type tells. */
static const nested *read_type(analysis *a, const expr *call, bool is_list)
{
    bool is_known = call->count == 1 && (is_list || !a->is_sqlite);
    nested *n = is_known ? new_nested(a, call->at, 0) : NULL;
    if (n)
        n->is_list = is_list;
    return n;
}

/* An aggregate, of rows that FILTER leaves. */
static const nested *read_list(analysis *a, const scope *s, const fact *known, const expr *e)
{
    const scope *rows = s->rows ? s->rows : s;
    const expr *element = e->count ? e->args[0] : NULL;
    if (s->rows)
        known = s->rows->known;
    if (e->filter)
        known = null_assume(a, rows, known, e->filter, IS_TRUE);
    if (null_evaluate(a, rows, known, element).can & CAN_BE_NULL)
        return NULL;
    const nested *of = null_nested(a, rows, known, element);
    return of ? make_list(a, of) : read_type(a, e, true);
}

static const nested *read_array_query(analysis *a, const scope *s, const fact *known, const expr *e)
{
    shape found = null_shape(a, s, known, e->query);
    bool is_one = !found.is_open && found.count == 1 && !found.columns[0].is_nullable;
    return is_one ? make_list(a, found.columns[0].nested) : NULL;
}

/* '[]', which an array may be without anybody's noticing. */
static bool is_empty_array(const expr *e)
{
    if (e && e->kind == EXPR_CAST && e->count)
        return is_empty_array(e->args[0]);
    if (e && e->kind == EXPR_CALL && e->text && !e->count)
        return !strcmp(e->text, "json_build_array") || !strcmp(e->text, "jsonb_build_array") ||
               !strcmp(e->text, "json_array");
    return e && e->kind == EXPR_CONSTANT && e->text && !strcmp(e->text, "[]");
}

static const nested *read_coalesce(analysis *a, const scope *s, const fact *known, const expr *e)
{
    const nested *first = e->count ? null_nested(a, s, known, e->args[0]) : NULL;
    for (size_t i = 1; first && i < e->count; i++)
        if (!first->is_list || !is_empty_array(e->args[i]))
            return NULL;
    return first;
}

/* ---- any ------------------------------------------------------------------------------------- */

/* Whether a subquery is worth the work: columns it passes on are not. */
static bool may_be_nested(const analysis *a, const expr *e)
{
    if (e && (e->kind == EXPR_COALESCE || e->kind == EXPR_CAST) && e->count)
        return may_be_nested(a, e->args[0]);
    return e && e->kind == EXPR_CALL &&
           (makes_object(a, e) || IS_CALLED(e, lists) || IS_CALLED(e, printers));
}

static const nested *read_subquery(analysis *a, const scope *s, const fact *known, const expr *e)
{
    const query *q = e->query;
    if (!q || q->target_count != 1 || !may_be_nested(a, q->targets[0].value))
        return NULL;
    shape found = null_shape(a, s, known, e->query);
    return !found.is_open && found.count == 1 ? found.columns[0].nested : NULL;
}

static const nested *read_call(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (!e->traits || e->is_window)
        return NULL;
    if (makes_object(a, e))
        return read_object(a, s, known, e);
    if (IS_CALLED(e, lists))
        return read_list(a, s, known, e);
    if (!IS_CALLED(e, printers) || !e->count)
        return NULL;
    const nested *of = null_nested(a, s, known, e->args[0]);
    return of ? of : read_type(a, e, false);
}

const nested *null_nested(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (!e || a->is_first_look || a->arena->failed || null_is_impossible(known))
        return NULL;
    switch (e->kind) {
    case EXPR_COLUMN:
        return e->text ? read_row(a, s, known, e) : NULL;
    case EXPR_CALL:
        return read_call(a, s, known, e);
    case EXPR_CAST: {
        bool is_json = e->type && (!strcmp(e->type, "json") || !strcmp(e->type, "jsonb"));
        return is_json && e->count ? null_nested(a, s, known, e->args[0]) : NULL;
    }
    case EXPR_COALESCE:
        return read_coalesce(a, s, known, e);
    case EXPR_SUBQUERY:
        return read_subquery(a, s, known, e);
    case EXPR_ARRAY_QUERY:
        return read_array_query(a, s, known, e);
    default:
        return NULL;
    }
}
