/* The one form of a time that SQLite databases hold, against the reader and the writer of all
 * forms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/core.h"
#include "generator.h"

#define YEAR_1_US INT64_C(-62135596800000000)
#define YEAR_10000_US INT64_C(253402300800000000)

static void assert_round_trip(int64_t us)
{
    char text[TENON__ISO_TIME_SIZE];
    size_t length = tenon__time_to_iso((tenon_time){us}, text);
    assert_int_equal(length, us % 1000 == 0 ? 29 : 32);
    assert_int_equal(strlen(text), length);
    tenon_time parsed, again;
    assert_true(tenon_time_parse(text, &parsed, NULL));
    assert_true(tenon__time_from_iso(text, length, &again));
    if (parsed.us != us || again.us != us)
        fail_msg("%s", text);
}

static void any_time_of_four_digits_of_the_year_survives(void **state)
{
    generator g = {11};
    for (int i = 0; i < 20000; i++) {
        int64_t us = generator_between(&g, YEAR_1_US, YEAR_10000_US - 1);
        assert_round_trip(us);
        assert_round_trip(us - us % 1000);
    }
    assert_round_trip(YEAR_1_US);
    assert_round_trip(YEAR_10000_US - 1);
    assert_round_trip(-1);
    assert_round_trip(0);
}

static void every_day_is_read_as_the_calendar_has_it(void **state)
{
    const int64_t day_us = INT64_C(86400000000);
    for (int64_t day = YEAR_1_US / day_us; day < YEAR_10000_US / day_us; day++) {
        char text[TENON__ISO_TIME_SIZE];
        tenon_date date;
        size_t length = tenon__time_to_iso((tenon_time){day * day_us}, text);
        tenon_time time;
        assert_true(tenon__time_from_iso(text, length, &time));
        assert_true(time.us == day * day_us);
        text[10] = '\0';
        assert_true(tenon_date_parse(text, &date, NULL));
        assert_int_equal(date.days, day);
    }
}

static void other_years_cannot_be_written(void **state)
{
    static const int64_t cases[] = {YEAR_1_US - 1, YEAR_10000_US, INT64_MIN, INT64_MAX};
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        char text[TENON__ISO_TIME_SIZE];
        assert_int_equal(tenon__time_to_iso((tenon_time){cases[i]}, text), 0);
    }
}

static void other_forms_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "2024-02-29T12:34:56.789Z",
        "2024-02-29 12:34:56.789+00:00",
        "2024-02-29T12:34:56,789+00:00",
        "2024-02-29T12:34:56.789+01:00",
        "2024-02-29T12:34:56.789000+00:00",
        "2024-02-30T12:34:56.789+00:00",
        "2023-02-29T12:34:56.789+00:00",
        "2024-00-29T12:34:56.789+00:00",
        "2024-13-29T12:34:56.789+00:00",
        "2024-02-00T12:34:56.789+00:00",
        "0000-02-29T12:34:56.789+00:00",
        "2024-02-29T24:00:00.000+00:00",
        "2024-02-29T12:60:00.000+00:00",
        "2024-02-29T12:34:60.000+00:00",
        "2024-02-29T12:34:56.789+00:00 ",
        "12024-02-29T12:34:56.789+00:00",
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_time time = {7};
        if (tenon__time_from_iso(cases[i], strlen(cases[i]), &time))
            fail_msg("%s", cases[i]);
        assert_int_equal(time.us, 7);
    }
}

/* With any one character changed, a text is refused, or it is another time that is written like
 * this. */
static void every_character_counts(void **state)
{
    const char original[] = "2024-02-29T12:34:56.789012+00:00";
    const size_t length = sizeof original - 1;
    for (size_t at = 0; at < length; at++) {
        for (int c = 0; c < 256; c++) {
            char text[sizeof original], again[TENON__ISO_TIME_SIZE];
            tenon_time time;
            memcpy(text, original, sizeof text);
            text[at] = (char)c;
            if (!tenon__time_from_iso(text, length, &time))
                continue;
            assert_int_equal(tenon__time_to_iso(time, again), length);
            assert_memory_equal(again, text, length);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_time_of_four_digits_of_the_year_survives),
        cmocka_unit_test(every_day_is_read_as_the_calendar_has_it),
        cmocka_unit_test(other_years_cannot_be_written),
        cmocka_unit_test(other_forms_are_refused),
        cmocka_unit_test(every_character_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
