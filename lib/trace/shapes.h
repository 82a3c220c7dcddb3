/* The shapes of one database and their tallies. Thread-safe.
 *
 * A call finds its shape by its key, under the lock of one of sixteen shards that is held for some
 * hundred instructions. Memory is bounded: a full shard makes room by adding the tally of the shape
 * with the shortest total time to that of all others, so that sums stay exact and what costs most
 * stays apart. A new shape's SQL is rendered once, outside of the lock. */
#ifndef TENON_TRACE_SHAPES_H
#define TENON_TRACE_SHAPES_H

#include "db/db.h"
#include "trace/tally.h"

#include <pthread.h>

enum { TENON__SHAPE_SHARDS = 16 };

/* The statement of what was measured, with its text. */
typedef struct tenon__rendered {
    const tenon__statement *statement;
    tenon__cached cached;
} tenon__rendered;
/* False when it cannot be rendered: no memory. */
bool tenon__rendered_make(tenon__rendered *out, tenon_dialect dialect,
                          const tenon__measured *measured);
void tenon__rendered_release(tenon__rendered *rendered);

/* What tells a shape from all others. */
typedef struct tenon__identity {
    const void *key;
    size_t length;
    uint64_t hash;
    tenon__buf text; /* SQL text without its literals */
} tenon__identity;
void tenon__identity_of(tenon__identity *out, tenon_dialect dialect,
                        const tenon__measured *measured);
void tenon__identity_release(tenon__identity *identity);
/* What a shape is called, by its SQL: the same in every process. */
uint64_t tenon__fingerprint(const char *sql);

typedef struct tenon__counted tenon__counted;
struct tenon__counted {
    uint64_t hash;
    tenon__counted *next; /* in its shard */
    tenon__tally tally;
    int64_t planned_us;                  /* when its plan was last asked for; monotonic; 0: never */
    const char *sql, *model, *operation; /* behind the key; model may be NULL */
    size_t bytes;                        /* of all of it */
    size_t key_length;
    char key[];
};

enum { TENON__SHAPE_BUCKETS = 64 };

typedef struct tenon__shape_shard {
    pthread_mutex_t lock;
    tenon__counted *buckets[TENON__SHAPE_BUCKETS];
    size_t count, bytes;
    tenon__tally other;
} tenon__shape_shard;

typedef struct tenon__shapes {
    tenon_dialect dialect;
    size_t most; /* in a shard */
    tenon__shape_shard shards[TENON__SHAPE_SHARDS];
} tenon__shapes;

void tenon__shapes_init(tenon__shapes *shapes, tenon_dialect dialect, size_t most);
/* Forgets all. */
void tenon__shapes_clear(tenon__shapes *shapes);
void tenon__shapes_release(tenon__shapes *shapes);

void tenon__shapes_add(tenon__shapes *shapes, const tenon__identity *identity,
                       const tenon__measured *measured);
/* Whether the plan of this shape may be asked for again: true once in `interval_us`. */
bool tenon__shapes_is_plan_due(tenon__shapes *shapes, const tenon__identity *identity,
                               int64_t interval_us);

#endif
