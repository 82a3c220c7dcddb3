/* A copy of an SQLite database before something is done to it.
 *
 * VACUUM INTO copies what is committed, whoever else is at work, and leaves the file-system's own
 * copy alone. The copies stand beside the database and end in ".bak"; the oldest go when there are
 * more than are kept. */
#include "migrate/migrate.h"

#include "db/db.h"
#include "rows/rows.h"

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

/* *is_copied stays false when there is nothing in it. */
static bool copy_to(tenon_session *s, const char *path, bool *is_copied)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf sql = {0};
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    const rows_query first = {.sql = "SELECT '1' FROM sqlite_schema LIMIT 1", .columns = 1};
    rows found;
    if (!rows_read(s, &first, &arena, &found) || !found.count)
        return !tenon_failed(s);
    tenon__buf_text(&sql, "VACUUM INTO '");
    for (; *path; path++) {
        if (*path == '\'')
            tenon__buf_char(&sql, '\'');
        tenon__buf_char(&sql, *path);
    }
    tenon__buf_char(&sql, '\'');
    if (sql.failed)
        return tenon__fail_no_memory(tenon__session_error(s));
    *is_copied = tenon_execute(s, sql.data);
    return *is_copied;
}

static void write_path(const char *database, tenon__buf *out)
{
    char digits[32];
    struct tm tm;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &tm);
    strftime(digits, sizeof digits, "%Y%m%d%H%M%S", &tm);
    tenon__buf_format(out, "%s.%s%03ld.bak", database, digits, now.tv_nsec / 1000000);
}

bool migrate_backup(tenon_db *db, size_t keep, tenon__buf *path, tenon_error *err)
{
    const char *database = path_of(db);
    bool is_copied = false;
    if (!database || keep == 0)
        return true;
    write_path(database, path);
    tenon_session *s = tenon_session_open(db, NULL);
    bool is_done = s && !path->failed && copy_to(s, path->data, &is_copied);
    if (!is_done && s && tenon_failed(s))
        *err = *tenon_session_error(s);
    else if (!is_done)
        tenon__fail_no_memory(err);
    tenon_session_close(s);
    if (is_copied)
        drop_oldest(database, keep);
    else
        tenon__buf_clear(path);
    return is_done;
}
