/* Numbers as SQLite stores them, and back.
 *
 * A decimal on a column of NUMERIC affinity becomes an integer or a double. It is kept only when
 * the shortest text of that double is the same number: 0.1 is, 0.1000000000000000055 (the same
 * double) is not. Texts of doubles are put together from the digits of printf, whose decimal point
 * depends on the locale. */
#include "driver/sqlite/sqlite.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* d.ddde±dd with the fewest digits that read back; only subnormals need fewer than 15 tried. */
static void print_shortest(double value, char *text, size_t size)
{
    int digits = fabs(value) < DBL_MIN ? 1 : DBL_DIG;
    for (; digits <= DBL_DECIMAL_DIG; digits++) {
        snprintf(text, size, "%.*e", digits - 1, value);
        if (strtod(text, NULL) == value)
            return;
    }
}

/* The digits of such a text without trailing zeros; *exponent is where the point stands behind
 * them. */
static size_t take_digits(const char *text, char *digits, long *exponent)
{
    size_t count = 0;
    const char *at = text;
    for (; *at != 'e'; at++) {
        if (*at >= '0' && *at <= '9')
            digits[count++] = *at;
    }
    *exponent = strtol(at + 1, NULL, 10) + 1;
    while (count > 1 && digits[count - 1] == '0')
        count--;
    return count;
}

static size_t add_zeros(char *text, size_t length, long count)
{
    size_t more = count > 0 ? (size_t)count : 0;
    memset(text + length, '0', more);
    return length + more;
}

static size_t add_digits(char *text, size_t length, const char *digits, size_t count)
{
    memcpy(text + length, digits, count);
    return length + count;
}

/* "12300", "12.3" or "0.00123" of the digits 123. */
static size_t place_point(const char *digits, size_t count, long exponent, char *text,
                          size_t length)
{
    if (exponent >= (long)count) {
        length = add_digits(text, length, digits, count);
        return add_zeros(text, length, exponent - (long)count);
    }
    size_t whole = exponent > 0 ? (size_t)exponent : 0;
    length = whole ? add_digits(text, length, digits, whole) : add_zeros(text, length, 1);
    text[length++] = '.';
    length = add_zeros(text, length, -exponent);
    return add_digits(text, length, digits + whole, count - whole);
}

size_t tenon__sqlite_real_text(double value, char text[REAL_TEXT_SIZE])
{
    if (isinf(value))
        return (size_t)snprintf(text, REAL_TEXT_SIZE, "%sInfinity", value < 0 ? "-" : "");
    char printed[64], digits[64];
    long exponent;
    print_shortest(fabs(value), printed, sizeof printed);
    size_t count = take_digits(printed, digits, &exponent), length = 0;
    if (signbit(value))
        text[length++] = '-';
    length = place_point(digits, count, exponent, text, length);
    text[length] = '\0';
    return length;
}

void tenon__sqlite_plain_decimal(tenon_decimal value, tenon__buf *out)
{
    tenon__decimal_form form = {0};
    size_t length = value.len ? value.len : strlen(value.text);
    tenon__decimal_scan(value.text, length, &form);
    if (form.is_special) {
        tenon__buf_add(out, value.text, length);
        return;
    }
    tenon__buf_text(out, form.is_negative ? "-" : "");
    tenon__buf_add(out, form.whole_digits ? form.whole : "0",
                   form.whole_digits ? form.whole_digits : 1);
    tenon__buf_text(out, form.significant_fraction_digits ? "." : "");
    tenon__buf_add(out, form.fraction, form.significant_fraction_digits);
}

bool tenon__sqlite_number_cell(tenon_decimal value, cell *out)
{
    int64_t integer;
    double real;
    if (tenon_decimal_to_int64(value, &integer, NULL)) {
        *out = (cell){.type = CELL_INTEGER, .as.integer = integer};
        return true;
    }
    if (!tenon_decimal_to_double(value, &real, NULL) || isnan(real))
        return false;
    char text[REAL_TEXT_SIZE];
    tenon_decimal read_back = {tenon__sqlite_real_text(real, text), text};
    if (tenon_decimal_compare(value, read_back) != 0)
        return false;
    *out = (cell){.type = CELL_REAL, .as.real = real};
    return true;
}

/* ---- names of types -------------------------------------------------------------------------- */

const char *tenon__sqlite_slot_type(const tenon__slot *slot)
{
    static const char *const names[] = {
        [TENON_KIND_BOOL] = "INTEGER",    [TENON_KIND_INT16] = "INTEGER",
        [TENON_KIND_INT32] = "INTEGER",   [TENON_KIND_INT64] = "INTEGER",
        [TENON_KIND_FLOAT] = "REAL",      [TENON_KIND_DOUBLE] = "REAL",
        [TENON_KIND_DECIMAL] = "NUMERIC", [TENON_KIND_BYTES] = "BLOB",
        [TENON_KIND_VECTOR] = "BLOB",     [TENON_KIND_PACKED] = "BLOB",
    };
    if (slot->as_text)
        return "TEXT";
    if (!slot->field)
        return "INTEGER";
    const char *name = slot->field->kind < TENON__COUNT(names) ? names[slot->field->kind] : NULL;
    return name ? name : "TEXT";
}
