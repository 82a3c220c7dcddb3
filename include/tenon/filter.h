/* The small structs of conditions, one a kind of value; see model.h for the two representations of
 * values, of which these hold the wide one. Programs fill them in by the macros of short_names.h:
 * `GE(18)`. */
#ifndef TENON_FILTER_H
#define TENON_FILTER_H

#include <stddef.h>
#include <stdint.h>

#include <tenon/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- filters ----------------------------------------------------------------------------------
 * `.as` says which member the operator uses. op 0 = not set.
 *
 * The meaning is SQL's, the same on both databases: NE does not find NULL, and where a comparison
 * gives NULL neither it nor its negation (`none`) holds. LIKE minds case, ILIKE does not; a
 * backslash escapes % and _. STARTS_WITH, ENDS_WITH and CONTAINS take plain text. An empty IN finds
 * nothing, an empty NOT_IN everything. In the path of JSON_AT a key of digits is an array index.
 * NULL where a value is meant is MISUSE, as is an operator that a column's type does not have:
 * bools, enums, JSON and bytes have no order.
 *
 * Operators with an I do not mind case: all of Unicode on PostgreSQL, A to Z on SQLite. Those with
 * COLUMN compare with another column of the same model and a like type; where one of the two is
 * NULL they give NULL. Those of JSON look at the value that a path leads to, "address.city" or
 * "lines.0", and give NULL where it leads nowhere; "" is the document itself. */

typedef enum tenon_operator {
    TENON_EQ = 1, /* as.value … */
    TENON_NE,
    TENON_LT,
    TENON_LE,
    TENON_GT,
    TENON_GE,
    TENON_LIKE,
    TENON_NOT_LIKE,
    TENON_ILIKE,
    TENON_NOT_ILIKE,
    TENON_STARTS_WITH,
    TENON_ENDS_WITH,
    TENON_CONTAINS,
    TENON_HAS,           /* array column: as.element */
    TENON_JSON_CONTAINS, /* PostgreSQL's @>, on both databases */
    TENON_IN,            /* as.list … */
    TENON_NOT_IN,
    TENON_HAS_ANY, /* array column: as.list of elements */
    TENON_HAS_ALL,
    TENON_RANGE_GE_LE, /* as.range …; BETWEEN */
    TENON_RANGE_GE_LT,
    TENON_RANGE_GT_LE,
    TENON_RANGE_GT_LT,
    TENON_NOT_BETWEEN,
    TENON_JSON_PATH_EQ, /* as.path */
    TENON_IS_NULL,      /* nothing */
    TENON_NOT_NULL_,    /* (TENON_NOT_NULL is a status) */
    TENON_IS_EMPTY,
    TENON_NOT_EMPTY,
    TENON_IEQ, /* as.value … */
    TENON_INE,
    TENON_ISTARTS_WITH,
    TENON_IENDS_WITH,
    TENON_ICONTAINS,
    TENON_IIN, /* as.list */
    TENON_NOT_IIN,
    TENON_EQ_COLUMN, /* as.column … */
    TENON_NE_COLUMN,
    TENON_LT_COLUMN,
    TENON_LE_COLUMN,
    TENON_GT_COLUMN,
    TENON_GE_COLUMN,
    TENON_JSON_PATH_NE, /* as.path … */
    TENON_JSON_PATH_LT, /* both are numbers, or both are texts */
    TENON_JSON_PATH_LE,
    TENON_JSON_PATH_GT,
    TENON_JSON_PATH_GE,
    TENON_JSON_PATH_HAS,   /* it is an array that has the value */
    TENON_JSON_PATH_FIRST, /* it is an array that begins with the value */
    TENON_JSON_PATH_LAST,
    TENON_JSON_PATH_STARTS_WITH, /* as.match …: it is a text */
    TENON_JSON_PATH_ENDS_WITH,
    TENON_JSON_PATH_CONTAINS,
    TENON_JSON_PATH_ISTARTS_WITH,
    TENON_JSON_PATH_IENDS_WITH,
    TENON_JSON_PATH_ICONTAINS,
    TENON_WITHIN_L2, /* as.near …: not farther from it than that */
    TENON_WITHIN_INNER_PRODUCT,
    TENON_WITHIN_COSINE
} tenon_operator;

#define TENON_DECLARE_FILTER(name, type)                                                           \
    typedef struct name {                                                                          \
        tenon_operator op;                                                                         \
        union {                                                                                    \
            type value;                                                                            \
            struct {                                                                               \
                type low;                                                                          \
                type high;                                                                         \
            } range;                                                                               \
            struct {                                                                               \
                type const *items;                                                                 \
                size_t count;                                                                      \
            } list;                                                                                \
            int column;                                                                            \
        } as;                                                                                      \
    } name

/* Array columns: EQ and NE take the whole array, HAS one element, HAS_ANY and HAS_ALL a list.
 * `array` is the tenon_…_array type, `element` its element. */
#define TENON_DECLARE_ARRAY_FILTER(name, array, element_type)                                      \
    typedef struct name {                                                                          \
        tenon_operator op;                                                                         \
        union {                                                                                    \
            array value;                                                                           \
            element_type element;                                                                  \
            struct {                                                                               \
                element_type const *items;                                                         \
                size_t count;                                                                      \
            } list;                                                                                \
            int column;                                                                            \
        } as;                                                                                      \
    } name

TENON_DECLARE_FILTER(tenon_bool_filter, int);
TENON_DECLARE_FILTER(tenon_int_filter, int64_t);
TENON_DECLARE_FILTER(tenon_float_filter, double);
TENON_DECLARE_FILTER(tenon_decimal_filter, tenon_decimal);
TENON_DECLARE_FILTER(tenon_text_filter, const char *);
TENON_DECLARE_FILTER(tenon_uuid_filter, tenon_uuid);
TENON_DECLARE_FILTER(tenon_time_filter, tenon_time);
TENON_DECLARE_FILTER(tenon_date_filter, tenon_date);
TENON_DECLARE_FILTER(tenon_clock_filter, tenon_clock);
TENON_DECLARE_FILTER(tenon_clock_tz_filter, tenon_clock_tz);
TENON_DECLARE_FILTER(tenon_interval_filter, tenon_interval);

/* No order for these three. */
typedef struct tenon_bytes_filter {
    tenon_operator op;
    union {
        tenon_bytes value;
        struct {
            tenon_bytes const *items;
            size_t count;
        } list;
        int column;
    } as;
} tenon_bytes_filter;

typedef struct tenon_vector_filter {
    tenon_operator op;
    union {
        tenon_vector value;
        struct {
            tenon_vector to;
            double distance;
        } near;
        int column;
    } as;
} tenon_vector_filter;

/* An array in one packed value: there is nothing to compare it with. */
typedef struct tenon_packed_filter {
    tenon_operator op;
} tenon_packed_filter;

typedef struct tenon_json_filter {
    tenon_operator op;
    union {
        tenon_json value;
        struct {
            const char *keys; /* "address.city": object keys and array indexes, separated by dots */
            tenon_json value;
        } path;
        struct {
            const char *keys;
            const char *text;
        } match;
        int column;
    } as;
} tenon_json_filter;

TENON_DECLARE_ARRAY_FILTER(tenon_bool_array_filter, tenon_bool_array, bool);
TENON_DECLARE_ARRAY_FILTER(tenon_int16_array_filter, tenon_int16_array, int16_t);
TENON_DECLARE_ARRAY_FILTER(tenon_int32_array_filter, tenon_int32_array, int32_t);
TENON_DECLARE_ARRAY_FILTER(tenon_int64_array_filter, tenon_int64_array, int64_t);
TENON_DECLARE_ARRAY_FILTER(tenon_float_array_filter, tenon_float_array, float);
TENON_DECLARE_ARRAY_FILTER(tenon_double_array_filter, tenon_double_array, double);
TENON_DECLARE_ARRAY_FILTER(tenon_decimal_array_filter, tenon_decimal_array, tenon_decimal);
TENON_DECLARE_ARRAY_FILTER(tenon_text_array_filter, tenon_text_array, const char *);
TENON_DECLARE_ARRAY_FILTER(tenon_json_array_filter, tenon_json_array, tenon_json);
TENON_DECLARE_ARRAY_FILTER(tenon_bytes_array_filter, tenon_bytes_array, tenon_bytes);
TENON_DECLARE_ARRAY_FILTER(tenon_uuid_array_filter, tenon_uuid_array, tenon_uuid);
TENON_DECLARE_ARRAY_FILTER(tenon_time_array_filter, tenon_time_array, tenon_time);
TENON_DECLARE_ARRAY_FILTER(tenon_date_array_filter, tenon_date_array, tenon_date);
TENON_DECLARE_ARRAY_FILTER(tenon_clock_array_filter, tenon_clock_array, tenon_clock);
TENON_DECLARE_ARRAY_FILTER(tenon_clock_tz_array_filter, tenon_clock_tz_array, tenon_clock_tz);
TENON_DECLARE_ARRAY_FILTER(tenon_interval_array_filter, tenon_interval_array, tenon_interval);

/* A generated …Where starts with these trees (items of its own type) and `raw`, then one filter a
 * field. All conditions of a Where must hold. `except`: that one does not hold; of lists, `all`:
 * each item holds; `any`: at least one; `none`: not one. items NULL = not set; an empty list is a
 * condition too (any: never true). */
typedef struct tenon_where_list {
    const void *items;
    size_t count;
} tenon_where_list;

/* A condition in the database's own SQL, for what filters cannot say:
 *
 *     .raw = RAW("lower({email}) = lower(?)", RAW_TEXT(email))
 *
 * Each `?` outside of quotes is a parameter and takes the next value (`??` is a question mark),
 * `{email}` is the column of that field. Values never become SQL: RAW takes a literal only, so what
 * a program puts together at run time does not compile. A text that does not end its quotes or
 * parentheses, or holds a semicolon, a comment or a dollar sign outside of quotes, is MISUSE. */
typedef enum tenon_raw_kind {
    TENON_RAW_END = 0, /* ends a list of values */
    TENON_RAW_BOOL,    /* .as.flag … */
    TENON_RAW_INT,
    TENON_RAW_FLOAT,
    TENON_RAW_DECIMAL,
    TENON_RAW_TEXT, /* PostgreSQL finds out its type: it may be a date, an enum, JSON … */
    TENON_RAW_TIME, /* the same: with or without time zone */
    TENON_RAW_UUID,
    TENON_RAW_BYTES
} tenon_raw_kind;

typedef struct tenon_raw_value {
    tenon_raw_kind kind;
    union {
        int flag;
        int64_t number;
        double real;
        tenon_decimal decimal;
        const char *text;
        tenon_time time;
        tenon_uuid uuid;
        tenon_bytes bytes;
    } as;
} tenon_raw_value;

typedef struct tenon_raw {
    const char *sql;               /* NULL = not set */
    const tenon_raw_value *values; /* up to TENON_RAW_END; NULL: none */
} tenon_raw;

typedef struct tenon_where_head {
    const void *except;
    tenon_where_list all, any, none;
    tenon_raw raw;
} tenon_where_head;

/* Filters over relations: a generated …RelationFilter or …ListRelationFilter has this form, with
 * pointers to the target's …Where. All that is set must hold; NULL = not set.
 *
 * `is`: there is one and it holds. `is_not`: there is none, or it does not hold. `some`: at least
 * one row holds; `every`: no row fails to, so also when there is none; `none`: not one holds. */
typedef enum tenon_presence {
    TENON_PRESENT = 1, /* there is one */
    TENON_ABSENT
} tenon_presence;

typedef struct tenon_relation_filter {
    const void *is, *is_not;
    tenon_presence presence;
} tenon_relation_filter;

typedef struct tenon_list_relation_filter {
    const void *some, *every, *none;
    tenon_int_filter count; /* how many there are */
} tenon_list_relation_filter;

#ifdef __cplusplus
}
#endif
#endif
