/* Deciding what is to run.
 *
 * The history is read anew before each migration: it is short, and what another migrator did
 * meanwhile counts. A migration that failed, or one that is half undone, stops everything, because
 * whatever follows was written for a database that has all of it. */
#include "migrate/migrator.h"

#include <stdio.h>

/* Failures that say nothing about the file: what it has done stays, and the next run goes on. */
static bool is_passing(tenon_status status)
{
    switch (status) {
    case TENON_LOCKED:
    case TENON_BUSY:
    case TENON_DEADLOCK:
    case TENON_SERIALIZATION:
    case TENON_TIMEOUT:
    case TENON_CANCELLED:
    case TENON_POOL_EXHAUSTED:
    case TENON_NO_MEMORY:
    case TENON_DISK_FULL:
    case TENON_IO:
        return true;
    default:
        return false;
    }
}

/* Nobody knows whether the last step took place: the note does, when the database can be asked. */
static bool is_in_doubt(tenon_status status)
{
    return status == TENON_UNAVAILABLE || status == TENON_OUTCOME_UNKNOWN;
}

static void say_state(tenon_error *err, const char *state)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf hint = {0};
    tenon__buf_text(&hint, state);
    if (err->hint[0])
        tenon__buf_format(&hint, "; %s", err->hint);
    if (!hint.failed)
        tenon__error_copy(err->hint, sizeof err->hint, tenon__buf_string(&hint));
}

static void note_nothing_done(tenon__migrator *m, const tenon__file *file)
{
    if (file->is_down) {
        tenon__steps_drop_down(m->home, &m->tables, file->id);
        say_state(m->err, "nothing of it was undone");
    } else {
        tenon__history_roll_back(m->home, &m->tables, file->id, m->err->message);
        say_state(m->err, "nothing of it was applied: correct what is wrong and run it again");
    }
}

static void note_part_done(tenon__migrator *m, const tenon__file *file)
{
    char state[128];
    bool is_failed = !is_passing(m->err->status) && !file->is_down;
    snprintf(state, sizeof state, "%zu of its statements are done and stay; %s", file->reached.done,
             is_failed ? "say with resolve what is to become of it" : "run it again to go on");
    say_state(m->err, state);
    if (is_failed)
        tenon__history_log(m, file->id, m->err->message);
}

static void note_failure(tenon__migrator *m, const tenon__file *file)
{
    tenon_error_clear(m->home);
    if (is_in_doubt(m->err->status)) {
        say_state(m->err, "run it again: it goes on where it stopped");
        return;
    }
    if (file->reached.done == 0 && file->reached.begun == 0)
        note_nothing_done(m, file);
    else
        note_part_done(m, file);
    tenon_error_clear(m->home);
}

static bool run_file(tenon__migrator *m, tenon__file *file)
{
    bool is_lost = false;
    if (tenon__file_run(m, file, &is_lost))
        return true;
    note_failure(m, file);
    return false;
}

/* ---- up -------------------------------------------------------------------------------------- */

/* How many of those that it was put together from are applied; *count: of how many. */
static size_t count_replaced(const tenon_migration *migration, const tenon__records *records,
                             size_t *count)
{
    size_t applied = 0;
    const char *const *name = migration->replaces;
    for (*count = 0; name && name[*count]; ++*count) {
        const tenon__record *record = tenon__record_find(records, name[*count]);
        applied += tenon__record_state(record) == TENON_MIGRATION_APPLIED;
    }
    return applied;
}

static bool take_for_applied(tenon__migrator *m, const tenon_migration *migration)
{
    if (!tenon__history_insert_applied(m, migration))
        return tenon__migrator_fail(m, m->home);
    tenon__migrator_report(m, (tenon_migrate_event){.moment = TENON_MIGRATE_ENDS,
                                                    .migration = migration->name,
                                                    .text = "counts as applied: it takes the place "
                                                            "of others that are"});
    return false;
}

/* Whether one that is not in the history is to run. All that it was put together from is there: so
 * is it. A part of it: it cannot run, and the rest is nowhere. False also with m->err. */
static bool is_to_run(tenon__migrator *m, const tenon_migration *migration,
                      const tenon__records *records)
{
    size_t count;
    size_t applied = count_replaced(migration, records, &count);
    if (applied == 0)
        return true;
    if (applied == count)
        return take_for_applied(m, migration);
    tenon__fail(m->err, TENON_CONFLICT,
                "'%s' was put together from %zu migrations, and the database has only %zu of them",
                migration->name, count, applied);
    tenon__hint(m->err, "run the others first, from a version of the folder that still has them");
    return false;
}

static bool apply(tenon__migrator *m, const tenon_migration *migration, const tenon__record *record)
{
    tenon__file file = {.name = migration->name,
                        .sql = migration->run_sql ? migration->run_sql : migration->sql};
    if (record) {
        file.id = record->id;
        file.reached = record->up;
    } else if (!tenon__history_begin(m, migration, &file.id)) {
        return tenon__migrator_fail(m, m->home);
    }
    tenon__checksum(migration->sql, strlen(migration->sql), file.checksum);
    return !file.id || run_file(m, &file);
}

static bool refuse_failed(tenon__migrator *m, const tenon__record *record)
{
    tenon__fail(m->err, TENON_CONFLICT, "the migration '%s' failed%s%s", record->name,
                record->log ? " earlier: " : " earlier, or is being run by another tool",
                record->log ? record->log : "");
    tenon__hint(
        m->err,
        "nothing runs before that is cleared: look at the database, then resolve --applied, "
        "--rolled-back or --resume");
    return false;
}

static bool refuse_undoing(tenon__migrator *m, const tenon__record *record)
{
    tenon__fail(m->err, TENON_CONFLICT, "undoing the migration '%s' was interrupted", record->name);
    tenon__hint(m->err, "finish that first: rollback");
    return false;
}

static bool check_records(tenon__migrator *m, const tenon__records *records)
{
    for (size_t i = 0; i < records->count; i++) {
        const tenon__record *record = &records->items[i];
        tenon_migration_state state = tenon__record_state(record);
        if (state == TENON_MIGRATION_FAILED)
            return refuse_failed(m, record);
        if (state == TENON_MIGRATION_UNDOING)
            return refuse_undoing(m, record);
    }
    return true;
}

static void warn(const tenon__migrator *m, const char *name, const char *text)
{
    tenon__migrator_report(
        m, (tenon_migrate_event){.moment = TENON_MIGRATE_WARNS, .migration = name, .text = text});
}

/* Once, before anything runs. */
static bool warn_of_all(tenon__migrator *m)
{
    tenon_migration_list list = tenon__status_of(m->home, &m->tables, m->migrations);
    for (size_t i = 0; i < list.count; i++) {
        const tenon_migration_status *item = &list.items[i];
        if (item->is_edited)
            warn(m, item->name, "was edited after it had been applied");
        if (item->is_missing)
            warn(m, item->name, "is in the database, but not among the migrations here");
        if (item->is_late)
            warn(m, item->name, "is not applied yet, though a later one is");
    }
    return !tenon_failed(m->home) || tenon__migrator_fail(m, m->home);
}

static bool refuse_behind_contract(tenon__migrator *m, const tenon_migration *migration,
                                   const tenon_migration *contract)
{
    tenon__fail(m->err, TENON_CONFLICT, "the migration '%s' waits behind the contract '%s'",
                migration->name, contract->name);
    tenon__hint(m->err, "when no program of the version before is in use: run contracts too");
    return false;
}

/* The next one that is not applied; NULL at the end, or with m->err. */
static const tenon_migration *find_next(tenon__migrator *m, const tenon__record **record)
{
    const tenon_migration *contract = NULL;
    tenon__records records;
    if (!tenon__history_read(m->home, &m->tables, &records)) {
        tenon__migrator_fail(m, m->home);
        return NULL;
    }
    if (!check_records(m, &records))
        return NULL;
    for (size_t i = 0; i < m->migrations->count; i++) {
        const tenon_migration *migration = &m->migrations->items[i];
        *record = tenon__record_find(&records, migration->name);
        if (tenon__record_state(*record) == TENON_MIGRATION_APPLIED)
            continue;
        bool is_next = *record || is_to_run(m, migration, &records);
        if (m->err->status != TENON_OK)
            return NULL;
        if (!is_next)
            continue;
        if (!contract && (*record || m->options.run_contracts || !tenon__is_contract(migration)))
            return migration;
        contract = contract ? contract : migration;
        if (!tenon__is_contract(migration)) {
            refuse_behind_contract(m, migration, contract);
            return NULL;
        }
    }
    if (contract)
        warn(m, contract->name, "is a contract: it waits until the version before is gone");
    return NULL;
}

/* What the session keeps of one round is of no use to the next. */
static bool run_all(tenon__migrator *m)
{
    if (!warn_of_all(m))
        return false;
    const char *last = NULL;
    for (unsigned count = 0; !m->options.count_most || count <= m->options.count_most;) {
        const tenon__record *record = NULL;
        const tenon_migration *next = find_next(m, &record);
        if (!next)
            return m->err->status == TENON_OK;
        if (next->name != last && m->options.count_most && count == m->options.count_most)
            return true;
        count += next->name != last;
        last = next->name;
        if (!apply(m, next, record))
            return false;
    }
    return true;
}

bool tenon_migrate(tenon_db *db, const tenon_migrations *migrations,
                   const tenon_migrate_options *options, tenon_error *err)
{
    tenon__migrator m;
    tenon_error unheeded;
    bool is_done =
        tenon__migrator_open(&m, db, migrations, options, err ? err : &unheeded) && run_all(&m);
    tenon__migrator_close(&m);
    return is_done;
}

/* ---- down ------------------------------------------------------------------------------------ */

/* The last one that is applied, or half undone. */
static const tenon__record *find_last(const tenon__records *records)
{
    const tenon__record *last = NULL;
    for (size_t i = 0; i < records->count; i++) {
        const tenon__record *record = &records->items[i];
        if (record->is_finished && (!last || strcmp(record->name, last->name) > 0))
            last = record;
    }
    return last;
}

static bool check_undo(tenon__migrator *m, const tenon__record *record)
{
    const tenon_migration *migration = tenon__migration_find(m->migrations, record->name);
    if (!migration)
        return tenon__fail(m->err, TENON_CONFLICT,
                           "the migration '%s' is not among those here, so nobody knows how to "
                           "undo it",
                           record->name);
    if (migration->down_sql)
        return true;
    tenon__fail(m->err, TENON_CONFLICT, "the migration '%s' cannot be undone: it has no down.sql",
                record->name);
    tenon__hint(m->err, "nothing was undone");
    return false;
}

/* All that are to go, looked at from the last one on; finished records are taken as seen. */
static bool check_all_undos(tenon__migrator *m, size_t count)
{
    tenon__records records;
    if (!tenon__history_read(m->home, &m->tables, &records))
        return tenon__migrator_fail(m, m->home);
    for (size_t i = 0; i < records.count; i++)
        if (tenon__record_state(&records.items[i]) == TENON_MIGRATION_FAILED)
            return refuse_failed(m, &records.items[i]);
    for (; count > 0; count--) {
        const tenon__record *last = find_last(&records);
        if (!last)
            return true;
        if (!check_undo(m, last))
            return false;
        records.items[last - records.items].is_finished = false;
    }
    return true;
}

static bool undo(tenon__migrator *m, const tenon__record *record)
{
    const tenon_migration *migration = tenon__migration_find(m->migrations, record->name);
    tenon__file file = {.name = record->name,
                        .sql = migration->down_sql,
                        .id = record->id,
                        .is_down = true,
                        .reached = record->down};
    if (!record->down.is_begun && !tenon__steps_begin_down(m, record->id))
        return tenon__migrator_fail(m, m->home);
    return run_file(m, &file);
}

static bool undo_some(tenon__migrator *m, size_t count)
{
    const char *last_name = "";
    if (!check_all_undos(m, count))
        return false;
    for (;;) {
        tenon__records records;
        if (!tenon__history_read(m->home, &m->tables, &records))
            return tenon__migrator_fail(m, m->home);
        const tenon__record *last = find_last(&records);
        if (!last || (count == 0 && strcmp(last->name, last_name) != 0))
            return true;
        count -= strcmp(last->name, last_name) != 0;
        last_name = last->name;
        if (!undo(m, last))
            return false;
    }
}

bool tenon_migrate_undo(tenon_db *db, const tenon_migrations *migrations, size_t count,
                        const tenon_migrate_options *options, tenon_error *err)
{
    tenon__migrator m;
    tenon_error unheeded;
    bool is_done = tenon__migrator_open(&m, db, migrations, options, err ? err : &unheeded) &&
                   undo_some(&m, count);
    tenon__migrator_close(&m);
    return is_done;
}
