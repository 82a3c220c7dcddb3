/* Facts about the row at hand, as a list that only grows at its head.
 *
 * Knowing begets knowing: a slot that is not NULL is in a row that is there, so every side it lies
 * on matches, so the conditions of the joins within that side hold, which says more about other
 * slots. That is how `LEFT JOIN … WHERE right.id = 1` becomes an inner join here. Two facts that
 * exclude each other make a list impossible: no such row exists, and everything is true of it. */
#include "nullability/analysis.h"

const fact *null_know(analysis *a, const fact *known, fact_kind kind, const void *about,
                      const scope *s)
{
    if (null_is_impossible(known))
        return known;
    fact *more = tenon__arena_alloc(a->arena, sizeof *more);
    if (!more)
        return known;
    *more = (fact){.kind = kind, .about = about, .scope = s, .older = known};
    return more;
}

bool null_is_impossible(const fact *known)
{
    return known && known->kind == FACT_IMPOSSIBLE;
}

const fact *null_know_impossible(analysis *a, const fact *known)
{
    return null_know(a, known, FACT_IMPOSSIBLE, NULL, NULL);
}

bool null_is_known(const fact *known, fact_kind kind, const void *about)
{
    for (; known; known = known->older)
        if (known->kind == FACT_IMPOSSIBLE || (known->kind == kind && known->about == about))
            return true;
    return false;
}

bool null_is_told(analysis *a, const scope *s, const fact *known, fact_kind kind, const expr *e)
{
    for (; known; known = known->older)
        if (known->kind == kind && null_is_same(a, known->scope, (const expr *)known->about, s, e))
            return true;
    return false;
}

/* ---- sides ---- */

static const fact *assume_condition(analysis *a, const fact *known, const condition *c)
{
    return c->value ? null_assume(a, c->scope, known, c->value, c->truth) : known;
}

const fact *null_know_matched(analysis *a, const fact *known, const join_side *side)
{
    for (; side; side = side->outer) {
        if (null_is_known(known, FACT_MATCHED, side))
            continue;
        if (null_is_known(known, FACT_UNMATCHED, side))
            return null_know_impossible(a, known);
        known = null_know(a, known, FACT_MATCHED, side, NULL);
        for (const condition *c = side->conditions; c; c = c->next)
            known = assume_condition(a, known, c);
        if (!side->other || null_is_known(known, FACT_MATCHED, side->other))
            known = assume_condition(a, known, &side->on);
    }
    return known;
}

/* One row of a FULL JOIN comes from one side at least. */
static const fact *know_unmatched(analysis *a, const fact *known, const join_side *side)
{
    known = null_know(a, known, FACT_UNMATCHED, side, NULL);
    return side->other ? null_know_matched(a, known, side->other) : known;
}

/* ---- slots ---- */

const fact *null_know_slot(analysis *a, const fact *known, const slot *column)
{
    if (null_is_known(known, FACT_NOT_NULL, column))
        return known;
    if (null_is_known(known, FACT_IS_NULL, column))
        return null_know_impossible(a, known);
    known = null_know(a, known, FACT_NOT_NULL, column, NULL);
    return null_know_matched(a, known, column->side);
}

/* The only side that can have taken the slot away; NULL when there are several or none. */
static const join_side *find_taker(const fact *known, const slot *column, size_t *count)
{
    const join_side *taker = NULL;
    *count = 0;
    for (const join_side *side = column->side; side; side = side->outer)
        if (!side->is_sure && !null_is_known(known, FACT_MATCHED, side)) {
            taker = side;
            ++*count;
        }
    return *count == 1 ? taker : NULL;
}

const fact *null_know_slot_is_null(analysis *a, const fact *known, const slot *column)
{
    if (null_is_known(known, FACT_NOT_NULL, column))
        return null_know_impossible(a, known);
    if (null_is_known(known, FACT_IS_NULL, column))
        return known;
    known = null_know(a, known, FACT_IS_NULL, column, NULL);
    if (column->left) {
        known = null_know_slot_is_null(a, known, column->left);
        return null_know_slot_is_null(a, known, column->right);
    }
    size_t takers;
    const join_side *taker = find_taker(known, column, &takers);
    if (column->is_nullable)
        return known;
    if (!takers)
        return null_know_impossible(a, known);
    return taker ? know_unmatched(a, known, taker) : known;
}

/* COALESCE (left, right). */
static verdict judge_merged(analysis *a, const fact *known, const slot *column)
{
    verdict left = null_judge_slot(a, known, column->left);
    if (!(left.can & CAN_BE_NULL))
        return left;
    const fact *then = null_know_slot_is_null(a, known, column->left);
    verdict right = null_judge_slot(a, then, column->right);
    right.can |= left.can & CAN_BE_VALUE;
    return right;
}

verdict null_judge_slot(analysis *a, const fact *known, const slot *column)
{
    const verdict value = {.can = CAN_BE_VALUE};
    if (null_is_impossible(known))
        return (verdict){0};
    if (null_is_known(known, FACT_NOT_NULL, column))
        return value;
    if (null_is_known(known, FACT_IS_NULL, column))
        return (verdict){.can = CAN_BE_NULL, .because = "the condition leaves NULL only"};
    if (column->left)
        return judge_merged(a, known, column);
    if (column->is_nullable)
        return (verdict){.can = CAN_BE_NULL | CAN_BE_VALUE, .because = column->because};
    for (const join_side *side = column->side; side; side = side->outer)
        if (!side->is_sure && !null_is_known(known, FACT_MATCHED, side))
            return (verdict){.can = CAN_BE_NULL | CAN_BE_VALUE, .because = side->because};
    return value;
}

/* ---- either ---- */

static bool holds(analysis *a, const fact *known, const fact *claim)
{
    switch (claim->kind) {
    case FACT_NOT_NULL:
        return !(null_judge_slot(a, known, claim->about).can & CAN_BE_NULL);
    case FACT_HAS_VALUE:
        return null_is_told(a, claim->scope, known, claim->kind, claim->about) ||
               !(null_evaluate(a, claim->scope, known, claim->about).can & CAN_BE_NULL);
    case FACT_TRUE:
    case FACT_FALSE:
        return null_is_told(a, claim->scope, known, claim->kind, claim->about);
    case FACT_IMPOSSIBLE:
        return null_is_impossible(known);
    case FACT_IS_NULL:
    case FACT_MATCHED:
    case FACT_UNMATCHED:
        return null_is_known(known, claim->kind, claim->about);
    }
    return false;
}

const fact *null_know_either(analysis *a, const fact *base, const fact *left, const fact *right)
{
    if (null_is_impossible(left))
        return right;
    if (null_is_impossible(right))
        return left;
    const fact *both = base;
    for (const fact *claim = left; claim && claim != base; claim = claim->older)
        if (holds(a, right, claim))
            both = null_know(a, both, claim->kind, claim->about, claim->scope);
    for (const fact *claim = right; claim && claim != base; claim = claim->older)
        if (!null_is_known(both, claim->kind, claim->about) && holds(a, left, claim))
            both = null_know(a, both, claim->kind, claim->about, claim->scope);
    return both;
}
