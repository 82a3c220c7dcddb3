/* Finds the queries, and the migrations that the databases to ask are made with. */
#include "commands/queries_input.h"

#include "commands/generator_block.h"
#include "commands/migrate_input.h"
#include "commands/schema_input.h"
#include "db/db.h"
#include "migrate/migrate.h"

#include <sys/stat.h>

/* In the folder of the queries. */
#define CACHE_NAME "tenon.checked"

static bool find_queries(const schema *s, const char *schema_path, const queries_choice *given,
                         tenon__buf *out, tenon_error *err)
{
    if (!given->queries && schema_input_is_stdin(schema_path))
        return true;
    if (!given->queries)
        return generator_block_queries(s, schema_path, out, err);
    tenon__buf_text(out, given->queries);
    return !out->failed || tenon__fail_no_memory(err);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* The migrations beside the schema; what is no folder of migrations is none. */
static bool read_migrations(const schema *s, migrate_folder *out, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    tenon_error unheeded = {0};
    migrate_input_find_folder(s, &path);
    if (path.failed)
        return tenon__fail_no_memory(err);
    if (!migrate_folder_read(tenon__buf_string(&path), out, &unheeded))
        *out = (migrate_folder){0};
    return true;
}

static bool check(sqlfile_set *set, const migrate_folder *folder, const queries_choice *given,
                  const char *cache, tenon_error *err)
{
    tenon_error mismatch = {0};
    const tenon_migrations migrations = migrate_list(folder);
    sqlfile_options options = {.server = given->server,
                               .cache = cache,
                               .keeps_cache = given->is_read_only,
                               .lints = given->asks};
    const tenon__driver *driver = given->url ? tenon__driver_of_url(given->url, err) : NULL;
    if (given->url && !driver)
        return false;
    if (driver)
        options.urls[driver->dialect - 1] = given->url;
    for (unsigned d = 0; d < SQLFILE_DIALECTS; d++)
        if (migrate_folder_check(folder, (tenon_dialect)(d + 1), &mismatch))
            options.migrations[d] = &migrations;
    return sqlfile_check(set, &options, err);
}

bool queries_input_read(const schema *s, const char *schema_path, const queries_choice *given,
                        sqlfile_set **out, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0}, cache = {0};
    TENON__CLEANUP(migrate_folder_release) migrate_folder folder = {0};
    *out = NULL;
    if (!find_queries(s, schema_path, given, &path, err))
        return false;
    if (!path.length)
        return true;
    const char *paths[] = {tenon__buf_string(&path)};
    if (!read_migrations(s, &folder, err))
        return false;
    /* What is given by its file, or asked of a database that may have other tables, is not kept. */
    bool is_kept = !given->asks && !given->url && is_folder(paths[0]);
    tenon__buf_text(&cache, is_kept ? paths[0] : "");
    tenon__buf_text(&cache, "/" CACHE_NAME);
    if (cache.failed)
        return tenon__fail_no_memory(err);
    sqlfile_set *set = sqlfile_read(paths, 1, s, err);
    if (set && check(set, &folder, given, is_kept ? cache.data : NULL, err)) {
        *out = set;
        return true;
    }
    sqlfile_free(set);
    return false;
}

uint64_t queries_input_hash(const schema *s, const char *schema_path, const queries_choice *given)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    tenon_error unheeded = {0};
    uint64_t hash = 0;
    if (!find_queries(s, schema_path, given, &path, &unheeded) || !path.length)
        return 0;
    const char *paths[] = {path.data};
    sqlfile_set *set = sqlfile_read(paths, 1, s, &unheeded);
    for (size_t i = 0; set && i < set->report.file_count; i++) {
        const schema_source *file = &set->report.files[i];
        hash = hash * 31 + tenon__hash(file->path, strlen(file->path));
        hash = hash * 31 + tenon__hash(file->text, file->length);
    }
    sqlfile_free(set);
    return hash;
}
