/* Nothing lossy: what a column cannot hold exactly is refused before it is sent.
 *
 * Both databases would take many of these values and change them: PostgreSQL rounds a numeric to
 * its scale and a timestamp to its precision, SQLite keeps a text in an integer column and an
 * out-of-range number in a small one. The bounds here are PostgreSQL's, so that a program means the
 * same on both; what only one driver cannot hold, it refuses itself.
 *
 * A `float` column takes a double that it holds exactly, and one that is the nearest double to the
 * shortest text of the float: 0.1 is welcome, 0.123456789012 is not. */
#include "driver/driver.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* PostgreSQL's first timestamp and date, 4714-11-24 BC, and the day after its last date. */
#define FIRST_TIME_US INT64_C(-210866803200000000)
#define DAY_US INT64_C(86400000000)
enum {
    FIRST_DAY = -2440588,
    END_DAY = 2145042906,
    OFFSET_LIMIT_SECONDS = 16 * 3600,
    TIME_DIGITS = 6,
    MOST_WHOLE_DIGITS = 131072, /* numeric without precision */
    MOST_FRACTION_DIGITS = 16383,
    MONEY_DIGITS = 17,
    MONEY_SCALE = 2
};

bool tenon__fail_field(tenon_error *err, tenon_status status, const tenon_model *model,
                       const tenon_field *field, const char *format, ...)
{
    if (!err || err->status != TENON_OK)
        return false;
    char text[sizeof err->message];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    tenon__fail(err, status, "%s%s%s: %s", model ? model->name : "", model ? "." : "", field->name,
                text);
    tenon__error_copy(err->model, sizeof err->model, model ? model->name : "");
    tenon__error_copy(err->field, sizeof err->field, field->name);
    return false;
}

/* One value on its way into one column. */
typedef struct check {
    const tenon_model *model;
    const tenon_field *field;
    tenon_error *err;
    bool is_compared; /* and not written */
} check;

#define REFUSE(c, status, ...)                                                                     \
    tenon__fail_field((c)->err, status, (c)->model, (c)->field, __VA_ARGS__)

static bool refuse_null(const check *c)
{
    REFUSE(c, TENON_MISUSE, "a NULL pointer is no value");
    tenon__hint(c->err, "say SET_NULL() or IS_NULL() where NULL is meant");
    return false;
}

/* What a message may show of a value. */
static const char *shown(const check *c, const char *text)
{
    return c->field->flags & TENON_FIELD_SENSITIVE ? "the value" : text;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool check_integer(const check *c, int64_t value, int64_t least, int64_t most,
                          const char *type)
{
    if (TENON__LIKELY(value >= least && value <= most))
        return true;
    char digits[TENON_DECIMAL_INT64_TEXT_SIZE];
    tenon_decimal_from_int64(value, digits);
    return REFUSE(c, TENON_RANGE, "%s does not fit in %s (%" PRId64 " … %" PRId64 ")",
                  shown(c, digits), type, least, most);
}

static bool check_int64(const check *c, int64_t value)
{
    return c->field->pg_type != TENON_PG_OID || check_integer(c, value, 0, UINT32_MAX, "an oid");
}

static double shortest_of_float(float value)
{
    char text[32];
    double read = 0;
    for (int digits = FLT_DIG; digits <= FLT_DECIMAL_DIG; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, (double)value);
        read = strtod(text, NULL);
        if ((float)read == value)
            break;
    }
    return read;
}

static bool is_float(double value)
{
    if (isnan(value) || isinf(value))
        return true;
    if (fabs(value) > (double)FLT_MAX)
        return false;
    float narrow = (float)value;
    return (double)narrow == value || shortest_of_float(narrow) == value;
}

static bool check_float(const check *c, double value)
{
    if (is_float(value))
        return true;
    char digits[32];
    snprintf(digits, sizeof digits, "%.17g", value);
    return REFUSE(c, TENON_RANGE, "%s does not fit in a 4-byte float without loss",
                  shown(c, digits));
}

static bool check_special_decimal(const check *c, bool is_nan)
{
    if (c->field->pg_type == TENON_PG_MONEY)
        return REFUSE(c, TENON_RANGE, "money can be neither NaN nor infinite");
    if (is_nan || c->field->precision <= 0)
        return true;
    return REFUSE(c, TENON_RANGE, "a decimal(%d, %d) cannot be infinite", c->field->precision,
                  c->field->scale);
}

static bool check_digits(const check *c, const tenon__decimal_form *form, tenon_decimal value,
                         int whole, int fraction)
{
    if (form->whole_digits <= (size_t)whole &&
        form->significant_fraction_digits <= (size_t)fraction)
        return true;
    return REFUSE(c, TENON_RANGE,
                  "%.60s has more than %d digits before or %d behind the decimal point",
                  shown(c, value.text), whole, fraction);
}

static bool check_decimal(const check *c, tenon_decimal value)
{
    tenon__decimal_form form;
    if (!value.text)
        return refuse_null(c);
    if (!tenon__decimal_scan(value.text, value.len ? value.len : strlen(value.text), &form))
        return REFUSE(c, TENON_TYPE, "'%.60s' is not a decimal number", shown(c, value.text));
    if (form.is_special)
        return check_special_decimal(c, form.is_nan);
    if (c->field->pg_type == TENON_PG_MONEY)
        return check_digits(c, &form, value, MONEY_DIGITS, MONEY_SCALE);
    if (c->field->precision <= 0)
        return check_digits(c, &form, value, MOST_WHOLE_DIGITS, MOST_FRACTION_DIGITS);
    return check_digits(c, &form, value, c->field->precision - c->field->scale, c->field->scale);
}

/* ---- texts ----------------------------------------------------------------------------------- */

static bool check_bits(const check *c, const char *text, size_t length)
{
    if (strspn(text, "01") != length)
        return REFUSE(c, TENON_TYPE, "a bit string has only 0 and 1");
    if (c->field->pg_type == TENON_PG_BIT && length != (size_t)c->field->precision)
        return REFUSE(c, TENON_RANGE, "has %zu bits, the column exactly %d", length,
                      c->field->precision);
    return true;
}

static bool check_text(const check *c, const char *text)
{
    if (!text)
        return refuse_null(c);
    size_t length = strlen(text);
    if (!tenon__utf8_is_valid(text, length))
        return REFUSE(c, TENON_TYPE, "the text is not valid UTF-8");
    tenon_pg_type type = c->field->pg_type;
    bool is_bits = type == TENON_PG_BIT || type == TENON_PG_VARBIT;
    bool has_limit = is_bits || type == TENON_PG_VARCHAR || type == TENON_PG_BPCHAR;
    if (!has_limit || c->field->precision <= 0)
        return true;
    if (is_bits && !check_bits(c, text, length))
        return false;
    size_t characters = tenon__utf8_length(text, length);
    if (characters <= (size_t)c->field->precision)
        return true;
    return REFUSE(c, TENON_RANGE, "has %zu characters, the column holds %d", characters,
                  c->field->precision);
}

static bool check_json(const check *c, tenon_json json)
{
    if (!json.text)
        return refuse_null(c);
    size_t length = json.len ? json.len : strlen(json.text);
    return TENON__LIKELY(tenon__json_is_valid(json.text, length)) ||
           REFUSE(c, TENON_TYPE,
                  tenon__utf8_is_valid(json.text, length) ? "is not valid JSON"
                                                          : "the JSON is not valid UTF-8");
}

/* ---- times ----------------------------------------------------------------------------------- */

static bool check_fraction(const check *c, int64_t us)
{
    static const int64_t unit_us[] = {1000000, 100000, 10000, 1000, 100, 10, 1};
    int digits = c->field->precision;
    if (c->is_compared || digits < 0 || digits >= TIME_DIGITS || us % unit_us[digits] == 0)
        return true;
    REFUSE(c, TENON_RANGE, "is finer than the column's %d digits of a second", digits);
    tenon__hint(c->err, "round it before, or give the column more digits");
    return false;
}

static bool check_time(const check *c, tenon_time time)
{
    if (time.us == INT64_MIN || time.us == INT64_MAX)
        return true;
    if (time.us < FIRST_TIME_US)
        return REFUSE(c, TENON_RANGE, "is before 4714-11-24 BC, the first time there is");
    return check_fraction(c, time.us);
}

static bool check_date(const check *c, tenon_date date)
{
    if (date.days == INT32_MIN || date.days == INT32_MAX)
        return true;
    return (date.days >= FIRST_DAY && date.days < END_DAY) ||
           REFUSE(c, TENON_RANGE, "is outside of 4714-11-24 BC … 5874897-12-31");
}

static bool check_clock(const check *c, int64_t us)
{
    if (us < 0 || us > DAY_US)
        return REFUSE(c, TENON_RANGE, "is no time of day, 00:00 … 24:00");
    return check_fraction(c, us);
}

static bool check_clock_tz(const check *c, tenon_clock_tz clock)
{
    if (clock.offset_seconds <= -OFFSET_LIMIT_SECONDS ||
        clock.offset_seconds >= OFFSET_LIMIT_SECONDS)
        return REFUSE(c, TENON_RANGE, "its offset is not within 16 hours of UTC");
    return check_clock(c, clock.us);
}

static bool check_interval(const check *c, tenon_interval interval)
{
    return tenon__interval_is_infinite(interval) || check_fraction(c, interval.us);
}

/* ---- enums and bytes ------------------------------------------------------------------------- */

static bool check_enum(const check *c, int value)
{
    return (value >= 1 && (uint32_t)value <= c->field->enumeration->count) ||
           REFUSE(c, TENON_RANGE, "%d is no value of the enum %s", value,
                  c->field->enumeration->name);
}

static bool check_bytes(const check *c, tenon_bytes bytes)
{
    return bytes.data || refuse_null(c);
}

/* pgvector's own bounds, and the column's. */
static bool check_vector(const check *c, tenon_vector vector)
{
    enum { MOST_DIMENSIONS = 16000 };
    int32_t wanted = c->field->precision;
    if (!vector.items)
        return refuse_null(c);
    if (wanted > 0 && vector.count != (size_t)wanted)
        return REFUSE(c, TENON_RANGE, "has %zu dimensions, the column %d", vector.count, wanted);
    if (vector.count < 1 || vector.count > MOST_DIMENSIONS)
        return REFUSE(c, TENON_RANGE, "has %zu dimensions; a vector has 1 … %d", vector.count,
                      MOST_DIMENSIONS);
    for (size_t i = 0; i < vector.count; i++) {
        if (!isfinite(vector.items[i]))
            return REFUSE(c, TENON_RANGE, "its number %zu is NaN or infinite", i + 1);
    }
    return true;
}

/* Nothing is lost of an element, whatever it is; texts are looked at as everywhere. */
static bool check_packed(const check *c, const tenon__list *array)
{
    bool is_text = c->field->packing->element == TENON_KIND_TEXT;
    const char *const *texts = array->items;
    if (array->count && !array->items)
        return refuse_null(c);
    for (size_t i = 0; is_text && i < array->count; i++) {
        if (!texts[i])
            return refuse_null(c);
        if (!tenon__utf8_is_valid(texts[i], strlen(texts[i])))
            return REFUSE(c, TENON_TYPE, "the text is not valid UTF-8");
    }
    return true;
}

/* ---- by kind --------------------------------------------------------------------------------- */

static bool check_value(const check *c, const void *value)
{
    switch (c->field->kind) {
    case TENON_KIND_BOOL:
        return check_integer(c, *(const int *)value, 0, 1, "a bool");
    case TENON_KIND_INT16:
        return check_integer(c, *(const int64_t *)value, INT16_MIN, INT16_MAX, "a smallint");
    case TENON_KIND_INT32:
        return check_integer(c, *(const int64_t *)value, INT32_MIN, INT32_MAX, "an int");
    case TENON_KIND_INT64:
        return check_int64(c, *(const int64_t *)value);
    case TENON_KIND_FLOAT:
        return check_float(c, *(const double *)value);
    case TENON_KIND_DECIMAL:
        return check_decimal(c, *(const tenon_decimal *)value);
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return check_text(c, *(const char *const *)value);
    case TENON_KIND_JSON:
        return check_json(c, *(const tenon_json *)value);
    case TENON_KIND_BYTES:
        return check_bytes(c, *(const tenon_bytes *)value);
    case TENON_KIND_TIME:
        return check_time(c, *(const tenon_time *)value);
    case TENON_KIND_DATE:
        return check_date(c, *(const tenon_date *)value);
    case TENON_KIND_CLOCK:
        return check_clock(c, ((const tenon_clock *)value)->us);
    case TENON_KIND_CLOCK_TZ:
        return check_clock_tz(c, *(const tenon_clock_tz *)value);
    case TENON_KIND_INTERVAL:
        return check_interval(c, *(const tenon_interval *)value);
    case TENON_KIND_VECTOR:
        return check_vector(c, *(const tenon_vector *)value);
    case TENON_KIND_PACKED:
        return check_packed(c, value);
    case TENON_KIND_ENUM:
        return check_enum(c, *(const int *)value);
    case TENON_KIND_DOUBLE:
    case TENON_KIND_UUID:
        return true;
    }
    return REFUSE(c, TENON_MISUSE, "the descriptor has no such kind as %d", (int)c->field->kind);
}

bool tenon__check_wide(const tenon_model *model, const tenon_field *field, const void *value,
                       tenon_error *err)
{
    return check_value(&(check){model, field, err, false}, value);
}

bool tenon__check_compared(const tenon_model *model, const tenon_field *field, const void *value,
                           tenon_error *err)
{
    return check_value(&(check){model, field, err, true}, value);
}
