/* Generated code on both databases, from one schema with every type and every default: what is
 * created is found again, at the ends of each type's range; and a row whose defaults the database
 * filled in is the row whose defaults the client did. */
#include "../../golden/generate/everything/expected.h"
#include "../ddl/pushed.h"

#include <float.h>

#define SCHEMA "tests/golden/generate/everything/schema.prisma"

static pushed targets[PUSH_TARGETS];

static int push_both(void **state)
{
    for (push_target t = 0; t < PUSH_TARGETS; t++)
        push_file(&targets[t], t, SCHEMA);
    return 0;
}

static int start_case(void **state)
{
    pushed *p = *state;
    tenon_session_reset(p->session);
    return 0;
}

static int close_both(void **state)
{
    for (push_target t = 0; t < PUSH_TARGETS; t++)
        pushed_close(&targets[t]);
    return 0;
}

#define ON_BOTH(test)                                                                              \
    {#test " (postgresql)", test, start_case, NULL, &targets[PUSH_POSTGRESQL]},                    \
    {                                                                                              \
#test " (sqlite)", test, start_case, NULL, &targets[PUSH_SQLITE]                           \
    }

/* `byDatabase` has a default on PostgreSQL only. Creates, and reads the row anew. */
#define MAKE(p, ...)                                                                               \
    find_again(p, everything_create((p)->session, .byDatabase = SET(42), __VA_ARGS__))

static Everything *find_again(const pushed *p, const Everything *created)
{
    assert_sound(p->session);
    assert_non_null(created);
    Everything *found = everything_find(p->session, created->id);
    assert_sound(p->session);
    assert_non_null(found);
    return found;
}

/* ---- extremes ---------------------------------------------------------------------------------
 */

static void the_ends_of_numbers_come_back(void **state)
{
    const pushed *p = *state;
    Everything *low = MAKE(p, .bool_ = SET(false), .small = SET(INT16_MIN), .int_ = SET(INT32_MIN),
                           .big = SET(INT64_MIN), .oid = SET(0), .real = SET(-(double)FLT_MAX),
                           .double_ = SET(-DBL_MAX), .smallOpt = SET(INT16_MIN));
    assert_false(low->bool_);
    assert_int_equal(low->small, INT16_MIN);
    assert_int_equal(low->int_, INT32_MIN);
    assert_true(low->big == INT64_MIN);
    assert_true(low->real == -FLT_MAX && low->double_ == -DBL_MAX);
    assert_true(low->smallOpt.has && low->smallOpt.value == INT16_MIN);
    Everything *high =
        MAKE(p, .small = SET(INT16_MAX), .int_ = SET(INT32_MAX), .big = SET(INT64_MAX),
             .oid = SET(INT32_MAX), .real = SET((double)FLT_TRUE_MIN), .double_ = SET(DBL_TRUE_MIN),
             .bigOpt = SET(INT64_MAX), .doubleOpt = SET(0.1), .boolOpt = SET(true));
    assert_int_equal(high->small, INT16_MAX);
    assert_int_equal(high->int_, INT32_MAX);
    assert_true(high->big == INT64_MAX && high->bigOpt.value == INT64_MAX);
    assert_int_equal(high->oid, INT32_MAX);
    assert_true(high->real == FLT_TRUE_MIN && high->double_ == DBL_TRUE_MIN);
    assert_true(high->doubleOpt.value == 0.1 && high->boolOpt.value);
}

static void decimals_come_back_digit_by_digit(void **state)
{
    const pushed *p = *state;
    tenon_decimal wide = {0, "-99999999999999999999.99999999999999999999"};
    tenon_decimal small = {0, "-9999999.999"}, cents = {0, "-12345678901.25"};
    Everything *row = MAKE(p, .exact = SET(wide), .decimalOpt = SET(small), .money = SET(cents));
    assert_int_equal(tenon_decimal_compare(row->exact, wide), 0);
    assert_int_equal(tenon_decimal_compare(row->decimalOpt, small), 0);
    assert_int_equal(tenon_decimal_compare(row->money, cents), 0);
}

static void texts_and_bytes_come_back(void **state)
{
    const pushed *p = *state;
    const tenon_bytes empty = {0, ""}, zeros = {3, "\0\xff\0"};
    const tenon_uuid ones = {UINT64_MAX, UINT64_MAX};
    const tenon_json json = {0, "{\"a\": \"\\u00fc\", \"b\": [null, -1.5e3]}"};
    Everything *row = MAKE(p, .text = SET(""), .textOpt = SET("'\"\\ \n\t%s \U0001F9F1"),
                           .varchar = SET("üüüüüüüüüü"), .uuid = SET(ones), .bytes = SET(empty),
                           .bytesOpt = SET(zeros), .plainJson = SET(json), .inet = SET("::1"),
                           .bit = SET("010"), .varbit = SET(""), .xml = SET("<b>ü</b>"));
    assert_string_equal(row->text, "");
    assert_string_equal(row->textOpt, "'\"\\ \n\t%s \U0001F9F1");
    assert_string_equal(row->varchar, "üüüüüüüüüü");
    assert_memory_equal(&row->uuid, &ones, sizeof ones);
    assert_true(row->bytes.len == 0 && row->bytes.data != NULL);
    assert_int_equal(row->bytesOpt.len, 3);
    assert_memory_equal(row->bytesOpt.data, zeros.data, 3);
    assert_string_equal(row->plainJson.text, json.text);
    assert_string_equal(row->inet, "::1");
    assert_string_equal(row->bit, "010");
    assert_string_equal(row->varbit, "");
    assert_string_equal(row->xml, "<b>ü</b>");
}

static void times_come_back(void **state)
{
    const pushed *p = *state;
    tenon_time first, last;
    assert_true(tenon_time_parse("0001-01-01T00:00:00Z", &first, NULL));
    assert_true(tenon_time_parse("9999-12-31T23:59:59.999Z", &last, NULL));
    const tenon_date day = {-719162};
    const tenon_clock end = {INT64_C(86400000000)};
    const tenon_clock_tz east = {1, 15 * 3600 + 59 * 60 + 59};
    Everything *row = MAKE(p, .time = SET(first), .timeOpt = SET(last), .date = SET(day),
                           .clock = SET(end), .clocktzOpt = SET(east));
    assert_true(row->time.us == first.us && row->timeOpt.value.us == last.us);
    assert_int_equal(row->date.days, day.days);
    assert_true(row->clock.us == end.us);
    assert_true(row->clocktzOpt.has && row->clocktzOpt.value.us == 1);
    assert_int_equal(row->clocktzOpt.value.offset_seconds, east.offset_seconds);
}

static void nothing_comes_back_as_nothing(void **state)
{
    const pushed *p = *state;
    Everything *row = MAKE(p, .textOpt = SET_NULL(), .intOpt = SET_NULL());
    assert_false(row->boolOpt.has || row->smallOpt.has || row->intOpt.has || row->bigOpt.has);
    assert_false(row->realOpt.has || row->doubleOpt.has || row->uuidOpt.has || row->timeOpt.has);
    assert_false(row->dateOpt.has || row->clockOpt.has || row->clocktzOpt.has ||
                 row->colourOpt.has);
    assert_null(row->textOpt);
    assert_null(row->decimalOpt.text);
    assert_null(row->jsonOpt.text);
    assert_null(row->bytesOpt.data);
    assert_null(row->odd);
    assert_true(EVERYTHING_LOADED(row, EVERYTHING_ODD));
}

static void lists_come_back(void **state)
{
    const pushed *p = *state;
    const int64_t bigs[] = {INT64_MIN, 0, INT64_MAX};
    const char *const texts[] = {"", "NULL", "{a,\"b\"}", "\\"};
    const Colour colours[] = {COLOUR_GREEN, COLOUR_RED};
    const tenon_bytes bytes[] = {{0, ""}, {2, "\0\x01"}};
    Everything *row = MAKE(p, .bigList = SET(((tenon_int64_array){bigs, 3})),
                           .textList = SET(((tenon_text_array){texts, 4})),
                           .colourList = SET(((ColourArray){colours, 2})),
                           .bytesList = SET(((tenon_bytes_array){bytes, 2})),
                           .boolList = SET(((tenon_bool_array){NULL, 0})));
    assert_int_equal(row->bigList.count, 3);
    assert_memory_equal(row->bigList.items, bigs, sizeof bigs);
    assert_int_equal(row->textList.count, 4);
    for (size_t i = 0; i < 4; i++)
        assert_string_equal(row->textList.items[i], texts[i]);
    assert_int_equal(row->colourList.count, 2);
    assert_memory_equal(row->colourList.items, colours, sizeof colours);
    assert_int_equal(row->bytesList.count, 2);
    assert_memory_equal(row->bytesList.items[1].data, bytes[1].data, 2);
    assert_int_equal(row->boolList.count, 0);
    assert_int_equal(row->none_.count, 0);
}

/* ---- defaults ---------------------------------------------------------------------------------
 */

#define BY_CLIENT                                                                                  \
    "INSERT INTO \"Everything\" (\"id\", \"updated\", \"uuid7\", \"uuid4\", \"cuid\", \"cuid2\","  \
    " \"ulid\", \"nano\", \"byDatabase\", \"created\") VALUES (1000, "                             \
    "'2020-01-01T00:00:00.000+00:00',"                                                             \
    " '6f9619ff-8b86-d011-b42d-00cf4fc964ff', '', '', '', '', '', 42, "

/* A row of which the database fills in all that it can; SQLite writes the time of now in a form
 * that the client does not mix with its own. */
static void insert_by_database(const pushed *p)
{
    testdb_run(p->url, p->target == PUSH_SQLITE ? BY_CLIENT "'2020-01-01T00:00:00.000+00:00')"
                                                : BY_CLIENT "DEFAULT)");
}

/* In `sql` every @ stands for the column; the answer is that of the database. */
static const char *ask(const pushed *p, const char *sql, const char *column)
{
    char text[512];
    size_t length = 0;
    for (const char *at = sql; *at; at++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%.*s", *at == '@' ? 64 : 1,
                                   *at == '@' ? column : at);
    const char *answer = testdb_value(p->url, text);
    return answer ? answer : "NULL";
}

#define ROWS " FROM \"Everything\" a, \"Everything\" b WHERE a.\"id\" = 1000 AND b.\"id\" = 1001"

/* The database itself says whether both rows hold the same, in the same form. */
static void check_column(const pushed *p, const char *column)
{
    const char *sql = p->target == PUSH_SQLITE
                          ? "SELECT a.\"@\" IS b.\"@\" AND typeof(a.\"@\") = typeof(b.\"@\")" ROWS
                          : "SELECT (a.\"@\"::text IS NOT DISTINCT FROM b.\"@\"::text)::int" ROWS;
    if (strcmp(ask(p, sql, column), "1") != 0)
        fail_msg("%s: the database's default is %s, the client's %s", column,
                 ask(p, "SELECT CAST(a.\"@\" AS text)" ROWS, column),
                 ask(p, "SELECT CAST(b.\"@\" AS text)" ROWS, column));
}

static void defaults_of_the_database_are_those_of_the_client(void **state)
{
    const pushed *p = *state;
    insert_by_database(p);
    MAKE(p, .id = SET(1001));
    for (uint32_t i = 0; i < everything_model.field_count; i++)
        if (everything_model.fields[i].default_kind == TENON_DEFAULT_VALUE)
            check_column(p, everything_model.fields[i].column);
}

static void a_row_that_the_database_filled_in_is_read(void **state)
{
    const pushed *p = *state;
    Everything *row = everything_find(p->session, 1000);
    assert_sound(p->session);
    assert_non_null(row);
    assert_true(row->bool_);
    assert_int_equal(row->oid, 7);
    assert_string_equal(row->text, "it's \"q\" \\ ü");
    assert_true(row->real == 0.1f && row->realList.items[0] == 0.1f);
    assert_int_equal(row->colour, COLOUR_RED);
    assert_int_equal(row->colourList.items[1], COLOUR_GREEN);
    assert_int_equal(row->bytes.len, 7);
    assert_memory_equal(row->bytes.data, "hello\0\x01", 7);
    assert_true(row->date.days == 18264 && row->dateList.items[0].days == -1);
    assert_true(row->clock.us == INT64_C(11045678000));
    assert_string_equal(row->decimalList.items[1].text[0] == '-' ? "-" : "", "-");
}

static void made_values_are_made_anew(void **state)
{
    const pushed *p = *state;
    const Everything *a = MAKE(p, .small = SET(1)), *b = MAKE(p, .small = SET(1));
    assert_string_not_equal(a->uuid4, b->uuid4);
    assert_string_not_equal(a->cuid, b->cuid);
    assert_string_not_equal(a->cuid2, b->cuid2);
    assert_string_not_equal(a->ulid, b->ulid);
    assert_int_equal(strlen(a->nano), 12);
    assert_string_not_equal(a->nano, b->nano);
    assert_true(a->uuid7.hi >> 12 != 0 && (a->uuid7.hi & 0xf000) == 0x7000);
    assert_true(a->created.us > 0 && a->created.us % 1000 == 0 && a->updated.us % 1000 == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        ON_BOTH(the_ends_of_numbers_come_back),
        ON_BOTH(decimals_come_back_digit_by_digit),
        ON_BOTH(texts_and_bytes_come_back),
        ON_BOTH(times_come_back),
        ON_BOTH(nothing_comes_back_as_nothing),
        ON_BOTH(lists_come_back),
        ON_BOTH(defaults_of_the_database_are_those_of_the_client),
        ON_BOTH(a_row_that_the_database_filled_in_is_read),
        ON_BOTH(made_values_are_made_anew),
    };
    return cmocka_run_group_tests(tests, push_both, close_both);
}
