/* Operations that do not go well: late, locked out, refused at the door, or in a forked child. */
#include "by_hand.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "db/wait.h"
#include "testdb.h"

static const tenon_session_options soon = {.deadline_us = 100000};

static void assert_status(const tenon_session *s, tenon_status status)
{
    const tenon_error *err = tenon_session_error(s);
    if (err->status != status)
        fail_msg("%s: %s", tenon_status_name(err->status), err->message);
}

/* ---- deadlines ------------------------------------------------------------------------------- */

static void a_statement_of_postgresql_is_stopped_at_its_deadline(void **state)
{
    tenon_db *db = open_db(new_note_url(0), NULL);
    tenon_session *s = tenon_session_open(db, &soon);
    int64_t start = tenon__monotonic_us();
    assert_false(tenon_execute(s, "SELECT pg_sleep(20)"));
    assert_true(tenon__monotonic_us() - start < 2000000);
    assert_status(s, TENON_TIMEOUT);
    assert_int_equal(tenon_session_error(s)->applied, TENON_APPLIED_NO);
    assert_string_equal(tenon_session_error(s)->sqlstate, "57014");
    tenon_error_clear(s);
    assert_int_equal(note_count(s), 0);
    assert_int_equal(tenon_db_metrics(db).opened_total, 1); /* on the same connection */
    tenon_session_close(s);
    tenon_close(db);
}

static void a_statement_of_sqlite_is_stopped_at_its_deadline(void **state)
{
    tenon_db *db = open_db(new_note_url(1), NULL);
    tenon_session *s = tenon_session_open(db, &soon);
    int64_t start = tenon__monotonic_us();
    assert_false(tenon_execute(s, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) "
                                  "INSERT INTO note SELECT i, NULL FROM n WHERE i < 0"));
    assert_true(tenon__monotonic_us() - start < 2000000);
    assert_status(s, TENON_TIMEOUT);
    tenon_error_clear(s);
    assert_int_equal(note_count(s), 0);
    tenon_session_close(s);
    tenon_close(db);
}

static void the_statement_timeout_of_the_url_is_a_deadline(void **state)
{
    char url[600];
    snprintf(url, sizeof url, "%s&statement_timeout=100ms", new_note_url(0));
    tenon_db *db = open_db(url, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_false(tenon_execute(s, "SELECT pg_sleep(20)"));
    assert_status(s, TENON_TIMEOUT);
    tenon_session_close(s);
    s = tenon_session_open(db, &(tenon_session_options){.deadline_us = -1});
    assert_true(tenon_execute(s, "SELECT pg_sleep(0.2)"));
    tenon_session_close(s);
    tenon_close(db);
}

/* ---- a file that another process has locked -------------------------------------------------- */

static sqlite3 *lock_file(const char *url)
{
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(url + strlen("sqlite:"), &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    return other;
}

static void a_locked_file_is_waited_for_until_the_deadline(void **state)
{
    const char *url = new_note_url(1);
    tenon_db *db = open_db(url, NULL);
    tenon_session *s = tenon_session_open(db, &soon);
    sqlite3 *other = lock_file(url);
    int64_t start = tenon__monotonic_us();
    assert_false(note_insert(s, 1, "one"));
    assert_true(tenon__monotonic_us() - start >= 90000);
    assert_status(s, TENON_TIMEOUT);
    assert_int_equal(tenon_session_error(s)->applied, TENON_APPLIED_NO);
    tenon_error_clear(s);
    assert_false(tenon_begin(s));
    tenon_error_clear(s);
    assert_int_equal(note_count(s), 0);
    sqlite3_close(other);
    assert_true(note_insert(s, 1, "one"));
    tenon_session_close(s);
    tenon_close(db);
}

static void a_locked_file_is_busy_after_the_acquire_timeout(void **state)
{
    const char *url = new_note_url(1);
    tenon_db *db = open_db(url, &(tenon_options){.acquire_timeout_us = 50000});
    tenon_session *s = tenon_session_open(db, NULL);
    sqlite3 *other = lock_file(url);
    assert_false(note_insert(s, 1, "one"));
    assert_status(s, TENON_BUSY);
    assert_true(tenon_error_is_retryable(tenon_session_error(s)));
    sqlite3_close(other);
    tenon_error_clear(s);
    assert_true(note_insert(s, 1, "one"));
    tenon_session_close(s);
    tenon_close(db);
}

static void a_lock_that_passes_is_no_error(void **state)
{
    const char *url = new_note_url(1);
    tenon_db *db = open_db(url, NULL);
    pid_t child = fork();
    if (child == 0) {
        sqlite3 *other = lock_file(url);
        sqlite3_exec(other, "INSERT INTO note VALUES (7, 'theirs')", NULL, NULL, NULL);
        tenon__wait_pause(100000, TENON__NEVER);
        sqlite3_exec(other, "COMMIT", NULL, NULL, NULL);
        _exit(0);
    }
    tenon__wait_pause(50000, TENON__NEVER);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_true(note_insert(s, 1, "ours"));
    assert_int_equal(waitpid(child, NULL, 0), child);
    assert_int_equal(note_count(s), 2);
    tenon_session_close(s);
    tenon_close(db);
}

/* ---- opening --------------------------------------------------------------------------------- */

static void assert_refused(const char *url, tenon_status status, const char *words)
{
    tenon_error err;
    tenon_db *db = tenon_open(url, NULL, &err);
    assert_null(db);
    if (err.status != status || !strstr(err.message, words))
        fail_msg("%s: %s", tenon_status_name(err.status), err.message);
    assert_null(strstr(err.message, "hunter2"));
    assert_null(strstr(err.hint, "hunter2"));
}

/* The cluster's URL with another role, password or database. */
static const char *url_like(const char *user, const char *database)
{
    static char url[600];
    const char *host = strstr(getenv("TENON_TEST_PG"), "host=") + strlen("host=");
    snprintf(url, sizeof url, "postgresql:///%s?host=%.*s&%s", database, (int)strcspn(host, "&"),
             host, user);
    return url;
}

static void who_may_not_in_is_told_at_the_door(void **state)
{
    testdb_run(testdb_create("door"),
               "DO $$ BEGIN CREATE ROLE tenon_password LOGIN PASSWORD 'right'; "
               "EXCEPTION WHEN duplicate_object THEN NULL; END $$");
    assert_refused(url_like("user=tenon_password&password=hunter2", "postgres"), TENON_AUTH,
                   "password authentication failed");
    assert_refused(url_like("user=tenon_password", "postgres"), TENON_AUTH, "password");
    assert_refused(url_like("user=nobody_of_this_name", "postgres"), TENON_AUTH, "nobody_of_this");
    assert_refused(url_like("user=tenon", "no_such_database"), TENON_SCHEMA, "no_such_database");
}

static void an_unreachable_server_is_unavailable(void **state)
{
    assert_refused("postgresql://u:hunter2@127.0.0.1:1/db", TENON_UNAVAILABLE, "127.0.0.1");
    assert_refused("postgresql:///db?host=/nonexistent", TENON_UNAVAILABLE, "/nonexistent");
    assert_refused("mysql://u:hunter2@h/db", TENON_MISUSE, "scheme");
    assert_refused("sqlite:/nonexistent/folder/a.db", TENON_IO, "/nonexistent/folder/a.db");
}

/* The way in as libpq tells it, in one sentence, and what to do about it. */
static void a_refused_connection_is_told_in_one_sentence(void **state)
{
    static const char *const no_server =
        "check that the server runs and that host and port in the URL are right";
    char wrong_password[600], no_database[600];
    snprintf(wrong_password, sizeof wrong_password, "%s",
             url_like("user=tenon_password&password=wrong", "postgres"));
    snprintf(no_database, sizeof no_database, "%s", url_like("user=tenon", "no_such_database"));
    const struct {
        const char *url, *message, *hint;
    } cases[] = {
        {"postgresql:///db?host=/nonexistent&port=5444",
         "connection to server on socket \"/nonexistent/.s.PGSQL.5444\" failed: "
         "No such file or directory",
         no_server},
        {"postgresql://u@127.0.0.1:1/db",
         "connection to server at \"127.0.0.1\", port 1 failed: Connection refused", no_server},
        {"postgresql://u@127.0.0.1:1,127.0.0.2:2/db",
         "connection to server at \"127.0.0.1\", port 1 failed: Connection refused; "
         "connection to server at \"127.0.0.2\", port 2 failed: Connection refused",
         no_server},
        {"postgresql://u@no..such.host/db",
         "could not translate host name \"no..such.host\" to address: Name or service not known",
         no_server},
        {wrong_password, "password authentication failed for user \"tenon_password\"",
         "check user and password in the URL"},
        {no_database, "database \"no_such_database\" does not exist",
         "create the database, or correct its name in the URL"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tenon_error err;
        assert_null(tenon_open(cases[i].url, NULL, &err));
        assert_string_equal(err.message, cases[i].message);
        assert_string_equal(err.hint, cases[i].hint);
    }
}

/* A server that takes the connection and says nothing. */
static void a_silent_server_is_given_up_after_the_connect_timeout(void **state)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    char url[120];
    snprintf(url, sizeof url, "postgresql://127.0.0.1:%u/db?connect_timeout=100ms&sslmode=disable",
             ntohs(address.sin_port));
    int64_t start = tenon__monotonic_us();
    assert_refused(url, TENON_UNAVAILABLE, "did not answer within 100 ms");
    assert_true(tenon__monotonic_us() - start < 2000000);
    close(listener);
}

static void the_schema_of_the_url_comes_first_in_the_search_path(void **state)
{
    const char *plain = testdb_create("schema");
    testdb_run(plain, "CREATE SCHEMA \"My \"\"odd\"\" \\ schema, 2\"; "
                      "CREATE TABLE \"My \"\"odd\"\" \\ schema, 2\".note (id bigint, text text)");
    char url[600];
    snprintf(url, sizeof url, "%s&schema=My%%20%%22odd%%22%%20%%5C%%20schema,%%202", plain);
    tenon_db *db = open_db(url, NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    assert_int_equal(note_count(s), 0);
    assert_true(note_insert(s, 1, "one"));
    assert_string_equal(
        testdb_value(plain, "SELECT count(*) FROM \"My \"\"odd\"\" \\ schema, 2\".note"), "1");
    tenon_session_close(s);
    tenon_close(db);
}

/* ---- forks ----------------------------------------------------------------------------------- */

static void a_forked_child_is_refused_and_harms_nobody(void **state)
{
    for (int which = 0; which < 2; which++) {
        tenon_db *db = open_db(new_note_url(which), NULL);
        tenon_session *s = tenon_session_open(db, NULL);
        assert_true(tenon_begin(s) && note_insert(s, 1, "one"));
        pid_t child = fork();
        if (child == 0) {
            bool is_refused = note_count(s) == -1 && tenon_session_error(s)->status == TENON_MISUSE;
            tenon_session_close(s);
            tenon_close(db);
            _exit(is_refused ? 0 : 1);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        assert_int_equal(note_count(s), 1);
        assert_true(tenon_commit(s));
        tenon_session_close(s);
        tenon_close(db);
    }
}

/* ---- bulk load ------------------------------------------------------------------------------- */

static tenon__statement copy_notes(void)
{
    static const char sql[] = "COPY note (id, text) FROM STDIN (FORMAT binary)";
    tenon__statement copy = insert_note;
    copy.sql = sql;
    copy.sql_length = sizeof sql - 1;
    return copy;
}

typedef struct source {
    int64_t id;
    const char *text;
    size_t bad_at, ends_at;
    const void *values[2];
} source;

static const void *const *next_note(void *context, size_t i)
{
    source *from = context;
    if (i == from->ends_at)
        return NULL;
    from->id = (int64_t)i;
    from->text = i == from->bad_at ? "\xff" : "a text that is copied";
    from->values[0] = &from->id;
    from->values[1] = &from->text;
    return from->values;
}

static void a_bulk_load_writes_every_row_or_none(void **state)
{
    tenon_db *db = open_db(new_note_url(0), NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    tenon__statement copy = copy_notes();
    source from = {.bad_at = 40000, .ends_at = SIZE_MAX};
    int64_t affected = -1;
    assert_false(tenon__run_copy(s, &copy, 50000, next_note, &from, &affected));
    assert_int_not_equal(tenon_session_error(s)->status, TENON_CANCELLED);
    assert_int_equal(affected > 0, 0);
    tenon_error_clear(s);
    assert_int_equal(note_count(s), 0);
    from.bad_at = SIZE_MAX;
    from.ends_at = 3;
    assert_false(tenon__run_copy(s, &copy, 50000, next_note, &from, &affected));
    assert_status(s, TENON_MISUSE);
    tenon_error_clear(s);
    assert_int_equal(note_count(s), 0);
    from.ends_at = SIZE_MAX;
    assert_true(tenon__run_copy(s, &copy, 50000, next_note, &from, &affected));
    assert_int_equal(affected, 50000);
    assert_int_equal(note_count(s), 50000);
    assert_false(tenon__run_copy(s, &copy, 10, next_note, &from, &affected));
    assert_status(s, TENON_UNIQUE);
    tenon_error_clear(s);
    assert_int_equal(note_count(s), 50000);
    assert_int_equal(tenon_db_metrics(db).opened_total, 1);
    tenon_session_close(s);
    tenon_close(db);
}

static void a_bulk_load_belongs_to_its_transaction(void **state)
{
    tenon_db *db = open_db(new_note_url(0), NULL);
    tenon_session *s = tenon_session_open(db, NULL);
    tenon__statement copy = copy_notes();
    source from = {.bad_at = SIZE_MAX, .ends_at = SIZE_MAX};
    assert_true(tenon_begin(s));
    assert_true(tenon__run_copy(s, &copy, 0, next_note, &from, NULL));
    assert_true(tenon__run_copy(s, &copy, 10, next_note, &from, NULL));
    assert_int_equal(note_count(s), 10);
    tenon_rollback(s);
    assert_int_equal(note_count(s), 0);
    tenon_session_close(s);
    tenon_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_of_postgresql_is_stopped_at_its_deadline),
        cmocka_unit_test(a_statement_of_sqlite_is_stopped_at_its_deadline),
        cmocka_unit_test(the_statement_timeout_of_the_url_is_a_deadline),
        cmocka_unit_test(a_locked_file_is_waited_for_until_the_deadline),
        cmocka_unit_test(a_locked_file_is_busy_after_the_acquire_timeout),
        cmocka_unit_test(a_lock_that_passes_is_no_error),
        cmocka_unit_test(who_may_not_in_is_told_at_the_door),
        cmocka_unit_test(an_unreachable_server_is_unavailable),
        cmocka_unit_test(a_refused_connection_is_told_in_one_sentence),
        cmocka_unit_test(a_silent_server_is_given_up_after_the_connect_timeout),
        cmocka_unit_test(the_schema_of_the_url_comes_first_in_the_search_path),
        cmocka_unit_test(a_forked_child_is_refused_and_harms_nobody),
        cmocka_unit_test(a_bulk_load_writes_every_row_or_none),
        cmocka_unit_test(a_bulk_load_belongs_to_its_transaction),
    };
    return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
