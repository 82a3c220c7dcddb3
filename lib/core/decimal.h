/* What the decimal files of this folder share. */
#ifndef TENON_CORE_DECIMAL_H
#define TENON_CORE_DECIMAL_H

#include "core/core.h"

/* PostgreSQL's limits of an unconstrained numeric; they hold for every tenon_decimal. */
enum { DECIMAL_MOST_WHOLE_DIGITS = 131072, DECIMAL_MOST_FRACTION_DIGITS = 16383 };

bool tenon__decimal_is_within_limits(const tenon__decimal_form *form);
/* Scans a value, measuring its text when `len` is 0. False also when there is no text. */
bool tenon__decimal_form_of(tenon_decimal decimal, tenon__decimal_form *out);

#endif
