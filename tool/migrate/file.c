/* Text files, read whole and replaced whole. */
#include "migrate/migrate.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static bool fail_file(tenon_error *err, const char *what, const char *path)
{
    return tenon__fail(err, TENON_IO, "cannot %s %s: %s", what, path, strerror(errno));
}

bool migrate_read_file(const char *path, tenon__buf *out, tenon_error *err)
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

static bool write_text(const char *path, const char *text, size_t length, tenon_error *err)
{
    FILE *file = fopen(path, "wb");
    if (!file)
        return fail_file(err, "write", path);
    bool is_written =
        fwrite(text, 1, length, file) == length && fflush(file) == 0 && fsync(fileno(file)) == 0;
    is_written = fclose(file) == 0 && is_written;
    return is_written || fail_file(err, "write", path);
}

bool migrate_write_file(const char *path, const char *text, size_t length, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf beside = {0};
    tenon__buf_format(&beside, "%s.new", path);
    if (beside.failed)
        return tenon__fail_no_memory(err);
    if (!write_text(beside.data, text, length, err))
        return false;
    if (rename(beside.data, path) == 0)
        return true;
    fail_file(err, "write", path);
    unlink(beside.data);
    return false;
}
