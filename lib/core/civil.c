/* The calendar.
 *
 * All dates are of the proleptic Gregorian calendar, as in PostgreSQL and ISO 8601. A year that
 * begins in March has its leap day last, which turns both directions into closed formulas over eras
 * of 400 years; no table and no loop. */
#include "core/civil.h"

/* Within a century a year takes (4 * 365 + 1) / 4 days, and within a year a month (153 / 5): both
 * are lines whose steps fall right, so that one multiplication gives the quotient in its upper half
 * and what is left in its lower one (Neri and Schneider, Euclidean affine functions, 2022). */
civil_date tenon__civil_from_days(int64_t days)
{
    uint64_t from_eras = (uint64_t)(days + (CIVIL_ERAS * ERA_DAYS + EPOCH_SHIFT_DAYS));
    uint64_t era = from_eras / ERA_DAYS;
    uint32_t quarters = (uint32_t)(from_eras - era * ERA_DAYS) * 4 + 3;
    uint32_t century = quarters / ERA_DAYS;
    uint64_t years = UINT64_C(2939745) * ((quarters - century * ERA_DAYS) | 3);
    uint32_t day_of_year = (uint32_t)years / 2939745 / 4;
    uint32_t months = 2141 * day_of_year + 197913;
    bool is_next_year = day_of_year >= MARCH_DAYS;
    int64_t of_era = century * 100 + (uint32_t)(years >> 32);
    int64_t year = ((int64_t)era - CIVIL_ERAS) * ERA_YEARS + of_era;
    return (civil_date){.year = year + is_next_year,
                        .month = (int)(months >> 16) - (is_next_year ? 12 : 0),
                        .day = (int)((months & 0xFFFF) / 2141) + 1};
}

int tenon__days_in_month(int64_t year, int month)
{
    static const signed char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    return days[month - 1] + (month == 2 && is_leap);
}
