/* All columns of a read.
 *
 * Memory is counted where it is asked for, so a read that would be too large fails before it is. A
 * table that is begun again keeps what it has: a statement that was repeated on another connection
 * costs no memory twice. */
#include "columns/columns.h"

#include <stdlib.h>

static bool fail_out(const tenon__layout *layout, const tenon__out *out, tenon_error *err)
{
    if (layout->is_open || !out)
        return tenon__fail(err, TENON_MISUSE, "the call has no rows of columns");
    return tenon__fail(err, TENON_MISUSE, "columns have no relations, counts or flags");
}

static bool init_columns(tenon_columns *columns, const tenon__layout *layout, tenon_error *err)
{
    for (size_t i = 0; i < layout->out_count; i++, columns->column_count++) {
        const tenon__out *out = &layout->outs[i];
        const tenon_model *model = out->model ? out->model : layout->model;
        if (out->kind != TENON__OUT_FIELD)
            return fail_out(layout, out, err);
        columns->items[i] = (tenon__growing){0};
        if (!tenon__growing_init(&columns->items[i], out, model, err)) {
            tenon__growing_release(&columns->items[i]);
            return false;
        }
    }
    return true;
}

/* Also those that are to be shown without a row have their offsets. */
static bool reserve(tenon__table *table, tenon_error *err)
{
    tenon_columns *columns = table->columns;
    size_t capacity = SIZE_MAX;
    for (size_t i = 0; i < columns->column_count; i++) {
        tenon__growing *column = &columns->items[i];
        if (!tenon__growing_reserve(column, 1, table, err) ||
            (column->items && !tenon__growing_reserve(column->items, 1, table, err)))
            return false;
        capacity = column->capacity < capacity ? column->capacity : capacity;
    }
    columns->capacity = capacity;
    return true;
}

static bool begin_new(tenon__table *table, const tenon__layout *layout, tenon_error *err)
{
    tenon__table_release(table);
    if (layout->is_open || !layout->out_count)
        return fail_out(layout, NULL, err);
    table->columns =
        malloc(sizeof *table->columns + layout->out_count * sizeof *table->columns->items);
    if (!table->columns)
        return tenon__fail_no_memory(err);
    *table->columns = (tenon_columns){.limit_bytes = table->limit_bytes};
    atomic_init(&table->columns->references, 1);
    return init_columns(table->columns, layout, err) && reserve(table, err);
}

static bool has_layout(const tenon__table *table, const tenon__layout *layout)
{
    const tenon_columns *columns = table->columns;
    bool is_same = columns && columns->column_count == layout->out_count;
    for (size_t i = 0; is_same && i < layout->out_count; i++)
        is_same = columns->items[i].shown.field == layout->outs[i].field;
    return is_same;
}

bool tenon__table_begin(tenon__table *table, const tenon__layout *layout, tenon_error *err)
{
    if (!has_layout(table, layout))
        return begin_new(table, layout, err);
    tenon_columns *columns = table->columns;
    columns->row_count = 0;
    for (size_t i = 0; i < columns->column_count; i++)
        tenon__growing_clear(&columns->items[i]);
    return true;
}

bool tenon__table_count(tenon__table *table, size_t before, size_t after, tenon_error *err)
{
    tenon_columns *columns = table->columns;
    size_t bytes = columns->bytes - before + after;
    if (after > before && columns->limit_bytes && bytes > columns->limit_bytes) {
        tenon__fail(err, TENON_LIMIT, "the columns would take more than %zu bytes",
                    columns->limit_bytes);
        tenon__hint(err, "read them in chunks (tenon_columns_open), or choose fewer columns");
        return false;
    }
    columns->bytes = bytes;
    return true;
}

bool tenon__table_add(tenon__table *table, const char *row, tenon_error *err)
{
    tenon_columns *columns = table->columns;
    if (TENON__UNLIKELY(columns->row_count == columns->capacity) && !reserve(table, err))
        return false;
    for (size_t i = 0; i < columns->column_count; i++)
        if (!tenon__growing_add(&columns->items[i], row, table, err))
            return false;
    columns->row_count++;
    return true;
}

static size_t bytes_of(const tenon__growing *column)
{
    size_t bytes = column->values.size + column->validity.size + column->offsets.size;
    return column->items ? bytes + bytes_of(column->items) : bytes;
}

tenon_columns *tenon__table_take(tenon__table *table)
{
    tenon_columns *columns = table->columns;
    table->columns = NULL;
    columns->bytes = 0;
    for (size_t i = 0; i < columns->column_count; i++) {
        tenon__growing_finish(&columns->items[i]);
        columns->bytes += bytes_of(&columns->items[i]);
    }
    return columns;
}

void tenon__table_release(tenon__table *table)
{
    tenon_columns_free(table->columns);
    table->columns = NULL;
}

size_t tenon__columns_limit(tenon_session *s, const tenon_columns_options *options)
{
    return options->limit_bytes ? options->limit_bytes : tenon__session_arena(s)->limit_bytes;
}

/* ---- what the program gets ------------------------------------------------------------------- */

tenon_columns *tenon__columns_share(const tenon_columns *columns)
{
    tenon_columns *shared = (tenon_columns *)(uintptr_t)columns;
    atomic_fetch_add_explicit(&shared->references, 1, memory_order_relaxed);
    return shared;
}

void tenon_columns_free(tenon_columns *columns)
{
    if (!columns || atomic_fetch_sub_explicit(&columns->references, 1, memory_order_acq_rel) > 1)
        return;
    for (size_t i = 0; i < columns->column_count; i++)
        tenon__growing_release(&columns->items[i]);
    free(columns);
}

size_t tenon_columns_count(const tenon_columns *columns)
{
    return columns ? columns->row_count : 0;
}

size_t tenon_columns_width(const tenon_columns *columns)
{
    return columns ? columns->column_count : 0;
}

const tenon_column *tenon_columns_at(const tenon_columns *columns, size_t index)
{
    return index < tenon_columns_width(columns) ? &columns->items[index].shown : NULL;
}

const tenon_column *tenon_columns_named(const tenon_columns *columns, const char *name)
{
    for (size_t i = 0; name && i < tenon_columns_width(columns); i++)
        if (strcmp(columns->items[i].shown.name, name) == 0)
            return &columns->items[i].shown;
    return NULL;
}

size_t tenon_columns_bytes(const tenon_columns *columns)
{
    return columns ? columns->bytes : 0;
}
