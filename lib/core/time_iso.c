/* One form of a time, "2024-02-29T12:34:56.789+00:00", where every character has its place.
 *
 * SQLite databases hold their times in it, so each one of every row is read and written here: by
 * position, without the scanner that takes whatever a human may write. */
#include "core/civil.h"

#define PATTERN "0000-00-00T00:00:00.000000+00:00"
#define ZONE "+00:00"
enum {
    MONTH_AT = 5,
    DAY_AT = 8,
    HOUR_AT = 11,
    MINUTE_AT = 14,
    SECOND_AT = 17,
    MS_AT = 20,
    US_AT = 23,
    ZONE_LENGTH = sizeof ZONE - 1
};

/* 0001-01-01 and 10000-01-01 in microseconds since 1970. */
#define YEAR_1_US INT64_C(-62135596800000000)
#define YEAR_10000_US INT64_C(253402300800000000)

/* ---- writing ---------------------------------------------------------------------------------- */

static void put_two(char *at, int64_t value)
{
    at[0] = (char)('0' + value / 10);
    at[1] = (char)('0' + value % 10);
}

static void put_three(char *at, int64_t value)
{
    at[0] = (char)('0' + value / 100);
    put_two(at + 1, value % 100);
}

static void put_date(char *text, int64_t days)
{
    civil_date date = tenon__civil_from_days(days);
    put_two(text, date.year / 100);
    put_two(text + 2, date.year % 100);
    put_two(text + MONTH_AT, date.month);
    put_two(text + DAY_AT, date.day);
}

static void put_clock(char *text, int64_t us)
{
    int64_t seconds = us / SECOND_US;
    put_two(text + HOUR_AT, seconds / 3600);
    put_two(text + MINUTE_AT, seconds / 60 % 60);
    put_two(text + SECOND_AT, seconds % 60);
    put_three(text + MS_AT, us % SECOND_US / 1000);
    put_three(text + US_AT, us % 1000);
}

size_t tenon__time_to_iso(tenon_time time, char text[TENON__ISO_TIME_SIZE])
{
    if (time.us < YEAR_1_US || time.us >= YEAR_10000_US)
        return 0;
    int64_t us = time.us % DAY_US, days = time.us / DAY_US;
    if (us < 0)
        us += DAY_US, days--;
    memcpy(text, PATTERN, sizeof PATTERN);
    put_date(text, days);
    put_clock(text, us);
    if (us % 1000 != 0)
        return US_AT + 3 + ZONE_LENGTH;
    memcpy(text + US_AT, ZONE, sizeof ZONE);
    return US_AT + ZONE_LENGTH;
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* Numbers by position. What is no digit, and any other mistake, sets a bit that stays. */
typedef struct iso_reader {
    const char *text;
    unsigned mistakes;
} iso_reader;

static int digit(iso_reader *reader, int at)
{
    unsigned value = (unsigned char)reader->text[at] - (unsigned)'0';
    reader->mistakes |= value > 9;
    return (int)value;
}

static int two_digits(iso_reader *reader, int at)
{
    return digit(reader, at) * 10 + digit(reader, at + 1);
}

static int three_digits(iso_reader *reader, int at)
{
    return digit(reader, at) * 100 + two_digits(reader, at + 1);
}

static int two_digits_to(iso_reader *reader, int at, int most)
{
    int value = two_digits(reader, at);
    reader->mistakes |= value > most;
    return value;
}

static void expect(iso_reader *reader, int at, char c)
{
    reader->mistakes |= reader->text[at] != c;
}

static int64_t read_days(iso_reader *reader)
{
    civil_date date = {.year = two_digits(reader, 0) * 100 + two_digits(reader, 2),
                       .month = two_digits_to(reader, MONTH_AT, 12),
                       .day = two_digits(reader, DAY_AT)};
    expect(reader, MONTH_AT - 1, '-');
    expect(reader, DAY_AT - 1, '-');
    if (reader->mistakes || date.year < 1 || date.month < 1 || date.day < 1 ||
        date.day > tenon__days_in_month(date.year, date.month))
        reader->mistakes = 1;
    return reader->mistakes ? 0 : tenon__civil_to_days(date);
}

static int64_t read_seconds(iso_reader *reader)
{
    expect(reader, HOUR_AT - 1, 'T');
    expect(reader, MINUTE_AT - 1, ':');
    expect(reader, SECOND_AT - 1, ':');
    return two_digits_to(reader, HOUR_AT, 23) * 3600 + two_digits_to(reader, MINUTE_AT, 59) * 60 +
           two_digits_to(reader, SECOND_AT, 59);
}

/* Three digits more only where they say something. */
static int64_t read_fraction(iso_reader *reader, size_t length)
{
    expect(reader, MS_AT - 1, '.');
    int ms = three_digits(reader, MS_AT);
    if (length == US_AT + ZONE_LENGTH)
        return ms * 1000;
    int us = three_digits(reader, US_AT);
    reader->mistakes |= us == 0;
    return ms * 1000 + us;
}

bool tenon__time_from_iso(const char *text, size_t length, tenon_time *out)
{
    if (length != US_AT + ZONE_LENGTH && length != US_AT + 3 + ZONE_LENGTH)
        return false;
    if (memcmp(text + length - ZONE_LENGTH, ZONE, ZONE_LENGTH) != 0)
        return false;
    iso_reader reader = {.text = text};
    int64_t us = read_days(&reader) * DAY_US;
    us += read_seconds(&reader) * SECOND_US;
    us += read_fraction(&reader, length);
    if (reader.mistakes)
        return false;
    out->us = us;
    return true;
}
