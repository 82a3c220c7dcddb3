/* Decimals: exact numbers that stay text.
 *
 * A program mostly carries a decimal from one place to another, so its text is kept as it came and
 * no arithmetic is offered. One scanner finds the parts of a number; comparing and converting work
 * on those parts and never on a copy. */
#include "core/decimal.h"

/* Of a text that is quoted in an error. */
enum { MOST_SHOWN_BYTES = 60 };

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t count_digits(const char *text, const char *end)
{
    const char *at = text;
    while (at < end && is_digit(*at))
        at++;
    return (size_t)(at - text);
}

static bool is_word(const char *text, size_t length, const char *word)
{
    return length == strlen(word) && memcmp(text, word, length) == 0;
}

static bool scan_special(const char *text, size_t length, tenon__decimal_form *out)
{
    bool is_nan = is_word(text, length, "NaN");
    bool is_minus = is_word(text, length, "-Infinity");
    if (!is_nan && !is_minus && !is_word(text, length, "Infinity"))
        return false;
    *out = (tenon__decimal_form){
        .is_special = true, .is_nan = is_nan, .is_negative = is_minus, .whole = "", .fraction = ""};
    return true;
}

bool tenon__decimal_has_digits(const tenon__decimal_form *form)
{
    return form->whole_digits + form->significant_fraction_digits > 0;
}

/* Drops the zeros that carry no value; minus zero is zero. */
static void normalise(tenon__decimal_form *form)
{
    while (form->whole_digits > 0 && form->whole[0] == '0') {
        form->whole++;
        form->whole_digits--;
    }
    size_t significant = form->fraction_digits;
    while (significant > 0 && form->fraction[significant - 1] == '0')
        significant--;
    form->significant_fraction_digits = significant;
    if (!tenon__decimal_has_digits(form))
        form->is_negative = false;
}

/* number = ["-"] digits ["." digits] */
bool tenon__decimal_scan(const char *text, size_t length, tenon__decimal_form *out)
{
    if (scan_special(text, length, out))
        return true;
    const char *at = text, *end = text + length;
    tenon__decimal_form form = {.is_negative = at < end && *at == '-', .fraction = ""};
    form.whole = at += form.is_negative;
    form.whole_digits = count_digits(at, end);
    at += form.whole_digits;
    if (form.whole_digits == 0)
        return false;
    if (at < end && *at == '.') {
        form.fraction = ++at;
        form.fraction_digits = count_digits(at, end);
        at += form.fraction_digits;
        if (form.fraction_digits == 0)
            return false;
    }
    if (at != end)
        return false;
    normalise(&form);
    *out = form;
    return true;
}

bool tenon__decimal_is_within_limits(const tenon__decimal_form *form)
{
    return form->whole_digits <= DECIMAL_MOST_WHOLE_DIGITS &&
           form->fraction_digits <= DECIMAL_MOST_FRACTION_DIGITS;
}

decimal_digits tenon__decimal_digits_of(const tenon__decimal_form *form)
{
    decimal_digits digits = {.first = form->whole,
                             .first_count = form->whole_digits,
                             .second = form->fraction,
                             .second_count = form->significant_fraction_digits,
                             .exponent = (int64_t)form->whole_digits};
    while (digits.first_count == 0 && digits.second_count > 0 && digits.second[0] == '0') {
        digits.second++;
        digits.second_count--;
        digits.exponent--;
    }
    while (digits.second_count == 0 && digits.first_count > 0 &&
           digits.first[digits.first_count - 1] == '0')
        digits.first_count--;
    return digits;
}

static size_t length_of(tenon_decimal decimal)
{
    if (!decimal.text)
        return 0;
    return decimal.len ? decimal.len : strlen(decimal.text);
}

bool tenon__decimal_form_of(tenon_decimal decimal, tenon__decimal_form *out)
{
    return decimal.text && tenon__decimal_scan(decimal.text, length_of(decimal), out);
}

bool tenon__decimal_refuse(tenon_decimal decimal, tenon_status status, const char *problem,
                           tenon_error *err)
{
    const char *text = decimal.text ? decimal.text : "";
    int shown = (int)tenon__utf8_cut(text, length_of(decimal), MOST_SHOWN_BYTES);
    tenon_error_reset(err);
    return tenon__fail(err, status, "'%.*s' %s", shown, text, problem);
}

bool tenon_decimal_parse(const char *text, tenon_decimal *out, tenon_error *err)
{
    tenon__decimal_form form;
    tenon_decimal decimal = {text ? strlen(text) : 0, text};
    if (!tenon__decimal_form_of(decimal, &form))
        return tenon__decimal_refuse(decimal, TENON_TYPE, "is not a decimal number", err);
    if (!tenon__decimal_is_within_limits(&form))
        return tenon__decimal_refuse(
            decimal, TENON_RANGE,
            "has more than 131072 digits before or 16383 digits behind the point", err);
    *out = decimal;
    return true;
}

tenon_decimal tenon_decimal_from_int64(int64_t value, char *buffer)
{
    char digits[TENON_DECIMAL_INT64_TEXT_SIZE];
    char *at = digits + sizeof digits;
    uint64_t left = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    do {
        *--at = (char)('0' + left % 10);
        left /= 10;
    } while (left > 0);
    if (value < 0)
        *--at = '-';
    size_t length = (size_t)(digits + sizeof digits - at);
    memcpy(buffer, at, length);
    buffer[length] = '\0';
    return (tenon_decimal){length, buffer};
}

/* -Infinity, negative, zero, positive, Infinity, NaN. What is no number counts as NaN. */
static int rank_of(tenon_decimal decimal, tenon__decimal_form *form)
{
    if (!tenon__decimal_form_of(decimal, form) || form->is_nan)
        return 3;
    int size = form->is_special ? 2 : tenon__decimal_has_digits(form);
    return form->is_negative ? -size : size;
}

static int sign_of(int64_t difference)
{
    return (difference > 0) - (difference < 0);
}

static int compare_magnitude(const tenon__decimal_form *a, const tenon__decimal_form *b)
{
    if (a->whole_digits != b->whole_digits)
        return a->whole_digits < b->whole_digits ? -1 : 1;
    int order = memcmp(a->whole, b->whole, a->whole_digits);
    size_t a_digits = a->significant_fraction_digits, b_digits = b->significant_fraction_digits;
    if (order == 0)
        order = memcmp(a->fraction, b->fraction, a_digits < b_digits ? a_digits : b_digits);
    if (order == 0)
        order = (a_digits > b_digits) - (a_digits < b_digits);
    return sign_of(order);
}

int tenon_decimal_compare(tenon_decimal a, tenon_decimal b)
{
    tenon__decimal_form a_form, b_form;
    int a_rank = rank_of(a, &a_form), b_rank = rank_of(b, &b_form);
    if (a_rank != b_rank)
        return sign_of(a_rank - b_rank);
    if (a_rank != 1 && a_rank != -1)
        return 0;
    return a_rank * compare_magnitude(&a_form, &b_form);
}
