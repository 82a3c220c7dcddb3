/* pg_stat_statements: on a server of the test's own that has loaded it. */
#include "../../robust/cluster.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <tenon/tenon.h>
#include <tenon/trace.h>

#include <testdb.h>

static const tenon_server_statement *find(tenon_server_statements it, const char *text)
{
    for (size_t i = 0; i < it.count; i++) {
        if (strstr(it.items[i].sql, text))
            return &it.items[i];
    }
    return NULL;
}

static void what_the_server_has_counted_is_read(void **state)
{
    (void)state;
    const char *url = cluster_open();
    testdb_run(url, "ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'");
    cluster_kill();
    cluster_start();
    testdb_run(url, "CREATE SCHEMA \"odd name\"");
    testdb_run(url, "CREATE EXTENSION pg_stat_statements SCHEMA \"odd name\"");
    for (int i = 0; i < 3; i++)
        testdb_run(url, "SELECT 5 AS marked FROM generate_series(1, 4)");
    tenon_error err;
    tenon_db *db = tenon_open(url, NULL, &err);
    assert_non_null(db);
    tenon_session *s = tenon_session_open(db, NULL);
    tenon_server_statements it = tenon_server_statements_read(s, 50);
    assert_string_equal(tenon_message(s), "");
    assert_true(it.is_there);
    const tenon_server_statement *marked = find(it, "marked");
    assert_non_null(marked);
    assert_int_equal(marked->calls, 3);
    assert_int_equal(marked->rows, 12);
    assert_true(0 < marked->min_ms && marked->min_ms <= marked->max_ms);
    assert_true(marked->total_ms >= marked->mean_ms);
    assert_int_equal(tenon_server_statements_read(s, 1).count, 1);
    tenon_session_close(s);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_the_server_has_counted_is_read)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
