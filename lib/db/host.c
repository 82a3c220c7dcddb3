/* Standing still: with the thread, or as the session's host does it. */
#include "db/stream.h"
#include "db/transaction.h"

void tenon__session_set_host(tenon_session *s, tenon__host *host)
{
    bool runs_calls = host && host->run;
    s->host = host;
    s->watched = (s->watched & ~(unsigned)TENON__HOSTED) | (runs_calls ? TENON__HOSTED : 0);
}

void tenon__session_stand_as(tenon_session *s, const tenon_session *other)
{
    if (other->host && !other->host->run)
        tenon__session_set_host(s, other->host);
}

tenon__host *tenon__session_host(const tenon_session *s)
{
    return s->host;
}

bool tenon__stand(const tenon_session *s, int socket, bool for_write, int64_t until_us)
{
    if (socket >= 0 || (s && s->host))
        return tenon__stand_by(s, socket, for_write, until_us);
    tenon__wait_pause(INT64_MAX, until_us);
    return false;
}

bool tenon__stand_for(const tenon_session *s, int64_t us, int64_t deadline_us)
{
    int64_t now_us = tenon__monotonic_us();
    if (now_us >= deadline_us)
        return false;
    tenon__stand(s, -1, false, us < deadline_us - now_us ? now_us + us : deadline_us);
    return true;
}

tenon_db *tenon__session_db(const tenon_session *s)
{
    return s->db;
}

void tenon__session_settle(tenon_session *s)
{
    tenon__streams_close(s);
    tenon__transaction_abandon(s);
}

bool tenon__db_works_in_calls(const tenon_db *db)
{
    return db->driver->set_deadline != NULL;
}
