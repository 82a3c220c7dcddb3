/* UTF-8: exactly the well-formed sequences, and cuts between characters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/core.h"

static void ill_formed_texts_are_refused(void **state)
{
    static const char *const cases[] = {
        "\x80",
        "\xbf",
        "\xc0\x80",
        "\xc1\xbf",
        "\xc2",
        "\xc2\x41",
        "\xe0\x80\x80",
        "\xe0\x9f\xbf",
        "\xe2\x82",
        "\xe2\x28\xa1",
        "\xed\xa0\x80",
        "\xed\xbf\xbf",
        "\xf0\x80\x80\x80",
        "\xf0\x8f\xbf\xbf",
        "\xf0\x9f\x98",
        "\xf4\x90\x80\x80",
        "\xf5\x80\x80\x80",
        "\xfe",
        "\xff",
        "plain, then \xe9t\xe9",
        "12345678\x80",
        "é\xc3",
        "\xf8\x88\x80\x80",
        "\xf0\x9f\x98\x80\x80",
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++)
        assert_false(tenon__utf8_is_valid(cases[i], strlen(cases[i])));
    assert_false(tenon__utf8_is_valid("a\0b", 3));
    assert_false(tenon__utf8_is_valid("0123456\0"
                                      "89abcdef",
                                      16));
}

static void one_bad_byte_is_found_wherever_it_stands(void **state)
{
    enum { MOST = 40 };
    for (size_t length = 1; length <= MOST; length++) {
        char text[MOST];
        memset(text, 'x', length);
        assert_true(tenon__utf8_is_valid(text, length));
        for (size_t at = 0; at < length; at++) {
            memset(text, 'x', length);
            text[at] = '\x80';
            assert_false(tenon__utf8_is_valid(text, length));
            text[at] = '\0';
            assert_false(tenon__utf8_is_valid(text, length));
        }
    }
}

static void a_copy_is_the_text_and_says_whether_it_is_valid(void **state)
{
    enum { MOST = 40 };
    static const char *const inserted[] = {"x", "é", "€", "😀", "\x80", "\xc3", "\xed\xa0\x80"};
    for (size_t i = 0; i < TENON__COUNT(inserted); i++) {
        size_t size = strlen(inserted[i]);
        for (size_t length = size; length <= MOST; length++) {
            for (size_t at = 0; at + size <= length; at++) {
                char text[MOST], copy[MOST + 1];
                memset(text, 'x', length);
                memcpy(text + at, inserted[i], size);
                bool is_valid = tenon__utf8_is_valid(text, length);
                assert_int_equal(tenon__utf8_copy(copy, text, length), is_valid);
                if (is_valid)
                    assert_memory_equal(copy, text, length);
                assert_int_equal(copy[length], '\0');
            }
        }
    }
    char nothing[1] = "x";
    assert_true(tenon__utf8_copy(nothing, "", 0));
    assert_int_equal(nothing[0], '\0');
}

/* Writes a code point as UTF-8 would, surrogates included. */
static size_t encode(uint32_t point, char *out)
{
    if (point < 0x80) {
        out[0] = (char)point;
        return 1;
    }
    size_t length = point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
    for (size_t i = length; i-- > 1; point >>= 6)
        out[i] = (char)(0x80 | (point & 0x3F));
    static const unsigned char leads[] = {0, 0, 0xC0, 0xE0, 0xF0};
    out[0] = (char)(leads[length] | point);
    return length;
}

static void every_code_point_is_accepted_but_nul_and_surrogates(void **state)
{
    for (uint32_t point = 0; point < 0x110010; point++) {
        char text[8];
        size_t length = encode(point, text);
        bool is_scalar = point > 0 && point < 0x110000 && (point < 0xD800 || point > 0xDFFF);
        if (tenon__utf8_is_valid(text, length) != is_scalar)
            fail_msg("U+%04X", (unsigned)point);
        if (is_scalar)
            assert_int_equal(tenon__utf8_sequence(text, length), length);
    }
}

/* An independent measure: of all strings of two bytes exactly these many are well-formed. */
static void of_all_pairs_of_bytes_the_right_number_is_accepted(void **state)
{
    int accepted = 0;
    for (int a = 0; a < 256; a++) {
        for (int b = 0; b < 256; b++) {
            char text[2] = {(char)a, (char)b};
            accepted += tenon__utf8_is_valid(text, 2);
        }
    }
    assert_int_equal(accepted, 127 * 127 + (0xDF - 0xC2 + 1) * 64);
}

static void lengths_count_characters(void **state)
{
    assert_int_equal(tenon__utf8_length("", 0), 0);
    assert_int_equal(tenon__utf8_length("é€😀x", 10), 4);
    assert_true(tenon__utf8_is_valid("é€😀x", 10));
}

static void cuts_fall_between_characters(void **state)
{
    static const size_t expected[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
    for (size_t most = 0; most < TENON__COUNT(expected); most++)
        assert_int_equal(tenon__utf8_cut("aé€😀", 10, most), expected[most]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ill_formed_texts_are_refused),
        cmocka_unit_test(one_bad_byte_is_found_wherever_it_stands),
        cmocka_unit_test(a_copy_is_the_text_and_says_whether_it_is_valid),
        cmocka_unit_test(every_code_point_is_accepted_but_nul_and_surrogates),
        cmocka_unit_test(of_all_pairs_of_bytes_the_right_number_is_accepted),
        cmocka_unit_test(lengths_count_characters),
        cmocka_unit_test(cuts_fall_between_characters),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
