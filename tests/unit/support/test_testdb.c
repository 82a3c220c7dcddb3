/* The databases that tests get are real, empty and their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "testdb.h"

static void two_databases_of_one_name_are_apart(void **state)
{
    const char *one = testdb_create("same");
    const char *other = testdb_create("same");
    testdb_run(one, "CREATE TABLE t (a int); INSERT INTO t VALUES (7)");
    assert_string_equal(testdb_value(one, "SELECT a FROM t"), "7");
    assert_null(testdb_value(other, "SELECT 1 FROM pg_class WHERE relname = 't'"));
    testdb_drop(other);
}

static void two_sqlite_files_are_apart(void **state)
{
    const char *one = testdb_sqlite_url();
    const char *other = testdb_sqlite_url();
    testdb_run(one, "CREATE TABLE t (a int); INSERT INTO t VALUES (7)");
    assert_string_equal(testdb_value(one, "SELECT a FROM t"), "7");
    assert_null(testdb_value(other, "SELECT 1 FROM sqlite_master"));
}

static void null_and_no_row_are_null(void **state)
{
    const char *urls[] = {testdb_create("nulls"), testdb_sqlite_url()};
    for (size_t i = 0; i < 2; i++) {
        assert_null(testdb_value(urls[i], "SELECT NULL"));
        assert_null(testdb_value(urls[i], "SELECT 1 WHERE 1 = 0"));
        assert_string_equal(testdb_value(urls[i], "SELECT 'a' || 'b'"), "ab");
    }
}

static void a_path_names_a_file_that_does_not_exist_yet(void **state)
{
    assert_int_equal(access(testdb_sqlite_path(), F_OK), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(two_databases_of_one_name_are_apart),
        cmocka_unit_test(two_sqlite_files_are_apart),
        cmocka_unit_test(null_and_no_row_are_null),
        cmocka_unit_test(a_path_names_a_file_that_does_not_exist_yet),
    };
    return cmocka_run_group_tests_name("testdb", tests, NULL, NULL);
}
