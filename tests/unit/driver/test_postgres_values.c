/* Edges of values: NULL, the least and the greatest, infinities, lists as conditions, and values
 * that must not be taken. */
#include "pgtest.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const colours[] = {"red", "a\"b\\c"};
static const tenon_enum colour = {
    .name = "Colour", .type = "colour", .names = colours, .values = colours, .count = 2};

#define FIELD(title, of_kind, of_type, flag)                                                       \
    {                                                                                              \
        .name = title, .column = title, .kind = TENON_KIND_##of_kind,                              \
        .pg_type = TENON_PG_##of_type, .flags = (flag), .precision = -1, .enumeration = &colour    \
    }

static const tenon_field int_field = FIELD("n", INT32, INT4, 0);
static const tenon_field text_field = FIELD("t", TEXT, TEXT, 0);
static const tenon_field decimal_field = FIELD("d", DECIMAL, NUMERIC, 0);
static const tenon_field time_field = FIELD("at", TIME, TIMESTAMPTZ, 0);
static const tenon_field date_field = FIELD("day", DATE, DATE, 0);
static const tenon_field enum_field = FIELD("c", ENUM, ENUM, 0);
static const tenon_field bytes_field = FIELD("b", BYTES, BYTEA, 0);
static const tenon_field oid_field = FIELD("o", INT32, OID, 0);
static const tenon_field ints_field = FIELD("ns", INT32, INT4, TENON_FIELD_LIST);
static const tenon_field enums_field = FIELD("cs", ENUM, ENUM, TENON_FIELD_LIST);
static const tenon_model model = {.name = "Thing", .table = "thing"};

static int open_values(void **state)
{
    static pgtest t;
    pgtest_open(&t, testdb_create("values"));
    assert_true(pgtest_script(&t, "CREATE TYPE colour AS ENUM ('red', E'a\"b\\\\c')"));
    *state = &t;
    return 0;
}

static int close_values(void **state)
{
    pgtest_close(*state);
    return 0;
}

/* Runs a SELECT with one parameter and one column of the same field; the row, or NULL with
 * t->err. */
static void *echo(pgtest *t, const char *sql, const tenon_field *field, tenon__form form,
                  const void *value)
{
    const tenon__slot slot = {.field = field, .model = &model, .form = form};
    const tenon__out out = {.field = field};
    const tenon__layout layout = {.outs = &out, .out_count = 1, .row_size = 32, .model = &model};
    const tenon__statement statement = {.sql = sql,
                                        .slots = &slot,
                                        .slot_count = value ? 1 : 0,
                                        .layout = &layout,
                                        .flags = TENON__ONCE};
    tenon__rows rows = {.arena = &t->arena, .expected = 1};
    return pgtest_once(t, &statement, &value, &rows) ? rows.items : NULL;
}

/* The only value of a computed bool. */
static bool holds(pgtest *t, const char *sql, const tenon__slot *slot, const void *value)
{
    static const tenon__out out = {.kind = TENON__OUT_BOOL};
    static const tenon__layout layout = {.outs = &out, .out_count = 1, .row_size = 8};
    const tenon__statement statement = {
        .sql = sql, .slots = slot, .slot_count = 1, .layout = &layout, .flags = TENON__ONCE};
    tenon__rows rows = {.arena = &t->arena, .expected = 1};
    if (!pgtest_once(t, &statement, &value, &rows))
        fail_msg("%s: %s", sql, t->err.message);
    return *(bool *)rows.items;
}

static void optional_values_know_that_they_are_null(void **state)
{
    static const tenon_field fields[] = {
        FIELD("a", INT32, INT4, TENON_FIELD_NULLABLE), FIELD("b", UUID, UUID, TENON_FIELD_NULLABLE),
        FIELD("c", TEXT, TEXT, TENON_FIELD_NULLABLE), FIELD("d", INT64, INT8, TENON_FIELD_LIST),
        FIELD("e", BYTES, BYTEA, TENON_FIELD_NULLABLE)};
    typedef struct row {
        tenon_opt_int32 a;
        tenon_opt_uuid b;
        const char *c;
        tenon_int64_array d;
        tenon_bytes e;
    } row;
    const tenon__out outs[] = {{.field = &fields[0], .offset = offsetof(row, a)},
                               {.field = &fields[1], .offset = offsetof(row, b)},
                               {.field = &fields[2], .offset = offsetof(row, c)},
                               {.field = &fields[3], .offset = offsetof(row, d)},
                               {.field = &fields[4], .offset = offsetof(row, e)}};
    const tenon__layout layout = {
        .outs = outs, .out_count = 5, .row_size = sizeof(row), .model = &model};
    const tenon__statement statement = {
        .sql = "VALUES (1, '00000000-0000-0000-0000-000000000007'::uuid, '', '{}'::int8[], "
               "''::bytea), "
               "(NULL, NULL, NULL, NULL, NULL)",
        .layout = &layout};
    pgtest *t = *state;
    tenon__rows rows = {.arena = &t->arena};
    assert_true(pgtest_once(t, &statement, NULL, &rows));
    const row *r = (const row *)(const void *)rows.items;
    assert_true(r[0].a.has && r[0].a.value == 1 && r[0].b.has && r[0].b.value.lo == 7);
    assert_string_equal(r[0].c, "");
    assert_int_equal(r[0].d.count, 0);
    assert_true(r[0].e.data && r[0].e.len == 0);
    assert_true(!r[1].a.has && !r[1].b.has && !r[1].c && !r[1].d.count && !r[1].e.data);
}

static void infinities_pass_both_ways(void **state)
{
    pgtest *t = *state;
    const tenon_time times[] = {{INT64_MAX}, {INT64_MIN}, {0}, {INT64_C(-210866803200000000)}};
    for (size_t i = 0; i < TENON__COUNT(times); i++) {
        tenon_time *got = echo(t, "SELECT $1", &time_field, TENON__FORM_WIDE, &times[i]);
        assert_true(got && got->us == times[i].us);
    }
    const tenon_date dates[] = {{INT32_MAX}, {INT32_MIN}, {-2440588}, {2145042905}};
    for (size_t i = 0; i < TENON__COUNT(dates); i++) {
        tenon_date *got = echo(t, "SELECT $1", &date_field, TENON__FORM_WIDE, &dates[i]);
        assert_true(got && got->days == dates[i].days);
    }
    tenon_time *got =
        echo(t, "SELECT '-infinity'::timestamptz", &time_field, TENON__FORM_WIDE, NULL);
    assert_true(got && got->us == INT64_MIN);
}

static void a_time_that_no_tenon_time_holds_is_out_of_range(void **state)
{
    pgtest *t = *state;
    assert_null(echo(t, "SELECT '294276-12-31 00:00+00'::timestamptz", &time_field,
                     TENON__FORM_WIDE, NULL));
    assert_int_equal(t->err.status, TENON_RANGE);
    assert_string_equal(t->err.field, "at");
}

static void decimals_keep_all_their_digits(void **state)
{
    pgtest *t = *state;
    static char digits[131072 + 16383 + 2];
    memset(digits, '7', sizeof digits - 1);
    digits[131072] = '.';
    const char *const texts[] = {"0",    "0.00", "-0.000000000000000000010",     "10000.00010000",
                                 "-NaN", "1.0",  "99999999999999999999999999.5", digits};
    for (size_t i = 0; i < TENON__COUNT(texts); i++) {
        tenon_decimal value = {.text = texts[i]};
        tenon_decimal *got = echo(t, "SELECT $1", &decimal_field, TENON__FORM_WIDE, &value);
        if (strcmp(texts[i], "-NaN") == 0) {
            assert_null(got);
            assert_int_equal(t->err.status, TENON_TYPE);
        } else {
            assert_non_null(got);
            assert_string_equal(got->text, texts[i]);
        }
    }
}

static void lists_are_conditions(void **state)
{
    pgtest *t = *state;
    const int64_t numbers[] = {1, 5, -7};
    const tenon__list list = {.items = numbers, .count = 3}, none = {.items = numbers, .count = 0};
    const tenon__slot in = {.field = &int_field, .model = &model, .form = TENON__FORM_WIDE_LIST};
    assert_true(holds(t, "SELECT 5 = ANY($1)", &in, &list));
    assert_false(holds(t, "SELECT 6 = ANY($1)", &in, &list));
    assert_false(holds(t, "SELECT 6 = ANY($1)", &in, &none));
    const int values[] = {2};
    const tenon__list enums = {.items = values, .count = 1};
    const tenon__slot enum_in = {
        .field = &enum_field, .model = &model, .form = TENON__FORM_WIDE_LIST};
    assert_true(holds(t, "SELECT E'a\"b\\\\c'::colour = ANY($1)", &enum_in, &enums));
    assert_false(holds(t, "SELECT 'red'::colour = ANY($1)", &enum_in, &enums));
}

static void elements_and_lists_of_them_are_conditions_on_arrays(void **state)
{
    pgtest *t = *state;
    const int32_t five = 5, numbers[] = {4, 5};
    const tenon__list list = {.items = numbers, .count = 2};
    const tenon__slot has = {.field = &ints_field, .model = &model, .form = TENON__FORM_ELEMENT};
    const tenon__slot any = {
        .field = &ints_field, .model = &model, .form = TENON__FORM_NARROW_LIST};
    assert_true(holds(t, "SELECT ARRAY[1, 5] @> ARRAY[$1]::int4[]", &has, &five));
    assert_true(holds(t, "SELECT ARRAY[1, 5] && $1", &any, &list));
    const int red = 1;
    const tenon__list reds = {.items = &red, .count = 1};
    const tenon__slot has_enum = {
        .field = &enums_field, .model = &model, .form = TENON__FORM_ELEMENT};
    const tenon__slot any_enum = {
        .field = &enums_field, .model = &model, .form = TENON__FORM_NARROW_LIST};
    assert_true(holds(t, "SELECT ARRAY['red']::colour[] @> ARRAY[$1]::colour[]", &has_enum, &red));
    assert_true(holds(t, "SELECT ARRAY['red']::colour[] && $1", &any_enum, &reds));
}

static void patterns_are_text_whatever_the_column_is(void **state)
{
    pgtest *t = *state;
    const char *pattern = "%ü%", *bad = "\xff";
    const tenon__slot like = {.field = &int_field, .model = &model, .as_text = true};
    assert_true(holds(t, "SELECT 'grün' LIKE $1", &like, &pattern));
    tenon__statement statement = {.sql = "SELECT 'x' LIKE $1", .slots = &like, .slot_count = 1};
    assert_false(pgtest_once(t, &statement, (const void *[]){&bad}, NULL));
    assert_int_equal(t->err.status, TENON_TYPE);
}

static void what_an_array_column_cannot_be_is_a_type_error(void **state)
{
    pgtest *t = *state;
    static const char *const bad[] = {"SELECT '{{1,2},{3,4}}'::int[]", "SELECT '{1,NULL}'::int[]"};
    for (size_t i = 0; i < TENON__COUNT(bad); i++) {
        assert_null(echo(t, bad[i], &ints_field, TENON__FORM_ARRAY, NULL));
        assert_int_equal(t->err.status, TENON_TYPE);
        assert_string_equal(t->err.model, "Thing");
        assert_string_equal(t->err.field, "ns");
    }
    tenon_int32_array *empty = echo(t, "SELECT '{}'::int[]", &ints_field, TENON__FORM_ARRAY, NULL);
    assert_true(empty && empty->count == 0);
    tenon_int32_array *shifted =
        echo(t, "SELECT '[5:6]={1,2}'::int[]", &ints_field, TENON__FORM_ARRAY, NULL);
    assert_true(shifted && shifted->count == 2 && shifted->items[1] == 2);
}

static void an_enum_value_that_the_program_does_not_know_is_named(void **state)
{
    pgtest *t = *state;
    assert_true(pgtest_script(t, "ALTER TYPE colour ADD VALUE 'blue'"));
    assert_null(echo(t, "SELECT 'blue'::colour", &enum_field, TENON__FORM_WIDE, NULL));
    assert_int_equal(t->err.status, TENON_TYPE);
    assert_non_null(strstr(t->err.message, "blue"));
    int unknown = 3;
    assert_null(echo(t, "SELECT $1::colour", &enum_field, TENON__FORM_WIDE, &unknown));
    assert_int_equal(t->err.status, TENON_RANGE);
}

static void an_oid_beyond_an_int_is_out_of_range(void **state)
{
    pgtest *t = *state;
    assert_null(echo(t, "SELECT 4294967295::oid", &oid_field, TENON__FORM_WIDE, NULL));
    assert_int_equal(t->err.status, TENON_RANGE);
}

static void other_types_than_the_schema_says_are_named(void **state)
{
    static const struct {
        const char *sql;
        const tenon_field *field;
        const char *message;
    } wrong[] = {
        {"SELECT 'x'::text", &int_field, "Thing.n is integer in the schema but text in"},
        {"SELECT 'x'::text", &enum_field, "Thing.c is colour in the schema but text in"},
        {"SELECT 1::int8", &int_field, "Thing.n is integer in the schema but bigint in"},
        {"SELECT '{1}'::int[]", &int_field, "Thing.n is integer in the schema but integer[] in"},
        {"SELECT 1", &ints_field, "Thing.ns is integer[] in the schema but integer in"},
        {"SELECT now()::timestamp", &time_field,
         "Thing.at is timestamp with time zone in the schema but timestamp without time zone in"},
        {"SELECT '1 s'::interval", &text_field, "Thing.t is text in the schema but interval in"},
        {"SELECT 'red'::colour", &bytes_field,
         "Thing.b is bytea in the schema but the type with OID"},
    };
    pgtest *t = *state;
    for (size_t i = 0; i < TENON__COUNT(wrong); i++) {
        assert_null(echo(t, wrong[i].sql, wrong[i].field, TENON__FORM_WIDE, NULL));
        assert_int_equal(t->err.status, TENON_SCHEMA);
        assert_ptr_equal(strstr(t->err.message, wrong[i].message), t->err.message);
    }
    assert_non_null(echo(t, "SELECT 'x'::varchar(3)", &text_field, TENON__FORM_WIDE, NULL));
}

static void array_literals_keep_every_bit_of_a_number(void **state)
{
    static const tenon_field reals = FIELD("rs", DOUBLE, FLOAT8, TENON_FIELD_LIST);
    pgtest *t = *state;
    const double values[] = {0.1, -1e300, 5e-324};
    const tenon_double_array array = {.items = values, .count = 3};
    const void *rows[] = {&array};
    const tenon__list list = {.items = rows, .count = 1};
    tenon_double_array *got =
        echo(t, "SELECT x::float8[] FROM unnest($1::text[]) x", &reals, TENON__FORM_COLUMN, &list);
    assert_non_null(got);
    for (size_t i = 0; i < TENON__COUNT(values); i++)
        assert_true(got->items[i] == values[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(optional_values_know_that_they_are_null),
        cmocka_unit_test(infinities_pass_both_ways),
        cmocka_unit_test(a_time_that_no_tenon_time_holds_is_out_of_range),
        cmocka_unit_test(decimals_keep_all_their_digits),
        cmocka_unit_test(lists_are_conditions),
        cmocka_unit_test(elements_and_lists_of_them_are_conditions_on_arrays),
        cmocka_unit_test(patterns_are_text_whatever_the_column_is),
        cmocka_unit_test(what_an_array_column_cannot_be_is_a_type_error),
        cmocka_unit_test(an_oid_beyond_an_int_is_out_of_range),
        cmocka_unit_test(other_types_than_the_schema_says_are_named),
        cmocka_unit_test(array_literals_keep_every_bit_of_a_number),
        cmocka_unit_test(an_enum_value_that_the_program_does_not_know_is_named),
    };
    return cmocka_run_group_tests(tests, open_values, close_values);
}
