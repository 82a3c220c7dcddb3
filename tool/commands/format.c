/* `tenon format`: the schema in its canonical layout, with relations completed.
 *
 * The formatted texts are checked before anything is written: a schema that is wrong even then
 * stays as it is, and what is wrong with it is shown. */
#include "commands/commands.h"
#include "commands/file_output.h"
#include "commands/schema_input.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static void release_schema(schema **s)
{
    schema_free(*s);
}

static void free_texts(const schema *s, char **texts)
{
    for (size_t i = 0; texts && i < s->file_count; i++)
        free(texts[i]);
    free(texts);
}

/* ---- the command ---- */

/* Whether the texts make a schema without errors. */
static bool are_valid(const schema *s, char *const *texts)
{
    tenon_error err = {0};
    schema_source *sources = calloc(s->file_count, sizeof *sources);

    for (size_t i = 0; sources && i < s->file_count; i++)
        sources[i] = (schema_source){s->files[i].path, texts[i], strlen(texts[i])};
    schema *again = sources ? schema_read_texts(sources, s->file_count, &err) : NULL;
    bool is_valid = again && schema_error_count(again) == 0;
    schema_free(again);
    free(sources);
    return is_valid;
}

static bool is_formatted(const schema *s, size_t file, const char *text)
{
    return strlen(text) == s->files[file].length && strcmp(text, s->files[file].text) == 0;
}

/* Writes or, with `is_check`, only lists what is not formatted. */
static int handle_files(const schema *s, char *const *texts, bool is_check)
{
    int status = COMMAND_DONE;

    for (size_t i = 0; i < s->file_count; i++) {
        if (is_formatted(s, i, texts[i]))
            continue;
        if (is_check) {
            status = COMMAND_FAILED;
        } else if (!file_output_replace(s->files[i].path, texts[i])) {
            fprintf(stderr, "tenon: cannot write %s: %s\n", s->files[i].path, strerror(errno));
            return COMMAND_FAILED;
        }
        printf("%s: %s\n", s->files[i].path, is_check ? "not formatted" : "formatted");
    }
    return status;
}

static int handle_texts(const schema *s, char *const *texts, bool is_stdin, bool is_check)
{
    if (!are_valid(s, texts)) {
        schema_input_show_diagnostics(s);
        fputs("tenon: nothing was formatted because of these errors\n", stderr);
        return COMMAND_FAILED;
    }
    if (is_stdin && !is_check) {
        fputs(texts[0], stdout);
        return COMMAND_DONE;
    }
    return handle_files(s, texts, is_check);
}

static int format_schema(const char *path, bool is_check)
{
    tenon_error err = {0};
    TENON__CLEANUP(release_schema) schema *s = schema_input_read(path);

    if (!s)
        return COMMAND_FAILED;
    char **texts = schema_format(s, &err);
    if (!texts) {
        schema_input_show_error(&err);
        return COMMAND_FAILED;
    }
    int status = handle_texts(s, texts, schema_input_is_stdin(path), is_check);
    free_texts(s, texts);
    return status;
}

static int run_format(int argc, char **argv)
{
    const char *given = NULL;
    bool is_check = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--check") == 0)
            is_check = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_format, "unknown option '%s'", argv[i]);
        else if (given)
            return command_misused(&command_format, "only one schema can be given");
        else
            given = argv[i];
    }
    const char *path = schema_input_path(given);
    return path ? format_schema(path, is_check) : COMMAND_FAILED;
}

const command command_format = {
    .name = "format",
    .summary = "lay out a schema, completing its relations",
    .usage = "usage: tenon format [--check] [PATH]\n"
             "\n"
             "Rewrites a schema in its canonical layout and adds the missing sides, attributes\n"
             "and key fields of relations. A schema with errors stays as it is.\n"
             "\n" SCHEMA_INPUT_USAGE "\n"
             "Standard input is formatted to standard output.\n"
             "\n"
             "  --check   change nothing, list what is not formatted; then the status is 1\n",
    .run = run_format,
};
