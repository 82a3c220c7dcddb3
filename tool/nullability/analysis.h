/* Private to tool/nullability: what the analysis knows while it reads a statement in its form.
 *
 * Columns in scope are slots. A slot that an outer join may replace by NULL lies on a side, which a
 * row either matches or does not; sides nest as the joins do. What is known to hold for the row at
 * hand is a list of facts, of which a longer one shares the tail of a shorter, so that a branch of
 * CASE or OR costs nothing to leave. Two directions of thought go over expressions:
 *
 *     null_evaluate: what can this give, these facts known?     (evaluate.c, calls.c)
 *     null_assume:   what is known when this is true, or NULL?  (assume.c, facts.c)
 *
 * Each calls the other. Everything errs towards "may be NULL". */
#ifndef TENON_NULLABILITY_ANALYSIS_H
#define TENON_NULLABILITY_ANALYSIS_H

#include "nullability/form.h"

typedef struct scope scope;
typedef struct join_side join_side;
typedef struct fact fact;

/* What is assumed of an expression. */
typedef enum truth {
    IS_TRUE,
    IS_FALSE,
    IS_NOT_TRUE,
    IS_NOT_FALSE,
    IS_NOT_NULL,
    IS_NULL,
} truth;

/* A condition that holds for every row of a side that matches; of a CHECK it is only not false. */
typedef struct condition {
    const expr *value;
    const scope *scope;
    truth truth;
    struct condition *next;
} condition;

/* The part of FROM that an outer join may take away. */
struct join_side {
    join_side *outer;      /* that it lies in, or NULL */
    join_side *other;      /* of a FULL JOIN: one of both matches */
    condition *conditions; /* of the joins within */
    condition on;          /* of the join itself; of a FULL JOIN it holds where both match */
    bool is_sure;          /* to match, where what it lies in does */
    const char *because;
};

/* A column in scope. */
typedef struct slot slot;

/* What a value consists of; as nullability_nested. */
typedef struct nested {
    bool is_list;
    size_t at;
    const char *row;
    slot *members;
    size_t count;
} nested;

struct slot {
    const char *name;
    bool is_nullable; /* though its row is there */
    const char *because;
    const char *type;
    bool is_composite; /* or may be: then IS NULL asks for its fields */
    bool is_required;  /* a column with NOT NULL */
    bool is_stored;    /* a table's column as the statement reads it */
    const char *table_schema, *table, *column;
    join_side *side;          /* the innermost it lies on, or NULL */
    const nested *nested;     /* or NULL */
    const slot *left, *right; /* merged of two by a FULL JOIN … USING: COALESCE (left, right) */
};

/* A name in FROM with its columns. */
typedef struct range {
    const char *schema, *name;
    const slot **slots;
    size_t count;
    const slot *row; /* of which a column is: the row itself, and what tables have hidden */
    bool is_open;    /* it has columns that are not known */
    bool is_table;   /* with hidden columns: ctid, rowid */
    const catalogue_table *table; /* or NULL */
    bool is_single;               /* at most one row */
    bool is_partial;              /* TABLESAMPLE, ONLY */
} range;

/* The result of a query. */
typedef struct shape {
    slot *columns;
    size_t count;
    bool is_open;      /* what it returns is not known */
    bool has_row;      /* at least one */
    bool is_single;    /* at most one */
    const fact *known; /* of each of its rows */
} shape;

/* What WITH has named. */
typedef struct cte_shape {
    const char *name;
    const shape *shape;
    const struct cte_shape *next;
} cte_shape;

struct scope {
    const scope *outer;
    const cte_shape *ctes;
    query *query; /* whose names these are */
    range *ranges;
    size_t range_count;
    const slot **slots; /* as * has them; unqualified names are looked up here */
    size_t slot_count;
    const target *aliases; /* names of results that conditions may use */
    size_t alias_count;
    /* Behind GROUP BY: the scope of the rows in a group; else NULL. */
    const scope *rows;
    bool may_be_empty; /* the group */
    bool is_empty;     /* the group, for the sake of the argument */
    const fact *known; /* of each of its rows */
    bool has_row;      /* at least one, before any condition */
};

typedef enum fact_kind {
    FACT_NOT_NULL,   /* a slot */
    FACT_IS_NULL,    /* a slot */
    FACT_MATCHED,    /* a side, and all it lies in */
    FACT_UNMATCHED,  /* a side, though all it lies in match */
    FACT_HAS_VALUE,  /* an expression in a scope is not NULL */
    FACT_TRUE,       /* an expression in a scope */
    FACT_FALSE,      /* the same */
    FACT_IMPOSSIBLE, /* there is no such row */
} fact_kind;

struct fact {
    fact_kind kind;
    const void *about;
    const scope *scope;
    const fact *older;
};

/* What an expression can give; of other than truth values, CAN_BE_TRUE and CAN_BE_FALSE stand for
 * every value. */
enum { CAN_BE_NULL = 1, CAN_BE_TRUE = 2, CAN_BE_FALSE = 4 };
enum { CAN_BE_VALUE = CAN_BE_TRUE | CAN_BE_FALSE };

typedef struct verdict {
    unsigned can;        /* 0: the row does not exist */
    const char *because; /* it can be NULL */
} verdict;

/* A view's query. */
typedef struct view_form {
    const catalogue_table *view;
    query *query;
    struct view_form *next;
} view_form;

typedef struct analysis {
    form form; /* the views are read with it */
    tenon__arena *arena;
    const catalogue *database;
    bool is_sqlite;
    bool is_first_look; /* nothing is judged yet: parameters are noted */
    size_t steps;       /* of judging; at the limit nothing more is understood */
    size_t depth;       /* of views and queries in one another */
    nullability_parameter *parameters;
    size_t parameter_count;
    unsigned char *uses;     /* of the parameters */
    struct view_form *views; /* read once */
} analysis;

enum { NULL_LIMIT_STEPS = 2000000, NULL_LIMIT_DEPTH = 100 };

/* ---- facts.c ---- */

const fact *null_know(analysis *a, const fact *known, fact_kind kind, const void *about,
                      const scope *s);
const fact *null_know_slot(analysis *a, const fact *known, const slot *column);
const fact *null_know_slot_is_null(analysis *a, const fact *known, const slot *column);
const fact *null_know_matched(analysis *a, const fact *known, const join_side *side);
const fact *null_know_impossible(analysis *a, const fact *known);
bool null_is_known(const fact *known, fact_kind kind, const void *about);
bool null_is_impossible(const fact *known);
/* Whether a fact of this kind is known of an expression. */
bool null_is_told(analysis *a, const scope *s, const fact *known, fact_kind kind, const expr *e);
/* What both know; `base` is the tail they share. */
const fact *null_know_either(analysis *a, const fact *base, const fact *left, const fact *right);
verdict null_judge_slot(analysis *a, const fact *known, const slot *column);

/* ---- assume.c, evaluate.c, calls.c ---- */

const fact *null_assume(analysis *a, const scope *s, const fact *known, const expr *e, truth t);
verdict null_evaluate(analysis *a, const scope *s, const fact *known, const expr *e);
verdict null_judge_call(analysis *a, const scope *s, const fact *known, const expr *e);
verdict null_judge_any(analysis *a, const scope *s, const fact *known, expr *const *list,
                       size_t count);
/* A column that is none known. */
const slot *null_resolve(analysis *a, const scope *s, const expr *e);
const slot *null_resolve_field(analysis *a, const scope *s, const expr *e);
/* The scope whose name it is; or NULL. */
const scope *null_level_of(const analysis *a, const scope *s, const expr *e);
/* The expression that a name of the result stands for, and the scope it is in; or NULL. */
const expr *null_find_alias(analysis *a, const scope *s, const expr *e, const scope **in);
bool null_is_same(analysis *a, const scope *s, const expr *x, const scope *t, const expr *y);
/* The name of the type, or NULL for "not known". */
const char *null_type_of(analysis *a, const scope *s, const expr *e);
bool null_may_be_composite(analysis *a, const scope *s, const expr *e);
/* nested.c: what the value consists of; NULL: not known, or it is one value. */
const nested *null_nested(analysis *a, const scope *s, const fact *known, const expr *e);
/* What there is to say of an expression as a column, but for its name. */
void null_describe(analysis *a, const scope *s, const fact *known, const expr *e, slot *to);
bool null_is_set(const expr *e);
bool null_is_aggregate(const expr *e);
bool null_has_aggregate(const expr *e);

/* ---- source.c, table.c, query.c, write.c, single.c, look.c ---- */

/* The names in a source. `base` has none yet, `siblings` those that a LATERAL item may use, or is
 * NULL; `inside` is the side that the source lies on, where the conditions of joins are added. */
scope *null_open_source(analysis *a, const scope *base, const scope *siblings, const source *from,
                        join_side *inside, condition **conditions, const fact *known);
scope *null_open_table(analysis *a, const scope *base, const source *from, join_side *inside,
                       condition **conditions);
/* A scope like `base` for one name with these columns. */
scope *null_open_range(analysis *a, const scope *base, const source *from, slot *columns,
                       size_t count, bool is_open, join_side *inside);
scope *null_new_scope(analysis *a, scope content);
/* Both sides' names; NULL as one of them: the other's. */
scope *null_join_names(analysis *a, const scope *first, const scope *second);
void null_add_condition(analysis *a, condition **conditions, condition c);
const catalogue_table *null_find_table(const analysis *a, const source *from);
/* The columns of a table; NULL with memory exhausted. */
slot *null_table_slots(analysis *a, const catalogue_table *table, join_side *inside);
shape null_shape(analysis *a, const scope *outer, const fact *known, query *q);
shape null_shape_of_write(analysis *a, const scope *outer, const fact *known, query *q);
shape null_shape_of_targets(analysis *a, const scope *s, const fact *known, const query *q);
/* Whether the conditions leave at most one row of all that the scope names. */
bool null_is_single(analysis *a, const scope *s, const condition *conditions);
const fact *null_know_conditions(analysis *a, const fact *known, const condition *conditions);
/* Whether a table has a row for the condition, whatever the rows around it are. */
bool null_always_matches(analysis *a, const scope *s, const fact *known, const range *r,
                         const expr *on);
/* The scope in which WITH has named its queries. */
scope *null_open_with(analysis *a, const scope *outer, const fact *known, query *q);
void null_look(analysis *a, const scope *s, const expr *e);
void null_look_list(analysis *a, const scope *s, expr *const *list, size_t count);
void null_look_written(analysis *a, const scope *s, const expr *e, const slot *column);
void null_look_at_query(analysis *a, const scope *s, const expr *e);
void null_state_parameter(analysis *a, int number, bool is_nullable);
bool null_parameter_is_nullable(const analysis *a, int number);

bool null_is_same_name(const analysis *a, const char *x, const char *y);
bool null_is_word(const char *word, const char *const *list, size_t count);

#endif
