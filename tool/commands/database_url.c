/* The URL of --url, or of the schema's datasource.
 *
 * The language reads env("NAME") from the environment and from a .env file; ours is read as its
 * is: lines of NAME=value, quotes around the value dropped, # starts a comment line. The
 * environment wins. */
#include "commands/database_url.h"
#include "db/db.h"
#include "replica/replica.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

static void free_line(char **line)
{
    free(*line);
}

/* The folder of the file with the datasource, and its slash; "" for the working folder. */
static void add_schema_folder(const schema *s, tenon__buf *out)
{
    const char *path = s->datasource ? s->files[s->datasource->span.file].path : "";
    const char *slash = strrchr(path, '/');
    if (slash)
        tenon__buf_add(out, path, (size_t)(slash - path) + 1);
}

/* The value in a line `NAME=value`, cut in place; NULL when the line is about something else. */
static char *value_in_line(char *line, const char *name)
{
    line += strspn(line, " \t");
    if (!strncmp(line, "export ", 7))
        line += 7;
    size_t length = strlen(name);
    if (strncmp(line, name, length) != 0)
        return NULL;
    line += length + strspn(line + length, " \t");
    if (*line++ != '=')
        return NULL;
    line += strspn(line, " \t");
    if (*line == '"' || *line == '\'') {
        char *end = strchr(line + 1, *line);
        if (end)
            *end = '\0';
        return line + 1;
    }
    line[strcspn(line, "\r\n")] = '\0';
    for (char *end = line + strlen(line); end > line && isspace((unsigned char)end[-1]);)
        *--end = '\0';
    return line;
}

static bool find_in_file(const char *path, const char *name, tenon__buf *out)
{
    TENON__CLEANUP(close_file) FILE *file = fopen(path, "r");
    TENON__CLEANUP(free_line) char *line = NULL;
    size_t size = 0;
    while (file && getline(&line, &size, file) > 0) {
        const char *value = value_in_line(line, name);
        if (value) {
            tenon__buf_text(out, value);
            return true;
        }
    }
    return false;
}

static bool find_variable(const schema *s, const char *name, tenon__buf *out)
{
    const char *value = getenv(name);
    if (value) {
        tenon__buf_text(out, value);
        return true;
    }
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    add_schema_folder(s, &path);
    tenon__buf_text(&path, ".env");
    return find_in_file(tenon__buf_string(&path), name, out) || find_in_file(".env", name, out);
}

/* `file:./x.db` of a schema is meant from the schema's folder. */
static void resolve_path(const schema *s, tenon__buf *url)
{
    const char *path = tenon__buf_string(url);
    if (strncmp(path, "file:", 5) != 0 || path[5] == '/' || path[5] == ':')
        return;
    TENON__CLEANUP(tenon__buf_release) tenon__buf resolved = {0};
    tenon__buf_text(&resolved, "file:");
    add_schema_folder(s, &resolved);
    tenon__buf_text(&resolved, path + 5);
    tenon__buf_clear(url);
    tenon__buf_text(url, tenon__buf_string(&resolved));
}

bool database_url_of_primary(tenon__buf *url, tenon_error *err)
{
    TENON__CLEANUP(replica_url_release) replica_url said;
    if (!replica_url_read(&said, tenon__buf_string(url), err))
        return false;
    tenon__buf_clear(url);
    tenon__buf_text(url, said.primary);
    return !url->failed || tenon__fail_no_memory(err);
}

bool database_url(const schema *s, const char *given, tenon__buf *out, tenon_error *err)
{
    const schema_datasource *source = s->datasource;
    if (given) {
        tenon__buf_text(out, given);
        return database_url_of_primary(out, err);
    }
    if (!source || (!source->url && !source->url_env)) {
        tenon__fail(err, TENON_MISUSE, "no database is named: the schema has no url");
        tenon__hint(err, "give --url, or a url in the datasource block");
        return false;
    }
    if (source->url) {
        tenon__buf_text(out, source->url);
    } else if (!find_variable(s, source->url_env, out)) {
        tenon__fail(err, TENON_MISUSE, "the environment variable %s of the schema's url is not set",
                    source->url_env);
        tenon__hint(err, "set it, write it into .env, or give --url");
        return false;
    }
    resolve_path(s, out);
    return database_url_of_primary(out, err);
}

/* What the URL says itself counts. */
static bool says_mode(const char *url)
{
    return strstr(url, "?mode=") || strstr(url, "&mode=");
}

/* SQLite makes a database of any path, but not for somebody who only looks. */
static void explain_absence(const char *url, tenon_error *err)
{
    const char *path = strchr(url, ':') + 1;
    if (err->status != TENON_IO || !strstr(err->message, strerror(ENOENT)))
        return;
    tenon_error_reset(err);
    tenon__fail(err, TENON_IO, "there is no database file %.*s", (int)strcspn(path, "?"), path);
    tenon__hint(err, "tenon migrate deploy makes it, or tenon db push where there are no "
                     "migrations; or correct the path");
}

tenon_db *database_open(const char *url, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf there = {0};
    const tenon__driver *driver = tenon__driver_of_url(url, err);
    if (!driver)
        return NULL;
    tenon__buf_text(&there, url);
    if (driver->dialect == TENON_SQLITE && !says_mode(url))
        tenon__buf_text(&there, strchr(url, '?') ? "&mode=rw" : "?mode=rw");
    if (there.failed) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    tenon_db *db = tenon_open(tenon__buf_string(&there), NULL, err);
    if (!db && driver->dialect == TENON_SQLITE)
        explain_absence(url, err);
    return db;
}
