/* Decimals as parts, in order, and in their sortable form, against 128-bit arithmetic. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>

#include "core/core.h"
#include "generator.h"

enum { ROUNDS = 10000, NUMBER_SIZE = 80 };

__extension__ typedef __int128 wide;

static tenon_decimal of(const char *text)
{
    return (tenon_decimal){.text = text};
}

static void numbers_are_taken_apart(void **state)
{
    static const struct {
        const char *text;
        bool is_negative;
        size_t whole_digits, fraction_digits, significant_fraction_digits;
    } cases[] = {
        {"0", false, 0, 0, 0},       {"-0", false, 0, 0, 0},    {"-0.00", false, 0, 2, 0},
        {"007", false, 1, 0, 0},     {"-12.50", true, 2, 2, 1}, {"0.001", false, 0, 3, 3},
        {"100.000", false, 3, 3, 0},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon__decimal_form form;
        assert_true(tenon__decimal_scan(cases[i].text, strlen(cases[i].text), &form));
        assert_false(form.is_special);
        assert_int_equal(form.is_negative, cases[i].is_negative);
        assert_int_equal(form.whole_digits, cases[i].whole_digits);
        assert_int_equal(form.fraction_digits, cases[i].fraction_digits);
        assert_int_equal(form.significant_fraction_digits, cases[i].significant_fraction_digits);
    }
}

static void special_values_are_told_apart(void **state)
{
    tenon__decimal_form form;
    assert_true(tenon__decimal_scan("NaN", 3, &form));
    assert_true(form.is_special && form.is_nan && !form.is_negative);
    assert_true(tenon__decimal_scan("Infinity", 8, &form));
    assert_true(form.is_special && !form.is_nan && !form.is_negative);
    assert_true(tenon__decimal_scan("-Infinity", 9, &form));
    assert_true(form.is_special && !form.is_nan && form.is_negative);
}

static void what_is_no_decimal_is_refused(void **state)
{
    static const char *const cases[] = {
        "",    "-",        "+1",    ".",         ".5",   "5.",    "-.5", "1e5",
        "1E5", "1,5",      "1.2.3", " 1",        "1 ",   "--1",   "0x1", "nan",
        "inf", "infinity", "-NaN",  "+Infinity", "NaN0", "1\xff", "１",
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_decimal decimal = {7, "kept"};
        tenon_error err;
        if (tenon_decimal_parse(cases[i], &decimal, &err))
            fail_msg("accepted: %s", cases[i]);
        assert_int_equal(err.status, TENON_TYPE);
        assert_string_equal(decimal.text, "kept");
    }
    assert_false(tenon_decimal_parse(NULL, &(tenon_decimal){0}, NULL));
    tenon__decimal_form form;
    assert_false(tenon__decimal_scan("1\0", 2, &form));
}

static void a_decimal_borrows_its_text(void **state)
{
    const char *text = "-12.50";
    tenon_decimal decimal;
    assert_true(tenon_decimal_parse(text, &decimal, NULL));
    assert_ptr_equal(decimal.text, text);
    assert_int_equal(decimal.len, 6);
}

static char *make_digits(size_t whole, size_t fraction)
{
    char *text = malloc(whole + fraction + 2);
    assert_non_null(text);
    memset(text, '7', whole + fraction + 1);
    text[whole] = '.';
    text[whole + 1 + fraction] = '\0';
    return text;
}

static void the_limits_of_numeric_are_the_limits(void **state)
{
    static const struct {
        size_t whole, fraction;
        bool is_allowed;
    } cases[] = {{131072, 16383, true}, {131073, 1, false}, {1, 16384, false}};
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        char *text = make_digits(cases[i].whole, cases[i].fraction);
        tenon_decimal decimal;
        tenon_error err = {0};
        TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
        TENON__CLEANUP(tenon__buf_release) tenon__buf again = {0};
        bool is_allowed = cases[i].is_allowed;
        assert_int_equal(tenon_decimal_parse(text, &decimal, &err), is_allowed);
        assert_int_equal(err.status, is_allowed ? TENON_OK : TENON_RANGE);
        assert_int_equal(tenon__decimal_to_sortable(text, strlen(text), &key), is_allowed);
        if (is_allowed) {
            assert_true(tenon__decimal_from_sortable(key.data, key.length, &again));
            assert_string_equal(again.data, text);
        }
        free(text);
    }
}

/* A random number as text in any spelling, with up to 18 digits on each side of the point. The
 * result is the number times 10^18. */
static wide make_number(generator *g, char *text)
{
    char whole[24] = "0", fraction[24] = "";
    size_t whole_digits = generator_below(g, 19), fraction_digits = generator_below(g, 19);
    unsigned kinds = generator_below(g, 3) == 0 ? 2 : 10;
    wide scaled = 0;
    size_t length = whole_digits ? 0 : 1;
    for (size_t i = 0; i < whole_digits; i++) {
        whole[length++] = (char)('0' + generator_below(g, kinds));
        scaled = scaled * 10 + (whole[i] - '0');
    }
    whole[length] = '\0';
    for (size_t i = 0; i < 18; i++) {
        if (i < fraction_digits)
            fraction[i] = (char)('0' + generator_below(g, kinds));
        scaled = scaled * 10 + (i < fraction_digits ? fraction[i] - '0' : 0);
    }
    bool is_negative = generator_below(g, 2);
    snprintf(text, NUMBER_SIZE, "%s%s%s%s", is_negative ? "-" : "", whole,
             fraction_digits ? "." : "", fraction);
    return is_negative ? -scaled : scaled;
}

static int order_of(wide a, wide b)
{
    return (a > b) - (a < b);
}

static int sign_of(int difference)
{
    return (difference > 0) - (difference < 0);
}

static void assert_sorted_as(const char *a, const char *b, int order)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf a_key = {0};
    TENON__CLEANUP(tenon__buf_release) tenon__buf b_key = {0};
    assert_true(tenon__decimal_to_sortable(a, strlen(a), &a_key));
    assert_true(tenon__decimal_to_sortable(b, strlen(b), &b_key));
    if (order != 0) {
        if (sign_of(strcmp(a_key.data, b_key.data)) != order)
            fail_msg("%s and %s sort as %s and %s", a, b, a_key.data, b_key.data);
        return;
    }
    size_t same = strcspn(a_key.data, "!~");
    assert_memory_equal(a_key.data, b_key.data, same + (a_key.data[same] != '\0'));
}

static void assert_order(const char *a, const char *b, int order)
{
    if (tenon_decimal_compare(of(a), of(b)) != order)
        fail_msg("%s and %s compare as %d", a, b, tenon_decimal_compare(of(a), of(b)));
    assert_int_equal(tenon_decimal_compare(of(b), of(a)), -order);
    assert_sorted_as(a, b, order);
}

static void random_numbers_compare_and_sort_as_128_bits_do(void **state)
{
    generator g = {10};
    for (int i = 0; i < ROUNDS; i++) {
        char a[NUMBER_SIZE], b[NUMBER_SIZE];
        wide a_value = make_number(&g, a), b_value = make_number(&g, b);
        assert_order(a, b, order_of(a_value, b_value));
        assert_order(a, a, 0);
    }
}

/* value / 10^places, a zero behind its last digit, and then the tail. */
static void print_scaled(char text[NUMBER_SIZE], int64_t value, int places, const char *tail)
{
    char digits[24];
    int whole = snprintf(digits, sizeof digits, "%07lld", llabs(value) * 10) - places - 1;
    snprintf(text, NUMBER_SIZE, "%s%.*s.%s%s", value < 0 ? "-" : "", whole, digits, digits + whole,
             tail);
}

/* Numbers that share most of their digits, where the border cases are. */
static void neighbours_compare_and_sort_as_128_bits_do(void **state)
{
    generator g = {11};
    for (int i = 0; i < ROUNDS; i++) {
        char a[NUMBER_SIZE], b[NUMBER_SIZE];
        int64_t center = generator_between(&g, -2000, 2000);
        int64_t other = center + generator_between(&g, -10, 10);
        int places = (int)generator_below(&g, 6);
        print_scaled(a, center, places, "");
        print_scaled(b, other, places, "00");
        assert_order(a, b, order_of(center, other));
    }
}

static void the_whole_line_is_in_order(void **state)
{
    static const char *const line[] = {
        "-Infinity",  "-100000000000000000000",
        "-10",        "-9.99",
        "-9.9",       "-9",
        "-1.01",      "-1.001",
        "-1",         "-0.5",
        "-0.1",       "-0.09",
        "-0.0000001", "0",
        "0.0000001",  "0.09",
        "0.1",        "0.5",
        "1",          "1.001",
        "1.01",       "9",
        "9.9",        "9.99",
        "10",         "100000000000000000000",
        "Infinity",   "NaN",
    };
    for (size_t i = 0; i < TENON__COUNT(line); i++) {
        for (size_t k = 0; k < TENON__COUNT(line); k++)
            assert_order(line[i], line[k], (i > k) - (i < k));
    }
}

static void spellings_of_one_number_are_equal(void **state)
{
    assert_order("1", "1.000", 0);
    assert_order("0", "-0.0", 0);
    assert_order("007.50", "7.5", 0);
    assert_int_equal(tenon_decimal_compare(of("x"), of("NaN")), 0);
    assert_int_equal(tenon_decimal_compare(of(NULL), of("Infinity")), 1);
    assert_int_equal(tenon_decimal_compare((tenon_decimal){1, "19"}, of("1")), 0);
}

/* What a sortable text gives back: no zeros in front, no minus before zero. */
static const char *without_decoration(char *text)
{
    bool is_negative = *text == '-';
    char *at = text + is_negative;
    while (at[0] == '0' && at[1] >= '0' && at[1] <= '9')
        at++;
    if (!is_negative || strspn(at, "0.") == strlen(at))
        return at;
    *--at = '-';
    return at;
}

static void sortable_texts_give_the_number_back_with_its_zeros(void **state)
{
    generator g = {12};
    for (int i = 0; i < ROUNDS; i++) {
        char text[NUMBER_SIZE];
        make_number(&g, text);
        TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
        TENON__CLEANUP(tenon__buf_release) tenon__buf again = {0};
        assert_true(tenon__decimal_to_sortable(text, strlen(text), &key));
        assert_true(tenon__decimal_from_sortable(key.data, key.length, &again));
        assert_string_equal(again.data, without_decoration(text));
    }
}

static void sortable_texts_are_as_documented(void **state)
{
    static const struct {
        const char *text, *sortable;
    } cases[] = {
        {"-Infinity", "m"},
        {"-1.5", "n49999884~"},
        {"-1.50", "n49999884~1"},
        {"0", "o!"},
        {"0.00", "o!2"},
        {"0.001", "p4999981!"},
        {"12.50", "p500002125!1"},
        {"1200", "p50000412!"},
        {"1200.00", "p50000412!2"},
        {"Infinity", "q"},
        {"NaN", "r"},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf key = {0};
        TENON__CLEANUP(tenon__buf_release) tenon__buf again = {0};
        assert_true(tenon__decimal_to_sortable(cases[i].text, strlen(cases[i].text), &key));
        assert_string_equal(key.data, cases[i].sortable);
        assert_true(tenon__decimal_from_sortable(key.data, key.length, &again));
        assert_string_equal(again.data, cases[i].text);
    }
}

static void texts_that_are_not_sortable_decimals_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "x",
        "1.5",
        "o",
        "p",
        "n",
        "!",
        "!!",
        "mm",
        "m!",
        "r!",
        "o!0",
        "o!01",
        "o!x",
        "o!16384",
        "o0!",
        "o!100000",
        "p500001!",
        "p50000!",
        "p5000015",
        "p50000115~",
        "n49999884!",
        "p50000105!",
        "p50000150!",
        "p5000011x!",
        "p5000x11!",
        "n49999894~",
        "p63107311!",
        "p48361651!",
        "p50000115!!",
        "P50000115!",
        "p50000115!16383",
        "p50000115! ",
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
        if (tenon__decimal_from_sortable(cases[i], strlen(cases[i]), &out))
            fail_msg("%s is read as %s", cases[i], tenon__buf_string(&out));
        assert_int_equal(out.length, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_taken_apart),
        cmocka_unit_test(special_values_are_told_apart),
        cmocka_unit_test(what_is_no_decimal_is_refused),
        cmocka_unit_test(a_decimal_borrows_its_text),
        cmocka_unit_test(the_limits_of_numeric_are_the_limits),
        cmocka_unit_test(random_numbers_compare_and_sort_as_128_bits_do),
        cmocka_unit_test(neighbours_compare_and_sort_as_128_bits_do),
        cmocka_unit_test(the_whole_line_is_in_order),
        cmocka_unit_test(spellings_of_one_number_are_equal),
        cmocka_unit_test(sortable_texts_give_the_number_back_with_its_zeros),
        cmocka_unit_test(sortable_texts_are_as_documented),
        cmocka_unit_test(texts_that_are_not_sortable_decimals_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
