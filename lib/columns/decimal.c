/* Decimals as whole numbers of 128 bits.
 *
 * A column of numeric(p, s) holds multiples of 10^-s with at most p digits, so its values times
 * 10^s are whole numbers; 38 digits fit. The text is read digit by digit: zeros that the scale has
 * room for are added, and a digit that it has no room for is a refusal, not a rounding. */
#include "columns/columns.h"

__extension__ typedef unsigned __int128 wide;

typedef struct digits {
    wide value;
    int32_t fraction; /* digits behind the point */
    int count;        /* without leading zeros */
    bool is_behind;
} digits;

static bool add_digit(digits *d, unsigned digit)
{
    d->count += d->count || digit;
    d->fraction += d->is_behind;
    d->value = d->value * 10 + digit;
    return d->count <= TENON__INT128_DIGITS;
}

static bool read_digits(digits *d, const char *at, const char *end, int32_t scale)
{
    for (; at < end; at++) {
        if (*at == '.' && !d->is_behind) {
            d->is_behind = true;
            continue;
        }
        bool is_spare_zero = *at == '0' && d->is_behind && d->fraction == scale;
        if (is_spare_zero)
            continue;
        if (*at < '0' || *at > '9' || (d->is_behind && d->fraction == scale) ||
            !add_digit(d, (unsigned)(*at - '0')))
            return false;
    }
    d->is_behind = true;
    while (d->fraction < scale)
        if (!add_digit(d, 0))
            return false;
    return true;
}

bool tenon__int128_from_decimal(tenon_decimal decimal, int32_t scale, tenon_int128 *out)
{
    const char *end = decimal.text + decimal.len;
    bool is_negative = decimal.len && decimal.text[0] == '-';
    digits d = {0};
    if (decimal.len <= (size_t)is_negative ||
        !read_digits(&d, decimal.text + is_negative, end, scale))
        return false;
    wide value = is_negative ? -d.value : d.value;
    *out = (tenon_int128){.low = (uint64_t)value, .high = (int64_t)(value >> 64)};
    return true;
}
