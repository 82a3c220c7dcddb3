/* @tenon.validate: bounds, lengths, patterns and checks on a value, before it travels.
 *
 * An array is valid when each of its elements is. NULL is valid unless the field is required, and
 * no function is asked about it. Calculations
 * (INCREASE) are not either: their result is known to the database alone, which @tenon.check
 * serves. Patterns are POSIX extended regular expressions. Compiling one costs some 10 µs, which a
 * single call pays each time, because there is no place to keep it that two threads would not
 * share; calls with many rows keep theirs until they end. Outside of a UTF-8 locale a `.` is a
 * byte, not a character. */
#include "model/walk.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct tenon__pattern {
    struct tenon__pattern *next;
    const char *source;
    regex_t compiled;
} pattern;

static bool fail(tenon__walk *walk, const tenon_field *field, const char *what)
{
    const char *own = field->validation->message;
    return tenon__walk_fail(walk, TENON_VALIDATION, field, "%s", own ? own : what);
}

/* ---- patterns -------------------------------------------------------------------------------- */

static void pattern_free(pattern *p)
{
    regfree(&p->compiled);
    free(p);
}

void tenon__patterns_release(tenon__patterns *patterns)
{
    while (patterns->first) {
        pattern *p = patterns->first;
        patterns->first = p->next;
        pattern_free(p);
    }
}

static pattern *compile(tenon__walk *walk, const tenon_field *field)
{
    pattern *p = calloc(1, sizeof *p);
    int code = p ? regcomp(&p->compiled, field->validation->pattern, REG_EXTENDED | REG_NOSUB)
                 : REG_ESPACE;
    if (code == 0) {
        p->source = field->validation->pattern;
        return p;
    }
    free(p);
    walk->failed = true;
    if (code == REG_ESPACE)
        tenon__fail_no_memory(walk->err);
    else
        tenon__walk_fail(walk, TENON_MISUSE, field, "its pattern is no regular expression");
    return NULL;
}

static pattern *find_pattern(tenon__walk *walk, const tenon_field *field)
{
    if (!walk->patterns)
        return compile(walk, field);
    for (pattern *p = walk->patterns->first; p; p = p->next) {
        if (p->source == field->validation->pattern)
            return p;
    }
    pattern *p = compile(walk, field);
    if (p) {
        p->next = walk->patterns->first;
        walk->patterns->first = p;
    }
    return p;
}

static bool check_pattern(tenon__walk *walk, const tenon_field *field, const char *text)
{
    pattern *p = find_pattern(walk, field);
    if (!p)
        return false;
    int code = regexec(&p->compiled, text, 0, NULL, 0);
    if (!walk->patterns)
        pattern_free(p);
    if (code == 0)
        return true;
    if (code != REG_ESPACE)
        return fail(walk, field, "does not match its pattern");
    walk->failed = true;
    return tenon__fail_no_memory(walk->err);
}

/* ---- numbers and lengths --------------------------------------------------------------------- */

static bool check_bounds(tenon__walk *walk, const tenon_field *field, long double value)
{
    const tenon_validation *rule = field->validation;
    char text[64];
    if (rule->has_min && !(value >= (long double)rule->min)) {
        snprintf(text, sizeof text, "must be at least %.15g", rule->min);
        return fail(walk, field, text);
    }
    if (rule->has_max && !(value <= (long double)rule->max)) {
        snprintf(text, sizeof text, "must be at most %.15g", rule->max);
        return fail(walk, field, text);
    }
    return true;
}

static bool check_length(tenon__walk *walk, const tenon_field *field, size_t length,
                         const char *units)
{
    const tenon_validation *rule = field->validation;
    char text[64];
    if (rule->has_min_length && length < rule->min_length) {
        snprintf(text, sizeof text, "must have at least %u %s", rule->min_length, units);
        return fail(walk, field, text);
    }
    if (rule->has_max_length && length > rule->max_length) {
        snprintf(text, sizeof text, "must have at most %u %s", rule->max_length, units);
        return fail(walk, field, text);
    }
    return true;
}

static bool check_text(tenon__walk *walk, const tenon_field *field, const char *text)
{
    if (!text || !tenon__utf8_is_valid(text, strlen(text)))
        return true; /* the driver says it better */
    return check_length(walk, field, tenon__utf8_length(text, strlen(text)), "characters") &&
           (!field->validation->pattern || check_pattern(walk, field, text));
}

/* ---- values ---------------------------------------------------------------------------------- */

static bool check_value(tenon__walk *walk, const tenon_field *field, const void *value)
{
    switch (field->kind) {
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        return check_bounds(walk, field, (long double)*(const int64_t *)value);
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return check_bounds(walk, field, (long double)*(const double *)value);
    case TENON_KIND_DECIMAL:
        return check_bounds(walk, field,
                            (long double)tenon_decimal_approximate(*(const tenon_decimal *)value));
    case TENON_KIND_BYTES:
        return check_length(walk, field, ((const tenon_bytes *)value)->len, "bytes");
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        return check_text(walk, field, *(const char *const *)value);
    default:
        return true;
    }
}

static bool check_element(tenon__walk *walk, const tenon_field *field, const char *element)
{
    switch (field->kind) {
    case TENON_KIND_INT16:
        return check_value(walk, field, &(int64_t){*(const int16_t *)(const void *)element});
    case TENON_KIND_INT32:
        return check_value(walk, field, &(int64_t){*(const int32_t *)(const void *)element});
    case TENON_KIND_FLOAT:
        return check_value(walk, field, &(double){(double)*(const float *)(const void *)element});
    default:
        return check_value(walk, field, element);
    }
}

static bool check_array(tenon__walk *walk, const tenon_field *field, const void *value)
{
    tenon__list array;
    memcpy(&array, value, sizeof array);
    const char *element = array.items;
    size_t size = tenon__element_size(field->kind);
    for (size_t i = 0; i < array.count; i++, element += size) {
        if (!check_element(walk, field, element))
            return false;
    }
    return true;
}

/* The program's own check may fill in the error, or leave it to us. */
static bool check_by_function(tenon__walk *walk, const tenon_field *field, const void *value)
{
    if (!field->validation->check || field->validation->check(value, walk->err))
        return true;
    walk->failed = true;
    if (walk->err->status == TENON_OK)
        return fail(walk, field, "is not valid");
    tenon__error_copy(walk->err->model, sizeof walk->err->model, walk->model->name);
    tenon__error_copy(walk->err->field, sizeof walk->err->field, field->name);
    return false;
}

const void *tenon__validate_null(tenon__walk *walk, const tenon_field *field)
{
    if (field->validation && field->validation->is_required)
        fail(walk, field, "is required");
    return NULL;
}

static bool check_packed(tenon__walk *walk, const tenon_field *field, const void *value)
{
    tenon_field element = *field;
    element.kind = field->packing->element;
    return check_array(walk, &element, value);
}

bool tenon__validate(tenon__walk *walk, const tenon_field *field, const void *value)
{
    bool is_valid = field->kind == TENON_KIND_PACKED  ? check_packed(walk, field, value)
                    : field->flags & TENON_FIELD_LIST ? check_array(walk, field, value)
                                                      : check_value(walk, field, value);
    return is_valid && check_by_function(walk, field, value);
}
