/* Times, dates, times of day, intervals: what is read is written, and read again as the same value.
 * The first eight bytes are also taken as a value, which must at least be written within its
 * field. */
#include "core/core.h"

#include "check.h"

static void check_time(const char *text)
{
    tenon_time time, again;
    char written[TENON_TIME_TEXT_SIZE];
    if (!tenon_time_parse(text, &time, NULL))
        return;
    CHECK(tenon_time_format(time, written, sizeof written) == strlen(written));
    CHECK(tenon_time_parse(written, &again, NULL) && again.us == time.us);
}

static void check_date(const char *text)
{
    tenon_date date, again;
    char written[TENON_TIME_TEXT_SIZE];
    if (!tenon_date_parse(text, &date, NULL))
        return;
    CHECK(tenon_date_format(date, written, sizeof written) == strlen(written));
    CHECK(tenon_date_parse(written, &again, NULL) && again.days == date.days);
}

static void check_clock(const char *text)
{
    tenon_clock clock, again;
    char written[TENON_TIME_TEXT_SIZE];
    if (!tenon_clock_parse(text, &clock, NULL))
        return;
    CHECK(tenon_clock_format(clock, written, sizeof written) == strlen(written));
    CHECK(tenon_clock_parse(written, &again, NULL) && again.us == clock.us);
}

static void check_clock_tz(const char *text)
{
    tenon_clock_tz clock, again;
    char written[TENON_TIME_TEXT_SIZE];
    if (!tenon_clock_tz_parse(text, &clock, NULL))
        return;
    CHECK(tenon_clock_tz_format(clock, written, sizeof written) == strlen(written));
    CHECK(tenon_clock_tz_parse(written, &again, NULL));
    CHECK(again.us == clock.us && again.offset_seconds == clock.offset_seconds);
}

static void check_interval(const char *text)
{
    tenon_interval interval, again;
    char written[TENON_INTERVAL_TEXT_SIZE];
    if (!tenon_interval_parse(text, &interval, NULL))
        return;
    CHECK(tenon_interval_format(interval, written, sizeof written) == strlen(written));
    CHECK(tenon_interval_parse(written, &again, NULL));
    CHECK(memcmp(&again, &interval, sizeof again) == 0);
    CHECK(tenon_interval_compare(again, interval) == 0);
}

/* Whatever its parts, it is written and read again. */
static void check_written(tenon_interval interval)
{
    char written[TENON_INTERVAL_TEXT_SIZE];
    CHECK(tenon_interval_format(interval, written, sizeof written) < sizeof written);
    CHECK(tenon_interval_parse(written, &interval, NULL));
}

static void check_value(int64_t value)
{
    char written[TENON_TIME_TEXT_SIZE];
    tenon_clock_tz clock = {value, (int32_t)value};
    CHECK(tenon_time_format((tenon_time){value}, written, sizeof written) < sizeof written);
    CHECK(tenon_date_format((tenon_date){(int32_t)value}, written, sizeof written) <
          sizeof written);
    CHECK(tenon_clock_tz_format(clock, written, sizeof written) < sizeof written);
    check_written((tenon_interval){(int32_t)value, (int32_t)(value >> 32), value});
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);
    int64_t value;
    check_time(text);
    check_date(text);
    check_clock(text);
    check_clock_tz(text);
    check_interval(text);
    if (size >= sizeof value) {
        memcpy(&value, data, sizeof value);
        check_value(value);
    }
    free(text);
    return 0;
}
