/* Who watches a pool sees connections come and go, be held and be waited for; and may say what is
 * done with them. On both databases. */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "db/wait.h"

enum { LONG_US = 20000000, MOMENT_US = 2000 };

/* ---- watching -------------------------------------------------------------------------------- */

typedef struct seen {
    atomic_uint counts[6];
    const char *on_created;
    _Atomic(const char *) site;
    atomic_bool refuses_taken, refuses_created, refuses_returned;
} seen;

static bool see(tenon_pool_event *event, void *ctx)
{
    seen *all = ctx;
    assert_true(event->time_us >= 0);
    if (event->moment >= TENON_POOL_SLOW)
        all->site = event->site;
    atomic_fetch_add(&all->counts[__builtin_ctz(event->moment)], 1);
    switch (event->moment) {
    case TENON_POOL_CREATED:
        event->sql = all->on_created;
        return !all->refuses_created;
    case TENON_POOL_TAKEN:
        return !atomic_exchange(&all->refuses_taken, false);
    case TENON_POOL_RETURNED:
        return !all->refuses_returned;
    case TENON_POOL_HELD:
    case TENON_POOL_SLOW:
    case TENON_POOL_CLOSED:
        break;
    }
    return true;
}

static unsigned count_of(seen *all, tenon_pool_moment moment)
{
    return atomic_load(&all->counts[__builtin_ctz(moment)]);
}

static tenon_pool_watcher watcher_of(seen *all)
{
    return (tenon_pool_watcher){.moments = TENON_POOL_CREATED | TENON_POOL_TAKEN |
                                           TENON_POOL_RETURNED | TENON_POOL_CLOSED |
                                           TENON_POOL_SLOW | TENON_POOL_HELD,
                                .function = see,
                                .ctx = all};
}

static void the_watcher_sees_connections_come_and_go(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        seen all = {0};
        tenon_pool_watcher watcher = watcher_of(&all);
        fixture f = set_up_with(which, &(tenon_options){.pool_watcher = &watcher});
        unsigned taken = count_of(&all, TENON_POOL_TAKEN);
        for (int i = 0; i < 5; i++)
            assert_int_equal(note_count(f.s), 0);
        assert_int_equal(count_of(&all, TENON_POOL_TAKEN), taken + 5);
        assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one") && tenon_commit(f.s));
        assert_int_equal(count_of(&all, TENON_POOL_TAKEN), taken + 6);
        assert_int_equal(count_of(&all, TENON_POOL_TAKEN) - count_of(&all, TENON_POOL_RETURNED), 0);
        unsigned created = count_of(&all, TENON_POOL_CREATED);
        assert_int_equal(created, tenon_db_metrics(f.db).opened_total);
        tear_down(f);
        assert_int_equal(count_of(&all, TENON_POOL_CLOSED), created);
    }
}

static void sql_of_the_watcher_is_run_on_every_new_connection(void **state)
{
    static const char *const settings[] = {"SET work_mem = '77MB'", "PRAGMA cache_size = 777"};
    static const tenon__statement asked = {.sql =
                                               "SELECT 1, cache_size || '' FROM pragma_cache_size",
                                           .sql_length = 49,
                                           .flags = TENON__ONCE};
    for (int which = 0; which < DATABASES; which++) {
        seen all = {.on_created = settings[which]};
        tenon_pool_watcher watcher = watcher_of(&all);
        fixture f = set_up_with(which, &(tenon_options){.pool_watcher = &watcher});
        if (which == ON_POSTGRESQL) {
            tenon_pool_recycle(f.db);
            assert_string_equal(TEXT_OF(f.s, "SELECT 1::int8, current_setting('work_mem')"),
                                "77MB");
        } else {
            tenon__statement read = asked;
            read.layout = all_notes.layout;
            assert_int_equal(strlen(read.sql), read.sql_length);
            assert_string_equal(text_of(f.s, &read), "777");
        }
        tear_down(f);
    }
}

static void wrong_sql_of_the_watcher_fails_the_opening(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        seen all = {.on_created = "NO SUCH WORD"};
        tenon_pool_watcher watcher = watcher_of(&all);
        tenon_error err;
        assert_null(
            tenon_open(new_note_url(which), &(tenon_options){.pool_watcher = &watcher}, &err));
        assert_int_equal(err.status, TENON_MISUSE);
        assert_int_equal(count_of(&all, TENON_POOL_CREATED), count_of(&all, TENON_POOL_CLOSED));
    }
}

static void a_connection_that_is_not_liked_is_closed(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        seen all = {0};
        tenon_pool_watcher watcher = watcher_of(&all);
        fixture f = set_up_with(which, &(tenon_options){.pool_watcher = &watcher});
        uint64_t opened = tenon_db_metrics(f.db).opened_total;
        atomic_store(&all.refuses_taken, true);
        assert_int_equal(note_count(f.s), 0); /* on another one */
        assert_int_equal(tenon_db_metrics(f.db).opened_total, opened + 1);
        atomic_store(&all.refuses_returned, true);
        assert_int_equal(note_count(f.s), 0);
        atomic_store(&all.refuses_returned, false);
        assert_int_equal(note_count(f.s), 0);
        assert_int_equal(tenon_db_metrics(f.db).opened_total, opened + 2);
        atomic_store(&all.refuses_created, true);
        atomic_store(&all.refuses_taken, true);
        assert_int_equal(note_count(f.s), -1);
        assert_failed_with(f.s, TENON_VETO);
        atomic_store(&all.refuses_created, false);
        assert_int_equal(note_count(f.s), 0);
        tear_down(f);
    }
}

/* ---- who holds what -------------------------------------------------------------------------- */

static void who_holds_a_connection_is_known_with_its_place(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        tenon_session *reader = tenon_session_open(f.db, NULL);
        tenon_pool_lease leases[2];
        assert_int_equal(tenon_pool_leases(f.db, 0, leases, 2), 0);
        tenon_at(f.s, "first.c:1");
        assert_true((tenon_begin)(f.s));
        tenon__wait_pause(MOMENT_US, TENON__NEVER);
        tenon_at(reader, "second.c:2");
        begin_reading(reader);
        assert_int_equal(tenon_pool_leases(f.db, 0, leases, 2), 2);
        assert_string_equal(leases[0].site, "first.c:1");
        assert_true(leases[0].held_us >= leases[1].held_us + MOMENT_US);
        assert_int_equal(tenon_pool_leases(f.db, 0, leases, 1), 2);
        assert_string_equal(leases[0].site, "first.c:1");
        assert_int_equal(tenon_pool_leases(f.db, LONG_US, leases, 2), 0);
        tenon_session_close(reader);
        assert_true(tenon_commit(f.s));
        assert_int_equal(tenon_pool_leases(f.db, 0, leases, 2), 0);
        tear_down(f);
    }
}

static void what_is_held_too_long_is_told_once(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        seen all = {0};
        tenon_pool_watcher watcher = watcher_of(&all);
        fixture f =
            set_up_with(which, &(tenon_options){.pool_watcher = &watcher, .leak_after_us = 40000});
        tenon_at(f.s, "leak.c:3");
        assert_true((tenon_begin)(f.s));
        for (int us = 0; !count_of(&all, TENON_POOL_HELD); us += MOMENT_US) {
            assert_true(us < LONG_US);
            tenon__wait_pause(MOMENT_US, TENON__NEVER);
        }
        assert_string_equal(atomic_load(&all.site), "leak.c:3");
        tenon_pool_tend(f.db);
        assert_int_equal(count_of(&all, TENON_POOL_HELD), 1);
        tenon_rollback(f.s);
        tear_down(f);
    }
}

/* ---- waiting --------------------------------------------------------------------------------- */

static void waits_are_counted_by_their_length_and_slow_ones_told(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        seen all = {0};
        tenon_pool_watcher watcher = watcher_of(&all);
        fixture f = set_up_with(which, &(tenon_options){.pool_max = 1,
                                                        .acquire_timeout_us = 20000,
                                                        .slow_acquire_us = 15000,
                                                        .pool_watcher = &watcher});
        tenon_session *late = tenon_session_open(f.db, NULL);
        assert_true(tenon_begin(f.s));
        tenon_at(late, "late.c:4");
        assert_false(note_insert(late, 1, "one"));
        assert_failed_with(late, TENON_POOL_EXHAUSTED);
        tenon_pool_metrics metrics = tenon_db_metrics(f.db);
        assert_int_equal(metrics.waits_total, 1);
        assert_int_equal(metrics.slow_acquires_total, 1);
        assert_int_equal(count_of(&all, TENON_POOL_SLOW), 1);
        assert_string_equal(atomic_load(&all.site), "late.c:4");
        uint64_t counted = 0;
        for (size_t i = 0; i < TENON_POOL_WAITS; i++) {
            counted += metrics.wait_counts[i];
            if (metrics.wait_counts[i])
                assert_true(tenon_pool_wait_bound_us(i) >= 20000);
        }
        assert_int_equal(counted, 1);
        tenon_rollback(f.s);
        tenon_session_close(late);
        tear_down(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_watcher_sees_connections_come_and_go),
        cmocka_unit_test(sql_of_the_watcher_is_run_on_every_new_connection),
        cmocka_unit_test(wrong_sql_of_the_watcher_fails_the_opening),
        cmocka_unit_test(a_connection_that_is_not_liked_is_closed),
        cmocka_unit_test(who_holds_a_connection_is_known_with_its_place),
        cmocka_unit_test(what_is_held_too_long_is_told_once),
        cmocka_unit_test(waits_are_counted_by_their_length_and_slow_ones_told),
    };
    return cmocka_run_group_tests_name("watching the pool", tests, NULL, NULL);
}
