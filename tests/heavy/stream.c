/* Streams of 10 million rows on both databases, as rows and as columns in chunks: what they take of
 * memory and time. No part of `make check`, because it takes minutes: `make heavy`.
 *
 * The rows come from views that count, so that no table of that size has to be made. Memory is what
 * the kernel says that the process holds, after the first thousand rows and at the end; it fails
 * when the second is more than a few pages above the first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "golden/desk/desk.h"
#include "testdb.h"

#include <tenon/columns.h>

enum { ROWS = 10000000, FIRST = 1000, MOST_GROWTH_KB = 1024 };

static const char view_postgresql[] =
    "CREATE VIEW \"Number\" AS SELECT n AS id, 'number ' || n AS label "
    "FROM (SELECT generate_series(1::bigint, 10000000) AS n) AS numbers";
static const char view_sqlite[] = "CREATE VIEW \"Number\" AS WITH RECURSIVE up(n) AS "
                                  "(SELECT 1 UNION ALL SELECT n + 1 FROM up WHERE n < 10000000) "
                                  "SELECT n AS id, 'number ' || n AS label FROM up";

static long resident_kb(void)
{
    long pages = 0, ignored;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &ignored, &pages), 2);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

typedef struct watch {
    int64_t count, sum;
    long first_kb;
} watch;

static bool look(Number *number, void *ctx)
{
    watch *w = ctx;
    w->sum += number->id + (int64_t)strlen(number->label);
    if (++w->count == FIRST)
        w->first_kb = resident_kb();
    return true;
}

static void stream_all(const char *name, const char *url, const char *view, bool in_transaction)
{
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    testdb_run(url, view);
    watch w = {0};
    if (in_transaction)
        assert_true(tenon_begin(s));
    double before = now();
    if (!number_each(s, look, &w))
        fail_msg("%s", tenon_message(s));
    double seconds = now() - before;
    long last_kb = resident_kb();
    printf("%-28s %d rows in %.1f s; resident %ld KB after %d rows, %ld KB at the end\n", name,
           ROWS, seconds, w.first_kb, FIRST, last_kb);
    assert_int_equal(w.count, ROWS);
    assert_true(last_kb - w.first_kb <= MOST_GROWTH_KB);
    tenon_session_close(s);
    tenon_close(db);
}

static int64_t sum_of(const tenon_columns *c)
{
    int64_t sum = 0;
    for (size_t i = 0; i < tenon_columns_count(c); i++)
        sum += tenon_columns_at(c, 0)->as.int64[i];
    return sum;
}

static void read_in_chunks(const char *name, const char *url, const char *view)
{
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    testdb_run(url, view);
    watch w = {0};
    double before = now();
    tenon_column_chunks *chunks = tenon_columns_open(number_stream_open(s).stream, NULL);
    for (tenon_columns *c; (c = tenon_columns_next(chunks)); tenon_columns_free(c)) {
        w.count += (int64_t)tenon_columns_count(c);
        w.sum += sum_of(c);
        if (!w.first_kb)
            w.first_kb = resident_kb();
    }
    if (!tenon_columns_close(chunks))
        fail_msg("%s", tenon_message(s));
    printf("%-28s %d rows in chunks in %.1f s; resident %ld KB with the first, %ld KB at the end\n",
           name, ROWS, now() - before, w.first_kb, resident_kb());
    assert_int_equal(w.count, ROWS);
    assert_true(w.sum == (int64_t)ROWS * (ROWS + 1) / 2);
    assert_true(resident_kb() - w.first_kb <= MOST_GROWTH_KB);
    tenon_session_close(s);
    tenon_close(db);
}

static void ten_million_rows_in_chunks(void **state)
{
    read_in_chunks("PostgreSQL", testdb_create("chunks"), view_postgresql);
    read_in_chunks("SQLite", testdb_sqlite_url(), view_sqlite);
}

static void ten_million_rows_on_postgresql(void **state)
{
    stream_all("PostgreSQL", testdb_create("heavy"), view_postgresql, false);
    stream_all("PostgreSQL, in a transaction", testdb_create("heavier"), view_postgresql, true);
}

static void ten_million_rows_on_sqlite(void **state)
{
    stream_all("SQLite", testdb_sqlite_url(), view_sqlite, false);
    stream_all("SQLite, in a transaction", testdb_sqlite_url(), view_sqlite, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_million_rows_in_chunks),
        cmocka_unit_test(ten_million_rows_on_postgresql),
        cmocka_unit_test(ten_million_rows_on_sqlite),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
