/* What a column cannot hold is refused, with model and field named, and nothing else is. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "driver/driver.h"

static const tenon_model user = {.name = "User"};

static tenon_status status_of(const tenon_field *field, const void *value)
{
    tenon_error err = {0};
    bool fits = tenon__check_wide(&user, field, value, &err);
    assert_int_equal(fits, err.status == TENON_OK);
    return err.status;
}

static void integers_outside_of_their_column_are_out_of_range(void **state)
{
    static const struct {
        tenon_kind kind;
        int64_t value;
        tenon_status status;
    } cases[] = {
        {TENON_KIND_INT16, 32767, TENON_OK},        {TENON_KIND_INT16, 32768, TENON_RANGE},
        {TENON_KIND_INT16, -32768, TENON_OK},       {TENON_KIND_INT16, -32769, TENON_RANGE},
        {TENON_KIND_INT32, 2147483647, TENON_OK},   {TENON_KIND_INT32, 2147483648, TENON_RANGE},
        {TENON_KIND_INT32, INT64_MIN, TENON_RANGE}, {TENON_KIND_INT64, INT64_MIN, TENON_OK},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_field field = {.name = "age", .kind = cases[i].kind};
        assert_int_equal(status_of(&field, &cases[i].value), cases[i].status);
    }
}

static void a_refusal_names_model_field_value_and_bounds(void **state)
{
    tenon_field field = {.name = "age", .kind = TENON_KIND_INT32};
    int64_t value = 3000000000;
    tenon_error err = {0};
    assert_false(tenon__check_wide(&user, &field, &value, &err));
    assert_string_equal(err.message,
                        "User.age: 3000000000 does not fit in an int (-2147483648 … 2147483647)");
    assert_string_equal(err.model, "User");
    assert_string_equal(err.field, "age");
}

static void without_a_model_only_the_field_is_named(void **state)
{
    tenon_field field = {.name = "age", .kind = TENON_KIND_BOOL};
    int value = 2;
    tenon_error err = {0};
    assert_false(tenon__check_wide(NULL, &field, &value, &err));
    assert_string_equal(err.message, "age: 2 does not fit in a bool (0 … 1)");
}

static void a_sensitive_value_does_not_stand_in_the_message(void **state)
{
    tenon_field field = {
        .name = "salary", .kind = TENON_KIND_DECIMAL, .flags = TENON_FIELD_SENSITIVE};
    tenon_decimal value = {0, "4711x"};
    tenon_error err = {0};
    assert_false(tenon__check_wide(&user, &field, &value, &err));
    assert_null(strstr(err.message, "4711"));
}

static void an_oid_has_32_bits_without_a_sign(void **state)
{
    tenon_field field = {.name = "id", .kind = TENON_KIND_INT64, .pg_type = TENON_PG_OID};
    int64_t most = UINT32_MAX, above = most + 1, below = -1;
    assert_int_equal(status_of(&field, &most), TENON_OK);
    assert_int_equal(status_of(&field, &above), TENON_RANGE);
    assert_int_equal(status_of(&field, &below), TENON_RANGE);
}

static void a_float_takes_what_it_holds_or_prints_back(void **state)
{
    static const struct {
        double value;
        tenon_status status;
    } cases[] = {
        {0.1, TENON_OK},
        {16777216, TENON_OK},
        {16777217, TENON_RANGE},
        {0.123456789012, TENON_RANGE},
        {3.4028234663852886e38, TENON_OK},
        {1e39, TENON_RANGE},
        {1e-50, TENON_RANGE},
        {-0.0, TENON_OK},
        {(double)NAN, TENON_OK},
        {(double)INFINITY, TENON_OK},
    };
    tenon_field field = {.name = "size", .kind = TENON_KIND_FLOAT};
    for (size_t i = 0; i < TENON__COUNT(cases); i++)
        assert_int_equal(status_of(&field, &cases[i].value), cases[i].status);
}

static void decimals_must_fit_precision_and_scale(void **state)
{
    static const struct {
        int precision, scale;
        const char *text;
        tenon_status status;
    } cases[] = {
        {5, 2, "123.45", TENON_OK},    {5, 2, "-123.45", TENON_OK},
        {5, 2, "123.4500", TENON_OK},  {5, 2, "00123.4", TENON_OK},
        {5, 2, "1234.5", TENON_RANGE}, {5, 2, "0.001", TENON_RANGE},
        {5, 2, "NaN", TENON_OK},       {5, 2, "Infinity", TENON_RANGE},
        {-1, 0, "Infinity", TENON_OK}, {-1, 0, "0.00000000000000000000000000001", TENON_OK},
        {5, 2, "1e3", TENON_TYPE},     {5, 2, "", TENON_TYPE},
        {5, 2, NULL, TENON_MISUSE},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_field field = {.name = "price",
                             .kind = TENON_KIND_DECIMAL,
                             .pg_type = TENON_PG_NUMERIC,
                             .precision = cases[i].precision,
                             .scale = cases[i].scale};
        tenon_decimal value = {0, cases[i].text};
        assert_int_equal(status_of(&field, &value), cases[i].status);
    }
}

static void money_has_two_digits_behind_the_point_and_no_infinity(void **state)
{
    tenon_field field = {.name = "price", .kind = TENON_KIND_DECIMAL, .pg_type = TENON_PG_MONEY};
    assert_int_equal(status_of(&field, &(tenon_decimal){0, "92233720368547758.07"}), TENON_OK);
    assert_int_equal(status_of(&field, &(tenon_decimal){0, "0.001"}), TENON_RANGE);
    assert_int_equal(status_of(&field, &(tenon_decimal){0, "NaN"}), TENON_RANGE);
}

static void texts_are_measured_in_characters(void **state)
{
    static const struct {
        tenon_pg_type type;
        int precision;
        const char *text;
        tenon_status status;
    } cases[] = {
        {TENON_PG_VARCHAR, 3, "äöü", TENON_OK},
        {TENON_PG_VARCHAR, 3, "abcd", TENON_RANGE},
        {TENON_PG_VARCHAR, 3, "abc ", TENON_RANGE},
        {TENON_PG_VARCHAR, -1, "as long as you like", TENON_OK},
        {TENON_PG_BPCHAR, 2, "abc", TENON_RANGE},
        {TENON_PG_TEXT, -1, "\xFF", TENON_TYPE},
        {TENON_PG_TEXT, -1, "\xED\xA0\x80", TENON_TYPE},
        {TENON_PG_BIT, 3, "101", TENON_OK},
        {TENON_PG_BIT, 3, "10", TENON_RANGE},
        {TENON_PG_BIT, 3, "102", TENON_TYPE},
        {TENON_PG_VARBIT, 3, "10", TENON_OK},
        {TENON_PG_VARBIT, 3, "1010", TENON_RANGE},
        {TENON_PG_TEXT, -1, NULL, TENON_MISUSE},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_field field = {.name = "name",
                             .kind = TENON_KIND_TEXT,
                             .pg_type = cases[i].type,
                             .precision = cases[i].precision};
        assert_int_equal(status_of(&field, &cases[i].text), cases[i].status);
    }
}

static void json_must_be_json(void **state)
{
    tenon_field field = {.name = "meta", .kind = TENON_KIND_JSON};
    assert_int_equal(status_of(&field, &(tenon_json){0, "{\"a\": [1, 2]}"}), TENON_OK);
    assert_int_equal(status_of(&field, &(tenon_json){3, "12 and more"}), TENON_OK);
    assert_int_equal(status_of(&field, &(tenon_json){0, "{a: 1}"}), TENON_TYPE);
    assert_int_equal(status_of(&field, &(tenon_json){0, NULL}), TENON_MISUSE);
}

static void times_finer_than_their_column_are_out_of_range(void **state)
{
    static const struct {
        int precision;
        int64_t us;
        tenon_status status;
    } cases[] = {
        {3, 1700000000123000, TENON_OK},
        {3, 1700000000123456, TENON_RANGE},
        {3, -1001, TENON_RANGE},
        {0, 1000000, TENON_OK},
        {0, 100000, TENON_RANGE},
        {6, 1, TENON_OK},
        {-1, 1, TENON_OK},
        {3, INT64_MAX, TENON_OK},
        {3, INT64_MIN, TENON_OK},
        {6, INT64_MIN + 1, TENON_RANGE},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_field field = {
            .name = "createdAt", .kind = TENON_KIND_TIME, .precision = cases[i].precision};
        assert_int_equal(status_of(&field, &(tenon_time){cases[i].us}), cases[i].status);
    }
}

static void dates_and_clocks_have_bounds(void **state)
{
    tenon_field date = {.name = "day", .kind = TENON_KIND_DATE};
    assert_int_equal(status_of(&date, &(tenon_date){2145042905}), TENON_OK);
    assert_int_equal(status_of(&date, &(tenon_date){2145042906}), TENON_RANGE);
    assert_int_equal(status_of(&date, &(tenon_date){INT32_MAX}), TENON_OK);
    tenon_field clock = {.name = "at", .kind = TENON_KIND_CLOCK, .precision = 6};
    assert_int_equal(status_of(&clock, &(tenon_clock){86400000000}), TENON_OK);
    assert_int_equal(status_of(&clock, &(tenon_clock){86400000001}), TENON_RANGE);
    assert_int_equal(status_of(&clock, &(tenon_clock){-1}), TENON_RANGE);
    tenon_field zoned = {.name = "at", .kind = TENON_KIND_CLOCK_TZ, .precision = 6};
    assert_int_equal(status_of(&zoned, &(tenon_clock_tz){0, 57599}), TENON_OK);
    assert_int_equal(status_of(&zoned, &(tenon_clock_tz){0, -57600}), TENON_RANGE);
    tenon_field span = {.name = "lasts", .kind = TENON_KIND_INTERVAL, .precision = 3};
    assert_int_equal(status_of(&span, &(tenon_interval){1, -2, 3000}), TENON_OK);
    assert_int_equal(status_of(&span, &(tenon_interval){1, -2, -3001}), TENON_RANGE);
    assert_int_equal(status_of(&span, &(tenon_interval){INT32_MAX, INT32_MAX, INT64_MAX}),
                     TENON_OK);
}

static const char *const colour_values[] = {"red", "dark green"};
static const tenon_enum colour = {.name = "Colour", .values = colour_values, .count = 2};

static void enums_have_only_their_values(void **state)
{
    tenon_field field = {.name = "colour", .kind = TENON_KIND_ENUM, .enumeration = &colour};
    assert_int_equal(status_of(&field, &(int){2}), TENON_OK);
    assert_int_equal(status_of(&field, &(int){0}), TENON_RANGE);
    assert_int_equal(status_of(&field, &(int){3}), TENON_RANGE);
    assert_int_equal(tenon__enum_from_text(&colour, "dark green", 10), 2);
    assert_int_equal(tenon__enum_from_text(&colour, "dark green", 4), 0);
    assert_int_equal(tenon__enum_from_text(&colour, "red\0x", 5), 0);
}

static void sizes_are_those_of_the_types(void **state)
{
    assert_int_equal(tenon__wide_size(TENON_KIND_INT16), 8);
    assert_int_equal(tenon__element_size(TENON_KIND_INT16), 2);
    assert_int_equal(tenon__optional_offset(TENON_KIND_INT16), offsetof(tenon_opt_int16, value));
    assert_int_equal(tenon__optional_offset(TENON_KIND_CLOCK_TZ),
                     offsetof(tenon_opt_clock_tz, value));
    assert_int_equal(tenon__optional_offset(TENON_KIND_TEXT), 0);
}

typedef struct pair {
    int64_t a, b;
} pair;

static void add_pairs(tenon__rows *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        pair *row = (pair *)(void *)tenon__rows_reserve(rows, 1, sizeof(pair));
        assert_non_null(row);
        *row = (pair){(int64_t)i, -(int64_t)i};
        rows->count++;
    }
    tenon__rows_finish(rows, sizeof(pair));
}

static void rows_stay_while_their_list_grows(void **state)
{
    static const size_t expectations[] = {0, 1, 2, 100};
    for (size_t e = 0; e < TENON__COUNT(expectations); e++) {
        tenon__arena arena = {0};
        tenon__rows rows = {.arena = &arena, .expected = expectations[e]};
        add_pairs(&rows, 1000);
        for (size_t i = 0; i < rows.count; i++)
            assert_int_equal(((pair *)(void *)rows.items)[i].b, -(int64_t)i);
        tenon__arena_release(&arena);
    }
}

static void one_expected_row_is_taken_plainly_from_the_arena(void **state)
{
    tenon__arena arena = {0};
    char *before = tenon__arena_alloc(&arena, 8);
    tenon__rows rows = {.arena = &arena, .expected = 1};
    add_pairs(&rows, 1);
    assert_ptr_equal(rows.items, before + 8);
    tenon__arena_release(&arena);
}

static void a_list_larger_than_memory_is_refused(void **state)
{
    tenon__arena arena = {.limit_bytes = 4096};
    tenon__rows rows = {.arena = &arena};
    assert_null(tenon__rows_reserve(&rows, SIZE_MAX / 8, sizeof(pair)));
    assert_null(tenon__rows_reserve(&rows, 1000, sizeof(pair)));
    tenon__arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_outside_of_their_column_are_out_of_range),
        cmocka_unit_test(a_refusal_names_model_field_value_and_bounds),
        cmocka_unit_test(without_a_model_only_the_field_is_named),
        cmocka_unit_test(a_sensitive_value_does_not_stand_in_the_message),
        cmocka_unit_test(an_oid_has_32_bits_without_a_sign),
        cmocka_unit_test(a_float_takes_what_it_holds_or_prints_back),
        cmocka_unit_test(decimals_must_fit_precision_and_scale),
        cmocka_unit_test(money_has_two_digits_behind_the_point_and_no_infinity),
        cmocka_unit_test(texts_are_measured_in_characters),
        cmocka_unit_test(json_must_be_json),
        cmocka_unit_test(times_finer_than_their_column_are_out_of_range),
        cmocka_unit_test(dates_and_clocks_have_bounds),
        cmocka_unit_test(enums_have_only_their_values),
        cmocka_unit_test(sizes_are_those_of_the_types),
        cmocka_unit_test(rows_stay_while_their_list_grows),
        cmocka_unit_test(one_expected_row_is_taken_plainly_from_the_arena),
        cmocka_unit_test(a_list_larger_than_memory_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
