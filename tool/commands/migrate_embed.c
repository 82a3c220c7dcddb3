/* `tenon migrate embed`: a folder of migrations as C. */
#include "commands/migrate_input.h"

#include <ctype.h>
#include <stdlib.h>

typedef struct embed_arguments {
    const char *output, *symbol, *keep_lost;
    bool is_check;
} embed_arguments;

static bool is_identifier(const char *name)
{
    if (!isalpha((unsigned char)*name) && *name != '_')
        return false;
    for (; *name; name++)
        if (!isalnum((unsigned char)*name) && *name != '_')
            return false;
    return true;
}

static int check_output(const char *path, const tenon__buf *text)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf found = {0};
    tenon_error err = {0};
    if (migrate_read_file(path, &found, &err) && found.length == text->length &&
        !memcmp(found.data, text->data, text->length))
        return COMMAND_DONE;
    fprintf(stderr, "tenon: %s is out of date; run `tenon migrate embed`\n", path);
    return COMMAND_FAILED;
}

/* A folder for PostgreSQL. */
static bool keep_lost(migrate_input *in, const char *days)
{
    unsigned count = days ? (unsigned)strtoul(days, NULL, 10) : MIGRATE_DAYS_KEPT;
    bool is_postgresql = in->folder.provider && !strncmp(in->folder.provider, "postgres", 8);
    return !is_postgresql || count == 0 || migrate_keep_all(&in->folder, count, &in->error);
}

static int embed(migrate_input *in, const embed_arguments *arguments)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    if (!keep_lost(in, arguments->keep_lost))
        return migrate_input_fail(in);
    migrate_write_c(&in->folder, arguments->symbol ? arguments->symbol : "migrations", &text);
    if (text.failed) {
        tenon__fail_no_memory(&in->error);
        return migrate_input_fail(in);
    }
    if (!arguments->output) {
        fputs(text.data, stdout);
        return COMMAND_DONE;
    }
    if (arguments->is_check)
        return check_output(arguments->output, &text);
    if (!migrate_write_file(arguments->output, text.data, text.length, &in->error))
        return migrate_input_fail(in);
    printf("wrote %s: %zu migrations\n", arguments->output, in->folder.count);
    return COMMAND_DONE;
}

static int run_embed(int argc, char **argv)
{
    embed_arguments arguments = {0};
    const migrate_option options[] = {{"-o", &arguments.output, NULL},
                                      {"--symbol", &arguments.symbol, NULL},
                                      {"--keep-lost", &arguments.keep_lost, NULL},
                                      {"--check", NULL, &arguments.is_check},
                                      {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_embed, argc, argv, options, &in);
    if (status == COMMAND_DONE && arguments.symbol && !is_identifier(arguments.symbol))
        status = command_misused(&command_migrate_embed, "'%s' is no name in C", arguments.symbol);
    else if (status == COMMAND_DONE)
        status = embed(&in, &arguments);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_embed = {
    .name = "migrate embed",
    .summary = "write the migrations as C, for programs that run them",
    .usage = "usage: tenon migrate embed [-o FILE] [--symbol NAME] [options] [PATH]\n"
             "\n"
             "Writes C that defines `const tenon_migrations NAME`, for tenon_migrate of\n"
             "<tenon/migrate.h>. Declare it as `extern const tenon_migrations NAME;`.\n"
             "\n" MIGRATE_INPUT_USAGE "  -o FILE              default: standard output\n"
             "  --symbol NAME        default: migrations\n" MIGRATE_INPUT_KEEP_USAGE
             "  --check              only tell whether FILE is up to date\n",
    .run = run_embed,
};
