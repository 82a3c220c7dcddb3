/* Memory that runs out at every place where lib/db and the drivers ask for it: the call says
 * NO_MEMORY, nothing leaks, and the session and the pool work afterwards. */
#include "by_hand.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "db/url.h"
#include "fault.h"
#include "testdb.h"

static const fault_mode modes[] = {FAULT_ONCE, FAULT_FOREVER};

/* Opens, and says whether memory was the reason when it did not. */
static void open_and_close(const char *url)
{
    tenon_error err;
    tenon_db *db = tenon_open(url, &(tenon_options){.application_name = "faults"}, &err);
    /* SQLite keeps the old journal mode without a word when memory is short. */
    bool is_hidden = err.status == TENON_UNSUPPORTED && strstr(err.message, "write-ahead");
    if (!db && err.status != TENON_NO_MEMORY && !is_hidden)
        fail_msg("%s: %s", tenon_status_name(err.status), err.message);
    tenon_close(db);
}

static void opening_a_database_survives_want_of_memory(void **state)
{
    const char *const urls[] = {"sqlite::memory:?pool_min=2", testdb_sqlite_url(),
                                testdb_create("faults")};
    for (size_t u = 0; u < 3; u++) {
        for (size_t m = 0; m < 2; m++) {
            size_t n = 0;
            do {
                fault_arm(++n, modes[m]);
                open_and_close(urls[u]);
            } while (fault_disarm());
            assert_true(n > 3);
        }
    }
}

static void reading_a_url_survives_want_of_memory(void **state)
{
    size_t n = 0;
    do {
        tenon__config config;
        tenon_error err = {0};
        fault_arm(++n, FAULT_ONCE);
        bool is_read = tenon__config_read(
            &config, "postgresql://h/db?schema=a&options=-cx%3Dy&sslmode=require&pool_max=3",
            &(tenon_options){.application_name = "x"}, &err);
        assert_int_equal(is_read ? TENON_OK : TENON_NO_MEMORY, err.status);
        if (is_read)
            tenon__config_release(&config);
    } while (fault_disarm());
}

static void opening_a_session_survives_want_of_memory(void **state)
{
    tenon_db *db = open_db("sqlite::memory:", NULL);
    size_t n = 0;
    do {
        fault_arm(++n, FAULT_ONCE);
        tenon_session *s = tenon_session_open(db, &(tenon_session_options){.actor = "ann"});
        tenon_session_alloc(s, 10);
        tenon_results_free(tenon_session_take(s));
        tenon_session_close(s);
    } while (fault_disarm());
    tenon_close(db);
}

/* ---- one call of a session ------------------------------------------------------------------- */

/* A unit of work; true when all of it was done. */
typedef bool (*unit)(tenon_session *s);

static bool read_rows(tenon_session *s)
{
    return note_all(s).count == 20;
}

static bool write_row(tenon_session *s)
{
    return note_insert(s, 100, "a text");
}

static bool execute_text(tenon_session *s)
{
    return tenon_execute(s, "INSERT INTO note VALUES (100, 'x')");
}

static bool write_in_a_transaction(tenon_session *s)
{
    return tenon_begin(s) && note_insert(s, 100, "a") && tenon_begin(s) &&
           note_insert(s, 101, "b") && tenon_commit(s) && tenon_commit(s);
}

static bool undo_in_a_transaction(tenon_session *s)
{
    bool is_done =
        tenon_begin(s) && note_insert(s, 100, "a") && tenon_begin(s) && note_insert(s, 101, "b");
    if (is_done)
        tenon_rollback(s);
    return is_done && note_find(s, 100) && tenon_commit(s);
}

static bool read_with_options(tenon_session *s)
{
    static const tenon_setting settings[] = {{"app.tenant", "7"}};
    bool has_settings = tenon__session_dialect(s) == TENON_POSTGRESQL;
    const tenon_transaction_options options = {.isolation = TENON_SERIALIZABLE,
                                               .read_only = true,
                                               .statement_timeout_us = 60000000,
                                               .settings = settings,
                                               .setting_count = has_settings};
    return tenon_begin_with(s, &options) && note_find(s, 1) && tenon_commit(s);
}

static bool run_together(tenon_session *s)
{
    static const tenon__statement *const insert = &insert_note, *const all = &all_notes,
                                         *const find = &find_note;
    const int64_t id = 100, other = 101;
    const char *text = "together";
    tenon__rows rows = {.arena = tenon__session_arena(s)}, found = rows;
    tenon__call calls[] = {call_by_hand(&insert), call_by_hand(&all), call_by_hand(&insert),
                           call_by_hand(&find)};
    calls[0].values = (const void *[]){&id, &text};
    calls[2].values = (const void *[]){&other, &text};
    calls[3].values = (const void *[]){&id};
    calls[1].rows = &rows;
    calls[3].rows = &found;
    return tenon__run_together(s, calls, 4, false, NULL) && rows.count == 21 && found.count == 1;
}

static bool read_at_one_moment(tenon_session *s)
{
    static const tenon__statement *const all = &all_notes, *const count = &count_notes;
    tenon__rows rows = {.arena = tenon__session_arena(s)}, counted = rows;
    tenon__call calls[] = {call_by_hand(&all), call_by_hand(&count)};
    calls[0].rows = &rows;
    calls[1].rows = &counted;
    return tenon__run_together(s, calls, 2, true, NULL) && rows.count == 20 && counted.count == 1;
}

static void do_nothing(tenon_session *s, void *ctx)
{
    (void)s, (void)ctx;
}

static bool write_with_hooks(tenon_session *s, void *ctx)
{
    return tenon_after_commit(s, do_nothing, ctx) && write_in_a_transaction(s) &&
           tenon_after_commit(s, do_nothing, ctx);
}

/* A connection lost for want of memory is run again. */
static bool run_function(tenon_session *s)
{
    return tenon_transaction(s, write_with_hooks, NULL,
                             &(tenon_transaction_options){.pause_first_us = 1, .tries_most = 2});
}

static bool write_in_a_test(tenon_session *s)
{
    bool is_done = tenon_begin_test(s) && write_row(s) && run_function(s) == false &&
                   tenon_session_error(s)->status == TENON_UNIQUE;
    if (is_done)
        tenon_session_reset(s);
    return is_done;
}

static const unit units[] = {
    read_rows,         write_row,    execute_text,    write_in_a_transaction, undo_in_a_transaction,
    read_with_options, run_function, write_in_a_test, run_together,           read_at_one_moment};

static void assert_whole(tenon_session *s, bool is_done)
{
    const tenon_error *err = tenon_session_error(s);
    /* A savepoint that cannot be rolled back takes the transaction with it. */
    if (!is_done && err->status != TENON_NO_MEMORY && err->status != TENON_UNAVAILABLE)
        fail_msg("%s: %s", tenon_status_name(err->status), err->message);
    /* What was written stays written when there is no memory for what was read with it. */
    bool is_applied = err->applied == TENON_APPLIED_YES;
    tenon_session_reset(s);
    int64_t count = note_count(s);
    if (count != 20 && !is_done && !is_applied)
        fail_msg("%lld rows: %s", (long long)count, tenon_message(s));
    assert_true(tenon_execute(s, "DELETE FROM note WHERE id >= 100"));
}

/* With fresh caches, so that all that is allocated once is allocated here. True when memory
 * failed. */
static bool run_unit(const char *url, unit run, size_t n, fault_mode mode)
{
    tenon_db *db = open_db(url, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    fault_arm(n, mode);
    bool is_done = run(s);
    bool has_failed = fault_disarm();
    assert_true(is_done || has_failed);
    assert_whole(s, is_done);
    assert_int_equal(tenon_db_metrics(db).leased, 0);
    tenon_session_close(s);
    tenon_close(db);
    return has_failed;
}

static void run_units(const char *url)
{
    for (size_t u = 0; u < sizeof units / sizeof *units; u++) {
        for (size_t m = 0; m < 2; m++) {
            size_t n = 1;
            while (run_unit(url, units[u], n, modes[m]))
                n++;
        }
    }
}

static void every_call_survives_want_of_memory(void **state)
{
    for (int which = 0; which < 2; which++) {
        const char *url = new_note_url(which);
        tenon_db *db = open_db(url, NULL);
        tenon_session *s = tenon_session_open(db, NULL);
        for (int i = 0; i < 20; i++)
            assert_true(note_insert(s, i, "a text"));
        tenon_session_close(s);
        tenon_close(db);
        run_units(url);
    }
    assert_int_equal(plans_alive, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(opening_a_database_survives_want_of_memory),
        cmocka_unit_test(reading_a_url_survives_want_of_memory),
        cmocka_unit_test(opening_a_session_survives_want_of_memory),
        cmocka_unit_test(every_call_survives_want_of_memory),
    };
    fault_include_sqlite();
    return cmocka_run_group_tests_name("db faults", tests, NULL, NULL);
}
