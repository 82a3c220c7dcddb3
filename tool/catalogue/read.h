/* Private to tool/catalogue: a catalogue while it is read. */
#ifndef TENON_CATALOGUE_READ_H
#define TENON_CATALOGUE_READ_H

#include "catalogue/catalogue.h"
#include "rows/rows.h"

typedef struct catalogue_reader {
    catalogue *c;
    tenon_session *session;
    const char *namespaces; /* an array literal: of names as asked for, then of oids */
    tenon__map tables;      /* by oid, or on SQLite by name */
    bool has_failed_memory;
} catalogue_reader;

/* The two databases. False with the session's error, or has_failed_memory. */
bool catalogue_read_postgresql(catalogue_reader *r);
bool catalogue_read_sqlite(catalogue_reader *r);

/* The parts of PostgreSQL's; each file reads what it is called after. */
bool catalogue_read_postgresql_indexes(catalogue_reader *r);
bool catalogue_read_postgresql_constraints(catalogue_reader *r);
bool catalogue_read_postgresql_others(catalogue_reader *r);
/* Takes what is tenon's own out of the others: its triggers are logs. */
bool catalogue_take_logs(catalogue_reader *r);

/* Asks with the namespaces as $1. */
bool catalogue_ask(catalogue_reader *r, const char *sql, size_t columns, rows *out);
/* The table of a row by its first cell; NULL for one that was left out. */
catalogue_table *catalogue_table_at(const catalogue_reader *r, const rows *found, size_t row);
/* A zeroed array of the catalogue's; NULL notes that memory is exhausted. */
void *catalogue_array(catalogue_reader *r, size_t count, size_t size);
/* The numbers in the parentheses of a type, as far as it has only numbers there. */
void catalogue_read_arguments(catalogue_column *column);
/* By name, those without one first and by their columns. */
void catalogue_sort_foreign_keys(catalogue_table *t);
void catalogue_sort_checks(catalogue_table *t);

/* What SQLite's pragmas do not tell and the statement that made the table does: names of
 * constraints, checks, AUTOINCREMENT, collations, expressions of generated columns, what is
 * deferrable. The table has its columns and its foreign keys in order of declaration. */
bool catalogue_parse_sqlite_table(catalogue_reader *r, catalogue_table *t);
/* The same of an index: its expressions and its predicate. */
bool catalogue_parse_sqlite_index(catalogue_reader *r, catalogue_index *index);

#endif
