/* Elements as PostgreSQL's text, for array literals. Exact like the binary forms: numbers with all
 * the digits that tell them apart, times with microseconds. */
#include "driver/postgres/pg.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

static void add_integer(tenon__buf *out, const tenon__pg_param *param, const void *element)
{
    if (param->is_wide || param->field->kind == TENON_KIND_INT64)
        tenon__buf_int(out, *(const int64_t *)element);
    else if (param->field->kind == TENON_KIND_INT32)
        tenon__buf_int(out, *(const int32_t *)element);
    else
        tenon__buf_int(out, *(const int16_t *)element);
}

/* printf writes the decimal point of the program's locale, whatever that is. */
static void add_real(tenon__buf *out, double value, int digits)
{
    char text[40];
    if (isnan(value)) {
        tenon__buf_text(out, "NaN");
        return;
    }
    snprintf(text, sizeof text, "%.*g", digits, value);
    const char *point = text + strspn(text, "+-0123456789einf");
    tenon__buf_add(out, text, (size_t)(point - text));
    if (!*point)
        return;
    tenon__buf_char(out, '.');
    tenon__buf_text(out, point + strcspn(point, "0123456789"));
}

static void add_float4(tenon__buf *out, const tenon__pg_param *param, const void *element)
{
    float value = param->is_wide ? (float)*(const double *)element : *(const float *)element;
    add_real(out, (double)value, 9);
}

static void add_hex(tenon__buf *out, const tenon_bytes *bytes)
{
    static const char digits[] = "0123456789abcdef";
    const unsigned char *data = bytes->data;
    tenon__buf_text(out, "\\x");
    for (size_t i = 0; i < bytes->len; i++) {
        tenon__buf_char(out, digits[data[i] >> 4]);
        tenon__buf_char(out, digits[data[i] & 15]);
    }
}

static void add_measured(tenon__buf *out, const char *text, size_t length)
{
    tenon__buf_add(out, text, length ? length : strlen(text));
}

void tenon__pg_add_text_form(tenon__buf *out, const tenon__pg_param *param, const void *element)
{
    char text[TENON_INTERVAL_TEXT_SIZE] = "";
    switch (param->codec) {
    case TENON__PG_CODEC_BOOL: {
        bool truth = param->is_wide ? *(const int *)element != 0 : *(const bool *)element;
        tenon__buf_char(out, truth ? 't' : 'f');
        return;
    }
    case TENON__PG_CODEC_INT2:
    case TENON__PG_CODEC_INT4:
    case TENON__PG_CODEC_INT8:
    case TENON__PG_CODEC_OID:
        add_integer(out, param, element);
        return;
    case TENON__PG_CODEC_FLOAT4:
        add_float4(out, param, element);
        return;
    case TENON__PG_CODEC_FLOAT8:
        add_real(out, *(const double *)element, 17);
        return;
    case TENON__PG_CODEC_NUMERIC:
        add_measured(out, ((const tenon_decimal *)element)->text,
                     ((const tenon_decimal *)element)->len);
        return;
    case TENON__PG_CODEC_TEXT:
        tenon__buf_text(out, *(const char *const *)element);
        return;
    case TENON__PG_CODEC_ENUM:
        tenon__buf_text(out, param->field->enumeration->values[*(const int *)element - 1]);
        return;
    case TENON__PG_CODEC_JSON:
    case TENON__PG_CODEC_JSONB:
        add_measured(out, ((const tenon_json *)element)->text, ((const tenon_json *)element)->len);
        return;
    case TENON__PG_CODEC_BYTEA:
        add_hex(out, element);
        return;
    case TENON__PG_CODEC_UUID:
        tenon_uuid_format(*(const tenon_uuid *)element, text, sizeof text);
        break;
    case TENON__PG_CODEC_TIMESTAMP:
        tenon_time_format(*(const tenon_time *)element, text, sizeof text);
        break;
    case TENON__PG_CODEC_DATE:
        tenon_date_format(*(const tenon_date *)element, text, sizeof text);
        break;
    case TENON__PG_CODEC_TIME:
        tenon_clock_format(*(const tenon_clock *)element, text, sizeof text);
        break;
    case TENON__PG_CODEC_TIMETZ:
        tenon_clock_tz_format(*(const tenon_clock_tz *)element, text, sizeof text);
        break;
    case TENON__PG_CODEC_INTERVAL:
        tenon_interval_format(*(const tenon_interval *)element, text, sizeof text);
        break;
    case TENON__PG_CODEC_VECTOR: /* these two are never in a list */
    case TENON__PG_CODEC_PACKED:
    case TENON__PG_CODEC_ARRAY:
    case TENON__PG_CODEC_NESTED:
    case TENON__PG_CODEC_NONE:
        break;
    }
    tenon__buf_text(out, text);
}
