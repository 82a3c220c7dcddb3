/* Made-up values by kind. What both databases hold is the measure: no infinities, no NaN, years of
 * four digits. */
#include "model/fake.h"

#include <float.h>

#define FIRST_TIME_US INT64_C(-62135596800000000) /* 0001-01-01 */
#define LAST_TIME_US INT64_C(253402300799999999)  /* 9999-12-31T23:59:59.999999 */
#define LAST_CLOCK_US INT64_C(86399999999)
enum {
    FIRST_DAY = -719162,
    LAST_DAY = 2932896,
    MILLISECOND_DIGITS = 3,
    OFFSET_MINUTES = 14 * 60,
    MOST_MONTHS = 120,
    MOST_DAYS = 365
};

bool tenon__fake_knows(const tenon_field *field)
{
    const tenon_validation *rules = field->validation;
    bool is_ruled = rules && (rules->pattern || rules->check);
    bool is_other = field->kind == TENON_KIND_OTHER && field->pg_type == TENON_PG_OTHER;
    return !is_ruled && !is_other;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static int64_t make_integer(tenon__fake *f, const tenon_field *field, int64_t least, int64_t most)
{
    const tenon_validation *bounds = field->validation;
    if (f->is_unique)
        return (int64_t)f->number + 1;
    if (field->pg_type == TENON_PG_OID)
        least = 0, most = UINT32_MAX;
    if (bounds && bounds->has_min && bounds->min > (double)least)
        least = (int64_t)bounds->min;
    if (bounds && bounds->has_max && bounds->max < (double)most)
        most = (int64_t)bounds->max;
    return tenon__fake_between(f, least, most);
}

static double make_real(tenon__fake *f, const tenon_field *field)
{
    const bool is_float = field->kind == TENON_KIND_FLOAT;
    const double ends[] = {0, is_float ? (double)FLT_MAX : DBL_MAX,
                           is_float ? -(double)FLT_MAX : -DBL_MAX,
                           is_float ? (double)FLT_MIN : DBL_MIN};
    const tenon_validation *bounds = field->validation;
    if (bounds && (bounds->has_min || bounds->has_max))
        return bounds->has_min ? bounds->min : bounds->max;
    if (f->is_end && !f->is_unique)
        return ends[tenon__fake_below(f, TENON__COUNT(ends) - 1)];
    return (double)tenon__fake_between(f, -1000000, 1000000) / 64 + (double)f->number;
}

/* ---- times ----------------------------------------------------------------------------------- */

/* As fine as the column, and as SQLite's milliseconds. */
static int64_t cut(const tenon_field *field, int64_t us)
{
    static const int64_t unit_us[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    int digits = field->precision < 0 || field->precision > MILLISECOND_DIGITS ? MILLISECOND_DIGITS
                                                                               : field->precision;
    int64_t rest = us % unit_us[digits];
    return us - (rest < 0 ? rest + unit_us[digits] : rest);
}

static tenon_time make_time(tenon__fake *f, const tenon_field *field)
{
    int64_t us = tenon__fake_between(f, FIRST_TIME_US, LAST_TIME_US);
    if (f->is_unique)
        us = (int64_t)f->number * 1000000;
    return (tenon_time){cut(field, us)};
}

static tenon_clock make_clock(tenon__fake *f, const tenon_field *field)
{
    return (tenon_clock){cut(field, tenon__fake_between(f, 0, LAST_CLOCK_US))};
}

static tenon_clock_tz make_clock_tz(tenon__fake *f, const tenon_field *field)
{
    int64_t minutes = tenon__fake_between(f, -OFFSET_MINUTES, OFFSET_MINUTES);
    return (tenon_clock_tz){make_clock(f, field).us, (int32_t)minutes * 60};
}

static tenon_interval make_interval(tenon__fake *f, const tenon_field *field)
{
    int64_t us = tenon__fake_between(f, -LAST_CLOCK_US, LAST_CLOCK_US);
    if (f->is_unique)
        us = (int64_t)f->number * 1000000;
    return (tenon_interval){.months = (int32_t)tenon__fake_between(f, -MOST_MONTHS, MOST_MONTHS),
                            .days = (int32_t)tenon__fake_between(f, -MOST_DAYS, MOST_DAYS),
                            .us = cut(field, us)};
}

/* ---- the rest -------------------------------------------------------------------------------- */

static tenon_bytes make_bytes(tenon__fake *f)
{
    size_t length = (size_t)tenon__fake_between(f, 0, (int64_t)f->options.bytes_most);
    uint8_t *data = tenon__fake_room(f, length + sizeof f->number);
    for (size_t i = 0; data && i < length; i++)
        data[i] = (uint8_t)tenon__fake_next(f);
    if (data && f->is_unique)
        memcpy(data + length, &f->number, sizeof f->number);
    return (tenon_bytes){.len = length + (f->is_unique ? sizeof f->number : 0), .data = data};
}

static tenon_vector make_vector(tenon__fake *f, const tenon_field *field)
{
    size_t count = field->precision > 0 ? (size_t)field->precision : 3;
    float *items = (float *)(void *)tenon__fake_room(f, count * sizeof *items);
    for (size_t i = 0; items && i < count; i++)
        items[i] = (float)tenon__fake_between(f, -1000, 1000) / 1000;
    return (tenon_vector){count, items};
}

/* Any wide value. */
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
    tenon_vector vector;
} wide;

static wide make(tenon__fake *f, const tenon_field *field)
{
    switch (field->kind) {
    case TENON_KIND_BOOL:
        return (wide){.truth = (int)(tenon__fake_next(f) & 1)};
    case TENON_KIND_INT16:
        return (wide){.integer = make_integer(f, field, INT16_MIN, INT16_MAX)};
    case TENON_KIND_INT32:
        return (wide){.integer = make_integer(f, field, INT32_MIN, INT32_MAX)};
    case TENON_KIND_INT64:
        return (wide){.integer = make_integer(f, field, INT64_MIN, INT64_MAX)};
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return (wide){.real = make_real(f, field)};
    case TENON_KIND_DECIMAL:
        return (wide){.decimal = tenon__fake_decimal(f, field)};
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return (wide){.text = tenon__fake_text(f, field)};
    case TENON_KIND_JSON:
        return (wide){.json = tenon__fake_json(f)};
    case TENON_KIND_BYTES:
        return (wide){.bytes = make_bytes(f)};
    case TENON_KIND_UUID:
        return (wide){.uuid = {tenon__fake_next(f), tenon__fake_next(f)}};
    case TENON_KIND_TIME:
        return (wide){.time = make_time(f, field)};
    case TENON_KIND_DATE:
        return (wide){.date = {(int32_t)tenon__fake_between(f, FIRST_DAY, LAST_DAY)}};
    case TENON_KIND_CLOCK:
        return (wide){.clock = make_clock(f, field)};
    case TENON_KIND_CLOCK_TZ:
        return (wide){.clock_tz = make_clock_tz(f, field)};
    case TENON_KIND_INTERVAL:
        return (wide){.interval = make_interval(f, field)};
    case TENON_KIND_PACKED: /* made as a list */
        break;
    case TENON_KIND_VECTOR:
        return (wide){.vector = make_vector(f, field)};
    case TENON_KIND_ENUM:
        return (wide){.truth = 1 + (int)tenon__fake_below(f, field->enumeration->count - 1)};
    }
    return (wide){0};
}

void tenon__fake_wide(tenon__fake *f, const tenon_field *field, void *out)
{
    wide value = make(f, field);
    memcpy(out, &value, tenon__wide_size(field->kind));
}

void tenon__fake_element(tenon__fake *f, const tenon_field *field, void *out)
{
    wide value = make(f, field);
    switch ((int)field->kind) {
    case TENON_KIND_BOOL:
        *(bool *)out = value.truth;
        return;
    case TENON_KIND_INT16:
        *(int16_t *)out = (int16_t)value.integer;
        return;
    case TENON_KIND_INT32:
        *(int32_t *)out = (int32_t)value.integer;
        return;
    case TENON_KIND_FLOAT:
        *(float *)out = (float)value.real;
        return;
    default:
        memcpy(out, &value, tenon__element_size(field->kind));
    }
}
