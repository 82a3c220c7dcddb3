/* The macros of filters, orders and changes: `GE(18)`, `DESC(USER_CREATED_AT)`, `SET("x")`.
 *
 * Every macro has a long name, TENON_OP_GE(18), and a short one, GE(18). The short ones are off
 * with TENON_NO_SHORT_NAMES defined before the include; one that another header took already is an
 * error that names it. C++ has neither, for want of nested designators: there the structs are
 * filled in by hand and given to the …_q functions. Each macro is an initializer, so the type of
 * the member it initializes checks the value. */
#ifndef TENON_SHORT_NAMES_H
#define TENON_SHORT_NAMES_H
#ifndef __cplusplus

#define TENON_FILTER_VALUE(operation, v)                                                           \
    {                                                                                              \
        .op = (operation), .as.value = (v)                                                         \
    }
#define TENON_FILTER_LIST(operation, list_, n)                                                     \
    {                                                                                              \
        .op = (operation), .as.list.items = (list_), .as.list.count = (n)                          \
    }
#define TENON_FILTER_RANGE(operation, a, b)                                                        \
    {                                                                                              \
        .op = (operation), .as.range.low = (a), .as.range.high = (b)                               \
    }
#define TENON_FILTER_BARE(operation)                                                               \
    {                                                                                              \
        .op = (operation)                                                                          \
    }

#define TENON_OP_EQ(v) TENON_FILTER_VALUE(TENON_EQ, v)
#define TENON_OP_NE(v) TENON_FILTER_VALUE(TENON_NE, v)
#define TENON_OP_LT(v) TENON_FILTER_VALUE(TENON_LT, v)
#define TENON_OP_LE(v) TENON_FILTER_VALUE(TENON_LE, v)
#define TENON_OP_GT(v) TENON_FILTER_VALUE(TENON_GT, v)
#define TENON_OP_GE(v) TENON_FILTER_VALUE(TENON_GE, v)
#define TENON_OP_LIKE(v) TENON_FILTER_VALUE(TENON_LIKE, v)
#define TENON_OP_NOT_LIKE(v) TENON_FILTER_VALUE(TENON_NOT_LIKE, v)
#define TENON_OP_ILIKE(v) TENON_FILTER_VALUE(TENON_ILIKE, v)
#define TENON_OP_NOT_ILIKE(v) TENON_FILTER_VALUE(TENON_NOT_ILIKE, v)
#define TENON_OP_STARTS_WITH(v) TENON_FILTER_VALUE(TENON_STARTS_WITH, v)
#define TENON_OP_ENDS_WITH(v) TENON_FILTER_VALUE(TENON_ENDS_WITH, v)
#define TENON_OP_CONTAINS(v) TENON_FILTER_VALUE(TENON_CONTAINS, v)
#define TENON_OP_JSON_CONTAINS(v) TENON_FILTER_VALUE(TENON_JSON_CONTAINS, v)
#define TENON_OP_HAS(v)                                                                            \
    {                                                                                              \
        .op = TENON_HAS, .as.element = (v)                                                         \
    }
#define TENON_OP_IN(list_, n) TENON_FILTER_LIST(TENON_IN, list_, n)
#define TENON_OP_NOT_IN(list_, n) TENON_FILTER_LIST(TENON_NOT_IN, list_, n)
#define TENON_OP_HAS_ANY(list_, n) TENON_FILTER_LIST(TENON_HAS_ANY, list_, n)
#define TENON_OP_HAS_ALL(list_, n) TENON_FILTER_LIST(TENON_HAS_ALL, list_, n)
#define TENON_OP_BETWEEN(a, b) TENON_FILTER_RANGE(TENON_RANGE_GE_LE, a, b)
#define TENON_OP_NOT_BETWEEN(a, b) TENON_FILTER_RANGE(TENON_NOT_BETWEEN, a, b)
#define TENON_OP_RANGE(lower, a, upper, b) TENON_FILTER_RANGE(TENON_RANGE_##lower##_##upper, a, b)
#define TENON_FILTER_COLUMN(operation, c)                                                          \
    {                                                                                              \
        .op = (operation), .as.column = (c)                                                        \
    }
#define TENON_FILTER_PATH(operation, keys_, v)                                                     \
    {                                                                                              \
        .op = (operation), .as.path.keys = (keys_), .as.path.value = (v)                           \
    }
#define TENON_FILTER_MATCH(operation, keys_, v)                                                    \
    {                                                                                              \
        .op = (operation), .as.match.keys = (keys_), .as.match.text = (v)                          \
    }
#define TENON_OP_IEQ(v) TENON_FILTER_VALUE(TENON_IEQ, v)
#define TENON_OP_INE(v) TENON_FILTER_VALUE(TENON_INE, v)
#define TENON_OP_ISTARTS_WITH(v) TENON_FILTER_VALUE(TENON_ISTARTS_WITH, v)
#define TENON_OP_IENDS_WITH(v) TENON_FILTER_VALUE(TENON_IENDS_WITH, v)
#define TENON_OP_ICONTAINS(v) TENON_FILTER_VALUE(TENON_ICONTAINS, v)
#define TENON_OP_IIN(list_, n) TENON_FILTER_LIST(TENON_IIN, list_, n)
#define TENON_OP_NOT_IIN(list_, n) TENON_FILTER_LIST(TENON_NOT_IIN, list_, n)
#define TENON_OP_EQ_COLUMN(c) TENON_FILTER_COLUMN(TENON_EQ_COLUMN, c)
#define TENON_OP_NE_COLUMN(c) TENON_FILTER_COLUMN(TENON_NE_COLUMN, c)
#define TENON_OP_LT_COLUMN(c) TENON_FILTER_COLUMN(TENON_LT_COLUMN, c)
#define TENON_OP_LE_COLUMN(c) TENON_FILTER_COLUMN(TENON_LE_COLUMN, c)
#define TENON_OP_GT_COLUMN(c) TENON_FILTER_COLUMN(TENON_GT_COLUMN, c)
#define TENON_OP_GE_COLUMN(c) TENON_FILTER_COLUMN(TENON_GE_COLUMN, c)
#define TENON_OP_JSON_AT_NE(keys_, v) TENON_FILTER_PATH(TENON_JSON_PATH_NE, keys_, v)
#define TENON_OP_JSON_AT_LT(keys_, v) TENON_FILTER_PATH(TENON_JSON_PATH_LT, keys_, v)
#define TENON_OP_JSON_AT_LE(keys_, v) TENON_FILTER_PATH(TENON_JSON_PATH_LE, keys_, v)
#define TENON_OP_JSON_AT_GT(keys_, v) TENON_FILTER_PATH(TENON_JSON_PATH_GT, keys_, v)
#define TENON_OP_JSON_AT_GE(keys_, v) TENON_FILTER_PATH(TENON_JSON_PATH_GE, keys_, v)
#define TENON_OP_JSON_AT_HAS(keys_, v) TENON_FILTER_PATH(TENON_JSON_PATH_HAS, keys_, v)
#define TENON_OP_JSON_AT_FIRST(keys_, v) TENON_FILTER_PATH(TENON_JSON_PATH_FIRST, keys_, v)
#define TENON_OP_JSON_AT_LAST(keys_, v) TENON_FILTER_PATH(TENON_JSON_PATH_LAST, keys_, v)
#define TENON_OP_JSON_AT_STARTS_WITH(keys_, v)                                                     \
    TENON_FILTER_MATCH(TENON_JSON_PATH_STARTS_WITH, keys_, v)
#define TENON_OP_JSON_AT_ENDS_WITH(keys_, v) TENON_FILTER_MATCH(TENON_JSON_PATH_ENDS_WITH, keys_, v)
#define TENON_OP_JSON_AT_CONTAINS(keys_, v) TENON_FILTER_MATCH(TENON_JSON_PATH_CONTAINS, keys_, v)
#define TENON_OP_JSON_AT_ISTARTS_WITH(keys_, v)                                                    \
    TENON_FILTER_MATCH(TENON_JSON_PATH_ISTARTS_WITH, keys_, v)
#define TENON_OP_JSON_AT_IENDS_WITH(keys_, v)                                                      \
    TENON_FILTER_MATCH(TENON_JSON_PATH_IENDS_WITH, keys_, v)
#define TENON_OP_JSON_AT_ICONTAINS(keys_, v) TENON_FILTER_MATCH(TENON_JSON_PATH_ICONTAINS, keys_, v)
#define TENON_OP_JSON_AT(keys_, v)                                                                 \
    {                                                                                              \
        .op = TENON_JSON_PATH_EQ, .as.path.keys = (keys_), .as.path.value = (v)                    \
    }
#define TENON_OP_IS_NULL() TENON_FILTER_BARE(TENON_IS_NULL)
#define TENON_OP_NOT_NULL() TENON_FILTER_BARE(TENON_NOT_NULL_)
#define TENON_OP_IS_EMPTY() TENON_FILTER_BARE(TENON_IS_EMPTY)
#define TENON_OP_NOT_EMPTY() TENON_FILTER_BARE(TENON_NOT_EMPTY)
#define TENON_RAW_VALUE(kind_, member, v)                                                          \
    {                                                                                              \
        .kind = TENON_RAW_##kind_, .as.member = (v)                                                \
    }
#define TENON_OP_RAW_BOOL(v) TENON_RAW_VALUE(BOOL, flag, v)
#define TENON_OP_RAW_INT(v) TENON_RAW_VALUE(INT, number, v)
#define TENON_OP_RAW_FLOAT(v) TENON_RAW_VALUE(FLOAT, real, v)
#define TENON_OP_RAW_DECIMAL(v) TENON_RAW_VALUE(DECIMAL, decimal, v)
#define TENON_OP_RAW_TEXT(v) TENON_RAW_VALUE(TEXT, text, v)
#define TENON_OP_RAW_TIME(v) TENON_RAW_VALUE(TIME, time, v)
#define TENON_OP_RAW_UUID(v) TENON_RAW_VALUE(UUID, uuid, v)
#define TENON_OP_RAW_BYTES(v) TENON_RAW_VALUE(BYTES, bytes, v)
/* RAW("sql", value …): the text must be a literal. */
#define TENON_RAW_WITH(sql_, ...)                                                                  \
    {                                                                                              \
        .sql = "" sql_ "", .values = (const tenon_raw_value[])                                     \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define TENON_OP_RAW(...) TENON_RAW_WITH(__VA_ARGS__, {.kind = TENON_RAW_END})
#define TENON_OP_ASC(c)                                                                            \
    {                                                                                              \
        .column = (c), .direction = TENON_ASC                                                      \
    }
#define TENON_OP_DESC(c)                                                                           \
    {                                                                                              \
        .column = (c), .direction = TENON_DESC                                                     \
    }
#define TENON_OP_ASC_NULLS_FIRST(c)                                                                \
    {                                                                                              \
        .column = (c), .direction = TENON_ASC_NULLS_FIRST                                          \
    }
#define TENON_OP_DESC_NULLS_LAST(c)                                                                \
    {                                                                                              \
        .column = (c), .direction = TENON_DESC_NULLS_LAST                                          \
    }
/* Vectors: `.embedding = WITHIN(COSINE, v, 0.3)`, `.nearest = NEAREST(ITEM_EMBEDDING, COSINE, v)`;
 * metrics are L2, INNER_PRODUCT, COSINE. VECTOR(0.1f, 0.2f) lives as long as its block. */
#define TENON_OP_WITHIN(metric_, v, d)                                                             \
    {                                                                                              \
        .op = TENON_WITHIN_##metric_, .as.near.to = (v), .as.near.distance = (d)                   \
    }
#define TENON_OP_NEAREST(c, metric_, v)                                                            \
    {                                                                                              \
        .column = (c), .metric = TENON_##metric_, .to = (v)                                        \
    }
#define TENON_OP_VECTOR(...) ((tenon_vector)TENON_VECTOR_OF(__VA_ARGS__))
#define TENON_VECTOR_OF(...)                                                                       \
    {                                                                                              \
        .count = sizeof((const float[]){__VA_ARGS__}) / sizeof(float), .items = (const float[])    \
        {                                                                                          \
            __VA_ARGS__                                                                            \
        }                                                                                          \
    }
#define TENON_OP_ASC_COLLATE(c, name)                                                              \
    {                                                                                              \
        .column = (c), .direction = TENON_ASC, .collate = (name)                                   \
    }
#define TENON_OP_DESC_COLLATE(c, name)                                                             \
    {                                                                                              \
        .column = (c), .direction = TENON_DESC, .collate = (name)                                  \
    }
#define TENON_OP_SET(v)                                                                            \
    {                                                                                              \
        .op = TENON_SET, .value = (v)                                                              \
    }
#define TENON_OP_SET_NULL()                                                                        \
    {                                                                                              \
        .op = TENON_SET_NULL                                                                       \
    }
#define TENON_OP_SET_OR_NULL(v)                                                                    \
    {                                                                                              \
        .op = TENON_SET_OR_NULL, .value = (v)                                                      \
    }
#define TENON_OP_SET_OPT(o)                                                                        \
    {                                                                                              \
        .op = (o).has ? TENON_SET : TENON_SET_NULL, .value = (o).value                             \
    }
#define TENON_OP_SET_DEFAULT()                                                                     \
    {                                                                                              \
        .op = TENON_SET_DEFAULT                                                                    \
    }
#define TENON_OP_INCREASE(v)                                                                       \
    {                                                                                              \
        .op = TENON_INCREASE, .value = (v)                                                         \
    }
#define TENON_OP_DECREASE(v)                                                                       \
    {                                                                                              \
        .op = TENON_DECREASE, .value = (v)                                                         \
    }
#define TENON_OP_SCALE(v)                                                                          \
    {                                                                                              \
        .op = TENON_SCALE, .value = (v)                                                            \
    }
#define TENON_OP_PUSH(v)                                                                           \
    {                                                                                              \
        .op = TENON_PUSH, .value = (v)                                                             \
    }
#define TENON_OP_STILL(v)                                                                          \
    {                                                                                              \
        .op = TENON_STILL, .value = (v)                                                            \
    }

#ifndef TENON_NO_SHORT_NAMES

#ifdef EQ
#error "EQ is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_EQ"
#else
#define EQ(v) TENON_OP_EQ(v)
#endif
#ifdef NE
#error "NE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NE"
#else
#define NE(v) TENON_OP_NE(v)
#endif
#ifdef LT
#error "LT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_LT"
#else
#define LT(v) TENON_OP_LT(v)
#endif
#ifdef LE
#error "LE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_LE"
#else
#define LE(v) TENON_OP_LE(v)
#endif
#ifdef GT
#error "GT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_GT"
#else
#define GT(v) TENON_OP_GT(v)
#endif
#ifdef GE
#error "GE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_GE"
#else
#define GE(v) TENON_OP_GE(v)
#endif
#ifdef LIKE
#error "LIKE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_LIKE"
#else
#define LIKE(v) TENON_OP_LIKE(v)
#endif
#ifdef NOT_LIKE
#error "NOT_LIKE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NOT_LIKE"
#else
#define NOT_LIKE(v) TENON_OP_NOT_LIKE(v)
#endif
#ifdef ILIKE
#error "ILIKE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ILIKE"
#else
#define ILIKE(v) TENON_OP_ILIKE(v)
#endif
#ifdef NOT_ILIKE
#error "NOT_ILIKE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NOT_ILIKE"
#else
#define NOT_ILIKE(v) TENON_OP_NOT_ILIKE(v)
#endif
#ifdef STARTS_WITH
#error "STARTS_WITH is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_STARTS_WITH"
#else
#define STARTS_WITH(v) TENON_OP_STARTS_WITH(v)
#endif
#ifdef ENDS_WITH
#error "ENDS_WITH is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ENDS_WITH"
#else
#define ENDS_WITH(v) TENON_OP_ENDS_WITH(v)
#endif
#ifdef CONTAINS
#error "CONTAINS is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_CONTAINS"
#else
#define CONTAINS(v) TENON_OP_CONTAINS(v)
#endif
#ifdef JSON_CONTAINS
#error "JSON_CONTAINS is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_CONTAINS"
#else
#define JSON_CONTAINS(v) TENON_OP_JSON_CONTAINS(v)
#endif
#ifdef HAS
#error "HAS is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_HAS"
#else
#define HAS(v) TENON_OP_HAS(v)
#endif
#ifdef IN
#error "IN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_IN"
#else
#define IN(list_, n) TENON_OP_IN(list_, n)
#endif
#ifdef NOT_IN
#error "NOT_IN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NOT_IN"
#else
#define NOT_IN(list_, n) TENON_OP_NOT_IN(list_, n)
#endif
#ifdef HAS_ANY
#error "HAS_ANY is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_HAS_ANY"
#else
#define HAS_ANY(list_, n) TENON_OP_HAS_ANY(list_, n)
#endif
#ifdef HAS_ALL
#error "HAS_ALL is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_HAS_ALL"
#else
#define HAS_ALL(list_, n) TENON_OP_HAS_ALL(list_, n)
#endif
#ifdef BETWEEN
#error "BETWEEN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_BETWEEN"
#else
#define BETWEEN(a, b) TENON_OP_BETWEEN(a, b)
#endif
#ifdef NOT_BETWEEN
#error "NOT_BETWEEN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NOT_BETWEEN"
#else
#define NOT_BETWEEN(a, b) TENON_OP_NOT_BETWEEN(a, b)
#endif
#ifdef RANGE
#error "RANGE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_RANGE"
#else
#define RANGE(lower, a, upper, b) TENON_FILTER_RANGE(TENON_RANGE_##lower##_##upper, a, b)
#endif
#ifdef JSON_AT
#error "JSON_AT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT"
#else
#define JSON_AT(keys_, v) TENON_OP_JSON_AT(keys_, v)
#endif
#ifdef IEQ
#error "IEQ is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_IEQ"
#else
#define IEQ(v) TENON_OP_IEQ(v)
#endif
#ifdef INE
#error "INE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_INE"
#else
#define INE(v) TENON_OP_INE(v)
#endif
#ifdef ISTARTS_WITH
#error "ISTARTS_WITH is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ISTARTS_WITH"
#else
#define ISTARTS_WITH(v) TENON_OP_ISTARTS_WITH(v)
#endif
#ifdef IENDS_WITH
#error "IENDS_WITH is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_IENDS_WITH"
#else
#define IENDS_WITH(v) TENON_OP_IENDS_WITH(v)
#endif
#ifdef ICONTAINS
#error "ICONTAINS is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ICONTAINS"
#else
#define ICONTAINS(v) TENON_OP_ICONTAINS(v)
#endif
#ifdef IIN
#error "IIN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_IIN"
#else
#define IIN(list_, n) TENON_OP_IIN(list_, n)
#endif
#ifdef NOT_IIN
#error "NOT_IIN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NOT_IIN"
#else
#define NOT_IIN(list_, n) TENON_OP_NOT_IIN(list_, n)
#endif
#ifdef EQ_COLUMN
#error "EQ_COLUMN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_EQ_COLUMN"
#else
#define EQ_COLUMN(c) TENON_OP_EQ_COLUMN(c)
#endif
#ifdef NE_COLUMN
#error "NE_COLUMN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NE_COLUMN"
#else
#define NE_COLUMN(c) TENON_OP_NE_COLUMN(c)
#endif
#ifdef LT_COLUMN
#error "LT_COLUMN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_LT_COLUMN"
#else
#define LT_COLUMN(c) TENON_OP_LT_COLUMN(c)
#endif
#ifdef LE_COLUMN
#error "LE_COLUMN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_LE_COLUMN"
#else
#define LE_COLUMN(c) TENON_OP_LE_COLUMN(c)
#endif
#ifdef GT_COLUMN
#error "GT_COLUMN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_GT_COLUMN"
#else
#define GT_COLUMN(c) TENON_OP_GT_COLUMN(c)
#endif
#ifdef GE_COLUMN
#error "GE_COLUMN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_GE_COLUMN"
#else
#define GE_COLUMN(c) TENON_OP_GE_COLUMN(c)
#endif
#ifdef JSON_AT_NE
#error "JSON_AT_NE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT_NE"
#else
#define JSON_AT_NE(keys_, v) TENON_OP_JSON_AT_NE(keys_, v)
#endif
#ifdef JSON_AT_LT
#error "JSON_AT_LT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT_LT"
#else
#define JSON_AT_LT(keys_, v) TENON_OP_JSON_AT_LT(keys_, v)
#endif
#ifdef JSON_AT_LE
#error "JSON_AT_LE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT_LE"
#else
#define JSON_AT_LE(keys_, v) TENON_OP_JSON_AT_LE(keys_, v)
#endif
#ifdef JSON_AT_GT
#error "JSON_AT_GT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT_GT"
#else
#define JSON_AT_GT(keys_, v) TENON_OP_JSON_AT_GT(keys_, v)
#endif
#ifdef JSON_AT_GE
#error "JSON_AT_GE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT_GE"
#else
#define JSON_AT_GE(keys_, v) TENON_OP_JSON_AT_GE(keys_, v)
#endif
#ifdef JSON_AT_HAS
#error "JSON_AT_HAS is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT_HAS"
#else
#define JSON_AT_HAS(keys_, v) TENON_OP_JSON_AT_HAS(keys_, v)
#endif
#ifdef JSON_AT_FIRST
#error "JSON_AT_FIRST is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT_FIRST"
#else
#define JSON_AT_FIRST(keys_, v) TENON_OP_JSON_AT_FIRST(keys_, v)
#endif
#ifdef JSON_AT_LAST
#error "JSON_AT_LAST is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_JSON_AT_LAST"
#else
#define JSON_AT_LAST(keys_, v) TENON_OP_JSON_AT_LAST(keys_, v)
#endif
#ifdef JSON_AT_STARTS_WITH
#error "JSON_AT_STARTS_WITH is another header's: use TENON_NO_SHORT_NAMES and its TENON_OP_ name"
#else
#define JSON_AT_STARTS_WITH(keys_, v) TENON_OP_JSON_AT_STARTS_WITH(keys_, v)
#endif
#ifdef JSON_AT_ENDS_WITH
#error "JSON_AT_ENDS_WITH is another header's: use TENON_NO_SHORT_NAMES and its TENON_OP_ name"
#else
#define JSON_AT_ENDS_WITH(keys_, v) TENON_OP_JSON_AT_ENDS_WITH(keys_, v)
#endif
#ifdef JSON_AT_CONTAINS
#error "JSON_AT_CONTAINS is another header's: use TENON_NO_SHORT_NAMES and its TENON_OP_ name"
#else
#define JSON_AT_CONTAINS(keys_, v) TENON_OP_JSON_AT_CONTAINS(keys_, v)
#endif
#ifdef JSON_AT_ISTARTS_WITH
#error "JSON_AT_ISTARTS_WITH is another header's: use TENON_NO_SHORT_NAMES and its TENON_OP_ name"
#else
#define JSON_AT_ISTARTS_WITH(keys_, v) TENON_OP_JSON_AT_ISTARTS_WITH(keys_, v)
#endif
#ifdef JSON_AT_IENDS_WITH
#error "JSON_AT_IENDS_WITH is another header's: use TENON_NO_SHORT_NAMES and its TENON_OP_ name"
#else
#define JSON_AT_IENDS_WITH(keys_, v) TENON_OP_JSON_AT_IENDS_WITH(keys_, v)
#endif
#ifdef JSON_AT_ICONTAINS
#error "JSON_AT_ICONTAINS is another header's: use TENON_NO_SHORT_NAMES and its TENON_OP_ name"
#else
#define JSON_AT_ICONTAINS(keys_, v) TENON_OP_JSON_AT_ICONTAINS(keys_, v)
#endif
#ifdef IS_NULL
#error "IS_NULL is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_IS_NULL"
#else
#define IS_NULL() TENON_OP_IS_NULL()
#endif
#ifdef NOT_NULL
#error "NOT_NULL is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NOT_NULL"
#else
#define NOT_NULL() TENON_OP_NOT_NULL()
#endif
#ifdef IS_EMPTY
#error "IS_EMPTY is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_IS_EMPTY"
#else
#define IS_EMPTY() TENON_OP_IS_EMPTY()
#endif
#ifdef NOT_EMPTY
#error "NOT_EMPTY is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NOT_EMPTY"
#else
#define NOT_EMPTY() TENON_OP_NOT_EMPTY()
#endif
#ifdef RAW
#error "RAW is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_RAW"
#else
#define RAW(...) TENON_RAW_WITH(__VA_ARGS__, {.kind = TENON_RAW_END})
#endif
#if defined RAW_BOOL || defined RAW_INT || defined RAW_FLOAT || defined RAW_DECIMAL ||             \
    defined RAW_TEXT || defined RAW_TIME || defined RAW_UUID || defined RAW_BYTES
#error "a RAW_ macro is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_RAW_TEXT …"
#else
#define RAW_BOOL(v) TENON_OP_RAW_BOOL(v)
#define RAW_INT(v) TENON_OP_RAW_INT(v)
#define RAW_FLOAT(v) TENON_OP_RAW_FLOAT(v)
#define RAW_DECIMAL(v) TENON_OP_RAW_DECIMAL(v)
#define RAW_TEXT(v) TENON_OP_RAW_TEXT(v)
#define RAW_TIME(v) TENON_OP_RAW_TIME(v)
#define RAW_UUID(v) TENON_OP_RAW_UUID(v)
#define RAW_BYTES(v) TENON_OP_RAW_BYTES(v)
#endif
#ifdef ASC
#error "ASC is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ASC"
#else
#define ASC(c) TENON_OP_ASC(c)
#endif
#ifdef DESC
#error "DESC is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_DESC"
#else
#define DESC(c) TENON_OP_DESC(c)
#endif
#ifdef ASC_NULLS_FIRST
#error "ASC_NULLS_FIRST is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ASC_NULLS_FIRST"
#else
#define ASC_NULLS_FIRST(c) TENON_OP_ASC_NULLS_FIRST(c)
#endif
#ifdef DESC_NULLS_LAST
#error "DESC_NULLS_LAST is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_DESC_NULLS_LAST"
#else
#define DESC_NULLS_LAST(c) TENON_OP_DESC_NULLS_LAST(c)

#ifdef ASC_COLLATE
#error "ASC_COLLATE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_ASC_COLLATE"
#endif
#define ASC_COLLATE(c, name) TENON_OP_ASC_COLLATE(c, name)

#ifdef WITHIN
#error "WITHIN is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_WITHIN"
#endif
#define WITHIN(metric, v, d) TENON_OP_WITHIN(metric, v, d)

#ifdef NEAREST
#error "NEAREST is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_NEAREST"
#endif
#define NEAREST(c, metric, v) TENON_OP_NEAREST(c, metric, v)

#ifdef VECTOR
#error "VECTOR is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_VECTOR"
#endif
#define VECTOR(...) TENON_OP_VECTOR(__VA_ARGS__)

#ifdef DESC_COLLATE
#error "DESC_COLLATE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_DESC_COLLATE"
#endif
#define DESC_COLLATE(c, name) TENON_OP_DESC_COLLATE(c, name)
#endif
#ifdef SET
#error "SET is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_SET"
#else
#define SET(v) TENON_OP_SET(v)
#endif
#ifdef SET_NULL
#error "SET_NULL is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_SET_NULL"
#else
#define SET_NULL() TENON_OP_SET_NULL()
#endif
#ifdef SET_OR_NULL
#error "SET_OR_NULL is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_SET_OR_NULL"
#else
#define SET_OR_NULL(v) TENON_OP_SET_OR_NULL(v)
#endif
#ifdef SET_OPT
#error "SET_OPT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_SET_OPT"
#else
#define SET_OPT(o) TENON_OP_SET_OPT(o)
#endif
#ifdef SET_DEFAULT
#error "SET_DEFAULT is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_SET_DEFAULT"
#else
#define SET_DEFAULT() TENON_OP_SET_DEFAULT()
#endif
#ifdef INCREASE
#error "INCREASE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_INCREASE"
#else
#define INCREASE(v) TENON_OP_INCREASE(v)
#endif
#ifdef DECREASE
#error "DECREASE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_DECREASE"
#else
#define DECREASE(v) TENON_OP_DECREASE(v)
#endif
#ifdef SCALE
#error "SCALE is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_SCALE"
#else
#define SCALE(v) TENON_OP_SCALE(v)
#endif
#ifdef PUSH
#error "PUSH is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_PUSH"
#else
#define PUSH(v) TENON_OP_PUSH(v)
#endif
#ifdef STILL
#error "STILL is another header's: use TENON_NO_SHORT_NAMES and TENON_OP_STILL"
#else
#define STILL(v) TENON_OP_STILL(v)
#endif

#endif
#endif
#endif
