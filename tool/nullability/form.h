/* Private to tool/nullability: a statement as the analysis sees it, whichever database it is for.
 *
 * The two front ends (postgres.c, sqlite.c) make this form of a text; the analysis knows no other.
 * It keeps what decides about NULL and drops the rest. Everything is of one arena. An expression
 * that is NULL as a pointer is one there was no memory for: it is treated as unknown, and the arena
 * remembers its failure until the end. */
#ifndef TENON_NULLABILITY_FORM_H
#define TENON_NULLABILITY_FORM_H

#include "nullability/nullability.h"

typedef struct expr expr;
typedef struct query query;
typedef struct source source;

typedef enum expr_kind {
    EXPR_UNKNOWN, /* may be anything; its arguments are looked at for parameters */
    EXPR_NULL,
    EXPR_TRUE,
    EXPR_FALSE,
    EXPR_CONSTANT,  /* `text`, of type `type` */
    EXPR_COLUMN,    /* `text` of table `table`, or a whole row */
    EXPR_STAR,      /* in lists of targets */
    EXPR_PARAMETER, /* `number` */
    EXPR_CALL,      /* a function or an operator called `text`, which has `traits` */
    EXPR_COMPARE,   /* an operator `text` that compares: NULL when an argument is, else not */
    EXPR_AND,
    EXPR_OR,
    EXPR_NOT,
    EXPR_IS_NULL,
    EXPR_IS_TRUE,
    EXPR_IS_FALSE,
    EXPR_IS_DISTINCT, /* a IS DISTINCT FROM b */
    EXPR_IN_LIST,     /* the first among the others */
    EXPR_ANY,         /* a = ANY (array) */
    EXPR_ALL,         /* a = ALL (array) */
    EXPR_COALESCE,
    EXPR_CASE, /* condition, result, condition, result, …, else */
    EXPR_NULLIF,
    EXPR_GREATEST, /* and LEAST: NULL when all arguments are */
    EXPR_CAST,     /* to `type` */
    EXPR_ROW,
    EXPR_ARRAY,
    EXPR_SUBQUERY, /* the value of `query` */
    EXPR_EXISTS,
    EXPR_IN_QUERY,    /* a = ANY (query) */
    EXPR_ALL_QUERY,   /* a = ALL (query) */
    EXPR_ARRAY_QUERY, /* ARRAY (query) */
    EXPR_FIELD,       /* field `text` of a composite */
    EXPR_DEFAULT,     /* in the rows of INSERT and assignments of UPDATE */
} expr_kind;

/* What is known of a function or operator. */
typedef enum call_trait {
    CALL_TOTAL = 1 << 0,  /* not NULL when no argument is */
    CALL_STRICT = 1 << 1, /* NULL when an argument is */
    CALL_NEVER = 1 << 2,  /* never NULL */
    CALL_FRESH = 1 << 3,  /* two calls may differ */
    /* Aggregates, and window functions, which are these with is_window. */
    CALL_COUNT = 1 << 4,  /* never NULL */
    CALL_ROWS = 1 << 5,   /* NULL over no rows only: array_agg */
    CALL_VALUES = 1 << 6, /* NULL over no value but NULL: sum */
    CALL_SAMPLE = 1 << 7, /* NULL for other reasons too: stddev */
    CALL_OFFSET = 1 << 8, /* lag, lead */
    CALL_EDGE = 1 << 9,   /* first_value, last_value */
    /* Gives a set of rows. */
    CALL_SET = 1 << 10,
    /* Total for some arguments only: */
    CALL_OF_TEXT = 1 << 11,   /* when the first argument is text, not a range */
    CALL_OF_NUMBER = 1 << 12, /* when the second argument is a number */
    CALL_OF_FIELD = 1 << 13,  /* when infinity has such a part, or the type has no infinity */
    CALL_DIVISION = 1 << 14,  /* when the second argument is a number that is not zero */
    CALL_OF_NOW = 1 << 15,    /* when the time is now */
    CALL_PATTERN = 1 << 19,   /* SQLite: NULL LIKE a blob is false; else strict */
    CALL_GIVES_TEXT = 1 << 16,
    CALL_GIVES_NUMBER = 1 << 17,
    CALL_GIVES_FINITE_TIME = 1 << 18,
} call_trait;

enum { CALL_ANY_AGGREGATE = CALL_COUNT | CALL_ROWS | CALL_VALUES | CALL_SAMPLE };

struct expr {
    expr_kind kind;
    unsigned traits;
    const char *text;
    const char *table, *schema; /* of a column, or NULL */
    const char *type;           /* as catalogue_column.type_name, with "[]" for arrays; or NULL */
    int number;
    const char *name; /* of a parameter on SQLite */
    size_t at; /* of a call, a column and a parameter: the byte of the text where it begins */
    expr **args;
    size_t count;
    query *query;
    expr *filter;  /* of an aggregate */
    expr **others; /* ORDER BY, PARTITION BY, … of a call: looked at for parameters */
    size_t other_count;
    bool is_window;
    bool has_current_row; /* the frame of a window function holds the row itself */
};

typedef enum source_kind {
    SOURCE_TABLE, /* a table, a view, or what WITH has named */
    SOURCE_QUERY,
    SOURCE_FUNCTION,
    SOURCE_JOIN,
    SOURCE_UNKNOWN, /* its columns are anything */
} source_kind;

typedef enum join_kind { JOIN_INNER, JOIN_LEFT, JOIN_RIGHT, JOIN_FULL } join_kind;

/* What stands in FROM. */
struct source {
    source_kind kind;
    const char *schema, *name; /* of a table */
    const char *alias;         /* or NULL */
    const char **columns;      /* renamed, from the first one on; or those of AS f(a int, …) */
    size_t column_count;
    query *query;
    bool is_lateral;
    expr **functions; /* ROWS FROM has several */
    size_t function_count;
    bool has_ordinality;
    bool has_definition; /* AS f(a int, …) */
    join_kind join;
    source *left, *right;
    expr *on;
    const char **using;
    size_t using_count;
    bool is_natural;
    bool is_partial; /* TABLESAMPLE, ONLY: some rows of the table */
};

typedef struct target {
    expr *value;
    const char *name; /* as the column of the result is called */
} target;

typedef struct group_key {
    expr *value;
    bool is_sometimes; /* not in every grouping set: the others have NULL for it */
} group_key;

typedef struct cte {
    const char *name;
    const char **columns;
    size_t column_count;
    query *body;
    const char **added; /* by SEARCH and CYCLE; never NULL */
    size_t added_count;
} cte;

typedef struct assignment {
    const char *column;
    expr *value;
} assignment;

typedef enum query_kind {
    QUERY_UNKNOWN, /* no result that is understood */
    QUERY_SELECT,
    QUERY_VALUES,
    QUERY_UNION,
    QUERY_INTERSECT,
    QUERY_EXCEPT,
    QUERY_INSERT,
    QUERY_UPDATE,
    QUERY_DELETE,
} query_kind;

struct query {
    query_kind kind;
    cte *ctes;
    size_t cte_count;
    bool is_recursive;
    source *from; /* of UPDATE and DELETE: without the table itself; NULL: nothing */
    expr *where, *having;
    group_key *keys;
    size_t key_count;
    bool is_grouped;    /* has GROUP BY */
    bool has_empty_set; /* GROUP BY (): a group even of no rows */
    target *targets;    /* of writes: RETURNING */
    size_t target_count;
    expr *limit, *offset;
    expr **others; /* ORDER BY and the like: looked at for parameters */
    size_t other_count;
    expr **rows; /* of VALUES, each an EXPR_ROW */
    size_t row_count;
    query *left, *right; /* of a set operation */
    /* Writes. */
    source *table;
    const char **columns; /* of INSERT; none named: all */
    size_t column_count;
    query *body; /* of INSERT; NULL: DEFAULT VALUES */
    assignment *assignments;
    size_t assignment_count;
    bool has_conflict_update;
    expr *conflict_where;
    /* Found out at the first look: an aggregate in a subquery is of the rows of the query around
     * it. */
    bool is_aggregated_within, is_of_other_rows;
};

/* What the front ends build with. */
typedef struct form {
    tenon__arena *arena;
    const catalogue *database;
    bool is_failed; /* with an error of its own */
    size_t origin;  /* PostgreSQL: the byte of the text that locations count from */
    tenon_error *err;
    size_t depth;
    bool has_locks; /* FOR UPDATE, UPDATE, DELETE: rows may be newer than the snapshot */
    PgQuery__Node *const *windows; /* of the WINDOW clause at hand */
    size_t window_count;
} form;

/* NULL for want of memory. */
expr *null_expr(form *f, expr value);
query *null_query(form *f, query value);
source *null_source(form *f, source value);
/* Of one or two arguments. */
expr *null_unary(form *f, expr_kind kind, expr *a);
expr *null_binary(form *f, expr_kind kind, expr *a, expr *b);
expr **null_pair(form *f, expr *a, expr *b);
/* "public.f" and "f" are one to the lists of known functions. The database's own definitions of
 * that name go first: then nothing is known. */
unsigned null_function_traits(const catalogue *database, const char *name, size_t argument_count);
unsigned null_operator_traits(const catalogue *database, const char *name);
bool null_is_comparison(const char *operator_name);
bool null_is_built_in_type(const char *name);
/* The columns of a built-in function that gives several, each with whether it may be NULL; 0 for
 * any other function. */
typedef struct function_column {
    const char *name;
    bool is_nullable;
} function_column;
size_t null_function_columns(const catalogue *database, const char *name,
                             const function_column **columns);

/* One statement of the trees of PostgreSQL's parser; NULL for what returns nothing. */
query *null_form_of_postgres(form *f, const PgQuery__Node *statement);
expr *null_form_of_postgres_expression(form *f, const PgQuery__Node *node);
/* One statement of SQLite's SQL. NULL with the form's error. */
query *null_form_of_sqlite(form *f, const char *sql);
/* The query in a statement CREATE VIEW, and its columns' names. */
query *null_form_of_sqlite_view(form *f, const char *sql);
expr *null_form_of_sqlite_expression(form *f, const char *sql);

#endif
