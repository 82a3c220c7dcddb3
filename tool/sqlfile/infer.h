/* Private to tool/sqlfile: types of expressions of SQLite; see infer.c. */
#ifndef TENON_SQLFILE_INFER_H
#define TENON_SQLFILE_INFER_H

#include "sqlfile/check.h"

/* What a statement has beyond these is not looked at, and makes names uncertain. */
enum { SQL_MOST_NAMES = 32, SQL_MOST_VIEWS = 16 };

/* A query that WITH or FROM gives a name. */
typedef struct named_query {
    const char *name;
    PgQuery__Node **columns; /* what its columns are called instead, or NULL */
    size_t column_count;
    const PgQuery__SelectStmt *select;
    bool is_open; /* being looked into, so that recursion ends */
} named_query;

typedef struct named_table {
    const char *name, *alias; /* which may be the name */
} named_table;

typedef struct inference {
    sql_check *check;
    named_table tables[SQL_MOST_NAMES]; /* that stand in the statement, wherever */
    size_t table_count;
    named_query queries[SQL_MOST_NAMES];
    size_t query_count;
    bool is_overfull;
    bool is_split; /* values of one column were found to be of unlike types */
    size_t depth;  /* of views in one another */
} inference;

/* What the values of one column are. Whole numbers that are written out take the type of the
 * others: 0 in COALESCE(price, 0) says little. */
typedef struct sql_agreement {
    tenon_field found, constant;
    bool is_split;
} sql_agreement;

/* A column of a result of so many, by its name and place. */
typedef struct sql_result_column {
    const char *name;
    size_t at, count;
} sql_result_column;

/* ---- infer.c; kind 0 stands for an unknown type ---- */

tenon_field sql_infer(inference *in, const PgQuery__Node *node);
bool sql_is_same_type(const tenon_field *a, const tenon_field *b);
void sql_agree(inference *in, sql_agreement *a, const PgQuery__Node *node);
void sql_agree_on_type(inference *in, sql_agreement *a, const tenon_field *type);
tenon_field sql_agreed(const sql_agreement *a);

/* ---- infer_names.c ---- */

/* Notes the tables and queries that a statement names. */
void sql_collect_names(inference *in, PgQuery__Node *statement);
tenon_field sql_infer_column(inference *in, const PgQuery__ColumnRef *ref);
tenon_field sql_infer_result(inference *in, const PgQuery__Node *statement,
                             const sql_result_column *column);

static inline tenon_field sql_unknown_type(void)
{
    return (tenon_field){.precision = -1};
}

static inline sql_agreement sql_no_agreement(void)
{
    return (sql_agreement){.found = sql_unknown_type(), .constant = sql_unknown_type()};
}

#endif
