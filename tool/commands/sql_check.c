/* `tenon sql check`: asks the databases about every query of the files. */
#include "commands/commands.h"
#include "commands/queries_input.h"
#include "commands/schema_input.h"

#include <stdlib.h>
#include <unistd.h>

typedef struct check_arguments {
    const char *path;
    queries_choice choice;
    bool is_json, is_strict;
} check_arguments;

static void release_schema(schema **s)
{
    schema_free(*s);
}

static void release_set(sqlfile_set **set)
{
    sqlfile_free(*set);
}

static int show_error(const tenon_error *err)
{
    schema_input_show_error(err);
    return COMMAND_FAILED;
}

static int print_json(const sqlfile_set *set)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    sqlfile_write_json(set, &text);
    if (text.failed) {
        fputs("tenon: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    fputs(tenon__buf_string(&text), stdout);
    return COMMAND_DONE;
}

/* A project may have none yet, and its CI may check them all the same. */
static void print_count(size_t count)
{
    if (count)
        printf("%zu %s\n", count, count == 1 ? "query is right" : "queries are right");
    else
        puts(
            "there are no queries: no file *.sql in the folder queries beside the schema, or where "
            "--queries says");
}

static int print_set(const sqlfile_set *set, const check_arguments *arguments)
{
    if (arguments->is_json && print_json(set) != COMMAND_DONE)
        return COMMAND_FAILED;
    if (!arguments->is_json)
        schema_input_show_diagnostics(&set->report);
    if (sqlfile_error_count(set) || (arguments->is_strict && set->report.diagnostic_count))
        return COMMAND_FAILED;
    if (!arguments->is_json)
        print_count(set->query_count);
    return COMMAND_DONE;
}

static int check(const check_arguments *arguments)
{
    tenon_error err = {0};
    TENON__CLEANUP(release_schema) schema *s = schema_input_read(arguments->path);
    TENON__CLEANUP(release_set) sqlfile_set *set = NULL;
    if (!s)
        return COMMAND_FAILED;
    schema_input_show_diagnostics(s);
    if (schema_error_count(s))
        return COMMAND_FAILED;
    if (!queries_input_read(s, arguments->path, &arguments->choice, &set, &err))
        return show_error(&err);
    const sqlfile_set none = {0};
    return print_set(set ? set : &none, arguments);
}

static bool take_value(int argc, char **argv, int *at, const char *name, const char **out)
{
    if (strcmp(argv[*at], name) != 0 || *at + 1 >= argc)
        return false;
    *out = argv[++*at];
    return true;
}

static int run_check(int argc, char **argv)
{
    check_arguments arguments = {.choice = {.asks = true}};
    for (int i = 1; i < argc; i++) {
        if (take_value(argc, argv, &i, "--queries", &arguments.choice.queries) ||
            take_value(argc, argv, &i, "--server", &arguments.choice.server) ||
            take_value(argc, argv, &i, "--url", &arguments.choice.url))
            continue;
        if (!strcmp(argv[i], "--json"))
            arguments.is_json = true;
        else if (!strcmp(argv[i], "--strict"))
            arguments.is_strict = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_sql_check, "unknown option or missing value: '%s'",
                                   argv[i]);
        else if (arguments.path)
            return command_misused(&command_sql_check, "only one schema can be given");
        else
            arguments.path = argv[i];
    }
    arguments.path = schema_input_path(arguments.path);
    return arguments.path ? check(&arguments) : COMMAND_FAILED;
}

const command command_sql_check = {
    .name = "sql check",
    .summary = "check the SQL of query files on a real database",
    .usage = "usage: tenon sql check [OPTIONS] [PATH]\n"
             "\n"
             "Has every query of the files prepared by the databases that it is for, in all its\n"
             "variants, and tells what is wrong, all of it in one run. Nothing of the queries is\n"
             "executed. Exit 1 when a query is wrong, and 0 when there are none.\n"
             "\n" SCHEMA_INPUT_USAGE "\n" QUERIES_INPUT_USAGE
             "  --url URL       ask this database, which has its tables, instead of a new one\n"
             "  --strict        exit 1 when there are warnings, too\n"
             "  --json          queries with their types, and what is wrong, as JSON\n",
    .run = run_check,
};
