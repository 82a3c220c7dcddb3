/* See target.h. */
#include "target.h"

target target_postgresql, target_sqlite = {.is_sqlite = true};

const tenon_migrate_options in_a_hurry = {.wait_us = 300000,
                                          .lock_timeout_us = 300000,
                                          .outside_wait_us = 400000,
                                          .pause_first_us = 10000,
                                          .pause_longest_us = 20000,
                                          .tries_most = 2};

int target_open(void **state)
{
    target *t = *state;
    t->url = t->is_sqlite ? testdb_sqlite_url() : testdb_create("migrate");
    t->db = tenon_open(t->url, NULL, &t->error);
    return t->db ? 0 : -1;
}

int target_close(void **state)
{
    target *t = *state;
    tenon_close(t->db);
    return 0;
}

void migrate_all(target *t, const tenon_migration *items, size_t count)
{
    if (!tenon_migrate(t->db, &(tenon_migrations){items, count}, &in_a_hurry, &t->error))
        fail_msg("%s (%s)", t->error.message, t->error.hint);
}

void refuse_all(target *t, const tenon_migration *items, size_t count, tenon_status status,
                const char *text)
{
    assert_false(tenon_migrate(t->db, &(tenon_migrations){items, count}, &in_a_hurry, &t->error));
    if (t->error.status != status ||
        (!strstr(t->error.message, text) && !strstr(t->error.hint, text)))
        fail_msg("%s: %s (%s)", tenon_status_name(t->error.status), t->error.message,
                 t->error.hint);
}

tenon_migration_status status_of(target *t, const tenon_migration *items, size_t count,
                                 const char *name)
{
    tenon_session *s = tenon_session_open(t->db, NULL);
    tenon_migration_list list = tenon_migrate_status(s, &(tenon_migrations){items, count});
    tenon_migration_status found = {0};
    if (tenon_failed(s))
        fail_msg("%s", tenon_message(s));
    for (size_t i = 0; i < list.count; i++)
        if (!strcmp(list.items[i].name, name))
            found = list.items[i];
    tenon_session_close(s);
    return found;
}

const char *ask(target *t, const char *sql)
{
    const char *value = testdb_value(t->url, sql);
    return value ? value : "";
}

bool has_table(target *t, const char *name)
{
    char sql[256];
    snprintf(sql, sizeof sql,
             t->is_sqlite ? "SELECT count(*) FROM sqlite_schema WHERE name = '%s'"
                          : "SELECT count(*) FROM pg_class WHERE relname = '%s'",
             name);
    return strcmp(ask(t, sql), "0") != 0;
}
