/* Where the members of the generated structs lie: the rules of the C ABI, applied to the members
 * that tool/generate prints in the same order. tests/unit/generate compares the two. */
#include <stdalign.h>

#include "describe/describe.h"

#define SHAPE_OF(type) ((describe_shape){sizeof(type), alignof(type)})

typedef struct enum_opt {
    bool has;
    int value;
} enum_opt;
typedef struct enum_array {
    const int *items;
    size_t count;
} enum_array;
typedef struct row_list {
    void *items;
    size_t count;
} row_list;
TENON_DECLARE_FILTER(enum_filter, int);
TENON_DECLARE_SET(enum_set, int);
TENON_DECLARE_SET(enum_array_set, enum_array);
TENON_DECLARE_ARRAY_FILTER(enum_array_filter, enum_array, int);

/* The five shapes of a kind: in a row, optional in a row, in a filter, in a change, in an array's
 * filter. */
typedef struct kind_shapes {
    describe_shape row, optional, filter, set, array_filter;
} kind_shapes;

#define KIND_WITH_ARRAY(row_, optional_, name, array)                                              \
    {                                                                                              \
        {sizeof(row_), alignof(row_)}, {sizeof(optional_), alignof(optional_)},                    \
            {sizeof(tenon_##name##_filter), alignof(tenon_##name##_filter)},                       \
            {sizeof(tenon_##name##_set), alignof(tenon_##name##_set)},                             \
        {                                                                                          \
            sizeof(tenon_##array##_array_filter), alignof(tenon_##array##_array_filter)            \
        }                                                                                          \
    }

static const kind_shapes shapes[] = {
    [TENON_KIND_BOOL] = KIND_WITH_ARRAY(bool, tenon_opt_bool, bool, bool),
    [TENON_KIND_INT16] = KIND_WITH_ARRAY(int16_t, tenon_opt_int16, int, int16),
    [TENON_KIND_INT32] = KIND_WITH_ARRAY(int32_t, tenon_opt_int32, int, int32),
    [TENON_KIND_INT64] = KIND_WITH_ARRAY(int64_t, tenon_opt_int64, int, int64),
    [TENON_KIND_FLOAT] = KIND_WITH_ARRAY(float, tenon_opt_float, float, float),
    [TENON_KIND_DOUBLE] = KIND_WITH_ARRAY(double, tenon_opt_double, float, double),
    [TENON_KIND_DECIMAL] = KIND_WITH_ARRAY(tenon_decimal, tenon_decimal, decimal, decimal),
    [TENON_KIND_TEXT] = KIND_WITH_ARRAY(const char *, const char *, text, text),
    [TENON_KIND_JSON] = KIND_WITH_ARRAY(tenon_json, tenon_json, json, json),
    [TENON_KIND_BYTES] = KIND_WITH_ARRAY(tenon_bytes, tenon_bytes, bytes, bytes),
    [TENON_KIND_UUID] = KIND_WITH_ARRAY(tenon_uuid, tenon_opt_uuid, uuid, uuid),
    [TENON_KIND_TIME] = KIND_WITH_ARRAY(tenon_time, tenon_opt_time, time, time),
    [TENON_KIND_DATE] = KIND_WITH_ARRAY(tenon_date, tenon_opt_date, date, date),
    [TENON_KIND_CLOCK] = KIND_WITH_ARRAY(tenon_clock, tenon_opt_clock, clock, clock),
    [TENON_KIND_CLOCK_TZ] = KIND_WITH_ARRAY(tenon_clock_tz, tenon_opt_clock_tz, clock_tz, clock_tz),
    [TENON_KIND_INTERVAL] = KIND_WITH_ARRAY(tenon_interval, tenon_opt_interval, interval, interval),
    [TENON_KIND_VECTOR] = {{sizeof(tenon_vector), alignof(tenon_vector)},
                           {sizeof(tenon_vector), alignof(tenon_vector)},
                           {sizeof(tenon_vector_filter), alignof(tenon_vector_filter)},
                           {sizeof(tenon_vector_set), alignof(tenon_vector_set)},
                           {0, 1}}, /* there are no lists */
    [TENON_KIND_PACKED] = {{sizeof(enum_array), alignof(enum_array)},
                           {sizeof(enum_array), alignof(enum_array)},
                           {sizeof(tenon_packed_filter), alignof(tenon_packed_filter)},
                           {sizeof(enum_array_set), alignof(enum_array_set)},
                           {0, 1}},
    [TENON_KIND_ENUM] = {{sizeof(int), alignof(int)},
                         {sizeof(enum_opt), alignof(enum_opt)},
                         {sizeof(enum_filter), alignof(enum_filter)},
                         {sizeof(enum_set), alignof(enum_set)},
                         {sizeof(enum_array_filter), alignof(enum_array_filter)}},
    [TENON_KIND_OTHER] = KIND_WITH_ARRAY(const char *, const char *, text, text),
};

describe_shape describe_row_shape(const tenon_field *field)
{
    if (field->flags & TENON_FIELD_LIST)
        return SHAPE_OF(enum_array);
    const kind_shapes *kind = &shapes[field->kind];
    return field->flags & TENON_FIELD_NULLABLE ? kind->optional : kind->row;
}

describe_shape describe_where_shape(const tenon_field *field)
{
    const kind_shapes *kind = &shapes[field->kind];
    return field->flags & TENON_FIELD_LIST ? kind->array_filter : kind->filter;
}

describe_shape describe_set_shape(const tenon_field *field)
{
    return field->flags & TENON_FIELD_LIST ? SHAPE_OF(enum_array_set) : shapes[field->kind].set;
}

static size_t round_up(size_t size, size_t align)
{
    return (size + align - 1) / align * align;
}

/* Lays one member behind what is there; returns its offset. */
static uint32_t place(size_t *end, size_t *align, describe_shape member)
{
    size_t at = round_up(*end, member.align);
    *end = at + member.size;
    if (member.align > *align)
        *align = member.align;
    return (uint32_t)at;
}

static bool has_relation(const tenon_model *model, bool is_list)
{
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (model->relations[i].is_list == is_list)
            return true;
    return false;
}

static void lay_row(tenon_model *model, tenon_field *fields, tenon_relation *relations)
{
    size_t end = 0, align = 1;
    for (uint32_t i = 0; i < model->field_count; i++)
        fields[i].row_offset = place(&end, &align, describe_row_shape(&fields[i]));
    for (uint32_t i = 0; i < model->relation_count; i++)
        relations[i].row_offset =
            place(&end, &align, relations[i].is_list ? SHAPE_OF(row_list) : SHAPE_OF(void *));
    if (has_relation(model, true))
        model->counts_offset = place(&end, &align, SHAPE_OF(void *));
    describe_shape loaded = {tenon_loaded_words(model) * sizeof(uint64_t), alignof(uint64_t)};
    model->loaded_offset = place(&end, &align, loaded);
    model->row_size = (uint32_t)round_up(end, align);
}

/* …Counts: a number for each list. */
static void lay_counts(tenon_model *model, tenon_relation *relations)
{
    for (uint32_t i = 0; i < model->relation_count; i++) {
        if (!relations[i].is_list)
            continue;
        relations[i].count_offset = model->counts_size;
        model->counts_size += sizeof(int64_t);
    }
}

static void lay_where(tenon_model *model, tenon_field *fields, tenon_relation *relations)
{
    size_t end = sizeof(tenon_where_head), align = alignof(tenon_where_head);
    for (uint32_t i = 0; i < model->field_count; i++)
        fields[i].where_offset = place(&end, &align, describe_where_shape(&fields[i]));
    for (uint32_t i = 0; i < model->relation_count; i++)
        relations[i].where_offset =
            place(&end, &align,
                  relations[i].is_list ? SHAPE_OF(tenon_list_relation_filter)
                                       : SHAPE_OF(tenon_relation_filter));
    model->where_size = (uint32_t)round_up(end, align);
}

/* …Order: the term, then the list to count and a pointer for each to-one relation. */
static void lay_order(tenon_model *model, tenon_relation *relations)
{
    size_t end = sizeof(tenon_order), align = alignof(tenon_order);
    if (has_relation(model, true))
        place(&end, &align, SHAPE_OF(int));
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (!relations[i].is_list)
            relations[i].order_offset = place(&end, &align, SHAPE_OF(void *));
    model->order_size = (uint32_t)round_up(end, align);
}

static void lay_set(tenon_model *model, tenon_field *fields, tenon_relation *relations)
{
    size_t end = sizeof(tenon_set_head), align = alignof(tenon_set_head);
    for (uint32_t i = 0; i < model->field_count; i++)
        fields[i].set_offset = place(&end, &align, describe_set_shape(&fields[i]));
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (!relations[i].target->is_view)
            relations[i].set_offset = place(&end, &align, SHAPE_OF(void *));
    model->set_size = (uint32_t)round_up(end, align);
}

static bool has_vectors(const tenon_model *model)
{
    for (uint32_t i = 0; i < model->field_count; i++)
        if (model->fields[i].kind == TENON_KIND_VECTOR)
            return true;
    return false;
}

/* The structs of calls: a head whose last member may be smaller than a word, then aligned members.
 * The offset of the first of those is found from the end of the head's last member, not from its
 * size. */
static void lay_query(tenon_model *model, tenon_relation *relations)
{
    describe_shape where = {model->where_size, alignof(tenon_where_head)};
    describe_shape order = {TENON_MAX_ORDER * model->order_size,
                            has_relation(model, false) ? alignof(void *) : alignof(int)};
    describe_shape select = {model->field_count * sizeof(int), alignof(int)};
    describe_shape distinct = {TENON_MAX_DISTINCT * sizeof(int), alignof(int)};
    size_t align = 1;
    size_t end = offsetof(tenon_query_head, only_deleted) + sizeof(bool);
    model->query_where = place(&end, &align, where);
    model->query_order_by = place(&end, &align, order);
    model->query_select = place(&end, &align, select);
    model->query_distinct = place(&end, &align, distinct);
    if (has_vectors(model))
        model->query_nearest = place(&end, &align, SHAPE_OF(tenon_nearest));
    for (uint32_t i = 0; i < model->relation_count; i++)
        relations[i].include_offset = place(&end, &align, SHAPE_OF(void *));
    for (uint32_t i = 0; i < model->relation_count; i++)
        if (relations[i].is_list)
            relations[i].count_where_offset = place(&end, &align, SHAPE_OF(void *));
}

static void lay_writes(tenon_model *model)
{
    describe_shape where = {model->where_size, alignof(tenon_where_head)};
    describe_shape set = {model->set_size, alignof(tenon_set_head)};
    size_t align = 1;
    size_t end = offsetof(tenon_update_many_head, everything) + sizeof(bool);
    model->update_where = place(&end, &align, where);
    model->update_set = place(&end, &align, set);

    end = offsetof(tenon_delete_many_head, everything) + sizeof(bool);
    model->delete_where = place(&end, &align, where);

    if (model->unique_count == 0)
        return;
    end = offsetof(tenon_upsert_head, on) + sizeof(int);
    model->upsert_create = place(&end, &align, set);
    model->upsert_update = place(&end, &align, set);
}

/* What stands in lists of nested writes: a where, then one set or two. */
static void lay_nested(tenon_model *model)
{
    describe_shape where = {model->where_size, alignof(tenon_where_head)};
    describe_shape set = {model->set_size, alignof(tenon_set_head)};
    size_t align = 1, end = 0;
    place(&end, &align, where);
    model->nested_set = place(&end, &align, set);
    model->nested_size = (uint32_t)round_up(end, align);
    model->nested_update = place(&end, &align, set);
    model->nested_upsert_size = (uint32_t)round_up(end, align);
}

void describe_layout(describe_model *described)
{
    tenon_model *model = &described->model;
    tenon_field *fields = described->fields;
    tenon_relation *relations = described->relations;
    lay_row(model, fields, relations);
    lay_counts(model, relations);
    lay_where(model, fields, relations);
    lay_order(model, relations);
    lay_query(model, relations);
    if (model->is_view)
        return;
    lay_set(model, fields, relations);
    lay_writes(model);
    if (described->is_written_nested)
        lay_nested(model);
}
