/* Adding replicas to a database, and what they look like. See <tenon/replica.h>.
 *
 * A replica is a database of its own, with its pool, its plans and its breaker, that connects when
 * it is first needed: one that is down must not keep a program from starting. */
#include "replica/replicas.h"

#include "replica/replica.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { USUAL_LAG_US = 1000000, USUAL_LOOK_US = 100000, ANSWER_US = 2000000 };

/* ---- the end --------------------------------------------------------------------------------- */

/* Whoever looks in this moment has its answer, or its deadline, first. */
static void stop_threads(replica_set *set)
{
    if (set->over[1] >= 0)
        close(set->over[1]);
    for (size_t i = 0; i < set->host_count; i++) {
        if (set->hosts[i].has_thread)
            pthread_join(set->hosts[i].thread, NULL);
    }
    if (set->over[0] >= 0)
        close(set->over[0]);
}

static void release_host(replica_host *host, bool is_primary)
{
    tenon_session_close(host->asker);
    tenon_close(host->aside);
    if (!is_primary)
        tenon_close(host->db);
    free(host->name);
}

static void close_set(tenon__router *router)
{
    replica_set *set = (replica_set *)router;
    stop_threads(set);
    for (size_t i = set->host_count; i-- > 0;)
        release_host(&set->hosts[i], i == 0);
    pthread_mutex_destroy(&set->lock);
    free(set);
}

/* ---- failures and figures -------------------------------------------------------------------- */

static replica_host *find_host(replica_set *set, const tenon_db *db)
{
    size_t i = 1;
    while (i < set->host_count - 1 && set->hosts[i].db != db)
        i++;
    return &set->hosts[i];
}

/* One that is gone is not asked again before a look has found it there. */
static void note_failure(tenon__router *router, const tenon_db *db, tenon_status status)
{
    replica_host *host = find_host((replica_set *)router, db);
    atomic_fetch_add_explicit(&host->failed, 1, memory_order_relaxed);
    if (status == TENON_UNAVAILABLE || status == TENON_IO)
        atomic_store(&host->state, TENON_REPLICA_UNREACHABLE);
}

static void describe(const replica_set *set, const replica_host *host, tenon_replica_metrics *out)
{
    int64_t fresh_us = atomic_load(&host->fresh_us);
    uint64_t behind = atomic_load(&host->position), ahead = atomic_load(&set->hosts[0].position);
    *out = (tenon_replica_metrics){
        .host = host->name,
        .state = (tenon_replica_state)atomic_load(&host->state),
        .lag_us = fresh_us ? tenon__monotonic_us() - fresh_us : -1,
        .round_trip_us = atomic_load(&host->round_trip_us),
        .lag_bytes = ahead > behind ? ahead - behind : 0,
        .failed_total = atomic_load(&host->failed),
        .pool = tenon_db_metrics(host->db),
    };
}

static size_t measure(const tenon__router *router, tenon_replica_metrics *out, size_t most,
                      tenon_replica_misses *misses)
{
    const replica_set *set = (const replica_set *)router;
    size_t count = set->host_count - 1;
    *misses = (tenon_replica_misses){.own_writes_total = atomic_load(&set->own_writes),
                                     .lag_total = atomic_load(&set->lag),
                                     .unreachable_total = atomic_load(&set->unreachable)};
    for (size_t i = 0; i < count && i < most; i++)
        describe(set, &set->hosts[i + 1], &out[i]);
    return count;
}

size_t tenon_replicas_metrics(tenon_db *db, tenon_replica_metrics *out, size_t most)
{
    tenon_replica_misses unheeded;
    const tenon__router *router = tenon__db_router(db);
    return router ? router->measure(router, out, most, &unheeded) : 0;
}

tenon_replica_misses tenon_replicas_misses(tenon_db *db)
{
    tenon_replica_misses misses = {0};
    const tenon__router *router = tenon__db_router(db);
    if (router)
        router->measure(router, NULL, 0, &misses);
    return misses;
}

void tenon_replicas_look(tenon_db *db)
{
    replica_set *set = (replica_set *)tenon__db_router(db);
    for (size_t i = 0; set && !set->hosts[i].has_thread && i < set->host_count; i++)
        replica_look(&set->hosts[i]);
}

/* ---- the beginning --------------------------------------------------------------------------- */

static bool check(const tenon_db *db, const tenon_replica_options *options, tenon_error *err)
{
    if (!db || !options || !options->urls[0])
        return tenon__fail(err, TENON_MISUSE, "no replica was named");
    if (tenon_db_dialect(db) != TENON_POSTGRESQL) {
        tenon__fail(err, TENON_UNSUPPORTED, "SQLite has no replicas");
        tenon__hint(err, "its pool reads on connections of its own, beside the one that writes");
        return false;
    }
    if ((unsigned)options->read > TENON_READ_NEAREST)
        return tenon__fail(err, TENON_MISUSE, "there is no place %d to read from",
                           (int)options->read);
    return !tenon__db_router(db) ||
           tenon__fail(err, TENON_MISUSE, "this database has replicas already");
}

static bool set_times(replica_set *set, const tenon_replica_options *options, tenon_error *err)
{
    int64_t limit_us = options->lag_limit_us ? options->lag_limit_us : USUAL_LAG_US;
    set->lag_limit_us = limit_us < 0 ? INT64_MAX : limit_us;
    set->look_every_us = options->look_every_us;
    if (!set->look_every_us)
        set->look_every_us =
            set->lag_limit_us / 4 < USUAL_LOOK_US ? set->lag_limit_us / 4 : USUAL_LOOK_US;
    if (set->look_every_us > 0 && set->look_every_us <= set->lag_limit_us / 2)
        return true;
    return tenon__fail(err, TENON_MISUSE,
                       "a lag of %lld us cannot be told by looking every %lld us",
                       (long long)set->lag_limit_us, (long long)set->look_every_us);
}

/* Its name for figures: the host of the URL, or the parameter of that name; nothing secret. */
static char *name_of(const char *url)
{
    const char *host = strstr(url, "://");
    host = host ? host + 3 : url;
    size_t length = strcspn(host, "/?");
    const char *at = memchr(host, '@', length);
    const char *parameter = strstr(host + length, "host=");
    if (at) {
        length -= (size_t)(at + 1 - host);
        host = at + 1;
    }
    if (!length && parameter) {
        host = parameter + strlen("host=");
        length = strcspn(host, "&");
    }
    char *name = malloc(length + 1);
    if (name)
        memcpy(name, host, length);
    if (name)
        name[length] = '\0';
    return name;
}

/* `db` is taken, the primary's aside. */
static bool add_host(replica_set *set, tenon_db *db, const char *url, tenon_error *err)
{
    const tenon_session_options options = {.deadline_us = ANSWER_US};
    replica_host *host = &set->hosts[set->host_count++];
    *host = (replica_host){.set = set, .db = db, .round_trip_us = -1};
    host->name = name_of(url);
    host->aside = tenon__db_beside(db, err);
    host->asker = host->aside ? tenon_session_open(host->aside, &options) : NULL;
    return (host->name && host->asker) || tenon__fail_no_memory(err);
}

static bool add_replicas(replica_set *set, const tenon_replica_options *options, tenon_error *err)
{
    for (size_t i = 0; i < TENON_REPLICAS_MOST && options->urls[i]; i++) {
        tenon_db *db = tenon__db_open_later(options->urls[i], options->options, err);
        if (!db || !add_host(set, db, options->urls[i], err))
            return false;
        set->replicas[i] = db;
        set->router.host_count++;
    }
    return true;
}

/* What is out of reach may come back; any other answer is to be heard by who adds it. */
static bool look_first(replica_host *host, tenon_error *err)
{
    if (replica_look(host))
        return true;
    const tenon_error *found = tenon_session_error(host->asker);
    if (found->status == TENON_UNAVAILABLE || found->status == TENON_TIMEOUT)
        return true;
    *err = *found;
    return false;
}

static bool look_at_all(replica_set *set, tenon_error *err)
{
    bool is_well = true;
    for (size_t i = 0; is_well && i < set->host_count; i++)
        is_well = look_first(&set->hosts[i], err);
    return is_well;
}

static bool start_threads(replica_set *set, tenon_error *err)
{
    bool is_well = true;
    for (size_t i = 0; is_well && i < set->host_count; i++)
        is_well = replica_watch(&set->hosts[i], err);
    return is_well;
}

static replica_set *new_set(const tenon_replica_options *options, tenon_error *err)
{
    replica_set *set = calloc(1, sizeof *set);
    if (!set || pthread_mutex_init(&set->lock, NULL) != 0) {
        free(set);
        tenon__fail_no_memory(err);
        return NULL;
    }
    set->over[0] = set->over[1] = -1;
    set->read = options->read == TENON_READ_DEFAULT ? TENON_READ_REPLICA : options->read;
    set->router = (tenon__router){.hosts = set->replicas,
                                  .choose = replica_choose,
                                  .note_failure = note_failure,
                                  .measure = measure,
                                  .close = close_set};
    return set;
}

static bool open_pipe(replica_set *set, tenon_error *err)
{
    if (pipe2(set->over, O_CLOEXEC) == 0)
        return true;
    set->over[0] = set->over[1] = -1;
    return tenon__fail(err, TENON_IO, "the system gives no pipe to end the looking by");
}

bool tenon_replicas_add(tenon_db *db, const tenon_replica_options *options, tenon_error *err)
{
    tenon_error unheeded;
    if (!err)
        err = &unheeded;
    tenon_error_reset(err);
    replica_set *set = check(db, options, err) ? new_set(options, err) : NULL;
    if (!set)
        return false;
    bool is_well = set_times(set, options, err) && open_pipe(set, err) &&
                   add_host(set, db, "", err) && add_replicas(set, options, err) &&
                   look_at_all(set, err) && (options->without_threads || start_threads(set, err)) &&
                   tenon__db_set_router(db, &set->router);
    if (!is_well)
        close_set(&set->router);
    return is_well;
}

/* ---- with the primary ------------------------------------------------------------------------ */

/* What the program says counts, and then what the URL says. */
static tenon_replica_options merge(const tenon_replica_options *own,
                                   const tenon_replica_options *url, const tenon_options *options)
{
    tenon_replica_options all = own ? *own : (tenon_replica_options){0};
    if (!all.urls[0])
        memcpy(all.urls, url->urls, sizeof all.urls);
    if (!all.options)
        all.options = options;
    if (!all.lag_limit_us)
        all.lag_limit_us = url->lag_limit_us;
    if (!all.look_every_us)
        all.look_every_us = url->look_every_us;
    if (!all.read)
        all.read = url->read;
    return all;
}

tenon_db *tenon_replicas_open(const char *url, const tenon_options *options,
                              const tenon_replica_options *replicas, tenon_error *err)
{
    tenon_error unheeded;
    if (!err)
        err = &unheeded;
    tenon_error_reset(err);
    TENON__CLEANUP(replica_url_release) replica_url said;
    if (!replica_url_read(&said, url ? url : "", err))
        return NULL;
    const tenon_replica_options all = merge(replicas, &said.options, options);
    tenon_db *db = tenon_open(said.primary, options, err);
    if (!db || !all.urls[0] || tenon_replicas_add(db, &all, err))
        return db;
    tenon_close(db);
    return NULL;
}
