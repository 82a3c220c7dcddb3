/* `tenon migrate status`: what a database has of a folder, in words. */
#include "commands/migrate_input.h"
#include "diff/diff.h"

static const char *words_of(const tenon_migration_status *item)
{
    switch (item->state) {
    case TENON_MIGRATION_PENDING:
        if (item->is_contract)
            return "is a contract: it waits for `deploy --contract`";
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

/* How many are not as they should be. */
static size_t show_items(const tenon_migration_list *list)
{
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const char *words = words_of(&list->items[i]);
        if (words)
            show_item(&list->items[i], words);
        count += words && !list->items[i].is_contract;
    }
    return count;
}

/* ---- schema, migrations, database ------------------------------------------------------------ */

/* True when both are the same; else the differences below the words. False also with in->error. */
static bool compare(migrate_input *in, const catalogue *from, const catalogue *to,
                    const char *words)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    diff_plan *plan = from && to ? diff_make(from, to, NULL, &in->error) : NULL;
    bool is_same = plan && plan->difference_count == 0;
    if (plan)
        diff_print(plan, &text);
    if (plan && !is_same)
        printf("%s:\n%s", words, tenon__buf_string(&text));
    diff_free(plan);
    return is_same;
}

static catalogue *read_found(migrate_input *in, const catalogue *wanted)
{
    tenon_session *s = tenon_session_open(in->db, NULL);
    catalogue *found =
        s ? catalogue_read(s, wanted->namespaces, wanted->namespace_count, &in->error) : NULL;
    tenon_session_close(s);
    return found;
}

/* A contract that waits is in order, but the database is then between two schemas. */
static bool is_between(const tenon_migration_list *list)
{
    for (size_t i = 0; i < list->count; i++)
        if (list->items[i].is_contract)
            return true;
    return false;
}

/* What nobody has written a migration for, and what somebody has changed without one. How many of
 * the two there are. */
static size_t show_drift(migrate_input *in, bool is_all_applied)
{
    tenon_dialect dialect = tenon_db_dialect(in->db);
    catalogue *wanted = catalogue_of_schema(in->schema, dialect, &in->error);
    catalogue *expected = NULL, *found = NULL;
    size_t count = 0;
    if (wanted)
        expected = migrate_expect(&in->folder, dialect, wanted->namespaces, wanted->namespace_count,
                                  &in->error);
    if (expected)
        count +=
            !compare(in, expected, wanted,
                     "the schema asks for what no migration does; `tenon migrate dev` writes it");
    if (expected && is_all_applied && in->error.status == TENON_OK)
        found = read_found(in, wanted);
    if (found)
        count += !compare(in, expected, found,
                          "the database was changed without a migration; it differs by");
    catalogue_free(found);
    catalogue_free(expected);
    catalogue_free(wanted);
    return count;
}

/* By the schema that stands beside the last migration; of migrations that others wrote only with
 * --replay, which needs a server to try them on. */
static bool can_compare(const migrate_input *in, bool is_replaying)
{
    const migrate_entry *last = migrate_last(&in->folder);
    return in->schema && last && (last->after || is_replaying);
}

/* ---- nothing yet ----------------------------------------------------------------------------- */

/* How a history begins: on a database that is empty, and on one that was there before it. */
static void tell_beginning(const migrate_input *in, bool has_tables)
{
    const char *folder = in->folder.path;
    printf("the schema has no migration yet: there is none in %s\n", folder);
    if (!has_tables) {
        printf("  `tenon migrate dev --name init` writes the first\n");
        return;
    }
    printf("  the database has tables; what made them becomes the first one, which counts as "
           "applied:\n"
           "  mkdir -p %s/0_init\n"
           "  tenon migrate diff --from-empty --to-schema %s --script > %s/0_init/migration.sql\n"
           "  tenon migrate resolve --applied 0_init\n",
           folder, in->schema->files[0].path, folder);
}

/* How many things are to be done: a schema that asks for nothing needs no migration. */
static size_t show_beginning(migrate_input *in)
{
    tenon_dialect dialect = tenon_db_dialect(in->db);
    bool asks = in->schema && in->schema->model_count + in->schema->enum_count > 0;
    if (!asks) {
        printf("%s has no migrations; `tenon migrate dev` writes the first\n", in->folder.path);
        return 0;
    }
    catalogue *wanted = catalogue_of_schema(in->schema, dialect, &in->error);
    catalogue *found = wanted ? read_found(in, wanted) : NULL;
    if (found)
        tell_beginning(in, found->table_count > 0);
    catalogue_free(found);
    catalogue_free(wanted);
    return 1;
}

/* Copies of what was lost are nothing that is wrong. */
static bool show_kept(migrate_input *in, tenon_session *s)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    migrate_kept_list kept;
    if (!migrate_kept_read(s, &arena, &kept)) {
        in->error = *tenon_session_error(s);
        return false;
    }
    for (size_t i = 0; i < kept.count; i++) {
        printf("kept: ");
        migrate_input_show_kept(&kept.items[i]);
    }
    return true;
}

static int show_status(migrate_input *in, bool is_replaying)
{
    const tenon_migrations given = migrate_list(&in->folder);
    if (!migrate_input_open_existing(in))
        return migrate_input_fail(in);
    tenon_session *s = tenon_session_open(in->db, NULL);
    tenon_migration_list list = tenon_migrate_status(s, &given);
    bool is_failed = !s || tenon_failed(s);
    if (is_failed)
        in->error = *tenon_session_error(s);
    size_t count = is_failed ? 0 : show_items(&list) + migrate_input_warn(in);
    is_failed = is_failed || !show_kept(in, s);
    bool is_whole = count == 0 && !is_between(&list), is_beginning = !given.count && !list.count;
    tenon_session_close(s);
    if (!is_failed && can_compare(in, is_replaying))
        count += show_drift(in, is_whole);
    if (!is_failed && is_beginning)
        count += show_beginning(in);
    if (is_failed || in->error.status != TENON_OK)
        return migrate_input_fail(in);
    if (given.count && !count && is_whole)
        printf("the database is up to date: all %zu migrations of %s are applied\n", given.count,
               in->folder.path);
    return count ? COMMAND_FAILED : COMMAND_DONE;
}

static int run_status(int argc, char **argv)
{
    bool is_replaying = false;
    const migrate_option options[] = {{"--replay", NULL, &is_replaying}, {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_status, argc, argv, options, &in);
    if (status == COMMAND_DONE)
        status = show_status(&in, is_replaying);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_status = {
    .name = "migrate status",
    .summary = "tell which migrations a database has and which not",
    .usage =
        "usage: tenon migrate status [options] [PATH]\n"
        "\n"
        "Tells every migration that is not simply applied: pending, edited, missing, late,\n"
        "interrupted, failed; and migrations of two branches that nobody has put together.\n"
        "Then what the schema asks for and no migration does, and how the database differs from\n"
        "what its migrations lead to.\n"
        "Ends with 0 when there is nothing to tell, else with 1. Changes nothing.\n"
        "\n" MIGRATE_INPUT_USAGE
        "  --replay             find out what the migrations lead to by running them on a\n"
        "                       database that is thrown away, where no schema stands beside\n"
        "                       the last one\n",
    .run = run_status,
};
