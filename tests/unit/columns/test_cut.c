/* Columns that are cut off in the middle: by another thread, by a deadline, by the end of the
 * server's process. The call says so, no memory is left, and the session goes on.
 *
 * "In the middle" is a view whose rows never end, each of which takes a while. */
#include "unit/model/desk.h"

#include <pthread.h>
#include <stdio.h>
#include <time.h>

#include <tenon/columns.h>

enum { MS = 1000000, SOON_MS = 150 };

static const tenon_table endless = {.name = "Slow"};
static const tenon_columns_options by_copy = {.transport = TENON_COLUMNS_COPY};
static const tenon_columns_options by_result = {.transport = TENON_COLUMNS_RESULT};
static const tenon_columns_options *const ways[] = {&by_copy, &by_result};

static void make_endless_view(both *b)
{
    both_sql(b, b->is_sqlite
                    ? "CREATE VIEW IF NOT EXISTS \"Slow\" AS WITH RECURSIVE up(n) AS (SELECT 1 "
                      "UNION ALL SELECT n + 1 FROM up) SELECT n AS id, 'x' AS label FROM up "
                      "WHERE n % 1000 = 0"
                    : "CREATE OR REPLACE VIEW \"Slow\" AS SELECT n AS id, repeat('x', 3000) || "
                      "pg_sleep(0.001) AS label FROM generate_series(1::bigint, 10000000) AS n");
}

static tenon_columns *read_all(tenon_session *s, const tenon_columns_options *way)
{
    return TENON_COLUMNS_WITH(s, way, number_find_many(s, .table = endless));
}

static void assert_usable(both *b, tenon_session *s)
{
    assert_int_equal(tenon_db_metrics(b->db).leased, tenon_in_transaction(s));
    tenon_columns *c = TENON_COLUMNS(s, number_find_many(s, .where = {.id = LE(3)}));
    assert_sound(s);
    assert_int_equal(tenon_columns_count(c), 3);
    tenon_columns_free(c);
    assert_int_equal(number_count(s, .where = {.id = LE(2)}), 2);
    assert_sound(s);
}

/* ---- cancelled ------------------------------------------------------------------------------- */

static void *cancel_soon(void *session)
{
    nanosleep(&(struct timespec){.tv_nsec = (long)SOON_MS * MS}, NULL);
    tenon_cancel(session);
    return NULL;
}

static void a_read_is_cancelled_in_the_middle(void **state)
{
    both *b = *state;
    pthread_t thread;
    make_endless_view(b);
    for (int i = b->is_sqlite; i < 2; i++) {
        assert_int_equal(pthread_create(&thread, NULL, cancel_soon, b->session), 0);
        assert_null(read_all(b->session, ways[i]));
        pthread_join(thread, NULL);
        assert_failed(b->session, TENON_CANCELLED, "cancelled");
        assert_usable(b, b->session);
    }
}

static void in_a_transaction_it_is_left_to_be_rolled_back(void **state)
{
    both *b = *state;
    pthread_t thread;
    make_endless_view(b);
    assert_true(tenon_begin(b->session));
    assert_int_equal(pthread_create(&thread, NULL, cancel_soon, b->session), 0);
    assert_null(read_all(b->session, NULL));
    pthread_join(thread, NULL);
    assert_int_equal(tenon_session_error(b->session)->status, TENON_CANCELLED);
    assert_true(tenon_in_transaction(b->session));
    tenon_rollback(b->session);
    tenon_error_clear(b->session);
    assert_usable(b, b->session);
}

static void chunks_are_cancelled_between_two(void **state)
{
    both *b = *state;
    const tenon_columns_options options = {.chunk_rows = 100};
    tenon_column_chunks *chunks =
        tenon_columns_open(number_stream_open(b->session).stream, &options);
    tenon_columns *c = tenon_columns_next(chunks);
    assert_int_equal(tenon_columns_count(c), 100);
    tenon_columns_free(c);
    tenon_cancel(b->session);
    while ((c = tenon_columns_next(chunks)))
        tenon_columns_free(c);
    assert_false(tenon_columns_close(chunks));
    assert_failed(b->session, TENON_CANCELLED, NULL);
    assert_usable(b, b->session);
}

/* ---- too late -------------------------------------------------------------------------------- */

static void a_deadline_ends_it_in_the_middle(void **state)
{
    both *b = *state;
    make_endless_view(b);
    for (int i = b->is_sqlite; i < 2; i++) {
        tenon_session *s = tenon_session_open(
            b->db, &(tenon_session_options){.deadline_us = (int64_t)SOON_MS * 1000});
        assert_null(read_all(s, ways[i]));
        assert_failed(s, TENON_TIMEOUT, NULL);
        tenon_session_close(s);
        assert_usable(b, b->session);
    }
}

/* ---- the server's process -------------------------------------------------------------------- */

static const tenon_table slow = {.name = "Slower"};
enum { SLOW_ROWS = 400 };

/* Ends the process that reads, once. */
static void *end_process(void *context)
{
    static const char end[] =
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE "
        "'%\"Slow%' AND pid <> pg_backend_pid() AND state = 'active'";
    do
        nanosleep(&(struct timespec){.tv_nsec = (long)SOON_MS * MS}, NULL);
    while (strcmp(both_value(context, end), "0") == 0);
    return NULL;
}

static void the_servers_process_ends_in_a_transaction(void **state)
{
    both *b = *state;
    pthread_t thread;
    make_endless_view(b);
    for (int i = 0; i < 2; i++) {
        assert_true(tenon_begin(b->session));
        assert_int_equal(pthread_create(&thread, NULL, end_process, b), 0);
        assert_null(read_all(b->session, ways[i]));
        pthread_join(thread, NULL);
        assert_int_equal(tenon_session_error(b->session)->status, TENON_UNAVAILABLE);
        tenon_rollback(b->session);
        tenon_error_clear(b->session);
        assert_usable(b, b->session);
    }
}

/* A read by itself is run again on another connection: what had come is forgotten. */
static void a_read_that_is_run_again_has_each_row_once(void **state)
{
    both *b = *state;
    pthread_t thread;
    both_sql(b, "CREATE OR REPLACE VIEW \"Slower\" AS SELECT n AS id, repeat('x', 3000) || "
                "pg_sleep(0.001) AS label FROM generate_series(1::bigint, 400) AS n");
    for (int i = 0; i < 2; i++) {
        assert_int_equal(pthread_create(&thread, NULL, end_process, b), 0);
        tenon_columns *c = NULL;
        do { /* until it was there to be ended */
            tenon_columns_free(c);
            c = TENON_COLUMNS_WITH(b->session, ways[i],
                                   number_find_many(b->session, .table = slow));
            assert_sound(b->session);
        } while (pthread_tryjoin_np(thread, NULL) != 0);
        assert_int_equal(tenon_columns_count(c), SLOW_ROWS);
        for (size_t k = 0; k < SLOW_ROWS; k++)
            assert_int_equal(tenon_columns_at(c, 0)->as.int64[k], k + 1);
        tenon_columns_free(c);
        assert_usable(b, b->session);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DESK(a_read_is_cancelled_in_the_middle),
        ON_DESK(in_a_transaction_it_is_left_to_be_rolled_back),
        ON_DESK(chunks_are_cancelled_between_two),
        ON_DESK(a_deadline_ends_it_in_the_middle),
        ON_DESK_OF(postgresql, the_servers_process_ends_in_a_transaction),
        ON_DESK_OF(postgresql, a_read_that_is_run_again_has_each_row_once),
    };
    return desk_run(tests);
}
