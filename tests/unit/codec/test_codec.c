/* Compressed arrays: everything comes back, small where it can be, and nothing else is believed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "arrays.h"
#include "codec/block.h"

#include <math.h>

static const size_t counts[] = {0, 1, 2, 3, 7, 1023, 1024, 1025, 5000};

static tenon_packed pack(const tenon_array *array, const tenon_pack_options *options)
{
    tenon_error err = {0};
    tenon_packed packed;
    if (!tenon_pack(array, options, &packed, &err))
        fail_msg("%s", err.message);
    return packed;
}

static void check_round_trip(const tenon_array *array, const tenon_pack_options *options)
{
    tenon_error err = {0};
    tenon_packed packed = pack(array, options);
    tenon_packed_info info;
    tenon_unpacked back;
    if (!tenon_packed_read_info(packed.data, packed.length, &info, &err) ||
        !tenon_unpack(packed.data, packed.length, NULL, &back, &err))
        fail_msg("%s", err.message);
    assert_int_equal(info.count, array->count);
    assert_int_equal(info.has_nulls, array->validity != NULL);
    assert_int_equal(back.array.count, array->count);
    arrays_assert_equal(array, 0, &back.array);
    tenon_unpacked_free(&back);
    tenon_packed_free(&packed);
}

static void for_all(void (*check)(const tenon_array *array))
{
    for (tenon_array_type type = TENON_ARRAY_INT8; type <= TENON_ARRAY_BYTES; type++) {
        for (made kind = 0; kind < MADE_KINDS; kind++) {
            for (size_t i = 0; i < TENON__COUNT(counts) * 2; i++) {
                made_array a = arrays_make(type, kind, counts[i / 2], i % 2, (unsigned)i);
                check(&a.array);
                arrays_free(&a);
            }
        }
    }
}

static void check_with_and_without_zstd(const tenon_array *array)
{
    check_round_trip(array, NULL);
    check_round_trip(array, &(tenon_pack_options){.without_general = true});
}

static void every_array_comes_back(void **state)
{
    for_all(check_with_and_without_zstd);
}

static void check_threads(const tenon_array *array)
{
    tenon_packed one = pack(array, NULL);
    tenon_packed four = pack(array, &(tenon_pack_options){.threads = 4});
    tenon_error err = {0};
    tenon_unpacked back;
    assert_int_equal(one.length, four.length);
    assert_memory_equal(one.data, four.data, one.length);
    const tenon_unpack_options options = {.threads = 4};
    assert_true(tenon_unpack(four.data, four.length, &options, &back, &err));
    arrays_assert_equal(array, 0, &back.array);
    tenon_unpacked_free(&back);
    tenon_packed_free(&one);
    tenon_packed_free(&four);
}

static void threads_change_nothing(void **state)
{
    made_array numbers = arrays_make(TENON_ARRAY_INT64, MADE_SLOW, 100000, true, 1);
    made_array texts = arrays_make(TENON_ARRAY_TEXT, MADE_SMALL, 20000, true, 2);
    check_threads(&numbers.array);
    check_threads(&texts.array);
    arrays_free(&numbers);
    arrays_free(&texts);
}

static void several_arrays_are_packed_side_by_side(void **state)
{
    tenon_error err = {0};
    made_array made_arrays[8];
    tenon_array arrays[8];
    tenon_packed packed[8];
    for (size_t i = 0; i < 8; i++) {
        made_arrays[i] = arrays_make(TENON_ARRAY_INT32, (made)i, 3000 * i, false, 7);
        arrays[i] = made_arrays[i].array;
    }
    assert_true(tenon_pack_many(arrays, 8, &(tenon_pack_options){.threads = 3}, packed, &err));
    for (size_t i = 0; i < 8; i++) {
        tenon_packed alone = pack(&arrays[i], NULL);
        assert_int_equal(alone.length, packed[i].length);
        assert_memory_equal(alone.data, packed[i].data, alone.length);
        tenon_packed_free(&alone);
        tenon_packed_free(&packed[i]);
    }
    arrays[5].type = 99;
    assert_false(tenon_pack_many(arrays, 8, NULL, packed, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    for (size_t i = 0; i < 8; i++)
        arrays_free(&made_arrays[i]);
}

/* ---- a part ---------------------------------------------------------------------------------- */

static void check_range(const tenon_packed *packed, const tenon_array *array, size_t first,
                        size_t count)
{
    tenon_error err = {0};
    tenon_unpacked part;
    if (!tenon_unpack_range(packed->data, packed->length, first, count, NULL, &part, &err))
        fail_msg("%s", err.message);
    assert_int_equal(part.array.count, count);
    arrays_assert_equal(array, first, &part.array);
    tenon_unpacked_free(&part);
}

static void a_part_is_read_without_the_rest(void **state)
{
    for (tenon_array_type type = TENON_ARRAY_INT8; type <= TENON_ARRAY_BYTES; type++) {
        made_array a = arrays_make(type, MADE_SLOW, 5000, type % 2, 3);
        tenon_packed packed = pack(&a.array, NULL);
        for (size_t first = 0; first <= 5000; first += 611) {
            for (size_t count = 0; count <= 5000 - first; count += 897)
                check_range(&packed, &a.array, first, count);
        }
        tenon_packed_free(&packed);
        arrays_free(&a);
    }
}

static void damage_elsewhere_does_not_matter_to_a_part(void **state)
{
    tenon_error err = {0};
    tenon_unpacked part;
    made_array a = arrays_make(TENON_ARRAY_INT64, MADE_NOISE, 5000, false, 3);
    tenon_packed packed = pack(&a.array, NULL);
    ((char *)packed.data)[packed.length - 10] ^= 1;
    check_range(&packed, &a.array, 10, 2000);
    assert_false(tenon_unpack_range(packed.data, packed.length, 4990, 5, NULL, &part, &err));
    assert_int_equal(err.status, TENON_CORRUPT);
    tenon_error_reset(&err);
    assert_false(tenon_unpack_range(packed.data, packed.length, 4990, 11, NULL, &part, &err));
    assert_int_equal(err.status, TENON_MISUSE);
    tenon_packed_free(&packed);
    arrays_free(&a);
}

/* ---- sizes ----------------------------------------------------------------------------------- */

/* Bytes of 10,000 elements. */
static size_t size_of(tenon_array_type type, made kind, const tenon_pack_options *options)
{
    made_array a = arrays_make(type, kind, 10000, false, 5);
    tenon_packed packed = pack(&a.array, options);
    size_t length = packed.length;
    tenon_packed_free(&packed);
    arrays_free(&a);
    return length;
}

static void each_kind_takes_the_form_that_is_small_for_it(void **state)
{
    static const tenon_pack_options own = {.without_general = true};
    assert_in_range(size_of(TENON_ARRAY_INT64, MADE_EQUAL, &own), 0, 300);
    assert_in_range(size_of(TENON_ARRAY_INT64, MADE_RISING, &own), 0, 6600); /* 5 bits */
    assert_in_range(size_of(TENON_ARRAY_INT64, MADE_STEADY, &own), 0, 1800); /* steps */
    assert_in_range(size_of(TENON_ARRAY_INT64, MADE_SMALL, &own), 0, 5400);  /* 3 bits, 1 % large */
    assert_in_range(size_of(TENON_ARRAY_INT64, MADE_NOISE, &own), 80000, 80200);
    assert_in_range(size_of(TENON_ARRAY_INT8, MADE_NOISE, &own), 10000, 10200);
    assert_in_range(size_of(TENON_ARRAY_DOUBLE, MADE_DECIMAL, &own), 0, 27000); /* 21 bits */
    assert_in_range(size_of(TENON_ARRAY_DOUBLE, MADE_NOISE, &own), 80000, 80300);
    assert_in_range(size_of(TENON_ARRAY_FLOAT, MADE_DECIMAL, &own), 0, 27000);
    assert_in_range(size_of(TENON_ARRAY_BOOL, MADE_NOISE, &own), 0, 1400);
}

static void texts_take_zstd(void **state)
{
    if (!tenon__general_is_there())
        skip();
    made_array a = arrays_make(TENON_ARRAY_TEXT, MADE_SMALL, 10000, false, 5);
    tenon_packed packed = pack(&a.array, NULL);
    tenon_packed_info info;
    tenon_error err = {0};
    assert_true(tenon_packed_read_info(packed.data, packed.length, &info, &err));
    assert_in_range(packed.length, 1, info.plain_length / 6);
    tenon_packed_free(&packed);
    arrays_free(&a);
}

/* ---- loss, when it is asked for -------------------------------------------------------------- */

static void a_bound_is_held(void **state)
{
    static const double bounds[] = {1e-9, 0.001, 0.5, 1e6};
    for (size_t b = 0; b < TENON__COUNT(bounds); b++) {
        for (made kind = 0; kind < MADE_KINDS; kind++) {
            tenon_error err = {0};
            tenon_unpacked back;
            made_array a = arrays_make(TENON_ARRAY_DOUBLE, kind, 3000, false, 9);
            tenon_packed packed = pack(&a.array, &(tenon_pack_options){.max_error = bounds[b]});
            assert_true(tenon_unpack(packed.data, packed.length, NULL, &back, &err));
            const double *was = a.array.items, *is = back.array.items;
            const uint64_t *bits_before = a.array.items, *bits_after = back.array.items;
            for (size_t i = 0; i < 3000; i++)
                assert_true(bits_before[i] == bits_after[i] || fabs(was[i] - is[i]) <= bounds[b]);
            tenon_unpacked_free(&back);
            tenon_packed_free(&packed);
            arrays_free(&a);
        }
    }
    assert_true(size_of(TENON_ARRAY_DOUBLE, MADE_DECIMAL, &(tenon_pack_options){.max_error = 50}) <
                size_of(TENON_ARRAY_DOUBLE, MADE_DECIMAL, NULL));
}

static void a_bound_is_for_floating_point_only(void **state)
{
    static const double wrong[] = {-1, (double)NAN, (double)INFINITY};
    tenon_packed packed;
    tenon_error err = {0};
    double number = 1;
    tenon_array reals = {.type = TENON_ARRAY_DOUBLE, .items = &number, .count = 1};
    tenon_array integers = {.type = TENON_ARRAY_INT64, .items = &number, .count = 1};
    for (size_t i = 0; i < TENON__COUNT(wrong); i++) {
        tenon_error_reset(&err);
        assert_false(
            tenon_pack(&reals, &(tenon_pack_options){.max_error = wrong[i]}, &packed, &err));
        assert_int_equal(err.status, TENON_MISUSE);
    }
    tenon_error_reset(&err);
    assert_false(tenon_pack(&integers, &(tenon_pack_options){.max_error = 1}, &packed, &err));
    assert_int_equal(err.status, TENON_MISUSE);
}

/* ---- data from elsewhere --------------------------------------------------------------------- */

static void check_every_cut(const tenon_array *array)
{
    tenon_packed packed = pack(array, NULL);
    for (size_t length = 0; length < packed.length; length++) {
        tenon_error err = {0};
        tenon_unpacked back;
        char *copy = malloc(length + 1); /* so that reading behind it is seen */
        memcpy(copy, packed.data, length);
        assert_false(tenon_unpack(copy, length, NULL, &back, &err));
        assert_int_equal(err.status, TENON_CORRUPT);
        free(copy);
    }
    tenon_packed_free(&packed);
}

static void check_every_changed_bit(const tenon_array *array)
{
    tenon_packed packed = pack(array, NULL);
    for (size_t bit = 0; bit < packed.length * 8; bit++) {
        tenon_error err = {0};
        tenon_unpacked back;
        ((char *)packed.data)[bit / 8] ^= (char)(1 << (bit % 8));
        assert_false(tenon_unpack(packed.data, packed.length, NULL, &back, &err));
        assert_true(err.status == TENON_CORRUPT || err.status == TENON_UNSUPPORTED);
        ((char *)packed.data)[bit / 8] ^= (char)(1 << (bit % 8));
    }
    tenon_packed_free(&packed);
}

static void what_is_damaged_is_not_believed(void **state)
{
    for (tenon_array_type type = TENON_ARRAY_INT8; type <= TENON_ARRAY_BYTES; type++) {
        made_array a = arrays_make(type, MADE_SMALL, 60, type % 2, 4);
        check_every_cut(&a.array);
        check_every_changed_bit(&a.array);
        arrays_free(&a);
    }
}

static void limits_hold_before_memory_is_taken(void **state)
{
    tenon_error err = {0};
    tenon_unpacked back;
    made_array a = arrays_make(TENON_ARRAY_INT64, MADE_EQUAL, 50000, false, 4);
    tenon_packed packed = pack(&a.array, NULL);
    const tenon_unpack_options few = {.max_count = 49999}, small = {.max_length = 399999};
    assert_false(tenon_unpack(packed.data, packed.length, &few, &back, &err));
    assert_int_equal(err.status, TENON_LIMIT);
    tenon_error_reset(&err);
    assert_false(tenon_unpack(packed.data, packed.length, &small, &back, &err));
    assert_int_equal(err.status, TENON_LIMIT);
    tenon_packed_free(&packed);
    arrays_free(&a);
}

static void a_text_that_is_null_has_to_be_said_to_be(void **state)
{
    const char *const texts[] = {"a", NULL};
    const uint8_t first_only = 1;
    tenon_array array = {.type = TENON_ARRAY_TEXT, .items = texts, .count = 2};
    tenon_packed packed;
    tenon_error err = {0};
    assert_false(tenon_pack(&array, NULL, &packed, &err));
    assert_int_equal(err.status, TENON_VALIDATION);
    array.validity = &first_only;
    check_round_trip(&array, NULL);
}

/* ---- what has once been written -------------------------------------------------------------- */

static void check_golden(const tenon_array *array, const char *hex)
{
    char written[512] = "";
    tenon_packed packed = pack(array, &(tenon_pack_options){.without_general = true});
    for (size_t i = 0; i < packed.length; i++)
        snprintf(written + i * 2, 3, "%02x", ((const uint8_t *)packed.data)[i]);
    assert_string_equal(written, hex);
    tenon_packed_free(&packed);
}

static void the_format_stays_as_it_is(void **state)
{
    const int32_t rising[] = {100, 105, 111, 118, 126, 135};
    const double prices[] = {19.99, 5.25, -3.5, 1000.01};
    const bool flags[] = {true, false, true, true};
    const char *const names[] = {"Ann", "", "B\xc3\xa9la"};
    const int8_t some[] = {-1, 0, 3};
    const uint8_t validity = 5;
    check_golden(&(tenon_array){.type = TENON_ARRAY_INT32, .items = rising, .count = 6},
                 "544e41010300060b67b87e3904c8010a0200aac6bb209b");
    check_golden(&(tenon_array){.type = TENON_ARRAY_DOUBLE, .items = prices, .count = 4},
                 "544e41010a00041377debdaf0102049e1f83171200ae04505b0c00bc3166bf");
    check_golden(&(tenon_array){.type = TENON_ARRAY_BOOL, .items = flags, .count = 4},
                 "544e41010b000405485407440d821f55ed");
    check_golden(&(tenon_array){.type = TENON_ARRAY_TEXT, .items = names, .count = 3},
                 "544e41011000031308d557ce3302060504008000416e6e42c3a96c6197c9b16b");
    check_golden(
        &(tenon_array){.type = TENON_ARRAY_INT8, .items = some, .count = 3, .validity = &validity},
        "544e410101010309c4804b9f010500ff03a555b76b");
}

static void the_checksum_is_that_of_the_standard(void **state)
{
    assert_int_equal(tenon__crc32c(0, "123456789", 9),
                     0xe3069283); /* RFC 3720, by its check value */
    assert_int_equal(tenon__crc32c(tenon__crc32c(0, "12345", 5), "6789", 4), 0xe3069283);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_array_comes_back),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(several_arrays_are_packed_side_by_side),
        cmocka_unit_test(a_part_is_read_without_the_rest),
        cmocka_unit_test(damage_elsewhere_does_not_matter_to_a_part),
        cmocka_unit_test(each_kind_takes_the_form_that_is_small_for_it),
        cmocka_unit_test(texts_take_zstd),
        cmocka_unit_test(a_bound_is_held),
        cmocka_unit_test(a_bound_is_for_floating_point_only),
        cmocka_unit_test(what_is_damaged_is_not_believed),
        cmocka_unit_test(limits_hold_before_memory_is_taken),
        cmocka_unit_test(a_text_that_is_null_has_to_be_said_to_be),
        cmocka_unit_test(the_format_stays_as_it_is),
        cmocka_unit_test(the_checksum_is_that_of_the_standard),
    };
    return cmocka_run_group_tests_name("codec", tests, NULL, NULL);
}
