/* Opening and closing a database, and the picture of its pool.
 *
 * Opening connects at once, so that a wrong password is told where it can be handled. With a single
 * writer that connection is opened first: it makes the file, and puts it into the mode that readers
 * need. */
#include "db/operation.h"

#include <stdlib.h>

/* Makes the lane hold `count` connections. False with *err; the lane keeps what it has. */
static bool fill_lane(tenon_db *db, tenon__lane *lane, uint64_t count, tenon_error *err)
{
    tenon__member *opened = NULL;
    while (count-- > 0) {
        tenon__operation op;
        tenon__operation_init_lease(&op, db, lane, err);
        if (!tenon__operation_run(&op))
            break;
        op.member->next = opened;
        opened = op.member;
    }
    while (opened) {
        tenon__member *next = opened->next;
        tenon__member_release(opened);
        opened = next;
    }
    return err->status == TENON_OK;
}

/* One at least: so a memory database outlives its writer's connection. */
static bool connect_first(tenon_db *db, tenon_error *err)
{
    uint64_t least = db->config.pool_min ? db->config.pool_min : 1;
    if (!db->driver->has_single_writer)
        return fill_lane(db, &db->lanes[0], least, err);
    return fill_lane(db, &db->lanes[0], 1, err) && fill_lane(db, &db->lanes[1], least, err);
}

static bool init_lanes(tenon_db *db)
{
    unsigned most = (unsigned)db->config.pool_max;
    size_t statements = db->config.statement_cache_count;
    if (!db->driver->has_single_writer)
        return tenon__lane_init(&db->lanes[0], db->driver, most, statements, false);
    return tenon__lane_init(&db->lanes[0], db->driver, 1, statements, false) &&
           tenon__lane_init(&db->lanes[1], db->driver, most, statements, true);
}

bool tenon__db_start(tenon_db *db, tenon_error *err)
{
    db->driver = db->config.driver;
    tenon__fork_mark_set(&db->process);
    bool is_ready = tenon__hook_table_init(&db->watchers) && init_lanes(db) &&
                    tenon__plan_cache_init(&db->plans, db->config.plan_cache_count,
                                           db->config.plan_cache_bytes);
    return is_ready ? connect_first(db, err) : tenon__fail_no_memory(err);
}

static bool open_database(tenon_db *db, const char *url, const tenon_options *options,
                          tenon_error *err)
{
    db->identity = (uint64_t)(uintptr_t)db;
    return tenon__config_read(&db->config, url, options, err) && tenon__db_start(db, err);
}

static void free_database(tenon_db *db)
{
    tenon__lane_release(&db->lanes[1]);
    tenon__lane_release(&db->lanes[0]);
    tenon__plan_cache_release(&db->plans);
    tenon__hook_table_release(&db->watchers);
    tenon__fork_mark_release(&db->process);
    tenon__config_release(&db->config);
    free(db);
}

tenon_db *tenon_open(const char *url, const tenon_options *options, tenon_error *err)
{
    tenon_error unheeded;
    if (!err)
        err = &unheeded;
    tenon_error_reset(err);
    tenon_db *db = calloc(1, sizeof *db);
    if (!db) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    if (open_database(db, url, options, err))
        return db;
    free_database(db);
    return NULL;
}

/* In a forked child nothing is closed: the connections are the parent's, and saying goodbye on them
 * would end them there. */
void tenon_close(tenon_db *db)
{
    if (db && !tenon__is_forked(&db->process))
        free_database(db);
}

tenon_dialect tenon_db_dialect(const tenon_db *db)
{
    return db->driver->dialect;
}

static void add_metrics(tenon_pool_metrics *sum, tenon__lane *lane)
{
    if (!lane->driver)
        return;
    pthread_mutex_lock(&lane->lock);
    unsigned idle = lane->idle_count + (atomic_load(&lane->spare) != NULL);
    sum->size += lane->size;
    sum->idle += idle;
    sum->leased += lane->size - idle;
    sum->waiting += lane->waiting;
    sum->opened_total += lane->opened_total;
    sum->acquired_total += lane->acquired_before;
    for (const tenon__member *m = lane->members; m; m = m->next_member)
        sum->acquired_total += atomic_load_explicit(&m->acquired, memory_order_relaxed);
    sum->acquire_timeouts_total += lane->timeouts_total;
    sum->wait_us_total += lane->wait_us_total;
    pthread_mutex_unlock(&lane->lock);
}

tenon_pool_metrics tenon_db_metrics(tenon_db *db)
{
    tenon_pool_metrics sum = {0};
    add_metrics(&sum, &db->lanes[0]);
    add_metrics(&sum, &db->lanes[1]);
    return sum;
}
