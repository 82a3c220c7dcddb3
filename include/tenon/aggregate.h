/* Aggregates and groups: what generated `_aggregate`, `_group` and `_facets` are made of.
 *
 * What can be calculated of a model stands in one table, a row a *measure*: "sum.age" with its
 * function, its column, its place in a generated …Aggregate and that of its filter in a …Having.
 *
 *     count        rows                                          int64_t
 *     count_of     of a column: those that are not NULL          int64_t
 *     distinct_of  of a column: its different values, not NULL   int64_t
 *     sum          integers: tenon_opt_int64; floats: tenon_opt_double; decimals: tenon_decimal
 *     avg          tenon_opt_double, also of decimals: who needs it exactly divides the sum
 *     min, max     the column's own type, optional
 *
 * All but the counts are NULL when there is no value. A sum of integers is exact; one that does not
 * fit in 64 bits is RANGE. A sum of decimals is exact, on SQLite too. */
#ifndef TENON_AGGREGATE_H
#define TENON_AGGREGATE_H

#include <tenon/model.h>
#include <tenon/query.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TENON_MAX_BY = 8 /* columns of a group */ };

typedef enum tenon_function {
    TENON_COUNT_ALL = 1,
    TENON_COUNT_OF,
    TENON_DISTINCT_OF,
    TENON_SUM,
    TENON_AVG,
    TENON_MIN,
    TENON_MAX
} tenon_function;

typedef struct tenon_measure {
    const char *name; /* for messages: "sum.age" */
    tenon_function function;
    uint32_t field;         /* index into the model's fields; unheeded for COUNT_ALL */
    uint32_t row_offset;    /* in …Aggregate, and behind `values` in …Group */
    uint32_t having_offset; /* of its filter in …Having */
} tenon_measure;

/* Where a struct has its lists of columns, one a function; 0: it has none. `count` is a bool, the
 * others are columns as int-sized enums, as many as there are measures of the function; 0 ends a
 * list. */
typedef struct tenon_chosen {
    uint32_t count, count_of, distinct_of, sum, avg, min, max;
} tenon_chosen;

/* The structs of one model, by size and offset.
 *
 *     …AggregateQuery  tenon_query_head without strategy, where, order_by, chosen, parts
 *     …GroupQuery      the same head, where, by, having, order_by, chosen, parts
 *     …FacetsQuery     the same head, where, column
 *     …Part            where (a pointer), chosen
 *     …Aggregate       measures, parts
 *     …Group           the model's row, then as …Aggregate */
typedef struct tenon_aggregates {
    uint32_t abi, size;
    const tenon_measure *measures;
    uint32_t measure_count;
    uint32_t aggregate_size, aggregate_parts;
    uint32_t group_size, group_values, group_parts; /* values: the first measure */
    uint32_t having_size;
    uint32_t part_size; /* `where` is its first member */
    uint32_t query_where, query_order_by, query_parts;
    uint32_t grouped_where, grouped_by, grouped_having, grouped_order_by, grouped_parts;
    uint32_t facets_where, facets_column;
    tenon_chosen query_chosen, grouped_chosen, part_chosen;
} tenon_aggregates;

/* What …AggregateQuery, …GroupQuery and …FacetsQuery begin with. */
typedef struct tenon_aggregate_head {
    tenon_session *session;
    int64_t limit, offset;
    tenon_table table;
    tenon_plan_mode plan;
    tenon_read read; /* as in tenon_query_head */
} tenon_aggregate_head;

/* One term of a …GroupQuery's order: a column of `by`, or, with `of`, an aggregate. */
typedef struct tenon_group_order {
    int column;
    int direction;
    int of; /* tenon_function; 0: the column itself. COUNT_ALL needs no column */
} tenon_group_order;

/* Calculates over the rows that the query finds; with limit or offset over those that are left, in
 * the query's order, to which the primary key is added, so that it is always the same rows. Fills
 * *out (…Aggregate), zeros when the session has failed. Each of `parts` (…Part) is calculated over
 * the rows for which its own `where` holds as well; their results stand in `parts` of the result,
 * in the same order. One statement. MISUSE when nothing is asked for, for a function that a column
 * does not have, and for an order_by without limit and offset. */
TENON_API bool tenon_aggregate(const tenon_model *model, const tenon_aggregates *aggregates,
                               const void *query, void *out);
/* A …Group for each combination of the values of the columns `by`, NULLs being equal: the row `key`
 * has these columns loaded. `having` filters groups by their aggregates, asked for or not, with
 * trees like a …Where. Limit and offset count groups; with one of them the columns of `by` are
 * added to the order, so that it is always the same groups. Terms of the order: ASC, DESC … of a
 * column of `by`, DESC_BY(SUM, USER_AGE) and ASC_BY of an aggregate, DESC_COUNT(), ASC_COUNT(). */
TENON_API tenon_list tenon_group(const tenon_model *model, const tenon_aggregates *aggregates,
                                 const void *query);
/* How often each value of one column is there: …Group with the value in `key` and `count`, the most
 * frequent first, equally frequent ones by their value. NULL is a value here. */
TENON_API tenon_list tenon_facets(const tenon_model *model, const tenon_aggregates *aggregates,
                                  const void *query);

#ifdef __cplusplus
}
#else

/* Terms of the order of groups, as in short_names.h. */
#define TENON_GROUP_ORDER(column_, direction_, function)                                           \
    {                                                                                              \
        .column = (column_), .direction = (direction_), .of = (function)                           \
    }
#define TENON_OP_ASC_BY(function, c) TENON_GROUP_ORDER(c, TENON_ASC, TENON_##function)
#define TENON_OP_DESC_BY(function, c) TENON_GROUP_ORDER(c, TENON_DESC, TENON_##function)
#define TENON_OP_ASC_COUNT()                                                                       \
    {                                                                                              \
        .direction = TENON_ASC, .of = TENON_COUNT_ALL                                              \
    }
#define TENON_OP_DESC_COUNT()                                                                      \
    {                                                                                              \
        .direction = TENON_DESC, .of = TENON_COUNT_ALL                                             \
    }

#ifndef TENON_NO_SHORT_NAMES
#ifdef ASC_BY
#error "ASC_BY is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ASC_BY"
#else
#define ASC_BY(function, c) TENON_GROUP_ORDER(c, TENON_ASC, TENON_##function)
#endif
#ifdef DESC_BY
#error "DESC_BY is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_DESC_BY"
#else
#define DESC_BY(function, c) TENON_GROUP_ORDER(c, TENON_DESC, TENON_##function)
#endif
#ifdef ASC_COUNT
#error "ASC_COUNT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ASC_COUNT"
#else
#define ASC_COUNT() TENON_OP_ASC_COUNT()
#endif
#ifdef DESC_COUNT
#error "DESC_COUNT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_DESC_COUNT"
#else
#define DESC_COUNT() TENON_OP_DESC_COUNT()
#endif
#endif
#endif
#endif
