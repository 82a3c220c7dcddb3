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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(base64_is_decoded_with_and_without_padding),
        cmocka_unit_test(what_is_no_base64_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
