/* The content of literal defaults: is it JSON, base 64, a time, an integer, a decimal number? */
#include "schema/check.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

/* ---- base 64 --------------------------------------------------------------------------------- */

/* With its padding, which the language insists on. */
static bool is_base64(const char *text, size_t length)
{
    TENON__CLEANUP(tenon__buf_release) tenon__buf bytes = {0};
    return length % 4 == 0 && tenon__base64_decode(text, length, &bytes);
}

/* ---- times ----------------------------------------------------------------------------------- */

static bool take_digits(const char **at, int count, int *out)
{
    *out = 0;
    for (; count; count--, (*at)++) {
        if (!isdigit((unsigned char)**at))
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return true;
}

static bool take_char(const char **at, const char *choices)
{
    if (!**at || !strchr(choices, **at))
        return false;
    (*at)++;
    return true;
}

static bool take_date(const char **at)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int year, month, day;

    if (!take_digits(at, 4, &year) || !take_char(at, "-") || !take_digits(at, 2, &month) ||
        !take_char(at, "-") || !take_digits(at, 2, &day) || month < 1 || month > 12)
        return false;
    bool is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return day >= 1 && day <= days[month - 1] + (is_leap && month == 2);
}

static bool take_clock(const char **at)
{
    int hour, minute, second;

    if (!take_digits(at, 2, &hour) || !take_char(at, ":") || !take_digits(at, 2, &minute) ||
        !take_char(at, ":") || !take_digits(at, 2, &second))
        return false;
    if (take_char(at, ".")) {
        if (!isdigit((unsigned char)**at))
            return false;
        while (isdigit((unsigned char)**at))
            (*at)++;
    }
    return hour < 24 && minute < 60 && second <= 60;
}

static bool take_offset(const char **at)
{
    int hours, minutes;

    if (take_char(at, "Zz"))
        return true;
    return take_char(at, "+-") && take_digits(at, 2, &hours) && take_char(at, ":") &&
           take_digits(at, 2, &minutes) && hours < 24 && minutes < 60;
}

/* RFC 3339. */
static bool is_time(const char *text)
{
    return take_date(&text) && take_char(&text, "Tt ") && take_clock(&text) && take_offset(&text) &&
           !*text;
}

/* ---- numbers --------------------------------------------------------------------------------- */

static bool is_integer(const char *text)
{
    char *end;

    errno = 0;
    (void)strtoll(text, &end, 10);
    return !*end && !errno;
}

static size_t skip_digits(const char **at)
{
    size_t count = 0;

    while (isdigit((unsigned char)**at))
        (*at)++, count++;
    return count;
}

static bool is_decimal(const char *text, size_t length)
{
    const char *end = text + length;

    (void)take_char(&text, "+-");
    size_t digits = skip_digits(&text);
    if (take_char(&text, "."))
        digits += skip_digits(&text);
    if (!digits)
        return false;
    if (take_char(&text, "eE")) {
        (void)take_char(&text, "+-");
        if (!skip_digits(&text))
            return false;
    }
    return text == end;
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static const char *skip_string(const char *at)
{
    for (at++; *at && *at != '"'; at++)
        at += *at == '\\' && at[1];
    return *at ? at + 1 : at;
}

/* Whether valid JSON has a number that no double can hold. */
static bool has_huge_number(const char *at)
{
    while (*at) {
        char *end = NULL;
        if (*at == '"')
            at = skip_string(at);
        else if (!isdigit((unsigned char)*at))
            at++;
        else if (isinf(strtod(at, &end)))
            return true;
        else
            at = end;
    }
    return false;
}

static bool is_json(const char *text, size_t length)
{
    return tenon__json_is_valid(text, length) && !has_huge_number(text);
}

/* ---- defaults -------------------------------------------------------------------------------- */

/* What the literal is not; NULL when it is as it should be. */
static const char *fault_of(schema_type type, const ast_expression *value)
{
    bool is_string = value->kind == AST_STRING;

    switch (type) {
    case SCHEMA_JSON:
        return is_string && !is_json(value->text, value->text_length) ? "valid JSON" : NULL;
    case SCHEMA_BYTES:
        return is_string && !is_base64(value->text, value->text_length) ? "base 64" : NULL;
    case SCHEMA_DATETIME:
        return is_string && !is_time(value->text) ? "a time like 2025-12-31T23:59:59.999Z" : NULL;
    case SCHEMA_INT:
    case SCHEMA_BIGINT:
        return value->kind == AST_NUMBER && !is_integer(value->text) ? "an integer of 64 bits"
                                                                     : NULL;
    case SCHEMA_DECIMAL:
        return is_string && !is_decimal(value->text, value->text_length) ? "a decimal number"
                                                                         : NULL;
    case SCHEMA_STRING:
    case SCHEMA_BOOLEAN:
    case SCHEMA_FLOAT:
        break;
    }
    return NULL;
}

static void check_literal(check *c, const check_field *f, const ast_expression *value)
{
    if (value->kind == AST_ARRAY) {
        for (size_t i = 0; i < value->item_count; i++)
            check_literal(c, f, value->items[i]);
        return;
    }
    const char *fault = fault_of(f->field->type, value);
    if (fault)
        check_error(c, value->span, NULL, "the default is not %s", fault);
}

void check_default_value(check *c, check_field *f)
{
    const ast_expression *value = f->default_value;

    if (!value)
        return;
    if (f->is_default_named)
        check_error(c, f->default_attribute->span, "remove 'map'", "%s has no names for defaults",
                    c->connector->name);
    if (value->kind == AST_FUNCTION && strcmp(value->text, "auto") == 0)
        check_error(c, value->span, NULL, "%s has no auto()", c->connector->name);
    if (f->field->kind == SCHEMA_SCALAR)
        check_literal(c, f, value);
}
