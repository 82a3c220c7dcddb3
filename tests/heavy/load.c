/* What others feel of a migration: `make load`.
 *
 * A table of a million rows is read and written all the time by four threads, and now and then
 * somebody reads it in a transaction of half a second. Meanwhile each change is made twice: as the
 * plain statement, and in the form that tenon writes for servers in use, by its migrator or its
 * rewrite. The table that is printed has the 99th percentile and the longest of all requests. Where
 * the plain statement makes somebody wait for a second, the safe form may make nobody wait for more
 * than 200 ms, or the program fails.
 *
 *     heavy-load [CHANGE | all] [ROWS]
 *
 * With more rows the plain statements take their time, and the safe ones should not notice. Values
 * that are packed or unpacked go through the migrator one by one: a twentieth of them has to do. */
#include "convert/convert.h"
#include "diff/diff.h"
#include "migrate/migrate.h"
#include "rewrite/rewrite.h"

#include "testdb.h"

#include <tenon/migrate.h>
#include <tenon/tenon.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum {
    ROWS = 1000000,
    OWNERS = 1000,
    THREADS = 4,
    PARTS_MOST = 16,
    TABLES = 2, /* of an enum */
    FRACTION = 20,
    SAMPLES_MOST = 1 << 20,
    LIMIT_US = 200000,
    BAD_US = 1000000
};

static const char head[] = "datasource db {\n  provider = \"postgresql\"\n}\n%s"
                           "model Account {\n  id Int @id\n%s}\n"
                           "model Event {\n  id Int @id @default(autoincrement())\n  account Int\n"
                           "  kind String\n  code Int\n%s}\n";

/* The members that the two models get, and what stands in front of them. */
typedef struct members {
    const char *account, *event, *types; /* NULL: none */
} members;

typedef struct change {
    const char *title;
    members before, after;
    const char *rewritten;   /* what the rewrite is given, where that is the safe form */
    const char *fill;        /* what else the rows get, or NULL */
    const char *copied;      /* how somebody careful copies what is lost, or NULL */
    int fraction;            /* one row in so many, where each takes its time; 0: all */
    const char *event_first; /* the members when it is filled, where others than before; or NULL */
    bool is_enum;            /* that is made anew for both tables, which change places at once */
} change;

#define AMOUNT "  amount Int?\n"
#define LIST "  readings Float[]\n"
#define PACKED "  /// @tenon.compress\n" LIST
#define FILL_LIST "UPDATE \"Event\" SET readings = ARRAY[id, id + 0.5, id + 1, id + 1.5]"

#define FILL_NOTE "UPDATE \"Event\" SET note = 'note ' || id;"
#define LOCK_EVENT "LOCK TABLE \"Event\" IN SHARE ROW EXCLUSIVE MODE; CREATE TABLE kept AS SELECT "
#define COPY_NOTE LOCK_EVENT "id, note FROM \"Event\" WHERE note IS NOT NULL"
#define COPY_ALL LOCK_EVENT "* FROM \"Event\""
#define MOODS(first, second, third)                                                                \
    "/// @tenon.ordered\nenum Mood {\n  " first "\n  " second "\n  " third "\n}\n"
#define MOOD "  mood Mood @default(UGLY)\n"

static const change changes[] = {
    {.title = "index",
     .before = {.event = AMOUNT},
     .after = {.event = AMOUNT "  @@index([kind])\n"}},
    {.title = "unique",
     .before = {.event = AMOUNT},
     .after = {.event = AMOUNT "  @@unique([code])\n"}},
    {.title = "foreign key",
     .before = {.event = AMOUNT},
     .after = {.account = "  events Event[]\n",
               .event = AMOUNT "  owner Account @relation(fields: [account], references: [id])\n"}},
    {.title = "check",
     .before = {.event = AMOUNT},
     .after = {.event = "  /// @tenon.check(\"amount >= 0\")\n" AMOUNT}},
    {.title = "required", .before = {.event = AMOUNT}, .after = {.event = "  amount Int\n"}},
    {.title = "column with default",
     .before = {.event = AMOUNT},
     .after = {.event = AMOUNT "  more Int @default(7)\n"}},
    {.title = "wider type",
     .before = {.event = AMOUNT},
     .after = {.event = "  amount BigInt?\n"},
     .rewritten = "ALTER COLUMN amount TYPE bigint"},
    {.title = "column dropped and copied",
     .before = {.event = AMOUNT "  note String?\n"},
     .after = {.event = AMOUNT},
     .fill = FILL_NOTE,
     .copied = COPY_NOTE},
    {.title = "the same without a key",
     .before = {.event = AMOUNT "  note String?\n"},
     .after = {.event = AMOUNT},
     .fill = FILL_NOTE "ALTER TABLE \"Event\" DROP CONSTRAINT \"Event_pkey\";"
                       "CREATE INDEX ON \"Event\" (id)",
     .copied = COPY_ALL},
    {.title = "the same in partitions",
     .before = {.event = AMOUNT "  note String?\n"},
     .after = {.event = AMOUNT},
     .fill = FILL_NOTE
     "ALTER TABLE \"Event\" RENAME TO whole;"
     "CREATE TABLE \"Event\" (LIKE whole) PARTITION BY HASH (id);"
     "CREATE TABLE even PARTITION OF \"Event\" FOR VALUES WITH (MODULUS 2, REMAINDER 0);"
     "CREATE TABLE odd PARTITION OF \"Event\" FOR VALUES WITH (MODULUS 2, REMAINDER 1);"
     "INSERT INTO \"Event\" SELECT * FROM whole; DROP TABLE whole;"
     "ALTER TABLE \"Event\" ADD PRIMARY KEY (id)",
     .copied = COPY_NOTE},
    {.title = "list becomes packed",
     .fraction = FRACTION,
     .before = {.event = AMOUNT LIST},
     .after = {.event = AMOUNT PACKED},
     .fill = FILL_LIST},
    {.title = "packed becomes a list",
     .fraction = FRACTION,
     .event_first = AMOUNT LIST,
     .before = {.event = AMOUNT PACKED},
     .after = {.event = AMOUNT LIST},
     .fill = FILL_LIST},
    {.title = "enum of two tables",
     .before = {.types = MOODS("GOOD", "BAD", "UGLY"), .account = MOOD, .event = AMOUNT MOOD},
     .after = {.types = MOODS("BAD", "UGLY", "GOOD"), .account = MOOD, .event = AMOUNT MOOD},
     .is_enum = true},
};

static int row_count = ROWS;
static int rows_there; /* of the change under way */

static const char fill_sql[] =
    "INSERT INTO \"Account\" SELECT generate_series(1, %d);"
    "INSERT INTO \"Event\" (account, kind, code, amount)"
    " SELECT 1 + i %% %d, 'kind ' || i %% 50, i, i FROM generate_series(1, %d) i; ANALYZE";

/* ---- the load -------------------------------------------------------------------------------- */

typedef struct client {
    const char *url;
    const atomic_bool *is_over;
    bool writes;
    unsigned seed;
    size_t count;
    int32_t *samples_us;
} client;

static int64_t now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void pause_us(int64_t us)
{
    nanosleep(&(struct timespec){.tv_sec = us / 1000000, .tv_nsec = us % 1000000 * 1000}, NULL);
}

static void ask_once(client *c, tenon_session *s)
{
    char sql[160];
    int id = 1 + rand_r(&c->seed) % rows_there;
    if (c->writes)
        snprintf(sql, sizeof sql, "UPDATE \"Event\" SET amount = amount + 1 WHERE id = %d", id);
    else
        snprintf(sql, sizeof sql, "SELECT * FROM \"Event\" WHERE id = %d", id);
    int64_t began_us = now_us();
    tenon_execute(s, sql);
    if (c->count < SAMPLES_MOST)
        c->samples_us[c->count++] = (int32_t)(now_us() - began_us);
    if (tenon_failed(s)) {
        fprintf(stderr, "load: %s\n", tenon_message(s));
        exit(1);
    }
    tenon_session_reset(s);
}

static void *keep_asking(void *context)
{
    client *c = context;
    tenon_error err;
    tenon_db *db = tenon_open(c->url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    while (!*c->is_over) {
        ask_once(c, s);
        pause_us(2000);
    }
    tenon_session_close(s);
    tenon_close(db);
    return NULL;
}

/* Who keeps a statement that wants the table for itself waiting, and everybody behind it. */
static void *read_at_length(void *context)
{
    client *c = context;
    tenon_error err;
    tenon_db *db = tenon_open(c->url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    while (!*c->is_over) {
        tenon_begin(s);
        tenon_execute(s, "SELECT count(*) FROM \"Account\"; SELECT 1 FROM \"Event\" WHERE id = 1;"
                         " SELECT pg_sleep(0.5)");
        tenon_commit(s);
        pause_us(700000);
    }
    tenon_session_close(s);
    tenon_close(db);
    return NULL;
}

/* ---- the changes ----------------------------------------------------------------------------- */

static void must(bool is_done, const tenon_error *err)
{
    if (is_done)
        return;
    fprintf(stderr, "load: %s\n%s\n", err->message, err->hint);
    exit(1);
}

static const char *or_nothing(const char *text)
{
    return text ? text : "";
}

static catalogue *catalogue_of(const members *m)
{
    char text[2000];
    tenon_error err = {0};
    schema_source source = {.path = "load.prisma", .text = text};
    source.length = (size_t)snprintf(text, sizeof text, head, or_nothing(m->types),
                                     or_nothing(m->account), or_nothing(m->event));
    schema *s = schema_read_texts(&source, 1, &err);
    if (s && schema_error_count(s))
        schema_print_diagnostics(s, stderr, false);
    must(s && !schema_error_count(s), &err);
    catalogue *made = catalogue_of_schema(s, TENON_POSTGRESQL, &err);
    must(made != NULL, &err);
    schema_free(s);
    return made;
}

/* The script of a part, for the caller to free; part DIFF_ALL_PARTS: all of it. */
static char *script_of(const diff_plan *plan, int part)
{
    tenon__buf text = {0};
    diff_script_text(plan, part, DIFF_FORWARD, &text);
    return tenon__buf_take(&text);
}

/* The columns that a script asks to be packed or unpacked. */
static size_t conversions_of(const diff_plan *plan, tenon__arena *arena, convert_column **columns)
{
    size_t count;
    tenon_error err = {0};
    char *script = script_of(plan, DIFF_ALL_PARTS);
    must(convert_read(script, arena, columns, &count, &err), &err);
    free(script);
    return count;
}

/* With what is lost copied, and what is packed converted, in the same transaction. */
static void run_plainly(tenon_db *db, const diff_plan *plan, const char *copied)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    convert_column *columns;
    int64_t rows;
    size_t count = conversions_of(plan, &arena, &columns);
    tenon_session *s = tenon_session_open(db, &(tenon_session_options){.deadline_us = -1});
    bool is_one = copied || count > 0;
    must((!is_one || tenon_begin(s)) && (!copied || tenon_execute(s, copied)),
         tenon_session_error(s));
    for (size_t i = 0; i < count; i++)
        must(convert_all(s, &columns[i], &rows), tenon_session_error(s));
    for (size_t i = 0; i < plan->count; i++)
        tenon_execute(s, plan->steps[i].sql);
    must(!tenon_failed(s) && (!is_one || tenon_commit(s)), tenon_session_error(s));
    tenon_session_close(s);
}

static void convert_safely(tenon_db *db, const diff_plan *plan)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    convert_column *columns;
    int64_t rows;
    size_t count = conversions_of(plan, &arena, &columns);
    tenon_session *s = tenon_session_open(db, &(tenon_session_options){.deadline_us = -1});
    for (size_t i = 0; i < count; i++)
        must(convert_online(s, &columns[i], &rows), tenon_session_error(s));
    tenon_session_close(s);
}

/* As `deploy` does it. */
static void keep_lost(tenon_db *db, tenon_migration *items, size_t count, tenon__arena *arena)
{
    tenon_error err = {0};
    migrate_folder folder = {.items = items, .count = count};
    const char *names[PARTS_MOST];
    size_t copies;
    for (size_t i = 0; i < count; i++)
        names[i] = items[i].name;
    must(migrate_keep_lost(&folder, &(migrate_names){names, count}, false, &copies, &err), &err);
    *arena = folder.arena;
    if (copies)
        must(migrate_kept_prepare(db, MIGRATE_DAYS_KEPT, &err), &err);
}

static void run_safely(tenon_db *db, const diff_plan *plan)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    tenon_error err = {0};
    tenon_migration items[PARTS_MOST];
    char names[PARTS_MOST][16];
    tenon_migrations all = {items, plan->part_count};
    const tenon_migrate_options options = {.lock_timeout_us = 50000,
                                           .tries_most = 100,
                                           .pause_longest_us = 500000,
                                           .accept_existing = true};
    for (size_t i = 0; i < plan->part_count && i < PARTS_MOST; i++) {
        snprintf(names[i], sizeof names[i], "%02zu_part", i);
        items[i] = (tenon_migration){.name = names[i], .sql = script_of(plan, (int)i)};
    }
    convert_safely(db, plan);
    keep_lost(db, items, plan->part_count, &arena);
    must(tenon_migrate(db, &all, &options, &err), &err);
    for (size_t i = 0; i < plan->part_count; i++)
        free((char *)(uintptr_t)items[i].sql);
}

/* As `deploy` does it, without its looking where an earlier run has come to. */
static void run_enum(tenon_db *db, const diff_plan *plan)
{
    TENON__CLEANUP(tenon__arena_release) tenon__arena arena = {0};
    tenon_error err = {0};
    migrate_online online;
    rewrite_value values[TABLES][MIGRATE_COLUMNS_MOST];
    rewrite_options options[TABLES];
    rewrite_result results[TABLES];
    char *script = script_of(plan, DIFF_ALL_PARTS);
    must(migrate_read_online(script, &arena, &online, &err), &err);
    for (size_t i = 0; i < TABLES && i < online.table_count; i++) {
        const migrate_online_table *table = &online.tables[i];
        options[i] = (rewrite_options){.table = table->name,
                                       .changes = table->changes,
                                       .change_count = table->change_count,
                                       .values = values[i],
                                       .value_count = table->count,
                                       .with_switch = i + 1 < TABLES ? NULL : online.swap,
                                       .chunk_us = 30000,
                                       .lock_timeout_us = 50000,
                                       .tries_most = 1000};
        for (size_t k = 0; k < table->count; k++)
            values[i][k] = (rewrite_value){table->columns[k], table->values[k]};
    }
    tenon_session *s = tenon_session_open(db, NULL);
    must(online.table_count == TABLES && tenon_execute(s, online.before), tenon_session_error(s));
    must(rewrite_run_together(db, options, TABLES, results, &err), &err);
    must(tenon_execute(s, online.rest), tenon_session_error(s));
    tenon_session_close(s);
    free(script);
}

static void run_rewrite(tenon_db *db, const change *c)
{
    tenon_error err = {0};
    rewrite_result result;
    rewrite_options options = {.table = "Event",
                               .changes = &c->rewritten,
                               .change_count = 1,
                               .chunk_us = 30000,
                               .lock_timeout_us = 50000,
                               .tries_most = 1000};
    must(rewrite_run(db, &options, &result, &err), &err);
}

static void make_change(tenon_db *db, const change *c, bool is_safe)
{
    tenon_error err = {0};
    catalogue *from = catalogue_of(&c->before);
    catalogue *to = catalogue_of(&c->after);
    const diff_options options = {.accepts_loss = true, .has_safe_forms = is_safe};
    diff_plan *plan = diff_make(from, to, &options, &err);
    must(plan && plan->count, &err);
    if (is_safe && c->is_enum)
        run_enum(db, plan);
    else if (is_safe && c->rewritten)
        run_rewrite(db, c);
    else if (is_safe)
        run_safely(db, plan);
    else
        run_plainly(db, plan, c->copied);
    diff_free(plan);
    catalogue_free(from);
    catalogue_free(to);
}

/* ---- measuring ------------------------------------------------------------------------------- */

typedef struct figures {
    int64_t took_us, p99_us, longest_us;
    size_t requests;
} figures;

static int compare(const void *a, const void *b)
{
    int32_t left = *(const int32_t *)a, right = *(const int32_t *)b;
    return (left > right) - (left < right);
}

static figures sum_up(client *clients, int64_t took_us)
{
    figures f = {.took_us = took_us};
    for (int i = 0; i < THREADS; i++)
        f.requests += clients[i].count;
    int32_t *all = malloc(f.requests * sizeof *all + 1);
    size_t n = 0;
    for (int i = 0; i < THREADS; i++)
        for (size_t k = 0; k < clients[i].count; k++)
            all[n++] = clients[i].samples_us[k];
    qsort(all, n, sizeof *all, compare);
    f.p99_us = n ? all[n * 99 / 100] : 0;
    f.longest_us = n ? all[n - 1] : 0;
    free(all);
    return f;
}

/* From nothing, where no members were before. */
static void come_to(tenon_db *db, const members *before, const members *after)
{
    tenon_error err = {0};
    catalogue *from = before ? catalogue_of(before) : NULL;
    catalogue *to = catalogue_of(after);
    diff_plan *plan = diff_make(from, to, &(diff_options){.accepts_loss = true}, &err);
    must(plan != NULL, &err);
    run_plainly(db, plan, NULL);
    diff_free(plan);
    catalogue_free(from);
    catalogue_free(to);
}

static void create_tables(const char *url, tenon_db *db, const change *c)
{
    char sql[512];
    const members first = {.event = c->event_first};
    come_to(db, NULL, c->event_first ? &first : &c->before);
    rows_there = row_count / (c->fraction ? c->fraction : 1);
    snprintf(sql, sizeof sql, fill_sql, OWNERS, OWNERS, rows_there);
    testdb_run(url, sql);
    if (c->fill) {
        testdb_run(url, c->fill);
        testdb_run(url, "VACUUM FULL ANALYZE \"Event\"");
    }
    if (c->event_first)
        come_to(db, &first, &c->before);
}

static figures measure(const change *c, bool is_safe)
{
    const char *url = testdb_create("load");
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, NULL, &err);
    must(db != NULL, &err);
    create_tables(url, db, c);
    atomic_bool is_over = false;
    client clients[THREADS + 1] = {0};
    pthread_t threads[THREADS + 1];
    for (unsigned i = 0; i <= THREADS; i++) {
        clients[i] = (client){.url = url, .is_over = &is_over, .writes = i % 2, .seed = i};
        clients[i].samples_us = calloc(SAMPLES_MOST, sizeof *clients[i].samples_us);
        pthread_create(&threads[i], NULL, i < THREADS ? keep_asking : read_at_length, &clients[i]);
    }
    pause_us(500000);
    int64_t began_us = now_us();
    make_change(db, c, is_safe);
    int64_t took_us = now_us() - began_us;
    pause_us(300000);
    is_over = true;
    for (int i = 0; i <= THREADS; i++)
        pthread_join(threads[i], NULL);
    figures f = sum_up(clients, took_us);
    for (int i = 0; i <= THREADS; i++)
        free(clients[i].samples_us);
    tenon_close(db);
    testdb_drop(url);
    return f;
}

static void print_row(const char *title, const char *form, figures f)
{
    printf("| %s | %s | %.1f s | %zu | %.1f ms | %.1f ms |\n", title, form, (double)f.took_us / 1e6,
           f.requests, (double)f.p99_us / 1e3, (double)f.longest_us / 1e3);
    fflush(stdout);
}

static bool is_rewrite(const change *c)
{
    return c->rewritten || c->is_enum;
}

static bool is_asked_for(const change *c, int argc, char **argv)
{
    return argc < 2 || !strcmp(argv[1], "all") || !strcmp(argv[1], c->title);
}

int main(int argc, char **argv)
{
    int failed = 0;
    if (argc > 2)
        row_count = atoi(argv[2]);
    puts("| change | form | took | requests | p99 | longest |\n| --- | --- | --: | --: | --: | --: "
         "|");
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        if (!is_asked_for(&changes[i], argc, argv))
            continue;
        figures plain = measure(&changes[i], false), safe = measure(&changes[i], true);
        print_row(changes[i].title, "plain", plain);
        print_row(changes[i].title, is_rewrite(&changes[i]) ? "rewrite" : "safe", safe);
        bool is_bad = plain.longest_us >= BAD_US && safe.longest_us > LIMIT_US;
        failed += is_bad;
        if (is_bad)
            printf("load: the safe form of '%s' made somebody wait too long\n", changes[i].title);
    }
    printf("%zu passed, %d failed\n", sizeof changes / sizeof *changes - (size_t)failed, failed);
    return failed != 0;
}
