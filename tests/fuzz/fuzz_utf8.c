/* UTF-8: a text is valid when it is a row of well-formed characters; cut anywhere by
 * tenon__utf8_cut it stays valid, and copied into a short field of an error too. */
#include "core/core.h"

#include "check.h"

static bool is_row_of_characters(const char *text, size_t length)
{
    size_t at = 0;
    for (size_t step = 1; step > 0 && at < length; at += step)
        step = tenon__utf8_sequence(text + at, length - at);
    return at == length;
}

static void check_cuts(const char *text, size_t length)
{
    char field[16];
    for (size_t most = 0; most < length && most < 64; most++) {
        size_t cut = tenon__utf8_cut(text, length, most);
        CHECK(cut <= most && most - cut < 4);
        CHECK(tenon__utf8_is_valid(text, cut));
        CHECK(tenon__utf8_length(text, cut) <= tenon__utf8_length(text, length));
    }
    char *terminated = fuzz_text((const uint8_t *)text, length);
    for (size_t size = 1; size <= sizeof field; size++) {
        tenon__error_copy(field, size, terminated);
        CHECK(strlen(field) < size && tenon__utf8_is_valid(field, strlen(field)));
    }
    free(terminated);
}

static void check_copy(const char *text, size_t length, bool is_valid)
{
    char *copy = malloc(length + 1);
    CHECK(tenon__utf8_copy(copy, text, length) == is_valid);
    CHECK(!is_valid || memcmp(copy, text, length) == 0);
    free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    bool is_valid = tenon__utf8_is_valid(text, size);
    CHECK(is_valid == is_row_of_characters(text, size));
    check_copy(text, size, is_valid);
    if (is_valid)
        check_cuts(text, size);
    return 0;
}
