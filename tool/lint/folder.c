/* Files and folders: which of them are migrations, in which order, for which database.
 *
 *     migrations/20240131_users/migration.sql    Prisma Migrate and tenon; down.sql beside it
 *     migrations/V1.2__users.sql                 Flyway: by version, U… undoes, R… comes last
 *     migrations/001_users.sql                   others: by name; those that undo are left out */
#include "lint/lint_inside.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* ---- reading ---- */

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static bool is_file(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISREG(status.st_mode);
}

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

/* The text of a file; what stands behind a NUL is not read. */
static bool read_text(const char *path, tenon__buf *out, tenon_error *err)
{
    char part[16384];
    size_t length;
    TENON__CLEANUP(close_file) FILE *file = fopen(path, "rb");
    if (!file)
        return tenon__fail(err, TENON_IO, "cannot read %s: %s", path, strerror(errno));
    out->limit_bytes = PGPARSE_LIMIT_BYTES;
    while ((length = fread(part, 1, sizeof part, file)) > 0)
        tenon__buf_add(out, part, length);
    if (ferror(file))
        return tenon__fail(err, TENON_IO, "cannot read %s: %s", path, strerror(errno));
    if (out->failed)
        return tenon__fail(err, TENON_LIMIT, "%s is larger than %d MB", path,
                           PGPARSE_LIMIT_BYTES >> 20);
    return true;
}

static bool add_path(lint *l, const char *path, const lint_file *about, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (!read_text(path, &text, err))
        return false;
    lint_file file = *about;
    file.path = lint_format_text(l, "%s", path);
    file.text = lint_format_text(l, "%s", tenon__buf_string(&text));
    file.has_nul = strlen(tenon__buf_string(&text)) < text.length;
    return lint_add_file(l, &file, err);
}

/* ---- the database that a folder is for ---- */

static void use_lock_file(lint *l, const char *folder)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    const char *path = lint_format_text(l, "%s/migration_lock.toml", folder);
    if (l->options.is_dialect_given || !is_file(path) || !read_text(path, &text, NULL))
        return;
    bool is_sqlite = strstr(tenon__buf_string(&text), "\"sqlite\"") != NULL;
    l->options.dialect = is_sqlite ? TENON_SQLITE : TENON_POSTGRESQL;
}

/* Of a file or a folder of one migration: beside it or one up. */
static void use_lock_file_above(lint *l, const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *folder = slash ? lint_format_text(l, "%.*s", (int)(slash - path), path) : ".";
    use_lock_file(l, folder);
    use_lock_file(l, lint_format_text(l, "%s/..", folder));
}

/* ---- names and their order ---- */

typedef struct entry {
    const char *name;
    bool is_migration; /* a folder with a migration.sql in it */
} entry;

typedef struct listing {
    entry *items;
    size_t count;
} listing;

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

static bool is_versioned(const char *name, char letter)
{
    return name[0] == letter && isdigit((unsigned char)name[1]);
}

static bool is_repeatable(const char *name)
{
    return strncmp(name, "R__", 3) == 0;
}

static bool is_up(const char *name)
{
    return ends_with(name, ".sql") && !ends_with(name, ".down.sql") &&
           !ends_with(name, "_down.sql") && strcmp(name, "down.sql") != 0 &&
           !is_versioned(name, 'U');
}

static int compare_entries(const void *left, const void *right)
{
    const char *a = ((const entry *)left)->name, *b = ((const entry *)right)->name;
    if (is_repeatable(a) != is_repeatable(b))
        return is_repeatable(a) ? 1 : -1;
    if (is_versioned(a, 'V') && is_versioned(b, 'V'))
        return strverscmp(a, b);
    return strcmp(a, b);
}

static void add_entry(lint *l, listing *list, const char *folder, const char *name)
{
    const char *inside = lint_format_text(l, "%s/%s/migration.sql", folder, name);
    bool is_migration = is_file(inside);
    const char *path = lint_format_text(l, "%s/%s", folder, name);
    if (!is_migration && (!is_up(name) || !is_file(path)))
        return;
    if ((list->count & (list->count - 1)) == 0) {
        size_t room = list->count ? list->count * 2 : 1;
        void *items = tenon__arena_resize(&l->arena, list->items, room * sizeof *list->items);
        l->failed |= !items;
        if (!items)
            return;
        list->items = items;
    }
    list->items[list->count++] = (entry){lint_format_text(l, "%s", name), is_migration};
}

static bool list_folder(lint *l, const char *folder, listing *list, tenon_error *err)
{
    DIR *open = opendir(folder);
    if (!open)
        return tenon__fail(err, TENON_IO, "cannot read %s: %s", folder, strerror(errno));
    for (const struct dirent *e = readdir(open); e && !l->failed; e = readdir(open))
        if (e->d_name[0] != '.')
            add_entry(l, list, folder, e->d_name);
    closedir(open);
    if (list->count)
        qsort(list->items, list->count, sizeof *list->items, compare_entries);
    return !l->failed || tenon__fail_no_memory(err);
}

/* ---- the whole ---- */

static bool add_entries(lint *l, const char *folder, const listing *list, tenon_error *err)
{
    size_t latest = l->options.latest;
    for (size_t i = 0; i < list->count; i++) {
        const entry *e = &list->items[i];
        lint_file about = {
            .name = e->name,
            .is_migration = e->is_migration,
            .is_quiet = latest && i + latest < list->count,
            .is_applied = lint_is_applied(l, e->name),
        };
        const char *path = lint_format_text(l, "%s/%s%s", folder, e->name,
                                            e->is_migration ? "/migration.sql" : "");
        if (!add_path(l, path, &about, err))
            return false;
    }
    return true;
}

static bool read_folder(lint *l, const char *folder, tenon_error *err)
{
    listing list = {0};
    use_lock_file(l, folder);
    if (!list_folder(l, folder, &list, err))
        return false;
    if (!list.count)
        return tenon__fail(err, TENON_IO, "there are no migrations in %s", folder);
    lint_read_history(l);
    size_t first = l->file_count;
    if (!add_entries(l, folder, &list, err))
        return false;
    lint_judge_history(l, first);
    return true;
}

bool lint_read_path(lint *l, const char *path, tenon_error *err)
{
    const char *clean = lint_format_text(l, "%s", path);
    size_t length = strlen(clean);
    while (length > 1 && clean[length - 1] == '/')
        clean = lint_format_text(l, "%.*s", (int)--length, clean);
    const char *one = lint_format_text(l, "%s/migration.sql", clean);
    lint_file about = {.is_migration = is_file(one)};
    if (!is_folder(clean) || about.is_migration) {
        use_lock_file_above(l, about.is_migration ? one : clean);
        return add_path(l, about.is_migration ? one : clean, &about, err);
    }
    return read_folder(l, clean, err);
}
