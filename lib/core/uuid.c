/* UUIDs as text: 36 characters, lower case when written, either case when read. */
#include "core/core.h"

enum { UUID_LENGTH = 36, UUID_NIBBLES = 32, MOST_SHOWN_BYTES = 60 };

static bool is_hyphen_place(size_t at)
{
    return at == 8 || at == 13 || at == 18 || at == 23;
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* Stops at the first character that does not fit, the NUL of a short text included. */
static bool scan_uuid(const char *text, tenon_uuid *out)
{
    uint64_t halves[2] = {0, 0};
    size_t nibble = 0;
    for (size_t i = 0; i < UUID_LENGTH; i++) {
        if (is_hyphen_place(i)) {
            if (text[i] != '-')
                return false;
            continue;
        }
        int value = hex_value(text[i]);
        if (value < 0)
            return false;
        uint64_t *half = &halves[nibble++ / (UUID_NIBBLES / 2)];
        *half = *half << 4 | (uint64_t)value;
    }
    *out = (tenon_uuid){halves[0], halves[1]};
    return text[UUID_LENGTH] == '\0';
}

bool tenon_uuid_parse(const char *text, tenon_uuid *out, tenon_error *err)
{
    tenon_uuid uuid;
    if (text && scan_uuid(text, &uuid)) {
        *out = uuid;
        return true;
    }
    const char *given = text ? text : "";
    int shown = (int)tenon__utf8_cut(given, strlen(given), MOST_SHOWN_BYTES);
    tenon_error_reset(err);
    return tenon__fail(err, TENON_TYPE, "'%.*s' is not a UUID of 36 characters", shown, given);
}

size_t tenon_uuid_format(tenon_uuid uuid, char *text, size_t size)
{
    char whole[UUID_LENGTH + 1];
    size_t nibble = 0;
    for (size_t i = 0; i < UUID_LENGTH; i++) {
        if (is_hyphen_place(i)) {
            whole[i] = '-';
            continue;
        }
        uint64_t half = nibble < UUID_NIBBLES / 2 ? uuid.hi : uuid.lo;
        whole[i] = "0123456789abcdef"[half >> (60 - 4 * (nibble % 16)) & 15];
        nibble++;
    }
    if (size > 0) {
        size_t kept = size > UUID_LENGTH ? UUID_LENGTH : size - 1;
        memcpy(text, whole, kept);
        text[kept] = '\0';
    }
    return UUID_LENGTH;
}
