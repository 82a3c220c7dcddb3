/* Lines whose columns are aligned: the fields of a model, the properties of a datasource.
 *
 * Rows are collected, then rendered together, each column as wide as its widest cell (in bytes, as
 * the language's own formatter counts). All-zero is a valid empty table. Private to tool/schema. */
#ifndef TENON_SCHEMA_TABLE_H
#define TENON_SCHEMA_TABLE_H

#include "core/core.h"

enum { TABLE_COLUMNS = 3 };

typedef struct table_text {
    size_t start, length; /* in table.text */
} table_text;

typedef struct table_row {
    table_text cells[TABLE_COLUMNS];
    table_text suffix; /* behind the last cell, without influence on the columns */
    bool is_free;      /* a line as it is, in cells[0], outside of the columns */
} table_row;

typedef struct table {
    tenon__buf text;
    tenon__buf rows; /* of table_row */
} table;

/* Starts a row; the next calls are about it. */
void table_add_row(table *t);
void table_set_cell(table *t, size_t column, const char *text, size_t length);
void table_set_suffix(table *t, const char *text, size_t length);
void table_add_free_line(table *t, const char *text, size_t length);

/* Writes the rows, each behind `indent` blanks unless it is empty, and empties the table. */
void table_render(table *t, size_t indent, tenon__buf *out);
void table_release(table *t);

#endif
