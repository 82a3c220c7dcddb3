/* All columns of a read.
 *
 * Memory is counted where it is asked for, so a read that would be too large fails before it is. A
 * table that is begun again keeps what it has: a statement that was repeated on another connection
 * costs no memory twice. */
#include "columns/columns.h"

#include <stdlib.h>

static tenon__table *table_of(tenon__sink *sink)
{
    return (tenon__table *)(void *)sink;
}

static bool fail_out(const tenon__layout *layout, const tenon__out *out, tenon_error *err)
{
    if (!out || layout->is_open)
        return tenon__fail(err, TENON_MISUSE, "the call has no rows of columns");
    return tenon__fail(err, TENON_MISUSE, "columns have no relations, counts or flags");
}

static bool init_columns(tenon__table *table, const tenon__layout *layout, tenon_error *err)
{
    tenon_columns *columns = table->columns;
    tenon__track *track = table->sink.tracks, *items_track = track + layout->out_count;
    for (size_t i = 0; i < layout->out_count; i++, columns->column_count++) {
        const tenon__out *out = &layout->outs[i];
        const tenon_model *model = out->model ? out->model : layout->model;
        tenon__growing *column = &columns->items[i];
        if (out->kind != TENON__OUT_FIELD)
            return fail_out(layout, out, err);
        *column = (tenon__growing){.track = &track[i]};
        if (!tenon__growing_init(column, out, model, err)) {
            tenon__growing_release(column);
            return false;
        }
        if (column->items)
            column->items->track = &items_track[i];
    }
    return true;
}

/* Also those that are to be shown without a row have their offsets. */
static bool reserve(tenon__sink *sink, tenon_error *err)
{
    tenon__table *table = table_of(sink);
    size_t capacity = SIZE_MAX;
    size_t more = sink->expected > sink->count ? sink->expected - sink->count : 1;
    for (size_t i = 0; i < table->columns->column_count; i++) {
        tenon__growing *column = &table->columns->items[i];
        column->shown.count = sink->count;
        if (!tenon__growing_reserve(column, more, table, err) ||
            (column->items && !tenon__growing_reserve(column->items, 1, table, err)))
            return false;
        capacity = column->capacity < capacity ? column->capacity : capacity;
    }
    sink->capacity = capacity;
    return true;
}

static bool widen(tenon__sink *sink, size_t track, size_t bytes, tenon_error *err)
{
    tenon__table *table = table_of(sink);
    return tenon__growing_widen(&table->columns->items[track], bytes, table, err);
}

static bool add(tenon__sink *sink, size_t track, const char *row, tenon_error *err)
{
    tenon__table *table = table_of(sink);
    tenon__growing *column = &table->columns->items[track];
    column->shown.count = sink->count;
    return tenon__growing_add(column, row, table, err);
}

/* ---- from the first row on ------------------------------------------------------------------- */

static bool allocate(tenon__table *table, const tenon__layout *layout)
{
    size_t count = layout->out_count;
    table->sink.tracks = calloc(count * 2, sizeof *table->sink.tracks);
    table->sink.row = calloc(1, layout->row_size);
    table->sink.row_size = layout->row_size;
    table->columns = malloc(sizeof *table->columns + count * sizeof *table->columns->items);
    if (!table->columns)
        return false;
    *table->columns = (tenon_columns){.limit_bytes = table->limit_bytes};
    atomic_init(&table->columns->references, 1);
    return table->sink.tracks && table->sink.row;
}

static bool begin_new(tenon__table *table, const tenon__layout *layout, tenon_error *err)
{
    tenon__table_release(table);
    if (!layout || layout->is_open || !layout->out_count)
        return fail_out(layout, NULL, err);
    if (!allocate(table, layout))
        return tenon__fail_no_memory(err);
    return init_columns(table, layout, err) && reserve(&table->sink, err);
}

static bool has_layout(const tenon__table *table, const tenon__layout *layout)
{
    const tenon_columns *columns = table->columns;
    bool is_same = columns && columns->column_count == layout->out_count &&
                   table->sink.row_size == layout->row_size;
    for (size_t i = 0; is_same && i < layout->out_count; i++)
        is_same = columns->items[i].shown.field == layout->outs[i].field;
    return is_same;
}

bool tenon__table_begin(tenon__table *table, const tenon__layout *layout, tenon_error *err)
{
    table->sink.count = table->sink.expected = 0;
    if (!has_layout(table, layout))
        return begin_new(table, layout, err);
    for (size_t i = 0; i < table->columns->column_count; i++)
        tenon__growing_clear(&table->columns->items[i]);
    memset(table->sink.row, 0, table->sink.row_size);
    return true;
}

static bool begin(tenon__sink *sink, const tenon__layout *layout, tenon_error *err)
{
    return tenon__table_begin(table_of(sink), layout, err);
}

void tenon__table_open(tenon__table *table, tenon_dialect dialect)
{
    table->sink.begin = begin;
    table->sink.take = dialect == TENON_POSTGRESQL ? tenon__pg_take : tenon__sqlite_take;
    table->sink.reserve = reserve;
    table->sink.widen = widen;
    table->sink.add = add;
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
    tenon__sink *sink = &table->sink;
    if (TENON__UNLIKELY(sink->count == sink->capacity) && !reserve(sink, err))
        return false;
    for (size_t i = 0; i < table->columns->column_count; i++)
        if (!tenon__growing_add(&table->columns->items[i], row, table, err))
            return false;
    sink->count++;
    return true;
}

static size_t bytes_of(const tenon__growing *column)
{
    size_t bytes = column->values.size + column->validity.size + column->offsets.size;
    return column->items ? bytes + bytes_of(column->items) : bytes;
}

static void drop_tracks(tenon__table *table)
{
    free(table->sink.tracks);
    free(table->sink.row);
    table->sink.tracks = NULL;
    table->sink.row = NULL;
    table->columns = NULL;
}

tenon_columns *tenon__table_take(tenon__table *table)
{
    tenon_columns *columns = table->columns;
    columns->bytes = 0;
    columns->row_count = table->sink.count;
    for (size_t i = 0; i < columns->column_count; i++) {
        columns->items[i].shown.count = columns->row_count;
        tenon__growing_finish(&columns->items[i]);
        columns->bytes += bytes_of(&columns->items[i]);
    }
    drop_tracks(table);
    return columns;
}

void tenon__table_release(tenon__table *table)
{
    tenon_columns_free(table->columns);
    drop_tracks(table);
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

tenon_columns_transport tenon_columns_came_by(const tenon_columns *columns)
{
    return columns ? columns->transport : TENON_COLUMNS_AUTO;
}

const char *tenon_columns_reason(const tenon_columns *columns)
{
    return columns ? columns->reason : "";
}
