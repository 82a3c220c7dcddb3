/* Rows of to-one relations in the statement of the rows that have them. See sql.h. */
#include "render/sql.h"

tenon__sql_joined tenon__sql_read_joined(tenon__sql *w)
{
    tenon__sql_joined joined = {0};
    if (!(w->head.flags & TENON__SHAPE_HAS_JOINED))
        return joined;
    w->is_qualified = true;
    while (tenon__shape_next(&w->shape) == TENON__SHAPE_ITEM) {
        const tenon_relation *relation = tenon__sql_next_relation(w);
        joined.joins[joined.count] = tenon__sql_join_of(w, relation);
        joined.columns[joined.count++] =
            tenon__shape_next_bytes(&w->shape, tenon__shape_column_bytes(relation->target));
    }
    return joined;
}

/* ---- columns --------------------------------------------------------------------------------- */

/* "NULLIF(t1.id IS NOT NULL, false)" */
static void write_flag(tenon__sql *w, const tenon__sql_join *join)
{
    const tenon_relation *relation = join->relation;
    tenon__sql_scope before = tenon__sql_enter(w, join->target);
    tenon__sql_add(w, ", NULLIF(");
    tenon__sql_column(w, &w->model->fields[relation->target_fields[0]]);
    tenon__sql_add(w, " IS NOT NULL, ");
    tenon__sql_add(w, w->dialect->false_text);
    tenon__sql_add(w, ")");
    tenon__sql_enter(w, before);
}

/* The columns of one row; adds them to the layout, from `outs` on. How many. */
static uint32_t write_columns(tenon__sql *w, const tenon__sql_join *join, const uint8_t *columns,
                              tenon__out *outs, uint32_t base)
{
    const tenon_model *target = join->target.model;
    uint32_t count = 0;
    tenon__sql_scope before = tenon__sql_enter(w, join->target);
    for (uint32_t i = 0; i < target->field_count; i++) {
        if (!(columns[i / 8] >> i % 8 & 1))
            continue;
        const tenon_field *field = &target->fields[i];
        tenon__sql_add(w, ", ");
        w->dialect->selected(w, field);
        outs[count++] =
            (tenon__out){.field = field, .model = target, .offset = base + field->row_offset};
    }
    tenon__sql_enter(w, before);
    return count;
}

static void write_one(tenon__sql *w, const tenon__sql_join *join, const uint8_t *columns)
{
    const tenon_model *target = join->target.model;
    size_t count = w->layout ? w->layout->out_count : 0;
    tenon__out *outs = tenon__sql_alloc(w, count + 1 + target->field_count, sizeof *outs);
    if (!outs)
        return;
    memcpy(outs, w->layout->outs, count * sizeof *outs);
    uint32_t base = w->layout->row_size;
    write_flag(w, join);
    uint32_t added = write_columns(w, join, columns, outs + count + 1, base);
    outs[count] =
        (tenon__out){.kind = TENON__OUT_BOOL, .offset = base + target->row_size, .skip = added};
    w->layout->outs = outs;
    w->layout->out_count = count + 1 + added;
    w->layout->row_size = base + target->row_size + 8;
}

void tenon__sql_write_joined_columns(tenon__sql *w, const tenon__sql_joined *joined)
{
    for (size_t i = 0; i < joined->count; i++)
        write_one(w, &joined->joins[i], joined->columns[i]);
}

/* ---- tables ---------------------------------------------------------------------------------- */

void tenon__sql_write_joined(tenon__sql *w, const tenon__sql_joined *joined)
{
    for (size_t i = 0; i < joined->count; i++) {
        tenon__sql_add(w, " LEFT JOIN ");
        tenon__sql_join_tables(w, &joined->joins[i]);
        tenon__sql_add(w, " ON ");
        tenon__sql_join_condition(w, &joined->joins[i]);
    }
}
