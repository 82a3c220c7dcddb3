/* What is known when a condition is true, false or not NULL.
 *
 * Conditions are looked at once and from outside: `a = b` leaves no NULL in a and b, AND adds, OR
 * keeps what both of its sides say, CASE and COALESCE are paths of which one was taken. A path that
 * contradicts what is known was not taken. */
#include "nullability/analysis.h"

static truth negate(truth t)
{
    switch (t) {
    case IS_TRUE:
        return IS_FALSE;
    case IS_FALSE:
        return IS_TRUE;
    case IS_NOT_TRUE:
        return IS_NOT_FALSE;
    case IS_NOT_FALSE:
        return IS_NOT_TRUE;
    case IS_NOT_NULL:
    case IS_NULL:
        break;
    }
    return t;
}

static const fact *assume_all(analysis *a, const scope *s, const fact *known, const expr *e,
                              truth t)
{
    for (size_t i = 0; i < e->count; i++)
        known = null_assume(a, s, known, e->args[i], t);
    return known;
}

/* One of the arguments, at least, is so. */
static const fact *assume_some(analysis *a, const scope *s, const fact *known, const expr *e,
                               truth t)
{
    const fact *either = null_know_impossible(a, known);
    for (size_t i = 0; i < e->count; i++)
        either = null_know_either(a, known, either, null_assume(a, s, known, e->args[i], t));
    return either;
}

/* Of AND the deciding truth is FALSE, of OR it is TRUE. */
static const fact *assume_junction(analysis *a, const scope *s, const fact *known, const expr *e,
                                   truth t)
{
    bool is_and = e->kind == EXPR_AND;
    truth deciding = is_and ? IS_FALSE : IS_TRUE;
    switch (t) {
    case IS_TRUE:
    case IS_NOT_FALSE:
        return is_and ? assume_all(a, s, known, e, t) : assume_some(a, s, known, e, t);
    case IS_FALSE:
    case IS_NOT_TRUE:
        return is_and ? assume_some(a, s, known, e, t) : assume_all(a, s, known, e, t);
    case IS_NOT_NULL:
        return null_know_either(a, known, assume_some(a, s, known, e, deciding),
                                assume_all(a, s, known, e, IS_NOT_NULL));
    case IS_NULL:
        break;
    }
    return known;
}

/* ---- tests, which are never NULL ---- */

static const fact *assume_is_distinct(analysis *a, const scope *s, const fact *known, const expr *e,
                                      bool is_true)
{
    for (size_t i = 0; i < 2; i++) {
        const expr *other = e->args[1 - i];
        unsigned can = null_evaluate(a, s, known, e->args[i]).can;
        if (can == CAN_BE_NULL)
            known = null_assume(a, s, known, other, is_true ? IS_NOT_NULL : IS_NULL);
        else if (!is_true && !(can & CAN_BE_NULL))
            known = null_assume(a, s, known, other, IS_NOT_NULL);
    }
    return known;
}

/* What the query's own condition says about the row outside of it. */
static const fact *assume_exists(analysis *a, const scope *s, const fact *known, const expr *e)
{
    return null_shape(a, s, known, e->query).known;
}

static const fact *assume_test(analysis *a, const scope *s, const fact *known, const expr *e,
                               bool is_true)
{
    switch (e->kind) {
    case EXPR_IS_NULL:
        if (is_true && null_may_be_composite(a, s, e->args[0]))
            return known; /* a row of NULLs, which is not NULL */
        return null_assume(a, s, known, e->args[0], is_true ? IS_NULL : IS_NOT_NULL);
    case EXPR_IS_TRUE:
        return null_assume(a, s, known, e->args[0], is_true ? IS_TRUE : IS_NOT_TRUE);
    case EXPR_IS_FALSE:
        return null_assume(a, s, known, e->args[0], is_true ? IS_FALSE : IS_NOT_FALSE);
    case EXPR_IS_DISTINCT:
        return assume_is_distinct(a, s, known, e, is_true);
    case EXPR_EXISTS:
        return is_true ? assume_exists(a, s, known, e) : known;
    default:
        return known;
    }
}

static bool is_test(const expr *e)
{
    return e->kind == EXPR_IS_NULL || e->kind == EXPR_IS_TRUE || e->kind == EXPR_IS_FALSE ||
           e->kind == EXPR_IS_DISTINCT || e->kind == EXPR_EXISTS;
}

/* ---- paths ---- */

static const fact *assume_coalesce(analysis *a, const scope *s, const fact *known, const expr *e,
                                   truth t)
{
    const fact *either = null_know_impossible(a, known), *path = known;
    for (size_t i = 0; i < e->count; i++) {
        either = null_know_either(a, known, either, null_assume(a, s, path, e->args[i], t));
        path = null_assume(a, s, path, e->args[i], IS_NULL);
    }
    return either;
}

static const fact *assume_case(analysis *a, const scope *s, const fact *known, const expr *e,
                               truth t)
{
    const fact *either = null_know_impossible(a, known), *path = known;
    for (size_t i = 0; i + 1 < e->count; i += 2) {
        const fact *then = null_assume(a, s, path, e->args[i], IS_TRUE);
        then = null_assume(a, s, then, e->args[i + 1], t);
        either = null_know_either(a, known, either, then);
        path = null_assume(a, s, path, e->args[i], IS_NOT_TRUE);
    }
    path = null_assume(a, s, path, e->args[e->count - 1], t);
    return null_know_either(a, known, either, path);
}

/* ---- values ---- */

static bool is_row(const expr *e)
{
    return e && e->kind == EXPR_ROW;
}

static bool is_order(const char *name)
{
    return name[0] == '>' || !strcmp(name, "<") || !strcmp(name, "<=");
}

/* Of rows, = asks all fields, and an order is told by the first ones alone in the end. */
static const fact *assume_comparison(analysis *a, const scope *s, const fact *known, const expr *e,
                                     truth t)
{
    if (!is_row(e->args[0]) && !is_row(e->args[1]))
        return assume_all(a, s, known, e, IS_NOT_NULL);
    bool is_equal = !strcmp(e->text, "=") && t == IS_TRUE;
    for (size_t i = 0; i < 2; i++)
        if (!is_row(e->args[i]))
            known = null_assume(a, s, known, e->args[i], IS_NOT_NULL);
        else if (is_equal)
            known = assume_all(a, s, known, e->args[i], IS_NOT_NULL);
        else if (t == IS_TRUE && is_order(e->text) && e->args[i]->count)
            known = null_assume(a, s, known, e->args[i]->args[0], IS_NOT_NULL);
    return known;
}

static const fact *assume_member(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (is_row(e->args[0]))
        return assume_all(a, s, known, e->args[0], IS_NOT_NULL);
    return null_assume(a, s, known, e->args[0], IS_NOT_NULL);
}

static const fact *assume_among(analysis *a, const scope *s, const fact *known, const expr *e,
                                truth t)
{
    switch (e->kind) {
    case EXPR_IN_LIST:
        if (t == IS_TRUE)
            return assume_member(a, s, known, e);
        if (is_row(e->args[0]))
            return known;
        return t == IS_FALSE ? assume_all(a, s, known, e, IS_NOT_NULL)
                             : assume_member(a, s, known, e);
    case EXPR_ANY:
    case EXPR_ALL:
        known = null_assume(a, s, known, e->args[1], IS_NOT_NULL);
        return t == (e->kind == EXPR_ANY ? IS_TRUE : IS_FALSE) ? assume_member(a, s, known, e)
                                                               : known;
    case EXPR_IN_QUERY:
        return t == IS_TRUE ? assume_member(a, s, assume_exists(a, s, known, e), e) : known;
    default: /* EXPR_ALL_QUERY: false only when a row says so */
        return t == IS_FALSE && !is_row(e->args[0]) ? assume_member(a, s, known, e) : known;
    }
}

static bool is_repeatable(const expr *e)
{
    if (!e || e->kind == EXPR_UNKNOWN || e->query || e->is_window)
        return false;
    if (e->kind == EXPR_CALL && (!e->traits || (e->traits & (CALL_FRESH | CALL_SET))))
        return false;
    for (size_t i = 0; i < e->count; i++)
        if (!is_repeatable(e->args[i]))
            return false;
    return true;
}

/* The largest of a key is the key: not NULL when its aggregate is not. */
static const fact *assume_aggregate(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (!(e->traits & CALL_VALUES) || !s->rows || !s->query || e->count != 1)
        return known;
    for (size_t i = 0; i < s->query->key_count; i++) {
        const group_key *k = &s->query->keys[i];
        if (!k->is_sometimes && null_is_same(a, s->rows, k->value, s->rows, e->args[0]))
            return null_assume(a, s->rows, known, e->args[0], IS_NOT_NULL);
    }
    return known;
}

/* A match is none of NULL; that there is no match says so only where no blob is asked for. */
static const fact *assume_pattern(analysis *a, const scope *s, const fact *known, const expr *e,
                                  truth t)
{
    for (size_t i = 0; i < 2 && e->count == 2; i++) {
        const expr *other = e->args[1 - i];
        bool is_text = other && other->kind == EXPR_CONSTANT && other->type;
        if (t == IS_TRUE || is_text)
            known = null_assume(a, s, known, e->args[i], IS_NOT_NULL);
    }
    return known;
}

static const fact *assume_call(analysis *a, const scope *s, const fact *known, const expr *e,
                               truth t)
{
    if (is_repeatable(e) && !null_is_told(a, s, known, FACT_HAS_VALUE, e))
        known = null_know(a, known, FACT_HAS_VALUE, e, s);
    if (e->traits & CALL_PATTERN)
        return assume_pattern(a, s, known, e, t);
    if (null_is_aggregate(e))
        return assume_aggregate(a, s, known, e);
    if (e->traits & CALL_STRICT)
        known = assume_all(a, s, known, e, IS_NOT_NULL);
    return known;
}

static const fact *assume_column(analysis *a, const scope *s, const fact *known, const expr *e,
                                 truth t)
{
    const slot *column = null_resolve(a, s, e);
    const scope *in = s;
    const expr *alias = column ? NULL : null_find_alias(a, s, e, &in);
    if (alias)
        return null_assume(a, in, known, alias, t);
    return column ? null_know_slot(a, known, column) : known;
}

/* That an expression is true, false or not NULL, which leaves it not NULL at least. */
static const fact *assume_value(analysis *a, const scope *s, const fact *known, const expr *e,
                                truth t)
{
    switch (e->kind) {
    case EXPR_NULL:
        return null_know_impossible(a, known);
    case EXPR_TRUE:
        return t == IS_FALSE ? null_know_impossible(a, known) : known;
    case EXPR_FALSE:
        return t == IS_TRUE ? null_know_impossible(a, known) : known;
    case EXPR_COLUMN:
        return assume_column(a, s, known, e, t);
    case EXPR_PARAMETER:
    case EXPR_CALL:
    case EXPR_FIELD:
        return assume_call(a, s, known, e, t);
    case EXPR_COMPARE:
        return assume_comparison(a, s, known, e, t);
    case EXPR_IN_LIST:
    case EXPR_ANY:
    case EXPR_ALL:
    case EXPR_IN_QUERY:
    case EXPR_ALL_QUERY:
        return assume_among(a, s, known, e, t);
    case EXPR_COALESCE:
        return assume_coalesce(a, s, known, e, t);
    case EXPR_CASE:
        return assume_case(a, s, known, e, t);
    case EXPR_GREATEST:
        return assume_some(a, s, known, e, IS_NOT_NULL);
    case EXPR_NULLIF:
    case EXPR_CAST:
        return null_assume(a, s, known, e->args[0], IS_NOT_NULL);
    default:
        return known;
    }
}

/* The argument that must be NULL, because no other one can be. */
static const expr *find_culprit(analysis *a, const scope *s, const fact *known, const expr *e)
{
    const expr *culprit = NULL;
    for (size_t i = 0; i < e->count; i++) {
        if (!(null_evaluate(a, s, known, e->args[i]).can & CAN_BE_NULL))
            continue;
        if (culprit || is_row(e->args[i]))
            return NULL;
        culprit = e->args[i];
    }
    return culprit;
}

static const fact *assume_null(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (!(null_evaluate(a, s, known, e).can & CAN_BE_NULL))
        return null_know_impossible(a, known);
    if (e->kind == EXPR_COLUMN) {
        const slot *column = null_resolve(a, s, e);
        return column && !column->is_composite ? null_know_slot_is_null(a, known, column) : known;
    }
    if (e->kind == EXPR_COALESCE || e->kind == EXPR_GREATEST)
        return assume_all(a, s, known, e, IS_NULL);
    bool is_exact = e->kind == EXPR_CAST || e->kind == EXPR_COMPARE ||
                    (e->kind == EXPR_CALL && (e->traits & CALL_TOTAL));
    const expr *culprit = is_exact ? find_culprit(a, s, known, e) : NULL;
    return culprit ? null_assume(a, s, known, culprit, IS_NULL) : known;
}

static const fact *assume_truth(analysis *a, const scope *s, const fact *known, const expr *e,
                                truth t)
{
    fact_kind kind = t == IS_TRUE ? FACT_TRUE : FACT_FALSE;
    fact_kind opposite = t == IS_TRUE ? FACT_FALSE : FACT_TRUE;
    bool is_atom = e->kind == EXPR_COLUMN || e->kind == EXPR_COMPARE || e->kind == EXPR_CALL ||
                   e->kind == EXPR_IN_LIST;
    if (!is_atom || !is_repeatable(e))
        return known;
    if (null_is_told(a, s, known, opposite, e))
        return null_know_impossible(a, known);
    return null_is_told(a, s, known, kind, e) ? known : null_know(a, known, kind, e, s);
}

const fact *null_assume(analysis *a, const scope *s, const fact *known, const expr *e, truth t)
{
    if (!e || a->is_first_look || a->arena->failed || null_is_impossible(known) ||
        ++a->steps > NULL_LIMIT_STEPS)
        return known;
    if (e->kind == EXPR_NOT)
        return null_assume(a, s, known, e->args[0], negate(t));
    if (e->kind == EXPR_AND || e->kind == EXPR_OR)
        return assume_junction(a, s, known, e, t);
    if (is_test(e)) {
        if (t == IS_NOT_NULL)
            return known;
        if (t == IS_NULL)
            return null_know_impossible(a, known);
        return assume_test(a, s, known, e, t == IS_TRUE || t == IS_NOT_FALSE);
    }
    if (t == IS_NULL)
        return assume_null(a, s, known, e);
    if (t == IS_NOT_TRUE || t == IS_NOT_FALSE) {
        if (null_evaluate(a, s, known, e).can & CAN_BE_NULL)
            return known;
        t = t == IS_NOT_TRUE ? IS_FALSE : IS_TRUE;
    }
    known = assume_value(a, s, known, e, t);
    return t == IS_NOT_NULL ? known : assume_truth(a, s, known, e, t);
}
