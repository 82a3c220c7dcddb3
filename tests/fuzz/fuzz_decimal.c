/* Decimals: what is read survives its sortable form, and two numbers (one a line) sort as they
 * compare. The same bytes are also read as a sortable form, which must be the canonical one. */
#include "core/core.h"

#include "check.h"

static int sign_of(int difference)
{
    return (difference > 0) - (difference < 0);
}

static void check_sortable(const char *text, size_t length)
{
    tenon__buf number = {0}, again = {0};
    if (tenon__decimal_from_sortable(text, length, &number)) {
        CHECK(tenon__decimal_to_sortable(number.data, number.length, &again));
        CHECK(again.length == length && memcmp(again.data, text, length) == 0);
    }
    tenon__buf_release(&number);
    tenon__buf_release(&again);
}

/* The sortable form of a number that tenon_decimal_parse accepts; an empty buffer otherwise. */
static tenon__buf sort_key(const char *text)
{
    tenon_decimal decimal, back;
    tenon_error err;
    tenon__buf key = {0}, number = {0};
    bool is_number = tenon_decimal_parse(text, &decimal, &err);
    CHECK(is_number || err.status == TENON_TYPE || err.status == TENON_RANGE);
    CHECK(tenon__decimal_to_sortable(text, strlen(text), &key) == is_number);
    if (!is_number)
        return key;
    CHECK(tenon__decimal_from_sortable(key.data, key.length, &number));
    CHECK(tenon_decimal_parse(number.data, &back, NULL));
    CHECK(tenon_decimal_compare(decimal, back) == 0);
    tenon__buf_release(&number);
    return key;
}

static void check_conversions(const char *text)
{
    tenon_decimal decimal = {0, text}, back;
    char digits[TENON_DECIMAL_INT64_TEXT_SIZE];
    int64_t whole;
    double value, nearest = tenon_decimal_approximate(decimal);
    if (tenon_decimal_to_int64(decimal, &whole, NULL)) {
        back = tenon_decimal_from_int64(whole, digits);
        CHECK(tenon_decimal_compare(decimal, back) == 0);
    }
    if (tenon_decimal_to_double(decimal, &value, NULL))
        CHECK(value == nearest || (value != value && nearest != nearest));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *first = fuzz_text(data, size), *second = strchr(first, '\n');
    check_sortable((const char *)data, size);
    if (second)
        *second++ = '\0';
    else
        second = first;
    tenon__buf first_key = sort_key(first), second_key = sort_key(second);
    int order = tenon_decimal_compare((tenon_decimal){0, first}, (tenon_decimal){0, second});
    if (first_key.length && second_key.length && order != 0)
        CHECK(sign_of(strcmp(first_key.data, second_key.data)) == order);
    check_conversions(first);
    tenon__buf_release(&first_key);
    tenon__buf_release(&second_key);
    free(first);
    return 0;
}
