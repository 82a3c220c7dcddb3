/* Decimals as text that sorts.
 *
 *   number    = "m" | "n" exponent digits "~" zeros | "o!" zeros | "p" exponent digits "!" zeros
 *             | "q" | "r"
 *
 * The first letter is the class: minus infinity, negative, zero ("o"), positive, infinity, NaN. The
 * number is 0.DIGITS × 10^exponent; the exponent has a bias and six digits, so that it sorts as
 * text. In a negative number each digit of both is its complement to nine, which turns the order
 * round. "!" sorts before and "~" behind every digit, so the shorter of two sequences of digits
 * comes on its proper side. Behind it stands what has no value but was written: the count of zeros
 * at the end of the fraction, as a number, nothing for none. */
#include "core/decimal.h"

enum {
    MINUS_INFINITY = 'm',
    NEGATIVE = 'n',
    ZERO = 'o',
    POSITIVE = 'p',
    INFINITE = 'q',
    NOT_A_NUMBER = 'r',
    END_OF_POSITIVE = '!',
    END_OF_NEGATIVE = '~',
    EXPONENT_DIGITS = 6,
    EXPONENT_BIAS = 500000
};

static char class_of(const tenon__decimal_form *form)
{
    if (form->is_nan)
        return NOT_A_NUMBER;
    if (form->is_special)
        return form->is_negative ? MINUS_INFINITY : INFINITE;
    if (!tenon__decimal_has_digits(form))
        return ZERO;
    return form->is_negative ? NEGATIVE : POSITIVE;
}

static char end_of(char class)
{
    return (char)(class == NEGATIVE ? END_OF_NEGATIVE : END_OF_POSITIVE);
}

static char turn(char class, char digit)
{
    return (char)(class == NEGATIVE ? '0' + '9' - digit : digit);
}

static void add_turned(tenon__buf *out, char class, const char *digits, size_t count)
{
    if (!tenon__buf_reserve(out, count))
        return;
    for (size_t i = 0; i < count; i++)
        tenon__buf_char(out, turn(class, digits[i]));
}

static void add_exponent(tenon__buf *out, char class, int64_t exponent)
{
    char digits[EXPONENT_DIGITS];
    int64_t left = exponent + EXPONENT_BIAS;
    for (size_t i = EXPONENT_DIGITS; i-- > 0; left /= 10)
        digits[i] = (char)('0' + left % 10);
    add_turned(out, class, digits, EXPONENT_DIGITS);
}

static void add_key(tenon__buf *out, char class, const tenon__decimal_form *form)
{
    decimal_digits digits = tenon__decimal_digits_of(form);
    add_exponent(out, class, digits.exponent);
    add_turned(out, class, digits.first, digits.first_count);
    add_turned(out, class, digits.second, digits.second_count);
}

bool tenon__decimal_to_sortable(const char *text, size_t length, tenon__buf *out)
{
    tenon__decimal_form form;
    if (!tenon__decimal_scan(text, length, &form) || !tenon__decimal_is_within_limits(&form))
        return false;
    char class = class_of(&form);
    size_t zeros = form.fraction_digits - form.significant_fraction_digits;
    tenon__buf_char(out, class);
    if (class == NEGATIVE || class == POSITIVE)
        add_key(out, class, &form);
    if (!form.is_special)
        tenon__buf_char(out, end_of(class));
    if (zeros > 0)
        tenon__buf_int(out, (int64_t)zeros);
    return !out->failed;
}

/* What stands in a sortable text of a finite number; the digits are still turned. */
typedef struct sortable_form {
    char class;
    int64_t exponent;
    const char *digits;
    size_t digit_count;
    int64_t zeros;
} sortable_form;

/* digits, turned back; false when there is another character among them. */
static bool read_number(const char *text, size_t count, char class, int64_t *out)
{
    int64_t value = 0;
    for (size_t i = 0; i < count; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = value * 10 + (turn(class, text[i]) - '0');
    }
    *out = value;
    return true;
}

/* exponent digits, of which neither the first nor the last is a zero */
static bool read_key(const char *text, size_t length, sortable_form *form)
{
    int64_t ignored;
    if (length <= EXPONENT_DIGITS ||
        !read_number(text, EXPONENT_DIGITS, form->class, &form->exponent))
        return false;
    form->exponent -= EXPONENT_BIAS;
    form->digits = text + EXPONENT_DIGITS;
    form->digit_count = length - EXPONENT_DIGITS;
    for (size_t i = 0; i < form->digit_count; i++) {
        if (!read_number(form->digits + i, 1, form->class, &ignored))
            return false;
    }
    return turn(form->class, form->digits[0]) != '0' &&
           turn(form->class, form->digits[form->digit_count - 1]) != '0';
}

/* [digit1-9 *digit], at most as many digits as the limit of the fraction has */
static bool read_zeros(const char *text, size_t length, int64_t *out)
{
    return length <= 5 && (length == 0 || text[0] != '0') &&
           read_number(text, length, POSITIVE, out);
}

static bool read_sortable(const char *text, size_t length, sortable_form *out)
{
    *out = (sortable_form){.class = text[0]};
    const char *key = text + 1, *end = memchr(key, end_of(text[0]), length - 1);
    if (!end)
        return false;
    size_t key_length = (size_t)(end - key);
    size_t zeros_length = length - key_length - 2;
    if (!read_zeros(end + 1, zeros_length, &out->zeros))
        return false;
    if (out->class == ZERO)
        return key_length == 0;
    return (out->class == NEGATIVE || out->class == POSITIVE) && read_key(key, key_length, out);
}

static int64_t larger(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static bool is_within_limits(const sortable_form *form)
{
    int64_t fraction = larger((int64_t)form->digit_count - form->exponent, 0) + form->zeros;
    return form->exponent <= DECIMAL_MOST_WHOLE_DIGITS && fraction <= DECIMAL_MOST_FRACTION_DIGITS;
}

/* The digits from `from` up to `to`, counted from the point at 0.DIGITS; zeros outside of them. */
static void add_digits(tenon__buf *out, const sortable_form *form, int64_t from, int64_t to)
{
    for (int64_t i = from; i < to; i++) {
        char digit = '0';
        if (i >= 0 && i < (int64_t)form->digit_count)
            digit = turn(form->class, form->digits[i]);
        tenon__buf_char(out, digit);
    }
}

static void add_number(tenon__buf *out, const sortable_form *form)
{
    int64_t end = larger((int64_t)form->digit_count, form->exponent) + form->zeros;
    if (form->class == NEGATIVE)
        tenon__buf_char(out, '-');
    if (form->exponent <= 0)
        tenon__buf_char(out, '0');
    add_digits(out, form, 0, form->exponent);
    if (end > form->exponent)
        tenon__buf_char(out, '.');
    add_digits(out, form, form->exponent, end);
}

static bool add_special(tenon__buf *out, char class)
{
    if (class != MINUS_INFINITY && class != INFINITE && class != NOT_A_NUMBER)
        return false;
    if (class == MINUS_INFINITY)
        tenon__buf_char(out, '-');
    tenon__buf_text(out, class == NOT_A_NUMBER ? "NaN" : "Infinity");
    return !out->failed;
}

bool tenon__decimal_from_sortable(const char *text, size_t length, tenon__buf *out)
{
    sortable_form form;
    if (length == 1)
        return add_special(out, text[0]);
    if (length == 0 || !read_sortable(text, length, &form) || !is_within_limits(&form))
        return false;
    add_number(out, &form);
    return !out->failed;
}
