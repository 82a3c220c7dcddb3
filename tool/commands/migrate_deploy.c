/* `tenon migrate deploy`: runs what has not run yet. */
#include "commands/migrate_online.h"

#include <stdlib.h>

#define KEEP_USAGE                                                                                 \
    "  --keep-backups N     SQLite: copies of the database kept beside it, made before\n"          \
    "                       anything runs; default 5, 0 makes none\n"

typedef struct deploy_arguments {
    const char *keep, *count, *lock_timeout, *statement_timeout, *outside_wait, *outside_timeout,
        *keep_lost, *rewrite_from;
    bool is_accepting, is_dry_run, is_safe, is_contract;
} deploy_arguments;

/* Seconds, with a fraction; 0 when none are given, and -1, no limit, for 0. */
static int64_t read_seconds(const char *text)
{
    double seconds = text ? strtod(text, NULL) : 0;
    if (text && seconds <= 0)
        return -1;
    return (int64_t)(seconds * 1e6);
}

enum { REWRITE_FROM_MB = 16 };

/* In bytes; 0: never. */
static int64_t read_megabytes(const char *text)
{
    return (text ? strtoll(text, NULL, 10) : REWRITE_FROM_MB) * 1024 * 1024;
}

static void show_pending(const tenon_migrations *given, const char *name)
{
    for (size_t i = 0; i < given->count; i++) {
        const tenon_migration *item = &given->items[i];
        if (!strcmp(item->name, name))
            printf("-- %s\n%s\n", name, item->run_sql ? item->run_sql : item->sql);
    }
}

/* What would run. */
static int show_all_pending(migrate_input *in)
{
    const tenon_migrations given = migrate_list(&in->folder);
    tenon_session *s = tenon_session_open(in->db, NULL);
    tenon_migration_list list = tenon_migrate_status(s, &given);
    if (s && tenon_failed(s))
        in->error = *tenon_session_error(s);
    for (size_t i = 0; i < list.count; i++)
        if (!list.items[i].is_missing && list.items[i].state != TENON_MIGRATION_APPLIED &&
            (in->run_contracts || !list.items[i].is_contract))
            show_pending(&given, list.items[i].name);
    tenon_session_close(s);
    return in->error.status == TENON_OK ? COMMAND_DONE : migrate_input_fail(in);
}

/* Statements that would block others get forms that do not. */
static bool make_safe(migrate_input *in)
{
    size_t count;
    if (tenon_db_dialect(in->db) != TENON_POSTGRESQL)
        return true;
    return migrate_make_safe(&in->folder, &count, &in->error);
}

static int deploy(migrate_input *in, const deploy_arguments *arguments)
{
    in->run_contracts = arguments->is_contract;
    tenon_migrate_options options = migrate_input_options(in);
    options.accept_existing = arguments->is_accepting;
    options.count_most = arguments->count ? (unsigned)strtoul(arguments->count, NULL, 10) : 0;
    options.lock_timeout_us = read_seconds(arguments->lock_timeout);
    options.statement_timeout_us = read_seconds(arguments->statement_timeout);
    options.outside_wait_us = read_seconds(arguments->outside_wait);
    options.outside_timeout_us = read_seconds(arguments->outside_timeout);
    if (arguments->is_dry_run ? !migrate_input_open_existing(in) : !migrate_input_open(in))
        return migrate_input_fail(in);
    migrate_input_warn(in);
    if (arguments->is_safe && !make_safe(in))
        return migrate_input_fail(in);
    if (!arguments->is_dry_run &&
        !migrate_input_keep_lost(in, arguments->keep_lost, false, SIZE_MAX))
        return migrate_input_fail(in);
    if (arguments->is_dry_run)
        return show_all_pending(in);
    size_t pending = migrate_input_pending(in);
    if (in->error.status != TENON_OK || (pending && !migrate_input_back_up(in, arguments->keep)) ||
        !migrate_online_deploy(in, &options, arguments->is_safe,
                               read_megabytes(arguments->rewrite_from)))
        return migrate_input_fail(in);
    if (!pending && !in->held_back)
        printf("nothing to do: all %zu migrations are applied\n", in->folder.count);
    return COMMAND_DONE;
}

static int run_deploy(int argc, char **argv)
{
    deploy_arguments arguments = {0};
    const migrate_option options[] = {{"--keep-backups", &arguments.keep, NULL},
                                      {"--rewrite-from", &arguments.rewrite_from, NULL},
                                      {"--keep-lost", &arguments.keep_lost, NULL},
                                      {"--count", &arguments.count, NULL},
                                      {"--lock-timeout", &arguments.lock_timeout, NULL},
                                      {"--statement-timeout", &arguments.statement_timeout, NULL},
                                      {"--outside-wait", &arguments.outside_wait, NULL},
                                      {"--outside-timeout", &arguments.outside_timeout, NULL},
                                      {"--dry-run", NULL, &arguments.is_dry_run},
                                      {"--safe", NULL, &arguments.is_safe},
                                      {"--contract", NULL, &arguments.is_contract},
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
    .usage =
        "usage: tenon migrate deploy [options] [PATH]\n"
        "\n"
        "Runs what has not run yet, in order, each file as it stands, and notes it in\n"
        "_prisma_migrations. One that was interrupted is gone on with; one that failed stops\n"
        "everything until `tenon migrate resolve`.\n"
        "\n" MIGRATE_INPUT_USAGE "  --count N            at most so many\n"
        "  --dry-run            print what would run\n"
        "  --safe               PostgreSQL: run statements that would block others in forms that "
        "do\n"
        "                       not: CONCURRENTLY, NOT VALID and validated later\n"
        "  --contract           run contracts too: no program of the version before is in use\n"
        "  --rewrite-from MB    PostgreSQL: tables of this size and more are changed while they "
        "are\n"
        "                       in use where a migration says tenon:rewrite, or with --safe;\n"
        "                       default 16, 0 runs the statement, which locks\n"
        "  --lock-timeout S     PostgreSQL: seconds that a statement waits for a lock before it\n"
        "                       is tried again; default 2, 0 waits for ever\n"
        "  --statement-timeout S  PostgreSQL: seconds that a statement may take; default: no\n"
        "                       limit\n"
        "  --outside-wait S     PostgreSQL: the same for what runs outside of transactions, as an\n"
        "                       index made CONCURRENTLY, which nobody queues up behind; default "
        "300\n"
        "  --outside-timeout S  and how long that may take; default: no limit\n"
        "  --accept-existing    begin a history on a database that has tables\n" KEEP_USAGE
            MIGRATE_INPUT_KEEP_USAGE "  --verbose            tell every statement\n",
    .run = run_deploy,
};
