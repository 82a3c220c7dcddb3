/* Decimals to machine numbers, exactly or not at all.
 *
 * The text for strtod is put together as "12345e-2": digits and an exponent, without a point, which
 * is the one character that depends on the locale. printf's point is skipped for the same reason.
 *
 * A double "is" a decimal when it has exactly that value, as 0.5 or 2^60, or when the decimal is
 * the shortest text that reads back as the double, as 0.1: then a program that prints the double
 * shows the number that was stored. */
#include "core/decimal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum {
    /* No double has more significant digits than 767, nor any midpoint of two more than 768. */
    MOST_DIGITS = 800,
    EXACT_DIGITS = 767,
    SHORTEST_DIGITS = 17,
    TEXT_SIZE = MOST_DIGITS + 40
};

/* The sum is built below zero, where there is room for one number more. */
static bool read_int64(const tenon__decimal_form *form, int64_t *out)
{
    int64_t sum = 0;
    for (size_t i = 0; i < form->whole_digits; i++) {
        if (__builtin_mul_overflow(sum, 10, &sum) ||
            __builtin_sub_overflow(sum, form->whole[i] - '0', &sum))
            return false;
    }
    if (!form->is_negative && __builtin_sub_overflow(0, sum, &sum))
        return false;
    *out = sum;
    return true;
}

bool tenon_decimal_to_int64(tenon_decimal decimal, int64_t *out, tenon_error *err)
{
    tenon__decimal_form form;
    if (!tenon__decimal_form_of(decimal, &form))
        return tenon__decimal_refuse(decimal, TENON_TYPE, "is not a decimal number", err);
    if (form.is_special || form.significant_fraction_digits > 0)
        return tenon__decimal_refuse(decimal, TENON_RANGE, "is not a whole number", err);
    if (!read_int64(&form, out))
        return tenon__decimal_refuse(decimal, TENON_RANGE, "does not fit in 64 bits", err);
    return true;
}

static size_t count_of(const decimal_digits *digits)
{
    return digits->first_count + digits->second_count;
}

/* The first `most` digits, joined; returns how many there were. */
static size_t join_digits(const decimal_digits *digits, char *out, size_t most)
{
    size_t first = digits->first_count < most ? digits->first_count : most;
    size_t second = digits->second_count < most - first ? digits->second_count : most - first;
    memcpy(out, digits->first, first);
    memcpy(out + first, digits->second, second);
    return first + second;
}

/* Digits that are cut off are not zero altogether: a 1 in their place rounds as they would. */
static double read_nearest(const decimal_digits *digits)
{
    char text[TEXT_SIZE];
    size_t length = join_digits(digits, text, MOST_DIGITS);
    if (length < count_of(digits))
        text[length++] = '1';
    long long exponent = digits->exponent - (long long)length;
    snprintf(text + length, sizeof text - length, "e%lld", exponent);
    return strtod(text, NULL);
}

/* The double of a number's magnitude and special values; no sign. */
static double nearest_magnitude(const tenon__decimal_form *form)
{
    if (form->is_special)
        return form->is_nan ? (double)NAN : (double)INFINITY;
    if (!tenon__decimal_has_digits(form))
        return 0.0;
    decimal_digits digits = tenon__decimal_digits_of(form);
    return read_nearest(&digits);
}

/* Prints a value with `count` significant digits and gives the digits without trailing zeros, and
 * the exponent as in decimal_digits. */
static size_t print_digits(double value, int count, char *out, long *exponent)
{
    snprintf(out, TEXT_SIZE, "%.*e", count - 1, value);
    size_t length = 0;
    const char *at = out;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9')
            out[length++] = *at;
    }
    *exponent = strtol(at + 1, NULL, 10) + 1;
    while (length > 1 && out[length - 1] == '0')
        length--;
    return length;
}

static bool is_printed(const decimal_digits *digits, double value, int count)
{
    char printed[TEXT_SIZE], wanted[TEXT_SIZE];
    long exponent;
    size_t length = print_digits(value, count, printed, &exponent);
    return length == count_of(digits) && exponent == digits->exponent &&
           join_digits(digits, wanted, MOST_DIGITS) == length &&
           memcmp(printed, wanted, length) == 0;
}

/* True when so few digits already read back as the value. */
static bool is_enough(double value, int count)
{
    char text[TEXT_SIZE];
    snprintf(text, sizeof text, "%.*e", count - 1, value);
    return strtod(text, NULL) == value;
}

static bool is_shortest(const decimal_digits *digits, double value)
{
    size_t count = count_of(digits);
    return count <= SHORTEST_DIGITS && is_printed(digits, value, (int)count) &&
           (count == 1 || !is_enough(value, (int)count - 1));
}

static bool is_faithful(const tenon__decimal_form *form, double magnitude)
{
    if (form->is_special || !tenon__decimal_has_digits(form))
        return true;
    if (magnitude == 0.0 || isinf(magnitude))
        return false;
    decimal_digits digits = tenon__decimal_digits_of(form);
    return is_shortest(&digits, magnitude) || is_printed(&digits, magnitude, EXACT_DIGITS);
}

bool tenon_decimal_to_double(tenon_decimal decimal, double *out, tenon_error *err)
{
    tenon__decimal_form form;
    if (!tenon__decimal_form_of(decimal, &form))
        return tenon__decimal_refuse(decimal, TENON_TYPE, "is not a decimal number", err);
    double magnitude = nearest_magnitude(&form);
    if (!is_faithful(&form, magnitude))
        return tenon__decimal_refuse(decimal, TENON_RANGE, "has no double of the same value", err);
    *out = form.is_negative ? -magnitude : magnitude;
    return true;
}

double tenon_decimal_approximate(tenon_decimal decimal)
{
    tenon__decimal_form form;
    if (!tenon__decimal_form_of(decimal, &form))
        return (double)NAN;
    double magnitude = nearest_magnitude(&form);
    return form.is_negative ? -magnitude : magnitude;
}
