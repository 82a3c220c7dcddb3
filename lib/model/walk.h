/* Private to lib/model: the walk over the structs of one call.
 *
 * A walk reads a query once and writes two things as it goes: the shape, which decides the SQL, and
 * the values, in the order in which lib/render numbers its parameters (see render/shape.h). It
 * lives on the stack; what outgrows it goes to the session's scratch memory, as do values that are
 * made here (a default, an escaped pattern). Values are not copied: they stay where the caller has
 * them.
 *
 * A walk is sticky: the first failure fills the session's error, and the rest does nothing. What
 * the drivers check when they bind (range, precision, UTF-8, NULL where a value is meant) is not
 * checked here. */
#ifndef TENON_MODEL_WALK_H
#define TENON_MODEL_WALK_H

#include "core/core.h"
#include "db/db.h"
#include "render/render.h"

#include <tenon/query.h>

enum { TENON__WALK_VALUES = 32, TENON__WALK_DEPTH = 32 };

/* Compiled patterns of validations, kept over the rows of one call. */
typedef struct tenon__patterns {
    struct tenon__pattern *first;
} tenon__patterns;

/* The version that an update counts on; value NULL: any. */
typedef struct tenon__expected {
    const void *value;
    const tenon_field *field;
} tenon__expected;

typedef struct tenon__walk {
    tenon_session *session;
    const tenon_model *model;
    tenon_error *err;
    tenon__arena *results, *scratch;
    const char *table; /* chosen at run time, or NULL */
    const void **values;
    size_t value_count, value_capacity;
    unsigned depth; /* of trees */
    bool failed;
    bool has_raw;              /* there is a condition in the program's own SQL */
    tenon_time now;            /* of the call; 0: not asked for yet */
    tenon__patterns *patterns; /* NULL: patterns of validations are compiled for each value */
    int64_t limit, offset;
    tenon__expected expected;
    const void *subject; /* for hooks: what the program gave; see tenon__call */
    tenon__shape shape;
    const void *first_values[TENON__WALK_VALUES];
} tenon__walk;

/* ---- forms ----------------------------------------------------------------------------------- */

/* Where the value of a filter stands (behind the operator) and that of a change. */
enum { TENON__FILTER_AS = offsetof(tenon_int_filter, as) };

static inline int tenon__read_int(const void *at)
{
    int value;
    memcpy(&value, at, sizeof value);
    return value;
}

/* ---- walk.c ---------------------------------------------------------------------------------- */

/* False when the session has failed already or the descriptor cannot be used; nothing may follow
 * then. */
bool tenon__walk_begin(tenon__walk *walk, tenon_session *session, const tenon_model *model,
                       tenon__operation operation);
/* Also after begin, before anything else is walked. */
void tenon__walk_table(tenon__walk *walk, tenon_table table);
/* Makes room for more values; false when there is no more memory. */
TENON__COLD bool tenon__walk_grow_values(tenon__walk *walk);
/* The next value; NULL is SQL NULL. It must stay until the call has run. */
static inline void tenon__walk_value(tenon__walk *walk, const void *value)
{
    if (TENON__LIKELY(walk->value_count < walk->value_capacity || tenon__walk_grow_values(walk)))
        walk->values[walk->value_count++] = value;
}
const tenon__dialect_traits *tenon__walk_traits(const tenon__walk *walk);
/* Scratch memory; NULL when there is no more. */
void *tenon__walk_alloc(tenon__walk *walk, size_t size);
/* Fails with "Model.field: …". Returns false. */
TENON__COLD bool tenon__walk_fail(tenon__walk *walk, tenon_status status, const tenon_field *field,
                                  const char *format, ...) TENON_PRINTF(4, 5);
/* The same about the call as a whole: "User: …". */
TENON__COLD bool tenon__walk_misuse(tenon__walk *walk, const char *format, ...) TENON_PRINTF(2, 3);
/* Whether it can be run; otherwise the session has failed, and the scratch memory is empty. */
bool tenon__walk_is_sound(tenon__walk *walk);
/* The call that was walked, to be run with others. False when the walk had failed. */
bool tenon__walk_call(tenon__walk *walk, tenon__rows *rows, tenon__call *out);
/* Runs what was walked. False when the walk had failed or the call fails. */
bool tenon__walk_run(tenon__walk *walk, tenon__rows *rows, int64_t *affected);
/* The same as a stream, and, for what belongs to rows that have come by it, on its connection. */
tenon_stream *tenon__walk_stream(tenon__walk *walk, const tenon_transaction_options *options,
                                 tenon__arrival arrival);
bool tenon__walk_run_in(tenon__walk *walk, tenon_stream *stream, tenon__rows *rows);
/* The one row that comes back, or NULL. */
void *tenon__walk_run_for_row(tenon__walk *walk);
/* Renders a shape: the `make` of every call. */
bool tenon__make_plan(tenon_dialect dialect, const uint8_t *key, size_t length, tenon__cached *out,
                      tenon_error *err);
/* The plan of another shape, for a look at its statement; NULL with the session's error. */
tenon__shared_plan *tenon__walk_plan_of(tenon__walk *walk, const tenon__shape *shape);
/* Checks the descriptor: made for this library? */
TENON__SHARED bool tenon__check_model(const tenon_model *model, tenon_error *err);
/* Checks an index into the model's uniques. */
bool tenon__check_unique(const tenon_model *model, uint32_t unique, tenon_error *err);
/* The unique and the values of its key. */
void tenon__walk_key(tenon__walk *walk, uint32_t unique, const void *const *key);
/* Finding and deleting by a key need no walk: the key's values are the values. The row, or NULL. */
void *tenon__run_by_key(tenon_session *session, const tenon_model *model,
                        tenon__operation operation, uint32_t unique, const void *const *key);
/* In a table chosen at run time they do. */
void *tenon__run_by_key_with(const tenon_key_options *options, const tenon_model *model,
                             tenon__operation operation, uint32_t unique, const void *const *key);

static inline void tenon__walk_flag(tenon__walk *walk, tenon__shape_flag flag)
{
    tenon__shape_head_of(&walk->shape)->flags |= (uint16_t)flag;
}

/* ---- find.c ---------------------------------------------------------------------------------- */

/* A …Query as what find_many looks for. `joined` gets the relations that come along (include.h);
 * NULL: none may. False when nothing may follow. */
struct tenon__joined;
bool tenon__walk_find(tenon__walk *walk, const tenon_model *model, const void *query,
                      const tenon_query_head *head, int64_t limit, struct tenon__joined *joined);

/* ---- where.c --------------------------------------------------------------------------------- */

/* What is known of a condition without its row. */
typedef enum tenon__truth { TENON__DEPENDS, TENON__ALWAYS, TENON__NEVER } tenon__truth;

/* Walks a …Where. ALWAYS when it lets every row through: nothing is set, or only what is always
 * true. */
tenon__truth tenon__walk_where(tenon__walk *walk, const void *where);
/* The operator of a count and its values; not the word and the relation before. */
tenon__truth tenon__walk_count_filter(tenon__walk *walk, const tenon_int_filter *filter);
tenon__truth tenon__and_of(tenon__truth a, tenon__truth b);
tenon__truth tenon__not_of(tenon__truth a);

/* As a program writes it; of an operator that there is. */
const char *tenon__operator_name(int operation);
bool tenon__refuse_null(tenon__walk *walk, const tenon_field *field, int operation);

/* ---- where_text.c ---------------------------------------------------------------------------- */

/* What stands behind the operator and the field: the text of a LIKE and its family; the path and
 * the value of the JSON operators; the path and the text. */
void tenon__walk_text(tenon__walk *walk, const tenon_field *field, int operation, const char *as);
void tenon__walk_path(tenon__walk *walk, const tenon_field *field, int operation, const char *as);
void tenon__walk_match(tenon__walk *walk, const tenon_field *field, int operation, const char *as);

/* ---- where_relation.c ------------------------------------------------------------------------ */

/* What a …Where says of one relation of its model. */
tenon__truth tenon__walk_relation_filter(tenon__walk *walk, uint16_t index, const void *where);

/* ---- options.c ------------------------------------------------------------------------------- */

void tenon__walk_plan(tenon__walk *walk, tenon_plan_mode plan);
/* Columns, order and distinct of a …Query into the shape, in this order. Columns that an included
 * relation is looked up by come along. */
void tenon__walk_columns(tenon__walk *walk, const void *query);
/* With those by which the rows of this relation, at whose end they are, are looked up. */
void tenon__walk_columns_and(tenon__walk *walk, const void *query, const tenon_relation *relation);
/* The same for a relation's target, whose bits are always written; and in a row of it. */
void tenon__walk_target_columns(tenon__walk *walk, const tenon_model *target, const void *query);
void tenon__mark_selected(const tenon_model *model, const void *query, void *row);
void tenon__walk_distinct(tenon__walk *walk, const void *query);
/* Limit and offset, whose values come last. */
void tenon__walk_limit(tenon__walk *walk, int64_t limit, int64_t offset);
/* Refuses an option that this call could only ignore. */
void tenon__refuse_columns(tenon__walk *walk, const void *query, const char *call);
void tenon__refuse_distinct(tenon__walk *walk, const void *query, const char *call);
void tenon__refuse_includes(tenon__walk *walk, const void *query, const char *call);
/* Whether the query asks for the rows of a relation, or for their number. */
bool tenon__is_included(const tenon_relation *relation, const void *query);

/* Whether it is a column enum of the model. */
bool tenon__check_column(tenon__walk *walk, int column, const char *option);
/* Whether JSON or an array is asked for what needs an order or an equality of both databases. */
void tenon__check_comparable(tenon__walk *walk, const tenon_field *field, const char *option);

/* ---- order.c --------------------------------------------------------------------------------- */

void tenon__walk_order(tenon__walk *walk, const void *query);
/* Whether a …Query asks for the order of distances. */
bool tenon__has_nearest(const tenon_model *model, const void *query);
void tenon__refuse_nearest(tenon__walk *walk, const void *query, const char *call);
void tenon__refuse_order(tenon__walk *walk, const void *query, const char *call);
/* A column of an order into the shape. `collate` may be NULL. */
void tenon__walk_term(tenon__walk *walk, uint16_t field, int direction, const char *collate);
/* MISUSE for a collation of what is no text. */
bool tenon__check_collation(tenon__walk *walk, const tenon_field *field, const char *collate);
/* A term of relations into the shape; what it leads to. False when the walk fails. */
struct tenon__term;
bool tenon__walk_term_of_relation(tenon__walk *walk, const void *order, struct tenon__term *out);
/* Whether anything is set in a …Order, which ends a list when nothing is. */
bool tenon__is_term(const tenon_model *model, const void *order);
/* Whether what is set orders by a relation, or by the number of its rows. */
bool tenon__is_term_of_relation(const tenon_model *model, const void *order);

/* ---- hints.c --------------------------------------------------------------------------------- */

/* The lock of a query, and its refusal where a call can only ignore it. */
void tenon__walk_lock(tenon__walk *walk, const tenon_query_head *head, bool has_distinct);
void tenon__refuse_lock(tenon__walk *walk, const tenon_query_head *head, const char *call);
/* The same for hints too. */
void tenon__refuse_hints(tenon__walk *walk, const tenon_query_head *head, const char *call);
/* Right behind the table. `hints` may be NULL. */
void tenon__walk_index(tenon__walk *walk, const tenon_hints *hints);
/* As tenon__walk_run, with the settings of the hints. */
bool tenon__run_hinted(tenon__walk *walk, const tenon_hints *hints, tenon__rows *rows);
tenon_stream *tenon__stream_hinted(tenon__walk *walk, const tenon_hints *hints,
                                   tenon__arrival arrival);

/* ---- place.c --------------------------------------------------------------------------------- */

/* An order in which every row has a place of its own: the query's, then a key. */
typedef struct tenon__term {
    uint16_t field; /* of the model's own; or */
    tenon_direction direction;
    const char *collate; /* or NULL */
    const char *path;    /* what stands at the end of relations, in scratch memory: a value … */
    tenon_field value;   /* … that stands behind the row */
} tenon__term;
typedef struct tenon__places {
    tenon__term terms[TENON_MAX_ORDER + TENON_MAX_KEY];
    size_t count;
} tenon__places;

static inline const tenon_field *tenon__term_field(const tenon_model *model,
                                                   const tenon__term *term)
{
    return term->path ? &term->value : &model->fields[term->field];
}

/* Reads the order_by of a query (…Order[TENON_MAX_ORDER]) and adds the key, into the shape too.
 * MISUSE for a model that has none; what names the call. An order by relations is MISUSE, unless
 * rows have room for its values (`behind`: from which byte on). */
bool tenon__walk_places(tenon__walk *walk, const void *order_by, const char *call, uint32_t behind,
                        tenon__places *out);
/* The bytes of that room. */
uint32_t tenon__places_bytes(const tenon__places *places);

/* Whether the order of a query leaves no two rows equal: it has all columns of a key. */
bool tenon__has_total_order(const tenon_model *model, const void *query);

/* The order of a query, which may be one by relations, and the key behind it. */
void tenon__walk_order_and_key(tenon__walk *walk, const void *query, const char *call);

/* ---- cursor.c -------------------------------------------------------------------------------- */

enum { TENON__QUERY_DIGEST_BYTES = 16 };

/* What a cursor says. */
typedef struct tenon__cursor {
    bool is_inclusive;                                   /* its row belongs to the page */
    const void *values[TENON_MAX_ORDER + TENON_MAX_KEY]; /* one a term, NULL for SQL NULL */
} tenon__cursor;

/* Tells queries apart: by model, order and, as they stand in the walk's shape from `where_at` and
 * in its values from `first_value` up to here, by the conditions. */
bool tenon__query_digest(tenon__walk *walk, tenon_table table, const tenon__places *places,
                         size_t where_at, size_t first_value,
                         uint8_t digest[TENON__QUERY_DIGEST_BYTES]);
/* A cursor's text, in the arena; NULL with the session's error. */
const char *tenon__cursor_write(tenon__walk *walk, tenon__arena *arena, const tenon__places *places,
                                const uint8_t *digest, const tenon__cursor *cursor);
/* That of a cursor which has been read, made inclusive. */
const char *tenon__cursor_include(tenon__walk *walk, tenon__arena *arena, const char *text);
/* Values go to scratch memory. False with VALIDATION. */
bool tenon__cursor_read(tenon__walk *walk, const tenon__places *places, const uint8_t *digest,
                        const char *text, tenon__cursor *out);
/* The place of a row, borrowed from it and from `room`, one a term. */
void tenon__cursor_of_row(const tenon_model *model, const tenon__places *places, const char *row,
                          tenon__wide *room, tenon__cursor *out);

/* ---- set.c ----------------------------------------------------------------------------------- */

/* A …Set as a new row: shape, and one value for every field that is not left out. Those of `key`
 * (NULL: none) must have one. */
void tenon__walk_create(tenon__walk *walk, const void *set, const tenon_unique *key);
/* Whether others refer to the column by relations that are emulated (emulate.c), and whether a …Set
 * changes such columns (emulate_calls.c). */
bool tenon__is_referred_to(const tenon_model *model, uint16_t field);
bool tenon__changes_keys(const tenon_model *model, const void *set);
/* A …Set as changes, the times of UPDATED_AT fields included when there is any change. */
void tenon__walk_changes(tenon__walk *walk, const void *set);
bool tenon__set_has_changes(const tenon_model *model, const void *set);
/* SET(value) into a …Set, SET_NULL() for NULL. */
TENON__SHARED void tenon__set_write(const tenon_field *field, void *set, const void *value);
/* The wide value of a SET in a …Set; NULL for any other change, and without one. */
const void *tenon__set_value(const tenon_field *field, const void *set);
/* What is written with a …Set at the end of this relation; NULL: nothing. */
static inline const void *tenon__nested_at(const tenon_relation *relation, const void *set)
{
    const void *written = NULL;
    if (relation->set_offset)
        memcpy(&written, (const char *)set + relation->set_offset, sizeof written);
    return written;
}
/* Whether relations are to be written with it, and their refusal where a call cannot. */
bool tenon__set_has_nested(const tenon_model *model, const void *set);
void tenon__refuse_nested(tenon__walk *walk, const void *set, const char *call);
/* Of a new row: no value is given. */
static inline bool tenon__is_unset(int change)
{
    return change == 0 || change == TENON_SET_DEFAULT;
}
/* Whether a new row leaves this field to the database. */
bool tenon__is_left_out(const tenon_field *field, const void *set);
/* The value of a field that is not left out: NULL for SQL NULL, and also when it fails. */
const void *tenon__create_value(tenon__walk *walk, const tenon_field *field, const void *set);

/* One change, that of the field which marks a row as deleted; and those that every change brings.
 */
void tenon__walk_marked(tenon__walk *walk, uint16_t mark, const void *value);

/* ---- actor.c --------------------------------------------------------------------------------- */

/* What a CREATED_BY or UPDATED_BY field gets that is not set; NULL also when it fails. */
const void *tenon__make_actor(tenon__walk *walk, const tenon_field *field);

/* ---- audit.c --------------------------------------------------------------------------------- */

/* As tenon__run_together, and tells who acts where the log of changes wants to know. *failed gets a
 * call in any case. */
bool tenon__run_writes(tenon_session *s, const tenon__call *calls, size_t count, size_t *failed);
/* Whether the writes of a model must be told who makes them. */
static inline bool tenon__is_noted(const tenon_session *s, const tenon_model *model)
{
    return TENON__UNLIKELY(model->is_audited) && tenon__session_has_note(s);
}

/* ---- soft_delete.c --------------------------------------------------------------------------- */

/* Marks as deleted, or unmarks, what a call by a key or a …DeleteMany names. */
void *tenon__mark_row(const tenon_key_options *options, const tenon_model *model, uint32_t unique,
                      const void *const *key, bool is_deleted);
int64_t tenon__mark_many(const tenon_model *model, const void *delete_many, bool is_deleted);
tenon_list tenon__mark_many_returning(const tenon_model *model, const void *delete_many);
/* with_deleted and only_deleted of a call that reads. */
void tenon__walk_deleted(tenon__walk *walk, bool with_deleted, bool only_deleted);

/* ---- write.c --------------------------------------------------------------------------------- */

/* The statements of create, update (which must have changes), update_many and delete_many (of a
 * model whose rows are not marked instead), without relations and not run. False when they failed.
 */
bool tenon__walk_create_row(tenon__walk *walk, const tenon_model *model, const void *set);
bool tenon__walk_update_row(tenon__walk *walk, const tenon_model *model, uint32_t unique,
                            const void *const *key, const void *set);
bool tenon__walk_update_many(tenon__walk *walk, const tenon_model *model, const void *update_many);
bool tenon__walk_delete_many(tenon__walk *walk, const tenon_model *model, const void *delete_many);

/* The where of a call that writes many rows; refused when it lets every row through, unless
 * `everything` says that it may. */
void tenon__walk_many(tenon__walk *walk, const void *where, bool everything, const char *verb);
int64_t tenon__walk_run_for_count(tenon__walk *walk);
/* The rows that come back. */
tenon_list tenon__walk_run_for_rows(tenon__walk *walk);
/* A …Set inside of another struct, which has no session and no table of its own. */
const void *tenon__inner_set(tenon__walk *walk, const void *outer, size_t offset);

/* ---- keyed.c --------------------------------------------------------------------------------- */

/* A wide value as bytes that are the same for the same value. False where that cannot be told, and
 * for NULL. */
bool tenon__key_add(tenon__buf *key, const tenon_field *field, const void *value);

/* ---- nested.c -------------------------------------------------------------------------------- */

/* The calls of query.h for sets with relations, in a transaction of their own. The session is sound
 * and the descriptor checked. */
void *tenon__create_nested(const tenon_model *model, const void *set);
void *tenon__update_nested(const tenon_model *model, uint32_t unique, const void *const *key,
                           const void *set);
void *tenon__upsert_nested(const tenon_model *model, uint32_t unique, const void *upsert);

/* ---- version.c ------------------------------------------------------------------------------- */

/* The version of a new row, where the schema gives no default. */
const void *tenon__first_version(void);
/* A VERSION field among the changes: it is counted; STILL is noted in walk->expected. */
void tenon__walk_version(tenon__walk *walk, uint16_t index, int change, const void *value);
/* Behind the changes and the key, where an expected version is allowed, and where it is not. */
void tenon__walk_expected(tenon__walk *walk);
void tenon__refuse_expected(tenon__walk *walk, const char *call);
/* CONFLICT: `row` is what stands there instead. */
void tenon__fail_expected(const tenon__walk *walk, uint32_t unique, const void *const *key,
                          const void *row);

/* One field of many new rows, worked out once a call: where a …Set has it, and what it is when it
 * is not set. */
typedef struct tenon__column {
    uint32_t change_at, value_at;
    uint32_t pointer_at; /* of the pointer in the value that must not be NULL; with has_pointer */
    int plain_change;    /* the change that needs nothing but that pointer: SET, or none */
    bool has_pointer;
    bool has_default; /* the same for all rows */
    const tenon_field *field;
    const void *default_value;
} tenon__column;

/* What is made here stays in the walk's scratch memory. */
void tenon__column_init(tenon__column *column, tenon__walk *walk, const tenon_field *field);
const void *tenon__column_value_slow(const tenon__column *column, tenon__walk *walk,
                                     const void *set);

static inline bool tenon__is_null_pointer(const void *at)
{
    const void *pointer;
    memcpy(&pointer, at, sizeof pointer);
    return !pointer;
}

/* The same as tenon__create_value. */
static inline const void *tenon__column_value(const tenon__column *column, tenon__walk *walk,
                                              const void *set)
{
    const char *at = set;
    bool is_plain = tenon__read_int(at + column->change_at) == column->plain_change &&
                    !(column->has_pointer && tenon__is_null_pointer(at + column->pointer_at));
    if (TENON__LIKELY(is_plain))
        return at + column->value_at;
    return tenon__column_value_slow(column, walk, set);
}

/* ---- write.c --------------------------------------------------------------------------------- */

/* The unique that rows are looked for by, also into the shape's head; NULL when there is none to be
 * had. `on` is a …Unique. */
const tenon_unique *tenon__walk_unique(tenon__walk *walk, int on);

/* ---- defaults.c ------------------------------------------------------------------------------ */

/* The wide value of a field's default, in scratch memory or in the descriptor; NULL when it fails.
 */
const void *tenon__make_default(tenon__walk *walk, const tenon_field *field);
/* The time of the call in the form of the field. */
const void *tenon__make_now(tenon__walk *walk, const tenon_field *field);

/* ---- validate.c ------------------------------------------------------------------------------ */

/* @tenon.validate on a wide value (on each element of an array) that is about to be stored. */
bool tenon__validate(tenon__walk *walk, const tenon_field *field, const void *value);
/* The same about NULL, which it returns. */
const void *tenon__validate_null(tenon__walk *walk, const tenon_field *field);
void tenon__patterns_release(tenon__patterns *patterns);

/* ---- errors.c -------------------------------------------------------------------------------- */

/* Turns the names that the database gave into those of the schema, and says what was wrong with
 * them. `table`: the one chosen at run time, or NULL. */
TENON__COLD void tenon__name_error(const tenon_model *model, const char *table,
                                   tenon__operation operation, tenon_error *err);

/* ---- the end of a walk ------------------------------------------------------------------------
 * tenon__walk_run and tenon__walk_run_for_row, without a frame of their own. */

TENON__INLINE bool tenon__does_write(tenon__operation operation)
{
    return operation >= TENON__CREATE;
}

TENON__INLINE tenon__call tenon__call_of(const tenon__walk *walk, tenon__operation operation)
{
    return (tenon__call){.key = walk->shape.data,
                         .key_length = walk->shape.length,
                         .make = tenon__make_plan,
                         .writes = tenon__does_write(operation),
                         .values = walk->values,
                         .value_count = walk->value_count,
                         .subject = walk->subject};
}

TENON__INLINE bool tenon__run_noted(tenon_session *s, const tenon_model *model,
                                    const tenon__call *call)
{
    size_t failed;
    if (call->writes && tenon__is_noted(s, model))
        return tenon__run_writes(s, call, 1, &failed);
    return tenon__run(s, call);
}

TENON__INLINE bool tenon__walk_run_here(tenon__walk *walk, tenon__rows *rows, int64_t *affected)
{
    if (!tenon__walk_is_sound(walk))
        return false;
    tenon__operation operation = tenon__shape_head_of(&walk->shape)->operation;
    tenon__call call = tenon__call_of(walk, operation);
    call.rows = rows;
    call.affected = affected;
    if (TENON__LIKELY(tenon__run_noted(walk->session, walk->model, &call)))
        return true;
    tenon__name_error(walk->model, walk->table, operation, walk->err);
    return false;
}

TENON__INLINE void *tenon__walk_row_here(tenon__walk *walk)
{
    tenon__rows rows = {.arena = walk->results, .expected = 1};
    return tenon__walk_run_here(walk, &rows, NULL) && rows.count ? rows.items : NULL;
}

#endif
