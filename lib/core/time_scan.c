/* Reading dates and times from left to right.
 *
 * The scanner is sticky: a rule reads on as if all were well, and the end asks once. Each problem
 * says what belongs at its place, since the whole text is quoted beside it. */
#include "core/civil.h"

enum {
    MOST_YEAR_DIGITS = 7,
    MOST_OFFSET_HOUR = 15, /* as in PostgreSQL */
    MOST_SHOWN_BYTES = 60  /* of a text that is quoted in an error */
};

void tenon__scan_refuse(time_scan *scan, tenon_status status, const char *problem)
{
    if (scan->status != TENON_OK)
        return;
    scan->status = status;
    scan->problem = problem;
}

bool tenon__scan_accept(time_scan *scan, char c)
{
    if (scan->status != TENON_OK || *scan->at != c)
        return false;
    scan->at++;
    return true;
}

bool tenon__scan_accept_word(time_scan *scan, const char *word)
{
    size_t length = strlen(word);
    if (scan->status != TENON_OK || strncmp(scan->at, word, length) != 0)
        return false;
    scan->at += length;
    return true;
}

static void expect(time_scan *scan, char c, const char *problem)
{
    if (!tenon__scan_accept(scan, c))
        tenon__scan_refuse(scan, TENON_TYPE, problem);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static int scan_digits(time_scan *scan, int least, int most, const char *problem)
{
    int value = 0, count = 0;
    if (scan->status != TENON_OK)
        return 0;
    for (; count < most && is_digit(*scan->at); count++)
        value = value * 10 + (*scan->at++ - '0');
    if (count < least || is_digit(*scan->at))
        tenon__scan_refuse(scan, TENON_TYPE, problem);
    return value;
}

static int scan_two(time_scan *scan, int most_value, const char *problem)
{
    int value = scan_digits(scan, 2, 2, problem);
    if (value > most_value)
        tenon__scan_refuse(scan, TENON_RANGE, problem);
    return value;
}

civil_date tenon__scan_date(time_scan *scan)
{
    static const char shape[] = "a date is written as in 2024-02-29";
    civil_date date = {.year = scan_digits(scan, CIVIL_YEAR_DIGITS, MOST_YEAR_DIGITS, shape)};
    expect(scan, '-', shape);
    date.month = scan_two(scan, 12, "the month is 01 … 12");
    expect(scan, '-', shape);
    date.day = scan_two(scan, 31, "the day is 01 … 31");
    return date;
}

int64_t tenon__scan_era(time_scan *scan, civil_date date)
{
    if (date.year == 0)
        tenon__scan_refuse(scan, TENON_RANGE, "there is no year 0; 0001 BC is before 0001");
    if (tenon__scan_accept_word(scan, " BC"))
        date.year = 1 - date.year;
    if (scan->status == TENON_OK &&
        (date.month < 1 || date.day < 1 || date.day > tenon__days_in_month(date.year, date.month)))
        tenon__scan_refuse(scan, TENON_RANGE, "the month has no such day");
    return scan->status == TENON_OK ? tenon__civil_to_days(date) : 0;
}

int64_t tenon__scan_fraction(time_scan *scan)
{
    int64_t us = 0;
    int count = 0;
    for (; is_digit(*scan->at); scan->at++, count++) {
        if (count < CIVIL_FRACTION_DIGITS)
            us = us * 10 + (*scan->at - '0');
        else if (*scan->at != '0')
            tenon__scan_refuse(scan, TENON_RANGE, "a time has no more than microseconds");
    }
    if (count == 0)
        tenon__scan_refuse(scan, TENON_TYPE, "digits must follow the point");
    for (; count < CIVIL_FRACTION_DIGITS; count++)
        us *= 10;
    return us;
}

int64_t tenon__scan_clock(time_scan *scan)
{
    static const char shape[] = "a time of day is written as in 23:59:59.999";
    int64_t us = scan_two(scan, 24, "the hour is 00 … 24") * HOUR_US;
    expect(scan, ':', shape);
    us += scan_two(scan, 59, "the minute is 00 … 59") * MINUTE_US;
    if (tenon__scan_accept(scan, ':')) {
        us += scan_two(scan, 59, "the second is 00 … 59") * SECOND_US;
        if (tenon__scan_accept(scan, '.'))
            us += tenon__scan_fraction(scan);
    }
    if (us > DAY_US)
        tenon__scan_refuse(scan, TENON_RANGE, "a day ends at 24:00:00");
    return us;
}

int32_t tenon__scan_offset(time_scan *scan, bool *has)
{
    *has = tenon__scan_accept(scan, 'Z') || tenon__scan_accept(scan, 'z');
    if (*has)
        return 0;
    bool is_west = tenon__scan_accept(scan, '-');
    *has = is_west || tenon__scan_accept(scan, '+');
    if (!*has)
        return 0;
    int seconds = scan_two(scan, MOST_OFFSET_HOUR, "the offset is -15:59:59 … +15:59:59") * 3600;
    if (tenon__scan_accept(scan, ':')) {
        seconds += scan_two(scan, 59, "the offset's minute is 00 … 59") * 60;
        if (tenon__scan_accept(scan, ':'))
            seconds += scan_two(scan, 59, "the offset's second is 00 … 59");
    }
    return is_west ? -seconds : seconds;
}

bool tenon__scan_finish(time_scan *scan, const char *text, tenon_error *err)
{
    if (scan->status == TENON_OK && *scan->at)
        tenon__scan_refuse(scan, TENON_TYPE, "something follows that does not belong there");
    if (scan->status == TENON_OK)
        return true;
    int shown = (int)tenon__utf8_cut(text, strlen(text), MOST_SHOWN_BYTES);
    tenon_error_reset(err);
    return tenon__fail(err, scan->status, "'%.*s': %s", shown, text, scan->problem);
}
