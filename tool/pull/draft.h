/* Private to tool/pull: a schema while it is made of a catalogue. */
#ifndef TENON_PULL_DRAFT_H
#define TENON_PULL_DRAFT_H

#include "pull/pull.h"

typedef struct pull_enum {
    const catalogue_enum *source;
    const schema_enum *old; /* or NULL */
    const char *name;
    const char **values; /* as many as the source has */
} pull_enum;

/* A type as the language writes it, from a column or from an old field. */
typedef struct pull_type {
    const char *word;        /* "String", the name of an enum; NULL: unsupported */
    const char *unsupported; /* the database's spelling */
    const char *native;      /* "VarChar", or NULL */
    int32_t arguments[2];
    size_t argument_count;
    schema_type scalar; /* of a word that is no enum's */
    const pull_enum *enumeration;
    bool is_list;
} pull_type;

typedef struct pull_column {
    const catalogue_column *source;
    const schema_field *old; /* or NULL */
    const char *name;
    pull_type type;
    const char *default_text; /* what stands in @default(…), or NULL */
    bool is_same;             /* type, default and arity are those of the old field */
} pull_column;

typedef struct pull_model {
    const catalogue_table *table;
    const schema_model *old; /* or NULL */
    const char *name;
    bool is_view, is_ignored, is_renamed, has_no_key;
    pull_column *columns;
    size_t column_count;
} pull_model;

typedef struct pull_relation {
    pull_model *from, *to;            /* many-to-many: first and second by name */
    const catalogue_foreign_key *key; /* NULL: many-to-many, or one that only the schema knows */
    const catalogue_table *link;      /* of many-to-many */
    const schema_relation *old;       /* or NULL */
    const char *name;                 /* always; written when is_named */
    const char *forward, *back;       /* names of the fields */
    bool is_named;
} pull_relation;

typedef struct pull_draft {
    const catalogue *c;
    const schema *old; /* or NULL */
    catalogue *wanted; /* what the old schema asks for, or NULL */
    const pull_options *options;
    pull_result *out;
    pull_enum *enums;
    size_t enum_count;
    pull_model *models;
    size_t model_count;
    pull_relation *relations;
    size_t relation_count;
    bool has_views, has_namespaces, has_relation_mode_prisma;
    bool failed; /* no memory */
} pull_draft;

/* ---- names.c --------------------------------------------------------------------------------- */

/* A name of the language made of one of the database: letters, digits and _, a letter first. Empty
 * where nothing is left. */
const char *pull_clean_name(pull_draft *d, const char *name);
bool pull_is_reserved(const char *name);
/* `name`, or with _2, _3, … behind it when that is in `taken`; then it is in there too. */
const char *pull_free_name(pull_draft *d, tenon__map *taken, const char *name);
void pull_take_name(pull_draft *d, tenon__map *taken, const char *name);
/* What the database calls a key, an index or a foreign key when nobody says so. */
const char *pull_default_name(pull_draft *d, const char *table, const char *const *columns,
                              size_t count, const char *suffix);

/* ---- draft.c --------------------------------------------------------------------------------- */

/* NULL when memory is exhausted, which is noted. */
void *pull_array(pull_draft *d, size_t count, size_t size);
const char *pull_text(pull_draft *d, const tenon__buf *text);
void pull_notice_add(pull_draft *d, const char *kind, const char *table, const char *name,
                     const char *reason);
void pull_draft_names(pull_draft *d);   /* enums, models, their columns */
void pull_draft_columns(pull_draft *d); /* types and defaults */
const pull_column *pull_find_column(const pull_model *m, const char *column);
pull_model *pull_find_model(const pull_draft *d, const char *namespace, const char *table);
const pull_enum *pull_find_enum(const pull_draft *d, const char *namespace, const char *name);
/* Whether the columns are those of the primary key, or of a unique that the language can say. */
bool pull_is_unique(const pull_model *m, const char *const *columns, size_t count);

/* ---- type.c ---------------------------------------------------------------------------------- */

pull_type pull_type_of(pull_draft *d, const catalogue_column *column);
pull_type pull_type_of_field(const pull_draft *d, const schema_field *field);

/* ---- value.c --------------------------------------------------------------------------------- */

/* What stands in @default(…), or NULL. */
const char *pull_default_of(pull_draft *d, const pull_column *column);
/* The same of an old field. */
const char *pull_default_of_field(pull_draft *d, const pull_column *column);
/* Text as a string of the language. */
void pull_quote(tenon__buf *out, const char *text);

/* ---- relations.c ----------------------------------------------------------------------------- */

void pull_draft_relations(pull_draft *d);
bool pull_is_link(const pull_draft *d, const catalogue_table *t);

/* ---- index.c --------------------------------------------------------------------------------- */

/* Whether the database has the old index as the schema says it. */
bool pull_index_is_same(const pull_draft *d, const pull_model *m, const schema_index *old);
/* The old index that says this one, or NULL. */
const schema_index *pull_index_old(const pull_draft *d, const pull_model *m,
                                   const catalogue_index *index);
/* Whether the field, which has not changed itself, has the keys that it has to have. */
bool pull_field_keys_are_same(const pull_draft *d, const pull_model *m, const pull_column *column);
/* Why the language cannot say it, or NULL when it can. */
const char *pull_index_obstacle(const pull_draft *d, const pull_model *m,
                                const catalogue_index *index);
/* The attribute of a field that is a key or unique by itself, with a blank in front, or nothing. */
void pull_write_field_keys(pull_draft *d, const pull_model *m, const pull_column *column,
                           tenon__buf *out);
/* @@id, @@unique, @@index; of a model that is there already only those that are new. */
void pull_write_keys(pull_draft *d, const pull_model *m, tenon__buf *out);

/* ---- check.c --------------------------------------------------------------------------------- */

/* The n-th check (from 1) of a column, or of the table for NULL, under the name that tenon would
 * give it; or NULL. */
const catalogue_check *pull_check_of(pull_draft *d, const pull_model *m, const pull_column *column,
                                     size_t number);
/* The words @tenon.check that say checks of the table, as comment lines; those of a column, or of
 * the table for NULL. */
void pull_write_checks(pull_draft *d, const pull_model *m, const pull_column *column,
                       tenon__buf *out);
/* Whether the old words say the same checks. */
bool pull_checks_are_same(pull_draft *d, const pull_model *m, const pull_column *column);

/* ---- vector.c -------------------------------------------------------------------------------- */

/* The index of pgvector that @tenon.vectorIndex says of a column, or NULL. */
const catalogue_index *pull_vector_index_of(pull_draft *d, const pull_model *m,
                                            const pull_column *column);
bool pull_is_said_by_vector(pull_draft *d, const pull_model *m, const catalogue_index *index);
/* The word as a comment line, or nothing. */
void pull_write_vector_index(pull_draft *d, const pull_model *m, const pull_column *column,
                             tenon__buf *out);
/* Whether the old word says the same. */
bool pull_vector_index_is_same(pull_draft *d, const pull_model *m, const pull_column *column);

/* ---- notice.c -------------------------------------------------------------------------------- */

void pull_draft_notices(pull_draft *d);

/* ---- write.c --------------------------------------------------------------------------------- */

/* Whole blocks, and parts of a model, each with its comments and a line break behind. */
void pull_write_enum(pull_draft *d, const pull_enum *e, tenon__buf *out);
void pull_write_model(pull_draft *d, const pull_model *m, tenon__buf *out);
/* Whether a comment of the database becomes the documentation of what the old schema has this to
 * say about: where that is nothing. One that would be taken for words of tenon does not. */
bool pull_documents(const schema_comment *old, const char *comment);
void pull_write_comment(pull_draft *d, const pull_model *m, tenon__buf *out);
void pull_write_column(pull_draft *d, const pull_model *m, const pull_column *column,
                       tenon__buf *out);
void pull_write_relation(pull_draft *d, const pull_relation *r, bool is_back, tenon__buf *out);
/* SQLite lets a key be NULL, the language does not. */
bool pull_is_required(const pull_model *m, const pull_column *column);

/* ---- merge.c --------------------------------------------------------------------------------- */

/* What is to be replaced in an old text. Unchanged parts stay letter by letter. */
typedef struct pull_edit {
    uint32_t file;
    size_t start, end, sequence;
    const char *text;
} pull_edit;

typedef struct pull_edits {
    pull_edit *items;
    size_t count, capacity;
} pull_edits;

/* All that has changed in models and enums of the old schema. */
void pull_merge(pull_draft *d, pull_edits *edits);

/* ---- file.c ---------------------------------------------------------------------------------- */

/* The texts of the files, not yet laid out, into out->files. */
void pull_write_files(pull_draft *d);

#endif
