/* The fault loop itself: it must reach code inside libtenon, count right and end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "core/core.h"
#include "fault.h"

/* One allocation that no compiler can leave out; whether it succeeded. */
static bool allocate_in_library(void)
{
    tenon__buf buf = {0};
    tenon__buf_text(&buf, "text");
    bool is_done = !buf.failed;
    tenon__buf_release(&buf);
    return is_done;
}

static void once_means_once(void **state)
{
    fault_arm(2, FAULT_ONCE);
    assert_true(allocate_in_library());
    assert_false(allocate_in_library());
    assert_true(allocate_in_library());
    assert_true(fault_disarm());
    assert_true(allocate_in_library());
}

static void forever_means_until_disarmed(void **state)
{
    fault_arm(1, FAULT_FOREVER);
    assert_false(allocate_in_library());
    assert_false(allocate_in_library());
    assert_true(fault_disarm());
    assert_true(allocate_in_library());
}

static void the_loop_ends_when_nothing_failed(void **state)
{
    size_t n = 0;
    do {
        fault_arm(++n, FAULT_ONCE);
        allocate_in_library();
        allocate_in_library();
    } while (fault_disarm());
    assert_int_equal(n, 3);
    assert_int_equal(fault_count(), 2);
}

static void sqlite_can_be_made_to_fail_too(void **state)
{
    sqlite3 *connection = NULL;
    fault_arm(1, FAULT_FOREVER);
    int code = sqlite3_open(":memory:", &connection);
    assert_true(fault_disarm());
    assert_int_equal(code, SQLITE_NOMEM);
    sqlite3_close(connection);
}

/* How often an allocation can be the one that fails while SQLite opens a database and makes two
 * tables. */
static size_t count_rounds(void)
{
    size_t n = 0;
    do {
        sqlite3 *connection = NULL;
        fault_arm(++n, FAULT_ONCE);
        if (sqlite3_open(":memory:", &connection) == SQLITE_OK)
            sqlite3_exec(connection, "CREATE TABLE a (b); CREATE TABLE c (d)", NULL, NULL, NULL);
        sqlite3_close(connection);
    } while (fault_disarm());
    return n;
}

static void of_a_row_of_sqlites_the_powers_of_two_are_a_sample(void **state)
{
    fault_count_from_here();
    size_t all = count_rounds(), in_a_row = fault_count(), powers = 0;
    for (size_t n = 1; n <= in_a_row; n *= 2)
        powers++;
    fault_sample_sqlite(true);
    size_t sampled = count_rounds();
    fault_sample_sqlite(false);
    assert_int_equal(all, in_a_row + 1);
    assert_int_equal(sampled, powers + 1);
}

static void allocations_of_ours_are_never_left_to_a_sample(void **state)
{
    size_t n = 0;
    fault_sample_sqlite(true);
    do {
        fault_arm(++n, FAULT_ONCE);
        for (int i = 0; i < 7; i++)
            allocate_in_library();
    } while (fault_disarm());
    fault_sample_sqlite(false);
    assert_int_equal(n, 8);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_means_once),
        cmocka_unit_test(forever_means_until_disarmed),
        cmocka_unit_test(the_loop_ends_when_nothing_failed),
        cmocka_unit_test(sqlite_can_be_made_to_fail_too),
        cmocka_unit_test(of_a_row_of_sqlites_the_powers_of_two_are_a_sample),
        cmocka_unit_test(allocations_of_ours_are_never_left_to_a_sample),
    };
    fault_include_sqlite();
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
