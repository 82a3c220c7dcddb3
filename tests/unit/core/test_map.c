/* The map and the hash under it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>

#include "core/core.h"
#include "generator.h"

enum { KEY_COUNT = 10000, KEY_SIZE = 16 };

static char keys[KEY_COUNT][KEY_SIZE];

static void *numbered(size_t i)
{
    return &keys[i];
}

static int write_keys(void **state)
{
    for (size_t i = 0; i < KEY_COUNT; i++)
        snprintf(keys[i], KEY_SIZE, "key %zu", i);
    return 0;
}

static void an_empty_map_has_nothing(void **state)
{
    tenon__map map = {0};
    assert_null(tenon__map_get(&map, "x", 1));
    tenon__map_release(&map);
}

static void what_was_put_is_found_and_nothing_else(void **state)
{
    TENON__CLEANUP(tenon__map_release) tenon__map map = {0};
    for (size_t i = 0; i < KEY_COUNT; i++)
        assert_true(tenon__map_put(&map, keys[i], strlen(keys[i]), numbered(i)));
    assert_int_equal(map.count, KEY_COUNT);
    for (size_t i = 0; i < KEY_COUNT; i++)
        assert_ptr_equal(tenon__map_get(&map, keys[i], strlen(keys[i])), numbered(i));
    assert_null(tenon__map_get(&map, "key 10000", 9));
    assert_null(tenon__map_get(&map, "key", 3));
    assert_null(tenon__map_get(&map, "", 0));
}

static void putting_again_replaces(void **state)
{
    TENON__CLEANUP(tenon__map_release) tenon__map map = {0};
    int first, second;
    assert_true(tenon__map_put(&map, "k", 1, &first));
    assert_true(tenon__map_put(&map, "k", 1, &second));
    assert_int_equal(map.count, 1);
    assert_ptr_equal(tenon__map_get(&map, "k", 1), &second);
}

static void keys_are_bytes_of_any_length(void **state)
{
    TENON__CLEANUP(tenon__map_release) tenon__map map = {0};
    int empty, nul, two;
    tenon__map_put(&map, "", 0, &empty);
    tenon__map_put(&map, "\0", 1, &nul);
    tenon__map_put(&map, "\0\0", 2, &two);
    assert_ptr_equal(tenon__map_get(&map, "", 0), &empty);
    assert_ptr_equal(tenon__map_get(&map, "\0", 1), &nul);
    assert_ptr_equal(tenon__map_get(&map, "\0\0", 2), &two);
}

static void the_hash_does_not_depend_on_where_the_bytes_lie(void **state)
{
    char bytes[260], moved[268];
    generator g = {3};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)generator_next(&g);
    for (size_t length = 0; length <= sizeof bytes; length++) {
        uint64_t hash = tenon__hash(bytes, length);
        for (size_t shift = 0; shift < 8; shift++) {
            memcpy(moved + shift, bytes, length);
            assert_true(tenon__hash(moved + shift, length) == hash);
        }
    }
}

/* Turning any one bit of the input turns about half of the output's 64. */
static void every_bit_of_the_input_counts(void **state)
{
    const size_t lengths[] = {1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 64, 65, 100, 200};
    char bytes[200];
    generator g = {4};
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)generator_next(&g);
    for (size_t k = 0; k < TENON__COUNT(lengths); k++) {
        uint64_t hash = tenon__hash(bytes, lengths[k]);
        int turned = 0;
        for (size_t bit = 0; bit < lengths[k] * 8; bit++) {
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
            uint64_t other = tenon__hash(bytes, lengths[k]);
            bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
            assert_true(other != hash);
            turned += __builtin_popcountll(hash ^ other);
        }
        double mean = (double)turned / (double)(lengths[k] * 8);
        assert_true(mean > 27 && mean < 37);
    }
}

/* 40,000 keys in 65,536 places by their low bits: about 29,900 are expected to be taken. */
static void similar_keys_spread_over_the_low_bits(void **state)
{
    static unsigned char taken[65536];
    int used = 0;
    memset(taken, 0, sizeof taken);
    for (int i = 0; i < 40000; i++) {
        char key[32];
        int length = snprintf(key, sizeof key, "user_find_many:%d", i);
        unsigned char *place = &taken[tenon__hash(key, (size_t)length) & 65535];
        used += !*place;
        *place = 1;
    }
    assert_in_range(used, 29500, 30400);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(what_was_put_is_found_and_nothing_else),
        cmocka_unit_test(putting_again_replaces),
        cmocka_unit_test(keys_are_bytes_of_any_length),
        cmocka_unit_test(the_hash_does_not_depend_on_where_the_bytes_lie),
        cmocka_unit_test(every_bit_of_the_input_counts),
        cmocka_unit_test(similar_keys_spread_over_the_low_bits),
    };
    return cmocka_run_group_tests(tests, write_keys, NULL);
}
