/* Lanes, their queue and their members. See pool.h.
 *
 * A connection that the server closed while it was idle is a normal thing (a restart, a time limit,
 * a firewall), and a write that meets one cannot be repeated for the caller. So a connection is
 * *suspect*, and asked with an empty statement before it is used, when another one was found dead
 * since it was last used, or when it was last taken a second ago and its socket has something to
 * read, which an idle server never sends but when it says goodbye. Asking costs a poll; the round
 * trip is paid only when there was something. */
#include "db/stream.h"

#include <stdlib.h>

static const int64_t idle_trust_us = 1000000;

bool tenon__lane_init(tenon__lane *lane, const tenon__driver *driver, unsigned most,
                      size_t statement_count, bool is_reader)
{
    *lane = (tenon__lane){
        .driver = driver, .most = most, .statement_count = statement_count, .is_reader = is_reader};
    lane->last = &lane->first;
    if (pthread_mutex_init(&lane->lock, NULL) == 0)
        return true;
    lane->driver = NULL;
    return false;
}

static void free_member(tenon__member *member)
{
    const tenon__driver *driver = member->driver;
    bool can_forget = driver->state(member->connection) == TENON__IDLE;
    tenon__statement_cache_release(&member->statements, can_forget ? driver : NULL,
                                   member->connection);
    driver->close(member->connection);
    free(member);
}

void tenon__lane_release(tenon__lane *lane)
{
    if (!lane->driver)
        return;
    tenon__member *spare = atomic_exchange(&lane->spare, NULL);
    if (spare)
        free_member(spare);
    while (lane->idle) {
        tenon__member *member = lane->idle;
        lane->idle = member->next;
        free_member(member);
    }
    pthread_mutex_destroy(&lane->lock);
    lane->driver = NULL;
}

/* ---- members --------------------------------------------------------------------------------- */

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
                              .statements.most_count = lane->statement_count};
    return member;
}

void tenon__member_opened(tenon__member *member)
{
    tenon__lane *lane = member->lane;
    member->has_socket = member->driver->socket(member->connection) >= 0;
    tenon__member_trust(member);
    tenon__member_count(member);
    pthread_mutex_lock(&lane->lock);
    member->next_member = lane->members;
    lane->members = member;
    lane->opened_total++;
    pthread_mutex_unlock(&lane->lock);
}

/* One that was never connected is not in the list. */
static void forget(tenon__lane *lane, const tenon__member *member)
{
    tenon__member **at = &lane->members;
    while (*at && *at != member)
        at = &(*at)->next_member;
    if (!*at)
        return;
    *at = member->next_member;
    lane->acquired_before += atomic_load_explicit(&member->acquired, memory_order_relaxed);
}

void tenon__member_trust(tenon__member *member)
{
    member->epoch = atomic_load(&member->lane->epoch);
}

TENON__HOT bool tenon__member_looks_dead(tenon__member *member)
{
    unsigned epoch = atomic_load(&member->lane->epoch);
    int64_t last_us = member->taken_us;
    member->taken_us = tenon__monotonic_coarse_us();
    if (TENON__UNLIKELY(member->taken_us - last_us >= idle_trust_us) &&
        tenon__socket_has_news(member->driver->socket(member->connection)))
        member->epoch = epoch - 1;
    return member->epoch != epoch;
}

/* ---- the queue, under the lock --------------------------------------------------------------- */

static tenon__waiter *dequeue(tenon__lane *lane)
{
    tenon__waiter *waiter = lane->first;
    if (!waiter)
        return NULL;
    lane->first = waiter->next;
    if (!lane->first)
        lane->last = &lane->first;
    lane->waiting--;
    return waiter;
}

static void leave(tenon__lane *lane, const tenon__waiter *waiter)
{
    tenon__waiter **at = &lane->first;
    while (*at != waiter)
        at = &(*at)->next;
    *at = waiter->next;
    if (!waiter->next)
        lane->last = at;
    lane->waiting--;
    lane->timeouts_total++;
}

static void give(tenon__lane *lane, tenon__member *member)
{
    tenon__waiter *waiter = dequeue(lane);
    if (!waiter) {
        member->next = lane->idle;
        lane->idle = member;
        lane->idle_count++;
        return;
    }
    tenon__member_count(member);
    waiter->member = member;
    pthread_cond_signal(&waiter->signal);
}

/* The spare one to the head of the queue, if there are both. */
static void give_spare(tenon__lane *lane)
{
    tenon__member *spare = lane->first ? atomic_exchange(&lane->spare, NULL) : NULL;
    if (spare)
        give(lane, spare);
}

static void give_place(tenon__lane *lane)
{
    tenon__waiter *waiter = dequeue(lane);
    if (!waiter) {
        lane->size--;
        return;
    }
    waiter->may_open = true;
    pthread_cond_signal(&waiter->signal);
}

/* ---- asking and waiting ---------------------------------------------------------------------- */

static tenon__member *take_idle(tenon__lane *lane)
{
    tenon__member *member = lane->idle;
    if (!member)
        return NULL;
    lane->idle = member->next;
    lane->idle_count--;
    tenon__member_count(member);
    return member;
}

/* An idle connection or a free place. */
static bool take_at_once(tenon__lane *lane, tenon__waiter *waiter)
{
    waiter->member = tenon__lane_take_spare(lane);
    if (!waiter->member)
        waiter->member = take_idle(lane);
    if (waiter->member)
        return true;
    waiter->may_open = lane->size < lane->most;
    lane->size += waiter->may_open;
    return waiter->may_open;
}

static tenon__turn turn_of(const tenon__waiter *waiter)
{
    return waiter->may_open ? TENON__TURN_OPEN : TENON__TURN_GIVEN;
}

/* Whether there is something to give is asked again under the same lock that joins the queue, and
 * of the spare one once more when the queue has been joined. */
static bool join(tenon__lane *lane, tenon__waiter *waiter, tenon__turn *turn)
{
    if (!tenon__signal_init(&waiter->signal))
        return false;
    waiter->since_us = tenon__monotonic_us();
    pthread_mutex_lock(&lane->lock);
    bool is_given = take_at_once(lane, waiter);
    if (!is_given) {
        *lane->last = waiter;
        lane->last = &waiter->next;
        lane->waiting++;
        give_spare(lane);
    }
    pthread_mutex_unlock(&lane->lock);
    *turn = TENON__TURN_QUEUED;
    if (is_given) {
        pthread_cond_destroy(&waiter->signal);
        *turn = turn_of(waiter);
    }
    return true;
}

bool tenon__lane_acquire(tenon__lane *lane, tenon__waiter *waiter, tenon__turn *turn)
{
    waiter->member = NULL;
    waiter->may_open = waiter->is_woken = false;
    waiter->next = NULL;
    pthread_mutex_lock(&lane->lock);
    bool is_given = take_at_once(lane, waiter);
    pthread_mutex_unlock(&lane->lock);
    if (!is_given)
        return join(lane, waiter, turn);
    *turn = turn_of(waiter);
    return true;
}

tenon__turn tenon__lane_wait(tenon__lane *lane, tenon__waiter *waiter, int64_t deadline_us)
{
    pthread_mutex_lock(&lane->lock);
    bool is_late = false;
    while (!waiter->member && !waiter->may_open && !waiter->is_woken && !is_late)
        is_late = !tenon__wait_signal(&waiter->signal, &lane->lock, deadline_us);
    bool is_given = waiter->member || waiter->may_open;
    if (!is_given)
        leave(lane, waiter);
    lane->wait_us_total += tenon__monotonic_us() - waiter->since_us;
    pthread_mutex_unlock(&lane->lock);
    pthread_cond_destroy(&waiter->signal);
    return is_given ? turn_of(waiter) : TENON__TURN_QUEUED;
}

void tenon__lane_wake(tenon__lane *lane, const void *owner)
{
    if (!lane->driver)
        return;
    pthread_mutex_lock(&lane->lock);
    for (tenon__waiter *waiter = lane->first; waiter; waiter = waiter->next) {
        if (waiter->owner != owner)
            continue;
        waiter->is_woken = true;
        pthread_cond_signal(&waiter->signal);
    }
    pthread_mutex_unlock(&lane->lock);
}

/* ---- giving back ----------------------------------------------------------------------------- */

void tenon__lane_give_place(tenon__lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    give_place(lane);
    pthread_mutex_unlock(&lane->lock);
}

/* The spare one that was there before has to go to the others; and somebody may have begun to wait.
 */
static void make_room(tenon__lane *lane, tenon__member *before)
{
    pthread_mutex_lock(&lane->lock);
    if (before)
        give(lane, before);
    give_spare(lane);
    pthread_mutex_unlock(&lane->lock);
}

TENON__HOT void tenon__member_release(tenon__member *member)
{
    tenon__lane *lane = member->lane;
    if (TENON__UNLIKELY(member->streams))
        tenon__streams_leave(member);
    tenon__member *before = atomic_exchange(&lane->spare, member);
    if (TENON__UNLIKELY(before || atomic_load(&lane->waiting)))
        make_room(lane, before);
}

void tenon__member_drop(tenon__member *member, bool is_dead)
{
    tenon__lane *lane = member->lane;
    tenon__streams_leave(member);
    pthread_mutex_lock(&lane->lock);
    forget(lane, member);
    pthread_mutex_unlock(&lane->lock);
    free_member(member);
    pthread_mutex_lock(&lane->lock);
    lane->epoch += is_dead;
    give_place(lane);
    pthread_mutex_unlock(&lane->lock);
}
