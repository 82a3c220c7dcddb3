/* `tenon migrate diff`: what differs between two of: nothing, a schema, a database, migrations.
 *
 * Each side is a catalogue; with two schemas nothing is connected to. The answer is for people, a
 * script, or JSON; --exit-code is for scripts that only want to know. */
#include "commands/commands.h"
#include "commands/database_url.h"
#include "commands/plan_talk.h"
#include "commands/schema_input.h"
#include "db/db.h"
#include "ddl/ddl.h"
#include "migrate/migrate.h"

#include <tenon/tenon.h>

enum { COMMAND_DIFFERS = 2 };

typedef enum side_kind {
    SIDE_MISSING,
    SIDE_EMPTY,
    SIDE_SCHEMA,
    SIDE_URL,
    SIDE_MIGRATIONS
} side_kind;

typedef struct side {
    side_kind kind;
    const char *at; /* path or URL */
    schema *schema;
    migrate_folder folder;
    catalogue *catalogue;
} side;

typedef struct diff_arguments {
    side from, to;
    bool is_script, is_json, has_exit_code, has_safe_forms;
    const char *provider;
} diff_arguments;

/* ---- sides ----------------------------------------------------------------------------------- */

static bool read_schema(side *s)
{
    if (s->kind != SIDE_SCHEMA)
        return true;
    const char *path = schema_input_path(s->at);
    s->schema = path ? schema_input_read(path) : NULL;
    if (!s->schema)
        return false;
    schema_input_show_diagnostics(s->schema);
    return schema_error_count(s->schema) == 0;
}

/* Databases are asked for the namespaces that the other side names. */
static bool read_database(side *s, const side *other, tenon_error *err)
{
    const catalogue *like = other->catalogue;
    tenon_db *db = database_open(s->at, err);
    tenon_session *session = tenon_session_open(db, NULL);
    if (session) {
        s->catalogue = catalogue_read(session, like ? like->namespaces : NULL,
                                      like ? like->namespace_count : 0, err);
        if (tenon_failed(session))
            *err = *tenon_session_error(session);
    }
    tenon_session_close(session);
    tenon_close(db);
    return s->catalogue != NULL;
}

static bool read_folder(side *s, tenon_error *err)
{
    return s->kind != SIDE_MIGRATIONS || migrate_folder_read(s->at, &s->folder, err);
}

/* What they lead to: by the schema beside the last one, or by running them. */
static bool read_migrations(side *s, const side *other, tenon_dialect dialect, tenon_error *err)
{
    const catalogue *like = other->catalogue;
    if (!migrate_folder_check(&s->folder, dialect, err))
        return false;
    s->catalogue = migrate_expect(&s->folder, dialect, like ? like->namespaces : NULL,
                                  like ? like->namespace_count : 0, err);
    return s->catalogue != NULL;
}

static bool dialect_of_url(const char *url, tenon_dialect *out, tenon_error *err)
{
    const tenon__driver *driver = tenon__driver_of_url(url, err);
    if (driver)
        *out = driver->dialect;
    return driver != NULL;
}

static tenon_dialect dialect_of_schema(const schema *s)
{
    bool is_sqlite = s->datasource && s->datasource->provider == SCHEMA_SQLITE;
    return is_sqlite ? TENON_SQLITE : TENON_POSTGRESQL;
}

static bool is_for_sqlite(const side *s)
{
    return s->folder.provider && !strcmp(s->folder.provider, "sqlite");
}

/* A URL decides, then --provider, then a schema, then migrations. */
static bool find_dialect(const diff_arguments *a, tenon_dialect *out, tenon_error *err)
{
    *out = TENON_POSTGRESQL;
    if (a->from.kind == SIDE_URL || a->to.kind == SIDE_URL)
        return dialect_of_url(a->from.kind == SIDE_URL ? a->from.at : a->to.at, out, err);
    if (a->provider)
        *out = strcmp(a->provider, "sqlite") ? TENON_POSTGRESQL : TENON_SQLITE;
    else if (a->to.schema || a->from.schema)
        *out = dialect_of_schema(a->to.schema ? a->to.schema : a->from.schema);
    else if (is_for_sqlite(&a->from) || is_for_sqlite(&a->to))
        *out = TENON_SQLITE;
    return true;
}

static bool read_catalogues(diff_arguments *a, tenon_error *err)
{
    side *sides[] = {&a->from, &a->to};
    tenon_dialect dialect;
    if (!read_folder(&a->from, err) || !read_folder(&a->to, err) || !find_dialect(a, &dialect, err))
        return false;
    for (size_t i = 0; i < 2; i++)
        if (sides[i]->schema &&
            !(sides[i]->catalogue = catalogue_of_schema(sides[i]->schema, dialect, err)))
            return false;
    for (size_t i = 0; i < 2; i++)
        if (sides[i]->kind == SIDE_URL && !read_database(sides[i], sides[1 - i], err))
            return false;
    for (size_t i = 0; i < 2; i++)
        if (sides[i]->kind == SIDE_MIGRATIONS &&
            !read_migrations(sides[i], sides[1 - i], dialect, err))
            return false;
    return true;
}

static void release_side(side *s)
{
    catalogue_free(s->catalogue);
    schema_free(s->schema);
    migrate_folder_release(&s->folder);
}

/* ---- the answer ------------------------------------------------------------------------------ */

static void write_plan(const diff_arguments *a, const diff_plan *plan, tenon__buf *out)
{
    if (a->is_json)
        diff_write_json(plan, out);
    else if (a->is_script)
        diff_script_text(plan, DIFF_ALL_PARTS, DIFF_FORWARD, out);
    else if (plan->difference_count)
        diff_print(plan, out);
    else
        tenon__buf_text(out, "no difference\n");
}

static int show_plan(const diff_arguments *a, const diff_plan *plan)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    write_plan(a, plan, &text);
    if (text.failed) {
        fputs("tenon: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    fputs(tenon__buf_string(&text), stdout);
    if (!a->is_json)
        plan_talk_questions(plan);
    return a->has_exit_code && plan->difference_count ? COMMAND_DIFFERS : COMMAND_DONE;
}

static bool has_list(const catalogue *c)
{
    for (size_t t = 0; t < c->table_count; t++)
        for (size_t i = 0; i < c->tables[t].column_count; i++)
            if (c->tables[t].columns[i].elements)
                return true;
    return false;
}

/* Only the rows of an SQLite database tell whether a value of an enum has its old name, and only
 * rows tell what bytes are. */
static bool look_at_rows(const diff_arguments *a, plan_answers *answers, tenon_error *err)
{
    if (a->from.kind != SIDE_URL || (!answers->rename_count && !has_list(a->to.catalogue)))
        return true;
    tenon_db *db = database_open(a->from.at, err);
    tenon_session *session = tenon_session_open(db, NULL);
    bool is_done = session &&
                   diff_renames_look(session, a->from.catalogue, a->to.catalogue, answers->renames,
                                     answers->rename_count, err) &&
                   diff_look_at_packed(session, a->from.catalogue, a->to.catalogue, err);
    tenon_session_close(session);
    tenon_close(db);
    return is_done;
}

static int compare(diff_arguments *a)
{
    tenon_error err = {0};
    plan_answers answers = {0};
    diff_options options = {.has_safe_forms = a->has_safe_forms};
    diff_plan *plan = NULL;
    int status = COMMAND_FAILED;
    if (!read_schema(&a->from) || !read_schema(&a->to))
        return status;
    if (read_catalogues(a, &err) &&
        (!a->to.schema || plan_answers_of_schema(a->to.schema, &answers, &err)) &&
        look_at_rows(a, &answers, &err)) {
        plan_answers_into(&answers, &options);
        plan = diff_make(a->from.catalogue, a->to.catalogue, &options, &err);
    }
    if (plan)
        status = show_plan(a, plan);
    else
        schema_input_show_error(&err);
    diff_free(plan);
    plan_answers_release(&answers);
    return status;
}

/* ---- arguments ------------------------------------------------------------------------------- */

/* "--from-schema PATH" and the like; how many words it took, 0 when it is none. */
static int take_side(side *s, const char *word, const char *value)
{
    static const struct {
        const char *word;
        side_kind kind;
    } kinds[] = {
        {"empty", SIDE_EMPTY}, {"schema", SIDE_SCHEMA},         {"schema-datamodel", SIDE_SCHEMA},
        {"url", SIDE_URL},     {"migrations", SIDE_MIGRATIONS},
    };
    for (size_t i = 0; i < TENON__COUNT(kinds); i++) {
        if (strcmp(word, kinds[i].word) != 0 || s->kind != SIDE_MISSING)
            continue;
        if (kinds[i].kind != SIDE_EMPTY && !value)
            return 0;
        s->kind = kinds[i].kind;
        s->at = value;
        return s->kind == SIDE_EMPTY ? 1 : 2;
    }
    return 0;
}

static int take_flag(diff_arguments *a, const char *word)
{
    const struct {
        const char *word;
        bool *flag;
    } flags[] = {
        {"--script", &a->is_script},
        {"--json", &a->is_json},
        {"--exit-code", &a->has_exit_code},
        {"--safe", &a->has_safe_forms},
    };
    for (size_t i = 0; i < TENON__COUNT(flags); i++)
        if (!strcmp(word, flags[i].word))
            return *flags[i].flag = true;
    return 0;
}

static int take_word(diff_arguments *a, const char *word, const char *value)
{
    if (!strncmp(word, "--from-", 7))
        return take_side(&a->from, word + 7, value);
    if (!strncmp(word, "--to-", 5))
        return take_side(&a->to, word + 5, value);
    if (!strcmp(word, "--provider") && value &&
        (!strcmp(value, "postgresql") || !strcmp(value, "sqlite"))) {
        a->provider = value;
        return 2;
    }
    return take_flag(a, word);
}

static int run_diff(int argc, char **argv)
{
    diff_arguments arguments = {0};
    for (int i = 1, taken; i < argc; i += taken) {
        taken = take_word(&arguments, argv[i], i + 1 < argc ? argv[i + 1] : NULL);
        if (!taken)
            return command_misused(&command_migrate_diff,
                                   "unknown or repeated option, or missing value: '%s'", argv[i]);
    }
    if (arguments.from.kind == SIDE_MISSING || arguments.to.kind == SIDE_MISSING)
        return command_misused(&command_migrate_diff, "one --from-… and one --to-… are needed");
    int status = compare(&arguments);
    release_side(&arguments.from);
    release_side(&arguments.to);
    return status;
}

const command command_migrate_diff = {
    .name = "migrate diff",
    .summary = "tell what differs between schemas and databases",
    .usage =
        "usage: tenon migrate diff --from-… --to-… [--script | --json] [--exit-code] [--safe]\n"
        "\n"
        "Tells what has to change to get from the one to the other: as words, as SQL, as JSON.\n"
        "\n"
        "  --from-empty, --to-empty              nothing\n"
        "  --from-schema PATH, --to-schema PATH  a schema; - is standard input\n"
        "  --from-url URL, --to-url URL          a database: postgresql://…, sqlite:PATH\n"
        "  --from-migrations FOLDER, --to-migrations FOLDER\n"
        "                                        what they lead to: by the schema beside the last\n"
        "                                        one, else by running them on a database that is\n"
        "                                        thrown away\n"
        "  --script      the SQL of the change\n"
        "  --json        differences, steps with their way back and their risks, questions\n"
        "  --exit-code   2 when there is a difference\n"
        "  --safe        forms that do not block a server that is in use\n"
        "  --provider P  postgresql or sqlite, where no URL decides; default: the schema's\n",
    .run = run_diff,
};
