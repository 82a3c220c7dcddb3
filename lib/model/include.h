/* Private to lib/model: loading the relations of rows.
 *
 * A tree of queries is loaded level by level: all rows of a level are the parents of the next, and
 * a relation of theirs is one statement, however many they are. The rows of a relation are one list
 * in the session's arena in which those of each parent stand side by side, so that a parent's list
 * is a part of it; parents with the same key share theirs. */
#ifndef TENON_MODEL_INCLUDE_H
#define TENON_MODEL_INCLUDE_H

#include "model/walk.h"

/* What the loading of one tree shares. */
typedef struct tenon__tree {
    tenon_session *session;
    tenon_stream *stream;  /* whose rows have it; NULL: none */
    tenon__arena *results; /* where rows go */
    tenon__arena memory;   /* of the loading: keys, numbers, counts */
    int64_t rows_left;
    unsigned depth_left;
    unsigned checks_left; /* relations without rows above that are still looked at for mistakes */
    bool is_ahead_void;   /* rows that were loaded ahead turned out to be of no use */
} tenon__tree;

/* Where in the tree one is: for messages. */
typedef struct tenon__branch {
    const struct tenon__branch *parent; /* NULL: at the rows of the query itself */
    const tenon_model *model;           /* the one that has … */
    const tenon_relation *relation;
} tenon__branch;

/* Rows of one model, side by side. */
typedef struct tenon__parents {
    const tenon_model *model;
    char *items;
    size_t count;
} tenon__parents;

/* joined.c: to-one relations whose row comes in the same statement. */
typedef struct tenon__joined {
    size_t count;
    uint32_t bytes; /* that the joined rows take behind the row itself */
    struct {
        const tenon_relation *relation;
        const void *query;
        uint32_t offset;      /* behind the row */
        tenon__parents found; /* once the rows are there: side by side, for what they include */
    } items[TENON__MOST_JOINED];
} tenon__joined;

/* Chooses what is joined and writes it to the shape: what the query asks for, and, for a single
 * row, whatever can be. */
void tenon__walk_joined(tenon__walk *walk, const void *query, bool is_one, tenon__joined *out);
/* Takes the joined rows out of `count` rows of `stride` bytes, and puts pointers into these. */
bool tenon__take_joined(tenon__arena *results, tenon__joined *joined, const tenon_model *model,
                        char *items, size_t count, size_t stride);
/* The same of the rows of a query, which then stand side by side. False with the session's error.
 */
bool tenon__part_joined(tenon_session *s, tenon__joined *joined, const tenon_model *model,
                        tenon__rows *rows);
/* The same query's relations that were joined are not loaded again, only what they include. NULL:
 * nothing was joined. */
const tenon__parents *tenon__joined_rows(const tenon__joined *joined,
                                         const tenon_relation *relation);

/* The number of a relation's rows, asked for ahead. */
typedef struct tenon__counted tenon__counted;
struct tenon__counted {
    const tenon_relation *relation;
    tenon__rows rows; /* once it has run: of COUNT_WITHIN */
    struct tenon__walk *walk;
    tenon__counted *next;
};

/* What a page is cut by, beside what its query says. */
typedef struct tenon__paged {
    bool is_by_cursor; /* then its order is that of tenon__walk_places */
    uint8_t place;     /* TENON__SHAPE_AFTER or BEFORE the cursor, or END */
    tenon__cursor cursor;
    int64_t limit, offset;
} tenon__paged;

/* page.c: the shape's keyset, and its values; `count` terms of the order. */
void tenon__walk_place(tenon__walk *walk, const tenon__paged *paged, size_t count);

/* ahead.c: relations whose rows are asked for together with those that have them, before these are
 * known: a tree like that of the query, with what is loaded so. */
typedef struct tenon__ahead tenon__ahead;
struct tenon__ahead {
    tenon__branch branch;     /* of a relation */
    const tenon_model *model; /* of its rows */
    const void *query;
    tenon__ahead *above; /* NULL: this is the query itself */
    tenon__ahead *first, *next;
    tenon__counted *counted;   /* of relations of its rows */
    bool is_one;               /* the query itself: for its first row only */
    const tenon__paged *paged; /* the query itself: it is a page; NULL: it is none */
    bool is_joined;            /* the row comes with the one above: nothing is asked for here */
    bool has_raw;         /* or one above has: the program's own SQL, of which nothing is known */
    unsigned depth;       /* below the query itself */
    tenon__joined joined; /* what comes along with its rows */
    tenon__rows rows;     /* once it has run */
    struct tenon__walk *walk;
};

/* Finds out what is loaded ahead for a query that `walk` has walked, of which `joined` comes along;
 * `paged` when it is a page. NULL: nothing, or the session has failed. All of it lives in
 * `memory`. */
tenon__ahead *tenon__plan_ahead(tenon__arena *memory, tenon__walk *walk, const void *query,
                                bool is_one, const tenon__joined *joined,
                                const tenon__paged *paged);
/* Runs the query and all of that in one round trip. */
bool tenon__run_ahead(tenon__ahead *ahead, tenon__arena *memory, tenon__walk *walk,
                      tenon__rows *rows);
/* What is loaded ahead of one relation; NULL: nothing. `ahead` may be NULL. */
tenon__ahead *tenon__ahead_of(tenon__ahead *ahead, const tenon_relation *relation);
tenon__counted *tenon__counted_of(const tenon__ahead *ahead, const tenon_relation *relation);

/* include.c: loads what the query includes and counts, for all of the rows; `joined` came with
 * them, or NULL, and `ahead` was loaded together with them. */
bool tenon__include(tenon_session *s, const tenon_model *model, const void *query, void *rows,
                    size_t count, const tenon__joined *joined, tenon__ahead *ahead);
/* The same for rows that have come by a stream: each of them is the root of a tree. */
bool tenon__include_in_stream(tenon_stream *stream, tenon_session *s, const tenon_model *model,
                              const void *query, tenon__rows *rows, const tenon__joined *joined);
bool tenon__has_includes(const tenon_model *model, const void *query);
/* Tells hooks what a …Query loads where the statement does not: before it is sent, or with the rows
 * that were found. False when the session fails by it. */
bool tenon__tell_load(tenon_session *s, const tenon_model *model, const char *operation,
                      const void *query, const tenon__parents *found);
/* The same for relations that are joined, before they are sent; for a query that joins relations,
 * whose statement has rows of several models in one; for a relation and those that are joined with
 * its rows (related.c). */
bool tenon__tell_joined(tenon_session *s, const tenon__joined *joined);
bool tenon__tell_query(tenon__walk *walk, const char *operation, const void *query,
                       const tenon__joined *joined);
bool tenon__tell_branch(tenon_session *s, const tenon__branch *branch, const void *query,
                        const tenon__joined *joined);
/* Fails with "Author.articles.comments: …". Returns false. */
/* "Author.articles.comments". */
void tenon__branch_path(tenon__buf *out, const tenon__branch *branch);
bool tenon__branch_fail(const tenon__tree *tree, const tenon__branch *branch, tenon_status status,
                        const char *format, ...) TENON_PRINTF(4, 5);

/* Whether the relation can be loaded like this at all. */
bool tenon__check_branch(const tenon__tree *tree, const tenon__branch *branch, const void *query,
                         bool is_ahead);

/* related.c: the rows at the other end of one relation, put into the parents. *found: all of them.
 * *ahead are the rows if they are there already; it becomes NULL when they are of no use. */
bool tenon__load_related(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                         const void *query, tenon__ahead **ahead, tenon__joined *joined,
                         tenon__parents *found);
/* Whether a row tells by its own values which key it has: their types are such that values are
 * equal when their bytes are, on both sides. */
bool tenon__has_exact_key(const tenon_relation *relation, const tenon_model *owner);
bool tenon__has_text_key(const tenon_relation *relation, const tenon_model *owner);
/* The same for their number, which may be there already: `counted`, or NULL. Counts go to the row's
 * …Counts. */
bool tenon__count_related(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                          const void *where, tenon__counted *counted);

/* Where an integer stands in rows. */
typedef struct tenon__integer_at {
    tenon_kind kind;
    bool is_nullable;
    uint32_t has_at, value_at;
} tenon__integer_at;

/* Of a field; `kind` is 0 when it is no integer. */
tenon__integer_at tenon__integer_of(const tenon_field *field);

/* False: it is NULL. */
static inline bool tenon__read_integer(const tenon__integer_at *at, const char *row, int64_t *out)
{
    int16_t small;
    int32_t middle;
    if (at->is_nullable && !row[at->has_at])
        return false;
    if (at->kind == TENON_KIND_INT32) {
        memcpy(&middle, row + at->value_at, sizeof middle);
        *out = middle;
    } else if (at->kind == TENON_KIND_INT64) {
        memcpy(out, row + at->value_at, sizeof *out);
    } else {
        memcpy(&small, row + at->value_at, sizeof small);
        *out = small;
    }
    return true;
}

/* keys.c: the different keys of many rows. Most are one integer, which is read and compared without
 * a look at its type. */
typedef struct tenon__keys {
    const tenon_relation *relation;
    tenon__parents parents;
    uint32_t *slots; /* open addressing: number of a key, 0: free */
    size_t mask;
    size_t *first_rows; /* of each number: a row that has the key; NULL of integers */
    size_t count;
    tenon__integer_at integer;          /* of the rows; kind 0: the key is something else */
    int64_t *integers;                  /* of each number, then: their wide form as well */
    uint32_t *numbers;                  /* one a row: which key it has, from 1; 0: NULL in it */
    tenon__list columns[TENON_MAX_KEY]; /* one a field: pointers to the wide values */
} tenon__keys;
/* related.c: the statement of a relation; whether its rows come without the number of their key. */
bool tenon__walk_related(tenon__walk *walk, tenon__tree *tree, const tenon__branch *branch,
                         const tenon__keys *keys, const void *query, bool *by_value,
                         tenon__joined *joined);
/* False when memory is exhausted. */
bool tenon__keys_of(tenon__arena *memory, const tenon_relation *relation, tenon__parents parents,
                    tenon__keys *out);
/* The keys of one column, integers ascending: those a server need not sort to look them up. Good
 * where a row tells its key by its value. */
const tenon__list *tenon__keys_in_order(const tenon__keys *keys, tenon__arena *memory);
/* The number of a key, whose values are in the row form of the owner's fields; 0: there is none. */
uint32_t tenon__keys_find(const tenon__keys *keys, const void *const *values);
/* Where the number of an integer stands, or will stand; and the number. */
static inline size_t tenon__keys_slot(const tenon__keys *keys, int64_t value)
{
    uint64_t mixed = (uint64_t)value * UINT64_C(0x9E3779B97F4A7C15);
    size_t at = (mixed ^ mixed >> 32) & keys->mask;
    while (keys->slots[at] && keys->integers[keys->slots[at] - 1] != value)
        at = (at + 1) & keys->mask;
    return at;
}
static inline uint32_t tenon__keys_find_integer(const tenon__keys *keys, int64_t value)
{
    return keys->slots[tenon__keys_slot(keys, value)];
}

#endif
