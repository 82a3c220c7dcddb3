/* For peers whose library exchanges values as text: times and lists of keys. */
#ifndef BENCH_TEXT_H
#define BENCH_TEXT_H

#include "../sample.h"

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { TEXT_TIME_SIZE = 48, TEXT_ROWS_SIZE = BENCH_ROWS * 320 };

/* "2024-02-29 12:34:56.789", or with T and +00:00 as it stands in SQLite; digits of the fraction
 * may be missing. */
static inline int64_t text_read_time(const char *text)
{
    struct tm t;
    memset(&t, 0, sizeof t);
    int end = 0;
    if (sscanf(text, "%d-%d-%d%*c%d:%d:%d%n", &t.tm_year, &t.tm_mon, &t.tm_mday, &t.tm_hour,
               &t.tm_min, &t.tm_sec, &end) != 6)
        return 0;
    t.tm_year -= 1900;
    t.tm_mon--;
    int64_t us = (int64_t)timegm(&t) * 1000000, unit = 100000;
    for (const char *at = text + end + (text[end] == '.'); *at >= '0' && *at <= '9'; at++) {
        us += (*at - '0') * unit;
        unit /= 10;
    }
    return us;
}

static inline void text_write_time(char to[TEXT_TIME_SIZE], int64_t us, int is_sqlite)
{
    time_t seconds = (time_t)(us / 1000000);
    struct tm t;
    gmtime_r(&seconds, &t);
    char date[24];
    strftime(date, sizeof date, is_sqlite ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &t);
    snprintf(to, TEXT_TIME_SIZE, "%s.%03d%s", date, (int)(us / 1000 % 1000),
             is_sqlite ? "+00:00" : "");
}

/* "{1,2,3}" for PostgreSQL, "[1,2,3]" for SQLite. `to` has 12 bytes for each and 3 more. */
static inline void text_write_keys(char *to, const int *keys, size_t count, int is_sqlite)
{
    char *at = to;
    *at++ = is_sqlite ? '[' : '{';
    for (size_t i = 0; i < count; i++)
        at += sprintf(at, i ? ",%d" : "%d", keys[i]);
    *at++ = is_sqlite ? ']' : '}';
    *at = '\0';
}

/* All samples as one JSON value, which PostgreSQL makes rows of (json_to_recordset). */
static inline void text_write_rows(char to[TEXT_ROWS_SIZE])
{
    const bench_sample *s = bench_samples();
    char *at = to, time[TEXT_TIME_SIZE], age[12];
    for (int k = 0; k < BENCH_ROWS; k++, s++) {
        text_write_time(time, s->created_at_us, 0);
        snprintf(age, sizeof age, "%d", s->age);
        at +=
            sprintf(at,
                    "%c{\"name\":\"%s\",\"email\":\"%s\",\"age\":%s,"
                    "\"created_at\":\"%s\",\"profile\":%s}",
                    k ? ',' : '[', s->name, s->email, s->has_age ? age : "null", time, s->profile);
    }
    strcpy(at, "]");
}

#endif
