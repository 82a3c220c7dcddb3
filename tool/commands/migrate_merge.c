/* `tenon migrate merge`: migrations of two branches are tried together, and put in a row.
 *
 * All of them run, in the order of their names, on a database that is thrown away. When that leads
 * to what schema.prisma says, each one is noted to be made on top of the one before. Otherwise
 * nothing is written, unless --unfinished says that `migrate dev` shall write what is missing. What
 * both branches touch is named in every case: the order of names has decided there, not a
 * person. */
#include "commands/migrate_input.h"
#include "diff/diff.h"

static tenon_dialect dialect_of(const schema *s)
{
    bool is_sqlite = s->datasource && s->datasource->provider == SCHEMA_SQLITE;
    return is_sqlite ? TENON_SQLITE : TENON_POSTGRESQL;
}

typedef struct merging {
    migrate_input *in;
    const migrate_entry *fork;
    catalogue *wanted;
    diff_plan *plan; /* what is still to be done */
    tenon__buf conflicts;
    bool is_unfinished;
} merging;

static bool try_together(merging *m)
{
    migrate_input *in = m->in;
    tenon_dialect dialect = dialect_of(in->schema);
    m->wanted = catalogue_of_schema(in->schema, dialect, &in->error);
    if (!m->wanted ||
        !migrate_find_conflicts(&in->folder, m->fork, m->wanted, &m->conflicts, &in->error))
        return false;
    catalogue *found = migrate_replay(&in->folder, dialect, m->wanted->namespaces,
                                      m->wanted->namespace_count, &in->error);
    if (found)
        m->plan = diff_make(found, m->wanted, NULL, &in->error);
    catalogue_free(found);
    return m->plan != NULL;
}

static void show_conflicts(const merging *m, FILE *out)
{
    if (m->conflicts.length)
        fprintf(out, "both branches touch the same:\n%s", m->conflicts.data);
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

static int refuse(const merging *m, const char *rest)
{
    fprintf(stderr, "together they do not lead to the schema:\n%s", rest);
    show_conflicts(m, stderr);
    tenon__fail(&m->in->error, TENON_CONFLICT, "nothing was written");
    tenon__hint(&m->in->error, "correct the schema or a migration that nobody has run yet; with "
                               "--unfinished `tenon migrate dev` writes the rest");
    return migrate_input_fail(m->in);
}

static int finish(merging *m)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf rest = {0};
    migrate_input *in = m->in;
    bool is_whole = m->plan->difference_count == 0;
    diff_print(m->plan, &rest);
    if (!is_whole && !m->is_unfinished)
        return refuse(m, tenon__buf_string(&rest));
    if (!put_in_a_row(in) ||
        !migrate_set_after(&in->folder, is_whole ? in->schema : NULL, &in->error))
        return migrate_input_fail(in);
    printf("%zu migrations run together and stand in a row now\n", in->folder.count);
    show_conflicts(m, stdout);
    printf(is_whole
               ? "they lead to the schema\n"
               : "they do not lead to the schema yet; `tenon migrate dev` writes the rest:\n%s",
           tenon__buf_string(&rest));
    return COMMAND_DONE;
}

static int merge(migrate_input *in, bool is_unfinished)
{
    const migrate_entry *before;
    merging m = {.in = in, .is_unfinished = is_unfinished};
    m.fork = migrate_find_fork(&in->folder, &before);
    if (!m.fork) {
        printf("nothing to do: every migration was made on top of the one before\n");
        return COMMAND_DONE;
    }
    int status;
    if (try_together(&m)) {
        status = finish(&m);
    } else {
        show_conflicts(&m, stderr);
        status = migrate_input_fail(in);
    }
    tenon__buf_release(&m.conflicts);
    diff_free(m.plan);
    catalogue_free(m.wanted);
    return status;
}

static int run_merge(int argc, char **argv)
{
    bool is_unfinished = false;
    const migrate_option options[] = {{"--unfinished", NULL, &is_unfinished}, {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_merge, argc, argv, options, &in);
    if (status == COMMAND_DONE && !in.schema)
        status = command_misused(&command_migrate_merge, "a schema is needed");
    else if (status == COMMAND_DONE)
        status = merge(&in, is_unfinished);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_merge = {
    .name = "migrate merge",
    .summary = "put migrations of two branches in a row",
    .usage =
        "usage: tenon migrate merge [options] [PATH]\n"
        "\n"
        "Two branches may each add a migration on top of the same one. This runs all of them\n"
        "in the order of their names on a database that is thrown away, compares the result\n"
        "with the schema, and notes that they were tried together. When they do not lead to\n"
        "the schema, nothing is written. Names what both branches touch. Nothing is connected\n"
        "to.\n"
        "\n" MIGRATE_INPUT_USAGE
        "  --unfinished         put them in a row also when they do not lead to the schema:\n"
        "                       `tenon migrate dev` writes the rest\n",
    .run = run_merge,
};
