/* `tenon top`: what a running program does to its database. */
#include "top/top.h"
#include "commands/commands.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct top_arguments {
    const char *path, *order, *interval, *rows, *format;
    bool is_once;
} top_arguments;

static int fail(const tenon_error *err)
{
    fprintf(stderr, "tenon: %s\n", err->message);
    if (err->hint[0])
        fprintf(stderr, "hint: %s\n", err->hint);
    return COMMAND_FAILED;
}

/* As the program says it. */
static int print_format(const char *path, const char *format)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon_error err = {0};
    if (!top_ask(path, format, &text, &err))
        return fail(&err);
    fputs(tenon__buf_string(&text), stdout);
    return COMMAND_DONE;
}

static int print_once(const char *path, const top_view *view)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0}, lines = {0};
    TENON__CLEANUP(top_snapshot_release) top_snapshot snapshot = {0};
    tenon_error err = {0};
    if (!top_ask(path, "json", &text, &err) ||
        !top_read(&snapshot, tenon__buf_string(&text), text.length, &err))
        return fail(&err);
    top_rate(&snapshot, NULL);
    top_sort(&snapshot, view->order);
    top_show(&lines, &snapshot, view);
    fputs(tenon__buf_string(&lines), stdout);
    return COMMAND_DONE;
}

static bool is_terminal(void)
{
    const char *terminal = getenv("TERM");
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) && terminal &&
           strcmp(terminal, "dumb") != 0;
}

static int show(const top_arguments *arguments)
{
    tenon_error err = {0};
    top_view view = {.most_rows = 20};
    char *end = NULL;
    double seconds = arguments->interval ? strtod(arguments->interval, &end) : 2;
    if (!(seconds >= 0.1 && seconds <= 3600) || (end && *end))
        return command_misused(&command_top, "--interval takes seconds, 0.1 to 3600");
    if (arguments->rows && (view.most_rows = strtoul(arguments->rows, &end, 10)) == 0)
        return command_misused(&command_top, "--rows takes a number");
    view.order = arguments->order ? top_order_of_name(arguments->order) : TOP_BY_TOTAL;
    if (view.order == TOP_ORDERS)
        return command_misused(&command_top, "there is no order '%s'", arguments->order);
    if (arguments->is_once || !is_terminal())
        return print_once(arguments->path, &view);
    view.has_colours = !getenv("NO_COLOR");
    view.has_keys = true;
    bool is_done = top_watch(arguments->path, (int64_t)(seconds * 1e6), view, &err);
    return is_done ? COMMAND_DONE : fail(&err);
}

static bool take_value(int argc, char **argv, int *at, const char *name, const char **out)
{
    if (strcmp(argv[*at], name) != 0 || *at + 1 >= argc)
        return false;
    *out = argv[++*at];
    return true;
}

static int run_top(int argc, char **argv)
{
    top_arguments arguments = {0};
    for (int i = 1; i < argc; i++) {
        if (take_value(argc, argv, &i, "--sort", &arguments.order) ||
            take_value(argc, argv, &i, "--interval", &arguments.interval) ||
            take_value(argc, argv, &i, "--rows", &arguments.rows) ||
            take_value(argc, argv, &i, "--format", &arguments.format))
            continue;
        if (!strcmp(argv[i], "--once"))
            arguments.is_once = true;
        else if (!strcmp(argv[i], "--json"))
            arguments.format = "json";
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_top, "unknown option or missing value: '%s'", argv[i]);
        else if (arguments.path)
            return command_misused(&command_top, "only one socket can be given");
        else
            arguments.path = argv[i];
    }
    if (!arguments.path)
        return command_misused(&command_top, "the socket of a program is missing");
    return arguments.format ? print_format(arguments.path, arguments.format) : show(&arguments);
}

const command command_top = {
    .name = "top",
    .summary = "show live what a running program does to its database",
    .usage = "usage: tenon top [OPTIONS] SOCKET\n"
             "\n"
             "Shows the statements of a program that has called tenon_trace_listen with this\n"
             "path: calls, times, rows and errors by shape. Keys choose the order, q ends it.\n"
             "Where there is no terminal, it is shown once.\n"
             "\n"
             "  --sort ORDER     total (time), calls, mean, p95, rows, errors; default total\n"
             "  --interval S     seconds between two looks; default 2\n"
             "  --rows N         with --once: most shapes shown; default 20\n"
             "  --once           show it once, with rates since the program began to count\n"
             "  --json           what the program says, as JSON\n"
             "  --format NAME    the same as prometheus, otlp-metrics or otlp-spans\n",
    .run = run_top,
};
