/* `migrate deploy` is killed at every statement boundary, and the next one finishes: nothing is
 * lost, nothing is done twice, nothing is left over.
 *
 * It reaches the server through a proxy, which kills it when it begins its n-th round trip: the
 * statement before has been answered, this one the server never hears of. n goes from the first to
 * the last, so no moment is left to chance. */
#include "in_folder.h"

#include "proxy.h"
#include "testdb.h"

#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const char *url;

static int open_database(void **state)
{
    url = testdb_create("killed");
    return setenv("url", url, 1) || make_folder(state);
}

static void write_migration(const char *name, const char *sql)
{
    char line[256], path[256];
    snprintf(line, sizeof line, "mkdir -p 'migrations/%s'", name);
    assert_int_equal(run(line), 0);
    snprintf(path, sizeof path, "migrations/%s/migration.sql", name);
    write_file(path, sql);
}

static void check_value(const char *sql, const char *expected)
{
    const char *value = testdb_value(url, sql);
    assert_string_equal(value ? value : "", expected);
}

/* ---- the one that dies ----------------------------------------------------------------------- */

typedef struct victim {
    atomic_int pid;
    uint64_t dies_at;
} victim;

static void kill_in_time(void *context, uint64_t number)
{
    victim *v = context;
    while (!atomic_load(&v->pid))
        nanosleep(&(struct timespec){.tv_nsec = 100000}, NULL);
    if (number == v->dies_at)
        kill(atomic_load(&v->pid), SIGKILL);
}

static void deploy_by(const char *by)
{
    if (chdir(path_of(".")) == 0 && freopen("/dev/null", "w", stdout) &&
        freopen("/dev/null", "w", stderr))
        execl(getenv("TENON_COMMAND"), "tenon", "migrate", "deploy", "--url", by, "--migrations",
              "migrations", "--rewrite-from", "1", (char *)NULL);
    _exit(1);
}

/* The number of round trips that were begun; 0: it does not die. */
static uint64_t deploy_and_die(uint64_t round_trip)
{
    int status = 0;
    const char *why;
    victim v = {.dies_at = round_trip};
    proxy *way = proxy_open(url, 0, &why);
    if (!way)
        fail_msg("%s", why);
    proxy_watch(way, kill_in_time, &v);
    pid_t child = fork();
    if (child == 0)
        deploy_by(proxy_url(way));
    assert_true(child > 0);
    atomic_store(&v.pid, child);
    assert_int_equal(waitpid(child, &status, 0), child);
    uint64_t begun = proxy_round_trips(way);
    proxy_close(way);
    assert_true(WIFSIGNALED(status) ? round_trip > 0 : WEXITSTATUS(status) == 0);
    return begun;
}

/* What the server still does for the dead it ends by itself. */
static void finish(void)
{
    if (run("$tenon migrate deploy --url \"$url\" --migrations migrations --rewrite-from 1") != 0)
        fail_msg("%s", output);
}

/* Most of what can go wrong goes wrong behind the switch. Before it every sixteenth boundary is
 * enough for a run of all tests; with TENON_FAULTS=all it is each. */
static uint64_t step_at(uint64_t at, uint64_t last)
{
    enum { STEP = 16, EACH_OF_LAST = 32 };
    return getenv("TENON_FAULTS") || at + EACH_OF_LAST >= last ? 1 : STEP;
}

/* On a machine that is busy a rewrite follows for more rounds: the shorter of two runs counts. */
static uint64_t count_statements(void (*check)(void), void (*begin_again)(void))
{
    uint64_t first = deploy_and_die(0);
    check();
    begin_again();
    uint64_t second = deploy_and_die(0);
    check();
    return first < second ? first : second;
}

static void kill_everywhere(void (*check)(void), void (*begin_again)(void))
{
    uint64_t last = count_statements(check, begin_again), killed = 0;
    assert_true(last > 30);
    for (uint64_t at = 1; at <= last; at += step_at(at, last)) {
        begin_again();
        killed += deploy_and_die(at) >= at;
        finish();
        check();
    }
    assert_true(killed > (getenv("TENON_FAULTS") ? last / 2 : 20));
}

/* ---- a rewrite ------------------------------------------------------------------------------- */

static const char tables[] =
    "CREATE TABLE event (id serial PRIMARY KEY, amount integer, note text);\n"
    "CREATE INDEX event_amount ON event (amount);\n"
    "CREATE TABLE child (id integer PRIMARY KEY, event integer REFERENCES event (id));\n";
static const char wider[] =
    "-- tenon:rewrite\nALTER TABLE event ALTER COLUMN amount TYPE bigint;\n";
/* More than a megabyte, from which on a table is rewritten. */
static const char fill[] =
    "INSERT INTO event (amount, note) SELECT i, repeat('x', 1900) FROM generate_series(1, 700) i;"
    "INSERT INTO child SELECT i, i FROM generate_series(1, 700) i; ANALYZE event";

static void check_rewritten(void)
{
    check_value("SELECT format_type(atttypid, atttypmod) FROM pg_attribute"
                " WHERE attrelid = 'event'::regclass AND attname = 'amount'",
                "bigint");
    check_value("SELECT count(*) || ' ' || sum(amount) FROM event", "700 245350");
    check_value("SELECT string_agg(conname || ' ' || convalidated, ', ' ORDER BY conname)"
                " FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'f'",
                "child_event_fkey true");
    check_value("SELECT string_agg(relname || ' ' || indisvalid, ', ' ORDER BY relname)"
                " FROM pg_index JOIN pg_class c ON c.oid = indexrelid"
                " WHERE indrelid = 'event'::regclass",
                "event_amount true, event_pkey true");
    check_value("SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relkind IN"
                " ('r', 'S', 'v') AND relnamespace = 'public'::regnamespace",
                "_prisma_migrations, _tenon_steps, child, event, event_id_seq");
    check_value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal", "0");
    check_value("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace", "0");
    check_value("SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL"
                " AND rolled_back_at IS NULL",
                "2");
    check_value("SELECT count(*) FROM _tenon_steps", "0");
}

static void make_narrow_again(void)
{
    testdb_run(url, "ALTER TABLE event ALTER amount TYPE integer;"
                    "DELETE FROM _prisma_migrations WHERE migration_name = '2_wider'");
}

static void a_rewrite_killed_at_any_statement_is_finished(void **state)
{
    (void)state;
    write_migration("1_tables", tables);
    finish();
    testdb_run(url, fill);
    write_migration("2_wider", wider);
    kill_everywhere(check_rewritten, make_narrow_again);
}

/* ---- an enum of two tables ------------------------------------------------------------------- */

static const char moody[] =
    "CREATE TYPE mood AS ENUM ('good', 'bad');\n"
    "CREATE TABLE one (id integer PRIMARY KEY, mood mood, note text);\n"
    "CREATE TABLE two (id integer PRIMARY KEY, mood mood, one integer REFERENCES one (id));\n";
static const char sorted[] =
    "-- tenon:rewrite\nCREATE TYPE mood_new AS ENUM ('bad', 'good');\n"
    "ALTER TABLE one ALTER COLUMN mood TYPE mood_new USING (mood::text::mood_new);\n"
    "ALTER TABLE two ALTER COLUMN mood TYPE mood_new USING (mood::text::mood_new);\n"
    "ALTER TYPE mood RENAME TO mood_old;\nALTER TYPE mood_new RENAME TO mood;\n"
    "DROP TYPE mood_old;\n";
static const char fill_moods[] =
    "INSERT INTO one SELECT i, (ARRAY['good', 'bad'])[1 + i % 2]::mood, repeat('x', 1900)"
    " FROM generate_series(1, 700) i;"
    "INSERT INTO two SELECT id, mood, id FROM one; ANALYZE one";

static void check_sorted(void)
{
    check_value("SELECT string_agg(enumlabel, ' ' ORDER BY enumsortorder) FROM pg_enum",
                "bad good");
    check_value("SELECT count(*) FROM one JOIN two USING (id, mood) WHERE two.one = id"
                " AND mood > 'bad'::mood",
                "350");
    check_value("SELECT string_agg(conname || ' ' || convalidated, ', ' ORDER BY conname)"
                " FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype = 'f'",
                "two_one_fkey true");
    check_value("SELECT string_agg(relname, ', ' ORDER BY relname) FROM pg_class WHERE relkind IN"
                " ('r', 'S', 'v') AND relnamespace = 'public'::regnamespace",
                "_prisma_migrations, _tenon_steps, one, two");
    check_value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal", "0");
    check_value("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace", "0");
    check_value("SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL"
                " AND rolled_back_at IS NULL",
                "2");
}

static void make_disordered_again(void)
{
    testdb_run(url, "ALTER TYPE mood RENAME TO mood_old; CREATE TYPE mood AS ENUM ('good', 'bad');"
                    "ALTER TABLE one ALTER mood TYPE mood USING mood::text::mood;"
                    "ALTER TABLE two ALTER mood TYPE mood USING mood::text::mood;"
                    "DROP TYPE mood_old;"
                    "DELETE FROM _prisma_migrations WHERE migration_name = '2_sorted'");
}

static void a_rewrite_of_two_tables_killed_at_any_statement_is_finished(void **state)
{
    (void)state;
    write_migration("1_moody", moody);
    finish();
    testdb_run(url, fill_moods);
    write_migration("2_sorted", sorted);
    kill_everywhere(check_sorted, make_disordered_again);
}

/* ---- a conversion ---------------------------------------------------------------------------- */

static const char series[] = "CREATE TABLE series (id integer PRIMARY KEY, values float8[]);\n";
static const char packed[] =
    "-- tenon:pack \"series\".\"values\" float8\n"
    "DO $tenon$ BEGIN\n"
    "    IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'series'::regclass"
    " AND attname = 'values' AND atttypid <> 'bytea'::regtype) THEN\n"
    "        IF EXISTS (SELECT FROM series WHERE values IS NOT NULL) THEN\n"
    "            RAISE EXCEPTION 'not packed yet';\n        END IF;\n"
    "        ALTER TABLE series DROP COLUMN values, ADD COLUMN values bytea;\n"
    "    END IF;\nEND $tenon$;\n";

static void check_packed(void)
{
    check_value("SELECT count(*) FROM series WHERE substr(values, 1, 4) = '\\x544e4101'", "300");
    check_value("SELECT string_agg(attname || ' ' || format_type(atttypid, atttypmod), ', '"
                " ORDER BY attname) FROM pg_attribute WHERE attrelid = 'series'::regclass"
                " AND attnum > 0 AND NOT attisdropped",
                "id integer, values bytea");
    check_value("SELECT count(*) FROM pg_class WHERE relname LIKE '\\_tenon\\_p%'", "0");
    check_value("SELECT count(*) FROM pg_trigger WHERE NOT tgisinternal", "0");
    check_value("SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace", "0");
    check_value("SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT NULL"
                " AND rolled_back_at IS NULL",
                "2");
}

static void make_plain_again(void)
{
    testdb_run(url, "ALTER TABLE series DROP COLUMN values, ADD COLUMN values float8[];"
                    "UPDATE series SET values = ARRAY[id, 0.5];"
                    "DELETE FROM _prisma_migrations WHERE migration_name = '2_packed'");
}

static void a_conversion_killed_at_any_statement_is_finished(void **state)
{
    (void)state;
    write_migration("1_series", series);
    finish();
    testdb_run(url, "INSERT INTO series SELECT i, ARRAY[i, 0.5] FROM generate_series(1, 300) i");
    write_migration("2_packed", packed);
    kill_everywhere(check_packed, make_plain_again);
}

#define ON_POSTGRESQL(test) cmocka_unit_test_setup_teardown(test, open_database, remove_folder)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_POSTGRESQL(a_rewrite_killed_at_any_statement_is_finished),
        ON_POSTGRESQL(a_rewrite_of_two_tables_killed_at_any_statement_is_finished),
        ON_POSTGRESQL(a_conversion_killed_at_any_statement_is_finished),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
