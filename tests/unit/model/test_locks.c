/* Row locks, and hints to the planner. */
#include "desk.h"

static void create_jobs(both *b, int count)
{
    for (int i = 0; i < count; i++)
        job_create(b->session, .title = SET("paint"), .weight = SET(i));
    assert_sound(b->session);
}

/* ---- locks ----------------------------------------------------------------------------------- */

static void a_lock_needs_a_transaction(void **state)
{
    both *b = *state;
    job_find_first(b->session, .lock = TENON_FOR_UPDATE);
    assert_failed(b->session, TENON_MISUSE, "there is none");
}

static void sqlite_says_what_to_do_instead_of_a_lock(void **state)
{
    both *b = *state;
    tenon_begin(b->session);
    job_find_first(b->session, .lock = TENON_FOR_UPDATE);
    assert_failed(b->session, TENON_UNSUPPORTED, "a transaction is the only writer");
    assert_sound(b->session);
    tenon_rollback(b->session);
}

static void one_program_locks_rows_where_there_are_locks(void **state)
{
    both *b = *state;
    tenon_session *s = b->session;
    create_jobs(b, 1);
    tenon_begin(s);
    assert_non_null(job_find_first(s, .lock = tenon_row_lock(s, TENON_FOR_UPDATE),
                                   .wait = tenon_row_wait(s, TENON_SKIP_LOCKED)));
    assert_sound(s);
    assert_int_equal(tenon_row_lock(s, TENON_FOR_SHARE),
                     b->is_sqlite ? TENON_NO_LOCK : TENON_FOR_SHARE);
    tenon_rollback(s);
}

static void what_a_lock_cannot_go_with_is_refused(void **state)
{
    both *b = *state;
    tenon_begin(b->session);
    job_find_many(b->session, .lock = TENON_FOR_UPDATE, .distinct = {JOB_STATE});
    assert_failed(b->session, TENON_MISUSE, "distinct");
    job_count(b->session, .lock = TENON_FOR_SHARE);
    assert_failed(b->session, TENON_MISUSE, "lock has no meaning for count");
    job_exists(b->session, .lock = TENON_FOR_SHARE);
    assert_failed(b->session, TENON_MISUSE, "lock has no meaning for exists");
    job_find_many(b->session, .wait = TENON_NOWAIT);
    assert_failed(b->session, TENON_MISUSE, "wait has a meaning with lock only");
    job_find_many(b->session, .lock = (tenon_lock)9);
    assert_failed(b->session, TENON_MISUSE, "there is no lock 9");
    tenon_rollback(b->session);
}

static void a_locked_row_makes_another_fail_who_does_not_wait(void **state)
{
    both *b = *state;
    create_jobs(b, 2);
    tenon_session *other = tenon_session_open(b->db, NULL);
    tenon_begin(b->session);
    tenon_begin(other);
    Job *mine = job_find_first(b->session, .where = {.weight = EQ(0)}, .lock = TENON_FOR_UPDATE);
    assert_non_null(mine);
    assert_non_null(job_find_first(other, .where = {.weight = EQ(1)}, .lock = TENON_FOR_UPDATE,
                                   .wait = TENON_NOWAIT));
    job_find_first(other, .where = {.weight = EQ(0)}, .lock = TENON_FOR_UPDATE,
                   .wait = TENON_NOWAIT);
    assert_failed(other, TENON_LOCKED, NULL);
    tenon_rollback(other);
    tenon_session_close(other);
    tenon_rollback(b->session);
}

static void a_queue_of_work_skips_what_others_have(void **state)
{
    both *b = *state;
    create_jobs(b, 3);
    tenon_session *other = tenon_session_open(b->db, NULL);
    tenon_begin(b->session);
    tenon_begin(other);
    Job *mine =
        job_find_first(b->session, .where = {.state = EQ("open")}, .order_by = {ASC(JOB_WEIGHT)},
                       .lock = TENON_FOR_UPDATE, .wait = TENON_SKIP_LOCKED);
    JobList theirs =
        job_find_many(other, .where = {.state = EQ("open")}, .order_by = {ASC(JOB_WEIGHT)},
                      .lock = TENON_FOR_NO_KEY_UPDATE, .wait = TENON_SKIP_LOCKED);
    assert_sound(b->session);
    assert_sound(other);
    assert_int_equal(mine->weight, 0);
    assert_int_equal(theirs.count, 2);
    assert_int_equal(theirs.items[0].weight, 1);
    tenon_commit(b->session);
    tenon_commit(other);
    tenon_session_close(other);
}

static void shared_locks_go_together(void **state)
{
    both *b = *state;
    create_jobs(b, 1);
    tenon_session *other = tenon_session_open(b->db, NULL);
    tenon_begin(b->session);
    tenon_begin(other);
    assert_non_null(job_find_first(b->session, .lock = TENON_FOR_SHARE));
    assert_non_null(job_find_first(other, .lock = TENON_FOR_KEY_SHARE, .wait = TENON_NOWAIT));
    assert_non_null(job_find_first(other, .lock = TENON_FOR_SHARE, .wait = TENON_NOWAIT));
    job_find_first(other, .lock = TENON_FOR_UPDATE, .wait = TENON_NOWAIT);
    assert_failed(other, TENON_LOCKED, NULL);
    tenon_rollback(other);
    tenon_session_close(other);
    tenon_rollback(b->session);
}

/* ---- hints ----------------------------------------------------------------------------------- */

static void an_index_can_be_named(void **state)
{
    both *b = *state;
    create_jobs(b, 3);
    JobList found = job_find_many(b->session, .where = {.state = EQ("open")},
                                  .hints = &(tenon_hints){.index = "job_by_state"});
    assert_int_equal(found.count, 3);
    assert_int_equal(
        job_count(b->session, .where = {.state = EQ("open")}, .hints = &(tenon_hints){.index = ""}),
        3);
    assert_sound(b->session);
    job_find_many(b->session, .where = {.state = EQ("open")},
                  .hints = &(tenon_hints){.index = "no \"such\" index"});
    assert_failed(b->session, TENON_SCHEMA, "no such index");
}

static void postgresql_says_what_to_do_instead_of_an_index(void **state)
{
    both *b = *state;
    job_find_many(b->session, .hints = &(tenon_hints){.index = "job_by_state"});
    assert_failed(b->session, TENON_UNSUPPORTED, "enable_seqscan");
}

static const tenon_setting label[] = {{"app.label", "hinted"}};

static void settings_hold_for_one_call(void **state)
{
    both *b = *state;
    both_sql(b, "CREATE OR REPLACE VIEW \"Setting\" AS SELECT 1::bigint AS id, "
                "coalesce(current_setting('app.label', true), '') AS label");
    tenon_hints hints = {.settings = label, .setting_count = 1};
    tenon_table setting = {.name = "Setting"};
    Number *with = number_find_first(b->session, .table = setting, .hints = &hints);
    assert_string_equal(with->label, "hinted");
    assert_true(number_exists(b->session, .table = setting, .where = {.label = EQ("hinted")},
                              .hints = &hints));
    assert_false(tenon_in_transaction(b->session));
    assert_string_equal(number_find_first(b->session, .table = setting)->label, "");
    assert_sound(b->session);
}

static void a_failing_call_with_settings_leaves_nothing_open(void **state)
{
    both *b = *state;
    tenon_hints hints = {.settings = label, .setting_count = 1};
    job_find_many(b->session, .table = {.name = "nothing"}, .hints = &hints);
    assert_false(tenon_in_transaction(b->session));
    assert_failed(b->session, TENON_SCHEMA, NULL);
    job_find_many(b->session, .limit = -1, .hints = &hints);
    assert_failed(b->session, TENON_MISUSE, NULL);
    tenon_setting bad[] = {{"no_such_setting", "1"}};
    job_find_many(b->session, .hints = &(tenon_hints){.settings = bad, .setting_count = 1});
    assert_failed(b->session, TENON_SCHEMA, NULL);
    assert_int_equal(tenon_db_metrics(b->db).leased, 0);
}

static void settings_inside_a_transaction_are_refused(void **state)
{
    both *b = *state;
    tenon_begin(b->session);
    tenon_hints hints = {.settings = label, .setting_count = 1};
    job_count(b->session, .hints = &hints);
    assert_failed(b->session, TENON_MISUSE, "tenon_begin_with");
    tenon_rollback(b->session);
}

static void sqlite_has_no_settings(void **state)
{
    both *b = *state;
    job_count(b->session, .hints = &(tenon_hints){.settings = label, .setting_count = 1});
    assert_failed(b->session, TENON_UNSUPPORTED, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_DESK(a_lock_needs_a_transaction),
        ON_DESK_OF(sqlite, sqlite_says_what_to_do_instead_of_a_lock),
        ON_DESK(one_program_locks_rows_where_there_are_locks),
        ON_DESK(what_a_lock_cannot_go_with_is_refused),
        ON_DESK_OF(postgresql, a_locked_row_makes_another_fail_who_does_not_wait),
        ON_DESK_OF(postgresql, a_queue_of_work_skips_what_others_have),
        ON_DESK_OF(postgresql, shared_locks_go_together),
        ON_DESK_OF(sqlite, an_index_can_be_named),
        ON_DESK_OF(postgresql, postgresql_says_what_to_do_instead_of_an_index),
        ON_DESK_OF(postgresql, settings_hold_for_one_call),
        ON_DESK_OF(postgresql, a_failing_call_with_settings_leaves_nothing_open),
        ON_DESK(settings_inside_a_transaction_are_refused),
        ON_DESK_OF(sqlite, sqlite_has_no_settings),
    };
    return desk_run(tests);
}
