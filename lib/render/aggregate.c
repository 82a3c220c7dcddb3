/* Aggregates over a table and over groups of its rows.
 *
 * Measures are fields of a model of their own (measure.c). While its statement is written, a column
 * that is such a field becomes the call that calculates it; so HAVING, ORDER BY and the select list
 * are written by the same code as for columns. The rows of an aggregate with a limit come from a
 * subquery under the table's own name, so conditions and calls are the same with and without it.
 *
 * A result row is the struct of the program, then one …Aggregate for each further part. */
#include "render/sql.h"

/* What is known while such a statement is written. */
typedef struct tenon__sql_measures {
    const tenon_aggregates *of;
    const tenon_model *model;  /* the measures as fields */
    const tenon_model *source; /* whose columns they are calculated from */
    tenon__out *outs;          /* of the layout */
    bool is_filtered;          /* the next call has a FILTER: its where comes next in the shape */
} tenon__sql_measures;

/* ---- calls ----------------------------------------------------------------------------------- */

static void write_filter(tenon__sql *w)
{
    if (tenon__sql_clause(w, " FILTER (WHERE "))
        tenon__sql_add(w, ")");
}

static void write_call(tenon__sql *w, const tenon_measure *measure)
{
    const tenon_field *field = &w->measures->source->fields[measure->field];
    tenon__sql_call call = w->dialect->aggregate(measure->function, field);
    tenon__sql_add(w, call.open);
    if (measure->function == TENON_DISTINCT_OF)
        w->dialect->compared(w, field);
    else if (measure->function != TENON_COUNT_ALL)
        tenon__sql_column(w, field);
    tenon__sql_add(w, call.close);
    if (w->measures->is_filtered)
        write_filter(w);
    tenon__sql_add(w, call.cast);
}

bool tenon__sql_measure(tenon__sql *w, const tenon_field *field)
{
    const tenon_model *model = w->measures->model;
    bool is_measure = field >= model->fields && field < model->fields + model->field_count;
    if (is_measure)
        write_call(w, &w->measures->of->measures[field - model->fields]);
    return is_measure;
}

/* ---- the select list ------------------------------------------------------------------------- */

static bool begin_layout(tenon__sql *w)
{
    tenon__layout *layout = tenon__sql_alloc(w, 1, sizeof *layout);
    w->measures->outs = tenon__sql_alloc(w, w->head.number, sizeof *w->measures->outs);
    if (w->failed)
        return false;
    layout->outs = w->measures->outs;
    layout->model = w->model;
    w->layout = layout;
    return true;
}

/* A result, as the driver decodes it, into the row at this offset. */
static void write_result(tenon__sql *w, const tenon_field *field, uint32_t offset)
{
    tenon__layout *layout = w->layout;
    tenon__sql_add(w, layout->out_count ? ", " : "");
    w->dialect->selected(w, field);
    assert(layout->out_count < w->head.number);
    w->measures->outs[layout->out_count++] = (tenon__out){.field = field, .offset = offset};
}

static void write_part(tenon__sql *w, uint32_t offset)
{
    tenon__sql_measures *measures = w->measures;
    while (tenon__shape_next(&w->shape) == TENON__SHAPE_ITEM) {
        const tenon_field *field = &measures->model->fields[tenon__shape_next_field(&w->shape)];
        measures->is_filtered = tenon__shape_next(&w->shape) == TENON__SHAPE_ITEM;
        write_result(w, field, offset + field->row_offset);
        measures->is_filtered = false;
    }
}

/* The first part, which is always there, goes to `offset`, further ones behind the row. */
static void write_parts(tenon__sql *w, uint32_t offset, uint32_t row_size)
{
    uint32_t end = 0;
    while (tenon__shape_next(&w->shape) == TENON__SHAPE_ITEM) {
        write_part(w, end ? end : offset);
        end = end ? end + w->measures->of->aggregate_size : row_size;
    }
    w->layout->row_size = end;
}

/* The key columns into the model's row, which a group's struct begins with. */
static void write_keys(tenon__sql *w, const tenon_field *const *keys, size_t count)
{
    const tenon_model *model = w->model;
    size_t words = tenon_loaded_words(model);
    uint64_t *loaded = tenon__sql_alloc(w, words, sizeof *loaded);
    for (size_t i = 0; i < count && !w->failed; i++) {
        size_t index = (size_t)(keys[i] - model->fields);
        loaded[index / 64] |= UINT64_C(1) << index % 64;
        write_result(w, keys[i], keys[i]->row_offset);
    }
    w->layout->loaded = loaded;
    w->layout->loaded_words = words;
    w->layout->loaded_offset = model->loaded_offset;
}

/* ---- clauses --------------------------------------------------------------------------------- */

/* The address in the shape; false when memory is exhausted. */
static bool open_measures(tenon__sql *w, tenon__sql_measures *measures)
{
    const uint8_t *address = tenon__shape_next_bytes(&w->shape, sizeof measures->of);
    memcpy(&measures->of, address, sizeof measures->of);
    measures->source = w->model;
    measures->model = tenon__measure_model(w->arena, w->model, measures->of);
    w->measures = measures;
    if (!measures->model) {
        w->failed = true;
        tenon__fail_no_memory(w->err);
    }
    return begin_layout(w);
}

static void write_having(tenon__sql *w)
{
    w->model = w->measures->model;
    tenon__sql_clause(w, " HAVING ");
    w->model = w->measures->source;
}

/* (direction + 1 [+ OF_MEASURE], field or measure)* END */
static void write_group_order(tenon__sql *w)
{
    tenon__sql_term terms[TENON_MAX_ORDER + TENON_MAX_BY];
    size_t count = 0;
    for (uint8_t word; (word = tenon__shape_next(&w->shape)) != TENON__SHAPE_END; count++) {
        assert(count < TENON__COUNT(terms));
        bool is_measure = word & TENON__SHAPE_OF_MEASURE;
        const tenon_model *of = is_measure ? w->measures->model : w->model;
        terms[count] = (tenon__sql_term){
            .field = &of->fields[tenon__shape_next_field(&w->shape)],
            .direction = (tenon_direction)((word & ~TENON__SHAPE_OF_MEASURE) - 1)};
    }
    tenon__sql_order(w, terms, count);
}

static void write_table_and_where(tenon__sql *w)
{
    tenon__sql_add(w, " FROM ");
    tenon__sql_table(w);
    tenon__sql_where(w);
}

/* " FROM (SELECT * FROM table WHERE … ORDER BY … LIMIT …) AS table" */
static void write_limited_rows(tenon__sql *w)
{
    size_t count;
    tenon__sql_add(w, " FROM (SELECT *");
    write_table_and_where(w);
    const tenon__sql_term *terms = tenon__sql_read_order(w, &count);
    tenon__sql_order(w, terms, count);
    tenon__sql_limit(w);
    tenon__sql_add(w, ") AS ");
    tenon__sql_identifier(w, w->table);
}

void tenon__sql_aggregate(tenon__sql *w)
{
    unsigned cuts = TENON__SHAPE_LIMIT | TENON__SHAPE_LIMIT_ONE | TENON__SHAPE_OFFSET;
    tenon__sql_measures measures = {0};
    tenon__sql_add(w, "SELECT ");
    if (!open_measures(w, &measures))
        return;
    write_parts(w, 0, measures.of->aggregate_size);
    if (w->head.flags & cuts) {
        write_limited_rows(w);
        return;
    }
    write_table_and_where(w);
    tenon__shape_next(&w->shape); /* the end of an order that there is not */
}

void tenon__sql_group(tenon__sql *w)
{
    tenon__sql_measures measures = {0};
    size_t count;
    tenon__sql_add(w, "SELECT ");
    if (!open_measures(w, &measures))
        return;
    const tenon_field *const *keys = tenon__sql_read_distinct(w, &count);
    write_keys(w, keys, count);
    write_parts(w, measures.of->group_values, measures.of->group_size);
    write_table_and_where(w);
    for (size_t i = 0; i < count; i++) {
        tenon__sql_add(w, i ? ", " : " GROUP BY ");
        w->dialect->grouped(w, keys[i]);
    }
    write_having(w);
    write_group_order(w);
    tenon__sql_limit(w);
}
