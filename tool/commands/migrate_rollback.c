/* `tenon migrate rollback`: undoes the last migrations by their down.sql. */
#include "commands/migrate_convert.h"

#include <stdlib.h>

typedef struct rollback_arguments {
    const char *count, *keep, *keep_lost;
    bool is_accepting;
} rollback_arguments;

/* Comments on top of down.sql say what it cannot bring back. */
static void show_down(const tenon_migration *item)
{
    printf("%s:\n%s%s", item->name, item->down_sql ? item->down_sql : "-- has no down.sql\n",
           item->down_sql && item->down_sql[0] && item->down_sql[strlen(item->down_sql) - 1] != '\n'
               ? "\n"
               : "");
}

/* The applied ones, from the last on. False with in->error. */
static bool show_downs(migrate_input *in, size_t count)
{
    const tenon_migrations given = migrate_list(&in->folder);
    tenon_session *s = tenon_session_open(in->db, NULL);
    tenon_migration_list list = tenon_migrate_status(s, &given);
    bool is_done = s && !tenon_failed(s);
    if (!is_done)
        in->error = *tenon_session_error(s);
    for (size_t i = list.count; is_done && i-- > 0 && count > 0;) {
        bool is_applied = list.items[i].state == TENON_MIGRATION_APPLIED ||
                          list.items[i].state == TENON_MIGRATION_UNDOING;
        for (size_t k = 0; is_applied && k < given.count; k++)
            if (!strcmp(given.items[k].name, list.items[i].name))
                show_down(&given.items[k]);
        count -= is_applied;
    }
    fflush(stdout);
    tenon_session_close(s);
    return is_done;
}

static int roll_back(migrate_input *in, const rollback_arguments *arguments)
{
    tenon_migrate_options options = migrate_input_options(in);
    size_t count = arguments->count ? (size_t)strtoul(arguments->count, NULL, 10) : 1;
    if (!migrate_input_open_existing(in) || !show_downs(in, count))
        return migrate_input_fail(in);
    if (!arguments->is_accepting &&
        !migrate_input_confirm("this is run, and what it drops is gone; go on?",
                               "--accept-data-loss"))
        return COMMAND_FAILED;
    if (!migrate_input_back_up(in, arguments->keep) ||
        !migrate_input_keep_lost(in, arguments->keep_lost, true, count) ||
        !migrate_convert_undo(in, count, &options))
        return migrate_input_fail(in);
    return COMMAND_DONE;
}

static int run_rollback(int argc, char **argv)
{
    rollback_arguments arguments = {0};
    const migrate_option options[] = {{"--count", &arguments.count, NULL},
                                      {"--keep-backups", &arguments.keep, NULL},
                                      {"--keep-lost", &arguments.keep_lost, NULL},
                                      {"--accept-data-loss", NULL, &arguments.is_accepting},
                                      {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_rollback, argc, argv, options, &in);
    if (status == COMMAND_DONE)
        status = roll_back(&in, &arguments);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_rollback = {
    .name = "migrate rollback",
    .summary = "undo the last migrations by their down.sql",
    .usage =
        "usage: tenon migrate rollback [--count N] [options] [PATH]\n"
        "\n"
        "Shows the down.sql of the last migration (of the last N) and asks; then runs it. What\n"
        "it cannot bring back stands in its comments. Nothing runs when one has no down.sql.\n"
        "\n" MIGRATE_INPUT_USAGE "  --accept-data-loss   do not ask\n"
        "  --keep-backups N     SQLite: copies of the database kept beside it; default "
        "5\n" MIGRATE_INPUT_KEEP_USAGE,
    .run = run_rollback,
};
