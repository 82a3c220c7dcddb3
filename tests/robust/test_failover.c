/* A primary and a standby that takes its place: hosts of one URL are told apart by what they are,
 * and when the primary has died and the standby was promoted, the program goes on there.
 *
 * The tests are the story of one pair of servers, in their order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <tenon/tenon.h>

#include "cluster.h"
#include "core/core.h"
#include "db/wait.h"
#include "testdb.h"

enum { URL_SIZE = 400, PAUSE_US = 2000, LONGEST_US = 60000000 };

static const char *first, *second;

static int set_up_servers(void **state)
{
    first = cluster_open();
    testdb_run(first, "CREATE TABLE ledger (id int PRIMARY KEY)");
    second = standby_open();
    return 0;
}

/* Both hosts, the standby in front. */
static const char *url_of_both(const char *more)
{
    static char url[URL_SIZE];
    snprintf(url, sizeof url, "postgresql:///postgres?host=%s,%s&user=tenon&%s", standby_folder(),
             cluster_folder(), more);
    return url;
}

static tenon_db *open_both(const char *more)
{
    tenon_error err;
    tenon_db *db = tenon_open(url_of_both(more), NULL, &err);
    if (!db)
        fail_msg("%s: %s", more, err.message);
    return db;
}

static bool is_standby(tenon_session *s)
{
    tenon_sql *q = tenon_sqlf(tenon_sql_new(s), "SELECT pg_is_in_recovery()::text");
    const tenon_cells *cells = tenon_sql_cells(q);
    assert_string_equal(tenon_message(s), "");
    return !strcmp(tenon_cell(cells, 0, 0), "true");
}

static bool leads_to_standby(const char *more)
{
    tenon_db *db = open_both(more);
    tenon_session *s = tenon_session_open(db, NULL);
    bool is = is_standby(s);
    tenon_session_close(s);
    tenon_close(db);
    return is;
}

/* ---- of two servers, the one that is wanted -------------------------------------------------- */

static void each_kind_of_server_is_found_among_two(void **state)
{
    assert_true(leads_to_standby("target_session_attrs=any"));
    assert_true(leads_to_standby("target_session_attrs=standby"));
    assert_true(leads_to_standby("target_session_attrs=prefer-standby"));
    assert_true(leads_to_standby("target_session_attrs=read-only"));
    assert_false(leads_to_standby("target_session_attrs=primary"));
    assert_false(leads_to_standby("target_session_attrs=read-write"));
}

static void load_is_balanced_over_both(void **state)
{
    enum { TRIES = 40 };
    int on_standby = 0;
    for (int i = 0; i < TRIES; i++)
        on_standby += leads_to_standby("load_balance_hosts=random");
    assert_in_range(on_standby, 1, TRIES - 1);
    for (int i = 0; i < TRIES / 4; i++)
        assert_false(leads_to_standby("load_balance_hosts=random&target_session_attrs=primary"));
}

/* ---- the standby takes over ------------------------------------------------------------------ */

enum { CONNECTIONS = 4 };

static bool add_entry(tenon_session *s, int id)
{
    char sql[80];
    snprintf(sql, sizeof sql, "INSERT INTO ledger VALUES (%d)", id);
    return tenon_execute(s, sql);
}

static void fill_pool(tenon_db *db)
{
    tenon_session *sessions[CONNECTIONS];
    for (int i = 0; i < CONNECTIONS; i++)
        assert_true(tenon_begin(sessions[i] = tenon_session_open(db, NULL)));
    for (int i = 0; i < CONNECTIONS; i++)
        tenon_session_close(sessions[i]);
    assert_int_equal(tenon_db_metrics(db).size, CONNECTIONS);
}

static void wait_for_entries(const char *url, const char *count)
{
    int64_t until_us = tenon__monotonic_us() + LONGEST_US;
    while (strcmp(testdb_value(url, "SELECT count(*) FROM ledger"), count) != 0) {
        assert_true(tenon__monotonic_us() < until_us);
        tenon__wait_pause(PAUSE_US, TENON__NEVER);
    }
}

/* Until a server is there that writes; what failed was not applied. */
static void write_until_done(tenon_session *s, int id)
{
    int64_t until_us = tenon__monotonic_us() + LONGEST_US;
    while (!add_entry(s, id)) {
        const tenon_error *err = tenon_session_error(s);
        assert_int_equal(err->status, TENON_UNAVAILABLE);
        assert_true(tenon__monotonic_us() < until_us);
        tenon_error_clear(s);
        tenon__wait_pause(PAUSE_US, TENON__NEVER);
    }
}

/* The first call meets a connection that is dead, and so do at most those that are under way: the
 * others are closed without being asked. */
static void writes_go_on_where_the_standby_was_promoted(void **state)
{
    tenon_db *db = open_both("target_session_attrs=primary&breaker_failures=0");
    const tenon_replica_options options = {
        .urls = {first, second}, .lag_limit_us = -1, .without_threads = true};
    tenon_error err;
    assert_true(tenon_replicas_add(db, &options, &err));
    fill_pool(db);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_false(is_standby(s));
    assert_true(add_entry(s, 1));
    wait_for_entries(second, "1");
    cluster_kill();
    standby_promote();
    write_until_done(s, 2);
    tenon_pool_metrics pool = tenon_db_metrics(db);
    assert_true(pool.size <= 2); /* those of the old server are gone */
    assert_true(pool.lost_total <= 3);
    assert_string_equal(testdb_value(second, "SELECT count(*) FROM ledger"), "2");
    tenon_replicas_look(db);
    tenon_replica_metrics metrics[2];
    assert_int_equal(tenon_replicas_metrics(db, metrics, 2), 2);
    assert_int_equal(metrics[0].state, TENON_REPLICA_UNREACHABLE);
    assert_int_equal(metrics[1].state, TENON_REPLICA_PROMOTED);
    tenon_read_from(s, TENON_READ_REPLICA);
    assert_false(is_standby(s));
    assert_true(tenon_replicas_misses(db).unreachable_total > 0);
    tenon_session_close(s);
    tenon_close(db);
}

/* The old primary comes back as if nothing had happened, and is ahead of nobody: it is a primary of
 * its own. As a replica it is not used. */
static void who_comes_back_is_no_replica(void **state)
{
    cluster_start();
    const tenon_replica_options options = {
        .urls = {first}, .lag_limit_us = -1, .without_threads = true};
    tenon_error err;
    tenon_db *db = tenon_open(second, NULL, &err);
    assert_true(tenon_replicas_add(db, &options, &err));
    tenon_replica_metrics metrics;
    assert_int_equal(tenon_replicas_metrics(db, &metrics, 1), 1);
    assert_int_equal(metrics.state, TENON_REPLICA_PROMOTED);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_of_server_is_found_among_two),
        cmocka_unit_test(load_is_balanced_over_both),
        cmocka_unit_test(writes_go_on_where_the_standby_was_promoted),
        cmocka_unit_test(who_comes_back_is_no_replica),
    };
    return cmocka_run_group_tests_name("failover", tests, set_up_servers, NULL);
}
