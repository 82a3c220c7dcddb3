/* Doubles as the databases write them: "-1.5e-06", "NaN", "-Infinity", SQLite's "Inf".
 *
 * strtod wants the decimal point of the locale, which a program may have set to a comma. So it is
 * given none: "-1.5e-06" becomes "-15e-7". */
#include "core/core.h"

#include <math.h>
#include <stdlib.h>

enum { MOST_EXPONENT = 100000 }; /* beyond it a number of any length here is zero or infinite */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Appends digits from *at on, which is passed; how many there were. */
static size_t take_digits(tenon__buf *out, const char **at, const char *end)
{
    const char *first = *at;
    while (*at < end && is_digit(**at))
        (*at)++;
    tenon__buf_add(out, first, (size_t)(*at - first));
    return (size_t)(*at - first);
}

/* "e-06", or nothing; false for anything else. */
static bool take_exponent(const char **at, const char *end, long *exponent)
{
    *exponent = 0;
    if (*at == end)
        return true;
    if (**at != 'e' && **at != 'E')
        return false;
    (*at)++;
    bool is_negative = *at < end && **at == '-';
    *at += *at < end && (**at == '-' || **at == '+');
    const char *first = *at;
    for (; *at < end && is_digit(**at); (*at)++)
        *exponent = *exponent < MOST_EXPONENT ? *exponent * 10 + (**at - '0') : MOST_EXPONENT;
    *exponent = is_negative ? -*exponent : *exponent;
    return *at > first && *at == end;
}

static bool read_special(const char *text, size_t length, bool is_negative, double *out)
{
    bool is_infinite = (length == 3 && memcmp(text, "Inf", 3) == 0) ||
                       (length == 8 && memcmp(text, "Infinity", 8) == 0);
    *out = !is_infinite ? (double)NAN : is_negative ? -(double)INFINITY : (double)INFINITY;
    return is_infinite || (length == 3 && memcmp(text, "NaN", 3) == 0);
}

bool tenon__double_read(const char *text, size_t length, double *out)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf plain = {0};
    const char *at = text, *end = text + length;
    long exponent;
    bool is_negative = length > 0 && *text == '-';
    at += is_negative;
    if (at < end && !is_digit(*at) && *at != '.')
        return read_special(at, (size_t)(end - at), is_negative, out);
    tenon__buf_text(&plain, is_negative ? "-" : "");
    size_t digits = take_digits(&plain, &at, end), fraction = 0;
    if (at < end && *at == '.') {
        at++;
        fraction = take_digits(&plain, &at, end);
    }
    if (digits + fraction == 0 || !take_exponent(&at, end, &exponent))
        return false;
    tenon__buf_format(&plain, "e%ld", exponent - (long)fraction);
    *out = strtod(tenon__buf_string(&plain), NULL);
    return !plain.failed;
}
