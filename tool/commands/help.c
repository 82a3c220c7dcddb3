/* `tenon help`: the list of commands, or of those that begin with one word, or all about one of
 * them. */
#include "commands/commands.h"

#include <stdio.h>

static void print_overview(void)
{
    puts("usage: tenon <command> [arguments]\n"
         "\n"
         "Reads schema.prisma and works with what it describes: typed C, PostgreSQL, SQLite.\n"
         "\n"
         "commands:");
    command_list(stdout, NULL);
    puts("\n"
         "tenon help <command> tells more about one; tenon --version prints the version.\n"
         "Exit status: 0 done, 1 failed, 2 used wrongly.");
}

void command_print_group(FILE *out, const char *group)
{
    fprintf(out, "usage: tenon %s <command> [arguments]\n\ncommands:\n", group);
    command_list(out, group);
    fprintf(out, "\ntenon help %s <command> tells more about one.\n", group);
}

static int run_help(int argc, char **argv)
{
    if (argc < 2) {
        print_overview();
        return COMMAND_DONE;
    }
    if (argc == 2 && command_is_group(argv[1])) {
        command_print_group(stdout, argv[1]);
        return COMMAND_DONE;
    }
    int word_count;
    const command *about = command_find(argc - 1, argv + 1, &word_count);
    if (!about || word_count != argc - 1)
        return command_misused(NULL, "there is no command '%s' to tell about", argv[1]);
    fputs(about->usage, stdout);
    return COMMAND_DONE;
}

const command command_help = {
    .name = "help",
    .summary = "tell about tenon, or about one command",
    .usage =
        "usage: tenon help [command]\n"
        "\n"
        "Without a command: the list of commands. With one: its arguments and options. With the\n"
        "first word of several (db, migrate, sql): the list of these.\n",
    .run = run_help,
};
