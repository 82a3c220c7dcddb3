/* Statistics: what is counted of which shape, the error of quantiles, the bound of the memory. */
#include "../model/both.h"
#include "trace/tally.h"

#include <tenon/trace.h>

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static tenon_trace *open_trace(both *b, tenon_trace_options options)
{
    tenon_error err;
    tenon_trace *trace = tenon_trace_open(b->db, &options, &err);
    if (!trace)
        fail_msg("%s", err.message);
    return trace;
}

static tenon_statistics *statistics_of(tenon_trace *trace)
{
    tenon_error err;
    tenon_statistics *it = tenon_trace_statistics(trace, &err);
    assert_non_null(it);
    return it;
}

static const tenon_shape_statistics *shape_of(const tenon_statistics *it, const char *operation)
{
    for (size_t i = 0; i < it->count; i++) {
        if (strcmp(it->items[i].operation, operation) == 0)
            return &it->items[i];
    }
    fail_msg("nothing was counted of %s", operation);
    return NULL;
}

static void add_users(both *b, int count)
{
    for (int i = 0; i < count; i++) {
        char email[64];
        snprintf(email, sizeof email, "user%d@example.com", i);
        user_create(b->session, .email = SET(email), .age = SET(20 + i));
    }
    assert_sound(b->session);
}

/* ---- counting -------------------------------------------------------------------------------- */

static void calls_that_differ_in_values_are_one_shape(void **state)
{
    both *b = *state;
    add_users(b, 3);
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    for (int i = 0; i < 10; i++)
        user_find_many(b->session, .where = {.age = GE(20 + i % 2)});
    tenon_statistics *it = statistics_of(trace);
    assert_int_equal(it->count, 1);
    const tenon_shape_statistics *find = shape_of(it, "find");
    assert_string_equal(find->model, "User");
    assert_non_null(strstr(find->sql, "SELECT"));
    assert_int_equal(find->calls, 10);
    assert_int_equal(find->rows, 25);
    assert_int_equal(find->errors, 0);
    assert_true(find->bytes >= 25 * sizeof(User));
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

static void times_are_in_order_and_add_up(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    for (int i = 0; i < 50; i++)
        user_find(b->session, i);
    tenon_statistics *it = statistics_of(trace);
    const tenon_shape_statistics *find = &it->items[0];
    assert_int_equal(find->calls, 50);
    assert_true(0 < find->min_ns && find->min_ns <= find->p50_ns);
    assert_true(find->p50_ns <= find->p95_ns && find->p95_ns <= find->p99_ns);
    assert_true(find->p99_ns <= find->max_ns && find->max_ns <= find->total_ns);
    assert_int_equal(find->mean_ns, find->total_ns / 50);
    uint64_t sum = 0;
    for (size_t i = 0; i <= TENON_DURATION_EDGES; i++)
        sum += find->duration_counts[i];
    assert_int_equal(sum, 50);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

static void failures_are_counted(void **state)
{
    both *b = *state;
    add_users(b, 1);
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    user_create(b->session, .email = SET("user0@example.com"));
    assert_failed(b->session, TENON_UNIQUE, NULL);
    tenon_statistics *it = statistics_of(trace);
    const tenon_shape_statistics *create = shape_of(it, "create");
    assert_int_equal(create->calls, 1);
    assert_int_equal(create->errors, 1);
    assert_int_equal(create->rows, 0);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

static void rows_written_are_counted(void **state)
{
    both *b = *state;
    add_users(b, 5);
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    user_update_many(b->session, .where = {.age = GE(22)}, .set = {.name = SET("x")});
    assert_sound(b->session);
    tenon_statistics *it = statistics_of(trace);
    assert_int_equal(shape_of(it, "update_many")->rows, 3);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

static void literals_of_sql_text_are_not_kept(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    tenon_execute(b->session, "DELETE  FROM \"User\" WHERE name = 'secret one' /* a */ AND age=7");
    tenon_execute(b->session, "DELETE FROM \"User\" WHERE name = 'another' AND age=1234");
    assert_sound(b->session);
    tenon_statistics *it = statistics_of(trace);
    assert_int_equal(it->count, 1);
    assert_int_equal(it->items[0].calls, 2);
    assert_string_equal(it->items[0].sql, "DELETE FROM \"User\" WHERE name = ? AND age=?");
    assert_string_equal(it->items[0].operation, "execute");
    assert_null(it->items[0].model);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

static void statements_of_an_include_are_counted_each(void **state)
{
    both *b = *state;
    add_users(b, 2);
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    user_find_many(b->session, .include = {.posts = &(PostQuery){0}});
    assert_sound(b->session);
    tenon_statistics *it = statistics_of(trace);
    assert_int_equal(it->count, 2);
    assert_int_equal(it->total.calls, 2);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

/* ---- the table ------------------------------------------------------------------------------- */

static void more_shapes_than_there_is_room_for_are_summed_up(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){.shapes_most = 16});
    for (int i = 0; i < 200; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT 1 AS name%d", i);
        tenon_execute(b->session, sql);
    }
    assert_sound(b->session);
    tenon_statistics *it = statistics_of(trace);
    uint64_t calls = it->other.calls;
    int64_t time_ns = it->other.total_ns;
    assert_in_range(it->count, 1, 16);
    for (size_t i = 0; i < it->count; i++) {
        calls += it->items[i].calls;
        time_ns += it->items[i].total_ns;
        assert_true(!i || it->items[i].total_ns <= it->items[i - 1].total_ns);
    }
    assert_int_equal(calls, 200);
    assert_int_equal(it->total.calls, 200);
    assert_int_equal(it->total.total_ns, time_ns);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

static void a_reset_begins_anew(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    user_find(b->session, 1);
    tenon_statistics *before = statistics_of(trace);
    tenon_trace_reset(trace);
    tenon_statistics *after = statistics_of(trace);
    assert_int_equal(before->total.calls, 1);
    assert_int_equal(after->total.calls, 0);
    assert_int_equal(after->count, 0);
    assert_true(after->since_us >= before->since_us);
    tenon_statistics_free(before);
    tenon_statistics_free(after);
    tenon_trace_close(trace);
}

static void a_database_has_one_trace(void **state)
{
    both *b = *state;
    tenon_error err;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    assert_null(tenon_trace_open(b->db, NULL, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_trace_close(trace);
    trace = open_trace(b, (tenon_trace_options){0});
    tenon_trace_close(trace);
    assert_null(tenon_trace_open(NULL, NULL, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_null(tenon_trace_statistics(NULL, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_trace_close(NULL);
    tenon_trace_reset(NULL);
    tenon_statistics_free(NULL);
}

static void count_up(tenon_event *event, void *ctx)
{
    (void)event;
    ++*(int *)ctx;
}

static void hooks_and_a_trace_do_not_disturb_each_other(void **state)
{
    both *b = *state;
    int count = 0;
    const tenon_hook hook = {
        .moments = TENON_AFTER_QUERY | TENON_AFTER_LOAD, .function = count_up, .ctx = &count};
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    tenon_session_hook_add(b->session, &hook);
    user_find_many(b->session, .where = {.age = EQ(1)});
    assert_sound(b->session);
    tenon_statistics *it = statistics_of(trace);
    assert_int_equal(it->total.calls, 1);
    assert_int_equal(count, 2);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
    user_find_many(b->session, .where = {.age = EQ(1)});
    assert_int_equal(count, 4);
}

/* ---- threads --------------------------------------------------------------------------------- */

enum { THREADS = 4, CALLS = 300 };

static void *call_often(void *ctx)
{
    tenon_session *s = tenon_session_open(ctx, NULL);
    for (int i = 0; i < CALLS; i++) {
        if (i % 2)
            user_find(s, i);
        else
            user_find_many(s, .where = {.age = EQ(i)});
        tenon_session_reset(s);
    }
    bool is_sound = !tenon_failed(s);
    tenon_session_close(s);
    return is_sound ? ctx : NULL;
}

static void no_call_of_many_threads_is_lost(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b, (tenon_trace_options){0});
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, b->db), 0);
    for (int i = 0; i < 20; i++)
        tenon_statistics_free(statistics_of(trace));
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    tenon_statistics *it = statistics_of(trace);
    assert_int_equal(it->count, 2);
    assert_int_equal(it->total.calls, THREADS * CALLS);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

static void count_slow(const tenon_slow_query *query, void *ctx)
{
    if (query->plan)
        atomic_fetch_add((atomic_int *)ctx, 1);
}

/* Slow calls, spans, comments, exports and a client of the socket, all beside each other. */
static void all_of_it_works_beside_many_threads(void **state)
{
    both *b = *state;
    atomic_int plans = 0;
    tenon_error err;
    char path[64];
    snprintf(path, sizeof path, "/tmp/tenon-threads-%d.sock", (int)getpid());
    tenon_trace *trace = open_trace(b, (tenon_trace_options){.slow_us = 1,
                                                             .slow = count_slow,
                                                             .slow_ctx = &plans,
                                                             .spans_every = 3,
                                                             .spans_most = 16,
                                                             .comments = TENON_COMMENT_SITE});
    assert_true(tenon_trace_listen(trace, path, &err));
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, b->db), 0);
    for (int i = 0; i < 20; i++)
        free(tenon_trace_text(trace, (tenon_trace_format)(TENON_TRACE_PROMETHEUS + i % 4), &err));
    for (int i = 0; i < THREADS; i++) {
        void *result;
        pthread_join(threads[i], &result);
        assert_non_null(result);
    }
    tenon_statistics *it = statistics_of(trace);
    assert_int_equal(it->total.calls, THREADS * CALLS);
    assert_true(plans <= 2);
    tenon_statistics_free(it);
    tenon_trace_close(trace);
}

/* ---- the histogram --------------------------------------------------------------------------- */

static int by_value(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

/* Spread over all powers of two that are told apart. */
static int64_t random_time(unsigned *seed)
{
    int64_t mantissa = rand_r(seed) % 65536 + 65536;
    return (mantissa << (rand_r(seed) % 20)) >> 16;
}

static void quantiles_are_off_by_a_64th_at_most(void **state)
{
    (void)state;
    enum { COUNT = 10001 };
    static int64_t times[COUNT];
    static tenon__tally tally;
    unsigned seed = 1;
    for (int i = 0; i < COUNT; i++)
        tenon__tally_add(&tally, times[i] = random_time(&seed) * 1000, 1, 0, false);
    qsort(times, COUNT, sizeof *times, by_value);
    for (int percent = 0; percent <= 100; percent++) {
        int64_t exact = times[percent * (COUNT - 1) / 100];
        int64_t told = tenon__tally_quantile(&tally, percent / 100.0);
        int64_t next = times[percent < 100 ? percent * (COUNT - 1) / 100 + 1 : COUNT - 1];
        int64_t before = percent ? times[percent * (COUNT - 1) / 100 - 1] : exact;
        assert_true(told >= before - before / 64 - 16 && told <= next + next / 64 + 16);
    }
}

static void tallies_that_are_merged_are_as_one(void **state)
{
    (void)state;
    static tenon__tally parts[2], whole;
    unsigned seed = 2;
    for (int i = 0; i < 1000; i++) {
        int64_t time_ns = random_time(&seed);
        tenon__tally_add(&parts[i % 2], time_ns, 2, 3, i % 5 == 0);
        tenon__tally_add(&whole, time_ns, 2, 3, i % 5 == 0);
    }
    tenon__tally_merge(&parts[0], &parts[1]);
    assert_memory_equal(&parts[0], &whole, sizeof whole);
}

static void times_at_both_ends_have_their_place(void **state)
{
    (void)state;
    static tenon__tally tally;
    tenon__tally_add(&tally, 0, 0, 0, false);
    tenon__tally_add(&tally, INT64_MAX / 2, 0, 0, false);
    tenon_shape_statistics it = {0};
    tenon__tally_tell(&tally, &it);
    assert_int_equal(it.min_ns, 0);
    assert_int_equal(it.max_ns, INT64_MAX / 2);
    assert_int_equal(it.duration_counts[0], 1);
    assert_int_equal(it.duration_counts[TENON_DURATION_EDGES], 1);
    assert_int_equal(tenon__tally_quantile(&(tenon__tally){0}, 0.5), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(calls_that_differ_in_values_are_one_shape),
        ON_BOTH(times_are_in_order_and_add_up),
        ON_BOTH(failures_are_counted),
        ON_BOTH(rows_written_are_counted),
        ON_BOTH(literals_of_sql_text_are_not_kept),
        ON_BOTH(statements_of_an_include_are_counted_each),
        ON_BOTH(more_shapes_than_there_is_room_for_are_summed_up),
        ON_BOTH(a_reset_begins_anew),
        ON_BOTH(a_database_has_one_trace),
        ON_BOTH(hooks_and_a_trace_do_not_disturb_each_other),
        ON_BOTH(no_call_of_many_threads_is_lost),
        ON_BOTH(all_of_it_works_beside_many_threads),
        cmocka_unit_test(quantiles_are_off_by_a_64th_at_most),
        cmocka_unit_test(tallies_that_are_merged_are_as_one),
        cmocka_unit_test(times_at_both_ends_have_their_place),
    };
    return both_run(tests);
}
