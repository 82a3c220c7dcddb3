/* What a query would do: its SQL, and how the database would go about it. Nothing of it is run.
 *
 *     const tenon_explanation *it = user_explain(s, .where = {.email = EQ("ann@example.com")});
 *     for (; it; it = it->next)
 *         printf("%s\n%s\n", it->sql, it->plan);
 */
#ifndef TENON_EXPLAIN_H
#define TENON_EXPLAIN_H

#include <tenon/export.h>
#include <tenon/model.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_explained_parameter {
    const char *field; /* of the model, as in the schema; NULL: a number, as that of a limit */
    const char *type;  /* as the database calls it: "integer", "text[]"; SQLite: "INTEGER" */
} tenon_explained_parameter;

typedef struct tenon_explanation tenon_explanation;
struct tenon_explanation {
    const char *sql; /* with parameters in place of values */
    const tenon_explained_parameter *parameters;
    size_t parameter_count;
    /* The database's own words, a line for each step, indented by what it is a part of: EXPLAIN of
     * PostgreSQL, with costs, or EXPLAIN QUERY PLAN of SQLite. PostgreSQL plans for the values that
     * were given, and shows them in its conditions. */
    const char *plan; /* NULL for a relation, whose keys are not known */
    /* What it loads, "User.posts.author", and how; NULL for the query itself. Of a relation that is
     * loaded by JOIN there is no SQL: it comes with the rows that have it. */
    const char *relation;
    tenon_strategy strategy;
    /* What AUTO decides by: how long a round trip to the server takes, in microseconds, as measured
     * so far; -1: there were too few to tell, or there is no server. */
    int64_t round_trip_us;
    const tenon_explanation *next; /* what the call would run after it; NULL: that was all */
};

/* `query` is what tenon_find_many takes. Each relation that it includes is an explanation of its
 * own; counts have none. The explanation is the session's, as
 * rows are. NULL when the session has failed or fails here. */
TENON_API const tenon_explanation *tenon_explain(const tenon_model *model, const void *query);

#ifdef __cplusplus
}
#endif
#endif
