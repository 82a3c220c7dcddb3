/* The server goes away in the middle of a call: its process is ended by an administrator, the
 * whole server is killed, or it hangs. The call says what happened and what the caller can do,
 * nothing leaks, and the session and the pool work as soon as there is a server again.
 *
 * "In the middle" is exact: each call waits for a lock that another connection holds (the commit:
 * in a deferred trigger that sleeps), and the server is touched when it says that the call waits.
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#include "cluster.h"
#include "core/core.h"
#include "db/wait.h"
#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

enum { PAUSE_US = 5000, LONGEST_US = 30000000, MANY = 4000 };

static const char slow_commit[] =
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS "
    "'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';"
    "CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON \"Everything\" DEFERRABLE INITIALLY DEFERRED "
    "FOR EACH ROW EXECUTE FUNCTION slow();"
    "INSERT INTO \"User\" VALUES (1, 'ann@example.com', NULL, NULL, 'USER', true, 0, 0, '{}', "
    "now(), now())";

static const char lock_all[] = "LOCK TABLE \"User\", \"Membership\" IN ACCESS EXCLUSIVE MODE";

static const char *url;
static tenon_db *db, *other_db;
static tenon_session *holder;

/* ---- the calls ------------------------------------------------------------------------------- */

static void find(tenon_session *s)
{
    user_find(s, 1);
}

static void find_many(tenon_session *s)
{
    user_find_many(s, .where = {.age = GE(0)});
}

static void find_in_a_transaction(tenon_session *s)
{
    if (tenon_begin(s))
        user_find(s, 1);
}

static void create(tenon_session *s)
{
    user_create(s, .email = SET("bob@example.com"));
}

static void create_in_a_transaction(tenon_session *s)
{
    if (tenon_begin(s))
        create(s);
}

static void create_thousands(tenon_session *s)
{
    static MembershipSet items[MANY];
    static char names[MANY][8];
    for (size_t i = 0; i < MANY; i++) {
        snprintf(names[i], sizeof names[i], "%zu", i);
        items[i] =
            (MembershipSet){.userId = SET(1), .groupName = SET(names[i]), .role = SET(ROLE_USER)};
    }
    membership_create_many(s, .items = items, .count = MANY);
}

static void update(tenon_session *s)
{
    user_update(s, 1, .name = SET("Ann"));
}

static void upsert(tenon_session *s)
{
    membership_upsert(s,
                      .create = {.userId = SET(1), .groupName = SET("g"), .role = SET(ROLE_USER)});
}

static void delete_many(tenon_session *s)
{
    membership_delete_many(s, .everything = true);
}

static void execute(tenon_session *s)
{
    tenon_execute(s, "DELETE FROM \"Membership\"");
}

static void commit(tenon_session *s)
{
    if (tenon_begin(s) && everything_create(s, .flag = SET(true)))
        tenon_commit(s);
}

typedef struct one_call {
    const char *name;
    void (*run)(tenon_session *s);
    tenon_status status;
    tenon_applied applied;
} one_call;

/* A transaction dies with its connection, so what was written in it was not. */
static const one_call calls[] = {
    {"find", find, TENON_UNAVAILABLE, TENON_APPLIED_NO},
    {"find_many", find_many, TENON_UNAVAILABLE, TENON_APPLIED_NO},
    {"find in a transaction", find_in_a_transaction, TENON_UNAVAILABLE, TENON_APPLIED_NO},
    {"create", create, TENON_UNAVAILABLE, TENON_APPLIED_UNKNOWN},
    {"create in a transaction", create_in_a_transaction, TENON_UNAVAILABLE, TENON_APPLIED_NO},
    {"create_many", create_thousands, TENON_UNAVAILABLE, TENON_APPLIED_UNKNOWN},
    {"update", update, TENON_UNAVAILABLE, TENON_APPLIED_UNKNOWN},
    {"upsert", upsert, TENON_UNAVAILABLE, TENON_APPLIED_UNKNOWN},
    {"delete_many", delete_many, TENON_UNAVAILABLE, TENON_APPLIED_UNKNOWN},
    {"execute", execute, TENON_UNAVAILABLE, TENON_APPLIED_UNKNOWN},
    {"commit", commit, TENON_OUTCOME_UNKNOWN, TENON_APPLIED_UNKNOWN},
};

/* ---- a call under way ------------------------------------------------------------------------ */

typedef struct victim {
    const one_call *call;
    tenon_session *session;
    pthread_t thread;
    atomic_bool is_done;
} victim;

static void *run_victim(void *context)
{
    victim *v = context;
    v->call->run(v->session);
    atomic_store(&v->is_done, true);
    return NULL;
}

#define WAITING                                                                                    \
    " FROM pg_stat_activity WHERE application_name = 'victim' AND state = 'active' AND "           \
    "(wait_event_type = 'Lock' OR wait_event = 'PgSleep')"

static bool is_waiting(void)
{
    return strcmp(testdb_value(url, "SELECT count(*)" WAITING), "0") != 0;
}

static void start(victim *v, const one_call *call, tenon_session *session)
{
    *v = (victim){.call = call, .session = session};
    if (!tenon_begin(holder) || !tenon_execute(holder, lock_all))
        fail_msg("%s", tenon_message(holder));
    assert_int_equal(pthread_create(&v->thread, NULL, run_victim, v), 0);
    for (int us = 0; !is_waiting(); us += PAUSE_US) {
        assert_true(us < LONGEST_US);
        tenon__wait_pause(PAUSE_US, TENON__NEVER);
    }
}

static void join(victim *v)
{
    pthread_join(v->thread, NULL);
}

static void assert_lost(const victim *v)
{
    const tenon_error *err = tenon_session_error(v->session);
    if (err->status != v->call->status || err->applied != v->call->applied)
        fail_msg("%s: %s, applied %d: %s", v->call->name, tenon_status_name(err->status),
                 (int)err->applied, err->message);
    assert_true(tenon_error_is_retryable(err) ==
                (err->status == TENON_UNAVAILABLE && err->applied == TENON_APPLIED_NO));
}

/* After the rollback the same session and the same pool do their work. */
static void assert_usable(tenon_session *s)
{
    tenon_rollback(s);
    assert_false(tenon_in_transaction(s));
    if (user_count(s) != 1 || !user_update(s, 1, .age = SET(33)))
        fail_msg("%s", tenon_message(s));
    if (!tenon_begin(s) || !user_find(s, 1) || !tenon_commit(s))
        fail_msg("%s", tenon_message(s));
    assert_int_equal(tenon_db_metrics(db).leased, 0);
    assert_int_equal(tenon_db_metrics(db).waiting, 0);
}

static tenon_db *open_as(const char *name)
{
    tenon_error err;
    tenon_db *opened = tenon_open(url, &(tenon_options){.application_name = name}, &err);
    if (!opened)
        fail_msg("%s", err.message);
    return opened;
}

static int set_up(void **state)
{
    url = cluster_open();
    testdb_run(url, sample_schema_postgresql);
    testdb_run(url, slow_commit);
    db = open_as("victim");
    other_db = open_as("holder");
    holder = tenon_session_open(other_db, NULL);
    return 0;
}

static int tear_down(void **state)
{
    tenon_session_close(holder);
    tenon_close(other_db);
    tenon_close(db);
    return 0;
}

/* ---- the tests ------------------------------------------------------------------------------- */

/* A read is repeated once on a fresh connection; that one is ended as well. */
static void a_call_whose_server_process_is_ended_says_so(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(calls); i++) {
        tenon_session *s = tenon_session_open(db, NULL);
        victim v;
        start(&v, &calls[i], s);
        while (!atomic_load(&v.is_done)) {
            testdb_value(url, "SELECT count(pg_terminate_backend(pid))" WAITING);
            tenon__wait_pause(PAUSE_US, TENON__NEVER);
        }
        join(&v);
        assert_lost(&v);
        tenon_rollback(holder);
        assert_usable(s);
        tenon_session_close(s);
    }
}

static void a_call_whose_server_is_killed_says_so(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(calls); i++) {
        tenon_session *s = tenon_session_open(db, NULL);
        victim v;
        start(&v, &calls[i], s);
        cluster_kill();
        join(&v);
        assert_int_equal(tenon_session_error(s)->status, calls[i].status);
        tenon_rollback(s);
        assert_int_equal(user_count(s), 0);
        assert_int_equal(tenon_session_error(s)->status, TENON_UNAVAILABLE);
        cluster_start();
        tenon_rollback(holder);
        assert_usable(s);
        tenon_session_close(s);
    }
}

static void a_call_to_a_server_that_hangs_ends_soon_after_its_deadline(void **state)
{
    enum { DEADLINE_US = 500000, SOON_US = 6000000 };
    for (size_t i = 0; i < TENON__COUNT(calls); i++) {
        tenon_session *s =
            tenon_session_open(db, &(tenon_session_options){.deadline_us = DEADLINE_US});
        assert_int_equal(user_count(s), 1);
        cluster_freeze();
        int64_t before_us = tenon__monotonic_us();
        calls[i].run(s);
        int64_t took_us = tenon__monotonic_us() - before_us;
        cluster_thaw();
        if (tenon_session_error(s)->status != TENON_TIMEOUT || took_us > SOON_US)
            fail_msg("%s: %s after %lld us", calls[i].name, tenon_message(s), (long long)took_us);
        tenon_session_close(s);
        s = tenon_session_open(db, NULL);
        assert_usable(s);
        tenon_session_close(s);
    }
}

static void closing_does_not_wait_for_a_server_that_hangs(void **state)
{
    tenon_db *closed = open_as("closed");
    tenon_session *s = tenon_session_open(closed, NULL);
    assert_true(tenon_begin(s) && user_count(s) == 1);
    cluster_freeze();
    int64_t before_us = tenon__monotonic_us();
    tenon_session_close(s);
    tenon_close(closed);
    int64_t took_us = tenon__monotonic_us() - before_us;
    cluster_thaw();
    assert_in_range(took_us, 0, 8000000); /* the connect timeout is what a rollback may take */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_whose_server_process_is_ended_says_so),
        cmocka_unit_test(a_call_whose_server_is_killed_says_so),
        cmocka_unit_test(a_call_to_a_server_that_hangs_ends_soon_after_its_deadline),
        cmocka_unit_test(closing_does_not_wait_for_a_server_that_hangs),
    };
    return cmocka_run_group_tests_name("lost server", tests, set_up, tear_down);
}
