/* Generated files on disk: nothing is replaced that we did not write, and nothing by halves.
 *
 * All files are looked at before the first is touched. Each is then written beside its target and
 * renamed over it, so that a reader (or a crash) sees the old text or the new one. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "generate/generate.h"

typedef enum file_state { FILE_MISSING, FILE_SAME, FILE_DIFFERS, FILE_FOREIGN } file_state;

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static bool fail_file(tenon_error *err, const char *what, const char *path)
{
    return tenon__fail(err, TENON_IO, "cannot %s %s: %s", what, path, strerror(errno));
}

static bool read_file(const char *path, tenon__buf *out, tenon_error *err)
{
    TENON__CLEANUP(close_file) FILE *file = fopen(path, "rb");
    char chunk[16384];
    size_t length;
    if (!file)
        return fail_file(err, "read", path);
    while ((length = fread(chunk, 1, sizeof chunk, file)) > 0)
        tenon__buf_add(out, chunk, length);
    if (ferror(file))
        return fail_file(err, "read", path);
    return !out->failed || tenon__fail_no_memory(err);
}

static bool look_at(const char *path, const generate_file *wanted, file_state *state,
                    tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    *state = FILE_MISSING;
    if (access(path, F_OK) != 0)
        return errno == ENOENT || fail_file(err, "read", path);
    if (!read_file(path, &text, err))
        return false;
    if (text.length == wanted->length &&
        !memcmp(tenon__buf_string(&text), wanted->text, text.length))
        *state = FILE_SAME;
    else if (!strncmp(tenon__buf_string(&text), GENERATE_MARK, strlen(GENERATE_MARK)))
        *state = FILE_DIFFERS;
    else
        *state = FILE_FOREIGN;
    return true;
}

static bool make_directories(const char *directory, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    for (const char *at = directory; !path.failed; at++) {
        if ((*at == '/' || !*at) && path.length && mkdir(path.data, 0777) != 0 && errno != EEXIST)
            return fail_file(err, "make the folder", path.data);
        if (!*at)
            return true;
        tenon__buf_char(&path, *at);
    }
    return tenon__fail_no_memory(err);
}

static bool replace_file(const char *path, const generate_file *wanted, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf temporary = {0};
    tenon__buf_format(&temporary, "%s.XXXXXX", path);
    if (temporary.failed)
        return tenon__fail_no_memory(err);
    int descriptor = mkstemp(temporary.data);
    FILE *file = descriptor >= 0 ? fdopen(descriptor, "wb") : NULL;
    if (!file)
        return fail_file(err, "write", temporary.data);
    mode_t mask = umask(0);
    umask(mask);
    bool is_written = fwrite(wanted->text, 1, wanted->length, file) == wanted->length &&
                      fflush(file) == 0 && fchmod(descriptor, 0666 & ~mask) == 0;
    is_written &= fclose(file) == 0;
    if (is_written && rename(temporary.data, path) == 0)
        return true;
    fail_file(err, "write", path);
    unlink(temporary.data);
    return false;
}

static char *join_path(tenon__arena *arena, const char *directory, const char *name)
{
    bool is_plain = !*directory || !strcmp(directory, ".");
    return is_plain ? tenon__arena_text(arena, name)
                    : tenon__arena_format(arena, "%s/%s", directory, name);
}

static bool examine(const generate_output *output, const char *directory, char **paths,
                    file_state *states, tenon__arena *arena, tenon_error *err)
{
    for (size_t i = 0; i < output->count; i++) {
        paths[i] = join_path(arena, directory, output->files[i].name);
        if (!paths[i])
            return tenon__fail_no_memory(err);
        if (!look_at(paths[i], &output->files[i], &states[i], err))
            return false;
        if (states[i] == FILE_FOREIGN) {
            tenon__fail(err, TENON_VALIDATION, "%s was not written by tenon, so it stays",
                        paths[i]);
            tenon__hint(err, "move it away, or choose another output or name in the generator "
                             "block of the schema");
            return false;
        }
    }
    return true;
}

static bool write_changed(const generate_output *output, char **paths, const file_state *states,
                          bool only_check, FILE *out, generate_report *report, tenon_error *err)
{
    for (size_t i = 0; i < output->count; i++) {
        if (states[i] == FILE_SAME) {
            report->unchanged++;
            continue;
        }
        if (!only_check && !replace_file(paths[i], &output->files[i], err))
            return false;
        report->written++;
        const char *verb = states[i] == FILE_MISSING ? "created" : "updated";
        if (only_check)
            verb = states[i] == FILE_MISSING ? "missing" : "out of date";
        fprintf(out, "%s: %s\n", paths[i], verb);
    }
    return true;
}

static void release_arena(tenon__arena *arena)
{
    tenon__arena_release(arena);
}

bool generate_write(const generate_output *output, const char *directory, bool only_check,
                    FILE *out, generate_report *report, tenon_error *err)
{
    TENON__CLEANUP(release_arena) tenon__arena arena = {0};
    char **paths = tenon__arena_array(&arena, output->count, sizeof *paths);
    file_state *states = tenon__arena_array(&arena, output->count, sizeof *states);
    *report = (generate_report){0};
    if (!paths || !states)
        return tenon__fail_no_memory(err);
    if (!examine(output, directory, paths, states, &arena, err))
        return false;
    if (!only_check && !make_directories(directory, err))
        return false;
    return write_changed(output, paths, states, only_check, out, report, err);
}
