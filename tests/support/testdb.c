/* The bookkeeping is fixed arrays, and what a test program made is taken down by an atexit handler:
 * it also runs when cmocka ends a program with failures. A forked child of a test must not take
 * down what its parent still uses, so the handler knows the process that it belongs to. */
#include "testdb.h"

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <libpq-fe.h>
#include <sqlite3.h>

enum { MOST_DATABASES = 64, MOST_FILES = 1024, VALUE_COUNT = 8, VALUE_SIZE = 1 << 16 };

typedef struct database {
    char url[512];
    char name[64];
} database;

static database databases[MOST_DATABASES];
static size_t database_count;
static char folder[64];
static char sqlite_urls[MOST_FILES][96];
static size_t sqlite_count;
static char values[VALUE_COUNT][VALUE_SIZE];
static size_t value_next;
static pid_t owner;

static const char *cluster_url(void)
{
    const char *url = getenv("TENON_TEST_PG");
    if (!url)
        fail_msg("TENON_TEST_PG is not set: run `make check`, or this test under "
                 "scripts/with-postgres.sh");
    return url;
}

/* ---- the two client libraries ---------------------------------------------------------------- */

static void keep_value(char *out, const char *value)
{
    size_t length = strlen(value);
    if (length >= VALUE_SIZE)
        fail_msg("testdb_value: the value has %zu bytes, most are %d", length, VALUE_SIZE - 1);
    memcpy(out, value, length + 1);
}

/* Runs the text; the first value of the last result goes to `out`. Returns whether there was
 * one. */
static bool run_postgres(const char *url, const char *sql, char *out)
{
    PGconn *connection = PQconnectdb(url);
    PGresult *result = PQexec(connection, sql);
    ExecStatusType status = PQresultStatus(result);
    char message[512] = "";
    bool has_value = false;
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK && status != PGRES_EMPTY_QUERY)
        snprintf(message, sizeof message, "%s", PQerrorMessage(connection));
    else if (out && PQntuples(result) > 0 && !PQgetisnull(result, 0, 0))
        has_value = true, keep_value(out, PQgetvalue(result, 0, 0));
    PQclear(result);
    PQfinish(connection);
    if (message[0])
        fail_msg("testdb: %s: %s", sql, message);
    return has_value;
}

typedef struct first_value {
    char *out;
    bool is_seen, is_null;
} first_value;

static int take_first_value(void *context, int count, char **texts, char **names)
{
    first_value *first = context;
    (void)count, (void)names;
    if (!first->is_seen && first->out) {
        first->is_null = texts[0] == NULL;
        if (texts[0])
            keep_value(first->out, texts[0]);
    }
    first->is_seen = true;
    return 0;
}

static bool run_sqlite(const char *path, const char *sql, char *out)
{
    sqlite3 *connection = NULL;
    char message[512] = "";
    first_value first = {.out = out};
    if (sqlite3_open(path, &connection) != SQLITE_OK ||
        sqlite3_busy_timeout(connection, 5000) != SQLITE_OK ||
        sqlite3_exec(connection, sql, take_first_value, &first, NULL) != SQLITE_OK)
        snprintf(message, sizeof message, "%s", sqlite3_errmsg(connection));
    sqlite3_close(connection);
    if (message[0])
        fail_msg("testdb: %s: %s", sql, message);
    return first.is_seen && !first.is_null;
}

static bool run(const char *url, const char *sql, char *out)
{
    static const char scheme[] = "sqlite:";
    if (strncmp(url, scheme, sizeof scheme - 1) == 0)
        return run_sqlite(url + sizeof scheme - 1, sql, out);
    return run_postgres(url, sql, out);
}

void testdb_run(const char *url, const char *sql)
{
    run(url, sql, NULL);
}

const char *testdb_value(const char *url, const char *sql)
{
    char *out = values[value_next++ % VALUE_COUNT];
    return run(url, sql, out) ? out : NULL;
}

/* ---- taking down ----------------------------------------------------------------------------- */

static void drop_database(const char *name)
{
    char sql[160];
    snprintf(sql, sizeof sql, "DROP DATABASE IF EXISTS \"%s\" WITH (FORCE)", name);
    PGconn *connection = PQconnectdb(getenv("TENON_TEST_PG"));
    PQclear(PQexec(connection, sql));
    PQfinish(connection);
}

static void remove_folder(void)
{
    DIR *listing = folder[0] ? opendir(folder) : NULL;
    if (!listing)
        return;
    for (const struct dirent *entry = readdir(listing); entry; entry = readdir(listing))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            unlinkat(dirfd(listing), entry->d_name, 0);
    closedir(listing);
    rmdir(folder);
}

static void take_down(void)
{
    if (getpid() != owner)
        return;
    for (size_t i = 0; i < database_count; i++)
        drop_database(databases[i].name);
    remove_folder();
}

static void take_down_at_exit(void)
{
    if (owner == 0 && atexit(take_down) == 0)
        owner = getpid();
}

/* ---- making ---------------------------------------------------------------------------------- */

const char *testdb_create(const char *name)
{
    const char *cluster = cluster_url();
    const char *authority = strstr(cluster, "//");
    const char *path = authority ? strchr(authority + 2, '/') : NULL;
    const char *query = strchr(cluster, '?');
    char sql[160];
    if (!path)
        fail_msg("testdb_create: TENON_TEST_PG is no URL with a database: %s", cluster);
    if (database_count == MOST_DATABASES)
        fail_msg("testdb_create: a test program gets %d databases at most", MOST_DATABASES);
    take_down_at_exit();
    char full_name[sizeof databases[0].name];
    int length = snprintf(full_name, sizeof full_name, "%s_%zu_%d", name, database_count, getpid());
    if (length < 0 || (size_t)length >= sizeof full_name)
        fail_msg("testdb_create: the name '%s' is too long", name);
    database *made = &databases[database_count];
    memcpy(made->name, full_name, sizeof full_name);
    snprintf(made->url, sizeof made->url, "%.*s/%s%s", (int)(path - cluster), cluster, full_name,
             query ? query : "");
    snprintf(sql, sizeof sql, "CREATE DATABASE \"%s\"", full_name);
    testdb_run(cluster, sql);
    database_count++;
    return made->url;
}

void testdb_drop(const char *url)
{
    for (size_t i = 0; i < database_count; i++)
        if (strcmp(databases[i].url, url) == 0)
            drop_database(databases[i].name);
}

const char *testdb_sqlite_url(void)
{
    take_down_at_exit();
    if (!folder[0]) {
        snprintf(folder, sizeof folder, "/tmp/tenon-test.XXXXXX");
        if (!mkdtemp(folder))
            fail_msg("testdb: cannot make a temporary folder");
    }
    if (sqlite_count == MOST_FILES)
        fail_msg("testdb_sqlite_url: a test program gets %d files at most", MOST_FILES);
    char *url = sqlite_urls[sqlite_count++];
    snprintf(url, sizeof sqlite_urls[0], "sqlite:%s/%zu.db", folder, sqlite_count);
    return url;
}

const char *testdb_sqlite_path(void)
{
    return testdb_sqlite_url() + strlen("sqlite:");
}
