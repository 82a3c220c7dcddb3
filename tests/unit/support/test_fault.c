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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(once_means_once),
        cmocka_unit_test(forever_means_until_disarmed),
        cmocka_unit_test(the_loop_ends_when_nothing_failed),
        cmocka_unit_test(sqlite_can_be_made_to_fail_too),
    };
    fault_include_sqlite();
    return cmocka_run_group_tests_name("fault", tests, NULL, NULL);
}
