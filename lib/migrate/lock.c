/* One migrator at a time.
 *
 * PostgreSQL: an advisory lock of the session, the one that Prisma Migrate takes, so that the two
 * keep out of each other's way. It is held by a connection that does nothing else but keep the
 * history: outside of its short transactions it holds no snapshot, for which CREATE INDEX
 * CONCURRENTLY would wait for ever; and the server frees it when the migrator dies. It is asked for
 * again and again rather than waited for, because a statement that waits holds a snapshot too. */
#include "migrate/migrator.h"

enum { ASK_EVERY_US = 200000 };

#define LOCK_KEY "72707369"

static const char take_sql[] = "SELECT 't' WHERE pg_try_advisory_lock(" LOCK_KEY ")";
static const char held_sql[] =
    "SELECT 't' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted"
    " AND classid = 0 AND objid = " LOCK_KEY " AND objsubid = 1 LIMIT 1";
static const char holder_sql[] =
    "SELECT 'process ' || l.pid || coalesce(' of ' || nullif(a.application_name, ''), '')"
    " || coalesce(' at ' || host(a.client_addr), '') || coalesce(', since ' ||"
    " date_trunc('second', now() - a.backend_start)::text, '')"
    " || coalesce(': ' || nullif(left(a.query, 200), ''), '')"
    " FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid"
    " WHERE l.locktype = 'advisory' AND l.granted AND l.classid = 0 AND l.objid = " LOCK_KEY
    " AND l.objsubid = 1 AND l.database = (SELECT oid FROM pg_database"
    " WHERE datname = current_database()) LIMIT 1";

static bool fail_held(tenon__migrator *m, const char *holder)
{
    tenon_error *err = tenon__session_error(m->home);
    tenon__fail(err, TENON_LOCKED, "another migrator is at work on this database: %s",
                holder ? holder : "it has just ended");
    tenon__hint(err, "wait until it is through; when it hangs, end it with pg_terminate_backend");
    return false;
}

bool tenon__lock_take(tenon__migrator *m)
{
    int64_t deadline_us = tenon__monotonic_us() + m->options.wait_us;
    bool is_told = false;
    while (m->dialect == TENON_POSTGRESQL) {
        const char *taken, *holder;
        if (!tenon__query_one(m->home, take_sql, NULL, 0, &taken))
            return false;
        if (taken)
            return true;
        if (!tenon__query_one(m->home, holder_sql, NULL, 0, &holder))
            return false;
        if (tenon__monotonic_us() >= deadline_us)
            return fail_held(m, holder);
        if (!is_told)
            tenon__migrator_report(
                m, (tenon_migrate_event){.moment = TENON_MIGRATE_WAITS, .text = holder});
        is_told = true;
        tenon__pause(ASK_EVERY_US);
    }
    return true;
}

bool tenon__lock_check(tenon__migrator *m)
{
    const char *held;
    if (m->dialect != TENON_POSTGRESQL)
        return true;
    if (!tenon__query_one(m->home, held_sql, NULL, 0, &held))
        return false;
    if (held)
        return true;
    tenon_error *err = tenon__session_error(m->home);
    tenon__fail(err, TENON_UNAVAILABLE, "the migrator's lock was lost with its connection");
    tenon__hint(err, "run it again: it goes on where it stopped; behind a pooler, connect to the "
                     "server itself");
    return false;
}

static int64_t pause_of(const tenon__migrator *m, unsigned tries)
{
    int64_t pause_us = m->options.pause_first_us;
    while (tries-- > 1 && pause_us < m->options.pause_longest_us)
        pause_us *= 2;
    return pause_us < m->options.pause_longest_us ? pause_us : m->options.pause_longest_us;
}

void tenon__migrator_pause(const tenon__migrator *m, unsigned tries)
{
    uint32_t part = 0;
    int64_t pause_us = pause_of(m, tries);
    tenon__random(&part, sizeof part);
    tenon__pause(pause_us / 2 + pause_us / 2 * (part % 1000) / 1000);
}
