/* Nothing is lost between a program and its database: 10,000 rows with a random value (or NULL) of
 * every kind go in through the generated calls and come back the same, as what the creating call
 * returns and again by a find, on both databases. What the columns cannot hold is refused, which
 * tests/unit/model/test_write.c shows; the drivers' own tests hold each type against what the
 * server prints. */
#include <math.h>
#include <stdio.h>

#include "../unit/model/both.h"
#include "generator.h"

enum { ROWS = 10000, BATCH = 500, TEXT_SIZE = 128 };

static generator random_numbers = {20240229};

static uint64_t below(uint64_t bound)
{
    return generator_below(&random_numbers, bound);
}

static int64_t between(int64_t least, int64_t most)
{
    return generator_between(&random_numbers, least, most);
}

/* All magnitudes, both signs. */
static int64_t integer_of(int bits)
{
    int64_t value =
        (int64_t)(generator_next(&random_numbers) >> (65 - bits)) >> below((uint64_t)bits - 1);
    return below(2) ? value : ~value;
}

/* ---- random values --------------------------------------------------------------------------- */

static char *new_text(tenon_session *s)
{
    return tenon_session_alloc(s, TEXT_SIZE);
}

static size_t put_character(char *at, uint32_t c)
{
    if (c < 0x80)
        return at[0] = (char)c, 1;
    if (c < 0x800)
        return at[0] = (char)(0xC0 | c >> 6), at[1] = (char)(0x80 | (c & 63)), 2;
    if (c < 0x10000)
        return at[0] = (char)(0xE0 | c >> 12), at[1] = (char)(0x80 | (c >> 6 & 63)),
               at[2] = (char)(0x80 | (c & 63)), 3;
    return at[0] = (char)(0xF0 | c >> 18), at[1] = (char)(0x80 | (c >> 12 & 63)),
           at[2] = (char)(0x80 | (c >> 6 & 63)), at[3] = (char)(0x80 | (c & 63)), 4;
}

static uint32_t any_character(void)
{
    static const uint32_t ends[] = {0x80, 0x800, 0x10000, 0x110000};
    uint32_t c = 1 + (uint32_t)below(ends[below(4)] - 1);
    return c >= 0xD800 && c < 0xE000 ? '\'' : c;
}

static const char *any_text(tenon_session *s, size_t most)
{
    char *text = new_text(s);
    size_t length = 0;
    for (size_t count = below(most + 1); count > 0; count--)
        length += put_character(text + length, any_character());
    text[length] = '\0';
    return text;
}

static tenon_decimal any_decimal(tenon_session *s, unsigned whole, unsigned fraction)
{
    char *text = new_text(s), *at = text;
    if (below(2))
        *at++ = '-';
    *at++ = (char)('1' + below(9));
    for (uint64_t n = below(whole); n > 0; n--)
        *at++ = (char)('0' + below(10));
    *at++ = '.';
    for (uint64_t n = 1 + below(fraction); n > 0; n--)
        *at++ = (char)('0' + below(10));
    *at = '\0';
    return (tenon_decimal){0, text};
}

static const char *any_bits(tenon_session *s)
{
    char *text = new_text(s);
    for (size_t i = 0; i < 8; i++)
        text[i] = (char)('0' + below(2));
    text[8] = '\0';
    return text;
}

/* The pattern with a number of 0 … 255 for each #. */
static const char *text_of(tenon_session *s, const char *pattern)
{
    char *text = new_text(s);
    size_t length = 0;
    for (const char *at = pattern; *at; at++) {
        if (*at == '#')
            length += (size_t)snprintf(text + length, 8, "%u", (unsigned)below(256));
        else
            text[length++] = *at;
    }
    text[length] = '\0';
    return text;
}

static tenon_bytes any_bytes(tenon_session *s)
{
    size_t length = below(TEXT_SIZE);
    char *data = new_text(s);
    for (size_t i = 0; i < length; i++)
        data[i] = (char)below(256);
    return (tenon_bytes){length, data};
}

static double any_double(bool takes_nan)
{
    double value;
    do {
        uint64_t bits = generator_next(&random_numbers);
        memcpy(&value, &bits, sizeof value);
    } while (isnan(value) && !takes_nan);
    return value;
}

static double any_float(void)
{
    float value;
    do {
        uint32_t bits = (uint32_t)generator_next(&random_numbers);
        memcpy(&value, &bits, sizeof value);
    } while (isnan(value));
    return (double)value;
}

/* ---- rows ------------------------------------------------------------------------------------ */

/* One in eight is NULL. */
#define ANY(value_)                                                                                \
    {                                                                                              \
        .op = below(8) ? TENON_SET : TENON_SET_NULL, .value = (value_)                             \
    }
#define JSON(text_) ((tenon_json){0, (text_)})

static EverythingSet any_row(tenon_session *s, bool takes_nan)
{
    return (EverythingSet){
        .flag = ANY((int)below(2)),
        .small = ANY(integer_of(16)),
        .number = ANY(integer_of(32)),
        .big = ANY(integer_of(64)),
        .real = ANY(any_float()),
        .precise = ANY(any_double(takes_nan)),
        .price = ANY(any_decimal(s, 8, 4)),
        .text = ANY(any_text(s, 30)),
        .label = ANY(any_text(s, 20)),
        .code = ANY(text_of(s, "x''\"")),
        .data = ANY(JSON(text_of(s, "{\"a\": [#, #], \"b\": \"\xC3\xA4#\"}"))),
        .raw_ = ANY(JSON(text_of(s, " { \"b\":#,\n\"a\" : #.50e2, \"a\": null}"))),
        .blob = ANY(any_bytes(s)),
        .uuid =
            ANY(((tenon_uuid){generator_next(&random_numbers), generator_next(&random_numbers)})),
        .stamp = ANY((tenon_time){between(-30000000000000, 30000000000000) * 1000}),
        .instant = ANY((tenon_time){between(-60000000000000000, 60000000000000000)}),
        .day = ANY((tenon_date){(int32_t)between(-700000, 2900000)}),
        .clock = ANY((tenon_clock){between(0, 86400000000)}),
        .zoned = ANY(((tenon_clock_tz){between(0, 86400000000), (int32_t)between(-57599, 57599)})),
        .span = ANY(((tenon_interval){(int32_t)between(-1000000, 1000000),
                                      (int32_t)between(-1000000, 1000000),
                                      between(-86400000000, 86400000000)})),
        .role = ANY((Role)between(ROLE_USER, ROLE_ADMIN)),
        .money = ANY(any_decimal(s, 12, 2)),
        .bits = ANY(any_bits(s)),
        .address = ANY(text_of(s, "#.#.#.#")),
        .markup = ANY(text_of(s, "<a b=\"#\">#</a>")),
    };
}

/* ---- comparing ------------------------------------------------------------------------------- */

#define IS_SET(name) (wanted->name.op == TENON_SET)
#define EXPECT(name, is_same)                                                                      \
    if (!(IS_SET(name) ? (is_same) : true))                                                        \
    return #name
/* An optional struct, and a pointer that is NULL. */
#define EXPECT_OPTIONAL(name, is_same)                                                             \
    if (found->name.has != IS_SET(name))                                                           \
        return #name " (NULL)";                                                                    \
    EXPECT(name, is_same)
#define EXPECT_POINTER(name, pointer, is_same)                                                     \
    if ((found->pointer != NULL) != IS_SET(name))                                                  \
        return #name " (NULL)";                                                                    \
    EXPECT(name, is_same)
#define EXPECT_NUMBER(name) EXPECT_OPTIONAL(name, found->name.value == wanted->name.value)
#define EXPECT_TEXT(name) EXPECT_POINTER(name, name, strcmp(found->name, wanted->name.value) == 0)
#define EXPECT_DECIMAL(name)                                                                       \
    EXPECT_POINTER(name, name.text, tenon_decimal_compare(found->name, wanted->name.value) == 0)
#define EXPECT_JSON(name)                                                                          \
    EXPECT_POINTER(name, name.text, strcmp(found->name.text, wanted->name.value.text) == 0)

/* NaN is itself here. */
static bool is_same_double(double a, double b)
{
    return isnan(a) ? isnan(b) : a == b;
}

/* The first field that differs, or NULL. */
static const char *different_number(const EverythingSet *wanted, const Everything *found)
{
    EXPECT_NUMBER(flag);
    EXPECT_NUMBER(small);
    EXPECT_NUMBER(number);
    EXPECT_NUMBER(big);
    EXPECT_OPTIONAL(real, (double)found->real.value == wanted->real.value);
    EXPECT_OPTIONAL(precise, is_same_double(found->precise.value, wanted->precise.value));
    EXPECT_NUMBER(role);
    EXPECT_DECIMAL(price);
    EXPECT_DECIMAL(money);
    return NULL;
}

static const char *different_text(const EverythingSet *wanted, const Everything *found)
{
    EXPECT_TEXT(text);
    EXPECT_TEXT(label);
    EXPECT_TEXT(code);
    EXPECT_TEXT(bits);
    EXPECT_TEXT(address);
    EXPECT_TEXT(markup);
    EXPECT_JSON(data);
    EXPECT_JSON(raw_);
    EXPECT_POINTER(blob, blob.data,
                   found->blob.len == wanted->blob.value.len &&
                       !memcmp(found->blob.data, wanted->blob.value.data, found->blob.len));
    return NULL;
}

static const char *different_time(const EverythingSet *wanted, const Everything *found)
{
    EXPECT_OPTIONAL(uuid, found->uuid.value.hi == wanted->uuid.value.hi &&
                              found->uuid.value.lo == wanted->uuid.value.lo);
    EXPECT_OPTIONAL(stamp, found->stamp.value.us == wanted->stamp.value.us);
    EXPECT_OPTIONAL(instant, found->instant.value.us == wanted->instant.value.us);
    EXPECT_OPTIONAL(day, found->day.value.days == wanted->day.value.days);
    EXPECT_OPTIONAL(clock, found->clock.value.us == wanted->clock.value.us);
    EXPECT_OPTIONAL(zoned,
                    found->zoned.value.us == wanted->zoned.value.us &&
                        found->zoned.value.offset_seconds == wanted->zoned.value.offset_seconds);
    EXPECT_OPTIONAL(span,
                    memcmp(&found->span.value, &wanted->span.value, sizeof found->span.value) == 0);
    return NULL;
}

static void assert_same(const EverythingSet *wanted, const Everything *found)
{
    const char *field = different_number(wanted, found);
    field = field ? field : different_text(wanted, found);
    field = field ? field : different_time(wanted, found);
    if (field)
        fail_msg("row %lld: %s is another one", (long long)found->id, field);
}

/* ---- there and back -------------------------------------------------------------------------- */

static void fill(tenon_session *s, EverythingSet *items, int64_t first_id, bool takes_nan)
{
    for (int64_t i = 0; i < BATCH; i++) {
        items[i] = any_row(s, takes_nan);
        items[i].id = (tenon_int_set)SET(first_id + i);
    }
    assert_sound(s);
}

static void many_values_of_every_kind_come_back(void **state)
{
    both *b = *state;
    static EverythingSet items[BATCH];
    for (int64_t first = 1; first < ROWS; first += BATCH) {
        tenon_session_reset(b->session);
        fill(b->session, items, first, !b->is_sqlite);
        EverythingList made =
            everything_create_many_returning(b->session, .items = items, .count = BATCH);
        assert_sound(b->session);
        EverythingList found = everything_find_many(b->session, .where = {.id = GE(first)},
                                                    .order_by = {ASC(EVERYTHING_ID)});
        assert_sound(b->session);
        assert_int_equal(made.count, BATCH);
        assert_int_equal(found.count, BATCH);
        for (int64_t i = 0; i < BATCH; i++) {
            assert_same(&items[made.items[i].id - first], &made.items[i]);
            assert_same(&items[i], &found.items[i]);
        }
    }
}

static void values_of_every_kind_come_back_one_by_one(void **state)
{
    both *b = *state;
    for (int64_t id = 1; id <= BATCH; id++) {
        tenon_session_reset(b->session);
        EverythingSet row = any_row(b->session, !b->is_sqlite);
        row.session = b->session;
        row.id = (tenon_int_set)SET(id);
        const Everything *made = everything_create_q(&row);
        const Everything *found = everything_find(b->session, id);
        row.id = (tenon_int_set){0};
        const Everything *changed = everything_update_q(&row, id);
        assert_sound(b->session);
        assert_same(&row, made);
        assert_same(&row, found);
        assert_same(&row, changed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(many_values_of_every_kind_come_back),
        ON_BOTH(values_of_every_kind_come_back_one_by_one),
    };
    return both_run(tests);
}
