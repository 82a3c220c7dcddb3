/* Names out of FROM: each source becomes a scope of its own, and joins put scopes together. Here it
 * is told which columns an outer join may take away, and which conditions hold on which side of it.
 *
 * The names of a join are made before its ON is looked at, because that sees both sides and nothing
 * else of FROM. */
#include "nullability/analysis.h"

void null_add_condition(analysis *a, condition **conditions, condition c)
{
    condition *copy = tenon__arena_alloc(a->arena, sizeof *copy);
    if (!copy || !c.value)
        return;
    *copy = c;
    while (*conditions)
        conditions = &(*conditions)->next;
    *conditions = copy;
}

/* ---- scopes ---- */

scope *null_new_scope(analysis *a, scope content)
{
    scope *s = tenon__arena_alloc(a->arena, sizeof *s);
    if (s)
        *s = content;
    return s;
}

static bool add_slots(analysis *a, scope *s, const slot *const *slots, size_t count)
{
    const slot **all = tenon__arena_array(a->arena, s->slot_count + count, sizeof(slot *));
    if (!all)
        return false;
    for (size_t i = 0; i < s->slot_count; i++)
        all[i] = s->slots[i];
    for (size_t i = 0; i < count; i++)
        all[s->slot_count + i] = slots[i];
    s->slots = all;
    s->slot_count += count;
    return true;
}

static bool add_ranges(analysis *a, scope *s, const range *ranges, size_t count)
{
    range *all = tenon__arena_array(a->arena, s->range_count + count, sizeof *all);
    if (!all)
        return false;
    for (size_t i = 0; i < s->range_count; i++)
        all[i] = s->ranges[i];
    for (size_t i = 0; i < count; i++)
        all[s->range_count + i] = ranges[i];
    s->ranges = all;
    s->range_count += count;
    return true;
}

scope *null_join_names(analysis *a, const scope *first, const scope *second)
{
    const scope *one = first ? first : second;
    scope *s = one ? null_new_scope(a, *one) : NULL;
    if (s && first && second && add_ranges(a, s, second->ranges, second->range_count) &&
        add_slots(a, s, second->slots, second->slot_count))
        return s;
    return first && second ? NULL : s;
}

static scope *new_empty_scope(analysis *a, const scope *base)
{
    return null_new_scope(a, (scope){.outer = base->outer,
                                     .ctes = base->ctes,
                                     .query = base->query,
                                     .known = base->known,
                                     .has_row = true});
}

/* ---- one name ---- */

static const slot *new_row(analysis *a, const char *name, join_side *inside)
{
    slot *row = tenon__arena_alloc(a->arena, sizeof *row);
    if (row)
        *row = (slot){.name = name, .is_composite = true, .side = inside};
    return row;
}

scope *null_open_range(analysis *a, const scope *base, const source *from, slot *columns,
                       size_t count, bool is_open, join_side *inside)
{
    scope *s = new_empty_scope(a, base);
    const slot **slots = tenon__arena_array(a->arena, count, sizeof(slot *));
    const char *name = from->alias ? from->alias : from->name;
    range r = {
        .schema = from->schema, .name = name, .slots = slots, .count = count, .is_open = is_open};
    r.row = new_row(a, name, inside);
    if (!s || !slots || !columns || !r.row)
        return NULL;
    for (size_t i = 0; i < count; i++) {
        slots[i] = &columns[i];
        columns[i].side = inside;
        if (i < from->column_count)
            columns[i].name = from->columns[i];
    }
    s->has_row = false;
    return add_ranges(a, s, &r, 1) && add_slots(a, s, slots, count) ? s : NULL;
}

/* Columns that are only named. */
static scope *open_unknown(analysis *a, const scope *base, const source *from, join_side *inside)
{
    slot *columns = tenon__arena_array(a->arena, from->column_count, sizeof *columns);
    for (size_t i = 0; columns && i < from->column_count; i++)
        columns[i] = (slot){.is_nullable = true,
                            .is_composite = true,
                            .because = "what it comes from is not understood"};
    return null_open_range(a, base, from, columns, from->column_count, !from->has_definition,
                           inside);
}

static slot *copy_columns(analysis *a, const shape *found)
{
    slot *columns = tenon__arena_array(a->arena, found->count, sizeof *columns);
    for (size_t i = 0; columns && i < found->count; i++)
        columns[i] = found->columns[i];
    return columns;
}

static scope *open_shape(analysis *a, const scope *base, const source *from, const shape *found,
                         join_side *inside)
{
    if (found->is_open)
        return open_unknown(a, base, from, inside);
    scope *s = null_open_range(a, base, from, copy_columns(a, found), found->count, false, inside);
    if (s) {
        s->ranges[0].is_single = found->is_single && !from->is_lateral;
        s->has_row = found->has_row;
    }
    return s;
}

/* Where a LATERAL item is computed, the sides it lies on are there. */
static const fact *know_inside(analysis *a, const fact *known, const join_side *inside)
{
    for (; inside; inside = inside->outer)
        known = null_know(a, known, FACT_MATCHED, inside, NULL);
    return known;
}

static scope *open_query(analysis *a, const scope *base, const scope *siblings, const source *from,
                         join_side *inside, const fact *known)
{
    scope outer = {.outer = base->outer, .ctes = base->ctes};
    const scope *seen = from->is_lateral && siblings ? siblings : null_new_scope(a, outer);
    shape found = null_shape(a, seen, know_inside(a, known, inside), from->query);
    return open_shape(a, base, from, &found, inside);
}

static const shape *find_cte(const analysis *a, const scope *base, const char *name)
{
    for (const cte_shape *n = base->ctes; n; n = n->next)
        if (null_is_same_name(a, n->name, name))
            return n->shape;
    return NULL;
}

static scope *open_named(analysis *a, const scope *base, const source *from, join_side *inside,
                         condition **conditions)
{
    const shape *found = from->schema ? NULL : find_cte(a, base, from->name);
    if (found)
        return open_shape(a, base, from, found, inside);
    scope *s = null_open_table(a, base, from, inside, conditions);
    return s ? s : open_unknown(a, base, from, inside);
}

/* ---- functions ---- */

/* The columns of a function that has several by its nature. */
static slot *table_slots(analysis *a, const function_column *list, size_t count)
{
    slot *columns = tenon__arena_array(a->arena, count, sizeof *columns);
    for (size_t i = 0; columns && i < count; i++)
        columns[i] = (slot){.name = list[i].name,
                            .is_nullable = list[i].is_nullable,
                            .because = "null of JSON is NULL there"};
    return columns;
}

/* unnest (a, b) */
static slot *zipped_slots(analysis *a, const expr *call)
{
    slot *columns = tenon__arena_array(a->arena, call->count, sizeof *columns);
    for (size_t i = 0; columns && i < call->count; i++)
        columns[i] = (slot){.name = call->text,
                            .is_nullable = true,
                            .because = "the shorter array is filled with NULL"};
    return columns;
}

static slot *function_slots(analysis *a, const scope *seen, const fact *known, const expr *call,
                            size_t *count)
{
    const function_column *list;
    *count = null_function_columns(a->database, call->text, &list);
    if (*count)
        return table_slots(a, list, *count);
    *count = call->count;
    if ((call->traits & CALL_SET) && !(call->traits & CALL_NEVER) && call->count > 1 &&
        !strcmp(call->text, "unnest"))
        return zipped_slots(a, call);
    *count = 1;
    slot *column = tenon__arena_array(a->arena, 1, sizeof *column);
    verdict one = null_evaluate(a, seen, known, call);
    if (column)
        *column = (slot){
            .name = call->text, .is_nullable = one.can & CAN_BE_NULL, .because = one.because};
    return column;
}

static scope *open_function(analysis *a, const scope *base, const scope *siblings,
                            const source *from, join_side *inside, const fact *known)
{
    const expr *call = from->function_count == 1 ? from->functions[0] : NULL;
    scope outer = {.outer = base->outer, .ctes = base->ctes};
    const scope *seen = siblings ? siblings : null_new_scope(a, outer);
    if (!seen)
        return NULL;
    null_look_list(a, seen, from->functions, from->function_count);
    if (!call || from->has_definition || call->kind != EXPR_CALL || !call->traits)
        return open_unknown(a, base, from, inside);
    size_t count;
    slot *found = function_slots(a, seen, know_inside(a, known, inside), call, &count);
    slot *columns = tenon__arena_array(a->arena, count + 1, sizeof *columns);
    for (size_t i = 0; found && columns && i < count; i++)
        columns[i] = found[i];
    if (columns && count == 1 && from->alias)
        columns[0].name = from->alias;
    if (columns)
        columns[count] = (slot){.name = "ordinality", .type = "int8"};
    source renamed = *from;
    renamed.name = call->text;
    scope *s =
        null_open_range(a, base, &renamed, columns, count + from->has_ordinality, false, inside);
    if (s)
        s->has_row = !(call->traits & CALL_SET) && count == 1;
    return s;
}

/* ---- joins ---- */

static const slot *find_slot(const analysis *a, const scope *s, const char *name)
{
    for (size_t i = 0; i < s->slot_count; i++)
        if (null_is_same_name(a, s->slots[i]->name, name))
            return s->slots[i];
    return NULL;
}

static const char **shared_names(analysis *a, const scope *left, const scope *right, size_t *count)
{
    const char **names = tenon__arena_array(a->arena, left->slot_count, sizeof *names);
    *count = 0;
    for (size_t i = 0; names && i < left->slot_count; i++)
        if (find_slot(a, right, left->slots[i]->name))
            names[(*count)++] = left->slots[i]->name;
    return names;
}

/* The one column of two that are equal; of a FULL JOIN, or a RIGHT JOIN on SQLite, a new one. */
static const slot *merge(analysis *a, const slot *left, const slot *right, join_kind join,
                         join_side *inside)
{
    if (!left || !right)
        return left ? left : right;
    if (join != JOIN_FULL)
        return join == JOIN_RIGHT ? right : left;
    slot *merged = tenon__arena_alloc(a->arena, sizeof *merged);
    if (merged)
        *merged = (slot){.name = left->name,
                         .type = left->type,
                         .left = left,
                         .right = right,
                         .is_composite = left->is_composite,
                         .side = inside};
    return merged ? merged : left;
}

static bool is_merged(const analysis *a, const source *from, const slot *column)
{
    for (size_t i = 0; i < from->using_count; i++)
        if (null_is_same_name(a, from->using[i], column -> name))
            return true;
    return false;
}

/* USING: the merged columns first, then what is left of both. */
static void merge_columns(analysis *a, scope *joined, const scope *left, const scope *right,
                          const source *from, join_side *inside)
{
    const slot **slots =
        tenon__arena_array(a->arena, joined->slot_count + from->using_count, sizeof *slots);
    size_t count = 0;
    if (!slots)
        return;
    for (size_t i = 0; i < from->using_count; i++) {
        const slot *l = find_slot(a, left, from->using[i]),
                   *r = find_slot(a, right, from->using[i]);
        if (l || r)
            slots[count++] = merge(a, l, r, from->join, inside);
    }
    for (size_t i = 0; i < joined->slot_count; i++)
        if (!is_merged(a, from, joined->slots[i]))
            slots[count++] = joined->slots[i];
    joined->slots = slots;
    joined->slot_count = count;
}

/* What USING says as a condition: both columns are there, and equal. */
static expr *equal_columns(analysis *a, const source *from)
{
    expr **all = tenon__arena_array(a->arena, from->using_count, sizeof *all);
    for (size_t i = 0; all && i < from->using_count; i++) {
        expr *l = null_expr(&a->form,
                            (expr){.kind = EXPR_COLUMN, .text = from->using[i], .table = "left"});
        expr *r = null_expr(&a->form,
                            (expr){.kind = EXPR_COLUMN, .text = from->using[i], .table = "right"});
        all[i] = null_binary(&a->form, EXPR_COMPARE, l, r);
        if (all[i])
            all[i]->text = "=";
    }
    return null_expr(&a->form,
                     (expr){.kind = EXPR_AND, .args = all, .count = all ? from->using_count : 0});
}

/* A scope in which the sides of a join are called left and right. */
static const scope *name_sides(analysis *a, const scope *left, const scope *right)
{
    scope *s = null_new_scope(a, (scope){0});
    range ranges[] = {
        {.name = "left", .slots = left->slots, .count = left->slot_count},
        {.name = "right", .slots = right->slots, .count = right->slot_count},
    };
    return s && add_ranges(a, s, ranges, 2) ? s : NULL;
}

static join_side *new_side(analysis *a, join_side *outer, const char *because)
{
    join_side *s = tenon__arena_alloc(a->arena, sizeof *s);
    if (s)
        *s = (join_side){.outer = outer, .because = because};
    return s;
}

typedef struct join_sides {
    join_side *left, *right;
} join_sides;

static join_sides open_sides(analysis *a, const source *from, join_side *inside)
{
    join_sides sides = {inside, inside};
    if (from->join == JOIN_LEFT || from->join == JOIN_FULL)
        sides.right = new_side(a, inside, "the outer join may find no row for it");
    if (from->join == JOIN_RIGHT || from->join == JOIN_FULL)
        sides.left = new_side(a, inside, "the outer join may find no row for it");
    if (from->join == JOIN_FULL && sides.left && sides.right) {
        sides.left->other = sides.right;
        sides.right->other = sides.left;
    }
    return sides;
}

/* Where a condition of the join holds: an inner one on the side it lies in, an outer one where the
 * side that may be missing matches. */
static void put_condition(analysis *a, const source *from, join_sides sides, condition **conditions,
                          condition c)
{
    join_side *missing = from->join == JOIN_RIGHT ? sides.left : sides.right;
    if (from->join == JOIN_INNER)
        null_add_condition(a, conditions, c);
    else if (missing)
        missing->on = c;
    if (from->join == JOIN_FULL && sides.left)
        sides.left->on = c;
}

static scope *rename_join(analysis *a, scope *joined, const source *from)
{
    if (!from->alias)
        return joined;
    range r = {.name = from->alias, .slots = joined->slots, .count = joined->slot_count};
    for (size_t i = 0; i < joined->range_count; i++)
        r.is_open |= joined->ranges[i].is_open;
    joined->range_count = 0;
    return add_ranges(a, joined, &r, 1) ? joined : NULL;
}

/* Whether the join has a row whatever its condition says. */
static bool join_has_row(const scope *left, const scope *right, const source *from)
{
    bool is_cross = !from->on && !from->using_count && !from->is_natural;
    switch (from->join) {
    case JOIN_INNER:
        return left->has_row && right->has_row && is_cross;
    case JOIN_LEFT:
        return left->has_row;
    case JOIN_RIGHT:
        return right->has_row;
    case JOIN_FULL:
        break;
    }
    return left->has_row || right->has_row;
}

/* Whether the other side of a join, which is this source, has a row for every row of `own`. */
static bool is_sure(analysis *a, const scope *joined, const source *from, const source *other,
                    const range *r, const join_side *own)
{
    return other && other->kind == SOURCE_TABLE &&
           null_always_matches(a, joined, know_inside(a, NULL, own), r, from->on);
}

static void find_sure_sides(analysis *a, const scope *joined, const source *from, join_sides sides)
{
    if (a->is_first_look || !joined->range_count)
        return;
    const range *first = &joined->ranges[0], *last = &joined->ranges[joined->range_count - 1];
    if ((from->join == JOIN_LEFT || from->join == JOIN_FULL) && sides.right)
        sides.right->is_sure = is_sure(a, joined, from, from->right, last, sides.left);
    if ((from->join == JOIN_RIGHT || from->join == JOIN_FULL) && sides.left)
        sides.left->is_sure = is_sure(a, joined, from, from->left, first, sides.right);
}

static scope *finish_join(analysis *a, scope *left, scope *right, const source *from,
                          join_sides sides, join_side *inside, condition **conditions)
{
    scope *joined = null_join_names(a, left, right);
    source merged = *from;
    if (!joined)
        return NULL;
    if (from->is_natural)
        merged.using = shared_names(a, left, right, &merged.using_count);
    condition on = {.value = from->on, .scope = joined};
    if (merged.using_count) {
        on = (condition){.value = equal_columns(a, &merged), .scope = name_sides(a, left, right)};
        merge_columns(a, joined, left, right, &merged, inside);
    } else {
        null_look(a, joined, from->on);
    }
    joined->has_row = join_has_row(left, right, from);
    if (on.scope)
        put_condition(a, from, sides, conditions, on);
    find_sure_sides(a, joined, from, sides);
    return rename_join(a, joined, from);
}

static scope *open_join(analysis *a, const scope *base, const scope *siblings, const source *from,
                        join_side *inside, condition **conditions, const fact *known)
{
    join_sides sides = open_sides(a, from, inside);
    if (a->arena->failed)
        return NULL;
    condition **of_left = sides.left == inside ? conditions : &sides.left->conditions;
    condition **of_right = sides.right == inside ? conditions : &sides.right->conditions;
    scope *left = null_open_source(a, base, siblings, from->left, sides.left, of_left, known);
    const scope *seen = left ? null_join_names(a, siblings, left) : NULL;
    scope *right =
        seen ? null_open_source(a, base, seen, from->right, sides.right, of_right, known) : NULL;
    return right ? finish_join(a, left, right, from, sides, inside, conditions) : NULL;
}

scope *null_open_source(analysis *a, const scope *base, const scope *siblings, const source *from,
                        join_side *inside, condition **conditions, const fact *known)
{
    if (!from)
        return new_empty_scope(a, base);
    switch (from->kind) {
    case SOURCE_TABLE:
        return open_named(a, base, from, inside, conditions);
    case SOURCE_QUERY:
        return open_query(a, base, siblings, from, inside, known);
    case SOURCE_FUNCTION:
        return open_function(a, base, siblings, from, inside, known);
    case SOURCE_JOIN:
        return open_join(a, base, siblings, from, inside, conditions, known);
    case SOURCE_UNKNOWN:
        break;
    }
    return open_unknown(a, base, from, inside);
}
