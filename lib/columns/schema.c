/* Columns as Arrow describes them: format strings, names, metadata.
 *
 * A consumer may take a child away and release it later by itself, so each struct owns all that it
 * points at: a block with its texts, and its children. */
#include "columns/columns.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- texts ----------------------------------------------------------------------------------- */

static const char *const formats[] = {
    [TENON_COLUMN_BOOL] = "b",     [TENON_COLUMN_INT16] = "s",     [TENON_COLUMN_INT32] = "i",
    [TENON_COLUMN_INT64] = "l",    [TENON_COLUMN_FLOAT] = "f",     [TENON_COLUMN_DOUBLE] = "g",
    [TENON_COLUMN_DECIMAL] = "d:", [TENON_COLUMN_TEXT] = "u",      [TENON_COLUMN_BYTES] = "z",
    [TENON_COLUMN_UUID] = "w:16",  [TENON_COLUMN_DATE] = "tdD",    [TENON_COLUMN_TIME] = "tsu:UTC",
    [TENON_COLUMN_CLOCK] = "ttu",  [TENON_COLUMN_CLOCK_TZ] = NULL, [TENON_COLUMN_INTERVAL] = "tin",
    [TENON_COLUMN_ENUM] = "s",     [TENON_COLUMN_LIST] = "+l",
};

static const char *extension_of(const tenon__growing *column)
{
    if (column->shown.form == TENON_COLUMN_UUID)
        return "arrow.uuid";
    return column->shown.form == TENON_COLUMN_TEXT && column->kind == TENON_KIND_JSON ? "arrow.json"
                                                                                      : NULL;
}

static void add_text(tenon__buf *out, const char *text)
{
    int32_t length = (int32_t)strlen(text);
    tenon__buf_add(out, &length, sizeof length);
    tenon__buf_text(out, text);
}

/* The number of pairs, then each text behind its length, in the order of the machine's bytes. */
static char *make_metadata(const char *extension)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    const int32_t count = 2;
    tenon__buf_add(&out, &count, sizeof count);
    add_text(&out, "ARROW:extension:name");
    add_text(&out, extension);
    add_text(&out, "ARROW:extension:metadata");
    add_text(&out, "");
    return tenon__buf_take(&out);
}

bool tenon__arrow_knows(const tenon__growing *column, tenon_error *err)
{
    if (column->items)
        return tenon__arrow_knows(column->items, err);
    return formats[column->shown.form] ||
           tenon__fail_field(err, TENON_UNSUPPORTED, column->model, column->shown.field,
                             "Arrow has no time of day with an offset");
}

/* ---- structs --------------------------------------------------------------------------------- */

typedef struct texts {
    char format[24];
    char *name, *metadata;
} texts;

static void release(struct ArrowSchema *schema)
{
    texts *t = schema->private_data;
    for (int64_t i = 0; i < schema->n_children; i++) {
        if (schema->children[i]->release)
            schema->children[i]->release(schema->children[i]);
        free(schema->children[i]);
    }
    if (schema->dictionary && schema->dictionary->release)
        schema->dictionary->release(schema->dictionary);
    free(schema->dictionary);
    free(schema->children);
    free(t->name);
    free(t->metadata);
    free(t);
    schema->release = NULL;
}

static char *copy_text(const char *text)
{
    size_t size = strlen(text) + 1;
    char *copy = malloc(size);
    return copy ? memcpy(copy, text, size) : NULL;
}

/* With `child_count` children that are to be filled in; n_children counts those that are. */
static bool init(struct ArrowSchema *out, const char *name, const char *format, size_t child_count)
{
    texts *t = calloc(1, sizeof *t);
    *out = (struct ArrowSchema){.release = release, .private_data = t};
    if (!t) {
        out->release = NULL;
        return false;
    }
    out->name = t->name = copy_text(name);
    out->format = t->format;
    snprintf(t->format, sizeof t->format, "%s", format);
    if (child_count)
        out->children = calloc(child_count, sizeof *out->children);
    return t->name && (!child_count || out->children);
}

static bool add_metadata(struct ArrowSchema *out, const char *extension)
{
    texts *t = out->private_data;
    if (extension)
        out->metadata = t->metadata = make_metadata(extension);
    return !extension || t->metadata;
}

static struct ArrowSchema *add_child(struct ArrowSchema *out)
{
    struct ArrowSchema *child = calloc(1, sizeof *child);
    if (child)
        out->children[out->n_children++] = child;
    return child;
}

static bool add_dictionary(struct ArrowSchema *out)
{
    out->dictionary = calloc(1, sizeof *out->dictionary);
    return out->dictionary && init(out->dictionary, "", "u", 0);
}

static bool describe(struct ArrowSchema *out, const tenon__growing *column, const char *name)
{
    const tenon_column *shown = &column->shown;
    char format[24];
    bool is_decimal = shown->form == TENON_COLUMN_DECIMAL;
    snprintf(format, sizeof format, is_decimal ? "%s%d,%d" : "%s", formats[shown->form],
             shown->precision, shown->scale);
    if (!init(out, name, format, column->items != NULL))
        return false;
    out->flags = column->is_nullable ? ARROW_FLAG_NULLABLE : 0;
    if (!add_metadata(out, extension_of(column)))
        return false;
    if (shown->form == TENON_COLUMN_ENUM)
        return add_dictionary(out);
    struct ArrowSchema *child = column->items ? add_child(out) : NULL;
    return !column->items || (child && describe(child, column->items, "item"));
}

static bool describe_all(struct ArrowSchema *out, const tenon_columns *columns)
{
    bool is_made = init(out, "", "+s", columns->column_count);
    for (size_t i = 0; is_made && i < columns->column_count; i++) {
        const tenon__growing *column = &columns->items[i];
        struct ArrowSchema *child = add_child(out);
        is_made = child && describe(child, column, column->shown.name);
    }
    return is_made;
}

bool tenon__arrow_schema(const tenon_columns *columns, struct ArrowSchema *out, tenon_error *err)
{
    for (size_t i = 0; i < columns->column_count; i++)
        if (!tenon__arrow_knows(&columns->items[i], err))
            return false;
    if (describe_all(out, columns))
        return true;
    if (out->release)
        out->release(out);
    return tenon__fail_no_memory(err);
}
