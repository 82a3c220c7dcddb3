/* `tenon generate`: writes the typed C of a schema.
 *
 * What the command line leaves open is read from the generator block whose provider is "tenon"; its
 * output is relative to the schema, as the language has it. --watch looks at the texts of the schema
 * twice a second: they are small, and no notification service has to be trusted for it. */
#include "generate/generate.h"
#include "commands/commands.h"
#include "commands/schema_input.h"

#include <stdlib.h>
#include <time.h>

typedef struct generate_arguments {
    const char *path;
    const char *output, *name, *prefix; /* NULL: as the generator block says */
    bool is_split, is_check, is_watch;
} generate_arguments;

static void release_schema(schema **s)
{
    schema_free(*s);
}

static const schema_generator *own_generator(const schema *s)
{
    for (size_t i = 0; i < s->generator_count; i++)
        if (s->generators[i].provider && !strcmp(s->generators[i].provider, "tenon"))
            return &s->generators[i];
    return NULL;
}

/* The value of a property of the tenon generator, or NULL. */
static const char *property_of(const schema *s, const char *name)
{
    const schema_generator *generator = own_generator(s);
    for (size_t i = 0; generator && i < generator->property_count; i++)
        if (!strcmp(generator->properties[i].name, name))
            return generator->properties[i].value;
    return NULL;
}

/* The folder of the output: as given, or the property beside the schema, or the schema's own folder. */
static bool find_output(const schema *s, const generate_arguments *arguments, tenon__buf *out)
{
    const char *property = property_of(s, "output");
    if (arguments->output) {
        tenon__buf_text(out, arguments->output);
    } else if (property && property[0] == '/') {
        tenon__buf_text(out, property);
    } else {
        const char *path = s->files[0].path;
        const char *slash = strrchr(path, '/');
        tenon__buf_add(out, path, slash ? (size_t)(slash - path) : 0);
        if (slash && property)
            tenon__buf_char(out, '/');
        tenon__buf_text(out, property ? property : "");
    }
    if (!out->length)
        tenon__buf_char(out, '.');
    return !out->failed;
}

static int show_error(const tenon_error *err)
{
    schema_input_show_error(err);
    return COMMAND_FAILED;
}

static generate_options options_of(const schema *s, const generate_arguments *arguments)
{
    const char *split = property_of(s, "split");
    generate_options options = {.name = arguments->name, .prefix = arguments->prefix};
    if (!options.name)
        options.name = property_of(s, "name");
    if (!options.name)
        options.name = "models";
    if (!options.prefix)
        options.prefix = property_of(s, "prefix");
    options.is_split = arguments->is_split || (split && !strcmp(split, "true"));
    return options;
}

static int write_output(const schema *s, const generate_arguments *arguments,
                        const generate_output *output)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf directory = {0};
    generate_report report;
    tenon_error err = {0};
    if (!find_output(s, arguments, &directory))
        return tenon__fail_no_memory(&err), show_error(&err);
    if (!generate_write(output, tenon__buf_string(&directory), arguments->is_check, stdout, &report,
                        &err))
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

static int generate_from(const schema *s, const generate_arguments *arguments)
{
    generate_options options = options_of(s, arguments);
    generate_output output;
    tenon_error err = {0};
    schema_input_show_diagnostics(s);
    if (schema_error_count(s))
        return COMMAND_FAILED;
    if (!generate_code(s, &options, &output, &err))
        return show_error(&err);
    int status = write_output(s, arguments, &output);
    generate_output_release(&output);
    return status;
}

static uint64_t hash_of_texts(const schema *s)
{
    uint64_t hash = 0;
    for (size_t i = 0; i < s->file_count; i++)
        hash = hash * 31 + tenon__hash(s->files[i].text, s->files[i].length);
    return hash;
}

/* Goes on until the process is stopped. */
_Noreturn static void watch(const generate_arguments *arguments)
{
    const struct timespec pause = {.tv_nsec = 500000000};
    uint64_t seen = 0;
    bool is_first = true;
    fputs("watching the schema; stop with Ctrl-C\n", stderr);
    for (;; nanosleep(&pause, NULL)) {
        TENON__CLEANUP(release_schema) schema *s = schema_input_read(arguments->path);
        if (!s)
            continue;
        uint64_t now = hash_of_texts(s);
        if (is_first || now != seen)
            generate_from(s, arguments);
        is_first = false;
        seen = now;
    }
}

/* The value behind option argv[*at], or NULL when it is another option or the value is missing. */
static const char *option_value(int argc, char **argv, int *at, const char *name)
{
    if (strcmp(argv[*at], name) != 0 || *at + 1 >= argc)
        return NULL;
    return argv[++*at];
}

static int parse_arguments(int argc, char **argv, generate_arguments *out)
{
    for (int i = 1; i < argc; i++) {
        const char *value;
        if ((value = option_value(argc, argv, &i, "--output")))
            out->output = value;
        else if ((value = option_value(argc, argv, &i, "--name")))
            out->name = value;
        else if ((value = option_value(argc, argv, &i, "--prefix")))
            out->prefix = value;
        else if (!strcmp(argv[i], "--split"))
            out->is_split = true;
        else if (!strcmp(argv[i], "--check"))
            out->is_check = true;
        else if (!strcmp(argv[i], "--watch"))
            out->is_watch = true;
        else if (argv[i][0] == '-')
            return command_misused(&command_generate, "unknown option or missing value: '%s'",
                                   argv[i]);
        else if (out->path)
            return command_misused(&command_generate, "only one schema can be given");
        else
            out->path = argv[i];
    }
    if (out->is_check && out->is_watch)
        return command_misused(&command_generate, "--check and --watch exclude each other");
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
             "  --split         one pair of files a model; also `split = \"true\"` in that block\n"
             "  --check         write nothing; exit 1 when a file is out of date\n"
             "  --watch         go on, and write again whenever the schema changes\n",
    .run = run_generate,
};
