/* Hooks and repeats: private to lib/db. hooks.c keeps the lists and calls what is in them, watch.c
 * leads a call through its moments, repeat.c counts queries.
 *
 * A list is immutable and reference-counted. Adding and removing make a new one under the lock of
 * its table; a call takes a reference to the one it finds and keeps it to its end, so that before
 * and after are the same hooks, and none is freed under it. */
#ifndef TENON_DB_HOOKS_H
#define TENON_DB_HOOKS_H

#include "db/db.h"
#include "db/plan_cache.h"

#include <pthread.h>
#include <stdatomic.h>

/* Among moments: a meter wants to be told. */
enum { TENON__METERED = TENON_REPEATED << 1 };
/* And of a session: its host runs its calls. */
enum { TENON__HOSTED = TENON__METERED << 1 };

typedef struct tenon__added_hook {
    tenon_hook hook;
    uint64_t handle; /* rises with each that is added */
} tenon__added_hook;

typedef struct tenon__hook_list {
    atomic_uint references;
    unsigned moments; /* of all of them */
    size_t count;
    tenon__added_hook items[]; /* by priority, then by handle */
} tenon__hook_list;

typedef struct tenon__hook_table {
    atomic_uint moments; /* of the list, and TENON__METERED; read without the lock */
    _Atomic(const tenon__meter *) meter; /* or NULL */
    pthread_mutex_t lock;
    tenon__hook_list *list; /* or NULL */
} tenon__hook_table;

bool tenon__hook_table_init(tenon__hook_table *table);
/* Safe on an all-zero table. */
void tenon__hook_table_release(tenon__hook_table *table);
/* Forgets the session's own. */
void tenon__session_hooks_release(tenon_session *s);

/* The hooks that a call began with. */
typedef struct tenon__hook_lists {
    tenon__hook_list *of_database, *of_session;
} tenon__hook_lists;
tenon__hook_lists tenon__hook_lists_take(tenon_session *s);
void tenon__hook_lists_release(tenon__hook_lists *lists);
/* Calls those that want one of these moments, each once, with event->moment the one it wants; stops
 * when the session has failed. False then. */
bool tenon__hook_lists_call(const tenon__hook_lists *lists, unsigned moments, tenon_event *event);

/* ---- repeat.c -------------------------------------------------------------------------------- */

typedef struct tenon__repeat {
    uint64_t hash; /* of the shape; 0: free */
    uint64_t count;
} tenon__repeat;

/* How often which query was run. Bounded: beyond it new queries are not counted. */
typedef struct tenon__repeats {
    uint64_t most; /* 0: off */
    bool do_fail;
    tenon__repeat *entries; /* NULL until the first query */
    size_t count;
} tenon__repeats;

/* Counts a query; true when that has to be told: it has been run *count times. */
bool tenon__repeats_add(tenon__repeats *repeats, uint64_t hash, uint64_t *count);
void tenon__repeats_release(tenon__repeats *repeats);
/* Tells the hooks, or fails the session. False then. `lists` may be empty. */
bool tenon__repeats_tell(tenon_session *s, const tenon__hook_lists *lists,
                         const tenon__about *about, tenon_event *event);

/* ---- watch.c --------------------------------------------------------------------------------- */

/* A call that somebody watches, from its first moment to its last. */
typedef struct tenon__watch {
    tenon_session *session;
    const tenon__call *call; /* the one to be run; NULL: COPY, SQL text */
    const tenon__statement *statement;
    const char *site;
    const tenon__call *given; /* as it was before the meter dressed it */
    const tenon__meter *meter;
    tenon__arena_mark mark; /* where its rows begin */
    size_t rows_before;
    int64_t since_ns;
    bool has_hooks;

    /* What follows is for hooks, and filled in when there are any. */
    tenon__shared_plan *plan; /* holds the statement; or NULL */
    tenon__hook_lists lists;
    tenon_event event;
} tenon__watch;

/* What comes before a call is sent, which is watch->call from now on. False when it must not be;
 * then tenon__watch_end is not called. `statement` is given for what has no call. */
bool tenon__watch_begin(tenon__watch *watch, tenon_session *s, const tenon__call *call,
                        const tenon__statement *statement);
/* What comes after it. `affected` may be NULL. False when the call or a hook failed. */
bool tenon__watch_end(tenon__watch *watch, bool is_done, const int64_t *affected);

#endif
