/* The face of tool/nullability: which columns of a statement's result can be NULL, and which of its
 * parameters may be.
 *
 *     nullability *n = nullability_of_postgres(tree, statement, database, NULL, 0, &err);
 *     for (size_t i = 0; i < n->column_count; i++)
 *         … n->columns[i].is_nullable …
 *     nullability_free(n);
 *
 * It is read from the text of the statement and the constraints of the tables, never from a plan:
 * joins of every kind and order, subqueries, aggregates, conditions that leave no NULL. "Not
 * nullable" is a proof; whatever is not understood is nullable. The statement must be one that the
 * database has accepted: what names mean is looked up here, but not whether they are right.
 *
 * A parameter is nullable when its use gives NULL a meaning (IS NOT DISTINCT FROM $1, COALESCE($1,
 * …), a write to a nullable column); `= $1` does not. The columns' nullability counts on callers
 * that give NULL to no other parameter, and to none within an array. */
#ifndef TENON_NULLABILITY_NULLABILITY_H
#define TENON_NULLABILITY_NULLABILITY_H

#include "catalogue/catalogue.h"
#include "pgparse/pgparse.h"

/* What a value consists of, where the text says so: a JSON object, a row, or an array of either. */
typedef struct nullability_nested nullability_nested;

typedef struct nullability_column {
    const char *name;
    bool is_nullable;
    const char *because; /* why it may be NULL, in words; NULL when it is not */
    /* Where it is a column of a table as it stands, though an outer join may have taken the row
     * away; else NULL. */
    const char *table_schema, *table, *column;
    const nullability_nested *nested; /* or NULL */
} nullability_column;

struct nullability_nested {
    bool is_list; /* none of its elements is NULL */
    /* Where in the text the object is made: the byte where the name of the function begins, whose
     * arguments are each member's name and value; or of a row, its name in FROM. Without members
     * it is a call whose one argument may be a composite, or a plain value: only its type tells. */
    size_t at;
    const char *row; /* that name; NULL: a function */
    nullability_column *members;
    size_t member_count;
};

/* A column that a parameter is compared with or written to. */
typedef struct nullability_use {
    const char *table_schema, *table, *column; /* NULL, of a pattern: it is none */
    bool is_written;                           /* as it is: it has to fit there */
    bool is_cast;                              /* one of the two, to another type */
    bool is_pattern;                           /* that the column is matched with */
    size_t at;                                 /* the byte of the text where the parameter stands */
} nullability_use;

typedef struct nullability_parameter {
    int number;       /* of $n, and as sqlite3_bind counts */
    const char *name; /* SQLite: without its ":", "@" or "$"; else NULL */
    bool is_nullable;
    nullability_use *uses; /* in the order of the analysis */
    size_t use_count;
} nullability_parameter;

typedef struct nullability {
    tenon__arena arena;
    /* Of the result, in its order. None, of a statement that has a result: what * stands for is not
     * known (a function of the database's own returns it), and any column may be NULL. */
    nullability_column *columns;
    size_t column_count;
    nullability_parameter *parameters; /* sorted by number, each once */
    size_t parameter_count;
    bool is_at_most_one_row;
} nullability;

/* What the author of a statement has said about a parameter; it goes before what its uses say. */
typedef struct nullability_stated {
    int number;
    bool is_nullable;
} nullability_stated;

/* A statement of a tree of this parser, for a database of this kind. `stated` may be NULL with 0.
 * NULL with *err for want of memory, and for what is nested too deep. */
nullability *nullability_of_postgres(const pgparse_tree *tree, const PgQuery__Node *statement,
                                     const catalogue *database, const nullability_stated *stated,
                                     size_t stated_count, tenon_error *err);
/* One statement of SQLite's SQL. NULL with *err also for a text that is not one. */
nullability *nullability_of_sqlite(const char *sql, const catalogue *database,
                                   const nullability_stated *stated, size_t stated_count,
                                   tenon_error *err);
void nullability_free(nullability *n);

#endif
