/* Members of a lane: how they come into it and out of it. See pool.h. */
#include "db/pool_watch.h"

#include <stdlib.h>

tenon__member *tenon__member_new(tenon__lane *lane, tenon__connection *connection)
{
    tenon__member *member = malloc(sizeof *member);
    if (!member) {
        lane->driver->close(connection);
        return NULL;
    }
    *member = (tenon__member){.connection = connection,
                              .driver = lane->driver,
                              .lane = lane,
                              .statements.most_count = lane->settings.statement_count,
                              .born_us = tenon__monotonic_us()};
    return member;
}

/* Connections that were opened together shall not end together: up to a tenth earlier. */
static int64_t retirement_of(const tenon__lane *lane, int64_t now_us)
{
    int64_t lifetime_us = lane->settings.lifetime_us;
    uint32_t chance = 0;
    if (lifetime_us == TENON__NEVER)
        return TENON__NEVER;
    tenon__random(&chance, sizeof chance);
    return now_us + lifetime_us - lifetime_us / 10000 * (int64_t)(chance % 1000);
}

void tenon__member_opened(tenon__member *member)
{
    tenon__lane *lane = member->lane;
    int socket = member->driver->socket(member->connection);
    member->has_socket = socket >= 0;
    tenon__round_trip_way(&lane->db->round_trips, socket);
    tenon__member_trust(member);
    tenon__member_count(member);
    member->retire_us = retirement_of(lane, tenon__monotonic_us());
    pthread_mutex_lock(&lane->lock);
    member->number = ++lane->last_number;
    member->generation = lane->generation;
    member->next_member = lane->members;
    lane->members = member;
    lane->totals.opened++;
    pthread_mutex_unlock(&lane->lock);
}

/* One that was never connected is not in the list. */
void tenon__member_forget(const tenon__member *member)
{
    tenon__lane *lane = member->lane;
    tenon__member **at = &lane->members;
    while (*at && *at != member)
        at = &(*at)->next_member;
    if (!*at)
        return;
    *at = member->next_member;
    lane->totals.closed++;
    lane->totals.acquired_before += atomic_load_explicit(&member->acquired, memory_order_relaxed);
}

void tenon__member_free(tenon__member *member)
{
    const tenon__driver *driver = member->driver;
    if (member->number)
        tenon__pool_tell_closed(member);
    bool can_forget = driver->state(member->connection) == TENON__IDLE;
    tenon__statement_cache_release(&member->statements, can_forget ? driver : NULL,
                                   member->connection);
    driver->close(member->connection);
    free(member);
}
