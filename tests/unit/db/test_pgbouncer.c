/* Behind PgBouncer with pool_mode=transaction, which gives every transaction to another of its two
 * connections, and a connection to everybody. Everything that a program does works there with
 * pooler=transaction; without it the errors say that it is missing. */
#include "by_hand.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "fixture.h"
#include "testdb.h"

enum { URL_SIZE = 256, THREADS = 8, NOTES_PER_THREAD = 60 };

static char folder[] = "/tmp/tenon-pooler.XXXXXX";

static int order(const char *word, const char *server)
{
    char command[2 * URL_SIZE];
    snprintf(command, sizeof command, "tests/support/pgbouncer.sh %s %s %s", word, folder, server);
    return system(command); /* NOLINT(cert-env33-c): a fixed script of this tree */
}

/* The folder of the socket stands in the URL of the tests' cluster. */
static int set_up_pooler(void **state)
{
    char server[URL_SIZE];
    const char *host = strstr(getenv("TENON_TEST_PG"), "host=");
    snprintf(server, sizeof server, "%.*s", (int)strcspn(host + 5, "&"), host + 5);
    return mkdtemp(folder) ? order("start", server) : -1;
}

static int tear_down_pooler(void **state)
{
    return order("stop", "");
}

/* The same database by way of the pooler. */
static const char *pooled_url(const char *url, const char *more)
{
    static char pooled[2 * URL_SIZE];
    const char *name = url + strlen("postgresql:///");
    snprintf(pooled, sizeof pooled, "postgresql:///%.*s?host=%s&port=6432&user=tenon&%s",
             (int)strcspn(name, "?"), name, folder, more);
    return pooled;
}

static fixture open_pooled(const char *more)
{
    fixture f = {.url = new_note_url(ON_POSTGRESQL)};
    f.db = open_db(pooled_url(f.url, more), NULL);
    f.s = tenon_session_open(f.db, NULL);
    return f;
}

/* ---- with pooler=transaction ----------------------------------------------------------------- */

typedef struct worker {
    tenon_db *db;
    int number, done;
} worker;

static void *write_and_read(void *context)
{
    worker *w = context;
    tenon_session *s = tenon_session_open(w->db, NULL);
    for (int i = 0; i < NOTES_PER_THREAD; i++) {
        int64_t id = w->number * 1000 + i;
        bool is_written = i % 3 ? note_insert(s, id, "text")
                                : tenon_begin(s) && note_insert(s, id, "text") && tenon_commit(s);
        const note *found = is_written ? note_find(s, id) : NULL;
        w->done += found && found->id == id;
        if (tenon_failed(s))
            print_error("%s\n", tenon_message(s));
        tenon_session_reset(s);
    }
    tenon_session_close(s);
    return NULL;
}

/* Eight threads over eight connections of ours and two of the pooler's. */
static void many_threads_share_the_connections_of_the_pooler(void **state)
{
    static const char *const said[] = {"pooler=transaction", "pgbouncer=true"};
    for (size_t which = 0; which < 2; which++) {
        fixture f = open_pooled(said[which]);
        pthread_t threads[THREADS];
        worker workers[THREADS];
        for (int i = 0; i < THREADS; i++) {
            workers[i] = (worker){f.db, i, 0};
            assert_int_equal(pthread_create(&threads[i], NULL, write_and_read, &workers[i]), 0);
        }
        for (int i = 0; i < THREADS; i++) {
            pthread_join(threads[i], NULL);
            assert_int_equal(workers[i].done, NOTES_PER_THREAD);
        }
        assert_int_equal(note_count(f.s), THREADS * NOTES_PER_THREAD);
        tear_down(f);
    }
}

static void transactions_keep_their_settings_to_themselves(void **state)
{
    fixture f = open_pooled("pooler=transaction");
    assert_true(tenon_begin_with(f.s, &(tenon_transaction_options){.isolation = TENON_SERIALIZABLE,
                                                                   .lock_timeout_us = 7000000}));
    assert_string_equal(TEXT_OF(f.s, "SELECT 1::int8, current_setting('lock_timeout')"), "7s");
    assert_true(tenon_begin(f.s) && note_insert(f.s, 1, "one"));
    tenon_rollback(f.s);
    assert_true(note_insert(f.s, 2, "two") && tenon_commit(f.s));
    for (int i = 0; i < 4; i++)
        assert_string_equal(TEXT_OF(f.s, "SELECT 1::int8, current_setting('lock_timeout')"), "0");
    assert_int_equal(note_count(f.s), 1);
    tear_down(f);
}

static void several_statements_go_together(void **state)
{
    fixture f = open_pooled("pooler=transaction");
    const tenon__statement *const counted = &count_notes, *const all = &all_notes;
    for (int i = 0; i < 4; i++) {
        tenon__rows rows[2] = {{.arena = tenon__session_arena(f.s)},
                               {.arena = tenon__session_arena(f.s)}};
        tenon__call calls[2] = {call_by_hand(&counted), call_by_hand(&all)};
        calls[0].rows = &rows[0];
        calls[1].rows = &rows[1];
        assert_true(note_insert(f.s, i, "text"));
        if (!tenon__run_together(f.s, calls, 2, i % 2, NULL))
            fail_msg("%s", tenon_message(f.s));
        assert_int_equal(rows[0].count, 1);
        assert_int_equal(rows[1].count, i + 1);
    }
    tear_down(f);
}

/* ---- without --------------------------------------------------------------------------------- */

/* Both of our connections use a connection of the server's each; then one after the other the same
 * one, which is not what one of them knows. Statements have names that are one connection's, so
 * none is ever given the rows of another's. */
static void without_it_the_error_says_what_to_set(void **state)
{
    fixture f = open_pooled("pool_max=2&pool_order=fifo");
    tenon_session *other = tenon_session_open(f.db, NULL);
    int lost = 0;
    assert_true(tenon_begin(f.s) && note_count(f.s) == 0);
    assert_true(tenon_begin(other) && note_count(other) == 0);
    tenon_rollback(f.s);
    tenon_rollback(other);
    for (int i = 0; i < 2; i++) {
        assert_true(tenon_begin(f.s));
        if (note_count(f.s) != 0) {
            lost++;
            assert_string_equal(tenon_session_error(f.s)->sqlstate, "26000");
            assert_non_null(strstr(tenon_session_error(f.s)->hint, "pooler=transaction"));
        }
        tenon_rollback(f.s);
    }
    assert_int_equal(lost, 1);
    tenon_session_close(other);
    tear_down(f);
}

static void a_name_that_is_taken_says_so_too(void **state)
{
    fixture f = set_up(ON_POSTGRESQL);
    assert_true(tenon_execute(f.s, "PREPARE taken AS SELECT 1"));
    assert_false(tenon_execute(f.s, "PREPARE taken AS SELECT 1"));
    assert_string_equal(tenon_session_error(f.s)->sqlstate, "42P05");
    assert_non_null(strstr(tenon_session_error(f.s)->hint, "pgbouncer=true"));
    tear_down(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_threads_share_the_connections_of_the_pooler),
        cmocka_unit_test(transactions_keep_their_settings_to_themselves),
        cmocka_unit_test(several_statements_go_together),
        cmocka_unit_test(without_it_the_error_says_what_to_set),
        cmocka_unit_test(a_name_that_is_taken_says_so_too),
    };
    return cmocka_run_group_tests_name("pgbouncer", tests, set_up_pooler, tear_down_pooler);
}
