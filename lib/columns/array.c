/* Columns as Arrow's arrays: their own memory, with a reference to it in each array.
 *
 * Every array holds a reference of its own, because a consumer may take a child away and release it
 * when all the others are gone. Only two things are made here: the texts of an enum's values, and
 * intervals, which count microseconds with us and nanoseconds there. */
#include "columns/columns.h"

#include <stdlib.h>

enum { MOST_BUFFERS = 3, NS_OF_US = 1000 };

typedef struct kept {
    tenon_columns *columns;
    const void *buffers[MOST_BUFFERS];
    tenon__block made[2];
} kept;

static void release(struct ArrowArray *array)
{
    kept *k = array->private_data;
    for (int64_t i = 0; i < array->n_children; i++) {
        if (array->children[i]->release)
            array->children[i]->release(array->children[i]);
        free(array->children[i]);
    }
    if (array->dictionary && array->dictionary->release)
        array->dictionary->release(array->dictionary);
    free(array->dictionary);
    free(array->children);
    tenon__block_release(&k->made[0]);
    tenon__block_release(&k->made[1]);
    tenon_columns_free(k->columns);
    free(k);
    array->release = NULL;
}

/* `columns` NULL: what it shows is all its own. */
static kept *init(struct ArrowArray *out, const tenon_columns *columns, size_t child_count)
{
    kept *k = calloc(1, sizeof *k);
    *out = (struct ArrowArray){0};
    if (!k)
        return NULL;
    *out = (struct ArrowArray){.buffers = k->buffers, .release = release, .private_data = k};
    k->columns = columns ? tenon__columns_share(columns) : NULL;
    if (child_count)
        out->children = calloc(child_count, sizeof *out->children);
    return !child_count || out->children ? k : NULL;
}

static struct ArrowArray *add_child(struct ArrowArray *out)
{
    struct ArrowArray *child = calloc(1, sizeof *child);
    if (child)
        out->children[out->n_children++] = child;
    return child;
}

/* ---- what is made ---------------------------------------------------------------------------- */

static size_t bytes_of_values(const tenon_enum *enumeration)
{
    size_t bytes = 0;
    for (uint32_t i = 0; i < enumeration->count; i++)
        bytes += strlen(enumeration->values[i]);
    return bytes;
}

/* Its values as texts, in their order. */
static bool fill_dictionary(struct ArrowArray *out, const tenon_enum *enumeration)
{
    kept *k = init(out, NULL, 0);
    if (!k || !tenon__block_resize(&k->made[0], (enumeration->count + 1) * sizeof(int32_t)) ||
        !tenon__block_resize(&k->made[1], bytes_of_values(enumeration)))
        return false;
    int32_t *offsets = (int32_t *)(void *)k->made[0].data;
    offsets[0] = 0;
    for (uint32_t i = 0; i < enumeration->count; i++) {
        size_t length = strlen(enumeration->values[i]);
        memcpy(k->made[1].data + offsets[i], enumeration->values[i], length);
        offsets[i + 1] = offsets[i] + (int32_t)length;
    }
    out->length = enumeration->count;
    out->n_buffers = 3;
    k->buffers[1] = k->made[0].data;
    k->buffers[2] = k->made[1].data;
    return true;
}

/* Of 16 bytes as ours: months, days, and nanoseconds in the place of microseconds. */
static bool fill_intervals(kept *k, const tenon__growing *column, tenon_error *err)
{
    size_t count = column->shown.count;
    if (!tenon__block_resize(&k->made[0], count * sizeof(tenon_interval)))
        return tenon__fail_no_memory(err);
    tenon_interval *out = (tenon_interval *)(void *)k->made[0].data;
    for (size_t i = 0; i < count; i++) {
        out[i] = column->shown.as.intervals[i];
        if (__builtin_mul_overflow(out[i].us, NS_OF_US, &out[i].us))
            return tenon__fail_field(err, TENON_RANGE, column->model, column->shown.field,
                                     "Arrow has no interval of so many nanoseconds");
    }
    k->buffers[1] = out;
    return true;
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static bool fill(struct ArrowArray *out, const tenon_columns *columns, const tenon__growing *column,
                 tenon_error *err);

static bool fill_items(struct ArrowArray *out, const tenon_columns *columns,
                       const tenon__growing *column, tenon_error *err)
{
    struct ArrowArray *child = add_child(out);
    return child ? fill(child, columns, column->items, err) : tenon__fail_no_memory(err);
}

static bool fill_enum(struct ArrowArray *out, const tenon_enum *enumeration, tenon_error *err)
{
    out->dictionary = calloc(1, sizeof *out->dictionary);
    return (out->dictionary && fill_dictionary(out->dictionary, enumeration)) ||
           tenon__fail_no_memory(err);
}

static bool fill(struct ArrowArray *out, const tenon_columns *columns, const tenon__growing *column,
                 tenon_error *err)
{
    const tenon_column *shown = &column->shown;
    kept *k = init(out, columns, column->items != NULL);
    if (!k)
        return tenon__fail_no_memory(err);
    if (column->is_beyond_arrow)
        return tenon__fail_field(err, TENON_RANGE, column->model, shown->field,
                                 "Arrow has no infinite times and no 24:00");
    out->length = (int64_t)shown->count;
    out->null_count = (int64_t)shown->null_count;
    out->n_buffers = 2;
    k->buffers[0] = shown->validity;
    k->buffers[1] = shown->offsets ? (const void *)shown->offsets : shown->as.any;
    if (column->items)
        return fill_items(out, columns, column, err);
    if (shown->offsets) {
        k->buffers[2] = shown->as.any;
        out->n_buffers = 3;
    }
    if (shown->form == TENON_COLUMN_ENUM)
        return fill_enum(out, shown->enumeration, err);
    return shown->form != TENON_COLUMN_INTERVAL || fill_intervals(k, column, err);
}

static bool fill_all(struct ArrowArray *out, const tenon_columns *columns, tenon_error *err)
{
    bool is_filled = init(out, columns, columns->column_count) || tenon__fail_no_memory(err);
    out->length = (int64_t)columns->row_count;
    out->n_buffers = 1;
    for (size_t i = 0; is_filled && i < columns->column_count; i++) {
        const tenon__growing *column = &columns->items[i];
        struct ArrowArray *child = tenon__arrow_knows(column, err) ? add_child(out) : NULL;
        is_filled = child ? fill(child, columns, column, err) : tenon__fail_no_memory(err);
    }
    return is_filled;
}

bool tenon__arrow_array(const tenon_columns *columns, struct ArrowArray *out, tenon_error *err)
{
    if (fill_all(out, columns, err))
        return true;
    if (out->release)
        out->release(out);
    return false;
}

/* ---- both ------------------------------------------------------------------------------------ */

bool tenon_columns_export(const tenon_columns *columns, struct ArrowSchema *schema,
                          struct ArrowArray *array, tenon_error *err)
{
    struct ArrowSchema made;
    if (err)
        tenon_error_reset(err);
    if (!columns)
        return tenon__fail(err, TENON_MISUSE, "there are no columns to export");
    if (!tenon__arrow_schema(columns, &made, err))
        return false;
    if (array && !tenon__arrow_array(columns, array, err)) {
        made.release(&made);
        return false;
    }
    if (schema)
        *schema = made;
    else
        made.release(&made);
    return true;
}
