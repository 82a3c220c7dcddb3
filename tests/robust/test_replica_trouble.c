/* Who does what a replica cannot: one that is in the way, late, gone, or none at all; and replicas
 * below batches and tasks. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <tenon/batch.h>
#include <tenon/epoll.h>

#include "cluster.h"
#include "core/core.h"
#include "pair.h"
#include "testdb.h"

/* ---- what it cannot do ----------------------------------------------------------------------- */

static void what_writes_after_all_is_done_by_the_primary(void **state)
{
    pair p = open_pair();
    tenon_read_from(p.s, TENON_READ_REPLICA);
    tenon_sql *q = tenon_sqlf(tenon_sql_new(p.s), "SELECT pg_current_xact_id()::text");
    assert_non_null(tenon_cell(tenon_sql_cells(q), 0, 0));
    assert_int_equal(replica_of(p.db).failed_total, 1);
    assert_int_equal(replica_of(p.db).state, TENON_REPLICA_FOLLOWING);
    assert_true(reads_there(p.s));
    close_pair(p);
}

static void what_has_not_arrived_is_found_on_the_primary(void **state)
{
    pair p = open_pair();
    halt_standby();
    testdb_run(primary, "CREATE TABLE fresh AS SELECT 'here'::text AS found");
    tenon_read_from(p.s, TENON_READ_REPLICA);
    tenon_sql *q = tenon_sqlf(tenon_sql_new(p.s), "SELECT found FROM fresh");
    assert_string_equal(tenon_cell(tenon_sql_cells(q), 0, 0), "here");
    assert_null(tenon_sql_cells(tenon_sqlf(tenon_sql_new(p.s), "SELECT 1 / 0")));
    assert_int_equal(tenon_session_error(p.s)->status, TENON_RANGE);
    tenon_error_clear(p.s);
    assert_int_equal(replica_of(p.db).failed_total, 2);
    go_on();
    testdb_run(primary, "DROP TABLE fresh");
    close_pair(p);
}

typedef struct slow_read {
    pair p;
    char found[32];
} slow_read;

static void *read_slowly(void *context)
{
    slow_read *read = context;
    tenon_read_from(read->p.s, TENON_READ_REPLICA);
    tenon_sql *q =
        tenon_sqlf(tenon_sql_new(read->p.s),
                   "SELECT count(*)::text FROM \"User\", "
                   "pg_sleep(CASE WHEN pg_is_in_recovery() THEN 60 ELSE 0 END) WHERE id = 1");
    const tenon_cells *cells = tenon_sql_cells(q);
    snprintf(read->found, sizeof read->found, "%s", cells ? tenon_cell(cells, 0, 0) : "");
    return NULL;
}

/* It has to be replayed, and whoever reads there holds the table. */
static void lock_users(void)
{
    testdb_run(primary, "BEGIN; LOCK TABLE \"User\" IN ACCESS EXCLUSIVE MODE; "
                        "SELECT pg_current_xact_id(); COMMIT");
    wait_for_standby();
}

static void a_read_in_the_way_of_replay_is_done_by_the_primary(void **state)
{
    slow_read read = {.p = open_pair()};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, read_slowly, &read), 0);
    wait_for_value(standby, "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'",
                   "1");
    lock_users();
    pthread_join(thread, NULL);
    assert_string_equal(read.found, "1");
    assert_int_equal(replica_of(read.p.db).failed_total, 1);
    close_pair(read.p);
}

/* The first run is ended between its two reads. */
static bool read_twice(tenon_session *s, void *ctx)
{
    bool *is_first = ctx;
    bool was_first = *is_first;
    *is_first = false;
    if (!user_find(s, ANN))
        return false;
    if (was_first)
        lock_users();
    return user_find(s, ANN) != NULL;
}

static void a_transaction_in_the_way_is_run_again_on_the_primary(void **state)
{
    pair p = open_pair();
    bool is_first = true;
    const tenon_transaction_options options = {.read_only = true};
    uint64_t on_primary = tenon_db_metrics(p.db).acquired_total;
    assert_true(tenon_transaction(p.s, read_twice, &is_first, &options));
    assert_int_equal(tenon_transaction_tries(p.s), 2);
    assert_int_equal(reads_of(p.db), 1);
    assert_int_equal(tenon_db_metrics(p.db).acquired_total, on_primary + 1);
    close_pair(p);
}

static void one_that_is_gone_is_missed_by_nobody(void **state)
{
    wait_for_standby();
    tenon_replica_options options = {.lag_limit_us = -1, .look_every_us = 20000};
    pair p = open_with(&options);
    assert_true(reads_there(p.s));
    standby_kill();
    for (int i = 0; i < 20; i++)
        assert_non_null(user_find(p.s, ANN));
    assert_true(tenon_begin_with(p.s, &(tenon_transaction_options){.read_only = true}));
    assert_true(tenon_commit(p.s));
    wait_for_state(p.db, TENON_REPLICA_UNREACHABLE);
    assert_false(reads_there(p.s));
    assert_true(tenon_replicas_misses(p.db).unreachable_total > 0);
    standby_start();
    wait_for_state(p.db, TENON_REPLICA_FOLLOWING);
    assert_true(reads_there(p.s));
    close_pair(p);
}

static void one_that_is_down_at_first_is_used_later(void **state)
{
    standby_kill();
    tenon_replica_options options = {.lag_limit_us = -1, .without_threads = true};
    pair p = open_with(&options);
    assert_int_equal(replica_of(p.db).state, TENON_REPLICA_UNREACHABLE);
    assert_int_equal(replica_of(p.db).lag_us, -1);
    assert_false(reads_there(p.s));
    standby_start();
    tenon_replicas_look(p.db);
    assert_true(reads_there(p.s));
    close_pair(p);
}

/* ---- one that is full ------------------------------------------------------------------------ */

/* Holds all connections of the replica it reads from: one. */
static tenon_session *fill(tenon_db *db)
{
    tenon_session *s = tenon_session_open(db, NULL);
    assert_true(tenon_begin_with(s, &(tenon_transaction_options){.read_only = true}));
    return s;
}

static void a_full_one_is_stood_in_for_in_time(void **state)
{
    wait_for_standby();
    const tenon_options small = {.pool_max = 1, .acquire_timeout_us = 100000};
    pair p = open_with(
        &(tenon_replica_options){.options = &small, .lag_limit_us = -1, .without_threads = true});
    tenon_session *holder = fill(p.db);
    uint64_t there = reads_of(p.db);
    assert_non_null(user_find(p.s, ANN));
    assert_int_equal(reads_of(p.db), there);
    assert_int_equal(replica_of(p.db).pool.acquire_timeouts_total, 1);
    assert_int_equal(replica_of(p.db).state, TENON_REPLICA_FOLLOWING);
    assert_true(tenon_begin_with(p.s, &(tenon_transaction_options){.read_only = true}));
    assert_true(tenon_commit(p.s));
    tenon_session_close(holder);
    assert_true(reads_there(p.s));
    close_pair(p);
}

/* Of a call's deadline half is left for the primary. */
static void a_deadline_is_shared_with_the_primary(void **state)
{
    enum { DEADLINE_US = 30000000 };
    wait_for_standby();
    const tenon_options small = {.pool_max = 1, .acquire_timeout_us = -1};
    pair p = open_with(
        &(tenon_replica_options){.options = &small, .lag_limit_us = -1, .without_threads = true});
    tenon_session *holder = fill(p.db);
    tenon_session *hurried =
        tenon_session_open(p.db, &(tenon_session_options){.deadline_us = DEADLINE_US});
    int64_t began_us = tenon__monotonic_us();
    assert_non_null(user_find(hurried, ANN));
    assert_true(tenon__monotonic_us() - began_us < DEADLINE_US);
    assert_int_equal(replica_of(p.db).failed_total, 1);
    tenon_session_close(hurried);
    tenon_session_close(holder);
    close_pair(p);
}

static void another_one_is_taken_while_one_is_full(void **state)
{
    wait_for_standby();
    const tenon_options small = {.pool_max = 1};
    pair p = open_with(&(tenon_replica_options){.urls = {standby, standby},
                                                .options = &small,
                                                .lag_limit_us = -1,
                                                .without_threads = true});
    tenon_replica_metrics metrics[2];
    uint64_t on_primary = tenon_db_metrics(p.db).acquired_total;
    for (int i = 0; i < 2; i++) {
        tenon_session *holder = fill(p.db);
        for (int k = 0; k < 3; k++)
            assert_non_null(user_find(p.s, ANN));
        tenon_session_close(holder);
    }
    assert_int_equal(tenon_replicas_metrics(p.db, metrics, 2), 2);
    for (int i = 0; i < 2; i++)
        assert_int_equal(metrics[i].failed_total + metrics[i].pool.waits_total, 0);
    assert_int_equal(tenon_db_metrics(p.db).acquired_total, on_primary);
    close_pair(p);
}

/* ---- with the rest --------------------------------------------------------------------------- */

static void find_ann(tenon_session *s, void *arg)
{
    const char **name = arg;
    *name = name_of_ann(s);
}

static void rename_then_find(tenon_session *s, void *arg)
{
    rename_ann(s, "Of a batch");
    find_ann(s, arg);
}

static void batches_read_there(void **state)
{
    pair p = open_pair();
    const char *names[3] = {NULL};
    tenon_batch *batch = tenon_batch_open(p.s);
    for (int i = 0; i < 3; i++)
        assert_true(tenon_batch_add(batch, find_ann, &names[i]));
    assert_true(tenon_batch_run(batch));
    assert_int_equal(reads_of(p.db), 1);
    halt_standby();
    assert_true(tenon_batch_add(batch, rename_then_find, &names[0]));
    assert_true(tenon_batch_run(batch));
    assert_string_equal(names[0], "Of a batch");
    assert_string_equal(name_of_ann(p.s), "Of a batch");
    tenon_batch_close(batch);
    go_on();
    close_pair(p);
}

static void tasks_read_there(void **state)
{
    pair p = open_pair();
    tenon_error err;
    tenon_epoll loop;
    const char *names[2];
    assert_true(tenon_epoll_open(&loop, p.db, NULL, &err));
    for (int i = 0; i < 2; i++)
        assert_true(tenon_async_start(loop.async, find_ann, NULL, &names[i], &err));
    tenon_epoll_run(&loop);
    tenon_epoll_close(&loop);
    assert_int_equal(reads_of(p.db), 2);
    close_pair(p);
}

static void figures_go_to_prometheus(void **state)
{
    pair p = open_pair();
    tenon_error err;
    tenon_trace *trace = tenon_trace_open(p.db, NULL, &err);
    assert_non_null(trace);
    assert_true(reads_there(p.s));
    char *text = tenon_trace_text(trace, TENON_TRACE_PROMETHEUS, &err);
    FILE *promtool = popen("promtool check metrics", "w"); /* NOLINT(cert-env33-c): a fixed line */
    assert_non_null(promtool);
    assert_true(fputs(text, promtool) >= 0);
    assert_int_equal(pclose(promtool), 0);
    assert_non_null(strstr(text, "\ntenon_replica_lag_seconds{replica=\"1\",host=\"/tmp/"));
    assert_non_null(strstr(text, "\ntenon_replica_misses_total{reason=\"lag\"} 0\n"));
    const char *following = strstr(text, "\ntenon_replica_following{");
    assert_non_null(following);
    assert_non_null(strstr(following, "\"} 1\n"));
    free(text);
    tenon_trace_close(trace);
    close_pair(p);
}

/* The text between the name of a metric and the next one's. */
static const char *metric_of(const char *text, const char *name)
{
    static char room[2000];
    char start[80];
    snprintf(start, sizeof start, "{\"name\":\"%s\"", name);
    const char *at = strstr(text, start);
    assert_non_null(at);
    const char *end = strstr(at + 1, "{\"name\"");
    snprintf(room, sizeof room, "%.*s", (int)(end ? (size_t)(end - at) : strlen(at)), at);
    return room;
}

static void figures_go_to_opentelemetry(void **state)
{
    pair p = open_pair();
    tenon_error err;
    tenon_trace *trace = tenon_trace_open(p.db, NULL, &err);
    assert_true(reads_there(p.s));
    char *text = tenon_trace_text(trace, TENON_TRACE_OTLP_METRICS, &err);
    assert_true(tenon__json_is_valid(text, strlen(text)));
    assert_non_null(strstr(metric_of(text, "tenon.replica.lag"), "\"asDouble\":"));
    assert_non_null(strstr(metric_of(text, "tenon.replica.lag"), standby_folder()));
    assert_non_null(strstr(metric_of(text, "tenon.replica.following"), "\"asInt\":\"1\""));
    assert_non_null(strstr(metric_of(text, "tenon.replica.reads"), "\"isMonotonic\":true"));
    assert_non_null(strstr(metric_of(text, "tenon.replica.reads"), "\"asInt\":\"1\""));
    assert_non_null(strstr(metric_of(text, "tenon.replica.failures"), "\"asInt\":\"0\""));
    assert_non_null(strstr(metric_of(text, "tenon.replica.misses"), "unreachable"));
    free(text);
    tenon_trace_close(trace);
    close_pair(p);
}

static void what_makes_no_sense_is_refused(void **state)
{
    char both[400], nobody[300];
    snprintf(both, sizeof both, "postgresql:///postgres?host=%s,%s&user=tenon", cluster_folder(),
             standby_folder());
    snprintf(nobody, sizeof nobody, "postgresql:///postgres?host=%s&user=nobody", standby_folder());
    const struct {
        tenon_replica_options options;
        tenon_status status;
    } cases[] = {
        {{.urls = {NULL}}, TENON_MISUSE},
        {{.urls = {both}}, TENON_MISUSE},
        {{.urls = {"sqlite::memory:"}}, TENON_MISUSE},
        {{.urls = {nobody}}, TENON_AUTH},
        {{.urls = {standby}, .look_every_us = 600000}, TENON_MISUSE},
        {{.urls = {standby}, .read = (tenon_read)9}, TENON_MISUSE},
    };
    tenon_error err;
    tenon_db *db = tenon_open(primary, NULL, &err);
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        assert_false(tenon_replicas_add(db, &cases[i].options, &err));
        assert_int_equal(err.status, cases[i].status);
    }
    const tenon_replica_options good = {.urls = {standby}, .without_threads = true};
    assert_true(tenon_replicas_add(db, &good, &err));
    assert_false(tenon_replicas_add(db, &good, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_close(db);
}

static void sqlite_has_none(void **state)
{
    tenon_error err;
    tenon_db *db = tenon_open("sqlite::memory:", NULL, &err);
    const tenon_replica_options options = {.urls = {standby}};
    assert_false(tenon_replicas_add(db, &options, &err));
    assert_int_equal(err.status, TENON_UNSUPPORTED);
    assert_int_equal(tenon_replicas_metrics(db, NULL, 0), 0);
    tenon_replicas_look(db);
    tenon_session *s = tenon_session_open(db, &(tenon_session_options){.read = TENON_READ_REPLICA});
    assert_string_equal(tenon_read_position(s), "");
    assert_true(tenon_execute(s, "SELECT 1"));
    tenon_session_close(s);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_writes_after_all_is_done_by_the_primary),
        cmocka_unit_test(what_has_not_arrived_is_found_on_the_primary),
        cmocka_unit_test(a_read_in_the_way_of_replay_is_done_by_the_primary),
        cmocka_unit_test(a_transaction_in_the_way_is_run_again_on_the_primary),
        cmocka_unit_test(one_that_is_gone_is_missed_by_nobody),
        cmocka_unit_test(one_that_is_down_at_first_is_used_later),
        cmocka_unit_test(a_full_one_is_stood_in_for_in_time),
        cmocka_unit_test(a_deadline_is_shared_with_the_primary),
        cmocka_unit_test(another_one_is_taken_while_one_is_full),
        cmocka_unit_test(batches_read_there),
        cmocka_unit_test(tasks_read_there),
        cmocka_unit_test(figures_go_to_prometheus),
        cmocka_unit_test(figures_go_to_opentelemetry),
        cmocka_unit_test(what_makes_no_sense_is_refused),
        cmocka_unit_test(sqlite_has_none),
    };
    return cmocka_run_group_tests_name("replicas in trouble", tests, set_up_servers, NULL);
}
