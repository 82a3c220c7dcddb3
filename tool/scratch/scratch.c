/* Throwaway databases of all three kinds; see scratch.h. */
#include "scratch/scratch_inside.h"

#include <tenon/query.h>
#include <tenon/session.h>
#include <tenon/tenon.h>

#include <stdio.h>
#include <stdlib.h>

struct scratch {
    tenon__arena arena;
    scratch_options options;
    scratch_guardian guardian;
    scratch_cluster cluster; /* its folder also for SQLite's files */
    const char *server;      /* the URL of a database to create others from */
    char stem[SCRATCH_NAME_SIZE];
    unsigned count;
};

/* ---- databases of a server ---- */

/* The URL with another database: "postgresql://here/shop?x=1" → "postgresql://here/name?x=1". */
static const char *with_database(tenon__arena *arena, const char *url, const char *name)
{
    const char *authority = strstr(url, "://");
    authority = authority ? authority + 3 : url;
    size_t host = strcspn(authority, "/?");
    const char *rest = authority + host;
    rest += strcspn(rest, "?");
    return tenon__arena_format(arena, "%.*s/%s%s", (int)(authority + host - url), url, name, rest);
}

static bool run_on_server(const char *url, const char *sql, tenon_error *err)
{
    tenon_db *db = tenon_open(url, NULL, err);
    tenon_session *session = db ? tenon_session_open(db, NULL) : NULL;
    bool is_done = session && tenon_execute(session, sql);
    if (session && !is_done && err)
        *err = *tenon_session_error(session);
    tenon_session_close(session);
    tenon_close(db);
    return is_done;
}

/* Nothing is prepared: that the server can be reached is seen at the first database. */
static bool prepare_nothing(void *context, char text[SCRATCH_TEXT_SIZE])
{
    (void)context;
    text[0] = '\0';
    return true;
}

/* The guardian does not know how many there are: all whose name begins with ours. */
static void drop_databases(void *context)
{
    scratch *s = context;
    tenon_error err = {0};
    tenon__arena arena = {0};
    for (unsigned missing = 0, i = 0; missing < 8 && i < 10000; i++) {
        const char *sql =
            tenon__arena_format(&arena, "DROP DATABASE \"%s_%u\" WITH (FORCE)", s->stem, i);
        if (sql && run_on_server(s->server, sql, &err))
            missing = 0;
        else
            missing++;
        tenon_error_reset(&err);
    }
    tenon__arena_release(&arena);
}

static const char *create_database(scratch *s, tenon_error *err)
{
    const char *name = tenon__arena_format(&s->arena, "%s_%u", s->stem, s->count++);
    const char *sql =
        name ? tenon__arena_format(&s->arena, "CREATE DATABASE \"%s\" TEMPLATE template0", name)
             : NULL;
    const char *url = sql ? with_database(&s->arena, s->server, name) : NULL;
    if (!url)
        tenon__fail_no_memory(err);
    return url && run_on_server(s->server, sql, err) ? url : NULL;
}

/* ---- opening ---- */

static bool name_databases(scratch *s, tenon_error *err)
{
    uint32_t number;
    if (!tenon__random(&number, sizeof number))
        return tenon__fail(err, TENON_IO, "the system has no randomness");
    snprintf(s->stem, sizeof s->stem, "tenon_scratch_%08x", (unsigned)number);
    return true;
}

static bool open_cluster(scratch *s, tenon_error *err)
{
    if (!scratch_cluster_find(&s->cluster, s->options.server_version, err) ||
        !scratch_folder_make(s->cluster.folder, err))
        return false;
    s->server = tenon__arena_format(&s->arena, "postgresql:///postgres?host=%s&user=tenon",
                                    s->cluster.folder);
    if (!s->server)
        return tenon__fail_no_memory(err);
    scratch_duty duty = {scratch_cluster_start, scratch_cluster_remove, &s->cluster};
    return scratch_guardian_start(&s->guardian, &duty, err);
}

static bool open_folder(scratch *s, tenon_error *err)
{
    if (!scratch_folder_make(s->cluster.folder, err))
        return false;
    scratch_duty duty = {prepare_nothing, scratch_folder_remove, s->cluster.folder};
    return scratch_guardian_start(&s->guardian, &duty, err);
}

static bool open_server(scratch *s, tenon_error *err)
{
    s->server = tenon__arena_text(&s->arena, s->options.url);
    if (!s->server)
        return tenon__fail_no_memory(err);
    scratch_duty duty = {prepare_nothing, drop_databases, s};
    return scratch_guardian_start(&s->guardian, &duty, err);
}

static bool open_any(scratch *s, tenon_error *err)
{
    if (!name_databases(s, err))
        return false;
    if (s->options.dialect == TENON_SQLITE)
        return open_folder(s, err);
    return s->options.url ? open_server(s, err) : open_cluster(s, err);
}

/* A server that the environment offers, where no version is asked for. */
static const char *offered_server(const scratch_options *options)
{
    const char *url = options->server_version ? NULL : getenv("TENON_SCRATCH_URL");
    return url && *url ? url : NULL;
}

scratch *scratch_open(const scratch_options *options, tenon_error *err)
{
    scratch *s = calloc(1, sizeof *s);
    if (!s) {
        tenon__fail_no_memory(err);
        return NULL;
    }
    s->options = *options;
    if (!s->options.url)
        s->options.url = offered_server(options);
    if (open_any(s, err))
        return s;
    scratch_close(s);
    return NULL;
}

const char *scratch_database(scratch *s, tenon_error *err)
{
    if (s->options.dialect != TENON_SQLITE)
        return create_database(s, err);
    const char *url = tenon__arena_format(&s->arena, "sqlite:%s/%s_%u.db", s->cluster.folder,
                                          s->stem, s->count++);
    if (!url)
        tenon__fail_no_memory(err);
    return url;
}

void scratch_close(scratch *s)
{
    if (!s)
        return;
    scratch_guardian_stop(&s->guardian);
    tenon__arena_release(&s->arena);
    free(s);
}
