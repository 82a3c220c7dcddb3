/* What every command of `tenon` is: a name, what help says about it, and a function.
 *
 * A command lives in one file of its own, defines its `const command command_<name>`, is declared
 * below and stands in the table of commands.c; main.c does the rest: it finds the command, answers
 * --help and passes the arguments on, argv[0] being the command's name. Results go to stdout,
 * everything said about them to stderr as `tenon: …`. */
#ifndef TENON_COMMANDS_COMMANDS_H
#define TENON_COMMANDS_COMMANDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include <tenon/export.h>

/* What a command returns: the exit status of the process. */
enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

typedef struct command {
    const char *name;    /* one word, or two: "db push" */
    const char *summary; /* for the list of commands: lower case, no full stop */
    const char *usage;   /* whole text of `tenon help <name>`, ending in a newline */
    int (*run)(int argc, char **argv);
} command;

extern const command command_db_pull;
extern const command command_db_push;
extern const command command_format;
extern const command command_generate;
extern const command command_help;
extern const command command_migrate_diff;
extern const command command_migrate_lint;
extern const command command_migrate_deploy;
extern const command command_migrate_dev;
extern const command command_migrate_embed;
extern const command command_migrate_merge;
extern const command command_migrate_reset;
extern const command command_migrate_resolve;
extern const command command_migrate_rollback;
extern const command command_migrate_kept;
extern const command command_migrate_squash;
extern const command command_migrate_status;
extern const command command_migrate_trace;
extern const command command_migrate_rewrite;
extern const command command_sql_check;
extern const command command_sql_code;
extern const command command_top;
extern const command command_unpack;
extern const command command_validate;

/* All of them in the order of help, ended by NULL. */
extern const command *const command_table[];

/* The command that the first words of argv name, or NULL; *word_count says how many words it
 * took. */
const command *command_find(int argc, char **argv, int *word_count);

/* Whether commands of two words begin with this one: "migrate". */
bool command_is_group(const char *word);
/* A line for each command, or for each of a group. */
void command_list(FILE *out, const char *group);
/* Help for a group. */
void command_print_group(FILE *out, const char *group);

/* The name of a command like the first words of argv, for "did you mean"; NULL when none is near.
 */
const char *command_nearest(int argc, char **argv);

/* Prints `tenon: …` and where to read about the command (NULL: about all); returns
 * COMMAND_USAGE. */
int command_misused(const command *about, const char *format, ...) TENON_PRINTF(2, 3);

#endif
