/* Private to lib/sql: dynamic SQL while it is put together.
 *
 * The text holds a mark where a value stands; what numbers the parameters is the writing of the
 * whole, so that one text can become a part of another. A value is kept as the drivers take it,
 * with its type, which together with the text is the key of the plan. */
#ifndef TENON_SQL_TEXT_H
#define TENON_SQL_TEXT_H

#include "core/core.h"
#include "db/db.h"
#include "render/render.h"

#include <tenon/sql.h>

enum {
    TENON__TEXT_MARK = 1, /* no byte of an accepted text */
    TENON__MOST_TEXT = 1 << 20,
    TENON__MOST_WORD = 15
};

/* A value: its type is one of this folder's slots (slots.c), or of an enum. */
typedef struct tenon__bound {
    uint8_t slot; /* tenon__slot_code */
    const tenon_enum *enumeration;
    const void *value; /* NULL: SQL's NULL */
} tenon__bound;

struct tenon_sql {
    tenon_session *session;
    tenon__arena *arena;
    const struct tenon__own_dialect *dialect;
    char *text;
    size_t length, capacity;
    tenon__bound *bounds;
    size_t bound_count, bound_capacity;
    char first_word[TENON__MOST_WORD + 1]; /* in capitals; "" before there is one */
    bool has_write_word;                   /* INSERT, UPDATE … anywhere */
    bool has_lock_word;                    /* what no replica may do, anywhere */
    bool is_ended;                         /* by a semicolon */
    bool is_after_escapes;                 /* see tenon__scanner */
    tenon_plan_mode plan;
};

/* ---- text.c ---------------------------------------------------------------------------------- */

/* Appends; false with the session's error. */
bool tenon__text_add(tenon_sql *q, const char *text, size_t length);
bool tenon__text_bind(tenon_sql *q, const tenon__bound *bound);
/* Another one's text and values. */
bool tenon__text_add_part(tenon_sql *q, const tenon_sql *part);
/* A word of the text, outside of quotes. False when no statement may begin with it. */
bool tenon__text_note_word(tenon_sql *q, const char *word, size_t length);
/* MISUSE about what is given to tenon_sqlf; `at` points at the place. Returns false. */
TENON__COLD bool tenon__text_refuse(tenon_sql *q, const char *at, const char *format, ...)
    TENON_PRINTF(3, 4);
/* Whether it may change the database. */
bool tenon__text_writes(const tenon_sql *q);

/* ---- slots.c --------------------------------------------------------------------------------- */

typedef enum tenon__slot_form {
    TENON__SLOT_VALUE,
    TENON__SLOT_ARRAY,
    TENON__SLOT_LIST
} tenon__slot_form;
static inline uint8_t tenon__slot_code(tenon_kind kind, tenon__slot_form form)
{
    return (uint8_t)((unsigned)kind | (unsigned)form << 5);
}
static inline tenon_kind tenon__slot_kind(uint8_t code)
{
    return (tenon_kind)(code & 31);
}
/* How a value of this type is bound. Its field is made in `room`; an enum is to be added. */
tenon__slot tenon__slot_of_code(uint8_t code, tenon_field *room);

/* ---- item.c ---------------------------------------------------------------------------------- */

/* What %p points at; `at` is its place in the format. */
bool tenon__text_add_item(tenon_sql *q, const char *at, const void *pointer);
/* A value of a kind that needs no copy but its own bytes. */
bool tenon__text_add_value(tenon_sql *q, tenon_kind kind, const void *value, size_t size);
bool tenon__text_add_text(tenon_sql *q, const char *text);

/* ---- dialects -------------------------------------------------------------------------------- */

/* How a pattern says that something stands for itself. */
typedef struct tenon__pattern_style {
    const char *special;         /* what stands for other things, … */
    const char *before, *behind; /* … unless these are around it */
    const char *any;             /* any text */
} tenon__pattern_style;

typedef struct tenon__match_words {
    const char *before, *behind; /* around the pattern */
    const tenon__pattern_style *style;
} tenon__match_words;

typedef struct tenon__own_dialect {
    tenon_dialect id;
    char mark;               /* $1, ?1 */
    const char *own_symbols; /* that begin a parameter, none of which may be in a text */
    const char *in[2], *not_in[2];
    tenon__match_words match, caseless;
} tenon__own_dialect;

extern const tenon__own_dialect tenon__own_postgresql, tenon__own_sqlite;
const tenon__own_dialect *tenon__own_dialect_of(tenon_dialect dialect);
extern const tenon__pattern_style tenon__like_style;

#endif
