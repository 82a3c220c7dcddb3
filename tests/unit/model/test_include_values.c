/* A value that is loaded through a relation is the value that is loaded directly, for every type
 * and on both databases.
 *
 * Rows are random, with the extremes of each type among them; every member of what the two ways
 * give is compared. */
#include "blog.h"
#include "generator.h"
#include "model/row.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BOXES = 7, THINGS = 300, ROUNDS = 3 };

/* ---- random rows ----------------------------------------------------------------------------- */

static int64_t any_int(generator *g, int64_t least, int64_t most)
{
    uint64_t choice = generator_below(g, 4);
    if (choice < 2)
        return choice ? least : most;
    return generator_between(g, least, most);
}

/* SQLite has no NaN. */
static double any_real(generator *g, bool has_nan)
{
    static const double special[] = {0,   -0.0,   DBL_MAX,  DBL_MIN,           INFINITY,
                                     0.1, 1e-300, INFINITY, 9007199254740993.0};
    size_t at = generator_below(g, 2 * TENON__COUNT(special));
    if (has_nan && at == 2 * TENON__COUNT(special) - 1)
        return NAN;
    if (at < TENON__COUNT(special))
        return special[at];
    return (double)(int64_t)generator_next(g) / 3.0;
}

static const char *any_text(generator *g)
{
    static const char *const texts[] = {"",
                                        "a",
                                        "\xc3\xa4\xf0\x9f\x98\x80",
                                        "'\"\\",
                                        "NULL",
                                        "{1,2}",
                                        "\n\t",
                                        "long enough to be no short text at all"};
    return texts[generator_below(g, TENON__COUNT(texts))];
}

static tenon_decimal any_decimal(generator *g)
{
    static const char *const numbers[] = {"0.0000", "-0.0001",
                                          "123456789012345678901234567890123456.7891",
                                          "-999999999999999999999999999999999999.9999", "1.5000"};
    return (tenon_decimal){0, numbers[generator_below(g, TENON__COUNT(numbers))]};
}

static tenon_uuid any_uuid(generator *g)
{
    return (tenon_uuid){generator_next(g), generator_next(g)};
}

static tenon_time any_time(generator *g)
{
    return (tenon_time){generator_between(g, -62135596800000000, 253402300799999999)};
}

static void fill_numbers(generator *g, ThingSet *set, bool has_nan)
{
    set->flag = (tenon_bool_set)SET((int)generator_below(g, 2));
    set->small = (tenon_int_set)SET(any_int(g, INT16_MIN, INT16_MAX));
    set->number = (tenon_int_set)SET(any_int(g, INT32_MIN, INT32_MAX));
    set->big = (tenon_int_set)SET(any_int(g, INT64_MIN, INT64_MAX));
    set->real = (tenon_float_set)SET((double)(float)generator_between(g, -1000, 1000) / 8);
    set->precise = (tenon_float_set)SET(any_real(g, has_nan));
    set->price = (tenon_decimal_set)SET(any_decimal(g));
}

static void fill_others(generator *g, ThingSet *set)
{
    static const char *const documents[] = {"{\"a\": [1, null, 12345678901234567890]}", "[]",
                                            "1.10", "\"\\u00e4\"", "null"};
    static const unsigned char blob[] = {0, 1, 255, 0, 128};
    set->text = (tenon_text_set)SET(any_text(g));
    set->label = (tenon_text_set)SET("label");
    set->data = (tenon_json_set)SET(
        ((tenon_json){0, documents[generator_below(g, TENON__COUNT(documents))]}));
    set->blob = (tenon_bytes_set)SET(((tenon_bytes){generator_below(g, sizeof blob + 1), blob}));
    set->uuid = (tenon_uuid_set)SET(any_uuid(g));
    set->stamp = (tenon_time_set)SET(any_time(g));
    set->instant = (tenon_time_set)SET(any_time(g));
    set->day = (tenon_date_set)SET(((tenon_date){(int32_t)generator_between(g, -700000, 2900000)}));
    set->clock = (tenon_clock_set)SET(((tenon_clock){generator_between(g, 0, 86399999999)}));
    set->mood = (MoodSet)SET((Mood)(1 + generator_below(g, 3)));
}

static void fill_lists(generator *g, ThingSet *set)
{
    static const int32_t numbers[] = {INT32_MIN, 0, INT32_MAX};
    static const int64_t bigs[] = {INT64_MIN, 0, INT64_MAX};
    static const char *const texts[] = {"", "a,b", "\"}{", "NULL"};
    static const tenon_decimal prices[] = {{0, "1.5000"},
                                           {0, "123456789012345678901234567890123456.7891"}};
    static const Mood moods[] = {MOOD_ANGRY, MOOD_CALM};
    set->numbers = (tenon_int32_array_set)SET(
        ((tenon_int32_array){numbers, generator_below(g, TENON__COUNT(numbers) + 1)}));
    set->bigs = (tenon_int64_array_set)SET(
        ((tenon_int64_array){bigs, generator_below(g, TENON__COUNT(bigs) + 1)}));
    set->texts = (tenon_text_array_set)SET(
        ((tenon_text_array){texts, generator_below(g, TENON__COUNT(texts) + 1)}));
    set->prices = (tenon_decimal_array_set)SET(
        ((tenon_decimal_array){prices, generator_below(g, TENON__COUNT(prices) + 1)}));
    set->moods =
        (MoodArraySet)SET(((MoodArray){moods, generator_below(g, TENON__COUNT(moods) + 1)}));
}

/* Every fourth row has NULL wherever it may. */
static void fill(generator *g, ThingSet *set, int64_t id, int32_t box, bool has_nan)
{
    *set = (ThingSet){.id = SET(id), .boxId = SET(box)};
    if (id % 4) {
        fill_numbers(g, set, has_nan);
        fill_others(g, set);
        fill_lists(g, set);
    }
}

/* ---- comparison ------------------------------------------------------------------------------ */

static bool is_same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool is_same_element(tenon_kind kind, const void *a, const void *b)
{
    tenon_bytes x, y;
    const char *texts[2];
    switch ((int)kind) {
    case TENON_KIND_TEXT:
    case TENON_KIND_OTHER:
        memcpy(&texts[0], a, sizeof texts[0]);
        memcpy(&texts[1], b, sizeof texts[1]);
        return is_same_text(texts[0], texts[1]);
    case TENON_KIND_DECIMAL:
    case TENON_KIND_JSON:
    case TENON_KIND_BYTES:
        memcpy(&x, a, sizeof x);
        memcpy(&y, b, sizeof y);
        return x.len == y.len && (!x.len || memcmp(x.data, y.data, x.len) == 0);
    default:
        return memcmp(a, b, tenon__element_size(kind)) == 0;
    }
}

static bool is_same_list(tenon_kind kind, const tenon__list *a, const tenon__list *b)
{
    size_t size = tenon__element_size(kind);
    bool is_same = a->count == b->count;
    for (size_t i = 0; is_same && i < a->count; i++)
        is_same = is_same_element(kind, (const char *)a->items + i * size,
                                  (const char *)b->items + i * size);
    return is_same;
}

static bool is_same_value(const tenon_field *field, const void *a, const void *b)
{
    if (!a || !b)
        return a == b;
    return field->flags & TENON_FIELD_LIST ? is_same_list(field->kind, a, b)
                                           : is_same_element(field->kind, a, b);
}

static void assert_same_row(const Thing *a, const Thing *b)
{
    for (uint32_t i = 0; i < thing_model.field_count; i++) {
        const tenon_field *field = &thing_model.fields[i];
        assert_true(tenon__row_is_loaded(&thing_model, a, i));
        assert_true(tenon__row_is_loaded(&thing_model, b, i));
        if (!is_same_value(field, tenon__row_value(field, a), tenon__row_value(field, b)))
            fail_msg("row %lld differs in %s", (long long)a->id, field->name);
    }
}

/* ---- the test -------------------------------------------------------------------------------- */

static void write_rows(both *b, generator *g, int32_t boxes[BOXES])
{
    ThingSet *sets = calloc(THINGS, sizeof *sets);
    assert_non_null(sets);
    for (int i = 0; i < BOXES; i++)
        boxes[i] = box_create(b->session, .name = SET("box"))->id;
    for (int i = 0; i < THINGS; i++)
        fill(g, &sets[i], i + 1, boxes[generator_below(g, BOXES)], !b->is_sqlite);
    thing_create_many(b->session, .items = sets, .count = THINGS);
    free(sets);
    assert_sound(b->session);
}

static const Thing *find_direct(ThingList all, int64_t id)
{
    assert_in_range(id, 1, THINGS);
    assert_int_equal(all.items[id - 1].id, id);
    return &all.items[id - 1];
}

static void check_lists(both *b, ThingList direct)
{
    BoxList boxes = box_find_many(
        b->session, .include = {.things = &(ThingQuery){.order_by = {ASC(THING_ID)}}});
    size_t count = 0;
    assert_sound(b->session);
    for (size_t i = 0; i < boxes.count; i++) {
        count += boxes.items[i].things.count;
        for (size_t t = 0; t < boxes.items[i].things.count; t++) {
            const Thing *thing = &boxes.items[i].things.items[t];
            assert_int_equal(thing->boxId, boxes.items[i].id);
            assert_same_row(thing, find_direct(direct, thing->id));
        }
    }
    assert_int_equal(count, direct.count);
}

/* With a limit the statement has another form. */
static void check_limited(both *b, ThingList direct)
{
    BoxList boxes = box_find_many(
        b->session,
        .include = {.things = &(ThingQuery){.order_by = {DESC(THING_ID)}, .limit = 10}});
    assert_sound(b->session);
    for (size_t i = 0; i < boxes.count; i++)
        for (size_t t = 0; t < boxes.items[i].things.count; t++)
            assert_same_row(&boxes.items[i].things.items[t],
                            find_direct(direct, boxes.items[i].things.items[t].id));
}

/* The other way round, by join: each thing brings its box. */
static void check_joined(both *b)
{
    ThingList things =
        thing_find_many(b->session, .include = {.box = &(BoxQuery){.strategy = TENON_LOAD_JOIN}});
    assert_sound(b->session);
    for (size_t i = 0; i < things.count; i++)
        assert_int_equal(things.items[i].box->id, things.items[i].boxId);
}

static void values_are_the_same_through_a_relation(void **state)
{
    both *b = *state;
    generator g = {.state = 20};
    for (int round = 0; round < ROUNDS; round++) {
        int32_t boxes[BOXES];
        write_rows(b, &g, boxes);
        ThingList direct = thing_find_many(b->session, .order_by = {ASC(THING_ID)});
        assert_int_equal(direct.count, THINGS);
        check_lists(b, direct);
        check_limited(b, direct);
        check_joined(b);
        assert_true(tenon_execute(b->session, b->empty));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BLOG(values_are_the_same_through_a_relation),
    };
    return blog_run(tests);
}
