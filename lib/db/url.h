/* What a database URL and tenon_options say together. */
#ifndef TENON_DB_URL_H
#define TENON_DB_URL_H

#include "core/core.h"
#include "driver/driver.h"

#include <tenon/pool.h>

enum { TENON__MOST_POOL = 10000 };

/* Of a count: neither the URL nor the program has said it. */
#define TENON__UNSAID UINT64_MAX

/* Everything resolved: no zero stands for a default any more. Times are TENON__NEVER for none. */
typedef struct tenon__config {
    const tenon__driver *driver;
    const char *url; /* for the driver: without tenon's parameters */
    const char *application_name, *datetime, *synchronous, *mode; /* or NULL */
    const char *schema;       /* first in the search path, or NULL */
    const char *schema_check; /* "on", "off", or NULL */
    uint64_t pool_min, pool_max;
    int64_t acquire_timeout_us, connect_timeout_us, statement_timeout_us;
    uint64_t statement_cache_count, plan_cache_count, plan_cache_bytes;
    int64_t idle_timeout_us, lifetime_us, slow_acquire_us, leak_after_us;
    uint64_t pool_check, pool_reset; /* tenon_pool_check, tenon_pool_reset */
    uint64_t is_fifo, without_thread;
    tenon_pool_watcher pool_watcher;
    uint64_t breaker_failures; /* 0: there is none */
    int64_t breaker_wait_us;
    int64_t lock_timeout_us, idle_in_transaction_us; /* 0: the server's */
    uint64_t pooler;                                 /* tenon_pooler */
    uint64_t shuffles_hosts, allows_clear_text;
    unsigned host_count;
    bool opens_later;                       /* no connection is made at once */
    bool wants_primary;                     /* only a server that writes is a good one */
    const char *server_options, *passed_on; /* of the URL, PostgreSQL's */
    uint64_t result_limit_bytes;            /* 0: none */
    bool skip_schema_check;
    bool has_loose_quotes; /* see tenon__connect_options */
    uint8_t cursor_key[TENON__SHA256_BYTES];
    tenon__arena arena; /* holds the texts */
} tenon__config;

/* Reads the URL, then lays `options` (may be NULL) over it. False with *err (MISUSE, NO_MEMORY);
 * nothing needs to be released then. Messages name parameters but never show the URL: it may hold a
 * password. */
bool tenon__config_read(tenon__config *config, const char *url, const tenon_options *options,
                        tenon_error *err);
void tenon__config_release(tenon__config *config);

/* ---- between config.c and url.c -------------------------------------------------------------- */

/* Reads the parameters. */
bool tenon__url_read(tenon__config *config, const char *url, tenon_error *err);
/* Writes config->url. */
bool tenon__url_write(tenon__config *config, const char *url, tenon_error *err);

#endif
