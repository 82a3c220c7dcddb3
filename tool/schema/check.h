/* The checker's own view of a schema; private to check*.c.
 *
 * Every table of it stands beside a table of schema.h: a check_field beside its schema_field, with
 * the syntax it came from and what was given explicitly. The stages fill in the schema_… part; what
 * they need from each other besides is here. All tables are sized and made once, in check_collect;
 * afterwards only texts and short lists are allocated, and a text that cannot be had is "".
 * Everything lives in the arena of the schema but the maps, which check_release frees. */
#ifndef TENON_SCHEMA_CHECK_H
#define TENON_SCHEMA_CHECK_H

#include "schema/ast.h"

typedef struct check check;
typedef struct check_model check_model;
typedef struct check_field check_field;

/* ---- databases ------------------------------------------------------------------------------- */

/* What a database can do, as far as the language depends on it. A schema without a datasource is
 * held to `check_no_connector`, which has a little of everything. */
typedef struct check_connector {
    const char *name; /* as messages call it */
    schema_provider provider;
    size_t name_limit_bytes; /* 0: none */
    bool has_native_types;   /* and index types, operator classes */
    bool has_scalar_lists;   /* of Json too */
    bool has_decimal;
    bool has_schemas;            /* @@schema */
    bool has_named_keys;         /* of primary and foreign keys */
    bool has_free_autoincrement; /* on any number of fields, with a key or not */
    bool has_free_key_order;     /* `references` may list a key in another order */
    bool allows_required_set_null;
} check_connector;

extern const check_connector check_no_connector;
/* NULL when the name is no provider of tenon. */
const check_connector *check_find_connector(const char *provider);

/* ---- tables ---------------------------------------------------------------------------------- */

typedef struct check_enum {
    const ast_block *ast;
    schema_enum *enumeration;
    const ast_expression *schema; /* the argument of @@schema, or NULL */
} check_enum;

/* One block of the sources, in order. */
typedef struct check_top {
    const ast_block *block;
    check_model *model;      /* of a model or view */
    check_enum *enumeration; /* of an enum */
} check_top;

/* Fields as an argument of @relation lists them. */
typedef struct check_list {
    check_field **items;
    size_t count;
    bool is_given;
} check_list;

typedef struct check_action {
    schema_action action;
    schema_span span;
    bool is_given;
} check_action;

struct check_field {
    const ast_field *ast;
    schema_field *field;
    check_model *model;
    bool is_unknown;            /* its type is unknown */
    const ast_block *composite; /* the type of the field is this `type` block; else NULL */
    bool is_mapped;             /* has @map */
    const ast_attribute *native;
    const ast_attribute *shard_key;
    const ast_attribute *default_attribute;
    const ast_expression *default_value; /* NULL when there is none or it was refused */
    bool is_default_named;
    bool is_function_unknown; /* the default is a function that nobody knows */
    /* of a relation field */
    check_model *target;
    const ast_attribute *relation;
    check_list fields, references;
    const char *relation_name;   /* as given, or NULL */
    const char *made_name;       /* as given or made; never NULL */
    const char *constraint_name; /* as given, or NULL */
    check_action on_delete, on_update;
};

typedef struct check_operator check_operator;

typedef struct check_column {
    check_field *field;
    bool has_sort, has_length;
    bool is_raw_operator;
    const check_operator *operator; /* NULL for none and for a raw one */
} check_column;

typedef struct check_index {
    schema_index *index;
    const ast_attribute *attribute;
    check_column *columns; /* beside index->columns */
    bool has_algorithm;
    bool has_clustering;
    const ast_expression *where; /* the condition as written, or NULL */
} check_index;

struct check_model {
    const ast_block *ast;
    schema_model *model;
    tenon__map by_name; /* → check_field */
    tenon__map mapped;  /* names given by @map → check_field */
    check_field *fields;
    check_index *indexes; /* the primary key too */
    size_t index_count;
    check_index *primary_key; /* into indexes, or NULL */
    const ast_attribute *map; /* @@map, or NULL */
    const ast_expression *schema;
    const ast_attribute *shard_key;
    const struct check_relation *first_relation; /* of those where this model holds the key */
};

/* A relation as inferred: complete only when both fields are there. */
typedef struct check_relation check_relation;
struct check_relation {
    schema_relation_kind kind;
    check_model *from, *to;
    check_field *forward,
        *back;        /* either may be NULL; of many-to-many: the fields of `from` and `to` */
    bool is_embedded; /* a many-to-many that names fields, as only a document store has it */
    const char *constraint_name; /* given or made */
    const check_relation *next;  /* of the complete ones that begin at `from` */
};

typedef enum check_feature {
    CHECK_FEATURE_VIEWS = 1,
    CHECK_FEATURE_EXTENSIONS = 2,
    CHECK_FEATURE_SHARD_KEYS = 4
} check_feature;

struct check {
    schema *s;
    const check_connector *connector;
    unsigned features; /* check_feature, of all generators */
    check_top *tops;
    size_t top_count;
    tenon__map by_name;  /* models, enums and types → check_top */
    check_model *models; /* in order of declaration, views too */
    size_t model_count;
    check_enum *enums;
    size_t enum_count;
    check_relation *relations;
    size_t relation_count;
    tenon__map name_counts;        /* of the names in the database */
    const ast_expression *schemas; /* `schemas = […]` of the datasource, or NULL */
    const ast_property *extensions;
};

/* ---- reporting ------------------------------------------------------------------------------- */

#define check_error(c, span, hint, ...) schema_report((c)->s, SCHEMA_ERROR, span, hint, __VA_ARGS__)
#define check_warning(c, span, hint, ...)                                                          \
    schema_report((c)->s, SCHEMA_WARNING, span, hint, __VA_ARGS__)

/* Text in the arena; "" without memory. */
const char *check_format(check *c, const char *format, ...) TENON_PRINTF(2, 3);
/* "did you mean 'x'?", or NULL when nothing is near. */
const char *check_hint_near(check *c, const char *text, const char *const *candidates,
                            size_t count);
/* The same for one of the fields of a model. */
const char *check_hint_field(check *c, const check_model *model, const char *text);
/* "the string \"x\"", "the number 3", "a list" … for "expected …, found %s". */
const char *check_describe(check *c, const ast_expression *value);
/* An expression as it would be written: what native types and client values compare. */
const char *check_spell(check *c, const ast_expression *value);
/* "a, b and c" */
const char *check_join_fields(check *c, const check_list *list, const char *separator);
const char *check_kind_of(const check_model *model); /* "model" or "view" */

/* ---- attributes and arguments (check_arguments.c) -------------------------------------------- */

typedef enum check_form {
    CHECK_ANY,
    CHECK_STRING,
    CHECK_NAME, /* a string that is not empty */
    CHECK_WORD, /* a word without quotes */
    CHECK_INTEGER,
    CHECK_BOOLEAN
} check_form;

typedef enum check_rank { CHECK_OPTIONAL, CHECK_UNNAMED, CHECK_MAIN } check_rank;

typedef struct check_parameter {
    const char *name;
    check_form form;
    check_rank rank; /* UNNAMED may be given without its name; MAIN is so too and must be given */
} check_parameter;

enum { CHECK_MAX_PARAMETERS = 6 };

/* What an attribute stands on. */
typedef struct check_target {
    check_model *model;
    check_field *field;
    check_enum *enumeration;
    schema_enum_value *value;
} check_target;

/* An attribute with its arguments bound: arguments[i] belongs to the i-th parameter of its rule,
 * and is NULL when it was not given or not of the right form. */
typedef struct check_use {
    const ast_attribute *ast;
    const ast_argument *arguments[CHECK_MAX_PARAMETERS];
} check_use;

typedef struct check_rule {
    const char *name;
    void (*apply)(check *c, check_target *target, const check_use *use);
    bool is_repeatable;
    bool takes_anything; /* its arguments do not matter, because it is refused anyway */
    check_parameter parameters[CHECK_MAX_PARAMETERS];
} check_rule;

typedef struct check_rules {
    const char *sigil; /* "@" or "@@" */
    const check_rule *const *items;
    size_t count;
} check_rules;

/* Applies each attribute by its rule, in the order of the rules; reports those without one, those
 * that are repeated, and arguments that do not fit. `skips_natives` leaves names with a dot
 * alone. */
void check_attributes(check *c, check_target *target, const ast_attribute *list, size_t count,
                      const check_rules *rules, bool skips_natives);
/* Reports when `value` is not of the form. */
bool check_form_of(check *c, const ast_expression *value, check_form form);
/* The value of a bound argument, or NULL. */
const ast_expression *check_argument(const check_use *use, size_t parameter);
/* The text of a bound argument, or NULL. */
const char *check_argument_text(const check_use *use, size_t parameter);
/* The span of a named argument; `otherwise` when there is none of that name, or no attribute. */
schema_span check_span_of(const ast_attribute *attribute, const char *argument,
                          schema_span otherwise);

/* ---- the stages, in their order -------------------------------------------------------------- */

bool check_collect(check *c, ast_file *const *files); /* false without memory */
void check_release(check *c);
void check_names(check *c);
void check_types(check *c);
void check_all_attributes(check *c);
void check_infer_relations(check *c);
void check_config(check *c);
void check_database_rules(check *c);
/* Of a database without lists in fields; once the words in comments are read. */
void check_lists(check *c);
void check_make_names(check *c); /* the database names of keys, indexes and join tables */
void check_make_relations(check *c);
void check_words(check *c);
/* What @tenon.compress stands on (check_compress.c). */
void check_compression(check *c, const schema_word *word, const check_field *f);
/* Those of @tenon.vectorIndex, beside the ones of @@index. */
void check_make_vector_indexes(check *c);
/* The name that an index has by the rules. */
const char *check_index_name(check *c, const check_model *m, const check_index *index);

/* ---- shared between the stages --------------------------------------------------------------- */

check_field *check_find_field(const check_model *model, const char *name);
const char *check_scalar_name(schema_type type);
bool check_find_scalar(const char *name, schema_type *type);
/* "Int", "Unsupported", the name of an enum. */
const char *check_type_name(const check_field *field);
bool check_is_relation(const check_field *field);
bool check_is_scalar(const check_field *field); /* an enum or Unsupported too: it has a column */
/* Fields of PostgreSQL's native types; false and a report when they do not fit. */
void check_native_type(check *c, check_field *field);
/* Reports an Unsupported("…") that the language has a word for. */
void check_unsupported(check *c, const check_field *field);
const char *check_native_name(schema_native native);

extern const check_rule check_default_rule, check_relation_rule;
extern const check_rule check_id_rule, check_unique_rule;
extern const check_rule check_block_id_rule, check_block_unique_rule, check_block_index_rule,
    check_block_fulltext_rule;
/* `value` as a list of fields of `model`; reports under the attribute what cannot be found. */
bool check_field_list(check *c, check_model *model, const ast_expression *value,
                      const ast_attribute *attribute, const char *what, check_list *out);
void check_default_value(check *c, check_field *field);

/* Rules of the database for one part each. */
void check_operator_rules(check *c, check_index *index);
const check_operator *check_find_operator(const char *name);
const char *check_operator_name(const check_operator *operator); /* in the database */
const char *check_hint_operator(check *c, const char *name);
void check_partial_index(check *c, const check_model *model, check_index *index);
void check_relation_rules(check *c, const check_relation *relation);
void check_relation_actions(check *c, const check_relation *relation);
void check_field_actions(check *c, const check_field *field);
void check_default_actions(const check *c, const check_relation *relation, schema_action *on_delete,
                           schema_action *on_update);

/* Made names and their collisions (check_constraint_names.c). */
void check_index_name_clash(check *c, const check_model *model, const check_index *index);
void check_relation_name_clash(check *c, const check_relation *relation);
bool check_is_name_too_long(check *c, const char *name);

/* Parts of the configuration. */
void check_feature_name(check *c, const char *name, schema_span span, bool is_postgresql);
void check_extensions(check *c, const ast_property *property, schema_datasource *d, bool is_first);
void check_extension_names(check *c);
void check_composites(check *c); /* type blocks */
void check_composite_attributes(check *c, const ast_block *block);

#endif
