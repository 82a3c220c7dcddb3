/* Statements that read: find by a key, find, count, exists.
 *
 * Distinct means one row for each combination of the named columns, the first in the query's order.
 * row_number() says that on both databases in the same words; PostgreSQL's DISTINCT ON would need
 * the same subquery as soon as the order begins with other columns. The inner SELECT * is harmless:
 * only the columns named outside leave it. */
#include "render/sql.h"

static const char rank_column[] = "\"tenon:rank\"";

static bool is_selected(const uint8_t *columns, uint32_t field)
{
    return !columns || (columns[field / 8] >> (field % 8) & 1);
}

void tenon__sql_plain_layout(tenon__sql *w, const tenon__out *outs, size_t count, uint32_t row_size)
{
    tenon__layout *layout = tenon__sql_alloc(w, 1, sizeof *layout);
    tenon__out *copy = tenon__sql_alloc(w, count, sizeof *copy);
    if (w->failed)
        return;
    memcpy(copy, outs, count * sizeof *copy);
    layout->outs = copy;
    layout->out_count = count;
    layout->row_size = row_size;
    layout->model = w->model;
    w->layout = layout;
}

static const tenon__out one_count = {.kind = TENON__OUT_INT64};
static const tenon__out one_flag = {.kind = TENON__OUT_BOOL};

/* `loaded` is all zero and the outs are empty; NULL when memory is exhausted. */
static tenon__layout *begin_row_layout(tenon__sql *w, const tenon_model *model, uint64_t **loaded)
{
    tenon__layout *layout = tenon__sql_alloc(w, 1, sizeof *layout);
    *loaded = tenon__sql_alloc(w, tenon_loaded_words(model), sizeof **loaded);
    if (w->failed)
        return NULL;
    layout->row_size = model->row_size;
    layout->loaded = *loaded;
    layout->loaded_words = tenon_loaded_words(model);
    layout->loaded_offset = model->loaded_offset;
    layout->model = model;
    return w->layout = layout;
}

void tenon__sql_key_layout(tenon__sql *w, const tenon_model *model, uint16_t field)
{
    uint64_t *loaded;
    tenon__layout *layout = begin_row_layout(w, model, &loaded);
    tenon__out *out = tenon__sql_alloc(w, 1, sizeof *out);
    if (w->failed)
        return;
    *out = (tenon__out){.field = &model->fields[field], .offset = model->fields[field].row_offset};
    loaded[field / 64] |= UINT64_C(1) << field % 64;
    layout->outs = out;
    layout->out_count = 1;
}

static void make_row_layout(tenon__sql *w, const uint8_t *columns)
{
    const tenon_model *model = w->model;
    uint64_t *loaded;
    tenon__layout *layout = begin_row_layout(w, model, &loaded);
    tenon__out *outs = tenon__sql_alloc(w, model->field_count, sizeof *outs);
    if (w->failed)
        return;
    for (uint32_t i = 0; i < model->field_count; i++) {
        if (!is_selected(columns, i))
            continue;
        const tenon_field *field = &model->fields[i];
        outs[layout->out_count++] = (tenon__out){.field = field, .offset = field->row_offset};
        loaded[i / 64] |= UINT64_C(1) << i % 64;
    }
    layout->outs = outs;
}

void tenon__sql_write_columns(tenon__sql *w)
{
    for (size_t i = 0; w->layout && i < w->layout->out_count; i++) {
        if (i)
            tenon__sql_add(w, ", ");
        w->dialect->selected(w, w->layout->outs[i].field);
    }
}

void tenon__sql_read_columns(tenon__sql *w)
{
    const uint8_t *columns = NULL;
    if (w->head.flags & TENON__SHAPE_HAS_COLUMNS)
        columns = tenon__shape_next_bytes(&w->shape, tenon__shape_column_bytes(w->model));
    make_row_layout(w, columns);
}

static void write_select(tenon__sql *w)
{
    tenon__sql_add(w, "SELECT ");
    tenon__sql_read_columns(w);
    tenon__sql_write_columns(w);
}

void tenon__sql_returning(tenon__sql *w)
{
    make_row_layout(w, NULL);
    tenon__sql_add(w, " RETURNING ");
    tenon__sql_write_columns(w);
}

static void write_from(tenon__sql *w)
{
    tenon__sql_add(w, " FROM ");
    tenon__sql_table(w);
    if (w->head.flags & TENON__SHAPE_HAS_INDEX)
        w->dialect->hinted(w);
}

static void write_grouped_list(tenon__sql *w, const tenon_field *const *fields, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (i)
            tenon__sql_add(w, ", ");
        w->dialect->grouped(w, fields[i]);
    }
}

void tenon__sql_find_by(tenon__sql *w)
{
    write_select(w);
    write_from(w);
    tenon__sql_where_key(w);
}

/* "(SELECT *, row_number() OVER (PARTITION BY a, b ORDER BY c) AS rank FROM table WHERE …) AS
 * table" */
static void write_ranked(tenon__sql *w, const tenon_field *const *distinct, size_t distinct_count,
                         const tenon__sql_term *order, size_t order_count)
{
    tenon__sql_add(w, "(SELECT *, row_number() OVER (PARTITION BY ");
    write_grouped_list(w, distinct, distinct_count);
    tenon__sql_order(w, order, order_count);
    tenon__sql_add(w, ") AS ");
    tenon__sql_add(w, rank_column);
    write_from(w);
    tenon__sql_where(w);
    tenon__sql_add(w, ") AS ");
    tenon__sql_identifier(w, w->table);
}

static void write_first_of_rank(tenon__sql *w)
{
    tenon__sql_add(w, " WHERE ");
    tenon__sql_add(w, rank_column);
    tenon__sql_add(w, " = 1");
}

void tenon__sql_find(tenon__sql *w)
{
    tenon__sql_read_columns(w);
    tenon__sql_joined joined = tenon__sql_read_joined(w);
    size_t order_count, distinct_count;
    tenon__sql_term *order = tenon__sql_read_order(w, &order_count);
    const tenon_field *const *distinct = tenon__sql_read_distinct(w, &distinct_count);
    if (!distinct_count)
        tenon__sql_name_order(w, order, order_count);
    tenon__sql_add(w, "SELECT ");
    tenon__sql_write_columns(w);
    tenon__sql_write_joined_columns(w, &joined);
    if (distinct_count) {
        tenon__sql_add(w, " FROM ");
        write_ranked(w, distinct, distinct_count, order, order_count);
        tenon__sql_write_joined(w, &joined);
        write_first_of_rank(w);
    } else {
        write_from(w);
        tenon__sql_write_joined(w, &joined);
        tenon__sql_join_order(w, order, order_count);
        tenon__sql_where(w);
    }
    tenon__sql_order(w, order, order_count);
    tenon__sql_limit(w);
    if (w->head.number)
        w->dialect->locked(w, (tenon_lock)(w->head.number & 0xff),
                           (tenon_lock_wait)(w->head.number >> 8));
}

/* What is counted where count(*) of the table will not do: its rows are cut, or folded by distinct.
 */
static void write_counted(tenon__sql *w, const tenon_field *const *distinct, size_t count)
{
    tenon__sql_add(w, " FROM (SELECT ");
    tenon__sql_add(w, count ? "DISTINCT " : "1");
    write_grouped_list(w, distinct, count);
    write_from(w);
    tenon__sql_where(w);
    tenon__sql_limit(w);
    tenon__sql_add(w, ") AS \"t\"");
}

void tenon__sql_count_rows(tenon__sql *w)
{
    size_t distinct_count;
    const tenon_field *const *distinct = tenon__sql_read_distinct(w, &distinct_count);
    unsigned cuts = TENON__SHAPE_LIMIT | TENON__SHAPE_LIMIT_ONE | TENON__SHAPE_OFFSET;
    tenon__sql_add(w, "SELECT count(*)");
    tenon__sql_plain_layout(w, &one_count, 1, sizeof(int64_t));
    if (distinct_count || w->head.flags & cuts) {
        write_counted(w, distinct, distinct_count);
        return;
    }
    write_from(w);
    tenon__sql_where(w);
}

void tenon__sql_exists(tenon__sql *w)
{
    tenon__sql_add(w, "SELECT EXISTS (SELECT 1");
    tenon__sql_plain_layout(w, &one_flag, 1, sizeof(bool));
    write_from(w);
    tenon__sql_where(w);
    tenon__sql_add(w, ")");
}
