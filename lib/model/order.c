/* The order of a …Query into the shape.
 *
 * A term says one thing: a column, the number of a list's rows, or a term of a to-one relation's
 * target, to any depth. Whatever it says beside that could only be ignored and is refused. */
#include "model/walk.h"

static tenon_order order_at(const char *at)
{
    tenon_order order;
    memcpy(&order, at, sizeof order);
    return order;
}

static bool has_lists(const tenon_model *model)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        if (model->relations[i].is_list)
            return true;
    }
    return false;
}

/* The relation whose rows are counted; 0: none. */
static int count_of(const tenon_model *model, const char *at)
{
    return has_lists(model) ? tenon__read_int(at + TENON_ORDER_COUNT) : 0;
}

/* What is ordered by at the end of a to-one relation; NULL: nothing. */
static const char *order_of(const tenon_relation *relation, const char *at)
{
    const char *order = NULL;
    if (!relation->is_list)
        memcpy(&order, at + relation->order_offset, sizeof order);
    return order;
}

/* The only relation that is ordered by; NULL: none. */
static const tenon_relation *relation_of(const tenon_model *model, const char *at)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        if (order_of(&model->relations[i], at))
            return &model->relations[i];
    }
    return NULL;
}

/* How many of the ways to say what is ordered by are used. */
static int count_ways(const tenon_model *model, const char *at)
{
    int count = (order_at(at).column != 0) + (count_of(model, at) != 0);
    for (uint32_t i = 0; i < model->relation_count; i++)
        count += order_of(&model->relations[i], at) != NULL;
    return count;
}

bool tenon__is_term(const tenon_model *model, const void *order)
{
    tenon_order term = order_at(order);
    return term.direction || term.collate || count_ways(model, order) > 0;
}

bool tenon__is_term_of_relation(const tenon_model *model, const void *order)
{
    return count_ways(model, order) > (order_at(order).column != 0);
}

/* ---- terms ----------------------------------------------------------------------------------- */

static bool check_direction(tenon__walk *walk, int direction)
{
    return (direction >= TENON_ASC && direction <= TENON_DESC_NULLS_LAST) ||
           tenon__walk_misuse(walk, "order_by has no direction %d", direction);
}

void tenon__walk_term(tenon__walk *walk, uint16_t field, int direction, const char *collate)
{
    unsigned word = (unsigned)direction + 1;
    if (!collate) {
        tenon__shape_field(&walk->shape, (uint8_t)word, field);
        return;
    }
    size_t length = strlen(collate);
    if (length > UINT16_MAX) {
        tenon__walk_misuse(walk, "a collation's name has more than %d bytes", UINT16_MAX);
        return;
    }
    tenon__shape_field(&walk->shape, (uint8_t)(word | TENON__SHAPE_COLLATED), field);
    tenon__shape_text(&walk->shape, collate, length);
}

bool tenon__check_collation(tenon__walk *walk, const tenon_field *field, const char *collate)
{
    bool is_text = field->kind == TENON_KIND_TEXT && !(field->flags & TENON_FIELD_LIST);
    if (collate && !is_text)
        return tenon__walk_fail(walk, TENON_MISUSE, field, "only texts have a collation");
    if (collate && !*collate)
        return tenon__walk_fail(walk, TENON_MISUSE, field, "the collation's name is empty");
    return true;
}

static void walk_column(tenon__walk *walk, tenon_order order)
{
    if (!tenon__check_column(walk, order.column, "order_by"))
        return;
    const tenon_field *field = &walk->model->fields[order.column - 1];
    tenon__check_comparable(walk, field, "order_by");
    if (tenon__check_collation(walk, field, order.collate))
        tenon__walk_term(walk, (uint16_t)(order.column - 1), order.direction, order.collate);
}

static void walk_count(tenon__walk *walk, int relation, int direction)
{
    const tenon_model *model = walk->model;
    uint32_t index = (uint32_t)relation - model->field_count - 1;
    if (relation <= 0 || index >= model->relation_count || !model->relations[index].is_list) {
        tenon__walk_misuse(walk, "order_by counts %d, which is no list", relation);
        return;
    }
    uint8_t word = (uint8_t)((direction + 1) | TENON__SHAPE_OF_COUNT);
    tenon__shape_field(&walk->shape, word, (uint16_t)index);
}

static void walk_term(tenon__walk *walk, const char *at);

static void walk_relations(tenon__walk *walk, const char *at)
{
    const tenon_model *model = walk->model;
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const char *order = order_of(&model->relations[i], at);
        if (!order)
            continue;
        if (order_at(at).direction)
            tenon__walk_misuse(walk, "order_by has a direction beside '%s', whose own counts",
                               model->relations[i].name);
        tenon__shape_field(&walk->shape, TENON__SHAPE_VIA, (uint16_t)i);
        walk->model = model->relations[i].target;
        walk_term(walk, order);
        walk->model = model;
    }
}

static bool check_depth(tenon__walk *walk)
{
    if (walk->depth < TENON__WALK_DEPTH)
        return true;
    walk->failed = true;
    return tenon__fail(walk->err, TENON_LIMIT, "order_by is nested more than %d deep",
                       TENON__WALK_DEPTH);
}

static void walk_term(tenon__walk *walk, const char *at)
{
    tenon_order order = order_at(at);
    int count = count_of(walk->model, at);
    if (count_ways(walk->model, at) != 1) {
        tenon__walk_misuse(walk, "a term of order_by names one column, count or relation");
        return;
    }
    if (order.collate && !order.column) {
        tenon__walk_misuse(walk, "a collation in order_by belongs beside the column");
        return;
    }
    if (!check_direction(walk, order.direction) || !check_depth(walk))
        return;
    walk->depth++;
    if (order.column)
        walk_column(walk, order);
    else if (count)
        walk_count(walk, count, order.direction);
    else
        walk_relations(walk, at);
    walk->depth--;
}

/* "author.boss.name", "author.articles#" of a number; the same of every build of the program. */
static void name_path(const tenon_model *model, const char *at, tenon__buf *path, tenon__term *out)
{
    const tenon_relation *relation;
    for (; (relation = relation_of(model, at)) != NULL; model = relation->target) {
        tenon__buf_format(path, "%s.", relation->name);
        at = order_of(relation, at);
    }
    tenon_order order = order_at(at);
    int count = count_of(model, at);
    const tenon_field *end = count ? &tenon__count_field : &model->fields[order.column - 1];
    const char *name =
        count ? model->relations[(uint32_t)count - model->field_count - 1].name : end->column;
    tenon__buf_format(path, "%s%s", name, count ? "#" : "");
    *out = (tenon__term){.direction = (tenon_direction)order.direction,
                         .collate = order.collate,
                         .value = tenon__order_value_of(end)};
}

bool tenon__walk_term_of_relation(tenon__walk *walk, const void *order, tenon__term *out)
{
    walk_term(walk, order);
    if (walk->failed)
        return false;
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    name_path(walk->model, order, &path, out);
    if (!path.failed)
        out->path = tenon__arena_text(walk->scratch, tenon__buf_string(&path));
    walk->failed = !out->path;
    return out->path || tenon__fail_no_memory(walk->err);
}

/* ---- by nearness ----------------------------------------------------------------------------- */

bool tenon__has_nearest(const tenon_model *model, const void *query)
{
    return model->query_nearest && tenon__read_int((const char *)query + model->query_nearest);
}

void tenon__refuse_nearest(tenon__walk *walk, const void *query, const char *call)
{
    if (tenon__has_nearest(walk->model, query))
        tenon__walk_misuse(walk, "nearest has no meaning for %s", call);
}

static void walk_nearest(tenon__walk *walk, const tenon_nearest *nearest)
{
    if (tenon__shape_head_of(&walk->shape)->operation != TENON__FIND) {
        tenon__walk_misuse(walk, "nearest has no meaning for an included relation");
        return;
    }
    if (!tenon__check_column(walk, nearest->column, "nearest"))
        return;
    const tenon_field *field = &walk->model->fields[nearest->column - 1];
    if (field->kind != TENON_KIND_VECTOR)
        tenon__walk_fail(walk, TENON_MISUSE, field, "nearest is for vectors");
    if (nearest->metric < TENON_L2 || nearest->metric > TENON_COSINE)
        tenon__walk_misuse(walk, "nearest has no metric %d", (int)nearest->metric);
    tenon__shape_field(&walk->shape, (TENON_ASC + 1) | TENON__SHAPE_NEAREST,
                       (uint16_t)(nearest->column - 1));
    tenon__shape_word(&walk->shape, (uint8_t)nearest->metric);
    tenon__walk_value(walk, &nearest->to);
}

void tenon__walk_order(tenon__walk *walk, const void *query)
{
    const tenon_model *model = walk->model;
    if (tenon__has_nearest(model, query))
        walk_nearest(walk, (const void *)((const char *)query + model->query_nearest));
    const char *at = (const char *)query + model->query_order_by;
    for (int i = 0; i < TENON_MAX_ORDER; i++, at += model->order_size) {
        if (!tenon__is_term(model, at) || walk->failed)
            break;
        walk_term(walk, at);
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}

void tenon__refuse_order(tenon__walk *walk, const void *query, const char *call)
{
    if (tenon__is_term(walk->model, (const char *)query + walk->model->query_order_by))
        tenon__walk_misuse(walk, "order_by has no meaning for %s", call);
    tenon__refuse_nearest(walk, query, call);
}
