/* Bulk loads of every type that a column can have, by COPY and where COPY cannot: what was
 * generated of tests/golden/generate/loads, run on both databases. A row that was loaded is, column
 * by column and as the database prints it, the row that the client makes of the same values. */
#include <float.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../../golden/generate/loads/models.h"
#include "../../support/testdb.h"
#include "ddl/ddl.h"

#include <tenon/tenon.h>

typedef struct database {
    tenon_db *db;
    tenon_session *s;
} database;

static database open_database(tenon_dialect dialect)
{
    tenon_error err = {0};
    ddl_script script;
    database d;
    const char *url = dialect == TENON_POSTGRESQL ? testdb_create("loads") : testdb_sqlite_url();
    schema *read = schema_read_path("tests/golden/generate/loads/schema.prisma", &err);
    assert_non_null(read);
    if (dialect == TENON_POSTGRESQL)
        testdb_run(url, "CREATE EXTENSION citext");
    d.db = tenon_open(url, NULL, &err);
    assert_non_null(d.db);
    d.s = tenon_session_open(d.db, NULL);
    assert_true(ddl_create(read, dialect, &script, &err));
    assert_true(ddl_apply(d.s, &script));
    ddl_script_release(&script);
    schema_free(read);
    return d;
}

static void assert_sound(const database *d)
{
    if (tenon_failed(d->s))
        fail_msg("%s", tenon_message(d->s));
}

static void close_database(database *d)
{
    assert_sound(d);
    tenon_session_close(d->s);
    tenon_close(d->db);
}

/* ---- values ---------------------------------------------------------------------------------- */

#define TEXT_OF(text_)                                                                             \
    {                                                                                              \
        .len = sizeof(text_) - 1, .text = (text_)                                                  \
    }
#define LIST_OF(array)                                                                             \
    {                                                                                              \
        (array), sizeof(array) / sizeof((array)[0])                                                \
    }

enum { DAY_IN_2024 = 19782, NOON_US = 43200, US = 1000000 };
static const bool bools[] = {true, false};
static const int16_t smalls[] = {INT16_MIN, 0, INT16_MAX};
static const int32_t ints[] = {INT32_MIN, -1, INT32_MAX};
static const int64_t bigs[] = {INT64_MIN, 9007199254740993, INT64_MAX};
static const float reals[] = {0.1F, -FLT_MAX};
static const double doubles[] = {0.1, DBL_MAX, -2.5e-300};
static const tenon_decimal decimals[] = {TEXT_OF("12.5"), TEXT_OF("-0.001")};
static const char *const texts[] = {"", "it's \"q\" \\ {ü},NULL", "a\tb\n"};
static const char *const short_texts[] = {"NULL", "a,b"};
static const tenon_uuid uuids[] = {{0, 0}, {UINT64_MAX, 1}};
static const tenon_json jsons[] = {TEXT_OF("{\"a\": [1, \"\\\"\"]}"), TEXT_OF("[]")};
static const tenon_bytes blobs[] = {{.len = 4, .data = "a\0\xffz"}, {.len = 0, .data = ""}};
static const tenon_time moments[] = {{1700000000123000}, {-1000}};
static const tenon_time fine_moments[] = {{1700000000123456}, {-1}};
static const tenon_date days[] = {{DAY_IN_2024}, {-1}};
static const tenon_clock clocks[] = {{0}, {INT64_C(86399999999)}};
static const tenon_clock_tz zoned[] = {{.us = NOON_US * (int64_t)US, .offset_seconds = 19800}};
static const tenon_interval spans[] = {{.months = 14, .days = -3, .us = 1}, {.months = -1}};
static const Tone tones[] = {TONE_LOW, TONE_HIGH};
static const char *const bits[] = {"101", "000"};

#define COPIED_VALUES                                                                              \
    .bool_ = {true, true}, .small = {true, INT16_MIN}, .int_ = {true, INT32_MAX},                  \
    .big = {true, INT64_MIN}, .oid = {true, UINT32_MAX}, .real = {true, 0.5},                      \
    .double_ = {true, DBL_MAX}, .decimal = TEXT_OF("-12.5"), .price = TEXT_OF("99999999.99"),      \
    .exact = TEXT_OF("0.00000000000000000001"), .text = "\\N\tü\n", .varchar = "ten letter",       \
    .char_ = "ab", .citext = "MiXed", .uuid = {true, {UINT64_C(0xf000000000000001), 2}},           \
    .json = TEXT_OF("{\"b\": 1, \"a\": null}"), .plainJson = TEXT_OF("[1]"),                       \
    .bytes = {.len = 3, .data = "\0\n\\"}, .time = {true, {1700000000123000}},                     \
    .timetz = {true, {1700000000123456}}, .date = {true, {DAY_IN_2024}}, .clock = {true, {1}},     \
    .clocktz = {true, {.us = 1, .offset_seconds = -3600}},                                         \
    .lasts = {true, {.months = 1, .days = -2, .us = 3}}, .tone = {true, TONE_LOW},                 \
    .xml = "<a>&lt;</a>", .bools = LIST_OF(bools), .smalls = LIST_OF(smalls),                      \
    .ints = LIST_OF(ints), .bigs = LIST_OF(bigs), .reals = LIST_OF(reals),                         \
    .doubles = LIST_OF(doubles), .decimals = LIST_OF(decimals), .texts = LIST_OF(texts),           \
    .varchars = LIST_OF(short_texts), .uuids = LIST_OF(uuids), .jsons = LIST_OF(jsons),            \
    .bytess = LIST_OF(blobs), .times = LIST_OF(moments), .timetzs = LIST_OF(fine_moments),         \
    .dates = LIST_OF(days), .clocks = LIST_OF(clocks), .clocktzs = LIST_OF(zoned),                 \
    .lastss = LIST_OF(spans), .packed = LIST_OF(bigs)

/* Every other row has nothing. */
static const LoadCopiedParams copied[] = {{COPIED_VALUES}, {.text = NULL}};
static const LoadSentParams sent[] = {
    {COPIED_VALUES, .money = "12.50", .inet = "10.1.0.0/16", .bit = "101", .varbit = "11110000",
     .circle = "<(1,2),3>", .tones = LIST_OF(tones), .citexts = LIST_OF(texts),
     .bits = LIST_OF(bits)},
    {.text = NULL},
};

/* ---- the same by the client ------------------------------------------------------------------ */

/* What COPY does not take. */
static void set_others(CrateSet *set, const LoadSentParams *p)
{
    set->money = (tenon_decimal_set)SET(((tenon_decimal)TEXT_OF("12.50")));
    set->inet = (tenon_text_set)SET(p->inet);
    set->bit = (tenon_text_set)SET(p->bit);
    set->varbit = (tenon_text_set)SET(p->varbit);
    set->circle = (tenon_text_set)SET(p->circle);
    set->tones = (ToneArraySet)SET(p->tones);
    set->citexts = (tenon_text_array_set)SET(p->citexts);
    set->bits = (tenon_text_array_set)SET(p->bits);
}

static void create_by_client(const database *d, const LoadSentParams *p, bool is_sent)
{
    CrateSet set = {
        .session = d->s,
        .bool_ = SET(p->bool_.value),
        .small = SET(p->small.value),
        .int_ = SET(p->int_.value),
        .big = SET(p->big.value),
        .oid = SET(p->oid.value),
        .real = SET(p->real.value),
        .double_ = SET(p->double_.value),
        .decimal = SET(p->decimal),
        .price = SET(p->price),
        .exact = SET(p->exact),
        .text = SET(p->text),
        .varchar = SET(p->varchar),
        .char_ = SET(p->char_),
        .citext = SET(p->citext),
        .uuid = SET(p->uuid.value),
        .json = SET(p->json),
        .plainJson = SET(p->plainJson),
        .bytes = SET(p->bytes),
        .time = SET(p->time.value),
        .timetz = SET(p->timetz.value),
        .date = SET(p->date.value),
        .clock = SET(p->clock.value),
        .clocktz = SET(p->clocktz.value),
        .lasts = SET(p->lasts.value),
        .tone = SET(p->tone.value),
        .xml = SET(p->xml),
        .bools = SET(p->bools),
        .smalls = SET(p->smalls),
        .ints = SET(p->ints),
        .bigs = SET(p->bigs),
        .reals = SET(p->reals),
        .doubles = SET(p->doubles),
        .decimals = SET(p->decimals),
        .texts = SET(p->texts),
        .varchars = SET(p->varchars),
        .uuids = SET(p->uuids),
        .jsons = SET(p->jsons),
        .bytess = SET(p->bytess),
        .times = SET(p->times),
        .timetzs = SET(p->timetzs),
        .dates = SET(p->dates),
        .clocks = SET(p->clocks),
        .clocktzs = SET(p->clocktzs),
        .lastss = SET(p->lastss),
        .packed = SET(p->packed),
    };
    if (is_sent)
        set_others(&set, p);
    assert_non_null(crate_create_q(&set));
    assert_non_null(crate_create(d->s, .id = SET(4)));
}

/* ---- comparing ------------------------------------------------------------------------------- */

/* Two rows with the same of each column, but for the key in front. */
static void assert_same(const tenon_cells *cells, size_t loaded, size_t created)
{
    for (size_t i = 1; i < cells->column_count; i++) {
        const char *a = tenon_cell(cells, loaded, i), *b = tenon_cell(cells, created, i);
        if ((a && b) ? strcmp(a, b) != 0 : a != b)
            fail_msg("%s: %s was loaded, %s created", cells->names[i], a ? a : "NULL",
                     b ? b : "NULL");
    }
}

static void compare_rows(const database *d)
{
    const tenon_cells *cells =
        tenon_sql_cells(tenon_sqlf(tenon_sql_new(d->s), "SELECT * FROM crates ORDER BY id"));
    assert_sound(d);
    assert_int_equal(cells->row_count, 4);
    assert_same(cells, 0, 2);
    assert_same(cells, 1, 3);
}

static void on_both(void (*test)(const database *d))
{
    for (int dialect = TENON_POSTGRESQL; dialect <= TENON_SQLITE; dialect++) {
        database d = open_database((tenon_dialect)dialect);
        test(&d);
        close_database(&d);
    }
}

static void load_and_compare_copied(const database *d)
{
    assert_int_equal(load_copied(d->s, copied, 2), 2);
    assert_sound(d);
    create_by_client(d, &sent[0], false);
    assert_true(tenon_execute(d->s, "UPDATE crates SET tones = NULL, citexts = NULL, bits = NULL"));
    compare_rows(d);
}

static void what_copy_takes_is_what_the_client_writes(void **state)
{
    (void)state;
    on_both(load_and_compare_copied);
}

static void load_and_compare_sent(const database *d)
{
    assert_int_equal(load_sent(d->s, sent, 2), 2);
    assert_sound(d);
    create_by_client(d, &sent[0], true);
    compare_rows(d);
    Crate *crate = crate_find(d->s, 1);
    assert_string_equal(crate->bit, "101");
    assert_string_equal(crate->varbit, "11110000");
    assert_string_equal(crate->bits.items[1], "000");
    assert_int_equal(crate->tones.items[0], TONE_LOW);
}

static void what_copy_does_not_take_is_loaded_all_the_same(void **state)
{
    (void)state;
    on_both(load_and_compare_sent);
}

/* More rows than are sent together; the last of them is refused. */
static void load_nothing(const database *d)
{
    enum { MANY = 1200 };
    LoadSentParams *rows = calloc(MANY, sizeof *rows);
    assert_non_null(rows);
    for (size_t i = 0; i < MANY; i++)
        rows[i] = sent[i % 2];
    rows[MANY - 1].bit = "10";
    assert_int_equal(load_sent(d->s, rows, MANY), 0);
    assert_int_equal(tenon_session_error(d->s)->status, TENON_RANGE);
    assert_non_null(strstr(tenon_message(d->s), "load_sent"));
    tenon_error_clear(d->s);
    assert_int_equal(crate_count(d->s), 0);
    rows[MANY - 1].bit = "100";
    assert_int_equal(load_sent(d->s, rows, MANY), MANY);
    assert_int_equal(crate_count(d->s), MANY);
    free(rows);
}

static void a_row_that_is_refused_takes_the_others_with_it(void **state)
{
    (void)state;
    on_both(load_nothing);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_copy_takes_is_what_the_client_writes),
        cmocka_unit_test(what_copy_does_not_take_is_loaded_all_the_same),
        cmocka_unit_test(a_row_that_is_refused_takes_the_others_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
