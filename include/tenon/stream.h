/* Streams: the rows of a query one after another, however many there are, in memory that does not
 * grow with them.
 *
 *     UserStream users = user_stream_open(s, .where = {.active = EQ(true)});
 *     for (User *user; (user = user_stream_next(users));)
 *         …
 *     user_stream_close(users);
 *
 * Other calls may run on the session while a stream is open. Inside of a transaction the stream is
 * part of it and ends with it. Outside it leases a connection of its own until it is at its end or
 * closed, and sees the database as it was when it was opened; `pool_max` has to leave some for the
 * rest. The rows come some at a time: 16 at first, then as many as take about 256 KB, 1,024 at
 * most. The session's deadline counts for each such part. */
#ifndef TENON_STREAM_H
#define TENON_STREAM_H

#include <stdbool.h>

#include <tenon/export.h>
#include <tenon/model.h>
#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_stream tenon_stream;

/* `query` is what tenon_find_many takes. NULL when the session has failed or fails here. The stream
 * is the session's: closing or resetting the session closes it, and it must not be used after
 * that.
 *
 * What the query includes is loaded for each part of the rows, on the stream's own connection, and
 * lives as long as they do. The queries of relations, and what they point at, must stay until the
 * stream is closed. The most rows that a tree may have count for each row of the stream. */
TENON_API tenon_stream *tenon_stream_open(const tenon_model *model, const void *query);
/* The next row, or NULL: at the end, and when the session has failed. The row stays until the next
 * call of this on the stream. When the stream's transaction ends before its last row the next call
 * is MISUSE, so that nobody takes a part for all. A NULL stream has no rows. */
TENON_API void *tenon_stream_next(tenon_stream *stream);
/* Gives back at once what it holds, wherever it stands. True when the session has not failed: all
 * rows have been seen that were asked for. NULL is accepted and gives false. */
TENON_API bool tenon_stream_close(tenon_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
