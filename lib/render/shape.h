/* Shapes: the bytes, their writer and their reader. See render.h.
 *
 * A shape names its descriptor by address, so a descriptor must outlive every tenon_db it is used
 * with. Numbers are in the machine's own byte order: shapes never leave the process. The grammar,
 * with one byte for each word in capitals:
 *
 *     shape     := head [table] [index] body
 *     table     := text text                      schema ("" when none) and name; with HAS_TABLE
 *     index     := text                           to be used, "" for none; with HAS_INDEX
 *     body      :=                                FIND_BY, DELETE: the unique stands in the head
 *                | [columns] [joined] order distinct where
 *                                                 FIND; columns with HAS_COLUMNS, joined with
 *                                                 HAS_JOINED
 *                | distinct where                 COUNT_ROWS
 *                | where                          EXISTS, DELETE_MANY
 *                | measures part* END where order AGGREGATE
 *                | measures distinct part* END where where group_order
 *                                                 GROUP: columns, then where and having
 *                | [columns] [joined] order where keyset
 *                                                 PAGE
 *                | [columns] [joined] order where where
 *                                                 PAGE_OF: twice the same
 *                | left_out                       CREATE, CREATE_MANY
 *                | changes [STILL field]          UPDATE; the version that is expected
 *                | changes where                  UPDATE_MANY
 *                | left_out changes               UPSERT
 *                | related [columns] [joined] order distinct where
 *                                                 FIND_RELATED
 *                | related [columns] [joined] order source where
 *                                                 FIND_WITHIN
 *                | related where                  COUNT_RELATED
 *                | related source where           COUNT_WITHIN
 *                |                                LINK: the relation stands in the head
 *                | END | IN | NOT_IN              LINKED, UNLINK: which keys of the other side
 *                | left_out changes               UPSERT_MANY: SET is of the new row's value
 *                | changes                        UPDATE_EACH: SET is of a column behind the key's
 *                | asked                          AUDITED: a byte, tenon__audited
 *                |                                NOTE, FORGET_NOTE
 *     related   := two pointers                   the relation, and the model that has it
 *     source    := FOUND model flags order where
 *                | PAGED model flags order where keyset
 *                | RELATED related flags order source where
 *                                                 flags as in the head: limits, deleted rows
 *     columns   := 8 bytes for each 64 fields     a bit a field
 *     joined    := (ITEM field columns)* END      relations whose row comes along, columns of the
 *                                                 target
 *     where     := condition* END
 *     condition := operator field                 a tenon_operator
 *                | operator field field           those that compare two columns
 *                | operator field text [json]     those with a path, whose keys are the text
 *                | (IS_TRUE | IS_FALSE) field     booleans are literals
 *                | (ALL | ANY | NONE) (ITEM where)* END
 *                | RAW text kind* END             kind: a byte a value, a tenon_raw_kind
 *                | (SOME | EVERY | NO_ROW) relation where
 *                                                 of the rows at its other end
 *                | COUNT relation operator        of how many they are
 *     order     := term* END
 *     term      := (VIA relation)* (direction + 1, field)          a tenon_direction
 *                | (VIA relation)* (direction + 1 | COLLATED, field) text
 *                | (VIA relation)* (direction + 1 | OF_COUNT, relation)
 *                | (direction + 1 | NEAREST, field) metric
 *                                                 a tenon_metric
 *     distinct  := (ITEM field)* END
 *     measures  := the address of a tenon_aggregates; the head's number is the count of results
 *     part      := ITEM (ITEM measure END | ITEM measure ITEM where)* END
 *     measure   := two bytes, an index
 *     group_order := (direction + 1 [+ OF_MEASURE], field or measure)* END
 *     keyset    := (BEFORE | AFTER) inclusive (a byte a term, 1: its value is NULL) | END
 *     left_out  := a byte for each GENERATED field, 1: the database fills it in
 *     changes   := (tenon_change field)* END
 *     field     := two bytes, an index; so is a relation
 *     text      := two bytes of length, bytes
 *     json      := one byte, a tenon__json_form: what the value is
 *
 * The values of a call are numbered in the order in which the shape mentions them: keys of FIND_BY
 * and DELETE in the order of the unique; the keys of FIND_RELATED and COUNT_RELATED, a column of
 * values a field of the relation; those of a source before those of what it is the source of;
 * conditions, ranges with two values, null and emptiness tests with none; for creating every field
 * that is not left out, row by row; changes before the key or the where, an expected version behind
 * the key; last the limit and the offset when they are values. */
#ifndef TENON_RENDER_SHAPE_H
#define TENON_RENDER_SHAPE_H

#include "core/core.h"

#include <tenon/model.h>

#include <assert.h>

typedef enum tenon__operation {
    TENON__FIND_BY = 1,
    TENON__FIND,
    TENON__COUNT_ROWS,
    TENON__EXISTS,
    TENON__FIND_RELATED,  /* rows at the other end of a relation, for many keys at once */
    TENON__FIND_WITHIN,   /* … for the rows that another query finds */
    TENON__COUNT_RELATED, /* how many there are for each key */
    TENON__COUNT_WITHIN,  /* … for the rows that another query finds */
    TENON__AGGREGATE,
    TENON__GROUP,
    TENON__PAGE,
    TENON__PAGE_OF,
    TENON__LINKED,
    TENON__AUDITED, /* the log of changes */
    TENON__CREATE,
    TENON__CREATE_MANY, /* many rows by one statement: UNNEST, tenon_rows; COPY by its flag */
    TENON__UPDATE,
    TENON__UPDATE_MANY,
    TENON__UPSERT,
    TENON__DELETE,
    TENON__DELETE_MANY,
    TENON__LINK,
    TENON__UNLINK,
    TENON__UPSERT_MANY, /* CREATE_MANY, but rows that stand there take over what is new */
    TENON__UPDATE_EACH, /* many rows, each by its key and to values of its own */
    TENON__NOTE,        /* who writes next, and why, for the log of changes */
    TENON__FORGET_NOTE
} tenon__operation;

typedef enum tenon__shape_flag {
    TENON__SHAPE_HAS_TABLE = 1 << 0,
    TENON__SHAPE_HAS_COLUMNS = 1 << 1,
    TENON__SHAPE_LIMIT_ONE = 1 << 2,
    TENON__SHAPE_LIMIT = 1 << 3,
    TENON__SHAPE_OFFSET = 1 << 4,
    TENON__SHAPE_CUSTOM_PLAN = 1 << 5,
    TENON__SHAPE_RETURNING = 1 << 6,       /* of calls that can do without their rows */
    TENON__SHAPE_SKIP_DUPLICATES = 1 << 7, /* CREATE, CREATE_MANY; UPSERT: leaves its row alone */
    TENON__SHAPE_COPY = 1 << 8,
    TENON__SHAPE_HAS_INDEX = 1 << 9,
    TENON__SHAPE_HAS_JOINED = 1 << 10,
    TENON__SHAPE_EXPLAIN = 1 << 11,      /* its plan instead of its rows: tenon__plan_step */
    TENON__SHAPE_BY_VALUE = 1 << 12,     /* FIND_RELATED: rows without the number of their key */
    TENON__SHAPE_WITH_DELETED = 1 << 13, /* of a model with @tenon.softDelete: marked rows too */
    TENON__SHAPE_ONLY_DELETED = 1 << 14, /* … only marked rows */
    TENON__SHAPE_MARKS_DELETED = 1 << 15 /* UPDATE, UPDATE_MANY: what they set is the mark */
} tenon__shape_flag;

/* What AUDITED is asked for beside the model; their values come in this order. */
typedef enum tenon__audited {
    TENON__AUDITED_KEY = 1 << 0, /* by the unique in the head */
    TENON__AUDITED_ACTOR = 1 << 1,
    TENON__AUDITED_SINCE = 1 << 2, /* times as ISO texts */
    TENON__AUDITED_UNTIL = 1 << 3,
    TENON__AUDITED_BEFORE = 1 << 4 /* an id of the log */
} tenon__audited;

/* Words beside the operators, directions and changes, which all begin at 1. */
enum {
    TENON__SHAPE_END = 0,
    TENON__SHAPE_ITEM = 1,
    TENON__SHAPE_AFTER = 1,
    TENON__SHAPE_BEFORE = 2,
    TENON__SHAPE_OF_MEASURE = 64, /* beside a direction */
    TENON__SHAPE_ALL = 128,
    TENON__SHAPE_ANY,
    TENON__SHAPE_NONE,
    TENON__SHAPE_IS_TRUE,
    TENON__SHAPE_IS_FALSE,
    TENON__SHAPE_SOME,
    TENON__SHAPE_EVERY,
    TENON__SHAPE_NO_ROW,
    TENON__SHAPE_COUNT,
    TENON__SHAPE_RAW,
    TENON__SHAPE_FOUND = 1,
    TENON__SHAPE_RELATED = 2,
    TENON__SHAPE_PAGED = 3,
    /* in an order, where a direction may stand, or beside one */
    TENON__SHAPE_COLLATED = 8,
    TENON__SHAPE_VIA = 16,
    TENON__SHAPE_OF_COUNT = 32,
    TENON__SHAPE_NEAREST = 64
};

typedef enum tenon__json_form {
    TENON__JSON_NUMBER = 1,
    TENON__JSON_TEXT,
    TENON__JSON_WORD,    /* true, false, null */
    TENON__JSON_COMPOUND /* an array or an object */
} tenon__json_form;

/* Whether the SQL of an operator depends on it. */
static inline bool tenon__has_json_form(int operation)
{
    return operation >= TENON_JSON_PATH_LT && operation <= TENON_JSON_PATH_HAS;
}

/* What count filters compare: an integer without a column. */
extern const tenon_field tenon__count_field;

/* 16 bytes without padding. */
typedef struct tenon__shape_head {
    uint16_t operation, flags;
    uint32_t number; /* by a key: index into the model's uniques; CREATE: rows, 0 means one; FIND:
                        tenon__lock_number */
    const tenon_model *model;
} tenon__shape_head;

_Static_assert(sizeof(tenon__shape_head) == 8 + sizeof(void *),
               "padding would make equal keys differ");

static inline uint32_t tenon__lock_number(tenon_lock lock, tenon_lock_wait wait)
{
    return (uint32_t)lock | (uint32_t)wait << 8;
}

/* Bytes of the columns of a model. */
static inline size_t tenon__shape_column_bytes(const tenon_model *model)
{
    return (size_t)(model->field_count + 63) / 64 * 8;
}

/* Most relations that are joined in one statement. */
enum { TENON__MOST_JOINED = 8 };

/* Rows of a PAGE have behind them what they are ordered by at the end of relations, in order: a
 * value that may be NULL, in as many bytes as the largest takes. */
enum { TENON__ORDER_VALUE_BYTES = 32 };

/* The field of such a value: without a place in a row, for who knows it to fill in. */
static inline tenon_field tenon__order_value_of(const tenon_field *field)
{
    tenon_field value = *field;
    value.flags |= TENON_FIELD_NULLABLE;
    value.row_offset = 0;
    return value;
}

/* What FIND_RELATED, FIND_WITHIN, COUNT_RELATED and COUNT_WITHIN begin with. */
typedef struct tenon__shape_related {
    const tenon_relation *relation;
    const tenon_model *owner;
} tenon__shape_related;

/* ---- writer -----------------------------------------------------------------------------------
 * Starts on the stack and moves to the arena when it grows. Sticky: `failed` when memory or the
 * limit is exhausted. */

enum { TENON__SHAPE_STACK_BYTES = 384, TENON__SHAPE_LIMIT_BYTES = 65536 };

typedef struct tenon__shape {
    uint8_t *data;
    size_t length, capacity;
    tenon__arena *arena;
    bool failed;
    _Alignas(8) uint8_t stack[TENON__SHAPE_STACK_BYTES];
} tenon__shape;

static inline void tenon__shape_begin(tenon__shape *shape, tenon__arena *arena,
                                      tenon__operation operation, const tenon_model *model)
{
    tenon__shape_head head = {.operation = (uint16_t)operation, .model = model};
    shape->data = shape->stack;
    shape->length = sizeof head;
    shape->capacity = sizeof shape->stack;
    shape->arena = arena;
    shape->failed = false;
    memcpy(shape->stack, &head, sizeof head);
}

/* Where `size` more bytes go; NULL when it has failed. */
TENON__COLD uint8_t *tenon__shape_grow(tenon__shape *shape, size_t size);

static inline uint8_t *tenon__shape_room(tenon__shape *shape, size_t size)
{
    if (TENON__UNLIKELY(size > shape->capacity - shape->length))
        return tenon__shape_grow(shape, size);
    uint8_t *at = shape->data + shape->length;
    shape->length += size;
    return at;
}

static inline void tenon__shape_word(tenon__shape *shape, uint8_t word)
{
    uint8_t *at = tenon__shape_room(shape, 1);
    if (at)
        *at = word;
}

static inline void tenon__shape_field(tenon__shape *shape, uint8_t word, uint16_t field)
{
    uint8_t *at = tenon__shape_room(shape, 3);
    if (!at)
        return;
    at[0] = word;
    memcpy(at + 1, &field, sizeof field);
}

void tenon__shape_bytes(tenon__shape *shape, const void *data, size_t length);
void tenon__shape_text(tenon__shape *shape, const char *text, size_t length);
/* Marks and names the table given at run time; right behind the head. */
void tenon__shape_table(tenon__shape *shape, tenon_table table);

/* Flags and number may be set until the shape is used. */
static inline tenon__shape_head *tenon__shape_head_of(tenon__shape *shape)
{
    return (tenon__shape_head *)(void *)shape->data;
}

/* ---- reader -----------------------------------------------------------------------------------
 * Reads what the writer wrote; anything else is our own bug and asserted. Texts point into the
 * shape. */

typedef struct tenon__shape_reader {
    const uint8_t *at, *end;
} tenon__shape_reader;

tenon__shape_head tenon__shape_open(tenon__shape_reader *reader, const uint8_t *data,
                                    size_t length);
uint8_t tenon__shape_next(tenon__shape_reader *reader);
uint16_t tenon__shape_next_field(tenon__shape_reader *reader);
const uint8_t *tenon__shape_next_bytes(tenon__shape_reader *reader, size_t length);
/* *length without the NUL that it does not have. */
const char *tenon__shape_next_text(tenon__shape_reader *reader, size_t *length);

#endif
