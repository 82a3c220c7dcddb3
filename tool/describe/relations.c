/* Relations, once the fields of all models are known: each side that has a field becomes a
 * tenon_relation of its model.
 *
 * A side is left out when its field, its target or a column of its key is ignored. The inverse is
 * found last, when it is certain which sides there are. */
#include "describe/field.h"

static const tenon_action actions[] = {
    [SCHEMA_CASCADE] = TENON_ACTION_CASCADE,         [SCHEMA_RESTRICT] = TENON_ACTION_RESTRICT,
    [SCHEMA_NO_ACTION] = TENON_ACTION_NO_ACTION,     [SCHEMA_SET_NULL] = TENON_ACTION_SET_NULL,
    [SCHEMA_SET_DEFAULT] = TENON_ACTION_SET_DEFAULT,
};

static describe_model *model_of(describe_set *set, const schema_model *source)
{
    for (size_t i = 0; i < set->model_count; i++)
        if (set->models[i].source == source)
            return &set->models[i];
    return NULL;
}

/* The columns of both sides, seen from the side that holds the key. For many-to-many these are the
 * primary keys, of one column each. */
typedef struct side_columns {
    const schema_field *const *own, *const *other;
    size_t count;
} side_columns;

static const schema_field *const *id_of(const schema_model *model)
{
    return (const schema_field *const *)&model->primary_key->columns[0].field;
}

static side_columns columns_of(const schema_relation *r, const schema_field *field)
{
    const schema_field *const *fields = (const schema_field *const *)r->fields;
    const schema_field *const *references = (const schema_field *const *)r->references;
    if (r->kind == SCHEMA_MANY_TO_MANY)
        return field == r->from_field ? (side_columns){id_of(r->from), id_of(r->to), 1}
                                      : (side_columns){id_of(r->to), id_of(r->from), 1};
    if (field == r->from_field)
        return (side_columns){fields, references, r->field_count};
    return (side_columns){references, fields, r->field_count};
}

/* The pairs of a link: "A" holds the key of the side that comes first. */
static const tenon_link *describe_link(tenon__arena *arena, const schema_relation *r,
                                       const schema_field *field)
{
    bool is_first = field == r->from_field;
    tenon_link *link = tenon__arena_zalloc(arena, sizeof *link);
    if (link)
        *link = (tenon_link){.schema = r->join_schema,
                             .table = r->join_table,
                             .column = is_first ? "A" : "B",
                             .target_column = is_first ? "B" : "A"};
    return link;
}

/* Adds this side; nothing when it is left out. False when memory is exhausted. */
static bool add_side(describe_set *set, describe_model *out, const schema_field *field)
{
    const schema_relation *r = field->relation;
    bool is_from = field == r->from_field, is_link = r->kind == SCHEMA_MANY_TO_MANY;
    describe_model *target = model_of(set, is_from ? r->to : r->from);
    if (!target || field->is_ignored)
        return true;
    side_columns columns = columns_of(r, field);
    tenon_relation made = {
        .name = field->name,
        .target = &target->model,
        .is_list = field->arity == SCHEMA_LIST,
        .is_required = field->arity == SCHEMA_REQUIRED,
        .holds_key = is_from && !is_link,
        .field_count = (uint16_t)columns.count,
        .fields = describe_field_indexes(&set->arena, out, columns.own, columns.count),
        .target_fields = describe_field_indexes(&set->arena, target, columns.other, columns.count),
        .link = is_link ? describe_link(&set->arena, r, field) : NULL,
        .on_delete = is_link ? TENON_ACTION_CASCADE : actions[r->on_delete],
        .is_emulated = set->is_emulated,
        .on_update = is_link ? TENON_ACTION_CASCADE : actions[r->on_update],
    };
    out->model.has_emulated |= set->is_emulated && !made.holds_key;
    if (!made.fields || !made.target_fields)
        return !set->arena.failed;
    target->is_written_nested |= !out->model.is_view && !target->model.is_view;
    out->relation_sources[out->model.relation_count] = field;
    out->relations[out->model.relation_count++] = made;
    return !set->arena.failed;
}

static bool describe_sides(describe_set *set, describe_model *out)
{
    const schema_model *source = out->source;
    out->relations = tenon__arena_array(&set->arena, source->field_count, sizeof *out->relations);
    out->relation_sources =
        tenon__arena_array(&set->arena, source->field_count, sizeof(const schema_field *));
    out->model.relations = out->relations;
    if (!out->relations || !out->relation_sources)
        return false;
    for (size_t i = 0; i < source->field_count; i++)
        if (source->fields[i]->kind == SCHEMA_RELATION && !add_side(set, out, source->fields[i]))
            return false;
    return true;
}

static uint16_t inverse_of(describe_set *set, const schema_field *field)
{
    const schema_relation *r = field->relation;
    const schema_field *other = field == r->from_field ? r->to_field : r->from_field;
    const describe_model *target = model_of(set, field == r->from_field ? r->to : r->from);
    for (uint32_t i = 0; i < target->model.relation_count; i++)
        if (target->relation_sources[i] == other)
            return (uint16_t)i;
    return TENON_NO_INVERSE;
}

bool describe_relations(describe_set *set)
{
    for (size_t m = 0; m < set->model_count; m++)
        if (!describe_sides(set, &set->models[m]))
            return false;
    for (size_t m = 0; m < set->model_count; m++) {
        describe_model *out = &set->models[m];
        for (uint32_t i = 0; i < out->model.relation_count; i++)
            out->relations[i].inverse = inverse_of(set, out->relation_sources[i]);
        describe_layout(out);
    }
    return true;
}
