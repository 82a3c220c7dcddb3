/* Intervals as text, and compared. What the server itself prints stands in test_server_text.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/core.h"
#include "generator.h"

enum { ROUNDS = 10000 };

#define HOUR INT64_C(3600000000)
#define DAY (24 * HOUR)

static void intervals_are_read_and_written(void **state)
{
    static const struct {
        const char *text, *written;
        tenon_interval value;
    } cases[] = {
        {"PT0S", "PT0S", {0, 0, 0}},
        {"P0D", "PT0S", {0, 0, 0}},
        {"P1Y2M3DT4H5M6.5S", "P1Y2M3DT4H5M6.5S", {14, 3, 4 * HOUR + 306500000}},
        {"P-1Y+2M", "P-10M", {-10, 0, 0}},
        {"P14M", "P1Y2M", {14, 0, 0}},
        {"P2W1D", "P15D", {0, 15, 0}},
        {"PT90M", "PT1H30M", {0, 0, HOUR / 2 * 3}},
        {"P1DT-1S", "P1DT-1S", {0, 1, -1000000}},
        {"PT-0.000001S", "PT-0.000001S", {0, 0, -1}},
        {"PT-1.5S", "PT-1.5S", {0, 0, -1500000}},
        {"PT0.1000000S", "PT0.1S", {0, 0, 100000}},
        {"P-178956970Y-8M-2147483648DT-2562047788H-54.775807S",
         "P-178956970Y-8M-2147483648DT-2562047788H-54.775807S",
         {INT32_MIN, INT32_MIN, INT64_MIN + 1}},
        {"infinity", "infinity", {INT32_MAX, INT32_MAX, INT64_MAX}},
        {"-infinity", "-infinity", {INT32_MIN, INT32_MIN, INT64_MIN}},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_interval value;
        char text[TENON_INTERVAL_TEXT_SIZE];
        assert_true(tenon_interval_parse(cases[i].text, &value, NULL));
        assert_memory_equal(&value, &cases[i].value, sizeof value);
        assert_int_equal(tenon_interval_format(value, text, sizeof text), strlen(cases[i].written));
        assert_string_equal(text, cases[i].written);
    }
}

static void bad_intervals_are_refused(void **state)
{
    static const struct {
        const char *text;
        tenon_status status;
    } cases[] = {
        {NULL, TENON_TYPE},
        {"", TENON_TYPE},
        {"P", TENON_TYPE},
        {"PT", TENON_TYPE},
        {"P1DT", TENON_TYPE},
        {"1 day", TENON_TYPE},
        {"-P1D", TENON_TYPE},
        {"P1H", TENON_TYPE},
        {"P1D2M", TENON_TYPE},
        {"P1D1D", TENON_TYPE},
        {"P1.5D", TENON_TYPE},
        {"PT0.5H", TENON_TYPE},
        {"PT.5S", TENON_TYPE},
        {"PT1.S", TENON_TYPE},
        {"P--1D", TENON_TYPE},
        {"P1Dx", TENON_TYPE},
        {"PT0.0000001S", TENON_RANGE},
        {"P178956970Y8M", TENON_RANGE},
        {"P2147483648D", TENON_RANGE},
        {"PT2562047788H55S", TENON_RANGE},
        {"PT99999999999999999999S", TENON_RANGE},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_interval value = {7, 7, 7};
        tenon_error err;
        assert_false(tenon_interval_parse(cases[i].text, &value, &err));
        if (err.status != cases[i].status)
            fail_msg("%s: %s", cases[i].text, err.message);
        assert_true(value.months == 7 && value.days == 7 && value.us == 7);
    }
}

static void random_intervals_survive_text(void **state)
{
    generator g = {12};
    for (int i = 0; i < ROUNDS; i++) {
        tenon_interval value = {(int32_t)generator_next(&g) >> generator_below(&g, 32),
                                (int32_t)generator_next(&g) >> generator_below(&g, 32),
                                (int64_t)generator_next(&g) >> generator_below(&g, 64)};
        tenon_interval again;
        char text[TENON_INTERVAL_TEXT_SIZE];
        assert_true(tenon_interval_format(value, text, sizeof text) < sizeof text);
        assert_true(tenon_interval_parse(text, &again, NULL));
        assert_memory_equal(&value, &again, sizeof value);
    }
}

static void months_count_as_thirty_days_and_days_as_24_hours(void **state)
{
    static const struct {
        tenon_interval a, b;
        int order;
    } cases[] = {
        {{1, 0, 0}, {0, 30, 0}, 0},
        {{0, 1, 0}, {0, 0, DAY}, 0},
        {{1, -30, 1}, {0, 0, 1}, 0},
        {{0, 1, -1}, {0, 0, DAY - 1}, 0},
        {{0, 0, -1}, {0, 0, 0}, -1},
        {{0, -1, 1}, {0, 0, -DAY}, 1},
        {{1, 0, 0}, {0, 31, -DAY + 1}, -1},
        {{INT32_MAX, INT32_MAX, INT64_MAX}, {INT32_MAX, INT32_MAX, INT64_MAX - 1}, 1},
        {{INT32_MIN, INT32_MIN, INT64_MIN}, {INT32_MIN, INT32_MIN, INT64_MIN + 1}, -1},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        assert_int_equal(tenon_interval_compare(cases[i].a, cases[i].b), cases[i].order);
        assert_int_equal(tenon_interval_compare(cases[i].b, cases[i].a), -cases[i].order);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_are_read_and_written),
        cmocka_unit_test(bad_intervals_are_refused),
        cmocka_unit_test(random_intervals_survive_text),
        cmocka_unit_test(months_count_as_thirty_days_and_days_as_24_hours),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
