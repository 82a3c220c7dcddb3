/* SQL of the program's own, through the session's pool, transaction, hooks and limits: statements
 * of SQL files (statement.h), which a database has checked when they were generated, and dynamic
 * SQL, whose text is put together at run time:
 *
 *     tenon_sql *q = tenon_sql_new(s);
 *     tenon_sqlf(q, "SELECT %p FROM %p AS p WHERE p.published",
 *                SQL_COLUMNS(&post_model, "p"), SQL_TABLE(&post_model));
 *     if (least_views)
 *         tenon_sqlf(q, "AND p.views >= %d", least_views);
 *     if (ids.count)
 *         tenon_sqlf(q, "AND p.id %p", SQL_IN(ids));
 *     tenon_list posts = tenon_sql_many(q, SQL_MODEL(&post_model));
 *
 * The texts are printf formats, which the compiler checks, and every conversion becomes a bound
 * parameter: no value ever stands in the text. These are allowed:
 *
 *     %d %i       int: an integer of 32 bits. %ld %lld %zd, PRId64: of 64 bits
 *     %u %lu …    unsigned, as an integer of 64 bits; RANGE beyond its largest
 *     %f %lf      double
 *     %s          text, whose type PostgreSQL infers where it stands. NULL is MISUSE:
 *                 SQL_VALUE(text) of a const char * takes it for SQL's NULL
 *     %p          what a macro below makes: a value of any other type, names, lists, other SQL
 *     %%          a percent sign, also inside of quotes
 *
 * MISUSE, when the text is given, are: any other conversion, flags and widths (%.2f), %n; one
 * inside of quotes or a comment, or with a letter, a digit or a quote right beside it; quotes or a
 * comment that do not end in the same text; a parameter of the database's own ($1, ?1); a second
 * command behind a semicolon; a pointer for %p that no macro has made; and a text that is not
 * UTF-8.
 * Where a name has to vary, the macros quote it.
 *
 * Errors stick to the session: a tenon_sql is made of what was accepted, and nothing runs after a
 * failure. Arguments are borrowed for the call; what they say is kept in the session's arena, as
 * the tenon_sql itself is, until the session is closed, reset or rewound. It can be run again, and
 * added to. Equal texts with values of equal types share a plan and a prepared statement. */
#ifndef TENON_SQL_H
#define TENON_SQL_H

#include <tenon/explain.h>
#include <tenon/statement.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_sql tenon_sql;

/* ---- the text -------------------------------------------------------------------------------- */

/* NULL when the session has failed or memory is exhausted; the calls below accept that, and do
 * nothing. */
TENON_API tenon_sql *tenon_sql_new(tenon_session *s);
/* Adds text, with a space between it and what is there. Returns `q`. */
TENON_API tenon_sql *tenon_sqlf(tenon_sql *q, const char *format, ...) TENON_PRINTF(2, 3);
/* PostgreSQL plans for the values of each run: for skewed data. */
TENON_API tenon_sql *tenon_sql_plan(tenon_sql *q, tenon_plan_mode plan);
/* The SQL as the database gets it, in the session's arena; "" without any. */
TENON_API const char *tenon_sql_text(const tenon_sql *q);

/* ---- running --------------------------------------------------------------------------------- */

/* What a statement gives: rows of a model, in the order of SQL_COLUMNS, or of a struct of the
 * program's own whose columns TENON_RESULT_COLUMN describes. Names and types of the database's
 * columns are compared at the first use, and have to be these: SCHEMA names both sides. The
 * descriptor stays as it is while the database is open. */
#define TENON_SQL_MODEL(model_) (&(const tenon_result){.model = (model_)})

/* One row, or NULL when there is none; more are CONFLICT. */
TENON_API void *tenon_sql_one(tenon_sql *q, const tenon_result *result);
TENON_API tenon_list tenon_sql_many(tenon_sql *q, const tenon_result *result);
/* tenon_stream_next, tenon_stream_close. */
TENON_API tenon_stream *tenon_sql_stream(tenon_sql *q, const tenon_result *result);
/* For writes: the number of rows. */
TENON_API int64_t tenon_sql_exec(tenon_sql *q);
/* How the database would go about it; nothing of it is run. */
TENON_API const tenon_explanation *tenon_sql_explain(tenon_sql *q);
TENON_API const tenon_explanation *
tenon_statement_explain(tenon_session *s, const tenon_statement *statement, const void *params);

/* ---- rows of any columns, as texts ----------------------------------------------------------- */

/* For tools that do not know what they ask: each value in the text form of the database, NULL for
 * NULL. In the session's arena. */
typedef struct tenon_cells {
    const char *const *const *rows; /* rows[row][column] */
    size_t row_count, column_count;
    const char *const *names; /* of the columns */
} tenon_cells;

/* Runs it; all rows as text, in the session's memory. NULL when it fails. */
TENON_API const tenon_cells *tenon_sql_cells(tenon_sql *q);

static inline const char *tenon_cell(const tenon_cells *cells, size_t row, size_t column)
{
    bool is_there = row < cells->row_count && column < cells->column_count;
    return is_there ? cells->rows[row][column] : NULL;
}
/* A text as a value. False with *err (TYPE, RANGE; TYPE for NULL) and *out as it was; for other
 * types see types.h: tenon_time_parse, tenon_uuid_parse, tenon_decimal_parse. */
TENON_API bool tenon_cell_int64(const char *text, int64_t *out, tenon_error *err);
TENON_API bool tenon_cell_double(const char *text, double *out, tenon_error *err);
TENON_API bool tenon_cell_bool(const char *text, bool *out, tenon_error *err);

/* ---- what %p takes --------------------------------------------------------------------------- */

typedef enum tenon_sql_form {
    TENON_SQL_FORM_VALUE = 1,
    TENON_SQL_FORM_ARRAY,   /* as.list of row-form elements: the value of an array column */
    TENON_SQL_FORM_IN,      /* as.list: = ANY($1), IN (…) */
    TENON_SQL_FORM_NOT_IN,  /* <> ALL($1), NOT IN (…) */
    TENON_SQL_FORM_LIKE,    /* as.text, found by `operation` */
    TENON_SQL_FORM_TABLE,   /* of model */
    TENON_SQL_FORM_COLUMN,  /* of model */
    TENON_SQL_FORM_COLUMNS, /* of model */
    TENON_SQL_FORM_NAME,    /* as.text */
    TENON_SQL_FORM_PART     /* as.part */
} tenon_sql_form;

#define TENON_SQL_TAG "tenon \x1bsql"

/* Made by the macros below. C++, which lacks what they are made of, fills one in with the
 * functions and passes its address. */
typedef struct tenon_sql_item {
    char tag[sizeof TENON_SQL_TAG];
    tenon_sql_form form;
    int kind; /* a tenon_kind */
    int operation;
    int column;
    bool is_null;
    const tenon_model *model;
    const tenon_enum *enumeration;
    const char *alias;
    union {
        int truth;
        int64_t integer;
        double real;
        const char *text;
        tenon_decimal decimal;
        tenon_json json;
        tenon_bytes bytes;
        tenon_uuid uuid;
        tenon_time time;
        tenon_date date;
        tenon_clock clock;
        tenon_clock_tz clock_tz;
        struct {
            const void *items;
            size_t count;
        } list;
        const tenon_sql *part;
    } as;
} tenon_sql_item;

static inline tenon_sql_item tenon_sql_item_of(tenon_sql_form form, int kind)
{
    tenon_sql_item item = {TENON_SQL_TAG, form, kind, 0, 0, false, NULL, NULL, NULL, {0}};
    return item;
}

/* tenon_sql_of_time(tenon_time value), … and tenon_sql_of_opt_time, tenon_sql_of_time_array. */
#define TENON_SQL_OF(name, type, kind_, member)                                                    \
    static inline tenon_sql_item tenon_sql_of_##name(type value)                                   \
    {                                                                                              \
        tenon_sql_item item = tenon_sql_item_of(TENON_SQL_FORM_VALUE, TENON_KIND_##kind_);         \
        item.as.member = value;                                                                    \
        return item;                                                                               \
    }
#define TENON_SQL_OF_OPTIONAL(name)                                                                \
    static inline tenon_sql_item tenon_sql_of_opt_##name(tenon_opt_##name value)                   \
    {                                                                                              \
        tenon_sql_item item = tenon_sql_of_##name(value.value);                                    \
        item.is_null = !value.has;                                                                 \
        return item;                                                                               \
    }
#define TENON_SQL_OF_ARRAY(name, kind_)                                                            \
    static inline tenon_sql_item tenon_sql_of_##name##_array(tenon_##name##_array value)           \
    {                                                                                              \
        tenon_sql_item item = tenon_sql_item_of(TENON_SQL_FORM_ARRAY, TENON_KIND_##kind_);         \
        item.as.list.items = value.items;                                                          \
        item.as.list.count = value.count;                                                          \
        return item;                                                                               \
    }

TENON_SQL_OF(bool, bool, BOOL, truth)
TENON_SQL_OF(int16, int16_t, INT16, integer)
TENON_SQL_OF(int32, int32_t, INT32, integer)
TENON_SQL_OF(int64, int64_t, INT64, integer)
TENON_SQL_OF(float, float, FLOAT, real)
TENON_SQL_OF(double, double, DOUBLE, real)
TENON_SQL_OF(text, const char *, TEXT, text)
TENON_SQL_OF(decimal, tenon_decimal, DECIMAL, decimal)
TENON_SQL_OF(json, tenon_json, JSON, json)
TENON_SQL_OF(bytes, tenon_bytes, BYTES, bytes)
TENON_SQL_OF(uuid, tenon_uuid, UUID, uuid)
TENON_SQL_OF(time, tenon_time, TIME, time)
TENON_SQL_OF(date, tenon_date, DATE, date)
TENON_SQL_OF(clock, tenon_clock, CLOCK, clock)
TENON_SQL_OF(clock_tz, tenon_clock_tz, CLOCK_TZ, clock_tz)
TENON_SQL_OF_OPTIONAL(bool)
TENON_SQL_OF_OPTIONAL(int16)
TENON_SQL_OF_OPTIONAL(int32)
TENON_SQL_OF_OPTIONAL(int64)
TENON_SQL_OF_OPTIONAL(float)
TENON_SQL_OF_OPTIONAL(double)
TENON_SQL_OF_OPTIONAL(uuid)
TENON_SQL_OF_OPTIONAL(time)
TENON_SQL_OF_OPTIONAL(date)
TENON_SQL_OF_OPTIONAL(clock)
TENON_SQL_OF_OPTIONAL(clock_tz)
TENON_SQL_OF_ARRAY(bool, BOOL)
TENON_SQL_OF_ARRAY(int16, INT16)
TENON_SQL_OF_ARRAY(int32, INT32)
TENON_SQL_OF_ARRAY(int64, INT64)
TENON_SQL_OF_ARRAY(float, FLOAT)
TENON_SQL_OF_ARRAY(double, DOUBLE)
TENON_SQL_OF_ARRAY(text, TEXT)
TENON_SQL_OF_ARRAY(decimal, DECIMAL)
TENON_SQL_OF_ARRAY(uuid, UUID)
TENON_SQL_OF_ARRAY(date, DATE)
TENON_SQL_OF_ARRAY(time, TIME)
TENON_SQL_OF_ARRAY(clock, CLOCK)

static inline tenon_sql_item tenon_sql_of_enum(const tenon_enum *enumeration, int value)
{
    tenon_sql_item item = tenon_sql_item_of(TENON_SQL_FORM_VALUE, TENON_KIND_ENUM);
    item.enumeration = enumeration;
    item.as.truth = value;
    return item;
}
static inline tenon_sql_item tenon_sql_of_list(tenon_sql_form form, tenon_sql_item array)
{
    array.form = form;
    return array;
}
/* `items`: of the enum's type. */
static inline tenon_sql_item tenon_sql_of_enum_list(tenon_sql_form form,
                                                    const tenon_enum *enumeration,
                                                    const void *items, size_t count)
{
    tenon_sql_item item = tenon_sql_item_of(form, TENON_KIND_ENUM);
    item.enumeration = enumeration;
    item.as.list.items = items;
    item.as.list.count = count;
    return item;
}
static inline tenon_sql_item tenon_sql_of_match(tenon_operator operation, const char *text)
{
    tenon_sql_item item = tenon_sql_item_of(TENON_SQL_FORM_LIKE, TENON_KIND_TEXT);
    item.operation = (int)operation;
    item.as.text = text;
    return item;
}
static inline tenon_sql_item tenon_sql_of_model(tenon_sql_form form, const tenon_model *model,
                                                int column, const char *alias)
{
    tenon_sql_item item = tenon_sql_item_of(form, 0);
    item.model = model;
    item.column = column;
    item.alias = alias;
    return item;
}
static inline tenon_sql_item tenon_sql_of_name(const char *name)
{
    tenon_sql_item item = tenon_sql_item_of(TENON_SQL_FORM_NAME, 0);
    item.as.text = name;
    return item;
}
static inline tenon_sql_item tenon_sql_of_part(const tenon_sql *part)
{
    tenon_sql_item item = tenon_sql_item_of(TENON_SQL_FORM_PART, 0);
    item.as.part = part;
    return item;
}

#ifdef __cplusplus
}
#else

/* The address of an item that lives as long as the block of the call. */
#define TENON_SQL_ITEM(item) ((const void *)(const tenon_sql_item[]){item})

/* A value of a type of types.h, an optional one or an array too; of a text, NULL is SQL's NULL. */
#define TENON_SQL_VALUE(value) TENON_SQL_ITEM(TENON_SQL_CHOOSE(value)(value))
/* A value of an enum of the schema: SQL_ENUM(&role_enum, ROLE_ADMIN). */
#define TENON_SQL_ENUM(enumeration, value) TENON_SQL_ITEM(tenon_sql_of_enum(enumeration, value))
/* `id %p`: whether it is one of the items of a tenon_…_array, or none; of an empty one nothing is,
 * and everything is none. */
#define TENON_SQL_IN(array)                                                                        \
    TENON_SQL_ITEM(tenon_sql_of_list(TENON_SQL_FORM_IN, TENON_SQL_CHOOSE_LIST(array)(array)))
#define TENON_SQL_NOT_IN(array)                                                                    \
    TENON_SQL_ITEM(tenon_sql_of_list(TENON_SQL_FORM_NOT_IN, TENON_SQL_CHOOSE_LIST(array)(array)))
/* `role %p`: the same of a list of values of an enum: SQL_ENUM_IN(&role_enum, roles), where roles
 * is a RoleArray or any other struct of items and count. */
#define TENON_SQL_ENUM_IN(enumeration, array)                                                      \
    TENON_SQL_ITEM(                                                                                \
        tenon_sql_of_enum_list(TENON_SQL_FORM_IN, enumeration, (array).items, (array).count))
#define TENON_SQL_ENUM_NOT_IN(enumeration, array)                                                  \
    TENON_SQL_ITEM(                                                                                \
        tenon_sql_of_enum_list(TENON_SQL_FORM_NOT_IN, enumeration, (array).items, (array).count))
/* `title %p`: whether a text contains, begins or ends with exactly this one; the I… forms without
 * regard to case (SQLite: of A-Z). */
#define TENON_SQL_CONTAINS(text) TENON_SQL_ITEM(tenon_sql_of_match(TENON_CONTAINS, text))
#define TENON_SQL_STARTS_WITH(text) TENON_SQL_ITEM(tenon_sql_of_match(TENON_STARTS_WITH, text))
#define TENON_SQL_ENDS_WITH(text) TENON_SQL_ITEM(tenon_sql_of_match(TENON_ENDS_WITH, text))
#define TENON_SQL_ICONTAINS(text) TENON_SQL_ITEM(tenon_sql_of_match(TENON_ICONTAINS, text))
#define TENON_SQL_ISTARTS_WITH(text) TENON_SQL_ITEM(tenon_sql_of_match(TENON_ISTARTS_WITH, text))
#define TENON_SQL_IENDS_WITH(text) TENON_SQL_ITEM(tenon_sql_of_match(TENON_IENDS_WITH, text))
/* Names, quoted: of a model's table; of one of its columns, or all, behind the table's alias (NULL:
 * none); any other, for tools. */
#define TENON_SQL_TABLE(model)                                                                     \
    TENON_SQL_ITEM(tenon_sql_of_model(TENON_SQL_FORM_TABLE, model, 0, NULL))
#define TENON_SQL_COLUMN(model, column, alias)                                                     \
    TENON_SQL_ITEM(tenon_sql_of_model(TENON_SQL_FORM_COLUMN, model, (int)(column), alias))
#define TENON_SQL_COLUMNS(model, alias)                                                            \
    TENON_SQL_ITEM(tenon_sql_of_model(TENON_SQL_FORM_COLUMNS, model, 0, alias))
#define TENON_SQL_NAME(name) TENON_SQL_ITEM(tenon_sql_of_name(name))
/* The text and the values of another tenon_sql as they are now: conditions that several queries
 * share, a query inside of another. */
#define TENON_SQL_PART(part) TENON_SQL_ITEM(tenon_sql_of_part(part))

/* clang-format off */
#define TENON_SQL_CHOOSE(value)                                                                    \
    __extension__ _Generic((value), bool: tenon_sql_of_bool, int16_t: tenon_sql_of_int16,          \
        int: tenon_sql_of_int32, long: tenon_sql_of_int64, long long: tenon_sql_of_int64,          \
        float: tenon_sql_of_float, double: tenon_sql_of_double,                                    \
        const char *: tenon_sql_of_text, char *: tenon_sql_of_text,                                \
        tenon_decimal: tenon_sql_of_decimal, tenon_json: tenon_sql_of_json,                        \
        tenon_bytes: tenon_sql_of_bytes, tenon_uuid: tenon_sql_of_uuid,                            \
        tenon_time: tenon_sql_of_time, tenon_date: tenon_sql_of_date,                              \
        tenon_clock: tenon_sql_of_clock, tenon_clock_tz: tenon_sql_of_clock_tz,                    \
        tenon_opt_bool: tenon_sql_of_opt_bool, tenon_opt_int16: tenon_sql_of_opt_int16,            \
        tenon_opt_int32: tenon_sql_of_opt_int32, tenon_opt_int64: tenon_sql_of_opt_int64,          \
        tenon_opt_float: tenon_sql_of_opt_float, tenon_opt_double: tenon_sql_of_opt_double,        \
        tenon_opt_uuid: tenon_sql_of_opt_uuid, tenon_opt_time: tenon_sql_of_opt_time,              \
        tenon_opt_date: tenon_sql_of_opt_date, tenon_opt_clock: tenon_sql_of_opt_clock,            \
        tenon_opt_clock_tz: tenon_sql_of_opt_clock_tz,                                             \
        tenon_bool_array: tenon_sql_of_bool_array,                                                 \
        TENON_SQL_LIST_CHOICES)
#define TENON_SQL_CHOOSE_LIST(array) __extension__ _Generic((array), TENON_SQL_LIST_CHOICES)
#define TENON_SQL_LIST_CHOICES                                                                     \
        tenon_int16_array: tenon_sql_of_int16_array, tenon_int32_array: tenon_sql_of_int32_array,  \
        tenon_int64_array: tenon_sql_of_int64_array, tenon_float_array: tenon_sql_of_float_array,  \
        tenon_double_array: tenon_sql_of_double_array, tenon_text_array: tenon_sql_of_text_array,  \
        tenon_decimal_array: tenon_sql_of_decimal_array,                                           \
        tenon_uuid_array: tenon_sql_of_uuid_array, tenon_date_array: tenon_sql_of_date_array,      \
        tenon_time_array: tenon_sql_of_time_array, tenon_clock_array: tenon_sql_of_clock_array
/* clang-format on */

/* A column of a struct of the program's own: TENON_RESULT_COLUMN(Report, views, INT64, 0), with
 * TENON_FIELD_NULLABLE for members that are a tenon_opt_… or a pointer that may be NULL. On
 * PostgreSQL the column has to be of just the kind's type: integer is INT32, bigint INT64, varchar
 * and text are TEXT, timestamp is TIME and timestamptz TIMESTAMPTZ; a cast makes it so. */
#define TENON_RESULT_COLUMN(struct_, member, kind_, flags_)                                        \
    {                                                                                              \
        .name = #member, .column = #member, TENON_RESULT_##kind_, .flags = (flags_),               \
        .precision = -1, .row_offset = offsetof(struct_, member)                                   \
    }
#define TENON_RESULT_OF(struct_, columns_)                                                         \
    {                                                                                              \
        .columns = (columns_), .column_count = sizeof(columns_) / sizeof *(columns_),              \
        .row_size = sizeof(struct_)                                                                \
    }
#define TENON_RESULT_TYPE(kind_, type) .kind = TENON_KIND_##kind_, .pg_type = TENON_PG_##type
#define TENON_RESULT_BOOL TENON_RESULT_TYPE(BOOL, BOOL)
#define TENON_RESULT_INT16 TENON_RESULT_TYPE(INT16, INT2)
#define TENON_RESULT_INT32 TENON_RESULT_TYPE(INT32, INT4)
#define TENON_RESULT_INT64 TENON_RESULT_TYPE(INT64, INT8)
#define TENON_RESULT_FLOAT TENON_RESULT_TYPE(FLOAT, FLOAT4)
#define TENON_RESULT_DOUBLE TENON_RESULT_TYPE(DOUBLE, FLOAT8)
#define TENON_RESULT_DECIMAL TENON_RESULT_TYPE(DECIMAL, NUMERIC)
#define TENON_RESULT_TEXT TENON_RESULT_TYPE(TEXT, TEXT)
#define TENON_RESULT_JSON TENON_RESULT_TYPE(JSON, JSON)
#define TENON_RESULT_JSONB TENON_RESULT_TYPE(JSON, JSONB)
#define TENON_RESULT_BYTES TENON_RESULT_TYPE(BYTES, BYTEA)
#define TENON_RESULT_UUID TENON_RESULT_TYPE(UUID, UUID)
#define TENON_RESULT_TIME TENON_RESULT_TYPE(TIME, TIMESTAMP)
#define TENON_RESULT_TIMESTAMPTZ TENON_RESULT_TYPE(TIME, TIMESTAMPTZ)
#define TENON_RESULT_DATE TENON_RESULT_TYPE(DATE, DATE)
#define TENON_RESULT_CLOCK TENON_RESULT_TYPE(CLOCK, TIME)

#include <tenon/sql_names.h>
#endif
#endif
