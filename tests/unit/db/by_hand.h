/* Statements made by hand, for tests that need an operation and not the layers above it.
 *
 * The table is `note (id bigint primary key, text text)`; the SQL is the same on both databases. A
 * statement's key is its address, and `make` counts how often it was asked. */
#ifndef BY_HAND_H
#define BY_HAND_H

#include "db/db.h"

#include <stdatomic.h>

#include <tenon/tenon.h>

typedef struct note {
    int64_t id;
    const char *text;
} note;

typedef struct note_list {
    note *items;
    size_t count;
} note_list;

extern const char make_note_table[];

extern const tenon__statement insert_note, find_note, count_notes, all_notes, wrong_statement;

/* How often a plan was made, and how many are alive. */
extern atomic_int plans_made, plans_alive;

bool note_insert(tenon_session *s, int64_t id, const char *text);
/* NULL when there is none. */
note *note_find(tenon_session *s, int64_t id);
note_list note_all(tenon_session *s);
/* -1 on failure. */
int64_t note_count(tenon_session *s);
/* A statement with its values; rows and affected may be NULL. */
bool run_by_hand(tenon_session *s, const tenon__statement *statement, const void *const *values,
                 tenon__rows *rows, int64_t *affected);
/* With key bytes of the caller's, as long as the process lives. */
tenon__call call_by_hand(const tenon__statement *const *statement);

/* An open database, or the test has failed. */
tenon_db *open_db(const char *url, const tenon_options *options);
/* A new database of each kind, with the table: which is 0 for PostgreSQL, 1 for an SQLite file. */
const char *new_note_url(int which);

#endif
