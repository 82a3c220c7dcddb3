/* The calendar.
 *
 * All dates are of the proleptic Gregorian calendar, as in PostgreSQL and ISO 8601. A year that
 * begins in March has its leap day last, which turns both directions into closed formulas over eras
 * of 400 years; no table and no loop. */
#include "core/civil.h"

TENON__HOT civil_date tenon__civil_from_days(int64_t days)
{
    uint64_t from_eras = (uint64_t)(days + (CIVIL_ERAS * ERA_DAYS + EPOCH_SHIFT_DAYS));
    uint64_t era = from_eras / ERA_DAYS;
    uint32_t day_of_era = (uint32_t)(from_eras - era * ERA_DAYS);
    uint32_t leap_days = day_of_era / 1460 - day_of_era / 36524 + day_of_era / 146096;
    uint32_t year_of_era = (day_of_era - leap_days) / 365;
    uint32_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month_from_march = (5 * day_of_year + 2) / 153;
    uint32_t month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
    int64_t year = ((int64_t)era - CIVIL_ERAS) * ERA_YEARS + year_of_era;
    return (civil_date){.year = year + (month <= 2),
                        .month = (int)month,
                        .day = (int)(day_of_year - (153 * month_from_march + 2) / 5) + 1};
}

int tenon__days_in_month(int64_t year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && is_leap);
}
