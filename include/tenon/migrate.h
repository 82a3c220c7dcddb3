/* Migrations that are compiled into a program: it brings its database up to date at its start,
 * without files beside it and without the `tenon` command. `tenon migrate embed` writes the array
 * from a folder of migrations; what has run is noted in the table _prisma_migrations, as `tenon
 * migrate deploy` and Prisma Migrate note it, so all three can take turns on one database.
 *
 * A file is executed as it stands: in one transaction, where it can. What cannot run in a
 * transaction (CREATE INDEX CONCURRENTLY, VACUUM) runs outside of one, and what the file itself
 * begins and commits is its own transaction. After every part the table _tenon_steps says how far
 * the file has come, so that a migrator that was killed at any point is taken up by the next one,
 * which does nothing twice. Only one migrator works on a database at a time.
 *
 * Every file runs on a connection of its own: settings that it makes end with it. The program's own
 * connections are not touched, except on `sqlite::memory:`, where they see the same database.
 *
 * They are in a library of their own, libtenon-migrate: `pkg-config --libs tenon-migrate`. */
#ifndef TENON_MIGRATE_H
#define TENON_MIGRATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/db.h>
#include <tenon/error.h>
#include <tenon/export.h>
#include <tenon/session.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct tenon_migration {
    const char *name;     /* "20240131120000_add_users": they run in the order of their names */
    const char *sql;      /* the whole file */
    const char *down_sql; /* what undoes it; NULL: cannot be undone */
    /* Names of those that were put together into this one, ended by NULL; NULL: none. On a database
     * that has them all it counts as applied. */
    const char *const *replaces;
    /* Is executed in place of `sql`, whose checksum is noted all the same; NULL: `sql` itself.
     * Statements at its beginning, or at that of `down_sql`, that say `tenon:before` in a comment
     * are no part of it: they run, outside of transactions, before every one that it begins, also
     * when it is tried again. Those that say `tenon:after` run when it is over, whatever has become
     * of it. So what it loses is copied before it takes its locks. */
    const char *run_sql;
} tenon_migration;

/* By name, each once; otherwise every call gives MISUSE. */
typedef struct tenon_migrations {
    const tenon_migration *items;
    size_t count;
} tenon_migrations;

/* What an event is about. */
typedef enum tenon_migrate_moment {
    TENON_MIGRATE_WAITS,   /* for another migrator; `text` says who */
    TENON_MIGRATE_WARNS,   /* `text`: an applied file was edited, a pending one is older than … */
    TENON_MIGRATE_BEGINS,  /* a migration, or its rest after an interruption */
    TENON_MIGRATE_RUNS,    /* a statement is about to be sent */
    TENON_MIGRATE_HAS_RUN, /* it has been executed */
    TENON_MIGRATE_SAVED,   /* what has run is committed, and noted */
    TENON_MIGRATE_RETRIES, /* a lock was not to be had; `text` says who holds it */
    TENON_MIGRATE_ENDS,    /* `text`: a migration is applied, or undone */
    /* A statement outside of transactions goes on; `text` says how far it has come, and who is in
     * the way. When there is news, else every ten seconds. */
    TENON_MIGRATE_PROGRESS
} tenon_migrate_moment;

typedef struct tenon_migrate_event {
    tenon_migrate_moment moment;
    const char *migration;             /* NULL before the first */
    size_t statement, statement_count; /* 1 …; 0 outside of statements */
    unsigned line;                     /* of the statement in its file */
    const char *sql;                   /* its text; NULL outside of statements */
    const char *text;                  /* for a person; NULL where nothing needs to be said */
    void *ctx;
} tenon_migrate_event;

/* All-zero is the default. */
typedef struct tenon_migrate_options {
    int64_t wait_us; /* for another migrator; default 30 s; -1: not at all */
    /* PostgreSQL: the longest that a statement in a transaction waits for a lock, and with it every
     * query that queues up behind; default 2 s; -1: no limit. Then the transaction is rolled back
     * and tried again after a pause, which doubles from `pause_first_us` (default 250 ms) to
     * `pause_longest_us` (default 10 s), less a random part. */
    int64_t lock_timeout_us;
    int64_t pause_first_us, pause_longest_us;
    /* PostgreSQL: longest time of a statement in a transaction; default and -1: no limit. */
    int64_t statement_timeout_us;
    /* PostgreSQL: the longest that a statement outside of transactions waits for others (CREATE
     * INDEX CONCURRENTLY does so for every transaction that may write), default 5 min, and that it
     * may take, default no limit; -1: no limit. What such a wait leaves is removed, and it is tried
     * again. Nobody queues up behind it; those that somebody would (VACUUM FULL, CLUSTER, REINDEX
     * without CONCURRENTLY) wait for `lock_timeout_us` instead; procedures limit themselves. What
     * a file sets for itself comes before all of these. */
    int64_t outside_wait_us, outside_timeout_us;
    unsigned tries_most;  /* default 10 */
    unsigned count_most;  /* migrations to run now; 0: all */
    bool accept_existing; /* begin a history on a database that already has tables */
    /* Runs contracts too: migrations that begin with `-- tenon:contract` take away what programs of
     * the version before need. Without it one that is due is left pending, and CONFLICT when others
     * wait behind it. */
    bool run_contracts;
    /* Called in the calling thread. It must not use the database. NULL: nobody is told. */
    void (*report)(const tenon_migrate_event *event);
    void *ctx;
    uint64_t reserved[5];
} tenon_migrate_options;

/* Runs every migration that the database does not have yet, in order. True when all have run.
 * Otherwise *err says which statement of which line failed, and how far the migration has come: one
 * that failed as a whole is rolled back and will simply be tried again, one of which a part stays
 * is refused until tenon_migrate_resolve says what became of it. Errors: LOCKED (another migrator,
 * or somebody holds a lock: the message names the process and its query), CONFLICT (a migration
 * failed earlier; the part of an edited file that has run; a database that has tables but no
 * history), MISUSE, and those of the statements. NULL options are the defaults. */
TENON_API bool tenon_migrate(tenon_db *db, const tenon_migrations *migrations,
                             const tenon_migrate_options *options, tenon_error *err);

/* Undoes the last `count` applied migrations, the last one first, by their `down_sql`. Before
 * anything runs all of them are looked at: CONFLICT when one has no `down_sql` or is not among the
 * migrations of this program. What down_sql drops is gone: the caller asks before. */
TENON_API bool tenon_migrate_undo(tenon_db *db, const tenon_migrations *migrations, size_t count,
                                  const tenon_migrate_options *options, tenon_error *err);

typedef enum tenon_migration_state {
    TENON_MIGRATION_PENDING = 1, /* not run yet */
    TENON_MIGRATION_APPLIED,
    TENON_MIGRATION_INTERRUPTED, /* its migrator was killed; the next one goes on */
    TENON_MIGRATION_FAILED,      /* and a part of it may stay: tenon_migrate_resolve */
    TENON_MIGRATION_UNDOING /* undoing it was interrupted; the next tenon_migrate_undo goes on */
} tenon_migration_state;

typedef struct tenon_migration_status {
    const char *name;
    tenon_migration_state state;
    bool is_missing;  /* in the database, but not among the migrations given */
    bool is_edited;   /* its text is not the one that was applied */
    bool is_late;     /* pending, though one with a later name is applied */
    bool is_contract; /* pending, and waits for .run_contracts */
    size_t statements_done, statement_count; /* of one that is not whole */
    const char *log;                         /* why it failed; NULL: unknown */
} tenon_migration_status;

typedef struct tenon_migration_list {
    const tenon_migration_status *items;
    size_t count;
} tenon_migration_list;

/* What has become of each migration, by name; changes nothing. The list lives in the session.
 * Empty with the session's error. */
TENON_API tenon_migration_list tenon_migrate_status(tenon_session *s,
                                                    const tenon_migrations *migrations);

typedef enum tenon_migration_verdict {
    /* It counts as applied: somebody has done by hand what it does, or the database was there
     * before the history. */
    TENON_MIGRATION_IS_APPLIED = 1,
    TENON_MIGRATION_IS_ROLLED_BACK, /* nothing of it is left: it will run again from its start */
    TENON_MIGRATION_GOES_ON         /* the next run goes on behind the statements it has done */
} tenon_migration_verdict;

/* Says what became of a migration that failed (or, IS_APPLIED, of one that is pending). CONFLICT
 * when it is in no such state. */
TENON_API bool tenon_migrate_resolve(tenon_db *db, const tenon_migrations *migrations,
                                     const char *name, tenon_migration_verdict verdict,
                                     const tenon_migrate_options *options, tenon_error *err);

/* What a program was made for: `tenon generate` writes one, `last_migration`, when it finds a
 * folder of migrations beside the schema. */
typedef struct tenon_last_migration {
    const char *name;
    const char *checksums[2]; /* of its file, with either kind of line ends */
} tenon_last_migration;

/* Whether the database has run this migration, the same text of it; later ones may have run too, so
 * that programs of two versions can be in use while a new one is brought out. For the start of a
 * program: one statement, which reads one or two rows; nothing is changed. Does nothing when the
 * database was opened with .skip_schema_check or `schema_check=off`. SCHEMA with both sides in the
 * message: the database has not run it, has run another text, or has no history (as one made by `db
 * push`). */
TENON_API bool tenon_verify(tenon_db *db, const tenon_last_migration *last, tenon_error *err);

#ifdef __cplusplus
}
#endif
#endif
