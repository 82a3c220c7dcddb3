/* Aligned lines. See table.h. */
#include "schema/table.h"

static size_t row_count(const table *t)
{
    return t->rows.length / sizeof(table_row);
}

/* The buffer's block comes from malloc and holds nothing but rows, so it is aligned for them. */
static table_row *row_at(const table *t, size_t index)
{
    return (table_row *)(void *)t->rows.data + index;
}

static table_text keep(table *t, const char *text, size_t length)
{
    table_text kept = {t->text.length, length};
    tenon__buf_add(&t->text, text, length);
    return kept;
}

static table_row *last_row(table *t)
{
    return t->rows.failed || !row_count(t) ? NULL : row_at(t, row_count(t) - 1);
}

void table_add_row(table *t)
{
    tenon__buf_add(&t->rows, &(table_row){0}, sizeof(table_row));
}

void table_set_cell(table *t, size_t column, const char *text, size_t length)
{
    table_row *row = last_row(t);
    if (row)
        row->cells[column] = keep(t, text, length);
}

void table_set_suffix(table *t, const char *text, size_t length)
{
    table_row *row = last_row(t);
    if (row)
        row->suffix = keep(t, text, length);
}

void table_add_free_line(table *t, const char *text, size_t length)
{
    table_add_row(t);
    table_set_cell(t, 0, text, length);
    table_row *row = last_row(t);
    if (row)
        row->is_free = true;
}

static void measure(const table *t, size_t widths[TABLE_COLUMNS])
{
    for (size_t i = 0; i < row_count(t); i++) {
        const table_row *row = row_at(t, i);
        for (size_t k = 0; k < TABLE_COLUMNS && !row->is_free; k++) {
            if (row->cells[k].length > widths[k])
                widths[k] = row->cells[k].length;
        }
    }
}

static void blanks(tenon__buf *out, size_t count)
{
    while (count--)
        tenon__buf_char(out, ' ');
}

static void write_text(const table *t, table_text text, tenon__buf *out)
{
    tenon__buf_add(out, t->text.data + text.start, text.length);
}

static size_t cells_used(const table_row *row)
{
    size_t used = TABLE_COLUMNS;
    while (used && !row->cells[used - 1].length)
        used--;
    return used;
}

static void render_row(const table *t, const table_row *row, const size_t widths[TABLE_COLUMNS],
                       size_t indent, tenon__buf *out)
{
    size_t used = cells_used(row);

    if (used || row->suffix.length)
        blanks(out, indent);
    for (size_t i = 0; i < used; i++) {
        write_text(t, row->cells[i], out);
        if (i + 1 < used)
            blanks(out, widths[i] - row->cells[i].length + 1);
    }
    if (row->suffix.length) {
        blanks(out, used ? 1 : 0);
        write_text(t, row->suffix, out);
    }
    tenon__buf_char(out, '\n');
}

void table_render(table *t, size_t indent, tenon__buf *out)
{
    size_t widths[TABLE_COLUMNS] = {0};

    if (t->rows.failed || t->text.failed) {
        out->failed = true;
        return;
    }
    measure(t, widths);
    for (size_t i = 0; i < row_count(t); i++)
        render_row(t, row_at(t, i), widths, indent, out);
    tenon__buf_clear(&t->rows);
    tenon__buf_clear(&t->text);
}

void table_release(table *t)
{
    tenon__buf_release(&t->rows);
    tenon__buf_release(&t->text);
}
