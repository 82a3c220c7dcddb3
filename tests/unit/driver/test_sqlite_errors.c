/* Each way in which SQLite fails, provoked on real files: the status, the names, and a connection
 * that goes on working. */
#include "sqlite_fixture.h"

#include "driver/sqlite/sqlite.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const tenon_field user_fields[] = {
    {.name = "id", .column = "id", .kind = TENON_KIND_INT64},
    {.name = "email", .column = "e.mail", .kind = TENON_KIND_TEXT},
};
static const tenon_model user_model = {
    .name = "User", .table = "my.users", .fields = user_fields, .field_count = 2};
static const tenon__slot user_slots[] = {
    {.field = &user_fields[0], .model = &user_model},
    {.field = &user_fields[1], .model = &user_model},
};

#define CREATE                                                                                     \
    "CREATE TABLE \"my.users\" (id INTEGER PRIMARY KEY, \"e.mail\" TEXT NOT NULL, "                \
    "CONSTRAINT short CHECK (length(\"e.mail\") < 20), UNIQUE (\"e.mail\", id));"                  \
    "CREATE UNIQUE INDEX folded ON \"my.users\" (lower(\"e.mail\"));"                              \
    "CREATE TABLE post (id INTEGER PRIMARY KEY, author INTEGER NOT NULL REFERENCES \"my.users\");" \
    "CREATE TABLE pair (a INTEGER, b INTEGER, UNIQUE (a, b));"                                     \
    "CREATE TABLE strict_one (n INTEGER) STRICT;"                                                  \
    "CREATE TRIGGER no_zero BEFORE INSERT ON pair WHEN new.a = 0 "                                 \
    "BEGIN SELECT raise(ABORT, 'a must not be 0'); END;"                                           \
    "INSERT INTO \"my.users\" VALUES (1, 'ann@example.com'); INSERT INTO pair VALUES (1, 2)"

static const char *url;
static tenon__connection *c;

static int set_up(void **state)
{
    url = testdb_sqlite_url();
    c = connect_to(url);
    run_script(c, CREATE);
    return 0;
}

static int tear_down(void **state)
{
    DRIVER->close(c);
    return 0;
}

static void constraints_name_table_columns_and_constraint(void **state)
{
    static const struct {
        const char *sql;
        tenon_status status;
        const char *model, *field, *constraint;
    } cases[] = {
        {"INSERT INTO \"my.users\" SELECT 1, 'x' WHERE ?1 > 0", TENON_UNIQUE, "my.users", "id", ""},
        {"INSERT INTO \"my.users\" SELECT ?1, 'ANN@example.com'", TENON_UNIQUE, "my.users", "",
         "folded"},
        {"INSERT INTO \"my.users\" SELECT ?1, NULL", TENON_NOT_NULL, "my.users", "e.mail", ""},
        {"INSERT INTO \"my.users\" SELECT ?1, 'a very long address of someone'", TENON_CHECK,
         "my.users", "", "short"},
        {"UPDATE \"my.users\" SET id = ?1, \"e.mail\" = NULL", TENON_NOT_NULL, "my.users", "e.mail",
         ""},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_error err;
        tenon__statement statement = statement_of(cases[i].sql, user_slots, 1, NULL);
        const void *values[] = {&(int64_t){7}};
        assert_int_equal(try_statement(c, &statement, values, NULL, NULL, &err), cases[i].status);
        assert_string_equal(err.model, cases[i].model);
        assert_string_equal(err.field, cases[i].field);
        assert_string_equal(err.constraint, cases[i].constraint);
        assert_int_equal(err.applied, TENON_APPLIED_NO);
        assert_true(err.sqlite_code > 255);
    }
}

static void constraints_of_several_columns_name_all(void **state)
{
    tenon_error err;
    assert_int_equal(try_script(c, "INSERT INTO pair VALUES (1, 2)", &err), TENON_UNIQUE);
    assert_string_equal(err.model, "pair");
    assert_string_equal(err.field, "a, b");
    assert_string_equal(err.message, "UNIQUE constraint failed: pair.a, pair.b");
}

static void statuses_are_those_of_the_table(void **state)
{
    static const struct {
        const char *sql;
        tenon_status status;
    } cases[] = {
        {"INSERT INTO post VALUES (1, 99)", TENON_FOREIGN_KEY},
        {"INSERT INTO pair VALUES (0, 1)", TENON_CHECK},
        {"INSERT INTO strict_one VALUES ('x')", TENON_TYPE},
        {"INSERT INTO \"my.users\" VALUES ('x', 'y')", TENON_TYPE},
        {"SELECT * FROM nowhere", TENON_SCHEMA},
        {"SELECT absent FROM pair", TENON_SCHEMA},
        {"INSERT INTO pair (c) VALUES (1)", TENON_SCHEMA},
        {"SELEC 1", TENON_MISUSE},
        {"SELECT abs(-9223372036854775807 - 1)", TENON_RANGE},
        {"SELECT tenon_int(9223372036854775807 + a, 0, 10) FROM pair", TENON_RANGE},
        {"SELECT tenon_like('x', 'x\\')", TENON_MISUSE},
        {"SELECT zeroblob(2000000000)", TENON_LIMIT},
        {"COMMIT", TENON_MISUSE},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_error err;
        try_script(c, cases[i].sql, &err);
        if (err.status != cases[i].status)
            fail_msg("%s: %s, %s", cases[i].sql, tenon_status_name(err.status), err.message);
        assert_string_equal(err.sql, cases[i].sql);
    }
}

static void a_full_disk_is_told_and_rolls_back(void **state)
{
    tenon_error err;
    run_script(c, "PRAGMA max_page_count = 20");
    assert_int_equal(try_script(c, "CREATE TABLE big AS SELECT zeroblob(1000000) AS x", &err),
                     TENON_DISK_FULL);
    assert_int_equal(err.applied, TENON_APPLIED_NO);
    assert_int_equal(try_script(c, "INSERT INTO pair VALUES (5, 6)", &err), TENON_OK);
}

static void another_writer_makes_busy_after_the_timeout(void **state)
{
    tenon_error err = {0};
    tenon__connection *other =
        connect_with((tenon__connect_options){.url = url, .busy_timeout_us = 30000}, &err);
    run_script(c, "BEGIN IMMEDIATE");
    int64_t start = tenon__monotonic_us();
    assert_int_equal(try_script(other, "BEGIN IMMEDIATE", &err), TENON_BUSY);
    int64_t waited = tenon__monotonic_us() - start;
    assert_in_range(waited, 30000, 2000000);
    assert_true(tenon_error_is_retryable(&err));
    run_script(c, "COMMIT");
    assert_int_equal(try_script(other, "BEGIN IMMEDIATE", &err), TENON_OK);
    DRIVER->close(other);
}

static void waiting_for_a_lock_ends_at_the_deadline(void **state)
{
    tenon_error err = {0};
    tenon__connection *other = connect_to(url);
    run_script(c, "BEGIN IMMEDIATE");
    DRIVER->set_deadline(other, tenon__monotonic_us() + 20000);
    assert_int_equal(try_script(other, "BEGIN IMMEDIATE", &err), TENON_TIMEOUT);
    assert_int_equal(err.applied, TENON_APPLIED_NO);
    run_script(c, "COMMIT");
    DRIVER->close(other);
}

static void no_wait_at_all_can_be_chosen(void **state)
{
    tenon_error err = {0};
    tenon__connection *other =
        connect_with((tenon__connect_options){.url = url, .busy_timeout_us = -1}, &err);
    run_script(c, "BEGIN IMMEDIATE");
    assert_int_equal(try_script(other, "BEGIN IMMEDIATE", &err), TENON_BUSY);
    run_script(c, "COMMIT");
    DRIVER->close(other);
}

static void a_snapshot_that_is_too_old_to_write_must_be_begun_again(void **state)
{
    tenon_error err = {0};
    tenon__connection *other = connect_to(url);
    run_script(other, "BEGIN");
    run_script(other, "SELECT * FROM pair");
    run_script(c, "INSERT INTO pair VALUES (8, 8)");
    assert_int_equal(try_script(other, "INSERT INTO pair VALUES (9, 9)", &err),
                     TENON_SERIALIZATION);
    run_script(other, "ROLLBACK");
    DRIVER->close(other);
}

/* ---- opening --------------------------------------------------------------------------------- */

static tenon_status try_open(tenon__connect_options options, tenon_error *err)
{
    *err = (tenon_error){0};
    DRIVER->close(connect_with(options, err));
    return err->status;
}

static void write_file(const char *path, const char *content, size_t length)
{
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, length, file), length);
    fclose(file);
}

static void a_folder_that_is_missing_is_named(void **state)
{
    tenon_error err;
    assert_int_equal(try_open((tenon__connect_options){.url = "sqlite:/nowhere/at/all.db"}, &err),
                     TENON_IO);
    assert_string_equal(err.message, "cannot open /nowhere/at/all.db: unable to open database "
                                     "file: No such file or directory");
}

static void a_file_that_is_missing_is_made_unless_mode_forbids(void **state)
{
    tenon_error err;
    const char *missing = testdb_sqlite_url();
    assert_int_equal(try_open((tenon__connect_options){.url = missing, .mode = "rw"}, &err),
                     TENON_IO);
    assert_int_equal(try_open((tenon__connect_options){.url = missing, .mode = "ro"}, &err),
                     TENON_IO);
    assert_int_equal(try_open((tenon__connect_options){.url = missing}, &err), TENON_OK);
    assert_int_equal(try_open((tenon__connect_options){.url = missing, .mode = "rw"}, &err),
                     TENON_OK);
}

static void what_is_no_database_is_corrupt(void **state)
{
    tenon_error err;
    const char *other = testdb_sqlite_url();
    static const char text[] = "this is a text of some length, which is no SQLite database at all, "
                               "although it is longer than the header of one would be";
    write_file(strchr(other, ':') + 1, text, sizeof text);
    assert_int_equal(try_open((tenon__connect_options){.url = other}, &err), TENON_CORRUPT);
    assert_int_equal(try_open((tenon__connect_options){.url = other, .is_reader = true}, &err),
                     TENON_CORRUPT);
}

static void a_damaged_page_is_corrupt(void **state)
{
    run_script(c, "CREATE TABLE big (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 "
                  "FROM n WHERE i < 5000) INSERT INTO big SELECT i FROM n;"
                  "PRAGMA wal_checkpoint(TRUNCATE)");
    DRIVER->close(c);
    FILE *file = fopen(strchr(url, ':') + 1, "r+b");
    assert_non_null(file);
    fseek(file, 4096 * 10, SEEK_SET);
    for (int i = 0; i < 4096 * 8; i++)
        fputc(0x5A, file);
    fclose(file);
    c = connect_to(url);
    tenon_error err;
    assert_int_equal(try_script(c, "SELECT sum(x) FROM big", &err), TENON_CORRUPT);
}

/* Root may write everything, so the test gives its rights up for a moment. */
static void a_file_that_cannot_be_written_is_refused_unless_only_read(void **state)
{
    tenon_error err;
    const char *path = strchr(url, ':') + 1;
    run_script(c, "PRAGMA journal_mode = DELETE");
    DRIVER->close(c);
    assert_int_equal(chmod(path, 0444), 0);
    bool is_root = geteuid() == 0;
    if (is_root)
        assert_int_equal(seteuid(65534), 0);
    tenon_status folder_is_closed = try_open((tenon__connect_options){.url = url}, &err);
    if (is_root)
        assert_int_equal(seteuid(0), 0);
    assert_true(folder_is_closed == TENON_READ_ONLY || folder_is_closed == TENON_PERMISSION);
    c = connect_with((tenon__connect_options){.url = url, .mode = "ro"}, &err);
    c = c ? c : connect_to(url);
    tenon_error write_error;
    assert_int_equal(try_script(c, "DELETE FROM pair", &write_error), TENON_READ_ONLY);
    assert_int_equal(try_script(c, "SELECT * FROM pair", &write_error), TENON_OK);
}

static void options_with_unknown_words_are_misuse(void **state)
{
    tenon_error err;
    assert_int_equal(try_open((tenon__connect_options){.url = url, .mode = "r"}, &err),
                     TENON_MISUSE);
    assert_int_equal(try_open((tenon__connect_options){.url = url, .datetime = "epoch"}, &err),
                     TENON_MISUSE);
    assert_int_equal(try_open((tenon__connect_options){.url = url, .synchronous = "1"}, &err),
                     TENON_MISUSE);
    assert_int_equal(try_open((tenon__connect_options){.url = "sqlite:"}, &err), TENON_MISUSE);
}

static void urls_choose_the_driver(void **state)
{
    tenon_error err = {0};
    assert_ptr_equal(tenon__driver_of_url("sqlite:x.db", &err), &tenon__sqlite_driver);
    assert_ptr_equal(tenon__driver_of_url("file:x.db", &err), &tenon__sqlite_driver);
    assert_ptr_equal(tenon__driver_of_url("postgres://h/d", &err), &tenon__postgres_driver);
    assert_null(tenon__driver_of_url("mysql://user:secret@host/d", &err));
    assert_int_equal(err.status, TENON_MISUSE);
    assert_null(strstr(err.message, "secret"));
}

enum { PRIMARY_CODES = 26 };

/* Compares "| 517 SQLITE_BUSY_SNAPSHOT | SERIALIZATION |" with the driver; the code, 0 for other
 * lines. */
static int check_documented(const char *line)
{
    int code = 0, at = 0;
    char status[32] = "";
    if (sscanf(line, "| %d SQLITE_%*[A-Z_] | %31[A-Z_]%n", &code, status, &at) != 2 || at == 0)
        return 0;
    if (strcmp(tenon_status_name(tenon__sqlite_status(code)), status) != 0)
        fail_msg("%s is documented, not %s", line, tenon_status_name(tenon__sqlite_status(code)));
    return code;
}

static void the_documented_statuses_are_the_real_ones(void **state)
{
    /* SQLITE_NOTFOUND, _EMPTY and _FORMAT are never returned. */
    static const bool is_unused[PRIMARY_CODES + 1] = {
        [0] = true, [12] = true, [16] = true, [24] = true};
    bool is_documented[PRIMARY_CODES + 1] = {false};
    char line[512];
    FILE *page = fopen("docs/errors.md", "r");
    assert_non_null(page);
    while (fgets(line, sizeof line, page)) {
        int code = check_documented(line);
        if (code <= PRIMARY_CODES)
            is_documented[code] = true;
    }
    fclose(page);
    for (int code = 1; code <= PRIMARY_CODES; code++)
        assert_true(is_documented[code] || is_unused[code]);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(constraints_name_table_columns_and_constraint),
        TEST(constraints_of_several_columns_name_all),
        TEST(statuses_are_those_of_the_table),
        TEST(a_full_disk_is_told_and_rolls_back),
        TEST(another_writer_makes_busy_after_the_timeout),
        TEST(waiting_for_a_lock_ends_at_the_deadline),
        TEST(no_wait_at_all_can_be_chosen),
        TEST(a_snapshot_that_is_too_old_to_write_must_be_begun_again),
        TEST(a_folder_that_is_missing_is_named),
        TEST(a_file_that_is_missing_is_made_unless_mode_forbids),
        TEST(what_is_no_database_is_corrupt),
        TEST(a_damaged_page_is_corrupt),
        TEST(a_file_that_cannot_be_written_is_refused_unless_only_read),
        TEST(options_with_unknown_words_are_misuse),
        TEST(urls_choose_the_driver),
        TEST(the_documented_statuses_are_the_real_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
