/* Random schemas and random queries over them, that either database understands for the most part.
 *
 * Tables are small and full of coincidences: integers 0 … 2, two texts, truth values; what may be
 * NULL often is. Queries nest subqueries, joins of every kind, CTEs, groups, windows and set
 * operations; their columns are called c0, c1, … Everything is drawn from the generator given, and
 * the texts live in the arena. */
#ifndef RANDOM_QUERY_H
#define RANDOM_QUERY_H

#include "core/core.h"
#include "generator.h"

enum { TABLES = 3, TABLE_COLUMNS = 5, MOST_RELATIONS = 64, MOST_COLUMNS = 8 };

typedef enum value_type { TYPE_INTEGER, TYPE_TEXT, TYPE_BOOLEAN, TYPE_COUNT } value_type;

typedef struct random_column {
    const char *name;
    value_type type;
    bool is_required;
} random_column;

/* A table, or what a query in FROM or WITH gives. */
typedef struct random_relation {
    const char *name;
    random_column columns[MOST_COLUMNS];
    size_t column_count;
    bool is_visible;
} random_relation;

typedef struct random_source {
    generator random;
    tenon__arena *arena;
    bool is_sqlite;
    random_relation tables[TABLES];
    random_relation named[8]; /* by WITH */
    size_t named_count;
    random_relation scope[MOST_RELATIONS];
    size_t scope_count;
    size_t alias_count;
    unsigned depth;
} random_source;

/* Draws the tables t0, t1, … */
void random_schema(random_source *r);
/* Statements that create the tables, and others that fill them for the n-th time: at first with
 * none or one row in some. */
const char *random_schema_sql(random_source *r);
const char *random_rows_sql(random_source *r, unsigned n);
/* A query, or a statement with RETURNING. */
const char *random_query(random_source *r);
const char *random_write(random_source *r);

#endif
