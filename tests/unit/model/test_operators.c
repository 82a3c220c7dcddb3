/* Every operator on every type of column, with NULL, on both databases.
 *
 * Three rows have a small, a middle and a large value in each column of Everything, the fourth has
 * NULL everywhere. What an operator must find follows from the order of the three, so one table of
 * expectations serves all types: rows as bits, 1 for the small one, 8 for the one with the NULLs.
 */
#include "both.h"

enum { SMALL = 1, MIDDLE = 2, LARGE = 4, NOTHING = 8, VALUES = SMALL | MIDDLE | LARGE };

#define DECIMAL(t) ((tenon_decimal){0, t})
#define JSON(t) ((tenon_json){0, t})
#define UUID(n) ((tenon_uuid){1, n})
#define TIME(n) ((tenon_time){INT64_C(1700000000000000) + (n)*1000})
#define ZONED(n) ((tenon_clock_tz){INT64_C(3600000000) * (n), 0})
#define SPAN(n) ((tenon_interval){0, 9 + (n), 0})

static void create_row(both *b, int n, const char *decimal, const char *text, const char *json,
                       const char *blob, const char *bits, const char *address)
{
    everything_create(
        b->session, .id = SET(n), .flag = SET(n == 3), .small = SET(n * 10), .number = SET(n * 100),
        .big = SET(INT64_C(5000000000) * n), .real = SET(n + 0.5), .precise = SET(n / 10.0),
        .price = SET(DECIMAL(decimal)), .text = SET(text), .label = SET(text), .code = SET(text),
        .data = SET(JSON(json)), .raw_ = SET(JSON(json)), .blob = SET(((tenon_bytes){1, blob})),
        .uuid = SET(UUID((uint64_t)n)), .stamp = SET(TIME(n)), .instant = SET(TIME(n)),
        .day = SET(((tenon_date){19000 + n})), .clock = SET(((tenon_clock){n * INT64_C(1000000)})),
        .zoned = SET(ZONED(n)), .span = SET(SPAN(n)), .role = SET((Role)n),
        .money = SET(DECIMAL(decimal)), .bits = SET(bits), .address = SET(address),
        .markup = SET(text));
    assert_sound(b->session);
}

static void create_rows(both *b)
{
    create_row(b, 1, "1.25", "aaaa", "{\"a\": 1}", "\001", "00000001", "10.0.0.1");
    create_row(b, 2, "2.50", "bbbb", "{\"a\": 2}", "\002", "00000010", "10.0.0.2");
    create_row(b, 3, "10.75", "cccc", "{\"a\": 3}", "\003", "00000100", "10.0.0.3");
    everything_create(b->session, .id = SET(4));
    assert_sound(b->session);
}

/* ---- values of the three rows ---------------------------------------------------------------- */

typedef union wide {
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
    tenon_clock_tz zoned;
    tenon_interval span;
} wide;

#define OF(member, a, b, c)                                                                        \
    {                                                                                              \
        {.member = a}, {.member = b},                                                              \
        {                                                                                          \
            .member = c                                                                            \
        }                                                                                          \
    }

static const wide values[][3] = {
    {{0}}, /* id */
    OF(truth, 0, 0, 1),
    OF(integer, 10, 20, 30),
    OF(integer, 100, 200, 300),
    OF(integer, 5000000000, 10000000000, 15000000000),
    OF(real, 1.5, 2.5, 3.5),
    OF(real, 1 / 10.0, 2 / 10.0, 3 / 10.0),
    {{.decimal = {0, "1.25"}}, {.decimal = {0, "2.50"}}, {.decimal = {0, "10.75"}}},
    OF(text, "aaaa", "bbbb", "cccc"),
    OF(text, "aaaa", "bbbb", "cccc"),
    OF(text, "aaaa", "bbbb", "cccc"),
    {{.json = {0, "{\"a\":1}"}}, {.json = {0, "{\"a\":2}"}}, {.json = {0, "{\"a\":3}"}}},
    {{.json = {0, "{\"a\":1}"}}, {.json = {0, "{\"a\":2}"}}, {.json = {0, "{\"a\":3}"}}},
    {{.bytes = {1, "\001"}}, {.bytes = {1, "\002"}}, {.bytes = {1, "\003"}}},
    {{.uuid = {1, 1}}, {.uuid = {1, 2}}, {.uuid = {1, 3}}},
    {{.time = {1700000000001000}}, {.time = {1700000000002000}}, {.time = {1700000000003000}}},
    {{.time = {1700000000001000}}, {.time = {1700000000002000}}, {.time = {1700000000003000}}},
    {{.date = {19001}}, {.date = {19002}}, {.date = {19003}}},
    {{.clock = {1000000}}, {.clock = {2000000}}, {.clock = {3000000}}},
    {{.zoned = {3600000000, 0}}, {.zoned = {7200000000, 0}}, {.zoned = {10800000000, 0}}},
    {{.span = {0, 0, 864000000000}}, {.span = {0, 11, 0}}, {.span = {1, -18, 0}}},
    OF(truth, 1, 2, 3), /* role */
    {{.decimal = {0, "1.25"}}, {.decimal = {0, "2.5"}}, {.decimal = {0, "10.75"}}},
    OF(text, "00000001", "00000010", "00000100"),
    OF(text, "10.0.0.1", "10.0.0.2", "10.0.0.3"),
    OF(text, "aaaa", "bbbb", "cccc"),
};

static size_t wide_size(const tenon_field *field)
{
    switch (field->kind) {
    case TENON_KIND_BOOL:
    case TENON_KIND_ENUM:
    case TENON_KIND_DATE:
        return 4;
    case TENON_KIND_DECIMAL:
    case TENON_KIND_JSON:
    case TENON_KIND_BYTES:
    case TENON_KIND_UUID:
    case TENON_KIND_CLOCK_TZ:
    case TENON_KIND_INTERVAL:
        return 16;
    default:
        return 8;
    }
}

/* ---- asking ---------------------------------------------------------------------------------- */

enum { AS = offsetof(tenon_int_filter, as) };

/* The rows that this one condition finds, as bits; -1 when it is refused. */
static int ask(both *b, const tenon_field *field, tenon_operator operation, const void *as,
               size_t size)
{
    EverythingQuery query = {.session = b->session};
    char *filter = (char *)&query.where + field->where_offset;
    int found = 0;
    memcpy(filter, &operation, sizeof operation);
    memcpy(filter + AS, as, size);
    EverythingList list = everything_find_many_q(&query);
    for (size_t i = 0; i < list.count; i++)
        found |= 1 << (list.items[i].id - 1);
    return tenon_failed(b->session) ? -1 : found;
}

static int ask_value(both *b, uint32_t field, tenon_operator operation, int row)
{
    const tenon_field *of = &everything_model.fields[field];
    return ask(b, of, operation, &values[field][row], wide_size(of));
}

static int ask_range(both *b, uint32_t field, tenon_operator operation, int low, int high)
{
    const tenon_field *of = &everything_model.fields[field];
    char range[32];
    memcpy(range, &values[field][low], wide_size(of));
    memcpy(range + wide_size(of), &values[field][high], wide_size(of));
    return ask(b, of, operation, range, wide_size(of) * 2);
}

static int ask_list(both *b, uint32_t field, tenon_operator operation, int first, size_t count)
{
    const tenon_field *of = &everything_model.fields[field];
    char items[64];
    for (size_t i = 0; i < count; i++)
        memcpy(items + i * wide_size(of), &values[field][(size_t)first + i], wide_size(of));
    struct {
        const void *items;
        size_t count;
    } list = {items, count};
    return ask(b, of, operation, &list, sizeof list);
}

/* `found` is what was, `expected` what should be; for the message. */
static void expect(both *b, uint32_t field, const char *what, int found, int expected)
{
    if (found == expected)
        return;
    fail_msg("%s %s on %s: found rows %d, expected %d; %s", everything_model.fields[field].name,
             what, b->is_sqlite ? "sqlite" : "postgresql", found, expected,
             tenon_message(b->session));
}

#define EXPECT(call, expected) expect(b, i, #call, call, expected)

/* Columns whose three values are different from each other. */
static bool is_told_apart(uint32_t field)
{
    return everything_model.fields[field].kind != TENON_KIND_BOOL;
}

/* ---- the cases ------------------------------------------------------------------------------- */

static void equality_means_the_same_for_every_type(void **state)
{
    both *b = *state;
    create_rows(b);
    for (uint32_t i = 1; i < everything_model.field_count; i++) {
        int same = is_told_apart(i) ? MIDDLE : SMALL | MIDDLE;
        EXPECT(ask_value(b, i, TENON_EQ, 1), same);
        EXPECT(ask_value(b, i, TENON_NE, 1), VALUES & ~same);
        EXPECT(ask_value(b, i, TENON_IS_NULL, 0), NOTHING);
        EXPECT(ask_value(b, i, TENON_NOT_NULL_, 0), VALUES);
    }
}

static bool has_order(const tenon_field *field)
{
    return field->kind != TENON_KIND_BOOL && field->kind != TENON_KIND_ENUM &&
           field->kind != TENON_KIND_JSON && field->kind != TENON_KIND_BYTES;
}

static void order_means_the_same_for_every_type(void **state)
{
    both *b = *state;
    create_rows(b);
    for (uint32_t i = 1; i < everything_model.field_count; i++) {
        if (!has_order(&everything_model.fields[i]))
            continue;
        EXPECT(ask_value(b, i, TENON_LT, 1), SMALL);
        EXPECT(ask_value(b, i, TENON_LE, 1), SMALL | MIDDLE);
        EXPECT(ask_value(b, i, TENON_GT, 1), LARGE);
        EXPECT(ask_value(b, i, TENON_GE, 1), MIDDLE | LARGE);
        EXPECT(ask_range(b, i, TENON_RANGE_GE_LE, 0, 1), SMALL | MIDDLE);
        EXPECT(ask_range(b, i, TENON_RANGE_GE_LT, 0, 1), SMALL);
        EXPECT(ask_range(b, i, TENON_RANGE_GT_LE, 0, 1), MIDDLE);
        EXPECT(ask_range(b, i, TENON_RANGE_GT_LT, 0, 2), MIDDLE);
        EXPECT(ask_range(b, i, TENON_RANGE_GE_LE, 2, 0), 0);
        EXPECT(ask_range(b, i, TENON_NOT_BETWEEN, 1, 1), SMALL | LARGE);
    }
}

static void order_is_refused_where_there_is_none(void **state)
{
    both *b = *state;
    for (uint32_t i = 1; i < everything_model.field_count; i++) {
        if (has_order(&everything_model.fields[i]))
            continue;
        EXPECT(ask_value(b, i, TENON_LT, 1), -1);
        assert_failed(b->session, TENON_MISUSE, "LT cannot be asked");
        EXPECT(ask_range(b, i, TENON_RANGE_GE_LE, 0, 1), -1);
        assert_failed(b->session, TENON_MISUSE, "BETWEEN cannot be asked");
    }
}

static bool has_lists(const tenon_field *field)
{
    return field->kind != TENON_KIND_JSON && field->kind != TENON_KIND_BYTES;
}

static void lists_mean_the_same_for_every_type(void **state)
{
    both *b = *state;
    create_rows(b);
    for (uint32_t i = 1; i < everything_model.field_count; i++) {
        if (!has_lists(&everything_model.fields[i]) || !is_told_apart(i))
            continue;
        EXPECT(ask_list(b, i, TENON_IN, 0, 2), SMALL | MIDDLE);
        EXPECT(ask_list(b, i, TENON_IN, 2, 1), LARGE);
        EXPECT(ask_list(b, i, TENON_IN, 0, 0), 0);
        EXPECT(ask_list(b, i, TENON_NOT_IN, 0, 2), LARGE);
        EXPECT(ask_list(b, i, TENON_NOT_IN, 0, 0), VALUES | NOTHING);
    }
}

static void lists_of_bools_are_lists_too(void **state)
{
    both *b = *state;
    static const int both_of_them[] = {1, 0};
    create_rows(b);
    assert_int_equal(everything_count(b->session, .where = {.flag = IN(both_of_them, 1)}), 1);
    assert_int_equal(everything_count(b->session, .where = {.flag = IN(both_of_them, 2)}), 3);
    assert_int_equal(everything_count(b->session, .where = {.flag = NOT_IN(both_of_them, 1)}), 2);
    assert_sound(b->session);
}

static void patterns_mean_the_same_for_every_text(void **state)
{
    both *b = *state;
    create_rows(b);
    for (uint32_t i = 1; i < everything_model.field_count; i++) {
        const tenon_field *field = &everything_model.fields[i];
        const char *pattern = "%bb%", *upper = "%BB%", *start = "b", *end = "bb", *inside = "bb";
        if (field->kind != TENON_KIND_TEXT)
            continue;
        EXPECT(ask(b, field, TENON_LIKE, &pattern, sizeof pattern), MIDDLE);
        EXPECT(ask(b, field, TENON_LIKE, &upper, sizeof upper), 0);
        EXPECT(ask(b, field, TENON_NOT_LIKE, &pattern, sizeof pattern), SMALL | LARGE);
        EXPECT(ask(b, field, TENON_ILIKE, &upper, sizeof upper), MIDDLE);
        EXPECT(ask(b, field, TENON_NOT_ILIKE, &upper, sizeof upper), SMALL | LARGE);
        EXPECT(ask(b, field, TENON_STARTS_WITH, &start, sizeof start), MIDDLE);
        EXPECT(ask(b, field, TENON_ENDS_WITH, &end, sizeof end), MIDDLE);
        EXPECT(ask(b, field, TENON_CONTAINS, &inside, sizeof inside), MIDDLE);
    }
}

static void types_that_travel_as_text_have_patterns_too(void **state)
{
    both *b = *state;
    create_rows(b);
    EverythingList list = everything_find_many(b->session, .where = {.address = LIKE("%.2")});
    assert_sound(b->session);
    assert_int_equal(list.count, 1);
    assert_string_equal(list.items[0].address, "10.0.0.2");
    list = everything_find_many(b->session, .where = {.bits = ENDS_WITH("10")});
    assert_int_equal(list.count, 1);
    list = everything_find_many(b->session, .where = {.markup = STARTS_WITH("b")});
    assert_int_equal(list.count, 1);
    assert_sound(b->session);
}

/* The text columns hold what looks like a pattern. */
static int count_of(both *b, tenon_operator operation, const char *text)
{
    EverythingQuery query = {.session = b->session};
    query.where.text.op = operation;
    query.where.text.as.value = text;
    int64_t count = everything_count_q(&query);
    assert_sound(b->session);
    return (int)count;
}

static void the_argument_of_a_part_is_no_pattern(void **state)
{
    both *b = *state;
    const char *const stored[] = {"100%",      "100 percent",       "a_b", "aXb", "back\\slash",
                                  "\xc3\xa4h", "a\xf4\x8f\xbf\xbf", "a",   ""};
    for (size_t i = 0; i < sizeof stored / sizeof *stored; i++)
        everything_create(b->session, .text = SET(stored[i]));
    assert_sound(b->session);
    assert_int_equal(count_of(b, TENON_STARTS_WITH, "100%"), 1);
    assert_int_equal(count_of(b, TENON_STARTS_WITH, "100"), 2);
    assert_int_equal(count_of(b, TENON_STARTS_WITH, "a"), 4);
    assert_int_equal(count_of(b, TENON_STARTS_WITH, "a_"), 1);
    assert_int_equal(count_of(b, TENON_STARTS_WITH, "A"), 0);
    assert_int_equal(count_of(b, TENON_STARTS_WITH, ""), 9);
    assert_int_equal(count_of(b, TENON_CONTAINS, "_"), 1);
    assert_int_equal(count_of(b, TENON_CONTAINS, "%"), 1);
    assert_int_equal(count_of(b, TENON_CONTAINS, "\\"), 1);
}

static void a_bad_text_in_a_pattern_is_refused(void **state)
{
    both *b = *state;
    assert_int_equal(everything_count(b->session, .where = {.text = CONTAINS("\xa4")}), 0);
    assert_failed(b->session, TENON_TYPE, "Everything.text");
}

static void like_escapes_with_a_backslash(void **state)
{
    both *b = *state;
    everything_create(b->session, .text = SET("100%"));
    everything_create(b->session, .text = SET("1000"));
    assert_int_equal(count_of(b, TENON_LIKE, "100\\%"), 1);
    assert_int_equal(count_of(b, TENON_LIKE, "100%"), 2);
    assert_int_equal(count_of(b, TENON_LIKE, "100_"), 2);
    assert_int_equal(count_of(b, TENON_ILIKE, "1__%"), 2);
}

/* ---- arrays ---------------------------------------------------------------------------------- */

static const int32_t numbers[] = {1, 2, 3};
static const char *const texts[] = {"a", "b,c", "\"d\"", "\\", "NULL", ""};
static const Role roles[] = {ROLE_USER, ROLE_ADMIN};
static const tenon_time times[] = {{1700000000001000}, {1700000000002000}};
static const tenon_uuid uuids[] = {{1, 1}, {1, 2}};
static const tenon_decimal prices[] = {{0, "1.25"}, {0, "2.5"}};
static const bool flags[] = {true, false};
static const tenon_bytes blobs[] = {{1, "\001"}, {3, "a\0b"}};
static const char *const addresses[] = {"10.0.0.1", "::1/64"};
static const char *const bits[] = {"00000001", "10000000"};

static void create_arrays(both *b)
{
    arrays_create(
        b->session, .id = SET(1), .numbers = SET(((tenon_int32_array){numbers, 3})),
        .texts = SET(((tenon_text_array){texts, 6})), .roles = SET(((RoleArray){roles, 2})),
        .instants = SET(((tenon_time_array){times, 2})),
        .uuids = SET(((tenon_uuid_array){uuids, 2})),
        .prices = SET(((tenon_decimal_array){prices, 2})),
        .flags = SET(((tenon_bool_array){flags, 2})), .blobs = SET(((tenon_bytes_array){blobs, 2})),
        .addresses = SET(((tenon_text_array){addresses, 2})),
        .bitss = SET(((tenon_text_array){bits, 2})));
    arrays_create(b->session, .id = SET(2));
    assert_sound(b->session);
}

/* Ids found, as bits. */
#define FOUND(...) found_in(b, arrays_find_many(b->session, .where = {__VA_ARGS__}))

static int found_in(both *b, ArraysList list)
{
    int found = 0;
    assert_sound(b->session);
    for (size_t i = 0; i < list.count; i++)
        found |= 1 << (list.items[i].id - 1);
    return found;
}

static void an_array_has_an_element(void **state)
{
    both *b = *state;
    create_arrays(b);
    assert_int_equal(FOUND(.numbers = HAS(2)), 1);
    assert_int_equal(FOUND(.numbers = HAS(7)), 0);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(FOUND(.texts = HAS(texts[i])), 1);
    assert_int_equal(FOUND(.texts = HAS("b")), 0);
    assert_int_equal(FOUND(.roles = HAS(ROLE_ADMIN)), 1);
    assert_int_equal(FOUND(.roles = HAS(ROLE_EDITOR)), 0);
    assert_int_equal(FOUND(.instants = HAS(times[1])), 1);
    assert_int_equal(FOUND(.uuids = HAS(uuids[1])), 1);
    assert_int_equal(FOUND(.prices = HAS(DECIMAL("2.50"))), 1);
    assert_int_equal(FOUND(.flags = HAS(false)), 1);
    assert_int_equal(FOUND(.blobs = HAS(blobs[1])), 1);
    assert_int_equal(FOUND(.addresses = HAS("10.0.0.1")), 1);
    assert_int_equal(FOUND(.bitss = HAS("10000000")), 1);
}

static void an_array_has_some_or_all(void **state)
{
    both *b = *state;
    create_arrays(b);
    assert_int_equal(FOUND(.numbers = HAS_ANY(((int32_t[]){9, 3}), 2)), 1);
    assert_int_equal(FOUND(.numbers = HAS_ANY(((int32_t[]){9, 8}), 2)), 0);
    assert_int_equal(FOUND(.numbers = HAS_ANY(numbers, 0)), 0);
    assert_int_equal(FOUND(.numbers = HAS_ALL(numbers, 3)), 1);
    assert_int_equal(FOUND(.numbers = HAS_ALL(((int32_t[]){1, 9}), 2)), 0);
    assert_int_equal(FOUND(.numbers = HAS_ALL(numbers, 0)), 3);
    assert_int_equal(FOUND(.texts = HAS_ANY(texts, 6)), 1);
    assert_int_equal(FOUND(.texts = HAS_ALL(texts, 6)), 1);
    assert_int_equal(FOUND(.roles = HAS_ALL(roles, 2)), 1);
    assert_int_equal(FOUND(.uuids = HAS_ANY(uuids, 2)), 1);
    assert_int_equal(FOUND(.bitss = HAS_ALL(bits, 2)), 1);
    assert_int_equal(FOUND(.addresses = HAS_ANY(addresses, 1)), 1);
    assert_int_equal(FOUND(.blobs = HAS_ANY(blobs + 1, 1)), 1);
}

static void an_array_equals_and_is_empty(void **state)
{
    both *b = *state;
    create_arrays(b);
    assert_int_equal(FOUND(.numbers = EQ(((tenon_int32_array){numbers, 3}))), 1);
    assert_int_equal(FOUND(.numbers = EQ(((tenon_int32_array){numbers, 2}))), 0);
    assert_int_equal(FOUND(.numbers = EQ(((tenon_int32_array){NULL, 0}))), 2);
    assert_int_equal(FOUND(.numbers = NE(((tenon_int32_array){numbers, 3}))), 2);
    assert_int_equal(FOUND(.texts = EQ(((tenon_text_array){texts, 6}))), 1);
    assert_int_equal(FOUND(.roles = EQ(((RoleArray){roles, 2}))), 1);
    assert_int_equal(FOUND(.numbers = IS_EMPTY()), 2);
    assert_int_equal(FOUND(.numbers = NOT_EMPTY()), 1);
}

static void arrays_come_back_as_they_went(void **state)
{
    both *b = *state;
    create_arrays(b);
    Arrays *a = arrays_find(b->session, 1);
    assert_sound(b->session);
    assert_int_equal(a->numbers.count, 3);
    assert_int_equal(a->numbers.items[2], 3);
    assert_int_equal(a->texts.count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_string_equal(a->texts.items[i], texts[i]);
    assert_int_equal(a->roles.items[1], ROLE_ADMIN);
    assert_string_equal(a->prices.items[0].text, "1.2500");
    assert_string_equal(a->addresses.items[0], "10.0.0.1");
    assert_string_equal(a->addresses.items[1], "::1/64");
    assert_memory_equal(a->blobs.items[1].data, "a\0b", 3);
}

/* ---- JSON ------------------------------------------------------------------------------------ */

static void json_is_looked_into(void **state)
{
    both *b = *state;
    everything_create(b->session, .id = SET(1),
                      .data = SET(JSON("{\"a\": {\"b\": [10, {\"c d\": \"x\"}]}, \"n\": null}")),
                      .raw_ = SET(JSON("{ \"it's\" : [ 1, 2 ] }")));
    everything_create(b->session, .id = SET(2), .data = SET(JSON("[1]")));
    assert_int_equal(everything_count(b->session, .where = {.data = JSON_AT("a.b.0", JSON("10"))}),
                     1);
    assert_int_equal(
        everything_count(b->session, .where = {.data = JSON_AT("a.b.1.c d", JSON("\"x\""))}), 1);
    assert_int_equal(everything_count(b->session, .where = {.data = JSON_AT("0", JSON("1"))}), 1);
    assert_int_equal(everything_count(b->session, .where = {.data = JSON_AT("n", JSON("null"))}),
                     1);
    assert_int_equal(everything_count(b->session, .where = {.data = JSON_AT("a.x", JSON("1"))}), 0);
    assert_int_equal(
        everything_count(b->session, .where = {.raw_ = JSON_AT("it's", JSON("[1,  2]"))}), 1);
    assert_sound(b->session);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(equality_means_the_same_for_every_type),
        ON_BOTH(order_means_the_same_for_every_type),
        ON_BOTH(order_is_refused_where_there_is_none),
        ON_BOTH(lists_mean_the_same_for_every_type),
        ON_BOTH(lists_of_bools_are_lists_too),
        ON_BOTH(patterns_mean_the_same_for_every_text),
        ON_BOTH(types_that_travel_as_text_have_patterns_too),
        ON_BOTH(the_argument_of_a_part_is_no_pattern),
        ON_BOTH(a_bad_text_in_a_pattern_is_refused),
        ON_BOTH(like_escapes_with_a_backslash),
        ON_BOTH(an_array_has_an_element),
        ON_BOTH(an_array_has_some_or_all),
        ON_BOTH(an_array_equals_and_is_empty),
        ON_BOTH(arrays_come_back_as_they_went),
        ON_BOTH(json_is_looked_into),
    };
    return both_run(tests);
}
