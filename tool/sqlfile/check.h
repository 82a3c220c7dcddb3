/* Private to tool/sqlfile: what the files of the check share. */
#ifndef TENON_SQLFILE_CHECK_H
#define TENON_SQLFILE_CHECK_H

#include "sqlfile/assemble.h"
#include "sqlfile/database.h"
#include "sqlfile/parse.h"

#include "nullability/nullability.h"
#include "pgparse/pgparse.h"

/* One variant of a query on one database. */
typedef struct sql_check {
    sqlfile_set *set;
    sqlfile_query *query;
    sql_database *database;
    unsigned dialect; /* index */
    size_t variant;
    bool is_linted;
    sqlfile_text text;
    sql_map map;
    sql_description described;
} sql_check;

/* An error about a query: at its name; at a value's first use. */
void sql_query_error(sqlfile_set *set, const sqlfile_query *query, const char *hint,
                     const char *format, ...) TENON_PRINTF(4, 5);
void sql_value_error(sqlfile_set *set, const sqlfile_value *value, const char *hint,
                     const char *format, ...) TENON_PRINTF(4, 5);

/* complain.c: what the database says against a text, at its place in the file. */
void sql_complain(sql_check *c, const sql_complaint *complaint);
/* By place. */
void sql_sort_diagnostics(sqlfile_set *set);

/* merge.c: what was described becomes the parameters and columns of the query, or is compared with
 * what they are already. */
void sql_merge(sql_check *c);
/* nulls.c: what may be NULL, and which columns of tables parameters and results are. False with
 * *err for want of memory only. */
bool sql_find_nulls(sql_check *c, tenon_error *err);
const sqlfile_stated *sql_find_stated(const sqlfile_query *query, const char *name);
/* uses.c: what the columns that a parameter meets say of it. */
void sql_take_uses(sql_check *c, const nullability_parameter *from);
/* The value is an array, which is kept as the model's field keeps it. */
void sql_take_packing(sqlfile_value *value, const tenon_field *field);
/* lint.c: warnings about a text. False with *err for want of memory. */
bool sql_lint(sql_check *c, tenon_error *err);
/* nested.c: columns whose values consist of several, of this variant on this database; NULL where
 * nothing is known of NULL. */
void sql_find_nested(sql_check *c, const nullability *nulls);
/* infer.c: SQLite's types of expressions, where nothing else has told them. */
void sql_infer_types(sql_check *c, const char *analysed);
/* functions.c: what a function of SQLite gives, and what it is given, in the words of the schema
 * language; NULL where that differs. */
const char *sql_function_result(const char *name);
const char *sql_function_argument(const char *name);
/* The types of the values that the function at this byte is given: each argument, or with a step of
 * 2 each second one, as an object has them behind their names. */
void sql_infer_members(sql_check *c, const char *analysed, size_t at, size_t step,
                       sql_described *out, size_t count);
/* effects.c: what a statement of PostgreSQL does besides giving rows. */
void sql_note_effects(sql_check *c, PgQuery__Node *statement);
/* tree.c: what PostgreSQL's parser makes of a text; NULL, and the set's arena has failed, when
 * memory is exhausted. */
pgparse_tree *sql_read_tree(sqlfile_set *set, const char *sql);
/* tree.c: SQLite's text with $1 for ?1 and LIKE for its other matches, as PostgreSQL's parser reads
 * it; no byte moves. NULL when memory is exhausted. */
const char *sql_as_postgresql(sqlfile_set *set, const char *sql);

/* finish.c: once all databases have been asked: what comments say, names, what is still unknown,
 * whether the rows are those of a model. */
void sql_finish(sqlfile_set *set, sqlfile_query *query);
/* finish.c: the type of a field of a model by its name, "Post.views". */
bool sql_find_model_field(const sqlfile_set *set, const char *word, tenon_field *out);
/* finish.c: whether the rows are those of a model. */
void sql_find_model(const sqlfile_set *set, sqlfile_query *query);
/* cache.c: what was said of queries that are as they were, by databases that are as they were; and
 * writing it. */
bool sql_read_cache(sqlfile_set *set, const sqlfile_options *options, tenon_error *err);
bool sql_write_cache(sqlfile_set *set, const sqlfile_options *options, tenon_error *err);
/* copy.c: whether PostgreSQL can load it by COPY, once its types are known; its texts. */
void sql_judge_copy(sql_check *c, const PgQuery__Node *statement);
void sql_make_copy(sqlfile_set *set, sqlfile_query *query);

/* The descriptor of a field of the schema; NULL when it has none. */
const tenon_field *sql_field_of(const sqlfile_set *set, const schema_field *source);
/* The field of a model that stands for a column of a table; NULL when none does. */
const schema_field *sql_find_field(const schema *s, const char *table_schema, const char *table,
                                   const char *column);

#endif
