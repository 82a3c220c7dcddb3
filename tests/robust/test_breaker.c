/* A server that is gone: nobody tries again and again, one call finds out that it is back, and what
 * was connected before is not asked one by one. On SQLite the file is out of reach. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <tenon/tenon.h>

#include "cluster.h"
#include "db/breaker.h"
#include "db/wait.h"
#include "testdb.h"

enum { WAIT_US = 100000, FAILURES = 3 };

static const char *server;

static int set_up(void **state)
{
    server = cluster_open();
    return 0;
}

static tenon_db *open_breaking(const char *url, unsigned pool_min)
{
    tenon_error err;
    tenon_db *db = tenon_open(url,
                              &(tenon_options){.pool_min = pool_min,
                                               .breaker_failures = FAILURES,
                                               .breaker_wait_us = WAIT_US},
                              &err);
    if (!db)
        fail_msg("%s", err.message);
    return db;
}

static bool reads(tenon_session *s)
{
    tenon_rollback(s);
    return tenon_begin_with(s, &(tenon_transaction_options){.read_only = true});
}

static tenon_breaker_state state_of(tenon_db *db)
{
    return tenon_db_metrics(db).breaker;
}

static void assert_opens(tenon_db *db, tenon_session *s)
{
    for (int i = 0; i < FAILURES + 2; i++)
        assert_false(reads(s));
    tenon_pool_metrics metrics = tenon_db_metrics(db);
    assert_int_equal(metrics.breaker, TENON_BREAKER_OPEN);
    assert_int_equal(metrics.breaker_opened_total, 1);
    assert_true(metrics.breaker_refused_total > 0);
    assert_int_equal(metrics.connect_failures_total, FAILURES);
    const tenon_error *err = tenon_session_error(s);
    assert_int_equal(err->status, TENON_UNAVAILABLE);
    assert_true(tenon_error_is_retryable(err));
    assert_non_null(strstr(err->hint, "breaker_wait"));
}

static void assert_closes(tenon_db *db, tenon_session *s)
{
    tenon__wait_pause(WAIT_US, TENON__NEVER);
    assert_false(reads(s)); /* one has tried in vain */
    assert_int_equal(state_of(db), TENON_BREAKER_OPEN);
    assert_int_equal(tenon_db_metrics(db).breaker_opened_total, 2);
}

static void a_server_that_is_gone_is_tried_seldom(void **state)
{
    tenon_db *db = open_breaking(server, 4);
    tenon_session *s = tenon_session_open(db, NULL);
    cluster_kill();
    assert_opens(db, s);
    assert_closes(db, s);
    cluster_start();
    tenon__wait_pause(WAIT_US, TENON__NEVER);
    assert_true(reads(s));
    assert_int_equal(state_of(db), TENON_BREAKER_CLOSED);
    tenon_session_close(s);
    tenon_close(db);
}

static void a_file_that_is_out_of_reach_is_tried_seldom(void **state)
{
    char away[512];
    const char *path = testdb_sqlite_path();
    snprintf(away, sizeof away, "%s.away", path);
    char url[512];
    snprintf(url, sizeof url, "sqlite:%s", path);
    tenon_close(open_breaking(url, 0));
    snprintf(url, sizeof url, "sqlite:%s?mode=rw", path);
    tenon_db *db = open_breaking(url, 0);
    tenon_session *holder = tenon_session_open(db, NULL), *s = tenon_session_open(db, NULL);
    assert_true(reads(holder)); /* the one reader that there is */
    assert_int_equal(rename(path, away), 0);
    assert_opens(db, s);
    assert_closes(db, s);
    assert_int_equal(rename(away, path), 0);
    tenon__wait_pause(WAIT_US, TENON__NEVER);
    assert_true(reads(s));
    assert_int_equal(state_of(db), TENON_BREAKER_CLOSED);
    tenon_session_close(s);
    tenon_session_close(holder);
    tenon_close(db);
}

/* The second that is found dead tells of the others: nobody loses a call, or a second, by them. */
static void after_a_failure_connections_made_before_are_not_used(void **state)
{
    tenon_db *db = open_breaking(server, 8);
    tenon_session *s = tenon_session_open(db, NULL);
    cluster_kill();
    cluster_start();
    assert_true(reads(s) || reads(s));
    tenon_rollback(s);
    tenon_pool_metrics metrics = tenon_db_metrics(db);
    assert_true(metrics.lost_total <= 2);
    assert_int_equal(metrics.lost_total + metrics.recycled_total, 8);
    assert_int_equal(metrics.size, 1);
    tenon_session_close(s);
    tenon_close(db);
}

static void one_call_tries_while_the_others_fail(void **state)
{
    tenon__breaker breaker;
    tenon_error err = {0};
    assert_true(tenon__breaker_init(&breaker, 2, WAIT_US));
    tenon__breaker_note(&breaker, TENON_UNAVAILABLE);
    tenon__breaker_note(&breaker, TENON_AUTH); /* it has answered */
    tenon__breaker_note(&breaker, TENON_UNAVAILABLE);
    assert_int_equal(breaker.state, TENON_BREAKER_CLOSED);
    tenon__breaker_note(&breaker, TENON_UNAVAILABLE);
    assert_int_equal(breaker.state, TENON_BREAKER_OPEN);
    assert_false(tenon__breaker_admit(&breaker, &err));
    tenon__wait_pause(WAIT_US, TENON__NEVER);
    assert_true(tenon__breaker_admit(&breaker, &err));
    assert_int_equal(breaker.state, TENON_BREAKER_HALF_OPEN);
    assert_false(tenon__breaker_admit(&breaker, &err));
    tenon__breaker_note(&breaker, TENON_CANCELLED); /* it was in a hurry: the next one tries */
    assert_true(tenon__breaker_admit(&breaker, &err));
    tenon__breaker_note(&breaker, TENON_OK);
    assert_int_equal(breaker.state, TENON_BREAKER_CLOSED);
    tenon__breaker_release(&breaker);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_call_tries_while_the_others_fail),
        cmocka_unit_test(a_file_that_is_out_of_reach_is_tried_seldom),
        cmocka_unit_test(a_server_that_is_gone_is_tried_seldom),
        cmocka_unit_test(after_a_failure_connections_made_before_are_not_used),
    };
    return cmocka_run_group_tests_name("breaker", tests, set_up, NULL);
}
