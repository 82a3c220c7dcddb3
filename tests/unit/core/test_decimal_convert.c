/* Decimals to machine numbers: exactly or not at all, whatever the locale. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/core.h"
#include "generator.h"

enum { ROUNDS = 10000 };

static tenon_decimal of(const char *text)
{
    return (tenon_decimal){.text = text};
}

static void whole_numbers_become_int64(void **state)
{
    static const struct {
        const char *text;
        int64_t value;
    } cases[] = {
        {"0", 0},
        {"-0.0", 0},
        {"42", 42},
        {"-42.000", -42},
        {"0000000000000000000000000000007", 7},
        {"9223372036854775807", INT64_MAX},
        {"-9223372036854775808", INT64_MIN},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        int64_t value = 1;
        assert_true(tenon_decimal_to_int64(of(cases[i].text), &value, NULL));
        assert_true(value == cases[i].value);
    }
}

static void what_is_no_int64_is_refused(void **state)
{
    static const struct {
        const char *text;
        tenon_status status;
    } cases[] = {
        {"0.1", TENON_RANGE},
        {"-3.0001", TENON_RANGE},
        {"9223372036854775808", TENON_RANGE},
        {"-9223372036854775809", TENON_RANGE},
        {"18446744073709551617", TENON_RANGE},
        {"100000000000000000000000000000000000000000", TENON_RANGE},
        {"NaN", TENON_RANGE},
        {"Infinity", TENON_RANGE},
        {"-Infinity", TENON_RANGE},
        {"", TENON_TYPE},
        {"ten", TENON_TYPE},
        {NULL, TENON_TYPE},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        int64_t value = 7;
        tenon_error err;
        assert_false(tenon_decimal_to_int64(of(cases[i].text), &value, &err));
        assert_int_equal(err.status, cases[i].status);
        assert_int_equal(value, 7);
    }
}

static void int64_survives_decimal(void **state)
{
    generator g = {13};
    for (int i = 0; i < ROUNDS; i++) {
        char buffer[TENON_DECIMAL_INT64_TEXT_SIZE], expected[32];
        int64_t value = (int64_t)generator_next(&g) >> generator_below(&g, 64), again;
        tenon_decimal decimal = tenon_decimal_from_int64(value, buffer);
        snprintf(expected, sizeof expected, "%lld", (long long)value);
        assert_string_equal(decimal.text, expected);
        assert_int_equal(decimal.len, strlen(expected));
        assert_true(tenon_decimal_to_int64(decimal, &again, NULL));
        assert_true(again == value);
    }
}

static void faithful_doubles_are_given(void **state)
{
    static const struct {
        const char *text;
        double value;
    } cases[] = {
        {"0", 0.0},
        {"0.1", 0.1},
        {"-0.5", -0.5},
        {"123.4500", 123.45},
        {"1152921504606846976", 0x1p60},
        {"0.1000000000000000055511151231257827021181583404541015625", 0.1},
        {"123456789012345680000000000000000000000", 1.2345678901234568e38},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        double value = -1;
        if (!tenon_decimal_to_double(of(cases[i].text), &value, NULL))
            fail_msg("refused: %s", cases[i].text);
        assert_true(value == cases[i].value);
    }
}

static void special_values_are_doubles(void **state)
{
    double value;
    assert_true(tenon_decimal_to_double(of("NaN"), &value, NULL) && isnan(value));
    assert_true(tenon_decimal_to_double(of("Infinity"), &value, NULL) && isinf(value) && value > 0);
    assert_true(tenon_decimal_to_double(of("-Infinity"), &value, NULL) && isinf(value) &&
                value < 0);
    assert_true(tenon_decimal_to_double(of("-0.0"), &value, NULL) && !signbit(value));
}

static void numbers_without_a_faithful_double_are_refused(void **state)
{
    static const struct {
        const char *text;
        tenon_status status;
    } cases[] = {
        {"9007199254740993", TENON_RANGE},
        {"0.10000000000000001", TENON_RANGE},
        {"0.1000000000000000055511151231257827", TENON_RANGE},
        {"123456789012345678", TENON_RANGE},
        {"3.14159265358979323846", TENON_RANGE},
        {"", TENON_TYPE},
        {"1e5", TENON_TYPE},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        double value = 7;
        tenon_error err;
        assert_false(tenon_decimal_to_double(of(cases[i].text), &value, &err));
        assert_int_equal(err.status, cases[i].status);
        assert_true(value == 7);
    }
}

static void too_big_and_too_small_are_no_doubles(void **state)
{
    char text[500];
    double value;
    memset(text, '0', sizeof text);
    memcpy(text, "1", 1);
    text[400] = '\0';
    assert_false(tenon_decimal_to_double(of(text), &value, NULL));
    assert_true(isinf(tenon_decimal_approximate(of(text))));
    memset(text, '0', sizeof text);
    memcpy(text, "-0.", 3);
    memcpy(text + 450, "1", 2);
    assert_false(tenon_decimal_to_double(of(text), &value, NULL));
    assert_true(tenon_decimal_approximate(of(text)) == 0.0);
}

static double make_double(generator *g, int most_exponent)
{
    double fraction = (double)(generator_next(g) >> 11) / 0x1p53 + 1.0;
    double value = ldexp(fraction, (int)generator_between(g, -most_exponent, most_exponent));
    return generator_below(g, 2) ? -value : value;
}

/* The shortest of the texts with 1 … 17 digits that reads back. */
static void write_shortest(double value, char *text, size_t size)
{
    for (int digits = 0; digits < 17; digits++) {
        snprintf(text, size, "%.*e", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    int digits = (int)strcspn(strchr(text, '.') ? strchr(text, '.') + 1 : "e", "e");
    int exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
    if (digits > exponent)
        snprintf(text, size, "%.*f", digits - exponent, value);
}

static void doubles_survive_their_shortest_text_and_their_exact_text(void **state)
{
    generator g = {14};
    for (int i = 0; i < ROUNDS; i++) {
        char text[1200];
        double value = make_double(&g, 40), again = 0;
        write_shortest(value, text, sizeof text);
        if (strchr(text, 'e'))
            continue;
        if (!tenon_decimal_to_double(of(text), &again, NULL))
            fail_msg("%s is the shortest text of %a", text, value);
        assert_true(again == value);
        assert_true(tenon_decimal_approximate(of(text)) == value);
        snprintf(text, sizeof text, "%.120f", value);
        assert_true(tenon_decimal_to_double(of(text), &again, NULL));
        assert_true(again == value);
    }
}

static void the_smallest_doubles_are_exact(void **state)
{
    generator g = {15};
    for (int i = 0; i < 300; i++) {
        char text[1200];
        double value = ldexp((double)(generator_next(&g) >> 12), -1074), again = 0;
        snprintf(text, sizeof text, "%.1074f", value);
        assert_true(tenon_decimal_to_double(of(text), &again, NULL));
        assert_true(again == value);
    }
}

static void approximations_are_the_nearest_double(void **state)
{
    generator g = {16};
    for (int i = 0; i < ROUNDS; i++) {
        char text[80];
        snprintf(text, sizeof text, "%lld.%012llu%09llu", (long long)generator_next(&g),
                 (unsigned long long)generator_below(&g, 1000000000000),
                 (unsigned long long)generator_below(&g, 1000000000));
        assert_true(tenon_decimal_approximate(of(text)) == strtod(text, NULL));
    }
    assert_true(isnan(tenon_decimal_approximate(of("x"))));
    assert_true(isnan(tenon_decimal_approximate(of(NULL))));
}

/* 2^53 + 1 is the middle of two doubles; a digit far behind decides, beyond what is copied. */
static void the_last_of_a_thousand_digits_decides_the_rounding(void **state)
{
    char text[1100];
    memset(text, '0', sizeof text);
    memcpy(text, "9007199254740993.", 17);
    text[1050] = '\0';
    assert_true(tenon_decimal_approximate(of(text)) == 9007199254740992.0);
    text[1049] = '1';
    assert_true(tenon_decimal_approximate(of(text)) == 9007199254740994.0);
}

/* A locale with a decimal comma, made for this test: the machine may have none. */
static bool use_comma(const char *folder)
{
    char command[200];
    snprintf(command, sizeof command, "localedef -i de_DE -f UTF-8 %s/comma >/dev/null 2>&1",
             folder);
    setenv("LOCPATH", folder, 1);
    return system(command) != -1 && setlocale(LC_NUMERIC, "comma");
}

static void a_comma_in_the_locale_changes_nothing(void **state)
{
    char folder[] = "/tmp/tenon-locale-XXXXXX", command[100];
    assert_non_null(mkdtemp(folder));
    bool has_comma = use_comma(folder);
    snprintf(command, sizeof command, "rm -r %s", folder);
    assert_int_equal(system(command), 0);
    if (!has_comma)
        skip();
    double value = 0;
    assert_string_equal(localeconv()->decimal_point, ",");
    assert_true(tenon_decimal_to_double(of("1234.5678"), &value, NULL));
    assert_true(tenon_decimal_approximate(of("3.14159265358979323846")) > 3.14);
    assert_false(tenon_decimal_to_double(of("0.10000000000000001"), &value, NULL));
    setlocale(LC_NUMERIC, "C");
    assert_true(value == 1234.5678);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_become_int64),
        cmocka_unit_test(what_is_no_int64_is_refused),
        cmocka_unit_test(int64_survives_decimal),
        cmocka_unit_test(faithful_doubles_are_given),
        cmocka_unit_test(special_values_are_doubles),
        cmocka_unit_test(numbers_without_a_faithful_double_are_refused),
        cmocka_unit_test(too_big_and_too_small_are_no_doubles),
        cmocka_unit_test(doubles_survive_their_shortest_text_and_their_exact_text),
        cmocka_unit_test(the_smallest_doubles_are_exact),
        cmocka_unit_test(approximations_are_the_nearest_double),
        cmocka_unit_test(the_last_of_a_thousand_digits_decides_the_rounding),
        cmocka_unit_test(a_comma_in_the_locale_changes_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
