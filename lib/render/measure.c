/* Measures as fields.
 *
 * A sum or a maximum is decoded, compared and named in errors like a column, so it gets what a
 * column has: a field. A model of all measures makes a …Having a …Where, and the code for
 * conditions needs to know nothing of aggregates. Sums of decimals are sortable text on SQLite,
 * whatever the column is: no number of SQLite's could hold them. */
#include "render/render.h"

enum { MOST_WHOLE_DIGITS = 131072 }; /* of a sum of decimals */

static tenon_field integer_result(void)
{
    return (tenon_field){.kind = TENON_KIND_INT64, .pg_type = TENON_PG_INT8, .precision = -1};
}

static tenon_field real_result(void)
{
    return (tenon_field){.kind = TENON_KIND_DOUBLE, .pg_type = TENON_PG_FLOAT8, .precision = -1};
}

static tenon_field decimal_sum(const tenon_field *field)
{
    tenon_field sum = *field;
    sum.precision = field->precision > 0 ? MOST_WHOLE_DIGITS + field->scale : -1;
    sum.flags |= TENON_FIELD_EXACT;
    return sum;
}

static tenon_field sum_of(const tenon_field *field)
{
    switch ((int)field->kind) {
    case TENON_KIND_DECIMAL:
        return decimal_sum(field);
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return real_result();
    default:
        return integer_result();
    }
}

static tenon_field result_of(tenon_function function, const tenon_field *field)
{
    switch (function) {
    case TENON_COUNT_ALL:
    case TENON_COUNT_OF:
    case TENON_DISTINCT_OF:
        return integer_result();
    case TENON_SUM:
        return sum_of(field);
    case TENON_AVG:
        return real_result();
    case TENON_MIN:
    case TENON_MAX:
        return *field;
    }
    return *field;
}

/* Neither defaults nor rules apply to what is only read. */
static tenon_field field_of(const tenon_model *model, const tenon_measure *measure)
{
    const tenon_field *source = &model->fields[measure->field];
    tenon_field field = result_of(measure->function, source);
    field.name = field.column = measure->name;
    field.flags &= TENON_FIELD_EXACT;
    if (measure->function > TENON_DISTINCT_OF)
        field.flags |= TENON_FIELD_NULLABLE | (source->flags & TENON_FIELD_SENSITIVE);
    field.row_offset = measure->row_offset;
    field.where_offset = measure->having_offset;
    field.default_kind = TENON_DEFAULT_NONE;
    field.default_value = NULL;
    field.validation = NULL;
    return field;
}

const tenon_model *tenon__measure_model(tenon__arena *arena, const tenon_model *model,
                                        const tenon_aggregates *aggregates)
{
    size_t count = aggregates->measure_count;
    tenon_field *fields = tenon__arena_array(arena, count, sizeof *fields);
    tenon_model *measures = tenon__arena_zalloc(arena, sizeof *measures);
    if (!fields || !measures)
        return NULL;
    for (size_t i = 0; i < count; i++)
        fields[i] = field_of(model, &aggregates->measures[i]);
    measures->name = model->name;
    measures->table = model->table;
    measures->schema = model->schema;
    measures->fields = fields;
    measures->field_count = aggregates->measure_count;
    measures->where_size = aggregates->having_size;
    return measures;
}
