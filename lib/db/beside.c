/* A second handle of a database that is open: for work that needs a connection of its own, whose
 * settings and locks outlive one call and must not reach the program's own connections. */
#include "db/operation.h"

#include <stdlib.h>

/* One connection, for the SQL of migrations that others have written, and one reader where the
 * driver has readers; no statement is ever late. */
static void limit_config(tenon__config *config)
{
    config->arena = (tenon__arena){0}; /* the texts stay the first handle's */
    config->pool_min = 0;
    config->pool_max = 1;
    config->statement_timeout_us = TENON__NEVER;
    config->result_limit_bytes = 0;
    config->idle_timeout_us = config->lifetime_us = config->leak_after_us = TENON__NEVER;
    config->pool_watcher = (tenon_pool_watcher){0};
    config->has_loose_quotes = true;
    config->is_fifo = config->pool_reset = config->pool_check = 0;
}

const char *tenon__db_url(const tenon_db *db)
{
    return db->config.url;
}

bool tenon__db_trusts_schema(const tenon_db *db)
{
    return db->config.skip_schema_check;
}

void tenon__pause(int64_t us)
{
    tenon__wait_pause(us, TENON__NEVER);
}

tenon_db *tenon__db_beside(const tenon_db *db, tenon_error *err)
{
    tenon_db *beside = calloc(1, sizeof *beside);
    if (!beside) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    beside->config = db->config;
    limit_config(&beside->config);
    beside->identity = db->identity;
    if (tenon__db_start(beside, err))
        return beside;
    tenon_close(beside);
    return NULL;
}
