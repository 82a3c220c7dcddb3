/* Reading query files: texts, files, and folders with all their *.sql files, in order of path.
 *
 * The files are read first and parsed then, because a query may have its text for one database in
 * one file and that for the other in another. */
#include "sqlfile/parse.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { FILE_MOST_BYTES = 4 << 20 };

typedef struct source_list {
    tenon__arena arena;
    schema_source *items;
    size_t count, capacity;
} source_list;

static void release_list(source_list *list)
{
    tenon__arena_release(&list->arena);
}

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static void close_walk(FTS **walk)
{
    if (*walk)
        fts_close(*walk);
}

static bool fail_reading(tenon_error *err, const char *path)
{
    return tenon__fail(err, TENON_IO, "cannot read %s: %s", path, strerror(errno));
}

static bool ends_in(const char *text, const char *ending)
{
    size_t length = strlen(text), size = strlen(ending);
    return length > size && !strcmp(text + length - size, ending);
}

/* ---- files ----------------------------------------------------------------------------------- */

static bool add_file(source_list *list, const char *path, tenon_error *err)
{
    TENON__CLEANUP(close_file) FILE *file = fopen(path, "rb");
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {.limit_bytes = FILE_MOST_BYTES};
    char part[8192];
    size_t got;
    if (!file)
        return fail_reading(err, path);
    while ((got = fread(part, 1, sizeof part, file)) > 0)
        tenon__buf_add(&text, part, got);
    if (ferror(file))
        return fail_reading(err, path);
    if (text.failed)
        return tenon__fail(err, TENON_LIMIT, "%s is larger than %d bytes", path, FILE_MOST_BYTES);
    void *items =
        sql_grow(&list->arena, list->items, list->count, &list->capacity, sizeof *list->items);
    if (!items)
        return tenon__fail_no_memory(err);
    list->items = items;
    list->items[list->count++] = (schema_source){
        tenon__arena_text(&list->arena, path),
        tenon__arena_copy(&list->arena, tenon__buf_string(&text), text.length), text.length};
    return !list->arena.failed || tenon__fail_no_memory(err);
}

static int compare_sources(const void *left, const void *right)
{
    const schema_source *a = left, *b = right;
    return strcmp(a->path, b->path);
}

static bool add_folder(source_list *list, const char *path, tenon_error *err)
{
    char *const paths[] = {(char *)(uintptr_t)path, NULL};
    TENON__CLEANUP(close_walk) FTS *walk = fts_open(paths, FTS_LOGICAL | FTS_NOCHDIR, NULL);
    size_t first = list->count;
    if (!walk)
        return fail_reading(err, path);
    for (FTSENT *entry; (entry = fts_read(walk));) {
        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
            return (errno = entry->fts_errno), fail_reading(err, entry->fts_path);
        if (entry->fts_info == FTS_F && ends_in(entry->fts_name, ".sql") &&
            !add_file(list, entry->fts_path, err))
            return false;
    }
    if (list->count > first)
        qsort(list->items + first, list->count - first, sizeof *list->items, compare_sources);
    return true;
}

sqlfile_set *sqlfile_read(const char *const *paths, size_t count, const schema *s, tenon_error *err)
{
    TENON__CLEANUP(release_list) source_list list = {0};
    struct stat status;
    for (size_t i = 0; i < count; i++) {
        if (stat(paths[i], &status) != 0) {
            fail_reading(err, paths[i]);
            return NULL;
        }
        if (S_ISDIR(status.st_mode) ? !add_folder(&list, paths[i], err)
                                    : !add_file(&list, paths[i], err))
            return NULL;
    }
    return sqlfile_read_texts(list.items, list.count, s, err);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool copy_source(sqlfile_set *set, size_t at, const schema_source *source, tenon_error *err)
{
    tenon__arena *arena = &set->report.arena;
    if (!tenon__utf8_is_valid(source->text, source->length))
        return tenon__fail(err, TENON_VALIDATION, "%s is not a UTF-8 text", source->path);
    set->report.files[at] =
        (schema_source){tenon__arena_text(arena, source->path),
                        tenon__arena_copy(arena, source->text, source->length), source->length};
    return !arena->failed || tenon__fail_no_memory(err);
}

static unsigned default_databases(const schema *s)
{
    bool is_sqlite = s && s->datasource && s->datasource->provider == SCHEMA_SQLITE;
    return is_sqlite ? SQL_ON_SQLITE : SQL_ON_POSTGRESQL;
}

static void parse_file(sqlfile_set *set, uint32_t at)
{
    const char *path = set->report.files[at].path;
    if (ends_in(path, ".postgresql.sql"))
        sql_parse_file(set, at, SQL_ON_POSTGRESQL, true);
    else if (ends_in(path, ".sqlite.sql"))
        sql_parse_file(set, at, SQL_ON_SQLITE, true);
    else
        sql_parse_file(set, at, default_databases(set->schema), false);
}

static bool parse_all(sqlfile_set *set, const schema_source *sources, size_t count,
                      tenon_error *err)
{
    set->report.files = tenon__arena_array(&set->report.arena, count, sizeof *sources);
    if (!set->report.files)
        return tenon__fail_no_memory(err);
    set->report.file_count = count;
    for (size_t i = 0; i < count; i++)
        if (!copy_source(set, i, &sources[i], err))
            return false;
    for (size_t i = 0; i < count; i++)
        parse_file(set, (uint32_t)i);
    for (size_t i = 0; i < set->query_count && !set->report.arena.failed; i++)
        sql_resolve_conditions(set, &set->queries[i]);
    return !set->report.arena.failed || tenon__fail_no_memory(err);
}

sqlfile_set *sqlfile_read_texts(const schema_source *sources, size_t count, const schema *s,
                                tenon_error *err)
{
    sqlfile_set *set = calloc(1, sizeof *set);
    if (!set) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    set->schema = s;
    set->described = s ? describe_schema(s, err) : NULL;
    if ((set->described || !s) && parse_all(set, sources, count, err))
        return set;
    sqlfile_free(set);
    return NULL;
}

void sqlfile_free(sqlfile_set *set)
{
    if (!set)
        return;
    describe_free(set->described);
    tenon__arena_release(&set->report.arena);
    free(set);
}

size_t sqlfile_error_count(const sqlfile_set *set)
{
    return schema_error_count(&set->report);
}
