/* Filters over relations into the shape.
 *
 * The conditions on the rows at the other end are an ordinary …Where of the target, so the walk
 * goes into it with the target as its model and comes back. What the whole then is without a row:
 * `some` of what never holds never holds, `none` of it always does, and of a required relation
 * there always is a row. */
#include "model/walk.h"

static void begin_condition(tenon__walk *walk, uint8_t word, uint16_t index)
{
    tenon__shape_field(&walk->shape, word, index);
}

static tenon__truth walk_target(tenon__walk *walk, const tenon_relation *relation,
                                const void *where)
{
    const tenon_model *owner = walk->model;
    walk->model = relation->target;
    tenon__truth truth = tenon__walk_where(walk, where);
    walk->model = owner;
    return truth;
}

/* There is a row that holds. */
static tenon__truth walk_some(tenon__walk *walk, uint16_t index, const void *where)
{
    const tenon_relation *relation = &walk->model->relations[index];
    begin_condition(walk, TENON__SHAPE_SOME, index);
    tenon__truth truth = walk_target(walk, relation, where);
    return truth == TENON__ALWAYS && !relation->is_required ? TENON__DEPENDS : truth;
}

static tenon__truth walk_no_row(tenon__walk *walk, uint16_t index, const void *where)
{
    const tenon_relation *relation = &walk->model->relations[index];
    begin_condition(walk, TENON__SHAPE_NO_ROW, index);
    tenon__truth truth = tenon__not_of(walk_target(walk, relation, where));
    return truth == TENON__NEVER && !relation->is_required ? TENON__DEPENDS : truth;
}

static tenon__truth walk_every(tenon__walk *walk, uint16_t index, const void *where)
{
    begin_condition(walk, TENON__SHAPE_EVERY, index);
    tenon__truth truth = walk_target(walk, &walk->model->relations[index], where);
    return truth == TENON__NEVER ? TENON__DEPENDS : truth;
}

static tenon__truth walk_presence(tenon__walk *walk, uint16_t index, tenon_presence presence)
{
    const tenon_relation *relation = &walk->model->relations[index];
    bool is_present = presence == TENON_PRESENT;
    if (!is_present && presence != TENON_ABSENT) {
        tenon__walk_misuse(walk, "%s: there is no presence %d", relation->name, (int)presence);
        return TENON__DEPENDS;
    }
    begin_condition(walk, is_present ? TENON__SHAPE_SOME : TENON__SHAPE_NO_ROW, index);
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
    if (!relation->is_required)
        return TENON__DEPENDS;
    return is_present ? TENON__ALWAYS : TENON__NEVER;
}

static tenon__truth walk_to_one(tenon__walk *walk, uint16_t index, const void *at)
{
    tenon_relation_filter filter;
    memcpy(&filter, at, sizeof filter);
    tenon__truth truth = TENON__ALWAYS;
    if (filter.is)
        truth = walk_some(walk, index, filter.is);
    if (filter.is_not)
        truth = tenon__and_of(truth, walk_no_row(walk, index, filter.is_not));
    if (filter.presence)
        truth = tenon__and_of(truth, walk_presence(walk, index, filter.presence));
    return truth;
}

/* ---- lists ----------------------------------------------------------------------------------- */

/* No number of rows is below 0. */
static bool is_any_number(const tenon_int_filter *filter)
{
    return (filter->op == TENON_GE && filter->as.value <= 0) ||
           (filter->op == TENON_GT && filter->as.value < 0);
}

static tenon__truth walk_count(tenon__walk *walk, uint16_t index, const tenon_int_filter *filter)
{
    begin_condition(walk, TENON__SHAPE_COUNT, index);
    tenon__truth truth = tenon__walk_count_filter(walk, filter);
    return is_any_number(filter) ? TENON__ALWAYS : truth;
}

static tenon__truth walk_list(tenon__walk *walk, uint16_t index, const char *at)
{
    tenon_list_relation_filter filter;
    memcpy(&filter, at, sizeof filter);
    tenon__truth truth = TENON__ALWAYS;
    if (filter.some)
        truth = walk_some(walk, index, filter.some);
    if (filter.every)
        truth = tenon__and_of(truth, walk_every(walk, index, filter.every));
    if (filter.none)
        truth = tenon__and_of(truth, walk_no_row(walk, index, filter.none));
    if (filter.count.op) {
        const void *count = at + offsetof(tenon_list_relation_filter, count);
        truth = tenon__and_of(truth, walk_count(walk, index, count));
    }
    return truth;
}

tenon__truth tenon__walk_relation_filter(tenon__walk *walk, uint16_t index, const void *where)
{
    const tenon_relation *relation = &walk->model->relations[index];
    const char *at = (const char *)where + relation->where_offset;
    return relation->is_list ? walk_list(walk, index, at) : walk_to_one(walk, index, at);
}
