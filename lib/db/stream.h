/* A stream: the rows of one query, a chunk at a time, in memory that does not grow.
 *
 * It reads a cursor. In a transaction of the session that is one on its connection, and every other
 * call runs in between. Without one the stream leases a connection for itself, in a transaction
 * that only reads, and others run on other connections.
 *
 * Invariants: `member` is set exactly while there is a cursor to read; then the stream stands in
 * the list of its session and in that of its member. Whoever takes the member away (a transaction
 * that ends, a connection that is lost) goes through tenon__streams_leave first. */
#ifndef TENON_DB_STREAM_H
#define TENON_DB_STREAM_H

#include "db/operation.h"

#include <tenon/stream.h>

struct tenon_stream {
    tenon_session *session;
    tenon_stream *next, **link; /* of the session */
    tenon_stream *next_of_member;
    tenon__member *member; /* what it reads from; NULL when it is over */
    bool is_own;           /* the member is leased for this stream alone */
    bool is_cut;           /* over before its last row */
    bool is_open;          /* the database knows the cursor */
    unsigned depth;        /* of the transaction that it lives in */
    tenon__shared_plan *plan;
    const void *const *values; /* while it is opened */
    tenon__cursor *cursor;
    tenon__arrival arrival;
    size_t row_size;  /* as the program gets them */
    tenon__rows rows; /* the present chunk, in `arena` */
    size_t at;        /* the next of them */
    size_t chunk;     /* how many to ask for */
    tenon__arena arena;
};

/* What an operation on a stream starts with. */
tenon__progress tenon__stream_start(tenon_stream *stream, tenon__stream_work work,
                                    tenon_error *err);

/* The member is about to leave the session's hands: its streams are over. */
void tenon__streams_leave(tenon__member *member);
/* Ends the streams of transactions deeper than the session's present one. */
void tenon__streams_end(tenon_session *s);
/* They are those of the present one from now on. */
void tenon__streams_rise(tenon_session *s);
/* Closes all of a session. */
void tenon__streams_close(tenon_session *s);

#endif
