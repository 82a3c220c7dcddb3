/* What the URL and the program's options come to together.
 *
 * Options given to tenon_open rule over the URL: the program knows better than its environment.
 * Then come the defaults of what neither has said, and the few combinations that cannot be: behind
 * a pooler that gives every transaction to another connection nothing can be set on a connection,
 * because the next statement would not find it, and somebody else's would. */
#include "db/url.h"

#include "db/wait.h"

enum { MOST_URL_BYTES = 8192, LEAST_KEY_BYTES = 16, USUAL_STATEMENTS = 256 };

/* ---- options --------------------------------------------------------------------------------- */

static void override_time(int64_t *setting, int64_t option_us)
{
    if (option_us)
        *setting = option_us < 0 ? TENON__NEVER : option_us;
}

static void override_count(uint64_t *setting, uint64_t option)
{
    if (option)
        *setting = option;
}

/* The program's own, or one that lives as long as the database is open. */
static bool set_cursor_key(tenon__config *config, const char *key, tenon_error *err)
{
    if (!key)
        return tenon__random(config->cursor_key, sizeof config->cursor_key) ||
               tenon__fail(err, TENON_IO, "the system has no random bytes to give");
    if (strlen(key) < LEAST_KEY_BYTES)
        return tenon__fail(err, TENON_MISUSE, "cursor_key needs at least %d bytes",
                           LEAST_KEY_BYTES);
    tenon__sha256(key, strlen(key), config->cursor_key);
    return true;
}

static void apply_pool(tenon__config *config, const tenon_options *options)
{
    override_count(&config->pool_min, options->pool_min);
    override_count(&config->pool_max, options->pool_max);
    override_time(&config->acquire_timeout_us, options->acquire_timeout_us);
    override_time(&config->idle_timeout_us, options->idle_timeout_us);
    override_time(&config->lifetime_us, options->lifetime_us);
    override_time(&config->slow_acquire_us, options->slow_acquire_us);
    override_time(&config->leak_after_us, options->leak_after_us);
    override_count(&config->pool_check, options->pool_check);
    override_count(&config->pool_reset, options->pool_reset);
    config->is_fifo |= options->pool_fifo;
    config->without_thread |= options->pool_without_thread;
    if (options->pool_watcher)
        config->pool_watcher = *options->pool_watcher;
    if (options->breaker_failures)
        config->breaker_failures =
            options->breaker_failures < 0 ? 0 : (uint64_t)options->breaker_failures;
    override_time(&config->breaker_wait_us, options->breaker_wait_us);
}

static bool apply_options(tenon__config *config, const tenon_options *options, tenon_error *err)
{
    apply_pool(config, options);
    override_time(&config->connect_timeout_us, options->connect_timeout_us);
    override_time(&config->statement_timeout_us, options->statement_timeout_us);
    override_time(&config->lock_timeout_us, options->lock_timeout_us);
    override_time(&config->idle_in_transaction_us, options->idle_in_transaction_timeout_us);
    override_count(&config->pooler, options->pooler);
    override_count(&config->statement_cache_count, options->statement_cache_count);
    override_count(&config->plan_cache_count, options->plan_cache_count);
    override_count(&config->plan_cache_bytes, options->plan_cache_bytes);
    config->result_limit_bytes = options->result_limit_bytes;
    config->skip_schema_check |= options->skip_schema_check;
    if (!options->application_name)
        return true;
    config->application_name = tenon__arena_text(&config->arena, options->application_name);
    return config->application_name || tenon__fail_no_memory(err);
}

/* ---- what cannot be -------------------------------------------------------------------------- */

static bool check_pool(const tenon__config *config, tenon_error *err)
{
    if (config->pool_watcher.moments && !config->pool_watcher.function)
        return tenon__fail(err, TENON_MISUSE, "the pool's watcher has no function");
    if (config->pool_max <= TENON__MOST_POOL && config->pool_min <= config->pool_max)
        return true;
    return tenon__fail(err, TENON_MISUSE,
                       "the pool must have 1 to %d connections, and pool_min (%llu) not more than "
                       "pool_max (%llu)",
                       TENON__MOST_POOL, (unsigned long long)config->pool_min,
                       (unsigned long long)config->pool_max);
}

/* Of PostgreSQL alone; in the URL nobody else is offered them. */
static bool check_dialect(const tenon__config *config, tenon_error *err)
{
    bool is_asked = config->pool_reset || config->pooler || config->lock_timeout_us ||
                    config->idle_in_transaction_us;
    if (config->driver->dialect == TENON_POSTGRESQL || !is_asked)
        return true;
    tenon__fail(err, TENON_UNSUPPORTED,
                "pool_reset, pooler, lock_timeout and "
                "idle_in_transaction_timeout are for PostgreSQL");
    tenon__hint(err, "acquire_timeout says how long SQLite waits for the one that writes");
    return false;
}

static bool refuse_behind_pooler(tenon_error *err, const char *what, const char *instead)
{
    tenon__fail(err, TENON_MISUSE, "%s cannot be set behind a pooler of transactions", what);
    tenon__hint(err, "%s", instead);
    return false;
}

static bool check_pooler(const tenon__config *config, tenon_error *err)
{
    if (config->pooler != TENON_POOLER_TRANSACTION)
        return true;
    if (config->schema)
        return refuse_behind_pooler(err, "schema",
                                    "ALTER ROLE … SET search_path, or name it with @@schema");
    if (config->server_options)
        return refuse_behind_pooler(err, "options", "ALTER ROLE … SET what they set");
    if (config->lock_timeout_us || config->idle_in_transaction_us)
        return refuse_behind_pooler(
            err, "lock_timeout and idle_in_transaction_timeout",
            "ALTER ROLE … SET them, or give them to tenon_begin_with for one transaction");
    if (config->pool_reset)
        return refuse_behind_pooler(err, "pool_reset", "it is the pooler's own server_reset_query");
    return true;
}

/* ---- defaults -------------------------------------------------------------------------------- */

static const tenon__config defaults = {
    .pool_max = 10,
    .acquire_timeout_us = 5000000,
    .connect_timeout_us = 5000000,
    .statement_timeout_us = TENON__NEVER,
    .statement_cache_count = TENON__UNSAID,
    .plan_cache_count = 4096,
    .plan_cache_bytes = 16 << 20,
    .idle_timeout_us = TENON__NEVER,
    .lifetime_us = TENON__NEVER,
    .slow_acquire_us = 1000000,
    .leak_after_us = TENON__NEVER,
    .breaker_failures = 5,
    .breaker_wait_us = 1000000,
};

/* A pooler that knows statements by name can be told so: by saying how many. */
static void set_statement_count(tenon__config *config)
{
    bool is_nameless = config->pooler == TENON_POOLER_TRANSACTION;
    if (config->statement_cache_count == TENON__UNSAID)
        config->statement_cache_count = is_nameless ? 0 : USUAL_STATEMENTS;
    if (config->pool_reset == TENON_RESET_ALL)
        config->statement_cache_count = 0;
}

static bool read_all(tenon__config *config, const char *url, const tenon_options *options,
                     tenon_error *err)
{
    config->driver = tenon__driver_of_url(url, err);
    if (!config->driver || !tenon__url_read(config, url, err))
        return false;
    config->skip_schema_check = config->schema_check && !strcmp(config->schema_check, "off");
    if (options && !apply_options(config, options, err))
        return false;
    set_statement_count(config);
    return check_pool(config, err) && check_dialect(config, err) && check_pooler(config, err) &&
           tenon__url_write(config, url, err) &&
           set_cursor_key(config, options ? options->cursor_key : NULL, err);
}

bool tenon__config_read(tenon__config *config, const char *url, const tenon_options *options,
                        tenon_error *err)
{
    *config = defaults;
    if (!url || !*url) {
        tenon__fail(err, TENON_MISUSE, "the database URL is empty");
        tenon__hint(err, "set DATABASE_URL to postgresql://… or sqlite:path");
        return false;
    }
    if (strnlen(url, MOST_URL_BYTES) == MOST_URL_BYTES)
        return tenon__fail(err, TENON_MISUSE, "the database URL is longer than %d bytes",
                           MOST_URL_BYTES - 1);
    if (read_all(config, url, options, err))
        return true;
    tenon__config_release(config);
    return false;
}

void tenon__config_release(tenon__config *config)
{
    tenon__arena_release(&config->arena);
}
