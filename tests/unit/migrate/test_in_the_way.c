/* Others are at work on the database: they are waited for, and named when they do not go away. What
 * PostgreSQL runs outside of transactions leaves nothing half done. */
#include "target.h"

#include <unistd.h>

static const tenon_migration files[] = {
    {.name = "1", .sql = "CREATE TABLE a (id INTEGER PRIMARY KEY, n INTEGER)"},
    {.name = "2", .sql = "ALTER TABLE a ADD COLUMN m INTEGER"},
};

static tenon_session *hold(target *t, const char *sql)
{
    tenon_session *s = tenon_session_open(t->db, NULL);
    tenon_begin(s);
    if (!tenon_execute(s, sql))
        fail_msg("%s", tenon_message(s));
    return s;
}

static void who_holds_a_lock_is_named(void **state)
{
    target *t = *state;
    migrate_all(t, files, 1);
    tenon_session *other = hold(t, "INSERT INTO a VALUES (77, 7)");
    refuse_all(t, files, 2, TENON_LOCKED, "INSERT INTO a VALUES (77, 7)");
    assert_non_null(strstr(t->error.message, "2, line 1"));
    assert_non_null(strstr(t->error.message, "idle in transaction"));
    assert_non_null(strstr(t->error.hint, "nothing of it was applied"));
    assert_int_equal(status_of(t, files, 2, "2").state, TENON_MIGRATION_PENDING);
    tenon_session_close(other);
    migrate_all(t, files, 2);
}

typedef struct patience {
    tenon_session *other;
    unsigned retries;
    char text[512];
} patience;

static void let_go_at_the_second_try(const tenon_migrate_event *event)
{
    patience *p = event->ctx;
    if (event->moment != TENON_MIGRATE_RETRIES)
        return;
    snprintf(p->text, sizeof p->text, "%s", event->text);
    if (++p->retries == 2)
        tenon_session_close(p->other);
}

static void a_lock_that_is_given_up_meanwhile_is_waited_for(void **state)
{
    target *t = *state;
    migrate_all(t, files, 1);
    patience p = {.other = hold(t, "LOCK TABLE a IN ACCESS SHARE MODE")};
    tenon_migrate_options how = in_a_hurry;
    how.tries_most = 9;
    how.report = let_go_at_the_second_try;
    how.ctx = &p;
    assert_true(tenon_migrate(t->db, &(tenon_migrations){files, 2}, &how, &t->error));
    assert_int_equal(p.retries, 2);
    assert_non_null(strstr(p.text, "LOCK TABLE a"));
}

static void another_migrator_is_named(void **state)
{
    target *t = *state;
    tenon_session *other = hold(t, "SELECT pg_advisory_xact_lock(72707369)");
    refuse_all(t, files, 2, TENON_LOCKED, "another migrator is at work");
    assert_non_null(strstr(t->error.message, "process "));
    tenon_session_close(other);
    migrate_all(t, files, 2);
}

static void another_writer_is_waited_for(void **state)
{
    target *t = *state;
    tenon_session *other = hold(t, "SELECT 1");
    refuse_all(t, files, 2, TENON_BUSY, "");
    tenon_session_close(other);
    migrate_all(t, files, 2);
}

static void a_statement_that_takes_too_long_is_stopped(void **state)
{
    target *t = *state;
    const tenon_migration slow = {.name = "1", .sql = "CREATE TABLE a (n int); SELECT pg_sleep(9)"};
    tenon_migrate_options how = in_a_hurry;
    how.statement_timeout_us = 100000;
    assert_false(tenon_migrate(t->db, &(tenon_migrations){&slow, 1}, &how, &t->error));
    assert_int_equal(t->error.status, TENON_TIMEOUT);
    assert_false(has_table(t, "a"));
    assert_int_equal(status_of(t, &slow, 1, "1").state, TENON_MIGRATION_PENDING);
}

/* ---- outside of transactions ----------------------------------------------------------------- */

static const tenon_migration indexed[] = {
    {.name = "1",
     .sql = "CREATE TABLE a (id INTEGER, n INTEGER);\nINSERT INTO a VALUES (1, 1), (2, 1)"},
    {.name = "2", .sql = "CREATE UNIQUE INDEX CONCURRENTLY a_n ON a (n)"},
};

static void an_index_that_cannot_be_unique_leaves_nothing(void **state)
{
    target *t = *state;
    refuse_all(t, indexed, 2, TENON_UNIQUE, "2, line 1");
    assert_false(has_table(t, "a_n"));
    assert_int_equal(status_of(t, indexed, 2, "2").state, TENON_MIGRATION_PENDING);
    testdb_run(t->url, "UPDATE a SET n = id");
    migrate_all(t, indexed, 2);
    assert_string_equal(
        ask(t, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_n'::regclass"), "t");
}

static void an_index_that_others_left_half_done_is_made_anew(void **state)
{
    target *t = *state;
    const tenon_migration hopeful[] = {
        indexed[0], {.name = "2", .sql = "CREATE INDEX CONCURRENTLY IF NOT EXISTS a_n ON a (n)"}};
    migrate_all(t, hopeful, 1);
    testdb_run(t->url, "CREATE INDEX a_n ON a (n);"
                       "UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'a_n'::regclass");
    migrate_all(t, hopeful, 2);
    assert_string_equal(
        ask(t, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'a_n'::regclass"), "t");
}

static const char valid_sql[] =
    "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('a_n')";

static const tenon_migration to_index[] = {
    {.name = "1", .sql = "CREATE TABLE a (id INTEGER, n INTEGER)"},
    {.name = "2", .sql = "CREATE INDEX CONCURRENTLY a_n ON a (n)"},
};

static void an_index_waits_for_a_writer_only_so_long(void **state)
{
    target *t = *state;
    migrate_all(t, to_index, 1);
    tenon_session *other = hold(t, "INSERT INTO a VALUES (77, 7)");
    refuse_all(t, to_index, 2, TENON_LOCKED, "INSERT INTO a VALUES (77, 7)");
    assert_non_null(strstr(t->error.message, "2, line 1"));
    assert_string_equal(ask(t, valid_sql), "f");
    assert_int_equal(status_of(t, to_index, 2, "2").state, TENON_MIGRATION_INTERRUPTED);
    tenon_session_close(other);
    migrate_all(t, to_index, 2);
    assert_string_equal(ask(t, valid_sql), "t");
}

static void an_index_that_was_given_up_is_tried_again(void **state)
{
    target *t = *state;
    migrate_all(t, to_index, 1);
    patience p = {.other = hold(t, "INSERT INTO a VALUES (77, 7)")};
    tenon_migrate_options how = in_a_hurry;
    how.tries_most = 9;
    how.report = let_go_at_the_second_try;
    how.ctx = &p;
    assert_true(tenon_migrate(t->db, &(tenon_migrations){to_index, 2}, &how, &t->error));
    assert_int_equal(p.retries, 2);
    assert_non_null(strstr(p.text, "INSERT INTO a VALUES (77, 7)"));
    assert_string_equal(ask(t, valid_sql), "t");
}

static void let_go_at_the_first_progress(const tenon_migrate_event *event)
{
    patience *p = event->ctx;
    assert_int_not_equal(event->moment, TENON_MIGRATE_RETRIES);
    if (event->moment != TENON_MIGRATE_PROGRESS || !strstr(event->text, "in the way"))
        return;
    assert_int_equal(event->statement, 1);
    snprintf(p->text, sizeof p->text, "%s", event->text);
    tenon_session_close(p->other);
    p->other = NULL;
}

static void who_an_index_waits_for_is_told_meanwhile(void **state)
{
    target *t = *state;
    migrate_all(t, to_index, 1);
    patience p = {.other = hold(t, "INSERT INTO a VALUES (77, 7)")};
    const tenon_migrate_options patient = {.report = let_go_at_the_first_progress, .ctx = &p};
    assert_true(tenon_migrate(t->db, &(tenon_migrations){to_index, 2}, &patient, &t->error));
    assert_non_null(strstr(p.text, "waiting for writers before build, 0 of 1"));
    assert_non_null(strstr(p.text, "INSERT INTO a VALUES (77, 7)"));
    assert_string_equal(ask(t, valid_sql), "t");
}

static void what_locks_a_table_outside_of_transactions_does_not_wait_long(void **state)
{
    target *t = *state;
    const tenon_migration heavy[] = {files[0], {.name = "2", .sql = "VACUUM FULL a"}};
    tenon_migrate_options how = in_a_hurry;
    migrate_all(t, files, 1);
    tenon_session *other = hold(t, "LOCK TABLE a IN ACCESS SHARE MODE");
    how.outside_wait_us = -1;
    assert_false(tenon_migrate(t->db, &(tenon_migrations){heavy, 2}, &how, &t->error));
    assert_int_equal(t->error.status, TENON_LOCKED);
    assert_non_null(strstr(t->error.message, "LOCK TABLE a"));
    tenon_session_close(other);
    migrate_all(t, heavy, 2);
}

static void what_a_file_says_of_waiting_counts(void **state)
{
    target *t = *state;
    const tenon_migration brief[] = {
        to_index[0],
        {.name = "2", .sql = "SET lock_timeout = '50ms';\nCREATE INDEX CONCURRENTLY a_n ON a (n)"}};
    tenon_migrate_options how = in_a_hurry;
    migrate_all(t, brief, 1);
    tenon_session *other = hold(t, "INSERT INTO a VALUES (77, 7)");
    how.outside_wait_us = -1;
    assert_false(tenon_migrate(t->db, &(tenon_migrations){brief, 2}, &how, &t->error));
    assert_int_equal(t->error.status, TENON_LOCKED);
    tenon_session_close(other);
    migrate_all(t, brief, 2);
    assert_string_equal(ask(t, valid_sql), "t");
}

static void a_statement_outside_that_takes_too_long_is_stopped(void **state)
{
    target *t = *state;
    tenon_migrate_options how = in_a_hurry;
    migrate_all(t, to_index, 1);
    tenon_session *other = hold(t, "INSERT INTO a VALUES (77, 7)");
    how.outside_wait_us = -1;
    how.outside_timeout_us = 200000;
    assert_false(tenon_migrate(t->db, &(tenon_migrations){to_index, 2}, &how, &t->error));
    assert_int_equal(t->error.status, TENON_TIMEOUT);
    tenon_session_close(other);
    migrate_all(t, to_index, 2);
    assert_string_equal(ask(t, valid_sql), "t");
}

static void a_detachment_that_was_given_up_is_ended(void **state)
{
    target *t = *state;
    const tenon_migration parts[] = {
        {.name = "1",
         .sql = "CREATE TABLE a (n INTEGER) PARTITION BY LIST (n);\n"
                "CREATE TABLE a1 PARTITION OF a FOR VALUES IN (1)"},
        {.name = "2", .sql = "ALTER TABLE a DETACH PARTITION a1 CONCURRENTLY"},
    };
    migrate_all(t, parts, 1);
    tenon_session *other = hold(t, "LOCK TABLE ONLY a1 IN ACCESS SHARE MODE");
    refuse_all(t, parts, 2, TENON_LOCKED, "LOCK TABLE ONLY a1");
    assert_string_equal(ask(t, "SELECT inhdetachpending FROM pg_inherits"), "t");
    tenon_session_close(other);
    migrate_all(t, parts, 2);
    assert_string_equal(ask(t, "SELECT count(*) FROM pg_inherits"), "0");
}

static void a_procedure_may_commit(void **state)
{
    target *t = *state;
    const tenon_migration files_with_call[] = {
        {.name = "1",
         .sql = "CREATE TABLE a (n INTEGER);\nCREATE PROCEDURE p() LANGUAGE plpgsql AS $$ BEGIN "
                "INSERT INTO a VALUES (1); COMMIT; INSERT INTO a VALUES (2); END $$"},
        {.name = "2", .sql = "CALL p();"},
        {.name = "3", .sql = "DO $$ BEGIN INSERT INTO a VALUES (3); COMMIT; PERFORM 1 / 0; END $$"},
    };
    migrate_all(t, files_with_call, 2);
    refuse_all(t, files_with_call, 3, TENON_RANGE, "say with resolve");
    assert_int_equal(status_of(t, files_with_call, 3, "3").state, TENON_MIGRATION_FAILED);
    assert_string_equal(ask(t, "SELECT count(*) FROM a"), "3");
}

static void a_transaction_has_the_isolation_that_the_file_says(void **state)
{
    target *t = *state;
    const tenon_migration both_ways[] = {
        {.name = "1",
         .sql = "BEGIN TRANSACTION ISOLATION LEVEL SERIALIZABLE;\n"
                "CREATE TABLE a AS SELECT current_setting('transaction_isolation') AS i;\nCOMMIT"},
        {.name = "2",
         .sql = "BEGIN; SET TRANSACTION ISOLATION LEVEL REPEATABLE READ;\n"
                "CREATE TABLE b AS SELECT current_setting('transaction_isolation') AS i;\nCOMMIT"},
    };
    migrate_all(t, both_ways, 2);
    assert_string_equal(ask(t, "SELECT i FROM a"), "serializable");
    assert_string_equal(ask(t, "SELECT i FROM b"), "repeatable read");
}

static void what_a_file_sets_ends_with_it(void **state)
{
    target *t = *state;
    const tenon_migration rude[] = {
        {.name = "1", .sql = "CREATE SCHEMA away; SET search_path = away; CREATE TABLE b (n int)"},
        {.name = "2", .sql = "CREATE TABLE a (n int)"},
    };
    migrate_all(t, rude, 2);
    assert_string_equal(ask(t, "SELECT string_agg(schemaname || '.' || tablename, ' ' ORDER BY 1) "
                               "FROM pg_tables WHERE tablename IN ('a', 'b')"),
                        "away.b public.a");
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

static const char parents[] = "CREATE TABLE p (id INTEGER PRIMARY KEY);\n"
                              "CREATE TABLE c (p INTEGER REFERENCES p (id) ON DELETE CASCADE);\n"
                              "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)";

static void rows_that_refer_to_nothing_are_refused(void **state)
{
    target *t = *state;
    const tenon_migration careless[] = {
        {.name = "1", .sql = parents},
        {.name = "2", .sql = "PRAGMA foreign_keys=OFF;\nDELETE FROM p;\nPRAGMA foreign_keys=ON;"}};
    refuse_all(t, careless, 2, TENON_FOREIGN_KEY, "refer to rows which are not there");
    assert_string_equal(ask(t, "SELECT count(*) FROM p"), "1");
}

static void a_table_is_rebuilt_without_its_children(void **state)
{
    target *t = *state;
    const tenon_migration rebuild[] = {
        {.name = "1", .sql = parents},
        {.name = "2",
         .sql = "PRAGMA defer_foreign_keys=ON;\nPRAGMA foreign_keys=OFF;\n"
                "CREATE TABLE new_p (id INTEGER PRIMARY KEY, n INTEGER);\n"
                "INSERT INTO new_p (id) SELECT id FROM p;\nDROP TABLE p;\n"
                "ALTER TABLE new_p RENAME TO p;\nPRAGMA foreign_keys=ON;\n"
                "PRAGMA defer_foreign_keys=OFF;"}};
    migrate_all(t, rebuild, 2);
    assert_string_equal(ask(t, "SELECT count(*) FROM c"), "1");
}

static void a_memory_database_is_migrated(void **state)
{
    (void)state;
    tenon_error err;
    tenon_db *db = tenon_open("sqlite::memory:", NULL, &err);
    assert_true(tenon_migrate(db, &(tenon_migrations){files, 2}, NULL, &err));
    tenon_session *s = tenon_session_open(db, NULL);
    assert_true(tenon_execute(s, "INSERT INTO a (id, n, m) VALUES (1, 2, 3)"));
    tenon_session_close(s);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_ONE(postgresql, who_holds_a_lock_is_named),
        ON_ONE(postgresql, a_lock_that_is_given_up_meanwhile_is_waited_for),
        ON_ONE(postgresql, another_migrator_is_named),
        ON_ONE(postgresql, a_statement_that_takes_too_long_is_stopped),
        ON_ONE(sqlite, another_writer_is_waited_for),
        ON_ONE(postgresql, an_index_that_cannot_be_unique_leaves_nothing),
        ON_ONE(postgresql, an_index_that_others_left_half_done_is_made_anew),
        ON_ONE(postgresql, an_index_waits_for_a_writer_only_so_long),
        ON_ONE(postgresql, an_index_that_was_given_up_is_tried_again),
        ON_ONE(postgresql, who_an_index_waits_for_is_told_meanwhile),
        ON_ONE(postgresql, what_locks_a_table_outside_of_transactions_does_not_wait_long),
        ON_ONE(postgresql, what_a_file_says_of_waiting_counts),
        ON_ONE(postgresql, a_statement_outside_that_takes_too_long_is_stopped),
        ON_ONE(postgresql, a_detachment_that_was_given_up_is_ended),
        ON_ONE(postgresql, a_procedure_may_commit),
        ON_ONE(postgresql, a_transaction_has_the_isolation_that_the_file_says),
        ON_ONE(postgresql, what_a_file_sets_ends_with_it),
        ON_ONE(sqlite, rows_that_refer_to_nothing_are_refused),
        ON_ONE(sqlite, a_table_is_rebuilt_without_its_children),
        cmocka_unit_test(a_memory_database_is_migrated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
