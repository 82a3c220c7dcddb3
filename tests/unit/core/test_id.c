/* Ids: well-formed, different from each other, in the order of time where they promise it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "core/core.h"
#include "generator.h"

enum { ID_COUNT = 10000 };

static tenon__entropy pool;

static const char lower_and_digits[] = "0123456789abcdefghijklmnopqrstuvwxyz";
static const char crockford[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
static const char url_safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static void assert_shape(const char *id, size_t length, const char *alphabet)
{
    assert_int_equal(strlen(id), length);
    assert_int_equal(strspn(id, alphabet), length);
}

static bool make_nanoid(tenon__entropy *from, char *out)
{
    return tenon__nanoid(from, out, 21);
}

static void assert_all_different(bool (*make)(tenon__entropy *, char *))
{
    static char ids[ID_COUNT][TENON__ID_TEXT_SIZE];
    TENON__CLEANUP(tenon__map_release) tenon__map seen = {0};
    for (size_t i = 0; i < ID_COUNT; i++) {
        assert_true(make(&pool, ids[i]));
        assert_true(tenon__map_put(&seen, ids[i], strlen(ids[i]), ids[i]));
    }
    assert_int_equal(seen.count, ID_COUNT);
}

static bool make_uuid4(tenon__entropy *from, char *out)
{
    tenon_uuid uuid;
    bool is_made = tenon__uuid4(from, &uuid);
    tenon_uuid_format(uuid, out, TENON__ID_TEXT_SIZE);
    return is_made;
}

static bool make_uuid7(tenon__entropy *from, char *out)
{
    tenon_uuid uuid;
    bool is_made = tenon__uuid7(from, &uuid);
    tenon_uuid_format(uuid, out, TENON__ID_TEXT_SIZE);
    return is_made;
}

static void ten_thousand_ids_of_each_kind_are_different(void **state)
{
    assert_all_different(make_uuid4);
    assert_all_different(make_uuid7);
    assert_all_different(tenon__cuid);
    assert_all_different(tenon__cuid2);
    assert_all_different(tenon__ulid);
    assert_all_different(make_nanoid);
}

static void uuids_carry_version_and_variant(void **state)
{
    for (int i = 0; i < 1000; i++) {
        tenon_uuid four = {0, 0}, seven = {0, 0};
        assert_true(tenon__uuid4(&pool, &four) && tenon__uuid7(&pool, &seven));
        assert_int_equal(four.hi >> 12 & 15, 4);
        assert_int_equal(four.lo >> 62, 2);
        assert_int_equal(seven.hi >> 12 & 15, 7);
        assert_int_equal(seven.lo >> 62, 2);
    }
}

static void uuid7_carries_the_time_and_rises_with_it(void **state)
{
    tenon_uuid before = {0, 0};
    for (int i = 0; i < 1000; i++) {
        tenon_uuid now;
        int64_t earliest = tenon__now_us() / 1000;
        assert_true(tenon__uuid7(&pool, &now));
        int64_t latest = tenon__now_us() / 1000;
        assert_true((int64_t)(now.hi >> 16) >= earliest && (int64_t)(now.hi >> 16) <= latest);
        assert_true(now.hi >= before.hi);
        before = now;
    }
}

static void every_free_bit_of_a_uuid_turns(void **state)
{
    tenon_uuid ones = {0, 0}, zeros = {0, 0};
    for (int i = 0; i < 200; i++) {
        tenon_uuid uuid;
        tenon__uuid4(&pool, &uuid);
        ones = (tenon_uuid){ones.hi | uuid.hi, ones.lo | uuid.lo};
        zeros = (tenon_uuid){zeros.hi | ~uuid.hi, zeros.lo | ~uuid.lo};
    }
    assert_true((ones.hi & zeros.hi) == ~UINT64_C(0xF000));
    assert_true((ones.lo & zeros.lo) == ~(UINT64_C(3) << 62));
}

static void cuids_have_their_shapes(void **state)
{
    char id[TENON__ID_TEXT_SIZE];
    for (int i = 0; i < 1000; i++) {
        assert_true(tenon__cuid(&pool, id));
        assert_shape(id, 25, lower_and_digits);
        assert_int_equal(id[0], 'c');
        assert_true(tenon__cuid2(&pool, id));
        assert_shape(id, 24, lower_and_digits);
        assert_in_range(id[0], 'a', 'z');
    }
}

static uint64_t read_time(const char *text, size_t length, const char *alphabet)
{
    uint64_t value = 0;
    for (size_t i = 0; i < length; i++)
        value = value * strlen(alphabet) + (uint64_t)(strchr(alphabet, text[i]) - alphabet);
    return value;
}

static void cuid_and_ulid_begin_with_the_time(void **state)
{
    char id[TENON__ID_TEXT_SIZE];
    uint64_t earliest = (uint64_t)tenon__now_us() / 1000;
    assert_true(tenon__cuid(&pool, id));
    uint64_t cuid_time = read_time(id + 1, 8, lower_and_digits);
    assert_true(tenon__ulid(&pool, id));
    uint64_t ulid_time = read_time(id, 10, crockford);
    uint64_t latest = (uint64_t)tenon__now_us() / 1000;
    assert_true(earliest <= cuid_time && cuid_time <= ulid_time && ulid_time <= latest);
}

static void ulids_have_their_shape(void **state)
{
    char id[TENON__ID_TEXT_SIZE];
    for (int i = 0; i < 1000; i++) {
        assert_true(tenon__ulid(&pool, id));
        assert_shape(id, 26, crockford);
        assert_in_range(id[0], '0', '7');
    }
}

static void nanoids_have_the_length_that_is_asked_for(void **state)
{
    char id[TENON__ID_TEXT_SIZE];
    for (unsigned length = 2; length < TENON__ID_TEXT_SIZE; length++) {
        assert_true(tenon__nanoid(&pool, id, length));
        assert_shape(id, length, url_safe);
    }
    assert_false(tenon__nanoid(&pool, id, 0));
    assert_false(tenon__nanoid(&pool, id, 1));
    assert_false(tenon__nanoid(&pool, id, TENON__ID_TEXT_SIZE));
}

/* 240,000 characters in 36 classes: each is expected 6,667 times with a deviation of 80. */
static void the_characters_of_cuid2_are_evenly_spread(void **state)
{
    int seen[128] = {0};
    char id[TENON__ID_TEXT_SIZE];
    for (int i = 0; i < 10435; i++) {
        assert_true(tenon__cuid2(&pool, id));
        for (int k = 1; k < 24; k++)
            seen[(unsigned char)id[k]]++;
    }
    for (const char *c = lower_and_digits; *c; c++)
        assert_in_range(seen[(unsigned char)*c], 6667 - 500, 6667 + 500);
}

static void what_was_drawn_is_erased_and_not_drawn_again(void **state)
{
    tenon__entropy own = {0};
    tenon_uuid uuid;
    static const unsigned char nothing[sizeof own.bytes];
    for (size_t drawn = sizeof uuid; drawn <= sizeof own.bytes; drawn += sizeof uuid) {
        assert_true(tenon__uuid4(&own, &uuid));
        assert_int_equal(own.left, sizeof own.bytes - drawn);
        assert_memory_equal(own.bytes + own.left, nothing, drawn);
    }
    assert_true(tenon__uuid4(&own, &uuid));
    assert_int_equal(own.left, sizeof own.bytes - sizeof uuid);
}

static void uuids_survive_text(void **state)
{
    generator g = {5};
    for (int i = 0; i < 10000; i++) {
        tenon_uuid uuid = {generator_next(&g), generator_next(&g)}, again = {0, 0};
        char text[TENON_UUID_TEXT_SIZE], expected[TENON_UUID_TEXT_SIZE];
        assert_int_equal(tenon_uuid_format(uuid, text, sizeof text), 36);
        snprintf(expected, sizeof expected, "%08x-%04x-%04x-%04x-%012llx",
                 (unsigned)(uuid.hi >> 32), (unsigned)(uuid.hi >> 16 & 0xFFFF),
                 (unsigned)(uuid.hi & 0xFFFF), (unsigned)(uuid.lo >> 48),
                 (unsigned long long)(uuid.lo & 0xFFFFFFFFFFFF));
        assert_string_equal(text, expected);
        assert_true(tenon_uuid_parse(text, &again, NULL));
        assert_true(again.hi == uuid.hi && again.lo == uuid.lo);
    }
}

static void a_uuid_is_read_in_either_case_and_written_in_lower(void **state)
{
    tenon_uuid uuid;
    char text[TENON_UUID_TEXT_SIZE];
    assert_true(tenon_uuid_parse("0189ABCD-ef01-7000-8000-0123456789aB", &uuid, NULL));
    assert_true(uuid.hi == UINT64_C(0x0189ABCDEF017000));
    assert_true(uuid.lo == UINT64_C(0x80000123456789AB));
    tenon_uuid_format(uuid, text, sizeof text);
    assert_string_equal(text, "0189abcd-ef01-7000-8000-0123456789ab");
}

static void other_spellings_of_a_uuid_are_refused(void **state)
{
    static const char *const cases[] = {
        "",
        "x",
        "0189abcd-ef01-7000-8000-0123456789a",
        "0189abcd-ef01-7000-8000-0123456789abc",
        "0189abcd-ef01-7000-8000-0123456789ag",
        "0189abcdef017000-8000-0123456789abcd-",
        "0189abcdef01700080000123456789ab",
        "{0189abcd-ef01-7000-8000-0123456789ab}",
        " 0189abcd-ef01-7000-8000-0123456789ab",
        "0189abcd-ef01-7000-8000-0123456789ab ",
        "0189abcd_ef01_7000_8000_0123456789ab",
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_uuid uuid = {1, 2};
        tenon_error err;
        assert_false(tenon_uuid_parse(cases[i], &uuid, &err));
        assert_int_equal(err.status, TENON_TYPE);
        assert_true(uuid.hi == 1 && uuid.lo == 2);
    }
    assert_false(tenon_uuid_parse(NULL, &(tenon_uuid){0, 0}, NULL));
}

static void a_short_field_gets_the_beginning_of_a_uuid(void **state)
{
    char text[9];
    assert_int_equal(tenon_uuid_format((tenon_uuid){0, 0}, text, sizeof text), 36);
    assert_string_equal(text, "00000000");
    assert_int_equal(tenon_uuid_format((tenon_uuid){0, 0}, NULL, 0), 36);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_ids_of_each_kind_are_different),
        cmocka_unit_test(uuids_carry_version_and_variant),
        cmocka_unit_test(uuid7_carries_the_time_and_rises_with_it),
        cmocka_unit_test(every_free_bit_of_a_uuid_turns),
        cmocka_unit_test(cuids_have_their_shapes),
        cmocka_unit_test(cuid_and_ulid_begin_with_the_time),
        cmocka_unit_test(ulids_have_their_shape),
        cmocka_unit_test(nanoids_have_the_length_that_is_asked_for),
        cmocka_unit_test(the_characters_of_cuid2_are_evenly_spread),
        cmocka_unit_test(what_was_drawn_is_erased_and_not_drawn_again),
        cmocka_unit_test(uuids_survive_text),
        cmocka_unit_test(a_uuid_is_read_in_either_case_and_written_in_lower),
        cmocka_unit_test(other_spellings_of_a_uuid_are_refused),
        cmocka_unit_test(a_short_field_gets_the_beginning_of_a_uuid),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
