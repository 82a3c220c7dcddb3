/* The face of lib/render: a descriptor and a shape become SQL, in both dialects. It knows no
 * connection.
 *
 * A *shape* is what of a call decides its SQL text: operation, model, columns, the filter tree with
 * its operators but without its values, order, flags, a table given at run time. It is written as a
 * string of bytes (the key of the plan cache, compared whole) by lib/model while it walks the
 * query, and read back here only when no plan with that key exists. The values are collected in the
 * same walk, in the order in which the rendered text numbers its parameters: writer and reader must
 * agree on it, which tests/unit/render pins for every operator.
 *
 * shape.h (in this folder, part of the face) has the bytes, the writer and the reader. */
#ifndef TENON_RENDER_H
#define TENON_RENDER_H

#include "core/core.h"

#include <tenon/aggregate.h>
#include <tenon/db.h>
#include <tenon/model.h>

#include "driver/driver.h"
#include "render/shape.h"

/* A rendered statement: SQL, slots and layout, all in one heap block of its own; immutable.
 * Reference counts belong to lib/db. */
typedef struct tenon__plan {
    tenon__statement statement;
    tenon__layout layout;
    size_t bytes;       /* memory it takes */
    tenon__arena arena; /* holds everything */
} tenon__plan;

/* Rows of FIND_WITHIN are as those of FIND_RELATED with BY_VALUE. Rows of FIND_RELATED have the
 * number of their key, an int64_t from 1, behind all else in the struct. With BY_VALUE that is left
 * to the caller, who looks the key up: the row's own, or, of a relation with a link, the one that
 * stands in the last TENON__LINKED_KEY bytes in the row form of the owner's field. Rows of
 * COUNT_WITHIN are the same with nothing but the key, and with the count, an int64_t, right behind
 * the struct. Rows of COUNT_RELATED are this. */
enum { TENON__LINKED_KEY = 16 };
typedef struct tenon__related_count {
    int64_t number, count;
} tenon__related_count;

/* NULL with *err when memory is exhausted or the dialect cannot say it (UNSUPPORTED, naming the
 * operator and what to use instead). */
tenon__plan *tenon__render(tenon_dialect dialect, const uint8_t *shape, size_t length,
                           tenon_error *err);
void tenon__plan_free(tenon__plan *plan);

/* A row of a statement with TENON__SHAPE_EXPLAIN. Where ids are 0 the text is indented already. */
typedef struct tenon__plan_step {
    int64_t id, parent, unused;
    const char *text;
} tenon__plan_step;

/* What stands before a statement to have it explained; how such rows are decoded (NULL when memory
 * is exhausted); and what they say, a line a step, in the arena. */
TENON__SHARED const char *tenon__explain_words(tenon_dialect dialect);
TENON__SHARED tenon__layout *tenon__explain_layout(tenon_dialect dialect, tenon__arena *arena);
TENON__SHARED const char *tenon__plan_steps_text(tenon__arena *arena, const tenon__plan_step *steps,
                                                 size_t count);

/* For SQL of the program's own: all columns of a model, in their order, as the drivers decode them
 * and with their own names; one of them, as it is compared. `alias` stands in front, NULL: none. */
bool tenon__write_columns(tenon__buf *out, tenon_dialect dialect, const tenon_model *model,
                          const char *alias, tenon_error *err);
bool tenon__write_column(tenon__buf *out, tenon_dialect dialect, const tenon_field *field,
                         const char *alias, tenon_error *err);

/* What the caller has to know of a dialect, because it decides the values or the number of
 * statements. */
typedef struct tenon__dialect_traits {
    /* BY_VALUE is there: a condition on an array of keys is faster than a join with them */
    bool has_key_arrays;
    bool has_sources;       /* FIND_WITHIN is there, and worth while */
    bool has_prefix_ranges; /* STARTS_WITH takes the plain prefix; otherwise a pattern of LIKE */
    bool has_row_locks;     /* FOR UPDATE */
    bool forgets_notes;     /* when the transaction ends; otherwise FORGET_NOTE is needed */
} tenon__dialect_traits;
const tenon__dialect_traits *tenon__dialect_traits_of(tenon_dialect dialect);

/* Measures as fields, in the arena: what their values are decoded and filtered as. Where a field
 * stands is its place in …Aggregate and in …Having. NULL when memory is exhausted. */
const tenon_model *tenon__measure_model(tenon__arena *arena, const tenon_model *model,
                                        const tenon_aggregates *aggregates);

/* The ways to create many rows, from the slowest to the fastest. */
typedef enum tenon__bulk {
    TENON__BULK_VALUES,  /* CREATE of several rows a statement */
    TENON__BULK_COLUMNS, /* CREATE_MANY: all rows in one statement, a column of values a parameter
                          */
    TENON__BULK_ROWS,    /* CREATE_MANY: the one parameter is a tenon__row_source */
    TENON__BULK_COPY     /* CREATE_MANY with TENON__SHAPE_COPY; for many rows and nothing back */
} tenon__bulk;
/* The fastest way that the dialect has for this model's columns. */
tenon__bulk tenon__bulk_of(tenon_dialect dialect, const tenon_model *model);

/* The log of changes (audit.c), as its triggers write it: what a table is called there; and, for
 * SQLite, the SQL that gives the value of an expression the form that it has in JSON. */
void tenon__audit_name(tenon__buf *out, const char *schema, const char *table);
void tenon__audit_form(tenon__buf *out, tenon_kind kind, bool is_list, const char *value);
/* What NOTE takes: the actor, the reason, the context. */
enum { TENON__AUDIT_NOTES = 3 };
/* A row of what AUDITED finds: texts in the arena, NULL where there is none; JSON as its text. */
typedef struct tenon__audit_row {
    int64_t id;
    const char *at, *operation, *actor, *reason, *context, *key, *before, *after;
} tenon__audit_row;

/* The one quoter of identifiers: "a""b". Refuses (sticky failure of the buffer plus *err) an empty
 * name and one with a NUL; a name over 63 bytes is refused for PostgreSQL, which would cut it. */
bool tenon__quote_identifier(tenon__buf *out, tenon_dialect dialect, const char *name,
                             tenon_error *err);
/* The one quoter of literals, for DDL defaults and comments: 'it''s', E'…' never needed. */
bool tenon__quote_literal(tenon__buf *out, tenon_dialect dialect, const char *text, size_t length,
                          tenon_error *err);
/* "schema"."table". */
bool tenon__quote_table(tenon__buf *out, tenon_dialect dialect, const char *schema,
                        const char *table, tenon_error *err);

#endif
