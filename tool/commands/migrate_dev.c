/* `tenon migrate dev`: a changed schema becomes a migration, which is tried at once.
 *
 * The development database is brought to the last migration first, and must then be what the
 * migrations lead to: whatever was changed by hand would else slip into the new one, or be dropped
 * by it. Only then it is compared with the schema. A plan has parts that must not share a
 * transaction; each becomes a migration of its own. */
#include "commands/migrate_online.h"
#include "commands/plan_talk.h"
#include "db/db.h"

typedef struct dev_arguments {
    const char *name, *keep, *keep_lost;
    const char *values[MIGRATE_VALUES_MOST], *old_values[MIGRATE_VALUES_MOST];
    size_t value_count, old_value_count;
    bool is_create_only, accepts_loss, is_plain, is_expanding;
} dev_arguments;

typedef struct dev {
    migrate_input *in;
    const dev_arguments *arguments;
    tenon_session *session;
    catalogue *found, *wanted;
    plan_answers answers;
    diff_plan *plan;
    bool accepts_loss;
    bool is_written; /* and so compared in one go again */
    migrate_expansion expansion;
} dev;

/* ---- where it stands ------------------------------------------------------------------------- */

static bool deploy(dev *d)
{
    d->in->run_contracts = true;
    tenon_migrate_options options = migrate_input_options(d->in);
    size_t pending = migrate_input_pending(d->in);
    if (d->in->error.status != TENON_OK ||
        (pending && !migrate_input_back_up(d->in, d->arguments->keep)))
        return false;
    return (!pending || migrate_input_keep_lost(d->in, d->arguments->keep_lost, false, SIZE_MAX)) &&
           migrate_online_deploy(d->in, &options, false, 0);
}

static bool read_found(dev *d)
{
    catalogue_free(d->found);
    d->found = catalogue_read(d->session, d->wanted->namespaces, d->wanted->namespace_count,
                              &d->in->error);
    return d->found && diff_look_at_packed(d->session, d->found, d->wanted, &d->in->error);
}

/* False with the error when the database is not what the migrations lead to. Where nobody can say
 * what that is, it is said and passed over. */
static bool check_drift(dev *d)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    tenon_error *err = &d->in->error;
    catalogue *expected = migrate_expect(&d->in->folder, tenon_db_dialect(d->in->db),
                                         d->wanted->namespaces, d->wanted->namespace_count, err);
    if (!expected && err->status == TENON_UNAVAILABLE) {
        fprintf(stderr, "tenon: warning: not looked for drift: %s\n", err->message);
        tenon_error_reset(err);
        return true;
    }
    diff_plan *drift = expected ? diff_make(expected, d->found, NULL, err) : NULL;
    catalogue_free(expected);
    if (!drift)
        return false;
    bool is_same = drift->difference_count == 0;
    diff_print(drift, &text);
    diff_free(drift);
    if (is_same)
        return true;
    fprintf(stderr, "the database is not what its migrations lead to:\n%s",
            tenon__buf_string(&text));
    tenon__fail(err, TENON_CONFLICT, "somebody has changed the database without a migration");
    tenon__hint(err, "take it into the schema with `tenon db pull`, or make the database anew with "
                     "`tenon migrate reset`");
    return false;
}

/* ---- the plan -------------------------------------------------------------------------------- */

static bool make_plan(dev *d)
{
    diff_options options = {
        .accepts_loss = d->accepts_loss,
        .has_safe_forms = !d->arguments->is_plain,
        .expand = d->is_written || !d->arguments->is_expanding ? NULL : &d->expansion.options};
    diff_free(d->plan);
    d->plan = NULL;
    if (diff_renames_look(d->session, d->found, d->wanted, d->answers.renames,
                          d->answers.rename_count, &d->in->error)) {
        plan_answers_into(&d->answers, &options);
        d->plan = diff_make(d->found, d->wanted, &options, &d->in->error);
    }
    return d->plan != NULL;
}

static bool settle_questions(dev *d)
{
    bool is_interactive = plan_talk_is_interactive();
    if (!d->plan->question_count)
        return true;
    if (!is_interactive && !d->arguments->accepts_loss) {
        plan_talk_questions(d->plan);
        return tenon__fail(&d->in->error, TENON_CONFLICT,
                           "say so in the schema, or give --accept-data-loss when they are not "
                           "renames; nothing was written");
    }
    return plan_answers_add(&d->answers, d->plan, is_interactive, &d->in->error) && make_plan(d) &&
           settle_questions(d);
}

/* What would write a table anew gets a migration of its own, which says so. */
static bool part_online(dev *d)
{
    if (d->arguments->is_plain || tenon_db_dialect(d->in->db) != TENON_POSTGRESQL)
        return true;
    return migrate_part_online(&d->in->folder, d->plan, &d->in->error);
}

/* What may be lost has been agreed to: the script then needs no guards. */
static bool settle_losses(dev *d)
{
    if (!d->accepts_loss && !d->arguments->is_create_only &&
        !plan_talk_accept_losses(d->session, d->plan, &d->in->error))
        return false;
    d->accepts_loss |= !d->arguments->is_create_only;
    return make_plan(d) && part_online(d);
}

/* ---- writing --------------------------------------------------------------------------------- */

/* The first part of the second half, if there is one. */
static size_t find_contract(const diff_plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        if (plan->steps[i].is_contract)
            return plan->steps[i].part;
    return SIZE_MAX;
}

/* Behind the first part's name the others are counted. */
static void make_words(const dev *d, size_t part, tenon__buf *out)
{
    size_t first = find_contract(d->plan);
    tenon__buf_text(out, d->arguments->name ? d->arguments->name : "changes");
    tenon__buf_text(out, part < first ? "" : "_contract");
    part -= part < first ? 0 : first;
    if (part > 0)
        tenon__buf_format(out, "_%zu", part + 1);
}

static bool read_again(migrate_input *in)
{
    migrate_folder_release(&in->folder);
    return migrate_folder_read(tenon__buf_string(&in->folder_path), &in->folder, &in->error);
}

static bool write_part(dev *d, size_t part)
{
    TENON__CLEANUP(tenon__buf_release)
    tenon__buf name = {0}, words = {0}, sql = {0}, down = {0}, after = {0};
    migrate_input *in = d->in;
    bool is_last = part + 1 == d->plan->part_count;
    make_words(d, part, &words);
    migrate_make_name(&in->folder, tenon__buf_string(&words), &name);
    tenon__buf_text(&sql, part < find_contract(d->plan) ? "" : MIGRATE_CONTRACT);
    diff_script_text(d->plan, (int)part, DIFF_FORWARD, &sql);
    diff_script_text(d->plan, (int)part, DIFF_REVERSE, &down);
    migrate_schema_text(in->schema, &after);
    if (name.failed || sql.failed || down.failed || after.failed || words.failed)
        return tenon__fail_no_memory(&in->error);
    migrate_new what = {.name = name.data,
                        .sql = tenon__buf_string(&sql),
                        .down = tenon__buf_string(&down),
                        .after = is_last ? tenon__buf_string(&after) : NULL,
                        .parent = migrate_last(&in->folder),
                        .of_parent = &in->folder};
    if (!migrate_write(in->folder.path, tenon_db_dialect(in->db), &what, &in->error))
        return false;
    printf("wrote %s/%s\n", in->folder.path, name.data);
    fflush(stdout);
    return read_again(in);
}

static bool write_parts(dev *d)
{
    bool is_done = true;
    for (size_t part = 0; is_done && part < d->plan->part_count; part++)
        is_done = write_part(d, part);
    return is_done;
}

/* A migration that does not lead where it should is told at once. */
static bool check_result(dev *d)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    d->is_written = true;
    if (!read_found(d) || !make_plan(d))
        return false;
    if (!d->plan->difference_count)
        return true;
    diff_print(d->plan, &text);
    fprintf(stderr, "tenon: warning: the database is not quite what the schema says:\n%s",
            tenon__buf_string(&text));
    return true;
}

/* ---- all of it ------------------------------------------------------------------------------- */

static bool begin(dev *d)
{
    const migrate_entry *before;
    migrate_input *in = d->in;
    if (!migrate_input_open(in))
        return false;
    if (migrate_find_fork(&in->folder, &before)) {
        migrate_input_warn(in);
        return tenon__fail(&in->error, TENON_CONFLICT,
                           "nothing is added before `tenon migrate merge`");
    }
    d->session = tenon_session_open(in->db, NULL);
    d->wanted = catalogue_of_schema(in->schema, tenon_db_dialect(in->db), &in->error);
    return d->session && d->wanted && deploy(d) && read_found(d) && check_drift(d);
}

static bool read_expansion(dev *d)
{
    const dev_arguments *a = d->arguments;
    return !a->is_expanding ||
           migrate_expansion_read(a->name, a->values, a->value_count, a->old_values,
                                  a->old_value_count, &d->expansion, &d->in->error);
}

static bool develop(dev *d)
{
    migrate_input *in = d->in;
    if (!read_expansion(d) || !begin(d) ||
        !plan_answers_of_schema(in->schema, &d->answers, &in->error) || !make_plan(d) ||
        !settle_questions(d))
        return false;
    if (!d->plan->count) {
        printf("nothing to do: the migrations lead to the schema\n");
        return true;
    }
    if (!settle_losses(d) || !write_parts(d))
        return false;
    return d->arguments->is_create_only || (deploy(d) && check_result(d));
}

static int run_with(migrate_input *in, const dev_arguments *arguments)
{
    dev d = {.in = in, .arguments = arguments, .accepts_loss = arguments->accepts_loss};
    bool is_done = develop(&d);
    if (!is_done && in->error.status == TENON_OK && d.session)
        in->error = *tenon_session_error(d.session);
    diff_free(d.plan);
    catalogue_free(d.found);
    catalogue_free(d.wanted);
    plan_answers_release(&d.answers);
    tenon__arena_release(&d.expansion.arena);
    tenon_session_close(d.session);
    return is_done ? COMMAND_DONE : migrate_input_fail(in);
}

static const char *find_misuse(const migrate_input *in, const dev_arguments *a)
{
    if (!in->schema)
        return "a schema is needed";
    if (a->is_expanding && a->is_plain)
        return "--expand and --plain exclude each other";
    if (a->is_expanding && !a->name)
        return "--expand needs --name: the new version is served under it";
    if (!a->is_expanding && (a->value_count || a->old_value_count))
        return "--value and --old-value belong to --expand";
    return NULL;
}

static int run_dev(int argc, char **argv)
{
    dev_arguments arguments = {0};
    const migrate_option options[] = {
        {"--name", &arguments.name, NULL},
        {"--keep-backups", &arguments.keep, NULL},
        {"--keep-lost", &arguments.keep_lost, NULL},
        {"--create-only", NULL, &arguments.is_create_only},
        {"--accept-data-loss", NULL, &arguments.accepts_loss},
        {"--plain", NULL, &arguments.is_plain},
        {"--expand", NULL, &arguments.is_expanding},
        {"--value", arguments.values, NULL, &arguments.value_count},
        {"--old-value", arguments.old_values, NULL, &arguments.old_value_count},
        {NULL, NULL, NULL}};
    migrate_input in;
    int status = migrate_input_read(&command_migrate_dev, argc, argv, options, &in);
    const char *misuse = status == COMMAND_DONE ? find_misuse(&in, &arguments) : NULL;
    if (misuse)
        status = command_misused(&command_migrate_dev, "%s", misuse);
    else if (status == COMMAND_DONE)
        status = run_with(&in, &arguments);
    migrate_input_release(&in);
    return status;
}

const command command_migrate_dev = {
    .name = "migrate dev",
    .summary = "write a migration for what changed in the schema, and run it",
    .usage =
        "usage: tenon migrate dev [--name WORDS] [--create-only] [options] [PATH]\n"
        "\n"
        "Brings the development database to the last migration, looks whether somebody has\n"
        "changed it by hand, and writes what leads from there to the schema: migration.sql and\n"
        "down.sql. PostgreSQL: in forms that do not block a server in use; what must not share\n"
        "a transaction becomes migrations of its own. Then it runs them.\n"
        "\n" MIGRATE_INPUT_USAGE
        "  --name WORDS         part of the folder's name; default: changes\n"
        "  --create-only        write, and do not run\n"
        "  --plain              the shortest forms, which may block a server in use\n"
        "  --expand             PostgreSQL: in two halves, with the old and the new version in "
        "use\n"
        "                       in between; the second half waits for `deploy --contract`\n"
        "  --value TABLE.COLUMN=EXPR      what a column of the new version gets, from the\n"
        "                       columns of the old one; may be repeated\n"
        "  --old-value TABLE.COLUMN=EXPR  and a column of the old version, from the new one's\n"
        "  --accept-data-loss   do not ask; what may be a rename is none\n"
        "  --keep-backups N     SQLite: copies of the database kept beside it; default "
        "5\n" MIGRATE_INPUT_KEEP_USAGE,
    .run = run_dev,
};
