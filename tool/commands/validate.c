/* `tenon validate`: is the schema right, and if not, where is it wrong? */
#include "commands/commands.h"
#include "commands/schema_input.h"

#include <stdio.h>

static void release_schema(schema **s)
{
    schema_free(*s);
}

static void print_count(size_t count, const char *one, const char *many, const char *before)
{
    if (count)
        printf("%s%zu %s", before, count, count == 1 ? one : many);
}

/* "schema.prisma is valid: 3 models, 1 enum" */
static void print_summary(const schema *s, const char *name)
{
    size_t views = 0;

    for (size_t i = 0; i < s->model_count; i++)
        views += s->models[i]->is_view;
    size_t models = s->model_count - views;
    printf("%s is valid: %zu %s", name, models, models == 1 ? "model" : "models");
    print_count(views, "view", "views", ", ");
    print_count(s->enum_count, "enum", "enums", ", ");
    putchar('\n');
}

static int show_text(const schema *s, const char *name)
{
    size_t errors = schema_error_count(s);

    schema_input_show_diagnostics(s);
    if (!errors) {
        print_summary(s, name);
        return COMMAND_DONE;
    }
    fprintf(stderr, "tenon: %zu %s\n", errors, errors == 1 ? "error" : "errors");
    return COMMAND_FAILED;
}

static int show_json(const schema *s)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};

    schema_write_diagnostics_json(s, &text);
    if (text.failed) {
        fputs("tenon: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    fputs(tenon__buf_string(&text), stdout);
    return schema_error_count(s) ? COMMAND_FAILED : COMMAND_DONE;
}

static int run_validate(int argc, char **argv)
{
    const char *given = NULL;
    bool is_json = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0)
            is_json = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_validate, "unknown option '%s'", argv[i]);
        else if (given)
            return command_misused(&command_validate, "only one schema can be given");
        else
            given = argv[i];
    }
    const char *path = schema_input_path(given);
    TENON__CLEANUP(release_schema) schema *s = path ? schema_input_read(path) : NULL;
    if (!s)
        return COMMAND_FAILED;
    return is_json ? show_json(s) : show_text(s, s->file_count == 1 ? s->files[0].path : path);
}

const command command_validate = {
    .name = "validate",
    .summary = "check a schema",
    .usage = "usage: tenon validate [--json] [PATH]\n"
             "\n"
             "Checks a schema and reports all that is wrong with it, each with its line.\n"
             "\n" SCHEMA_INPUT_USAGE "\n"
             "  --json   errors and warnings as a JSON array on standard output, for editors\n",
    .run = run_validate,
};
