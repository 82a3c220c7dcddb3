/* What a database and a session are made of: private to lib/db. */
#ifndef TENON_DB_SESSION_H
#define TENON_DB_SESSION_H

#include "db/db.h"
#include "db/fork_mark.h"
#include "db/plan_cache.h"
#include "db/pool.h"
#include "db/url.h"

struct tenon_db {
    const tenon__driver *driver;
    tenon__config config;
    tenon__lane lanes[2]; /* [1]: readers, of drivers with a single writer */
    tenon__plan_cache plans;
    tenon__fork_mark process;
};

struct tenon_session {
    tenon_db *db;
    tenon__arena results;
    tenon__arena scratch;
    /* A transaction is open while depth > 0; then `pinned` holds its connection, or is NULL because
     * that was lost and only rollback is left. */
    tenon__member *pinned;
    unsigned depth;
    uint16_t generation; /* rises when marks become void */
    int64_t budget_us;   /* of each call; TENON__NEVER: none */
    const char *actor;
    char *message; /* where tenon_message composes its text */
    tenon_error error;
};

static inline tenon__lane *tenon__lane_for(tenon_db *db, bool writes)
{
    return &db->lanes[db->driver->has_single_writer && !writes];
}

#endif
