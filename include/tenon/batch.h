/* Independent calls in one round trip.
 *
 * A batch is given functions, each of which makes calls with a session of its own, as it would by
 * itself. It runs them side by side: what each of them asks first is sent together, what each asks
 * then is sent together, and so on. A hundred functions that make one call each are one round trip,
 * where a loop makes a hundred:
 *
 *     tenon_batch *batch = tenon_batch_open(s);
 *     for (size_t i = 0; i < count; i++)
 *         tenon_batch_add(batch, load_one, &wanted[i]);
 *     tenon_batch_run(batch);
 *     …
 *     tenon_batch_close(batch);            // the rows live until here
 *
 * Finds of one model by one unique become one statement: `id = ANY ($1)`. Two that want the same
 * row get a copy each of what was read once.
 *
 * The calls know nothing of each other: one that fails leaves the others as they are, and its error
 * is that of its function (tenon_batch_error). Calls that write are sent as one transaction; when
 * that fails, which undoes all of it, each is made by itself. Only when the connection is lost on
 * the way do all of them fail, with OUTCOME_UNKNOWN or UNAVAILABLE. Inside of a transaction of `s`
 * they are part of it, and the first error is that of `s` as well and the end of it.
 *
 * What is no single call (a transaction of a function's own, a stream, COPY, SQL text) runs where
 * it stands, and waits as without a batch. On SQLite there is no round trip to save: finds by a key
 * stay statements of their own, and what only reads is one read transaction.
 *
 * Functions run on stacks of 64 KB, one after the other, on the thread of tenon_batch_run; hooks
 * see statements that were sent together as those of `s`. In libtenon-async: `pkg-config --libs
 * tenon-async`. Threads: as for the session. */
#ifndef TENON_BATCH_H
#define TENON_BATCH_H

#include <stdbool.h>
#include <stddef.h>

#include <tenon/async.h>
#include <tenon/error.h>
#include <tenon/export.h>
#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_batch tenon_batch;

/* NULL when the session has failed, or fails here for want of memory. To be closed before it. */
TENON_API tenon_batch *tenon_batch_open(tenon_session *s);
/* Will run work(session, arg). False with the error on `s`: want of memory. NULL is accepted as a
 * batch here and below, and gives false. */
TENON_API bool tenon_batch_add(tenon_batch *batch, tenon_async_function *work, void *arg);
/* Runs what was added since it was last run or cleared. True when no function's session has failed;
 * those that have say why. Does nothing when `s` has failed. */
TENON_API bool tenon_batch_run(tenon_batch *batch);
/* How many were added. */
TENON_API size_t tenon_batch_count(const tenon_batch *batch);
/* Of the function that was added as number i, from 0; status OK when all is well. */
TENON_API const tenon_error *tenon_batch_error(const tenon_batch *batch, size_t i);
/* Forgets functions, rows and errors, and keeps the memory for more. */
TENON_API void tenon_batch_clear(tenon_batch *batch);
TENON_API void tenon_batch_close(tenon_batch *batch);

#ifdef __cplusplus
}
#endif
#endif
