/* Throwaway databases: they are empty, can be used, and are gone afterwards, also when the process
 * that made them is killed. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/testdb.h"
#include "scratch/scratch.h"

#include <tenon/query.h>
#include <tenon/tenon.h>

static void use_database(const char *url)
{
    tenon_error err = {0};
    tenon_db *db = tenon_open(url, NULL, &err);
    tenon_session *s = tenon_session_open(db, NULL);
    if (!tenon_execute(s, "CREATE TABLE t (id int)"))
        fail_msg("%s: %s", err.message, tenon_message(s));
    tenon_session_close(s);
    tenon_close(db);
}

/* Two databases that know nothing of each other; the URL of the first. */
static const char *use_two(scratch *s)
{
    tenon_error err = {0};
    const char *urls[2];
    for (int i = 0; i < 2; i++) {
        urls[i] = scratch_database(s, &err);
        if (!urls[i])
            fail_msg("%s", err.message);
        use_database(urls[i]);
    }
    return urls[0];
}

static scratch *open_or_fail(const scratch_options *options)
{
    tenon_error err = {0};
    scratch *s = scratch_open(options, &err);
    if (!s)
        fail_msg("%s", err.message);
    return s;
}

/* The folder in "…host=/tmp/tenon-scratch.x&…" or "sqlite:/tmp/tenon-scratch.x/…". */
static void folder_of(const char *url, char *out, size_t size)
{
    const char *at = strstr(url, "/tmp/tenon-scratch.");
    assert_non_null(at);
    snprintf(out, size, "%.*s", (int)(5 + strcspn(at + 5, "/&")), at);
}

static void check_removed(scratch *s)
{
    tenon_error err = {0};
    char folder[128];
    const char *url = scratch_database(s, &err);
    assert_non_null(url);
    folder_of(url, folder, sizeof folder);
    assert_int_equal(access(folder, F_OK), 0);
    scratch_close(s);
    assert_int_equal(access(folder, F_OK), -1);
}

static void a_cluster_is_there_and_then_it_is_not(void **state)
{
    (void)state;
    scratch *s = open_or_fail(&(scratch_options){.dialect = TENON_POSTGRESQL});
    use_two(s);
    check_removed(s);
}

static void files_of_sqlite_are_there_and_then_they_are_not(void **state)
{
    (void)state;
    scratch *s = open_or_fail(&(scratch_options){.dialect = TENON_SQLITE});
    use_two(s);
    check_removed(s);
}

/* Of this scratch only: other tests have theirs on the same server. Their names end in a number. */
static const char *count_databases(const char *name)
{
    char query[160];
    snprintf(query, sizeof query, "SELECT count(*) FROM pg_database WHERE datname LIKE '%s%%'",
             name);
    return testdb_value(getenv("TENON_TEST_PG"), query);
}

static void databases_of_a_server_are_there_and_then_they_are_not(void **state)
{
    (void)state;
    char name[sizeof "tenon_scratch_01234567_"] = "";
    scratch *s = open_or_fail(
        &(scratch_options){.dialect = TENON_POSTGRESQL, .url = getenv("TENON_TEST_PG")});
    const char *at = strstr(use_two(s), "tenon_scratch_");
    assert_non_null(at);
    memcpy(name, at, sizeof name - 1);
    assert_string_equal(count_databases(name), "2");
    scratch_close(s);
    assert_string_equal(count_databases(name), "0");
}

static void the_environment_may_name_the_server(void **state)
{
    (void)state;
    const char *server = getenv("TENON_TEST_PG");
    assert_non_null(server);
    assert_int_equal(setenv("TENON_SCRATCH_URL", server, 1), 0);
    scratch *s = open_or_fail(&(scratch_options){.dialect = TENON_POSTGRESQL});
    assert_int_equal(unsetenv("TENON_SCRATCH_URL"), 0);
    const char *host = strstr(use_two(s), "host=");
    assert_non_null(host);
    assert_non_null(strstr(server, host));
    scratch_close(s);
}

static void a_version_that_is_not_installed_is_told(void **state)
{
    (void)state;
    tenon_error err = {0};
    assert_null(
        scratch_open(&(scratch_options){.dialect = TENON_POSTGRESQL, .server_version = 8}, &err));
    assert_int_equal(err.status, TENON_UNAVAILABLE);
    assert_string_equal(err.message, "PostgreSQL 8 is not installed");
}

/* The child opens a scratch, tells its folder and waits to be killed. */
static void open_and_wait(int pipe)
{
    tenon_error err = {0};
    scratch *s = scratch_open(&(scratch_options){.dialect = TENON_SQLITE}, &err);
    const char *url = s ? scratch_database(s, &err) : "";
    if (write(pipe, url, strlen(url) + 1) > 0)
        pause();
    _exit(1);
}

static void wait_until_gone(const char *folder)
{
    for (int i = 0; i < 500 && access(folder, F_OK) == 0; i++)
        nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    assert_int_equal(access(folder, F_OK), -1);
}

static void what_a_killed_process_made_is_removed(void **state)
{
    (void)state;
    int ends[2];
    char url[256] = "", folder[128];
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();
    if (child == 0)
        open_and_wait(ends[1]);
    assert_true(read(ends[0], url, sizeof url - 1) > 0);
    folder_of(url, folder, sizeof folder);
    assert_int_equal(access(folder, F_OK), 0);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    wait_until_gone(folder);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cluster_is_there_and_then_it_is_not),
        cmocka_unit_test(files_of_sqlite_are_there_and_then_they_are_not),
        cmocka_unit_test(databases_of_a_server_are_there_and_then_they_are_not),
        cmocka_unit_test(the_environment_may_name_the_server),
        cmocka_unit_test(a_version_that_is_not_installed_is_told),
        cmocka_unit_test(what_a_killed_process_made_is_removed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
