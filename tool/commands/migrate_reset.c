/* `tenon migrate reset`: a development database from its beginning. */
#include "commands/migrate_input.h"
#include "diff/diff.h"

typedef struct reset_arguments {
    const char *keep;
    bool is_accepting;
} reset_arguments;

static bool drop_all(migrate_input *in)
{
    tenon_session *s = tenon_session_open(in->db, NULL);
    catalogue *wanted = NULL, *found = NULL;
    tenon_dialect dialect = tenon_db_dialect(in->db);
    if (in->schema)
        wanted = catalogue_of_schema(in->schema, dialect, &in->error);
    if (s && in->error.status == TENON_OK)
        found = catalogue_read(s, wanted ? wanted->namespaces : NULL,
                               wanted ? wanted->namespace_count : 0, &in->error);
    if (found && (!tenon_execute(s, "DROP TABLE IF EXISTS _prisma_migrations;"
                                    " DROP TABLE IF EXISTS _tenon_steps") ||
                  !diff_reset(s, found)))
        in->error = *tenon_session_error(s);
    catalogue_free(found);
    catalogue_free(wanted);
    tenon_session_close(s);
    return in->error.status == TENON_OK;
}

static int reset(migrate_input *in, const reset_arguments *arguments)
{
    const tenon_migrations list = migrate_list(&in->folder);
    in->run_contracts = true;
    tenon_migrate_options options = migrate_input_options(in);
    if (!migrate_input_open(in))
        return migrate_input_fail(in);
    if (!arguments->is_accepting &&
        !migrate_input_confirm("everything in the database is dropped, with all rows; go on?",
                               "--accept-data-loss"))
        return COMMAND_FAILED;
    if (!migrate_input_back_up(in, arguments->keep) || !drop_all(in) ||
        !tenon_migrate(in->db, &list, &options, &in->error))
        return migrate_input_fail(in);
    printf("the database was made anew: %zu migrations\n", list.count);
    return COMMAND_DONE;
}

static int run_reset(int argc, char **argv)
{
    reset_arguments arguments = {0};
    const migrate_option options[] = {{"--keep-backups", &arguments.keep, NULL},
                                      {"--accept-data-loss", NULL, &arguments.is_accepting},
                                      {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_reset, argc, argv, options, &in);
    if (status == COMMAND_DONE)
        status = reset(&in, &arguments);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_reset = {
    .name = "migrate reset",
    .summary = "drop all of a development database and run every migration",
    .usage = "usage: tenon migrate reset [options] [PATH]\n"
             "\n"
             "Drops everything in the database, with its rows, and runs all migrations from the\n"
             "first one on. It asks first.\n"
             "\n" MIGRATE_INPUT_USAGE "  --accept-data-loss   do not ask\n"
             "  --keep-backups N     SQLite: copies of the database kept beside it; default 5\n",
    .run = run_reset,
};
