/* Lanes, their queue and their members. See pool.h.
 *
 * A connection that the server closed while it was idle is a normal thing (a restart, a time limit,
 * a firewall), and a write that meets one cannot be repeated for the caller. So a connection is
 * *suspect*, and asked with an empty statement before it is used, when another one was found dead
 * since it was last used, or when it was last taken a second ago and its socket has something to
 * read, which an idle server never sends but when it says goodbye. Asking costs a poll; the round
 * trip is paid only when there was something.
 *
 * No connection is closed under the lock, for closing tells the program's watcher and may write to
 * a socket: what is to be closed is taken out of the lane, and its place given away behind it. */
#include "db/pool_watch.h"
#include "db/stream.h"

#include <stdlib.h>

static const int64_t idle_trust_us = 1000000;
/* How long a connection may go past the queue after it was handed to somebody in it. With calls of
 * some microseconds a hand-over at each return would have every call wait for a thread to wake
 * up. */
static const int64_t turn_us = 1000;

bool tenon__lane_init(tenon__lane *lane, tenon_db *db, const tenon__driver *driver,
                      const tenon__lane_settings *settings)
{
    *lane = (tenon__lane){.driver = driver, .db = db, .settings = *settings};
    lane->last = &lane->first;
    lane->idle_last = &lane->idle;
    lane->is_detoured = settings->is_watched;
    lane->detours = lane->is_detoured;
    if (pthread_mutex_init(&lane->lock, NULL) == 0)
        return true;
    lane->driver = NULL;
    return false;
}

void tenon__lane_release(tenon__lane *lane)
{
    if (!lane->driver)
        return;
    tenon__member *spare = atomic_exchange(&lane->spare, NULL);
    if (spare)
        tenon__member_free(spare);
    while (lane->idle) {
        tenon__member *member = lane->idle;
        lane->idle = member->next;
        tenon__member_free(member);
    }
    pthread_mutex_destroy(&lane->lock);
    lane->driver = NULL;
}

/* ---- members --------------------------------------------------------------------------------- */

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

/* ---- what is over, under the lock ------------------------------------------------------------ */

static int64_t now_of(const tenon__lane *lane)
{
    return lane->settings.lifetime_us == TENON__NEVER ? 0 : tenon__monotonic_us();
}

static bool is_over(const tenon__lane *lane, const tenon__member *member, int64_t now_us)
{
    return lane->is_draining || member->generation != lane->generation ||
           lane->size - lane->leaving > lane->settings.most || now_us >= member->retire_us;
}

/* Somebody holds what is over: idle ones are closed when they become so. */
static bool has_member_over(const tenon__lane *lane)
{
    int64_t now_us = now_of(lane);
    for (const tenon__member *member = lane->members; member; member = member->next_member) {
        if (is_over(lane, member, now_us))
            return true;
    }
    return false;
}

static void update_detour(tenon__lane *lane)
{
    bool is_needed = lane->settings.is_watched || lane->is_draining || has_member_over(lane);
    if (is_needed == lane->is_detoured)
        return;
    lane->is_detoured = is_needed;
    if (is_needed)
        lane->detours++;
    else
        lane->detours--;
}

static void doom(tenon__lane *lane, tenon__member *member, tenon__member **doomed)
{
    tenon__member_forget(member);
    lane->leaving++;
    member->next = *doomed;
    *doomed = member;
}

/* ---- the queue, under the lock --------------------------------------------------------------- */

static bool begin_wait(tenon__waiter *waiter)
{
    return waiter->host || tenon__signal_init(&waiter->signal);
}

static void end_wait(tenon__waiter *waiter)
{
    if (!waiter->host)
        pthread_cond_destroy(&waiter->signal);
}

static void wake(tenon__waiter *waiter)
{
    if (waiter->host)
        waiter->host->wake(waiter->host);
    else
        pthread_cond_signal(&waiter->signal);
}

/* Wakes up without reason too. False when the deadline has passed. */
static bool wait_once(tenon__lane *lane, tenon__waiter *waiter, int64_t deadline_us)
{
    if (!waiter->host)
        return tenon__wait_signal(&waiter->signal, &lane->lock, deadline_us);
    pthread_mutex_unlock(&lane->lock);
    bool is_woken = waiter->host->wait_turn(waiter->host, deadline_us);
    pthread_mutex_lock(&lane->lock);
    return is_woken;
}

/* The head of the queue is told that there is something idle; it may find it gone again. So after
 * every change of the one or the other. */
static void call_first(tenon__lane *lane)
{
    tenon__waiter *waiter = lane->first;
    if (!waiter || !lane->idle || waiter->is_called)
        return;
    waiter->is_called = true;
    wake(waiter);
}

static tenon__waiter *dequeue(tenon__lane *lane)
{
    tenon__waiter *waiter = lane->first;
    if (!waiter)
        return NULL;
    lane->first = waiter->next;
    if (!lane->first)
        lane->last = &lane->first;
    lane->waiting--;
    lane->detours--;
    call_first(lane);
    return waiter;
}

static void enqueue(tenon__lane *lane, tenon__waiter *waiter)
{
    *lane->last = waiter;
    lane->last = &waiter->next;
    lane->waiting++;
    lane->detours++;
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
    lane->detours--;
    call_first(lane);
}

static void add_idle(tenon__lane *lane, tenon__member *member)
{
    tenon__member **at = lane->settings.is_fifo ? lane->idle_last : &lane->idle;
    member->next = *at;
    *at = member;
    if (!member->next)
        lane->idle_last = &member->next;
    lane->idle_count++;
    call_first(lane);
}

static tenon__member *take_idle(tenon__lane *lane)
{
    tenon__member *member = lane->idle;
    if (!member)
        return NULL;
    lane->idle = member->next;
    if (!lane->idle)
        lane->idle_last = &lane->idle;
    lane->idle_count--;
    return member;
}

static void hand_over(tenon__lane *lane, tenon__member *member, int64_t now_us)
{
    tenon__waiter *waiter = dequeue(lane);
    tenon__member_count(member);
    member->turn_us = now_us;
    waiter->member = member;
    wake(waiter);
}

static void give(tenon__lane *lane, tenon__member *member)
{
    int64_t now_us = lane->first ? tenon__monotonic_us() : 0;
    if (lane->first && now_us - member->turn_us >= turn_us)
        hand_over(lane, member, now_us);
    else
        add_idle(lane, member);
}

static void settle(tenon__lane *lane, tenon__member *member, tenon__member **doomed)
{
    if (!is_over(lane, member, now_of(lane))) {
        give(lane, member);
        return;
    }
    lane->totals.recycled++;
    doom(lane, member, doomed);
}

/* Where there is a detour nothing may lie beside it. */
static void settle_spare(tenon__lane *lane, tenon__member **doomed)
{
    tenon__member *spare = lane->detours ? atomic_exchange(&lane->spare, NULL) : NULL;
    if (spare)
        settle(lane, spare, doomed);
}

static void give_place(tenon__lane *lane)
{
    tenon__waiter *waiter = lane->size > lane->settings.most ? NULL : dequeue(lane);
    if (!waiter) {
        lane->size--;
        return;
    }
    waiter->may_open = true;
    wake(waiter);
}

/* ---- asking and waiting ---------------------------------------------------------------------- */

/* Who comes first has the right to the spare one, which the lock does not keep from others. */
static tenon__member *take_any(tenon__lane *lane)
{
    tenon__member *spare = lane->first ? NULL : atomic_exchange(&lane->spare, NULL);
    return spare ? spare : take_idle(lane);
}

/* An idle connection or a free place. */
static bool take_at_once(tenon__lane *lane, tenon__waiter *waiter, tenon__member **doomed)
{
    tenon__member *member;
    while ((member = take_any(lane)) && is_over(lane, member, now_of(lane))) {
        lane->totals.recycled++;
        doom(lane, member, doomed);
    }
    waiter->member = member;
    if (member) {
        tenon__member_count(member);
        return true;
    }
    waiter->may_open = lane->size < lane->settings.most;
    lane->size += waiter->may_open;
    return waiter->may_open;
}

static tenon__turn turn_of(const tenon__waiter *waiter)
{
    if (waiter->member)
        return TENON__TURN_GIVEN;
    if (waiter->may_open)
        return TENON__TURN_OPEN;
    return waiter->is_refused ? TENON__TURN_REFUSED : TENON__TURN_QUEUED;
}

/* Whether there is something to give is asked again under the same lock that joins the queue, and
 * of the spare one once more when the queue has been joined. */
static bool join(tenon__lane *lane, tenon__waiter *waiter, tenon__turn *turn)
{
    tenon__member *doomed = NULL;
    if (!begin_wait(waiter))
        return false;
    waiter->since_us = tenon__monotonic_us();
    pthread_mutex_lock(&lane->lock);
    waiter->is_refused = lane->is_draining;
    bool is_over_now = waiter->is_refused || take_at_once(lane, waiter, &doomed);
    *turn = turn_of(waiter);
    if (!is_over_now) {
        enqueue(lane, waiter);
        settle_spare(lane, &doomed);
    }
    pthread_mutex_unlock(&lane->lock);
    if (is_over_now)
        end_wait(waiter);
    tenon__lane_close(lane, doomed);
    return true;
}

bool tenon__lane_acquire(tenon__lane *lane, tenon__waiter *waiter, tenon__turn *turn)
{
    tenon__member *doomed = NULL;
    waiter->member = NULL;
    waiter->may_open = waiter->is_called = waiter->is_woken = waiter->is_refused = false;
    waiter->waited_us = 0;
    waiter->next = NULL;
    pthread_mutex_lock(&lane->lock);
    bool is_given = !lane->is_draining && take_at_once(lane, waiter, &doomed);
    pthread_mutex_unlock(&lane->lock);
    tenon__lane_close(lane, doomed);
    if (!is_given)
        return join(lane, waiter, turn);
    *turn = turn_of(waiter);
    return true;
}

static void note_wait(tenon__lane *lane, int64_t us)
{
    tenon__lane_totals *totals = &lane->totals;
    size_t i = 0;
    while (us >= tenon_pool_wait_bound_us(i))
        i++;
    totals->wait_counts[i]++;
    totals->waits++;
    totals->wait_us += us;
    totals->slow += us >= lane->settings.slow_us;
}

/* Of who was called: the rest of the queue is not passed by. */
static void answer_call(tenon__lane *lane, tenon__waiter *waiter, tenon__member **doomed)
{
    waiter->is_called = false;
    if (!lane->idle || !take_at_once(lane, waiter, doomed))
        return;
    if (waiter->member)
        waiter->member->turn_us = tenon__monotonic_us();
    leave(lane, waiter);
}

tenon__turn tenon__lane_wait(tenon__lane *lane, tenon__waiter *waiter, int64_t deadline_us)
{
    tenon__member *doomed = NULL;
    pthread_mutex_lock(&lane->lock);
    bool is_late = false;
    while (turn_of(waiter) == TENON__TURN_QUEUED && !waiter->is_woken && !is_late) {
        is_late = !wait_once(lane, waiter, deadline_us);
        if (waiter->is_called && turn_of(waiter) == TENON__TURN_QUEUED)
            answer_call(lane, waiter, &doomed);
    }
    tenon__turn turn = turn_of(waiter);
    if (turn == TENON__TURN_QUEUED) {
        leave(lane, waiter);
        lane->totals.timeouts++;
    }
    waiter->waited_us = tenon__monotonic_us() - waiter->since_us;
    note_wait(lane, waiter->waited_us);
    pthread_mutex_unlock(&lane->lock);
    tenon__lane_close(lane, doomed);
    end_wait(waiter);
    if (waiter->waited_us >= lane->settings.slow_us)
        tenon__pool_tell_slow(lane->db, waiter);
    return turn;
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
        wake(waiter);
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

/* The spare one that was there before has to go to the others; and there may be a detour. */
static void make_room(tenon__lane *lane, tenon__member *before)
{
    tenon__member *doomed = NULL;
    pthread_mutex_lock(&lane->lock);
    if (before)
        settle(lane, before, &doomed);
    settle_spare(lane, &doomed);
    pthread_mutex_unlock(&lane->lock);
    tenon__lane_close(lane, doomed);
}

TENON__HOT void tenon__member_release(tenon__member *member)
{
    tenon__lane *lane = member->lane;
    if (TENON__UNLIKELY(member->streams))
        tenon__streams_leave(member);
    tenon__member *before = atomic_exchange(&lane->spare, member);
    if (TENON__UNLIKELY(before || atomic_load(&lane->detours)))
        make_room(lane, before);
}

/* Two that die soon after each other did not die by themselves. */
static bool note_death(tenon__lane *lane)
{
    enum { SOON_US = 5000000 };
    int64_t now_us = tenon__monotonic_us();
    bool is_second = lane->last_death_us && now_us - lane->last_death_us < SOON_US;
    lane->last_death_us = now_us;
    lane->epoch++;
    lane->totals.lost++;
    return is_second;
}

void tenon__member_drop(tenon__member *member, bool is_dead)
{
    tenon__lane *lane = member->lane;
    bool is_failure = false;
    tenon__streams_leave(member);
    pthread_mutex_lock(&lane->lock);
    tenon__member_forget(member);
    if (is_dead)
        is_failure = note_death(lane);
    pthread_mutex_unlock(&lane->lock);
    tenon__member_free(member);
    tenon__lane_give_place(lane);
    if (is_failure)
        tenon__lane_renew(lane);
}

/* ---- for who tends the pool ------------------------------------------------------------------ */

/* No clock is asked when a connection comes back: that it has been idle shows by how often it was
 * acquired, which has been the same for so long. */
static bool is_idle_for(tenon__member *member, int64_t idle_us, int64_t now_us)
{
    uint64_t acquired = atomic_load_explicit(&member->acquired, memory_order_relaxed);
    if (member->seen_acquired != acquired) {
        member->seen_acquired = acquired;
        member->seen_us = now_us;
    }
    return now_us - member->seen_us >= idle_us;
}

void tenon__lane_sweep(tenon__lane *lane, int64_t idle_us, tenon__member **doomed)
{
    int64_t now_us = tenon__monotonic_us();
    tenon__member *kept = NULL, **last = &kept, *member;
    while ((member = take_any(lane))) {
        bool is_surplus = lane->size - lane->leaving > lane->settings.least &&
                          is_idle_for(member, idle_us, now_us);
        if (is_surplus || is_over(lane, member, now_us)) {
            lane->totals.idle += is_surplus;
            lane->totals.recycled += !is_surplus;
            doom(lane, member, doomed);
        } else {
            *last = member;
            last = &member->next;
            lane->idle_count++;
        }
    }
    *last = NULL;
    lane->idle = kept;
    lane->idle_last = kept ? last : &lane->idle;
    update_detour(lane);
}

void tenon__lane_offer(tenon__lane *lane)
{
    for (; lane->first && lane->size < lane->settings.most; lane->size++) {
        tenon__waiter *waiter = dequeue(lane);
        waiter->may_open = true;
        wake(waiter);
    }
}

void tenon__lane_refuse(tenon__lane *lane)
{
    tenon__waiter *waiter;
    while ((waiter = dequeue(lane))) {
        waiter->is_refused = true;
        wake(waiter);
    }
}

void tenon__lane_close(tenon__lane *lane, tenon__member *doomed)
{
    if (TENON__LIKELY(!doomed))
        return;
    unsigned count = 0;
    for (; doomed; count++) {
        tenon__member *next = doomed->next;
        tenon__member_free(doomed);
        doomed = next;
    }
    pthread_mutex_lock(&lane->lock);
    lane->leaving -= count;
    for (; count > 0; count--)
        give_place(lane);
    update_detour(lane);
    pthread_mutex_unlock(&lane->lock);
}

void tenon__lane_renew(tenon__lane *lane)
{
    tenon__member *doomed = NULL;
    pthread_mutex_lock(&lane->lock);
    lane->generation++;
    lane->epoch++;
    tenon__lane_sweep(lane, TENON__NEVER, &doomed);
    pthread_mutex_unlock(&lane->lock);
    tenon__lane_close(lane, doomed);
}
