/* `tenon migrate resolve`: a person says what became of a migration that failed. */
#include "commands/migrate_input.h"

typedef struct resolve_arguments {
    const char *applied, *rolled_back, *resumed;
} resolve_arguments;

static int resolve(migrate_input *in, const char *name, tenon_migration_verdict verdict,
                   const char *words)
{
    const tenon_migrations list = migrate_list(&in->folder);
    tenon_migrate_options options = migrate_input_options(in);
    if (!migrate_input_open_existing(in) ||
        !tenon_migrate_resolve(in->db, &list, name, verdict, &options, &in->error))
        return migrate_input_fail(in);
    printf("%s %s\n", name, words);
    return COMMAND_DONE;
}

static int resolve_as_said(migrate_input *in, const resolve_arguments *arguments)
{
    if (arguments->applied)
        return resolve(in, arguments->applied, TENON_MIGRATION_IS_APPLIED, "counts as applied");
    if (arguments->rolled_back)
        return resolve(in, arguments->rolled_back, TENON_MIGRATION_IS_ROLLED_BACK,
                       "counts as rolled back: deploy runs it from its start");
    return resolve(in, arguments->resumed, TENON_MIGRATION_GOES_ON,
                   "goes on at the next deploy, behind the statements it has done");
}

static int run_resolve(int argc, char **argv)
{
    resolve_arguments arguments = {0};
    const migrate_option options[] = {{"--applied", &arguments.applied, NULL},
                                      {"--rolled-back", &arguments.rolled_back, NULL},
                                      {"--resume", &arguments.resumed, NULL},
                                      {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_resolve, argc, argv, options, &in);
    int verdicts =
        (arguments.applied != NULL) + (arguments.rolled_back != NULL) + (arguments.resumed != NULL);
    if (status == COMMAND_DONE && verdicts != 1)
        status = command_misused(&command_migrate_resolve,
                                 "one of --applied, --rolled-back and --resume is needed");
    else if (status == COMMAND_DONE)
        status = resolve_as_said(&in, &arguments);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_resolve = {
    .name = "migrate resolve",
    .summary = "say what became of a migration that failed",
    .usage =
        "usage: tenon migrate resolve --applied NAME | --rolled-back NAME | --resume NAME\n"
        "                             [options] [PATH]\n"
        "\n"
        "After a migration failed in its middle, look at the database, and then say one of:\n"
        "  --applied NAME       all of it is there: done by hand, or there before the history\n"
        "  --rolled-back NAME   nothing of it is there: deploy runs it from its start\n"
        "  --resume NAME        deploy goes on behind the statements it has done; the rest of\n"
        "                       the file may have been corrected\n"
        "\n" MIGRATE_INPUT_USAGE,
    .run = run_resolve,
};
