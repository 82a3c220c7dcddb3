/* A loop's tasks; private to lib/async. */
#ifndef TENON_ASYNC_INTERNAL_H
#define TENON_ASYNC_INTERNAL_H

#include "async/fiber.h"
#include "db/db.h"

#include <tenon/async.h>

#include <pthread.h>

/* The deadline of what may wait for ever. */
#define NEVER INT64_MAX

typedef struct tenon__task tenon__task;

struct tenon__task {
    tenon__host host; /* first: the session knows the task by it */
    tenon_async *async;
    tenon_session *session;
    tenon_async_function *work, *done;
    void *arg;
    tenon__fiber fiber;
    int fd; /* waited for; -1: none */
    int64_t until_us;
    size_t heap_at; /* 1 + its place among those with a deadline; 0: not there */
    bool is_waiting;
    bool waits_for_turn;
    bool is_late;
    bool is_woken;     /* under async->lock: while it did not wait, or from another thread */
    bool is_told;      /* under async->lock: in the list of those that others have woken */
    tenon__task *next; /* ready, or free */
    tenon__task *next_told;
    tenon__task *before, *after; /* of all */
};

typedef struct tenon__crew tenon__crew;

struct tenon_async {
    tenon_db *db;
    tenon_async_options options;
    tenon_session_options session_options;
    pthread_t thread;
    tenon__task *all;
    size_t count;
    tenon__task *first_ready, **last_ready;
    bool is_running;
    tenon__task **by_fd; /* who waits for it */
    size_t fd_count;
    tenon__task **heap; /* with deadlines, the earliest first */
    size_t heap_count, heap_size;
    int64_t timer_us;    /* that the loop was told; NEVER: none */
    tenon__task *unused; /* with their stacks */
    tenon__crew *crew;   /* where calls work in themselves; else NULL */
    int bell;            /* rung by other threads */
    pthread_mutex_t lock;
    tenon__task *told; /* under the lock */
};

/* ---- heap.c ---------------------------------------------------------------------------------- */

/* Room for one more. False when memory is exhausted. */
bool tenon__heap_reserve(tenon_async *async, size_t count);
void tenon__heap_add(tenon_async *async, tenon__task *task);
void tenon__heap_remove(tenon_async *async, tenon__task *task);

/* ---- crew.c ---------------------------------------------------------------------------------- */

tenon__crew *tenon__crew_make(tenon_async *async, unsigned most, tenon_error *err);
/* All its tasks are over. */
void tenon__crew_free(tenon__crew *crew);
/* Runs it on one of its threads, then tells the loop. False with *err. */
bool tenon__crew_give(tenon__crew *crew, tenon__task *task, tenon_error *err);

/* ---- async.c --------------------------------------------------------------------------------- */

/* From any thread: the task is to go on, or is over. */
void tenon__task_wake(tenon__task *task);

#endif
