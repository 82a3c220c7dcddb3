/* See file_output.h. */
#include "commands/file_output.h"

#include "core/core.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static void free_text(char **text)
{
    free(*text);
}

static bool write_all(int file, const char *text, size_t length)
{
    while (length) {
        ssize_t written = write(file, text, length);
        if (written < 0 && errno == EINTR)
            continue;
        if (written <= 0)
            return false;
        text += written;
        length -= (size_t)written;
    }
    return true;
}

/* What open would give. */
static mode_t new_file_mode(void)
{
    mode_t mask = umask(0);
    umask(mask);
    return 0666 & ~mask;
}

/* Gives the new file the owner, where that is allowed, and the mode of the old one. */
static bool copy_rights(int file, const char *path)
{
    struct stat status;

    if (stat(path, &status) != 0)
        return errno == ENOENT && fchmod(file, new_file_mode()) == 0;
    if (fchown(file, status.st_uid, status.st_gid) != 0 && errno != EPERM)
        return false;
    return fchmod(file, status.st_mode & 07777) == 0;
}

/* Writes `temporary`, made by mkstemp, and renames it to `path`. */
static bool write_and_rename(int file, const char *temporary, const char *path, const char *text)
{
    bool is_written =
        copy_rights(file, path) && write_all(file, text, strlen(text)) && fsync(file) == 0;

    is_written &= close(file) == 0;
    if (is_written && rename(temporary, path) == 0)
        return true;
    int reason = errno;
    unlink(temporary);
    errno = reason;
    return false;
}

bool file_output_replace(const char *path, const char *text)
{
    /* A symbolic link stays one: what it refers to is replaced. */
    TENON__CLEANUP(free_text) char *real = realpath(path, NULL);
    TENON__CLEANUP(tenon__buf_release) tenon__buf temporary = {0};

    if (!real && errno != ENOENT)
        return false;
    tenon__buf_format(&temporary, "%s.XXXXXX", real ? real : path);
    if (temporary.failed)
        return false;
    int file = mkstemp(temporary.data);
    return file >= 0 && write_and_rename(file, temporary.data, real ? real : path, text);
}
