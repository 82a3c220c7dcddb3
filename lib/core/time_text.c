/* Writing dates and times. What is longer than the caller's field is cut only at the very end. */
#include "core/civil.h"

void tenon__text_word(time_text *out, const char *word)
{
    size_t length = strlen(word);
    memcpy(out->text + out->length, word, length);
    out->length += length;
}

void tenon__text_digits(time_text *out, uint64_t value, int least_digits)
{
    char digits[TENON_DECIMAL_INT64_TEXT_SIZE];
    size_t at = sizeof digits;
    for (; value > 0 || least_digits > 0; value /= 10, least_digits--)
        digits[--at] = (char)('0' + value % 10);
    memcpy(out->text + out->length, digits + at, sizeof digits - at);
    out->length += sizeof digits - at;
}

void tenon__text_date(time_text *out, civil_date date)
{
    int64_t year = date.year > 0 ? date.year : 1 - date.year;
    tenon__text_digits(out, (uint64_t)year, CIVIL_YEAR_DIGITS);
    tenon__text_word(out, "-");
    tenon__text_digits(out, (uint64_t)date.month, 2);
    tenon__text_word(out, "-");
    tenon__text_digits(out, (uint64_t)date.day, 2);
}

void tenon__text_era(time_text *out, civil_date date)
{
    if (date.year <= 0)
        tenon__text_word(out, " BC");
}

void tenon__text_clock(time_text *out, int64_t us)
{
    uint64_t left = us < 0 ? 0 - (uint64_t)us : (uint64_t)us;
    if (us < 0)
        tenon__text_word(out, "-");
    tenon__text_digits(out, left / HOUR_US, 2);
    tenon__text_word(out, ":");
    tenon__text_digits(out, left / MINUTE_US % 60, 2);
    tenon__text_word(out, ":");
    tenon__text_digits(out, left / SECOND_US % 60, 2);
    tenon__text_word(out, ".");
    tenon__text_digits(out, left % SECOND_US, CIVIL_FRACTION_DIGITS);
}

size_t tenon__text_finish(const time_text *out, char *text, size_t size)
{
    if (size == 0)
        return out->length;
    size_t kept = out->length < size ? out->length : size - 1;
    memcpy(text, out->text, kept);
    text[kept] = '\0';
    return out->length;
}
