/* The options of a …Query that are not conditions: columns, distinct, limit; order.c has the order.
 *
 * An option that a call could only ignore is refused. A column named twice changes nothing. */
#include "model/row.h"
#include "model/walk.h"

static const char *member(const void *query, uint32_t offset)
{
    return (const char *)query + offset;
}

bool tenon__check_column(tenon__walk *walk, int column, const char *option)
{
    return (column >= 1 && (uint32_t)column <= walk->model->field_count) ||
           tenon__walk_misuse(walk, "%s names column %d, which there is not", option, column);
}

void tenon__check_comparable(tenon__walk *walk, const tenon_field *field, const char *option)
{
    if (field->kind == TENON_KIND_JSON || field->kind == TENON_KIND_VECTOR ||
        field->kind == TENON_KIND_PACKED || field->flags & TENON_FIELD_LIST)
        tenon__walk_fail(walk, TENON_MISUSE, field, "%s cannot compare columns of this type",
                         option);
}

void tenon__walk_plan(tenon__walk *walk, tenon_plan_mode plan)
{
    if (plan == TENON_PLAN_CUSTOM)
        tenon__walk_flag(walk, TENON__SHAPE_CUSTOM_PLAN);
    else if (plan != TENON_PLAN_AUTO)
        tenon__walk_misuse(walk, "there is no plan mode %d", (int)plan);
}

/* ---- columns --------------------------------------------------------------------------------- */

typedef void set_column(void *ctx, uint32_t field);

/* The columns by which an included or counted relation is looked up. */
static void visit_keys(const tenon_model *model, const void *query, set_column *set, void *ctx)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        const tenon_relation *relation = &model->relations[i];
        if (!tenon__is_included(relation, query))
            continue;
        for (uint16_t k = 0; k < relation->field_count; k++)
            set(ctx, relation->fields[k]);
    }
}

static bool has_select(const tenon_model *model, const void *query)
{
    return tenon__read_int(member(query, model->query_select)) != 0;
}

/* Every column that the query selects, or all; some more than once. The first that is none of the
 * model's, or 0. */
static int visit_columns(const tenon_model *model, const void *query, set_column *set, void *ctx)
{
    bool is_all = !has_select(model, query);
    for (uint32_t i = 0; i < model->field_count; i++) {
        int column = is_all ? (int)i + 1
                            : tenon__read_int(member(query, model->query_select) + i * sizeof(int));
        if (column == 0)
            break;
        if (column < 0 || (uint32_t)column > model->field_count)
            return column;
        set(ctx, (uint32_t)column - 1);
    }
    visit_keys(model, query, set, ctx);
    return 0;
}

static void set_bit(void *ctx, uint32_t field)
{
    uint8_t *bits = ctx;
    bits[field / 8] |= (uint8_t)(1u << field % 8);
}

static uint8_t *write_columns(tenon__walk *walk, const tenon_model *target, const void *query)
{
    size_t size = tenon__shape_column_bytes(target);
    uint8_t *bits = tenon__shape_room(&walk->shape, size);
    if (!bits)
        return NULL;
    memset(bits, 0, size);
    int wrong = visit_columns(target, query, set_bit, bits);
    if (wrong)
        tenon__walk_misuse(walk, "select names column %d, which there is not", wrong);
    return bits;
}

void tenon__walk_target_columns(tenon__walk *walk, const tenon_model *target, const void *query)
{
    write_columns(walk, target, query);
}

void tenon__walk_columns_and(tenon__walk *walk, const void *query, const tenon_relation *relation)
{
    if (!has_select(walk->model, query))
        return;
    tenon__walk_flag(walk, TENON__SHAPE_HAS_COLUMNS);
    uint8_t *bits = write_columns(walk, walk->model, query);
    for (uint16_t i = 0; bits && !relation->link && i < relation->field_count; i++)
        set_bit(bits, relation->target_fields[i]);
}

void tenon__walk_columns(tenon__walk *walk, const void *query)
{
    if (!has_select(walk->model, query))
        return;
    tenon__walk_flag(walk, TENON__SHAPE_HAS_COLUMNS);
    tenon__walk_target_columns(walk, walk->model, query);
}

typedef struct marked_row {
    const tenon_model *model;
    void *row;
} marked_row;

static void mark_column(void *ctx, uint32_t field)
{
    const marked_row *marked = ctx;
    tenon__row_set_loaded(marked->model, marked->row, field);
}

void tenon__mark_selected(const tenon_model *model, const void *query, void *row)
{
    marked_row marked = {model, row};
    visit_columns(model, query, mark_column, &marked);
}

/* ---- the rest -------------------------------------------------------------------------------- */

void tenon__walk_distinct(tenon__walk *walk, const void *query)
{
    const char *at = member(query, walk->model->query_distinct);
    for (int i = 0; i < TENON_MAX_DISTINCT; i++, at += sizeof(int)) {
        int column = tenon__read_int(at);
        if (column == 0 || !tenon__check_column(walk, column, "distinct"))
            break;
        tenon__check_comparable(walk, &walk->model->fields[column - 1], "distinct");
        tenon__shape_field(&walk->shape, TENON__SHAPE_ITEM, (uint16_t)(column - 1));
    }
    tenon__shape_word(&walk->shape, TENON__SHAPE_END);
}

void tenon__walk_limit(tenon__walk *walk, int64_t limit, int64_t offset)
{
    walk->limit = limit == TENON_NO_ROWS ? 0 : limit;
    walk->offset = offset;
    if (walk->limit < 0 || offset < 0)
        tenon__walk_misuse(walk, "limit and offset cannot be negative");
    if (limit == 1) {
        tenon__walk_flag(walk, TENON__SHAPE_LIMIT_ONE);
    } else if (limit != 0) {
        tenon__walk_flag(walk, TENON__SHAPE_LIMIT);
        tenon__walk_value(walk, &walk->limit);
    }
    if (offset) {
        tenon__walk_flag(walk, TENON__SHAPE_OFFSET);
        tenon__walk_value(walk, &walk->offset);
    }
}

static void refuse(tenon__walk *walk, const void *query, uint32_t offset, const char *option,
                   const char *call)
{
    if (tenon__read_int(member(query, offset)) != 0)
        tenon__walk_misuse(walk, "%s has no meaning for %s", option, call);
}

void tenon__refuse_columns(tenon__walk *walk, const void *query, const char *call)
{
    refuse(walk, query, walk->model->query_select, "select", call);
}

void tenon__refuse_distinct(tenon__walk *walk, const void *query, const char *call)
{
    refuse(walk, query, walk->model->query_distinct, "distinct", call);
}

void tenon__refuse_includes(tenon__walk *walk, const void *query, const char *call)
{
    for (uint32_t i = 0; i < walk->model->relation_count; i++)
        if (tenon__is_included(&walk->model->relations[i], query))
            tenon__walk_misuse(walk, "include and counts have no meaning for %s", call);
}
