/* Read replicas: other servers of PostgreSQL that follow the primary, and take reads off it.
 *
 *     tenon_db *db = tenon_replicas_open("postgresql://shop@a/shop?replica=b&replica=c:5433",
 *                                        NULL, NULL, &err);
 *
 * From then on reads go to a replica: calls that only read and stand by themselves, streams, and
 * transactions that begin with .read_only. Everything else goes to the primary: writes, all other
 * transactions with whatever is read in them, SQL of the program's own (tenon_execute, tenon_sqlf),
 * of which nobody knows what it does, unless the session asks for replicas itself. A session stays
 * with its replica as long as that will do, so that a second read is no older than the first.
 *
 * **How recent.** Every `look_every_us` each server is asked for its position in the log
 * (pg_current_wal_insert_lsn, pg_last_wal_replay_lsn). A replica that has come to where the primary
 * was at a certain moment has everything that had been committed by then: its *lag* is the time
 * since the last such moment. That is measured by the clock of this program alone, and holds where
 * the primary is idle, as pg_last_xact_replay_timestamp does not. It is never shown smaller than it
 * is, and greater by up to the time between two looks. A replica whose lag is above `lag_limit_us`
 * gets no reads.
 *
 * **A session reads what it has written**: after a write its reads go to replicas that have come to
 * where the primary was at some moment behind that write; to the primary until there is one. That
 * costs no round trip. To have it across sessions and processes, pass on tenon_read_position.
 *
 * **The primary stands in** for whatever a replica cannot do. When none is recent enough, or can be
 * reached, reads go to the primary; and what fails on a replica outside of a transaction (it
 * stands in the way of what has to be replayed there, writes after all, misses a table) is run once
 * more on the primary, whose answer counts. A replica that is promoted gets no reads any more.
 *
 * SQLite: UNSUPPORTED; there the pool's readers are what replicas are elsewhere. These functions
 * are in a library of their own: `pkg-config --libs tenon-replica`. */
#ifndef TENON_REPLICA_H
#define TENON_REPLICA_H

#include <tenon/pool.h>
#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

enum { TENON_REPLICAS_MOST = 16 };

/* All-zero, or all-zero but for URLs, is what most programs want. */
typedef struct tenon_replica_options {
    /* One a replica, up to the first NULL; each of one host, with the parameters of tenon_open. */
    const char *urls[TENON_REPLICAS_MOST];
    const tenon_options *options; /* of each replica's pool, as for tenon_open; or NULL */
    int64_t lag_limit_us;         /* default 1 s; -1 none: also while the primary is gone */
    /* Default 100 ms; shorter where the limit is less than four times as long: then a quarter of
     * it. Half the limit at most: MISUSE. */
    int64_t look_every_us;
    tenon_read read;      /* of sessions that say nothing; default TENON_READ_REPLICA */
    bool without_threads; /* the program calls tenon_replicas_look */
    uint64_t reserved[8];
} tenon_replica_options;

/* Opens a database with the replicas that its URL names, as tenon_open does without any. What that
 * knows of parameters, and
 *
 *     replica=HOST, HOST:PORT   one of them; several times. A name, an address ([::1]:5432) or the
 *                               folder of a socket; all else is as in the primary's URL
 *     replica_lag_limit         2s, 500ms; 0: none
 *     replica_look_every        the same, without none
 *     replica_read              primary, replica, nearest
 *
 * What stands in `replicas` (may be NULL) counts before that; its urls instead of all that the URL
 * names. Its options, when there are none, are `options`. Without any replica it is a database
 * as others, on SQLite too; there replicas are UNSUPPORTED. NULL with *err, as of both of
 * tenon_open and tenon_replicas_add. tenon_open itself refuses the parameter `replica`. */
TENON_API tenon_db *tenon_replicas_open(const char *url, const tenon_options *options,
                                        const tenon_replica_options *replicas, tenon_error *err);
/* Adds the replicas of a database that is open, once, before it has sessions; they are closed with
 * it. Each has a pool of its own, and a connection and a thread that look. A replica that cannot be
 * reached now is used when it can. False with *err: MISUSE, UNSUPPORTED, AUTH and what else a
 * server answers; then there are none. */
TENON_API bool tenon_replicas_add(tenon_db *db, const tenon_replica_options *options,
                                  tenon_error *err);
/* Looks at the primary and at each replica, and waits for their answers, 2 s each at most: for
 * programs that would rather do that than have threads, and for tests. */
TENON_API void tenon_replicas_look(tenon_db *db);

/* ---- sessions -------------------------------------------------------------------------------- */

/* The position of the primary's log behind all that the session has written, as PostgreSQL prints
 * it ("0/3000148"), in the session's arena: for a cookie or a message, to be given to
 * tenon_read_after by whoever is to see that. Asks the primary, once after a write. "" when the
 * session has written nothing and was given none, and on SQLite. NULL when it fails; MISUSE inside
 * of a transaction, whose commit is still to come. */
TENON_API const char *tenon_read_position(tenon_session *s);
/* The session's reads see everything up to this position: they go to replicas that have come so
 * far, or to the primary. The furthest counts; NULL and "" ask for nothing. False when the session
 * has failed or fails here: MISUSE for what is no position. */
TENON_API bool tenon_read_after(tenon_session *s, const char *position);

/* ---- what they look like --------------------------------------------------------------------- */

typedef enum tenon_replica_state {
    TENON_REPLICA_UNREACHABLE, /* it did not answer the last look, or a call */
    TENON_REPLICA_FOLLOWING,
    TENON_REPLICA_PROMOTED, /* it is no replica any more */
    TENON_REPLICA_ASTRAY    /* it has what the primary has not: it follows another server */
} tenon_replica_state;

typedef struct tenon_replica_metrics {
    const char *host; /* of its URL; lives as long as the database is open */
    tenon_replica_state state;
    int64_t lag_us;          /* -1: not known */
    int64_t round_trip_us;   /* of the last look; -1: not known */
    uint64_t lag_bytes;      /* of the log, between the last looks at the primary and at it */
    uint64_t failed_total;   /* calls that the primary had to do after all */
    tenon_pool_metrics pool; /* acquired_total: how often something was read there */
    uint64_t reserved[4];
} tenon_replica_metrics;

/* In the order of their URLs, at most `most` of them; how many there are. */
TENON_API size_t tenon_replicas_metrics(tenon_db *db, tenon_replica_metrics *out, size_t most);

/* Reads that might have gone to a replica, but for … */
typedef struct tenon_replica_misses {
    uint64_t own_writes_total;  /* what the session has to see */
    uint64_t lag_total;         /* the limit of the lag */
    uint64_t unreachable_total; /* want of a replica */
} tenon_replica_misses;
TENON_API tenon_replica_misses tenon_replicas_misses(tenon_db *db);

#ifdef __cplusplus
}
#endif
#endif
