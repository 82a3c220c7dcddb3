/* `tenon migrate kept`: copies of what migrations have lost; and the part of `deploy` and
 * `rollback` that has them made. */
#include "commands/migrate_input.h"

#include <stdlib.h>

/* ---- before migrations run ------------------------------------------------------------------- */

static bool is_to_run(const migrate_input *in, const tenon_migration_status *item, bool is_down)
{
    bool is_applied = item->state == TENON_MIGRATION_APPLIED;
    if (is_down)
        return is_applied || item->state == TENON_MIGRATION_UNDOING;
    return !is_applied && !item->is_missing && (in->run_contracts || !item->is_contract);
}

/* Names of those that will run: all that are pending, or the last `count` that are applied. They
 * live in the session. False with in->error. */
static bool find_names(migrate_input *in, tenon_session *s, bool is_down, size_t count,
                       migrate_names *out)
{
    const tenon_migrations given = migrate_list(&in->folder);
    tenon_migration_list list = tenon_migrate_status(s, &given);
    const char **names = tenon_session_alloc(s, (list.count + 1) * sizeof *names);
    size_t found = 0;
    for (size_t i = list.count; names && i-- > 0 && (!is_down || found < count);)
        if (is_to_run(in, &list.items[i], is_down))
            names[found++] = list.items[i].name;
    *out = (migrate_names){names, found};
    if (s && !tenon_failed(s))
        return true;
    in->error = *tenon_session_error(s);
    return false;
}

bool migrate_input_keep_lost(migrate_input *in, const char *days, bool is_down, size_t count)
{
    unsigned kept_for = days ? (unsigned)strtoul(days, NULL, 10) : MIGRATE_DAYS_KEPT;
    size_t copies = 0;
    migrate_names names;
    if (tenon_db_dialect(in->db) != TENON_POSTGRESQL || kept_for == 0)
        return true;
    tenon_session *s = tenon_session_open(in->db, NULL);
    bool is_done = find_names(in, s, is_down, count, &names) &&
                   migrate_keep_lost(&in->folder, &names, is_down, &copies, &in->error);
    tenon_session_close(s);
    if (!is_done || !copies)
        return is_done;
    printf("what is lost is copied first, and kept for %u days: `tenon migrate kept`\n", kept_for);
    return migrate_kept_prepare(in->db, kept_for, &in->error);
}

/* ---- what is kept ---------------------------------------------------------------------------- */

void migrate_input_show_kept(const migrate_kept *kept)
{
    printf("%s: %s rows of %s%s%s%s, lost by %s on %s (%s); %s %s\n", kept->id, kept->row_count,
           kept->origin, kept->columns ? " (" : "", kept->columns ? kept->columns : "",
           kept->columns ? ")" : "", kept->migration, kept->kept_at, kept->size,
           kept->is_over ? "may go since" : "kept until", kept->keep_until);
}

typedef struct kept_arguments {
    const char *sql, *drop;
    bool is_expired, is_yes;
} kept_arguments;

typedef struct kept_command {
    migrate_input *in;
    const kept_arguments *arguments;
    tenon_session *session;
    tenon__arena arena;
    migrate_kept_list list;
} kept_command;

static int fail(kept_command *c)
{
    if (tenon_failed(c->session))
        c->in->error = *tenon_session_error(c->session);
    return migrate_input_fail(c->in);
}

static int fail_unknown(kept_command *c, const char *id)
{
    tenon__fail(&c->in->error, TENON_MISUSE, "nothing is kept under the number '%s'", id);
    return fail(c);
}

static const migrate_kept *find_kept(const kept_command *c, const char *id)
{
    for (size_t i = 0; i < c->list.count; i++)
        if (!strcmp(c->list.items[i].id, id))
            return &c->list.items[i];
    return NULL;
}

static int show_sql(kept_command *c)
{
    const migrate_kept *kept = find_kept(c, c->arguments->sql);
    if (!kept)
        return fail_unknown(c, c->arguments->sql);
    const char *sql = migrate_kept_restore(c->session, kept->id, &c->arena);
    if (!sql)
        return fail(c);
    fputs(sql, stdout);
    return COMMAND_DONE;
}

static bool is_to_go(const kept_command *c, const migrate_kept *kept)
{
    return c->arguments->drop ? !strcmp(kept->id, c->arguments->drop) : kept->is_over;
}

/* Shown before it goes. */
static int drop_some(kept_command *c)
{
    size_t count = 0;
    for (size_t i = 0; i < c->list.count; i++)
        if (is_to_go(c, &c->list.items[i])) {
            migrate_input_show_kept(&c->list.items[i]);
            count++;
        }
    fflush(stdout);
    if (!count && c->arguments->drop)
        return fail_unknown(c, c->arguments->drop);
    if (!count) {
        printf("nothing is past its time\n");
        return COMMAND_DONE;
    }
    if (!c->arguments->is_yes &&
        !migrate_input_confirm("this is dropped for good; go on?", "--yes"))
        return COMMAND_FAILED;
    for (size_t i = 0; i < c->list.count; i++)
        if (is_to_go(c, &c->list.items[i]) && !migrate_kept_drop(c->session, &c->list.items[i]))
            return fail(c);
    printf("%zu dropped\n", count);
    return COMMAND_DONE;
}

static int show_all(kept_command *c)
{
    for (size_t i = 0; i < c->list.count; i++)
        migrate_input_show_kept(&c->list.items[i]);
    if (!c->list.count)
        printf("nothing is kept\n");
    return COMMAND_DONE;
}

static int look_at_kept(migrate_input *in, const kept_arguments *arguments)
{
    kept_command c = {.in = in, .arguments = arguments};
    if (!migrate_input_open_existing(in))
        return migrate_input_fail(in);
    c.session = tenon_session_open(in->db, NULL);
    int status;
    if (!c.session || !migrate_kept_read(c.session, &c.arena, &c.list))
        status = fail(&c);
    else if (arguments->sql)
        status = show_sql(&c);
    else if (arguments->drop || arguments->is_expired)
        status = drop_some(&c);
    else
        status = show_all(&c);
    tenon_session_close(c.session);
    tenon__arena_release(&c.arena);
    return status;
}

static int run_kept(int argc, char **argv)
{
    kept_arguments arguments = {0};
    const migrate_option options[] = {{"--sql", &arguments.sql, NULL},
                                      {"--drop", &arguments.drop, NULL},
                                      {"--drop-expired", NULL, &arguments.is_expired},
                                      {"--yes", NULL, &arguments.is_yes},
                                      {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_kept, argc, argv, options, &in);
    if (status == COMMAND_DONE)
        status = look_at_kept(&in, &arguments);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_kept = {
    .name = "migrate kept",
    .summary = "tell, bring back or drop copies of what migrations have lost",
    .usage = "usage: tenon migrate kept [--sql NUMBER | --drop NUMBER | --drop-expired] [options] "
             "[PATH]\n"
             "\n"
             "PostgreSQL: `deploy` and `rollback` copy what they are about to lose to the schema\n"
             "_tenon_kept. This lists the copies. None is ever dropped by itself.\n"
             "\n" MIGRATE_INPUT_USAGE "  --sql NUMBER         print the SQL that brings one back\n"
             "  --drop NUMBER        drop one\n"
             "  --drop-expired       drop all that are past their time\n"
             "  --yes                do not ask\n",
    .run = run_kept,
};
