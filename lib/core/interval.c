/* Intervals: months, days and microseconds, which no calendar turns into each other.
 *
 * The text is an ISO 8601 duration as PostgreSQL prints it with intervalstyle = iso_8601: units of
 * zero are left out, each number has a sign of its own, P1Y2M-3DT4H. It takes the three parts
 * apart without loss, so texts of the same value are equal. What is read is wider: weeks, a plus,
 * 90 minutes. A fraction is for seconds only, because half a month is no number of days.
 *
 * Intervals are compared by an estimate, like the server's: a month is 30 days, a day 24 hours. So
 * P1M and P30D are equal and yet different values. */
#include "core/civil.h"

static const char shape[] = "an interval is written as in P1Y2M3DT4H5M6.5S";

/* ---- reading --------------------------------------------------------------------------------- */

typedef struct unit {
    char letter;
    int64_t size;
    int part;
} unit;

enum { MONTHS, DAYS, MICROSECONDS, PARTS };

static const unit date_units[] = {
    {'Y', 12, MONTHS}, {'M', 1, MONTHS}, {'W', 7, DAYS}, {'D', 1, DAYS}};
static const unit clock_units[] = {
    {'H', HOUR_US, MICROSECONDS}, {'M', MINUTE_US, MICROSECONDS}, {'S', SECOND_US, MICROSECONDS}};

static void refuse_range(time_scan *scan)
{
    tenon__scan_refuse(scan, TENON_RANGE, "no interval is that long");
}

static bool is_number_next(const time_scan *scan)
{
    return scan->status == TENON_OK && *scan->at && strchr("+-0123456789", *scan->at);
}

/* ["+" | "-"] digits */
static int64_t scan_whole(time_scan *scan, bool *is_negative)
{
    int64_t value = 0;
    *is_negative = tenon__scan_accept(scan, '-');
    if (!*is_negative)
        tenon__scan_accept(scan, '+');
    if (*scan->at < '0' || *scan->at > '9')
        tenon__scan_refuse(scan, TENON_TYPE, shape);
    for (; *scan->at >= '0' && *scan->at <= '9'; scan->at++) {
        int digit = *is_negative ? '0' - *scan->at : *scan->at - '0';
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, digit, &value))
            refuse_range(scan);
    }
    return value;
}

static void add(time_scan *scan, int64_t *sum, int64_t count, int64_t size)
{
    int64_t product;
    if (__builtin_mul_overflow(count, size, &product) || __builtin_add_overflow(*sum, product, sum))
        refuse_range(scan);
}

/* (number unit)*, each unit at most once and in the order of the table; how many there were. */
static int scan_quantities(time_scan *scan, const unit *units, size_t count, int64_t *sums)
{
    int found = 0;
    for (size_t i = 0; is_number_next(scan); found++) {
        bool is_negative;
        int64_t whole = scan_whole(scan, &is_negative), fraction_us = 0;
        bool has_fraction = tenon__scan_accept(scan, '.');
        if (has_fraction)
            fraction_us = tenon__scan_fraction(scan);
        while (i < count && *scan->at != units[i].letter)
            i++;
        if (i == count || (has_fraction && units[i].letter != 'S')) {
            tenon__scan_refuse(scan, TENON_TYPE, shape);
            break;
        }
        add(scan, &sums[units[i].part], whole, units[i].size);
        add(scan, &sums[units[i].part], is_negative ? -fraction_us : fraction_us, 1);
        scan->at++, i++;
    }
    return found;
}

/* "P" quantities ["T" quantities] */
static tenon_interval scan_duration(time_scan *scan)
{
    int64_t sums[PARTS] = {0};
    if (!tenon__scan_accept(scan, 'P'))
        tenon__scan_refuse(scan, TENON_TYPE, shape);
    int found = scan_quantities(scan, date_units, TENON__COUNT(date_units), sums);
    if (tenon__scan_accept(scan, 'T'))
        found = scan_quantities(scan, clock_units, TENON__COUNT(clock_units), sums);
    if (found == 0)
        tenon__scan_refuse(scan, TENON_TYPE, shape);
    if (sums[MONTHS] != (int32_t)sums[MONTHS] || sums[DAYS] != (int32_t)sums[DAYS])
        refuse_range(scan);
    return (tenon_interval){(int32_t)sums[MONTHS], (int32_t)sums[DAYS], sums[MICROSECONDS]};
}

static const tenon_interval most = {INT32_MAX, INT32_MAX, INT64_MAX};
static const tenon_interval least = {INT32_MIN, INT32_MIN, INT64_MIN};

bool tenon_interval_parse(const char *text, tenon_interval *out, tenon_error *err)
{
    time_scan scan = {.at = text ? text : ""};
    tenon_interval value;
    if (tenon__scan_accept_word(&scan, "infinity"))
        value = most;
    else if (tenon__scan_accept_word(&scan, "-infinity"))
        value = least;
    else
        value = scan_duration(&scan);
    if (!tenon__scan_finish(&scan, text ? text : "", err))
        return false;
    *out = value;
    return true;
}

/* ---- writing --------------------------------------------------------------------------------- */

static uint64_t magnitude(int64_t value)
{
    return value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
}

static void put_unit(time_text *out, int64_t value, const char *letter)
{
    if (value == 0)
        return;
    tenon__text_word(out, value < 0 ? "-" : "");
    tenon__text_digits(out, magnitude(value), 1);
    tenon__text_word(out, letter);
}

static void put_seconds(time_text *out, int64_t us)
{
    uint64_t left = magnitude(us), fraction = left % SECOND_US;
    int digits = CIVIL_FRACTION_DIGITS;
    if (us == 0)
        return;
    tenon__text_word(out, us < 0 ? "-" : "");
    tenon__text_digits(out, left / SECOND_US, 1);
    for (; fraction && fraction % 10 == 0; fraction /= 10)
        digits--;
    if (fraction) {
        tenon__text_word(out, ".");
        tenon__text_digits(out, fraction, digits);
    }
    tenon__text_word(out, "S");
}

static void put_duration(time_text *out, tenon_interval value)
{
    bool has_date = value.months || value.days;
    tenon__text_word(out, "P");
    put_unit(out, value.months / 12, "Y");
    put_unit(out, value.months % 12, "M");
    put_unit(out, value.days, "D");
    if (value.us)
        tenon__text_word(out, "T");
    put_unit(out, value.us / HOUR_US, "H");
    put_unit(out, value.us % HOUR_US / MINUTE_US, "M");
    put_seconds(out, value.us % MINUTE_US);
    if (!has_date && !value.us)
        tenon__text_word(out, "T0S");
}

bool tenon__interval_is_infinite(tenon_interval value)
{
    return memcmp(&value, &most, sizeof value) == 0 || memcmp(&value, &least, sizeof value) == 0;
}

size_t tenon_interval_format(tenon_interval interval, char *text, size_t size)
{
    time_text out = {.length = 0};
    if (tenon__interval_is_infinite(interval))
        tenon__text_word(&out, interval.us > 0 ? "infinity" : "-infinity");
    else
        put_duration(&out, interval);
    return tenon__text_finish(&out, text, size);
}

/* ---- comparing ------------------------------------------------------------------------------- */

/* The estimate as whole days and what is left of one: 64 bits of microseconds do not hold it. */
typedef struct estimate {
    int64_t days, us;
} estimate;

static estimate estimate_of(tenon_interval value)
{
    int64_t days = value.us / DAY_US - (value.us % DAY_US < 0);
    return (estimate){(int64_t)value.months * 30 + value.days + days,
                      value.us % DAY_US + (value.us % DAY_US < 0 ? DAY_US : 0)};
}

int tenon_interval_compare(tenon_interval a, tenon_interval b)
{
    estimate x = estimate_of(a), y = estimate_of(b);
    if (x.days != y.days)
        return x.days < y.days ? -1 : 1;
    return (x.us > y.us) - (x.us < y.us);
}
