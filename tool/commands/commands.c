/* The table of commands and how one is found in it.
 *
 * A name may be two words ("db push"): the words of the command line are compared with those of the
 * name, so that `tenon db push` needs no sub-dispatcher. The table is short and read once a run. */
#include "commands/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "schema/schema.h"

const command *const command_table[] = {
    &command_sql_check,
    &command_sql_code,
    &command_validate,
    &command_format,
    &command_generate,
    &command_db_pull,
    &command_db_push,
    &command_migrate_diff,
    &command_migrate_lint,
    &command_migrate_trace,
    &command_migrate_rewrite,
    &command_migrate_dev,
    &command_migrate_deploy,
    &command_migrate_status,
    &command_migrate_resolve,
    &command_migrate_rollback,
    &command_migrate_kept,
    &command_migrate_reset,
    &command_migrate_merge,
    &command_migrate_squash,
    &command_migrate_embed,
    &command_top,
    &command_unpack,
    &command_help,
    NULL,
};

/* The number of words in `name` if argv starts with exactly these, else 0. */
static int match_words(const char *name, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        size_t length = strcspn(name, " ");
        if (strlen(argv[i]) != length || memcmp(argv[i], name, length) != 0)
            return 0;
        if (name[length] == '\0')
            return i + 1;
        name += length + 1;
    }
    return 0;
}

const command *command_find(int argc, char **argv, int *word_count)
{
    for (const command *const *c = command_table; *c; c++) {
        *word_count = match_words((*c)->name, argc, argv);
        if (*word_count > 0)
            return *c;
    }
    return NULL;
}

static const char *nearest_name(const char *text)
{
    const char *names[TENON__COUNT(command_table)];
    size_t count = 0;
    for (const command *const *c = command_table; *c; c++)
        names[count++] = (*c)->name;
    return schema_nearest(text, names, count);
}

/* The first command of two words of which this is the first: "db push" for "db". */
static const char *name_beginning_with(const char *word)
{
    size_t length = strlen(word);
    for (const command *const *c = command_table; *c; c++)
        if (!strncmp((*c)->name, word, length) && (*c)->name[length] == ' ')
            return (*c)->name;
    return NULL;
}

bool command_is_group(const char *word)
{
    return name_beginning_with(word) != NULL;
}

void command_list(FILE *out, const char *group)
{
    size_t length = group ? strlen(group) : 0;
    for (const command *const *c = command_table; *c; c++)
        if (!group || (!strncmp((*c)->name, group, length) && (*c)->name[length] == ' '))
            fprintf(out, "  %-17s %s\n", (*c)->name, (*c)->summary);
}

const char *command_nearest(int argc, char **argv)
{
    char two_words[64];
    const char *found = NULL;
    if (argc > 1) {
        snprintf(two_words, sizeof two_words, "%s %s", argv[0], argv[1]);
        found = nearest_name(two_words);
    }
    if (!found)
        found = name_beginning_with(argv[0]);
    return found ? found : nearest_name(argv[0]);
}

int command_misused(const command *about, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("tenon: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "\nsee: tenon help%s%s\n", about ? " " : "", about ? about->name : "");
    return COMMAND_USAGE;
}
