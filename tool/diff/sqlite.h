/* Private to tool/diff: what the files that write SQLite's SQL share. */
#ifndef TENON_DIFF_SQLITE_H
#define TENON_DIFF_SQLITE_H

#include "diff/sql.h"

/* Whether ALTER TABLE cannot make the one of the other. */
bool diff_is_rebuilt_table(const diff_maker *m, const catalogue_table *from,
                           const catalogue_table *to);
void diff_plan_rebuild(diff_maker *m, const catalogue_table *from, const catalogue_table *to);

/* A column; `is_key` when it is the whole primary key. */
void diff_write_sqlite_column(diff_maker *m, const catalogue_column *column, bool is_key);
/* CREATE TABLE under another name. */
void diff_write_sqlite_table(diff_maker *m, const catalogue_table *table, const char *name);
/* Renamed values of enums (sqlite_values.c). What is copied of a column: it, or it with its values
 * renamed. */
void diff_write_stored_value(diff_maker *m, const catalogue_table *table, const char *name);
/* The steps of a table that is not built anew. */
void diff_plan_stored_values(diff_maker *m, const catalogue_table *from, const catalogue_table *to);
/* Whether something that stays names an old value; and its text with the new ones. */
bool diff_keeps_old_value(const diff_maker *m, const catalogue_table *from);
const char *diff_renamed_text(diff_maker *m, const catalogue_table *table, const char *text);

/* `;` and CREATE INDEX for each that is not made by the table itself. */
void diff_write_sqlite_indexes(diff_maker *m, const catalogue_table *table);

#endif
