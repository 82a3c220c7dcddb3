/* What has become of each migration: those that are given and those that the database knows, by
 * name. */
#include "migrate/migrator.h"

#include <stdlib.h>

static tenon_migration_status status_of(const char *name, const tenon_migration *migration,
                                        const tenon__record *record, const char *last_applied)
{
    tenon_migration_status status = {
        .name = name, .state = tenon__record_state(record), .is_missing = !migration};
    if (record && record->log)
        status.log = record->log;
    if (record && !record->is_finished)
        status.statements_done = record->up.done;
    if (record && record->is_finished && migration)
        status.is_edited = !tenon__checksum_fits(migration->sql, record->checksum);
    if (!record && migration)
        status.is_contract = tenon__is_contract(migration);
    if (!record && last_applied)
        status.is_late = strcmp(status.name, last_applied) < 0;
    return status;
}

/* The last, by name, of those here that are applied. */
static const char *find_last_applied(const tenon_migrations *migrations,
                                     const tenon__records *records)
{
    const char *last = NULL;
    for (size_t i = 0; i < migrations->count; i++) {
        const tenon__record *record = tenon__record_find(records, migrations->items[i].name);
        if (record && record->is_finished)
            last = migrations->items[i].name;
    }
    return last;
}

static int compare_names(const void *a, const void *b)
{
    const tenon_migration_status *left = a, *right = b;
    return strcmp(left->name, right->name);
}

/* For those that are not whole: of how many statements. */
static void count_statements(tenon_session *s, const tenon_migration *migration,
                             tenon_migration_status *status)
{
    tenon__pieces pieces;
    tenon_error unheeded = {0};
    if (status->state == TENON_MIGRATION_INTERRUPTED || status->state == TENON_MIGRATION_FAILED)
        if (tenon__split(tenon__session_dialect(s),
                         migration->run_sql ? migration->run_sql : migration->sql,
                         tenon__session_arena(s), &pieces, &unheeded))
            status->statement_count = pieces.count;
}

static bool is_replaced(const tenon_migrations *migrations, const char *name)
{
    for (size_t i = 0; i < migrations->count; i++) {
        const char *const *old = migrations->items[i].replaces;
        for (; old && *old; old++)
            if (!strcmp(*old, name))
                return true;
    }
    return false;
}

/* Those of the database that are not here, and that nothing here has taken the place of. */
static size_t add_missing(const tenon__records *records, const tenon_migrations *migrations,
                          tenon_migration_status *items, size_t count)
{
    for (size_t i = 0; i < records->count; i++) {
        const tenon__record *record = &records->items[i];
        if (!tenon__migration_find(migrations, record->name) &&
            !is_replaced(migrations, record->name) &&
            tenon__record_find(records, record->name) == record)
            items[count++] = status_of(record->name, NULL, record, NULL);
    }
    return count;
}

tenon_migration_list tenon__status_of(tenon_session *s, const tenon__tables *tables,
                                      const tenon_migrations *migrations)
{
    tenon_migration_list none = {0};
    tenon__records records;
    if (!tenon__history_read(s, tables, &records))
        return none;
    tenon_migration_status *items =
        tenon_session_alloc(s, (migrations->count + records.count + 1) * sizeof *items);
    if (!items)
        return none;
    const char *last_applied = find_last_applied(migrations, &records);
    size_t count = 0;
    for (size_t i = 0; i < migrations->count; i++) {
        const tenon_migration *migration = &migrations->items[i];
        items[count] = status_of(migration->name, migration,
                                 tenon__record_find(&records, migration->name), last_applied);
        count_statements(s, migration, &items[count++]);
    }
    count = add_missing(&records, migrations, items, count);
    qsort(items, count, sizeof *items, compare_names);
    return (tenon_migration_list){.items = items, .count = count};
}

tenon_migration_list tenon_migrate_status(tenon_session *s, const tenon_migrations *migrations)
{
    tenon__tables tables;
    tenon_migration_list none = {0};
    if (tenon__session_is_failed(s))
        return none;
    if (!migrations) {
        tenon__fail(tenon__session_error(s), TENON_MISUSE, "no migrations were given");
        return none;
    }
    if (!tenon__migrations_check(migrations, tenon__session_error(s)) ||
        !tenon__tables_find(s, &tables))
        return none;
    return tenon__status_of(s, &tables, migrations);
}
