/* One form of a time, "2024-02-29T12:34:56.789+00:00", where every character has its place.
 *
 * SQLite databases hold their times in it, so each one of every row is read and written here: by
 * position, without the scanner that takes whatever a human may write. */
#include "core/civil.h"

#include <endian.h>

#define ZONE "+00:00"
static const char pattern[] = "0000-00-00T00:00:00.000000" ZONE;
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
#define DAY_S 86400
#define YEAR_10000_US INT64_C(253402300800000000)

/* ---- writing --------------------------------------------------------------------------------- */

/* Numbers of two digits, all at once: each stands in the byte where its first digit goes, and is
 * there in `places` too, as 15. 103 / 1024 is near enough to a tenth. What is between them is that
 * of `pattern`. */
static inline void put_pairs(char *text, size_t at, uint64_t numbers, uint64_t places)
{
    uint64_t tens = numbers * 103 >> 10 & places, word;
    memcpy(&word, pattern + at, sizeof word);
    word = htole64(le64toh(word) + tens + ((numbers - tens * 10) << 8));
    memcpy(text + at, &word, sizeof word);
}

static inline void put_three(char *at, uint32_t value)
{
    uint32_t tens = value / 10, hundreds = value / 100;
    at[0] = (char)('0' + hundreds);
    at[1] = (char)('0' + tens - hundreds * 10);
    at[2] = (char)('0' + value - tens * 10);
}

/* By the formulas of tenon__civil_from_days; for days since 0001-01-01, and no more than 10,000
 * years of them, 32 bits are enough. */
static inline void put_date(char *text, uint32_t days)
{
    uint32_t quarters = (days + MARCH_DAYS) * 4 + 3, century = quarters / ERA_DAYS;
    uint64_t years = UINT64_C(2939745) * ((quarters - century * ERA_DAYS) | 3);
    uint32_t day_of_year = (uint32_t)years / 2939745 / 4, months = 2141 * day_of_year + 197913;
    bool is_next_year = day_of_year >= MARCH_DAYS;
    uint32_t year = century * 100 + (uint32_t)(years >> 32) + is_next_year;
    uint64_t month = (months >> 16) - (is_next_year ? 12 : 0), day = (months & 0xFFFF) / 2141 + 1;
    put_pairs(text, DAY_AT, day, 0xF);
    put_pairs(text, 0, year / 100 | year % 100 << 16 | month << 8 * MONTH_AT, 0x0F00000F000F);
}

static inline void put_clock(char *text, uint32_t second, uint32_t us)
{
    uint32_t minute = second / 60, hour = minute / 60;
    uint64_t seconds = second - minute * 60;
    put_pairs(text, HOUR_AT, hour | (minute - hour * 60) << 24 | seconds << 48, 0x0F00000F00000F);
    text[MS_AT - 1] = '.';
    put_three(text + MS_AT, us / 1000);
}

TENON__HOT size_t tenon__time_to_iso(tenon_time time, char text[TENON__ISO_TIME_SIZE])
{
    if (time.us < YEAR_1_US || time.us >= YEAR_10000_US)
        return 0;
    uint64_t from_year_1 = (uint64_t)(time.us - YEAR_1_US), seconds = from_year_1 / SECOND_US;
    uint32_t us = (uint32_t)(from_year_1 - seconds * SECOND_US), day = (uint32_t)(seconds / DAY_S);
    put_date(text, day);
    put_clock(text, (uint32_t)(seconds - (uint64_t)day * DAY_S), us);
    if (us % 1000 != 0) {
        put_three(text + US_AT, us % 1000);
        memcpy(text + US_AT + 3, ZONE, sizeof ZONE);
        return US_AT + 3 + ZONE_LENGTH;
    }
    memcpy(text + US_AT, ZONE, sizeof ZONE);
    return US_AT + ZONE_LENGTH;
}

/* ---- reading --------------------------------------------------------------------------------- */

/* Eight characters at once, each less what stands at its place in `pattern`: digits become their
 * values, and what separates them becomes 0. What comes out is pairs: each byte is the number that
 * its digit and the next one are. Anything but 0 when a digit is none or a separator another one;
 * bytes of `separators` are 0xFF where one stands. */
static inline uint64_t take_eight(const char *text, size_t at, uint64_t separators, uint64_t *pairs)
{
    const uint64_t highs = 0x8080808080808080u, above_nine = 0x7676767676767676u;
    uint64_t word, zeros;
    memcpy(&word, text + at, sizeof word);
    memcpy(&zeros, pattern + at, sizeof zeros);
    word = le64toh(word ^ zeros);
    *pairs = word * 10 + (word >> 8);
    return (((word + above_nine) | word) & highs) | (word & separators);
}

/* A date and a time of day to the second, as written: every character but the last digit of the
 * milliseconds is in one of three words. */
enum { FIRST_WORD = 0, SECOND_WORD = 8, THIRD_WORD = 15 };
typedef struct iso_pairs {
    uint64_t first, second, third;
} iso_pairs;

static inline bool take_pairs(const char *text, iso_pairs *out)
{
    uint64_t wrong = take_eight(text, FIRST_WORD, 0xFF0000FF00000000u, &out->first) |
                     take_eight(text, SECOND_WORD, 0x0000FF0000FF0000u, &out->second) |
                     take_eight(text, THIRD_WORD, 0x000000FF0000FF00u, &out->third);
    return wrong == 0;
}

static inline uint32_t pair_at(uint64_t pairs, unsigned index)
{
    return (uint32_t)(pairs >> 8 * index & 0xFF);
}

/* Of a year after 0 and a month that there is. Without a call, for which the registers of all else
 * would have to be kept. */
static inline bool is_day(uint32_t year, uint32_t month, uint32_t day)
{
    static const uint8_t lengths[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (day - 1 <= 27)
        return true;
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 16 == 0);
    return day > 28 && day <= lengths[month] && (month != 2 || is_leap);
}

/* Days since 0000-03-01 and one. As tenon__civil_to_days, but four digits of a year are little
 * enough for 32 bits. */
static inline bool read_day(const iso_pairs *pairs, uint32_t *days)
{
    static const uint16_t before_month[] = {0,   306, 337, 0,   31,  61, 92,
                                            122, 153, 184, 214, 245, 275};
    uint32_t year = pair_at(pairs->first, 0) * 100 + pair_at(pairs->first, 2);
    uint32_t month = pair_at(pairs->first, MONTH_AT);
    uint32_t day = pair_at(pairs->second, DAY_AT - SECOND_WORD);
    if (year == 0 || month - 1 > 11 || !is_day(year, month, day))
        return false;
    uint32_t from_march = year - (month <= 2), century = from_march / 100;
    *days = from_march * 365 + from_march / 4 - century + century / 4 + before_month[month] + day;
    return true;
}

/* What is 128 or more with this added to each byte is no hour, minute or second. */
#define CLOCK_BEYOND(most, at) ((uint64_t)(127 - (most)) << 8 * (at))
#define CLOCK_MARK(at) (UINT64_C(128) << 8 * (at))

static inline bool read_clock(const iso_pairs *pairs, uint32_t *seconds)
{
    enum { HOUR = HOUR_AT - SECOND_WORD, MINUTE = MINUTE_AT - SECOND_WORD };
    enum { SECOND = SECOND_AT - THIRD_WORD };
    uint64_t beyond = (pairs->second + CLOCK_BEYOND(23, HOUR) + CLOCK_BEYOND(59, MINUTE)) &
                      (CLOCK_MARK(HOUR) | CLOCK_MARK(MINUTE));
    beyond |= (pairs->third + CLOCK_BEYOND(59, SECOND)) & CLOCK_MARK(SECOND);
    *seconds = pair_at(pairs->second, HOUR) * 3600 + pair_at(pairs->second, MINUTE) * 60 +
               pair_at(pairs->third, SECOND);
    return beyond == 0;
}

/* The three digits behind the milliseconds stand only where they say something. */
static bool read_us(const char *text, int *us)
{
    *us = 0;
    for (int i = 0; i < 3; i++) {
        unsigned digit = (unsigned char)text[US_AT + i] - (unsigned)'0';
        if (digit > 9)
            return false;
        *us = *us * 10 + (int)digit;
    }
    return *us > 0;
}

TENON__HOT bool tenon__time_from_iso(const char *text, size_t length, tenon_time *out)
{
    iso_pairs pairs;
    uint32_t days, seconds;
    int us = 0;
    if (TENON__UNLIKELY(length != US_AT + ZONE_LENGTH) && length != US_AT + 3 + ZONE_LENGTH)
        return false;
    if (memcmp(text + length - ZONE_LENGTH, ZONE, ZONE_LENGTH) != 0 || !take_pairs(text, &pairs) ||
        !read_day(&pairs, &days) || !read_clock(&pairs, &seconds) ||
        (length > US_AT + ZONE_LENGTH && !read_us(text, &us)))
        return false;
    int ms = (int)pair_at(pairs.third, MS_AT - THIRD_WORD) * 10 + (text[MS_AT + 2] - '0');
    int64_t days_since_1970 = (int64_t)days - (EPOCH_SHIFT_DAYS + 1);
    out->us = (days_since_1970 * DAY_S + seconds) * SECOND_US + ms * 1000 + us;
    return true;
}
