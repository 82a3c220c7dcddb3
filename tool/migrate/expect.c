/* What a folder of migrations leads to.
 *
 * The schema that stands beside the last migration tells it without any database. Of migrations
 * that others wrote, only running them tells. */
#include "migrate/migrate.h"

#include "scratch/scratch.h"

static catalogue *read_database(const char *url, const migrate_folder *folder,
                                const char *const *namespaces, size_t namespace_count,
                                tenon_error *err)
{
    catalogue *found = NULL;
    const tenon_migrations list = migrate_list(folder);
    const tenon_migrate_options whole = {.run_contracts = true};
    tenon_db *db = tenon_open(url, NULL, err);
    if (db && tenon_migrate(db, &list, &whole, err)) {
        tenon_session *s = tenon_session_open(db, NULL);
        found = s ? catalogue_read(s, namespaces, namespace_count, err) : NULL;
        tenon_session_close(s);
    }
    tenon_close(db);
    return found;
}

catalogue *migrate_replay(const migrate_folder *folder, tenon_dialect dialect,
                          const char *const *namespaces, size_t namespace_count, tenon_error *err)
{
    catalogue *found = NULL;
    scratch *room = scratch_open(&(scratch_options){.dialect = dialect}, err);
    const char *url = room ? scratch_database(room, err) : NULL;
    if (url)
        found = read_database(url, folder, namespaces, namespace_count, err);
    scratch_close(room);
    return found;
}

catalogue *migrate_expect(const migrate_folder *folder, tenon_dialect dialect,
                          const char *const *namespaces, size_t namespace_count, tenon_error *err)
{
    const migrate_entry *last = migrate_last(folder);
    if (!last || !last->after)
        return migrate_replay(folder, dialect, namespaces, namespace_count, err);
    const schema_source source = {"after.schema", last->after, strlen(last->after)};
    catalogue *wanted = NULL;
    schema *after = schema_read_texts(&source, 1, err);
    if (after && schema_error_count(after))
        tenon__fail(err, TENON_SCHEMA, "%s/after.schema is no schema without errors", last->path);
    else if (after)
        wanted = catalogue_of_schema(after, dialect, err);
    schema_free(after);
    return wanted;
}
