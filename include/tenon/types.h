/* The C values of columns.
 *
 * Row structs hold these; docs/types.md has the table from schema type to C type. A nullable column
 * of a pointer-like type is NULL; of any other type it is a tenon_opt_… . Structs that hold text
 * start with an integer on purpose: a string literal given where such a struct is wanted is then a
 * compile error instead of being taken for the first member. */
#ifndef TENON_TYPES_H
#define TENON_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <tenon/error.h>
#include <tenon/export.h>

#ifdef __cplusplus
extern "C" {
#endif

/* An exact decimal number as text: [-]digits[.digits], "NaN", "Infinity" or "-Infinity". `len` may
 * be 0, then the text is measured. As a nullable value: .text == NULL is NULL. */
typedef struct tenon_decimal {
    size_t len;
    const char *text;
} tenon_decimal;

/* An instant in microseconds since 1970-01-01 00:00 UTC; INT64_MAX and INT64_MIN are PostgreSQL's
 * infinity and -infinity. */
typedef struct tenon_time {
    int64_t us;
} tenon_time;

/* Days since 1970-01-01; INT32_MAX and INT32_MIN are infinity and -infinity. */
typedef struct tenon_date {
    int32_t days;
} tenon_date;

/* A time of day in microseconds since midnight, 0 … 86,400,000,000. */
typedef struct tenon_clock {
    int64_t us;
} tenon_clock;

/* A time of day with its offset in seconds east of UTC. */
typedef struct tenon_clock_tz {
    int64_t us;
    int32_t offset_seconds;
} tenon_clock_tz;

/* PostgreSQL's interval: three parts, each with a sign of its own, which no calendar turns into
 * each other. All three at their largest or smallest are infinity and -infinity (PostgreSQL 17). */
typedef struct tenon_interval {
    int32_t months;
    int32_t days;
    int64_t us;
} tenon_interval;

/* JSON text (UTF-8). `len` 0 with a text: it is measured. .text == NULL is NULL. */
typedef struct tenon_json {
    size_t len;
    const char *text;
} tenon_json;

/* `data` == NULL is NULL in a nullable column; an empty value has a non-NULL pointer and len 0. */
typedef struct tenon_bytes {
    size_t len;
    const void *data;
} tenon_bytes;

/* 16 bytes, most significant first: hi is the first eight as a big-endian number. */
typedef struct tenon_uuid {
    uint64_t hi, lo;
} tenon_uuid;

/* pgvector's vector: numbers of single precision, none of them NaN or infinite. `items` == NULL is
 * NULL in a nullable column. */
typedef struct tenon_vector {
    size_t count;
    const float *items;
} tenon_vector;

/* How far two vectors are from each other; the nearest have the least. */
typedef enum tenon_metric {
    TENON_L2 = 1,        /* the straight line */
    TENON_INNER_PRODUCT, /* the negative inner product */
    TENON_COSINE         /* 1 - the cosine of the angle: 0 … 2 */
} tenon_metric;

#define TENON_DECLARE_OPTIONAL(name, type)                                                         \
    typedef struct name {                                                                          \
        bool has;                                                                                  \
        type value;                                                                                \
    } name

TENON_DECLARE_OPTIONAL(tenon_opt_bool, bool);
TENON_DECLARE_OPTIONAL(tenon_opt_int16, int16_t);
TENON_DECLARE_OPTIONAL(tenon_opt_int32, int32_t);
TENON_DECLARE_OPTIONAL(tenon_opt_int64, int64_t);
TENON_DECLARE_OPTIONAL(tenon_opt_float, float);
TENON_DECLARE_OPTIONAL(tenon_opt_double, double);
TENON_DECLARE_OPTIONAL(tenon_opt_time, tenon_time);
TENON_DECLARE_OPTIONAL(tenon_opt_date, tenon_date);
TENON_DECLARE_OPTIONAL(tenon_opt_clock, tenon_clock);
TENON_DECLARE_OPTIONAL(tenon_opt_clock_tz, tenon_clock_tz);
TENON_DECLARE_OPTIONAL(tenon_opt_interval, tenon_interval);
TENON_DECLARE_OPTIONAL(tenon_opt_uuid, tenon_uuid);

/* An array column. It never holds NULL elements: one in the database is a TYPE error. */
#define TENON_DECLARE_ARRAY(name, type)                                                            \
    typedef struct name {                                                                          \
        type const *items;                                                                         \
        size_t count;                                                                              \
    } name

TENON_DECLARE_ARRAY(tenon_bool_array, bool);
TENON_DECLARE_ARRAY(tenon_int16_array, int16_t);
TENON_DECLARE_ARRAY(tenon_int32_array, int32_t);
TENON_DECLARE_ARRAY(tenon_int64_array, int64_t);
TENON_DECLARE_ARRAY(tenon_float_array, float);
TENON_DECLARE_ARRAY(tenon_double_array, double);
TENON_DECLARE_ARRAY(tenon_decimal_array, tenon_decimal);
TENON_DECLARE_ARRAY(tenon_text_array, const char *);
TENON_DECLARE_ARRAY(tenon_json_array, tenon_json);
TENON_DECLARE_ARRAY(tenon_bytes_array, tenon_bytes);
TENON_DECLARE_ARRAY(tenon_uuid_array, tenon_uuid);
TENON_DECLARE_ARRAY(tenon_time_array, tenon_time);
TENON_DECLARE_ARRAY(tenon_date_array, tenon_date);
TENON_DECLARE_ARRAY(tenon_clock_array, tenon_clock);
TENON_DECLARE_ARRAY(tenon_clock_tz_array, tenon_clock_tz);
TENON_DECLARE_ARRAY(tenon_interval_array, tenon_interval);

/* ---- from and to text -------------------------------------------------------------------------
 * Parsers take the whole string and refuse what they cannot represent exactly: they return false,
 * leave *out alone and fill *err with TENON_RANGE or TENON_TYPE. err may be NULL and need not be
 * initialised; it is not touched on success. Formatters write at most `size` bytes including the
 * NUL and return the length of the whole text, as snprintf does; the sizes below always suffice. */

enum {
    TENON_TIME_TEXT_SIZE = 40,
    TENON_INTERVAL_TEXT_SIZE = 64,
    TENON_UUID_TEXT_SIZE = 37,
    TENON_DECIMAL_INT64_TEXT_SIZE = 24
};

/* RFC 3339 / ISO 8601: "2024-02-29T12:34:56.789Z", with "T" or a space, an offset or none (= UTC),
 * " BC" at the end for years before 1; seconds may be left out, 24:00 is the end of the day. Finer
 * than a microsecond is TENON_RANGE unless the rest is zeros, and so is a leap second. */
TENON_API bool tenon_time_parse(const char *text, tenon_time *out, tenon_error *err);
/* "2024-02-29T12:34:56.789012Z", always six digits of fraction; "infinity", "-infinity". Years
 * beyond 9999 and before 1 as PostgreSQL prints: "0044-03-15T12:00:00.000000Z BC". */
TENON_API size_t tenon_time_format(tenon_time time, char *text, size_t size);
TENON_API tenon_time tenon_time_now(void);
TENON_API bool tenon_date_parse(const char *text, tenon_date *out, tenon_error *err);
TENON_API size_t tenon_date_format(tenon_date date, char *text, size_t size);
TENON_API bool tenon_clock_parse(const char *text, tenon_clock *out, tenon_error *err);
TENON_API size_t tenon_clock_format(tenon_clock clock, char *text, size_t size);
TENON_API bool tenon_clock_tz_parse(const char *text, tenon_clock_tz *out, tenon_error *err);
TENON_API size_t tenon_clock_tz_format(tenon_clock_tz clock, char *text, size_t size);

/* ISO 8601: "P1Y2M3DT4H5M6.5S", each number with a sign of its own; weeks are read too. A fraction
 * is for seconds only, at most microseconds. Written as PostgreSQL's intervalstyle iso_8601. */
TENON_API bool tenon_interval_parse(const char *text, tenon_interval *out, tenon_error *err);
TENON_API size_t tenon_interval_format(tenon_interval interval, char *text, size_t size);
/* -1, 0 or 1 as PostgreSQL compares: a month counts as 30 days, a day as 24 hours. */
TENON_API int tenon_interval_compare(tenon_interval a, tenon_interval b);

/* NaN where the counts differ, and for the cosine of a vector of zeros. */
TENON_API double tenon_vector_distance(tenon_metric metric, tenon_vector a, tenon_vector b);

/* The 36-character form, either case; braces and other spellings are refused. */
TENON_API bool tenon_uuid_parse(const char *text, tenon_uuid *out, tenon_error *err);
TENON_API size_t tenon_uuid_format(tenon_uuid uuid, char *text, size_t size);

/* A decimal from text that stays where it is (borrowed); the text is checked. RANGE beyond 131072
 * digits before or 16383 behind the point, PostgreSQL's limits. */
TENON_API bool tenon_decimal_parse(const char *text, tenon_decimal *out, tenon_error *err);
/* Writes the number into `buffer` (TENON_DECIMAL_INT64_TEXT_SIZE bytes) and points *out at it. */
TENON_API tenon_decimal tenon_decimal_from_int64(int64_t value, char *buffer);
/* RANGE when it is not a whole number in int64's range: never rounds. */
TENON_API bool tenon_decimal_to_int64(tenon_decimal decimal, int64_t *out, tenon_error *err);
/* RANGE when the number has no double that prints back as the same number: never rounds. The
 * double has exactly the decimal's value, or the decimal is the shortest text that reads as this
 * double. */
TENON_API bool tenon_decimal_to_double(tenon_decimal decimal, double *out, tenon_error *err);
/* The nearest double, rounding: for charts and other places where an approximation is wanted. NaN
 * for a text that is no number. */
TENON_API double tenon_decimal_approximate(tenon_decimal decimal);
/* -1, 0 or 1 by numeric value ("1.0" equals "1"); NaN, as which a text that is no number counts,
 * equals itself and is above everything, as in PostgreSQL. */
TENON_API int tenon_decimal_compare(tenon_decimal a, tenon_decimal b);

#ifdef __cplusplus
}
#endif
#endif
