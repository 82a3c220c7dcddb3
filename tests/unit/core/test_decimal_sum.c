/* Exact sums of decimals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/core.h"

static void assert_sum(const char *const *numbers, size_t count, const char *expected)
{
    tenon__decimal_sum sum = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    for (size_t i = 0; i < count; i++)
        assert_true(tenon__decimal_sum_add(&sum, numbers[i], strlen(numbers[i])));
    assert_true(tenon__decimal_sum_text(&sum, &text));
    assert_string_equal(tenon__buf_string(&text), expected);
    tenon__decimal_sum_release(&sum);
}

#define ASSERT_SUM(expected, ...)                                                                  \
    assert_sum((const char *const[]){__VA_ARGS__},                                                 \
               sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), expected)

static void sums_are_exact(void **state)
{
    assert_sum(NULL, 0, "0");
    ASSERT_SUM("0", "0");
    ASSERT_SUM("0.3", "0.1", "0.2");
    ASSERT_SUM("0", "0.10", "-0.1");
    ASSERT_SUM("-0.1", "0.10", "-0.2");
    ASSERT_SUM("1000000000", "999999999", "1");
    ASSERT_SUM("-1000000000.000000001", "-999999999", "-1", "-0.000000001");
    ASSERT_SUM("999999999.999999999", "1000000000", "-0.000000001");
    ASSERT_SUM("100000000000000000000000000000000000000.00000000000000000000000000000000000001",
               "100000000000000000000000000000000000000",
               "0.00000000000000000000000000000000000001");
    ASSERT_SUM("1", "123456789012345678901234567890", "-123456789012345678901234567889");
    ASSERT_SUM("20", "20.00");
}

static void many_numbers_have_their_sum(void **state)
{
    tenon__decimal_sum sum = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0};
    for (int i = 0; i < 100000; i++)
        assert_true(i % 2 ? tenon__decimal_sum_add(&sum, "-999999999.99", 13)
                          : tenon__decimal_sum_add(&sum, "1000000000.0099", 15));
    assert_true(tenon__decimal_sum_text(&sum, &text));
    assert_string_equal(tenon__buf_string(&text), "995");
    tenon__decimal_sum_release(&sum);
}

static void what_is_no_number_stays_so(void **state)
{
    ASSERT_SUM("NaN", "1", "NaN", "Infinity");
    ASSERT_SUM("Infinity", "1", "Infinity");
    ASSERT_SUM("-Infinity", "-Infinity", "7");
    ASSERT_SUM("NaN", "-Infinity", "Infinity");
    tenon__decimal_sum sum = {0};
    assert_false(tenon__decimal_sum_add(&sum, "1e5", 3));
    tenon__decimal_sum_release(&sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_exact),
        cmocka_unit_test(many_numbers_have_their_sum),
        cmocka_unit_test(what_is_no_number_stays_so),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
