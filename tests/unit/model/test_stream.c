/* Streams: every row comes once, memory stays as it is, and what is left early leaves nothing. */
#include "desk.h"

#include <stdio.h>

static void create_jobs(both *b, int count)
{
    for (int i = 0; i < count; i++)
        job_create(b->session, .title = SET("paint"), .weight = SET(i));
    assert_sound(b->session);
}

/* What a callback counts, and where it stops. */
typedef struct tally {
    int64_t count, sum, stop_at;
    both *b;
} tally;

static bool add_number(Number *number, void *ctx)
{
    tally *t = ctx;
    t->count++;
    t->sum += number->id;
    return t->count != t->stop_at;
}

static unsigned leased(both *b)
{
    return tenon_db_metrics(b->db).leased;
}

/* ---- rows ------------------------------------------------------------------------------------ */

static void every_row_comes_once_and_in_order(void **state)
{
    both *b = *state;
    NumberStream numbers = number_stream_open(b->session, .order_by = {ASC(NUMBER_ID)});
    int64_t expected = 1;
    for (Number *number; (number = number_stream_next(numbers)); expected++) {
        char label[32];
        snprintf(label, sizeof label, "number %lld", (long long)expected);
        assert_int_equal(number->id, expected);
        assert_string_equal(number->label, label);
    }
    assert_int_equal(expected, DESK_NUMBERS + 1);
    assert_int_equal(leased(b), 0); /* at the end nothing is held any more */
    assert_null(number_stream_next(numbers));
    assert_true(number_stream_close(numbers));
}

static void a_function_sees_each_row(void **state)
{
    both *b = *state;
    tally t = {0};
    assert_true(number_each(b->session, add_number, &t));
    assert_int_equal(t.count, DESK_NUMBERS);
    assert_int_equal(t.sum, (int64_t)DESK_NUMBERS * (DESK_NUMBERS + 1) / 2);
    assert_int_equal(leased(b), 0);
}

static void a_function_can_stop(void **state)
{
    both *b = *state;
    tally t = {.stop_at = 100};
    assert_true(number_each(b->session, add_number, &t, .where = {.id = GT(10)},
                            .order_by = {ASC(NUMBER_ID)}));
    assert_int_equal(t.count, 100);
    assert_int_equal(t.sum, 6050);
    assert_int_equal(leased(b), 0);
}

static void a_query_means_what_it_means_elsewhere(void **state)
{
    both *b = *state;
    int64_t wanted[] = {5, 99, 100001, 7};
    tally t = {0};
    number_each(b->session, add_number, &t, .where = {.id = IN(wanted, 4)});
    assert_int_equal(t.sum, 111);
    t = (tally){0};
    number_each(b->session, add_number, &t, .where = {.label = ENDS_WITH("99999")});
    assert_int_equal(t.sum, 99999);
    t = (tally){0};
    number_each(b->session, add_number, &t, .limit = 50, .offset = 10,
                .order_by = {DESC(NUMBER_ID)});
    assert_int_equal(t.count, 50);
    NumberStream numbers = number_stream_open(b->session, .select = {NUMBER_ID}, .limit = 1);
    Number *number = number_stream_next(numbers);
    assert_false(NUMBER_LOADED(number, NUMBER_LABEL));
    number_stream_close(numbers);
    assert_sound(b->session);
}

static void a_stream_of_nothing_is_at_its_end(void **state)
{
    both *b = *state;
    JobStream jobs = job_stream_open(b->session);
    assert_null(job_stream_next(jobs));
    assert_true(job_stream_close(jobs));
    assert_sound(b->session);
}

/* Its values are the stream's own once it is open. */
static NumberStream open_with_values_that_go(tenon_session *s)
{
    char text[] = "number 77";
    int64_t ids[] = {76, 77, 78};
    NumberStream numbers = number_stream_open(s, .where = {.label = EQ(text), .id = IN(ids, 3)});
    memset(text, 'x', sizeof text - 1);
    memset(ids, 0, sizeof ids);
    return numbers;
}

static void the_query_may_go_once_the_stream_is_open(void **state)
{
    both *b = *state;
    NumberStream numbers = open_with_values_that_go(b->session);
    Number *number = number_stream_next(numbers);
    assert_int_equal(number->id, 77);
    assert_null(number_stream_next(numbers));
    number_stream_close(numbers);
}

/* ---- memory ---------------------------------------------------------------------------------- */

static void a_stream_needs_no_more_memory_than_a_part_of_it(void **state)
{
    both *b = *state;
    tenon_session_options options = {.memory_limit_bytes = 1 << 20};
    tenon_session *s = tenon_session_open(b->db, &options);
    tally t = {0};
    assert_true(number_each(s, add_number, &t));
    assert_int_equal(t.count, DESK_NUMBERS);
    number_find_many(s);
    assert_failed(s, TENON_LIMIT, NULL);
    tenon_session_close(s);
}

static void long_rows_come_in_small_parts(void **state)
{
    both *b = *state;
    both_sql(b, b->is_sqlite
                    ? "CREATE VIEW \"Long\" AS SELECT id, hex(zeroblob(50000)) || id AS label "
                      "FROM \"Number\" WHERE id <= 200"
                    : "CREATE VIEW \"Long\" AS SELECT id, repeat('x', 100000) || id AS label "
                      "FROM \"Number\" WHERE id <= 200");
    tenon_session_options options = {.memory_limit_bytes = 4 << 20};
    tenon_session *s = tenon_session_open(b->db, &options);
    tally t = {0};
    assert_true(number_each(s, add_number, &t, .table = {.name = "Long"}));
    assert_sound(s);
    assert_int_equal(t.count, 200);
    tenon_session_close(s);
}

/* ---- beside others --------------------------------------------------------------------------- */

static bool find_its_job(Number *number, void *ctx)
{
    tally *t = ctx;
    tenon_mark mark = tenon_session_mark(t->b->session);
    Job *job = job_find_first(t->b->session, .where = {.weight = EQ(number->id)});
    t->count++;
    t->sum += job ? job->weight : 0;
    tenon_session_rewind(t->b->session, mark);
    return true;
}

static void other_calls_run_while_a_stream_is_open(void **state)
{
    both *b = *state;
    create_jobs(b, 30);
    tally t = {.b = b};
    assert_true(
        number_each(b->session, find_its_job, &t, .limit = 100, .order_by = {ASC(NUMBER_ID)}));
    assert_int_equal(t.count, 100);
    assert_int_equal(t.sum, 435);
}

static void other_calls_run_inside_of_the_same_transaction(void **state)
{
    both *b = *state;
    assert_true(tenon_begin(b->session));
    create_jobs(b, 30);
    tally t = {.b = b};
    assert_true(
        number_each(b->session, find_its_job, &t, .limit = 100, .order_by = {ASC(NUMBER_ID)}));
    assert_int_equal(t.sum, 435);
    assert_int_equal(leased(b), 1);
    assert_true(tenon_commit(b->session));
}

static void a_stream_inside_of_a_transaction_sees_its_writes(void **state)
{
    both *b = *state;
    tenon_begin(b->session);
    create_jobs(b, 40);
    JobStream jobs = job_stream_open(b->session, .order_by = {ASC(JOB_WEIGHT)});
    int count = 0;
    for (Job *job; (job = job_stream_next(jobs)); count++)
        job_update(b->session, job->id, .state = SET("seen"));
    job_stream_close(jobs);
    assert_int_equal(count, 40);
    assert_int_equal(job_count(b->session, .where = {.state = EQ("seen")}), 40);
    assert_true(tenon_commit(b->session));
}

static void rows_can_be_written_outside_while_they_are_read(void **state)
{
    both *b = *state;
    create_jobs(b, 40);
    JobStream jobs = job_stream_open(b->session, .order_by = {ASC(JOB_ID)});
    int count = 0;
    for (Job *job; (job = job_stream_next(jobs)); count++)
        job_delete(b->session, job->id);
    assert_true(job_stream_close(jobs));
    assert_int_equal(count, 40);
    assert_int_equal(job_count(b->session), 0);
}

static void several_streams_can_be_open(void **state)
{
    both *b = *state;
    for (int i = 0; i < 2; i++) {
        if (i)
            tenon_begin(b->session);
        NumberStream up = number_stream_open(b->session, .order_by = {ASC(NUMBER_ID)});
        NumberStream down = number_stream_open(b->session, .order_by = {DESC(NUMBER_ID)});
        for (int64_t n = 1; n <= 2000; n++) {
            assert_int_equal(number_stream_next(up)->id, n);
            assert_int_equal(number_stream_next(down)->id, DESK_NUMBERS + 1 - n);
        }
        assert_true(number_stream_close(up));
        assert_int_equal(number_stream_next(down)->id, DESK_NUMBERS - 2000);
        assert_true(number_stream_close(down));
        assert_int_equal(leased(b), i);
        assert_int_equal(tenon_commit(b->session), i);
        tenon_error_clear(b->session);
    }
}

/* ---- ends ------------------------------------------------------------------------------------ */

static void closing_early_gives_the_connection_back(void **state)
{
    both *b = *state;
    NumberStream numbers = number_stream_open(b->session);
    assert_non_null(number_stream_next(numbers));
    assert_int_equal(leased(b), 1);
    assert_true(number_stream_close(numbers));
    assert_int_equal(leased(b), 0);
    assert_int_equal(number_count(b->session, .where = {.id = LE(3)}), 3);
    assert_sound(b->session);
}

static int64_t count_cursors(both *b)
{
    return number_count(b->session, .table = {.name = "Cursor"},
                        .where = {.label = STARTS_WITH("tenon")});
}

static void closing_early_inside_of_a_transaction_ends_the_cursor(void **state)
{
    both *b = *state;
    both_sql(b, "CREATE VIEW \"Cursor\" AS SELECT 1::bigint AS id, name AS label FROM pg_cursors");
    tenon_begin(b->session);
    NumberStream numbers = number_stream_open(b->session);
    assert_non_null(number_stream_next(numbers));
    assert_int_equal(count_cursors(b), 1);
    assert_true(number_stream_close(numbers));
    assert_int_equal(count_cursors(b), 0);
    assert_true(tenon_commit(b->session));
}

static void a_session_can_be_closed_with_open_streams(void **state)
{
    both *b = *state;
    for (int i = 0; i < 4; i++) {
        tenon_session *s = tenon_session_open(b->db, NULL);
        if (i % 2)
            tenon_begin(s);
        assert_non_null(number_stream_next(number_stream_open(s)));
        assert_non_null(number_stream_next(number_stream_open(s, .limit = 5)));
        number_stream_open(s);
        if (i > 1)
            tenon_session_reset(s);
        tenon_session_close(s);
        assert_int_equal(leased(b), 0);
    }
}

static void a_stream_that_its_transaction_left_behind_says_so(void **state)
{
    both *b = *state;
    for (int i = 0; i < 2; i++) {
        tenon_begin(b->session);
        NumberStream numbers = number_stream_open(b->session);
        assert_non_null(number_stream_next(numbers));
        if (i)
            tenon_commit(b->session);
        else
            tenon_rollback(b->session);
        assert_int_equal(leased(b), 0);
        assert_null(number_stream_next(numbers)); /* also of rows that had come already */
        assert_failed(b->session, TENON_MISUSE, "ended before its last row");
        assert_true(number_stream_close(numbers));
    }
}

static void a_stream_at_its_end_does_not_mind_the_commit(void **state)
{
    both *b = *state;
    tenon_begin(b->session);
    NumberStream numbers = number_stream_open(b->session, .limit = 3);
    for (int i = 0; i < 3; i++)
        assert_non_null(number_stream_next(numbers));
    tenon_commit(b->session);
    assert_null(number_stream_next(numbers));
    assert_true(number_stream_close(numbers));
    assert_sound(b->session);
}

static void a_stream_of_a_savepoint_goes_with_it(void **state)
{
    both *b = *state;
    tenon_begin(b->session);
    NumberStream outer = number_stream_open(b->session, .order_by = {ASC(NUMBER_ID)});
    tenon_begin(b->session);
    NumberStream kept = number_stream_open(b->session, .order_by = {ASC(NUMBER_ID)});
    assert_true(tenon_commit(b->session));
    tenon_begin(b->session);
    NumberStream lost = number_stream_open(b->session);
    assert_non_null(number_stream_next(lost));
    tenon_rollback(b->session);
    for (int64_t n = 1; n <= 100; n++) {
        assert_int_equal(number_stream_next(outer)->id, n);
        assert_int_equal(number_stream_next(kept)->id, n);
    }
    while (number_stream_next(lost))
        ;
    assert_failed(b->session, TENON_MISUSE, "ended before its last row");
    tenon_rollback(b->session);
    number_stream_close(kept);
    number_stream_close(outer);
    number_stream_close(lost);
}

static void what_has_no_stream_has_no_rows(void **state)
{
    both *b = *state;
    NumberStream none = number_stream_open(b->session, .limit = -1);
    assert_null(none.stream);
    assert_null(number_stream_next(none));
    assert_false(number_stream_close(none));
    assert_failed(b->session, TENON_MISUSE, "negative");
    assert_null(number_stream_next(number_stream_open(NULL)));
}

/* ---- errors ---------------------------------------------------------------------------------- */

static void make_broken_view(both *b)
{
    both_sql(b, b->is_sqlite
                    ? "CREATE VIEW IF NOT EXISTS \"Broken\" AS SELECT id, "
                      "CASE WHEN id < 5000 THEN label ELSE abs(-9223372036854775807 - 1) END "
                      "AS label FROM \"Number\""
                    : "CREATE OR REPLACE VIEW \"Broken\" AS SELECT id, "
                      "(1 / CASE WHEN id < 5000 THEN 1 ELSE 0 END) || label AS label "
                      "FROM \"Number\"");
}

static void an_error_in_the_middle_is_told(void **state)
{
    both *b = *state;
    make_broken_view(b);
    tally t = {0};
    assert_false(number_each(b->session, add_number, &t, .table = {.name = "Broken"}));
    assert_true(t.count > 1000 && t.count < 5000);
    assert_true(tenon_failed(b->session));
    assert_non_null(strstr(tenon_session_error(b->session)->sql, "Broken"));
    assert_int_equal(leased(b), 0);
    tenon_error_clear(b->session);
    assert_int_equal(number_count(b->session, .where = {.id = LE(3)}), 3);
}

static void an_error_inside_of_a_transaction_is_told(void **state)
{
    both *b = *state;
    make_broken_view(b);
    tally t = {0};
    tenon_begin(b->session);
    assert_false(number_each(b->session, add_number, &t, .table = {.name = "Broken"}));
    assert_true(tenon_failed(b->session));
    tenon_rollback(b->session);
    assert_int_equal(leased(b), 0);
    assert_sound(b->session);
}

static void a_table_that_is_missing_is_told_at_once(void **state)
{
    both *b = *state;
    assert_null(number_stream_open(b->session, .table = {.name = "nothing"}).stream);
    assert_failed(b->session, TENON_SCHEMA, "nothing");
    assert_int_equal(leased(b), 0);
}

static void a_value_that_does_not_fit_leaves_the_transaction_alone(void **state)
{
    both *b = *state;
    tenon_begin(b->session);
    create_jobs(b, 1);
    assert_null(job_stream_open(b->session, .where = {.weight = EQ(INT64_MAX)}).stream);
    assert_failed(b->session, TENON_RANGE, "weight");
    assert_int_equal(job_count(b->session), 1);
    assert_true(tenon_commit(b->session));
}

static bool fail_the_session(Number *number, void *ctx)
{
    tally *t = ctx;
    t->count++;
    job_find_many(t->b->session, .limit = -1);
    return true;
}

static void a_failed_session_ends_the_stream(void **state)
{
    both *b = *state;
    tally t = {.b = b};
    assert_false(number_each(b->session, fail_the_session, &t));
    assert_int_equal(t.count, 1);
    assert_int_equal(leased(b), 0);
    assert_failed(b->session, TENON_MISUSE, "negative");
}

static void a_lost_connection_is_told(void **state)
{
    both *b = *state;
    NumberStream numbers = number_stream_open(b->session);
    assert_non_null(number_stream_next(numbers));
    both_sql(b, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    while (number_stream_next(numbers))
        ;
    assert_failed(b->session, TENON_UNAVAILABLE, NULL);
    assert_null(number_stream_next(numbers));
    assert_failed(b->session, TENON_MISUSE, "ended before its last row");
    number_stream_close(numbers);
    assert_int_equal(leased(b), 0);
}

/* ---- with other options ---------------------------------------------------------------------- */

static void a_stream_can_lock_its_rows(void **state)
{
    both *b = *state;
    create_jobs(b, 3);
    job_stream_open(b->session, .lock = TENON_FOR_UPDATE);
    assert_failed(b->session, TENON_MISUSE, "there is none");
    tenon_begin(b->session);
    JobStream jobs = job_stream_open(b->session, .lock = TENON_FOR_UPDATE);
    tenon_session *other = tenon_session_open(b->db, NULL);
    tenon_begin(other);
    while (job_stream_next(jobs))
        ;
    assert_int_equal(
        job_find_many(other, .lock = TENON_FOR_UPDATE, .wait = TENON_SKIP_LOCKED).count, 0);
    tenon_session_close(other);
    assert_true(job_stream_close(jobs));
    assert_true(tenon_commit(b->session));
}

static void a_stream_can_have_settings(void **state)
{
    both *b = *state;
    both_sql(b, "CREATE OR REPLACE VIEW \"Setting\" AS SELECT 1::bigint AS id, "
                "coalesce(current_setting('app.label', true), '') AS label");
    tenon_setting label[] = {{"app.label", "hinted"}};
    tenon_hints hints = {.settings = label, .setting_count = 1};
    NumberStream numbers =
        number_stream_open(b->session, .table = {.name = "Setting"}, .hints = &hints);
    assert_string_equal(number_stream_next(numbers)->label, "hinted");
    number_stream_close(numbers);
    tenon_begin(b->session);
    number_stream_open(b->session, .table = {.name = "Setting"}, .hints = &hints);
    assert_failed(b->session, TENON_MISUSE, "tenon_begin_with");
    tenon_rollback(b->session);
}

static void the_deadline_counts_for_each_part(void **state)
{
    both *b = *state;
    if (b->is_sqlite)
        both_sql(b, "CREATE VIEW \"Slow\" AS SELECT n.id, (SELECT count(*) || '' FROM \"Number\" "
                    "WHERE id > n.id) AS label FROM \"Number\" AS n");
    else
        both_sql(b, "CREATE VIEW \"Slow\" AS SELECT id, pg_sleep(0.05) || label AS label "
                    "FROM \"Number\"");
    tenon_session_options options = {.deadline_us = 300000};
    tenon_session *s = tenon_session_open(b->db, &options);
    tally t = {0};
    assert_false(number_each(s, add_number, &t, .table = {.name = "Slow"}));
    assert_failed(s, TENON_TIMEOUT, NULL);
    assert_int_equal(leased(b), 0);
    tenon_session_close(s);
}

static void inside_of_a_test_it_works_the_same(void **state)
{
    both *b = *state;
    tenon_session *s = tenon_session_open(b->db, NULL);
    assert_true(tenon_begin_test(s));
    make_broken_view(b);
    tally t = {0};
    assert_true(number_each(s, add_number, &t, .limit = 3000));
    assert_int_equal(t.count, 3000);
    assert_false(number_each(s, add_number, &t, .table = {.name = "Broken"}));
    tenon_error_clear(s);
    assert_true(number_each(s, add_number, &t, .limit = 3000));
    tenon_session_close(s);
}

/* ---- hooks ----------------------------------------------------------------------------------- */

static void note_moment(tenon_event *event, void *ctx)
{
    *(unsigned *)ctx |= event->moment;
    if (event->moment == TENON_BEFORE_LOAD) {
        assert_string_equal(event->operation, "find");
        assert_non_null(event->where);
    }
}

static void forbid(tenon_event *event, void *ctx)
{
    tenon_veto(event, "not today");
}

static void hooks_see_a_stream_being_opened(void **state)
{
    both *b = *state;
    unsigned seen = 0,
             all = TENON_BEFORE_QUERY | TENON_AFTER_QUERY | TENON_BEFORE_LOAD | TENON_AFTER_LOAD;
    uint64_t hook = tenon_session_hook_add(
        b->session, &(tenon_hook){.moments = all, .function = note_moment, .ctx = &seen});
    tally t = {0};
    assert_true(number_each(b->session, add_number, &t, .limit = 20));
    assert_int_equal(t.count, 20);
    assert_int_equal(seen, all);
    tenon_session_hook_remove(b->session, hook);
    tenon_session_hook_add(b->session,
                           &(tenon_hook){.moments = TENON_BEFORE_LOAD, .function = forbid});
    assert_null(number_stream_open(b->session).stream);
    assert_failed(b->session, TENON_VETO, "not today");
    assert_int_equal(leased(b), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DESK(every_row_comes_once_and_in_order),
        ON_DESK(a_function_sees_each_row),
        ON_DESK(a_function_can_stop),
        ON_DESK(a_query_means_what_it_means_elsewhere),
        ON_DESK(a_stream_of_nothing_is_at_its_end),
        ON_DESK(the_query_may_go_once_the_stream_is_open),
        ON_DESK(a_stream_needs_no_more_memory_than_a_part_of_it),
        ON_DESK(long_rows_come_in_small_parts),
        ON_DESK(other_calls_run_while_a_stream_is_open),
        ON_DESK(other_calls_run_inside_of_the_same_transaction),
        ON_DESK(a_stream_inside_of_a_transaction_sees_its_writes),
        ON_DESK(rows_can_be_written_outside_while_they_are_read),
        ON_DESK(several_streams_can_be_open),
        ON_DESK(closing_early_gives_the_connection_back),
        ON_DESK_OF(postgresql, closing_early_inside_of_a_transaction_ends_the_cursor),
        ON_DESK(a_session_can_be_closed_with_open_streams),
        ON_DESK(a_stream_that_its_transaction_left_behind_says_so),
        ON_DESK(a_stream_at_its_end_does_not_mind_the_commit),
        ON_DESK(a_stream_of_a_savepoint_goes_with_it),
        ON_DESK(what_has_no_stream_has_no_rows),
        ON_DESK(an_error_in_the_middle_is_told),
        ON_DESK(an_error_inside_of_a_transaction_is_told),
        ON_DESK(a_table_that_is_missing_is_told_at_once),
        ON_DESK(a_value_that_does_not_fit_leaves_the_transaction_alone),
        ON_DESK(a_failed_session_ends_the_stream),
        ON_DESK_OF(postgresql, a_lost_connection_is_told),
        ON_DESK_OF(postgresql, a_stream_can_lock_its_rows),
        ON_DESK_OF(postgresql, a_stream_can_have_settings),
        ON_DESK(the_deadline_counts_for_each_part),
        ON_DESK(inside_of_a_test_it_works_the_same),
        ON_DESK(hooks_see_a_stream_being_opened),
    };
    return desk_run(tests);
}
