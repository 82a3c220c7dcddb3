/* `tenon db pull`: the schema of a database that is there already.
 *
 * What the schema at PATH says by itself is kept (pull/pull.h). The result is checked before it is
 * written, and what the language cannot say is told on stderr, each thing by its name. */
#include "commands/commands.h"
#include "commands/database_url.h"
#include "commands/file_output.h"
#include "commands/schema_input.h"
#include "pull/pull.h"

#include <tenon/tenon.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum { NAMESPACES_MOST = 64 };

typedef struct pull_arguments {
    const char *path, *url;
    char *schemas; /* a,b */
    bool is_printed, is_fresh, is_json;
} pull_arguments;

static void release_schema(schema **s)
{
    schema_free(*s);
}

static void release_catalogue(catalogue **c)
{
    catalogue_free(*c);
}

static int show_error(const tenon_error *err)
{
    schema_input_show_error(err);
    return COMMAND_FAILED;
}

/* ---- reading --------------------------------------------------------------------------------- */

static size_t find_namespaces(const schema *old, const pull_arguments *arguments,
                              const char **namespaces)
{
    size_t count = 0;
    const schema_datasource *source = old ? old->datasource : NULL;
    char *rest = NULL;
    for (char *name = arguments->schemas ? strtok_r(arguments->schemas, ",", &rest) : NULL;
         name && count < NAMESPACES_MOST; name = strtok_r(NULL, ",", &rest))
        namespaces[count++] = name;
    for (size_t i = 0; source && !arguments->schemas && i < source->schema_count; i++)
        if (count < NAMESPACES_MOST)
            namespaces[count++] = source->schemas[i];
    return count;
}

static catalogue *read_catalogue(const char *url, const char *const *namespaces, size_t count,
                                 tenon_error *err)
{
    tenon_db *db = database_open(url, err);
    tenon_session *session = tenon_session_open(db, NULL);
    catalogue *c = session ? catalogue_read(session, namespaces, count, err) : NULL;
    tenon_session_close(session);
    tenon_close(db);
    return c;
}

static bool find_url(const schema *old, const pull_arguments *arguments, tenon__buf *url,
                     tenon_error *err)
{
    if (old)
        return database_url(old, arguments->url, url, err);
    tenon__buf_text(url, arguments->url ? arguments->url : "");
    if (!arguments->url) {
        tenon__fail(err, TENON_MISUSE, "no database is named, and there is no schema yet");
        tenon__hint(err, "give --url");
    }
    return arguments->url != NULL;
}

/* ---- showing --------------------------------------------------------------------------------- */

static void put_json_text(tenon__buf *out, const char *key, const char *text)
{
    tenon__buf_format(out, "\"%s\": ", key);
    if (text)
        tenon__buf_json_text(out, text, strlen(text));
    else
        tenon__buf_text(out, "null");
}

static void print_json(const pull_result *result, const char *path)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    tenon__buf_text(&out, "{\"files\": [");
    for (size_t i = 0; i < result->file_count; i++) {
        tenon__buf_text(&out, i ? ", {" : "{");
        put_json_text(&out, "path", result->files[i].path ? result->files[i].path : path);
        tenon__buf_text(&out, ", ");
        put_json_text(&out, "text", result->files[i].text);
        tenon__buf_char(&out, '}');
    }
    tenon__buf_format(&out, "], \"models\": %zu, \"views\": %zu, \"enums\": %zu, \"outside\": [",
                      result->model_count, result->view_count, result->enum_count);
    for (size_t i = 0; i < result->notice_count; i++) {
        tenon__buf_text(&out, i ? ", {" : "{");
        put_json_text(&out, "kind", result->notices[i].kind);
        tenon__buf_text(&out, ", ");
        put_json_text(&out, "name", result->notices[i].name);
        tenon__buf_text(&out, ", ");
        put_json_text(&out, "reason", result->notices[i].reason);
        tenon__buf_char(&out, '}');
    }
    tenon__buf_text(&out, "]}\n");
    fputs(tenon__buf_string(&out), stdout);
}

static void print_notices(const pull_result *result)
{
    if (!result->notice_count)
        return;
    fprintf(stderr, "tenon: the schema does not say all of the database; what it leaves out stays "
                    "in the database:\n");
    for (size_t i = 0; i < result->notice_count; i++)
        fprintf(stderr, "  %s %s: %s\n", result->notices[i].kind, result->notices[i].name,
                result->notices[i].reason);
}

static void print_count(size_t count, const char *one, const char *many, const char *before)
{
    printf("%s%zu %s", before, count, count == 1 ? one : many);
}

static void print_summary(const pull_result *result, const char *path)
{
    printf("%s: ", path);
    print_count(result->model_count, "model", "models", "");
    if (result->view_count)
        print_count(result->view_count, "view", "views", ", ");
    if (result->enum_count)
        print_count(result->enum_count, "enum", "enums", ", ");
    putchar('\n');
}

/* ---- writing --------------------------------------------------------------------------------- */

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* Where what has no file yet goes. */
static void new_path(const char *path, tenon__buf *out)
{
    tenon__buf_format(out, is_folder(path) ? "%s/introspected.prisma" : "%s", path);
}

static int write_files(const pull_result *result, const char *path)
{
    for (size_t i = 0; i < result->file_count; i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf fresh = {0};
        new_path(path, &fresh);
        const char *to = result->files[i].path ? result->files[i].path : tenon__buf_string(&fresh);
        if (!result->files[i].is_changed)
            continue;
        if (fresh.failed || !file_output_replace(to, result->files[i].text)) {
            fprintf(stderr, "tenon: cannot write %s: %s\n", to, strerror(errno));
            return COMMAND_FAILED;
        }
    }
    return COMMAND_DONE;
}

/* What was made has to be a schema; if it is not, that is a fault of this command. */
static bool is_valid(const pull_result *result)
{
    tenon_error err = {0};
    schema_source *sources = calloc(result->file_count + 1, sizeof *sources);
    for (size_t i = 0; sources && i < result->file_count; i++)
        sources[i] = (schema_source){result->files[i].path ? result->files[i].path : "pulled",
                                     result->files[i].text, strlen(result->files[i].text)};
    TENON__CLEANUP(release_schema)
    schema *s = sources ? schema_read_texts(sources, result->file_count, &err) : NULL;
    free(sources);
    bool is_sound = s && schema_error_count(s) == 0;
    if (s && !is_sound)
        schema_print_diagnostics(s, stderr, false);
    return is_sound;
}

static int finish(const pull_result *result, const pull_arguments *arguments, const char *path)
{
    if (!is_valid(result)) {
        fputs("tenon: the schema made of the database is not valid; nothing was written\n", stderr);
        return COMMAND_FAILED;
    }
    print_notices(result);
    if (arguments->is_json)
        print_json(result, path);
    for (size_t i = 0; arguments->is_printed && !arguments->is_json && i < result->file_count; i++)
        fputs(result->files[i].text, stdout);
    if (arguments->is_printed)
        return COMMAND_DONE;
    int status = write_files(result, path);
    if (status == COMMAND_DONE && !arguments->is_json)
        print_summary(result, path);
    return status;
}

/* ---- the command ----------------------------------------------------------------------------- */

static void show_empty(const catalogue *c, size_t namespace_count)
{
    if (c->dialect == TENON_SQLITE)
        fputs("tenon: the database is empty; nothing was written\n", stderr);
    else if (namespace_count)
        fputs("tenon: the schemas that were asked for are empty; nothing was written\n", stderr);
    else
        fprintf(stderr,
                "tenon: the schema \"%s\" of the database is empty; nothing was written; "
                "--schemas A,B reads others\n",
                c->default_namespace ? c->default_namespace : "public");
}

static int pull(const schema *old, const pull_arguments *arguments, const char *path)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf url = {0};
    const char *namespaces[NAMESPACES_MOST];
    size_t count = find_namespaces(old, arguments, namespaces);
    pull_options options = {.is_fresh = arguments->is_fresh, .has_namespaces = count > 0};
    pull_result result;
    tenon_error err = {0};
    if (!find_url(old, arguments, &url, &err))
        return show_error(&err);
    TENON__CLEANUP(release_catalogue)
    catalogue *c = read_catalogue(tenon__buf_string(&url), namespaces, count, &err);
    if (!c || !pull_schema(c, old, &options, &result, &err))
        return show_error(&err);
    int status = COMMAND_FAILED;
    if (result.model_count + result.view_count + result.enum_count)
        status = finish(&result, arguments, path);
    else
        show_empty(c, count);
    pull_release(&result);
    return status;
}

static int pull_at(const pull_arguments *arguments)
{
    const char *found = schema_input_find(arguments->path);
    const char *path = found ? found : arguments->path ? arguments->path : "schema.prisma";
    TENON__CLEANUP(release_schema) schema *old = found ? schema_input_read(found) : NULL;
    if (found && !old)
        return COMMAND_FAILED;
    if (old && schema_error_count(old) && !(arguments->is_fresh && old->datasource)) {
        schema_input_show_diagnostics(old);
        fputs("tenon: the schema has errors; --force keeps only its datasource and generators\n",
              stderr);
        return COMMAND_FAILED;
    }
    pull_arguments given = *arguments;
    given.is_printed |= found && schema_input_is_stdin(found);
    return pull(old, &given, path);
}

static int run_pull(int argc, char **argv)
{
    pull_arguments arguments = {0};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--print"))
            arguments.is_printed = true;
        else if (!strcmp(argv[i], "--force"))
            arguments.is_fresh = true;
        else if (!strcmp(argv[i], "--json"))
            arguments.is_json = true;
        else if (!strcmp(argv[i], "--url") && i + 1 < argc)
            arguments.url = argv[++i];
        else if (!strcmp(argv[i], "--schemas") && i + 1 < argc)
            arguments.schemas = argv[++i];
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_db_pull, "unknown option or missing value: '%s'",
                                   argv[i]);
        else if (arguments.path)
            return command_misused(&command_db_pull, "only one schema can be given");
        else
            arguments.path = argv[i];
    }
    return pull_at(&arguments);
}

const command command_db_pull = {
    .name = "db pull",
    .summary = "write the schema of a database that is there already",
    .usage =
        "usage: tenon db pull [--print] [--force] [--json] [--url URL] [--schemas A,B]\n"
        "                     [PATH]\n"
        "\n"
        "Writes the tables, views and enums of a database as models. A schema at PATH keeps\n"
        "its names, order, comments, words of tenon and relations' names; what is not in\n"
        "the database any more leaves it. What the language cannot say is listed by name.\n"
        "\n" SCHEMA_INPUT_USAGE "A file that is not there is made; then --url has to be given.\n"
        "\n" DATABASE_URL_USAGE
        "  --schemas A,B   schemas of PostgreSQL; default: those of the datasource\n"
        "  --print         write to standard output and change no file\n"
        "  --force         keep only the datasource and the generators of the old schema\n"
        "  --json          print files, and what is outside of the schema, as JSON\n",
    .run = run_pull,
};
