/* Opening and closing a database.
 *
 * Opening connects at once, so that a wrong password is told where it can be handled. With a single
 * writer that connection is opened first: it makes the file, and puts it into the mode that readers
 * need. */
#include "db/operation.h"
#include "db/pool_watch.h"

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
        tenon__pool_give_unused(opened);
        opened = next;
    }
    return err->status == TENON_OK;
}

/* One at least: so a memory database outlives its writer's connection. */
static bool connect_first(tenon_db *db, tenon_error *err)
{
    uint64_t least = db->config.pool_min ? db->config.pool_min : 1;
    if (db->config.opens_later)
        return true;
    if (!db->driver->has_single_writer)
        return fill_lane(db, &db->lanes[0], least, err);
    return fill_lane(db, &db->lanes[0], 1, err) && fill_lane(db, &db->lanes[1], least, err);
}

/* Whether something has to be done whenever a connection changes hands. */
static bool is_watched(const tenon__config *config)
{
    return config->pool_watcher.moments || config->leak_after_us != TENON__NEVER ||
           config->pool_check == TENON_CHECK_ALWAYS || config->pool_reset || config->is_fifo;
}

static tenon__lane_settings settings_of(const tenon__config *config)
{
    return (tenon__lane_settings){.least = (unsigned)config->pool_min,
                                  .most = (unsigned)config->pool_max,
                                  .statement_count = config->statement_cache_count,
                                  .is_fifo = config->is_fifo != 0,
                                  .is_watched = is_watched(config),
                                  .lifetime_us = config->lifetime_us,
                                  .slow_us = config->slow_acquire_us};
}

/* The one that writes stays as long as the database is open. */
static bool init_lanes(tenon_db *db)
{
    tenon__lane_settings settings = settings_of(&db->config), writer = settings;
    if (!db->driver->has_single_writer)
        return tenon__lane_init(&db->lanes[0], db, db->driver, &settings);
    writer.least = writer.most = 1;
    writer.lifetime_us = TENON__NEVER;
    settings.is_reader = true;
    return tenon__lane_init(&db->lanes[0], db, db->driver, &writer) &&
           tenon__lane_init(&db->lanes[1], db, db->driver, &settings);
}

bool tenon__db_start(tenon_db *db, tenon_error *err)
{
    db->driver = db->config.driver;
    tenon__fork_mark_set(&db->process);
    bool is_ready = tenon__hook_table_init(&db->watchers) && init_lanes(db) &&
                    tenon__breaker_init(&db->breaker, (unsigned)db->config.breaker_failures,
                                        db->config.breaker_wait_us) &&
                    tenon__plan_cache_init(&db->plans, db->config.plan_cache_count,
                                           db->config.plan_cache_bytes);
    if (!is_ready)
        return tenon__fail_no_memory(err);
    return connect_first(db, err) && tenon__keeper_start(db, err);
}

static bool read_config(tenon_db *db, const char *url, const tenon_options *options, bool is_later,
                        tenon_error *err)
{
    if (!tenon__config_read(&db->config, url, options, err))
        return false;
    db->config.opens_later = is_later;
    return !is_later || db->config.host_count <= 1 ||
           tenon__fail(err, TENON_MISUSE, "a replica is one host, and this URL names %u",
                       db->config.host_count);
}

static void free_database(tenon_db *db)
{
    if (db->router)
        db->router->close(db->router);
    tenon__keeper_stop(&db->keeper);
    tenon__lane_release(&db->lanes[1]);
    tenon__lane_release(&db->lanes[0]);
    tenon__breaker_release(&db->breaker);
    tenon__plan_cache_release(&db->plans);
    tenon__hook_table_release(&db->watchers);
    tenon__fork_mark_release(&db->process);
    tenon__config_release(&db->config);
    free(db);
}

static tenon_db *open_database(const char *url, const tenon_options *options, bool is_later,
                               tenon_error *err)
{
    tenon_db *db = calloc(1, sizeof *db);
    if (!db) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    db->identity = (uint64_t)(uintptr_t)db;
    if (read_config(db, url, options, is_later, err) && tenon__db_start(db, err))
        return db;
    free_database(db);
    return NULL;
}

tenon_db *tenon_open(const char *url, const tenon_options *options, tenon_error *err)
{
    tenon_error unheeded;
    if (!err)
        err = &unheeded;
    tenon_error_reset(err);
    return open_database(url, options, false, err);
}

tenon_db *tenon__db_open_later(const char *url, const tenon_options *options, tenon_error *err)
{
    return open_database(url, options, true, err);
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

tenon_dialect tenon_session_dialect(const tenon_session *s)
{
    return s ? tenon_db_dialect(s->db) : (tenon_dialect)0;
}
