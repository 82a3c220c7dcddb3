/* See naive.h. */
#include "naive.h"

#include <assert.h>
#include <string.h>
#include <strings.h>

#include "driver/driver.h"

typedef struct value {
    bool is_null;
    int64_t number;
    const char *text; /* NULL: it is a number */
} value;

/* ---- rows ------------------------------------------------------------------------------------ */

const naive_table *naive_table_of(const naive_data *data, const tenon_model *model)
{
    for (size_t i = 0; i < data->table_count; i++) {
        if (data->tables[i].model == model)
            return &data->tables[i];
    }
    return NULL;
}

const char *naive_row(const naive_table *table, size_t i)
{
    return table->rows + i * table->model->row_size;
}

static int64_t number_at(tenon_kind kind, const char *at)
{
    int32_t small;
    int64_t big;
    switch ((int)kind) {
    case TENON_KIND_BOOL:
        return *(const bool *)at;
    case TENON_KIND_INT64:
        memcpy(&big, at, sizeof big);
        return big;
    default: /* INT32 and enums */
        memcpy(&small, at, sizeof small);
        return small;
    }
}

static value value_of(const tenon_field *field, const char *row)
{
    const char *at = row + field->row_offset;
    value v = {0};
    if (field->kind == TENON_KIND_TEXT) {
        memcpy(&v.text, at, sizeof v.text);
        v.is_null = !v.text;
        return v;
    }
    if (field->flags & TENON_FIELD_NULLABLE) {
        v.is_null = !*(const bool *)at;
        at += tenon__optional_offset(field->kind);
    }
    v.number = number_at(field->kind, at);
    return v;
}

/* ---- relations ------------------------------------------------------------------------------- */

static bool is_equal(value a, value b)
{
    if (a.is_null || b.is_null)
        return false;
    return a.text ? strcmp(a.text, b.text) == 0 : a.number == b.number;
}

static bool is_linked(const naive_data *data, const tenon_link *link, int64_t own, int64_t other)
{
    bool is_turned = strcmp(link->column, link->target_column) > 0;
    for (size_t i = 0; i < data->link_count; i++) {
        const naive_link *pairs = &data->links[i];
        for (size_t k = 0; strcmp(pairs->table, link->table) == 0 && k < pairs->count; k++) {
            if (pairs->pairs[k][is_turned] == own && pairs->pairs[k][!is_turned] == other)
                return true;
        }
    }
    return false;
}

static bool belongs(const naive_data *data, const tenon_relation *relation,
                    const tenon_model *owner, const char *row, const char *other)
{
    for (uint16_t i = 0; i < relation->field_count; i++) {
        value a = value_of(&owner->fields[relation->fields[i]], row);
        value b = value_of(&relation->target->fields[relation->target_fields[i]], other);
        if (relation->link)
            return is_linked(data, relation->link, a.number, b.number);
        if (!is_equal(a, b))
            return false;
    }
    return true;
}

typedef struct tally {
    int64_t rows, held, failed;
} tally;

/* The rows at the other end: how many there are, and for how many the conditions hold or not. */
static tally count_related(const naive_data *data, const tenon_relation *relation,
                           const tenon_model *owner, const char *row, const void *where)
{
    const naive_table *table = naive_table_of(data, relation->target);
    tally t = {0};
    for (size_t i = 0; i < table->count; i++) {
        const char *other = naive_row(table, i);
        if (!belongs(data, relation, owner, row, other))
            continue;
        naive_truth truth = where ? naive_where(data, relation->target, other, where) : YES;
        t.rows++;
        t.held += truth == YES;
        t.failed += truth == NO;
    }
    return t;
}

/* ---- conditions on a value ------------------------------------------------------------------- */

static int compare(value a, value b)
{
    if (a.text)
        return strcmp(a.text, b.text);
    return (a.number > b.number) - (a.number < b.number);
}

static naive_truth truth_of(bool is_true)
{
    return is_true ? YES : NO;
}

static naive_truth compared(tenon_operator operation, value a, value b)
{
    if (a.is_null || b.is_null)
        return UNKNOWN;
    int order = compare(a, b);
    switch ((int)operation) {
    case TENON_EQ:
        return truth_of(order == 0);
    case TENON_NE:
        return truth_of(order != 0);
    case TENON_LT:
        return truth_of(order < 0);
    case TENON_LE:
        return truth_of(order <= 0);
    case TENON_GT:
        return truth_of(order > 0);
    default:
        return truth_of(order >= 0);
    }
}

/* The i-th wide value behind `.as`. */
static value operand(const tenon_field *field, const void *as, size_t i)
{
    value v = {0};
    if (field->kind == TENON_KIND_TEXT)
        v.text = ((const char *const *)as)[i];
    else if (field->kind == TENON_KIND_BOOL || field->kind == TENON_KIND_ENUM)
        v.number = ((const int *)as)[i];
    else
        v.number = ((const int64_t *)as)[i];
    return v;
}

static naive_truth is_in(const tenon_field *field, value v, const void *as)
{
    tenon__list list;
    memcpy(&list, as, sizeof list);
    if (v.is_null)
        return list.count ? UNKNOWN : NO;
    for (size_t i = 0; i < list.count; i++) {
        if (is_equal(v, operand(field, list.items, i)))
            return YES;
    }
    return NO;
}

static naive_truth not_of(naive_truth truth)
{
    return truth == UNKNOWN ? UNKNOWN : truth_of(truth == NO);
}

static naive_truth is_between(const tenon_field *field, value v, const void *as)
{
    if (v.is_null)
        return UNKNOWN;
    return truth_of(compare(v, operand(field, as, 0)) >= 0 &&
                    compare(v, operand(field, as, 1)) <= 0);
}

static naive_truth has_part(value v, const char *part, bool minds_case)
{
    if (v.is_null)
        return UNKNOWN;
    return truth_of((minds_case ? strstr(v.text, part) : strcasestr(v.text, part)) != NULL);
}

static naive_truth holds(const tenon_field *field, value v, tenon_operator operation,
                         const void *as)
{
    switch ((int)operation) {
    case TENON_IS_NULL:
        return truth_of(v.is_null);
    case TENON_NOT_NULL_:
        return truth_of(!v.is_null);
    case TENON_IN:
        return is_in(field, v, as);
    case TENON_NOT_IN:
        return not_of(is_in(field, v, as));
    case TENON_RANGE_GE_LE:
        return is_between(field, v, as);
    case TENON_NOT_BETWEEN:
        return not_of(is_between(field, v, as));
    case TENON_CONTAINS:
        return has_part(v, operand(field, as, 0).text, true);
    case TENON_ICONTAINS:
        return has_part(v, operand(field, as, 0).text, false);
    case TENON_IEQ:
        return v.is_null ? UNKNOWN : truth_of(strcasecmp(v.text, operand(field, as, 0).text) == 0);
    default:
        return compared(operation, v, operand(field, as, 0));
    }
}

static naive_truth field_holds(const tenon_model *model, const tenon_field *field, const char *row,
                               const char *filter)
{
    tenon_int_filter head;
    memcpy(&head, filter, sizeof head);
    const char *as = filter + offsetof(tenon_int_filter, as);
    value v = value_of(field, row);
    if (head.op < TENON_EQ_COLUMN)
        return holds(field, v, head.op, as);
    value other = value_of(&model->fields[head.as.column - 1], row);
    return compared((tenon_operator)(head.op - TENON_EQ_COLUMN + TENON_EQ), v, other);
}

/* ---- trees ----------------------------------------------------------------------------------- */

static naive_truth and_of(naive_truth a, naive_truth b)
{
    if (a == NO || b == NO)
        return NO;
    return a == YES ? b : a;
}

static naive_truth or_of(naive_truth a, naive_truth b)
{
    return not_of(and_of(not_of(a), not_of(b)));
}

static naive_truth list_holds(const naive_data *data, const tenon_model *model, const char *row,
                              tenon_where_list list, bool is_all)
{
    naive_truth truth = truth_of(is_all);
    for (size_t i = 0; i < list.count; i++) {
        const char *item = (const char *)list.items + i * model->where_size;
        naive_truth of_item = naive_where(data, model, row, item);
        truth = is_all ? and_of(truth, of_item) : or_of(truth, of_item);
    }
    return truth;
}

static naive_truth trees_hold(const naive_data *data, const tenon_model *model, const char *row,
                              const void *where)
{
    tenon_where_head head;
    memcpy(&head, where, sizeof head);
    naive_truth truth = list_holds(data, model, row, head.all, true);
    if (head.any.items)
        truth = and_of(truth, list_holds(data, model, row, head.any, false));
    if (head.none.items)
        truth = and_of(truth, not_of(list_holds(data, model, row, head.none, false)));
    if (head.except)
        truth = and_of(truth, not_of(naive_where(data, model, row, head.except)));
    return truth;
}

static naive_truth to_one_holds(const naive_data *data, const tenon_relation *relation,
                                const tenon_model *model, const char *row, const void *at)
{
    tenon_relation_filter f;
    memcpy(&f, at, sizeof f);
    naive_truth truth = YES;
    if (f.is)
        truth = truth_of(count_related(data, relation, model, row, f.is).held > 0);
    if (f.is_not && count_related(data, relation, model, row, f.is_not).held > 0)
        truth = NO;
    int64_t rows = count_related(data, relation, model, row, NULL).rows;
    if ((f.presence == TENON_PRESENT && !rows) || (f.presence == TENON_ABSENT && rows))
        truth = NO;
    return truth;
}

static naive_truth to_many_holds(const naive_data *data, const tenon_relation *relation,
                                 const tenon_model *model, const char *row, const void *at)
{
    static const tenon_field count = {.kind = TENON_KIND_INT64};
    tenon_list_relation_filter f;
    memcpy(&f, at, sizeof f);
    if (f.some && count_related(data, relation, model, row, f.some).held == 0)
        return NO;
    if (f.every && count_related(data, relation, model, row, f.every).failed > 0)
        return NO;
    if (f.none && count_related(data, relation, model, row, f.none).held > 0)
        return NO;
    if (!f.count.op)
        return YES;
    value rows = {.number = count_related(data, relation, model, row, NULL).rows};
    return holds(&count, rows, f.count.op, &f.count.as);
}

naive_truth naive_where(const naive_data *data, const tenon_model *model, const char *row,
                        const void *where)
{
    naive_truth truth = trees_hold(data, model, row, where);
    for (uint32_t i = 0; i < model->field_count; i++) {
        const char *filter = (const char *)where + model->fields[i].where_offset;
        if (*(const int *)(const void *)filter)
            truth = and_of(truth, field_holds(model, &model->fields[i], row, filter));
    }
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        const char *at = (const char *)where + relation->where_offset;
        truth = and_of(truth, (relation->is_list ? to_many_holds : to_one_holds)(data, relation,
                                                                                 model, row, at));
    }
    return truth;
}

/* ---- order ----------------------------------------------------------------------------------- */

/* What a row is ordered by; *direction from the term at the end. */
static value key_of(const naive_data *data, const tenon_model *model, const char *row,
                    const char *order, int *direction)
{
    tenon_order own;
    memcpy(&own, order, sizeof own);
    *direction = own.direction;
    if (own.column)
        return row ? value_of(&model->fields[own.column - 1], row) : (value){.is_null = true};
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        const char *next = NULL, *other = NULL;
        if (!relation->is_list)
            memcpy(&next, order + relation->order_offset, sizeof next);
        if (!next)
            continue;
        const naive_table *table = naive_table_of(data, relation->target);
        for (size_t k = 0; row && !other && k < table->count; k++)
            other = belongs(data, relation, model, row, naive_row(table, k)) ? naive_row(table, k)
                                                                             : NULL;
        return key_of(data, relation->target, other, next, direction);
    }
    int counted = *(const int *)(const void *)(order + TENON_ORDER_COUNT);
    const tenon_relation *list = &model->relations[(uint32_t)counted - model->field_count - 1];
    if (!row)
        return (value){.is_null = true};
    return (value){.number = count_related(data, list, model, row, NULL).rows};
}

int naive_order(const naive_data *data, const tenon_model *model, const char *a, const char *b,
                const void *order)
{
    int direction;
    value x = key_of(data, model, a, order, &direction);
    value y = key_of(data, model, b, order, &direction);
    bool is_turned = direction == TENON_DESC || direction == TENON_DESC_NULLS_LAST;
    bool are_nulls_first = direction == TENON_DESC || direction == TENON_ASC_NULLS_FIRST;
    if (x.is_null != y.is_null)
        return x.is_null == are_nulls_first ? -1 : 1;
    if (x.is_null)
        return 0;
    return is_turned ? compare(y, x) : compare(x, y);
}
