/* `tenon sql code`: SQL that C sources put together as text. */
#include "codelint/codelint.h"
#include "commands/commands.h"
#include "commands/schema_input.h"

enum { PATHS_MOST = 256 };

typedef struct code_arguments {
    const char *paths[PATHS_MOST];
    size_t path_count;
    bool is_json;
} code_arguments;

static void release_report(schema **report)
{
    schema_free(*report);
}

static int print_json(const schema *report)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    schema_write_diagnostics_json(report, &text);
    if (text.failed) {
        fputs("tenon: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    fputs(tenon__buf_string(&text), stdout);
    return report->diagnostic_count ? COMMAND_FAILED : COMMAND_DONE;
}

static int show(const code_arguments *arguments)
{
    tenon_error err = {0};
    TENON__CLEANUP(release_report)
    schema *report = codelint_read(arguments->paths, arguments->path_count, &err);
    if (!report) {
        schema_input_show_error(&err);
        return COMMAND_FAILED;
    }
    if (arguments->is_json)
        return print_json(report);
    schema_input_show_diagnostics(report);
    if (report->diagnostic_count)
        return COMMAND_FAILED;
    printf("%zu %s, no SQL put together as text\n", report->file_count,
           report->file_count == 1 ? "file" : "files");
    return COMMAND_DONE;
}

static int run_code(int argc, char **argv)
{
    code_arguments arguments = {.path_count = 0};
    for (int i = 1; i < argc; i++) {
        if (!strcmp(argv[i], "--json"))
            arguments.is_json = true;
        else if (argv[i][0] == '-')
            return command_misused(&command_sql_code, "unknown option: '%s'", argv[i]);
        else if (arguments.path_count == PATHS_MOST)
            return command_misused(&command_sql_code, "more than %d paths", PATHS_MOST);
        else
            arguments.paths[arguments.path_count++] = argv[i];
    }
    if (!arguments.path_count)
        return command_misused(&command_sql_code, "a file or a folder is missing");
    return show(&arguments);
}

const command command_sql_code = {
    .name = "sql code",
    .summary = "find SQL that C sources put together as text",
    .usage = "usage: tenon sql code [--json] PATH...\n"
             "\n"
             "Looks through C and C++ files, or folders of them, for SQL in snprintf, strcat and\n"
             "the like, and for texts of tenon_sqlf and tenon_execute that are no literals. A\n"
             "comment takes one back: tenon:ignore RULE WHY. Exit 1 when there is any.\n"
             "\n"
             "  --json   what was found, as JSON\n",
    .run = run_code,
};
