/* What can be asked of a transaction: it is given, or it is refused; it is never forgotten, and it
 * is over with the transaction. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "testdb.h"

enum { MS = 1000 };

static void nothing_asked_for_is_an_ordinary_begin(void **state)
{
    const tenon_transaction_options nothing = {0};
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin_with(f.s, NULL) && note_insert(f.s, 1, "one"));
        assert_true(tenon_begin_with(f.s, &nothing) && note_insert(f.s, 2, "two"));
        assert_true(tenon_commit(f.s) && tenon_commit(f.s));
        assert_notes(f, "2");
        tear_down(f);
    }
}

/* ---- isolation ------------------------------------------------------------------------------- */

static void postgresql_is_told_isolation_read_only_and_deferrable(void **state)
{
    static const struct {
        tenon_transaction_options options;
        const char *said;
    } cases[] = {
        {{.isolation = TENON_READ_COMMITTED}, "read committed off off"},
        {{.isolation = TENON_REPEATABLE_READ}, "repeatable read off off"},
        {{.isolation = TENON_SERIALIZABLE}, "serializable off off"},
        {{.read_only = true}, "read committed on off"},
        {{.isolation = TENON_SERIALIZABLE, .read_only = true, .deferrable = true},
         "serializable on on"},
    };
    fixture f = set_up(ON_POSTGRESQL);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_true(tenon_begin_with(f.s, &cases[i].options));
        assert_string_equal(TEXT_OF(f.s, "SELECT 1::int8, concat_ws(' ', "
                                         "current_setting('transaction_isolation'), "
                                         "current_setting('transaction_read_only'), "
                                         "current_setting('transaction_deferrable'))"),
                            cases[i].said);
        assert_true(tenon_commit(f.s));
    }
    tear_down(f);
}

static void sqlite_is_serializable_whatever_is_asked_for(void **state)
{
    fixture f = set_up(ON_SQLITE);
    for (int level = TENON_READ_COMMITTED; level <= TENON_SERIALIZABLE; level++) {
        tenon_transaction_options options = {.isolation = (tenon_isolation)level};
        assert_true(tenon_begin_with(f.s, &options) && note_insert(f.s, level, "a"));
        tenon_session *other =
            tenon_session_open(f.db, &(tenon_session_options){.deadline_us = 5 * MS});
        assert_false(note_insert(other, 10, "b"));
        tenon_session_close(other);
        assert_true(tenon_commit(f.s));
    }
    assert_notes(f, "3");
    tear_down(f);
}

static void a_repeatable_read_sees_one_picture(void **state)
{
    const tenon_transaction_options options = {.isolation = TENON_REPEATABLE_READ,
                                               .read_only = true};
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        tenon_session *writer = tenon_session_open(f.db, NULL);
        assert_true(tenon_begin_with(f.s, &options));
        assert_int_equal(note_count(f.s), 0);
        assert_true(note_insert(writer, 1, "meanwhile"));
        assert_int_equal(note_count(f.s), 0);
        assert_true(tenon_commit(f.s));
        assert_int_equal(note_count(f.s), 1);
        tenon_session_close(writer);
        tear_down(f);
    }
}

/* ---- read only ------------------------------------------------------------------------------- */

static void a_write_where_only_reading_was_asked_for_is_misuse(void **state)
{
    const tenon_transaction_options options = {.read_only = true};
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin_with(f.s, &options));
        assert_false(note_insert(f.s, 1, "one"));
        assert_failed_with(f.s, TENON_MISUSE);
        assert_int_equal(note_count(f.s), 0); /* nothing was sent, so nothing is lost */
        assert_true(tenon_begin(f.s));
        assert_false(tenon_execute(f.s, "INSERT INTO note VALUES (1, 'one')"));
        assert_status(f, TENON_MISUSE);
        assert_non_null(strstr(tenon_session_error(f.s)->hint, "read_only"));
        tenon_rollback(f.s);
        assert_int_equal(note_count(f.s), 0);
        assert_true(tenon_commit(f.s));
        assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one") && tenon_commit(f.s));
        assert_notes(f, "1");
        tear_down(f);
    }
}

static void a_bulk_load_is_a_write(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    assert_true(tenon_begin_with(f.s, &(tenon_transaction_options){.read_only = true}));
    assert_false(tenon__run_copy(f.s, &insert_note, 0, NULL, NULL, NULL));
    assert_failed_with(f.s, TENON_MISUSE);
    tear_down(f);
}

/* ---- refusals -------------------------------------------------------------------------------- */

static void refuse_each(int which, const tenon_transaction_options *options, size_t count,
                        tenon_status status)
{
    fixture f = set_up(which);
    for (size_t i = 0; i < count; i++) {
        assert_false(tenon_begin_with(f.s, &options[i]));
        assert_false(tenon_in_transaction(f.s));
        assert_true(tenon_message(f.s)[0] != '\0');
        assert_failed_with(f.s, status);
        assert_true(note_insert(f.s, (int64_t)i, "usable"));
    }
    tear_down(f);
}

static const tenon_setting one_setting[] = {{"app.tenant", "7"}};

static void what_sqlite_does_not_have_is_unsupported(void **state)
{
    const tenon_transaction_options cases[] = {
        {.isolation = TENON_SERIALIZABLE, .read_only = true, .deferrable = true},
        {.idle_timeout_us = 1},
        {.settings = one_setting, .setting_count = 1},
    };
    refuse_each(ON_SQLITE, cases, sizeof cases / sizeof *cases, TENON_UNSUPPORTED);
}

static void what_makes_no_sense_is_misuse(void **state)
{
    static const tenon_setting path[] = {{"Search_Path", "x"}}, no_name[] = {{NULL, "x"}},
                               no_value[] = {{"app.x", NULL}};
    const tenon_transaction_options cases[] = {
        {.isolation = (tenon_isolation)4},
        {.deferrable = true},
        {.isolation = TENON_SERIALIZABLE, .deferrable = true},
        {.read_only = true, .deferrable = true},
        {.setting_count = 1},
        {.settings = path, .setting_count = 1},
        {.settings = no_name, .setting_count = 1},
        {.settings = no_value, .setting_count = 1},
        {.tries_most = 2},
        {.pause_first_us = 1},
        {.pause_longest_us = 1},
    };
    for (int which = 0; which < DATABASES; which++)
        refuse_each(which, cases, sizeof cases / sizeof *cases, TENON_MISUSE);
}

static void a_nested_begin_has_no_options_of_its_own(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one"));
        assert_false(tenon_begin_with(f.s, &(tenon_transaction_options){.read_only = true}));
        assert_failed_with(f.s, TENON_MISUSE);
        assert_true(note_insert(f.s, 2, "two") && tenon_commit(f.s));
        assert_notes(f, "2");
        tear_down(f);
    }
}

static void a_failed_session_begins_nothing(void **state)
{
    const tenon_transaction_options options = {.read_only = true};
    fixture f = set_up(ON_SQLITE);
    assert_false(tenon_commit(f.s));
    assert_false(tenon_begin_with(f.s, &options));
    assert_failed_with(f.s, TENON_MISUSE);
    assert_false(tenon_begin_with(NULL, &options));
    tear_down(f);
}

/* ---- settings -------------------------------------------------------------------------------- */

#define TENANT "SELECT 1::int8, current_setting('app.tenant', true)"

static void check_value(fixture f, const char *value)
{
    const tenon_setting settings[] = {{"work_mem", "5MB"}, {"app.tenant", value}};
    const tenon_transaction_options options = {.settings = settings, .setting_count = 2};
    if (!tenon_begin_with(f.s, &options))
        fail_msg("%s", tenon_message(f.s));
    assert_string_equal(TEXT_OF(f.s, TENANT), value);
    assert_string_equal(TEXT_OF(f.s, "SELECT 1::int8, current_setting('work_mem')"), "5MB");
    assert_true(tenon_commit(f.s));
    assert_string_equal(TEXT_OF(f.s, TENANT), "");
}

static void settings_travel_whole_and_end_with_the_transaction(void **state)
{
    static const char *const values[] = {
        "7", "", "it's", "\\", "\\'; DROP TABLE note; --", "''''\\\\", "$1 %s \n\t", "Ω≈ç√∫",
    };
    fixture f = set_up(ON_POSTGRESQL);
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_value(f, values[i]);
    assert_true(tenon_execute(f.s, "SET standard_conforming_strings = off"));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_value(f, values[i]);
    assert_notes(f, "0");
    tear_down(f);
}

static void a_setting_that_is_refused_begins_nothing_and_is_not_told(void **state)
{
    static const tenon_setting settings[] = {{"app.token", "secret"}, {"work_mem", "much"}};
    const tenon_transaction_options options = {.settings = settings, .setting_count = 2};
    static const tenon_setting broken[] = {{"app.x", "\xFF"}};
    fixture f = set_up(ON_POSTGRESQL);
    assert_false(tenon_begin_with(f.s, &options));
    assert_string_equal(tenon_session_error(f.s)->sql, "BEGIN");
    assert_null(strstr(tenon_session_error(f.s)->hint, "tenon_begin"));
    assert_failed_with(f.s, TENON_MISUSE);
    assert_int_equal(tenon_db_metrics(f.db).leased, 0);
    assert_false(tenon_begin_with(
        f.s, &(tenon_transaction_options){.settings = broken, .setting_count = 1}));
    assert_failed_with(f.s, TENON_MISUSE);
    assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one") && tenon_commit(f.s));
    tear_down(f);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void times_hold_for_the_transaction_in_milliseconds_rounded_up(void **state)
{
#define TIMES                                                                                      \
    "SELECT 1::int8, concat_ws(' ', current_setting('statement_timeout'), "                        \
    "current_setting('lock_timeout'), current_setting('idle_in_transaction_session_timeout'))"
    const tenon_transaction_options options = {
        .statement_timeout_us = 1, .lock_timeout_us = 2001, .idle_timeout_us = 60000000};
    const tenon_transaction_options none = {
        .statement_timeout_us = -1, .lock_timeout_us = -1, .idle_timeout_us = -1};
    fixture f = set_up(ON_POSTGRESQL);
    assert_true(tenon_begin_with(
        f.s, &(tenon_transaction_options){.statement_timeout_us = 5000000,
                                          .lock_timeout_us = options.lock_timeout_us,
                                          .idle_timeout_us = options.idle_timeout_us}));
    assert_string_equal(TEXT_OF(f.s, TIMES), "5s 3ms 1min");
    assert_true(tenon_commit(f.s));
    assert_string_equal(TEXT_OF(f.s, TIMES), "0 0 0");
    assert_true(tenon_execute(f.s, "SET statement_timeout = 1000; SET lock_timeout = 1000"));
    assert_true(tenon_begin_with(f.s, &none));
    assert_string_equal(TEXT_OF(f.s, TIMES), "0 0 0");
    assert_true(tenon_commit(f.s));
    assert_false(
        tenon_begin_with(f.s, &(tenon_transaction_options){.lock_timeout_us = INT64_MAX / 2}));
    assert_failed_with(f.s, TENON_LIMIT);
    tear_down(f);
}

static void a_statement_that_takes_too_long_is_stopped(void **state)
{
    static const char *const endless[] = {
        "SELECT pg_sleep(60)",
        "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c",
    };
    const tenon_transaction_options options = {.statement_timeout_us = 20 * MS};
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin_with(f.s, &options) && note_insert(f.s, 1, "one"));
        assert_false(tenon_execute(f.s, endless[which]));
        assert_status(f, TENON_TIMEOUT);
        assert_int_equal(tenon_session_error(f.s)->applied, TENON_APPLIED_NO);
        tenon_rollback(f.s);
        assert_notes(f, "0");
        assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one") && tenon_commit(f.s));
        tear_down(f);
    }
}

static void a_statement_that_somebody_stops_in_time_is_cancelled(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    assert_true(
        tenon_begin_with(f.s, &(tenon_transaction_options){.statement_timeout_us = 60000 * MS}));
    assert_false(tenon_execute(f.s, "SELECT pg_cancel_backend(pg_backend_pid()), pg_sleep(60)"));
    assert_failed_with(f.s, TENON_CANCELLED);
    tear_down(f);
}

static void postgresql_waits_for_a_lock_no_longer_than_asked_for(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    tenon_session *other = tenon_session_open(f.db, NULL);
    assert_true(note_insert(f.s, 1, "one") && tenon_begin(f.s));
    assert_true(tenon_execute(f.s, "UPDATE note SET text = 'mine'"));
    assert_true(tenon_begin_with(other, &(tenon_transaction_options){.lock_timeout_us = 10 * MS}));
    assert_false(tenon_execute(other, "UPDATE note SET text = 'theirs'"));
    assert_failed_with(other, TENON_LOCKED);
    tenon_session_close(other);
    assert_true(tenon_commit(f.s));
    tear_down(f);
}

static void sqlite_waits_for_the_writer_no_longer_than_asked_for(void **state)
{
    const tenon_transaction_options options = {.lock_timeout_us = 10 * MS};
    fixture f = set_up(ON_SQLITE);
    tenon_session *same = tenon_session_open(f.db, NULL);
    tenon_db *another = open_db(f.url, NULL); /* to SQLite as good as another process */
    tenon_session *stranger = tenon_session_open(another, NULL);
    assert_true(tenon_begin(f.s));
    assert_false(tenon_begin_with(same, &options));
    assert_failed_with(same, TENON_POOL_EXHAUSTED);
    assert_false(tenon_begin_with(stranger, &options));
    assert_failed_with(stranger, TENON_BUSY);
    assert_true(tenon_commit(f.s));
    assert_true(tenon_begin_with(stranger, &options) && tenon_commit(stranger));
    tenon_session_close(stranger);
    tenon_close(another);
    tenon_session_close(same);
    tear_down(f);
}

static void a_transaction_left_alone_too_long_is_ended(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    assert_true(tenon_begin_with(f.s, &(tenon_transaction_options){.idle_timeout_us = 10 * MS}));
    const char *left;
    do
        left = testdb_value(f.url, "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle "
                                   "in%' AND datname = current_database()");
    while (*left != '0');
    assert_false(note_insert(f.s, 1, "one"));
    assert_status(f, TENON_TIMEOUT);
    assert_int_equal(tenon_session_error(f.s)->applied, TENON_APPLIED_NO);
    tenon_rollback(f.s);
    assert_true(note_insert(f.s, 1, "one"));
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_asked_for_is_an_ordinary_begin),
        cmocka_unit_test(postgresql_is_told_isolation_read_only_and_deferrable),
        cmocka_unit_test(sqlite_is_serializable_whatever_is_asked_for),
        cmocka_unit_test(a_repeatable_read_sees_one_picture),
        cmocka_unit_test(a_write_where_only_reading_was_asked_for_is_misuse),
        cmocka_unit_test(a_bulk_load_is_a_write),
        cmocka_unit_test(what_sqlite_does_not_have_is_unsupported),
        cmocka_unit_test(what_makes_no_sense_is_misuse),
        cmocka_unit_test(a_nested_begin_has_no_options_of_its_own),
        cmocka_unit_test(a_failed_session_begins_nothing),
        cmocka_unit_test(settings_travel_whole_and_end_with_the_transaction),
        cmocka_unit_test(a_setting_that_is_refused_begins_nothing_and_is_not_told),
        cmocka_unit_test(times_hold_for_the_transaction_in_milliseconds_rounded_up),
        cmocka_unit_test(a_statement_that_takes_too_long_is_stopped),
        cmocka_unit_test(a_statement_that_somebody_stops_in_time_is_cancelled),
        cmocka_unit_test(postgresql_waits_for_a_lock_no_longer_than_asked_for),
        cmocka_unit_test(sqlite_waits_for_the_writer_no_longer_than_asked_for),
        cmocka_unit_test(a_transaction_left_alone_too_long_is_ended),
    };
    return cmocka_run_group_tests_name("transaction options", tests, NULL, NULL);
}
