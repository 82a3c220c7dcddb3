/* A person says what became of a migration that no program can judge. */
#include "migrate/migrator.h"

static bool refuse(tenon__migrator *m, const char *name, const char *what)
{
    return tenon__fail(m->err, TENON_CONFLICT, "the migration '%s' %s", name, what);
}

static bool is_broken(const tenon__record *record)
{
    tenon_migration_state state = tenon__record_state(record);
    return state == TENON_MIGRATION_FAILED || state == TENON_MIGRATION_INTERRUPTED;
}

/* Together: the failed attempt goes, the verdict comes. */
static bool mark_applied(tenon__migrator *m, const tenon__record *record,
                         const tenon_migration *migration)
{
    if (record && !is_broken(record))
        return refuse(m, migration->name, "is applied already");
    if (!tenon_begin(m->home))
        return tenon__migrator_fail(m, m->home);
    if (record)
        tenon__history_roll_back(m->home, &m->tables, record->id, NULL);
    tenon__history_insert_applied(m, migration);
    return tenon_commit(m->home) || tenon__migrator_fail(m, m->home);
}

static bool mark_rolled_back(tenon__migrator *m, const tenon__record *record, const char *name)
{
    if (!is_broken(record))
        return refuse(m, name, record ? "has not failed: it is applied" : "has not failed");
    return tenon__history_roll_back(m->home, &m->tables, record->id, NULL) ||
           tenon__migrator_fail(m, m->home);
}

/* The statement of which nobody knew what became of it is run again. */
static bool let_go_on(tenon__migrator *m, const tenon__record *record, const char *name)
{
    if (!is_broken(record) || !record->up.is_begun)
        return refuse(m, name, "is none that tenon has begun and not ended");
    tenon__reached reached = record->up;
    reached.begun = reached.done;
    if (!tenon_begin(m->home))
        return tenon__migrator_fail(m, m->home);
    tenon__history_log(m, record->id, NULL);
    tenon__steps_save(m->home, &m->tables, record->id, false, &reached);
    return tenon_commit(m->home) || tenon__migrator_fail(m, m->home);
}

static bool resolve(tenon__migrator *m, const char *name, tenon_migration_verdict verdict)
{
    tenon__records records;
    const tenon_migration *migration = name ? tenon__migration_find(m->migrations, name) : NULL;
    if (!name || (verdict == TENON_MIGRATION_IS_APPLIED && !migration))
        return tenon__fail(m->err, TENON_MISUSE, "there is no migration '%s'", name ? name : "");
    if (!tenon__history_read(m->home, &m->tables, &records))
        return tenon__migrator_fail(m, m->home);
    const tenon__record *record = tenon__record_find(&records, name);
    switch (verdict) {
    case TENON_MIGRATION_IS_APPLIED:
        return mark_applied(m, record, migration);
    case TENON_MIGRATION_IS_ROLLED_BACK:
        return mark_rolled_back(m, record, name);
    case TENON_MIGRATION_GOES_ON:
        return let_go_on(m, record, name);
    }
    return tenon__fail(m->err, TENON_MISUSE, "unknown verdict %d", (int)verdict);
}

bool tenon_migrate_resolve(tenon_db *db, const tenon_migrations *migrations, const char *name,
                           tenon_migration_verdict verdict, const tenon_migrate_options *options,
                           tenon_error *err)
{
    tenon__migrator m;
    tenon_error unheeded;
    tenon_migrate_options own = options ? *options : (tenon_migrate_options){0};
    own.accept_existing |= verdict == TENON_MIGRATION_IS_APPLIED;
    bool is_done = tenon__migrator_open(&m, db, migrations, &own, err ? err : &unheeded) &&
                   resolve(&m, name, verdict);
    tenon__migrator_close(&m);
    return is_done;
}
