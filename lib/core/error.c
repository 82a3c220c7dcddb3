/* Filling in errors.
 *
 * Nothing here allocates: an error must be reportable when memory is gone. The first error stays,
 * because it is the cause; what fails afterwards is mostly its consequence. */
#include "core/core.h"

#include <stdio.h>

#define ELLIPSIS "\xE2\x80\xA6"
enum { ELLIPSIS_BYTES = sizeof ELLIPSIS - 1 };

static const char *const status_names[] = {
    [TENON_OK] = "OK",
    [TENON_BUSY] = "BUSY",
    [TENON_SERIALIZATION] = "SERIALIZATION",
    [TENON_DEADLOCK] = "DEADLOCK",
    [TENON_POOL_EXHAUSTED] = "POOL_EXHAUSTED",
    [TENON_TIMEOUT] = "TIMEOUT",
    [TENON_UNAVAILABLE] = "UNAVAILABLE",
    [TENON_OUTCOME_UNKNOWN] = "OUTCOME_UNKNOWN",
    [TENON_UNIQUE] = "UNIQUE",
    [TENON_FOREIGN_KEY] = "FOREIGN_KEY",
    [TENON_NOT_NULL] = "NOT_NULL",
    [TENON_CHECK] = "CHECK",
    [TENON_EXCLUSION] = "EXCLUSION",
    [TENON_RANGE] = "RANGE",
    [TENON_VALIDATION] = "VALIDATION",
    [TENON_CONFLICT] = "CONFLICT",
    [TENON_MISUSE] = "MISUSE",
    [TENON_TYPE] = "TYPE",
    [TENON_LIMIT] = "LIMIT",
    [TENON_SCHEMA] = "SCHEMA",
    [TENON_NO_MEMORY] = "NO_MEMORY",
    [TENON_IO] = "IO",
    [TENON_DISK_FULL] = "DISK_FULL",
    [TENON_CORRUPT] = "CORRUPT",
    [TENON_AUTH] = "AUTH",
    [TENON_PERMISSION] = "PERMISSION",
    [TENON_READ_ONLY] = "READ_ONLY",
    [TENON_LOCKED] = "LOCKED",
    [TENON_UNSUPPORTED] = "UNSUPPORTED",
    [TENON_CANCELLED] = "CANCELLED",
    [TENON_VETO] = "VETO",
};

const char *tenon_status_name(tenon_status status)
{
    size_t index = (size_t)status;
    return index < TENON__COUNT(status_names) ? status_names[index] : "UNKNOWN";
}

bool tenon_error_is_retryable(const tenon_error *err)
{
    if (!err)
        return false;
    switch (err->status) {
    case TENON_BUSY:
    case TENON_SERIALIZATION:
    case TENON_DEADLOCK:
    case TENON_POOL_EXHAUSTED:
        return true;
    case TENON_TIMEOUT:
    case TENON_UNAVAILABLE:
        return err->applied == TENON_APPLIED_NO;
    default:
        return false;
    }
}

void tenon_error_reset(tenon_error *err)
{
    if (err)
        memset(err, 0, sizeof *err);
}

/* Ends a field of `size` bytes, full of text that was cut by force, as a cut text should end. */
static void mark_cut(char *field, size_t size)
{
    if (size <= ELLIPSIS_BYTES) {
        field[tenon__utf8_cut(field, size, size - 1)] = '\0';
        return;
    }
    size_t kept = tenon__utf8_cut(field, size, size - 1 - ELLIPSIS_BYTES);
    memcpy(field + kept, ELLIPSIS, sizeof ELLIPSIS);
}

void tenon__error_copy(char *field, size_t size, const char *text)
{
    if (!text)
        text = "";
    size_t length = strnlen(text, size);
    memcpy(field, text, length < size ? length + 1 : size);
    if (length == size)
        mark_cut(field, size);
}

TENON_PRINTF(3, 0)
static void write_line(char *field, size_t size, const char *format, va_list args)
{
    int length = vsnprintf(field, size, format, args);
    if (length < 0)
        tenon__error_copy(field, size, format);
    else if ((size_t)length >= size)
        mark_cut(field, size);
    for (char *c = field; *c; c++) {
        if (*c == '\n' || *c == '\r')
            *c = ' ';
    }
}

bool tenon__fail(tenon_error *err, tenon_status status, const char *format, ...)
{
    if (!err || err->status != TENON_OK)
        return false;
    va_list args;
    va_start(args, format);
    write_line(err->message, sizeof err->message, format, args);
    va_end(args);
    err->status = status;
    return false;
}

bool tenon__fail_no_memory(tenon_error *err)
{
    return tenon__fail(err, TENON_NO_MEMORY, "out of memory");
}

void tenon__hint(tenon_error *err, const char *format, ...)
{
    if (!err)
        return;
    va_list args;
    va_start(args, format);
    write_line(err->hint, sizeof err->hint, format, args);
    va_end(args);
}
