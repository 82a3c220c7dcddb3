/* Money that several threads move stays whole: while the server is killed and comes back, while the
 * program itself is killed, while connections are cut and reset at chance bytes. What was
 * acknowledged is there, what was refused is not, nothing took place twice (bank.h). */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "bank.h"
#include "cluster.h"
#include "db/wait.h"
#include "proxy.h"
#include "testdb.h"

enum { THREADS = 8, ROUNDS = 3, SOME = 60, PAUSE_US = 10000, LONGEST_US = 60000000 };

static const char *server;

static unsigned rounds(unsigned of_every_day)
{
    const char *word = getenv("TENON_FAULTS");
    return word && strcmp(word, "all") == 0 ? 20 * of_every_day : of_every_day;
}

static tenon_db *open_bank(const char *url)
{
    tenon_error err;
    tenon_db *db = tenon_open(url,
                              &(tenon_options){.application_name = "bank",
                                               .breaker_wait_us = PAUSE_US,
                                               .acquire_timeout_us = LONGEST_US,
                                               .pool_max = THREADS - 2},
                              &err);
    if (!db)
        fail_msg("%s", err.message);
    return db;
}

/* Server processes of a program that was killed come to their end. */
static void wait_until_nobody_works(const char *url)
{
    for (int us = 0; us < LONGEST_US; us += PAUSE_US) {
        const char *count = testdb_value(
            url, "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'bank'");
        if (strcmp(count, "0") == 0)
            return;
        tenon__wait_pause(PAUSE_US, TENON__NEVER);
    }
    fail_msg("connections stay open");
}

static void assert_at_rest(tenon_db *db)
{
    tenon_pool_metrics metrics = tenon_db_metrics(db);
    assert_int_equal(metrics.leased, 0);
    assert_int_equal(metrics.waiting, 0);
}

/* ---- the server ------------------------------------------------------------------------------ */

static void money_stays_whole_when_the_server_is_killed(void **state)
{
    testdb_run(server, "CREATE DATABASE killed");
    char url[256];
    const char *query = strchr(server, '?');
    snprintf(url, sizeof url, "postgresql:///killed%s", query);
    bank *b = bank_open(url);
    tenon_db *db = open_bank(url);
    bank_start(b, db, THREADS);
    for (unsigned i = 0; i < rounds(ROUNDS); i++) {
        bank_wait(b, SOME);
        cluster_kill();
        cluster_start();
    }
    bank_wait(b, SOME);
    bank_stop(b);
    assert_at_rest(db);
    tenon_close(db);
    wait_until_nobody_works(url);
    bank_verify(b, url);
    assert_true(bank_count(b, TOLD_REFUSED) + bank_count(b, TOLD_UNKNOWN) > 0);
    bank_close(b);
}

/* ---- the program ----------------------------------------------------------------------------- */

static pid_t start_child(bank *b, const char *url)
{
    pid_t child = fork();
    if (child != 0)
        return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind */
    tenon_error err;
    tenon_db *db = tenon_open(url, &(tenon_options){.application_name = "bank"}, &err);
    if (!db)
        _exit(1);
    bank_start(b, db, THREADS);
    for (;;)
        pause();
}

static void kill_children(bank *b, const char *url)
{
    for (unsigned i = 0; i < rounds(ROUNDS); i++) {
        pid_t child = start_child(b, url);
        assert_true(child > 0);
        bank_wait(b, SOME);
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, NULL, 0), child);
    }
}

static void money_stays_whole_when_a_program_on_postgresql_is_killed(void **state)
{
    const char *url = testdb_create("bank");
    bank *b = bank_open(url);
    kill_children(b, url);
    wait_until_nobody_works(url);
    bank_verify(b, url);
    bank_close(b);
}

static void money_stays_whole_when_a_program_on_sqlite_is_killed(void **state)
{
    const char *url = testdb_sqlite_url();
    bank *b = bank_open(url);
    kill_children(b, url);
    bank_verify(b, url);
    assert_string_equal(testdb_value(url, "PRAGMA integrity_check"), "ok");
    bank_close(b);
}

/* One of two programs on a file is killed; the other goes on, and so does the next. */
static void a_killed_program_does_not_stop_another_on_its_file(void **state)
{
    const char *url = testdb_sqlite_url();
    bank *b = bank_open(url);
    pid_t survivor = start_child(b, url);
    assert_true(survivor > 0);
    kill_children(b, url);
    bank_wait(b, SOME);
    assert_int_equal(kill(survivor, SIGKILL), 0);
    assert_int_equal(waitpid(survivor, NULL, 0), survivor);
    bank_verify(b, url);
    bank_close(b);
}

/* ---- the way --------------------------------------------------------------------------------- */

static void money_stays_whole_when_connections_are_lost(void **state)
{
    enum { FAULTS = 40, BYTES = 4000 };
    const char *url = testdb_create("bank"), *why;
    bank *b = bank_open(url);
    proxy *way = proxy_open(url, 0, &why);
    assert_non_null(way);
    tenon_db *db = open_bank(proxy_url(way));
    bank_start(b, db, THREADS);
    unsigned seed = 7, failed = 0;
    for (unsigned i = 0; i < rounds(FAULTS); i++) {
        proxy_fail_at(way, i % 2 ? PROXY_CLIENT : PROXY_SERVER, (uint64_t)rand_r(&seed) % BYTES,
                      i % 3 ? PROXY_CUT : PROXY_RESET);
        bank_wait(b, 10);
        failed += proxy_has_failed(way);
    }
    bank_stop(b);
    assert_true(failed > rounds(FAULTS) / 2);
    assert_at_rest(db);
    tenon_close(db);
    proxy_close(way);
    wait_until_nobody_works(url);
    bank_verify(b, url);
    bank_close(b);
}

static int set_up(void **state)
{
    server = cluster_open();
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(money_stays_whole_when_a_program_on_postgresql_is_killed),
        cmocka_unit_test(money_stays_whole_when_a_program_on_sqlite_is_killed),
        cmocka_unit_test(a_killed_program_does_not_stop_another_on_its_file),
        cmocka_unit_test(money_stays_whole_when_connections_are_lost),
        cmocka_unit_test(money_stays_whole_when_the_server_is_killed),
    };
    return cmocka_run_group_tests_name("bank", tests, set_up, NULL);
}
