/* Opening and closing a migrator, and what all its parts need. */
#include "migrate/migrator.h"

#include <stdlib.h>

enum {
    WAIT_US = 30000000,
    LOCK_TIMEOUT_US = 2000000,
    OUTSIDE_WAIT_US = 300000000,
    PAUSE_FIRST_US = 250000,
    PAUSE_LONGEST_US = 10000000,
    TRIES_MOST = 10,
    NAME_BYTES_MOST = 255
};

static void set_default(int64_t *value, int64_t fallback)
{
    if (*value == 0)
        *value = fallback;
}

static void fill_options(tenon__migrator *m, const tenon_migrate_options *options)
{
    if (options)
        m->options = *options;
    set_default(&m->options.wait_us, WAIT_US);
    set_default(&m->options.lock_timeout_us, LOCK_TIMEOUT_US);
    set_default(&m->options.outside_wait_us, OUTSIDE_WAIT_US);
    set_default(&m->options.pause_first_us, PAUSE_FIRST_US);
    set_default(&m->options.pause_longest_us, PAUSE_LONGEST_US);
    if (!m->options.tries_most)
        m->options.tries_most = TRIES_MOST;
}

bool tenon__migrations_check(const tenon_migrations *migrations, tenon_error *err)
{
    for (size_t i = 0; i < migrations->count; i++) {
        const tenon_migration *item = &migrations->items[i];
        if (!item->name || !item->name[0] || !item->sql)
            return tenon__fail(err, TENON_MISUSE, "a migration has no name or no SQL");
        if (strlen(item->name) > NAME_BYTES_MOST)
            return tenon__fail(err, TENON_MISUSE, "the name of a migration is longer than %d bytes",
                               NAME_BYTES_MOST);
        if (i > 0 && strcmp(item[-1].name, item->name) >= 0)
            return tenon__fail(err, TENON_MISUSE, "'%s' stands behind '%s', but is not later",
                               item->name, item[-1].name);
    }
    return true;
}

bool tenon__is_contract(const tenon_migration *migration)
{
    static const char mark[] = "-- tenon:contract";
    return !strncmp(migration->sql, mark, sizeof mark - 1);
}

const tenon_migration *tenon__migration_find(const tenon_migrations *migrations, const char *name)
{
    for (size_t i = 0; i < migrations->count; i++)
        if (!strcmp(migrations->items[i].name, name))
            return &migrations->items[i];
    return NULL;
}

bool tenon__migrator_fail(tenon__migrator *m, const tenon_session *s)
{
    if (m->err->status == TENON_OK)
        *m->err = *tenon_session_error(s);
    return false;
}

void tenon__migrator_report(const tenon__migrator *m, tenon_migrate_event event)
{
    event.ctx = m->options.ctx;
    if (m->options.report)
        m->options.report(&event);
}

static bool open_home(tenon__migrator *m)
{
    m->home_db = tenon__db_beside(m->db, m->err);
    m->home = tenon_session_open(m->home_db, NULL);
    if (!m->home)
        return tenon__fail_no_memory(m->err); /* unless the database said something */
    bool is_ready = tenon__lock_take(m) && tenon__tables_find(m->home, &m->tables) &&
                    tenon__tables_make(m->home, &m->tables, m->options.accept_existing);
    return is_ready || tenon__migrator_fail(m, m->home);
}

bool tenon__migrator_open(tenon__migrator *m, tenon_db *db, const tenon_migrations *migrations,
                          const tenon_migrate_options *options, tenon_error *err)
{
    *m = (tenon__migrator){.db = db, .migrations = migrations, .err = err};
    tenon_error_reset(err);
    if (!db || !migrations)
        return tenon__fail(err, TENON_MISUSE, "no database or no migrations were given");
    m->dialect = tenon_db_dialect(db);
    fill_options(m, options);
    return tenon__migrations_check(migrations, err) && open_home(m) && tenon__blocker_open(m);
}

void tenon__migrator_close(tenon__migrator *m)
{
    tenon__blocker_close(m);
    tenon_session_close(m->home);
    tenon_close(m->home_db);
}
