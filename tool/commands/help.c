/* `tenon help`: the list of commands, or all about one of them. */
#include "commands/commands.h"

#include <stdio.h>

static void print_overview(void)
{
    puts("usage: tenon <command> [arguments]\n"
         "\n"
         "Reads schema.prisma and works with what it describes: typed C, PostgreSQL, SQLite.\n"
         "\n"
         "commands:");
    for (const command *const *c = command_table; *c; c++)
        printf("  %-17s %s\n", (*c)->name, (*c)->summary);
    puts("\n"
         "tenon help <command> tells more about one; tenon --version prints the version.\n"
         "Exit status: 0 done, 1 failed, 2 used wrongly.");
}

static int run_help(int argc, char **argv)
{
    if (argc < 2) {
        print_overview();
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
    .usage = "usage: tenon help [command]\n"
             "\n"
             "Without a command: the list of commands. With one: its arguments and options.\n",
    .run = run_help,
};
