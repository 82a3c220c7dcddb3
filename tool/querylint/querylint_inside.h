/* Private to tool/querylint: a statement as the rules see it.
 *
 * A statement is cut into *blocks*: a SELECT, UPDATE or DELETE with the tables that it names and
 * the conditions that all of its rows have to fulfil. Of a condition only those are kept that an
 * index could serve, as *terms*: a column of a table of the block, and what it is compared with. */
#ifndef TENON_QUERYLINT_QUERYLINT_INSIDE_H
#define TENON_QUERYLINT_QUERYLINT_INSIDE_H

#include "querylint/querylint.h"

#include "pgparse/pgparse.h"

/* What a block has above these is not looked at. */
enum { QUERY_TABLES_MOST = 32, QUERY_TERMS_MOST = 64, QUERY_KEYS_MOST = 3, QUERY_CTES_MOST = 32 };

typedef struct query_table {
    const char *alias;
    const catalogue_table *table; /* NULL: a view, a CTE, a sub-select, a function */
} query_table;

typedef struct query_column {
    const query_table *from;        /* NULL: nobody knows */
    const catalogue_column *column; /* NULL: what the table gives is not known */
} query_column;

typedef enum query_comparison {
    QUERY_EQUAL, /* to values that are known before the table is read; one of a list, too */
    QUERY_ABOVE,
    QUERY_BELOW,
    QUERY_JOINED, /* equal to something of another table */
} query_comparison;

typedef struct query_term {
    query_comparison comparison;
    query_column column;
    query_column other;         /* of QUERY_JOINED, where it is a column */
    const PgQuery__Node *value; /* what it is compared with; or NULL */
    int location;
    /* The column stands within an expression: lower(email) = $1. */
    bool is_wrapped;
} query_term;

/* OR with sides that speak of different tables. */
typedef struct query_choice {
    const query_table *tables[2];
    int location;
} query_choice;

typedef struct query_order {
    query_column column;
    bool is_descending;
    int location;
} query_order;

typedef struct query_block query_block;
struct query_block {
    const query_block *outer;
    query_table tables[QUERY_TABLES_MOST];
    size_t table_count;
    query_term terms[QUERY_TERMS_MOST];
    size_t term_count;
    query_choice choices[QUERY_KEYS_MOST];
    size_t choice_count;
    /* The first rows of an order that is made of columns of one table. */
    query_order orders[QUERY_KEYS_MOST];
    size_t order_count;
};

/* How the words of a database about a plan are read. A table is meant by its name and alias. */
typedef struct plan_reader {
    bool (*scans)(const char *plan, const query_table *table); /* from end to end */
    bool (*uses)(const char *plan, const char *index);
    bool (*searches)(const char *plan, const char *index); /* for some of its keys */
    bool (*sorts)(const char *plan);
    /* In all, and of reading this table from end to end: rows that are read, or tables. */
    double (*cost)(const char *plan);
    double (*scan_cost)(const char *plan, const query_table *table);
    /* Whether the values of a column are converted to another type to be compared, and to which;
     * NULL: plans do not show it. */
    bool (*converts)(const char *plan, const query_column *column, char *type, size_t size);
} plan_reader;

extern const plan_reader plan_postgresql_reader, plan_sqlite_reader;

typedef struct query_linter {
    const querylint_input *input;
    const pgparse_statement *statement;
    querylint *found;
    const char *ctes[QUERY_CTES_MOST];
    size_t cte_count;
    const plan_reader *reader;
    const char *plan; /* as the database is; NULL: there is none */
} query_linter;

/* lint.c */
void query_find(query_linter *l, const char *rule, int location, const char *remedy,
                const char *format, ...) TENON_PRINTF(5, 6);

/* words.c: the rules that need no plan. */
void query_judge_words(query_linter *l, PgQuery__Node *statement);
/* blocks.c: calls query_judge_block for each block of the statement. */
void query_judge_blocks(query_linter *l, PgQuery__Node *statement);
/* plans.c: the rules that need one. */
void query_judge_block(query_linter *l, const query_block *block);

/* names.c */
bool query_same_name(const query_linter *l, const char *a, const char *b);
const catalogue_table *query_find_table(const query_linter *l, const PgQuery__RangeVar *named);
void query_collect_ctes(query_linter *l, PgQuery__Node *statement);
/* The column that a name means in a block or those around it. */
query_column query_resolve(const query_linter *l, const query_block *block,
                           const PgQuery__ColumnRef *ref);
/* The column of this name, where the table is known and has it. */
query_column query_column_in(const query_linter *l, const query_table *from, const char *name);
/* Whether a table is one of the block's own, and not of those around it. */
bool query_is_own(const query_block *block, const query_table *table);

/* terms.c: adds what a condition says to the block. */
void query_add_condition(const query_linter *l, query_block *block, PgQuery__Node *condition);
/* terms.c: the two sides of USING (column). */
void query_add_using(const query_linter *l, query_block *block, const char *column, int location);
/* orders.c: the order of a SELECT that gives the first rows only. */
void query_add_orders(const query_linter *l, query_block *block, const PgQuery__SelectStmt *select);

/* casts.c: whether the database converts the column to compare it, and to which type. */
bool query_converts(const query_linter *l, const query_term *term, char *type, size_t size);

/* An index that is not there, and what there is to say if it helps. */
typedef struct query_suggestion {
    const query_table *from;
    char name[24];
    const catalogue_column *columns[QUERY_KEYS_MOST];
    bool is_descending[QUERY_KEYS_MOST];
    size_t count;
    const char *rule;
    const char *problem; /* "every row of posts is …" */
    bool is_foreign_key;
    int location;
} query_suggestion;

enum { QUERY_SUGGESTIONS_MOST = 8 };

typedef struct query_suggestions {
    query_suggestion made[QUERY_SUGGESTIONS_MOST];
    const query_suggestion *list[QUERY_SUGGESTIONS_MOST];
    size_t count;
} query_suggestions;

/* suggest.c: adds those by which rows of a table could be found. */
void query_suggest(const query_linter *l, const query_block *block, const query_table *from,
                   query_suggestions *out);
/* suggest.c: one that has the order of the first rows; false for none. */
bool query_suggest_order(const query_linter *l, const query_block *block, const query_table *from,
                         query_suggestion *s);
/* suggest.c: whether an index of the table begins with the column. */
bool query_is_leading(const query_column *column);

/* wording.c: the statement that makes it; NULL for a name that cannot be written. */
const char *query_suggestion_sql(const query_linter *l, const query_suggestion *s);
/* wording.c: "add @@index([authorId]) to model Post" */
const char *query_suggestion_remedy(const query_linter *l, const query_suggestion *s);
/* wording.c: "author_id, created_at" */
const char *query_suggestion_columns(const query_linter *l, const query_suggestion *s);
/* wording.c: whether the column holds packed arrays, which equal ones need not have equal bytes of:
 * no index serves them. */
bool query_is_packed(const query_linter *l, const query_column *column);
/* wording.c: whether one value of the column finds few rows; not so a truth value or an enum. */
bool query_is_selective(const query_linter *l, const query_column *column);

#endif
