/* SHA-256 with the vectors of FIPS 180-4 and of NIST's short message tests, HMAC with those of RFC
 * 4231. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "core/core.h"

static const char *hex(const uint8_t digest[TENON__SHA256_BYTES])
{
    static char text[2 * TENON__SHA256_BYTES + 1];
    for (size_t i = 0; i < TENON__SHA256_BYTES; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
    return text;
}

static void known_messages_have_known_digests(void **state)
{
    static const struct {
        const char *message, *digest;
    } cases[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
        {"abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmno"
         "ijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
         "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        uint8_t digest[TENON__SHA256_BYTES];
        tenon__sha256(cases[i].message, strlen(cases[i].message), digest);
        assert_string_equal(hex(digest), cases[i].digest);
    }
}

static void a_million_letters_have_their_digest(void **state)
{
    enum { LENGTH = 1000000 };
    uint8_t digest[TENON__SHA256_BYTES];
    char *message = malloc(LENGTH);
    assert_non_null(message);
    memset(message, 'a', LENGTH);
    tenon__sha256(message, LENGTH, digest);
    free(message);
    assert_string_equal(hex(digest),
                        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void signatures_are_those_of_the_standard(void **state)
{
    uint8_t key[131], data[50], digest[TENON__SHA256_BYTES];
    memset(key, 0x0b, 20);
    tenon__hmac_sha256(key, 20, "Hi There", 8, digest);
    assert_string_equal(hex(digest),
                        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    tenon__hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, digest);
    assert_string_equal(hex(digest),
                        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    memset(data, 0xdd, sizeof data);
    tenon__hmac_sha256(key, 20, data, sizeof data, digest);
    assert_string_equal(hex(digest),
                        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    static const char longer[] = "Test Using Larger Than Block-Size Key - Hash Key First";
    tenon__hmac_sha256(key, sizeof key, longer, sizeof longer - 1, digest);
    assert_string_equal(hex(digest),
                        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_messages_have_known_digests),
        cmocka_unit_test(a_million_letters_have_their_digest),
        cmocka_unit_test(signatures_are_those_of_the_standard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
