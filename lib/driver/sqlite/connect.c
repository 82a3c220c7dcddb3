/* Opening a database file, and what every connection to it is set to.
 *
 * - WAL: readers and the one writer do not wait for each other. synchronous=FULL by default: what
 *   was reported as saved survives a power failure, not only a crash of the program. `normal` is
 *   faster and may lose the last transactions then, never the file.
 * - Foreign keys are on, and "text" in double quotes is a name, never a string: SQLite would take a
 *   misspelt column for a literal otherwise.
 * - A memory database is one of the `memdb` file system, where connections of this process share it
 *   by name without the table locks of SQLite's shared cache. It has no WAL: there a reader waits
 *   for the writer.
 * - Waiting for another process's lock happens in the busy handler, within the connection's bounds:
 *   the one wait outside of lib/db/wait.c, because it happens inside of a call of SQLite, which has
 *   nobody to give control back to. It sleeps as SQLite itself would, by the VFS. */
#include "driver/sqlite/sqlite.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

enum {
    DEFAULT_BUSY_TIMEOUT_US = 5000000,
    STEPS_BETWEEN_CHECKS = 4000 /* of SQLite's machine, about 100 µs */
};

#define MEMORY_NAME ":memory:"

/* ---- waiting --------------------------------------------------------------------------------- */

static bool is_past(int64_t deadline_us, int64_t now_us)
{
    return deadline_us != 0 && now_us >= deadline_us;
}

/* Called by SQLite while another connection holds the lock; 0 gives up. */
static int wait_for_lock(void *context, int attempt)
{
    static const int waits_us[] = {50, 100, 200, 500, 1000, 2000, 5000, 10000};
    tenon__connection *connection = context;
    int64_t now = tenon__monotonic_us();
    if (attempt == 0)
        connection->busy_since_us = now;
    if (is_past(connection->deadline_us, now))
        connection->is_timed_out = true;
    if (connection->is_timed_out || tenon__sqlite_is_stopped(connection) ||
        now - connection->busy_since_us >= connection->busy_timeout_us)
        return 0;
    size_t step =
        (size_t)attempt < TENON__COUNT(waits_us) ? (size_t)attempt : TENON__COUNT(waits_us) - 1;
    sqlite3_vfs *system = sqlite3_vfs_find(NULL);
    system->xSleep(system, waits_us[step]);
    return 1;
}

/* Called by SQLite now and then while a statement runs; anything but 0 stops it. */
static int check_limits(void *context)
{
    tenon__connection *connection = context;
    if (tenon__sqlite_is_stopped(connection))
        return 1;
    if (connection->deadline_us == 0)
        return 0;
    connection->is_timed_out = is_past(connection->deadline_us, tenon__monotonic_us());
    return connection->is_timed_out;
}

/* ---- opening --------------------------------------------------------------------------------- */

/* The path behind the scheme. */
static const char *path_of(const char *url)
{
    const char *colon = strchr(url, ':');
    return colon ? colon + 1 : url;
}

static bool is_memory(const tenon__connect_options *options)
{
    return strcmp(path_of(options->url), MEMORY_NAME) == 0;
}

static bool flags_of_mode(const tenon__connect_options *options, int *flags, tenon_error *err)
{
    const char *mode = options->mode ? options->mode : "rwc";
    *flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
    if (strcmp(mode, "ro") == 0)
        *flags |= SQLITE_OPEN_READONLY;
    else if (strcmp(mode, "rw") == 0)
        *flags |= SQLITE_OPEN_READWRITE;
    else if (strcmp(mode, "rwc") == 0)
        *flags |= SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
    else
        return tenon__fail(err, TENON_MISUSE, "mode=%s is unknown; there are ro, rw and rwc", mode);
    return true;
}

static bool fail_open(tenon__connection *connection, int code, const char *path, tenon_error *err)
{
    if (!connection->db)
        return tenon__fail_no_memory(err);
    char reason[128] = "";
    int system_error = sqlite3_system_errno(connection->db);
    tenon__sqlite_fail(connection, code, NULL, err);
    err->applied = TENON_APPLIED_NO;
    err->hint[0] = '\0';
    snprintf(err->message, sizeof err->message, "cannot open %.300s: %s%s%s", path,
             sqlite3_errmsg(connection->db), system_error ? ": " : "",
             system_error ? strerror_r(system_error, reason, sizeof reason) : "");
    return false;
}

static bool open_file(tenon__connection *connection, const tenon__connect_options *options,
                      tenon_error *err)
{
    int flags;
    const char *path = path_of(options->url);
    if (!flags_of_mode(options, &flags, err))
        return false;
    if (path[0] == '\0')
        return tenon__fail(err, TENON_MISUSE, "the URL names no file");
    int code;
    if (is_memory(options)) {
        char name[64];
        snprintf(name, sizeof name, "/tenon-%" PRIu64, options->database_id);
        code = sqlite3_open_v2(name, &connection->db, flags, "memdb");
    } else {
        code = sqlite3_open_v2(path, &connection->db, flags, NULL);
    }
    return code == SQLITE_OK || fail_open(connection, code, path, err);
}

/* ---- settings -------------------------------------------------------------------------------- */

static bool check_word(const char *word, const char *const *words, size_t count, const char *name,
                       tenon_error *err)
{
    for (size_t i = 0; word && i < count; i++) {
        if (strcmp(word, words[i]) == 0)
            return true;
    }
    return !word || tenon__fail(err, TENON_MISUSE, "%s=%s is unknown", name, word);
}

static bool check_options(const tenon__connect_options *options, tenon_error *err)
{
    static const char *const syncs[] = {"off", "normal", "full", "extra"};
    static const char *const forms[] = {"iso", "sql", "unixms"};
    return check_word(options->synchronous, syncs, TENON__COUNT(syncs), "synchronous", err) &&
           check_word(options->datetime, forms, TENON__COUNT(forms), "datetime", err);
}

static time_form form_of(const char *datetime)
{
    if (!datetime)
        return TIME_FORM_UNKNOWN;
    if (strcmp(datetime, "unixms") == 0)
        return TIME_FORM_UNIXMS;
    return strcmp(datetime, "sql") == 0 ? TIME_FORM_SQL : TIME_FORM_ISO;
}

int tenon__sqlite_register(sqlite3 *db)
{
    int code = tenon__sqlite_register_functions(db);
    if (code == SQLITE_OK)
        code = tenon__sqlite_register_sums(db);
    if (code == SQLITE_OK)
        code = tenon__sqlite_register_interval(db);
    if (code == SQLITE_OK)
        code = tenon__sqlite_register_vector(db);
    if (code == SQLITE_OK)
        code = tenon__sqlite_register_keys(db);
    if (code == SQLITE_OK)
        code = tenon__sqlite_register_rows(db);
    return code;
}

static int set_up_handlers(tenon__connection *connection, int has_loose_quotes)
{
    sqlite3 *db = connection->db;
    sqlite3_progress_handler(db, STEPS_BETWEEN_CHECKS, check_limits, connection);
    int code = sqlite3_busy_handler(db, wait_for_lock, connection);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DML, has_loose_quotes, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_db_config(db, SQLITE_DBCONFIG_DQS_DDL, has_loose_quotes, NULL);
    if (code == SQLITE_OK)
        code = tenon__sqlite_register_time(connection);
    return code == SQLITE_OK ? tenon__sqlite_register(db) : code;
}

static int run_settings(sqlite3 *db, const tenon__connect_options *options)
{
    char sql[160];
    snprintf(sql, sizeof sql, "PRAGMA foreign_keys = ON; PRAGMA synchronous = %s%s",
             options->synchronous ? options->synchronous : "full",
             options->is_reader ? "; PRAGMA query_only = ON" : "");
    return sqlite3_exec(db, sql, NULL, NULL, NULL);
}

/* Reads the file's header too: what is no database is told here. */
static int read_journal_mode(sqlite3 *db, const char *sql, bool *is_wal)
{
    sqlite3_stmt *statement;
    int code = sqlite3_prepare_v2(db, sql, -1, &statement, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        *is_wal = strcasecmp((const char *)sqlite3_column_text(statement, 0), "wal") == 0;
    int last = sqlite3_finalize(statement);
    return code == SQLITE_ROW ? SQLITE_OK : last;
}

/* SQLite keeps the mode that a file has without a word also when memory ran out in the middle: so a
 * refusal is believed only the second time. */
static int switch_to_wal(sqlite3 *db, bool *is_wal)
{
    static const char sql[] = "PRAGMA journal_mode = WAL";
    int code = read_journal_mode(db, sql, is_wal);
    return code == SQLITE_OK && !*is_wal ? read_journal_mode(db, sql, is_wal) : code;
}

static bool set_wal(tenon__connection *connection, const char *path, tenon_error *err)
{
    bool is_wal = false;
    if (sqlite3_db_readonly(connection->db, "main") == 1) {
        tenon__fail(err, TENON_READ_ONLY, "%.300s cannot be written", path);
        tenon__hint(err, "?mode=ro opens it for reading");
        return false;
    }
    int code = switch_to_wal(connection->db, &is_wal);
    if (code != SQLITE_OK)
        return fail_open(connection, code, path, err);
    return is_wal ||
           tenon__fail(err, TENON_UNSUPPORTED,
                       "the file system of %.300s does not support write-ahead logging", path);
}

static bool set_up(tenon__connection *connection, const tenon__connect_options *options,
                   tenon_error *err)
{
    const char *path = path_of(options->url);
    int code = set_up_handlers(connection, options->has_loose_quotes);
    if (code == SQLITE_OK)
        code = run_settings(connection->db, options);
    if (code != SQLITE_OK)
        return fail_open(connection, code, path, err);
    bool is_written = !options->is_reader && !(options->mode && strcmp(options->mode, "ro") == 0);
    if (is_written && !is_memory(options))
        return set_wal(connection, path, err);
    code = sqlite3_exec(connection->db, "SELECT 1 FROM sqlite_schema LIMIT 1", NULL, NULL, NULL);
    return code == SQLITE_OK || fail_open(connection, code, path, err);
}

tenon__connection *tenon__sqlite_connect(const tenon__connect_options *options,
                                         tenon__progress *progress, tenon_error *err)
{
    *progress = TENON__FAILED;
    if (!check_options(options, err))
        return NULL;
    tenon__connection *connection = calloc(1, sizeof *connection);
    if (!connection) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    connection->skip_schema_check = options->skip_schema_check;
    connection->times = form_of(options->datetime);
    connection->busy_timeout_us =
        options->busy_timeout_us == 0 ? DEFAULT_BUSY_TIMEOUT_US : options->busy_timeout_us;
    if (!open_file(connection, options, err) || !set_up(connection, options, err)) {
        tenon__sqlite_close(connection);
        return NULL;
    }
    connection->state = TENON__IDLE;
    *progress = TENON__DONE;
    return connection;
}

/* Prepared statements that were not forgotten stay valid for `forget`: the file is closed with the
 * last. */
void tenon__sqlite_close(tenon__connection *connection)
{
    if (!connection)
        return;
    for (size_t i = 0; i < FIXED_COUNT; i++)
        sqlite3_finalize(connection->fixed[i]);
    sqlite3_close_v2(connection->db);
    free(connection);
}
