/* What strangers put into a file: wrong storage classes and texts are errors that say what is
 * stored, a column declared otherwise is told at first use, and how times are stored is found out
 * from what is there. */
#include "sqlite_fixture.h"

#include <math.h>
#include <stdio.h>

static const char *const mood_values[] = {"happy", "sad"};
static const tenon_enum mood = {.name = "Mood", .values = mood_values, .count = 2};

#define FIELD(...)                                                                                 \
    {                                                                                              \
        .name = "value", .column = "val", __VA_ARGS__                                              \
    }

static const tenon_field bool_field = FIELD(.kind = TENON_KIND_BOOL);
static const tenon_field int16_field = FIELD(.kind = TENON_KIND_INT16);
static const tenon_field int32_field = FIELD(.kind = TENON_KIND_INT32);
static const tenon_field int64_field = FIELD(.kind = TENON_KIND_INT64);
static const tenon_field float_field = FIELD(.kind = TENON_KIND_FLOAT);
static const tenon_field double_field = FIELD(.kind = TENON_KIND_DOUBLE);
static const tenon_field decimal_field = FIELD(.kind = TENON_KIND_DECIMAL);
static const tenon_field exact_field =
    FIELD(.kind = TENON_KIND_DECIMAL, .flags = TENON_FIELD_EXACT);
static const tenon_field text_field = FIELD(.kind = TENON_KIND_TEXT);
static const tenon_field secret_field =
    FIELD(.kind = TENON_KIND_INT32, .flags = TENON_FIELD_SENSITIVE);
static const tenon_field json_field = FIELD(.kind = TENON_KIND_JSON);
static const tenon_field bytes_field = FIELD(.kind = TENON_KIND_BYTES);
static const tenon_field uuid_field = FIELD(.kind = TENON_KIND_UUID);
static const tenon_field time_field = FIELD(.kind = TENON_KIND_TIME, .precision = 3);
static const tenon_field date_field = FIELD(.kind = TENON_KIND_DATE);
static const tenon_field clock_field = FIELD(.kind = TENON_KIND_CLOCK);
static const tenon_field enum_field = FIELD(.kind = TENON_KIND_ENUM, .enumeration = &mood);
static const tenon_field ints_field = FIELD(.kind = TENON_KIND_INT32, .flags = TENON_FIELD_LIST);
static const tenon_field texts_field = FIELD(.kind = TENON_KIND_TEXT, .flags = TENON_FIELD_LIST);
static const tenon_field reals_field = FIELD(.kind = TENON_KIND_DOUBLE, .flags = TENON_FIELD_LIST);
static const tenon_field hexes_field = FIELD(.kind = TENON_KIND_BYTES, .flags = TENON_FIELD_LIST);
static const tenon_field decimals_field =
    FIELD(.kind = TENON_KIND_DECIMAL, .flags = TENON_FIELD_LIST);

typedef struct reading {
    tenon__arena arena;
    tenon__rows rows;
    tenon_error err;
} reading;

/* Reads t.val as the field; what it says goes to r->err. */
static tenon_status read_as(tenon__connection *c, const tenon_field *field, reading *r)
{
    const tenon_model model = {.name = "Thing", .table = "t", .fields = field, .field_count = 1};
    const tenon__out out = {TENON__OUT_FIELD, field, 0};
    const tenon__layout layout = {.outs = &out, .out_count = 1, .row_size = 32, .model = &model};
    tenon__statement select = statement_of("SELECT val FROM t", NULL, 0, &layout);
    *r = (reading){0};
    r->rows = (tenon__rows){.arena = &r->arena};
    return try_statement(c, &select, NULL, &r->rows, NULL, &r->err);
}

static void store(tenon__connection *c, const char *literal)
{
    char sql[512];
    snprintf(sql, sizeof sql,
             "DROP TABLE IF EXISTS t; CREATE TABLE t (val); INSERT INTO t VALUES (%s)", literal);
    run_script(c, sql);
}

static void what_does_not_belong_into_a_column_is_told(void **state)
{
    static const struct {
        const tenon_field *field;
        const char *stored, *message;
    } cases[] = {
        {&int32_field, "'31'", "the database holds TEXT '31' where an Int belongs"},
        {&int32_field, "3000000000", "the database holds INTEGER 3000000000 where an Int belongs"},
        {&int32_field, "1.5", "the database holds REAL 1.5 where an Int belongs"},
        {&int32_field, "x'00'", "the database holds BLOB where an Int belongs"},
        {&int32_field, "NULL", "the database holds NULL in a required column"},
        {&int16_field, "40000", "the database holds INTEGER 40000 where a SmallInt belongs"},
        {&int64_field, "9.5e18", "the database holds REAL 9.5e+18 where a BigInt belongs"},
        {&bool_field, "2", "the database holds INTEGER 2 where a Boolean belongs"},
        {&bool_field, "'true'", "the database holds TEXT 'true' where a Boolean belongs"},
        {&float_field, "0.123456789012",
         "the database holds REAL 0.123456789012 where a Real belongs"},
        {&double_field, "'x'", "the database holds TEXT 'x' where a Float belongs"},
        {&double_field, "9007199254740993",
         "the database holds INTEGER 9007199254740993 where a Float belongs"},
        {&decimal_field, "'1.5'", "the database holds TEXT '1.5' where a Decimal belongs"},
        {&exact_field, "1.5", "the database holds REAL 1.5 where a Decimal belongs"},
        {&exact_field, "'1.5'", "the database holds TEXT '1.5' where a Decimal belongs"},
        {&text_field, "7", "the database holds INTEGER 7 where a String belongs"},
        {&text_field, "CAST(x'FF' AS TEXT)", "the stored TEXT is not valid UTF-8 or holds a NUL"},
        {&text_field, "'a' || char(0) || 'b'", "the stored TEXT is not valid UTF-8 or holds a NUL"},
        {&secret_field, "'4711'", "the database holds TEXT where an Int belongs"},
        {&json_field, "CAST(x'FF' AS TEXT)", "the stored TEXT is not valid UTF-8 or holds a NUL"},
        {&bytes_field, "'x'", "the database holds TEXT 'x' where Bytes belongs"},
        {&uuid_field, "'x'", "the database holds TEXT 'x' where a Uuid belongs"},
        {&date_field, "'2024-02-30'", "the database holds TEXT '2024-02-30' where a Date belongs"},
        {&clock_field, "'25:00:00'", "the database holds TEXT '25:00:00' where a Time belongs"},
        {&enum_field, "'angry'",
         "the database holds TEXT 'angry' where a value of the enum belongs"},
        {&ints_field, "'[1, 2.5]'", "the database holds REAL 2.5 where an Int belongs"},
        {&ints_field, "'[1, null]'", "the stored array has a wrong element, null"},
        {&ints_field, "'1, 2'", "the stored TEXT is no JSON array"},
        {&ints_field, "'[1,'", "the stored TEXT is no JSON array"},
        {&ints_field, "x'5B5D'", "the database holds BLOB where a JSON array belongs"},
        {&texts_field, "'[\"\\ud800\"]'", "the stored TEXT is not valid UTF-8 or holds a NUL"},
        {&hexes_field, "'[\"0g\"]'", "the stored array has a wrong element, \"0g\""},
        {&decimals_field, "'[\"1e5\"]'", "the stored array has a wrong element, \"1e5\""},
    };
    tenon__connection *c = connect_to(testdb_sqlite_url());
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        reading r;
        char wanted[256];
        store(c, cases[i].stored);
        read_as(c, cases[i].field, &r);
        snprintf(wanted, sizeof wanted, "Thing.value: %s", cases[i].message);
        assert_string_equal(r.err.message, wanted);
        assert_int_equal(r.err.status, TENON_TYPE);
        assert_string_equal(r.err.model, "Thing");
        assert_string_equal(r.err.field, "value");
        assert_int_equal(r.rows.count, 0);
        tenon__arena_release(&r.arena);
    }
    DRIVER->close(c);
}

static void arrays_of_others_are_read_with_their_spaces_and_escapes(void **state)
{
    tenon__connection *c = connect_to(testdb_sqlite_url());
    reading r;
    store(c, "' [ \"a\\u00e9\\ud834\\udd1e\\n\" , \"\" ,\"],[\"] '");
    assert_int_equal(read_as(c, &texts_field, &r), TENON_OK);
    const tenon_text_array *texts = (const tenon_text_array *)(void *)r.rows.items;
    assert_int_equal(texts->count, 3);
    assert_string_equal(texts->items[0], "aé𝄞\n");
    assert_string_equal(texts->items[2], "],[");
    tenon__arena_release(&r.arena);
    store(c, "'[1e3, -0.5, 7, 12.5E-1]'");
    assert_int_equal(read_as(c, &reals_field, &r), TENON_OK);
    const tenon_double_array *reals = (const tenon_double_array *)(void *)r.rows.items;
    assert_true(reals->items[0] == 1000 && reals->items[1] == -0.5 && reals->items[2] == 7 &&
                reals->items[3] == 1.25);
    tenon__arena_release(&r.arena);
    DRIVER->close(c);
}

static void a_real_in_a_decimal_column_reads_as_its_shortest_text(void **state)
{
    static const struct {
        const char *stored, *text;
    } cases[] = {
        {"0.1", "0.1"},
        {"1e22", "10000000000000000000000"},
        {"-1.5e-7", "-0.00000015"},
        {"123456.789", "123456.789"},
        {"5", "5"},
        {"9e999", "Infinity"},
        {"-9e999", "-Infinity"},
        {"0.30000000000000004", "0.30000000000000004"},
    };
    tenon__connection *c = connect_to(testdb_sqlite_url());
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        reading r;
        store(c, cases[i].stored);
        assert_int_equal(read_as(c, &decimal_field, &r), TENON_OK);
        assert_string_equal(((tenon_decimal *)(void *)r.rows.items)->text, cases[i].text);
        tenon__arena_release(&r.arena);
    }
    DRIVER->close(c);
}

/* ---- values that SQLite cannot hold ---------------------------------------------------------- */

static tenon_status write_as(tenon__connection *c, const tenon_field *field, const void *value,
                             tenon_error *err)
{
    static const tenon_model model = {.name = "Thing", .table = "t"};
    const tenon__slot slot = {.field = field, .model = &model};
    tenon__statement insert = statement_of("INSERT INTO t VALUES (?1)", &slot, 1, NULL);
    return try_statement(c, &insert, &value, NULL, NULL, err);
}

static void what_sqlite_would_change_is_out_of_range(void **state)
{
    tenon__connection *c = connect_to(testdb_sqlite_url());
    tenon_error err = {0};
    store(c, "NULL");
    double nan = (double)NAN;
    assert_int_equal(write_as(c, &double_field, &nan, &err), TENON_RANGE);
    static const char *const lost[] = {"0.1000000000000000055", "12345678901234567890.5", "NaN",
                                       "36893488147419103232", "0.12345678901234567"};
    for (size_t i = 0; i < TENON__COUNT(lost); i++)
        assert_int_equal(write_as(c, &decimal_field, &(tenon_decimal){0, lost[i]}, &err),
                         TENON_RANGE);
    assert_non_null(strstr(err.hint, "@tenon.exact"));
    assert_int_equal(write_as(c, &exact_field, &(tenon_decimal){0, lost[1]}, &err), TENON_OK);
    assert_int_equal(write_as(c, &time_field, &(tenon_time){INT64_MAX}, &err), TENON_RANGE);
    assert_int_equal(write_as(c, &time_field, &(tenon_time){INT64_C(253402300800000000)}, &err),
                     TENON_RANGE);
    assert_int_equal(write_as(c, &date_field, &(tenon_date){3000000}, &err), TENON_RANGE);
    assert_int_equal(write_as(c, &json_field, &(tenon_json){0, "0.12345678901234567"}, &err),
                     TENON_RANGE);
    assert_string_equal(err.field, "value");
    DRIVER->close(c);
}

static void items_of_a_list_are_refused_before_the_statement_runs(void **state)
{
    tenon__connection *c = connect_to(testdb_sqlite_url());
    static const tenon_model model = {.name = "Thing", .table = "t"};
    const tenon__slot slot = {
        .field = &decimal_field, .form = TENON__FORM_WIDE_LIST, .model = &model};
    tenon__statement find = statement_of(
        "SELECT * FROM t WHERE val IN (SELECT value FROM tenon_keys(?1))", &slot, 1, NULL);
    const tenon_decimal items[] = {{0, "1.5"}, {0, "0.1000000000000000055"}};
    const void *values[] = {&(tenon__list){items, 2}};
    tenon_error err = {0};
    store(c, "1");
    assert_int_equal(try_statement(c, &find, values, NULL, NULL, &err), TENON_RANGE);
    assert_string_equal(err.model, "Thing");
    DRIVER->close(c);
}

/* ---- declared types -------------------------------------------------------------------------- */

static void a_column_declared_otherwise_is_found_at_first_use(void **state)
{
    static const struct {
        const tenon_field *field;
        const char *declared;
        bool fits;
    } cases[] = {
        {&int32_field, "INTEGER", true},
        {&int32_field, "TEXT", false},
        {&int32_field, "VARCHAR(9)", false},
        {&int32_field, "REAL", false},
        {&int32_field, "", true},
        {&text_field, "TEXT", true},
        {&text_field, "varchar(20)", true},
        {&text_field, "INTEGER", false},
        {&text_field, "STRING", false},
        {&bool_field, "BOOLEAN", true},
        {&double_field, "REAL", true},
        {&double_field, "DOUBLE PRECISION", true},
        {&double_field, "TEXT", false},
        {&decimal_field, "DECIMAL", true},
        {&decimal_field, "REAL", false},
        {&decimal_field, "TEXT", false},
        {&exact_field, "TEXT", true},
        {&exact_field, "DECIMAL", false},
        {&json_field, "JSONB", true},
        {&json_field, "INTEGER", false},
        {&bytes_field, "BLOB", true},
        {&bytes_field, "TEXT", false},
        {&time_field, "DATETIME", true},
        {&enum_field, "TEXT", true},
        {&enum_field, "INTEGER", false},
        {&ints_field, "TEXT", true},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon__connection *c = connect_to("sqlite::memory:");
        char sql[128];
        reading r;
        snprintf(sql, sizeof sql, "CREATE TABLE t (val %s)", cases[i].declared);
        run_script(c, sql);
        tenon_status status = read_as(c, cases[i].field, &r);
        if (status != (cases[i].fits ? TENON_OK : TENON_SCHEMA))
            fail_msg("%s: %s", cases[i].declared, r.err.message);
        tenon__arena_release(&r.arena);
        DRIVER->close(c);
    }
}

static void both_sides_are_named_for_writes_too(void **state)
{
    tenon__connection *c = connect_to(testdb_sqlite_url());
    tenon_error err = {0};
    run_script(c, "CREATE TABLE t (val TEXT)");
    assert_int_equal(write_as(c, &int32_field, &(int64_t){1}, &err), TENON_SCHEMA);
    assert_string_equal(err.message, "Thing.value: the schema needs a column of type INTEGER or "
                                     "DECIMAL, the database's \"t\".\"val\" is declared TEXT");
    DRIVER->close(c);
}

static void the_check_can_be_left_out(void **state)
{
    tenon_error err = {0};
    tenon__connection *c = connect_with(
        (tenon__connect_options){.url = testdb_sqlite_url(), .skip_schema_check = true}, &err);
    run_script(c, "CREATE TABLE t (val TEXT)");
    assert_int_equal(write_as(c, &int32_field, &(int64_t){1}, &err), TENON_OK);
    DRIVER->close(c);
}

/* ---- times ----------------------------------------------------------------------------------- */

static void times_are_written_as_the_database_has_them(void **state)
{
    static const struct {
        const char *prepare, *expected;
    } cases[] = {
        {"SELECT 1", "2023-11-14T22:13:20.123+00:00"},
        {"INSERT INTO t VALUES (NULL), (1600000000000)", "1700000000123"},
        {"INSERT INTO t VALUES ('2020-01-01T00:00:00.000+00:00')", "2023-11-14T22:13:20.123+00:00"},
        {"CREATE TABLE other (\"at\" DATETIME); INSERT INTO other VALUES (1)", "1700000000123"},
        {"INSERT INTO t VALUES ('2020-01-01 00:00:00')", "2023-11-14 22:13:20.123"},
        {"INSERT INTO t VALUES ('2020-01-01 00:00:00'), ('2020-01-01T00:00:00.000+00:00')",
         "2023-11-14T22:13:20.123+00:00"},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        const char *url = testdb_sqlite_url();
        tenon__connection *c = connect_to(url);
        tenon_error err = {0};
        run_script(c, "CREATE TABLE t (val DATETIME)");
        run_script(c, cases[i].prepare);
        assert_int_equal(write_as(c, &time_field, &(tenon_time){1700000000123000}, &err), TENON_OK);
        assert_string_equal(testdb_value(url, "SELECT val FROM t ORDER BY rowid DESC LIMIT 1"),
                            cases[i].expected);
        DRIVER->close(c);
    }
}

static void microseconds_do_not_fit_into_milliseconds(void **state)
{
    tenon_error err = {0};
    tenon_field fine = time_field;
    fine.precision = 6;
    tenon__connection *c = connect_with(
        (tenon__connect_options){.url = testdb_sqlite_url(), .datetime = "unixms"}, &err);
    run_script(c, "CREATE TABLE t (val DATETIME)");
    assert_int_equal(write_as(c, &fine, &(tenon_time){1001}, &err), TENON_RANGE);
    assert_int_equal(write_as(c, &fine, &(tenon_time){1000}, &err), TENON_OK);
    DRIVER->close(c);
}

/* The hint is the statement that helps: it is run, and the column can be read. */
static void a_column_of_mixed_forms_is_told_with_what_makes_it_one(void **state)
{
    static const struct {
        const char *datetime, *stored;
        int64_t us;
    } cases[] = {
        {"iso", "1700000000123", 1700000000123000},
        {"iso", "'2023-11-14 22:13:20'", 1700000000000000},
        {"iso", "'2023-11-14T22:13:20.123Z'", 1700000000123000},
        {"iso", "'2023-11-14T23:13:20.123+01:00'", 1700000000123000},
        {"unixms", "'2023-11-14T22:13:20.123+00:00'", 1700000000123000},
        {"unixms", "'2023-11-14 22:13:20'", 1700000000000000},
        {"sql", "1700000000123", 1700000000123000},
        {"sql", "'2023-11-14T22:13:20.123+00:00'", 1700000000123000},
        {"sql", "'2023-11-14 22:13:20.000'", 1700000000000000},
        {"sql", "'2023-11-14 23:13:20+01:00'", 1700000000000000},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_error err = {0};
        reading r;
        tenon__connection *c = connect_with(
            (tenon__connect_options){.url = testdb_sqlite_url(), .datetime = cases[i].datetime},
            &err);
        store(c, cases[i].stored);
        assert_int_equal(read_as(c, &time_field, &r), TENON_TYPE);
        assert_non_null(strstr(r.err.message, "(?datetime="));
        tenon__arena_release(&r.arena);
        run_script(c, r.err.hint);
        read_as(c, &time_field, &r);
        assert_string_equal(r.err.message, "");
        assert_int_equal(((tenon_time *)(void *)r.rows.items)->us, cases[i].us);
        tenon__arena_release(&r.arena);
        DRIVER->close(c);
    }
}

/* Each is its only text, so that equal times are found and later ones sort behind. */
static void times_of_sqlite_s_own_form_come_back(void **state)
{
    static const struct {
        int64_t us;
        const char *text;
    } cases[] = {
        {0, "1970-01-01 00:00:00"},
        {1700000000000000, "2023-11-14 22:13:20"},
        {1700000000120000, "2023-11-14 22:13:20.120"},
        {1700000000120003, "2023-11-14 22:13:20.120003"},
        {1700000001000000, "2023-11-14 22:13:21"},
        {-62135596800000000, "0001-01-01 00:00:00"},
    };
    tenon_error err = {0};
    tenon_field fine = time_field;
    fine.precision = 6;
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        reading r;
        const char *url = testdb_sqlite_url();
        tenon__connection *c =
            connect_with((tenon__connect_options){.url = url, .datetime = "sql"}, &err);
        run_script(c, "CREATE TABLE t (val DATETIME)");
        assert_int_equal(write_as(c, &fine, &(tenon_time){cases[i].us}, &err), TENON_OK);
        assert_string_equal(testdb_value(url, "SELECT val FROM t"), cases[i].text);
        assert_int_equal(read_as(c, &fine, &r), TENON_OK);
        assert_int_equal(((tenon_time *)(void *)r.rows.items)->us, cases[i].us);
        tenon__arena_release(&r.arena);
        DRIVER->close(c);
    }
}

static void what_is_none_of_sqlite_s_own_form_is_refused(void **state)
{
    static const char *const cases[] = {
        "''",
        "'2023-11-14'",
        "'2023-11-14 22:13'",
        "'2023-11-14 22:13:20.5'",
        "'2023-11-14 22:13:20.1234567'",
        "'2023-11-14 22:13:60'",
        "'2023-02-29 22:13:20'",
        "'2023-11-14 22:13:20Z'",
        "'2023-11-14_22:13:20'",
        "x'00'",
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        tenon_error err = {0};
        reading r;
        tenon__connection *c = connect_with(
            (tenon__connect_options){.url = testdb_sqlite_url(), .datetime = "sql"}, &err);
        store(c, cases[i]);
        if (read_as(c, &time_field, &r) != TENON_TYPE)
            fail_msg("%s was read", cases[i]);
        tenon__arena_release(&r.arena);
        DRIVER->close(c);
    }
}

/* The pattern of what CURRENT_TIMESTAMP gives, as a default and by itself. */
static void current_timestamp_is_a_time_as_the_database_has_them(void **state)
{
    static const char iso[] = "____-__-__T__:__:__.___+00:00", own[] = "____-__-__ __:__:__";
    static const struct {
        const char *prepare, *pattern;
    } cases[] = {
        {"CREATE TABLE u (n, \"at\" DATETIME DEFAULT CURRENT_TIMESTAMP)", iso},
        {"CREATE TABLE u (n, \"at\" TEXT DEFAULT CURRENT_TIMESTAMP)", own},
        {"CREATE TABLE u (n, \"at\" TEXT DEFAULT CURRENT_TIMESTAMP);"
         "CREATE TABLE _prisma_migrations (\"at\" DATETIME)",
         own},
        {"CREATE TABLE u (n, \"at\" DATETIME DEFAULT CURRENT_TIMESTAMP);"
         "INSERT INTO u VALUES (1, 1700000000123)",
         own},
        {"CREATE TABLE u (n, \"at\" DATETIME DEFAULT CURRENT_TIMESTAMP);"
         "INSERT INTO u VALUES (1, '2020-01-01 00:00:00')",
         own},
    };
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        const char *url = testdb_sqlite_url();
        char sql[256];
        tenon__connection *c = connect_to(url);
        run_script(c, cases[i].prepare);
        run_script(c, "INSERT INTO u (n) VALUES (2)");
        snprintf(sql, sizeof sql, "SELECT \"at\" LIKE '%s' FROM u WHERE n = 2", cases[i].pattern);
        assert_string_equal(testdb_value(url, sql), "1");
        DRIVER->close(c);
    }
}

/* As SQLite has it: a statement sees one moment. */
static void current_timestamp_stands_still_within_a_statement(void **state)
{
    const char *url = testdb_sqlite_url();
    tenon__connection *c = connect_to(url);
    run_script(c, "CREATE TABLE u (n, \"at\" DATETIME DEFAULT CURRENT_TIMESTAMP)");
    run_script(c, "WITH RECURSIVE r (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r LIMIT 20000) "
                  "INSERT INTO u (n) SELECT n FROM r");
    assert_string_equal(testdb_value(url, "SELECT count(DISTINCT \"at\") FROM u"), "1");
    DRIVER->close(c);
}

/* ---- LIKE ------------------------------------------------------------------------------------ */

static void like_means_what_it_means_on_postgresql(void **state)
{
    static const struct {
        const char *text, *pattern, *like, *ilike;
    } cases[] = {
        {"Ann", "Ann", "1", "1"},
        {"Ann", "ann", "0", "1"},
        {"Ann", "A%", "1", "1"},
        {"Ann", "%n", "1", "1"},
        {"Ann", "_nn", "1", "1"},
        {"Ann", "_n", "0", "0"},
        {"", "%", "1", "1"},
        {"", "_", "0", "0"},
        {"éa", "_a", "1", "1"},
        {"É", "é", "0", "0"},
        {"50%", "50\\%", "1", "1"},
        {"505", "50\\%", "0", "0"},
        {"a_b", "a\\_b", "1", "1"},
        {"axb", "a\\_b", "0", "0"},
        {"a\\b", "a\\\\b", "1", "1"},
        {"abcabcd", "%abcd", "1", "1"},
        {"aaab", "%a%ab", "1", "1"},
        {"ab", "%%%b", "1", "1"},
        {"mississippi", "m%iss%ip%", "1", "1"},
        {"mississippi", "m%iss%ix%", "0", "0"},
        {"a\nb", "a%b", "1", "1"},
        {"[ab]", "[ab]", "1", "1"},
        {"a", "*", "0", "0"},
    };
    tenon__connection *c = connect_to(testdb_sqlite_url());
    run_script(c, "CREATE TABLE t (text, pattern, is_like, is_ilike)");
    for (size_t i = 0; i < TENON__COUNT(cases); i++) {
        const tenon__slot slot = {.as_text = true};
        const tenon__slot slots[] = {slot, slot, slot, slot};
        const void *values[] = {&cases[i].text, &cases[i].pattern, &cases[i].like, &cases[i].ilike};
        run_write(c, "INSERT INTO t VALUES (?1, ?2, ?3, ?4)", slots, 4, values);
    }
    tenon_error err = {0};
    assert_int_equal(try_script(c,
                                "CREATE TABLE wrong AS SELECT * FROM t WHERE "
                                "tenon_like(text, pattern) <> CAST(is_like AS INTEGER) OR "
                                "tenon_ilike(text, pattern) <> CAST(is_ilike AS INTEGER);"
                                "CREATE TABLE none (n CHECK (n = 0));"
                                "INSERT INTO none SELECT count(*) FROM wrong;"
                                "INSERT INTO none SELECT tenon_like(NULL, 'a') IS NOT NULL",
                                &err),
                     TENON_OK);
    DRIVER->close(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_does_not_belong_into_a_column_is_told),
        cmocka_unit_test(arrays_of_others_are_read_with_their_spaces_and_escapes),
        cmocka_unit_test(a_real_in_a_decimal_column_reads_as_its_shortest_text),
        cmocka_unit_test(what_sqlite_would_change_is_out_of_range),
        cmocka_unit_test(items_of_a_list_are_refused_before_the_statement_runs),
        cmocka_unit_test(a_column_declared_otherwise_is_found_at_first_use),
        cmocka_unit_test(both_sides_are_named_for_writes_too),
        cmocka_unit_test(the_check_can_be_left_out),
        cmocka_unit_test(times_are_written_as_the_database_has_them),
        cmocka_unit_test(microseconds_do_not_fit_into_milliseconds),
        cmocka_unit_test(a_column_of_mixed_forms_is_told_with_what_makes_it_one),
        cmocka_unit_test(times_of_sqlite_s_own_form_come_back),
        cmocka_unit_test(what_is_none_of_sqlite_s_own_form_is_refused),
        cmocka_unit_test(current_timestamp_is_a_time_as_the_database_has_them),
        cmocka_unit_test(current_timestamp_stands_still_within_a_statement),
        cmocka_unit_test(like_means_what_it_means_on_postgresql),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
