/* Columns that consist of several, as structs: what was generated of tests/golden/generate/nested,
 * run on both databases. Nothing may be lost on the way through JSON. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../golden/generate/nested/models.h"
#include "../../support/testdb.h"
#include "ddl/ddl.h"

#include <tenon/tenon.h>

static const char types[] =
    "CREATE TYPE place AS (x double precision, y double precision);"
    "CREATE TYPE address AS (street text, number integer, spot place, rent numeric,"
    " since timestamptz)";

typedef struct database {
    tenon_db *db;
    tenon_session *s;
} database;

static void make_tables(tenon_session *s, tenon_dialect dialect)
{
    tenon_error err = {0};
    ddl_script script;
    schema *read = schema_read_path("tests/golden/generate/nested/schema.prisma", &err);
    assert_non_null(read);
    assert_true(ddl_create(read, dialect, &script, &err));
    assert_true(ddl_apply(s, &script));
    ddl_script_release(&script);
    schema_free(read);
}

static tenon_time time_of(const char *text)
{
    tenon_time time;
    assert_true(tenon_time_parse(text, &time, NULL));
    return time;
}

static database open_database(tenon_dialect dialect)
{
    tenon_error err = {0};
    database d;
    const char *url = dialect == TENON_POSTGRESQL ? testdb_create("nested") : testdb_sqlite_url();
    d.db = tenon_open(url, NULL, &err);
    assert_non_null(d.db);
    d.s = tenon_session_open(d.db, NULL);
    make_tables(d.s, dialect);
    if (dialect == TENON_POSTGRESQL)
        assert_true(tenon_execute(d.s, types));
    return d;
}

static void close_database(database *d)
{
    if (tenon_failed(d->s))
        fail_msg("%s", tenon_message(d->s));
    tenon_session_close(d->s);
    tenon_close(d->db);
}

/* ---- both databases -------------------------------------------------------------------------- */

static void add_makers(tenon_session *s)
{
    Maker *ann = maker_create(s, .name = SET("Ann \"A\" \\ \u00e9\U0001f600\n"));
    Maker *ben = maker_create(s, .name = SET_NULL());
    assert_non_null(ann);
    assert_non_null(ben);
    thing_create(s, .makerId = SET(ann->id), .title = SET("chair"), .big = SET(INT64_MAX),
                 .price = SET(((tenon_decimal){.len = 5, .text = "0.125"})), .sold = SET(true),
                 .tone = SET(TONE_HIGH), .made = SET(time_of("2024-02-29T12:34:56.123456Z")));
    thing_create(s, .makerId = SET(ann->id), .title = SET(""), .big = SET(INT64_MIN));
    assert_string_equal(tenon_message(s), "");
}

static void check_chair(const MakersWithThingsThings *chair)
{
    assert_string_equal(chair->title, "chair");
    assert_true(chair->big == INT64_MAX);
    assert_memory_equal(chair->price.text, "0.125", 5);
    assert_true(chair->made.has);
    assert_true(chair->made.value.us == time_of("2024-02-29T12:34:56.123456Z").us);
    assert_true(chair->sold);
    assert_int_equal(chair->tone, TONE_HIGH);
}

static void find_makers(tenon_session *s)
{
    MakersWithThingsList makers = makers_with_things(s);
    assert_string_equal(tenon_message(s), "");
    assert_int_equal(makers.count, 2);
    const MakersWithThingsRow *ann = &makers.items[0], *ben = &makers.items[1];
    assert_string_equal(ann->about->name, "Ann \"A\" \\ \u00e9\U0001f600\n");
    assert_int_equal(ann->about->count, 2);
    assert_int_equal(ann->things.count, 2);
    check_chair(&ann->things.items[0]);
    assert_string_equal(ann->things.items[1].title, "");
    assert_true(ann->things.items[1].big == INT64_MIN);
    assert_null(ann->things.items[1].price.text);
    assert_false(ann->things.items[1].made.has);
    assert_int_equal(ann->things.items[1].tone, TONE_LOW);
    assert_null(ben->about->name);
    assert_int_equal(ben->things.count, 0);
}

static void objects_in_an_array_are_a_list_of_structs(void **state)
{
    (void)state;
    for (int dialect = TENON_POSTGRESQL; dialect <= TENON_SQLITE; dialect++) {
        database d = open_database((tenon_dialect)dialect);
        add_makers(d.s);
        find_makers(d.s);
        close_database(&d);
    }
}

/* What may be NULL among them stays JSON. */
static void find_lists(tenon_session *s)
{
    ThingListsList makers = thing_lists(s);
    assert_string_equal(tenon_message(s), "");
    assert_int_equal(makers.count, 2);
    const ThingListsRow *ann = &makers.items[0], *ben = &makers.items[1];
    assert_int_equal(ann->bigs.count, 2);
    assert_true(ann->bigs.items[0] == INT64_MAX && ann->bigs.items[1] == INT64_MIN);
    assert_string_equal(ann->titles.items[0], "chair");
    assert_string_equal(ann->titles.items[1], "");
    assert_int_equal(ann->prices.count, 1);
    assert_memory_equal(ann->prices.items[0].text, "0.125", 5);
    assert_int_equal(ann->tones.items[0], TONE_HIGH);
    assert_true(ann->sold.items[0] && !ann->sold.items[1]);
    assert_true(ann->made.items[0].us == time_of("2024-02-29T12:34:56.123456Z").us);
    assert_int_equal(ann->about->ids.count, 2);
    assert_int_equal(ann->about->ids.items[1], 2);
    assert_int_equal(ann->open.text[0], '[');
    assert_int_equal(ben->bigs.count + ben->titles.count + ben->about->ids.count, 0);
}

static void values_in_an_array_are_a_list(void **state)
{
    (void)state;
    for (int dialect = TENON_POSTGRESQL; dialect <= TENON_SQLITE; dialect++) {
        database d = open_database((tenon_dialect)dialect);
        add_makers(d.s);
        find_lists(d.s);
        close_database(&d);
    }
}

/* ---- PostgreSQL ------------------------------------------------------------------------------ */

/* A value of every type, at its edge. */
static const char edges[] =
    "INSERT INTO \"Maker\" (id, name) VALUES (1, 'm');"
    "INSERT INTO things (maker_id, title, small, big, real, price, sold, tone, token, made, shown,"
    " day, hour, zoned, data, notes, tags, sizes) VALUES"
    " (1, E'\\u00e9 \"q\" \\\\ \\n', -32768, 9223372036854775807, 0.1, "
    "12345678901234567890.0123456789,"
    " true, 'very high', '01234567-89ab-cdef-0123-456789abcdef', '2024-02-29 12:34:56.123456',"
    " '2024-02-29 12:34:56.123456+02', '2024-02-29', '23:59:59.999999', '10:20:30.5+05:30',"
    " '\\x00ff10', '{\"a\": [1, \"x\"], \"b\": null}', ARRAY['', 'a,\"b\"'],"
    " ARRAY[9223372036854775807, -9223372036854775808]),"
    " (1, '', 0, 0, 'NaN', NULL, false, 'LOW', NULL, 'infinity', '-infinity', NULL, NULL, NULL, "
    "NULL,"
    " 'null', '{}', '{}')";

static bool is_same_text(const char *x, const char *y)
{
    return (!x && !y) || (x && y && strcmp(x, y) == 0);
}

static void check_full(const WholeThingsThing *t)
{
    static const unsigned char bytes[] = {0x00, 0xff, 0x10};
    assert_string_equal(t->title, "\u00e9 \"q\" \\ \n");
    assert_int_equal(t->small, INT16_MIN);
    assert_true(t->big == INT64_MAX);
    assert_true(t->real.has && t->real.value == 0.1);
    assert_string_equal(t->price.text, "12345678901234567890.0123456789");
    assert_true(t->token.has && t->token.value.lo == UINT64_C(0x0123456789abcdef));
    assert_true(t->made.value.us == time_of("2024-02-29T12:34:56.123456Z").us);
    assert_true(t->shown.value.us == time_of("2024-02-29T10:34:56.123456Z").us);
    assert_true(t->hour.has && t->hour.value.us == INT64_C(86399999999));
    assert_int_equal(t->zoned.value.offset_seconds, 19800);
    assert_int_equal(t->data.len, 3);
    assert_memory_equal(t->data.data, bytes, 3);
    assert_int_equal(t->tags.count, 2);
    assert_string_equal(t->tags.items[1], "a,\"b\"");
    assert_true(t->sizes.items[1] == INT64_MIN);
}

/* What comes as a composite and what comes as JSON is the same. */
static void check_same(const WholeThingsThing *a, const WholeThingsCopy *b)
{
    assert_int_equal(a->id, b->id);
    assert_string_equal(a->title, b->title);
    assert_int_equal(a->small, b->small);
    assert_true(a->big == b->big);
    assert_true(a->real.value == b->real.value || (isnan(a->real.value) && isnan(b->real.value)));
    assert_true(is_same_text(a->price.text, b->price.text));
    assert_int_equal(a->sold, b->sold);
    assert_int_equal(a->tone, b->tone);
    assert_memory_equal(&a->token, &b->token, sizeof a->token);
    assert_true(a->made.has == b->made.has && a->made.value.us == b->made.value.us);
    assert_true(a->shown.has == b->shown.has && a->shown.value.us == b->shown.value.us);
    assert_true(a->day.has == b->day.has && a->day.value.days == b->day.value.days);
    assert_true(a->hour.has == b->hour.has && a->hour.value.us == b->hour.value.us);
    assert_true(a->zoned.value.us == b->zoned.value.us &&
                a->zoned.value.offset_seconds == b->zoned.value.offset_seconds);
    assert_int_equal(a->data.len, b->data.len);
    assert_int_equal(a->tags.count, b->tags.count);
    for (size_t i = 0; i < a->tags.count; i++)
        assert_string_equal(a->tags.items[i], b->tags.items[i]);
    assert_int_equal(a->sizes.count, b->sizes.count);
    for (size_t i = 0; i < a->sizes.count; i++)
        assert_true(a->sizes.items[i] == b->sizes.items[i]);
}

static void every_type_is_the_same_from_a_composite_and_from_json(void **state)
{
    (void)state;
    database d = open_database(TENON_POSTGRESQL);
    assert_true(tenon_execute(d.s, edges));
    WholeThingsList things = whole_things(d.s);
    assert_string_equal(tenon_message(d.s), "");
    assert_int_equal(things.count, 2);
    check_full(things.items[0].thing);
    assert_true(things.items[1].thing->made.value.us == INT64_MAX);
    for (size_t i = 0; i < things.count; i++)
        check_same(things.items[i].thing, things.items[i].copy);
    ThingsOfMakersList makers = things_of_makers(d.s);
    assert_int_equal(makers.count, 1);
    assert_int_equal(makers.items[0].things.count, 2);
    assert_string_equal(makers.items[0].things.items[0].price.text,
                        "12345678901234567890.0123456789");
    close_database(&d);
}

static void composites_nest_and_stand_in_arrays(void **state)
{
    (void)state;
    database d = open_database(TENON_POSTGRESQL);
    const MovedRow *row = moved(d.s, .street = "Oak");
    assert_string_equal(tenon_message(d.s), "");
    assert_non_null(row);
    assert_string_equal(row->home->street, "Elm \"St\"");
    assert_int_equal(row->home->number.value, 7);
    assert_true(row->home->spot->x.value == 0.5 && row->home->spot->y.value == -1);
    assert_string_equal(row->home->rent.text, "1234567890123456789.25");
    assert_true(row->home->since.value.us == time_of("2024-02-29T10:00:00Z").us);
    assert_int_equal(row->everywhere.count, 2);
    assert_string_equal(row->everywhere.items[0].street, "Oak");
    assert_false(row->everywhere.items[0].number.has);
    assert_null(row->everywhere.items[0].spot);
    assert_null(row->everywhere.items[1].street);
    assert_int_equal(row->everywhere.items[1].number.value, 2);
    assert_null(row->nowhere);
    assert_string_equal(row->printed->street, "a");
    assert_true(row->printed->spot->y.value == 2);
    close_database(&d);
}

static void a_composite_that_has_changed_is_an_error_that_says_so(void **state)
{
    (void)state;
    database d = open_database(TENON_POSTGRESQL);
    assert_true(tenon_execute(d.s, "DROP TYPE address; CREATE TYPE address AS"
                                   " (street text, number text, spot place, rent numeric,"
                                   " since timestamptz)"));
    assert_null(moved(d.s, .street = "Oak"));
    assert_int_equal(tenon_session_error(d.s)->status, TENON_SCHEMA);
    assert_non_null(strstr(tenon_message(d.s), "integer in the program but text"));
    tenon_error_clear(d.s);
    close_database(&d);
}

static void a_batch_gives_lists_of_its_rows(void **state)
{
    (void)state;
    database d = open_database(TENON_POSTGRESQL);
    assert_true(tenon_execute(d.s, edges));
    const MakersAThingParams params[] = {{.thing = 1}, {.thing = 100}, {.thing = 2}};
    MakersAThingList *lists = makers_a_thing(d.s, params, 3);
    assert_string_equal(tenon_message(d.s), "");
    assert_int_equal(lists[0].count, 1);
    assert_string_equal(lists[0].items[0].thing->title, "\u00e9 \"q\" \\ \n");
    assert_int_equal(lists[1].count, 0);
    assert_int_equal(lists[2].items[0].id, 1);
    close_database(&d);
}

static void what_is_not_known_stays_json(void **state)
{
    (void)state;
    database d = open_database(TENON_POSTGRESQL);
    assert_true(tenon_execute(d.s, "INSERT INTO \"Maker\" (name) VALUES ('a')"));
    UnknownShapesList shapes = unknown_shapes(d.s);
    assert_string_equal(tenon_message(d.s), "");
    assert_int_equal(shapes.count, 1);
    assert_string_equal(shapes.items[0].things.text, "[null]");
    assert_string_equal(shapes.items[0].named.text, "{\"a\" : 1}");
    assert_string_equal(shapes.items[0].mixed->range.text, "\"[1,2)\"");
    assert_int_equal(shapes.items[0].mixed->id, 1);
    close_database(&d);
}

/* ---- SQLite ---------------------------------------------------------------------------------- */

static void objects_nest_on_sqlite_too(void **state)
{
    (void)state;
    database d = open_database(TENON_SQLITE);
    add_makers(d.s);
    ThingsDeepList makers = things_deep(d.s);
    assert_string_equal(tenon_message(d.s), "");
    assert_int_equal(makers.count, 1);
    assert_int_equal(makers.items[0].things.count, 2);
    assert_string_equal(makers.items[0].things.items[0].thing->title, "chair");
    assert_false(makers.items[0].things.items[0].thing->real.has);
    close_database(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_in_an_array_are_a_list_of_structs),
        cmocka_unit_test(values_in_an_array_are_a_list),
        cmocka_unit_test(every_type_is_the_same_from_a_composite_and_from_json),
        cmocka_unit_test(composites_nest_and_stand_in_arrays),
        cmocka_unit_test(a_composite_that_has_changed_is_an_error_that_says_so),
        cmocka_unit_test(a_batch_gives_lists_of_its_rows),
        cmocka_unit_test(what_is_not_known_stays_json),
        cmocka_unit_test(objects_nest_on_sqlite_too),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
