/* What can be wrong with an SQLite file while a program uses it through the generated calls: the
 * disk is full, the file may not grow, is locked, read-only, damaged, or its folder is not there.
 * Each time the error says it, nothing of the failed call is stored, and the same session and pool
 * go on. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "sample.h"
#include "sample_schema.h"
#include "testdb.h"

enum { BIG = 1000000, NOBODY = 65534 };

static const char *url;
static tenon_db *db;
static tenon_session *s;

static tenon_db *open_file(const char *file_url, tenon_error *err)
{
    return tenon_open(file_url, &(tenon_options){.acquire_timeout_us = 50000}, err);
}

static int set_up(void **state)
{
    tenon_error err;
    url = testdb_sqlite_url();
    testdb_run(url, sample_schema_sqlite);
    db = open_file(url, &err);
    s = tenon_session_open(db, NULL);
    return !s || !user_create(s, .id = SET(1), .email = SET("ann@example.com"));
}

static int tear_down(void **state)
{
    tenon_session_close(s);
    tenon_close(db);
    return 0;
}

static const char *path_of(const char *file_url)
{
    return file_url + strlen("sqlite:");
}

/* It has failed like this; the error is cleared. */
static void assert_status(tenon_status status)
{
    const tenon_error *err = tenon_session_error(s);
    if (err->status != status)
        fail_msg("%s: %s", tenon_status_name(err->status), err->message);
    assert_true(err->message[0] != '\0');
    assert_int_equal(err->sqlstate[0], '\0');
    tenon_error_clear(s);
}

/* One more row can be written and read by the same session and the same pool. */
static void assert_usable(int64_t users_before)
{
    if (user_count(s) != users_before || !user_create(s, .email = SET("next@example.com")))
        fail_msg("%s", tenon_message(s));
    assert_int_equal(user_count(s), users_before + 1);
    assert_false(tenon_failed(s));
    assert_int_equal(tenon_db_metrics(db).leased, 0);
}

static char *big_text(void)
{
    char *text = malloc(BIG + 1);
    assert_non_null(text);
    memset(text, 'x', BIG);
    text[BIG] = '\0';
    return text;
}

/* ---- no room --------------------------------------------------------------------------------- */

static void write_what_does_not_fit(const char *text)
{
    assert_null(user_create(s, .email = SET("big@example.com"), .name = SET(text)));
    assert_string_equal(tenon_session_error(s)->model, "User");
    assert_int_equal(tenon_session_error(s)->applied, TENON_APPLIED_NO);
    assert_status(TENON_DISK_FULL);
    assert_null(user_update(s, 1, .name = SET(text)));
    assert_status(TENON_DISK_FULL);
    const UserSet items[] = {{.email = SET("a@b")}, {.email = SET("c@d"), .name = SET(text)}};
    assert_int_equal(user_create_many(s, .items = items, .count = 2), 0);
    assert_status(TENON_DISK_FULL);
}

static void a_full_disk_fails_the_call_alone(void **state)
{
    char *text = big_text();
    assert_true(tenon_execute(s, "PRAGMA max_page_count = 60"));
    write_what_does_not_fit(text);
    free(text);
    assert_usable(1);
}

/* SQLite may give a transaction up by itself then; either way nothing of it stays. */
static void a_full_disk_ends_the_transaction(void **state)
{
    char *text = big_text();
    assert_true(tenon_execute(s, "PRAGMA max_page_count = 60"));
    assert_true(tenon_begin(s) && user_create(s, .email = SET("a@b")));
    assert_null(user_create(s, .email = SET("big@example.com"), .name = SET(text)));
    assert_false(tenon_commit(s));
    assert_false(tenon_in_transaction(s));
    assert_status(TENON_DISK_FULL);
    free(text);
    assert_usable(1);
}

/* A limit of the system on the size of files: the write fails half-way, in the log. It has to be
 * lifted again, so the signal that goes with it is ignored meanwhile. */
static void a_file_that_may_not_grow_fails_the_call_alone(void **state)
{
    struct rlimit before, limit;
    char *text = big_text();
    struct stat file;
    assert_int_equal(stat(path_of(url), &file), 0);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = (rlim_t)file.st_size + 200000;
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const User *big = user_create(s, .email = SET("big@example.com"), .name = SET(text));
    tenon_error err = *tenon_session_error(s);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    free(text);
    assert_null(big);
    if (err.status != TENON_DISK_FULL && err.status != TENON_IO)
        fail_msg("%s: %s", tenon_status_name(err.status), err.message);
    tenon_error_clear(s);
    assert_usable(1);
}

/* ---- locked ---------------------------------------------------------------------------------- */

static void a_file_that_another_process_has_locked_is_busy(void **state)
{
    sqlite3 *other = NULL;
    assert_int_equal(sqlite3_open(path_of(url), &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(user_count(s), 1); /* readers do not mind */
    assert_null(user_create(s, .email = SET("a@b")));
    assert_true(tenon_error_is_retryable(tenon_session_error(s)));
    assert_status(TENON_BUSY);
    assert_false(tenon_begin(s));
    assert_status(TENON_BUSY);
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_usable(1);
}

/* ---- not to be written ----------------------------------------------------------------------- */

static void a_file_opened_for_reading_refuses_writes(void **state)
{
    char read_url[256];
    tenon_error err;
    tear_down(NULL);
    snprintf(read_url, sizeof read_url, "%s?mode=ro", url);
    db = open_file(read_url, &err);
    assert_non_null(db);
    s = tenon_session_open(db, NULL);
    assert_null(user_create(s, .email = SET("a@b")));
    assert_status(TENON_READ_ONLY);
    assert_int_equal(user_delete_many(s, .everything = true), 0);
    assert_status(TENON_READ_ONLY);
    assert_int_equal(user_count(s), 1);
    assert_false(tenon_failed(s));
}

/* In a child that is nobody, because root may do everything. Its exit status is the error's. */
static tenon_status open_as_nobody(const char *file_url)
{
    pid_t child = fork();
    if (child == 0) {
        tenon_error err = {0};
        if (geteuid() == 0 && setuid(NOBODY) != 0)
            _exit(255);
        tenon_db *opened = open_file(file_url, &err);
        _exit(opened ? TENON_OK : (int)err.status);
    }
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return (tenon_status)WEXITSTATUS(status);
}

static void a_folder_of_others(char *folder, mode_t folder_mode, mode_t file_mode, char *file_url)
{
    char path[128];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/x.db", folder);
    snprintf(file_url, 160, "sqlite:%s", path);
    testdb_run(file_url, "CREATE TABLE t (x)");
    assert_int_equal(chmod(path, file_mode), 0);
    assert_int_equal(chmod(folder, folder_mode), 0);
}

static void remove_folder(const char *folder)
{
    static const char *const endings[] = {"", "-wal", "-shm", "-journal"};
    char path[128];
    chmod(folder, 0700);
    for (size_t i = 0; i < 4; i++) {
        snprintf(path, sizeof path, "%s/x.db%s", folder, endings[i]);
        unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
}

static void files_and_folders_that_may_not_be_touched_are_told_at_the_door(void **state)
{
    static const struct {
        mode_t folder, file;
        tenon_status statuses[2]; /* either is true */
    } cases[] = {
        {0755, 0444, {TENON_READ_ONLY, TENON_PERMISSION}}, /* a file that can be read */
        {0755, 0000, {TENON_PERMISSION, TENON_PERMISSION}},
        {0000, 0644, {TENON_PERMISSION, TENON_PERMISSION}},
        {0555, 0666, {TENON_PERMISSION, TENON_READ_ONLY}}, /* no place for the log */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char folder[] = "/tmp/tenon-disk.XXXXXX", file_url[160];
        a_folder_of_others(folder, cases[i].folder, cases[i].file, file_url);
        tenon_status status = open_as_nobody(file_url);
        remove_folder(folder);
        if (status != cases[i].statuses[0] && status != cases[i].statuses[1])
            fail_msg("case %zu: %s", i, tenon_status_name(status));
    }
}

static void a_folder_that_is_not_there_is_named(void **state)
{
    tenon_error err;
    assert_null(open_file("sqlite:/tmp/tenon-no-such-folder/x.db", &err));
    assert_int_equal(err.status, TENON_IO);
    assert_non_null(strstr(err.message, "/tmp/tenon-no-such-folder/x.db"));
    assert_non_null(strstr(err.message, strerror(ENOENT)));
}

/* ---- damaged --------------------------------------------------------------------------------- */

static void overwrite(const char *path, long from, size_t length)
{
    FILE *file = fopen(path, "r+b");
    assert_non_null(file);
    assert_int_equal(fseek(file, from, SEEK_SET), 0);
    for (size_t i = 0; i < length; i++)
        fputc(0x5A, file);
    fclose(file);
}

static void a_damaged_file_is_corrupt_and_never_garbage(void **state)
{
    tenon_error err;
    char *text = big_text();
    assert_non_null(
        user_create(s, .id = SET(2), .email = SET("big@example.com"), .name = SET(text)));
    free(text);
    assert_true(tenon_execute(s, "PRAGMA wal_checkpoint(TRUNCATE)"));
    tear_down(NULL);
    overwrite(path_of(url), 4096L * 2, 4096 * 40);
    db = open_file(url, &err);
    assert_non_null(db);
    s = tenon_session_open(db, NULL);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(user_find_many(s).count, 0);
        assert_status(TENON_CORRUPT);
    }
    assert_int_equal(tenon_db_metrics(db).leased, 0);
}

static void what_is_no_database_is_told_at_the_door(void **state)
{
    tenon_error err;
    const char *other = testdb_sqlite_url();
    int file = open(path_of(other), O_WRONLY | O_CREAT, 0600);
    assert_true(file >= 0);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(write(file, "no database ", 12), 12);
    close(file);
    assert_null(open_file(other, &err));
    assert_int_equal(err.status, TENON_CORRUPT);
    assert_non_null(strstr(err.message, path_of(other)));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(a_full_disk_fails_the_call_alone),
        TEST(a_full_disk_ends_the_transaction),
        TEST(a_file_that_may_not_grow_fails_the_call_alone),
        TEST(a_file_that_another_process_has_locked_is_busy),
        TEST(a_file_opened_for_reading_refuses_writes),
        cmocka_unit_test(files_and_folders_that_may_not_be_touched_are_told_at_the_door),
        cmocka_unit_test(a_folder_that_is_not_there_is_named),
        TEST(a_damaged_file_is_corrupt_and_never_garbage),
        cmocka_unit_test(what_is_no_database_is_told_at_the_door),
    };
    return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
