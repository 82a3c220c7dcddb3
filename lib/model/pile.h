/* Private to lib/model: calls that are noted one by one and run together.
 *
 *     tenon__piled *piled = tenon__pile_add(&pile, true, item);
 *     if (piled && tenon__walk_create_row(&piled->walk, model, set))
 *         …
 *     tenon__pile_run(&pile)      every piled call now has its row, or its count
 *     tenon__pile_clear(&pile)
 *
 * What a walk points at must stay until the pile has run, and no other call may run meanwhile: the
 * scratch memory is theirs. */
#ifndef TENON_MODEL_PILE_H
#define TENON_MODEL_PILE_H

#include "model/walk.h"

enum { TENON__MOST_PILED = 256 };

typedef struct tenon__piled {
    tenon__walk walk;
    bool gives_row; /* otherwise it counts */
    tenon__rows rows;
    int64_t affected;
    void *owner; /* the caller's */
} tenon__piled;

typedef struct tenon__pile {
    tenon_session *session;
    tenon__arena memory;
    tenon__piled *items[TENON__MOST_PILED];
    size_t count; /* below TENON__MOST_PILED when one is added */
} tenon__pile;

/* NULL, with the session's error, when memory is exhausted. */
tenon__piled *tenon__pile_add(tenon__pile *pile, bool gives_row, void *owner);
/* Runs all of them, in this order: in one round trip where the driver can. */
bool tenon__pile_run(tenon__pile *pile);
void tenon__pile_clear(tenon__pile *pile);
void tenon__pile_release(tenon__pile *pile);

#endif
