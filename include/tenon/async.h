/* Many units of work on one thread, inside of a program's own event loop.
 *
 * A *task* is a function that is given a session of its own and makes the calls it always makes:
 * `user_find_many(s, …)`, transactions, files of SQL. Where such a call would make the thread stand
 * still, the task stands still instead, and the thread goes on with others: the task has a stack of
 * its own. There is no second set of functions to call, and nothing that a session can do is left
 * out. When the function has returned, `done` is called with the same session, whose rows and error
 * are still there; after it the session is closed.
 *
 * The event loop is the program's. tenon tells it what to watch (`watch`, `set_timer`) and is told
 * what has happened (tenon_async_ready, tenon_async_expire): the manner of libcurl's multi-socket
 * interface. <tenon/epoll.h>, <tenon/libuv.h> and <tenon/libevent.h> do that for three loops.
 *
 * SQLite does its work inside of its calls, and no loop can go on meanwhile. There tasks run on a
 * few threads, and `done` still comes on the loop's: what a task's function touches must be its
 * own.
 *
 * What cannot stand still by itself holds up the thread as ever: the look-up of a host's name, and
 * what a function waits for without tenon.
 *
 * Threads: a tenon_async belongs to the thread that runs the loop; the database may be used by
 * others too. These functions are in a library of their own: `pkg-config --libs tenon-async`. */
#ifndef TENON_ASYNC_H
#define TENON_ASYNC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/db.h>
#include <tenon/error.h>
#include <tenon/export.h>
#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_async tenon_async;

enum { TENON_WANT_READ = 1, TENON_WANT_WRITE = 2 };

/* All-zero but for `watch` and `set_timer` is what most programs want. */
typedef struct tenon_async_options {
    /* Calls tenon_async_ready when the descriptor can be read (TENON_WANT_READ) or written, in
     * `wants`; 0: it is of no interest any more, and may be closed next. One that is ready is
     * forgotten by tenon_async_ready, by a call with 0. Level-triggered. False: it cannot; then the
     * thread waits after all. */
    bool (*watch)(void *ctx, int fd, unsigned wants);
    /* Calls tenon_async_expire in so many microseconds, and not before; instead of what was said
     * last. Negative: never. */
    void (*set_timer)(void *ctx, int64_t after_us);
    void *ctx;
    /* Of each task, for its function and what that calls. 0: 256 KB, of which only what is used
     * takes memory. A task that needs more ends the process, as a thread does. */
    size_t stack_bytes;
    unsigned threads;                     /* SQLite: that work at a time. 0: 4 */
    const tenon_session_options *session; /* of the tasks' sessions; copied but for what it points
                                             at. NULL: as tenon_session_open has it */
} tenon_async_options;

/* NULL with *err. The database must stay open until it is closed. */
TENON_API tenon_async *tenon_async_open(tenon_db *db, const tenon_async_options *options,
                                        tenon_error *err);
/* Cancels what is under way and waits for its end (seconds at most, unless a task's function goes
 * on by itself): `done` is called for each task. NULL is accepted. Not from a task or from
 * `done`. */
TENON_API void tenon_async_close(tenon_async *async);

typedef void tenon_async_function(tenon_session *s, void *arg);

/* Runs work(session, arg), up to where it first waits; then done(session, arg), which may be NULL,
 * and may come before this returns. False with *err (may be NULL): nothing is run. May be called by
 * tasks and by `done`: then it begins when those have come to where they wait. */
TENON_API bool tenon_async_start(tenon_async *async, tenon_async_function *work,
                                 tenon_async_function *done, void *arg, tenon_error *err);
/* As tenon_cancel, for the tasks that were started with this arg. */
TENON_API void tenon_async_cancel(tenon_async *async, const void *arg);
/* How many tasks are not done. */
TENON_API size_t tenon_async_count(const tenon_async *async);

/* For the event loop: the descriptor is ready. One that nobody waits for is told to `watch` with
 * 0. */
TENON_API void tenon_async_ready(tenon_async *async, int fd);
/* For the event loop: the time has come. */
TENON_API void tenon_async_expire(tenon_async *async);

#ifdef __cplusplus
}
#endif
#endif
