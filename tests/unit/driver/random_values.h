/* Random values of every type of a column, for tests against a server. */
#ifndef RANDOM_VALUES_H
#define RANDOM_VALUES_H

#include "generator.h"

#include "driver/driver.h"

/* An enum whose values need quoting in every way. */
extern const tenon_enum mood;

/* One wide value of any kind. */
typedef union wide {
    int truth;
    int64_t integer;
    double real;
    tenon_decimal decimal;
    const char *text;
    tenon_json json;
    tenon_bytes bytes;
    tenon_uuid uuid;
    tenon_time time;
    tenon_date date;
    tenon_clock clock;
    tenon_clock_tz clock_tz;
    tenon_interval interval;
    char room[16];
} wide;

/* A wide value that the field's column can hold; its texts lie in the arena. */
wide make_value(generator *g, tenon__arena *arena, const tenon_field *field);

#endif
