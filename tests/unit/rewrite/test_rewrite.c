/* Tables that are rewritten while others write to them. Every writer keeps a second table in step
 * with the first, in the same transactions: in the end both must be equal, row by row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "rewrite/rewrite.h"
#include "testdb.h"

#include <tenon/tenon.h>

static const char tables_sql[] =
    "DO $$ BEGIN CREATE ROLE rewrite_reader; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
    "CREATE TABLE place (id int PRIMARY KEY);"
    "INSERT INTO place SELECT generate_series(1, 10);"
    "CREATE TABLE event (id serial, place int NOT NULL DEFAULT 1 REFERENCES place ON DELETE "
    "CASCADE,"
    " word text NOT NULL, amount numeric(10,2) DEFAULT 0, doubled int GENERATED ALWAYS AS"
    " (place * 2) STORED, CONSTRAINT event_pkey PRIMARY KEY (id), CONSTRAINT word_is_short CHECK"
    " (length(word) < 100), CONSTRAINT word_once UNIQUE (word)) WITH (fillfactor = 80);"
    "CREATE INDEX event_place ON event (place) WHERE place > 3;"
    "CREATE INDEX \"event's lower\" ON event (lower(word) text_pattern_ops, id DESC NULLS LAST);"
    "COMMENT ON TABLE event IS 'what''s happening'; COMMENT ON COLUMN event.word IS 'its word';"
    "COMMENT ON INDEX event_place IS 'some';"
    "CREATE STATISTICS event_more (dependencies) ON place, amount FROM event;"
    "CREATE TABLE note (id int PRIMARY KEY, event int REFERENCES event (id) ON DELETE SET NULL);"
    "CREATE TABLE touched (n int);"
    "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS"
    " $$ BEGIN NEW.amount := coalesce(NEW.amount, 0); RETURN NEW; END $$;"
    "CREATE TRIGGER touching BEFORE INSERT OR UPDATE ON event FOR EACH ROW"
    " EXECUTE FUNCTION touch();"
    "ALTER TABLE event ENABLE ROW LEVEL SECURITY;"
    "CREATE POLICY some_rows ON event FOR SELECT TO rewrite_reader USING (place < 5);"
    "GRANT SELECT, INSERT ON event TO rewrite_reader; GRANT UPDATE (word) ON event TO "
    "rewrite_reader;"
    "CREATE TABLE mirror (id int PRIMARY KEY, word text, amount numeric(10,2));"
    "INSERT INTO event (place, word) SELECT 1 + i % 10, 'word ' || i FROM generate_series(1, "
    "20000) i;"
    "INSERT INTO mirror SELECT id, word, amount FROM event;"
    "INSERT INTO note SELECT i, i FROM generate_series(1, 100) i;";

static const char *const to_bigint[] = {"ALTER COLUMN id TYPE bigint"};
static const rewrite_options bigint_change = {
    .table = "event", .changes = to_bigint, .change_count = 1, .chunk_us = 2000};

typedef struct fixture {
    const char *url;
    tenon_db *db;
} fixture;

static fixture set_up(void)
{
    fixture f = {.url = testdb_create("rewrite")};
    tenon_error err;
    testdb_run(f.url, tables_sql);
    f.db = tenon_open(f.url, NULL, &err);
    assert_non_null(f.db);
    return f;
}

static void tear_down(fixture f)
{
    tenon_close(f.db);
}

static void assert_value(fixture f, const char *sql, const char *expected)
{
    const char *value = testdb_value(f.url, sql);
    assert_string_equal(value ? value : "NULL", expected);
}

/* Everything that the catalogue says of the tables, without oids. */
static const char *describe_tables(fixture f)
{
    return testdb_value(
        f.url,
        "SELECT string_agg(fact, E'\\n' ORDER BY fact) FROM ("
        "SELECT 'column ' || attrelid::regclass || '.' || attname || ' ' || format_type(atttypid,"
        " atttypmod) || attnotnull::text || coalesce(pg_get_expr(adbin, adrelid), '') ||"
        " coalesce(attacl::text, '') || coalesce(col_description(attrelid, attnum), '') AS fact"
        " FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum"
        " WHERE attrelid IN ('event'::regclass, 'note'::regclass) AND attnum > 0"
        " AND NOT attisdropped UNION ALL "
        "SELECT 'constraint ' || conname || ' on ' || conrelid::regclass || ' ' ||"
        " convalidated::text ||"
        " pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'index ' || indexdef || coalesce(obj_description("
        "quote_ident(indexname)::regclass), '') FROM pg_indexes WHERE schemaname = 'public'"
        " UNION ALL SELECT 'trigger ' || pg_get_triggerdef(oid) FROM pg_trigger"
        " WHERE NOT tgisinternal UNION ALL SELECT 'policy ' || p::text FROM pg_policies p UNION "
        "ALL "
        "SELECT 'table ' || relname || relkind::text || relrowsecurity::text ||"
        " coalesce(relacl::text, '') ||"
        " coalesce(reloptions::text, '') || coalesce(obj_description(oid, 'pg_class'), '')"
        " FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind <> 'S' UNION ALL "
        "SELECT 'statistics ' || pg_get_statisticsobjdef(oid) FROM pg_statistic_ext UNION ALL "
        "SELECT 'function ' || proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
        " UNION ALL SELECT 'sequence ' || relname || format_type(seqtypid, NULL) FROM pg_class"
        " JOIN pg_sequence ON seqrelid = pg_class.oid) f");
}

static void assert_in_step(fixture f)
{
    assert_value(f,
                 "SELECT count(*) FROM (SELECT id, word, amount FROM event) e FULL JOIN mirror m"
                 " ON m.id = e.id WHERE (e.id, e.word, e.amount) IS DISTINCT FROM (m.id, m.word,"
                 " m.amount)",
                 "0");
    assert_value(f, "SELECT count(*) > 19000 FROM event", "t");
}

/* ---- somebody who writes --------------------------------------------------------------------- */

typedef struct writer {
    const char *url;
    atomic_bool is_over;
    unsigned seed;
    long written;
} writer;

static void write_once(writer *w, tenon_session *s)
{
    char sql[600];
    int id = 1 + rand_r(&w->seed) % 20000;
    int kind = rand_r(&w->seed) % 10;
    if (kind < 3)
        snprintf(sql, sizeof sql,
                 "WITH made AS (INSERT INTO event (word) VALUES ('new %u %ld') RETURNING *)"
                 " INSERT INTO mirror SELECT id, word, amount FROM made",
                 w->seed, w->written);
    else if (kind < 5)
        snprintf(sql, sizeof sql,
                 "DELETE FROM event WHERE id = %d; DELETE FROM mirror WHERE id = %d", id, id);
    else if (kind == 5) /* another key, and the word of one goes to another */
        snprintf(sql, sizeof sql,
                 "UPDATE event SET id = id + 1000000 WHERE id = %d;"
                 "UPDATE mirror SET id = id + 1000000 WHERE id = %d",
                 id, id);
    else
        snprintf(sql, sizeof sql,
                 "UPDATE event SET amount = amount + 1, word = word || '.' WHERE id = %d;"
                 "UPDATE mirror SET amount = amount + 1, word = word || '.' WHERE id = %d",
                 id, id);
    tenon_begin(s);
    if (tenon_execute(s, sql) && tenon_commit(s))
        w->written++;
    else
        tenon_rollback(s);
}

static void *keep_writing(void *context)
{
    writer *w = context;
    tenon_error err;
    tenon_db *db = tenon_open(w->url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    while (!w->is_over)
        write_once(w, s);
    tenon_session_close(s);
    tenon_close(db);
    return NULL;
}

/* ---- the tests ------------------------------------------------------------------------------- */

static void a_key_becomes_wider_while_rows_are_written(void **state)
{
    (void)state;
    fixture f = set_up();
    writer writers[2] = {{.url = f.url, .seed = 1}, {.url = f.url, .seed = 7}};
    pthread_t threads[2];
    rewrite_result result;
    tenon_error err = {0};
    char *before = strdup(describe_tables(f));
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, keep_writing, &writers[i]);
    bool is_done = rewrite_run(f.db, &bigint_change, &result, &err);
    for (int i = 0; i < 2; i++)
        writers[i].is_over = true;
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    assert_string_equal(err.message, "");
    assert_true(is_done && writers[0].written > 0 && writers[1].written > 0);
    assert_true(result.copied >= 19000 && result.followed > 0 && result.compared >= 19000);
    assert_in_step(f);
    assert_value(f, "SELECT pg_typeof(id) FROM event LIMIT 1", "bigint");
    testdb_run(f.url, "ALTER TABLE event ALTER id TYPE integer;"
                      "ALTER SEQUENCE event_id_seq AS integer");
    assert_string_equal(describe_tables(f), before);
    free(before);
    tear_down(f);
}

static volatile sig_atomic_t stop;
static int calls_until_stop;

static void stop_soon(void *context, const rewrite_progress *progress)
{
    (void)context;
    (void)progress;
    if (--calls_until_stop <= 0)
        stop = 1;
}

static void what_was_stopped_goes_on(void **state)
{
    (void)state;
    fixture f = set_up();
    rewrite_options options = bigint_change;
    rewrite_result result;
    int runs = 0;
    bool is_done = false;
    options.stop = &stop;
    options.on_progress = stop_soon;
    for (; !is_done; runs++) {
        tenon_error err = {0};
        stop = 0;
        calls_until_stop = 2 + runs;
        is_done = rewrite_run(f.db, &options, &result, &err);
        if (!is_done)
            assert_int_equal(err.status, TENON_CANCELLED);
        testdb_run(f.url, "UPDATE event SET amount = amount + 1 WHERE id % 97 = 0;"
                          "UPDATE mirror SET amount = amount + 1 WHERE id % 97 = 0");
    }
    assert_true(runs > 3 && result.has_resumed);
    assert_in_step(f);
    assert_value(f, "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_tenon%'", "0");
    tear_down(f);
}

static void die_soon(void *context, const rewrite_progress *progress)
{
    (void)progress;
    if (--*(int *)context <= 0)
        kill(getpid(), SIGKILL);
}

/* In a process of its own, killed at the n-th word of progress. */
static bool run_and_die(const char *url, int n)
{
    pid_t child = fork();
    if (child == 0) {
        rewrite_options options = bigint_change;
        rewrite_result result;
        tenon_error err = {0};
        tenon_db *db = tenon_open(url, NULL, &err);
        options.on_progress = die_soon;
        options.context = &n;
        _exit(db && rewrite_run(db, &options, &result, &err) ? 0 : 1);
    }
    int status;
    waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void what_was_killed_goes_on(void **state)
{
    (void)state;
    fixture f = set_up();
    int runs = 0;
    while (!run_and_die(f.url, 3 + runs)) {
        runs++;
        assert_true(runs < 100);
        testdb_run(f.url, "UPDATE event SET amount = amount + 1 WHERE id % 89 = 0;"
                          "UPDATE mirror SET amount = amount + 1 WHERE id % 89 = 0");
    }
    assert_true(runs > 3);
    assert_in_step(f);
    assert_value(f, "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_tenon%'", "0");
    tear_down(f);
}

static void what_is_given_up_leaves_no_trace(void **state)
{
    (void)state;
    fixture f = set_up();
    rewrite_options options = bigint_change;
    rewrite_result result;
    tenon_error err = {0};
    char *before = strdup(describe_tables(f));
    assert_false(rewrite_cancel(f.db, &options, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    stop = 0;
    calls_until_stop = 4;
    options.stop = &stop;
    options.on_progress = stop_soon;
    tenon_error_reset(&err);
    assert_false(rewrite_run(f.db, &options, &result, &err));
    assert_string_not_equal(describe_tables(f), before);
    options.stop = NULL;
    tenon_error_reset(&err);
    assert_true(rewrite_cancel(f.db, &options, &err));
    assert_string_equal(describe_tables(f), before);
    free(before);
    tear_down(f);
}

static void a_value_that_would_change_stops_it(void **state)
{
    (void)state;
    fixture f = set_up();
    static const char *const shorter[] = {"ALTER COLUMN word TYPE varchar(9)"};
    static const char *const coarser[] = {"ALTER COLUMN amount TYPE numeric(10,1)"};
    const char *const *changes[] = {shorter, coarser};
    testdb_run(f.url, "UPDATE event SET amount = 1.25 WHERE id = 7");
    for (int i = 0; i < 2; i++) {
        rewrite_options options = {.table = "event", .changes = changes[i], .change_count = 1};
        rewrite_result result;
        tenon_error err = {0};
        assert_false(rewrite_run(f.db, &options, &result, &err));
        assert_non_null(strstr(err.message, i ? "the value 1.25 of column amount would change"
                                              : "of column word would change"));
        tenon_error_reset(&err);
        assert_true(rewrite_cancel(f.db, &options, &err));
    }
    assert_value(f, "SELECT max(length(word)) FROM event", "10");
    tear_down(f);
}

static void a_given_value_is_meant(void **state)
{
    (void)state;
    fixture f = set_up();
    static const char *const changes[] = {"ALTER COLUMN amount TYPE bigint",
                                          "ADD COLUMN size int NOT NULL DEFAULT 0",
                                          "DROP COLUMN doubled"};
    static const rewrite_value values[] = {{"amount", "round(amount * 100)"},
                                           {"size", "length(word)"}};
    rewrite_options options = {.table = "event",
                               .changes = changes,
                               .change_count = 3,
                               .values = values,
                               .value_count = 2};
    rewrite_result result;
    tenon_error err = {0};
    testdb_run(f.url, "UPDATE event SET amount = 1.25 WHERE id = 7");
    assert_false(rewrite_run(f.db, &options, &result, &err));
    assert_int_equal(err.status, TENON_CONFLICT);
    tenon_error_reset(&err);
    options.accepts_loss = true;
    options.keeps_old = true;
    assert_true(rewrite_run(f.db, &options, &result, &err));
    assert_value(f, "SELECT amount || ' ' || size FROM event WHERE id = 7", "125 6");
    assert_int_equal(strncmp(result.old_table, "_tenon_old_", 11), 0);
    tear_down(f);
}

static void what_cannot_be_carried_over_is_refused(void **state)
{
    (void)state;
    fixture f = set_up();
    static const char *const changes[] = {"ALTER COLUMN a TYPE bigint"};
    rewrite_options options = {.changes = changes, .change_count = 1};
    rewrite_result result;
    static const char *const cases[][2] = {
        {"no_key", "no primary key"},
        {"seen", "view public.look uses the column a"},
        {"rows", "view public.rowed has whole rows"},
        {"mat", "materialized view"},
        {"parted", "partitioned table"},
        {"heir", "inheritance"},
        {"absent", "there is no table"},
    };
    testdb_run(f.url, "CREATE TABLE no_key (a int); CREATE TABLE seen (a int PRIMARY KEY);"
                      "CREATE VIEW look AS SELECT a FROM seen;"
                      "CREATE TABLE rows (b int PRIMARY KEY, a int);"
                      "CREATE VIEW rowed AS SELECT r FROM rows r;"
                      "CREATE TABLE mat (b int PRIMARY KEY, a int);"
                      "CREATE MATERIALIZED VIEW stored AS SELECT b FROM mat;"
                      "CREATE TABLE parted (a int PRIMARY KEY) PARTITION BY RANGE (a);"
                      "CREATE TABLE heir (b int PRIMARY KEY) INHERITS (no_key)");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tenon_error err = {0};
        options.table = cases[i][0];
        assert_false(rewrite_run(f.db, &options, &result, &err));
        if (!strstr(err.message, cases[i][1]))
            fail_msg("%s", err.message);
    }
    assert_value(f, "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_tenon%'", "0");
    tear_down(f);
}

/* ---- what looks at it from outside ----------------------------------------------------------- */

static const char views_sql[] =
    "CREATE TABLE parcel (id int PRIMARY KEY, name text, size int);"
    "INSERT INTO parcel SELECT i, 'p' || i, i FROM generate_series(1, 500) i;"
    "CREATE ROLE tenon_reader; CREATE VIEW named WITH (security_barrier) AS"
    " SELECT p.id, upper(p.name) AS name FROM parcel p WHERE p.id > 10;"
    "CREATE VIEW counted (all_of_them) AS SELECT count(*) FROM named;"
    "GRANT SELECT ON named TO tenon_reader; COMMENT ON VIEW named IS 'by name';"
    "ALTER VIEW named ALTER COLUMN name SET DEFAULT 'x';"
    "CREATE VIEW mixed AS SELECT p.id FROM parcel p JOIN named n USING (id)";

static const char views_state_sql[] =
    "SELECT string_agg(concat_ws(' ', c.relname, c.oid, c.relacl, c.reloptions,"
    " obj_description(c.oid, 'pg_class'), pg_get_viewdef(c.oid)), E'\\n' ORDER BY c.relname)"
    " FROM pg_class c WHERE c.relkind = 'v' AND c.relnamespace = 'public'::regnamespace";

static const char *const wider_size[] = {"ALTER COLUMN size TYPE bigint"};

static void views_mean_the_new_table(void **state)
{
    (void)state;
    fixture f = set_up();
    tenon_error err = {0};
    rewrite_result result;
    char before[4096];
    const rewrite_options options = {.table = "parcel", .changes = wider_size, .change_count = 1};
    testdb_run(f.url, "DROP ROLE IF EXISTS tenon_reader");
    testdb_run(f.url, views_sql);
    snprintf(before, sizeof before, "%s", testdb_value(f.url, views_state_sql));
    if (!rewrite_run(f.db, &options, &result, &err))
        fail_msg("%s (%s)", err.message, err.hint);
    assert_value(f, views_state_sql, before);
    testdb_run(f.url, "INSERT INTO parcel VALUES (501, 'new', 5000000000)");
    assert_value(f, "SELECT all_of_them FROM counted", "491");
    assert_value(f, "SELECT name FROM named WHERE id = 501", "NEW");
    assert_value(f, "SELECT count(*) FROM mixed", "491");
    assert_value(f, "SELECT count(*) FROM pg_class WHERE relname LIKE '\\_tenon%'", "0");
    testdb_run(f.url, "DROP OWNED BY tenon_reader; DROP ROLE tenon_reader");
    tear_down(f);
}

static void *read_views(void *context)
{
    writer *w = context;
    tenon_error err;
    tenon_db *db = tenon_open(w->url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    while (!w->is_over && tenon_execute(s, "SELECT * FROM mixed WHERE id = 11")) {
        tenon_session_reset(s);
        w->written++;
    }
    assert_false(tenon_failed(s));
    tenon_session_close(s);
    tenon_close(db);
    return NULL;
}

static void views_are_read_while_it_switches(void **state)
{
    (void)state;
    fixture f = set_up();
    tenon_error err = {0};
    rewrite_result result;
    pthread_t readers[3];
    writer w = {.url = f.url};
    const rewrite_options options = {.table = "parcel", .changes = wider_size, .change_count = 1};
    testdb_run(f.url, "DROP ROLE IF EXISTS tenon_reader");
    testdb_run(f.url, views_sql);
    for (int i = 0; i < 3; i++)
        pthread_create(&readers[i], NULL, read_views, &w);
    bool is_done = rewrite_run(f.db, &options, &result, &err);
    w.is_over = true;
    for (int i = 0; i < 3; i++)
        pthread_join(readers[i], NULL);
    if (!is_done)
        fail_msg("%s (%s)", err.message, err.hint);
    assert_true(w.written > 0);
    testdb_run(f.url, "DROP OWNED BY tenon_reader; DROP ROLE tenon_reader");
    tear_down(f);
}

static void publications_have_the_new_table(void **state)
{
    (void)state;
    fixture f = set_up();
    tenon_error err = {0};
    rewrite_result result;
    const rewrite_options options = {.table = "parcel", .changes = wider_size, .change_count = 1};
    testdb_run(f.url, "CREATE TABLE parcel (id int PRIMARY KEY, name text, size int);"
                      "INSERT INTO parcel VALUES (1, 'a', 1);"
                      "CREATE PUBLICATION plain FOR TABLE parcel;"
                      "CREATE PUBLICATION part FOR TABLE parcel (id, name) WHERE (id > 7)");
    if (!rewrite_run(f.db, &options, &result, &err))
        fail_msg("%s (%s)", err.message, err.hint);
    assert_value(f,
                 "SELECT string_agg(concat_ws(' ', pubname, tablename, attnames, rowfilter), '; '"
                 " ORDER BY pubname) FROM pg_publication_tables",
                 "part parcel {id,name} (id > 7); plain parcel {id,name,size}");
    testdb_run(f.url, "CREATE PUBLICATION whole FOR ALL TABLES");
    assert_false(rewrite_run(f.db, &options, &result, &err));
    assert_non_null(strstr(err.message, "publication whole has it without naming it"));
    tear_down(f);
}

static void *hold_lock(void *context)
{
    const char *url = context;
    testdb_run(url, "BEGIN; LOCK TABLE event IN ACCESS SHARE MODE; SELECT pg_sleep(1); COMMIT");
    return NULL;
}

static pthread_t holder;
static bool is_held;
static char held_by[500];

static void hold_at_the_switch(void *context, const rewrite_progress *progress)
{
    if (progress->text)
        snprintf(held_by, sizeof held_by, "%s", progress->text);
    if (progress->phase != REWRITE_SWITCHES || is_held)
        return;
    is_held = true;
    pthread_create(&holder, NULL, hold_lock, context);
    nanosleep(&(struct timespec){.tv_nsec = 200000000}, NULL);
}

static void the_switch_waits_in_short_steps_and_names_who_is_in_the_way(void **state)
{
    (void)state;
    fixture f = set_up();
    rewrite_options options = bigint_change;
    rewrite_result result;
    tenon_error err = {0};
    options.on_progress = hold_at_the_switch;
    options.context = (void *)(uintptr_t)f.url;
    options.lock_timeout_us = 50000;
    assert_true(rewrite_run(f.db, &options, &result, &err));
    pthread_join(holder, NULL);
    assert_non_null(strstr(held_by, "pg_sleep"));
    assert_in_step(f);
    tear_down(f);
}

static void hostile_names_are_only_names(void **state)
{
    (void)state;
    fixture f = set_up();
    static const char *const changes[] = {"ALTER COLUMN \"i'd %s\" TYPE bigint"};
    rewrite_options options = {.namespace = "s'p %I",
                               .table = "t\"a'b {table} 100%",
                               .changes = changes,
                               .change_count = 1};
    rewrite_result result;
    tenon_error err = {0};
    testdb_run(f.url, "CREATE SCHEMA \"s'p %I\"; CREATE TABLE \"s'p %I\".\"t\"\"a'b {table} 100%\""
                      " (\"i'd %s\" int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,"
                      " \"x{key}\" text); INSERT INTO \"s'p %I\".\"t\"\"a'b {table} 100%\""
                      " (\"x{key}\") SELECT i::text FROM generate_series(1, 50) i");
    bool is_done = rewrite_run(f.db, &options, &result, &err);
    assert_string_equal(err.message, "");
    assert_true(is_done);
    testdb_run(f.url, "INSERT INTO \"s'p %I\".\"t\"\"a'b {table} 100%\" DEFAULT VALUES");
    assert_value(f, "SELECT max(\"i'd %s\") FROM \"s'p %I\".\"t\"\"a'b {table} 100%\"", "51");
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_becomes_wider_while_rows_are_written),
        cmocka_unit_test(what_was_stopped_goes_on),
        cmocka_unit_test(what_was_killed_goes_on),
        cmocka_unit_test(what_is_given_up_leaves_no_trace),
        cmocka_unit_test(a_value_that_would_change_stops_it),
        cmocka_unit_test(a_given_value_is_meant),
        cmocka_unit_test(views_mean_the_new_table),
        cmocka_unit_test(views_are_read_while_it_switches),
        cmocka_unit_test(publications_have_the_new_table),
        cmocka_unit_test(what_cannot_be_carried_over_is_refused),
        cmocka_unit_test(the_switch_waits_in_short_steps_and_names_who_is_in_the_way),
        cmocka_unit_test(hostile_names_are_only_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
