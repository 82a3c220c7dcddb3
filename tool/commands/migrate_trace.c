/* `tenon migrate trace`: what a migration really locks and rewrites. */
#include "commands/commands.h"
#include "commands/schema_input.h"
#include "scratch/scratch.h"
#include "trace/trace.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

typedef struct trace_arguments {
    const char *path, *url;
    unsigned server_version;
    bool is_json, is_alone, fails_on_rewrite;
} trace_arguments;

static int show_error(const tenon_error *err)
{
    schema_input_show_error(err);
    return COMMAND_FAILED;
}

/* ---- files ---- */

static void close_file(FILE **file)
{
    if (*file)
        fclose(*file);
}

/* NULL with *err; *err stays empty for a file that is not there, when it need not be. */
static const char *read_text(tenon__arena *arena, const char *path, bool is_needed,
                             tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {.limit_bytes = 64 << 20};
    TENON__CLEANUP(close_file) FILE *file = fopen(path, "rb");
    char part[16384];
    size_t length;
    if (!file && (is_needed || errno != ENOENT))
        tenon__fail(err, TENON_IO, "cannot read %s: %s", path, strerror(errno));
    if (!file)
        return NULL;
    while ((length = fread(part, 1, sizeof part, file)) > 0)
        tenon__buf_add(&text, part, length);
    if (ferror(file) || text.failed) {
        tenon__fail(err, TENON_IO, "cannot read %s", path);
        return NULL;
    }
    return tenon__arena_text(arena, tenon__buf_string(&text));
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

typedef struct source {
    tenon__arena arena;
    const char *folder, *name; /* of the migration: NULL for a plain file */
    trace_input input;
    struct dirent **siblings;
    int sibling_count;
    tenon_migration *before;
} source;

static void release_source(source *s)
{
    for (int i = 0; i < s->sibling_count; i++)
        free(s->siblings[i]);
    free(s->siblings);
    tenon__arena_release(&s->arena);
}

/* "migrations/1_a" and "migrations/1_a/migration.sql" are the migration 1_a of the folder
 * migrations. */
static void split_path(source *s, const char *path)
{
    static const char file[] = "/migration.sql";
    char *clean = tenon__arena_text(&s->arena, path);
    size_t length = strlen(clean);
    while (length > 1 && clean[length - 1] == '/')
        clean[--length] = '\0';
    if (is_folder(clean))
        s->input.path = tenon__arena_format(&s->arena, "%s%s", clean, file);
    else
        s->input.path = clean;
    size_t end = strlen(s->input.path);
    if (end < sizeof file || strcmp(s->input.path + end - (sizeof file - 1), file) != 0)
        return;
    char *migration = tenon__arena_copy(&s->arena, s->input.path, end - (sizeof file - 1));
    char *slash = strrchr(migration, '/');
    s->name = slash ? slash + 1 : migration;
    if (slash)
        *slash = '\0';
    s->folder = slash ? migration : ".";
}

/* Those of the folder whose names sort before this one. */
static bool read_before(source *s, tenon_error *err)
{
    s->sibling_count = scandir(s->folder, &s->siblings, NULL, alphasort);
    if (s->sibling_count < 0) {
        s->sibling_count = 0;
        return tenon__fail(err, TENON_IO, "cannot read %s: %s", s->folder, strerror(errno));
    }
    size_t count = 0;
    s->before = tenon__arena_array(&s->arena, (size_t)s->sibling_count, sizeof *s->before);
    for (int i = 0; s->before && i < s->sibling_count; i++) {
        const char *name = s->siblings[i]->d_name;
        const char *path = tenon__arena_format(&s->arena, "%s/%s/migration.sql", s->folder, name);
        if (name[0] == '.' || strcmp(name, s->name) >= 0)
            continue;
        const char *sql = path ? read_text(&s->arena, path, false, NULL) : NULL;
        if (sql)
            s->before[count++] = (tenon_migration){.name = name, .sql = sql};
    }
    s->input.before = (tenon_migrations){s->before, count};
    return s->before || tenon__fail_no_memory(err);
}

static bool read_source(source *s, const trace_arguments *a, tenon_error *err)
{
    split_path(s, a->path);
    s->input.sql = read_text(&s->arena, s->input.path, true, err);
    if (!s->input.sql)
        return false;
    if (!s->name)
        return true;
    const char *down = tenon__arena_format(&s->arena, "%s/%s/down.sql", s->folder, s->name);
    s->input.down_sql = down ? read_text(&s->arena, down, false, err) : NULL;
    return err->status == TENON_OK && (a->is_alone || read_before(s, err));
}

/* ---- the command ---- */

static int print_trace(const trace *t, const trace_arguments *a)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (a->is_json)
        trace_write_json(t, &text);
    else
        trace_write_text(t, &text);
    if (text.failed) {
        fputs("tenon: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    fputs(tenon__buf_string(&text), stdout);
    bool has_failed = t->failure || t->down_failure || t->difference_count ||
                      (a->fails_on_rewrite && trace_rewrite_count(t));
    return has_failed ? COMMAND_FAILED : COMMAND_DONE;
}

static int run_in_scratch(source *s, const trace_arguments *a, scratch *place)
{
    tenon_error err = {0};
    s->input.url = scratch_database(place, &err);
    trace *t = s->input.url ? trace_run(&s->input, &err) : NULL;
    int status = t ? print_trace(t, a) : show_error(&err);
    trace_free(t);
    return status;
}

static int trace_migration(const trace_arguments *a)
{
    tenon_error err = {0};
    TENON__CLEANUP(release_source) source s = {0};
    if (!read_source(&s, a, &err))
        return show_error(&err);
    scratch *place = scratch_open(&(scratch_options){.dialect = TENON_POSTGRESQL,
                                                     .url = a->url,
                                                     .server_version = a->server_version},
                                  &err);
    int status = place ? run_in_scratch(&s, a, place) : show_error(&err);
    scratch_close(place);
    return status;
}

static bool read_version(const char *word, unsigned *out)
{
    char *end;
    unsigned long value = strtoul(word, &end, 10);
    *out = (unsigned)value;
    return end != word && !*end && value > 0 && value < 100;
}

static bool read_option(const char *option, const char *value, trace_arguments *a)
{
    if (!value)
        return false;
    if (!strcmp(option, "--url")) {
        a->url = value;
        return true;
    }
    if (!strcmp(option, "--pg-version"))
        return read_version(value, &a->server_version);
    a->is_json = !strcmp(value, "json");
    return !strcmp(option, "--format") && (a->is_json || !strcmp(value, "text"));
}

static int run_trace(int argc, char **argv)
{
    trace_arguments a = {0};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--alone"))
            a.is_alone = true;
        else if (!strcmp(argv[i], "--fail-on-rewrite"))
            a.fails_on_rewrite = true;
        else if (argv[i][0] == '-' && read_option(argv[i], argv[i + 1], &a))
            i++;
        else if (argv[i][0] == '-')
            return command_misused(&command_migrate_trace, "unknown option, or its value is: '%s'",
                                   argv[i]);
        else if (a.path)
            return command_misused(&command_migrate_trace, "only one migration can be traced");
        else
            a.path = argv[i];
    }
    if (!a.path)
        return command_misused(&command_migrate_trace, "say which migration");
    return trace_migration(&a);
}

const command command_migrate_trace = {
    .name = "migrate trace",
    .summary = "run a migration on a throwaway server and tell what it locks",
    .usage = "usage: tenon migrate trace [OPTIONS] PATH\n"
             "\n"
             "Runs the migrations that sort before PATH (a migration's folder, its migration.sql,\n"
             "or any file of SQL), then PATH statement by statement, on a PostgreSQL cluster that\n"
             "is thrown away, and tells which locks each statement took on tables that were there\n"
             "before, who waits for them, and what was written anew. A down.sql beside it is run\n"
             "too: it has to bring everything back.\n"
             "\n"
             "  --url URL          use a database of this server, made for it and dropped, in\n"
             "                     place of a cluster (which takes initdb)\n"
             "  --pg-version N     of the cluster; default: the newest that is installed\n"
             "  --format FORMAT    text (default) or json\n"
             "  --alone            do not run the migrations before it\n"
             "  --fail-on-rewrite  status 1 when a table was written anew while readers waited\n",
    .run = run_trace,
};
