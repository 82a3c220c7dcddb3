/* `tenon migrate lint`: what is dangerous in the SQL of migrations. */
#include "commands/commands.h"
#include "commands/database_url.h"
#include "commands/schema_input.h"
#include "db/db.h"
#include "lint/lint.h"

#include <tenon/tenon.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

typedef struct lint_arguments {
    const char *url, *client;
    const char *paths[64];
    size_t path_count;
    lint_format format;
    lint_severity fail_on;
    bool never_fails, is_list;
    lint_options options;
} lint_arguments;

static int show_error(const tenon_error *err)
{
    schema_input_show_error(err);
    return COMMAND_FAILED;
}

/* ---- options ---- */

/* "21,31" or names. */
static bool read_checks(const char *list, bool *checks)
{
    while (*list) {
        size_t length = strcspn(list, ",");
        const lint_check *check = lint_find_check(list, length);
        if (!check)
            return false;
        checks[check->number] = true;
        list += length;
        list += *list == ',';
    }
    return true;
}

static bool find_word(const char *word, const char *const *words, size_t count, size_t *out)
{
    for (*out = 0; *out < count; ++*out)
        if (strcmp(words[*out], word) == 0)
            return true;
    return false;
}

static bool read_format(const char *word, lint_arguments *a)
{
    static const char *const words[] = {"text", "json", "sarif", "github"};
    size_t index;
    if (!find_word(word, words, TENON__COUNT(words), &index))
        return false;
    a->format = (lint_format)index;
    return true;
}

static bool read_fail_on(const char *word, lint_arguments *a)
{
    static const char *const words[] = {"hint", "warning", "error", "never"};
    size_t index;
    if (!find_word(word, words, TENON__COUNT(words), &index))
        return false;
    a->never_fails = index == 3;
    a->fail_on = (lint_severity)index;
    return true;
}

static bool read_dialect(const char *word, lint_arguments *a)
{
    static const char *const words[] = {"postgresql", "sqlite"};
    size_t index;
    if (!find_word(word, words, TENON__COUNT(words), &index))
        return false;
    a->options.dialect = index ? TENON_SQLITE : TENON_POSTGRESQL;
    a->options.is_dialect_given = true;
    return true;
}

static bool read_number(const char *word, size_t most, size_t *out)
{
    char *end;
    unsigned long value = strtoul(word, &end, 10);
    *out = value;
    return end != word && !*end && value > 0 && value <= most;
}

/* Options with a value; false when the value is wrong or the option unknown. */
static bool read_valued(const char *option, const char *value, lint_arguments *a)
{
    size_t number;
    if (!strcmp(option, "--url")) {
        a->url = value;
    } else if (!strcmp(option, "--client")) {
        a->client = value;
    } else if (!strcmp(option, "--pg-version")) {
        if (!read_number(value, 99, &number))
            return false;
        a->options.server_version = (unsigned)number;
    } else if (!strcmp(option, "--latest")) {
        return read_number(value, 1000000, &a->options.latest);
    } else {
        return (!strcmp(option, "--only") && read_checks(value, a->options.only)) ||
               (!strcmp(option, "--skip") && read_checks(value, a->options.skip)) ||
               (!strcmp(option, "--format") && read_format(value, a)) ||
               (!strcmp(option, "--fail-on") && read_fail_on(value, a)) ||
               (!strcmp(option, "--dialect") && read_dialect(value, a));
    }
    return true;
}

/* False when it is misused, said on stderr. */
static bool read_arguments(int argc, char **argv, lint_arguments *a)
{
    for (int i = 1; i < argc; i++) {
        bool is_option = argv[i][0] == '-' && argv[i][1];
        if (!strcmp(argv[i], "--style")) {
            a->options.has_style = true;
        } else if (!strcmp(argv[i], "--list")) {
            a->is_list = true;
        } else if (!strcmp(argv[i], "--autocommit")) {
            a->options.is_autocommit = true;
        } else if (is_option) {
            if (i + 1 == argc || !read_valued(argv[i], argv[i + 1], a)) {
                command_misused(&command_migrate_lint, "unknown option, or its value is: '%s'%s%s",
                                argv[i], i + 1 < argc ? " " : "", i + 1 < argc ? argv[i + 1] : "");
                return false;
            }
            i++;
        } else if (a->path_count == TENON__COUNT(a->paths)) {
            command_misused(&command_migrate_lint, "too many paths");
            return false;
        } else {
            a->paths[a->path_count++] = argv[i];
        }
    }
    return true;
}

/* ---- what the checks may ask ---- */

typedef struct sources {
    tenon_db *db;
    tenon_session *session;
    schema *client;
} sources;

static void close_sources(sources *s)
{
    tenon_session_close(s->session);
    tenon_close(s->db);
    schema_free(s->client);
}

static bool connect_to(sources *s, lint_arguments *a, tenon_error *err)
{
    s->db = database_open(a->url, err);
    s->session = s->db ? tenon_session_open(s->db, NULL) : NULL;
    if (!s->session)
        return false;
    a->options.session = s->session;
    const tenon__driver *driver = tenon__driver_of_url(a->url, err);
    if (driver && !a->options.is_dialect_given) {
        a->options.dialect = driver->dialect;
        a->options.is_dialect_given = true;
    }
    return true;
}

static bool open_sources(sources *s, lint_arguments *a, tenon_error *err)
{
    if (a->client && !(s->client = schema_read_path(a->client, err)))
        return false;
    if (s->client && schema_error_count(s->client)) {
        schema_input_show_diagnostics(s->client);
        return tenon__fail(err, TENON_VALIDATION, "%s has errors", a->client);
    }
    a->options.client = s->client;
    return !a->url || connect_to(s, a, err);
}

/* ---- the command ---- */

static const char *default_path(void)
{
    static const char *const places[] = {"prisma/migrations", "migrations"};
    for (size_t i = 0; i < TENON__COUNT(places); i++)
        if (access(places[i], R_OK) == 0)
            return places[i];
    return NULL;
}

static bool lint_all(lint *l, const lint_arguments *a, tenon_error *err)
{
    for (size_t i = 0; i < a->path_count; i++)
        if (!lint_read_path(l, a->paths[i], err))
            return false;
    return lint_finish(l, err);
}

static int print_findings(const lint *l, const lint_arguments *a)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    lint_write(l, a->format, &text);
    if (text.failed) {
        fputs("tenon: out of memory\n", stderr);
        return COMMAND_FAILED;
    }
    fputs(tenon__buf_string(&text), stdout);
    return !a->never_fails && lint_count(l, a->fail_on) ? COMMAND_FAILED : COMMAND_DONE;
}

static int print_checks(void)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    lint_write_checks(&text);
    fputs(tenon__buf_string(&text), stdout);
    return text.failed ? COMMAND_FAILED : COMMAND_DONE;
}

static int run_lint(int argc, char **argv)
{
    lint_arguments a = {.fail_on = LINT_ERROR};
    TENON__CLEANUP(close_sources) sources s = {0};
    tenon_error err = {0};
    if (!read_arguments(argc, argv, &a))
        return COMMAND_USAGE;
    if (a.is_list)
        return print_checks();
    if (!a.path_count && !(a.paths[a.path_count++] = default_path()))
        return command_misused(&command_migrate_lint,
                               "there is neither prisma/migrations nor migrations here");
    if (!open_sources(&s, &a, &err))
        return show_error(&err);
    lint *l = lint_new(&a.options, &err);
    int status = l && lint_all(l, &a, &err) ? print_findings(l, &a) : show_error(&err);
    lint_free(l);
    return status;
}

const command command_migrate_lint = {
    .name = "migrate lint",
    .summary = "find what is dangerous in the SQL of migrations",
    .usage =
        "usage: tenon migrate lint [OPTIONS] [PATH…]\n"
        "\n"
        "Looks for statements that lose data, fail on the rows that are there, make others wait\n"
        "or break programs that run, and prints what to write instead. PATH is a file of SQL, a\n"
        "migration, or a folder of migrations (Prisma's, tenon's, Flyway's, or plain files in\n"
        "the order of their names). Without it: prisma/migrations or migrations.\n"
        "\n"
        "  --url URL          ask this database, as it is before the migrations, what is in the\n"
        "                     way; what it has run is not judged again\n"
        "  --format FORMAT    text (default), json, sarif or github\n"
        "  --only LIST        only these checks: 21,31 or their names\n"
        "  --skip LIST        all but these\n"
        "  --style            the checks of style (68 to 74) too\n"
        "  --fail-on LEVEL    status 1 from hint, warning, error (default) on, or never\n"
        "  --latest N         judge the last N migrations of a folder only\n"
        "  --pg-version N     of the server: 15 by default, or that of --url\n"
        "  --dialect NAME     postgresql or sqlite; default: migration_lock.toml, postgresql\n"
        "  --autocommit       files are run statement by statement, as psql does\n"
        "  --list             print all checks, with examples, and end\n"
        "  --client PATH      the schema of the programs that run: what they know is not dropped\n"
        "\n"
        "A comment before a statement, or behind it on its line, silences a check there:\n"
        "-- tenon:ignore 21 the table is small\n"
        "-- tenon:ignore-file 45,46 the runner sets them\n",
    .run = run_lint,
};
