/* Every type of a column against the server itself: 10,000 random values of each go out as
 * parameters, and what the server prints for them, and what it sends back, must be what was sent.
 * With the sanitizers, whose matter the values are not, it is the first 1,000 (TENON_VALUES, in
 * tests/meson.build) unless TENON_FAULTS is all. */
#include "pgtest.h"
#include "random_values.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { VALUES = 10000, ARRAYS = 200, MOST_ELEMENTS = 12 };

/* ---- comparisons ----------------------------------------------------------------------------- */

/* A row-form value made wide. */
static wide widen(const tenon_field *field, const void *value)
{
    wide result = {0};
    switch (field->kind) {
    case TENON_KIND_BOOL:
        result.truth = *(const bool *)value;
        break;
    case TENON_KIND_INT16:
        result.integer = *(const int16_t *)value;
        break;
    case TENON_KIND_INT32:
        result.integer = *(const int32_t *)value;
        break;
    case TENON_KIND_FLOAT:
        result.real = (double)*(const float *)value;
        break;
    default:
        memcpy(&result, value, tenon__element_size(field->kind));
    }
    return result;
}

static void narrow(const tenon_field *field, wide value, void *out)
{
    switch (field->kind) {
    case TENON_KIND_BOOL:
        *(bool *)out = value.truth;
        break;
    case TENON_KIND_INT16:
        *(int16_t *)out = (int16_t)value.integer;
        break;
    case TENON_KIND_INT32:
        *(int32_t *)out = (int32_t)value.integer;
        break;
    case TENON_KIND_FLOAT:
        *(float *)out = (float)value.real;
        break;
    default:
        memcpy(out, &value, tenon__element_size(field->kind));
    }
}

static bool is_same_real(double a, double b)
{
    if (isnan(a) || isnan(b))
        return isnan(a) && isnan(b);
    return a == b && signbit(a) == signbit(b);
}

/* What was sent and what came back. The server writes jsonb in its own way. */
static bool is_same(const tenon_field *field, wide sent, wide got)
{
    switch (field->kind) {
    case TENON_KIND_BOOL:
    case TENON_KIND_ENUM:
        return sent.truth == got.truth;
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        return sent.integer == got.integer;
    case TENON_KIND_FLOAT:
    case TENON_KIND_DOUBLE:
        return is_same_real(sent.real, got.real);
    case TENON_KIND_DECIMAL:
        return strcmp(sent.decimal.text, got.decimal.text) == 0 &&
               got.decimal.len == strlen(got.decimal.text);
    case TENON_KIND_TEXT:
        return strncmp(sent.text, got.text, strlen(sent.text)) == 0 &&
               strspn(got.text + strlen(sent.text), " ") == strlen(got.text + strlen(sent.text));
    case TENON_KIND_OTHER:
        return strcmp(sent.text, got.text) == 0;
    case TENON_KIND_JSON:
        return field->pg_type == TENON_PG_JSONB || strcmp(sent.json.text, got.json.text) == 0;
    case TENON_KIND_BYTES:
        return sent.bytes.len == got.bytes.len && got.bytes.data &&
               memcmp(sent.bytes.data, got.bytes.data, got.bytes.len) == 0;
    case TENON_KIND_CLOCK_TZ:
        return sent.clock_tz.us == got.clock_tz.us &&
               sent.clock_tz.offset_seconds == got.clock_tz.offset_seconds;
    default:
        return memcmp(&sent, &got, tenon__wide_size(field->kind)) == 0;
    }
}

static bool is_hex_of(tenon_bytes bytes, const char *text)
{
    char digits[3];
    if (strncmp(text, "\\x", 2) != 0 || strlen(text) != 2 + bytes.len * 2)
        return false;
    for (size_t i = 0; i < bytes.len; i++) {
        snprintf(digits, sizeof digits, "%02x", ((const unsigned char *)bytes.data)[i]);
        if (strncmp(digits, text + 2 + i * 2, 2) != 0)
            return false;
    }
    return true;
}

/* "-$1,234.50" without its ornaments. */
static bool is_money(const char *decimal, const char *text)
{
    char plain[64], *at = plain;
    for (; *text; text++) {
        if (!strchr("$,", *text))
            *at++ = *text;
    }
    *at = '\0';
    return strcmp(plain, decimal) == 0;
}

/* Whether the text that the server prints means the value that was sent. */
static bool is_printed(const tenon_field *field, wide sent, const char *text)
{
    char number[TENON_DECIMAL_INT64_TEXT_SIZE], uuid[TENON_UUID_TEXT_SIZE];
    char interval[TENON_INTERVAL_TEXT_SIZE];
    wide read = {0};
    switch (field->kind) {
    case TENON_KIND_BOOL:
        return strcmp(text, sent.truth ? "true" : "false") == 0;
    case TENON_KIND_INT16:
    case TENON_KIND_INT32:
    case TENON_KIND_INT64:
        return strcmp(text, tenon_decimal_from_int64(sent.integer, number).text) == 0;
    case TENON_KIND_FLOAT:
        return is_same_real(sent.real, (double)strtof(text, NULL));
    case TENON_KIND_DOUBLE:
        return is_same_real(sent.real, strtod(text, NULL));
    case TENON_KIND_DECIMAL:
        return field->pg_type == TENON_PG_MONEY ? is_money(sent.decimal.text, text)
                                                : strcmp(text, sent.decimal.text) == 0;
    case TENON_KIND_TEXT:
    case TENON_KIND_PACKED: /* of other columns: model/test_packed.c */
    case TENON_KIND_VECTOR: /* of an extension: none here */
    case TENON_KIND_OTHER:
        return strcmp(text, sent.text) == 0;
    case TENON_KIND_JSON:
        return field->pg_type == TENON_PG_JSONB || strcmp(text, sent.json.text) == 0;
    case TENON_KIND_BYTES:
        return is_hex_of(sent.bytes, text);
    case TENON_KIND_UUID:
        tenon_uuid_format(sent.uuid, uuid, sizeof uuid);
        return strcmp(text, uuid) == 0;
    case TENON_KIND_TIME:
        return tenon_time_parse(text, &read.time, NULL) && is_same(field, sent, read);
    case TENON_KIND_DATE:
        return tenon_date_parse(text, &read.date, NULL) && is_same(field, sent, read);
    case TENON_KIND_CLOCK:
        return tenon_clock_parse(text, &read.clock, NULL) && is_same(field, sent, read);
    case TENON_KIND_CLOCK_TZ:
        return tenon_clock_tz_parse(text, &read.clock_tz, NULL) && is_same(field, sent, read);
    case TENON_KIND_INTERVAL:
        tenon_interval_format(sent.interval, interval, sizeof interval);
        return strcmp(text, interval) == 0 && tenon_interval_parse(text, &read.interval, NULL) &&
               is_same(field, sent, read);
    case TENON_KIND_ENUM:
        return strcmp(text, mood.values[sent.truth - 1]) == 0;
    }
    return false;
}

/* ---- the types ------------------------------------------------------------------------------- */

typedef struct type_case {
    const char *sql;      /* the column's type */
    const char *selected; /* how the column is read, NULL: as it is */
    const char *listed;   /* how an array column is read; NULL: as it is */
    const char *stored;   /* what is written, NULL: the parameter */
    tenon_field field;
} type_case;

#define FIELD(of_kind, of_type, digits, of_scale)                                                  \
    .field = {.name = "v",                                                                         \
              .column = "v",                                                                       \
              .kind = TENON_KIND_##of_kind,                                                        \
              .pg_type = TENON_PG_##of_type,                                                       \
              .precision = digits,                                                                 \
              .scale = of_scale,                                                                   \
              .enumeration = &mood,                                                                \
              .other_type = "point"}
#define AS_TEXT .selected = "v::text", .listed = "v::text[]"

static const type_case type_cases[] = {
    {"bool", FIELD(BOOL, BOOL, -1, 0)},
    {"int2", FIELD(INT16, INT2, -1, 0)},
    {"int4", FIELD(INT32, INT4, -1, 0)},
    {"int8", FIELD(INT64, INT8, -1, 0)},
    {"oid", FIELD(INT64, OID, -1, 0)},
    {"float4", FIELD(FLOAT, FLOAT4, -1, 0)},
    {"float8", FIELD(DOUBLE, FLOAT8, -1, 0)},
    {"numeric", FIELD(DECIMAL, NUMERIC, -1, 0)},
    {"numeric(20,6)", FIELD(DECIMAL, NUMERIC, 20, 6)},
    {"numeric(4,4)", FIELD(DECIMAL, NUMERIC, 4, 4)},
    {"money", .selected = "v::numeric", .listed = "v::numeric[]", .stored = "::numeric::money",
     FIELD(DECIMAL, MONEY, 15, 2)},
    {"text", FIELD(TEXT, TEXT, -1, 0)},
    {"varchar(80)", FIELD(TEXT, VARCHAR, 80, 0)},
    {"char(80)", FIELD(TEXT, BPCHAR, 80, 0)},
    {"citext", FIELD(TEXT, CITEXT, -1, 0)},
    {"json", FIELD(JSON, JSON, -1, 0)},
    {"jsonb", FIELD(JSON, JSONB, -1, 0)},
    {"bytea", FIELD(BYTES, BYTEA, -1, 0)},
    {"uuid", FIELD(UUID, UUID, -1, 0)},
    {"timestamp", FIELD(TIME, TIMESTAMP, -1, 0)},
    {"timestamptz", FIELD(TIME, TIMESTAMPTZ, -1, 0)},
    {"date", FIELD(DATE, DATE, -1, 0)},
    {"time", FIELD(CLOCK, TIME, -1, 0)},
    {"timetz", FIELD(CLOCK_TZ, TIMETZ, -1, 0)},
    {"interval", FIELD(INTERVAL, INTERVAL, -1, 0)},
    {"\"bit\"(9)", AS_TEXT, FIELD(OTHER, BIT, 9, 0)},
    {"varbit(9)", AS_TEXT, FIELD(OTHER, VARBIT, 9, 0)},
    {"inet", AS_TEXT, FIELD(OTHER, INET, -1, 0)},
    {"xml", AS_TEXT, FIELD(OTHER, XML, -1, 0)},
    {"mood", FIELD(ENUM, ENUM, -1, 0)},
    {"point", AS_TEXT, FIELD(OTHER, OTHER, -1, 0)},
};

static const tenon_field text_field = {
    .name = "text", .column = "text", .kind = TENON_KIND_TEXT, .pg_type = TENON_PG_TEXT};
static const tenon_model model = {.name = "T", .table = "t"};

typedef struct row {
    wide value; /* in row form */
    const char *text;
} row;

static const char *or_else(const char *text, const char *otherwise)
{
    return text ? text : otherwise;
}

static int open_types(void **state)
{
    static pgtest t;
    pgtest_open(&t, testdb_create("types"));
    assert_true(pgtest_script(
        &t, "CREATE EXTENSION citext; SET DateStyle = ISO; SET TimeZone = 'Etc/GMT-5';"
            "SET IntervalStyle = iso_8601;"
            "CREATE TYPE mood AS ENUM ('sad', 'so-so', 'glad \"very\"', 'a,b', '{x}', E'bl\\\\ue', "
            "'Ü')"));
    *state = &t;
    return 0;
}

static int close_types(void **state)
{
    pgtest_close(*state);
    return 0;
}

static void begin_type(pgtest *t, const type_case *type, const char *suffix)
{
    char sql[200];
    snprintf(sql, sizeof sql, "DROP TABLE IF EXISTS t; CREATE TABLE t (v %s%s); BEGIN", type->sql,
             suffix);
    assert_true(pgtest_script(t, sql));
}

static void fail_value(const pgtest *t, const type_case *type, const char *text)
{
    fail_msg("%s: %s (%s)", type->sql, t->err.message, or_else(text, "no text"));
}

static int value_count(void)
{
    const char *word = getenv("TENON_VALUES");
    return word && !getenv("TENON_FAULTS") ? atoi(word) : VALUES;
}

static void check_values(pgtest *t, const type_case *type)
{
    char sql[300];
    snprintf(sql, sizeof sql, "INSERT INTO t VALUES ($1%s) RETURNING %s, v::text",
             or_else(type->stored, ""), or_else(type->selected, "v"));
    const tenon__slot slot = {.field = &type->field, .model = &model};
    const tenon__out outs[] = {{.field = &type->field, .offset = offsetof(row, value)},
                               {.field = &text_field, .offset = offsetof(row, text)}};
    const tenon__layout layout = {
        .outs = outs, .out_count = 2, .row_size = sizeof(row), .model = &model};
    const tenon__statement insert = {
        .sql = sql, .slots = &slot, .slot_count = 1, .layout = &layout, .flags = TENON__WRITES};
    generator g = {1};
    tenon__prepared *prepared = pgtest_prepare(t, &insert);
    for (int i = value_count(); i > 0; i--) {
        wide value = make_value(&g, &t->arena, &type->field);
        tenon__rows rows = {.arena = &t->arena, .expected = 1};
        if (!pgtest_run(t, prepared, (const void *[]){&value}, &rows, NULL))
            fail_value(t, type, NULL);
        const row *got = (const row *)rows.items;
        if (!is_same(&type->field, value, widen(&type->field, &got->value)) ||
            !is_printed(&type->field, value, got->text))
            fail_value(t, type, got->text);
        tenon__arena_clear(&t->arena);
    }
    driver->forget(t->connection, prepared);
}

static void values_of_every_type_come_back_as_the_server_prints_them(void **state)
{
    pgtest *t = *state;
    for (size_t i = 0; i < TENON__COUNT(type_cases); i++) {
        begin_type(t, &type_cases[i], "");
        check_values(t, &type_cases[i]);
        assert_true(pgtest_script(t, "ROLLBACK"));
    }
}

/* ---- lists ----------------------------------------------------------------------------------- */

static tenon__list make_list(generator *g, tenon__arena *arena, const tenon_field *field)
{
    size_t size = tenon__element_size(field->kind);
    tenon__list list = {.count = generator_below(g, MOST_ELEMENTS + 1)};
    char *items = tenon__arena_array(arena, list.count, size);
    for (size_t i = 0; i < list.count; i++)
        narrow(field, make_value(g, arena, field), items + i * size);
    list.items = items;
    return list;
}

static bool is_same_list(const tenon_field *field, const tenon__list *sent, const tenon__list *got)
{
    size_t size = tenon__element_size(field->kind);
    if (sent->count != got->count)
        return false;
    for (size_t i = 0; i < sent->count; i++) {
        wide a = widen(field, (const char *)sent->items + i * size);
        wide b = widen(field, (const char *)got->items + i * size);
        if (!is_same(field, a, b))
            return false;
    }
    return true;
}

/* Stores array columns by the statement; its parameter is either the array or a column of
 * UNNEST. */
static void check_lists(pgtest *t, const type_case *type, const char *sql, tenon__form form)
{
    tenon_field field = type->field;
    field.flags |= TENON_FIELD_LIST;
    const tenon__slot slot = {.field = &field, .model = &model, .form = form};
    const tenon__out out = {.field = &field};
    const tenon__layout layout = {
        .outs = &out, .out_count = 1, .row_size = sizeof(tenon__list), .model = &model};
    const tenon__statement insert = {
        .sql = sql, .slots = &slot, .slot_count = 1, .layout = &layout, .flags = TENON__WRITES};
    generator g = {2};
    tenon__prepared *prepared = pgtest_prepare(t, &insert);
    for (int i = 0; i < ARRAYS; i++) {
        tenon__list list = make_list(&g, &t->arena, &type->field);
        const void *column[] = {&list, NULL};
        const tenon__list lists = {.items = column, .count = 2};
        tenon__rows rows = {.arena = &t->arena};
        const void *value = form == TENON__FORM_COLUMN ? &lists : &list;
        if (!pgtest_run(t, prepared, &value, &rows, NULL))
            fail_value(t, type, sql);
        if (!is_same_list(&type->field, &list, (const tenon__list *)rows.items))
            fail_value(t, type, sql);
        tenon__arena_clear(&t->arena);
    }
    driver->forget(t->connection, prepared);
}

static void arrays_of_every_type_come_back(void **state)
{
    pgtest *t = *state;
    for (size_t i = 0; i < TENON__COUNT(type_cases); i++) {
        const type_case *type = &type_cases[i];
        char sql[300];
        begin_type(t, type, "[]");
        const char *listed = or_else(type->listed, "v");
        const char *cast = type->stored ? "::numeric[]::money[]" : "";
        snprintf(sql, sizeof sql, "INSERT INTO t VALUES ($1%s) RETURNING %s", cast, listed);
        check_lists(t, type, sql, TENON__FORM_ARRAY);
        cast = type->stored ? "::numeric[]::money[]" : "";
        snprintf(sql, sizeof sql,
                 "INSERT INTO t SELECT x%s::%s[] FROM unnest($1::text[]) x RETURNING %s", cast,
                 type->sql, listed);
        check_lists(t, type, sql, TENON__FORM_COLUMN);
        assert_true(pgtest_script(t, "ROLLBACK"));
    }
}

static void check_column(pgtest *t, const type_case *type)
{
    char sql[300];
    const tenon_field *field = &type->field;
    bool is_text =
        field->pg_type == TENON_PG_CITEXT || field->pg_type == TENON_PG_ENUM || type->selected;
    const char *sent_as = type->stored                        ? "numeric"
                          : is_text                           ? "text"
                          : field->pg_type == TENON_PG_BPCHAR ? "bpchar"
                                                              : type->sql;
    snprintf(
        sql, sizeof sql,
        "INSERT INTO t SELECT x::%s FROM unnest($1::%.*s[]) WITH ORDINALITY AS u(x, n) ORDER BY n "
        "RETURNING %s",
        type->sql, (int)strcspn(sent_as, "("), sent_as, or_else(type->selected, "v"));
    const tenon__slot slot = {.field = field, .model = &model, .form = TENON__FORM_COLUMN};
    const tenon__out out = {.field = field};
    const tenon__layout layout = {
        .outs = &out, .out_count = 1, .row_size = sizeof(wide), .model = &model};
    const tenon__statement insert = {
        .sql = sql, .slots = &slot, .slot_count = 1, .layout = &layout, .flags = TENON__WRITES};
    wide values[100];
    const void *pointers[100];
    generator g = {3};
    for (size_t i = 0; i < 100; i++) {
        values[i] = make_value(&g, &t->arena, field);
        pointers[i] = &values[i];
    }
    const tenon__list list = {.items = pointers, .count = 100};
    tenon__rows rows = {.arena = &t->arena};
    if (!pgtest_once(t, &insert, (const void *[]){&list}, &rows))
        fail_value(t, type, sql);
    assert_int_equal(rows.count, 100);
    for (size_t i = 0; i < 100; i++) {
        if (!is_same(field, values[i], widen(field, (wide *)(void *)rows.items + i)))
            fail_value(t, type, sql);
    }
    tenon__arena_clear(&t->arena);
}

static void columns_of_unnest_carry_every_type(void **state)
{
    pgtest *t = *state;
    for (size_t i = 0; i < TENON__COUNT(type_cases); i++) {
        begin_type(t, &type_cases[i], "");
        check_column(t, &type_cases[i]);
        assert_true(pgtest_script(t, "ROLLBACK"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_type_come_back_as_the_server_prints_them),
        cmocka_unit_test(arrays_of_every_type_come_back),
        cmocka_unit_test(columns_of_unnest_carry_every_type),
    };
    return cmocka_run_group_tests(tests, open_types, close_types);
}
