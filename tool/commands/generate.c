/* `tenon generate`: writes the typed C of a schema.
 *
 * What the command line leaves open is read from the generator block whose provider is "tenon";
 * its output is relative to the schema, as the language has it. --watch looks at the texts of the
 * schema twice a second: they are small, and no notification service has to be trusted for it. */
#include "commands/commands.h"
#include "commands/generator_block.h"
#include "commands/migrate_input.h"
#include "commands/queries_input.h"
#include "commands/schema_input.h"

#include <stdlib.h>
#include <time.h>

typedef struct generate_arguments {
    const char *path;
    generator_choice choice;
    queries_choice queries;
    bool is_check, is_watch;
} generate_arguments;

static void release_schema(schema **s)
{
    schema_free(*s);
}

static void release_queries(sqlfile_set **queries)
{
    sqlfile_free(*queries);
}

static int show_error(const tenon_error *err)
{
    schema_input_show_error(err);
    return COMMAND_FAILED;
}

static int write_output(const generate_arguments *arguments, const generate_output *output,
                        const char *folder)
{
    generate_report report;
    tenon_error err = {0};
    if (!generate_write(output, folder, arguments->is_check, stdout, &report, &err))
        return show_error(&err);
    if (arguments->is_check && report.written) {
        fputs("tenon: generated files are out of date; run `tenon generate`\n", stderr);
        return COMMAND_FAILED;
    }
    if (!report.written)
        printf("%zu %s up to date\n", report.unchanged,
               report.unchanged == 1 ? "file is" : "files are");
    fflush(stdout);
    return COMMAND_DONE;
}

/* The migrations beside a schema, of which the code carries the last one. What is no folder of
 * migrations is none. */
typedef struct migrations_beside {
    migrate_folder folder;
    migrate_last_sums sums;
} migrations_beside;

static void release_migrations(migrations_beside *beside)
{
    migrate_folder_release(&beside->folder);
}

static bool find_last_migration(const schema *s, const char *path, migrations_beside *beside,
                                tenon_last_migration *out, tenon_error *err)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf place = {0};
    tenon_error unheeded = {0};
    if (schema_input_is_stdin(path))
        return true;
    migrate_input_find_folder(s, &place);
    if (!migrate_folder_read(tenon__buf_string(&place), &beside->folder, &unheeded))
        return true;
    return migrate_last_of(&beside->folder, &beside->sums, out) || tenon__fail_no_memory(err);
}

static int generate_with(const schema *s, const sqlfile_set *queries,
                         const generate_arguments *arguments)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf folder = {0};
    TENON__CLEANUP(release_migrations) migrations_beside beside = {0};
    generate_options options;
    generate_output output;
    tenon_error err = {0};
    if (!generator_block_read(s, arguments->path, &arguments->choice, &options, &folder, &err) ||
        !find_last_migration(s, arguments->path, &beside, &options.last_migration, &err))
        return show_error(&err);
    options.queries = queries;
    if (!generate_code(s, &options, &output, &err))
        return show_error(&err);
    int status = write_output(arguments, &output, tenon__buf_string(&folder));
    generate_output_release(&output);
    return status;
}

static int generate_from(const schema *s, const generate_arguments *arguments)
{
    TENON__CLEANUP(release_queries) sqlfile_set *queries = NULL;
    tenon_error err = {0};
    schema_input_show_diagnostics(s);
    if (schema_error_count(s))
        return COMMAND_FAILED;
    if (!queries_input_read(s, arguments->path, &arguments->queries, &queries, &err))
        return show_error(&err);
    if (queries)
        schema_input_show_diagnostics(&queries->report);
    if (queries && sqlfile_error_count(queries))
        return COMMAND_FAILED;
    return generate_with(s, queries, arguments);
}

/* Never 0. */
static uint64_t hash_of_texts(const schema *s)
{
    uint64_t hash = 1;
    for (size_t i = 0; i < s->file_count; i++)
        hash = hash * 31 + tenon__hash(s->files[i].text, s->files[i].length);
    return hash | 1;
}

/* What is seen of the schema now: the hash of its texts, 0 when it cannot be read. */
static uint64_t generate_when_changed(const generate_arguments *arguments, uint64_t seen)
{
    tenon_error err = {0};
    TENON__CLEANUP(release_schema) schema *s = schema_read_path(arguments->path, &err);
    bool has_queries = s && !schema_error_count(s);
    uint64_t now = s ? hash_of_texts(s) : 0;
    if (has_queries)
        now = (now * 31 + queries_input_hash(s, arguments->path, &arguments->queries)) | 1;
    if (now == seen)
        return now;
    if (s)
        generate_from(s, arguments);
    else
        schema_input_show_error(&err);
    return now;
}

/* Goes on until the process is stopped. */
_Noreturn static void watch(const generate_arguments *arguments)
{
    const struct timespec pause = {.tv_nsec = 500000000};
    uint64_t seen = 2; /* no hash */
    fputs("watching the schema and its queries; stop with Ctrl-C\n", stderr);
    for (;; nanosleep(&pause, NULL))
        seen = generate_when_changed(arguments, seen);
}

/* Takes the value behind option argv[*at]; false when it is another option or has no value. */
static bool take_value(int argc, char **argv, int *at, const char *name, const char **out)
{
    if (strcmp(argv[*at], name) != 0 || *at + 1 >= argc)
        return false;
    *out = argv[++*at];
    return true;
}

static int parse_arguments(int argc, char **argv, generate_arguments *out)
{
    for (int i = 1; i < argc; i++) {
        if (take_value(argc, argv, &i, "--output", &out->choice.output) ||
            take_value(argc, argv, &i, "--name", &out->choice.name) ||
            take_value(argc, argv, &i, "--prefix", &out->choice.prefix) ||
            take_value(argc, argv, &i, "--queries", &out->queries.queries) ||
            take_value(argc, argv, &i, "--server", &out->queries.server))
            continue;
        if (!strcmp(argv[i], "--split"))
            out->choice.is_split = true;
        else if (!strcmp(argv[i], "--check"))
            out->is_check = out->queries.is_read_only = true;
        else if (!strcmp(argv[i], "--watch"))
            out->is_watch = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_generate, "unknown option or missing value: '%s'",
                                   argv[i]);
        else if (out->path)
            return command_misused(&command_generate, "only one schema can be given");
        else
            out->path = argv[i];
    }
    if (out->is_check && out->is_watch)
        return command_misused(&command_generate, "--check and --watch exclude each other");
    if (out->is_watch && out->path && schema_input_is_stdin(out->path))
        return command_misused(&command_generate, "standard input cannot be watched");
    return COMMAND_DONE;
}

static int run_generate(int argc, char **argv)
{
    generate_arguments arguments = {0};
    int status = parse_arguments(argc, argv, &arguments);
    if (status != COMMAND_DONE)
        return status;
    arguments.path = schema_input_path(arguments.path);
    if (!arguments.path)
        return COMMAND_FAILED;
    if (arguments.is_watch)
        watch(&arguments);
    TENON__CLEANUP(release_schema) schema *s = schema_input_read(arguments.path);
    return s ? generate_from(s, &arguments) : COMMAND_FAILED;
}

const command command_generate = {
    .name = "generate",
    .summary = "write the typed C of a schema",
    .usage = "usage: tenon generate [OPTIONS] [PATH]\n"
             "\n"
             "Writes one header and one source file that give a program typed access to the\n"
             "models of a schema. Only files that changed are replaced, and never one that tenon\n"
             "did not write.\n"
             "\n" SCHEMA_INPUT_USAGE "\n"
             "  --output DIR    where to; default: `output` of the generator block whose provider\n"
             "                  is \"tenon\", relative to the schema, else beside the schema\n"
             "  --name NAME     NAME.h and NAME.c; default: `name` of that block, else models\n"
             "  --prefix WORD   in front of every global name; default: `prefix` of that block\n"
             "  --split         one pair of files a model; also `split = \"true\"` in that "
             "block\n" QUERIES_INPUT_USAGE
             "  --check         write nothing; exit 1 when a file is out of date\n"
             "  --watch         go on, and write again whenever schema or queries change\n",
    .run = run_generate,
};
