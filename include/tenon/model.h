/* Descriptors, and what calls take: what generated code is made of, beside filter.h.
 *
 * A generated file holds one `const tenon_model` a model and plain structs whose members the
 * descriptor names by offset. Nothing is registered or patched at start-up; a descriptor must stay
 * as it is while a database is open that it was used with, because plans point into it. Programs
 * use the macros at the end of this header (`GE(18)`, `SET("x")`); the rest is for generated code
 * and for tools that make descriptors at run time.
 *
 * There are two representations of a value. A row holds the narrow one (int16_t, bool,
 * tenon_opt_…). Filters and changes hold the wide one, so that nothing is cut before it is checked:
 * every integer is int64_t, bool is int, float is double, an enum is int. `tenon_kind` names
 * both. */
#ifndef TENON_MODEL_H
#define TENON_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/change.h>
#include <tenon/codec.h>
#include <tenon/export.h>
#include <tenon/filter.h>
#include <tenon/session.h>
#include <tenon/types.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    TENON_ABI = 4,
    TENON_MAX_ORDER = 8,    /* terms of an order_by */
    TENON_MAX_DISTINCT = 8, /* columns of a distinct */
    TENON_MAX_KEY = 16,     /* columns of a primary key or unique */
    TENON_NO_INVERSE = 0xffff
};

/* ---- descriptors ----------------------------------------------------------------------------- */

typedef enum tenon_kind {
    TENON_KIND_BOOL = 1, /* row: bool            wide: int */
    TENON_KIND_INT16,    /* int16_t              int64_t */
    TENON_KIND_INT32,    /* int32_t              int64_t */
    TENON_KIND_INT64,    /* int64_t              int64_t */
    TENON_KIND_FLOAT,    /* float                double */
    TENON_KIND_DOUBLE,   /* double               double */
    TENON_KIND_DECIMAL,  /* tenon_decimal        the same from here on */
    TENON_KIND_TEXT,     /* const char * */
    TENON_KIND_JSON,     /* tenon_json */
    TENON_KIND_BYTES,    /* tenon_bytes */
    TENON_KIND_UUID,     /* tenon_uuid */
    TENON_KIND_TIME,     /* tenon_time: timestamp and timestamptz */
    TENON_KIND_DATE,     /* tenon_date */
    TENON_KIND_CLOCK,    /* tenon_clock */
    TENON_KIND_CLOCK_TZ, /* tenon_clock_tz */
    TENON_KIND_INTERVAL, /* tenon_interval */
    TENON_KIND_VECTOR,   /* tenon_vector; never in a list */
    TENON_KIND_PACKED,   /* a tenon_…_array in one value (@tenon.compress); never in a list */
    TENON_KIND_ENUM,     /* int, 1 … count */
    TENON_KIND_OTHER     /* const char *: the database's own text form (inet, xml, Unsupported) */
} tenon_kind;

/* The type of the column in PostgreSQL. It decides parameter types, casts and the first-use check;
 * the OIDs of those with a fixed one stand in lib/driver/postgres. */
typedef enum tenon_pg_type {
    TENON_PG_BOOL = 1,
    TENON_PG_INT2,
    TENON_PG_INT4,
    TENON_PG_INT8,
    TENON_PG_OID,
    TENON_PG_FLOAT4,
    TENON_PG_FLOAT8,
    TENON_PG_NUMERIC,
    TENON_PG_MONEY,
    TENON_PG_TEXT,
    TENON_PG_VARCHAR,
    TENON_PG_BPCHAR,
    TENON_PG_CITEXT, /* no fixed OID: sent as 0 */
    TENON_PG_JSON,
    TENON_PG_JSONB,
    TENON_PG_BYTEA,
    TENON_PG_UUID,
    TENON_PG_TIMESTAMP,
    TENON_PG_TIMESTAMPTZ,
    TENON_PG_DATE,
    TENON_PG_TIME,
    TENON_PG_TIMETZ,
    TENON_PG_INTERVAL,
    TENON_PG_BIT,
    TENON_PG_VARBIT,
    TENON_PG_INET,
    TENON_PG_XML,
    TENON_PG_VECTOR, /* no fixed OID, and yet binary */
    TENON_PG_ENUM,   /* no fixed OID */
    TENON_PG_OTHER   /* no fixed OID: read as ::text, bound as text */
} tenon_pg_type;

typedef enum tenon_field_flag {
    TENON_FIELD_NULLABLE = 1 << 0,
    TENON_FIELD_LIST = 1 << 1,
    TENON_FIELD_KEY = 1 << 2,        /* part of the primary key */
    TENON_FIELD_GENERATED = 1 << 3,  /* the database fills it in when it is left out */
    TENON_FIELD_UPDATED_AT = 1 << 4, /* set to now by create and by every update */
    TENON_FIELD_SENSITIVE = 1 << 5,
    TENON_FIELD_EXACT = 1 << 6,      /* SQLite: a decimal stored as sortable text */
    TENON_FIELD_VERSION = 1 << 7,    /* counts the changes of the row; see TENON_STILL */
    TENON_FIELD_CREATED_BY = 1 << 8, /* set to the session's actor by create */
    TENON_FIELD_UPDATED_BY = 1 << 9  /* … and by every update */
} tenon_field_flag;

typedef enum tenon_default_kind {
    TENON_DEFAULT_NONE = 0,
    TENON_DEFAULT_VALUE, /* .value points at the wide value (a tenon_…_array for lists) */
    TENON_DEFAULT_NOW,
    TENON_DEFAULT_UUID4,
    TENON_DEFAULT_UUID7,
    TENON_DEFAULT_CUID,
    TENON_DEFAULT_CUID2,
    TENON_DEFAULT_ULID,
    TENON_DEFAULT_NANOID /* .length */
} tenon_default_kind;

typedef struct tenon_enum {
    const char *name;          /* as in the schema */
    const char *type;          /* the type's name in PostgreSQL */
    const char *type_schema;   /* or NULL */
    const char *const *names;  /* as in the schema; the C value is the index + 1 */
    const char *const *values; /* as in the database */
    uint32_t count;
} tenon_enum;

/* Bounds of `@tenon.validate`; has_… says which apply. */
typedef struct tenon_validation {
    bool has_min, has_max, has_min_length, has_max_length;
    bool is_required; /* NULL is not valid, although the column can hold it */
    double min, max;
    uint32_t min_length, max_length; /* characters */
    const char *pattern;             /* POSIX extended regular expression, or NULL */
    const char *message;             /* instead of the built-in one, or NULL */
    bool (*check)(const void *wide_value, tenon_error *err); /* or NULL */
} tenon_validation;

/* How the arrays of a column are packed. Its functions are those of <tenon/codec.h>, so that only
 * programs with such a column need libtenon-codec. */
typedef struct tenon_packing {
    tenon_kind element; /* the kind of an element, which stands in the array in its row form */
    tenon_array_type type;
    tenon_pack_options options;
    bool (*pack)(const tenon_array *array, const tenon_pack_options *options, tenon_packed *out,
                 tenon_error *err);
    bool (*unpack)(const void *data, size_t length, const tenon_unpack_options *options,
                   tenon_unpacked *out, tenon_error *err);
} tenon_packing;

typedef struct tenon_field {
    const char *name;   /* as in the schema */
    const char *column; /* in the database */
    tenon_kind kind;
    tenon_pg_type pg_type;
    uint32_t flags;
    /* numeric(precision, scale); varchar, char, bit: precision = length; times: precision = digits
     * of the second, -1 when the column has none given; a vector: precision = dimensions, or -1 */
    int32_t precision, scale;
    uint32_t row_offset, where_offset, set_offset;
    tenon_default_kind default_kind;
    uint32_t default_length;
    const void *default_value;
    const tenon_enum *enumeration;      /* TENON_KIND_ENUM */
    const char *other_type;             /* TENON_PG_OTHER: the type's name in PostgreSQL */
    const tenon_validation *validation; /* or NULL */
    const tenon_packing *packing;       /* TENON_KIND_PACKED */
} tenon_field;

typedef struct tenon_unique {
    const char *name;       /* for messages and find_by: "email", "userId_groupId" */
    const char *constraint; /* in the database */
    const uint16_t *fields; /* indexes into the model's fields */
    uint16_t field_count;
    bool is_primary;
    bool is_partial; /* no target for upsert */
} tenon_unique;

/* Other constraints by name, so that errors can name fields. */
typedef struct tenon_constraint {
    const char *constraint;
    const uint16_t *fields;
    uint16_t field_count;
} tenon_constraint;

typedef struct tenon_model tenon_model;

/* The table of a many-to-many relation: a row a pair. `column` holds the key of this side's row. */
typedef struct tenon_link {
    const char *schema, *table; /* schema NULL: by the search path */
    const char *column, *target_column;
} tenon_link;

typedef enum tenon_action {
    TENON_ACTION_NONE = 0, /* this side's table is not referenced by a key of the other */
    TENON_ACTION_CASCADE,
    TENON_ACTION_RESTRICT,
    TENON_ACTION_NO_ACTION,
    TENON_ACTION_SET_NULL,
    TENON_ACTION_SET_DEFAULT
} tenon_action;

/* One side of a relation: rows belong together whose `fields` equal the other's `target_fields`,
 * pair by pair; with a link, those that it pairs. */
typedef struct tenon_relation {
    const char *name; /* as in the schema */
    const tenon_model *target;
    bool is_list;
    bool is_required; /* to-one: every row has one */
    bool holds_key;   /* `fields` are the foreign key; otherwise target_fields are, or the link */
    uint16_t inverse; /* the other side: index into target->relations; or TENON_NO_INVERSE */
    uint16_t field_count;
    const uint16_t *fields, *target_fields; /* indexes into the fields of either model */
    const tenon_link *link;                 /* many-to-many; or NULL */
    tenon_action on_delete; /* what happens to rows with the key when the row they point at goes */
    /* A row has a pointer to the target's row here, or a tenon_list; a …Where a …RelationFilter; a
     * …Query a pointer to the target's …Query. An order_by term of a to-one relation has a pointer
     * to the target's …Order. Of lists, rows can be counted: …Query has a pointer to the target's
     * …Where, and the row's …Counts an int64_t. */
    uint32_t row_offset, where_offset, include_offset;
    uint32_t order_offset;       /* in the model's …Order; 0 for lists */
    uint32_t count_where_offset; /* in the …Query; 0 for to-one */
    uint32_t count_offset;       /* in the …Counts */
    uint32_t set_offset; /* in the …Set a pointer to what is written with it (nested.h); 0: none */
    /* There is no foreign key in the database (relationMode = "prisma"): calls that delete rows or
     * change their keys do to rows with the key what it would do. */
    bool is_emulated;
    tenon_action on_update; /* then: when the key of the row that they point at changes */
} tenon_relation;

struct tenon_model {
    uint32_t abi;  /* TENON_ABI */
    uint32_t size; /* sizeof(tenon_model) */
    const char *name, *table;
    const char *schema; /* @@schema, or NULL: by the search path */
    bool is_view;
    bool is_audited;           /* @tenon.audit: its changes are written down; see audit.h */
    uint16_t deleted_column;   /* @tenon.softDelete: the column enum of the mark; 0: none */
    bool has_emulated;         /* others refer to its rows by relations that are emulated */
    const tenon_field *fields; /* columns only, in order of the schema; column enum = index + 1 */
    uint32_t field_count;
    const tenon_unique *uniques; /* the primary key first when there is one */
    uint32_t unique_count;
    const tenon_constraint *constraints;
    uint32_t constraint_count;
    const tenon_relation *relations; /* relation enum = field_count + index + 1 */
    uint32_t relation_count;
    /* the generated structs; tenon_loaded has a bit a field, then a bit a relation */
    uint32_t row_size, loaded_offset; /* uint64_t tenon_loaded[tenon_loaded_words(…)] */
    uint32_t counts_offset;           /* in the row: a pointer to …Counts, NULL until asked for */
    uint32_t counts_size;             /* sizeof(…Counts); 0: no lists to count */
    uint32_t order_size;              /* sizeof(…Order) */
    uint32_t where_size;
    uint32_t set_size;
    uint32_t query_where, query_order_by, query_select, query_distinct; /* offsets in …Query */
    uint32_t query_nearest;                /* a tenon_nearest; 0: the model has no vectors */
    uint32_t update_where, update_set;     /* offsets in …UpdateMany */
    uint32_t delete_where;                 /* offset in …DeleteMany */
    uint32_t upsert_create, upsert_update; /* offsets in …Upsert */
    /* of …NestedUpdate and …ConnectOrCreate; of …NestedUpsert: see nested.h. 0: there are none */
    uint32_t nested_set, nested_size, nested_update, nested_upsert_size;
};

/* Words of the bitmap that tells which fields and relations of a row were loaded. */
static inline uint32_t tenon_loaded_words(const tenon_model *model)
{
    return (model->field_count + model->relation_count + 63) / 64;
}

/* ---- what calls take ------------------------------------------------------------------------- */

/* A table chosen at run time, instead of the model's own; quoted, never pasted. Name NULL = not
 * set. */
typedef struct tenon_table {
    const char *schema, *name;
} tenon_table;

typedef enum tenon_plan_mode {
    TENON_PLAN_AUTO = 0,
    TENON_PLAN_CUSTOM /* PostgreSQL plans anew for these values: for skewed data and LIKE */
} tenon_plan_mode;

typedef enum tenon_direction {
    TENON_ASC = 0, /* NULLs last, on both databases */
    TENON_DESC,    /* NULLs first, on both databases */
    TENON_ASC_NULLS_FIRST,
    TENON_DESC_NULLS_LAST
} tenon_direction;

/* What every generated …Order begins with: one term. In models with lists there follows `count`
 * (the relation to order by the number of its rows, instead of a column), then a pointer to the
 * target's …Order for each to-one relation, to order by what that says.
 *
 * `collate` names the collation that a text is compared by, instead of the column's own: one of
 * PostgreSQL ("C", "de-x-icu", or made by CREATE COLLATION) or of SQLite (BINARY, NOCASE, RTRIM);
 * what the database does not have is SCHEMA. An index serves such an order when it has the same
 * collation. */
typedef struct tenon_order {
    int column;
    int direction;
    const char *collate; /* or NULL */
} tenon_order;
enum { TENON_ORDER_COUNT = sizeof(tenon_order) }; /* offset of `count` */

/* `.nearest` of a …Query whose model has vectors: rows in the order of their distance from `to`,
 * before what order_by says; NULLs last. With a limit the most similar rows. */
typedef struct tenon_nearest {
    int column; /* 0: not set */
    tenon_metric metric;
    tenon_vector to;
} tenon_nearest;

/* How a relation is loaded. */
typedef enum tenon_strategy {
    TENON_LOAD_AUTO = 0,
    TENON_LOAD_BATCH, /* a statement a relation, with the keys of the rows found before */
    TENON_LOAD_JOIN,  /* to-one: in the statement of the row that has it */
    /* a statement a relation that finds the keys by itself, so that all of a tree are sent
     * together, one round trip: PostgreSQL; see docs/relations.md for what it cannot load */
    TENON_LOAD_SUBQUERY
} tenon_strategy;

/* Rows that are found stay locked until the transaction ends: only inside of one, by find_first,
 * find_many and streams, and not with distinct. PostgreSQL; SQLite, which locks the database and
 * not rows, refuses it: there a transaction is the only writer from its begin on. */
typedef enum tenon_lock {
    TENON_NO_LOCK = 0,
    TENON_FOR_UPDATE,        /* nobody else may change, delete or lock them */
    TENON_FOR_NO_KEY_UPDATE, /* … but others may refer to them */
    TENON_FOR_SHARE,         /* nobody may change or delete them; others may lock them so too */
    TENON_FOR_KEY_SHARE      /* nobody may delete them or change their keys */
} tenon_lock;

/* What a lock does about rows that somebody else has locked. */
typedef enum tenon_lock_wait {
    TENON_WAIT = 0,   /* waits, as long as the transaction's lock_timeout_us lets it */
    TENON_NOWAIT,     /* fails with LOCKED */
    TENON_SKIP_LOCKED /* leaves them out: for queues of work */
} tenon_lock_wait;

/* For programs on both databases: the lock where there are locks of rows, and none on SQLite, where
 * a transaction that was not begun with .read_only is the only writer: nobody changes, deletes or
 * locks what it has read. `.lock = tenon_row_lock(s, TENON_FOR_UPDATE), .wait = tenon_row_wait(s,
 * TENON_SKIP_LOCKED)`. */
static inline tenon_lock tenon_row_lock(const tenon_session *s, tenon_lock lock)
{
    return tenon_session_dialect(s) == TENON_SQLITE ? TENON_NO_LOCK : lock;
}
static inline tenon_lock_wait tenon_row_wait(const tenon_session *s, tenon_lock_wait wait)
{
    return tenon_session_dialect(s) == TENON_SQLITE ? TENON_WAIT : wait;
}

/* Hints to the database's planner. */
typedef struct tenon_hints {
    /* SQLite: uses this index for the model's table, or fails (SCHEMA); "" uses none.
     * PostgreSQL has no such hint and refuses it. */
    const char *index;
    /* PostgreSQL: for this call alone, which then is a transaction of its own; inside of one they
     * are MISUSE, and belong to tenon_begin_with. SQLite has none. */
    const tenon_setting *settings;
    size_t setting_count;
} tenon_hints;

/* The members every generated …Query starts with, in this order; behind them, at the offsets in the
 * descriptor: where, order_by[TENON_MAX_ORDER], select[field_count], distinct[TENON_MAX_DISTINCT]
 * (columns as int-sized enums, 0 ends the list), then, in models with relations, `include` with a
 * pointer to a …Query for each, and `counts` with a pointer to a …Where for each list. limit 0 = no
 * limit; tenon_limit(n) makes a computed 0 mean no rows.
 *
 * The …Query of an included relation has no session (or the call's) and no table of its own; its
 * limit and offset count for each parent row. */
typedef struct tenon_query_head {
    tenon_session *session;
    int64_t limit, offset;
    tenon_table table;
    tenon_plan_mode plan;
    tenon_strategy strategy; /* of an included relation; elsewhere it must be AUTO */
    tenon_lock lock;
    tenon_lock_wait wait;
    const tenon_hints *hints; /* or NULL */
    /* Rows that are marked as deleted (@tenon.softDelete): these too, or none but these. */
    bool with_deleted, only_deleted;
    /* Where this call reads, with all that it includes, instead of where the session does. An
     * included relation has none of its own, and in a transaction it has no effect. */
    tenon_read read;
} tenon_query_head;

#define TENON_NO_ROWS INT64_MIN
static inline int64_t tenon_limit(int64_t count)
{
    return count == 0 ? TENON_NO_ROWS : count;
}

/* What calls by a key take behind the key: `user_find(s, id, .table = { … })`. */
typedef struct tenon_key_options {
    tenon_session *session;
    tenon_table table;
    bool with_deleted, only_deleted; /* of finding: see tenon_query_head */
    tenon_read read;                 /* of finding */
    int end_of_options;              /* ends the list that the macros make; no meaning */
} tenon_key_options;

/* …Set: session and table, then one change a field. When the Set is a member of something else,
 * session and table of the outer struct count and these must be unset. */
typedef struct tenon_set_head {
    tenon_session *session;
    tenon_table table;
} tenon_set_head;

/* …CreateMany is exactly this with items of its own type. */
typedef struct tenon_create_many_head {
    tenon_session *session;
    tenon_table table;
    const void *items; /* …Set[count] */
    size_t count;
    bool skip_duplicates; /* rows that would break a unique are left out */
} tenon_create_many_head;

/* …UpdateEach is exactly this with items of its own type; …UpsertMany: this, then the columns that
 * rows which stand there take over, as int-sized enums, 0 ends the list. */
typedef struct tenon_keyed_head {
    tenon_session *session;
    tenon_table table;
    int on;            /* the model's …Unique enum, as in tenon_upsert_head */
    const void *items; /* …Set[count] */
    size_t count;
} tenon_keyed_head;

/* …UpdateMany: this, then where and set at the descriptor's offsets. */
typedef struct tenon_update_many_head {
    tenon_session *session;
    tenon_table table;
    bool everything; /* allow an empty where */
} tenon_update_many_head;

/* …DeleteMany: this, then where. */
typedef struct tenon_delete_many_head {
    tenon_session *session;
    tenon_table table;
    bool everything;
} tenon_delete_many_head;

/* …GetOrCreate: this, then create (…Set). */
typedef struct tenon_get_or_create_head {
    tenon_session *session;
    tenon_table table;
    int on;           /* as in tenon_upsert_head */
    bool *is_created; /* out: whether the row is new; or NULL */
} tenon_get_or_create_head;

/* …Upsert: this, then create and update (…Set) at the descriptor's offsets. */
typedef struct tenon_upsert_head {
    tenon_session *session;
    tenon_table table;
    int on; /* the model's …Unique enum, 1-based index into uniques; 0: the primary key */
} tenon_upsert_head;

/* ---- for generated code ---------------------------------------------------------------------- */

/* The name of a value as in the schema, or NULL; the value of a name, or 0. */
TENON_API const char *tenon_enum_name(const tenon_enum *enumeration, unsigned value);
TENON_API unsigned tenon_enum_value(const tenon_enum *enumeration, const char *name);

/* The first argument, and the rest with a comma behind each, which may be none. */
#define TENON_FIRST(...) TENON_FIRST_OF(__VA_ARGS__, )
#define TENON_FIRST_OF(first, ...) (first)
#define TENON_REST(...) TENON_REST_OF(__VA_ARGS__, )
#define TENON_REST_OF(first, ...) __VA_ARGS__

/* C++ converts neither void pointers nor integers to enums by itself. */
#ifdef __cplusplus
#define TENON_AS(type, value) static_cast<type>(value)
#else
#define TENON_AS(type, value) (value)
#endif

#define TENON_LOADED(row, column)                                                                  \
    (((row)->tenon_loaded[((column)-1) / 64] >> (((column)-1) % 64) & 1u) != 0)

#define TENON_LIST_OF(type, ...)                                                                   \
    {                                                                                              \
        .items = (const type[]){__VA_ARGS__},                                                      \
        .count = sizeof((const type[]){__VA_ARGS__}) / sizeof(type)                                \
    }

#ifdef __cplusplus
}
#endif
#endif
