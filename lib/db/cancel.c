/* Cancelling a session from another thread.
 *
 * The request is a flag of the session, so that none is lost: what begins later fails at once, and
 * what is under way is told. There are three ways to tell, for the places where a call may be:
 *
 *   - it waits for its turn in the queue of a lane: woken there, under the lane's lock;
 *   - a driver works inside its calls (SQLite): it looks at the flag itself, by a pointer;
 *   - it waits for a server: the server is asked to stop. For that the call publishes its
 *     connection in `at_work`, for the time of the wait alone, when the statement has been sent.
 *     Whoever cancels takes it out of there while it asks, so that the connection cannot meanwhile
 *     become another session's; the call waits for the moment that this takes.
 *
 * Either the one who cancels sees the connection, or the call, which looks at the flag after it has
 * published it, sees the flag. What ends a transaction is not told: a rollback has to be made, and
 * a commit that was sent would have an outcome that nobody knows. */
#include "db/cancel.h"

enum { MOMENT_US = 20 };

/* Stands in `at_work` while the connection is being asked to stop. */
static tenon__connection *being_asked(tenon_session *s)
{
    return (tenon__connection *)(void *)s;
}

static bool take(tenon_session *s, tenon__connection *connection, tenon__connection *instead)
{
    return atomic_compare_exchange_strong(&s->at_work, &connection, instead);
}

void tenon_cancel(tenon_session *s)
{
    if (!s)
        return;
    atomic_store(&s->is_cancelled, true);
    tenon__connection *connection = atomic_load(&s->at_work);
    if (connection && connection != being_asked(s) && take(s, connection, being_asked(s))) {
        s->db->driver->cancel(connection);
        atomic_store(&s->at_work, NULL);
    }
    tenon__lane_wake(&s->db->lanes[0], s);
    tenon__lane_wake(&s->db->lanes[1], s);
    const tenon__router *router = s->db->router;
    for (size_t i = 0; router && i < router->host_count; i++)
        tenon__lane_wake(&router->hosts[i]->lanes[0], s);
}

bool tenon__fail_cancelled(tenon_error *err)
{
    tenon__fail(err, TENON_CANCELLED, "the session was cancelled");
    tenon__hint(err, "clear the error, or roll back, to go on with it");
    return false;
}

void tenon__wait_begin_cancelled(tenon_session *s, tenon__connection *connection)
{
    if (take(s, connection, NULL))
        s->db->driver->cancel(connection);
}

void tenon__wait_for_request(tenon_session *s)
{
    while (atomic_load(&s->at_work))
        tenon__wait_pause(MOMENT_US, TENON__NEVER);
}
