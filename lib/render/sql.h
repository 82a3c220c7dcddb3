/* Private to lib/render: the writer of one statement, and the table of a dialect.
 *
 * The writer is sticky: the first failure fills *err and stops everything that follows, so the
 * functions that write return nothing. What both databases say alike stands in filter.c, order.c,
 * select.c and write.c; what they say differently is a member of the dialect's table. */
#ifndef TENON_RENDER_SQL_H
#define TENON_RENDER_SQL_H

#include "render/render.h"

typedef struct tenon__sql_dialect tenon__sql_dialect;

typedef struct tenon__sql {
    tenon__buf text;
    const tenon__sql_dialect *dialect;
    tenon__shape_reader shape;
    tenon__shape_head head;
    const tenon_model *model;
    const char *schema, *table; /* what the statement works on */
    const char *index;          /* with HAS_INDEX: the one to use, NULL none at all */
    bool is_qualified;          /* columns are written with their table in front */
    const char *alias;          /* what that table is called; NULL: by its own name */
    unsigned alias_count;       /* given out so far */
    tenon__arena *arena;        /* the plan's */
    tenon__slot *slots;
    size_t slot_count, slot_capacity;
    unsigned statement_flags; /* beside those of the shape */
    tenon__layout *layout;    /* NULL: no rows */
    tenon__about about;
    struct tenon__sql_measures *measures; /* of AGGREGATE and GROUP; or NULL */
    bool is_condition;                    /* parameters are compared, not written */
    size_t repeated;                      /* number of the parameter to write again; 0: a new one */
    tenon_error *err;
    bool failed;
} tenon__sql;

/* "sum(" column ")" [FILTER (…)] "::int8" */
typedef struct tenon__sql_call {
    const char *open, *close, *cast;
} tenon__sql_call;

/* The log of changes in the forms of a dialect (audit.c). */
typedef struct tenon__sql_log {
    const char *columns;                      /* of a tenon__audit_row */
    const char *object;                       /* the function that makes a JSON object */
    const char *since, *until;                /* what stands before a time, and … */
    const char *time_end;                     /* … behind it */
    const char *note[TENON__AUDIT_NOTES + 1]; /* around the actor, the reason and the context */
    void (*key)(tenon__sql *w, const tenon_field *field); /* a value as one of the object's */
} tenon__sql_log;

struct tenon__sql_dialect {
    tenon_dialect id;
    tenon__dialect_traits traits;
    char parameter_mark;
    const char *true_text, *false_text;
    const char *unlimited; /* what must stand before an OFFSET without a limit */
    /* A column in a select list or RETURNING, as the driver decodes it. */
    void (*selected)(tenon__sql *w, const tenon_field *field);
    /* A column beside a comparison sign, and the value that it is compared with. */
    void (*compared)(tenon__sql *w, const tenon_field *field);
    void (*comparand)(tenon__sql *w, const tenon_field *field);
    /* A value on its way into the column. */
    void (*stored)(tenon__sql *w, const tenon_field *field);
    /* A column in ORDER BY. */
    void (*ordered)(tenon__sql *w, const tenon_field *field);
    /* The distance of a column of vectors from a value. */
    void (*distance)(tenon__sql *w, tenon_metric metric, const tenon_field *field);
    /* A column in GROUP BY and PARTITION BY. */
    void (*grouped)(tenon__sql *w, const tenon_field *field);
    /* A column and the value beside it where what is compared is their place in an order. */
    void (*ranked)(tenon__sql *w, const tenon_field *field);
    void (*rank_value)(tenon__sql *w, const tenon_field *field);
    /* What stands around a column in a call of an aggregate function. */
    tenon__sql_call (*aggregate)(tenon_function function, const tenon_field *field);
    /* Conditions: IN and NOT_IN; LIKE and its family; those of arrays; those of JSON. */
    void (*list)(tenon__sql *w, tenon_operator operation, const tenon_field *field);
    void (*match)(tenon__sql *w, tenon_operator operation, const tenon_field *field);
    void (*array)(tenon__sql *w, tenon_operator operation, const tenon_field *field);
    void (*json)(tenon__sql *w, tenon_operator operation, const tenon_field *field);
    /* = and IN of texts, and their negations, regardless of case. */
    void (*caseless)(tenon__sql *w, tenon_operator operation, const tenon_field *field);
    /* The right side of an assignment: INCREASE, DECREASE, SCALE, PUSH and SET_DEFAULT. */
    void (*calculated)(tenon__sql *w, tenon_change change, const tenon_field *field);
    /* The words that explain a statement, and how many of the columns of tenon__plan_step, counted
     * from the last, its rows have. */
    const char *explain;
    size_t explained_count;
    /* Behind a table to read: " INDEXED BY …"; at the end of a find: " FOR UPDATE OF …". */
    void (*hinted)(tenon__sql *w);
    void (*locked)(tenon__sql *w, tenon_lock lock, tenon_lock_wait wait);
    tenon__bulk (*bulk)(const tenon_field *field);
    /* A set of keys as a table, "tenon:keys", a column of values a field; the value of its i-th
     * column, and the number of the key, from 1. */
    void (*keys)(tenon__sql *w, const tenon_field *const *fields, size_t count);
    void (*key)(tenon__sql *w, const tenon_field *field, size_t at);
    const char *key_number;
    /* " = ANY($1)": one of all keys; where has_key_arrays. */
    void (*key_array)(tenon__sql *w, const tenon_field *field);
    /* How the table of keys is joined with what is looked up by it. */
    const char *key_join;
    bool has_lateral;
    /* Where the rows of a CREATE_MANY come from: "SELECT … FROM UNNEST(…)". */
    void (*bulk_source)(tenon__sql *w, const tenon_field *const *fields, size_t count);
    tenon__sql_log log;
};

/* json_postgresql.c, json_sqlite.c */
void tenon__sql_json_postgresql(tenon__sql *w, tenon_operator operation, const tenon_field *field);
void tenon__sql_json_sqlite(tenon__sql *w, tenon_operator operation, const tenon_field *field);

extern const tenon__sql_dialect tenon__sql_postgresql;
extern const tenon__sql_dialect tenon__sql_sqlite;
const tenon__sql_dialect *tenon__sql_dialect_of(tenon_dialect dialect);

/* ---- the pieces (sql.c) ---------------------------------------------------------------------- */

void tenon__sql_add(tenon__sql *w, const char *text);
void tenon__sql_identifier(tenon__sql *w, const char *name);
void tenon__sql_literal(tenon__sql *w, const char *text, size_t length);
void tenon__sql_table(tenon__sql *w);
void tenon__sql_column(tenon__sql *w, const tenon_field *field);
/* The column with its table in front, for expressions in which another table has columns as well.
 */
void tenon__sql_qualified_column(tenon__sql *w, const tenon_field *field);
/* The next parameter: writes its mark and number and adds its slot. */
void tenon__sql_slot(tenon__sql *w, const tenon_field *field, tenon__form form);
/* The same for a text that belongs to the field but is no value of it. */
void tenon__sql_text_slot(tenon__sql *w, const tenon_field *field);
/* The same for any value. */
void tenon__sql_any_slot(tenon__sql *w, tenon__slot slot);
/* A parameter that is written later, by way of w->repeated: its number. */
size_t tenon__sql_reserve_slot(tenon__sql *w, tenon__slot slot);
/* The dialect cannot say it: UNSUPPORTED, naming the field, if it is one's. */
void tenon__sql_refuse(tenon__sql *w, const tenon_field *field, const char *what, const char *hint);
/* Slots of a statement whose rows travel beside its text. */
void tenon__sql_row_slots(tenon__sql *w, const tenon_field *const *fields, size_t count);
void *tenon__sql_alloc(tenon__sql *w, size_t count, size_t size);
/* The field whose index comes next in the shape. */
const tenon_field *tenon__sql_next_field(tenon__sql *w);
/* text of the shape → a text that the plan owns; NULL for an empty one. */
const char *tenon__sql_own_next_text(tenon__sql *w);
/* What a number is increased or scaled by is checked as a number of its kind, not against the
 * precision of the column: SCALE(1.005) is good for a numeric(10, 2). */
const tenon_field *tenon__sql_operand(const tenon_field *field);

/* The keys of a JSON path, which come next in the shape. A key of digits only is an array index. */
typedef struct tenon__sql_path {
    const char *at, *end;
} tenon__sql_path;
typedef struct tenon__sql_key {
    const char *text;
    size_t length;
    bool is_index;
} tenon__sql_key;
tenon__sql_path tenon__sql_next_path(tenon__sql *w);
/* What a JSON operator asks of the value at its path. */
typedef struct tenon__sql_json {
    tenon_operator operation;
    const tenon_field *field;
    tenon__sql_path path;
    tenon__json_form form; /* 0: does not matter */
} tenon__sql_json;
/* The rest of such a condition in the shape. */
tenon__sql_json tenon__sql_next_json(tenon__sql *w, tenon_operator operation,
                                     const tenon_field *field);
/* " < " … */
const char *tenon__sql_json_sign(tenon_operator operation);
/* Whether it is about a part of a text, and whether it minds case there. */
bool tenon__sql_is_json_match(tenon_operator operation, bool *minds_case);
/* False when there are no more. */
bool tenon__sql_next_key(tenon__sql_path *path, tenon__sql_key *key);

/* ---- relations (join.c) ----------------------------------------------------------------------
 *
 *     tenon__sql_join join = tenon__sql_join_of(w, relation);
 *     tenon__sql_add(w, "EXISTS (SELECT 1");
 *     tenon__sql_related_rows(w, &join);
 *     tenon__sql_scope before = tenon__sql_enter(w, join.target);
 *     … conditions on columns of the target …
 *     tenon__sql_enter(w, before); */

/* Whose columns are written, and what its table is called. */
typedef struct tenon__sql_scope {
    const tenon_model *model;
    const char *alias;
    bool is_qualified;
} tenon__sql_scope;

typedef struct tenon__sql_join {
    const tenon_relation *relation;
    tenon__sql_scope owner, target;
    const char *link_alias; /* NULL: there is no link */
} tenon__sql_join;

tenon__sql_scope tenon__sql_scope_of(const tenon__sql *w);
/* The scope before, to be entered again. */
tenon__sql_scope tenon__sql_enter(tenon__sql *w, tenon__sql_scope scope);
/* A new one for the model's own table, with an alias. */
tenon__sql_scope tenon__sql_scope_for(tenon__sql *w, const tenon_model *model);
/* `"schema"."table" AS "alias"` */
void tenon__sql_table_as(tenon__sql *w, const char *schema, const char *table, const char *alias);
/* From the scope one is in to the other end of a relation of its model, with new aliases. */
tenon__sql_join tenon__sql_join_of(tenon__sql *w, const tenon_relation *relation);
/* `"Tag" AS "t1" JOIN "_ArticleToTag" AS "t2" ON …`: the target and the link, if any. */
void tenon__sql_join_tables(tenon__sql *w, const tenon__sql_join *join);
/* `"t2"."A" = "articles"."id"`: which rows of the target belong to a row of the owner. */
void tenon__sql_join_condition(tenon__sql *w, const tenon__sql_join *join);
/* " FROM … WHERE …": both; further conditions may follow behind an AND. */
void tenon__sql_related_rows(tenon__sql *w, const tenon__sql_join *join);
/* The relation whose index comes next in the shape. */
const tenon_relation *tenon__sql_next_relation(tenon__sql *w);

/* ---- joined rows (joined.c) ------------------------------------------------------------------
 * To-one relations whose row comes along in the same statement: their columns stand behind those of
 * the row, each set behind a flag that is NULL when there is none. A joined row stands behind the
 * row in the struct, and its flag, a bool in 8 bytes, behind it; in the order of the shape. */

typedef struct tenon__sql_joined {
    size_t count;
    tenon__sql_join joins[TENON__MOST_JOINED];
    const uint8_t *columns[TENON__MOST_JOINED];
} tenon__sql_joined;

/* Reads them from the shape, when it has any; columns are qualified from then on. */
tenon__sql_joined tenon__sql_read_joined(tenon__sql *w);
/* ", flag, column, …", behind the columns that are written already. */
void tenon__sql_write_joined_columns(tenon__sql *w, const tenon__sql_joined *joined);
/* " LEFT JOIN … ON …" */
void tenon__sql_write_joined(tenon__sql *w, const tenon__sql_joined *joined);

/* ---- the clauses ----------------------------------------------------------------------------- */

/* filter.c: " WHERE …", or nothing when the where of the shape has no condition: false. */
bool tenon__sql_where(tenon__sql *w);
/* The same with another word in front: " HAVING ". */
bool tenon__sql_clause(tenon__sql *w, const char *word);
/* The conditions alone; what is always true when there are none. */
void tenon__sql_conditions(tenon__sql *w);
/* One condition on a field, whose operator and index have been read. */
void tenon__sql_field_condition(tenon__sql *w, tenon_operator operation, const tenon_field *field);
/* " WHERE key = $1 AND …" by the unique of the head. */
void tenon__sql_where_key(tenon__sql *w);

/* "key = $1" */
void tenon__sql_equals(tenon__sql *w, const tenon_field *field);

/* relation_filter.c: SOME, EVERY and NO_ROW; COUNT. The word itself has been read. */
void tenon__sql_relation_condition(tenon__sql *w, uint8_t word);
void tenon__sql_count_condition(tenon__sql *w);

/* raw.c: a condition in the program's own SQL. */
void tenon__sql_raw(tenon__sql *w);

/* order.c: reads the order of the shape into an array; *count terms. */
typedef struct tenon__sql_term {
    const tenon_field *field; /* of the model's own; NULL: what the path leads to */
    const tenon_field *end;   /* … which is this; of a number of rows, tenon__count_field */
    tenon_direction direction;
    const char *collate;    /* or NULL */
    tenon_metric metric;    /* 0, or the order is of distances from */
    size_t nearest;         /* … this parameter, counted from 1 */
    const uint8_t *path;    /* where the term, or what is left of it, stands in the shape */
    tenon__sql_join *joins; /* its first steps, when they are joined */
    size_t join_count;
    tenon__sql_scope joined; /* where the path goes on; model NULL: at the model's own row */
} tenon__sql_term;
tenon__sql_term *tenon__sql_read_order(tenon__sql *w, size_t *count);
void tenon__sql_order(tenon__sql *w, const tenon__sql_term *terms, size_t count);
/* What a term orders by, its column written like this. */
void tenon__sql_term_as(tenon__sql *w, const tenon__sql_term *term,
                        void (*column)(tenon__sql *w, const tenon_field *field));
/* " COLLATE name" behind what is compared, when the term has one. */
void tenon__sql_collation(tenon__sql *w, const tenon__sql_term *term);
/* Terms that lead to rows which can be joined will be: names their tables, before anything is
 * written, for the columns of the statement are qualified from then on. " LEFT JOIN …" for these.
 */
void tenon__sql_name_order(tenon__sql *w, tenon__sql_term *terms, size_t count);
void tenon__sql_join_order(tenon__sql *w, const tenon__sql_term *terms, size_t count);
const tenon_field *const *tenon__sql_read_distinct(tenon__sql *w, size_t *count);
void tenon__sql_limit(tenon__sql *w);

/* soft_delete.c: the word and then that rows of the model are not marked as deleted; nothing where
 * there is no such mark. In the scope of the model: whatever chooses rows of one must say it. */
void tenon__sql_alive(tenon__sql *w, const char *word);
/* The same for the rows of the statement itself, where the flags of the shape may ask for others;
 * whether it wrote something. */
bool tenon__sql_asked_for(tenon__sql *w, const char *word);
/* Before the changes of an upsert are read: "mark = NULL", unless they say something about it. */
bool tenon__sql_revive(tenon__sql *w);

/* about.c: what hooks are told. The operation when all is written; the key and the where just
 * before they are. */
void tenon__sql_tell_operation(tenon__sql *w);
void tenon__sql_tell_key(tenon__sql *w, const tenon_unique *unique);
void tenon__sql_tell_where(tenon__sql *w);

/* select.c */
void tenon__sql_find_by(tenon__sql *w);
void tenon__sql_find(tenon__sql *w);
void tenon__sql_count_rows(tenon__sql *w);
void tenon__sql_exists(tenon__sql *w);
/* Makes the layout of the columns in the shape, or of all; writes these. */
void tenon__sql_read_columns(tenon__sql *w);
void tenon__sql_write_columns(tenon__sql *w);
/* The layout of a computed column, and of several int64_t. */
void tenon__sql_plain_layout(tenon__sql *w, const tenon__out *outs, size_t count,
                             uint32_t row_size);
/* " RETURNING " and all columns. */
void tenon__sql_returning(tenon__sql *w);

/* related.c */
void tenon__sql_find_related(tenon__sql *w);
/* Adds the key of a link, in the form of the owner's field, to the end of the layout. */
void tenon__sql_linked_key(tenon__sql *w, const tenon_relation *relation, const tenon_model *owner);
void tenon__sql_count_related(tenon__sql *w);
/* The layout of rows that have one column of `model`. */
void tenon__sql_key_layout(tenon__sql *w, const tenon_model *model, uint16_t field);

/* within.c */
void tenon__sql_find_within(tenon__sql *w);
void tenon__sql_count_within(tenon__sql *w);

/* link.c */
void tenon__sql_link(tenon__sql *w);
void tenon__sql_unlink(tenon__sql *w);
void tenon__sql_linked(tenon__sql *w);

/* aggregate.c */
void tenon__sql_aggregate(tenon__sql *w);
void tenon__sql_group(tenon__sql *w);
/* Writes the call that a measure is, when the field is one of w->measures; else false. */
bool tenon__sql_measure(tenon__sql *w, const tenon_field *field);

/* keyset.c. Of a shape's keyset the condition, if it has one: " AND …", or " WHERE …". The terms
 * are turned round for rows before a place. */
void tenon__sql_keyset(tenon__sql *w, tenon__sql_term *terms, size_t count, bool has_where);
void tenon__sql_page(tenon__sql *w);
void tenon__sql_page_of(tenon__sql *w);
/* explain.c: around what an operation writes. */
void tenon__sql_begin_explain(tenon__sql *w);
void tenon__sql_end_explain(tenon__sql *w);

/* audit.c */
void tenon__sql_audited(tenon__sql *w);
void tenon__sql_note(tenon__sql *w);
void tenon__sql_forget_note(tenon__sql *w);

/* write.c */
void tenon__sql_create(tenon__sql *w);
void tenon__sql_create_many(tenon__sql *w);
void tenon__sql_update(tenon__sql *w);
void tenon__sql_update_many(tenon__sql *w);
void tenon__sql_upsert(tenon__sql *w);
void tenon__sql_upsert_many(tenon__sql *w);
void tenon__sql_update_each(tenon__sql *w);
void tenon__sql_delete(tenon__sql *w);
void tenon__sql_delete_many(tenon__sql *w);

#endif
