/* Exact sums of decimals, for a database that has none.
 *
 * The sum is a row of limbs of nine digits, the point between two of them. A limb holds more than
 * nine digits: every number is added limb by limb without a carry, with its sign, and billions of
 * them fit before a limb overflows. Carries are propagated once, at the end. */
#include "core/decimal.h"

#include <stdlib.h>

enum { LIMB_DIGITS = 9, SPARE_LIMBS = 2 };
#define BASE INT64_C(1000000000)

/* Makes room for this many limbs on either side of the point. */
static bool make_room(tenon__decimal_sum *sum, size_t whole, size_t fraction)
{
    if (whole < sum->whole)
        whole = sum->whole;
    if (fraction < sum->fraction)
        fraction = sum->fraction;
    if (whole == sum->whole && fraction == sum->fraction)
        return true;
    int64_t *limbs = calloc(whole + fraction, sizeof *limbs);
    if (!limbs)
        return false;
    size_t count = sum->whole + sum->fraction;
    if (count)
        memcpy(limbs + (fraction - sum->fraction), sum->limbs, count * sizeof *limbs);
    free(sum->limbs);
    sum->limbs = limbs;
    sum->whole = whole;
    sum->fraction = fraction;
    return true;
}

static int64_t number_of(const char *digits, size_t count)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++)
        value = value * 10 + (digits[i] - '0');
    return value;
}

static size_t limbs_of(size_t digits)
{
    return (digits + LIMB_DIGITS - 1) / LIMB_DIGITS;
}

static void add_whole(tenon__decimal_sum *sum, const tenon__decimal_form *form, int64_t sign)
{
    int64_t *limb = sum->limbs + sum->fraction;
    for (size_t left = form->whole_digits; left > 0; limb++) {
        size_t count = left < LIMB_DIGITS ? left : LIMB_DIGITS;
        left -= count;
        *limb += sign * number_of(form->whole + left, count);
    }
}

static void add_fraction(tenon__decimal_sum *sum, const tenon__decimal_form *form, int64_t sign)
{
    int64_t *limb = sum->limbs + sum->fraction;
    size_t digits = form->significant_fraction_digits;
    for (size_t at = 0; at < digits; at += LIMB_DIGITS) {
        size_t count = digits - at < LIMB_DIGITS ? digits - at : LIMB_DIGITS;
        int64_t value = number_of(form->fraction + at, count);
        for (size_t i = count; i < LIMB_DIGITS; i++)
            value *= 10;
        *--limb += sign * value;
    }
}

bool tenon__decimal_sum_add(tenon__decimal_sum *sum, const char *text, size_t length)
{
    tenon__decimal_form form;
    if (!tenon__decimal_scan(text, length, &form))
        return false;
    sum->is_nan |= form.is_nan;
    if (form.is_special && !form.is_nan)
        *(form.is_negative ? &sum->has_minus_infinity : &sum->has_infinity) = true;
    if (form.is_special)
        return true;
    if (!make_room(sum, limbs_of(form.whole_digits) + SPARE_LIMBS,
                   limbs_of(form.significant_fraction_digits)))
        return false;
    add_whole(sum, &form, form.is_negative ? -1 : 1);
    add_fraction(sum, &form, form.is_negative ? -1 : 1);
    return true;
}

/* Every limb but the highest gets into 0 … BASE - 1; the highest then has the sign of all. */
static void carry(tenon__decimal_sum *sum)
{
    size_t count = sum->whole + sum->fraction;
    for (size_t i = 0; i + 1 < count; i++) {
        int64_t over = sum->limbs[i] / BASE - (sum->limbs[i] % BASE < 0);
        sum->limbs[i] -= over * BASE;
        sum->limbs[i + 1] += over;
    }
}

static bool make_positive(tenon__decimal_sum *sum)
{
    size_t count = sum->whole + sum->fraction;
    carry(sum);
    if (count == 0 || sum->limbs[count - 1] >= 0)
        return false;
    for (size_t i = 0; i < count; i++)
        sum->limbs[i] = -sum->limbs[i];
    carry(sum);
    return true;
}

static void write_digits(const tenon__decimal_sum *sum, tenon__buf *out)
{
    size_t at = sum->whole + sum->fraction;
    while (at > sum->fraction + 1 && sum->limbs[at - 1] == 0)
        at--;
    tenon__buf_int(out, at > sum->fraction ? sum->limbs[--at] : 0);
    while (at > sum->fraction)
        tenon__buf_format(out, "%09lld", (long long)sum->limbs[--at]);
    tenon__buf_char(out, '.');
    while (at > 0)
        tenon__buf_format(out, "%09lld", (long long)sum->limbs[--at]);
    while (!out->failed && out->data[out->length - 1] == '0')
        out->length--;
    if (!out->failed && out->data[out->length - 1] == '.')
        out->length--;
    if (!out->failed)
        out->data[out->length] = '\0';
}

bool tenon__decimal_sum_text(tenon__decimal_sum *sum, tenon__buf *out)
{
    if (sum->is_nan || (sum->has_infinity && sum->has_minus_infinity)) {
        tenon__buf_text(out, "NaN");
    } else if (sum->has_infinity || sum->has_minus_infinity) {
        tenon__buf_text(out, sum->has_infinity ? "Infinity" : "-Infinity");
    } else {
        tenon__buf_text(out, make_positive(sum) ? "-" : "");
        write_digits(sum, out);
    }
    return !out->failed;
}

void tenon__decimal_sum_release(tenon__decimal_sum *sum)
{
    free(sum->limbs);
    *sum = (tenon__decimal_sum){0};
}
