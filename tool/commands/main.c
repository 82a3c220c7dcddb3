/* The tenon command: finds the command that its first arguments name and runs it.
 *
 * Everything else belongs to the commands. --help is answered here for all of them, wherever it
 * stands before a "--", so that no command has to. */
#include "commands/commands.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include <tenon/db.h>

static bool has_help_option(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static int reject_unknown(int argc, char **argv)
{
    const char *nearest = command_nearest(argc, argv);
    const char *second = argc > 1 && command_is_group(argv[0]) ? argv[1] : "";
    const char *gap = *second ? " " : "";
    if (nearest)
        return command_misused(NULL, "unknown command '%s%s%s'; did you mean '%s'?", argv[0], gap,
                               second, nearest);
    return command_misused(NULL, "unknown command '%s%s%s'", argv[0], gap, second);
}

/* `tenon migrate`, which is the first word of commands and none itself. */
static int run_group(int argc, char **argv)
{
    bool is_asked = has_help_option(argc, argv);
    if (argc > 1 && argv[1][0] != '-')
        return reject_unknown(argc, argv);
    if (!is_asked)
        fprintf(stderr, "tenon: '%s' is the first word of several commands\n", argv[0]);
    command_print_group(is_asked ? stdout : stderr, argv[0]);
    return is_asked ? COMMAND_DONE : COMMAND_USAGE;
}

static int run_command(int argc, char **argv)
{
    int word_count;
    const command *chosen = command_find(argc, argv, &word_count);
    if (!chosen)
        return command_is_group(argv[0]) ? run_group(argc, argv) : reject_unknown(argc, argv);
    argc -= word_count - 1;
    argv += word_count - 1;
    if (has_help_option(argc, argv)) {
        fputs(chosen->usage, stdout);
        return COMMAND_DONE;
    }
    return chosen->run(argc, argv);
}

/* What was printed must have arrived: a full disk is a failure, not a success. */
static int finish_output(int status)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return status;
    perror("tenon: cannot write the output");
    return status == COMMAND_DONE ? COMMAND_FAILED : status;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        fputs("tenon: no command given\nsee: tenon help\n", stderr);
        return COMMAND_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0 || strcmp(argv[1], "-V") == 0) {
        printf("tenon %s\n", tenon_version());
        return finish_output(COMMAND_DONE);
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)
        return finish_output(command_help.run(1, argv));
    return finish_output(run_command(argc - 1, argv + 1));
}
