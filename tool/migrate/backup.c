/* A copy of an SQLite database before something is done to it.
 *
 * VACUUM INTO copies what is committed, whoever else is at work, and leaves the file-system's own
 * copy alone. The copies stand beside the database and end in ".bak"; the oldest go when there are
 * more than are kept. */
#include "migrate/migrate.h"

#include "db/db.h"

#include <glob.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* The path of a database that is a file with something in it; else NULL. */
static const char *path_of(const tenon_db *db)
{
    struct stat status;
    const char *url = tenon__db_url(db);
    if (tenon_db_dialect(db) != TENON_SQLITE || strncmp(url, "sqlite:", 7) != 0)
        return NULL;
    return stat(url + 7, &status) == 0 && S_ISREG(status.st_mode) && status.st_size > 0 ? url + 7
                                                                                        : NULL;
}

/* Sorted by name, which is by time. */
static void drop_oldest(const char *path, size_t keep)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf pattern = {0};
    glob_t found;
    for (const char *c = path; *c; c++) {
        if (strchr("*?[]\\", *c))
            tenon__buf_char(&pattern, '\\');
        tenon__buf_char(&pattern, *c);
    }
    tenon__buf_text(&pattern, ".[0-9]*.bak");
    if (pattern.failed || glob(pattern.data, 0, NULL, &found) != 0)
        return;
    for (size_t i = 0; i + keep < found.gl_pathc; i++)
        unlink(found.gl_pathv[i]);
    globfree(&found);
}

static bool copy_to(tenon_db *db, const char *path, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    tenon__buf_text(&sql, "VACUUM INTO '");
    for (; *path; path++) {
        if (*path == '\'')
            tenon__buf_char(&sql, '\'');
        tenon__buf_char(&sql, *path);
    }
    tenon__buf_char(&sql, '\'');
    tenon_session *s = tenon_session_open(db, NULL);
    if (!s || sql.failed) {
        tenon_session_close(s);
        return tenon__fail_no_memory(err);
    }
    bool is_done = tenon_execute(s, sql.data);
    if (!is_done)
        *err = *tenon_session_error(s);
    tenon_session_close(s);
    return is_done;
}

bool migrate_backup(tenon_db *db, size_t keep, tenon__buf *path, tenon_error *err)
{
    char digits[32];
    struct tm tm;
    struct timespec now;
    const char *database = path_of(db);
    if (!database || keep == 0)
        return true;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &tm);
    tenon__buf_format(path, "%s.%s%03ld.bak", database, digits, now.tv_nsec / 1000000);
    if (path->failed)
        return tenon__fail_no_memory(err);
    if (!copy_to(db, path->data, err))
        return false;
    drop_oldest(database, keep);
    return true;
}
