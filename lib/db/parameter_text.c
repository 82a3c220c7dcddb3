/* The parameters of a statement as a person reads them, for hooks that write logs and traces.
 *
 * Nothing is formatted unless a hook asks. What is @tenon.sensitive in the schema is never shown,
 * and of lists only their length. */
#include "db/hooks.h"

#include <inttypes.h>
#include <stdio.h>

typedef struct writer {
    char *text;
    size_t size, length;
} writer;

static void add(writer *w, const char *text, size_t length)
{
    for (size_t i = 0; i < length && w->length + 1 < w->size; i++)
        w->text[w->length++] = text[i];
}

static void add_text(writer *w, const char *text)
{
    add(w, text, strlen(text));
}

static void add_number(writer *w, const char *format, ...) TENON_PRINTF(2, 3);
static void add_number(writer *w, const char *format, ...)
{
    char text[64];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    add_text(w, text);
}

/* 'it''s', and what is too long ends in "…". */
static void add_quoted(writer *w, const char *text)
{
    static const char end[] = "…'";
    size_t room = w->size > w->length + sizeof end + 1 ? w->size - w->length - sizeof end - 1 : 0;
    size_t length = strlen(text);
    size_t kept = length > room ? tenon__utf8_cut(text, length, room) : length;
    add(w, "'", 1);
    for (size_t i = 0; i < kept && w->length + sizeof end < w->size; i++)
        add(w, text[i] == '\'' ? "''" : text + i, text[i] == '\'' ? 2 : 1);
    add_text(w, kept < length ? end : "'");
}

static void add_enum(writer *w, const tenon_field *field, int value)
{
    const tenon_enum *enumeration = field->enumeration;
    if (value >= 1 && (uint32_t)value <= enumeration->count)
        add_text(w, enumeration->names[value - 1]);
    else
        add_number(w, "%d", value);
}

static void add_clock(writer *w, const tenon_field *field, const void *value)
{
    char text[TENON_INTERVAL_TEXT_SIZE];
    switch (field->kind) {
    case TENON_KIND_TIME:
        tenon_time_format(*(const tenon_time *)value, text, sizeof text);
        break;
    case TENON_KIND_DATE:
        tenon_date_format(*(const tenon_date *)value, text, sizeof text);
        break;
    case TENON_KIND_CLOCK:
        tenon_clock_format(*(const tenon_clock *)value, text, sizeof text);
        break;
    case TENON_KIND_INTERVAL:
        tenon_interval_format(*(const tenon_interval *)value, text, sizeof text);
        break;
    default:
        tenon_clock_tz_format(*(const tenon_clock_tz *)value, text, sizeof text);
        break;
    }
    add_text(w, text);
}

static void add_uuid(writer *w, const tenon_uuid *uuid)
{
    char text[TENON_UUID_TEXT_SIZE];
    tenon_uuid_format(*uuid, text, sizeof text);
    add_text(w, text);
}

/* Texts that say themselves that they are NULL. */
static void add_nullable(writer *w, const char *text, bool is_quoted)
{
    if (!text)
        add_text(w, "NULL");
    else if (is_quoted)
        add_quoted(w, text);
    else
        add_text(w, text);
}

static void add_wide(writer *w, const tenon_field *field, const void *value)
{
    switch (field->kind) {
    case TENON_KIND_BOOL:
        add_text(w, *(const int *)value ? "true" : "false");
        return;
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        add_number(w, "%" PRId64, *(const int64_t *)value);
        return;
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        add_number(w, "%.17g", *(const double *)value);
        return;
    case TENON_KIND_DECIMAL:
        add_nullable(w, ((const tenon_decimal *)value)->text, false);
        return;
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        add_nullable(w, *(const char *const *)value, true);
        return;
    case TENON_KIND_JSON:
        add_nullable(w, ((const tenon_json *)value)->text, true);
        return;
    case TENON_KIND_BYTES:
        add_number(w, "[%zu bytes]", ((const tenon_bytes *)value)->len);
        return;
    case TENON_KIND_PACKED:
        add_number(w, "[%zu values]", ((const tenon__list *)value)->count);
        return;
    case TENON_KIND_VECTOR:
        add_number(w, "[%zu dimensions]", ((const tenon_vector *)value)->count);
        return;
    case TENON_KIND_UUID:
        add_uuid(w, value);
        return;
    case TENON_KIND_ENUM:
        add_enum(w, field, *(const int *)value);
        return;
    case TENON_KIND_TIME:
    case TENON_KIND_DATE:
    case TENON_KIND_CLOCK:
    case TENON_KIND_CLOCK_TZ:
    case TENON_KIND_INTERVAL:
        add_clock(w, field, value);
        return;
    }
}

static void add_count(writer *w, const void *list)
{
    const tenon__list *counted = list; /* arrays have this form too */
    add_number(w, "[%zu values]", counted->count);
}

static void add_value(writer *w, const tenon__slot *slot, const void *value)
{
    if (slot->field && slot->field->flags & TENON_FIELD_SENSITIVE)
        add_text(w, "[sensitive]");
    else if (!value)
        add_text(w, "NULL");
    else if (slot->as_text)
        add_nullable(w, *(const char *const *)value, true);
    else if (!slot->field)
        add_number(w, "%" PRId64, *(const int64_t *)value);
    else if (slot->form == TENON__FORM_WIDE)
        add_wide(w, slot->field, value);
    else if (slot->form == TENON__FORM_ELEMENT)
        add_text(w, "[element]");
    else
        add_count(w, value);
}

size_t tenon_event_parameter(const tenon_event *event, size_t index, char *text, size_t size)
{
    const tenon__statement *statement = event->internal[0];
    const tenon__call *call = event->internal[1];
    if (!size)
        return 0;
    text[0] = '\0';
    if (!statement || !call || index >= statement->slot_count || index >= call->value_count)
        return 0;
    writer w = {.text = text, .size = size};
    if (statement->flags & TENON__ROWS_GIVEN)
        add_number(&w, "[%zu rows]", ((const tenon__row_source *)call->values[0])->count);
    else
        add_value(&w, &statement->slots[index], call->values[index]);
    text[w.length] = '\0';
    return w.length;
}
