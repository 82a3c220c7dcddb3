/* `tenon migrate merge`: migrations of two branches are tried together, and put in a row.
 *
 * All of them run, in the order of their names, on a database that is thrown away. When that leads
 * to what schema.prisma says, each one is noted to be made on top of the one before. When it leads
 * elsewhere they are put in a row too, and what is still missing is `migrate dev`'s to write. */
#include "commands/migrate_input.h"
#include "diff/diff.h"

static tenon_dialect dialect_of(const schema *s)
{
    bool is_sqlite = s->datasource && s->datasource->provider == SCHEMA_SQLITE;
    return is_sqlite ? TENON_SQLITE : TENON_POSTGRESQL;
}

/* What is still to be done; NULL with in->error. */
static diff_plan *try_together(migrate_input *in)
{
    tenon_dialect dialect = dialect_of(in->schema);
    catalogue *wanted = catalogue_of_schema(in->schema, dialect, &in->error);
    catalogue *found = NULL;
    diff_plan *plan = NULL;
    if (wanted)
        found = migrate_replay(&in->folder, dialect, wanted->namespaces, wanted->namespace_count,
                               &in->error);
    if (found)
        plan = diff_make(found, wanted, NULL, &in->error);
    catalogue_free(found);
    catalogue_free(wanted);
    return plan;
}

static bool put_in_a_row(migrate_input *in)
{
    for (size_t i = 1; i < in->folder.count; i++) {
        const migrate_entry *entry = &in->folder.entries[i];
        if (entry->parent && strcmp(entry->parent, entry[-1].name) != 0 &&
            !migrate_set_parent(&in->folder, entry, entry - 1, &in->error))
            return false;
    }
    return true;
}

static int merge(migrate_input *in)
{
    const migrate_entry *before;
    if (!migrate_find_fork(&in->folder, &before)) {
        printf("nothing to do: every migration was made on top of the one before\n");
        return COMMAND_DONE;
    }
    diff_plan *plan = try_together(in);
    if (!plan)
        return migrate_input_fail(in);
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    bool is_whole = plan->difference_count == 0;
    diff_print(plan, &text);
    diff_free(plan);
    if (!put_in_a_row(in) ||
        !migrate_set_after(&in->folder, is_whole ? in->schema : NULL, &in->error))
        return migrate_input_fail(in);
    printf("%zu migrations run together and stand in a row now\n", in->folder.count);
    if (!is_whole)
        printf("they do not lead to the schema yet; `tenon migrate dev` writes the rest:\n%s",
               tenon__buf_string(&text));
    return COMMAND_DONE;
}

static int run_merge(int argc, char **argv)
{
    const migrate_option none = {NULL, NULL, NULL};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_merge, argc, argv, &none, &in);
    if (status == COMMAND_DONE && !in.schema)
        status = command_misused(&command_migrate_merge, "a schema is needed");
    else if (status == COMMAND_DONE)
        status = merge(&in);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_merge = {
    .name = "migrate merge",
    .summary = "put migrations of two branches in a row",
    .usage = "usage: tenon migrate merge [options] [PATH]\n"
             "\n"
             "Two branches may each add a migration on top of the same one. This runs all of them\n"
             "in the order of their names on a database that is thrown away, compares the result\n"
             "with the schema, and notes that they were tried together. Nothing is connected to.\n"
             "\n" MIGRATE_INPUT_USAGE,
    .run = run_merge,
};
