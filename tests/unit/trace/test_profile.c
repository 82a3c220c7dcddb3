/* Profiles, what the server has counted, and memory. */
#include "../model/both.h"
#include "trace/plan.h"

#include <testdb.h>

#include <stdio.h>
#include <stdlib.h>

typedef struct told {
    int count;
    bool is_measured, reads_all, sorts;
    char plan[4096], worst[256];
    double actual_rows, worst_error;
    size_t step_count;
} told;

static void note(const tenon_profile *profile, void *ctx)
{
    told *it = ctx;
    int count = it->count + 1;
    *it = (told){
        .count = count, .is_measured = profile->is_measured, .step_count = profile->step_count};
    snprintf(it->plan, sizeof it->plan, "%s", profile->plan);
    for (size_t i = 0; i < profile->step_count; i++) {
        it->reads_all |= profile->steps[i].reads_all;
        it->sorts |= profile->steps[i].sorts;
    }
    it->actual_rows = profile->steps[0].actual_rows;
    if (!profile->worst)
        return;
    snprintf(it->worst, sizeof it->worst, "%s", profile->worst->text);
    it->worst_error = profile->worst->error;
}

static tenon_trace *open_trace(both *b)
{
    tenon_error err;
    tenon_trace *trace = tenon_trace_open(b->db, NULL, &err);
    assert_non_null(trace);
    return trace;
}

static void add_users(both *b, int count)
{
    UserSet *sets = calloc((size_t)count, sizeof *sets);
    char(*emails)[32] = calloc((size_t)count, sizeof *emails);
    for (int i = 0; i < count; i++) {
        snprintf(emails[i], sizeof emails[i], "user%d@example.com", i);
        sets[i] = (UserSet){.email = SET(emails[i]), .age = SET(i % 100)};
    }
    assert_int_equal(user_create_many(b->session, .items = sets, .count = (size_t)count), count);
    free(sets);
    free(emails);
}

/* ---- profiles -------------------------------------------------------------------------------- */

static void a_read_is_run_again_and_measured(void **state)
{
    both *b = *state;
    told it = {0};
    add_users(b, 40);
    tenon_trace *trace = open_trace(b);
    assert_true(tenon_trace_profile(trace, b->session, note, &it));
    user_find_many(b->session, .where = {.age = GE(10)});
    assert_sound(b->session);
    assert_int_equal(it.count, 1);
    assert_int_equal(it.is_measured, !b->is_sqlite);
    assert_true(it.step_count >= 1);
    if (!b->is_sqlite) {
        assert_non_null(strstr(it.plan, "actual time="));
        assert_true(it.actual_rows == 30);
        assert_true(it.worst_error >= 1);
    }
    assert_true(tenon_trace_profile(trace, b->session, NULL, NULL));
    user_find_many(b->session, .where = {.age = GE(10)});
    assert_int_equal(it.count, 1);
    tenon_trace_close(trace);
}

static void what_reads_all_and_sorts_is_told(void **state)
{
    both *b = *state;
    told it = {0};
    add_users(b, 40);
    tenon_trace *trace = open_trace(b);
    assert_true(tenon_trace_profile(trace, b->session, note, &it));
    user_find_many(b->session, .where = {.name = IS_NULL()}, .order_by = {DESC(USER_AGE)});
    assert_true(it.reads_all);
    assert_true(it.sorts);
    if (!b->is_sqlite)
        both_sql(b, "SET enable_seqscan = off");
    user_find_by_email(b->session, "user3@example.com");
    assert_int_equal(it.count, 2);
    assert_false(it.sorts);
    assert_true(!b->is_sqlite || !it.reads_all);
    assert_true(tenon_trace_profile(trace, b->session, NULL, NULL));
    tenon_trace_close(trace);
}

/* The server believes that the table is as empty as when it looked last. */
static void a_wrong_estimate_is_found(void **state)
{
    both *b = *state;
    told it = {0};
    add_users(b, 3);
    both_sql(b, "ALTER TABLE \"User\" SET (autovacuum_enabled = off)");
    both_sql(b, "ANALYZE \"User\"");
    user_delete_many(b->session, .everything = true);
    add_users(b, 2000);
    tenon_trace *trace = open_trace(b);
    assert_true(tenon_trace_profile(trace, b->session, note, &it));
    user_find_many(b->session, .where = {.age = EQ(7), .name = IS_NULL()}, .limit = 500);
    assert_sound(b->session);
    assert_int_equal(it.count, 1);
    assert_true(it.worst_error >= 10);
    assert_non_null(strstr(it.worst, "Scan on \"User\""));
    assert_true(tenon_trace_profile(trace, b->session, NULL, NULL));
    tenon_trace_close(trace);
}

static void a_write_is_never_run_again(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_trace *trace = open_trace(b);
    assert_true(tenon_trace_profile(trace, b->session, note, &it));
    user_create(b->session, .email = SET("ann@example.com"), .age = SET(1));
    assert_false(it.is_measured);
    user_update_many(b->session, .everything = true, .set = {.age = INCREASE(1)});
    assert_false(it.is_measured);
    assert_sound(b->session);
    assert_true(tenon_trace_profile(trace, b->session, NULL, NULL));
    assert_string_equal(both_value(b, "SELECT count(*) || ' ' || max(age) FROM \"User\""), "1 2");
    tenon_trace_close(trace);
}

/* A query may call what writes: the transaction that it is run in refuses that. */
static void what_writes_in_a_query_is_only_explained(void **state)
{
    both *b = *state;
    told it = {0};
    add_users(b, 1);
    tenon_trace *trace = open_trace(b);
    assert_true(tenon_trace_profile(trace, b->session, note, &it));
    user_find_many(b->session, .lock = TENON_FOR_UPDATE);
    tenon_error_clear(b->session);
    assert_true(tenon_begin(b->session));
    user_find_many(b->session, .lock = TENON_FOR_UPDATE);
    assert_sound(b->session);
    assert_true(it.count >= 1);
    assert_false(it.is_measured);
    assert_true(tenon_commit(b->session));
    assert_true(tenon_trace_profile(trace, b->session, NULL, NULL));
    tenon_trace_close(trace);
}

static void one_session_is_profiled_at_a_time(void **state)
{
    both *b = *state;
    told it = {0};
    tenon_trace *trace = open_trace(b);
    tenon_session *other = tenon_session_open(b->db, NULL);
    assert_true(tenon_trace_profile(trace, b->session, note, &it));
    assert_false(tenon_trace_profile(trace, other, note, &it));
    assert_failed(other, TENON_MISUSE, NULL);
    user_find(other, 1);
    assert_int_equal(it.count, 0);
    assert_true(tenon_trace_profile(trace, other, NULL, NULL));
    assert_true(tenon_trace_profile(trace, b->session, NULL, NULL));
    assert_true(tenon_trace_profile(trace, other, note, &it));
    user_find(other, 1);
    assert_int_equal(it.count, 1);
    assert_true(tenon_trace_profile(trace, other, NULL, NULL));
    assert_false(tenon_trace_profile(NULL, other, note, &it));
    tenon_session_close(other);
    tenon_trace_close(trace);
}

/* ---- reading plans --------------------------------------------------------------------------- */

static const char nested_plan[] =
    "Nested Loop  (cost=0.29..16.34 rows=5 width=8) (actual time=0.020..0.030 rows=9 loops=1)\n"
    "  ->  Sort  (cost=1.00..1.10 rows=4 width=8) (actual time=0.010..0.011 rows=3 loops=1)\n"
    "        Sort Key: id\n"
    "        ->  Seq Scan on \"User\"  (cost=0.00..1.50 rows=4 width=8)"
    " (actual time=0.001..0.002 rows=3 loops=1)\n"
    "              Filter: (name = '  (cost=1'::text)\n"
    "              Rows Removed by Filter: 12\n"
    "  ->  Index Scan using p on posts  (cost=0.29..8.00 rows=2 width=8)"
    " (actual time=0.004..0.005 rows=200 loops=3)\n"
    "  ->  Index Scan using q on posts  (cost=0.29..8.00 rows=2 width=8) (never executed)\n"
    "Planning Time: 0.125 ms\n"
    "Execution Time: 0.061 ms";

static void a_plan_of_postgresql_is_read(void **state)
{
    (void)state;
    tenon__arena arena = {0};
    tenon_profile profile = {0};
    assert_true(tenon__plan_read(TENON_POSTGRESQL, nested_plan, &arena, &profile));
    const tenon_plan_step *steps = profile.steps;
    assert_int_equal(profile.step_count, 5);
    assert_string_equal(steps[0].text, "Nested Loop");
    assert_string_equal(steps[2].text, "Seq Scan on \"User\"");
    const unsigned depths[] = {0, 1, 2, 1, 1};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(steps[i].depth, depths[i]);
    assert_true(steps[1].sorts && !steps[1].reads_all);
    assert_true(steps[2].reads_all && steps[2].removed_rows == 12);
    assert_true(steps[3].actual_rows == 200 && steps[3].loops == 3 && steps[3].error == 100);
    assert_true(steps[3].total_ms > 0.0149 && steps[3].total_ms < 0.0151);
    assert_false(steps[4].is_measured);
    assert_ptr_equal(profile.worst, &steps[3]);
    assert_true(profile.planning_ms == 0.125 && profile.execution_ms == 0.061);
    tenon__arena_release(&arena);
}

static void a_plan_of_sqlite_is_read(void **state)
{
    (void)state;
    static const char plan[] = "QUERY PLAN OF NOTHING\n"
                               "SCAN User\n"
                               "  SEARCH posts USING INDEX a (b=?)\n"
                               "USE TEMP B-TREE FOR ORDER BY\n"
                               "SCAN CONSTANT ROW";
    tenon__arena arena = {0};
    tenon_profile profile = {0};
    assert_true(tenon__plan_read(TENON_SQLITE, plan, &arena, &profile));
    assert_int_equal(profile.step_count, 5);
    assert_true(profile.steps[1].reads_all);
    assert_int_equal(profile.steps[2].depth, 1);
    assert_false(profile.steps[2].reads_all);
    assert_true(profile.steps[3].sorts);
    assert_false(profile.steps[4].reads_all);
    assert_null(profile.worst);
    tenon__arena_release(&arena);
}

static void values_are_hidden_in_conditions_only(void **state)
{
    (void)state;
    char plan[] = "Seq Scan on t2  (cost=0.00..1.50 rows=4 width=8)\n"
                  "  Filter: ((\"a 1\" = 'it''s 5'::text) AND (b2 > 17.5) AND (c = ANY ('{1,2}')))";
    tenon__plan_hide_values(plan);
    assert_string_equal(plan, "Seq Scan on t2  (cost=0.00..1.50 rows=4 width=8)\n"
                              "  Filter: ((\"a 1\" = ?::text) AND (b2 > ?) AND (c = ANY (?)))");
}

/* ---- the server ------------------------------------------------------------------------------ */

static void without_the_extension_nothing_is_there(void **state)
{
    both *b = *state;
    tenon_server_statements it = tenon_server_statements_read(b->session, 10);
    assert_sound(b->session);
    assert_false(it.is_there);
    assert_int_equal(it.count, 0);
    assert_false(tenon_server_statements_read(NULL, 10).is_there);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void memory_is_accounted_for(void **state)
{
    both *b = *state;
    tenon_trace *trace = open_trace(b);
    tenon_memory before = tenon_trace_memory(trace, b->session);
    add_users(b, 200);
    UserList users = user_find_many(b->session);
    assert_int_equal(users.count, 200);
    tenon_memory after = tenon_trace_memory(trace, b->session);
    assert_true(after.result_bytes >= before.result_bytes + 200 * sizeof(User));
    assert_true(after.plan_count >= 1 && after.plan_bytes > 0);
    assert_true(after.trace_bytes > before.trace_bytes);
    tenon_session_reset(b->session);
    tenon_memory reset = tenon_trace_memory(trace, b->session);
    assert_true(reset.result_bytes < after.result_bytes);
    tenon_trace_reset(trace);
    assert_int_equal(tenon_trace_memory(trace, NULL).trace_bytes, before.trace_bytes);
    assert_int_equal(tenon_trace_memory(NULL, NULL).plan_count, 0);
    tenon_trace_close(trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(a_read_is_run_again_and_measured),
        ON_BOTH(what_reads_all_and_sorts_is_told),
        ON(postgresql, a_wrong_estimate_is_found),
        ON_BOTH(a_write_is_never_run_again),
        ON(postgresql, what_writes_in_a_query_is_only_explained),
        ON_BOTH(one_session_is_profiled_at_a_time),
        ON_BOTH(without_the_extension_nothing_is_there),
        ON_BOTH(memory_is_accounted_for),
        cmocka_unit_test(a_plan_of_postgresql_is_read),
        cmocka_unit_test(a_plan_of_sqlite_is_read),
        cmocka_unit_test(values_are_hidden_in_conditions_only),
    };
    return both_run(tests);
}
