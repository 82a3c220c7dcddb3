/* `tenon db push`: creates the tables of a schema in an empty database. */
#include "commands/commands.h"
#include "commands/database_url.h"
#include "commands/schema_input.h"
#include "db/db.h"
#include "ddl/ddl.h"
#include "describe/describe.h"

#include <tenon/tenon.h>

#include <stdio.h>

typedef struct push_arguments {
    const char *path, *url;
    bool is_dry_run;
} push_arguments;

static void release_schema(schema **s)
{
    schema_free(*s);
}

static int show_error(const tenon_error *err)
{
    schema_input_show_error(err);
    return COMMAND_FAILED;
}

/* Of the URL where it names a database that tenon knows, else of the schema's provider: a dry run
 * needs no database. A wrong --url is told. */
static bool find_dialect(const schema *s, const push_arguments *arguments, const char *url,
                         tenon_dialect *out, tenon_error *err)
{
    bool is_sqlite = s->datasource && s->datasource->provider == SCHEMA_SQLITE;
    tenon_error unknown = {0};
    const tenon__driver *driver = tenon__driver_of_url(url, &unknown);
    *out = is_sqlite ? TENON_SQLITE : TENON_POSTGRESQL;
    if (driver)
        *out = driver->dialect;
    else if (arguments->url || !arguments->is_dry_run)
        *err = unknown;
    return err->status == TENON_OK;
}

static int print_script(const ddl_script *script)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    ddl_script_text(script, &text);
    if (text.failed) {
        fputs("tenon: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    fputs(tenon__buf_string(&text), stdout);
    return COMMAND_DONE;
}

static size_t count_title(const ddl_script *script, const char *title)
{
    size_t count = 0;
    for (size_t i = 0; i < script->count; i++)
        count += strcmp(script->items[i].title, title) == 0;
    return count;
}

static void print_summary(const ddl_script *script)
{
    size_t tables = count_title(script, "CreateTable");
    size_t indexes = count_title(script, "CreateIndex");
    printf("created %zu %s and %zu %s\n", tables, tables == 1 ? "table" : "tables", indexes,
           indexes == 1 ? "index" : "indexes");
}

static void push_script(tenon_session *session, const schema *s, const ddl_script *script)
{
    const char *found = NULL;
    if (!ddl_first_object(session, s, &found))
        return;
    if (found) {
        tenon_error *err = tenon__session_error(session);
        tenon__fail(err, TENON_CONFLICT, "the database is not empty: it has '%s'", found);
        tenon__hint(err, "db push creates a schema in an empty database; nothing was changed");
        return;
    }
    if (ddl_apply(session, script))
        print_summary(script);
}

static int push_to(const char *url, const schema *s, const ddl_script *script)
{
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *session = tenon_session_open(db, NULL);
    if (session) {
        push_script(session, s, script);
        err = *tenon_session_error(session);
    }
    tenon_session_close(session);
    tenon_close(db);
    return err.status == TENON_OK ? COMMAND_DONE : show_error(&err);
}

/* The server would round a default that is too fine; what generated code refuses is refused here.
 */
static bool check_defaults(const schema *s, tenon_error *err)
{
    describe_set *set = describe_schema(s, err);
    describe_free(set);
    return set != NULL;
}

static int push(const schema *s, const push_arguments *arguments)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf url = {0};
    ddl_script script;
    tenon_dialect dialect;
    tenon_error err = {0};
    schema_input_show_diagnostics(s);
    if (schema_error_count(s))
        return COMMAND_FAILED;
    if (!database_url(s, arguments->url, &url, &err) && !arguments->is_dry_run)
        return show_error(&err);
    tenon_error_reset(&err);
    if (!check_defaults(s, &err) ||
        !find_dialect(s, arguments, tenon__buf_string(&url), &dialect, &err) ||
        !ddl_create(s, dialect, &script, &err))
        return show_error(&err);
    int status = arguments->is_dry_run ? print_script(&script)
                                       : push_to(tenon__buf_string(&url), s, &script);
    ddl_script_release(&script);
    return status;
}

static int run_push(int argc, char **argv)
{
    push_arguments arguments = {0};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--dry-run"))
            arguments.is_dry_run = true;
        else if (!strcmp(argv[i], "--url") && i + 1 < argc)
            arguments.url = argv[++i];
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_db_push, "unknown option or missing value: '%s'",
                                   argv[i]);
        else if (arguments.path)
            return command_misused(&command_db_push, "only one schema can be given");
        else
            arguments.path = argv[i];
    }
    const char *path = schema_input_path(arguments.path);
    TENON__CLEANUP(release_schema) schema *s = path ? schema_input_read(path) : NULL;
    return s ? push(s, &arguments) : COMMAND_FAILED;
}

const command command_db_push = {
    .name = "db push",
    .summary = "create the tables of a schema in an empty database",
    .usage = "usage: tenon db push [--dry-run] [--url URL] [PATH]\n"
             "\n"
             "Creates tables, enums, keys, indexes and foreign keys of a schema, all of them or\n"
             "none. A database that is not empty is refused and left as it is.\n"
             "\n" SCHEMA_INPUT_USAGE "\n" DATABASE_URL_USAGE
             "  --dry-run   print the SQL and connect to nothing\n",
    .run = run_push,
};
