/* The pool's watcher, and who holds connections.
 *
 * Where a connection is held for the length of one call it is not noted by whom: that is over soon,
 * and the short way from call to call has no room for it. What is begun and ended by separate
 * calls, a transaction or a stream, can be forgotten by a program; so it always is noted, with the
 * place in the program that the session knows last. */
#include "db/pool_watch.h"

#include <stdio.h>
#include <stdlib.h>

int64_t tenon_pool_wait_bound_us(size_t i)
{
    static const int64_t bounds[TENON_POOL_WAITS] = {
        100, 500, 1000, 5000, 10000, 50000, 100000, 500000, 1000000, 5000000, INT64_MAX};
    return i < TENON_POOL_WAITS ? bounds[i] : INT64_MAX;
}

/* ---- telling --------------------------------------------------------------------------------- */

static bool tell(tenon_db *db, tenon_pool_event *event)
{
    const tenon_pool_watcher *watcher = &db->config.pool_watcher;
    event->db = db;
    return !(watcher->moments & event->moment) || watcher->function(event, watcher->ctx);
}

static const char *site_of(const tenon_session *s)
{
    return s ? s->head.site : NULL;
}

void tenon__pool_tell_closed(tenon__member *member)
{
    tell(member->lane->db, &(tenon_pool_event){.moment = TENON_POOL_CLOSED,
                                               .connection = member->number,
                                               .time_us = tenon__monotonic_us() - member->born_us});
}

void tenon__pool_tell_slow(tenon_db *db, const tenon__waiter *waiter)
{
    tell(db, &(tenon_pool_event){.moment = TENON_POOL_SLOW,
                                 .site = site_of(waiter->owner),
                                 .time_us = waiter->waited_us});
}

void tenon__pool_tell_held(tenon_db *db, tenon_pool_lease lease)
{
    tell(db, &(tenon_pool_event){.moment = TENON_POOL_HELD,
                                 .connection = lease.connection,
                                 .site = lease.site,
                                 .time_us = lease.held_us});
}

static bool greet(tenon__member *member, tenon_pool_event *event, tenon__buf *sql)
{
    event->connection = member->number;
    bool is_liked = tell(member->lane->db, event);
    if (event->sql)
        tenon__buf_format(sql, "%s;", event->sql);
    return is_liked;
}

bool tenon__pool_greet(tenon__member *member, bool is_new, const tenon_session *s,
                       int64_t waited_us, tenon__buf *sql)
{
    const char *site = site_of(s);
    int64_t now_us = tenon__monotonic_us();
    tenon__member_hold(member, site, now_us);
    tenon_pool_event created = {
        .moment = TENON_POOL_CREATED, .site = site, .time_us = now_us - member->born_us};
    tenon_pool_event taken = {.moment = TENON_POOL_TAKEN, .site = site, .time_us = waited_us};
    return (!is_new || greet(member, &created, sql)) && greet(member, &taken, sql);
}

bool tenon__pool_part(tenon__member *member)
{
    tenon__member_hold(member, NULL, 0);
    return tell(member->lane->db,
                &(tenon_pool_event){.moment = TENON_POOL_RETURNED, .connection = member->number});
}

void tenon__pool_give_unused(tenon__member *member)
{
    if (tenon__pool_part(member))
        tenon__member_release(member);
    else
        tenon__member_drop(member, false);
}

/* ---- who holds what -------------------------------------------------------------------------- */

static void insert(tenon_pool_lease *leases, size_t count, size_t most, tenon_pool_lease lease)
{
    size_t at = count < most ? count : most;
    while (at > 0 && leases[at - 1].held_us < lease.held_us) {
        if (at < most)
            leases[at] = leases[at - 1];
        at--;
    }
    if (at < most)
        leases[at] = lease;
}

static size_t add_leases(tenon__lane *lane, int64_t held_us, tenon_pool_lease *leases, size_t count,
                         size_t most)
{
    if (!lane->driver)
        return count;
    pthread_mutex_lock(&lane->lock);
    int64_t now_us = tenon__monotonic_us();
    for (const tenon__member *member = lane->members; member; member = member->next_member) {
        int64_t since_us = atomic_load_explicit(&member->held_since_us, memory_order_relaxed);
        if (!since_us || now_us - since_us < held_us)
            continue;
        insert(
            leases, count++, most,
            (tenon_pool_lease){.connection = member->number,
                               .held_us = now_us - since_us,
                               .site = atomic_load_explicit(&member->site, memory_order_relaxed)});
    }
    pthread_mutex_unlock(&lane->lock);
    return count;
}

/* "shop.c:12 for 3200 ms, shop.c:40 for 15 ms and 3 others"; false when nobody is known. */
static bool name_holders(tenon__lane *lane, char *names, size_t size)
{
    enum { NAMED = 3 };
    tenon_pool_lease leases[NAMED];
    size_t count = add_leases(lane, 0, leases, 0, NAMED), length = 0;
    for (size_t i = 0; i < count && i < NAMED && length < size; i++)
        length += (size_t)snprintf(names + length, size - length, "%s%s for %lld ms", i ? ", " : "",
                                   leases[i].site ? leases[i].site : "a session",
                                   (long long)(leases[i].held_us / 1000));
    if (count > NAMED && length < size)
        snprintf(names + length, size - length, " and %zu others", count - NAMED);
    return count > 0;
}

void tenon__pool_hint_holders(tenon__lane *lane, tenon_error *err)
{
    char names[160];
    bool is_writers = lane->settings.most == 1 && lane->driver->dialect == TENON_SQLITE;
    const char *advice = is_writers ? "one transaction writes at a time: keep transactions short"
                                    : "raise pool_max, or keep transactions short";
    if (name_holders(lane, names, sizeof names))
        tenon__hint(err, "held by %s; %s", names, advice);
    else
        tenon__hint(err, "%s", advice);
}

size_t tenon_pool_leases(tenon_db *db, int64_t held_us, tenon_pool_lease *leases, size_t most)
{
    if (tenon__is_forked(&db->process))
        return 0;
    size_t count = add_leases(&db->lanes[0], held_us, leases, 0, most);
    return add_leases(&db->lanes[1], held_us, leases, count, most);
}
