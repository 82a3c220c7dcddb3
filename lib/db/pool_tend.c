/* What is done to a pool from outside of its calls: tending, resizing, draining, renewing, and the
 * picture of it.
 *
 * Tending is due where connections have a limit of time. Somebody has to look from time to time,
 * because a pool that nobody uses has no calls that could. That is a thread of the pool's own, made
 * only where such a limit is set, or the program itself, by tenon_pool_tend. It sleeps a quarter of
 * the shortest limit, so that a limit is kept to a quarter more. */
#include "db/operation.h"
#include "db/pool_watch.h"

#include <signal.h>

enum { LONGEST_SLEEP_US = 10000000, SHORTEST_SLEEP_US = 10000, LOOK_EVERY_US = 1000 };

/* The one that has the limits: where one connection writes and others read, the readers. The writer
 * of an embedded database has no server that could want it gone. */
static tenon__lane *lane_of(tenon_db *db)
{
    return &db->lanes[db->driver->has_single_writer];
}

/* ---- tending --------------------------------------------------------------------------------- */

static bool has_place(tenon__lane *lane)
{
    pthread_mutex_lock(&lane->lock);
    bool has = !lane->is_draining && lane->size < lane->settings.least;
    lane->size += has;
    pthread_mutex_unlock(&lane->lock);
    return has;
}

/* Up to the least; the first failure is the end of it, for the others would fail too. */
static void refill(tenon_db *db, tenon__lane *lane)
{
    bool is_opened = true;
    while (is_opened && has_place(lane)) {
        tenon_error unheeded = {0};
        tenon__operation op;
        tenon__operation_init_open(&op, db, lane, &unheeded);
        is_opened = tenon__operation_run(&op);
        if (is_opened)
            tenon__pool_give_unused(op.member);
    }
}

/* One that is held for too long and was not told yet. */
static bool find_held(tenon__lane *lane, int64_t limit_us, tenon_pool_lease *out)
{
    bool is_found = false;
    int64_t now_us = tenon__monotonic_us();
    pthread_mutex_lock(&lane->lock);
    for (tenon__member *member = lane->members; member && !is_found; member = member->next_member) {
        int64_t since_us = atomic_load_explicit(&member->held_since_us, memory_order_relaxed);
        is_found = since_us && since_us != member->told_us && now_us - since_us >= limit_us;
        if (!is_found)
            continue;
        member->told_us = since_us;
        *out =
            (tenon_pool_lease){.connection = member->number,
                               .held_us = now_us - since_us,
                               .site = atomic_load_explicit(&member->site, memory_order_relaxed)};
    }
    pthread_mutex_unlock(&lane->lock);
    return is_found;
}

static void tell_held(tenon_db *db, tenon__lane *lane)
{
    tenon_pool_lease lease;
    if (!lane->driver || db->config.leak_after_us == TENON__NEVER)
        return;
    while (find_held(lane, db->config.leak_after_us, &lease))
        tenon__pool_tell_held(db, lease);
}

void tenon_pool_tend(tenon_db *db)
{
    tenon__lane *lane = lane_of(db);
    tenon__member *doomed = NULL;
    if (tenon__is_forked(&db->process))
        return;
    pthread_mutex_lock(&lane->lock);
    tenon__lane_sweep(lane, db->config.idle_timeout_us, &doomed);
    pthread_mutex_unlock(&lane->lock);
    tenon__lane_close(lane, doomed);
    refill(db, lane);
    tell_held(db, &db->lanes[0]);
    tell_held(db, &db->lanes[1]);
}

/* ---- the thread ------------------------------------------------------------------------------ */

static int64_t least_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t sleep_of(const tenon__config *config)
{
    int64_t limit_us =
        least_of(config->idle_timeout_us, least_of(config->lifetime_us, config->leak_after_us));
    int64_t us = least_of(limit_us / 4, LONGEST_SLEEP_US);
    return us > SHORTEST_SLEEP_US ? us : SHORTEST_SLEEP_US;
}

static void *keep(void *context)
{
    tenon_db *db = context;
    tenon__keeper *keeper = &db->keeper;
    int64_t sleep_us = sleep_of(&db->config);
    pthread_mutex_lock(&keeper->lock);
    while (!keeper->is_over) {
        if (tenon__wait_signal(&keeper->signal, &keeper->lock, tenon__deadline_after(sleep_us)))
            continue;
        pthread_mutex_unlock(&keeper->lock);
        tenon_pool_tend(db);
        pthread_mutex_lock(&keeper->lock);
    }
    pthread_mutex_unlock(&keeper->lock);
    return NULL;
}

/* The program's signals are not for this thread. */
static bool start_thread(tenon_db *db)
{
    sigset_t all, before;
    sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before) != 0)
        return false;
    bool is_started = pthread_create(&db->keeper.thread, NULL, keep, db) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return is_started;
}

static bool needs_keeper(const tenon__config *config)
{
    bool has_limit = config->idle_timeout_us != TENON__NEVER ||
                     config->lifetime_us != TENON__NEVER || config->leak_after_us != TENON__NEVER;
    return has_limit && !config->without_thread;
}

bool tenon__keeper_start(tenon_db *db, tenon_error *err)
{
    tenon__keeper *keeper = &db->keeper;
    if (!needs_keeper(&db->config))
        return true;
    if (pthread_mutex_init(&keeper->lock, NULL) != 0)
        return tenon__fail_no_memory(err);
    if (tenon__signal_init(&keeper->signal)) {
        keeper->is_running = start_thread(db);
        if (keeper->is_running)
            return true;
        pthread_cond_destroy(&keeper->signal);
    }
    pthread_mutex_destroy(&keeper->lock);
    return tenon__fail(err, TENON_IO, "the system gives no thread to tend the pool");
}

void tenon__keeper_stop(tenon__keeper *keeper)
{
    if (!keeper->is_running)
        return;
    pthread_mutex_lock(&keeper->lock);
    keeper->is_over = true;
    pthread_cond_signal(&keeper->signal);
    pthread_mutex_unlock(&keeper->lock);
    tenon__wait_thread(keeper->thread);
    pthread_cond_destroy(&keeper->signal);
    pthread_mutex_destroy(&keeper->lock);
    keeper->is_running = false;
}

/* ---- size, generation, end ------------------------------------------------------------------- */

bool tenon_pool_resize(tenon_db *db, unsigned pool_min, unsigned pool_max, tenon_error *err)
{
    tenon__lane *lane = lane_of(db);
    tenon__member *doomed = NULL;
    if (err)
        tenon_error_reset(err);
    if (pool_max < 1 || pool_max > TENON__MOST_POOL || pool_min > pool_max)
        return tenon__fail(err, TENON_MISUSE,
                           "the pool must have 1 to %d connections, and pool_min (%u) not more "
                           "than pool_max (%u)",
                           TENON__MOST_POOL, pool_min, pool_max);
    if (tenon__is_forked(&db->process))
        return tenon__fail(err, TENON_MISUSE, "this database was opened before a fork");
    pthread_mutex_lock(&lane->lock);
    lane->settings.least = pool_min;
    lane->settings.most = pool_max;
    tenon__lane_sweep(lane, TENON__NEVER, &doomed);
    tenon__lane_offer(lane);
    pthread_mutex_unlock(&lane->lock);
    tenon__lane_close(lane, doomed);
    return true;
}

void tenon_pool_recycle(tenon_db *db)
{
    if (!tenon__is_forked(&db->process))
        tenon__lane_renew(lane_of(db));
}

static unsigned set_draining(tenon__lane *lane, bool is_draining)
{
    tenon__member *doomed = NULL;
    if (!lane->driver)
        return 0;
    pthread_mutex_lock(&lane->lock);
    lane->is_draining = is_draining;
    if (is_draining)
        tenon__lane_refuse(lane);
    tenon__lane_sweep(lane, TENON__NEVER, &doomed);
    pthread_mutex_unlock(&lane->lock);
    tenon__lane_close(lane, doomed);
    pthread_mutex_lock(&lane->lock);
    unsigned size = lane->size;
    pthread_mutex_unlock(&lane->lock);
    return size;
}

/* Seldom done, so it looks from time to time rather than have every return tell it. */
bool tenon_pool_drain(tenon_db *db, int64_t wait_us, tenon_error *err)
{
    int64_t deadline_us = tenon__deadline_after(wait_us);
    if (err)
        tenon_error_reset(err);
    if (tenon__is_forked(&db->process))
        return tenon__fail(err, TENON_MISUSE, "this database was opened before a fork");
    for (;;) {
        unsigned size = set_draining(&db->lanes[0], true) + set_draining(&db->lanes[1], true);
        if (size == 0)
            return true;
        if (!tenon__wait_pause(LOOK_EVERY_US, deadline_us)) {
            tenon__fail(err, TENON_TIMEOUT, "%u connections are still held", size);
            tenon__hint(err, "tenon_pool_leases says by whom");
            return false;
        }
    }
}

void tenon_pool_resume(tenon_db *db)
{
    if (tenon__is_forked(&db->process))
        return;
    set_draining(&db->lanes[0], false);
    set_draining(&db->lanes[1], false);
}

/* ---- the picture ----------------------------------------------------------------------------- */

static void add_totals(tenon_pool_metrics *sum, const tenon__lane_totals *totals)
{
    sum->opened_total += totals->opened;
    sum->acquired_total += totals->acquired_before;
    sum->acquire_timeouts_total += totals->timeouts;
    sum->wait_us_total += totals->wait_us;
    sum->waits_total += totals->waits;
    sum->slow_acquires_total += totals->slow;
    sum->closed_total += totals->closed;
    sum->closed_idle_total += totals->idle;
    sum->recycled_total += totals->recycled;
    sum->lost_total += totals->lost;
    for (size_t i = 0; i < TENON_POOL_WAITS; i++)
        sum->wait_counts[i] += totals->wait_counts[i];
}

static void add_metrics(tenon_pool_metrics *sum, tenon__lane *lane)
{
    if (!lane->driver)
        return;
    pthread_mutex_lock(&lane->lock);
    unsigned idle = lane->idle_count + (atomic_load(&lane->spare) != NULL);
    sum->size += lane->size;
    sum->idle += idle;
    sum->leased += lane->size - lane->leaving - idle;
    sum->waiting += lane->waiting;
    sum->most += lane->settings.most;
    sum->least += lane->settings.least;
    add_totals(sum, &lane->totals);
    for (const tenon__member *m = lane->members; m; m = m->next_member)
        sum->acquired_total += atomic_load_explicit(&m->acquired, memory_order_relaxed);
    pthread_mutex_unlock(&lane->lock);
}

tenon_pool_metrics tenon_db_metrics(tenon_db *db)
{
    tenon_pool_metrics sum = {0};
    add_metrics(&sum, &db->lanes[0]);
    add_metrics(&sum, &db->lanes[1]);
    tenon__breaker_measure(&db->breaker, &sum);
    return sum;
}
