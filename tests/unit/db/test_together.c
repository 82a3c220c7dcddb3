/* Calls that go together, on both databases: all or nothing, whatever stops them, and with hooks,
 * deadlines and a cache that is too small. */
#include "fixture.h"
#include "proxy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <tenon/test.h>

#include "testdb.h"

enum { MOST = 8 };

/* Calls, and what they are made of. */
typedef struct batch {
    const tenon__statement *statements[MOST];
    tenon__call calls[MOST];
    int64_t ids[MOST];
    const char *texts[MOST];
    const void *values[MOST][2];
    tenon__rows rows[MOST];
    size_t count;
} batch;

static void add(batch *b, tenon_session *s, const tenon__statement *statement, int64_t id,
                const char *text)
{
    size_t i = b->count++;
    b->statements[i] = statement;
    b->ids[i] = id;
    b->texts[i] = text;
    b->values[i][0] = &b->ids[i];
    b->values[i][1] = &b->texts[i];
    b->rows[i] = (tenon__rows){.arena = tenon__session_arena(s)};
    b->calls[i] = call_by_hand(&b->statements[i]);
    b->calls[i].values = b->values[i];
    b->calls[i].value_count = statement->slot_count;
    b->calls[i].rows = statement->layout ? &b->rows[i] : NULL;
}

static bool run(batch *b, tenon_session *s, size_t *failed)
{
    return tenon__run_together(s, b->calls, b->count, false, failed);
}

/* ---- on both databases ----------------------------------------------------------------------- */

static void all_are_run_and_give_their_rows(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        for (int round = 0; round < 3; round++) {
            batch b = {0};
            add(&b, f.s, &insert_note, 10 + round, "new");
            add(&b, f.s, &all_notes, 0, NULL);
            add(&b, f.s, &find_note, 10 + round, NULL);
            assert_true(run(&b, f.s, NULL));
            assert_int_equal(b.rows[1].count, round + 1);
            assert_int_equal(b.rows[2].count, 1);
        }
        assert_notes(f, "3");
        tear_down(f);
    }
}

static void one_failure_undoes_all(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        batch b = {0};
        size_t failed = 9;
        add(&b, f.s, &insert_note, 1, "one");
        add(&b, f.s, &all_notes, 0, NULL);
        add(&b, f.s, &insert_note, 1, "again");
        add(&b, f.s, &insert_note, 2, "two");
        assert_false(run(&b, f.s, &failed));
        assert_int_equal(failed, 2);
        assert_string_equal(tenon_session_error(f.s)->sql, insert_note.sql);
        assert_int_equal(b.rows[1].count, 0);
        assert_failed_with(f.s, TENON_UNIQUE);
        assert_notes(f, "0");
        tear_down(f);
    }
}

static void in_a_transaction_they_belong_to_it(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        assert_true(tenon_begin(f.s));
        batch b = {0};
        add(&b, f.s, &insert_note, 1, "one");
        add(&b, f.s, &insert_note, 2, "two");
        assert_true(run(&b, f.s, NULL));
        assert_notes(f, "0");
        assert_true(tenon_commit(f.s));
        assert_notes(f, "2");
        tear_down(f);
    }
}

static void veto_second(tenon_event *event, void *ctx)
{
    int *count = ctx;
    if (++*count == 2)
        tenon_veto(event, "not the second one");
}

static void a_hook_can_stop_all_of_them(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        int count = 0;
        tenon_session_hook_add(
            f.s,
            &(tenon_hook){.moments = TENON_BEFORE_QUERY, .function = veto_second, .ctx = &count});
        batch b = {0};
        size_t failed;
        add(&b, f.s, &insert_note, 1, "one");
        add(&b, f.s, &insert_note, 2, "two");
        add(&b, f.s, &insert_note, 3, "three");
        assert_false(run(&b, f.s, &failed));
        assert_int_equal(failed, 1);
        assert_failed_with(f.s, TENON_VETO);
        assert_notes(f, "0");
        assert_true(run(&b, f.s, &failed));
        assert_int_equal(count, 5);
        assert_notes(f, "3");
        tear_down(f);
    }
}

static void each_of_them_counts(void **state)
{
    for (int which = 0; which < DATABASES; which++) {
        fixture f = set_up(which);
        batch b = {0};
        add(&b, f.s, &insert_note, 1, "one");
        add(&b, f.s, &all_notes, 0, NULL);
        uint64_t before = tenon_statement_count(f.s);
        assert_true(run(&b, f.s, NULL));
        assert_int_equal(tenon_statement_count(f.s) - before, 2);
        tear_down(f);
    }
}

/* ---- on PostgreSQL --------------------------------------------------------------------------- */

static void a_cache_of_one_statement_holds_them_all_as_long_as_needed(void **state)
{
    for (size_t most = 1; most <= 2; most++) {
        tenon_db *db =
            open_db(new_note_url(ON_POSTGRESQL), &(tenon_options){.statement_cache_count = most});
        tenon_session *s = tenon_session_open(db, NULL);
        for (int round = 0; round < 3; round++) {
            batch b = {0};
            add(&b, s, &insert_note, round, "new");
            add(&b, s, &find_note, round, NULL);
            add(&b, s, &all_notes, 0, NULL);
            add(&b, s, &count_notes, 0, NULL);
            add(&b, s, &find_note, round, NULL);
            assert_true(run(&b, s, NULL));
            assert_int_equal(b.rows[4].count, 1);
            assert_int_equal(note_count(s), round + 1);
        }
        tenon_session_close(s);
        tenon_close(db);
    }
}

static void a_wrong_statement_leaves_the_connection_usable(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    batch b = {0};
    size_t failed;
    add(&b, f.s, &insert_note, 1, "one");
    add(&b, f.s, &wrong_statement, 0, NULL);
    for (int round = 0; round < 2; round++) {
        assert_false(run(&b, f.s, &failed));
        assert_int_equal(failed, 1);
        assert_failed_with(f.s, TENON_SCHEMA);
    }
    batch c = {0};
    add(&c, f.s, &count_notes, 0, NULL);
    add(&c, f.s, &wrong_statement, 0, NULL);
    assert_false(tenon__run_together(f.s, c.calls, c.count, true, &failed));
    assert_failed_with(f.s, TENON_SCHEMA);
    assert_int_equal(note_count(f.s), 0);
    assert_int_equal(tenon_db_metrics(f.db).opened_total, 1);
    tear_down(f);
}

static const tenon__statement slow = {
    .sql = "SELECT id, pg_sleep(20)::text FROM note", .sql_length = 39, .layout = NULL};

static void they_are_stopped_at_the_deadline(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    assert_true(note_insert(f.s, 1, "one"));
    tenon_session *s = tenon_session_open(f.db, &(tenon_session_options){.deadline_us = 100000});
    tenon__statement statement = slow;
    statement.sql_length = strlen(slow.sql);
    statement.layout = all_notes.layout;
    batch b = {0};
    size_t failed;
    add(&b, s, &all_notes, 0, NULL);
    add(&b, s, &statement, 0, NULL);
    add(&b, s, &all_notes, 0, NULL);
    int64_t start = tenon__monotonic_us();
    assert_false(tenon__run_together(s, b.calls, b.count, true, &failed));
    assert_true(tenon__monotonic_us() - start < 3000000);
    assert_int_equal(failed, 1);
    assert_failed_with(s, TENON_TIMEOUT);
    tenon_session_close(s);
    tear_down(f);
}

static void reads_are_repeated_when_the_connection_turns_out_to_be_dead(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    assert_true(note_insert(f.s, 1, "one"));
    kill_backend(f);
    batch b = {0};
    add(&b, f.s, &all_notes, 0, NULL);
    add(&b, f.s, &find_note, 1, NULL);
    assert_true(run(&b, f.s, NULL));
    assert_int_equal(b.rows[1].count, 1);
    kill_backend(f);
    batch c = {0};
    add(&c, f.s, &all_notes, 0, NULL);
    add(&c, f.s, &insert_note, 2, "two");
    assert_false(run(&c, f.s, NULL));
    assert_failed_with(f.s, TENON_UNAVAILABLE);
    tear_down(f);
}

static void all_of_them_are_one_round_trip(void **state)
{
    const char *why;
    proxy *p = proxy_open(new_note_url(ON_POSTGRESQL), 2000, &why);
    assert_non_null(p);
    tenon_db *db = open_db(proxy_url(p), NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    for (int round = 0; round < 3; round++) {
        batch b = {0};
        add(&b, s, &insert_note, round, "new");
        add(&b, s, &all_notes, 0, NULL);
        add(&b, s, &find_note, round, NULL);
        uint64_t before = proxy_round_trips(p);
        assert_true(run(&b, s, NULL));
        if (round)
            assert_int_equal(proxy_round_trips(p) - before, 1);
        batch c = {0};
        add(&c, s, &all_notes, 0, NULL);
        add(&c, s, &find_note, round, NULL);
        before = proxy_round_trips(p);
        assert_true(tenon__run_together(s, c.calls, c.count, true, NULL));
        assert_int_equal(proxy_round_trips(p) - before, 1);
    }
    tenon_session_close(s);
    tenon_close(db);
    proxy_close(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_are_run_and_give_their_rows),
        cmocka_unit_test(one_failure_undoes_all),
        cmocka_unit_test(in_a_transaction_they_belong_to_it),
        cmocka_unit_test(a_hook_can_stop_all_of_them),
        cmocka_unit_test(each_of_them_counts),
        cmocka_unit_test(a_cache_of_one_statement_holds_them_all_as_long_as_needed),
        cmocka_unit_test(a_wrong_statement_leaves_the_connection_usable),
        cmocka_unit_test(they_are_stopped_at_the_deadline),
        cmocka_unit_test(reads_are_repeated_when_the_connection_turns_out_to_be_dead),
        cmocka_unit_test(all_of_them_are_one_round_trip),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
