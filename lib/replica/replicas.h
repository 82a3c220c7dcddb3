/* Private to lib/replica: a database's replicas, what is known of them, and who looks.
 *
 * replicas.c adds and removes them, look.c asks the servers where they are, choose.c sends reads to
 * them, position.c is what sessions say and hear of positions.
 *
 * Calls read what looks have found without a lock, by atomic members; they are written under one,
 * by the threads that look. */
#ifndef TENON_REPLICA_REPLICAS_H
#define TENON_REPLICA_REPLICAS_H

#include "db/db.h"

#include <tenon/replica.h>

#include <pthread.h>
#include <stdatomic.h>

enum { REPLICA_SAMPLES = 64 };

typedef struct replica_set replica_set;

/* A server. The one at index 0 of a set is the primary. */
typedef struct replica_host {
    replica_set *set;
    tenon_db *db;         /* whose pool the reads use; the primary's is the program's own */
    tenon_db *aside;      /* a connection of its own, for looking */
    tenon_session *asker; /* … at it */
    char *name;
    _Atomic int state;        /* tenon_replica_state; of the primary FOLLOWING is "it answers" */
    _Atomic int64_t fresh_us; /* it has all that was committed before this; 0: not known */
    _Atomic uint64_t position;
    _Atomic int64_t round_trip_us; /* -1: not known */
    _Atomic uint64_t failed;
    int64_t seen_us; /* under the lock: when `position` was known */
    bool is_astray;  /* under the lock */
    bool has_thread;
    pthread_t thread;
} replica_host;

/* Where the primary was: not before `at_us`, so that what was committed before that is in it. */
typedef struct replica_sample {
    int64_t at_us;
    uint64_t position;
} replica_sample;

struct replica_set {
    tenon__router router; /* first: libtenon knows the set by it */
    int64_t lag_limit_us; /* INT64_MAX: none */
    int64_t look_every_us;
    tenon_read read;
    atomic_uint turn; /* of the replicas */
    _Atomic uint64_t own_writes, lag, unreachable;
    int over[2]; /* a pipe, whose end is the end of the threads */
    pthread_mutex_t lock;
    replica_sample samples[REPLICA_SAMPLES]; /* a ring */
    size_t sample_count;                     /* ever */
    size_t host_count;
    tenon_db *replicas[TENON_REPLICAS_MOST]; /* router.hosts */
    replica_host hosts[1 + TENON_REPLICAS_MOST];
};

/* ---- look.c ---------------------------------------------------------------------------------- */

/* Asks a session's server for its position. False with the session's error. */
bool replica_ask(tenon_session *s, uint64_t *position, bool *is_standby);
/* Looks once. False with the error of the host's asker. */
bool replica_look(replica_host *host);
/* A thread that looks until the end. */
bool replica_watch(replica_host *host, tenon_error *err);

/* ---- choose.c -------------------------------------------------------------------------------- */

tenon_db *replica_choose(tenon__router *router, tenon_session *s);

#endif
