/* What an expression can give, facts known: NULL, true, false. Of what is no truth value, true and
 * false together stand for any value. An expression that can give nothing at all stands in a row
 * that does not exist. */
#include "nullability/analysis.h"

static const verdict value = {.can = CAN_BE_VALUE};

static verdict give(unsigned can, const char *because)
{
    return (verdict){.can = can, .because = can & CAN_BE_NULL ? because : NULL};
}

static verdict unknown(const char *because)
{
    return give(CAN_BE_NULL | CAN_BE_VALUE, because);
}

static verdict either(verdict x, verdict y)
{
    return give(x.can | y.can, x.because ? x.because : y.because);
}

/* Of arguments that make the whole NULL. */
verdict null_judge_any(analysis *a, const scope *s, const fact *known, expr *const *list,
                       size_t count)
{
    verdict all = value;
    for (size_t i = 0; i < count; i++) {
        verdict one = null_evaluate(a, s, known, list[i]);
        if (!one.can)
            return one;
        if (one.can == CAN_BE_NULL)
            return one;
        if (one.can & CAN_BE_NULL)
            all = either(all, one);
    }
    return all;
}

/* ---- truth ---- */

static unsigned swap_truth(unsigned can)
{
    return (can & CAN_BE_NULL) | (can & CAN_BE_TRUE ? CAN_BE_FALSE : 0u) |
           (can & CAN_BE_FALSE ? CAN_BE_TRUE : 0u);
}

/* AND of two; OR is the same with true and false swapped. */
static verdict join_two(verdict x, verdict y)
{
    unsigned can = (x.can | y.can) & CAN_BE_FALSE;
    can |= x.can & y.can & CAN_BE_TRUE;
    if ((x.can & CAN_BE_NULL && y.can & (CAN_BE_NULL | CAN_BE_TRUE)) ||
        (x.can & CAN_BE_TRUE && y.can & CAN_BE_NULL))
        can |= CAN_BE_NULL;
    return give(can, x.because ? x.because : y.because);
}

static verdict judge_junction(analysis *a, const scope *s, const fact *known, const expr *e)
{
    bool is_and = e->kind == EXPR_AND;
    verdict all = give(CAN_BE_TRUE, NULL);
    for (size_t i = 0; i < e->count; i++) {
        verdict one = null_evaluate(a, s, known, e->args[i]);
        if (!is_and)
            one.can = swap_truth(one.can);
        all = join_two(all, one);
        known = null_assume(a, s, known, e->args[i], is_and ? IS_NOT_FALSE : IS_NOT_TRUE);
        if (null_is_impossible(known))
            break;
    }
    if (!is_and)
        all.can = swap_truth(all.can);
    return all;
}

/* Whether a value that is not NULL may yet be a row of NULLs, of which IS NULL is true. */
bool null_may_be_composite(analysis *a, const scope *s, const expr *e)
{
    if (a->is_sqlite || !e)
        return !a->is_sqlite;
    switch (e->kind) {
    case EXPR_COLUMN: {
        const slot *column = null_resolve(a, s, e);
        return !column || column->is_composite;
    }
    case EXPR_CALL:
        return !e->traits;
    case EXPR_UNKNOWN:
    case EXPR_FIELD:
    case EXPR_SUBQUERY:
    case EXPR_ROW:
    case EXPR_CAST:
        return !null_type_of(a, s, e);
    case EXPR_COALESCE:
    case EXPR_CASE:
    case EXPR_NULLIF:
    case EXPR_GREATEST:
        for (size_t i = 0; i < e->count; i++)
            if (null_may_be_composite(a, s, e->args[i]))
                return true;
        return false;
    default:
        return false;
    }
}

static verdict judge_is_null(analysis *a, const scope *s, const fact *known, const expr *e)
{
    verdict of = null_evaluate(a, s, known, e->args[0]);
    unsigned can = (of.can & CAN_BE_NULL) ? CAN_BE_TRUE : 0u;
    if (of.can & CAN_BE_VALUE)
        can |= null_may_be_composite(a, s, e->args[0]) ? CAN_BE_VALUE : CAN_BE_FALSE;
    return give(can, NULL);
}

static verdict judge_truth_test(analysis *a, const scope *s, const fact *known, const expr *e)
{
    unsigned asked = e->kind == EXPR_IS_TRUE ? CAN_BE_TRUE : CAN_BE_FALSE;
    unsigned of = null_evaluate(a, s, known, e->args[0]).can;
    return give(((of & asked) ? CAN_BE_TRUE : 0u) | ((of & ~asked) ? CAN_BE_FALSE : 0u), NULL);
}

/* ---- paths ---- */

static verdict judge_coalesce(analysis *a, const scope *s, const fact *known, const expr *e)
{
    unsigned values = 0;
    verdict last = {0};
    for (size_t i = 0; i < e->count; i++) {
        last = null_evaluate(a, s, known, e->args[i]);
        values |= last.can & CAN_BE_VALUE;
        if (!(last.can & CAN_BE_NULL))
            break;
        known = null_assume(a, s, known, e->args[i], IS_NULL);
    }
    return give(values | (last.can & CAN_BE_NULL), last.because);
}

static verdict judge_case(analysis *a, const scope *s, const fact *known, const expr *e)
{
    verdict all = {0};
    for (size_t i = 0; i + 1 < e->count; i += 2) {
        unsigned can = null_evaluate(a, s, known, e->args[i]).can;
        if (can & CAN_BE_TRUE) {
            const fact *then = null_assume(a, s, known, e->args[i], IS_TRUE);
            all = either(all, null_evaluate(a, s, then, e->args[i + 1]));
        }
        if (!(can & ~(unsigned)CAN_BE_TRUE))
            return all;
        known = null_assume(a, s, known, e->args[i], IS_NOT_TRUE);
    }
    const expr *last = e->args[e->count - 1];
    verdict other = null_evaluate(a, s, known, last);
    if (last && last->kind == EXPR_NULL && other.can)
        other.because = "CASE without ELSE, or with ELSE NULL";
    return either(all, other);
}

static verdict judge_greatest(analysis *a, const scope *s, const fact *known, const expr *e)
{
    verdict all = unknown("all arguments may be NULL");
    for (size_t i = 0; i < e->count; i++) {
        verdict one = null_evaluate(a, s, known, e->args[i]);
        if (!(one.can & CAN_BE_NULL))
            return one;
        all.because = one.because;
        known = null_assume(a, s, known, e->args[i], IS_NULL);
    }
    return all;
}

/* -1: not known; else whether two constants are equal. */
static int compare_constants(const expr *x, const expr *y)
{
    if (!x || !y || x->kind != EXPR_CONSTANT || y->kind != EXPR_CONSTANT || !x->text || !y->text ||
        !x->type || !y->type || strcmp(x->type, y->type) != 0 || !strcmp(x->type, "numeric"))
        return -1;
    return !strcmp(x->text, y->text);
}

static verdict judge_nullif(analysis *a, const scope *s, const fact *known, const expr *e)
{
    verdict first = null_evaluate(a, s, known, e->args[0]);
    unsigned other = null_evaluate(a, s, known, e->args[1]).can;
    bool is_never =
        !(first.can & other & CAN_BE_VALUE) || compare_constants(e->args[0], e->args[1]) == 0;
    return is_never ? first : give(first.can | CAN_BE_NULL, "NULLIF may find its values equal");
}

/* ---- rows, lists and queries ---- */

/* A comparison of rows compares their fields. */
static verdict judge_operand(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (!e || e->kind != EXPR_ROW)
        return null_evaluate(a, s, known, e);
    verdict fields = null_judge_any(a, s, known, e->args, e->count);
    return fields.can & CAN_BE_NULL ? unknown(fields.because) : fields;
}

/* count (…) of no rows is 0. */
static unsigned compare_count(const expr *e)
{
    const expr *count = e->args[0], *number = e->args[1];
    if (!count || !number || count->kind != EXPR_CALL || !count->text || number->type == NULL ||
        strcmp(count->text, "count") != 0 || number->kind != EXPR_CONSTANT || !number->text)
        return CAN_BE_VALUE;
    bool is_zero = !strcmp(number->text, "0");
    bool is_greater = e->text[0] == '>' && (!e->text[1] || !is_zero);
    return is_greater && number->text[0] != '-' ? CAN_BE_FALSE : CAN_BE_VALUE;
}

static verdict judge_comparison(const scope *s, const expr *e, verdict operands)
{
    int equal = compare_constants(e->args[0], e->args[1]);
    bool is_equality = !strcmp(e->text, "=");
    if (equal >= 0 && (is_equality || !strcmp(e->text, "<>")))
        return give(equal == is_equality ? CAN_BE_TRUE : CAN_BE_FALSE, NULL);
    return s->is_empty ? give(operands.can & compare_count(e), NULL) : operands;
}

static verdict judge_operands(analysis *a, const scope *s, const fact *known, const expr *e)
{
    verdict all = value;
    for (size_t i = 0; i < e->count; i++) {
        verdict one = judge_operand(a, s, known, e->args[i]);
        if (!one.can || (e->kind == EXPR_COMPARE && one.can == CAN_BE_NULL))
            return one;
        all = either(all, give(one.can & CAN_BE_NULL, one.because));
    }
    return all;
}

/* Of an array: that an element is NULL. */
static verdict judge_elements(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (e && e->kind == EXPR_CAST)
        return judge_elements(a, s, known, e->args[0]);
    if (e && e->kind == EXPR_ARRAY)
        return null_judge_any(a, s, known, e->args, e->count);
    if (e && (e->kind == EXPR_PARAMETER || e->kind == EXPR_CONSTANT))
        return e->kind == EXPR_PARAMETER ? value : unknown("an element of the array may be NULL");
    if (e && e->kind == EXPR_ARRAY_QUERY) {
        shape found = null_shape(a, s, known, e->query);
        if (found.count == 1 && !found.columns[0].is_nullable)
            return value;
    }
    return unknown("an element of the array may be NULL");
}

static verdict judge_any_all(analysis *a, const scope *s, const fact *known, const expr *e)
{
    verdict all = judge_operands(a, s, known, e);
    return either(all, judge_elements(a, s, known, e->args[1]));
}

static verdict judge_in_query(analysis *a, const scope *s, const fact *known, const expr *e)
{
    verdict left = judge_operand(a, s, known, e->args[0]);
    shape found = null_shape(a, s, known, e->query);
    if (found.is_open)
        return unknown("what the subquery returns is not understood");
    for (size_t i = 0; i < found.count; i++)
        if (found.columns[i].is_nullable)
            return unknown(found.columns[i].because);
    return either(value, left);
}

static verdict judge_subquery(analysis *a, const scope *s, const fact *known, const expr *e)
{
    shape found = null_shape(a, s, known, e->query);
    if (found.is_open || !found.count)
        return unknown("what the subquery returns is not understood");
    if (!found.has_row)
        return unknown("the subquery may find no row");
    return found.columns[0].is_nullable ? unknown(found.columns[0].because) : value;
}

/* ---- the kinds ---- */

static verdict judge_column(analysis *a, const scope *s, const fact *known, const expr *e)
{
    const slot *column = null_resolve(a, s, e);
    if (column)
        return null_judge_slot(a, known, column);
    const scope *in = s;
    const expr *alias = null_find_alias(a, s, e, &in);
    return alias ? null_evaluate(a, in, known, alias)
                 : unknown("what the column is, or its group, may have no value");
}

static verdict judge_parameter(const analysis *a, const expr *e)
{
    return null_parameter_is_nullable(a, e->number) ? unknown("the parameter may be NULL") : value;
}

/* To a type whose conversion from JSON may give NULL. */
static verdict judge_cast(analysis *a, const scope *s, const fact *known, const expr *e)
{
    verdict of = null_evaluate(a, s, known, e->args[0]);
    const char *from = a->is_sqlite ? NULL : null_type_of(a, s, e->args[0]);
    if (of.can && from && !strcmp(from, "jsonb"))
        if (!e->type || (strcmp(e->type, "text") != 0 && strncmp(e->type, "json", 4) != 0))
            return unknown("null of JSON may become NULL");
    return e->type && !strncmp(e->type, "bool", 4)
               ? of
               : give(of.can & CAN_BE_VALUE ? of.can | CAN_BE_VALUE : of.can, of.because);
}

static verdict judge_kind(analysis *a, const scope *s, const fact *known, const expr *e)
{
    switch (e->kind) {
    case EXPR_UNKNOWN:
    case EXPR_STAR:
    case EXPR_DEFAULT:
        return unknown("the expression is not understood");
    case EXPR_FIELD: {
        const slot *column = null_resolve_field(a, s, e);
        return column ? null_judge_slot(a, known, column)
                      : unknown("a field of a composite may be NULL");
    }
    case EXPR_NULL:
        return give(CAN_BE_NULL, "it is NULL");
    case EXPR_TRUE:
        return give(CAN_BE_TRUE, NULL);
    case EXPR_FALSE:
        return give(CAN_BE_FALSE, NULL);
    case EXPR_CONSTANT:
    case EXPR_ROW:
    case EXPR_ARRAY:
    case EXPR_EXISTS:
    case EXPR_ARRAY_QUERY:
    case EXPR_IS_DISTINCT:
        return value;
    case EXPR_COLUMN:
        return judge_column(a, s, known, e);
    case EXPR_PARAMETER:
        return judge_parameter(a, e);
    case EXPR_CALL:
        return null_judge_call(a, s, known, e);
    case EXPR_COMPARE:
        return judge_comparison(s, e, judge_operands(a, s, known, e));
    case EXPR_IN_LIST:
        return judge_operands(a, s, known, e);
    case EXPR_AND:
    case EXPR_OR:
        return judge_junction(a, s, known, e);
    case EXPR_NOT: {
        verdict of = null_evaluate(a, s, known, e->args[0]);
        return give(swap_truth(of.can), of.because);
    }
    case EXPR_IS_NULL:
        return judge_is_null(a, s, known, e);
    case EXPR_IS_TRUE:
    case EXPR_IS_FALSE:
        return judge_truth_test(a, s, known, e);
    case EXPR_ANY:
    case EXPR_ALL:
        return judge_any_all(a, s, known, e);
    case EXPR_COALESCE:
        return judge_coalesce(a, s, known, e);
    case EXPR_CASE:
        return judge_case(a, s, known, e);
    case EXPR_NULLIF:
        return judge_nullif(a, s, known, e);
    case EXPR_GREATEST:
        return judge_greatest(a, s, known, e);
    case EXPR_CAST:
        return judge_cast(a, s, known, e);
    case EXPR_SUBQUERY:
        return judge_subquery(a, s, known, e);
    case EXPR_IN_QUERY:
    case EXPR_ALL_QUERY:
        return judge_in_query(a, s, known, e);
    }
    return unknown("the expression is not understood");
}

/* A key that some grouping sets leave out; columns among them are not resolved at all. */
static bool is_sometimes_key(analysis *a, const scope *s, const expr *e)
{
    if (!s->rows || !s->query || e->kind == EXPR_COLUMN)
        return false;
    for (size_t i = 0; i < s->query->key_count; i++)
        if (s->query->keys[i].is_sometimes &&
            null_is_same(a, s->rows, s->query->keys[i].value, s->rows, e))
            return true;
    return false;
}

/* What has been told of the same expression before. */
static verdict refine(analysis *a, const scope *s, const fact *known, const expr *e, verdict found)
{
    bool is_value = e->kind == EXPR_CALL || e->kind == EXPR_PARAMETER || e->kind == EXPR_FIELD;
    bool is_truth = e->kind == EXPR_CALL || e->kind == EXPR_COLUMN || e->kind == EXPR_COMPARE ||
                    e->kind == EXPR_IN_LIST;
    if (is_value && (found.can & CAN_BE_NULL) && null_is_told(a, s, known, FACT_HAS_VALUE, e))
        found = give(found.can & CAN_BE_VALUE, NULL);
    if (is_truth && null_is_told(a, s, known, FACT_TRUE, e))
        return give(found.can & CAN_BE_TRUE, NULL);
    if (is_truth && null_is_told(a, s, known, FACT_FALSE, e))
        return give(found.can & CAN_BE_FALSE, NULL);
    return found;
}

verdict null_evaluate(analysis *a, const scope *s, const fact *known, const expr *e)
{
    if (!e || a->is_first_look || a->arena->failed)
        return unknown("the expression is not understood");
    if (++a->steps > NULL_LIMIT_STEPS)
        return unknown("the statement is too large to be understood");
    if (null_is_impossible(known))
        return (verdict){0};
    if (is_sometimes_key(a, s, e))
        return unknown("some grouping sets leave the key out");
    return refine(a, s, known, e, judge_kind(a, s, known, e));
}
