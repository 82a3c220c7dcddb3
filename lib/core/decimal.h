/* What the decimal files of this folder share. */
#ifndef TENON_CORE_DECIMAL_H
#define TENON_CORE_DECIMAL_H

#include "core/core.h"

/* PostgreSQL's limits of an unconstrained numeric; they hold for every tenon_decimal. */
enum { DECIMAL_MOST_WHOLE_DIGITS = 131072, DECIMAL_MOST_FRACTION_DIGITS = 16383 };

/* A finite number other than zero as 0.DIGITS × 10^exponent; DIGITS is `first` followed by `second`
 * and has no zero at either end. */
typedef struct decimal_digits {
    const char *first, *second;
    size_t first_count, second_count;
    int64_t exponent;
} decimal_digits;

/* Scans a value, measuring its text when `len` is 0. False also when there is no text. */
bool tenon__decimal_form_of(tenon_decimal decimal, tenon__decimal_form *out);
bool tenon__decimal_is_within_limits(const tenon__decimal_form *form);
/* False for zero, NaN and the infinities. */
bool tenon__decimal_has_digits(const tenon__decimal_form *form);
/* Of a form that has digits. */
decimal_digits tenon__decimal_digits_of(const tenon__decimal_form *form);
/* Fails with "'<the number>' <problem>". Returns false. */
bool tenon__decimal_refuse(tenon_decimal decimal, tenon_status status, const char *problem,
                           tenon_error *err);

#endif
