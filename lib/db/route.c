/* Reads that go elsewhere than to the primary, and come back from there.
 *
 * Which host a read goes to is the router's affair; here is what a session has to remember for it.
 * A write is noted when it sets out, as one that goes on for ever, and its time when it is over:
 * so what is lost on the way counts as under way, and the session reads on the primary from then
 * on.
 *
 * What fails on a replica is asked once more of the primary, whatever the failure: there nothing
 * was changed by it, and what a replica cannot do is much. A query may stand in the way of what it
 * has to replay; a function may write; a migration may not have arrived yet. What would fail on the
 * primary too fails there again, with its words.
 *
 * Where all connections to a replica are taken, half of the time that there is for waiting is
 * waited for one of them, and the rest for one of the primary's. */
#include "db/operation.h"

enum { LONGEST_TURN_US = 1000000 }; /* of waiting for a connection to a replica */

tenon__reading *tenon__session_reading(tenon_session *s)
{
    return &s->reading;
}

tenon_read tenon_read_from(tenon_session *s, tenon_read from)
{
    if (!s)
        return TENON_READ_DEFAULT;
    tenon_read before = s->reading.from;
    if ((unsigned)from > TENON_READ_NEAREST)
        tenon__fail(&s->error, TENON_MISUSE, "there is no place %d to read from", (int)from);
    else
        s->reading.from = from;
    return before;
}

bool tenon__db_set_router(tenon_db *db, tenon__router *router)
{
    if (db->router)
        return false;
    db->router = router;
    return true;
}

tenon__router *tenon__db_router(const tenon_db *db)
{
    return db->router;
}

/* SQL of the program's own is a replica's only where the program says so. */
bool tenon__needs_primary(const tenon_session *s, const tenon__call *call)
{
    bool is_asked_for = s->reading.from > TENON_READ_PRIMARY;
    return call->writes || call->needs_primary || (call->may_write && !is_asked_for);
}

tenon__lane *tenon__route(tenon_session *s, bool writes)
{
    tenon_db *db = s->db;
    if (writes)
        s->reading.wrote_us = TENON__NEVER;
    else
        db = db->router->choose(db->router, s);
    return tenon__lane_for(db, writes);
}

/* Neither a statement of a transaction, nor of a stream, nor one that cleans up. */
bool tenon__operation_may_fall_back(const tenon__operation *op)
{
    const tenon_session *s = op->session;
    return s && op->db != s->db && op->err == &s->error && !s->pinned && !op->stream &&
           !op->is_resetting && !op->is_undoing;
}

int64_t tenon__operation_half_time(const tenon__operation *op)
{
    int64_t now_us = tenon__monotonic_us(), left_us = op->until_us - now_us;
    return now_us + (left_us < 2 * LONGEST_TURN_US ? left_us / 2 : LONGEST_TURN_US);
}

bool tenon__operation_fall_back(tenon__operation *op)
{
    tenon_session *s = op->session;
    tenon_status status = op->err->status;
    if (!tenon__operation_may_fall_back(op))
        return false;
    if (op->is_cancelled || status == TENON_CANCELLED || status == TENON_TIMEOUT ||
        status == TENON_NO_MEMORY || status == TENON_LIMIT || status == TENON_MISUSE)
        return false;
    s->db->router->note_failure(s->db->router, op->db, status);
    if (op->member)
        tenon__operation_leave_member(op);
    op->db = s->db;
    op->lane = tenon__lane_for(s->db, false);
    op->first_host = 0;
    op->is_new = false;
    tenon__operation_start_again(op, TENON__LEASE);
    return true;
}
