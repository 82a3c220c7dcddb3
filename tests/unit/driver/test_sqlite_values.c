/* 10,000 random values of each kind go into a real file and come back the same; SQL finds them
 * again by equality, and sorts them as values. */
#include "sqlite_fixture.h"

#include "generator.h"

#include <math.h>
#include <stdio.h>

enum { VALUES = 10000, TEXT_SIZE = 80, FOUND_EACH = 97 };

/* Any wide value or row-form value, and the text it may point at. */
typedef struct sample {
    union {
        int truth;
        int64_t integer;
        double real;
        tenon_decimal decimal;
        const char *text;
        tenon_json json;
        tenon_bytes bytes;
        tenon_uuid uuid;
        tenon_time time;
        tenon_date date;
        tenon_clock clock;
        tenon_clock_tz clock_tz;
        tenon_interval interval;
        int choice;
    } as;
    char text[TEXT_SIZE];
} sample;

/* What a row holds: large enough for each narrow form. */
typedef union narrow {
    bool truth;
    int16_t int16;
    int32_t int32;
    int64_t int64;
    float real32;
    double real64;
    tenon_decimal decimal;
    const char *text;
    tenon_json json;
    tenon_bytes bytes;
    tenon_uuid uuid;
    tenon_time time;
    tenon_date date;
    tenon_clock clock;
    tenon_clock_tz clock_tz;
    tenon_interval interval;
    int choice;
} narrow;

typedef struct kind_case {
    const char *name;
    tenon_field field;
    const char *declared;
    const char *datetime;
    void (*make)(generator *g, sample *out);
    bool (*is_same)(const sample *wanted, const narrow *found);
    int (*compare)(const narrow *a, const narrow *b); /* NULL: SQL's order does not matter */
} kind_case;

/* ---- random values --------------------------------------------------------------------------- */

/* All magnitudes, not only the largest. */
static int64_t any_integer(generator *g, int bits)
{
    unsigned width = (unsigned)generator_below(g, (uint64_t)bits);
    uint64_t magnitude = generator_next(g) >> (63 - width);
    magnitude &= (UINT64_C(1) << (bits - 1)) - 1;
    return generator_below(g, 2) ? (int64_t)magnitude : (int64_t)~magnitude;
}

static void make_bool(generator *g, sample *out)
{
    out->as.truth = (int)generator_below(g, 2);
}

static void make_int16(generator *g, sample *out)
{
    out->as.integer = any_integer(g, 16);
}

static void make_int32(generator *g, sample *out)
{
    out->as.integer = any_integer(g, 32);
}

static void make_int64(generator *g, sample *out)
{
    out->as.integer = any_integer(g, 64);
}

/* Any bits that are not NaN; now and then a value that is easily lost. */
static void make_double(generator *g, sample *out)
{
    static const double edges[] = {0.0, -0.0, 1e18, 9007199254740993.0, 5e-324, 1.0, INFINITY};
    if (generator_below(g, 10) == 0) {
        out->as.real = edges[generator_below(g, TENON__COUNT(edges))];
        return;
    }
    do {
        uint64_t bits = generator_next(g);
        memcpy(&out->as.real, &bits, sizeof bits);
    } while (isnan(out->as.real));
}

static void make_float(generator *g, sample *out)
{
    float value = -0.0F;
    if (generator_below(g, 10) == 0) {
        out->as.real = (double)value;
        return;
    }
    do {
        uint32_t bits = (uint32_t)generator_next(g);
        memcpy(&value, &bits, sizeof bits);
    } while (isnan(value));
    out->as.real = (double)value;
}

static void make_digits(generator *g, sample *out, int whole, int fraction)
{
    char *at = out->text;
    if (generator_below(g, 2))
        *at++ = '-';
    for (int i = 0; i < whole; i++)
        *at++ = (char)('0' + generator_below(g, 10));
    if (fraction > 0)
        *at++ = '.';
    for (int i = 0; i < fraction; i++)
        *at++ = (char)('0' + generator_below(g, 10));
    *at = '\0';
    out->as.decimal = (tenon_decimal){0, out->text};
}

/* 15 digits always survive as a double. */
static void make_decimal(generator *g, sample *out)
{
    int whole = 1 + (int)generator_below(g, 9);
    make_digits(g, out, whole, (int)generator_below(g, (uint64_t)(16 - whole)));
}

static void make_exact_decimal(generator *g, sample *out)
{
    make_digits(g, out, 1 + (int)generator_below(g, 35), (int)generator_below(g, 35));
}

static size_t add_character(generator *g, char *out)
{
    static const char *const characters[] = {"a",    "Z", "\"", "\\", "\n",
                                             "\x01", "é", "€",  "𝄞",  "'"};
    const char *c = characters[generator_below(g, TENON__COUNT(characters))];
    size_t length = strlen(c);
    memcpy(out, c, length + 1);
    return length;
}

static void make_text(generator *g, sample *out)
{
    size_t length = 0, count = generator_below(g, 15);
    for (size_t i = 0; i < count; i++)
        length += add_character(g, out->text + length);
    out->text[length] = '\0';
    out->as.text = out->text;
}

static void make_json(generator *g, sample *out)
{
    static const struct {
        const char *before, *behind;
    } forms[] = {{"{\"a\": ", "}"}, {"[", ", \"x\", null]"}, {"\"", "\""}, {"", ""}, {"", ".25"}};
    size_t form = generator_below(g, TENON__COUNT(forms));
    int number = (int)generator_between(g, -99999999, 99999999);
    snprintf(out->text, TEXT_SIZE, "%s%d%s", forms[form].before, number, forms[form].behind);
    out->as.json = (tenon_json){strlen(out->text), out->text};
}

static void make_bytes(generator *g, sample *out)
{
    size_t length = generator_below(g, 40);
    for (size_t i = 0; i < length; i++)
        out->text[i] = (char)generator_next(g);
    out->as.bytes = (tenon_bytes){length, out->text};
}

static void make_uuid(generator *g, sample *out)
{
    out->as.uuid = (tenon_uuid){generator_next(g), generator_next(g)};
}

#define YEAR_1_US INT64_C(-62135596800000000)
#define LAST_US INT64_C(253402300799999999)

static void make_time(generator *g, sample *out)
{
    int64_t us = generator_between(g, YEAR_1_US, LAST_US);
    out->as.time.us = generator_below(g, 2) ? us : us - us % 1000;
}

static void make_ms_time(generator *g, sample *out)
{
    int64_t us = generator_between(g, YEAR_1_US * 2, LAST_US * 2);
    out->as.time.us = us - us % 1000;
}

static void make_date(generator *g, sample *out)
{
    out->as.date.days = (int32_t)generator_between(g, -719162, 2932896);
}

static void make_clock(generator *g, sample *out)
{
    out->as.clock.us = generator_between(g, 0, INT64_C(86400000000));
}

static void make_clock_tz(generator *g, sample *out)
{
    make_clock(g, out);
    out->as.clock_tz.offset_seconds = (int32_t)generator_between(g, -57599, 57599);
}

static void make_interval(generator *g, sample *out)
{
    out->as.interval = (tenon_interval){(int32_t)generator_next(g), (int32_t)generator_next(g) >> 9,
                                        (int64_t)generator_next(g) >> generator_below(g, 64)};
}

static void make_enum(generator *g, sample *out)
{
    out->as.choice = 1 + (int)generator_below(g, 3);
}

/* ---- comparing ------------------------------------------------------------------------------- */

#define SAME(name, wanted_member, found_member)                                                    \
    static bool name(const sample *wanted, const narrow *found)                                    \
    {                                                                                              \
        return wanted->as.wanted_member == found->found_member;                                    \
    }

SAME(same_bool, truth, truth)
SAME(same_int16, integer, int16)
SAME(same_int32, integer, int32)
SAME(same_int64, integer, int64)
SAME(same_time, time.us, time.us)
SAME(same_date, date.days, date.days)
SAME(same_clock, clock.us, clock.us)
SAME(same_enum, choice, choice)
/* SQLite keeps no minus sign at a zero. */
SAME(same_double, real, real64)

static bool same_float(const sample *wanted, const narrow *found)
{
    return (float)wanted->as.real == found->real32;
}

static bool same_decimal(const sample *wanted, const narrow *found)
{
    return strlen(found->decimal.text) == found->decimal.len &&
           tenon_decimal_compare(wanted->as.decimal, found->decimal) == 0;
}

static bool same_interval(const sample *wanted, const narrow *found)
{
    return memcmp(&wanted->as.interval, &found->interval, sizeof found->interval) == 0;
}

static bool same_text(const sample *wanted, const narrow *found)
{
    return strcmp(wanted->as.text, found->text) == 0;
}

static bool same_json(const sample *wanted, const narrow *found)
{
    return strcmp(wanted->as.json.text, found->json.text) == 0 &&
           wanted->as.json.len == found->json.len;
}

static bool same_bytes(const sample *wanted, const narrow *found)
{
    return wanted->as.bytes.len == found->bytes.len && found->bytes.data &&
           memcmp(wanted->as.bytes.data, found->bytes.data, found->bytes.len) == 0;
}

static bool same_uuid(const sample *wanted, const narrow *found)
{
    return wanted->as.uuid.hi == found->uuid.hi && wanted->as.uuid.lo == found->uuid.lo;
}

static bool same_clock_tz(const sample *wanted, const narrow *found)
{
    return wanted->as.clock_tz.us == found->clock_tz.us &&
           wanted->as.clock_tz.offset_seconds == found->clock_tz.offset_seconds;
}

static int order_of(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int compare_int64(const narrow *a, const narrow *b)
{
    return order_of(a->int64, b->int64);
}

static int compare_decimals(const narrow *a, const narrow *b)
{
    return tenon_decimal_compare(a->decimal, b->decimal);
}

static int compare_uuids(const narrow *a, const narrow *b)
{
    return a->uuid.hi < b->uuid.hi ? -1 : a->uuid.hi > b->uuid.hi;
}

static int compare_dates(const narrow *a, const narrow *b)
{
    return order_of(a->date.days, b->date.days);
}

/* ---- the cases ------------------------------------------------------------------------------- */

static const char *const mood_values[] = {"happy", "sad & tired", "12"};
static const tenon_enum mood = {.name = "Mood", .values = mood_values, .count = 3};

#define FIELD(...)                                                                                 \
    {                                                                                              \
        .name = "value", .column = "value", __VA_ARGS__                                            \
    }

static const kind_case kind_cases[] = {
    {"bool", FIELD(.kind = TENON_KIND_BOOL), "BOOLEAN", NULL, make_bool, same_bool, NULL},
    {"int16", FIELD(.kind = TENON_KIND_INT16), "INTEGER", NULL, make_int16, same_int16, NULL},
    {"int32", FIELD(.kind = TENON_KIND_INT32), "INTEGER", NULL, make_int32, same_int32, NULL},
    {"int64", FIELD(.kind = TENON_KIND_INT64), "BIGINT", NULL, make_int64, same_int64,
     compare_int64},
    {"float", FIELD(.kind = TENON_KIND_FLOAT), "REAL", NULL, make_float, same_float, NULL},
    {"double", FIELD(.kind = TENON_KIND_DOUBLE), "REAL", NULL, make_double, same_double, NULL},
    {"decimal", FIELD(.kind = TENON_KIND_DECIMAL, .precision = -1), "DECIMAL", NULL, make_decimal,
     same_decimal, compare_decimals},
    {"padded decimal", FIELD(.kind = TENON_KIND_DECIMAL, .precision = 24, .scale = 15), "DECIMAL",
     NULL, make_decimal, same_decimal, compare_decimals},
    {"exact decimal", FIELD(.kind = TENON_KIND_DECIMAL, .flags = TENON_FIELD_EXACT), "TEXT", NULL,
     make_exact_decimal, same_decimal, compare_decimals},
    {"text", FIELD(.kind = TENON_KIND_TEXT), "TEXT", NULL, make_text, same_text, NULL},
    {"json", FIELD(.kind = TENON_KIND_JSON), "JSONB", NULL, make_json, same_json, NULL},
    {"json as text", FIELD(.kind = TENON_KIND_JSON), "TEXT", NULL, make_json, same_json, NULL},
    {"bytes", FIELD(.kind = TENON_KIND_BYTES), "BLOB", NULL, make_bytes, same_bytes, NULL},
    {"uuid", FIELD(.kind = TENON_KIND_UUID), "TEXT", NULL, make_uuid, same_uuid, compare_uuids},
    {"iso time", FIELD(.kind = TENON_KIND_TIME, .precision = 6), "DATETIME", "iso", make_time,
     same_time, compare_int64},
    {"unixms time", FIELD(.kind = TENON_KIND_TIME, .precision = 3), "DATETIME", "unixms",
     make_ms_time, same_time, compare_int64},
    {"date", FIELD(.kind = TENON_KIND_DATE), "DATE", NULL, make_date, same_date, compare_dates},
    {"clock", FIELD(.kind = TENON_KIND_CLOCK, .precision = 6), "TIME", NULL, make_clock, same_clock,
     compare_int64},
    {"clock with zone", FIELD(.kind = TENON_KIND_CLOCK_TZ, .precision = 6), "TEXT", NULL,
     make_clock_tz, same_clock_tz, NULL},
    {"interval", FIELD(.kind = TENON_KIND_INTERVAL, .precision = 6), "interval", NULL,
     make_interval, same_interval, NULL},
    {"enum", FIELD(.kind = TENON_KIND_ENUM, .enumeration = &mood), "TEXT", NULL, make_enum,
     same_enum, NULL},
    {"other", FIELD(.kind = TENON_KIND_OTHER), "TEXT", NULL, make_text, same_text, NULL},
};

static sample samples[VALUES];

static void insert_samples(tenon__connection *c, const kind_case *k, const tenon_model *model)
{
    const tenon__slot slots[] = {{.field = NULL}, {.field = &k->field, .model = model}};
    tenon__statement insert = statement_of("INSERT INTO t VALUES (?1, ?2)", slots, 2, NULL);
    tenon__prepared *prepared;
    tenon_error err = {0};
    run_script(c, "BEGIN IMMEDIATE");
    DRIVER->prepare(c, &insert, &prepared, &err);
    for (int64_t i = 0; i < VALUES; i++) {
        const void *values[] = {&i, &samples[i].as};
        DRIVER->execute(c, prepared, values, &err);
        assert_string_equal(err.message, "");
        DRIVER->fetch(c, NULL, NULL, &err);
    }
    assert_string_equal(err.message, "");
    DRIVER->forget(c, prepared);
    run_script(c, "COMMIT");
}

static const narrow *read_values(tenon__connection *c, const kind_case *k, const tenon_model *model,
                                 const char *sql, tenon__arena *arena)
{
    const tenon__out out = {TENON__OUT_FIELD, &k->field, 0};
    const tenon__layout layout = {
        .outs = &out, .out_count = 1, .row_size = sizeof(narrow), .model = model};
    tenon__statement select = statement_of(sql, NULL, 0, &layout);
    tenon__rows rows = {.arena = arena};
    tenon_error err;
    try_statement(c, &select, NULL, &rows, NULL, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(rows.count, VALUES);
    return (const narrow *)(void *)rows.items;
}

static void check_equality(tenon__connection *c, const kind_case *k, const tenon_model *model)
{
    const tenon__slot slots[] = {{.field = NULL}, {.field = &k->field, .model = model}};
    const tenon__out out = {TENON__OUT_BOOL, NULL, 0};
    const tenon__layout layout = {.outs = &out, .out_count = 1, .row_size = 8};
    tenon__statement find =
        statement_of("SELECT value = ?2 FROM t WHERE id = ?1", slots, 2, &layout);
    for (int64_t i = 0; i < VALUES; i += FOUND_EACH) {
        tenon__arena arena = {0};
        tenon__rows rows = {.arena = &arena, .expected = 1};
        const void *values[] = {&i, &samples[i].as};
        tenon_error err;
        try_statement(c, &find, values, &rows, NULL, &err);
        assert_string_equal(err.message, "");
        assert_true(*(bool *)rows.items);
        tenon__arena_release(&arena);
    }
}

static void round_trip(const kind_case *k)
{
    generator g = {4711};
    tenon_error err = {0};
    char create[128];
    const tenon_model model = {.name = "T", .table = "t", .fields = &k->field, .field_count = 1};
    tenon__connection *c = connect_with(
        (tenon__connect_options){.url = testdb_sqlite_url(), .datetime = k->datetime}, &err);
    tenon__arena arena = {0};
    snprintf(create, sizeof create, "CREATE TABLE t (id INTEGER PRIMARY KEY, value %s)",
             k->declared);
    run_script(c, create);
    for (size_t i = 0; i < VALUES; i++)
        k->make(&g, &samples[i]);
    insert_samples(c, k, &model);
    const narrow *found = read_values(c, k, &model, "SELECT value FROM t ORDER BY id", &arena);
    for (size_t i = 0; i < VALUES; i++)
        assert_true(k->is_same(&samples[i], &found[i]));
    check_equality(c, k, &model);
    if (k->compare) {
        found = read_values(c, k, &model, "SELECT value FROM t ORDER BY value", &arena);
        for (size_t i = 1; i < VALUES; i++)
            assert_true(k->compare(&found[i - 1], &found[i]) <= 0);
    }
    tenon__arena_release(&arena);
    DRIVER->close(c);
}

static void values_of_every_kind_come_back_the_same(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(kind_cases); i++) {
        print_message("             %s\n", kind_cases[i].name);
        round_trip(&kind_cases[i]);
    }
}

/* ---- arrays ---------------------------------------------------------------------------------- */

enum { MOST_ELEMENTS = 6 };

/* The element of an array in its row form. */
static void narrow_of(tenon_kind kind, const sample *from, narrow *out)
{
    switch ((int)kind) {
    case TENON_KIND_BOOL:
        out->truth = from->as.truth == 1;
        break;
    case TENON_KIND_INT16:
        out->int16 = (int16_t)from->as.integer;
        break;
    case TENON_KIND_INT32:
        out->int32 = (int32_t)from->as.integer;
        break;
    case TENON_KIND_FLOAT:
        out->real32 = (float)from->as.real;
        break;
    default:
        memcpy(out, &from->as, sizeof from->as < sizeof *out ? sizeof from->as : sizeof *out);
    }
}

static bool is_infinite(const kind_case *k, const sample *s)
{
    bool is_real = k->field.kind == TENON_KIND_FLOAT || k->field.kind == TENON_KIND_DOUBLE;
    return is_real && isinf(s->as.real);
}

/* Packs `count` samples from `first` on into elements. */
static void pack_elements(const kind_case *k, size_t first, size_t count, char *elements)
{
    size_t size = tenon__element_size(k->field.kind);
    for (size_t i = 0; i < count; i++) {
        narrow element;
        narrow_of(k->field.kind, &samples[first + i], &element);
        memcpy(elements + i * size, &element, size);
    }
}

static void write_array(tenon__connection *c, const tenon__slot *slot, const tenon__list *array)
{
    const void *values[] = {array};
    run_write(c, "DELETE FROM t", NULL, 0, NULL);
    run_write(c, "INSERT INTO t VALUES (1, ?1)", slot, 1, values);
}

static void check_array(tenon__connection *c, const kind_case *k, const tenon_field *field,
                        size_t first, size_t count)
{
    char elements[MOST_ELEMENTS * sizeof(narrow)];
    size_t size = tenon__element_size(k->field.kind);
    tenon__slot slot = {.field = field, .form = TENON__FORM_ARRAY};
    tenon__list array = {elements, count};
    pack_elements(k, first, count, elements);
    write_array(c, &slot, &array);
    const tenon__out out = {TENON__OUT_FIELD, field, 0};
    const tenon__layout layout = {.outs = &out, .out_count = 1, .row_size = sizeof(tenon__list)};
    tenon__statement select =
        statement_of("SELECT value FROM t WHERE value = ?1", &slot, 1, &layout);
    tenon__arena arena = {0};
    tenon__rows rows = {.arena = &arena};
    tenon_error err;
    const void *values[] = {&array};
    try_statement(c, &select, values, &rows, NULL, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(rows.count, 1);
    const tenon__list *found = (const tenon__list *)(void *)rows.items;
    assert_int_equal(found->count, count);
    for (size_t i = 0; i < count; i++) {
        narrow element;
        memcpy(&element, (const char *)found->items + i * size, size);
        assert_true(k->is_same(&samples[first + i], &element));
    }
    tenon__arena_release(&arena);
}

static void check_has(tenon__connection *c, const tenon_field *field, const void *element,
                      bool is_there)
{
    const tenon__slot slot = {.field = field, .form = TENON__FORM_ELEMENT};
    const tenon__out out = {TENON__OUT_BOOL, NULL, 0};
    const tenon__layout layout = {.outs = &out, .out_count = 1, .row_size = 8};
    tenon__statement find =
        statement_of("SELECT tenon_array_has(value, ?1) FROM t", &slot, 1, &layout);
    tenon__arena arena = {0};
    tenon__rows rows = {.arena = &arena, .expected = 1};
    const void *values[] = {element};
    tenon_error err;
    try_statement(c, &find, values, &rows, NULL, &err);
    assert_string_equal(err.message, "");
    assert_int_equal(*(bool *)rows.items, is_there);
    tenon__arena_release(&arena);
}

static void array_round_trip(const kind_case *k)
{
    generator g = {815};
    tenon_error err = {0};
    tenon_field field = k->field;
    field.flags |= TENON_FIELD_LIST;
    tenon__connection *c = connect_with((tenon__connect_options){.url = testdb_sqlite_url(),
                                                                 .datetime = k->datetime,
                                                                 .synchronous = "off"},
                                        &err);
    run_script(c, "CREATE TABLE t (id INTEGER PRIMARY KEY, value TEXT)");
    for (size_t i = 0; i < VALUES; i++) {
        do
            k->make(&g, &samples[i]);
        while (is_infinite(k, &samples[i]));
    }
    run_script(c, "BEGIN IMMEDIATE");
    for (size_t i = 0; i + MOST_ELEMENTS < VALUES; i += MOST_ELEMENTS * 5) {
        size_t count = generator_below(&g, MOST_ELEMENTS + 1);
        check_array(c, k, &field, i, count);
        narrow element;
        narrow_of(field.kind, &samples[i], &element);
        if (count > 0)
            check_has(c, &field, &element, true);
    }
    run_script(c, "COMMIT");
    DRIVER->close(c);
}

static void arrays_of_every_kind_come_back_the_same(void **state)
{
    for (size_t i = 0; i < TENON__COUNT(kind_cases); i++) {
        print_message("             %s\n", kind_cases[i].name);
        array_round_trip(&kind_cases[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_of_every_kind_come_back_the_same),
        cmocka_unit_test(arrays_of_every_kind_come_back_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
