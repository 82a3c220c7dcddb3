/* `tenon migrate squash`: many migrations become one. */
#include "commands/migrate_input.h"

typedef struct squash_arguments {
    const char *to, *name;
    bool is_accepting;
} squash_arguments;

/* The last one to be put together; count when there is none of that name. */
static size_t find_last(const migrate_folder *folder, const char *name)
{
    size_t i = 0;
    if (!name)
        return folder->count - 1;
    while (i < folder->count && strcmp(folder->entries[i].name, name) != 0)
        i++;
    return i;
}

static tenon_dialect dialect_of(const migrate_input *in)
{
    const schema_datasource *source = in->schema ? in->schema->datasource : NULL;
    bool is_sqlite = in->folder.provider ? !strcmp(in->folder.provider, "sqlite")
                                         : source && source->provider == SCHEMA_SQLITE;
    return is_sqlite ? TENON_SQLITE : TENON_POSTGRESQL;
}

static int squash(migrate_input *in, const squash_arguments *arguments)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf name = {0};
    const char *words = arguments->name ? arguments->name : "squashed";
    size_t last = find_last(&in->folder, arguments->to);
    if (in->folder.count < 2 || last >= in->folder.count || last == 0) {
        fputs("tenon: there are no two migrations to put together\n", stderr);
        return COMMAND_FAILED;
    }
    printf("%s … %s: %zu migrations become one\n", in->folder.entries[0].name,
           in->folder.entries[last].name, last + 1);
    fflush(stdout);
    if (!arguments->is_accepting &&
        !migrate_input_confirm("their folders are taken away, go on?", "--yes"))
        return COMMAND_FAILED;
    if (!migrate_squash(&in->folder, last, words, dialect_of(in), &name, &in->error))
        return migrate_input_fail(in);
    printf("wrote %s; databases that have them all take it for applied\n", name.data);
    return COMMAND_DONE;
}

static int run_squash(int argc, char **argv)
{
    squash_arguments arguments = {0};
    const migrate_option options[] = {{"--to", &arguments.to, NULL},
                                      {"--name", &arguments.name, NULL},
                                      {"--yes", NULL, &arguments.is_accepting},
                                      {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_squash, argc, argv, options, &in);
    if (status == COMMAND_DONE)
        status = squash(&in, &arguments);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_squash = {
    .name = "migrate squash",
    .summary = "put many migrations together into one",
    .usage =
        "usage: tenon migrate squash [--to NAME] [--name WORDS] [options] [PATH]\n"
        "\n"
        "The texts of all migrations up to NAME (default: the last) become one migration, as\n"
        "they are. Databases that have them all take it for applied. Deploy everywhere first:\n"
        "one that has only some of them can go no further.\n"
        "\n" MIGRATE_INPUT_USAGE "  --yes                do not ask\n",
    .run = run_squash,
};
