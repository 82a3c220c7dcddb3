/* What the files for dates and times of this folder share: calendar arithmetic, a scanner that
 * keeps its first problem, and a writer of digits. Text is written and read without printf and
 * strtol: this happens for every DateTime of every row on SQLite, and must not depend on a locale.
 */
#ifndef TENON_CORE_CIVIL_H
#define TENON_CORE_CIVIL_H

#include "core/core.h"

#define SECOND_US INT64_C(1000000)
#define MINUTE_US (60 * SECOND_US)
#define HOUR_US (60 * MINUTE_US)
#define DAY_US (24 * HOUR_US)

/* Years have at least four digits, fractions of a second exactly six. */
enum { CIVIL_YEAR_DIGITS = 4, CIVIL_FRACTION_DIGITS = 6 };

/* The first day that PostgreSQL knows, 4714-11-24 BC, in days since 1970-01-01. */
enum { FIRST_DAY = -2440588 };

/* Years are astronomical: 0 is 1 BC, -1 is 2 BC. */
typedef struct civil_date {
    int64_t year;
    int month, day;
} civil_date;

enum {
    ERA_YEARS = 400,
    ERA_DAYS = 146097,
    EPOCH_SHIFT_DAYS = 719468, /* from 0000-03-01 to 1970-01-01 */
    MARCH_DAYS = 306           /* from the first of March to that of January */
};

/* Years are counted from so long ago that dividing them needs no care for negative ones: up to nine
 * digits. */
#define CIVIL_ERAS INT64_C(2500000)

/* Here, because every time of a list on SQLite goes through it. */
static inline int64_t tenon__civil_to_days(civil_date date)
{
    bool is_before_march = date.month <= 2;
    uint64_t year = (uint64_t)(date.year + CIVIL_ERAS * ERA_YEARS - is_before_march),
             century = year / 100;
    unsigned month_from_march = (unsigned)date.month + (is_before_march ? 9 : -3U);
    uint64_t days = year * 365 + year / 4 - century + century / 4 +
                    (153 * month_from_march + 2) / 5 + (unsigned)date.day;
    return (int64_t)days - (CIVIL_ERAS * ERA_DAYS + EPOCH_SHIFT_DAYS + 1);
}

civil_date tenon__civil_from_days(int64_t days);
/* `month` is 1 … 12. */
int tenon__days_in_month(int64_t year, int month);

/* Reads a text from left to right. The first problem is kept and makes all later reads do nothing.
 */
typedef struct time_scan {
    const char *at;
    tenon_status status;
    const char *problem;
} time_scan;

void tenon__scan_refuse(time_scan *scan, tenon_status status, const char *problem);
/* Takes the character or the word when it comes next. */
bool tenon__scan_accept(time_scan *scan, char c);
bool tenon__scan_accept_word(time_scan *scan, const char *word);
/* year "-" month "-" day, as written: whether the year is one before Christ is known only at the
 * end of the text, so it is tenon__scan_era that checks the date. */
civil_date tenon__scan_date(time_scan *scan);
/* [" BC"]; gives the day of the date. */
int64_t tenon__scan_era(time_scan *scan, civil_date date);
/* Digits behind a point, in microseconds: at most six, then zeros. */
int64_t tenon__scan_fraction(time_scan *scan);
/* hour ":" minute [":" second ["." fraction]], in microseconds since midnight; 24:00 is the end of
 * day. */
int64_t tenon__scan_clock(time_scan *scan);
/* "Z" or ["+" | "-"] hour [":" minute [":" second]], in seconds; `*has` says whether there was one.
 */
int32_t tenon__scan_offset(time_scan *scan, bool *has);
/* The text must end here. On a problem fills *err, quoting the text, and returns false. */
bool tenon__scan_finish(time_scan *scan, const char *text, tenon_error *err);

/* A text of at most TENON_INTERVAL_TEXT_SIZE - 1 characters under construction. */
typedef struct time_text {
    char text[TENON_INTERVAL_TEXT_SIZE];
    size_t length;
} time_text;

void tenon__text_word(time_text *out, const char *word);
void tenon__text_digits(time_text *out, uint64_t value, int least_digits);
void tenon__text_date(time_text *out, civil_date date);
/* " BC" where the date is before year 1. */
void tenon__text_era(time_text *out, civil_date date);
void tenon__text_clock(time_text *out, int64_t us);
/* Copies into the caller's field, cut to `size`; gives the whole length. */
size_t tenon__text_finish(const time_text *out, char *text, size_t size);

#endif
