/* Reading a folder of migrations. */
#include "migrate/migrate.h"
#include "migrate/toml.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- the files of one ------------------------------------------------------------------------ */

/* The text in the arena; NULL when there is no such file. False with *err. */
static bool read_text(migrate_folder *f, const char *folder, const char *name, const char **out,
                      tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    struct stat status;
    const char *path = tenon__arena_format(&f->arena, "%s/%s", folder, name);
    *out = NULL;
    if (!path)
        return tenon__fail_no_memory(err);
    if (stat(path, &status) != 0)
        return true;
    if (!migrate_read_file(path, &text, err))
        return false;
    if (memchr(tenon__buf_string(&text), '\0', text.length))
        return tenon__fail(err, TENON_MISUSE, "%s is no text", path);
    *out = tenon__arena_copy(&f->arena, tenon__buf_string(&text), text.length);
    return *out || tenon__fail_no_memory(err);
}

static bool read_words(migrate_folder *f, migrate_entry *entry, tenon_migration *item,
                       tenon_error *err)
{
    const char *text;
    if (!read_text(f, entry->path, "tenon.toml", &text, err))
        return false;
    if (!text)
        return true;
    entry->parent = migrate_toml_text(text, "parent", &f->arena);
    entry->parent_checksum = migrate_toml_text(text, "parent_checksum", &f->arena);
    item->replaces = migrate_toml_texts(text, "replaces", &f->arena);
    return !f->arena.failed || tenon__fail_no_memory(err);
}

static bool read_entry(migrate_folder *f, const char *name, tenon_error *err)
{
    migrate_entry *entry = &f->entries[f->count];
    tenon_migration *item = &f->items[f->count];
    *entry = (migrate_entry){.name = tenon__arena_text(&f->arena, name),
                             .path = tenon__arena_format(&f->arena, "%s/%s", f->path, name)};
    if (!entry->name || !entry->path)
        return tenon__fail_no_memory(err);
    *item = (tenon_migration){.name = entry->name};
    if (!read_text(f, entry->path, "migration.sql", &item->sql, err) ||
        !read_text(f, entry->path, "down.sql", &item->down_sql, err) ||
        !read_text(f, entry->path, "after.schema", &entry->after, err) ||
        !read_words(f, entry, item, err))
        return false;
    if (!item->sql) {
        tenon__fail(err, TENON_MISUSE, "%s has no migration.sql", entry->path);
        tenon__hint(err, "write it, or take the folder away");
        return false;
    }
    f->count++;
    return true;
}

/* ---- the folder ------------------------------------------------------------------------------ */

static int is_entry(const struct dirent *entry)
{
    return entry->d_name[0] != '.' &&
           (entry->d_type == DT_DIR || entry->d_type == DT_UNKNOWN || entry->d_type == DT_LNK);
}

/* By bytes, as lib/migrate wants it, whatever the locale. */
static int compare_entries(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static bool is_folder(const migrate_folder *f, const char *name)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    struct stat status;
    tenon__buf_format(&path, "%s/%s", f->path, name);
    return !path.failed && stat(path.data, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool read_entries(migrate_folder *f, struct dirent **names, size_t count, tenon_error *err)
{
    f->entries = tenon__arena_array(&f->arena, count + 1, sizeof *f->entries);
    f->items = tenon__arena_array(&f->arena, count + 1, sizeof *f->items);
    if (!f->entries || !f->items)
        return tenon__fail_no_memory(err);
    for (size_t i = 0; i < count; i++)
        if (is_folder(f, names[i]->d_name) && !read_entry(f, names[i]->d_name, err))
            return false;
    return true;
}

static bool read_lock(migrate_folder *f, tenon_error *err)
{
    const char *text;
    if (!read_text(f, f->path, "migration_lock.toml", &text, err))
        return false;
    f->provider = text ? migrate_toml_text(text, "provider", &f->arena) : NULL;
    return true;
}

bool migrate_folder_read(const char *path, migrate_folder *out, tenon_error *err)
{
    struct dirent **names = NULL;
    *out = (migrate_folder){0};
    out->path = tenon__arena_text(&out->arena, path);
    if (!out->path)
        return tenon__fail_no_memory(err);
    int count = scandir(path, &names, is_entry, compare_entries);
    if (count < 0 && errno != ENOENT)
        return tenon__fail(err, TENON_IO, "cannot read the folder %s: %s", path, strerror(errno));
    bool is_done =
        read_entries(out, names, count > 0 ? (size_t)count : 0, err) && read_lock(out, err);
    while (count > 0)
        free(names[--count]);
    free(names);
    return is_done;
}

void migrate_folder_release(migrate_folder *folder)
{
    tenon__arena_release(&folder->arena);
}

bool migrate_folder_check(const migrate_folder *folder, tenon_dialect dialect, tenon_error *err)
{
    const char *wanted = dialect == TENON_SQLITE ? "sqlite" : "postgresql";
    bool is_right = !folder->provider || !strcmp(folder->provider, wanted) ||
                    (dialect == TENON_POSTGRESQL && (!strcmp(folder->provider, "postgres") ||
                                                     !strcmp(folder->provider, "cockroachdb")));
    return is_right || tenon__fail(err, TENON_CONFLICT,
                                   "the migrations of %s are for %s, and the database is %s",
                                   folder->path, folder->provider, wanted);
}

bool migrate_is_contract(const char *sql)
{
    static const char mark[] = "-- tenon:contract";
    return !strncmp(sql, mark, sizeof mark - 1);
}

const migrate_entry *migrate_last(const migrate_folder *folder)
{
    return folder->count ? &folder->entries[folder->count - 1] : NULL;
}
