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
    tenon__arena memory; /* of the loading: keys, numbers, counts */
    int64_t rows_left;
    unsigned depth_left;
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

/* include.c: loads what the query includes and counts, for all of the rows. */
bool tenon__include(tenon_session *s, const tenon_model *model, const void *query, void *rows,
                    size_t count);
bool tenon__has_includes(const tenon_model *model, const void *query);
/* Fails with "Author.articles.comments: …". Returns false. */
bool tenon__branch_fail(const tenon__tree *tree, const tenon__branch *branch, tenon_status status,
                        const char *format, ...) TENON_PRINTF(4, 5);

/* related.c: the rows at the other end of one relation, put into the parents. *found: all of them.
 */
bool tenon__load_related(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                         const void *query, tenon__parents *found);
/* The same for their number; counts go to the row's …Counts. */
bool tenon__count_related(tenon__tree *tree, const tenon__branch *branch, tenon__parents parents,
                          const void *where);

/* keys.c: the different keys of many rows. */
typedef struct tenon__keys {
    size_t count;
    uint32_t *numbers;                  /* one a row: which key it has, from 1; 0: NULL in it */
    tenon__list columns[TENON_MAX_KEY]; /* one a field: pointers to the wide values */
} tenon__keys;
/* False when memory is exhausted. */
bool tenon__keys_of(tenon__arena *memory, const tenon_relation *relation, tenon__parents parents,
                    tenon__keys *out);

#endif
