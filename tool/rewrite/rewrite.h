/* The face of tool/rewrite: changing a large PostgreSQL table while it is in use.
 *
 *     rewrite_options how = {.table = "events", .changes = changes, .change_count = 1};
 *     if (!rewrite_run(db, &how, &result, &err)) …
 *
 * Some changes make the server write a table anew under a lock that keeps everybody out: another
 * type of a column, a stored generated column, a volatile default. Here the rows are copied beside
 * the table instead, into a shadow of it that has the change already, in chunks that keep to a time
 * each, while triggers note the keys of all rows that are written meanwhile. What was noted is
 * copied again until hardly anything is left, every row is compared, and then the shadow takes the
 * table's place under a lock of some milliseconds. (The method is that of pt-online-schema-change
 * and pg_repack; the compare is ours.)
 *
 * What the table has stays with it: keys, indexes, checks, foreign keys of it and to it, defaults,
 * sequences with their counters, triggers, policies, grants, owner, comments, settings, views. What
 * cannot be carried over (functions that are tied to the old table, partitions, inheritance) is
 * refused at the start. A value that the change would alter stops it, and nothing has happened.
 *
 * All state is in the database: a rewrite that was stopped or killed goes on where it was when it
 * is run again, and rewrite_cancel leaves no trace of it. */
#ifndef TENON_REWRITE_REWRITE_H
#define TENON_REWRITE_REWRITE_H

#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/db.h>
#include <tenon/error.h>

typedef enum rewrite_phase {
    REWRITE_PREPARES, /* the shadow, the triggers */
    REWRITE_COPIES,
    REWRITE_INDEXES,
    REWRITE_FOLLOWS, /* copies again what was written meanwhile */
    REWRITE_COMPARES,
    REWRITE_SWITCHES,
    REWRITE_VALIDATES, /* foreign keys; drops the old table */
} rewrite_phase;

typedef struct rewrite_progress {
    rewrite_phase phase;
    int64_t rows;          /* copied, followed or compared so far */
    int64_t rows_expected; /* the server's estimate; 0: unknown */
    const char *text;      /* who holds the lock that is waited for; else NULL */
} rewrite_progress;

/* `column` gets the value of `expression`, SQL over the columns of the old row. */
typedef struct rewrite_value {
    const char *column, *expression;
} rewrite_value;

/* All-zero but for table and changes is the default. */
typedef struct rewrite_options {
    const char *namespace; /* NULL: the session's own */
    const char *table;
    const char *const
        *changes; /* what stands behind ALTER TABLE t: "ALTER COLUMN id TYPE bigint" */
    size_t change_count;
    const rewrite_value *values; /* of columns that do not keep theirs, or change type by more than
                                    a cast that keeps every value */
    size_t value_count;
    const char *with_switch; /* SQL that runs in the transaction in which the tables change places;
                                or NULL */
    bool accepts_loss;       /* columns may be dropped */
    int64_t chunk_us;        /* what a chunk shall take; 0: 100 ms */
    int64_t rows_per_second; /* most rows copied in a second; 0: as fast as chunks allow */
    int64_t lock_timeout_us; /* longest wait for a lock, with others waiting behind; 0: 100 ms */
    unsigned tries_most;     /* for a lock; 0: 50 */
    bool keeps_old;          /* the old table stays, under the name in the result */
    const volatile sig_atomic_t
        *stop; /* not zero: ends soon with CANCELLED, and can go on; or NULL */
    void (*on_progress)(void *context, const rewrite_progress *progress);
    void *context;
} rewrite_options;

typedef struct rewrite_result {
    int64_t copied, followed, compared; /* rows; of this run */
    int64_t locked_us;                  /* how long the switch held its locks */
    unsigned tries;                     /* for it */
    char old_table[64];                 /* "" when it is gone */
    bool has_resumed;
} rewrite_result;

/* All of it. False with *err: VALIDATION for a value that would change, UNSUPPORTED for what cannot
 * be carried over, LOCKED when a lock was never to be had, CONFLICT when another rewrite of the
 * table is under way. The database needs a pool of two connections at least. */
bool rewrite_run(tenon_db *db, const rewrite_options *options, rewrite_result *result,
                 tenon_error *err);
/* The same for several tables, which change places with their shadows in one transaction: each is
 * made ready, one after the other, before that. One that was killed behind it is finished by a call
 * for those tables that are not finished yet. */
bool rewrite_run_together(tenon_db *db, const rewrite_options *options, size_t count,
                          rewrite_result *results, tenon_error *err);
/* Removes what an unfinished rewrite of the table has made. MISUSE when there is none. Of the
 * options only those that name the table and those of locks count. */
bool rewrite_cancel(tenon_db *db, const rewrite_options *options, tenon_error *err);

#endif
