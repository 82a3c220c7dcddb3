/* `tenon migrate status`: what a database has of a folder, in words. */
#include "commands/migrate_input.h"

static const char *words_of(const tenon_migration_status *item)
{
    switch (item->state) {
    case TENON_MIGRATION_PENDING:
        return item->is_late ? "is not applied, though a later one is" : "is not applied yet";
    case TENON_MIGRATION_APPLIED:
        if (item->is_missing)
            return "is applied, but not in the folder";
        return item->is_edited ? "is applied, but was edited since" : NULL;
    case TENON_MIGRATION_INTERRUPTED:
        return "was interrupted; deploy goes on with it";
    case TENON_MIGRATION_FAILED:
        return "failed; see `tenon help migrate resolve`";
    case TENON_MIGRATION_UNDOING:
        return "is half undone; rollback goes on with it";
    }
    return NULL;
}

static void show_item(const tenon_migration_status *item, const char *words)
{
    printf("%s %s", item->name, words);
    if (item->statement_count)
        printf(" (%zu of %zu statements are done)", item->statements_done, item->statement_count);
    printf("\n");
    if (item->log)
        printf("  %s\n", item->log);
}

/* How many have something to be told. */
static size_t show_items(const tenon_migration_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *words = words_of(&list->items[i]);
        if (words)
            show_item(&list->items[i], words);
        count += words != NULL;
    }
    return count;
}

static int show_status(migrate_input *in)
{
    const tenon_migrations given = migrate_list(&in->folder);
    if (!migrate_input_open(in))
        return migrate_input_fail(in);
    tenon_session *s = tenon_session_open(in->db, NULL);
    tenon_migration_list list = tenon_migrate_status(s, &given);
    bool is_failed = !s || tenon_failed(s);
    if (is_failed)
        in->error = *tenon_session_error(s);
    size_t count = is_failed ? 0 : show_items(&list) + migrate_input_warn(in);
    tenon_session_close(s);
    if (is_failed)
        return migrate_input_fail(in);
    if (!count)
        printf("the database is up to date: all %zu migrations of %s are applied\n", given.count,
               in->folder.path);
    return count ? COMMAND_FAILED : COMMAND_DONE;
}

static int run_status(int argc, char **argv)
{
    const migrate_option none = {NULL, NULL, NULL};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_status, argc, argv, &none, &in);
    if (status == COMMAND_DONE)
        status = show_status(&in);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_status = {
    .name = "migrate status",
    .summary = "tell which migrations a database has and which not",
    .usage = "usage: tenon migrate status [options] [PATH]\n"
             "\n"
             "Tells every migration that is not simply applied: pending, edited, missing, late,\n"
             "interrupted, failed; and migrations of two branches that nobody has put together.\n"
             "Ends with 0 when there is nothing to tell, else with 1. Changes nothing.\n"
             "\n" MIGRATE_INPUT_USAGE,
    .run = run_status,
};
