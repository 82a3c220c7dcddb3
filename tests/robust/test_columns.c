/* Columns whose server goes away in the middle of them, whichever way they come: it is killed, or
 * the way to it ends, is reset or falls silent at the n-th byte that it says. In a transaction the
 * call says so; by itself it is run again, and then each row is there once. Nothing stays held, and
 * session and pool go on.
 *
 * Of the bytes of an answer a few are taken every day, and all with TENON_FAULTS=all. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <tenon/columns.h>

#include "cluster.h"
#include "core/core.h"
#include "db/wait.h"
#include "proxy.h"
#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

enum { FEW = 10, ROWS = 150, PAUSE_US = 5000, LONGEST_US = 30000000, SILENCE_US = 250000 };

static const char model_rows[] =
    "INSERT INTO \"User\" SELECT n, 'user' || n || '@example.com', CASE n % 3 WHEN 0 THEN NULL "
    "ELSE 'name' END, NULL, 'USER', true, n % 90, n, '{}', now(), now() FROM "
    "generate_series(1, 150) AS n";

/* As many rows as the table says, a millisecond and three kilobytes each. */
static const char slow_rows[] =
    "CREATE TABLE \"Pace\" AS SELECT 10::bigint AS rows;"
    "CREATE VIEW \"Slow\" AS SELECT n::int AS id, repeat('x', 3000) || pg_sleep(0.001) AS email, "
    "0 AS age FROM \"Pace\", generate_series(1, rows) AS n";

static const tenon_table slow = {.name = "Slow"};
static const tenon_columns_options by_copy = {.transport = TENON_COLUMNS_COPY};
static const tenon_columns_options by_result = {.transport = TENON_COLUMNS_RESULT};
static const tenon_columns_options *const ways[] = {&by_copy, &by_result};

static const char *killed_url;

static tenon_columns *read_users(tenon_session *s, const tenon_columns_options *way)
{
    return TENON_COLUMNS_WITH(
        s, way,
        user_find_many(s, .select = {USER_ID, USER_EMAIL, USER_NAME}, .order_by = {ASC(USER_ID)}));
}

static void assert_each_once(const tenon_columns *c)
{
    assert_int_equal(tenon_columns_count(c), ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        char email[40];
        size_t length;
        snprintf(email, sizeof email, "user%zu@example.com", i + 1);
        const char *text = tenon_column_text(tenon_columns_at(c, 1), i, &length);
        assert_int_equal(tenon_columns_at(c, 0)->as.int32[i], i + 1);
        assert_int_equal(length, strlen(email));
        assert_memory_equal(text, email, length);
        assert_int_equal(tenon_column_is_null(tenon_columns_at(c, 2), i), (i + 1) % 3 == 0);
    }
}

static void assert_usable(tenon_db *db, tenon_session *s)
{
    assert_int_equal(tenon_db_metrics(db).leased, 0);
    for (size_t i = 0; i < TENON__COUNT(ways); i++) {
        tenon_columns *c = read_users(s, ways[i]);
        if (!c)
            fail_msg("%s", tenon_message(s));
        assert_each_once(c);
        tenon_columns_free(c);
    }
    assert_int_equal(tenon_db_metrics(db).leased, 0);
}

/* ---- the server is killed -------------------------------------------------------------------- */

static tenon_columns *read_slowly(tenon_session *s, const tenon_columns_options *way)
{
    return TENON_COLUMNS_WITH(s, way,
                              user_find_many(s, .table = slow, .select = {USER_ID, USER_EMAIL}));
}

/* Rows have been on their way for a while: a hundred of them, which no buffer holds back. */
static bool is_in_the_middle(void)
{
    const char *count = testdb_value(
        killed_url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'victim' AND "
                    "state = 'active' AND query LIKE '%\"Slow\"%' AND "
                    "clock_timestamp() - query_start > interval '200 ms'");
    return strcmp(count, "0") != 0;
}

typedef struct victim {
    tenon_session *session;
    const tenon_columns_options *way;
    tenon_columns *found;
} victim;

static void *run_victim(void *context)
{
    victim *v = context;
    v->found = read_slowly(v->session, v->way);
    return NULL;
}

/* Statements that ran before are sent otherwise than those that did not. */
static void run_before(tenon_session *s, const tenon_columns_options *way)
{
    testdb_run(killed_url, "UPDATE \"Pace\" SET rows = 10");
    tenon_columns *c = read_slowly(s, way);
    if (tenon_columns_count(c) != FEW)
        fail_msg("%s", tenon_message(s));
    tenon_columns_free(c);
}

static void kill_while_reading(tenon_db *db, const tenon_columns_options *way, bool has_run)
{
    victim v = {.session = tenon_session_open(db, NULL), .way = way};
    pthread_t thread;
    if (has_run)
        run_before(v.session, way);
    testdb_run(killed_url, "UPDATE \"Pace\" SET rows = 100000000");
    assert_int_equal(pthread_create(&thread, NULL, run_victim, &v), 0);
    for (int us = 0; !is_in_the_middle(); us += PAUSE_US) {
        assert_true(us < LONGEST_US);
        tenon__wait_pause(PAUSE_US, TENON__NEVER);
    }
    cluster_kill();
    pthread_join(thread, NULL);
    assert_null(v.found);
    assert_int_equal(tenon_session_error(v.session)->status, TENON_UNAVAILABLE);
    assert_int_equal(tenon_db_metrics(db).leased, 0);
    cluster_start();
    tenon_error_clear(v.session);
    assert_usable(db, v.session);
    tenon_session_close(v.session);
}

static void a_server_that_is_killed_in_the_middle_is_an_error(void **state)
{
    tenon_error err;
    killed_url = cluster_open();
    testdb_run(killed_url, sample_schema_postgresql);
    testdb_run(killed_url, model_rows);
    testdb_run(killed_url, slow_rows);
    tenon_db *db = tenon_open(killed_url, &(tenon_options){.application_name = "victim"}, &err);
    assert_non_null(db);
    kill_while_reading(db, &by_copy, false); /* which is never prepared */
    kill_while_reading(db, &by_result, false);
    kill_while_reading(db, &by_result, true);
    tenon_close(db);
}

/* ---- the way ends at a byte ------------------------------------------------------------------ */

static proxy *way_there;

static void count_bytes(void *context, proxy_side side, const char *data, size_t length)
{
    (void)data;
    if (side == PROXY_SERVER)
        *(uint64_t *)context += length;
}

/* Of what the server says to it in a transaction. */
static uint64_t bytes_of(tenon_session *s, const tenon_columns_options *way)
{
    uint64_t bytes = 0;
    assert_true(tenon_begin(s));
    proxy_listen(way_there, count_bytes, &bytes);
    tenon_columns_free(read_users(s, way));
    proxy_listen(way_there, NULL, NULL);
    tenon_rollback(s);
    return bytes;
}

static void fail_in_a_transaction(tenon_db *db, const tenon_columns_options *way, uint64_t at,
                                  proxy_fault fault)
{
    bool is_silent = fault == PROXY_SILENT;
    const tenon_session_options patience = {.deadline_us = is_silent ? SILENCE_US : LONGEST_US};
    tenon_session *s = tenon_session_open(db, &patience);
    tenon_columns_free(read_users(s, way));
    assert_true(tenon_begin(s));
    proxy_fail_at(way_there, PROXY_SERVER, at, fault);
    tenon_columns *c = read_users(s, way);
    bool has_failed = proxy_has_failed(way_there);
    const tenon_error *err = tenon_session_error(s);
    if (!has_failed || c || err->status != (is_silent ? TENON_TIMEOUT : TENON_UNAVAILABLE))
        fail_msg("byte %llu: %s", (unsigned long long)at, tenon_message(s));
    tenon_rollback(s);
    tenon_session_close(s);
    s = tenon_session_open(db, NULL);
    assert_usable(db, s);
    tenon_session_close(s);
}

static void fail_by_itself(tenon_db *db, const tenon_columns_options *way, uint64_t at,
                           proxy_fault fault)
{
    tenon_session *s = tenon_session_open(db, NULL);
    proxy_fail_at(way_there, PROXY_SERVER, at, fault);
    tenon_columns *c = read_users(s, way);
    if (!c)
        fail_msg("byte %llu: %s", (unsigned long long)at, tenon_message(s));
    assert_true(proxy_has_failed(way_there));
    assert_each_once(c);
    tenon_columns_free(c);
    assert_usable(db, s);
    tenon_session_close(s);
}

static uint64_t stride_of(uint64_t bytes, proxy_fault fault)
{
    const char *word = getenv("TENON_FAULTS");
    if (word && strcmp(word, "all") == 0)
        return fault == PROXY_SILENT ? 101 : 1;
    return bytes / (fault == PROXY_SILENT ? 2 : 4) + 1;
}

static void try_bytes(tenon_db *db, const tenon_columns_options *way, proxy_fault fault)
{
    tenon_session *s = tenon_session_open(db, NULL);
    assert_usable(db, s);
    uint64_t bytes = bytes_of(s, way), stride = stride_of(bytes, fault);
    tenon_session_close(s);
    assert_true(bytes > (uint64_t)ROWS * 20);
    for (uint64_t at = 0; at < bytes; at += stride) {
        fail_in_a_transaction(db, way, at, fault);
        if (fault != PROXY_SILENT)
            fail_by_itself(db, way, at, fault);
    }
}

static void the_way_may_end_at_any_byte(void **state)
{
    static const proxy_fault faults[] = {PROXY_CUT, PROXY_RESET, PROXY_SILENT};
    const char *why, *url = testdb_create("columns");
    tenon_error err;
    testdb_run(url, sample_schema_postgresql);
    testdb_run(url, model_rows);
    way_there = proxy_open(url, 0, &why);
    assert_non_null(way_there);
    tenon_db *db = tenon_open(proxy_url(way_there), NULL, &err);
    assert_non_null(db);
    for (size_t i = 0; i < TENON__COUNT(ways); i++)
        for (size_t k = 0; k < TENON__COUNT(faults); k++)
            try_bytes(db, ways[i], faults[k]);
    tenon_close(db);
    proxy_close(way_there);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_is_killed_in_the_middle_is_an_error),
        cmocka_unit_test(the_way_may_end_at_any_byte),
    };
    return cmocka_run_group_tests_name("columns", tests, NULL, NULL);
}
