/* Streams. See stream.h.
 *
 * How many rows a chunk has is found out on the way: few at first, for those who stop soon, then
 * twice as many each time while they take little memory, half as many when they take much. So a
 * stream of rows with a megabyte each holds as little as one of integers, and so does one whose
 * rows bring many others with them.
 *
 * What belongs to the rows of a chunk is asked for where the chunk came from: a stream that has a
 * connection for itself lends it to its session for that call, as if it were that of a transaction
 * of the session's. */
#include "db/stream.h"

#include "db/hooks.h"
#include "db/transaction.h"

#include <stdlib.h>

enum { FIRST_CHUNK = 16, LARGEST_CHUNK = 1024, CHUNK_BYTES = 256 * 1024 };

static const tenon__driver *driver_of(const tenon_stream *stream)
{
    return stream->session->db->driver;
}

/* ---- the lists ------------------------------------------------------------------------------- */

static void join_session(tenon_stream *stream)
{
    tenon_session *s = stream->session;
    stream->next = s->streams;
    stream->link = &s->streams;
    if (stream->next)
        stream->next->link = &stream->next;
    s->streams = stream;
}

static void leave_session(tenon_stream *stream)
{
    *stream->link = stream->next;
    if (stream->next)
        stream->next->link = stream->link;
}

static void join_member(tenon_stream *stream, tenon__member *member)
{
    stream->member = member;
    stream->next_of_member = member->streams;
    member->streams = stream;
}

static void leave_member(tenon_stream *stream)
{
    tenon__member *member = stream->member;
    if (!member)
        return;
    tenon_stream **at = &member->streams;
    while (*at != stream)
        at = &(*at)->next_of_member;
    *at = stream->next_of_member;
    driver_of(stream)->cursor_forget(member->connection, stream->cursor);
    stream->cursor = NULL;
    stream->member = NULL;
}

void tenon__streams_leave(tenon__member *member)
{
    while (member->streams) {
        member->streams->is_cut = true;
        leave_member(member->streams);
    }
}

void tenon__streams_end(tenon_session *s)
{
    for (tenon_stream *stream = s->streams; stream; stream = stream->next) {
        if (stream->is_own || stream->depth <= s->depth || !stream->member)
            continue;
        stream->is_cut = true;
        leave_member(stream);
    }
}

void tenon__streams_rise(tenon_session *s)
{
    for (tenon_stream *stream = s->streams; stream; stream = stream->next) {
        if (!stream->is_own && stream->depth > s->depth)
            stream->depth = s->depth;
    }
}

/* ---- its operations -------------------------------------------------------------------------- */

tenon__progress tenon__stream_start(tenon_stream *stream, tenon__stream_work work, tenon_error *err)
{
    const tenon__driver *driver = driver_of(stream);
    tenon__connection *connection = stream->member->connection;
    switch (work) {
    case TENON__STREAM_OPEN:
        return driver->cursor_open(connection, stream->plan->cached.statement, stream->values,
                                   &stream->cursor, err);
    case TENON__STREAM_FETCH:
        return driver->cursor_fetch(connection, stream->cursor, stream->chunk, err);
    case TENON__STREAM_CLOSE:
        break;
    }
    return driver->cursor_close(connection, stream->cursor, err);
}

static bool work(tenon_stream *stream, tenon__stream_work work)
{
    tenon_session *s = stream->session;
    tenon__operation op;
    if (!tenon__operation_init_on(&op, s, stream->member))
        return false;
    op.stream = stream;
    op.stream_work = work;
    op.keeps_member = true;
    return tenon__operation_run(&op);
}

/* The same where an error is no concern of the session's any more. */
static void finish_aside(tenon_stream *stream)
{
    bool is_failed = false;
    tenon__member *member = stream->member;
    bool is_usable = driver_of(stream)->in_transaction(member->connection, &is_failed);
    if (!stream->is_own && stream->is_open && is_usable && !is_failed)
        tenon__run_aside(stream->session, member, NULL, stream);
    leave_member(stream);
    if (stream->is_own)
        tenon__run_aside(stream->session, member, "COMMIT", NULL);
}

/* A child has its parent's connections, which are not its own to end. */
static void finish(tenon_stream *stream)
{
    if (!stream->member)
        return;
    if (!tenon__is_forked(&stream->session->db->process))
        finish_aside(stream);
}

/* ---- opening --------------------------------------------------------------------------------- */

/* A connection of its own, in a transaction that only reads. */
static tenon__member *begin_own(tenon_session *s, const tenon_transaction_options *options)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon_transaction_options begin = options ? *options : (tenon_transaction_options){0};
    begin.read_only = true;
    if (!tenon__begin_write(s, &begin, NULL, &sql))
        return NULL;
    tenon__buf_text(&sql, s->db->driver->cursor_settings);
    tenon__operation op;
    if (sql.failed)
        tenon__fail_no_memory(&s->error);
    if (!tenon__operation_init(&op, s, false))
        return NULL;
    op.script = sql.data;
    op.keeps_member = true;
    if (!tenon__operation_run(&op))
        return NULL;
    tenon__member_hold(op.member, s->head.site, tenon__monotonic_us());
    return op.member;
}

static tenon_stream *stream_new(tenon_session *s, tenon__shared_plan *plan, tenon__arrival arrival)
{
    tenon_stream *stream = malloc(sizeof *stream);
    if (!stream) {
        free(arrival.ctx);
        tenon__fail_no_memory(&s->error);
        return NULL;
    }
    size_t row_size = plan->cached.statement->layout->row_size;
    *stream = (tenon_stream){.session = s,
                             .is_own = !s->pinned,
                             .plan = plan,
                             .arrival = arrival,
                             .row_size = arrival.function ? arrival.row_size : row_size,
                             .chunk = FIRST_CHUNK,
                             .arena.limit_bytes = s->results.limit_bytes};
    stream->rows.arena = &stream->arena;
    join_session(stream);
    return stream;
}

static void stream_free(tenon_stream *stream)
{
    leave_session(stream);
    tenon__shared_plan_release(stream->plan);
    tenon__arena_release(&stream->arena);
    free(stream->arrival.ctx);
    free(stream);
}

static bool start(tenon_stream *stream, const tenon_transaction_options *options)
{
    tenon_session *s = stream->session;
    tenon__member *member = stream->is_own ? begin_own(s, options) : s->pinned;
    if (!member)
        return false;
    join_member(stream, member);
    stream->is_open = work(stream, TENON__STREAM_OPEN);
    return stream->is_open;
}

static tenon_stream *open_plan(tenon_session *s, tenon__shared_plan *plan, const tenon__call *call,
                               const tenon_transaction_options *options, tenon__arrival arrival)
{
    tenon_stream *stream = stream_new(s, plan, arrival);
    if (!stream) {
        tenon__shared_plan_release(plan);
        return NULL;
    }
    stream->values = call->values;
    bool is_open = tenon__statement_begin(s) && start(stream, options);
    is_open = tenon__statement_end(s, is_open);
    stream->depth = s->depth;
    if (is_open)
        return stream;
    tenon_stream_close(stream);
    return NULL;
}

static tenon_stream *open_call(tenon_session *s, const tenon__call *call,
                               const tenon_transaction_options *options, tenon__arrival arrival)
{
    tenon__shared_plan *plan = NULL;
    if (!tenon__session_is_failed(s) && tenon__count_statement(s))
        plan = tenon__plan_of(s->db, call, &s->error);
    if (plan)
        return open_plan(s, plan, call, options, arrival);
    free(arrival.ctx);
    return NULL;
}

/* Its hooks see the opening: the rows are the program's, one after another. */
static tenon_stream *open_watched(tenon_session *s, const tenon__call *call,
                                  const tenon_transaction_options *options, tenon__arrival arrival)
{
    tenon__watch watch;
    if (!tenon__watch_begin(&watch, s, call, NULL)) {
        free(arrival.ctx);
        return NULL;
    }
    tenon_stream *stream = open_call(s, watch.call, options, arrival);
    if (tenon__watch_end(&watch, stream != NULL, NULL))
        return stream;
    tenon_stream_close(stream);
    return NULL;
}

tenon_stream *tenon__stream_open(tenon_session *s, const tenon__call *call,
                                 const tenon_transaction_options *options, tenon__arrival arrival)
{
    tenon_read from = s->reading.from;
    if (tenon__needs_primary(s, call))
        s->reading.from = TENON_READ_PRIMARY;
    tenon_stream *stream = tenon__is_watched(s) ? open_watched(s, call, options, arrival)
                                                : open_call(s, call, options, arrival);
    s->reading.from = from;
    tenon__arena_clear(&s->scratch);
    return stream;
}

const tenon__layout *tenon__stream_layout(const tenon_stream *stream)
{
    return stream->arrival.function ? NULL : stream->plan->cached.statement->layout;
}

tenon_session *tenon__stream_session(const tenon_stream *stream)
{
    return stream->session;
}

/* ---- what belongs to the rows ---------------------------------------------------------------- */

/* As if the session were in the stream's transaction. */
static bool run_lent(tenon_stream *stream, const tenon__call *call)
{
    tenon_session *s = stream->session;
    tenon__member *pinned = s->pinned;
    unsigned depth = s->depth;
    tenon__limits limits = s->limits;
    s->pinned = stream->member;
    s->depth = 1;
    s->limits = (tenon__limits){0};
    bool is_done = tenon__run_call(s, call);
    s->pinned = pinned;
    s->depth = depth;
    s->limits = limits;
    return is_done;
}

static bool run_own(tenon_stream *stream, const tenon__call *call)
{
    tenon_session *s = stream->session;
    tenon__watch watch;
    bool is_watched = tenon__is_watched(s);
    if (is_watched && !tenon__watch_begin(&watch, s, call, NULL))
        return false;
    bool is_done = run_lent(stream, is_watched ? watch.call : call);
    if (is_watched)
        is_done = tenon__watch_end(&watch, is_done, call->affected);
    tenon__arena_clear(&s->scratch);
    return is_done;
}

/* The same statement for every chunk is no loop of the program's. */
bool tenon__stream_run(tenon_stream *stream, const tenon__call *call)
{
    tenon_session *s = stream->session;
    uint64_t most = s->repeats.most;
    s->repeats.most = 0;
    bool is_done = stream->is_own ? run_own(stream, call) : tenon__run(s, call);
    s->repeats.most = most;
    return is_done;
}

/* ---- reading --------------------------------------------------------------------------------- */

static void choose_chunk(tenon_stream *stream)
{
    bool is_heavy = stream->arena.total_bytes > CHUNK_BYTES;
    if (is_heavy && stream->chunk > 1)
        stream->chunk /= 2;
    else if (!is_heavy && stream->chunk < LARGEST_CHUNK)
        stream->chunk *= 2;
}

static bool fetch_rows(tenon_stream *stream)
{
    bool is_done = tenon__statement_begin(stream->session) && work(stream, TENON__STREAM_FETCH);
    return tenon__statement_end(stream->session, is_done);
}

static bool arrive(tenon_stream *stream)
{
    const tenon__arrival *arrival = &stream->arrival;
    return !arrival->function || !stream->rows.count ||
           arrival->function(stream, arrival->ctx, &stream->rows);
}

/* The chunk before is given up. */
static bool next_chunk(tenon_stream *stream)
{
    tenon__arena_clear(&stream->arena);
    stream->at = 0;
    stream->rows =
        (tenon__rows){.arena = &stream->arena, .expected = stream->chunk > 1 ? stream->chunk : 0};
    if (!fetch_rows(stream) || !arrive(stream)) {
        stream->rows.count = 0;
        stream->is_cut = true;
        finish(stream);
        return false;
    }
    if (stream->rows.count < stream->chunk)
        finish(stream);
    else
        choose_chunk(stream);
    return stream->rows.count > 0;
}

/* What came so far is not all. */
static void fail_cut(tenon_stream *stream)
{
    tenon__fail(&stream->session->error, TENON_MISUSE,
                "the stream has ended before its last row: with its transaction, or by an error");
    tenon__hint(&stream->session->error, "read it to its end before the commit, or close it");
}

void *tenon_stream_next(tenon_stream *stream)
{
    if (!stream || tenon__session_is_failed(stream->session))
        return NULL;
    if (!stream->member && stream->is_cut) {
        fail_cut(stream);
        return NULL;
    }
    if (stream->at == stream->rows.count && (!stream->member || !next_chunk(stream)))
        return NULL;
    return stream->rows.items + stream->at++ * stream->row_size;
}

bool tenon_stream_close(tenon_stream *stream)
{
    if (!stream)
        return false;
    bool is_sound = !tenon__session_is_failed(stream->session);
    finish(stream);
    stream_free(stream);
    return is_sound;
}

void tenon__streams_close(tenon_session *s)
{
    for (tenon_stream *stream = s->streams, *next; stream; stream = next) {
        next = stream->next;
        tenon_stream_close(stream);
    }
}
