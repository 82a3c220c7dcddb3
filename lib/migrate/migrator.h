/* What the files of lib/migrate share.
 *
 * scan.c, kind.c and split.c know SQL text; query.c asks questions; history.c keeps the two tables;
 * lock.c lets one migrator in; blocker.c sees who is in the way; outside.c finds out whether a
 * statement outside of transactions took effect, watch.c tells how far one has come; run.c executes
 * one file; migrate.c decides what is to run, resolve.c what became of it, status.c tells. */
#ifndef TENON_MIGRATE_MIGRATOR_H
#define TENON_MIGRATE_MIGRATOR_H

#include "migrate/query.h"
#include "migrate/split.h"

#include <tenon/migrate.h>

#include <pthread.h>

enum { TENON__CHECKSUM_SIZE = 2 * TENON__SHA256_BYTES + 1, TENON__BLOCKER_SIZE = 320 };

/* How far a file has come, up or down. */
typedef struct tenon__reached {
    bool is_begun;        /* there is such a note at all */
    size_t done;          /* statements that are done */
    size_t begun;         /* done + 1: one outside of transactions was sent, outcome unknown */
    const char *checksum; /* of those that are done */
} tenon__reached;

/* One row of the history that was not rolled back. */
typedef struct tenon__record {
    const char *id, *name, *checksum;
    const char *log; /* NULL: it did not fail */
    bool is_finished;
    tenon__reached up, down;
} tenon__record;

typedef struct tenon__records {
    tenon__record *items;
    size_t count;
} tenon__records;

/* The tables by their full names, because files may change the search path. */
typedef struct tenon__tables {
    const char *history, *steps;
    bool has_history, has_steps;
} tenon__tables;

typedef struct tenon__blocker_room tenon__blocker_room;

typedef struct tenon__migrator {
    tenon_db *db; /* the program's */
    const tenon_migrations *migrations;
    tenon_migrate_options options; /* with defaults filled in */
    tenon_db *home_db;             /* one connection: the lock and the history's */
    tenon_session *home;
    tenon_db *work_db; /* another: the file's that runs */
    tenon_session *work;
    tenon__blocker_room *room; /* NULL: nothing is watched */
    char blocker[TENON__BLOCKER_SIZE];
    tenon__tables tables;
    tenon_dialect dialect;
    const char *migration; /* whose turn it is */
    tenon_error *err;
} tenon__migrator;

/* ---- history.c ------------------------------------------------------------------------------- */

void tenon__checksum(const char *text, size_t length, char out[TENON__CHECKSUM_SIZE]);
/* Whether a file is the one of this checksum: as it is, or with the other kind of line ends. */
bool tenon__checksum_fits(const char *text, const char *checksum);

/* Finds the tables. False with the session's error. */
bool tenon__tables_find(tenon_session *s, tenon__tables *out);
/* Makes those that are missing; CONFLICT on a database that has others but no history, unless
 * `accept_existing`. */
bool tenon__tables_make(tenon_session *s, tenon__tables *tables, bool accept_existing);
/* The records in the order in which they began, in the session's arena. */
bool tenon__history_read(tenon_session *s, const tenon__tables *tables, tenon__records *out);
/* The last one of this name, or NULL. */
const tenon__record *tenon__record_find(const tenon__records *records, const char *name);

/* What has become of a migration: NULL is pending. */
tenon_migration_state tenon__record_state(const tenon__record *record);

/* One change of the tables each; false with the session's error. Beginning gives no id when
 * somebody else has begun it meanwhile. */
bool tenon__history_begin(tenon__migrator *m, const tenon_migration *migration, const char **id);
bool tenon__history_insert_applied(tenon__migrator *m, const tenon_migration *migration);
bool tenon__history_finish(tenon_session *s, const tenon__tables *tables, const char *id,
                           const char *checksum);
bool tenon__history_log(tenon__migrator *m, const char *id, const char *log);
bool tenon__history_roll_back(tenon_session *s, const tenon__tables *tables, const char *id,
                              const char *log);
bool tenon__steps_begin_down(tenon__migrator *m, const char *id);
bool tenon__steps_drop_down(tenon_session *s, const tenon__tables *tables, const char *id);
/* Takes the note's row for this transaction; *is_ours is false when somebody else moved it on. */
bool tenon__steps_claim(tenon_session *s, const tenon__tables *tables, const char *id, bool is_down,
                        size_t done, bool *is_ours);
bool tenon__steps_save(tenon_session *s, const tenon__tables *tables, const char *id, bool is_down,
                       const tenon__reached *reached);

/* ---- the rest -------------------------------------------------------------------------------- */

/* Opens the migrator's own connection, takes the lock, finds or makes the tables. */
bool tenon__migrator_open(tenon__migrator *m, tenon_db *db, const tenon_migrations *migrations,
                          const tenon_migrate_options *options, tenon_error *err);
void tenon__migrator_close(tenon__migrator *m);
/* Fails with what went wrong on a session. */
bool tenon__migrator_fail(tenon__migrator *m, const tenon_session *s);
void tenon__migrator_report(const tenon__migrator *m, tenon_migrate_event event);
/* Sleeps before try number `tries` + 1, longer each time, less a random part. */
void tenon__migrator_pause(const tenon__migrator *m, unsigned tries);
bool tenon__migrations_check(const tenon_migrations *migrations, tenon_error *err);
/* Whether it is one that waits until programs of the version before are gone. */
bool tenon__is_contract(const tenon_migration *migration);
const tenon_migration *tenon__migration_find(const tenon_migrations *migrations, const char *name);

/* tenon_migrate_status, with the tables found. */
tenon_migration_list tenon__status_of(tenon_session *s, const tenon__tables *tables,
                                      const tenon_migrations *migrations);

/* PostgreSQL: the lock that Prisma Migrate takes, on the home connection, for as long as it lives.
 * SQLite needs none: every step of a file asks in its own transaction whether it is still to be
 * done. */
bool tenon__lock_take(tenon__migrator *m);
/* Whether it is still held: a connection that was lost has lost it. */
bool tenon__lock_check(tenon__migrator *m);

/* Sees who blocks the work connection, from a thread and connection of its own. */
bool tenon__blocker_open(tenon__migrator *m);
void tenon__blocker_close(tenon__migrator *m);
void tenon__blocker_begin(tenon__migrator *m);
/* Ends it; m->blocker then is who was seen last, or "". */
void tenon__blocker_end(tenon__migrator *m);
/* Who blocks the process $1, one of them: columns pid and who. */
#define TENON__BLOCKER_SQL                                                                         \
    "SELECT a.pid, 'process ' || a.pid || coalesce(' of ' || nullif(a.application_name, ''), '')"  \
    " || ', ' || coalesce(a.state, a.backend_type) || ' for '"                                     \
    " || date_trunc('second', now() - coalesce(a.xact_start, a.backend_start))::text || ': '"      \
    " || left(regexp_replace(coalesce(a.query, ''), '\\s+', ' ', 'g'), 200) AS who"                \
    " FROM pg_stat_activity a WHERE a.pid = ANY (pg_blocking_pids($1::integer))"                   \
    " ORDER BY a.xact_start LIMIT 1"
/* Waits for the signal, or so long. The lock is held. */
void tenon__signal_await(pthread_cond_t *signal, pthread_mutex_t *lock, int64_t us);

typedef enum tenon__outcome {
    TENON__OUTCOME_AGAIN, /* it has no effect yet, or can be run once more */
    TENON__OUTCOME_DONE,
    TENON__OUTCOME_UNKNOWN
} tenon__outcome;
/* What became of a statement outside of transactions that somebody has sent before. */
bool tenon__outside_find(tenon_session *s, const tenon__piece *piece, tenon__outcome *out);
/* The statement that removes what a failed one leaves, an index that is not valid; that ends a
 * detachment, which is half done, if it `is_begun` by us. None: *sql stays empty. */
bool tenon__outside_cleaning(tenon_session *s, const tenon__piece *piece, bool is_begun,
                             tenon__buf *sql);
/* How long it may wait for others; -1: as long as it takes. */
int64_t tenon__outside_wait_us(const tenon_migrate_options *options, const tenon__piece *piece);

/* Executes on the work session what may take hours, and meanwhile tells, in the calling thread, how
 * far it has come and who is in the way; m->blocker is then who was seen last, or "". */
bool tenon__watch(tenon__migrator *m, const char *sql, void (*tell)(void *ctx, const char *text),
                  void *ctx);

/* Runs the rest of a file. *is_lost: another migrator has taken it over, look again. */
typedef struct tenon__file {
    const char *name, *sql, *id;
    bool is_down;
    tenon__reached reached;
    char checksum[TENON__CHECKSUM_SIZE]; /* of the file */
} tenon__file;
bool tenon__file_run(tenon__migrator *m, tenon__file *file, bool *is_lost);

#endif
