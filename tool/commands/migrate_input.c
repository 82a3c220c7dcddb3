/* See migrate_input.h. */
#include "commands/migrate_input.h"

#include "commands/database_url.h"
#include "commands/plan_talk.h"
#include "commands/schema_input.h"

#include <stdlib.h>
#include <sys/stat.h>

/* ---- arguments ------------------------------------------------------------------------------- */

typedef struct given_places {
    const char *path, *url, *folder;
} given_places;

static const migrate_option *find_option(const migrate_option *options, const char *name)
{
    for (; options->name; options++)
        if (!strcmp(options->name, name))
            return options;
    return NULL;
}

static int read_arguments(const command *about, int argc, char **argv,
                          const migrate_option *options, given_places *out, bool *is_verbose)
{
    const migrate_option common[] = {{"--url", &out->url, NULL},
                                     {"--migrations", &out->folder, NULL},
                                     {"--verbose", NULL, is_verbose},
                                     {NULL, NULL, NULL}};
    for (int i = 1; i < argc; i++) {
        const migrate_option *option = find_option(options, argv[i]);
        option = option ? option : find_option(common, argv[i]);
        bool wants_value = option && option->value;
        bool is_full = wants_value && option->count && *option->count == MIGRATE_VALUES_MOST;
        if (is_full)
            return command_misused(about, "'%s' is given too often", argv[i]);
        if (wants_value && i + 1 < argc)
            option->value[option->count ? (*option->count)++ : 0] = argv[++i];
        else if (option && !wants_value)
            *option->is_given = true;
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(about, "unknown option or missing value: '%s'", argv[i]);
        else if (out->path)
            return command_misused(about, "only one schema can be given");
        else
            out->path = argv[i];
    }
    return COMMAND_DONE;
}

/* ---- schema and folder ----------------------------------------------------------------------- */

static bool read_schema(migrate_input *in, const char *given_path)
{
    const char *path = schema_input_path(given_path);
    in->schema = path ? schema_input_read(path) : NULL;
    if (!in->schema)
        return false;
    schema_input_show_diagnostics(in->schema);
    return schema_error_count(in->schema) == 0;
}

static bool is_folder(const tenon__buf *path)
{
    struct stat status;
    return stat(tenon__buf_string(path), &status) == 0 && S_ISDIR(status.st_mode);
}

/* Beside the file of the datasource; for a schema of several files, beside their folder where that
 * is. */
void migrate_input_find_folder(const schema *s, tenon__buf *out)
{
    const char *file = s->datasource ? s->files[s->datasource->span.file].path : "";
    const char *slash = strrchr(file, '/');
    size_t length = slash ? (size_t)(slash - file) + 1 : 0;
    tenon__buf_add(out, file, length);
    tenon__buf_text(out, "migrations");
    if (is_folder(out) || s->file_count < 2)
        return;
    TENON__CLEANUP(tenon__buf_release) tenon__buf above = {0};
    tenon__buf_add(&above, file, length);
    tenon__buf_text(&above, "../migrations");
    if (!is_folder(&above))
        return;
    tenon__buf_clear(out);
    tenon__buf_text(out, tenon__buf_string(&above));
}

/* A folder that was named and is not there is a slip of the pen, unless it is going to be made;
 * `status` says what to do. */
static bool may_lack_folder(const command *about)
{
    return about == &command_migrate_dev || about == &command_migrate_status;
}

static bool find_places(const command *about, migrate_input *in, const given_places *given)
{
    if (given->folder)
        tenon__buf_text(&in->folder_path, given->folder);
    else
        migrate_input_find_folder(in->schema, &in->folder_path);
    if (given->folder && !may_lack_folder(about) && !is_folder(&in->folder_path))
        return tenon__fail(&in->error, TENON_IO, "there is no folder '%s'", given->folder);
    if (given->url)
        tenon__buf_text(&in->url, given->url);
    return migrate_folder_read(tenon__buf_string(&in->folder_path), &in->folder, &in->error);
}

int migrate_input_read(const command *about, int argc, char **argv, const migrate_option *options,
                       migrate_input *in)
{
    given_places given = {0};
    *in = (migrate_input){0};
    int status = read_arguments(about, argc, argv, options, &given, &in->is_verbose);
    if (status != COMMAND_DONE)
        return status;
    bool needs_schema = given.path || !given.url || !given.folder;
    if (needs_schema && !read_schema(in, given.path))
        return COMMAND_FAILED;
    return find_places(about, in, &given) ? COMMAND_DONE : migrate_input_fail(in);
}

static bool find_url(migrate_input *in)
{
    return in->url.length ? database_url_of_primary(&in->url, &in->error)
                          : database_url(in->schema, NULL, &in->url, &in->error);
}

static bool check_folder(migrate_input *in)
{
    return in->db && migrate_folder_check(&in->folder, tenon_db_dialect(in->db), &in->error);
}

bool migrate_input_open(migrate_input *in)
{
    if (find_url(in))
        in->db = tenon_open(tenon__buf_string(&in->url), NULL, &in->error);
    return check_folder(in);
}

bool migrate_input_open_existing(migrate_input *in)
{
    if (find_url(in))
        in->db = database_open(tenon__buf_string(&in->url), &in->error);
    return check_folder(in);
}

void migrate_input_release(migrate_input *in)
{
    tenon_close(in->db);
    migrate_folder_release(&in->folder);
    tenon__buf_release(&in->folder_path);
    tenon__buf_release(&in->url);
    schema_free(in->schema);
}

int migrate_input_fail(const migrate_input *in)
{
    schema_input_show_error(&in->error);
    return COMMAND_FAILED;
}

/* ---- telling --------------------------------------------------------------------------------- */

static void show_statement(const tenon_migrate_event *event)
{
    int length = (int)strcspn(event->sql, "\n");
    printf("  %zu/%zu line %u: %.*s%s\n", event->statement, event->statement_count, event->line,
           length, event->sql, event->sql[length] ? " …" : "");
}

static void show_event(const tenon_migrate_event *event)
{
    const migrate_input *in = event->ctx;
    switch (event->moment) {
    case TENON_MIGRATE_WAITS:
        fprintf(stderr, "tenon: another migrator is at work: %s\n", event->text ? event->text : "");
        break;
    case TENON_MIGRATE_WARNS:
        fprintf(stderr, "tenon: warning: %s %s\n", event->migration, event->text);
        break;
    case TENON_MIGRATE_RETRIES:
        fprintf(stderr, "tenon: trying again: %s\n", event->text);
        break;
    case TENON_MIGRATE_PROGRESS:
        fprintf(stderr, "tenon: %s, line %u: %s\n", event->migration, event->line, event->text);
        break;
    case TENON_MIGRATE_BEGINS:
        if (event->text)
            printf("%s %s\n", event->migration, event->text);
        break;
    case TENON_MIGRATE_RUNS:
        if (in->is_verbose)
            show_statement(event);
        break;
    case TENON_MIGRATE_ENDS:
        printf("%s %s\n", event->migration, event->text);
        fflush(stdout);
        break;
    case TENON_MIGRATE_HAS_RUN:
    case TENON_MIGRATE_SAVED:
        break;
    }
}

tenon_migrate_options migrate_input_options(migrate_input *in)
{
    return (tenon_migrate_options){
        .report = show_event, .ctx = in, .run_contracts = in->run_contracts};
}

size_t migrate_input_warn(const migrate_input *in)
{
    const migrate_entry *before;
    const migrate_entry *fork = migrate_find_fork(&in->folder, &before);
    const migrate_entry *changed = migrate_find_edited_parent(&in->folder);
    if (fork)
        fprintf(stderr,
                "tenon: warning: %s was made on top of %s, but %s comes before it: nobody has "
                "tried them together; run `tenon migrate merge`\n",
                fork->name, fork->parent, before->name);
    if (changed)
        fprintf(stderr, "tenon: warning: %s was edited after %s had been made on top of it\n",
                changed->parent, changed->name);
    return (size_t)(fork != NULL) + (size_t)(changed != NULL);
}

size_t migrate_input_pending(migrate_input *in)
{
    const tenon_migrations list = migrate_list(&in->folder);
    tenon_session *s = tenon_session_open(in->db, NULL);
    tenon_migration_list found = tenon_migrate_status(s, &list);
    size_t count = 0;
    in->held_back = 0;
    for (size_t i = 0; i < found.count; i++) {
        bool is_held = found.items[i].is_contract && !in->run_contracts;
        in->held_back += is_held;
        count += !is_held && !found.items[i].is_missing &&
                 found.items[i].state != TENON_MIGRATION_APPLIED;
    }
    if (tenon_failed(s))
        in->error = *tenon_session_error(s);
    tenon_session_close(s);
    return count;
}

bool migrate_input_back_up(migrate_input *in, const char *keep)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf path = {0};
    size_t count = keep ? (size_t)strtoul(keep, NULL, 10) : MIGRATE_BACKUPS_KEPT;
    if (!migrate_backup(in->db, count, &path, &in->error))
        return false;
    if (path.length)
        printf("the database was copied to %s; the last %zu copies are kept\n", path.data, count);
    return true;
}

bool migrate_input_confirm(const char *question, const char *option)
{
    if (plan_talk_is_interactive())
        return plan_talk_ask(question);
    fprintf(stderr, "tenon: %s without a terminal this needs %s\n", question, option);
    return false;
}
