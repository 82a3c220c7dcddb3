/* Reading schemas: a text, a file, or a folder with all its *.prisma files.
 *
 * The files of a folder are one schema: names are resolved over all of them. Their order is that of
 * their paths, byte by byte, so that every machine sees the same one. A file that is not UTF-8
 * cannot be read, which is an error of the call and no diagnostic. */
#include "schema/ast.h"
#include "schema/report.h"

#include <errno.h>
#include <fts.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { MAX_FILE_BYTES = 16 * 1024 * 1024 };

/* ---- texts ---- */

static bool fail_too_large(tenon_error *err, const char *path)
{
    return tenon__fail(err, TENON_LIMIT, "%s is larger than %d bytes", path, MAX_FILE_BYTES);
}

static bool check_text(const schema_source *source, tenon_error *err)
{
    if (source->length > MAX_FILE_BYTES)
        return fail_too_large(err, source->path);
    if (!tenon__utf8_is_valid(source->text, source->length))
        return tenon__fail(err, TENON_VALIDATION, "%s is not a UTF-8 text", source->path);
    return true;
}

static bool copy_sources(schema *s, const schema_source *sources, size_t count)
{
    if (!(s->files = tenon__arena_array(&s->arena, count, sizeof *s->files)))
        return false;
    s->file_count = count;
    for (size_t i = 0; i < count; i++) {
        s->files[i].path = tenon__arena_text(&s->arena, sources[i].path);
        s->files[i].text = tenon__arena_copy(&s->arena, sources[i].text, sources[i].length);
        s->files[i].length = sources[i].length;
    }
    return !s->arena.failed;
}

static bool parse_and_check(schema *s)
{
    ast_file **trees = tenon__arena_array(&s->arena, s->file_count, sizeof *trees);

    if (!trees)
        return false;
    s->trees = trees;
    for (size_t i = 0; i < s->file_count; i++) {
        if (!(trees[i] = ast_parse(s, i)))
            return false;
    }
    schema_check_trees(s, trees);
    report_sort(s);
    return !s->has_failed_memory && !s->arena.failed;
}

schema *schema_read_texts(const schema_source *sources, size_t count, tenon_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!check_text(&sources[i], err))
            return NULL;
    }
    schema *s = calloc(1, sizeof *s);
    if (s && copy_sources(s, sources, count) && parse_and_check(s))
        return s;
    schema_free(s);
    tenon__fail_no_memory(err);
    return NULL;
}

void schema_free(schema *s)
{
    if (!s)
        return;
    tenon__arena_release(&s->arena);
    free(s);
}

/* ---- files ---- */

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

static bool fail_reading(tenon_error *err, const char *path)
{
    return tenon__fail(err, TENON_IO, "cannot read %s: %s", path, strerror(errno));
}

static bool read_text(FILE *file, const char *path, tenon__buf *text, tenon_error *err)
{
    char part[8192];
    size_t got;

    while ((got = fread(part, 1, sizeof part, file)) > 0) {
        if (text->length + got > MAX_FILE_BYTES)
            return fail_too_large(err, path);
        tenon__buf_add(text, part, got);
    }
    if (ferror(file))
        return fail_reading(err, path);
    return !text->failed || tenon__fail_no_memory(err);
}

static bool add_source(source_list *list, const char *path, const tenon__buf *text,
                       tenon_error *err)
{
    if (list->count == list->capacity) {
        size_t capacity = list->capacity ? list->capacity * 2 : 8;
        void *items =
            tenon__arena_resize(&list->arena, list->items, capacity * sizeof *list->items);
        if (!items)
            return tenon__fail_no_memory(err);
        list->items = items;
        list->capacity = capacity;
    }
    list->items[list->count++] = (schema_source){
        tenon__arena_text(&list->arena, path),
        tenon__arena_copy(&list->arena, tenon__buf_string(text), text->length), text->length};
    return !list->arena.failed || tenon__fail_no_memory(err);
}

static bool add_file(source_list *list, const char *path, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    TENON__CLEANUP(close_file) FILE *file = fopen(path, "rb");

    if (!file)
        return fail_reading(err, path);
    return read_text(file, path, &text, err) && add_source(list, path, &text, err);
}

/* ---- folders ---- */

static void close_walk(FTS **walk)
{
    if (*walk)
        fts_close(*walk);
}

static bool is_schema_file(const FTSENT *entry)
{
    size_t length = entry->fts_namelen;
    return entry->fts_info == FTS_F && length > 7 &&
           strcmp(entry->fts_name + length - 7, ".prisma") == 0;
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

    if (!walk)
        return fail_reading(err, path);
    for (FTSENT *entry; (entry = fts_read(walk));) {
        if (entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR)
            return (errno = entry->fts_errno), fail_reading(err, entry->fts_path);
        if (is_schema_file(entry) && !add_file(list, entry->fts_path, err))
            return false;
    }
    if (!list->count)
        return tenon__fail(err, TENON_IO, "%s has no .prisma file", path);
    qsort(list->items, list->count, sizeof *list->items, compare_sources);
    return true;
}

schema *schema_read_path(const char *path, tenon_error *err)
{
    TENON__CLEANUP(release_list) source_list list = {0};
    struct stat status;

    if (stat(path, &status) != 0) {
        fail_reading(err, path);
        return NULL;
    }
    bool is_read =
        S_ISDIR(status.st_mode) ? add_folder(&list, path, err) : add_file(&list, path, err);
    return is_read ? schema_read_texts(list.items, list.count, err) : NULL;
}
