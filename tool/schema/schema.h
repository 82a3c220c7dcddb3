/* The face of tool/schema: schema.prisma → a checked schema, and the formatter.
 *
 *     schema *s = schema_read_path("schema.prisma", &err);     one file, or a folder of *.prisma
 *     if (schema_error_count(s)) schema_print_diagnostics(s, stderr, …);
 *
 * A schema without errors is complete: every name is resolved, every relation has both its sides,
 * every default and native type is known to fit. Users of it never parse and never decide.
 * Everything is owned by the schema and freed with it; strings are NUL-terminated UTF-8. Lists are
 * arrays in order of declaration with a count. One thread at a time. */
#ifndef TENON_SCHEMA_SCHEMA_H
#define TENON_SCHEMA_SCHEMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "core/core.h"

/* ---- where and what was wrong ---- */

typedef struct schema_span {
    uint32_t file;       /* index into schema.files */
    uint32_t start, end; /* bytes, end exclusive */
} schema_span;

typedef struct schema_source {
    const char *path; /* as to be shown */
    const char *text; /* NUL-terminated */
    size_t length;
} schema_source;

typedef enum schema_severity { SCHEMA_ERROR, SCHEMA_WARNING } schema_severity;

typedef struct schema_diagnostic {
    schema_severity severity;
    schema_span span;
    const char *message; /* lower case, no full stop */
    const char *hint;    /* may be NULL */
    const char *rule;    /* of a warning that has a name by which it is ignored; else NULL */
} schema_diagnostic;

/* ---- parts ---- */

typedef enum schema_provider { SCHEMA_POSTGRESQL, SCHEMA_SQLITE } schema_provider;
typedef enum schema_arity { SCHEMA_REQUIRED, SCHEMA_OPTIONAL, SCHEMA_LIST } schema_arity;

typedef struct schema_model schema_model;
typedef struct schema_field schema_field;
typedef struct schema_enum schema_enum;
typedef struct schema_relation schema_relation;

/* One word of a documentation comment: `/// @tenon.validate(min: 0, max: 100, message: "…")`. */
typedef struct schema_word_argument {
    const char *name;  /* NULL for a positional argument */
    const char *value; /* decoded text of a string, else as written */
    bool is_string;
} schema_word_argument;

typedef struct schema_word {
    const char *name; /* "validate" */
    schema_word_argument *arguments;
    size_t argument_count;
    schema_span span;
} schema_word;

typedef struct schema_comment {
    const char *documentation; /* without the tenon words; NULL when nothing is left */
    schema_word *words;
    size_t word_count;
} schema_comment;

typedef struct schema_extension {
    const char *name, *database_name, *schema, *version; /* the last three may be NULL */
} schema_extension;

typedef struct schema_datasource {
    const char *name;
    schema_provider provider;
    const char *url;     /* literal, NULL when env() or absent */
    const char *url_env; /* NULL when literal or absent */
    const char *direct_url, *direct_url_env;
    const char *shadow_url, *shadow_url_env;
    bool is_relation_mode_prisma; /* no foreign keys in the database */
    const char **schemas;
    size_t schema_count;
    schema_extension *extensions;
    size_t extension_count;
    schema_span span;
} schema_datasource;

typedef struct schema_property {
    const char *name, *value; /* strings decoded; env("X") is the value "X" with is_env */
    bool is_env;
    const char **items; /* for a list */
    size_t item_count;
    bool is_list;
} schema_property;

typedef struct schema_generator {
    const char *name, *provider;
    schema_property *properties; /* all of them, provider and output too */
    size_t property_count;
    const char **preview_features;
    size_t preview_feature_count;
    schema_span span;
} schema_generator;

typedef struct schema_enum_value {
    const char *name, *database_name;
    schema_comment comment;
} schema_enum_value;

struct schema_enum {
    const char *name, *database_name;
    const char *database_schema; /* @@schema, or NULL */
    schema_enum_value *values;
    size_t value_count;
    schema_comment comment;
    schema_span span;
};

typedef enum schema_type {
    SCHEMA_STRING,
    SCHEMA_BOOLEAN,
    SCHEMA_INT,
    SCHEMA_BIGINT,
    SCHEMA_FLOAT,
    SCHEMA_DECIMAL,
    SCHEMA_DATETIME,
    SCHEMA_JSON,
    SCHEMA_BYTES
} schema_type;

typedef enum schema_field_kind {
    SCHEMA_SCALAR,      /* .type, .native */
    SCHEMA_ENUM,        /* .enumeration */
    SCHEMA_UNSUPPORTED, /* .unsupported: the database's own spelling of the type */
    SCHEMA_RELATION     /* .relation: no column of its own */
} schema_field_kind;

/* PostgreSQL's native types of the language, in the language's spelling without "db.". */
typedef enum schema_native {
    SCHEMA_NATIVE_NONE, /* the default of the scalar type */
    SCHEMA_NATIVE_SMALLINT,
    SCHEMA_NATIVE_INTEGER,
    SCHEMA_NATIVE_BIGINT,
    SCHEMA_NATIVE_DECIMAL, /* precision, scale when argument_count is 2 */
    SCHEMA_NATIVE_MONEY,
    SCHEMA_NATIVE_INET,
    SCHEMA_NATIVE_OID,
    SCHEMA_NATIVE_CITEXT,
    SCHEMA_NATIVE_REAL,
    SCHEMA_NATIVE_DOUBLE_PRECISION,
    SCHEMA_NATIVE_VARCHAR, /* length when argument_count is 1 */
    SCHEMA_NATIVE_CHAR,
    SCHEMA_NATIVE_TEXT,
    SCHEMA_NATIVE_BYTEA,
    SCHEMA_NATIVE_TIMESTAMP, /* precision */
    SCHEMA_NATIVE_TIMESTAMPTZ,
    SCHEMA_NATIVE_DATE,
    SCHEMA_NATIVE_TIME,
    SCHEMA_NATIVE_TIMETZ,
    SCHEMA_NATIVE_BOOLEAN,
    SCHEMA_NATIVE_BIT,
    SCHEMA_NATIVE_VARBIT,
    SCHEMA_NATIVE_UUID,
    SCHEMA_NATIVE_XML,
    SCHEMA_NATIVE_JSON,
    SCHEMA_NATIVE_JSONB
} schema_native;

typedef struct schema_native_type {
    schema_native kind;
    int32_t arguments[2];
    size_t argument_count;
} schema_native_type;

typedef enum schema_default_kind {
    SCHEMA_NO_DEFAULT,
    SCHEMA_DEFAULT_VALUE,         /* .value, or .items for a list */
    SCHEMA_DEFAULT_AUTOINCREMENT, /* by the database */
    SCHEMA_DEFAULT_DBGENERATED,   /* by the database; .value.text: its expression, or NULL */
    SCHEMA_DEFAULT_NOW,           /* by both: CURRENT_TIMESTAMP in DDL, the client on create */
    SCHEMA_DEFAULT_UUID,          /* these five by the client; .version 4 or 7 */
    SCHEMA_DEFAULT_CUID,          /* .version 1 or 2 */
    SCHEMA_DEFAULT_ULID,
    SCHEMA_DEFAULT_NANOID /* .length */
} schema_default_kind;

typedef enum schema_value_kind {
    SCHEMA_VALUE_STRING, /* also Json, Bytes (base64 as written), DateTime (RFC 3339) */
    SCHEMA_VALUE_NUMBER, /* as written */
    SCHEMA_VALUE_BOOLEAN,
    SCHEMA_VALUE_ENUM /* .enum_value is the index in the field's enum */
} schema_value_kind;

typedef struct schema_value {
    schema_value_kind kind;
    const char *text;
    size_t length;
    bool boolean;
    size_t enum_value;
} schema_value;

typedef struct schema_default {
    schema_default_kind kind;
    schema_value value;
    schema_value *items; /* when is_list */
    size_t item_count;
    bool is_list;
    int version;
    int length;
} schema_default;

struct schema_field {
    schema_model *model;
    size_t index; /* in model->fields */
    const char *name, *database_name;
    schema_field_kind kind;
    schema_arity arity;
    schema_type type;
    schema_native_type native;
    const schema_enum *enumeration;
    const char *unsupported;
    schema_default default_value;
    bool is_id; /* part of the primary key */
    bool is_updated_at;
    bool is_ignored;
    /* a relation field */
    schema_relation *relation;
    schema_field *opposite; /* the field on the other side; never NULL in a schema without errors */
    const schema_model *target;
    schema_comment comment;
    schema_span span;
    schema_span name_span;
};

typedef enum schema_index_kind {
    SCHEMA_PRIMARY_KEY,
    SCHEMA_UNIQUE,
    SCHEMA_INDEX,
    SCHEMA_FULLTEXT
} schema_index_kind;

typedef enum schema_algorithm {
    SCHEMA_BTREE,
    SCHEMA_HASH,
    SCHEMA_GIST,
    SCHEMA_GIN,
    SCHEMA_SPGIST,
    SCHEMA_BRIN,
    SCHEMA_HNSW, /* of @tenon.vectorIndex only */
    SCHEMA_IVFFLAT
} schema_algorithm;

typedef struct schema_index_column {
    schema_field *field;
    bool is_descending;
    const char *operator_class; /* as the database spells it ("jsonb_path_ops"), or NULL */
    int length;                 /* 0: none */
} schema_index_column;

typedef struct schema_index {
    schema_index_kind kind;
    const char *name;          /* the `name:` that the client uses, or NULL */
    const char *database_name; /* given by `map:` or made by the naming rules; never NULL */
    bool is_database_name_given;
    bool is_field_attribute; /* @id, @unique rather than @@id, @@unique */
    schema_index_column *columns;
    size_t column_count;
    schema_algorithm algorithm;
    const char *where; /* partial index: SQL of its condition, or NULL */
    schema_span span;
} schema_index;

struct schema_model {
    const char *name, *database_name;
    const char *database_schema; /* @@schema, or NULL */
    bool is_view;
    bool is_ignored;
    schema_field **fields;
    size_t field_count;
    schema_index *primary_key; /* NULL only for views and models identified by a unique */
    schema_index **uniques;    /* without the primary key */
    size_t unique_count;
    schema_index **indexes;
    size_t index_count;
    schema_comment comment;
    schema_span span;
    schema_span name_span;
};

typedef enum schema_action {
    SCHEMA_CASCADE,
    SCHEMA_RESTRICT,
    SCHEMA_NO_ACTION,
    SCHEMA_SET_NULL,
    SCHEMA_SET_DEFAULT
} schema_action;

typedef enum schema_relation_kind {
    SCHEMA_ONE_TO_ONE,
    SCHEMA_ONE_TO_MANY, /* `from` holds the foreign key, to-one; `to` holds the list */
    SCHEMA_MANY_TO_MANY /* implicit: a join table; `from` is the model first by name */
} schema_relation_kind;

struct schema_relation {
    schema_relation_kind kind;
    const char *name; /* given or made: "PostToUser" */
    bool is_name_given;
    schema_model *from, *to;
    schema_field *from_field, *to_field; /* the two relation fields */
    schema_field **fields;     /* in `from`: the referencing scalars (not for many-to-many) */
    schema_field **references; /* in `to` */
    size_t field_count;
    schema_action on_delete, on_update; /* given or the language's default */
    const char *constraint_name;        /* of the foreign key, given or made */
    const char *join_table;             /* many-to-many: "_PostToUser" */
    const char *join_schema;            /* or NULL */
    schema_span span;
};

typedef struct schema {
    tenon__arena arena;
    schema_source *files;
    size_t file_count;
    schema_diagnostic *diagnostics; /* sorted by file and position once checked */
    size_t diagnostic_count, diagnostic_capacity;
    bool has_failed_memory;
    struct ast_file **trees; /* one a file; private to tool/schema */
    /* No error in names, types of fields and attributes: the formatter may complete relations even
     * when the rest is wrong. Set by schema_check_trees before it looks at relations and
     * databases. */
    bool is_resolved;

    schema_datasource *datasource; /* NULL when there is none */
    schema_generator *generators;
    size_t generator_count;
    schema_enum **enums;
    size_t enum_count;
    schema_model **models; /* views too */
    size_t model_count;
    schema_relation **relations;
    size_t relation_count;
} schema;

/* ---- reading ---- */

/* Reads and checks a file, or all *.prisma of a folder and its sub-folders in order of path. NULL
 * with *err when it cannot be read; a schema full of errors is still a schema. */
schema *schema_read_path(const char *path, tenon_error *err);
/* The same from texts in memory, which are copied. NULL when memory is exhausted. */
schema *schema_read_texts(const schema_source *sources, size_t count, tenon_error *err);
void schema_free(schema *s);
size_t schema_error_count(const schema *s);

/* Adds a diagnostic; message and hint are formatted into the arena. `hint` may be NULL. */
void schema_report(schema *s, schema_severity severity, schema_span span, const char *hint,
                   const char *format, ...) TENON_PRINTF(5, 6);
/* The candidate nearest to `text` within a third of its length by edit distance, or NULL. */
const char *schema_nearest(const char *text, const char *const *candidates, size_t count);

/* Line and column, both from 1; columns count characters, not bytes. */
typedef struct schema_place {
    size_t line, column;
} schema_place;
schema_place schema_place_of(const schema_source *source, size_t offset);

/* `tenon: schema.prisma:7:12: unknown type 'Strng'` with the line, a caret and the hint, for
 * each. */
void schema_print_diagnostics(const schema *s, FILE *out, bool with_colours);
/* The same as a JSON array for editors (docs/commands.md has its shape). */
void schema_write_diagnostics_json(const schema *s, tenon__buf *out);

/* ---- names ---- */

const schema_model *schema_find_model(const schema *s, const char *name);
const schema_field *schema_find_field(const schema_model *model, const char *name);
const schema_word *schema_find_word(const schema_comment *comment, const char *name);

/* What tenon has a value for although the language has no word. */
typedef enum schema_typed {
    SCHEMA_TYPED_NONE,
    SCHEMA_TYPED_INTERVAL, /* Unsupported("interval"), Unsupported("interval(3)") */
    SCHEMA_TYPED_VECTOR    /* Unsupported("vector(3)"), but no lists of it */
} schema_typed;

/* An array that @tenon.compress keeps in one value. */
bool schema_is_packed(const schema_field *field);

/* *number: that in parentheses, -1 without. */
schema_typed schema_typed_of(const schema_field *field, int32_t *number);
/* The name in the database of the n-th (from 1) @tenon.check of a field, or of the model itself
 * when `field` is NULL: "Product_price_check". Cut to what PostgreSQL keeps of a name. */
void schema_check_name(const schema_model *model, const schema_field *field, size_t n,
                       tenon__buf *out);

/* What the language calls an operator class ("JsonbPathOps" for "jsonb_path_ops") of an index type;
 * NULL when it has no word for it: raw("…") says it then. */
const char *schema_operator_word(const char *database_name, schema_algorithm algorithm);

/* ---- formatting ---- */

/* The files of `s` as the language's own formatter writes them (adding missing relation fields and
 * attributes where they can be derived), one heap text a file in the same order, each to be freed
 * by the caller. NULL with *err when memory is exhausted. A file with syntax errors is returned
 * unchanged where it cannot be understood. */
char **schema_format(schema *s, tenon_error *err);

#endif
