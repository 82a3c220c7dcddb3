/* `tenon migrate rewrite`: changes a large PostgreSQL table while it is in use. */
#include "commands/commands.h"
#include "commands/database_url.h"
#include "commands/migrate_online.h"
#include "commands/schema_input.h"
#include "core/core.h"

#include <tenon/tenon.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ITEMS_MOST = 32 };

typedef struct rewrite_arguments {
    const char *url, *schema;
    char table[256]; /* "schema.table" taken apart in here */
    bool is_cancel, is_json, is_quiet;
    const char *changes[ITEMS_MOST];
    rewrite_value values[ITEMS_MOST];
    rewrite_options options;
} rewrite_arguments;

static volatile sig_atomic_t stop_wanted;

static void want_stop(int signal)
{
    (void)signal;
    stop_wanted = 1;
}

/* ---- progress ---- */

static const char *const phase_words[] = {
    [REWRITE_PREPARES] = "preparing",   [REWRITE_COPIES] = "copying",
    [REWRITE_INDEXES] = "indexing",     [REWRITE_FOLLOWS] = "following",
    [REWRITE_COMPARES] = "comparing",   [REWRITE_SWITCHES] = "switching",
    [REWRITE_VALIDATES] = "validating",
};

typedef struct talk {
    rewrite_phase phase;
    int64_t told_us;
    bool is_terminal, has_line;
} talk;

/* On a terminal one line that changes, else a line a phase and one every ten seconds. */
static void tell_progress(void *context, const rewrite_progress *progress)
{
    talk *t = context;
    int64_t now_us = tenon__monotonic_us();
    bool is_new = !t->has_line || progress->phase != t->phase;
    if (progress->text) {
        fprintf(stderr, "%stenon: a lock is waited for, held by %s\n", t->is_terminal ? "\r" : "",
                progress->text);
        return;
    }
    if (!is_new && now_us - t->told_us < (t->is_terminal ? 100000 : 10000000))
        return;
    fprintf(stderr, "%s%s", t->is_terminal ? "\r\033[K" : "", phase_words[progress->phase]);
    if (progress->rows)
        fprintf(stderr, ": %lld", (long long)progress->rows);
    if (progress->phase == REWRITE_COPIES && progress->rows_expected)
        fprintf(stderr, " of about %lld rows", (long long)progress->rows_expected);
    if (!t->is_terminal)
        fputc('\n', stderr);
    *t = (talk){progress->phase, now_us, t->is_terminal, true};
}

/* ---- arguments ---- */

static bool read_number(const char *text, int64_t most, int64_t *out)
{
    char *end;
    long long value = strtoll(text, &end, 10);
    *out = value;
    return end != text && !*end && value > 0 && value <= most;
}

/* "column=expression" in place of its own text. */
static bool read_value(char *text, rewrite_arguments *a)
{
    char *equals = strchr(text, '=');
    if (!equals || equals == text || !equals[1] || a->options.value_count == ITEMS_MOST)
        return false;
    *equals = '\0';
    a->values[a->options.value_count++] = (rewrite_value){text, equals + 1};
    return true;
}

static bool read_milliseconds(const char *text, int64_t *out_us)
{
    int64_t ms;
    bool is_right = read_number(text, 3600000, &ms);
    *out_us = is_right ? ms * 1000 : 0;
    return is_right;
}

static bool read_valued(const char *option, char *value, rewrite_arguments *a)
{
    int64_t number;
    if (!strcmp(option, "--url"))
        return (a->url = value) != NULL;
    if (!strcmp(option, "--schema"))
        return (a->schema = value) != NULL;
    if (!strcmp(option, "--change") && a->options.change_count < ITEMS_MOST)
        return (a->changes[a->options.change_count++] = value) != NULL;
    if (!strcmp(option, "--value"))
        return read_value(value, a);
    if (!strcmp(option, "--chunk-ms"))
        return read_milliseconds(value, &a->options.chunk_us);
    if (!strcmp(option, "--lock-timeout-ms"))
        return read_milliseconds(value, &a->options.lock_timeout_us);
    if (!strcmp(option, "--rows-per-second"))
        return read_number(value, INT64_MAX, &a->options.rows_per_second);
    bool is_right = !strcmp(option, "--tries") && read_number(value, 1000000, &number);
    a->options.tries_most = is_right ? (unsigned)number : a->options.tries_most;
    return is_right;
}

static bool read_flag(const char *option, rewrite_arguments *a)
{
    bool *flags[] = {&a->is_cancel, &a->is_json, &a->is_quiet, &a->options.accepts_loss,
                     &a->options.keeps_old};
    static const char *const words[] = {"--cancel", "--json", "--quiet", "--accept-data-loss",
                                        "--keep-old"};
    for (size_t i = 0; i < TENON__COUNT(words); i++)
        if (!strcmp(option, words[i]))
            return *flags[i] = true;
    return false;
}

static bool read_table(const char *text, rewrite_arguments *a)
{
    size_t length = strlen(text);
    if (a->table[0] || length >= sizeof a->table)
        return false;
    memcpy(a->table, text, length + 1);
    char *dot = strchr(a->table, '.');
    a->options.table = dot ? dot + 1 : a->table;
    a->options.namespace = dot ? a->table : NULL;
    if (dot)
        *dot = '\0';
    return true;
}

static bool read_arguments(int argc, char **argv, rewrite_arguments *a)
{
    for (int i = 1; i < argc; i++) {
        bool is_option = argv[i][0] == '-' && argv[i][1];
        if (!is_option && read_table(argv[i], a))
            continue;
        if (is_option && read_flag(argv[i], a))
            continue;
        if (!is_option || i + 1 == argc || !read_valued(argv[i], argv[i + 1], a)) {
            command_misused(&command_migrate_rewrite,
                            "unknown option, too many, or a wrong value: '%s'%s%s", argv[i],
                            is_option && i + 1 < argc ? " " : "",
                            is_option && i + 1 < argc ? argv[i + 1] : "");
            return false;
        }
        i++;
    }
    a->options.changes = a->changes;
    a->options.values = a->values;
    if (!a->options.table)
        command_misused(&command_migrate_rewrite, "no table is named");
    else if (!a->is_cancel && !a->options.change_count && !a->options.value_count)
        command_misused(&command_migrate_rewrite, "no --change is given");
    else
        return true;
    return false;
}

/* ---- the command ---- */

static void print_json(const rewrite_result *result)
{
    printf("{\"copied\": %lld, \"followed\": %lld, \"compared\": %lld, \"lockedUs\": %lld,"
           " \"tries\": %u, \"resumed\": %s, \"oldTable\": %s%s%s}\n",
           (long long)result->copied, (long long)result->followed, (long long)result->compared,
           (long long)result->locked_us, result->tries, result->has_resumed ? "true" : "false",
           result->old_table[0] ? "\"" : "", result->old_table[0] ? result->old_table : "null",
           result->old_table[0] ? "\"" : "");
}

void migrate_online_show(const rewrite_options *options, const rewrite_result *result)
{
    printf("rewrote %s: %lld rows copied, %lld followed, %lld compared; locked for %.1f ms\n",
           options->table, (long long)result->copied, (long long)result->followed,
           (long long)result->compared, (double)result->locked_us / 1000.0);
    if (result->old_table[0])
        printf("the old table is kept as %s\n", result->old_table);
    fflush(stdout);
}

bool migrate_online_rewrite(tenon_db *db, rewrite_options *options, size_t count, bool is_quiet,
                            bool is_cancel, rewrite_result *results, tenon_error *err)
{
    talk t = {.is_terminal = isatty(STDERR_FILENO)};
    signal(SIGINT, want_stop);
    signal(SIGTERM, want_stop);
    for (size_t i = 0; i < count; i++) {
        options[i].stop = &stop_wanted;
        options[i].on_progress = is_quiet ? NULL : tell_progress;
        options[i].context = &t;
    }
    bool is_done = is_cancel ? rewrite_cancel(db, options, err)
                             : rewrite_run_together(db, options, count, results, err);
    if (t.is_terminal && t.has_line)
        fputs("\r\033[K", stderr);
    signal(SIGINT, SIG_DFL);
    signal(SIGTERM, SIG_DFL);
    for (size_t i = 0; i < count; i++)
        options[i].context = NULL;
    return is_done;
}

static bool rewrite_on(tenon_db *db, rewrite_arguments *a, tenon_error *err)
{
    rewrite_result result = {0};
    if (!migrate_online_rewrite(db, &a->options, 1, a->is_quiet || a->is_json, a->is_cancel,
                                &result, err))
        return false;
    if (a->is_cancel)
        printf("the rewrite of %s is gone; the table is as it was\n", a->options.table);
    else if (a->is_json)
        print_json(&result);
    else
        migrate_online_show(&a->options, &result);
    return true;
}

static int rewrite_at(const char *url, rewrite_arguments *a, tenon_error *err)
{
    tenon_db *db = tenon_open(url, NULL, err);
    bool is_done = db && rewrite_on(db, a, err);
    tenon_close(db);
    if (!is_done)
        schema_input_show_error(err);
    return is_done ? COMMAND_DONE : COMMAND_FAILED;
}

static int run_rewrite(int argc, char **argv)
{
    rewrite_arguments a = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf url = {0};
    tenon_error err = {0};
    if (!read_arguments(argc, argv, &a))
        return COMMAND_USAGE;
    if (a.url)
        return rewrite_at(a.url, &a, &err);
    const char *path = schema_input_path(a.schema);
    schema *s = path ? schema_input_read(path) : NULL;
    bool is_found = s && database_url(s, NULL, &url, &err);
    schema_free(s);
    if (s && !is_found)
        schema_input_show_error(&err);
    return is_found ? rewrite_at(tenon__buf_string(&url), &a, &err) : COMMAND_FAILED;
}

const command command_migrate_rewrite = {
    .name = "migrate rewrite",
    .summary = "change a large PostgreSQL table while it is in use",
    .usage =
        "usage: tenon migrate rewrite [OPTIONS] TABLE --change CHANGE …\n"
        "       tenon migrate rewrite --cancel [OPTIONS] TABLE\n"
        "\n"
        "For changes that make the server write a table anew under a lock: another type of a\n"
        "column, a stored generated column, a volatile default. Copies the table beside itself\n"
        "in small steps, follows what is written meanwhile, compares every row, and switches\n"
        "under a lock of milliseconds. Keys, indexes, foreign keys to and from it, triggers,\n"
        "policies, grants and counters stay. A value that the change would alter stops it.\n"
        "Stopped or killed, it goes on when the same is run again.\n"
        "\n"
        "  --change CHANGE        what stands behind ALTER TABLE: \"ALTER COLUMN id TYPE bigint\"\n"
        "  --value COLUMN=EXPR    what a column gets, from the columns of the old row\n"
        "  --accept-data-loss     columns may be dropped\n"
        "  --keep-old             do not drop the old table\n"
        "  --chunk-ms N           how long a step of the copy may take (100)\n"
        "  --rows-per-second N    copy no faster than this\n"
        "  --lock-timeout-ms N    longest wait for a lock, while others wait behind it (100)\n"
        "  --tries N              how often a lock is tried for (50)\n"
        "  --cancel               give up a rewrite that is not finished; leaves no trace\n"
        "  --url URL              the database; default: the schema's\n"
        "  --schema PATH          the schema whose URL counts\n"
        "  --quiet, --json        no progress; the result as JSON\n",
    .run = run_rewrite,
};
