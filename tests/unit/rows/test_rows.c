/* Rows of texts from both databases. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "rows/rows.h"
#include "testdb.h"

#include <tenon/tenon.h>

typedef struct opened {
    tenon_db *db;
    tenon_session *session;
    tenon__arena arena;
} opened;

static opened open_url(const char *url)
{
    opened o = {.db = tenon_open(url, NULL, NULL)};
    o.session = tenon_session_open(o.db, NULL);
    assert_non_null(o.session);
    return o;
}

static void close_opened(opened *o)
{
    tenon__arena_release(&o->arena);
    tenon_session_close(o->session);
    tenon_close(o->db);
}

static void check_texts_and_nulls(const char *url, const char *sql)
{
    opened o = open_url(url);
    const char *values[] = {"it's", NULL};
    rows found;
    rows_query query = {.sql = sql, .columns = 3, .values = values, .value_count = 2};
    assert_true(rows_read(o.session, &query, &o.arena, &found));
    assert_int_equal(found.count, 3);
    assert_string_equal(rows_first(&found), "a");
    assert_string_equal(rows_cell(&found, 0, 1), "it's");
    assert_null(rows_cell(&found, 0, 2));
    assert_string_equal(rows_cell(&found, 2, 0), "b");
    assert_int_equal(rows_run(&found, 0, 0), 2);
    assert_int_equal(rows_run(&found, 2, 0), 1);
    close_opened(&o);
}

static void rows_are_texts_and_nulls_on_both_databases(void **state)
{
    (void)state;
    check_texts_and_nulls(testdb_create("rows"), "SELECT x, $1::text, $2::text"
                                                 " FROM unnest(ARRAY['a', 'a', 'b']) AS u(x)");
    check_texts_and_nulls(testdb_sqlite_url(),
                          "SELECT column1, ?1, ?2 FROM (VALUES ('a'), ('a'), ('b'))");
}

static void a_wrong_statement_is_told_by_the_session(void **state)
{
    (void)state;
    const char *const urls[] = {testdb_sqlite_url(), testdb_create("rows_wrong")};
    for (size_t i = 0; i < 2; i++) {
        opened o = open_url(urls[i]);
        rows found = {.count = 7};
        rows_query query = {.sql = "SELECT a FROM nowhere", .columns = 1};
        assert_false(rows_read(o.session, &query, &o.arena, &found));
        assert_int_equal(found.count, 0);
        assert_non_null(strstr(tenon_message(o.session), "nowhere"));
        close_opened(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_texts_and_nulls_on_both_databases),
        cmocka_unit_test(a_wrong_statement_is_told_by_the_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
