/* A migrator is killed at every boundary of its work, and the next one finishes: nothing is lost,
 * nothing is done twice. Each statement of the files leaves a row or an object behind that would
 * show it. */
#include "target.h"

#include <signal.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const tenon_migration files_postgresql[] = {
    {.name = "1_atomic",
     .sql =
         "CREATE TABLE log (n INTEGER);\nINSERT INTO log VALUES (1);\nINSERT INTO log VALUES (2)",
     .down_sql = "DELETE FROM log WHERE n < 3; DROP TABLE log"},
    {.name = "2_parts",
     .sql = "SET search_path = pg_catalog, public;\nINSERT INTO log VALUES (3);\nCOMMIT;\n"
            "CREATE INDEX CONCURRENTLY log_n ON log (n);\nINSERT INTO public.log VALUES (4);\n"
            "BEGIN;\nINSERT INTO log VALUES (5);\nCOMMIT;\nDROP INDEX CONCURRENTLY log_n;\n"
            "CREATE INDEX CONCURRENTLY IF NOT EXISTS log_m ON public.log (n);\nVACUUM log;",
     .down_sql = "DROP INDEX CONCURRENTLY log_m; DELETE FROM log WHERE n > 2"},
};

static const tenon_migration files_sqlite[] = {
    {.name = "1_atomic",
     .sql = "CREATE TABLE log (n INTEGER PRIMARY KEY);\nINSERT INTO log VALUES (1);\n"
            "CREATE TABLE child (n INTEGER REFERENCES log (n) ON DELETE CASCADE);\n"
            "INSERT INTO child VALUES (1)",
     .down_sql = "DROP TABLE child; DROP TABLE log"},
    {.name = "2_parts",
     .sql =
         "PRAGMA foreign_keys=OFF;\nINSERT INTO log VALUES (2);\nBEGIN;\n"
         "CREATE TABLE new_log (n INTEGER PRIMARY KEY);\nINSERT INTO new_log SELECT n FROM log;\n"
         "DROP TABLE log;\nALTER TABLE new_log RENAME TO log;\nCOMMIT;\nVACUUM;\n"
         "INSERT INTO log VALUES (3);\nPRAGMA foreign_keys=ON;\nINSERT INTO log VALUES (4);",
     .down_sql = "DELETE FROM log WHERE n > 1"},
};

/* ---- the one that dies ----------------------------------------------------------------------- */

static unsigned events_left;

static void die_in_time(const tenon_migrate_event *event)
{
    (void)event;
    if (--events_left == 0)
        kill(getpid(), SIGKILL);
}

typedef bool deed(tenon_db *db, const tenon_migrations *files, const tenon_migrate_options *how);

static bool go_up(tenon_db *db, const tenon_migrations *files, const tenon_migrate_options *how)
{
    return tenon_migrate(db, files, how, NULL);
}

static bool go_down(tenon_db *db, const tenon_migrations *files, const tenon_migrate_options *how)
{
    return tenon_migrate_undo(db, files, files->count, how, NULL);
}

/* True when it was killed before its end. */
static bool run_and_die(const char *url, const tenon_migrations *files, deed *work, unsigned events)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        tenon_migrate_options how = {.report = die_in_time};
        events_left = events;
        tenon_db *db = tenon_open(url, NULL, NULL);
        _exit(db && work(db, files, &how) ? 0 : 1);
    }
    assert_true(child > 0 && waitpid(child, &status, 0) == child);
    assert_true(WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) == 0));
    return WIFSIGNALED(status);
}

static tenon_migrations files_of(const target *t)
{
    return t->is_sqlite ? (tenon_migrations){files_sqlite, 2}
                        : (tenon_migrations){files_postgresql, 2};
}

static void check_up(target *t)
{
    if (t->is_sqlite) {
        assert_string_equal(ask(t, "SELECT group_concat(n) FROM log"), "1,2,3,4");
        assert_string_equal(ask(t, "SELECT count(*) FROM child"), "1");
    } else {
        assert_string_equal(ask(t, "SELECT string_agg(n::text, ',' ORDER BY n) FROM log"),
                            "1,2,3,4,5");
        assert_string_equal(ask(t,
                                "SELECT string_agg(relname || indisvalid, ',') FROM pg_index "
                                "JOIN pg_class c ON c.oid = indexrelid WHERE relname LIKE 'log%'"),
                            "log_mtrue");
    }
    assert_string_equal(ask(t, "SELECT count(*) FROM _prisma_migrations WHERE finished_at IS NOT "
                               "NULL AND rolled_back_at IS NULL"),
                        "2");
    assert_string_equal(ask(t, "SELECT count(*) FROM _tenon_steps"), "0");
}

/* cppcheck-suppress constParameter */
static void finish(target *t, const tenon_migrations *files, deed *work)
{
    static const tenon_migrate_options patient = {.wait_us = 20000000};
    bool is_up = work == go_up;
    bool is_done = is_up ? tenon_migrate(t->db, files, &patient, &t->error)
                         : tenon_migrate_undo(t->db, files, 2, &patient, &t->error);
    if (!is_done)
        fail_msg("%s (%s)", t->error.message, t->error.hint);
}

static void a_migrator_killed_anywhere_is_taken_up(void **state)
{
    target *t = *state;
    tenon_migrations files = files_of(t);
    unsigned events = 1;
    for (bool is_killed = true; is_killed; events++) {
        is_killed = run_and_die(t->url, &files, go_up, events);
        finish(t, &files, go_up);
        check_up(t);
        finish(t, &files, go_down);
        assert_false(has_table(t, "log"));
    }
    assert_true(events > 25);
}

/* What is left to undo after a kill depends on how far it came: then everything is applied
 * again. */
static void undoing_that_was_killed_anywhere_is_taken_up(void **state)
{
    target *t = *state;
    tenon_migrations files = files_of(t);
    finish(t, &files, go_up);
    for (unsigned events = 1; run_and_die(t->url, &files, go_down, events); events++) {
        finish(t, &files, go_down);
        assert_false(has_table(t, "log"));
        finish(t, &files, go_up);
        check_up(t);
    }
    assert_false(has_table(t, "log"));
}

/* ---- in the middle of a statement ------------------------------------------------------------ */

static void wait_for_row(target *t, const char *sql)
{
    for (int i = 0; i < 100 && !*ask(t, sql); i++)
        nanosleep(&(struct timespec){.tv_nsec = 100000000}, NULL);
    assert_true(*ask(t, sql));
}

/* The server does not notice at once that nobody waits for the index any more. */
static void a_migrator_killed_while_an_index_is_made_is_taken_up(void **state)
{
    target *t = *state;
    tenon_migrations files = files_of(t);
    tenon_session *reader = tenon_session_open(t->db, NULL);
    assert_true(tenon_migrate(t->db, &(tenon_migrations){files.items, 1}, NULL, &t->error));
    assert_true(tenon_begin(reader) && tenon_execute(reader, "LOCK TABLE log IN ROW SHARE MODE"));
    assert_true(tenon_execute(reader, "UPDATE log SET n = n"));
    pid_t child = fork();
    if (child == 0) {
        tenon_db *db = tenon_open(t->url, NULL, NULL);
        _exit(db && tenon_migrate(db, &files, NULL, NULL) ? 0 : 1);
    }
    wait_for_row(t, "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'CREATE INDEX CONC%' AND "
                    "wait_event_type = 'Lock'");
    kill(child, SIGKILL);
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_true(tenon_commit(reader));
    tenon_session_close(reader);
    finish(t, &files, go_up);
    check_up(t);
}

/* A writer is in the way: the index is given up, removed, and tried again. */
static bool wait_and_die(target *t, const tenon_migrations *files, unsigned events)
{
    int status = 0;
    tenon_session *writer = tenon_session_open(t->db, NULL);
    assert_true(tenon_begin(writer) && tenon_execute(writer, "INSERT INTO log VALUES (9)"));
    pid_t child = fork();
    if (child == 0) {
        tenon_migrate_options how = in_a_hurry;
        how.report = die_in_time;
        how.outside_wait_us = 150000;
        events_left = events;
        tenon_db *db = tenon_open(t->url, NULL, NULL);
        _exit(db && tenon_migrate(db, files, &how, NULL) ? 0 : 1);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    tenon_session_close(writer);
    return WIFSIGNALED(status);
}

static void a_migrator_killed_while_somebody_is_in_the_way_is_taken_up(void **state)
{
    target *t = *state;
    static const tenon_migration files_indexed[] = {
        {.name = "1_table", .sql = "CREATE TABLE log (n INTEGER)", .down_sql = "DROP TABLE log"},
        {.name = "2_index",
         .sql = "CREATE INDEX CONCURRENTLY log_m ON log (n)",
         .down_sql = "DROP INDEX log_m"},
    };
    const tenon_migrations files = {files_indexed, 2};
    unsigned events = 1;
    for (bool is_killed = true; is_killed; events++) {
        assert_true(tenon_migrate(t->db, &(tenon_migrations){files_indexed, 1}, NULL, &t->error));
        is_killed = wait_and_die(t, &files, events);
        finish(t, &files, go_up);
        assert_string_equal(ask(t, "SELECT string_agg(relname || indisvalid, ',') FROM pg_index "
                                   "JOIN pg_class c ON c.oid = indexrelid WHERE relname LIKE "
                                   "'log%'"),
                            "log_mtrue");
        finish(t, &files, go_down);
    }
    assert_true(events > 5);
}

/* ---- several at once ------------------------------------------------------------------------- */

static void several_migrators_at_once_do_everything_once(void **state)
{
    enum { CHILDREN = 4 };
    target *t = *state;
    tenon_migrations files = files_of(t);
    pid_t children[CHILDREN];
    for (size_t i = 0; i < CHILDREN; i++) {
        children[i] = fork();
        if (children[i] == 0) {
            tenon_error err = {0};
            tenon_db *db = tenon_open(t->url, NULL, &err);
            bool is_done = db && tenon_migrate(db, &files, NULL, &err);
            if (!is_done)
                print_error("%s (%s)\n", err.message, err.hint);
            _exit(is_done ? 0 : 1);
        }
    }
    for (size_t i = 0; i < CHILDREN; i++) {
        int status;
        assert_int_equal(waitpid(children[i], &status, 0), children[i]);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    check_up(t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_EACH(a_migrator_killed_anywhere_is_taken_up),
        ON_EACH(undoing_that_was_killed_anywhere_is_taken_up),
        ON_ONE(postgresql, a_migrator_killed_while_an_index_is_made_is_taken_up),
        ON_ONE(postgresql, a_migrator_killed_while_somebody_is_in_the_way_is_taken_up),
        ON_EACH(several_migrators_at_once_do_everything_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
