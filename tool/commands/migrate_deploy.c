/* `tenon migrate deploy`: runs what has not run yet. */
#include "commands/migrate_input.h"

#include <stdlib.h>

#define KEEP_USAGE                                                                                 \
    "  --keep-backups N     SQLite: copies of the database kept beside it, made before\n"          \
    "                       anything runs; default 5, 0 makes none\n"

typedef struct deploy_arguments {
    const char *keep, *count;
    bool is_accepting;
} deploy_arguments;

static int deploy(migrate_input *in, const deploy_arguments *arguments)
{
    const tenon_migrations list = migrate_list(&in->folder);
    tenon_migrate_options options = migrate_input_options(in);
    options.accept_existing = arguments->is_accepting;
    options.count_most = arguments->count ? (unsigned)strtoul(arguments->count, NULL, 10) : 0;
    if (!migrate_input_open(in))
        return migrate_input_fail(in);
    migrate_input_warn(in);
    size_t pending = migrate_input_pending(in);
    if (in->error.status != TENON_OK || (pending && !migrate_input_back_up(in, arguments->keep)) ||
        !tenon_migrate(in->db, &list, &options, &in->error))
        return migrate_input_fail(in);
    if (!pending)
        printf("nothing to do: all %zu migrations are applied\n", in->folder.count);
    return COMMAND_DONE;
}

static int run_deploy(int argc, char **argv)
{
    deploy_arguments arguments = {0};
    const migrate_option options[] = {{"--keep-backups", &arguments.keep, NULL},
                                      {"--count", &arguments.count, NULL},
                                      {"--accept-existing", NULL, &arguments.is_accepting},
                                      {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_deploy, argc, argv, options, &in);
    if (status == COMMAND_DONE)
        status = deploy(&in, &arguments);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_deploy = {
    .name = "migrate deploy",
    .summary = "run the migrations that a database does not have yet",
    .usage = "usage: tenon migrate deploy [options] [PATH]\n"
             "\n"
             "Runs what has not run yet, in order, each file as it stands, and notes it in\n"
             "_prisma_migrations. One that was interrupted is gone on with; one that failed stops\n"
             "everything until `tenon migrate resolve`.\n"
             "\n" MIGRATE_INPUT_USAGE "  --count N            at most so many\n"
             "  --accept-existing    begin a history on a database that has tables\n" KEEP_USAGE
             "  --verbose            tell every statement\n",
    .run = run_deploy,
};
