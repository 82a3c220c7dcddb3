/* Times and dates as text, against tables and against the C library's own calendar. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <limits.h>
#include <stdio.h>
#include <time.h>

#include "core/core.h"
#include "generator.h"

enum { ROUNDS = 10000 };

#define SECOND INT64_C(1000000)
#define DAY (86400 * SECOND)
/* 4714-11-24 BC, PostgreSQL's first day. */
#define FIRST_US (-2440588 * DAY)

static void times_are_read(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01 00:00:00", 0},
        {"1970-01-01t00:00z", 0},
        {"1970-01-01T00:00:00.000001Z", 1},
        {"1969-12-31T23:59:59.999999Z", -1},
        {"1970-01-01T00:00:01.5Z", 1500000},
        {"1970-01-01T00:00:00.1234560000Z", 123456},
        {"1970-01-01T05:30:00+05:30", 0},
        {"1969-12-31T20:00:00-04", 0},
        {"1970-01-01T00:19:32.13+00:19:32", 130000},
        {"1970-01-01T00:00:00-00:00", 0},
        {"1970-01-01T24:00:00Z", DAY},
        {"2024-02-29T12:34:56.789Z", INT64_C(1709210096789000)},
        {"2000-02-29 23:59:59+00", INT64_C(951868799000000)},
        {"0001-01-01T00:00:00Z", INT64_C(-62135596800000000)},
        {"0001-12-31T00:00:00Z BC", INT64_C(-62135683200000000)},
        {"0044-03-15 12:00:00+00 BC", INT64_C(-63517780800000000)},
        {"4714-11-24T00:00:00Z BC", FIRST_US},
        {"4714-11-24T05:00:00+05 BC", FIRST_US},
        {"10000-01-01T00:00:00Z", INT64_C(253402300800000000)},
        {"294247-01-10T04:00:54.775806Z", INT64_MAX - 1},
        {"infinity", INT64_MAX},
        {"-infinity", INT64_MIN},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_time time = {7};
        tenon_error err;
        if (!tenon_time_parse(cases[i].text, &time, &err))
            fail_msg("%s", err.message);
        if (time.us != cases[i].us)
            fail_msg("%s is read as %lld", cases[i].text, (long long)time.us);
    }
}

typedef struct bad_text {
    const char *text;
    tenon_status status;
} bad_text;

typedef bool bad_text_parser(const char *text, tenon_error *err);

static void assert_refused(const bad_text *cases, size_t count, bad_text_parser *parse)
{
    for (size_t i = 0; i < count; i++) {
        tenon_error err;
        memset(&err, 0xAA, sizeof err);
        if (parse(cases[i].text, &err))
            fail_msg("accepted: %s", cases[i].text);
        if (err.status != cases[i].status)
            fail_msg("%s for %s", tenon_status_name(err.status), err.message);
        assert_false(parse(cases[i].text, NULL));
    }
}

static bool parse_time(const char *text, tenon_error *err)
{
    tenon_time time = {7};
    bool is_read = tenon_time_parse(text, &time, err);
    assert_true(is_read || time.us == 7);
    return is_read;
}

static void bad_times_are_refused(void **state)
{
    static const bad_text cases[] = {
        {NULL, TENON_TYPE},
        {"", TENON_TYPE},
        {"now", TENON_TYPE},
        {"Infinity", TENON_TYPE},
        {"infinity ", TENON_TYPE},
        {"2024-02-29", TENON_TYPE},
        {"2024-02-29T", TENON_TYPE},
        {"2024-02-29T12", TENON_TYPE},
        {"2024-02-29T12:3:00Z", TENON_TYPE},
        {"2024-02-29T12:34:56.Z", TENON_TYPE},
        {"2024-02-29T12:34:56,5Z", TENON_TYPE},
        {"2024-02-29T12:34:56ZZ", TENON_TYPE},
        {"2024-02-29T12:34:56 UTC", TENON_TYPE},
        {"2024-02-29T12:34:56+", TENON_TYPE},
        {"2024-02-29T12:34:56+5", TENON_TYPE},
        {"2024-02-29T12:34:56+0530", TENON_TYPE},
        {"2024-02-29T12:34:56Z AD", TENON_TYPE},
        {"2024-02-28T12:34:56Z BC ", TENON_TYPE},
        {"2024-02-29_12:34:56Z", TENON_TYPE},
        {"2024-2-29T12:34:56Z", TENON_TYPE},
        {"24-02-29T12:34:56Z", TENON_TYPE},
        {"20240229T123456Z", TENON_TYPE},
        {" 2024-02-29T12:34:56Z", TENON_TYPE},
        {"+2024-02-29T12:34:56Z", TENON_TYPE},
        {"-2024-02-29T12:34:56Z", TENON_TYPE},
        {"12345678-01-01T00:00:00Z", TENON_TYPE},
        {"2024-02-29T12:34:56\xff", TENON_TYPE},
        {"0000-01-01T00:00:00Z", TENON_RANGE},
        {"0000-01-01T00:00:00Z BC", TENON_RANGE},
        {"2024-00-01T00:00:00Z", TENON_RANGE},
        {"2024-13-01T00:00:00Z", TENON_RANGE},
        {"2024-01-00T00:00:00Z", TENON_RANGE},
        {"2024-01-32T00:00:00Z", TENON_RANGE},
        {"2024-02-30T00:00:00Z", TENON_RANGE},
        {"2023-02-29T00:00:00Z", TENON_RANGE},
        {"1900-02-29T00:00:00Z", TENON_RANGE},
        {"2024-04-31T00:00:00Z", TENON_RANGE},
        {"0002-02-29T00:00:00Z BC", TENON_RANGE},
        {"2024-01-01T25:00:00Z", TENON_RANGE},
        {"2024-01-01T24:00:01Z", TENON_RANGE},
        {"2024-01-01T12:60:00Z", TENON_RANGE},
        {"2016-12-31T23:59:60Z", TENON_RANGE},
        {"2024-01-01T00:00:00.1234567Z", TENON_RANGE},
        {"2024-01-01T00:00:00.0000000000001Z", TENON_RANGE},
        {"2024-01-01T00:00:00+16:00", TENON_RANGE},
        {"2024-01-01T00:00:00+01:60", TENON_RANGE},
        {"4714-11-23T23:59:59.999999Z BC", TENON_RANGE},
        {"4714-11-24T00:00:00+00:00:01 BC", TENON_RANGE},
        {"9999999-01-01T00:00:00Z BC", TENON_RANGE},
        {"294247-01-10T04:00:54.775807Z", TENON_RANGE},
        {"294247-01-10T04:00:54.775806-00:00:01", TENON_RANGE},
        {"294276-12-31T23:59:59.999999Z", TENON_RANGE},
        {"9999999-12-31T23:59:59Z", TENON_RANGE},
    };
    assert_refused(cases, TENON__COUNT(cases), parse_time);
}

static void an_error_says_what_was_wrong_with_which_text(void **state)
{
    tenon_error err;
    assert_false(tenon_time_parse("2024-02-30T00:00:00Z", &(tenon_time){0}, &err));
    assert_string_equal(err.message, "'2024-02-30T00:00:00Z': the month has no such day");
}

/* The C library's calendar, which also knows years before 1. */
static void write_expected(int64_t us, char *text, size_t size)
{
    int64_t seconds = us / SECOND - (us % SECOND < 0);
    time_t t = (time_t)seconds;
    struct tm tm;
    assert_non_null(gmtime_r(&t, &tm));
    long year = tm.tm_year + 1900L;
    snprintf(text, size, "%04ld-%02d-%02dT%02d:%02d:%02d.%06dZ%s", year > 0 ? year : 1 - year,
             tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
             (int)(us - seconds * SECOND), year > 0 ? "" : " BC");
}

static void assert_time_round_trip(int64_t us)
{
    char text[TENON_TIME_TEXT_SIZE], expected[80];
    size_t length = tenon_time_format((tenon_time){us}, text, sizeof text);
    write_expected(us, expected, sizeof expected);
    assert_string_equal(text, expected);
    assert_int_equal(length, strlen(expected));
    tenon_time again;
    tenon_error err;
    if (!tenon_time_parse(text, &again, &err))
        fail_msg("%s", err.message);
    assert_true(again.us == us);
}

static void times_agree_with_the_c_library_and_survive_text(void **state)
{
    generator g = {6};
    for (int i = 0; i < ROUNDS; i++) {
        assert_time_round_trip(generator_between(&g, FIRST_US, INT64_MAX - 1));
        assert_time_round_trip(generator_between(&g, 0, 4102444800 * SECOND));
    }
    assert_time_round_trip(FIRST_US);
    assert_time_round_trip(INT64_MAX - 1);
}

static void every_day_of_four_centuries_agrees_with_the_c_library(void **state)
{
    for (int64_t day = -135000; day < 12000; day++) {
        char text[TENON_TIME_TEXT_SIZE], expected[80];
        tenon_date_format((tenon_date){(int32_t)day}, text, sizeof text);
        write_expected(day * DAY, expected, sizeof expected);
        assert_memory_equal(text, expected, strlen(text));
        tenon_date again;
        assert_true(tenon_date_parse(text, &again, NULL));
        assert_int_equal(again.days, day);
    }
}

static void offsets_are_taken_off(void **state)
{
    generator g = {7};
    for (int i = 0; i < ROUNDS; i++) {
        struct tm tm = {.tm_year = (int)generator_between(&g, 0, 300),
                        .tm_mon = (int)generator_below(&g, 12),
                        .tm_mday = (int)generator_between(&g, 1, 28),
                        .tm_hour = (int)generator_below(&g, 24),
                        .tm_min = (int)generator_below(&g, 60),
                        .tm_sec = (int)generator_below(&g, 60)};
        int offset = (int)generator_between(&g, -15 * 60 - 59, 15 * 60 + 59);
        unsigned size = (unsigned)(offset < 0 ? -offset : offset);
        char text[80];
        snprintf(text, sizeof text, "%04d-%02d-%02d %02d:%02d:%02d%c%02u:%02u", tm.tm_year + 1900,
                 tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec,
                 offset < 0 ? '-' : '+', size / 60, size % 60);
        tenon_time time;
        assert_true(tenon_time_parse(text, &time, NULL));
        assert_true(time.us == (timegm(&tm) - (int64_t)offset * 60) * SECOND);
    }
}

static void any_64_bits_can_be_written(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {INT64_MAX, "infinity"},
        {INT64_MIN, "-infinity"},
        {INT64_MAX - 1, "294247-01-10T04:00:54.775806Z"},
        {INT64_MIN + 1, "290309-12-21T19:59:05.224193Z BC"},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        char text[TENON_TIME_TEXT_SIZE];
        size_t length = tenon_time_format((tenon_time){cases[i].us}, text, sizeof text);
        assert_string_equal(text, cases[i].text);
        assert_int_equal(length, strlen(text));
    }
}

static void a_short_field_gets_the_beginning(void **state)
{
    char text[11];
    assert_int_equal(tenon_time_format((tenon_time){0}, text, sizeof text), 27);
    assert_string_equal(text, "1970-01-01");
    assert_int_equal(tenon_time_format((tenon_time){0}, NULL, 0), 27);
    assert_int_equal(tenon_date_format((tenon_date){0}, text, 1), 10);
    assert_string_equal(text, "");
}

static void now_is_what_the_clock_of_the_system_says(void **state)
{
    time_t before = time(NULL);
    int64_t now = tenon_time_now().us;
    assert_true(now / SECOND >= before - 1 && now / SECOND <= time(NULL) + 1);
    int64_t first = tenon__monotonic_us();
    assert_true(tenon__monotonic_us() >= first);
}

static void dates_are_read_and_written(void **state)
{
    static const struct {
        const char *text;
        int32_t days;
    } cases[] = {
        {"1970-01-01", 0},
        {"1969-12-31", -1},
        {"2024-02-29", 19782},
        {"0001-01-01", -719162},
        {"0001-12-31 BC", -719163},
        {"4714-11-24 BC", -2440588},
        {"5874897-12-31", 2145042905},
        {"infinity", INT32_MAX},
        {"-infinity", INT32_MIN},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_date date;
        char text[TENON_TIME_TEXT_SIZE];
        assert_true(tenon_date_parse(cases[i].text, &date, NULL));
        assert_int_equal(date.days, cases[i].days);
        assert_int_equal(tenon_date_format(date, text, sizeof text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static bool parse_date(const char *text, tenon_error *err)
{
    tenon_date date = {7};
    bool is_read = tenon_date_parse(text, &date, err);
    assert_true(is_read || date.days == 7);
    return is_read;
}

static void bad_dates_are_refused(void **state)
{
    static const bad_text cases[] = {
        {NULL, TENON_TYPE},
        {"", TENON_TYPE},
        {"2024-02", TENON_TYPE},
        {"2024-02-29T00:00:00Z", TENON_TYPE},
        {"2024-02-29 ", TENON_TYPE},
        {"2024/02/29", TENON_TYPE},
        {"29.02.2024", TENON_TYPE},
        {"2023-02-29", TENON_RANGE},
        {"0000-01-01", TENON_RANGE},
        {"5874898-01-01", TENON_RANGE},
        {"4714-11-23 BC", TENON_RANGE},
    };
    assert_refused(cases, TENON__COUNT(cases), parse_date);
}

static void any_32_bits_can_be_written_as_a_date(void **state)
{
    generator g = {8};
    for (int i = 0; i < ROUNDS; i++) {
        int32_t days = (int32_t)generator_next(&g);
        char text[TENON_TIME_TEXT_SIZE];
        assert_true(tenon_date_format((tenon_date){days}, text, sizeof text) < sizeof text);
        tenon_date again;
        bool is_known = days >= -2440588 && days <= 2145042905;
        assert_int_equal(tenon_date_parse(text, &again, NULL), is_known);
        assert_true(!is_known || again.days == days);
    }
}

static void times_of_day_are_read_and_written(void **state)
{
    static const struct {
        const char *text, *written;
        int64_t us;
    } cases[] = {
        {"00:00", "00:00:00.000000", 0},
        {"12:34:56", "12:34:56.000000", 45296 * SECOND},
        {"23:59:59.999999", "23:59:59.999999", DAY - 1},
        {"24:00:00.000", "24:00:00.000000", DAY},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_clock clock;
        char text[TENON_TIME_TEXT_SIZE];
        assert_true(tenon_clock_parse(cases[i].text, &clock, NULL));
        assert_true(clock.us == cases[i].us);
        assert_int_equal(tenon_clock_format(clock, text, sizeof text), 15);
        assert_string_equal(text, cases[i].written);
    }
}

static bool parse_clock(const char *text, tenon_error *err)
{
    tenon_clock clock = {7};
    bool is_read = tenon_clock_parse(text, &clock, err);
    assert_true(is_read || clock.us == 7);
    return is_read;
}

static void bad_times_of_day_are_refused(void **state)
{
    static const bad_text cases[] = {
        {NULL, TENON_TYPE},        {"", TENON_TYPE},          {"12", TENON_TYPE},
        {"12:3", TENON_TYPE},      {"1:30", TENON_TYPE},      {"12:34:", TENON_TYPE},
        {"12:34:56.", TENON_TYPE}, {"12:34:56Z", TENON_TYPE}, {"12:34 PM", TENON_TYPE},
        {"-01:00", TENON_TYPE},    {"25:00", TENON_RANGE},    {"24:00:00.000001", TENON_RANGE},
        {"12:60:00", TENON_RANGE}, {"23:59:60", TENON_RANGE}, {"00:00:00.0000001", TENON_RANGE},
    };
    assert_refused(cases, TENON__COUNT(cases), parse_clock);
}

static void random_times_of_day_survive_text(void **state)
{
    generator g = {9};
    for (int i = 0; i < ROUNDS; i++) {
        tenon_clock_tz clock = {.us = generator_between(&g, 0, DAY),
                                .offset_seconds = (int32_t)generator_between(&g, -57599, 57599)};
        tenon_clock plain;
        tenon_clock_tz again;
        char text[TENON_TIME_TEXT_SIZE];
        tenon_clock_format((tenon_clock){clock.us}, text, sizeof text);
        assert_true(tenon_clock_parse(text, &plain, NULL));
        assert_true(plain.us == clock.us);
        tenon_clock_tz_format(clock, text, sizeof text);
        assert_true(tenon_clock_tz_parse(text, &again, NULL));
        assert_true(again.us == clock.us && again.offset_seconds == clock.offset_seconds);
    }
}

static void times_of_day_carry_their_offset(void **state)
{
    static const struct {
        const char *text, *written;
        int32_t offset_seconds;
    } cases[] = {
        {"12:00Z", "12:00:00.000000+00:00", 0},
        {"12:00+00", "12:00:00.000000+00:00", 0},
        {"12:00-00:30", "12:00:00.000000-00:30", -1800},
        {"12:00:00.5+05:30", "12:00:00.500000+05:30", 19800},
        {"12:00:00-00:19:32", "12:00:00.000000-00:19:32", -1172},
        {"12:00:00+15:59:59", "12:00:00.000000+15:59:59", 57599},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_clock_tz clock;
        char text[TENON_TIME_TEXT_SIZE];
        assert_true(tenon_clock_tz_parse(cases[i].text, &clock, NULL));
        assert_int_equal(clock.offset_seconds, cases[i].offset_seconds);
        tenon_clock_tz_format(clock, text, sizeof text);
        assert_string_equal(text, cases[i].written);
    }
}

static bool parse_clock_tz(const char *text, tenon_error *err)
{
    tenon_clock_tz clock = {7, 7};
    bool is_read = tenon_clock_tz_parse(text, &clock, err);
    assert_true(is_read || clock.us == 7);
    return is_read;
}

static void bad_offsets_are_refused(void **state)
{
    static const bad_text cases[] = {
        {NULL, TENON_TYPE},         {"12:00:00", TENON_TYPE},     {"12:00:00+", TENON_TYPE},
        {"12:00:00 Z", TENON_TYPE}, {"12:00:00+1", TENON_TYPE},   {"12:00:00+01:", TENON_TYPE},
        {"12:00:00Zx", TENON_TYPE}, {"12:00:00+16", TENON_RANGE}, {"12:00:00-15:60", TENON_RANGE},
        {"25:00:00Z", TENON_RANGE},
    };
    assert_refused(cases, TENON__COUNT(cases), parse_clock_tz);
}

static void values_out_of_range_can_still_be_written(void **state)
{
    char text[TENON_TIME_TEXT_SIZE];
    tenon_clock_tz_format((tenon_clock_tz){INT64_MIN, INT32_MIN}, text, sizeof text);
    assert_string_equal(text, "-2562047788:00:54.775808-596523:14:08");
    tenon_clock_format((tenon_clock){-1}, text, sizeof text);
    assert_string_equal(text, "-00:00:00.000001");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_read),
        cmocka_unit_test(bad_times_are_refused),
        cmocka_unit_test(an_error_says_what_was_wrong_with_which_text),
        cmocka_unit_test(times_agree_with_the_c_library_and_survive_text),
        cmocka_unit_test(every_day_of_four_centuries_agrees_with_the_c_library),
        cmocka_unit_test(offsets_are_taken_off),
        cmocka_unit_test(any_64_bits_can_be_written),
        cmocka_unit_test(a_short_field_gets_the_beginning),
        cmocka_unit_test(now_is_what_the_clock_of_the_system_says),
        cmocka_unit_test(dates_are_read_and_written),
        cmocka_unit_test(bad_dates_are_refused),
        cmocka_unit_test(any_32_bits_can_be_written_as_a_date),
        cmocka_unit_test(times_of_day_are_read_and_written),
        cmocka_unit_test(bad_times_of_day_are_refused),
        cmocka_unit_test(random_times_of_day_survive_text),
        cmocka_unit_test(times_of_day_carry_their_offset),
        cmocka_unit_test(bad_offsets_are_refused),
        cmocka_unit_test(values_out_of_range_can_still_be_written),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
