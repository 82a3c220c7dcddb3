/* What a packed array holds, as a line of JSON or of CSV. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "commands/unpack_text.h"

#define ITEM(array, type, i) (((type const *)(array)->items)[i])

static void add_signed(tenon__buf *out, const tenon_array *a, size_t i)
{
    int64_t value = a->type == TENON_ARRAY_INT8    ? ITEM(a, int8_t, i)
                    : a->type == TENON_ARRAY_INT16 ? ITEM(a, int16_t, i)
                    : a->type == TENON_ARRAY_INT32 ? ITEM(a, int32_t, i)
                                                   : ITEM(a, int64_t, i);
    tenon__buf_format(out, "%" PRId64, value);
}

static void add_unsigned(tenon__buf *out, const tenon_array *a, size_t i)
{
    uint64_t value = a->type == TENON_ARRAY_UINT8    ? ITEM(a, uint8_t, i)
                     : a->type == TENON_ARRAY_UINT16 ? ITEM(a, uint16_t, i)
                     : a->type == TENON_ARRAY_UINT32 ? ITEM(a, uint32_t, i)
                                                     : ITEM(a, uint64_t, i);
    tenon__buf_format(out, "%" PRIu64, value);
}

/* The shortest text that reads as the same number. */
static void add_real(tenon__buf *out, double value, bool is_float)
{
    char text[40];
    if (!isfinite(value)) {
        tenon__buf_text(out, isnan(value) ? "\"NaN\""
                             : value > 0  ? "\"Infinity\""
                                          : "\"-Infinity\"");
        return;
    }
    for (int digits = is_float ? 6 : 15; digits <= 17; digits++) {
        snprintf(text, sizeof text, "%.*g", digits, value);
        if (is_float ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value)
            break;
    }
    tenon__buf_text(out, text);
}

static void add_bytes(tenon__buf *out, tenon_bytes bytes)
{
    const unsigned char *at = bytes.data;
    tenon__buf_text(out, "\"");
    for (size_t i = 0; i < bytes.len; i++)
        tenon__buf_format(out, "%02x", at[i]);
    tenon__buf_text(out, "\"");
}

static void add_moment(tenon__buf *out, const tenon_array *a, size_t i)
{
    char text[64] = "";
    if (a->type == TENON_ARRAY_TIME)
        tenon_time_format(ITEM(a, tenon_time, i), text, sizeof text);
    else if (a->type == TENON_ARRAY_DATE)
        tenon_date_format(ITEM(a, tenon_date, i), text, sizeof text);
    else if (a->type == TENON_ARRAY_CLOCK)
        tenon_clock_format(ITEM(a, tenon_clock, i), text, sizeof text);
    else
        tenon_uuid_format(ITEM(a, tenon_uuid, i), text, sizeof text);
    tenon__buf_format(out, "\"%s\"", text);
}

static void add_item(tenon__buf *out, const tenon_array *a, size_t i)
{
    if (a->validity && !(a->validity[i / 8] >> (i % 8) & 1))
        tenon__buf_text(out, "null");
    else if (a->type <= TENON_ARRAY_INT64)
        add_signed(out, a, i);
    else if (a->type <= TENON_ARRAY_UINT64)
        add_unsigned(out, a, i);
    else if (a->type == TENON_ARRAY_FLOAT)
        add_real(out, (double)ITEM(a, float, i), true);
    else if (a->type == TENON_ARRAY_DOUBLE)
        add_real(out, ITEM(a, double, i), false);
    else if (a->type == TENON_ARRAY_BOOL)
        tenon__buf_text(out, ITEM(a, bool, i) ? "true" : "false");
    else if (a->type == TENON_ARRAY_TEXT)
        tenon__buf_json_text(out, ITEM(a, const char *, i), strlen(ITEM(a, const char *, i)));
    else if (a->type == TENON_ARRAY_BYTES)
        add_bytes(out, ITEM(a, tenon_bytes, i));
    else
        add_moment(out, a, i);
}

void unpack_add_json(tenon__buf *out, const tenon_array *array)
{
    tenon__buf_text(out, "[");
    for (size_t i = 0; i < array->count; i++) {
        tenon__buf_text(out, i ? "," : "");
        add_item(out, array, i);
    }
    tenon__buf_text(out, "]");
}

/* A text in quotes, each quote inside of it twice; NULL is nothing. */
static void add_csv_item(tenon__buf *out, const tenon_array *a, size_t i)
{
    bool is_there = !a->validity || (a->validity[i / 8] >> (i % 8) & 1);
    if (!is_there)
        return;
    if (a->type != TENON_ARRAY_TEXT) {
        add_item(out, a, i);
        return;
    }
    tenon__buf_text(out, "\"");
    for (const char *at = ITEM(a, const char *, i); *at; at++) {
        tenon__buf_text(out, *at == '"' ? "\"" : "");
        tenon__buf_char(out, *at);
    }
    tenon__buf_text(out, "\"");
}

void unpack_add_csv(tenon__buf *out, const tenon_array *array)
{
    for (size_t i = 0; i < array->count; i++) {
        tenon__buf_text(out, i ? "," : "");
        add_csv_item(out, array, i);
    }
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool unpack_read_hexadecimal(const char *text, size_t length, tenon__buf *out)
{
    bool is_prefixed = length >= 2 && text[0] == '\\' && text[1] == 'x';
    size_t at = is_prefixed ? 2 : 0;
    for (; at + 1 < length; at += 2) {
        int high = digit_of(text[at]), low = digit_of(text[at + 1]);
        if (high < 0 || low < 0)
            return false;
        tenon__buf_char(out, (char)(high << 4 | low));
    }
    return at == length && out->length > 0;
}
