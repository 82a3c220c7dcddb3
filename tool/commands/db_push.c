/* `tenon db push`: brings a database to a schema.
 *
 * The database is read, compared and changed in one session. What the rows decide (would something
 * be lost, is something in the way) is asked of them: a plan that could lose is rehearsed first,
 * within a transaction that is rolled back, so that whoever decides sees everything at once. */
#include "commands/commands.h"
#include "commands/database_url.h"
#include "commands/plan_talk.h"
#include "commands/schema_input.h"
#include "db/db.h"
#include "ddl/ddl.h"
#include "describe/describe.h"

#include <tenon/tenon.h>

#include <unistd.h>

typedef struct push_arguments {
    const char *path, *url;
    bool is_dry_run, is_from_empty, accepts_loss, is_reset, is_json;
} push_arguments;

typedef struct push {
    const push_arguments *arguments;
    const schema *schema;
    tenon_session *session;
    catalogue *found, *wanted;
    plan_answers answers;
    diff_plan *plan;
    tenon_error *err; /* the session's */
} push;

static void release_schema(schema **s)
{
    schema_free(*s);
}

static int show_error(const tenon_error *err)
{
    schema_input_show_error(err);
    return COMMAND_FAILED;
}

static int print_text(tenon__buf *text)
{
    int status = COMMAND_DONE;
    if (text->failed) {
        fputs("tenon: out of memory\n", stderr);
        status = COMMAND_FAILED;
    } else {
        fputs(tenon__buf_string(text), stdout);
    }
    tenon__buf_release(text);
    return status;
}

/* ---- without a database ---------------------------------------------------------------------- */

/* Of the URL where it names a database that tenon knows, else of the schema's provider. A wrong
 * --url is told. */
static bool find_dialect(const schema *s, const push_arguments *arguments, const char *url,
                         tenon_dialect *out, tenon_error *err)
{
    bool is_sqlite = s->datasource && s->datasource->provider == SCHEMA_SQLITE;
    tenon_error unknown = {0};
    const tenon__driver *driver = tenon__driver_of_url(url, &unknown);
    *out = is_sqlite ? TENON_SQLITE : TENON_POSTGRESQL;
    if (driver)
        *out = driver->dialect;
    else if (arguments->url)
        *err = unknown;
    return err->status == TENON_OK;
}

static int print_whole_script(const schema *s, const push_arguments *arguments, const char *url,
                              tenon_error *err)
{
    tenon__buf text = {0};
    tenon_dialect dialect;
    ddl_script script;
    if (!find_dialect(s, arguments, url, &dialect, err) || !ddl_create(s, dialect, &script, err))
        return show_error(err);
    ddl_script_text(&script, &text);
    ddl_script_release(&script);
    return print_text(&text);
}

/* ---- the plan -------------------------------------------------------------------------------- */

static bool make_plan(push *p)
{
    diff_options options = {.accepts_loss = p->arguments->accepts_loss};
    diff_free(p->plan);
    p->plan = NULL;
    if (diff_renames_look(p->session, p->found, p->wanted, p->answers.renames,
                          p->answers.rename_count, p->err)) {
        plan_answers_into(&p->answers, &options);
        p->plan = diff_make(p->found, p->wanted, &options, p->err);
    }
    return p->plan != NULL;
}

/* False also when there are questions that nobody answers. */
static bool settle_questions(push *p)
{
    bool is_interactive = plan_talk_is_interactive() && !p->arguments->accepts_loss;
    if (!p->plan->question_count || p->arguments->is_dry_run)
        return true;
    if (!is_interactive && !p->arguments->accepts_loss) {
        plan_talk_questions(p->plan);
        return tenon__fail(p->err, TENON_CONFLICT,
                           "say so in the schema, or give --accept-data-loss when they are not "
                           "renames; nothing was changed");
    }
    return plan_answers_add(&p->answers, p->plan, is_interactive, p->err) && make_plan(p) &&
           settle_questions(p);
}

static bool read_both(push *p)
{
    tenon_dialect dialect = tenon__session_dialect(p->session);
    if (!p->arguments->is_dry_run && !tenon__session_make_schema(p->session))
        return false;
    p->wanted = catalogue_of_schema(p->schema, dialect, p->err);
    if (!p->wanted)
        return false;
    p->found =
        catalogue_read(p->session, p->wanted->namespaces, p->wanted->namespace_count, p->err);
    return p->found && diff_look_at_packed(p->session, p->found, p->wanted, p->err);
}

/* ---- starting anew --------------------------------------------------------------------------- */

static bool reset(push *p)
{
    bool is_done = diff_reset(p->session, p->found);
    catalogue_free(p->found);
    catalogue_free(p->wanted);
    p->found = p->wanted = NULL;
    return is_done && read_both(p);
}

/* ---- changing -------------------------------------------------------------------------------- */

static void show_step(void *context, const diff_step *step, size_t number)
{
    const diff_plan *plan = context;
    if (plan_talk_is_interactive())
        fprintf(stderr, "%zu/%zu %s\n", number + 1, plan->count, step->title);
}

static size_t count_title(const diff_plan *plan, const char *title)
{
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        count += strcmp(plan->steps[i].title, title) == 0;
    return count;
}

static void print_summary(const diff_plan *plan, bool is_new)
{
    size_t tables = count_title(plan, "CreateTable"), indexes = count_title(plan, "CreateIndex");
    tenon__buf text = {0};
    if (!plan->count)
        fputs("the database is as the schema says\n", stdout);
    else if (is_new)
        printf("created %zu %s and %zu %s\n", tables, tables == 1 ? "table" : "tables", indexes,
               indexes == 1 ? "index" : "indexes");
    if (!plan->count || is_new)
        return;
    diff_print(plan, &text);
    print_text(&text);
    printf("changed in %zu %s\n", plan->count, plan->count == 1 ? "step" : "steps");
}

static bool is_empty(const catalogue *c)
{
    return !c->table_count && !c->enum_count;
}

static bool change(push *p)
{
    const diff_apply_options how = {.accepts_loss = true, .on_step = show_step, .context = p->plan};
    diff_findings findings;
    if (!diff_apply(p->session, p->plan, &how, &findings)) {
        if (p->err->status == TENON_SCHEMA && !p->err->hint[0])
            tenon__hint(p->err, "what the schema only names, a type in Unsupported(\"…\") or what "
                                "dbgenerated(\"…\") calls, has to be in the database before");
        return false;
    }
    plan_talk_findings(&findings);
    plan_talk_kept(p->plan);
    if (!p->arguments->is_json)
        print_summary(p->plan, is_empty(p->found));
    return true;
}

static void print_plan(const push *p)
{
    tenon__buf text = {0};
    if (p->arguments->is_json)
        diff_write_json(p->plan, &text);
    else if (p->arguments->is_dry_run)
        diff_script_text(p->plan, DIFF_ALL_PARTS, DIFF_FORWARD, &text);
    print_text(&text);
}

static bool run_plan(push *p)
{
    if (!read_both(p) || (p->arguments->is_reset && !p->arguments->is_dry_run && !reset(p)) ||
        !plan_answers_of_schema(p->schema, &p->answers, p->err) || !make_plan(p) ||
        !settle_questions(p))
        return false;
    print_plan(p);
    if (p->arguments->is_dry_run) {
        plan_talk_questions(p->plan);
        return true;
    }
    bool accepts = p->arguments->accepts_loss;
    return (accepts || plan_talk_accept_losses(p->session, p->plan, p->err)) && change(p);
}

static int push_to(const char *url, const schema *s, const push_arguments *arguments)
{
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, NULL, &err);
    push p = {.arguments = arguments, .schema = s, .session = tenon_session_open(db, NULL)};
    if (p.session) {
        p.err = tenon__session_error(p.session);
        run_plan(&p);
        err = *p.err;
    }
    diff_free(p.plan);
    catalogue_free(p.found);
    catalogue_free(p.wanted);
    plan_answers_release(&p.answers);
    tenon_session_close(p.session);
    tenon_close(db);
    return err.status == TENON_OK ? COMMAND_DONE : show_error(&err);
}

/* A dry run makes no file: a database that is not there is an empty one. */
static bool is_missing_file(const char *url)
{
    const tenon__driver *driver = tenon__driver_of_url(url, NULL);
    const char *path = strchr(url, ':');
    TENON__CLEANUP(tenon__buf_release) tenon__buf file = {0};
    if (!driver || driver->dialect != TENON_SQLITE || !path)
        return false;
    tenon__buf_add(&file, path + 1, strcspn(path + 1, "?"));
    return !file.failed && access(tenon__buf_string(&file), F_OK) != 0;
}

/* The server would round a default that is too fine; what generated code refuses is refused here.
 */
static bool check_defaults(const schema *s, tenon_error *err)
{
    describe_set *set = describe_schema(s, err);
    describe_free(set);
    return set != NULL;
}

static int push_schema(const schema *s, const push_arguments *arguments)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf url = {0};
    tenon_error err = {0};
    schema_input_show_diagnostics(s);
    if (schema_error_count(s))
        return COMMAND_FAILED;
    if (!database_url(s, arguments->url, &url, &err) && !arguments->is_from_empty)
        return show_error(&err);
    tenon_error_reset(&err);
    if (!check_defaults(s, &err))
        return show_error(&err);
    bool is_new =
        arguments->is_dry_run && !arguments->is_json && is_missing_file(tenon__buf_string(&url));
    if (arguments->is_from_empty || is_new)
        return print_whole_script(s, arguments, tenon__buf_string(&url), &err);
    return push_to(tenon__buf_string(&url), s, arguments);
}

/* False for a word that is none of them. */
static bool take_flag(push_arguments *arguments, const char *word)
{
    const struct {
        const char *word;
        bool *flag;
    } flags[] = {
        {"--dry-run", &arguments->is_dry_run},
        {"--from-empty", &arguments->is_from_empty},
        {"--accept-data-loss", &arguments->accepts_loss},
        {"--force-reset", &arguments->is_reset},
        {"--json", &arguments->is_json},
    };
    for (size_t i = 0; i < TENON__COUNT(flags); i++)
        if (!strcmp(word, flags[i].word))
            return *flags[i].flag = true;
    return false;
}

static int run_push(int argc, char **argv)
{
    push_arguments arguments = {0};
    for (int i = 1; i < argc; i++) {
        if (take_flag(&arguments, argv[i]))
            continue;
        if (!strcmp(argv[i], "--url") && i + 1 < argc)
            arguments.url = argv[++i];
        else if (argv[i][0] == '-' && argv[i][1])
            return command_misused(&command_db_push, "unknown option or missing value: '%s'",
                                   argv[i]);
        else if (arguments.path)
            return command_misused(&command_db_push, "only one schema can be given");
        else
            arguments.path = argv[i];
    }
    if (arguments.is_from_empty && !arguments.is_dry_run)
        return command_misused(&command_db_push, "--from-empty goes with --dry-run");
    const char *path = schema_input_path(arguments.path);
    TENON__CLEANUP(release_schema) schema *s = path ? schema_input_read(path) : NULL;
    return s ? push_schema(s, &arguments) : COMMAND_FAILED;
}

const command command_db_push = {
    .name = "db push",
    .summary = "bring a development database to a schema",
    .usage =
        "usage: tenon db push [--dry-run [--from-empty]] [--accept-data-loss] [--force-reset]\n"
        "                     [--json] [--url URL] [PATH]\n"
        "\n"
        "Compares the database with the schema and changes what differs, in one transaction\n"
        "where the database can. What would lose rows or values is asked on a terminal, and\n"
        "refused without one; so is a probable rename, which `/// @tenon.renamedFrom(\"old\")`\n"
        "states. What the schema cannot say (views, triggers, policies, …) is never dropped.\n"
        "\n" SCHEMA_INPUT_USAGE "\n" DATABASE_URL_USAGE
        "  --dry-run           print the SQL and change nothing\n"
        "  --from-empty        … as for an empty database, and connect to nothing\n"
        "  --accept-data-loss  lose what has to be lost, and take no drop for a rename\n"
        "  --force-reset       drop everything first\n"
        "  --json              print differences, steps and risks as JSON\n",
    .run = run_push,
};
