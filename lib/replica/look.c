/* Where the servers are in the log.
 *
 * The primary's answer is kept as a sample with the moment before the question: whatever was
 * committed before that moment is behind that position. A replica that has replayed up to the
 * position of a sample therefore has all that was committed before the sample's moment. So one
 * number a replica, the moment up to which it has everything, serves both for its lag and for what
 * a session has written; no clock of a server is asked, and no position has to be fetched after a
 * write.
 *
 * Positions of different histories say nothing about each other. When the primary's position goes
 * back, another server has become primary: the samples are forgotten, and every replica has to
 * prove itself anew. When a replica is ahead of where the primary is seen later, it follows
 * somebody else: it is not used until it has gone back itself (pg_rewind, a new copy). One thread a
 * server: one that does not answer holds up nobody's news. */
#include "replica/replicas.h"

#include <signal.h>

/* ---- asking ---------------------------------------------------------------------------------- */

typedef struct answer {
    int64_t position;
    bool is_standby;
} answer;

static const tenon_field fields[] = {
    {.name = "position",
     .column = "position",
     .kind = TENON_KIND_INT64,
     .pg_type = TENON_PG_INT8,
     .precision = -1,
     .row_offset = offsetof(answer, position)},
    {.name = "is_standby",
     .column = "is_standby",
     .kind = TENON_KIND_BOOL,
     .pg_type = TENON_PG_BOOL,
     .precision = -1,
     .row_offset = offsetof(answer, is_standby)},
};

static const tenon__out outs[] = {
    {TENON__OUT_FIELD, &fields[0], offsetof(answer, position)},
    {TENON__OUT_FIELD, &fields[1], offsetof(answer, is_standby)},
};
static const tenon__layout layout = {
    .outs = outs, .out_count = TENON__COUNT(outs), .row_size = sizeof(answer)};

/* A position is a number of 64 bits; 2^63 bytes of a log nobody has written yet. */
static const char sql[] =
    "SELECT pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()"
    " ELSE pg_current_wal_insert_lsn() END, '0/0')::int8 AS position,"
    " pg_is_in_recovery() AS is_standby";
static const tenon__statement statement = {
    .sql = sql, .sql_length = sizeof sql - 1, .layout = &layout};

static void free_nothing(void *owner)
{
    (void)owner;
}

static bool make(tenon_dialect dialect, const uint8_t *key, size_t length, tenon__cached *out,
                 tenon_error *err)
{
    (void)dialect, (void)key, (void)length, (void)err;
    *out = (tenon__cached){
        .statement = &statement, .bytes = sizeof statement, .free_owner = free_nothing};
    return true;
}

bool replica_ask(tenon_session *s, uint64_t *position, bool *is_standby)
{
    static const char key[] = "position";
    tenon__rows rows = {.arena = tenon__session_arena(s), .expected = 1};
    const tenon__call call = {
        .key = (const uint8_t *)key, .key_length = sizeof key, .make = make, .rows = &rows};
    if (!tenon__run(s, &call) || rows.count != 1)
        return false;
    const answer *found = (const answer *)(const void *)rows.items;
    *position = (uint64_t)found->position;
    *is_standby = found->is_standby;
    return true;
}

/* ---- what an answer says, under the lock ----------------------------------------------------- */

static void be(replica_host *host, tenon_replica_state state)
{
    atomic_store_explicit(&host->state, (int)state, memory_order_release);
}

static void forget_samples(replica_set *set)
{
    set->sample_count = 0;
    for (size_t i = 1; i < set->host_count; i++)
        atomic_store(&set->hosts[i].fresh_us, 0);
}

/* Those that were where the primary is not even later. */
static void find_astray(replica_set *set, int64_t at_us, uint64_t position)
{
    for (size_t i = 1; i < set->host_count; i++) {
        replica_host *host = &set->hosts[i];
        if (!host->seen_us || host->seen_us >= at_us || atomic_load(&host->position) <= position)
            continue;
        host->is_astray = true;
        atomic_store(&host->fresh_us, 0);
        be(host, TENON_REPLICA_ASTRAY);
    }
}

static void note_primary(replica_host *primary, int64_t at_us, uint64_t position)
{
    replica_set *set = primary->set;
    if (position < atomic_load(&primary->position))
        forget_samples(set);
    atomic_store(&primary->position, position);
    set->samples[set->sample_count++ % REPLICA_SAMPLES] = (replica_sample){at_us, position};
    find_astray(set, at_us, position);
    be(primary, TENON_REPLICA_FOLLOWING);
}

/* The moment up to which somebody at this position has everything; 0: not known. */
static int64_t freshness_at(const replica_set *set, uint64_t position)
{
    size_t count = set->sample_count < REPLICA_SAMPLES ? set->sample_count : REPLICA_SAMPLES;
    for (size_t i = 1; i <= count; i++) {
        const replica_sample *sample = &set->samples[(set->sample_count - i) % REPLICA_SAMPLES];
        if (sample->position <= position)
            return sample->at_us;
    }
    return 0;
}

static void note_replica(replica_host *host, uint64_t position)
{
    host->is_astray &= position >= atomic_load(&host->position);
    host->seen_us = tenon__monotonic_us();
    atomic_store(&host->position, position);
    int64_t fresh_us = host->is_astray ? 0 : freshness_at(host->set, position);
    if (fresh_us > atomic_load(&host->fresh_us))
        atomic_store(&host->fresh_us, fresh_us);
    be(host, host->is_astray ? TENON_REPLICA_ASTRAY : TENON_REPLICA_FOLLOWING);
}

static void note_silence(replica_host *host)
{
    atomic_store(&host->round_trip_us, -1);
    be(host, TENON_REPLICA_UNREACHABLE);
}

static void note_promoted(replica_host *host)
{
    host->seen_us = 0;
    atomic_store(&host->fresh_us, 0);
    be(host, TENON_REPLICA_PROMOTED);
}

static void note(replica_host *host, int64_t at_us, uint64_t position, bool is_standby)
{
    bool is_primary = host == &host->set->hosts[0];
    atomic_store(&host->round_trip_us, tenon__monotonic_us() - at_us);
    if (is_primary && is_standby)
        note_silence(host); /* nobody to compare with */
    else if (is_primary)
        note_primary(host, at_us, position);
    else if (is_standby)
        note_replica(host, position);
    else
        note_promoted(host);
}

/* ---- looking --------------------------------------------------------------------------------- */

bool replica_look(replica_host *host)
{
    uint64_t position;
    bool is_standby;
    tenon_session_reset(host->asker);
    int64_t at_us = tenon__monotonic_us();
    bool is_answered = replica_ask(host->asker, &position, &is_standby);
    pthread_mutex_lock(&host->set->lock);
    if (is_answered)
        note(host, at_us, position, is_standby);
    else
        note_silence(host);
    pthread_mutex_unlock(&host->set->lock);
    return is_answered;
}

static void *watch(void *ctx)
{
    replica_host *host = ctx;
    const replica_set *set = host->set;
    while (!tenon__stand(NULL, set->over[0], false, tenon__monotonic_us() + set->look_every_us))
        replica_look(host);
    return NULL;
}

/* The program's signals are not for this thread. */
bool replica_watch(replica_host *host, tenon_error *err)
{
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    host->has_thread = pthread_create(&host->thread, NULL, watch, host) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return host->has_thread ||
           tenon__fail(err, TENON_IO, "the system gives no thread to look at a replica");
}
