/* The calls about a pool, for every_call.c. See rare_calls.h. */
#include "rare_calls.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <tenon/tenon.h>

static bool watch(tenon_pool_event *event, void *ctx)
{
    (void)ctx;
    event->sql = event->moment == TENON_POOL_CREATED ? "SELECT 1" : NULL;
    return true;
}

static bool use(tenon_db *db)
{
    tenon_pool_lease lease;
    tenon_session *s = tenon_session_open(db, NULL);
    bool is_used = tenon_begin(s) && tenon_pool_leases(db, 0, &lease, 1) > 0 && tenon_commit(s);
    tenon_session_close(s);
    return is_used;
}

static bool work_on(tenon_db *db, tenon_error *err)
{
    bool is_done = use(db) && tenon_pool_resize(db, 1, 2, err);
    tenon_pool_recycle(db);
    tenon_pool_tend(db);
    is_done = tenon_pool_drain(db, -1, err) && is_done;
    is_done = tenon_db_metrics(db).size == 0 && is_done;
    tenon_pool_resume(db);
    return use(db) && is_done;
}

bool rare_pool(tenon_session *s)
{
    static const tenon_pool_watcher watcher = {.moments = TENON_POOL_CREATED | TENON_POOL_RETURNED,
                                               .function = watch};
    tenon_error err = {0};
    (void)s;
    tenon_db *db = tenon_open(
        url, &(tenon_options){.pool_watcher = &watcher, .lifetime_us = 1000000000}, &err);
    bool is_done = db && work_on(db, &err);
    tenon_close(db);
    return is_done && tenon_pool_wait_bound_us(0) > 0;
}
