/* Queries: what a SELECT, VALUES or a set operation returns, and whether it is one row.
 *
 * A SELECT is read in the order in which it runs: FROM, WHERE, GROUP BY, HAVING, targets. Behind
 * GROUP BY the same names mean columns of groups, which is a scope of its own around that of the
 * rows. */
#include "nullability/analysis.h"

static const shape not_understood = {.is_open = true};

/* ---- conditions ---- */

enum { MOST_ROUNDS = 4 };

/* What one condition says may let another one say more. */
const fact *null_know_conditions(analysis *a, const fact *known, const condition *conditions)
{
    for (int round = 0; round < MOST_ROUNDS; round++) {
        const fact *before = known;
        for (const condition *c = conditions; c; c = c->next)
            known = null_assume(a, c->scope, known, c->value, c->truth);
        if (known == before || !conditions || !conditions->next)
            break;
    }
    return known;
}

/* ---- targets ---- */

static void describe_slot(analysis *a, const fact *known, const slot *from, slot *to)
{
    verdict found = null_judge_slot(a, known, from);
    *to = *from;
    to->side = NULL;
    to->left = to->right = NULL;
    to->is_required = false;
    to->is_nullable = found.can & CAN_BE_NULL;
    to->because = found.because;
}

void null_describe(analysis *a, const scope *s, const fact *known, const expr *e, slot *to)
{
    verdict found = null_evaluate(a, s, known, e);
    const slot *column = null_resolve(a, s, e);
    *to = column ? *column
                 : (slot){.type = null_type_of(a, s, e),
                          .is_composite = null_may_be_composite(a, s, e)};
    to->nested = null_nested(a, s, known, e);
    to->side = NULL;
    to->left = to->right = NULL;
    to->is_required = false;
    to->is_nullable = found.can & CAN_BE_NULL;
    to->because = found.because;
}

static void describe_target(analysis *a, const scope *s, const fact *known, const target *t,
                            slot *to)
{
    bool is_named = t->value && t->value->kind == EXPR_COLUMN;
    null_describe(a, s, known, t->value, to);
    to->name = t->name ? t->name : is_named ? t->value->text : "?column?";
}

/* What * stands for; NULL when that is not known. */
static const slot *const *find_star(const analysis *a, const scope *s, const expr *star,
                                    size_t *count)
{
    bool is_open = false;
    for (size_t i = 0; i < s->range_count; i++) {
        const range *r = &s->ranges[i];
        if (star->table && !null_is_same_name(a, r->name, star->table))
            continue;
        is_open |= r->is_open;
        *count = r->count;
        if (star->table)
            return is_open ? NULL : r->slots;
    }
    *count = s->slot_count;
    return is_open || star->table || !s->range_count ? NULL : s->slots;
}

static slot *make_room(analysis *a, shape *found, size_t more)
{
    slot *all = tenon__arena_array(a->arena, found->count + more, sizeof *all);
    if (!all)
        return NULL;
    if (found->count)
        memcpy(all, found->columns, found->count * sizeof *all);
    found->columns = all;
    found->count += more;
    return all + found->count - more;
}

/* Whether a column may be missing of a group. */
static bool may_be_left_out(const scope *s)
{
    bool is_left_out = s->may_be_empty;
    for (size_t i = 0; s->rows && s->query && i < s->query->key_count; i++)
        is_left_out |= s->query->keys[i].is_sometimes;
    return is_left_out;
}

static void add_star(analysis *a, const scope *s, const fact *known, const expr *star, shape *found)
{
    size_t count = 0;
    const slot *const *slots = find_star(a, s, star, &count);
    slot *to = slots ? make_room(a, found, count) : NULL;
    found->is_open |= !to;
    for (size_t i = 0; to && i < count; i++) {
        describe_slot(a, known, slots[i], &to[i]);
        if (may_be_left_out(s) && !to[i].is_nullable) {
            to[i].is_nullable = true;
            to[i].because = "its group may leave it out";
        }
    }
}

shape null_shape_of_targets(analysis *a, const scope *s, const fact *known, const query *q)
{
    shape found = {0};
    for (size_t i = 0; i < q->target_count; i++) {
        const target *t = &q->targets[i];
        if (t->value && t->value->kind == EXPR_STAR) {
            add_star(a, s, known, t->value, &found);
            continue;
        }
        slot *to = make_room(a, &found, 1);
        if (!to)
            return not_understood;
        describe_target(a, s, known, t, to);
    }
    return found;
}

/* ---- SELECT ---- */

static bool has_aggregate(const query *q)
{
    bool is_there = q->having != NULL;
    for (size_t i = 0; i < q->target_count && !is_there; i++)
        is_there = null_has_aggregate(q->targets[i].value);
    for (size_t i = 0; i < q->other_count && !is_there; i++)
        is_there = null_has_aggregate(q->others[i]);
    return is_there || q->is_aggregated_within;
}

static bool has_set(const query *q)
{
    for (size_t i = 0; i < q->target_count; i++)
        if (null_is_set(q->targets[i].value))
            return true;
    return false;
}

static bool is_constant(const expr *e, const char *text)
{
    return e && e->kind == EXPR_CONSTANT && e->text && !strcmp(e->text, text);
}

/* Unlimited, or by a number that leaves a row. */
static bool keeps_first(const query *q)
{
    bool is_limited = q->limit && q->limit->kind != EXPR_NULL &&
                      (q->limit->kind != EXPR_CONSTANT || is_constant(q->limit, "0"));
    return !is_limited && (!q->offset || is_constant(q->offset, "0"));
}

static void look_at_select(analysis *a, const scope *s, const query *q)
{
    null_look(a, s, q->where);
    null_look(a, s, q->having);
    null_look(a, s, q->limit);
    null_look(a, s, q->offset);
    null_look_list(a, s, q->others, q->other_count);
    for (size_t i = 0; i < q->target_count; i++)
        null_look(a, s, q->targets[i].value);
    for (size_t i = 0; i < q->key_count; i++)
        null_look(a, s, q->keys[i].value);
}

/* The scope of the groups. */
static scope *group(analysis *a, scope *rows, const query *q, bool has_input)
{
    scope *groups = null_new_scope(a, *rows);
    if (groups) {
        groups->rows = rows;
        groups->may_be_empty = (!q->is_grouped || q->has_empty_set) && !has_input;
    }
    return groups;
}

/* HAVING count (*) > 0: a group of no rows does not pass. */
static bool is_empty_refused(analysis *a, const scope *groups, const fact *outside, const query *q)
{
    scope empty = *groups;
    empty.is_empty = true;
    return q->having && !(null_evaluate(a, &empty, outside, q->having).can & CAN_BE_TRUE);
}

static shape finish_select(analysis *a, scope *rows, const fact *outside, const query *q,
                           bool has_input)
{
    bool is_plain = !q->is_grouped && !has_aggregate(q);
    scope *seen = is_plain ? rows : group(a, rows, q, has_input);
    if (!seen)
        return not_understood;
    if (seen->may_be_empty && is_empty_refused(a, seen, outside, q))
        seen->may_be_empty = false;
    const fact *known = seen->may_be_empty ? outside : rows->known;
    if (!is_plain && q->having)
        known = null_assume(a, seen, known, q->having, IS_TRUE);
    seen->known = known;
    shape found = null_shape_of_targets(a, seen, known, q);
    found.known = known;
    bool gives_row = has_input || (!is_plain && (!q->is_grouped || q->has_empty_set));
    found.has_row = gives_row && !q->having && !has_set(q) && keeps_first(q);
    found.is_single = is_constant(q->limit, "1") || is_constant(q->limit, "0") ||
                      (!is_plain && !q->is_grouped && !has_set(q));
    return found;
}

/* That WHERE leaves a row, whatever the tables hold. */
static bool has_sure_row(analysis *a, const scope *rows, const fact *known, const query *q)
{
    if (rows->has_row)
        return !q->where || null_evaluate(a, rows, known, q->where).can == CAN_BE_TRUE;
    return q->where && rows->range_count == 1 && q->from->kind == SOURCE_TABLE &&
           null_always_matches(a, rows, known, &rows->ranges[0], q->where);
}

static shape shape_of_select(analysis *a, scope *base, const fact *known, query *q)
{
    condition *conditions = NULL;
    scope *rows = null_open_source(a, base, NULL, q->from, NULL, &conditions, known);
    if (!rows)
        return not_understood;
    rows->aliases = q->targets;
    rows->alias_count = q->target_count;
    rows->query = q;
    look_at_select(a, rows, q);
    if (q->is_of_other_rows)
        return not_understood;
    null_add_condition(a, &conditions, (condition){.value = q->where, .scope = rows});
    rows->known = null_know_conditions(a, known, conditions);
    bool has_input = has_sure_row(a, rows, known, q);
    shape found = finish_select(a, rows, known, q, has_input);
    bool is_repeated = has_set(q) || q->has_empty_set;
    found.is_single |= !is_repeated && null_is_single(a, rows, conditions);
    return found;
}

/* ---- VALUES and set operations ---- */

static shape shape_of_values(analysis *a, const scope *s, const fact *known, const query *q)
{
    shape found = {
        .has_row = q->row_count && keeps_first(q), .is_single = q->row_count == 1, .known = known};
    size_t width = q->row_count && q->rows[0] ? q->rows[0]->count : 0;
    slot *columns = make_room(a, &found, width);
    for (size_t i = 0; i < q->row_count; i++)
        null_look(a, s, q->rows[i]);
    for (size_t i = 0; columns && i < width; i++) {
        columns[i] = (slot){.name = tenon__arena_format(a->arena, "column%zu", i + 1)};
        for (size_t row = 0; row < q->row_count && !columns[i].is_nullable; row++) {
            const expr *r = q->rows[row];
            const expr *e = r && i < r->count ? r->args[i] : NULL;
            verdict one = null_evaluate(a, s, known, e);
            columns[i].is_nullable = one.can & CAN_BE_NULL;
            columns[i].because = one.because;
            columns[i].is_composite |= null_may_be_composite(a, s, e);
            columns[i].type = null_type_of(a, s, e);
        }
    }
    return found;
}

static bool is_set_operation(const query *q)
{
    return q && (q->kind == QUERY_UNION || q->kind == QUERY_INTERSECT || q->kind == QUERY_EXCEPT);
}

/* A column of the result, of which `right` is the other side's. */
static void combine(query_kind kind, slot *column, const slot *right)
{
    if (kind == QUERY_UNION && right->is_nullable && !column->is_nullable) {
        column->is_nullable = true;
        column->because = right->because;
    }
    if (kind == QUERY_INTERSECT)
        column->is_nullable &= right->is_nullable;
    bool is_same = column->table && right->table && !strcmp(column->table, right->table) &&
                   !strcmp(column->column, right->column);
    column->is_stored &= is_same;
    if (kind == QUERY_UNION && !is_same)
        column->table_schema = column->table = column->column = NULL;
    column->is_composite |= right->is_composite;
    column->nested = NULL;
    if (!column->is_nullable)
        column->because = NULL;
}

/* Long chains lean to the left and have no WITH of their own within. */
static shape shape_of_operation(analysis *a, scope *base, const fact *known, query *q)
{
    null_look(a, base, q->limit);
    null_look(a, base, q->offset);
    null_look_list(a, base, q->others, q->other_count);
    shape left = is_set_operation(q->left) && !q->left->cte_count
                     ? shape_of_operation(a, base, known, q->left)
                     : null_shape(a, base, known, q->left);
    shape right = null_shape(a, base, known, q->right);
    if (left.is_open || right.is_open || left.count != right.count)
        return not_understood;
    for (size_t i = 0; i < left.count; i++)
        combine(q->kind, &left.columns[i], &right.columns[i]);
    left.has_row = q->kind == QUERY_UNION && (left.has_row || right.has_row) && keeps_first(q);
    left.is_single = is_constant(q->limit, "1") || (q->kind != QUERY_UNION && left.is_single);
    left.known = known;
    return left;
}

/* ---- any ---- */

static shape shape_of_kind(analysis *a, scope *base, const fact *known, query *q)
{
    switch (q->kind) {
    case QUERY_SELECT:
        return shape_of_select(a, base, known, q);
    case QUERY_VALUES:
        return shape_of_values(a, base, known, q);
    case QUERY_UNION:
    case QUERY_INTERSECT:
    case QUERY_EXCEPT:
        return shape_of_operation(a, base, known, q);
    case QUERY_INSERT:
    case QUERY_UPDATE:
    case QUERY_DELETE:
        return null_shape_of_write(a, base, known, q);
    case QUERY_UNKNOWN:
        null_look_list(a, base, q->others, q->other_count);
        break;
    }
    return not_understood;
}

shape null_shape(analysis *a, const scope *outer, const fact *known, query *q)
{
    shape found = not_understood;
    if (!q || a->arena->failed || a->depth >= NULL_LIMIT_DEPTH ||
        (a->steps += 10) > NULL_LIMIT_STEPS) {
        found.known = known;
        return found;
    }
    a->depth++;
    scope *base = null_open_with(a, outer, known, q);
    if (base)
        found = shape_of_kind(a, base, known, q);
    a->depth--;
    if (found.is_open)
        found.known = known;
    return found;
}
