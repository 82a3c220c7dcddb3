/* Base 64: the test vectors of RFC 4648, padded and not, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/core.h"

static void base64_is_decoded_with_and_without_padding(void **state)
{
    static const struct {
        const char *text, *bytes;
    } cases[] = {
        {"", ""},
        {"Zg==", "f"},
        {"Zg", "f"},
        {"Zm8=", "fo"},
        {"Zm8", "fo"},
        {"Zm9v", "foo"},
        {"Zm9vYg==", "foob"},
        {"Zm9vYmE=", "fooba"},
        {"Zm9vYmFy", "foobar"},
        {"+/+/", "\xfb\xff\xbf"},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
        assert_true(tenon__base64_decode(cases[i].text, strlen(cases[i].text), &out));
        assert_string_equal(tenon__buf_string(&out), cases[i].bytes);
    }
}

static void what_is_no_base64_is_refused(void **state)
{
    static const char *const cases[] = {"Z",        "Zm9vY",  "Zm 9v", "Zm-_",
                                        "Zg==Zg==", "Zm9v\n", "é",     "Zh=="};
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
        assert_false(tenon__base64_decode(cases[i], strlen(cases[i]), &out));
    }
}

static void the_alphabet_for_urls_goes_both_ways(void **state)
{
    for (size_t length = 0; length < 20; length++) {
        TENON__CLEANUP(tenon__buf_release) tenon__buf text = {0}, bytes = {0};
        uint8_t data[20];
        for (size_t i = 0; i < length; i++)
            data[i] = (uint8_t)(255 - i * 7);
        tenon__base64url_encode(&text, data, length);
        assert_int_equal(text.length, (length * 4 + 2) / 3);
        assert_true(tenon__base64url_decode(tenon__buf_string(&text), text.length, &bytes));
        assert_int_equal(bytes.length, length);
        assert_memory_equal(tenon__buf_string(&bytes), data, length);
    }
    TENON__CLEANUP(tenon__buf_release) tenon__buf out = {0};
    tenon__base64url_encode(&out, "\xfb\xff\xbf", 3);
    assert_string_equal(out.data, "-_-_");
    assert_false(tenon__base64url_decode("+/+/", 4, &out));
    assert_false(tenon__base64url_decode("Zg==", 4, &out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_decoded_with_and_without_padding),
        cmocka_unit_test(what_is_no_base64_is_refused),
        cmocka_unit_test(the_alphabet_for_urls_goes_both_ways),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
