/* What a database URL and tenon_options say together. */
#ifndef TENON_DB_URL_H
#define TENON_DB_URL_H

#include "core/core.h"
#include "driver/driver.h"

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
    uint64_t result_limit_bytes; /* 0: none */
    bool skip_schema_check;
    uint8_t cursor_key[TENON__SHA256_BYTES];
    tenon__arena arena; /* holds the texts */
} tenon__config;

/* Reads the URL, then lays `options` (may be NULL) over it. False with *err (MISUSE, NO_MEMORY);
 * nothing needs to be released then. Messages name parameters but never show the URL: it may hold a
 * password. */
bool tenon__config_read(tenon__config *config, const char *url, const tenon_options *options,
                        tenon_error *err);
void tenon__config_release(tenon__config *config);

#endif
