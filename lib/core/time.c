/* Instants, dates and times of day: the public functions, put together from the pieces of civil.c.
 *
 * The written forms are those of PostgreSQL's ISO style with RFC 3339's "T" and "Z", always with
 * six digits of fraction, so that the texts of the years 1 to 9999 sort as the times do. What is
 * read is wider: a space for the "T", any offset, fewer digits. A leap second is refused, because
 * it would be stored as another second. */
#include "core/civil.h"

static time_scan begin_scan(const char *text)
{
    return (time_scan){.at = text ? text : ""};
}

static const char *shown(const char *text)
{
    return text ? text : "";
}

static int64_t scan_infinity(time_scan *scan, int64_t most, int64_t least)
{
    if (tenon__scan_accept_word(scan, "infinity"))
        return most;
    return tenon__scan_accept_word(scan, "-infinity") ? least : 0;
}

/* In range for PostgreSQL and for the 64 bits around 1970, whose ends are the infinities. */
static int64_t join_instant(time_scan *scan, int64_t days, int64_t us_of_day, int32_t offset)
{
    int64_t us;
    bool overflows = __builtin_mul_overflow(days, DAY_US, &us) ||
                     __builtin_add_overflow(us, us_of_day - offset * SECOND_US, &us);
    if (overflows || us < FIRST_DAY * DAY_US || us == INT64_MAX)
        tenon__scan_refuse(scan, TENON_RANGE, "times run from 4714-11-24 BC to 294247-01-10");
    return us;
}

/* date ("T" | " ") clock [offset] [" BC"] */
static int64_t scan_instant(time_scan *scan)
{
    bool has_offset;
    civil_date date = tenon__scan_date(scan);
    if (!tenon__scan_accept(scan, 'T') && !tenon__scan_accept(scan, 't') &&
        !tenon__scan_accept(scan, ' '))
        tenon__scan_refuse(scan, TENON_TYPE, "a time is written as in 2024-02-29T12:34:56Z");
    int64_t us_of_day = tenon__scan_clock(scan);
    int32_t offset = tenon__scan_offset(scan, &has_offset);
    int64_t days = tenon__scan_era(scan, date);
    return join_instant(scan, days, us_of_day, offset);
}

bool tenon_time_parse(const char *text, tenon_time *out, tenon_error *err)
{
    time_scan scan = begin_scan(text);
    int64_t us = scan_infinity(&scan, INT64_MAX, INT64_MIN);
    if (us == 0)
        us = scan_instant(&scan);
    if (!tenon__scan_finish(&scan, shown(text), err))
        return false;
    out->us = us;
    return true;
}

size_t tenon_time_format(tenon_time time, char *text, size_t size)
{
    time_text out = {.length = 0};
    if (time.us == INT64_MAX || time.us == INT64_MIN) {
        tenon__text_word(&out, time.us > 0 ? "infinity" : "-infinity");
        return tenon__text_finish(&out, text, size);
    }
    int64_t days = time.us / DAY_US - (time.us % DAY_US < 0);
    int64_t us_of_day = time.us % DAY_US + (time.us % DAY_US < 0 ? DAY_US : 0);
    civil_date date = tenon__civil_from_days(days);
    tenon__text_date(&out, date);
    tenon__text_word(&out, "T");
    tenon__text_clock(&out, us_of_day);
    tenon__text_word(&out, "Z");
    tenon__text_era(&out, date);
    return tenon__text_finish(&out, text, size);
}

tenon_time tenon_time_now(void)
{
    return (tenon_time){.us = tenon__now_us()};
}

/* date [" BC"] */
static int64_t scan_day(time_scan *scan)
{
    enum { LAST_DAY = 2145042905 }; /* 5874897-12-31, PostgreSQL's last */
    int64_t days = tenon__scan_era(scan, tenon__scan_date(scan));
    if (days < FIRST_DAY || days > LAST_DAY)
        tenon__scan_refuse(scan, TENON_RANGE, "dates run from 4714-11-24 BC to 5874897-12-31");
    return days;
}

bool tenon_date_parse(const char *text, tenon_date *out, tenon_error *err)
{
    time_scan scan = begin_scan(text);
    int64_t days = scan_infinity(&scan, INT32_MAX, INT32_MIN);
    if (days == 0)
        days = scan_day(&scan);
    if (!tenon__scan_finish(&scan, shown(text), err))
        return false;
    out->days = (int32_t)days;
    return true;
}

size_t tenon_date_format(tenon_date date, char *text, size_t size)
{
    time_text out = {.length = 0};
    if (date.days == INT32_MAX || date.days == INT32_MIN) {
        tenon__text_word(&out, date.days > 0 ? "infinity" : "-infinity");
    } else {
        civil_date civil = tenon__civil_from_days(date.days);
        tenon__text_date(&out, civil);
        tenon__text_era(&out, civil);
    }
    return tenon__text_finish(&out, text, size);
}

bool tenon_clock_parse(const char *text, tenon_clock *out, tenon_error *err)
{
    time_scan scan = begin_scan(text);
    int64_t us = tenon__scan_clock(&scan);
    if (!tenon__scan_finish(&scan, shown(text), err))
        return false;
    out->us = us;
    return true;
}

size_t tenon_clock_format(tenon_clock clock, char *text, size_t size)
{
    time_text out = {.length = 0};
    tenon__text_clock(&out, clock.us);
    return tenon__text_finish(&out, text, size);
}

/* clock offset */
bool tenon_clock_tz_parse(const char *text, tenon_clock_tz *out, tenon_error *err)
{
    time_scan scan = begin_scan(text);
    bool has_offset;
    tenon_clock_tz value = {.us = tenon__scan_clock(&scan)};
    value.offset_seconds = tenon__scan_offset(&scan, &has_offset);
    if (!has_offset)
        tenon__scan_refuse(&scan, TENON_TYPE, "an offset such as Z or +05:30 is missing");
    if (!tenon__scan_finish(&scan, shown(text), err))
        return false;
    *out = value;
    return true;
}

static void add_offset(time_text *out, int32_t seconds)
{
    uint32_t left = seconds < 0 ? 0 - (uint32_t)seconds : (uint32_t)seconds;
    tenon__text_word(out, seconds < 0 ? "-" : "+");
    tenon__text_digits(out, left / 3600, 2);
    tenon__text_word(out, ":");
    tenon__text_digits(out, left / 60 % 60, 2);
    if (left % 60) {
        tenon__text_word(out, ":");
        tenon__text_digits(out, left % 60, 2);
    }
}

size_t tenon_clock_tz_format(tenon_clock_tz clock, char *text, size_t size)
{
    time_text out = {.length = 0};
    tenon__text_clock(&out, clock.us);
    add_offset(&out, clock.offset_seconds);
    return tenon__text_finish(&out, text, size);
}
