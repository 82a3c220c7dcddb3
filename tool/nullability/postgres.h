/* Private to the PostgreSQL front end: expressions and queries call each other. */
#ifndef TENON_NULLABILITY_POSTGRES_H
#define TENON_NULLABILITY_POSTGRES_H

#include "nullability/form.h"

/* A copy of a text of the tree, which may not live as long as the form. NULL for none. */
const char *null_keep(form *f, const char *text);
expr *null_postgres_expr(form *f, const PgQuery__Node *node);
expr *null_postgres_call(form *f, const PgQuery__FuncCall *call);
expr **null_postgres_list(form *f, PgQuery__Node *const *nodes, size_t count);
/* The expressions of ORDER BY. */
expr **null_postgres_order(form *f, PgQuery__Node *const *nodes, size_t count);
query *null_postgres_query(form *f, const PgQuery__Node *node);
const char **null_postgres_names(form *f, PgQuery__Node *const *nodes, size_t count);
source *null_postgres_source(form *f, const PgQuery__Node *node);
/* A list of FROM, whose items are joined without a condition; NULL for none. */
source *null_postgres_from(form *f, PgQuery__Node *const *nodes, size_t count);
/* As PostgreSQL calls a column without AS. */
const char *null_postgres_column_name(form *f, const PgQuery__Node *node);

#endif
