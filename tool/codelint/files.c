/* Reading sources: texts, files, and folders with all their C and C++ files in order of path. */
#include "codelint/codelint_inside.h"

#include <errno.h>
#include <fts.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MOST_BYTES = 16 << 20 };

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

static bool judge_text(schema *report, const char *path, const char *text, size_t length)
{
    void *files = tenon__arena_resize(&report->arena, report->files,
                                      (report->file_count + 1) * sizeof *report->files);
    if (!files)
        return false;
    report->files = files;
    report->files[report->file_count++] =
        (schema_source){tenon__arena_text(&report->arena, path),
                        tenon__arena_copy(&report->arena, text, length), length};
    if (report->arena.failed)
        return false;
    code_judge(report, (uint32_t)(report->file_count - 1));
    return !report->has_failed_memory;
}

static bool judge_file(schema *report, const char *path, tenon_error *err)
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
    return judge_text(report, path, tenon__buf_string(&text), text.length) ||
           tenon__fail_no_memory(err);
}

/* ---- folders --------------------------------------------------------------------------------- */

static bool is_source(const char *name)
{
    static const char *const endings[] = {".c", ".h", ".cc", ".cpp", ".cxx", ".hh", ".hpp"};
    const char *ending = strrchr(name, '.');
    for (size_t i = 0; ending && i < TENON__COUNT(endings); i++)
        if (!strcmp(ending, endings[i]))
            return true;
    return false;
}

static int compare_entries(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool is_wanted(FTS *walk, FTSENT *entry)
{
    bool is_hidden = entry->fts_level > FTS_ROOTLEVEL && entry->fts_name[0] == '.';
    if (is_hidden && entry->fts_info == FTS_D)
        fts_set(walk, entry, FTS_SKIP);
    return entry->fts_info == FTS_F && !is_hidden &&
           (entry->fts_level == FTS_ROOTLEVEL || is_source(entry->fts_name));
}

/* A file that is named is read whatever its name. */
static bool judge_path(schema *report, const char *path, tenon_error *err)
{
    char *const paths[] = {(char *)(uintptr_t)path, NULL};
    TENON__CLEANUP(close_walk)
    FTS *walk = fts_open(paths, FTS_PHYSICAL | FTS_COMFOLLOW | FTS_NOCHDIR, compare_entries);
    if (!walk)
        return fail_reading(err, path);
    for (FTSENT *entry; (entry = fts_read(walk));) {
        bool is_lost =
            entry->fts_info == FTS_DNR || entry->fts_info == FTS_ERR || entry->fts_info == FTS_NS;
        if (is_lost)
            return (errno = entry->fts_errno), fail_reading(err, entry->fts_path);
        if (is_wanted(walk, entry) && !judge_file(report, entry->fts_path, err))
            return false;
    }
    return true;
}

schema *codelint_read(const char *const *paths, size_t count, tenon_error *err)
{
    schema *report = calloc(1, sizeof *report);
    if (!report) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    for (size_t i = 0; i < count; i++)
        if (!judge_path(report, paths[i], err)) {
            schema_free(report);
            return NULL;
        }
    return report;
}

schema *codelint_read_text(const char *path, const char *text)
{
    schema *report = calloc(1, sizeof *report);
    if (report && judge_text(report, path, text, strlen(text)))
        return report;
    schema_free(report);
    return NULL;
}
